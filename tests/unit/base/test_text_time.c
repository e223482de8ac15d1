/* SPDX-License-Identifier: Apache-2.0 */
#include "base/parse.h"
#include "base/text.h"
#include "base/time.h"
#include "base/words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void words_shell__words_and_paths__quoted_once(void **state)
{
    (void)state;
    static const struct { const char *word, *quoted, *path; } cases[] = {
        {"a/b.csv", "a/b.csv", "a/b.csv"}, {"", "''", ""}, {"it's", "'it'\\''s'", "'it'\\''s'"}, {"$(id)", "'$(id)'", "'$(id)'"}, {"a b", "'a b'", "'a b'"},
        {"-rf", "'-rf'", "./'-rf'"}, {"a\nb", "'a\nb'", NULL}, {"a\\x1b", "'a\\x1b'", NULL}};
    for (size_t i = 0; i < CDR_COUNT(cases); i++) {
        cdr_buf word = CDR_BUF(100), path = CDR_BUF(100);
        cdr_words_shell(&word, cases[i].word);
        assert_string_equal(word.data ? word.data : "", cases[i].quoted);
        assert_int_equal(cdr_words_shell_path(&path, cases[i].word), cases[i].path != NULL);
        assert_string_equal(path.data ? path.data : "", cases[i].path ? cases[i].path : "");
        cdr_buf_done(&word);
        cdr_buf_done(&path);
    }
}

static void text_is_data__names_and_values__told_apart(void **state)
{
    (void)state;
    assert_false(cdr_text_is_data("address2", 8));
    assert_false(cdr_text_is_data("", 0));
    assert_true(cdr_text_is_data("ada@example.com", 15));
    assert_true(cdr_text_is_data("2026", 4));
    assert_true(cdr_text_is_data("id12345", 7));
}

static void parse_u64__bounds_and_junk__strict(void **state)
{
    (void)state;
    uint64_t v = 0;
    assert_true(cdr_parse_u64("18446744073709551615", 20, 0, UINT64_MAX, &v));
    assert_true(v == UINT64_MAX);
    assert_false(cdr_parse_u64("18446744073709551616", 20, 0, UINT64_MAX, &v));
    assert_false(cdr_parse_u64("", 0, 0, 9, &v));
    assert_false(cdr_parse_u64(" 1", 2, 0, 9, &v));
    assert_false(cdr_parse_u64("10", 2, 0, 9, &v));
}

static void parse_i64__extremes__exact(void **state)
{
    (void)state;
    int64_t v = 0;
    assert_true(cdr_parse_i64("-9223372036854775808", 20, INT64_MIN, INT64_MAX, &v));
    assert_true(v == INT64_MIN);
    assert_false(cdr_parse_i64("9223372036854775808", 19, INT64_MIN, INT64_MAX, &v));
    assert_false(cdr_parse_i64("-", 1, INT64_MIN, INT64_MAX, &v));
}

static void parse_double__only_decimal(void **state)
{
    (void)state;
    double v = 0;
    assert_true(cdr_parse_double("-1.5e3", 6, -1e9, 1e9, &v));
    assert_true(v < -1499 && v > -1501);
    assert_false(cdr_parse_double("inf", 3, -1e9, 1e9, &v));
    assert_false(cdr_parse_double("0x10", 4, -1e9, 1e9, &v));
    assert_false(cdr_parse_double("1e", 2, -1e9, 1e9, &v));
}

static void parse_size__units__powers_of_1024(void **state)
{
    (void)state;
    uint64_t v = 0;
    assert_true(cdr_parse_size("64", &v) && v == 64);
    assert_true(cdr_parse_size("10k", &v) && v == 10240);
    assert_true(cdr_parse_size("2GiB", &v) && v == UINT64_C(2147483648));
    assert_false(cdr_parse_size("2x", &v));
    assert_false(cdr_parse_size("99999999999T", &v));
}

