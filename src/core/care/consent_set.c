/* SPDX-License-Identifier: Apache-2.0 */
/* All subjects of a purpose at once: the set of those who allow it, and counts by state. */
#include "core/care/consent_fold.h"
#include "core/care/consent_state.h"

#include <string.h>

typedef struct subject_id { uint64_t a, b; } subject_id;

/* Open addressing over hashes that are random already; {0, 0} is an empty place, and a subject of that hash is a flag. */
struct cdr_consent_set {
    const cdr_secret *key;
    subject_id *slots;
    size_t mask;             /* places less one, a power of two */
    uint64_t count;
    bool has_zero;
};

#define FIRST_SLOTS ((size_t)1024)

static bool is_zero(subject_id id)
{
    return !(id.a | id.b);
}

static void put(subject_id *slots, size_t mask, subject_id id)
{
    size_t i = (size_t)id.a & mask;
    while (!is_zero(slots[i]))
        i = (i + 1) & mask;
    slots[i] = id;
}

static bool grow(cdr_consent_set *s)
{
    size_t places = s->slots ? (s->mask + 1) * 2 : FIRST_SLOTS;
    subject_id *slots = cdr_alloc_array(places, sizeof *slots);
    if (!slots)
        return false;
    for (size_t i = 0; s->slots && i <= s->mask; i++)
        if (!is_zero(s->slots[i]))
            put(slots, places - 1, s->slots[i]);
    cdr_free(s->slots);
    s->slots = slots;
    s->mask = places - 1;
    return true;
}

/* Each subject comes once. */
static cdr_status add(cdr_consent_set *s, const uint8_t bytes[CDR_VALUE_ID_BYTES], cdr_err *err)
{
    subject_id id;
    memcpy(&id, bytes, sizeof id);
    if ((!s->slots || s->count * 2 > s->mask) && !grow(s))
        return cdr_fail_nomem(err, "care");
    s->count++;
    if (is_zero(id))
        s->has_zero = true;
    else
        put(s->slots, s->mask, id);
    return CDR_OK;
}

bool cdr_consent_set_allows(const cdr_consent_set *s, const char *subject, size_t len)
{
    uint8_t bytes[CDR_VALUE_ID_BYTES];
    subject_id id;
    if (!s->slots || !cdr_consent_subject_id(s->key, subject, len, bytes))
        return false;
    memcpy(&id, bytes, sizeof id);
    if (is_zero(id))
        return s->has_zero;
    for (size_t i = (size_t)id.a & s->mask; !is_zero(s->slots[i]); i = (i + 1) & s->mask)
        if (s->slots[i].a == id.a && s->slots[i].b == id.b)
            return true;
    return false;
}

uint64_t cdr_consent_set_count(const cdr_consent_set *s)
{
    return s->count;
}

void cdr_consent_set_free(cdr_consent_set *s)
{
    if (!s)
        return;
    cdr_free(s->slots);
    cdr_free(s);
}

/* --- events of many subjects, one subject after the other --- */

typedef struct walk {
    cdr_consent_fold fold;
    uint8_t subject[CDR_VALUE_ID_BYTES];
    int64_t purpose_id, asked_us, newest_us;
    cdr_status (*subject_done)(struct walk *w, cdr_consent_state state);
    cdr_err *err;
    cdr_consent_set *set;
    cdr_consent_tally *tallies;      /* by ids[] */
    int64_t *ids;
    size_t count;
} walk;

static cdr_status end_subject(walk *w)
{
    return w->purpose_id ? w->subject_done(w, cdr_consent_fold_state(&w->fold)) : CDR_OK;
}

static cdr_status see(void *arg, const cdr_consent_seen *e)
{
    walk *w = arg;
    if (w->purpose_id != e->purpose_id || memcmp(w->subject, e->subject, sizeof w->subject) != 0) {
        cdr_status s = end_subject(w);
        if (s != CDR_OK)
            return s;
        w->purpose_id = e->purpose_id;
        w->newest_us = 0;
        memcpy(w->subject, e->subject, sizeof w->subject);
        cdr_consent_fold_begin(&w->fold, w->asked_us);
    }
    if (e->at_us <= w->asked_us)
        w->newest_us = e->at_us;
    cdr_consent_fold_add(&w->fold, e->state, e->at_us, e->until_us);
    return CDR_OK;
}

