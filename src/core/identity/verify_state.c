/* SPDX-License-Identifier: Apache-2.0 */
/* What a call is at this moment: live or over, its level, and what of that the agent may see. */
#include "core/identity/verify_parts.h"

#include "base/fault.h"
#include "base/parse.h"
#include "base/time.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

/* The clock of a machine may be set back by this much without ending calls. */
#define CLOCK_BACK_US INT64_C(60000000)

void cdr_verify_stop_point(void)
{
    if (cdr_fault(CDR_FAULT_STOP))
        raise(SIGKILL);
}

cdr_status cdr_identity_open(cdr_vault *v, const cdr_disclosure_policy *policy, cdr_sender *sender, const char *role, cdr_identity **ret, cdr_err *err)
{
    *ret = NULL;
    cdr_identity *id = cdr_alloc(sizeof *id);
    if (!id)
        return cdr_fail_nomem(err, "identity");
    id->vault = v;
    id->ws = cdr_vault_workspace(v);
    id->ctx = cdr_workspace_ctx(id->ws);
    id->db = cdr_workspace_db(id->ws);
    id->policy = policy;
    id->limits = cdr_disclosure_limits_of(policy);
    id->sender = sender;
    snprintf(id->role, sizeof id->role, "%s", role ? role : "");
    cdr_status s = cdr_vs_prepare(id, err);
    if (s == CDR_OK)
        s = cdr_factors_open(v, &id->factors, err);
    if (s == CDR_OK)
        s = cdr_cleaner_new(&id->cleaner, err);
    if (s != CDR_OK) {
        cdr_identity_close(id);
        return s;
    }
    *ret = id;
    return CDR_OK;
}

void cdr_identity_close(cdr_identity *id)
{
    if (!id)
        return;
    cdr_cleaner_free(id->cleaner);
    cdr_factors_close(id->factors);
    cdr_db_set_free(id->calls);
    cdr_db_set_free(id->oversight);
    cdr_free(id);
}

const char *cdr_identity_actor(const cdr_identity *id)
{
    return cdr_workspace_actor(id->ws);
}

const cdr_vault_field *cdr_identity_field(const cdr_identity *id, uint16_t field)
{
    return cdr_vault_field_info(id->vault, field);
}

cdr_status cdr_identity_hash(cdr_identity *id, const char *what, const char *text, size_t len, uint8_t ret[CDR_SUBJECT_BYTES], cdr_err *err)
{
    const cdr_secret *key = cdr_workspace_key(id->ws, CDR_KEY_CALLER);
    cdr_buf b = CDR_BUF(CDR_CALL_SAID_TEXT_MAX * 4 + 64);
    if (!key || cdr_buf_reserve(&b, len + strlen(what) + 2) != CDR_OK)
        return cdr_fail_nomem(err, "identity");
    cdr_buf_addf(&b, "%s:", what);
    cdr_buf_add(&b, text, len);
    cdr_value_id(key, b.data, b.len, ret);
    cdr_buf_wipe(&b);
    return CDR_OK;
}

cdr_status cdr_verify_load(cdr_identity *id, const char *call, cdr_verification *ret, cdr_err *err)
{
    char normal[12];
    if (!cdr_call_normalise_id(call, normal))
        return cdr_fail(err, CDR_E_INVAL, "identity", "verify.call-form", "A call is named like 7F3K-92: four letters or digits, then two digits.");
    return cdr_vs_load(id, normal, ret, err);
}

bool cdr_verify_live(const cdr_identity *id, const cdr_verification *v)
{
    int64_t idle = cdr_now_us(id->ctx) - v->active_us;
    return v->ended_us == 0 && idle >= -CLOCK_BACK_US && idle < id->limits->idle_us;
}

cdr_status cdr_verify_check_open(const cdr_identity *id, const cdr_verification *v, bool mine, cdr_err *err)
{
    if (v->ended_us)
        return cdr_fail(err, CDR_DENIED, "identity", "verify.ended", "The call %s has ended; begin a new one with candor verify start.", v->call);
    if (!cdr_verify_live(id, v))
        return cdr_fail(err, CDR_DENIED, "identity", "verify.idle", "The call %s is over: nothing happened in it for %d minutes. Begin a new one with candor verify start.", v->call,
                        (int)(id->limits->idle_us / 60000000));
    if (mine && strcmp(v->agent, cdr_identity_actor(id)) != 0)
        return cdr_fail(err, CDR_DENIED, "identity", "verify.not-yours", "The call %s is another employee's; begin one of your own with candor verify start.", v->call);
    return CDR_OK;
}

