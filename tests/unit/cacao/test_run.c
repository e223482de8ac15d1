/* SPDX-License-Identifier: Apache-2.0 */
/* The rules of an executor, E1 to E22 (docs/internals/cacao.md), each a test; and that a replay comes to the same. */
#include "run_world.h"

#include "core/cacao/run_number.h"

static void same_after_replay(world *w)
{
    cdr_run_outcome before = CDR_OUT_NONE, after = CDR_OUT_NONE;
    size_t open_before, open_after;
    bool over = cdr_run_over(w->run, &before);
    cdr_run_open(w->run, &open_before);
    uint64_t seq = cdr_run_seq(w->run);
    int64_t wake = cdr_run_wake(w->run);
    replay(w);
    assert_int_equal(cdr_run_over(w->run, &after), over);
    assert_int_equal(after, before);
    cdr_run_open(w->run, &open_after);
    assert_int_equal(open_after, open_before);
    assert_int_equal(cdr_run_seq(w->run), seq);
    assert_int_equal(cdr_run_wake(w->run), wake);
}

static const char *value_of(world *w, uint32_t activation, const char *name)
{
    cdr_variable v = {0};
    return cdr_run_variable(w->run, activation, name, &v) ? v.value : "(none)";
}

/* What people call a step is its number in the plan. */
static void check_number(world *w, uint32_t activation, const char *number, const char *also, const char *not)
{
    _cleanup_(cdr_run_numbers_freep) cdr_run_numbers *n = NULL;
    char got[CDR_RUN_NUMBER_MAX];
    assert_int_equal(cdr_run_numbers_new(w->run, &n, &w->err), CDR_OK);
    cdr_run_number(n, activation, got);
    assert_string_equal(got, number);
    assert_true(!*number || cdr_run_number_is(n, activation, number));
    assert_true(!*also || cdr_run_number_is(n, activation, also));
    assert_false(cdr_run_number_is(n, activation, not));
    cdr_run_number(n, 0, got);
    assert_string_equal(got, "");
}

/* E1: it begins where workflow_start says; E6, E22: success, then its successor, to the end. */
static void begins_at_the_start(void **state)
{
    (void)state;
    world w = {0};
    world_begin(&w, "", MANUAL("0B", "B", THEN("@end:0E")) "," MANUAL("0A", "A", THEN("@action:0B")) "," START("@action:0A") "," END("0E"));
    assert_int_equal(proceed(&w), INT64_MAX);
    assert_string_equal(w.trace, "+start -start +A ");
    assert_int_equal(answer(&w, "A", NULL, "dana"), CDR_OK);
    assert_int_equal(answer(&w, "B", NULL, "dana"), CDR_OK);
    assert_string_equal(w.trace, "+start -start +A -A +B -B +End0E -End0E good");
    same_after_replay(&w);
    world_end(&w);
}

static void refuse(const char *more, int64_t now_us, const char *id)
{
    world w = {.now_us = now_us};
    w.playbook = make_playbook(&w, "A0", "", MANUAL("0A", "A", THEN("@end:0E")) "," START("@action:0A") "," END("0E"), more);
    cdr_status s = try_start(&w);
    assert_int_equal(s == CDR_OK, id == NULL);
    if (id)
        assert_string_equal(w.err.id, id);
    world_end(&w);
}

/* E2 */
static void refuses_what_is_not_in_force(void **state)
{
    (void)state;
    refuse(",'revoked':true", T0, "run.revoked");
    refuse(",'valid_from':'2027-02-20T00:00:00.000Z'", T0, "run.not-yet-valid");
    refuse(",'valid_until':'2027-02-18T00:00:00.000Z'", T0, "run.expired");
    refuse(",'valid_from':'2027-01-01T00:00:00.000Z','valid_until':'2027-02-20T00:00:00.000Z'", T0, NULL);
}

/* E4: nothing is begun that points nowhere. */
static void finds_everything_before_it_starts(void **state)
{
    (void)state;
    world w = {.now_us = T0};
    w.playbook = make_playbook(&w, "A0", "", START("@action:0A") "," MANUAL("0A", "A", THEN("@action:0B")) "," END("0E"), "");
    assert_int_equal(try_start(&w), CDR_E_INVAL);
    assert_string_equal(w.err.id, "run.not-runnable");
    world_end(&w);
    w = (world){.now_us = T0};
    w.playbook = make_playbook(&w, "A0", "", START("@playbook-action:0A") ",'@playbook-action:0A':{'type':'playbook-action','playbook_id':'@playbook:BB','on_completion':'@end:0E'}," END("0E"), "");
    assert_int_equal(try_start(&w), CDR_NOT_FOUND);
    world_end(&w);
}

/* E5: both forms of going on are refused before it starts. */
static void has_one_form_of_completion(void **state)
{
    (void)state;
    world w = {.now_us = T0};
    w.playbook = make_playbook(&w, "A0", "", START("@action:0A") "," MANUAL("0A", "A", ",'on_completion':'@end:0E','on_success':'@end:0E'") "," END("0E"), "");
    assert_int_equal(try_start(&w), CDR_E_INVAL);
    world_end(&w);
}

#define GO "GET /a HTTP/1.1"
#define BAD "GET /b HTTP/1.1"

/* E6: on_failure, else workflow_exception, else the run fails. */
static void failures_go_where_they_belong(void **state)
{
    (void)state;
    world w = {.automatic = true, .fails = BAD};
    world_begin(&w, "", START("@action:0A") "," HTTP("0A", "A", BAD, ",'on_success':'@end:0E','on_failure':'@action:0B'") "," MANUAL("0B", "B", THEN("@end:0F")) "," END("0E") "," END("0F"));
    proceed(&w);
    assert_string_equal(w.trace, "+start -start +A !A +B ");
    assert_string_equal(value_of(&w, open_step(&w, "B"), "__failure_reason__"), "FAILED");
    assert_int_equal(answer(&w, "B", NULL, "dana"), CDR_OK);
    assert_string_equal(w.trace, "+start -start +A !A +B -B +End0F -End0F good");
    world_end(&w);

    w = (world){.automatic = true, .fails = BAD, .now_us = T0};
    w.playbook = make_playbook(&w, "A0", "", START("@action:0A") "," HTTP("0A", "A", BAD, THEN("@end:0E")) "," MANUAL("0B", "B", THEN("@end:0F")) "," END("0E") "," END("0F"), ",'workflow_exception':'@action:0B'");
    assert_int_equal(try_start(&w), CDR_OK);
    proceed(&w);
    assert_string_equal(w.trace, "+start -start +A !A +B ");
    assert_int_equal(answer(&w, "B", NULL, "dana"), CDR_OK);
    assert_string_equal(w.trace, "+start -start +A !A +B -B +End0F -End0F bad");
    same_after_replay(&w);
    world_end(&w);

    w = (world){.automatic = true, .fails = BAD};
    world_begin(&w, "", START("@action:0A") "," HTTP("0A", "A", BAD, THEN("@end:0E")) "," END("0E"));
    proceed(&w);
    assert_string_equal(w.trace, "+start -start +A !A bad");
    world_end(&w);
}

