/* SPDX-License-Identifier: Apache-2.0 */
/* Arithmetic of check digits, and dates inside numbers. */
#include "detect/identifier.h"

#include "base/time.h"

#include <string.h>

bool cdr_id_digits(const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (!cdr_id_is_digit(s[i]))
            return false;
    return len > 0;
}

uint64_t cdr_id_number(const char *s, size_t len)
{
    uint64_t n = 0;
    for (size_t i = 0; i < len; i++)
        n = n * 10 + (uint64_t)(s[i] - '0');
    return n;
}

unsigned cdr_id_modulo(const char *s, size_t len, unsigned m)
{
    unsigned r = 0;
    for (size_t i = 0; i < len; i++)
        r = (r * 10 + (unsigned)(s[i] - '0')) % m;
    return r;
}

bool cdr_id_same(const char *s, size_t len)
{
    for (size_t i = 1; i < len; i++)
        if (s[i] != s[0])
            return false;
    return true;
}

unsigned cdr_id_two(const char *s)
{
    return (unsigned)(s[0] - '0') * 10 + (unsigned)(s[1] - '0');
}

/* Eight digits at a time: every second is doubled, and nine taken off what exceeds nine. Zeros in front change nothing. */
static bool luhn_of_digits(const char *s, size_t len)
{
    char padded[24];
    uint64_t sum = 0, bad = 0;
    memset(padded, '0', sizeof padded);
    memcpy(padded + sizeof padded - len, s, len);
    for (size_t i = 0; i < sizeof padded; i += 8) {
        uint64_t v, doubled;
        memcpy(&v, padded + i, 8);
        v ^= 0x3030303030303030u;
        bad |= (v + 0x7676767676767676u) | v;
        doubled = (v & 0x000F000F000F000Fu) << 1;
        doubled -= ((doubled + 0x0076007600760076u) >> 7 & 0x0001000100010001u) * 9;
        sum += doubled + (v >> 8 & 0x000F000F000F000Fu);
    }
    if (bad & 0x8080808080808080u)
        return false;
    sum += sum >> 32;
    return ((sum + (sum >> 16)) & 0xFFFF) % 10 == 0;
}

bool cdr_id_luhn(const char *s, size_t len, unsigned base)
{
    unsigned sum = 0;
    if (base == 10 && len <= 24)
        return luhn_of_digits(s, len);
    for (size_t i = 0; i < len; i++) {
        unsigned v = cdr_id_value(s[len - 1 - i]);
        if (v >= base)
            return false;
        sum += i & 1 ? v * 2 / base + v * 2 % base : v;
    }
    return sum % base == 0;
}

bool cdr_id_mod97(const char *s, size_t len, unsigned *ret)
{
    uint64_t r = 0;
    for (size_t i = 0; i < len; i++) {
        unsigned v = cdr_id_value(s[i]);
        if (v > 35)
            return false;
        r = r * (v > 9 ? 100 : 10) + v;
        if (r > UINT64_MAX / 100 - 1)   /* there is no room for another letter */
            r %= 97;
    }
    *ret = (unsigned)(r % 97);
    return true;
}

bool cdr_id_mod11_10(const char *s, size_t len)
{
    unsigned check = 5;
    for (size_t i = 0; i < len; i++)
        check = ((check ? check : 10) * 2 % 11 + (unsigned)(s[i] - '0')) % 10;
    return check == 1;
}

bool cdr_id_mod11_2(const char *s, size_t len)
{
    unsigned r = 0;
    for (size_t i = 0; i < len; i++) {
        unsigned v = s[i] == 'X' && i + 1 == len ? 10 : cdr_id_value(s[i]);
        if (v > 10 || (v == 10 && s[i] != 'X'))
            return false;
        r = (r * 2 + v) % 11;
    }
    return r == 1;
}

