/* SPDX-License-Identifier: Apache-2.0 */
/* Requests by right: from their opening to their end. Each step is one transaction with its ledger entry. */
#include "core/identity/rights_parts.h"
#include "core/identity/verify_parts.h"

#include "base/parse.h"
#include "base/text.h"
#include "base/time.h"

#include <stdio.h>
#include <string.h>


const char *const cdr_request_state_names[] = {"", "open", "fulfilled", "refused", "closed"};

const cdr_refusal cdr_refusals[] = {
    {"not-verified", "who asks could not be verified in time"},
    {"not-held", "nothing is held about her"},
    {"unfounded", "manifestly unfounded (GDPR Art. 12(5))"},
    {"excessive", "excessive, in particular repeated (GDPR Art. 12(5))"},
    {"legal-duty", "a law asks for the data to be kept (GDPR Art. 17(3)(b))"},
    {"legal-claim", "needed for a legal claim, or under a legal hold (GDPR Art. 17(3)(e), 18)"},
    {"others-rights", "it would take from the rights of others (GDPR Art. 15(4))"},
    {"exempt", "an exemption of the law applies; name it with --words"},
    {0},
};

cdr_status cdr_rights_open(cdr_vault *v, cdr_rights **ret, cdr_err *err)
{
    *ret = NULL;
    cdr_rights *r = cdr_alloc(sizeof *r);
    if (!r)
        return cdr_fail_nomem(err, "identity");
    r->vault = v;
    r->ws = cdr_vault_workspace(v);
    r->ctx = cdr_workspace_ctx(r->ws);
    r->db = cdr_workspace_db(r->ws);
    cdr_status s = cdr_rights_store_open(r->db, &r->set, err);
    if (s != CDR_OK) {
        cdr_free(r);
        return s;
    }
    *ret = r;
    return CDR_OK;
}

void cdr_rights_close(cdr_rights *r)
{
    if (!r)
        return;
    cdr_db_set_free(r->set);
    cdr_free(r);
}

/* --- what steps share --- */

cdr_status cdr_rights_enter(cdr_rights *r, const char *kind, const cdr_request *q, json_t *details, cdr_err *err)
{
    char subject[32], pseudonym[CDR_PSEUDONYM_TEXT];
    snprintf(subject, sizeof subject, "request:%s", q->name);
    cdr_status s = q->customer ? cdr_vault_pseudonym(r->vault, q->customer, pseudonym, NULL) : CDR_NOT_FOUND;   /* gone with an erased customer */
    bool good = details && (s != CDR_OK || !json_object_set_new(details, "customer", json_string(pseudonym)));
    char *text = good ? json_dumps(details, JSON_COMPACT) : NULL;
    json_decref(details);
    if (!text)
        return cdr_fail_nomem(err, "identity");
    s = cdr_ledger_append(cdr_workspace_ledger(r->ws), &(cdr_ledger_event){kind, cdr_workspace_actor(r->ws), subject, text}, NULL, err);
    cdr_free(text);
    return s;
}

cdr_status cdr_rights_check(const cdr_request *q, bool proved, cdr_err *err)
{
    const cdr_right_info *right = cdr_right_of(q->kind);
    if (q->state != CDR_REQUEST_OPEN)
        return cdr_fail(err, CDR_DENIED, "identity", "request.over", "%s is %s already; candor request show %s tells since when.", q->name, cdr_request_state_names[q->state], q->name);
    if (proved && !cdr_request_proved(q))
        return cdr_fail(err, CDR_DENIED, "identity", "request.unproved", "Nobody has proved yet that %s comes from the customer: check her in a call for the purpose %s, then candor request verify %s --call ID.",
                        q->name, right->purpose, q->name);
    return CDR_OK;
}