/* A run that asks: fix and go on, or skip with a reason, or say that it was done by hand. */
static void a_person_decides_on_a_failure(void **state)
{
    (void)state;
    world w = {.automatic = true, .fails = BAD, .start = {.ask = true}};
    world_begin(&w, "", START("@action:0A") "," HTTP("0A", "A", BAD, THEN("@end:0E")) "," END("0E"));
    proceed(&w);
    const cdr_activation *a = cdr_run_activation(w.run, open_step(&w, "A"));
    assert_int_equal(a->state, CDR_ACT_FAILED);
    assert_string_equal(a->why, "It failed.");
    cdr_run_event event;
    cdr_run_say say = {.activation = a->id, .by = "dana", .now_us = T0 + SECOND};
    assert_int_equal(cdr_run_skip(w.run, &say, &event, &w.err), CDR_E_INVAL);
    assert_int_equal(cdr_run_retry(w.run, &say, &event, &w.err), CDR_OK);
    apply(&w, &event);
    proceed(&w);
    assert_int_equal(cdr_run_activation(w.run, a->id)->state, CDR_ACT_FAILED);
    assert_int_equal(cdr_run_activation(w.run, a->id)->attempt, 2);
    same_after_replay(&w);
    say.text = "The server is gone; done on paper.";
    assert_int_equal(cdr_run_by_hand(w.run, &say, &event, &w.err), CDR_OK);
    apply(&w, &event);
    proceed(&w);
    assert_string_equal(w.trace, "+start -start +A /A +End0E -End0E good");
    world_end(&w);
}

/* E7, E9: the delay comes before the timeout; what takes too long has failed, and the next step can say which it was. 64-bit milliseconds. */
static void delays_then_times_out(void **state)
{
    (void)state;
    world w = {0};
    world_begin(&w, "", START("@action:0A") "," MANUAL("0A", "A", ",'delay':5000,'timeout':2592000000,'on_success':'@end:0E','on_failure':'@action:0B'") "," MANUAL("0B", "B", THEN("@end:0F")) "," END("0E") "," END("0F"));
    assert_int_equal(proceed(&w), T0 + 5 * SECOND);
    w.now_us = T0 + 5 * SECOND - 1;
    assert_int_equal(proceed(&w), T0 + 5 * SECOND);
    w.now_us = T0 + 5 * SECOND;
    int64_t due = T0 + 5 * SECOND + INT64_C(2592000000) * 1000;
    assert_int_equal(proceed(&w), due);
    same_after_replay(&w);
    w.now_us = due - 1;
    assert_int_equal(proceed(&w), due);
    w.now_us = due;
    assert_int_equal(answer(&w, "A", NULL, "dana"), CDR_DENIED);   /* nobody has looked yet, but it is over all the same */
    assert_string_equal(w.err.id, "run.timeout");
    proceed(&w);
    assert_string_equal(w.trace, "+start -start +A ~A +B ");
    assert_string_equal(value_of(&w, open_step(&w, "B"), "__failure_reason__"), "ACTION_TIMEOUT");
    assert_string_equal(value_of(&w, open_step(&w, "B"), "__failed_step__"), "action--00000000-0000-4000-8000-00000000000A");
    world_end(&w);
}

/* E7: also in a command, and also where the playbook declares them, as other tools want it. */
static void the_cause_may_be_used(void **state)
{
    (void)state;
    for (int declared = 0; declared < 2; declared++) {
        world w = {.automatic = true, .fails = BAD};
        world_begin(&w, declared ? "'__failure_reason__':{'type':'string'}" : "",
                    START("@action:0A") "," HTTP("0A", "A", BAD, ",'on_success':'@end:0E','on_failure':'@action:0B'") "," HTTP("0B", "B", "GET /__failure_reason__:value HTTP/1.1", THEN("@end:0F")) "," END("0E") "," END("0F"));
        proceed(&w);
        assert_string_equal(w.performed, "failed;GET /FAILED HTTP/1.1;");
        world_end(&w);
    }
}

/* 10.18: external is the value at the beginning, constant that it does not change afterwards: both at once are a value handed in for good. */
static void constants_may_be_handed_in(void **state)
{
    (void)state;
    json_t *handed = json_pack("{s:s}", "__k__", "K2");
    world w = {.start = {.variables = handed}};
    world_begin(&w, "'__k__':{'type':'string','value':'K1','constant':true,'external':true}", START("@action:0A") "," MANUAL("0A", "A", THEN("@end:0E")) "," END("0E"));
    proceed(&w);
    assert_string_equal(value_of(&w, 0, "__k__"), "K2");
    assert_int_equal(answer(&w, "A", "{'__k__':'K3'}", "dana"), CDR_E_INVAL);
    same_after_replay(&w);
    assert_string_equal(value_of(&w, 0, "__k__"), "K2");
    world_end(&w);
    json_decref(handed);
}

static int64_t deadline_of_command(world *w)
{
    cdr_run_todo todo;
    assert_int_equal(cdr_run_next(w->run, w->now_us, is_automatic, w, &todo, &w->err), CDR_OK);
    assert_int_equal(todo.what, CDR_RUN_PERFORM);
    return todo.deadline_us;
}

/* E8: an automatic command that says no timeout has one all the same. */
static void nothing_blocks_for_ever(void **state)
{
    (void)state;
    world w = {.start = {.default_timeout_ms = 7000}};
    world_begin(&w, "", START("@action:0A") "," HTTP("0A", "A", GO, THEN("@end:0E")) "," END("0E"));
    cdr_run_todo todo;
    w.automatic = true;
    for (int i = 0; i < 3; i++) {   /* start entered and ended, A entered */
        assert_int_equal(cdr_run_next(w.run, w.now_us, is_automatic, &w, &todo, &w.err), CDR_OK);
        apply(&w, &todo.event);
    }
    assert_int_equal(deadline_of_command(&w), T0 + 7 * SECOND);
    world_end(&w);
}

