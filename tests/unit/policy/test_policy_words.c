/* SPDX-License-Identifier: Apache-2.0 */
/* Truth, forms and periods. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/policy/policy.h"

#include <string.h>

static void truth__three_values__are_kleenes(void **state)
{
    (void)state;
    static const cdr_truth and[3][3] = {{CDR_FALSE, CDR_FALSE, CDR_FALSE}, {CDR_FALSE, CDR_TRUE, CDR_UNKNOWN}, {CDR_FALSE, CDR_UNKNOWN, CDR_UNKNOWN}};
    static const cdr_truth or[3][3] = {{CDR_FALSE, CDR_TRUE, CDR_UNKNOWN}, {CDR_TRUE, CDR_TRUE, CDR_TRUE}, {CDR_UNKNOWN, CDR_TRUE, CDR_UNKNOWN}};
    for (int a = 0; a < 3; a++)
        for (int b = 0; b < 3; b++) {
            assert_int_equal(cdr_truth_and((cdr_truth)a, (cdr_truth)b), and[a][b]);
            assert_int_equal(cdr_truth_or((cdr_truth)a, (cdr_truth)b), or[a][b]);
        }
    assert_int_equal(cdr_truth_not(CDR_FALSE), CDR_TRUE);
    assert_int_equal(cdr_truth_not(CDR_TRUE), CDR_FALSE);
    assert_int_equal(cdr_truth_not(CDR_UNKNOWN), CDR_UNKNOWN);
    assert_int_equal(cdr_truth_not((cdr_truth)7), CDR_UNKNOWN);
}

static void form__every_form__is_written_and_read(void **state)
{
    (void)state;
    cdr_form f;
    for (int bit = 0; bit < 8; bit++) {
        assert_true(cdr_form_parse(cdr_form_name((cdr_form)(1 << bit)), &f));
        assert_int_equal(f, 1 << bit);
    }
    assert_true(cdr_form_parse("Generalized", &f));
    assert_string_equal(cdr_form_name(f), "generalised");
    assert_string_equal(cdr_form_name(CDR_FORM_UNKNOWN), "unknown");
    assert_string_equal(cdr_form_name((cdr_form)(CDR_FORM_PLAIN | CDR_FORM_MASKED)), "unknown");
    assert_false(cdr_form_parse("unknown", &f));
    assert_false(cdr_form_parse("", &f));
    assert_false(cdr_form_parse("plain ", &f));
    assert_false(cdr_form_parse(NULL, &f));
}

static void period__texts__are_whole_or_refused(void **state)
{
    (void)state;
    static const struct { const char *text; int years, months, days; } good[] = {
        {"P2Y", 2, 0, 0}, {"P2Y6M", 2, 6, 0}, {"P90D", 0, 0, 90}, {"P4W", 0, 0, 28}, {"P1Y2M3W4D", 1, 2, 25}, {"P0D", 0, 0, 0}, {"P18M", 0, 18, 0}, {"P1000Y", 1000, 0, 0}};
    static const char *const wrong[] = {"", "P", "2Y", "P2", "P2Y6", "p2y", "PT1H", "P1DT1H", "P-1Y", "P+1Y", "P1.5Y", "P6M2Y", "P1Y1Y", "P 1Y", "P1Y ", "P1001Y", "P12001M",
                                        "P365244D", "P99999999999999999999Y", "P1000Y1000Y", "P1000Y365243D", "PY", "P1S"};
    cdr_period p;
    for (size_t i = 0; i < CDR_COUNT(good); i++) {
        assert_true(cdr_period_parse(good[i].text, &p));
        assert_int_equal(p.years, good[i].years);
        assert_int_equal(p.months, good[i].months);
        assert_int_equal(p.days, good[i].days);
    }
    for (size_t i = 0; i < CDR_COUNT(wrong); i++)
        assert_false(cdr_period_parse(wrong[i], &p));
    assert_false(cdr_period_parse(NULL, &p));
    assert_true(cdr_period_is_zero((cdr_period){0}));
    assert_false(cdr_period_is_zero((cdr_period){0, 0, 1}));
}

static void period__words__are_read_as_people_write_them(void **state)
{
    (void)state;
    static const struct { const char *text; int years, months, days; } good[] = {
        {"24 months", 0, 24, 0}, {"2 years and 6 months", 2, 6, 0}, {"1 Year", 1, 0, 0}, {"2 years, 3 months and 4 days", 2, 3, 4}, {"6 weeks", 0, 0, 42}, {"0 days", 0, 0, 0}};
    static const char *const wrong[] = {"", " ", "2", "years", "two years", "2 yeers", "2 months 1 year", "2 years and", "and 2 years", "2 years or 3 months", "-2 years", "1001 years", "2years",
                                        "2 years 3 years"};
    cdr_period p;
    for (size_t i = 0; i < CDR_COUNT(good); i++) {
        assert_true(cdr_period_read_words(good[i].text, &p));
        assert_int_equal(p.years, good[i].years);
        assert_int_equal(p.months, good[i].months);
        assert_int_equal(p.days, good[i].days);
    }
    for (size_t i = 0; i < CDR_COUNT(wrong); i++)
        assert_false(cdr_period_read_words(wrong[i], &p));
    _cleanup_buf_ cdr_buf out = CDR_BUF(200);
    cdr_period_words((cdr_period){2, 6, 0}, &out);
    cdr_buf_adds(&out, "; ");
    cdr_period_words((cdr_period){1, 1, 1}, &out);
    cdr_buf_adds(&out, "; ");
    cdr_period_words((cdr_period){0}, &out);
    assert_string_equal(out.data, "2 years and 6 months; 1 year, 1 month and 1 day; no time");
}

static cdr_date day(const char *text)
{
    cdr_date d;
    assert_true(cdr_date_parse(text, &d));
    return d;
}

static void check_after(const char *from, const char *period, const char *to)
{
    cdr_period p;
    char text[11];
    assert_true(cdr_period_parse(period, &p));
    cdr_date_format(cdr_period_after(day(from), p), text);
    assert_string_equal(text, to);
}

static void check_before(const char *from, const char *period, const char *to)
{
    cdr_period p;
    char text[11];
    assert_true(cdr_period_parse(period, &p));
    cdr_date_format(cdr_period_before(day(from), p), text);
    assert_string_equal(text, to);
}

static void period__calendar__cuts_to_the_end_of_months(void **state)
{
    (void)state;
    check_after("2023-01-31", "P1M", "2023-02-28");
    check_after("2024-01-31", "P1M", "2024-02-29");
    check_after("2024-02-29", "P1Y", "2025-02-28");
    check_after("2024-02-29", "P4Y", "2028-02-29");
    check_after("2024-02-29", "P1Y1D", "2025-03-01");
    check_after("2023-12-31", "P2M", "2024-02-29");
    check_after("2023-01-31", "P1M1D", "2023-03-01");
    check_after("2023-05-31", "P0D", "2023-05-31");
    check_after("1999-12-31", "P1D", "2000-01-01");
    check_after("9999-12-31", "P1D", "9999-12-31");
    check_after("2026-01-15", "P24M", "2028-01-15");
    check_before("2023-02-28", "P1M", "2023-01-31");
    check_before("2023-02-27", "P1M", "2023-01-27");
    check_before("2023-03-30", "P1M", "2023-02-28");
    check_before("2024-02-28", "P1Y", "2023-02-28");
    check_before("2025-02-28", "P1Y", "2024-02-29");
    check_before("2026-01-15", "P2Y", "2024-01-15");
    check_before("0005-01-01", "P10Y", "0000-01-01");
}

static int64_t first_after(int64_t from, cdr_period p)
{
    return cdr_days_from_date(cdr_period_after(cdr_date_from_days(from), p));
}

/* The boundary, exhaustively: over every day of nine years, and what lies around the answer. */
static void period__before__is_the_last_day_whose_after_has_come(void **state)
{
    (void)state;
    static const cdr_period periods[] = {{0, 0, 0}, {0, 0, 1}, {0, 0, 30}, {0, 0, 365}, {0, 1, 0}, {0, 2, 0}, {0, 3, 0}, {0, 6, 0}, {0, 11, 0}, {0, 12, 0}, {0, 13, 0}, {1, 0, 0},
                                         {2, 0, 0}, {3, 0, 0}, {4, 0, 0}, {10, 0, 0}, {100, 0, 0}, {0, 1, 1}, {0, 1, 29}, {1, 1, 1}, {2, 6, 15}, {0, 1, 366}};
    int64_t start = cdr_days_from_date((cdr_date){2019, 1, 1}), end = cdr_days_from_date((cdr_date){2028, 1, 1});
    for (size_t i = 0; i < CDR_COUNT(periods); i++)
        for (int64_t today = start; today < end; today++) {
            int64_t last = cdr_days_from_date(cdr_period_before(cdr_date_from_days(today), periods[i]));
            assert_true(first_after(last, periods[i]) <= today);
            assert_true(first_after(last + 1, periods[i]) > today);
        }
    /* Together with that: later days never end earlier. */
    for (size_t i = 0; i < CDR_COUNT(periods); i++)
        for (int64_t d = start; d < end; d++)
            assert_true(first_after(d, periods[i]) <= first_after(d + 1, periods[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(truth__three_values__are_kleenes),
        cmocka_unit_test(form__every_form__is_written_and_read),
        cmocka_unit_test(period__texts__are_whole_or_refused),
        cmocka_unit_test(period__words__are_read_as_people_write_them),
        cmocka_unit_test(period__calendar__cuts_to_the_end_of_months),
        cmocka_unit_test(period__before__is_the_last_day_whose_after_has_come),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
