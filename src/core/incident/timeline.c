/* SPDX-License-Identifier: Apache-2.0 */
/* The timeline is put together when it is read: what people noted, and by themselves steps, decisions, roles, clocks, evidence, parties, each with the time it happened and the time it was entered. */
#include "core/incident/inside.h"

#include "base/arena.h"
#include "base/text.h"
#include "base/vec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ARENA_MAX (64u << 20)

cdr_status cdr_in_add_event(cdr_incidents *in, int64_t id, const cdr_in_event *e, cdr_err *err)
{
    uint8_t salt[CDR_IN_SALT];
    char words[CDR_IN_WORDS];
    int64_t now = cdr_in_now(in);
    cdr_in_salt(in, salt);
    cdr_in_words(salt, (const char *const[]){e->text}, 1, words);
    cdr_status s = cdr_in_run(in->set, IN_EVENT_ADD, CDR_V(cdr_v_int(id), cdr_v_int(e->event_us ? e->event_us : now), cdr_v_int(now), cdr_v_some(e->found_us), cdr_v_text(e->kind), cdr_v_text(e->text),
                              cdr_v_text(cdr_in_actor(in)), cdr_v_maybe(e->ref), cdr_v_int(e->privileged), cdr_v_int(e->pinned), cdr_v_blob(salt, sizeof salt)), err);
    return s == CDR_OK ? cdr_in_enter(in, "incident.note", id, json_pack("{s:I, s:s, s:b, s:s}", "event", (json_int_t)cdr_db_last_id(in->db), "kind", e->kind, "privileged", (int)e->privileged, "words", words), err) : s;
}

cdr_status cdr_incident_note(cdr_incidents *in, int64_t id, const char *kind, const char *text, int64_t event_us, int64_t found_us, bool privileged, bool pinned, cdr_err *err)
{
    cdr_incident i;
    int64_t now = cdr_in_now(in);
    _cleanup_free_ char *clean = cdr_alloc(4 * CDR_INCIDENT_TEXT_MAX);
    if (!clean)
        return cdr_fail_nomem(err, "incident");
    if (!kind || (strcmp(kind, "note") != 0 && strcmp(kind, "call") != 0))
        return cdr_fail(err, CDR_E_INVAL, "incident", "note.kind", "It is a note, or a call.");
    if (event_us < 0 || found_us < 0 || event_us > now + 60000000 || found_us > now + 60000000 || (event_us && found_us && found_us < event_us))
        return cdr_fail(err, CDR_E_INVAL, "incident", "note.time", "What is noted happened in the past, and was found out after it happened.");
    cdr_status s = cdr_in_clean(in, text, "The note", true, clean, CDR_INCIDENT_TEXT_MAX + 1, err);
    if (s == CDR_OK)
        s = cdr_db_begin(in->db, err);
    if (s != CDR_OK)
        return s;
    s = cdr_in_get_open(in, id, &i, NULL, err);
    if (s == CDR_OK)
        s = cdr_in_add_event(in, id, &(cdr_in_event){.kind = kind, .text = clean, .event_us = event_us, .found_us = found_us, .privileged = privileged, .pinned = pinned}, err);
    return cdr_in_end(in, s, err);
}

/* --- putting it together --- */

typedef struct line { cdr_timeline_entry e; size_t order; } line;
CDR_VEC(lines, line)

typedef struct merging { cdr_incidents *in; int64_t id; cdr_arena *arena; lines all; cdr_run *run; int64_t run_id; cdr_in_secret_parties secret; } merging;

/* Takes copies of the texts. */
static cdr_status keep(merging *m, cdr_timeline_entry e)
{
    line *l = lines_push(&m->all);
    e.kind = cdr_arena_strdup(m->arena, e.kind);
    e.text = cdr_arena_strdup(m->arena, e.text ? e.text : "");
    e.by = cdr_arena_strdup(m->arena, e.by ? e.by : "");
    const char *ref = e.ref ? cdr_arena_strdup(m->arena, e.ref) : NULL, *open = e.public_text ? cdr_arena_strdup(m->arena, e.public_text) : NULL;
    if (!l || !e.kind || !e.text || !e.by || (e.ref && !ref) || (e.public_text && !open))
        return CDR_E_NOMEM;
    e.ref = ref;
    e.public_text = open;
    e.privileged = e.privileged || cdr_in_concerns(&m->secret, e.text);
    *l = (line){e, m->all.len};
    return CDR_OK;
}

