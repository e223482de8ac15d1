/* SPDX-License-Identifier: Apache-2.0 */
/* An event has happened: the state follows. Replays and live runs go through here alone, so that both come to the same. */
#include "core/cacao/run_parts.h"

#include <stdio.h>
#include <string.h>

static size_t commands_of(const cdr_step *step)
{
    return step->type == CDR_STEP_UNKNOWN ? 1 : step->command_count;   /* E19: what is not known is one question to a person */
}

static bool wants_approval(const cdr_step *step)
{
    return step->rule.present && (step->rule.approver != CDR_DUTY_ANYBODY || step->rule.two_person);
}

/* All commands are done: what the rule of the step still wants. */
static void settle(run_node *node)
{
    cdr_activation *a = &node->seen;
    const cdr_rule *rule = &a->step->rule;
    a->state = CDR_ACT_READY;
    if (a->command < commands_of(a->step) || !rule->present)
        return;
    if (rule->evidence_required && !a->shown && !a->skipped)
        a->state = CDR_ACT_EVIDENCE;
    else if (wants_approval(a->step) && !a->approved_by[0])
        a->state = CDR_ACT_APPROVAL;
}

static cdr_status apply_entered(cdr_run *run, const cdr_run_event *event, cdr_err *err)
{
    const run_pending *p = run->pending_first < run->pending.len ? &run->pending.at[run->pending_first] : NULL;
    const cdr_step *step = p && p->frame < run->frames.len ? cdr_playbook_step(run->frames.at[p->frame].playbook, p->step) : NULL;
    if (!step || !event->step || strcmp(step->id, event->step) || event->frame != p->frame || event->opener != p->opener || event->activation != run->node_count + 1)
        return run_corrupt(err, event, "another step is to be entered");
    run_node *node = run_node_new(run);
    run_node **place = node ? run_nodes_push(&run->open) : NULL;
    if (!place)
        return node || run->node_count < CDR_RUN_ACTIVATIONS_MAX ? cdr_fail_nomem(err, "run") : cdr_fail(err, CDR_E_LIMIT, "run", "run.too-long", "The run has more than %u steps behind it.", CDR_RUN_ACTIVATIONS_MAX);
    *place = node;
    cdr_activation *a = &node->seen;
    a->frame = p->frame;
    a->opener = p->opener;
    a->playbook = run->frames.at[p->frame].playbook;
    a->step = step;
    a->entered_us = event->at_us;
    a->state = step->delay_ms > 0 ? CDR_ACT_DELAYED : CDR_ACT_READY;
    a->began_us = step->delay_ms > 0 ? 0 : event->at_us;
    node->cause = p->cause;
    if (++run->pending_first == run->pending.len)
        run->pending_first = run->pending.len = 0;
    return run_values_init(&node->values, step->variables, step->variable_count, err);
}

static cdr_status apply_tried(cdr_run *run, run_node *node, const cdr_run_event *event, cdr_err *err)
{
    (void)run;
    cdr_activation *a = &node->seen;
    if (a->state != CDR_ACT_READY || event->command != a->command || event->target != a->target || event->attempt != a->attempt + 1)
        return run_corrupt(err, event, "another command is to be carried out");
    a->attempt = event->attempt;
    a->asked_us = event->at_us;
    a->state = event->number == 1 ? CDR_ACT_ANSWER : CDR_ACT_RUNNING;
    return CDR_OK;
}

static void advance(run_node *node, bool manual)
{
    cdr_activation *a = &node->seen;
    if (!manual && a->target + 1 < json_array_size(a->step->targets)) {
        a->target++;
        return;
    }
    a->target = 0;
    a->command++;
}

static void keep_why(run_node *node, const char *text)
{
    snprintf(node->seen.why, sizeof node->seen.why, "%s", text ? text : "");
}

static cdr_status apply_ended_command(cdr_run *run, run_node *node, const cdr_run_event *event, cdr_err *err)
{
    cdr_activation *a = &node->seen;
    bool manual = a->state == CDR_ACT_ANSWER;
    if ((!manual && a->state != CDR_ACT_RUNNING) || event->command != a->command || event->target != a->target || event->attempt != a->attempt)
        return run_corrupt(err, event, "no such command is being carried out");
    cdr_status s = run_write(run, node, event->data, err);
    if (s != CDR_OK)
        return s;
    node->answered |= run_out_mask(a->step, event->data);
    if (event->outcome == CDR_OUT_SUCCESS || event->data)      /* whoever says that it did not work has answered nothing */
        s = run_add_answerer(node, event->by, err);
    else if (event->by)
        snprintf(a->answered_by, sizeof a->answered_by, "%s", event->by);
    if (s != CDR_OK)
        return s;
    keep_why(node, event->outcome == CDR_OUT_SUCCESS ? NULL : event->text);
    if (event->outcome == CDR_OUT_SUCCESS) {
        advance(node, manual);
        settle(node);
    } else {
        node->failed = event->outcome;
        a->state = CDR_ACT_READY;
    }
    return CDR_OK;
}

