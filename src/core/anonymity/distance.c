/* SPDX-License-Identifier: Apache-2.0 */
/* Earth mover's distance between the values of one class and those of all rows (t-closeness), in time that goes with the values the class has:
 *
 *   equal         half the sum of |p - q|
 *   ordered       sum over i of |Q(i) - P(i)| / (m - 1), P and Q summed up over the values in order
 *   hierarchical  for each inner node height/H * min(what its children have too much, too little), summed up
 */
#include "base/parse.h"
#include "core/anonymity/inside.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct cdr_distance {
    cdr_sensitive_order order;
    const uint64_t *totals;
    uint64_t rows;
    /* ordered */
    uint32_t *rank_of, ranks;      /* of each value; equal numbers share one */
    uint64_t *below;               /* rows up to and with a rank, */
    unsigned __int128 *sums;       /* and the sum of those of the ranks before it: whole numbers, so that nothing is lost where long sums nearly cancel */
    /* hierarchical */
    cdr_tree tree;
    double *share;                 /* of all rows, by node */
    double *more, *less;           /* by inner node: what touched children have too much and too little */
    double *seen, *extra;          /* shares of touched children; of the node itself */
    uint32_t *touched, touched_count;
    bool *is_touched;
};

void cdr_distance_free(cdr_distance *d)
{
    if (!d)
        return;
    void *all[] = {d->rank_of, d->below, d->sums, d->tree.parent, d->share, d->more, d->less, d->seen, d->extra, d->touched, d->is_touched};
    for (size_t i = 0; i < CDR_COUNT(all); i++)
        cdr_free(all[i]);
    cdr_free(d);
}

/* --- ordered --- */

typedef struct numbered { double number; uint32_t value; } numbered;

static int by_number(const void *a, const void *b)
{
    const numbered *x = a, *y = b;
    return x->number < y->number ? -1 : x->number > y->number ? 1 : x->value < y->value ? -1 : x->value > y->value;
}

/* Numbers by size, dates by day ("2027-03-01" as 20270301); ${ret} false when the text is neither. */
static bool number_of(const char *s, size_t len, double *ret)
{
    uint64_t y, m, d;
    if (len == 10 && s[4] == '-' && s[7] == '-' && cdr_parse_u64(s, 4, 0, 9999, &y) && cdr_parse_u64(s + 5, 2, 1, 12, &m) && cdr_parse_u64(s + 8, 2, 1, 31, &d)) {
        *ret = (double)(y * 10000 + m * 100 + d);
        return true;
    }
    return cdr_parse_double(s, len, -1e300, 1e300, ret);
}

static cdr_status prepare_ordered(cdr_distance *d, const cdr_anonymity_column *column, const cdr_codes *values, cdr_err *err)
{
    uint32_t n = values->count, odd = 0;
    numbered *list = cdr_alloc_array(n + 1u, sizeof *list);
    d->rank_of = cdr_alloc_array(n + 1u, sizeof *d->rank_of);
    d->below = cdr_alloc_array(n + 1u, sizeof *d->below);
    d->sums = cdr_alloc_array(n + 2u, sizeof *d->sums);
    cdr_status s = list && d->rank_of && d->below && d->sums ? CDR_OK : cdr_fail_nomem(err, "anonymity");
    for (uint32_t i = 0; s == CDR_OK && i < n; i++) {
        list[i].value = i;
        odd += !number_of(values->texts[i], values->lens[i], &list[i].number);
    }
    if (s == CDR_OK && odd)
        s = cdr_fail(err, CDR_E_INVAL, "anonymity", "order.words", "%u of the %u values of the column %.60s are no numbers or dates, so they have no order; use equal, or hierarchical with a hierarchy.",
                     odd, n, column->name);
    if (s == CDR_OK) {
        qsort(list, n, sizeof *list, by_number);
        for (uint32_t i = 0; i < n; i++) {
            d->ranks += !i || list[i].number != list[i - 1].number;
            d->rank_of[list[i].value] = d->ranks - 1;
        }
        for (uint32_t i = 0; i < n; i++)
            d->below[d->rank_of[i]] += d->totals[i];
        for (uint32_t i = 1; i < d->ranks; i++)
            d->below[i] += d->below[i - 1];
        for (uint32_t i = 0; i < d->ranks; i++)
            d->sums[i + 1] = d->sums[i] + d->below[i];
    }
    cdr_free(list);
    return s;
}

/* Sum of |so_far * rows - below(i) * size| for i in [from, to): |Q - P| times both sizes. P rises, so that there is one place where it passes Q. */
static unsigned __int128 apart(const cdr_distance *d, uint64_t so_far, uint64_t size, uint32_t from, uint32_t to)
{
    unsigned __int128 q = (unsigned __int128)so_far * d->rows;
    uint32_t low = from, high = to;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if ((unsigned __int128)d->below[middle] * size > q)
            high = middle;
        else
            low = middle + 1;
    }
    return q * (low - from) - (d->sums[low] - d->sums[from]) * size + (d->sums[to] - d->sums[low]) * size - q * (to - low);
}

static int by_value(const void *a, const void *b)
{
    const cdr_share *x = a, *y = b;
    return x->value < y->value ? -1 : x->value > y->value;
}

