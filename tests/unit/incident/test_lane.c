/* SPDX-License-Identifier: Apache-2.0 */
/* The small lane in a workspace: saved at each answer, taken back, finished once; what comes next; canary alerts. */
#include "core/incident/canary.h"
#include "core/incident/draft_text.h"
#include "core/incident/lane.h"
#include "core/incident/next.h"

#include <sqlite3.h>

#include "../workspace_world.h"

#define HOUR (3600 * SECOND)

typedef struct desk { world w; cdr_incidents *in; } desk;

static void open_desk(desk *d)
{
    world_make(&d->w);
    world_ok(&d->w, cdr_incidents_open(d->w.ws, &d->in, &d->w.err));
}

static void close_desk(desk *d)
{
    cdr_incidents_close(d->in);
    world_drop(&d->w);
}

/* As after a crash: everything is read anew. */
static void again(desk *d)
{
    cdr_incidents_close(d->in);
    world_close(&d->w);
    world_open(&d->w);
    world_ok(&d->w, cdr_incidents_open(d->w.ws, &d->in, &d->w.err));
}

static void say(desk *d, int64_t *id, const char *key, const char *answer)
{
    cdr_lane_question q;
    world_ok(&d->w, cdr_lane_next(d->in, *id, &q, &d->w.err));
    assert_string_equal(q.key, key);
    assert_true(q.number <= q.of && q.of <= CDR_LANE_QUESTIONS_MAX);
    world_ok(&d->w, cdr_lane_answer(d->in, id, key, answer, &d->w.err));
}

static const char *const small[][2] = {{"what", "1"}, {"noticed", "2 hours ago"}, {"by", "customer"}, {"people", "1"}, {"whose", "1"}, {"data", "contact"}, {"has", "known"}, {"asked", "no"}, {"where", "DE"}};

static int64_t tell_small(desk *d, bool crash)
{
    int64_t id = 0;
    for (size_t i = 0; i < CDR_COUNT(small); i++) {
        say(d, &id, small[i][0], small[i][1]);
        if (crash)
            again(d);
    }
    cdr_lane_question q;
    assert_int_equal(cdr_lane_next(d->in, id, &q, &d->w.err), CDR_DONE);
    return id;
}

typedef struct tally { unsigned tasks, duties, letters, done, decisions, waiting; char outcomes[200], reasons[2400]; } tally;

static cdr_status count_item(void *arg, const cdr_item *item)
{
    tally *t = arg;
    t->tasks += item->kind == CDR_ITEM_TASK;
    t->duties += item->kind == CDR_ITEM_DUTY;
    t->letters += item->kind == CDR_ITEM_LETTER;
    t->done += item->state == CDR_ITEM_DONE;
    return CDR_OK;
}

static cdr_status count_decision(void *arg, const cdr_decision *d)
{
    tally *t = arg;
    t->decisions++;
    t->waiting += d->needs_second && !d->approved_us;
    size_t n = strlen(t->outcomes), m = strlen(t->reasons);
    snprintf(t->outcomes + n, sizeof t->outcomes - n, "%s=%s ", d->name, d->outcome);
    snprintf(t->reasons + m, sizeof t->reasons - m, "%s\n", d->reason);
    return CDR_OK;
}

static cdr_status differs(void *arg, const char *what)
{
    (void)arg;
    fail_msg("tables and ledger differ: %s", what);
    return CDR_OK;
}

static tally count(desk *d, int64_t id)
{
    tally t = {0};
    world_ok(&d->w, cdr_incident_items(d->in, id, true, count_item, &t, &d->w.err));
    world_ok(&d->w, cdr_incident_decisions(d->in, id, count_decision, &t, &d->w.err));
    world_ok(&d->w, cdr_incident_compare_ledger(d->w.ws, differs, NULL, &d->w.err));
    return t;
}

