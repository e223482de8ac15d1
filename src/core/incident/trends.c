/* SPDX-License-Identifier: Apache-2.0 */
/* Trends are counted from the register and from what happened to its clocks; nothing is kept for them. */
#include "core/incident/trends.h"

#include "core/incident/inside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DAY_US INT64_C(86400000000)
#define INCIDENTS_MAX 100000
#define DEADLINES_MAX 20000
#define MONTHS_MAX 18             /* then quarters */
#define QUARTERS_MAX 40           /* then years */
#define CAUSE "cause"             /* the decision that says it: candor incident decide I-1 cause OUTCOME */

enum { DETECT, DECIDE, CONTAIN, TELL_AUTHORITY, TELL_PEOPLE, RESOLVE, SPANS };
static const struct { const char *key, *label; } spans[SPANS] = {
    [DETECT] = {"detect", "until it was noticed"}, [DECIDE] = {"decide", "until it was decided whom to tell"}, [CONTAIN] = {"contain", "until it was contained"},
    [TELL_AUTHORITY] = {"notify-authority", "until the authority was told"}, [TELL_PEOPLE] = {"notify-people", "until the people were told"}, [RESOLVE] = {"resolve", "until it was over"},
};

typedef struct one { int64_t id, opened_us, closed_us, span[SPANS] /* -1: not known */; size_t kind; char cause[40]; bool open; } one;
typedef struct slack { int64_t incident, due_us, slack_us; bool open, unmet /* given up: closed with it open */; char label[160]; } slack;
typedef struct trends { cdr_incidents *in; one *at; size_t count, cap; slack *deadlines; size_t deadline_count, deadline_cap; int64_t from, to, now; bool drills; } trends;

static bool grow(void **list, size_t count, size_t *cap, size_t size, size_t most)
{
    if (count < *cap)
        return true;
    size_t want = *cap ? 2 * *cap : 32;
    void *more = count < most ? cdr_realloc_array(*list, want, size) : NULL;
    if (more) {
        *list = more;
        *cap = want;
    }
    return more != NULL;
}

/* --- incidents --- */

static size_t kind_index(const char *key)
{
    for (size_t i = 0; i < cdr_incident_kind_count; i++)
        if (!strcmp(cdr_incident_kinds[i].key, key))
            return i;
    return cdr_incident_kind_count - 1;
}

static int64_t between(int64_t from, int64_t to)
{
    return from && to && to >= from ? to - from : -1;
}

static cdr_status keep_one(void *arg, const cdr_incident *i)
{
    trends *t = arg;
    if ((i->drill && !t->drills) || i->opened_us < t->from || i->opened_us >= t->to)
        return CDR_OK;
    if (!grow((void **)&t->at, t->count, &t->cap, sizeof *t->at, INCIDENTS_MAX))
        return CDR_E_NOMEM;
    one *o = &t->at[t->count++];
    const int64_t *at = i->times, knew = at[CDR_INCIDENT_AWARENESS] ? at[CDR_INCIDENT_AWARENESS] : at[CDR_INCIDENT_DISCOVERY];
    *o = (one){.id = i->id, .opened_us = i->opened_us, .closed_us = i->closed_us, .kind = kind_index(i->kind), .open = !i->closed_us};
    o->span[DETECT] = between(at[CDR_INCIDENT_BEGAN], at[CDR_INCIDENT_DISCOVERY]);
    o->span[DECIDE] = -at[CDR_INCIDENT_DISCOVERY] - 2;      /* the decisions say until when; see settle_decide */
    o->span[CONTAIN] = between(at[CDR_INCIDENT_DISCOVERY], at[CDR_INCIDENT_CONTAINED]);
    o->span[TELL_AUTHORITY] = between(knew, at[CDR_INCIDENT_NOTIFIED_AUTHORITY]);
    o->span[TELL_PEOPLE] = between(knew, at[CDR_INCIDENT_NOTIFIED_PEOPLE]);
    o->span[RESOLVE] = between(at[CDR_INCIDENT_DISCOVERY], at[CDR_INCIDENT_RESOLVED]);
    return CDR_OK;
}

/* --- decisions --- */

typedef struct decided { int64_t at_us; char cause[40]; } decided;

