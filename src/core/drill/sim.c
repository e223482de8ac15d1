/* SPDX-License-Identifier: Apache-2.0 */
/* The simulated clock jumps from moment to moment: an inject, a scripted answer, a clock of the playbook, a delay that is over. */
#include "core/drill/sim.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

#define MINUTE INT64_C(60000000)
#define ROUNDS_MAX 200000u

cdr_status cdr_sim_tell(cdr_sim *sim, const char *kind, cdr_err *err, const char *fmt, ...)
{
    _cleanup_buf_ cdr_buf text = CDR_BUF(4000);
    va_list ap;
    va_start(ap, fmt);
    cdr_status s = cdr_buf_vaddf(&text, fmt, ap);
    va_end(ap);
    if (s != CDR_OK || json_array_append_new(sim->timeline, json_pack("{s:o, s:s, s:s}", "at", cdr_json_time(sim->now_us), "kind", kind, "text", text.data)))
        return cdr_fail_nomem(err, "drill");
    if (sim->o->tell)
        sim->o->tell(sim->o->arg, sim->now_us, kind, text.data);
    return CDR_OK;
}

/* --- opening --- */

static int64_t sim_now(void *clock)
{
    const cdr_sim *sim = clock;
    return sim->now_us;
}

void cdr_sim_start_clock(cdr_sim *sim)
{
    sim->now_us = sim->began_us = sim->s->begins_us;
    sim->ends_us = sim->began_us + sim->s->lasts_us;
    sim->ctx.now_us = sim_now;
    sim->ctx.clock = sim;
}

/* Whose absence it is was said by role: it is whoever has the role when the drill begins. */
static cdr_status name_absent(cdr_sim *sim, cdr_err *err)
{
    size_t n = sim->s->absences.len;
    sim->away = cdr_alloc_array(n + 1, sizeof *sim->away);
    cdr_status s = sim->away ? CDR_OK : cdr_fail_nomem(err, "drill");
    for (size_t i = 0; s == CDR_OK && i < n; i++)
        s = cdr_sim_holder(sim, sim->s->absences.at[i].role, sim->away[i], err);
    return s;
}

cdr_status cdr_sim_open(cdr_sim *sim, const char *playbook, const char *kind, cdr_err *err)
{
    char title[200];
    const cdr_scenario *s = sim->s;
    sim->take_over_us = CDR_SIM_NEVER;
    sim->timeline = json_array();
    sim->told = cdr_alloc_array(s->injects.len + 1, sizeof *sim->told);
    if (!sim->timeline || !sim->told)
        return cdr_fail_nomem(err, "drill");
    cdr_workspace_set_actor(sim->ws, "cli:drill");
    memcpy(title, "DRILL: ", sizeof "DRILL: ");
    cdr_text_cut(title + strlen(title), 150, s->title);
    cdr_incident_open_request r = {.kind = cdr_incident_kind_of(kind ? kind : playbook) ? (kind ? kind : playbook) : "other", .title = title, .found_by = s->found_by, .drill = true, .playbook = playbook,
                                   .variables = s->variables, .discovered_us = sim->now_us, .began_us = s->began_before_us ? sim->now_us - s->began_before_us : 0};
    int64_t run = 0;
    cdr_status st = cdr_incident_open(sim->in, &r, &sim->incident, &run, err);
    if (st == CDR_OK && !run)
        return cdr_fail(err, CDR_E_INVAL, "drill", "drill.start", "The playbook %.80s could not be started: %.440s", playbook, cdr_incident_not_started(sim->in));
    snprintf(sim->subject, sizeof sim->subject, "I-%lld", (long long)sim->incident);
    if (st == CDR_OK)
        st = name_absent(sim, err);
    if (st == CDR_OK)
        st = cdr_sim_tell(sim, "state", err, "The drill begins: %s", s->title);
    return st == CDR_OK && s->about ? cdr_sim_tell(sim, "inject", err, "%s", s->about) : st;
}

void cdr_sim_done(cdr_sim *sim)
{
    cdr_waitings_done(&sim->waiting);
    cdr_calls_done(&sim->calls);
    cdr_free(sim->away);
    cdr_free(sim->told);
    json_decref(sim->timeline);
}

/* --- what happens by itself --- */

cdr_status cdr_sim_set_times(cdr_sim *sim, unsigned bits, cdr_err *err)
{
    cdr_status s = CDR_OK;
    for (unsigned t = 0; s == CDR_OK && t < CDR_INCIDENT_TIME__MAX; t++)
        if (bits & 1u << t)
            s = cdr_incident_set_time(sim->in, sim->incident, (cdr_incident_time)t, sim->now_us, err);
    return s;
}

