/* SPDX-License-Identifier: Apache-2.0 */
/* What people do to a run: judged by the state as it stands in the database inside the transaction, so that of two who say something at once the second is told who was first. */
#include "core/playbook/runs_parts.h"

#include "core/cacao/secret.h"

#include <stdio.h>
#include <string.h>

/* Whose it is to say: who answers for the step, who approves it, or who manages the whole. */
static cdr_duty_role role_for(const cdr_activation *a, cdr_run_deed deed)
{
    switch (deed) {
    case CDR_DEED_APPROVE:
    case CDR_DEED_REJECT: return a ? a->step->rule.approver : CDR_DUTY_ANYBODY;
    case CDR_DEED_ABORT: return CDR_DUTY_MANAGER;
    case CDR_DEED_ANSWER:
    case CDR_DEED_RETRY:
    case CDR_DEED_SKIP:
    case CDR_DEED_BY_HAND:
    case CDR_DEED_SHOW: return a ? a->step->rule.role : CDR_DUTY_ANYBODY;
    }
    return CDR_DUTY_ANYBODY;
}

static cdr_status guard(cdr_runs *r, const cdr_run_row *row, const cdr_activation *a, cdr_run_deed deed, const char *by, cdr_err *err)
{
    bool may = true;
    cdr_duty_role role = role_for(a, deed);
    if (!r->may || role == CDR_DUTY_ANYBODY || (a && a->state == CDR_ACT_CLOSED))
        return CDR_OK;
    cdr_status s = r->may(r->may_arg, row->subject, role, by, &may, err);
    if (s == CDR_OK && !may && a)
        s = cdr_fail(err, CDR_DENIED, "playbook", "run.role", "\"%.80s\" is for the %s of %s, and %.79s is not; see candor incident assign.", cdr_step_label(a->step), cdr_duty_role_label(role), row->subject, by);
    else if (s == CDR_OK && !may)
        s = cdr_fail(err, CDR_DENIED, "playbook", "run.role", "That is for the %s of %s, and %.79s is not; see candor incident assign.", cdr_duty_role_label(role), row->subject, by);
    return s;
}

cdr_status cdr_runs_check_may(cdr_runs *r, const cdr_run_row *row, const cdr_activation *a, cdr_run_deed deed, cdr_err *err)
{
    return guard(r, row, a, deed, cdr_workspace_actor(r->ws), err);
}

static cdr_status event_of(cdr_run *run, cdr_run_deed deed, const cdr_run_say *say, cdr_run_event *ret, cdr_err *err)
{
    switch (deed) {
    case CDR_DEED_ANSWER: return cdr_run_answer(run, say, ret, err);
    case CDR_DEED_RETRY: return cdr_run_retry(run, say, ret, err);
    case CDR_DEED_SKIP: return cdr_run_skip(run, say, ret, err);
    case CDR_DEED_BY_HAND: return cdr_run_by_hand(run, say, ret, err);
    case CDR_DEED_APPROVE: return cdr_run_approve(run, say, true, ret, err);
    case CDR_DEED_REJECT: return cdr_run_approve(run, say, false, ret, err);
    case CDR_DEED_SHOW: return cdr_run_show(run, say, ret, err);
    case CDR_DEED_ABORT: return cdr_run_abort(run, say, ret, err);
    }
    return cdr_fail(err, CDR_E_INVAL, "playbook", "run.deed", "Nothing like that can be done to a run.");
}

/* --- the same answer once more --- */

typedef struct repeat { const cdr_run_say *say; bool same; } repeat;

static cdr_status look_for_same(void *arg, const cdr_run_event *e, cdr_err *err)
{
    (void)err;
    repeat *w = arg;
    const cdr_run_say *say = w->say;
    if (e->kind != CDR_RUN_ENDED_COMMAND || e->activation != say->activation || e->attempt != say->attempt || !e->by || strcmp(e->by, say->by) != 0)
        return CDR_OK;
    bool nothing = json_object_size(e->data) == 0 && json_object_size(say->answers) == 0;
    w->same = (nothing || (e->data && say->answers && json_equal(e->data, say->answers))) && (e->outcome == CDR_OUT_SUCCESS) == !say->failed;
    return CDR_OK;
}

