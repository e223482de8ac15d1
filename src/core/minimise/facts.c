/* SPDX-License-Identifier: Apache-2.0 */
#include "core/minimise/facts.h"

#include "base/json.h"
#include "core/inventory/state.h"
#include "core/minimise/facts_parts.h"

#include <string.h>

#define FACTS_MAX ((size_t)4 << 30)

cdr_status facts_nomem(gathering *g)
{
    return cdr_fail_nomem(g->err, "minimise");
}

const char *facts_keep(gathering *g, const char *s)
{
    return s && s[0] ? cdr_arena_strdup(g->arena, s) : "";
}

bool facts_keys(gathering *g, const json_t *list, cdr_key_set *ret)
{
    size_t n = json_array_size(list);
    const char **keys = cdr_arena_alloc(g->arena, (n + 1) * sizeof *keys);
    *ret = (cdr_key_set){keys, 0, json_is_array(list)};
    for (size_t i = 0; keys && i < n; i++) {
        const char *s = json_string_value(json_array_get(list, i));
        bool again = !s;
        for (size_t k = 0; k < ret->count && !again; k++)
            again = !strcmp(keys[k], s);
        if (!again && !(keys[ret->count++] = facts_keep(g, s)))
            return false;
    }
    return keys != NULL;
}

/* Not what was changed since: only what the newest scan, and those before it, did not read. */
static cdr_status gather_coverage(gathering *g)
{
    cdr_inv_scan last;
    cdr_status s = cdr_inventory_last_scan(g->inv, true, g->arena, &last, NULL);
    if (s != CDR_OK && s != CDR_NOT_FOUND)
        return cdr_inventory_last_scan(g->inv, true, g->arena, &last, g->err);
    g->facts.scanned = s == CDR_OK;
    g->facts.unread = g->overview.partial + g->overview.skipped;
    g->facts.complete = s == CDR_OK && !last.interrupted && g->facts.unread == 0;
    return CDR_OK;
}

static cdr_status gather_overlaps(gathering *g)
{
    cdr_judge_overlap *at = cdr_arena_alloc(g->arena, (g->overview.overlap_count + 1) * sizeof *at);
    for (size_t i = 0; at && i < g->overview.overlap_count; i++)
        at[i] = (cdr_judge_overlap){g->overview.overlaps[i].a, g->overview.overlaps[i].b, g->overview.overlaps[i].shared};
    g->facts.overlaps = at;
    g->facts.overlap_count = g->overview.overlap_count;
    return at ? CDR_OK : facts_nomem(g);
}

static cdr_status gather_observable(gathering *g)
{
    enum { ROOM = 256 };
    const char **keys = cdr_arena_alloc(g->arena, ROOM * sizeof *keys);
    if (!keys)
        return facts_nomem(g);
    g->facts.observable = (cdr_key_set){keys, cdr_minimise_observable(keys, ROOM), true};
    return CDR_OK;
}

static cdr_status gather(gathering *g)
{
    int64_t now = cdr_now_us(cdr_workspace_ctx(g->ws)), day = INT64_C(86400000000);
    g->facts.today = cdr_date_from_days(now / day - (now % day < 0));
    g->facts.ctx = cdr_workspace_ctx(g->ws);
    cdr_status s = cdr_path_masker_new(&g->masker, g->err);
    if (s == CDR_OK)
        s = cdr_holds_load(g->ws, &g->holds, g->err);
    if (s == CDR_OK)
        s = cdr_inventory_overview(g->inv, g->arena, &g->overview, g->err);
    if (s == CDR_OK)
        s = gather_coverage(g);
    if (s == CDR_OK)
        s = gather_overlaps(g);
    if (s == CDR_OK)
        s = gather_observable(g);
    if (s == CDR_OK)
        s = facts_gather_declared(g);
    if (s == CDR_OK)
        s = facts_gather_seen(g);
    return s == CDR_OK ? facts_gather_known(g) : s;
}