/* --- steps that open branches --- */

static cdr_status open_branch(cdr_run *run, run_node *node, uint32_t step, cdr_err *err)
{
    node->seen.branches_open++;
    return run_enter_later(run, node->seen.frame, step, node->seen.id, 0, err);
}

static cdr_status open_called(cdr_run *run, run_node *node, const cdr_run_event *event, cdr_err *err)
{
    const cdr_step *step = node->seen.step;
    const run_pin *pin = run_pin_of(run, step);
    if (!pin || !run->find)
        return run_corrupt(err, event, "the playbook that is called was not pinned");
    cdr_playbook *p = NULL;
    cdr_status s = run->find(run->arg, pin->id, pin->modified, &p, err);
    if (s != CDR_OK)
        return s;
    if (memcmp(cdr_playbook_sha256(p), pin->sha256, 32)) {
        cdr_playbook_free(p);
        return cdr_fail(err, CDR_E_CORRUPT, "run", "run.other-playbook", "The playbook %.80s is not the one that was pinned when the run began.", pin->id);
    }
    uint32_t frame = (uint32_t)run->frames.len;
    s = run_frame_open(run, p, node->seen.id, err);
    cdr_playbook_free(p);
    if (s != CDR_OK)
        return s;
    size_t i;
    json_t *arg;
    json_array_foreach(step->in_args, i, arg) {
        const char *name = json_string_value(arg);
        run_value *from = name ? run_value_of(run, node, name) : NULL;
        for (size_t k = 0; from && k < run->frames.at[frame].values.len; k++) {
            run_value *to = &run->frames.at[frame].values.at[k];
            if (strcmp(to->declared->name, name) || !to->declared->external || to->declared->constant)
                continue;
            cdr_free(to->value);
            to->value = from->value ? cdr_strdup(from->value) : NULL;
            if (from->value && !to->value)
                return cdr_fail_nomem(err, "run");
        }
    }
    node->seen.branches_open = 1;
    return run_enter_later(run, frame, cdr_playbook_start(run->frames.at[frame].playbook), 0, 0, err);
}

static cdr_status open_branches(cdr_run *run, run_node *node, const cdr_run_event *event, cdr_err *err)
{
    const cdr_step *step = node->seen.step;
    uint32_t next = CDR_NO_STEP;
    if (step->type == CDR_STEP_PARALLEL) {
        cdr_status s = CDR_OK;
        for (size_t i = 0; s == CDR_OK && i < step->branch_count; i++)
            s = open_branch(run, node, step->branches[i], err);
        return s;
    }
    if (step->type == CDR_STEP_PLAYBOOK_ACTION)
        return open_called(run, node, event, err);
    if (step->type == CDR_STEP_IF) {
        next = event->number ? step->on_true : step->on_false;
    } else if (step->type == CDR_STEP_WHILE) {
        next = event->number ? step->on_true : CDR_NO_STEP;
        node->seen.iteration += event->number ? 1 : 0;
    } else if (step->type == CDR_STEP_SWITCH && event->number) {
        next = event->number > 0 && (uint64_t)event->number <= step->case_count ? step->cases[event->number - 1].step : step->otherwise;
    } else if (step->type != CDR_STEP_SWITCH) {
        return run_corrupt(err, event, "the step opens no branches");
    }
    return next == CDR_NO_STEP ? CDR_OK : open_branch(run, node, next, err);
}

static cdr_status apply_tested(cdr_run *run, run_node *node, const cdr_run_event *event, cdr_err *err)
{
    cdr_activation *a = &node->seen;
    if (a->state != CDR_ACT_READY || node->opened || node->failed)
        return run_corrupt(err, event, "the step asks nothing now");
    if (event->outcome == CDR_OUT_FAILURE) {
        node->failed = CDR_OUT_FAILURE;
        keep_why(node, event->text);
        return CDR_OK;
    }
    cdr_status s = open_branches(run, node, event, err);
    if (s != CDR_OK)
        return s;
    a->state = a->branches_open ? CDR_ACT_BRANCHES : CDR_ACT_READY;
    node->opened = a->step->type != CDR_STEP_WHILE || !event->number;   /* a loop asks again when its branch is done */
    return CDR_OK;
}

