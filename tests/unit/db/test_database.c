/* SPDX-License-Identifier: Apache-2.0 */
/* Migrations and their refusals, nested transactions, and databases that are locked, damaged, newer or another program's. */
#include "base/io.h"
#include "db/backend.h"
#include "db/migrate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

typedef struct world { char dir[64], path[100]; cdr_ctx ctx; cdr_db *db; } world;

enum { ST_ADD, ST_COUNT, ST_BAD, ST__MAX };
static const cdr_db_stmt statements[ST__MAX] = {
    [ST_ADD] = {"add", "INSERT INTO setting(key, value) VALUES(?1, ?2)", false},
    [ST_COUNT] = {"count", "SELECT count(*) FROM setting", true},
    [ST_BAD] = {"bad", "SELECT nonsense FROM nowhere", true},
};

static int make(void **state)
{
    world *w = calloc(1, sizeof *w);
    *state = w;
    cdr_ctx_init(&w->ctx);
    strcpy(w->dir, "/tmp/candor-db-XXXXXX");
    if (!w || !mkdtemp(w->dir))
        return 1;
    snprintf(w->path, sizeof w->path, "%s/candor.db", w->dir);
    return 0;
}

static int drop(void **state)
{
    world *w = *state;
    static const char *const ends[] = {"", "-wal", "-shm", "-journal", ".before-002", ".before-003"};
    cdr_db_close(w->db);
    for (size_t i = 0; i < CDR_COUNT(ends); i++) {
        char path[150];
        snprintf(path, sizeof path, "%s%s", w->path, ends[i]);
        unlink(path);
    }
    int gone = rmdir(w->dir);
    free(w);
    return gone;
}

static void expect_open(world *w, cdr_db_mode mode, cdr_status status, const char *id)
{
    cdr_err err = {0};
    cdr_db_close(w->db);
    w->db = NULL;
    cdr_status s = cdr_db_open(&w->ctx, w->path, mode, &w->db, &err);
    if (s != status)
        fail_msg("status %d, not %d: %s", s, status, err.text);
    if (status != CDR_OK) {
        assert_null(w->db);
        assert_string_equal(err.id, id);
    }
}

static void run_sql(world *w, const char *sql)
{
    cdr_err err = {0};
    if (cdr_db_script(w->db, sql, &err) != CDR_OK)
        fail_msg("%s", err.text);
}

