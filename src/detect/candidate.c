/* SPDX-License-Identifier: Apache-2.0 */
/* Parts of letters and digits around single separators, taken apart. The first 64 bytes become bit masks, as in the prefilter; what
 * reaches further is read byte by byte. */
#include "detect/emitter.h"

#include "base/mem.h"

#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#define COMPACT_ENOUGH 40      /* no identifier is longer and in parts */

/* A word in small letters behind figures or capitals goes on with the sentence, not with the number. */
static inline bool is_prose(const char *t, size_t len, size_t start, size_t i)
{
    return t[i] >= 'a' && t[i] <= 'z' && !(t[start] >= 'a' && t[start] <= 'z') && i + 1 < len && t[i + 1] >= 'a' && t[i + 1] <= 'z';
}

static inline uint64_t separator_bit(char c)
{
    return c == ' ' ? CDR_SEP_SPACE : c == '-' ? CDR_SEP_DASH : c == '.' ? CDR_SEP_DOT : CDR_SEP_SLASH;
}

static uint64_t groups_of(const cdr_candidate *c)
{
    uint64_t g = 0;
    for (size_t i = 0; i < c->part_count && i < 8; i++) {
        uint64_t len = CDR_MIN(c->part_end[i] - c->part_start[i], (size_t)15);
        g |= (len | (c->separator[i] ? separator_bit(c->separator[i]) << 4 : 0)) << 8 * i;
    }
    return g;
}

/* Byte by byte, for any length. */
static void build_slowly(const cdr_emitter *e, size_t start, cdr_candidate *c)
{
    const char *t = e->text;
    size_t i = start, n = 0, len = e->len;
    uint8_t digits = 0, k = 0;
    uint64_t letters = 0;
    c->cut = false;
    for (;;) {
        c->part_start[k] = i;
        size_t limit = CDR_MIN(len, i + CDR_COMPACT_MAX - n);
        unsigned kind;
        for (; i < limit && (kind = cdr_class[(unsigned char)t[i]] & (CDR_C_DIGIT | CDR_C_LETTER)) != 0; i++) {
            digits = (uint8_t)(digits + (kind & CDR_C_DIGIT));
            letters |= n < 64 ? (uint64_t)(kind >> 1) << n : 0;
            /* Letters in upper case, digits as they are. */
            c->compact[n++] = (char)((unsigned)t[i] & ~(kind << 4 & 0x20u));
        }
        c->part_end[k] = i;
        c->compact_end[k] = (uint8_t)n;
        c->digits[k] = digits;
        c->separator[k] = 0;
        k++;
        if (i + 1 >= len || !cdr_is_alnum(t[i + 1]) || is_prose(t, len, start, i + 1) || !(t[i] == ' ' || t[i] == '-' || t[i] == '.' || t[i] == '/')) {
            c->cut = i < len && cdr_is_alnum(t[i]);
            break;
        }
        if (k == CDR_PARTS_MAX || n >= COMPACT_ENOUGH) {
            c->cut = true;
            break;
        }
        c->separator[k - 1] = t[i++];
    }
    c->letters = letters;
    c->part_count = k;
    c->compact[n] = '\0';
}

#if defined(__SSE2__)
typedef struct masks { uint64_t digit, letter, lower, joint; } masks;

static inline __m128i in_range(__m128i x, char low, char span)
{
    __m128i shifted = _mm_sub_epi8(x, _mm_set1_epi8(low));
    return _mm_cmpeq_epi8(_mm_min_epu8(shifted, _mm_set1_epi8(span)), shifted);
}

/* Classes of the 64 bytes at ${p}, which go to ${upper} in upper case. */
static inline masks classify(const char *p, char upper[64])
{
    masks m = {0};
    for (unsigned i = 0; i < 4; i++) {
        __m128i x = _mm_loadu_si128((const __m128i *)(const void *)(p + 16 * i)), fold = _mm_set1_epi8(0x20);
        __m128i letter = in_range(_mm_or_si128(x, fold), 'a', 25), lower = in_range(x, 'a', 25);
        /* '-' '.' '/' follow one another. */
        __m128i joint = _mm_or_si128(in_range(x, '-', 2), _mm_cmpeq_epi8(x, _mm_set1_epi8(' ')));
        _mm_storeu_si128((__m128i *)(void *)(upper + 16 * i), _mm_sub_epi8(x, _mm_and_si128(lower, fold)));
        m.digit |= (uint64_t)(uint32_t)_mm_movemask_epi8(in_range(x, '0', 9)) << 16 * i;
        m.letter |= (uint64_t)(uint32_t)_mm_movemask_epi8(letter) << 16 * i;
        m.lower |= (uint64_t)(uint32_t)_mm_movemask_epi8(lower) << 16 * i;
        m.joint |= (uint64_t)(uint32_t)_mm_movemask_epi8(joint) << 16 * i;
    }
    return m;
}

