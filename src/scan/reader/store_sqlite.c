/* SPDX-License-Identifier: Apache-2.0 */
/* Foreign SQLite databases, table by table. The schema is as hostile as the data: views, triggers, virtual tables and computed
 * columns are never run; an authorizer allows reading of ordinary tables and nothing else. */
#include "scan/reader/reader.h"

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/vec.h"
#include "scan/reader/member.h"
#include "scan/reader/sqlite_btree.h"
#include "scan/reader/sqlite_vfs.h"

#include <stdio.h>
#include <string.h>

#define TABLES_MAX 20000u
#define BEAT_STEPS 200000            /* virtual machine steps between two looks at limits */

typedef struct column {
    char *name;
    char *missing;                   /* default of rows that are older than the column; NULL when it has none */
    uint32_t number;                 /* in the cdr_table */
    bool is_rowid;
} column;

typedef struct table {
    char *name;
    uint32_t root;
} table;

CDR_VEC(column_vec, column)
CDR_VEC(table_vec, table)

typedef struct database {
    cdr_reader *r;
    sqlite3 *db;
    const char *path;
    cdr_status fatal;                /* from the progress handler */
    const char *reason_id;
    char reason[CDR_REASON_MAX];
    cdr_cells cells;
    cdr_btree *btree;                /* NULL: SQLite reads everything */
    uint32_t tables;
} database;

static void note(database *d, const char *id, const char *reason)
{
    if (d->reason_id)
        return;
    d->reason_id = id;
    snprintf(d->reason, sizeof d->reason, "%.*s", CDR_REASON_MAX - 1, reason);
}

/* --- opening -------------------------------------------------------------------------------------------------------------------- */

static int authorize(void *arg, int action, const char *a, const char *b, const char *schema, const char *trigger)
{
    (void)arg, (void)b, (void)schema;
    if (trigger)
        return SQLITE_DENY;          /* on behalf of a view or trigger */
    if (action == SQLITE_SELECT || action == SQLITE_READ)
        return SQLITE_OK;
    return action == SQLITE_PRAGMA && !sqlite3_stricmp(a, "table_xinfo") ? SQLITE_OK : SQLITE_DENY;
}

static int beat(void *arg)
{
    database *d = arg;
    cdr_err err;
    cdr_status s = cdr_cancelled(d->r->ctx) ? CDR_E_CANCELLED : d->r->progress ? d->r->progress(d->r->progress_arg, d->r->seen, &err) : CDR_OK;
    if (s == CDR_OK)
        return 0;
    d->fatal = s;
    return 1;
}

static void restrict_connection(database *d)
{
    static const struct {
        int what, on;
    } switches[] = {{SQLITE_DBCONFIG_DEFENSIVE, 1}, {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0}, {SQLITE_DBCONFIG_ENABLE_TRIGGER, 0}, {SQLITE_DBCONFIG_ENABLE_VIEW, 0},
                    {SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0}, {SQLITE_DBCONFIG_ENABLE_FTS3_TOKENIZER, 0}, {SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1},
                    {SQLITE_DBCONFIG_DQS_DML, 0}};
    static const struct {
        int what, most;
    } limits[] = {{SQLITE_LIMIT_LENGTH, CDR_SQLITE_ROW_MAX}, {SQLITE_LIMIT_SQL_LENGTH, 4 << 20}, {SQLITE_LIMIT_EXPR_DEPTH, 200}, {SQLITE_LIMIT_COMPOUND_SELECT, 10},
                  {SQLITE_LIMIT_ATTACHED, 0}, {SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 100}, {SQLITE_LIMIT_TRIGGER_DEPTH, 1}, {SQLITE_LIMIT_WORKER_THREADS, 0}};
    static const char *const pragmas[] = {"PRAGMA locking_mode=EXCLUSIVE", "PRAGMA query_only=ON", "PRAGMA temp_store=MEMORY", "PRAGMA cache_size=-4000",
                                          "PRAGMA mmap_size=0", "PRAGMA cell_size_check=ON"};
    for (size_t i = 0; i < CDR_COUNT(switches); i++)
        sqlite3_db_config(d->db, switches[i].what, switches[i].on, (int *)NULL);
    for (size_t i = 0; i < CDR_COUNT(limits); i++)
        sqlite3_limit(d->db, limits[i].what, limits[i].most);
    for (size_t i = 0; i < CDR_COUNT(pragmas); i++)
        sqlite3_exec(d->db, pragmas[i], NULL, NULL, NULL);
    sqlite3_progress_handler(d->db, BEAT_STEPS, beat, d);
    sqlite3_set_authorizer(d->db, authorize, d);
}

