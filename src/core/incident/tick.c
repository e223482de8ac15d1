/* SPDX-License-Identifier: Apache-2.0 */
/* What happens without anybody typing: runs go on, clocks ring, a manager who does not answer is replaced. Called every minute, by a timer or by whatever runs anyway. */
#include "core/incident/canary.h"
#include "core/incident/inside.h"

#include <stdio.h>
#include <string.h>

/* --- who is told, and what to type --- */

static cdr_status email_in_incident(cdr_incidents *in, int64_t id, cdr_duty_role role, char to[256], cdr_err *err)
{
    cdr_incident_role r;
    cdr_status s = cdr_incident_role_of(in, id, role, &r, err);
    if (s == CDR_OK)
        snprintf(to, 256, "%s", r.email);
    return s == CDR_NOT_FOUND ? CDR_OK : s;
}

typedef struct in_team { cdr_duty_role role; char *to; } in_team;

static cdr_status member_email(void *arg, const cdr_team_member *m)
{
    in_team *t = arg;
    if (m->role == t->role)
        snprintf(t->to, 256, "%s", m->email);
    return CDR_OK;
}

/* Who has the role; else the manager, who has to see to it; else nobody, and the owner is alerted. In place of a deputy who cannot be reached the owner: the deputy is called as the manager does not answer. */
static cdr_status whom(void *arg, const char *subject, cdr_duty_role role, char to[256], cdr_err *err)
{
    cdr_incidents *in = arg;
    int64_t id = 0;
    const cdr_duty_role tried[2] = {role == CDR_DUTY_ANYBODY ? CDR_DUTY_MANAGER : role, role == CDR_DUTY_DEPUTY ? CDR_DUTY_OWNER : CDR_DUTY_MANAGER};
    cdr_status s = CDR_OK;
    bool incident = subject[0] == 'I' && cdr_incident_parse_id(subject, &id);
    for (size_t i = 0; s == CDR_OK && !to[0] && i < (role == CDR_DUTY_OWNER ? 1 : 2); i++) {
        if (incident)
            s = email_in_incident(in, id, tried[i], to, err);
        if (s == CDR_OK && !to[0] && (!incident || tried[i] == CDR_DUTY_OWNER))
            s = cdr_team_each(in, member_email, &(in_team){tried[i], to}, err);
    }
    return s;
}

/* --- who cannot be told --- */

typedef struct reaching { cdr_incidents *in; cdr_unreachable *ret; int64_t id; const char *me; } reaching;

static cdr_status see_address(void *arg, const cdr_incident_role *r)
{
    reaching *w = arg;
    if ((r->role != CDR_DUTY_MANAGER && r->role != CDR_DUTY_DEPUTY) || *r->email || cdr_same_person(r->who, w->me))
        return CDR_OK;
    if (!w->ret->count++) {
        w->ret->incident = w->id;
        w->ret->role = r->role;
    }
    return CDR_OK;
}

static cdr_status see_unanswered(void *arg, const cdr_incident *i)
{
    reaching *w = arg;
    w->id = i->id;
    return i->drill || i->accepted_us ? CDR_OK : cdr_incident_roles(w->in, i->id, false, see_address, w, NULL);
}

cdr_status cdr_incident_unreachable(cdr_incidents *in, cdr_unreachable *ret, cdr_err *err)
{
    reaching w = {.in = in, .ret = ret, .me = cdr_in_actor(in)};
    *ret = (cdr_unreachable){0};
    return cdr_incident_each(in, false, see_unanswered, &w, err);
}

static bool begins(const char *text, const char *with)
{
    return !strncmp(text, with, strlen(with));
}

static cdr_status take_over_command(cdr_incidents *in, const char *subject, cdr_duty_role role, char ret[120], cdr_err *err)
{
    cdr_incident i = {0};
    int64_t id = 0;
    cdr_status s = cdr_incident_parse_id(subject, &id) ? cdr_incident_get(in, id, &i, err) : CDR_OK;
    snprintf(ret, 120, "candor incident %s %s", role == CDR_DUTY_MANAGER || i.takeover_self ? "accept" : "takeover", subject);
    return s;
}

