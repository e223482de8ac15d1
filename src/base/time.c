/* SPDX-License-Identifier: Apache-2.0 */
#include "base/time.h"

#include "base/parse.h"

#include <stdio.h>
#include <string.h>

#define DAY_US INT64_C(86400000000)

static bool is_leap(int32_t y)
{
    return y % 4 == 0 && (y % 100 != 0 || y % 400 == 0);
}

bool cdr_date_valid(int32_t year, int32_t month, int32_t day)
{
    static const int8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (year < 0 || year > 9999 || month < 1 || month > 12 || day < 1)
        return false;
    return day <= days[month - 1] + (month == 2 && is_leap(year));
}

/* Days by eras of 400 years that begin on 1 March, so that the leap day is the last of a year. */
int64_t cdr_days_from_date(cdr_date d)
{
    int64_t y = d.year - (d.month <= 2);
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t year_of_era = y - era * 400;
    int64_t day_of_year = (153 * (d.month + (d.month > 2 ? -3 : 9)) + 2) / 5 + d.day - 1;
    return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
}

cdr_date cdr_date_from_days(int64_t days)
{
    int64_t z = days + 719468;
    int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    int64_t day_of_era = z - era * 146097;
    int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t mp = (5 * day_of_year + 2) / 153;
    cdr_date d = {.day = (int8_t)(day_of_year - (153 * mp + 2) / 5 + 1), .month = (int8_t)(mp < 10 ? mp + 3 : mp - 9)};
    d.year = (int32_t)(year_of_era + era * 400 + (d.month <= 2));
    return d;
}

int cdr_weekday(cdr_date d)
{
    int64_t n = (cdr_days_from_date(d) + 3) % 7;   /* 1970-01-01 was a Thursday */
    return (int)(n < 0 ? n + 7 : n) + 1;
}

static bool digits(const char *s, size_t len, int32_t *ret)
{
    uint64_t v;
    if (!cdr_parse_u64(s, len, 0, 9999, &v))
        return false;
    *ret = (int32_t)v;
    return true;
}

static bool parse_date(const char *s, cdr_date *ret)
{
    int32_t y, m, d;
    if (strnlen(s, 10) < 10 || s[4] != '-' || s[7] != '-' || !digits(s, 4, &y) || !digits(s + 5, 2, &m) || !digits(s + 8, 2, &d))
        return false;
    if (!cdr_date_valid(y, m, d))
        return false;
    *ret = (cdr_date){.year = y, .month = (int8_t)m, .day = (int8_t)d};
    return true;
}

bool cdr_date_parse(const char *s, cdr_date *ret)
{
    return strlen(s) == 10 && parse_date(s, ret);
}

void cdr_date_format(cdr_date d, char out[11])
{
    unsigned y = (unsigned)(d.year < 0 ? 0 : d.year > 9999 ? 9999 : d.year);
    snprintf(out, 11, "%04u-%02u-%02u", y, (unsigned)d.month % 100, (unsigned)d.day % 100);
}

struct clock_time { cdr_date date; unsigned hour, minute, second; };

static struct clock_time split(int64_t us)
{
    int64_t days = us / DAY_US - (us % DAY_US < 0);
    unsigned seconds = (unsigned)((us - days * DAY_US) / 1000000);
    return (struct clock_time){cdr_date_from_days(days), seconds / 3600, seconds / 60 % 60, seconds % 60};
}

void cdr_time_format(int64_t us, char out[CDR_TIME_TEXT])
{
    struct clock_time t = split(us);
    char date[11];
    cdr_date_format(t.date, date);
    snprintf(out, CDR_TIME_TEXT, "%sT%02u:%02u:%02uZ", date, t.hour, t.minute, t.second);
}

void cdr_time_format_long(int64_t us, char out[64])
{
    static const char *const days[] = {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"};
    static const char *const months[] = {"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"};
    struct clock_time t = split(us);
    snprintf(out, 64, "%s %d %s %d, %02u:%02u UTC", days[cdr_weekday(t.date) - 1], t.date.day, months[t.date.month - 1], t.date.year, t.hour, t.minute);
}

/* "+01:00", "-08:00" or "Z": minutes east of UTC. */
static bool parse_zone(const char *s, int64_t *ret_minutes)
{
    *ret_minutes = 0;
    if (!strcmp(s, "Z") || !strcmp(s, "z"))
        return true;
    int32_t h, m;
    if (strlen(s) != 6 || (s[0] != '+' && s[0] != '-') || s[3] != ':' || !digits(s + 1, 2, &h) || !digits(s + 4, 2, &m) || h > 23 || m > 59)
        return false;
    *ret_minutes = (s[0] == '-' ? -1 : 1) * (h * 60 + m);
    return true;
}

bool cdr_time_parse(const char *s, int64_t *ret_us)
{
    cdr_date date;
    if (!parse_date(s, &date))
        return false;
    int64_t us = cdr_days_from_date(date) * DAY_US;
    if (s[10] != '\0') {
        int32_t h, m, sec;
        if ((s[10] != 'T' && s[10] != 't' && s[10] != ' ') || strnlen(s + 11, 9) < 9 || s[13] != ':' || s[16] != ':')
            return false;
        if (!digits(s + 11, 2, &h) || !digits(s + 14, 2, &m) || !digits(s + 17, 2, &sec) || h > 23 || m > 59 || sec > 60)
            return false;
        us += ((int64_t)h * 3600 + m * 60 + sec) * 1000000;
        const char *rest = s + 19;
        if (*rest == '.') {
            int64_t unit = 100000;
            const char *first = ++rest;
            for (; *rest >= '0' && *rest <= '9'; rest++, unit /= 10)
                us += (*rest - '0') * unit;
            if (rest == first)
                return false;
        }
        int64_t zone;
        if (!parse_zone(rest, &zone))
            return false;
        us -= zone * 60000000;
    }
    *ret_us = us;
    return true;
}
