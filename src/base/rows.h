/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of a table with named columns, from CSV or from NDJSON (one object a line, inner objects as "outer.inner"): a push parser that holds one row at a
 * time. Rows have the number of the line they begin on, for messages; no message repeats what stands in a cell. */
#ifndef CDR_BASE_ROWS_H
#define CDR_BASE_ROWS_H

#include "base/buf.h"

#define CDR_ROWS_ROW_MAX ((size_t)1 << 20)   /* bytes of one row */
#define CDR_ROWS_COLUMNS_MAX 4096u

typedef struct cdr_row_cell { const char *s; size_t len; } cdr_row_cell;   /* s NULL: the row has no such cell, or null; NUL-terminated otherwise */

typedef enum cdr_rows_format { CDR_ROWS_AUTO, CDR_ROWS_CSV, CDR_ROWS_NDJSON } cdr_rows_format;

typedef struct cdr_rows_events {
    /* A column is met: all of them before the first row of a CSV, in NDJSON when an object first has it. */
    cdr_status (*column)(void *arg, uint32_t column, const char *name, cdr_err *err);
    /* ${count}: columns met so far. The cells are gone after the call. */
    cdr_status (*row)(void *arg, uint64_t line, const cdr_row_cell *cells, uint32_t count, cdr_err *err);
    /* A row that cannot be told, with the sentence in ${err}; CDR_OK passes over it. NULL: it ends the reading. */
    cdr_status (*wrong)(void *arg, uint64_t line, cdr_err *err);
} cdr_rows_events;

typedef struct cdr_rows cdr_rows;
/* ${delimiter} 0: found out from the header. ${name} of the input, for messages; it must outlive the reader. */
cdr_rows *cdr_rows_new(cdr_rows_format format, char delimiter, const char *name, const cdr_rows_events *ev, void *arg) CDR_NODISCARD;   /* NULL: no memory */
cdr_status cdr_rows_feed(cdr_rows *r, const char *data, size_t len, bool last, cdr_err *err) CDR_NODISCARD;
cdr_rows_format cdr_rows_format_of(const cdr_rows *r);   /* CDR_ROWS_AUTO: not known yet */
uint64_t cdr_rows_line(const cdr_rows *r);   /* of the row being told or last told; 1-based */
void cdr_rows_free(cdr_rows *r);
static inline void cdr_rows_freep(cdr_rows **r) { cdr_rows_free(*r); }

#endif