static cdr_status command(void *arg, const cdr_clock *clock, cdr_duty_role role, char ret[120], cdr_err *err)
{
    if (!strcmp(clock->ref, "take-over"))
        return take_over_command(arg, clock->subject, role, ret, err);
    if (begins(clock->ref, "R-"))
        snprintf(ret, 120, "candor run show %.*s", (int)strcspn(clock->ref, "/"), clock->ref);
    else if (!strcmp(clock->ref, "update"))
        snprintf(ret, 120, "candor incident update %s", clock->subject);
    else if (begins(clock->ref, "promise/"))
        snprintf(ret, 120, "candor incident promises");
    else
        snprintf(ret, 120, "candor %s show %s", clock->subject[0] == 'I' ? "incident" : "run", clock->subject);
    return CDR_OK;
}

void cdr_incident_reminders(cdr_incidents *in, cdr_sender *sender, cdr_clock_tick *ret)
{
    *ret = (cdr_clock_tick){.sender = sender, .whom = whom, .command = command, .arg = in};
}

/* --- incidents that are open --- */

typedef struct open_incident { int64_t id; bool drill, asked /* the manager has not answered, and the deputy is to take over by herself */, run_wanted; } open_incident;
typedef struct open_incidents { open_incident *at; size_t count, cap; } open_incidents;

static cdr_status keep_open(void *arg, const cdr_incident *i)
{
    open_incidents *o = arg;
    if (o->count == o->cap) {
        size_t cap = o->cap ? 2 * o->cap : 16;
        open_incident *more = cdr_realloc_array(o->at, cap, sizeof *more);
        if (!more)
            return CDR_E_NOMEM;
        o->at = more;
        o->cap = cap;
    }
    o->at[o->count++] = (open_incident){i->id, i->drill, i->takeover_self && !i->accepted_us, i->run_wanted};
    return CDR_OK;
}

static cdr_status read_open(cdr_incidents *in, open_incidents *ret, cdr_err *err)
{
    *ret = (open_incidents){0};
    cdr_status s = cdr_incident_each(in, false, keep_open, ret, err);
    return s == CDR_E_NOMEM ? cdr_fail_nomem(err, "incident") : s;
}

/* --- take-overs --- */

typedef struct overdue { bool yes; int64_t now; } overdue;

static cdr_status is_overdue(void *arg, const cdr_clock *c)
{
    overdue *o = arg;
    if (!strcmp(c->ref, "take-over"))
        o->yes = c->due_us <= o->now;
    return CDR_OK;
}

static cdr_status replace_manager(cdr_incidents *in, int64_t id, bool *ret_done, cdr_err *err)
{
    cdr_incident i;
    cdr_incident_role manager = {0}, deputy;
    char subject[CDR_IN_SUBJECT];
    overdue o = {.now = cdr_in_now(in)};
    cdr_status s = cdr_in_get_open(in, id, &i, NULL, err);
    cdr_in_subject(id, subject);
    if (s == CDR_OK && !i.accepted_us)
        s = cdr_clock_each(cdr_runs_clocks(in->runs), subject, false, is_overdue, &o, err);
    if (s != CDR_OK || !o.yes)
        return s;
    s = cdr_incident_role_of(in, id, CDR_DUTY_MANAGER, &manager, err);
    if (s == CDR_OK || s == CDR_NOT_FOUND)
        s = cdr_incident_role_of(in, id, CDR_DUTY_DEPUTY, &deputy, err);
    if (s != CDR_OK || cdr_same_person(manager.who, deputy.who))      /* nobody is left to take it */
        return s == CDR_NOT_FOUND ? CDR_OK : s;
    s = cdr_in_put_role(in, id, CDR_DUTY_MANAGER, deputy.who, deputy.email, "the manager did not answer in time", err);
    if (s == CDR_OK)
        s = cdr_in_ask_manager(in, &i, deputy.who, err);
    if (s == CDR_OK)
        s = cdr_in_enter(in, "incident.take-over", id, json_pack("{s:b}", "by_itself", true), err);
    *ret_done = s == CDR_OK;
    return s;
}

static cdr_status take_over(cdr_incidents *in, int64_t id, unsigned *count, cdr_err *err)
{
    bool done = false;
    cdr_status s = cdr_db_begin(in->db, err);
    if (s == CDR_OK)
        s = cdr_in_end(in, replace_manager(in, id, &done, err), err);
    *count += s == CDR_OK && done;
    return s;
}

/* --- the tick --- */

/* One that fails keeps nothing else waiting; the first failure is told. False: nothing more can be done. */
static bool went_on(cdr_status s, const cdr_err *why, cdr_status *worst, cdr_err *err)
{
    if (s != CDR_OK && *worst == CDR_OK) {
        *worst = s;
        if (err)
            *err = *why;
    }
    return s != CDR_E_NOMEM && s != CDR_E_CANCELLED;
}

