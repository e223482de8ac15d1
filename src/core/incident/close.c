/* SPDX-License-Identifier: Apache-2.0 */
/* Closing: refused while anything is open, each thing named; a second person may let it be closed all the same, with a reason. */
#include "core/incident/inside.h"
#include "core/incident/lane.h"

#include "base/text.h"
#include "core/cacao/run_number.h"

#include <stdio.h>
#include <string.h>

#define LANE_END "report"          /* of the small lane, not finished: it alone keeps nothing open that was begun by mistake */

typedef struct ends { cdr_incidents *in; const cdr_incident *i; cdr_open_end_fn *fn; void *arg; bool authority, people, review, tell /* the authority is to be told */; } ends;

static cdr_status on_item(void *arg, const cdr_item *t)
{
    ends *e = arg;
    char what[700], command[80];
    e->review = e->review || t->kind == CDR_ITEM_REVIEW;
    if (t->state != CDR_ITEM_OPEN)
        return CDR_OK;
    snprintf(what, sizeof what, "item %lld: %s%s%s", (long long)t->id, t->what, *t->to_whom ? ", to " : "", t->to_whom);
    snprintf(command, sizeof command, "candor incident item done %lld", (long long)t->id);
    return e->fn(e->arg, cdr_item_kind_name(t->kind), what, command);
}

static cdr_status on_decision(void *arg, const cdr_decision *d)
{
    ends *e = arg;
    char what[300], command[160];
    if (d->replaced)
        return CDR_OK;
    bool both = !strcmp(d->name, "notify");
    bool authority = both || !strcmp(d->name, "notify-authority"), people = both || !strcmp(d->name, "notify-people");
    if (cdr_decision_left_out(d)) {
        if (authority || people || !strcmp(d->name, "breach"))      /* these are asked for below, while the law asks */
            return CDR_OK;
        snprintf(what, sizeof what, "decision %lld: %s was left out with its step; decide it", (long long)d->id, d->name);
        snprintf(command, sizeof command, "candor incident decide I-%lld %s OUTCOME", (long long)e->i->id, d->name);
        return e->fn(e->arg, "decision", what, command);
    }
    e->authority = e->authority || authority;
    e->people = e->people || people;
    e->tell = e->tell || (authority && !strcmp(d->outcome, "yes") && !cdr_decision_waits(d));
    e->review = e->review || (!strcmp(d->name, CDR_IN_REVIEW) && !cdr_decision_waits(d));
    if (!cdr_decision_waits(d))
        return CDR_OK;
    snprintf(what, sizeof what, "decision %lld: %s, %s, %s", (long long)d->id, d->name, d->outcome, d->rejected ? "was refused by the second person; decide again" : "waits for a second person");
    if (d->rejected)
        snprintf(command, sizeof command, "candor incident decide I-%lld %s OUTCOME", (long long)e->i->id, d->name);
    else
        snprintf(command, sizeof command, "candor incident approve I-%lld %lld", (long long)e->i->id, (long long)d->id);
    return e->fn(e->arg, "decision", what, command);
}

static bool must_tell(const ends *e)
{
    return e->i->state == CDR_INCIDENT_BREACH && e->tell && !e->i->times[CDR_INCIDENT_NOTIFIED_AUTHORITY];
}

static cdr_status missing(const ends *e, bool is, const char *what, const char *command)
{
    char text[160];
    snprintf(text, sizeof text, "candor incident %.*s I-%lld %s", (int)strcspn(command, " "), command, (long long)e->i->id, command + strcspn(command, " ") + 1);
    return is ? e->fn(e->arg, "decision", what, text) : CDR_OK;
}

