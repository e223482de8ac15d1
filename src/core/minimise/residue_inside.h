/* SPDX-License-Identifier: Apache-2.0 */
/* What stays inside of a changed file: other tables, other columns, other rows may hold what a step took away. */
#ifndef CDR_CORE_MINIMISE_RESIDUE_INSIDE_H
#define CDR_CORE_MINIMISE_RESIDUE_INSIDE_H

#include "core/minimise/store_plan.h"

#include "base/vec.h"

/* One kind of value in one field of an object in the file of ${unit}, that tells one person. */
typedef struct cdr_inside {
    size_t unit;
    char kind[48];
    const char *inside, *field, *system;
    int64_t object;
    uint64_t found;
    bool told_apart;             /* ->values are known */
    cdr_sketch values;
} cdr_inside;
CDR_VEC(cdr_insides, cdr_inside)
void cdr_insides_free(cdr_insides *l);
/* CDR_E_NOMEM. The same place again is added to it. Texts in ${a}. */
cdr_status cdr_insides_add(cdr_insides *l, const cdr_inside *e, cdr_arena *a) CDR_NODISCARD;

typedef enum cdr_leftover_why {
    CDR_LEFT_ELSEWHERE,          /* in another table or column */
    CDR_LEFT_ROWS,               /* in rows that stay: so many at most */
    CDR_LEFT_UNTOLD,             /* perhaps: there is more than is told apart */
    CDR_LEFT_THERE               /* where the step should have taken them away */
} cdr_leftover_why;
typedef struct cdr_leftover {
    size_t step;
    const cdr_inside *at;
    cdr_leftover_why why;
    uint64_t values;
    const cdr_sketch *which;     /* the values are among these */
} cdr_leftover;
typedef cdr_status cdr_leftover_fn(void *arg, const cdr_leftover *l);

/* For each step of ${unit}: what it took away and is still in the file. Lent for the call. CDR_E_NOMEM. */
cdr_status cdr_residue_inside(const cdr_plan *p, const cdr_step_done *done, size_t unit, const cdr_insides *before, const cdr_insides *after, cdr_leftover_fn *fn, void *arg) CDR_NODISCARD;

#endif
