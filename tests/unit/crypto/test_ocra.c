/* SPDX-License-Identifier: Apache-2.0 */
/* Challenge and response against RFC 6287, SHA-1 and HMAC against FIPS 180 and Wycheproof, and our truncation against liboath's. */
#include "vectors.h"

#include "crypto/hmac.h"
#include "crypto/ocra.h"

static void ocra__rfc_6287__as_published(void **state)
{
    (void)state;
    _cleanup_json_ json_t *doc = vectors("otp/rfc6287.json");
    json_t *row, *rows = json_object_get(doc, "rows");
    size_t i;
    assert_int_equal(json_array_size(rows), 70);
    json_array_foreach(rows, i, row) {
        cdr_ocra o;
        char made[12];
        bool yes;
        const char *q = cdr_json_str(row, "q"), *p = cdr_json_str(row, "p"), *want = cdr_json_str(row, "ocra");
        cdr_secret *key = secret_of(cdr_json_str(row, "key_hex"));
        cdr_ocra_input in = {.question = q, .question_len = strlen(q), .pin = p, .pin_len = p ? strlen(p) : 0, .counter = (uint64_t)json_integer_value(json_object_get(row, "counter")),
                             .step = (uint64_t)json_integer_value(json_object_get(row, "ts"))};
        assert_int_equal(cdr_ocra_read(cdr_json_str(row, "suite"), &o, NULL), CDR_OK);
        assert_int_equal(cdr_ocra_make(&o, key, &in, made, NULL), CDR_OK);
        assert_string_equal(made, want);
        assert_int_equal(cdr_ocra_check(&o, key, &in, want, strlen(want), &yes, NULL), CDR_OK);
        assert_true(yes);
        assert_int_equal(cdr_ocra_check(&o, key, &in, want, strlen(want) - 1, &yes, NULL), CDR_OK);
        assert_false(yes);
        /* Another question, another answer. */
        char other[64];
        snprintf(other, sizeof other, "%s", q);
        other[strlen(q) - 1] = other[strlen(q) - 1] == '7' ? '8' : '7';
        in.question = other;
        assert_int_equal(cdr_ocra_check(&o, key, &in, want, strlen(want), &yes, NULL), CDR_OK);
        assert_false(yes);
        cdr_secret_free(key);
    }
}

static void ocra__suites__read_or_refused(void **state)
{
    (void)state;
    cdr_ocra o;
    cdr_err err;
    static const char *const good[] = {"OCRA-1:HOTP-SHA1-4:QH08", "OCRA-1:HOTP-SHA512-10:C-QA64-PSHA256-S512-T48H", "OCRA-1:HOTP-SHA256-6:QN04-S064-T30S"};
    static const char *const bad[] = {
        "", "OCRA-1", "OCRA-2:HOTP-SHA1-6:QN08", "OCRA-1:HOTP-SHA3-6:QN08", "OCRA-1:HOTP-SHA1-3:QN08", "OCRA-1:HOTP-SHA1-11:QN08", "OCRA-1:HOTP-SHA1-6", "OCRA-1:HOTP-SHA1-6:", "OCRA-1:HOTP-SHA1-6:C",
        "OCRA-1:HOTP-SHA1-6:C-", "OCRA-1:HOTP-SHA1-6:QX08", "OCRA-1:HOTP-SHA1-6:QN03", "OCRA-1:HOTP-SHA1-6:QN65", "OCRA-1:HOTP-SHA1-6:QN08-PMD5", "OCRA-1:HOTP-SHA1-6:QN08-S000",
        "OCRA-1:HOTP-SHA1-6:QN08-S513", "OCRA-1:HOTP-SHA1-6:QN08-T60S", "OCRA-1:HOTP-SHA1-6:QN08-T49H", "OCRA-1:HOTP-SHA1-6:QN08-T1D", "OCRA-1:HOTP-SHA1-6:QN08-T1M-C", "OCRA-1:HOTP-SHA1-6:QN08 ",
        "OCRA-1:HOTP-SHA1-+6:QN08", "OCRA-1:HOTP-SHA512-10:C-QA64-PSHA256-S512-T48H-and-so-on-and-so-on-and-so-on-and-so-on",
    };
    for (size_t i = 0; i < CDR_COUNT(good); i++)
        assert_int_equal(cdr_ocra_read(good[i], &o, &err), CDR_OK);
    for (size_t i = 0; i < CDR_COUNT(bad); i++)
        if (cdr_ocra_read(bad[i], &o, &err) != CDR_E_INVAL)
            fail_msg("%s was taken", bad[i]);
    assert_int_equal(cdr_ocra_read("OCRA-1:HOTP-SHA1-0:QN08", &o, &err), CDR_E_UNSUPPORTED);
}