/* A line of words for the database and the answer. */
static cdr_status check_words(const char *words, const char *what, cdr_err *err)
{
    size_t len = words ? strlen(words) : 0;
    bool good = len > 0 && len <= CDR_REQUEST_WORDS_MAX && cdr_utf8_valid(words, len);
    for (size_t i = 0; good && i < len; i++)
        good = (unsigned char)words[i] >= ' ' && words[i] != 127;
    return good ? CDR_OK : cdr_fail(err, CDR_E_INVAL, "identity", "request.words", "Give %s in one line of at most %d bytes, without personal data.", what, CDR_REQUEST_WORDS_MAX);
}

/* The same, kept: what looks like a number of somebody's becomes a mask, for people type such things though they are asked not to. */
static cdr_status keep_words(const char *words, const char *what, char *ret, size_t cap, cdr_err *err)
{
    cdr_cleaner *c;
    cdr_status s = check_words(words, what, err);
    if (s != CDR_OK)
        return s;
    if (!strpbrk(words, "0123456789@")) {
        snprintf(ret, cap, "%s", words);
        return CDR_OK;
    }
    s = cdr_cleaner_new(&c, err);
    if (s != CDR_OK)
        return s;
    s = cdr_note_clean_to(c, words, ret, cap, err);
    cdr_cleaner_free(c);
    return s;
}

/* One step: ${q} as it is from now on, and its entry. */
static cdr_status step(cdr_rights *r, cdr_request *q, const uint8_t *sha256, const char *kind, json_t *details, cdr_err *err)
{
    cdr_status s = cdr_db_begin(r->db, err);
    if (s != CDR_OK) {
        json_decref(details);
        return s;
    }
    s = cdr_rights_store_update(r, q, sha256, err);
    if (s == CDR_OK)
        s = cdr_rights_enter(r, kind, q, details, err);
    else
        json_decref(details);
    if (s == CDR_OK)
        return cdr_db_commit(r->db, err);
    cdr_db_rollback(r->db);
    return s;
}

static void decide(cdr_rights *r, cdr_request *q, cdr_request_state state)
{
    q->state = state;
    q->decided_us = cdr_now_us(r->ctx);
    snprintf(q->decided_by, sizeof q->decided_by, "%s", cdr_workspace_actor(r->ws));
}

/* --- opening --- */

typedef struct place { char country[64], region[64]; } place;

static cdr_status keep_start(char ret[64], const cdr_secret *value)
{
    snprintf(ret, 64, "%.60s", (const char *)cdr_secret_bytes(value));
    return CDR_OK;
}

static cdr_status keep_country(void *arg, const cdr_secret *value, cdr_err *err)
{
    (void)err;
    return keep_start(((place *)arg)->country, value);
}

static cdr_status keep_region(void *arg, const cdr_secret *value, cdr_err *err)
{
    (void)err;
    return keep_start(((place *)arg)->region, value);
}

/* Which law counts follows from where she lives. Of country and region nothing is kept but that. */
static cdr_status find_regime(cdr_rights *r, int64_t customer, cdr_regime *ret, cdr_err *err)
{
    place p = {0};
    cdr_status s = cdr_vault_deliver(r->vault, customer, CDR_FIELD_COUNTRY, keep_country, &p, err);
    if (s == CDR_OK || s == CDR_NOT_FOUND)
        s = cdr_vault_deliver(r->vault, customer, CDR_FIELD_REGION, keep_region, &p, err);
    *ret = cdr_regime_by_place(p.country, strlen(p.country), p.region, strlen(p.region));
    cdr_wipe(&p, sizeof p);
    return s == CDR_NOT_FOUND ? CDR_OK : s;
}

