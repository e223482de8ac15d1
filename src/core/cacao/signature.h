/* SPDX-License-Identifier: Apache-2.0 */
/* Signatures of playbooks (CACAO 2.0, section 10.14 and JSS): all other signatures are taken out, the signature object without its value is put in, the whole in canonical form (RFC 8785); what is signed are the 64
 * lowercase hexadecimal digits of its SHA-256. A signature in "signature" counter-signs the one it stands in: it signs the playbook with that one signature, its value included. Signing makes no new version. */
#ifndef CDR_CORE_CACAO_SIGNATURE_H
#define CDR_CORE_CACAO_SIGNATURE_H

#include "candor/crypto.h"
#include "core/cacao/playbook.h"

typedef enum cdr_signature_state {
    CDR_SIGNATURE_GOOD = 1,      /* it fits the text and its own public key */
    CDR_SIGNATURE_BAD,           /* it does not: the text or the signature was changed */
    CDR_SIGNATURE_UNKNOWN,       /* the algorithm, or where its key is, cannot be followed here: said, never taken for good */
    CDR_SIGNATURE_EXPIRED, CDR_SIGNATURE_REVOKED,
    CDR_SIGNATURE_OTHER_VERSION, /* made for another id or modified */
    CDR_SIGNATURE_NOT_YET        /* valid later */
} cdr_signature_state;

typedef struct cdr_signature_verdict {
    cdr_signature_state state;
    const char *signee, *algorithm, *created;      /* borrowed from the playbook */
    uint8_t public_key[CDR_SIGN_PUBLIC_BYTES];      /* Ed25519 */
    bool has_key;
    unsigned depth;                                 /* 0 a signature, 1 one that counter-signs it … */
    char why[200];
} cdr_signature_verdict;

#define CDR_SIGNATURES_MAX 64u                      /* each costs the canonical form of the whole playbook */

size_t cdr_signature_count(const cdr_playbook *p);  /* counter-signatures counted too */
typedef cdr_status cdr_signature_fn(void *arg, const cdr_signature_verdict *v);
/* "good", "bad", "unknown", "expired", "revoked", "of another version", "not valid yet" */
const char *cdr_signature_state_name(cdr_signature_state state);
/* Each signature in the order of the file, counter-signatures after what they sign. ${now_us} judges validity. A playbook without any: nothing is called. */
cdr_status cdr_signature_each(const cdr_playbook *p, int64_t now_us, cdr_signature_fn *fn, void *arg, cdr_err *err) CDR_NODISCARD;
/* Is there a good Ed25519 signature by ${public_key}? */
cdr_status cdr_signature_by(const cdr_playbook *p, const uint8_t public_key[CDR_SIGN_PUBLIC_BYTES], int64_t now_us, bool *ret, cdr_err *err) CDR_NODISCARD;

typedef struct cdr_signature_request {
    const cdr_secret *seed;          /* Ed25519 */
    const char *signee;              /* who signs: "Harbour Books" */
    const char *created_by;          /* identity--…; NULL: made of the public key, always the same */
    int64_t now_us, valid_until_us;  /* 0: no end */
    int countersign;                 /* number of the signature to counter-sign, from 0; -1: an own one */
} cdr_signature_request;
/* The playbook's text with the new signature; all else byte for byte. A signature by the same key is replaced, since it signed what the text was before. */
cdr_status cdr_signature_add(const cdr_ctx *ctx, const cdr_playbook *p, const cdr_signature_request *request, cdr_buf *out, cdr_err *err) CDR_NODISCARD;
/* The 64 digits that are signed, for the signature object at ${index}: for tests and other tools. */
cdr_status cdr_signature_digest(const cdr_playbook *p, size_t index, char ret[65], cdr_err *err) CDR_NODISCARD;

#endif
