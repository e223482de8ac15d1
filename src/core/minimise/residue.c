/* SPDX-License-Identifier: Apache-2.0 */
/* Did it work? What a file held before its steps, less what the scan afterwards sees in it, is what was erased. Each step gets one of five
 * words; every doubt makes it a weaker one. Reasons name objects by number, so that they may stand in receipts. */
#include "core/minimise/residue.h"
#include "core/minimise/residue_inside.h"

#include "base/vec.h"
#include "core/taxonomy/taxonomy.h"
#include "detect/kinds.h"
#include "detect/observation.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define REASON_MAX 900
#define PLACES_MAX ((size_t)64 << 20)

/* Values that are one person's or open something. Names, dates, places, and numbers that every system counts from one, are shared by chance. */
static bool tells(const char *kind_id)
{
    cdr_kind kind = cdr_kind_by_id(kind_id);
    const cdr_kind_info *k = cdr_kind_get(kind);
    if (kind == CDR_K_CUSTOMER_ID || kind == CDR_K_EMPLOYEE_ID || kind == CDR_K_HEALTH_RECORD || kind == CDR_K_USERNAME || k->family == CDR_FAMILY_NAME || k->family == CDR_FAMILY_DEVICE)
        return false;
    return k->family == CDR_FAMILY_SECRET || (k->person_rank >= 1 && k->person_rank <= 7);
}

/* --- sketches by kind --- */

typedef struct kind_values { char kind[48]; cdr_sketch values; } kind_values;
CDR_VEC(kind_list, kind_values)

static void kinds_done(kind_list *l)
{
    for (size_t i = 0; i < l->len; i++)
        cdr_sketch_done(&l->at[i].values);
    kind_list_done(l);
}

static kind_values *kind_of(kind_list *l, const char *kind)
{
    for (size_t i = 0; i < l->len; i++)
        if (!strcmp(l->at[i].kind, kind))
            return &l->at[i];
    return NULL;
}

static cdr_status merge(kind_list *l, const char *kind, const cdr_sketch *values)
{
    kind_values *at = kind_of(l, kind);
    if (!at && (at = kind_list_push(l)))
        snprintf(at->kind, sizeof at->kind, "%s", kind);
    return at ? cdr_sketch_merge(&at->values, values) : CDR_E_NOMEM;
}

typedef struct collecting { cdr_insides list; size_t unit; cdr_arena *arena; bool complete, any; } collecting;

static cdr_status collect(void *arg, const cdr_held_kind *k)
{
    collecting *c = arg;
    c->any = true;
    c->complete = c->complete && k->coverage == CDR_COVERAGE_COMPLETE;
    if (!k->strong || !tells(k->kind))
        return CDR_OK;
    cdr_inside e = {.unit = c->unit, .inside = k->inside, .field = k->field, .system = k->system, .object = k->object, .found = k->strong, .told_apart = k->has_sketch, .values = k->values};
    snprintf(e.kind, sizeof e.kind, "%s", k->kind);
    return cdr_insides_add(&c->list, &e, c->arena);
}

/* What lies in the file of a unit, as the inventory knows it. */
static cdr_status contents(cdr_plan_store *st, const cdr_plan *p, size_t unit, cdr_arena *a, collecting *ret, cdr_err *err)
{
    int64_t object;
    *ret = (collecting){.complete = true, .unit = unit, .arena = a};
    cdr_status s = cdr_store_place_of(st, p->units[unit].path, &object, err);
    if (s == CDR_OK && object)
        s = cdr_store_each_kind(st, object, collect, ret, err);
    return s == CDR_E_NOMEM ? cdr_fail_nomem(err, "minimise") : s;
}