static cdr_status decisions(ends *e, cdr_err *err)
{
    bool breach = e->i->state == CDR_INCIDENT_BREACH, lane = false;
    cdr_status s = cdr_incident_decisions(e->in, e->i->id, on_decision, e, err);
    if (s == CDR_OK)
        s = cdr_lane_is_open(e->in, e->i->id, &lane, err);
    if (s == CDR_OK && lane) {
        char command[80];
        snprintf(command, sizeof command, "candor incident report --incident I-%lld", (long long)e->i->id);
        s = e->fn(e->arg, LANE_END, "the questions about what happened; begun by mistake, it is closed with the reason", command);
    }
    /* What nobody answered yet is judged when all is. */
    if (s == CDR_OK)
        s = missing(e, !breach && e->i->state != CDR_INCIDENT_NO_BREACH && !(lane && e->i->state == CDR_INCIDENT_SUSPECTED), "whether it is a breach", "assess breach|no-breach --reason WORDS");
    if (s == CDR_OK)
        s = missing(e, breach && !e->authority, "whether the authority is told", "decide notify-authority yes|no --reason WORDS");
    if (s == CDR_OK)
        s = missing(e, breach && !e->people, "whether the people are told", "decide notify-people yes|no --reason WORDS");
    return s == CDR_OK ? missing(e, must_tell(e), "the authority is to be told; say when that was done", "set --authority-told TIME") : s;
}

/* --- steps --- */

typedef struct runs { int64_t ids[64]; size_t count; uint64_t more; } runs;

static cdr_status on_run(void *arg, const cdr_run_row *row)
{
    runs *r = arg;
    if (row->outcome == CDR_OUT_NONE && r->count < CDR_COUNT(r->ids))
        r->ids[r->count++] = row->id;
    else
        r->more += row->outcome == CDR_OUT_NONE;
    return CDR_OK;
}

/* A run that is open comes to its own review. */
static bool holds_review(const cdr_playbook *p)
{
    for (size_t i = 0; i < cdr_playbook_step_count(p); i++) {
        const cdr_step *step = cdr_playbook_step(p, (uint32_t)i);
        if (step->rule.present && step->rule.decision && !strcmp(step->rule.decision, CDR_IN_REVIEW))
            return true;
    }
    return false;
}

static const char *verb_of(cdr_activation_state s)
{
    return s == CDR_ACT_ANSWER ? "answer" : s == CDR_ACT_EVIDENCE ? "evidence" : s == CDR_ACT_APPROVAL ? "approve" : "show";
}

static cdr_status steps_of(ends *e, int64_t run_id, cdr_err *err)
{
    _cleanup_(cdr_run_freep) cdr_run *run = NULL;
    size_t count = 0, told = 0;
    char what[300 + CDR_RUN_NUMBER_MAX], label[200], number[CDR_RUN_NUMBER_MAX], command[80 + CDR_RUN_NUMBER_MAX];
    _cleanup_(cdr_run_numbers_freep) cdr_run_numbers *numbers = NULL;
    cdr_status s = cdr_runs_load(e->in->runs, run_id, NULL, &run, err);
    if (s == CDR_OK)
        s = cdr_run_numbers_new(run, &numbers, err);
    const cdr_activation *const *open = s == CDR_OK ? cdr_run_open(run, &count) : NULL;
    e->review = e->review || (s == CDR_OK && holds_review(cdr_run_playbook(run)));
    for (size_t i = 0; s == CDR_OK && i < count; i++) {
        if (open[i]->state == CDR_ACT_BRANCHES)
            continue;
        cdr_text_cut(label, sizeof label, cdr_step_label(open[i]->step));
        cdr_run_number(numbers, open[i]->id, number);
        snprintf(what, sizeof what, "R-%lld, step %s: %s (%s)", (long long)run_id, number, label, cdr_activation_state_name(open[i]->state));
        told++;
        snprintf(command, sizeof command, strcmp(verb_of(open[i]->state), "show") != 0 ? "candor run %s R-%lld %s" : "candor run %s R-%lld", verb_of(open[i]->state), (long long)run_id, number);
        s = e->fn(e->arg, "step", what, command);
    }
    if (s == CDR_OK && !told) {
        cdr_text_cut(label, sizeof label, cdr_playbook_name(cdr_run_playbook(run)));
        snprintf(what, sizeof what, "R-%lld: %s is not over", (long long)run_id, label);
        snprintf(command, sizeof command, "candor run show R-%lld", (long long)run_id);
        s = e->fn(e->arg, "step", what, command);
    }
    return s;
}

