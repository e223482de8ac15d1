/* SPDX-License-Identifier: Apache-2.0 */
/* Opening a foreign database with everything shut that it could reach through SQLite, and the statements all others go through. */
#include "core/minimise/store_rest.h"

#include "base/fault.h"
#include "base/io.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <string.h>
#include <unistd.h>

#define WAIT_MS 3000
#define HEAP_MAX ((sqlite3_int64)2 << 30)
#define PROGRESS_STEPS 20000
#define HASH_BUFFER ((size_t)64 << 10)

struct cdr_rest_db {
    sqlite3 *db;
    cdr_rest_channel *channel;
};

const char *cdr_store_rest_shown(const cdr_rest_db *db)
{
    return db->channel->shown;
}

void *cdr_store_rest_handle(const cdr_rest_db *db)
{
    return db->db;
}

/* --- errors --- */

typedef struct answer { int code; cdr_status status; const char *id, *text; } answer;

/* SQLite's own texts may quote values and statements: they are not passed on, but for the names of a broken constraint. */
static const answer answers[] = {
    {SQLITE_BUSY, CDR_E_LOCKED, "rest.in-use", "is in use by another program, and has been left as it is; close that program and run this again"},
    {SQLITE_LOCKED, CDR_E_LOCKED, "rest.in-use", "is in use by another program, and has been left as it is; close that program and run this again"},
    {SQLITE_NOTADB, CDR_E_CORRUPT, "rest.damaged", "cannot be read as a database: it is damaged or encrypted"},
    {SQLITE_CORRUPT, CDR_E_CORRUPT, "rest.damaged", "is damaged, and has been left as it is; have its own program repair it"},
    {SQLITE_FULL, CDR_E_IO, "rest.full", "could not be changed for lack of space on the disk, and has been left as it is"},
    {SQLITE_IOERR, CDR_E_IO, "rest.io", "could not be read or written by the system, and has been left as it is"},
    {SQLITE_READONLY, CDR_DENIED, "rest.read-only", "cannot be written to: file and folder must be writable for the one who runs this"},
    {SQLITE_PERM, CDR_DENIED, "rest.read-only", "cannot be written to: file and folder must be writable for the one who runs this"},
    {SQLITE_CANTOPEN, CDR_DENIED, "rest.open", "cannot be opened: file and folder must be readable and writable for the one who runs this"},
    {SQLITE_INTERRUPT, CDR_E_CANCELLED, "rest.stopped", "has been left as it was: stopped"},
    {SQLITE_TOOBIG, CDR_E_LIMIT, "rest.too-big", "holds a value or a row that is too large to be worked on"},
    {SQLITE_MISMATCH, CDR_E_INVAL, "rest.type", "has a column whose type does not take what was to stand there; null it instead, and it has been left as it is"},
    {SQLITE_ERROR, CDR_E_UNSUPPORTED, "rest.unsupported", "uses something that only its own program knows (a function, a sorting order, a module), and has been left as it is"},
};

static cdr_status fail(const cdr_rest_db *db, int rc, cdr_err *err)
{
    int code = rc & 0xFF;
    const char *shown = db->channel->shown;
    if (code == SQLITE_NOMEM)
        return cdr_fail_nomem(err, "minimise");
    if (code == SQLITE_CONSTRAINT) {
        int extended = sqlite3_extended_errcode(db->db);
        const char *what = extended == SQLITE_CONSTRAINT_UNIQUE || extended == SQLITE_CONSTRAINT_PRIMARYKEY ? "two rows would become the same where they must differ" :
                           extended == SQLITE_CONSTRAINT_NOTNULL ? "a value is required" : extended == SQLITE_CONSTRAINT_DATATYPE ? "the column takes another type" :
                           "a condition of the table does not hold";
        return cdr_fail(err, CDR_E_INVAL, "minimise", "rest.constraint", "%s has been left as it is, because %s (%.120s); purge the rows or choose another form.", shown, what, sqlite3_errmsg(db->db));
    }
    for (size_t i = 0; i < CDR_COUNT(answers); i++)
        if (answers[i].code == code)
            return cdr_fail(err, answers[i].status, "minimise", answers[i].id, "%s %s.", shown, answers[i].text);
    return cdr_fail(err, CDR_E_DB, "minimise", "rest.database", "%s could not be worked on (SQLite says %d), and has been left as it is.", shown, rc);
}