/* Who answered a question, and did not learn that it was kept, may say the same again. Only where the question is named: otherwise two people would both be told that it was they. */
static cdr_status forgive(runs_batch *b, cdr_run_deed deed, const cdr_run_say *say, cdr_status denied, bool *ret_same, cdr_err *err)
{
    repeat w = {.say = say};
    cdr_err inner;
    if (denied != CDR_DENIED || deed != CDR_DEED_ANSWER || !say->attempt)
        return denied;
    cdr_status s = cdr_runs_store_events(b->r->store, b->row.id, 0, UINT64_MAX, true, NULL, look_for_same, &w, &inner);
    *ret_same = s == CDR_OK && w.same;
    if (s != CDR_OK && err)
        *err = inner;
    return s != CDR_OK ? s : w.same ? CDR_OK : denied;
}

/* --- saying --- */

/* The register has a decision with its reason, which is what an authority reads. A drill goes on without one, and its report says so. */
static cdr_status reasoned(const runs_batch *b, const cdr_activation *a, cdr_run_deed deed, const cdr_run_say *say, cdr_err *err)
{
    bool last = a && a->state == CDR_ACT_ANSWER && a->command + 1 >= a->step->command_count;
    if (deed != CDR_DEED_ANSWER || !last || !a->step->rule.decision || say->failed || b->row.drill || (say->text && *say->text))
        return CDR_OK;
    return cdr_fail(err, CDR_E_INVAL, "playbook", "run.decision-reason", "\"%.80s\" is a decision and needs a reason in words: add --note \"…\", what you knew and why you decided so.", cdr_step_label(a->step));
}

static cdr_status say_it(runs_batch *b, cdr_run_deed deed, const cdr_run_say *say, cdr_err *err)
{
    cdr_run_event e;
    bool same = false;
    const cdr_activation *a = cdr_run_activation(b->run, say->activation);
    cdr_status s = guard(b->r, &b->row, deed == CDR_DEED_ABORT ? NULL : a, deed, say->by, err);
    if (s != CDR_OK)
        return s;
    _cleanup_json_ json_t *answers = NULL;
    _cleanup_free_ char *text = NULL;
    s = cdr_runs_clean_text(b->r, say->text, &text, err);
    if (s == CDR_OK)
        s = cdr_runs_clean_values(b->r, a ? a->playbook : cdr_run_playbook(b->run), a ? a->step : NULL, say->answers, &answers, err);
    if (s != CDR_OK)
        return s;
    cdr_run_say cleaned = *say;
    cleaned.text = text;
    cleaned.answers = answers;
    s = reasoned(b, a, deed, &cleaned, err);
    if (s != CDR_OK)
        return s;
    if (deed == CDR_DEED_SHOW)
        cleaned.text = say->text;      /* number and hash: nobody typed them, and a mask would make them worthless */
    s = event_of(b->run, deed, &cleaned, &e, err);
    if (s == CDR_DENIED)
        s = forgive(b, deed, &cleaned, s, &same, err);
    if (s == CDR_OK && !same)
        s = cdr_runs_batch_add(b, &e, err);
    return s == CDR_OK && deed != CDR_DEED_SHOW ? cdr_runs_store_drop_drafts(b->r->store, b->row.id, say->activation, NULL, err) : s;
}

cdr_status cdr_runs_say(cdr_runs *r, int64_t id, cdr_run_deed deed, const cdr_run_say *say, cdr_err *err)
{
    _cleanup_batch_ runs_batch b = {.first = 0};
    _cleanup_(cdr_run_freep) cdr_run *run = NULL;
    cdr_run_say whole = *say;
    whole.by = say->by ? say->by : cdr_workspace_actor(r->ws);
    whole.now_us = say->now_us ? say->now_us : cdr_now_us(cdr_workspace_ctx(r->ws));
    cdr_status s = cdr_runs_batch_begin(r, &b, err);
    if (s == CDR_OK)
        s = cdr_runs_replay(r, id, &b.row, &run, err);
    if (s != CDR_OK)
        return s;
    b.run = run;
    s = cdr_runs_batch_look(&b, err);
    if (s == CDR_OK)
        s = cdr_runs_recover(&b, err);
    if (s == CDR_OK)
        s = say_it(&b, deed, &whole, err);
    if (s == CDR_OK)
        s = cdr_runs_go(&b, err);
    return s == CDR_OK ? cdr_runs_batch_commit(&b, err) : s;
}

