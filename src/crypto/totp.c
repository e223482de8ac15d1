/* SPDX-License-Identifier: Apache-2.0 */
/* One-time passwords by liboath; the bounds, the window and the comparison are here. */
#include "crypto/totp.h"

#include "base/mem.h"
#include "crypto/base32.h"
#include "crypto/hmac.h"

#include <liboath/oath.h>
#include <sodium.h>
#include <string.h>

#define STEP_S 30
#define DRIFT 1
#define OATH_DIGITS_MAX 8
#define SAID 12             /* bytes that are compared: ten digits, zeros behind them */
#define SEED_MAX 256        /* bytes; RFC 6238 needs 64 */
#define TEXT_MAX 128        /* bytes of an issuer or account before they are escaped */

static cdr_status begin(const cdr_secret *seed, unsigned digits, cdr_err *err)
{
    if (digits < 6 || digits > 10)
        return cdr_fail(err, CDR_E_INVAL, "crypto", "totp.digits", "A one-time password has 6 to 10 digits, not %u.", digits);
    if (!cdr_secret_len(seed) || cdr_secret_len(seed) > SEED_MAX)
        return cdr_fail(err, CDR_E_INVAL, "crypto", "totp.seed", "The seed of an authenticator has 1 to %d bytes.", SEED_MAX);
    if (oath_init() != OATH_OK)
        return cdr_fail(err, CDR_E_CRYPTO, "crypto", "totp.start", "The library for one-time passwords could not start; reinstall liboath.");
    return CDR_OK;
}

static cdr_status outcome(int rc, cdr_err *err)
{
    if (rc == OATH_OK)
        return CDR_OK;
    return cdr_fail(err, rc == OATH_MALLOC_ERROR ? CDR_E_NOMEM : CDR_E_CRYPTO, "crypto", "totp.compute", "A one-time password could not be computed (%s).", oath_strerror_name(rc));
}

/* Nine and ten digits, which liboath does not make. */
static cdr_status make_long(const cdr_secret *seed, cdr_totp_hash hash, uint64_t counter, unsigned digits, char ret[SAID])
{
    uint8_t moving[8], mac[CDR_HMAC_MAX];
    for (unsigned i = 0; i < sizeof moving; i++)
        moving[i] = (uint8_t)(counter >> (56 - 8 * i));
    size_t len = cdr_otp_hmac(hash, cdr_secret_bytes(seed), cdr_secret_len(seed), moving, sizeof moving, mac);
    cdr_otp_truncate(mac, len, digits, ret);
    sodium_memzero(mac, sizeof mac);
    return CDR_OK;
}

cdr_status cdr_hotp_make(const cdr_secret *seed, uint64_t counter, unsigned digits, char ret[12], cdr_err *err)
{
    memset(ret, 0, SAID);
    cdr_status s = begin(seed, digits, err);
    if (s != CDR_OK)
        return s;
    if (digits > OATH_DIGITS_MAX)
        return make_long(seed, CDR_TOTP_SHA1, counter, digits, ret);
    return outcome(oath_hotp_generate((const char *)cdr_secret_bytes(seed), cdr_secret_len(seed), counter, digits, false, OATH_HOTP_DYNAMIC_TRUNCATION, ret), err);
}

