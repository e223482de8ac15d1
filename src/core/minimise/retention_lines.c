/* SPDX-License-Identifier: Apache-2.0 */
/* From the categories of an object to what is counted in it: rules with the same answer once, each with its columns and days. */
#include "core/minimise/retention_parts.h"

#include "candor/crypto.h"
#include "base/parse.h"
#include "core/taxonomy/taxonomy.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define NO_WANT 255u

void cdr_rt_problem(cdr_rt_tally *t, const char *fmt, ...)
{
    va_list ap;
    if (t->problem[0])
        return;
    va_start(ap, fmt);
    vsnprintf(t->problem, sizeof t->problem, fmt, ap);
    va_end(ap);
}

static bool same_keys(const cdr_key_set *a, const cdr_key_set *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++)
        if (strcmp(a->keys[i], b->keys[i]) != 0)
            return false;
    return true;
}

static uint8_t want_of(cdr_rt_tally *t, const cdr_key_set *fields)
{
    for (size_t i = 0; i < t->want_count; i++)
        if (same_keys(&t->wants[i], fields))
            return (uint8_t)i;
    if (t->want_count == CDR_RT_WANTS) {
        t->too_many = true;
        return NO_WANT;
    }
    t->wants[t->want_count] = *fields;
    return (uint8_t)t->want_count++;
}

/* Where the dates of one clock stand: ${r} may leave that to another rule of its clock. */
static cdr_key_set fields_of(cdr_retention_world *w, const cdr_retention_answer *a, const cdr_retention_rule *r)
{
    if (r->trigger_fields.count)
        return r->trigger_fields;
    for (size_t i = 0; i < a->end_count + a->keep_count; i++) {
        const cdr_retention_rule *other = i < a->end_count ? a->ends[i] : a->keeps[i - a->end_count];
        if (other->trigger_fields.count && cdr_retention_same_clock(r, other))
            return other->trigger_fields;
    }
    for (size_t i = 0; !*r->trigger && i < a->end_count + a->keep_count; i++) {
        const cdr_retention_rule *other = i < a->end_count ? a->ends[i] : a->keeps[i - a->end_count];
        if (*other->trigger && cdr_retention_same_clock(r, other))
            return cdr_retention_fields(w, other);
    }
    return cdr_retention_fields(w, r);
}

static int64_t day_of(cdr_period p, cdr_date today)
{
    return cdr_days_from_date(cdr_retention_day(p, today));
}

static bool same_line(const cdr_rt_line *a, const cdr_rt_line *b)
{
    if (a->rule != b->rule || a->held != b->held || a->end.want != b->end.want || a->end.cutoff != b->end.cutoff || a->guard_count != b->guard_count)
        return false;
    for (size_t i = 0; i < a->guard_count; i++)
        if (a->guards[i].want != b->guards[i].want || a->guards[i].cutoff != b->guards[i].cutoff)
            return false;
    return true;
}

static void add_line(cdr_rt_tally *t, cdr_rt_group *g, const cdr_rt_line *line)
{
    size_t i;
    for (i = 0; i < t->line_count && !same_line(&t->lines[i], line); i++)
        ;
    if (i == t->line_count) {
        if (i == CDR_RT_LINES) {
            t->too_many = true;
            return;
        }
        t->lines[t->line_count++] = *line;
    }
    g->lines |= UINT32_C(1) << i;
}

/* One maximum, with the minima of its own clock folded in and the others as guards. */
static void line_of(cdr_retention_world *w, cdr_rt_tally *t, cdr_rt_group *g, const cdr_retention_rule *end, cdr_date today)
{
    const cdr_retention_answer *a = g->answer;
    cdr_rt_line line = {.rule = end, .answer = a, .held = a->why == CDR_KEPT_BY_HOLD, .oldest_over = INT32_MAX, .oldest = INT32_MAX};
    cdr_key_set fields = fields_of(w, a, end);
    line.end = (cdr_rt_clock){want_of(t, &fields), day_of(end->period, today)};
    for (size_t i = 0; i < a->keep_count; i++) {
        const cdr_retention_rule *keep = a->keeps[i];
        int64_t day = day_of(keep->minimum, today);
        cdr_key_set other = fields_of(w, a, keep);
        if (cdr_retention_same_clock(keep, end) && (same_keys(&fields, &other) || !keep->trigger_fields.count || !end->trigger_fields.count)) {
            if (day < line.end.cutoff) {
                line.end.cutoff = day;
                line.rule = keep;
            }
        } else {
            line.guards[line.guard_count++] = (cdr_rt_clock){want_of(t, &other), day};
        }
    }
    add_line(t, g, &line);
}

/* Nothing ends it, but other categories of the record may: until the minima have run out it stays. */
static void by_guards(cdr_retention_world *w, cdr_rt_tally *t, cdr_rt_group *g, cdr_date today)
{
    const cdr_retention_answer *a = g->answer;
    g->stay = a->keep_count ? CDR_RT_BY_GUARDS : CDR_RT_FREE;
    for (size_t i = 0; i < a->keep_count; i++) {
        cdr_key_set fields = fields_of(w, a, a->keeps[i]);
        g->guards[g->guard_count++] = (cdr_rt_clock){want_of(t, &fields), day_of(a->keeps[i]->minimum, today)};
    }
}