static void blame(database *d, int code, const char **id, const char **sentence)
{
    switch (code & 0xFF) {
    case SQLITE_NOTADB:
        *id = "sqlite.encrypted";
        *sentence = "Is encrypted, or no SQLite database behind its first bytes.";
        return;
    case SQLITE_NOMEM:
    case SQLITE_TOOBIG:
        *id = "sqlite.limit";
        *sentence = "Holds a row that is larger than 32 MiB, which was not read.";
        return;
    case SQLITE_IOERR:
        *id = "file.read-failed";
        *sentence = "The file cannot be read to its end.";
        return;
    default:
        *id = "sqlite.damaged";
        *sentence = "The database is damaged; what could be reached was read.";
        (void)d;
    }
}

static void note_code(database *d, int code)
{
    const char *id, *sentence;
    blame(d, code, &id, &sentence);
    note(d, id, sentence);
}

/* The ordinary tables. Views have no root page, nor have virtual tables: what those hold lies in ordinary ones. */
static cdr_status list_tables(database *d, table_vec *ret, cdr_err *err)
{
    static const char sql[] = "SELECT name, rootpage FROM sqlite_schema WHERE type = 'table' AND rootpage > 0 ORDER BY rowid";
    sqlite3_stmt *st = NULL;
    int code = sqlite3_prepare_v2(d->db, sql, -1, &st, NULL);
    while (code == SQLITE_OK && (code = sqlite3_step(st)) == SQLITE_ROW) {
        const char *name = (const char *)sqlite3_column_text(st, 0);
        sqlite3_int64 root = sqlite3_column_int64(st, 1);
        code = SQLITE_OK;
        if (!name || !strncmp(name, "sqlite_", 7) || root > UINT32_MAX)
            continue;
        if (ret->len == TABLES_MAX) {
            note(d, "sqlite.limit", "Has more than 20,000 tables; the rest was not read.");
            break;
        }
        table *t = table_vec_push(ret);
        if (!t || !(t->name = cdr_strdup(name))) {
            sqlite3_finalize(st);
            return cdr_fail_nomem(err, "scan");
        }
        t->root = (uint32_t)root;
    }
    sqlite3_finalize(st);
    if (code != SQLITE_DONE && code != SQLITE_OK && !d->fatal)
        note_code(d, code);
    return CDR_OK;
}

/* --- one table --------------------------------------------------------------------------------------------------------------------- */

static void columns_done(column_vec *v)
{
    for (size_t i = 0; i < v->len; i++) {
        cdr_free(v->at[i].name);
        cdr_free(v->at[i].missing);
    }
    column_vec_done(v);
}

/* A default as the schema writes it, as text: 'it''s' or a number. Others cannot be the default of a column added later. */
static char *default_text(const char *sql)
{
    if (!sql || sqlite3_stricmp(sql, "NULL") == 0)
        return NULL;
    char *text = cdr_strdup(sql), *out = text;
    if (!text || *sql != '\'')
        return text;
    for (const char *p = sql + 1; *p && (*p != '\'' || p[1] == '\''); p++) {
        p += *p == '\'';
        *out++ = *p;
    }
    *out = '\0';
    return text;
}

