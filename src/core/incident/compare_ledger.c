/* SPDX-License-Identifier: Apache-2.0 */
/* The ledger is read once: what was said last of each incident, decision, role, item and piece of evidence is what the tables must say. Whoever can write to the database can change a row; nobody can change the entry. */
#include "core/incident/inside.h"

#include "base/parse.h"
#include "base/time.h"
#include "base/vec.h"
#include "core/ledger/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef enum of_what { OF_INCIDENT = 1, OF_DECISION, OF_EVIDENCE, OF_ROLE, OF_EVENT, OF_ITEM, OF_PARTY, OF_TIME } of_what;

/* What the ledger says of one row. */
typedef struct mark {
    of_what what;
    int64_t id, incident;                      /* OF_ROLE: id is the role */
    char state[16];                            /* of an incident; "yes", "no" of a decision that was answered; of an item */
    char words[CDR_IN_WORDS];                  /* commitment */
    char second[CDR_IN_WORDS];                 /* of an incident's reason; of evidence its hash; of a decision what was said */
    char verdict[16];                          /* of an incident: stays when it is closed */
    int64_t size;                              /* of evidence; of a decision whether it takes two people */
    bool seen;
    size_t order;
} mark;
CDR_VEC(marks, mark)

typedef struct comparing { cdr_workspace *ws; marks all; cdr_incident_difference_fn *fn; void *arg; } comparing;

static int by_row(const void *x, const void *y)
{
    const mark *a = x, *b = y;
    if (a->what != b->what)
        return a->what < b->what ? -1 : 1;
    if (a->incident != b->incident)
        return a->incident < b->incident ? -1 : 1;
    if (a->id != b->id)
        return a->id < b->id ? -1 : 1;
    return a->order < b->order ? -1 : a->order > b->order;
}

static mark *new_mark(comparing *c, of_what what, int64_t incident, int64_t id)
{
    mark *m = marks_push(&c->all);
    if (m)
        *m = (mark){.what = what, .incident = incident, .id = id, .order = c->all.len};
    return m;
}

static void take(const json_t *d, const char *key, char *ret, size_t cap)
{
    const char *s = cdr_json_str(d, key);
    if (s)
        snprintf(ret, cap, "%s", s);
}

/* Kinds of entries: which row each is about, and what it says of it. */
static const struct { const char *kind; of_what what; const char *id, *state, *words, *second; } kinds[] = {
    {"incident.open", OF_INCIDENT, NULL, NULL, "words", NULL},
    {"incident.rename", OF_INCIDENT, NULL, NULL, "words", NULL},
    {"incident.state", OF_INCIDENT, NULL, "to", NULL, "words"},
    {"incident.decision", OF_DECISION, "decision", NULL, "words", NULL},
    {"incident.approve", OF_DECISION, "decision", NULL, NULL, "words"},
    {"incident.evidence", OF_EVIDENCE, "evidence", NULL, "words", "sha256"},
    {"incident.role", OF_ROLE, NULL, NULL, "words", NULL},
    {"incident.note", OF_EVENT, "event", NULL, "words", NULL},
    {"incident.item", OF_ITEM, "item", NULL, "words", NULL},
    {"incident.item-end", OF_ITEM, "item", "state", NULL, NULL},
    {"incident.party", OF_PARTY, "party", NULL, "words", NULL},
    {"incident.time", OF_TIME, NULL, NULL, "at", NULL},
};

/* Of roles and times the name stands in the entry. */
static int64_t id_of(size_t kind, int64_t incident, const json_t *d)
{
    const char *clock = cdr_json_str(d, "clock");
    if (kinds[kind].what == OF_ROLE)
        return (int64_t)cdr_duty_role_by_key(cdr_json_str(d, "role"));
    for (unsigned t = 0; kinds[kind].what == OF_TIME && t < CDR_INCIDENT_TIME__MAX; t++)
        if (clock && !strcmp(clock, cdr_incident_time_key((cdr_incident_time)t)))
            return t;
    return kinds[kind].id ? (int64_t)json_integer_value(json_object_get(d, kinds[kind].id)) : incident;
}

