/* SPDX-License-Identifier: Apache-2.0 */
/* What people do to a run: whether it is possible as things stand, and the event that says so. Of two who do the same the second is told who was first. */
#include "core/cacao/run_parts.h"

#include "base/time.h"

#include <stdio.h>
#include <string.h>

static cdr_status nothing_open(cdr_err *err, uint32_t activation)
{
    return cdr_fail(err, CDR_NOT_FOUND, "run", "run.no-step", "The run has no step %u. candor run show lists them.", activation);
}

static cdr_status was_first(const run_node *node, cdr_err *err)
{
    char when[CDR_TIME_TEXT];
    const cdr_activation *a = &node->seen;
    cdr_time_format(a->ended_us, when);
    bool person = a->answered_by[0] && a->outcome != CDR_OUT_SKIPPED && a->outcome != CDR_OUT_INTERRUPTED;
    return cdr_fail(err, CDR_DENIED, "run", "run.ended", "\"%.80s\" has ended already: %s%s%.79s, %s. Nothing was changed.", cdr_step_label(a->step), cdr_run_outcome_name(a->outcome), person ? " by " : "",
                    person ? a->answered_by : "", when);
}

/* The open step that is meant. */
static cdr_status meant(cdr_run *run, const cdr_run_say *say, run_node **ret, cdr_err *err)
{
    if (run->over)
        return cdr_fail(err, CDR_DENIED, "run", "run.over", "The run is over: %s.", cdr_run_outcome_name(run->outcome));
    run_node *node = run_node_at(run, say->activation);
    if (!node)
        return nothing_open(err, say->activation);
    *ret = node;
    if (node->seen.state == CDR_ACT_CLOSED)
        return was_first(node, err);
    if (run_deadline(node) > say->now_us)
        return CDR_OK;
    char when[CDR_TIME_TEXT];
    cdr_time_format(run_deadline(node), when);
    return cdr_fail(err, CDR_DENIED, "run", "run.timeout", "The time of \"%.80s\" was over at %s, and the playbook goes on without it. Nothing was changed.", cdr_step_label(node->seen.step), when);
}

static cdr_status not_now(const run_node *node, const char *wanted, cdr_err *err)
{
    return cdr_fail(err, CDR_DENIED, "run", "run.state", "\"%.80s\" is %s; %s.", cdr_step_label(node->seen.step), cdr_activation_state_name(node->seen.state), wanted);
}

static cdr_status need_reason(const cdr_run_say *say, const char *what, cdr_err *err)
{
    if (say->text && *say->text)
        return CDR_OK;
    return cdr_fail(err, CDR_E_INVAL, "run", "run.reason", "%s needs a reason in words.", what);
}

static void said(cdr_run *run, const cdr_run_say *say, cdr_run_kind kind, cdr_run_event *ret)
{
    run_event_init(run, ret, kind, say->activation, say->now_us);
    ret->by = say->by;
    ret->text = say->text && *say->text ? say->text : NULL;
}

/* --- answers --- */

static bool optional(const cdr_step *step, const char *name)
{
    return json_is_true(json_object_get(json_object_get(step->rule.answers, name), "optional"));
}

/* With its last command a step has all that it asks for. */
static cdr_status complete(const run_node *node, const json_t *data, cdr_err *err)
{
    const cdr_step *step = node->seen.step;
    uint64_t set = node->answered | run_out_mask(step, data);
    size_t i;
    json_t *item;
    if (node->seen.command + 1 < step->command_count)
        return CDR_OK;
    json_array_foreach(step->out_args, i, item) {
        char name[CDR_VARIABLE_NAME_MAX + 8];
        snprintf(name, sizeof name, "%s", json_string_value(item) ? json_string_value(item) : "");
        name[strcspn(name, ":")] = '\0';
        bool is_set = i < 64 ? set >> i & 1 : json_object_get(data, name) != NULL;
        if (!is_set && !optional(step, name))
            return cdr_fail(err, CDR_E_INVAL, "run", "run.unanswered", "\"%.80s\" also asks for %.60s.", cdr_step_label(step), name);
    }
    return CDR_OK;
}

cdr_status cdr_run_answer(cdr_run *run, const cdr_run_say *say, cdr_run_event *ret, cdr_err *err)
{
    run_node *node = NULL;
    cdr_status s = meant(run, say, &node, err);
    if (s != CDR_OK)
        return s;
    bool other = say->attempt && say->attempt != node->seen.attempt;
    if (node->seen.state != CDR_ACT_ANSWER && node->seen.answered_by[0])
        return cdr_fail(err, CDR_DENIED, "run", "run.answered", "\"%.80s\" was answered already by %.79s; it is %s.", cdr_step_label(node->seen.step), node->seen.answered_by, cdr_activation_state_name(node->seen.state));
    if (node->seen.state != CDR_ACT_ANSWER || other)
        return not_now(node, other ? "that question was answered already" : "it asks nothing of anybody", err);
    s = run_choose(run, node, say->answers, true, err);
    if (s == CDR_OK && !say->failed)
        s = complete(node, run->data, err);
    if (s == CDR_OK && say->failed)
        s = need_reason(say, "That it did not work", err);
    if (s != CDR_OK)
        return s;
    said(run, say, CDR_RUN_ENDED_COMMAND, ret);
    ret->command = node->seen.command;
    ret->target = node->seen.target;
    ret->attempt = node->seen.attempt;
    ret->outcome = say->failed ? CDR_OUT_FAILURE : CDR_OUT_SUCCESS;
    ret->data = json_object_size(run->data) ? run->data : NULL;
    return CDR_OK;
}

