/* SPDX-License-Identifier: Apache-2.0 */
#include "core/report/register.h"

#include "base/vec.h"
#include "core/report/period.h"
#include "core/taxonomy/taxonomy.h"

#include <string.h>

CDR_VEC(party_list, cdr_reg_party)
CDR_VEC(system_list, cdr_reg_system)
CDR_VEC(activity_list, cdr_reg_activity)

typedef struct reading {
    cdr_register *r;
    party_list parties;
    system_list systems;
    activity_list activities;
    bool failed;                  /* out of memory */
} reading;

static const char *keep(reading *x, const char *s)
{
    const char *kept = !s || !*s ? "" : cdr_arena_strdup(x->r->arena, s);
    x->failed |= !kept;
    return kept;
}

static cdr_reg_list keep_list(reading *x, const json_t *list)
{
    size_t n = json_array_size(list);
    cdr_reg_list l = {0};
    const char **at = cdr_arena_alloc(x->r->arena, (n + 1) * sizeof *at);
    x->failed |= !at;
    for (size_t i = 0; at && i < n; i++) {
        const char *s = json_string_value(json_array_get(list, i));
        if (s)
            at[l.count++] = keep(x, s);
    }
    l.at = at;
    return l;
}

/* What grew on the heap, kept in the arena. */
static void *settle(reading *x, const void *at, size_t len, size_t size)
{
    void *kept = cdr_arena_alloc(x->r->arena, (len + 1) * size);
    x->failed |= !kept;
    if (kept && len > 0)
        memcpy(kept, at, len * size);
    return kept;
}

static cdr_status more(const reading *x)
{
    return x->failed ? CDR_E_NOMEM : CDR_OK;
}

/* --- parties --- */

static cdr_status add_party(void *arg, const cdr_party *p)
{
    reading *x = arg;
    cdr_reg_party *q = party_list_push(&x->parties);
    if (!q)
        return CDR_E_NOMEM;
    *q = (cdr_reg_party){.key = keep(x, p->key), .name = keep(x, p->name ? p->name : p->key), .contact = keep(x, p->contact), .country = keep(x, p->country), .parent = keep(x, p->parent),
                         .agreement_date = keep(x, p->agreement_date), .agreement_until = keep(x, p->agreement_until), .kind = (cdr_party_kind)p->kind,
                         .agreement = (cdr_agreement)p->agreement, .breach_notice_hours = p->breach_notice_hours,
                         .ours = !strcmp(p->key, CDR_PARTY_US) || (p->kind == CDR_PARTY_DEPARTMENT && !p->parent)};
    return more(x);
}

/* Who is part of what is ours is ours, too. */
static void find_ours(reading *x)
{
    for (bool again = true; again;) {
        again = false;
        for (size_t i = 0; i < x->parties.len; i++)
            for (size_t k = 0; k < x->parties.len && !x->parties.at[i].ours; k++)
                if (x->parties.at[k].ours && !strcmp(x->parties.at[k].key, x->parties.at[i].parent))
                    x->parties.at[i].ours = again = true;
    }
}

const cdr_reg_party *cdr_register_party(const cdr_register *r, const char *name)
{
    for (size_t i = 0; i < r->party_count; i++)
        if (!strcmp(r->parties[i].key, name))
            return &r->parties[i];
    for (size_t i = 0; i < r->party_count; i++)
        if (!strcmp(r->parties[i].name, name))
            return &r->parties[i];
    return NULL;
}

static const cdr_reg_party *by_key(const cdr_register *r, const char *key)
{
    for (size_t i = 0; i < r->party_count; i++)
        if (!strcmp(r->parties[i].key, key))
            return &r->parties[i];
    return NULL;
}

static void settle_parties(reading *x)
{
    cdr_register *r = x->r;
    find_ours(x);
    r->parties = settle(x, x->parties.at, x->parties.len, sizeof *r->parties);
    r->party_count = r->parties ? x->parties.len : 0;
    r->us = by_key(r, CDR_PARTY_US);
    r->dpo = by_key(r, "dpo");
    r->representative = by_key(r, "representative");
    if (r->us) {
        r->org = r->us->name;
        r->contact = r->us->contact;
        r->country = r->us->country;
    }
}

