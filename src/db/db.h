/* SPDX-License-Identifier: Apache-2.0 */
/* Database: one interface, SQLite behind it now, PostgreSQL next. A room declares its statements as a const table
 * (its store.c is the only place with SQL), each named by an enum and prepared once; values are bound by typed calls.
 *
 *     enum { ST_PARTY_INSERT, ST_PARTY_GET, ST__MAX };
 *     static const cdr_db_stmt statements[ST__MAX] = {
 *         [ST_PARTY_INSERT] = {"party-insert", "INSERT INTO party(id, name) VALUES(?1, ?2)", false},
 *     };
 *     cdr_db_set *set;  cdr_db_prepare_set(db, statements, ST__MAX, &set, err);
 *     cdr_db_query q = {0};   cdr_db_begin_query(set, ST_PARTY_GET, &q) … bind … while ((s = cdr_db_step(&q, err)) == CDR_OK) … cdr_db_end(&q);
 */
#ifndef CDR_DB_DB_H
#define CDR_DB_DB_H

#include "base/mem.h"

typedef struct cdr_db cdr_db;
typedef struct cdr_db_set cdr_db_set;

typedef struct cdr_db_stmt {
    const char *name;
    const char *sql;
    bool readonly;
} cdr_db_stmt;

typedef struct cdr_db_query {
    void *stmt;             /* backend's statement */
    cdr_db *db;
    const cdr_db_stmt *desc;
    cdr_status bind_status; /* first failed bind, reported by step */
} cdr_db_query;

typedef enum cdr_db_mode { CDR_DB_CREATE, CDR_DB_WRITE, CDR_DB_READ } cdr_db_mode;

/* ${path}: SQLite file. CREATE refuses an existing file. WAL, synchronous FULL, foreign keys on, trusted_schema off,
 * secure_delete on. Opening migrates to the newest schema (backup copy beside it first), refuses a newer one
 * (CDR_E_UNSUPPORTED) and a damaged one (CDR_E_CORRUPT). CDR_E_LOCKED: another process writes. READ works on a
 * read-only folder. */
cdr_status cdr_db_open(const cdr_ctx *ctx, const char *path, cdr_db_mode mode, cdr_db **ret, cdr_err *err) CDR_NODISCARD;
/* The same for candor.keys, which has a schema of its own. No copy is kept beside it when the schema changes: it would keep keys that were destroyed. */
cdr_status cdr_db_open_keys(const cdr_ctx *ctx, const char *path, cdr_db_mode mode, cdr_db **ret, cdr_err *err) CDR_NODISCARD;
void cdr_db_close(cdr_db *db);   /* NULL is fine; rolls back what is open */
int cdr_db_schema_version(const cdr_db *db);

cdr_status cdr_db_prepare_set(cdr_db *db, const cdr_db_stmt *stmts, size_t count, cdr_db_set **ret, cdr_err *err) CDR_NODISCARD;
void cdr_db_set_free(cdr_db_set *set);

/* Transactions nest: only the outermost begin/commit reach the database; a rollback at any level dooms the outermost. */
cdr_status cdr_db_begin(cdr_db *db, cdr_err *err) CDR_NODISCARD;     /* IMMEDIATE */
/* One state of the database for several reads, whatever a writer does meanwhile; ends with commit. Nests like begin. */
cdr_status cdr_db_begin_read(cdr_db *db, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_db_commit(cdr_db *db, cdr_err *err) CDR_NODISCARD;
void cdr_db_rollback(cdr_db *db);
/* From now on steps end with CDR_E_CANCELLED soon after ${ctx} is cancelled: for long reading. NULL: no more. */
void cdr_db_stop_on(cdr_db *db, const cdr_ctx *ctx);
bool cdr_db_in_transaction(const cdr_db *db);
/* While ${yes} whoever writes gets an error. Outside a transaction. */
cdr_status cdr_db_only_read(cdr_db *db, bool yes, cdr_err *err) CDR_NODISCARD;

/* Told of each row (of a table with an integer key) that a statement adds, changes or deletes, and of how the outermost transaction ends. A statement that runs alone gets a transaction of its own. */
typedef enum cdr_db_change { CDR_DB_ADDED = 1, CDR_DB_CHANGED = 2, CDR_DB_DELETED = 4 } cdr_db_change;
typedef struct cdr_db_watch {
    void (*row)(void *arg, const char *table, int64_t id, cdr_db_change change, const char *sql);   /* must not use the database. ${sql}: of the statement that did it */
    cdr_status (*closing)(void *arg, cdr_err *err);                                /* before the commit, which it may add to; what fails here takes all of it back */
    void (*undone)(void *arg);                                                     /* after it was taken back */
    void *arg;
} cdr_db_watch;
void cdr_db_watch_rows(cdr_db *db, const cdr_db_watch *watch);                     /* copied; NULL: no more */

cdr_status cdr_db_begin_query(cdr_db_set *set, size_t id, cdr_db_query *q, cdr_err *err) CDR_NODISCARD;
void cdr_db_bind_int(cdr_db_query *q, int param, int64_t v);
void cdr_db_bind_double(cdr_db_query *q, int param, double v);
void cdr_db_bind_text(cdr_db_query *q, int param, const char *s);                    /* NULL -> NULL; copied */
void cdr_db_bind_textn(cdr_db_query *q, int param, const char *s, size_t len);
void cdr_db_bind_blob(cdr_db_query *q, int param, const void *p, size_t len);
void cdr_db_bind_null(cdr_db_query *q, int param);
/* CDR_OK: a row; CDR_DONE: no more. */
cdr_status cdr_db_step(cdr_db_query *q, cdr_err *err) CDR_NODISCARD;
int64_t cdr_db_col_int(cdr_db_query *q, int col);
double cdr_db_col_double(cdr_db_query *q, int col);
const char *cdr_db_col_text(cdr_db_query *q, int col, size_t *ret_len /* may be NULL */);  /* NULL for NULL; valid until next step/end */
const void *cdr_db_col_blob(cdr_db_query *q, int col, size_t *ret_len);
bool cdr_db_col_is_null(cdr_db_query *q, int col);
int cdr_db_col_count(cdr_db_query *q);
void cdr_db_end(cdr_db_query *q);                                                  /* reset; safe twice */
/* Run a statement that returns no rows, all parameters bound: begin_query, bind, then this. Ends the query. */
cdr_status cdr_db_run(cdr_db_query *q, cdr_err *err) CDR_NODISCARD;
int64_t cdr_db_last_id(cdr_db *db);
int64_t cdr_db_changes(cdr_db *db);
/* integrity_check and foreign_key_check; CDR_E_CORRUPT with the first finding. */
cdr_status cdr_db_check(cdr_db *db, cdr_err *err) CDR_NODISCARD;

/* How much of the file is kept in memory; 0: as little as usual. For long writing, which otherwise reads the same pages again and again. */
cdr_status cdr_db_keep_pages(cdr_db *db, unsigned mebibytes, cdr_err *err) CDR_NODISCARD;
/* What was deleted leaves the files as well: the log is written back and cut. CDR_E_INVAL inside a transaction; CDR_E_LOCKED: somebody reads. */
cdr_status cdr_db_cut_log(cdr_db *db, cdr_err *err) CDR_NODISCARD;

static inline void cdr_db_closep(cdr_db **db) { cdr_db_close(*db); }

#endif
