/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/prefilter.h"

#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

enum { IS_DIGIT = 1, IS_LETTER = 2, IS_AT = 4, IS_SIGN = 8, IS_DOT = 16, IS_DASH = 32, IS_JOINT = 64 };

static const uint8_t classes[256] = {
    ['0'] = IS_DIGIT, ['1'] = IS_DIGIT, ['2'] = IS_DIGIT, ['3'] = IS_DIGIT, ['4'] = IS_DIGIT, ['5'] = IS_DIGIT, ['6'] = IS_DIGIT, ['7'] = IS_DIGIT,
    ['8'] = IS_DIGIT, ['9'] = IS_DIGIT, ['@'] = IS_AT, [':'] = IS_SIGN, ['='] = IS_SIGN, ['.'] = IS_DOT | IS_JOINT, ['-'] = IS_DASH | IS_JOINT,
    [' '] = IS_JOINT, ['/'] = IS_JOINT, ['('] = IS_JOINT, [')'] = IS_JOINT,
    ['A'] = IS_LETTER, ['B'] = IS_LETTER, ['C'] = IS_LETTER, ['D'] = IS_LETTER, ['E'] = IS_LETTER, ['F'] = IS_LETTER, ['G'] = IS_LETTER, ['H'] = IS_LETTER,
    ['I'] = IS_LETTER, ['J'] = IS_LETTER, ['K'] = IS_LETTER, ['L'] = IS_LETTER, ['M'] = IS_LETTER, ['N'] = IS_LETTER, ['O'] = IS_LETTER, ['P'] = IS_LETTER,
    ['Q'] = IS_LETTER, ['R'] = IS_LETTER, ['S'] = IS_LETTER, ['T'] = IS_LETTER, ['U'] = IS_LETTER, ['V'] = IS_LETTER, ['W'] = IS_LETTER, ['X'] = IS_LETTER,
    ['Y'] = IS_LETTER, ['Z'] = IS_LETTER, ['a'] = IS_LETTER, ['b'] = IS_LETTER, ['c'] = IS_LETTER, ['d'] = IS_LETTER, ['e'] = IS_LETTER, ['f'] = IS_LETTER,
    ['g'] = IS_LETTER, ['h'] = IS_LETTER, ['i'] = IS_LETTER, ['j'] = IS_LETTER, ['k'] = IS_LETTER, ['l'] = IS_LETTER, ['m'] = IS_LETTER, ['n'] = IS_LETTER,
    ['o'] = IS_LETTER, ['p'] = IS_LETTER, ['q'] = IS_LETTER, ['r'] = IS_LETTER, ['s'] = IS_LETTER, ['t'] = IS_LETTER, ['u'] = IS_LETTER, ['v'] = IS_LETTER,
    ['w'] = IS_LETTER, ['x'] = IS_LETTER, ['y'] = IS_LETTER, ['z'] = IS_LETTER,
};

static inline uint64_t shifted(uint64_t now, uint64_t before, unsigned n)
{
    return now << n | before >> (64 - n);
}

/* d j dd: a group of digits ends, another of two or more begins; for the dot, which prices have too, a second dot is asked for. */
static inline uint64_t number_events(const cdr_masks *m, const cdr_carry *c, uint64_t d1, uint64_t run4)
{
    uint64_t d3 = shifted(m->digit, c->digit, 3), plain = m->joint & ~m->dot, plain_before = c->joint & ~c->dot;
    uint64_t grouped = m->digit & d1 & shifted(plain, plain_before, 2) & d3;
    uint64_t pointed = m->dot & d1, pointed_before = c->dot & c->digit << 1;
    uint64_t again = pointed & (shifted(pointed, pointed_before, 2) | shifted(pointed, pointed_before, 3) | shifted(pointed, pointed_before, 4));
    uint64_t again_before = c->dot & c->digit << 1 & (pointed_before << 2 | pointed_before << 3 | pointed_before << 4);
    uint64_t dotted = m->digit & shifted(again, again_before, 1);
    uint64_t places = run4 & shifted(m->dot, c->dot, 4) & shifted(m->digit, c->digit, 5);
    uint64_t run4_before = c->digit & c->digit << 1 & c->digit << 2 & c->digit << 3;
    return grouped | dotted | places | (run4 & shifted(run4, run4_before, 3));
}

/* Letters and digits in one run of six or more, or two letters and two digits at its beginning ("DE89 3704…"). */
static inline uint64_t token_events(const cdr_masks *m, const cdr_carry *c, uint64_t d1, uint64_t l1)
{
    uint64_t word = m->digit | m->letter, before = c->digit | c->letter;
    uint64_t w2 = word & shifted(word, before, 1), w2b = before & before << 1;
    uint64_t w4 = w2 & shifted(w2, w2b, 2);
    uint64_t w6 = w4 & shifted(w2, w2b, 4);
    uint64_t change = (m->digit & l1) | (m->letter & d1), change_before = (c->digit & c->letter << 1) | (c->letter & c->digit << 1);
    uint64_t recent = change | shifted(change, change_before, 1) | shifted(change, change_before, 2) | shifted(change, change_before, 3) | shifted(change, change_before, 4);
    uint64_t head = m->digit & d1 & shifted(m->letter, c->letter, 2) & shifted(m->letter, c->letter, 3) & ~shifted(word, before, 4);
    return (w6 & recent) | head;
}