static void test_small(void **state)
{
    (void)state;
    for (int crash = 0; crash < 2; crash++) {
        desk d;
        open_desk(&d);
        int64_t id = tell_small(&d, crash);
        cdr_lane_result r, twice;
        world_ok(&d.w, cdr_lane_finish(d.in, id, "her card 4111 1111 1111 1111 was not in it", &r, &d.w.err));
        assert_true(r.small && !r.tell_authority && !r.tell_people && !r.ask_counsel && !r.run && !r.unknown);
        assert_true(r.aware_us == NOW - 2 * HOUR);
        tally t = count(&d, id);
        assert_string_equal(t.outcomes, "notify-authority=no notify-people=no ");
        /* What was typed is cleaned. */
        assert_null(strstr(t.reasons, "4111"));
        assert_non_null(strstr(t.reasons, "her card"));
        assert_int_equal(t.letters, 2);
        assert_int_equal(t.tasks + t.duties, 0);
        again(&d);
        world_ok(&d.w, cdr_lane_finish(d.in, id, "again", &twice, &d.w.err));
        tally u = count(&d, id);
        assert_int_equal(u.decisions, 2);
        assert_int_equal(u.letters, 2);
        assert_int_equal(cdr_lane_back(d.in, id, &d.w.err), CDR_DENIED);
        cdr_incident i;
        world_ok(&d.w, cdr_incident_get(d.in, id, &i, &d.w.err));
        assert_string_equal(i.kind, "misdirected-message");
        assert_string_equal(i.found_by, "a customer");
        assert_int_equal(i.state, CDR_INCIDENT_BREACH);
        assert_true(i.times[CDR_INCIDENT_DISCOVERY] == NOW - 2 * HOUR && i.times[CDR_INCIDENT_AWARENESS] == NOW - 2 * HOUR);
        assert_int_equal(i.people_max, 1);
        assert_string_equal(i.severity, "low");
        close_desk(&d);
    }
}

static void test_risk(void **state)
{
    (void)state;
    desk d;
    open_desk(&d);
    static const char *const answers[][2] = {{"what", "lost"}, {"noticed", "yesterday 09:00"}, {"by", "staff"}, {"people", "3"}, {"whose", "customers"}, {"data", "contact"}, {"has", "stranger"},
                                             {"locked", "no"}, {"back", NULL}, {"where", "FR,US"}, {"did", "police,wiped"}};
    int64_t id = 0;
    for (size_t i = 0; i < CDR_COUNT(answers); i++)
        say(&d, &id, answers[i][0], answers[i][1]);
    cdr_lane_result r;
    world_ok(&d.w, cdr_lane_finish(d.in, id, NULL, &r, &d.w.err));
    assert_true(r.small && r.tell_authority && !r.tell_people && r.ask_counsel);
    assert_int_equal(r.unknown, 1);
    assert_true(r.due_us == NOW - DAY + 72 * HOUR);
    tally t = count(&d, id);
    assert_int_equal(t.tasks, 2);
    assert_int_equal(t.duties, 1);
    assert_int_equal(t.letters, 3);
    assert_string_equal(t.outcomes, "notify-authority=yes notify-people=no ");
    close_desk(&d);
}

static cdr_status count_open(void *arg, const cdr_item *item)
{
    (void)item;
    ++*(unsigned *)arg;
    return CDR_OK;
}

