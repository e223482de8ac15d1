/* SPDX-License-Identifier: Apache-2.0 */
/* SHA-256 of what comes in pieces. */
#ifndef CDR_CRYPTO_DIGEST_H
#define CDR_CRYPTO_DIGEST_H

#include "candor/crypto.h"

typedef struct cdr_digest cdr_digest;
cdr_digest *cdr_digest_new(void) CDR_NODISCARD;                      /* NULL: no memory */
void cdr_digest_add(cdr_digest *d, const void *data, size_t len);
void cdr_digest_end(cdr_digest *d, uint8_t ret[CDR_SHA256_BYTES]);   /* of all so far; begins anew */
void cdr_digest_free(cdr_digest *d);                                 /* NULL is fine */
static inline void cdr_digest_freep(cdr_digest **d) { cdr_digest_free(*d); }

#endif