static void ocra__inputs_that_do_not_fit__refused(void **state)
{
    (void)state;
    cdr_ocra o;
    cdr_err err;
    char made[12];
    cdr_secret *key = secret_of("3132333435363738393031323334353637383930"), *empty = secret_of("");
    static const struct { const char *suite, *q; } bad[] = {
        {"OCRA-1:HOTP-SHA1-6:QN08", "123"}, {"OCRA-1:HOTP-SHA1-6:QN08", "1234567a"}, {"OCRA-1:HOTP-SHA1-6:QN08", "12345678123456789"}, {"OCRA-1:HOTP-SHA1-6:QH08", "0xABCD"},
        {"OCRA-1:HOTP-SHA1-6:QA08", ""}, {"OCRA-1:HOTP-SHA1-6:QN08-PSHA1", "12345678"}, {"OCRA-1:HOTP-SHA1-6:QN08-S064", "12345678"},
    };
    for (size_t i = 0; i < CDR_COUNT(bad); i++) {
        assert_int_equal(cdr_ocra_read(bad[i].suite, &o, &err), CDR_OK);
        if (cdr_ocra_make(&o, key, &(cdr_ocra_input){.question = bad[i].q, .question_len = strlen(bad[i].q)}, made, &err) != CDR_E_INVAL)
            fail_msg("case %zu was taken", i);
        assert_string_equal(made, "");
    }
    assert_int_equal(cdr_ocra_read("OCRA-1:HOTP-SHA1-6:QN64", &o, &err), CDR_OK);
    assert_int_equal(cdr_ocra_make(&o, empty, &(cdr_ocra_input){.question = "12345678", .question_len = 8}, made, &err), CDR_E_INVAL);
    char longest[128];
    memset(longest, '9', sizeof longest);
    assert_int_equal(cdr_ocra_make(&o, key, &(cdr_ocra_input){.question = longest, .question_len = sizeof longest}, made, &err), CDR_OK);
    cdr_secret_free(key);
    cdr_secret_free(empty);
}