static cdr_status fire(cdr_sim *sim, cdr_err *err)
{
    cdr_status s = CDR_OK;
    for (size_t i = 0; s == CDR_OK && i < sim->s->injects.len; i++) {
        const cdr_inject *x = &sim->s->injects.at[i];
        if (sim->told[i].fired || sim->began_us + x->at_us > sim->now_us)
            continue;
        sim->told[i] = (cdr_told){.fired = true, .at_us = sim->now_us};
        s = cdr_sim_tell(sim, "inject", err, "%s", x->text);
        if (s == CDR_OK)
            s = cdr_sim_set_times(sim, x->set, err);
        if (s == CDR_OK && x->people_min >= 0)
            s = cdr_incident_set_people(sim->in, sim->incident, x->people_min, x->people_max, "told in the drill", err);
    }
    return s;
}

static cdr_status on_clock(void *arg, const cdr_clock_event *e)
{
    cdr_sim *sim = arg;
    const char *label = cdr_duty_role_label(e->to);
    if (e->kind == CDR_CLOCK_WARN) {
        sim->warned++;
        return cdr_sim_tell(sim, "clock", NULL, "Reminder (%s): %s", label, e->clock->label);
    }
    if (e->kind == CDR_CLOCK_DUE)
        return cdr_sim_tell(sim, "clock", NULL, "The time is over: %s", e->clock->label);
    if (e->kind != CDR_CLOCK_ESCALATE)
        return CDR_OK;
    cdr_call *c = cdr_calls_push(&sim->calls);
    if (!c)
        return CDR_E_NOMEM;
    *c = (cdr_call){.to = e->to, .at_us = sim->now_us};
    snprintf(c->ref, sizeof c->ref, "%s", e->clock->ref);
    sim->escalated++;
    return cdr_sim_tell(sim, "clock", NULL, "Called because it was not done in time (%s): %s", label, e->clock->label);
}

/* Messages have nobody to go to, and no way out: there is no sender. */
static cdr_status nobody(void *arg, const char *subject, cdr_duty_role role, char to_email[256], cdr_err *err)
{
    (void)arg, (void)subject, (void)role, (void)err;
    to_email[0] = '\0';
    return CDR_OK;
}

/* Delays and timeouts that are over. The tick of real runs leaves drills alone, so that nobody's timer runs one. */
static cdr_status wake(cdr_sim *sim, cdr_err *err)
{
    cdr_run_ids ids = {0};
    cdr_status s = cdr_sim_runs(sim, &ids, err);
    for (size_t i = 0; s == CDR_OK && i < ids.len; i++) {
        _cleanup_(cdr_run_freep) cdr_run *run = NULL;
        s = cdr_runs_load(sim->runs, ids.at[i].id, NULL, &run, err);
        if (s == CDR_OK && !cdr_run_over(run, NULL) && cdr_run_wake(run) <= sim->now_us)
            s = cdr_runs_proceed(sim->runs, ids.at[i].id, run, err);
    }
    cdr_run_ids_done(&ids);
    return s;
}

static cdr_status tick(cdr_sim *sim, cdr_err *err)
{
    cdr_clock_tick t = {.sender = NULL, .whom = nobody, .arg = sim, .event = on_clock, .subject = sim->subject};
    cdr_status s = wake(sim, err);
    if (s == CDR_OK)
        s = cdr_incident_settle(sim->in, sim->incident, err);
    return s == CDR_OK ? cdr_clock_run_tick(sim->clocks, &t, err) : s;
}

/* --- the manager, or whoever takes over --- */

static cdr_status act_as(cdr_sim *sim, const char *who, cdr_status (*deed)(cdr_incidents *, int64_t, cdr_err *), cdr_err *err)
{
    char actor[CDR_INCIDENT_WHO_MAX + 8];
    snprintf(actor, sizeof actor, "cli:%s", who);
    cdr_workspace_set_actor(sim->ws, actor);
    cdr_status s = deed(sim->in, sim->incident, err);
    cdr_workspace_set_actor(sim->ws, "cli:drill");
    return s;
}

