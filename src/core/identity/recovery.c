/* SPDX-License-Identifier: Apache-2.0 */
#include "core/identity/recovery.h"

#include <string.h>

/* Digits and letters without I, L, O and U. */
static const char signs[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

void cdr_recovery_make(const cdr_ctx *ctx, char ret[CDR_RECOVERY_TEXT])
{
    uint8_t drawn[CDR_RECOVERY_SIGNS];
    ctx->random(ctx->rng, drawn, sizeof drawn);
    for (size_t i = 0; i < CDR_RECOVERY_SIGNS; i++) {
        if (i && i % 4 == 0)
            *ret++ = '-';
        *ret++ = signs[drawn[i] & 31];   /* 32 signs: each is as likely as another */
    }
    cdr_wipe(drawn, sizeof drawn);
}

static char sign_of(char c)
{
    if (c >= 'a' && c <= 'z')
        c = (char)(c - 'a' + 'A');
    if (c == 'O')
        c = '0';
    if (c == 'I' || c == 'L')
        c = '1';
    return c && strchr(signs, c) ? c : '\0';
}

bool cdr_recovery_read(const char *said, size_t len, char ret[CDR_RECOVERY_SIGNS])
{
    size_t n = 0;
    bool good = len <= 64;
    for (size_t i = 0; good && i < len; i++) {
        if (said[i] == ' ' || said[i] == '-')
            continue;
        char sign = sign_of(said[i]);
        good = sign && n < CDR_RECOVERY_SIGNS;
        if (good)
            ret[n++] = sign;
    }
    if (!good || n != CDR_RECOVERY_SIGNS) {
        cdr_wipe(ret, CDR_RECOVERY_SIGNS);
        return false;
    }
    return true;
}