/* More is known: decided anew, tasks done, what is not needed any more dropped. */
static void test_again(void **state)
{
    (void)state;
    desk d;
    open_desk(&d);
    int64_t id = 0;
    for (size_t i = 0; i < CDR_COUNT(small); i++)
        if (strcmp(small[i][0], "asked") != 0)
            say(&d, &id, small[i][0], !strcmp(small[i][0], "has") ? NULL : small[i][1]);
        else
            say(&d, &id, "locked", "no");   /* a stranger may have it: was it encrypted? */
    cdr_lane_result r;
    world_ok(&d.w, cdr_lane_finish(d.in, id, NULL, &r, &d.w.err));
    assert_true(r.tell_authority && r.unknown == 1);
    tally t = count(&d, id);
    assert_int_equal(t.tasks, 1);
    assert_int_equal(t.duties, 1);
    assert_int_equal(t.letters, 4);
    const char *const none[] = {"asked"}, *const people[] = {"people"};
    assert_int_equal(cdr_lane_reopen(d.in, id, none, 1, &d.w.err), CDR_E_INVAL);
    world_ok(&d.w, cdr_lane_reopen(d.in, id, people, 1, &d.w.err));
    again(&d);
    say(&d, &id, "people", "2");
    say(&d, &id, "has", "known");
    say(&d, &id, "asked", "confirmed");
    world_ok(&d.w, cdr_lane_finish(d.in, id, NULL, &r, &d.w.err));
    assert_true(!r.tell_authority && !r.unknown && r.people == 2);
    t = count(&d, id);
    assert_int_equal(t.decisions, 4);
    assert_non_null(strstr(t.outcomes, "notify-authority=yes"));
    assert_non_null(strstr(t.outcomes, "notify-authority=no"));
    unsigned open = 0;
    world_ok(&d.w, cdr_incident_items(d.in, id, false, count_open, &open, &d.w.err));
    assert_int_equal(open, 0);
    assert_int_equal(cdr_lane_reopen(d.in, id, NULL, 0, &d.w.err), CDR_NOT_FOUND);
    /* And worse again: the duty comes back. */
    world_ok(&d.w, cdr_lane_reopen(d.in, id, none, 1, &d.w.err));
    say(&d, &id, "asked", "refused");
    world_ok(&d.w, cdr_lane_finish(d.in, id, NULL, &r, &d.w.err));
    assert_true(r.tell_authority);
    t = count(&d, id);
    assert_int_equal(t.duties, 2);
    open = 0;
    world_ok(&d.w, cdr_incident_items(d.in, id, false, count_open, &open, &d.w.err));
    assert_int_equal(open, 4);
    close_desk(&d);
}

static cdr_status see_key(void *arg, const char *key, const char *ask, const char *answer)
{
    char *all = arg;
    size_t n = strlen(all);
    assert_true(ask && *ask);
    snprintf(all + n, 400 - n, "%s=%s ", key, answer ? answer : "?");
    return CDR_OK;
}

/* An answer to a question that is not asked any more does not count. */
static void test_changed(void **state)
{
    (void)state;
    desk d;
    open_desk(&d);
    int64_t id = tell_small(&d, false);
    const char *const has[] = {"has"};
    char all[400] = "";
    world_ok(&d.w, cdr_lane_reopen(d.in, id, has, 1, &d.w.err));
    say(&d, &id, "has", "stranger");
    say(&d, &id, "locked", "safe");
    cdr_lane_result r;
    world_ok(&d.w, cdr_lane_finish(d.in, id, NULL, &r, &d.w.err));
    assert_null(strstr(r.why_authority, "not asked to delete"));
    world_ok(&d.w, cdr_lane_each(d.in, id, see_key, all, &d.w.err));
    assert_string_equal(all, "what=wrong-recipient noticed=2027-02-19T07:00:00Z by=customer people=1 whose=customers data=contact has=stranger locked=safe where=DE ");
    close_desk(&d);
}

/* More than small: the playbook takes over, once. */
static void test_handover(void **state)
{
    (void)state;
    desk d;
    open_desk(&d);
    static const char *const answers[][2] = {{"what", "break-in"}, {"noticed", "now"}, {"by", "staff"}, {"people", "200"}, {"whose", "customers"}, {"data", "card"}, {"has", "stranger"}, {"locked", "no"}, {"going", "stopped"},
                                             {"where", "FR"}, {"did", "nothing"}};
    int64_t id = 0;
    for (size_t i = 0; i < CDR_COUNT(answers); i++)
        say(&d, &id, answers[i][0], answers[i][1]);
    cdr_lane_result r, twice;
    world_ok(&d.w, cdr_lane_finish(d.in, id, NULL, &r, &d.w.err));
    assert_false(r.small);
    assert_true(r.run > 0);
    cdr_run_row row;
    cdr_run *run = NULL;
    int64_t began;
    world_ok(&d.w, cdr_runs_load(cdr_incidents_runs(d.in), r.run, &row, &run, &d.w.err));
    assert_string_equal(row.subject, "I-1");
    /* It knows since when. */
    assert_true(cdr_run_clock(run, "awareness", &began) && began == NOW);
    cdr_run_free(run);
    again(&d);
    world_ok(&d.w, cdr_lane_finish(d.in, id, NULL, &twice, &d.w.err));
    assert_int_equal(twice.run, r.run);
    tally t = count(&d, id);
    assert_int_equal(t.letters, 4);
    assert_int_equal(t.duties, 2);
    close_desk(&d);
}

