/* SPDX-License-Identifier: Apache-2.0 */
/* A step of a run whose answer is a decision (the extension's "decision"): it is one of the incident's, once, with who answered and who approved. Whoever agrees to leaving the step out agrees to no answer: the decision is
 * left open then, which the register says. And what is known when a step is done ("sets"). */
#include "core/incident/inside.h"

#include "base/parse.h"
#include "base/text.h"
#include "base/vec.h"

#include <stdio.h>
#include <string.h>

CDR_VEC(run_ids, int64_t)

typedef struct answer {
    cdr_decision d;
    char approved_by[CDR_INCIDENT_WHO_MAX];
    int64_t approved_us;
    bool rejected, two /* the step takes two people */, approval /* it takes any */;
    bool open;                                 /* the step asks for more, or is not left out yet */
    bool skip, gone;                           /* no answer: it was left out; or was to be, and somebody said no */
    int64_t run;
    uint32_t step;
    unsigned nth;
} answer;
CDR_VEC(answers, answer)

/* A step that is done and tells the incident something. */
typedef struct fact { const char *sets; char step[64]; int64_t at_us, number; } fact;
CDR_VEC(facts, fact)

typedef struct taking { cdr_run *run; int64_t run_id; answers *all; facts *facts; } taking;

static cdr_status on_run(void *arg, const cdr_run_row *row)
{
    int64_t *id = run_ids_push(arg);
    if (!id)
        return CDR_E_NOMEM;
    *id = row->id;
    return CDR_OK;
}

/* "yes" of "true": outcomes are short words; what is none is told by the step's note alone. */
static void outcome_of(const cdr_step *step, const json_t *data, char ret[40])
{
    char name[CDR_VARIABLE_NAME_MAX + 8];
    const char *first = json_string_value(json_array_get(step->out_args, 0));
    snprintf(name, sizeof name, "%s", first ? first : "");
    name[strcspn(name, ":")] = '\0';
    const json_t *value = json_object_get(data, name);
    const char *text = json_is_true(value) ? "yes" : json_is_false(value) ? "no" : json_string_value(value);
    text = text && !strcmp(text, "true") ? "yes" : text && !strcmp(text, "false") ? "no" : text;
    snprintf(ret, 40, "%s", cdr_in_is_key(text, 39) ? text : "see-step");
}

/* The newest of a step. */
static answer *of_step(answers *all, int64_t run, uint32_t step)
{
    for (size_t i = all->len; i > 0; i--)
        if (all->at[i - 1].run == run && all->at[i - 1].step == step)
            return &all->at[i - 1];
    return NULL;
}

/* What was sent back and answered again is a decision of its own: "R-7/12", "R-7/12.2". */
static answer *new_answer(taking *t, const cdr_activation *a, bool skip)
{
    answer *before = of_step(t->all, t->run_id, a->id);
    unsigned nth = !before ? 1 : before->gone ? before->nth : before->nth + 1;
    answer *w = before && before->gone ? before : answers_push(t->all);
    if (!w)
        return NULL;
    const cdr_rule *rule = &a->step->rule;
    *w = (answer){.run = t->run_id, .step = a->id, .nth = nth, .skip = skip, .two = rule->two_person, .approval = rule->two_person || rule->approver != CDR_DUTY_ANYBODY};
    snprintf(w->d.name, sizeof w->d.name, "%s", rule->decision);
    snprintf(w->d.ref, sizeof w->d.ref, "R-%lld/%u", (long long)t->run_id, a->id);
    if (nth > 1)
        snprintf(w->d.ref + strlen(w->d.ref), sizeof w->d.ref - strlen(w->d.ref), ".%u", nth);
    return w;
}

static void said_by(answer *w, const cdr_activation *a, const cdr_run_event *e)
{
    w->d.at_us = e->at_us;
    snprintf(w->d.by, sizeof w->d.by, "%.79s", e->by);
    if (!*w->d.reason || (e->text && *e->text))
        cdr_text_cut(w->d.reason, sizeof w->d.reason, e->text && *e->text ? e->text : cdr_step_label(a->step));
}

/* The step may have more commands, which ask for more. */
static bool is_last(const cdr_activation *a, const cdr_run_event *e)
{
    return e->kind == CDR_RUN_BY_HAND || e->command + 1 >= a->step->command_count;
}

