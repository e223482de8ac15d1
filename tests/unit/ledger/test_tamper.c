/* SPDX-License-Identifier: Apache-2.0 */
/* History cut, edited, reordered, inserted, rebuilt or rolled back in the database file: verify must name the entry. */
#include "base/fault.h"
#include "base/io.h"
#include "core/ledger/store.h"

#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

typedef struct world { char dir[64], path[100]; cdr_ctx ctx; cdr_secret *seed; cdr_db *db; cdr_ledger *ledger; } world;

static void open_world(world *w, cdr_db_mode mode)
{
    cdr_err err = {0};
    if (cdr_db_open(&w->ctx, w->path, mode, &w->db, &err) != CDR_OK || cdr_ledger_open(&w->ctx, w->db, "candor/test", w->seed, &w->ledger, &err) != CDR_OK)
        fail_msg("%s", err.text);
}

static void close_world(world *w)
{
    cdr_ledger_close(w->ledger);
    cdr_db_close(w->db);
}

static void add(world *w, int from, int to)
{
    for (int i = from; i < to; i++) {
        char details[64];
        snprintf(details, sizeof details, "{\"n\":%d,\"note\":\"ü\"}", i);
        uint64_t idx = 99;
        assert_int_equal(cdr_ledger_append(w->ledger, &(cdr_ledger_event){i ? "test.event" : "workspace.create", "cli:test", "thing", details}, &idx, NULL), CDR_OK);
        assert_int_equal(idx, i);
    }
}

static void make(world *w, int entries)
{
    memset(w, 0, sizeof *w);
    cdr_ctx_init(&w->ctx);
    strcpy(w->dir, "/tmp/candor-ledger-XXXXXX");
    assert_non_null(mkdtemp(w->dir));
    snprintf(w->path, sizeof w->path, "%s/candor.db", w->dir);
    assert_int_equal(cdr_secret_random(&w->ctx, 32, &w->seed, NULL), CDR_OK);
    open_world(w, CDR_DB_CREATE);
    add(w, 0, entries);
}

static void drop(world *w)
{
    char command[200];
    close_world(w);
    cdr_secret_free(w->seed);
    static const char *const ends[] = {"", "-wal", "-shm"};
    for (int i = 0; i < 3; i++) {
        snprintf(command, sizeof command, "%s%s", w->path, ends[i]);
        unlink(command);
    }
    assert_int_equal(rmdir(w->dir), 0);
}

/* Another program changes the file behind our back. */
static void tamper(world *w, const char *sql)
{
    sqlite3 *db;
    char *message = NULL;
    close_world(w);
    assert_int_equal(sqlite3_open(w->path, &db), SQLITE_OK);
    if (sqlite3_exec(db, sql, NULL, NULL, &message) != SQLITE_OK)
        fail_msg("%s", message);
    sqlite3_close(db);
    open_world(w, CDR_DB_WRITE);
}

static void expect_bad(world *w, const char *kept, uint64_t index)
{
    cdr_ledger_verdict v;
    assert_int_equal(cdr_ledger_verify(w->ledger, kept, &v, NULL), CDR_OK);
    assert_false(v.ok);
    if (v.bad_index != index)
        fail_msg("named %llu (%s), not %llu", (unsigned long long)v.bad_index, v.reason, (unsigned long long)index);
}

static void verify__untouched__ok(void **state)
{
    (void)state;
    world w;
    cdr_ledger_verdict v;
    make(&w, 37);
    char *note;
    assert_int_equal(cdr_ledger_checkpoint(w.ledger, &note, NULL), CDR_OK);
    add(&w, 37, 52);
    assert_int_equal(cdr_ledger_verify(w.ledger, note, &v, NULL), CDR_OK);
    assert_true(v.ok);
    assert_int_equal(v.size, 52);
    free(note);
    drop(&w);
}

