/* SPDX-License-Identifier: Apache-2.0 */
#include "base/calendar.h"

#include "base/parse.h"

#include <stdio.h>
#include <string.h>

#define DAY_US INT64_C(86400000000)
#define DAYS_MAX 36525            /* 100 years */
#define SECONDS_MAX (INT64_C(86400) * DAYS_MAX)
#define NEVER_DAY INT64_MIN

/* --- public holidays --- */

enum how { ON /* month, day */, NTH /* weekday of a month: day 1 the first … -1 the last */, BEFORE /* the weekday before month, day */, EASTER /* day: days after Easter Sunday */ };
/* What happens when the day is on a weekend. */
enum moved { STAYS, US_MOVES /* Saturday: the Friday before; Sunday: the Monday after */, NEXT_MONDAY, TWO_ON /* Christmas and Boxing Day make room for each other */, SUNDAY_NEXT };

struct holiday { char calendar[3]; uint8_t how, month; int8_t day, weekday; uint8_t moved; int16_t from, to; /* years; 0: no bound */ };
enum { MON = 1, THU = 4, FRI = 5 };

/* Rules, so that years to come are known. Where a list differs from year to year or from place to place, only the days that are everywhere and always in it stand here: a day too few makes a
 * deadline earlier, a day too many makes it later than the law. Nothing is rolled over: a deadline that ends on a holiday (Regulation (EEC, Euratom) 1182/71, Art. 3(4), and its like) stays there. */
