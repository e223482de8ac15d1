/* SPDX-License-Identifier: Apache-2.0 */
/* A call begins: who is meant, what is asked for, the words for both sides. */
#include "core/identity/verify_parts.h"

#include <stdio.h>
#include <string.h>

static const char *const channels[] = {"phone", "chat", "counter"};

static cdr_status check_start(cdr_identity *id, const cdr_verify_start *s, cdr_err *err)
{
    bool channel = false;
    for (size_t i = 0; i < CDR_COUNT(channels); i++)
        channel |= s->channel && !strcmp(channels[i], s->channel);
    if (!channel)
        return cdr_fail(err, CDR_E_INVAL, "identity", "verify.channel", "The channel is phone, chat or counter.");
    if (s->direction != CDR_CALL_IN && s->direction != CDR_CALL_OUT)
        return cdr_fail(err, CDR_E_INVAL, "identity", "verify.direction", "Say who calls: in, when the customer does, or out.");
    const char *near = s->purpose ? cdr_disclosure_nearest_purpose(id->policy, s->purpose) : NULL;
    if (!s->purpose || !cdr_disclosure_has_purpose(id->policy, s->purpose))
        return cdr_fail(err, CDR_E_INVAL, "identity", "verify.purpose", "The policy knows no purpose \"%.40s\"; %s%s%s", s->purpose ? s->purpose : "", near ? "did you mean " : "candor disclosure show lists them.",
                        near ? near : "", near ? "?" : "");
    if (cdr_disclosure_purpose_ground(id->policy, s->purpose))
        return cdr_fail(err, CDR_E_INVAL, "identity", "verify.third-party", "Third parties are not verified in a call: candor disclose --third-party WHO --ground TEXT --document TEXT.");
    if (s->field_count > CDR_CALL_FIELDS_MAX || s->said_count > CDR_CALL_SAID_MAX)
        return cdr_fail(err, CDR_E_LIMIT, "identity", "verify.many", "One call takes at most %d fields and %d things said.", CDR_CALL_FIELDS_MAX, CDR_CALL_SAID_MAX);
    for (size_t i = 0; i < s->said_count; i++)
        if (!cdr_said_is_record(s->said[i].kind) || s->said[i].len == 0 || s->said[i].len > CDR_CALL_SAID_TEXT_MAX)
            return cdr_fail(err, CDR_E_INVAL, "identity", "verify.said", "A customer is found by e-mail, telephone and account; name, postcode, date of birth and last four of the card narrow it.");
    return CDR_OK;
}

/* The number as it was shown: only whether it is the same as another call's matters. */
static cdr_status take_number(cdr_identity *id, const cdr_verify_start *s, cdr_verification *v, cdr_err *err)
{
    char normal[64];
    size_t len = 0, given = s->number ? strnlen(s->number, sizeof normal) : 0;
    v->withheld = s->withheld;
    if (!s->number)
        return CDR_OK;
    if (given == sizeof normal || !cdr_vault_normalise(CDR_FORM_PHONE, s->number, given, normal, sizeof normal, &len))
        return cdr_fail(err, CDR_E_INVAL, "identity", "verify.number", "The caller's number is no telephone number; give it as it is shown, or say --withheld.");
    v->has_number = true;
    return cdr_identity_hash(id, "number", normal, len, v->number, err);
}

/* Is the number that was shown another than those on file? The same looks for nobody. */
static cdr_status number_differs(cdr_identity *id, const cdr_verify_start *s, const cdr_verification *v, bool *ret, cdr_err *err)
{
    bool fits = false;
    *ret = false;
    if (!s->number)
        return CDR_OK;
    cdr_status st = cdr_said_matches(id, v->customer, &(cdr_said){CDR_FACTOR_PHONE_NUMBER, s->number, strlen(s->number)}, &fits, err);
    *ret = v->customer != 0 && !fits;
    return st;
}

static cdr_status new_id(cdr_identity *id, cdr_verification *v, cdr_err *err)
{
    for (int i = 0; i < 20; i++) {
        cdr_verification other;
        cdr_call_make_id(id->ctx, v->call);
        cdr_status s = cdr_vs_load(id, v->call, &other, NULL);
        if (s == CDR_NOT_FOUND)
            return CDR_OK;
        if (s != CDR_OK)
            return cdr_fail(err, s, "identity", "verify.read", "The calls cannot be read.");
    }
    return cdr_fail(err, CDR_E_LIMIT, "identity", "verify.ids", "No number is free for this call; try again.");
}

