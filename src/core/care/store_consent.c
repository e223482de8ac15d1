/* SPDX-License-Identifier: Apache-2.0 */
/* Consent events in the database: added, read, never changed. */
#include "core/care/consent_state.h"

#include <string.h>

enum { ST_PURPOSE, ST_ADD_PURPOSE, ST_PURPOSES, ST_ADD, ST_EACH, ST_OF_PURPOSE, ST_OF_SUBJECT, ST_HISTORY, ST__MAX };

#define SEEN "SELECT purpose_id, subject, at_us, state, until_us FROM consent_event "

static const cdr_db_stmt statements[ST__MAX] = {
    [ST_PURPOSE] = {"consent-purpose", "SELECT id FROM consent_purpose WHERE key = ?1", true},
    [ST_ADD_PURPOSE] = {"consent-purpose-add", "INSERT INTO consent_purpose(key) SELECT ?1 WHERE (SELECT count(*) FROM consent_purpose) < ?2", false},
    [ST_PURPOSES] = {"consent-purposes", "SELECT id, key FROM consent_purpose ORDER BY key", true},
    [ST_ADD] = {"consent-add",
        "INSERT INTO consent_event(purpose_id, subject, at_us, event, state, until_us, method, channel, jurisdiction, language, text_sha256, recorded_by, "
        "recorded_us) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13) ON CONFLICT DO NOTHING", false},
    [ST_EACH] = {"consent-each", SEEN "ORDER BY purpose_id, subject, at_us", true},
    [ST_OF_PURPOSE] = {"consent-of-purpose", SEEN "WHERE purpose_id = ?1 ORDER BY subject, at_us", true},
    [ST_OF_SUBJECT] = {"consent-of-subject", SEEN "WHERE purpose_id = ?1 AND subject = ?2 ORDER BY at_us", true},
    [ST_HISTORY] = {"consent-history",
        "SELECT p.key, e.state, e.at_us, e.until_us, e.method, e.channel, e.jurisdiction, e.language, e.recorded_by, e.text_sha256, e.event, e.recorded_us "
        "FROM consent_purpose p JOIN consent_event e ON e.purpose_id = p.id AND e.subject = ?1 ORDER BY p.key, e.at_us, e.recorded_us, e.event", true},
};

struct cdr_consent_store { cdr_db *db; cdr_db_set *set; };

cdr_status cdr_consent_store_open(cdr_workspace *ws, cdr_consent_store **ret, cdr_err *err)
{
    *ret = NULL;
    cdr_consent_store *st = cdr_alloc(sizeof *st);
    if (!st)
        return cdr_fail_nomem(err, "care");
    st->db = cdr_workspace_db(ws);
    cdr_status s = cdr_db_prepare_set(st->db, statements, ST__MAX, &st->set, err);
    if (s != CDR_OK) {
        cdr_free(st);
        return s;
    }
    *ret = st;
    return CDR_OK;
}

void cdr_consent_store_close(cdr_consent_store *st)
{
    if (!st)
        return;
    cdr_db_set_free(st->set);
    cdr_free(st);
}

