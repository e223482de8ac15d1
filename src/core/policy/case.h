/* SPDX-License-Identifier: Apache-2.0 */
/* Examples that a policy carries: facts of one use of data, and what its rules must say of them. What is not given is unknown. */
#ifndef CDR_CORE_POLICY_CASE_H
#define CDR_CORE_POLICY_CASE_H

#include "core/policy/item.h"

/* What a case gives. Age and hold matter to periods only; a hold that is not given is none. */
typedef struct cdr_case_facts {
    cdr_item item;
    bool has_age, held;
    cdr_period age;              /* since the event that a period begins with */
} cdr_case_facts;

/* One expectation of one case. */
typedef struct cdr_case_result {
    const cdr_policy_case *of;
    const char *rule;
    cdr_truth expected, found;   /* true: broken (a forbidding rule), or it allows (an allowing one) */
    bool allows;                 /* the rule is an allowing one */
    bool right;
    const char *missing;         /* what would have to be known; "" */
} cdr_case_result;

/* What ${given} says; everything in ${a}. CDR_E_INVAL names path and nearest right word. */
cdr_status cdr_case_read(const cdr_policy *p, const cdr_policy_case *c, cdr_arena *a, cdr_case_facts *ret, cdr_err *err) CDR_NODISCARD;
/* All cases of ${p}, expectation by expectation: rules, forms, places, periods and promises. */
cdr_status cdr_policy_run_cases(const cdr_policy *p, cdr_arena *a, const cdr_case_result **ret, size_t *ret_count, cdr_err *err) CDR_NODISCARD;
/* "violated", "kept", "unknown"; of an allowing rule "allowed", "not allowed". */
const char *cdr_case_word(cdr_truth t, bool allows);

#endif
