/* SPDX-License-Identifier: Apache-2.0 */
/* SQLite behind the interface. */
#include "db/backend.h"

#include "base/fault.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define BUSY_MS 3000

#define ROOM_MIN (64u << 10)      /* less, and neither a page nor the memory that readers share finds its place */

/* Of a disk without any space SQLite often says no more than that reading or writing failed. */
static bool disk_is_full(sqlite3 *db, int rc, const char *path)
{
    struct statvfs v;
    int errnum = db ? sqlite3_system_errno(db) : 0;
    if (rc == SQLITE_IOERR_READ || rc == SQLITE_IOERR_SHORT_READ)
        return false;
    return errnum == ENOSPC || errnum == EDQUOT || (!statvfs(path, &v) && (uint64_t)v.f_bavail * v.f_frsize < ROOM_MIN);
}

/* One sentence per kind of failure; ${what} names the statement or the step, never a value. */
static cdr_status fail(sqlite3 *db, int rc, const char *what, cdr_err *err)
{
    const char *path = db ? sqlite3_db_filename(db, "main") : NULL;
    if (!path || !*path)
        path = "the database";
    if (((rc & 0xFF) == SQLITE_IOERR || (rc & 0xFF) == SQLITE_CANTOPEN) && disk_is_full(db, rc, path))
        rc = SQLITE_FULL;
    switch (rc & 0xFF) {
    case SQLITE_NOMEM: return cdr_fail_nomem(err, "db");
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return cdr_fail(err, CDR_E_LOCKED, "db", "db.busy", "Another process is writing to %s; wait until it is done and run this again.", path);
    case SQLITE_FULL: return cdr_fail(err, CDR_E_IO, "db", "db.full", "The disk that holds %s is full; free some space and run this again. Nothing of this step was kept.", path);
    case SQLITE_READONLY: return cdr_fail(err, CDR_DENIED, "db", "db.readonly", "%s may not be written; check the folder's permissions.", path);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return cdr_fail(err, CDR_E_CORRUPT, "db", "db.corrupt", "%s is damaged or no database; restore it from a backup.", path);
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN: return cdr_fail(err, CDR_E_IO, "db", "db.io", "%s cannot be read or written (%s, %s).", path, what, sqlite3_errstr(rc));
    case SQLITE_CONSTRAINT: return cdr_fail(err, CDR_E_INVAL, "db", "db.constraint", "The database refused a value (%s): %s.", what, db ? sqlite3_errmsg(db) : "");
    case SQLITE_INTERRUPT: return cdr_fail(err, CDR_E_CANCELLED, "db", "db.interrupted", "The database step was interrupted.");
    default: return cdr_fail(err, CDR_E_DB, "db", "db.failed", "The database step %s failed: %s.", what, db ? sqlite3_errmsg(db) : sqlite3_errstr(rc));
    }
}

static cdr_status run_script(void *conn, const char *sql, cdr_err *err)
{
    if (cdr_fault(CDR_FAULT_SQL))
        return fail(conn, SQLITE_FULL, "script", err);
    int rc = sqlite3_exec(conn, sql, NULL, NULL, NULL);
    return rc == SQLITE_OK ? CDR_OK : fail(conn, rc, "script", err);
}

static cdr_status set_up(sqlite3 *db, cdr_db_mode mode, cdr_err *err)
{
    sqlite3_busy_timeout(db, BUSY_MS);
    sqlite3_extended_result_codes(db, 1);
    sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_FKEY, 1, NULL);
    sqlite3_limit(db, SQLITE_LIMIT_ATTACHED, 0);
    /* Temporary tables and indexes stay in memory: no values in files that nobody cleans up. */
    cdr_status s = run_script(db, "PRAGMA temp_store = MEMORY; PRAGMA cache_size = -8000; SELECT count(*) FROM sqlite_schema;", err);
    if (s == CDR_OK && mode != CDR_DB_READ)
        s = run_script(db, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA journal_size_limit = 16777216; PRAGMA wal_autocheckpoint = 4000;", err);
    return s;
}

