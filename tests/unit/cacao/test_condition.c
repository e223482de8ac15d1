/* SPDX-License-Identifier: Apache-2.0 */
#include "core/cacao/condition.h"

#include "base/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static const cdr_variable world[] = {
    {"__yes__", CDR_VAR_BOOL, "true", false, false},
    {"__no__", CDR_VAR_BOOL, "false", false, false},
    {"__broken_bool__", CDR_VAR_BOOL, "perhaps", false, false},
    {"__count__", CDR_VAR_INTEGER, "12", false, false},
    {"__minus__", CDR_VAR_INTEGER, "-3", false, false},
    {"__long__", CDR_VAR_LONG, "9223372036854775807", false, false},
    {"__float__", CDR_VAR_FLOAT, "7.5", false, false},
    {"__text__", CDR_VAR_STRING, "Final Report.exe", false, false},
    {"__quote__", CDR_VAR_STRING, "O'Brien \\ Sons", false, false},
    {"__umlaut__", CDR_VAR_STRING, "Müller", false, false},
    {"__two__", CDR_VAR_STRING, "Mu\xCC\x88ller", false, false},
    {"__empty__", CDR_VAR_STRING, "", false, false},
    {"__when__", CDR_VAR_STRING, "2027-03-14T09:12:00Z", false, false},
    {"__day__", CDR_VAR_STRING, "2027-03-14", false, false},
    {"__v4__", CDR_VAR_IPV4, "10.20.30.40", false, false},
    {"__net4__", CDR_VAR_IPV4, "10.20.0.0/16", false, false},
    {"__v6__", CDR_VAR_IPV6, "2001:DB8:0:0::1", false, false},
    {"__mac__", CDR_VAR_MAC, "BC-24-11-00-00-01", false, false},
    {"__hex__", CDR_VAR_HEXSTRING, "FFd8", false, false},
    {"__sha__", CDR_VAR_SHA256, "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855", false, false},
    {"__uuid__", CDR_VAR_UUID, "ec887691-9a21-4ccf-8fae-360c13a819d1", false, false},
    {"__uri__", CDR_VAR_URI, "https://example.com/a", false, false},
    {"__dict__", CDR_VAR_DICTIONARY, "{}", false, false},
    {"__null__", CDR_VAR_STRING, NULL, false, false},
    {"__null_number__", CDR_VAR_INTEGER, NULL, false, false},
    {"__a-b__", CDR_VAR_STRING, "hyphen", false, false},
    {"__open__", CDR_VAR_UNKNOWN, "anything", false, false},
};

static bool find(void *arg, const char *name, cdr_variable *ret)
{
    (void)arg;
    for (size_t i = 0; i < CDR_COUNT(world); i++)
        if (!strcmp(world[i].name, name)) {
            *ret = world[i];
            return true;
        }
    return false;
}

/* 0 false, 1 true, -1 it cannot be read, -2 it cannot be evaluated. */
static int judge(const char *text, cdr_condition_mode mode, cdr_variable_find *by, void *arg, cdr_err *err)
{
    _cleanup_(cdr_condition_freep) cdr_condition *c = NULL;
    bool result = false;
    if (cdr_condition_parse(text, strlen(text), mode, &c, err) != CDR_OK)
        return -1;
    return cdr_condition_eval(c, by, arg, &result, err) == CDR_OK ? result : -2;
}

typedef struct expectation { const char *text; int want; } expectation;

static void judge_all(const expectation *cases, size_t count, cdr_condition_mode mode)
{
    for (size_t i = 0; i < count; i++) {
        cdr_err err = {0};
        int got = judge(cases[i].text, mode, find, NULL, &err);
        if (got != cases[i].want)
            fail_msg("%s: %d, not %d (%s)", cases[i].text, got, cases[i].want, err.text);
        if (got < 0)
            assert_true(err.text[0] != '\0');
    }
}

