/* SPDX-License-Identifier: Apache-2.0 */
/* Judging: plain facts and a policy in, verdicts out. Pure and three-valued. The facts are gathered by core/minimise/facts.c; tests
 * make their own. Results do not depend on the order of facts, nor on duplicates. */
#ifndef CDR_CORE_POLICY_JUDGE_H
#define CDR_CORE_POLICY_JUDGE_H

#include "core/policy/policy.h"

typedef enum cdr_verdict_result {
    CDR_VERDICT_PASS, CDR_VERDICT_FAIL,
    CDR_VERDICT_GAP,             /* something must be declared before it can be judged at all */
    CDR_VERDICT_UNKNOWN,         /* a fact is missing: not a pass */
    CDR_VERDICT_WAIVED,
    CDR_VERDICT_NOT_EVALUATED,   /* needs what this version does not know yet */
    CDR_VERDICT_OFF              /* switched off by the policy */
} cdr_verdict_result;
extern const char *const cdr_verdict_names[];    /* "pass", "fail", "gap", "unknown", "waived", "not evaluated", "off" */

/* The smallest thing that makes it right. What a machine can do itself is a step of a plan (core/minimise/plan.h). */
typedef enum cdr_remedy {
    CDR_REMEDY_NONE, CDR_REMEDY_DECLARE /* write it down */, CDR_REMEDY_DELETE_FILE, CDR_REMEDY_PURGE_ROWS, CDR_REMEDY_NULL_COLUMN, CDR_REMEDY_MASK_COLUMN,
    CDR_REMEDY_REDACT_TEXT, CDR_REMEDY_MOVE /* to the system of record */, CDR_REMEDY_REVOKE /* rights or access */, CDR_REMEDY_STOP /* a use or a flow */,
    CDR_REMEDY_AGREE /* a contract */
} cdr_remedy;
extern const char *const cdr_remedy_names[];     /* "none", "declare", "delete file", "purge rows", … */

/* What one rule or test says of one thing. */
typedef struct cdr_verdict {
    char id[17];                 /* stable over runs: hash of rule, system, object, field, subject: what `explain` takes */
    const char *rule;            /* "MIN-07" or the rule's id */
    const char *test;            /* "MIN-07": every rule of a policy belongs to one of the thirty */
    uint32_t version;            /* of the test */
    cdr_verdict_result result;
    cdr_severity severity;
    const char *title, *why, *law;
    const char *evidence;        /* a sentence with counts, no values */
    const char *missing;         /* what would have to be known; "" */
    const char *system, *system_name, *path, *field, *activity, *party;   /* what it is about; "" where it is not. Path: as shown */
    int64_t object;              /* dataset's number in the inventory, 0 none */
    const char *category;        /* fideslang key, "" none */
    uint64_t amount, people_min, people_max;
    cdr_remedy remedy;
    cdr_form form;               /* CDR_REMEDY_MASK_COLUMN: into which */
    const char *remedy_text;     /* a sentence */
    const char *thought;         /* why somebody should think before a machine does it: a sentence; "" or NULL nothing */
    const char *command;         /* to copy, "" none */
    const char *retention;       /* CDR_REMEDY_PURGE_ROWS: id of the retention rule that won; "" none */
    const char *cutoff;          /*   rows whose trigger date is before this date go, "YYYY-MM-DD" */
    const char *trigger_field;   /*   column, or "file" */
    const cdr_waiver *waiver;    /* of a waived one */
} cdr_verdict;

/* One clause of a judged rule, for `candor policy explain`. */
typedef struct cdr_reason { const char *clause, *found, *matched; cdr_truth truth; } cdr_reason;

#endif