/* --- drafts --- */

cdr_status cdr_runs_keep_draft(cdr_runs *r, int64_t id, const cdr_activation *a, const char *name, const char *value, cdr_err *err)
{
    cdr_run_row row;
    uint8_t text[32];
    bool lenient;
    const char *by = cdr_workspace_actor(r->ws);
    if (cdr_playbook_secret(a->playbook, name))      /* drafts are not sealed; it is asked again */
        return CDR_OK;
    _cleanup_json_ json_t *one = json_pack("{s:s}", name, value), *cleaned = NULL;
    if (!one)
        return cdr_fail_nomem(err, "playbook");
    cdr_status s = cdr_runs_store_get(r->store, id, &row, text, &lenient, err);
    if (s == CDR_OK)
        s = guard(r, &row, a, CDR_DEED_ANSWER, by, err);
    if (s == CDR_OK)
        s = cdr_runs_clean_values(r, a->playbook, a->step, one, &cleaned, err);
    return s == CDR_OK ? cdr_runs_store_keep_draft(r->store, id, a->id, a->attempt, by, name, cdr_json_str(cleaned, name), err) : s;
}

cdr_status cdr_runs_drafts(cdr_runs *r, int64_t id, const cdr_activation *a, json_t **ret, cdr_err *err)
{
    _cleanup_json_ json_t *out = json_object();
    *ret = NULL;
    if (!out)
        return cdr_fail_nomem(err, "playbook");
    cdr_status s = cdr_runs_store_drafts(r->store, id, a->id, a->attempt, cdr_workspace_actor(r->ws), out, err);
    if (s == CDR_OK)
        *ret = json_incref(out);
    return s;
}

cdr_status cdr_runs_drop_drafts(cdr_runs *r, int64_t id, uint32_t activation, cdr_err *err)
{
    return cdr_runs_store_drop_drafts(r->store, id, activation, cdr_workspace_actor(r->ws), err);
}

/* --- clocks of a subject --- */

static cdr_status set_clock_of(cdr_runs *r, int64_t id, const char *clock, int64_t began_us, cdr_err *err)
{
    _cleanup_batch_ runs_batch b = {.first = 0};
    _cleanup_(cdr_run_freep) cdr_run *run = NULL;
    cdr_run_event e;
    int64_t was = 0;
    cdr_status s = cdr_runs_batch_begin(r, &b, err);
    if (s == CDR_OK)
        s = cdr_runs_replay(r, id, &b.row, &run, err);
    if (s != CDR_OK)
        return s;
    b.run = run;
    bool known = cdr_run_clock(run, clock, &was);
    if (cdr_run_over(run, NULL) || (known ? was == began_us : began_us == 0))
        return cdr_runs_batch_commit(&b, err);
    s = cdr_runs_batch_look(&b, err);
    if (s == CDR_OK)
        s = cdr_runs_recover(&b, err);
    if (s == CDR_OK)
        s = cdr_run_set_clock(run, clock, began_us, cdr_workspace_actor(r->ws), cdr_now_us(cdr_workspace_ctx(r->ws)), &e, err);
    if (s == CDR_OK)
        s = cdr_runs_batch_add(&b, &e, err);
    if (s == CDR_OK)
        s = cdr_runs_go(&b, err);
    return s == CDR_OK ? cdr_runs_batch_commit(&b, err) : s;
}

cdr_status cdr_runs_set_clock(cdr_runs *r, const char *subject, const char *clock, int64_t began_us, cdr_err *err)
{
    runs_ids ids = {0};
    cdr_status s = cdr_runs_store_ids(r->store, RUNS_OPEN, subject, 0, &ids, err);
    for (size_t i = 0; i < ids.len && s == CDR_OK; i++)
        s = set_clock_of(r, ids.at[i], clock, began_us, err);
    runs_ids_done(&ids);
    return s;
}