static void verify__tampered__names_the_entry(void **state)
{
    (void)state;
    static const struct { const char *sql; uint64_t index; } cases[] = {
        {"UPDATE ledger_entry SET entry = replace(entry, '\"n\":7', '\"n\":8') WHERE idx = 7", 7},
        {"UPDATE ledger_entry SET entry = entry || ' ' WHERE idx = 7", 7},
        {"DELETE FROM ledger_entry WHERE idx = 11", 11},
        {"DELETE FROM ledger_entry WHERE idx >= 15", 15},
        {"DELETE FROM ledger_entry WHERE idx >= 15; DELETE FROM ledger_node WHERE level = 0 AND idx >= 15", 15},
        {"UPDATE ledger_entry SET idx = -1 * idx - 1000 WHERE 0; UPDATE ledger_entry SET entry = (SELECT entry FROM ledger_entry WHERE idx = 4) WHERE idx = 3", 3},
        {"UPDATE ledger_node SET hash = zeroblob(32) WHERE level = 0 AND idx = 5", 5},
        {"UPDATE ledger_node SET hash = zeroblob(32) WHERE level = 2 AND idx = 1", 7},
        {"DELETE FROM ledger_node WHERE level = 1 AND idx = 4", 9},
        {"DELETE FROM ledger_checkpoint WHERE size = 9", 8},
        {"UPDATE ledger_checkpoint SET note = (SELECT note FROM ledger_checkpoint WHERE size = 6) WHERE size = 5", 4},
        {"UPDATE ledger_checkpoint SET note = replace(note, 'candor/test', 'candor/tess') WHERE size = 20", 19},
        {"INSERT INTO ledger_entry(idx, entry) SELECT 20, entry FROM ledger_entry WHERE idx = 19", 20},
        {"DELETE FROM ledger_entry; DELETE FROM ledger_node; DELETE FROM ledger_checkpoint", 0},
        {"DELETE FROM ledger_entry; DELETE FROM ledger_node; DELETE FROM ledger_checkpoint; DELETE FROM setting", 0},
        {"DELETE FROM ledger_entry WHERE idx = 19; DELETE FROM ledger_checkpoint WHERE size = 20; DELETE FROM ledger_node WHERE (idx + 1) << level > 19", 19},
        {"UPDATE setting SET value = replace(value, '20', '21') WHERE key = 'ledger.head'", 20},
        {"INSERT INTO ledger_node SELECT 0, 25, hash FROM ledger_node WHERE level = 0 AND idx = 1; DELETE FROM ledger_checkpoint WHERE size = 20; DELETE FROM ledger_entry WHERE idx = 19", 19},
    };
    for (size_t i = 0; i < CDR_COUNT(cases); i++) {
        world w;
        make(&w, 20);
        tamper(&w, cases[i].sql);
        expect_bad(&w, NULL, cases[i].index);
        drop(&w);
    }
}

static void verify__rolled_back_as_a_whole__kept_checkpoint_tells(void **state)
{
    (void)state;
    world w;
    cdr_ledger_verdict v;
    char *kept;
    make(&w, 20);
    assert_int_equal(cdr_ledger_checkpoint(w.ledger, &kept, NULL), CDR_OK);
    tamper(&w, "DELETE FROM ledger_entry WHERE idx >= 12; DELETE FROM ledger_checkpoint WHERE size > 12;"
               "DELETE FROM ledger_node WHERE (idx + 1) << level > 12");
    expect_bad(&w, NULL, 12);    /* the head that stands in the database tells */
    tamper(&w, "UPDATE setting SET value = (SELECT note FROM ledger_checkpoint WHERE size = 12) WHERE key = 'ledger.head'");
    assert_int_equal(cdr_ledger_verify(w.ledger, NULL, &v, NULL), CDR_OK);
    assert_true(v.ok);   /* nothing inside the database can tell */
    expect_bad(&w, kept, 12);
    /* Another history of the same length, signed with the same key. */
    for (int i = 12; i < 25; i++)
        assert_int_equal(cdr_ledger_append(w.ledger, &(cdr_ledger_event){"other.event", "cli:test", NULL, NULL}, NULL, NULL), CDR_OK);
    expect_bad(&w, kept, 19);
    free(kept);
    drop(&w);
}