/* --- ends --- */

static cdr_status apply_ended(cdr_run *run, run_node *node, const cdr_run_event *event, cdr_err *err)
{
    if (event->text)
        keep_why(node, event->text);
    return run_follow(run, node, event->outcome, event->at_us, err);
}

static cdr_status apply_began(cdr_run *run, run_node *node, const cdr_run_event *event, cdr_err *err)
{
    (void)run;
    if (node->seen.state != CDR_ACT_DELAYED)
        return run_corrupt(err, event, "the step was not delayed");
    node->seen.state = CDR_ACT_READY;
    node->seen.began_us = event->at_us;
    return CDR_OK;
}

static cdr_status apply_doubted(cdr_run *run, run_node *node, const cdr_run_event *event, cdr_err *err)
{
    (void)run;
    if (node->seen.state != CDR_ACT_RUNNING)
        return run_corrupt(err, event, "nothing was being carried out");
    node->seen.state = CDR_ACT_DOUBT;
    keep_why(node, event->text);
    return CDR_OK;
}

static cdr_status apply_failed(cdr_run *run, run_node *node, const cdr_run_event *event, cdr_err *err)
{
    (void)err;
    run_interrupt_below(run, node->seen.id, CDR_OUT_INTERRUPTED, event->at_us);
    node->failed = event->outcome;
    node->seen.state = CDR_ACT_FAILED;
    if (event->text)
        keep_why(node, event->text);
    return CDR_OK;
}

static cdr_status apply_retried(cdr_run *run, run_node *node, const cdr_run_event *event, cdr_err *err)
{
    (void)run;
    cdr_activation *a = &node->seen;
    if (a->state != CDR_ACT_RUNNING && a->state != CDR_ACT_DOUBT && a->state != CDR_ACT_FAILED)
        return run_corrupt(err, event, "nothing had to be tried again");
    node->failed = CDR_OUT_NONE;
    node->opened = false;
    a->branches_open = a->branches_failed = 0;
    a->began_us = event->at_us;   /* its time begins again */
    a->why[0] = '\0';
    a->state = CDR_ACT_READY;
    if (a->step->type == CDR_STEP_ACTION)
        settle(node);
    return CDR_OK;
}

/* Nothing of it is carried out any more; who said so stands for it. */
static cdr_status leave(cdr_run *run, run_node *node, const cdr_run_event *event, cdr_err *err)
{
    cdr_activation *a = &node->seen;
    run_interrupt_below(run, a->id, CDR_OUT_INTERRUPTED, event->at_us);
    node->opened = true;
    node->failed = CDR_OUT_NONE;
    a->command = (uint32_t)commands_of(a->step);
    a->target = a->branches_open = a->branches_failed = 0;
    a->why[0] = '\0';
    if (!a->began_us)
        a->began_us = event->at_us;
    cdr_status s = run_add_answerer(node, event->by, err);
    settle(node);
    return s;
}

static cdr_status apply_by_hand(cdr_run *run, run_node *node, const cdr_run_event *event, cdr_err *err)
{
    cdr_status s = run_write(run, node, event->data, err);
    if (s != CDR_OK)
        return s;
    node->seen.by_hand = true;
    return leave(run, node, event, err);
}

/* What they answered counts no more: it is somebody else's word that is judged from here on. */
static void forget_answerers(run_node *node)
{
    cdr_free(node->answerers);
    node->answerers = NULL;
}

/* What a second person has to approve is not got round by skipping it. */
static cdr_status apply_skipped(cdr_run *run, run_node *node, const cdr_run_event *event, cdr_err *err)
{
    if (!wants_approval(node->seen.step) || node->seen.approved_by[0])
        return run_follow(run, node, CDR_OUT_SKIPPED, event->at_us, err);
    node->seen.skipped = true;
    forget_answerers(node);
    return leave(run, node, event, err);
}

static cdr_status apply_judged(cdr_run *run, run_node *node, const cdr_run_event *event, cdr_err *err)
{
    (void)run;
    cdr_activation *a = &node->seen;
    if (a->state != CDR_ACT_APPROVAL)
        return run_corrupt(err, event, "nothing waited for approval");
    if (event->kind == CDR_RUN_APPROVED) {
        snprintf(a->approved_by, sizeof a->approved_by, "%s", event->by ? event->by : "somebody");
        settle(node);
        return CDR_OK;
    }
    a->command = a->target = 0;   /* not like this: it is done again, from its beginning */
    node->answered = 0;
    forget_answerers(node);
    a->by_hand = a->skipped = false;
    node->opened = false;
    a->shown = false;
    keep_why(node, event->text);
    settle(node);
    return CDR_OK;
}