static void strict__each_type__compared_by_it(void **state)
{
    (void)state;
    static const expectation cases[] = {
        {"__yes__:value = true", 1}, {"__no__:value == true", 0}, {"__yes__:value != false", 1}, {"__yes__:value <> true", 0}, {"__yes__:value = 'true'", 1}, {"__yes__:value > 'a'", -2}, {"__yes__:value = 1", -2},
        {"__broken_bool__:value = true", -2}, {"__count__:value = 12", 1}, {"__count__:value = +12", 1}, {"__count__:value > 9", 1}, {"__count__:value < 100", 1}, {"__count__:value = 12.0", 1}, {"__count__:value < 12.5", 1},
        {"__count__:value > 11.5", 1}, {"__count__:value = '12'", 1}, {"__count__:value = 'twelve'", -2}, {"__count__:value = h'0c'", -2}, {"__count__:value = true", -2}, {"__minus__:value < 0", 1},
        {"__minus__:value = -3", 1}, {"__minus__:value > -3.5", 1}, {"__minus__:value < -2.5", 1}, {"__long__:value = 9223372036854775807", 1}, {"__long__:value < 9223372036854775808", 1},
        {"__long__:value = 9223372036854775808", 0}, {"__long__:value > 9223372036854775806", 1}, {"__long__:value > -9223372036854775809", 1}, {"__long__:value = 9223372036854775807.0", 0},
        {"__float__:value = 7.5", 1}, {"__float__:value >= 7", 1}, {"__float__:value = 7.500000000000000000001", 1}, {"__float__:value < .5", 0}, {"__float__:value = t'2027-03-14T09:12:00Z'", -2},
        {"__text__:value = 'Final Report.exe'", 1}, {"__text__:value = 'final report.exe'", 0}, {"__text__:value > 'A'", 1}, {"__text__:value = 5", -2}, {"__text__:value = true", -2}, {"__quote__:value = 'O\\'Brien \\\\ Sons'", 1},
        {"__umlaut__:value = 'Müller'", 1}, {"__umlaut__:value = 'Mu\xCC\x88ller'", 1}, {"__two__:value = 'Müller'", 1}, {"__two__:value LIKE 'M_ller'", 1}, {"__two__:value MATCHES '^M.ller$'", 1}, {"__two__:value IN ('a', 'Müller')", 1}, {"__empty__:value = ''", 1}, {"__a-b__:value = 'hyphen'", 1}, {"__open__:value = 'anything'", 1}, {"__uri__:value = 'https://example.com/a'", 1}, {"__uri__:value > 'a'", -2},
        {"__uuid__:value = 'EC887691-9A21-4CCF-8FAE-360C13A819D1'", 1}, {"__uuid__:value < 'f'", -2}, {"__sha__:value = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'", 1},
        {"__sha__:value = h'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'", 1}, {"__hex__:value = h'ffd8'", 1}, {"__hex__:value = 'ffd8'", 1}, {"__hex__:value = b'/9g='", 1}, {"__hex__:value = 'zz'", -2},
        {"__text__:value = h'46696e616c205265706f72742e657865'", 1}, {"__mac__:value = 'bc:24:11:00:00:01'", 1}, {"__mac__:value < 'BC:24:11:00:00:02'", 1}, {"__mac__:value = 'no'", -2}, {"__dict__:value = '{}'", 1},
        {"__dict__:value > '{}'", -2}, {"__dict__:value LIKE '%'", -2},
    };
    judge_all(cases, CDR_COUNT(cases), CDR_CONDITION_STRICT);
}

static void strict__addresses__are_networks(void **state)
{
    (void)state;
    static const expectation cases[] = {
        {"__v4__:value = '10.20.30.40'", 1}, {"__v4__:value = '10.20.30.40/32'", 1}, {"__v4__:value = '10.20.30.0/24'", 0}, {"__v4__:value ISSUBSET '10.0.0.0/8'", 1}, {"__v4__:value ISSUBSET '10.20.30.40/30'", 1},
        {"__v4__:value ISSUBSET '10.20.30.44/30'", 0}, {"__v4__:value NOT ISSUBSET '11.0.0.0/8'", 1}, {"__v4__:value ISSUBSET '0.0.0.0/0'", 1}, {"__net4__:value ISSUPERSET '10.20.30.40'", 1}, {"__net4__:value ISSUBSET '10.20.30.0/24'", 0},
        {"__net4__:value ISSUPERSET '10.0.0.0/8'", 0}, {"__v4__:value ISSUBSET '2001:db8::/32'", -2}, {"__v6__:value ISSUBSET '2001:db8::/32'", 1}, {"__v6__:value ISSUBSET '2001:db9::/32'", 0},
        {"__v6__:value = '2001:db8::1'", 1}, {"__v6__:value IN ('2001:db8::2', '2001:db8::1')", 1}, {"__v4__:value IN ('10.0.0.0/8')", 0}, {"__v4__:value ISSUBSET 'ten'", -1}, {"__v4__:value ISSUBSET '10.0.0.0/33'", -1},
        {"__count__:value ISSUBSET '10.0.0.0/8'", -2}, {"__text__:value ISSUBSET '10.0.0.0/8'", 0}, {"__v4__:value < '10.20.30.41'", 1}, {"__v4__:value < '9.0.0.0'", 0},
    };
    judge_all(cases, CDR_COUNT(cases), CDR_CONDITION_STRICT);
}