#define THREE "'commands':[{'type':'http-api','command':'GET /1 HTTP/1.1'},{'type':'http-api','command':'" BAD "'},{'type':'http-api','command':'GET /3 HTTP/1.1'}]"

/* E10 */
static void commands_stop_at_the_first_failure(void **state)
{
    (void)state;
    world w = {.automatic = true};
    const char *flow = START("@action:0A") ",'@action:0A':{'type':'action','name':'A','agent':'@http-api:F2'," THREE ",'on_completion':'@end:0E'}," END("0E");
    world_begin(&w, "", flow);
    proceed(&w);
    assert_string_equal(w.performed, "GET /1 HTTP/1.1;" BAD ";GET /3 HTTP/1.1;");
    world_end(&w);
    w = (world){.automatic = true, .fails = BAD};
    world_begin(&w, "", flow);
    proceed(&w);
    assert_string_equal(w.performed, "GET /1 HTTP/1.1;failed;");
    world_end(&w);
}

#define FLAG "'__a__':{'type':'string'},'__b__':{'type':'string','value':'b0'},'__c__':{'type':'string','value':'c0','constant':true},'__n__':{'type':'integer'}"

/* E11: variables are put in at the last moment, and what is missing fails the step instead of leaving a hole. */
static void values_are_put_in_late(void **state)
{
    (void)state;
    world w = {.automatic = true};
    world_begin(&w, FLAG, START("@action:0A") "," MANUAL("0A", "A", ",'out_args':['__a__'],'on_completion':'@action:0B'") "," HTTP("0B", "B", "GET /__a__:value HTTP/1.1", THEN("@end:0E")) "," END("0E"));
    proceed(&w);
    assert_int_equal(answer(&w, "A", "{'__a__':'seen'}", "dana"), CDR_OK);
    assert_string_equal(w.performed, "GET /seen HTTP/1.1;");
    world_end(&w);
    w = (world){.automatic = true};
    world_begin(&w, FLAG, START("@action:0B") "," HTTP("0B", "B", "GET /__a__:value HTTP/1.1", THEN("@end:0E")) "," END("0E"));
    proceed(&w);
    assert_string_equal(w.performed, "hole;");
    assert_string_equal(w.trace, "+start -start +B !B bad");
    world_end(&w);
}

/* E12: answers are typed, asked for, complete; constants never change. */
static void only_out_args_are_written(void **state)
{
    (void)state;
    world w = {0};
    world_begin(&w, FLAG, START("@action:0A") "," MANUAL("0A", "A", ",'out_args':['__a__','__n__'],'on_completion':'@end:0E'") "," END("0E"));
    proceed(&w);
    assert_int_equal(answer(&w, "A", "{'__b__':'x'}", "dana"), CDR_E_INVAL);
    assert_int_equal(answer(&w, "A", "{'__a__':'x'}", "dana"), CDR_E_INVAL);
    assert_string_equal(w.err.id, "run.unanswered");
    assert_int_equal(answer(&w, "A", "{'__a__':'x','__n__':'many'}", "dana"), CDR_E_INVAL);
    assert_string_equal(w.err.id, "run.value");
    assert_int_equal(answer(&w, "A", "{'__a__':'x','__n__':'7'}", "dana"), CDR_OK);
    assert_string_equal(value_of(&w, 0, "__n__"), "7");
    assert_string_equal(value_of(&w, 0, "__b__"), "b0");
    same_after_replay(&w);
    assert_string_equal(value_of(&w, 0, "__a__"), "x");
    world_end(&w);

    w = (world){.automatic = true};   /* of an automatic command: the rest is left out, a wrong type is a failure */
    world_begin(&w, FLAG, START("@action:0A") "," HTTP("0A", "A", GO, ",'out_args':['__n__'],'on_completion':'@end:0E'") "," END("0E"));
    cdr_run_todo todo;
    do {
        assert_int_equal(cdr_run_next(w.run, w.now_us, is_automatic, &w, &todo, &w.err), CDR_OK);
        apply(&w, &todo.event);
    } while (todo.what != CDR_RUN_PERFORM);
    json_t *out = json_pack("{s:s,s:s,s:s}", "__a__", "x", "__c__", "x", "__n__", "many");
    cdr_run_event event;
    assert_int_equal(cdr_run_result(w.run, todo.event.activation, CDR_OUT_SUCCESS, out, NULL, T0, &event, &w.err), CDR_OK);
    assert_int_equal(event.outcome, CDR_OUT_FAILURE);
    json_object_set_new(out, "__n__", json_string("3"));
    assert_int_equal(cdr_run_result(w.run, todo.event.activation, CDR_OUT_SUCCESS, out, NULL, T0, &event, &w.err), CDR_OK);
    assert_int_equal(event.outcome, CDR_OUT_SUCCESS);
    apply(&w, &event);
    json_decref(out);
    proceed(&w);
    assert_string_equal(value_of(&w, 0, "__n__"), "3");
    assert_null(value_of(&w, 0, "__a__"));
    assert_string_equal(value_of(&w, 0, "__c__"), "c0");
    world_end(&w);
}

/* E13: a step's own variable is written in the step alone, and is gone with it. */
static void step_scope_does_not_leak(void **state)
{
    (void)state;
    world w = {0};
    world_begin(&w, FLAG, START("@action:0A") "," MANUAL("0A", "A", ",'step_variables':{'__b__':{'type':'string','value':'own'}},'out_args':['__b__'],'on_completion':'@action:0B'") "," MANUAL("0B", "B", THEN("@end:0E")) "," END("0E"));
    proceed(&w);
    uint32_t a = open_step(&w, "A");
    assert_string_equal(value_of(&w, a, "__b__"), "own");
    assert_string_equal(value_of(&w, 0, "__b__"), "b0");
    assert_int_equal(answer(&w, "A", "{'__b__':'changed'}", "dana"), CDR_OK);
    assert_string_equal(value_of(&w, open_step(&w, "B"), "__b__"), "b0");
    same_after_replay(&w);
    assert_string_equal(value_of(&w, open_step(&w, "B"), "__b__"), "b0");
    world_end(&w);
}

