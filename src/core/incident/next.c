/* SPDX-License-Identifier: Apache-2.0 */
/* The most urgent thing over all open incidents. Drills are none of them. */
#include "core/incident/next.h"

#include "core/incident/inside.h"
#include "core/incident/lane_parts.h"
#include "core/incident/letters.h"
#include "core/incident/store_canary.h"

#include "base/parse.h"

#include <stdio.h>
#include <string.h>

#define INCIDENTS_LOOKED_AT 64         /* their runs are replayed: a storm of incidents must not slow the answer */

/* MINE: whoever asks can do it. */
typedef enum rank { OVERDUE = 1, DECISION_MINE, LANE, STEP_MINE, DUE, TASK, STEP, DECISION, LOOK, NOTHING } rank;

typedef struct find {
    cdr_incidents *in;
    const char *actor;
    int64_t now_us;
    rank best;
    int64_t best_due;
    cdr_next_action *ret;
    int64_t incident;                  /* the one that is looked at */
    char title[200];
    unsigned looked;
    int64_t item;                      /* the best is the clock of this one; 0: it is not */
    int64_t of;                        /* and of this incident */
    bool authority;                    /* the best is the clock of the authority */
    cdr_err *err;
} find;

/* Better by rank, then by the earlier date. */
static bool better(const find *f, rank r, int64_t due_us)
{
    if (r != f->best)
        return r < f->best;
    return due_us && (!f->best_due || due_us < f->best_due);
}

static void take(find *f, rank r, int64_t due_us, const char *why, const char *command)
{
    f->item = 0;
    f->authority = false;
    f->best = r;
    f->best_due = due_us;
    f->ret->due_us = due_us;
    snprintf(f->ret->why, sizeof f->ret->why, "%s", why);
    snprintf(f->ret->command, sizeof f->ret->command, "%s", command);
}

/* --- clocks --- */

/* Where the thing can be done that a clock is about. */
static void command_of(const cdr_clock *c, char *ret, size_t cap)
{
    int run = 0;
    if (!strncmp(c->ref, "R-", 2))
        run = (int)strcspn(c->ref, "/");
    if (run)
        snprintf(ret, cap, "candor run next %.*s", CDR_MIN(run, 40), c->ref);
    else if (!strcmp(c->ref, "take-over"))
        snprintf(ret, cap, "candor incident accept %s", c->subject);
    else if (!strcmp(c->ref, "update"))
        snprintf(ret, cap, "candor incident update %s", c->subject);
    else
        snprintf(ret, cap, "candor incident show %s", c->subject);
}

/* "letter/4": 4; 0: not an item's. */
static int64_t item_of(const char *ref)
{
    static const char *const kinds[] = {"task/", "promise/", "duty/", "letter/", "review/"};
    int64_t id;
    for (size_t i = 0; i < CDR_COUNT(kinds); i++) {
        size_t n = strlen(kinds[i]);
        if (!strncmp(ref, kinds[i], n) && cdr_parse_i64(ref + n, strlen(ref + n), 1, INT64_MAX, &id))
            return id;
    }
    return 0;
}

static cdr_status see_clock(void *arg, const cdr_clock *c)
{
    find *f = arg;
    char command[120], span[CDR_DURATION_TEXT], why[300];
    const bool over = c->due_us <= f->now_us;
    int64_t id;
    /* Playbooks that run by themselves are not an incident. */
    if (c->drill || !cdr_incident_parse_id(c->subject, &id) || !better(f, over ? OVERDUE : DUE, c->due_us))
        return CDR_OK;
    cdr_span_words(over ? f->now_us - c->due_us : c->due_us - f->now_us, span);
    command_of(c, command, sizeof command);
    snprintf(why, sizeof why, "%s: it is %s %s.", c->subject, over ? "overdue by" : "due in", span);
    take(f, over ? OVERDUE : DUE, c->due_us, why, command);
    snprintf(f->ret->what, sizeof f->ret->what, "%s.", c->label);
    f->item = item_of(c->ref);
    f->of = id;
    f->authority = !strcmp(c->ref, "authority");
    return CDR_OK;
}

/* The clock of an item has no words of its own: they are the item's. */
static cdr_status name_item(void *arg, const cdr_item *item)
{
    find *f = arg;
    if (item->id == f->item)
        snprintf(f->ret->what, sizeof f->ret->what, "%.280s.", item->what);
    return CDR_OK;
}

