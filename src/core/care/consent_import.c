/* SPDX-License-Identifier: Apache-2.0 */
/* Many consent events: collected into batches, brought into the order of the table (which makes writing a million quick), stored in one transaction
 * with one entry in the ledger. */
#include "core/care/consent_state.h"

#include "base/arena.h"
#include "base/parse.h"
#include "base/time.h"

#include <stdlib.h>
#include <string.h>

#define TEXTS_MAX ((size_t)64 << 20)   /* a batch whose texts take more is stored before it is full */

typedef struct known_purpose { char *key; int64_t id; } known_purpose;

struct cdr_consent_import {
    cdr_workspace *ws;
    const cdr_secret *key;
    cdr_consent_store *store;
    cdr_arena *texts;                                /* of the batch */
    size_t text_bytes;
    cdr_consent_row *rows;
    size_t count;
    known_purpose *purposes;
    size_t purpose_count;
    int64_t last_us;                                 /* when the batch before was recorded */
    cdr_consent_import_counts told;
};

void cdr_consent_import_free(cdr_consent_import *im)
{
    if (!im)
        return;
    for (size_t i = 0; i < im->purpose_count; i++)
        cdr_free(im->purposes[i].key);
    cdr_free(im->purposes);
    cdr_consent_store_close(im->store);
    cdr_arena_free(im->texts);
    cdr_free(im->rows);
    cdr_free(im);
}

cdr_status cdr_consent_import_begin(cdr_workspace *ws, cdr_consent_import **ret, cdr_err *err)
{
    *ret = NULL;
    cdr_consent_import *im = cdr_alloc(sizeof *im);
    if (!im)
        return cdr_fail_nomem(err, "care");
    im->ws = ws;
    im->key = cdr_workspace_key(ws, CDR_KEY_PSEUDONYM);
    im->rows = cdr_alloc_array(CDR_CONSENT_BATCH, sizeof *im->rows);
    im->purposes = cdr_alloc_array(CDR_CONSENT_PURPOSES_MAX + 1, sizeof *im->purposes);
    cdr_status s = im->key && im->rows && im->purposes ? cdr_consent_store_open(ws, &im->store, err) : cdr_fail_nomem(err, "care");
    if (s != CDR_OK) {
        cdr_consent_import_free(im);
        return s;
    }
    *ret = im;
    return CDR_OK;
}

const cdr_consent_import_counts *cdr_consent_import_told(const cdr_consent_import *im)
{
    return &im->told;
}

/* --- storing a batch --- */

static int by_table(const void *a, const void *b)
{
    const cdr_consent_row *x = a, *y = b;
    if (x->purpose_id != y->purpose_id)
        return x->purpose_id < y->purpose_id ? -1 : 1;
    int c = memcmp(x->subject, y->subject, sizeof x->subject);
    if (c)
        return c;
    if (x->e.at_us != y->e.at_us)
        return x->e.at_us < y->e.at_us ? -1 : 1;
    return memcmp(x->event, y->event, sizeof x->event);
}

/* Purposes are numbered inside the transaction: what is rolled back numbers nothing. */
static cdr_status number_purposes(cdr_consent_import *im, cdr_err *err)
{
    cdr_status s = CDR_OK;
    for (size_t i = 0; i < im->purpose_count && s == CDR_OK; i++)
        if (!im->purposes[i].id)
            s = cdr_consent_store_purpose(im->store, im->purposes[i].key, true, &im->purposes[i].id, err);
    for (size_t i = 0; i < im->count && s == CDR_OK; i++)
        im->rows[i].purpose_id = im->purposes[im->rows[i].purpose_id].id;
    return s;
}

static cdr_status store_rows(cdr_consent_import *im, int64_t now_us, cdr_buf *ids, cdr_err *err)
{
    const cdr_ctx *ctx = cdr_workspace_ctx(im->ws);
    for (size_t i = 0; i < im->count; i++) {
        bool is_new;
        cdr_status s = cdr_consent_store_add(im->store, &im->rows[i], now_us, &is_new, err);
        if (s == CDR_OK && is_new && cdr_buf_add(ids, im->rows[i].event, sizeof im->rows[i].event) != CDR_OK)
            s = cdr_fail_nomem(err, "care");
        if (s == CDR_OK && i % 1024 == 0 && cdr_cancelled(ctx))
            s = cdr_fail(err, CDR_E_CANCELLED, "care", "consent.stopped", "Stopped; what was stored before stays, and the same import goes on from there.");
        if (s != CDR_OK)
            return s;
    }
    return CDR_OK;
}

static cdr_status enter(cdr_consent_import *im, const cdr_buf *ids, int64_t now_us, cdr_err *err)
{
    uint8_t hash[CDR_SHA256_BYTES];
    char hex[65], at[CDR_TIME_TEXT];
    size_t added = ids->len / CDR_VALUE_ID_BYTES;
    cdr_sha256(ids->data, ids->len, hash);
    cdr_hex_encode(hash, sizeof hash, hex);
    cdr_time_format(now_us, at);
    _cleanup_json_ json_t *j = json_pack("{s:I, s:I, s:I, s:s, s:s}", "rows", (json_int_t)im->count, "added", (json_int_t)added, "recorded_us", (json_int_t)now_us,
                                         "recorded", at, "events_sha256", hex);
    char *details = j ? json_dumps(j, JSON_COMPACT) : NULL;
    if (!details)
        return cdr_fail_nomem(err, "care");
    cdr_status s = cdr_ledger_append(cdr_workspace_ledger(im->ws), &(cdr_ledger_event){"consent.import", cdr_workspace_actor(im->ws), NULL, details}, NULL, err);
    cdr_free(details);
    return s;
}