#define PARALLEL(n, a, b, more) "'@parallel:" n "':{'type':'parallel','name':'P" n "','next_steps':['" a "','" b "']" more "}"

/* E14, E15: all branches are waited for, nested ones too; every end goes back to the step that opened it. */
static void parallel_joins_everything(void **state)
{
    (void)state;
    world w = {0};
    world_begin(&w, "", START("@parallel:01") "," PARALLEL("01", "@action:0A", "@parallel:02", THEN("@action:0D")) "," MANUAL("0A", "A", THEN("@end:E1")) "," END("E1") "," PARALLEL("02", "@action:0B", "@action:0C", THEN("@end:E2")) ","
                            MANUAL("0B", "B", THEN("@end:E3")) "," END("E3") "," MANUAL("0C", "C", THEN("@end:E4")) "," END("E4") "," END("E2") "," MANUAL("0D", "D", THEN("@end:0E")) "," END("0E"));
    proceed(&w);
    assert_int_equal(answer(&w, "B", NULL, "dana"), CDR_OK);
    same_after_replay(&w);
    assert_int_equal(answer(&w, "A", NULL, "dana"), CDR_OK);
    assert_null(strstr(w.trace, "+D"));
    assert_int_equal(answer(&w, "C", NULL, "dana"), CDR_OK);
    assert_non_null(strstr(w.trace, "-P02 +EndE2 -EndE2 -P01 +D"));
    assert_int_equal(answer(&w, "D", NULL, "dana"), CDR_OK);
    assert_non_null(strstr(w.trace, "good"));
    world_end(&w);
}

/* E14: a failure in a branch does not stop the others, and is reported when all are done. */
static void parallel_reports_failures(void **state)
{
    (void)state;
    world w = {.automatic = true, .fails = BAD};
    world_begin(&w, "", START("@parallel:01") "," PARALLEL("01", "@action:0A", "@action:0B", ",'on_success':'@end:0E','on_failure':'@action:0D'") "," HTTP("0A", "A", BAD, THEN("@end:E1")) "," END("E1") "," MANUAL("0B", "B", THEN("@end:E2")) ","
                            END("E2") "," MANUAL("0D", "D", THEN("@end:0F")) "," END("0E") "," END("0F"));
    proceed(&w);
    assert_null(strstr(w.trace, "!P01"));
    assert_int_equal(answer(&w, "B", NULL, "dana"), CDR_OK);
    assert_non_null(strstr(w.trace, "!P01 +D"));
    assert_int_equal(cdr_run_activation(w.run, 2)->branches_failed, 1);
    world_end(&w);
}

#define YES "__a__:value = \\u0027yes\\u0027"

static void if_takes_one_branch(void **state)
{
    (void)state;
    static const char *const flow = START("@action:0A") "," MANUAL("0A", "A", ",'out_args':['__a__'],'on_completion':'@if-condition:01'")
        ",'@if-condition:01':{'type':'if-condition','name':'I','condition':'" YES "','on_true':'@action:0B','on_completion':'@end:0E'}," MANUAL("0B", "B", THEN("@end:E1")) "," END("E1") "," END("0E");
    world w = {0};
    world_begin(&w, FLAG, flow);
    proceed(&w);
    assert_int_equal(answer(&w, "A", "{'__a__':'yes'}", "dana"), CDR_OK);
    assert_int_equal(answer(&w, "B", NULL, "dana"), CDR_OK);
    assert_string_equal(w.trace, "+start -start +A -A +I +B -B +EndE1 -EndE1 -I +End0E -End0E good");
    world_end(&w);
    w = (world){0};
    world_begin(&w, FLAG, flow);
    proceed(&w);
    assert_int_equal(answer(&w, "A", "{'__a__':'no'}", "dana"), CDR_OK);
    assert_string_equal(w.trace, "+start -start +A -A +I -I +End0E -End0E good");
    world_end(&w);
}

/* E16: asked again after each round, each round recorded, and no more than so many. */
static void while_goes_round(void **state)
{
    (void)state;
    static const char *const flow = START("@while-condition:01") ",'@while-condition:01':{'type':'while-condition','name':'W','condition':'__b__:value = \\u0027b0\\u0027','on_true':'@action:0A','on_success':'@end:0E','on_failure':'@end:0F'},"
        MANUAL("0A", "A", ",'out_args':['__b__'],'on_completion':'@end:E1'") "," END("E1") "," END("0E") "," END("0F");
    world w = {0};
    world_begin(&w, FLAG, flow);
    proceed(&w);
    uint32_t first = open_step(&w, "A");
    check_number(&w, 1, "", "", "1");
    check_number(&w, first, "2", "2.1", "2.2");
    for (int i = 0; i < 3; i++)
        assert_int_equal(answer(&w, "A", i < 2 ? "{'__b__':'b0'}" : "{'__b__':'contained'}", "dana"), CDR_OK);
    assert_non_null(strstr(w.trace, "-W +End0E -End0E good"));
    int rounds = 0;
    for (size_t i = 0; i < w.count; i++)
        rounds += w.log[i].event.kind == CDR_RUN_TESTED && w.log[i].event.attempt == (uint32_t)rounds + 1;
    assert_int_equal(rounds, 4);
    check_number(&w, first, "2.1", "2", "2.3");
    uint32_t last = 0;
    for (uint32_t i = 1; i <= cdr_run_activation_count(w.run); i++)
        last = cdr_run_activation(w.run, i)->step == cdr_run_activation(w.run, first)->step ? i : last;
    check_number(&w, last, "2.3", "2", "2.1");
    same_after_replay(&w);
    world_end(&w);

    w = (world){.start = {.iterations_max = 2}};
    world_begin(&w, FLAG, flow);
    proceed(&w);
    assert_int_equal(answer(&w, "A", "{'__b__':'b0'}", "dana"), CDR_OK);
    assert_int_equal(answer(&w, "A", "{'__b__':'b0'}", "dana"), CDR_OK);
    assert_non_null(strstr(w.trace, "!W +End0F"));
    world_end(&w);
}

