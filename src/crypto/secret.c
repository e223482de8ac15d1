/* SPDX-License-Identifier: Apache-2.0 */
/* Secrets in guarded, locked memory, and what is derived from them. */
#include "candor/crypto.h"

#include "base/mem.h"

#include <sodium.h>
#include <string.h>

struct cdr_secret {
    size_t len;
    uint8_t *bytes;   /* sodium_malloc: guard pages, mlock, zeroed when freed */
};

cdr_status cdr_crypto_start(cdr_err *err)
{
    if (sodium_init() < 0)
        return cdr_fail(err, CDR_E_CRYPTO, "crypto", "crypto.start", "The cryptographic library could not start; reinstall libsodium.");
    return CDR_OK;
}

cdr_status cdr_secret_new(const void *bytes, size_t len, cdr_secret **ret, cdr_err *err)
{
    *ret = NULL;
    cdr_status started = cdr_crypto_start(err);
    if (started != CDR_OK)
        return started;
    cdr_secret *s = cdr_alloc(sizeof *s);
    if (s)
        s->bytes = sodium_malloc(len ? len : 1);
    if (!s || !s->bytes) {
        cdr_free(s);
        return cdr_fail_nomem(err, "crypto");
    }
    s->len = len;
    if (bytes)
        memcpy(s->bytes, bytes, len);
    else
        memset(s->bytes, 0, len);
    *ret = s;
    return CDR_OK;
}

cdr_status cdr_secret_random(const cdr_ctx *ctx, size_t len, cdr_secret **ret, cdr_err *err)
{
    cdr_status s = cdr_secret_new(NULL, len, ret, err);
    if (s == CDR_OK)
        ctx->random(ctx->rng, (*ret)->bytes, len);
    return s;
}

size_t cdr_secret_len(const cdr_secret *s)
{
    return s->len;
}

const uint8_t *cdr_secret_bytes(const cdr_secret *s)
{
    return s->bytes;
}

uint8_t *cdr_secret_writable(cdr_secret *s)
{
    return s->bytes;
}

bool cdr_secret_equal(const cdr_secret *a, const cdr_secret *b)
{
    return a->len == b->len && !sodium_memcmp(a->bytes, b->bytes, a->len);
}

void cdr_secret_free(cdr_secret *s)
{
    if (!s)
        return;
    sodium_free(s->bytes);
    cdr_free(s);
}

void cdr_wipe(void *p, size_t len)
{
    sodium_memzero(p, len);
}

cdr_status cdr_key_derive(const cdr_secret *root, cdr_key_purpose purpose, cdr_secret **ret, cdr_err *err)
{
    static const char context[crypto_kdf_CONTEXTBYTES] = {'c', 'a', 'n', 'd', 'o', 'r', '0', '1'};
    *ret = NULL;
    if (root->len != crypto_kdf_KEYBYTES)
        return cdr_fail(err, CDR_E_INVAL, "crypto", "crypto.key-length", "A key of %d bytes is needed to derive others from.", crypto_kdf_KEYBYTES);
    cdr_status s = cdr_secret_new(NULL, CDR_KEY_BYTES, ret, err);
    if (s == CDR_OK)
        crypto_kdf_derive_from_key((*ret)->bytes, CDR_KEY_BYTES, (uint64_t)purpose, context, root->bytes);
    return s;
}
