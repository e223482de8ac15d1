/* SPDX-License-Identifier: Apache-2.0 */
/* What people declared: parties, and activities as rows of the record of processing. */
#include "core/report/audit_parts.h"

#include "base/json.h"
#include "base/time.h"
#include "core/report/period.h"
#include "core/report/words.h"

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

static cdr_status add_party(void *arg, const cdr_party *p)
{
    build *b = arg;
    party *x = party_list_push(&b->parties);
    if (!x)
        return nomem(b);
    cdr_agreement agreement = (cdr_agreement)p->agreement;
    if (agreement == CDR_AGREEMENT_SIGNED && expired(b, p->agreement_until))
        agreement = CDR_AGREEMENT_EXPIRED;
    *x = (party){.key = build_keep(b, p->key), .name = build_keep(b, p->name ? p->name : p->key), .agreement_date = build_keep(b, p->agreement_date),
                 .parent = build_keep(b, p->parent), .vendor = p->kind != CDR_PARTY_AUTHORITY, .ours = !strcmp(p->key, CDR_PARTY_US) || (p->kind == CDR_PARTY_DEPARTMENT && !p->parent), .breach_notice = p->breach_notice_hours > 0,
                 .agreement = agreement == CDR_AGREEMENT_SIGNED ? 1 : agreement == CDR_AGREEMENT_UNKNOWN ? -1 : 0};
    if (!strcmp(p->key, CDR_PARTY_US)) {
        b->audit->contact = build_keep(b, p->contact);
        b->audit->country = build_keep(b, p->country);
    }
    return x->key && x->name && x->parent ? CDR_OK : nomem(b);
}

static const party *party_named(const build *b, const char *name)
{
    for (size_t i = 0; i < b->parties.len; i++)
        if (!strcmp(b->parties.at[i].key, name) || !strcmp(b->parties.at[i].name, name))
            return &b->parties.at[i];
    return NULL;
}

/* Who is part of what is ours is ours, too. */
static void find_ours(build *b)
{
    for (bool again = true; again;) {
        again = false;
        for (size_t i = 0; i < b->parties.len; i++) {
            party *p = &b->parties.at[i];
            const party *above = p->ours || !p->parent[0] ? NULL : party_named(b, p->parent);
            if (above && above->ours)
                p->ours = again = true;
        }
    }
    for (size_t i = 0; i < b->parties.len; i++)
        b->parties.at[i].vendor &= !b->parties.at[i].ours;
}

static const char *system_named(const build *b, const char *key)
{
    for (size_t i = 0; i < b->overview.system_count; i++)
        if (b->overview.systems[i].registered && !strcmp(b->overview.systems[i].key, key))
            return b->overview.systems[i].name;
    return key;
}

typedef const char *name_fn(const build *b, const char *s);
static const char *as_is(const build *b, const char *s) { (void)b; return s; }
static const char *party_name(const build *b, const char *s) { const party *p = party_named(b, s); return p ? p->name : s; }

/* The texts of a list, named by ${name}, with commas. */
static const char *joined(build *b, const json_t *list, name_fn *name)
{
    cdr_buf text = CDR_BUF(1 << 20);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *s = json_string_value(json_array_get(list, i));
        if (s)
            cdr_buf_addf(&text, "%s%s", text.len ? ", " : "", name(b, s));
    }
    const char *kept = cdr_buf_status(&text) == CDR_OK ? build_keep(b, text.data) : NULL;
    cdr_buf_done(&text);
    return kept;
}

static const char *const *strings(build *b, const json_t *list, size_t *ret_count)
{
    size_t n = json_array_size(list);
    const char **at = cdr_arena_alloc(b->arena, (n + 1) * sizeof *at);
    *ret_count = 0;
    for (size_t i = 0; at && i < n; i++) {
        const char *s = json_string_value(json_array_get(list, i));
        if (s && !(at[(*ret_count)++] = build_keep(b, s)))
            return NULL;
    }
    return at;
}

static const char *retention(build *b, const cdr_activity *a)
{
    cdr_report_period p;
    cdr_buf text = CDR_BUF(4096);
    if (a->retention_period && cdr_report_period_parse(a->retention_period, &p))
        cdr_report_period_words(&text, &p);
    else
        cdr_buf_adds(&text, a->retention_period ? a->retention_period : "");
    if (text.len > 0 && a->retention_trigger)
        cdr_buf_addf(&text, " from %s%s", strncmp(a->retention_trigger, "the ", 4) ? "the " : "", a->retention_trigger);
    if (text.len > 0 && a->retention_source)
        cdr_buf_addf(&text, " (%s)", a->retention_source);
    const char *kept = cdr_buf_status(&text) == CDR_OK ? build_keep(b, text.data) : NULL;
    cdr_buf_done(&text);
    return kept;
}