static const struct holiday holidays[] = {
    /* United States, federal: 5 U.S.C. 6103(a); on weekends 6103(b) and Executive Order 11582. Inauguration Day holds around Washington only. */
    {"US", ON, 1, 1, 0, US_MOVES, 0, 0}, {"US", NTH, 1, 3, MON, STAYS, 1986, 0}, {"US", NTH, 2, 3, MON, STAYS, 1971, 0}, {"US", NTH, 5, -1, MON, STAYS, 1971, 0}, {"US", ON, 6, 19, 0, US_MOVES, 2021, 0},
    {"US", ON, 7, 4, 0, US_MOVES, 0, 0}, {"US", NTH, 9, 1, MON, STAYS, 0, 0}, {"US", NTH, 10, 2, MON, STAYS, 1971, 0}, {"US", ON, 11, 11, 0, US_MOVES, 1978, 0}, {"US", NTH, 11, 4, THU, STAYS, 0, 0},
    {"US", ON, 12, 25, 0, US_MOVES, 0, 0},
    /* England and Wales: Banking and Financial Dealings Act 1971, Schedule 1, with the proclamations of 1 January, the first Monday in May and of single days; Good Friday and Christmas by common law. */
    {"GB", ON, 1, 1, 0, NEXT_MONDAY, 1974, 0}, {"GB", EASTER, 0, -2, 0, STAYS, 0, 0}, {"GB", EASTER, 0, 1, 0, STAYS, 0, 0}, {"GB", NTH, 5, 1, MON, STAYS, 1978, 2019}, {"GB", NTH, 5, 1, MON, STAYS, 2021, 0},
    {"GB", ON, 5, 8, 0, STAYS, 2020, 2020}, {"GB", NTH, 5, -1, MON, STAYS, 0, 2021}, {"GB", NTH, 5, -1, MON, STAYS, 2023, 0}, {"GB", ON, 6, 2, 0, STAYS, 2022, 2022}, {"GB", ON, 6, 3, 0, STAYS, 2022, 2022},
    {"GB", ON, 9, 19, 0, STAYS, 2022, 2022}, {"GB", ON, 5, 8, 0, STAYS, 2023, 2023}, {"GB", NTH, 8, -1, MON, STAYS, 0, 0}, {"GB", ON, 12, 25, 0, TWO_ON, 0, 0}, {"GB", ON, 12, 26, 0, TWO_ON, 0, 0},
    /* Germany, in every Land: 3 October by Einigungsvertrag Art. 2(2), the others by the laws of all sixteen Länder. Epiphany, Corpus Christi, Reformation Day and the like hold in some only. */
    {"DE", ON, 1, 1, 0, STAYS, 0, 0}, {"DE", EASTER, 0, -2, 0, STAYS, 0, 0}, {"DE", EASTER, 0, 1, 0, STAYS, 0, 0}, {"DE", ON, 5, 1, 0, STAYS, 0, 0}, {"DE", EASTER, 0, 39, 0, STAYS, 0, 0},
    {"DE", EASTER, 0, 50, 0, STAYS, 0, 0}, {"DE", ON, 10, 3, 0, STAYS, 1990, 0}, {"DE", ON, 12, 25, 0, STAYS, 0, 0}, {"DE", ON, 12, 26, 0, STAYS, 0, 0},
    /* France: Code du travail, Art. L3133-1. Good Friday and 26 December hold in Alsace-Moselle only. */
    {"FR", ON, 1, 1, 0, STAYS, 0, 0}, {"FR", EASTER, 0, 1, 0, STAYS, 0, 0}, {"FR", ON, 5, 1, 0, STAYS, 0, 0}, {"FR", ON, 5, 8, 0, STAYS, 1982, 0}, {"FR", EASTER, 0, 39, 0, STAYS, 0, 0},
    {"FR", EASTER, 0, 50, 0, STAYS, 0, 0}, {"FR", ON, 7, 14, 0, STAYS, 0, 0}, {"FR", ON, 8, 15, 0, STAYS, 0, 0}, {"FR", ON, 11, 1, 0, STAYS, 0, 0}, {"FR", ON, 11, 11, 0, STAYS, 0, 0}, {"FR", ON, 12, 25, 0, STAYS, 0, 0},
    /* Institutions of the European Union: Regulation 1182/71, Art. 2(1), lets each publish its list in the Official Journal. Here are the days that stand in the Commission's list every year; Maundy Thursday, the day
     * after Ascension, 21 July, 2 November, 2 January and the days between Christmas and New Year differ and are left out. It is not the calendar of any member state. */
    {"EU", ON, 1, 1, 0, STAYS, 0, 0}, {"EU", EASTER, 0, -2, 0, STAYS, 0, 0}, {"EU", EASTER, 0, 1, 0, STAYS, 0, 0}, {"EU", ON, 5, 1, 0, STAYS, 0, 0}, {"EU", ON, 5, 9, 0, STAYS, 0, 0}, {"EU", EASTER, 0, 39, 0, STAYS, 0, 0},
    {"EU", EASTER, 0, 50, 0, STAYS, 0, 0}, {"EU", ON, 8, 15, 0, STAYS, 0, 0}, {"EU", ON, 11, 1, 0, STAYS, 0, 0}, {"EU", ON, 12, 25, 0, STAYS, 0, 0}, {"EU", ON, 12, 26, 0, STAYS, 0, 0},
    /* Canada, federal: Canada Labour Code, s. 166; Holidays Act, s. 2, for a 1 July that is a Sunday. Other days off in place of a weekend are the employer's choice (s. 195). */
    {"CA", ON, 1, 1, 0, STAYS, 0, 0}, {"CA", EASTER, 0, -2, 0, STAYS, 0, 0}, {"CA", BEFORE, 5, 25, MON, STAYS, 0, 0}, {"CA", ON, 7, 1, 0, SUNDAY_NEXT, 0, 0}, {"CA", NTH, 9, 1, MON, STAYS, 0, 0},
    {"CA", ON, 9, 30, 0, STAYS, 2021, 0}, {"CA", NTH, 10, 2, MON, STAYS, 0, 0}, {"CA", ON, 11, 11, 0, STAYS, 0, 0}, {"CA", ON, 12, 25, 0, STAYS, 0, 0}, {"CA", ON, 12, 26, 0, STAYS, 0, 0},
    /* Australia, in every state and territory: Fair Work Act 2009, s. 115(1)(a), with the substitutes that all of them have. The Sovereign's birthday is on different days. */
    {"AU", ON, 1, 1, 0, NEXT_MONDAY, 0, 0}, {"AU", ON, 1, 26, 0, NEXT_MONDAY, 1994, 0}, {"AU", EASTER, 0, -2, 0, STAYS, 0, 0}, {"AU", EASTER, 0, 1, 0, STAYS, 0, 0}, {"AU", ON, 4, 25, 0, STAYS, 0, 0},
    {"AU", ON, 9, 22, 0, STAYS, 2022, 2022}, {"AU", ON, 12, 25, 0, TWO_ON, 0, 0}, {"AU", ON, 12, 26, 0, TWO_ON, 0, 0},
    /* Ireland: Organisation of Working Time Act 1997, Second Schedule; Saint Brigid's Day since 2023 (S.I. 50/2022): the first Monday in February, or 1 February when that is a Friday. Good Friday is none. */
    {"IE", ON, 1, 1, 0, STAYS, 0, 0}, {"IE", NTH, 2, 1, MON, STAYS, 2023, 0}, {"IE", ON, 3, 17, 0, STAYS, 0, 0}, {"IE", ON, 3, 18, 0, STAYS, 2022, 2022}, {"IE", EASTER, 0, 1, 0, STAYS, 0, 0},
    {"IE", NTH, 5, 1, MON, STAYS, 1994, 0}, {"IE", NTH, 6, 1, MON, STAYS, 0, 0}, {"IE", NTH, 8, 1, MON, STAYS, 0, 0}, {"IE", NTH, 10, -1, MON, STAYS, 0, 0}, {"IE", ON, 12, 25, 0, STAYS, 0, 0},
    {"IE", ON, 12, 26, 0, STAYS, 0, 0},
    /* Netherlands: Algemene termijnenwet, Art. 3(1) and (2): what holds for deadlines. The King's birthday of a Sunday is kept on a Saturday, a day off either way. */
    {"NL", ON, 1, 1, 0, STAYS, 0, 0}, {"NL", EASTER, 0, -2, 0, STAYS, 0, 0}, {"NL", EASTER, 0, 1, 0, STAYS, 0, 0}, {"NL", ON, 4, 27, 0, STAYS, 2014, 0}, {"NL", ON, 5, 5, 0, STAYS, 0, 0},
    {"NL", EASTER, 0, 39, 0, STAYS, 0, 0}, {"NL", EASTER, 0, 50, 0, STAYS, 0, 0}, {"NL", ON, 12, 25, 0, STAYS, 0, 0}, {"NL", ON, 12, 26, 0, STAYS, 0, 0},
    /* Austria: Arbeitsruhegesetz § 7(2). Good Friday is none since 2019. */
    {"AT", ON, 1, 1, 0, STAYS, 0, 0}, {"AT", ON, 1, 6, 0, STAYS, 0, 0}, {"AT", EASTER, 0, 1, 0, STAYS, 0, 0}, {"AT", ON, 5, 1, 0, STAYS, 0, 0}, {"AT", EASTER, 0, 39, 0, STAYS, 0, 0}, {"AT", EASTER, 0, 50, 0, STAYS, 0, 0},
    {"AT", EASTER, 0, 60, 0, STAYS, 0, 0}, {"AT", ON, 8, 15, 0, STAYS, 0, 0}, {"AT", ON, 10, 26, 0, STAYS, 0, 0}, {"AT", ON, 11, 1, 0, STAYS, 0, 0}, {"AT", ON, 12, 8, 0, STAYS, 0, 0}, {"AT", ON, 12, 25, 0, STAYS, 0, 0},
    {"AT", ON, 12, 26, 0, STAYS, 0, 0},
    /* Switzerland, in every canton: 1 August by Bundesverfassung Art. 110(3), the three others by the laws of all twenty-six. */
    {"CH", ON, 1, 1, 0, STAYS, 0, 0}, {"CH", EASTER, 0, 39, 0, STAYS, 0, 0}, {"CH", ON, 8, 1, 0, STAYS, 1994, 0}, {"CH", ON, 12, 25, 0, STAYS, 0, 0},
};

