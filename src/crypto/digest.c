/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/digest.h"

#include "base/mem.h"

#include <sodium.h>

struct cdr_digest { crypto_hash_sha256_state state; };

cdr_digest *cdr_digest_new(void)
{
    cdr_digest *d = cdr_alloc(sizeof *d);
    if (d)
        crypto_hash_sha256_init(&d->state);
    return d;
}

void cdr_digest_add(cdr_digest *d, const void *data, size_t len)
{
    crypto_hash_sha256_update(&d->state, data, len);
}

void cdr_digest_end(cdr_digest *d, uint8_t ret[CDR_SHA256_BYTES])
{
    crypto_hash_sha256_final(&d->state, ret);
    crypto_hash_sha256_init(&d->state);
}

void cdr_digest_free(cdr_digest *d)
{
    if (d)
        cdr_wipe(d, sizeof *d);
    cdr_free(d);
}
