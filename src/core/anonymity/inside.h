/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the room: values as numbers, classes, pairs of class and value. */
#ifndef CDR_CORE_ANONYMITY_INSIDE_H
#define CDR_CORE_ANONYMITY_INSIDE_H

#include "base/arena.h"
#include "core/anonymity/anonymity.h"

#define CDR_NO_CODE UINT32_MAX

/* Texts numbered from 0 in the order they come. */
typedef struct cdr_codes {
    const char **texts; uint32_t *lens; uint64_t *hashes;
    uint32_t count, cap;
    uint32_t *slots, mask;           /* code + 1; mask 0: none yet */
    cdr_arena *arena;
    size_t text_bytes;
    uint64_t seed;
} cdr_codes;
/* CDR_NO_CODE: no memory. */
uint32_t cdr_codes_put(cdr_codes *c, const char *s, size_t len);
uint32_t cdr_codes_find(const cdr_codes *c, const char *s, size_t len);
size_t cdr_codes_bytes(const cdr_codes *c);
void cdr_codes_done(cdr_codes *c);

/* Rows of numbers, counted: ${width} numbers each. */
typedef struct cdr_groups {
    uint32_t width;
    uint32_t *keys, *counts;
    uint32_t count, cap;
    uint32_t *slots, mask;
} cdr_groups;
/* The group of ${key}, which gets ${add} rows more; CDR_NO_CODE: no memory. */
uint32_t cdr_groups_add(cdr_groups *g, const uint32_t *key, uint32_t add);
uint32_t cdr_groups_find(const cdr_groups *g, const uint32_t *key);   /* CDR_NO_CODE: none */
size_t cdr_groups_bytes(const cdr_groups *g);
void cdr_groups_done(cdr_groups *g);

typedef struct cdr_quasi {
    cdr_codes codes;                 /* values as they are looked at */
    cdr_codes raw;                   /* with a hierarchy: values as they come, */
    uint32_t *form_of; uint32_t form_cap;   /* and what they are looked at as */
} cdr_quasi;

struct cdr_anonymity {
    cdr_anonymity_spec spec;
    cdr_quasi quasi[CDR_ANONYMITY_QUASI_MAX];
    cdr_codes values[CDR_ANONYMITY_SENSITIVE_MAX];
    cdr_groups pairs[CDR_ANONYMITY_SENSITIVE_MAX];   /* {class, value} */
    cdr_groups classes;
    uint64_t rows;
    uint32_t *people;                /* of the population, by class; NULL: not asked */
    uint64_t population, outsiders;  /* all of it; those that fit no class */
};

/* One class's values: their numbers and counts. */
typedef struct cdr_share { uint32_t value, count; } cdr_share;

/* Distance of a class's distribution from that of all. */
typedef struct cdr_distance cdr_distance;
/* ${totals} by value, summing up to ${rows}; borrowed. CDR_E_INVAL when the values cannot be ordered so. */
cdr_status cdr_distance_new(const cdr_anonymity_column *column, const cdr_codes *values, const uint64_t *totals, uint64_t rows, cdr_distance **ret, cdr_err *err) CDR_NODISCARD;
/* ${shares} may be put into another order. */
double cdr_distance_of(cdr_distance *d, cdr_share *shares, size_t count, uint64_t size);
void cdr_distance_free(cdr_distance *d);

/* The nodes above a value, from the one below the root upwards; a hierarchy as a tree. */
typedef struct cdr_tree { uint32_t *parent; uint32_t nodes, leaves; unsigned height; } cdr_tree;   /* nodes 0 to leaves-1 are the values, the last is the root */
cdr_status cdr_hierarchy_tree(const cdr_hierarchy *h, const cdr_codes *values, const char *column, cdr_tree *ret, cdr_err *err) CDR_NODISCARD;

#endif
