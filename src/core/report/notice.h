/* SPDX-License-Identifier: Apache-2.0 */
/* The privacy notice, drafted from what the register and the policy say: GDPR Art. 13 and 14, or California's notice at collection. What they do
 * not say is a gap, marked in the draft and listed; nothing is made up. A draft is for a person to approve. */
#ifndef CDR_CORE_REPORT_NOTICE_H
#define CDR_CORE_REPORT_NOTICE_H

#include "base/json.h"
#include "core/policy/policy.h"
#include "core/report/register.h"
#include "core/workspace/workspace.h"

typedef enum cdr_notice_kind { CDR_NOTICE_GDPR, CDR_NOTICE_CCPA, CDR_NOTICE__MAX } cdr_notice_kind;
extern const char *const cdr_notice_kind_names[];    /* "gdpr", "ccpa" */

/* Something the notice must say, or may have to, and that nobody has written down. */
typedef struct cdr_notice_gap {
    const char *id;              /* of the law's item: "retention" */
    const char *law;             /* "GDPR Art. 13(2)(a), 14(2)(a)" */
    const char *activity;        /* key, "" the whole */
    const char *text;            /* what stands in the draft in its place */
    const char *fix;             /* what to do, or a command to copy */
    bool command;                /* ->fix is one */
} cdr_notice_gap;

typedef struct cdr_notice {
    cdr_notice_kind kind;
    cdr_arena *arena;            /* the register's */
    json_t *tree;                /* what the template is given */
    const cdr_notice_gap *gaps;      size_t gap_count;
    const cdr_notice_gap *questions; size_t question_count;   /* to be decided by a person; no reason to hold the notice back */
    char basis[65];              /* SHA-256 of what is told, whatever the template: changes when the register or the policy do */
} cdr_notice;

/* The words that have no place in the register: opt_out, limit_use, policy_url, effective, authority, and by activity must_provide and automated.
 * ${path}: WORKSPACE/notices/words.yaml; when there is none, ${ret} is an empty object. CDR_E_INVAL names key and place. */
cdr_status cdr_notice_words_read(const char *path, const cdr_register *r, json_t **ret, cdr_err *err) CDR_NODISCARD;

/* ${p} may be NULL: no policy. ${program}: how commands call this program, with --workspace where it is needed. Done with cdr_notice_done, also after a failure. */
cdr_status cdr_notice_build(const cdr_register *r, const cdr_policy *p, const json_t *words, cdr_notice_kind kind, const char *program, cdr_notice *ret, cdr_err *err) CDR_NODISCARD;
void cdr_notice_done(cdr_notice *n);
/* Appended to ${out}; ${folder} holds the organisation's own templates (NULL none). ${final}: as it is published, without marks of a draft; CDR_E_INVAL while there are gaps. */
cdr_status cdr_notice_render(const cdr_notice *n, const char *folder, bool html, bool final, cdr_buf *out, cdr_err *err) CDR_NODISCARD;

/* What the ledger says of a notice that was written. */
typedef struct cdr_notice_written { char kind[8], sha256[65], basis[65], at[40], shape[8]; bool final; uint64_t gaps; } cdr_notice_written;
/* Enter notice.write. */
cdr_status cdr_notice_enter(cdr_workspace *ws, const cdr_notice *n, const char *sha256, bool html, bool final, cdr_err *err) CDR_NODISCARD;
/* The newest that fits: of this kind (CDR_NOTICE__MAX any), with this hash (NULL any), final ones only. CDR_NOT_FOUND (quiet). */
cdr_status cdr_notice_last(cdr_ledger *ledger, cdr_notice_kind kind, const char *sha256, bool final, cdr_notice_written *ret, cdr_err *err) CDR_NODISCARD;

/* How long one activity's data are kept, as the policy or else the register says; one row for data that are kept alike. */
typedef struct cdr_kept { const char *data; /* in words, "" all */ const char *text; /* "6 years after the last order" */ const char *source;
    const char *maybe; /* not known, because this rule of the policy may count or may not; "" */ bool known, trigger; } cdr_kept;
cdr_status cdr_notice_kept(const cdr_register *r, const cdr_policy *p, const cdr_reg_activity *x, cdr_kept **ret, size_t *ret_count, cdr_err *err) CDR_NODISCARD;

#endif
