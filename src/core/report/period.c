/* SPDX-License-Identifier: Apache-2.0 */
#include "core/report/period.h"

#include "base/parse.h"
#include "base/time.h"

#include <string.h>

#define DAY_US INT64_C(86400000000)
enum { NUMBER_MAX = 9999 };

bool cdr_report_period_parse(const char *s, cdr_report_period *ret)
{
    static const char units[] = "YMWD";
    *ret = (cdr_report_period){0};
    if (!s || *s++ != 'P' || !*s)
        return false;
    size_t next = 0;     /* units come in this order, each once */
    while (*s) {
        size_t len = strspn(s, "0123456789");
        uint64_t n;
        const char *unit = s[len] ? strchr(units + next, s[len]) : NULL;
        if (!unit || !cdr_parse_u64(s, len, 0, NUMBER_MAX, &n))
            return false;
        switch (*unit) {
        case 'Y': ret->years = (uint32_t)n; break;
        case 'M': ret->months = (uint32_t)n; break;
        case 'W': ret->days = (uint32_t)n * 7; break;
        default: ret->days += (uint32_t)n; break;
        }
        next = (size_t)(unit - units) + 1;
        s += len + 1;
    }
    return ret->years + ret->months + ret->days > 0;
}

int64_t cdr_report_period_before(int64_t now_us, const cdr_report_period *p)
{
    int64_t days = now_us / DAY_US, rest = now_us % DAY_US;
    if (rest < 0) {
        days--;
        rest += DAY_US;
    }
    cdr_date d = cdr_date_from_days(days);
    int64_t months = (int64_t)d.year * 12 + (d.month - 1) - (int64_t)p->years * 12 - p->months;
    int32_t year = (int32_t)(months >= 0 ? months / 12 : -((11 - months) / 12)), month = (int32_t)(months - (int64_t)year * 12) + 1;
    int32_t day = d.day;
    while (day > 28 && !cdr_date_valid(year, month, day))
        day--;     /* 31 March minus one month is the last of February */
    return (cdr_days_from_date((cdr_date){year, (int8_t)month, (int8_t)day}) - p->days) * DAY_US + rest;
}

static void part(cdr_buf *out, uint32_t n, const char *unit)
{
    if (n > 0)
        cdr_buf_addf(out, "%s%u %s%s", out->len && out->data[out->len - 1] != ' ' ? " " : "", (unsigned)n, unit, n == 1 ? "" : "s");
}

void cdr_report_period_words(cdr_buf *out, const cdr_report_period *p)
{
    part(out, p->years, "year");
    part(out, p->months, "month");
    part(out, p->days, "day");
}
