/* SPDX-License-Identifier: Apache-2.0 */
/* The small lane, question by question. */
#include "core/incident/inside.h"
#include "core/incident/lane_parts.h"

#include "base/time.h"

#include <stdio.h>
#include <string.h>

static cdr_status read_answers(cdr_incidents *in, int64_t id, cdr_lane_answers *ret, bool *ret_finished, cdr_err *err)
{
    _cleanup_(cdr_lane_store_closep) cdr_lane_store *st = NULL;
    cdr_status s = cdr_lane_store_open(cdr_incidents_workspace(in), &st, err);
    return s == CDR_OK ? cdr_lane_store_read(st, id, ret, ret_finished, err) : s;
}

static int64_t now_of(cdr_incidents *in)
{
    return cdr_now_us(cdr_workspace_ctx(cdr_incidents_workspace(in)));
}

static unsigned answered(const cdr_lane_answers *a)
{
    unsigned n = 0;
    for (cdr_lane_q q = 0; q < CDR_LANE_Q__MAX; q++)
        n += a->said[q] != CDR_LANE_OPEN && cdr_lane_applies(q, a);
    return n;
}

/* Where the business is known to be, only where its customers live is left to ask. */
static void fill_where(const cdr_lane_answers *a, cdr_lane_question *ret)
{
    if (!a->home[0])
        return;
    snprintf(ret->ask_text, sizeof ret->ask_text, "In which countries do these people live?");
    snprintf(ret->fallback_text, sizeof ret->fallback_text, "%s", a->home);
    ret->ask = ret->ask_text;
    ret->fallback = ret->fallback_text;
}

/* Whoever types a time must know which clock it is read from. */
static void fill_noticed(int64_t now_us, cdr_lane_question *ret)
{
    snprintf(ret->why_text, sizeof ret->why_text, "%s Times are UTC, where it is %02d:%02d now: or say how long ago, \"2 hours ago\".", ret->why, (int)(now_us / 3600000000 % 24), (int)(now_us / 60000000 % 60));
    ret->why = ret->why_text;
}

cdr_status cdr_lane_next(cdr_incidents *in, int64_t id, cdr_lane_question *ret, cdr_err *err)
{
    cdr_lane_answers a;
    bool finished;
    *ret = (cdr_lane_question){0};
    cdr_status s = read_answers(in, id, &a, &finished, err);
    if (s != CDR_OK)
        return s;
    cdr_lane_q q = cdr_lane_open(&a);
    if (q == CDR_LANE_Q__MAX || finished)
        return CDR_DONE;
    const cdr_lane_row *row = &cdr_lane_rows[q];
    ret->key = row->key;
    ret->kind = row->kind;
    cdr_lane_ask(q, &a, &ret->ask, &ret->why, &ret->fallback);
    for (size_t i = 0; row->choices[i].key; i++) {
        ret->choice_keys[i] = row->choices[i].key;
        ret->choice_labels[i] = row->choices[i].label;
    }
    ret->choices = ret->choice_keys;
    ret->labels = ret->choice_labels;
    if (q == CDR_LANE_WHERE)
        fill_where(&a, ret);
    if (q == CDR_LANE_NOTICED)
        fill_noticed(now_of(in), ret);
    ret->number = answered(&a) + 1;
    ret->of = cdr_lane_most(&a);
    return CDR_OK;
}

static const char *phrase_of(cdr_lane_q q, const char *answer)
{
    const cdr_lane_choice *c = answer ? cdr_lane_choice_of(q, answer, strlen(answer)) : NULL;
    return c ? c->phrase : "";
}

/* "A device or papers that hold personal data were lost or stolen" */
static void title_of(const char *what, char *ret, size_t cap)
{
    const char *phrase = what ? phrase_of(CDR_LANE_WHAT, what) : "something happened; what it was is not known yet";
    snprintf(ret, cap, "%s", phrase);
    if (ret[0] >= 'a' && ret[0] <= 'z')
        ret[0] = (char)(ret[0] - 32);
}

static cdr_status open_one(cdr_incidents *in, const char *what, int64_t *ret_id, cdr_err *err)
{
    char title[200];
    title_of(what, title, sizeof title);
    const cdr_incident_open_request request = {.kind = cdr_lane_kind_of(what), .title = title, .no_run = true};
    return cdr_incident_open(in, &request, ret_id, NULL, err);
}

