/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"

#include <string.h>

size_t cdr_utf8_decode(const char *s, size_t len, uint32_t *ret_cp)
{
    const unsigned char *p = (const unsigned char *)s;
    *ret_cp = 0xFFFD;
    if (len == 0)
        return 0;
    if (p[0] < 0x80) {
        *ret_cp = p[0];
        return 1;
    }
    size_t need = p[0] >= 0xF0 && p[0] <= 0xF4 ? 4 : p[0] >= 0xE0 && p[0] < 0xF0 ? 3 : p[0] >= 0xC2 && p[0] < 0xE0 ? 2 : 0;
    if (need == 0 || need > len)
        return 1;
    uint32_t cp = p[0] & (0xFFu >> (need + 1));
    for (size_t i = 1; i < need; i++) {
        if ((p[i] & 0xC0) != 0x80)
            return 1;
        cp = cp << 6 | (p[i] & 0x3Fu);
    }
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    if (cp < least[need] || cp > 0x10FFFF || (cp >= 0xD800 && cp <= 0xDFFF))
        return 1;
    *ret_cp = cp;
    return need;
}

size_t cdr_utf8_encode(uint32_t cp, char out[4])
{
    if (cp < 0x80) {
        out[0] = (char)cp;
        return 1;
    }
    if (cp < 0x800) {
        out[0] = (char)(0xC0 | cp >> 6);
        out[1] = (char)(0x80 | (cp & 0x3F));
        return 2;
    }
    if (cp < 0x10000) {
        out[0] = (char)(0xE0 | cp >> 12);
        out[1] = (char)(0x80 | (cp >> 6 & 0x3F));
        out[2] = (char)(0x80 | (cp & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | cp >> 18);
    out[1] = (char)(0x80 | (cp >> 12 & 0x3F));
    out[2] = (char)(0x80 | (cp >> 6 & 0x3F));
    out[3] = (char)(0x80 | (cp & 0x3F));
    return 4;
}

static bool is_invalid(const char *s, size_t used, uint32_t cp)
{
    return cp == 0xFFFD && !(used == 3 && !memcmp(s, "\xEF\xBF\xBD", 3));
}

bool cdr_utf8_valid(const char *s, size_t len)
{
    size_t i = 0;
    while (i < len) {
        uint64_t word;
        if (len - i >= 8 && (memcpy(&word, s + i, 8), !(word & UINT64_C(0x8080808080808080)))) {
            i += 8;
            continue;
        }
        uint32_t cp;
        size_t n = cdr_utf8_decode(s + i, len - i, &cp);
        if (is_invalid(s + i, n, cp))
            return false;
        i += n;
    }
    return true;
}

size_t cdr_utf8_count(const char *s, size_t len)
{
    size_t count = 0;
    for (size_t i = 0; i < len; count++) {
        uint32_t cp;
        i += cdr_utf8_decode(s + i, len - i, &cp);
    }
    return count;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

bool cdr_ascii_ieq(const char *a, size_t alen, const char *b, size_t blen)
{
    if (alen != blen)
        return false;
    for (size_t i = 0; i < alen; i++)
        if (lower(a[i]) != lower(b[i]))
            return false;
    return true;
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

char *cdr_str_trim(char *s)
{
    while (is_space(*s))
        s++;
    size_t len = strlen(s);
    while (len > 0 && is_space(s[len - 1]))
        len--;
    s[len] = '\0';
    return s;
}

#define DISTANCE_MAX 64

/* Optimal string alignment: insert, delete, replace, swap neighbours. Three rows suffice. */
size_t cdr_edit_distance(const char *a, const char *b, size_t cap)
{
    size_t n = strlen(a), m = strlen(b);
    if (n > DISTANCE_MAX || m > DISTANCE_MAX || (n > m ? n - m : m - n) >= cap)
        return cap;
    size_t rows[3][DISTANCE_MAX + 1];
    for (size_t j = 0; j <= m; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= n; i++) {
        size_t *now = rows[i % 3], *last = rows[(i - 1) % 3], *before = rows[(i + 1) % 3];
        now[0] = i;
        for (size_t j = 1; j <= m; j++) {
            size_t cost = lower(a[i - 1]) != lower(b[j - 1]);
            now[j] = CDR_MIN(CDR_MIN(last[j] + 1, now[j - 1] + 1), last[j - 1] + cost);
            if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) && lower(a[i - 2]) == lower(b[j - 1]))
                now[j] = CDR_MIN(now[j], before[j - 2] + 1);
        }
    }
    return CDR_MIN(rows[n % 3][m], cap);
}

const char *cdr_text_nearest(const char *word, const char *const *words, size_t count)
{
    const char *best = NULL;
    size_t len = strlen(word), best_distance = CDR_MIN(CDR_MIN(len / 3 + 1, (size_t)4) + 1, len);
    for (size_t i = 0; i < count; i++) {
        size_t d = cdr_edit_distance(word, words[i], best_distance);
        if (d < best_distance) {
            best = words[i];
            best_distance = d;
        }
    }
    return best;
}

bool cdr_text_is_mark(uint32_t cp)
{
    return cp == 0x200B || (cp >= 0x2028 && cp <= 0x202E) || (cp >= 0x2060 && cp <= 0x206F) || cp == 0xFEFF || (cp >= 0xE0000 && cp <= 0xE007F);
}

/* Bidirectional overrides and invisible marks can make a path look like another. */
static bool is_unsafe(uint32_t cp)
{
    return cp < 0x20 || (cp >= 0x7F && cp < 0xA0) || (cp >= 0x200B && cp <= 0x200F) || (cp >= 0x2028 && cp <= 0x202E) ||
           cdr_text_is_mark(cp);
}

/* The next mark from ${at} on; ${len}: there is none. */
static size_t next_mark(const char *s, size_t at, size_t len, size_t *ret_bytes)
{
    while (at < len) {
        uint32_t cp;
        size_t n = cdr_utf8_decode(s + at, len - at, &cp);
        *ret_bytes = n;
        if (cdr_text_is_mark(cp))
            return at;
        at += n;
    }
    return len;
}

bool cdr_text_has_marks(const char *s, size_t len)
{
    size_t n;
    return next_mark(s, 0, len, &n) < len;
}

cdr_status cdr_text_plain(cdr_buf *out, const char *s, size_t len)
{
    for (size_t at = 0, n = 0; at < len;) {
        size_t mark = next_mark(s, at, len, &n);
        cdr_buf_add(out, s + at, mark - at);
        at = mark + (mark < len ? n : 0);
    }
    return cdr_buf_reserve(out, 0);
}

cdr_status cdr_text_escape(cdr_buf *out, const char *s, size_t len)
{
    for (size_t i = 0; i < len;) {
        uint32_t cp;
        size_t n = cdr_utf8_decode(s + i, len - i, &cp);
        if (is_invalid(s + i, n, cp) || is_unsafe(cp))
            for (size_t k = 0; k < n; k++)
                cdr_buf_addf(out, "\\x%02X", (unsigned)(unsigned char)s[i + k]);
        else
            cdr_buf_add(out, s + i, n);
        i += n;
    }
    return cdr_buf_reserve(out, 0);
}

cdr_status cdr_text_quote(cdr_buf *out, const char *s, size_t max)
{
    size_t len = strnlen(s, max + 1);
    bool cut = len > max;
    while (cut && len > 0 && ((unsigned char)s[len] & 0xC0) == 0x80)
        len--;
    cdr_text_escape(out, s, len);
    return cdr_buf_adds(out, cut ? "…" : "");
}

static bool is_wide(uint32_t cp)
{
    return (cp >= 0x1100 && cp <= 0x115F) || (cp >= 0x2E80 && cp <= 0xA4CF) || (cp >= 0xAC00 && cp <= 0xD7A3) || (cp >= 0xF900 && cp <= 0xFAFF) ||
           (cp >= 0xFE30 && cp <= 0xFE6F) || (cp >= 0xFF00 && cp <= 0xFF60) || (cp >= 0xFFE0 && cp <= 0xFFE6) || (cp >= 0x1F300 && cp <= 0x1FAFF) ||
           (cp >= 0x20000 && cp <= 0x3FFFD);
}

size_t cdr_text_width(const char *s)
{
    size_t width = 0, len = strlen(s);
    for (size_t i = 0; i < len;) {
        uint32_t cp;
        i += cdr_utf8_decode(s + i, len - i, &cp);
        bool zero = (cp >= 0x300 && cp <= 0x36F) || (cp >= 0x200B && cp <= 0x200F) || (cp >= 0xFE00 && cp <= 0xFE0F);
        width += zero ? 0 : is_wide(cp) ? 2 : 1;
    }
    return width;
}

bool cdr_text_is_data(const char *name, size_t len)
{
    size_t digits = 0;
    if (len > 64 || memchr(name, '@', len))
        return true;
    for (size_t i = 0; i < len; i++)
        digits += name[i] >= '0' && name[i] <= '9';
    return digits >= 5 || (digits == len && len > 0) || (digits >= 3 && digits * 2 > len);
}

void cdr_text_whole(char *s)
{
    size_t len = strlen(s), at = len;
    while (at > 0 && len - at < 4 && ((unsigned char)s[at - 1] & 0xc0) == 0x80)
        at--;
    if (at == 0 || (unsigned char)s[at - 1] < 0xc0)
        return;
    unsigned char lead = (unsigned char)s[at - 1];
    size_t wanted = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (len - (at - 1) < wanted)
        s[at - 1] = '\0';
}

void cdr_text_cut(char *ret, size_t cap, const char *s)
{
    size_t len = strnlen(s, cap - 1);
    memcpy(ret, s, len);
    ret[len] = '\0';
    if (s[len])
        cdr_text_whole(ret);
}
