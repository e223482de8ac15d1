/* SPDX-License-Identifier: Apache-2.0 */
/* What was not read in full: each object by itself for the files that list everything, and grouped by reason for people. */
#include "core/report/audit_parts.h"

#include "detect/observation.h"

#include <stdlib.h>
#include <string.h>

enum { GROUPS_MAX = 500 };

/* --- one by one --- */

typedef struct streaming { audit_source *from; cdr_status (*fn)(void *arg, const cdr_audit_unread *u); void *arg; } streaming;

static cdr_status pass_unread(void *arg, const cdr_inv_dataset *d)
{
    const streaming *s = arg;
    cdr_audit_unread u = {.path = audit_display(s->from, d->path, d->id), .system = d->system_name, .format = d->format, .reason_id = d->reason_id, .reason = d->reason,
                          .partial = d->coverage == CDR_COVERAGE_PARTIAL, .size = d->size, .bytes_read = d->bytes_read};
    return s->fn(s->arg, &u);
}

static cdr_status each_unread(const cdr_audit *a, cdr_status (*fn)(void *arg, const cdr_audit_unread *u), void *arg, cdr_err *err)
{
    streaming s = {a->source, fn, arg};
    const cdr_inv_filter unread = {.unread = true};
    return cdr_inventory_each_dataset(s.from->inv, &unread, pass_unread, &s, err);
}

/* --- by reason --- */

/* Sentences that differ in a number ("Reading stopped at byte 5") say the same. */
static bool same_words(const char *a, const char *b)
{
    while (*a && *b) {
        size_t m = strspn(a, "0123456789,"), n = strspn(b, "0123456789,");
        if (m && n) {
            a += m;
            b += n;
        } else if (*a++ != *b++)
            return false;
    }
    return *a == *b;
}

static cdr_audit_gap *gap_for(build *b, const cdr_audit_unread *u)
{
    for (size_t i = b->gaps.len; i-- > 0;) {
        cdr_audit_gap *g = &b->gaps.at[i];
        if (!strcmp(g->reason_id, u->reason_id) && g->partial == u->partial && (same_words(g->reason, u->reason) || b->gaps.len >= GROUPS_MAX))
            return g;
    }
    cdr_audit_gap *g = gap_list_push(&b->gaps);
    if (!g)
        return NULL;
    *g = (cdr_audit_gap){.reason_id = build_keep(b, u->reason_id), .reason = build_keep(b, u->reason), .partial = u->partial,
                         .names = cdr_arena_alloc(b->arena, CDR_AUDIT_GAP_NAMES * sizeof *g->names)};
    return g->reason_id && g->reason && g->names ? g : NULL;
}

static cdr_status add_unread(void *arg, const cdr_audit_unread *u)
{
    build *b = arg;
    cdr_audit_gap *g = gap_for(b, u);
    const char *name = g && g->name_count < CDR_AUDIT_GAP_NAMES ? build_keep(b, u->path) : NULL;
    if (!g || (!name && g->name_count < CDR_AUDIT_GAP_NAMES))
        return cdr_fail_nomem(b->err, "report");
    if (name)
        ((const char **)(uintptr_t)g->names)[g->name_count++] = name;
    g->count++;
    g->bytes += u->size;
    return CDR_OK;
}

static int most_first(const void *a, const void *b)
{
    const cdr_audit_gap *x = a, *y = b;
    if (x->count != y->count)
        return x->count > y->count ? -1 : 1;
    int id = strcmp(x->reason_id, y->reason_id);
    return id ? id : strcmp(x->reason, y->reason);
}

cdr_status build_gaps(build *b)
{
    b->audit->each_unread = each_unread;
    cdr_status s = each_unread(b->audit, add_unread, b, b->err);
    if (b->gaps.len > 1)
        qsort(b->gaps.at, b->gaps.len, sizeof *b->gaps.at, most_first);
    return s;
}