static void run_switch(const char *value, const char *otherwise, const char *expected)
{
    world w = {0};
    char flow[2000];
    snprintf(flow, sizeof flow, "%s,%s,'@switch-condition:01':{'type':'switch-condition','name':'S','switch':'__a__:value','cases':{'one':'@action:0B'%s},'on_completion':'@end:0E'},%s,%s,%s,%s,%s", START("@action:0A"),
             MANUAL("0A", "A", ",'out_args':['__a__'],'on_completion':'@switch-condition:01'"), otherwise, MANUAL("0B", "B", THEN("@end:E1")), END("E1"), MANUAL("0C", "C", THEN("@end:E2")), END("E2"), END("0E"));
    world_begin(&w, FLAG, flow);
    proceed(&w);
    char answers[80];
    snprintf(answers, sizeof answers, "{'__a__':'%s'}", value);
    assert_int_equal(answer(&w, "A", answers, "dana"), CDR_OK);
    if (!strstr(w.trace, expected))
        fail_msg("%s: %s", value, w.trace);
    world_end(&w);
}

/* E17: exact match, then default, then success without a branch. */
static void switch_chooses(void **state)
{
    (void)state;
    run_switch("one", ",'default':'@action:0C'", "+S +B ");
    run_switch("One", ",'default':'@action:0C'", "+S +C ");
    run_switch("two", ",'default':'@action:0C'", "+S +C ");
    /* without a default C and E2 would not be reached: they are left to the structure warnings */
    run_switch("one", ",'two':'@action:0C'", "+S +B ");
    run_switch("three", ",'two':'@action:0C'", "+S -S +End0E");
}

#define CALL "'@playbook-action:0A':{'type':'playbook-action','name':'Call','playbook_id':'@playbook:BB','in_args':['__a__'],'out_args':['__b__'],'on_completion':'@end:0E'}"

/* E18: the version is pinned when the run begins; values go in and come back; what it calls is its own scope. */
static void calls_a_playbook(void **state)
{
    (void)state;
    world w = {.now_us = T0};
    w.called[0] = make_playbook(&w, "BB", "'__a__':{'type':'string','external':true},'__b__':{'type':'string'},'__own__':{'type':'string','value':'o'}",
                                START("@action:0A") "," MANUAL("0A", "Inner", ",'out_args':['__b__'],'on_completion':'@end:0E'") "," END("0E"), "");
    w.called_count = 1;
    w.playbook = make_playbook(&w, "A0", "'__a__':{'type':'string','value':'handed'},'__b__':{'type':'string'}", START("@playbook-action:0A") "," CALL "," END("0E"), "");
    assert_int_equal(try_start(&w), CDR_OK);
    proceed(&w);
    uint32_t inner = open_step(&w, "Inner");
    assert_string_equal(value_of(&w, inner, "__a__"), "handed");
    check_number(&w, inner, "1/1", "1/1.1", "1");
    check_number(&w, inner, "1/1", "1.1/1", "1.2/1");
    check_number(&w, inner, "1/1", "1.1/1.1", "1/1/1");
    check_number(&w, inner, "1/1", "", "1/");
    assert_string_equal(value_of(&w, inner, "__own__"), "o");
    assert_string_equal(value_of(&w, 0, "__own__"), "(none)");
    same_after_replay(&w);
    assert_int_equal(answer(&w, "Inner", "{'__b__':'found'}", "dana"), CDR_OK);
    assert_string_equal(value_of(&w, 0, "__b__"), "found");
    assert_non_null(strstr(w.trace, "-Call +End0E -End0E good"));
    /* the pinned one was changed meanwhile: the run does not go on with it */
    cdr_playbook_free(w.called[0]);
    w.called[0] = make_playbook(&w, "BB", "", START("@action:0A") "," MANUAL("0A", "Other", THEN("@end:0E")) "," END("0E"), "");
    cdr_run_free(w.run);
    new_run(&w);
    cdr_status s = CDR_OK;
    for (size_t i = 0; s == CDR_OK && i < w.count; i++)
        s = cdr_run_apply(w.run, &w.log[i].event, &w.err);
    assert_int_equal(s, CDR_E_CORRUPT);
    world_end(&w);
}

/* E18: a playbook that calls itself is stopped, not followed for ever. */
static void calls_have_a_ceiling(void **state)
{
    (void)state;
    world w = {.now_us = T0};
    const char *self = START("@playbook-action:0A") ",'@playbook-action:0A':{'type':'playbook-action','name':'Call','playbook_id':'@playbook:A0','on_completion':'@end:0E'}," END("0E");
    w.playbook = make_playbook(&w, "A0", "", self, "");
    w.called[0] = cdr_playbook_ref(w.playbook);
    w.called_count = 1;
    assert_int_equal(try_start(&w), CDR_OK);
    proceed(&w);
    cdr_run_outcome outcome;
    assert_true(cdr_run_over(w.run, &outcome));
    assert_int_equal(outcome, CDR_OUT_FAILURE);
    world_end(&w);
}

/* E19: what is not known is put before a person, and never carried out by itself. */
static void the_unknown_is_asked(void **state)
{
    (void)state;
    world w = {.automatic = true};
    world_begin(&w, "", START("@action:0A") ",'@action:0A':{'type':'action','name':'A','agent':'@individual:F1','commands':[{'type':'strange','command':'rm -rf /'}],'on_completion':'@end:0E'}," END("0E"));
    proceed(&w);
    assert_string_equal(w.performed, "");
    assert_int_equal(cdr_run_activation(w.run, open_step(&w, "A"))->state, CDR_ACT_ANSWER);
    assert_int_equal(answer(&w, "A", NULL, "dana"), CDR_OK);
    assert_non_null(strstr(w.trace, "good"));
    world_end(&w);
}

/* Two people answer at once: the second is told who was first; an answer to an older question is none to the newer. */
static void one_of_two_wins(void **state)
{
    (void)state;
    world w = {0};
    world_begin(&w, "", START("@action:0A") "," MANUAL("0A", "A", THEN("@end:0E")) "," END("0E"));
    proceed(&w);
    cdr_run_event event;
    cdr_run_say late = {.activation = open_step(&w, "A"), .attempt = 1, .by = "erin", .now_us = T0 + SECOND};
    assert_int_equal(answer(&w, "A", NULL, "dana"), CDR_OK);
    cdr_status s = cdr_run_answer(w.run, &late, &event, &w.err);
    assert_int_equal(s, CDR_DENIED);
    world_end(&w);

    w = (world){0};
    world_begin(&w, FLAG, START("@action:0A") "," MANUAL("0A", "A", THEN("@action:0B")) "," MANUAL("0B", "B", THEN("@end:0E")) "," END("0E"));
    proceed(&w);
    late.activation = open_step(&w, "A");
    assert_int_equal(answer(&w, "A", NULL, "dana"), CDR_OK);
    s = cdr_run_answer(w.run, &late, &event, &w.err);
    assert_int_equal(s, CDR_DENIED);
    assert_non_null(strstr(w.err.text, "dana"));
    world_end(&w);
}

