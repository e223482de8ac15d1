/* SPDX-License-Identifier: Apache-2.0 */
#include "core/cacao/outline.h"

#include "base/vec.h"

#include <stdio.h>
#include <string.h>

CDR_VEC(nodes, cdr_outline_node)

struct maker {
    const cdr_playbook *p;
    nodes list;
    uint32_t *place;          /* of each step its node plus 1; 0: it stands nowhere yet */
    bool nomem;
};

static uint32_t add(struct maker *m, cdr_outline_kind kind, uint32_t step, unsigned depth)
{
    cdr_outline_node *n = nodes_push(&m->list);
    if (!n) {
        m->nomem = true;
        return CDR_OUTLINE_NONE;
    }
    *n = (cdr_outline_node){.kind = kind, .step = step, .depth = depth, .first = CDR_OUTLINE_NONE, .next = CDR_OUTLINE_NONE};
    return (uint32_t)(m->list.len - 1);
}

/* ${child} behind ${last} under ${parent}; what it gives is the new last. */
static uint32_t hang(struct maker *m, uint32_t parent, uint32_t last, uint32_t child)
{
    if (child == CDR_OUTLINE_NONE)
        return last;
    if (last == CDR_OUTLINE_NONE)
        m->list.at[parent].first = child;
    else
        m->list.at[last].next = child;
    return child;
}

static uint32_t last_child(const struct maker *m, uint32_t parent)
{
    uint32_t last = m->list.at[parent].first;
    while (last != CDR_OUTLINE_NONE && m->list.at[last].next != CDR_OUTLINE_NONE)
        last = m->list.at[last].next;
    return last;
}

static void fill(struct maker *m, uint32_t branch, uint32_t step);

static void open_branch(struct maker *m, uint32_t node, uint32_t *last, cdr_outline_way way, uint32_t to, const char *value)
{
    if (to == CDR_NO_STEP)
        return;
    uint32_t branch = add(m, CDR_OUTLINE_BRANCH, m->list.at[node].step, m->list.at[node].depth + 1);
    if (branch == CDR_OUTLINE_NONE)
        return;
    m->list.at[branch].way = way;
    m->list.at[branch].value = value;
    *last = hang(m, node, *last, branch);
    fill(m, branch, to);
}

static void open_branches(struct maker *m, uint32_t node)
{
    const cdr_step *s = cdr_playbook_step(m->p, m->list.at[node].step);
    uint32_t last = CDR_OUTLINE_NONE;
    open_branch(m, node, &last, s->type == CDR_STEP_WHILE ? CDR_WAY_WHILE : CDR_WAY_TRUE, s->on_true, NULL);
    open_branch(m, node, &last, CDR_WAY_FALSE, s->on_false, NULL);
    for (size_t b = 0; b < s->branch_count; b++)
        open_branch(m, node, &last, CDR_WAY_PARALLEL, s->branches[b], NULL);
    for (size_t b = 0; b < s->case_count; b++)
        open_branch(m, node, &last, CDR_WAY_CASE, s->cases[b].step, s->cases[b].value);
    if (s->type == CDR_STEP_SWITCH)
        open_branch(m, node, &last, CDR_WAY_OTHERWISE, s->otherwise, NULL);
}

/* What stands elsewhere already, or too deep to be shown. */
static uint32_t add_goto(struct maker *m, uint32_t step, unsigned depth)
{
    return add(m, CDR_OUTLINE_GOTO, step, depth);
}

/* The steps that follow each other from ${step} on. Ends of branches are not shown: the branch is over there. What follows a failure says so, because it passes by the steps beside it. Afterwards what follows failures, so that a step that both lead to stands where things go well. */
static void fill(struct maker *m, uint32_t branch, uint32_t step)
{
    unsigned depth = m->list.at[branch].depth;
    uint32_t last = last_child(m, branch), from = CDR_OUTLINE_NONE;
    bool deep = depth >= CDR_OUTLINE_DEPTH_MAX;
    while (step != CDR_NO_STEP && !m->nomem) {
        const cdr_step *s = cdr_playbook_step(m->p, step);
        cdr_outline_way way = m->list.at[branch].way;
        if (s->type == CDR_STEP_END) {
            m->place[step] = m->place[step] ? m->place[step] : 1;
            if (way == CDR_WAY_MAIN || way == CDR_WAY_EXCEPTION || way == CDR_WAY_FAILURE)
                last = hang(m, branch, last, add(m, CDR_OUTLINE_END, step, depth));
            break;
        }
        if (m->place[step] || deep) {
            last = hang(m, branch, last, add_goto(m, step, depth));
            break;
        }
        if (s->type == CDR_STEP_START) {
            m->place[step] = 1;
            step = s->on_completion;
            continue;
        }
        uint32_t node = add(m, CDR_OUTLINE_STEP, step, depth);
        if (node == CDR_OUTLINE_NONE)
            return;
        m->place[step] = node + 1;
        last = hang(m, branch, last, node);
        from = from == CDR_OUTLINE_NONE ? node : from;
        open_branches(m, node);
        step = s->on_completion != CDR_NO_STEP ? s->on_completion : s->on_success;
    }
    for (uint32_t node = from; node != CDR_OUTLINE_NONE && !m->nomem; node = m->list.at[node].next) {
        const cdr_step *s = m->list.at[node].kind == CDR_OUTLINE_STEP ? cdr_playbook_step(m->p, m->list.at[node].step) : NULL;
        if (!s || s->on_failure == CDR_NO_STEP || s->on_failure == s->on_success)
            continue;
        uint32_t before = last_child(m, node);
        open_branch(m, node, &before, CDR_WAY_FAILURE, s->on_failure, NULL);
    }
}

