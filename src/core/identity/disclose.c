/* SPDX-License-Identifier: Apache-2.0 */
/* In a call: each field decided, one grant for what is allowed, then opened one by one, each behind its own entry. */
#include "core/identity/disclose_parts.h"
#include "core/identity/summary.h"

#include <stdio.h>
#include <string.h>

/* --- opening --- */

/* Nobody has a reason to open this record. What whoever opens it sees stays the same, and so do the numbers of the entries: the incident stands in the grant's own entry, which is there before anything
 * is opened. */
static cdr_status canary_alarm(cdr_identity *id, const cdr_opening *o, json_t *details, int64_t *ret_alert, cdr_err *err)
{
    cdr_customer c;
    *ret_alert = 0;
    cdr_status s = cdr_vault_customer_by_id(id->vault, o->customer, &c, err);
    if (s != CDR_OK || !c.canary)
        return s;
    if (json_object_set_new(details, "incident", json_string("canary")))
        return cdr_fail_nomem(err, "identity");
    s = cdr_db_begin(id->db, err);
    if (s != CDR_OK)
        return s;
    s = cdr_vo_canary(id, o->customer, o->call, cdr_now_us(id->ctx), ret_alert, err);
    if (s == CDR_OK)
        return cdr_db_commit(id->db, err);
    cdr_db_rollback(id->db);
    return s;
}

/* A message that fails leaves the alarm as not told, which the report shows. */
static void canary_tell(cdr_identity *id, const cdr_opening *o, int64_t alert)
{
    char what[200];
    if (!alert)
        return;
    snprintf(what, sizeof what, "A canary record was opened by %.80s%s%.12s", cdr_identity_actor(id), o->call ? " in call " : "", o->call ? o->call : "");
    if (cdr_alert_owner(id, what, NULL) && cdr_vo_canary_told(id, alert, cdr_now_us(id->ctx), NULL) != CDR_OK)
        return;
}

cdr_status cdr_issue(cdr_identity *id, const cdr_opening *o, const cdr_grant_field *fields, size_t count, cdr_grant **ret, cdr_err *err)
{
    int64_t alert = 0;
    _cleanup_buf_ cdr_buf details = CDR_BUF(CDR_LEDGER_ENTRY_MAX);
    _cleanup_json_ json_t *own = json_copy(o->details);
    *ret = NULL;
    cdr_status s = own ? canary_alarm(id, o, own, &alert, err) : cdr_fail_nomem(err, "identity");
    if (s == CDR_OK)
        s = cdr_json_canonical(own, &details, err);
    if (s == CDR_OK)
        s = cdr_grant_issue(id->vault, &(cdr_grant_request){.customer = o->customer, .fields = fields, .count = count, .purpose = o->purpose, .call = o->call, .basis = o->basis,
                            .details_json = details.data, .uses = 1, .lasts_us = id->limits->reveal_us}, ret, err);
    if (s == CDR_OK)
        canary_tell(id, o, alert);
    return s;
}

static bool shows(cdr_mode mode)
{
    return mode == CDR_MODE_PLAIN || mode == CDR_MODE_MASKED;
}

static cdr_status tell(const cdr_decided *d, bool done, const cdr_secret *value, cdr_told_fn *fn, void *arg, cdr_err *err)
{
    char why[sizeof d->answer.why + 64];
    cdr_why_words(d->field, d->answer.why, why, sizeof why);
    return fn(arg, &(cdr_told){.field = d->field, .mode = d->answer.mode, .done = done, .value = value, .best = d->answer.best, .needed = d->answer.needed, .why = why, .stands_for = d->stands_for}, err);
}

cdr_status cdr_enter_void(cdr_identity *id, int64_t customer, const char *grant, const cdr_vault_field *const *fields, size_t count, const char *why, cdr_err *err)
{
    char who[CDR_PSEUDONYM_TEXT];
    _cleanup_buf_ cdr_buf text = CDR_BUF(CDR_LEDGER_ENTRY_MAX);
    json_t *list = json_array();
    for (size_t i = 0; list && i < count; i++)
        json_array_append_new(list, json_string(fields[i]->key));
    _cleanup_json_ json_t *d = json_pack("{s:s, s:o, s:s}", "grant", grant, "fields", list, "why", why);
    cdr_status s = d ? cdr_json_canonical(d, &text, err) : cdr_fail_nomem(err, "identity");
    if (s == CDR_OK)
        s = cdr_vault_pseudonym(id->vault, customer, who, err);
    if (s == CDR_OK)
        s = cdr_db_begin(id->db, err);
    if (s != CDR_OK)
        return s;
    s = cdr_ledger_append(cdr_workspace_ledger(id->ws), &(cdr_ledger_event){.kind = "disclosure.void", .actor = cdr_identity_actor(id), .subject = who, .details_json = text.data}, NULL, err);
    if (s == CDR_OK)
        return cdr_db_commit(id->db, err);
    cdr_db_rollback(id->db);
    return s;
}

