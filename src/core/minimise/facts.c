/* SPDX-License-Identifier: Apache-2.0 */
/* Facts for the judge, gathered from the inventory, and the judgement. */
#include "core/minimise/facts_parts.h"

#include "core/care/consent.h"
#include "base/time.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

const char *gather_keep(gather *g, const char *s)
{
    if (!s || !s[0])
        return "";
    const char *kept = cdr_arena_strdup(g->arena, s);
    g->failed |= !kept;
    return kept ? kept : "";
}

const char *gather_display(gather *g, const char *path, int64_t number)
{
    const char *shown = cdr_inventory_display(g->inv, path), *masked = cdr_path_mask(g->masker, shown);
    if (masked == shown || number == 0)
        return gather_keep(g, masked);
    /* Two customers may have one mask: the number tells their files apart. */
    const char *kept = cdr_arena_printf(g->arena, "%s (object:%" PRId64 ")", masked, number);
    g->failed |= !kept;
    return kept ? kept : "";
}

static cdr_status take_consent(void *arg, const cdr_consent_tally *t)
{
    gather *g = arg;
    cdr_judge_consent *c = gather_consents_push(&g->consents);
    if (!c)
        return CDR_E_NOMEM;
    *c = (cdr_judge_consent){.purpose = gather_keep(g, t->purpose)};
    for (size_t i = 0; i < CDR_CONSENT__MAX; i++)
        *(i == CDR_CONSENT_GIVEN || i == CDR_CONSENT_RENEWED ? &c->valid : &c->other) += t->by_state[i];
    return CDR_OK;
}

static cdr_status gather_consent_tallies(gather *g, int64_t now)
{
    cdr_status s = cdr_consent_each_purpose(g->inv->ws, now, take_consent, g, g->err);
    g->facts.consents_known = s == CDR_OK;
    return s == CDR_E_NOMEM ? cdr_fail_nomem(g->err, "minimise") : s;
}

static cdr_status gather_scan(gather *g, const cdr_inv_overview *v)
{
    cdr_inv_scan scan;
    cdr_status s = cdr_inventory_last_scan(g->inv, true, g->arena, &scan, g->err);
    g->facts.scanned = s == CDR_OK;
    g->facts.unread = v->partial + v->skipped;
    g->facts.complete = s == CDR_OK && !scan.interrupted && scan.finished_us != 0 && g->facts.unread == 0;
    return s == CDR_NOT_FOUND ? CDR_OK : s;
}

static cdr_status gather_overlaps(gather *g, const cdr_inv_overview *v)
{
    cdr_judge_overlap *all = cdr_arena_alloc(g->arena, (v->overlap_count + 1) * sizeof *all);
    if (!all)
        return cdr_fail_nomem(g->err, "minimise");
    for (size_t i = 0; i < v->overlap_count; i++)
        all[i] = (cdr_judge_overlap){v->overlaps[i].a, v->overlaps[i].b, v->overlaps[i].shared};
    g->facts.overlaps = all;
    g->facts.overlap_count = v->overlap_count;
    return CDR_OK;
}

static void done(gather *g)
{
    gather_objects_done(&g->objects);
    gather_fields_done(&g->fields);
    gather_counts_done(&g->counts);
    gather_parties_done(&g->parties);
    gather_activities_done(&g->activities);
    gather_residue_done(&g->residue);
    gather_consents_done(&g->consents);
    cdr_free(g->by_id);
    cdr_free(g->by_path);
    cdr_free(g->paths);
    cdr_path_masker_free(g->masker);
    cdr_holds_free(g->holds);
    cdr_reach_done(&g->reach);
}

/* Lists stay as they were gathered: the gatherer outlives the judging. */
static void hand_over(gather *g)
{
    cdr_judge_facts *f = &g->facts;
    f->today = g->today;
    f->systems = g->systems, f->system_count = g->system_count;
    f->objects = g->objects.at, f->object_count = g->objects.len;
    f->activities = g->activities.at, f->activity_count = g->activities.len;
    f->parties = g->parties.at, f->party_count = g->parties.len;
    f->residue = g->residue.at, f->residue_count = g->residue.len;
    f->consents = g->consents.at, f->consent_count = g->consents.len;
    f->ctx = g->inv->ctx;
}

static cdr_status gather_all(gather *g)
{
    int64_t now = cdr_now_us(g->inv->ctx);
    cdr_inv_overview v;
    g->today = cdr_date_from_days(now / INT64_C(86400000000));
    g->facts.home_country = "";
    cdr_status s = cdr_path_masker_new(&g->masker, g->err);
    if (s == CDR_OK)
        s = cdr_holds_load(g->inv->ws, &g->holds, g->err);
    if (s == CDR_OK)
        s = cdr_inventory_overview(g->inv, g->arena, &v, g->err);
    if (s == CDR_OK)
        s = gather_parties_and_activities(g);
    if (s == CDR_OK)
        s = gather_systems(g, &v);
    if (s == CDR_OK)
        s = gather_overlaps(g, &v);
    if (s == CDR_OK)
        s = gather_scan(g, &v);
    if (s == CDR_OK)
        s = gather_consent_tallies(g, now);
    if (s == CDR_OK)
        s = gather_observable(g);
    if (s == CDR_OK)
        s = gather_observed(g);
    if (s == CDR_OK && g->failed)
        s = cdr_fail_nomem(g->err, "minimise");
    if (s == CDR_OK)
        hand_over(g);
    return s;
}

static cdr_status judge(cdr_inventory *inv, const cdr_policy *p, const char *explain, cdr_arena *a, cdr_judge_result *ret, bool *ret_complete, cdr_err *err)
{
    gather g = {.inv = inv, .arena = a, .err = err};
    cdr_status s = cdr_db_begin_read(inv->db, err);
    if (s == CDR_OK) {
        s = gather_all(&g);
        cdr_status end = s == CDR_OK ? cdr_db_commit(inv->db, err) : CDR_OK;
        if (s != CDR_OK)
            cdr_db_rollback(inv->db);
        s = s == CDR_OK ? end : s;
    }
    if (s == CDR_OK)
        s = cdr_judge_run(p, &g.facts, explain, a, ret, err);
    *ret_complete = g.facts.complete;
    done(&g);
    return s;
}

cdr_status cdr_minimise_judge(cdr_inventory *inv, const cdr_policy *p, cdr_arena *a, cdr_judgement *ret, cdr_err *err)
{
    cdr_judge_result r;
    *ret = (cdr_judgement){0};
    cdr_status s = judge(inv, p, NULL, a, &r, &ret->scan_complete, err);
    if (s != CDR_OK)
        return s;
    ret->verdicts = r.verdicts;
    ret->count = r.count;
    ret->left_out = r.left_out;
    for (size_t i = 0; i <= CDR_VERDICT_OFF; i++)
        ret->by_result[i] = r.by_result[i];
    return CDR_OK;
}

cdr_status cdr_minimise_explain(cdr_inventory *inv, const cdr_policy *p, const char *id, cdr_arena *a, const cdr_verdict **ret, const cdr_reason **ret_reasons, size_t *ret_count, cdr_err *err)
{
    cdr_judge_result r;
    bool complete;
    cdr_status s = judge(inv, p, id, a, &r, &complete, err);
    if (s != CDR_OK)
        return s;
    *ret = r.explained;
    *ret_reasons = r.reasons;
    *ret_count = r.reason_count;
    return r.explained ? CDR_OK : cdr_fail(err, CDR_NOT_FOUND, "minimise", "policy.no-verdict", "No verdict has the id %.20s now; candor policy check lists them.", id);
}
