/* SPDX-License-Identifier: Apache-2.0 */
/* Anything with columns: CSV, JSON by key path, XML by element path, database tables. A reader hands over cells row by row; the
 * table gathers them by column, lets detection loose on whole columns, judges what each column is, and tells the sink row by
 * row. A row may have no cell or several in a column. Call begin() of the sink before, end() after; the table calls field(),
 * value(), record_end() and column(). */
#ifndef CDR_SCAN_TABLE_H
#define CDR_SCAN_TABLE_H

#include "scan/sink.h"

#define CDR_TABLE_COLUMNS_MAX 2048     /* further columns go to the last one, named "…" */
#define CDR_TABLE_CELL_MAX 65536       /* bytes of a cell that are looked at in one piece; longer cells are cut in pieces */

typedef struct cdr_table cdr_table;
cdr_status cdr_table_new(const cdr_ruleset *rs, cdr_detect_scratch *scratch, cdr_table **ret, cdr_err *err) CDR_NODISCARD;
void cdr_table_free(cdr_table *t);

/* A new object: forget the columns, keep the memory. */
void cdr_table_begin(cdr_table *t, cdr_sink *sink);
/* The file or table that is read: in one called customers, "id" is the number of a customer. Borrowed until the table ends. */
void cdr_table_named(cdr_table *t, const char *path);
/* The number of the column named ${name}; made known when it is new. Columns of equal name are told apart by cdr_table_add_column. */
cdr_status cdr_table_column(cdr_table *t, const char *name, size_t len, uint32_t *ret, cdr_err *err) CDR_NODISCARD;
/* One more column, whatever its name. */
cdr_status cdr_table_add_column(cdr_table *t, const char *name, size_t len, uint32_t *ret, cdr_err *err) CDR_NODISCARD;
uint32_t cdr_table_columns(const cdr_table *t);
/* A cell of the row that is being read; UTF-8, invalid bytes allowed; borrowed for the call. Empty cells need not be told. */
cdr_status cdr_table_cell(cdr_table *t, uint32_t column, const char *s, size_t len, cdr_err *err) CDR_NODISCARD;
/* The row is complete; ${row} is its number for people (the header of a CSV is row 1). */
cdr_status cdr_table_row_end(cdr_table *t, uint64_t row, cdr_err *err) CDR_NODISCARD;
/* Tell what is still held, then the columns. Rows told so far in ${ret_rows} (may be NULL). */
cdr_status cdr_table_end(cdr_table *t, uint64_t *ret_rows, cdr_err *err) CDR_NODISCARD;

#endif