static void done(gathering *g)
{
    facts_objects_done(&g->objects);
    facts_fields_done(&g->fields);
    facts_ids_done(&g->ids);
    facts_retained_done(&g->retained);
    facts_residues_done(&g->residues);
    facts_activities_done(&g->activities);
    facts_parties_done(&g->parties);
    facts_said_list_done(&g->party_parents);
    facts_said_list_done(&g->readers);
    facts_consents_done(&g->consents);
    cdr_holds_free(g->holds);
    cdr_reach_done(&g->reach);
    cdr_path_masker_free(g->masker);
    cdr_arena_free(g->arena);
}

static void hand_over(gathering *g)
{
    cdr_judge_facts *f = &g->facts;
    f->systems = g->systems;
    f->system_count = g->overview.system_count;
    f->objects = g->objects.at;
    f->object_count = g->objects.len;
    f->activities = g->activities.at;
    f->activity_count = g->activities.len;
    f->parties = g->parties.at;
    f->party_count = g->parties.len;
    f->residue = g->residues.at;
    f->residue_count = g->residues.len;
    f->consents = g->consents.at;
    f->consent_count = g->consents.len;
}

/* The facts go with the call: what verdicts tell of them is copied into ${a}. */
static cdr_status run(cdr_inventory *inv, const cdr_policy *p, const char *explain, cdr_arena *a, cdr_judge_result *ret, cdr_judgement *ret_seen, cdr_err *err)
{
    gathering g = {.inv = inv, .ws = inv->ws, .policy = p, .arena = cdr_arena_new(FACTS_MAX), .err = err};
    if (!g.arena)
        return cdr_fail_nomem(err, "minimise");
    cdr_status s = cdr_db_begin_read(inv->db, err);    /* all of it of one moment */
    if (s == CDR_OK) {
        s = gather(&g);
        cdr_status end = s == CDR_OK ? cdr_db_commit(inv->db, err) : CDR_OK;
        if (s != CDR_OK)
            cdr_db_rollback(inv->db);
        s = s == CDR_OK ? end : s;
    }
    if (s == CDR_OK) {
        hand_over(&g);
        ret_seen->scan_complete = g.facts.complete;
        ret_seen->suppressed = g.overview.suppressed;
        s = cdr_judge_run(p, &g.facts, explain, a, ret, err);
    }
    done(&g);
    return s;
}

cdr_status cdr_minimise_judge(cdr_inventory *inv, const cdr_policy *p, cdr_arena *a, cdr_judgement *ret, cdr_err *err)
{
    cdr_judge_result r;
    *ret = (cdr_judgement){0};
    cdr_status s = run(inv, p, NULL, a, &r, ret, err);
    if (s != CDR_OK)
        return s;
    ret->verdicts = r.verdicts;
    ret->count = r.count;
    ret->left_out = r.left_out;
    memcpy(ret->by_result, r.by_result, CDR_MIN(sizeof ret->by_result, sizeof r.by_result));
    return CDR_OK;
}

cdr_status cdr_minimise_explain(cdr_inventory *inv, const cdr_policy *p, const char *id, cdr_arena *a, const cdr_verdict **ret, const cdr_reason **ret_reasons, size_t *ret_count, cdr_err *err)
{
    cdr_judge_result r;
    cdr_judgement seen;
    *ret = NULL;
    *ret_reasons = NULL;
    *ret_count = 0;
    cdr_status s = run(inv, p, id, a, &r, &seen, err);
    if (s != CDR_OK)
        return s;
    if (!r.explained)
        return cdr_fail(err, CDR_NOT_FOUND, "minimise", "minimise.no-verdict", "No verdict has the id %.40s now; candor policy check lists them.", id);
    *ret = r.explained;
    *ret_reasons = r.reasons;
    *ret_count = r.reason_count;
    return CDR_OK;
}
