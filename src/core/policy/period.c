/* SPDX-License-Identifier: Apache-2.0 */
/* Periods by the calendar. Years and months move within the calendar and are cut to the month's last day; days are counted after that.
 * Both directions never leave the years 0 to 9999, which is what dates can be written in. */
#include "core/policy/policy.h"

#include "base/parse.h"
#include "base/text.h"

#include <string.h>

enum { DAYS_MAX = 365243, YEARS_MAX = 1000 };   /* a thousand years either way */

static bool within_bounds(const uint64_t n[4])
{
    /* Each is below ten million, so that nothing overflows; together they stay below a thousand years. */
    uint64_t months = n[0] * 12 + n[1], days = n[2] * 7 + n[3];
    return months <= YEARS_MAX * 12 && days <= DAYS_MAX && months * 30 + days <= DAYS_MAX;
}

static void set(const uint64_t n[4], cdr_period *ret)
{
    *ret = (cdr_period){(int32_t)n[0], (int32_t)n[1], (int32_t)(n[2] * 7 + n[3])};
}

bool cdr_period_parse(const char *text, cdr_period *ret)
{
    static const char units[] = "YMWD";
    uint64_t n[4] = {0};
    if (!text || text[0] != 'P' || !text[1])
        return false;
    size_t next = 0;     /* units come in this order, each once */
    for (const char *s = text + 1; *s;) {
        size_t len = strspn(s, "0123456789");
        const char *unit = s[len] ? strchr(units + next, s[len]) : NULL;
        if (!unit || !cdr_parse_u64(s, len, 0, 9999999, &n[unit - units]))
            return false;
        next = (size_t)(unit - units) + 1;
        s += len + 1;
    }
    if (!within_bounds(n))
        return false;
    set(n, ret);
    return true;
}

/* The next word of ${s}, without commas; its length, 0 at the end. */
static size_t next_word(const char **s)
{
    *s += strspn(*s, " ,");
    return strcspn(*s, " ,");
}

static bool unit_of(const char *word, size_t len, size_t *ret)
{
    static const char *const words[] = {"year", "month", "week", "day"};
    if (len > 1 && (word[len - 1] | 0x20) == 's')
        len--;
    for (size_t i = 0; i < CDR_COUNT(words); i++)
        if (cdr_ascii_ieq(words[i], strlen(words[i]), word, len)) {
            *ret = i;
            return true;
        }
    return false;
}

bool cdr_period_read_words(const char *text, cdr_period *ret)
{
    uint64_t n[4] = {0};
    size_t len, unit, count = 0, last = 0;
    for (const char *s = text; (len = next_word(&s)) > 0; count++) {
        uint64_t amount;
        if (count > 0 && cdr_ascii_ieq(s, len, "and", 3)) {
            s += len;
            len = next_word(&s);
        }
        if (!cdr_parse_u64(s, len, 0, 9999999, &amount))
            return false;
        s += len;
        len = next_word(&s);
        if (!unit_of(s, len, &unit) || (count > 0 && unit <= last))
            return false;
        n[unit] = amount;
        last = unit;
        s += len;
    }
    if (count == 0 || !within_bounds(n))
        return false;
    set(n, ret);
    return true;
}

bool cdr_period_is_zero(cdr_period p)
{
    return p.years == 0 && p.months == 0 && p.days == 0;
}

static int8_t last_day(int32_t year, int8_t month)
{
    int8_t day = 31;
    int32_t alike = year % 400 + 2000;   /* the calendar repeats every 400 years, before the year 0 too */
    while (!cdr_date_valid(alike, month, day))
        day--;
    return day;
}

/* ${d} in the month that lies ${months} after its own, its day cut to that month's last. */
static cdr_date by_months(cdr_date d, int64_t months)
{
    int64_t all = (int64_t)d.year * 12 + (d.month - 1) + months;
    int64_t year = all >= 0 ? all / 12 : -((11 - all) / 12);
    cdr_date to = {(int32_t)year, (int8_t)(all - year * 12 + 1), d.day};
    to.day = CDR_MIN(d.day, last_day(to.year, to.month));
    return to;
}

static cdr_date by_days(cdr_date d, int64_t days)
{
    return days == 0 ? d : cdr_date_from_days(cdr_days_from_date(d) + days);
}

static cdr_date writable(cdr_date d)
{
    static const cdr_date first = {0, 1, 1}, last = {9999, 12, 31};
    return d.year < first.year ? first : d.year > last.year ? last : d;
}

cdr_date cdr_period_after(cdr_date d, cdr_period p)
{
    return writable(by_days(by_months(d, (int64_t)p.years * 12 + p.months), p.days));
}

cdr_date cdr_period_before(cdr_date d, cdr_period p)
{
    cdr_date t = by_days(d, -(int64_t)p.days);
    cdr_date from = by_months(t, -((int64_t)p.years * 12 + p.months));
    /* From all days that are cut to the last of a month, the latest: 28 February less a month is 31 January. */
    if (t.day == last_day(t.year, t.month))
        from.day = last_day(from.year, from.month);
    return writable(from);
}

void cdr_period_words(cdr_period p, cdr_buf *out)
{
    const struct { int32_t n; const char *unit; } parts[] = {{p.years, "year"}, {p.months, "month"}, {p.days, "day"}};
    size_t left = 0, said = 0;
    for (size_t i = 0; i < CDR_COUNT(parts); i++)
        left += parts[i].n != 0;
    if (left == 0)
        cdr_buf_adds(out, "no time");
    for (size_t i = 0; i < CDR_COUNT(parts); i++) {
        if (parts[i].n == 0)
            continue;
        cdr_buf_adds(out, said == 0 ? "" : left == 1 ? " and " : ", ");
        cdr_buf_addf(out, "%d %s%s", (int)parts[i].n, parts[i].unit, parts[i].n == 1 ? "" : "s");
        said++;
        left--;
    }
}
