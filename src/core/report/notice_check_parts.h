/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the check share. */
#ifndef CDR_CORE_REPORT_NOTICE_CHECK_PARTS_H
#define CDR_CORE_REPORT_NOTICE_CHECK_PARTS_H

#include "base/vec.h"
#include "core/minimise/facts.h"
#include "core/report/notice_check.h"
#include "detect/path_value.h"

CDR_VEC(finding_list, cdr_notice_finding)

/* A kind of data in a system, or in all objects that no system claims; ->path is the first. */
typedef struct seen_kind { const char *category, *system, *name, *path; bool exact; uint64_t amount, objects; int64_t last_object; } seen_kind;
CDR_VEC(seen_list, seen_kind)

enum { NOT_TOLD, NOT_THERE, HOLDER, COUNTRY, TOO_LONG, PROMISE, LEFT_OPEN, OUTDATED, PAPERS_DIFFER };

typedef struct checking {
    const cdr_notice_question *q;
    const cdr_register *r;
    cdr_judgement judged;
    cdr_path_masker *masker;
    finding_list findings;
    seen_list seen;
    bool failed;                  /* out of memory */
    cdr_notice_finding spare;     /* written to when there is no memory for another */
    cdr_err *err;
} checking;

const char *check_text(checking *c, const char *fmt, ...) CDR_PRINTF(2, 3);     /* in the arena, never NULL */
const char *check_path(checking *c, const char *path);                          /* as people know it, values masked, kept */
/* A new finding of cdr_notice_rules[${rule}], lent until the next one; never NULL. */
cdr_notice_finding *check_add(checking *c, size_t rule, bool unknown);
/* By key: is the system only worked on for somebody else? Then its data are somebody else's to tell. */
bool check_for_others(const checking *c, const char *system);
bool check_covers(const cdr_register *r, const char *system);                   /* some activity of ours works there */
cdr_status check_seen(checking *c);      /* notice_check_seen.c: NOT-01 to NOT-04 */
cdr_status check_kept(checking *c);      /* NOT-05 */

#endif