static uint32_t add_root(struct maker *m, cdr_outline_way way, uint32_t before)
{
    uint32_t root = add(m, CDR_OUTLINE_BRANCH, CDR_NO_STEP, 0);
    if (root != CDR_OUTLINE_NONE)
        m->list.at[root].way = way;
    if (root != CDR_OUTLINE_NONE && before != CDR_OUTLINE_NONE)
        m->list.at[before].next = root;
    return root;
}

static void make(struct maker *m)
{
    uint32_t root = add_root(m, CDR_WAY_MAIN, CDR_OUTLINE_NONE), before = root, exception = cdr_playbook_exception(m->p);
    if (root != CDR_OUTLINE_NONE)
        fill(m, root, cdr_playbook_start(m->p));
    if (!m->nomem && exception != CDR_NO_STEP && !m->place[exception]) {
        root = add_root(m, CDR_WAY_EXCEPTION, before);
        if (root == CDR_OUTLINE_NONE)
            return;
        fill(m, root, exception);
        before = root;
    }
    uint32_t rest = CDR_OUTLINE_NONE;
    for (uint32_t s = 0; s < cdr_playbook_step_count(m->p) && !m->nomem; s++) {
        if (m->place[s] || cdr_playbook_step(m->p, s)->type == CDR_STEP_END)
            continue;
        rest = rest == CDR_OUTLINE_NONE ? add_root(m, CDR_WAY_UNREACHED, before) : rest;
        if (rest == CDR_OUTLINE_NONE)
            return;
        uint32_t last = last_child(m, rest);
        fill(m, rest, s);
        if (last != CDR_OUTLINE_NONE && m->list.at[last].next != CDR_OUTLINE_NONE)
            m->list.at[m->list.at[last].next].apart = true;
    }
}

/* Numbers in the order of reading, so that people can say "I am at fourteen". */
static void number(struct maker *m, uint32_t at, unsigned *count, bool jumps)
{
    for (; at != CDR_OUTLINE_NONE; at = m->list.at[at].next) {
        cdr_outline_node *n = &m->list.at[at];
        if (n->kind == CDR_OUTLINE_STEP && !jumps)
            snprintf(n->number, sizeof n->number, "%u", ++*count);
        if (n->kind == CDR_OUTLINE_GOTO && jumps && m->place[n->step])
            memcpy(n->number, m->list.at[m->place[n->step] - 1].number, sizeof n->number);
        number(m, n->first, count, jumps);
    }
}

cdr_status cdr_outline_new(const cdr_playbook *p, cdr_outline *ret, cdr_err *err)
{
    struct maker m = {.p = p, .place = cdr_alloc_array(cdr_playbook_step_count(p) + 1, sizeof *m.place)};
    *ret = (cdr_outline){0};
    unsigned count = 0;
    if (m.place)
        make(&m);
    if (m.place && m.list.len && !m.nomem) {
        number(&m, 0, &count, false);
        number(&m, 0, &count, true);
    }
    if (!m.place || m.nomem) {
        nodes_done(&m.list);
        cdr_free(m.place);
        return cdr_fail_nomem(err, "cacao");
    }
    cdr_free(m.place);
    *ret = (cdr_outline){m.list.at, m.list.len};
    return CDR_OK;
}

void cdr_outline_done(cdr_outline *o)
{
    cdr_free(o->nodes);
    *o = (cdr_outline){0};
}

const char *cdr_outline_number(const cdr_outline *o, uint32_t step)
{
    for (size_t i = 0; i < o->count; i++)
        if (o->nodes[i].kind == CDR_OUTLINE_STEP && o->nodes[i].step == step)
            return o->nodes[i].number;
    return NULL;
}

unsigned cdr_playbook_steps_for_people(const cdr_playbook *p)
{
    unsigned n = 0;
    for (uint32_t i = 0; i < cdr_playbook_step_count(p); i++)
        n += cdr_playbook_step(p, i)->type == CDR_STEP_ACTION || cdr_playbook_step(p, i)->type == CDR_STEP_PLAYBOOK_ACTION;
    return n;
}
