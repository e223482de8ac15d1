/* SPDX-License-Identifier: Apache-2.0 */
/* Digits in groups, and tokens of letters and digits: found out where they begin, then offered to the finders, group by group. */
#include "detect/emitter.h"

#include "base/mem.h"

#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#define BACK 32            /* how far before the event a chain of groups is followed */
#define TOKEN_BACK 64

static inline bool is_joint(char c)
{
    return cdr_is_in(c, CDR_C_JOINT);
}

/* Digits and joints among the ${n} (at most 64) bytes at ${p}. */
static void classify(const char *p, size_t n, uint64_t *ret_digit, uint64_t *ret_joint)
{
    uint64_t digit = 0, joint = 0;
#if defined(__SSE2__)
    char copy[64];
    if (n < 64) {
        memset(copy, 0, sizeof copy);
        p = memcpy(copy, p, n);
    }
    for (unsigned i = 0; i < 4; i++) {
        __m128i x = _mm_loadu_si128((const __m128i *)(const void *)(p + 16 * i));
        __m128i d = _mm_sub_epi8(x, _mm_set1_epi8('0')), b = _mm_sub_epi8(x, _mm_set1_epi8('(')), s = _mm_sub_epi8(x, _mm_set1_epi8('-'));
        __m128i is_digit = _mm_cmpeq_epi8(_mm_min_epu8(d, _mm_set1_epi8(9)), d);
        __m128i is_bracket = _mm_cmpeq_epi8(_mm_min_epu8(b, _mm_set1_epi8(1)), b), is_sign = _mm_cmpeq_epi8(_mm_min_epu8(s, _mm_set1_epi8(2)), s);
        __m128i is_any = _mm_or_si128(_mm_or_si128(is_bracket, is_sign), _mm_cmpeq_epi8(x, _mm_set1_epi8(' ')));
        digit |= (uint64_t)(uint32_t)_mm_movemask_epi8(is_digit) << 16 * i;
        joint |= (uint64_t)(uint32_t)_mm_movemask_epi8(is_any) << 16 * i;
    }
#else
    for (size_t i = 0; i < n; i++) {
        digit |= (uint64_t)(cdr_class[(unsigned char)p[i]] & CDR_C_DIGIT) << i;
        joint |= (uint64_t)((cdr_class[(unsigned char)p[i]] & CDR_C_JOINT) / CDR_C_JOINT) << i;
    }
#endif
    *ret_digit = digit;
    *ret_joint = joint;
}

/* The groups around ${at}, a digit. Three joints in a row part. */
static void region_around(const cdr_emitter *e, size_t at, cdr_region *r)
{
    size_t base = at > e->floor + BACK ? at - BACK : e->floor, n = CDR_MIN(e->len - base, (size_t)64), k = 0;
    uint64_t digit, joint, here = 1ull << (at - base);
    classify(e->text + base, n, &digit, &joint);
    uint64_t gap = joint & joint << 1 & joint << 2, gaps = gap | gap >> 1 | gap >> 2, whole = (digit | joint) & ~gaps;
    uint64_t below = ~whole & (here - 1), above = ~whole & ~(here | (here - 1));
    uint64_t from = below ? (uint64_t)2 << (63 - __builtin_clzll(below)) : 1, to = above ? above & (0 - above) : 0;
    uint64_t inside = digit & ~(from - 1) & (to ? to - 1 : ~0ull);
    for (uint64_t rest = inside; rest; k++) {
        unsigned start = (unsigned)__builtin_ctzll(rest);
        uint64_t run = ~(rest >> start);
        unsigned len = run ? (unsigned)__builtin_ctzll(run) : 64 - start;
        r->at[k] = base + start;
        r->len[k] = (uint8_t)len;
        rest = start + len < 64 ? rest & ~0ull << (start + len) : 0;
    }
    r->count = k;
    r->start = k ? r->at[0] : at;
    r->end = k ? r->at[k - 1] + r->len[k - 1] : at;
    r->at[k] = SIZE_MAX;
    r->len[k] = 0;
}

static bool is_lower_or_digit(char c)
{
    return (c >= 'a' && c <= 'z') || cdr_is_digit(c);
}