/* Stored columns of ${table}; computed ones (hidden = 2) hold what others hold already, and computing is running foreign code. */
static cdr_status list_columns(database *d, const char *table_name, column_vec *ret, int *code, cdr_err *err)
{
    enum { NAME = 1, TYPE = 2, DEFAULT = 4, KEY = 5, HIDDEN = 6 };
    char *sql = sqlite3_mprintf("PRAGMA main.table_xinfo(\"%w\")", table_name);
    sqlite3_stmt *st = NULL;
    *code = sql ? sqlite3_prepare_v2(d->db, sql, -1, &st, NULL) : SQLITE_NOMEM;
    sqlite3_free(sql);
    cdr_status s = CDR_OK;
    bool composite = false;
    while (*code == SQLITE_OK && (*code = sqlite3_step(st)) == SQLITE_ROW) {
        *code = SQLITE_OK;
        const char *name = (const char *)sqlite3_column_text(st, NAME), *type = (const char *)sqlite3_column_text(st, TYPE);
        if (!name || sqlite3_column_int(st, HIDDEN) == 1 || sqlite3_column_int(st, HIDDEN) == 2)
            continue;
        column *c = column_vec_push(ret);
        if (!c || !(c->name = cdr_strdup(name))) {
            s = cdr_fail_nomem(err, "scan");
            break;
        }
        if (sqlite3_column_int(st, KEY) > 1)
            for (size_t i = 0; i < ret->len; i++)
                ret->at[i].is_rowid = false;   /* a key of several columns is no row id */
        composite |= sqlite3_column_int(st, KEY) > 1;
        c->is_rowid = !composite && sqlite3_column_int(st, KEY) == 1 && type && sqlite3_stricmp(type, "INTEGER") == 0;
        c->missing = default_text((const char *)sqlite3_column_text(st, DEFAULT));
    }
    sqlite3_finalize(st);
    if (*code == SQLITE_DONE)
        *code = SQLITE_OK;
    return s;
}

static int prepare_rows(database *d, const char *table_name, const column_vec *columns, sqlite3_stmt **ret)
{
    sqlite3_str *sql = sqlite3_str_new(d->db);
    sqlite3_str_appendall(sql, "SELECT ");
    for (size_t i = 0; i < columns->len; i++)
        sqlite3_str_appendf(sql, "%s\"%w\"", i ? "," : "", columns->at[i].name);
    sqlite3_str_appendf(sql, " FROM main.\"%w\" NOT INDEXED", table_name);
    int code = sqlite3_str_errcode(sql);
    char *text = sqlite3_str_finish(sql);
    if (code == SQLITE_OK)
        code = text ? sqlite3_prepare_v2(d->db, text, -1, ret, NULL) : SQLITE_NOMEM;
    sqlite3_free(text);
    return code;
}

static cdr_status give_cell(database *d, sqlite3_stmt *st, int i, uint32_t number, cdr_err *err)
{
    const char *s;
    switch (sqlite3_column_type(st, i)) {
    case SQLITE_TEXT:
        s = (const char *)sqlite3_column_text(st, i);
        return cdr_cells_text(&d->cells, number, s, s ? (size_t)sqlite3_column_bytes(st, i) : 0, err);
    case SQLITE_INTEGER:
        return cdr_cells_int(&d->cells, number, sqlite3_column_int64(st, i), err);
    case SQLITE_FLOAT:
        return cdr_cells_real(&d->cells, number, sqlite3_column_double(st, i), err);
    case SQLITE_BLOB:
        s = sqlite3_column_blob(st, i);
        return cdr_cells_blob(&d->cells, number, s, s ? (size_t)sqlite3_column_bytes(st, i) : 0, err);
    default:
        return CDR_OK;
    }
}

/* By SQLite itself: right for every table, slower. */
static cdr_status step_rows(database *d, const char *table_name, const column_vec *columns, int *code, cdr_err *err)
{
    sqlite3_stmt *st = NULL;
    *code = prepare_rows(d, table_name, columns, &st);
    cdr_status s = CDR_OK;
    while (s == CDR_OK && *code == SQLITE_OK && (*code = sqlite3_step(st)) == SQLITE_ROW) {
        *code = SQLITE_OK;
        for (size_t i = 0; i < columns->len && s == CDR_OK; i++)
            s = give_cell(d, st, (int)i, columns->at[i].number, err);
        if (s == CDR_OK)
            s = cdr_cells_row_end(&d->cells, err);
    }
    sqlite3_finalize(st);
    return s;
}