/* Clocks of everything real, then those of each drill that stands among the incidents; a drill sends nothing. */
static bool ring(cdr_incidents *in, const open_incident *drill, cdr_incident_tick *tick, cdr_status *worst, cdr_err *err)
{
    cdr_err why = {0};
    char subject[CDR_IN_SUBJECT];
    cdr_clock_tick c;
    cdr_incident_reminders(in, drill ? NULL : tick->sender, &c);
    if (drill) {
        cdr_in_subject(drill->id, subject);
        c.subject = subject;
    }
    cdr_status s = cdr_clock_run_tick(cdr_runs_clocks(in->runs), &c, &why);
    tick->warned += c.warned;
    tick->due += c.due;
    tick->escalated += c.escalated;
    tick->sent += c.sent;
    tick->failed += c.failed;
    return went_on(s, &why, worst, err);
}

static bool go_on_with_runs(cdr_incidents *in, const open_incidents *open, cdr_incident_tick *tick, cdr_status *worst, cdr_err *err)
{
    cdr_err why = {0};
    bool go = went_on(cdr_canary_incidents(in, &tick->opened, &why), &why, worst, err);
    for (size_t i = 0; go && i < open->count; i++)
        go = went_on(cdr_incident_settle(in, open->at[i].id, &why), &why, worst, err);
    return go && went_on(cdr_runs_tick(in->runs, &tick->runs, &why), &why, worst, err);
}

cdr_status cdr_incident_run_tick(cdr_incidents *in, cdr_incident_tick *tick, cdr_err *err)
{
    open_incidents open;
    cdr_err why = {0};
    *tick = (cdr_incident_tick){.sender = tick->sender};
    cdr_status worst = read_open(in, &open, err);
    bool go = worst == CDR_OK && go_on_with_runs(in, &open, tick, &worst, err) && ring(in, NULL, tick, &worst, err);
    for (size_t i = 0; go && i < open.count; i++) {
        if (open.at[i].drill)
            go = ring(in, &open.at[i], tick, &worst, err);
        if (go && open.at[i].asked)
            go = went_on(take_over(in, open.at[i].id, &tick->taken_over, &why), &why, &worst, err);
    }
    cdr_free(open.at);
    return worst;
}

/* --- is there anything to do? --- */

static cdr_status drill_waits(void *arg, const cdr_clock *c)
{
    overdue *o = arg;
    o->yes = o->yes || c->next_us <= o->now || (!strcmp(c->ref, "take-over") && c->due_us <= o->now);
    return CDR_OK;
}

/* What the index of clocks does not tell: drills, take-overs, playbooks that a crash kept from starting. */
static cdr_status incident_waits(cdr_incidents *in, const open_incident *i, overdue *o, cdr_err *err)
{
    char subject[CDR_IN_SUBJECT];
    cdr_in_subject(i->id, subject);
    o->yes = o->yes || i->run_wanted;
    return o->yes || (!i->drill && !i->asked) ? CDR_OK : cdr_clock_each(cdr_runs_clocks(in->runs), subject, false, i->drill ? drill_waits : is_overdue, o, err);
}

cdr_status cdr_incident_tick_waits(cdr_incidents *in, int64_t *ret_since_us, cdr_err *err)
{
    open_incidents open = {0};
    overdue o = {.now = cdr_in_now(in)};
    cdr_status s = cdr_clock_waits(cdr_runs_clocks(in->runs), ret_since_us, err);
    if (s == CDR_OK && *ret_since_us == INT64_MAX)
        s = cdr_runs_waits(in->runs, &o.yes, err);
    if (s == CDR_OK && *ret_since_us == INT64_MAX && !o.yes)
        s = cdr_canary_waiting(in->ws, &o.yes, err);
    if (s == CDR_OK && *ret_since_us == INT64_MAX && !o.yes)
        s = cdr_in_unsettled(in, &o.yes, err);
    if (s == CDR_OK && *ret_since_us == INT64_MAX && !o.yes)
        s = read_open(in, &open, err);
    for (size_t i = 0; s == CDR_OK && i < open.count; i++)
        s = incident_waits(in, &open.at[i], &o, err);
    if (s == CDR_OK && o.yes)
        *ret_since_us = CDR_MIN(*ret_since_us, o.now);
    cdr_free(open.at);
    return s;
}