static void lines_of(cdr_retention_world *w, cdr_rt_tally *t, cdr_rt_group *g, cdr_date today)
{
    const cdr_retention_answer *a = g->answer;
    switch (a->why) {
    case CDR_NO_RULE: g->stay = CDR_RT_FREE; return;
    case CDR_KEPT_FOR_EVER: g->stay = CDR_RT_STAYS; return;
    case CDR_RETENTION_UNKNOWN:
        if (a->overflow || a->maybe_for_ever)
            g->stay = CDR_RT_STAYS;
        else                                 /* a maximum that may not apply is no reason to stay */
            by_guards(w, t, g, today);
        return;
    case CDR_KEPT_BY_MINIMUM:
    case CDR_KEPT_BY_HOLD:
    case CDR_ENDED_BY_MAXIMUM: break;
    }
    g->stay = a->why == CDR_KEPT_BY_HOLD ? CDR_RT_STAYS : CDR_RT_BY_LINES;
    for (size_t i = 0; i < a->end_count; i++)
        line_of(w, t, g, a->ends[i], today);
    if (a->end_count == 0 && a->why == CDR_KEPT_BY_MINIMUM)
        by_guards(w, t, g, today);
}

/* Rules, not explanations: two categories that the same rules answer for are one group. */
static bool same_answer(const cdr_retention_answer *a, const cdr_retention_answer *b)
{
    return a->why == b->why && a->won == b->won && a->end_count == b->end_count && a->keep_count == b->keep_count && !strcmp(a->explanation, b->explanation)
           && !memcmp(a->ends, b->ends, a->end_count * sizeof *a->ends) && !memcmp(a->keeps, b->keeps, a->keep_count * sizeof *a->keeps);
}

static cdr_rt_group *group_of(cdr_rt_tally *t, const cdr_retention_answer *a)
{
    for (size_t i = 0; i < t->group_count; i++)
        if (same_answer(t->groups[i].answer, a))
            return &t->groups[i];
    if (t->group_count == CDR_RT_GROUPS) {
        t->too_many = true;
        return NULL;
    }
    cdr_rt_group *g = &t->groups[t->group_count++];
    g->answer = a;
    return g;
}

cdr_status cdr_rt_plan(cdr_retention_world *w, const char *system, const char *path, const uint64_t categories[CDR_RT_CATEGORIES / 64], cdr_date today, cdr_rt_tally *ret, cdr_err *err)
{
    const cdr_taxonomy *tax = &cdr_taxonomies[CDR_TAXONOMY_CATEGORY];
    *ret = (cdr_rt_tally){0};
    for (size_t i = 0; i < CDR_MIN(tax->count, (size_t)CDR_RT_CATEGORIES); i++) {
        if (!(categories[i / 64] >> i % 64 & 1))
            continue;
        const cdr_retention_answer *a = cdr_retention_ask(w, system, path, tax->entries[i].key);
        if (!a)
            return cdr_fail_nomem(err, "minimise");
        cdr_rt_group *g = group_of(ret, a);
        if (g)
            g->categories[i / 64] |= UINT64_C(1) << i % 64;
    }
    for (size_t i = 0; i < ret->group_count; i++)
        lines_of(w, ret, &ret->groups[i], today);
    if (ret->too_many)
        cdr_rt_problem(ret, "more rules and columns come together here than can be counted at once; make the rules fewer");
    return CDR_OK;
}

static void add_clock(cdr_buf *b, const cdr_rt_tally *t, const cdr_rt_clock *c)
{
    for (size_t i = 0; c->want < t->want_count && i < t->wants[c->want].count; i++)
        cdr_buf_addf(b, "%s|", t->wants[c->want].keys[i]);
    cdr_buf_addf(b, "%lld;", (long long)c->cutoff);
}

void cdr_rt_basis(const cdr_rt_tally *t, cdr_date today, char ret[17])
{
    _cleanup_buf_ cdr_buf b = CDR_BUF(1 << 20);
    uint8_t hash[CDR_SHA256_BYTES];
    cdr_buf_addf(&b, "%lld", (long long)cdr_days_from_date(today));
    for (size_t i = 0; i < t->line_count; i++) {
        const cdr_rt_line *l = &t->lines[i];
        cdr_buf_addf(&b, "\n%s %d ", l->rule->head.id, (int)l->held);
        add_clock(&b, t, &l->end);
        for (size_t j = 0; j < l->guard_count; j++)
            add_clock(&b, t, &l->guards[j]);
    }
    for (size_t i = 0; i < t->group_count; i++) {
        const cdr_rt_group *g = &t->groups[i];
        cdr_buf_addf(&b, "\n%d %x %s ", (int)g->stay, (unsigned)g->lines, g->answer->explanation);
        cdr_rt_category_names(g->categories, &b);
        for (size_t j = 0; j < g->guard_count; j++)
            add_clock(&b, t, &g->guards[j]);
    }
    cdr_sha256(b.data ? b.data : "", b.len, hash);
    cdr_hex_encode(hash, 8, ret);
}

void cdr_rt_category_names(const uint64_t categories[CDR_RT_CATEGORIES / 64], cdr_buf *out)
{
    const cdr_taxonomy *tax = &cdr_taxonomies[CDR_TAXONOMY_CATEGORY];
    const char *comma = "";
    for (size_t i = 0; i < CDR_MIN(tax->count, (size_t)CDR_RT_CATEGORIES); i++)
        if (categories[i / 64] >> i % 64 & 1) {
            cdr_buf_addf(out, "%s%s", comma, tax->entries[i].key);
            comma = ", ";
        }
}
