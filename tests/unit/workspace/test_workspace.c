/* SPDX-License-Identifier: Apache-2.0 */
/* A workspace: made whole or not at all, opened by one writer and many readers, refused with the right word otherwise. */
#include "base/io.h"
#include "core/workspace/store.h"
#include "core/workspace/workspace.h"
#include "db/migrate.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

typedef struct world { char dir[64], ws[100]; cdr_ctx ctx; } world;

static void path_of(const world *w, const char *name, char ret[200])
{
    snprintf(ret, 200, "%s/%s", w->ws, name);
}

static int make(void **state)
{
    world *w = calloc(1, sizeof *w);
    *state = w;
    cdr_ctx_init(&w->ctx);
    strcpy(w->dir, "/tmp/candor-ws-XXXXXX");
    if (!w || !mkdtemp(w->dir))
        return 1;
    snprintf(w->ws, sizeof w->ws, "%s/ws", w->dir);
    return 0;
}

static int drop(void **state)
{
    world *w = *state;
    static const char *const names[] = {"candor.key", "candor.db", "candor.db-wal", "candor.db-shm", "candor.lock", "candor.head", "candor.db.before-002", "kept.key", "mine.txt"};
    for (size_t i = 0; i < CDR_COUNT(names); i++) {
        char path[200];
        path_of(w, names[i], path);
        unlink(path);
    }
    rmdir(w->ws);
    int gone = rmdir(w->dir);
    free(w);
    return gone;
}

static void expect_open(world *w, cdr_workspace_mode mode, cdr_status status, const char *id)
{
    cdr_workspace *ws = NULL;
    cdr_err err = {0};
    cdr_status s = cdr_workspace_open(&w->ctx, w->ws, mode, NULL, &ws, &err);
    if (s != status)
        fail_msg("status %d, not %d: %s", s, status, err.text);
    if (status != CDR_OK) {
        assert_null(ws);
        assert_string_equal(err.id, id);
    }
    cdr_workspace_close(ws);
}

