/* SPDX-License-Identifier: Apache-2.0 */
#include "core/policy/retention.h"

#include "base/text.h"
#include "core/taxonomy/taxonomy.h"

#include <string.h>

const char *const cdr_retention_why_names[] = {"hold", "minimum", "maximum", "for ever", "no rule", "unknown", NULL};
const char *const cdr_retention_lost_words[] = {
    "a legal hold beats every rule", "a legal minimum beats a maximum", "the shortest maximum counts", "the longest minimum counts", "its minimum has run out before", "it says the same",
    "it counts from an event of its own", "it may not apply here", "nobody has approved keeping without end", NULL};

/* --- lengths and days --- */

/* 400 years are 146,097 days and 4,800 months. */
static int64_t length_of(cdr_period p)
{
    return ((int64_t)p.years * 12 + p.months) * 146097 + (int64_t)p.days * 4800;
}

int cdr_retention_compare(cdr_period a, cdr_period b)
{
    int64_t x = length_of(a), y = length_of(b);
    return (x > y) - (x < y);
}

/* Over age is what ended yesterday or earlier: the period of the last such day has gone by on the day before today. */
cdr_date cdr_retention_day(cdr_period p, cdr_date today)
{
    cdr_date last = cdr_period_before(cdr_date_from_days(cdr_days_from_date(today) - 1), p);
    return cdr_date_from_days(cdr_days_from_date(last) + 1);
}

bool cdr_retention_same_clock(const cdr_retention_rule *a, const cdr_retention_rule *b)
{
    bool a_names = *a->trigger || a->trigger_fields.count, b_names = *b->trigger || b->trigger_fields.count;
    if (!a_names || !b_names)
        return true;
    if (*a->trigger && cdr_ascii_ieq(a->trigger, strlen(a->trigger), b->trigger, strlen(b->trigger)))
        return true;
    for (size_t i = 0; i < a->trigger_fields.count; i++)
        for (size_t j = 0; j < b->trigger_fields.count; j++)
            if (!strcmp(a->trigger_fields.keys[i], b->trigger_fields.keys[j]))
                return true;
    return false;
}

bool cdr_retention_cutoff(const cdr_retention_answer *a, cdr_date today, cdr_date *ret)
{
    if ((a->why != CDR_ENDED_BY_MAXIMUM && a->why != CDR_KEPT_BY_MINIMUM) || !a->has_end || !a->won)
        return false;
    int64_t ends = INT64_MIN, keeps = INT64_MAX;
    for (size_t i = 0; i < a->end_count; i++)
        if (cdr_retention_same_clock(a->ends[i], a->won))
            ends = CDR_MAX(ends, cdr_days_from_date(cdr_retention_day(a->ends[i]->period, today)));
    for (size_t i = 0; i < a->keep_count; i++)
        if (cdr_retention_same_clock(a->keeps[i], a->won))
            keeps = CDR_MIN(keeps, cdr_days_from_date(cdr_retention_day(a->keeps[i]->minimum, today)));
    *ret = cdr_date_from_days(CDR_MIN(ends, keeps));
    return ends != INT64_MIN;
}

bool cdr_retention_other_clocks(const cdr_retention_answer *a)
{
    for (size_t i = 0; i < a->keep_count && a->won; i++)
        if (!cdr_retention_same_clock(a->keeps[i], a->won))
            return true;
    return false;
}

/* --- which rules apply --- */

static cdr_truth any_within(const cdr_key_set *wanted, const cdr_key_set *rule)
{
    cdr_truth t = CDR_FALSE;
    for (size_t i = 0; i < wanted->count; i++)
        for (size_t j = 0; j < rule->count; j++) {
            if (cdr_taxon_within(wanted->keys[i], rule->keys[j]))
                return CDR_TRUE;
            if (cdr_taxon_within(rule->keys[j], wanted->keys[i]))
                t = CDR_UNKNOWN;             /* the wider word may mean the narrower thing */
        }
    return t;
}

