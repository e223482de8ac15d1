/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/ocra.h"

#include "base/mem.h"
#include "base/parse.h"
#include "crypto/hmac.h"

#include <sodium.h>
#include <string.h>

#define SAID 12
#define KEY_MAX 256

static cdr_status wrong(cdr_err *err, const char *what)
{
    return cdr_fail(err, CDR_E_INVAL, "crypto", "ocra.suite", "This is no suite of RFC 6287: %s. One looks like OCRA-1:HOTP-SHA256-8:C-QN08-PSHA1.", what);
}

/* --- the suite --- */

static bool take(const char **at, const char *word)
{
    size_t len = strlen(word);
    if (strncmp(*at, word, len) != 0)
        return false;
    *at += len;
    return true;
}

static bool take_hash(const char **at, cdr_totp_hash *ret)
{
    static const struct { const char *word; cdr_totp_hash hash; } hashes[] = {{"SHA1", CDR_TOTP_SHA1}, {"SHA256", CDR_TOTP_SHA256}, {"SHA512", CDR_TOTP_SHA512}};
    for (size_t i = 0; i < CDR_COUNT(hashes); i++)
        if (take(at, hashes[i].word)) {
            *ret = hashes[i].hash;
            return true;
        }
    return false;
}

/* One to ${most} digits. */
static bool take_number(const char **at, size_t most, uint64_t min, uint64_t max, unsigned *ret)
{
    uint64_t v = 0;
    size_t len = strspn(*at, "0123456789");
    if (!len || len > most || !cdr_parse_u64(*at, len, min, max, &v))
        return false;
    *at += len;
    *ret = (unsigned)v;
    return true;
}

/* "1M", "30S", "12H": 1 to 59 seconds or minutes, up to 48 hours. */
static bool take_step(const char **at, unsigned *ret)
{
    unsigned n;
    if (!take_number(at, 2, 1, 59, &n))
        return false;
    unsigned unit = **at == 'S' ? 1 : **at == 'M' ? 60 : **at == 'H' ? 3600 : 0;
    *at += unit != 0;
    *ret = n * unit;
    return unit && (unit < 3600 || n <= 48);
}

static cdr_status read_inputs(const char *at, cdr_ocra *o, cdr_err *err)
{
    o->counter = take(&at, "C-");
    if (!take(&at, "Q"))
        return wrong(err, "the question is missing");
    if (*at != 'A' && *at != 'N' && *at != 'H')
        return wrong(err, "a question is QA, QN or QH");
    o->question = *at++;
    if (!take_number(&at, 2, 4, 64, &o->question_len))
        return wrong(err, "a question has 4 to 64 signs");
    if (take(&at, "-P")) {
        o->pin = true;
        if (!take_hash(&at, &o->pin_hash))
            return wrong(err, "a PIN is hashed by SHA1, SHA256 or SHA512");
    }
    if (take(&at, "-S") && !take_number(&at, 3, 1, CDR_OCRA_SESSION_MAX, &o->session))
        return wrong(err, "a session has 1 to 512 bytes");
    if (take(&at, "-T") && !take_step(&at, &o->step_s))
        return wrong(err, "a step of time is 1 to 59 S or M, or 1 to 48 H");
    return *at ? wrong(err, "something stands behind its end") : CDR_OK;
}

cdr_status cdr_ocra_read(const char *suite, cdr_ocra *ret, cdr_err *err)
{
    const char *at = suite;
    *ret = (cdr_ocra){0};
    if (strlen(suite) >= sizeof ret->suite)
        return wrong(err, "it is too long");
    memcpy(ret->suite, suite, strlen(suite) + 1);
    if (!take(&at, "OCRA-1:HOTP-") || !take_hash(&at, &ret->hash) || !take(&at, "-") || !take_number(&at, 2, 0, 10, &ret->digits) || !take(&at, ":"))
        return wrong(err, "it begins with OCRA-1, a hash and a number of digits");
    if (ret->digits == 0)
        return cdr_fail(err, CDR_E_UNSUPPORTED, "crypto", "ocra.whole", "A response of the whole hash (0 digits) is not made: nobody can say it on the telephone.");
    return ret->digits < 4 ? wrong(err, "a response has 4 to 10 digits") : read_inputs(at, ret, err);
}

/* --- the question --- */

