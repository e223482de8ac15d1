/* SPDX-License-Identifier: Apache-2.0 */
/* How steps hang together: from the start everything is reached, nothing is reached twice from different branches, nothing goes back but by a while step. Linear in steps and successors. */
#include "core/cacao/check_inside.h"

#include <string.h>

#define CLAUSE_FLOW "4"

/* A step leads on to ->next in its own branch, and opens ->opened. Which of them is the i-th; CDR_NO_STEP at the end or where there is none. */
static size_t next_count(void)
{
    return 3;
}

static uint32_t next_of(const cdr_step *s, size_t i)
{
    const uint32_t next[] = {s->on_completion, s->on_success, s->on_failure};
    return next[i];
}

static size_t opened_count(const cdr_step *s)
{
    switch (s->type) {
    case CDR_STEP_PARALLEL:
        return s->branch_count;
    case CDR_STEP_IF:
        return 2;
    case CDR_STEP_WHILE:
        return 1;
    case CDR_STEP_SWITCH:
        return s->case_count + 1;
    case CDR_STEP_UNKNOWN:
    case CDR_STEP_START:
    case CDR_STEP_END:
    case CDR_STEP_ACTION:
    case CDR_STEP_PLAYBOOK_ACTION:
        break;
    }
    return 0;
}

static uint32_t opened_by(const cdr_step *s, size_t i)
{
    if (s->type == CDR_STEP_PARALLEL)
        return s->branches[i];
    if (s->type == CDR_STEP_SWITCH)
        return i < s->case_count ? s->cases[i].step : s->otherwise;
    return i == 0 ? s->on_true : s->on_false;
}

/* --- going back --- */

struct visit { uint32_t step; uint32_t edge; };
CDR_VEC(visits, struct visit)

static uint32_t edge_of(const cdr_step *s, uint32_t edge, bool *ret_over)
{
    size_t n = next_count(), opened = opened_count(s);
    *ret_over = edge >= n + opened;
    return *ret_over ? CDR_NO_STEP : edge < n ? next_of(s, edge) : opened_by(s, edge - n);
}

static void tell_cycle(struct check *c, uint32_t from, uint32_t to)
{
    const cdr_step *s = cdr_playbook_step(c->p, from), *t = cdr_playbook_step(c->p, to);
    size_t was = cdr_cacao_check_enter(c, "workflow"), at = cdr_cacao_check_enter(c, s->id);
    if (from == to)
        check_structure(c, true, "flow.cycle", CLAUSE_FLOW, "This step leads to itself, for ever. Let it lead on; what is to be repeated belongs into a while step.");
    else if (t->type == CDR_STEP_WHILE)
        check_structure(c, true, "flow.cycle", "4.9", "This step goes back to the while step \"%s\". Let the branch end in an end step of its own: the while step then asks again by itself.", cdr_cacao_check_quote(c, t->label));
    else
        check_structure(c, true, "flow.cycle", CLAUSE_FLOW, "This step goes back to \"%s\", for ever. What is to be repeated belongs into a while step.", cdr_cacao_check_quote(c, t->label));
    cdr_cacao_check_leave(c, at);
    cdr_cacao_check_leave(c, was);
}

/* Depth first, without recursion: ${state} 0 not seen, 1 on the way, 2 done. */
static bool walk(struct check *c, uint8_t *state, uint32_t from)
{
    visits stack _cleanup_(visits_done) = {0};
    struct visit *v = state[from] ? NULL : visits_push(&stack);
    if (!v)
        return state[from] != 0;
    *v = (struct visit){from, 0};
    state[from] = 1;
    while (stack.len) {
        v = &stack.at[stack.len - 1];
        bool over;
        uint32_t to = edge_of(cdr_playbook_step(c->p, v->step), v->edge++, &over);
        if (over) {
            state[v->step] = 2;
            stack.len--;
        } else if (to != CDR_NO_STEP && state[to] == 1)
            tell_cycle(c, v->step, to);
        else if (to != CDR_NO_STEP && state[to] == 0) {
            state[to] = 1;
            v = visits_push(&stack);
            if (!v)
                return false;
            *v = (struct visit){to, 0};
        }
    }
    return true;
}

/* --- branches --- */

/* A branch: where it begins and which step opened it; CDR_NO_STEP the workflow itself. */
struct branch { uint32_t root, opener; };
CDR_VEC(branches, struct branch)
CDR_VEC(steps, uint32_t)

