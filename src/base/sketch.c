/* SPDX-License-Identifier: Apache-2.0 */
/* A set of the smallest hashes in open addressing; hash 0 marks an empty slot, so 0 is stored as 1. Once half as many again as k
 * are held, the k-th smallest becomes the limit and the rest are dropped: amortised constant time per hash. */
#include "base/sketch.h"

#include <stdlib.h>
#include <string.h>

#define SLOTS_MIN 16

static size_t k_of(const cdr_sketch *s)
{
    return s->k ? s->k : CDR_SKETCH_K;
}

/* Three quarters of a power of two: the table is as full as it may be when it is pruned. */
static size_t held_max(const cdr_sketch *s)
{
    return k_of(s) / 2 * 3;
}

static size_t slot_of(const cdr_sketch *s, uint64_t hash)
{
    /* Kept hashes crowd towards 0, so the low bits place them. */
    size_t i = (size_t)(hash & (s->cap - 1));
    while (s->at[i] && s->at[i] != hash)
        i = (i + 1) & (s->cap - 1);
    return i;
}

static cdr_status rebuild(cdr_sketch *s, size_t cap, uint64_t limit)
{
    uint64_t *at = cdr_alloc_array(cap, sizeof *at);
    if (!at)
        return CDR_E_NOMEM;
    cdr_sketch grown = {.at = at, .cap = cap, .limit = limit, .k = s->k};
    for (size_t i = 0; i < s->cap; i++)
        if (s->at[i] && s->at[i] <= limit) {
            at[slot_of(&grown, s->at[i])] = s->at[i];
            grown.len++;
        }
    cdr_free(s->at);
    *s = grown;
    return CDR_OK;
}