cdr_status cdr_residue_note(cdr_plan_store *st, const cdr_plan *p, int64_t at_us, cdr_err *err)
{
    cdr_status s = CDR_OK;
    for (size_t i = 0; s == CDR_OK && i < p->unit_count; i++) {
        collecting c = {0};
        _cleanup_(cdr_arena_freep) cdr_arena *a = cdr_arena_new(PLACES_MAX);
        s = a ? contents(st, p, i, a, &c, err) : cdr_fail_nomem(err, "minimise");
        for (size_t k = 0; s == CDR_OK && k < c.list.len; k++) {
            const cdr_inside *e = &c.list.at[k];
            s = cdr_store_erased_put(st, &(cdr_erased){.plan = p->row, .unit = i, .kind = e->kind, .state = CDR_HELD_BEFORE, .inside = e->inside, .field = e->field, .found = e->found, .erased_us = at_us, .values = e->values}, err);
        }
        cdr_insides_free(&c.list);
    }
    return s;
}

/* --- where removed values still are --- */

typedef struct hit { size_t unit; int64_t object; char system[65]; bool governed; uint64_t values; } hit;
CDR_VEC(hits, hit)
typedef struct removed { size_t unit; char kind[48]; cdr_sketch values; } removed;
CDR_VEC(removed_list, removed)
typedef struct leftover { size_t step; int64_t object; bool here; cdr_leftover_why why; char system[65]; bool governed; uint64_t values; } leftover;   /* here: in the table of the step itself */
CDR_VEC(leftovers, leftover)
typedef struct remainder { size_t unit; char kind[48]; const char *inside; bool governed; uint64_t values; cdr_sketch among; } remainder;   /* of all steps, for later scans */
CDR_VEC(remainders, remainder)

typedef struct finishing {
    const cdr_plan_context *c;
    cdr_plan *p;
    cdr_plan_store *st;
    bool rescanned;
    bool *complete;              /* by unit: what is left of it was read in full */
    uint64_t *left;              /* by unit: telling values still in it */
    uint64_t *taken;             /* by unit: telling values that are gone from it */
    cdr_insides before;
    removed_list removed;
    hits hits;
    leftovers left_inside;
    remainders remainders;
    cdr_step_done *done;
    cdr_arena *arena;
    cdr_err *err;
} finishing;

static bool rule_covers(const cdr_policy *p, const char *system, const char *category)
{
    for (size_t i = 0; i < p->retention_count; i++) {
        const cdr_retention_rule *r = &p->retention[i];
        bool here = r->systems.count == 0, of_it = r->categories.count == 0;
        for (size_t k = 0; k < r->systems.count && !here; k++)
            here = !strcmp(r->systems.keys[k], system);
        for (size_t k = 0; k < r->categories.count && !of_it; k++)
            of_it = cdr_taxon_within(category, r->categories.keys[k]);
        if (r->head.enabled && here && of_it && (r->has_period || r->has_minimum || r->indefinite))
            return true;
    }
    return false;
}

static bool in_unit(const cdr_plan *p, size_t unit, const char *container)
{
    return !strcmp(p->units[unit].path, container);
}

static cdr_status note_hit(finishing *f, const removed *r, const cdr_seen_values *v, uint64_t shared)
{
    hit *h = NULL;
    for (size_t i = 0; i < f->hits.len && !h; i++)
        if (f->hits.at[i].unit == r->unit && f->hits.at[i].object == v->object)
            h = &f->hits.at[i];
    bool governed = *v->system && rule_covers(f->c->policy, v->system, cdr_kind_get(cdr_kind_by_id(r->kind))->category);
    if (h) {
        h->governed = h->governed && governed;
        h->values += shared;
        return CDR_OK;
    }
    if (!(h = hits_push(&f->hits)))
        return cdr_fail_nomem(f->err, "minimise");
    *h = (hit){.unit = r->unit, .object = v->object, .governed = governed, .values = shared};
    snprintf(h->system, sizeof h->system, "%s", v->system);
    return CDR_OK;
}

typedef struct looking { finishing *f; const char *kind; } looking;

static cdr_status look_at(void *arg, const cdr_seen_values *v)
{
    looking *l = arg;
    finishing *f = l->f;
    cdr_status s = CDR_OK;
    for (size_t i = 0; s == CDR_OK && i < f->removed.len; i++) {
        removed *r = &f->removed.at[i];
        if (strcmp(r->kind, l->kind) != 0 || in_unit(f->p, r->unit, v->container))
            continue;
        uint64_t shared = cdr_sketch_shared(&r->values, &v->values);
        if (shared)
            s = note_hit(f, r, v, shared);
    }
    return s;
}

