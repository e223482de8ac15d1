/* SPDX-License-Identifier: Apache-2.0 */
/* What was told in a call, by the ledger alone: its entries are what counts, not what the tables say. */
#ifndef CDR_CORE_IDENTITY_SUMMARY_H
#define CDR_CORE_IDENTITY_SUMMARY_H

#include "core/identity/verify_parts.h"

#define CDR_SUMMARY_MAX 64

typedef struct cdr_told_field {
    char key[80], how[20];      /* "plain", "masked", "confirm", "send-to-record"; "none": nothing was on file */
    unsigned times[5];          /* of each of these ways; what nothing came of is taken off again */
    bool certain;               /* false: sent below C2, of which whoever asked is not told */
} cdr_told_field;
typedef struct cdr_summary { cdr_told_field told[CDR_SUMMARY_MAX]; size_t count; } cdr_summary;

/* Each field once with the most that was told of it; call-backs do not count. */
cdr_status cdr_summary_of_call(cdr_identity *id, const cdr_verification *v, cdr_summary *ret, cdr_err *err) CDR_NODISCARD;
/* What was proved, as a bit for each kind, by the ledger: "fits" of verify.start and "factor" of verify.match. Their "level" is what the tables said at that moment, which somebody may have written. */
uint64_t cdr_proofs_of_entry(const char *kind, const json_t *details);
/* The level that these reach by the policy. */
cdr_level cdr_proofs_level(const cdr_identity *id, uint64_t proofs);
/* Of a call, from its entries that are about ${who}; none once it has ended. */
cdr_status cdr_summary_proofs(cdr_identity *id, const cdr_verification *v, const char *who, uint64_t *ret, cdr_err *err) CDR_NODISCARD;
/* CDR_E_CORRUPT: among ${kinds} is one that the ledger does not know of this call. */
cdr_status cdr_summary_check(cdr_identity *id, const cdr_verification *v, const cdr_factor_kind *kinds, size_t count, cdr_err *err) CDR_NODISCARD;
/* "delivery address (in full), card (masked)". ${all}: also what was sent below C2, and without what was not on file: for the customer. */
unsigned cdr_summary_words(const cdr_identity *id, const cdr_summary *s, bool all, char *ret, size_t cap);
/* A field's label by what the ledger calls it ("delivery_address", "own:loyalty_level"). */
const char *cdr_summary_label(const cdr_identity *id, const char *key);

#endif
