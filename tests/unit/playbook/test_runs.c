/* SPDX-License-Identifier: Apache-2.0 */
#include "runs_world.h"

static const char boxes[] = "\"__answer__\":{\"type\":\"string\",\"value\":null},\"__given__\":{\"type\":\"string\",\"value\":\"nothing\",\"external\":true}";

static int setup(void **state)
{
    runs_world *w = calloc(1, sizeof *w);
    runs_make(w);
    *state = w;
    return 0;
}

static int teardown(void **state)
{
    runs_drop(*state);
    free(*state);
    return 0;
}

/* Two manual steps, the second asks for a value. */
static void two_steps(runs_world *w)
{
    runs_playbook(w, "two", 1, VERSION_1, boxes,
                  START("action--" STEP("02")) "," MANUAL("02", "First", "action--" STEP("03"), "") ","
                  MANUAL("03", "Second", "end--" STEP("04"), ",\"out_args\":[\"__answer__\"]") "," END("04"), "", "");
}

static void answers_carry_a_run_to_its_end(void **state)
{
    runs_world *w = *state;
    two_steps(w);
    int64_t id = runs_start(w, "two");
    cdr_run_row row;
    uint32_t step = runs_open_step(w, id, CDR_ACT_ANSWER);
    assert_true(step > 0);
    world_ok(&w->w, runs_answer(w, id, step, NULL, NULL));
    step = runs_open_step(w, id, CDR_ACT_ANSWER);
    assert_int_equal(runs_answer(w, id, step, NULL, NULL), CDR_E_INVAL);      /* it asks for a value */
    world_ok(&w->w, runs_answer(w, id, step, "__answer__", "forty-two"));
    _cleanup_(cdr_run_freep) cdr_run *run = NULL;
    world_ok(&w->w, cdr_runs_load(w->r, id, &row, &run, &w->w.err));
    assert_int_equal(row.outcome, CDR_OUT_SUCCESS);
    assert_int_equal(row.waiting, 0);
    assert_int_equal(row.ended_us, NOW);
    assert_string_equal(row.subject, "R-1");
    cdr_variable v;
    assert_true(cdr_run_variable(run, 0, "__answer__", &v));
    assert_string_equal(v.value, "forty-two");
}

static void who_is_second_is_told_who_was_first(void **state)
{
    runs_world *w = *state;
    two_steps(w);
    int64_t id = runs_start(w, "two");
    uint32_t step = runs_open_step(w, id, CDR_ACT_ANSWER);
    world_ok(&w->w, cdr_runs_say(w->r, id, CDR_DEED_ANSWER, &(cdr_run_say){.activation = step, .by = "staff:dana"}, &w->w.err));
    assert_int_equal(cdr_runs_say(w->r, id, CDR_DEED_ANSWER, &(cdr_run_say){.activation = step, .by = "staff:kim"}, &w->w.err), CDR_DENIED);
    assert_non_null(strstr(w->w.err.text, "staff:dana"));
    assert_non_null(strstr(w->w.err.text, "2027"));
    /* The same person, the same question, the same words: once more does no harm. */
    world_ok(&w->w, cdr_runs_say(w->r, id, CDR_DEED_ANSWER, &(cdr_run_say){.activation = step, .attempt = 1, .by = "staff:dana"}, &w->w.err));
    assert_int_equal(cdr_runs_say(w->r, id, CDR_DEED_ANSWER, &(cdr_run_say){.activation = step, .attempt = 1, .by = "staff:kim"}, &w->w.err), CDR_DENIED);
}

static cdr_status count_event(void *arg, const cdr_run_event *e)
{
    uint64_t *n = arg;
    assert_int_equal(e->seq, ++*n);
    return CDR_OK;
}

static void events_survive_as_they_were(void **state)
{
    runs_world *w = *state;
    two_steps(w);
    int64_t id = runs_start(w, "two");
    cdr_run_row before, after;
    _cleanup_(cdr_run_freep) cdr_run *run = NULL, *again = NULL;
    world_ok(&w->w, cdr_runs_load(w->r, id, &before, &run, &w->w.err));
    runs_reopen(w);
    world_ok(&w->w, cdr_runs_load(w->r, id, &after, &again, &w->w.err));
    assert_int_equal(before.events, after.events);
    assert_int_equal(before.waiting, 1);
    assert_int_equal(after.waiting, 1);
    assert_memory_equal(before.sha256, after.sha256, sizeof before.sha256);
    assert_int_equal(cdr_run_activation_count(run), cdr_run_activation_count(again));
    uint64_t n = 0;
    world_ok(&w->w, cdr_runs_events(w->r, id, count_event, &n, &w->w.err));
    assert_int_equal(n, before.events);
}