/* Where the rules of a calendar are in the table: they stand together. */
static size_t rules_of(const char *calendar, size_t *ret_first)
{
    size_t count = 0;
    for (size_t i = 0; calendar && i < CDR_COUNT(holidays); i++) {
        if (strcmp(holidays[i].calendar, calendar) != 0)
            continue;
        if (!count++)
            *ret_first = i;
    }
    return count;
}

bool cdr_calendar_known(const char *calendar)
{
    size_t first;
    return rules_of(calendar, &first) > 0;
}

static int64_t day_of(int32_t year, int month, int day)
{
    return cdr_days_from_date((cdr_date){.year = year, .month = (int8_t)month, .day = (int8_t)day});
}

/* 1 Monday … 7 Sunday; days, not dates, so that it costs nothing to ask. */
static int weekday(int64_t day)
{
    int64_t n = (day % 7 + 10) % 7;      /* 1970-01-01 was a Thursday */
    return (int)n + 1;
}

/* Easter Sunday of the Gregorian calendar, by the golden number, the century's corrections and the epact. */
static int64_t easter(int32_t year)
{
    int32_t golden = year % 19, century = year / 100, solar = century - century / 4, lunar = (8 * century + 13) / 25;
    int32_t moon = (solar - lunar + 19 * golden + 15) % 30;      /* days from 21 March to the full moon */
    moon -= moon == 29 || (moon == 28 && golden > 10);
    int64_t full = day_of(year, 3, 21) + moon;
    return full + 8 - weekday(full + 1);      /* the Sunday after it */
}