static int compare(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static cdr_status sorted(const cdr_sketch *s, uint64_t **ret)
{
    uint64_t *list = cdr_alloc_array(s->len ? s->len : 1, sizeof *list);
    *ret = list;
    if (!list)
        return CDR_E_NOMEM;
    size_t n = 0;
    for (size_t i = 0; i < s->cap; i++)
        if (s->at[i])
            list[n++] = s->at[i];
    if (n)
        qsort(list, n, sizeof *list, compare);
    return CDR_OK;
}

static void exchange(uint64_t *a, uint64_t *b)
{
    uint64_t x = *a;
    *a = *b;
    *b = x;
}

/* The k-th smallest (from 0) of a list that is reordered on the way. Hashes are keyed: nobody can choose them to make this slow. */
static uint64_t nth_smallest(uint64_t *list, size_t n, size_t k)
{
    size_t low = 0, high = n - 1;
    while (low < high) {
        size_t middle = low + (high - low) / 2, i = low, j = high;
        if (list[middle] < list[low])
            exchange(&list[middle], &list[low]);
        if (list[high] < list[low])
            exchange(&list[high], &list[low]);
        if (list[high] < list[middle])
            exchange(&list[high], &list[middle]);
        uint64_t pivot = list[middle];
        while (i <= j) {
            while (list[i] < pivot)
                i++;
            while (list[j] > pivot)
                j--;
            if (i > j)
                break;
            exchange(&list[i++], &list[j]);
            if (j == 0)
                break;
            j--;
        }
        if (k <= j)
            high = j;
        else if (k >= i)
            low = i;
        else
            break;
    }
    return list[k];
}

static cdr_status prune(cdr_sketch *s)
{
    uint64_t *list = cdr_alloc_array(s->len, sizeof *list);
    size_t n = 0;
    if (!list)
        return CDR_E_NOMEM;
    for (size_t i = 0; i < s->cap; i++)
        if (s->at[i])
            list[n++] = s->at[i];
    uint64_t limit = nth_smallest(list, n, k_of(s) - 1);
    cdr_free(list);
    return rebuild(s, s->cap, limit);
}

static uint64_t limit_of(const cdr_sketch *s)
{
    return s->limit ? s->limit : UINT64_MAX;   /* a zeroed sketch is an empty one */
}

cdr_status cdr_sketch_add(cdr_sketch *s, uint64_t hash)
{
    hash = hash ? hash : 1;
    if (hash > limit_of(s))
        return CDR_OK;
    if (s->len * 4 >= s->cap * 3) {
        cdr_status st = rebuild(s, s->cap ? s->cap * 2 : SLOTS_MIN, limit_of(s));
        if (st != CDR_OK)
            return st;
    }
    size_t i = slot_of(s, hash);
    if (s->at[i])
        return CDR_OK;
    s->at[i] = hash;
    s->len++;
    if (s->len < held_max(s))
        return CDR_OK;
    cdr_status st = prune(s);
    if (st == CDR_OK)
        return CDR_OK;
    s->at[i] = 0;   /* the newest hash: nothing was placed behind it */
    s->len--;
    return st;
}

void cdr_sketch_expect(const cdr_sketch *s, uint64_t hash)
{
    if (s->cap && hash <= limit_of(s))
        __builtin_prefetch(&s->at[hash & (s->cap - 1)]);
}

cdr_status cdr_sketch_merge(cdr_sketch *into, const cdr_sketch *from)
{
    if (limit_of(from) < limit_of(into)) {
        cdr_status s = rebuild(into, into->cap ? into->cap : SLOTS_MIN, from->limit);
        if (s != CDR_OK)
            return s;
    }
    for (size_t i = 0; i < from->cap; i++) {
        cdr_status s = from->at[i] ? cdr_sketch_add(into, from->at[i]) : CDR_OK;
        if (s != CDR_OK)
            return s;
    }
    return CDR_OK;
}

cdr_status cdr_sketch_merge_without(cdr_sketch *into, const cdr_sketch *from, const cdr_sketch *less)
{
    /* Above the limit of either, what is missing may have been dropped. */
    uint64_t limit = CDR_MIN(limit_of(from), limit_of(less));
    cdr_status s = limit < limit_of(into) ? rebuild(into, into->cap ? into->cap : SLOTS_MIN, limit) : CDR_OK;
    for (size_t i = 0; i < from->cap && s == CDR_OK; i++) {
        uint64_t hash = from->at[i];
        if (hash && hash <= limit && !(less->cap && less->at[slot_of(less, hash)]))
            s = cdr_sketch_add(into, hash);
    }
    return s;
}

bool cdr_sketch_exact(const cdr_sketch *s)
{
    return limit_of(s) == UINT64_MAX;
}

/* Hashes below a limit are a uniform sample: count = held / share of the hash space they come from. */
static uint64_t estimate(uint64_t held, uint64_t limit)
{
    if (limit == UINT64_MAX)
        return held;
    double share = ((double)limit + 1) / 18446744073709551616.0;
    return (uint64_t)((double)held / share + 0.5);
}

uint64_t cdr_sketch_count(const cdr_sketch *s)
{
    return estimate(s->len, limit_of(s));
}

uint64_t cdr_sketch_shared(const cdr_sketch *a, const cdr_sketch *b)
{
    uint64_t limit = CDR_MIN(limit_of(a), limit_of(b)), held = 0;
    if (!a->cap || !b->cap)
        return 0;
    for (size_t i = 0; i < a->cap; i++)
        held += a->at[i] && a->at[i] <= limit && b->at[slot_of(b, a->at[i])];
    return estimate(held, limit);
}

/* Newton: keeps libm out of the lowest room. */
static double root(double n)
{
    double r = n / 2;
    for (int i = 0; i < 30; i++)
        r = (r + n / r) / 2;
    return r;
}

uint64_t cdr_sketch_missing(const cdr_sketch *s, const cdr_sketch *from, uint64_t *ret_margin)
{
    uint64_t limit = CDR_MIN(limit_of(s), limit_of(from)), held = 0;
    for (size_t i = 0; i < s->cap; i++)
        held += s->at[i] && s->at[i] <= limit && !(from->cap && from->at[slot_of(from, s->at[i])]);
    *ret_margin = limit == UINT64_MAX ? 0 : estimate((uint64_t)(3 * root((double)held + 1)) + 1, limit);
    return estimate(held, limit);
}

bool cdr_sketch_has(const cdr_sketch *s, uint64_t hash)
{
    return s->cap && s->at[slot_of(s, hash ? hash : 1)];
}

uint64_t cdr_sketch_below(uint64_t count, uint64_t whole, double error)
{
    uint64_t margin = (uint64_t)(3 * error * (double)whole);
    return count > margin ? count - margin : 0;
}

uint64_t cdr_sketch_above(uint64_t count, uint64_t whole, double error)
{
    return count + (uint64_t)(3 * error * (double)whole + 0.999);
}

double cdr_sketch_error(const cdr_sketch *s)
{
    if (cdr_sketch_exact(s) || s->len == 0)
        return 0;
    return 1 / root((double)s->len);
}

/* Saved form: "CSK1", count (LE32), limit (LE64), sorted hashes (LE64). */
#define HEADER_BYTES 16

static void put64(uint8_t *p, uint64_t v)
{
    for (int i = 0; i < 8; i++)
        p[i] = (uint8_t)(v >> (8 * i));
}

static uint64_t get64(const uint8_t *p)
{
    uint64_t v = 0;
    for (int i = 0; i < 8; i++)
        v |= (uint64_t)p[i] << (8 * i);
    return v;
}

cdr_status cdr_sketch_save(const cdr_sketch *s, void **ret, size_t *ret_len)
{
    uint64_t *list;
    *ret = NULL;
    cdr_status st = sorted(s, &list);
    if (st != CDR_OK)
        return st;
    *ret_len = HEADER_BYTES + s->len * 8;
    uint8_t *out = cdr_alloc(*ret_len);
    if (out) {
        memcpy(out, "CSK1", 4);
        for (int i = 0; i < 4; i++)
            out[4 + i] = (uint8_t)(s->len >> (8 * i));
        put64(out + 8, limit_of(s));
        for (size_t i = 0; i < s->len; i++)
            put64(out + HEADER_BYTES + 8 * i, list[i]);
    }
    cdr_free(list);
    *ret = out;
    return out ? CDR_OK : CDR_E_NOMEM;
}

cdr_status cdr_sketch_load(cdr_sketch *s, const void *data, size_t len)
{
    const uint8_t *p = data;
    *s = (cdr_sketch){0};
    if (len == 0)
        return CDR_OK;
    if (len < HEADER_BYTES || memcmp(p, "CSK1", 4))
        return CDR_E_CORRUPT;
    uint64_t count = get64(p) >> 32, limit = get64(p + 8), last = 0;
    if (count > CDR_SKETCH_EXACT || len != HEADER_BYTES + count * 8 || limit == 0)
        return CDR_E_CORRUPT;
    s->limit = limit;
    for (size_t i = 0; i < count; i++) {
        uint64_t hash = get64(p + HEADER_BYTES + 8 * i);
        cdr_status st = hash > last && hash <= limit ? cdr_sketch_add(s, hash) : CDR_E_CORRUPT;
        if (st != CDR_OK) {
            cdr_sketch_done(s);
            return st;
        }
        last = hash;
    }
    return CDR_OK;
}

void cdr_sketch_done(cdr_sketch *s)
{
    cdr_free(s->at);
    *s = (cdr_sketch){0};
}
