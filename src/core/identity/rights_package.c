/* SPDX-License-Identifier: Apache-2.0 */
/* What a customer is told about herself: from her record, from the ledger's entries under her pseudonym, from her proofs and requests. Nobody else is in it: who of the staff did something is
 * told as a role, remarks and names of other people are named as held and left to a person. */
#include "core/identity/disclose_parts.h"
#include "core/identity/rights_parts.h"

#include "base/time.h"
#include "core/ledger/store.h"
#include "core/vault/own_field.h"

#include <stdio.h>
#include <string.h>

#define SEEN_MAX 10000                      /* entries about one customer */

typedef struct parts {
    cdr_rights *r;
    cdr_identity *id;
    const cdr_request *q;
    cdr_own_fields *own;
    uint16_t ids[CDR_VAULT_FIELDS_MAX]; size_t count;
    bool values;
    json_t *package;
} parts;

static bool put(json_t *to, const char *key, json_t *value)
{
    return to && value && json_object_set_new(to, key, value) == 0;
}

/* --- fields --- */

/* NULL: its value may be told; otherwise why it is not. */
static const char *why_withheld(const parts *p, const cdr_vault_field *f)
{
    if ((f->flags & CDR_VF_UNSPOKEN) || f->id == CDR_FIELD_BANK_ACCOUNT || (f->id == CDR_FIELD_ACCOUNT && p->q->regime == CDR_REGIME_CCPA))
        return "numbers and documents that a thief could use are never given out; that we hold it, we say";
    if (f->id == CDR_FIELD_NOTE || f->id == CDR_FIELD_GUARDIAN)
        return "it may be about other people, too; somebody looks through it first";
    /* That a field is held may be told to whoever may know which data are; its value needs what a copy needs. */
    if (!p->values)
        return NULL;
    cdr_disclosure_answer a;
    cdr_disclosure_decide(p->id->policy, &(cdr_disclosure_request){.field = f->key, .category = f->category, .purpose = cdr_right_of(CDR_RIGHT_COPY)->purpose, .role = p->id->role, .channel = "post",
                                                               .level = p->q->proved_level}, &a);
    return a.mode == CDR_MODE_PLAIN || a.mode == CDR_MODE_SEND ? NULL : "the rules of the house do not give it out";
}

static json_t *field_json(const cdr_vault_field *f)
{
    return json_pack("{s:s, s:s, s:s}", "key", f->key, "label", f->label, "category", f->category);
}

static cdr_status issue(const parts *p, const cdr_grant_field *fields, size_t count, cdr_grant **ret, cdr_err *err)
{
    char basis[64];
    const cdr_request *q = p->q;
    snprintf(basis, sizeof basis, "request %s, verified %s", q->name, cdr_level_names[q->proved_level]);
    _cleanup_json_ json_t *details = json_pack("{s:s, s:s, s:s, s:s, s:s}", "by", "request", "request", q->name, "level", cdr_level_names[q->proved_level], "proved_in", q->proved_call, "channel", "post");
    if (!details)
        return cdr_fail_nomem(err, "identity");
    return cdr_issue(p->id, &(cdr_opening){.customer = q->customer, .purpose = cdr_right_of(q->kind)->purpose, .basis = basis, .details = details}, fields, count, ret, err);
}

/* The grant's entry stands before this; each value leaves after an entry of its own. */
static cdr_status reveal(const parts *p, cdr_grant *g, const cdr_grant_field *fields, size_t count, json_t *list, cdr_err *err)
{
    for (size_t i = 0; i < count; i++) {
        const cdr_vault_field *f = cdr_own_fields_of(p->own, fields[i].field);
        cdr_secret *value;
        cdr_status s = cdr_grant_reveal(g, f->id, &value, err);
        if (s != CDR_OK)
            return s;
        json_t *j = field_json(f);
        bool ok = put(j, "value", json_string((const char *)cdr_secret_bytes(value)));
        cdr_secret_free(value);
        if (json_array_append_new(list, j) || !ok)
            return cdr_fail_nomem(err, "identity");
    }
    return CDR_OK;
}