bool cdr_id_verhoeff(const char *s, size_t len)
{
    static const uint8_t product[10][10] = {
        {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, {1, 2, 3, 4, 0, 6, 7, 8, 9, 5}, {2, 3, 4, 0, 1, 7, 8, 9, 5, 6}, {3, 4, 0, 1, 2, 8, 9, 5, 6, 7},
        {4, 0, 1, 2, 3, 9, 5, 6, 7, 8}, {5, 9, 8, 7, 6, 0, 4, 3, 2, 1}, {6, 5, 9, 8, 7, 1, 0, 4, 3, 2}, {7, 6, 5, 9, 8, 2, 1, 0, 4, 3},
        {8, 7, 6, 5, 9, 3, 2, 1, 0, 4}, {9, 8, 7, 6, 5, 4, 3, 2, 1, 0}};
    static const uint8_t turn[8][10] = {
        {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, {1, 5, 7, 6, 2, 8, 3, 0, 9, 4}, {5, 8, 0, 3, 7, 9, 6, 1, 4, 2}, {8, 9, 1, 6, 0, 4, 3, 5, 2, 7},
        {9, 4, 5, 3, 1, 2, 6, 8, 7, 0}, {4, 2, 8, 6, 5, 7, 3, 9, 0, 1}, {2, 7, 9, 3, 8, 0, 6, 4, 1, 5}, {7, 0, 4, 6, 9, 1, 3, 2, 5, 8}};
    unsigned check = 0;
    for (size_t i = 0; i < len; i++)
        check = product[check][turn[i % 8][(unsigned)(s[len - 1 - i] - '0')]];
    return check == 0;
}

static bool weighted(const cdr_id_sum *w, const char *s, size_t len, unsigned *ret)
{
    unsigned total = 0;
    for (size_t i = 0; i < w->count; i++) {
        if (w->right && i + 1 >= len)
            break;
        size_t at = w->right ? len - 2 - i : (size_t)w->from + i;
        unsigned v = at < len ? (unsigned)(s[at] - '0') : 36;
        if (v > 9 && (v = at < len ? cdr_id_value(s[at]) : 36) > 35)
            return false;
        total += v * w->weights[i];
    }
    *ret = total;
    return true;
}

bool cdr_id_sum_fits(const cdr_id_sum *w, const char *s, size_t len)
{
    unsigned total = 0;
    switch ((cdr_id_algorithm)w->algorithm) {
    case CDR_SUM_NONE: return true;
    case CDR_SUM_TABLE: {
        size_t at = w->right ? len - 1 : w->at;
        return at < len && weighted(w, s, len, &total) && w->table[total % w->modulus] == s[at];
    }
    case CDR_SUM_ZERO: return weighted(w, s, len, &total) && total % w->modulus == 0;
    case CDR_SUM_LUHN: return cdr_id_luhn(s, len, 10);
    case CDR_SUM_LUHN36: return cdr_id_luhn(s, len, 36);
    case CDR_SUM_MOD97: return cdr_id_mod97(s, len, &total) && total == 1;
    case CDR_SUM_MOD11_10: return cdr_id_digits(s, len) && cdr_id_mod11_10(s, len);
    case CDR_SUM_MOD11_2: return cdr_id_mod11_2(s, len);
    case CDR_SUM_VERHOEFF: return cdr_id_digits(s, len) && cdr_id_verhoeff(s, len);
    }
    return false;
}

bool cdr_id_sums_fit(const cdr_id_rule *rule, const char *s, size_t len)
{
    for (const cdr_id_sum *w = rule->sums; w && w->algorithm != CDR_SUM_NONE; w++)
        if ((w->len == 0 || w->len == len) && !cdr_id_sum_fits(w, s, len))
            return false;
    return true;
}

bool cdr_id_date(unsigned year, unsigned month, unsigned day)
{
    return year > 0 && year < 10000 && month <= 12 && day <= 31 && cdr_date_valid((int32_t)year, (int32_t)month, (int32_t)day);
}

bool cdr_id_date_short(unsigned year, unsigned month, unsigned day)
{
    return cdr_id_date(1900 + year, month, day) || cdr_id_date(2000 + year, month, day);
}

bool cdr_id_date_at(cdr_id_date_form form, const char *s)
{
    size_t len = form == CDR_DATE_YYYYMMDD || form == CDR_DATE_DDMMYYYY ? 8 : 6;
    if (form == CDR_DATE_NONE)
        return true;
    if (!cdr_id_digits(s, len))
        return false;
    switch (form) {
    case CDR_DATE_YYMMDD: return cdr_id_date_short(cdr_id_two(s), cdr_id_two(s + 2), cdr_id_two(s + 4));
    case CDR_DATE_DDMMYY: return cdr_id_date_short(cdr_id_two(s + 4), cdr_id_two(s + 2), cdr_id_two(s));
    case CDR_DATE_YYYYMMDD: return cdr_id_date((unsigned)cdr_id_number(s, 4), cdr_id_two(s + 4), cdr_id_two(s + 6));
    case CDR_DATE_DDMMYYYY: return cdr_id_date((unsigned)cdr_id_number(s + 4, 4), cdr_id_two(s + 2), cdr_id_two(s));
    case CDR_DATE_NONE: break;
    }
    return true;
}

bool cdr_id_listed(const char *list, const char *s, size_t len)
{
    for (const char *p = list;; p += len + 1) {
        if (p[0] == s[0] && !memcmp(p + 1, s + 1, len - 1))
            return true;
        if (!p[len])
            return false;
    }
}
