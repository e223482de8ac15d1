/* SPDX-License-Identifier: Apache-2.0 */
/* What a database must do for us: the line behind which SQLite stands and PostgreSQL will. Messages name no values. */
#ifndef CDR_DB_BACKEND_H
#define CDR_DB_BACKEND_H

#include "db/db.h"

typedef struct cdr_db_backend {
    const char *name;
    cdr_status (*open)(const char *path, cdr_db_mode mode, void **ret, cdr_err *err);
    void (*close)(void *conn);
    cdr_status (*script)(void *conn, const char *sql, cdr_err *err);              /* several statements without results */
    cdr_status (*begin)(void *conn, bool readonly, cdr_err *err);
    cdr_status (*commit)(void *conn, cdr_err *err);
    void (*rollback)(void *conn);
    cdr_status (*prepare)(void *conn, const cdr_db_stmt *desc, void **ret, cdr_err *err);
    void (*finalize)(void *stmt);
    void (*reset)(void *stmt);
    cdr_status (*bind_int)(void *stmt, int param, int64_t v);
    cdr_status (*bind_double)(void *stmt, int param, double v);
    cdr_status (*bind_text)(void *stmt, int param, const char *s, size_t len);    /* s NULL: NULL */
    cdr_status (*bind_blob)(void *stmt, int param, const void *p, size_t len);
    cdr_status (*step)(void *conn, void *stmt, const char *name, cdr_err *err);   /* CDR_OK a row, CDR_DONE none */
    int64_t (*col_int)(void *stmt, int col);
    double (*col_double)(void *stmt, int col);
    const char *(*col_text)(void *stmt, int col, size_t *ret_len);
    const void *(*col_blob)(void *stmt, int col, size_t *ret_len);
    bool (*col_is_null)(void *stmt, int col);
    int (*col_count)(void *stmt);
    int64_t (*last_id)(void *conn);
    int64_t (*changes)(void *conn);
    void (*stop_on)(void *conn, const cdr_ctx *ctx);                              /* steps end with CDR_E_CANCELLED once it is cancelled; NULL: no more */
    void (*watch)(void *conn, cdr_db *told);                                      /* cdr_db_row_touched; NULL: no more */
    cdr_status (*check)(void *conn, cdr_err *err);
    cdr_status (*cut_log)(void *conn, cdr_err *err);                              /* write the log back and cut it to nothing */
    cdr_status (*backup)(void *conn, const char *path, cdr_err *err);
} cdr_db_backend;

extern const cdr_db_backend cdr_db_sqlite;

/* For backends: a row was touched. */
void cdr_db_row_touched(cdr_db *db, const char *table, int64_t id, cdr_db_change change);

/* For migrations. */
cdr_status cdr_db_script(cdr_db *db, const char *sql, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_db_backup(cdr_db *db, const char *path, cdr_err *err) CDR_NODISCARD;
void cdr_db_set_schema_version(cdr_db *db, int version);

#endif
