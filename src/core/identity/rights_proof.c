/* SPDX-License-Identifier: Apache-2.0 */
/* What a customer proved in a call counts for her request, also when the call is over; and what it does not count for. */
#include "core/identity/rights_parts.h"
#include "core/identity/summary.h"
#include "core/identity/verify_parts.h"

#include <stdio.h>
#include <string.h>

/* --- proving --- */

typedef struct proof { cdr_verification v; cdr_factor_kind kinds[CDR_MATCHED_MAX]; size_t count; cdr_level_answer level; } proof;

/* A call with somebody else proves nothing here, and is not told apart from one in which nothing was proved. */
/* A correction may be of what asks for more: a way to reach her, a bank account. */
static bool fits(cdr_right kind, const char *purpose)
{
    return !strcmp(purpose, cdr_right_of(kind)->purpose) || (kind == CDR_RIGHT_CORRECTION && (!strcmp(purpose, "change-contact") || !strcmp(purpose, "change-bank")));
}

static cdr_status weigh(cdr_identity *id, const cdr_request *q, const char *call, proof *p, cdr_err *err)
{
    cdr_flags flags;
    char why[200];
    const cdr_right_info *right = cdr_right_of(q->kind);
    cdr_status s = cdr_verify_load(id, call, &p->v, err);
    if (s == CDR_OK)
        s = cdr_verify_check_open(id, &p->v, true, err);
    /* What the call is about decides what flags and limits asked of her in it. */
    if (s == CDR_OK && !fits(q->kind, p->v.purpose))
        s = cdr_fail(err, CDR_DENIED, "identity", "request.purpose", "Call %s is about %s, and %s asks for %s: check her in a call about %s (candor verify start --purpose %s).", p->v.call, p->v.purpose,
                     q->name, right->label, right->purpose, right->purpose);
    if (s == CDR_OK)
        s = cdr_verify_matched(id, &p->v, p->kinds, &p->count, err);
    if (s == CDR_OK)
        s = cdr_summary_check(id, &p->v, p->kinds, p->count, err);
    if (s == CDR_OK)
        s = cdr_flags_read(id, &p->v, &flags, err);
    if (s != CDR_OK)
        return s;
    if (!q->customer || p->v.customer != q->customer)
        p->count = flags.count = 0;
    cdr_disclosure_level(id->policy, p->kinds, p->count, &p->level);
    if (cdr_disclosure_purpose_met(id->policy, right->purpose, p->kinds, p->count, flags.list, flags.count, why))
        return CDR_OK;
    return cdr_fail(err, CDR_DENIED, "identity", "request.level", "Call %s does not prove enough for %s (%s). %s", p->v.call, q->name, right->label, why);
}

static json_t *kinds_json(const proof *p)
{
    json_t *list = json_array();
    for (size_t i = 0; list && i < p->count; i++)
        json_array_append_new(list, json_string(cdr_factor_key(p->kinds[i])));
    return list;
}

static cdr_status write_proof(cdr_rights *r, cdr_request *q, json_t *kinds, cdr_err *err)
{
    cdr_status s = cdr_db_begin(r->db, err);
    if (s != CDR_OK)
        return s;
    s = cdr_rights_store_update(r, q, NULL, err);
    if (s == CDR_OK)
        s = cdr_rights_enter(r, "request.prove", q, json_pack("{s:s, s:s, s:O}", "call", q->proved_call, "level", cdr_level_names[q->proved_level], "proofs", kinds), err);
    if (s == CDR_OK)
        return cdr_db_commit(r->db, err);
    cdr_db_rollback(r->db);
    return s;
}

cdr_status cdr_rights_prove(cdr_rights *r, cdr_identity *id, cdr_request *q, const char *call, cdr_err *err)
{
    proof p = {.count = 0};
    if (!cdr_right_of(q->kind)->purpose)
        return cdr_fail(err, CDR_E_INVAL, "identity", "request.no-proof", "%s (%s) needs no proof; it may be answered as it is.", q->name, cdr_right_of(q->kind)->label);
    cdr_status s = cdr_rights_check(q, false, err);
    if (s == CDR_OK)
        s = weigh(id, q, call, &p, err);
    if (s != CDR_OK)
        return s;
    _cleanup_json_ json_t *kinds = kinds_json(&p);
    char *text = kinds ? json_dumps(kinds, JSON_COMPACT) : NULL;
    if (!text || strlen(text) >= sizeof q->proved_by) {
        cdr_free(text);
        return cdr_fail_nomem(err, "identity");
    }
    snprintf(q->proved_by, sizeof q->proved_by, "%s", text);
    cdr_free(text);
    memcpy(q->proved_call, p.v.call, sizeof q->proved_call);
    q->proved_level = p.level.level;
    q->proved_us = cdr_now_us(r->ctx);
    return write_proof(r, q, kinds, err);
}

