/* SPDX-License-Identifier: Apache-2.0 */
/* Known answers of the primitives behind our names, and secrets that stay secret. */
#include "base/mem.h"
#include "base/parse.h"
#include "candor/crypto.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static void expect_hex(const uint8_t *bytes, size_t len, const char *hex)
{
    char text[200];
    cdr_hex_encode(bytes, len, text);
    assert_string_equal(text, hex);
}

static cdr_secret *counting(size_t len)
{
    cdr_secret *s;
    assert_int_equal(cdr_secret_new(NULL, len, &s, NULL), CDR_OK);
    for (size_t i = 0; i < len; i++)
        cdr_secret_writable(s)[i] = (uint8_t)i;
    return s;
}

static void sha256__fips_180_examples__as_published(void **state)
{
    (void)state;
    uint8_t h[32];
    cdr_sha256("abc", 3, h);
    expect_hex(h, 32, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    cdr_sha256("", 0, h);
    expect_hex(h, 32, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    const void *parts[] = {"a", "", "bc"};
    const size_t lens[] = {1, 0, 2};
    cdr_sha256_parts(parts, lens, 3, h);
    expect_hex(h, 32, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static void value_id__siphash_2_4_128__reference_vector(void **state)
{
    (void)state;
    uint8_t message[15], id[CDR_VALUE_ID_BYTES];
    cdr_secret *key = counting(32);   /* the first 16 bytes count: 00 … 0f */
    for (uint8_t i = 0; i < sizeof message; i++)
        message[i] = i;
    cdr_value_id(key, message, 0, id);
    expect_hex(id, sizeof id, "a3817f04ba25a8e66df67214c7550293");
    cdr_value_id(key, message, 15, id);
    expect_hex(id, sizeof id, "5493e99933b0a8117e08ec0f97cfc3d9");
    cdr_secret_free(key);
}

static void blake2b__key_and_message__differ(void **state)
{
    (void)state;
    uint8_t h[32], keyed[32];
    cdr_secret *key = counting(32);
    cdr_blake2b(NULL, "abc", 3, h);
    expect_hex(h, 32, "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
    cdr_blake2b(key, "abc", 3, keyed);
    assert_memory_not_equal(h, keyed, 32);
    cdr_secret_free(key);
}

static void sign__rfc8032_test_1_and_2__as_published(void **state)
{
    (void)state;
    uint8_t seed[32], pub[32], sig[64];
    cdr_secret *s;
    assert_true(cdr_hex_decode("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60", 64, seed, 32));
    assert_int_equal(cdr_secret_new(seed, 32, &s, NULL), CDR_OK);
    cdr_sign_public(s, pub);
    expect_hex(pub, 32, "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
    assert_int_equal(cdr_sign(s, "", 0, sig, NULL), CDR_OK);
    expect_hex(sig, 64, "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b");
    assert_true(cdr_verify(pub, "", 0, sig));
    assert_false(cdr_verify(pub, "x", 1, sig));
    sig[63] ^= 0x40;
    assert_false(cdr_verify(pub, "", 0, sig));
    cdr_secret_free(s);
    cdr_err err = {0};
    s = counting(31);
    assert_int_equal(cdr_sign(s, "", 0, sig, &err), CDR_E_INVAL);
    cdr_secret_free(s);
}

static void verify__zero_key_and_low_order_points__refused(void **state)
{
    (void)state;
    uint8_t zero[64] = {0}, one[32] = {1};
    assert_false(cdr_verify(zero, "", 0, zero));
    assert_false(cdr_verify(one, "", 0, zero));
}

static void derive__purposes_and_roots__all_differ_and_stay(void **state)
{
    (void)state;
    cdr_secret *root = counting(32), *keys[CDR_KEY_CONTENT + 1] = {0}, *again;
    for (int p = CDR_KEY_VALUE_ID; p <= CDR_KEY_CONTENT; p++) {
        assert_int_equal(cdr_key_derive(root, (cdr_key_purpose)p, &keys[p], NULL), CDR_OK);
        for (int q = CDR_KEY_VALUE_ID; q < p; q++)
            assert_false(cdr_secret_equal(keys[p], keys[q]));
        assert_false(cdr_secret_equal(keys[p], root));
        assert_int_equal(cdr_key_derive(root, (cdr_key_purpose)p, &again, NULL), CDR_OK);
        assert_true(cdr_secret_equal(keys[p], again));
        cdr_secret_free(again);
    }
    /* Stored hashes depend on it: this answer must never change. */
    expect_hex(cdr_secret_bytes(keys[CDR_KEY_VALUE_ID]), 32, "95cc94da7f737a635cdaf36d42032736e51568dabd7b25e70b5aed5ee1fa46e8");
    for (int p = CDR_KEY_VALUE_ID; p <= CDR_KEY_CONTENT; p++)
        cdr_secret_free(keys[p]);
    cdr_secret_free(root);
    root = counting(16);
    assert_int_equal(cdr_key_derive(root, CDR_KEY_VALUE_ID, &again, NULL), CDR_E_INVAL);
    assert_null(again);
    cdr_secret_free(root);
}

static void secret__lengths_and_comparison__exact(void **state)
{
    (void)state;
    cdr_ctx ctx;
    cdr_secret *a, *b, *none;
    cdr_ctx_init(&ctx);
    assert_int_equal(cdr_secret_new("abc", 3, &a, NULL), CDR_OK);
    assert_int_equal(cdr_secret_new("abd", 3, &b, NULL), CDR_OK);
    assert_false(cdr_secret_equal(a, b));
    cdr_secret_writable(b)[2] = 'c';
    assert_true(cdr_secret_equal(a, b));
    cdr_secret_free(b);
    assert_int_equal(cdr_secret_new("ab", 2, &b, NULL), CDR_OK);
    assert_false(cdr_secret_equal(a, b));
    cdr_secret_free(b);
    assert_int_equal(cdr_secret_random(&ctx, 32, &b, NULL), CDR_OK);
    assert_int_equal(cdr_secret_len(b), 32);
    assert_int_equal(cdr_secret_new(NULL, 0, &none, NULL), CDR_OK);
    assert_int_equal(cdr_secret_len(none), 0);
    cdr_secret_free(none);
    cdr_secret_free(a);
    cdr_secret_free(b);
    cdr_secret_free(NULL);
}

/* A file longer than a block, read from its beginning wherever its position stands. */
static void sha256__file__as_its_bytes(void **state)
{
    (void)state;
    char path[] = "/tmp/candor-sha256-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    static uint8_t bytes[300001];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(i * 7);
    assert_int_equal(write(fd, bytes, sizeof bytes), sizeof bytes);
    uint8_t want[32], got[32] = {0};
    uint64_t len = 0;
    cdr_sha256(bytes, sizeof bytes, want);
    assert_int_equal(cdr_sha256_fd(fd, path, got, &len, NULL), CDR_OK);
    assert_memory_equal(got, want, 32);
    assert_int_equal(len, sizeof bytes);
    assert_int_equal(cdr_sha256_file(path, got, NULL), CDR_OK);
    assert_memory_equal(got, want, 32);
    close(fd);
    unlink(path);
    assert_int_equal(cdr_sha256_file(path, got, NULL), CDR_NOT_FOUND);
    assert_int_equal(cdr_sha256_file("/tmp", got, NULL), CDR_E_INVAL);
}

int main(void)
{
    if (cdr_crypto_start(NULL) != CDR_OK)
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sha256__fips_180_examples__as_published), cmocka_unit_test(sha256__file__as_its_bytes), cmocka_unit_test(value_id__siphash_2_4_128__reference_vector),
        cmocka_unit_test(blake2b__key_and_message__differ), cmocka_unit_test(sign__rfc8032_test_1_and_2__as_published),
        cmocka_unit_test(verify__zero_key_and_low_order_points__refused), cmocka_unit_test(derive__purposes_and_roots__all_differ_and_stay),
        cmocka_unit_test(secret__lengths_and_comparison__exact),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
