/* SPDX-License-Identifier: Apache-2.0 */
/* Between the reader of policies, its cases and what judges them. */
#ifndef CDR_CORE_POLICY_CASE_PARTS_H
#define CDR_CORE_POLICY_CASE_PARTS_H

#include "core/policy/case.h"
#include "core/policy/read_fields.h"

/* Mistakes in what the case gives. */
void cdr_case_check(cdr_policy_reader *r, const cdr_policy_case *c);
/* Is ${word} one that may be expected of that rule? ${ret} may be NULL. */
bool cdr_case_expects(const cdr_policy *p, const cdr_rule_head *rule, const char *word, cdr_truth *ret);
const char *cdr_case_words(const cdr_policy *p, const cdr_rule_head *rule);    /* "violated, kept or unknown" */

/* Is that rule of ${p}, of whatever kind, broken? ${ret_missing}: what would have to be known, NULL without memory. */
cdr_truth cdr_case_judge(const cdr_policy *p, const char *rule, const cdr_case_facts *facts, cdr_arena *a, const char **ret_missing);

#endif
