/* SPDX-License-Identifier: Apache-2.0 */
/* A retention run: every object with personal data, asked, counted when anything changed, summed up, entered in the ledger. */
#include "core/minimise/retention_object.h"

#include "base/io.h"
#include "base/vec.h"
#include "core/minimise/facts.h"
#include "core/taxonomy/taxonomy.h"

#include <stdio.h>
#include <string.h>

#define DAY_US INT64_C(86400000000)
#define ARENA_MAX ((size_t)4 << 30)
#define COMMIT_US 1000000
#define TELL_US 100000

CDR_VEC(candidates, cdr_rt_candidate)

typedef struct run {
    cdr_workspace *ws;
    cdr_inventory *inv;
    const cdr_policy *policy;
    char rules[17];              /* all of what answers come from, as it is now */
    const cdr_ctx *ctx;
    const cdr_retention_options *o;
    cdr_arena *arena;
    cdr_retention_world *world;
    cdr_rt_store store;
    candidates list;
    size_t at;                   /* of the finding that was told last; of the object that is counted */
    cdr_date today;
    bool open;                   /* a transaction */
    int64_t committed_us, told_us;
    uint64_t bytes, records;
    cdr_retention_summary *sum;
    cdr_err *err;
} run;

/* --- which objects --- */

static const char *copy(run *r, const char *s)
{
    return *s ? cdr_arena_strdup(r->arena, s) : "";
}

static cdr_status add_object(void *arg, const cdr_inv_dataset *d)
{
    run *r = arg;
    cdr_rt_candidate *c = candidates_push(&r->list);
    if (!c)
        return cdr_fail_nomem(r->err, "minimise");
    *c = (cdr_rt_candidate){.id = d->id, .last_scan = d->last_scan, .mtime_us = d->mtime_us, .path = copy(r, d->path), .format = copy(r, d->format), .system = copy(r, d->system)};
    c->container = c->path && !strcmp(d->path, d->container) ? c->path : copy(r, d->container);
    return c->path && c->container && c->format && c->system ? CDR_OK : cdr_fail_nomem(r->err, "minimise");
}

/* Both come by path. */
static cdr_rt_candidate *object_of(run *r, int64_t id)
{
    size_t at = r->at;
    while (at < r->list.len && r->list.at[at].id != id)
        at++;
    if (at == r->list.len)
        return NULL;
    r->at = at;
    return &r->list.at[at];
}

const char *cdr_retention_category(const cdr_inv_finding *f)
{
    bool exact, rule = *f->rule_name != 0;
    if (!rule && (!f->kind || cdr_kind_get(f->kind)->family == CDR_FAMILY_SECRET))
        return "";
    const char *category = cdr_minimise_category(f, &exact);
    const cdr_taxon *t = *category ? cdr_taxon_find(CDR_TAXONOMY_CATEGORY, category) : NULL;
    return t && t->tier > 0 ? t->key : "";
}

static cdr_status add_finding(void *arg, const cdr_inv_finding *f)
{
    run *r = arg;
    const char *category = cdr_retention_category(f);
    const cdr_taxon *t = *category ? cdr_taxon_find(CDR_TAXONOMY_CATEGORY, category) : NULL;
    if (!t)
        return CDR_OK;
    size_t i = (size_t)(t - cdr_taxonomies[CDR_TAXONOMY_CATEGORY].entries);
    cdr_rt_candidate *c = i < CDR_RT_CATEGORIES ? object_of(r, f->dataset_id) : NULL;
    if (c)
        c->categories[i / 64] |= UINT64_C(1) << i % 64;
    return CDR_OK;
}

static bool is_empty(const cdr_rt_candidate *c)
{
    uint64_t any = 0;
    for (size_t i = 0; i < CDR_COUNT(c->categories); i++)
        any |= c->categories[i];
    return !any;
}

static cdr_status find_objects(run *r)
{
    cdr_inv_filter f = {.system = r->o->system, .path = r->o->path, .with_findings = true, .min_band = CDR_BAND_MEDIUM};
    cdr_status s = cdr_inventory_each_dataset(r->inv, &f, add_object, r, r->err);
    if (s == CDR_OK)
        s = cdr_inventory_each_finding(r->inv, &f, add_finding, r, r->err);
    size_t kept = 0;
    for (size_t i = 0; i < r->list.len; i++)
        if (!is_empty(&r->list.at[i]))
            r->list.at[kept++] = r->list.at[i];
    r->list.len = kept;
    r->sum->objects = kept;
    return s;
}

/* --- counting --- */

