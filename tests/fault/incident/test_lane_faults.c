/* SPDX-License-Identifier: Apache-2.0 */
/* The n-th allocation, SQL step, write or sync fails, for every n until the work succeeds: an answer is there or not, what comes of all answers is there whole or not at all, and done again it stands once. */
#include "../../unit/workspace_world.h"

#include "base/fault.h"
#include "core/incident/lane.h"
#include "core/ledger/store.h"

#ifdef CANDOR_FAULTS
static const cdr_fault_kind kinds[] = {CDR_FAULT_ALLOC, CDR_FAULT_SQL, CDR_FAULT_FSYNC, CDR_FAULT_WRITE};
static const char *const answers[][2] = {{"what", "break-in"}, {"noticed", "now"}, {"by", "staff"}, {"people", "200"}, {"whose", "customers"}, {"data", "card"}, {"has", NULL}, {"locked", "no"}, {"going", "stopped"},
                                         {"where", "FR"}, {"did", "nothing"}};

static cdr_status say_all(world *w, int64_t *id, size_t from, size_t to)
{
    cdr_incidents *in = NULL;
    cdr_status s = cdr_incidents_open(w->ws, &in, &w->err);
    for (size_t i = from; i < to && s == CDR_OK; i++)
        s = cdr_lane_answer(in, id, answers[i][0], answers[i][1], &w->err);
    cdr_incidents_close(in);
    return s;
}

static cdr_status finish(world *w, int64_t id, cdr_lane_result *r)
{
    cdr_incidents *in = NULL;
    cdr_status s = cdr_incidents_open(w->ws, &in, &w->err);
    if (s == CDR_OK)
        s = cdr_lane_finish(in, id, "seen in the log", r, &w->err);
    cdr_incidents_close(in);
    return s;
}

typedef struct tally { unsigned incidents, decisions, items, runs; } tally;
static cdr_status see_incident(void *arg, const cdr_incident *i) { (void)i; ((tally *)arg)->incidents++; return CDR_OK; }
static cdr_status see_decision(void *arg, const cdr_decision *d) { (void)d; ((tally *)arg)->decisions++; return CDR_OK; }
static cdr_status see_item(void *arg, const cdr_item *i) { (void)i; ((tally *)arg)->items++; return CDR_OK; }
static cdr_status see_run(void *arg, const cdr_run_row *r) { (void)r; ((tally *)arg)->runs++; return CDR_OK; }

static cdr_status differs(void *arg, const char *what)
{
    (void)arg;
    fail_msg("tables and ledger differ: %s", what);
    return CDR_OK;
}

/* Everything is sound; what there is. */
static tally look(world *w)
{
    tally t = {0};
    cdr_ledger_verdict v;
    cdr_incidents *in;
    world_close(w);
    w->err = (cdr_err){0};
    world_open(w);
    world_ok(w, cdr_db_check(cdr_workspace_db(w->ws), &w->err));
    world_ok(w, cdr_ledger_verify(cdr_workspace_ledger(w->ws), NULL, &v, &w->err));
    assert_true(v.ok);
    world_ok(w, cdr_incident_compare_ledger(w->ws, differs, NULL, &w->err));
    world_ok(w, cdr_incidents_open(w->ws, &in, &w->err));
    world_ok(w, cdr_incident_each(in, true, see_incident, &t, &w->err));
    if (t.incidents) {
        world_ok(w, cdr_incident_decisions(in, 1, see_decision, &t, &w->err));
        world_ok(w, cdr_incident_items(in, 1, true, see_item, &t, &w->err));
        world_ok(w, cdr_runs_each(cdr_incidents_runs(in), "I-1", true, see_run, &t, &w->err));
    }
    cdr_incidents_close(in);
    return t;
}

static void check(size_t k, long n, bool fired, cdr_status s, const world *w)
{
    if (!fired && s != CDR_OK)
        fail_msg("kind %zu, without a fault: %s", k, w->err.text);
    if (s != CDR_OK && !w->err.text[0])
        fail_msg("kind %zu, fault %ld: no sentence", k, n);
}

static void answer__whatever_fails__there_or_not(void **state)
{
    (void)state;
    for (size_t k = 0; k < CDR_COUNT(kinds); k++) {
        bool fired = true;
        for (long n = 1; fired; n += n < 40 ? 1 : n / 10) {
            world w;
            int64_t id = 0;
            world_make(&w);
            cdr_fault_arm(kinds[k], n);
            cdr_status s = say_all(&w, &id, 0, 1);
            fired = cdr_fault_fired(kinds[k]);
            cdr_fault_arm(kinds[k], 0);
            check(k, n, fired, s, &w);
            assert_int_equal(id != 0, s == CDR_OK);
            tally t = look(&w);
            assert_int_equal(t.incidents, s == CDR_OK);
            if (s != CDR_OK)
                world_ok(&w, say_all(&w, &id, 0, 1));
            world_ok(&w, say_all(&w, &id, 1, 2));
            assert_int_equal(look(&w).incidents, 1);
            world_drop(&w);
        }
    }
}

static void finish__whatever_fails__whole_and_once(void **state)
{
    (void)state;
    for (size_t k = 0; k < CDR_COUNT(kinds); k++) {
        bool fired = true;
        for (long n = 1; fired; n += n < 20 ? 1 : n / 8) {
            world w;
            int64_t id = 0;
            cdr_lane_result r;
            world_make(&w);
            world_ok(&w, say_all(&w, &id, 0, CDR_COUNT(answers)));
            cdr_fault_arm(kinds[k], n);
            cdr_status s = finish(&w, id, &r);
            fired = cdr_fault_fired(kinds[k]);
            cdr_fault_arm(kinds[k], 0);
            check(k, n, fired, s, &w);
            tally t = look(&w);
            if (t.decisions != 0 && t.decisions != 2)
                fail_msg("kind %zu, fault %ld: %u decisions", k, n, t.decisions);
            if ((t.items > 0) != (t.decisions == 2))
                fail_msg("kind %zu, fault %ld: %u decisions, %u items: %s", k, n, t.decisions, t.items, cdr_status_name(s));
            world_ok(&w, finish(&w, id, &r));
            t = look(&w);
            assert_int_equal(t.decisions, 2);
            assert_int_equal(t.items, 7);
            if (t.runs != 1)
                fail_msg("kind %zu, fault %ld: %u runs, first %s", k, n, t.runs, cdr_status_name(s));
            assert_true(r.run > 0);
            world_drop(&w);
        }
    }
}
#endif

int main(void)
{
#ifdef CANDOR_FAULTS
    const struct CMUnitTest tests[] = {cmocka_unit_test(answer__whatever_fails__there_or_not), cmocka_unit_test(finish__whatever_fails__whole_and_once)};
    return cmocka_run_group_tests(tests, NULL, NULL);
#else
    return 77;
#endif
}