/* --- systems --- */

static cdr_status add_system(void *arg, const cdr_system *s, const cdr_holding *holders, size_t count)
{
    reading *x = arg;
    cdr_reg_system *q = system_list_push(&x->systems);
    cdr_reg_holder *h = cdr_arena_alloc(x->r->arena, (count + 1) * sizeof *h);
    if (!q || !h)
        return CDR_E_NOMEM;
    *q = (cdr_reg_system){.key = keep(x, s->key), .name = keep(x, s->name), .owner = keep(x, s->owner), .location = keep(x, s->location), .country = keep(x, s->country),
                          .backup_of = keep(x, s->backup_of), .encrypted = (int)s->encrypted, .access = keep_list(x, s->access), .holders = h};
    for (size_t i = 0; i < count; i++) {
        const cdr_reg_party *p = by_key(x->r, holders[i].party);
        if (p)
            h[q->holder_count++] = (cdr_reg_holder){p, (cdr_relation)holders[i].relation};
    }
    return more(x);
}

static const cdr_reg_system *system_by_key(const cdr_register *r, const char *key)
{
    for (size_t i = 0; i < r->system_count; i++)
        if (!strcmp(r->systems[i].key, key))
            return &r->systems[i];
    return NULL;
}

/* --- activities --- */

static const char *taken(reading *x, cdr_buf *text)
{
    const char *kept = cdr_buf_status(text) == CDR_OK ? keep(x, text->data) : NULL;
    x->failed |= !kept;
    cdr_buf_done(text);
    return kept;
}

static const char *retention_words(reading *x, const cdr_activity *a)
{
    cdr_report_period p;
    cdr_buf text = CDR_BUF(1 << 16);
    if (a->retention_period && cdr_report_period_parse(a->retention_period, &p))
        cdr_report_period_words(&text, &p);
    else
        cdr_buf_adds(&text, a->retention_period ? a->retention_period : "");
    if (text.len > 0 && a->retention_trigger)
        cdr_buf_addf(&text, " from %s%s", strncmp(a->retention_trigger, "the ", 4) ? "the " : "", a->retention_trigger);
    if (text.len > 0 && a->retention_source)
        cdr_buf_addf(&text, " (%s)", a->retention_source);
    return taken(x, &text);
}

/* What is on file of the contracts with those who receive data, when the activity itself does not say. */
static const char *contracts(reading *x, const cdr_activity *a)
{
    if (a->processor_contract)
        return keep(x, a->processor_contract);
    cdr_buf text = CDR_BUF(1 << 16);
    for (size_t i = 0; i < json_array_size(a->recipients); i++) {
        const char *s = json_string_value(json_array_get(a->recipients, i));
        const cdr_reg_party *p = s ? cdr_register_party(x->r, s) : NULL;
        if (p && p->agreement == CDR_AGREEMENT_SIGNED)
            cdr_buf_addf(&text, "%s%s: signed%s%s", text.len ? "; " : "", p->name, p->agreement_date[0] ? " " : "", p->agreement_date);
    }
    return taken(x, &text);
}

static const char *said(const char *const *names, int64_t index)
{
    return index > 0 ? names[index] : "";    /* 0 is "unknown" in each of these tables */
}

static void find_systems(reading *x, cdr_reg_activity *q)
{
    const cdr_reg_system **at = cdr_arena_alloc(x->r->arena, (q->system_keys.count + 1) * sizeof *at);
    x->failed |= !at;
    for (size_t i = 0; at && i < q->system_keys.count; i++) {
        const cdr_reg_system *s = system_by_key(x->r, q->system_keys.at[i]);
        if (s)
            at[q->system_count++] = s;
    }
    q->systems = at;
}

static void drop_nobody(cdr_reg_activity *q)
{
    const char **at = (const char **)(uintptr_t)q->recipients.at;
    size_t kept = 0;
    for (size_t i = 0; i < q->recipients.count; i++) {
        bool nobody = at[i] && !strcmp(at[i], CDR_NOBODY);
        q->nobody_receives |= nobody;
        if (!nobody)
            at[kept++] = at[i];
    }
    q->recipients.count = kept;
    q->nobody_receives &= kept == 0;
}