#define RULED(n, name, rule, next) "'@action:" n "':{'type':'action','name':'" name "','agent':'@individual:F1','commands':[{'type':'manual','command':'Do it'}],'step_extensions':{'" CDR_RULE_KEY "':{" rule "}},'on_completion':'" next "'}"
#define EXTENSION ",'extension_definitions':{'" CDR_RULE_KEY "':{'type':'extension-definition','name':'Candor','created_by':'@identity:E1','schema':'docs/cacao-extension.schema.json','version':'1.0.0'}}"

static void ruled(world *w, const char *flow)
{
    w->now_us = T0;
    w->playbook = make_playbook(w, "A0", FLAG, flow, EXTENSION);
    if (try_start(w) != CDR_OK)
        fail_msg("%s", w->err.text);
    proceed(w);
}

/* The Candor extension: evidence, a second person, being sent back. */
static void four_eyes_and_evidence(void **state)
{
    (void)state;
    world w = {0};
    ruled(&w, START("@action:0A") "," RULED("0A", "A", "'evidence_required':true,'two_person':true,'approver_role':'approver'", "@end:0E") "," END("0E"));
    assert_int_equal(answer(&w, "A", NULL, "dana"), CDR_OK);
    const cdr_activation *a = cdr_run_activation(w.run, open_step(&w, "A"));
    assert_int_equal(a->state, CDR_ACT_EVIDENCE);
    cdr_run_event event;
    cdr_run_say say = {.activation = a->id, .by = "dana", .text = "E-1", .now_us = T0};
    assert_int_equal(cdr_run_approve(w.run, &say, true, &event, &w.err), CDR_DENIED);
    assert_int_equal(cdr_run_show(w.run, &say, &event, &w.err), CDR_OK);
    apply(&w, &event);
    assert_int_equal(a->state, CDR_ACT_APPROVAL);
    assert_int_equal(cdr_run_approve(w.run, &say, true, &event, &w.err), CDR_DENIED);
    assert_string_equal(w.err.id, "run.second-person");
    same_after_replay(&w);
    say.by = "erin";
    say.text = "Not these people.";
    assert_int_equal(cdr_run_approve(w.run, &say, false, &event, &w.err), CDR_OK);
    apply(&w, &event);
    proceed(&w);
    assert_int_equal(answer(&w, "A", NULL, "dana"), CDR_OK);
    say.text = "E-2";
    assert_int_equal(cdr_run_show(w.run, &say, &event, &w.err), CDR_OK);
    apply(&w, &event);
    assert_int_equal(cdr_run_approve(w.run, &say, true, &event, &w.err), CDR_OK);
    apply(&w, &event);
    proceed(&w);
    assert_non_null(strstr(w.trace, "-A +End0E -End0E good"));
    world_end(&w);
}

/* Nobody who answered any part of it is the second person, however she was known. */
static void whoever_answered_is_not_the_second(void **state)
{
    (void)state;
    world w = {0};
    ruled(&w, START("@action:0A") ",'@action:0A':{'type':'action','name':'A','agent':'@individual:F1','commands':[{'type':'manual','command':'One'},{'type':'manual','command':'Two'}],'step_extensions':{'" CDR_RULE_KEY
              "':{'two_person':true}},'on_completion':'@end:0E'}," END("0E"));
    assert_int_equal(answer(&w, "A", NULL, "cli:bob"), CDR_OK);
    assert_int_equal(answer(&w, "A", NULL, "staff:dan"), CDR_OK);
    cdr_run_event event;
    static const char *const nobody[] = {"cli:bob", "staff:bob", "staff:Bob", "named:DAN"};
    cdr_run_say say = {.activation = open_step(&w, "A"), .now_us = T0};
    same_after_replay(&w);
    for (size_t i = 0; i < 4; i++) {
        say.by = nobody[i];
        assert_int_equal(cdr_run_approve(w.run, &say, true, &event, &w.err), CDR_DENIED);
    }
    say.by = "staff:cleo";
    assert_int_equal(cdr_run_approve(w.run, &say, true, &event, &w.err), CDR_OK);
    say.by = "alone:bob";   /* whose caller knows that there is nobody else */
    assert_int_equal(cdr_run_approve(w.run, &say, true, &event, &w.err), CDR_DENIED);
    say.alone = true;
    assert_int_equal(cdr_run_approve(w.run, &say, true, &event, &w.err), CDR_OK);
    world_end(&w);
}

/* Only what counts binds: not what was sent back, nor that it did not work. */
static void what_counts_no_more_binds_nobody(void **state)
{
    (void)state;
    world w = {.start = {.ask = true}};
    ruled(&w, START("@action:0A") "," RULED("0A", "A", "'two_person':true", "@end:0E") "," END("0E"));
    cdr_run_event event;
    cdr_run_say say = {.activation = open_step(&w, "A"), .by = "staff:bob", .text = "it is locked", .failed = true, .now_us = T0};
    assert_int_equal(cdr_run_answer(w.run, &say, &event, &w.err), CDR_OK);
    apply(&w, &event);
    proceed(&w);
    say.by = "staff:kim";
    say.failed = false;
    assert_int_equal(cdr_run_by_hand(w.run, &say, &event, &w.err), CDR_OK);
    apply(&w, &event);
    assert_int_equal(cdr_run_approve(w.run, &say, false, &event, &w.err), CDR_DENIED);
    say.by = "staff:bob";
    assert_int_equal(cdr_run_approve(w.run, &say, true, &event, &w.err), CDR_OK);
    assert_int_equal(cdr_run_approve(w.run, &say, false, &event, &w.err), CDR_OK);
    apply(&w, &event);
    proceed(&w);
    assert_int_equal(answer(&w, "A", NULL, "staff:bob"), CDR_OK);
    same_after_replay(&w);
    say.by = "staff:kim";
    assert_int_equal(cdr_run_approve(w.run, &say, true, &event, &w.err), CDR_OK);
    assert_int_equal(cdr_run_skip(w.run, &say, &event, &w.err), CDR_OK);
    apply(&w, &event);
    assert_int_equal(cdr_run_approve(w.run, &say, true, &event, &w.err), CDR_DENIED);
    say.by = "staff:bob";
    assert_int_equal(cdr_run_approve(w.run, &say, true, &event, &w.err), CDR_OK);
    world_end(&w);
}

