/* SPDX-License-Identifier: Apache-2.0 */
#include "core/identity/pin.h"

#include "base/mem.h"
#include "base/time.h"
#include "candor/crypto.h"

#include <string.h>

size_t cdr_pin_digits(const char *said, size_t len, char ret[CDR_PIN_MAX])
{
    size_t n = 0;
    for (size_t i = 0; i < len; i++) {
        if (said[i] == ' ' || said[i] == '-')
            continue;
        if (said[i] < '0' || said[i] > '9' || n == CDR_PIN_MAX)
            return 0;
        ret[n++] = said[i];
    }
    return n;
}

/* --- patterns --- */

static bool holds(const char *d, size_t n, const char *part, size_t len)
{
    for (size_t at = 0; at + len <= n; at++)
        if (!memcmp(d + at, part, len))
            return true;
    return false;
}

/* The same step from each digit to the next, with 0 behind 9: 12345678, 87654321, 89012345, 11111111, 24680246. */
static bool counts_on(const char *d, size_t n)
{
    for (size_t i = 2; i < n; i++)
        if ((d[i] - d[i - 1] + 10) % 10 != (d[1] - d[0] + 10) % 10)
            return false;
    return n > 2;
}

/* Two halves, each of them counting: 12344321, 45670123, 11112222. */
static bool halves_count_on(const char *d, size_t n)
{
    return n / 2 > 2 && counts_on(d, n / 2) && counts_on(d + n / 2, n - n / 2);
}

/* Every digit twice or more often, and what is left counts: 11223344, 111222333. */
static bool stutters(const char *d, size_t n)
{
    char once[CDR_PIN_MAX];
    size_t runs = 0, shortest = n;
    for (size_t i = 0, from = 0; i < n; i++)
        if (i + 1 == n || d[i + 1] != d[i]) {
            once[runs++] = d[i];
            shortest = CDR_MIN(shortest, i + 1 - from);
            from = i + 1;
        }
    return shortest > 1 && (runs < 3 || counts_on(once, runs));
}

static bool repeats_a_digit(const char *d, size_t n)
{
    size_t run = 1, kinds = 0, most = 0;
    for (char c = '0'; c <= '9'; c++) {
        size_t count = 0;
        for (size_t i = 0; i < n; i++)
            count += d[i] == c;
        kinds += count > 0;
        most = CDR_MAX(most, count);
    }
    for (size_t i = 1; i < n; i++) {
        run = d[i] == d[i - 1] ? run + 1 : 1;
        if (run == 4)
            return true;
    }
    return kinds < 3 || most * 3 > n * 2;
}

/* A group said twice or more often, the last time perhaps not whole: 12121212, 48204820, 1234123412. */
static bool repeats_a_group(const char *d, size_t n)
{
    for (size_t period = 1; period <= n / 2; period++)
        if (!memcmp(d, d + period, n - period))
            return true;
    return false;
}

static bool mirrors(const char *d, size_t n)
{
    for (size_t i = 0; i < n / 2; i++)
        if (d[i] != d[n - 1 - i])
            return false;
    return true;
}

/* --- keyboards --- */

/* Column and row of a key, on the telephone (0 below 8) or beside a keyboard (0 below 1 and 2). */
static void key_at(char c, bool telephone, int *ret_x, int *ret_y)
{
    int v = c - '0';
    *ret_x = v ? (v - 1) % 3 : telephone ? 1 : 0;
    *ret_y = v ? (v - 1) / 3 : 3;
    if (!telephone)
        *ret_y = v ? 2 - (v - 1) / 3 : 3;
}

/* A finger that goes from key to neighbouring key and never stays: 14789632, 2580852. */
static bool walks(const char *d, size_t n, bool telephone)
{
    for (size_t i = 1; i < n; i++) {
        int x0, y0, x1, y1;
        key_at(d[i - 1], telephone, &x0, &y0);
        key_at(d[i], telephone, &x1, &y1);
        if (d[i] == d[i - 1] || x1 - x0 > 1 || x0 - x1 > 1 || y1 - y0 > 1 || y0 - y1 > 1)
            return false;
    }
    return true;
}

/* Lines of three keys one after another, the last perhaps begun only: 147258369, 15935728, 78945612. */
static bool lines_of_keys(const char *d, size_t n)
{
    static const char lines[][4] = {"123", "321", "456", "654", "789", "987", "147", "741", "258", "852", "369", "963", "159", "951", "357", "753", "580", "085"};
    for (size_t at = 0; at < n; at += 3) {
        bool is_line = false;
        for (size_t k = 0; k < CDR_COUNT(lines) && !is_line; k++)
            is_line = !memcmp(d + at, lines[k], CDR_MIN(n - at, 3u));
        if (!is_line)
            return false;
    }
    return true;
}

