/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CDR_CORE_IDENTITY_DISCLOSE_PARTS_H
#define CDR_CORE_IDENTITY_DISCLOSE_PARTS_H

#include "core/identity/disclose.h"
#include "core/identity/verify_parts.h"
#include "core/vault/grant.h"

/* One field as the policy decided it. ->answer is what may be said: below C2 in words that do not tell whether anybody was found. ->real is what may be done: by the proofs that were given and all
 * flags, also those that are not told. */
typedef struct cdr_decided {
    const cdr_vault_field *field; cdr_disclosure_answer answer;
    cdr_mode real;
    const cdr_vault_field *stands_for;  /* what was asked for, when ->field stands for it; mostly NULL */
} cdr_decided;

typedef struct cdr_opening {
    int64_t customer;
    const char *purpose, *call, *basis;
    json_t *details;                    /* borrowed: "by" and what the report holds it against */
    const cdr_decided *list; size_t count;
} cdr_opening;
/* Grant, canary, reveals: what the list allows plain or masked is opened, the rest told as refused. */
cdr_status cdr_open_fields(cdr_identity *id, const cdr_opening *o, cdr_told_fn *fn, void *arg, cdr_telling *ret, cdr_err *err) CDR_NODISCARD;
/* One grant for ${fields}; a canary raises its alarm first. */
cdr_status cdr_issue(cdr_identity *id, const cdr_opening *o, const cdr_grant_field *fields, size_t count, cdr_grant **ret, cdr_err *err) CDR_NODISCARD;
/* Nothing came of a use that stands in the ledger: disclosure.void, with ${why} ("nothing on file", "not sent", "not right"). What was told is counted without it. */
cdr_status cdr_enter_void(cdr_identity *id, int64_t customer, const char *grant, const cdr_vault_field *const *fields, size_t count, const char *why, cdr_err *err) CDR_NODISCARD;
/* {"by": "call", "level": "C3", "channel": "phone"} */
json_t *cdr_call_details(const cdr_verification *v, cdr_level level);
/* The call, its flags looked at anew, and its level; NULL ${ret_flags} is not allowed. */
typedef struct cdr_asking { cdr_verification v; cdr_flags flags; cdr_level level, presumed; } cdr_asking;
/* Entered as disclosure.ask with the names of the fields, whatever comes of it. */
cdr_status cdr_asking_begin(cdr_identity *id, const char *call, const uint16_t *fields, size_t count, cdr_asking *ret, cdr_err *err) CDR_NODISCARD;
/* A parcel without an address of its own goes to the customer's address: where she has no delivery address, the address stands for one that may be opened, unless the policy never tells it or it is
 * asked for beside. ->field is what is opened, and what grant and ledger name. */
cdr_status cdr_asking_stand_in(cdr_identity *id, const cdr_asking *a, cdr_decided *list, size_t count, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_asking_decide(cdr_identity *id, const cdr_asking *a, uint16_t field, cdr_decided *ret, cdr_err *err) CDR_NODISCARD;

/* --- store_oversight.c --- */
cdr_status cdr_vo_glass_add(cdr_identity *id, const cdr_glass *g, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_vo_glass_get(cdr_identity *id, const char *glass, cdr_glass *ret, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_vo_glass_approved(cdr_identity *id, const cdr_glass *g, cdr_err *err) CDR_NODISCARD;
/* CDR_DENIED: it was used before. */
cdr_status cdr_vo_glass_used(cdr_identity *id, const cdr_glass *g, int64_t now_us, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_vo_canary(cdr_identity *id, int64_t customer, const char *call, int64_t now_us, int64_t *ret_id, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_vo_canary_told(cdr_identity *id, int64_t alert, int64_t now_us, cdr_err *err) CDR_NODISCARD;
/* Call-backs since then: numbers given out to ${actor}, and how often this customer's was. */
cdr_status cdr_vo_dials(cdr_identity *id, const cdr_verification *v, const char *actor, int64_t since_us, unsigned *ret_actor, unsigned *ret_customer, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_vo_third(cdr_identity *id, int64_t customer, const char *party, const char *ground, const char *document, int64_t now_us, cdr_err *err) CDR_NODISCARD;
typedef struct cdr_unsent { unsigned failed, canary_untold; } cdr_unsent;
cdr_status cdr_vo_unsent(cdr_identity *id, int64_t since_us, cdr_unsent *ret, cdr_err *err) CDR_NODISCARD;

#endif
