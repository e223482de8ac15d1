/* SPDX-License-Identifier: Apache-2.0 */
/* One factor tried. The try is counted and committed, with the limits looked at in the same transaction; only then is anything compared. A process that dies in
 * between has lost the try. */
#include "core/identity/factor_tell.h"
#include "core/identity/verify_parts.h"

#include <stdio.h>
#include <string.h>

static bool stays_open(int kind)
{
    /* A lock must not become a weapon against the customer: these two codes go to what is on file and are bounded by the call and by the code. */
    return kind == CDR_FACTOR_CALLBACK || kind == CDR_FACTOR_LETTER;
}

static bool is_code(cdr_factor_kind kind)
{
    return kind == CDR_FACTOR_SMS || kind == CDR_FACTOR_EMAIL || kind == CDR_FACTOR_LINK || kind == CDR_FACTOR_CALLBACK || kind == CDR_FACTOR_LETTER;
}

/* So many failures one after the other, over however many days, and a factor is locked until it is set anew (NIST SP 800-63B-4, 3.2.2). What cannot be set anew, such as a date of birth or
 * a telephone, is not locked for ever: that would be a way to shut a customer out. */
#define FAILURES_MAX 100u

static bool is_set_anew(int factor)
{
    return factor == CDR_FACTOR_PIN || factor == CDR_FACTOR_WORDS || factor == CDR_FACTOR_TOTP || factor == CDR_FACTOR_RECOVERY;
}

/* How many tries are left; none: locked, and until when. */
static cdr_status look_at_limits(cdr_identity *id, const cdr_verification *v, int factor, bool day_limit, cdr_try *ret, cdr_err *err)
{
    unsigned in_call, in_day = 0, in_row = 0, per_call = id->limits->tries_per_call, per_day = id->limits->tries_per_day;
    int64_t open_us = 0;
    cdr_status s = cdr_vs_failures_call(id, v, factor, &in_call, err);
    if (s == CDR_OK)
        s = cdr_vs_failures_day(id, v, factor, cdr_now_us(id->ctx) - DAY_US, per_day, &in_day, &open_us, err);
    if (s == CDR_OK)
        s = cdr_vs_failures_run(id, v, factor, &in_row, err);
    if (s != CDR_OK)
        return s;
    ret->left = in_call >= per_call ? 0 : per_call - in_call;
    if (is_set_anew(factor) && in_row >= FAILURES_MAX)
        ret->left = 0;
    if (day_limit) {
        unsigned day_left = in_day >= per_day ? 0 : per_day - in_day;
        ret->left = CDR_MIN(ret->left, day_left);
        ret->open_us = day_left == 0 ? open_us : 0;
    }
    return CDR_OK;
}

cdr_status cdr_verify_tries_left(cdr_identity *id, const cdr_verification *v, int factor, cdr_try *ret, cdr_err *err)
{
    *ret = (cdr_try){0};
    return look_at_limits(id, v, factor, factor < CDR_TRY_CONFIRM && !stays_open(factor), ret, err);
}

static const char *factor_key(int factor)
{
    return factor >= CDR_TRY_CONFIRM ? "confirm" : cdr_factor_key((cdr_factor_kind)factor);
}

static cdr_status enter_try(cdr_identity *id, const cdr_verification *v, const char *kind, int factor, const char *extra, cdr_err *err)
{
    json_t *more = json_pack("{s:s}", "factor", factor_key(factor));
    if (!more || (extra && json_object_set_new(more, "level", json_string(extra)))) {
        json_decref(more);
        return cdr_fail_nomem(err, "identity");
    }
    const cdr_vault_field *f = factor >= CDR_TRY_CONFIRM ? cdr_identity_field(id, (uint16_t)(factor - CDR_TRY_CONFIRM)) : NULL;
    if (f)
        json_object_set_new(more, "field", json_string(f->key));
    return cdr_verify_enter(id, v, kind, more, NULL, err);
}

static cdr_status count_in_transaction(cdr_identity *id, cdr_verification *v, int factor, bool day_limit, cdr_try *ret, cdr_err *err)
{
    cdr_status s = look_at_limits(id, v, factor, day_limit, ret, err);
    if (s != CDR_OK || ret->left == 0)
        return s;
    int64_t now = cdr_now_us(id->ctx);
    s = cdr_vs_try(id, v, factor, now, false, &ret->id, err);
    if (s == CDR_OK)
        s = enter_try(id, v, "verify.try", factor, NULL, err);
    ret->left--;
    return s == CDR_OK ? cdr_vs_touch(id, v, now, err) : s;
}