static cdr_status take_answer(taking *t, answer *w, const cdr_activation *a, const cdr_run_event *e)
{
    char outcome[sizeof w->d.outcome];
    if ((!w || w->approved_us || w->skip) && !(w = new_answer(t, a, false)))
        return CDR_E_NOMEM;
    outcome_of(a->step, e->data, outcome);
    if (!*w->d.outcome || strcmp(outcome, "see-step") != 0)   /* one question of several */
        memcpy(w->d.outcome, outcome, sizeof outcome);
    said_by(w, a, e);
    w->open = !is_last(a, e);
    return CDR_OK;
}

/* Left out, or done by hand without a word on what was decided. Where approval is wanted it counts once somebody agrees. */
static cdr_status take_skip(taking *t, const cdr_activation *a, const cdr_run_event *e)
{
    answer *w = of_step(t->all, t->run_id, e->activation);
    if (!e->by)
        return CDR_OK;
    if ((!w || !w->skip || w->approved_us) && !(w = new_answer(t, a, true)))   /* said twice it is one */
        return CDR_E_NOMEM;
    snprintf(w->d.outcome, sizeof w->d.outcome, "%s", CDR_DECISION_LEFT_OUT);
    said_by(w, a, e);
    w->open = a->state != CDR_ACT_CLOSED || (a->outcome != CDR_OUT_SKIPPED && a->outcome != CDR_OUT_BY_HAND);
    return CDR_OK;
}

static void take_judgement(answer *w, const cdr_run_event *e)
{
    if (!w || w->approved_us)
        return;
    w->approved_us = e->at_us;
    w->rejected = e->kind == CDR_RUN_REJECTED;
    w->gone = w->skip && w->rejected;
    snprintf(w->approved_by, sizeof w->approved_by, "%.79s", e->by ? e->by : "");
}

/* The first whole number that was answered; -1 none. */
static int64_t number_of(const cdr_step *step, const json_t *data)
{
    int64_t n = -1;
    size_t i;
    json_t *arg;
    json_array_foreach(step->out_args, i, arg) {
        char name[CDR_VARIABLE_NAME_MAX + 8];
        snprintf(name, sizeof name, "%s", json_string_value(arg) ? json_string_value(arg) : "");
        name[strcspn(name, ":")] = '\0';
        const json_t *value = json_object_get(data, name);
        const char *text = json_string_value(value);
        if (json_is_integer(value) && json_integer_value(value) >= 0)
            return (int64_t)json_integer_value(value);
        if (text && cdr_parse_i64(text, strlen(text), 0, INT64_MAX, &n))
            return n;
    }
    return -1;
}

/* An answer may come in parts; the newest number counts, and nothing before the step is done. */
static cdr_status take_fact(taking *t, const cdr_activation *a, const cdr_run_event *e)
{
    fact *f = NULL;
    char ref[64];
    snprintf(ref, sizeof ref, "R-%lld/%u", (long long)t->run_id, e->activation);
    for (size_t i = 0; i < t->facts->len && !f; i++)
        f = !strcmp(t->facts->at[i].step, ref) ? &t->facts->at[i] : NULL;
    if (!f) {
        if (!(f = facts_push(t->facts)))
            return CDR_E_NOMEM;
        *f = (fact){.number = -1};
        memcpy(f->step, ref, sizeof ref);
        f->sets = !strcmp(a->step->rule.sets, "people") ? "people" : NULL;
        for (unsigned k = 0; !f->sets && k < CDR_INCIDENT_TIME__MAX; k++)   /* the step goes with its run */
            f->sets = !strcmp(a->step->rule.sets, cdr_incident_time_key((cdr_incident_time)k)) ? cdr_incident_time_key((cdr_incident_time)k) : NULL;
    }
    int64_t n = e->data ? number_of(a->step, e->data) : -1;
    f->number = n >= 0 ? n : f->number;
    if (e->kind == CDR_RUN_ENDED && e->outcome == CDR_OUT_SUCCESS)
        f->at_us = e->at_us;
    return CDR_OK;
}