static int64_t nth_weekday(int32_t year, const struct holiday *h)
{
    if (h->day > 0) {
        int64_t first = day_of(year, h->month, 1);
        return first + (h->weekday - weekday(first) + 7) % 7 + 7 * (h->day - 1);
    }
    int64_t last = (h->month == 12 ? day_of(year + 1, 1, 1) : day_of(year, h->month + 1, 1)) - 1;
    return last - (weekday(last) - h->weekday + 7) % 7;
}

static int64_t date_in(int32_t year, const struct holiday *h)
{
    switch ((enum how)h->how) {
    case NTH:
        return nth_weekday(year, h);
    case BEFORE: {
        int64_t before = day_of(year, h->month, h->day) - 1;
        return before - (weekday(before) - h->weekday + 7) % 7;
    }
    case EASTER:
        return easter(year) + h->day;
    case ON:
    default:
        return day_of(year, h->month, h->day);
    }
}

static int64_t observed(int64_t day, uint8_t moved)
{
    int on = weekday(day);
    if (on <= 5)
        return day;
    switch ((enum moved)moved) {
    case US_MOVES:
        return on == 6 ? day - 1 : day + 1;
    case NEXT_MONDAY:
        return day + 8 - on;
    case TWO_ON:
        return day + 2;
    case SUNDAY_NEXT:
        return on == 7 ? day + 1 : day;
    case STAYS:
    default:
        return day;
    }
}

static bool falls_on(const struct holiday *h, int64_t day, int32_t year)
{
    if ((h->from && year < h->from) || (h->to && year > h->to))
        return false;
    /* Saint Brigid's Day */
    if (h->how == NTH && !strcmp(h->calendar, "IE") && h->month == 2 && weekday(day_of(year, 2, 1)) == FRI)
        return day == day_of(year, 2, 1);
    return observed(date_in(year, h), h->moved) == day;
}

