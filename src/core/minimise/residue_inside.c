/* SPDX-License-Identifier: Apache-2.0 */
/* Sets of values before and after, place by place. A value that went from one row and stays in another of the same column is in both sets: of those
 * only an upper bound is known, from how many findings and how many values went. */
#include "core/minimise/residue_inside.h"

#include "core/taxonomy/taxonomy.h"
#include "detect/kinds.h"

#include <string.h>

static bool same(const char *a, const char *b)
{
    return !strcmp(a, b);
}

void cdr_insides_free(cdr_insides *l)
{
    for (size_t i = 0; i < l->len; i++)
        cdr_sketch_done(&l->at[i].values);
    cdr_insides_done(l);
}

static bool same_place(const cdr_inside *a, const cdr_inside *b)
{
    return a->unit == b->unit && same(a->kind, b->kind) && same(a->inside, b->inside) && same(a->field, b->field);
}

cdr_status cdr_insides_add(cdr_insides *l, const cdr_inside *e, cdr_arena *a)
{
    cdr_inside *at = NULL;
    /* They come object by object: the same place again is near the end. */
    for (size_t i = l->len; i > 0 && !at && same(l->at[i - 1].inside, e->inside) && l->at[i - 1].unit == e->unit; i--)
        at = same_place(&l->at[i - 1], e) ? &l->at[i - 1] : NULL;
    if (!at) {
        if (!(at = cdr_insides_push(l)))
            return CDR_E_NOMEM;
        *at = *e;
        at->found = 0;
        at->told_apart = true;
        at->values = (cdr_sketch){0};
        at->inside = cdr_arena_strdup(a, e->inside);
        at->field = cdr_arena_strdup(a, e->field);
        at->system = cdr_arena_strdup(a, e->system);
        if (!at->inside || !at->field || !at->system)
            return CDR_E_NOMEM;
    }
    at->found += e->found;
    at->told_apart = at->told_apart && e->told_apart;
    return cdr_sketch_merge(&at->values, &e->values);
}

/* --- which step touched a place --- */

static bool is_whole(cdr_action a)
{
    return a == CDR_ACT_DELETE_FILE || a == CDR_ACT_MOVE;
}

static bool touches(const cdr_step *s, const cdr_inside *b)
{
    if (is_whole(s->action))
        return true;
    if (s->action == CDR_ACT_REVOKE || !same(s->target.inside, b->inside))
        return false;
    bool found = s->column_count == 0;
    for (size_t i = 0; i < s->column_count && !found; i++)
        found = same(s->columns[i], b->field);
    return found;
}

/* Rows of other tables may have gone along with those they refer to: then a purge had to do with it. */
static bool concerns(const cdr_plan *p, const cdr_plan_unit *u, size_t step, const cdr_inside *b)
{
    if (touches(&p->steps[step].step, b))
        return true;
    if (p->steps[step].step.action != CDR_ACT_PURGE_ROWS)
        return false;
    for (size_t i = u->first; i < u->first + u->count; i++)
        if (touches(&p->steps[i].step, b))
            return false;
    return true;
}

/* Of a redaction only what it was asked for should be gone. */
static bool should_go(const cdr_step *s, const cdr_inside *b)
{
    const char *category = cdr_kind_get(cdr_kind_by_id(b->kind))->category;
    bool asked = s->category_count == 0;
    for (size_t i = 0; i < s->category_count && !asked; i++)
        asked = cdr_taxon_within(category, s->categories[i]);
    return asked && (s->action == CDR_ACT_NULL_COLUMN || s->action == CDR_ACT_MASK_COLUMN || s->action == CDR_ACT_REDACT_TEXT);
}

/* --- before and after --- */

typedef struct looking {
    const cdr_plan *p;
    const cdr_plan_unit *u;
    const cdr_step_done *done;
    size_t unit, step;
    const cdr_insides *before, *after;
    cdr_leftover_fn *fn;
    void *arg;
} looking;

