/* SPDX-License-Identifier: Apache-2.0 */
/* Stored forms as the reference implementation of Argon2 and BLAKE2b give them; whole secrets, nothing cut; other pepper, other answer. */
#include "base/mem.h"
#include "base/parse.h"
#include "crypto/password.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void count_up(void *rng, void *buf, size_t len)
{
    (void)rng;
    for (size_t i = 0; i < len; i++)
        ((uint8_t *)buf)[i] = (uint8_t)i;
}

static cdr_secret *pepper_of(uint8_t first)
{
    cdr_secret *s;
    assert_int_equal(cdr_secret_new(NULL, 32, &s, NULL), CDR_OK);
    for (size_t i = 0; i < 32; i++)
        cdr_secret_writable(s)[i] = (uint8_t)(first + i);
    return s;
}

static bool check(const cdr_secret *pepper, const uint8_t *stored, const char *said, size_t len)
{
    bool yes = true;
    assert_int_equal(cdr_password_check(pepper, stored, said, len, &yes, NULL), CDR_OK);
    return yes;
}

/* libsodium's Argon2 has one lane; the published vectors have four. These come from the reference implementation with one lane, version 1.3, and BLAKE2b of Python. */
static void password__stored_form__as_the_reference_gives_it(void **state)
{
    (void)state;
    static char xs[4096];
    memset(xs, 'x', sizeof xs);
    const struct { cdr_password_cost cost; const char *said; size_t len; const char *hex; } rows[] = {
        {CDR_PASSWORD_NORMAL, "48201957", 8, "0101000102030405060708090a0b0c0d0e0f20ef831f53b018cb8460550c0179ac357688b0402d7aa007199eadafce6dad41"},
        {CDR_PASSWORD_LIGHT, "48201957", 8, "0102000102030405060708090a0b0c0d0e0f07c3893550bfa12c7fbefe4e4f3400358e90031e8c0a03404a6f250309c8855e"},
        {CDR_PASSWORD_NORMAL, "\xe6\x97\xa5\xe6\x9c\xac \xc3\xa9", 9, "0101000102030405060708090a0b0c0d0e0fbe574751d863de41bb4cbef83cf2c260b92b80493f2950861b5128c88abdc44f"},
        {CDR_PASSWORD_LIGHT, xs, sizeof xs, "0102000102030405060708090a0b0c0d0e0f123ffd1fffa92716f3870215fe4ef085206d3106bfdcd52f87067e324b899c7f"},
    };
    cdr_ctx ctx;
    cdr_ctx_init(&ctx);
    ctx.random = count_up;
    cdr_secret *pepper = pepper_of(0);
    for (size_t i = 0; i < CDR_COUNT(rows); i++) {
        uint8_t stored[CDR_PASSWORD_STORED], zeros[14] = {0};
        char hex[101];
        assert_int_equal(cdr_password_store(&ctx, pepper, rows[i].cost, rows[i].said, rows[i].len, stored, NULL), CDR_OK);
        cdr_hex_encode(stored, 50, hex);
        assert_string_equal(hex, rows[i].hex);
        assert_memory_equal(stored + 50, zeros, sizeof zeros);
        assert_true(check(pepper, stored, rows[i].said, rows[i].len));
        /* Nothing is cut off: the last byte counts, and one more does too. */
        assert_false(check(pepper, stored, rows[i].said, rows[i].len - 1));
    }
    cdr_secret_free(pepper);
}

static void password__other_pepper_salt_or_word__no(void **state)
{
    (void)state;
    cdr_ctx ctx;
    cdr_ctx_init(&ctx);
    cdr_secret *pepper = pepper_of(0), *other = pepper_of(1);
    uint8_t a[CDR_PASSWORD_STORED], b[CDR_PASSWORD_STORED];
    assert_int_equal(cdr_password_store(&ctx, pepper, CDR_PASSWORD_LIGHT, "48201957", 8, a, NULL), CDR_OK);
    assert_int_equal(cdr_password_store(&ctx, pepper, CDR_PASSWORD_LIGHT, "48201957", 8, b, NULL), CDR_OK);
    assert_memory_not_equal(a + 2, b + 2, 16);
    assert_memory_not_equal(a + 18, b + 18, 32);
    assert_true(check(pepper, a, "48201957", 8) && check(pepper, b, "48201957", 8));
    assert_false(check(other, a, "48201957", 8));
    assert_false(check(pepper, a, "48201958", 8));
    assert_false(check(pepper, a, "48201957\0", 9));
    assert_false(check(pepper, a, "", 0));
    a[20] ^= 1;
    assert_false(check(pepper, a, "48201957", 8));
    cdr_secret_free(pepper);
    cdr_secret_free(other);
}

/* Somebody without a secret: nothing matches, least of all nothing or "0". */
static void password__nobody__no(void **state)
{
    (void)state;
    cdr_secret *pepper = pepper_of(0);
    assert_false(check(pepper, NULL, "", 0));
    assert_false(check(pepper, NULL, "0", 1));
    assert_false(check(pepper, NULL, "48201957", 8));
    cdr_secret_free(pepper);
}

static void password__wrong_use_and_damage__refused(void **state)
{
    (void)state;
    static char long_one[4097];
    cdr_ctx ctx;
    cdr_err err;
    cdr_ctx_init(&ctx);
    cdr_secret *pepper = pepper_of(0), *shorter;
    uint8_t stored[CDR_PASSWORD_STORED] = {2, 1};
    bool yes = true;
    assert_int_equal(cdr_password_check(pepper, stored, "x", 1, &yes, &err), CDR_E_CORRUPT);
    assert_false(yes);
    memset(stored, 0, sizeof stored);
    yes = true;
    assert_int_equal(cdr_password_check(pepper, stored, "", 0, &yes, &err), CDR_E_CORRUPT);
    assert_false(yes);
    stored[0] = 1;
    stored[1] = 3;
    assert_int_equal(cdr_password_check(pepper, stored, "x", 1, &yes, &err), CDR_E_CORRUPT);
    assert_int_equal(cdr_password_store(&ctx, pepper, CDR_PASSWORD_LIGHT, "", 0, stored, &err), CDR_E_INVAL);
    assert_int_equal(cdr_password_store(&ctx, pepper, (cdr_password_cost)3, "x", 1, stored, &err), CDR_E_INVAL);
    assert_int_equal(cdr_password_store(&ctx, pepper, CDR_PASSWORD_LIGHT, long_one, sizeof long_one, stored, &err), CDR_E_INVAL);
    assert_int_equal(stored[0], 0);
    assert_int_equal(cdr_secret_new("short", 5, &shorter, NULL), CDR_OK);
    assert_int_equal(cdr_password_store(&ctx, shorter, CDR_PASSWORD_LIGHT, "x", 1, stored, &err), CDR_E_CRYPTO);
    assert_int_equal(stored[0], 0);
    cdr_secret_free(shorter);
    cdr_secret_free(pepper);
}

int main(void)
{
    if (cdr_crypto_start(NULL) != CDR_OK)
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(password__stored_form__as_the_reference_gives_it), cmocka_unit_test(password__other_pepper_salt_or_word__no),
        cmocka_unit_test(password__nobody__no), cmocka_unit_test(password__wrong_use_and_damage__refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