static bool is_holiday(const struct holiday *rules, size_t count, int64_t day)
{
    int32_t year = cdr_date_from_days(day).year;
    for (size_t i = 0; i < count; i++)
        /* 1 January may be kept on 31 December */
        if (falls_on(&rules[i], day, year) || (rules[i].moved == US_MOVES && rules[i].month == 1 && falls_on(&rules[i], day, year + 1)))
            return true;
    return false;
}

static bool is_business(const struct holiday *rules, size_t count, int64_t day)
{
    return weekday(day) <= 5 && !is_holiday(rules, count, day);
}

bool cdr_business_day(const char *calendar, int64_t day)
{
    size_t first = 0, count = rules_of(calendar, &first);
    return is_business(holidays + first, count, day);
}

/* --- days --- */

int64_t cdr_add_business_days(const char *calendar, int64_t day, int count)
{
    size_t first = 0, rules = rules_of(calendar, &first);
    int step = count < 0 ? -1 : 1;
    while (count) {
        day += step;
        if (is_business(holidays + first, rules, day))
            count -= step;
    }
    return day;
}

int64_t cdr_add_months(int64_t day, int months)
{
    cdr_date d = cdr_date_from_days(day);
    int64_t month = (int64_t)d.year * 12 + d.month - 1 + months;
    month = CDR_MAX(0, CDR_MIN(month, 9999 * 12 + 11));
    d.year = (int32_t)(month / 12);
    d.month = (int8_t)(month % 12 + 1);
    while (!cdr_date_valid(d.year, d.month, d.day))
        d.day--;
    return cdr_days_from_date(d);
}

static int64_t add_us(int64_t us, int64_t count, int64_t unit)
{
    int64_t more, sum;
    if (__builtin_mul_overflow(count, unit, &more))
        return count < 0 ? INT64_MIN : INT64_MAX;
    if (__builtin_add_overflow(us, more, &sum))
        return more < 0 ? INT64_MIN : INT64_MAX;
    return sum;
}

static int64_t shift(int64_t from_us, const cdr_duration *d, const char *calendar, int sign)
{
    int64_t day = from_us / DAY_US - (from_us % DAY_US < 0), of_day = from_us - day * DAY_US;
    if (d->months)
        day = cdr_add_months(day, sign * d->months);
    day += (int64_t)sign * d->days;
    if (d->business_days)
        day = cdr_add_business_days(calendar, day, sign * d->business_days);
    return add_us(add_us(of_day, day, DAY_US), sign * d->seconds, 1000000);
}

int64_t cdr_due(int64_t from_us, const cdr_duration *d, const char *calendar)
{
    return shift(from_us, d, calendar, 1);
}

int64_t cdr_before(int64_t from_us, const cdr_duration *d)
{
    return shift(from_us, d, NULL, -1);
}

/* --- durations as text --- */

/* Letters in the order in which they may stand; what one of them is worth. */
static const struct part { char letter; bool time; int32_t months, days, business; int64_t seconds; } parts[] = {
    {'Y', false, 12, 0, 0, 0}, {'M', false, 1, 0, 0, 0}, {'W', false, 0, 7, 0, 0}, {'D', false, 0, 1, 0, 0}, {'B', false, 0, 0, 1, 0}, {'H', true, 0, 0, 0, 3600}, {'M', true, 0, 0, 0, 60}, {'S', true, 0, 0, 0, 1},
};

static bool within_a_century(const cdr_duration *d)
{
    /* a month is at least 28 days, a business day at most a week: only a bound */
    return d->months <= 1200 && (int64_t)d->months * 30 + d->days + (int64_t)d->business_days * 7 / 5 + d->seconds / 86400 <= DAYS_MAX;
}