static const cdr_inside *after_of(const looking *l, const cdr_inside *b)
{
    for (size_t i = 0; i < l->after->len; i++)
        if (same_place(&l->after->at[i], b))
            return &l->after->at[i];
    return NULL;
}

static cdr_status tell(const looking *l, const cdr_inside *at, cdr_leftover_why why, uint64_t values, const cdr_sketch *which)
{
    return values ? l->fn(l->arg, &(cdr_leftover){l->step, at, why, values, which}) : CDR_OK;
}

/* The same column: rows that stay, or values that should not be there any more. */
static cdr_status look_there(const looking *l, const cdr_inside *b, const cdr_inside *a)
{
    const cdr_step *s = &l->p->steps[l->step].step;
    if (should_go(s, b))
        return l->done[l->step].rows_held ? CDR_OK : tell(l, a, CDR_LEFT_THERE, cdr_sketch_shared(&b->values, &a->values), &a->values);
    if (s->action != CDR_ACT_PURGE_ROWS || b->found <= a->found)
        return CDR_OK;
    uint64_t margin = 0, gone = cdr_sketch_missing(&b->values, &a->values, &margin), rows = b->found - a->found;
    gone -= CDR_MIN(gone, margin);
    return rows > gone ? tell(l, a, CDR_LEFT_ROWS, CDR_MIN(rows - gone, cdr_sketch_count(&a->values)), &a->values) : CDR_OK;
}

static cdr_status look_at(const looking *l, const cdr_sketch *gone, const cdr_inside *a)
{
    cdr_sketch others = {0}, both = {0};
    uint64_t shared = a->told_apart ? cdr_sketch_shared(gone, &a->values) : 0;
    if (!shared)
        return a->told_apart && cdr_sketch_exact(&a->values) && cdr_sketch_exact(gone) ? CDR_OK : tell(l, a, CDR_LEFT_UNTOLD, cdr_sketch_count(gone), gone);
    cdr_status s = cdr_sketch_merge_without(&others, gone, &a->values);
    if (s == CDR_OK)
        s = cdr_sketch_merge_without(&both, gone, &others);
    if (s == CDR_OK)
        s = tell(l, a, CDR_LEFT_ELSEWHERE, shared, &both);
    cdr_sketch_done(&others);
    cdr_sketch_done(&both);
    return s;
}

/* Values of one kind. */
static cdr_status look_for(const looking *l, const char *kind)
{
    cdr_sketch gone = {0};
    cdr_status s = CDR_OK;
    for (size_t i = 0; s == CDR_OK && i < l->before->len; i++) {
        const cdr_inside *b = &l->before->at[i], *a;
        if (b->unit != l->unit || !same(b->kind, kind) || !concerns(l->p, l->u, l->step, b))
            continue;
        a = after_of(l, b);
        s = a ? cdr_sketch_merge_without(&gone, &b->values, &a->values) : cdr_sketch_merge(&gone, &b->values);
        if (s == CDR_OK && a)
            s = look_there(l, b, a);
    }
    for (size_t i = 0; s == CDR_OK && cdr_sketch_count(&gone) && i < l->after->len; i++)
        if (same(l->after->at[i].kind, kind))
            s = look_at(l, &gone, &l->after->at[i]);
    cdr_sketch_done(&gone);
    return s;
}

cdr_status cdr_residue_inside(const cdr_plan *p, const cdr_step_done *done, size_t unit, const cdr_insides *before, const cdr_insides *after, cdr_leftover_fn *fn, void *arg)
{
    looking l = {.p = p, .u = &p->units[unit], .done = done, .unit = unit, .before = before, .after = after, .fn = fn, .arg = arg};
    cdr_status s = CDR_OK;
    for (l.step = l.u->first; s == CDR_OK && l.step < l.u->first + l.u->count; l.step++)
        for (size_t i = 0; s == CDR_OK && i < before->len; i++) {
            bool again = before->at[i].unit != unit;
            for (size_t k = 0; k < i && !again; k++)
                again = before->at[k].unit == unit && same(before->at[k].kind, before->at[i].kind);
            if (!again)
                s = look_for(&l, before->at[i].kind);
        }
    return s;
}
