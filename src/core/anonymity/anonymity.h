/* SPDX-License-Identifier: Apache-2.0 */
/* How anonymous an extract is: k, l, t and the risks of being recognised, over columns that somebody chose. Pure: rows in, figures out. */
#ifndef CDR_CORE_ANONYMITY_H
#define CDR_CORE_ANONYMITY_H

#include "base/buf.h"

typedef enum cdr_sensitive_order { CDR_SENSITIVE_EQUAL, CDR_SENSITIVE_ORDERED, CDR_SENSITIVE_HIERARCHICAL } cdr_sensitive_order;

typedef struct cdr_anonymity_figures {
    uint64_t rows, classes, uniques;
    uint64_t k, largest;                  /* of equivalence classes; k 0: no rows */
    double max_risk, average_risk;        /* of being recognised by somebody who knows that the person is in the extract (prosecutor) */
    uint64_t rows_below;                  /* rows in classes smaller than the threshold asked for */
    double discernibility;                /* sum of squares of the class sizes */
    bool has_sensitive;
    uint64_t distinct_l;
    double entropy_l, recursive_c;        /* recursive: the least c for which (c, l) holds with the l asked for; infinity when none */
    double t;                             /* by the order asked for */
    double max_share, beta, delta;        /* (alpha,k); basic beta-likeness; delta-disclosure, infinity when a class lacks a value */
} cdr_anonymity_figures;

#endif