static cdr_status look_elsewhere(finishing *f)
{
    kind_list asked = {0};
    cdr_status s = CDR_OK;
    for (size_t i = 0; s == CDR_OK && i < f->removed.len; i++) {
        if (kind_of(&asked, f->removed.at[i].kind))
            continue;
        kind_values *k = kind_list_push(&asked);
        if (!k) {
            s = cdr_fail_nomem(f->err, "minimise");
            break;
        }
        snprintf(k->kind, sizeof k->kind, "%s", f->removed.at[i].kind);
        s = cdr_store_each_seen(f->st, k->kind, look_at, &(looking){f, k->kind}, f->err);
    }
    kinds_done(&asked);
    return s;
}

typedef struct subtracting { finishing *f; removed *r; } subtracting;

/* What stays on purpose is taken out of what later scans look for: what a rule governs in a registered system, and, where a stray copy went,
 * whatever registered systems hold. */
static bool is_meant_to_stay(const subtracting *x, const cdr_seen_values *v)
{
    bool stray = !*x->f->p->units[x->r->unit].system;
    return *v->system && (stray || rule_covers(x->f->c->policy, v->system, cdr_kind_get(cdr_kind_by_id(x->r->kind))->category));
}

static cdr_status subtract(void *arg, const cdr_seen_values *v)
{
    subtracting *x = arg;
    if (in_unit(x->f->p, x->r->unit, v->container) || !is_meant_to_stay(x, v))
        return CDR_OK;
    cdr_sketch less = {0};
    cdr_status s = cdr_sketch_merge_without(&less, &x->r->values, &v->values);
    if (s == CDR_OK) {
        cdr_sketch_done(&x->r->values);
        x->r->values = less;
    } else {
        cdr_sketch_done(&less);
    }
    return s;
}

static cdr_status put_erased(finishing *f, size_t unit, const char *kind, cdr_erased_state state, const char *inside, uint64_t found, const cdr_sketch *values)
{
    return cdr_store_erased_put(f->st, &(cdr_erased){.plan = f->p->row, .unit = unit, .kind = kind, .state = state, .inside = inside, .field = "", .found = found,
                                                     .erased_us = cdr_now_us(cdr_workspace_ctx(f->c->ws)), .values = *values}, f->err);
}

static cdr_status keep_erased(finishing *f)
{
    cdr_status s = cdr_store_erased_drop(f->st, f->p->row, f->err);
    for (size_t i = 0; s == CDR_OK && i < f->removed.len; i++) {
        removed *r = &f->removed.at[i];
        if (cdr_sketch_count(&r->values))
            s = cdr_store_each_seen(f->st, r->kind, subtract, &(subtracting){f, r}, f->err);
        if (s == CDR_OK && cdr_sketch_count(&r->values))
            s = put_erased(f, r->unit, r->kind, CDR_GONE, "", 0, &r->values);
    }
    for (size_t i = 0; s == CDR_OK && i < f->remainders.len; i++) {
        const remainder *m = &f->remainders.at[i];
        s = put_erased(f, m->unit, m->kind, m->governed ? CDR_LEFT_GOVERNED : CDR_LEFT, m->inside, m->values, &m->among);
    }
    return s == CDR_E_NOMEM ? cdr_fail_nomem(f->err, "minimise") : s;
}

/* --- before and after --- */

static cdr_status take_before(void *arg, const cdr_erased *e)
{
    finishing *f = arg;
    if (e->state != CDR_HELD_BEFORE || e->unit >= f->p->unit_count)
        return CDR_OK;
    cdr_inside b = {.unit = e->unit, .inside = e->inside, .field = e->field, .system = "", .found = e->found, .told_apart = true, .values = e->values};
    snprintf(b.kind, sizeof b.kind, "%s", e->kind);
    return cdr_insides_add(&f->before, &b, f->arena);
}

