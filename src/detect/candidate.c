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
#define DIGITS_ENOUGH 22       /* none of digits alone */

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
        if (k == CDR_PARTS_MAX || n >= COMPACT_ENOUGH || (!letters && n > DIGITS_ENOUGH && k > 1)) {
            c->cut = true;
            break;
        }
        c->separator[k - 1] = t[i++];
    }
    c->letters = letters;
    c->part_count = k;
    c->compact[n] = '\0';
    c->groups = groups_of(c);
}

#if defined(__SSE2__)
typedef struct masks { uint64_t digit, letter, lower, joint; } masks;

static inline __m128i in_range(__m128i x, char low, char span)
{
    __m128i shifted = _mm_sub_epi8(x, _mm_set1_epi8(low));
    return _mm_cmpeq_epi8(_mm_min_epu8(shifted, _mm_set1_epi8(span)), shifted);
}

/* Classes of the 32 bytes at ${p}, as those from bit ${at} on. */
static inline void classify(const char *p, unsigned at, masks *m)
{
    for (unsigned i = 0; i < 2; i++) {
        __m128i x = _mm_loadu_si128((const __m128i *)(const void *)(p + 16 * i));
        __m128i letter = in_range(_mm_or_si128(x, _mm_set1_epi8(0x20)), 'a', 25), lower = in_range(x, 'a', 25);
        /* '-' '.' '/' follow one another. */
        __m128i joint = _mm_or_si128(in_range(x, '-', 2), _mm_cmpeq_epi8(x, _mm_set1_epi8(' ')));
        m->digit |= (uint64_t)(uint32_t)_mm_movemask_epi8(in_range(x, '0', 9)) << (at + 16 * i);
        m->letter |= (uint64_t)(uint32_t)_mm_movemask_epi8(letter) << (at + 16 * i);
        m->lower |= (uint64_t)(uint32_t)_mm_movemask_epi8(lower) << (at + 16 * i);
        m->joint |= (uint64_t)(uint32_t)_mm_movemask_epi8(joint) << (at + 16 * i);
    }
}

static inline unsigned count_bits(uint64_t v)
{
    return v ? (unsigned)__builtin_popcountll(v) : 0;
}

/* Where the first parts and their joints end; 64 when they may go on behind the block. */
static inline unsigned extent(const masks *m)
{
    uint64_t word = m->digit | m->letter, prose = m->lower & 1 ? 0 : m->lower & m->lower >> 1;
    uint64_t beyond = ~(word | (m->joint & word << 1 & word >> 1 & ~(prose >> 1)));
    return beyond ? (unsigned)__builtin_ctzll(beyond) : 64;
}

/* Sixteen bytes at a time, more than is needed, in upper case where ${lower} letters are. */
static inline void copy_part(char *to, const char *from, size_t len, bool lower)
{
    for (size_t i = 0; i < len; i += 16) {
        __m128i x = _mm_loadu_si128((const __m128i *)(const void *)(from + i));
        if (lower)
            x = _mm_sub_epi8(x, _mm_and_si128(in_range(x, 'a', 25), _mm_set1_epi8(0x20)));
        _mm_storeu_si128((__m128i *)(void *)(to + i), x);
    }
}

/* Bytes [0, end) of the block at ${p}, which is readable 16 bytes further. */
static inline void take_apart(cdr_candidate *c, const masks *m, const char *p, unsigned end)
{
    uint64_t all = (1ull << end) - 1, letter = m->letter & all, joints = m->joint & all, groups = 0;
    size_t n = 0, k = 0;
    unsigned from = 0, letters = 0;
    c->letters = 0;
    for (;;) {
        unsigned to = joints ? (unsigned)__builtin_ctzll(joints) : end, len = to - from;
        copy_part(c->compact + n, p + from, len, letter != 0);
        if (letter) {
            uint64_t inside = letter & (~0ull << from) & ((1ull << to) - 1);
            c->letters |= inside >> from << n;
            letters += count_bits(inside);
        }
        n += len;
        c->part_start[k] = c->start + from;
        c->part_end[k] = c->start + to;
        c->digits[k] = (uint8_t)(n - letters);
        c->compact_end[k] = (uint8_t)n;
        c->separator[k] = 0;
        groups |= k < 8 ? (uint64_t)CDR_MIN(len, 15u) << 8 * k : 0;
        k++;
        c->cut = joints && (k == CDR_PARTS_MAX || n >= COMPACT_ENOUGH || (!letter && n > DIGITS_ENOUGH && k > 1));
        if (!joints || c->cut)
            break;
        c->separator[k - 1] = p[to];
        groups |= k <= 8 ? separator_bit(p[to]) << 4 << 8 * (k - 1) : 0;
        from = to + 1;
        joints &= joints - 1;
    }
    c->groups = groups;
    c->part_count = (uint8_t)k;
    c->compact[n] = '\0';
}

/* False: longer than the block, or of fewer than ${least} letters and digits; the latter leaves ${*ret_short} true. */
static bool build_quickly(const cdr_emitter *e, size_t start, size_t least, cdr_candidate *c, bool *ret_short)
{
    char copy[64 + 16];
    const char *p = e->text + start;
    masks m = {0};
    if (e->len - start < sizeof copy) {
        memset(copy, 0, sizeof copy);
        p = memcpy(copy, p, e->len - start);
    }
    classify(p, 0, &m);
    unsigned end = extent(&m);
    /* A joint at the end of the block is no end: what follows it was not looked at. */
    if (end >= 28) {
        classify(p + 32, 32, &m);
        end = extent(&m);
    }
    if (end == 0 || end > 60)
        return false;
    uint64_t joints = m.joint & ((1ull << end) - 1);
    *ret_short = end < least || (joints && end - count_bits(joints) < least);
    if (!*ret_short)
        take_apart(c, &m, p, end);
    return !*ret_short;
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
    c->after_first = c->part_end[0] < e->len ? e->text[c->part_end[0]] : 0;
    return c->compact_end[c->part_count - 1] >= least;
}