static cdr_status note_entry(comparing *c, const char *kind, int64_t incident, const json_t *d)
{
    for (size_t i = 0; i < CDR_COUNT(kinds); i++) {
        if (strcmp(kinds[i].kind, kind) != 0)
            continue;
        mark *m = new_mark(c, kinds[i].what, incident, id_of(i, incident, d));
        if (!m)
            return CDR_E_NOMEM;
        if (kinds[i].state)
            take(d, kinds[i].state, m->state, sizeof m->state);
        if (!strcmp(kind, "incident.open"))
            snprintf(m->state, sizeof m->state, "suspected");
        if (!strcmp(kind, "incident.approve"))
            snprintf(m->state, sizeof m->state, "%s", json_is_true(json_object_get(d, "yes")) ? "yes" : "no");
        if (kinds[i].words)
            take(d, kinds[i].words, m->words, sizeof m->words);
        if (kinds[i].second)
            take(d, kinds[i].second, m->second, sizeof m->second);
        if (kinds[i].what == OF_TIME && !*m->words)
            snprintf(m->words, sizeof m->words, "unknown");
        m->size = kinds[i].what == OF_DECISION ? json_is_true(json_object_get(d, "second")) : (int64_t)json_integer_value(json_object_get(d, "size"));
    }
    return CDR_OK;
}

static cdr_status look(void *arg, uint64_t idx, const char *entry, size_t len)
{
    (void)idx;
    static const char ours[] = "\"kind\":\"incident.";
    int64_t incident;
    if (!memmem(entry, len, ours, sizeof ours - 1))
        return CDR_OK;
    _cleanup_json_ json_t *j = NULL;
    cdr_status s = cdr_json_parse(entry, len, "the ledger", &j, NULL);
    const char *kind = s == CDR_OK ? cdr_json_str(j, "kind") : NULL;
    if (!kind || !cdr_incident_parse_id(cdr_json_str(j, "subject"), &incident))
        return s;
    return note_entry(arg, kind, incident, json_object_get(j, "details"));
}

/* Of each row what was said last: later entries add to earlier ones. */
static void settle(comparing *c)
{
    size_t kept = 0;
    if (c->all.len)
        qsort(c->all.at, c->all.len, sizeof *c->all.at, by_row);
    for (size_t i = 0; i < c->all.len; i++) {
        mark *m = &c->all.at[i], *last = kept ? &c->all.at[kept - 1] : NULL;
        if (last && last->what == m->what && last->incident == m->incident && last->id == m->id) {
            if (*m->state && m->what == OF_INCIDENT && strcmp(m->state, "closed") != 0)
                memcpy(last->verdict, m->state, sizeof last->verdict);
            if (*m->state)
                memcpy(last->state, m->state, sizeof last->state);
            if (*m->words)
                memcpy(last->words, m->words, sizeof last->words);
            if (*m->second)
                memcpy(last->second, m->second, sizeof last->second);
        } else {
            c->all.at[kept++] = *m;
        }
    }
    c->all.len = kept;
    for (size_t i = 0; i < kept; i++)
        c->all.at[i].order = 0;
}

static mark *find(comparing *c, of_what what, int64_t incident, int64_t id)
{
    mark like = {.what = what, .incident = incident, .id = id};
    mark *m = c->all.len ? bsearch(&like, c->all.at, c->all.len, sizeof like, by_row) : NULL;
    if (m)
        m->seen = true;
    return m;
}

static cdr_status differ(comparing *c, const char *fmt, ...) CDR_PRINTF(2, 3);
static cdr_status differ(comparing *c, const char *fmt, ...)
{
    char what[240];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(what, sizeof what, fmt, ap);
    va_end(ap);
    return c->fn(c->arg, what);
}

static const void *salt_of(cdr_db_query *q, int col)
{
    static const uint8_t none[CDR_IN_SALT];
    size_t len;
    const void *salt = cdr_db_col_blob(q, col, &len);
    return salt && len == CDR_IN_SALT ? salt : none;
}

/* --- the tables --- */

static cdr_status incident_row(comparing *c, cdr_db_query *q)
{
    cdr_incident i;
    char words[CDR_IN_WORDS], reason[CDR_IN_WORDS];
    const void *salt = salt_of(q, 21);
    cdr_in_row(q, &i);
    cdr_in_words(salt, (const char *const[]){i.title, i.found_by, i.codename}, 3, words);
    cdr_in_words(salt, (const char *const[]){i.reason}, 1, reason);
    const char *state = i.closed_us ? "closed" : cdr_incident_state_name(i.state);
    mark *m = find(c, OF_INCIDENT, i.id, i.id);
    if (!m)
        return differ(c, "I-%lld was never opened, as far as the ledger knows", (long long)i.id);
    cdr_status s = strcmp(m->state, state) != 0 ? differ(c, "I-%lld is %s, and %s for the ledger", (long long)i.id, state, m->state) : CDR_OK;
    const char *verdict = !strcmp(m->verdict, "breach") || !strcmp(m->verdict, "no-breach") ? m->verdict : "";
    if (s == CDR_OK && strcmp(cdr_incident_state_name(i.verdict), verdict) != 0)
        s = differ(c, "whether I-%lld is a breach is not what the ledger knows", (long long)i.id);
    if (s == CDR_OK && strcmp(m->words, words) != 0)
        s = differ(c, "the title of I-%lld was changed", (long long)i.id);
    if (s == CDR_OK && *m->second && strcmp(m->second, reason) != 0)
        s = differ(c, "the reason of I-%lld was changed", (long long)i.id);
    return s;
}

