/* SPDX-License-Identifier: Apache-2.0 */
/* How anonymous an extract is: k, l, t and the risks of being recognised, over columns that somebody chose. Pure: rows in, figures out. Memory goes with
 * the number of different combinations, not with that of rows. No figure repeats a value. */
#ifndef CDR_CORE_ANONYMITY_H
#define CDR_CORE_ANONYMITY_H

#include "base/rows.h"

/* --- hierarchies: from a value to its coarser forms --- */

#define CDR_HIERARCHY_LEVELS_MAX 32u

typedef struct cdr_hierarchy cdr_hierarchy;
/* One line a value: the value, then its forms from fine to coarse ("35;30-39;adult;*"), delimiter ; , or TAB. ${name} for messages. Refuses lines of
 * different length and a value told twice with different forms. */
cdr_status cdr_hierarchy_parse(const char *text, size_t len, const char *name, cdr_hierarchy **ret, cdr_err *err) CDR_NODISCARD;
void cdr_hierarchy_free(cdr_hierarchy *h);
unsigned cdr_hierarchy_levels(const cdr_hierarchy *h);          /* forms beside the value itself */
/* The form of a value at ${level} (0: itself); NULL when the hierarchy does not know it. */
const char *cdr_hierarchy_form(const cdr_hierarchy *h, const char *value, size_t len, unsigned level);

/* --- an extract --- */

typedef enum cdr_sensitive_order { CDR_SENSITIVE_EQUAL, CDR_SENSITIVE_ORDERED, CDR_SENSITIVE_HIERARCHICAL } cdr_sensitive_order;

#define CDR_ANONYMITY_QUASI_MAX 32u
#define CDR_ANONYMITY_SENSITIVE_MAX 8u

typedef struct cdr_anonymity_column {
    const char *name;
    const cdr_hierarchy *hierarchy;        /* NULL: none */
    unsigned level;                        /* quasi: the form at this level is looked at, 0 the value */
    cdr_sensitive_order order;             /* sensitive: how far values lie apart */
} cdr_anonymity_column;

typedef struct cdr_anonymity_spec {
    const cdr_anonymity_column *quasi; size_t quasi_count;          /* what somebody may know of a person */
    const cdr_anonymity_column *sensitive; size_t sensitive_count;  /* what nobody should learn */
    uint64_t threshold;                    /* rows_below: classes smaller than this */
    unsigned l;                            /* of recursive_c; 0: 2 */
    size_t memory_max;                     /* bytes; 0: 1 GiB */
    uint64_t seed;                         /* of the hash tables; any number */
} cdr_anonymity_spec;

typedef struct cdr_anonymity_figures {
    uint64_t rows, classes, uniques;
    uint64_t k, largest;                   /* of equivalence classes; k 0: no rows */
    double max_risk, average_risk;         /* of being recognised by somebody who knows that the person is in the extract (prosecutor) */
    uint64_t rows_below;                   /* rows in classes smaller than the threshold asked for */
    double discernibility;                 /* sum of squares of the class sizes */
} cdr_anonymity_figures;

typedef struct cdr_anonymity_attribute {
    uint64_t values;                       /* different ones in the extract */
    uint64_t distinct_l;
    double entropy_l, recursive_c;         /* recursive: (c, l) holds for each c greater than this, with the l asked for; infinity when none does */
    double t;                              /* by the order asked for */
    uint64_t revealed_rows;                /* in classes whose rows all have the same value */
    double max_share;                      /* (alpha,k): the largest share of one value in a class */
    double beta;                           /* basic beta-likeness; 0 when no value is more frequent in a class than in all */
    double delta, delta_present;           /* delta-disclosure; infinity when a class lacks a value. The second looks only at values a class has */
} cdr_anonymity_attribute;

typedef struct cdr_anonymity cdr_anonymity;
/* The spec's columns and hierarchies must outlive it. */
cdr_status cdr_anonymity_new(const cdr_anonymity_spec *spec, cdr_anonymity **ret, cdr_err *err) CDR_NODISCARD;
void cdr_anonymity_free(cdr_anonymity *a);
/* One row: a cell for each quasi-identifier, then for each sensitive column. Missing and empty are one value of their own. */
cdr_status cdr_anonymity_add(cdr_anonymity *a, const cdr_row_cell *cells, cdr_err *err) CDR_NODISCARD;

void cdr_anonymity_figures_get(const cdr_anonymity *a, cdr_anonymity_figures *ret);
cdr_status cdr_anonymity_attribute_get(cdr_anonymity *a, size_t sensitive, cdr_anonymity_attribute *ret, cdr_err *err) CDR_NODISCARD;
/* Of classes with at least ${from} and at most ${to} rows: how many, and how many rows they have together. */
void cdr_anonymity_sizes(const cdr_anonymity *a, uint64_t from, uint64_t to, uint64_t *ret_classes, uint64_t *ret_rows);

/* Against the table of all people the extract was taken from. Once all rows of the extract are added: one call for each row of that table, a cell for each
 * quasi-identifier. */
typedef struct cdr_anonymity_population {
    uint64_t rows;                         /* of the population */
    uint64_t k_map;                        /* people in the population that the rows of the smallest group may be */
    uint64_t unique_rows;                  /* rows of the extract that only one person in the population fits */
    double presence_min, presence_max;     /* delta-presence: how sure one can be that somebody of the population is in the extract */
    uint64_t missing_rows;                 /* of the extract, in groups that are larger than in the population: it is not taken from it */
} cdr_anonymity_population;
cdr_status cdr_anonymity_population_add(cdr_anonymity *a, const cdr_row_cell *cells, cdr_err *err) CDR_NODISCARD;
void cdr_anonymity_population_get(const cdr_anonymity *a, cdr_anonymity_population *ret);

/* What would be were the quasi-identifier ${column} left out or coarser: ${form} NULL leaves it out, else it gives the coarser form of a value
 * (written to ${out}, NUL-terminated) or false when it knows none. */
typedef bool cdr_anonymity_form(void *arg, const char *value, size_t len, char out[256]);
cdr_status cdr_anonymity_without(cdr_anonymity *a, size_t column, cdr_anonymity_form *form, void *arg, cdr_anonymity_figures *ret, cdr_err *err) CDR_NODISCARD;
/* Each different value of a quasi-identifier, as it was looked at. */
size_t cdr_anonymity_value_count(const cdr_anonymity *a, size_t column);
const char *cdr_anonymity_value(const cdr_anonymity *a, size_t column, size_t i, size_t *ret_len);

#endif
