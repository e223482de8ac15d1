/* SPDX-License-Identifier: Apache-2.0 */
/* The after-action report: counted from what stands in the drill's own database, nothing added. People are named by their roles alone. */
#include "core/drill/sim.h"

#include "base/time.h"

#include <stdio.h>
#include <string.h>

typedef struct gathering { cdr_sim *sim; cdr_drill_score *score; json_t *clocks, *steps, *decisions, *injects, *well, *mend; unsigned failed, not_due; cdr_buf open; bool broken; } gathering;

static void put(gathering *g, json_t *list, json_t *one)
{
    g->broken |= json_array_append_new(list, one) != 0;
}

static void sentence(gathering *g, json_t *list, const char *fmt, ...) CDR_PRINTF(3, 4);
static void sentence(gathering *g, json_t *list, const char *fmt, ...)
{
    _cleanup_buf_ cdr_buf text = CDR_BUF(2000);
    va_list ap;
    va_start(ap, fmt);
    cdr_status s = cdr_buf_vaddf(&text, fmt, ap);
    va_end(ap);
    if (s == CDR_OK)
        put(g, list, json_string(text.data));
    g->broken |= s != CDR_OK;
}

/* --- deadlines --- */

static cdr_status on_clock(void *arg, const cdr_clock *c)
{
    gathering *g = arg;
    cdr_drill_score *s = g->score;
    int64_t end = c->ended_us ? c->ended_us : g->sim->now_us;
    const char *state = "running";
    char span[CDR_DURATION_TEXT];
    if (c->state == CDR_CLOCK_DROPPED)
        return CDR_OK;
    if (c->ended_us && end <= c->due_us) {
        state = "met";
        s->clocks_met++;
        s->slack_us = CDR_MIN(s->slack_us, c->due_us - end);
    } else if (c->ended_us) {
        state = "late";
        s->clocks_late++;
    } else if (end > c->due_us || (end == c->due_us && c->state == CDR_CLOCK_OVERDUE)) {
        state = "missed";
        s->clocks_missed++;
    }
    s->clocks += strcmp(state, "running") != 0;
    cdr_span_words(c->due_us - end, span);
    put(g, g->clocks, json_pack("{s:s, s:o, s:o, s:s, s:s, s:I}", "what", c->label, "due", cdr_json_time(c->due_us), "ended", cdr_json_time(c->ended_us), "state", state, "span", span, "slack_seconds",
                                (json_int_t)((c->due_us - end) / 1000000)));
    return CDR_OK;
}

/* --- steps and decisions --- */

/* The answer's reason, and who approved, from the events. */
typedef struct said { uint32_t activation; bool answered, reasoned; } said;
CDR_VEC(saids, said)

static cdr_status on_event(void *arg, const cdr_run_event *e)
{
    saids *all = arg;
    if (e->kind != CDR_RUN_ENDED_COMMAND || !e->by || e->outcome != CDR_OUT_SUCCESS)
        return CDR_OK;
    said *one = saids_push(all);
    if (!one)
        return CDR_E_NOMEM;
    *one = (said){e->activation, true, e->text && *e->text};
    return CDR_OK;
}

static void add_decision(gathering *g, const cdr_activation *a, const saids *all)
{
    bool answered = false, reasoned = false, wants_second = a->step->rule.two_person || a->step->rule.approver != CDR_DUTY_ANYBODY;
    bool second = a->approved_by[0] && !cdr_same_person(a->approved_by, a->answered_by);
    for (size_t i = 0; i < all->len; i++)
        if (all->at[i].activation == a->id) {
            answered = true;
            reasoned = all->at[i].reasoned;
        }
    bool recorded = answered && reasoned && (!wants_second || second);
    g->score->decisions_wanted++;
    g->score->decisions += recorded;
    put(g, g->decisions, json_pack("{s:s, s:s, s:b, s:b, s:b, s:b, s:b}", "name", a->step->rule.decision, "step", cdr_step_label(a->step), "answered", (int)answered, "reason", (int)reasoned, "wants_second",
                                   (int)wants_second, "second", (int)second, "recorded", (int)recorded));
    if (!answered && g->score->stopped)
        return;      /* she may have had time yet */
    if (!answered)
        sentence(g, g->mend, "Nobody decided: %s.", cdr_step_label(a->step));
    else if (!reasoned)
        sentence(g, g->mend, "\"%s\" was answered without a reason. Write one with each decision: it is what an authority reads.", cdr_step_label(a->step));
    else if (!recorded)
        sentence(g, g->mend, "\"%s\" waits for a second person.", cdr_step_label(a->step));
}

/* What has time left yet is open and nobody's fault. */
static const char *open_step(gathering *g, const cdr_run *run, const cdr_activation *a)
{
    int64_t due;
    bool later = cdr_run_due(run, a, &due) && due > g->sim->now_us;
    g->score->steps_open++;
    g->not_due += later;
    if (!later)
        cdr_buf_addf(&g->open, "%s\"%.100s\" (%s)", g->open.len ? ", " : "", cdr_step_label(a->step), cdr_duty_role_label(a->step->rule.role));
    return later ? "not due yet" : "open";
}