static cdr_status check_new(const cdr_request_new *n, int64_t today, cdr_err *err)
{
    if (!cdr_right_of(n->kind))
        return cdr_fail(err, CDR_E_INVAL, "identity", "request.kind", "There is no such kind of request.");
    if (!n->ref && (!n->ticket || !*n->ticket))
        return cdr_fail(err, CDR_E_INVAL, "identity", "request.whom", "Nobody like that is a customer: give --ticket, so that it is known whom to answer.");
    if (n->ticket && strlen(n->ticket) >= sizeof(((cdr_request *)0)->ticket))
        return cdr_fail(err, CDR_E_INVAL, "identity", "request.ticket", "A ticket has at most %zu bytes.", sizeof(((cdr_request *)0)->ticket) - 1);
    if (n->received_day > today)
        return cdr_fail(err, CDR_E_INVAL, "identity", "request.future", "A request cannot have been received after today.");
    if (n->received_day && n->received_day < today - 5 * 366)
        return cdr_fail(err, CDR_E_INVAL, "identity", "request.past", "The day of receipt lies more than five years back; is it right?");
    return CDR_OK;
}

static cdr_status fill_new(cdr_rights *r, const cdr_request_new *n, cdr_request *q, cdr_err *err)
{
    int64_t now = cdr_now_us(r->ctx), today = now / DAY_US;
    cdr_customer c;
    cdr_rights_days days;
    *q = (cdr_request){.kind = n->kind, .regime = n->regime, .state = CDR_REQUEST_OPEN, .opened_us = now, .received_day = n->received_day ? n->received_day : today};
    cdr_status s = check_new(n, today, err);
    if (s == CDR_OK && n->ref) {
        s = cdr_vault_customer(r->vault, n->ref, &c, err);
        if (s == CDR_OK && c.erased)
            s = cdr_fail(err, CDR_NOT_FOUND, "identity", "request.erased", "This customer was erased: nothing is held any more. Answer that, or open the request without a customer and with --ticket.");
        if (s == CDR_OK) {
            q->customer = c.id;
            memcpy(q->ref, c.ref, sizeof q->ref);
        }
    }
    if (s == CDR_OK && !n->regime_given && q->customer)
        s = find_regime(r, q->customer, &q->regime, err);
    cdr_rights_days_of(q->regime, q->kind, q->received_day, &days);
    q->due_day = days.due;
    q->confirm_day = days.confirm;
    snprintf(q->channel, sizeof q->channel, "%s", n->channel);
    snprintf(q->opened_by, sizeof q->opened_by, "%s", cdr_workspace_actor(r->ws));
    return s == CDR_OK && n->ticket && *n->ticket ? keep_words(n->ticket, "the ticket", q->ticket, sizeof q->ticket, err) : s;
}

static cdr_status add_new(cdr_rights *r, cdr_request *q, int64_t *ret_same, cdr_err *err)
{
    cdr_status s = q->customer ? cdr_rights_store_same(r, q, ret_same, err) : CDR_OK;
    if (s == CDR_OK)
        s = cdr_rights_store_add(r, q, err);
    if (s != CDR_OK)
        return s;
    return cdr_rights_enter(r, "request.open", q, json_pack("{s:s, s:s, s:s, s:o, s:o}", "kind", cdr_right_of(q->kind)->key, "law", cdr_regime_of(q->regime)->key, "channel", q->channel, "received",
                                                            cdr_json_day(q->received_day), "due", cdr_json_day(q->due_day)), err);
}

cdr_status cdr_rights_begin(cdr_rights *r, const cdr_request_new *n, cdr_request *ret, int64_t *ret_same, cdr_err *err)
{
    int64_t same = 0;
    cdr_status s = fill_new(r, n, ret, err);
    if (s == CDR_OK)
        s = cdr_db_begin(r->db, err);
    if (s != CDR_OK)
        return s;
    s = add_new(r, ret, &same, err);
    if (s != CDR_OK) {
        cdr_db_rollback(r->db);
        return s;
    }
    if (ret_same)
        *ret_same = same;
    return cdr_db_commit(r->db, err);
}

/* --- finding --- */

