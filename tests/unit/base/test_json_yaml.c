/* SPDX-License-Identifier: Apache-2.0 */
#include "base/yaml.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void expect_canonical(const char *in, const char *out)
{
    _cleanup_json_ json_t *j = NULL;
    _cleanup_buf_ cdr_buf text = CDR_BUF(65536);
    assert_int_equal(cdr_json_parse(in, strlen(in), "test", &j, NULL), CDR_OK);
    assert_int_equal(cdr_json_canonical(j, &text, NULL), CDR_OK);
    assert_string_equal(text.data, out);
}

static void canonical__rfc8785_numbers__as_ecmascript(void **state)
{
    (void)state;
    expect_canonical("[333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001]", "[333333333.3333333,1e+30,4.5,0.002,1e-27]");
    expect_canonical("[1e21, 1e20, 123456789012345680000.0, 1e-6, 1e-7, -0.0, 0.1, 5e-324, 1.7976931348623157e308]",
                     "[1e+21,100000000000000000000,123456789012345680000,0.000001,1e-7,0,0.1,5e-324,1.7976931348623157e+308]");
    expect_canonical("[9007199254740992.0, -1.25, 100.0, 123.456]", "[9007199254740992,-1.25,100,123.456]");
}

static void canonical__rfc8785_strings__escaped_least(void **state)
{
    (void)state;
    expect_canonical("{\"string\": \"\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\\"\\/\"}", "{\"string\":\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}");
    expect_canonical("\"\\u007f\\b\\t\\f\\r\"", "\"\x7f\\b\\t\\f\\r\"");
}

static void canonical__rfc8785_keys__utf16_order(void **state)
{
    (void)state;
    expect_canonical("{\"\\u20ac\":\"Euro\",\"\\r\":\"CR\",\"\\ufb33\":\"Dalet\",\"1\":\"One\",\"\\ud83d\\ude00\":\"Smile\",\"\\u0080\":\"Control\",\"\\u00f6\":\"o\"}",
                     "{\"\\r\":\"CR\",\"1\":\"One\",\"\xC2\x80\":\"Control\",\"ö\":\"o\",\"€\":\"Euro\",\"😀\":\"Smile\",\"\xEF\xAC\xB3\":\"Dalet\"}");
    expect_canonical("{\"b\":[],\"a\":{},\"aa\":null,\"\":true}", "{\"\":true,\"a\":{},\"aa\":null,\"b\":[]}");
}

/* What has a canonical form must have it again when it is read back: the ledger is verified that way. */
static void canonical__large_reals__read_back_as_themselves(void **state)
{
    (void)state;
    static const char *const texts[] = {"[1e16,1]", "[1e20,9007919254740992.0]", "[-123456789012345680000.0]", "{\"a\":4611686018427388000.0,\"b\":2}"};
    for (size_t i = 0; i < CDR_COUNT(texts); i++) {
        _cleanup_json_ json_t *first = NULL, *again = NULL;
        _cleanup_buf_ cdr_buf a = CDR_BUF(1000), b = CDR_BUF(1000);
        assert_int_equal(cdr_json_parse(texts[i], strlen(texts[i]), "test", &first, NULL), CDR_OK);
        assert_int_equal(cdr_json_canonical(first, &a, NULL), CDR_OK);
        assert_int_equal(cdr_json_parse(a.data, a.len, "test", &again, NULL), CDR_OK);
        assert_int_equal(cdr_json_canonical(again, &b, NULL), CDR_OK);
        assert_string_equal(a.data, b.data);
    }
}

static void canonical__beyond_2_53__refused(void **state)
{
    (void)state;
    _cleanup_json_ json_t *j = json_integer(INT64_C(9007199254740993));
    _cleanup_buf_ cdr_buf text = CDR_BUF(100);
    cdr_err err;
    assert_int_equal(cdr_json_canonical(j, &text, &err), CDR_E_INVAL);
    assert_string_equal(err.id, "json.number");
}

static void parse__duplicates_and_depth__refused(void **state)
{
    (void)state;
    cdr_err err;
    json_t *j;
    assert_int_equal(cdr_json_parse("{\"a\":1,\"a\":2}", 13, "x.json", &j, &err), CDR_E_INVAL);
    char deep[200];
    memset(deep, '[', 100);
    memset(deep + 100, ']', 100);
    assert_int_equal(cdr_json_parse(deep, 200, "x.json", &j, &err), CDR_E_LIMIT);
    assert_int_equal(cdr_json_parse("{\"name\": Jane Roe}", 18, "x.json", &j, &err), CDR_E_INVAL);
    assert_null(strstr(err.text, "Jane"));
    assert_non_null(strstr(err.text, "line 1"));
}

static void writer__nesting__valid_json(void **state)
{
    (void)state;
    _cleanup_buf_ cdr_buf out = CDR_BUF(1000);
    cdr_json_writer w;
    cdr_jw_begin(&w, &out);
    cdr_jw_open(&w, '{');
    cdr_jw_key(&w, "a");
    cdr_jw_open(&w, '[');
    cdr_jw_int(&w, -5);
    cdr_jw_bool(&w, true);
    cdr_jw_str(&w, NULL);
    cdr_jw_num(&w, NAN);
    cdr_jw_num(&w, 0.5);
    cdr_jw_close(&w, ']');
    cdr_jw_key(&w, "b\"");
    cdr_jw_strn(&w, "\xFFx\n", 3);
    cdr_jw_close(&w, '}');
    assert_string_equal(out.data, "{\"a\":[-5,true,null,null,0.5],\"b\\\"\":\"\xEF\xBF\xBDx\\n\"}");
}