static const char *state_of(gathering *g, const cdr_run *run, const cdr_activation *a)
{
    cdr_drill_score *s = g->score;
    if (a->state != CDR_ACT_CLOSED)
        return open_step(g, run, a);
    switch ((int)a->outcome) {
    case CDR_OUT_SUCCESS:
    case CDR_OUT_BY_HAND:
        s->steps_done++;
        return "done";
    case CDR_OUT_SKIPPED:
        s->steps_skipped++;
        return "skipped";
    default:
        g->failed++;
        return "failed";
    }
}

static void add_step(gathering *g, const cdr_run *run, const cdr_activation *a, const saids *all)
{
    if (a->step->type != CDR_STEP_ACTION && a->step->type != CDR_STEP_PLAYBOOK_ACTION)
        return;
    g->score->steps++;
    const char *state = state_of(g, run, a);
    put(g, g->steps, json_pack("{s:s, s:s, s:s, s:o, s:o}", "step", cdr_step_label(a->step), "role", cdr_duty_role_label(a->step->rule.role), "state", state, "began", cdr_json_time(a->entered_us), "ended",
                               cdr_json_time(a->ended_us)));
    if (!strcmp(state, "skipped"))
        sentence(g, g->mend, "\"%s\" was skipped.", cdr_step_label(a->step));
    if (a->step->rule.decision)
        add_decision(g, a, all);
}

static cdr_status steps(gathering *g, cdr_err *err)
{
    cdr_run_ids ids = {0};
    cdr_status s = cdr_sim_runs(g->sim, &ids, err);
    for (size_t i = 0; s == CDR_OK && i < ids.len; i++) {
        _cleanup_(cdr_run_freep) cdr_run *run = NULL;
        saids all = {0};
        s = cdr_runs_load(g->sim->runs, ids.at[i].id, NULL, &run, err);
        if (s == CDR_OK)
            s = cdr_runs_events(g->sim->runs, ids.at[i].id, on_event, &all, err);
        for (uint32_t k = 1; s == CDR_OK && k <= cdr_run_activation_count(run); k++)
            add_step(g, run, cdr_run_activation(run, k), &all);
        saids_done(&all);
    }
    cdr_run_ids_done(&ids);
    return s == CDR_E_NOMEM ? cdr_fail_nomem(err, "drill") : s;
}

/* --- injects, and who was missing --- */

static void injects(gathering *g)
{
    for (size_t i = 0; i < g->sim->s->injects.len; i++) {
        const cdr_inject *x = &g->sim->s->injects.at[i];
        const cdr_told *t = &g->sim->told[i];
        if (!t->fired)
            continue;
        g->score->injects++;
        g->score->injects_answered += t->answered;
        put(g, g->injects, json_pack("{s:o, s:s, s:b, s:o}", "at", cdr_json_time(t->at_us), "text", x->text, "answered", (int)t->answered, "answered_at", cdr_json_time(t->answered_us)));
        if (g->score->stopped && t->at_us + x->within_us > g->sim->now_us)
            continue;      /* there was time for it yet */
        if (!t->answered && x->step)
            sentence(g, g->mend, "Nobody did \"%s\" in time after this: %.300s", x->step, x->text);
        else if (!t->answered)
            sentence(g, g->mend, "Nobody did anything in time after this: %.300s", x->text);
    }
}

static void missing_roles(gathering *g)
{
    _cleanup_buf_ cdr_buf names = CDR_BUF(500);
    for (unsigned r = CDR_DUTY_MANAGER; r < CDR_DUTY__MAX; r++)
        if (g->sim->stand_ins & 1u << r)
            cdr_buf_addf(&names, "%s%s", names.len ? ", " : "", cdr_duty_role_key((cdr_duty_role)r));
    if (names.len)
        sentence(g, g->mend, "Nobody is named for these roles, and somebody made up stood in: %s. Name them: candor team add ROLE NAME.", names.data);
}

/* --- the sentences --- */

static void deadlines(gathering *g)
{
    const cdr_drill_score *s = g->score;
    char slack[CDR_DURATION_TEXT];
    if (s->clocks && s->clocks_met == s->clocks)
        sentence(g, g->well, "Every deadline was met: %u of %u.", s->clocks_met, s->clocks);
    else if (s->clocks_met)
        sentence(g, g->well, "%u of %u deadlines were met.", s->clocks_met, s->clocks);
    if (s->slack_us != INT64_MAX) {
        cdr_span_words(s->slack_us, slack);
        sentence(g, g->well, "At the tightest deadline that was met there were %s left.", slack);
    }
}