static cdr_status open_one(cdr_identity *id, int64_t customer, cdr_grant *g, const cdr_decided *d, cdr_told_fn *fn, void *arg, cdr_err *err)
{
    cdr_secret *value = NULL;
    cdr_status s = cdr_grant_reveal(g, d->field->id, &value, err);
    if (s == CDR_NOT_FOUND)
        s = cdr_enter_void(id, customer, cdr_grant_id(g), &d->field, 1, "nothing on file", err);
    if (s == CDR_OK)
        s = tell(d, true, value, fn, arg, err);
    cdr_secret_free(value);
    return s;
}

cdr_status cdr_open_fields(cdr_identity *id, const cdr_opening *o, cdr_told_fn *fn, void *arg, cdr_telling *ret, cdr_err *err)
{
    cdr_grant_field fields[CDR_CALL_FIELDS_MAX];
    cdr_grant *g = NULL;
    size_t n = 0;
    cdr_status s = CDR_OK;
    for (size_t i = 0; i < o->count; i++)
        if (o->customer && shows(o->list[i].answer.mode))
            fields[n++] = (cdr_grant_field){o->list[i].field->id, o->list[i].answer.mode == CDR_MODE_PLAIN ? CDR_GRANT_PLAIN : CDR_GRANT_MASKED};
    if (n) {
        s = cdr_issue(id, o, fields, n, &g, err);
        if (s == CDR_OK) {
            snprintf(ret->grant, sizeof ret->grant, "%s", cdr_grant_id(g));
            ret->grant_index = cdr_grant_ledger_index(g);
        }
    }
    for (size_t i = 0; s == CDR_OK && i < o->count; i++) {
        bool opens = g && shows(o->list[i].answer.mode);
        s = opens ? open_one(id, o->customer, g, &o->list[i], fn, arg, err) : tell(&o->list[i], false, NULL, fn, arg, err);
        ret->told += opens;
        ret->refused += !opens;
    }
    cdr_grant_free(g);
    return s;
}

/* --- deciding --- */

json_t *cdr_call_details(const cdr_verification *v, cdr_level level)
{
    return json_pack("{s:s, s:s, s:s, s:b}", "by", "call", "level", cdr_level_names[level], "channel", v->channel, "ticket", v->ticket[0] != '\0');
}

/* Below C2 the words of a refusal must not tell whether anybody was found: they are those of what the caller said, as if it were right. */
static cdr_status presume(cdr_identity *id, cdr_asking *a, cdr_err *err)
{
    cdr_factor_kind kinds[CDR_MATCHED_MAX];
    cdr_level_answer presumed;
    size_t count;
    a->presumed = a->level;
    cdr_status s = cdr_vo_said_kinds(id, &a->v, kinds, &count, err);
    if (s != CDR_OK || a->level >= CDR_LEVEL_C2)
        return s;
    cdr_disclosure_level(id->policy, kinds, count, &presumed);
    a->presumed = CDR_MIN(presumed.level, CDR_LEVEL_C1);
    return CDR_OK;
}

/* Rows could have been written by somebody else than this room: the ledger must know every proof, and whose it is. */
static cdr_status check_proofs(cdr_identity *id, const cdr_asking *a, cdr_err *err)
{
    cdr_factor_kind kinds[CDR_MATCHED_MAX];
    size_t count;
    cdr_status s = cdr_verify_matched(id, &a->v, kinds, &count, err);
    return s == CDR_OK ? cdr_summary_check(id, &a->v, kinds, count, err) : s;
}

static cdr_status enter_ask(cdr_identity *id, const cdr_asking *a, const uint16_t *fields, size_t count, cdr_err *err)
{
    json_t *list = json_array();
    for (size_t i = 0; list && i < count; i++) {
        const cdr_vault_field *f = cdr_identity_field(id, fields[i]);
        json_array_append_new(list, json_string(f ? f->key : "?"));
    }
    json_t *more = json_pack("{s:o}", "fields", list);
    return more ? cdr_verify_enter(id, &a->v, "disclosure.ask", more, NULL, err) : cdr_fail_nomem(err, "identity");
}