/* The first word on whom to tell that stands: with a second person where one is needed. */
static cdr_status on_decision(void *arg, const cdr_decision *d)
{
    decided *r = arg;
    int64_t at = d->needs_second ? d->approved_us : d->at_us;
    if (cdr_decision_left_out(d))
        return CDR_OK;
    if (!strcmp(d->name, CAUSE) && !d->replaced)
        snprintf(r->cause, sizeof r->cause, "%s", d->outcome);
    if (strncmp(d->name, "notify", 6) != 0 || d->rejected || !at)
        return CDR_OK;
    r->at_us = r->at_us ? CDR_MIN(r->at_us, at) : at;
    return CDR_OK;
}

/* --- deadlines --- */

typedef struct gathering { trends *t; int64_t incident, closed_us; } gathering;

static cdr_status keep_slack(trends *t, int64_t incident, const cdr_clock *c, int64_t due, int64_t ended, bool open)
{
    if (!strcmp(c->ref, "take-over"))      /* about people, not about the matter */
        return CDR_OK;
    if (!grow((void **)&t->deadlines, t->deadline_count, &t->deadline_cap, sizeof *t->deadlines, DEADLINES_MAX))
        return CDR_E_NOMEM;
    slack *s = &t->deadlines[t->deadline_count++];
    *s = (slack){.incident = incident, .due_us = due, .slack_us = due - ended, .open = open};
    snprintf(s->label, sizeof s->label, "%s", c->label);
    return CDR_OK;
}

static cdr_status on_event(void *arg, const cdr_clock_event *e)
{
    gathering *g = arg;
    if (e->kind == CDR_CLOCK_STOPPED)
        return keep_slack(g->t, g->incident, e->clock, e->meant_us, e->at_us, false);
    /* What still ran when the incident was closed was never done; what was not wanted any more before is no deadline. */
    if (e->kind != CDR_CLOCK_CANCELLED || !g->closed_us || e->at_us < g->closed_us || !strcmp(e->clock->ref, "take-over"))
        return CDR_OK;
    cdr_status s = keep_slack(g->t, g->incident, e->clock, e->clock->due_us, e->at_us, false);
    slack *last = s == CDR_OK ? &g->t->deadlines[g->t->deadline_count - 1] : NULL;
    if (last) {
        last->unmet = true;
        last->slack_us = CDR_MIN(last->slack_us, INT64_C(-1000000));   /* nothing was left, whenever it was closed */
    }
    return s;
}

static cdr_status on_clock(void *arg, const cdr_clock *c)
{
    gathering *g = arg;
    return c->due_us < g->t->now ? keep_slack(g->t, g->incident, c, c->due_us, g->t->now, true) : CDR_OK;
}

static cdr_status look_closer(trends *t, one *o, cdr_err *err)
{
    decided d = {0};
    gathering g = {t, o->id, o->closed_us};
    char subject[CDR_IN_SUBJECT];
    cdr_clocks *clocks = cdr_runs_clocks(t->in->runs);
    cdr_in_subject(o->id, subject);
    cdr_status s = cdr_incident_decisions(t->in, o->id, on_decision, &d, err);
    if (s == CDR_OK)
        s = cdr_clock_events(clocks, subject, on_event, &g, err);
    if (s == CDR_OK)
        s = cdr_clock_each(clocks, subject, false, on_clock, &g, err);
    int64_t discovered = -(o->span[DECIDE] + 2);
    o->span[DECIDE] = between(discovered, d.at_us);
    snprintf(o->cause, sizeof o->cause, "%s", d.cause);
    return s;
}

/* --- into JSON --- */

static bool push(json_t *list, json_t *item)
{
    return json_array_append_new(list, item) == 0;
}