cdr_status cdr_verify_count(cdr_identity *id, cdr_verification *v, int factor, bool day_limit, cdr_try *ret, cdr_err *err)
{
    *ret = (cdr_try){0};
    cdr_status s = cdr_db_begin(id->db, err);
    if (s != CDR_OK)
        return s;
    s = count_in_transaction(id, v, factor, day_limit, ret, err);
    if (s == CDR_OK)
        return cdr_db_commit(id->db, err);
    cdr_db_rollback(id->db);
    return s;
}

cdr_status cdr_verify_note_match(cdr_identity *id, cdr_verification *v, const cdr_try *t, int factor, cdr_err *err)
{
    cdr_level_answer level;
    cdr_status s = cdr_db_begin(id->db, err);
    if (s != CDR_OK)
        return s;
    s = cdr_vs_try_matched(id, t->id, err);
    if (s == CDR_OK)
        s = cdr_verify_level(id, v, &level, err);
    if (s == CDR_OK)
        s = enter_try(id, v, "verify.match", factor, cdr_level_names[level.level], err);
    if (s == CDR_OK)
        return cdr_db_commit(id->db, err);
    cdr_db_rollback(id->db);
    return s;
}

/* verify.lock: the last try failed, or there was none left to begin with. verify.noted: an identifier that does not fit, before a secret matched; one that fits has its entry, too, so that the number of
 * the receipt does not tell. */
static cdr_status note_other(cdr_identity *id, const cdr_verification *v, const char *kind, int factor, cdr_err *err)
{
    cdr_status s = cdr_db_begin(id->db, err);
    if (s != CDR_OK)
        return s;
    s = enter_try(id, v, kind, factor, NULL, err);
    if (s == CDR_OK)
        return cdr_db_commit(id->db, err);
    cdr_db_rollback(id->db);
    return s;
}

/* --- may this factor be tried in this call at all? The answer is the same for everybody. --- */

bool cdr_verify_fits_direction(const cdr_verification *v, cdr_factor_kind kind)
{
    cdr_factor_class c = cdr_factor_class_of(kind);
    return v->direction != CDR_CALL_OUT || kind == CDR_FACTOR_LINK || c == CDR_CLASS_RECORD || c == CDR_CLASS_STAFF || kind == CDR_FACTOR_DOCUMENT;
}

static cdr_status check_outgoing(const cdr_verification *v, cdr_factor_kind kind, cdr_err *err)
{
    if (cdr_verify_fits_direction(v, kind))
        return CDR_OK;
    return cdr_fail(err, CDR_DENIED, "identity", "verify.we-called",
                    "We called, so nobody is asked for a PIN or a code: that is what thieves do. Let the customer check the call, enter a code herself (verify send link), or call us.");
}

static cdr_status check_asked_for(cdr_identity *id, const cdr_verification *v, cdr_factor_kind kind, cdr_err *err)
{
    cdr_send_row sent;
    if (!is_code(kind))
        return CDR_OK;
    cdr_status s = cdr_vs_last_send(id, v, kind, kind == CDR_FACTOR_LETTER, &sent, err);
    if (s == CDR_NOT_FOUND)
        return cdr_fail(err, CDR_DENIED, "identity", "verify.no-code", "No %s was asked for; do that first: candor verify send --call %s %s.", cdr_factor_label(kind), v->call, cdr_factor_key(kind));
    if (s == CDR_OK && kind == CDR_FACTOR_CALLBACK && !sent.dialled_us)
        return cdr_fail(err, CDR_DENIED, "identity", "verify.not-dialled", "Nobody has called back yet: candor verify callback --call %s gives the number on file to whoever may dial it.", v->call);
    return s;
}

/* Where everybody has a login of her own, two people can be told apart; whoever works alone is trusted with the key anyway. */
static bool is_staff(const char *actor)
{
    return !strncmp(actor, "staff:", 6);
}

typedef struct own_search { cdr_factor_kind kind; const char *actor; int64_t since_us; bool found; } own_search;