/* --- statements --- */

void cdr_store_rest_quote(cdr_buf *sql, const char *name)
{
    cdr_buf_addc(sql, '"');
    for (; *name; name++) {
        if (*name == '"')
            cdr_buf_addc(sql, '"');
        cdr_buf_addc(sql, *name);
    }
    cdr_buf_addc(sql, '"');
}

cdr_status cdr_store_rest_prepare(cdr_rest_db *db, const char *sql, sqlite3_stmt **ret, cdr_err *err)
{
    int rc = sqlite3_prepare_v2(db->db, sql, -1, ret, NULL);
    return rc == SQLITE_OK ? CDR_OK : fail(db, rc, err);
}

cdr_status cdr_store_rest_step(cdr_rest_db *db, sqlite3_stmt *st, cdr_err *err)
{
    int rc = cdr_fault(CDR_FAULT_SQL) ? SQLITE_IOERR : sqlite3_step(st);
    return rc == SQLITE_ROW ? CDR_OK : rc == SQLITE_DONE ? CDR_DONE : fail(db, rc, err);
}

static cdr_status run_text(cdr_rest_db *db, const char *sql, uint64_t *ret_number, cdr_err *err)
{
    sqlite3_stmt *st = NULL;
    cdr_status s = cdr_store_rest_prepare(db, sql, &st, err);
    bool first = true;
    while (s == CDR_OK && (s = cdr_store_rest_step(db, st, err)) == CDR_OK) {
        if (first && ret_number)
            *ret_number = (uint64_t)sqlite3_column_int64(st, 0);
        first = false;
    }
    sqlite3_finalize(st);
    return s == CDR_DONE ? CDR_OK : s;
}

cdr_status cdr_store_rest_count(cdr_rest_db *db, const cdr_buf *sql, uint64_t *ret, cdr_err *err)
{
    *ret = 0;
    return cdr_buf_status(sql) == CDR_OK ? run_text(db, sql->data, ret, err) : cdr_fail_nomem(err, "minimise");
}

cdr_status cdr_store_rest_run(cdr_rest_db *db, const cdr_buf *sql, uint64_t *ret_changes, cdr_err *err)
{
    cdr_status s = cdr_buf_status(sql) == CDR_OK ? run_text(db, sql->data, NULL, err) : cdr_fail_nomem(err, "minimise");
    if (s == CDR_OK && ret_changes)
        *ret_changes = (uint64_t)sqlite3_changes64(db->db);
    return s;
}

/* --- opening --- */

static int on_progress(void *arg)
{
    const cdr_rest_channel *c = arg;
    return cdr_rest_is_stopped(c);
}

static int on_busy(void *arg, int times)
{
    const cdr_rest_channel *c = arg;
    if (times * 50 >= WAIT_MS || cdr_rest_is_stopped(c))
        return 0;
    sqlite3_sleep(50);
    return 1;
}

/* Triggers could write what goes somewhere else; views and functions of the schema are not to run; a name in quotes that does not exist is an
 * error, not a text. */
