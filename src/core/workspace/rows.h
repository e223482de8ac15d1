/* SPDX-License-Identifier: Apache-2.0 */
/* Rows that the ledger answers for. Whoever can write to the database can change a row; nobody can change what the ledger says of it. Of each row in these tables (store_rows.c has the list) that a transaction adds,
 * changes or deletes, a hash of its content goes into the ledger in the same transaction; rows with texts that somebody typed hold a salt, which is a part of the content. */
#ifndef CDR_CORE_WORKSPACE_ROWS_H
#define CDR_CORE_WORKSPACE_ROWS_H

#include "core/workspace/workspace.h"

/* One difference between tables and ledger as a sentence without personal data. */
typedef cdr_status cdr_rows_difference_fn(void *arg, const char *what);
cdr_status cdr_rows_compare_ledger(cdr_workspace *ws, cdr_rows_difference_fn *fn, void *arg, cdr_err *err) CDR_NODISCARD;

/* --- for the workspace alone: rows.c --- */

typedef struct cdr_rows cdr_rows;
/* ${actor} is borrowed. */
cdr_status cdr_rows_open(cdr_db *db, cdr_ledger *ledger, const char *actor, cdr_rows **ret, cdr_err *err) CDR_NODISCARD;
void cdr_rows_close(cdr_rows *r);

/* --- store_rows.c --- */

/* Some columns of a table that change together: a hash of what never changes is entered once, so that a row which is changed later does not cover up what somebody did to the rest of it. */
typedef struct cdr_rows_part {
    const char *table, *name;
    const char *columns;                       /* "kind, severity, salt" */
    const char *noun, *what;                   /* "clock", "when it is due, or whether it runs," */
    bool moves;                                /* entered again when a statement writes one of its columns */
    bool alone;                                /* nothing else tells of rows that are gone or new */
} cdr_rows_part;
#define CDR_ROWS_OF 128
typedef struct cdr_rows_row { int64_t id; char of[CDR_ROWS_OF]; int64_t due_us /* 0: none */; uint8_t sha256[CDR_SHA256_BYTES]; } cdr_rows_row;

extern const cdr_rows_part cdr_rows_parts[];
extern const size_t cdr_rows_part_count;
cdr_status cdr_rows_prepare(cdr_db *db, cdr_db_set **ret, cdr_err *err) CDR_NODISCARD;
/* Row ${id}; CDR_DONE: there is none. */
cdr_status cdr_rows_read(cdr_db_set *set, size_t part, int64_t id, cdr_rows_row *ret, cdr_err *err) CDR_NODISCARD;
typedef cdr_status cdr_rows_fn(void *arg, size_t part, const cdr_rows_row *row);
cdr_status cdr_rows_each(cdr_db_set *set, size_t part, cdr_rows_fn *fn, void *arg, cdr_err *err) CDR_NODISCARD;

#endif