static cdr_status name_letter(void *arg, unsigned number, const cdr_item *item)
{
    find *f = arg;
    if (item->id == f->item || (f->authority && item->state == CDR_ITEM_OPEN && !strcmp(item->ref, CDR_LANE_REF "report_authority")))
        snprintf(f->ret->command, sizeof f->ret->command, "candor incident draft I-%lld %u", (long long)f->of, number);
    return CDR_OK;
}

static cdr_status name_best(find *f)
{
    if (f->authority)
        return cdr_incident_letters(f->in, f->of, name_letter, f, f->err);
    cdr_status s = f->item ? cdr_incident_items(f->in, f->of, false, name_item, f, f->err) : CDR_DONE;
    if (s == CDR_OK)
        s = cdr_incident_letters(f->in, f->of, name_letter, f, f->err);
    return s == CDR_DONE ? CDR_OK : s;
}

/* --- decisions, steps, tasks of one incident --- */

#define DECISIONS_MAX 32
typedef struct decisions { cdr_decision newest[DECISIONS_MAX]; size_t count; } decisions;

/* A newer one of the same name replaces the older. */
static cdr_status keep_decision(void *arg, const cdr_decision *d)
{
    decisions *all = arg;
    size_t i = 0;
    while (i < all->count && strcmp(all->newest[i].name, d->name) != 0)
        i++;
    if (i < DECISIONS_MAX && (i == all->count || all->newest[i].id < d->id))
        all->newest[i] = *d;
    if (i == all->count && i < DECISIONS_MAX)
        all->count++;
    return CDR_OK;
}

static void see_decision(find *f, const cdr_decision *d)
{
    char command[120], why[300];
    const rank r = cdr_same_person(d->by, f->actor) ? DECISION : DECISION_MINE;
    if (!d->needs_second || d->approved_us || !better(f, r, d->at_us))
        return;
    snprintf(command, sizeof command, "candor incident approve I-%lld %lld", (long long)f->incident, (long long)d->id);
    snprintf(why, sizeof why, "I-%lld: \"%s: %s\" waits for a second person.", (long long)f->incident, d->name, d->outcome);
    take(f, r, d->at_us, why, command);
    f->ret->due_us = 0;
    snprintf(f->ret->what, sizeof f->ret->what, "Agree to a decision, or do not: somebody else than %s has to.", d->by);
}

static cdr_status see_decisions(find *f)
{
    decisions *all = cdr_alloc(sizeof *all);
    if (!all)
        return cdr_fail_nomem(f->err, "incident");
    cdr_status s = cdr_incident_decisions(f->in, f->incident, keep_decision, all, f->err);
    for (size_t i = 0; i < all->count && s == CDR_OK; i++)
        see_decision(f, &all->newest[i]);
    cdr_free(all);
    return s;
}

static bool waits_for_people(cdr_activation_state s)
{
    return s == CDR_ACT_ANSWER || s == CDR_ACT_EVIDENCE || s == CDR_ACT_APPROVAL || s == CDR_ACT_DOUBT || s == CDR_ACT_FAILED;
}

static cdr_status see_run(void *arg, const cdr_run_row *row)
{
    find *f = arg;
    _cleanup_(cdr_run_freep) cdr_run *run = NULL;
    size_t count;
    if (!row->waiting || row->drill)
        return CDR_OK;
    cdr_status s = cdr_runs_load(cdr_incidents_runs(f->in), row->id, NULL, &run, f->err);
    if (s != CDR_OK)
        return s;
    const cdr_activation *const *open = cdr_run_open(run, &count);
    for (size_t i = 0; i < count; i++) {
        char command[120], why[300];
        int64_t due = 0;
        if (!waits_for_people(open[i]->state))
            continue;
        if (!cdr_run_due(run, open[i], &due))
            due = 0;
        cdr_duty_role who = open[i]->state == CDR_ACT_APPROVAL ? open[i]->step->rule.approver : open[i]->step->rule.role;
        bool mine = true;
        s = cdr_in_may(f->in, row->subject, who, f->actor, &mine, f->err);
        if (s != CDR_OK)
            return s;
        if (!better(f, mine ? STEP_MINE : STEP, due))
            continue;
        snprintf(command, sizeof command, "candor run next R-%lld", (long long)row->id);
        snprintf(why, sizeof why, "I-%lld: the playbook waits%s%s.", (long long)f->incident, who ? " for the " : "", who ? cdr_duty_role_label(who) : "");
        take(f, mine ? STEP_MINE : STEP, due, why, command);
        snprintf(f->ret->what, sizeof f->ret->what, "%.280s%s", open[i]->step->label, ".");
    }
    return CDR_OK;
}

