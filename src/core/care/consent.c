/* SPDX-License-Identifier: Apache-2.0 */
/* One consent event at a time: its form, its pseudonym, recording and asking. */
#include "core/care/consent_fold.h"
#include "core/care/consent_state.h"

#include "base/parse.h"
#include "base/text.h"
#include "base/time.h"

#include <string.h>

/* --- words --- */

static const struct { const char *word; cdr_consent_state state; } other_words[] = {
    {"deferred", CDR_CONSENT_DEFERRED}, {"granted", CDR_CONSENT_GIVEN}, {"accepted", CDR_CONSENT_GIVEN}, {"opt in", CDR_CONSENT_GIVEN}, {"opted in", CDR_CONSENT_GIVEN},
    {"subscribed", CDR_CONSENT_GIVEN}, {"denied", CDR_CONSENT_REFUSED}, {"declined", CDR_CONSENT_REFUSED}, {"rejected", CDR_CONSENT_REFUSED},
    {"opt out", CDR_CONSENT_WITHDRAWN}, {"opted out", CDR_CONSENT_WITHDRAWN}, {"unsubscribed", CDR_CONSENT_WITHDRAWN},
};

/* Letters in any case; "_" and "-" for a space. */
static bool same_word(const char *a, size_t len, const char *word)
{
    if (strlen(word) != len)
        return false;
    for (size_t i = 0; i < len; i++) {
        char c = a[i] == '_' || a[i] == '-' ? ' ' : a[i];
        if (!cdr_ascii_ieq(&c, 1, &word[i], 1))
            return false;
    }
    return true;
}

cdr_consent_state cdr_consent_state_by_word(const char *word, size_t len)
{
    for (size_t i = 1; i < CDR_CONSENT__MAX; i++)
        if (same_word(word, len, cdr_consent_state_names[i]))
            return (cdr_consent_state)i;
    for (size_t i = 0; i < CDR_COUNT(other_words); i++)
        if (same_word(word, len, other_words[i].word))
            return other_words[i].state;
    return CDR_CONSENT_NONE;
}

/* Words, not data: an address in this place is a column taken for another, and it would stand there readable. */
static bool is_purpose(const char *s)
{
    size_t len = strlen(s);
    bool letter = false;
    if (!cdr_utf8_valid(s, len) || s[0] == ' ' || s[len - 1] == ' ')
        return false;
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)s[i];
        bool alpha = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c >= 0x80;
        letter = letter || alpha;
        if (!alpha && !(c >= '0' && c <= '9') && !strchr(" ._-/:&()+", c))
            return false;
    }
    return letter;
}

static bool is_word(const char *s)
{
    size_t len = s ? strlen(s) : 0;
    if (len > CDR_CONSENT_TEXT_MAX || !cdr_utf8_valid(s ? s : "", len))
        return false;
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)s[i] < ' ' || s[i] == 127)
            return false;
    return true;
}

const char *cdr_consent_event_fault(const cdr_consent_event *e)
{
    char form[CDR_CONSENT_SUBJECT_MAX];
    if (!e->subject || !cdr_consent_subject_form(e->subject, strlen(e->subject), form))
        return e->subject && strlen(e->subject) > CDR_CONSENT_SUBJECT_MAX ? "the subject's key is longer than 512 bytes" : "the subject's key is empty";
    if (!e->purpose || !*e->purpose)
        return "the purpose is empty";
    if (cdr_utf8_count(e->purpose, strlen(e->purpose)) > CDR_CONSENT_PURPOSE_MAX || !is_purpose(e->purpose))
        return "the purpose must be a short name of letters, such as marketing or newsletter.weekly";
    if (e->state <= CDR_CONSENT_NONE || e->state >= CDR_CONSENT__MAX)
        return "the state is none of requested, request deferred, refused, given, expired, invalidated, revoked, withdrawn, renewed";
    if (e->until_us < 0)
        return "the end of the consent lies before 1970";
    if (e->until_us && e->at_us && (e->state == CDR_CONSENT_GIVEN || e->state == CDR_CONSENT_RENEWED) && e->until_us <= e->at_us)
        return "the consent ends before it begins: until must be later than at";
    const char *const words[] = {e->method, e->channel, e->jurisdiction, e->language, e->recorded_by};
    for (size_t i = 0; i < CDR_COUNT(words); i++)
        if (!is_word(words[i]))
            return "method, channel, jurisdiction, language and recorded_by are single lines of UTF-8 of at most 200 bytes";
    return NULL;
}

