/* SPDX-License-Identifier: Apache-2.0 */
/* What follows when a step ends: its successor, the end of its branch and with it the step that opened the branch, the exception of the playbook, the end of the run (E6, E14, E15). */
#include "core/cacao/run_parts.h"

#include <stdio.h>
#include <string.h>

cdr_status run_enter_later(cdr_run *run, uint32_t frame, uint32_t step, uint32_t opener, uint32_t cause, cdr_err *err)
{
    run_pending *p = run_queue_push(&run->pending);
    if (!p)
        return cdr_fail_nomem(err, "run");
    *p = (run_pending){.frame = frame, .step = step, .opener = opener, .cause = cause};
    return CDR_OK;
}

void run_close(cdr_run *run, run_node *node, cdr_run_outcome outcome, int64_t at_us)
{
    node->seen.state = CDR_ACT_CLOSED;
    node->seen.outcome = outcome;
    node->seen.ended_us = at_us;
    for (size_t i = 0; i < run->open.len; i++) {
        if (run->open.at[i] != node)
            continue;
        memmove(&run->open.at[i], &run->open.at[i + 1], (run->open.len - i - 1) * sizeof run->open.at[0]);
        run->open.len--;
        return;
    }
}

/* Was what stands in ${frame} under ${opener} opened by ${ancestor}, at whatever depth? */
bool run_is_below(const cdr_run *run, uint32_t frame, uint32_t opener, uint32_t ancestor)
{
    for (;;) {
        if (!opener) {
            opener = run->frames.at[frame].opener;
            if (!opener)
                return false;
        }
        if (opener == ancestor)
            return true;
        const run_node *node = run_node_at(run, opener);
        frame = node->seen.frame;
        opener = node->seen.opener;
    }
}

static bool in_frame(const cdr_run *run, uint32_t frame, uint32_t opener, uint32_t wanted)
{
    if (frame == wanted)
        return true;
    uint32_t above = run->frames.at[frame].opener;
    (void)opener;
    while (above) {
        const run_node *node = run_node_at(run, above);
        if (node->seen.frame == wanted)
            return true;
        above = run->frames.at[node->seen.frame].opener;
    }
    return false;
}

typedef bool run_reaches(const cdr_run *run, uint32_t frame, uint32_t opener, uint32_t what);

/* Everything open that ${reaches} ends as ${outcome}, and nothing of it is entered any more. */
static void interrupt(cdr_run *run, run_reaches *reaches, uint32_t what, cdr_run_outcome outcome, int64_t at_us)
{
    for (size_t i = run->open.len; i-- > 0;) {
        run_node *node = run->open.at[i];
        if (reaches(run, node->seen.frame, node->seen.opener, what))
            run_close(run, node, outcome, at_us);
    }
    size_t kept = run->pending_first;
    for (size_t i = run->pending_first; i < run->pending.len; i++) {
        run_pending p = run->pending.at[i];
        if (!reaches(run, p.frame, p.opener, what))
            run->pending.at[kept++] = p;
    }
    run->pending.len = kept;
}

void run_interrupt_below(cdr_run *run, uint32_t ancestor, cdr_run_outcome outcome, int64_t at_us)
{
    interrupt(run, run_is_below, ancestor, outcome, at_us);
}

/* --- successors --- */

static bool is_bad(cdr_run_outcome outcome)
{
    return outcome == CDR_OUT_FAILURE || outcome == CDR_OUT_TIMEOUT;
}

static uint32_t successor(const cdr_step *step, cdr_run_outcome outcome)
{
    if (is_bad(outcome))
        return step->on_failure;
    return step->on_success != CDR_NO_STEP ? step->on_success : step->on_completion;
}

static bool has_exception(const cdr_run *run, uint32_t frame)
{
    return !run->frames.at[frame].excepted && cdr_playbook_exception(run->frames.at[frame].playbook) != CDR_NO_STEP;
}

