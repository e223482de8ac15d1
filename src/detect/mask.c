/* SPDX-License-Identifier: Apache-2.0 */
/* What people are shown instead of a value: enough to recognise it in its place, never enough to know it. */
#include "detect/emitter.h"

#include "base/mem.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

#define DOTS "…"

typedef struct sink { char *ret; size_t cap, len; } sink;

static void put(sink *s, const char *text, size_t len)
{
    if (s->len + len + 1 > s->cap)
        return;
    memcpy(s->ret + s->len, text, len);
    s->len += len;
    s->ret[s->len] = '\0';
}

static void puts_(sink *s, const char *text)
{
    put(s, text, strlen(text));
}

/* The first character, whole even when it has several bytes; nothing when it is a sign. */
static void put_first(sink *s, const char *v, size_t len)
{
    uint32_t cp;
    size_t n = len ? cdr_utf8_decode(v, len, &cp) : 0;
    if (n && cp >= 0x20 && cp != 0x7F && cp != 0xFFFD)
        put(s, v, n);
}

/* a…@e…com: of one letter nothing is kept, one could be all of it. */
static void mask_email(sink *s, const char *value, size_t size)
{
    char v[512];
    size_t len = cdr_email_plain(value, size, v, sizeof v);
    const char *at = memrchr(v, '@', len);
    size_t local = at ? (size_t)(at - v) : len;
    if (local > 1)
        put_first(s, v, local);
    puts_(s, DOTS);
    if (!at)
        return;
    const char *host = at + 1, *end = v + len, *dot = memrchr(host, '.', (size_t)(end - host)), *first = memchr(host, '.', (size_t)(end - host));
    puts_(s, "@");
    if (first && first - host > 1 && cdr_is_alnum(*host))
        put(s, host, 1);
    puts_(s, DOTS);
    for (const char *p = dot ? dot + 1 : end; p < end && end - dot <= 7 && cdr_is_letter(*p); p++)
        put(s, p, 1);
}

/* The last ${keep} letters and digits, where at least three times as many stand before them. */
static void mask_tail(sink *s, const char *v, size_t len, size_t keep)
{
    char tail[4];
    size_t total = 0, kept = 0;
    for (size_t i = 0; i < len; i++)
        total += cdr_is_alnum(v[i]);
    puts_(s, DOTS);
    if (total < 4 * keep)
        keep = total >= 8 ? 2 : 0;
    for (size_t i = len; i > 0 && kept < keep && kept < sizeof tail; i--)
        if (cdr_is_alnum(v[i - 1]))
            tail[kept++] = v[i - 1];
    while (kept > 0)
        put(s, &tail[--kept], 1);
}

/* DE…00: the country, and the last two. */
static void mask_iban(sink *s, const char *v, size_t len)
{
    if (len >= 15 && cdr_is_letter(v[0]) && cdr_is_letter(v[1]))
        put(s, v, 2);
    mask_tail(s, v, len, 2);
}

/* 192.…: the first group. */
static void mask_ipv4(sink *s, const char *v, size_t len)
{
    const char *end = memchr(v, '.', len);
    if (end && end - v <= 3)
        put(s, v, (size_t)(end - v) + 1);
    puts_(s, DOTS);
}

/* 19…: the century of a year with four digits. */
static void mask_date(sink *s, const char *v, size_t len)
{
    for (size_t i = 0; i + 4 <= len; i++) {
        bool year = (!memcmp(v + i, "19", 2) || !memcmp(v + i, "20", 2)) && cdr_is_digit(v[i + 2]) && cdr_is_digit(v[i + 3]);
        if (year && (i == 0 || !cdr_is_digit(v[i - 1])) && (i + 4 == len || !cdr_is_digit(v[i + 4]))) {
            put(s, v + i, 2);
            break;
        }
    }
    puts_(s, DOTS);
}

/* The first letter of a name or a street; a house number is no letter, and two letters are too few. */
static void mask_words(sink *s, const char *v, size_t len)
{
    uint32_t cp = 0;
    size_t n = len ? cdr_utf8_decode(v, len, &cp) : 0;
    if (n < len && len - n >= 2 && (cp >= 0x80 || cdr_is_letter(v[0])))
        put_first(s, v, len);
    puts_(s, DOTS);
}

/* ghp_… : the issuer's prefix tells which key to revoke, the rest nothing. */
static void mask_secret(sink *s, cdr_kind kind, const char *v, size_t len)
{
    static const char *const prefixes[] = {"ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "npm_", "sk_live_", "sk_test_", "rk_live_", "rk_test_", "pk_live_", "AKIA", "ASIA",
                                           "AIza", "xoxb-", "xoxp-", "xoxa-", "xoxs-", "xapp-", "glpat-", "hf_", "dop_v1_", "shpat_", "sk-ant-", "sk-", "SG.", "pypi-", "eyJ"};
    if (kind == CDR_K_SECRET_PRIVATE_KEY) {
        puts_(s, "private key");
        return;
    }
    for (size_t i = 0; i < CDR_COUNT(prefixes); i++) {
        size_t n = strlen(prefixes[i]);
        if (len >= n + 16 && !memcmp(v, prefixes[i], n)) {
            put(s, v, n);
            break;
        }
    }
    puts_(s, DOTS);
}

