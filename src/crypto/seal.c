/* SPDX-License-Identifier: Apache-2.0 */
/* Short texts sealed under a key and bound to a place: nonce, ciphertext, tag. */
#include "candor/crypto.h"

#include <sodium.h>

#define NONCE crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define TAG crypto_aead_xchacha20poly1305_ietf_ABYTES
_Static_assert(NONCE + TAG == CDR_SEAL_BYTES, "what sealing adds");
_Static_assert(CDR_KEY_BYTES == crypto_aead_xchacha20poly1305_ietf_KEYBYTES, "key size");

cdr_status cdr_seal(const cdr_ctx *ctx, const cdr_secret *key, const void *data, size_t len, const void *bound, size_t bound_len, uint8_t *ret, cdr_err *err)
{
    if (cdr_secret_len(key) != CDR_KEY_BYTES)
        return cdr_fail(err, CDR_E_INVAL, "crypto", "seal.key", "A key for sealing has %d bytes.", CDR_KEY_BYTES);
    ctx->random(ctx->rng, ret, NONCE);
    crypto_aead_xchacha20poly1305_ietf_encrypt(ret + NONCE, NULL, data, len, bound, bound_len, NULL, ret, cdr_secret_bytes(key));
    return CDR_OK;
}

cdr_status cdr_unseal(const cdr_secret *key, const uint8_t *sealed, size_t len, const void *bound, size_t bound_len, uint8_t *ret, cdr_err *err)
{
    bool sound = len >= CDR_SEAL_BYTES && cdr_secret_len(key) == CDR_KEY_BYTES &&
                 !crypto_aead_xchacha20poly1305_ietf_decrypt(ret, NULL, NULL, sealed + NONCE, len - NONCE, bound, bound_len, sealed, cdr_secret_bytes(key));
    return sound ? CDR_OK : cdr_fail(err, CDR_DENIED, "crypto", "seal.refused", "A sealed value does not open: it was sealed under another key or for another place, or it was changed.");
}