static cdr_status find_purpose(cdr_consent_store *st, const char *purpose, int64_t *ret, cdr_err *err)
{
    cdr_db_query q = {0};
    *ret = 0;
    cdr_status s = cdr_db_begin_query(st->set, ST_PURPOSE, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_text(&q, 1, purpose);
    s = cdr_db_step(&q, err);
    if (s == CDR_OK)
        *ret = cdr_db_col_int(&q, 0);
    cdr_db_end(&q);
    return s == CDR_DONE ? CDR_OK : s;
}

cdr_status cdr_consent_store_purpose(cdr_consent_store *st, const char *purpose, bool make, int64_t *ret, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = find_purpose(st, purpose, ret, err);
    if (s != CDR_OK || *ret || !make)
        return s;
    s = cdr_db_begin_query(st->set, ST_ADD_PURPOSE, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_text(&q, 1, purpose);
    cdr_db_bind_int(&q, 2, CDR_CONSENT_PURPOSES_MAX);
    s = cdr_db_run(&q, err);
    if (s == CDR_OK)
        s = find_purpose(st, purpose, ret, err);
    if (s == CDR_OK && !*ret)
        s = cdr_fail(err, CDR_E_LIMIT, "care", "consent.purposes", "There are %d purposes already, and no more are taken: look whether the column of purposes holds something else.",
                     CDR_CONSENT_PURPOSES_MAX);
    return s;
}

/* "" is nothing. */
static void bind_word(cdr_db_query *q, int param, const char *s)
{
    cdr_db_bind_text(q, param, s && *s ? s : NULL);
}

cdr_status cdr_consent_store_add(cdr_consent_store *st, const cdr_consent_row *row, int64_t recorded_us, bool *ret_new, cdr_err *err)
{
    cdr_db_query q = {0};
    const cdr_consent_event *e = &row->e;
    cdr_status s = cdr_db_begin_query(st->set, ST_ADD, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_int(&q, 1, row->purpose_id);
    cdr_db_bind_blob(&q, 2, row->subject, sizeof row->subject);
    cdr_db_bind_int(&q, 3, e->at_us);
    cdr_db_bind_blob(&q, 4, row->event, sizeof row->event);
    cdr_db_bind_int(&q, 5, e->state);
    if (e->until_us)
        cdr_db_bind_int(&q, 6, e->until_us);
    else
        cdr_db_bind_null(&q, 6);
    bind_word(&q, 7, e->method);
    bind_word(&q, 8, e->channel);
    bind_word(&q, 9, e->jurisdiction);
    bind_word(&q, 10, e->language);
    if (e->has_text)
        cdr_db_bind_blob(&q, 11, e->text_sha256, sizeof e->text_sha256);
    else
        cdr_db_bind_null(&q, 11);
    bind_word(&q, 12, e->recorded_by);
    cdr_db_bind_int(&q, 13, recorded_us);
    s = cdr_db_run(&q, err);
    *ret_new = s == CDR_OK && cdr_db_changes(st->db) > 0;
    return s;
}

static bool known_state(int64_t state)
{
    return state > CDR_CONSENT_NONE && state < CDR_CONSENT__MAX;
}

static cdr_status bad_row(cdr_err *err)
{
    return cdr_fail(err, CDR_E_CORRUPT, "care", "consent.row", "A stored consent event is damaged; restore the database from a backup.");
}

cdr_status cdr_consent_store_each(cdr_consent_store *st, int64_t purpose_id, const uint8_t *subject, cdr_consent_seen_fn *fn, void *arg, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(st->set, subject ? ST_OF_SUBJECT : purpose_id ? ST_OF_PURPOSE : ST_EACH, &q, err);
    if (s != CDR_OK)
        return s;
    if (purpose_id)
        cdr_db_bind_int(&q, 1, purpose_id);
    if (subject)
        cdr_db_bind_blob(&q, 2, subject, CDR_VALUE_ID_BYTES);
    while ((s = cdr_db_step(&q, err)) == CDR_OK) {
        size_t len;
        const void *id = cdr_db_col_blob(&q, 1, &len);
        int64_t state = cdr_db_col_int(&q, 3);
        if (!id || len != CDR_VALUE_ID_BYTES || !known_state(state))
            s = bad_row(err);
        else
            s = fn(arg, &(cdr_consent_seen){cdr_db_col_int(&q, 0), cdr_db_col_int(&q, 2), cdr_db_col_int(&q, 4), (cdr_consent_state)state, id});
        if (s != CDR_OK)
            break;
    }
    cdr_db_end(&q);
    return s == CDR_DONE ? CDR_OK : s;
}

static const char *word(cdr_db_query *q, int col)
{
    const char *s = cdr_db_col_text(q, col, NULL);
    return s ? s : "";
}

static cdr_status read_entry(cdr_db_query *q, cdr_consent_entry *ret, cdr_err *err)
{
    size_t hash_len = 0, id_len = 0;
    const void *hash = cdr_db_col_blob(q, 9, &hash_len), *id = cdr_db_col_blob(q, 10, &id_len);
    if (!known_state(cdr_db_col_int(q, 1)) || !id || id_len != sizeof ret->id || (hash && hash_len != sizeof ret->e.text_sha256))
        return bad_row(err);
    *ret = (cdr_consent_entry){
        .e = {.purpose = word(q, 0), .state = (cdr_consent_state)cdr_db_col_int(q, 1), .at_us = cdr_db_col_int(q, 2), .until_us = cdr_db_col_int(q, 3),
              .method = word(q, 4), .channel = word(q, 5), .jurisdiction = word(q, 6), .language = word(q, 7), .recorded_by = word(q, 8), .has_text = hash != NULL},
        .recorded_us = cdr_db_col_int(q, 11)};
    memcpy(ret->id, id, id_len);
    if (hash)
        memcpy(ret->e.text_sha256, hash, hash_len);
    return CDR_OK;
}

cdr_status cdr_consent_store_history(cdr_consent_store *st, const uint8_t *subject, cdr_consent_history_fn *fn, void *arg, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(st->set, ST_HISTORY, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_blob(&q, 1, subject, CDR_VALUE_ID_BYTES);
    while ((s = cdr_db_step(&q, err)) == CDR_OK) {
        cdr_consent_entry e;
        s = read_entry(&q, &e, err);
        if (s == CDR_OK)
            s = fn(arg, &e);
        if (s != CDR_OK)
            break;
    }
    cdr_db_end(&q);
    return s == CDR_DONE ? CDR_OK : s;
}

cdr_status cdr_consent_store_purposes(cdr_consent_store *st, cdr_status (*fn)(void *arg, int64_t id, const char *key), void *arg, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(st->set, ST_PURPOSES, &q, err);
    while (s == CDR_OK && (s = cdr_db_step(&q, err)) == CDR_OK)
        s = fn(arg, cdr_db_col_int(&q, 0), word(&q, 1));
    cdr_db_end(&q);
    return s == CDR_DONE ? CDR_OK : s;
}