static cdr_status add(cdr_db_set *set, const char *key, cdr_err *err)
{
    cdr_db_query q;
    cdr_status s = cdr_db_begin_query(set, ST_ADD, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_text(&q, 1, key);
    cdr_db_bind_text(&q, 2, "value");
    return cdr_db_run(&q, err);
}

static int64_t count(cdr_db_set *set)
{
    cdr_db_query q;
    assert_int_equal(cdr_db_begin_query(set, ST_COUNT, &q, NULL), CDR_OK);
    assert_int_equal(cdr_db_step(&q, NULL), CDR_OK);
    int64_t n = cdr_db_col_int(&q, 0);
    cdr_db_end(&q);
    cdr_db_end(&q);   /* safe twice */
    return n;
}

static void open__create_twice_missing_foreign__told_apart(void **state)
{
    world *w = *state;
    struct stat st;
    expect_open(w, CDR_DB_WRITE, CDR_NOT_FOUND, "db.missing");
    assert_int_not_equal(access(w->path, F_OK), 0);
    expect_open(w, CDR_DB_CREATE, CDR_OK, NULL);
    assert_int_equal(stat(w->path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(cdr_db_schema_version(w->db), cdr_migration_count);
    expect_open(w, CDR_DB_CREATE, CDR_E_INVAL, "db.create");
    expect_open(w, CDR_DB_WRITE, CDR_OK, NULL);
    run_sql(w, "DROP TABLE schema_migration");
    expect_open(w, CDR_DB_WRITE, CDR_E_CORRUPT, "db.foreign");
    expect_open(w, CDR_DB_READ, CDR_E_CORRUPT, "db.foreign");
}

static void open__damaged__refused_and_untouched(void **state)
{
    world *w = *state;
    static char junk[9000];
    _cleanup_buf_ cdr_buf back = CDR_BUF(20000);
    memset(junk, 'j', sizeof junk);
    assert_int_equal(cdr_file_write(w->path, junk, sizeof junk, 0600, NULL), CDR_OK);
    expect_open(w, CDR_DB_WRITE, CDR_E_CORRUPT, "db.corrupt");
    expect_open(w, CDR_DB_READ, CDR_E_CORRUPT, "db.corrupt");
    assert_int_equal(cdr_file_read(w->path, &back, NULL), CDR_OK);
    assert_int_equal(back.len, sizeof junk);
    assert_memory_equal(back.data, junk, sizeof junk);
}

static void check__page_overwritten__corrupt(void **state)
{
    world *w = *state;
    _cleanup_buf_ cdr_buf file = CDR_BUF(1u << 20);
    cdr_db_set *set;
    expect_open(w, CDR_DB_CREATE, CDR_OK, NULL);
    assert_int_equal(cdr_db_check(w->db, NULL), CDR_OK);
    assert_int_equal(cdr_db_prepare_set(w->db, statements, ST__MAX, &set, NULL), CDR_OK);
    for (int i = 0; i < 500; i++) {
        char key[20];
        snprintf(key, sizeof key, "key-%d", i);
        assert_int_equal(add(set, key, NULL), CDR_OK);
    }
    cdr_db_set_free(set);
    cdr_db_close(w->db);
    w->db = NULL;
    assert_int_equal(cdr_file_read(w->path, &file, NULL), CDR_OK);
    memset(file.data + file.len - 6000, 0xA5, 5000);
    assert_int_equal(cdr_file_write(w->path, file.data, file.len, 0600, NULL), CDR_OK);
    expect_open(w, CDR_DB_READ, CDR_OK, NULL);
    cdr_err err = {0};
    assert_int_equal(cdr_db_check(w->db, &err), CDR_E_CORRUPT);
    assert_non_null(strstr(err.text, w->path));
}

static void open__newer_changed_or_gap__refused(void **state)
{
    world *w = *state;
    expect_open(w, CDR_DB_CREATE, CDR_OK, NULL);
    run_sql(w, "INSERT INTO schema_migration VALUES(999, 'future', 'ff', '2040-01-01T00:00:00Z')");
    expect_open(w, CDR_DB_WRITE, CDR_E_UNSUPPORTED, "db.newer");
    expect_open(w, CDR_DB_READ, CDR_E_UNSUPPORTED, "db.newer");
    expect_open(w, CDR_DB_WRITE, CDR_E_UNSUPPORTED, "db.newer");
}

static void open__another_text_of_a_migration__refused(void **state)
{
    world *w = *state;
    expect_open(w, CDR_DB_CREATE, CDR_OK, NULL);
    run_sql(w, "UPDATE schema_migration SET sha256 = 'ff' WHERE number = 1");
    expect_open(w, CDR_DB_WRITE, CDR_E_CORRUPT, "db.schema-changed");
    expect_open(w, CDR_DB_READ, CDR_E_CORRUPT, "db.schema-changed");
}

static void open__with_a_trigger_or_view_of_somebody_else__refused(void **state)
{
    world *w = *state;
    expect_open(w, CDR_DB_CREATE, CDR_OK, NULL);
    run_sql(w, "CREATE TRIGGER helper AFTER INSERT ON setting BEGIN DELETE FROM setting; END");
    expect_open(w, CDR_DB_WRITE, CDR_E_CORRUPT, "db.foreign-trigger");
    expect_open(w, CDR_DB_READ, CDR_E_CORRUPT, "db.foreign-trigger");
}

static void open__with_another_text_of_a_trigger__refused(void **state)
{
    world *w = *state;
    expect_open(w, CDR_DB_CREATE, CDR_OK, NULL);
    run_sql(w, "DROP TRIGGER consent_event_kept; CREATE TRIGGER consent_event_kept BEFORE DELETE ON consent_event BEGIN SELECT 1; END");
    expect_open(w, CDR_DB_WRITE, CDR_E_CORRUPT, "db.foreign-trigger");
}

/* Three migrations of this test upon an empty database of SQLite's. */
static const cdr_migration good[] = {
    {1, "one", "CREATE TABLE a(x INTEGER) STRICT; INSERT INTO a VALUES(1);"},
    {2, "two", "CREATE TABLE b(x INTEGER) STRICT; INSERT INTO b SELECT x FROM a;"},
    {3, "three", "ALTER TABLE b ADD COLUMN y TEXT;"},
};
static const cdr_migration failing[] = {
    {1, "one", "CREATE TABLE a(x INTEGER) STRICT; INSERT INTO a VALUES(1);"},
    {2, "two", "CREATE TABLE b(x INTEGER) STRICT; INSERT INTO b VALUES('no number');"},
};

static void blank(world *w)
{
    expect_open(w, CDR_DB_CREATE, CDR_OK, NULL);
    run_sql(w, "DROP TABLE schema_migration; DROP TABLE setting; DROP TRIGGER consent_event_stays; DROP TRIGGER consent_event_kept; DROP TRIGGER factor_erased");
}

static int64_t tables(world *w, const char *name)
{
    const cdr_db_stmt list[] = {{"tables", "SELECT count(*) FROM sqlite_schema WHERE name = ?1", true}};
    cdr_db_set *set;
    cdr_db_query q;
    assert_int_equal(cdr_db_prepare_set(w->db, list, 1, &set, NULL), CDR_OK);
    assert_int_equal(cdr_db_begin_query(set, 0, &q, NULL), CDR_OK);
    cdr_db_bind_text(&q, 1, name);
    assert_int_equal(cdr_db_step(&q, NULL), CDR_OK);
    int64_t n = cdr_db_col_int(&q, 0);
    cdr_db_end(&q);
    cdr_db_set_free(set);
    return n;
}

static void migrate__step_by_step__backup_before_and_done_once(void **state)
{
    world *w = *state;
    char backup[150];
    blank(w);
    snprintf(backup, sizeof backup, "%s.before-002", w->path);
    assert_int_equal(cdr_db_migrate(&w->ctx, w->db, w->path, good, 1, true, NULL), CDR_OK);
    assert_int_not_equal(access(backup, F_OK), 0);   /* nothing to lose yet */
    assert_int_equal(cdr_db_migrate(&w->ctx, w->db, w->path, good, 3, true, NULL), CDR_OK);
    assert_int_equal(access(backup, F_OK), 0);
    assert_int_equal(cdr_db_schema_version(w->db), 3);
    assert_int_equal(cdr_db_migrate(&w->ctx, w->db, w->path, good, 3, true, NULL), CDR_OK);
    assert_int_equal(cdr_db_check_schema(w->db, w->path, good, 3, NULL), CDR_OK);
    /* A program that knows less refuses. */
    cdr_err err = {0};
    assert_int_equal(cdr_db_migrate(&w->ctx, w->db, w->path, good, 2, true, &err), CDR_E_UNSUPPORTED);
    assert_string_equal(err.id, "db.newer");
    struct stat st;
    assert_int_equal(stat(backup, &st), 0);
    assert_int_equal(st.st_mode & 077, 0);
}

static void backup__while_written_to__refused_and_nothing_left(void **state)
{
    world *w = *state;
    char backup[150];
    cdr_err err = {0};
    blank(w);
    snprintf(backup, sizeof backup, "%s.copy", w->path);
    assert_int_equal(cdr_db_migrate(&w->ctx, w->db, w->path, good, 3, true, NULL), CDR_OK);
    assert_int_equal(cdr_db_begin(w->db, NULL), CDR_OK);
    assert_int_equal(cdr_db_backup(w->db, backup, &err), CDR_E_LOCKED);
    assert_int_not_equal(access(backup, F_OK), 0);
    cdr_db_rollback(w->db);
    assert_int_equal(cdr_db_backup(w->db, backup, &err), CDR_OK);
    assert_int_equal(unlink(backup), 0);
}

static void migrate__second_fails__first_stays_second_leaves_nothing(void **state)
{
    world *w = *state;
    cdr_err err = {0};
    blank(w);
    assert_int_not_equal(cdr_db_migrate(&w->ctx, w->db, w->path, failing, 2, true, &err), CDR_OK);
    assert_non_null(err.text[0] ? err.text : NULL);
    assert_null(strstr(err.text, "no number"));
    assert_int_equal(tables(w, "a"), 1);
    assert_int_equal(tables(w, "b"), 0);
    assert_int_equal(cdr_db_migrate(&w->ctx, w->db, w->path, good, 3, true, NULL), CDR_OK);
    assert_int_equal(tables(w, "b"), 1);
}

static void transactions__nested__inner_rollback_dooms_all(void **state)
{
    world *w = *state;
    cdr_db_set *set;
    cdr_err err = {0};
    expect_open(w, CDR_DB_CREATE, CDR_OK, NULL);
    assert_int_equal(cdr_db_prepare_set(w->db, statements, ST__MAX, &set, NULL), CDR_OK);
    assert_int_equal(cdr_db_commit(w->db, &err), CDR_E_INVAL);
    cdr_db_rollback(w->db);   /* without a transaction: nothing */

    assert_int_equal(cdr_db_begin(w->db, NULL), CDR_OK);
    assert_int_equal(add(set, "outer", NULL), CDR_OK);
    assert_int_equal(cdr_db_begin(w->db, NULL), CDR_OK);
    assert_int_equal(add(set, "inner", NULL), CDR_OK);
    assert_int_equal(cdr_db_commit(w->db, NULL), CDR_OK);
    assert_int_equal(cdr_db_commit(w->db, NULL), CDR_OK);
    assert_int_equal(count(set), 2);

    assert_int_equal(cdr_db_begin(w->db, NULL), CDR_OK);
    assert_int_equal(add(set, "third", NULL), CDR_OK);
    assert_int_equal(cdr_db_begin(w->db, NULL), CDR_OK);
    cdr_db_rollback(w->db);
    assert_int_equal(cdr_db_commit(w->db, &err), CDR_E_DB);
    assert_int_equal(count(set), 2);

    /* A failed statement leaves the connection usable. */
    cdr_db_query q;
    assert_int_not_equal(cdr_db_begin_query(set, ST_BAD, &q, &err), CDR_OK);
    assert_int_equal(add(set, "outer", &err), CDR_E_INVAL);
    assert_string_equal(err.id, "db.constraint");
    assert_null(strstr(err.text, "outer"));
    assert_int_equal(add(set, "fourth", NULL), CDR_OK);
    cdr_db_set_free(set);
}

static void transactions__left_open__undone_by_close(void **state)
{
    world *w = *state;
    cdr_db_set *set;
    expect_open(w, CDR_DB_CREATE, CDR_OK, NULL);
    assert_int_equal(cdr_db_prepare_set(w->db, statements, ST__MAX, &set, NULL), CDR_OK);
    assert_int_equal(cdr_db_begin(w->db, NULL), CDR_OK);
    assert_int_equal(add(set, "lost", NULL), CDR_OK);
    cdr_db_set_free(set);
    expect_open(w, CDR_DB_WRITE, CDR_OK, NULL);
    assert_int_equal(cdr_db_prepare_set(w->db, statements, ST__MAX, &set, NULL), CDR_OK);
    assert_int_equal(count(set), 0);
    cdr_db_set_free(set);
}

static void locked__second_writer__told_and_reader_sees_one_state(void **state)
{
    world *w = *state;
    cdr_db *other = NULL;
    cdr_db_set *set, *reads;
    cdr_err err = {0};
    expect_open(w, CDR_DB_CREATE, CDR_OK, NULL);
    assert_int_equal(cdr_db_prepare_set(w->db, statements, ST__MAX, &set, NULL), CDR_OK);
    assert_int_equal(cdr_db_open(&w->ctx, w->path, CDR_DB_READ, &other, &err), CDR_OK);
    assert_int_equal(cdr_db_prepare_set(other, statements, ST__MAX, &reads, NULL), CDR_OK);
    assert_int_equal(cdr_db_begin_read(other, NULL), CDR_OK);
    assert_int_equal(count(reads), 0);
    assert_int_equal(add(set, "meanwhile", NULL), CDR_OK);
    assert_int_equal(count(reads), 0);
    assert_int_equal(cdr_db_commit(other, NULL), CDR_OK);
    assert_int_equal(count(reads), 1);
    assert_int_equal(add(reads, "by-reader", &err), CDR_DENIED);
    cdr_db_set_free(reads);
    cdr_db_close(other);
    assert_int_equal(cdr_db_open(&w->ctx, w->path, CDR_DB_WRITE, &other, &err), CDR_OK);
    assert_int_equal(cdr_db_begin(w->db, NULL), CDR_OK);
    assert_int_equal(cdr_db_begin(other, &err), CDR_E_LOCKED);
    assert_string_equal(err.id, "db.busy");
    cdr_db_rollback(w->db);
    cdr_db_close(other);
    cdr_db_set_free(set);
}

static void read__folder_with_odd_name__opens(void **state)
{
    world *w = *state;
    char odd[150], path[200], moved[220];
    snprintf(odd, sizeof odd, "%s/50%% #1?", w->dir);
    snprintf(path, sizeof path, "%s/candor.db", odd);
    assert_int_equal(mkdir(odd, 0700), 0);
    assert_int_equal(cdr_db_open(&w->ctx, path, CDR_DB_CREATE, &w->db, NULL), CDR_OK);
    cdr_db_close(w->db);
    assert_int_equal(cdr_db_open(&w->ctx, path, CDR_DB_READ, &w->db, NULL), CDR_OK);
    cdr_db_close(w->db);
    w->db = NULL;
    static const char *const ends[] = {"", "-wal", "-shm"};
    for (size_t i = 0; i < CDR_COUNT(ends); i++) {
        snprintf(moved, sizeof moved, "%s%s", path, ends[i]);
        unlink(moved);
    }
    assert_int_equal(rmdir(odd), 0);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, make, drop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(open__create_twice_missing_foreign__told_apart), CASE(open__damaged__refused_and_untouched), CASE(check__page_overwritten__corrupt),
        CASE(open__newer_changed_or_gap__refused), CASE(open__another_text_of_a_migration__refused), CASE(open__with_a_trigger_or_view_of_somebody_else__refused), CASE(open__with_another_text_of_a_trigger__refused),
        CASE(migrate__step_by_step__backup_before_and_done_once), CASE(migrate__second_fails__first_stays_second_leaves_nothing), CASE(backup__while_written_to__refused_and_nothing_left),
        CASE(transactions__nested__inner_rollback_dooms_all), CASE(transactions__left_open__undone_by_close),
        CASE(locked__second_writer__told_and_reader_sees_one_state), CASE(read__folder_with_odd_name__opens),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