static int shut(sqlite3 *db)
{
    static const struct { int what, value; } switches[] = {
        {SQLITE_DBCONFIG_DEFENSIVE, 1},      {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0}, {SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0}, {SQLITE_DBCONFIG_ENABLE_TRIGGER, 0},
        {SQLITE_DBCONFIG_ENABLE_VIEW, 0},    {SQLITE_DBCONFIG_DQS_DML, 0},        {SQLITE_DBCONFIG_ENABLE_FKEY, 0},           {SQLITE_DBCONFIG_ENABLE_FTS3_TOKENIZER, 0},
        {SQLITE_DBCONFIG_WRITABLE_SCHEMA, 0},
    };
    for (size_t i = 0; i < CDR_COUNT(switches); i++) {
        int rc = sqlite3_db_config(db, switches[i].what, switches[i].value, NULL);
        if (rc != SQLITE_OK)
            return rc;
    }
    sqlite3_limit(db, SQLITE_LIMIT_ATTACHED, 0);
    sqlite3_limit(db, SQLITE_LIMIT_SQL_LENGTH, 4 << 20);
    sqlite3_limit(db, SQLITE_LIMIT_WORKER_THREADS, 0);
    return SQLITE_OK;
}

static cdr_status set_up(cdr_rest_db *db, cdr_err *err)
{
    static const char *const pragmas[] = {"PRAGMA secure_delete=ON", "PRAGMA temp_store=MEMORY", "PRAGMA mmap_size=0", "PRAGMA cell_size_check=ON", "PRAGMA synchronous=EXTRA",
                                          "PRAGMA cache_size=-65536"};
    cdr_status s = CDR_OK;
    for (size_t i = 0; s == CDR_OK && i < CDR_COUNT(pragmas); i++)
        s = run_text(db, pragmas[i], NULL, err);
    return s;
}

/* A journal that speaks for several databases names another file, which SQLite would read and might delete. */
static cdr_status check_journal(const cdr_rest_channel *c, cdr_err *err)
{
    static const unsigned char magic[8] = {0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7};
    unsigned char end[8];
    _cleanup_free_ char *path = cdr_asprintf("%s-journal", c->path);
    if (!path)
        return cdr_fail_nomem(err, "minimise");
    _cleanup_(cdr_closep) int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    off_t size = fd >= 0 ? lseek(fd, 0, SEEK_END) : 0;
    if (size >= 8 && pread(fd, end, 8, size - 8) == 8 && !memcmp(end, magic, 8) && size > 512)
        return cdr_fail(err, CDR_E_LOCKED, "minimise", "rest.journal", "%s is part of an unfinished change of several databases; open it once with its own program, then run this again.", c->shown);
    return CDR_OK;
}

cdr_status cdr_store_rest_open(cdr_rest_channel *c, int folder, cdr_rest_db **ret, cdr_err *err)
{
    struct stat st;
    char seed[8];
    *ret = NULL;
    sqlite3_randomness((int)sizeof seed, seed);   /* from the system while it can be reached */
    sqlite3_hard_heap_limit64(HEAP_MAX);
    cdr_status s = check_journal(c, err);
    if (s == CDR_OK)
        s = cdr_rest_wall(folder, err);
    if (s != CDR_OK)
        return s;
    cdr_rest_db *db = cdr_alloc(sizeof *db);
    if (!db)
        return cdr_fail_nomem(err, "minimise");
    db->channel = c;
    int rc = sqlite3_open_v2(c->path, &db->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_PRIVATECACHE | SQLITE_OPEN_NOMUTEX, NULL);
    if (rc == SQLITE_OK && (stat(c->path, &st) || st.st_dev != c->st.st_dev || st.st_ino != c->st.st_ino))
        s = cdr_fail(err, CDR_DENIED, "minimise", "rest.changed", "%s has been replaced meanwhile, and has been left as it is.", c->shown);
    else if (rc == SQLITE_OK)
        rc = shut(db->db);
    if (rc != SQLITE_OK)
        s = fail(db, rc, err);
    if (s == CDR_OK) {
        sqlite3_extended_result_codes(db->db, 1);
        sqlite3_busy_handler(db->db, on_busy, c);
        sqlite3_progress_handler(db->db, PROGRESS_STEPS, on_progress, c);
        s = set_up(db, err);
    }
    if (s != CDR_OK)
        cdr_store_rest_close(db);
    else
        *ret = db;
    return s;
}

