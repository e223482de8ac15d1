/* SPDX-License-Identifier: Apache-2.0 */
/* Is what was erased still somewhere? Plans leave keyed hashes of what they removed (table erased_value); whatever a later scan sees of
 * those values is residue (MIN-24). */
#ifndef CDR_CORE_MINIMISE_RESIDUE_H
#define CDR_CORE_MINIMISE_RESIDUE_H

#include "core/inventory/query.h"

typedef struct cdr_residue {
    const char *plan;            /* id, 12 hex digits */
    int64_t erased_us;
    int64_t object;              /* dataset that holds them */
    const char *path, *system;   /* escaped; key, "" unregistered */
    cdr_kind kind;               /* of the values */
    uint64_t values;             /* distinct, as far as they are told apart; ->inside: at most */
    bool inside;                 /* it stayed in the file that the plan changed, in another table, column or row */
    bool governed;               /* ->inside: a retention rule keeps it there */
} cdr_residue;
typedef cdr_status cdr_residue_fn(void *arg, const cdr_residue *r);

/* Every object that holds values which a plan removed. What stayed lawfully at that time (in a system of record that a retention rule covers)
 * is not among the removed values. Lent for the call; another status than CDR_OK stops, CDR_DONE quietly. ${ret_plans}: plans that removed
 * anything, 0: there is nothing to look for. */
cdr_status cdr_residue_each(cdr_inventory *inv, cdr_residue_fn *fn, void *arg, uint64_t *ret_plans, cdr_err *err) CDR_NODISCARD;

#endif
