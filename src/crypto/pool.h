/* SPDX-License-Identifier: Apache-2.0 */
/* Sealing many short texts: nonces are drawn from the random source by the hundred (a call of the kernel for each would cost as much as the sealing), and keys are
 * plain bytes in memory that the caller has locked. */
#ifndef CDR_CRYPTO_POOL_H
#define CDR_CRYPTO_POOL_H

#include "candor/crypto.h"

#define CDR_NONCE_BYTES 24
#define CDR_NONCES 170

/* Not for two threads or across a fork: a nonce must be used once. */
typedef struct cdr_nonces {
    const cdr_ctx *ctx;
    size_t left;
    uint8_t bytes[CDR_NONCES * CDR_NONCE_BYTES];
} cdr_nonces;

/* As cdr_seal and cdr_unseal, under the ${key} of CDR_KEY_BYTES bytes. False: another key or place, or changed. */
void cdr_seal_pooled(cdr_nonces *nonces, const uint8_t *key, const void *data, size_t len, const void *bound, size_t bound_len, uint8_t *ret);
bool cdr_unseal_bytes(const uint8_t *key, const uint8_t *sealed, size_t len, const void *bound, size_t bound_len, uint8_t *ret) CDR_NODISCARD;

#endif