static void yaml__core_schema__typed(void **state)
{
    (void)state;
    const char *text = "a: 12\nb: 1.5\nc: yes\nd: \"12\"\ne: 2027-01-02\nf: ~\ng: true\nzip: 02108\nlist: [x, -3]\nmany: |\n  one\n  two\n";
    _cleanup_json_ json_t *j = NULL;
    _cleanup_buf_ cdr_buf out = CDR_BUF(1000);
    assert_int_equal(cdr_yaml_parse(text, strlen(text), "t", &j, NULL), CDR_OK);
    assert_int_equal(cdr_json_canonical(j, &out, NULL), CDR_OK);
    assert_string_equal(out.data, "{\"a\":12,\"b\":1.5,\"c\":\"yes\",\"d\":\"12\",\"e\":\"2027-01-02\",\"f\":null,\"g\":true,\"list\":[\"x\",-3],\"many\":\"one\\ntwo\\n\",\"zip\":\"02108\"}");
}

static void yaml__written__reads_back_equal(void **state)
{
    (void)state;
    const char *text = "{\"s\":[\"12\",\"true\",\"~\",\"\",\"- x\",\"a: b\",\"#c\",\"two\\nlines\\n\",\" lead\",\"007\",\"1.5\"],\"n\":[1,-2.5,3.0,null,false],\"e\":{},\"l\":[]}";
    _cleanup_json_ json_t *j = NULL, *back = NULL;
    _cleanup_buf_ cdr_buf out = CDR_BUF(10000);
    assert_int_equal(cdr_json_parse(text, strlen(text), "t", &j, NULL), CDR_OK);
    assert_int_equal(cdr_yaml_write(j, &out, NULL), CDR_OK);
    assert_int_equal(cdr_yaml_parse(out.data, out.len, "t", &back, NULL), CDR_OK);
    assert_true(json_equal(j, back));
}

static void yaml__traps__refused_with_line(void **state)
{
    (void)state;
    static const char *const bad[] = {"a: 1\nb: 2\na: 3\n", "x: *nothing\n", "a: [1\n", "? [1]\n: 2\n", "a: 1\n---\nb: 2\n", "a: &x [*x]\n"};
    for (size_t i = 0; i < CDR_COUNT(bad); i++) {
        json_t *j = NULL;
        cdr_err err = {0};
        assert_int_equal(cdr_yaml_parse(bad[i], strlen(bad[i]), "f.yaml", &j, &err), CDR_E_INVAL);
        assert_non_null(strstr(err.text, "f.yaml: line "));
    }
}

static void yaml__lines__of_values_and_what_they_lie_in(void **state)
{
    (void)state;
    static const char text[] = "a: 1\nb:\n  - x: 1\n    y: [1,\n      2]\n  -\n    x: 3\nc: {d: {e: 5}}\n";
    static const struct { const char *path; size_t line; } places[] = {
        {"a", 1}, {"b", 2}, {"b[1]", 3}, {"b[1].y", 4}, {"b[1].y[2]", 5}, {"b[2].x", 7}, {"c.d.e", 8}, {"b[1].y[2].none", 5}, {"c.none", 8}, {"b[9]", 2}, {"none", 0}, {"", 0},
    };
    json_t *j, *lines;
    assert_int_equal(cdr_yaml_parse_lines(text, sizeof text - 1, "t", &j, &lines, NULL), CDR_OK);
    for (size_t i = 0; i < CDR_COUNT(places); i++)
        assert_int_equal(cdr_yaml_line(lines, places[i].path), places[i].line);
    json_decref(j);
    json_decref(lines);
    assert_int_equal(cdr_yaml_parse_lines("a: [", 4, "t", &j, &lines, NULL), CDR_E_INVAL);
    assert_null(lines);
}

static void yaml__alias_bomb__bounded(void **state)
{
    (void)state;
    const char *bomb = "a: &a [1,1,1,1,1,1,1,1,1,1]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c]\n";
    json_t *j = NULL;
    cdr_err err;
    assert_int_equal(cdr_yaml_parse(bomb, strlen(bomb), "bomb", &j, &err), CDR_E_INVAL);
    assert_string_equal(err.id, "yaml.aliases");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(canonical__rfc8785_numbers__as_ecmascript), cmocka_unit_test(canonical__rfc8785_strings__escaped_least),
        cmocka_unit_test(canonical__rfc8785_keys__utf16_order), cmocka_unit_test(canonical__beyond_2_53__refused), cmocka_unit_test(canonical__large_reals__read_back_as_themselves),
        cmocka_unit_test(parse__duplicates_and_depth__refused), cmocka_unit_test(writer__nesting__valid_json), cmocka_unit_test(yaml__core_schema__typed), cmocka_unit_test(yaml__lines__of_values_and_what_they_lie_in),
        cmocka_unit_test(yaml__written__reads_back_equal), cmocka_unit_test(yaml__traps__refused_with_line), cmocka_unit_test(yaml__alias_bomb__bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
