/* SPDX-License-Identifier: Apache-2.0 */
/* What people do in a drill: whoever is responsible answers as the scenario says; who is away does not; who is called because a clock was missed answers in her place. */
#include "core/drill/sim.h"

#include <stdio.h>

#define DEEDS_MAX 20000u

cdr_status cdr_sim_holder(cdr_sim *sim, cdr_duty_role role, char ret[CDR_INCIDENT_WHO_MAX], cdr_err *err)
{
    _cleanup_free_ cdr_incident_role *r = cdr_alloc(sizeof *r);
    ret[0] = '\0';
    if (!r)
        return cdr_fail_nomem(err, "drill");
    cdr_status s = cdr_incident_role_of(sim->in, sim->incident, role, r, err);
    if (s == CDR_OK)
        snprintf(ret, CDR_INCIDENT_WHO_MAX, "%s", r->who);
    return s == CDR_NOT_FOUND ? CDR_OK : s;
}

int64_t cdr_sim_back(const cdr_sim *sim, const char *who, int64_t at_us)
{
    int64_t back = 0;
    for (size_t i = 0; sim->away && i < sim->s->absences.len; i++) {
        const cdr_absence *a = &sim->s->absences.at[i];
        int64_t until = a->until_us == INT64_MAX ? CDR_SIM_NEVER : sim->began_us + a->until_us;
        if (!strcmp(sim->away[i], who) && at_us >= sim->began_us + a->from_us && at_us < until)
            back = CDR_MAX(back, until);
    }
    return back;
}

static cdr_status on_run(void *arg, const cdr_run_row *row)
{
    cdr_run_id *id = cdr_run_ids_push(arg);
    if (!id)
        return CDR_E_NOMEM;
    id->id = row->id;
    return CDR_OK;
}

cdr_status cdr_sim_runs(cdr_sim *sim, cdr_run_ids *ret, cdr_err *err)
{
    cdr_status s = cdr_runs_each(sim->runs, sim->subject, true, on_run, ret, err);
    return s == CDR_E_NOMEM ? cdr_fail_nomem(err, "drill") : s;
}

/* --- which answer, when, by whom --- */

/* "__name__" of an out_arg, which may be written "__name__:value". */
static void name_of(const json_t *arg, char ret[CDR_VARIABLE_NAME_MAX + 1])
{
    snprintf(ret, CDR_VARIABLE_NAME_MAX + 1, "%s", json_is_string(arg) ? json_string_value(arg) : "");
    ret[strcspn(ret, ":")] = '\0';
}

/* Does ${x} have a value for each variable that the step asks for? */
static bool knows_all(const cdr_scripted *x, const cdr_step *step)
{
    size_t i;
    json_t *one;
    json_array_foreach((json_t *)(uintptr_t)step->out_args, i, one) {
        char name[CDR_VARIABLE_NAME_MAX + 1];
        name_of(one, name);
        if (!json_object_get(x->answers, name))
            return false;
    }
    return true;
}

/* What is said of any step counts only where it answers all of it: nothing is made up. */
static const cdr_scripted *scripted(const cdr_sim *sim, const cdr_step *step)
{
    const cdr_scripted *any = NULL;
    for (size_t i = 0; i < sim->s->script.len; i++) {
        const cdr_scripted *x = &sim->s->script.at[i];
        if (!strcmp(x->step, step->id) || (step->name && !strcmp(x->step, step->name)))
            return x;
        any = !strcmp(x->step, "*") && (x->skip || x->failed || knows_all(x, step)) ? x : any;
    }
    return any;
}

/* Among whom somebody is looked for: roles by bits, and whether only those who were called. */
typedef struct among { unsigned roles; bool called_only; } among;
typedef struct plan { int64_t at_us; char who[CDR_INCIDENT_WHO_MAX]; cdr_duty_role role; bool called; among of; } plan;

static unsigned bit(cdr_duty_role role)
{
    return 1u << (role == CDR_DUTY_ANYBODY ? CDR_DUTY_MANAGER : role);
}

/* ${role}'s holder, unless she is away at ${at_us} or is ${not_by}. */
static cdr_status consider(cdr_sim *sim, cdr_duty_role role, int64_t at_us, bool called, const char *not_by, plan *best, cdr_err *err)
{
    char who[CDR_INCIDENT_WHO_MAX];
    cdr_status s = cdr_sim_holder(sim, role, who, err);
    if (s != CDR_OK || !*who || (not_by && !strcmp(who, not_by)) || !(best->of.roles & bit(role)) || (best->of.called_only && !called))
        return s;
    int64_t back = cdr_sim_back(sim, who, at_us);
    at_us = back ? back : at_us;
    if (at_us >= best->at_us)
        return CDR_OK;
    *best = (plan){.at_us = at_us, .role = role, .called = called, .of = best->of};
    snprintf(best->who, sizeof best->who, "%s", who);
    return CDR_OK;
}

