/* SPDX-License-Identifier: Apache-2.0 */
#include "core/identity/chance.h"

#include "candor/crypto.h"

/* A draw is repeated with a probability below one half, so this many in a row come from a broken source only. */
#define DRAWS_MAX 128

cdr_status cdr_chance_below(const cdr_ctx *ctx, uint32_t n, uint32_t *ret, cdr_err *err)
{
    uint32_t drawn = 0, whole = n ? UINT32_MAX - UINT32_MAX % n : 0;   /* what lies above would make small numbers likelier */
    *ret = 0;
    for (unsigned i = 0; i < DRAWS_MAX && n; i++) {
        ctx->random(ctx->rng, &drawn, sizeof drawn);
        if (drawn < whole) {
            *ret = drawn % n;
            cdr_wipe(&drawn, sizeof drawn);
            return CDR_OK;
        }
    }
    return cdr_fail(err, CDR_E_CRYPTO, "identity", "identity.chance", "The random source of this machine gives no random numbers.");
}

cdr_status cdr_chance_digits(const cdr_ctx *ctx, char *ret, size_t n, cdr_err *err)
{
    uint32_t digit = 0;
    cdr_status s = CDR_OK;
    for (size_t i = 0; s == CDR_OK && i < n; i++) {
        s = cdr_chance_below(ctx, 10, &digit, err);
        ret[i] = (char)('0' + digit);
    }
    if (s != CDR_OK)
        cdr_wipe(ret, n);
    return s;
}