static void test_back(void **state)
{
    (void)state;
    desk d;
    open_desk(&d);
    int64_t id = 0, found;
    cdr_lane_question q;
    assert_int_equal(cdr_lane_unfinished(d.in, &found, &d.w.err), CDR_NOT_FOUND);
    say(&d, &id, "what", "lost");
    say(&d, &id, "noticed", "now");
    world_ok(&d.w, cdr_lane_back(d.in, id, &d.w.err));
    world_ok(&d.w, cdr_lane_back(d.in, id, &d.w.err));
    assert_int_equal(cdr_lane_back(d.in, id, &d.w.err), CDR_NOT_FOUND);
    world_ok(&d.w, cdr_lane_next(d.in, id, &q, &d.w.err));
    assert_string_equal(q.key, "what");
    world_ok(&d.w, cdr_lane_unfinished(d.in, &found, &d.w.err));
    assert_int_equal(found, id);
    int64_t same = id;
    say(&d, &id, "what", "break-in");
    assert_int_equal(same, id);
    cdr_incident i;
    world_ok(&d.w, cdr_incident_get(d.in, id, &i, &d.w.err));
    assert_string_equal(i.kind, "customer-data-breach");
    world_ok(&d.w, cdr_incident_compare_ledger(d.w.ws, differs, NULL, &d.w.err));
    close_desk(&d);
}

static void test_refused(void **state)
{
    (void)state;
    desk d;
    open_desk(&d);
    int64_t id = 0;
    cdr_lane_result r;
    assert_int_equal(cdr_lane_answer(d.in, &id, "people", "3", &d.w.err), CDR_E_INVAL);
    assert_int_equal(cdr_lane_answer(d.in, &id, "what", "nonsense", &d.w.err), CDR_E_INVAL);
    assert_int_equal(id, 0);
    say(&d, &id, "what", NULL);
    assert_int_equal(cdr_lane_answer(d.in, &id, "what", "lost", &d.w.err), CDR_E_INVAL);
    assert_int_equal(cdr_lane_finish(d.in, id, NULL, &r, &d.w.err), CDR_E_INVAL);
    assert_int_equal(cdr_lane_result_of(d.in, 99, &r, &d.w.err), CDR_NOT_FOUND);
    int64_t other;
    const cdr_incident_open_request request = {.kind = "other", .title = "Something", .no_run = true};
    world_ok(&d.w, cdr_incident_open(d.in, &request, &other, NULL, &d.w.err));
    assert_int_equal(cdr_lane_result_of(d.in, other, &r, &d.w.err), CDR_NOT_FOUND);
    close_desk(&d);
}

/* One that was opened otherwise is asked about, too: its own words stay. */
static void test_opened_before(void **state)
{
    (void)state;
    desk d;
    open_desk(&d);
    int64_t id;
    const cdr_incident_open_request request = {.kind = "other", .title = "The letter to the bakery", .no_run = true};
    world_ok(&d.w, cdr_incident_open(d.in, &request, &id, NULL, &d.w.err));
    say(&d, &id, "what", "lost");
    world_ok(&d.w, cdr_lane_back(d.in, id, &d.w.err));
    assert_int_equal(cdr_lane_back(d.in, id, &d.w.err), CDR_NOT_FOUND);
    for (size_t i = 0; i < CDR_COUNT(small); i++)
        say(&d, &id, small[i][0], small[i][1]);
    cdr_lane_result r;
    world_ok(&d.w, cdr_lane_finish(d.in, id, NULL, &r, &d.w.err));
    cdr_incident i;
    world_ok(&d.w, cdr_incident_get(d.in, id, &i, &d.w.err));
    assert_string_equal(i.title, "The letter to the bakery");
    assert_string_equal(i.found_by, "a customer");
    assert_int_equal(count(&d, id).decisions, 2);
    close_desk(&d);
}

