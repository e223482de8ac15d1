/* SPDX-License-Identifier: Apache-2.0 */
/* Sets of named statements, nesting of transactions, first-error binding: what every backend shares. */
#include "db/db.h"

#include "db/backend.h"
#include "db/migrate.h"

#include <stdio.h>
#include <string.h>

struct cdr_db {
    const cdr_db_backend *backend;
    void *conn;
    int schema_version;
    unsigned depth;      /* open begins */
    const cdr_ctx *stop;  /* reading ends once it is cancelled; NULL: never */
    bool doomed;         /* an inner level rolled back */
    bool watched;
    const char *sql;     /* of the statement that runs */
    cdr_db_watch watch;
};

struct cdr_db_set {
    cdr_db *db;
    const cdr_db_stmt *desc;
    void **stmts;
    size_t count;
};

typedef struct schema { const cdr_migration *list; size_t count; bool keep_copy; } schema;

/* Only a database that was just made gets its first tables: another program's is refused, not filled with ours. */
static cdr_status bring_up_to_date(const cdr_ctx *ctx, cdr_db *db, const char *path, cdr_db_mode mode, const schema *sc, cdr_err *err)
{
    cdr_status s = mode == CDR_DB_CREATE ? CDR_E_UNSUPPORTED : cdr_db_check_schema(db, path, sc->list, sc->count, err);
    bool older = s == CDR_E_UNSUPPORTED && db->schema_version < (int)sc->count;
    return older && mode != CDR_DB_READ ? cdr_db_migrate(ctx, db, path, sc->list, sc->count, sc->keep_copy, err) : s;
}

static cdr_status open_schema(const cdr_ctx *ctx, const char *path, cdr_db_mode mode, const schema *sc, cdr_db **ret, cdr_err *err)
{
    *ret = NULL;
    cdr_db *db = cdr_alloc(sizeof *db);
    if (!db)
        return cdr_fail_nomem(err, "db");
    db->backend = &cdr_db_sqlite;
    cdr_status s = db->backend->open(path, mode, &db->conn, err);
    if (s == CDR_OK)
        s = bring_up_to_date(ctx, db, path, mode, sc, err);
    if (s != CDR_OK) {
        cdr_db_close(db);
        return s;
    }
    *ret = db;
    return CDR_OK;
}

cdr_status cdr_db_open(const cdr_ctx *ctx, const char *path, cdr_db_mode mode, cdr_db **ret, cdr_err *err)
{
    return open_schema(ctx, path, mode, &(schema){cdr_migrations, cdr_migration_count, true}, ret, err);
}

cdr_status cdr_db_open_keys(const cdr_ctx *ctx, const char *path, cdr_db_mode mode, cdr_db **ret, cdr_err *err)
{
    return open_schema(ctx, path, mode, &(schema){cdr_key_migrations, cdr_key_migration_count, false}, ret, err);
}

#define PAGES_USUAL_MIB 8u

cdr_status cdr_db_keep_pages(cdr_db *db, unsigned mebibytes, cdr_err *err)
{
    char sql[60];
    snprintf(sql, sizeof sql, "PRAGMA cache_size = -%u", (mebibytes ? CDR_MIN(mebibytes, 4096u) : PAGES_USUAL_MIB) * 1024);
    return db->backend->script(db->conn, sql, err);
}

cdr_status cdr_db_only_read(cdr_db *db, bool yes, cdr_err *err)
{
    return db->backend->script(db->conn, yes ? "PRAGMA query_only = ON" : "PRAGMA query_only = OFF", err);
}

cdr_status cdr_db_cut_log(cdr_db *db, cdr_err *err)
{
    if (db->depth > 0)
        return cdr_fail(err, CDR_E_INVAL, "db", "db.in-transaction", "The log cannot be cut inside a transaction.");
    return db->backend->cut_log(db->conn, err);
}

void cdr_db_close(cdr_db *db)
{
    if (!db)
        return;
    if (db->conn && db->depth > 0)
        db->backend->rollback(db->conn);
    if (db->conn)
        db->backend->close(db->conn);
    cdr_free(db);
}