static void the_playbook_of_a_run_is_pinned(void **state)
{
    runs_world *w = *state;
    two_steps(w);
    int64_t id = runs_start(w, "two");
    runs_playbook(w, "two", 1, VERSION_2, boxes, START("action--" STEP("02")) "," MANUAL("02", "Only", "end--" STEP("04"), "") "," END("04"), "", "");
    runs_reopen(w);
    assert_true(runs_open_step(w, id, CDR_ACT_ANSWER) > 0);
    world_ok(&w->w, runs_answer(w, id, runs_open_step(w, id, CDR_ACT_ANSWER), NULL, NULL));
    assert_int_equal(runs_outcome(w, id), CDR_OUT_NONE);
    int64_t other = runs_start(w, "two");
    world_ok(&w->w, runs_answer(w, other, runs_open_step(w, other, CDR_ACT_ANSWER), NULL, NULL));
    assert_int_equal(runs_outcome(w, other), CDR_OUT_SUCCESS);
}

/* --- actions --- */

typedef struct counter { unsigned calls; cdr_status gives; char token[64]; cdr_runs *r; } counter;

static cdr_status count(void *arg, const cdr_action_call *call, json_t **ret_out, cdr_err *err)
{
    counter *c = arg;
    c->calls++;
    assert_false(cdr_db_in_transaction(cdr_workspace_db(call->ws)));
    snprintf(c->token, sizeof c->token, "%s", call->token);
    assert_string_equal(json_string_value(json_object_get(call->in, "__given__")), "nothing");
    *ret_out = json_pack("{s:s, s:s}", "__answer__", "done", "__other__", "not asked for");
    if (c->r)
        assert_int_equal(cdr_runs_set_clock(c->r, call->subject, "awareness", NOW, err), CDR_OK);
    return c->gives == CDR_OK ? CDR_OK : cdr_fail(err, c->gives, "test", "test", "It did not work.");
}

static void acting(runs_world *w, const char *more)
{
    char *workflow = cdr_asprintf(START("action--" STEP("02")) "," MANUAL("02", "Act", "end--" STEP("04"), ",\"in_args\":[\"__given__\"],\"out_args\":[\"__answer__\"],\"step_extensions\":{\"" KEY "\":{\"action\":\"test.count\"%s}}")
                                  "," END("04"), more);
    runs_playbook(w, "acting", 2, VERSION_1, boxes, workflow, "", EXTENSION);
    cdr_free(workflow);
}

static void registered_actions_are_carried_out_and_others_are_asked_for(void **state)
{
    runs_world *w = *state;
    counter c = {.gives = CDR_OK};
    acting(w, "");
    int64_t asked = runs_start(w, "acting");
    assert_true(runs_open_step(w, asked, CDR_ACT_ANSWER) > 0);      /* nobody registered it */
    world_ok(&w->w, cdr_runs_register(w->r, &(cdr_action){.name = "test.count", .run = count, .arg = &c}, &w->w.err));
    c.r = w->r;                                                    /* the action itself changes the run it belongs to */
    int64_t id = runs_start(w, "acting");
    assert_int_equal(c.calls, 1);
    assert_int_equal(strlen(c.token), 32);
    assert_int_equal(runs_outcome(w, id), CDR_OUT_SUCCESS);
    c.r = NULL;
    c.gives = CDR_E_IO;
    id = runs_start(w, "acting");
    uint32_t failed = runs_open_step(w, id, CDR_ACT_FAILED);
    assert_true(failed > 0);
    c.gives = CDR_OK;
    world_ok(&w->w, cdr_runs_say(w->r, id, CDR_DEED_RETRY, &(cdr_run_say){.activation = failed}, &w->w.err));
    assert_int_equal(c.calls, 3);
    assert_int_equal(runs_outcome(w, id), CDR_OUT_SUCCESS);
}

