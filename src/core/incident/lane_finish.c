/* SPDX-License-Identifier: Apache-2.0 */
/* What comes of the answers: the incident's state, two decisions with their reasons, a task for each thing that nobody knows, drafts, and the playbook where it is more than small. All in one transaction but the run, which
 * is started after it, and again when a crash came in between. */
#include "core/incident/inside.h"
#include "core/incident/lane_items.h"

#include "base/json.h"
#include "core/identity/note.h"

#include <stdio.h>
#include <string.h>

typedef struct finish {
    cdr_incidents *in;
    cdr_workspace *ws;
    cdr_lane_store *st;
    int64_t id, now_us;
    cdr_lane_answers a;
    cdr_lane_result *r;
    char own[600], contact[200], manager[CDR_INCIDENT_WHO_MAX];
    cdr_err *err;
} finish;

static cdr_status find_manager(void *arg, const cdr_incident_role *r)
{
    finish *f = arg;
    if (r->role == CDR_DUTY_MANAGER)
        snprintf(f->manager, sizeof f->manager, "%s", r->who);
    return CDR_OK;
}

/* --- state, times, numbers --- */

typedef struct reasoned { const char *reason; bool here; } reasoned;

static cdr_status see_reason(void *arg, const cdr_decision *d)
{
    reasoned *r = arg;
    r->here = r->here || (!strcmp(d->name, "notify-authority") && *r->reason && !strncmp(d->reason, r->reason, strlen(r->reason)));
    return CDR_OK;
}

/* The reason came from earlier answers: then it follows the newest. One that somebody gave stays. */
static cdr_status renew_reason(finish *f, const cdr_incident *i, const char *reason)
{
    reasoned r = {.reason = i->reason};
    cdr_status s = cdr_incident_decisions(f->in, f->id, see_reason, &r, f->err);
    return s == CDR_OK && r.here ? cdr_in_reason(f->in, f->id, reason, f->err) : s;
}

static cdr_status assess(finish *f)
{
    cdr_incident i;
    char reason[512];
    cdr_status s = cdr_incident_get(f->in, f->id, &i, f->err);
    snprintf(reason, sizeof reason, "%.480s", f->r->why_authority);
    /* Before it is called a breach, which sets it to now where nobody said. */
    if (s == CDR_OK && f->r->aware_us)
        s = cdr_incident_set_time(f->in, f->id, CDR_INCIDENT_AWARENESS, f->r->aware_us, f->err);
    if (s == CDR_OK && i.state == CDR_INCIDENT_SUSPECTED)
        s = cdr_incident_assess(f->in, f->id, CDR_INCIDENT_ASSESSED, "asked about in the small lane", f->err);
    if (s == CDR_OK && (i.state == CDR_INCIDENT_SUSPECTED || i.state == CDR_INCIDENT_ASSESSED))
        s = cdr_incident_assess(f->in, f->id, CDR_INCIDENT_BREACH, reason, f->err);
    if (s == CDR_OK && i.state == CDR_INCIDENT_BREACH)
        s = renew_reason(f, &i, reason);
    if (s == CDR_OK && f->r->people >= 0)
        s = cdr_incident_set_people(f->in, f->id, 0, f->r->people, "at most, as answered in the small lane", f->err);
    static const struct { const char *risk, *severity; } severities[] = {{"unlikely", "low"}, {"risk", "medium"}, {"high risk", "high"}};
    for (size_t k = 0; k < CDR_COUNT(severities) && s == CDR_OK; k++)
        if (!strcmp(f->r->risk, severities[k].risk))
            s = cdr_incident_set_severity(f->in, f->id, severities[k].severity, reason, f->err);
    return s;
}

/* --- decisions --- */

static cdr_status decide(finish *f, const char *name, const char *outcome, const char *why)
{
    char reason[1024];
    snprintf(reason, sizeof reason, "%s%s%s", why, f->own[0] ? " In own words: " : "", f->own);
    return cdr_incident_decide(f->in, f->id, name, outcome, reason, NULL, f->err);
}