cdr_status cdr_totp_make(const cdr_secret *seed, cdr_totp_hash hash, int64_t at_s, int64_t start_s, unsigned step_s, unsigned digits, char ret[12], cdr_err *err)
{
    static const int flags[] = {[CDR_TOTP_SHA1] = 0, [CDR_TOTP_SHA256] = OATH_TOTP_HMAC_SHA256, [CDR_TOTP_SHA512] = OATH_TOTP_HMAC_SHA512};
    int64_t since;
    memset(ret, 0, SAID);
    cdr_status s = begin(seed, digits, err);
    if (s != CDR_OK)
        return s;
    if ((unsigned)hash >= CDR_COUNT(flags) || !step_s || step_s > 86400)
        return cdr_fail(err, CDR_E_INVAL, "crypto", "totp.parameters", "An authenticator uses SHA1, SHA256 or SHA512 and steps of 1 to 86400 seconds.");
    /* Time before the start would become a huge counter. */
    if (at_s < start_s || __builtin_sub_overflow(at_s, start_s, &since))
        return cdr_fail(err, CDR_E_INVAL, "crypto", "totp.time", "The clock stands before the time from which the authenticator counts; set the clock.");
    if (digits > OATH_DIGITS_MAX)
        return make_long(seed, hash, (uint64_t)since / step_s, digits, ret);
    return outcome(oath_totp_generate2((const char *)cdr_secret_bytes(seed), cdr_secret_len(seed), since, step_s, 0, digits, flags[hash], ret), err);
}

cdr_status cdr_totp_check(const cdr_secret *seed, int64_t at_s, unsigned digits, int64_t last_step, const char *said, size_t len, int64_t *ret_step, cdr_err *err)
{
    char given[SAID], made[SAID];
    *ret_step = -1;
    if (at_s < 0)
        return cdr_fail(err, CDR_E_INVAL, "crypto", "totp.time", "The clock stands before 1970; set the clock.");
    cdr_status s = begin(seed, digits, err);
    if (s != CDR_OK)
        return s;
    (void)cdr_otp_read(said, len, digits, given);
    int64_t now = at_s / STEP_S, found = -1;
    for (int64_t step = now - DRIFT; s == CDR_OK && step <= now + DRIFT; step++) {
        s = cdr_hotp_make(seed, (uint64_t)CDR_MAX(step, 0), digits, made, err);
        bool same = !sodium_memcmp(given, made, SAID);
        /* All steps are computed; when two have the same password the newer one is used up, and the older with it. */
        found = (same & (step >= 0) & (step > last_step)) ? step : found;
    }
    sodium_memzero(given, sizeof given);
    sodium_memzero(made, sizeof made);
    if (s == CDR_OK)
        *ret_step = found;
    return s;
}

/* Everything but letters, digits and "-._~" as %XX. */
static char *add_escaped(char *at, const char *text)
{
    static const char hex[] = "0123456789ABCDEF";
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if ((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || strchr("-._~", c))
            *at++ = (char)c;
        else {
            *at++ = '%';
            *at++ = hex[c >> 4];
            *at++ = hex[c & 15];
        }
    }
    return at;
}

static char *add(char *at, const char *text)
{
    size_t len = strlen(text);
    memcpy(at, text, len);
    return at + len;
}

cdr_status cdr_totp_uri(const cdr_secret *seed, const char *issuer, const char *account, cdr_secret **ret, cdr_err *err)
{
    cdr_secret *uri;
    *ret = NULL;
    cdr_status s = begin(seed, 6, err);
    if (s != CDR_OK)
        return s;
    if (!*issuer || !*account || strlen(issuer) > TEXT_MAX || strlen(account) > TEXT_MAX)
        return cdr_fail(err, CDR_E_INVAL, "crypto", "totp.names", "An authenticator shows an issuer and an account of 1 to %d bytes each.", TEXT_MAX);
    s = cdr_secret_new(NULL, 128 + 3 * (2 * strlen(issuer) + strlen(account)) + CDR_BASE32_TEXT(cdr_secret_len(seed)), &uri, err);
    if (s != CDR_OK)
        return s;
    char *text = (char *)cdr_secret_writable(uri), *at = add(text, "otpauth://totp/");
    at = add_escaped(at, issuer);
    *at++ = ':';
    at = add_escaped(at, account);
    at = add(at, "?secret=");
    cdr_base32_encode(cdr_secret_bytes(seed), cdr_secret_len(seed), at);
    at = add(at + strlen(at), "&issuer=");
    at = add_escaped(at, issuer);
    add(at, "&algorithm=SHA1&digits=6&period=30");
    *ret = uri;
    return CDR_OK;
}
