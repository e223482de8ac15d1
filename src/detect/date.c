/* SPDX-License-Identifier: Apache-2.0 */
/* Dates in figures, and pairs of coordinates. */
#include "detect/emitter.h"

#include "base/mem.h"
#include "base/time.h"

#include <string.h>

/* Up to ${max} digits at ${*i}; -1 when there is none. */
static int number_at(const char *s, size_t len, size_t *i, size_t max, size_t *ret_digits)
{
    int v = 0;
    size_t from = *i;
    while (*i < len && *i - from < max && cdr_is_digit(s[*i]))
        v = v * 10 + (s[(*i)++] - '0');
    *ret_digits = *i - from;
    return *ret_digits ? v : -1;
}

static int two_at(const char *s)
{
    return (s[0] - '0') * 10 + (s[1] - '0');
}

static bool plausible(int y, int m, int d)
{
    return y >= 1880 && y <= 2100 && cdr_date_valid(y, m, d);
}

static int full_year(int y, size_t digits)
{
    return digits == 4 ? y : digits == 2 ? (y > 30 ? 1900 + y : 2000 + y) : -1;
}

size_t cdr_date_at(const char *s, size_t len)
{
    size_t i = 0, da, db, dc;
    int a = number_at(s, len, &i, 4, &da);
    if (a < 0 || i >= len || da == 3 || (s[i] != '-' && s[i] != '/' && s[i] != '.'))
        return 0;
    char sign = s[i++];
    int b = number_at(s, len, &i, 2, &db);
    if (b < 0 || i >= len || s[i] != sign)
        return 0;
    i++;
    int c = number_at(s, len, &i, 4, &dc);
    if (c < 0 || (i < len && cdr_is_digit(s[i])) || dc == 3)
        return 0;
    bool good = da == 4 ? dc <= 2 && plausible(a, b, c) : dc == 4 || (sign != '.' && da == 2 && db == 2 && dc == 2)
                ? plausible(full_year(c, dc), b, a) || (sign != '.' && plausible(full_year(c, dc), a, b)) : false;
    return good ? i : 0;
}

/* "T09:12", " 09:12:33.123Z", ":09:12:33 +0000": the end of a time of day behind a date, 0 when there is none. */
static size_t time_after(const char *t, size_t len, size_t i)
{
    size_t at = i + (i < len && (t[i] == 'T' || t[i] == ' ' || t[i] == '_' || t[i] == ':' || t[i] == 't'));
    if (at == i || at + 5 > len || !cdr_is_digit(t[at]) || !cdr_is_digit(t[at + 1]) || t[at + 2] != ':' || !cdr_is_digit(t[at + 3]) || !cdr_is_digit(t[at + 4]))
        return 0;
    at += 5;
    if (at + 3 <= len && t[at] == ':' && cdr_is_digit(t[at + 1]) && cdr_is_digit(t[at + 2]))
        at += 3;
    size_t point = at;
    if (at + 1 < len && (t[at] == '.' || t[at] == ',') && cdr_is_digit(t[at + 1]))
        for (at++; at < len && at - point < 10 && cdr_is_digit(t[at]); at++)
            ;
    if (at < len && t[at] == 'Z')
        return at + 1;
    size_t zone = at + (at < len && t[at] == ' ');
    if (zone + 5 <= len && (t[zone] == '+' || t[zone] == '-') && cdr_is_digit(t[zone + 1]) && cdr_is_digit(t[zone + 2])) {
        size_t colon = t[zone + 3] == ':';
        if (zone + 5 + colon <= len && cdr_is_digit(t[zone + 3 + colon]) && cdr_is_digit(t[zone + 4 + colon]))
            return zone + 5 + colon;
    }
    return at;
}

/* A birth date that a program wrote as a moment: midnight. */
static bool is_midnight(const char *t, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++)
        if (t[i] >= '1' && t[i] <= '9')
            return false;
    return true;
}

size_t cdr_moment_end(const cdr_emitter *e, size_t start)
{
    const char *t = e->text + start;
    int year = two_at(t) * 100 + two_at(t + 2);
    size_t end = start + 10, after = time_after(e->text, e->len, end);
    return plausible(year, two_at(t + 5), two_at(t + 8)) && after && !is_midnight(e->text, end, after) ? after : 0;
}

size_t cdr_find_date(cdr_emitter *e, size_t start)
{
    const char *t = e->text;
    size_t n = cdr_date_at(t + start, CDR_MIN(e->len - start, (size_t)16));
    if (n == 0 || (start > 0 && (cdr_is_alnum(t[start - 1]) || t[start - 1] == '/' || t[start - 1] == '.' || t[start - 1] == '-')))
        return 0;
    size_t end = start + n, after = time_after(t, e->len, end);
    if (after) {
        bool moment = !e->hint && !is_midnight(t, end, after);
        if (e->rs->plain_dates)
            cdr_emit(e, CDR_K_DATE, start, after, CDR_EV_DATE);
        else if (!moment)
            cdr_emit(e, CDR_K_BIRTH_DATE, start, end, CDR_EV_DATE);
        return after;
    }
    if (end < e->len && (cdr_is_letter(t[end]) || t[end] == '/' || ((t[end] == '-' || t[end] == '.') && end + 1 < e->len && cdr_is_alnum(t[end + 1]))))
        return 0;
    cdr_emit(e, CDR_K_BIRTH_DATE, start, end, CDR_EV_DATE);
    return end;
}

/* [-]d.dddd with at most ${whole} digits before the point; fills value and number of decimals. */
static size_t decimal_at(const char *t, size_t len, size_t i, double *ret, size_t *ret_decimals)
{
    double v = 0, unit = 0.1;
    bool negative = i < len && t[i] == '-';
    size_t from = i += negative;
    while (i < len && i - from < 4 && cdr_is_digit(t[i]))
        v = v * 10 + (t[i++] - '0');
    if (i == from || i - from > 3 || i >= len || t[i] != '.')
        return 0;
    size_t point = i++;
    for (; i < len && i - point < 16 && cdr_is_digit(t[i]); i++, unit /= 10)
        v += (t[i] - '0') * unit;
    *ret_decimals = i - point - 1;
    *ret = negative ? -v : v;
    return i;
}

size_t cdr_find_geo(cdr_emitter *e, size_t start)
{
    const char *t = e->text;
    double lat, lon;
    size_t decimals_lat, decimals_lon;
    if (start > e->floor && t[start - 1] == '-')
        start--;
    if (start > 0 && (cdr_is_alnum(t[start - 1]) || t[start - 1] == '.'))
        return 0;
    size_t i = decimal_at(t, e->len, start, &lat, &decimals_lat);
    if (!i || decimals_lat < 4 || lat < -90 || lat > 90)
        return 0;
    size_t sign = i;
    while (i < e->len && i - sign < 3 && (t[i] == ',' || t[i] == ' ' || t[i] == ';'))
        i++;
    if (i == sign)
        return 0;
    size_t end = decimal_at(t, e->len, i, &lon, &decimals_lon);
    if (!end || decimals_lon < 4 || lon < -180 || lon > 180 || (end < e->len && (cdr_is_alnum(t[end]) || (t[end] == '.' && end + 1 < e->len && cdr_is_digit(t[end + 1])))))
        return 0;
    bool comma = memchr(t + sign, ',', i - sign) != NULL;
    cdr_emit(e, CDR_K_GEO, start, end, comma && decimals_lat >= 5 && decimals_lon >= 5 ? CDR_EV_SHAPE : 0);
    return end;
}
