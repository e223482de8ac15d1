/* SPDX-License-Identifier: Apache-2.0 */
/* One value in, what is handed on or kept in its place out: masked, generalised, keyed-hashed, encrypted. Deterministic but for
 * encryption. Keys are made per purpose, so that pseudonyms join within a purpose and not across. */
#ifndef CDR_CORE_MINIMISE_TRANSFORM_H
#define CDR_CORE_MINIMISE_TRANSFORM_H

#include "base/buf.h"
#include "candor/crypto.h"
#include "candor/detect.h"
#include "core/policy/policy.h"

typedef struct cdr_transform {
    cdr_form form;
    cdr_generalise how; uint32_t amount;
    cdr_kind kind;               /* of the value; CDR_KIND_NONE: unknown */
    const char *category;        /* chooses mask and generalisation when the kind is unknown; may be NULL */
} cdr_transform;

/* The keys of one purpose; derived from the workspace's (BLAKE2b), in locked memory. */
typedef struct cdr_purpose_keys cdr_purpose_keys;
cdr_status cdr_purpose_keys_new(const cdr_secret *pseudonym_key, const char *purpose, cdr_purpose_keys **ret, cdr_err *err) CDR_NODISCARD;
void cdr_purpose_keys_free(cdr_purpose_keys *k);   /* NULL is fine */

/* Append what stands for ${value}; nothing for CDR_FORM_NEVER. An empty value stays empty. CDR_E_UNSUPPORTED: tokenised, which only the
 * vault can do; CDR_DENIED: the value cannot be generalised as asked (its shape is not understood): then nothing is written, and the
 * caller drops it. */
cdr_status cdr_transform_apply(const cdr_transform *t, const cdr_purpose_keys *keys, const cdr_ctx *ctx, const char *value, size_t len, cdr_buf *out, cdr_err *err) CDR_NODISCARD;
/* True when what the transform leaves can still be traced to one person (pseudonyms, ciphertext): pseudonymised is not erased. */
bool cdr_transform_is_reversible(const cdr_transform *t);

#endif