static cdr_status fill_ref(cdr_rights *r, cdr_request *q, cdr_err *err)
{
    cdr_customer c;
    q->ref[0] = '\0';
    if (!q->customer)
        return CDR_OK;
    cdr_status s = cdr_vault_customer_by_id(r->vault, q->customer, &c, err);
    if (s == CDR_OK)
        memcpy(q->ref, c.ref, sizeof q->ref);
    q->erased = s == CDR_OK && c.erased;
    return s;
}

cdr_status cdr_rights_find(cdr_rights *r, const char *name, cdr_request *ret, cdr_err *err)
{
    uint64_t id;
    const char *digits = name;
    if (*digits == 'R' || *digits == 'r')
        digits += digits[1] == '-' ? 2 : 1;
    if (!cdr_parse_u64(digits, strlen(digits), 1, INT64_MAX, &id))
        return cdr_fail(err, CDR_NOT_FOUND, "identity", "request.name", "A request is named R- and a number, as candor request list shows it.");
    cdr_status s = cdr_rights_store_get(r, (int64_t)id, ret, err);
    if (s == CDR_NOT_FOUND)
        return cdr_fail(err, s, "identity", "request.unknown", "There is no request R-%llu; candor request list --all shows them.", (unsigned long long)id);
    return s == CDR_OK ? fill_ref(r, ret, err) : s;
}

typedef struct each { cdr_rights *r; cdr_request_fn *fn; void *arg; cdr_err *err; } each;

static cdr_status each_with_ref(void *arg, const cdr_request *q)
{
    each *e = arg;
    cdr_request whole = *q;
    cdr_status s = fill_ref(e->r, &whole, e->err);
    return s == CDR_OK ? e->fn(e->arg, &whole) : s;
}

cdr_status cdr_rights_each(cdr_rights *r, bool all, int64_t customer, cdr_request_fn *fn, void *arg, cdr_err *err)
{
    each e = {r, fn, arg, err};
    return cdr_rights_store_each(r, all, customer, each_with_ref, &e, err);
}

bool cdr_request_overdue(const cdr_request *q, int64_t now_us)
{
    return q->state == CDR_REQUEST_OPEN && q->due_day && now_us / DAY_US > q->due_day;
}

bool cdr_request_confirm_overdue(const cdr_request *q, int64_t now_us)
{
    return q->state == CDR_REQUEST_OPEN && q->confirm_day && !q->confirmed_us && now_us / DAY_US > q->confirm_day;
}

bool cdr_request_proved(const cdr_request *q)
{
    return !cdr_right_of(q->kind)->purpose || q->proved_us != 0;
}

/* --- steps that decide nothing about data --- */

cdr_status cdr_rights_confirm_receipt(cdr_rights *r, cdr_request *q, cdr_err *err)
{
    cdr_status s = cdr_rights_check(q, false, err);
    if (s != CDR_OK || q->confirmed_us)
        return s;
    q->confirmed_us = cdr_now_us(r->ctx);
    return step(r, q, NULL, "request.confirm", json_object(), err);
}

cdr_status cdr_rights_extend(cdr_rights *r, cdr_request *q, const char *reason, cdr_err *err)
{
    cdr_rights_days days;
    const cdr_regime_info *law = cdr_regime_of(q->regime);
    cdr_status s = cdr_rights_check(q, false, err);
    if (s == CDR_OK)
        s = keep_words(reason, "the reason", q->extend_reason, sizeof q->extend_reason, err);
    if (s != CDR_OK)
        return s;
    cdr_rights_days_of(q->regime, q->kind, q->received_day, &days);
    if (!days.extended_due)
        return cdr_fail(err, CDR_DENIED, "identity", "request.no-extension", "No extension is known for %s under %s. %s", cdr_right_of(q->kind)->label, law->name, cdr_regime_of(CDR_REGIME_UNKNOWN)->extending);
    if (q->extended_us)
        return cdr_fail(err, CDR_DENIED, "identity", "request.extended", "%s was extended already; there is no second time.", q->name);
    if (cdr_now_us(r->ctx) / DAY_US > days.extend_by)
        return cdr_fail(err, CDR_DENIED, "identity", "request.too-late", "It is too late to extend %s: the customer had to be told before it was due. Answer at once.", q->name);
    q->extended_us = cdr_now_us(r->ctx);
    q->due_day = days.extended_due;
    return step(r, q, NULL, "request.extend", json_pack("{s:o}", "due", cdr_json_day(q->due_day)), err);
}