/* --- pseudonyms --- */

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

size_t cdr_consent_subject_form(const char *key, size_t len, char ret[CDR_CONSENT_SUBJECT_MAX])
{
    while (len && is_blank(key[len - 1]))
        len--;
    while (len && is_blank(*key))
        key++, len--;
    if (len > CDR_CONSENT_SUBJECT_MAX)
        return 0;
    const char *at = memchr(key, '@', len);
    bool mail = at && at > key && at + 1 < key + len;
    for (size_t i = 0; i < len; i++)
        ret[i] = mail && key[i] >= 'A' && key[i] <= 'Z' ? (char)(key[i] | 0x20) : key[i];
    return len;
}

bool cdr_consent_subject_id(const cdr_secret *key, const char *subject, size_t len, uint8_t ret[CDR_VALUE_ID_BYTES])
{
    char form[CDR_CONSENT_SUBJECT_MAX];
    size_t n = cdr_consent_subject_form(subject, len, form);
    if (n)
        cdr_value_id(key, form, n, ret);
    return n > 0;
}

static size_t put(uint8_t *to, size_t at, const void *data, size_t len)
{
    memcpy(to + at, data, len);
    return at + len;
}

static size_t put_word(uint8_t *to, size_t at, const char *s)
{
    return put(to, at, s ? s : "", s ? strlen(s) + 1 : 1);
}

/* The bytes of a number in a fixed order, so that the hash is the same on every machine. */
static size_t put_number(uint8_t *to, size_t at, int64_t v)
{
    for (unsigned i = 0; i < 8; i++)
        to[at + i] = (uint8_t)((uint64_t)v >> 8 * i);
    return at + 8;
}

void cdr_consent_event_id(const cdr_secret *key, cdr_consent_row *row)
{
    uint8_t all[4 * CDR_CONSENT_PURPOSE_MAX + 4 * CDR_CONSENT_TEXT_MAX + 128];
    const cdr_consent_event *e = &row->e;
    size_t n = put_word(all, 0, e->purpose);
    n = put(all, n, row->subject, sizeof row->subject);
    n = put_number(all, n, (int64_t)e->state);
    n = put_number(all, n, e->at_us);
    n = put_number(all, n, e->until_us);
    n = put_word(all, n, e->method);
    n = put_word(all, n, e->channel);
    n = put_word(all, n, e->jurisdiction);
    n = put_word(all, n, e->language);
    if (e->has_text)
        n = put(all, n, e->text_sha256, sizeof e->text_sha256);
    cdr_value_id(key, all, n, row->event);
}

static cdr_status pseudonym_key(cdr_workspace *ws, const cdr_secret **ret, cdr_err *err)
{
    *ret = cdr_workspace_key(ws, CDR_KEY_PSEUDONYM);
    return *ret ? CDR_OK : cdr_fail_nomem(err, "care");
}

cdr_status cdr_consent_pseudonym(cdr_workspace *ws, const char *subject, uint8_t ret[16], cdr_err *err)
{
    const cdr_secret *key;
    cdr_status s = pseudonym_key(ws, &key, err);
    if (s == CDR_OK && !cdr_consent_subject_id(key, subject, strlen(subject), ret))
        s = cdr_fail(err, CDR_E_INVAL, "care", "consent.subject", "A subject's key has 1 to %d bytes: the customer number or address under which the consent is recorded.", CDR_CONSENT_SUBJECT_MAX);
    return s;
}

/* --- recording --- */

static cdr_status make_row(cdr_workspace *ws, const cdr_consent_event *e, cdr_consent_row *ret, cdr_err *err)
{
    const cdr_secret *key;
    *ret = (cdr_consent_row){.e = *e};
    if (!ret->e.at_us)
        ret->e.at_us = cdr_now_us(cdr_workspace_ctx(ws));
    if (!ret->e.recorded_by || !*ret->e.recorded_by)
        ret->e.recorded_by = cdr_workspace_actor(ws);
    const char *fault = cdr_consent_event_fault(&ret->e);
    if (fault)
        return cdr_fail(err, CDR_E_INVAL, "care", "consent.event", "The consent event cannot be recorded: %s.", fault);
    cdr_status s = pseudonym_key(ws, &key, err);
    if (s != CDR_OK)
        return s;
    (void)cdr_consent_subject_id(key, e->subject, strlen(e->subject), ret->subject);
    cdr_consent_event_id(key, ret);
    return CDR_OK;
}