/* Straight from the pages: the ordinary case, several times faster. */
static cdr_status walk_rows(database *d, uint32_t root, const column_vec *columns, int *code, cdr_err *err)
{
    static const int codes[] = {[CDR_BTREE_WHOLE] = SQLITE_DONE, [CDR_BTREE_DAMAGED] = SQLITE_CORRUPT, [CDR_BTREE_LIMIT] = SQLITE_TOOBIG};
    _cleanup_free_ cdr_btree_column *stored = cdr_alloc_array(columns->len + 1, sizeof *stored);
    if (!stored)
        return cdr_fail_nomem(err, "scan");
    for (size_t i = 0; i < columns->len; i++) {
        const column *c = &columns->at[i];
        stored[i] = (cdr_btree_column){.number = c->number, .is_rowid = c->is_rowid, .missing = c->missing, .missing_len = c->missing ? strlen(c->missing) : 0};
    }
    cdr_btree_end end = CDR_BTREE_DAMAGED;
    cdr_status s = cdr_btree_rows(d->btree, root, stored, columns->len, &d->cells, &end, err);
    *code = codes[end];
    return s;
}

static cdr_status name_columns(database *d, column_vec *columns, cdr_err *err)
{
    for (size_t i = 0; i < columns->len; i++) {
        column *c = &columns->at[i];
        cdr_status s = cdr_table_add_column(d->r->table, c->name, strlen(c->name), &c->number, err);
        if (s != CDR_OK)
            return s;
    }
    return CDR_OK;
}

static cdr_status end_table(database *d, int code, cdr_err *err)
{
    const char *id = "", *sentence = "";
    char counted[CDR_REASON_MAX];
    cdr_coverage coverage = CDR_COVERAGE_COMPLETE;
    if (code != SQLITE_DONE) {
        blame(d, code, &id, &sentence);
        coverage = d->cells.rows ? CDR_COVERAGE_PARTIAL : CDR_COVERAGE_SKIPPED;
        note(d, id, sentence);
    } else if (d->cells.blobs) {
        snprintf(counted, sizeof counted, "%llu cells hold documents or packed data, which are not read.", (unsigned long long)d->cells.blobs);
        id = "sqlite.blobs-not-read";
        sentence = counted;
        coverage = CDR_COVERAGE_PARTIAL;
    }
    return d->r->sink->calls->end(d->r->sink, coverage, id, sentence, d->cells.bytes, d->cells.rows, err);
}

static cdr_status read_rows(database *d, const table *t, column_vec *columns, int *code, cdr_err *err)
{
    cdr_table_begin(d->r->table, d->r->sink);
    cdr_table_named(d->r->table, t->name);
    cdr_status s = name_columns(d, columns, err);
    if (s == CDR_OK && *code == SQLITE_OK) {
        if (!columns->len)
            *code = SQLITE_DONE;
        else if (d->btree && cdr_btree_is_table(d->btree, t->root))
            s = walk_rows(d, t->root, columns, code, err);
        else
            s = step_rows(d, t->name, columns, code, err);
    }
    if (s == CDR_OK && d->fatal)
        s = cdr_fail(err, d->fatal, "scan", "scan.cancelled", "The reading was stopped.");
    return s == CDR_OK ? cdr_table_end(d->r->table, NULL, err) : s;
}

static cdr_status read_table(database *d, const table *t, cdr_err *err)
{
    _cleanup_buf_ cdr_buf path = CDR_BUF(CDR_READER_PATH_MAX);
    bool cut = false;
    if (cdr_member_path(&path, d->path, t->name, strlen(t->name), &cut) != CDR_OK || (cut && cdr_buf_addf(&path, "#%u", d->tables) != CDR_OK))
        return cdr_fail_nomem(err, "scan");
    d->tables++;
    d->cells = (cdr_cells){.r = d->r};
    cdr_status s = d->r->sink->calls->begin(d->r->sink, path.data, "sqlite-table", 0, err);
    if (s != CDR_OK)
        return s;
    column_vec columns = {0};
    int code = SQLITE_OK;
    s = list_columns(d, t->name, &columns, &code, err);
    if (s == CDR_OK)
        s = read_rows(d, t, &columns, &code, err);
    columns_done(&columns);
    return s == CDR_OK ? end_table(d, code, err) : s;
}

