/* SPDX-License-Identifier: Apache-2.0 */
/* Which retention rule counts, and until when: pure calendar arithmetic. Holds beat everything; then the longest statutory minimum; then
 * the shortest maximum (MIN-11). */
#ifndef CDR_CORE_POLICY_RETENTION_H
#define CDR_CORE_POLICY_RETENTION_H

#include "core/policy/policy.h"

typedef struct cdr_retention_question {
    const char *category;        /* fideslang key */
    const char *system;          /* key, "" unregistered */
    cdr_key_set uses;            /* purposes for which it is held there */
    bool held;                   /* a legal hold covers it */
    const char *hold;            /* its name */
} cdr_retention_question;

typedef enum cdr_retention_why { CDR_KEPT_BY_HOLD, CDR_KEPT_BY_MINIMUM, CDR_ENDED_BY_MAXIMUM, CDR_KEPT_FOR_EVER /* indefinite, approved */, CDR_NO_RULE, CDR_RETENTION_UNKNOWN } cdr_retention_why;

typedef struct cdr_retention_answer {
    cdr_retention_why why;
    const cdr_retention_rule *won;      /* NULL: none, or a hold */
    const cdr_retention_rule *lost[8];  /* others that apply, with another answer */
    size_t lost_count;
    bool clash;                         /* they disagreed */
    cdr_period period;                  /* after the trigger; what is older goes */
    char explanation[400];              /* which rule won and why */
} cdr_retention_answer;

void cdr_retention_resolve(const cdr_policy *p, const cdr_retention_question *q, cdr_retention_answer *ret);
/* Rows whose trigger date lies before this day are over age today; false when nothing ever is. */
bool cdr_retention_cutoff(const cdr_retention_answer *a, cdr_date today, cdr_date *ret);

#endif