static bool keyboard(const char *d, size_t n)
{
    return walks(d, n, true) || walks(d, n, false) || lines_of_keys(d, n);
}

/* --- dates --- */

static int number(const char *d, size_t n)
{
    int v = 0;
    for (size_t i = 0; i < n; i++)
        v = v * 10 + (d[i] - '0');
    return v;
}

static bool is_year(const char *d)
{
    int y = number(d, 4);
    return y >= 1900 && y <= 2099;
}

static bool is_day(int day, int month, int year)
{
    return cdr_date_valid(year, month, day);
}

/* Day, month and year of four digits in any usual order. */
static bool is_long_date(const char *d)
{
    int first = number(d, 2), second = number(d + 2, 2), third = number(d + 4, 2), fourth = number(d + 6, 2), year = number(d + 4, 4), year_first = number(d, 4);
    return (is_year(d + 4) && (is_day(first, second, year) || is_day(second, first, year))) || (is_year(d) && (is_day(third, fourth, year_first) || is_day(fourth, third, year_first)));
}

/* The same with a year of two digits: every one of them lies between 1900 and 2099. 2000 was a leap year, so 29 February counts. */
static bool is_short_date(const char *d)
{
    int a = number(d, 2), b = number(d + 2, 2), c = number(d + 4, 2);
    return is_day(a, b, 2000) || is_day(b, a, 2000) || is_day(b, c, 2000) || is_day(c, b, 2000);
}

/* Day or month without a leading zero: 1031984, 1984103. */
static bool is_middle_date(const char *d)
{
    const struct { int day, month; const char *year; } ways[] = {
        {number(d, 1), number(d + 1, 2), d + 3}, {number(d + 1, 2), number(d, 1), d + 3}, {number(d, 2), number(d + 2, 1), d + 3}, {number(d + 2, 1), number(d, 2), d + 3},
        {number(d + 4, 1), number(d + 5, 2), d}, {number(d + 5, 2), number(d + 4, 1), d}, {number(d + 4, 2), number(d + 6, 1), d}, {number(d + 6, 1), number(d + 4, 2), d},
    };
    for (size_t i = 0; i < CDR_COUNT(ways); i++)
        if (is_year(ways[i].year) && is_day(ways[i].day, ways[i].month, number(ways[i].year, 4)))
            return true;
    return false;
}

static bool is_date(const char *d, size_t n)
{
    for (size_t at = 0; at + 8 <= n; at++)
        if (is_long_date(d + at))
            return true;
    if (n == 6 || n == 12)
        return is_short_date(d) && (n == 6 || is_short_date(d + 6));
    if (n == 8)
        return is_year(d) && is_year(d + 4);
    return n == 7 && is_middle_date(d);
}

/* --- what people choose --- */

static bool is_common(const char *d, size_t n)
{
    /* Beginnings of well known numbers, birthday songs of numbers, codes of factories; what follows a rule above is not repeated here. */
    static const char *const common[] = {
        "123123", "112233", "121212", "123321", "654321", "520520", "520131", "131313", "131452", "159753", "159357", "112358", "314159", "271828", "141421", "161803", "101010",
        "007007", "246810", "135791", "102030", "010203", "090909", "420420", "246813", "123698", "123654", "111222", "111213", "101112", "911911", "867530", "142857", "202020",
        "31415926", "27182818", "14142135", "16180339", "11235813", "12481632", "10203040", "01020304", "52013140", "52013145", "13145200", "10111213", "12131415", "24681012",
        "13579111", "13579246", "24681357", "12345687", "12345679", "12345670", "12345677", "12345666", "12345600", "12345612", "98765432", "98765430", "86753090", "69696969",
        "42424242", "14285714", "10101010", "12312312", "12300321", "99887766", "11335577", "22446688", "01234560", "00998877", "17171717", "74108520", "85207410",
    };
    for (size_t i = 0; i < CDR_COUNT(common); i++) {
        size_t len = strlen(common[i]);
        /* Also with a digit behind it, and the long ones inside of a longer PIN. */
        if (len <= n && n - len < 2 && !memcmp(d, common[i], len))
            return true;
        if (len == 8 && holds(d, n, common[i], len))
            return true;
    }
    return false;
}