static void tell_shared(struct check *c, uint32_t step, const struct branch *a, const struct branch *b)
{
    const cdr_step *s = cdr_playbook_step(c->p, step), *first = cdr_playbook_step(c->p, a->opener), *second = cdr_playbook_step(c->p, b->opener);
    size_t was = cdr_cacao_check_enter(c, "workflow"), at = cdr_cacao_check_enter(c, s->id);
    check_structure(c, true, s->type == CDR_STEP_END ? "flow.shared-end" : "flow.shared", second ? second->type == CDR_STEP_PARALLEL ? "4.7" : second->type == CDR_STEP_WHILE ? "4.9" : second->type == CDR_STEP_SWITCH ? "4.10" : "4.8" : "4.4",
        "%s is reached by two branches, of %s%s%s and of %s%s%s, so it is not clear where to go on afterwards. Give each branch %s of its own.", s->type == CDR_STEP_END ? "This end step" : "This step",
        first ? "\"" : "", first ? cdr_cacao_check_quote(c, first->label) : "the workflow", first ? "\"" : "", second ? "\"" : "", second ? cdr_cacao_check_quote(c, second->label) : "the workflow", second ? "\"" : "",
        s->type == CDR_STEP_END ? "an end step" : "steps and an end step");
    cdr_cacao_check_leave(c, at);
    cdr_cacao_check_leave(c, was);
}

static void open_branches(struct check *c, uint32_t opener, branches *list)
{
    const cdr_step *s = cdr_playbook_step(c->p, opener);
    for (size_t i = 0, n = opened_count(s); i < n; i++) {
        uint32_t root = opened_by(s, i);
        struct branch *b = root != CDR_NO_STEP ? branches_push(list) : NULL;
        if (b)
            *b = (struct branch){root, opener};
        else if (root != CDR_NO_STEP)
            c->nomem = true;
    }
}

/* Everything that branch ${number} reaches by its own successors. ${owner}: which branch reached a step first, plus 1; ${told}: it was said that another one did too. */
static void fill(struct check *c, branches *list, size_t number, uint32_t *owner, bool *told)
{
    steps todo _cleanup_(steps_done) = {0};
    uint32_t *first = steps_push(&todo);
    if (!first) {
        c->nomem = true;
        return;
    }
    *first = list->at[number].root;
    while (todo.len) {
        uint32_t at = todo.at[--todo.len];
        if (owner[at]) {
            const struct branch *other = &list->at[owner[at] - 1], *own = &list->at[number];
            /* Cases of one switch, or both ways of one if, may begin with the same step: only one of them is gone. */
            bool alternatives = own->root == at && other->root == at && own->opener == other->opener && own->opener != CDR_NO_STEP && cdr_playbook_step(c->p, own->opener)->type != CDR_STEP_PARALLEL;
            if (owner[at] - 1 != number && !alternatives && !told[at] && !(own->opener == CDR_NO_STEP && other->opener == CDR_NO_STEP)) {
                tell_shared(c, at, other, own);
                told[at] = true;
            }
            continue;
        }
        owner[at] = (uint32_t)number + 1;
        const cdr_step *s = cdr_playbook_step(c->p, at);
        for (size_t i = 0; i < next_count(); i++)
            if (next_of(s, i) != CDR_NO_STEP) {
                uint32_t *to = steps_push(&todo);
                if (to)
                    *to = next_of(s, i);
                else
                    c->nomem = true;
            }
        open_branches(c, at, list);
    }
}

static void check_branches(struct check *c, uint32_t *owner, bool *told)
{
    branches list _cleanup_(branches_done) = {0};
    const uint32_t roots[] = {cdr_playbook_start(c->p), cdr_playbook_exception(c->p)};
    for (size_t i = 0; i < CDR_COUNT(roots); i++) {
        struct branch *b = roots[i] != CDR_NO_STEP ? branches_push(&list) : NULL;
        if (b)
            *b = (struct branch){roots[i], CDR_NO_STEP};
    }
    for (size_t i = 0; i < list.len && !c->nomem; i++)
        fill(c, &list, i, owner, told);
}

static void mark(struct check *c, uint32_t opener, uint32_t at, steps *todo)
{
    if (at == CDR_NO_STEP || at == opener || c->openers[at] != CDR_NO_STEP)
        return;
    uint32_t *place = steps_push(todo);
    c->nomem = c->nomem || !place;
    if (place)
        *place = at;
    c->openers[at] = opener;
}