static void sha1__fips_180_examples__as_published(void **state)
{
    (void)state;
    static const struct { const char *text, *hex; } rows[] = {
        {"", "da39a3ee5e6b4b0d3255bfef95601890afd80709"}, {"abc", "a9993e364706816aba3e25717850c26c9cd0d89d"},
        {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", "84983e441c3bd26ebaae4aa1f95129e5e54670f1"},
    };
    uint8_t hash[20];
    char hex[41];
    for (size_t i = 0; i < CDR_COUNT(rows); i++) {
        cdr_sha1(rows[i].text, strlen(rows[i].text), hash);
        cdr_hex_encode(hash, sizeof hash, hex);
        assert_string_equal(hex, rows[i].hex);
    }
    static char million[1000000];
    memset(million, 'a', sizeof million);
    cdr_sha1(million, sizeof million, hash);
    cdr_hex_encode(hash, sizeof hash, hex);
    assert_string_equal(hex, "34aa973cd4c4daa4f61eeb2bdbad27316534016f");
}

static void check_group(const json_t *group, cdr_totp_hash hash, size_t *ret_count)
{
    json_t *test;
    size_t i, tag = (size_t)json_integer_value(json_object_get(group, "tagSize")) / 8;
    json_array_foreach(json_object_get(group, "tests"), i, test) {
        static uint8_t key[4096], msg[8192];
        uint8_t mac[CDR_HMAC_MAX], want[CDR_HMAC_MAX];
        const char *k = cdr_json_str(test, "key"), *m = cdr_json_str(test, "msg"), *t = cdr_json_str(test, "tag");
        assert_true(strlen(k) / 2 <= sizeof key && strlen(m) / 2 <= sizeof msg && strlen(t) / 2 == tag && tag <= sizeof want);
        assert_true(cdr_hex_decode(k, strlen(k), key, strlen(k) / 2) && cdr_hex_decode(m, strlen(m), msg, strlen(m) / 2) && cdr_hex_decode(t, strlen(t), want, tag));
        size_t len = cdr_otp_hmac(hash, key, strlen(k) / 2, msg, strlen(m) / 2, mac);
        assert_true(tag <= len);
        assert_int_equal(!memcmp(mac, want, tag), !strcmp(cdr_json_str(test, "result"), "valid"));
        ++*ret_count;
    }
}

static void hmac__wycheproof__good_and_bad(void **state)
{
    (void)state;
    static const struct { const char *name; cdr_totp_hash hash; } files[] = {
        {"wycheproof/hmac_sha1_test.json", CDR_TOTP_SHA1}, {"wycheproof/hmac_sha256_test.json", CDR_TOTP_SHA256}, {"wycheproof/hmac_sha512_test.json", CDR_TOTP_SHA512},
    };
    size_t count = 0, i;
    for (size_t f = 0; f < CDR_COUNT(files); f++) {
        _cleanup_json_ json_t *doc = vectors(files[f].name);
        json_t *group;
        json_array_foreach(json_object_get(doc, "testGroups"), i, group)
            check_group(group, files[f].hash, &count);
    }
    assert_true(count > 400);
}

/* Two implementations that know nothing of each other. */
static void truncate__and_liboath__agree(void **state)
{
    (void)state;
    cdr_ctx ctx;
    cdr_ctx_init(&ctx);
    for (unsigned i = 0; i < 300; i++) {
        cdr_secret *seed;
        uint64_t counter;
        uint8_t mac[CDR_HMAC_MAX], moving[8];
        char ours[12], theirs[12];
        unsigned digits = 6 + i % 3;
        cdr_totp_hash hash = (cdr_totp_hash)(i / 3 % 3);
        assert_int_equal(cdr_secret_random(&ctx, 1 + i % 140, &seed, NULL), CDR_OK);
        ctx.random(ctx.rng, &counter, sizeof counter);
        counter >>= 1 + i % 40;
        counter %= (uint64_t)INT64_MAX / 30;
        for (unsigned k = 0; k < 8; k++)
            moving[k] = (uint8_t)(counter >> (56 - 8 * k));
        size_t len = cdr_otp_hmac(hash, cdr_secret_bytes(seed), cdr_secret_len(seed), moving, sizeof moving, mac);
        cdr_otp_truncate(mac, len, digits, ours);
        assert_int_equal(cdr_totp_make(seed, hash, (int64_t)(counter * 30), 0, 30, digits, theirs, NULL), CDR_OK);
        assert_string_equal(ours, theirs);
        cdr_secret_free(seed);
    }
}

int main(void)
{
    if (cdr_crypto_start(NULL) != CDR_OK)
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ocra__rfc_6287__as_published), cmocka_unit_test(ocra__suites__read_or_refused), cmocka_unit_test(ocra__inputs_that_do_not_fit__refused),
        cmocka_unit_test(sha1__fips_180_examples__as_published), cmocka_unit_test(hmac__wycheproof__good_and_bad), cmocka_unit_test(truncate__and_liboath__agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
