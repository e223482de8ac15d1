/* SPDX-License-Identifier: Apache-2.0 */
/* One-time codes: bound to call and kind, accepted once, for a while; letters bound to the customer. */
#include "world.h"

#define MINUTE (60 * SECOND)
#define CALL "7F3K-92"

static cdr_secret *make(world *w, const char *call, cdr_factor_kind kind)
{
    cdr_secret *code;
    ok(w, cdr_code_make(w->f, call, kind, 6, 10 * MINUTE, true, &code, &w->err));
    assert_int_equal(strlen((const char *)cdr_secret_bytes(code)), 6);
    assert_int_equal(strspn((const char *)cdr_secret_bytes(code), "0123456789"), 6);
    return code;
}

static bool check(world *w, const char *call, cdr_factor_kind kind, const char *said)
{
    bool yes = true;
    ok(w, cdr_code_check(w->f, call, kind, said, strlen(said), &yes, &w->err));
    return yes;
}

static const char *text(const cdr_secret *code)
{
    return (const char *)cdr_secret_bytes(code);
}

static void code__accepted_once(void **state)
{
    world *w = *state;
    cdr_secret *code = make(w, CALL, CDR_FACTOR_SMS);
    char spaced[16];
    snprintf(spaced, sizeof spaced, "%.3s %.3s", text(code), text(code) + 3);
    assert_true(check(w, CALL, CDR_FACTOR_SMS, spaced));
    assert_false(check(w, CALL, CDR_FACTOR_SMS, text(code)));
    world_reopen(w);
    assert_false(check(w, CALL, CDR_FACTOR_SMS, text(code)));
    cdr_secret_free(code);
}

static void code__other_call_or_kind__never(void **state)
{
    world *w = *state;
    cdr_secret *code = make(w, CALL, CDR_FACTOR_LINK), *other = make(w, "8G4L-01", CDR_FACTOR_SMS);
    assert_false(check(w, CALL, CDR_FACTOR_SMS, text(code)));
    assert_false(check(w, CALL, CDR_FACTOR_CALLBACK, text(code)));
    assert_false(check(w, "8G4L-01", CDR_FACTOR_LINK, text(code)));
    assert_false(check(w, "8G4L-01", CDR_FACTOR_SMS, text(code)));
    assert_false(check(w, "7F3K-9", CDR_FACTOR_LINK, text(code)));
    assert_false(check(w, CALL, CDR_FACTOR_LINK, text(other)));
    assert_true(check(w, CALL, CDR_FACTOR_LINK, text(code)));
    assert_true(check(w, "8G4L-01", CDR_FACTOR_SMS, text(other)));
    cdr_secret_free(code);
    cdr_secret_free(other);
}

/* Where no code was made nothing matches, least of all nothing, "0" or zeros. */
static void code__none_made__nothing_matches(void **state)
{
    world *w = *state;
    static const char *const said[] = {"", "0", "000000", "123456", "-", " ", "0000000000000000", "\xef\xbc\x90\xef\xbc\x90\xef\xbc\x90\xef\xbc\x90\xef\xbc\x90\xef\xbc\x90"};
    for (size_t i = 0; i < CDR_COUNT(said); i++)
        assert_false(check(w, CALL, CDR_FACTOR_SMS, said[i]));
    cdr_secret *code = make(w, CALL, CDR_FACTOR_SMS);
    for (size_t i = 0; i < CDR_COUNT(said); i++)
        assert_false(strcmp(said[i], text(code)) != 0 && check(w, CALL, CDR_FACTOR_SMS, said[i]));
    /* A beginning, and more than the whole. */
    char longer[16];
    snprintf(longer, sizeof longer, "%s0", text(code));
    assert_false(check(w, CALL, CDR_FACTOR_SMS, longer));
    snprintf(longer, sizeof longer, "%.5s", text(code));
    assert_false(check(w, CALL, CDR_FACTOR_SMS, longer));
    snprintf(longer, sizeof longer, "+%.5s", text(code) + 1);
    assert_false(check(w, CALL, CDR_FACTOR_SMS, longer));
    assert_true(check(w, CALL, CDR_FACTOR_SMS, text(code)));
    cdr_secret_free(code);
}