static bool has_waiting_log(const char *path)
{
    struct stat st;
    _cleanup_free_ char *log = cdr_asprintf("%s-wal", path);
    return !log || (!stat(log, &st) && st.st_size > 0);
}

/* "file:PATH?immutable=1", with what means something in a URI escaped. Free with sqlite3_free. */
static char *immutable_uri(const char *path)
{
    sqlite3_str *s = sqlite3_str_new(NULL);
    sqlite3_str_appendall(s, "file:");
    for (; *path; path++)
        if (strchr("?#%", *path))
            sqlite3_str_appendf(s, "%%%02X", (unsigned char)*path);
        else
            sqlite3_str_appendchar(s, 1, *path);
    sqlite3_str_appendall(s, "?immutable=1");
    return sqlite3_str_finish(s);
}

/* A process that died left a half-done transaction behind, which only a writer may undo. */
static int recover(const char *path)
{
    sqlite3 *db = NULL;
    int rc = sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_exec(db, "SELECT 1 FROM sqlite_schema", NULL, NULL, NULL);
    sqlite3_close(db);
    return rc;
}

static int open_readonly(const char *path, sqlite3 **ret)
{
    int rc = sqlite3_open_v2(path, ret, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);
    return rc == SQLITE_OK ? sqlite3_exec(*ret, "SELECT 1 FROM sqlite_schema", NULL, NULL, NULL) : rc;
}

/* A database in a folder that nobody may write to can only be read as a file that will not change. */
static int open_for_reading(const char *path, sqlite3 **ret)
{
    int rc = open_readonly(path, ret);
    if (rc == SQLITE_READONLY_ROLLBACK || rc == SQLITE_READONLY_RECOVERY) {
        sqlite3_close(*ret);
        *ret = NULL;
        rc = recover(path);
        if (rc == SQLITE_OK)
            rc = open_readonly(path, ret);
    }
    if ((rc & 0xFF) != SQLITE_CANTOPEN && (rc & 0xFF) != SQLITE_READONLY)
        return rc;
    sqlite3_close(*ret);
    *ret = NULL;
    /* Commits that wait in the log beside the file would be passed over: better no answer than an old one. */
    if (has_waiting_log(path))
        return SQLITE_CANTOPEN;
    char *uri = immutable_uri(path);
    if (!uri)
        return SQLITE_NOMEM;
    rc = sqlite3_open_v2(uri, ret, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI | SQLITE_OPEN_EXRESCODE, NULL);
    sqlite3_free(uri);
    return rc;
}

static cdr_status refuse_existing(const char *path, cdr_err *err)
{
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return cdr_fail_errno(err, errno == EEXIST ? CDR_E_INVAL : CDR_E_IO, "db", "db.create", errno, "Cannot make the database %s", path);
    close(fd);
    return CDR_OK;
}

static cdr_status sqlite_open(const char *path, cdr_db_mode mode, void **ret, cdr_err *err)
{
    sqlite3 *db = NULL;
    if (mode == CDR_DB_CREATE) {
        cdr_status s = refuse_existing(path, err);
        if (s != CDR_OK)
            return s;
    }
    struct stat st;
    if (stat(path, &st))
        return cdr_fail_errno(err, errno == ENOENT ? CDR_NOT_FOUND : CDR_E_IO, "db", "db.missing", errno, "Cannot open the database %s", path);
    int rc = mode == CDR_DB_READ ? open_for_reading(path, &db)
                                 : sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);
    cdr_status s = rc == SQLITE_OK ? set_up(db, mode, err) : fail(db, rc, "open", err);
    if (s != CDR_OK) {
        sqlite3_close(db);
        return s;
    }
    *ret = db;
    return CDR_OK;
}

static void sqlite_close(void *conn)
{
    sqlite3_close_v2(conn);
}

static cdr_status sqlite_begin(void *conn, bool readonly, cdr_err *err)
{
    return run_script(conn, readonly ? "BEGIN DEFERRED" : "BEGIN IMMEDIATE", err);
}

static cdr_status sqlite_commit(void *conn, cdr_err *err)
{
    if (cdr_fault(CDR_FAULT_FSYNC))
        return fail(conn, SQLITE_IOERR_FSYNC, "commit", err);
    return run_script(conn, "COMMIT", err);
}