static cdr_status add_activity(void *arg, const cdr_activity *a)
{
    reading *x = arg;
    cdr_reg_activity *q = activity_list_push(&x->activities);
    if (!q)
        return CDR_E_NOMEM;
    *q = (cdr_reg_activity){
        .key = keep(x, a->key), .function = keep(x, a->function), .purpose = keep(x, a->purpose), .data_use = keep(x, a->data_use), .joint_controller = keep(x, a->joint_controller),
        .lawful_basis = said(cdr_lawful_basis_names, a->lawful_basis), .special_condition = said(cdr_special_condition_names, a->special_condition),
        .basis = (size_t)a->lawful_basis, .condition = (size_t)a->special_condition, .legitimate_interest = keep(x, a->legitimate_interest),
        .interest_assessment = keep(x, a->interest_assessment), .processor_contract = keep(x, a->processor_contract), .transfer_safeguards = keep(x, a->transfer_safeguards),
        .consent_record = keep(x, a->consent_record), .dpia = said(cdr_dpia_names, a->dpia), .dpia_link = keep(x, a->dpia_link), .source = keep(x, a->source),
        .state_date = keep(x, a->state_date), .retention_period = keep(x, a->retention_period), .retention_trigger = keep(x, a->retention_trigger),
        .retention_source = keep(x, a->retention_source), .processor = !strcmp(cdr_activity_role_names[a->role], "processor"),
        .automated = a->automated_decisions > 0 ? 1 : a->automated_decisions == 0 ? 0 : -1, .subjects = keep_list(x, a->subjects), .categories = keep_list(x, a->categories),
        .recipients = keep_list(x, a->recipients), .transfers = keep_list(x, a->transfers), .safeguards = keep_list(x, a->safeguards), .rights = keep_list(x, a->rights),
        .system_keys = keep_list(x, a->systems)};
    q->contracts = contracts(x, a);
    q->retention = retention_words(x, a);
    drop_nobody(q);
    find_systems(x, q);
    return more(x);
}

cdr_status cdr_register_read(cdr_inventory *inv, cdr_arena *a, cdr_register *ret, cdr_err *err)
{
    *ret = (cdr_register){.arena = a, .org = "", .contact = "", .country = ""};
    reading x = {.r = ret};
    cdr_status s = cdr_inventory_each_party(inv, add_party, &x, err);
    if (s == CDR_OK) {
        settle_parties(&x);
        s = cdr_inventory_each_declared_system(inv, add_system, &x, err);
    }
    if (s == CDR_OK) {
        ret->systems = settle(&x, x.systems.at, x.systems.len, sizeof *ret->systems);
        ret->system_count = ret->systems ? x.systems.len : 0;
        s = cdr_inventory_each_activity(inv, add_activity, &x, err);
    }
    if (s == CDR_OK) {
        ret->activities = settle(&x, x.activities.at, x.activities.len, sizeof *ret->activities);
        ret->activity_count = ret->activities ? x.activities.len : 0;
    }
    party_list_done(&x.parties);
    system_list_done(&x.systems);
    activity_list_done(&x.activities);
    return s == CDR_E_NOMEM || (s == CDR_OK && x.failed) ? cdr_fail_nomem(err, "report") : s;
}

/* --- rows --- */

void cdr_register_join(cdr_buf *out, const cdr_reg_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        cdr_buf_addf(out, "%s%s", i ? ", " : "", list->at[i]);
}

static const char *joined(const cdr_register *r, const cdr_reg_list *list, bool parties)
{
    cdr_buf text = CDR_BUF(1 << 20);
    for (size_t i = 0; i < list->count; i++) {
        const cdr_reg_party *p = parties ? cdr_register_party(r, list->at[i]) : NULL;
        cdr_buf_addf(&text, "%s%s", i ? ", " : "", p ? p->name : list->at[i]);
    }
    const char *kept = cdr_buf_status(&text) == CDR_OK ? cdr_arena_strdup(r->arena, text.data ? text.data : "") : NULL;
    cdr_buf_done(&text);
    return kept;
}

