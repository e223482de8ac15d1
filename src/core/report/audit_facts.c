/* SPDX-License-Identifier: Apache-2.0 */
/* The facts that the checks judge. */
#include "core/report/audit_parts.h"

#include "core/report/period.h"

#include <string.h>

static cdr_status nomem(build *b)
{
    return cdr_fail_nomem(b->err, "report");
}

static const party *party_of(const build *b, const char *key)
{
    for (size_t i = 0; i < b->parties.len; i++)
        if (!strcmp(b->parties.at[i].key, key))
            return &b->parties.at[i];
    return NULL;
}

static const cdr_fact_holder *holders_of(build *b, const cdr_inv_system *s)
{
    cdr_fact_holder *at = cdr_arena_alloc(b->arena, (s->holder_count + 1) * sizeof *at);
    for (size_t i = 0; at && i < s->holder_count; i++) {
        const cdr_inv_holder *h = &s->holders[i];
        const party *p = party_of(b, h->party);
        at[i] = (cdr_fact_holder){h->party, h->name, h->is_us, p ? p->vendor : !h->is_us, h->relation, p ? p->agreement : -1, p && p->breach_notice};
    }
    return at;
}

static bool about(const activity *a, const char *key)
{
    for (size_t i = 0; i < a->system_count; i++)
        if (!strcmp(a->systems[i], key))
            return true;
    return false;
}

static bool is_below(const char *category, const char *top)
{
    size_t len = strlen(top);
    return !strncmp(category, top, len) && (category[len] == '\0' || category[len] == '.');
}

/* What the activities that name a system say of it, taken together. */
static cdr_status join_activities(build *b, cdr_fact_system *f)
{
    size_t room = 0;
    for (size_t i = 0; i < b->activities.len; i++)
        room += about(&b->activities.at[i], f->key) ? b->activities.at[i].category_count : 0;
    const char **categories = cdr_arena_alloc(b->arena, (room + 1) * sizeof *categories);
    if (!categories)
        return nomem(b);
    f->categories = categories;
    f->keep_since_us = INT64_MAX;
    f->retention = true;
    for (size_t i = 0; i < b->activities.len; i++) {
        const activity *a = &b->activities.at[i];
        cdr_report_period period;
        if (!about(a, f->key))
            continue;
        f->activities++;
        f->special_condition |= a->special_condition;
        f->payments |= strstr(a->data_use, "payment_processing") != NULL;
        for (size_t k = 0; k < a->category_count; k++) {
            categories[f->category_count++] = a->categories[k];
            f->payments |= is_below(a->categories[k], "user.financial.credit_card");     /* the broad user.financial is no word about cards */
        }
        /* One activity that needs it longer keeps it; one that says nothing leaves the question open. */
        if (!cdr_report_period_parse(a->period, &period))
            f->retention = false;
        else
            f->keep_since_us = CDR_MIN(f->keep_since_us, cdr_report_period_before(b->audit->at_us, &period));
    }
    f->retention = f->retention && f->activities > 0;
    if (!f->retention)
        f->keep_since_us = INT64_MIN;
    return CDR_OK;
}

static uint32_t families_of(const cdr_inv_system *s)
{
    uint32_t bits = 0;
    for (size_t f = CDR_FAMILY_NONE + 1; f < CDR_FAMILY__MAX; f++)
        if (s->by_family[f] > 0)
            bits |= CDR_FAMILY_BIT(f);
    return bits;
}

cdr_status build_facts(build *b, cdr_facts *ret)
{
    const cdr_inv_overview *v = &b->overview;
    b->system_facts = cdr_alloc_array(v->system_count + 1, sizeof *b->system_facts);
    b->object_facts = cdr_alloc_array(b->objects.len + 1, sizeof *b->object_facts);
    if (!b->system_facts || !b->object_facts)
        return nomem(b);
    for (size_t i = 0; i < v->system_count; i++) {
        const cdr_inv_system *s = &v->systems[i];
        cdr_fact_system *f = &b->system_facts[i];
        *f = (cdr_fact_system){.key = s->key, .name = s->registered ? s->name : build_display(b, s->name, 0),
                               .folder = s->registered || s->name[0] != '/' || audit_path_speaks(b->source, s->name) ? "" : s->name, .registered = s->registered, .record = s->system_of_record, .owner = s->owner, .encrypted = s->encrypted,
                               .backup_of = s->backup_of, .holders = holders_of(b, s), .holder_count = s->holder_count, .people = s->people_max, .people_doubt = s->people_max - s->people_min, .families = families_of(s),
                               .keep_since_us = INT64_MIN};
        cdr_status status = !f->holders || !f->name ? nomem(b) : s->registered ? join_activities(b, f) : CDR_OK;
        if (status != CDR_OK)
            return status;
    }
    for (size_t i = 0; i < b->objects.len; i++)
        b->object_facts[i] = b->objects.at[i].fact;
    *ret = (cdr_facts){b->audit->at_us, b->system_facts, v->system_count, b->object_facts, b->objects.len, b->activity_facts.at, b->activity_facts.len,
                        b->request->reviews, b->request->review_count, cdr_workspace_ctx(b->ws)};
    return CDR_OK;
}
