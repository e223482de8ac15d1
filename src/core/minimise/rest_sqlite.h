/* SPDX-License-Identifier: Apache-2.0 */
/* SQLite databases, which are somebody else's: all work on one is done in a process of its own, which may reach nothing but the folder of the
 * database, in one transaction. */
#ifndef CDR_CORE_MINIMISE_REST_SQLITE_H
#define CDR_CORE_MINIMISE_REST_SQLITE_H

#include "core/minimise/rest.h"

/* What the database says: schema and values of all tables in their order, wherever pages lie (file or log), whatever free pages hold. ->size
 * counts the bytes hashed. CDR_E_CORRUPT, CDR_E_UNSUPPORTED: it cannot be read as a database. CDR_E_LOCKED: another program works on it. */
cdr_status cdr_rest_sqlite_observe(const cdr_rest_file *f, const cdr_ctx *ctx, cdr_target_state *ret, cdr_err *err) CDR_NODISCARD;
/* Unfinished changes are undone, the log is emptied into the database: nothing beside it counts any more. */
cdr_status cdr_rest_sqlite_settle(const cdr_rest_file *f, const cdr_ctx *ctx, cdr_err *err) CDR_NODISCARD;
/* What comes after a change, when a killed run did not get to it: the log is emptied, gaps are cleared, a journal that was begun is gone. */
cdr_status cdr_rest_sqlite_tidy(const cdr_rest_file *f, const cdr_ctx *ctx, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_rest_run_sqlite(const cdr_execution *e, cdr_rest_file *f, cdr_step_effect *ret, cdr_target_state *ret_after, cdr_err *err) CDR_NODISCARD;

#endif