static cdr_status on_event(void *arg, const cdr_run_event *e)
{
    taking *t = arg;
    const cdr_activation *a = e->activation ? cdr_run_activation(t->run, e->activation) : NULL;
    if (a && a->step->rule.present && a->step->rule.sets && take_fact(t, a, e) != CDR_OK)
        return CDR_E_NOMEM;
    if (!a || !a->step->rule.present || !cdr_in_is_key(a->step->rule.decision, 39))
        return CDR_OK;
    answer *w = of_step(t->all, t->run_id, e->activation);
    bool done = e->kind == CDR_RUN_ENDED_COMMAND && e->outcome == CDR_OUT_SUCCESS;
    if (e->kind == CDR_RUN_APPROVED || e->kind == CDR_RUN_REJECTED)
        take_judgement(w, e);
    else if (e->kind == CDR_RUN_SKIPPED)
        return take_skip(t, a, e);
    else if ((done || e->kind == CDR_RUN_BY_HAND) && e->by && e->data)
        return take_answer(t, w, a, e);
    else if ((done || e->kind == CDR_RUN_BY_HAND) && w && !w->approved_us && !w->skip)
        w->open = !is_last(a, e);
    else if (e->kind == CDR_RUN_BY_HAND)       /* nobody said what was decided */
        return take_skip(t, a, e);
    return CDR_OK;
}

/* ${ret} 0: not known yet. */
static cdr_status known(cdr_incidents *in, int64_t id, const char *ref, int64_t *ret, bool *ret_needs_second, cdr_err *err)
{
    cdr_db_query q;
    *ret = 0;
    cdr_status s = cdr_in_begin(in->set, IN_DECISION_REF, &q, CDR_V(cdr_v_int(id), cdr_v_text(ref)), err);
    if (s == CDR_OK && (s = cdr_db_step(&q, err)) == CDR_OK) {
        *ret = cdr_db_col_int(&q, 0);
        *ret_needs_second = cdr_db_col_int(&q, 1) != 0;
    }
    cdr_db_end(&q);
    return s == CDR_DONE ? CDR_OK : s;
}

typedef struct naming { const char *name; bool found; } naming;

static cdr_status same_name(void *arg, const cdr_decision *d)
{
    naming *n = arg;
    n->found = n->found || !strcmp(n->name, d->name);
    return CDR_OK;
}

/* ${ret} 0: there is nothing to keep, as what was decided before the step was left out stands as it is. */
static cdr_status put_new(cdr_incidents *in, int64_t id, answer *w, int64_t *ret, cdr_err *err)
{
    naming n = {.name = w->d.name};
    cdr_status s = w->skip ? cdr_incident_decisions(in, id, same_name, &n, err) : CDR_OK;
    if (s != CDR_OK || n.found)
        return s;
    s = cdr_in_alone(in, id, w->d.by, &w->d.alone, err);
    w->d.needs_second = !w->skip && !w->d.alone && (w->two || !strncmp(w->d.name, "notify", 6));
    return s == CDR_OK ? cdr_in_put_decision(in, id, &w->d, ret, err) : s;
}

/* Nobody is her own second person, unless she was alone by then, and not when she decided: then it stands there. */
static bool is_second(const answer *w)
{
    bool alone = !strncmp(w->approved_by, CDR_INCIDENT_ALONE, strlen(CDR_INCIDENT_ALONE)), takes_two = w->two || !strncmp(w->d.name, "notify", 6);
    return w->approved_us && (!takes_two || !cdr_same_person(w->approved_by, w->d.by) || (alone && w->d.needs_second));
}

/* Who approves; ${ret}: she is new. ${salt} of the row is not at hand here and not needed: what she said in the run stands in the run. */
static cdr_status put_second(cdr_incidents *in, int64_t id, int64_t decision, const answer *w, bool *ret, cdr_err *err)
{
    if (!is_second(w))
        return CDR_OK;
    cdr_status s = cdr_in_run(in->set, IN_DECISION_ANSWER, CDR_V(cdr_v_int(decision), cdr_v_text(w->approved_by), cdr_v_int(w->approved_us), cdr_v_int(w->rejected), cdr_v_text("in the playbook")), err);
    *ret = s == CDR_OK && cdr_db_changes(in->db);
    if (!*ret)
        return s;
    return cdr_in_enter(in, "incident.approve", id, json_pack("{s:I, s:b, s:s}", "decision", (json_int_t)decision, "yes", (int)!w->rejected, "step", w->d.ref), err);
}

static cdr_status put(cdr_incidents *in, int64_t id, answer *w, cdr_err *err)
{
    int64_t decision = 0;
    bool approved = false;
    if (w->open || w->gone)
        return CDR_OK;
    cdr_status s = known(in, id, w->d.ref, &decision, &w->d.needs_second, err);
    bool is_new = s == CDR_OK && !decision;
    if (is_new)
        s = put_new(in, id, w, &decision, err);
    if (s == CDR_OK && decision)
        s = put_second(in, id, decision, w, &approved, err);
    /* The register follows what counts. */
    bool yes = !strcmp(w->d.outcome, "yes"), counts = w->approval && !w->d.alone ? approved && !w->rejected : is_new;
    if (s == CDR_OK && counts && !strcmp(w->d.name, "breach") && (yes || !strcmp(w->d.outcome, "no")))
        s = cdr_in_verdict(in, id, yes, w->d.reason, w->d.at_us, err);
    if (s == CDR_OK && counts && !w->skip && !strcmp(w->d.name, CDR_IN_REVIEW))
        s = cdr_in_review_held(in, id, w->d.ref, err);
    return s;
}

