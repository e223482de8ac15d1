/* SPDX-License-Identifier: Apache-2.0 */
/* From the inventory, the consents and the holds to the facts that the policy judges, and the judgement itself: the one call that command
 * line, plan and audit share. */
#ifndef CDR_CORE_MINIMISE_FACTS_H
#define CDR_CORE_MINIMISE_FACTS_H

#include "core/inventory/query.h"
#include "core/policy/judge.h"

typedef struct cdr_judgement {
    const cdr_verdict *verdicts; size_t count;   /* worst first: fails by severity, then unknown, gaps, waived; passes and not evaluated last */
    uint64_t by_result[8];                       /* by cdr_verdict_result */
    uint64_t left_out;                           /* beyond what one rule may list */
    bool scan_complete;                          /* the last scan read everything: only then can something be missing */
    uint64_t suppressed;                         /* findings that people set aside, which nothing was judged by */
} cdr_judgement;

/* Judge the whole inventory (or its scope). Everything in ${a}. ${p} must outlive the result. */
cdr_status cdr_minimise_judge(cdr_inventory *inv, const cdr_policy *p, cdr_arena *a, cdr_judgement *ret, cdr_err *err) CDR_NODISCARD;
/* The clauses behind one verdict, by its id. CDR_NOT_FOUND: no verdict has that id now. */
cdr_status cdr_minimise_explain(cdr_inventory *inv, const cdr_policy *p, const char *id, cdr_arena *a, const cdr_verdict **ret, const cdr_reason **ret_reasons, size_t *ret_count, cdr_err *err) CDR_NODISCARD;

/* What a finding is to a policy: key of the taxonomy, finer than its kind's where there is a finer one; "" nothing. ${*ret_exact}: that and
 * nothing below it. */
const char *cdr_minimise_category(const cdr_inv_finding *f, bool *ret_exact);
/* Is what was found in text one of ${categories}, or below one? None of them: everything is. */
bool cdr_minimise_is_of(const cdr_finding *f, const cdr_ruleset *rs, const char *const *categories, size_t count);
/* The categories that detectors look for; at most ${room}. */
size_t cdr_minimise_observable(const char **ret, size_t room);

#endif