cdr_status cdr_verify_check_counts(const cdr_identity *id, cdr_factor_kind kind, cdr_err *err)
{
    if (cdr_disclosure_class(id->policy, kind) != CDR_CLASS_NONE)
        return CDR_OK;
    if (kind == CDR_FACTOR_EMAIL)
        return cdr_fail(err, CDR_DENIED, "identity", "verify.email-no-proof",
                        "A code by e-mail is no proof, for a mailbox is read from anywhere (NIST SP 800-63B-4, 3.1.3.1); use another way. The owner may count it: email-code: possession in disclosure.yaml.");
    return cdr_fail(err, CDR_DENIED, "identity", "verify.switched-off", "The policy does not count this: %s (%s: none in disclosure.yaml). Use another way.",
                    cdr_factor_label(kind), cdr_factor_key(kind));
}

cdr_status cdr_verify_matched(cdr_identity *id, const cdr_verification *v, cdr_factor_kind ret[CDR_MATCHED_MAX], size_t *ret_count, cdr_err *err)
{
    cdr_status s = cdr_vs_matched(id, v, ret, ret_count, err);
    if (v->customer == 0 || !cdr_verify_live(id, v))
        *ret_count = 0;
    return s;
}

cdr_status cdr_verify_level(cdr_identity *id, const cdr_verification *v, cdr_level_answer *ret, cdr_err *err)
{
    cdr_factor_kind matched[CDR_MATCHED_MAX];
    size_t count;
    *ret = (cdr_level_answer){.level = CDR_LEVEL_C0};
    cdr_status s = cdr_verify_matched(id, v, matched, &count, err);
    if (s == CDR_OK)
        cdr_disclosure_level(id->policy, matched, count, ret);
    return s;
}

/* The policy's sentence begins with the field's key; people read its label. */
void cdr_why_words(const cdr_vault_field *f, const char *why, char *ret, size_t cap)
{
    size_t key = strlen(f->key);
    bool named = !strncmp(why, f->key, key) && why[key] == ' ';
    snprintf(ret, cap, "%s%s", named ? f->label : "", named ? why + key : why);
    if (ret[0] >= 'a' && ret[0] <= 'z')
        ret[0] = (char)(ret[0] - 'a' + 'A');
}

/* What is needed for all that was asked for; what no level allows does not count, and is named. */
static void describe_need(cdr_identity *id, const cdr_verification *v, const cdr_flags *flags, cdr_call *ret)
{
    cdr_buf never = CDR_BUF(160);
    cdr_level level = cdr_disclosure_purpose_level(id->policy, v->purpose, flags->list, flags->count);
    bool any = level != CDR_LEVEL_NEVER;
    ret->needed = any ? level : CDR_LEVEL_C0;
    cdr_level calm = cdr_disclosure_purpose_level(id->policy, v->purpose, NULL, 0);
    snprintf(ret->why_needed, sizeof ret->why_needed, calm < ret->needed ? "What is asked for (%s) needs %s; the flags below raise that." : "What is asked for (%s) needs %s.", v->purpose,
             cdr_level_names[calm < ret->needed ? calm : ret->needed]);
    for (size_t i = 0; i < v->field_count; i++) {
        const cdr_vault_field *f = cdr_identity_field(id, v->fields[i]);
        if (!f)
            continue;
        cdr_disclosure_answer a;
        cdr_disclosure_decide(id->policy, &(cdr_disclosure_request){.field = f->key, .category = f->category, .unspoken = (f->flags & CDR_VF_UNSPOKEN) != 0, .purpose = v->purpose,
                              .role = id->role, .channel = v->channel, .level = CDR_LEVEL_C0, .flags = flags->list, .flag_count = flags->count}, &a);
        if (a.best == CDR_MODE_NEVER) {
            cdr_buf_addf(&never, "%s%s", never.len ? ", " : "", f->label);
            continue;
        }
        if (!any || a.needed >= ret->needed) {
            ret->needed = a.needed;
            cdr_why_words(f, a.why, ret->why_needed, sizeof ret->why_needed);
        }
        any = true;
    }
    size_t at = any ? strlen(ret->why_needed) : 0;
    if (never.len)
        snprintf(ret->why_needed + at, sizeof ret->why_needed - at, "%sNo level allows %s for this purpose.", at ? " " : "", never.data);
    if (!any)
        ret->needed = CDR_LEVEL_NEVER;
    cdr_buf_done(&never);
}