static void strict__texts__sets_patterns_times(void **state)
{
    (void)state;
    static const expectation cases[] = {
        {"__text__:value LIKE 'Final%'", 1}, {"__text__:value LIKE '%.exe'", 1}, {"__text__:value LIKE 'Final_Report%exe'", 1}, {"__text__:value LIKE 'Final'", 0}, {"__text__:value LIKE '%%%'", 1}, {"__text__:value LIKE ''", 0},
        {"__empty__:value LIKE '%'", 1}, {"__empty__:value LIKE '_'", 0}, {"__umlaut__:value LIKE 'M_ller'", 1}, {"__text__:value NOT LIKE '%pdf'", 1}, {"__text__:value MATCHES '^Final .+\\\\.exe$'", 1},
        {"__text__:value MATCHES 'Report'", 1}, {"__text__:value MATCHES '^report'", 0}, {"__umlaut__:value MATCHES '^M.ller$'", 1}, {"__text__:value MATCHES '('", -1}, {"__text__:value MATCHES '\\\\C'", -1},
        {"__count__:value MATCHES '1'", -2}, {"__text__:value IN ('a', 'Final Report.exe')", 1}, {"__text__:value IN ()", 0}, {"__text__:value NOT IN ('a','b')", 1}, {"__count__:value IN (1, 2, 12)", 1},
        {"__count__:value IN (1,)", -1}, {"__count__:value IN 12", -1}, {"__count__:value IN (1 2)", -1}, {"__when__:value = t'2027-03-14T09:12:00.000Z'", 1}, {"__when__:value < t'2027-03-14T09:12:00.001Z'", 1},
        {"__when__:value >= t'2027-03-15T00:00:00Z'", 0}, {"__day__:value < t'2027-03-15T00:00:00Z'", 0}, {"__day__:value = t'2027-03-14T00:00:00Z'", 0}, {"__text__:value = t'2027-03-15T00:00:00Z'", 0}, {"__text__:value != t'2027-03-15T00:00:00Z'", 1}, {"__text__:value < t'2027-03-15T00:00:00Z'", 0},
        {"__text__:value NOT < t'2027-03-15T00:00:00Z'", 0}, {"__when__:value = t'2027-02-30T09:12:00Z'", -1}, {"__when__:value = t'2027-03-14T09:12:00'", -1}, {"__when__:value = t'2027-03-14T09:12:00.Z'", -1},
        {"__hex__:value = h'ff8'", -1}, {"__hex__:value = h'xx'", -1}, {"__hex__:value = b'a'", -1}, {"__hex__:value = b'===='", -1},
    };
    judge_all(cases, CDR_COUNT(cases), CDR_CONDITION_STRICT);
}

static void strict__null__unlike_everything(void **state)
{
    (void)state;
    static const expectation cases[] = {
        {"__null__:value = ''", 0}, {"__null__:value != ''", 1}, {"__null__:value NOT = 'a'", 1}, {"__null__:value NOT != 'a'", 0}, {"__null__:value < 'z'", 0}, {"__null__:value >= ''", 0}, {"__null__:value NOT >= ''", 0},
        {"__null_number__:value < 5", 0}, {"__null_number__:value = 5", 0}, {"__null__:value IN ('a')", 0}, {"__null__:value NOT IN ('a')", 1}, {"__null__:value LIKE '%'", 0}, {"__null__:value MATCHES '.*'", 0},
        {"EXISTS __null__:value", 0}, {"NOT EXISTS __null__:value", 1}, {"EXISTS __empty__:value", 1}, {"EXISTS __text__:value AND __text__:value != ''", 1}, {"EXISTS __nobody__:value", -2}, {"__nobody__:value = 1", -2},
        {"__yes__:value = true OR __nobody__:value = 1", -2},
    };
    judge_all(cases, CDR_COUNT(cases), CDR_CONDITION_STRICT);
}