/* --- when something went wrong --- */

cdr_status cdr_run_retry(cdr_run *run, const cdr_run_say *say, cdr_run_event *ret, cdr_err *err)
{
    run_node *node = NULL;
    cdr_status s = meant(run, say, &node, err);
    if (s == CDR_OK && node->seen.state != CDR_ACT_DOUBT && node->seen.state != CDR_ACT_FAILED)
        s = not_now(node, "only what failed or is in doubt is tried again", err);
    if (s == CDR_OK)
        said(run, say, CDR_RUN_RETRIED, ret);
    return s;
}

cdr_status cdr_run_skip(cdr_run *run, const cdr_run_say *say, cdr_run_event *ret, cdr_err *err)
{
    run_node *node = NULL;
    cdr_status s = meant(run, say, &node, err);
    if (s == CDR_OK)
        s = need_reason(say, "Skipping a step", err);
    if (s == CDR_OK && node->seen.state == CDR_ACT_RUNNING)
        s = not_now(node, "it cannot be skipped meanwhile", err);
    if (s == CDR_OK)
        said(run, say, CDR_RUN_SKIPPED, ret);
    return s;
}

cdr_status cdr_run_by_hand(cdr_run *run, const cdr_run_say *say, cdr_run_event *ret, cdr_err *err)
{
    run_node *node = NULL;
    cdr_status s = meant(run, say, &node, err);
    if (s == CDR_OK)
        s = need_reason(say, "That it was done another way", err);
    if (s == CDR_OK && (node->seen.state == CDR_ACT_RUNNING || node->seen.state == CDR_ACT_EVIDENCE || node->seen.state == CDR_ACT_APPROVAL))
        s = not_now(node, "there is nothing to do by hand", err);
    if (s == CDR_OK)
        s = run_choose(run, node, say->answers, true, err);
    if (s != CDR_OK)
        return s;
    said(run, say, CDR_RUN_BY_HAND, ret);
    ret->data = json_object_size(run->data) ? run->data : NULL;
    return CDR_OK;
}

cdr_status cdr_run_approve(cdr_run *run, const cdr_run_say *say, bool yes, cdr_run_event *ret, cdr_err *err)
{
    run_node *node = NULL;
    cdr_status s = meant(run, say, &node, err);
    if (s == CDR_OK && node->seen.state != CDR_ACT_APPROVAL)
        s = not_now(node, "there is nothing to approve", err);
    if (s == CDR_OK && !yes)
        s = need_reason(say, "Sending it back", err);
    if (s == CDR_OK && node->seen.step->rule.two_person && !say->alone && say->by && run_is_answerer(node, say->by))
        s = cdr_fail(err, CDR_DENIED, "run", "run.second-person", "\"%.80s\" needs a second person: %.79s answered it and cannot approve it.", cdr_step_label(node->seen.step), say->by);
    if (s == CDR_OK)
        said(run, say, yes ? CDR_RUN_APPROVED : CDR_RUN_REJECTED, ret);
    return s;
}

cdr_status cdr_run_show(cdr_run *run, const cdr_run_say *say, cdr_run_event *ret, cdr_err *err)
{
    run_node *node = NULL;
    cdr_status s = meant(run, say, &node, err);
    if (s == CDR_OK)
        s = need_reason(say, "Evidence", err);
    if (s == CDR_OK)
        said(run, say, CDR_RUN_SHOWN, ret);
    return s;
}

cdr_status cdr_run_abort(cdr_run *run, const cdr_run_say *say, cdr_run_event *ret, cdr_err *err)
{
    cdr_status s = need_reason(say, "Stopping a run", err);
    if (s == CDR_OK && run->over)
        s = cdr_fail(err, CDR_DENIED, "run", "run.over", "The run is over: %s.", cdr_run_outcome_name(run->outcome));
    if (s != CDR_OK)
        return s;
    said(run, say, CDR_RUN_ABORTED, ret);
    ret->activation = 0;
    ret->outcome = CDR_OUT_ABORTED;
    return CDR_OK;
}

cdr_status cdr_run_set_clock(cdr_run *run, const char *clock, int64_t began_us, const char *by, int64_t now_us, cdr_run_event *ret, cdr_err *err)
{
    if (run->over)
        return cdr_fail(err, CDR_DENIED, "run", "run.over", "The run is over: %s.", cdr_run_outcome_name(run->outcome));
    run_event_init(run, ret, CDR_RUN_CLOCK, 0, now_us);
    ret->text = run_keep_text(run, clock);
    ret->number = began_us;
    ret->by = by;
    return ret->text ? CDR_OK : cdr_fail(err, CDR_E_INVAL, "run", "run.clock", "A clock needs a name.");
}