static int by_number(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* The middle of sorted numbers, and of their halves. */
static int64_t quantile(const int64_t *sorted, size_t count, unsigned quarter)
{
    size_t twice = (count - 1) * quarter / 2, low = twice / 2;      /* in half steps */
    return twice % 2 ? sorted[low] + (sorted[low + 1] - sorted[low]) / 2 : sorted[low];
}

static json_t *spans_json(const trends *t)
{
    json_t *list = json_array();
    _cleanup_free_ int64_t *values = cdr_alloc_array(t->count ? t->count : 1, sizeof *values);
    bool ok = list && values;
    for (size_t k = 0; ok && k < SPANS; k++) {
        size_t n = 0;
        for (size_t i = 0; i < t->count; i++)
            if (t->at[i].span[k] >= 0)
                values[n++] = t->at[i].span[k] / 1000000;
        json_t *j = json_pack("{s:s, s:s, s:I, s:I}", "name", spans[k].key, "label", spans[k].label, "known", (json_int_t)n, "of", (json_int_t)t->count);
        if (n)
            qsort(values, n, sizeof *values, by_number);
        static const char *const names[5] = {"least_s", "low_s", "median_s", "high_s", "most_s"};
        for (unsigned q = 0; q < 5; q++)
            json_object_set_new(j, names[q], n ? json_integer(quantile(values, n, q)) : json_null());
        ok = push(list, j);
    }
    if (!ok) {
        json_decref(list);
        return NULL;
    }
    return list;
}

static json_t *deadlines_json(const trends *t)
{
    json_t *list = json_array();
    bool ok = list != NULL;
    for (size_t i = 0; ok && i < t->deadline_count; i++) {
        const slack *s = &t->deadlines[i];
        char name[CDR_IN_SUBJECT];
        cdr_in_subject(s->incident, name);
        ok = push(list, json_pack("{s:s, s:s, s:o, s:I, s:b, s:b, s:b}", "incident", name, "what", s->label, "due", cdr_json_time(s->due_us), "slack_s", (json_int_t)(s->slack_us / 1000000), "late",
                                  (int)(s->slack_us < 0), "open", (int)s->open, "unmet", (int)s->unmet));
    }
    if (!ok) {
        json_decref(list);
        return NULL;
    }
    return list;
}

/* Kinds that happened, most frequent first; when the last was, and how many days lie between two on average. */
typedef struct tally { size_t kind, count; int64_t first, last; } tally;

static int by_count(const void *a, const void *b)
{
    const tally *x = a, *y = b;
    return x->count != y->count ? (x->count < y->count) - (x->count > y->count) : (x->kind > y->kind) - (x->kind < y->kind);
}

static json_t *kinds_json(const trends *t)
{
    json_t *list = json_array();
    _cleanup_free_ tally *kinds = cdr_alloc_array(cdr_incident_kind_count, sizeof *kinds);
    bool ok = list && kinds;
    for (size_t k = 0; ok && k < cdr_incident_kind_count; k++)
        kinds[k] = (tally){.kind = k, .first = INT64_MAX};
    for (size_t i = 0; ok && i < t->count; i++) {
        tally *k = &kinds[t->at[i].kind];
        k->count++;
        k->first = CDR_MIN(k->first, t->at[i].opened_us);
        k->last = CDR_MAX(k->last, t->at[i].opened_us);
    }
    if (ok)
        qsort(kinds, cdr_incident_kind_count, sizeof *kinds, by_count);
    for (size_t k = 0; ok && k < cdr_incident_kind_count && kinds[k].count; k++) {
        const cdr_incident_kind *kind = &cdr_incident_kinds[kinds[k].kind];
        ok = push(list, json_pack("{s:s, s:s, s:I, s:o, s:o}", "kind", kind->key, "label", kind->label, "count", (json_int_t)kinds[k].count, "last", cdr_json_time(kinds[k].last), "every_days",
                                  kinds[k].count > 1 ? json_integer((kinds[k].last - kinds[k].first) / DAY_US / (int64_t)(kinds[k].count - 1)) : json_null()));
    }
    if (!ok) {
        json_decref(list);
        return NULL;
    }
    return list;
}

/* Causes as people named them, each with the kinds it led to. */
static json_t *causes_json(const trends *t)
{
    json_t *list = json_array();
    bool ok = list != NULL;
    for (size_t i = 0; ok && i < t->count; i++) {
        json_t *j, *found = NULL;
        size_t at;
        if (!t->at[i].cause[0])
            continue;
        json_array_foreach(list, at, j)
            if (!strcmp(cdr_json_str(j, "cause"), t->at[i].cause))
                found = j;
        if (!found)
            ok = push(list, found = json_pack("{s:s, s:I, s:{}}", "cause", t->at[i].cause, "count", (json_int_t)0, "kinds"));
        json_t *kinds = json_object_get(found, "kinds");
        const char *key = cdr_incident_kinds[t->at[i].kind].key;
        ok = ok && !json_object_set_new(found, "count", json_integer(json_integer_value(json_object_get(found, "count")) + 1)) &&
             !json_object_set_new(kinds, key, json_integer(json_integer_value(json_object_get(kinds, key)) + 1));
    }
    if (!ok) {
        json_decref(list);
        return NULL;
    }
    return list;
}

/* --- periods --- */

static int32_t month_of(int64_t us)
{
    cdr_date d = cdr_date_from_days(us / DAY_US);
    return d.year * 12 + d.month - 1;
}

static void name_period(int32_t month, int32_t months, char ret[24])
{
    if (months == 1)
        snprintf(ret, 24, "%d-%02d", month / 12, month % 12 + 1);
    else if (months == 3)
        snprintf(ret, 24, "%d Q%d", month / 12, month % 12 / 3 + 1);
    else
        snprintf(ret, 24, "%d", month / 12);
}

static json_t *period_json(const trends *t, int32_t month, int32_t months)
{
    char name[24];
    json_int_t whole = 0;
    json_t *counts = json_object();
    name_period(month, months, name);
    for (size_t i = 0; counts && i < t->count; i++) {
        int32_t m = month_of(t->at[i].opened_us);
        const char *key = cdr_incident_kinds[t->at[i].kind].key;
        if (m < month || m >= month + months)
            continue;
        whole++;
        json_object_set_new(counts, key, json_integer(json_integer_value(json_object_get(counts, key)) + 1));
    }
    return json_pack("{s:s, s:I, s:o}", "name", name, "count", whole, "kinds", counts);
}

static json_t *periods_json(const trends *t, const char **ret_word)
{
    json_t *list = json_array();
    *ret_word = "month";
    if (!t->count)
        return list;
    int32_t first = month_of(t->from), last = month_of(t->to - 1), months = 1;
    if (last - first >= MONTHS_MAX)
        *ret_word = "quarter", months = 3;
    if (last - first >= QUARTERS_MAX * 3)
        *ret_word = "year", months = 12;
    bool ok = list != NULL;
    for (int32_t m = first - first % months; ok && m <= last; m += months)
        ok = push(list, period_json(t, m, months));
    if (!ok) {
        json_decref(list);
        return NULL;
    }
    return list;
}

/* --- all --- */

static cdr_status gather(trends *t, cdr_err *err)
{
    cdr_status s = cdr_incident_each(t->in, true, keep_one, t, err);
    for (size_t i = 0; s == CDR_OK && i < t->count; i++)
        s = look_closer(t, &t->at[i], err);
    if (s == CDR_E_NOMEM && (t->count == INCIDENTS_MAX || t->deadline_count == DEADLINES_MAX))
        return cdr_fail(err, CDR_E_LIMIT, "incident", "trends.many", "That is more than %d incidents or %d deadlines; name a shorter time with --from and --to.", INCIDENTS_MAX, DEADLINES_MAX);
    if (s == CDR_OK && !t->from && t->count) {
        t->from = t->at[0].opened_us;
        for (size_t i = 1; i < t->count; i++)
            t->from = CDR_MIN(t->from, t->at[i].opened_us);
    }
    return s == CDR_E_NOMEM ? cdr_fail_nomem(err, "incident") : s;
}

static json_t *build(const trends *t)
{
    json_int_t late = 0, open = 0;
    const char *word = "month";
    for (size_t i = 0; i < t->deadline_count; i++)
        late += t->deadlines[i].slack_us < 0;
    for (size_t i = 0; i < t->count; i++)
        open += t->at[i].open;
    json_t *periods = periods_json(t, &word);
    return json_pack("{s:o, s:o, s:b, s:I, s:I, s:I, s:I, s:s, s:o, s:o, s:o, s:o, s:o}", "from", cdr_json_time(t->from), "to", cdr_json_time(t->to), "drills", (int)t->drills, "incidents", (json_int_t)t->count, "open", open,
                     "deadlines_met", (json_int_t)t->deadline_count - late, "deadlines_late", late, "period", word, "periods", periods, "kinds", kinds_json(t), "causes", causes_json(t), "times", spans_json(t),
                     "deadlines", deadlines_json(t));
}

cdr_status cdr_incident_trends(cdr_incidents *in, int64_t from_us, int64_t to_us, bool drills, json_t **ret, cdr_err *err)
{
    trends t = {.in = in, .from = from_us, .to = to_us, .now = cdr_in_now(in), .drills = drills};
    *ret = NULL;
    if (to_us <= from_us)
        return cdr_fail(err, CDR_E_INVAL, "incident", "trends.period", "The time ends before it begins.");
    cdr_status s = gather(&t, err);
    if (s == CDR_OK && !(*ret = build(&t)))
        s = cdr_fail_nomem(err, "incident");
    cdr_free(t.at);
    cdr_free(t.deadlines);
    return s;
}