void cdr_db_stop_on(cdr_db *db, const cdr_ctx *ctx)
{
    db->stop = ctx;
    db->backend->stop_on(db->conn, ctx);
}

bool cdr_db_in_transaction(const cdr_db *db)
{
    return db->depth > 0;
}

int cdr_db_schema_version(const cdr_db *db)
{
    return db->schema_version;
}

void cdr_db_set_schema_version(cdr_db *db, int version)
{
    db->schema_version = version;
}

cdr_status cdr_db_script(cdr_db *db, const char *sql, cdr_err *err)
{
    return db->backend->script(db->conn, sql, err);
}

cdr_status cdr_db_backup(cdr_db *db, const char *path, cdr_err *err)
{
    return db->backend->backup(db->conn, path, err);
}

cdr_status cdr_db_prepare_set(cdr_db *db, const cdr_db_stmt *stmts, size_t count, cdr_db_set **ret, cdr_err *err)
{
    cdr_db_set *set = cdr_alloc(sizeof *set);
    *ret = set;
    if (set)
        set->stmts = cdr_alloc_array(count, sizeof *set->stmts);
    if (!set || !set->stmts) {
        cdr_free(set);
        *ret = NULL;
        return cdr_fail_nomem(err, "db");
    }
    set->db = db;
    set->desc = stmts;
    set->count = count;
    return CDR_OK;
}

void cdr_db_set_free(cdr_db_set *set)
{
    if (!set)
        return;
    for (size_t i = 0; i < set->count; i++)
        if (set->stmts[i])
            set->db->backend->finalize(set->stmts[i]);
    cdr_free(set->stmts);
    cdr_free(set);
}

static cdr_status begin(cdr_db *db, bool readonly, cdr_err *err)
{
    if (db->depth == 0) {
        cdr_status s = db->backend->begin(db->conn, readonly, err);
        if (s != CDR_OK)
            return s;
        db->doomed = false;
    }
    db->depth++;
    return CDR_OK;
}

cdr_status cdr_db_begin(cdr_db *db, cdr_err *err)
{
    return begin(db, false, err);
}

cdr_status cdr_db_begin_read(cdr_db *db, cdr_err *err)
{
    return begin(db, true, err);
}

static void take_back(cdr_db *db)
{
    db->backend->rollback(db->conn);
    if (db->watched)
        db->watch.undone(db->watch.arg);
}

void cdr_db_row_touched(cdr_db *db, const char *table, int64_t id, cdr_db_change change)
{
    db->watch.row(db->watch.arg, table, id, change, db->sql);
}

void cdr_db_watch_rows(cdr_db *db, const cdr_db_watch *watch)
{
    db->watched = watch != NULL;
    if (watch)
        db->watch = *watch;
    db->backend->watch(db->conn, watch ? db : NULL);
}

cdr_status cdr_db_commit(cdr_db *db, cdr_err *err)
{
    if (db->depth == 0)
        return cdr_fail(err, CDR_E_INVAL, "db", "db.no-transaction", "There is no open transaction to commit.");
    cdr_status closed = db->depth == 1 && db->watched && !db->doomed ? db->watch.closing(db->watch.arg, err) : CDR_OK;
    if (closed != CDR_OK) {
        cdr_db_rollback(db);
        return closed;
    }
    if (--db->depth > 0)
        return CDR_OK;
    if (db->doomed) {
        take_back(db);
        return cdr_fail(err, CDR_E_DB, "db", "db.rolled-back", "A step of the transaction failed, so all of it was rolled back.");
    }
    cdr_status s = db->backend->commit(db->conn, err);
    if (s != CDR_OK)
        take_back(db);
    return s;
}

void cdr_db_rollback(cdr_db *db)
{
    if (db->depth == 0)
        return;
    db->doomed = true;
    if (--db->depth == 0)
        take_back(db);
}

cdr_status cdr_db_begin_query(cdr_db_set *set, size_t id, cdr_db_query *q, cdr_err *err)
{
    *q = (cdr_db_query){.db = set->db, .desc = &set->desc[id]};
    if (!set->stmts[id]) {
        cdr_status s = set->db->backend->prepare(set->db->conn, q->desc, &set->stmts[id], err);
        if (s != CDR_OK)
            return s;
    }
    q->stmt = set->stmts[id];
    return CDR_OK;
}