/* The business's country is known: it is not asked again. */
static void test_home(void **state)
{
    (void)state;
    desk d;
    sqlite3 *db;
    char path[200];
    open_desk(&d);
    cdr_incidents_close(d.in);
    world_close(&d.w);
    snprintf(path, sizeof path, "%s/candor.db", d.w.home);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "INSERT INTO party(id, key, name, kind, contact, country, agreement, breach_notice_hours, state) VALUES(9, 'us', 'Harbour Books', 2, '0800 555 0100', 'GB', 0, 0, 0) "
                                      "ON CONFLICT(key) DO UPDATE SET country = 'GB', contact = '0800 555 0100'", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
    world_open(&d.w);
    world_ok(&d.w, cdr_incidents_open(d.w.ws, &d.in, &d.w.err));
    int64_t id = 0;
    for (size_t i = 0; i + 1 < CDR_COUNT(small); i++)
        say(&d, &id, small[i][0], small[i][1]);
    cdr_lane_question q;
    world_ok(&d.w, cdr_lane_next(d.in, id, &q, &d.w.err));
    assert_string_equal(q.ask, "In which countries do these people live?");
    assert_string_equal(q.fallback, "GB");
    say(&d, &id, "where", "US");
    cdr_lane_result r;
    world_ok(&d.w, cdr_lane_finish(d.in, id, NULL, &r, &d.w.err));
    assert_non_null(strstr(r.law, "UK GDPR"));
    assert_true(r.ask_counsel);
    close_desk(&d);
}

/* --- what comes next --- */

static void test_next(void **state)
{
    (void)state;
    desk d;
    cdr_next_action a;
    bool any;
    open_desk(&d);
    world_ok(&d.w, cdr_incident_any_open(d.w.ws, &any, &d.w.err));
    assert_false(any);
    assert_int_equal(cdr_incident_next(d.in, "cli:me", &a, &d.w.err), CDR_NOT_FOUND);
    int64_t id = 0;
    say(&d, &id, "what", "lost");
    world_ok(&d.w, cdr_incident_any_open(d.w.ws, &any, &d.w.err));
    assert_true(any);
    world_ok(&d.w, cdr_incident_next(d.in, "cli:me", &a, &d.w.err));
    assert_string_equal(a.command, "candor incident report");
    assert_non_null(strstr(a.why, "question 2 of"));
    static const char *const rest[][2] = {{"noticed", "now"}, {"by", "staff"}, {"people", "3"}, {"whose", "customers"}, {"data", "contact"}, {"has", "stranger"}, {"locked", "no"}, {"back", "fine"},
                                          {"where", "FR"}, {"did", "police"}};
    for (size_t i = 0; i < CDR_COUNT(rest); i++)
        say(&d, &id, rest[i][0], rest[i][1]);
    cdr_lane_result r;
    world_ok(&d.w, cdr_lane_finish(d.in, id, NULL, &r, &d.w.err));
    world_ok(&d.w, cdr_incident_next(d.in, "cli:me", &a, &d.w.err));
    assert_true(a.due_us > NOW && a.due_us <= r.due_us);
    assert_int_equal(a.open_incidents, 1);
    /* Overdue comes first, whatever else there is. */
    d.w.now_us = r.due_us + HOUR;
    int64_t second = 0;
    say(&d, &second, "what", "lost");
    world_ok(&d.w, cdr_incident_next(d.in, "cli:me", &a, &d.w.err));
    assert_non_null(strstr(a.why, "overdue by"));
    assert_int_equal(a.open_incidents, 2);
    assert_true(a.due_us <= d.w.now_us);
    close_desk(&d);
}

/* --- canaries --- */