static void late_deadlines(gathering *g)
{
    size_t i;
    json_t *c;
    json_array_foreach(g->clocks, i, c) {
        const char *state = cdr_json_str(c, "state");
        if (!strcmp(state, "late"))
            sentence(g, g->mend, "\"%s\" was done %s late.", cdr_json_str(c, "what"), cdr_json_str(c, "span"));
        if (!strcmp(state, "missed"))
            sentence(g, g->mend, "\"%s\" was not done: the time was over %s before the end.", cdr_json_str(c, "what"), cdr_json_str(c, "span"));
    }
}

/* What would have come due nobody knows, so that nothing is said to have gone well. */
static void summary_of_stopped(gathering *g)
{
    const cdr_drill_score *s = g->score;
    char span[CDR_DURATION_TEXT];
    cdr_span_words(s->simulated_us, span);
    sentence(g, g->mend, "The drill was stopped after %s with %u of %u steps open, so it has no score and is compared with no other. Run it to the end of its time.", span, s->steps_open, s->steps);
    late_deadlines(g);
    if (g->failed)
        sentence(g, g->mend, "%u step%s failed or ran out of time.", g->failed, g->failed == 1 ? "" : "s");
    missing_roles(g);
}

static void summary(gathering *g)
{
    const cdr_drill_score *s = g->score;
    char span[CDR_DURATION_TEXT];
    late_deadlines(g);
    deadlines(g);
    if (s->decisions_wanted && s->decisions == s->decisions_wanted)
        sentence(g, g->well, "Every decision has its reason, and its second person where one is asked for: %u.", s->decisions);
    if (s->injects && s->injects_answered == s->injects)
        sentence(g, g->well, "Every message that came in was followed by something in time: %u.", s->injects);
    if (s->steps && s->steps_done + g->not_due == s->steps)
        sentence(g, g->well, g->not_due ? "Every step that came up was done, or has time left: %u." : "Every step that came up was done: %u.", s->steps);
    if (g->open.len)
        sentence(g, g->mend, "Still open when the drill ended: %.1500s.", g->open.data);
    if (g->failed)
        sentence(g, g->mend, "%u step%s failed or ran out of time.", g->failed, g->failed == 1 ? "" : "s");
    if (g->sim->taken_over) {
        cdr_span_words(g->sim->take_over_us - g->sim->began_us, span);
        sentence(g, g->mend, "The incident manager could not be reached; somebody took over after %s.", span);
    } else if (!g->sim->accepted)
        sentence(g, g->mend, "Nobody said that she has it: no incident manager answered, and nobody could take over.");
    missing_roles(g);
}

/* Deadlines count half, decisions and steps a fifth each, messages a tenth; what did not occur counts for nothing. */
static unsigned percent(const cdr_drill_score *s, unsigned not_due)
{
    const struct { unsigned weight; double got; unsigned of; } parts[] = {
        {50, s->clocks_met + 0.5 * s->clocks_late, s->clocks}, {20, s->decisions, s->decisions_wanted}, {20, s->steps_done, s->steps - not_due}, {10, s->injects_answered, s->injects},
    };
    double sum = 0, weights = 0;
    for (size_t i = 0; i < CDR_COUNT(parts); i++)
        if (parts[i].of) {
            sum += parts[i].weight * parts[i].got / parts[i].of;
            weights += parts[i].weight;
        }
    return weights > 0 ? (unsigned)(100 * sum / weights + 0.5) : 0;
}

cdr_status cdr_sim_report(cdr_sim *sim, cdr_drill_score *score, json_t **ret, cdr_err *err)
{
    *score = (cdr_drill_score){.slack_us = INT64_MAX, .simulated_us = sim->now_us - sim->began_us, .stopped = sim->stopped};
    gathering g = {.sim = sim, .score = score, .clocks = json_array(), .steps = json_array(), .decisions = json_array(), .injects = json_array(), .well = json_array(), .mend = json_array(), .open = CDR_BUF(100000)};
    cdr_status s = g.clocks && g.steps && g.decisions && g.injects && g.well && g.mend ? cdr_clock_each(sim->clocks, sim->subject, true, on_clock, &g, err) : cdr_fail_nomem(err, "drill");
    if (s == CDR_OK)
        s = steps(&g, err);
    injects(&g);
    if (score->stopped)
        summary_of_stopped(&g);
    else
        summary(&g);
    score->percent = score->stopped ? 0 : percent(score, g.not_due);
    *ret = json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:O}", "deadlines", g.clocks, "decisions", g.decisions, "steps", g.steps, "injects", g.injects, "well", g.well, "mend", g.mend, "timeline", sim->timeline);
    cdr_buf_done(&g.open);
    if (s == CDR_OK && (g.broken || !*ret))
        s = cdr_fail_nomem(err, "drill");
    if (s != CDR_OK) {
        json_decref(*ret);
        *ret = NULL;
    }
    return s;
}
