/* SPDX-License-Identifier: Apache-2.0 */
/* Is it UTF-8? Other encodings are not guessed at: their letters would break the names of columns and what is looked for in values. */
#include "core/minimise/filter_parts.h"

#include <string.h>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

static size_t ascii(const char *s, size_t len)
{
    size_t i = 0;
#if defined(__SSE2__)
    for (; i + 64 <= len; i += 64) {
        const __m128i *x = (const __m128i *)(const void *)(s + i);
        __m128i any = _mm_or_si128(_mm_or_si128(_mm_loadu_si128(x), _mm_loadu_si128(x + 1)), _mm_or_si128(_mm_loadu_si128(x + 2), _mm_loadu_si128(x + 3)));
        if (_mm_movemask_epi8(any))
            break;
    }
#endif
    for (uint64_t word; i + 8 <= len && (memcpy(&word, s + i, 8), !(word & UINT64_C(0x8080808080808080)));)
        i += 8;
    while (i < len && !(s[i] & 0x80))
        i++;
    return i;
}

/* The character of several bytes at ${s}: its length; 0 it is none; ${len} + 1 it is not whole yet. */
static size_t several(const unsigned char *s, size_t len)
{
    size_t n = s[0] >= 0xC2 && s[0] <= 0xDF ? 2 : s[0] >= 0xE0 && s[0] <= 0xEF ? 3 : s[0] >= 0xF0 && s[0] <= 0xF4 ? 4 : 0;
    for (size_t i = 1; i < n; i++) {
        if (i >= len)
            return len + 1;
        if ((s[i] & 0xC0) != 0x80)
            return 0;
        /* Too long for what it means, a half of a pair, or beyond the last. */
        if (i == 1 && ((s[0] == 0xE0 && s[1] < 0xA0) || (s[0] == 0xED && s[1] > 0x9F) || (s[0] == 0xF0 && s[1] < 0x90) || (s[0] == 0xF4 && s[1] > 0x8F)))
            return 0;
    }
    return n;
}

size_t cdr_filter_utf8(const char *s, size_t len, bool *ret_wrong)
{
    *ret_wrong = false;
    for (size_t i = 0;;) {
        i += ascii(s + i, len - i);
        for (; i < len && (s[i] & 0x80);) {
            size_t n = several((const unsigned char *)s + i, len - i);
            *ret_wrong = n == 0;
            if (n == 0 || n > len - i)
                return i;
            i += n;
        }
        if (i >= len)
            return i;
    }
}

bool cdr_filter_is_utf16(const char *s, size_t len)
{
    return len >= 2 && (!memcmp(s, "\xff\xfe", 2) || !memcmp(s, "\xfe\xff", 2));
}

cdr_status cdr_filter_foreign(const char *name, uint64_t line, uint64_t at, cdr_err *err)
{
    return cdr_fail(err, CDR_E_INVAL, "minimise", "filter.encoding",
                    "%.120s, line %llu, byte %llu: it is not written in UTF-8; say what it is with --encoding, or convert it first (iconv -f WINDOWS-1252 -t UTF-8); nothing from that record on was written.",
                    name ? name : "input", (unsigned long long)line, (unsigned long long)at);
}