/* Left behind as a crash leaves it: begun and not ended. */
static int64_t crashed(runs_world *w, counter *c)
{
    int64_t id = 0;
    c->gives = CDR_E_CANCELLED;
    assert_int_equal(cdr_runs_start(w->r, &(cdr_run_request){.playbook = "acting"}, &id, &w->w.err), CDR_E_CANCELLED);
    c->gives = CDR_OK;
    return id;
}

static void what_nobody_knows_is_asked(void **state)
{
    runs_world *w = *state;
    counter c = {.gives = CDR_OK};
    acting(w, "");
    world_ok(&w->w, cdr_runs_register(w->r, &(cdr_action){.name = "test.count", .run = count, .arg = &c}, &w->w.err));
    int64_t id = crashed(w, &c);
    unsigned ticked = 0;
    world_ok(&w->w, cdr_runs_tick(w->r, &ticked, &w->w.err));
    assert_int_equal(ticked, 1);
    assert_int_equal(c.calls, 1);
    uint32_t doubt = runs_open_step(w, id, CDR_ACT_DOUBT);
    assert_true(doubt > 0);
    world_ok(&w->w, cdr_runs_tick(w->r, &ticked, &w->w.err));
    assert_int_equal(ticked, 0);
    world_ok(&w->w, cdr_runs_say(w->r, id, CDR_DEED_BY_HAND, &(cdr_run_say){.activation = doubt, .text = "It was carried out, I looked."}, &w->w.err));
    assert_int_equal(c.calls, 1);
    assert_int_equal(runs_outcome(w, id), CDR_OUT_SUCCESS);
}

static void what_does_no_harm_is_done_again(void **state)
{
    runs_world *w = *state;
    counter c = {.gives = CDR_OK};
    acting(w, ",\"repeatable\":true");
    world_ok(&w->w, cdr_runs_register(w->r, &(cdr_action){.name = "test.count", .run = count, .arg = &c}, &w->w.err));
    int64_t id = crashed(w, &c);
    world_ok(&w->w, cdr_runs_tick(w->r, NULL, &w->w.err));
    assert_int_equal(c.calls, 2);
    assert_int_equal(runs_outcome(w, id), CDR_OUT_SUCCESS);
}

static void nothing_is_carried_out_inside_somebody_elses_transaction(void **state)
{
    runs_world *w = *state;
    counter c = {.gives = CDR_OK};
    acting(w, "");
    world_ok(&w->w, cdr_runs_register(w->r, &(cdr_action){.name = "test.count", .run = count, .arg = &c}, &w->w.err));
    world_ok(&w->w, cdr_db_begin(cdr_workspace_db(w->w.ws), &w->w.err));
    int64_t id = runs_start(w, "acting");
    assert_int_equal(c.calls, 0);
    world_ok(&w->w, cdr_db_commit(cdr_workspace_db(w->w.ws), &w->w.err));
    world_ok(&w->w, cdr_runs_tick(w->r, NULL, &w->w.err));
    assert_int_equal(c.calls, 1);
    assert_int_equal(runs_outcome(w, id), CDR_OUT_SUCCESS);
}

/* --- other playbooks --- */

static void what_is_called_is_pinned_too(void **state)
{
    runs_world *w = *state;
    two_steps(w);
    runs_playbook(w, "outer", 5, VERSION_1, boxes,
                  START("action--" STEP("02")) "," MANUAL("02", "First", "playbook-action--" STEP("03"), "") ","
                  "\"playbook-action--" STEP("03") "\":{\"type\":\"playbook-action\",\"playbook_id\":\"playbook--00000000-0000-4000-9000-000000000001\",\"on_completion\":\"end--" STEP("04") "\",\"out_args\":[\"__answer__\"]},"
                  END("04"), "", "");
    int64_t id = runs_start(w, "outer");
    char path[200];
    snprintf(path, sizeof path, "%s/playbooks/two.json", w->w.home);
    assert_int_equal(unlink(path), 0);
    runs_reopen(w);
    for (unsigned i = 0; i < 2; i++)
        world_ok(&w->w, runs_answer(w, id, runs_open_step(w, id, CDR_ACT_ANSWER), NULL, NULL));
    world_ok(&w->w, runs_answer(w, id, runs_open_step(w, id, CDR_ACT_ANSWER), "__answer__", "from inside"));
    assert_int_equal(runs_outcome(w, id), CDR_OUT_SUCCESS);
}

