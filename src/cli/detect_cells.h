/* SPDX-License-Identifier: Apache-2.0 */
/* Texts with fields (CSV, JSON, XML) for candor detect: cells with their place in the text, judged by column as a scan judges
 * them. The beginning of the text, up to 2 MiB, is read twice: the first time to learn what the columns are. What is learnt later
 * only adds to that. Memory does not depend on the length of the text. */
#ifndef CDR_CLI_DETECT_CELLS_H
#define CDR_CLI_DETECT_CELLS_H

#include "base/buf.h"
#include "cli/detect_source.h"
#include "scan/path_rows.h"

#define CDR_CELLS_TOKEN ((size_t)1 << 20)   /* a longer cell or tag is taken in pieces */

/* How a value is written. */
typedef enum cdr_cell_syntax {
    CDR_CELL_RAW,              /* as it is: lines between other things, comments */
    CDR_CELL_CSV, CDR_CELL_CSV_QUOTED,
    CDR_CELL_JSON_STRING, CDR_CELL_JSON_KEY, CDR_CELL_JSON_BARE,
    CDR_CELL_XML
} cdr_cell_syntax;

typedef struct cdr_cell_found {
    uint32_t cell;
    cdr_finding f;             /* offsets within the value */
} cdr_cell_found;

typedef struct cdr_cell {
    size_t start, end;         /* in the text held, without quotes */
    size_t value, value_len;   /* in ->values: what it means */
    uint32_t column;
    cdr_cell_syntax syntax;
    bool later_piece;          /* of a value that was cut */
} cdr_cell;

typedef struct cdr_cells cdr_cells;

/* Told in the order of the text. */
typedef struct cdr_cells_sink {
    cdr_status (*cell)(void *arg, cdr_cells *t, const cdr_cell *cell, const cdr_cell_found *found, size_t count, cdr_err *err);
    /* The text before ${to} is done with. */
    cdr_status (*passed)(void *arg, cdr_cells *t, size_t to, cdr_err *err);
    void *arg;
} cdr_cells_sink;

/* A reader of one format: cuts ->text from ->pos on. */
typedef struct cdr_cells_reader {
    cdr_status (*begin)(cdr_cells *t, cdr_err *err);    /* once, the beginning being held; makes ->state */
    void (*rewind)(cdr_cells *t);                       /* to the beginning */
    cdr_status (*step)(cdr_cells *t, cdr_err *err);     /* CDR_OK: ->pos has moved; CDR_NEED_MORE; CDR_DONE */
    void (*end)(cdr_cells *t);
} cdr_cells_reader;
extern const cdr_cells_reader cdr_cells_csv, cdr_cells_json, cdr_cells_xml;

#define CDR_CELLS_BATCH 3900u   /* below what makes the table tell by itself */

struct cdr_cells {
    const cdr_detect_job *job;
    cdr_detect_source *source;
    const cdr_cells_sink *sink;
    const cdr_cells_reader *reader;
    cdr_sink table_sink;
    cdr_ruleset *rules;        /* as a scan has them */
    cdr_detect_scratch *scratch;
    cdr_table *table;
    bool judging;              /* the first time */
    cdr_buf text;              /* held */
    size_t pos;
    uint64_t base;             /* offset of ->text */
    bool last;                 /* nothing follows what is held */
    cdr_buf values;
    cdr_cell cells[CDR_CELLS_BATCH + 1];
    size_t count;
    cdr_cell_found *found;
    size_t found_count, found_cap;
    uint64_t cell_bytes[CDR_TABLE_COLUMNS_MAX], found_bytes[CDR_TABLE_COLUMNS_MAX];
    uint8_t said[CDR_TABLE_COLUMNS_MAX];   /* what the header says alone: 0 not read yet, 1 nothing, 2 personal */
    void *state;               /* the reader's */
    cdr_nest nest;             /* where JSON and XML stand */
};

/* Read the source to its end. */
cdr_status cdr_cells_run(const cdr_detect_job *job, cdr_detect_source *source, const cdr_cells_sink *sink, cdr_err *err) CDR_NODISCARD;
bool cdr_cells_reads(const char *format);

/* For readers. A cell at [start, end) of the text; blank ones are passed over. */
cdr_status cdr_cells_add(cdr_cells *t, uint32_t column, size_t start, size_t end, cdr_cell_syntax syntax, bool later_piece, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_cells_column(cdr_cells *t, const char *name, size_t len, uint32_t *ret, cdr_err *err) CDR_NODISCARD;   /* by name */
bool cdr_cells_must_go_on(const cdr_cells *t);   /* no more text will come before what is held is cut */
/* Is there something personal in ${text} itself? */
cdr_status cdr_cells_personal(cdr_cells *t, const char *text, size_t len, bool *ret, cdr_err *err) CDR_NODISCARD;

/* For sinks: what the column is; does all of a cell belong to it, whatever stands there? */
const cdr_column_class *cdr_cells_class(const cdr_cells *t, uint32_t column);
const cdr_hint *cdr_cells_hint(const cdr_cells *t, uint32_t column);
bool cdr_cells_whole(cdr_cells *t, uint32_t column, cdr_finding *ret);   /* ${ret} without offsets */

/* One unit of ${raw}: a character, an escape, a doubled quote. Returns its length and what it means (at most 8 bytes). */
size_t cdr_cell_unit(cdr_cell_syntax syntax, const char *raw, size_t len, char out[8], size_t *ret_len);
/* Where the value's byte ${offset} stands in ${raw}; inside of a unit: its begin, or with ${end} its end. */
size_t cdr_cell_place(cdr_cell_syntax syntax, const char *raw, size_t len, size_t offset, bool end);

#endif
