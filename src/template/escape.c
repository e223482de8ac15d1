/* SPDX-License-Identifier: Apache-2.0 */
#include "template/put.h"
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

#ifdef __SSE2__
/* A bit for each of sixteen bytes that is not plain. */
static unsigned odd_bytes(__m128i v)
{
    __m128i odd = _mm_or_si128(_mm_cmplt_epi8(v, _mm_set1_epi8(0x20)), _mm_cmpeq_epi8(v, _mm_set1_epi8(0x7F)));   /* signed: bytes from 0x80 on, too */
    odd = _mm_or_si128(odd, _mm_or_si128(_mm_cmpeq_epi8(v, _mm_set1_epi8('&')), _mm_cmpeq_epi8(v, _mm_set1_epi8('<'))));
    odd = _mm_or_si128(odd, _mm_or_si128(_mm_cmpeq_epi8(v, _mm_set1_epi8('>')), _mm_or_si128(_mm_cmpeq_epi8(v, _mm_set1_epi8('"')), _mm_cmpeq_epi8(v, _mm_set1_epi8('\'')))));
    return (unsigned)_mm_movemask_epi8(odd);
}

/* Eight to fifteen bytes as two words that overlap. */
static __m128i load_short(const char *s, size_t len)
{
    int64_t first, last;
    memcpy(&first, s, 8);
    memcpy(&last, s + len - 8, 8);
    return _mm_set_epi64x(last, first);
}
#endif

/* How many bytes from ${s} on are plain: sixteen at a time where the processor can. */
static size_t plain_run(const char *s, size_t len)
{
    size_t i = 0;
#ifdef __SSE2__
    for (; i + 16 <= len; i += 16) {
        unsigned odd = odd_bytes(_mm_loadu_si128((const __m128i *)(const void *)(s + i)));
        if (odd)
            return i + (size_t)__builtin_ctz(odd);
    }
    if (i > 0 && i < len && !odd_bytes(_mm_loadu_si128((const __m128i *)(const void *)(s + len - 16))))
        return len;
    if (i == 0 && len >= 8 && !odd_bytes(load_short(s, len)))
        return len;
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
            put(out, s + i, run);
        i += run;
        if (i == len)
            break;
        uint32_t cp;
        size_t n = cdr_utf8_decode(s + i, len - i, &cp);
        const char *reference = reference_of(s[i]);
        if (reference)
            put(out, reference, strlen(reference));
        else if (cp == 0xFFFD || has_no_place(cp))
            put(out, "\xEF\xBF\xBD", 3);
        else if (cdr_text_is_mark(cp))   /* shown as on the terminal: it would turn or hide what stands beside it */
            cdr_text_escape(out, s + i, n);
        else
            put(out, s + i, n);
        i += n;
    }
    return len > 0 ? out->status : cdr_buf_reserve(out, 0);
}
