/* SPDX-License-Identifier: Apache-2.0 */
#include "core/minimise/record_date.h"

#include "base/text.h"
#include "detect/date_word.h"

#include <string.h>

#define TEXT_MAX 64u                         /* no date is written with more */
#define FIRST_YEAR 1900
#define LAST_YEAR 2199
#define DAY_S 86400
#define SINCE_2001_S INT64_C(978307200)
#define LAST_S INT64_C(7258118399)           /* end of 2199 */

typedef struct cursor { const char *p, *end; } cursor;
typedef struct figure { int value; unsigned digits; } figure;

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

static bool at(const cursor *c, char sign)
{
    return c->p < c->end && *c->p == sign;
}

static bool take(cursor *c, char sign)
{
    bool yes = at(c, sign);
    c->p += yes;
    return yes;
}

static void spaces(cursor *c)
{
    while (take(c, ' '))
        ;
}

/* One to ${most} digits, and none behind them. */
static bool number(cursor *c, unsigned most, figure *ret)
{
    *ret = (figure){0};
    while (c->p < c->end && is_digit(*c->p) && ret->digits < most) {
        ret->value = ret->value * 10 + (*c->p++ - '0');
        ret->digits++;
    }
    return ret->digits > 0 && !(c->p < c->end && is_digit(*c->p));
}

/* --- days --- */

/* Written by programs for "none", "never", "unknown"; those outside of 1900 to 2199 are no dates anyway. */
static bool stands_for_none(int y, int m, int d)
{
    return (m == 1 && d == 1 && (y == 1900 || y == 1970)) || (m == 12 && d == 31 && (y == 2099 || y == 1969));
}

static bool day_of(int y, int m, int d, int32_t *ret)
{
    if (y < FIRST_YEAR || y > LAST_YEAR || !cdr_date_valid(y, m, d) || stands_for_none(y, m, d))
        return false;
    *ret = (int32_t)cdr_days_from_date((cdr_date){y, (int8_t)m, (int8_t)d});
    return true;
}

static int full_year(figure y)
{
    return y.digits == 4 ? y.value : y.digits == 2 ? y.value + (y.value < 69 ? 2000 : 1900) : 0;
}

static void set_day(cdr_record_date *ret, int32_t day)
{
    *ret = (cdr_record_date){CDR_RECORD_DAY, CDR_SAYS_NOTHING, day, day};
}

static bool set_ymd(cdr_record_date *ret, int y, int m, int d)
{
    int32_t day;
    if (!day_of(y, m, d, &day))
        return false;
    set_day(ret, day);
    return true;
}

/* Two numbers that may be day and month either way. */
static bool set_either(cdr_record_date *ret, int y, int a, int b)
{
    int32_t day_first = 0, month_first = 0;
    bool x = day_of(y, b, a, &day_first), z = day_of(y, a, b, &month_first);
    if (x && z && a != b)
        *ret = (cdr_record_date){CDR_RECORD_ORDER, CDR_SAYS_NOTHING, day_first, month_first};
    else if (x || z)
        set_day(ret, x ? day_first : month_first);
    if (x != z)
        ret->says = x ? CDR_SAYS_DAY_FIRST : CDR_SAYS_MONTH_FIRST;
    return x || z;
}