const char *cdr_pin_fault(const char *digits, size_t n, unsigned min)
{
    static const struct { bool (*is)(const char *d, size_t n); const char *why; } rules[] = {
        {counts_on, "It counts on in equal steps; choose digits without an order."},
        {halves_count_on, "Its halves count on in equal steps; choose digits without an order."},
        {repeats_a_digit, "It repeats one digit too often; choose more different ones."},
        {repeats_a_group, "It repeats a group of digits; choose digits without an order."},
        {stutters, "It doubles its digits; choose digits without an order."},
        {mirrors, "It is the same from behind; choose digits without an order."},
        {is_date, "It is a date or made of years, and those are tried first; choose something else."},
        {keyboard, "It is a pattern on the keys of a telephone or keyboard; choose something else."},
        {is_common, "It is one of those that many people choose; choose something else."},
    };
    static const char *const lengths[] = {"It must have 6 to 12 digits.", "It must have 7 to 12 digits.", "It must have 8 to 12 digits.", "It must have 9 to 12 digits.",
                                          "It must have 10 to 12 digits.", "It must have 11 or 12 digits.", "It must have 12 digits."};
    min = CDR_MIN(CDR_MAX(min, (unsigned)CDR_PIN_SHORTEST), (unsigned)CDR_PIN_MAX);
    if (!n)
        return "It must be made of the digits 0 to 9 only, at most 12 of them.";
    if (n < min || n > CDR_PIN_MAX)
        return lengths[min - CDR_PIN_SHORTEST];
    for (size_t i = 0; i < CDR_COUNT(rules); i++)
        if (rules[i].is(digits, n))
            return rules[i].why;
    return NULL;
}

/* --- the customer's own data --- */

/* Six digits of ${value} in a row in the PIN, forwards or backwards; a shorter value whole, where it has at least four digits. */
static bool shares_digits(const cdr_pin_own *own, const char *value, size_t len)
{
    size_t part = CDR_MIN(len, 6u);
    if (part < 4)
        return false;
    for (size_t at = 0; at + part <= len; at++) {
        char back[6];
        for (size_t i = 0; i < part; i++)
            back[i] = value[at + part - 1 - i];
        if (holds(own->digits, own->n, value + at, part) || holds(own->digits, own->n, back, part))
            return true;
    }
    return false;
}

static void add_four(cdr_pin_own *own, const char *four)
{
    if (own->four_count < CDR_COUNT(own->fours))
        memcpy(own->fours[own->four_count++], four, 4);
}

/* ${d}: YYYYMMDD. The year, or day and month in either order, are enough: they are the first that somebody tries who knows her. */
static void add_birth(cdr_pin_own *own, const char *d)
{
    const char day_month[4] = {d[6], d[7], d[4], d[5]};
    own->found = own->found || holds(own->digits, own->n, d, 4) || holds(own->digits, own->n, d + 4, 4) || holds(own->digits, own->n, day_month, 4);
    add_four(own, d);
    add_four(own, d + 4);
    add_four(own, day_month);
}

void cdr_pin_own_add(cdr_pin_own *own, uint16_t field, const char *value, size_t len)
{
    char d[64], form[64];
    size_t n = 0, form_len = 0;
    if (field == CDR_FIELD_DATE_OF_BIRTH && cdr_vault_normalise(CDR_FORM_DATE, value, len, form, sizeof form, &form_len)) {
        value = form;
        len = form_len;
    }
    for (size_t i = 0; i < len && n < sizeof d; i++)
        if (value[i] >= '0' && value[i] <= '9')
            d[n++] = value[i];
    if (field == CDR_FIELD_DATE_OF_BIRTH && n == 8)
        add_birth(own, d);
    else if (field == CDR_FIELD_DATE_OF_BIRTH && n < 6)
        own->found = own->found || (n == 4 && holds(own->digits, own->n, d, 4));
    else {
        own->found = own->found || shares_digits(own, d, n);
        if (n >= 4)
            add_four(own, d + n - 4);
    }
    cdr_wipe(d, sizeof d);
    cdr_wipe(form, sizeof form);
}

const char *cdr_pin_own_fault(const cdr_pin_own *own)
{
    bool found = own->found;
    /* Made of such pieces altogether: the last four of the card and the year of birth. */
    if (own->n == 8) {
        unsigned halves = 0;
        for (size_t i = 0; i < own->four_count; i++)
            halves |= (!memcmp(own->digits, own->fours[i], 4) ? 1u : 0) | (!memcmp(own->digits + 4, own->fours[i], 4) ? 2u : 0);
        found = found || halves == 3;
    }
    return found ? "It is made of digits that others may know: date of birth, telephone, account or card; choose something else." : NULL;
}