static void alert(desk *d, const char *actor, int64_t at_us)
{
    sqlite3 *db;
    char path[200], sql[400];
    cdr_incidents_close(d->in);
    world_close(&d->w);
    snprintf(path, sizeof path, "%s/candor.db", d->w.home);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    snprintf(sql, sizeof sql, "INSERT INTO canary_alert(customer_id, call, actor, at_us) VALUES(1, NULL, '%s', %lld)", actor, (long long)at_us);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
    world_open(&d->w);
    world_ok(&d->w, cdr_incidents_open(d->w.ws, &d->in, &d->w.err));
}

typedef struct seen { unsigned count; char all[600]; } seen;
static cdr_status see(void *arg, const cdr_incident *i)
{
    seen *s = arg;
    size_t n = strlen(s->all);
    s->count++;
    snprintf(s->all + n, sizeof s->all - n, "%s: %s; ", i->kind, i->title);
    return CDR_OK;
}

static void test_canaries(void **state)
{
    (void)state;
    desk d;
    bool waiting;
    unsigned opened;
    open_desk(&d);
    world_ok(&d.w, cdr_canary_waiting(d.w.ws, &waiting, &d.w.err));
    assert_false(waiting);
    world_ok(&d.w, cdr_canary_incidents(d.in, &opened, &d.w.err));
    assert_int_equal(opened, 0);
    alert(&d, "staff:zoe", NOW - HOUR);
    alert(&d, "cli:root", NOW - 2 * HOUR);
    alert(&d, "staff:zoe", NOW - 40 * DAY);     /* long ago: nobody is called for it now */
    world_ok(&d.w, cdr_canary_waiting(d.w.ws, &waiting, &d.w.err));
    assert_true(waiting);
    for (int turn = 0; turn < 2; turn++) {
        world_ok(&d.w, cdr_canary_incidents(d.in, &opened, &d.w.err));
        assert_int_equal(opened, turn ? 0 : 2);
        seen s = {0};
        world_ok(&d.w, cdr_incident_each(d.in, true, see, &s, &d.w.err));
        assert_int_equal(s.count, 2);
        assert_non_null(strstr(s.all, "insider-misuse: A canary record was opened; "));
        assert_non_null(strstr(s.all, "customer-data-breach: A canary record was opened; "));
        assert_null(strstr(s.all, "zoe"));
    }
    cdr_incident i;
    world_ok(&d.w, cdr_incident_get(d.in, 1, &i, &d.w.err));
    assert_int_equal(i.state, CDR_INCIDENT_SUSPECTED);
    assert_true(i.times[CDR_INCIDENT_BEGAN] == NOW - 2 * HOUR);
    close_desk(&d);
}

/* --- writing for one answer --- */

static void test_between(void **state)
{
    (void)state;
    desk d;
    cdr_workspace *other;
    open_desk(&d);
    int64_t id = 0;
    say(&d, &id, "what", "lost");
    cdr_incidents_close(d.in);
    assert_int_equal(cdr_workspace_open(&d.w.ctx, d.w.home, CDR_WORKSPACE_WRITE, NULL, &other, &d.w.err), CDR_E_LOCKED);
    world_ok(&d.w, cdr_workspace_stop_writing(d.w.ws, &d.w.err));
    assert_false(cdr_workspace_writes(d.w.ws));
    world_ok(&d.w, cdr_workspace_stop_writing(d.w.ws, &d.w.err));
    world_ok(&d.w, cdr_workspace_open(&d.w.ctx, d.w.home, CDR_WORKSPACE_WRITE, NULL, &other, &d.w.err));
    cdr_workspace_close(other);
    world_ok(&d.w, cdr_workspace_start_writing(d.w.ws, 0, &d.w.err));
    world_ok(&d.w, cdr_incidents_open(d.w.ws, &d.in, &d.w.err));
    say(&d, &id, "noticed", "now");
    close_desk(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_small), cmocka_unit_test(test_risk), cmocka_unit_test(test_again), cmocka_unit_test(test_changed), cmocka_unit_test(test_handover), cmocka_unit_test(test_back), cmocka_unit_test(test_refused), cmocka_unit_test(test_opened_before), cmocka_unit_test(test_home),
                                       cmocka_unit_test(test_next), cmocka_unit_test(test_canaries), cmocka_unit_test(test_between)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