static cdr_status look_for_own(void *arg, const cdr_factor *f)
{
    own_search *o = arg;
    o->found |= f->kind == o->kind && !f->ended_us && f->enrolled_us > o->since_us && !strcmp(f->enrolled_by, o->actor) && strncmp(f->source, CDR_FACTOR_BY_CALL, sizeof CDR_FACTOR_BY_CALL - 1) != 0;
    return CDR_OK;
}

/* Who sets a PIN on her own word could read the record with it the same minute: it counts for others at once, for her when the customer has had time to answer the messages about it. */
static cdr_status check_own_factor(cdr_identity *id, const cdr_verification *v, cdr_factor_kind kind, cdr_err *err)
{
    const char *actor = cdr_identity_actor(id);
    own_search o = {.kind = kind, .actor = actor, .since_us = cdr_now_us(id->ctx) - id->limits->change_then_request_us};
    if (!v->customer || !is_staff(actor) || is_code(kind))
        return CDR_OK;
    cdr_status s = cdr_factor_each(id->factors, v->customer, false, look_for_own, &o, err);
    return s == CDR_OK && o.found ? cdr_fail(err, CDR_DENIED, "identity", "verify.own-factor",
                                             "You set this one yourself, without a verified call, less than %lld hours ago; until then it counts with a colleague only. Let one take the call, or use another way.",
                                             (long long)(id->limits->change_then_request_us / INT64_C(3600000000)))
                                  : s;
}

/* The code of a link is between the customer and the page. */
static cdr_status check_enterer(cdr_identity *id, const cdr_verification *v, cdr_factor_kind kind, cdr_err *err)
{
    const char *actor = cdr_identity_actor(id);
    return kind == CDR_FACTOR_LINK && is_staff(actor) && !strcmp(actor, v->agent)
               ? cdr_fail(err, CDR_DENIED, "identity", "verify.own-link", "This code is entered by the customer on the page, which has a login of its own; nobody tells it to whoever takes the call.")
               : CDR_OK;
}

static cdr_status check_factor(cdr_identity *id, const cdr_verification *v, cdr_factor_kind kind, cdr_err *err)
{
    /* Call-backs are made by others, too; the page where customers enter codes has a login of its own. */
    cdr_status s = cdr_verify_check_open(id, v, kind != CDR_FACTOR_CALLBACK && kind != CDR_FACTOR_LINK, err);
    if (s != CDR_OK)
        return s;
    if (kind == CDR_FACTOR_SECOND_EMPLOYEE || !cdr_factor_key(kind)[0])
        return cdr_fail(err, CDR_E_INVAL, "identity", "verify.factor", "This is nothing that a caller can be asked for.");
    s = cdr_verify_check_counts(id, kind, err);
    if (s != CDR_OK)
        return s;
    if (kind == CDR_FACTOR_DOCUMENT && strcmp(v->channel, "counter") != 0)
        return cdr_fail(err, CDR_DENIED, "identity", "verify.document", "A document is looked at across the counter; this call came by %s.", v->channel);
    s = check_outgoing(v, kind, err);
    if (s == CDR_OK)
        s = check_own_factor(id, v, kind, err);
    if (s == CDR_OK)
        s = check_enterer(id, v, kind, err);
    return s == CDR_OK ? check_asked_for(id, v, kind, err) : s;
}

/* A document shows a name; the record knows whose it should be. */
static cdr_status compare(cdr_identity *id, const cdr_verification *v, cdr_factor_kind kind, const char *said, size_t len, bool *ret, cdr_err *err)
{
    if (kind == CDR_FACTOR_DOCUMENT)
        return cdr_said_matches(id, v->customer, &(cdr_said){CDR_FACTOR_NAME, said, len}, ret, err);
    if (cdr_said_is_record(kind))
        return cdr_said_matches(id, v->customer, &(cdr_said){kind, said, len}, ret, err);
    if (kind == CDR_FACTOR_LETTER)
        return cdr_letter_check(id->factors, v->customer, said, len, ret, err);
    if (is_code(kind))
        return cdr_code_check(id->factors, v->call, kind, said, len, ret, err);
    return cdr_factor_check(id->factors, v->customer, kind, said, len, ret, err);
}