static void tell(void *arg, uint64_t bytes, uint64_t rows)
{
    run *r = arg;
    int64_t now = cdr_now_us(r->ctx);
    r->bytes += bytes;
    if (!r->o->progress || (now - r->told_us < TELL_US && now >= r->told_us))
        return;
    r->told_us = now;
    cdr_retention_progress p = {r->at, r->list.len, r->bytes, r->records + rows, r->at < r->list.len ? r->list.at[r->at].path : NULL};
    r->o->progress(r->o->arg, &p);
}

static cdr_status commit(run *r)
{
    if (!r->open)
        return CDR_OK;
    r->open = false;
    return cdr_db_commit(r->store.db, r->err);
}

static cdr_status keep(run *r, const cdr_rt_object *o, const cdr_rt_tally *t)
{
    int64_t now = cdr_now_us(r->ctx);
    cdr_status s = CDR_OK;
    if (!r->open) {
        s = cdr_db_begin(r->store.db, r->err);
        r->open = s == CDR_OK;
        r->committed_us = now;
    }
    if (s == CDR_OK)
        s = cdr_rt_put(&r->store, o, t, now, r->err);
    if (s != CDR_OK) {
        if (r->open)
            cdr_db_rollback(r->store.db);
        r->open = false;
        return s;
    }
    return now - r->committed_us >= COMMIT_US || now < r->committed_us ? commit(r) : CDR_OK;
}

static cdr_status count_file(run *r, const cdr_rt_candidate *c, const cdr_rt_file *f)
{
    _cleanup_free_ cdr_rt_tally *t = cdr_alloc(sizeof *t);
    char basis[17];
    bool same = false, other = false;
    cdr_rt_object o = {.id = c->id, .last_scan = c->last_scan, .file_size = f->fd >= 0 ? (int64_t)f->st.st_size : -1, .file_mtime_us = f->mtime_us, .basis = basis, .rules = r->rules};
    if (!t)
        return cdr_fail_nomem(r->err, "minimise");
    cdr_status s = cdr_rt_plan(r->world, c->system, c->path, c->categories, r->today, t, r->err);
    cdr_rt_basis(t, r->today, basis);
    if (s == CDR_OK && !r->o->again)
        s = cdr_rt_store_same(&r->store, &o, &same, &other, r->err);
    if (s == CDR_OK && same && other)
        s = cdr_rt_store_rules(&r->store, &o, r->err);
    if (s != CDR_OK || same) {
        r->sum->unchanged += same;
        return s;
    }
    if (r->open && f->fd >= 0 && f->st.st_size > (16 << 20) && t->line_count)
        s = commit(r);                       /* nothing is held up while a large file is read */
    if (s == CDR_OK)
        s = cdr_rt_count(c, f, r->ctx, tell, r, t, r->err);
    r->records += t->rows;
    return s == CDR_OK ? keep(r, &o, t) : s;
}

static cdr_status count_all(run *r)
{
    cdr_status s = CDR_OK;
    for (r->at = 0; s == CDR_OK && r->at < r->list.len; r->at++) {
        cdr_rt_file f;
        const cdr_rt_candidate *c = &r->list.at[r->at];
        if (cdr_cancelled(r->ctx))
            s = cdr_fail(r->err, CDR_E_CANCELLED, "minimise", "retention.stopped", "Stopped; what was counted so far is kept.");
        if (s == CDR_OK)
            s = cdr_rt_open(c, &f, r->err);
        if (s != CDR_OK)
            break;
        tell(r, 0, 0);
        s = count_file(r, c, &f);
        cdr_closep(&f.fd);
    }
    cdr_status s2 = commit(r);
    return s == CDR_OK ? s2 : s;
}

/* --- summing up --- */

typedef struct totals {
    run *r;
    size_t at;                   /* of the object in the list */
    int64_t object;              /* whose counts come now */
    bool over, unknown, no_rule, held;
    uint64_t undated;
} totals;

static void end_object(totals *x)
{
    cdr_retention_summary *s = x->r->sum;
    s->over_age_objects += x->over;
    s->unknown_objects += x->unknown;
    s->no_rule_objects += x->no_rule;
    s->held_objects += x->held;
    s->undated += x->undated;
    s->undated_objects += x->undated > 0;
    *x = (totals){.r = x->r, .at = x->at};
}

static bool listed(totals *x, const cdr_retention_count *c)
{
    const candidates *l = &x->r->list;
    while (x->at < l->len && strcmp(l->at[x->at].path, c->path) < 0)
        x->at++;
    return x->at < l->len && l->at[x->at].id == c->object;
}

