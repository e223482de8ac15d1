/* SPDX-License-Identifier: Apache-2.0 */
#include "base/calendar.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static int64_t day(const char *text)
{
    cdr_date d;
    assert_true(cdr_date_parse(text, &d));
    return cdr_days_from_date(d);
}

static int64_t at(const char *text)
{
    int64_t us;
    assert_true(cdr_time_parse(text, &us));
    return us;
}

static void holidays__known_lists__days_off(void **state)
{
    (void)state;
    static const struct { const char *calendar, *off; } cases[] = {
        {"US", "2026-01-01"}, {"US", "2026-01-19"}, {"US", "2026-02-16"}, {"US", "2026-05-25"}, {"US", "2026-06-19"}, {"US", "2026-07-03"}, {"US", "2026-09-07"}, {"US", "2026-10-12"}, {"US", "2026-11-11"},
        {"US", "2026-11-26"}, {"US", "2026-12-25"}, {"US", "2021-12-31"}, {"US", "2027-07-05"}, {"US", "2022-06-20"}, {"GB", "2026-04-03"}, {"GB", "2026-04-06"}, {"GB", "2026-05-04"}, {"GB", "2026-05-25"},
        {"GB", "2026-08-31"}, {"GB", "2026-12-25"}, {"GB", "2026-12-28"}, {"GB", "2027-12-27"}, {"GB", "2027-12-28"}, {"GB", "2022-12-26"}, {"GB", "2022-12-27"}, {"GB", "2022-01-03"}, {"GB", "2023-01-02"},
        {"GB", "2022-06-02"}, {"GB", "2022-06-03"}, {"GB", "2022-09-19"}, {"GB", "2023-05-08"}, {"GB", "2020-05-08"}, {"DE", "2026-04-03"}, {"DE", "2026-04-06"}, {"DE", "2026-05-01"}, {"DE", "2026-05-14"},
        {"DE", "2026-05-25"}, {"DE", "2025-10-03"}, {"DE", "2026-12-25"}, {"FR", "2026-05-08"}, {"FR", "2026-07-14"}, {"FR", "2026-11-11"}, {"EU", "2025-05-09"}, {"EU", "2026-05-14"}, {"CA", "2026-05-18"},
        {"CA", "2026-07-01"}, {"CA", "2029-07-02"}, {"CA", "2026-09-30"}, {"CA", "2026-10-12"}, {"AU", "2026-01-26"}, {"AU", "2025-01-27"}, {"AU", "2026-12-28"}, {"AU", "2022-12-27"}, {"IE", "2026-02-02"},
        {"IE", "2030-02-01"}, {"IE", "2026-03-17"}, {"IE", "2026-10-26"}, {"NL", "2026-04-27"}, {"NL", "2026-05-05"}, {"NL", "2026-04-03"}, {"AT", "2026-01-06"}, {"AT", "2026-06-04"}, {"AT", "2026-10-26"},
        {"AT", "2026-12-08"}, {"CH", "2025-08-01"}, {"CH", "2026-05-14"},
    };
    for (size_t i = 0; i < CDR_COUNT(cases); i++) {
        assert_false(cdr_business_day(cases[i].calendar, day(cases[i].off)));
        assert_true(cdr_business_day(NULL, day(cases[i].off)));      /* no weekend: it is the holiday */
    }
}

static void holidays__other_days__worked(void **state)
{
    (void)state;
    static const struct { const char *calendar, *on; } cases[] = {
        {"US", "2026-07-02"}, {"US", "2020-06-19"}, {"US", "2026-04-03"}, {"US", "2026-12-24"}, {"GB", "2022-05-30"}, {"GB", "2020-05-04"}, {"GB", "2026-12-29"}, {"DE", "2026-06-04"}, {"DE", "2026-10-30"},
        {"DE", "2025-11-03"}, {"FR", "2026-04-03"}, {"EU", "2026-01-02"}, {"CA", "2026-04-06"}, {"CA", "2026-05-25"}, {"CA", "2023-07-03"}, {"AU", "2026-06-08"}, {"IE", "2026-04-03"}, {"IE", "2030-02-04"},
        {"IE", "2022-02-07"}, {"NL", "2026-05-01"}, {"AT", "2026-04-03"}, {"CH", "2026-12-28"}, {"CH", "2026-04-03"},
    };
    for (size_t i = 0; i < CDR_COUNT(cases); i++)
        assert_true(cdr_business_day(cases[i].calendar, day(cases[i].on)));
}