static cdr_status see_item(void *arg, const cdr_item *item)
{
    find *f = arg;
    char command[120], why[300];
    if (item->state != CDR_ITEM_OPEN || !better(f, TASK, item->due_us))
        return CDR_OK;
    snprintf(why, sizeof why, "I-%lld: an open %s.", (long long)f->incident, cdr_item_kind_name(item->kind));
    snprintf(command, sizeof command, "candor incident show I-%lld", (long long)f->incident);
    take(f, TASK, item->due_us, why, command);
    f->item = item->id;
    f->of = f->incident;
    snprintf(f->ret->what, sizeof f->ret->what, "%.280s.", item->what);
    return CDR_OK;
}

static cdr_status look_at(void *arg, const cdr_incident *i)
{
    find *f = arg;
    char subject[32], why[300], command[120];
    if (i->drill || i->closed_us)
        return CDR_OK;
    f->ret->open_incidents++;
    if (f->looked++ >= INCIDENTS_LOOKED_AT || f->best == OVERDUE)
        return CDR_OK;
    f->incident = i->id;
    snprintf(subject, sizeof subject, "I-%lld", (long long)i->id);
    cdr_status s = see_decisions(f);
    if (s == CDR_OK && f->best > LANE)
        s = cdr_runs_each(cdr_incidents_runs(f->in), subject, false, see_run, f, f->err);
    if (s == CDR_OK && f->best >= TASK)
        s = cdr_incident_items(f->in, i->id, false, see_item, f, f->err);
    if (s == CDR_OK && better(f, LOOK, i->opened_us)) {
        snprintf(why, sizeof why, "%s is open.", subject);
        snprintf(command, sizeof command, "candor incident show %s", subject);
        take(f, LOOK, i->opened_us, why, command);
        f->ret->due_us = 0;
        snprintf(f->ret->what, sizeof f->ret->what, "Look how %s stands, or close it.", subject);
    }
    return s;
}

/* Questions come before everything but what is overdue and what somebody waits for. */
static cdr_status see_lane(find *f)
{
    char why[300];
    int64_t id;
    cdr_err none;
    cdr_lane_question q;
    cdr_status s = f->best > LANE ? cdr_lane_unfinished(f->in, &id, &none) : CDR_NOT_FOUND;
    if (s != CDR_OK)
        return s == CDR_NOT_FOUND ? CDR_OK : s;
    s = cdr_lane_next(f->in, id, &q, f->err);
    if (s != CDR_OK && s != CDR_DONE)
        return s;
    snprintf(why, sizeof why, s == CDR_DONE ? "I-%lld: all is answered, and nothing decided yet." : "I-%lld: question %u of at most %u is open.", (long long)id, q.number, q.of);
    take(f, LANE, 0, why, "candor incident report");
    snprintf(f->ret->what, sizeof f->ret->what, "Answer the questions about what happened.");
    return CDR_OK;
}

cdr_status cdr_incident_next(cdr_incidents *in, const char *actor, cdr_next_action *ret, cdr_err *err)
{
    *ret = (cdr_next_action){0};
    find f = {.in = in, .actor = actor, .now_us = cdr_now_us(cdr_workspace_ctx(cdr_incidents_workspace(in))), .best = NOTHING, .ret = ret, .err = err};
    cdr_status s = cdr_clock_each(cdr_incidents_clocks(in), NULL, false, see_clock, &f, err);
    if (s == CDR_OK)
        s = see_lane(&f);
    if (s == CDR_OK)
        s = cdr_incident_each(in, false, look_at, &f, err);
    if (s != CDR_OK)
        return s;
    s = name_best(&f);
    if (s != CDR_OK)
        return s;
    return f.best == NOTHING ? cdr_fail(err, CDR_NOT_FOUND, "incident", "next.none", "No incident is open.") : CDR_OK;
}

cdr_status cdr_incident_any_open(cdr_workspace *ws, bool *ret, cdr_err *err)
{
    return cdr_incident_store_any(cdr_workspace_db(ws), ret, err);
}