static bool set_span(cdr_record_date *ret, int y, int m)
{
    static const int8_t last[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int to = m ? m : 12;
    if (y < FIRST_YEAR || y > LAST_YEAR || m > 12)
        return false;
    *ret = (cdr_record_date){.kind = CDR_RECORD_SPAN, .first = (int32_t)cdr_days_from_date((cdr_date){y, (int8_t)(m ? m : 1), 1}),
                             .second = (int32_t)cdr_days_from_date((cdr_date){y, (int8_t)to, (int8_t)(last[to - 1] + (to == 2 && cdr_date_valid(y, 2, 29)))})};
    return true;
}

/* --- time of day --- */

/* "Z", "UTC", "+01:00", "GMT+0100 (CET)", "+01:00[Europe/Berlin]" */
static bool zone(cursor *c)
{
    spaces(c);
    for (unsigned n = 0; n < 5 && c->p < c->end && is_letter(*c->p); n++)
        c->p++;
    if (at(c, '+') || at(c, '-')) {
        figure h, m;
        c->p++;
        if (!number(c, 4, &h) || (take(c, ':') && !number(c, 2, &m)))
            return false;
    }
    spaces(c);
    if (at(c, '(') || at(c, '['))
        c->p = memchr(c->p, at(c, '(') ? ')' : ']', (size_t)(c->end - c->p)) == c->end - 1 ? c->end : c->p;
    return true;
}

/* hh:mm, hh:mm:ss, hh:mm:ss.fff, with am or pm. */
static bool time_of_day(cursor *c)
{
    figure h, m, s = {0}, fraction;
    if (!number(c, 2, &h) || !take(c, ':') || !number(c, 2, &m) || m.digits != 2)
        return false;
    if (take(c, ':') && (!number(c, 2, &s) || s.digits != 2))
        return false;
    if ((at(c, '.') || at(c, ',')) && (c->p++, !number(c, 9, &fraction)))
        return false;
    return h.value <= 24 && m.value <= 59 && s.value <= 60;
}

/* Nothing, or a time of day with what belongs to it, to the end. */
static bool only_time(cursor *c)
{
    if (c->p == c->end)
        return true;
    take(c, ',');
    if (!at(c, ' ') && !at(c, 'T') && !at(c, 't') && !at(c, '_') && !at(c, ':'))
        return false;
    c->p++;
    spaces(c);
    if (c->p == c->end)
        return true;
    if (!time_of_day(c))
        return false;
    spaces(c);
    if (c->end - c->p >= 2 && ((c->p[0] | 0x20) == 'a' || (c->p[0] | 0x20) == 'p') && (c->p[1] | 0x20) == 'm')
        c->p += 2;
    return zone(c) && c->p == c->end;
}

/* --- figures only --- */

static bool set_moment(cdr_record_date *ret, int64_t seconds, bool nine)
{
    int32_t day;
    cdr_date d = cdr_date_from_days(seconds / DAY_S), later = cdr_date_from_days((seconds + SINCE_2001_S) / DAY_S);
    if (seconds > LAST_S || !day_of(d.year, d.month, d.day, &day))
        return false;
    set_day(ret, day);
    if (nine && day_of(later.year, later.month, later.day, &day)) {
        ret->kind = CDR_RECORD_EPOCH;
        ret->second = day;
    }
    return true;
}

static int part(const char *s, size_t len)
{
    int v = 0;
    for (size_t i = 0; i < len; i++)
        v = v * 10 + (s[i] - '0');
    return v;
}

/* 20170314, 14032017, 03142017. */
static bool eight(const char *s, cdr_record_date *ret)
{
    return set_ymd(ret, part(s, 4), part(s + 4, 2), part(s + 6, 2)) || set_either(ret, part(s + 4, 4), part(s, 2), part(s + 2, 2));
}

/* 201703140912 and 20170314091233. */
static bool eight_and_time(const char *s, size_t len, cdr_record_date *ret)
{
    return part(s + 8, 2) < 24 && part(s + 10, 2) < 60 && (len < 14 || part(s + 12, 2) <= 60) && set_ymd(ret, part(s, 4), part(s + 4, 2), part(s + 6, 2));
}

static bool all_digits(const char *s, size_t digits, cdr_record_date *ret)
{
    int64_t v = 0;
    cdr_record_date compact;
    for (size_t i = 0; i < digits && digits <= 16; i++)
        v = v * 10 + (s[i] - '0');
    switch (digits) {
    case 4: return set_span(ret, (int)v, 0);
    case 8: return eight(s, ret);
    case 9: return set_moment(ret, v, true);
    case 10:
        if (s[0] == '0' || !set_moment(ret, v, false))
            return false;
        ret->says = CDR_SAYS_SINCE_1970;
        return true;
    case 12: return !eight_and_time(s, digits, &compact) && set_moment(ret, v / 1000, false);   /* either reading may be meant */
    case 13: return set_moment(ret, v / 1000, false);
    case 14: return eight_and_time(s, digits, ret);
    case 15:
    case 16: return set_moment(ret, v / 1000000, false);
    default: return false;
    }
}

static bool read_figures(cursor c, size_t digits, cdr_record_date *ret)
{
    const char *s = c.p;
    c.p += digits;
    if (c.p == c.end)
        return s[0] != '0' || digits == 8 ? all_digits(s, digits, ret) : false;
    if (digits == 8 && (at(&c, 'T') || at(&c, 't') || at(&c, ' ') || at(&c, '_'))) {   /* 20170314T091233Z */
        cursor t = c;
        figure f;
        t.p++;
        if (number(&t, 6, &f) && (f.digits == 4 || f.digits == 6) && zone(&t) && t.p == t.end)
            return eight(s, ret);
        return only_time(&c) && eight(s, ret);
    }
    if (!take(&c, '.') || s[0] == '0' || (digits != 9 && digits != 10 && digits != 13))   /* seconds with a fraction */
        return false;
    while (c.p < c.end && is_digit(*c.p))
        c.p++;
    return c.p == c.end && all_digits(s, digits, ret);
}

/* --- three numbers with one sign between --- */

static bool read_triple(figure a, figure b, figure c, char sign, cdr_record_date *ret)
{
    if (a.digits == 4)
        return c.digits <= 2 && set_ymd(ret, a.value, b.value, c.value);
    if (c.digits == 4)
        return sign == '.' ? set_ymd(ret, c.value, b.value, a.value) : set_either(ret, c.value, a.value, b.value);
    if (a.digits > 2 || c.digits != 2)
        return false;
    if (sign == '.')
        return set_ymd(ret, full_year(c), b.value, a.value);
    if (a.value > 31)                        /* 99-04-03 */
        return set_ymd(ret, full_year(a), b.value, c.value);
    /* 17-04-03 begins with the year as often as not. */
    return (sign == '/' || c.value > 31) && set_either(ret, full_year(c), a.value, b.value);
}

static bool read_numbers(cursor c, cdr_record_date *ret)
{
    figure a, b, d;
    if (!number(&c, 4, &a) || c.p == c.end)
        return false;
    char sign = *c.p;
    if ((sign != '-' && sign != '/' && sign != '.') || (c.p++, !number(&c, 4, &b)))
        return false;
    if (c.p == c.end) {                      /* 2017-03, 03/2017 */
        if (a.digits == 4 && b.digits == 2 && b.value >= 1)
            return set_span(ret, a.value, b.value);
        return a.digits <= 2 && a.value >= 1 && b.digits == 4 && set_span(ret, b.value, a.value);
    }
    return take(&c, sign) && (spaces(&c), number(&c, 4, &d)) && b.digits <= 2 && only_time(&c) && read_triple(a, b, d, sign, ret);
}

/* --- with words --- */

typedef struct worded { int month, day, year; bool bad, timed; } worded;

static bool is_word_byte(char c)
{
    return is_letter(c) || (unsigned char)c >= 0x80;
}

static void take_word(cursor *c, worded *w)
{
    static const char *const ordinals[] = {"st", "nd", "rd", "th"}, *const days[] = {"mon", "tue", "tues", "wed", "thu", "thur", "thurs", "fri", "sat", "sun"};
    const char *s = c->p;
    while (c->p < c->end && is_word_byte(*c->p))
        c->p++;
    size_t len = (size_t)(c->p - s);
    int month = cdr_month_word(s, len);
    if (month && !w->month) {
        w->month = month;
        return;
    }
    bool known = cdr_weekday_word(s, len) || cdr_date_link_word(s, len) || (w->timed && len <= 5);   /* 09:12:00 CET 2017 */
    for (size_t i = 0; i < CDR_COUNT(days) && !known; i++)
        known = cdr_ascii_ieq(s, len, days[i], strlen(days[i]));
    for (size_t i = 0; i < CDR_COUNT(ordinals) && !known; i++)
        known = w->day && cdr_ascii_ieq(s, len, ordinals[i], 2);
    w->bad = !known;
}

static void take_number(cursor *c, worded *w)
{
    figure f;
    cursor t = *c;
    if (!w->timed && time_of_day(&t)) {      /* Tue Mar 14 09:12:00 2017 */
        w->timed = true;
        *c = t;
        return;
    }
    if (!number(c, 4, &f))
        w->bad = true;
    else if (f.digits == 4 && !w->year)
        w->year = f.value;
    else if (f.digits <= 2 && !w->day)
        w->day = f.value;
    else if (f.digits == 2 && w->month && !w->year)
        w->year = full_year(f);
    else
        w->bad = true;
}

static bool read_words(cursor c, cdr_record_date *ret)
{
    worded w = {0};
    while (c.p < c.end && !w.bad && !(w.month && w.day && w.year)) {
        if (is_word_byte(*c.p))
            take_word(&c, &w);
        else if (is_digit(*c.p))
            take_number(&c, &w);
        else if (memchr(" ,.-/", *c.p, 5))
            c.p++;
        else
            w.bad = true;
    }
    if (w.bad || !w.month || !w.year)
        return false;
    if (!w.day)
        return c.p == c.end && !w.timed && set_span(ret, w.year, w.month);
    return (w.timed ? c.p == c.end : only_time(&c)) && set_ymd(ret, w.year, w.month, w.day);
}

/* --- --- */

static bool says_none(cursor c)
{
    static const char *const words[] = {"null", "none", "nil", "nan", "nat", "n/a", "na", "-", "--", "\\N", "unknown", "never"};
    size_t len = (size_t)(c.end - c.p);
    for (size_t i = 0; i < CDR_COUNT(words); i++)
        if (cdr_ascii_ieq(c.p, len, words[i], strlen(words[i])))
            return true;
    return false;
}

/* "2017-03-14" alone or with a time behind "T" or a space: nearly all there are. */
static bool read_iso(const char *s, size_t len, cdr_record_date *ret)
{
    static const uint8_t places[8] = {0, 1, 2, 3, 5, 6, 8, 9};
    if (len < 10 || s[4] != '-' || s[7] != '-')
        return false;
    for (size_t i = 0; i < sizeof places; i++)
        if (!is_digit(s[places[i]]))
            return false;
    cursor rest = {s + 10, s + len};
    return only_time(&rest) && set_ymd(ret, part(s, 4), part(s + 5, 2), part(s + 8, 2));
}

void cdr_record_date_read(const char *s, size_t len, cdr_record_date *ret)
{
    cursor c = {s, s ? s + len : s};
    *ret = (cdr_record_date){.kind = CDR_RECORD_NO_DATE};
    while (c.p < c.end && (unsigned char)*c.p <= ' ')
        c.p++;
    while (c.end > c.p && (unsigned char)c.end[-1] <= ' ')
        c.end--;
    len = (size_t)(c.end - c.p);
    if (len == 0)
        return;
    if (len > TEXT_MAX) {
        ret->kind = CDR_RECORD_UNREADABLE;
        return;
    }
    if (read_iso(c.p, len, ret))
        return;
    size_t digits = 0;
    while (digits < len && is_digit(c.p[digits]))
        digits++;
    if ((digits == len || digits > 4) ? read_figures(c, digits, ret) : (digits > 0 && read_numbers(c, ret)) || read_words(c, ret))
        return;
    *ret = (cdr_record_date){.kind = says_none(c) ? CDR_RECORD_NO_DATE : CDR_RECORD_UNREADABLE};
}

/* --- columns --- */

void cdr_record_column_add(cdr_record_column *c, const cdr_record_date *d)
{
    c->day_first += d->says == CDR_SAYS_DAY_FIRST;
    c->month_first += d->says == CDR_SAYS_MONTH_FIRST;
    c->since_1970 += d->says == CDR_SAYS_SINCE_1970;
}

/* Which of two readings the column means: -1 neither is certain, 0 the first, 1 the second. */
static int meant(const cdr_record_date *d, const cdr_record_column *c)
{
    if (d->kind == CDR_RECORD_DAY)
        return 0;
    if (d->kind == CDR_RECORD_EPOCH)
        return c->since_1970 ? 0 : -1;
    if (d->kind != CDR_RECORD_ORDER || (c->day_first > 0) == (c->month_first > 0))
        return -1;
    return c->day_first ? 0 : 1;
}

cdr_truth cdr_record_date_before(const cdr_record_date *d, const cdr_record_column *c, int64_t cutoff)
{
    if (d->kind == CDR_RECORD_NO_DATE || d->kind == CDR_RECORD_UNREADABLE)
        return CDR_UNKNOWN;
    int which = meant(d, c);
    bool first = d->first < cutoff, second = d->second < cutoff;
    if (which < 0 && first != second)
        return CDR_UNKNOWN;
    return (which == 1 ? second : first) ? CDR_TRUE : CDR_FALSE;
}

bool cdr_record_date_day(const cdr_record_date *d, const cdr_record_column *c, int32_t *ret)
{
    int which = d->kind == CDR_RECORD_NO_DATE || d->kind == CDR_RECORD_UNREADABLE ? -1 : meant(d, c);
    if (which < 0)
        return false;
    *ret = which ? d->second : d->first;
    return true;
}

/* --- names --- */

/* Letters and digits alone, in lower case; what else is above ASCII stays as it is. */
static bool same_but_signs(const char *a, const char *b)
{
    for (;;) {
        while (*a && !is_digit(*a) && !is_word_byte(*a))
            a++;
        while (*b && !is_digit(*b) && !is_word_byte(*b))
            b++;
        if (!*a || !*b)
            return !*a && !*b;
        if ((is_letter(*a) ? *a | 0x20 : *a) != (is_letter(*b) ? *b | 0x20 : *b))
            return false;
        a++;
        b++;
    }
}

static bool same_name(const char *field, const char *column, int how)
{
    if (how == 0)
        return !strcmp(field, column);
    return how == 1 ? cdr_ascii_ieq(field, strlen(field), column, strlen(column)) : *column && same_but_signs(field, column);
}

size_t cdr_record_trigger_column(const cdr_key_set *fields, const char *const *columns, size_t column_count, size_t *ret_field)
{
    for (size_t f = 0; f < fields->count; f++)
        for (int how = 0; how < 3; how++)
            for (size_t i = 0; i < column_count; i++)
                if (columns[i] && strcmp(fields->keys[f], "file") != 0 && same_name(fields->keys[f], columns[i], how)) {
                    if (ret_field)
                        *ret_field = f;
                    return i;
                }
    return SIZE_MAX;
}