static void base64__rfc4648_vectors__both_ways(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {{"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"}, {"foob", "Zm9vYg=="}, {"fooba", "Zm9vYmE="}, {"foobar", "Zm9vYmFy"}};
    for (size_t i = 0; i < CDR_COUNT(pairs); i++) {
        char text[16];
        uint8_t bytes[16];
        size_t n = 0;
        cdr_base64_encode((const uint8_t *)pairs[i][0], strlen(pairs[i][0]), text);
        assert_string_equal(text, pairs[i][1]);
        assert_int_equal(cdr_base64_decode(text, strlen(text), bytes, sizeof bytes, &n), CDR_OK);
        assert_int_equal(n, strlen(pairs[i][0]));
        assert_memory_equal(bytes, pairs[i][0], n);
    }
}

static void base64__sloppy_forms__refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"Zg", "Zg=", "Zh==", "Z===", "====", "Zm9=", "Zm 9v", "Zm9v\n", "Zg==Zg=="};
    for (size_t i = 0; i < CDR_COUNT(bad); i++) {
        uint8_t bytes[16];
        size_t n;
        assert_int_not_equal(cdr_base64_decode(bad[i], strlen(bad[i]), bytes, sizeof bytes, &n), CDR_OK);
    }
}

static void dates__every_day_of_800_years__round_trip(void **state)
{
    (void)state;
    int64_t days = cdr_days_from_date((cdr_date){1600, 1, 1});
    int weekday = cdr_weekday((cdr_date){1600, 1, 1});
    assert_int_equal(weekday, 6);
    for (int i = 0; i < 292194; i++, days++) {
        cdr_date d = cdr_date_from_days(days);
        assert_true(cdr_date_valid(d.year, d.month, d.day));
        assert_int_equal(cdr_days_from_date(d), days);
        assert_int_equal(cdr_weekday(d), weekday);
        weekday = weekday % 7 + 1;
    }
}

static void dates__impossible__refused(void **state)
{
    (void)state;
    cdr_date d;
    assert_false(cdr_date_parse("2027-02-29", &d));
    assert_true(cdr_date_parse("2028-02-29", &d));
    assert_false(cdr_date_parse("1900-02-29", &d));
    assert_false(cdr_date_parse("2027-2-09", &d));
    assert_false(cdr_date_parse("2027-02-09x", &d));
    assert_false(cdr_date_parse("2027", &d));
}

static void times__zones_and_fractions__microseconds_utc(void **state)
{
    (void)state;
    int64_t us = 0;
    char text[64];
    assert_true(cdr_time_parse("1970-01-01T00:00:00Z", &us) && us == 0);
    assert_true(cdr_time_parse("2027-03-14T10:12:00.25+01:00", &us));
    cdr_time_format(us, text);
    assert_string_equal(text, "2027-03-14T09:12:00Z");
    assert_int_equal(us % 1000000, 250000);
    cdr_time_format_long(us, text);
    assert_string_equal(text, "Sunday 14 March 2027, 09:12 UTC");
    assert_true(cdr_time_parse("1969-12-31T23:59:59Z", &us) && us == -1000000);
    cdr_time_format(us, text);
    assert_string_equal(text, "1969-12-31T23:59:59Z");
    static const char *const bad[] = {"2027-03-14T09:12Z", "2027-03-14T24:00:00Z", "2027-03-14T09:12:00", "2027-03-14T09:12:00.Z", "2027-03-14T09:12:00+1:00", ""};
    for (size_t i = 0; i < CDR_COUNT(bad); i++)
        assert_false(cdr_time_parse(bad[i], &us));
}

static void utf8__malformed__one_replacement_per_byte(void **state)
{
    (void)state;
    static const char *const bad[] = {"\xC0\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE2\x82", "\x80", "\xFF"};
    for (size_t i = 0; i < CDR_COUNT(bad); i++) {
        uint32_t cp;
        assert_false(cdr_utf8_valid(bad[i], strlen(bad[i])));
        assert_int_equal(cdr_utf8_decode(bad[i], strlen(bad[i]), &cp), 1);
        assert_int_equal(cp, 0xFFFD);
    }
    assert_true(cdr_utf8_valid("Grüße \xEF\xBF\xBD \xF0\x9F\x98\x80", strlen("Grüße \xEF\xBF\xBD \xF0\x9F\x98\x80")));
    assert_int_equal(cdr_utf8_count("Grüße", strlen("Grüße")), 5);
}