cdr_status cdr_asking_begin(cdr_identity *id, const char *call, const uint16_t *fields, size_t count, cdr_asking *ret, cdr_err *err)
{
    cdr_level_answer level;
    if (count == 0 || count > CDR_CALL_FIELDS_MAX)
        return cdr_fail(err, CDR_E_INVAL, "identity", "disclose.count", "Name one to %d fields.", CDR_CALL_FIELDS_MAX);
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < i; k++)
            if (fields[k] == fields[i])
                return cdr_fail(err, CDR_E_INVAL, "identity", "disclose.twice", "A field is named twice; name each once.");
    cdr_status s = cdr_verify_load(id, call, &ret->v, err);
    if (s == CDR_OK)
        s = cdr_verify_check_open(id, &ret->v, true, err);
    if (s == CDR_OK)
        s = cdr_verify_level(id, &ret->v, &level, err);
    if (s == CDR_OK)
        s = cdr_db_begin(id->db, err);
    if (s != CDR_OK)
        return s;
    ret->level = level.level;
    s = check_proofs(id, ret, err);
    if (s == CDR_OK)
        s = cdr_flags_refresh(id, &ret->v, &ret->flags, err);
    if (s == CDR_OK)
        s = cdr_vs_touch(id, &ret->v, cdr_now_us(id->ctx), err);
    if (s == CDR_OK)
        s = enter_ask(id, ret, fields, count, err);
    if (s != CDR_OK) {
        cdr_db_rollback(id->db);
        return s;
    }
    s = cdr_db_commit(id->db, err);
    return s == CDR_OK ? presume(id, ret, err) : s;
}

/* Flags that tell of the customer count always, and are named from C2 on. */
cdr_status cdr_asking_decide(cdr_identity *id, const cdr_asking *a, uint16_t field, cdr_decided *ret, cdr_err *err)
{
    ret->field = cdr_identity_field(id, field);
    ret->stands_for = NULL;
    if (!ret->field)
        return cdr_fail(err, CDR_E_INVAL, "identity", "disclose.field", "There is no such field.");
    cdr_disclosure_request r = {.field = ret->field->key, .category = ret->field->category, .unspoken = (ret->field->flags & CDR_VF_UNSPOKEN) != 0, .purpose = a->v.purpose, .role = id->role,
                                .channel = a->v.channel, .level = a->level, .flags = a->flags.list, .flag_count = a->flags.count};
    cdr_disclosure_decide(id->policy, &r, &ret->answer);
    ret->real = ret->answer.mode;
    if (a->level >= CDR_LEVEL_C2 || shows(ret->answer.mode))
        return CDR_OK;
    const char *shown[CDR_CALL_FLAGS_MAX];
    size_t n = 0;
    for (size_t i = 0; i < a->flags.count; i++)
        if (!a->flags.of_customer[i])
            shown[n++] = a->flags.list[i];
    r.level = a->presumed;
    r.flags = shown;
    r.flag_count = n;
    cdr_disclosure_decide(id->policy, &r, &ret->answer);
    /* What the presumed level allows to show is not shown. */
    if (shows(ret->answer.mode) || ret->answer.mode == CDR_MODE_CONFIRM)
        ret->answer.mode = ret->real;
    return CDR_OK;
}

static cdr_status lacks(cdr_identity *id, int64_t customer, uint16_t field, bool *ret, cdr_err *err)
{
    uint16_t has[CDR_VAULT_FIELDS_MAX];
    size_t n;
    cdr_status s = cdr_vault_fields(id->vault, customer, has, CDR_COUNT(has), &n, err);
    *ret = true;
    for (size_t i = 0; s == CDR_OK && i < n; i++)
        *ret = *ret && has[i] != field;
    return s;
}

cdr_status cdr_asking_stand_in(cdr_identity *id, const cdr_asking *a, cdr_decided *list, size_t count, cdr_err *err)
{
    cdr_decided address, *asked = NULL;
    bool beside = false, none = false;
    for (size_t i = 0; i < count; i++) {
        beside |= list[i].field->id == CDR_FIELD_ADDRESS;
        if (list[i].field->id == CDR_FIELD_DELIVERY_ADDRESS && list[i].answer.mode != CDR_MODE_NEVER)
            asked = &list[i];
    }
    if (!asked || beside || !a->v.customer)
        return CDR_OK;
    cdr_status s = lacks(id, a->v.customer, CDR_FIELD_DELIVERY_ADDRESS, &none, err);
    if (s == CDR_OK && none)
        s = cdr_asking_decide(id, a, CDR_FIELD_ADDRESS, &address, err);
    if (s == CDR_OK && none && !address.answer.forbidden) {
        asked->stands_for = asked->field;
        asked->field = address.field;
    }
    return s;
}

/* Refusals stand in the ledger, too: names of fields, for somebody and for nobody. */
static cdr_status enter_refusal(cdr_identity *id, const cdr_asking *a, const cdr_decided *list, size_t count, cdr_err *err)
{
    json_t *fields = json_array();
    for (size_t i = 0; fields && i < count; i++)
        if (!shows(list[i].answer.mode))
            json_array_append_new(fields, json_string(list[i].field->key));
    if (json_array_size(fields) == 0) {
        json_decref(fields);
        return CDR_OK;
    }
    json_t *more = json_pack("{s:o}", "fields", fields);
    return more ? cdr_verify_enter(id, &a->v, "disclosure.refuse", more, NULL, err) : cdr_fail_nomem(err, "identity");
}

