/* SPDX-License-Identifier: Apache-2.0 */
/* When something happens to a clock: its warnings, its due time, its escalations, in order. Pure. */
#include "core/clock/inside.h"

#include <string.h>

/* Of what comes at the same time a warning is first, an escalation last. */
static bool comes_before(const cdr_moment *a, const cdr_moment *b)
{
    return a->at_us != b->at_us ? a->at_us < b->at_us : a->kind < b->kind;
}

static void insert(cdr_moment *list, size_t *count, cdr_moment m)
{
    size_t i = (*count)++;
    for (; i > 0 && comes_before(&m, &list[i - 1]); i--)
        list[i] = list[i - 1];
    list[i] = m;
}

static int64_t before_due(const cdr_clock_row *row, const cdr_duration *d)
{
    const cdr_duration back = {.months = -d->months, .days = -d->days, .business_days = -d->business_days, .seconds = -d->seconds};
    return cdr_due(row->due_us, &back, row->calendar[0] ? row->calendar : NULL);
}

size_t cdr_moments_of(const cdr_clock_row *row, cdr_moment out[CDR_MOMENTS_MAX])
{
    size_t count = 0;
    for (size_t i = 0; i < row->warn_count; i++) {
        cdr_moment m = {before_due(row, &row->warn[i]), CDR_CLOCK_WARN, row->role, &row->warn[i]};
        if (m.at_us > row->began_us && m.at_us < row->due_us)
            insert(out, &count, m);
    }
    insert(out, &count, (cdr_moment){row->due_us, CDR_CLOCK_DUE, row->role, NULL});
    for (size_t i = 0; i < row->escalation_count; i++) {
        const cdr_escalation *e = &row->escalate[i];
        insert(out, &count, (cdr_moment){cdr_due(row->due_us, &e->after, row->calendar[0] ? row->calendar : NULL), CDR_CLOCK_ESCALATE, e->to, &e->after});
    }
    return count;
}

static bool same_duration(const cdr_duration *a, const cdr_duration *b)
{
    return a == b || (a && b && a->months == b->months && a->days == b->days && a->business_days == b->business_days && a->seconds == b->seconds);
}

/* Whom a warning goes to is no part of what it is: a new role is not warned again of what somebody was warned of. */
static bool same_moment(const cdr_moment *a, const cdr_moment *b)
{
    return a->kind == b->kind && (a->kind != CDR_CLOCK_ESCALATE || a->to == b->to) && same_duration(a->offset, b->offset);
}

size_t cdr_moments_kept(const cdr_clock_row *before, const cdr_clock_row *now, int64_t at_us)
{
    cdr_moment was[CDR_MOMENTS_MAX], is[CDR_MOMENTS_MAX];
    size_t was_count = cdr_moments_of(before, was), is_count = cdr_moments_of(now, is), kept = 0;
    for (size_t i = 0; i < is_count && is[i].at_us <= at_us; i++)
        for (size_t k = 0; k < CDR_MIN(before->done, was_count); k++)
            if (same_moment(&is[i], &was[k]))
                kept = i + 1;
    return kept;
}

void cdr_moments_settle(cdr_clock_row *row)
{
    cdr_moment list[CDR_MOMENTS_MAX];
    size_t count = cdr_moments_of(row, list);
    row->done = CDR_MIN(row->done, count);
    row->next_us = row->done < count ? list[row->done].at_us : INT64_MAX;
    row->state = row->done ? CDR_CLOCK_WARNED : CDR_CLOCK_RUNNING;
    row->escalated_to = CDR_DUTY_ANYBODY;
    for (size_t i = 0; i < row->done; i++) {
        if (list[i].kind == CDR_CLOCK_DUE)
            row->state = CDR_CLOCK_OVERDUE;
        if (list[i].kind == CDR_CLOCK_ESCALATE)
            row->escalated_to = list[i].to;
    }
}
