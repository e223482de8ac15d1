/* SPDX-License-Identifier: Apache-2.0 */
/* Rows that the ledger answers for: entered with the commit that wrote them, gone with a rollback, and held against the tables. */
#include "../workspace_world.h"

#include "core/ledger/store.h"
#include "core/workspace/rows.h"

enum { ADD, CHANGE, DROP, EVIDENCE, PLACE, DECIDER, INCIDENT, PEOPLE, SEVERITY, TAKEN, ST__MAX };
static const cdr_db_stmt statements[ST__MAX] = {
    [ADD] = {"add", "INSERT INTO clock(subject, ref, label, began_us, due_us, set_us) VALUES('I-1', 'step/' || ?1, 'x', 1, 1000000, 1)", false},
    [CHANGE] = {"change", "UPDATE clock SET due_us = due_us + 1000000 WHERE id = ?1", false},
    [DROP] = {"drop", "DELETE FROM clock WHERE id = ?1", false},
    [INCIDENT] = {"incident", "INSERT INTO incident(id, kind, title, opened_us, opened_by, takeover_us, salt) VALUES(?1, 'other', 't', 1, 'cli:x', 1, randomblob(16))", false},
    [EVIDENCE] = {"evidence", "INSERT INTO incident_evidence(incident_id, name, place, sha256, size, taken_us, by, salt) VALUES(?1, 'n', 'p', zeroblob(32), 1, 1, 'cli:x', randomblob(16))", false},
    [PLACE] = {"place", "UPDATE incident_evidence SET place = 'elsewhere' WHERE id = ?1", false},
    [PEOPLE] = {"people", "UPDATE incident SET people_min = 1, people_max=2 WHERE id = ?1", false},
    [SEVERITY] = {"severity", "UPDATE incident SET severity = 'low' WHERE id = ?1", false},
    [TAKEN] = {"taken", "UPDATE incident SET taken = taken + 1 WHERE id = ?1", false},
    [DECIDER] = {"who", "UPDATE incident_evidence SET by = 'cli:mallory' WHERE id = ?1", false},
};

static void run(cdr_db *db, size_t statement, int64_t id)
{
    cdr_db_set *set;
    cdr_db_query q;
    cdr_err err = {0};
    assert_int_equal(cdr_db_prepare_set(db, statements, ST__MAX, &set, &err), CDR_OK);
    assert_int_equal(cdr_db_begin_query(set, statement, &q, &err), CDR_OK);
    cdr_db_bind_int(&q, 1, id);
    if (cdr_db_run(&q, &err) != CDR_OK)
        fail_msg("%s", err.text);
    cdr_db_set_free(set);
}

/* As sqlite3 would: nobody is told. */
static void run_quietly(world *w, size_t statement, int64_t id)
{
    char path[140];
    cdr_db *db;
    world_close(w);
    snprintf(path, sizeof path, "%s/candor.db", w->home);
    world_ok(w, cdr_db_open(&w->ctx, path, CDR_DB_WRITE, &db, &w->err));
    run(db, statement, id);
    cdr_db_close(db);
    world_open(w);
}

typedef struct heard { size_t count; char last[240]; } heard;

static cdr_status hear(void *arg, const char *what)
{
    heard *h = arg;
    h->count++;
    snprintf(h->last, sizeof h->last, "%s", what);
    return CDR_OK;
}

static void expect_difference(world *w, const char *words)
{
    heard h = {0};
    world_ok(w, cdr_rows_compare_ledger(w->ws, hear, &h, &w->err));
    if (words ? h.count != 1 || !strstr(h.last, words) : h.count > 0)
        fail_msg("%zu differences, the last: %s", h.count, h.last);
}

static void expect_entry(world *w, const char *words)
{
    _cleanup_buf_ cdr_buf entry = CDR_BUF(CDR_LEDGER_ENTRY_MAX);
    world_ok(w, cdr_ledger_entry(cdr_workspace_ledger(w->ws), cdr_ledger_size(cdr_workspace_ledger(w->ws)) - 1, &entry, &w->err));
    if (!strstr(entry.data, words))
        fail_msg("%s is not in %s", words, entry.data);
}