/* Once: whoever corrects it afterwards by hand is not corrected again. */
static cdr_status put_fact(cdr_incidents *in, int64_t id, const fact *f, cdr_err *err)
{
    bool here = false;
    cdr_db_query q;
    if (!f->at_us || !f->sets || (!strcmp(f->sets, "people") && f->number < 0))
        return CDR_OK;
    cdr_status s = cdr_in_begin(in->set, IN_EVENT_REF, &q, CDR_V(cdr_v_int(id), cdr_v_text(f->step)), err);
    if (s == CDR_OK && (s = cdr_db_step(&q, err)) == CDR_OK)
        here = true;
    cdr_db_end(&q);
    if (here || (s != CDR_OK && s != CDR_DONE))
        return here ? CDR_OK : s;
    if (!strcmp(f->sets, "people"))
        return cdr_in_people_of_step(in, id, f->number, f->step, err);
    for (unsigned k = 0; k < CDR_INCIDENT_TIME__MAX; k++)
        if (!strcmp(f->sets, cdr_incident_time_key((cdr_incident_time)k)))
            return cdr_in_time_of_step(in, id, (cdr_incident_time)k, f->at_us, f->step, err);
    return CDR_OK;
}

static cdr_status put_all(cdr_incidents *in, int64_t id, answers *all, const facts *known_facts, int64_t events, cdr_err *err)
{
    cdr_status s = cdr_db_begin(in->db, err);
    if (s != CDR_OK)
        return s;
    s = cdr_in_run(in->set, IN_SET_TAKEN, CDR_V(cdr_v_int(id), cdr_v_int(events)), err);
    for (size_t i = 0; s == CDR_OK && i < all->len; i++)
        s = put(in, id, &all->at[i], err);
    for (size_t i = 0; s == CDR_OK && i < known_facts->len; i++)
        s = put_fact(in, id, &known_facts->at[i], err);
    if (s == CDR_OK && (all->len || known_facts->len))
        s = cdr_in_authority(in, id, err);
    return cdr_in_end(in, s, err);
}

/* How many events there are now; 0 when they were all looked through. */
static cdr_status new_events(cdr_incidents *in, int64_t id, int64_t *ret, cdr_err *err)
{
    cdr_db_query q;
    *ret = 0;
    cdr_status s = cdr_in_begin(in->set, IN_TAKEN, &q, CDR_V(cdr_v_int(id)), err);
    if (s == CDR_OK && (s = cdr_db_step(&q, err)) == CDR_OK && cdr_db_col_int(&q, 0) != cdr_db_col_int(&q, 1))
        *ret = cdr_db_col_int(&q, 1);
    cdr_db_end(&q);
    return s == CDR_DONE ? CDR_OK : s;
}

cdr_status cdr_in_take_decisions(cdr_incidents *in, int64_t id, cdr_err *err)
{
    run_ids ids = {0};
    int64_t events;
    answers all = {0};
    facts told = {0};
    char subject[CDR_IN_SUBJECT];
    cdr_in_subject(id, subject);
    cdr_status s = new_events(in, id, &events, err);
    if (s != CDR_OK || !events)
        return s;
    s = cdr_runs_each(in->runs, subject, true, on_run, &ids, err);
    for (size_t i = 0; s == CDR_OK && i < ids.len; i++) {
        _cleanup_(cdr_run_freep) cdr_run *run = NULL;
        s = cdr_runs_load(in->runs, ids.at[i], NULL, &run, err);
        if (s == CDR_OK)
            s = cdr_runs_events(in->runs, ids.at[i], on_event, &(taking){run, ids.at[i], &all, &told}, err);
    }
    if (s == CDR_E_NOMEM)
        s = cdr_fail_nomem(err, "incident");
    if (s == CDR_OK)
        s = put_all(in, id, &all, &told, events, err);
    run_ids_done(&ids);
    answers_done(&all);
    facts_done(&told);
    return s;
}
