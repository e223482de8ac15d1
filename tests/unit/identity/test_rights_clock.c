/* SPDX-License-Identifier: Apache-2.0 */
#include "core/identity/rights_clock.h"

#include "base/calendar.h"
#include "base/mem.h"

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

static void clock__by_law__these_days(void **state)
{
    (void)state;
    static const struct { cdr_regime regime; cdr_right right; const char *received, *due, *confirm, *extended; } cases[] = {
        {CDR_REGIME_GDPR, CDR_RIGHT_COPY, "2027-01-31", "2027-02-28", NULL, "2027-04-30"},
        {CDR_REGIME_GDPR, CDR_RIGHT_COPY, "2028-01-31", "2028-02-29", NULL, "2028-04-30"},
        {CDR_REGIME_GDPR, CDR_RIGHT_ACCESS, "2027-03-31", "2027-04-30", NULL, "2027-06-30"},
        {CDR_REGIME_GDPR, CDR_RIGHT_ERASURE, "2026-11-30", "2026-12-30", NULL, "2027-02-28"},
        {CDR_REGIME_GDPR, CDR_RIGHT_OBJECTION, "2026-12-31", "2027-01-31", NULL, "2027-03-31"},
        {CDR_REGIME_UK_GDPR, CDR_RIGHT_CORRECTION, "2026-09-03", "2026-10-03", NULL, "2026-12-03"},   /* a Saturday stays one: never later */
        {CDR_REGIME_CCPA, CDR_RIGHT_COPY, "2026-03-02", "2026-04-16", "2026-03-16", "2026-05-31"},
        {CDR_REGIME_CCPA, CDR_RIGHT_ERASURE, "2026-11-27", "2027-01-11", "2026-12-11", "2027-02-25"},   /* a Friday */
        {CDR_REGIME_CCPA, CDR_RIGHT_ERASURE, "2026-11-28", "2027-01-12", "2026-12-11", "2027-02-26"},   /* a Saturday */
        {CDR_REGIME_CCPA, CDR_RIGHT_OPT_OUT, "2026-03-02", "2026-03-23", NULL, NULL},
        {CDR_REGIME_UNKNOWN, CDR_RIGHT_COPY, "2026-03-02", NULL, NULL, NULL},
    };
    for (size_t i = 0; i < CDR_COUNT(cases); i++) {
        cdr_rights_days d;
        cdr_rights_days_of(cases[i].regime, cases[i].right, day(cases[i].received), &d);
        assert_int_equal(d.due, cases[i].due ? day(cases[i].due) : 0);
        assert_int_equal(d.confirm, cases[i].confirm ? day(cases[i].confirm) : 0);
        assert_int_equal(d.extended_due, cases[i].extended ? day(cases[i].extended) : 0);
        assert_int_equal(d.extend_by, d.extended_due ? d.due : 0);
    }
}

/* Whatever the day: a month later is in the next month, at most 31 days away, and on the same day unless there is none. */
static void clock__every_day_of_years__a_month_is_a_month(void **state)
{
    (void)state;
    for (int64_t from = day("2023-01-01"); from < day("2032-01-01"); from++) {
        int64_t to = cdr_add_months(from, 1);
        cdr_date a = cdr_date_from_days(from), b = cdr_date_from_days(to), after = cdr_date_from_days(to + 1);
        assert_in_range(to - from, 28, 31);
        assert_int_equal(b.month, a.month % 12 + 1);
        assert_true(b.day == a.day || (b.day < a.day && after.day == 1));
        assert_true(cdr_weekday(cdr_date_from_days(cdr_add_business_days(NULL, from, 10))) <= 5);
        assert_in_range(cdr_add_business_days(NULL, from, 10) - from, 12, 14);
    }
}

static void regime__places_as_people_write_them(void **state)
{
    (void)state;
    static const struct { const char *country, *region; cdr_regime want; } cases[] = {
        {"Germany", "", CDR_REGIME_GDPR}, {"DE", "BY", CDR_REGIME_GDPR}, {"deutschland", "", CDR_REGIME_GDPR}, {" Österreich ", "", CDR_REGIME_GDPR}, {"IS", "", CDR_REGIME_GDPR}, {"France", "CA", CDR_REGIME_GDPR},
        {"UK", "", CDR_REGIME_UK_GDPR}, {"Scotland", "", CDR_REGIME_UK_GDPR}, {"US", "CA", CDR_REGIME_CCPA}, {"United States", "California", CDR_REGIME_CCPA}, {"usa", "us-ca", CDR_REGIME_CCPA},
        {"US", "OR", CDR_REGIME_UNKNOWN}, {"US", "", CDR_REGIME_UNKNOWN}, {"CA", "", CDR_REGIME_UNKNOWN}, {"Canada", "CA", CDR_REGIME_UNKNOWN}, {"", "CA", CDR_REGIME_UNKNOWN}, {"", "", CDR_REGIME_UNKNOWN},
        {"Switzerland", "", CDR_REGIME_UNKNOWN}, {"Germanyx", "", CDR_REGIME_UNKNOWN},
    };
    for (size_t i = 0; i < CDR_COUNT(cases); i++)
        assert_int_equal(cdr_regime_by_place(cases[i].country, strlen(cases[i].country), cases[i].region, strlen(cases[i].region)), cases[i].want);
}

static void rights__each__has_words_and_a_key(void **state)
{
    (void)state;
    for (int right = CDR_RIGHT_ACCESS; right < CDR_RIGHT__MAX; right++) {
        const cdr_right_info *info = cdr_right_of((cdr_right)right);
        assert_non_null(info);
        assert_int_equal(info->right, right);
        assert_ptr_equal(cdr_right_by_key(info->key), info);
    }
    assert_null(cdr_right_of((cdr_right)0));
    assert_null(cdr_right_of(CDR_RIGHT__MAX));
    assert_null(cdr_right_by_key("everything"));
    for (int regime = 0; regime < CDR_REGIME__MAX; regime++)
        assert_int_equal(cdr_regime_by_key(cdr_regime_of((cdr_regime)regime)->key)->regime, regime);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clock__by_law__these_days),
        cmocka_unit_test(clock__every_day_of_years__a_month_is_a_month),
        cmocka_unit_test(regime__places_as_people_write_them),
        cmocka_unit_test(rights__each__has_words_and_a_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
