/* SPDX-License-Identifier: Apache-2.0 */
/* What comes next: the machine's own events, a command to be carried out, or waiting. */
#include "core/cacao/condition.h"
#include "core/cacao/run_parts.h"

#include <stdio.h>
#include <string.h>

/* What is asked of core/playbook while the next thing is looked for. */
typedef struct asking { cdr_run *run; int64_t now_us; cdr_run_automatic *automatic; void *arg; cdr_run_todo *ret; } asking;

static cdr_status append(asking *ask, cdr_run_kind kind, const run_node *node, cdr_run_outcome outcome, const char *text)
{
    ask->ret->what = CDR_RUN_APPEND;
    run_event_init(ask->run, &ask->ret->event, kind, node ? node->seen.id : 0, ask->now_us);
    ask->ret->event.outcome = outcome;
    ask->ret->event.text = run_keep_text(ask->run, text);
    return CDR_OK;
}

static cdr_status enter(asking *ask)
{
    const run_pending *p = &ask->run->pending.at[ask->run->pending_first];
    append(ask, CDR_RUN_ENTERED, NULL, CDR_OUT_NONE, NULL);
    cdr_run_event *event = &ask->ret->event;
    event->activation = (uint32_t)ask->run->node_count + 1;
    event->frame = p->frame;
    event->opener = p->opener;
    event->step = cdr_playbook_step(ask->run->frames.at[p->frame].playbook, p->step)->id;
    return CDR_OK;
}

/* A failure is taken over by the playbook, or a person is asked, or it ends the branch (E6). */
static cdr_status fail(asking *ask, const run_node *node, cdr_run_outcome outcome, const char *why)
{
    bool asks = ask->run->ask && !run_taken_over(ask->run, node);
    return append(ask, asks ? CDR_RUN_FAILED : CDR_RUN_ENDED, node, outcome, why);
}

/* --- steps that open branches --- */

static cdr_status tested(asking *ask, const run_node *node, int64_t number)
{
    append(ask, CDR_RUN_TESTED, node, CDR_OUT_NONE, NULL);
    ask->ret->event.number = number;
    ask->ret->event.attempt = node->seen.iteration + 1;
    return CDR_OK;
}

static cdr_status test_condition(asking *ask, run_node *node)
{
    cdr_err why = {0};
    bool is_true = false;
    _cleanup_(cdr_condition_freep) cdr_condition *c = NULL;
    run_view view = {.run = ask->run, .node = node};
    const char *text = node->seen.step->condition ? node->seen.step->condition : "";
    cdr_status s = cdr_condition_parse(text, strlen(text), ask->run->lenient ? CDR_CONDITION_LENIENT : CDR_CONDITION_STRICT, &c, &why);
    if (s == CDR_OK)
        s = cdr_condition_eval(c, run_find_variable, &view, &is_true, &why);
    if (s == CDR_E_NOMEM)
        return s;
    if (s == CDR_OK && is_true && node->seen.step->type == CDR_STEP_WHILE && node->seen.iteration >= ask->run->iterations_max) {
        snprintf(why.text, sizeof why.text, "It went round %u times, and no more are allowed.", node->seen.iteration);
        s = CDR_E_LIMIT;
    }
    if (s != CDR_OK)
        return append(ask, CDR_RUN_TESTED, node, CDR_OUT_FAILURE, why.text);
    return tested(ask, node, is_true);
}

/* "__name__:value", or the bare name, as both are about. */
static cdr_status test_switch(asking *ask, run_node *node)
{
    const cdr_step *step = node->seen.step;
    char name[CDR_VARIABLE_NAME_MAX + 8];
    snprintf(name, sizeof name, "%s", step->switch_on ? step->switch_on : "");
    char *end = strchr(name, ':');
    if (end)
        *end = '\0';
    run_view view = {.run = ask->run, .node = node};
    cdr_variable v;
    if (!run_find_variable(&view, name, &v)) {
        char why[300];
        snprintf(why, sizeof why, "There is no variable %.200s.", name);
        return append(ask, CDR_RUN_TESTED, node, CDR_OUT_FAILURE, why);
    }
    for (size_t i = 0; v.value && i < step->case_count; i++)
        if (!strcmp(step->cases[i].value, v.value))
            return tested(ask, node, (int64_t)i + 1);
    return tested(ask, node, step->otherwise != CDR_NO_STEP ? (int64_t)step->case_count + 1 : 0);
}