static void verify__head_file__tells_what_the_database_cannot(void **state)
{
    (void)state;
    world w;
    cdr_ledger_verdict v;
    char head[100];
    bool missing;
    make(&w, 20);
    snprintf(head, sizeof head, "%s/candor.head", w.dir);
    assert_int_equal(cdr_ledger_write_head(w.ledger, head, NULL), CDR_OK);
    assert_int_equal(cdr_ledger_check_head(w.ledger, head, &missing, NULL), CDR_OK);
    tamper(&w, "DELETE FROM ledger_entry WHERE idx >= 12; DELETE FROM ledger_checkpoint WHERE size > 12; DELETE FROM ledger_node WHERE (idx + 1) << level > 12;"
               "UPDATE setting SET value = (SELECT note FROM ledger_checkpoint WHERE size = 12) WHERE key = 'ledger.head'");
    assert_int_equal(cdr_ledger_set_head_file(w.ledger, head, NULL), CDR_OK);
    expect_bad(&w, NULL, 12);
    assert_int_equal(cdr_ledger_check_head(w.ledger, head, &missing, NULL), CDR_E_CORRUPT);
    assert_int_equal(cdr_ledger_write_head(w.ledger, head, NULL), CDR_OK);   /* never lower */
    expect_bad(&w, NULL, 12);
    /* Another history that grew beyond it. */
    for (int i = 12; i < 25; i++)
        assert_int_equal(cdr_ledger_append(w.ledger, &(cdr_ledger_event){"other.event", "cli:test", NULL, NULL}, NULL, NULL), CDR_OK);
    expect_bad(&w, NULL, 19);
    assert_int_equal(cdr_ledger_check_head(w.ledger, head, &missing, NULL), CDR_E_CORRUPT);
    /* Entry 0 promises none here: without the file nothing is said. */
    unlink(head);
    assert_int_equal(cdr_ledger_check_head(w.ledger, head, &missing, NULL), CDR_OK);
    assert_false(missing);
    assert_int_equal(cdr_ledger_verify(w.ledger, NULL, &v, NULL), CDR_OK);
    assert_true(v.ok);
    drop(&w);
}

static void append__too_large_or_no_object__refused_and_nothing_kept(void **state)
{
    (void)state;
    world w;
    make(&w, 3);
    char *large = malloc(70000);
    memset(large, 'x', 70000);
    memcpy(large, "{\"a\":\"", 6);
    memcpy(large + 69990, "\"}", 3);
    assert_int_equal(cdr_ledger_append(w.ledger, &(cdr_ledger_event){"k", "a", NULL, large}, NULL, NULL), CDR_E_LIMIT);
    assert_int_equal(cdr_ledger_append(w.ledger, &(cdr_ledger_event){"k", "a", NULL, "[1]"}, NULL, NULL), CDR_E_INVAL);
    assert_int_equal(cdr_ledger_size(w.ledger), 3);
    free(large);
    drop(&w);
}

static void append__any_step_fails__ledger_verifies(void **state)
{
    (void)state;
#ifndef CANDOR_FAULTS
    skip();
#else
    static const cdr_fault_kind kinds[] = {CDR_FAULT_ALLOC, CDR_FAULT_SQL, CDR_FAULT_FSYNC};
    world w;
    make(&w, 5);
    uint64_t size = 5;
    for (size_t k = 0; k < CDR_COUNT(kinds); k++) {
        bool fired = true;
        for (long n = 1; fired && n < 500; n++) {
            cdr_fault_arm(kinds[k], n);
            cdr_status s = cdr_ledger_append(w.ledger, &(cdr_ledger_event){"k", "a", "s", "{\"x\":1}"}, NULL, NULL);
            fired = cdr_fault_fired(kinds[k]);
            cdr_fault_arm(kinds[k], 0);
            size += s == CDR_OK;
            assert_int_equal(cdr_ledger_size(w.ledger), size);
            cdr_ledger_verdict v;
            assert_int_equal(cdr_ledger_verify(w.ledger, NULL, &v, NULL), CDR_OK);
            assert_true(v.ok);
        }
        assert_false(fired);
    }
    assert_int_equal(size, 8);
    drop(&w);
#endif
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(verify__untouched__ok), cmocka_unit_test(verify__tampered__names_the_entry), cmocka_unit_test(verify__rolled_back_as_a_whole__kept_checkpoint_tells),
        cmocka_unit_test(verify__head_file__tells_what_the_database_cannot), cmocka_unit_test(append__too_large_or_no_object__refused_and_nothing_kept), cmocka_unit_test(append__any_step_fails__ledger_verifies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