static cdr_status keepf(merging *m, cdr_timeline_entry e, const char *fmt, ...) CDR_PRINTF(3, 4);
static cdr_status keepf(merging *m, cdr_timeline_entry e, const char *fmt, ...)
{
    char text[2048];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    cdr_text_whole(text);
    e.text = text;
    return keep(m, e);
}

static cdr_status merge_events(merging *m, cdr_err *err)
{
    cdr_db_query q;
    cdr_status s = cdr_in_begin(m->in->set, IN_EVENTS, &q, CDR_V(cdr_v_int(m->id)), err);
    while (s == CDR_OK && (s = cdr_db_step(&q, err)) == CDR_OK)
        s = keep(m, (cdr_timeline_entry){.event_us = cdr_db_col_int(&q, 0), .recorded_us = cdr_db_col_int(&q, 1), .found_us = cdr_db_col_int(&q, 2), .kind = cdr_db_col_text(&q, 3, NULL),
                                         .text = cdr_db_col_text(&q, 4, NULL), .by = cdr_db_col_text(&q, 5, NULL), .ref = cdr_db_col_text(&q, 6, NULL), .privileged = cdr_db_col_int(&q, 7) != 0,
                                         .pinned = cdr_db_col_int(&q, 8) != 0});
    cdr_db_end(&q);
    return s == CDR_DONE ? CDR_OK : s;
}

static cdr_status merge_custody(merging *m, cdr_err *err)
{
    cdr_db_query q;
    cdr_status s = cdr_in_begin(m->in->set, IN_CUSTODY, &q, CDR_V(cdr_v_int(m->id)), err);
    while (s == CDR_OK && (s = cdr_db_step(&q, err)) == CDR_OK) {
        char ref[40], open[260];
        snprintf(ref, sizeof ref, "E-%lld", (long long)cdr_db_col_int(&q, 0));
        snprintf(open, sizeof open, "%s handed on", cdr_db_col_text(&q, 1, NULL));
        s = keepf(m, (cdr_timeline_entry){.event_us = cdr_db_col_int(&q, 2), .recorded_us = cdr_db_col_int(&q, 2), .kind = "evidence", .by = cdr_db_col_text(&q, 4, NULL), .ref = ref, .public_text = open,
                                          .privileged = cdr_in_is_one_of(&m->secret, cdr_db_col_text(&q, 3, NULL))},
                  "%s handed to %s: %s", cdr_db_col_text(&q, 1, NULL), cdr_db_col_text(&q, 3, NULL), cdr_db_col_text(&q, 5, NULL));
    }
    cdr_db_end(&q);
    return s == CDR_DONE ? CDR_OK : s;
}

static cdr_status on_role(void *arg, const cdr_incident_role *r)
{
    char open[80];
    snprintf(open, sizeof open, "Somebody is %s", cdr_duty_role_label(r->role));
    return keepf(arg, (cdr_timeline_entry){.event_us = r->since_us, .recorded_us = r->since_us, .kind = "role", .by = r->by, .public_text = open}, "%s is %s%s%s", r->who, cdr_duty_role_label(r->role), *r->reason ? ": " : "",
                 r->reason);
}

static cdr_status on_decision(void *arg, const cdr_decision *d)
{
    char ref[80];
    snprintf(ref, sizeof ref, "%s", d->ref);
    cdr_status s = keepf(arg, (cdr_timeline_entry){.event_us = d->at_us, .recorded_us = d->at_us, .kind = "decision", .by = d->by, .ref = *ref ? ref : NULL, .pinned = true}, "%s: %s, because %s%s", d->name,
                         d->outcome, d->reason, d->alone && !strncmp(d->name, "notify", 6) ? " (decided alone: there was nobody else)" : "");
    if (s == CDR_OK && d->approved_us)
        s = keepf(arg, (cdr_timeline_entry){.event_us = d->approved_us, .recorded_us = d->approved_us, .kind = "decision", .by = d->approved_by, .pinned = true}, "%s: %s by a second person%s%s", d->name,
                  d->rejected ? "refused" : "agreed to", *d->said ? ", " : "", d->said);
    return s;
}