/* Skipping does not get round the second person. */
static void skipping_needs_the_second_person(void **state)
{
    (void)state;
    world w = {0};
    ruled(&w, START("@action:0A") "," RULED("0A", "A", "'evidence_required':true,'two_person':true", "@end:0E") "," END("0E"));
    cdr_run_event event;
    cdr_run_say say = {.activation = open_step(&w, "A"), .by = "dana", .text = "Nobody is concerned.", .now_us = T0};
    assert_int_equal(cdr_run_skip(w.run, &say, &event, &w.err), CDR_OK);
    apply(&w, &event);
    proceed(&w);
    assert_int_equal(cdr_run_activation(w.run, say.activation)->state, CDR_ACT_APPROVAL);
    assert_int_equal(cdr_run_approve(w.run, &say, true, &event, &w.err), CDR_DENIED);
    same_after_replay(&w);
    say.by = "erin";
    assert_int_equal(cdr_run_approve(w.run, &say, true, &event, &w.err), CDR_OK);
    apply(&w, &event);
    proceed(&w);
    assert_int_equal(cdr_run_activation(w.run, say.activation)->outcome, CDR_OUT_SKIPPED);
    assert_non_null(strstr(w.trace, "+End0E -End0E good"));
    world_end(&w);
}

static void due_by_clocks(void **state)
{
    (void)state;
    world w = {0};
    ruled(&w, START("@action:0A") "," RULED("0A", "A", "'clock':'awareness','due':'PT72H'", "@action:0B") "," RULED("0B", "B", "'due':'PT4H'", "@end:0E") "," END("0E"));
    int64_t due;
    cdr_run_event event;
    const cdr_activation *a = cdr_run_activation(w.run, open_step(&w, "A"));
    assert_false(cdr_run_due(w.run, a, &due));
    assert_int_equal(cdr_run_set_clock(w.run, "awareness", T0 - 3600 * SECOND, "dana", T0, &event, &w.err), CDR_OK);
    apply(&w, &event);
    assert_true(cdr_run_due(w.run, a, &due));
    assert_int_equal(due, T0 + 71 * 3600 * SECOND);
    w.now_us = T0 + SECOND;
    assert_int_equal(answer(&w, "A", NULL, "dana"), CDR_OK);
    assert_true(cdr_run_due(w.run, cdr_run_activation(w.run, open_step(&w, "B")), &due));
    assert_int_equal(due, T0 + SECOND + 4 * 3600 * SECOND);
    world_end(&w);
}

static void choices_are_kept(void **state)
{
    (void)state;
    world w = {0};
    ruled(&w, START("@action:0A") ",'@action:0A':{'type':'action','name':'A','agent':'@individual:F1','commands':[{'type':'manual','command':'Decide'}],'out_args':['__a__','__n__'],'step_extensions':{'" CDR_RULE_KEY
              "':{'answers':{'__a__':{'ask':'Tell them?','choices':['yes','no']},'__n__':{'ask':'How many?','optional':true}}}},'on_completion':'@end:0E'}," END("0E"));
    assert_int_equal(answer(&w, "A", "{'__a__':'perhaps'}", "dana"), CDR_E_INVAL);
    assert_string_equal(w.err.id, "run.choice");
    assert_int_equal(answer(&w, "A", "{'__a__':'no'}", "dana"), CDR_OK);
    assert_non_null(strstr(w.trace, "good"));
    world_end(&w);
}

/* Until somebody answers, and for the run's own variables alone; a constant is never handed in. */
static void what_was_handed_in_is_offered_once(void **state)
{
    (void)state;
    world w = {.now_us = T0};
    w.playbook = make_playbook(&w, "A0", "'__a__':{'type':'string','value':'unknown','external':true},'__b__':{'type':'string','value':'b','external':true}",
                               START("@action:0A") ",'@action:0A':{'type':'action','name':'A','agent':'@individual:F1','commands':[{'type':'manual','command':'Decide'}],'out_args':['__a__'],'on_completion':'@action:0B'},"
                               "'@action:0B':{'type':'action','name':'B','agent':'@individual:F1','commands':[{'type':'manual','command':'Again'}],'out_args':['__a__'],'on_completion':'@end:0E'}," END("0E"), "");
    _cleanup_json_ json_t *handed = json_pack("{s:s}", "__a__", "no");
    w.start = (cdr_run_start){.variables = handed, .by = "dana", .now_us = T0};
    assert_int_equal(try_start(&w), CDR_OK);
    proceed(&w);
    assert_string_equal(cdr_run_handed(w.run, 2, "__a__"), "no");
    assert_null(cdr_run_handed(w.run, 2, "__b__"));      /* its own value is nobody's word */
    assert_null(cdr_run_handed(w.run, 2, "__c__"));
    assert_int_equal(answer(&w, "A", "{'__a__':'no'}", "dana"), CDR_OK);
    assert_null(cdr_run_handed(w.run, 3, "__a__"));
    assert_int_equal(answer(&w, "B", "{'__a__':'yes'}", "dana"), CDR_OK);
    assert_non_null(strstr(w.trace, "good"));
    world_end(&w);
}