static void a_commit_enters_what_it_wrote(void **state)
{
    (void)state;
    world w;
    world_make(&w);
    cdr_db *db = cdr_workspace_db(w.ws);
    uint64_t size = cdr_ledger_size(cdr_workspace_ledger(w.ws));
    world_ok(&w, cdr_db_begin(db, &w.err));
    for (int64_t i = 1; i <= 400; i++) {
        run(db, ADD, i);
        run(db, CHANGE, i);
    }
    run(db, ADD, 999);
    run(db, DROP, 401);
    assert_int_equal(cdr_ledger_size(cdr_workspace_ledger(w.ws)), size);
    world_ok(&w, cdr_db_commit(db, &w.err));
    assert_int_equal(cdr_ledger_size(cdr_workspace_ledger(w.ws)), size + 3);
    expect_entry(&w, "\"due\":\"1970-01-01T00:00:02Z\",\"id\":400,\"new\":true,\"of\":\"I-1 step/400\"");
    run(db, CHANGE, 7);                        /* alone */
    assert_int_equal(cdr_ledger_size(cdr_workspace_ledger(w.ws)), size + 4);
    expect_entry(&w, "\"due\":\"1970-01-01T00:00:03Z\",\"id\":7");
    expect_difference(&w, NULL);
    world_drop(&w);
}

static void what_is_taken_back_is_not_entered(void **state)
{
    (void)state;
    world w;
    world_make(&w);
    cdr_db *db = cdr_workspace_db(w.ws);
    uint64_t size = cdr_ledger_size(cdr_workspace_ledger(w.ws));
    world_ok(&w, cdr_db_begin(db, &w.err));
    world_ok(&w, cdr_db_begin(db, &w.err));
    run(db, ADD, 1);
    cdr_db_rollback(db);
    assert_int_equal(cdr_db_commit(db, &w.err), CDR_E_DB);
    world_ok(&w, cdr_db_begin(db, &w.err));
    world_ok(&w, cdr_db_commit(db, &w.err));
    assert_int_equal(cdr_ledger_size(cdr_workspace_ledger(w.ws)), size);
    world_drop(&w);
}

static void quiet_edits_are_named(void **state)
{
    (void)state;
    world w;
    world_make(&w);
    run(cdr_workspace_db(w.ws), ADD, 1);
    run(cdr_workspace_db(w.ws), ADD, 2);
    run_quietly(&w, CHANGE, 1);
    expect_difference(&w, "clock 1 (I-1 step/1): when it is due, or whether it runs, is not what the ledger knows");
    run(cdr_workspace_db(w.ws), CHANGE, 1);    /* from now on that is what it is */
    expect_difference(&w, NULL);
    run_quietly(&w, DROP, 2);
    expect_difference(&w, "clock 2 (I-1 step/2) is gone, and the ledger knows it");
    world_drop(&w);
}

/* Who took it never changes: writing where it lies does not cover up an edit of that. */
static void a_later_change_covers_nothing_up(void **state)
{
    (void)state;
    world w;
    world_make(&w);
    run(cdr_workspace_db(w.ws), INCIDENT, 1);
    run(cdr_workspace_db(w.ws), EVIDENCE, 1);
    run_quietly(&w, DECIDER, 1);
    run(cdr_workspace_db(w.ws), PLACE, 1);
    expect_difference(&w, "evidence 1 (I-1): its name, what it is about, who took it, or when, is not");
    run_quietly(&w, SEVERITY, 1);
    run(cdr_workspace_db(w.ws), PEOPLE, 1);
    expect_entry(&w, "{\"rows\":[{\"id\":1,\"of\":\"I-1\",\"part\":\"people\"");
    run(cdr_workspace_db(w.ws), TAKEN, 1);
    heard h = {0};
    world_ok(&w, cdr_rows_compare_ledger(w.ws, hear, &h, &w.err));
    assert_int_equal(h.count, 2);
    assert_non_null(strstr(h.last, "evidence 1"));
    world_drop(&w);
}

/* Rows from before there were such entries are no finding, whatever is written after them. */
static void older_rows_are_not_known(void **state)
{
    (void)state;
    world w;
    world_make(&w);
    run_quietly(&w, ADD, 1);
    run_quietly(&w, ADD, 2);
    expect_difference(&w, NULL);
    run(cdr_workspace_db(w.ws), ADD, 3);
    run(cdr_workspace_db(w.ws), CHANGE, 1);
    expect_difference(&w, NULL);
    run_quietly(&w, ADD, 4);
    expect_difference(&w, "clock 4 (I-1 step/4) was never made, as far as the ledger knows");
    world_drop(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_commit_enters_what_it_wrote), cmocka_unit_test(what_is_taken_back_is_not_entered), cmocka_unit_test(quiet_edits_are_named),
        cmocka_unit_test(a_later_change_covers_nothing_up), cmocka_unit_test(older_rows_are_not_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
