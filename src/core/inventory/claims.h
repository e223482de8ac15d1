/* SPDX-License-Identifier: Apache-2.0 */
/* Which system does an object belong to? Systems claim paths, globs and database URLs; the longest claim wins. */
#ifndef CDR_CORE_INVENTORY_CLAIMS_H
#define CDR_CORE_INVENTORY_CLAIMS_H

#include "base/buf.h"

#define CDR_CLAIM_MAX 4096

/* The claim as a pattern for paths of observations: absolute, "." and ".." resolved, escaped; "sqlite:/a/b.db#t" becomes
 * "/a/b.db!/t"; other URLs stay. ${root}: absolute folder for relative claims, NULL or "" when there is none (then they are refused).
 * Appended to ${out}. */
cdr_status cdr_claim_resolve(const char *claim, const char *root, cdr_buf *out, cdr_err *err) CDR_NODISCARD;

/* True when ${path} is what ${pattern} names, or lies below it (in the folder, archive or database). "*" and "?" stay within a
 * folder, "**" does not. Time is bounded by the product of both lengths. */
bool cdr_claim_matches(const char *pattern, const char *path);
/* How much a pattern says: its characters that are no wildcards. */
size_t cdr_claim_weight(const char *pattern);

typedef struct cdr_claims {
    struct cdr_claim { char *pattern; size_t weight; int64_t system; } *at;
    size_t len, cap;
} cdr_claims;

cdr_status cdr_claims_add(cdr_claims *c, const char *pattern, int64_t system) CDR_NODISCARD;
int64_t cdr_claims_find(const cdr_claims *c, const char *path);   /* 0: nobody's; among equals the first added wins */
void cdr_claims_done(cdr_claims *c);

#endif