void cdr_store_rest_close(cdr_rest_db *db)
{
    if (!db)
        return;
    if (db->db)
        sqlite3_progress_handler(db->db, 0, NULL, NULL);
    sqlite3_close_v2(db->db);
    cdr_free(db);
}

cdr_status cdr_store_rest_begin(cdr_rest_db *db, bool write, cdr_err *err)
{
    cdr_status s = run_text(db, write ? "BEGIN IMMEDIATE" : "BEGIN", NULL, err);
    return s == CDR_OK ? run_text(db, "SELECT count(*) FROM main.sqlite_schema", NULL, err) : s;
}

/* A broken condition of a table (a missing value, a CHECK) is no damage: it may be what is to be cleaned. */
static bool is_damage(const char *line)
{
    return line && strcmp(line, "ok") != 0 && strncmp(line, "NULL value in ", 14) != 0 && strncmp(line, "CHECK constraint failed", 23) != 0 && !strstr(line, " value in ");
}

cdr_status cdr_store_rest_check(cdr_rest_db *db, cdr_err *err)
{
    sqlite3_stmt *st = NULL;
    bool damaged = false;
    cdr_status s = cdr_store_rest_prepare(db, "PRAGMA main.quick_check", &st, err);
    while (s == CDR_OK && !damaged && (s = cdr_store_rest_step(db, st, err)) == CDR_OK)
        damaged = is_damage((const char *)sqlite3_column_text(st, 0));
    sqlite3_finalize(st);
    return damaged ? fail(db, SQLITE_CORRUPT, err) : s == CDR_DONE ? CDR_OK : s;
}

cdr_status cdr_store_rest_commit(cdr_rest_db *db, cdr_err *err)
{
    return run_text(db, "COMMIT", NULL, err);
}

bool cdr_store_rest_checkpoint(cdr_rest_db *db)
{
    uint64_t busy = 1;
    return run_text(db, "PRAGMA main.wal_checkpoint(TRUNCATE)", &busy, NULL) == CDR_OK && busy == 0;
}

bool cdr_store_rest_vacuum(cdr_rest_db *db)
{
    sqlite3_limit(db->db, SQLITE_LIMIT_ATTACHED, 1);   /* its copy is attached for the time being */
    /* The copy lies in a nameless file beside the database and holds what is to stay. */
    bool done = run_text(db, "PRAGMA temp_store=FILE", NULL, NULL) == CDR_OK && run_text(db, "VACUUM main", NULL, NULL) == CDR_OK;
    sqlite3_limit(db->db, SQLITE_LIMIT_ATTACHED, 0);
    return done;
}

/* --- what the database says --- */

typedef struct hashing { cdr_digest *digest; uint64_t bytes; size_t used; uint8_t buffer[HASH_BUFFER]; } hashing;

static void hash_bytes(hashing *h, const void *data, size_t len)
{
    h->bytes += len;
    if (len > HASH_BUFFER - h->used) {
        cdr_digest_add(h->digest, h->buffer, h->used);
        h->used = 0;
    }
    if (len > HASH_BUFFER) {
        cdr_digest_add(h->digest, data, len);
    } else if (len) {
        memcpy(h->buffer + h->used, data, len);
        h->used += len;
    }
}

static void hash_value(hashing *h, char type, const void *data, size_t len)
{
    uint8_t head[9] = {(uint8_t)type};
    for (size_t i = 0; i < 8; i++)
        head[1 + i] = (uint8_t)((uint64_t)len >> (8 * i));
    hash_bytes(h, head, sizeof head);
    hash_bytes(h, data, len);
}