/* Part of a path, a version, a longer id? A few capital letters before a dash are a label ("ID-12345678"). */
static bool is_embedded_before(const cdr_emitter *e, size_t start)
{
    const char *t = e->text;
    if (start < 2)
        return false;
    char sign = t[start - 1], other = t[start - 2];
    if (sign == '_' || sign == '.' || sign == '\\' || sign == '%' || sign == '/')
        return cdr_is_alnum(other) || other == sign;
    return (sign == '-' || sign == '+' || sign == '~') && (is_lower_or_digit(other) || other == sign);
}

static bool is_embedded_after(const cdr_emitter *e, size_t end)
{
    const char *t = e->text;
    if (end + 1 >= e->len)
        return false;
    char sign = t[end], other = t[end + 1];
    return (sign == '_' && cdr_is_alnum(other)) || sign == '@' || ((sign == '-' || sign == '.' || sign == '/' || sign == '\\') && cdr_is_alnum(other) && !cdr_is_upper(other));
}

/* One of many groups in a table of figures, or the places of a decimal number? */
static bool is_from_table(const cdr_emitter *e, const cdr_raw *r)
{
    const char *t = e->text;
    size_t dots = 0, spaces = 0, first = 0;
    for (size_t i = r->start; i < r->end; i++) {
        dots += t[i] == '.';
        spaces += t[i] == ' ';
        first += spaces + dots == 0;
    }
    /* The places of a decimal number; weights of a collation table. */
    if (spaces == 0 && (dots == 1 || (dots && r->kind == CDR_K_CARD)))
        return true;
    if (spaces == 0)
        return false;
    /* A word of the same length with a digit in it, one blank away. */
    size_t before = 0, after = 0;
    bool digit_before = false, digit_after = false;
    if (r->start > 0 && (t[r->start - 1] == ' ' || t[r->start - 1] == '\n'))
        for (size_t i = r->start - 1; i > 0 && before <= first && cdr_is_alnum(t[i - 1]); i--, before++)
            digit_before |= cdr_is_digit(t[i - 1]);
    if (r->end < e->len && (t[r->end] == ' ' || t[r->end] == '\n'))
        for (size_t i = r->end + 1; i < e->len && after <= first && cdr_is_alnum(t[i]); i++, after++)
            digit_after |= cdr_is_digit(t[i]);
    return (before == first && digit_before) || (after == first && digit_after);
}

/* Every kind of identifier on the candidate at ${start}. */
static size_t try_identifiers(cdr_emitter *e, size_t start, size_t least)
{
    cdr_candidate c;
    if (!cdr_candidate_at(e, start, least, &c) || c.digits[c.part_count - 1] < 4)
        return 0;
    size_t before = e->scratch->len;
    bool embedded = is_embedded_before(e, start);
    size_t found = cdr_find_identifiers(&c, e);
    for (size_t i = before; i < e->scratch->len; i++) {
        cdr_raw *r = &e->scratch->raw[i];
        bool parted = r->start < start || r->end > c.part_end[0];
        if (embedded || is_embedded_after(e, r->end) || (parted && is_from_table(e, r)))
            r->evidence |= CDR_EV_VETO_EMBEDDED;
        /* Looked at last, when all kinds had been tried. */
        r->unlabelled = e->scratch->label_of == r->start && e->scratch->label.count == 0;
    }
    return found;
}

/* What begins with group ${k}; its end, 0 for nothing. ${ret_sure}: a date or an address, nothing else. */
static size_t try_place(cdr_emitter *e, const cdr_region *r, size_t k, bool *ret_sure)
{
    const char *t = e->text;
    size_t at = r->at[k], end;
    uint8_t digits = r->len[k];
    char next = at + digits < e->len ? t[at + digits] : 0;
    *ret_sure = true;
    if (digits <= 4 && (next == '-' || next == '/' || next == '.') && (end = cdr_find_date(e, at)) != 0)
        return end;
    if (digits <= 3 && next == '.' && ((end = cdr_find_ipv4(e, at)) != 0 || (end = cdr_find_geo(e, at)) != 0))
        return end;
    *ret_sure = false;
    return r->end - at >= 6 ? try_identifiers(e, at, 6) : 0;
}