static cdr_status add_count(void *arg, const cdr_retention_count *c)
{
    totals *x = arg;
    cdr_retention_summary *s = x->r->sum;
    if (!listed(x, c))
        return CDR_OK;
    if (c->object != x->object) {
        end_object(x);
        x->object = c->object;
        s->rows += c->rows;
    }
    bool over = c->over_age > 0;
    s->over_age += c->over_age - c->again;
    if (over && *c->oldest && (!s->oldest[0] || strcmp(c->oldest, s->oldest) < 0))
        snprintf(s->oldest, sizeof s->oldest, "%s", c->oldest);
    x->over |= over;
    x->undated = CDR_MAX(x->undated, c->why == CDR_KEPT_BY_HOLD ? 0 : c->undated);
    x->held |= c->why == CDR_KEPT_BY_HOLD;
    s->held += c->why == CDR_KEPT_BY_HOLD ? c->kept : 0;
    bool gap = c->why == CDR_NO_RULE || (c->why == CDR_KEPT_BY_MINIMUM && !*c->cutoff);
    x->no_rule |= gap;
    x->unknown |= !c->known && !gap && c->why != CDR_KEPT_BY_HOLD;
    return CDR_OK;
}

static cdr_status sum_up(run *r)
{
    totals x = {.r = r};
    cdr_status s = cdr_retention_each_count(r->inv, r->policy, 0, add_count, &x, r->err);
    end_object(&x);
    return s;
}

/* Counts that nobody will make anew go, and what was found is entered, in one. */
static cdr_status enter(run *r)
{
    const cdr_retention_summary *n = r->sum;
    _cleanup_free_ char *details = cdr_asprintf("{\"objects\":%llu,\"unchanged\":%llu,\"rows\":%llu,\"over_age\":%llu,\"over_age_objects\":%llu,\"undated\":%llu,"
                                                "\"unknown_objects\":%llu,\"no_rule_objects\":%llu,\"held\":%llu}",
                                                (unsigned long long)n->objects, (unsigned long long)n->unchanged, (unsigned long long)n->rows, (unsigned long long)n->over_age,
                                                (unsigned long long)n->over_age_objects, (unsigned long long)n->undated, (unsigned long long)n->unknown_objects,
                                                (unsigned long long)n->no_rule_objects, (unsigned long long)n->held);
    cdr_ledger_event ev = {.kind = "retention.run", .actor = cdr_workspace_actor(r->ws), .subject = r->o->system, .details_json = details};
    if (!details)
        return cdr_fail_nomem(r->err, "minimise");
    cdr_status s = cdr_db_begin(r->store.db, r->err);
    if (s != CDR_OK)
        return s;
    if (!r->o->system && !r->o->path)
        s = cdr_rt_store_prune(&r->store, r->err);
    if (s == CDR_OK)
        s = cdr_ledger_append(cdr_workspace_ledger(r->ws), &ev, NULL, r->err);
    if (s == CDR_OK)
        return cdr_db_commit(r->store.db, r->err);
    cdr_db_rollback(r->store.db);
    return s;
}

cdr_status cdr_retention_run(cdr_workspace *ws, cdr_inventory *inv, const cdr_policy *p, const cdr_retention_options *o, cdr_retention_summary *ret, cdr_err *err)
{
    _cleanup_(cdr_arena_freep) cdr_arena *arena = cdr_arena_new(ARENA_MAX);
    run r = {.ws = ws, .inv = inv, .policy = p, .ctx = cdr_workspace_ctx(ws), .o = o, .arena = arena, .sum = ret, .err = err};
    *ret = (cdr_retention_summary){0};
    if (!arena)
        return cdr_fail_nomem(err, "minimise");
    r.today = cdr_date_from_days(cdr_now_us(r.ctx) / DAY_US);
    cdr_status s = cdr_retention_world_load(ws, inv, p, arena, &r.world, err);
    if (s == CDR_OK)
        cdr_retention_rules_digest(r.world, r.rules);
    if (s == CDR_OK)
        s = cdr_rt_store_open(cdr_workspace_db(ws), &r.store, err);
    if (s == CDR_OK)
        s = find_objects(&r);
    if (s == CDR_OK)
        s = count_all(&r);
    if (s == CDR_OK)
        s = sum_up(&r);
    if (s == CDR_OK)
        s = enter(&r);
    cdr_rt_store_close(&r.store);
    candidates_done(&r.list);
    cdr_retention_world_done(r.world);
    return s;
}
