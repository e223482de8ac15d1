/* SPDX-License-Identifier: Apache-2.0 */
/* An incident as one tree: the answer first, then clocks, waiting steps, decisions, what is open, who does what. */
#include "cli/incident.h"
#include "core/incident/lane.h"

#include "base/text.h"
#include "core/cacao/run_number.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct viewing {
    cdr_cli *cli;
    cdr_incident_room *r;
    json_t *roles, *clocks, *steps, *decisions, *ends, *items, *parties, *evidence, *runs;
    int64_t now, next_due;
    char next_label[320];
    unsigned late, waiting;
    int64_t run_id;
} viewing;

static cdr_status push(viewing *v, json_t *list, json_t *item)
{
    return json_array_append_new(list, item) ? cdr_fail_nomem(&v->cli->err, "cli") : CDR_OK;
}

static json_t *text_or_null(const char *s)
{
    return s && *s ? json_string(s) : json_null();
}

static cdr_status on_role(void *arg, const cdr_incident_role *r)
{
    viewing *v = arg;
    return push(v, v->roles, json_pack("{s:s, s:s, s:s, s:s, s:o, s:s}", "role", cdr_duty_role_key(r->role), "label", cdr_duty_role_label(r->role), "who", r->who, "email", r->email, "since",
                                       cdr_json_time(r->since_us), "by", r->by));
}

/* What an item's clock is about stands with the item; the clock's own label names nobody. */
typedef struct item_of { const char *ref; char what[200]; } item_of;

static cdr_status find_item(void *arg, const cdr_item *t)
{
    item_of *o = arg;
    char ref[64];
    snprintf(ref, sizeof ref, "%s/%lld", t->kind == CDR_ITEM_PROMISE ? "promise" : cdr_item_kind_name(t->kind), (long long)t->id);
    if (!strcmp(ref, o->ref))
        cdr_text_cut(o->what, sizeof o->what, t->what);
    return CDR_OK;
}

static const char *clock_state(cdr_clock_state s)
{
    static const char *const names[] = {"", "running", "reminded", "overdue", "kept", "late", "dropped"};
    return (unsigned)s < CDR_COUNT(names) ? names[s] : "";
}

static cdr_status on_clock(void *arg, const cdr_clock *c)
{
    viewing *v = arg;
    item_of o = {.ref = c->ref};
    char label[320], left[CDR_LEFT_TEXT], due[CDR_WHEN_TEXT];
    bool late = !c->ended_us && c->due_us < v->now;
    cdr_status s = cdr_incident_items(v->r->in, v->r->i.id, true, find_item, &o, &v->cli->err);
    if (s != CDR_OK)
        return s;
    bool more = *o.what && strncmp(c->label, o.what, strlen(c->label)) != 0;   /* not its own words already */
    snprintf(label, sizeof label, "%.100s%s%.130s", c->label, more ? ": " : "", more ? o.what : "");
    cdr_text_whole(label);
    cdr_incident_left(c->due_us, v->now, left);
    cdr_incident_time_text(c->due_us, due);
    v->late += late;
    if (!v->next_due || c->due_us < v->next_due) {
        v->next_due = c->due_us;
        snprintf(v->next_label, sizeof v->next_label, "%s", label);
    }
    return push(v, v->clocks, json_pack("{s:s, s:s, s:o, s:s, s:s, s:I, s:b, s:s, s:s, s:o}", "ref", c->ref, "label", label, "due", cdr_json_time(c->due_us), "due_text", due, "left", left, "left_seconds",
                                        (json_int_t)((c->due_us - v->now) / 1000000), "late", (int)late, "state", clock_state(c->state), "role", cdr_duty_role_label(c->role), "called",
                                        c->escalated_to ? json_string(cdr_duty_role_label(c->escalated_to)) : json_null()));
}

static cdr_status on_decision(void *arg, const cdr_decision *d)
{
    viewing *v = arg;
    char at[CDR_WHEN_TEXT], command[120] = "";
    bool waits = cdr_decision_waits(d) && !d->replaced;
    cdr_incident_time_text(d->at_us, at);
    if (waits && d->rejected)
        snprintf(command, sizeof command, "candor incident decide I-%lld %s OUTCOME", (long long)v->r->i.id, d->name);
    else if (waits)
        snprintf(command, sizeof command, "candor incident approve I-%lld %lld", (long long)v->r->i.id, (long long)d->id);
    v->waiting += waits;
    return push(v, v->decisions, json_pack("{s:I, s:s, s:s, s:s, s:s, s:o, s:s, s:o, s:o, s:o, s:b, s:b, s:b, s:b, s:b, s:o, s:o}", "decision", (json_int_t)d->id, "name", d->name, "outcome", d->outcome, "reason",
                                           d->reason, "by", d->by, "at", cdr_json_time(d->at_us), "at_text", at, "approved_by", text_or_null(d->approved_by), "approved_at", cdr_json_time(d->approved_us), "said",
                                           text_or_null(d->said), "needs_second", (int)d->needs_second, "waits", (int)waits, "rejected", (int)d->rejected, "alone", (int)d->alone, "replaced", (int)d->replaced, "ref",
                                           text_or_null(d->ref), "command", text_or_null(command)));
}

