/* SPDX-License-Identifier: Apache-2.0 */
/* Ed25519, RFC 8032. */
#include "candor/crypto.h"

#include <sodium.h>

void cdr_sign_public(const cdr_secret *seed, uint8_t ret[CDR_SIGN_PUBLIC_BYTES])
{
    uint8_t expanded[crypto_sign_SECRETKEYBYTES];
    crypto_sign_seed_keypair(ret, expanded, cdr_secret_bytes(seed));
    sodium_memzero(expanded, sizeof expanded);
}

cdr_status cdr_sign_expand(const cdr_secret *seed, cdr_secret **ret, cdr_err *err)
{
    uint8_t pub[CDR_SIGN_PUBLIC_BYTES];
    *ret = NULL;
    if (cdr_secret_len(seed) != CDR_SIGN_SEED_BYTES)
        return cdr_fail(err, CDR_E_INVAL, "crypto", "crypto.seed-length", "An Ed25519 seed has %d bytes.", CDR_SIGN_SEED_BYTES);
    cdr_status s = cdr_secret_new(NULL, crypto_sign_SECRETKEYBYTES, ret, err);
    if (s == CDR_OK)
        crypto_sign_seed_keypair(pub, cdr_secret_writable(*ret), cdr_secret_bytes(seed));
    return s;
}

cdr_status cdr_sign(const cdr_secret *seed, const void *msg, size_t len, uint8_t ret[CDR_SIGNATURE_BYTES], cdr_err *err)
{
    cdr_secret *expanded = NULL;
    if (cdr_secret_len(seed) != crypto_sign_SECRETKEYBYTES) {
        cdr_status s = cdr_sign_expand(seed, &expanded, err);
        if (s != CDR_OK)
            return s;
    }
    crypto_sign_detached(ret, NULL, msg, len, cdr_secret_bytes(expanded ? expanded : seed));
    cdr_secret_free(expanded);
    return CDR_OK;
}

bool cdr_verify(const uint8_t pub[CDR_SIGN_PUBLIC_BYTES], const void *msg, size_t len, const uint8_t sig[CDR_SIGNATURE_BYTES])
{
    return crypto_sign_verify_detached(sig, msg, len, pub) == 0;
}
