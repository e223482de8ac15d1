/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of a table, for readers that open rows within rows (JSON, XML). */
#ifndef CDR_SCAN_TABLE_PARTS_H
#define CDR_SCAN_TABLE_PARTS_H

#include "base/mem.h"
#include "scan/table.h"

#define CDR_TABLE_INDEX 4096   /* slots of the name index: twice the columns there may be */

typedef struct cdr_table_col {
    char *name;
    size_t name_len;
    cdr_column *column;
    const cdr_hint *hint;
    cdr_column_class class;
    bool judged, final;        /* final: the class was decided elsewhere */
    bool borrowed;             /* name and column belong to another table */
    uint64_t values, untold;
    char *text;                /* the batch's cells, each followed by '\n' */
    size_t len, text_cap;
    uint32_t *starts, *rows;   /* of each cell; row within the batch */
    uint32_t count, cap;
} cdr_table_col;

typedef struct cdr_table_found {
    uint32_t row, column, start, end, cell;
    cdr_kind kind;
    uint16_t rule;
    uint8_t band;
    float confidence;
    uint32_t evidence;
} cdr_table_found;

struct cdr_table {
    const cdr_ruleset *rs;
    cdr_detect_scratch *scratch;
    cdr_sink *sink;
    const char *path;          /* of the object; NULL: not said */
    cdr_table_col *columns;
    size_t column_count, column_cap;
    uint16_t index[CDR_TABLE_INDEX];   /* column + 1 by hash of the name */
    size_t bytes, cells;       /* held in the batch */
    uint64_t *row_numbers;     /* of the batch's rows, for people */
    uint32_t row_count, row_cap;
    uint64_t rows_told, last_row;
    uint64_t generation;       /* batches so far: a row number of an older batch is no longer good */
    struct { cdr_table_found *at; size_t len, cap; } found;
    uint32_t *order, *first;   /* for sorting by row */
    size_t order_cap;
    uint32_t first_cap;
};

/* A cell that tells nothing of what its column is about: blank, "none" under religion, what a redaction left. */
bool cdr_table_says_nothing(const cdr_column_class *class, const char *s, size_t len);

/* The columns of a table as they are judged, for others that read on behind it. Names and hints stay the table's. */
typedef struct cdr_table_snapshot {
    cdr_table_col *columns;
    size_t count;
    uint16_t index[CDR_TABLE_INDEX];
} cdr_table_snapshot;
cdr_status cdr_table_snapshot_take(const cdr_table *t, cdr_table_snapshot *ret, cdr_err *err) CDR_NODISCARD;
/* Begin with these columns, their classes final; the sink is not told of them. */
cdr_status cdr_table_follow(cdr_table *t, const cdr_table_snapshot *s, cdr_sink *sink, cdr_err *err) CDR_NODISCARD;
/* What a follower counted in a column; ${class} is taken for a column that came up behind. */
void cdr_table_add_counts(cdr_table *t, uint32_t column, const cdr_column_class *class, uint64_t values, uint64_t untold);

/* Rows within rows: open one, add cells to it in any order until the batch is flushed. Rows opened in an older ->generation must
 * be opened again. */
cdr_status cdr_table_row_open(cdr_table *t, uint64_t row, uint32_t *ret, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_table_cell_at(cdr_table *t, uint32_t row, uint32_t column, const char *s, size_t len, cdr_err *err) CDR_NODISCARD;
bool cdr_table_full(const cdr_table *t);
cdr_status cdr_table_flush(cdr_table *t, cdr_err *err) CDR_NODISCARD;

#endif