/* A secret matched, yet fewer things find her than the policy asks for: what was taken of them. */
static void describe_unfound(const cdr_verification *v, const cdr_factor_kind *matched, size_t count, char *ret, size_t cap)
{
    cdr_buf secrets = CDR_BUF(400), taken = CDR_BUF(400);
    for (size_t i = 0; i < count; i++) {
        cdr_buf *list = cdr_factor_class_of(matched[i]) == CDR_CLASS_RECORD ? &taken : &secrets;
        if (matched[i] != CDR_FACTOR_SECOND_EMPLOYEE)
            cdr_buf_addf(list, "%s%s", list->len ? ", " : "", cdr_factor_label(matched[i]));
    }
    snprintf(ret, cap, "A secret matched (%s), but she is not found by two things yet; taken: %s. Ask for another: candor verify answer --call %s postcode", secrets.len ? secrets.data : "",
             taken.len ? taken.data : "none", v->call);
    cdr_buf_done(&secrets);
    cdr_buf_done(&taken);
}

static bool has_secret(const cdr_factor_kind *matched, size_t count)
{
    bool any = false;
    for (size_t i = 0; i < count; i++)
        any |= cdr_factor_class_of(matched[i]) != CDR_CLASS_RECORD && matched[i] != CDR_FACTOR_SECOND_EMPLOYEE;
    return any;
}

cdr_status cdr_verify_describe(cdr_identity *id, const cdr_verification *v, cdr_call *ret, cdr_err *err)
{
    cdr_level_answer level;
    cdr_flags flags, told = {.count = 0};
    *ret = (cdr_call){.direction = v->direction, .started_us = v->started_us, .active_us = v->active_us, .ended_us = v->ended_us, .field_count = v->field_count,
                      .expires_us = v->active_us + id->limits->idle_us, .live = cdr_verify_live(id, v)};
    memcpy(ret->call, v->call, sizeof ret->call);
    memcpy(ret->word, v->word, sizeof ret->word);
    memcpy(ret->channel, v->channel, sizeof ret->channel);
    memcpy(ret->purpose, v->purpose, sizeof ret->purpose);
    memcpy(ret->agent, v->agent, sizeof ret->agent);
    memcpy(ret->ticket, v->ticket, sizeof ret->ticket);
    memcpy(ret->fields, v->fields, sizeof ret->fields);
    cdr_status s = cdr_verify_level(id, v, &level, err);
    if (s == CDR_OK)
        s = cdr_flags_read(id, v, &flags, err);
    if (s != CDR_OK)
        return s;
    cdr_factor_kind matched[CDR_MATCHED_MAX];
    size_t matched_count = 0;
    s = cdr_verify_matched(id, v, matched, &matched_count, err);
    if (s != CDR_OK)
        return s;
    bool known = level.level >= CDR_LEVEL_C2;
    ret->secret_matched = known || has_secret(matched, matched_count);
    ret->level = known ? level.level : CDR_LEVEL_C0;
    ret->one_class_only = known && level.one_class_only;
    snprintf(ret->why_level, sizeof ret->why_level, "%s", known ? level.why : !ret->live ? "The call is over." : "No secret has matched yet.");
    if (ret->live && !known && ret->secret_matched)
        describe_unfound(v, matched, matched_count, ret->why_level, sizeof ret->why_level);
    for (size_t i = 0; i < flags.count; i++)
        if (known || !flags.of_customer[i]) {
            told.list[told.count++] = flags.list[i];
            snprintf(ret->flags[ret->flag_count++], CDR_CALL_FLAG_TEXT, "%s", flags.list[i]);
        }
    describe_need(id, v, &told, ret);
    ret->stopped = cdr_disclosure_stops(id->policy, told.list, told.count);
    if (ret->stopped)
        snprintf(ret->why_needed, sizeof ret->why_needed, "The call is stopped, so nothing about a customer is told in it; a complaint or a report of fraud is still taken.");
    return CDR_OK;
}

cdr_status cdr_verify_pseudonym(cdr_identity *id, const cdr_verification *v, char ret[CDR_PSEUDONYM_TEXT], cdr_err *err)
{
    uint8_t h[CDR_SUBJECT_BYTES];
    cdr_status s = cdr_identity_hash(id, "nobody", v->call, strlen(v->call), h, err);
    if (s != CDR_OK || v->customer)
        return s == CDR_OK ? cdr_vault_pseudonym(id->vault, v->customer, ret, err) : s;
    memcpy(ret, "cust:", 5);
    cdr_hex_encode(h, sizeof h, ret + 5);
    return CDR_OK;
}

