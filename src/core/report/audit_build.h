/* SPDX-License-Identifier: Apache-2.0 */
/* The audit from the inventory. */
#ifndef CDR_CORE_REPORT_AUDIT_BUILD_H
#define CDR_CORE_REPORT_AUDIT_BUILD_H

#include "core/inventory/query.h"
#include "core/report/audit.h"
#include "core/workspace/workspace.h"

typedef struct cdr_audit_request {
    const char *cwd;               /* absolute: paths below it are shown relative to it; NULL none */
    const char *program;           /* how commands call this program; NULL: "candor" */
    const char *workspace;         /* what they must give as --workspace, quoted for a shell; NULL: nothing */
    const char *const *targets;    /* absolute, escaped: what the report is about; none: all that is known */
    size_t target_count;
    bool all;                      /* findings of any confidence */
    const struct cdr_policy *policy;   /* judged, too; NULL: there is none */
    const cdr_audit_review *reviews;   /* of playbooks, those that are overdue */
    size_t review_count;
} cdr_audit_request;

/* Judges what ${inv} knows now and compares it with the last audit of the same in the ledger. The audit reads findings from ${inv} while its files are written, so that ${inv} must outlive it. */
cdr_status cdr_audit_build(cdr_workspace *ws, cdr_inventory *inv, const cdr_audit_request *request, cdr_audit **ret, cdr_err *err) CDR_NODISCARD;

/* Earlier audits, oldest first, from the entries audit.finish. ${ret_scan} (may be NULL): the scan that the last one judged, 0 none. */
cdr_status cdr_audit_history(cdr_ledger *ledger, cdr_arena *a, cdr_audit_point **ret, size_t *ret_count, int64_t *ret_scan, cdr_err *err) CDR_NODISCARD;

/* Enter audit.finish: the numbers of ${a}, and name and SHA-256 of each of ${files} in ${dir}. */
cdr_status cdr_audit_enter(cdr_workspace *ws, const cdr_audit *a, const char *dir, const char *const *files, size_t file_count, cdr_err *err) CDR_NODISCARD;

#endif