static void hash_column(hashing *h, sqlite3_stmt *st, int i)
{
    sqlite3_int64 number;
    double real;
    switch (sqlite3_column_type(st, i)) {
    case SQLITE_INTEGER:
        number = sqlite3_column_int64(st, i);
        hash_value(h, 'i', &number, sizeof number);
        return;
    case SQLITE_FLOAT:
        real = sqlite3_column_double(st, i);
        hash_value(h, 'r', &real, sizeof real);
        return;
    case SQLITE_TEXT: hash_value(h, 't', sqlite3_column_text(st, i), (size_t)sqlite3_column_bytes(st, i)); return;
    case SQLITE_BLOB: hash_value(h, 'b', sqlite3_column_blob(st, i), (size_t)sqlite3_column_bytes(st, i)); return;
    default: hash_value(h, 'n', "", 0);
    }
}

static cdr_status hash_rows(cdr_rest_db *db, hashing *h, const char *sql, cdr_err *err)
{
    sqlite3_stmt *st = NULL;
    cdr_status s = cdr_store_rest_prepare(db, sql, &st, err);
    int columns = s == CDR_OK ? sqlite3_column_count(st) : 0;
    while (s == CDR_OK && (s = cdr_store_rest_step(db, st, err)) == CDR_OK)
        for (int i = 0; i < columns; i++)
            hash_column(h, st, i);
    sqlite3_finalize(st);
    return s == CDR_DONE ? CDR_OK : s;
}

/* What is computed from other columns is no content of its own. */
static cdr_status hash_table(cdr_rest_db *db, hashing *h, const cdr_rest_table *t, cdr_err *err)
{
    _cleanup_buf_ cdr_buf sql = CDR_BUF(4u << 20);
    size_t shown = 0;
    cdr_buf_adds(&sql, "SELECT ");
    for (size_t i = 0; i < t->column_count; i++) {
        if (t->columns[i].generated)
            continue;
        cdr_buf_adds(&sql, shown++ ? ", " : "");
        cdr_store_rest_quote(&sql, t->columns[i].name);
    }
    cdr_buf_adds(&sql, shown ? " FROM main." : "1 FROM main.");
    cdr_store_rest_quote(&sql, t->name);
    cdr_buf_adds(&sql, " NOT INDEXED");
    hash_value(h, 'T', t->name, strlen(t->name));
    return cdr_buf_status(&sql) == CDR_OK ? hash_rows(db, h, sql.data, err) : cdr_fail_nomem(err, "minimise");
}

cdr_status cdr_store_rest_hash(cdr_rest_db *db, cdr_target_state *ret, cdr_err *err)
{
    static const char *const heads[] = {"SELECT type, name, tbl_name, sql FROM main.sqlite_schema ORDER BY type, name", "PRAGMA main.user_version", "PRAGMA main.application_id",
                                        "PRAGMA main.encoding"};
    cdr_rest_schema schema;
    _cleanup_(cdr_arena_freep) cdr_arena *a = cdr_arena_new((size_t)64 << 20);
    _cleanup_free_ hashing *h = cdr_alloc(sizeof *h);
    _cleanup_(cdr_digest_freep) cdr_digest *digest = cdr_digest_new();
    if (!a || !h || !digest)
        return cdr_fail_nomem(err, "minimise");
    h->digest = digest;
    cdr_status s = cdr_store_rest_schema(db, a, &schema, err);
    for (size_t i = 0; s == CDR_OK && i < CDR_COUNT(heads); i++)
        s = hash_rows(db, h, heads[i], err);
    for (size_t i = 0; s == CDR_OK && i < schema.table_count; i++)
        if (schema.tables[i].kind == CDR_REST_TABLE || schema.tables[i].kind == CDR_REST_SHADOW)
            s = hash_table(db, h, &schema.tables[i], err);
    if (s != CDR_OK)
        return s;
    cdr_digest_add(digest, h->buffer, h->used);
    cdr_digest_end(digest, ret->sha256);
    ret->size = h->bytes;
    cdr_wipe(h, sizeof *h);
    return CDR_OK;
}
