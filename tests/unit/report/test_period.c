/* SPDX-License-Identifier: Apache-2.0 */
#include "core/report/period.h"

#include "base/time.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void period__texts__parsed(void **state)
{
    (void)state;
    static const struct { const char *text; cdr_report_period p; const char *words; } good[] = {
        {"P6Y", {6, 0, 0}, "6 years"}, {"P1Y6M", {1, 6, 0}, "1 year 6 months"}, {"P90D", {0, 0, 90}, "90 days"}, {"P2W", {0, 0, 14}, "14 days"}, {"P1Y2M3W4D", {1, 2, 25}, "1 year 2 months 25 days"}};
    static const char *const bad[] = {"", "P", "6Y", "P6", "PY", "P6Y ", "P6YT1H", "PT5H", "P-1Y", "P1M1Y", "P1Y1Y", "P99999Y", "P0D", "p6y"};
    for (size_t i = 0; i < CDR_COUNT(good); i++) {
        cdr_report_period p;
        cdr_buf words = CDR_BUF(100);
        assert_true(cdr_report_period_parse(good[i].text, &p));
        assert_memory_equal(&p, &good[i].p, sizeof p);
        cdr_report_period_words(&words, &p);
        assert_string_equal(words.data, good[i].words);
        cdr_buf_done(&words);
    }
    for (size_t i = 0; i < CDR_COUNT(bad); i++) {
        cdr_report_period p;
        if (cdr_report_period_parse(bad[i], &p))
            fail_msg("accepted %s", bad[i]);
    }
}

static void period__before__by_the_calendar(void **state)
{
    (void)state;
    static const struct { const char *now, *period, *then; } cases[] = {
        {"2027-03-14T09:12:00Z", "P6Y", "2021-03-14T09:12:00Z"}, {"2027-03-31T00:00:00Z", "P1M", "2027-02-28T00:00:00Z"}, {"2028-03-31T00:00:00Z", "P1M", "2028-02-29T00:00:00Z"},
        {"2028-02-29T12:00:00Z", "P1Y", "2027-02-28T12:00:00Z"}, {"2027-01-15T00:00:00Z", "P13M", "2025-12-15T00:00:00Z"}, {"2027-03-01T00:00:00Z", "P1D", "2027-02-28T00:00:00Z"},
        {"1970-01-01T00:00:00Z", "P1Y1D", "1968-12-31T00:00:00Z"}};
    for (size_t i = 0; i < CDR_COUNT(cases); i++) {
        int64_t now;
        cdr_report_period p;
        char then[CDR_TIME_TEXT];
        assert_true(cdr_time_parse(cases[i].now, &now) && cdr_report_period_parse(cases[i].period, &p));
        cdr_time_format(cdr_report_period_before(now, &p), then);
        assert_string_equal(then, cases[i].then);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(period__texts__parsed), cmocka_unit_test(period__before__by_the_calendar)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