static void strict__grammar__kept(void **state)
{
    (void)state;
    static const expectation cases[] = {
        {"__yes__:value = true OR __no__:value = true AND __no__:value = true", 1}, {"(__yes__:value = true OR __no__:value = true) AND __no__:value = true", 0}, {"__no__:value=true OR __no__:value=true OR __yes__:value=true", 1},
        {"((((__yes__:value = true))))", 1}, {" /* why */ __yes__:value = true // so\n", 1}, {"__yes__ : value = true", 1}, {"__yes__:value\xC2\xA0=\xE2\x80\x83true", 1}, {"__yes__:value = true AND", -1}, {"", -1}, {"()", -1},
        {"__yes__:value = true __no__:value = true", -1}, {"__yes__:value", -1}, {"__yes__ = true", -1}, {"__yes__:name = true", -1}, {"__text__:value = yes", -1}, {"__text__:value = \"yes\"", -1}, {"yes = 'a'", -1}, {"__text__:value.x = 'a'", -1},
        {"__text__:value[0] = 'a'", -1}, {"[__text__:value = 'a']", -1}, {"__text__:value = 'a' FOLLOWEDBY __text__:value = 'b'", -1}, {"__text__:value = 'a' WITHIN 5 SECONDS", -1}, {"__yes__:value = true and __no__:value = true", -1},
        {"NOT __yes__:value = true", -1}, {"__yes__:value NOT = true", 0}, {"NOT (__yes__:value = true)", -1}, {"__yes__:value < true", -1}, {"__text__:value = 'a", -1}, {"__text__:value = 'a\\n'", -1}, {"__count__:value = 012", -1},
        {"__count__:value = 1.", -1}, {"__count__:value =? 1", -1}, {"__count__:value = --1", -1}, {"/* __yes__:value = true", -1}, {"__text__:value = __text__:value", -1}, {"file:name = 'a'", -1}, {"__yes__:value = TRUE", -1},
        {"__text__:value LIKE 5", -1}, {"EXISTS", -1}, {"EXISTS __yes__", -1}, {"__yes__:value = true)", -1}, {"(__yes__:value = true", -1}, {"\xff", -1},
    };
    judge_all(cases, CDR_COUNT(cases), CDR_CONDITION_STRICT);
}

static void strict__errors__name_the_column(void **state)
{
    (void)state;
    static const struct { const char *text, *says; } cases[] = {
        {"__text__:value = yes", "column 18: "}, {"__text__:value = 'ä' foo", "column 22: "}, {"[__a__:value = 1]", "square brackets"}, {"__a__:value = 1 WITHIN 5 SECONDS", "no meaning"}, {"__a__:value = 1 and __b__:value = 1", "capitals"},
        {"__a__ = 1", ":value is missing"}, {"__a__:value", "comparison"}, {"__a__:value = ", "ends where a value is expected"},
    };
    for (size_t i = 0; i < CDR_COUNT(cases); i++) {
        cdr_err err = {0};
        assert_int_equal(judge(cases[i].text, CDR_CONDITION_STRICT, find, NULL, &err), -1);
        if (!strstr(err.text, cases[i].says))
            fail_msg("%s: %s", cases[i].text, err.text);
    }
}