/* idle_s: how long the call's level lasts when nothing happens, so that a reader of the ledger need not know the policy of that day. fits: what the caller said and what is on file. */
static json_t *start_details(cdr_identity *id, const cdr_verification *v, const cdr_factor_kind *matched, size_t count)
{
    json_t *fields = json_array(), *fits = json_array();
    cdr_level_answer level;
    cdr_disclosure_level(id->policy, matched, count, &level);
    for (size_t i = 0; i < count; i++)
        json_array_append_new(fits, json_string(cdr_factor_key(matched[i])));
    for (size_t i = 0; i < v->field_count; i++) {
        const cdr_vault_field *f = cdr_identity_field(id, v->fields[i]);
        json_array_append_new(fields, json_string(f ? f->key : "?"));
    }
    return json_pack("{s:s, s:s, s:s, s:o, s:b, s:b, s:I, s:o, s:s}", "direction", v->direction == CDR_CALL_IN ? "in" : "out", "channel", v->channel, "purpose", v->purpose, "fields", fields,
                     "withheld", v->withheld, "ticket", v->ticket[0] != '\0', "idle_s", (json_int_t)(id->limits->idle_us / 1000000), "fits", fits, "level", cdr_level_names[level.level]);
}

static cdr_status store(cdr_identity *id, const cdr_verify_start *s, cdr_verification *v, const bool *matched, bool differs, const char *code, cdr_err *err)
{
    uint8_t check[CDR_SUBJECT_BYTES];
    cdr_flags flags;
    cdr_factor_kind kinds[CDR_MATCHED_MAX];
    size_t count = 0;
    cdr_status st = new_id(id, v, err);
    if (st == CDR_OK)
        st = cdr_identity_hash(id, "check", code, strlen(code), check, err);
    if (st == CDR_OK)
        st = cdr_vs_add(id, v, v->direction == CDR_CALL_OUT ? check : NULL, err);
    for (size_t i = 0; st == CDR_OK && i < s->said_count; i++)
        st = cdr_vs_said(id, v, s->said[i].kind, matched[i], err);
    if (st == CDR_OK)
        st = cdr_verify_matched(id, v, kinds, &count, err);
    json_t *details = st == CDR_OK ? start_details(id, v, kinds, count) : NULL;
    if (st == CDR_OK)
        st = details ? cdr_verify_enter(id, v, "verify.start", details, &v->start_index, err) : cdr_fail_nomem(err, "identity");
    if (st == CDR_OK)
        st = cdr_vs_set_start(id, v, err);
    if (st == CDR_OK && differs)
        st = cdr_flags_raise(id, v, "number-differs", false, err);
    return st == CDR_OK ? cdr_flags_refresh(id, v, &flags, err) : st;
}

cdr_status cdr_verify_start_call(cdr_identity *id, const cdr_verify_start *s, cdr_call *ret, cdr_err *err)
{
    cdr_verification v = {.direction = s->direction, .started_us = cdr_now_us(id->ctx)};
    bool matched[CDR_CALL_SAID_MAX];
    bool differs = false;
    char code[12];
    cdr_status st = check_start(id, s, err);
    if (st == CDR_OK)
        st = take_number(id, s, &v, err);
    if (st == CDR_OK)
        st = cdr_note_clean_to(id->cleaner, s->ticket, v.ticket, sizeof v.ticket, err);
    if (st == CDR_OK)
        st = cdr_said_find(id, s, &v.customer, matched, v.subject, err);
    if (st == CDR_OK)
        st = number_differs(id, s, &v, &differs, err);
    if (st != CDR_OK)
        return st;
    v.active_us = v.started_us;
    snprintf(v.channel, sizeof v.channel, "%s", s->channel);
    snprintf(v.purpose, sizeof v.purpose, "%s", s->purpose);
    snprintf(v.agent, sizeof v.agent, "%s", cdr_identity_actor(id));
    for (size_t i = 0; i < s->field_count; i++)
        v.fields[v.field_count++] = s->fields[i];
    cdr_call_make_word(id->ctx, v.word);
    cdr_call_make_code(id->ctx, code);
    st = cdr_db_begin(id->db, err);
    if (st != CDR_OK)
        return st;
    st = store(id, s, &v, matched, differs, code, err);
    if (st != CDR_OK) {
        cdr_db_rollback(id->db);
        return st;
    }
    st = cdr_db_commit(id->db, err);
    if (st == CDR_OK)
        st = cdr_verify_describe(id, &v, ret, err);
    if (st == CDR_OK && v.direction == CDR_CALL_OUT)
        memcpy(ret->code, code, sizeof ret->code);
    return st;
}
