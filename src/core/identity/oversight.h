/* SPDX-License-Identifier: Apache-2.0 */
/* What a supervisor wants to know, from the ledger alone: tries, locks, flags, who revealed how much, what was overridden, and whether anything was ever told without a verified call, a
 * ground or an approval behind it. Tables of the database are not asked: whoever can write them cannot change the answer. */
#ifndef CDR_CORE_IDENTITY_OVERSIGHT_H
#define CDR_CORE_IDENTITY_OVERSIGHT_H

#include "core/identity/disclose.h"

#define CDR_OVERSIGHT_AGENTS 64
#define CDR_OVERSIGHT_FLAGS 24
#define CDR_OVERSIGHT_FAULTS 20

typedef struct cdr_oversight_agent {
    char name[80];
    unsigned calls, verified, tries, matched, reveals, confirms, sends, refusals, dialled, overrides, without_ticket;
    unsigned enrolled, documents;           /* proofs that she could have made herself: factors set without a verified call, documents that nobody else saw */
} cdr_oversight_agent;

/* One disclosure that nothing stands behind. */
typedef struct cdr_oversight_fault { uint64_t index; char why[160]; } cdr_oversight_fault;

typedef struct cdr_oversight {
    uint64_t entries;                       /* that were read */
    int64_t since_us;
    unsigned calls, verified, ended, tries, matched, documents, locks, codes, refusals, seconds;
    unsigned grants, reveals, confirms, sends, dialled, without_ticket, empty, not_right, send_failed;
    unsigned third_party, glass_asked, glass_approved, glass_opened, canaries, checks, checks_yes, requests;
    unsigned unverified;                    /* the headline: 0 */
    unsigned earlier_policy;                /* told under another policy than today's, on fewer proofs than today's asks for */
    unsigned unsent, untold;                /* codes that could not be sent, canary alarms that reached nobody: from the database */
    cdr_oversight_agent agents[CDR_OVERSIGHT_AGENTS]; size_t agent_count;
    struct { char flag[CDR_CALL_FLAG_TEXT], by[80] /* who said so; "": it rose by itself */; unsigned count; } flags[CDR_OVERSIGHT_FLAGS]; size_t flag_count;
    cdr_oversight_fault faults[CDR_OVERSIGHT_FAULTS]; size_t fault_count;
} cdr_oversight;

/* Counts from ${since_us} on (0: all); the headline is held against the whole ledger and counts those from then on. */
cdr_status cdr_oversight_read(cdr_identity *id, int64_t since_us, cdr_oversight *ret, cdr_err *err) CDR_NODISCARD;

#endif
