/* SPDX-License-Identifier: Apache-2.0 */
/* What can be learnt of a sensitive column, class by class. */
#include "core/anonymity/inside.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Pairs of one sensitive column, class by class. */
typedef struct by_class { uint32_t *starts; cdr_share *shares; uint64_t *totals; } by_class;

static void by_class_done(by_class *b)
{
    cdr_free(b->starts);
    cdr_free(b->shares);
    cdr_free(b->totals);
}

static cdr_status sort_pairs(const cdr_anonymity *a, size_t sensitive, by_class *ret, cdr_err *err)
{
    const cdr_groups *pairs = &a->pairs[sensitive];
    uint32_t classes = a->classes.count;
    *ret = (by_class){cdr_alloc_array(classes + 2u, sizeof *ret->starts), cdr_alloc_array(pairs->count + 1u, sizeof *ret->shares),
                      cdr_alloc_array(a->values[sensitive].count + 1u, sizeof *ret->totals)};
    if (!ret->starts || !ret->shares || !ret->totals)
        return cdr_fail_nomem(err, "anonymity");
    uint32_t *at = ret->starts + 1;   /* while filling: where the next of a class goes */
    for (uint32_t i = 0; i < pairs->count; i++)
        at[pairs->keys[2 * (size_t)i] + 1]++;
    for (uint32_t c = 1; c <= classes; c++)
        at[c] += at[c - 1];
    for (uint32_t i = 0; i < pairs->count; i++) {
        const uint32_t *key = &pairs->keys[2 * (size_t)i];
        ret->shares[at[key[0]]++] = (cdr_share){key[1], pairs->counts[i]};
        ret->totals[key[1]] += pairs->counts[i];
    }
    return CDR_OK;
}

static int by_count_falling(const void *a, const void *b)
{
    const cdr_share *x = a, *y = b;
    return x->count > y->count ? -1 : x->count < y->count;
}

/* r1 / (rl + … + rm); the counts fall. */
static double recursive(const cdr_share *shares, size_t count, unsigned l)
{
    uint64_t tail = 0;
    for (size_t i = l - 1; i < count; i++)
        tail += shares[i].count;
    return tail ? (double)shares[0].count / (double)tail : INFINITY;
}

static void judge_class(const cdr_anonymity *a, const uint64_t *totals, cdr_share *shares, size_t count, uint64_t size, cdr_anonymity_attribute *w)
{
    double n = (double)size, entropy = 0;
    for (size_t i = 0; i < count; i++) {
        double q = shares[i].count / n, ratio = q * (double)a->rows / (double)totals[shares[i].value];
        entropy -= q * log(q);
        w->max_share = CDR_MAX(w->max_share, q);
        w->beta = CDR_MAX(w->beta, ratio - 1);
        w->delta_present = fmax(w->delta_present, fabs(log(ratio)));
    }
    w->distinct_l = CDR_MIN(w->distinct_l, count);
    w->revealed_rows += count == 1 ? size : 0;
    w->entropy_l = CDR_MIN(w->entropy_l, entropy);
    if (count < w->values)
        w->delta = INFINITY;
    qsort(shares, count, sizeof *shares, by_count_falling);
    double c = recursive(shares, count, a->spec.l);
    w->recursive_c = CDR_MAX(w->recursive_c, c);
}

cdr_status cdr_anonymity_attribute_get(cdr_anonymity *a, size_t sensitive, cdr_anonymity_attribute *ret, cdr_err *err)
{
    by_class b = {0};
    cdr_distance *d = NULL;
    *ret = (cdr_anonymity_attribute){.values = a->values[sensitive].count};
    if (!a->rows)
        return CDR_OK;
    ret->distinct_l = UINT64_MAX;
    ret->entropy_l = INFINITY;
    cdr_status s = sort_pairs(a, sensitive, &b, err);
    if (s == CDR_OK)
        s = cdr_distance_new(&a->spec.sensitive[sensitive], &a->values[sensitive], b.totals, a->rows, &d, err);
    for (uint32_t c = 0; s == CDR_OK && c < a->classes.count; c++) {
        cdr_share *shares = b.shares + b.starts[c];
        size_t count = b.starts[c + 1] - b.starts[c];
        judge_class(a, b.totals, shares, count, a->classes.counts[c], ret);
        double t = cdr_distance_of(d, shares, count, a->classes.counts[c]);   /* puts the shares into another order: once */
        ret->t = CDR_MAX(ret->t, t);
    }
    if (s == CDR_OK) {
        ret->entropy_l = exp(ret->entropy_l);
        ret->delta = CDR_MAX(ret->delta, ret->delta_present);
    }
    cdr_distance_free(d);
    by_class_done(&b);
    return s;
}