static void sqlite_rollback(void *conn)
{
    if (!sqlite3_get_autocommit(conn))
        sqlite3_exec(conn, "ROLLBACK", NULL, NULL, NULL);
}

static cdr_status sqlite_prepare(void *conn, const cdr_db_stmt *desc, void **ret, cdr_err *err)
{
    sqlite3_stmt *stmt = NULL;
    int rc = sqlite3_prepare_v3(conn, desc->sql, -1, SQLITE_PREPARE_PERSISTENT, &stmt, NULL);
    if (rc != SQLITE_OK)
        return fail(conn, rc, desc->name, err);
    *ret = stmt;
    return CDR_OK;
}

static void sqlite_finalize(void *stmt)
{
    sqlite3_finalize(stmt);
}

static void sqlite_reset(void *stmt)
{
    sqlite3_reset(stmt);
    sqlite3_clear_bindings(stmt);
}

static cdr_status bound(int rc)
{
    return rc == SQLITE_OK ? CDR_OK : rc == SQLITE_NOMEM ? CDR_E_NOMEM : CDR_E_INVAL;
}

static cdr_status sqlite_bind_int(void *stmt, int param, int64_t v)
{
    return bound(sqlite3_bind_int64(stmt, param, v));
}

static cdr_status sqlite_bind_double(void *stmt, int param, double v)
{
    return bound(sqlite3_bind_double(stmt, param, v));
}

static cdr_status sqlite_bind_text(void *stmt, int param, const char *s, size_t len)
{
    return bound(s ? sqlite3_bind_text64(stmt, param, s, len, SQLITE_TRANSIENT, SQLITE_UTF8) : sqlite3_bind_null(stmt, param));
}

static cdr_status sqlite_bind_blob(void *stmt, int param, const void *p, size_t len)
{
    return bound(p ? sqlite3_bind_blob64(stmt, param, p, len, SQLITE_TRANSIENT) : sqlite3_bind_null(stmt, param));
}

static cdr_status sqlite_step(void *conn, void *stmt, const char *name, cdr_err *err)
{
    if (cdr_fault(CDR_FAULT_SQL))
        return fail(conn, SQLITE_FULL, name, err);
    int rc = sqlite3_step(stmt);
    if (rc == SQLITE_ROW)
        return CDR_OK;
    return rc == SQLITE_DONE ? CDR_DONE : fail(conn, rc, name, err);
}

static int64_t sqlite_col_int(void *stmt, int col)
{
    return sqlite3_column_int64(stmt, col);
}

static double sqlite_col_double(void *stmt, int col)
{
    return sqlite3_column_double(stmt, col);
}

static const char *sqlite_col_text(void *stmt, int col, size_t *ret_len)
{
    const char *s = (const char *)sqlite3_column_text(stmt, col);
    *ret_len = (size_t)sqlite3_column_bytes(stmt, col);
    return s;
}

static const void *sqlite_col_blob(void *stmt, int col, size_t *ret_len)
{
    const void *p = sqlite3_column_blob(stmt, col);
    *ret_len = (size_t)sqlite3_column_bytes(stmt, col);
    return p;
}

static bool sqlite_col_is_null(void *stmt, int col)
{
    return sqlite3_column_type(stmt, col) == SQLITE_NULL;
}

static int sqlite_col_count(void *stmt)
{
    return sqlite3_column_count(stmt);
}

static int64_t sqlite_last_id(void *conn)
{
    return sqlite3_last_insert_rowid(conn);
}

static int is_cancelled(void *ctx)
{
    return cdr_cancelled(ctx);
}

static void sqlite_stop_on(void *conn, const cdr_ctx *ctx)
{
    enum { OPERATIONS = 5000 };     /* a millisecond at most */
    sqlite3_progress_handler(conn, ctx ? OPERATIONS : 0, ctx ? is_cancelled : NULL, (void *)(uintptr_t)ctx);
}