cdr_status cdr_rights_refuse(cdr_rights *r, cdr_request *q, const char *ground, const char *words, cdr_err *err)
{
    const cdr_refusal *g = cdr_refusals;
    while (g->key && !cdr_ascii_ieq(g->key, strlen(g->key), ground, strlen(ground)))
        g++;
    cdr_status s = cdr_rights_check(q, false, err);
    if (s == CDR_OK && !g->key)
        s = cdr_fail(err, CDR_E_INVAL, "identity", "request.ground", "There is no ground \"%.40s\"; candor request refuse --help names them.", ground);
    if (s == CDR_OK && (words || !strcmp(g->key, "exempt")))
        s = keep_words(words, "the words of the refusal", q->outcome, sizeof q->outcome, err);
    if (s != CDR_OK)
        return s;
    decide(r, q, CDR_REQUEST_REFUSED);
    snprintf(q->ground, sizeof q->ground, "%s", g->key);
    return step(r, q, NULL, "request.refuse", json_pack("{s:s}", "ground", g->key), err);
}

cdr_status cdr_rights_end(cdr_rights *r, cdr_request *q, const char *reason, cdr_err *err)
{
    cdr_status s = cdr_rights_check(q, false, err);
    if (s == CDR_OK)
        s = keep_words(reason, "the reason", q->outcome, sizeof q->outcome, err);
    if (s != CDR_OK)
        return s;
    decide(r, q, CDR_REQUEST_CLOSED);
    return step(r, q, NULL, "request.close", json_object(), err);
}

typedef struct first { int64_t except; cdr_request q; } first;

static cdr_status keep_first(void *arg, const cdr_request *q)
{
    first *f = arg;
    if (q->id == f->except)
        return CDR_OK;
    f->q = *q;
    return CDR_DONE;
}

cdr_status cdr_rights_end_erased(cdr_rights *r, int64_t customer, int64_t except, unsigned *ret_closed, cdr_err *err)
{
    for (*ret_closed = 0;; ++*ret_closed) {
        first f = {.except = except};
        cdr_status s = cdr_rights_store_each(r, false, customer, keep_first, &f, err);
        if ((s != CDR_OK && s != CDR_DONE) || !f.q.id)
            return s;
        decide(r, &f.q, CDR_REQUEST_CLOSED);
        snprintf(f.q.outcome, sizeof f.q.outcome, "the customer was erased");
        s = step(r, &f.q, NULL, "request.close", json_pack("{s:s}", "why", "erased"), err);
        if (s != CDR_OK)
            return s;
    }
}

cdr_status cdr_rights_fulfilled(cdr_rights *r, cdr_request *q, const char *outcome, const uint8_t *sha256, cdr_err *err)
{
    char hex[2 * CDR_SHA256_BYTES + 1] = "";
    cdr_status s = cdr_rights_check(q, true, err);
    if (s == CDR_OK)
        s = keep_words(outcome, "what was done", q->outcome, sizeof q->outcome, err);
    if (s != CDR_OK)
        return s;
    decide(r, q, CDR_REQUEST_FULFILLED);
    if (sha256)
        cdr_hex_encode(sha256, CDR_SHA256_BYTES, hex);
    bool late = q->due_day && q->decided_us / DAY_US > q->due_day;
    return step(r, q, sha256, "request.fulfil", json_pack("{s:s, s:b, s:s*, s:s*}", "kind", cdr_right_of(q->kind)->key, "late", (int)late, "document_sha256", sha256 ? hex : NULL, "receipt",
                                                          *q->receipt ? q->receipt : NULL), err);
}
