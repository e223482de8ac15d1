/* SPDX-License-Identifier: Apache-2.0 */
#include "core/cacao/variable.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void types__names__both_ways(void **state)
{
    (void)state;
    for (int t = CDR_VAR_BOOL; t < CDR_VAR__MAX; t++)
        assert_int_equal(cdr_variable_type_by_name(cdr_variable_type_name((cdr_variable_type)t)), t);
    assert_int_equal(cdr_variable_type_by_name("String"), CDR_VAR_UNKNOWN);
    assert_int_equal(cdr_variable_type_by_name(NULL), CDR_VAR_UNKNOWN);
}

static void names__rule_of_the_standard(void **state)
{
    (void)state;
    static const char *const good[] = {"__a__", "__device__", "___x__", "__a-b_C9__", "__a____"}, *const bad[] = {"", "__", "____", "__1__", "__a_", "_a__", "__-a__", "__a b__", "__ä__", "a", "__a__:value"};
    for (size_t i = 0; i < CDR_COUNT(good); i++)
        assert_true(cdr_variable_name_valid(good[i], strlen(good[i])));
    for (size_t i = 0; i < CDR_COUNT(bad); i++)
        assert_false(cdr_variable_name_valid(bad[i], strlen(bad[i])));
    char longest[CDR_VARIABLE_NAME_MAX + 2];
    memset(longest, 'x', sizeof longest);
    memcpy(longest, "__", 2);
    memcpy(longest + CDR_VARIABLE_NAME_MAX - 2, "__", 2);
    assert_true(cdr_variable_name_valid(longest, CDR_VARIABLE_NAME_MAX));
    memcpy(longest + CDR_VARIABLE_NAME_MAX - 2, "x__", 3);
    assert_false(cdr_variable_name_valid(longest, CDR_VARIABLE_NAME_MAX + 1));
}

static void values__each_type__its_own_rule(void **state)
{
    (void)state;
    static const struct { cdr_variable_type type; const char *value; bool good; } cases[] = {
        {CDR_VAR_BOOL, "true", true}, {CDR_VAR_BOOL, "False", false}, {CDR_VAR_BOOL, "", false}, {CDR_VAR_INTEGER, "-12", true}, {CDR_VAR_INTEGER, "1.0", false}, {CDR_VAR_INTEGER, "9007199254740991", true},
        {CDR_VAR_INTEGER, "9007199254740992", false}, {CDR_VAR_LONG, "9223372036854775807", true}, {CDR_VAR_LONG, "-9223372036854775808", true}, {CDR_VAR_LONG, "9223372036854775808", false}, {CDR_VAR_LONG, "1e3", false},
        {CDR_VAR_FLOAT, "1e3", true}, {CDR_VAR_FLOAT, ".5", true}, {CDR_VAR_FLOAT, "nan", false}, {CDR_VAR_FLOAT, "1e999", false}, {CDR_VAR_HEXSTRING, "ffD8", true}, {CDR_VAR_HEXSTRING, "ffd", false},
        {CDR_VAR_HEXSTRING, "", true}, {CDR_VAR_IPV4, "10.0.0.1", true}, {CDR_VAR_IPV4, "10.0.0.0/8", true}, {CDR_VAR_IPV4, "10.0.0.0/33", false}, {CDR_VAR_IPV4, "10.0.0.0/08", false}, {CDR_VAR_IPV4, "10.0.0", false},
        {CDR_VAR_IPV4, "010.0.0.1", false}, {CDR_VAR_IPV6, "2001:db8::/32", true}, {CDR_VAR_IPV6, "::ffff:192.0.2.1", true}, {CDR_VAR_IPV6, "10.0.0.1", false}, {CDR_VAR_IPV6, "1::2::3", false},
        {CDR_VAR_MAC, "00:11:22:aa:BB:cc", true}, {CDR_VAR_MAC, "00-11-22-aa-BB-cc", true}, {CDR_VAR_MAC, "00:11-22:aa:BB:cc", false}, {CDR_VAR_MAC, "001122aabbcc", false},
        {CDR_VAR_MD5, "d41d8cd98f00b204e9800998ecf8427e", true}, {CDR_VAR_MD5, "d41d8cd98f00b204e9800998ecf8427", false}, {CDR_VAR_SHA256, "d41d8cd98f00b204e9800998ecf8427e", false},
        {CDR_VAR_HASH, "da39a3ee5e6b4b0d3255bfef95601890afd80709", true}, {CDR_VAR_HASH, "beef", false}, {CDR_VAR_URI, "https://example.com/a?b", true}, {CDR_VAR_URI, "mailto:a@example.com", true},
        {CDR_VAR_URI, "example.com", false}, {CDR_VAR_URI, "https://example.com/a b", false}, {CDR_VAR_URI, ":x", false}, {CDR_VAR_URI, "1a:x", false}, {CDR_VAR_UUID, "ec887691-9a21-4ccf-8fae-360c13a819d1", true},
        {CDR_VAR_UUID, "ec887691-9a21-4ccf-8fae-360c13a819d", false}, {CDR_VAR_UUID, "ec887691x9a21-4ccf-8fae-360c13a819d1", false}, {CDR_VAR_DICTIONARY, "{\"a\": 1}", true}, {CDR_VAR_DICTIONARY, "[1]", false},
        {CDR_VAR_DICTIONARY, "{\"a\": 1, \"a\": 2}", false}, {CDR_VAR_STRING, "", true}, {CDR_VAR_UNKNOWN, "anything", true},
    };
    for (size_t i = 0; i < CDR_COUNT(cases); i++) {
        const char *expects = NULL;
        if (cdr_variable_value_valid(cases[i].type, cases[i].value, &expects) != cases[i].good)
            fail_msg("%s: %s", cdr_variable_type_name(cases[i].type), cases[i].value);
        assert_non_null(expects);
    }
    char *huge = cdr_alloc(CDR_VARIABLE_VALUE_MAX + 2);
    assert_non_null(huge);
    memset(huge, 'a', CDR_VARIABLE_VALUE_MAX + 1);
    assert_false(cdr_variable_value_valid(CDR_VAR_STRING, huge, NULL));
    huge[CDR_VARIABLE_VALUE_MAX] = '\0';
    assert_true(cdr_variable_value_valid(CDR_VAR_STRING, huge, NULL));
    cdr_free(huge);
}