static cdr_status walk_events(cdr_consent_store *st, int64_t purpose_id, walk *w)
{
    cdr_status s = cdr_consent_store_each(st, purpose_id, NULL, see, w, w->err);
    return s == CDR_OK ? end_subject(w) : s;
}

static int64_t asked(cdr_workspace *ws, int64_t at_us)
{
    return at_us ? at_us : cdr_now_us(cdr_workspace_ctx(ws));
}

static cdr_status keep_allowing(walk *w, cdr_consent_state state)
{
    return state == CDR_CONSENT_GIVEN || state == CDR_CONSENT_RENEWED ? add(w->set, w->subject, w->err) : CDR_OK;
}

cdr_status cdr_consent_set_load(cdr_workspace *ws, const char *purpose, int64_t at_us, cdr_consent_set **ret, cdr_err *err)
{
    _cleanup_(cdr_consent_store_closep) cdr_consent_store *st = NULL;
    int64_t purpose_id = 0;
    *ret = NULL;
    cdr_consent_set *set = cdr_alloc(sizeof *set);
    if (!set)
        return cdr_fail_nomem(err, "care");
    walk w = {.asked_us = asked(ws, at_us), .subject_done = keep_allowing, .err = err, .set = set};
    set->key = cdr_workspace_key(ws, CDR_KEY_PSEUDONYM);
    cdr_status s = set->key ? cdr_consent_store_open(ws, &st, err) : cdr_fail_nomem(err, "care");
    if (s == CDR_OK)
        s = cdr_consent_store_purpose(st, purpose, false, &purpose_id, err);
    if (s == CDR_OK && purpose_id)
        s = walk_events(st, purpose_id, &w);
    if (s != CDR_OK) {
        cdr_consent_set_free(set);
        return s;
    }
    *ret = set;
    return CDR_OK;
}

/* --- counts --- */

static cdr_status keep_purpose(void *arg, int64_t id, const char *key)
{
    walk *w = arg;
    if (w->count >= CDR_CONSENT_PURPOSES_MAX || !(w->tallies[w->count].purpose = cdr_strdup(key)))
        return cdr_fail_nomem(w->err, "care");
    w->ids[w->count++] = id;
    return CDR_OK;
}

static cdr_status tally(walk *w, cdr_consent_state state)
{
    for (size_t i = 0; i < w->count; i++)
        if (w->ids[i] == w->purpose_id) {
            w->tallies[i].by_state[state]++;
            w->tallies[i].newest_us = CDR_MAX(w->tallies[i].newest_us, w->newest_us);
        }
    return CDR_OK;
}

/* The tallies hold still while ${fn} runs, as it may ask the database itself. */
cdr_status cdr_consent_each_purpose(cdr_workspace *ws, int64_t at_us, cdr_consent_tally_fn *fn, void *arg, cdr_err *err)
{
    _cleanup_(cdr_consent_store_closep) cdr_consent_store *st = NULL;
    walk w = {.asked_us = asked(ws, at_us), .subject_done = tally, .err = err};
    cdr_db *db = cdr_workspace_db(ws);
    cdr_status s = cdr_consent_store_open(ws, &st, err);
    if (s != CDR_OK)
        return s;
    w.tallies = cdr_alloc_array(CDR_CONSENT_PURPOSES_MAX, sizeof *w.tallies);
    w.ids = cdr_alloc_array(CDR_CONSENT_PURPOSES_MAX, sizeof *w.ids);
    s = w.tallies && w.ids ? cdr_db_begin_read(db, err) : cdr_fail_nomem(err, "care");
    if (s == CDR_OK) {
        s = cdr_consent_store_purposes(st, keep_purpose, &w, err);
        if (s == CDR_OK)
            s = walk_events(st, 0, &w);
        if (s == CDR_OK)
            s = cdr_db_commit(db, err);
        else
            cdr_db_rollback(db);
    }
    for (size_t i = 0; i < w.count; i++) {
        if (s == CDR_OK)
            s = fn(arg, &w.tallies[i]);
        cdr_free((char *)w.tallies[i].purpose);
    }
    cdr_free(w.tallies);
    cdr_free(w.ids);
    return s;
}