static cdr_status steps(ends *e, cdr_err *err)
{
    char subject[CDR_IN_SUBJECT];
    runs r = {.count = 0};
    cdr_in_subject(e->i->id, subject);
    cdr_status s = cdr_runs_each(e->in->runs, subject, false, on_run, &r, err);
    for (size_t i = 0; s == CDR_OK && i < r.count; i++)
        s = steps_of(e, r.ids[i], err);
    if (s == CDR_OK && r.more)
        s = e->fn(e->arg, "step", "more playbooks are open", "candor run list");
    return s;
}

/* A wrong envelope needs no meeting: small, the risk unlikely, and nobody judged it worse since. */
static bool is_slight(cdr_incidents *in, const cdr_incident *i)
{
    cdr_lane_result r;
    return !strcmp(i->severity, "low") && cdr_lane_result_of(in, i->id, &r, NULL) == CDR_OK && r.small && !strcmp(r.risk, "unlikely");
}

static cdr_status each_end(cdr_incidents *in, const cdr_incident *i, bool *ret_review, cdr_open_end_fn *fn, void *arg, cdr_err *err)
{
    ends e = {.in = in, .i = i, .fn = fn, .arg = arg};
    cdr_status s = decisions(&e, err);
    if (s == CDR_OK)
        s = cdr_incident_items(in, i->id, true, on_item, &e, err);
    if (s == CDR_OK)
        s = steps(&e, err);
    e.review = e.review || is_slight(in, i);
    *ret_review = e.review;
    if (s == CDR_OK && !e.review && i->state == CDR_INCIDENT_BREACH)
        s = fn(arg, "review", "to be held within 5 business days", "candor incident close opens it");
    return s;
}

cdr_status cdr_incident_open_ends(cdr_incidents *in, int64_t id, cdr_open_end_fn *fn, void *arg, cdr_err *err)
{
    cdr_incident i;
    bool review;
    cdr_status s = cdr_in_get(in, id, &i, NULL, err);
    return s == CDR_OK && !i.closed_us ? each_end(in, &i, &review, fn, arg, err) : s;
}

/* --- closing --- */

typedef struct first_end { char kind[16], what[250]; uint64_t count, lanes; } first_end;

static cdr_status keep_first(void *arg, const char *kind, const char *what, const char *command)
{
    (void)command;
    first_end *f = arg;
    f->lanes += !strcmp(kind, LANE_END);
    if (!f->count++) {
        snprintf(f->kind, sizeof f->kind, "%s", kind);
        cdr_text_cut(f->what, sizeof f->what, what);
    }
    return CDR_OK;
}

static cdr_status stop_clocks(cdr_incidents *in, int64_t id, cdr_err *err)
{
    char subject[CDR_IN_SUBJECT];
    cdr_in_subject(id, subject);
    cdr_status s = cdr_clock_stop_all(cdr_runs_clocks(in->runs), subject, err);
    return s == CDR_NOT_FOUND ? CDR_OK : s;
}

/* Nothing of it goes on: a run that is open ends with the same reason, so that nobody answers it any more. */
static cdr_status end_runs(cdr_incidents *in, int64_t id, const char *reason, cdr_err *err)
{
    char subject[CDR_IN_SUBJECT];
    _cleanup_free_ char *text = cdr_asprintf("I-%lld is closed: %s", (long long)id, reason);
    runs r = {.count = 0};
    cdr_in_subject(id, subject);
    if (!text)
        return cdr_fail_nomem(err, "incident");
    cdr_status s = CDR_OK;
    cdr_runs_guard(in->runs, NULL, NULL);   /* who may close was judged already */
    do {
        r = (runs){.count = 0};
        s = cdr_runs_each(in->runs, subject, false, on_run, &r, err);
        for (size_t i = 0; s == CDR_OK && i < r.count; i++)
            s = cdr_runs_say(in->runs, r.ids[i], CDR_DEED_ABORT, &(cdr_run_say){.text = text}, err);
    } while (s == CDR_OK && r.more);
    cdr_runs_guard(in->runs, cdr_in_may, in);
    return s;
}

