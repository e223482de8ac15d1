/* SPDX-License-Identifier: Apache-2.0 */
/* One-time passwords against the published vectors (RFC 4226, RFC 6238, RFC 4648) and those of the edges: start, 2038, key lengths, window, replay, malformed. */
#include "vectors.h"

#include "crypto/base32.h"
#include "crypto/totp.h"

static cdr_totp_hash hash_of(const json_t *row)
{
    const char *alg = cdr_json_str(row, "alg");
    return !strcmp(alg, "SHA1") ? CDR_TOTP_SHA1 : !strcmp(alg, "SHA256") ? CDR_TOTP_SHA256 : CDR_TOTP_SHA512;
}

static int64_t number(const json_t *row, const char *key)
{
    return json_integer_value(json_object_get(row, key));
}

static void hotp__rfc_4226__as_published(void **state)
{
    (void)state;
    _cleanup_json_ json_t *doc = vectors("otp/rfc4226.json");
    json_t *row, *rows = json_object_get(doc, "rows");
    cdr_secret *seed = secret_of(cdr_json_str(doc, "secret_hex"));
    size_t i;
    assert_int_equal(json_array_size(rows), 10);
    json_array_foreach(rows, i, row) {
        char made[12], whole[12];
        assert_int_equal(cdr_hotp_make(seed, (uint64_t)number(row, "counter"), 6, made, NULL), CDR_OK);
        assert_string_equal(made, cdr_json_str(row, "hotp"));
        snprintf(whole, sizeof whole, "%010lld", (long long)number(row, "truncated"));
        assert_int_equal(cdr_hotp_make(seed, (uint64_t)number(row, "counter"), 10, made, NULL), CDR_OK);
        assert_string_equal(made, whole);
    }
    cdr_secret_free(seed);
}

static void totp__rfc_6238__as_published(void **state)
{
    (void)state;
    _cleanup_json_ json_t *doc = vectors("otp/rfc6238.json");
    json_t *row, *rows = json_object_get(doc, "rows");
    size_t i;
    assert_int_equal(json_array_size(rows), 18);
    json_array_foreach(rows, i, row) {
        char made[12];
        cdr_secret *seed = secret_of(cdr_json_str(json_object_get(doc, "seeds_hex"), cdr_json_str(row, "alg")));
        assert_int_equal(cdr_totp_make(seed, hash_of(row), number(row, "unix_time"), 0, 30, 8, made, NULL), CDR_OK);
        assert_string_equal(made, cdr_json_str(row, "totp8"));
        cdr_secret_free(seed);
    }
}

static void totp__edges_of_making__as_computed(void **state)
{
    (void)state;
    _cleanup_json_ json_t *doc = vectors("otp/totp_edge.json");
    json_t *row, *rows = json_object_get(doc, "generate");
    size_t i, made_ones = 0;
    assert_int_equal(json_array_size(rows), 60);
    json_array_foreach(rows, i, row) {
        char made[12];
        cdr_secret *seed = secret_of(cdr_json_str(row, "key_hex"));
        unsigned digits = (unsigned)number(row, "digits");
        cdr_status s = cdr_totp_make(seed, hash_of(row), number(row, "unix_time"), number(row, "t0"), (unsigned)number(row, "step"), digits, made, NULL);
        if (!cdr_json_str(row, "code")) {
            assert_int_equal(s, CDR_E_INVAL);
            assert_string_equal(made, "");
        } else {
            assert_int_equal(s, CDR_OK);
            assert_string_equal(made, cdr_json_str(row, "code"));
            made_ones++;
        }
        cdr_secret_free(seed);
    }
    assert_int_equal(made_ones, 58);
}

static void totp__edges_of_checking__as_computed(void **state)
{
    (void)state;
    _cleanup_json_ json_t *doc = vectors("otp/totp_edge.json");
    json_t *row, *group = json_object_get(doc, "verify"), *rows = json_object_get(group, "rows");
    cdr_secret *seed = secret_of(cdr_json_str(group, "key_hex"));
    size_t i;
    assert_int_equal(json_array_size(rows), 14);
    json_array_foreach(rows, i, row) {
        const char *code = cdr_json_str(row, "code");
        json_t *last = json_object_get(row, "last_step");
        int64_t step = -2;
        assert_int_equal(cdr_totp_check(seed, number(row, "now"), 6, json_is_integer(last) ? json_integer_value(last) : -1, code, strlen(code), &step, NULL), CDR_OK);
        assert_int_equal(step, json_is_true(json_object_get(row, "ok")) ? number(row, "step") : -1);
    }
    cdr_secret_free(seed);
}

static void totp__said_in_groups__matches(void **state)
{
    (void)state;
    cdr_secret *seed = secret_of("3132333435363738393031323334353637383930");
    int64_t step;
    assert_int_equal(cdr_totp_check(seed, 59, 6, -1, " 287 082 ", 9, &step, NULL), CDR_OK);
    assert_int_equal(step, 1);
    /* At the epoch there is no step before. */
    assert_int_equal(cdr_totp_check(seed, 0, 6, -1, "755224", 6, &step, NULL), CDR_OK);
    assert_int_equal(step, 0);
    assert_int_equal(cdr_totp_check(seed, -1, 6, -1, "755224", 6, &step, NULL), CDR_E_INVAL);
    assert_int_equal(step, -1);
    static const char *const wrong[] = {"287-082", "287082\0", "2870822", "-87082", "287082x", "\t287082", "28708", "000000"};
    for (size_t i = 0; i < CDR_COUNT(wrong); i++) {
        assert_int_equal(cdr_totp_check(seed, 59, 6, -1, wrong[i], i == 1 ? 7 : strlen(wrong[i]), &step, NULL), CDR_OK);
        assert_int_equal(step, -1);
    }
    cdr_secret_free(seed);
}

