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

/* j…@…m: of the domain only the last letter, a domain may be one person's. */
static void mask_email(sink *s, const char *v, size_t len)
{
    const char *at = memchr(v, '@', len);
    put_first(s, v, len);
    puts_(s, DOTS);
    if (!at)
        return;
    puts_(s, "@" DOTS);
    if (cdr_is_letter(v[len - 1]))
        put(s, v + len - 1, 1);
}

/* The last ${keep} letters and digits, when more stand before them; separators stay, groups become dots. */
static void mask_tail(sink *s, const char *v, size_t len, size_t keep)
{
    size_t total = 0, from = len, kept = 0;
    for (size_t i = 0; i < len; i++)
        total += cdr_is_alnum(v[i]);
    keep = total > keep * 2 ? keep : total >= 6 ? 2 : 0;
    while (from > 0 && kept < keep)
        kept += cdr_is_alnum(v[--from]);
    bool dots = false;
    for (size_t i = 0; i < from; i++) {
        bool separator = v[i] == ' ' || v[i] == '-' || v[i] == '.' || v[i] == '/' || v[i] == '(' || v[i] == ')' || v[i] == '+';
        if (separator)
            put(s, v + i, 1);
        else if (!dots)
            puts_(s, DOTS);
        dots = !separator;
    }
    put(s, v + from, len - from);
    if (!s->len)
        puts_(s, DOTS);
}

static void mask_ipv4(sink *s, const char *v, size_t len)
{
    const char *dot = memchr(v, '.', len);
    put(s, v, dot ? (size_t)(dot - v) : 0);
    puts_(s, "." DOTS "." DOTS "." DOTS);
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
    case CDR_K_URL: case CDR_K_URL_CREDENTIALS: mask_url(&s, value, len); return;
    case CDR_K_CVV: case CDR_K_TRACK: case CDR_K_GEO: case CDR_K_USER: puts_(&s, DOTS); return;
    default: break;
    }
    switch (k->family) {
    case CDR_FAMILY_SECRET: mask_secret(&s, kind, value, len); return;
    case CDR_FAMILY_PAYMENT: case CDR_FAMILY_BANK: case CDR_FAMILY_GOVERNMENT: mask_tail(&s, value, len, 4); return;
    case CDR_FAMILY_CONTACT: mask_tail(&s, value, len, 2); return;
    case CDR_FAMILY_DEVICE: mask_tail(&s, value, len, 2); return;
    case CDR_FAMILY_BIRTH: mask_tail(&s, value, len, 0); return;
    case CDR_FAMILY_NAME: case CDR_FAMILY_ADDRESS:
        put_first(&s, value, len);
        puts_(&s, DOTS);
        return;
    case CDR_FAMILY_NONE: case CDR_FAMILY_HEALTH: case CDR_FAMILY_SPECIAL: case CDR_FAMILY_LOCATION: case CDR_FAMILY_WORK: case CDR_FAMILY_OTHER: case CDR_FAMILY__MAX: break;
    }
    puts_(&s, DOTS);
}