static void on_row(void *arg, int operation, const char *database, const char *table, sqlite3_int64 id)
{
    (void)database;
    cdr_db_row_touched(arg, table, id, operation == SQLITE_INSERT ? CDR_DB_ADDED : operation == SQLITE_UPDATE ? CDR_DB_CHANGED : CDR_DB_DELETED);
}

static void sqlite_watch(void *conn, cdr_db *told)
{
    sqlite3_update_hook(conn, told ? on_row : NULL, told);
}

static int64_t sqlite_changes(void *conn)
{
    return sqlite3_changes64(conn);
}

static cdr_status first_row(sqlite3 *db, const char *sql, const char *good, cdr_err *err)
{
    sqlite3_stmt *stmt = NULL;
    int rc = sqlite3_prepare_v2(db, sql, -1, &stmt, NULL);
    rc = rc == SQLITE_OK ? sqlite3_step(stmt) : rc;
    cdr_status s = CDR_OK;
    if (rc == SQLITE_ROW && (!good || strcmp((const char *)sqlite3_column_text(stmt, 0), good) != 0))
        s = fail(db, SQLITE_CORRUPT, "check", err);
    else if (rc != SQLITE_ROW && rc != SQLITE_DONE)
        s = fail(db, rc, "check", err);
    sqlite3_finalize(stmt);
    return s;
}

static cdr_status sqlite_check(void *conn, cdr_err *err)
{
    cdr_status s = first_row(conn, "PRAGMA integrity_check(1)", "ok", err);
    return s == CDR_OK ? first_row(conn, "PRAGMA foreign_key_check", NULL, err) : s;
}

static cdr_status sqlite_backup(void *conn, const char *path, cdr_err *err)
{
    sqlite3 *copy = NULL;
    unlink(path);
    /* Made here, so that nobody else may read it whatever the umask. */
    cdr_status made = refuse_existing(path, err);
    if (made != CDR_OK)
        return made;
    int rc = sqlite3_open_v2(path, &copy, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL);
    sqlite3_backup *backup = rc == SQLITE_OK ? sqlite3_backup_init(copy, "main", conn, "main") : NULL;
    if (backup) {
        /* A database that somebody is writing to is no fault to finish(), and the copy would be empty. */
        int step = sqlite3_backup_step(backup, -1);
        rc = sqlite3_backup_finish(backup);
        rc = rc == SQLITE_OK && step != SQLITE_DONE ? step : rc;
    } else if (rc == SQLITE_OK)
        rc = sqlite3_errcode(copy);
    cdr_status s = rc == SQLITE_OK ? CDR_OK : fail(copy, rc, "backup", err);
    sqlite3_close(copy);
    if (s != CDR_OK)
        unlink(path);
    return s;
}

/* secure_delete has overwritten what was deleted in the pages; the log still holds the pages from before, until it is written back and cut. */
static cdr_status sqlite_cut_log(void *conn, cdr_err *err)
{
    int left = 0;
    int rc = sqlite3_wal_checkpoint_v2(conn, NULL, SQLITE_CHECKPOINT_TRUNCATE, &left, NULL);
    return rc == SQLITE_OK ? CDR_OK : fail(conn, rc, "cut log", err);
}

const cdr_db_backend cdr_db_sqlite = {
    .name = "sqlite", .open = sqlite_open, .close = sqlite_close, .script = run_script, .begin = sqlite_begin, .commit = sqlite_commit,
    .rollback = sqlite_rollback, .prepare = sqlite_prepare, .finalize = sqlite_finalize, .reset = sqlite_reset, .bind_int = sqlite_bind_int,
    .bind_double = sqlite_bind_double, .bind_text = sqlite_bind_text, .bind_blob = sqlite_bind_blob, .step = sqlite_step, .col_int = sqlite_col_int,
    .col_double = sqlite_col_double, .col_text = sqlite_col_text, .col_blob = sqlite_col_blob, .col_is_null = sqlite_col_is_null,
    .last_id = sqlite_last_id, .changes = sqlite_changes, .stop_on = sqlite_stop_on, .col_count = sqlite_col_count, .watch = sqlite_watch, .check = sqlite_check, .cut_log = sqlite_cut_log, .backup = sqlite_backup,
};