static void note_bind(cdr_db_query *q, cdr_status s)
{
    if (s != CDR_OK && q->bind_status == CDR_OK)
        q->bind_status = s;
}

void cdr_db_bind_int(cdr_db_query *q, int param, int64_t v)
{
    note_bind(q, q->db->backend->bind_int(q->stmt, param, v));
}

void cdr_db_bind_double(cdr_db_query *q, int param, double v)
{
    note_bind(q, q->db->backend->bind_double(q->stmt, param, v));
}

void cdr_db_bind_textn(cdr_db_query *q, int param, const char *s, size_t len)
{
    note_bind(q, q->db->backend->bind_text(q->stmt, param, s, len));
}

void cdr_db_bind_text(cdr_db_query *q, int param, const char *s)
{
    cdr_db_bind_textn(q, param, s, s ? strlen(s) : 0);
}

void cdr_db_bind_blob(cdr_db_query *q, int param, const void *p, size_t len)
{
    note_bind(q, q->db->backend->bind_blob(q->stmt, param, p, len));
}

void cdr_db_bind_null(cdr_db_query *q, int param)
{
    cdr_db_bind_textn(q, param, NULL, 0);
}

cdr_status cdr_db_step(cdr_db_query *q, cdr_err *err)
{
    if (q->db && q->db->stop && cdr_cancelled(q->db->stop))
        return cdr_fail(err, CDR_E_CANCELLED, "db", "db.interrupted", "The database step was interrupted.");
    if (q->bind_status == CDR_E_NOMEM)
        return cdr_fail_nomem(err, "db");
    if (q->bind_status != CDR_OK)
        return cdr_fail(err, q->bind_status, "db", "db.bind", "A value for the statement %s could not be bound; this is a fault of the program.", q->desc->name);
    q->db->sql = q->desc->sql;
    return q->db->backend->step(q->db->conn, q->stmt, q->desc->name, err);
}

int64_t cdr_db_col_int(cdr_db_query *q, int col)
{
    return q->db->backend->col_int(q->stmt, col);
}

double cdr_db_col_double(cdr_db_query *q, int col)
{
    return q->db->backend->col_double(q->stmt, col);
}

const char *cdr_db_col_text(cdr_db_query *q, int col, size_t *ret_len)
{
    size_t len;
    return q->db->backend->col_text(q->stmt, col, ret_len ? ret_len : &len);
}

const void *cdr_db_col_blob(cdr_db_query *q, int col, size_t *ret_len)
{
    return q->db->backend->col_blob(q->stmt, col, ret_len);
}

bool cdr_db_col_is_null(cdr_db_query *q, int col)
{
    return q->db->backend->col_is_null(q->stmt, col);
}

int cdr_db_col_count(cdr_db_query *q)
{
    return q->db->backend->col_count(q->stmt);
}

void cdr_db_end(cdr_db_query *q)
{
    if (q->stmt)
        q->db->backend->reset(q->stmt);
    q->stmt = NULL;
}

cdr_status cdr_db_run(cdr_db_query *q, cdr_err *err)
{
    cdr_db *db = q->db;
    bool alone = db->watched && db->depth == 0 && !q->desc->readonly;
    cdr_status s = alone ? cdr_db_begin(db, err) : CDR_OK;
    if (s == CDR_OK)
        s = cdr_db_step(q, err);
    else
        alone = false;
    cdr_db_end(q);
    s = s == CDR_DONE ? CDR_OK : s;
    if (alone && s == CDR_OK)
        return cdr_db_commit(db, err);
    if (alone)
        cdr_db_rollback(db);
    return s;
}

int64_t cdr_db_last_id(cdr_db *db)
{
    return db->backend->last_id(db->conn);
}

int64_t cdr_db_changes(cdr_db *db)
{
    return db->backend->changes(db->conn);
}

cdr_status cdr_db_check(cdr_db *db, cdr_err *err)
{
    return db->backend->check(db->conn, err);
}