static void mask_url(sink *s, const char *v, size_t len)
{
    const char *p = memchr(v, ':', len);
    size_t scheme = p ? (size_t)(p - v) : 0;
    put(s, v, CDR_MIN(scheme, (size_t)16));
    puts_(s, scheme ? "://" DOTS : DOTS);
}

void cdr_mask_value(cdr_kind kind, const char *value, size_t len, char *ret, size_t cap)
{
    if (cap == 0)
        return;
    sink s = {ret, cap, 0};
    const cdr_kind_info *k = cdr_kind_get(kind);
    ret[0] = '\0';
    switch (kind) {
    case CDR_K_EMAIL: mask_email(&s, value, len); return;
    case CDR_K_IPV4: mask_ipv4(&s, value, len); return;
    case CDR_K_CARD: mask_tail(&s, value, len, 4); return;
    case CDR_K_IBAN: mask_iban(&s, value, len); return;
    case CDR_K_BIRTH_DATE: case CDR_K_DATE: mask_date(&s, value, len); return;
    case CDR_K_URL: case CDR_K_URL_CREDENTIALS: mask_url(&s, value, len); return;
    case CDR_K_CVV: case CDR_K_TRACK: case CDR_K_GEO: case CDR_K_USER: puts_(&s, DOTS); return;
    default: break;
    }
    switch (k->family) {
    case CDR_FAMILY_SECRET: mask_secret(&s, kind, value, len); return;
    case CDR_FAMILY_PAYMENT: case CDR_FAMILY_BANK: case CDR_FAMILY_GOVERNMENT: case CDR_FAMILY_CONTACT: case CDR_FAMILY_DEVICE: mask_tail(&s, value, len, 2); return;
    case CDR_FAMILY_NAME: case CDR_FAMILY_ADDRESS: mask_words(&s, value, len); return;
    case CDR_FAMILY_NONE: case CDR_FAMILY_BIRTH: case CDR_FAMILY_HEALTH: case CDR_FAMILY_SPECIAL: case CDR_FAMILY_LOCATION: case CDR_FAMILY_WORK: case CDR_FAMILY_OTHER: case CDR_FAMILY__MAX: break;
    }
    puts_(&s, DOTS);
}

/* --- known again --- */

/* "[US_SSN]", "[US_SSN-fkcpabmhdoei]", the same with a number behind ("… #12"). */
static bool is_label(const char *v, size_t len)
{
    size_t i = 1, code = 0;
    if (len < 4 || v[0] != '[')
        return false;
    while (i < len && ((v[i] >= 'A' && v[i] <= 'Z') || v[i] == '_' || (i > 1 && cdr_is_digit(v[i]))))
        i++;
    if (i < 3)
        return false;
    if (i < len && v[i] == '-')
        for (i++; i < len && v[i] >= 'a' && v[i] <= 'p'; i++)
            code++;
    return i + 1 == len && v[i] == ']' && (code == 0 || code == 12) && v[i - 1] != '-';
}

/* One character, the country of an IBAN, a century, the first group of an address. */
static bool is_mask_head(const char *v, size_t len)
{
    uint32_t cp;
    if (len == 0 || cdr_utf8_decode(v, len, &cp) == len)
        return true;
    if (len == 2)
        return (cdr_is_letter(v[0]) && cdr_is_letter(v[1])) || !memcmp(v, "19", 2) || !memcmp(v, "20", 2);
    return len <= 4 && v[len - 1] == '.' && cdr_is_digit(v[0]) && cdr_is_digit(v[len - 2]);
}

static bool is_mask_tail(const char *v, size_t len)
{
    const size_t dots = sizeof DOTS - 1;
    if (len && v[0] == '@') {
        size_t one = len > 1 && cdr_is_alnum(v[1]);
        if (len < 1 + one + dots || memcmp(v + 1 + one, DOTS, dots) != 0)
            return false;
        v += 1 + one + dots;
        len -= 1 + one + dots;
    } else if (len > 4) {
        return false;
    }
    for (size_t i = 0; i < len; i++)
        if (!cdr_is_alnum(v[i]))
            return false;
    return len <= 7;
}

bool cdr_value_is_masked(const char *value, size_t len)
{
    while (len && (value[len - 1] == ' ' || value[len - 1] == '\r' || value[len - 1] == '\t'))
        len--;
    while (len && *value == ' ') {
        value++;
        len--;
    }
    const char *number = len && len < 160 ? memrchr(value, '#', len) : NULL;
    if (number && number > value && number[-1] == ' ') {
        size_t digits = 0, rest = (size_t)(value + len - number) - 1;
        while (digits < rest && cdr_is_digit(number[1 + digits]))
            digits++;
        if (rest && digits == rest)
            len = (size_t)(number - value) - 1;
    }
    if (len < 3 || len > 96)
        return false;
    if (*value == '[')
        return is_label(value, len);
    const char *dots = memmem(value, len, DOTS, sizeof DOTS - 1);
    if (!dots)
        return len == 11 && !memcmp(value, "private key", 11);
    const char *tail = dots + sizeof DOTS - 1;
    return is_mask_head(value, (size_t)(dots - value)) && is_mask_tail(tail, (size_t)(value + len - tail));
}