/* Words of this lane, which another answer may change; those of whoever opened it otherwise stay. */
static bool our_title(const char *title)
{
    char ours[200];
    title_of(NULL, ours, sizeof ours);
    bool found = !strcmp(title, ours);
    for (const cdr_lane_choice *c = cdr_lane_rows[CDR_LANE_WHAT].choices; c->key && !found; c++) {
        title_of(c->key, ours, sizeof ours);
        found = !strcmp(title, ours);
    }
    return found;
}

static bool our_finder(const char *found_by)
{
    bool found = !*found_by;
    for (const cdr_lane_choice *c = cdr_lane_rows[CDR_LANE_BY].choices; c->key && !found; c++)
        found = !strcmp(found_by, c->phrase);
    return found;
}

/* With its commitment in the ledger, as when it was opened. */
static cdr_status rename_it(cdr_incidents *in, cdr_lane_store *st, int64_t id, const char *kind, const char *title, const char *found_by, cdr_err *err)
{
    cdr_incident i;
    uint8_t salt[CDR_IN_SALT];
    char words[CDR_IN_WORDS];
    cdr_status s = cdr_in_get(in, id, &i, salt, err);
    if (s == CDR_OK && !our_title(i.title)) {
        title = i.title;
        kind = strcmp(i.kind, "other") != 0 ? i.kind : kind;
    }
    if (s == CDR_OK && !our_finder(i.found_by))
        found_by = i.found_by;
    if (s != CDR_OK || (!strcmp(i.kind, kind) && !strcmp(i.title, title) && !strcmp(i.found_by, found_by)))
        return s;
    cdr_in_words(salt, (const char *const[]){title, found_by, i.codename}, 3, words);
    s = cdr_lane_store_rename(st, id, kind, title, found_by, err);
    return s == CDR_OK ? cdr_in_enter(in, "incident.rename", id, json_pack("{s:s, s:s}", "kind", kind, "words", words), err) : s;
}

/* What an answer says about the incident itself stands there at once. */
static cdr_status take_note(cdr_incidents *in, cdr_lane_store *st, int64_t id, cdr_lane_q q, const char *what, const char *by, const char *answer, cdr_err *err)
{
    int64_t at;
    char title[200];
    title_of(what, title, sizeof title);
    if (q == CDR_LANE_WHAT || q == CDR_LANE_BY)
        return rename_it(in, st, id, cdr_lane_kind_of(what), title, phrase_of(CDR_LANE_BY, by), err);
    if (q == CDR_LANE_NOTICED && answer && cdr_time_parse(answer, &at))
        return cdr_incident_set_time(in, id, CDR_INCIDENT_DISCOVERY, at, err);
    return CDR_OK;
}

static cdr_status save(cdr_incidents *in, cdr_lane_store *st, int64_t *id, cdr_lane_answers *a, cdr_lane_q q, const char *answer, cdr_err *err)
{
    cdr_workspace *ws = cdr_incidents_workspace(in);
    const char *by = cdr_workspace_actor(ws);
    const int64_t now_us = now_of(in);
    cdr_status s = CDR_OK;
    a->said[q] = answer ? CDR_LANE_SAID : CDR_LANE_UNKNOWN;
    snprintf(a->text[q], sizeof a->text[q], "%s", answer ? answer : "");
    if (!*id)
        s = open_one(in, answer, id, err);
    if (s == CDR_OK && q == CDR_LANE_WHAT)
        s = cdr_lane_store_begin(st, *id, now_us, by, err);
    if (s == CDR_OK)
        s = cdr_lane_store_add(st, *id, cdr_lane_rows[q].key, answer, now_us, by, err);
    const char *what = a->said[CDR_LANE_WHAT] == CDR_LANE_SAID ? a->text[CDR_LANE_WHAT] : NULL, *who = a->said[CDR_LANE_BY] == CDR_LANE_SAID ? a->text[CDR_LANE_BY] : NULL;
    return s == CDR_OK ? take_note(in, st, *id, q, what, who, answer, err) : s;
}

