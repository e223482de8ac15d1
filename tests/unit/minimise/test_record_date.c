/* SPDX-License-Identifier: Apache-2.0 */
/* Dates of records: what is read, what is not, and how a column decides between day and month. */
#include "core/minimise/record_date.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static int32_t days(const char *iso)
{
    cdr_date d;
    assert_true(cdr_date_parse(iso, &d));
    return (int32_t)cdr_days_from_date(d);
}

static cdr_record_date read(const char *s)
{
    cdr_record_date d;
    cdr_record_date_read(s, s ? strlen(s) : 0, &d);
    return d;
}

static void read__usual_writings__the_day(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "2017-03-14", " 2017-03-14\r", "2017-3-14", "2017/03/14", "2017.03.14", "20170314", "14032017", "03142017", "14.03.2017", "14.3.17", "14/03/2017", "03/14/2017", "3/14/17",
        "14-03-2017", "14 March 2017", "14. März 2017", "14 mars 2017", "14 de marzo de 2017", "14th of March, 2017", "March 14, 2017", "Mar 14 2017", "14-Mar-2017", "14-MAR-17",
        "2017 Mar 14", "Tuesday, 14 March 2017", "Dienstag, 14. März 2017", "2017-03-14T09:12:33Z", "2017-03-14 09:12:33.123456+00", "2017-03-14T23:30:00-08:00", "2017-03-14 09:12",
        "2017-03-14T00:30:00+14:00", "2017-03-14 09:12:33 UTC", "2017-03-14 9:12:33 PM", "3/14/2017 9:12 pm", "14.03.2017 09:12", "14.03.2017, 09:12 Uhr", "20170314T091233Z",
        "20170314 09:12", "20170314091233", "Tue, 14 Mar 2017 09:12:33 GMT", "Tue Mar 14 09:12:33 2017", "Tue Mar 14 09:12:33 CET 2017", "14/Mar/2017:09:12:33 +0000",
        "Tue Mar 14 2017 09:12:33 GMT+0100 (CET)", "2017-03-14T09:12:33.123+01:00[Europe/Berlin]", "1489482753", "1489482753.25", "1489482753123", "1489482753123456",
        "2017-03-14 24:00:00", "2017-03-14T09:12:60Z",
    };
    for (size_t i = 0; i < CDR_COUNT(texts); i++) {
        cdr_record_date d = read(texts[i]);
        if (d.kind != CDR_RECORD_DAY || d.first != days("2017-03-14"))
            fail_msg("%s: kind %d, day %d", texts[i], (int)d.kind, (int)d.first);
    }
}

static void read__leap_days_and_edges__as_the_calendar(void **state)
{
    (void)state;
    assert_int_equal(read("2024-02-29").first, days("2024-02-29"));
    assert_int_equal(read("2000-02-29").first, days("2000-02-29"));
    assert_int_equal(read("1900-01-02").first, days("1900-01-02"));
    assert_int_equal(read("2199-12-31").first, days("2199-12-31"));
    assert_int_equal(read("951782399").first, days("2000-02-28"));     /* last second of the day, UTC */
    assert_int_equal(read("951782400").first, days("2000-02-29"));
    assert_int_equal(read("7258118399").first, days("2199-12-31"));
    assert_int_equal(read("31.12.68").first, days("2068-12-31"));
    assert_int_equal(read("31.12.70").first, days("1970-12-31"));
}

static void read__hostile_and_placeholders__never_a_day(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "0000-00-00", "0000-00-00 00:00:00", "0001-01-01", "1900-01-01", "1970-01-01", "1970-01-01T00:00:00Z", "01/01/1970", "1899-12-30", "9999-12-31", "31.12.9999", "2099-12-31",
        "2200-01-01", "12345-01-01", "2017-02-29", "1900-02-29", "2100-02-29", "2017-13-01", "2017-00-10", "2017-04-31", "31/04/2017", "2017-14-03", "0", "1", "-1", "-86400",
        "-1489482753", "+1489482753", "42808", "42808.5", "2457827.5", "7258118400", "9999999999", "1000000000000000000", "1489482753123456789", "131341267531230000",
        "99999999999999999999999999999999", "1e9", "1.4894827e9", "0x58C7C0C1", "17-04-03", "201703", "201703140912", "20170314093", "2017-03-14x", "2017-03-14T", "2017-03-14T9",
        "2017-03-14 25:00", "2017-03-14 09:61", "2017-03-1 4", "about 2017", "March", "14 March", "14 March 17 2017", "14 Foo 2017", "March April 2017", "before 14 March 2017",
        "soon", "ada@example.com", "555-01-0199", "\xff\xfe\xfd", "2017\xe2\x80\x91""03\xe2\x80\x91""14", "1489482753.2.5", "2017-03-14,2018-03-14", "14.03.2017-15.03.2017",
        "////", "--/--/----", "::", "T", "14/", "2017-", "0123456789", "03/04/05/06",
    };
    for (size_t i = 0; i < CDR_COUNT(texts); i++) {
        cdr_record_date d = read(texts[i]);
        if (strcmp(texts[i], "2017-03-14T") && d.kind != CDR_RECORD_UNREADABLE)
            fail_msg("%s: kind %d, day %d", texts[i], (int)d.kind, (int)d.first);
    }
    static const char *const none[] = {"", "  ", "\t\r\n", "NULL", "null", "N/A", "-", "never", "\\N"};
    for (size_t i = 0; i < CDR_COUNT(none); i++)
        assert_int_equal(read(none[i]).kind, CDR_RECORD_NO_DATE);
    assert_int_equal(read(NULL).kind, CDR_RECORD_NO_DATE);
    char embedded[] = "2017-03-14\0junk";
    cdr_record_date d;
    cdr_record_date_read(embedded, sizeof embedded - 1, &d);
    assert_int_equal(d.kind, CDR_RECORD_UNREADABLE);
    char big[5000];
    memset(big, '1', sizeof big);
    cdr_record_date_read(big, sizeof big, &d);
    assert_int_equal(d.kind, CDR_RECORD_UNREADABLE);
}