/* Good Friday and Easter Monday of England show where Easter is; 1954 and 1981 are the years in which the cycle has its exceptions. */
static void easter__published_dates__kept(void **state)
{
    (void)state;
    static const char *const sundays[] = {"1954-04-18", "1961-04-02", "1981-04-19", "2000-04-23", "2019-04-21", "2020-04-12", "2021-04-04", "2022-04-17", "2023-04-09", "2024-03-31", "2025-04-20", "2026-04-05",
                                          "2027-03-28", "2028-04-16", "2029-04-01", "2030-04-21", "2038-04-25", "2049-04-18", "2076-04-19", "2285-03-22"};
    for (size_t i = 0; i < CDR_COUNT(sundays); i++) {
        assert_false(cdr_business_day("GB", day(sundays[i]) - 2));
        assert_false(cdr_business_day("GB", day(sundays[i]) + 1));
        assert_true(cdr_business_day("GB", day(sundays[i]) - 3));
        assert_true(cdr_business_day("GB", day(sundays[i]) + 2));
    }
}

static void calendars__names__known_or_weekends_only(void **state)
{
    (void)state;
    static const char *const known[] = {"US", "GB", "DE", "FR", "EU", "CA", "AU", "IE", "NL", "AT", "CH"};
    for (size_t i = 0; i < CDR_COUNT(known); i++)
        assert_true(cdr_calendar_known(known[i]));
    static const char *const unknown[] = {"", "XX", "us", "USA", "U", "DE-BY"};
    for (size_t i = 0; i < CDR_COUNT(unknown); i++) {
        assert_false(cdr_calendar_known(unknown[i]));
        assert_true(cdr_business_day(unknown[i], day("2026-12-25")));
        assert_false(cdr_business_day(unknown[i], day("2026-12-26")));
    }
    assert_false(cdr_calendar_known(NULL));
}

static void business_days__weekends_and_holidays__stepped_over(void **state)
{
    (void)state;
    assert_int_equal(cdr_add_business_days(NULL, day("2026-12-23"), 3), day("2026-12-28"));
    assert_int_equal(cdr_add_business_days("GB", day("2026-12-23"), 3), day("2026-12-30"));
    assert_int_equal(cdr_add_business_days("DE", day("2026-12-23"), 3), day("2026-12-29"));
    assert_int_equal(cdr_add_business_days("DE", day("2026-04-02"), 1), day("2026-04-07"));
    assert_int_equal(cdr_add_business_days("DE", day("2026-04-07"), -1), day("2026-04-02"));
    assert_int_equal(cdr_add_business_days("US", day("2026-03-02"), 0), day("2026-03-02"));
    assert_int_equal(cdr_add_business_days(NULL, day("1969-12-31"), 1), day("1970-01-01"));
    assert_int_equal(cdr_add_business_days(NULL, day("1969-12-26"), 1), day("1969-12-29"));
}

static void months__ends__clamped(void **state)
{
    (void)state;
    assert_int_equal(cdr_add_months(day("2027-01-31"), 1), day("2027-02-28"));
    assert_int_equal(cdr_add_months(day("2027-03-31"), -1), day("2027-02-28"));
    assert_int_equal(cdr_add_months(day("2027-01-15"), -1), day("2026-12-15"));
    assert_int_equal(cdr_add_months(day("2028-02-29"), 12), day("2029-02-28"));
    assert_int_equal(cdr_add_months(day("9999-12-31"), 1200), day("9999-12-31"));
    assert_int_equal(cdr_add_months(day("2027-01-31"), -1200 * 100), day("0000-01-31"));
}

static void durations__iso_texts__read(void **state)
{
    (void)state;
    static const struct { const char *text; cdr_duration d; const char *again, *words; } cases[] = {
        {"PT72H", {0, 0, 0, 259200}, "PT72H", "72 hours"}, {"P30D", {0, 30, 0, 0}, "P30D", "30 days"}, {"P5B", {0, 0, 5, 0}, "P5B", "5 business days"}, {"P1B", {0, 0, 1, 0}, "P1B", "1 business day"},
        {"P1M", {1, 0, 0, 0}, "P1M", "1 month"}, {"PT1M", {0, 0, 0, 60}, "PT1M", "1 minute"}, {"P2W", {0, 14, 0, 0}, "P14D", "14 days"}, {"P3M", {3, 0, 0, 0}, "P3M", "3 months"},
        {"P1Y2M3DT4H5M6S", {14, 3, 0, 14706}, "P1Y2M3DT4H5M6S", "P1Y2M3DT4H5M6S"}, {"PT0S", {0}, "PT0S", "at once"}, {"P0D", {0}, "PT0S", "at once"}, {"PT90M", {0, 0, 0, 5400}, "PT1H30M", "1 hour 30 minutes"},
        {"P100Y", {1200, 0, 0, 0}, "P100Y", "100 years"}, {"P1DT12H", {0, 1, 0, 43200}, "P1DT12H", "1 day 12 hours"}, {"PT259200S", {0, 0, 0, 259200}, "PT72H", "72 hours"}, {"P36525D", {0, 36525, 0, 0}, "P36525D", "36525 days"},
    };
    for (size_t i = 0; i < CDR_COUNT(cases); i++) {
        cdr_duration d = {9, 9, 9, 9};
        char text[CDR_DURATION_TEXT];
        assert_true(cdr_duration_parse(cases[i].text, &d));
        assert_int_equal(d.months, cases[i].d.months);
        assert_int_equal(d.days, cases[i].d.days);
        assert_int_equal(d.business_days, cases[i].d.business_days);
        assert_int_equal(d.seconds, cases[i].d.seconds);
        cdr_duration_format(&d, text);
        assert_string_equal(text, cases[i].again);
        cdr_duration_words(&d, text);
        assert_string_equal(text, cases[i].words);
    }
}