static bool has_system(const cdr_key_set *systems, const char *system)
{
    if (!*system)
        system = "unregistered";
    for (size_t i = 0; i < systems->count; i++)
        if (!strcmp(systems->keys[i], system))
            return true;
    return systems->count == 0;
}

static cdr_truth applies(const cdr_retention_rule *r, const cdr_retention_question *q)
{
    const char *key[] = {q->category ? q->category : ""};
    cdr_key_set category = {key, *key[0] ? 1 : 0, *key[0] != 0};
    cdr_truth t = CDR_TRUE, uses = CDR_TRUE;
    if (!r->head.enabled || !has_system(&r->systems, q->system ? q->system : ""))
        return CDR_FALSE;
    if (r->categories.count)
        t = category.count ? any_within(&category, &r->categories) : CDR_UNKNOWN;
    if (r->purposes.count)
        uses = any_within(&q->uses, &r->purposes);
    if (uses == CDR_FALSE && (!q->uses.known || !q->uses.count))
        uses = CDR_UNKNOWN;                  /* for something that nobody has told */
    return t == CDR_FALSE || uses == CDR_FALSE ? CDR_FALSE : t == CDR_UNKNOWN ? t : uses;
}

/* --- gathering, in an order that does not depend on the file's --- */

typedef struct gathering {
    cdr_retention_answer *a;
    const cdr_retention_rule *for_ever, *unapproved, *uncertain;   /* the first of each by id */
    size_t applied;
} gathering;

static int by_id(const cdr_retention_rule *a, const cdr_retention_rule *b)
{
    int d = strcmp(a->head.id, b->head.id);
    return d ? d : strcmp(a->head.where, b->head.where);
}

static int order(const cdr_retention_rule *a, const cdr_retention_rule *b, bool minima)
{
    int d = minima ? -cdr_retention_compare(a->minimum, b->minimum) : cdr_retention_compare(a->period, b->period);
    return d ? d : by_id(a, b);
}

static bool same_period(cdr_period a, cdr_period b)
{
    return a.years == b.years && a.months == b.months && a.days == b.days;
}

static bool same_trigger(const cdr_retention_rule *a, const cdr_retention_rule *b)
{
    if (!cdr_ascii_ieq(a->trigger, strlen(a->trigger), b->trigger, strlen(b->trigger)) || a->trigger_fields.count != b->trigger_fields.count)
        return false;
    for (size_t i = 0; i < a->trigger_fields.count; i++)
        if (strcmp(a->trigger_fields.keys[i], b->trigger_fields.keys[i]) != 0)
            return false;
    return true;
}

/* Into its place among those before; of equals the first by id stays. */
static void put(cdr_retention_answer *a, const cdr_retention_rule *r, bool minima)
{
    const cdr_retention_rule **list = minima ? a->keeps : a->ends;
    size_t *count = minima ? &a->keep_count : &a->end_count, i;
    for (i = 0; i < *count && !(same_period(minima ? list[i]->minimum : list[i]->period, minima ? r->minimum : r->period) && same_trigger(list[i], r)); i++)
        ;
    if (i < *count) {
        if (by_id(list[i], r) <= 0)
            return;
        for ((*count)--; i < *count; i++)
            list[i] = list[i + 1];
    }
    if (*count == CDR_RETENTION_MAX) {
        a->overflow = true;
        return;
    }
    for (i = (*count)++; i > 0 && order(r, list[i - 1], minima) < 0; i--)
        list[i] = list[i - 1];
    list[i] = r;
}

static void first_of(const cdr_retention_rule **kept, const cdr_retention_rule *r)
{
    if (!*kept || by_id(r, *kept) < 0)
        *kept = r;
}