static cdr_status note_leftover(void *arg, const cdr_leftover *l)
{
    finishing *f = arg;
    const cdr_planned *s = &f->p->steps[l->step];
    bool here = !strcmp(l->at->inside, s->step.target.inside), governed = false;
    if (l->why != CDR_LEFT_THERE && *l->at->system)
        governed = rule_covers(f->c->policy, l->at->system, cdr_kind_get(cdr_kind_by_id(l->at->kind))->category);
    leftover *x = NULL;
    for (size_t i = 0; i < f->left_inside.len && !x; i++)
        if (f->left_inside.at[i].step == l->step && f->left_inside.at[i].object == l->at->object && f->left_inside.at[i].why == l->why)
            x = &f->left_inside.at[i];
    if (!x && (x = leftovers_push(&f->left_inside))) {
        *x = (leftover){.step = l->step, .object = l->at->object, .here = here, .why = l->why, .governed = true};
        snprintf(x->system, sizeof x->system, "%s", l->at->system);
    }
    remainder *m = NULL;
    for (size_t i = 0; i < f->remainders.len && !m; i++)
        if (f->remainders.at[i].unit == s->unit && f->remainders.at[i].governed == governed && !strcmp(f->remainders.at[i].kind, l->at->kind) && !strcmp(f->remainders.at[i].inside, l->at->inside))
            m = &f->remainders.at[i];
    if (!m && (m = remainders_push(&f->remainders))) {
        *m = (remainder){.unit = s->unit, .inside = cdr_arena_strdup(f->arena, l->at->inside), .governed = governed};
        snprintf(m->kind, sizeof m->kind, "%s", l->at->kind);
    }
    if (!x || !m || !m->inside)
        return CDR_E_NOMEM;
    x->governed = x->governed && governed;
    x->values += l->values;
    m->values += l->values;
    return cdr_sketch_merge(&m->among, l->which);
}

/* What was in the file and is nowhere in it any more, kind by kind. */
static cdr_status note_removed(finishing *f, size_t unit, kind_list *now)
{
    cdr_status s = CDR_OK;
    kind_list then = {0};
    for (size_t i = 0; s == CDR_OK && i < f->before.len; i++)
        if (f->before.at[i].unit == unit)
            s = merge(&then, f->before.at[i].kind, &f->before.at[i].values);
    for (size_t i = 0; s == CDR_OK && i < then.len; i++) {
        const kind_values *same = kind_of(now, then.at[i].kind);
        removed *r = removed_list_push(&f->removed);
        if (!r) {
            s = CDR_E_NOMEM;
            break;
        }
        r->unit = unit;
        snprintf(r->kind, sizeof r->kind, "%s", then.at[i].kind);
        s = same ? cdr_sketch_merge_without(&r->values, &then.at[i].values, &same->values) : cdr_sketch_merge(&r->values, &then.at[i].values);
        f->taken[unit] += cdr_sketch_count(&r->values);
    }
    kinds_done(&then);
    return s;
}

static cdr_status compare_unit(finishing *f, size_t unit)
{
    collecting now;
    kind_list kinds = {0};
    cdr_status s = contents(f->st, f->p, unit, f->arena, &now, f->err);
    f->complete[unit] = now.complete;
    for (size_t i = 0; s == CDR_OK && i < now.list.len; i++)
        s = merge(&kinds, now.list.at[i].kind, &now.list.at[i].values);
    for (size_t i = 0; i < kinds.len; i++)
        f->left[unit] += cdr_sketch_count(&kinds.at[i].values);
    if (s == CDR_OK)
        s = note_removed(f, unit, &kinds);
    if (s == CDR_OK)
        s = cdr_residue_inside(f->p, f->done, unit, &f->before, &now.list, note_leftover, f);
    kinds_done(&kinds);
    cdr_insides_free(&now.list);
    return s == CDR_E_NOMEM ? cdr_fail_nomem(f->err, "minimise") : s;
}

/* --- the words --- */

typedef struct verdict { cdr_outcome outcome; cdr_buf reason; } verdict;

