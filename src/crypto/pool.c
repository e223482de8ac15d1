/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/pool.h"

#include <sodium.h>
#include <string.h>

_Static_assert(CDR_NONCE_BYTES == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES, "nonce size");

static void next_nonce(cdr_nonces *n, uint8_t *ret)
{
    if (n->left == 0) {
        n->ctx->random(n->ctx->rng, n->bytes, sizeof n->bytes);
        n->left = CDR_NONCES;
    }
    n->left--;
    memcpy(ret, n->bytes + n->left * CDR_NONCE_BYTES, CDR_NONCE_BYTES);
}

void cdr_seal_pooled(cdr_nonces *nonces, const uint8_t *key, const void *data, size_t len, const void *bound, size_t bound_len, uint8_t *ret)
{
    next_nonce(nonces, ret);
    crypto_aead_xchacha20poly1305_ietf_encrypt(ret + CDR_NONCE_BYTES, NULL, data, len, bound, bound_len, NULL, ret, key);
}

bool cdr_unseal_bytes(const uint8_t *key, const uint8_t *sealed, size_t len, const void *bound, size_t bound_len, uint8_t *ret)
{
    return len >= CDR_SEAL_BYTES &&
           !crypto_aead_xchacha20poly1305_ietf_decrypt(ret, NULL, NULL, sealed + CDR_NONCE_BYTES, len - CDR_NONCE_BYTES, bound, bound_len, sealed, key);
}