static cdr_status add_fields(parts *p, cdr_err *err)
{
    json_t *shown = json_array(), *withheld = json_array();
    bool ok = put(p->package, "data", shown) && put(p->package, "held_not_shown", withheld);
    cdr_grant_field grant[CDR_VAULT_FIELDS_MAX];
    size_t granted = 0;
    for (size_t i = 0; ok && i < p->count; i++) {
        const cdr_vault_field *f = cdr_own_fields_of(p->own, p->ids[i]);
        const char *why = f ? why_withheld(p, f) : NULL;
        if (f && why)
            ok = json_array_append_new(withheld, json_pack("{s:s, s:s, s:s, s:s}", "key", f->key, "label", f->label, "category", f->category, "why", why)) == 0;
        else if (f && p->values)
            grant[granted++] = (cdr_grant_field){f->id, CDR_GRANT_PLAIN};
        else if (f)
            ok = json_array_append_new(shown, field_json(f)) == 0;
    }
    if (!ok)
        return cdr_fail_nomem(err, "identity");
    if (!granted)
        return CDR_OK;
    cdr_grant *g;
    cdr_status s = issue(p, grant, granted, &g, err);
    if (s != CDR_OK)
        return s;
    s = reveal(p, g, grant, granted, shown, err);
    cdr_grant_free(g);
    return s;
}

/* --- what the ledger tells of her --- */

typedef struct looking {
    const parts *p;
    char pseudonym[CDR_PSEUDONYM_TEXT];
    size_t pseudonym_len;
    json_t *grants;                         /* number to purpose and basis */
    json_t *told, *changes;
    bool entered;                           /* somebody typed her in */
    size_t seen;
    cdr_err *err;
} looking;

/* From a grant, whom it was told. */
static const char *told_whom(const json_t *grant, char ret[80])
{
    static const char third[] = "third party";
    const char *basis = grant && cdr_json_str(grant, "basis") ? cdr_json_str(grant, "basis") : "", *by = grant ? cdr_json_str(grant, "by") : NULL;
    if (by && !strcmp(by, "call-back"))
        return "our staff, to call you";
    if (!strncmp(basis, third, sizeof third - 1)) {
        const char *who = basis + sizeof third - 1;
        who += strspn(who, ": ");
        snprintf(ret, 80, "a third party (%.*s)", (int)CDR_MIN(strcspn(who, ",;("), (size_t)40), who);
        return ret;
    }
    return !strncmp(basis, "break", 5) ? "our staff, by way of exception" : "you";
}

static const char *label_of(const parts *p, const char *key)
{
    const cdr_vault_field *f = key ? cdr_own_fields_find(p->own, key) : NULL;
    return f ? f->label : "a field that is held no longer";
}

/* A purpose as the policy calls it. */
static const char *purpose_words(const parts *p, const json_t *grant)
{
    const char *key = grant ? cdr_json_str(grant, "purpose") : NULL, *label;
    for (size_t i = 0; key && i < cdr_disclosure_purposes(p->id->policy); i++)
        if (!strcmp(cdr_disclosure_purpose(p->id->policy, i, &label), key))
            return label;
    return key ? key : "unknown";
}

static bool add_told(looking *l, const json_t *e, const json_t *details, const char *role)
{
    char whom[80];
    const json_t *grant = json_object_get(l->grants, cdr_json_str(details, "grant") ? cdr_json_str(details, "grant") : "");
    const char *mode = cdr_json_str(details, "mode");
    const char *kind = cdr_json_str(e, "kind"), *how = !strcmp(kind, "disclosure.confirm") ? "confirmed" : !strcmp(kind, "disclosure.send") ? "sent to the address on file"
                                                       : mode && !strcmp(mode, "masked") ? "told in part" : "told";
    return json_array_append_new(l->told, json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "at", cdr_json_str(e, "at"), "what", label_of(l->p, cdr_json_str(details, "field")), "how", how, "purpose",
                                                    purpose_words(l->p, grant), "to", told_whom(grant, whom), "by", role)) == 0;
}

static json_t *labels(const parts *p, const json_t *keys)
{
    json_t *list = json_array();
    size_t i;
    const json_t *key;
    json_array_foreach(keys, i, key)
        if (json_is_string(key))
            json_array_append_new(list, json_string(label_of(p, json_string_value(key))));
    return list;
}

static bool add_change(looking *l, const json_t *e, const json_t *details, const char *role)
{
    bool added = !strcmp(cdr_json_str(e, "kind"), "customer.add");
    l->entered = l->entered || added;
    return json_array_append_new(l->changes, json_pack("{s:s, s:s, s:o, s:s}", "at", cdr_json_str(e, "at"), "what", added ? "entered" : "changed", "fields",
                                                       labels(l->p, json_object_get(details, added ? "fields" : "set")), "by", role)) == 0;
}