static cdr_status apply_shown(cdr_run *run, run_node *node, const cdr_run_event *event, cdr_err *err)
{
    (void)run;
    (void)event;
    (void)err;
    node->seen.shown = true;
    if (node->seen.state == CDR_ACT_EVIDENCE)
        settle(node);
    return CDR_OK;
}

static cdr_status apply_clock(cdr_run *run, const cdr_run_event *event, cdr_err *err)
{
    for (size_t i = 0; i < run->clocks.len; i++) {
        if (!strcmp(run->clocks.at[i].name, event->text)) {
            run->clocks.at[i].began_us = event->number;
            return CDR_OK;
        }
    }
    run_clock *clock = run_clocks_push(&run->clocks);
    if (!clock || !(clock->name = cdr_strdup(event->text)))
        return cdr_fail_nomem(err, "run");
    clock->began_us = event->number;
    return CDR_OK;
}

static void apply_over(cdr_run *run, const cdr_run_event *event)
{
    cdr_run_outcome outcome = event->kind == CDR_RUN_ABORTED ? CDR_OUT_ABORTED : event->outcome;
    while (run->open.len)
        run_close(run, run->open.at[run->open.len - 1], outcome, event->at_us);
    run->pending.len = run->pending_first = 0;
    run->over = true;
    run->outcome = outcome;
}

/* Of the run itself, not of one of its steps; ${ret_done} false: it is of a step. */
static cdr_status apply_to_run(cdr_run *run, const cdr_run_event *event, bool *ret_done, cdr_err *err)
{
    *ret_done = true;
    if (event->kind == CDR_RUN_STARTED)
        return run_apply_started(run, event, err);
    if (event->kind == CDR_RUN_ENTERED)
        return apply_entered(run, event, err);
    if (event->kind == CDR_RUN_CLOCK)
        return event->text ? apply_clock(run, event, err) : run_corrupt(err, event, "a clock has no name");
    *ret_done = event->kind == CDR_RUN_FINISHED || event->kind == CDR_RUN_ABORTED;
    if (*ret_done)
        apply_over(run, event);
    return CDR_OK;
}

static cdr_status apply_to_step(cdr_run *run, const cdr_run_event *event, cdr_err *err)
{
    typedef cdr_status apply_fn(cdr_run *run, run_node *node, const cdr_run_event *event, cdr_err *err);
    static apply_fn *const apply[CDR_RUN_KIND__MAX] = {
        [CDR_RUN_BEGAN] = apply_began,         [CDR_RUN_TRIED] = apply_tried,   [CDR_RUN_ENDED_COMMAND] = apply_ended_command, [CDR_RUN_TESTED] = apply_tested,   [CDR_RUN_ENDED] = apply_ended,
        [CDR_RUN_DOUBTED] = apply_doubted,     [CDR_RUN_RETRIED] = apply_retried, [CDR_RUN_SKIPPED] = apply_skipped,           [CDR_RUN_BY_HAND] = apply_by_hand, [CDR_RUN_SHOWN] = apply_shown,
        [CDR_RUN_APPROVED] = apply_judged,     [CDR_RUN_REJECTED] = apply_judged, [CDR_RUN_FAILED] = apply_failed,
    };
    run_node *node = run_node_at(run, event->activation);
    if ((unsigned)event->kind >= CDR_RUN_KIND__MAX || !apply[event->kind])
        return run_corrupt(err, event, "its kind is not known");
    if (!node || node->seen.state == CDR_ACT_CLOSED)
        return run_corrupt(err, event, "its step is not open");
    return apply[event->kind](run, node, event, err);
}

cdr_status cdr_run_apply(cdr_run *run, const cdr_run_event *event, cdr_err *err)
{
    if (event->seq != run->seq + 1)
        return run_corrupt(err, event, "one is missing before it");
    if (run->over || (!run->started && event->kind != CDR_RUN_STARTED))
        return run_corrupt(err, event, run->over ? "the run was over" : "the run had not begun");
    bool done = false;
    cdr_status s = apply_to_run(run, event, &done, err);
    if (!done)
        s = apply_to_step(run, event, err);
    if (s == CDR_OK)
        run->seq = event->seq;
    return s;
}
