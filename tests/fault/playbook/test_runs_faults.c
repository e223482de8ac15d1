/* SPDX-License-Identifier: Apache-2.0 */
/* The n-th allocation, SQL step, write or sync fails, for every n until the work succeeds: events stand with their entry in the ledger, or neither does; a command that was carried out is never forgotten, and never carried
 * out twice. */
#include "../../unit/playbook/runs_world.h"

#include "base/fault.h"

#ifdef CANDOR_FAULTS
static const cdr_fault_kind kinds[] = {CDR_FAULT_ALLOC, CDR_FAULT_SQL, CDR_FAULT_FSYNC, CDR_FAULT_WRITE};
static const char boxes[] = "\"__answer__\":{\"type\":\"string\",\"value\":null}";

static unsigned calls;

static cdr_status act(void *arg, const cdr_action_call *call, json_t **ret_out, cdr_err *err)
{
    (void)arg;
    (void)call;
    (void)ret_out;
    (void)err;
    calls++;
    return CDR_OK;
}

static void prepare(runs_world *w)
{
    runs_make(w);
    runs_playbook(w, "work", 1, VERSION_1, boxes,
                  START("action--" STEP("02")) "," MANUAL("02", "Ask", "action--" STEP("03"), ",\"out_args\":[\"__answer__\"]") ","
                  MANUAL("03", "Act", "action--" STEP("05"), ",\"step_extensions\":{\"" KEY "\":{\"action\":\"test.act\",\"due\":\"PT4H\"}}") "," MANUAL("05", "Last", "end--" STEP("04"), "") "," END("04"), "", EXTENSION);
}

static cdr_status nothing_differs(void *arg, const char *what)
{
    (void)arg;
    fail_msg("the ledger differs: %s", what);
    return CDR_OK;
}

static void sound(runs_world *w)
{
    cdr_ledger_verdict v = {0};
    world_ok(&w->w, cdr_ledger_verify(cdr_workspace_ledger(w->w.ws), NULL, &v, &w->w.err));
    assert_true(v.ok);
    world_ok(&w->w, cdr_runs_compare_ledger(w->w.ws, nothing_differs, NULL, &w->w.err));
}

static cdr_status start(runs_world *w)
{
    int64_t id;
    return cdr_runs_start(w->r, &(cdr_run_request){.playbook = "work"}, &id, &w->w.err);
}

static cdr_status answer(runs_world *w)
{
    _cleanup_json_ json_t *answers = json_pack("{s:s}", "__answer__", "yes");
    cdr_run_say say = {.activation = 2, .attempt = 1, .answers = answers};
    return cdr_runs_say(w->r, 1, CDR_DEED_ANSWER, &say, &w->w.err);
}

static cdr_status look(runs_world *w)
{
    cdr_run *run = NULL;
    cdr_status s = cdr_runs_load(w->r, 1, NULL, &run, &w->w.err);
    cdr_run_free(run);
    return s;
}

static void drive(cdr_status (*before)(runs_world *w), cdr_status (*work)(runs_world *w), void (*after)(runs_world *w, cdr_status s))
{
    for (size_t k = 0; k < CDR_COUNT(kinds); k++) {
        bool fired = true;
        for (long n = 1; fired; n += n < 60 ? 1 : n / 12) {
            runs_world w = {.r = NULL};
            calls = 0;
            prepare(&w);
            world_ok(&w.w, cdr_runs_register(w.r, &(cdr_action){.name = "test.act", .run = act}, &w.w.err));
            if (before)
                world_ok(&w.w, before(&w));
            w.w.err = (cdr_err){0};
            cdr_fault_arm(kinds[k], n);
            cdr_status s = work(&w);
            fired = cdr_fault_fired(kinds[k]);
            cdr_fault_arm(kinds[k], 0);
            if (!fired && s != CDR_OK)
                fail_msg("kind %zu, without a fault: %s", k, w.w.err.text);
            if (s != CDR_OK && !w.w.err.text[0])
                fail_msg("kind %zu, fault %ld: no sentence", k, n);
            runs_reopen(&w);
            sound(&w);
            after(&w, s);
            sound(&w);
            runs_drop(&w);
            assert_in_range(n, 1, 1000000);
        }
    }
}

static cdr_status count_run(void *arg, const cdr_run_row *row)
{
    (void)row;
    (*(unsigned *)arg)++;
    return CDR_OK;
}

static void one_or_none(runs_world *w, cdr_status s)
{
    unsigned n = 0;
    world_ok(&w->w, cdr_runs_each(w->r, NULL, true, count_run, &n, &w->w.err));
    assert_int_equal(n, s == CDR_OK);
    if (!n)
        world_ok(&w->w, start(w));
    assert_int_equal(runs_open_step(w, 1, CDR_ACT_ANSWER), 2);
}

/* Whatever failed: the answer is kept or is not; the action was carried out once at most, and where it was begun without an end, somebody is asked. */
static void acted_once_or_asked(runs_world *w, cdr_status s)
{
    world_ok(&w->w, cdr_runs_register(w->r, &(cdr_action){.name = "test.act", .run = act}, &w->w.err));
    assert_in_range(calls, 0, 1);
    if (s != CDR_OK && runs_open_step(w, 1, CDR_ACT_ANSWER) == 2)
        assert_int_equal(calls, 0);
    if (runs_open_step(w, 1, CDR_ACT_ANSWER) == 2)
        world_ok(&w->w, answer(w));
    world_ok(&w->w, cdr_runs_tick(w->r, NULL, &w->w.err));
    uint32_t doubt = runs_open_step(w, 1, CDR_ACT_DOUBT);
    if (doubt)
        world_ok(&w->w, cdr_runs_say(w->r, 1, calls ? CDR_DEED_BY_HAND : CDR_DEED_RETRY, &(cdr_run_say){.activation = doubt, .text = "looked"}, &w->w.err));
    uint32_t failed = runs_open_step(w, 1, CDR_ACT_FAILED);      /* no memory for what it needed: that was seen, and it was not begun */
    if (failed)
        world_ok(&w->w, cdr_runs_say(w->r, 1, CDR_DEED_RETRY, &(cdr_run_say){.activation = failed}, &w->w.err));
    assert_int_equal(calls, 1);
    assert_int_equal(runs_open_step(w, 1, CDR_ACT_ANSWER), 4);
}

static void as_it_was(runs_world *w, cdr_status s)
{
    (void)s;
    assert_int_equal(runs_open_step(w, 1, CDR_ACT_ANSWER), 2);
}

static void start__any_step_fails__a_run_or_none(void **state)
{
    (void)state;
    drive(NULL, start, one_or_none);
}

static void answer__any_step_fails__nothing_twice(void **state)
{
    (void)state;
    drive(start, answer, acted_once_or_asked);
}

static void look__any_step_fails__changes_nothing(void **state)
{
    (void)state;
    drive(start, look, as_it_was);
}
#endif

int main(void)
{
#ifdef CANDOR_FAULTS
    const struct CMUnitTest tests[] = {cmocka_unit_test(start__any_step_fails__a_run_or_none), cmocka_unit_test(answer__any_step_fails__nothing_twice), cmocka_unit_test(look__any_step_fails__changes_nothing)};
    cdr_err err;
    if (cdr_crypto_start(&err) != CDR_OK)
        return 1;
    return cmocka_run_group_tests_name("runs_faults", tests, NULL, NULL);
#else
    return 77;
#endif
}
