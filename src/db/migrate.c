/* SPDX-License-Identifier: Apache-2.0 */
#include "db/migrate.h"

#include "base/parse.h"
#include "base/time.h"
#include "candor/crypto.h"
#include "db/backend.h"

#include <string.h>

enum { ST_LIST, ST_ADD, ST_EXISTS, ST_RUNNING, ST__MAX };
static const cdr_db_stmt statements[ST__MAX] = {
    [ST_LIST] = {"migration-list", "SELECT number, sha256 FROM schema_migration ORDER BY number", true},
    [ST_ADD] = {"migration-add", "INSERT INTO schema_migration(number, name, sha256, applied_at) VALUES(?1, ?2, ?3, ?4)", false},
    [ST_EXISTS] = {"migration-table", "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'schema_migration'", true},
    [ST_RUNNING] = {"schema-running", "SELECT sql FROM sqlite_schema WHERE type IN ('trigger', 'view')", true},
};

static void hash_of(const cdr_migration *m, char out[65])
{
    uint8_t hash[CDR_SHA256_BYTES];
    cdr_sha256(m->sql, strlen(m->sql), hash);
    cdr_hex_encode(hash, sizeof hash, out);
}

/* How many migrations are applied; each must be the text this program knows. */
static cdr_status applied(cdr_db_set *set, const char *path, const cdr_migration *list, size_t count, int *ret, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(set, ST_LIST, &q, err);
    *ret = 0;
    while (s == CDR_OK && (s = cdr_db_step(&q, err)) == CDR_OK) {
        char hash[65];
        int64_t number = cdr_db_col_int(&q, 0);
        const char *stored = cdr_db_col_text(&q, 1, NULL);
        if (number > (int64_t)count)
            s = cdr_fail(err, CDR_E_UNSUPPORTED, "db", "db.newer",
                         "%s was written by a newer version of Candor (schema %lld, this program knows %zu); install that version or a later one.", path,
                         (long long)number, count);
        else if (number != *ret + 1)
            s = cdr_fail(err, CDR_E_CORRUPT, "db", "db.schema-gap", "%s lacks schema migration %d; restore it from a backup.", path, *ret + 1);
        else {
            hash_of(&list[number - 1], hash);
            if (!stored || strcmp(stored, hash) != 0)
                s = cdr_fail(err, CDR_E_CORRUPT, "db", "db.schema-changed", "%s has another text of schema migration %lld than this program; it was made by a different build.",
                             path, (long long)number);
        }
        *ret = (int)number;
        if (s != CDR_OK)
            break;
    }
    cdr_db_end(&q);
    return s == CDR_DONE ? CDR_OK : s;
}

static cdr_status has_table(cdr_db_set *set, bool *ret, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(set, ST_EXISTS, &q, err);
    if (s == CDR_OK)
        s = cdr_db_step(&q, err);
    *ret = s == CDR_OK && cdr_db_col_int(&q, 0) > 0;
    cdr_db_end(&q);
    return s;
}

/* Whatever runs by itself must be ours: a trigger could have Candor do what somebody wants, and enter it in the ledger. */
static cdr_status check_own(cdr_db_set *set, const char *path, const cdr_migration *list, size_t count, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(set, ST_RUNNING, &q, err);
    while (s == CDR_OK && (s = cdr_db_step(&q, err)) == CDR_OK) {
        const char *sql = cdr_db_col_text(&q, 0, NULL);
        bool ours = false;
        for (size_t i = 0; sql && i < count && !ours; i++)
            ours = strstr(list[i].sql, sql) != NULL;
        if (!ours)
            s = cdr_fail(err, CDR_E_CORRUPT, "db", "db.foreign-trigger", "%s holds a trigger or view that Candor did not make; somebody wrote to the database, put back a backup.", path);
    }
    cdr_db_end(&q);
    return s == CDR_DONE ? CDR_OK : s;
}