/* A crash while a command was being carried out: nobody knows, so a person is asked; what is declared repeatable is simply done again. */
static void doubt_is_asked(void **state)
{
    (void)state;
    for (int repeatable = 0; repeatable < 2; repeatable++) {
        world w = {.automatic = true, .now_us = T0};
        char flow[1500];
        snprintf(flow, sizeof flow, "%s,'@action:0A':{'type':'action','name':'A','agent':'@http-api:F2','commands':[{'type':'http-api','command':'" GO "'}],'step_extensions':{'" CDR_RULE_KEY "':{'repeatable':%s}},'on_completion':'@end:0E'},%s",
                 START("@action:0A"), repeatable ? "true" : "false", END("0E"));
        w.playbook = make_playbook(&w, "A0", "", flow, EXTENSION);
        assert_int_equal(try_start(&w), CDR_OK);
        cdr_run_todo todo;
        do {
            assert_int_equal(cdr_run_next(w.run, w.now_us, is_automatic, &w, &todo, &w.err), CDR_OK);
            apply(&w, &todo.event);
        } while (todo.what != CDR_RUN_PERFORM);
        replay(&w);   /* the end of the command was never stored */
        cdr_run_event event;
        assert_int_equal(cdr_run_recover(w.run, w.now_us, &event, &w.err), CDR_OK);
        apply(&w, &event);
        assert_int_equal(cdr_run_recover(w.run, w.now_us, &event, &w.err), CDR_DONE);
        proceed(&w);
        assert_int_equal(strcmp(w.performed, GO ";") == 0, repeatable);
        if (!repeatable) {
            cdr_run_say say = {.activation = open_step(&w, "A"), .by = "dana", .text = "It had arrived.", .now_us = T0};
            assert_int_equal(cdr_run_by_hand(w.run, &say, &event, &w.err), CDR_OK);
            apply(&w, &event);
            proceed(&w);
        }
        assert_non_null(strstr(w.trace, "good"));
        same_after_replay(&w);
        world_end(&w);
    }
}

static void abort_ends_everything(void **state)
{
    (void)state;
    world w = {0};
    world_begin(&w, "", START("@parallel:01") "," PARALLEL("01", "@action:0A", "@action:0B", THEN("@end:0E")) "," MANUAL("0A", "A", THEN("@end:E1")) "," END("E1") "," MANUAL("0B", "B", THEN("@end:E2")) "," END("E2") "," END("0E"));
    proceed(&w);
    cdr_run_event event;
    cdr_run_say say = {.by = "dana", .text = "It was a false alarm.", .now_us = T0};
    assert_int_equal(cdr_run_abort(w.run, &say, &event, &w.err), CDR_OK);
    apply(&w, &event);
    cdr_run_outcome outcome;
    size_t open;
    assert_true(cdr_run_over(w.run, &outcome));
    assert_int_equal(outcome, CDR_OUT_ABORTED);
    cdr_run_open(w.run, &open);
    assert_int_equal(open, 0);
    same_after_replay(&w);
    world_end(&w);
}

/* A timeout of a step that opened branches stops them. */
static void timeout_stops_branches(void **state)
{
    (void)state;
    world w = {0};
    world_begin(&w, "", START("@parallel:01") "," PARALLEL("01", "@action:0A", "@action:0B", ",'timeout':1000,'on_success':'@end:0E','on_failure':'@action:0D'") "," MANUAL("0A", "A", THEN("@end:E1")) "," END("E1") "," MANUAL("0B", "B", THEN("@end:E2")) ","
                            END("E2") "," MANUAL("0D", "D", THEN("@end:0F")) "," END("0E") "," END("0F"));
    assert_int_equal(proceed(&w), T0 + SECOND);
    w.now_us = T0 + SECOND;
    proceed(&w);
    size_t open;
    cdr_run_open(w.run, &open);
    assert_int_equal(open, 1);
    assert_int_equal(cdr_run_activation(w.run, 3)->outcome, CDR_OUT_INTERRUPTED);
    open_step(&w, "D");
    same_after_replay(&w);
    world_end(&w);
}

/* Events that cannot follow are refused, whatever they say. */
static void strange_events_are_refused(void **state)
{
    (void)state;
    for (unsigned kind = 0; kind < CDR_RUN_KIND__MAX + 2; kind++) {
        for (uint32_t activation = 0; activation < 5; activation++) {
            world w = {0};
            world_begin(&w, "", START("@action:0A") "," MANUAL("0A", "A", THEN("@end:0E")) "," END("0E"));
            proceed(&w);
            cdr_run_event event = {.seq = cdr_run_seq(w.run) + 2, .kind = (cdr_run_kind)kind, .at_us = T0, .activation = activation};
            assert_int_equal(cdr_run_apply(w.run, &event, &w.err), CDR_E_CORRUPT);
            event.seq--;
            cdr_status s = cdr_run_apply(w.run, &event, &w.err);
            assert_true(s == CDR_OK || s == CDR_E_CORRUPT);
            if (activation != 2 && kind != CDR_RUN_FINISHED && kind != CDR_RUN_ABORTED)
                assert_int_equal(s, CDR_E_CORRUPT);
            world_end(&w);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(begins_at_the_start),
        cmocka_unit_test(refuses_what_is_not_in_force),
        cmocka_unit_test(finds_everything_before_it_starts),
        cmocka_unit_test(has_one_form_of_completion),
        cmocka_unit_test(failures_go_where_they_belong),
        cmocka_unit_test(a_person_decides_on_a_failure),
        cmocka_unit_test(delays_then_times_out),
        cmocka_unit_test(the_cause_may_be_used),
        cmocka_unit_test(constants_may_be_handed_in),
        cmocka_unit_test(nothing_blocks_for_ever),
        cmocka_unit_test(commands_stop_at_the_first_failure),
        cmocka_unit_test(values_are_put_in_late),
        cmocka_unit_test(only_out_args_are_written),
        cmocka_unit_test(step_scope_does_not_leak),
        cmocka_unit_test(parallel_joins_everything),
        cmocka_unit_test(parallel_reports_failures),
        cmocka_unit_test(if_takes_one_branch),
        cmocka_unit_test(while_goes_round),
        cmocka_unit_test(switch_chooses),
        cmocka_unit_test(calls_a_playbook),
        cmocka_unit_test(calls_have_a_ceiling),
        cmocka_unit_test(the_unknown_is_asked),
        cmocka_unit_test(one_of_two_wins),
        cmocka_unit_test(four_eyes_and_evidence),
        cmocka_unit_test(whoever_answered_is_not_the_second),
        cmocka_unit_test(what_counts_no_more_binds_nobody),
        cmocka_unit_test(skipping_needs_the_second_person),
        cmocka_unit_test(due_by_clocks),
        cmocka_unit_test(choices_are_kept),
        cmocka_unit_test(what_was_handed_in_is_offered_once),
        cmocka_unit_test(doubt_is_asked),
        cmocka_unit_test(abort_ends_everything),
        cmocka_unit_test(timeout_stops_branches),
        cmocka_unit_test(strange_events_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