static void escape__terminal_tricks__made_visible(void **state)
{
    (void)state;
    cdr_buf out = CDR_BUF(1000);
    const char *evil = "a\x1b[31m\xE2\x80\xAEtxt\xFF\n";
    assert_int_equal(cdr_text_escape(&out, evil, strlen(evil)), CDR_OK);
    assert_string_equal(out.data, "a\\x1B[31m\\xE2\\x80\\xAEtxt\\xFF\\x0A");
    cdr_buf_done(&out);
    /* Marks in names: overrides, isolates and what is invisible; not what Persian and emoji are joined with. */
    static const char *const marks[] = {"\xE2\x80\xAE", "\xE2\x81\xA6", "\xE2\x80\x8B", "\xEF\xBB\xBF", "\xF3\xA0\x80\xA1"};
    for (size_t i = 0; i < CDR_COUNT(marks); i++) {
        char name[20];
        snprintf(name, sizeof name, "a%sb", marks[i]);
        assert_true(cdr_text_has_marks(name, strlen(name)));
        out = CDR_BUF(1000);
        assert_int_equal(cdr_text_plain(&out, name, strlen(name)), CDR_OK);
        assert_string_equal(out.data, "ab");
        cdr_buf_done(&out);
    }
    assert_false(cdr_text_has_marks("\xD9\x85\xE2\x80\x8C\xD9\x85 \xE2\x80\x8D", 10));
}

static void edit_distance__slips__counted(void **state)
{
    (void)state;
    assert_int_equal(cdr_edit_distance("audit", "audti", 5), 1);
    assert_int_equal(cdr_edit_distance("scan", "scan", 5), 0);
    assert_int_equal(cdr_edit_distance("kitten", "sitting", 9), 3);
    assert_int_equal(cdr_edit_distance("a", "completely", 3), 3);
}

static void width__wide_and_combining__columns(void **state)
{
    (void)state;
    assert_int_equal(cdr_text_width("abc"), 3);
    assert_int_equal(cdr_text_width("日本"), 4);
    assert_int_equal(cdr_text_width("e\xCC\x81"), 1);
}

static void cuts_between_characters(void **state)
{
    (void)state;
    char out[6], whole[] = "ab\xc3";
    cdr_text_cut(out, sizeof out, "short");
    assert_string_equal(out, "short");
    cdr_text_cut(out, sizeof out, "abcd\xc3\xa9");          /* é begins at the last byte that fits */
    assert_string_equal(out, "abcd");
    cdr_text_cut(out, sizeof out, "abc\xc3\xa9x");          /* and here it fits whole */
    assert_string_equal(out, "abc\xc3\xa9");
    cdr_text_cut(out, sizeof out, "abc\xf0\x9f\x98\x80");
    assert_string_equal(out, "abc");
    cdr_text_whole(whole);
    assert_string_equal(whole, "ab");
    whole[0] = '\0';
    cdr_text_whole(whole);
    assert_string_equal(whole, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cuts_between_characters), cmocka_unit_test(words_shell__words_and_paths__quoted_once), cmocka_unit_test(text_is_data__names_and_values__told_apart), cmocka_unit_test(parse_u64__bounds_and_junk__strict), cmocka_unit_test(parse_i64__extremes__exact), cmocka_unit_test(parse_double__only_decimal),
        cmocka_unit_test(parse_size__units__powers_of_1024), cmocka_unit_test(base64__rfc4648_vectors__both_ways), cmocka_unit_test(base64__sloppy_forms__refused),
        cmocka_unit_test(dates__every_day_of_800_years__round_trip), cmocka_unit_test(dates__impossible__refused),
        cmocka_unit_test(times__zones_and_fractions__microseconds_utc), cmocka_unit_test(utf8__malformed__one_replacement_per_byte),
        cmocka_unit_test(escape__terminal_tricks__made_visible), cmocka_unit_test(edit_distance__slips__counted),
        cmocka_unit_test(width__wide_and_combining__columns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
