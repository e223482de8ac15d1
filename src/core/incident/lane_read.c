/* SPDX-License-Identifier: Apache-2.0 */
/* What somebody types becomes an answer: choices by key, number or the beginning of a label, times and numbers as people write them, countries by name or code. */
#include "core/incident/lane_parts.h"

#include "base/parse.h"
#include "base/text.h"
#include "base/time.h"

#include <stdio.h>
#include <string.h>

#define MINUTE_US INT64_C(60000000)
#define HOUR_US (60 * MINUTE_US)
#define DAY_US (24 * HOUR_US)
#define PEOPLE_MAX UINT64_C(10000000000)
#define TYPED_MAX 400

static char low(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

/* --- choices --- */

static cdr_status no_choice(cdr_lane_q q, cdr_err *err)
{
    _cleanup_buf_ cdr_buf list = CDR_BUF(400);
    for (const cdr_lane_choice *c = cdr_lane_rows[q].choices; c->key; c++)
        cdr_buf_addf(&list, "%s%s", list.len ? ", " : "", c->key);
    return cdr_fail(err, CDR_E_INVAL, "incident", "lane.choice", "Answer \"%s\" with %s its number, or a word: %s; or ? for \"I do not know\".", cdr_lane_rows[q].key,
                    cdr_lane_rows[q].kind == CDR_LANE_CHOICES ? "one or more of these," : "one of these,", list.data ? list.data : "");
}

/* ${ret} < 0: none, or more than one begins so. */
static int find_choice(cdr_lane_q q, const char *word, size_t len)
{
    const cdr_lane_choice *choices = cdr_lane_rows[q].choices;
    uint64_t number;
    int found = -1, count = 0;
    while (choices[count].key)
        count++;
    if (cdr_parse_u64(word, len, 1, (uint64_t)count, &number))
        return (int)number - 1;
    for (int i = 0; i < count; i++)
        if (cdr_ascii_ieq(word, len, choices[i].key, strlen(choices[i].key)))
            return i;
    for (int i = 0; i < count; i++)
        if (len >= 3 && strlen(choices[i].label) >= len && cdr_ascii_ieq(word, len, choices[i].label, len)) {
            if (found >= 0)
                return -1;
            found = i;
        }
    return found;
}

static cdr_status read_choices(cdr_lane_q q, const char *typed, char ret[CDR_LANE_ANSWER_MAX], cdr_err *err)
{
    const cdr_lane_choice *choices = cdr_lane_rows[q].choices;
    const bool several = cdr_lane_rows[q].kind == CDR_LANE_CHOICES;
    uint32_t chosen = 0;
    size_t at = 0;
    if (!several) {
        int one = find_choice(q, typed, strlen(typed));
        if (one < 0)
            return no_choice(q, err);
        snprintf(ret, CDR_LANE_ANSWER_MAX, "%s", choices[one].key);
        return CDR_OK;
    }
    for (const char *p = typed; *p;) {
        p += strspn(p, ",; ");
        /* Words with blanks stand between commas; numbers and keys may stand between blanks. */
        size_t n = strcspn(p, ",;"), m = strcspn(p, ",; ");
        while (n && p[n - 1] == ' ')
            n--;
        int one = n ? find_choice(q, p, n) : -1;
        if (one < 0 && m != n) {
            n = m;
            one = find_choice(q, p, n);
        }
        if (n && one < 0)
            return no_choice(q, err);
        if (n)
            chosen |= UINT32_C(1) << one;
        p += n;
    }
    for (int i = 0; choices[i].key; i++)
        if (chosen >> i & 1)
            at += (size_t)snprintf(ret + at, CDR_LANE_ANSWER_MAX - at, "%s%s", at ? "," : "", choices[i].key);
    /* "Nothing yet" beside something is no answer. */
    if (!chosen || (q == CDR_LANE_DID && (chosen & 1) && chosen != 1))
        return no_choice(q, err);
    return CDR_OK;
}

/* --- numbers: "6", "about 20", "1,200", "10 to 20" is at most 20 --- */

static cdr_status read_number(cdr_lane_q q, const char *typed, char ret[CDR_LANE_ANSWER_MAX], cdr_err *err)
{
    uint64_t largest = 0, n = 0;
    bool any = false, bad = false;
    for (const char *p = typed; *p && !bad;) {
        if (*p < '0' || *p > '9') {
            bad = *p == '.' || (*p == '-' && (p == typed || p[-1] == ' ') && p[1] >= '0' && p[1] <= '9' && !any);
            p++;
            continue;
        }
        for (n = 0; (*p >= '0' && *p <= '9') || ((*p == ',' || *p == '.' || *p == '\'') && p[1] >= '0' && p[1] <= '9' && p[2] >= '0' && p[2] <= '9' && p[3] >= '0' && p[3] <= '9' && !(p[4] >= '0' && p[4] <= '9')); p++)
            if (*p >= '0' && *p <= '9')
                n = CDR_MIN(n * 10 + (uint64_t)(*p - '0'), PEOPLE_MAX + 1);
        bad = bad || n > PEOPLE_MAX || low(*p) == 'k' || low(*p) == 'm';
        largest = CDR_MAX(largest, n);
        any = true;
    }
    if (!any || bad)
        return cdr_fail(err, CDR_E_INVAL, "incident", "lane.number", "Answer \"%s\" with a number, such as 6 or 1200; if it lies between two, with the larger; or ? for \"I do not know\".", cdr_lane_rows[q].key);
    snprintf(ret, CDR_LANE_ANSWER_MAX, "%llu", (unsigned long long)largest);
    return CDR_OK;
}

/* --- times: "now", "09:14", "today 09:14", "yesterday 16:00", "2 hours ago", "Friday 16:00", "2027-02-19 09:14", RFC 3339 --- */

static bool read_clock(const char *s, int64_t *ret)
{
    uint64_t h, m = 0;
    s += strspn(s, " ");
    if (!strncmp(s, "at ", 3))
        s += 3;
    size_t n = strspn(s, "0123456789");
    if (n < 1 || n > 2 || !cdr_parse_u64(s, n, 0, 23, &h))
        return false;
    s += n;
    bool pm = false, twelve = false;
    if (*s == ':' || *s == '.') {
        if (strspn(s + 1, "0123456789") != 2 || !cdr_parse_u64(s + 1, 2, 0, 59, &m))
            return false;
        s += 3;
    } else if (strncmp(s, "am", 2) != 0 && strncmp(s, "pm", 2) != 0 && strncmp(s, " am", 3) != 0 && strncmp(s, " pm", 3) != 0) {
        return false;
    }
    s += strspn(s, " ");
    if (!strncmp(s, "am", 2) || !strncmp(s, "pm", 2)) {
        pm = *s == 'p';
        twelve = true;
        s += 2;
    }
    if (twelve && (h < 1 || h > 12))
        return false;
    if (twelve)
        h = h % 12 + (pm ? 12 : 0);
    s += strspn(s, " ");
    if (!strcmp(s, "utc") || !strcmp(s, "z"))
        s += strlen(s);
    *ret = (int64_t)h * HOUR_US + (int64_t)m * MINUTE_US;
    return !*s;
}

static const char *const days[] = {"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"};

/* Which day the text begins with; ${rest} what follows. The last Friday, when it says Friday. */
static bool read_day(const char *s, int64_t now_us, int64_t *ret_day, const char **rest)
{
    const int64_t today = now_us / DAY_US;
    size_t n = strcspn(s, " ,t");
    char date[11];
    cdr_date d;
    if (!strncmp(s, "today", 5)) {
        *ret_day = today;
        *rest = s + 5;
        return true;
    }
    if (!strncmp(s, "yesterday", 9)) {
        *ret_day = today - 1;
        *rest = s + 9;
        return true;
    }
    if (strlen(s) >= 10) {
        memcpy(date, s, 10);
        date[10] = '\0';
        if (cdr_date_parse(date, &d)) {
            *ret_day = cdr_days_from_date(d);
            *rest = s + 10 + (s[10] == 't');
            return true;
        }
    }
    n = strcspn(s, " ,");
    for (int i = 0; i < 7; i++)
        if (n >= 3 && n <= strlen(days[i]) && !strncmp(s, days[i], n)) {
            int back = (cdr_weekday(cdr_date_from_days(today)) - (i + 1) + 7) % 7;
            *ret_day = today - back;
            *rest = s + n + strspn(s + n, ",");
            return true;
        }
    return false;
}

static bool read_ago(const char *s, int64_t now_us, int64_t *ret)
{
    uint64_t count;
    size_t n = strspn(s, "0123456789");
    bool one = !n && (!strncmp(s, "an ", 3) || !strncmp(s, "a ", 2));
    if (one) {
        n = s[1] == 'n' ? 2 : 1;
        count = 1;
    } else if (!cdr_parse_u64(s, n, 0, 100000, &count)) {
        return false;
    }
    s += n + strspn(s + n, " ");
    n = strcspn(s, " ");
    if (strcmp(s + n, " ago") != 0 || n < 3)
        return false;
    int64_t unit = !strncmp(s, "min", 3) ? MINUTE_US : !strncmp(s, "hour", 4) ? HOUR_US : !strncmp(s, "day", 3) ? DAY_US : !strncmp(s, "week", 4) ? 7 * DAY_US : 0;
    *ret = now_us - (int64_t)count * unit;
    return unit != 0;
}

static bool read_when(const char *typed, int64_t now_us, int64_t *ret)
{
    char s[80];
    int64_t day, clock = 0;
    const char *rest;
    size_t n = strlen(typed);
    if (cdr_time_parse(typed, ret) && n > 10)
        return true;
    if (n >= sizeof s)
        return false;
    for (size_t i = 0; i <= n; i++)
        s[i] = low(typed[i]);
    if (!strcmp(s, "now") || !strcmp(s, "just now") || read_ago(s, now_us, ret)) {
        if (!strcmp(s, "now") || !strcmp(s, "just now"))
            *ret = now_us;
        return true;
    }
    if (read_clock(s, &clock)) {
        *ret = now_us / DAY_US * DAY_US + clock;
        return true;
    }
    if (!read_day(s, now_us, &day, &rest))
        return false;
    rest += strspn(rest, " ,");
    /* A day alone is counted from its beginning: rather too early than too late. */
    if (*rest && !read_clock(rest, &clock))
        return false;
    *ret = day * DAY_US + clock;
    return true;
}

static cdr_status read_time(cdr_lane_q q, const char *typed, int64_t now_us, char ret[CDR_LANE_ANSWER_MAX], cdr_err *err)
{
    int64_t at;
    char text[CDR_TIME_TEXT];
    if (!read_when(typed, now_us, &at))
        return cdr_fail(err, CDR_E_INVAL, "incident", "lane.time", "Answer \"%s\" with a time (UTC): now, 09:14, yesterday 16:00, Friday 16:00, 2 hours ago, 2027-02-19 09:14; or ? for \"I do not know\".",
                        cdr_lane_rows[q].key);
    if (at > now_us + MINUTE_US)
        return cdr_fail(err, CDR_E_INVAL, "incident", "lane.future", "The time lies in the future; times are UTC, and it is %02d:%02d there now.", (int)(now_us / HOUR_US % 24), (int)(now_us / MINUTE_US % 60));
    if (at < now_us - 3660 * DAY_US)
        return cdr_fail(err, CDR_E_INVAL, "incident", "lane.past", "The time lies more than ten years back; look at the year.");
    cdr_time_format(at, text);
    snprintf(ret, CDR_LANE_ANSWER_MAX, "%s", text);
    return CDR_OK;
}

/* --- countries --- */

static const struct { const char *code, *name; } countries[] = {
#define CDR_COUNTRY(code, name, eea) {code, name},
#include "core/taxonomy/countries.def"
#undef CDR_COUNTRY
    /* as they are also called */
    {"GB", "UK"}, {"GB", "Great Britain"}, {"GB", "England"}, {"GB", "Scotland"}, {"GB", "Wales"}, {"GB", "Northern Ireland"}, {"US", "USA"}, {"US", "U.S."}, {"US", "America"}, {"DE", "Deutschland"},
    {"AT", "Österreich"}, {"CH", "Schweiz"}, {"CH", "Suisse"}, {"ES", "España"}, {"IT", "Italia"}, {"NL", "Nederland"}, {"NL", "Holland"}, {"BE", "Belgique"}, {"BE", "België"}, {"PL", "Polska"},
    {"SE", "Sverige"}, {"DK", "Danmark"}, {"FI", "Suomi"}, {"NO", "Norge"}, {"CZ", "Czech Republic"}, {"GR", "EL"},
};

const char *cdr_lane_country(const char *code)
{
    for (size_t i = 0; i < CDR_COUNT(countries); i++)
        if (!strcmp(countries[i].code, code))
            return countries[i].name;
    return code;
}

static const char *find_country(const char *s, size_t n)
{
    for (size_t i = 0; i < CDR_COUNT(countries); i++) {
        const char *name = countries[i].name;
        bool the = !strncmp(name, "the ", 4);
        if (cdr_ascii_ieq(s, n, countries[i].code, 2) || cdr_ascii_ieq(s, n, name, strlen(name)) || (the && cdr_ascii_ieq(s, n, name + 4, strlen(name + 4))))
            return countries[i].code;
    }
    /* A state of a country: US-CA. */
    if (n > 3 && n <= 6 && s[2] == '-')
        return find_country(s, 2);
    return NULL;
}

static size_t trimmed(const char *p, size_t n)
{
    while (n && p[n - 1] == ' ')
        n--;
    return n;
}

static cdr_status read_countries(const char *typed, char ret[CDR_LANE_ANSWER_MAX], cdr_err *err)
{
    size_t at = 0;
    ret[0] = '\0';
    for (const char *p = typed; *p;) {
        p += strspn(p, ",; ");
        size_t n = strcspn(p, ",;");
        const char *code = find_country(p, trimmed(p, n)), *and = strstr(p, " and ");
        /* Some names have an "and" of their own. */
        if (!code && and && and < p + n) {
            n = (size_t)(and - p);
            code = find_country(p, trimmed(p, n));
        }
        const size_t m = trimmed(p, n);
        /* "DE FR": codes with blanks between. */
        if (m && !code && p[strcspn(p, " ,;")] == ' ') {
            n = strcspn(p, " ,;");
            code = find_country(p, n);
        }
        if (m && !code)
            return cdr_fail(err, CDR_E_INVAL, "incident", "lane.country",
                            "Answer \"where\" with countries, by name or code, with commas between: Germany, US; this one is not known. Or ? for \"I do not know\".");
        if (code && !strstr(ret, code)) {
            if (at + 4 > CDR_LANE_ANSWER_MAX)
                return cdr_fail(err, CDR_E_INVAL, "incident", "lane.countries", "More than %d countries are more than the small lane is for; name the most important ones.", CDR_LANE_ANSWER_MAX / 3);
            at += (size_t)snprintf(ret + at, CDR_LANE_ANSWER_MAX - at, "%s%s", at ? "," : "", code);
        }
        p += n;
        if (!strncmp(p, " and ", 5))
            p += 5;
    }
    return at ? CDR_OK : cdr_fail(err, CDR_E_INVAL, "incident", "lane.country", "Answer \"where\" with countries, by name or code, with commas between: Germany, US; or ? for \"I do not know\".");
}

cdr_status cdr_lane_read(cdr_lane_q q, const char *typed, int64_t now_us, char ret[CDR_LANE_ANSWER_MAX], cdr_err *err)
{
    char s[TYPED_MAX + 1];
    size_t n = strlen(typed);
    if (n > TYPED_MAX || !cdr_utf8_valid(typed, n))
        return cdr_fail(err, CDR_E_INVAL, "incident", "lane.text", "The answer to \"%s\" is longer than %d bytes or no text in UTF-8.", cdr_lane_rows[q].key, TYPED_MAX);
    memcpy(s, typed, n + 1);
    const char *text = cdr_str_trim(s);
    switch (cdr_lane_rows[q].kind) {
    case CDR_LANE_CHOICE: case CDR_LANE_CHOICES: return read_choices(q, text, ret, err);
    case CDR_LANE_NUMBER: return read_number(q, text, ret, err);
    case CDR_LANE_TIME: return read_time(q, text, now_us, ret, err);
    case CDR_LANE_TEXT: break;
    }
    return read_countries(text, ret, err);
}

void cdr_lane_date(int64_t us, char out[CDR_LANE_DATE])
{
    static const char *const week[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    static const char *const months[] = {"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"};
    int64_t day = us / DAY_US - (us % DAY_US < 0), rest = us - day * DAY_US;
    cdr_date d = cdr_date_from_days(day);
    snprintf(out, CDR_LANE_DATE, "%s %d %s, %02d:%02d UTC", week[(cdr_weekday(d) - 1) % 7], d.day, months[(d.month - 1) % 12], (int)(rest / HOUR_US), (int)(rest / MINUTE_US % 60));
}
