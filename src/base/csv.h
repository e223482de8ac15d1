/* SPDX-License-Identifier: Apache-2.0 */
/* CSV, RFC 4180. Writing guards against spreadsheet formulas: a cell that starts with = + - @ TAB or CR gets a leading
 * apostrophe unless it is a plain number. Reading is a bounded push parser: feed bytes, get cells. */
#ifndef CDR_BASE_CSV_H
#define CDR_BASE_CSV_H

#include "base/buf.h"

void cdr_csv_cell(cdr_buf *out, bool first, const char *s, size_t len);   /* adds the comma when not first */
void cdr_csv_end(cdr_buf *out);                                           /* CR LF */

typedef struct cdr_csv_events {
    /* A cell, unquoted, not NUL-terminated; return a non-zero status to stop. */
    cdr_status (*cell)(void *arg, uint64_t row, uint32_t column, const char *s, size_t len);
    cdr_status (*end_row)(void *arg, uint64_t row, uint32_t columns);
} cdr_csv_events;
typedef struct cdr_csv_reader cdr_csv_reader;
cdr_csv_reader *cdr_csv_reader_new(char delimiter, size_t max_cell, uint32_t max_columns, const cdr_csv_events *ev, void *arg) CDR_NODISCARD;
cdr_status cdr_csv_feed(cdr_csv_reader *r, const char *data, size_t len, bool last, cdr_err *err) CDR_NODISCARD;
bool cdr_csv_in_quotes(const cdr_csv_reader *r);   /* what was fed so far ends inside of quotes: at the end of a file, a quote that nobody closed */
void cdr_csv_reader_free(cdr_csv_reader *r);

#endif
