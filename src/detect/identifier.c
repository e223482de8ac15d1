/* SPDX-License-Identifier: Apache-2.0 */
/* One number against one kind: what people write around it is dropped, then shape, check digits, date and the rest must fit. */
#include "detect/identifier.h"

#include "base/mem.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

static const cdr_id_rule *const rules[CDR_K__MAX] = {
#define CDR_KIND(name, ...) [CDR_K_##name] = &cdr_id_##name,
#include "detect/kinds_identifier.def"
#undef CDR_KIND
};

const cdr_id_rule *cdr_id_rule_of(cdr_kind kind)
{
    return kind < CDR_K__MAX ? rules[kind] : NULL;
}

/* One element of a shape at ${*p} against ${c}; moves ${*p} behind it. */
static bool element(const char **p, char c)
{
    char e = *(*p)++;
    switch (e) {
    case 'd': return cdr_id_is_digit(c);
    case 'a': return cdr_id_is_letter(c);
    case 'x': return cdr_id_is_digit(c) || cdr_id_is_letter(c);
    case '[': {
        bool in = false;
        for (; **p && **p != ']'; (*p)++)
            in |= **p == c;
        *p += **p == ']';
        return in;
    }
    default: return e == c;
    }
}

/* "{9}" or "{7,9}" at ${*p}: how often; once when nothing stands there. */
static void repeats(const char **p, unsigned *least, unsigned *most)
{
    *least = *most = 1;
    if (**p != '{')
        return;
    unsigned n[2] = {0, 0}, k = 0;
    for ((*p)++; **p && **p != '}'; (*p)++) {
        if (**p == ',')
            k = 1;
        else
            n[k] = n[k] * 10 + (unsigned)(**p - '0');
    }
    *p += **p == '}';
    *least = n[0];
    *most = k ? n[1] : n[0];
}

static bool alternative(const char *p, const char *s, size_t len)
{
    size_t i = 0;
    while (*p && *p != '|') {
        const char *start = p, *end = p;
        unsigned least, most, n = 0;
        element(&end, 0);
        p = end;
        repeats(&p, &least, &most);
        for (const char *q = start; n < most && i < len && element(&q, s[i]); q = start) {
            n++;
            i++;
        }
        if (n < least)
            return false;
    }
    return i == len;
}

bool cdr_id_shape(const char *shape, const char *s, size_t len)
{
    for (const char *p = shape; p;) {
        if (alternative(p, s, len))
            return true;
        const char *next = strchr(p, '|');
        p = next ? next + 1 : NULL;
    }
    return false;
}

bool cdr_id_fits(const cdr_id_rule *rule, const char *s, size_t len)
{
    return len > 0 && len <= CDR_ID_MAX && (!rule->shape || cdr_id_shape(rule->shape, s, len)) && cdr_id_fits_digits(rule, s, len);
}

bool cdr_id_fits_digits(const cdr_id_rule *rule, const char *s, size_t len)
{
    char padded[CDR_ID_MAX + 1];
    if (rule->inner) {
        size_t n = 0;
        for (size_t i = 0; i < len; i++)
            if (!strchr(rule->inner, s[i]))
                padded[n++] = s[i];
        padded[n] = '\0';
        s = padded;
        len = n;
    } else if (len < rule->pad_to) {
        memset(padded, '0', rule->pad_to);
        memcpy(padded + rule->pad_to - len, s, len);
        padded[rule->pad_to] = '\0';
        s = padded;
        len = rule->pad_to;
    }
    if (!cdr_id_date_at((cdr_id_date_form)rule->date, s + rule->date_at))
        return false;
    return cdr_id_sums_fit(rule, s, len) && (!rule->valid || rule->valid(s, len));
}

/* Dashes, spaces, dots, slashes and digits that a word processor made out of the plain ones. */
static uint32_t plain(uint32_t c)
{
    if ((c >= 0x2010 && c <= 0x2015) || c == 0x2212 || c == 0xAD || c == 0xFE58 || c == 0xFE63 || c == 0xFF0D)
        return '-';
    if ((c >= 0x2000 && c <= 0x200B) || c == 0xA0 || c == 0x202F || c == 0x205F || c == 0x3000 || c == 0xFEFF)
        return ' ';
    if (c >= 0xFF10 && c <= 0xFF19)
        return c - 0xFF10 + '0';
    if (c == 0x2044 || c == 0x2215 || c == 0xFF0F)
        return '/';
    return c == 0xFF0E ? '.' : c;
}

static uint32_t latin(uint32_t c)
{
    static const struct { uint16_t cyrillic; char latin; } alike[] = {
        {0x410, 'A'}, {0x412, 'B'}, {0x415, 'E'}, {0x41A, 'K'}, {0x41C, 'M'}, {0x41D, 'H'}, {0x41E, 'O'}, {0x420, 'P'}, {0x421, 'C'}, {0x422, 'T'}, {0x423, 'U'}, {0x41F, 'N'}};
    if (c >= 0x430 && c <= 0x44F)
        c -= 0x20;
    for (size_t i = 0; i < CDR_COUNT(alike); i++)
        if (alike[i].cyrillic == c)
            return (uint32_t)alike[i].latin;
    return c;
}

