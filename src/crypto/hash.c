/* SPDX-License-Identifier: Apache-2.0 */
#include "candor/crypto.h"

#include <sodium.h>

void cdr_value_id(const cdr_secret *key, const void *value, size_t len, uint8_t ret[CDR_VALUE_ID_BYTES])
{
    crypto_shorthash_siphashx24(ret, value, len, cdr_secret_bytes(key));
}

void cdr_sha256(const void *data, size_t len, uint8_t ret[CDR_SHA256_BYTES])
{
    crypto_hash_sha256(ret, data, len);
}

void cdr_sha256_parts(const void *const *parts, const size_t *lens, size_t count, uint8_t ret[CDR_SHA256_BYTES])
{
    crypto_hash_sha256_state state;
    crypto_hash_sha256_init(&state);
    for (size_t i = 0; i < count; i++)
        crypto_hash_sha256_update(&state, parts[i], lens[i]);
    crypto_hash_sha256_final(&state, ret);
}

void cdr_blake2b(const cdr_secret *key, const void *data, size_t len, uint8_t ret[32])
{
    crypto_generichash(ret, 32, data, len, key ? cdr_secret_bytes(key) : NULL, key ? cdr_secret_len(key) : 0);
}
