/* SPDX-License-Identifier: Apache-2.0 */
/* Two spellings of one value become one; and what people are shown instead of a value. */
#include "detect/emitter.h"

#include "base/mem.h"
#include "base/text.h"
#include "detect/phone_plan.h"

#include <stdio.h>
#include <string.h>

static size_t put(char *ret, size_t cap, size_t n, char c)
{
    if (n < cap)
        ret[n] = c;
    return n < cap ? n + 1 : n;
}

static char lower(char c)
{
    return cdr_is_upper(c) ? (char)(c | 0x20) : c;
}

static char upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 32) : c;
}

/* Letter case and white space at the ends and in rows tell nothing apart. */
static size_t normalise_text(const char *v, size_t len, char *ret, size_t cap)
{
    size_t n = 0;
    bool gap = false;
    for (size_t i = 0; i < len; i++) {
        if (v[i] == ' ' || v[i] == '\t' || v[i] == '\n' || v[i] == '\r') {
            gap = n > 0;
            continue;
        }
        if (gap)
            n = put(ret, cap, n, ' ');
        gap = false;
        n = put(ret, cap, n, lower(v[i]));
    }
    return n;
}

static size_t normalise_code(const char *v, size_t len, char *ret, size_t cap)
{
    size_t n = 0;
    for (size_t i = 0; i < len; i++)
        if (cdr_is_alnum(v[i]))
            n = put(ret, cap, n, upper(v[i]));
    return n;
}

/* The digits without an extension; ${ret_international} when a plus or 00 begins it. */
static size_t phone_digits(const char *v, size_t len, char digits[24], bool *ret_international)
{
    size_t n = 0;
    bool plus = false;
    for (size_t i = 0; i < len && n < 20; i++) {
        if (cdr_is_letter(v[i]) || v[i] == '#')
            break;   /* extension */
        if (v[i] == '+' && n == 0)
            plus = true;
        else if (v[i] == '(' && i + 2 < len && v[i + 1] == '0' && v[i + 2] == ')' && plus)
            i += 2;
        else if (cdr_is_digit(v[i]))
            digits[n++] = v[i];
    }
    if (!plus && n > 9 && digits[0] == '0' && digits[1] == '0' && digits[2] != '0') {
        memmove(digits, digits + 2, n -= 2);
        plus = true;
    }
    *ret_international = plus;
    return n;
}

/* E.164 where the number tells its country: with a plus, or ten digits that can only be North American as written. */
static size_t normalise_phone(const char *v, size_t len, char *ret, size_t cap)
{
    char digits[24];
    bool international;
    size_t n = phone_digits(v, len, digits, &international), out = 0, code_len;
    bool nanp = !international && ((n == 10 && cdr_phone_is_nanp(digits)) || (n == 11 && digits[0] == '1' && cdr_phone_is_nanp(digits + 1)));
    if (nanp && n == 10)
        out = put(ret, cap, put(ret, cap, 0, '+'), '1');
    else if (international || nanp)
        out = put(ret, cap, 0, '+');
    const cdr_phone_plan *p = international ? cdr_phone_plan_of(digits, n, &code_len) : NULL;
    for (size_t i = 0; i < n; i++)
        if (!(p && p->trunk == '0' && i == code_len && digits[i] == '0' && n - code_len > p->min))
            out = put(ret, cap, out, digits[i]);
    return out;
}

/* 1990-03-04 where day and month can be told apart; as written otherwise. */
static size_t normalise_date(const char *v, size_t len, char *ret, size_t cap)
{
    int part[3] = {0}, digits[3] = {0}, k = 0;
    for (size_t i = 0; i < len && k < 3; i++) {
        if (cdr_is_digit(v[i]) && digits[k] < 4) {
            part[k] = part[k] * 10 + (v[i] - '0');
            digits[k]++;
        } else if ((v[i] == '-' || v[i] == '.' || v[i] == '/') && digits[k])
            k++;
        else
            return normalise_text(v, len, ret, cap);
    }
    int y = digits[0] == 4 ? part[0] : part[2], m = part[1], d = digits[0] == 4 ? part[2] : part[0];
    if (digits[0] != 4 && part[1] > 12) {
        m = part[0];
        d = part[1];
    }
    bool american = digits[0] != 4 && memchr(v, '/', len) && part[0] <= 12 && part[1] <= 12;
    char text[40];
    if (k != 2 || (digits[0] != 4 && digits[2] != 4) || american)
        return normalise_text(v, len, ret, cap);
    int n = snprintf(text, sizeof text, "%04d-%02d-%02d", y, m, d);
    size_t out = CDR_MIN((size_t)n, cap);
    memcpy(ret, text, out);
    return out;
}

size_t cdr_normalise_value(cdr_kind kind, const char *value, size_t len, char *ret, size_t cap)
{
    const cdr_kind_info *k = cdr_kind_get(kind);
    char plain[512];
    switch (kind) {
    case CDR_K_EMAIL: return normalise_text(plain, cdr_email_plain(value, len, plain, sizeof plain), ret, cap);
    case CDR_K_PHONE: return normalise_phone(value, len, ret, cap);
    case CDR_K_BIRTH_DATE:
    case CDR_K_DATE: return normalise_date(value, len, ret, cap);
    case CDR_K_MAC: return normalise_code(value, len, ret, cap);
    default: break;
    }
    switch (k->family) {
    case CDR_FAMILY_PAYMENT:
    case CDR_FAMILY_BANK:
    case CDR_FAMILY_GOVERNMENT: return normalise_code(value, len, ret, cap);
    case CDR_FAMILY_HEALTH: return k->checked ? normalise_code(value, len, ret, cap) : normalise_text(value, len, ret, cap);
    case CDR_FAMILY_SECRET: {
        size_t n = CDR_MIN(len, cap);
        memcpy(ret, value, n);
        return n;
    }
    case CDR_FAMILY_NONE: case CDR_FAMILY_NAME: case CDR_FAMILY_CONTACT: case CDR_FAMILY_ADDRESS: case CDR_FAMILY_BIRTH: case CDR_FAMILY_SPECIAL:
    case CDR_FAMILY_DEVICE: case CDR_FAMILY_LOCATION: case CDR_FAMILY_WORK: case CDR_FAMILY_OTHER: case CDR_FAMILY__MAX: break;
    }
    return normalise_text(value, len, ret, cap);
}