static cdr_status store(cdr_consent_import *im, cdr_buf *ids, cdr_err *err)
{
    cdr_db *db = cdr_workspace_db(im->ws);
    int64_t now = cdr_now_us(cdr_workspace_ctx(im->ws));
    now = CDR_MAX(now, im->last_us + 1);
    cdr_status s = cdr_db_begin(db, err);
    if (s != CDR_OK)
        return s;
    s = number_purposes(im, err);
    if (s == CDR_OK) {
        qsort(im->rows, im->count, sizeof *im->rows, by_table);
        s = store_rows(im, now, ids, err);
    }
    if (s == CDR_OK && ids->len)
        s = enter(im, ids, now, err);
    if (s != CDR_OK) {
        cdr_db_rollback(db);
        return s;
    }
    s = cdr_db_commit(db, err);
    if (s == CDR_OK)
        im->last_us = now;
    return s;
}

cdr_status cdr_consent_import_finish(cdr_consent_import *im, cdr_err *err)
{
    if (!im->count)
        return CDR_OK;
    _cleanup_buf_ cdr_buf ids = CDR_BUF((size_t)CDR_CONSENT_BATCH * CDR_VALUE_ID_BYTES);
    cdr_status s = store(im, &ids, err);
    if (s != CDR_OK)
        return s;
    im->told.rows += im->count;
    im->told.added += ids.len / CDR_VALUE_ID_BYTES;
    im->told.known += im->count - ids.len / CDR_VALUE_ID_BYTES;
    im->told.batches++;
    im->count = im->text_bytes = 0;
    cdr_arena_free(im->texts);
    im->texts = NULL;   /* the next batch makes its own: nothing may fail once this one is stored */
    return CDR_OK;
}

/* --- collecting --- */

static cdr_status purpose_of(cdr_consent_import *im, const char *purpose, size_t *ret, cdr_err *err)
{
    for (size_t i = 0; i < im->purpose_count; i++)
        if (!strcmp(im->purposes[i].key, purpose)) {
            *ret = i;
            return CDR_OK;
        }
    /* One more than there may be is refused by the store, with its sentence. */
    if (im->purpose_count > CDR_CONSENT_PURPOSES_MAX)
        return cdr_fail(err, CDR_E_LIMIT, "care", "consent.purposes", "There are more than %d purposes: look whether the column of purposes holds something else.",
                        CDR_CONSENT_PURPOSES_MAX);
    char *key = cdr_strdup(purpose);
    if (!key)
        return cdr_fail_nomem(err, "care");
    *ret = im->purpose_count;
    im->purposes[im->purpose_count++] = (known_purpose){.key = key};
    return CDR_OK;
}

/* Most rows say the same as the one before. */
static bool keep_text(cdr_consent_import *im, const char **text, const char *before)
{
    if (!*text || !**text)
        *text = "";
    else if (before && !strcmp(before, *text))
        *text = before;
    else {
        im->text_bytes += strlen(*text) + 32;   /* the arena rounds up */
        *text = cdr_arena_strdup(im->texts, *text);
    }
    return *text != NULL;
}

static bool keep_texts(cdr_consent_import *im, cdr_consent_event *e)
{
    const cdr_consent_event none = {0}, *p = im->count ? &im->rows[im->count - 1].e : &none;
    return keep_text(im, &e->method, p->method) && keep_text(im, &e->channel, p->channel) && keep_text(im, &e->jurisdiction, p->jurisdiction) &&
           keep_text(im, &e->language, p->language) && keep_text(im, &e->recorded_by, p->recorded_by);
}

cdr_status cdr_consent_import_add(cdr_consent_import *im, const cdr_consent_event *e, cdr_err *err)
{
    const char *fault = cdr_consent_event_fault(e);
    size_t purpose = 0;
    if (fault)
        return cdr_fail(err, CDR_E_INVAL, "care", "consent.event", "The consent event cannot be recorded: %s.", fault);
    cdr_status s = im->count == CDR_CONSENT_BATCH || im->text_bytes > TEXTS_MAX / 2 ? cdr_consent_import_finish(im, err) : CDR_OK;
    if (s == CDR_OK && !im->texts && !(im->texts = cdr_arena_new(TEXTS_MAX)))
        s = cdr_fail_nomem(err, "care");
    if (s == CDR_OK)
        s = purpose_of(im, e->purpose, &purpose, err);
    if (s != CDR_OK)
        return s;
    cdr_consent_row *row = &im->rows[im->count];
    *row = (cdr_consent_row){.e = *e, .purpose_id = (int64_t)purpose};
    if (!row->e.at_us)
        row->e.at_us = cdr_now_us(cdr_workspace_ctx(im->ws));
    if (!row->e.recorded_by || !*row->e.recorded_by)
        row->e.recorded_by = cdr_workspace_actor(im->ws);
    row->e.purpose = im->purposes[purpose].key;
    if (!keep_texts(im, &row->e))
        return cdr_fail_nomem(err, "care");
    (void)cdr_consent_subject_id(im->key, e->subject, strlen(e->subject), row->subject);
    cdr_consent_event_id(im->key, row);
    row->e.subject = NULL;
    im->count++;
    return CDR_OK;
}