static inline unsigned count_bits(uint64_t v)
{
    return v ? (unsigned)__builtin_popcountll(v) : 0;
}

/* Bytes [0, ret) are parts and their joints; 64 when they may go on behind the block. */
static inline unsigned extent(const masks *m)
{
    uint64_t word = m->digit | m->letter, prose = m->lower & 1 ? 0 : m->lower & m->lower >> 1;
    uint64_t beyond = ~(word | (m->joint & word << 1 & word >> 1 & ~(prose >> 1)));
    unsigned end = beyond ? (unsigned)__builtin_ctzll(beyond) : 64;
    return end > 60 ? 64 : end;
}

/* Part ${k} is [from, to) of the block; compact goes on at ${n}. Copies 16 bytes at a time, more than is needed. */
static inline size_t add_part(cdr_candidate *c, const masks *m, const char upper[64], size_t k, unsigned from, unsigned to, size_t n)
{
    uint64_t inside = (~0ull << from) & ((1ull << to) - 1);
    size_t len = to - from;
    c->part_start[k] = c->start + from;
    c->part_end[k] = c->start + to;
    for (size_t i = 0; i < len; i += 16) {
        char sixteen[16];
        memcpy(sixteen, upper + from + i, 16);
        memcpy(c->compact + n + i, sixteen, 16);
    }
    c->letters |= (m->letter & inside) >> from << n;
    c->digits[k] = (uint8_t)((k ? c->digits[k - 1] : 0) + len - count_bits(m->letter & inside));
    c->compact_end[k] = (uint8_t)(n + len);
    c->separator[k] = 0;
    return n + len;
}

/* False: longer than the block, or of fewer than ${least} letters and digits; the latter leaves ${*ret_short} true. */
static bool build_quickly(const cdr_emitter *e, size_t start, size_t least, cdr_candidate *c, bool *ret_short)
{
    char copy[64], upper[64 + 16];
    const char *p = e->text + start;
    if (e->len - start < 64) {
        memset(copy, 0, sizeof copy);
        p = memcpy(copy, p, e->len - start);
    }
    masks m = classify(p, upper);
    memset(upper + 64, 0, 16);
    unsigned end = extent(&m), from = 0;
    uint64_t all = (1ull << (end & 63)) - 1, joints = ~(m.digit | m.letter) & all;
    if (end == 64 || end == 0 || (joints & 1))
        return false;
    *ret_short = end < least || (joints && end - count_bits(joints) < least);
    if (*ret_short)
        return false;
    size_t n = 0, k = 0;
    c->letters = 0;
    c->cut = false;
    for (;;) {
        unsigned to = joints ? (unsigned)__builtin_ctzll(joints) : end;
        n = add_part(c, &m, upper, k++, from, to, n);
        c->cut = joints && (k == CDR_PARTS_MAX || n >= COMPACT_ENOUGH);
        if (!joints || c->cut)
            break;
        c->separator[k - 1] = p[to];
        from = to + 1;
        joints &= joints - 1;
    }
    c->part_count = (uint8_t)k;
    c->compact[n] = '\0';
    return true;
}
#endif

bool cdr_candidate_at(const cdr_emitter *e, size_t start, size_t least, cdr_candidate *c)
{
    c->text = e->text;
    c->len = e->len;
    c->start = start;
    c->before = start > 0 ? e->text[start - 1] : 0;
#if defined(__SSE2__)
    bool too_short = false, built = build_quickly(e, start, least, c, &too_short);
    if (too_short)
        return false;
    if (!built)
        build_slowly(e, start, c);
#else
    build_slowly(e, start, c);
#endif
    c->groups = groups_of(c);
    c->after_first = c->part_end[0] < e->len ? e->text[c->part_end[0]] : 0;
    return c->compact_end[c->part_count - 1] >= least;
}