/* When the manager says that she has it, and when the deputy stops waiting for it. */
static cdr_status manage(cdr_sim *sim, int64_t *ret_next, cdr_err *err)
{
    char who[CDR_INCIDENT_WHO_MAX], deputy[CDR_INCIDENT_WHO_MAX];
    *ret_next = CDR_SIM_NEVER;
    if (sim->accepted)
        return CDR_OK;
    cdr_status s = cdr_sim_holder(sim, CDR_DUTY_MANAGER, who, err);
    if (s != CDR_OK)
        return s;
    int64_t accepts = sim->s->accepts_us < 0 ? CDR_SIM_NEVER : sim->began_us + sim->s->accepts_us, back = accepts == CDR_SIM_NEVER ? 0 : cdr_sim_back(sim, who, accepts);
    int64_t over = sim->began_us + CDR_INCIDENT_TAKE_OVER_US + MINUTE;
    accepts = back ? back : accepts;
    if (accepts <= sim->now_us && accepts < over) {
        sim->accepted = true;
        s = act_as(sim, who, cdr_incident_accept, err);
        return s == CDR_OK ? cdr_sim_tell(sim, "role", err, "The incident manager says that she has it") : s;
    }
    static const cdr_duty_role others[] = {CDR_DUTY_DEPUTY, CDR_DUTY_OWNER};
    for (size_t i = 0; i < CDR_COUNT(others) && sim->now_us >= over; i++) {
        s = cdr_sim_holder(sim, others[i], deputy, err);
        if (s != CDR_OK)
            return s;
        if (!*deputy || !strcmp(deputy, who) || cdr_sim_back(sim, deputy, sim->now_us))
            continue;
        sim->accepted = true;
        sim->taken_over++;
        sim->take_over_us = sim->now_us;
        s = act_as(sim, deputy, cdr_incident_take_over, err);
        return s == CDR_OK ? cdr_sim_tell(sim, "role", err, "The incident manager did not answer; who takes over is the %s", cdr_duty_role_label(others[i])) : s;
    }
    *ret_next = accepts < over ? accepts : sim->now_us < over ? over : sim->now_us + 15 * MINUTE;
    return CDR_OK;
}

/* --- the loop --- */

static cdr_status next_clock(void *arg, const cdr_clock *c)
{
    int64_t *next = arg;
    *next = CDR_MIN(*next, c->next_us);
    return CDR_OK;
}

static cdr_status next_moment(cdr_sim *sim, int64_t *next, bool *ret_over, cdr_err *err)
{
    cdr_run_ids ids = {0};
    *ret_over = true;
    for (size_t i = 0; i < sim->s->injects.len; i++)
        if (!sim->told[i].fired) {
            *ret_over = false;
            *next = CDR_MIN(*next, sim->began_us + sim->s->injects.at[i].at_us);
        }
    cdr_status s = cdr_clock_each(sim->clocks, sim->subject, false, next_clock, next, err);
    if (s == CDR_OK)
        s = cdr_sim_runs(sim, &ids, err);
    for (size_t i = 0; s == CDR_OK && i < ids.len; i++) {
        _cleanup_(cdr_run_freep) cdr_run *run = NULL;
        s = cdr_runs_load(sim->runs, ids.at[i].id, NULL, &run, err);
        if (s == CDR_OK && !cdr_run_over(run, NULL)) {
            *ret_over = false;
            *next = CDR_MIN(*next, cdr_run_wake(run));
        }
    }
    cdr_run_ids_done(&ids);
    return s;
}

/* Everything that is due by now. */
static cdr_status moment(cdr_sim *sim, int64_t *ret_next, cdr_err *err)
{
    int64_t people = CDR_SIM_NEVER, manager = CDR_SIM_NEVER;
    cdr_status s = fire(sim, err);
    if (s == CDR_OK)
        s = tick(sim, err);
    if (s == CDR_OK)
        s = manage(sim, &manager, err);
    if (s == CDR_OK)
        s = cdr_sim_people(sim, &people, err);
    if (s == CDR_OK)
        s = cdr_incident_settle(sim->in, sim->incident, err);
    *ret_next = CDR_MIN(people, manager);
    return s;
}

cdr_status cdr_sim_run(cdr_sim *sim, cdr_err *err)
{
    bool over = false;
    for (unsigned round = 0; !over && !sim->stopped; round++) {
        int64_t next;
        if (round > ROUNDS_MAX)
            return cdr_fail(err, CDR_E_LIMIT, "drill", "drill.rounds", "The drill has more than %u moments: give the scenario a shorter time, or the playbook fewer loops.", ROUNDS_MAX);
        if (cdr_cancelled(&sim->ctx))
            return cdr_fail(err, CDR_E_CANCELLED, "drill", "drill.stopped", "The drill was stopped.");
        cdr_status s = moment(sim, &next, err);
        if (s == CDR_OK)
            s = next_moment(sim, &next, &over, err);
        if (s != CDR_OK)
            return s;
        if (over || sim->stopped || sim->now_us >= sim->ends_us)
            break;
        sim->now_us = CDR_MIN(CDR_MAX(next, sim->now_us + 1000000), sim->ends_us);
    }
    return cdr_sim_tell(sim, "state", err, over ? "Everything is done" : sim->stopped ? "The drill was ended by hand" : "The time of the drill is over");
}