static cdr_status apply(const cdr_ctx *ctx, cdr_db *db, cdr_db_set *set, const cdr_migration *m, cdr_err *err)
{
    char hash[65], at[CDR_TIME_TEXT];
    cdr_status s = cdr_db_begin(db, err);
    if (s != CDR_OK)
        return s;
    s = cdr_db_script(db, m->sql, err);
    cdr_db_query q = {0};
    if (s == CDR_OK)
        s = cdr_db_begin_query(set, ST_ADD, &q, err);
    if (s == CDR_OK) {
        hash_of(m, hash);
        cdr_time_format(cdr_now_us(ctx), at);
        cdr_db_bind_int(&q, 1, m->number);
        cdr_db_bind_text(&q, 2, m->name);
        cdr_db_bind_text(&q, 3, hash);
        cdr_db_bind_text(&q, 4, at);
        s = cdr_db_run(&q, err);
    }
    if (s == CDR_OK)
        return cdr_db_commit(db, err);
    cdr_db_rollback(db);
    return s;
}

static cdr_status back_up(cdr_db *db, const char *path, int next, cdr_err *err)
{
    _cleanup_free_ char *copy = cdr_asprintf("%s.before-%03d", path, next);
    return copy ? cdr_db_backup(db, copy, err) : cdr_fail_nomem(err, "db");
}

static cdr_status migrate(const cdr_ctx *ctx, cdr_db *db, cdr_db_set *set, const char *path, const cdr_migration *list, size_t count, bool keep_copy,
                          cdr_err *err)
{
    int have = 0;
    cdr_status s = cdr_db_script(db, "CREATE TABLE IF NOT EXISTS schema_migration(number INTEGER PRIMARY KEY, name TEXT NOT NULL, sha256 TEXT NOT NULL, "
                                     "applied_at TEXT NOT NULL) STRICT", err);
    if (s == CDR_OK)
        s = applied(set, path, list, count, &have, err);
    if (s == CDR_OK && keep_copy && have > 0 && have < (int)count)
        s = back_up(db, path, have + 1, err);
    for (size_t i = (size_t)have; s == CDR_OK && i < count; i++)
        s = apply(ctx, db, set, &list[i], err);
    cdr_db_set_schema_version(db, (int)count);
    return s;
}

cdr_status cdr_db_migrate(const cdr_ctx *ctx, cdr_db *db, const char *path, const cdr_migration *list, size_t count, bool keep_copy, cdr_err *err)
{
    cdr_db_set *set;
    cdr_status s = cdr_db_prepare_set(db, statements, ST__MAX, &set, err);
    if (s != CDR_OK)
        return s;
    /* Nothing is written to a database that is up to date: it may be on a full disk. */
    bool table = false;
    int have = 0;
    s = has_table(set, &table, err);
    if (s == CDR_OK && table)
        s = applied(set, path, list, count, &have, err);
    if (s == CDR_OK && have == (int)count)
        cdr_db_set_schema_version(db, have);
    else if (s == CDR_OK)
        s = migrate(ctx, db, set, path, list, count, keep_copy, err);
    cdr_db_set_free(set);
    return s;
}

cdr_status cdr_db_check_schema(cdr_db *db, const char *path, const cdr_migration *list, size_t count, cdr_err *err)
{
    cdr_db_set *set;
    bool table = false;
    int have = 0;
    cdr_status s = cdr_db_prepare_set(db, statements, ST__MAX, &set, err);
    if (s != CDR_OK)
        return s;
    s = has_table(set, &table, err);
    if (s == CDR_OK && table)
        s = applied(set, path, list, count, &have, err);
    if (s == CDR_OK && have > 0)
        s = check_own(set, path, list, count, err);
    if (s == CDR_OK && have == 0)
        s = cdr_fail(err, CDR_E_CORRUPT, "db", "db.foreign", "%s is no database of Candor, or candor init was interrupted while it made it; move it away and run candor init.", path);
    else if (s == CDR_OK && have < (int)count)
        s = cdr_fail(err, CDR_E_UNSUPPORTED, "db", "db.older", "%s has an older schema; it is brought up to date once the workspace can be written.", path);
    cdr_db_set_schema_version(db, have);
    cdr_db_set_free(set);
    return s;
}