/* A doubt only ever makes it weaker. */
static int weakness(cdr_outcome o)
{
    static const int order[CDR_OUTCOME__MAX] = {[CDR_OUTCOME_NONE] = -1, [CDR_ERASED] = 0, [CDR_ANONYMISED] = 1, [CDR_GOVERNED] = 2, [CDR_PSEUDONYMISED] = 3, [CDR_UNVERIFIED] = 4};
    return order[o];
}

static void because(verdict *v, cdr_outcome at_most, const char *fmt, ...) CDR_PRINTF(3, 4);
static void because(verdict *v, cdr_outcome at_most, const char *fmt, ...)
{
    va_list ap;
    if (weakness(at_most) > weakness(v->outcome))
        v->outcome = at_most;
    if (v->reason.len + 200 > REASON_MAX)
        return;
    if (v->reason.len)
        cdr_buf_addc(&v->reason, ' ');
    va_start(ap, fmt);
    cdr_buf_vaddf(&v->reason, fmt, ap);
    va_end(ap);
}

static void judge_masked(const finishing *f, const cdr_planned *s, verdict *v)
{
    const cdr_transform *t = &s->step.transform;
    uint64_t left = f->left[s->unit];
    if (cdr_transform_is_reversible(t))
        because(v, CDR_PSEUDONYMISED, "The values are %s: whoever has the key can tell whose they were.", cdr_form_name(t->form));
    else if (t->form == CDR_FORM_REDACTED || t->form == CDR_FORM_NEVER)
        because(v, CDR_ERASED, "Labels stand in place of the values.");
    else if (left)
        because(v, CDR_PSEUDONYMISED, "The values are %s, but %llu values that tell one person stand beside them.", cdr_form_name(t->form), (unsigned long long)left);
    else if (t->form == CDR_FORM_GENERALISED)
        because(v, CDR_UNVERIFIED, "The values are generalised; how many people share each was not measured (candor anonymity does).");
    else
        because(v, CDR_ANONYMISED, "The values are masked, and nothing that tells one person stands beside them.");
}

static void judge_action(const finishing *f, const cdr_planned *s, const cdr_step_done *d, verdict *v)
{
    switch (s->step.action) {
    case CDR_ACT_DELETE_FILE: because(v, CDR_ERASED, "The file is gone."); break;
    case CDR_ACT_PURGE_ROWS: because(v, CDR_ERASED, d->rows == 1 ? "%llu row is gone." : "%llu rows are gone.", (unsigned long long)d->rows); break;
    case CDR_ACT_NULL_COLUMN: because(v, CDR_ERASED, d->values == 1 ? "%llu value is gone." : "%llu values are gone.", (unsigned long long)d->values); break;
    case CDR_ACT_MASK_COLUMN:
    case CDR_ACT_REDACT_TEXT: judge_masked(f, s, v); break;
    case CDR_ACT_MOVE:
        because(v, rule_covers(f->c->policy, s->system, "user") ? CDR_GOVERNED : CDR_UNVERIFIED, "It was moved, not erased; it is kept as the system it lies in now is.");
        break;
    case CDR_ACT_REVOKE:
    case CDR_ACT_BY_HAND: break;
    }
    if (d->rows_undated)
        because(v, CDR_UNVERIFIED, d->rows_undated == 1 ? "%llu row stays whose date cannot be read." : "%llu rows stay whose date cannot be read.", (unsigned long long)d->rows_undated);
    if (d->rows_held)
        because(v, CDR_GOVERNED, d->rows_held == 1 ? "%llu row stays as it is under a legal hold." : "%llu rows stay as they are under a legal hold.", (unsigned long long)d->rows_held);
}

static bool has_other_names(const finishing *f, const cdr_plan_unit *u)
{
    for (size_t i = 0; i < f->p->gap_count; i++)
        if (!strcmp(f->p->gaps[i].kind, "hard link") && !strncmp(f->p->gaps[i].what, u->shown, strlen(u->shown)))
            return true;
    return false;
}

