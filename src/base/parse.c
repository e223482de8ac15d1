/* SPDX-License-Identifier: Apache-2.0 */
#include "base/parse.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

bool cdr_parse_u64(const char *s, size_t len, uint64_t min, uint64_t max, uint64_t *ret)
{
    uint64_t v = 0;
    if (len == 0)
        return false;
    for (size_t i = 0; i < len; i++) {
        if (s[i] < '0' || s[i] > '9')
            return false;
        if (__builtin_mul_overflow(v, 10u, &v) || __builtin_add_overflow(v, (uint64_t)(s[i] - '0'), &v))
            return false;
    }
    if (v < min || v > max)
        return false;
    *ret = v;
    return true;
}

bool cdr_parse_i64(const char *s, size_t len, int64_t min, int64_t max, int64_t *ret)
{
    bool negative = len > 0 && s[0] == '-';
    uint64_t magnitude;
    if (!cdr_parse_u64(s + negative, len - negative, 0, (uint64_t)INT64_MAX + negative, &magnitude))
        return false;
    int64_t v = negative ? (int64_t)(0 - magnitude) : (int64_t)magnitude;
    if (v < min || v > max)
        return false;
    *ret = v;
    return true;
}

/* Only the decimal form; strtod alone would take "inf", "0x1p3" and a leading space. */
static bool is_decimal(const char *s, size_t len)
{
    size_t i = len > 0 && (s[0] == '-' || s[0] == '+');
    size_t digits = 0;
    for (; i < len && s[i] >= '0' && s[i] <= '9'; i++)
        digits++;
    if (i < len && s[i] == '.')
        for (i++; i < len && s[i] >= '0' && s[i] <= '9'; i++)
            digits++;
    if (digits == 0)
        return false;
    if (i < len && (s[i] == 'e' || s[i] == 'E')) {
        i++;
        if (i < len && (s[i] == '-' || s[i] == '+'))
            i++;
        if (i == len)
            return false;
        while (i < len && s[i] >= '0' && s[i] <= '9')
            i++;
    }
    return i == len;
}

bool cdr_parse_double(const char *s, size_t len, double min, double max, double *ret)
{
    char text[64];
    if (len >= sizeof text || !is_decimal(s, len))
        return false;
    memcpy(text, s, len);
    text[len] = '\0';
    /* The program never calls setlocale, so the decimal point is a point. */
    double v = strtod(text, NULL);
    if (!isfinite(v) || v < min || v > max)
        return false;
    *ret = v;
    return true;
}

bool cdr_parse_size(const char *s, uint64_t *ret)
{
    size_t len = strlen(s), digits = strspn(s, "0123456789");
    uint64_t v;
    if (!cdr_parse_u64(s, digits, 0, UINT64_MAX, &v))
        return false;
    static const char units[] = "kmgt";
    unsigned shift = 0;
    if (digits < len) {
        const char *unit = memchr(units, s[digits] | 0x20, 4);
        if (!unit)
            return false;
        shift = 10 * ((unsigned)(unit - units) + 1);
        const char *rest = s + digits + 1;
        if (*rest && strcmp(rest, "B") && strcmp(rest, "iB") && strcmp(rest, "b"))
            return false;
    }
    if (v > UINT64_MAX >> shift)
        return false;
    *ret = v << shift;
    return true;
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    char lower = (char)(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

bool cdr_hex_decode(const char *hex, size_t len, uint8_t *out, size_t out_len)
{
    if (len / 2 != out_len || len % 2)
        return false;
    for (size_t i = 0; i < out_len; i++) {
        int high = hex_value(hex[2 * i]), low = hex_value(hex[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        out[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

void cdr_hex_encode(const uint8_t *data, size_t len, char *out)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < len; i++) {
        out[2 * i] = digits[data[i] >> 4];
        out[2 * i + 1] = digits[data[i] & 15];
    }
    out[2 * len] = '\0';
}
