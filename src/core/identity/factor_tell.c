/* SPDX-License-Identifier: Apache-2.0 */
#include "core/identity/factor_tell.h"

#include "core/identity/factor_parts.h"
#include "core/identity/reach.h"

#include <stdio.h>

#define OLD_ENOUGH_US (INT64_C(30) * 24 * 3600 * 1000000)

static const char *words_for(cdr_factor_kind kind, cdr_factor_change change)
{
    static const struct { cdr_factor_kind kind; const char *words[3]; } rows[] = {
        {CDR_FACTOR_PIN, {"a new PIN was set", "your PIN was ended", "your PIN was used"}},
        {CDR_FACTOR_WORDS, {"new secret words were given out", "your secret words were ended", "your secret words were used"}},
        {CDR_FACTOR_TOTP, {"a new authenticator was set up", "your authenticator was ended", "your authenticator was used"}},
        {CDR_FACTOR_RECOVERY, {"you were given new recovery codes", "your recovery codes were ended", "one of your recovery codes was used"}},
    };
    for (size_t i = 0; i < CDR_COUNT(rows); i++)
        if (rows[i].kind == kind)
            return rows[i].words[change];
    return "the way you prove yourself was changed";
}

/* ${ret_old}: this route has been on file for 30 days, and a message went there. */
static bool tell_by(cdr_factors *f, cdr_sender *sender, int64_t customer, unsigned reach, const char *words, cdr_factor_told *told, bool *ret_old)
{
    cdr_secret *to = NULL;
    cdr_err detail = {0};
    int64_t since = 0;
    cdr_status s = cdr_reach_where(f->vault, customer, &cdr_reaches[reach], &to, &since, &detail);
    bool exists = s == CDR_OK && to;
    if (exists)
        s = cdr_reach_tell(f->vault, sender, &cdr_reaches[reach], to, "factor_changed", &(cdr_message_facts){.change = words}, &detail);
    cdr_secret_free(to);
    if (s != CDR_OK) {
        if (!told->failed++)
            snprintf(told->why, sizeof told->why, "%s", detail.text);
        return exists;
    }
    told->sent += exists;
    *ret_old = *ret_old || (exists && since <= cdr_now_us(f->ctx) - OLD_ENOUGH_US);
    return exists;
}

void cdr_factor_tell(cdr_factors *f, cdr_sender *sender, int64_t customer, cdr_factor_kind kind, cdr_factor_change change, cdr_factor_told *ret)
{
    const char *words = words_for(kind, change);
    bool old = false;
    *ret = (cdr_factor_told){0};
    tell_by(f, sender, customer, CDR_REACH_EMAIL, words, ret, &old);
    if (!tell_by(f, sender, customer, CDR_REACH_MOBILE, words, ret, &old))
        tell_by(f, sender, customer, CDR_REACH_PHONE, words, ret, &old);
    if (!old) {
        unsigned before = ret->sent;
        tell_by(f, sender, customer, CDR_REACH_ADDRESS, words, ret, &old);
        ret->letter = ret->sent > before;
    }
}