static bool still_there(const finishing *f, const cdr_planned *s)
{
    struct stat st;
    const char *file = cdr_plan_file(f->p->units[s->unit].path, f->arena);
    return s->step.action == CDR_ACT_DELETE_FILE && (!file || !lstat(file, &st) || errno != ENOENT);
}

static void judge_elsewhere(const finishing *f, const cdr_planned *s, verdict *v)
{
    uint64_t governed = 0, values = 0;
    for (size_t i = 0; i < f->hits.len; i++) {
        const hit *h = &f->hits.at[i];
        if (h->unit != s->unit)
            continue;
        if (h->governed) {
            governed++;
            values = CDR_MAX(values, h->values);
            because(v, CDR_GOVERNED, "%llu of the values are still in object:%lld of %s, for which a retention rule stands.", (unsigned long long)h->values, (long long)h->object, h->system);
        } else {
            because(v, CDR_UNVERIFIED, "%llu of the values are still in object:%lld%s%s.", (unsigned long long)h->values, (long long)h->object, *h->system ? " of " : " (no registered system)", h->system);
        }
    }
}

static void judge_inside(const finishing *f, size_t step, verdict *v)
{
    for (size_t i = 0; i < f->left_inside.len; i++) {
        const leftover *x = &f->left_inside.at[i];
        const unsigned long long n = x->values;
        const char *by_rule = x->governed ? ", for which a retention rule stands" : "";
        const cdr_outcome at_most = x->governed ? CDR_GOVERNED : CDR_UNVERIFIED;
        if (x->step != step)
            continue;
        switch (x->why) {
        case CDR_LEFT_ELSEWHERE: because(v, at_most, "%llu of the values still stand in %sobject:%lld of the same file%s.", n, x->here ? "other columns of " : "", (long long)x->object, by_rule); break;
        case CDR_LEFT_ROWS: because(v, at_most, "Up to %llu of the values also stand in rows of object:%lld that stay%s.", n, (long long)x->object, by_rule); break;
        case CDR_LEFT_UNTOLD:
            because(v, at_most, "Whether some of the values still stand in object:%lld of the same file cannot be told, as it holds too many%s.", (long long)x->object, by_rule);
            break;
        case CDR_LEFT_THERE: because(v, at_most, "%llu of the values still stand where they should have gone.", n); break;
        }
    }
}

typedef struct backing { const finishing *f; const cdr_planned *s; verdict *v; } backing;

static cdr_status judge_backup(void *arg, const char *of, const char *key, const char *name, const char *location)
{
    backing *b = arg;
    (void)name;
    (void)location;
    if (strcmp(of, b->s->system) != 0)
        return CDR_OK;
    if (rule_covers(b->f->c->policy, key, "user"))
        because(b->v, CDR_GOVERNED, "The backup %s keeps it until its retention ends.", key);
    else
        because(b->v, CDR_UNVERIFIED, "The backup %s keeps it, and no retention rule says how long.", key);
    return CDR_OK;
}

static cdr_status judge_step(finishing *f, size_t i)
{
    const cdr_planned *s = &f->p->steps[i];
    verdict v = {.outcome = s->step.action == CDR_ACT_REVOKE ? CDR_OUTCOME_NONE : CDR_ERASED, .reason = CDR_BUF(REASON_MAX * 2)};
    cdr_status status = CDR_OK;
    if (f->p->units[s->unit].refusal) {
        because(&v, CDR_UNVERIFIED, "%s It was left as it was found; scan it again and make a new plan.", cdr_refusal_words[f->p->units[s->unit].refusal]);
    } else if (s->step.action == CDR_ACT_REVOKE) {
        cdr_buf_adds(&v.reason, "Rights were taken away; nothing was erased.");
    } else {
        judge_action(f, s, &f->done[i], &v);
        if (still_there(f, s))
            because(&v, CDR_UNVERIFIED, "There is a file of that name again.");
        if (!f->rescanned && s->step.action != CDR_ACT_DELETE_FILE)
            because(&v, CDR_UNVERIFIED, "It was not scanned again.");
        else if (!f->complete[s->unit])
            because(&v, CDR_UNVERIFIED, "What is left of the file could not be read in full.");
        if (has_other_names(f, &f->p->units[s->unit]))
            because(&v, CDR_UNVERIFIED, "The file had another name, under which the old content stays.");
        judge_inside(f, i, &v);
        judge_elsewhere(f, s, &v);
        status = cdr_store_each_backup(f->st, judge_backup, &(backing){f, s, &v}, f->err);
    }
    const char *reason = cdr_buf_status(&v.reason) == CDR_OK && v.reason.data ? cdr_arena_strdup(f->arena, v.reason.data) : NULL;
    cdr_buf_done(&v.reason);
    if (status == CDR_OK && !reason)
        status = cdr_fail_nomem(f->err, "minimise");
    if (status != CDR_OK)
        return status;
    f->done[i].outcome = v.outcome;
    f->done[i].reason = reason;
    return cdr_store_step_outcome(f->st, f->p->row, i, v.outcome, reason, f->err);
}