bool cdr_duration_parse(const char *s, cdr_duration *ret)
{
    cdr_duration d = {0};
    bool time = false;
    size_t next = 0;
    if (*s++ != 'P' || !*s)
        return false;
    while (*s) {
        if (*s == 'T') {
            if (time || !s[1])
                return false;
            time = true;
            s++;
        }
        size_t digits = strspn(s, "0123456789");
        uint64_t n;
        if (!cdr_parse_u64(s, digits, 0, SECONDS_MAX, &n))
            return false;
        s += digits;
        while (next < CDR_COUNT(parts) && (parts[next].letter != *s || parts[next].time != time))
            next++;
        if (next == CDR_COUNT(parts) || !*s)
            return false;
        const struct part *p = &parts[next++];
        if (n > (uint64_t)(p->seconds ? SECONDS_MAX / p->seconds : DAYS_MAX))
            return false;
        d.months += p->months * (int32_t)(p->months ? n : 0);
        d.days += p->days * (int32_t)(p->days ? n : 0);
        d.business_days += p->business * (int32_t)(p->business ? n : 0);
        d.seconds += p->seconds * (int64_t)n;
        s++;
        if (!within_a_century(&d))
            return false;
    }
    *ret = d;
    return true;
}

void cdr_duration_format(const cdr_duration *d, char out[CDR_DURATION_TEXT])
{
    const struct { int64_t n; char letter; } values[] = {{d->months / 12, 'Y'}, {d->months % 12, 'M'}, {d->days, 'D'}, {d->business_days, 'B'}, {d->seconds / 3600, 'H'}, {d->seconds / 60 % 60, 'M'}, {d->seconds % 60, 'S'}};
    size_t len = 1;
    bool time = false;
    out[0] = 'P';
    for (size_t i = 0; i < CDR_COUNT(values); i++) {
        if (!values[i].n)
            continue;
        if (i >= 4 && !time)
            out[len++] = 'T', time = true;
        len += (size_t)snprintf(out + len, CDR_DURATION_TEXT - len, "%lld%c", (long long)values[i].n, values[i].letter);
    }
    snprintf(out + len, CDR_DURATION_TEXT - len, "%s", len == 1 ? "T0S" : "");
}

/* " 2 days"; false: it does not fit. */
static bool add_words(char *out, size_t *len, int64_t n, const char *unit)
{
    int added = snprintf(out + *len, CDR_DURATION_TEXT - *len, "%s%lld %s%s", *len ? " " : "", (long long)n, unit, n == 1 ? "" : "s");
    *len += added > 0 ? (size_t)added : 0;
    return *len < CDR_DURATION_TEXT;
}

void cdr_duration_words(const cdr_duration *d, char out[CDR_DURATION_TEXT])
{
    const struct { int64_t n; const char *unit; } values[] = {{d->months / 12, "year"},     {d->months % 12, "month"},        {d->days, "day"},          {d->business_days, "business day"},
                                                              {d->seconds / 3600, "hour"}, {d->seconds / 60 % 60, "minute"}, {d->seconds % 60, "second"}};
    size_t len = 0;
    snprintf(out, CDR_DURATION_TEXT, "at once");
    for (size_t i = 0; i < CDR_COUNT(values); i++)
        if (values[i].n && !add_words(out, &len, values[i].n, values[i].unit)) {
            cdr_duration_format(d, out);      /* rather short than cut */
            return;
        }
}

void cdr_span_words(int64_t us, char out[CDR_DURATION_TEXT])
{
    static const struct { uint64_t seconds; const char *unit; } units[] = {{86400, "day"}, {3600, "hour"}, {60, "minute"}, {1, "second"}};
    uint64_t left = (us < 0 ? UINT64_MAX - (uint64_t)us + 1 : (uint64_t)us) / 1000000;
    size_t len = 0;
    snprintf(out, CDR_DURATION_TEXT, "0 seconds");
    for (size_t i = 0, shown = 0; i < CDR_COUNT(units) && shown < 2; i++) {
        uint64_t n = left / units[i].seconds;
        left %= units[i].seconds;
        if (n)
            add_words(out, &len, (int64_t)n, units[i].unit);
        shown += n || shown;      /* "1 day", not "1 day 3 seconds" */
    }
}