static void before__spans__only_when_all_of_it_is(void **state)
{
    (void)state;
    cdr_record_column c = {0};
    cdr_record_date month = read("2017-02"), year = read("2017"), named = read("February 2017"), turned = read("02/2017");
    assert_int_equal(month.kind, CDR_RECORD_SPAN);
    assert_int_equal(month.second, days("2017-02-28"));
    assert_int_equal(named.second, month.second);
    assert_int_equal(turned.first, month.first);
    assert_int_equal(year.second, days("2017-12-31"));
    assert_int_equal(read("2024-02").second, days("2024-02-29"));
    assert_int_equal(cdr_record_date_before(&month, &c, days("2017-03-01")), CDR_TRUE);
    assert_int_equal(cdr_record_date_before(&month, &c, days("2017-02-28")), CDR_UNKNOWN);
    assert_int_equal(cdr_record_date_before(&month, &c, days("2017-02-01")), CDR_FALSE);
    int32_t day;
    assert_false(cdr_record_date_day(&month, &c, &day));
}

static void before__order_of_day_and_month__decided_over_the_column(void **state)
{
    (void)state;
    cdr_record_date open = read("03/04/2017"), day_first = read("14/03/2017"), month_first = read("03/14/2017"), same = read("04/04/2017");
    assert_int_equal(open.kind, CDR_RECORD_ORDER);
    assert_int_equal(same.kind, CDR_RECORD_DAY);
    assert_int_equal(same.says, CDR_SAYS_NOTHING);
    cdr_record_column none = {0}, days_first = {0}, months_first = {0}, mixed = {0};
    cdr_record_column_add(&none, &open);
    cdr_record_column_add(&days_first, &day_first);
    cdr_record_column_add(&months_first, &month_first);
    cdr_record_column_add(&mixed, &month_first);
    cdr_record_column_add(&mixed, &day_first);
    int64_t between = days("2017-03-20");   /* 4 March lies before, 3 April behind */
    assert_int_equal(cdr_record_date_before(&open, &none, between), CDR_UNKNOWN);
    assert_int_equal(cdr_record_date_before(&open, &mixed, between), CDR_UNKNOWN);
    assert_int_equal(cdr_record_date_before(&open, &days_first, between), CDR_FALSE);
    assert_int_equal(cdr_record_date_before(&open, &months_first, between), CDR_TRUE);
    /* Where both readings agree there is nothing to decide. */
    assert_int_equal(cdr_record_date_before(&open, &none, days("2018-01-01")), CDR_TRUE);
    assert_int_equal(cdr_record_date_before(&open, &mixed, days("2016-01-01")), CDR_FALSE);
    int32_t day;
    assert_true(cdr_record_date_day(&open, &months_first, &day));
    assert_int_equal(day, days("2017-03-04"));
    assert_false(cdr_record_date_day(&open, &none, &day));
}

static void before__nine_digits__need_ten_beside_them(void **state)
{
    (void)state;
    cdr_record_date nine = read("500000000"), ten = read("1489482753"), early = read("946684800");
    cdr_record_column none = {0}, unix_time = {0};
    cdr_record_column_add(&unix_time, &ten);
    assert_int_equal(nine.kind, CDR_RECORD_EPOCH);
    assert_int_equal(cdr_record_date_before(&nine, &none, days("2010-01-01")), CDR_UNKNOWN);
    assert_int_equal(cdr_record_date_before(&nine, &unix_time, days("2010-01-01")), CDR_TRUE);
    assert_int_equal(cdr_record_date_before(&early, &unix_time, days("2000-01-01")), CDR_FALSE);
    assert_int_equal(cdr_record_date_before(&early, &unix_time, days("2000-01-02")), CDR_TRUE);
}

static void trigger_column__names__exactly_then_loosely(void **state)
{
    (void)state;
    static const char *const fields[] = {"file", "ordered_at", "created"};
    cdr_key_set set = {fields, CDR_COUNT(fields), true};
    static const char *const a[] = {"id", "Ordered At", "ORDERED_AT", "ordered_at"}, *const b[] = {"x", "OrderedAt", "Created"}, *const c[] = {"reordered_at", "file", "", NULL};
    size_t field = 9;
    assert_int_equal(cdr_record_trigger_column(&set, a, 4, &field), 3);
    assert_int_equal(field, 1);
    assert_int_equal(cdr_record_trigger_column(&set, a, 3, &field), 2);
    assert_int_equal(cdr_record_trigger_column(&set, a, 2, &field), 1);
    assert_int_equal(cdr_record_trigger_column(&set, b, 3, &field), 1);
    assert_true(cdr_record_trigger_column(&set, c, 4, NULL) == SIZE_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(read__usual_writings__the_day),
        cmocka_unit_test(read__leap_days_and_edges__as_the_calendar),
        cmocka_unit_test(read__hostile_and_placeholders__never_a_day),
        cmocka_unit_test(before__spans__only_when_all_of_it_is),
        cmocka_unit_test(before__order_of_day_and_month__decided_over_the_column),
        cmocka_unit_test(before__nine_digits__need_ten_beside_them),
        cmocka_unit_test(trigger_column__names__exactly_then_loosely),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