static cdr_status on_evidence(void *arg, const cdr_evidence *e)
{
    char ref[40];
    snprintf(ref, sizeof ref, "E-%lld", (long long)e->id);
    return keepf(arg, (cdr_timeline_entry){.event_us = e->taken_us, .recorded_us = e->taken_us, .kind = "evidence", .by = e->by, .ref = ref}, "%s taken in, %lld bytes%s%s", e->name, (long long)e->size,
                 *e->about ? ": " : "", e->about);
}

static cdr_status on_party(void *arg, const cdr_incident_party *p)
{
    return keepf(arg, (cdr_timeline_entry){.event_us = p->added_us, .recorded_us = p->added_us, .kind = "party", .privileged = p->privileged}, "%s brought in: %s", p->kind, p->name);
}

static cdr_status on_clock(void *arg, const cdr_clock_event *c)
{
    static const char *const words[] = {"", "Clock begins", "Reminder to the ", "Due now, told the ", "Missed, called the ", "Clock ended", "New time"};
    if ((unsigned)c->kind >= CDR_COUNT(words))
        return CDR_OK;
    bool whom = c->kind == CDR_CLOCK_WARN || c->kind == CDR_CLOCK_DUE || c->kind == CDR_CLOCK_ESCALATE;
    return keepf(arg, (cdr_timeline_entry){.event_us = c->at_us, .recorded_us = c->at_us, .kind = "clock", .ref = c->clock->ref}, "%s%s: %s", words[c->kind], whom ? cdr_duty_role_label(c->to) : "",
                 c->clock->label);
}

/* --- runs --- */

static const char *step_words(const cdr_run_event *e)
{
    switch (e->kind) {
    case CDR_RUN_STARTED: return "the playbook begins";
    case CDR_RUN_BEGAN: return "begins";
    case CDR_RUN_ENDED: return e->outcome == CDR_OUT_SUCCESS ? "done" : cdr_run_outcome_name(e->outcome);
    case CDR_RUN_FINISHED: return e->outcome == CDR_OUT_SUCCESS ? "the playbook is done" : cdr_run_outcome_name(e->outcome);
    case CDR_RUN_DOUBTED: return "nobody knows whether it was carried out";
    case CDR_RUN_RETRIED: return "tried again";
    case CDR_RUN_SKIPPED: return "skipped";
    case CDR_RUN_BY_HAND: return "done another way";
    case CDR_RUN_ABORTED: return "the playbook is stopped";
    case CDR_RUN_SHOWN: return "evidence given";
    case CDR_RUN_APPROVED: return "approved";
    case CDR_RUN_REJECTED: return "not approved";
    case CDR_RUN_FAILED: return "failed; a person is asked";
    case CDR_RUN_ENDED_COMMAND: return e->by ? "answered" : NULL;
    case CDR_RUN_ENTERED: case CDR_RUN_TRIED: case CDR_RUN_TESTED: case CDR_RUN_CLOCK: case CDR_RUN_KIND__MAX: return NULL;
    }
    return NULL;
}

/* Steps that only steer are left out: they say nothing to people. */
static bool is_shown(const cdr_activation *a)
{
    return !a || a->step->type == CDR_STEP_ACTION || a->step->type == CDR_STEP_UNKNOWN || a->step->type == CDR_STEP_PLAYBOOK_ACTION;
}

static cdr_status on_run_event(void *arg, const cdr_run_event *e)
{
    merging *m = arg;
    char ref[64];
    const char *words = step_words(e);
    const cdr_activation *a = e->activation ? cdr_run_activation(m->run, e->activation) : NULL;
    if (!words || !is_shown(a) || (e->kind == CDR_RUN_ENDED && a && a->outcome == CDR_OUT_SUCCESS && *a->answered_by))
        return CDR_OK;   /* its answer stands there already */
    if (e->activation)
        snprintf(ref, sizeof ref, "R-%lld/%u", (long long)m->run_id, e->activation);
    else
        snprintf(ref, sizeof ref, "R-%lld", (long long)m->run_id);
    bool text = e->text && *e->text && e->kind != CDR_RUN_STARTED && e->kind != CDR_RUN_SHOWN;
    return keepf(m, (cdr_timeline_entry){.event_us = e->at_us, .recorded_us = e->at_us, .kind = "step", .by = e->by, .ref = ref}, "%s: %s%s%s", a ? cdr_step_label(a->step) : cdr_playbook_name(cdr_run_playbook(m->run)),
                 words, text ? ", " : "", text ? e->text : "");
}

