/* SPDX-License-Identifier: Apache-2.0 */
/* The n-th allocation, write, fsync or SQL step fails, for every n until the work succeeds: making a workspace leaves nothing or all of
 * it, opening never harms it, an export has its checkpoint only when everything else is there. */
#include "base/fault.h"
#include "base/io.h"
#include "core/ledger/store.h"
#include "core/workspace/store.h"
#include "core/workspace/workspace.h"

#include <dirent.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#ifdef CANDOR_FAULTS
static const cdr_fault_kind kinds[] = {CDR_FAULT_ALLOC, CDR_FAULT_WRITE, CDR_FAULT_FSYNC, CDR_FAULT_SQL};
#define ROUNDS_MAX 2000

typedef struct world { char dir[64], ws[100], out[100]; cdr_ctx ctx; } world;

static int forget(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st, (void)type, (void)ftw;
    return remove(path);
}

static void remove_tree(const char *path)
{
    nftw(path, forget, 16, FTW_DEPTH | FTW_PHYS);
}

static int entries_of(const char *path)
{
    DIR *d = opendir(path);
    int n = 0;
    if (!d)
        return -1;
    for (struct dirent *e; (e = readdir(d));)
        n += e->d_name[0] != '.';
    closedir(d);
    return n;
}

/* Opens, verifies, holds as many entries as expected. */
static void expect_sound(world *w, uint64_t size)
{
    cdr_workspace *ws = NULL;
    cdr_err err = {0};
    cdr_ledger_verdict v;
    if (cdr_workspace_open(&w->ctx, w->ws, CDR_WORKSPACE_WRITE, NULL, &ws, &err) != CDR_OK)
        fail_msg("%s", err.text);
    assert_int_equal(cdr_db_check(cdr_workspace_db(ws), NULL), CDR_OK);
    assert_int_equal(cdr_ledger_verify(cdr_workspace_ledger(ws), NULL, &v, NULL), CDR_OK);
    assert_true(v.ok);
    assert_int_equal(v.size, size);
    cdr_workspace_close(ws);
}

/* What is tried: must be whole when it returns CDR_OK, and harmless otherwise. */
typedef cdr_status attempt(world *w, cdr_err *err);

static void loop(world *w, attempt *try_it, void (*after)(world *w, cdr_status s), long least[CDR_FAULT__MAX])
{
    for (size_t k = 0; k < CDR_COUNT(kinds); k++) {
        long n = 1;
        for (bool fired = true; fired; n++) {
            cdr_err err = {0};
            cdr_fault_arm(kinds[k], n);
            cdr_status s = try_it(w, &err);
            fired = cdr_fault_fired(kinds[k]);
            cdr_fault_arm(kinds[k], 0);
            if (s != CDR_OK && !err.text[0])
                fail_msg("fault %zu, number %ld: status %d without a sentence", k, n, s);
            if (!fired && s != CDR_OK)
                fail_msg("fault %zu, number %ld did not happen, and yet: %s", k, n, err.text);
            after(w, s);
            assert_in_range(n, 1, ROUNDS_MAX);
        }
        if (n - 2 < least[k])
            fail_msg("fault %zu: only %ld steps could fail, %ld were expected", k, n - 2, least[k]);
    }
}

static int make(void **state)
{
    world *w = calloc(1, sizeof *w);
    *state = w;
    cdr_ctx_init(&w->ctx);
    strcpy(w->dir, "/tmp/candor-fault-XXXXXX");
    if (!w || !mkdtemp(w->dir))
        return 1;
    snprintf(w->ws, sizeof w->ws, "%s/ws", w->dir);
    snprintf(w->out, sizeof w->out, "%s/out", w->dir);
    return 0;
}

static int drop(void **state)
{
    remove_tree(((world *)*state)->dir);
    free(*state);
    return 0;
}

static cdr_status create(world *w, cdr_err *err)
{
    return cdr_workspace_create(&w->ctx, w->ws, "Harbour Books", NULL, err);
}

static void after_create(world *w, cdr_status s)
{
    if (s == CDR_OK)
        expect_sound(w, 1);
    else
        assert_int_equal(entries_of(w->dir), 0);
    remove_tree(w->ws);
}