static cdr_status on_end(void *arg, const char *kind, const char *what, const char *command)
{
    viewing *v = arg;
    return push(v, v->ends, json_pack("{s:s, s:s, s:s}", "kind", kind, "what", what, "command", command));
}

static cdr_status on_item(void *arg, const cdr_item *t)
{
    viewing *v = arg;
    static const char *const states[] = {"", "open", "done", "dropped"};
    char due[CDR_WHEN_TEXT];
    int64_t due_us = 0;
    cdr_status s = cdr_incident_item_due(v->r->in, t, &due_us, &v->cli->err);
    if (s != CDR_OK)
        return s;
    cdr_incident_time_text(due_us, due);
    return push(v, v->items, json_pack("{s:I, s:s, s:s, s:s, s:s, s:o, s:s, s:o}", "item", (json_int_t)t->id, "kind", cdr_item_kind_name(t->kind), "state", states[t->state], "what", t->what, "who", t->who, "to",
                                       text_or_null(t->to_whom), "due_text", due, "due", cdr_json_time(due_us)));
}

static cdr_status on_party(void *arg, const cdr_incident_party *p)
{
    viewing *v = arg;
    return push(v, v->parties, json_pack("{s:I, s:s, s:s, s:s, s:b}", "party", (json_int_t)p->id, "kind", p->kind, "name", p->name, "contact", p->contact, "privileged", (int)p->privileged));
}

static cdr_status on_evidence(void *arg, const cdr_evidence *e)
{
    viewing *v = arg;
    return push(v, v->evidence, json_pack("{s:I, s:s, s:I, s:s, s:b}", "evidence", (json_int_t)e->id, "name", e->name, "size", (json_int_t)e->size, "custodian", e->custodian, "copied", (int)e->copied));
}

/* --- steps that wait for people --- */

static cdr_status on_run(void *arg, const cdr_run_row *row)
{
    viewing *v = arg;
    return push(v, v->runs, json_pack("{s:I, s:s, s:b, s:s}", "id", (json_int_t)row->id, "playbook", row->playbook, "open", (int)(row->outcome == CDR_OUT_NONE), "outcome", cdr_run_outcome_name(row->outcome)));
}

/* The verb with which a person answers a step in this state; NULL: it waits for nobody. */
static const char *verb_of(cdr_activation_state s)
{
    switch (s) {
    case CDR_ACT_ANSWER: return "answer";
    case CDR_ACT_EVIDENCE: return "evidence";
    case CDR_ACT_APPROVAL: return "approve";
    case CDR_ACT_DOUBT: case CDR_ACT_FAILED: return "show";
    case CDR_ACT_DELAYED: case CDR_ACT_READY: case CDR_ACT_RUNNING: case CDR_ACT_BRANCHES: case CDR_ACT_CLOSED: return NULL;
    }
    return NULL;
}

static cdr_status on_step(viewing *v, cdr_run *run, const cdr_run_numbers *numbers, const cdr_activation *a)
{
    const char *verb = verb_of(a->state);
    char command[160 + CDR_RUN_NUMBER_MAX], due[CDR_WHEN_TEXT] = "";
    char number[CDR_RUN_NUMBER_MAX];
    int64_t due_us = 0;
    if (!verb)
        return CDR_OK;
    cdr_run_number(numbers, a->id, number);
    if (!strcmp(verb, "show"))
        snprintf(command, sizeof command, "candor run show R-%lld", (long long)v->run_id);
    else
        snprintf(command, sizeof command, "candor run %s R-%lld %s", verb, (long long)v->run_id, number);
    if (cdr_run_due(run, a, &due_us))
        cdr_incident_time_text(due_us, due);
    cdr_duty_role role = a->state == CDR_ACT_APPROVAL ? a->step->rule.approver : a->step->rule.role;
    return push(v, v->steps, json_pack("{s:I, s:s, s:I, s:s, s:s, s:s, s:o, s:s, s:s}", "run", (json_int_t)v->run_id, "step", number, "ref", (json_int_t)a->id, "name", cdr_step_label(a->step), "state", cdr_activation_state_name(a->state),
                                       "role", cdr_duty_role_label(role), "due", cdr_json_time(due_us), "due_text", due, "command", command));
}