static void code__expires__and_a_clock_set_back_does_not_help(void **state)
{
    world *w = *state;
    cdr_secret *code = make(w, CALL, CDR_FACTOR_SMS);
    w->now_us += 10 * MINUTE;
    assert_false(check(w, CALL, CDR_FACTOR_SMS, text(code)));
    w->now_us -= 1;
    assert_true(check(w, CALL, CDR_FACTOR_SMS, text(code)));
    cdr_secret_free(code);
    code = make(w, CALL, CDR_FACTOR_SMS);
    w->now_us -= 60 * MINUTE;
    assert_false(check(w, CALL, CDR_FACTOR_SMS, text(code)));
    cdr_secret_free(code);
}

static void code__newer_one__ends_the_older_of_its_kind(void **state)
{
    world *w = *state;
    cdr_secret *first = make(w, CALL, CDR_FACTOR_SMS), *link = make(w, CALL, CDR_FACTOR_LINK), *second = make(w, CALL, CDR_FACTOR_SMS);
    assert_false(strcmp(text(first), text(second)) != 0 && check(w, CALL, CDR_FACTOR_SMS, text(first)));
    assert_true(check(w, CALL, CDR_FACTOR_LINK, text(link)));
    assert_true(check(w, CALL, CDR_FACTOR_SMS, text(second)));
    cdr_secret_free(first);
    cdr_secret_free(second);
    cdr_secret_free(link);
    first = make(w, CALL, CDR_FACTOR_SMS);
    ok(w, cdr_code_end(w->f, CALL, &w->err));
    assert_false(check(w, CALL, CDR_FACTOR_SMS, text(first)));
    cdr_secret_free(first);
}

static void code__for_nobody__never_accepted(void **state)
{
    world *w = *state;
    cdr_secret *code;
    ok(w, cdr_code_make(w->f, CALL, CDR_FACTOR_SMS, 6, 10 * MINUTE, false, &code, &w->err));
    assert_int_equal(strlen(text(code)), 6);
    assert_false(check(w, CALL, CDR_FACTOR_SMS, text(code)));
    cdr_secret_free(code);
}

static void code__wrong_parameters__refused(void **state)
{
    world *w = *state;
    cdr_secret *code;
    bool yes;
    const struct { const char *call; cdr_factor_kind kind; unsigned digits; int64_t lasts; } bad[] = {
        {CALL, CDR_FACTOR_SMS, 5, MINUTE}, {CALL, CDR_FACTOR_SMS, 4, MINUTE}, {CALL, CDR_FACTOR_SMS, 13, MINUTE}, {CALL, CDR_FACTOR_SMS, 0, MINUTE}, {CALL, CDR_FACTOR_SMS, 6, 0},
        {CALL, CDR_FACTOR_SMS, 6, -1}, {CALL, CDR_FACTOR_SMS, 6, 10 * MINUTE + 1}, {CALL, CDR_FACTOR_EMAIL, 6, 1441 * MINUTE}, {CALL, CDR_FACTOR_PIN, 6, MINUTE},
        {CALL, CDR_FACTOR_LETTER, 12, MINUTE}, {"", CDR_FACTOR_SMS, 6, MINUTE}, {NULL, CDR_FACTOR_SMS, 6, MINUTE},
        {"a234567890b234567890c234567890d234567890e234567890f234567890g2345", CDR_FACTOR_SMS, 6, MINUTE},
    };
    for (size_t i = 0; i < CDR_COUNT(bad); i++) {
        if (cdr_code_make(w->f, bad[i].call, bad[i].kind, bad[i].digits, bad[i].lasts, true, &code, &w->err) != CDR_E_INVAL)
            fail_msg("case %zu was taken", i);
        assert_null(code);
    }
    assert_int_equal(cdr_code_check(w->f, CALL, CDR_FACTOR_PIN, "1", 1, &yes, &w->err), CDR_E_INVAL);
    assert_false(yes);
    ok(w, cdr_code_make(w->f, CALL, CDR_FACTOR_EMAIL, 8, 1440 * MINUTE, true, &code, &w->err));
    cdr_secret_free(code);
}

