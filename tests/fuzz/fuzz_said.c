/* SPDX-License-Identifier: Apache-2.0 */
/* room: identity. What callers say: PINs, words, recovery codes, base32, suites of tokens. What was read reads the same again, and nothing is cut off or added. */
#include "core/identity/pin.h"
#include "core/identity/recovery.h"
#include "core/identity/words.h"
#include "crypto/base32.h"
#include "crypto/ocra.h"

#include <stdlib.h>
#include <string.h>

static void check(bool good)
{
    if (!good)
        abort();
}

static size_t count_between(const char *text, size_t len, char low, char high)
{
    size_t n = 0;
    for (size_t i = 0; i < len; i++)
        n += text[i] >= low && text[i] <= high;
    return n;
}

static void pin(const char *said, size_t len)
{
    char digits[CDR_PIN_MAX], again[CDR_PIN_MAX];
    size_t n = cdr_pin_digits(said, len, digits);
    check(n <= CDR_PIN_MAX && (!n || n == count_between(said, len, '0', '9')) && count_between(digits, n, '0', '9') == n);
    check(!n || (cdr_pin_digits(digits, n, again) == n && !memcmp(digits, again, n)));
    const char *fault = cdr_pin_fault(digits, n, CDR_PIN_SHORTEST);
    check(fault || n >= CDR_PIN_SHORTEST);
    if (n) {
        cdr_pin_own own = {.digits = digits, .n = n};
        cdr_pin_own_add(&own, CDR_FIELD_DATE_OF_BIRTH, said, len);
        cdr_pin_own_add(&own, CDR_FIELD_PHONE, said, len);
        /* The PIN is in the value, so it is found there. */
        check(n < 6 || len > 60 || cdr_pin_own_fault(&own));
    }
}

static void words(const char *said, size_t len)
{
    char letters[CDR_WORDS_LETTERS], again[CDR_WORDS_LETTERS];
    size_t n = cdr_words_letters(said, len, letters);
    check(n <= CDR_WORDS_LETTERS && count_between(letters, n, 'a', 'z') == n);
    check(!n || n == count_between(said, len, 'a', 'z') + count_between(said, len, 'A', 'Z'));
    check(!n || (cdr_words_letters(letters, n, again) == n && !memcmp(letters, again, n)));
}

static void recovery(const char *said, size_t len)
{
    char signs[CDR_RECOVERY_SIGNS], again[CDR_RECOVERY_SIGNS];
    if (cdr_recovery_read(said, len, signs))
        check(cdr_recovery_read(signs, sizeof signs, again) && !memcmp(signs, again, sizeof signs));
}

static void base32(const char *said, size_t len)
{
    uint8_t bytes[256], again[256];
    char text[CDR_BASE32_TEXT(256) + 1];
    size_t n = 0, m = 0;
    if (cdr_base32_decode(said, len, bytes, sizeof bytes, &n) != CDR_OK)
        return;
    cdr_base32_encode(bytes, n, text);
    check(cdr_base32_decode(text, strlen(text), again, sizeof again, &m) == CDR_OK && m == n && !memcmp(bytes, again, n));
}

/* A suite and, behind a line's end, a question. */
static void token(const char *said, size_t len)
{
    char suite[CDR_OCRA_SUITE_MAX + 20] = "", made[12];
    const char *end = memchr(said, '\n', len);
    size_t n = end ? (size_t)(end - said) : len;
    cdr_ocra o;
    cdr_err err = {0};
    uint8_t session[CDR_OCRA_SESSION_MAX] = {0};
    if (n >= sizeof suite)
        return;
    memcpy(suite, said, n);
    if (cdr_ocra_read(suite, &o, &err) != CDR_OK) {
        check(err.text[0]);
        return;
    }
    cdr_secret *key;
    check(cdr_secret_new("12345678901234567890", 20, &key, NULL) == CDR_OK);
    cdr_ocra_input in = {.question = end ? end + 1 : "12345678", .question_len = end ? len - n - 1 : 8, .pin = "1234", .pin_len = 4, .session = session};
    cdr_status s = cdr_ocra_make(&o, key, &in, made, NULL);
    check(s == CDR_OK ? strlen(made) == o.digits : !made[0]);
    cdr_secret_free(key);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *said = (const char *)data;
    pin(said, size);
    words(said, size);
    recovery(said, size);
    base32(said, size);
    token(said, size);
    return 0;
}