static bool find(void *arg, const char *name, cdr_variable *ret)
{
    (void)arg;
    *ret = (cdr_variable){.name = name, .type = CDR_VAR_STRING};
    if (!strcmp(name, "__a__"))
        ret->value = "one";
    else if (!strcmp(name, "__self__"))
        ret->value = "__a__:value";
    else if (!strcmp(name, "__empty__"))
        ret->value = "";
    else
        return !strcmp(name, "__null__");
    return true;
}

static cdr_status put(const char *text, cdr_buf *out, cdr_err *err)
{
    cdr_buf_clear(out);
    return cdr_variable_interpolate(text, strlen(text), find, NULL, out, err);
}

static void interpolate__names__values(void **state)
{
    (void)state;
    static const struct { const char *text, *want; } cases[] = {
        {"", ""}, {"plain", "plain"}, {"__a__:value", "one"}, {"x__a__:valuey", "xoney"}, {"__a__:value__a__:value", "oneone"}, {"[__empty__:value]", "[]"}, {"__a__", "__a__"}, {"__a__:val", "__a__:val"},
        {"a__b: __a__:value", "a__b: one"}, {"__self__:value", "__a__:value"}, {"___a__:value", NULL}, {"__init__.py __a__:value", "__init__.py one"}, {"__", "__"}, {"__:value", "__:value"},
    };
    _cleanup_buf_ cdr_buf out = CDR_BUF(4096);
    for (size_t i = 0; i < CDR_COUNT(cases); i++) {
        cdr_err err = {0};
        cdr_status s = put(cases[i].text, &out, &err);
        if (!cases[i].want) {
            assert_int_equal(s, CDR_E_INVAL);
            continue;
        }
        assert_int_equal(s, CDR_OK);
        assert_string_equal(out.data ? out.data : "", cases[i].want);
    }
}

static void interpolate__unknown_or_null__named_and_refused(void **state)
{
    (void)state;
    _cleanup_buf_ cdr_buf out = CDR_BUF(4096);
    cdr_err err = {0};
    assert_int_equal(put("Dear __who__:value", &out, &err), CDR_E_INVAL);
    assert_non_null(strstr(err.text, "__who__"));
    assert_int_equal(put("Dear __null__:value", &out, &err), CDR_E_INVAL);
    assert_non_null(strstr(err.text, "__null__"));
    _cleanup_buf_ cdr_buf small = CDR_BUF(8);
    assert_int_equal(put("__a__:value__a__:value__a__:value", &small, &err), CDR_E_LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(types__names__both_ways), cmocka_unit_test(names__rule_of_the_standard), cmocka_unit_test(values__each_type__its_own_rule),
        cmocka_unit_test(interpolate__names__values), cmocka_unit_test(interpolate__unknown_or_null__named_and_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