/* --- clocks --- */

typedef struct seen_clocks { unsigned count; char ref[40]; int64_t due_us; cdr_clock_state state; cdr_duty_role role; } seen_clocks;

static cdr_status see_clock(void *arg, const cdr_clock *c)
{
    seen_clocks *s = arg;
    s->count++;
    snprintf(s->ref, sizeof s->ref, "%s", c->ref);
    s->due_us = c->due_us;
    s->state = c->state;
    s->role = c->role;
    return CDR_OK;
}

static seen_clocks clocks_of(runs_world *w, const char *subject, bool ended_too)
{
    seen_clocks s = {0};
    world_ok(&w->w, cdr_clock_each(cdr_runs_clocks(w->r), subject, ended_too, see_clock, &s, &w->w.err));
    return s;
}

static void steps_with_a_due_time_set_clocks(void **state)
{
    runs_world *w = *state;
    int64_t id;
    const char *const names[] = {"awareness"};
    const int64_t times[] = {NOW - 3600 * SECOND};
    runs_playbook(w, "due", 4, VERSION_1, boxes,
                  START("action--" STEP("02")) "," MANUAL("02", "Tell", "action--" STEP("03"), ",\"step_extensions\":{\"" KEY "\":{\"clock\":\"awareness\",\"due\":\"PT72H\",\"role\":\"legal\"}}") ","
                  MANUAL("03", "Later", "end--" STEP("04"), ",\"step_extensions\":{\"" KEY "\":{\"due\":\"P1D\"}}") "," END("04"), "", EXTENSION);
    world_ok(&w->w, cdr_runs_start(w->r, &(cdr_run_request){.playbook = "due", .subject = "I-3", .clock_names = names, .clock_us = times, .clock_count = 1}, &id, &w->w.err));
    seen_clocks c = clocks_of(w, "I-3", false);
    assert_int_equal(c.count, 1);
    assert_string_equal(c.ref, "R-1/2");
    assert_int_equal(c.due_us, times[0] + 72 * 3600 * SECOND);
    assert_int_equal(c.role, CDR_DUTY_LEGAL);
    world_ok(&w->w, cdr_runs_set_clock(w->r, "I-3", "awareness", NOW - 7200 * SECOND, &w->w.err));      /* it was known earlier */
    assert_int_equal(clocks_of(w, "I-3", false).due_us, NOW - 7200 * SECOND + 72 * 3600 * SECOND);
    world_ok(&w->w, cdr_runs_set_clock(w->r, "I-3", "awareness", 0, &w->w.err));
    assert_int_equal(clocks_of(w, "I-3", false).count, 0);
    world_ok(&w->w, cdr_runs_set_clock(w->r, "I-3", "awareness", NOW, &w->w.err));
    w->w.now_us += 3600 * SECOND;
    world_ok(&w->w, runs_answer(w, id, 2, NULL, NULL));
    c = clocks_of(w, "I-3", false);
    assert_int_equal(c.count, 1);
    assert_string_equal(c.ref, "R-1/3");
    assert_int_equal(c.due_us, NOW + 3600 * SECOND + DAY);
    assert_int_equal(clocks_of(w, "I-3", true).count, 2);
    world_ok(&w->w, cdr_runs_say(w->r, id, CDR_DEED_ABORT, &(cdr_run_say){.text = "enough"}, &w->w.err));
    assert_int_equal(clocks_of(w, "I-3", false).count, 0);
    assert_int_equal(runs_outcome(w, id), CDR_OUT_ABORTED);
}