static double ordered(const cdr_distance *d, cdr_share *shares, size_t count, uint64_t size)
{
    unsigned __int128 sum = 0;
    uint64_t so_far = 0;
    uint32_t at = 0;
    if (d->ranks < 2)
        return 0;
    for (size_t i = 0; i < count; i++)
        shares[i].value = d->rank_of[shares[i].value];
    qsort(shares, count, sizeof *shares, by_value);
    for (size_t i = 0; i < count; i++) {
        sum += apart(d, so_far, size, at, shares[i].value);
        at = shares[i].value;
        so_far += shares[i].count;
    }
    sum += apart(d, size, size, at, d->ranks);
    return (double)sum / ((double)size * (double)d->rows * (d->ranks - 1));
}

/* --- hierarchical --- */

static cdr_status prepare_tree(cdr_distance *d, const cdr_anonymity_column *column, const cdr_codes *values, cdr_err *err)
{
    if (!column->hierarchy)
        return cdr_fail(err, CDR_E_INVAL, "anonymity", "order.hierarchy", "The order hierarchical needs a hierarchy of the column %.60s.", column->name);
    cdr_status s = cdr_hierarchy_tree(column->hierarchy, values, column->name, &d->tree, err);
    if (s != CDR_OK)
        return s;
    size_t n = d->tree.nodes;
    d->share = cdr_alloc_array(n, sizeof *d->share);
    d->more = cdr_alloc_array(n, sizeof *d->more);
    d->less = cdr_alloc_array(n, sizeof *d->less);
    d->seen = cdr_alloc_array(n, sizeof *d->seen);
    d->extra = cdr_alloc_array(n, sizeof *d->extra);
    d->touched = cdr_alloc_array(n, sizeof *d->touched);
    d->is_touched = cdr_alloc_array(n, sizeof *d->is_touched);
    if (!d->share || !d->more || !d->less || !d->seen || !d->extra || !d->touched || !d->is_touched)
        return cdr_fail_nomem(err, "anonymity");
    for (uint32_t i = 0; i < d->tree.leaves; i++)
        for (uint32_t node = i;; node = d->tree.parent[node]) {
            d->share[node] += (double)d->totals[i] / (double)d->rows;
            if (node == d->tree.parent[node])
                break;
        }
    return CDR_OK;
}

/* What ${node} has too much (p > q) or too little goes to its parent. */
static void hand_up(cdr_distance *d, uint32_t node)
{
    uint32_t parent = d->tree.parent[node];
    double extra = d->extra[node];
    if (!d->is_touched[parent]) {
        d->is_touched[parent] = true;
        d->touched[d->touched_count++] = parent;
    }
    d->more[parent] += CDR_MAX(extra, 0.0);
    d->less[parent] += CDR_MAX(-extra, 0.0);
    d->seen[parent] += d->share[node];
}

/* Level by level: nodes that no value of the class lies under have too much of everything, and cost nothing inside. */
static double hierarchical(cdr_distance *d, const cdr_share *shares, size_t count, uint64_t size)
{
    double cost = 0;
    d->touched_count = 0;
    for (size_t i = 0; i < count; i++) {
        d->extra[shares[i].value] = d->share[shares[i].value] - (double)shares[i].count / (double)size;
        hand_up(d, shares[i].value);
    }
    uint32_t from = 0;
    for (unsigned level = 1; level <= d->tree.height; level++) {
        uint32_t to = d->touched_count;
        for (; from < to; from++) {
            uint32_t node = d->touched[from];
            d->more[node] += CDR_MAX(d->share[node] - d->seen[node], 0.0);
            cost += (double)level / d->tree.height * CDR_MIN(d->more[node], d->less[node]);
            d->extra[node] = d->more[node] - d->less[node];
            if (level < d->tree.height)
                hand_up(d, node);
        }
    }
    for (uint32_t i = 0; i < d->touched_count; i++) {
        uint32_t node = d->touched[i];
        d->more[node] = d->less[node] = d->seen[node] = 0;
        d->is_touched[node] = false;
    }
    return cost;
}

/* --- all --- */

cdr_status cdr_distance_new(const cdr_anonymity_column *column, const cdr_codes *values, const uint64_t *totals, uint64_t rows, cdr_distance **ret, cdr_err *err)
{
    cdr_distance *d = cdr_alloc(sizeof *d);
    *ret = NULL;
    if (!d)
        return cdr_fail_nomem(err, "anonymity");
    *d = (cdr_distance){.order = column->order, .totals = totals, .rows = rows};
    cdr_status s = CDR_OK;
    if (column->order == CDR_SENSITIVE_ORDERED)
        s = prepare_ordered(d, column, values, err);
    else if (column->order == CDR_SENSITIVE_HIERARCHICAL)
        s = prepare_tree(d, column, values, err);
    if (s != CDR_OK) {
        cdr_distance_free(d);
        return s;
    }
    *ret = d;
    return CDR_OK;
}

static double equal(const cdr_distance *d, const cdr_share *shares, size_t count, uint64_t size)
{
    double sum = 0, seen = 0;
    for (size_t i = 0; i < count; i++) {
        double p = (double)d->totals[shares[i].value] / (double)d->rows;
        sum += fabs(p - (double)shares[i].count / (double)size);
        seen += p;
    }
    return (sum + CDR_MAX(1 - seen, 0.0)) / 2;
}

double cdr_distance_of(cdr_distance *d, cdr_share *shares, size_t count, uint64_t size)
{
    switch (d->order) {
    case CDR_SENSITIVE_EQUAL: return equal(d, shares, count, size);
    case CDR_SENSITIVE_ORDERED: return ordered(d, shares, count, size);
    case CDR_SENSITIVE_HIERARCHICAL: return hierarchical(d, shares, count, size);
    }
    return 0;
}
