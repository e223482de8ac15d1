/* SPDX-License-Identifier: Apache-2.0 */
#include "template/template.h"

#include "base/text.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

static const char *reference_of(char c)
{
    switch (c) {
    case '&': return "&amp;";
    case '<': return "&lt;";
    case '>': return "&gt;";
    case '"': return "&quot;";
    case '\'': return "&#39;";
    default: return NULL;
    }
}

/* Control characters and noncharacters: HTML renders them as it likes, XML refuses the whole document. */
static bool has_no_place(uint32_t cp)
{
    return (cp < 0x20 && cp != '\t' && cp != '\n' && cp != '\r') || (cp >= 0x7F && cp < 0xA0) || (cp & 0xFFFE) == 0xFFFE || (cp >= 0xFDD0 && cp <= 0xFDEF);
}

static bool plain(unsigned char c)
{
    return c >= 0x20 && c < 0x7F && c != '&' && c != '<' && c != '>' && c != '"' && c != '\'';
}

/* How many bytes from ${s} on are plain: sixteen at a time where the processor can. */
static size_t plain_run(const char *s, size_t len)
{
    size_t i = 0;
#ifdef __SSE2__
    for (; i + 16 <= len; i += 16) {
        __m128i v = _mm_loadu_si128((const __m128i *)(const void *)(s + i));
        __m128i odd = _mm_or_si128(_mm_cmplt_epi8(v, _mm_set1_epi8(0x20)), _mm_cmpeq_epi8(v, _mm_set1_epi8(0x7F)));   /* signed: bytes from 0x80 on, too */
        odd = _mm_or_si128(odd, _mm_or_si128(_mm_cmpeq_epi8(v, _mm_set1_epi8('&')), _mm_cmpeq_epi8(v, _mm_set1_epi8('<'))));
        odd = _mm_or_si128(odd, _mm_or_si128(_mm_cmpeq_epi8(v, _mm_set1_epi8('>')), _mm_or_si128(_mm_cmpeq_epi8(v, _mm_set1_epi8('"')), _mm_cmpeq_epi8(v, _mm_set1_epi8('\'')))));
        unsigned mask = (unsigned)_mm_movemask_epi8(odd);
        if (mask)
            return i + (size_t)__builtin_ctz(mask);
    }
#endif
    while (i < len && plain((unsigned char)s[i]))
        i++;
    return i;
}

cdr_status cdr_html_escape(cdr_buf *out, const char *s, size_t len)
{
    for (size_t i = 0; i < len;) {
        size_t run = plain_run(s + i, len - i);
        if (run > 0)
            cdr_buf_add(out, s + i, run);
        i += run;
        if (i == len)
            break;
        uint32_t cp;
        size_t n = cdr_utf8_decode(s + i, len - i, &cp);
        const char *reference = reference_of(s[i]);
        if (reference)
            cdr_buf_adds(out, reference);
        else if (cp == 0xFFFD || has_no_place(cp))
            cdr_buf_adds(out, "\xEF\xBF\xBD");
        else
            cdr_buf_add(out, s + i, n);
        i += n;
    }
    return cdr_buf_reserve(out, 0);
}