cdr_status cdr_lane_answer(cdr_incidents *in, int64_t *id, const char *key, const char *answer, cdr_err *err)
{
    _cleanup_(cdr_lane_store_closep) cdr_lane_store *st = NULL;
    cdr_lane_answers a;
    char kept[CDR_LANE_ANSWER_MAX];
    bool finished;
    cdr_db *db = cdr_workspace_db(cdr_incidents_workspace(in));
    cdr_incident i;
    cdr_status s = cdr_lane_store_open(cdr_incidents_workspace(in), &st, err);
    if (s == CDR_OK)
        s = cdr_lane_store_read(st, *id, &a, &finished, err);
    if (s == CDR_OK && *id)
        s = cdr_in_get_open(in, *id, &i, NULL, err);
    if (s != CDR_OK)
        return s;
    cdr_lane_q q = cdr_lane_open(&a);
    if (finished || q == CDR_LANE_Q__MAX || strcmp(key, cdr_lane_rows[q].key) != 0)
        return cdr_fail(err, CDR_E_INVAL, "incident", "lane.order", finished || q == CDR_LANE_Q__MAX ? "All questions of I-%lld are answered%s%s." : "The next question of I-%lld is \"%s\", not \"%.20s\".",
                        (long long)*id, finished || q == CDR_LANE_Q__MAX ? "" : cdr_lane_rows[q].key, finished || q == CDR_LANE_Q__MAX ? "" : key);
    if (answer && (s = cdr_lane_read(q, answer, now_of(in), kept, err)) != CDR_OK)
        return s;
    int64_t was = *id;
    s = cdr_db_begin(db, err);
    if (s != CDR_OK)
        return s;
    s = save(in, st, id, &a, q, answer ? kept : NULL, err);
    if (s == CDR_OK)
        s = cdr_db_commit(db, err);
    else
        cdr_db_rollback(db);
    if (s != CDR_OK)
        *id = was;
    return s;
}

cdr_status cdr_lane_back(cdr_incidents *in, int64_t id, cdr_err *err)
{
    _cleanup_(cdr_lane_store_closep) cdr_lane_store *st = NULL;
    cdr_lane_answers a;
    bool finished;
    cdr_db *db = cdr_workspace_db(cdr_incidents_workspace(in));
    cdr_status s = cdr_lane_store_open(cdr_incidents_workspace(in), &st, err);
    if (s == CDR_OK)
        s = cdr_lane_store_read(st, id, &a, &finished, err);
    if (s == CDR_OK && finished)
        s = cdr_fail(err, CDR_DENIED, "incident", "lane.finished", "The answers of I-%lld are in the decisions already; decide anew with candor incident decide.", (long long)id);
    if (s == CDR_OK)
        s = cdr_db_begin(db, err);
    if (s != CDR_OK)
        return s;
    s = cdr_lane_store_drop_last(st, id, err);
    if (s == CDR_OK)
        return cdr_db_commit(db, err);
    cdr_db_rollback(db);
    return s;
}

/* "what, noticed, people": what may be asked again. */
static void asked_names(const cdr_lane_answers *a, cdr_buf *out)
{
    for (cdr_lane_q q = 0; q < CDR_LANE_Q__MAX; q++)
        if (a->said[q] != CDR_LANE_OPEN)
            cdr_buf_addf(out, "%s%s", out->len ? ", " : "", cdr_lane_rows[q].key);
}

static cdr_status check_keys(const cdr_lane_answers *a, int64_t id, const char *const *keys, size_t count, cdr_err *err)
{
    _cleanup_buf_ cdr_buf names = CDR_BUF(300);
    unsigned open = 0;
    asked_names(a, &names);
    for (cdr_lane_q q = 0; q < CDR_LANE_Q__MAX; q++)
        open += a->said[q] == CDR_LANE_UNKNOWN;
    for (size_t i = 0; i < count; i++) {
        cdr_lane_q q = 0;
        while (q < CDR_LANE_Q__MAX && strcmp(cdr_lane_rows[q].key, keys[i]) != 0)
            q++;
        if (q == CDR_LANE_Q__MAX || a->said[q] == CDR_LANE_OPEN)
            return cdr_fail(err, CDR_E_INVAL, "incident", "lane.key", "\"%.20s\" was not asked; of I-%lld these were: %s.", keys[i], (long long)id, names.data ? names.data : "none");
        open++;
    }
    return open ? CDR_OK : cdr_fail(err, CDR_NOT_FOUND, "incident", "lane.all-known", "Nothing was left unknown in I-%lld; say what is different now: candor incident report --incident I-%lld --again --change NAME, of %s.",
                                    (long long)id, (long long)id, names.data ? names.data : "none");
}

static cdr_status reopen(cdr_incidents *in, cdr_lane_store *st, int64_t id, const char *const *keys, size_t count, cdr_err *err)
{
    json_t *list = json_array();
    cdr_status s = cdr_lane_store_reopen(st, id, err);
    for (size_t i = 0; i < count && s == CDR_OK; i++) {
        json_array_append_new(list, json_string(keys[i]));
        s = cdr_lane_store_forget(st, id, keys[i], err);
    }
    if (s == CDR_OK)
        return cdr_in_enter(in, "incident.lane-reopened", id, json_pack("{s:o}", "changed", list), err);
    json_decref(list);
    return s;
}

