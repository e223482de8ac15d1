/* SPDX-License-Identifier: Apache-2.0 */
/* The tally of one object, record by record. Three-valued: a date that is not certain leaves the record unknown, unless the other dates decide. */
#include "core/minimise/retention_parts.h"

#include <stdio.h>
#include <string.h>

#define DAY_US INT64_C(86400000000)

static bool names_file(const cdr_key_set *fields)
{
    for (size_t i = 0; i < fields->count; i++)
        if (!strcmp(fields->keys[i], "file"))
            return true;
    return false;
}

/* "orders[].ordered_at" by its last name, when no other path ends in it. */
static size_t by_last_name(const cdr_key_set *fields, const char *const *names, size_t count)
{
    size_t found = SIZE_MAX;
    for (size_t i = 0; i < count; i++) {
        const char *dot = names[i] ? strrchr(names[i], '.') : NULL, *last = dot ? dot + 1 : NULL;
        if (!last || cdr_record_trigger_column(fields, &last, 1, NULL) == SIZE_MAX)
            continue;
        if (found != SIZE_MAX)
            return SIZE_MAX;
        found = i;
    }
    return found;
}

/* Which of two columns of one name dates a record, nobody can tell. */
static bool stands_twice(const char *const *names, size_t count, const char *name)
{
    size_t n = 0;
    for (size_t i = 0; i < count; i++)
        n += names[i] && !strcmp(names[i], name);
    return n > 1;
}

bool cdr_rt_columns(cdr_rt_tally *t, const char *const *names, size_t count, int64_t mtime_us)
{
    bool any = false;
    for (size_t i = 0; i < t->want_count; i++) {
        cdr_rt_column *c = &t->columns[i];
        size_t at = cdr_record_trigger_column(&t->wants[i], names, count, NULL);
        if (at == SIZE_MAX)
            at = by_last_name(&t->wants[i], names, count);
        *c = (cdr_rt_column){.found = at != SIZE_MAX, .said = c->said};
        if (c->found) {
            snprintf(c->name, sizeof c->name, "%s", names[at]);
            c->found = strlen(names[at]) < sizeof c->name;
            if (stands_twice(names, count, c->name)) {
                c->found = false;
                cdr_rt_problem(t, "two columns are called %.60s, so that it cannot be told which dates a record", c->name);
            }
        } else if (names_file(&t->wants[i]) && mtime_us > 0) {
            int32_t day = (int32_t)(mtime_us / DAY_US);
            *c = (cdr_rt_column){.file = true, .name = "file", .fixed = {CDR_RECORD_DAY, CDR_SAYS_NOTHING, day, day}};
        }
        any |= c->found || c->file;
    }
    return any;
}

bool cdr_rt_is_file(const cdr_rt_tally *t)
{
    bool file = false;
    for (size_t i = 0; i < t->want_count; i++) {
        if (t->columns[i].found)
            return false;
        file |= t->columns[i].file;
    }
    return file;
}

void cdr_rt_file_row(cdr_rt_tally *t)
{
    const cdr_record_date none[CDR_RT_WANTS] = {{0}};
    cdr_rt_row(t, none);
}

/* --- one record --- */

static unsigned reading_of(const cdr_record_date *d, const cdr_record_column *c)
{
    int32_t day;
    if (!cdr_record_date_day(d, c, &day))
        return 4;
    return day == d->first ? 1 : 2;
}

static cdr_truth before(cdr_rt_tally *t, const cdr_record_date dates[CDR_RT_WANTS], const cdr_rt_clock *clock)
{
    if (clock->want >= t->want_count)
        return CDR_UNKNOWN;
    cdr_rt_column *c = &t->columns[clock->want];
    const cdr_record_date *d = c->file ? &c->fixed : &dates[clock->want];
    if (d->kind == CDR_RECORD_ORDER || d->kind == CDR_RECORD_EPOCH)
        c->used |= reading_of(d, &c->said);
    return cdr_record_date_before(d, &c->said, clock->cutoff);
}