static void create__any_step_fails__all_or_nothing(void **state)
{
    loop(*state, create, after_create, (long[CDR_FAULT__MAX]){20, 1, 2, 8});
}

static cdr_status open_both(world *w, cdr_err *err)
{
    cdr_workspace *ws = NULL;
    cdr_status s = cdr_workspace_open(&w->ctx, w->ws, CDR_WORKSPACE_WRITE, NULL, &ws, err);
    if (s == CDR_OK)
        s = cdr_setting_set(cdr_workspace_db(ws), "a", "b", err);
    cdr_workspace_close(ws);
    ws = NULL;
    if (s == CDR_OK)
        s = cdr_workspace_open(&w->ctx, w->ws, CDR_WORKSPACE_READ, NULL, &ws, err);
    cdr_workspace_close(ws);
    return s;
}

static void after_open(world *w, cdr_status s)
{
    (void)s;
    expect_sound(w, 1);
}

static void open__any_step_fails__nothing_harmed(void **state)
{
    assert_int_equal(create(*state, NULL), CDR_OK);
    loop(*state, open_both, after_open, (long[CDR_FAULT__MAX]){20, 0, 0, 6});
}

static uint64_t appended;

static cdr_status append(world *w, cdr_err *err)
{
    cdr_workspace *ws = NULL;
    cdr_status s = cdr_workspace_open(&w->ctx, w->ws, CDR_WORKSPACE_WRITE, NULL, &ws, err);
    if (s == CDR_OK)
        s = cdr_ledger_append(cdr_workspace_ledger(ws), &(cdr_ledger_event){"test", "cli:test", "thing", "{\"n\":1}"}, NULL, err);
    cdr_workspace_close(ws);
    appended += s == CDR_OK;
    return s;
}

static void after_append(world *w, cdr_status s)
{
    (void)s;
    expect_sound(w, 1 + appended);
}

static void append__any_step_fails__entry_there_or_not(void **state)
{
    appended = 0;
    assert_int_equal(create(*state, NULL), CDR_OK);
    loop(*state, append, after_append, (long[CDR_FAULT__MAX]){20, 0, 1, 8});
}

static cdr_status export_it(world *w, cdr_err *err)
{
    cdr_workspace *ws = NULL;
    cdr_status s = cdr_workspace_open(&w->ctx, w->ws, CDR_WORKSPACE_READ, NULL, &ws, err);
    if (s == CDR_OK)
        s = cdr_ledger_export(cdr_workspace_ledger(ws), w->out, err);
    cdr_workspace_close(ws);
    return s;
}

static void after_export(world *w, cdr_status s)
{
    char path[150];
    static const char *const parts[] = {"key.pem", "key.vkey", "tile/0/000.p/1", "tile/entries/000.p/1"};
    snprintf(path, sizeof path, "%s/checkpoint", w->out);
    bool sealed = access(path, F_OK) == 0;
    if (s == CDR_OK)
        assert_true(sealed);
    for (size_t i = 0; sealed && i < CDR_COUNT(parts); i++) {
        snprintf(path, sizeof path, "%s/%s", w->out, parts[i]);
        assert_int_equal(access(path, F_OK), 0);
    }
    for (int i = 0; i < 2; i++) {
        snprintf(path, sizeof path, i ? "%s/tile/0/000.p" : "%s", w->out);
        DIR *d = opendir(path);
        for (struct dirent *e; d && (e = readdir(d));)
            assert_null(strstr(e->d_name, ".part-"));
        if (d)
            closedir(d);
    }
    remove_tree(w->out);
    expect_sound(w, 1);
}

static void export__any_step_fails__no_checkpoint_without_its_tiles(void **state)
{
    assert_int_equal(create(*state, NULL), CDR_OK);
    loop(*state, export_it, after_export, (long[CDR_FAULT__MAX]){20, 5, 5, 6});
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, make, drop)
#endif

int main(void)
{
#ifdef CANDOR_FAULTS
    const struct CMUnitTest tests[] = {
        CASE(create__any_step_fails__all_or_nothing), CASE(open__any_step_fails__nothing_harmed), CASE(append__any_step_fails__entry_there_or_not),
        CASE(export__any_step_fails__no_checkpoint_without_its_tiles),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
#else
    return 77;
#endif
}