static const char *system_names(const cdr_register *r, const cdr_reg_activity *x)
{
    cdr_buf text = CDR_BUF(1 << 20);
    for (size_t i = 0; i < x->system_count; i++)
        cdr_buf_addf(&text, "%s%s", i ? ", " : "", x->systems[i]->name);
    const char *kept = cdr_buf_status(&text) == CDR_OK ? cdr_arena_strdup(r->arena, text.data ? text.data : "") : NULL;
    cdr_buf_done(&text);
    return kept;
}

bool cdr_register_row(const cdr_register *r, const cdr_reg_activity *x, cdr_audit_activity *ret)
{
    *ret = (cdr_audit_activity){
        .function = x->function, .purpose = x->purpose, .joint_controller = x->joint_controller, .subjects = joined(r, &x->subjects, false), .categories = joined(r, &x->categories, false),
        .recipients = x->nobody_receives ? CDR_NOBODY : joined(r, &x->recipients, true), .processor_contract = x->contracts, .transfers = joined(r, &x->transfers, false), .safeguards = x->transfer_safeguards,
        .retention = x->retention, .security = joined(r, &x->safeguards, false), .lawful_basis = x->lawful_basis, .special_condition = x->special_condition,
        .systems = system_names(r, x), .source = x->source, .legitimate_interest = x->legitimate_interest, .interest_assessment = x->interest_assessment,
        .rights = joined(r, &x->rights, false), .automated_decisions = x->automated > 0 ? "yes" : x->automated == 0 ? "no" : "", .consent_record = x->consent_record,
        .dpia_required = !x->dpia[0] ? "" : !strcmp(x->dpia, "not required") ? "no" : "yes",
        .dpia_progress = !strcmp(x->dpia, "in progress") || !strcmp(x->dpia, "done") ? x->dpia : "", .dpia_link = x->dpia_link, .processor = x->processor,
        .special_basis = "", .retention_link = "", .kept = "", .kept_why = ""};
    for (size_t i = 0; i < x->categories.count; i++)
        if (cdr_register_special(x->categories.at[i])[0])
            ret->special_basis = x->lawful_basis;
    return ret->subjects && ret->categories && ret->recipients && ret->transfers && ret->security && ret->systems && ret->rights;
}

const char *cdr_register_special(const char *category)
{
    const cdr_taxon *t = cdr_taxon_find(CDR_TAXONOMY_CATEGORY, category);
    return t && !strcmp(t->special_when, "always") ? t->special : "";
}

const char *cdr_register_served(const cdr_register *r, const cdr_reg_activity *x)
{
    cdr_buf text = CDR_BUF(1 << 20);
    cdr_buf_adds(&text, x->joint_controller);
    for (size_t i = 0; i < x->system_count; i++)
        for (size_t k = 0; k < x->systems[i]->holder_count; k++) {
            const cdr_reg_holder *h = &x->systems[i]->holders[k];
            if (h->relation != CDR_REL_RESPONSIBLE || h->party->ours || (text.data && strstr(text.data, h->party->name)))
                continue;
            cdr_buf_addf(&text, "%s%s%s%s%s", text.len ? ", " : "", h->party->name, h->party->contact[0] ? " (" : "", h->party->contact, h->party->contact[0] ? ")" : "");
        }
    const char *kept = cdr_buf_status(&text) == CDR_OK ? cdr_arena_strdup(r->arena, text.data ? text.data : "") : NULL;
    cdr_buf_done(&text);
    return kept;
}

static const char *who(const cdr_register *r, const cdr_reg_party *p)
{
    const char *text = !p ? "" : p->contact[0] ? cdr_arena_printf(r->arena, "%s, %s", p->name, p->contact) : p->name;
    return text ? text : p->name;
}

cdr_register_head cdr_register_head_of(const cdr_register *r, int64_t at_us)
{
    return (cdr_register_head){.org = r->org, .contact = r->contact, .country = r->country, .dpo = who(r, r->dpo), .representative = who(r, r->representative), .at_us = at_us};
}