static unsigned depth_of(const cdr_run *run, uint32_t frame)
{
    unsigned depth = 1;
    for (; run->frames.at[frame].opener; depth++)
        frame = run_node_at(run, run->frames.at[frame].opener)->seen.frame;
    return depth;
}

static cdr_status test_call(asking *ask, run_node *node)
{
    if (depth_of(ask->run, node->seen.frame) >= CDR_RUN_FRAMES_MAX)
        return append(ask, CDR_RUN_TESTED, node, CDR_OUT_FAILURE, "Playbooks call one another too deeply.");
    return tested(ask, node, 1);
}

static cdr_status test(asking *ask, run_node *node)
{
    cdr_step_type type = node->seen.step->type;
    if (type == CDR_STEP_IF || type == CDR_STEP_WHILE)
        return test_condition(ask, node);
    if (type == CDR_STEP_SWITCH)
        return test_switch(ask, node);
    if (type == CDR_STEP_PLAYBOOK_ACTION)
        return test_call(ask, node);
    return tested(ask, node, (int64_t)node->seen.step->branch_count);
}

/* --- commands --- */

/* Fills what is known of the next command of ${node}; false when there is none left. */
static bool next_command(asking *ask, run_node *node)
{
    const cdr_activation *a = &node->seen;
    const cdr_step *step = a->step;
    cdr_run_todo *todo = ask->ret;
    bool unknown = step->type == CDR_STEP_UNKNOWN;
    if (a->command >= (unknown ? 1 : step->command_count))
        return false;
    const char *target = json_string_value(json_array_get(step->targets, a->target));
    *todo = (cdr_run_todo){.what = CDR_RUN_PERFORM, .activation = a, .command = unknown ? NULL : &step->commands[a->command]};
    todo->agent = step->agent ? cdr_playbook_object(a->playbook, "agent_definitions", step->agent) : NULL;
    todo->target = target ? cdr_playbook_object(a->playbook, "target_definitions", target) : NULL;
    todo->manual = unknown || !ask->automatic || !ask->automatic(ask->arg, a, todo->command, todo->agent, todo->target);
    run_event_init(ask->run, &todo->event, CDR_RUN_TRIED, a->id, ask->now_us);
    todo->event.command = a->command;
    todo->event.target = a->target;
    todo->event.attempt = a->attempt + 1;
    todo->event.number = todo->manual;
    int64_t most = ask->now_us + ask->run->default_timeout_ms * 1000;   /* E8 */
    todo->deadline_us = step->timeout_ms < 0 ? (todo->manual ? INT64_MAX : most) : run_deadline(node);
    return true;
}

/* CDR_NOT_FOUND: nothing for ${node} now. ${automatic}: commands that nobody has to be asked for, which take their time and therefore come last. */
static cdr_status next_of(asking *ask, run_node *node, bool automatic)
{
    const cdr_step *step = node->seen.step;
    if (node->seen.state != CDR_ACT_READY)
        return CDR_NOT_FOUND;
    if (node->failed)
        return automatic ? CDR_NOT_FOUND : fail(ask, node, node->failed, node->seen.why);
    bool left = node->seen.by_hand || node->seen.skipped;
    if (!left && (step->type == CDR_STEP_ACTION || step->type == CDR_STEP_UNKNOWN) && next_command(ask, node))
        return ask->ret->manual != automatic ? CDR_OK : CDR_NOT_FOUND;
    if (automatic)
        return CDR_NOT_FOUND;
    bool opens = step->type >= CDR_STEP_PLAYBOOK_ACTION;
    if (opens && !node->opened)
        return test(ask, node);
    return append(ask, CDR_RUN_ENDED, node, node->seen.skipped ? CDR_OUT_SKIPPED : node->seen.by_hand ? CDR_OUT_BY_HAND : CDR_OUT_SUCCESS, NULL);
}