/* What is on file of the contracts with those who receive data, when the activity itself does not say. */
static const char *contracts(build *b, const cdr_activity *a)
{
    if (a->processor_contract)
        return build_keep(b, a->processor_contract);
    cdr_buf text = CDR_BUF(1 << 16);
    for (size_t i = 0; i < json_array_size(a->recipients); i++) {
        const char *s = json_string_value(json_array_get(a->recipients, i));
        const party *p = s ? party_named(b, s) : NULL;
        if (p && p->agreement > 0)
            cdr_buf_addf(&text, "%s%s: signed%s%s", text.len ? "; " : "", p->name, p->agreement_date[0] ? " " : "", p->agreement_date);
    }
    const char *kept = cdr_buf_status(&text) == CDR_OK ? build_keep(b, text.data) : NULL;
    cdr_buf_done(&text);
    return kept;
}

static const char *said(const char *const *names, int64_t index)
{
    return index > 0 ? names[index] : "";    /* 0 is "unknown" in each of these tables */
}

static cdr_audit_activity row_of(build *b, const cdr_activity *a)
{
    cdr_audit_activity r = {
        .function = build_keep(b, a->function), .purpose = build_keep(b, a->purpose), .joint_controller = build_keep(b, a->joint_controller), .subjects = joined(b, a->subjects, as_is),
        .categories = joined(b, a->categories, as_is), .recipients = joined(b, a->recipients, party_name), .processor_contract = contracts(b, a),
        .transfers = joined(b, a->transfers, as_is), .safeguards = build_keep(b, a->transfer_safeguards), .retention = retention(b, a), .security = joined(b, a->safeguards, as_is),
        .lawful_basis = said(cdr_lawful_basis_names, a->lawful_basis), .special_condition = said(cdr_special_condition_names, a->special_condition),
        .systems = joined(b, a->systems, system_named), .source = build_keep(b, a->source), .legitimate_interest = build_keep(b, a->legitimate_interest),
        .interest_assessment = build_keep(b, a->interest_assessment), .rights = joined(b, a->rights, as_is),
        .automated_decisions = a->automated_decisions > 0 ? "yes" : a->automated_decisions == 0 ? "no" : "", .consent_record = build_keep(b, a->consent_record),
        .dpia_link = build_keep(b, a->dpia_link)};
    const char *dpia = said(cdr_dpia_names, a->dpia);
    r.dpia_required = !dpia[0] ? "" : !strcmp(dpia, "not required") ? "no" : "yes";
    r.dpia_progress = !strcmp(dpia, "in progress") || !strcmp(dpia, "done") ? dpia : "";
    return r;
}

static bool row_is_whole(const cdr_audit_activity *r)
{
    const char *const all[] = {r->function, r->purpose, r->joint_controller, r->subjects, r->categories, r->recipients, r->processor_contract, r->transfers, r->safeguards, r->retention,
                               r->security, r->systems, r->source, r->legitimate_interest, r->interest_assessment, r->rights, r->consent_record, r->dpia_link};
    for (size_t i = 0; i < CDR_COUNT(all); i++)
        if (!all[i])
            return false;
    return true;
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

static cdr_status add_activity(void *arg, const cdr_activity *a)
{
    build *b = arg;
    activity *x = activity_list_push(&b->activities);
    cdr_fact_activity *fact = activity_fact_list_push(&b->activity_facts);
    cdr_audit_activity *row = activity_row_list_push(&b->activity_rows);
    if (!x || !fact || !row)
        return nomem(b);
    *row = row_of(b, a);
    *x = (activity){.period = build_keep(b, a->retention_period), .data_use = build_keep(b, a->data_use), .special_condition = a->special_condition > 0};
    x->systems = strings(b, a->systems, &x->system_count);
    x->categories = strings(b, a->categories, &x->category_count);
    *fact = (cdr_fact_activity){.key = build_keep(b, a->key), .name = row->purpose && row->purpose[0] ? row->purpose : build_keep(b, a->key), .lawful_basis = row->lawful_basis, .retention = x->period && x->period[0],
                                .special_condition = x->special_condition};
    for (size_t i = 0; x->categories && i < x->category_count; i++)
        fact->special |= is_special(x->categories[i]);
    return row_is_whole(row) && x->period && x->data_use && x->systems && x->categories && fact->key && fact->name ? CDR_OK : nomem(b);
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
    b->audit->contact = b->audit->country = "";
    cdr_status s = cdr_inventory_each_party(b->inv, add_party, b, b->err);
    if (s == CDR_OK)
        find_ours(b);
    return s == CDR_OK ? cdr_inventory_each_activity(b->inv, add_activity, b, b->err) : s;
}