static cdr_status take_entry(looking *l, const json_t *e)
{
    const char *kind = cdr_json_str(e, "kind"), *actor = cdr_json_str(e, "actor"), *subject = cdr_json_str(e, "subject"), *role;
    const json_t *details = json_object_get(e, "details");
    if (!kind || !subject || strcmp(subject, l->pseudonym) != 0)
        return CDR_OK;
    cdr_status s = cdr_rights_store_role(l->p->r, actor ? actor : "", &role, l->err);
    bool ok = true;
    if (s != CDR_OK)
        return s;
    if (!strcmp(kind, "disclosure.grant") && cdr_json_str(details, "grant"))
        ok = json_object_set(l->grants, cdr_json_str(details, "grant"), (json_t *)details) == 0;
    else if (!strcmp(kind, "disclosure.reveal") || !strcmp(kind, "disclosure.confirm") || !strcmp(kind, "disclosure.send"))
        ok = add_told(l, e, details, role);
    else if (!strcmp(kind, "customer.add") || !strcmp(kind, "customer.edit"))
        ok = add_change(l, e, details, role);
    return ok ? CDR_OK : cdr_fail_nomem(l->err, "identity");
}

static cdr_status look(void *arg, uint64_t idx, const char *entry, size_t len)
{
    looking *l = arg;
    (void)idx;
    if (!memmem(entry, len, l->pseudonym, l->pseudonym_len))
        return CDR_OK;
    if (++l->seen > SEEN_MAX)
        return cdr_fail(l->err, CDR_E_LIMIT, "identity", "request.history", "The ledger tells of this customer more than %d times; the answer must be put together by hand.", SEEN_MAX);
    _cleanup_json_ json_t *e = NULL;
    cdr_status s = cdr_json_parse(entry, len, "the ledger", &e, l->err);
    return s == CDR_OK ? take_entry(l, e) : s;
}

static cdr_status add_history(parts *p, cdr_err *err)
{
    looking l = {.p = p, .grants = json_object(), .told = json_array(), .changes = json_array(), .err = err};
    bool ok = put(p->package, "told", l.told) && put(p->package, "history", l.changes) && l.grants;
    cdr_status s = ok ? cdr_vault_pseudonym(p->r->vault, p->q->customer, l.pseudonym, err) : cdr_fail_nomem(err, "identity");
    l.pseudonym_len = strlen(l.pseudonym);
    if (s == CDR_OK)
        s = cdr_ledger_each(cdr_workspace_ledger(p->r->ws), 0, look, &l, err);
    json_decref(l.grants);
    if (s == CDR_OK && !put(p->package, "source", json_string(l.entered ? "entered by our staff" : "taken over from a list of customers of ours")))
        s = cdr_fail_nomem(err, "identity");
    return s;
}

/* --- proofs and requests --- */

static cdr_status add_proof(void *arg, const cdr_factor *f)
{
    json_t *list = arg, *j = json_pack("{s:s, s:o, s:o}", "kind", cdr_factor_label(f->kind), "since", cdr_json_time(f->enrolled_us), "until", cdr_json_time(f->ended_us));
    return json_array_append_new(list, j) ? CDR_E_NOMEM : CDR_OK;
}

static cdr_status add_proofs(parts *p, cdr_err *err)
{
    cdr_factors *f;
    json_t *list = json_array();
    if (!put(p->package, "proofs", list))
        return cdr_fail_nomem(err, "identity");
    cdr_status s = cdr_factors_open(p->r->vault, &f, err);
    if (s != CDR_OK)
        return s;
    s = cdr_factor_each(f, p->q->customer, true, add_proof, list, err);
    cdr_factors_close(f);
    return s;
}

static cdr_status add_request(void *arg, const cdr_request *q)
{
    json_t *list = arg;
    json_t *j = json_pack("{s:s, s:s, s:o, s:s, s:o}", "request", q->name, "asks_for", cdr_right_of(q->kind)->label, "received", cdr_json_day(q->received_day), "state", cdr_request_state_names[q->state],
                          "answered", cdr_json_time(q->decided_us));
    return json_array_append_new(list, j) ? CDR_E_NOMEM : CDR_OK;
}

static cdr_status add_requests(parts *p, cdr_err *err)
{
    json_t *list = json_array();
    if (!put(p->package, "requests", list))
        return cdr_fail_nomem(err, "identity");
    return cdr_rights_each(p->r, true, p->q->customer, add_request, list, err);
}

/* --- the whole --- */

/* An address that changed after the proof may be somebody else's. */
static cdr_status check_routes(const parts *p, cdr_err *err)
{
    static const uint16_t routes[] = {CDR_FIELD_EMAIL, CDR_FIELD_PHONE, CDR_FIELD_MOBILE, CDR_FIELD_ADDRESS, CDR_FIELD_DELIVERY_ADDRESS};
    for (size_t i = 0; i < CDR_COUNT(routes); i++) {
        int64_t since = 0;
        cdr_status s = cdr_vault_route_since(p->r->vault, p->q->customer, routes[i], &since, err);
        if (s == CDR_NOT_FOUND)
            continue;
        if (s != CDR_OK)
            return s;
        if (since > p->q->proved_us)
            return cdr_fail(err, CDR_DENIED, "identity", "request.route-changed", "The customer's %s was changed after %s was verified; check her again in a call, then candor request verify %s --call ID.",
                            cdr_vault_field_of(routes[i])->label, p->q->name, p->q->name);
    }
    return CDR_OK;
}