/* "AB 12 34 56 C", "DE89 3704 …": letters that belong to the first group. */
static size_t with_letters(const cdr_emitter *e, size_t start)
{
    const char *t = e->text;
    size_t i = start, low = start > e->floor + 24 ? start - 24 : e->floor;
    if (i > low && cdr_is_letter(t[i - 1])) {
        while (i > low && cdr_is_alnum(t[i - 1]))
            i--;
        return i > low || low == 0 ? i : start;
    }
    if (i > low + 1 && is_joint(t[i - 1]) && cdr_is_upper(t[i - 2])) {
        i--;
        while (i > low && start - i < 6 && cdr_is_upper(t[i - 1]))
            i--;
        if (start - i <= 5 && (i == 0 || !cdr_is_alnum(t[i - 1])))
            return i;
    }
    return start;
}

/* Groups of one length, joined alike, two before and six from here on: a table of figures, not somebody's number. */
static bool is_in_series(const cdr_emitter *e, size_t start, size_t n)
{
    const char *t = e->text;
    size_t step = n + 1;
    if (n > 6 || start < 2 * step || start + 6 * step > e->len || !cdr_is_digit(t[start - 2]))
        return false;
    char sign = t[start + n];
    if (!is_joint(sign) || t[start - 1] != sign || t[start + n + step] != sign)
        return false;
    const char *group = t + start - 2 * step;
    for (unsigned k = 0; k < 8; k++, group += step) {
        for (size_t i = 0; i < n; i++)
            if (!cdr_is_digit(group[i]))
                return false;
        if (k < 7 && group[n] != sign)
            return false;
    }
    return true;
}

static inline bool is_secret_byte(char c)
{
    return cdr_is_in(c, CDR_C_SECRET);
}

static void try_secret(cdr_emitter *e, size_t at)
{
    const char *t = e->text;
    if (at < e->secret_end)
        return;
    size_t low = at > e->floor + TOKEN_BACK ? at - TOKEN_BACK : e->floor, start = at, end = at;
    while (start > low && is_secret_byte(t[start - 1]))
        start--;
    while (end < e->len && is_secret_byte(t[end]))
        end++;
    e->secret_end = end;
    if (end - start >= 16)
        cdr_find_secret_token(t, e->len, start, end, e);
}

/* "2026-05-11T18:45" with more behind, at the sixth byte of which ${at} stands: when it was written, nobody's date. Most lines of logs
 * begin so; its end, 0 where the long way must be gone. */
static size_t moment_end(const cdr_emitter *e, size_t at)
{
    static const char form[16] = {[4] = '-', [7] = '-', [13] = ':'};
    const char *t = e->text + at - 6;
    size_t start = at - 6;
    if (at < 6 || start < e->floor || e->len - start < 20 || t[4] != '-' || t[7] != '-' || t[13] != ':' || e->hint || e->rs->plain_dates)
        return 0;
    for (size_t i = 0; i < sizeof form; i++)
        if (form[i] ? t[i] != form[i] : i != 10 && !cdr_is_digit(t[i]))
            return 0;
    /* What stands before must not belong to it. */
    char before = start ? t[-1] : '\n';
    if (t[10] != 'T' || (before != '\n' && before != '[' && before != '"' && before != ','))
        return 0;
    return cdr_moment_end(e, start);
}

size_t cdr_find_number(cdr_emitter *e, size_t at)
{
    cdr_region r;
    if (at < e->floor)
        return e->floor;   /* an encoded address reaches further than the byte that called for it */
    size_t moment = moment_end(e, at);
    if (moment) {
        e->floor = moment;
        return moment;
    }
    region_around(e, at, &r);
    size_t found, best = 0, taken = r.end, outer = with_letters(e, r.start);
    bool glued = r.start > 0 && cdr_is_letter(e->text[r.start - 1]);
    /* "xoxb-123456789012-…": figures within a key. */
    if (r.start > e->floor + 1 && is_secret_byte(e->text[r.start - 1]) && cdr_is_letter(e->text[r.start - 2]))
        try_secret(e, r.start);
    if (outer < r.start && (found = try_identifiers(e, outer, 6)) != 0) {
        e->floor = found;
        return CDR_MAX(found, at + 1);
    }
    for (size_t k = glued, next; k < r.count; k = next) {
        next = k + 1;
        if (is_in_series(e, r.at[k], r.len[k]))
            continue;
        bool sure;
        found = try_place(e, &r, k, &sure);
        size_t phone = sure ? 0 : cdr_find_phone(e, &r, k);
        found = CDR_MAX(found, phone);
        while (r.at[next] < found)
            next++;
        best = CDR_MAX(best, found);
        taken = CDR_MAX(taken, found);
    }
    /* "…::1 2001:db8:…": what goes on with a colon may begin another address. */
    if (best < taken && taken < e->len && e->text[taken] == ':')
        taken = CDR_MAX(best, r.at[r.count - 1]);
    e->floor = CDR_MAX(e->floor, taken);
    return CDR_MAX(e->floor, at + 1);
}

