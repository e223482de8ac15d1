/* SPDX-License-Identifier: Apache-2.0 */
/* The notice held against what was declared and seen: what is not told, what is told and not so, promises that are not kept. Three-valued: what
 * cannot be known is no pass. */
#ifndef CDR_CORE_REPORT_NOTICE_CHECK_H
#define CDR_CORE_REPORT_NOTICE_CHECK_H

#include "base/severity.h"
#include "core/report/notice.h"

typedef struct cdr_notice_rule { const char *id, *title, *law; cdr_severity severity; } cdr_notice_rule;
extern const cdr_notice_rule cdr_notice_rules[];
extern const size_t cdr_notice_rule_count;

typedef struct cdr_notice_finding {
    const cdr_notice_rule *rule;
    bool unknown;                /* could not be told; else it is a mismatch */
    cdr_severity severity;
    const char *title;           /* the rule's, or the words of a promise */
    const char *promise;         /* its id, "" none */
    const char *where, *evidence, *missing, *remedy, *command;   /* "" where there is none; no values */
} cdr_notice_finding;

typedef struct cdr_notice_check {
    const cdr_notice_finding *findings; size_t count;   /* mismatches first, by severity */
    size_t mismatches, unknowns;
    size_t promises, promises_kept;
    bool has_policy, scan_complete;
    const char *written;         /* when the notice that counts was written, "" never */
} cdr_notice_check;

typedef struct cdr_notice_question {
    cdr_workspace *ws;
    cdr_inventory *inv;
    const cdr_register *reg;
    const cdr_policy *policy;    /* NULL: none */
    const cdr_notice *notice;    /* as it would be drafted now */
    const char *sha256;          /* of the text that is looked at; NULL: the last one the ledger knows */
    bool published;              /* people see it: a draft will not do */
} cdr_notice_question;

/* Everything in the register's arena. */
cdr_status cdr_notice_check_run(const cdr_notice_question *q, cdr_notice_check *ret, cdr_err *err) CDR_NODISCARD;

#endif
