/* SPDX-License-Identifier: Apache-2.0 */
#include "core/cacao/signature.h"

#include "base/parse.h"
#include "base/time.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define NOW INT64_C(1830000000000000)     /* 2027-12-28 */

static const char plain[] = "{\n  \"type\": \"playbook\",\n  \"spec_version\": \"cacao-2.0\",\n  \"id\": \"playbook--a0777575-5c4c-4710-9f01-15776103837f\",\n  \"name\": \"One\",\n"
                            "  \"created\": \"2027-05-18T11:31:31.319Z\",\n  \"modified\": \"2027-05-18T11:31:31.319Z\",\n  \"x_other\": {\"b\":1.50, \"a\" : [ ]},\n"
                            "  \"workflow_start\": \"start--1\",\n  \"workflow\": {}\n}\n";

static cdr_ctx ctx;

static cdr_playbook *read_text(const char *text, size_t len)
{
    cdr_playbook *p = NULL;
    cdr_err err = {0};
    if (cdr_playbook_read(text, len, "test", &p, &err) != CDR_OK)
        fail_msg("%s", err.text);
    return p;
}

static cdr_secret *seed_of(uint8_t n)
{
    uint8_t bytes[CDR_SIGN_SEED_BYTES];
    cdr_secret *s = NULL;
    memset(bytes, n, sizeof bytes);
    assert_int_equal(cdr_secret_new(bytes, sizeof bytes, &s, NULL), CDR_OK);
    return s;
}

/* ${text} signed by the key of ${n}; freed by the caller. */
static char *sign_as(const char *text, uint8_t n, int countersign, int64_t until)
{
    cdr_secret *seed = seed_of(n);
    cdr_playbook *p = read_text(text, strlen(text));
    cdr_buf out = CDR_BUF(1 << 20);
    cdr_err err = {0};
    char name[20];
    snprintf(name, sizeof name, "Signer %d", n);
    cdr_signature_request r = {.seed = seed, .signee = name, .now_us = NOW, .valid_until_us = until, .countersign = countersign};
    if (cdr_signature_add(&ctx, p, &r, &out, &err) != CDR_OK)
        fail_msg("%s", err.text);
    cdr_playbook_free(p);
    cdr_secret_free(seed);
    return cdr_buf_take(&out);
}

struct states { cdr_signature_state at[8]; unsigned depth[8]; size_t count; };

static cdr_status collect(void *arg, const cdr_signature_verdict *v)
{
    struct states *s = arg;
    s->at[s->count] = v->state;
    s->depth[s->count++] = v->depth;
    assert_true(v->why[0] != '\0');
    return CDR_OK;
}

static struct states states_at(const char *text, int64_t now)
{
    struct states s = {0};
    cdr_playbook *p = read_text(text, strlen(text));
    cdr_err err = {0};
    if (cdr_signature_each(p, now, collect, &s, &err) != CDR_OK)
        fail_msg("%s", err.text);
    assert_int_equal(s.count, cdr_signature_count(p));
    cdr_playbook_free(p);
    return s;
}