static cdr_truth all_before(cdr_rt_tally *t, const cdr_record_date dates[CDR_RT_WANTS], const cdr_rt_clock *clocks, size_t count)
{
    cdr_truth all = CDR_TRUE;
    for (size_t i = 0; i < count; i++) {
        cdr_truth one = before(t, dates, &clocks[i]);
        if (one == CDR_FALSE)
            return CDR_FALSE;
        if (one == CDR_UNKNOWN)
            all = CDR_UNKNOWN;
    }
    return all;
}

/* May the record go as a whole, for all that these categories care? */
static bool lets_go(cdr_rt_tally *t, const cdr_record_date dates[CDR_RT_WANTS], const cdr_rt_group *g, uint32_t over)
{
    switch (g->stay) {
    case CDR_RT_BY_LINES: return g->lines & over;
    case CDR_RT_FREE: return true;
    case CDR_RT_STAYS: return false;
    case CDR_RT_BY_GUARDS: return all_before(t, dates, g->guards, g->guard_count) == CDR_TRUE;
    }
    return false;
}

static void note_oldest(cdr_rt_tally *t, const cdr_record_date dates[CDR_RT_WANTS], cdr_rt_line *l, bool over)
{
    int32_t day;
    const cdr_rt_column *c = &t->columns[l->end.want];
    if (l->end.want >= t->want_count || !cdr_record_date_day(c->file ? &c->fixed : &dates[l->end.want], &c->said, &day))
        return;
    l->oldest = CDR_MIN(l->oldest, day);
    if (over)
        l->oldest_over = CDR_MIN(l->oldest_over, day);
}

void cdr_rt_row(cdr_rt_tally *t, const cdr_record_date dates[CDR_RT_WANTS])
{
    uint32_t gone = 0;                       /* lines by which it is past its period and that no hold stops */
    t->rows++;
    if (!t->settled)
        for (size_t i = 0; i < t->want_count; i++)
            cdr_record_column_add(&t->columns[i].said, &dates[i]);
    for (size_t i = 0; i < t->line_count; i++) {
        cdr_rt_line *l = &t->lines[i];
        cdr_truth end = before(t, dates, &l->end), keeps = end == CDR_FALSE || !l->guard_count ? CDR_TRUE : all_before(t, dates, l->guards, l->guard_count);
        cdr_truth is = cdr_truth_and(end, keeps);
        note_oldest(t, dates, l, is == CDR_TRUE);
        l->undated += is == CDR_UNKNOWN;
        if (is != CDR_TRUE)
            continue;
        if (l->held) {
            l->kept++;
            continue;
        }
        l->over_age++;
        l->again += gone != 0;
        gone |= UINT32_C(1) << i;
    }
    if (!gone)
        return;
    bool whole = true;
    for (size_t i = 0; i < t->group_count && whole; i++)
        whole = lets_go(t, dates, &t->groups[i], gone);
    for (size_t i = 0; i < t->line_count && !whole; i++)
        t->lines[i].kept += gone >> i & 1;
}

bool cdr_rt_end(cdr_rt_tally *t)
{
    bool again = false;
    for (size_t i = 0; i < t->want_count && !t->settled; i++) {
        cdr_rt_column *c = &t->columns[i];
        const cdr_record_column *s = &c->said;
        /* What the column means now, as the bit that every use should have had. Order and epoch never stand in one column that decides. */
        bool order = (s->day_first > 0) != (s->month_first > 0);
        unsigned right = order ? (s->day_first ? 1u : 2u) : s->since_1970 ? 1u : 4u;
        again |= (c->used & ~right) != 0;
    }
    if (!again)
        return true;
    t->settled = true;
    t->rows = 0;
    for (size_t i = 0; i < t->line_count; i++) {
        cdr_rt_line *l = &t->lines[i];
        l->over_age = l->undated = l->kept = l->again = 0;
        l->oldest = l->oldest_over = INT32_MAX;
    }
    return false;
}