static inline void find_events(const cdr_masks *m, cdr_carry *c, cdr_events *ret, uint64_t *ret_any)
{
    uint64_t d1 = shifted(m->digit, c->digit, 1), l1 = shifted(m->letter, c->letter, 1);
    uint64_t r2 = m->digit & d1, r2_before = c->digit & c->digit << 1, run4 = r2 & shifted(r2, r2_before, 2);
    cdr_events e;
    e.number = number_events(m, c, d1, run4);
    uint64_t word5 = ~shifted(m->digit | m->joint, c->digit | c->joint, 5);
    e.year = run4 & shifted(m->joint, c->joint, 4) & word5;
    e.token = token_events(m, c, d1, l1);
    uint64_t s1 = shifted(m->sign, c->sign, 1);
    uint64_t soon = s1 | shifted(m->sign, c->sign, 2) | shifted(m->sign, c->sign, 3) | shifted(m->sign, c->sign, 4) | shifted(m->sign, c->sign, 5);
    e.sign = m->sign & (~d1 | soon);
    e.at = m->at;
    uint64_t h2 = shifted(m->dash, c->dash, 1) & shifted(m->dash, c->dash, 2);
    e.dashes = m->letter & h2;
    if (e.dashes)
        e.dashes &= shifted(m->dash, c->dash, 3) & shifted(m->dash, c->dash, 4) & shifted(m->dash, c->dash, 5);
    *c = (cdr_carry){m->digit, m->letter, m->dot, m->dash, m->joint, m->sign};
    *ret_any = e.number | e.year | e.token | e.sign | e.at | e.dashes;
    *ret = e;
}

static inline void classify_portable(const unsigned char *block, cdr_masks *ret)
{
    cdr_masks m = {0};
    for (unsigned i = 0; i < 64; i++) {
        uint64_t c = classes[block[i]];
        m.digit |= (c & 1) << i;
        m.letter |= (c >> 1 & 1) << i;
        m.at |= (c >> 2 & 1) << i;
        m.sign |= (c >> 3 & 1) << i;
        m.dot |= (c >> 4 & 1) << i;
        m.dash |= (c >> 5 & 1) << i;
        m.joint |= (c >> 6 & 1) << i;
    }
    *ret = m;
}

static void scan_portable(const unsigned char *text, size_t blocks, cdr_carry *c, cdr_events *ret, uint64_t *ret_any)
{
    cdr_masks m;
    for (size_t i = 0; i < blocks; i++) {
        classify_portable(text + 64 * i, &m);
        find_events(&m, c, &ret[i], &ret_any[i]);
    }
}

#if defined(__x86_64__)
/* x in [low, low + span]: as unsigned bytes, x - low <= span. */
__attribute__((target("avx2"))) static inline __m256i in_range(__m256i x, char low, char span)
{
    __m256i shifted = _mm256_sub_epi8(x, _mm256_set1_epi8(low));
    return _mm256_cmpeq_epi8(_mm256_min_epu8(shifted, _mm256_set1_epi8(span)), shifted);
}

__attribute__((target("avx2"))) static inline __m256i is(__m256i x, char c)
{
    return _mm256_cmpeq_epi8(x, _mm256_set1_epi8(c));
}

__attribute__((target("avx2"))) static inline uint64_t bits(__m256i low, __m256i high)
{
    return (uint32_t)_mm256_movemask_epi8(low) | (uint64_t)(uint32_t)_mm256_movemask_epi8(high) << 32;
}

__attribute__((target("avx2"))) static inline void classify_avx2(const unsigned char *block, cdr_masks *ret)
{
    __m256i x[2];
    x[0] = _mm256_loadu_si256((const __m256i *)(const void *)block);
    x[1] = _mm256_loadu_si256((const __m256i *)(const void *)(block + 32));
    __m256i folded0 = _mm256_or_si256(x[0], _mm256_set1_epi8(0x20)), folded1 = _mm256_or_si256(x[1], _mm256_set1_epi8(0x20));
    ret->digit = bits(in_range(x[0], '0', 9), in_range(x[1], '0', 9));
    ret->letter = bits(in_range(folded0, 'a', 25), in_range(folded1, 'a', 25));
    ret->at = bits(is(x[0], '@'), is(x[1], '@'));
    ret->sign = bits(_mm256_or_si256(is(x[0], ':'), is(x[0], '=')), _mm256_or_si256(is(x[1], ':'), is(x[1], '=')));
    ret->dash = bits(is(x[0], '-'), is(x[1], '-'));
    ret->dot = bits(is(x[0], '.'), is(x[1], '.'));
    /* '-' '.' '/' follow one another, and so do '(' ')'. */
    __m256i j0 = _mm256_or_si256(_mm256_or_si256(in_range(x[0], '-', 2), in_range(x[0], '(', 1)), is(x[0], ' '));
    __m256i j1 = _mm256_or_si256(_mm256_or_si256(in_range(x[1], '-', 2), in_range(x[1], '(', 1)), is(x[1], ' '));
    ret->joint = bits(j0, j1);
}