cdr_status cdr_lane_reopen(cdr_incidents *in, int64_t id, const char *const *keys, size_t count, cdr_err *err)
{
    _cleanup_(cdr_lane_store_closep) cdr_lane_store *st = NULL;
    cdr_lane_answers a;
    cdr_incident i;
    bool finished;
    cdr_db *db = cdr_workspace_db(cdr_incidents_workspace(in));
    cdr_status s = cdr_in_get_open(in, id, &i, NULL, err);
    if (s == CDR_OK)
        s = cdr_lane_store_open(cdr_incidents_workspace(in), &st, err);
    if (s == CDR_OK)
        s = cdr_lane_store_read(st, id, &a, &finished, err);
    if (s == CDR_OK && a.said[CDR_LANE_WHAT] == CDR_LANE_OPEN)
        s = cdr_fail(err, CDR_NOT_FOUND, "incident", "lane.not-asked", "I-%lld was not asked about in the small lane.", (long long)id);
    if (s == CDR_OK && !finished && !count && cdr_lane_open(&a) != CDR_LANE_Q__MAX)
        return CDR_OK;   /* it was begun already, and goes on */
    if (s == CDR_OK)
        s = check_keys(&a, id, keys, count, err);
    if (s == CDR_OK)
        s = cdr_db_begin(db, err);
    if (s != CDR_OK)
        return s;
    return cdr_in_end(in, reopen(in, st, id, keys, count, err), err);
}

cdr_status cdr_lane_is_open(cdr_incidents *in, int64_t id, bool *ret, cdr_err *err)
{
    cdr_lane_answers a;
    bool finished;
    cdr_status s = read_answers(in, id, &a, &finished, err);
    *ret = s == CDR_OK && !finished && a.said[CDR_LANE_WHAT] != CDR_LANE_OPEN;
    return s;
}

cdr_status cdr_lane_unfinished(cdr_incidents *in, int64_t *ret_id, cdr_err *err)
{
    _cleanup_(cdr_lane_store_closep) cdr_lane_store *st = NULL;
    cdr_status s = cdr_lane_store_open(cdr_incidents_workspace(in), &st, err);
    return s == CDR_OK ? cdr_lane_store_unfinished(st, ret_id, err) : s;
}

static cdr_status read_whole(cdr_incidents *in, int64_t id, cdr_lane_answers *ret, cdr_err *err)
{
    bool finished;
    cdr_status s = read_answers(in, id, ret, &finished, err);
    if (s == CDR_OK && ret->said[CDR_LANE_WHAT] == CDR_LANE_OPEN)
        return cdr_fail(err, CDR_NOT_FOUND, "incident", "lane.not-asked", "I-%lld was not asked about in the small lane.", (long long)id);
    if (s == CDR_OK && !finished && cdr_lane_open(ret) != CDR_LANE_Q__MAX)
        return cdr_fail(err, CDR_E_INVAL, "incident", "lane.open", "Not all questions of I-%lld are answered; go on with candor incident report.", (long long)id);
    return s;
}

cdr_status cdr_lane_result_of(cdr_incidents *in, int64_t id, cdr_lane_result *ret, cdr_err *err)
{
    cdr_lane_answers a;
    cdr_status s = read_whole(in, id, &a, err);
    if (s == CDR_OK)
        cdr_lane_result_make(&a, now_of(in), ret);
    return s;
}

cdr_status cdr_lane_changes(cdr_incidents *in, int64_t id, unsigned max, cdr_lane_change_fn *fn, void *arg, cdr_err *err)
{
    cdr_lane_answers a;
    cdr_status s = read_whole(in, id, &a, err);
    return s == CDR_OK ? cdr_lane_changes_of(&a, now_of(in), max, fn, arg) : s;
}

cdr_status cdr_lane_each(cdr_incidents *in, int64_t id, cdr_lane_answer_fn *fn, void *arg, cdr_err *err)
{
    cdr_lane_answers a;
    bool finished;
    cdr_status s = read_answers(in, id, &a, &finished, err);
    for (cdr_lane_q q = 0; q < CDR_LANE_Q__MAX && s == CDR_OK; q++)
        if (a.said[q] != CDR_LANE_OPEN) {
            const char *ask, *why, *fallback;
            cdr_lane_ask(q, &a, &ask, &why, &fallback);
            s = fn(arg, cdr_lane_rows[q].key, ask, a.said[q] == CDR_LANE_SAID ? a.text[q] : NULL);
        }
    return s;
}