static void code__nowhere_in_the_clear__nor_as_a_hash_one_could_try(void **state)
{
    world *w = *state;
    cdr_secret *code;
    ok(w, cdr_code_make(w->f, CALL, CDR_FACTOR_SMS, 12, 10 * MINUTE, true, &code, &w->err));
    uint8_t plain[32];
    cdr_blake2b(NULL, text(code), 12, plain);
    assert_false(world_holds(w, text(code), 12));
    assert_false(world_holds(w, plain, 16));
    cdr_sha256(text(code), 12, plain);
    assert_false(world_holds(w, plain, 16));
    /* The same digits for another call give another hash: nothing can be recognised. */
    cdr_secret_free(code);
}

/* Codes do not repeat and their digits are spread. */
static void code__many__differ(void **state)
{
    world *w = *state;
    unsigned counts[10] = {0}, same = 0;
    char last[16] = "";
    for (unsigned i = 0; i < 200; i++) {
        cdr_secret *code;
        ok(w, cdr_code_make(w->f, CALL, CDR_FACTOR_SMS, 12, 10 * MINUTE, true, &code, &w->err));
        same += !strcmp(last, text(code));
        snprintf(last, sizeof last, "%s", text(code));
        for (const char *p = last; *p; p++)
            counts[*p - '0']++;
        cdr_secret_free(code);
    }
    assert_int_equal(same, 0);
    for (size_t i = 0; i < 10; i++)
        assert_in_range(counts[i], 120, 380);
}

/* --- letters --- */

static bool letter(world *w, int64_t customer, const char *said)
{
    bool yes = true;
    ok(w, cdr_letter_check(w->f, customer, said, strlen(said), &yes, &w->err));
    return yes;
}

static void letter__bound_to_the_customer__for_21_days(void **state)
{
    world *w = *state;
    cdr_secret *code, *newer;
    ok(w, cdr_letter_make(w->f, w->ada.id, CDR_LETTER_LASTS_US, &code, &w->err));
    assert_int_equal(strlen(text(code)), CDR_LETTER_DIGITS);
    w->now_us += 21 * DAY - 1;
    assert_false(letter(w, w->bob.id, text(code)));
    assert_false(letter(w, 0, text(code)));
    assert_false(check(w, CALL, CDR_FACTOR_SMS, text(code)));
    world_reopen(w);
    char grouped[20];
    snprintf(grouped, sizeof grouped, "%.4s-%.4s %.4s", text(code), text(code) + 4, text(code) + 8);
    assert_true(letter(w, w->ada.id, grouped));
    assert_false(letter(w, w->ada.id, text(code)));
    cdr_secret_free(code);
    ok(w, cdr_letter_make(w->f, w->ada.id, CDR_LETTER_LASTS_US, &code, &w->err));
    ok(w, cdr_letter_make(w->f, w->ada.id, CDR_LETTER_LASTS_US, &newer, &w->err));
    assert_false(letter(w, w->ada.id, text(code)));
    w->now_us += 21 * DAY;
    assert_false(letter(w, w->ada.id, text(newer)));
    cdr_secret_free(code);
    cdr_secret_free(newer);
    assert_int_equal(cdr_letter_make(w->f, w->ada.id, 30 * DAY + 1, &code, &w->err), CDR_E_INVAL);
    assert_int_equal(cdr_letter_make(w->f, w->ada.id, 0, &code, &w->err), CDR_E_INVAL);
    ok(w, cdr_letter_make(w->f, 0, CDR_LETTER_LASTS_US, &code, &w->err));
    assert_false(letter(w, 0, text(code)));
    cdr_secret_free(code);
}

int main(void)
{
    if (cdr_crypto_start(NULL) != CDR_OK)
        return 1;
#define T(name) cmocka_unit_test_setup_teardown(name, world_make, world_drop)
    const struct CMUnitTest tests[] = {
        T(code__accepted_once), T(code__other_call_or_kind__never), T(code__none_made__nothing_matches), T(code__expires__and_a_clock_set_back_does_not_help),
        T(code__newer_one__ends_the_older_of_its_kind), T(code__for_nobody__never_accepted), T(code__wrong_parameters__refused),
        T(code__nowhere_in_the_clear__nor_as_a_hash_one_could_try), T(code__many__differ), T(letter__bound_to_the_customer__for_21_days),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