__attribute__((target("avx2"))) static void scan_avx2(const unsigned char *text, size_t blocks, cdr_carry *carry, cdr_events *ret, uint64_t *ret_any)
{
    cdr_masks m;
    cdr_carry c = *carry;
    for (size_t i = 0; i < blocks; i++) {
        classify_avx2(text + 64 * i, &m);
        find_events(&m, &c, &ret[i], &ret_any[i]);
    }
    *carry = c;
}
#endif

#if defined(__aarch64__)
static inline uint64_t bits(uint8x16_t a, uint8x16_t b, uint8x16_t c, uint8x16_t d)
{
    static const uint8_t weights[16] = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
    uint8x16_t w = vld1q_u8(weights);
    uint8x16_t s0 = vpaddq_u8(vandq_u8(a, w), vandq_u8(b, w)), s1 = vpaddq_u8(vandq_u8(c, w), vandq_u8(d, w));
    s0 = vpaddq_u8(s0, s1);
    s0 = vpaddq_u8(s0, s0);
    return vgetq_lane_u64(vreinterpretq_u64_u8(s0), 0);
}

static inline uint8x16_t in_range(uint8x16_t x, uint8_t low, uint8_t span)
{
    return vcleq_u8(vsubq_u8(x, vdupq_n_u8(low)), vdupq_n_u8(span));
}

static inline uint8x16_t is_joint(uint8x16_t x)
{
    return vorrq_u8(vorrq_u8(in_range(x, '-', 2), in_range(x, '(', 1)), vceqq_u8(x, vdupq_n_u8(' ')));
}

static inline uint8x16_t is_sign(uint8x16_t x)
{
    return vorrq_u8(vceqq_u8(x, vdupq_n_u8(':')), vceqq_u8(x, vdupq_n_u8('=')));
}

static inline void classify_neon(const unsigned char *block, cdr_masks *ret)
{
    uint8x16_t a = vld1q_u8(block), b = vld1q_u8(block + 16), c = vld1q_u8(block + 32), d = vld1q_u8(block + 48), fold = vdupq_n_u8(0x20);
#define ONE(byte) bits(vceqq_u8(a, vdupq_n_u8(byte)), vceqq_u8(b, vdupq_n_u8(byte)), vceqq_u8(c, vdupq_n_u8(byte)), vceqq_u8(d, vdupq_n_u8(byte)))
    ret->digit = bits(in_range(a, '0', 9), in_range(b, '0', 9), in_range(c, '0', 9), in_range(d, '0', 9));
    ret->letter = bits(in_range(vorrq_u8(a, fold), 'a', 25), in_range(vorrq_u8(b, fold), 'a', 25), in_range(vorrq_u8(c, fold), 'a', 25), in_range(vorrq_u8(d, fold), 'a', 25));
    ret->at = ONE('@');
    ret->dot = ONE('.');
    ret->dash = ONE('-');
#undef ONE
    ret->sign = bits(is_sign(a), is_sign(b), is_sign(c), is_sign(d));
    ret->joint = bits(is_joint(a), is_joint(b), is_joint(c), is_joint(d));
}

static void scan_neon(const unsigned char *text, size_t blocks, cdr_carry *c, cdr_events *ret, uint64_t *ret_any)
{
    cdr_masks m;
    for (size_t i = 0; i < blocks; i++) {
        classify_neon(text + 64 * i, &m);
        find_events(&m, c, &ret[i], &ret_any[i]);
    }
}
#endif

const char *cdr_cpu_path_name(cdr_cpu_path path)
{
    static const char *const names[] = {"auto", "portable", "avx2", "neon"};
    return (unsigned)path < 4 ? names[path] : names[0];
}

cdr_cpu_path cdr_cpu_path_detect(void)
{
#if defined(__x86_64__)
    return __builtin_cpu_supports("avx2") ? CDR_CPU_AVX2 : CDR_CPU_PORTABLE;
#elif defined(__aarch64__)
    return CDR_CPU_NEON;
#else
    return CDR_CPU_PORTABLE;
#endif
}

cdr_scan_fn *cdr_prefilter(cdr_cpu_path wanted)
{
    cdr_cpu_path have = cdr_cpu_path_detect();
    if (wanted == CDR_CPU_AUTO)
        wanted = have;
#if defined(__x86_64__)
    if (wanted == CDR_CPU_AVX2 && have == CDR_CPU_AVX2)
        return scan_avx2;
#elif defined(__aarch64__)
    if (wanted == CDR_CPU_NEON)
        return scan_neon;
#endif
    return scan_portable;
}
