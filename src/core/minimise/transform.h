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
    cdr_generalise how; uint32_t amount;   /* masked card numbers: 6 or 8 keep as many digits at the front besides the last four */
    cdr_kind kind;               /* of the value; CDR_KIND_NONE: unknown */
    const char *category;        /* chooses mask and generalisation when the kind is unknown; may be NULL */
    const char *column;          /* encrypted: the text opens again under this name only; NULL "" */
    const char *label;           /* redacted: "[LABEL]"; NULL: the type of the kind */
} cdr_transform;

/* The keys of one purpose; derived from the workspace's (BLAKE2b), in locked memory. */
typedef struct cdr_purpose_keys cdr_purpose_keys;
cdr_status cdr_purpose_keys_new(const cdr_secret *pseudonym_key, const char *purpose, cdr_purpose_keys **ret, cdr_err *err) CDR_NODISCARD;
void cdr_purpose_keys_free(cdr_purpose_keys *k);   /* NULL is fine */

#define CDR_PSEUDONYM_BYTES 28   /* "p_" and 26 letters and digits: 128 bits */
#define CDR_SEALED_MARK "enc1:"  /* what an encrypted value begins with; base64url without padding follows */

/* Append what stands for ${value}; nothing for CDR_FORM_NEVER. An empty or blank value stays as it is. CDR_E_UNSUPPORTED: tokenised, which
 * only the vault can do; CDR_DENIED: the value cannot be generalised as asked (its shape is not understood): then nothing is written, and
 * the caller drops it. ${keys} may be NULL unless the form is hashed or encrypted; ${ctx} gives the nonce and, for ages, the day. */
cdr_status cdr_transform_apply(const cdr_transform *t, const cdr_purpose_keys *keys, const cdr_ctx *ctx, const char *value, size_t len, cdr_buf *out, cdr_err *err) CDR_NODISCARD;
/* Is the transform possible at all? CDR_E_UNSUPPORTED and CDR_E_INVAL (keys are missing) before a byte is read. */
cdr_status cdr_transform_check(const cdr_transform *t, const cdr_purpose_keys *keys, cdr_err *err) CDR_NODISCARD;
/* Open what CDR_FORM_ENCRYPTED made ("enc1:…"), for the holder of the key. CDR_DENIED: other purpose, column or key, or changed. */
cdr_status cdr_transform_open(const cdr_purpose_keys *keys, const char *column, const char *text, size_t len, cdr_buf *out, cdr_err *err) CDR_NODISCARD;
/* True when what the transform leaves can still be traced to one person (pseudonyms, ciphertext): pseudonymised is not erased. */
bool cdr_transform_is_reversible(const cdr_transform *t);
/* The kind that values of a category have, as far as one kind stands for it: user.contact.email is e-mail; else CDR_KIND_NONE. */
cdr_kind cdr_transform_kind_of(const char *category);

#endif