static cdr_status decide_both(finish *f)
{
    cdr_lane_place p;
    cdr_lane_place_of(&f->a, &p);
    const char *authority = f->r->tell_authority ? "yes" : p.law_count ? "no" : "ask-counsel";
    cdr_status s = decide(f, "notify-authority", authority, f->r->why_authority);
    return s == CDR_OK ? decide(f, "notify-people", f->r->tell_people ? "yes" : "no", f->r->why_people) : s;
}

/* --- what is to be done --- */

static cdr_status see_waiting(void *arg, const cdr_decision *d)
{
    bool *settled = arg;
    *settled = *settled && (d->replaced || !cdr_decision_waits(d));
    return CDR_OK;
}

static cdr_status put_items(finish *f)
{
    bool settled = true;
    cdr_incident i = {.id = f->id};
    cdr_status s = cdr_incident_decisions(f->in, f->id, see_waiting, &settled, f->err);
    if (s == CDR_OK)
        s = cdr_incident_get(f->in, f->id, &i, f->err);
    const cdr_lane_todo todo = {f->in, &f->a, f->r, {cdr_workspace_org(f->ws), f->contact, f->own, f->id, f->now_us, i.times[CDR_INCIDENT_BEGAN]}, f->manager, settled};
    return s == CDR_OK ? cdr_lane_items_put(&todo, f->err) : s;
}

/* Which one it is to be stands in the database with the decisions: a crash after them loses nothing. What has no playbook of its own, or is not known, goes by the widest. */
static cdr_status want_run(finish *f)
{
    cdr_incident i;
    cdr_status s = f->r->small ? CDR_DONE : cdr_incident_get(f->in, f->id, &i, f->err);
    if (s != CDR_OK)
        return s == CDR_DONE ? CDR_OK : s;
    const cdr_incident_kind *kind = cdr_incident_kind_of(i.kind);
    return cdr_lane_store_want_run(f->st, f->id, kind && kind->playbook ? kind->playbook : "customer-data-breach", f->err);
}

/* --- for the register --- */

/* All answers as one pinned note of the timeline: whoever takes over finds them. Words of the tables alone. */
static cdr_status note_answers(finish *f)
{
    _cleanup_buf_ cdr_buf text = CDR_BUF(CDR_INCIDENT_TEXT_MAX - 1);
    cdr_buf_adds(&text, "Small lane.");
    for (cdr_lane_q q = 0; q < CDR_LANE_Q__MAX; q++) {
        _cleanup_buf_ cdr_buf words = CDR_BUF(1000);
        if (f->a.said[q] == CDR_LANE_OPEN)
            continue;
        const char *ask, *why, *fallback;
        cdr_lane_ask(q, &f->a, &ask, &why, &fallback);
        cdr_lane_words(&f->a, q, false, &words);
        cdr_buf_addf(&text, " %s %s.", ask, f->a.said[q] != CDR_LANE_SAID ? "I do not know" : words.len ? words.data : f->a.text[q]);
    }
    return cdr_incident_note(f->in, f->id, "note", text.data ? text.data : "", 0, 0, false, true, f->err);
}

static cdr_status enter(finish *f)
{
    _cleanup_buf_ cdr_buf details = CDR_BUF(4096);
    char subject[32];
    cdr_json_writer w;
    unsigned asked = 0;
    cdr_jw_begin(&w, &details);
    cdr_jw_open(&w, '{');
    cdr_jw_key(&w, "answers");
    cdr_jw_open(&w, '{');
    for (cdr_lane_q q = 0; q < CDR_LANE_Q__MAX; q++)
        if (f->a.said[q] != CDR_LANE_OPEN) {
            asked++;
            cdr_jw_key(&w, cdr_lane_rows[q].key);
            cdr_jw_str(&w, f->a.said[q] == CDR_LANE_SAID ? f->a.text[q] : NULL);
        }
    cdr_jw_close(&w, '}');
    cdr_jw_key(&w, "asked");
    cdr_jw_int(&w, asked);
    cdr_jw_key(&w, "risk");
    cdr_jw_str(&w, f->r->risk);
    cdr_jw_key(&w, "tell_authority");
    cdr_jw_bool(&w, f->r->tell_authority);
    cdr_jw_key(&w, "tell_people");
    cdr_jw_bool(&w, f->r->tell_people);
    cdr_jw_key(&w, "unknown");
    cdr_jw_int(&w, f->r->unknown);
    cdr_jw_close(&w, '}');
    if (cdr_buf_status(&details) != CDR_OK)
        return cdr_fail_nomem(f->err, "incident");
    snprintf(subject, sizeof subject, "I-%lld", (long long)f->id);
    return cdr_ledger_append(cdr_workspace_ledger(f->ws), &(cdr_ledger_event){.kind = "incident.lane", .actor = cdr_workspace_actor(f->ws), .subject = subject, .details_json = details.data}, NULL, f->err);
}