static void durations__other_texts__refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"", "P", "PT", "72H", "P1", "PT1", "P1H", "PT1D", "PT1B", "P1DT", "P-1D", "P+1D", "-P1D", "P1D ", " P1D", "p1d", "P1.5D", "PT1,5H", "P1D1D", "P1D2M", "PT1S1M", "PTT1S", "P1DT1HT1S", "P101Y",
                                      "P1201M", "P36526D", "PT876601H", "P99999999999999999999D", "PT99999999999999999999S", "P1Y36525D", "PB", "P5X", "P١D"};
    cdr_duration d;
    for (size_t i = 0; i < CDR_COUNT(bad); i++)
        if (cdr_duration_parse(bad[i], &d))
            fail_msg("taken: %s", bad[i]);
}

static int64_t due(const char *from, const char *duration, const char *calendar)
{
    cdr_duration d;
    assert_true(cdr_duration_parse(duration, &d));
    return cdr_due(at(from), &d, calendar);
}

static void due__dates_move__time_of_day_stays(void **state)
{
    (void)state;
    assert_int_equal(due("2027-01-31T09:12:00Z", "P1M", NULL), at("2027-02-28T09:12:00Z"));
    assert_int_equal(due("2027-01-29T16:00:00Z", "PT72H", NULL), at("2027-02-01T16:00:00Z"));
    assert_int_equal(due("2026-12-24T16:00:00Z", "P2B", "GB"), at("2026-12-30T16:00:00Z"));
    assert_int_equal(due("2026-12-24T16:00:00Z", "P2B", "nowhere"), at("2026-12-28T16:00:00Z"));
    assert_int_equal(due("1969-12-31T23:59:59Z", "P1DT1S", NULL), at("1970-01-02T00:00:00Z") - 0);
    cdr_duration four = {.seconds = 4 * 3600}, century = {.months = 1200};
    assert_int_equal(cdr_before(at("2027-03-14T02:00:00Z"), &four), at("2027-03-13T22:00:00Z"));
    assert_int_equal(cdr_due(INT64_MAX - 5, &four, NULL), INT64_MAX);
    assert_int_equal(cdr_before(INT64_MIN + 5, &four), INT64_MIN);
    assert_true(cdr_due(INT64_MAX, &century, NULL) > 0);
}

static void spans__two_largest_units(void **state)
{
    (void)state;
    static const struct { int64_t us; const char *want; } cases[] = {
        {0, "0 seconds"}, {999999, "0 seconds"}, {12000000, "12 seconds"}, {59 * 60000000LL, "59 minutes"}, {61000000, "1 minute 1 second"}, {(2 * 24 + 4) * 3600000000LL, "2 days 4 hours"},
        {-(2 * 24 + 4) * 3600000000LL, "2 days 4 hours"}, {86400000000LL + 5000000, "1 day"}, {86400000000LL + 300000000, "1 day"},
    };
    char text[CDR_DURATION_TEXT];
    for (size_t i = 0; i < CDR_COUNT(cases); i++) {
        cdr_span_words(cases[i].us, text);
        assert_string_equal(text, cases[i].want);
    }
    cdr_span_words(INT64_MIN, text);
    assert_string_equal(text, "106751991 days 4 hours");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(holidays__known_lists__days_off), cmocka_unit_test(holidays__other_days__worked), cmocka_unit_test(easter__published_dates__kept),
        cmocka_unit_test(calendars__names__known_or_weekends_only), cmocka_unit_test(business_days__weekends_and_holidays__stepped_over), cmocka_unit_test(months__ends__clamped),
        cmocka_unit_test(durations__iso_texts__read), cmocka_unit_test(durations__other_texts__refused), cmocka_unit_test(due__dates_move__time_of_day_stays), cmocka_unit_test(spans__two_largest_units),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
