/* SPDX-License-Identifier: Apache-2.0 */
/* What people declared: parties, and activities as rows of the record of processing. */
#include "core/report/audit_parts.h"

#include "base/time.h"
#include "core/report/register.h"

#include <string.h>

static cdr_status nomem(build *b)
{
    return cdr_fail_nomem(b->err, "report");
}

static bool expired(const build *b, const char *until)
{
    int64_t us;
    return until && cdr_time_parse(until, &us) && us + INT64_C(86400000000) <= b->audit->at_us;
}

static cdr_status add_party(build *b, const cdr_reg_party *p)
{
    party *x = party_list_push(&b->parties);
    if (!x)
        return nomem(b);
    cdr_agreement agreement = p->agreement;
    if (agreement == CDR_AGREEMENT_SIGNED && expired(b, p->agreement_until))
        agreement = CDR_AGREEMENT_EXPIRED;
    *x = (party){.key = p->key, .name = p->name, .agreement_date = p->agreement_date, .parent = p->parent, .vendor = p->kind != CDR_PARTY_AUTHORITY && !p->ours, .ours = p->ours,
                 .breach_notice = p->breach_notice_hours > 0, .agreement = agreement == CDR_AGREEMENT_SIGNED ? 1 : agreement == CDR_AGREEMENT_UNKNOWN ? -1 : 0};
    return CDR_OK;
}

/* GDPR Art. 9(1) and 10, as fideslang names them. */
static bool is_special(const char *category)
{
    static const char *const keys[] = {"user.health_and_medical", "user.biometric", "user.biometric_health", "user.genetic", "user.demographic.religious_belief", "user.demographic.race_ethnicity",
                                       "user.demographic.political_opinion", "user.demographic.trade_union_membership", "user.demographic.sexual_orientation", "user.criminal_history"};
    for (size_t i = 0; i < CDR_COUNT(keys); i++) {
        size_t len = strlen(keys[i]);
        if (!strncmp(category, keys[i], len) && (category[len] == '\0' || category[len] == '.'))
            return true;
    }
    return false;
}

static cdr_status add_activity(build *b, const cdr_register *r, const cdr_reg_activity *a)
{
    activity *x = activity_list_push(&b->activities);
    cdr_fact_activity *fact = activity_fact_list_push(&b->activity_facts);
    cdr_audit_activity *row = activity_row_list_push(&b->activity_rows);
    if (!x || !fact || !row || !cdr_register_row(r, a, row))
        return nomem(b);
    *x = (activity){.systems = a->system_keys.at, .system_count = a->system_keys.count, .categories = a->categories.at, .category_count = a->categories.count, .period = a->retention_period,
                    .data_use = a->data_use, .special_condition = a->special_condition[0]};
    *fact = (cdr_fact_activity){.key = a->key, .name = a->purpose[0] ? a->purpose : a->key, .lawful_basis = a->lawful_basis, .retention = a->retention_period[0], .special_condition = a->special_condition[0]};
    for (size_t i = 0; i < a->categories.count; i++)
        fact->special |= is_special(a->categories.at[i]);
    return CDR_OK;
}

bool build_is_ours(const build *b, const char *key)
{
    for (size_t i = 0; i < b->parties.len; i++)
        if (!strcmp(b->parties.at[i].key, key))
            return b->parties.at[i].ours;
    return !strcmp(key, CDR_PARTY_US);
}

cdr_status build_declared(build *b)
{
    cdr_register r;
    cdr_status s = cdr_register_read(b->inv, b->arena, &r, b->err);
    if (s != CDR_OK)
        return s;
    cdr_register_head head = cdr_register_head_of(&r, b->audit->at_us);
    b->audit->contact = head.contact;
    b->audit->country = head.country;
    b->audit->dpo = head.dpo;
    b->audit->representative = head.representative;
    for (size_t i = 0; s == CDR_OK && i < r.party_count; i++)
        s = add_party(b, &r.parties[i]);
    for (size_t i = 0; s == CDR_OK && i < r.activity_count; i++)
        s = add_activity(b, &r, &r.activities[i]);
    return s;
}
