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

/* d j dd: a group of digits ends, another of two or more begins; for the dot, which prices have too, a second dot is asked for. */
static inline uint64_t number_events(const cdr_masks *m, uint64_t run2, uint64_t run4)
{
    uint64_t grouped = run2 & (m->joint & ~m->dot) << 2 & m->digit << 3;
    uint64_t pointed = m->dot & m->digit << 1;
    uint64_t again = pointed & (pointed << 2 | pointed << 3 | pointed << 4);
    uint64_t dotted = m->digit & again << 1, places = run4 & m->dot << 4 & m->digit << 5;
    return grouped | dotted | places | (run4 & run4 << 3);
}

/* Letters and digits in one run of six or more, or two letters and two digits at its beginning ("DE89 3704…"). */
static inline uint64_t token_events(const cdr_masks *m, uint64_t run2)
{
    uint64_t word = m->digit | m->letter, w2 = word & word << 1, w6 = w2 & w2 << 2 & w2 << 4;
    uint64_t change = (m->digit & m->letter << 1) | (m->letter & m->digit << 1), two = change | change << 1;
    uint64_t recent = two | two << 2 | change << 4;
    uint64_t head = run2 & m->letter << 2 & m->letter << 3 & ~(word << 4);
    return (w6 & recent) | head;
}

/* Without branches: whether a step has digits is a toss-up, and a wrong guess costs more than all of this. */
static inline void find_events(const cdr_masks *m, cdr_events *ret, uint64_t *ret_any)
{
    uint64_t run2 = m->digit & m->digit << 1, run4 = run2 & run2 << 2;
    cdr_events e = {.at = m->at, .dashes = m->letter & m->dash << 1 & m->dash << 2};
    e.number = number_events(m, run2, run4);
    e.year = run4 & m->joint << 4 & ~((m->digit | m->joint) << 5);
    e.token = token_events(m, run2);
    uint64_t two = m->sign << 1 | m->sign << 2, soon = two | two << 2 | m->sign << 5;
    e.sign = m->sign & (~(m->digit << 1) | soon);
    if (e.dashes)
        e.dashes &= m->dash << 3 & m->dash << 4 & m->dash << 5;
    e.number >>= CDR_STEP_BACK;
    e.year >>= CDR_STEP_BACK;
    e.token >>= CDR_STEP_BACK;
    e.sign >>= CDR_STEP_BACK;
    e.at >>= CDR_STEP_BACK;
    e.dashes >>= CDR_STEP_BACK;
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

static void scan_portable(const unsigned char *text, size_t steps, cdr_events *ret, uint64_t *ret_any)
{
    cdr_masks m;
    for (size_t i = 0; i < steps; i++) {
        classify_portable(text + CDR_STEP * i - CDR_STEP_BACK, &m);
        find_events(&m, &ret[i], &ret_any[i]);
    }
}

#if defined(__x86_64__)
/* A bit per class; letters, whose two columns of the ASCII table begin and end differently, have two. Joints that are neither dot nor dash
 * have the highest. Each byte's classes are those its upper half and its lower half agree on. */
enum { T_DIGIT = 1, T_LETTER_A = 2, T_LETTER_P = 4, T_AT = 8, T_SIGN = 16, T_DOT = 32, T_DASH = 64, T_JOINT = -128, T_ALNUM = 7 };
#define LOWER_HALVES T_DIGIT | T_LETTER_P | T_AT | T_JOINT, T_ALNUM, T_ALNUM, T_ALNUM, T_ALNUM, T_ALNUM, T_ALNUM, T_ALNUM, T_ALNUM | T_JOINT, T_ALNUM | T_JOINT, \
        T_LETTER_A | T_LETTER_P | T_SIGN, T_LETTER_A, T_LETTER_A, T_LETTER_A | T_SIGN | T_DASH, T_LETTER_A | T_DOT, T_LETTER_A | T_JOINT
#define UPPER_HALVES 0, 0, T_DOT | T_DASH | T_JOINT, T_DIGIT | T_SIGN, T_LETTER_A | T_AT, T_LETTER_P, T_LETTER_A, T_LETTER_P, 0, 0, 0, 0, 0, 0, 0, 0

__attribute__((target("avx2"))) static inline __m256i classes_of(const unsigned char *p)
{
    __m256i x = _mm256_loadu_si256((const __m256i *)(const void *)p), half = _mm256_set1_epi8(15);
    __m256i lower = _mm256_setr_epi8(LOWER_HALVES, LOWER_HALVES), upper = _mm256_setr_epi8(UPPER_HALVES, UPPER_HALVES);
    return _mm256_and_si256(_mm256_shuffle_epi8(lower, x), _mm256_shuffle_epi8(upper, _mm256_and_si256(_mm256_srli_epi16(x, 4), half)));
}

/* The bytes whose highest bit is set. */
__attribute__((target("avx2"))) static inline uint64_t bits(__m256i low, __m256i high)
{
    return (uint32_t)_mm256_movemask_epi8(low) | (uint64_t)(uint32_t)_mm256_movemask_epi8(high) << 32;
}

__attribute__((target("avx2"))) static inline void classify_avx2(const unsigned char *block, cdr_masks *ret)
{
    __m256i a = classes_of(block), b = classes_of(block + 32), letters = _mm256_set1_epi8(T_LETTER_A | T_LETTER_P), zero = _mm256_setzero_si256();
#define CLASS(n) bits(_mm256_slli_epi16(a, n), _mm256_slli_epi16(b, n))
    ret->digit = CLASS(7);
    ret->letter = bits(_mm256_cmpgt_epi8(_mm256_and_si256(a, letters), zero), _mm256_cmpgt_epi8(_mm256_and_si256(b, letters), zero));
    ret->at = CLASS(4);
    ret->sign = CLASS(3);
    ret->dot = CLASS(2);
    ret->dash = CLASS(1);
    ret->joint = bits(a, b) | ret->dot | ret->dash;
#undef CLASS
}

__attribute__((target("avx2"))) static void scan_avx2(const unsigned char *text, size_t steps, cdr_events *ret, uint64_t *ret_any)
{
    cdr_masks m;
    for (size_t i = 0; i < steps; i++) {
        classify_avx2(text + CDR_STEP * i - CDR_STEP_BACK, &m);
        find_events(&m, &ret[i], &ret_any[i]);
    }
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

static void scan_neon(const unsigned char *text, size_t steps, cdr_events *ret, uint64_t *ret_any)
{
    cdr_masks m;
    for (size_t i = 0; i < steps; i++) {
        classify_neon(text + CDR_STEP * i - CDR_STEP_BACK, &m);
        find_events(&m, &ret[i], &ret_any[i]);
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
