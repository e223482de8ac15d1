/* SPDX-License-Identifier: Apache-2.0 */
/* The erasure receipt: what a plan did, as canonical JSON. Its SHA-256 stands in an entry of the ledger, whose proof can be checked anywhere.
 * No path, no name: keys of systems, numbers of objects, keyed hashes of paths. */
#include "core/minimise/store_plan.h"

#include "base/parse.h"
#include "base/time.h"

#include <string.h>

#define RECEIPT_FORMAT "candor-receipt@1"

static json_t *number(uint64_t n)
{
    return json_integer((json_int_t)CDR_MIN(n, UINT64_C(1) << 53));
}

static json_t *rules(const cdr_planned *s)
{
    json_t *a = json_array();
    for (size_t i = 0; a && i < s->rule_count; i++)
        (void)json_array_append_new(a, json_string(s->rules[i]));
    return a;
}

static json_t *step_json(const cdr_plan *p, size_t i, const cdr_step_done *d)
{
    const cdr_planned *s = &p->steps[i];
    return json_pack("{s:I, s:s, s:s, s:o, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:s, s:s}", "id", (json_int_t)i + 1, "action", cdr_action_names[s->step.action], "system", s->system, "object",
                     number((uint64_t)s->step.target.object), "file", p->units[s->unit].path_id, "rules", rules(s), "rows", number(d->rows), "values", number(d->values), "rows_undated",
                     number(d->rows_undated), "rows_held", number(d->rows_held), "people_at_most", number(s->people_max), "verdict",
                     cdr_plan_verdict(p, i, d->outcome), "because", d->reason);
}

/* Backups by their keys; of the others how many there were, as their words hold paths. */
static json_t *gaps_json(const cdr_plan *p)
{
    static const char *const kinds[] = {"backup", "copy", "holder", "hard link", "snapshot", "left out", "elsewhere"};
    json_t *o = json_object(), *backups = json_array();
    bool ok = o && backups;
    for (size_t k = 0; k < CDR_COUNT(kinds) && ok; k++) {
        uint64_t n = 0;
        for (size_t i = 0; i < p->gap_count; i++)
            n += !strcmp(p->gaps[i].kind, kinds[k]);
        ok = n == 0 || !json_object_set_new(o, kinds[k], number(n));
    }
    for (size_t i = 0; i < p->gap_count && ok; i++)
        if (!strcmp(p->gaps[i].kind, "backup"))
            ok = !json_array_append_new(backups, json_string(p->gaps[i].system));
    if (ok && !json_object_set_new(o, "backups", backups))
        return o;
    json_decref(o);
    if (!ok)
        json_decref(backups);
    return NULL;
}

static json_t *totals_json(const cdr_plan *p, const cdr_step_done *done)
{
    uint64_t n[CDR_OUTCOME__MAX] = {0}, by_hand = 0, held = 0, refused = 0;
    for (size_t i = 0; i < p->step_count; i++) {
        by_hand += p->steps[i].how == CDR_PLANNED_HAND;
        held += p->steps[i].how == CDR_PLANNED_HELD;
        if (p->steps[i].how == CDR_PLANNED_DO && p->units[p->steps[i].unit].refusal)
            refused++;
        else if (p->steps[i].how == CDR_PLANNED_DO)
            n[done[i].outcome]++;
    }
    json_t *o = json_pack("{s:o, s:o}", "left by hand", number(by_hand), "held", number(held));
    bool ok = o && (!refused || !json_object_set_new(o, "not done", number(refused)));
    for (size_t k = 0; k < CDR_OUTCOME__MAX && ok; k++)
        ok = !json_object_set_new(o, k ? cdr_outcome_names[k] : "rights only", number(n[k]));
    return o;
}

static json_t *receipt_json(const cdr_plan_context *c, const cdr_plan *p, const cdr_step_done *done, int64_t now)
{
    char made[CDR_TIME_TEXT], at[CDR_TIME_TEXT];
    cdr_time_format(p->made_us, made);
    cdr_time_format(now, at);
    json_t *steps = json_array();
    for (size_t i = 0; steps && i < p->step_count; i++)
        if (p->steps[i].how == CDR_PLANNED_DO && json_array_append_new(steps, step_json(p, i, &done[i]))) {
            json_decref(steps);
            return NULL;
        }
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:o}", "format", RECEIPT_FORMAT, "plan", p->sha256, "policy", p->policy_sha256, "planned_at", made, "finished_at", at, "actor",
                     cdr_workspace_actor(c->ws), "steps", steps, "totals", totals_json(p, done), "not_covered", gaps_json(p));
}

cdr_status cdr_receipt_make(const cdr_plan_context *c, cdr_plan_store *st, const cdr_plan *p, const cdr_step_done *done, cdr_err *err)
{
    int64_t now = cdr_now_us(cdr_workspace_ctx(c->ws));
    uint8_t hash[32];
    char hex[65];
    uint64_t idx = 0;
    _cleanup_buf_ cdr_buf text = CDR_BUF(CDR_PLAN_BYTES_MAX);
    _cleanup_json_ json_t *receipt = receipt_json(c, p, done, now), *details = NULL;
    cdr_status s = receipt ? cdr_json_canonical(receipt, &text, err) : cdr_fail_nomem(err, "minimise");
    if (s != CDR_OK)
        return s;
    cdr_sha256(text.data, text.len, hash);
    cdr_hex_encode(hash, sizeof hash, hex);
    details = json_pack("{s:s, s:s, s:O}", "plan", p->sha256, "receipt", hex, "totals", json_object_get(receipt, "totals"));
    char *entry = details ? json_dumps(details, JSON_COMPACT) : NULL;
    s = entry ? cdr_ledger_append(cdr_workspace_ledger(c->ws), &(cdr_ledger_event){"remedy.receipt", cdr_workspace_actor(c->ws), p->id, entry}, &idx, err) : cdr_fail_nomem(err, "minimise");
    cdr_free(entry);
    return s == CDR_OK ? cdr_store_receipt_add(st, p->row, idx, text.data, text.len, now, err) : s;
}