static void waits_end_by_the_tick(void **state)
{
    runs_world *w = *state;
    unsigned ticked;
    runs_playbook(w, "waits", 6, VERSION_1, boxes, START("action--" STEP("02")) "," MANUAL("02", "Wait", "end--" STEP("04"), ",\"delay\":60000,\"timeout\":60000") "," END("04"), "", "");
    int64_t id = runs_start(w, "waits");
    world_ok(&w->w, cdr_runs_tick(w->r, &ticked, &w->w.err));
    assert_int_equal(ticked, 0);
    w->w.now_us += 61 * SECOND;
    world_ok(&w->w, cdr_runs_tick(w->r, &ticked, &w->w.err));
    assert_int_equal(ticked, 1);
    assert_true(runs_open_step(w, id, CDR_ACT_ANSWER) > 0);
    w->w.now_us += 61 * SECOND;
    world_ok(&w->w, cdr_runs_tick(w->r, &ticked, &w->w.err));
    assert_true(runs_open_step(w, id, CDR_ACT_FAILED) > 0);      /* the time allowed for it is over, and a person is asked */
}

/* --- two people --- */

static void who_answered_does_not_approve(void **state)
{
    runs_world *w = *state;
    runs_playbook(w, "two-people", 7, VERSION_1, boxes, START("action--" STEP("02")) "," MANUAL("02", "Decide", "end--" STEP("04"), ",\"step_extensions\":{\"" KEY "\":{\"two_person\":true}}") "," END("04"), "", EXTENSION);
    int64_t id = runs_start(w, "two-people");
    world_ok(&w->w, cdr_runs_say(w->r, id, CDR_DEED_ANSWER, &(cdr_run_say){.activation = 2, .by = "staff:dana"}, &w->w.err));
    assert_int_equal(cdr_runs_say(w->r, id, CDR_DEED_APPROVE, &(cdr_run_say){.activation = 2, .by = "staff:dana"}, &w->w.err), CDR_DENIED);
    world_ok(&w->w, cdr_runs_say(w->r, id, CDR_DEED_REJECT, &(cdr_run_say){.activation = 2, .by = "staff:kim", .text = "once more"}, &w->w.err));
    assert_int_equal(runs_open_step(w, id, CDR_ACT_ANSWER), 2);
    world_ok(&w->w, cdr_runs_say(w->r, id, CDR_DEED_ANSWER, &(cdr_run_say){.activation = 2, .by = "staff:kim"}, &w->w.err));
    world_ok(&w->w, cdr_runs_say(w->r, id, CDR_DEED_APPROVE, &(cdr_run_say){.activation = 2, .by = "staff:dana"}, &w->w.err));
    assert_int_equal(runs_outcome(w, id), CDR_OUT_SUCCESS);
}

/* --- answers one by one --- */

static cdr_status shout(void *arg, const char *text, size_t len, cdr_buf *out, cdr_err *err)
{
    (void)arg;
    (void)err;
    for (size_t i = 0; i < len; i++)
        cdr_buf_addc(out, (char)(text[i] >= 'a' && text[i] <= 'z' ? text[i] - 32 : text[i]));
    return cdr_buf_status(out);
}

static void drafts_wait_for_the_others(void **state)
{
    runs_world *w = *state;
    _cleanup_(cdr_run_freep) cdr_run *run = NULL;
    _cleanup_json_ json_t *kept = NULL, *gone = NULL;
    two_steps(w);
    int64_t id = runs_start(w, "two");
    world_ok(&w->w, runs_answer(w, id, 2, NULL, NULL));
    world_ok(&w->w, cdr_runs_load(w->r, id, NULL, &run, &w->w.err));
    const cdr_activation *a = cdr_run_activation(run, 3);
    cdr_runs_cleaner(w->r, shout, NULL);
    world_ok(&w->w, cdr_runs_keep_draft(w->r, id, a, "__answer__", "first", &w->w.err));
    world_ok(&w->w, cdr_runs_keep_draft(w->r, id, a, "__answer__", "second", &w->w.err));
    world_ok(&w->w, cdr_runs_drafts(w->r, id, a, &kept, &w->w.err));
    assert_string_equal(json_string_value(json_object_get(kept, "__answer__")), "SECOND");
    assert_true(runs_open_step(w, id, CDR_ACT_ANSWER) == 3);
    world_ok(&w->w, runs_answer(w, id, 3, "__answer__", "third"));
    world_ok(&w->w, cdr_runs_drafts(w->r, id, a, &gone, &w->w.err));
    assert_int_equal(json_object_size(gone), 0);
}

/* --- roles, cleaning --- */