static void lenient__as_people_write__warned(void **state)
{
    (void)state;
    static const expectation cases[] = {
        {"__text__:value = yes", 0}, {"__open__:value = anything", 1}, {"__open__:value = \"anything\"", 1}, {"__yes__:value", 1}, {"__no__:value", 0}, {"__yes__:value AND __no__:value", 0}, {"(__yes__:value) OR __no__:value", 1},
        {"__text__:value", -2}, {"__yes__ = true", 1}, {"__yes__", 1}, {"__v4__:value IN 10.0.0.0/8", 1}, {"__v4__:value ISSUBSET 10.0.0.0/8", 1}, {"__text__:value = 5", 0}, {"__uri__:value = https://example.com/a", 1},
        {"__uri__:value = https://example.com/a AND __yes__:value = true", 1}, {"__open__:value IN (nothing, anything)", 1}, {"__count__:value = 12", 1}, {"__count__:value >= a", -2}, {"__open__:value = AND", -1},
        {"__open__:value = __text__:value", -1}, {"__open__:value = ", -1}, {"__open__:value = a b", -1}, {"a = b", -1}, {"[__yes__:value = true]", -1}, {"__open__:value = 'anything'", 1}, {"__open__:value = \"anything", -1},
    };
    judge_all(cases, CDR_COUNT(cases), CDR_CONDITION_LENIENT);
    static const struct { const char *text; size_t warnings; } warned[] = {{"__a__:value = yes", 1}, {"__a__:value = 'yes'", 0}, {"__a__:value = 5", 0}, {"__a__:value", 1}, {"__a__", 2}, {"__a__:value = true", 0}, {"__a__:value IN 10.0.0.0/8", 2}};
    for (size_t i = 0; i < CDR_COUNT(warned); i++) {
        cdr_condition *c = NULL;
        assert_int_equal(cdr_condition_parse(warned[i].text, strlen(warned[i].text), CDR_CONDITION_LENIENT, &c, NULL), CDR_OK);
        assert_int_equal(cdr_condition_warning_count(c), warned[i].warnings);
        for (size_t w = 0; w < warned[i].warnings; w++)
            assert_non_null(cdr_condition_warning(c, w));
        assert_null(cdr_condition_warning(c, warned[i].warnings));
        cdr_condition_free(c);
    }
}

static void variables__each_once(void **state)
{
    (void)state;
    static const char text[] = "__a__:value = 1 AND (__b__:value = 2 OR __a__:value = 3) AND NOT EXISTS __c__:value";
    cdr_condition *c = NULL;
    assert_int_equal(cdr_condition_parse(text, strlen(text), CDR_CONDITION_STRICT, &c, NULL), CDR_OK);
    assert_int_equal(cdr_condition_variable_count(c), 3);
    assert_string_equal(cdr_condition_variable(c, 0), "__a__");
    assert_string_equal(cdr_condition_variable(c, 1), "__b__");
    assert_string_equal(cdr_condition_variable(c, 2), "__c__");
    assert_null(cdr_condition_variable(c, 3));
    cdr_condition_free(c);
}

static int parse_repeated(const char *before, const char *middle, const char *after, size_t times)
{
    _cleanup_buf_ cdr_buf b = CDR_BUF(100000);
    for (size_t i = 0; i < times; i++)
        cdr_buf_adds(&b, before);
    cdr_buf_adds(&b, middle);
    for (size_t i = 0; i < times; i++)
        cdr_buf_adds(&b, after);
    cdr_err err = {0};
    return judge(b.data, CDR_CONDITION_STRICT, find, NULL, &err);
}

static void limits__depth_count_size_cost__kept(void **state)
{
    (void)state;
    assert_int_equal(parse_repeated("(", "__yes__:value = true", ")", CDR_CONDITION_DEPTH_MAX), 1);
    assert_int_equal(parse_repeated("(", "__yes__:value = true", ")", CDR_CONDITION_DEPTH_MAX + 1), -1);
    assert_int_equal(parse_repeated("(", "", "", 8000), -1);
    assert_int_equal(parse_repeated("", "__yes__:value=true", " AND __yes__:value=true", CDR_CONDITION_TESTS_MAX - 1), 1);
    assert_int_equal(parse_repeated("", "__yes__:value=true", " AND __yes__:value=true", CDR_CONDITION_TESTS_MAX), -1);
    assert_int_equal(parse_repeated(" ", "__yes__:value=true", " ", 4000), 1);
    assert_int_equal(parse_repeated(" ", "__yes__:value=true", " ", 8000), -1);
    cdr_err err = {0};
    clock_t before = clock();
    assert_int_equal(judge("__text__:value MATCHES '^(([a-zA-Z .]+)+)+$|x'", CDR_CONDITION_STRICT, find, NULL, &err), 1);
    assert_int_equal(judge("__sha__:value MATCHES '^(?:[A-F0-9]+)+[^A-F0-9]'", CDR_CONDITION_STRICT, find, NULL, &err), -2);
    assert_true(clock() - before < CLOCKS_PER_SEC);
}

/* --- cases of others --- */