CDR_VEC(run_ids, int64_t)

static cdr_status on_run(void *arg, const cdr_run_row *row)
{
    int64_t *id = run_ids_push(arg);
    if (!id)
        return CDR_E_NOMEM;
    *id = row->id;
    return CDR_OK;
}

static cdr_status merge_runs(merging *m, const char *subject, cdr_err *err)
{
    run_ids ids = {0};
    cdr_status s = cdr_runs_each(m->in->runs, subject, true, on_run, &ids, err);
    for (size_t i = 0; s == CDR_OK && i < ids.len; i++) {
        _cleanup_(cdr_run_freep) cdr_run *run = NULL;
        s = cdr_runs_load(m->in->runs, ids.at[i], NULL, &run, err);
        m->run = run;
        m->run_id = ids.at[i];
        if (s == CDR_OK)
            s = cdr_runs_events(m->in->runs, ids.at[i], on_run_event, m, err);
    }
    run_ids_done(&ids);
    return s;
}

/* --- in order --- */

static int by_time(const void *x, const void *y)
{
    const line *a = x, *b = y;
    if (a->e.event_us != b->e.event_us)
        return a->e.event_us < b->e.event_us ? -1 : 1;
    return a->order < b->order ? -1 : a->order > b->order;
}

static cdr_status opening(merging *m, cdr_err *err)
{
    cdr_incident i;
    cdr_status s = cdr_in_get(m->in, m->id, &i, NULL, err);
    if (s != CDR_OK)
        return s;
    return keepf(m, (cdr_timeline_entry){.event_us = i.opened_us, .recorded_us = i.opened_us, .found_us = i.times[CDR_INCIDENT_DISCOVERY], .kind = "state", .by = i.opened_by, .pinned = true}, "Opened: %s%s%s%s",
                 i.title, *i.found_by ? " (" : "", i.found_by, *i.found_by ? ")" : "");
}

static cdr_status merge(merging *m, cdr_err *err)
{
    char subject[CDR_IN_SUBJECT];
    cdr_in_subject(m->id, subject);
    cdr_status s = cdr_in_secret_parties_of(m->in, m->id, &m->secret, err);
    if (s == CDR_OK)
        s = opening(m, err);
    if (s == CDR_OK)
        s = merge_events(m, err);
    if (s == CDR_OK)
        s = cdr_incident_roles(m->in, m->id, true, on_role, m, err);
    if (s == CDR_OK)
        s = cdr_incident_parties(m->in, m->id, on_party, m, err);
    if (s == CDR_OK)
        s = cdr_incident_decisions(m->in, m->id, on_decision, m, err);
    if (s == CDR_OK)
        s = cdr_incident_evidence(m->in, m->id, on_evidence, m, err);
    if (s == CDR_OK)
        s = merge_custody(m, err);
    if (s == CDR_OK)
        s = merge_runs(m, subject, err);
    return s == CDR_OK ? cdr_clock_events(cdr_runs_clocks(m->in->runs), subject, on_clock, m, err) : s;
}

cdr_status cdr_incident_timeline(cdr_incidents *in, int64_t id, cdr_timeline_fn *fn, void *arg, cdr_err *err)
{
    _cleanup_(cdr_arena_freep) cdr_arena *arena = cdr_arena_new(ARENA_MAX);
    merging m = {.in = in, .id = id, .arena = arena};
    if (!arena)
        return cdr_fail_nomem(err, "incident");
    cdr_status s = merge(&m, err);
    if (s == CDR_E_NOMEM)
        s = cdr_fail_nomem(err, "incident");
    if (s == CDR_OK && m.all.len)
        qsort(m.all.at, m.all.len, sizeof *m.all.at, by_time);
    for (size_t i = 0; s == CDR_OK && i < m.all.len; i++)
        s = fn(arg, &m.all.at[i].e);
    lines_done(&m.all);
    cdr_in_secret_parties_done(&m.secret);
    return s;
}