static cdr_status enter(cdr_workspace *ws, const cdr_consent_row *row, cdr_err *err)
{
    char subject[33], event[33], text[65] = "", at[CDR_TIME_TEXT];
    cdr_hex_encode(row->subject, sizeof row->subject, subject);
    cdr_hex_encode(row->event, sizeof row->event, event);
    if (row->e.has_text)
        cdr_hex_encode(row->e.text_sha256, sizeof row->e.text_sha256, text);
    cdr_time_format(row->e.at_us, at);
    _cleanup_json_ json_t *j = json_pack("{s:s, s:s, s:s, s:s}", "purpose", row->e.purpose, "state", cdr_consent_state_names[row->e.state], "at", at, "event", event);
    if (!j || (*text && json_object_set_new(j, "text_sha256", json_string(text))))
        return cdr_fail_nomem(err, "care");
    char *details = json_dumps(j, JSON_COMPACT);
    if (!details)
        return cdr_fail_nomem(err, "care");
    cdr_status s = cdr_ledger_append(cdr_workspace_ledger(ws), &(cdr_ledger_event){"consent.record", cdr_workspace_actor(ws), subject, details}, NULL, err);
    cdr_free(details);
    return s;
}

cdr_status cdr_consent_add(cdr_workspace *ws, const cdr_consent_event *e, bool *ret_new, uint8_t *ret_event, cdr_err *err)
{
    cdr_consent_row row;
    _cleanup_(cdr_consent_store_closep) cdr_consent_store *st = NULL;
    cdr_db *db = cdr_workspace_db(ws);
    cdr_status s = make_row(ws, e, &row, err);
    if (s == CDR_OK)
        s = cdr_consent_store_open(ws, &st, err);
    if (s == CDR_OK)
        s = cdr_db_begin(db, err);
    if (s != CDR_OK)
        return s;
    s = cdr_consent_store_purpose(st, row.e.purpose, true, &row.purpose_id, err);
    if (s == CDR_OK)
        s = cdr_consent_store_add(st, &row, cdr_now_us(cdr_workspace_ctx(ws)), ret_new, err);
    if (s == CDR_OK && *ret_new)
        s = enter(ws, &row, err);
    if (s != CDR_OK) {
        cdr_db_rollback(db);
        return s;
    }
    if (ret_event)
        memcpy(ret_event, row.event, sizeof row.event);
    return cdr_db_commit(db, err);
}

cdr_status cdr_consent_record(cdr_workspace *ws, const cdr_consent_event *e, cdr_err *err)
{
    bool is_new;
    return cdr_consent_add(ws, e, &is_new, NULL, err);
}

/* --- asking --- */

static cdr_status fold_one(void *arg, const cdr_consent_seen *e)
{
    cdr_consent_fold_add(arg, e->state, e->at_us, e->until_us);
    return CDR_OK;
}

cdr_status cdr_consent_check(cdr_workspace *ws, const char *subject, const char *purpose, int64_t at_us, cdr_consent_answer *ret, cdr_err *err)
{
    uint8_t id[CDR_VALUE_ID_BYTES];
    int64_t purpose_id = 0;
    cdr_consent_fold fold;
    _cleanup_(cdr_consent_store_closep) cdr_consent_store *st = NULL;
    *ret = (cdr_consent_answer){0};
    cdr_consent_fold_begin(&fold, at_us ? at_us : cdr_now_us(cdr_workspace_ctx(ws)));
    cdr_status s = cdr_consent_pseudonym(ws, subject, id, err);
    if (s == CDR_OK)
        s = cdr_consent_store_open(ws, &st, err);
    if (s == CDR_OK)
        s = cdr_consent_store_purpose(st, purpose, false, &purpose_id, err);
    if (s == CDR_OK && purpose_id)
        s = cdr_consent_store_each(st, purpose_id, id, fold_one, &fold, err);
    if (s == CDR_OK)
        cdr_consent_fold_end(&fold, ret);
    return s;
}

cdr_status cdr_consent_history(cdr_workspace *ws, const char *subject, cdr_consent_history_fn *fn, void *arg, cdr_err *err)
{
    uint8_t id[CDR_VALUE_ID_BYTES];
    _cleanup_(cdr_consent_store_closep) cdr_consent_store *st = NULL;
    cdr_status s = cdr_consent_pseudonym(ws, subject, id, err);
    if (s == CDR_OK)
        s = cdr_consent_store_open(ws, &st, err);
    return s == CDR_OK ? cdr_consent_store_history(st, id, fn, arg, err) : s;
}