static cdr_status decide_all(cdr_identity *id, const cdr_asking *a, const uint16_t *fields, size_t count, cdr_decided *list, cdr_err *err)
{
    cdr_status s = CDR_OK;
    for (size_t i = 0; s == CDR_OK && i < count; i++)
        s = cdr_asking_decide(id, a, fields[i], &list[i], err);
    return s;
}

cdr_status cdr_disclose(cdr_identity *id, const char *call, const uint16_t *fields, size_t count, cdr_told_fn *fn, void *arg, cdr_telling *ret, cdr_err *err)
{
    cdr_asking a;
    cdr_decided list[CDR_CALL_FIELDS_MAX];
    char basis[32];
    *ret = (cdr_telling){.told = 0};
    cdr_status s = cdr_asking_begin(id, call, fields, count, &a, err);
    if (s == CDR_OK)
        s = decide_all(id, &a, fields, count, list, err);
    if (s == CDR_OK)
        s = enter_refusal(id, &a, list, count, err);
    for (size_t i = 0; s == CDR_OK && i < count; i++)
        if (list[i].field->id == CDR_FIELD_DELIVERY_ADDRESS && shows(list[i].answer.mode))
            s = cdr_asking_stand_in(id, &a, list, count, err);
    if (s != CDR_OK)
        return s;
    snprintf(basis, sizeof basis, "verified %s", cdr_level_names[a.level]);
    _cleanup_json_ json_t *details = cdr_call_details(&a.v, a.level);
    if (!details)
        return cdr_fail_nomem(err, "identity");
    s = cdr_open_fields(id, &(cdr_opening){.customer = a.v.customer, .purpose = a.v.purpose, .call = a.v.call, .basis = basis, .details = details, .list = list, .count = count}, fn, arg, ret, err);
    return s == CDR_OK ? cdr_verify_describe(id, &a.v, &ret->call, err) : s;
}

/* --- yes or no --- */

cdr_status cdr_disclose_confirm(cdr_identity *id, const char *call, uint16_t field, const char *said, size_t len, cdr_confirming *ret, cdr_err *err)
{
    cdr_asking a;
    cdr_decided d;
    cdr_try t = {0};
    char basis[32];
    *ret = (cdr_confirming){.allowed = false};
    if (len == 0 || len > CDR_CALL_SAID_TEXT_MAX)
        return cdr_fail(err, CDR_E_INVAL, "identity", "verify.empty", "Nothing was given to compare; no try was counted.");
    cdr_status s = cdr_asking_begin(id, call, &field, 1, &a, err);
    if (s == CDR_OK)
        s = cdr_asking_decide(id, &a, field, &d, err);
    if (s != CDR_OK)
        return s;
    cdr_why_words(d.field, d.answer.why, ret->why, sizeof ret->why);
    ret->needed = d.answer.needed;
    ret->allowed = a.v.customer && (shows(d.real) || d.real == CDR_MODE_CONFIRM);
    if (ret->allowed)
        s = cdr_asking_stand_in(id, &a, &d, 1, err);
    if (s != CDR_OK)
        return s;
    field = d.field->id;
    if (ret->allowed)
        s = cdr_verify_count(id, &a.v, CDR_TRY_CONFIRM + field, true, &t, err);
    else
        s = enter_refusal(id, &a, &d, 1, err);
    ret->locked = ret->allowed && t.id == 0;
    ret->tries_left = t.left;
    if (s == CDR_OK && ret->allowed && !ret->locked) {
        cdr_grant *g = NULL;
        _cleanup_json_ json_t *details = cdr_call_details(&a.v, a.level);
        snprintf(basis, sizeof basis, "verified %s", cdr_level_names[a.level]);
        s = details ? cdr_issue(id, &(cdr_opening){.customer = a.v.customer, .purpose = a.v.purpose, .call = a.v.call, .basis = basis, .details = details},
                                &(cdr_grant_field){field, CDR_GRANT_CONFIRM}, 1, &g, err) : cdr_fail_nomem(err, "identity");
        if (s == CDR_OK)
            s = cdr_grant_confirm(g, field, said, len, &ret->right, err);
        if (s == CDR_OK && !ret->right)
            s = cdr_enter_void(id, a.v.customer, cdr_grant_id(g), &d.field, 1, "not right", err);
        cdr_grant_free(g);
        if (s == CDR_OK && ret->right) {
            s = cdr_vs_try_matched(id, t.id, err);
            ret->tries_left++;
        }
    }
    return s == CDR_OK ? cdr_verify_describe(id, &a.v, &ret->call, err) : s;
}