/* --- correcting --- */

/* Kinds of proof that lean on a field. */
static const struct { uint16_t field; cdr_factor_kind kinds[5]; } leaning[] = {
    {CDR_FIELD_NAME, {CDR_FACTOR_NAME}}, {CDR_FIELD_GIVEN_NAME, {CDR_FACTOR_NAME}}, {CDR_FIELD_FAMILY_NAME, {CDR_FACTOR_NAME}},
    {CDR_FIELD_EMAIL, {CDR_FACTOR_EMAIL, CDR_FACTOR_EMAIL_ADDRESS, CDR_FACTOR_LINK}},
    {CDR_FIELD_PHONE, {CDR_FACTOR_SMS, CDR_FACTOR_CALLBACK, CDR_FACTOR_PHONE_NUMBER, CDR_FACTOR_LINK}},
    {CDR_FIELD_MOBILE, {CDR_FACTOR_SMS, CDR_FACTOR_CALLBACK, CDR_FACTOR_PHONE_NUMBER, CDR_FACTOR_LINK}},
    {CDR_FIELD_ADDRESS, {CDR_FACTOR_LETTER, CDR_FACTOR_POSTCODE}}, {CDR_FIELD_POSTCODE, {CDR_FACTOR_LETTER, CDR_FACTOR_POSTCODE}}, {CDR_FIELD_CITY, {CDR_FACTOR_LETTER}},
    {CDR_FIELD_DELIVERY_ADDRESS, {CDR_FACTOR_LETTER}}, {CDR_FIELD_DATE_OF_BIRTH, {CDR_FACTOR_DATE_OF_BIRTH}}, {CDR_FIELD_ACCOUNT, {CDR_FACTOR_ACCOUNT}},
    {CDR_FIELD_CARD, {CDR_FACTOR_CARD_LAST4}}, {CDR_FIELD_CARD_LAST4, {CDR_FACTOR_CARD_LAST4}},
};

bool cdr_proof_leans_on(cdr_factor_kind kind, uint16_t field)
{
    for (size_t i = 0; i < CDR_COUNT(leaning); i++)
        for (size_t k = 0; leaning[i].field == field && k < CDR_COUNT(leaning[i].kinds); k++)
            if (leaning[i].kinds[k] == kind)
                return true;
    return false;
}

/* What changing the field asks for beyond a correction. */
static const char *stronger_purpose(const cdr_vault_field *f)
{
    switch (f->id) {
    case CDR_FIELD_BANK_ACCOUNT: case CDR_FIELD_CARD: case CDR_FIELD_CARD_LAST4: return "change-bank";
    case CDR_FIELD_POSTCODE: case CDR_FIELD_CITY: return "change-contact";
    default: return f->flags & CDR_VF_ROUTE ? "change-contact" : NULL;
    }
}

/* The proofs of the request, and those of them that lean on the disputed field. */
typedef struct standing { cdr_factor_kind kinds[CDR_MATCHED_MAX], fallen[CDR_MATCHED_MAX]; size_t count, fallen_count; } standing;

static cdr_status proofs_without(const cdr_request *q, uint16_t field, standing *ret, cdr_err *err)
{
    _cleanup_json_ json_t *list = NULL;
    size_t i;
    const json_t *key;
    *ret = (standing){.count = 0};
    cdr_status s = cdr_json_parse(*q->proved_by ? q->proved_by : "[]", strlen(*q->proved_by ? q->proved_by : "[]"), "the request", &list, err);
    if (s != CDR_OK)
        return s;
    json_array_foreach(list, i, key) {
        cdr_factor_kind kind = json_is_string(key) ? cdr_factor_by_key(json_string_value(key)) : 0;
        if (kind && cdr_proof_leans_on(kind, field) && ret->fallen_count < CDR_MATCHED_MAX)
            ret->fallen[ret->fallen_count++] = kind;
        else if (kind && ret->count < CDR_MATCHED_MAX)
            ret->kinds[ret->count++] = kind;
    }
    return CDR_OK;
}

static const char *kinds_words(const cdr_factor_kind *kinds, size_t count, char ret[200])
{
    size_t at = 0;
    snprintf(ret, 200, "nothing");
    for (size_t i = 0; i < count && at < 170; i++)
        at += (size_t)snprintf(ret + at, 200 - at, "%s%.60s", i ? ", " : "", cdr_factor_label(kinds[i]));
    return ret;
}