static cdr_status make_plan(cdr_sim *sim, const cdr_waiting *w, cdr_duty_role role, int64_t after_us, const char *not_by, among of, plan *ret, cdr_err *err)
{
    char ref[64];
    int64_t base = w->since_us + after_us;
    *ret = (plan){.at_us = CDR_SIM_NEVER, .of = of};
    snprintf(ref, sizeof ref, "R-%lld/%u", (long long)w->run, w->activation);
    cdr_status s = consider(sim, role == CDR_DUTY_ANYBODY ? CDR_DUTY_MANAGER : role, base, false, not_by, ret, err);
    /* Anybody's step is done by whoever is there; the second of two persons is somebody else. */
    static const cdr_duty_role others[] = {CDR_DUTY_DEPUTY, CDR_DUTY_OWNER, CDR_DUTY_MANAGER, CDR_DUTY_COMMUNICATIONS};
    for (size_t i = 0; s == CDR_OK && i < CDR_COUNT(others) && (role == CDR_DUTY_ANYBODY || not_by) && ret->at_us > base; i++)
        s = consider(sim, others[i], base, false, not_by, ret, err);
    for (size_t i = 0; s == CDR_OK && i < sim->calls.len; i++)
        if (!strcmp(sim->calls.at[i].ref, ref))
            s = consider(sim, sim->calls.at[i].to, CDR_MAX(base, sim->calls.at[i].at_us + after_us), true, not_by, ret, err);
    return s;
}

/* --- doing it --- */

static void note_injects(cdr_sim *sim, const cdr_step *step)
{
    for (size_t i = 0; i < sim->s->injects.len; i++) {
        const cdr_inject *x = &sim->s->injects.at[i];
        cdr_told *t = &sim->told[i];
        if (!t->fired || t->answered || sim->now_us > t->at_us + x->within_us)
            continue;
        if (x->step && strcmp(x->step, step->id) != 0 && (!step->name || strcmp(x->step, step->name) != 0))
            continue;
        t->answered = true;
        t->answered_us = sim->now_us;
    }
}

/* Of what the scenario answers, what this step asks for. */
static json_t *asked_for(const cdr_step *step, const json_t *answers)
{
    json_t *chosen = json_object(), *one;
    size_t i;
    json_array_foreach((json_t *)(uintptr_t)step->out_args, i, one) {
        char name[CDR_VARIABLE_NAME_MAX + 1];
        name_of(one, name);
        json_t *value = json_object_get(answers, name);
        if (value)
            json_object_set(chosen, name, value);
    }
    return chosen;
}

typedef struct deed { cdr_run_deed what; const char *text, *word; json_t *answers; bool failed; unsigned set; } deed;

/* What people say is judged as in earnest; what the playbook does not take is told, and the step stays open. */
static cdr_status do_it(cdr_sim *sim, cdr_waiting *w, const cdr_step *step, const plan *p, const deed *d, cdr_err *err)
{
    cdr_err problem = {0};
    char label[200], why[60] = "";
    snprintf(label, sizeof label, "%.190s", cdr_step_label(step));
    unsigned set = d->set;
    cdr_run_say say = {.activation = w->activation, .attempt = w->attempt, .by = p->who, .text = d->text, .answers = d->answers, .failed = d->failed, .now_us = sim->now_us};
    if (++sim->deeds > DEEDS_MAX)
        return cdr_fail(err, CDR_E_LIMIT, "drill", "drill.deeds", "People would do more than %u things in this drill: the playbook goes round in circles with these answers.", DEEDS_MAX);
    cdr_status s = cdr_runs_say(sim->runs, w->run, d->what, &say, &problem);
    if (s == CDR_E_INVAL || s == CDR_DENIED || s == CDR_NOT_FOUND) {
        w->stuck = true;
        return cdr_sim_tell(sim, "step", err, "\"%s\" could not be answered like that: %s", label, problem.text);
    }
    if (s != CDR_OK) {
        if (err)
            *err = problem;
        return s;
    }
    note_injects(sim, step);
    if (p->called)
        snprintf(why, sizeof why, ", called because nobody answered");
    s = cdr_sim_tell(sim, "step", err, "%s (%s%s): \"%s\"", d->word, cdr_duty_role_label(p->role), why, label);
    return s == CDR_OK ? cdr_sim_set_times(sim, set, err) : s;
}