/* 8-4-4-4-12 hexadecimal digits: the id of a thing. The end of it when ${start} is its first group. */
static size_t uuid_end(const cdr_emitter *e, size_t start)
{
    static const uint8_t dashes[] = {8, 13, 18, 23};
    const char *t = e->text;
    if (e->len - start < 36)
        return 0;
    for (size_t k = 0; k < CDR_COUNT(dashes); k++)
        if (t[start + dashes[k]] != '-')
            return 0;
    for (size_t i = 0; i < 36; i++)
        if (t[start + i] != '-' && !cdr_is_hex(t[start + i]))
            return 0;
    return start + 36;
}

/* The id of a thing, written in hexadecimal: long, and changing between letters and digits again and again. */
static bool is_hex_id(const char *t, size_t start, size_t end)
{
    unsigned all = CDR_C_HEX, changes = 0, last = cdr_class[(unsigned char)t[start]] & CDR_C_DIGIT;
    for (size_t i = start; i < end; i++) {
        unsigned c = cdr_class[(unsigned char)t[i]];
        all &= c;
        changes += (c & CDR_C_DIGIT) != last;
        last = c & CDR_C_DIGIT;
    }
    return all && changes >= 4;
}

/* "ada.turing1912@…": what ends at an '@' is somebody's name there. A secret may stand so in a web address, or be longer. */
static bool is_in_address(const cdr_emitter *e, size_t low, size_t start, size_t end)
{
    const char *t = e->text;
    if (end + 1 >= e->len || t[end] != '@' || !cdr_is_alnum(t[end + 1]))
        return false;
    while (start > low && (cdr_is_alnum(t[start - 1]) || t[start - 1] == '.' || t[start - 1] == '_' || t[start - 1] == '-' || t[start - 1] == '+'))
        start--;
    return end - start < 30 && (start == 0 || (t[start - 1] != ':' && t[start - 1] != '/' && t[start - 1] != '='));
}

size_t cdr_find_token(cdr_emitter *e, size_t at)
{
    const char *t = e->text;
    size_t low = at > e->floor + TOKEN_BACK ? at - TOKEN_BACK : e->floor, start = at, end = at, digits = 0;
    while (start > low && cdr_is_alnum(t[start - 1]))
        start--;
    for (end = start; end < e->len && cdr_is_alnum(t[end]); end++)
        digits += cdr_class[(unsigned char)t[end]] & CDR_C_DIGIT;
    if (is_in_address(e, low, start, end))
        return end;
    if (start > low && t[start - 1] == '%') {
        size_t next = cdr_find_encoded_email(e, start - 1);
        if (next >= start)
            return next;
    }
    if (start > low + 4 && memchr(" -:>", t[start - 1], 4))
        cdr_find_secret_word(t, e->len, start, e);
    size_t uuid = end - start == 8 ? uuid_end(e, start) : 0;
    if (uuid) {
        e->floor = uuid;
        return uuid;
    }
    bool joined = start > low && is_secret_byte(t[start - 1]);   /* "dop_v1_" may stand before it */
    if (end - start >= 12 && !joined && is_hex_id(t, start, end))
        return end;
    bool more = end + 1 < e->len && (t[end] == ' ' || t[end] == '-' || t[end] == '.' || t[end] == '/') && cdr_is_alnum(t[end + 1]);
    if (end - start <= CDR_COMPACT_MAX && (digits >= 4 || more)) {
        size_t found = try_identifiers(e, start, 6);
        if (found) {
            e->floor = found;
            return found;
        }
    }
    if (end - start >= 4)
        try_secret(e, start);
    return CDR_MAX(end, at + 1);
}