static void gather(gathering *g, const cdr_retention_rule *rules, size_t count, const cdr_retention_question *q)
{
    for (size_t i = 0; i < count; i++) {
        const cdr_retention_rule *r = &rules[i];
        cdr_truth t = applies(r, q);
        if (t == CDR_FALSE)
            continue;
        if (r->has_minimum)
            put(g->a, r, true);
        if (r->has_period && t == CDR_TRUE)
            put(g->a, r, false);
        else if (r->has_period || (r->indefinite && t == CDR_UNKNOWN))
            first_of(&g->uncertain, r);
        else if (r->indefinite)
            first_of(*r->approver ? &g->for_ever : &g->unapproved, r);
        g->a->maybe_for_ever |= r->indefinite && t == CDR_UNKNOWN;
        g->applied += r->has_period || r->has_minimum || (r->indefinite && *r->approver);
    }
}

/* --- who won, who lost --- */

/* The longest minimum on the clock of ${r}. */
static const cdr_retention_rule *keep_on(const cdr_retention_answer *a, const cdr_retention_rule *r)
{
    for (size_t i = 0; i < a->keep_count; i++)
        if (cdr_retention_same_clock(a->keeps[i], r))
            return a->keeps[i];
    return NULL;
}

static void choose(gathering *g)
{
    cdr_retention_answer *a = g->a;
    a->has_end = a->end_count > 0;
    if (a->overflow) {
        a->why = CDR_RETENTION_UNKNOWN;
    } else if (a->has_end) {
        const cdr_retention_rule *end = a->ends[0], *keep = keep_on(a, end);
        bool kept = keep && cdr_retention_compare(keep->minimum, end->period) > 0;
        a->why = kept ? CDR_KEPT_BY_MINIMUM : CDR_ENDED_BY_MAXIMUM;
        a->won = kept ? keep : end;
        a->period = kept ? keep->minimum : end->period;
    } else if (g->for_ever) {
        a->why = CDR_KEPT_FOR_EVER;
        a->won = g->for_ever;
    } else if (a->keep_count) {
        a->why = g->uncertain ? CDR_RETENTION_UNKNOWN : CDR_KEPT_BY_MINIMUM;
        a->won = a->keeps[0];
        a->period = a->won->minimum;
    } else {
        a->why = g->uncertain ? CDR_RETENTION_UNKNOWN : CDR_NO_RULE;
    }
}

static cdr_retention_lost why_lost(const cdr_retention_answer *a, const cdr_retention_rule *r, bool certain)
{
    const cdr_retention_rule *w = a->won;
    if (a->why == CDR_KEPT_BY_HOLD)
        return CDR_LOST_TO_HOLD;
    if (r->indefinite && !r->has_period && !r->has_minimum)
        return *r->approver ? CDR_LOST_LONGER : CDR_LOST_NOT_APPROVED;
    if (r->has_period && !certain && !r->has_minimum)
        return CDR_LOST_UNCERTAIN;
    if (!w)
        return CDR_LOST_UNCERTAIN;
    if (!cdr_retention_same_clock(r, w))
        return CDR_LOST_OTHER_CLOCK;
    if (a->why == CDR_KEPT_BY_MINIMUM) {
        if (r->has_minimum)
            return same_period(r->minimum, w->minimum) ? CDR_LOST_SAME : CDR_LOST_SHORTER;
        return CDR_LOST_TO_MINIMUM;
    }
    if (r->has_period && certain)
        return same_period(r->period, a->period) ? CDR_LOST_SAME : CDR_LOST_LONGER;
    return CDR_LOST_RUN_OUT;
}

static void add_lost(cdr_retention_answer *a, const cdr_retention_rule *r, cdr_retention_lost why)
{
    size_t i;
    a->clash = a->clash || (why != CDR_LOST_SAME && why != CDR_LOST_NOT_APPROVED && why != CDR_LOST_UNCERTAIN && why != CDR_LOST_RUN_OUT && why != CDR_LOST_TO_HOLD);
    if (a->lost_count == CDR_RETENTION_MAX && (why > a->lost_why[CDR_RETENTION_MAX - 1] || (why == a->lost_why[CDR_RETENTION_MAX - 1] && by_id(r, a->lost[CDR_RETENTION_MAX - 1]) > 0)))
        return;
    a->lost_count += a->lost_count < CDR_RETENTION_MAX;
    for (i = a->lost_count - 1; i > 0 && (why < a->lost_why[i - 1] || (why == a->lost_why[i - 1] && by_id(r, a->lost[i - 1]) < 0)); i--) {
        a->lost[i] = a->lost[i - 1];
        a->lost_why[i] = a->lost_why[i - 1];
    }
    a->lost[i] = r;
    a->lost_why[i] = why;
}