static cdr_status decision_row(comparing *c, cdr_db_query *q)
{
    char words[CDR_IN_WORDS];
    _cleanup_free_ cdr_decision *d = cdr_alloc(sizeof *d);
    if (!d)
        return CDR_E_NOMEM;
    cdr_in_decision_row(q, d);
    int64_t incident = cdr_db_col_int(q, 13);
    cdr_in_words(salt_of(q, 14), (const char *const[]){d->name, d->outcome, d->reason}, 3, words);
    const char *state = !d->approved_us ? "" : d->rejected ? "no" : "yes";
    mark *m = find(c, OF_DECISION, incident, d->id);
    if (!m)
        return differ(c, "decision %lld of I-%lld was never made, as far as the ledger knows", (long long)d->id, (long long)incident);
    cdr_status s = strcmp(m->words, words) != 0 ? differ(c, "decision %lld of I-%lld was changed", (long long)d->id, (long long)incident) : CDR_OK;
    if (s == CDR_OK && d->needs_second != (m->size != 0))
        s = differ(c, "decision %lld of I-%lld: whether it takes two people was changed", (long long)d->id, (long long)incident);
    if (s == CDR_OK && strcmp(m->state, state) != 0)
        s = differ(c, "decision %lld of I-%lld: what the second person said is not what the ledger knows", (long long)d->id, (long long)incident);
    return s;
}

static cdr_status evidence_row(comparing *c, cdr_db_query *q)
{
    size_t len;
    char hex[65] = "";
    int64_t id = cdr_db_col_int(q, 0), incident = cdr_db_col_int(q, 1);
    const void *hash = cdr_db_col_blob(q, 2, &len);
    if (hash && len == 32)
        cdr_hex_encode(hash, 32, hex);
    mark *m = find(c, OF_EVIDENCE, incident, id);
    if (!m)
        return differ(c, "evidence %lld of I-%lld was never taken in, as far as the ledger knows", (long long)id, (long long)incident);
    if (strcmp(m->second, hex) != 0 || m->size != cdr_db_col_int(q, 3))
        return differ(c, "evidence %lld of I-%lld has another hash or size than the ledger knows", (long long)id, (long long)incident);
    return CDR_OK;
}

static cdr_status role_row(comparing *c, cdr_db_query *q)
{
    char who[CDR_INCIDENT_WHO_MAX], words[CDR_IN_WORDS];
    int64_t incident = cdr_db_col_int(q, 0), role = cdr_db_col_int(q, 1);
    cdr_in_text(q, 2, who, sizeof who);
    cdr_in_words(salt_of(q, 3), (const char *const[]){who}, 1, words);
    mark *m = find(c, OF_ROLE, incident, role);
    if (!m || strcmp(m->words, words) != 0)
        return differ(c, "I-%lld: who is %s is not who the ledger knows", (long long)incident, cdr_duty_role_label((cdr_duty_role)role));
    return CDR_OK;
}

static cdr_status event_row(comparing *c, cdr_db_query *q)
{
    char words[CDR_IN_WORDS];
    int64_t id = cdr_db_col_int(q, 0), incident = cdr_db_col_int(q, 1);
    const char *text = cdr_db_col_text(q, 2, NULL);
    cdr_in_words(salt_of(q, 3), (const char *const[]){text ? text : ""}, 1, words);
    mark *m = find(c, OF_EVENT, incident, id);
    if (!m || strcmp(m->words, words) != 0)
        return differ(c, "I-%lld: entry %lld of the timeline is not what the ledger knows", (long long)incident, (long long)id);
    return CDR_OK;
}