static cdr_status begin(parts *p, cdr_err *err)
{
    const cdr_request *q = p->q;
    cdr_customer c;
    cdr_status s = cdr_rights_check(q, true, err);
    if (s == CDR_OK && !q->customer)
        return cdr_fail(err, CDR_NOT_FOUND, "identity", "request.nobody", "%s has no customer: nothing is held about her. candor request refuse %s --ground not-held.", q->name, q->name);
    if (s == CDR_OK && q->kind != CDR_RIGHT_ACCESS && q->kind != CDR_RIGHT_COPY && q->kind != CDR_RIGHT_PORTABILITY)
        return cdr_fail(err, CDR_E_INVAL, "identity", "request.other-kind", "%s asks for %s, not for data.", q->name, cdr_right_of(q->kind)->label);
    if (s == CDR_OK)
        s = check_routes(p, err);
    if (s == CDR_OK)
        s = cdr_vault_customer_by_id(p->r->vault, q->customer, &c, err);
    if (s == CDR_OK && c.erased)
        s = cdr_fail(err, CDR_NOT_FOUND, "identity", "request.erased", "This customer was erased: nothing is held any more. candor request refuse %s --ground not-held.", q->name);
    if (s == CDR_OK)
        s = cdr_own_fields_load(p->r->db, &p->own, err);
    if (s == CDR_OK)
        s = cdr_vault_fields(p->r->vault, q->customer, p->ids, CDR_COUNT(p->ids), &p->count, err);
    if (s != CDR_OK)
        return s;
    p->values = q->kind != CDR_RIGHT_ACCESS;
    p->package = json_pack("{s:s, s:s, s:s, s:s, s:o, s:o, s:s, s:o, s:b}", "request", q->name, "asks_for", cdr_right_of(q->kind)->label, "law", cdr_regime_of(q->regime)->name, "organisation",
                           cdr_workspace_org(p->r->ws), "received", cdr_json_day(q->received_day), "made", cdr_json_time(cdr_now_us(p->r->ctx)), "customer", c.ref, "held_since", cdr_json_time(c.created_us), "values",
                           (int)p->values);
    return p->package ? CDR_OK : cdr_fail_nomem(err, "identity");
}

cdr_status cdr_rights_package(cdr_rights *r, cdr_identity *id, const cdr_request *q, json_t **ret, cdr_err *err)
{
    parts p = {.r = r, .id = id, .q = q};
    *ret = NULL;
    cdr_status s = begin(&p, err);
    /* The history before the values: what this answer itself adds to it is not in it. */
    if (s == CDR_OK)
        s = add_history(&p, err);
    if (s == CDR_OK)
        s = add_fields(&p, err);
    if (s == CDR_OK)
        s = add_proofs(&p, err);
    if (s == CDR_OK)
        s = add_requests(&p, err);
    cdr_own_fields_free(p.own);
    if (s != CDR_OK) {
        cdr_rights_wipep(&p.package);
        return s;
    }
    *ret = p.package;
    return CDR_OK;
}

typedef struct naming { cdr_identifier_fn *fn; void *arg; } naming;

static cdr_status name(void *arg, const cdr_secret *value, cdr_err *err)
{
    naming *n = arg;
    return n->fn(n->arg, (const char *)cdr_secret_bytes(value), err);
}

cdr_status cdr_rights_identifiers(cdr_rights *r, const cdr_request *q, cdr_identifier_fn *fn, void *arg, cdr_err *err)
{
    static const uint16_t fields[] = {CDR_FIELD_EMAIL, CDR_FIELD_PHONE, CDR_FIELD_MOBILE, CDR_FIELD_ACCOUNT};
    naming n = {fn, arg};
    cdr_status s = fn(arg, q->ref, err);
    for (size_t i = 0; s == CDR_OK && i < CDR_COUNT(fields); i++) {
        s = cdr_vault_deliver(r->vault, q->customer, fields[i], name, &n, err);
        s = s == CDR_NOT_FOUND ? CDR_OK : s;
    }
    return s;
}

void cdr_rights_wipe(json_t *package)
{
    json_t *list = package ? json_object_get(package, "data") : NULL, *field;
    size_t i;
    json_array_foreach(list, i, field) {
        json_t *value = json_object_get(field, "value");
        /* Jansson hands out its own memory. */
        if (json_is_string(value))
            cdr_wipe((char *)(uintptr_t)json_string_value(value), json_string_length(value));
    }
}