static cdr_status write_all(finish *f)
{
    cdr_db *db = cdr_workspace_db(f->ws);
    cdr_status s = cdr_db_begin(db, f->err);
    if (s != CDR_OK)
        return s;
    cdr_status (*const parts[])(finish *) = {assess, decide_both, put_items, note_answers, want_run, enter};
    for (size_t i = 0; i < CDR_COUNT(parts) && s == CDR_OK; i++)
        s = parts[i](f);
    if (s == CDR_OK)
        s = cdr_lane_store_finish(f->st, f->id, f->now_us, cdr_workspace_actor(f->ws), f->err);
    if (s == CDR_OK)
        return cdr_db_commit(db, f->err);
    cdr_db_rollback(db);
    return s;
}

/* --- the playbook, where it is more than small --- */

static cdr_status find_run(void *arg, const cdr_run_row *row)
{
    int64_t *found = arg;
    *found = *found ? *found : row->id;
    return CDR_OK;
}

static cdr_status take_over(finish *f)
{
    char subject[CDR_IN_SUBJECT];
    cdr_incident i;
    _cleanup_(cdr_playbook_freep) cdr_playbook *p = NULL;
    _cleanup_json_ json_t *variables = json_object();
    cdr_in_subject(f->id, subject);
    cdr_status s = cdr_incident_get(f->in, f->id, &i, f->err);
    if (s == CDR_OK && i.run_wanted) {
        /* One that cannot be read is told of where it is started. */
        if (cdr_library_find(cdr_workspace_dir(f->ws), i.playbook, NULL, &p, NULL, NULL) == CDR_OK)
            cdr_lane_handover(&f->a, f->r, p, variables);
        s = cdr_in_start(f->in, f->id, variables, NULL, f->err);
    }
    if (s == CDR_OK)
        s = cdr_incident_settle(f->in, f->id, f->err);
    return s == CDR_OK ? cdr_runs_each(cdr_incidents_runs(f->in), subject, true, find_run, &f->r->run, f->err) : s;
}

static cdr_status prepare(finish *f, const char *own_words, bool *ret_finished)
{
    char home[3];
    cdr_status s = cdr_lane_store_open(f->ws, &f->st, f->err);
    if (s == CDR_OK)
        s = cdr_lane_store_read(f->st, f->id, &f->a, ret_finished, f->err);
    if (s == CDR_OK)
        s = cdr_lane_store_home(f->st, home, f->contact, sizeof f->contact, f->err);
    if (s == CDR_OK && own_words)
        s = cdr_note_clean_once(own_words, f->own, sizeof f->own, f->err);
    if (s == CDR_OK)
        s = cdr_incident_roles(f->in, f->id, false, find_manager, f, f->err);
    return s;
}

cdr_status cdr_lane_finish(cdr_incidents *in, int64_t id, const char *own_words, cdr_lane_result *ret, cdr_err *err)
{
    cdr_workspace *ws = cdr_incidents_workspace(in);
    finish f = {.in = in, .ws = ws, .id = id, .now_us = cdr_now_us(cdr_workspace_ctx(ws)), .r = ret, .err = err};
    bool finished;
    cdr_status s = cdr_lane_result_of(in, id, ret, err);
    if (s == CDR_OK)
        s = prepare(&f, own_words, &finished);
    if (s == CDR_OK && !finished)
        s = write_all(&f);
    cdr_lane_store_close(f.st);
    return s == CDR_OK ? take_over(&f) : s;
}