static cdr_status steps_of(viewing *v, int64_t run_id)
{
    _cleanup_(cdr_run_freep) cdr_run *run = NULL;
    size_t count = 0;
    cdr_status s = cdr_runs_load(cdr_incidents_runs(v->r->in), run_id, NULL, &run, &v->cli->err);
    _cleanup_(cdr_run_numbers_freep) cdr_run_numbers *numbers = NULL;
    v->run_id = run_id;
    if (s == CDR_OK)
        s = cdr_run_numbers_new(run, &numbers, &v->cli->err);
    const cdr_activation *const *open = s == CDR_OK ? cdr_run_open(run, &count) : NULL;
    for (size_t i = 0; s == CDR_OK && i < count; i++)
        s = on_step(v, run, numbers, open[i]);
    return s;
}

static cdr_status view_runs(viewing *v, const char *subject)
{
    size_t i;
    json_t *run;
    cdr_status s = cdr_runs_each(cdr_incidents_runs(v->r->in), subject, true, on_run, v, &v->cli->err);
    json_array_foreach(v->runs, i, run)
        if (s == CDR_OK && json_is_true(json_object_get(run, "open")))
            s = steps_of(v, (int64_t)json_integer_value(json_object_get(run, "id")));
    return s;
}

/* --- the answer --- */

static void add_clock(const viewing *v, cdr_buf *out)
{
    char left[CDR_LEFT_TEXT];
    if (!v->next_due)
        return;
    cdr_incident_left(v->next_due, v->now, left);
    cdr_buf_addf(out, v->next_due < v->now ? " OVERDUE: %s, %s." : " Next is due: %s, in %s.", v->next_label, left);
}

static void answer(const viewing *v, cdr_buf *out)
{
    const cdr_incident *i = &v->r->i;
    char at[CDR_WHEN_TEXT];
    size_t open = json_array_size(v->ends);
    cdr_incident_time_text(i->closed_us, at);
    if (i->closed_us) {
        cdr_buf_addf(out, "Closed on %s: %s.", at, i->verdict == CDR_INCIDENT_BREACH ? "it was a breach" : i->verdict == CDR_INCIDENT_NO_BREACH ? "it was no breach" : "whether it was a breach was not decided");
        return;
    }
    cdr_buf_adds(out, i->state == CDR_INCIDENT_BREACH ? "It is a breach." : i->state == CDR_INCIDENT_NO_BREACH ? "It is no breach." : "Whether it is a breach is not decided yet.");
    if (!i->accepted_us)
        cdr_buf_adds(out, " The incident manager has not answered yet.");
    add_clock(v, out);
    if (open)
        cdr_buf_addf(out, " %zu %s open.", open, open == 1 ? "thing is" : "things are");
    else
        cdr_buf_adds(out, " Nothing is open: it can be closed.");
}

static json_t *times_json(const cdr_incident *i)
{
    json_t *all = json_object();
    for (unsigned t = 0; all && t < CDR_INCIDENT_TIME__MAX; t++)
        if (json_object_set_new(all, cdr_incident_time_key((cdr_incident_time)t), cdr_json_time(i->times[t]))) {
            json_decref(all);
            return NULL;
        }
    return all;
}

static json_t *known(int64_t n)
{
    return n < 0 ? json_null() : json_integer(n);
}

static json_t *make(const viewing *v)
{
    const cdr_incident *i = &v->r->i;
    const cdr_incident_kind *kind = cdr_incident_kind_of(i->kind);
    char name[32];
    _cleanup_buf_ cdr_buf text = CDR_BUF(4096);
    snprintf(name, sizeof name, "I-%lld", (long long)i->id);
    answer(v, &text);
    json_t *j = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:b, s:b}", "incident", name, "answer", text.data ? text.data : "", "title", i->title, "kind", i->kind, "kind_label", kind ? kind->label : i->kind,
                          "codename", i->codename, "state", cdr_incident_state_name(i->state), "severity", i->severity, "reason", i->reason, "drill", (int)i->drill, "accepted", (int)(i->accepted_us != 0));
    json_t *rest = json_pack("{s:o, s:s, s:s, s:o, s:o, s:{s:o, s:o}, s:s, s:O, s:O, s:O, s:O, s:O, s:O, s:O, s:O, s:O, s:I}", "opened", cdr_json_time(i->opened_us), "opened_by", i->opened_by, "found_by", i->found_by,
                             "closed", cdr_json_time(i->closed_us), "times", times_json(i), "people", "min", known(i->people_min), "max", known(i->people_max), "verdict", cdr_incident_state_name(i->verdict), "clocks",
                             v->clocks, "steps", v->steps, "decisions", v->decisions, "open", v->ends, "items", v->items, "roles", v->roles, "parties", v->parties, "evidence", v->evidence, "runs", v->runs,
                             "late_clocks", (json_int_t)v->late);
    if (!j || !rest || json_object_update(j, rest)) {
        json_decref(j);
        j = NULL;
    }
    json_decref(rest);
    return j;
}