static bool deed_of(cdr_activation_state state, const cdr_scripted *x, deed *ret)
{
    *ret = (deed){0};
    switch ((int)state) {
    case CDR_ACT_ANSWER:
        *ret = x->skip ? (deed){.what = CDR_DEED_SKIP, .text = x->skip, .word = "Skipped"}
                       : (deed){.what = CDR_DEED_ANSWER, .text = x->text, .word = x->failed ? "Did not work" : "Done", .failed = x->failed, .set = x->set};
        return true;
    case CDR_ACT_EVIDENCE:
        *ret = (deed){.what = CDR_DEED_SHOW, .text = x->evidence, .word = "Shown"};
        return x->evidence != NULL;
    case CDR_ACT_APPROVAL:
        *ret = (deed){.what = x->approve_yes ? CDR_DEED_APPROVE : CDR_DEED_REJECT, .text = x->approve_text ? x->approve_text : "drill", .word = x->approve_yes ? "Approved" : "Not approved"};
        return x->approve;
    case CDR_ACT_FAILED:
    case CDR_ACT_DOUBT:
        *ret = (deed){.what = CDR_DEED_SKIP, .text = x->skip, .word = "Skipped"};
        return x->skip != NULL;
    default:
        return false;
    }
}

/* --- asking whoever runs the drill --- */

/* ${p}: whoever is there to answer. ${set}: times that are set when it is done. */
static cdr_status ask(cdr_sim *sim, cdr_run *run, cdr_waiting *w, const cdr_activation *a, const plan *p, unsigned set, bool *ret_acted, cdr_err *err)
{
    const cdr_step *step = a->step;
    int64_t due = 0;
    cdr_drill_reply reply = CDR_DRILL_LATER;
    if (w->asked_us == sim->now_us || p->at_us > sim->now_us)
        return CDR_OK;
    w->asked_us = sim->now_us;
    _cleanup_buf_ cdr_buf shown = CDR_BUF(1 << 16), said = CDR_BUF(CDR_INCIDENT_TEXT_MAX);
    _cleanup_json_ json_t *answers = NULL;
    const char *command = a->command < step->command_count ? step->commands[a->command].command : NULL;
    cdr_status s = cdr_run_shown_text(run, a->id, command ? command : step->description ? step->description : "", &shown, err);
    cdr_run_due(run, a, &due);
    cdr_drill_question q = {.now_us = sim->now_us, .due_us = due, .role = cdr_duty_role_label(p->role), .step = cdr_step_label(step), .text = shown.data ? shown.data : "", .why = step->rule.why, .names = step->out_args,
                            .answers = step->rule.answers, .approval = a->state == CDR_ACT_APPROVAL, .evidence = a->state == CDR_ACT_EVIDENCE,
                            .again = a->state == CDR_ACT_FAILED || a->state == CDR_ACT_DOUBT};
    if (s == CDR_OK)
        s = sim->o->ask(sim->o->arg, &q, &answers, &said, &reply, err);
    if (s != CDR_OK || reply == CDR_DRILL_LATER)
        return s;
    sim->stopped = reply == CDR_DRILL_STOP;
    if (sim->stopped)
        return CDR_OK;
    if (q.again && reply == CDR_DRILL_NO)
        return CDR_OK;      /* it stays as it is */
    deed d = {.what = q.again && reply == CDR_DRILL_DONE ? CDR_DEED_RETRY : reply == CDR_DRILL_SKIP ? CDR_DEED_SKIP : q.approval ? (reply == CDR_DRILL_NO ? CDR_DEED_REJECT : CDR_DEED_APPROVE) : q.evidence ? CDR_DEED_SHOW : CDR_DEED_ANSWER,
              .text = said.len ? said.data : NULL, .word = reply == CDR_DRILL_SKIP ? "Skipped" : q.approval ? (reply == CDR_DRILL_NO ? "Not approved" : "Approved") : q.evidence ? "Shown" : q.again ? "Tried again" : reply == CDR_DRILL_NO ? "Did not work" : "Done", .answers = answers,
              .failed = reply == CDR_DRILL_NO && !q.approval, .set = reply == CDR_DRILL_DONE && !q.again ? set : 0};
    *ret_acted = true;
    s = do_it(sim, w, step, p, &d, err);
    if (w->stuck) {      /* not taken: she is told why, and asked again at once */
        w->stuck = false;
        w->asked_us = 0;
    }
    return s;
}

/* --- all that waits --- */