/* --- the whole --- */

static cdr_status finish(finishing *f)
{
    size_t units = f->p->unit_count;
    f->complete = cdr_arena_alloc(f->arena, units * sizeof *f->complete + 1);
    f->left = cdr_arena_alloc(f->arena, (units + 1) * sizeof *f->left);
    f->taken = cdr_arena_alloc(f->arena, (units + 1) * sizeof *f->taken);
    f->done = cdr_arena_alloc(f->arena, (f->p->step_count + 1) * sizeof *f->done);
    if (!f->complete || !f->left || !f->taken || !f->done)
        return cdr_fail_nomem(f->err, "minimise");
    cdr_status s = cdr_store_steps_load(f->st, f->p, f->done, f->arena, f->err);
    if (s == CDR_OK && (s = cdr_store_each_erased(f->st, f->p->row, take_before, f, f->err)) == CDR_E_NOMEM)
        s = cdr_fail_nomem(f->err, "minimise");
    for (size_t i = 0; s == CDR_OK && i < units; i++)
        if (f->p->units[i].status != 3)
            s = compare_unit(f, i);
    if (s == CDR_OK)
        s = look_elsewhere(f);
    for (size_t i = 0; s == CDR_OK && i < f->p->step_count; i++)
        if (f->p->steps[i].how == CDR_PLANNED_DO)
            s = judge_step(f, i);
    if (s == CDR_OK)
        s = keep_erased(f);
    if (s == CDR_OK)
        s = cdr_receipt_make(f->c, f->st, f->p, f->done, f->err);
    return s == CDR_OK ? cdr_store_plan_status(f->st, f->p->row, 2, cdr_now_us(cdr_workspace_ctx(f->c->ws)), f->err) : s;
}

cdr_status cdr_plan_finish(const cdr_plan_context *c, cdr_plan *p, bool rescanned, cdr_err *err)
{
    cdr_plan_store st;
    cdr_db *db = cdr_workspace_db(c->ws);
    finishing f = {.c = c, .p = p, .st = &st, .rescanned = rescanned, .err = err, .arena = cdr_arena_new((size_t)256 << 20)};
    cdr_status s = f.arena ? cdr_plan_store_open(db, &st, err) : cdr_fail_nomem(err, "minimise");
    bool open = s == CDR_OK;
    if (s == CDR_OK && (s = cdr_db_begin(db, err)) == CDR_OK) {
        s = finish(&f);
        if (s == CDR_OK)
            s = cdr_db_commit(db, err);
        else
            cdr_db_rollback(db);
    }
    if (s == CDR_OK)
        p->status = 2;
    if (open)
        cdr_plan_store_close(&st);
    for (size_t i = 0; i < f.removed.len; i++)
        cdr_sketch_done(&f.removed.at[i].values);
    for (size_t i = 0; i < f.remainders.len; i++)
        cdr_sketch_done(&f.remainders.at[i].among);
    cdr_insides_free(&f.before);
    leftovers_done(&f.left_inside);
    remainders_done(&f.remainders);
    removed_list_done(&f.removed);
    hits_done(&f.hits);
    cdr_arena_free(f.arena);
    return s;
}