static cdr_status only_dana(void *arg, const char *subject, cdr_duty_role role, const char *actor, bool *ret, cdr_err *err)
{
    (void)err;
    assert_string_equal(subject, "I-3");
    *(cdr_duty_role *)arg = role;
    *ret = !strcmp(actor, "staff:dana");
    return CDR_OK;
}

/* What one typed is never said by another, and who may not answer leaves nothing behind. */
static void drafts_are_whose_they_are(void **state)
{
    runs_world *w = *state;
    _cleanup_(cdr_run_freep) cdr_run *run = NULL;
    _cleanup_json_ json_t *none = NULL, *hers = NULL, *dropped = NULL;
    two_steps(w);
    int64_t id = runs_start(w, "two");
    world_ok(&w->w, runs_answer(w, id, 2, NULL, NULL));
    world_ok(&w->w, cdr_runs_load(w->r, id, NULL, &run, &w->w.err));
    const cdr_activation *a = cdr_run_activation(run, 3);
    cdr_workspace_set_actor(w->w.ws, "staff:mo");
    world_ok(&w->w, cdr_runs_keep_draft(w->r, id, a, "__answer__", "mine", &w->w.err));
    cdr_workspace_set_actor(w->w.ws, "staff:dana");
    world_ok(&w->w, cdr_runs_drafts(w->r, id, a, &none, &w->w.err));
    assert_int_equal(json_object_size(none), 0);
    cdr_workspace_set_actor(w->w.ws, "staff:mo");
    world_ok(&w->w, cdr_runs_drafts(w->r, id, a, &hers, &w->w.err));
    assert_string_equal(json_string_value(json_object_get(hers, "__answer__")), "mine");
    world_ok(&w->w, cdr_runs_drop_drafts(w->r, id, a->id, &w->w.err));
    world_ok(&w->w, cdr_runs_drafts(w->r, id, a, &dropped, &w->w.err));
    assert_int_equal(json_object_size(dropped), 0);
}

static void roles_are_held_and_texts_are_cleaned(void **state)
{
    runs_world *w = *state;
    cdr_duty_role asked = CDR_DUTY_ANYBODY;
    int64_t id;
    runs_playbook(w, "legal", 3, VERSION_1, boxes,
                  START("action--" STEP("02")) "," MANUAL("02", "Judge", "end--" STEP("04"), ",\"out_args\":[\"__answer__\"],\"step_extensions\":{\"" KEY "\":{\"role\":\"legal\"}}") "," END("04"), "", EXTENSION);
    cdr_runs_guard(w->r, only_dana, &asked);
    cdr_runs_cleaner(w->r, shout, NULL);
    world_ok(&w->w, cdr_runs_start(w->r, &(cdr_run_request){.playbook = "legal", .subject = "I-3"}, &id, &w->w.err));
    uint32_t step = runs_open_step(w, id, CDR_ACT_ANSWER);
    _cleanup_json_ json_t *answers = json_pack("{s:s}", "__answer__", "no breach");
    assert_int_equal(cdr_runs_say(w->r, id, CDR_DEED_ANSWER, &(cdr_run_say){.activation = step, .by = "staff:kim", .answers = answers}, &w->w.err), CDR_DENIED);
    assert_non_null(strstr(w->w.err.text, "legal"));
    world_ok(&w->w, cdr_runs_say(w->r, id, CDR_DEED_ANSWER, &(cdr_run_say){.activation = step, .by = "staff:dana", .answers = answers}, &w->w.err));
    assert_int_equal(asked, CDR_DUTY_LEGAL);
    _cleanup_(cdr_run_freep) cdr_run *run = NULL;
    cdr_variable v;
    world_ok(&w->w, cdr_runs_load(w->r, id, NULL, &run, &w->w.err));
    assert_true(cdr_run_variable(run, 0, "__answer__", &v));
    assert_string_equal(v.value, "NO BREACH");
}

/* --- the ledger --- */

static cdr_status keep_first(void *arg, const char *what)
{
    char *text = arg;
    if (!*text)
        snprintf(text, 300, "%s", what);
    return CDR_OK;
}

