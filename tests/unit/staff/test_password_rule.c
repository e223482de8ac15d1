/* SPDX-License-Identifier: Apache-2.0 */
#include "core/staff/password_rule.h"

#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const cdr_password_context context = {"Harbour Books & Söhne", "dana.k"};

/* The id of the error, "" when the password is taken. */
static const char *judge(const char *text)
{
    cdr_err err = {0};
    cdr_secret *typed, *form = NULL;
    assert_int_equal(cdr_secret_new(text, strlen(text), &typed, &err), CDR_OK);
    cdr_status s = cdr_password_form(typed, &form, &err);
    if (s == CDR_OK)
        s = cdr_password_rule(form, &context, &err);
    if (s != CDR_OK) {
        assert_int_equal(s, CDR_E_INVAL);
        if (strpbrk(text, "0123456789") && strlen(text) > 3)
            assert_null(strstr(err.text, text));      /* the reason never repeats the password */
    }
    cdr_secret_free(typed);
    cdr_secret_free(form);
    return s == CDR_OK ? "" : err.id;
}

static void rule__what_others_try_first__refused_with_the_reason(void **state)
{
    (void)state;
    static const struct { const char *text, *id; } cases[] = {
        {"short", "password.short"}, {"sevenc7", "password.short"}, {"", "password.short"}, {"éééé", "password.short"},
        {"password", "password.common"}, {"Password1", "password.common"}, {"P@ssw0rd!", "password.common"}, {"p455w0rd", "password.common"}, {"passw0rd2026", "password.common"},
        {"iloveyou", "password.common"}, {"1loveyou", "password.common"}, {"Sommer2026!", "password.common"}, {"!!!welcome!!!", "password.common"}, {"trustno1", "password.common"},
        {"correcthorsebatterystaple", "password.common"}, {"Sunshine99", "password.common"}, {"letmein1", "password.common"}, {"contrasena", "password.common"},
        {"aaaaaaaa", "password.repeats"}, {"abcabcabc", "password.repeats"}, {"danadanadana", "password.repeats"}, {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "password.repeats"},
        {"12345678", "password.run"}, {"87654321", "password.run"}, {"abcdefgh", "password.run"}, {"qwertyuiop", "password.run"}, {"QWERTZUI", "password.run"}, {"1qaz2wsx", "password.run"},
        {"abcd1234", "password.run"}, {"qwer1234", "password.run"}, {"1q2w3e4r5t", "password.run"}, {"1234567890", "password.run"}, {"aaaabbbb", "password.run"},
        {"19851224", "password.date"}, {"24121985", "password.date"}, {"12/24/1985", "password.date"}, {"2026-11-25", "password.date"}, {"25.11.2026", "password.date"},
        {"harbourbooks", "password.organisation"}, {"Harbour-Books", "password.organisation"}, {"harbour2026", "password.organisation"}, {"B00ks!!!", "password.organisation"},
        {"dana.k2026", "password.login"}, {"DANAK123", "password.login"}, {"candor2026", "password.product"},
        {"tab\there and more", "password.control"}, {"line\nbreak123", "password.control"}, {"esc\x1b[31mred", "password.control"}, {"bad\xff\xfe bytes", "password.text"},
    };
    for (size_t i = 0; i < CDR_COUNT(cases); i++)
        if (strcmp(judge(cases[i].text), cases[i].id) != 0)
            fail_msg("case %zu: %s, not %s", i, judge(cases[i].text), cases[i].id);
}

/* Compared whole: a common word in a sentence is fine, and nothing has to be composed of anything. */
static void rule__what_nobody_guesses__taken(void **state)
{
    (void)state;
    static const char *const good[] = {
        "tall green ferry", "my password is a long sentence", "harbour books sells three lamps", "zzk qv wm", "83610274", "dana likes herring", "пароль из слов", "四十二匹の羊と雨", "correct horse and wet battery",
        "bücher im hafen", "........x.y.z", "TALLGREENFERRY", "88 keys & 1 stool", "k7#pV2m!", "      a  b  c d",
    };
    for (size_t i = 0; i < CDR_COUNT(good); i++)
        if (*judge(good[i]))
            fail_msg("case %zu: %s", i, judge(good[i]));
}

static void form__length__counts_characters(void **state)
{
    (void)state;
    char text[4 * 260 + 1] = "";
    for (unsigned i = 0; i < 64; i++)
        memcpy(text + 4 * i, i % 3 ? "\xF0\x9F\x90\x91" : "\xF0\x9F\x90\x8F", 5);   /* 64 characters of four bytes */
    assert_string_equal(judge(text), "password.repeats");
    memcpy(text, "long way down to the sea", 24);
    assert_string_equal(judge(text), "");
    for (unsigned i = 0; i < 256; i++)
        memcpy(text + 4 * i, i * i % 7 > 3 ? "\xF0\x9F\x90\x91" : i * i * i % 11 > 4 ? "\xF0\x9F\x90\x8F" : "\xF0\x9F\x90\x92", 5);
    assert_string_equal(judge(text), "");
    memcpy(text + 4 * 256, "x", 2);
    assert_string_equal(judge(text), "password.long");
}

static void form__other_spellings_of_the_same_keys__are_one(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {
        {"caf\xC3\xA9 au lait", "cafe\xCC\x81 au lait"}, {"\xEF\xBD\x94\xEF\xBD\x81ll green ferry", "tall green ferry"}, {"tall\xC2\xA0green\xE3\x80\x80" "ferry", "tall green ferry"},
    };
    for (size_t i = 0; i < CDR_COUNT(pairs); i++) {
        cdr_secret *typed[2], *form[2];
        for (unsigned k = 0; k < 2; k++) {
            assert_int_equal(cdr_secret_new(pairs[i][k], strlen(pairs[i][k]), &typed[k], NULL), CDR_OK);
            assert_int_equal(cdr_password_form(typed[k], &form[k], NULL), CDR_OK);
        }
        assert_true(cdr_secret_equal(form[0], form[1]));
        for (unsigned k = 0; k < 2; k++) {
            cdr_secret_free(typed[k]);
            cdr_secret_free(form[k]);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rule__what_others_try_first__refused_with_the_reason),
        cmocka_unit_test(rule__what_nobody_guesses__taken),
        cmocka_unit_test(form__length__counts_characters),
        cmocka_unit_test(form__other_spellings_of_the_same_keys__are_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