static cdr_waiting *waiting_of(cdr_sim *sim, int64_t run, const cdr_activation *a)
{
    for (size_t i = 0; i < sim->waiting.len; i++) {
        cdr_waiting *w = &sim->waiting.at[i];
        if (w->run != run || w->activation != a->id)
            continue;
        if (w->state != a->state || w->attempt != a->attempt)
            *w = (cdr_waiting){.run = run, .activation = a->id, .attempt = a->attempt, .state = a->state, .since_us = sim->now_us};
        return w;
    }
    cdr_waiting *w = cdr_waitings_push(&sim->waiting);
    if (w)
        *w = (cdr_waiting){.run = run, .activation = a->id, .attempt = a->attempt, .state = a->state, .since_us = a->state == CDR_ACT_ANSWER && a->asked_us ? a->asked_us : sim->now_us};
    return w;
}

static cdr_status one(cdr_sim *sim, cdr_run *run, int64_t id, const cdr_activation *a, bool *ret_acted, int64_t *ret_next, cdr_err *err)
{
    if (a->state != CDR_ACT_ANSWER && a->state != CDR_ACT_EVIDENCE && a->state != CDR_ACT_APPROVAL && a->state != CDR_ACT_FAILED && a->state != CDR_ACT_DOUBT)
        return CDR_OK;
    cdr_waiting *w = waiting_of(sim, id, a);
    const cdr_scripted *x = scripted(sim, a->step);
    deed d;
    plan p;
    if (!w)
        return cdr_fail_nomem(err, "drill");
    bool approval = a->state == CDR_ACT_APPROVAL, answered = x && deed_of(a->state, x, &d);
    const char *not_by = approval && a->answered_by[0] ? a->answered_by : NULL;
    cdr_duty_role own = approval ? a->step->rule.approver : a->step->rule.role, by = !answered ? CDR_DUTY__MAX : approval ? x->approve_by : x->by, role = by != CDR_DUTY__MAX ? by : own;
    unsigned plays = sim->o->ask ? sim->o->plays : 0;
    among others = {.roles = ~plays};
    if (sim->o->ask && (!answered || plays)) {
        cdr_status s = make_plan(sim, w, plays & bit(own) ? own : role, 0, not_by, (among){.roles = answered ? plays : ~0u}, &p, err);
        if (s == CDR_OK)
            s = ask(sim, run, w, a, &p, answered ? d.set : 0, ret_acted, err);
        if (s != CDR_OK || *ret_acted || sim->stopped)
            return s;
        others.called_only = p.at_us != CDR_SIM_NEVER && !p.called;      /* she may take her time: the scenario speaks for whoever is called in her place */
        *ret_next = answered && p.at_us > sim->now_us ? CDR_MIN(*ret_next, p.at_us) : *ret_next;
    }
    if (!answered || w->stuck)
        return CDR_OK;
    int64_t after = approval ? x->approve_after_us : a->state == CDR_ACT_EVIDENCE ? 0 : x->after_us;
    cdr_status s = make_plan(sim, w, role, after, not_by, others, &p, err);
    if (s != CDR_OK || p.at_us > sim->now_us) {
        *ret_next = CDR_MIN(*ret_next, p.at_us);
        return s;
    }
    _cleanup_json_ json_t *answers = asked_for(a->step, x->answers);
    d.answers = d.what == CDR_DEED_ANSWER && json_object_size(answers) ? answers : NULL;
    *ret_acted = true;
    return do_it(sim, w, a->step, &p, &d, err);
}

/* One deed at most: whatever is done changes what is open. */
static cdr_status pass(cdr_sim *sim, const cdr_run_ids *ids, bool *ret_acted, int64_t *ret_next, cdr_err *err)
{
    *ret_next = CDR_SIM_NEVER;
    for (size_t i = 0; i < ids->len; i++) {
        _cleanup_(cdr_run_freep) cdr_run *run = NULL;
        size_t count = 0;
        cdr_status s = cdr_runs_load(sim->runs, ids->at[i].id, NULL, &run, err);
        if (s != CDR_OK)
            return s;
        const cdr_activation *const *open = cdr_run_open(run, &count);
        for (size_t k = 0; k < count && !*ret_acted && !sim->stopped; k++) {
            s = one(sim, run, ids->at[i].id, open[k], ret_acted, ret_next, err);
            if (s != CDR_OK)
                return s;
        }
        if (*ret_acted || sim->stopped)
            return CDR_OK;
    }
    return CDR_OK;
}

cdr_status cdr_sim_people(cdr_sim *sim, int64_t *ret_next, cdr_err *err)
{
    cdr_run_ids ids = {0};
    bool acted = true;
    cdr_status s = cdr_sim_runs(sim, &ids, err);
    while (s == CDR_OK && acted && !sim->stopped) {
        acted = false;
        s = pass(sim, &ids, &acted, ret_next, err);
    }
    cdr_run_ids_done(&ids);
    return s;
}
