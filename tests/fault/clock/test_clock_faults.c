/* SPDX-License-Identifier: Apache-2.0 */
/* The n-th allocation, SQL step, write or sync fails, for every n until the work succeeds: what happened to a clock stands with its entry, or neither does, and in the end each moment happened and was said once. */
#include "../../unit/clock/world.h"

#include "base/fault.h"

#ifdef CANDOR_FAULTS
static const cdr_fault_kind kinds[] = {CDR_FAULT_ALLOC, CDR_FAULT_SQL, CDR_FAULT_FSYNC, CDR_FAULT_WRITE};

static cdr_status set_one(world *w)
{
    cdr_clocks *c = NULL;
    cdr_clock_setup setup = setup_of("R-7/12", NOW);
    cdr_status s = cdr_clocks_open(w->ws, &c, &w->err);
    if (s == CDR_OK)
        s = cdr_clock_set(c, &setup, &w->err);
    cdr_clocks_close(c);
    return s;
}

static cdr_status tick_all(world *w, unsigned *failed)
{
    cdr_clocks *c = NULL;
    cdr_sender *sender = NULL;
    cdr_clock_tick t = {.whom = whom};
    w->now_us = NOW + 100 * HOUR;
    cdr_status s = cdr_clocks_open(w->ws, &c, &w->err);
    if (s == CDR_OK)
        s = cdr_sender_open(&w->ctx, w->home, &sender, &w->err);
    t.sender = sender;
    if (s == CDR_OK)
        s = cdr_clock_run_tick(c, &t, &w->err);
    *failed = t.failed;
    cdr_sender_close(sender);
    cdr_clocks_close(c);
    return s;
}

static void check_all(world *w)
{
    cdr_ledger_verdict v;
    world_ok(w, cdr_db_check(cdr_workspace_db(w->ws), &w->err));
    world_ok(w, cdr_ledger_verify(cdr_workspace_ledger(w->ws), NULL, &v, &w->err));
    assert_true(v.ok);
}

static void tick__whatever_fails__each_once(void **state)
{
    (void)state;
    for (size_t k = 0; k < CDR_COUNT(kinds); k++) {
        bool fired = true;
        for (long n = 1; fired; n += n < 60 ? 1 : n / 12) {
            world w;
            unsigned failed = 0;
            world_make(&w);
            world_ok(&w, set_one(&w));
            cdr_fault_arm(kinds[k], n);
            cdr_status s = tick_all(&w, &failed);
            fired = cdr_fault_fired(kinds[k]);
            cdr_fault_arm(kinds[k], 0);
            if (!fired && (s != CDR_OK || failed))
                fail_msg("kind %zu, without a fault: %s", k, w.err.text);
            if (s != CDR_OK && !w.err.text[0])
                fail_msg("kind %zu, fault %ld: no sentence", k, n);
            world_close(&w);
            w.err = (cdr_err){0};
            world_open(&w);
            check_all(&w);
            world_ok(&w, tick_all(&w, &failed));
            assert_int_equal(failed, 0);
            assert_int_equal(entries(&w, "clock.warn"), 2);
            assert_int_equal(entries(&w, "clock.overdue"), 1);
            assert_int_equal(entries(&w, "clock.escalate"), 2);
            assert_int_equal(outbox(&w, NULL), 3);
            check_all(&w);
            world_drop(&w);
        }
    }
}

static void set__whatever_fails__there_or_not(void **state)
{
    (void)state;
    for (size_t k = 0; k < CDR_COUNT(kinds); k++) {
        bool fired = true;
        for (long n = 1; fired; n += n < 60 ? 1 : n / 12) {
            world w;
            world_make(&w);
            cdr_fault_arm(kinds[k], n);
            cdr_status s = set_one(&w);
            fired = cdr_fault_fired(kinds[k]);
            cdr_fault_arm(kinds[k], 0);
            world_close(&w);
            w.err = (cdr_err){0};
            world_open(&w);
            assert_int_equal(look(&w, "I-3").id != 0, s == CDR_OK);
            world_ok(&w, set_one(&w));
            assert_true(look(&w, "I-3").next_us == NOW + 48 * HOUR);
            check_all(&w);
            world_drop(&w);
        }
    }
}
#endif

int main(void)
{
#ifdef CANDOR_FAULTS
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tick__whatever_fails__each_once),
        cmocka_unit_test(set__whatever_fails__there_or_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
#else
    return 77;
#endif
}