/* Each step by its own successors from where a branch begins. A step that two branches share has one opener here; that is told elsewhere. */
void cdr_cacao_check_openers(struct check *c)
{
    size_t count = cdr_playbook_step_count(c->p);
    steps todo _cleanup_(steps_done) = {0};
    c->openers = cdr_alloc_array(count + 1, sizeof *c->openers);
    c->nomem = c->nomem || !c->openers;
    for (uint32_t i = 0; i < count && c->openers; i++)
        c->openers[i] = CDR_NO_STEP;
    for (uint32_t opener = 0; opener < count && !c->nomem; opener++) {
        const cdr_step *s = cdr_playbook_step(c->p, opener);
        for (size_t i = 0; i < opened_count(s) && !c->nomem; i++)
            mark(c, opener, opened_by(s, i), &todo);
        while (todo.len && !c->nomem) {
            s = cdr_playbook_step(c->p, todo.at[--todo.len]);
            for (size_t i = 0; i < next_count(); i++)
                mark(c, opener, next_of(s, i), &todo);
        }
    }
}

const cdr_step *cdr_cacao_check_opener(const struct check *c, const char *name)
{
    enum { DEEP_MAX = 1000 };
    if (!c->step || !c->openers)
        return NULL;
    uint32_t at = c->openers[c->step - cdr_playbook_step(c->p, 0)];      /* steps stand side by side */
    for (unsigned deep = 0; at != CDR_NO_STEP && deep < DEEP_MAX; deep++, at = c->openers[at])
        if (json_object_get(json_object_get(cdr_playbook_step(c->p, at)->json, "step_variables"), name))
            return cdr_playbook_step(c->p, at);
    return NULL;
}

/* --- what there must be --- */

static void check_counts(struct check *c)
{
    unsigned starts = 0, ends = 0, actions = 0;
    for (uint32_t i = 0; i < cdr_playbook_step_count(c->p); i++) {
        cdr_step_type type = cdr_playbook_step(c->p, i)->type;
        starts += type == CDR_STEP_START;
        ends += type == CDR_STEP_END;
        actions += type == CDR_STEP_ACTION || type == CDR_STEP_PLAYBOOK_ACTION;
    }
    size_t was = cdr_cacao_check_enter(c, "workflow");
    if (starts == 0)
        check_error(c, "flow.start", "3.1", "There is no start step. Add one that leads to the first thing to do, and name it in workflow_start.");
    else if (starts > 1)
        check_error(c, "flow.start", "3.1", "There are %u start steps. A workflow must have exactly one, named by workflow_start.", starts);
    if (ends == 0)
        check_error(c, "flow.end", "3.1", "There is no end step. Add one, and let the last step lead to it.");
    if (actions == 0)
        check_error(c, "flow.action", "3.1", "There is nothing to do: a workflow must have at least one action or playbook-action.");
    cdr_cacao_check_leave(c, was);
}

void cdr_cacao_check_flow(struct check *c)
{
    size_t count = cdr_playbook_step_count(c->p);
    uint8_t *state _cleanup_free_ = cdr_alloc(count + 1);
    uint32_t *owner _cleanup_free_ = cdr_alloc_array(count + 1, sizeof *owner);
    bool *told _cleanup_free_ = cdr_alloc_array(count + 1, sizeof *told);
    if (!state || !owner || !told) {
        c->nomem = true;
        return;
    }
    check_counts(c);
    uint32_t start = cdr_playbook_start(c->p), exception = cdr_playbook_exception(c->p);
    if ((start != CDR_NO_STEP && !walk(c, state, start)) || (exception != CDR_NO_STEP && !walk(c, state, exception)))
        c->nomem = true;
    check_branches(c, owner, told);
    size_t was = cdr_cacao_check_enter(c, "workflow");
    for (uint32_t i = 0; start != CDR_NO_STEP && i < count; i++)
        if (state[i] == 0) {
            size_t at = cdr_cacao_check_enter(c, cdr_playbook_step(c->p, i)->id);
            check_structure(c, false, "flow.unreachable", CLAUSE_FLOW, "No step leads here, so this is never carried out. Let one lead to it, or take it out.");
            cdr_cacao_check_leave(c, at);
        }
    cdr_cacao_check_leave(c, was);
}