static cdr_status look_at_times(asking *ask)
{
    cdr_run *run = ask->run;
    for (size_t i = 0; i < run->open.len; i++) {
        run_node *node = run->open.at[i];
        if (run_deadline(node) <= ask->now_us)
            return fail(ask, node, CDR_OUT_TIMEOUT, "ACTION_TIMEOUT: it took longer than the playbook allows.");
        bool over = node->seen.state == CDR_ACT_DELAYED && (ask->now_us - node->seen.entered_us) / 1000 >= node->seen.step->delay_ms;
        if (over)
            return append(ask, CDR_RUN_BEGAN, node, CDR_OUT_NONE, NULL);
    }
    return CDR_NOT_FOUND;
}

cdr_status cdr_run_next(cdr_run *run, int64_t now_us, cdr_run_automatic *automatic, void *arg, cdr_run_todo *ret, cdr_err *err)
{
    memset(ret, 0, sizeof *ret);
    asking ask = {.run = run, .now_us = now_us, .automatic = automatic, .arg = arg, .ret = ret};
    if (!run->started)
        return cdr_fail(err, CDR_E_INVAL, "run", "run.not-started", "The run has not begun.");
    if (run->over) {
        ret->what = CDR_RUN_OVER;
        return CDR_OK;
    }
    if (run->pending_first < run->pending.len)
        return enter(&ask);
    if (!run->open.len)
        return append(&ask, CDR_RUN_FINISHED, NULL, run->ending, NULL);
    cdr_status s = look_at_times(&ask);
    for (int automatically = 0; s == CDR_NOT_FOUND && automatically < 2; automatically++)
        for (size_t i = 0; s == CDR_NOT_FOUND && i < run->open.len; i++)
            s = next_of(&ask, run->open.at[i], automatically);
    if (s != CDR_NOT_FOUND)
        return s == CDR_E_NOMEM ? cdr_fail_nomem(err, "run") : s;
    memset(ret, 0, sizeof *ret);
    ret->what = CDR_RUN_SLEEP;
    ret->wake_us = cdr_run_wake(run);
    return CDR_OK;
}

cdr_status cdr_run_recover(cdr_run *run, int64_t now_us, cdr_run_event *ret, cdr_err *err)
{
    (void)err;
    for (size_t i = 0; i < run->open.len; i++) {
        const run_node *node = run->open.at[i];
        if (node->seen.state != CDR_ACT_RUNNING)
            continue;
        bool again = node->seen.step->rule.repeatable;
        run_event_init(run, ret, again ? CDR_RUN_RETRIED : CDR_RUN_DOUBTED, node->seen.id, now_us);
        ret->text = again ? "it may be carried out twice" : "Candor stopped while this was being carried out. Look whether it was, then say done or retry.";
        return CDR_OK;
    }
    return CDR_DONE;
}

cdr_status cdr_run_result(cdr_run *run, uint32_t activation, cdr_run_outcome outcome, const json_t *out, const char *text, int64_t now_us, cdr_run_event *ret, cdr_err *err)
{
    run_node *node = run_node_at(run, activation);
    if (!node || node->seen.state != CDR_ACT_RUNNING)
        return cdr_fail(err, CDR_E_INVAL, "run", "run.not-running", "No command of step %u is being carried out.", activation);
    cdr_err why = {0};
    cdr_status s = run_choose(run, node, out, false, &why);
    if (s == CDR_E_NOMEM)
        return cdr_fail_nomem(err, "run");
    if (s != CDR_OK && outcome == CDR_OUT_SUCCESS) {
        outcome = CDR_OUT_FAILURE;
        text = why.text;
    }
    run_event_init(run, ret, CDR_RUN_ENDED_COMMAND, activation, now_us);
    ret->command = node->seen.command;
    ret->target = node->seen.target;
    ret->attempt = node->seen.attempt;
    ret->outcome = outcome;
    ret->text = run_keep_text(run, text);
    ret->data = s == CDR_OK && json_object_size(run->data) ? run->data : NULL;
    return CDR_OK;
}