static char *replaced(const char *text, const char *from, const char *to)
{
    const char *at = strstr(text, from);
    assert_non_null(at);
    return cdr_asprintf("%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
}

static void sign__one__good_and_the_rest_untouched(void **state)
{
    (void)state;
    char *text = sign_as(plain, 1, -1, 0);
    struct states s = states_at(text, NOW);
    assert_int_equal(s.count, 1);
    assert_int_equal(s.at[0], CDR_SIGNATURE_GOOD);
    assert_non_null(strstr(text, "\"x_other\": {\"b\":1.50, \"a\" : [ ]}"));
    assert_memory_equal(text, plain, strlen(plain) - 4);
    cdr_playbook *before = read_text(plain, strlen(plain)), *after = read_text(text, strlen(text));
    assert_memory_equal(cdr_playbook_sha256(before), cdr_playbook_sha256(after), CDR_SHA256_BYTES);
    cdr_secret *seed = seed_of(1);
    uint8_t pub[CDR_SIGN_PUBLIC_BYTES], other[CDR_SIGN_PUBLIC_BYTES] = {1};
    bool by;
    cdr_sign_public(seed, pub);
    assert_int_equal(cdr_signature_by(after, pub, NOW, &by, NULL), CDR_OK);
    assert_true(by);
    assert_int_equal(cdr_signature_by(after, other, NOW, &by, NULL), CDR_OK);
    assert_false(by);
    assert_int_equal(cdr_signature_by(before, pub, NOW, &by, NULL), CDR_OK);
    assert_false(by);
    cdr_secret_free(seed);
    cdr_playbook_free(before);
    cdr_playbook_free(after);
    cdr_free(text);
}

static void sign__changes__bad(void **state)
{
    (void)state;
    static const struct { const char *from, *to; cdr_signature_state want; } cases[] = {
        {"\"One\"", "\"Two\"", CDR_SIGNATURE_BAD}, {"1.50", "1.51", CDR_SIGNATURE_BAD}, {"1.50", "1.5", CDR_SIGNATURE_GOOD}, {"Signer 1", "Signer 2", CDR_SIGNATURE_BAD}, {"\"value\": \"", "\"value\": \"A", CDR_SIGNATURE_BAD},
        {"\"value\"", "\"revoked\": true, \"value\"", CDR_SIGNATURE_BAD}, {"\"type\": \"jss\"", "\"type\": \"jxx\"", CDR_SIGNATURE_UNKNOWN}, {"\"Ed25519\"", "\"Ed448\"", CDR_SIGNATURE_UNKNOWN},
        {"\"sha-256\"", "\"sha-512\"", CDR_SIGNATURE_UNKNOWN}, {"\"public_key\"", "\"cert_url\"", CDR_SIGNATURE_UNKNOWN}, {"\"value\"", "\"values\"", CDR_SIGNATURE_BAD}, {"\"MCow", "\"MCox", CDR_SIGNATURE_BAD},
        {"{\"b\"", "{ \"b\"", CDR_SIGNATURE_GOOD}, {"1.50", "9007199254740993", CDR_SIGNATURE_UNKNOWN},
    };
    char *text = sign_as(plain, 1, -1, 0);
    for (size_t i = 0; i < CDR_COUNT(cases); i++) {
        char *changed = replaced(text, cases[i].from, cases[i].to);
        struct states s = states_at(changed, NOW);
        if (s.count != 1 || s.at[0] != cases[i].want)
            fail_msg("%s: %s", cases[i].to, cdr_signature_state_name(s.at[0]));
        cdr_free(changed);
    }
    cdr_free(text);
}

static void sign__validity__judged(void **state)
{
    (void)state;
    char *text = sign_as(plain, 1, -1, NOW + 1000000);
    assert_int_equal(states_at(text, NOW).at[0], CDR_SIGNATURE_GOOD);
    assert_int_equal(states_at(text, NOW + 1000000).at[0], CDR_SIGNATURE_EXPIRED);
    assert_int_equal(states_at(text, NOW - 1000000).at[0], CDR_SIGNATURE_NOT_YET);
    cdr_free(text);
    /* The old signature carried into a new version does not fit, and a good one made for another version is told so. */
    char *stolen = sign_as(plain, 1, -1, 0), *other = replaced(stolen, "\"modified\": \"2027-05-18T11:31:31.319Z\"", "\"modified\": \"2027-06-18T11:31:31.319Z\"");
    assert_int_equal(states_at(other, NOW).at[0], CDR_SIGNATURE_BAD);
    cdr_free(stolen);
    cdr_free(other);
}

/* Whoever has the key can say anything in the signature: revoked, or made for something else. */
static char *sign_object(const char *extra, const char *related)
{
    char *text = cdr_asprintf("{\"type\":\"playbook\",\"id\":\"playbook--a\",\"modified\":\"2027-05-18T11:31:31.319Z\",\"workflow\":{},\"signatures\":[{\"type\":\"jss\",\"related_to\":\"%s\","
                              "\"related_version\":\"2027-05-18T11:31:31.319Z\",\"hash_algorithm\":\"sha-256\",\"algorithm\":\"Ed25519\",%s\"public_key\":\"@\",\"value\":\"@\"}]}", related, extra);
    cdr_secret *seed = seed_of(9);
    uint8_t pub[CDR_SIGN_PUBLIC_BYTES], sig[CDR_SIGNATURE_BYTES];
    char key[45], value[89], hex[65];
    cdr_sign_public(seed, pub);
    cdr_base64_encode(pub, sizeof pub, key);
    char *keyed = replaced(text, "@", key);
    cdr_playbook *p = read_text(keyed, strlen(keyed));
    assert_int_equal(cdr_signature_digest(p, 0, hex, NULL), CDR_OK);
    assert_int_equal(cdr_sign(seed, hex, 64, sig, NULL), CDR_OK);
    cdr_base64_encode(sig, sizeof sig, value);
    char *done = replaced(keyed, "@", value);
    cdr_playbook_free(p);
    cdr_secret_free(seed);
    cdr_free(text);
    cdr_free(keyed);
    return done;
}

static void judge__revoked_and_misplaced__never_good(void **state)
{
    (void)state;
    static const struct { const char *extra, *related; cdr_signature_state want; } cases[] = {
        {"", "playbook--a", CDR_SIGNATURE_GOOD}, {"\"revoked\":true,", "playbook--a", CDR_SIGNATURE_REVOKED}, {"\"revoked\":\"no\",", "playbook--a", CDR_SIGNATURE_REVOKED}, {"\"revoked\":false,", "playbook--a", CDR_SIGNATURE_GOOD},
        {"", "playbook--b", CDR_SIGNATURE_OTHER_VERSION}, {"\"valid_until\":\"soon\",", "playbook--a", CDR_SIGNATURE_EXPIRED}, {"\"valid_from\":5,", "playbook--a", CDR_SIGNATURE_NOT_YET},
        {"\"valid_until\":\"2020-01-01T00:00:00Z\",", "playbook--a", CDR_SIGNATURE_EXPIRED},
    };
    for (size_t i = 0; i < CDR_COUNT(cases); i++) {
        char *text = sign_object(cases[i].extra, cases[i].related);
        struct states s = states_at(text, NOW);
        if (s.at[0] != cases[i].want)
            fail_msg("%s%s: %s", cases[i].extra, cases[i].related, cdr_signature_state_name(s.at[0]));
        cdr_free(text);
    }
}

static void sign__many__independent_and_countersigned(void **state)
{
    (void)state;
    char *one = sign_as(plain, 1, -1, 0), *two = sign_as(one, 2, -1, 0), *counter = sign_as(two, 3, 0, 0), *again = sign_as(counter, 2, -1, 0);
    struct states s = states_at(counter, NOW);
    assert_int_equal(s.count, 3);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(s.at[i], CDR_SIGNATURE_GOOD);
    assert_int_equal(s.depth[0], 0);
    assert_int_equal(s.depth[1], 1);
    assert_int_equal(s.depth[2], 0);
    assert_int_equal(states_at(again, NOW).count, 3);      /* its own one was replaced */
    /* Who counter-signs signs the first signature's value, too. */
    char *value = strstr(counter, "\"value\": \"") + 11;
    *value = *value == 'A' ? 'B' : 'A';
    s = states_at(counter, NOW);
    assert_int_equal(s.at[2], CDR_SIGNATURE_GOOD);
    assert_true(s.at[0] == CDR_SIGNATURE_BAD || s.at[1] == CDR_SIGNATURE_BAD);
    cdr_free(one);
    cdr_free(two);
    cdr_free(counter);
    cdr_free(again);
}

static void sign__impossible__refused(void **state)
{
    (void)state;
    cdr_secret *seed = seed_of(1);
    cdr_buf out = CDR_BUF(1 << 20);
    cdr_signature_request r = {.seed = seed, .signee = "x", .now_us = NOW, .countersign = 4};
    cdr_playbook *p = read_text(plain, strlen(plain));
    assert_int_equal(cdr_signature_add(&ctx, p, &r, &out, NULL), CDR_NOT_FOUND);
    cdr_playbook_free(p);
    static const char *const bad[] = {"{\"type\":\"playbook\",\"workflow\":{}}", "{\"type\":\"playbook\",\"id\":\"a\",\"modified\":\"b\",\"signatures\":{},\"workflow\":{}}",
                                      "{\"type\":\"playbook\",\"id\":\"a\",\"modified\":\"b\",\"n\":9007199254740993,\"workflow\":{}}"};
    r.countersign = -1;
    for (size_t i = 0; i < CDR_COUNT(bad); i++) {
        p = read_text(bad[i], strlen(bad[i]));
        assert_int_equal(cdr_signature_add(&ctx, p, &r, &out, NULL), CDR_E_INVAL);
        cdr_playbook_free(p);
    }
    cdr_buf many = CDR_BUF(1 << 20);
    cdr_buf_adds(&many, "{\"type\":\"playbook\",\"id\":\"a\",\"modified\":\"b\",\"workflow\":{},\"signatures\":[{}");
    for (size_t i = 0; i < CDR_SIGNATURES_MAX; i++)
        cdr_buf_adds(&many, ",{}");
    cdr_buf_adds(&many, "]}");
    p = read_text(many.data, many.len);
    struct states s = {0};
    assert_int_equal(cdr_signature_each(p, NOW, collect, &s, NULL), CDR_E_LIMIT);
    cdr_playbook_free(p);
    static const char odd[] = "{\"type\":\"playbook\",\"workflow\":{},\"signatures\":[1,\"x\",{\"signature\":3}]}";
    p = read_text(odd, strlen(odd));
    assert_int_equal(cdr_signature_each(p, NOW, collect, &s, NULL), CDR_OK);
    assert_int_equal(s.count, 3);
    cdr_playbook_free(p);
    cdr_buf_done(&many);
    cdr_buf_done(&out);
    cdr_secret_free(seed);
}

/* The published example, which has no workflow. */
static struct states bare_states(const json_t *playbook, int64_t now, char hex[65])
{
    struct states s = {0};
    char *text = json_dumps(playbook, JSON_INDENT(1));
    cdr_playbook *p = read_text(text, strlen(text));
    assert_int_equal(cdr_playbook_step_count(p), 0);
    assert_int_equal(cdr_signature_digest(p, 1, hex, NULL), CDR_OK);
    assert_int_equal(cdr_signature_each(p, now, collect, &s, NULL), CDR_OK);
    cdr_playbook_free(p);
    free(text);
    return s;
}

static void rs256__known_answer__digest_and_signature(void **state)
{
    (void)state;
    _cleanup_json_ json_t *kat = json_load_file(CANDOR_SHARED_DIR "/data/cacao/signature-kat-rs256.kat", 0, NULL);
    if (!kat) {
        print_message("skipped: the known answer is not here\n");
        skip();
    }
    int64_t then;
    assert_true(cdr_time_parse("2023-03-01T00:00:00Z", &then));
    json_t *signed_one = json_object_get(kat, "playbook_signed");
    char hex[65];
    struct states s = bare_states(signed_one, then, hex);
    assert_string_equal(hex, json_string_value(json_object_get(kat, "sha256_hex")));
    assert_int_equal(s.count, 2);
    assert_int_equal(s.at[0], CDR_SIGNATURE_BAD);       /* "some signature" */
    if (s.at[1] == CDR_SIGNATURE_UNKNOWN) {
        print_message("skipped: built without OpenSSL\n");
        skip();
    }
    assert_int_equal(s.at[1], CDR_SIGNATURE_GOOD);
    assert_int_equal(bare_states(signed_one, NOW, hex).at[1], CDR_SIGNATURE_EXPIRED);
    json_object_set_new(signed_one, "name", json_string("Playbook 2"));
    assert_int_equal(bare_states(signed_one, then, hex).at[1], CDR_SIGNATURE_BAD);
    json_object_set_new(signed_one, "name", json_string("Playbook 1"));
    json_t *newest = json_array_get(json_object_get(signed_one, "signatures"), 1);
    char *value = cdr_strdup(cdr_json_str(newest, "value"));
    value[6] = value[6] == '_' ? '-' : '_';
    json_object_set_new(newest, "value", json_string(value));
    cdr_free(value);
    assert_int_equal(bare_states(signed_one, then, hex).at[1], CDR_SIGNATURE_BAD);
}

static int start(void **state)
{
    (void)state;
    cdr_ctx_init(&ctx);
    return cdr_crypto_start(NULL) == CDR_OK ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sign__one__good_and_the_rest_untouched), cmocka_unit_test(sign__changes__bad), cmocka_unit_test(sign__validity__judged), cmocka_unit_test(judge__revoked_and_misplaced__never_good),
        cmocka_unit_test(sign__many__independent_and_countersigned), cmocka_unit_test(sign__impossible__refused), cmocka_unit_test(rs256__known_answer__digest_and_signature),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}