cdr_status cdr_verify_enter(cdr_identity *id, const cdr_verification *v, const char *kind, json_t *more, uint64_t *ret_index, cdr_err *err)
{
    char who[CDR_PSEUDONYM_TEXT];
    _cleanup_json_ json_t *details = more ? more : json_object();
    _cleanup_buf_ cdr_buf text = CDR_BUF(CDR_LEDGER_ENTRY_MAX);
    cdr_status s = details && json_object_set_new(details, "call", json_string(v->call)) == 0 ? CDR_OK : cdr_fail_nomem(err, "identity");
    if (s == CDR_OK)
        s = cdr_json_canonical(details, &text, err);
    if (s == CDR_OK)
        s = cdr_verify_pseudonym(id, v, who, err);
    if (s != CDR_OK)
        return s;
    return cdr_ledger_append(cdr_workspace_ledger(id->ws), &(cdr_ledger_event){.kind = kind, .actor = cdr_identity_actor(id), .subject = who, .details_json = text.data}, ret_index, err);
}

cdr_status cdr_verify_status(cdr_identity *id, const char *call, cdr_call *ret, cdr_err *err)
{
    cdr_verification v;
    cdr_status s = cdr_verify_load(id, call, &v, err);
    return s == CDR_OK ? cdr_verify_describe(id, &v, ret, err) : s;
}

/* Kinds that this call has no place for: by its direction, by its channel, or because no tries are left. */
static cdr_status shut_kinds(cdr_identity *id, const cdr_verification *v, cdr_factor_kind ret[CDR_MATCHED_MAX], size_t *ret_count, cdr_err *err)
{
    const cdr_factor_kind *kinds;
    size_t n = cdr_factor_kinds(&kinds);
    *ret_count = 0;
    for (size_t i = 0; i < n && *ret_count < CDR_MATCHED_MAX; i++) {
        cdr_try left;
        cdr_status s = cdr_verify_tries_left(id, v, (int)kinds[i], &left, err);
        if (s != CDR_OK)
            return s;
        if (left.left == 0 || !cdr_verify_fits_direction(v, kinds[i]) || (kinds[i] == CDR_FACTOR_DOCUMENT && strcmp(v->channel, "counter") != 0))
            ret[(*ret_count)++] = kinds[i];
    }
    return CDR_OK;
}

cdr_status cdr_verify_ways(cdr_identity *id, const char *call, cdr_buf *out, cdr_factor_kind *ret_next, cdr_err *err)
{
    cdr_verification v;
    cdr_call c;
    cdr_factor_kind matched[CDR_MATCHED_MAX], shut[CDR_MATCHED_MAX];
    const char *flags[CDR_CALL_FLAGS_MAX];
    cdr_disclosure_ask ask = {.matched = matched, .shut = shut, .flags = flags};
    if (ret_next)
        *ret_next = (cdr_factor_kind)0;
    cdr_status s = cdr_verify_load(id, call, &v, err);
    if (s == CDR_OK)
        s = cdr_verify_describe(id, &v, &c, err);
    if (s != CDR_OK || c.stopped || c.needed == CDR_LEVEL_NEVER || c.level >= c.needed)
        return s;
    /* Before a secret matched nothing that was found out may show: what the caller said she is counts as if it were right, for everybody. */
    s = c.secret_matched ? cdr_verify_matched(id, &v, matched, &ask.matched_count, err) : cdr_vo_said_kinds(id, &v, matched, &ask.matched_count, err);
    if (s == CDR_OK)
        s = shut_kinds(id, &v, shut, &ask.shut_count, err);
    if (s != CDR_OK)
        return s;
    ask.level = c.needed;
    /* To do something and hear nothing, the policy may take other proofs instead: a lost PIN. */
    ask.purpose = v.field_count ? NULL : v.purpose;
    for (size_t i = 0; i < c.flag_count; i++)
        flags[ask.flag_count++] = c.flags[i];
    size_t before = out->len;
    s = cdr_disclosure_ask_for(id->policy, &ask, out, ret_next, err);
    if (s == CDR_OK && out->len == before)
        cdr_buf_adds(out, v.direction == CDR_CALL_OUT ? "Not in a call that we make: nobody is asked for a PIN or a code in one. Let the customer call us.\n"
                                                      : "Not in this call: what would be needed is locked, or has no place in it. Offer another call later, or the counter.\n");
    return s == CDR_OK && cdr_buf_status(out) != CDR_OK ? cdr_fail_nomem(err, "identity") : s;
}

/* --- what happened so far --- */

typedef struct history { cdr_identity *id; const cdr_verification *v; cdr_buf *out; bool known, secret, live; } history;