static void list_lost(cdr_retention_answer *a, const cdr_retention_rule *rules, size_t count, const cdr_retention_question *q)
{
    for (size_t i = 0; i < count; i++) {
        cdr_truth t = applies(&rules[i], q);
        if (t != CDR_FALSE && &rules[i] != a->won && (rules[i].has_period || rules[i].has_minimum || rules[i].indefinite))
            add_lost(a, &rules[i], why_lost(a, &rules[i], t == CDR_TRUE));
    }
}

/* --- in words --- */

void cdr_retention_citation(const cdr_retention_rule *r, cdr_buf *out)
{
    bool weak = strcmp(r->confidence, "high") != 0 && strcmp(r->confidence, "medium") != 0;
    if (!*r->source)
        return;
    cdr_buf_addf(out, "%s (%s%s, confidence %s%s)", r->source, *r->source_as_of ? "as of " : "as of a day nobody noted", r->source_as_of, *r->confidence ? r->confidence : "unknown",
                 weak ? ": ask counsel" : "");
}

static void cite(cdr_buf *out, const cdr_retention_rule *r)
{
    if (!*r->source)
        return;
    cdr_buf_adds(out, " Source: ");
    cdr_retention_citation(r, out);
    cdr_buf_addc(out, '.');
}

static void for_how_long(cdr_buf *out, const char *least, cdr_period p, const cdr_retention_rule *r)
{
    cdr_buf_addf(out, "%s ", least);
    cdr_period_words(p, out);
    if (*r->trigger)
        cdr_buf_addf(out, " after %s", r->trigger);
}

static void tell_lost(cdr_buf *out, const cdr_retention_answer *a)
{
    for (size_t i = 0; i < a->lost_count; i++) {
        const cdr_retention_rule *r = a->lost[i];
        if (a->why == CDR_RETENTION_UNKNOWN && a->lost_why[i] == CDR_LOST_UNCERTAIN)
            continue;                        /* told already */
        bool minimum = r->has_minimum && (!r->has_period || a->lost_why[i] == CDR_LOST_SHORTER || a->lost_why[i] == CDR_LOST_RUN_OUT);
        cdr_buf_addf(out, " %s (", r->head.id);
        if (r->indefinite && !minimum && !r->has_period)
            cdr_buf_adds(out, "without end");
        else
            for_how_long(out, minimum ? "at least" : "at most", minimum ? r->minimum : r->period, r);
        cdr_buf_addf(out, ") %s: %s.", a->lost_why[i] == CDR_LOST_OTHER_CLOCK ? "counts too" : "gives way", cdr_retention_lost_words[a->lost_why[i]]);
    }
}

static void tell_uncertain(cdr_buf *out, const cdr_retention_answer *a, const cdr_retention_question *q)
{
    size_t count = 0;
    bool uses = false;
    cdr_buf_adds(out, "It cannot be told whether");
    for (size_t i = 0; i < a->lost_count; i++) {
        const cdr_retention_rule *r = a->lost[i];
        if (a->lost_why[i] != CDR_LOST_UNCERTAIN)
            continue;
        cdr_buf_addf(out, "%s %s", count++ ? " or" : "", r->head.id);
        if (r->has_period) {
            cdr_buf_adds(out, " (");
            for_how_long(out, "at most", r->period, r);
            cdr_buf_addc(out, ')');
        }
        uses |= r->purposes.count != 0;
    }
    cdr_buf_addf(out, "%s: %s.", count == 1 ? " applies" : " apply",
                 !uses || (q->uses.known && q->uses.count) ? "it is about a part of what this may be" : "nobody has said what this is used for");
}

