/* SPDX-License-Identifier: Apache-2.0 */
/* What other rooms keep: consents, what is over age, what was erased and is found again. */
#include "core/minimise/facts_parts.h"

#include "core/care/consent.h"
#include "core/minimise/residue.h"
#include "core/minimise/retention.h"

#include <stdlib.h>
#include <string.h>

static cdr_status add_consent(void *arg, const cdr_consent_tally *t)
{
    gathering *g = arg;
    cdr_judge_consent *c = facts_consents_push(&g->consents);
    if (!c || !(c->purpose = facts_keep(g, t->purpose)))
        return facts_nomem(g);
    for (size_t i = CDR_CONSENT_NONE + 1; i < CDR_CONSENT__MAX; i++)
        *(i == CDR_CONSENT_GIVEN || i == CDR_CONSENT_RENEWED ? &c->valid : &c->other) += t->by_state[i];
    return CDR_OK;
}

/* What was over age stays so; that nothing was holds for the day of the count only. */
static bool is_stale(const cdr_retention_count *c)
{
    return !c->fresh && (!c->stands || c->over_age == 0);
}

static cdr_status add_count(void *arg, const cdr_retention_count *c)
{
    gathering *g = arg;
    size_t object = facts_object_with(g, c->object);
    if (object == SIZE_MAX || !c->rule[0])
        return CDR_OK;
    cdr_judge_retained *r = facts_retained_push(&g->retained);
    if (!r)
        return facts_nomem(g);
    *r = (cdr_judge_retained){.object = object, .rule = facts_keep(g, c->rule), .trigger_field = facts_keep(g, c->trigger_field), .cutoff = facts_keep(g, c->cutoff), .reason = facts_keep(g, c->reason),
                              .oldest = facts_keep(g, c->oldest), .known = c->known, .stale = is_stale(c), .rows = c->rows, .over_age = c->why == CDR_KEPT_BY_HOLD ? 0 : c->over_age,
                              .undated = c->undated, .kept = c->kept};
    return r->rule && r->trigger_field && r->cutoff && r->reason && r->oldest ? CDR_OK : facts_nomem(g);
}

static int by_object(const void *a, const void *b)
{
    const cdr_judge_retained *x = a, *y = b;
    return x->object != y->object ? (x->object < y->object ? -1 : 1) : strcmp(x->rule, y->rule);
}

static void hand_out_counts(gathering *g)
{
    if (g->retained.len > 1)
        qsort(g->retained.at, g->retained.len, sizeof *g->retained.at, by_object);
    for (size_t i = 0; i < g->retained.len; i++) {
        cdr_judge_object *o = &g->objects.at[g->retained.at[i].object];
        if (o->retained_count++ == 0)
            o->retained = &g->retained.at[i];
    }
}

static cdr_status add_residue(void *arg, const cdr_residue *x)
{
    gathering *g = arg;
    size_t object = facts_object_with(g, x->object);
    if (object == SIZE_MAX)
        return CDR_OK;
    cdr_judge_residue *r = facts_residues_push(&g->residues);
    if (!r || !(r->plan = facts_keep(g, x->plan)))
        return facts_nomem(g);
    r->object = object;
    r->what = cdr_kind_get(x->kind)->title;
    r->values = x->values;
    r->inside = x->inside;
    r->governed = x->governed;
    return CDR_OK;
}

cdr_status facts_gather_known(gathering *g)
{
    cdr_status s = cdr_consent_each_purpose(g->ws, 0, add_consent, g, g->err);
    g->facts.consents_known = s == CDR_OK;
    if (s == CDR_OK)
        s = cdr_retention_each_count(g->inv, g->policy, 0, add_count, g, g->err);
    if (s == CDR_OK) {
        hand_out_counts(g);
        s = cdr_residue_each(g->inv, add_residue, g, &g->facts.erasures, g->err);
        g->facts.erasures_known = s == CDR_OK;
    }
    return s;
}