static size_t drop_prefix(const char *list, const char *s, size_t len)
{
    for (const char *p = list; p && *p;) {
        const char *end = strchr(p, '|');
        size_t n = end ? (size_t)(end - p) : strlen(p);
        if (n <= len && !memcmp(p, s, n))
            return n;
        p = end ? end + 1 : NULL;
    }
    return 0;
}

static size_t as_written(const char *text, size_t len, char ret[CDR_ID_MAX + 1])
{
    while (len > 0 && (unsigned char)*text <= ' ') {
        text++;
        len--;
    }
    if (len > CDR_ID_MAX)
        return 0;
    memcpy(ret, text, len);
    ret[len] = '\0';
    return len;
}

size_t cdr_id_compact(const cdr_id_rule *rule, const char *text, size_t len, char ret[CDR_ID_MAX + 1])
{
    const char *strip = rule->strip ? rule->strip : " -.";
    size_t n = 0;
    while (len > 0 && (unsigned char)text[len - 1] <= ' ')
        len--;
    if (rule->flags & CDR_ID_RAW)
        return as_written(text, len, ret);
    for (size_t i = 0; i < len && n <= CDR_ID_MAX;) {
        uint32_t c = 0;
        i += cdr_utf8_decode(text + i, len - i, &c);
        c = plain(c);
        if (rule->flags & CDR_ID_CYRILLIC)
            c = latin(c);
        if (c == 0 || c >= 0x80)
            return 0;
        if ((n == 0 && c <= ' ') || strchr(strip, (int)c))
            continue;
        if (n == CDR_ID_MAX)
            return 0;
        ret[n++] = (char)(c >= 'a' && c <= 'z' ? c - 32 : c);
    }
    size_t skip = drop_prefix(rule->prefix, ret, n);
    memmove(ret, ret + skip, n - skip);
    ret[n - skip] = '\0';
    return n - skip;
}

bool cdr_id_check(const cdr_id_rule *rule, const char *text, size_t len)
{
    char compact[CDR_ID_MAX + 1];
    if (len > 4096)
        return false;
    size_t n = cdr_id_compact(rule, text, len, compact);
    return n > 0 && cdr_id_fits(rule, compact, n);
}

/* "in_.aadhaar" and "us.mbi" name the same as "in.aadhaar" and "us.mbi"; cards, wallets and drivers are known by other names too. */
static cdr_kind kind_of(const char *id)
{
    static const struct { const char *other, *id; } others[] = {{"card", "pay.card"}, {"luhn.card", "pay.card"}, {"btc", "bitcoin"}, {"eth", "ethereum"}, {"iso9362", "bic"},
                                                                {"jp.in_", "jp.in"}, {"us.aba", "us.rtn"}, {"ch.ahv", "ch.ssn"}, {"be.ssn", "be.nn"}, {"swift", "bic"}};
    char plain_id[48];
    size_t n = 0;
    for (const char *p = id; *p && n + 1 < sizeof plain_id; p++)
        if (!(*p == '_' && p[1] == '.'))
            plain_id[n++] = *p;
    plain_id[n] = '\0';
    for (size_t i = 0; i < CDR_COUNT(others); i++)
        if (!strcmp(plain_id, others[i].other))
            return cdr_kind_by_id(others[i].id);
    return cdr_kind_by_id(plain_id);
}

static const char *nearest(const char *id)
{
    const char *best = NULL;
    size_t least = 4;
    for (cdr_kind k = 1; k < CDR_K__MAX; k++) {
        if (!rules[k])
            continue;
        size_t d = cdr_edit_distance(id, cdr_kind_get(k)->id, least);
        if (d < least) {
            least = d;
            best = cdr_kind_get(k)->id;
        }
    }
    return best;
}

cdr_status cdr_identifier_check(const char *kind_id, const char *text, size_t len, cdr_err *err)
{
    const cdr_id_rule *rule = cdr_id_rule_of(kind_of(kind_id));
    if (!rule) {
        const char *near = nearest(kind_id);
        char shown[64];
        snprintf(shown, sizeof shown, "%s", kind_id);
        return cdr_fail(err, CDR_NOT_FOUND, "detect", "detect.unknown-identifier", "There is no kind of identifier \"%s\"%s%s%s; candor identifier list shows all.", shown,
                        near ? ": did you mean \"" : "", near ? near : "", near ? "\"?" : "");
    }
    if (cdr_id_check(rule, text, len))
        return CDR_OK;
    return cdr_fail(err, CDR_DENIED, "detect", "detect.invalid-identifier", "This is no valid %s.", cdr_kind_get(kind_of(kind_id))->title);
}

size_t cdr_identifier_count(void)
{
    size_t n = 0;
    for (cdr_kind k = 1; k < CDR_K__MAX; k++)
        n += rules[k] != NULL;
    return n;
}

bool cdr_identifier_get(size_t i, cdr_identifier_info *ret)
{
    for (cdr_kind k = 1; k < CDR_K__MAX; k++) {
        if (!rules[k] || i-- > 0)
            continue;
        const cdr_kind_info *info = cdr_kind_get(k);
        ret->kind = info;
        ret->strength = !info->checked ? "shape" : info->prior < 0.01f ? "strong" : info->prior < 0.05f ? "fair" : "weak";
        ret->rule = rules[k]->says;
        ret->source = rules[k]->source;
        return true;
    }
    return false;
}