static cdr_status add_try(void *arg, int factor, unsigned tries, unsigned matched)
{
    history *h = arg;
    if (factor >= CDR_TRY_CONFIRM) {
        const cdr_vault_field *f = cdr_identity_field(h->id, (uint16_t)(factor - CDR_TRY_CONFIRM));
        cdr_buf_addf(h->out, "%s, to be confirmed: ", f ? f->label : "a field");
        if (matched)
            cdr_buf_addf(h->out, "right in %u of %u %s\n", matched, tries, tries == 1 ? "try" : "tries");
        else
            cdr_buf_addf(h->out, "not right in %u %s\n", tries, tries == 1 ? "try" : "tries");
    } else if (cdr_said_is_record((cdr_factor_kind)factor) && !h->secret) {
        /* Whether it is right is not told before a secret matched. */
        cdr_buf_addf(h->out, "%s: noted (%u %s)\n", cdr_factor_label((cdr_factor_kind)factor), tries, tries == 1 ? "try" : "tries");
    } else {
        cdr_try left;
        char until[64] = "";
        cdr_status s = cdr_verify_tries_left(h->id, h->v, factor, &left, NULL);
        bool locked = s == CDR_OK && !matched && left.left == 0 && h->live;
        if (locked && left.open_us)
            cdr_time_format_long(left.open_us, until);
        cdr_buf_addf(h->out, "%s: %s%s%s (%u %s)\n", cdr_factor_label((cdr_factor_kind)factor), matched ? "matched" : locked ? "locked" : "not matched", until[0] ? " until " : locked ? " in this call" : "", until, tries,
                     tries == 1 ? "try" : "tries");
        return s;
    }
    return CDR_OK;
}

static cdr_status add_send(void *arg, const cdr_send_row *r)
{
    static const char *const results[] = {"was not sent: there is no route on file", "was handed over", "could not be sent; the owner should look at send.yaml"};
    history *h = arg;
    const char *label = cdr_factor_label(r->kind);
    char date[CDR_TIME_TEXT];
    if (!h->known) {
        cdr_buf_addf(h->out, "%s: asked for\n", label);
    } else if (r->usable_us) {
        cdr_time_format(r->usable_us, date);
        cdr_buf_addf(h->out, "%s: not sent, because what is on file was changed lately; it counts from %.16s UTC on\n", label, date);
    } else if (r->kind == CDR_FACTOR_CALLBACK) {
        cdr_buf_addf(h->out, "%s: %s\n", label, r->dialled_us ? "the number on file was given out for dialling" : "promised, not made yet");
    } else {
        cdr_buf_addf(h->out, "%s: %s\n", label, results[r->result]);
    }
    return CDR_OK;
}

cdr_status cdr_verify_history(cdr_identity *id, const char *call, cdr_buf *out, cdr_err *err)
{
    cdr_verification v;
    cdr_level_answer level;
    cdr_status s = cdr_verify_load(id, call, &v, err);
    if (s == CDR_OK)
        s = cdr_verify_level(id, &v, &level, err);
    if (s != CDR_OK)
        return s;
    cdr_factor_kind matched[CDR_MATCHED_MAX];
    size_t count = 0;
    s = cdr_vs_matched(id, &v, matched, &count, err);
    if (s != CDR_OK)
        return s;
    history h = {.id = id, .v = &v, .out = out, .known = level.level >= CDR_LEVEL_C2, .live = cdr_verify_live(id, &v), .secret = v.customer && has_secret(matched, count)};
    s = cdr_vs_each_try(id, &v, add_try, &h, err);
    if (s == CDR_OK)
        s = cdr_vs_each_send(id, &v, add_send, &h, err);
    return s == CDR_OK && cdr_buf_status(out) != CDR_OK ? cdr_fail_nomem(err, "identity") : s;
}

/* --- whose calls are on --- */

typedef struct open_calls { cdr_verification *at; size_t count, cap; } open_calls;

static cdr_status add_open(void *arg, const cdr_verification *v)
{
    open_calls *o = arg;
    if (o->count == o->cap)
        return CDR_DONE;
    o->at[o->count++] = *v;
    return CDR_OK;
}

cdr_status cdr_verify_open_calls(cdr_identity *id, cdr_call *ret, size_t cap, size_t *ret_count, cdr_err *err)
{
    open_calls o = {.at = cdr_alloc_array(cap, sizeof *o.at), .cap = cap};
    *ret_count = 0;
    if (!o.at)
        return cdr_fail_nomem(err, "identity");
    cdr_status s = cdr_vs_each_open(id, cdr_identity_actor(id), cdr_now_us(id->ctx) - id->limits->idle_us, add_open, &o, err);
    for (size_t i = 0; s == CDR_OK && i < o.count; i++)
        if (cdr_verify_live(id, &o.at[i]))
            s = cdr_verify_describe(id, &o.at[i], &ret[(*ret_count)++], err);
    cdr_free(o.at);
    return s;
}
