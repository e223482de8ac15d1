/* SPDX-License-Identifier: Apache-2.0 */
/* Rows that go only because others go (ON DELETE CASCADE) were not counted by any rule: whether they may is asked here, table by table. What is
 * not certain keeps. */
#include "core/minimise/store_plan.h"

#include "core/minimise/retention.h"
#include "detect/observation.h"

#include <string.h>

typedef struct looking {
    cdr_retention_world *w;
    const cdr_plan_unit *u;
    cdr_arena *a;
    cdr_along *at; size_t len, cap;
    int64_t object;              /* of the newest table */
    cdr_err *err;
} looking;

static const char *kept_by(const cdr_retention_answer *r)
{
    if (r->why == CDR_KEPT_BY_HOLD)
        return "a legal hold covers it";
    if (r->keep_count)
        return "it holds what a rule of the policy keeps for a minimum time, which is not known to be over";
    if (r->why == CDR_KEPT_FOR_EVER || r->maybe_for_ever)
        return "it holds what a rule of the policy keeps, or may keep, without end";
    return r->overflow ? "more rules apply to it than can be compared" : NULL;
}

static const char *held_whole(looking *l, const char *system, const char *path)
{
    const cdr_holds *holds = cdr_retention_holds(l->w);
    for (size_t i = 0; i < cdr_holds_count(holds); i++) {
        const cdr_hold *h = cdr_holds_get(holds, i);
        if (!h->person_count && !*h->category && cdr_hold_reaches(h, system, path, ""))
            return "a legal hold covers it";
    }
    return NULL;
}

static cdr_along *next_table(looking *l, const cdr_held_kind *k)
{
    if (l->len && l->object == k->object)
        return &l->at[l->len - 1];
    if (l->len == l->cap) {
        size_t cap = l->cap ? 2 * l->cap : 16;
        cdr_along *more = cdr_arena_alloc(l->a, cap * sizeof *more);
        if (!more)
            return NULL;
        if (l->len)
            memcpy(more, l->at, l->len * sizeof *more);
        l->at = more;
        l->cap = cap;
    }
    l->object = k->object;
    l->at[l->len] = (cdr_along){.table = cdr_plan_file(k->inside, l->a)};
    return l->at[l->len].table ? &l->at[l->len++] : NULL;
}

static cdr_status on_kind(void *arg, const cdr_held_kind *k)
{
    looking *l = arg;
    if (!*k->inside)
        return CDR_OK;
    cdr_along *t = next_table(l, k);
    const char *path = t ? cdr_arena_printf(l->a, "%s!/%s", l->u->path, k->inside) : NULL, *system = *k->system ? k->system : l->u->system;
    if (!path)
        return cdr_fail_nomem(l->err, "minimise");
    if (!t->why && k->coverage != CDR_COVERAGE_COMPLETE)
        t->why = "the last scan did not read all of it";
    if (!t->why)
        t->why = held_whole(l, system, path);
    if (t->why || !*k->category)
        return CDR_OK;
    const cdr_retention_answer *r = cdr_retention_ask(l->w, system, path, k->category);
    if (!r)
        return cdr_fail_nomem(l->err, "minimise");
    t->why = kept_by(r);
    return CDR_OK;
}

static bool purges(const cdr_plan *p, const cdr_plan_unit *u)
{
    for (size_t i = 0; i < u->count; i++)
        if (p->steps[u->first + i].step.action == CDR_ACT_PURGE_ROWS && *p->steps[u->first + i].step.target.inside)
            return true;
    return false;
}

cdr_status cdr_plan_find_along(cdr_plan_store *st, cdr_retention_world *w, const cdr_plan *p, const cdr_plan_unit *u, cdr_arena *a, cdr_plan_along *ret, cdr_err *err)
{
    looking l = {.w = w, .u = u, .a = a, .err = err, .at = cdr_arena_alloc(a, sizeof *l.at)};
    int64_t container = 0;
    *ret = (cdr_plan_along){0};
    if (!purges(p, u))
        return CDR_OK;
    cdr_status s = l.at ? cdr_store_place_of(st, u->path, &container, err) : cdr_fail_nomem(err, "minimise");
    l.cap = 1;
    if (s == CDR_OK && container)
        s = cdr_store_each_kind(st, container, on_kind, &l, err);
    *ret = (cdr_plan_along){l.at, l.len};
    return s;
}