bool run_taken_over(const cdr_run *run, const run_node *node)
{
    return node->seen.step->on_failure != CDR_NO_STEP || has_exception(run, node->seen.frame);
}

/* A playbook that was called is done: its opener goes on, with the values it hands back. */
static cdr_status hand_back(cdr_run *run, uint32_t frame, run_node *opener, cdr_err *err)
{
    size_t i;
    json_t *arg;
    json_array_foreach(opener->seen.step->out_args, i, arg) {
        const char *name = json_string_value(arg);
        run_value *from = NULL, *to = name ? run_value_of(run, opener, name) : NULL;
        for (size_t k = 0; name && k < run->frames.at[frame].values.len && !from; k++)
            from = strcmp(run->frames.at[frame].values.at[k].declared->name, name) ? NULL : &run->frames.at[frame].values.at[k];
        if (!from || !to || to->declared->constant || (from->value && !cdr_variable_value_valid(to->declared->type, from->value, NULL)))
            continue;
        char *copy = from->value ? cdr_strdup(from->value) : NULL;
        if (from->value && !copy)
            return cdr_fail_nomem(err, "run");
        cdr_free(to->value);
        to->value = copy;
    }
    return CDR_OK;
}

/* One of the branches of ${opener} is done. When all are, it has something to do again: to end, or to ask its condition once more. */
static void branch_done(run_node *opener, bool failed)
{
    if (opener->seen.branches_open)
        opener->seen.branches_open--;
    if (failed)
        opener->seen.branches_failed++;
    if (!opener->seen.branches_open && opener->seen.state == CDR_ACT_BRANCHES) {
        opener->seen.state = CDR_ACT_READY;
        if (opener->seen.branches_failed) {
            opener->failed = CDR_OUT_FAILURE;
            snprintf(opener->seen.why, sizeof opener->seen.why, "%u of its branches failed.", opener->seen.branches_failed);
        }
    }
}

/* The branch in ${frame} under ${opener} has come to its end. */
static cdr_status branch_end(cdr_run *run, uint32_t frame, uint32_t opener, bool failed, cdr_err *err)
{
    if (opener) {
        branch_done(run_node_at(run, opener), failed);
        return CDR_OK;
    }
    run_frame *f = &run->frames.at[frame];
    failed = failed || f->excepted;
    if (!f->opener) {
        run->ending = failed ? CDR_OUT_FAILURE : CDR_OUT_SUCCESS;
        return CDR_OK;
    }
    run_node *caller = run_node_at(run, f->opener);
    cdr_status s = failed ? CDR_OK : hand_back(run, frame, caller, err);
    if (s == CDR_OK)
        branch_done(caller, failed);
    return s;
}

/* E6, the playbook's own answer to a failure: everything else of it stops. */
static cdr_status enter_exception(cdr_run *run, const run_node *node, int64_t at_us, cdr_err *err)
{
    uint32_t frame = node->seen.frame;
    interrupt(run, in_frame, frame, CDR_OUT_INTERRUPTED, at_us);
    run->frames.at[frame].excepted = true;
    return run_enter_later(run, frame, cdr_playbook_exception(run->frames.at[frame].playbook), 0, node->seen.id, err);
}

cdr_status run_follow(cdr_run *run, run_node *node, cdr_run_outcome outcome, int64_t at_us, cdr_err *err)
{
    run_interrupt_below(run, node->seen.id, CDR_OUT_INTERRUPTED, at_us);
    run_close(run, node, outcome, at_us);
    const cdr_step *step = node->seen.step;
    bool bad = is_bad(outcome);
    uint32_t next = step->type == CDR_STEP_END ? CDR_NO_STEP : successor(step, outcome);
    if (next != CDR_NO_STEP)
        return run_enter_later(run, node->seen.frame, next, node->seen.opener, bad ? node->seen.id : 0, err);
    if (bad && has_exception(run, node->seen.frame))
        return enter_exception(run, node, at_us, err);
    return branch_end(run, node->seen.frame, node->seen.opener, bad, err);
}