static cdr_status close_now(cdr_incidents *in, const cdr_incident *i, const char *reason, const char *second, uint64_t open, cdr_err *err)
{
    char text[900];
    cdr_status s = cdr_in_run(in->set, IN_SET_CLOSED, CDR_V(cdr_v_int(i->id), cdr_v_int(cdr_in_now(in))), err);
    if (open && *second)
        snprintf(text, sizeof text, "Closed: %s (with open work, agreed to by %.79s)", reason, second);
    else
        snprintf(text, sizeof text, "Closed: %s%s", reason, open ? " (with open work, by one person alone: there was nobody else to agree)" : "");
    if (s == CDR_OK)
        s = cdr_in_add_event(in, i->id, &(cdr_in_event){.kind = "state", .text = text, .pinned = true}, err);
    if (s == CDR_OK)
        s = end_runs(in, i->id, reason, err);
    if (s == CDR_OK)
        s = stop_clocks(in, i->id, err);
    if (s == CDR_OK)
        s = cdr_in_enter(in, "incident.state", i->id, json_pack("{s:s, s:s, s:I, s:b}", "from", cdr_incident_state_name(i->state), "to", "closed", "open", (json_int_t)open, "second", (int)(open > 0 && *second)), err);
    return s;
}

/* The first try to close a breach opens its review. */
static cdr_status open_review(cdr_incidents *in, int64_t id, cdr_err *err)
{
    cdr_incident i;
    first_end f = {.count = 0};
    bool review = true, made = false;
    cdr_status s = cdr_db_begin(in->db, err);
    if (s != CDR_OK)
        return s;
    s = cdr_in_get_open(in, id, &i, NULL, err);
    if (s == CDR_OK)
        s = each_end(in, &i, &review, keep_first, &f, err);
    if (s == CDR_OK && !review && i.state == CDR_INCIDENT_BREACH)
        s = cdr_in_review(in, &i, &made, err);
    return cdr_in_end(in, s, err);
}

/* With open work: a second person, or, where ${second} is "", nobody else who could be it. */
static cdr_status may_override(cdr_incidents *in, int64_t id, const char *second, cdr_err *err)
{
    bool alone = false;
    cdr_status s = *second ? CDR_OK : cdr_incident_alone(in, id, &alone, err);
    return s != CDR_OK || alone ? s : cdr_incident_check_second(in, id, CDR_DUTY_APPROVER, cdr_in_actor(in), second, err);
}

static cdr_status try_close(cdr_incidents *in, int64_t id, const char *reason, const char *second, cdr_err *err)
{
    cdr_incident i;
    first_end f = {.count = 0};
    bool review;
    cdr_status s = cdr_in_get_open(in, id, &i, NULL, err);
    if (s == CDR_OK)
        s = each_end(in, &i, &review, keep_first, &f, err);
    if (i.state == CDR_INCIDENT_SUSPECTED)
        f.count -= f.lanes;
    if (s == CDR_OK && f.count && !second)
        return cdr_fail(err, CDR_DENIED, "incident", "incident.open-ends", "I-%lld stays open: %llu %s open, the first a %s: %s.", (long long)id, (unsigned long long)f.count,
                        f.count == 1 ? "thing is" : "things are", f.kind, f.what);
    if (s == CDR_OK && f.count)
        s = may_override(in, id, second, err);
    return s == CDR_OK ? close_now(in, &i, reason, second ? second : "", f.count, err) : s;
}

cdr_status cdr_incident_close(cdr_incidents *in, int64_t id, const char *reason, const char *second, cdr_err *err)
{
    char clean[512];
    cdr_status s = cdr_in_clean(in, reason, "The reason", true, clean, sizeof clean, err);
    if (s == CDR_OK)
        s = cdr_incident_settle(in, id, err);
    if (s == CDR_OK)
        s = open_review(in, id, err);
    if (s == CDR_OK)
        s = cdr_db_begin(in->db, err);
    return s == CDR_OK ? cdr_in_end(in, try_close(in, id, clean, second, err), err) : s;
}