/* The shortest way to what is missing, without the lists in brackets. */
static cdr_status ask_words(cdr_identity *id, const char *purpose, const standing *p, char ret[200], cdr_err *err)
{
    _cleanup_buf_ cdr_buf ways = CDR_BUF(1 << 14);
    size_t at = 0, depth = 0;
    cdr_status s = cdr_disclosure_purpose_ways(id->policy, purpose, p->kinds, p->count, NULL, 0, &ways, err);
    for (const char *c = ways.data ? ways.data : ""; *c && *c != '\n' && at < 190; c++) {
        depth += *c == '(';
        if (!depth && !(c[0] == ' ' && c[1] == '('))
            ret[at++] = *c;
        depth -= *c == ')' && depth;
    }
    ret[at] = '\0';
    return s;
}

/* Which proof counted, which did not, what is needed and in which call. */
static cdr_status disputed(cdr_identity *id, const cdr_request *q, const cdr_vault_field *field, const char *purpose, const standing *p, cdr_err *err)
{
    char counted[200], fallen[200], ask[200];
    cdr_level needed = cdr_disclosure_purpose_level(id->policy, purpose, NULL, 0);
    cdr_status s = ask_words(id, purpose, p, ask, err);
    if (s != CDR_OK)
        return s;
    return cdr_fail(err, CDR_DENIED, "identity", "request.disputed", "To correct her %s %s is needed. Counted: %s; not counted: %s%s. %s Do that in a call about %s, then candor request verify %s --call ID.",
                    field->label, needed <= CDR_LEVEL_C4 ? cdr_level_names[needed] : "more than any proof", kinds_words(p->kinds, p->count, counted), kinds_words(p->fallen, p->fallen_count, fallen),
                    p->fallen_count ? " (the disputed item itself, or leans on it)" : "", ask, purpose, q->name);
}

cdr_status cdr_rights_may_correct(cdr_rights *r, cdr_identity *id, const cdr_request *q, const cdr_vault_field *field, cdr_err *err)
{
    standing p;
    const char *purposes[] = {cdr_right_of(CDR_RIGHT_CORRECTION)->purpose, stronger_purpose(field)};
    (void)r;
    cdr_status s = proofs_without(q, field->id, &p, err);
    /* The stronger first: it is what has to be reached. */
    for (size_t i = CDR_COUNT(purposes); s == CDR_OK && i-- > 0;)
        if (purposes[i] && !cdr_disclosure_purpose_met(id->policy, purposes[i], p.kinds, p.count, NULL, 0, NULL))
            s = disputed(id, q, field, purposes[i], &p, err);
    return s;
}

cdr_status cdr_rights_correct(cdr_rights *r, cdr_identity *id, cdr_request *q, const cdr_vault_value *values, size_t count, cdr_edit_told *ret, cdr_err *err)
{
    char reason[40], outcome[80];
    *ret = (cdr_edit_told){0};
    cdr_status s = cdr_rights_check(q, true, err);
    if (s == CDR_OK && q->kind != CDR_RIGHT_CORRECTION)
        s = cdr_fail(err, CDR_E_INVAL, "identity", "request.other-kind", "%s asks for %s, not for a correction.", q->name, cdr_right_of(q->kind)->label);
    if (s == CDR_OK && !q->customer)
        s = cdr_fail(err, CDR_NOT_FOUND, "identity", "request.nobody", "%s has no customer, so there is nothing to correct.", q->name);
    for (size_t i = 0; s == CDR_OK && i < count; i++) {
        const cdr_vault_field *f = cdr_vault_field_info(r->vault, values[i].field);
        s = f ? cdr_rights_may_correct(r, id, q, f, err) : cdr_fail(err, CDR_E_INVAL, "identity", "request.field", "One of the fields does not exist.");
    }
    snprintf(reason, sizeof reason, "request %s", q->name);
    if (s == CDR_OK)
        s = cdr_identity_edit(r->vault, id->sender, q->customer, values, count, reason, ret, err);
    if (s == CDR_OK && !ret->changed)
        s = cdr_fail(err, CDR_E_INVAL, "identity", "request.same", "What was typed is what is on file already; %s stays open.", q->name);
    snprintf(outcome, sizeof outcome, "%u %s corrected", (unsigned)__builtin_popcountll(ret->changed), ret->changed & (ret->changed - 1) ? "fields" : "field");
    return s == CDR_OK ? cdr_rights_fulfilled(r, q, outcome, NULL, err) : s;
}
