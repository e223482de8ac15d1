/* SPDX-License-Identifier: Apache-2.0 */
/* What the policy says of what was found: verdicts, and what is over age. */
#include "core/report/audit_parts.h"

#include "core/minimise/facts.h"
#include "core/minimise/retention.h"

#include <string.h>

CDR_VEC(kept_list, cdr_audit_kept)

typedef struct keeping { build *b; kept_list list; } keeping;

static cdr_status take_count(void *arg, const cdr_retention_count *c)
{
    keeping *k = arg;
    bool uncounted = !c->known || !c->stands;
    if (!c->rule[0] || (!uncounted && c->over_age == 0))
        return CDR_OK;
    cdr_audit_kept *x = kept_list_push(&k->list);
    build *b = k->b;
    if (!x)
        return CDR_E_NOMEM;
    *x = (cdr_audit_kept){.path = build_display(b, c->path, c->object), .system = build_keep(b, c->system_name), .rule = build_keep(b, c->rule), .oldest = build_keep(b, c->oldest),
                          .trigger = build_keep(b, c->trigger_field), .known = !uncounted, .rows = c->rows, .over_age = uncounted ? 0 : c->over_age,
                          .reason = build_keep(b, c->stands ? c->reason : cdr_retention_void_reason(c))};
    return x->path && x->system && x->rule && x->oldest && x->trigger && x->reason ? CDR_OK : CDR_E_NOMEM;
}

static cdr_status gather_kept(build *b, cdr_audit_policy *p)
{
    keeping k = {.b = b};
    cdr_status s = cdr_retention_each_count(b->inv, b->request->policy, 0, take_count, &k, b->err);
    cdr_audit_kept *at = s == CDR_OK ? cdr_arena_alloc(b->arena, (k.list.len + 1) * sizeof *at) : NULL;
    if (s == CDR_E_NOMEM || (s == CDR_OK && !at))
        s = cdr_fail_nomem(b->err, "report");
    if (s == CDR_OK && k.list.len > 0)
        memcpy(at, k.list.at, k.list.len * sizeof *at);
    p->kept = at;
    p->kept_count = s == CDR_OK ? k.list.len : 0;
    kept_list_done(&k.list);
    return s;
}

static bool is_promise(const cdr_policy *policy, const char *rule)
{
    for (size_t i = 0; i < policy->promise_count; i++)
        if (!strcmp(policy->promises[i].head.id, rule))
            return true;
    return false;
}

cdr_status build_policy(build *b)
{
    const cdr_policy *policy = b->request->policy;
    cdr_judgement j;
    if (!policy)
        return CDR_OK;
    cdr_audit_policy *p = cdr_arena_alloc(b->arena, sizeof *p);
    if (!p)
        return cdr_fail_nomem(b->err, "report");
    cdr_status s = cdr_minimise_judge(b->inv, policy, b->arena, &j, b->err);
    if (s != CDR_OK)
        return s;
    *p = (cdr_audit_policy){.name = build_keep(b, policy->name), .check = build_command(b, "candor policy check"), .verdicts = j.verdicts, .count = j.count};
    memcpy(p->by_result, j.by_result, sizeof p->by_result);
    bool *promises = cdr_arena_alloc(b->arena, j.count + 1);
    if (!p->name || !p->check || !promises)
        return cdr_fail_nomem(b->err, "report");
    for (size_t i = 0; i < j.count; i++) {
        promises[i] = is_promise(policy, j.verdicts[i].rule);
        p->severe += j.verdicts[i].result == CDR_VERDICT_FAIL && j.verdicts[i].severity == CDR_SEV_SEVERE;
    }
    p->is_promise = promises;
    b->audit->policy = p;
    return gather_kept(b, p);
}