static void create__fresh_folder__opens_with_its_organisation(void **state)
{
    world *w = *state;
    cdr_workspace *ws;
    struct stat st;
    expect_open(w, CDR_WORKSPACE_READ, CDR_NOT_FOUND, "workspace.missing");
    assert_int_equal(cdr_workspace_create(&w->ctx, w->ws, "Harbour Books", NULL, NULL), CDR_OK);
    assert_int_equal(stat(w->ws, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    assert_int_equal(cdr_workspace_open(&w->ctx, w->ws, CDR_WORKSPACE_READ, NULL, &ws, NULL), CDR_OK);
    assert_string_equal(cdr_workspace_org(ws), "Harbour Books");
    assert_string_equal(cdr_workspace_dir(ws), w->ws);
    assert_int_equal(cdr_ledger_size(cdr_workspace_ledger(ws)), 1);
    assert_non_null(strstr(cdr_workspace_actor(ws), "cli:"));
    for (int p = CDR_KEY_VALUE_ID; p <= CDR_KEY_CONTENT; p++)
        assert_ptr_equal(cdr_workspace_key(ws, (cdr_key_purpose)p), cdr_workspace_key(ws, (cdr_key_purpose)p));
    cdr_workspace_close(ws);
    cdr_workspace_close(NULL);
    cdr_err err = {0};
    assert_int_equal(cdr_workspace_create(&w->ctx, w->ws, "Other", NULL, &err), CDR_E_INVAL);
    assert_string_equal(err.id, "workspace.exists");
}

static void create__in_a_folder_with_files__leaves_them(void **state)
{
    world *w = *state;
    char mine[200];
    assert_int_equal(mkdir(w->ws, 0755), 0);
    path_of(w, "mine.txt", mine);
    assert_int_equal(cdr_file_write(mine, "x", 1, 0644, NULL), CDR_OK);
    assert_int_equal(cdr_workspace_create(&w->ctx, w->ws, "A", NULL, NULL), CDR_OK);
    assert_int_equal(access(mine, F_OK), 0);
    expect_open(w, CDR_WORKSPACE_WRITE, CDR_OK, NULL);
}

static void open__second_writer__locked_readers_not(void **state)
{
    world *w = *state;
    cdr_workspace *writer;
    assert_int_equal(cdr_workspace_create(&w->ctx, w->ws, "A", NULL, NULL), CDR_OK);
    assert_int_equal(cdr_workspace_open(&w->ctx, w->ws, CDR_WORKSPACE_WRITE, NULL, &writer, NULL), CDR_OK);
    expect_open(w, CDR_WORKSPACE_WRITE, CDR_E_LOCKED, "workspace.busy");
    expect_open(w, CDR_WORKSPACE_READ, CDR_OK, NULL);
    cdr_workspace_close(writer);
    expect_open(w, CDR_WORKSPACE_WRITE, CDR_OK, NULL);
}

static void open__another_key__ledger_does_not_verify(void **state)
{
    world *w = *state;
    char key[200];
    cdr_secret *other;
    cdr_workspace *ws;
    cdr_ledger_verdict verdict;
    assert_int_equal(cdr_workspace_create(&w->ctx, w->ws, "A", NULL, NULL), CDR_OK);
    path_of(w, "candor.key", key);
    assert_int_equal(unlink(key), 0);
    expect_open(w, CDR_WORKSPACE_WRITE, CDR_NOT_FOUND, "keyfile.open");
    assert_int_equal(cdr_secret_random(&w->ctx, 32, &other, NULL), CDR_OK);
    assert_int_equal(cdr_keyfile_create(&w->ctx, key, other, NULL, NULL), CDR_OK);
    cdr_secret_free(other);
    assert_int_equal(cdr_workspace_open(&w->ctx, w->ws, CDR_WORKSPACE_READ, NULL, &ws, NULL), CDR_OK);
    assert_int_equal(cdr_ledger_verify(cdr_workspace_ledger(ws), NULL, &verdict, NULL), CDR_OK);
    assert_false(verdict.ok);
    cdr_workspace_close(ws);
}

static void create__half_a_workspace__says_which_half(void **state)
{
    world *w = *state;
    char key[200], kept[200], db[200];
    cdr_err err = {0};
    path_of(w, "candor.key", key);
    path_of(w, "kept.key", kept);
    path_of(w, "candor.db", db);
    assert_int_equal(cdr_workspace_create(&w->ctx, w->ws, "A", NULL, NULL), CDR_OK);
    assert_int_equal(rename(key, kept), 0);
    assert_int_equal(cdr_workspace_create(&w->ctx, w->ws, "A", NULL, &err), CDR_E_INVAL);
    assert_string_equal(err.id, "workspace.lone-database");
    assert_int_equal(rename(kept, key), 0);
    assert_int_equal(unlink(db), 0);
    assert_int_equal(cdr_workspace_create(&w->ctx, w->ws, "A", NULL, &err), CDR_E_INVAL);
    assert_string_equal(err.id, "workspace.lone-key");
}

static void copy_golden(world *w, const char *name)
{
    char from[300], to[200];
    _cleanup_buf_ cdr_buf bytes = CDR_BUF(4u << 20);
    snprintf(from, sizeof from, "%s/tests/data/db/v1/%s", CANDOR_SOURCE_DIR, name);
    path_of(w, name, to);
    assert_int_equal(cdr_file_read(from, &bytes, NULL), CDR_OK);
    assert_int_equal(cdr_file_write(to, bytes.data, bytes.len, 0600, NULL), CDR_OK);
}

/* The workspace of the first release: whoever opens it first after an update of the program brings it up to date. */
static void open__first_release__a_reader_brings_it_up_to_date(void **state)
{
    world *w = *state;
    cdr_workspace *ws;
    cdr_ledger_verdict verdict;
    char backup[200];
    assert_int_equal(mkdir(w->ws, 0700), 0);
    copy_golden(w, "candor.db");
    copy_golden(w, "candor.key");
    assert_int_equal(cdr_workspace_open(&w->ctx, w->ws, CDR_WORKSPACE_READ, NULL, &ws, NULL), CDR_OK);
    assert_int_equal(cdr_db_schema_version(cdr_workspace_db(ws)), cdr_migration_count);
    assert_int_equal(cdr_ledger_verify(cdr_workspace_ledger(ws), NULL, &verdict, NULL), CDR_OK);
    assert_true(verdict.ok);
    assert_true(verdict.size > 0);
    cdr_workspace_close(ws);
    path_of(w, "candor.db.before-002", backup);
    assert_int_equal(access(backup, F_OK) == 0, cdr_migration_count > 1);
}

static void settings__set_twice_and_missing__as_expected(void **state)
{
    world *w = *state;
    cdr_workspace *ws;
    char *value;
    assert_int_equal(cdr_workspace_create(&w->ctx, w->ws, "A", NULL, NULL), CDR_OK);
    assert_int_equal(cdr_workspace_open(&w->ctx, w->ws, CDR_WORKSPACE_WRITE, NULL, &ws, NULL), CDR_OK);
    cdr_db *db = cdr_workspace_db(ws);
    assert_int_equal(cdr_setting_get(db, "no.such", &value, NULL), CDR_NOT_FOUND);
    assert_null(value);
    assert_int_equal(cdr_setting_set(db, "a", "1", NULL), CDR_OK);
    assert_int_equal(cdr_setting_set(db, "a", "2", NULL), CDR_OK);
    assert_int_equal(cdr_setting_get(db, "a", &value, NULL), CDR_OK);
    assert_string_equal(value, "2");
    cdr_free(value);
    cdr_workspace_close(ws);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, make, drop)

/* Others write while the writer waits for something; what it made from the workspace stays open, and it cannot write until it is its turn again. */
static void a_pause_lets_others_write(void **state)
{
    world *w = *state;
    cdr_workspace *ws = NULL, *other = NULL;
    cdr_err err = {0};
    const cdr_ledger_event e = {.kind = "test.event", .actor = "cli:test"};
    assert_int_equal(cdr_workspace_create(&w->ctx, w->ws, "Harbour Books", NULL, &err), CDR_OK);
    assert_int_equal(cdr_workspace_open(&w->ctx, w->ws, CDR_WORKSPACE_WRITE, NULL, &ws, &err), CDR_OK);
    cdr_ledger *ledger = cdr_workspace_ledger(ws);
    assert_int_equal(cdr_ledger_append(ledger, &e, NULL, &err), CDR_OK);
    assert_int_equal(cdr_workspace_open(&w->ctx, w->ws, CDR_WORKSPACE_WRITE, NULL, &other, &err), CDR_E_LOCKED);
    assert_int_equal(cdr_workspace_pause_writing(ws, &err), CDR_OK);
    assert_false(cdr_workspace_writes(ws));
    assert_int_not_equal(cdr_ledger_append(ledger, &e, NULL, &err), CDR_OK);
    assert_int_equal(cdr_workspace_open(&w->ctx, w->ws, CDR_WORKSPACE_WRITE, NULL, &other, &err), CDR_OK);
    assert_int_equal(cdr_ledger_append(cdr_workspace_ledger(other), &e, NULL, &err), CDR_OK);
    assert_int_equal(cdr_workspace_resume_writing(ws, 0, &err), CDR_E_LOCKED);
    cdr_workspace_close(other);
    assert_int_equal(cdr_workspace_resume_writing(ws, 0, &err), CDR_OK);
    assert_int_equal(cdr_ledger_append(ledger, &e, NULL, &err), CDR_OK);
    cdr_workspace_close(ws);
    expect_open(w, CDR_WORKSPACE_WRITE, CDR_OK, NULL);      /* the head file fits the ledger */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(create__fresh_folder__opens_with_its_organisation), CASE(create__in_a_folder_with_files__leaves_them),
        CASE(open__second_writer__locked_readers_not), CASE(open__another_key__ledger_does_not_verify), CASE(create__half_a_workspace__says_which_half),
        CASE(open__first_release__a_reader_brings_it_up_to_date), CASE(settings__set_twice_and_missing__as_expected), CASE(a_pause_lets_others_write),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