/* Whoever has lost the rest comes with a recovery code, and whoever found one does too: so she hears of it. That a message cannot be sent changes nothing. */
static cdr_status note_match(cdr_identity *id, cdr_verification *v, const cdr_try *t, cdr_factor_kind kind, cdr_err *err)
{
    cdr_factor_told told;
    cdr_status s = cdr_verify_note_match(id, v, t, (int)kind, err);
    if (s == CDR_OK && kind == CDR_FACTOR_RECOVERY)
        cdr_factor_tell(id->factors, id->sender, v->customer, kind, CDR_FACTOR_USED, &told);
    return s;
}

cdr_status cdr_verify_answer_factor(cdr_identity *id, const char *call, cdr_factor_kind kind, const char *said, size_t len, cdr_verify_answer *ret, cdr_err *err)
{
    cdr_verification v;
    cdr_try t = {0};
    *ret = (cdr_verify_answer){0};
    if (len == 0 || len > CDR_CALL_SAID_TEXT_MAX)
        return cdr_fail(err, CDR_E_INVAL, "identity", "verify.empty", "Nothing was given to compare; no try was counted.");
    cdr_status s = cdr_verify_load(id, call, &v, err);
    if (s == CDR_OK)
        s = check_factor(id, &v, kind, err);
    if (s == CDR_OK)
        s = cdr_verify_count(id, &v, (int)kind, !stays_open((int)kind), &t, err);
    if (s != CDR_OK)
        return s;
    ret->tries_left = t.left;
    ret->locked = t.id == 0;
    ret->open_us = t.open_us;
    if (!ret->locked) {
        cdr_verify_stop_point();
        s = compare(id, &v, kind, said, len, &ret->matched, err);
        cdr_verify_stop_point();
        /* Somebody whom nobody knows matches nothing, whatever a comparison says. */
        ret->matched = s == CDR_OK && ret->matched && v.customer != 0;
        if (ret->matched)
            s = note_match(id, &v, &t, kind, err);
        else if (s == CDR_OK && t.left == 0)
            s = note_other(id, &v, "verify.lock", (int)kind, err);
        if (ret->matched)
            ret->tries_left++;
    }
    if (s == CDR_OK)
        s = cdr_verify_describe(id, &v, &ret->call, err);
    /* Before a secret matched, yes or no to a postcode would tell whoever asks that there is such a customer, and her postcode. */
    if (s == CDR_OK && !ret->locked && cdr_factor_class_of(kind) == CDR_CLASS_RECORD && !ret->call.secret_matched) {
        if (!ret->matched && t.left > 0)
            s = note_other(id, &v, "verify.noted", (int)kind, err);
        ret->noted = true;
        ret->matched = false;
        ret->tries_left = t.left;
    }
    return s;
}

cdr_status cdr_verify_second(cdr_identity *id, const char *call, cdr_call *ret, cdr_err *err)
{
    cdr_verification v;
    int64_t try_id;
    cdr_status s = cdr_verify_load(id, call, &v, err);
    if (s == CDR_OK)
        s = cdr_verify_check_open(id, &v, false, err);
    if (s == CDR_OK && !strcmp(v.agent, cdr_identity_actor(id)))
        s = cdr_fail(err, CDR_DENIED, "identity", "verify.second-is-first", "The second employee is somebody else than whoever has the call; let her sign in and say it herself.");
    if (s == CDR_OK)
        s = cdr_db_begin(id->db, err);
    if (s != CDR_OK)
        return s;
    s = cdr_vs_try(id, &v, CDR_FACTOR_SECOND_EMPLOYEE, cdr_now_us(id->ctx), true, &try_id, err);
    cdr_level_answer level = {.level = CDR_LEVEL_C0};
    if (s == CDR_OK)
        s = cdr_verify_level(id, &v, &level, err);
    if (s == CDR_OK)
        s = enter_try(id, &v, "verify.match", CDR_FACTOR_SECOND_EMPLOYEE, cdr_level_names[level.level], err);
    if (s == CDR_OK)
        s = cdr_vs_touch(id, &v, cdr_now_us(id->ctx), err);
    if (s != CDR_OK) {
        cdr_db_rollback(id->db);
        return s;
    }
    s = cdr_db_commit(id->db, err);
    return s == CDR_OK ? cdr_verify_describe(id, &v, ret, err) : s;
}