static int nibble_of(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Hexadecimal signs from the left, zeros behind them. */
static bool put_nibbles(const char *text, size_t len, uint8_t ret[CDR_OCRA_QUESTION])
{
    if (len > 2 * CDR_OCRA_QUESTION)
        return false;
    for (size_t i = 0; i < len; i++) {
        int v = nibble_of(text[i]);
        if (v < 0)
            return false;
        ret[i / 2] = (uint8_t)(ret[i / 2] | v << (i % 2 ? 0 : 4));
    }
    return true;
}

/* A decimal number as a hexadecimal one, then as above. */
static bool put_number(const char *text, size_t len, uint8_t ret[CDR_OCRA_QUESTION])
{
    static const char signs[] = "0123456789abcdef";
    uint8_t nibbles[CDR_OCRA_QUESTION] = {0};      /* the lowest first */
    char hex[CDR_OCRA_QUESTION];
    size_t used = 1;
    if (len > 2 * 64)
        return false;
    for (size_t i = 0; i < len; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        unsigned carry = (unsigned)(text[i] - '0');
        for (size_t k = 0; k < used; k++) {
            carry += nibbles[k] * 10u;
            nibbles[k] = carry & 15;
            carry >>= 4;
        }
        if (carry)
            nibbles[used++] = (uint8_t)carry;
    }
    for (size_t i = 0; i < used; i++)
        hex[i] = signs[nibbles[used - 1 - i]];
    return put_nibbles(hex, used, ret);
}

static bool put_question(const cdr_ocra *o, const cdr_ocra_input *in, uint8_t ret[CDR_OCRA_QUESTION])
{
    memset(ret, 0, CDR_OCRA_QUESTION);
    if (!in->question || in->question_len < 4 || in->question_len > 2 * o->question_len)
        return false;
    if (o->question == 'N')
        return put_number(in->question, in->question_len, ret);
    if (o->question == 'H')
        return put_nibbles(in->question, in->question_len, ret);
    memcpy(ret, in->question, in->question_len);
    return true;
}

/* --- the response --- */

static uint8_t *put(uint8_t *at, const void *data, size_t len)
{
    memcpy(at, data, len);
    return at + len;
}

static uint8_t *put_u64(uint8_t *at, uint64_t v)
{
    for (unsigned i = 0; i < 8; i++)
        *at++ = (uint8_t)(v >> (56 - 8 * i));
    return at;
}

cdr_status cdr_ocra_make(const cdr_ocra *o, const cdr_secret *key, const cdr_ocra_input *in, char ret[12], cdr_err *err)
{
    uint8_t all[CDR_OCRA_SUITE_MAX + 8 + CDR_OCRA_QUESTION + CDR_HMAC_MAX + CDR_OCRA_SESSION_MAX + 8], mac[CDR_HMAC_MAX], *at = all;
    memset(ret, 0, SAID);
    if (!cdr_secret_len(key) || cdr_secret_len(key) > KEY_MAX)
        return cdr_fail(err, CDR_E_INVAL, "crypto", "ocra.key", "The key of a token has 1 to %d bytes.", KEY_MAX);
    if ((o->pin && (!in->pin || !in->pin_len)) || (o->session && !in->session))
        return cdr_fail(err, CDR_E_INVAL, "crypto", "ocra.input", "The suite asks for a PIN or a session that was not given.");
    at = put(at, o->suite, strlen(o->suite) + 1);
    if (o->counter)
        at = put_u64(at, in->counter);
    if (!put_question(o, in, at))
        return cdr_fail(err, CDR_E_INVAL, "crypto", "ocra.question", "The question does not fit the suite: it has 4 to %u signs of its kind, or twice as many from both sides.", o->question_len);
    at += CDR_OCRA_QUESTION;
    if (o->pin)
        at += cdr_otp_hash(o->pin_hash, in->pin, in->pin_len, at);
    if (o->session)
        at = put(at, in->session, o->session);
    if (o->step_s)
        at = put_u64(at, in->step);
    size_t len = cdr_otp_hmac(o->hash, cdr_secret_bytes(key), cdr_secret_len(key), all, (size_t)(at - all), mac);
    cdr_otp_truncate(mac, len, o->digits, ret);
    sodium_memzero(all, sizeof all);
    sodium_memzero(mac, sizeof mac);
    return CDR_OK;
}

cdr_status cdr_ocra_check(const cdr_ocra *o, const cdr_secret *key, const cdr_ocra_input *in, const char *said, size_t len, bool *ret, cdr_err *err)
{
    char given[SAID], made[SAID] = {0};
    *ret = false;
    bool good = cdr_otp_read(said, len, o->digits, given);
    cdr_status s = cdr_ocra_make(o, key, in, made, err);
    *ret = (s == CDR_OK) & good & !sodium_memcmp(given, made, SAID);
    sodium_memzero(given, sizeof given);
    sodium_memzero(made, sizeof made);
    return s;
}