static cdr_status edit(runs_world *w, const char *sql)
{
    const cdr_db_stmt one = {"test", sql, false};
    cdr_db_set *set = NULL;
    cdr_db_query q = {0};
    world_ok(&w->w, cdr_db_prepare_set(cdr_workspace_db(w->w.ws), &one, 1, &set, &w->w.err));
    world_ok(&w->w, cdr_db_begin_query(set, 0, &q, &w->w.err));
    cdr_status s = cdr_db_run(&q, &w->w.err);
    cdr_db_set_free(set);
    return s;
}

static void a_quiet_edit_of_an_event_shows(void **state)
{
    runs_world *w = *state;
    char found[300] = "";
    two_steps(w);
    int64_t id = runs_start(w, "two");
    world_ok(&w->w, runs_answer(w, id, runs_open_step(w, id, CDR_ACT_ANSWER), NULL, NULL));
    world_ok(&w->w, cdr_runs_compare_ledger(w->w.ws, keep_first, found, &w->w.err));
    assert_string_equal(found, "");
    static const char *const edits[] = {
        "UPDATE run_event SET at_us = at_us + 1 WHERE seq = 3", "UPDATE run_event SET \"by\" = 'staff:kim' WHERE \"by\" IS NOT NULL AND seq > 1", "UPDATE run SET outcome = 1, ended_us = 1",
        "DELETE FROM run_event WHERE seq = (SELECT max(seq) FROM run_event)", "UPDATE run SET subject = 'I-9'", "UPDATE run_event SET run_id = 1, seq = 77 WHERE seq = 5",
    };
    for (size_t i = 0; i < CDR_COUNT(edits); i++) {
        world_ok(&w->w, cdr_db_begin(cdr_workspace_db(w->w.ws), &w->w.err));
        world_ok(&w->w, edit(w, edits[i]));
        found[0] = '\0';
        world_ok(&w->w, cdr_runs_compare_ledger(w->w.ws, keep_first, found, &w->w.err));
        cdr_db_rollback(cdr_workspace_db(w->w.ws));
        if (!strstr(found, "R-1"))
            fail_msg("not seen: %s (%s)", edits[i], found);
    }
}

static void unsigned_playbooks_are_refused_when_asked(void **state)
{
    runs_world *w = *state;
    int64_t id = 0;
    two_steps(w);
    assert_int_equal(cdr_runs_start(w->r, &(cdr_run_request){.playbook = "two", .verify = true}, &id, &w->w.err), CDR_DENIED);
    assert_int_equal(id, 0);
    assert_non_null(strstr(w->w.err.text, "not signed"));
    assert_int_equal(cdr_runs_start(w->r, &(cdr_run_request){.playbook = "tow"}, &id, &w->w.err), CDR_NOT_FOUND);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(answers_carry_a_run_to_its_end, setup, teardown),
        cmocka_unit_test_setup_teardown(who_is_second_is_told_who_was_first, setup, teardown),
        cmocka_unit_test_setup_teardown(events_survive_as_they_were, setup, teardown),
        cmocka_unit_test_setup_teardown(the_playbook_of_a_run_is_pinned, setup, teardown),
        cmocka_unit_test_setup_teardown(registered_actions_are_carried_out_and_others_are_asked_for, setup, teardown),
        cmocka_unit_test_setup_teardown(what_nobody_knows_is_asked, setup, teardown),
        cmocka_unit_test_setup_teardown(what_does_no_harm_is_done_again, setup, teardown),
        cmocka_unit_test_setup_teardown(nothing_is_carried_out_inside_somebody_elses_transaction, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_called_is_pinned_too, setup, teardown),
        cmocka_unit_test_setup_teardown(steps_with_a_due_time_set_clocks, setup, teardown),
        cmocka_unit_test_setup_teardown(waits_end_by_the_tick, setup, teardown),
        cmocka_unit_test_setup_teardown(who_answered_does_not_approve, setup, teardown),
        cmocka_unit_test_setup_teardown(drafts_wait_for_the_others, setup, teardown),
        cmocka_unit_test_setup_teardown(drafts_are_whose_they_are, setup, teardown),
        cmocka_unit_test_setup_teardown(roles_are_held_and_texts_are_cleaned, setup, teardown),
        cmocka_unit_test_setup_teardown(a_quiet_edit_of_an_event_shows, setup, teardown),
        cmocka_unit_test_setup_teardown(unsigned_playbooks_are_refused_when_asked, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