static void totp__wrong_parameters__refused(void **state)
{
    (void)state;
    cdr_secret *seed = secret_of("3132333435363738393031323334353637383930"), *empty;
    char made[12];
    int64_t step;
    assert_int_equal(cdr_secret_new(NULL, 0, &empty, NULL), CDR_OK);
    assert_int_equal(cdr_hotp_make(empty, 0, 6, made, NULL), CDR_E_INVAL);
    assert_int_equal(cdr_totp_check(empty, 59, 6, -1, "812658", 6, &step, NULL), CDR_E_INVAL);
    for (unsigned digits = 0; digits < 20; digits++)
        assert_int_equal(cdr_hotp_make(seed, 0, digits, made, NULL), digits >= 6 && digits <= 10 ? CDR_OK : CDR_E_INVAL);
    assert_int_equal(cdr_totp_make(seed, CDR_TOTP_SHA1, 59, 0, 0, 6, made, NULL), CDR_E_INVAL);
    assert_int_equal(cdr_totp_make(seed, (cdr_totp_hash)9, 59, 0, 30, 6, made, NULL), CDR_E_INVAL);
    assert_int_equal(cdr_totp_make(seed, CDR_TOTP_SHA1, INT64_MAX, INT64_MIN, 30, 6, made, NULL), CDR_E_INVAL);
    cdr_secret_free(seed);
    cdr_secret_free(empty);
}

static void base32__rfc_4648__both_ways(void **state)
{
    (void)state;
    _cleanup_json_ json_t *doc = vectors("otp/rfc4648_base32.json");
    json_t *row;
    uint8_t bytes[64];
    size_t i, len;
    json_array_foreach(json_object_get(doc, "rows"), i, row) {
        const char *ascii = cdr_json_str(row, "ascii"), *text = cdr_json_str(row, "base32");
        char made[64];
        cdr_base32_encode((const uint8_t *)ascii, strlen(ascii), made);
        assert_int_equal(strlen(made), CDR_BASE32_TEXT(strlen(ascii)));
        assert_int_equal(strncmp(made, text, strlen(made)), 0);
        assert_int_equal(strspn(text + strlen(made), "="), strlen(text + strlen(made)));
        assert_int_equal(cdr_base32_decode(text, strlen(text), bytes, sizeof bytes, &len), CDR_OK);
        assert_int_equal(len, strlen(ascii));
        assert_memory_equal(bytes, ascii, len);
    }
    assert_int_equal(i, 7);
    json_array_foreach(json_object_get(doc, "accept"), i, row)
        assert_int_equal(cdr_base32_decode(json_string_value(row), json_string_length(row), bytes, sizeof bytes, &len), CDR_OK);
    json_array_foreach(json_object_get(doc, "reject"), i, row)
        assert_int_equal(cdr_base32_decode(json_string_value(row), json_string_length(row), bytes, sizeof bytes, &len), CDR_E_INVAL);
    assert_int_equal(i, 6);
    /* Bits left over would make two spellings of one value. */
    assert_int_equal(cdr_base32_decode("MZ", 2, bytes, sizeof bytes, &len), CDR_E_INVAL);
    assert_int_equal(cdr_base32_decode("MZXW6YTBOI", 10, bytes, 5, &len), CDR_E_LIMIT);
}

static void totp__uri__names_escaped_and_seed_readable(void **state)
{
    (void)state;
    cdr_secret *seed = secret_of("3132333435363738393031323334353637383930"), *uri;
    assert_int_equal(cdr_totp_uri(seed, "Acme & S\xc3\xb6hne", "C-1042-K7QF", &uri, NULL), CDR_OK);
    assert_string_equal((const char *)cdr_secret_bytes(uri), "otpauth://totp/Acme%20%26%20S%C3%B6hne:C-1042-K7QF?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
                                                             "&issuer=Acme%20%26%20S%C3%B6hne&algorithm=SHA1&digits=6&period=30");
    cdr_secret_free(uri);
    assert_int_equal(cdr_totp_uri(seed, "", "x", &uri, NULL), CDR_E_INVAL);
    assert_null(uri);
    char longest[129];
    memset(longest, ':', 128);
    longest[128] = '\0';
    assert_int_equal(cdr_totp_uri(seed, longest, longest, &uri, NULL), CDR_OK);
    assert_true(strlen((const char *)cdr_secret_bytes(uri)) < cdr_secret_len(uri));
    cdr_secret_free(uri);
    cdr_secret_free(seed);
}

int main(void)
{
    if (cdr_crypto_start(NULL) != CDR_OK)
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hotp__rfc_4226__as_published), cmocka_unit_test(totp__rfc_6238__as_published), cmocka_unit_test(totp__edges_of_making__as_computed),
        cmocka_unit_test(totp__edges_of_checking__as_computed), cmocka_unit_test(totp__said_in_groups__matches), cmocka_unit_test(totp__wrong_parameters__refused),
        cmocka_unit_test(base32__rfc_4648__both_ways), cmocka_unit_test(totp__uri__names_escaped_and_seed_readable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