static cdr_status item_row(comparing *c, cdr_db_query *q)
{
    cdr_item t;
    char words[CDR_IN_WORDS];
    cdr_in_item_row(q, &t);
    const char *state = t.state == CDR_ITEM_OPEN ? "" : t.state == CDR_ITEM_DONE ? "done" : "dropped";
    cdr_in_words(salt_of(q, 12), (const char *const[]){t.what, t.to_whom}, 2, words);
    mark *m = find(c, OF_ITEM, t.incident, t.id);
    if (!m || strcmp(m->words, words) != 0 || strcmp(m->state, state) != 0)
        return differ(c, "I-%lld: item %lld is not as the ledger knows it", (long long)t.incident, (long long)t.id);
    return CDR_OK;
}

static cdr_status party_row(comparing *c, cdr_db_query *q)
{
    char name[160], contact[200], words[CDR_IN_WORDS];
    int64_t id = cdr_db_col_int(q, 0), incident = cdr_db_col_int(q, 1);
    cdr_in_text(q, 3, name, sizeof name);
    cdr_in_text(q, 4, contact, sizeof contact);
    cdr_in_words(salt_of(q, 6), (const char *const[]){name, contact}, 2, words);
    mark *m = find(c, OF_PARTY, incident, id);
    if (!m || strcmp(m->words, words) != 0)
        return differ(c, "I-%lld: party %lld is not as the ledger knows it", (long long)incident, (long long)id);
    return CDR_OK;
}

static cdr_status time_row(comparing *c, cdr_db_query *q)
{
    char at[CDR_TIME_TEXT] = "unknown";
    int64_t incident = cdr_db_col_int(q, 0), which = cdr_db_col_int(q, 1), us = cdr_db_col_int(q, 2);
    if (us)
        cdr_time_format(us, at);
    mark *m = find(c, OF_TIME, incident, which);
    if (!m || strcmp(m->words, at) != 0)
        return differ(c, "I-%lld: the time \"%s\" is not what the ledger knows", (long long)incident, cdr_incident_time_key((cdr_incident_time)which));
    return CDR_OK;
}

static const struct { cdr_in_stmt stmt; cdr_status (*row)(comparing *c, cdr_db_query *q); } tables[] = {
    {IN_ALL_STATES, incident_row}, {IN_ALL_DECISIONS, decision_row}, {IN_ALL_EVIDENCE, evidence_row}, {IN_ALL_ROLES, role_row},
    {IN_ALL_EVENTS, event_row},    {IN_ALL_ITEMS, item_row},         {IN_ALL_PARTIES, party_row}, {IN_ALL_TIMES, time_row},
};

static cdr_status compare_tables(comparing *c, cdr_db_set *set, cdr_err *err)
{
    cdr_status s = CDR_OK;
    for (size_t i = 0; s == CDR_OK && i < CDR_COUNT(tables); i++) {
        cdr_db_query q;
        s = cdr_in_begin(set, tables[i].stmt, &q, NULL, 0, err);
        while (s == CDR_OK && (s = cdr_db_step(&q, err)) == CDR_OK)
            s = tables[i].row(c, &q);
        cdr_db_end(&q);
        s = s == CDR_DONE ? CDR_OK : s;
    }
    return s;
}

static cdr_status tell_gone(comparing *c)
{
    static const char *const words[] = {"", "incident", "decision", "evidence", "role", "entry", "item", "party", "time"};
    cdr_status s = CDR_OK;
    for (size_t i = 0; s == CDR_OK && i < c->all.len; i++) {
        const mark *m = &c->all.at[i];
        if (!m->seen)
            s = differ(c, "I-%lld: %s %lld is gone, and the ledger knows it", (long long)m->incident, words[m->what], (long long)m->id);
    }
    return s;
}

cdr_status cdr_incident_compare_ledger(cdr_workspace *ws, cdr_incident_difference_fn *fn, void *arg, cdr_err *err)
{
    comparing c = {.ws = ws, .fn = fn, .arg = arg};
    cdr_db *db = cdr_workspace_db(ws);
    cdr_db_set *set = NULL;
    cdr_status s = cdr_db_begin_read(db, err);
    if (s != CDR_OK)
        return s;
    s = cdr_ledger_each(cdr_workspace_ledger(ws), 0, look, &c, err);
    settle(&c);
    if (s == CDR_OK)
        s = cdr_db_prepare_set(db, cdr_in_statements, IN__MAX, &set, err);
    if (s == CDR_OK)
        s = compare_tables(&c, set, err);
    if (s == CDR_OK)
        s = tell_gone(&c);
    if (s == CDR_E_NOMEM)
        s = cdr_fail_nomem(err, "incident");
    cdr_db_set_free(set);
    if (s == CDR_OK)
        s = cdr_db_commit(db, err);
    else
        cdr_db_rollback(db);
    marks_done(&c.all);
    return s;
}