static void tell_won(cdr_buf *out, const cdr_retention_answer *a, const gathering *g, const cdr_retention_question *q)
{
    const cdr_retention_rule *w = a->won;
    switch (a->why) {
    case CDR_KEPT_BY_HOLD:
        cdr_buf_addf(out, "The legal hold %s keeps it, whatever a rule says.", q->hold && *q->hold ? q->hold : "on it");
        return;
    case CDR_KEPT_BY_MINIMUM:
        cdr_buf_addf(out, "%s keeps it: ", w->head.id);
        for_how_long(out, "at least", a->period, w);
        cdr_buf_adds(out, a->has_end ? "." : ". No rule says when it must go.");
        break;
    case CDR_ENDED_BY_MAXIMUM:
        cdr_buf_addf(out, "%s ends it: ", w->head.id);
        for_how_long(out, "at most", a->period, w);
        cdr_buf_addc(out, '.');
        break;
    case CDR_KEPT_FOR_EVER:
        cdr_buf_addf(out, "%s lets it be kept without end; approved by %s.", w->head.id, w->approver);
        break;
    case CDR_NO_RULE:
        if (g->unapproved)
            cdr_buf_addf(out, "No rule counts: %s would keep it without end, but nobody has approved that.", g->unapproved->head.id);
        else
            cdr_buf_adds(out, "No retention rule covers it.");
        return;
    case CDR_RETENTION_UNKNOWN:
        if (a->overflow)
            cdr_buf_adds(out, "More rules apply than can be weighed; make them fewer.");
        else
            tell_uncertain(out, a, q);
        return;
    }
    cite(out, w);
}

static void explain(cdr_retention_answer *a, const gathering *g, const cdr_retention_question *q)
{
    _cleanup_buf_ cdr_buf out = CDR_BUF(16384);
    tell_won(&out, a, g, q);
    if (a->why != CDR_NO_RULE)
        tell_lost(&out, a);
    size_t len = out.data ? CDR_MIN(out.len, sizeof a->explanation - 1) : 0;
    if (len < out.len)
        for (len -= 3; len > 0 && ((unsigned char)out.data[len] & 0xC0) == 0x80; len--)
            ;
    if (len)
        memcpy(a->explanation, out.data, len);
    a->explanation[len] = 0;
    if (len < out.len)
        memcpy(a->explanation + len, "\xe2\x80\xa6", sizeof "\xe2\x80\xa6");
}

void cdr_retention_resolve(const cdr_policy *p, const cdr_retention_question *q, cdr_retention_answer *ret)
{
    gathering g = {.a = ret};
    *ret = (cdr_retention_answer){.hold = q->held && q->hold ? q->hold : ""};
    gather(&g, p->retention, p->retention_count, q);
    bool own = g.applied == 0 && q->own_count;
    if (own)
        gather(&g, q->own, q->own_count, q);
    choose(&g);
    if (q->held) {
        ret->why = CDR_KEPT_BY_HOLD;
        ret->won = NULL;
    }
    list_lost(ret, p->retention, p->retention_count, q);
    if (own)
        list_lost(ret, q->own, q->own_count, q);
    explain(ret, &g, q);
}

bool cdr_retention_of_activity(const cdr_retention_own *own, cdr_retention_rule *ret)
{
    *ret = (cdr_retention_rule){
        .head = {.id = own->id, .title = "", .why = "", .law = "", .remedy = "", .where = "the register", .enabled = true, .severity = CDR_SEV_MEDIUM},
        .categories = own->categories, .purposes = own->uses, .systems = own->systems, .trigger = own->trigger ? own->trigger : "", .trigger_fields = own->fields,
        .source = own->source ? own->source : "", .source_as_of = "", .confidence = "", .approver = "", .action = CDR_RETAIN_REVIEW,
    };
    ret->has_period = own->period && *own->period && cdr_period_parse(own->period, &ret->period);
    return ret->has_period;
}
