/* SPDX-License-Identifier: Apache-2.0 */
/* How many distinct values, and how many shared with another set, in bounded memory: the k smallest 64-bit keyed hashes
 * ("bottom-k"). Exact up to k values and half as many again; beyond, relative error about 1/sqrt(k) (0.28 % for k = 131,072), also for
 * unions, intersections and differences, which HyperLogLog cannot do. Hashes must be uniform (keyed SipHash). */
#ifndef CDR_BASE_SKETCH_H
#define CDR_BASE_SKETCH_H

#include "base/mem.h"

#define CDR_SKETCH_K 131072u
#define CDR_SKETCH_K_SMALL 16384u
/* Fewer distinct values than these were counted, not estimated: an estimate is never below. */
#define CDR_SKETCH_EXACT ((uint64_t)CDR_SKETCH_K / 2 * 3)

typedef struct cdr_sketch {
    uint64_t *at;        /* open-addressing set while small; pruned to the k smallest */
    size_t len, cap;     /* stored hashes, slots */
    uint64_t limit;      /* only hashes below are kept; UINT64_MAX while exact */
    uint32_t k;          /* 0: CDR_SKETCH_K */
} cdr_sketch;

cdr_status cdr_sketch_add(cdr_sketch *s, uint64_t hash) CDR_NODISCARD;    /* CDR_E_NOMEM leaves it unchanged */
void cdr_sketch_expect(const cdr_sketch *s, uint64_t hash);               /* it will soon be added: memory is slow */
cdr_status cdr_sketch_merge(cdr_sketch *into, const cdr_sketch *from) CDR_NODISCARD;
/* Add the hashes of ${from} that are not in ${less}. */
cdr_status cdr_sketch_merge_without(cdr_sketch *into, const cdr_sketch *from, const cdr_sketch *less) CDR_NODISCARD;
uint64_t cdr_sketch_count(const cdr_sketch *s);                           /* exact or estimate */
bool cdr_sketch_exact(const cdr_sketch *s);
uint64_t cdr_sketch_shared(const cdr_sketch *a, const cdr_sketch *b);     /* size of the intersection */
/* Of ${s}, how many are not in ${from}; ${ret_margin}: three standard errors, 0 when exact. */
uint64_t cdr_sketch_missing(const cdr_sketch *s, const cdr_sketch *from, uint64_t *ret_margin);
/* ${count}, an estimate that ${error} (relative to ${whole}) belongs to, three standard errors lower or higher; itself when exact. */
uint64_t cdr_sketch_below(uint64_t count, uint64_t whole, double error);
uint64_t cdr_sketch_above(uint64_t count, uint64_t whole, double error);
bool cdr_sketch_has(const cdr_sketch *s, uint64_t hash);                  /* false beyond what is kept */
double cdr_sketch_error(const cdr_sketch *s);                             /* relative standard error, 0 when exact */
/* Sorted little-endian 64-bit values after a 16-byte header; portable. */
cdr_status cdr_sketch_save(const cdr_sketch *s, void **ret, size_t *ret_len) CDR_NODISCARD;
cdr_status cdr_sketch_load(cdr_sketch *s, const void *data, size_t len) CDR_NODISCARD;     /* CDR_E_CORRUPT */
void cdr_sketch_done(cdr_sketch *s);

#endif