/* --- the database ---------------------------------------------------------------------------------------------------------------------- */

static cdr_status read_tables(database *d, cdr_err *err)
{
    table_vec tables = {0};
    cdr_status s = list_tables(d, &tables, err);
    for (size_t i = 0; s == CDR_OK && i < tables.len && !d->fatal; i++)
        s = read_table(d, &tables.at[i], err);
    for (size_t i = 0; i < tables.len; i++)
        cdr_free(tables.at[i].name);
    table_vec_done(&tables);
    return s == CDR_OK && d->fatal ? cdr_fail(err, d->fatal, "scan", "scan.cancelled", "The reading was stopped.") : s;
}

/* The counter that every commit raises, and the size. */
typedef struct version {
    char counter[4];
    size_t n;
} version;

static version version_of(cdr_source *src)
{
    version v = {0};
    if (src->pread(src->arg, 24, v.counter, sizeof v.counter, &v.n, NULL) != CDR_OK)
        v.n = 0;
    return v;
}

static uint64_t be(const char *p, size_t n)
{
    uint64_t v = 0;
    for (size_t i = 0; i < n; i++)
        v = v << 8 | (unsigned char)p[i];
    return v;
}

/* The header says how many pages there are (if it was written by an SQLite that says so): a shorter file lost its end. */
static void note_length(database *d, cdr_source *src, bool wal)
{
    char h[100];
    size_t n = 0;
    if (wal || src->pread(src->arg, 0, h, sizeof h, &n, NULL) != CDR_OK || n != sizeof h || memcmp(h + 24, h + 92, 4) != 0)
        return;
    uint64_t page = be(h + 16, 2) == 1 ? 65536 : be(h + 16, 2);
    if (be(h + 28, 4) * page > src->size)
        note(d, "sqlite.damaged", "The file is cut short; what could be reached was read.");
}

static void note_surroundings(database *d, const version *before, cdr_source *src)
{
    version now = version_of(src);
    if (memcmp(before->counter, now.counter, sizeof now.counter) != 0)
        note(d, "file.changed", "The database was written to while it was read; what was read may be mixed.");
    if (d->r->request->wal_unread && src->memory == NULL)
        note(d, "sqlite.wal-not-read", "Recent changes lie in a write-ahead log beside the database that could not be opened; they were not read.");
    if (d->r->request->journal && src->memory == NULL)
        note(d, "sqlite.journal-not-read", "An interrupted change was not rolled back; open the database once with its program, then scan again.");
}

cdr_status cdr_read_sqlite(cdr_reader *r, cdr_source *src, cdr_source *wal, const char *path, cdr_err *err)
{
    database d = {.r = r, .path = path};
    cdr_sqlite_vfs vfs;
    version before = version_of(src);
    cdr_status s = cdr_sqlite_vfs_init(&vfs, src, wal, err);
    if (s != CDR_OK)
        return s;
    if (!wal && !r->by_sqlite)
        s = cdr_btree_new(src, &d.btree, err);
    if (s == CDR_E_UNSUPPORTED)
        s = CDR_OK;                      /* for SQLite */
    if (s != CDR_OK) {
        cdr_sqlite_vfs_done(&vfs);
        return s;
    }
    int code = sqlite3_open_v2("db", &d.db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE, vfs.name);
    if (code == SQLITE_OK) {
        restrict_connection(&d);
        s = read_tables(&d, err);
    } else {
        note_code(&d, code);
    }
    sqlite3_close(d.db);
    cdr_btree_free(d.btree);
    cdr_sqlite_vfs_done(&vfs);
    if (s != CDR_OK)
        return s;
    note_surroundings(&d, &before, src);
    note_length(&d, src, wal != NULL);
    s = r->sink->calls->begin(r->sink, path, "sqlite", src->size, err);
    if (s != CDR_OK)
        return s;
    cdr_coverage c = !d.reason_id ? CDR_COVERAGE_COMPLETE : d.tables ? CDR_COVERAGE_PARTIAL : CDR_COVERAGE_SKIPPED;
    return r->sink->calls->end(r->sink, c, d.reason_id ? d.reason_id : "", d.reason, src->size, d.tables, err);
}