cdr_status cdr_incident_view(cdr_cli *cli, cdr_incident_room *r, json_t **ret)
{
    viewing v = {.cli = cli, .r = r, .now = cdr_now_us(&cli->ctx)};
    json_t **lists[] = {&v.roles, &v.clocks, &v.steps, &v.decisions, &v.ends, &v.items, &v.parties, &v.evidence, &v.runs};
    char subject[32];
    cdr_status s = CDR_OK;
    snprintf(subject, sizeof subject, "I-%lld", (long long)r->i.id);
    for (size_t i = 0; i < CDR_COUNT(lists); i++)
        if (!(*lists[i] = json_array()))
            s = cdr_fail_nomem(&cli->err, "cli");
    if (s == CDR_OK)
        s = cdr_incident_roles(r->in, r->i.id, false, on_role, &v, &cli->err);
    if (s == CDR_OK)
        s = cdr_clock_each(cdr_incidents_clocks(r->in), subject, false, on_clock, &v, &cli->err);
    if (s == CDR_OK)
        s = view_runs(&v, subject);
    if (s == CDR_OK)
        s = cdr_incident_decisions(r->in, r->i.id, on_decision, &v, &cli->err);
    if (s == CDR_OK)
        s = cdr_incident_open_ends(r->in, r->i.id, on_end, &v, &cli->err);
    if (s == CDR_OK)
        s = cdr_incident_items(r->in, r->i.id, false, on_item, &v, &cli->err);
    if (s == CDR_OK)
        s = cdr_incident_parties(r->in, r->i.id, on_party, &v, &cli->err);
    if (s == CDR_OK)
        s = cdr_incident_evidence(r->in, r->i.id, on_evidence, &v, &cli->err);
    bool asked = false;
    if (s == CDR_OK && !r->i.closed_us)
        s = cdr_lane_is_open(r->in, r->i.id, &asked, &cli->err);
    if (s == CDR_OK && !(*ret = make(&v)))
        s = cdr_fail_nomem(&cli->err, "cli");
    if (s == CDR_OK) {
        char command[80] = "";
        if (asked)
            snprintf(command, sizeof command, "candor incident report --incident %s", subject);
        if (json_object_set_new(*ret, "report", json_string(command)))
            s = cdr_fail_nomem(&cli->err, "cli");
    }
    for (size_t i = 0; i < CDR_COUNT(lists); i++)
        json_decref(*lists[i]);
    return s;
}

/* --- the timeline --- */

typedef struct lining { cdr_cli *cli; json_t *list; } lining;

static cdr_status on_line(void *arg, const cdr_timeline_entry *e)
{
    lining *l = arg;
    char at[CDR_WHEN_TEXT], recorded[CDR_WHEN_TEXT];
    cdr_incident_time_text(e->event_us, at);
    cdr_incident_time_text(e->recorded_us, recorded);
    json_t *j = json_pack("{s:o, s:s, s:o, s:s, s:o, s:s, s:s, s:s, s:o, s:b, s:b, s:b}", "at", cdr_json_time(e->event_us), "at_text", at, "recorded", cdr_json_time(e->recorded_us), "recorded_text", recorded, "found",
                          cdr_json_time(e->found_us), "kind", e->kind, "text", e->text, "by", e->by, "ref", text_or_null(e->ref), "privileged", (int)e->privileged, "pinned", (int)e->pinned, "later",
                          (int)(e->recorded_us - e->event_us > 60000000));
    return json_array_append_new(l->list, j) ? cdr_fail_nomem(&l->cli->err, "cli") : CDR_OK;
}

cdr_status cdr_incident_timeline_json(cdr_cli *cli, cdr_incident_room *r, bool public, json_t **ret)
{
    lining l = {cli, json_array()};
    cdr_status s = l.list ? (public ? cdr_incident_public_timeline : cdr_incident_timeline)(r->in, r->i.id, on_line, &l, &cli->err) : cdr_fail_nomem(&cli->err, "cli");
    if (s == CDR_OK)
        *ret = l.list;
    else
        json_decref(l.list);
    return s;
}