static json_t *load(const char *name)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/data/cacao/expressions/%s", CANDOR_SHARED_DIR, name);
    json_t *json = json_load_file(path, 0, NULL);
    if (!json)
        print_message("skipped: %s is not here\n", path);
    return json;
}

static void pattern__stix_cases__as_published(void **state)
{
    (void)state;
    _cleanup_json_ json_t *cases = load("stix21-pattern-cases.json");
    if (!cases)
        skip();
    size_t i;
    json_t *one;
    json_array_foreach(json_object_get(cases, "pass"), i, one) {
        cdr_err err = {0};
        cdr_condition *c = NULL;
        if (cdr_condition_parse(json_string_value(one), json_string_length(one), CDR_CONDITION_PATTERN, &c, &err) != CDR_OK)
            fail_msg("refused: %s: %s", json_string_value(one), err.text);
        cdr_condition_free(c);
    }
    assert_int_equal(i, 60);
    json_array_foreach(json_object_get(cases, "fail"), i, one) {
        const json_t *text = json_array_get(one, 0);
        cdr_condition *c = NULL;
        if (cdr_condition_parse(json_string_value(text), json_string_length(text), CDR_CONDITION_PATTERN, &c, NULL) == CDR_OK)
            fail_msg("taken: %s", json_string_value(text));
    }
    assert_int_equal(i, 27);
}

/* SOARCA's names of types. */
static const struct { const char *name; cdr_variable_type type; } soarca_types[] = {
    {"String", CDR_VAR_STRING}, {"Long", CDR_VAR_LONG}, {"Float", CDR_VAR_FLOAT}, {"Ipv4Address", CDR_VAR_IPV4}, {"Ipv6Address", CDR_VAR_IPV6}, {"MacAddress", CDR_VAR_MAC}, {"Uri", CDR_VAR_URI}, {"Uuid", CDR_VAR_UUID},
};

/* Cases that are answered otherwise, with the reason. */
static const struct { const char *expr, *type; int ours; const char *why; } differs[] = {
    {"__md5__:value = ", NULL, -2, "the case's variables are not in the file: what is not declared is an error"},
    {"__sha", NULL, -2, "the same"},
};

static bool find_in(void *arg, const char *name, cdr_variable *ret)
{
    const json_t *v = json_object_get(arg, name);
    if (!v)
        return false;
    *ret = (cdr_variable){.name = name, .value = json_string_value(json_object_get(v, "value"))};
    for (size_t i = 0; i < CDR_COUNT(soarca_types); i++)
        if (!strcmp(soarca_types[i].name, json_string_value(json_object_get(v, "type"))))
            ret->type = soarca_types[i].type;
    return true;
}

static void lenient__soarca_cases__as_there_or_differ_with_a_reason(void **state)
{
    (void)state;
    _cleanup_json_ json_t *all = load("soarca-comparison-cases.json");
    if (!all)
        skip();
    size_t i, by_design = 0;
    json_t *one;
    json_array_foreach(json_object_get(all, "cases"), i, one) {
        const char *expr = json_string_value(json_object_get(one, "expr"));
        cdr_err err = {0};
        int got = judge(expr, CDR_CONDITION_LENIENT, find_in, json_object_get(one, "vars"), &err);
        bool fails = json_is_string(json_object_get(one, "error")), told = false;
        for (size_t d = 0; d < CDR_COUNT(differs) && !told; d++)
            told = !strncmp(expr, differs[d].expr, strlen(differs[d].expr)) && got == differs[d].ours;
        by_design += told;
        if (!told && (fails ? got >= 0 : got != json_is_true(json_object_get(one, "result"))))
            fail_msg("%s: %d (%s)", expr, got, err.text);
    }
    assert_int_equal(i, 57);
    assert_int_equal(by_design, 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strict__each_type__compared_by_it), cmocka_unit_test(strict__addresses__are_networks), cmocka_unit_test(strict__texts__sets_patterns_times), cmocka_unit_test(strict__null__unlike_everything),
        cmocka_unit_test(strict__grammar__kept), cmocka_unit_test(strict__errors__name_the_column), cmocka_unit_test(lenient__as_people_write__warned), cmocka_unit_test(variables__each_once),
        cmocka_unit_test(limits__depth_count_size_cost__kept), cmocka_unit_test(pattern__stix_cases__as_published), cmocka_unit_test(lenient__soarca_cases__as_there_or_differ_with_a_reason),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
