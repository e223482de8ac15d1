/* SPDX-License-Identifier: Apache-2.0 */
/* Candidates against the kinds of identifiers. Runs at every group of digits of a text, so most of the work is finding out quickly
 * that a candidate is nothing: its length picks the few forms it can have, two masks and its grouping are compared, and only then is
 * anything computed. */
#include "detect/emitter.h"
#include "detect/identifier.h"
#include "detect/identifier_find.h"

#include "base/mem.h"

#include <string.h>

#define FIRST_LENGTH 7
#define LAST_LENGTH 22
#define WEAK_PRIOR 0.05f       /* such kinds need words next to them */

typedef struct form {
    uint64_t letters, either, first, groups;
    cdr_kind kind;
    uint8_t prefix;
    bool plain;
} form;

/* A byte per group: its length, and above it which separators may follow. */
enum { SPACE = CDR_SEP_SPACE << 4, DASH = CDR_SEP_DASH << 4, DOT = CDR_SEP_DOT << 4, SLASH = CDR_SEP_SLASH << 4 };
#define BYTE(i, len, sep) ((uint64_t)((len) | (sep)) << 8 * (i))
#define G2(a, s, b) (BYTE(0, a, s) | BYTE(1, b, 0))
#define G3(a, s, b, t, c) (BYTE(0, a, s) | BYTE(1, b, t) | BYTE(2, c, 0))
#define G4(a, s, b, t, c, u, d) (BYTE(0, a, s) | BYTE(1, b, t) | BYTE(2, c, u) | BYTE(3, d, 0))
#define G5(a, s, b, t, c, u, d, v, e) (BYTE(0, a, s) | BYTE(1, b, t) | BYTE(2, c, u) | BYTE(3, d, v) | BYTE(4, e, 0))
#define G7(a, s, b, t, c, u, d, v, e, w, f, x, g) (G4(a, s, b, t, c, u, d) | BYTE(3, 0, v) | BYTE(4, e, w) | BYTE(5, f, x) | BYTE(6, g, 0))
#define L(i) ((uint64_t)1 << (i))
#define D(n) ((uint64_t)1 << (n))
#define A(letter) ((uint64_t)1 << (10 + (letter) - 'A'))
#define DIGIT ((uint64_t)0x3FF)
#define LETTER ((uint64_t)0xFFFFFFC00)
#define ANY (DIGIT | LETTER)

static const form forms[] = {
#define LENGTH(n)
#define FORM(name, letters_, either_, first_, prefix_, plain_, groups_) \
    {.letters = (letters_), .either = (either_), .first = (first_), .groups = (groups_), .kind = CDR_K_##name, .prefix = (prefix_), .plain = (plain_)},
#include "detect/identifier_forms.def"
#undef FORM
#undef LENGTH
};

/* Few of the numbers tried on these fit them by their rule alone. */
static const bool is_weak[CDR_K__MAX] = {
#define CDR_KIND(name, id, type, category, title, region, family, prior, rank, checked) [CDR_K_##name] = (prior) >= WEAK_PRIOR,
#include "detect/kinds_identifier.def"
#undef CDR_KIND
};

/* Where the forms of each length begin: LENGTH(n) names the next row. */
enum {
#define LENGTH(n) at_##n, before_next_##n = at_##n - 1,
#define FORM_ROW(line) row_##line,
#define FORM_ROW_OF(line) FORM_ROW(line)
#define FORM(...) FORM_ROW_OF(__LINE__)
#include "detect/identifier_forms.def"
#undef FORM
#undef LENGTH
};

static const uint16_t first_form[] = {
#define LENGTH(n) [(n) - FIRST_LENGTH] = at_##n,
#define FORM(...)
#include "detect/identifier_forms.def"
#undef FORM
#undef LENGTH
};

/* The forms of a length that may be written so, as bits: that of a form is its row modulo 64. Row 0 is of no length. */
#define LENGTH(n) , 0
#define WIDE(groups) ((uint64_t)(groups))
#define FORM_BIT(line, wanted) | ((uint64_t)((wanted) ? 1 : 0) << (row_##line % 64))
#define FORM_BIT_OF(line, wanted) FORM_BIT(line, wanted)
#define FORM(name, letters, either, first, prefix, plain, groups) FORM_BIT_OF(__LINE__, WANTED(letters, either, plain, groups))
#define WANTED(letters, either, plain, groups) (((letters) & ~(uint64_t)(either)) == 0)
static const uint64_t of_digits[] = {0
#include "detect/identifier_forms.def"
};
#undef WANTED
#define WANTED(letters, either, plain, groups) (plain)
static const uint64_t in_one[] = {0
#include "detect/identifier_forms.def"
};
#undef WANTED
#define WANTED(letters, either, plain, groups) (WIDE(groups) >> 8 && !(WIDE(groups) >> 16))
static const uint64_t in_two[] = {0
#include "detect/identifier_forms.def"
};
#undef WANTED
#define WANTED(letters, either, plain, groups) (WIDE(groups) >> 16 && !(WIDE(groups) >> 24))
static const uint64_t in_three[] = {0
#include "detect/identifier_forms.def"
};
#undef WANTED
#define WANTED(letters, either, plain, groups) (WIDE(groups) >> 24 && !(WIDE(groups) >> 32))
static const uint64_t in_four[] = {0
#include "detect/identifier_forms.def"
};
#undef WANTED
#define WANTED(letters, either, plain, groups) (WIDE(groups) >> 32)
static const uint64_t in_more[] = {0
#include "detect/identifier_forms.def"
};
#undef WANTED
#undef FORM
#undef FORM_BIT_OF
#undef FORM_BIT
#undef WIDE
#undef LENGTH
static const uint64_t *const in_parts[] = {in_one, in_two, in_three, in_four, in_more, in_more, in_more};

typedef struct finder {
    const cdr_candidate *c;
    cdr_emitter *e;
    int words;                 /* may words near it say what it is: -1 not looked yet */
    size_t end;
} finder;

/* In ${k} + 1 > 1 parts. */
static bool is_written_as(const form *f, uint64_t groups, size_t k)
{
    uint64_t mask = L(8 * (k + 1)) - 1, got = groups & mask & ~((uint64_t)0xF0 << 8 * k);
    return ((got ^ f->groups) & 0x0F0F0F0F0F0F0F0F) == 0 && (got & ~f->groups & 0xF0F0F0F0F0F0F0F0) == 0;
}

/* Three letters in a row near the candidate? */
static bool has_word(const cdr_candidate *c)
{
    size_t low = c->start > 48 ? c->start - 48 : 0, high = CDR_MIN(c->len, c->start + 64);
    unsigned letters = 0;
    for (size_t i = low; i < high && letters < 3; i++) {
        uint64_t eight;
        /* Eight digits and signs at once: their highest bits are not set, whatever 0x3F is added to them. */
        while (i + 8 <= high && (memcpy(&eight, c->text + i, 8), !((eight | ((eight & 0x7F7F7F7F7F7F7F7Fu) + 0x3F3F3F3F3F3F3F3Fu)) & 0x8080808080808080u))) {
            letters = 0;
            i += 8;
        }
        if (i < high)
            letters = (unsigned char)c->text[i] >= 'A' && c->text[i] != '|' ? letters + 1 : 0;
    }
    return letters >= 3;
}

/* Weak kinds are only worth emitting where something can speak for them: a header that does, or words near by. */
static bool can_be_spoken_for(finder *f, cdr_kind kind)
{
    const cdr_hint *h = f->e->hint;
    if (h && h->count) {
        for (uint8_t i = 0; i < h->count; i++)
            if (h->kinds[i] == kind)
                return true;
        return false;
    }
    if (f->words < 0) {
        const cdr_candidate *c = f->c;
        f->words = h || has_word(c);
    }
    return f->words == 1;
}

/* Counting up or down, or one digit over and over, with one exception: made up, or a pattern. */
static bool is_serial(const char *s, size_t len)
{
    size_t not_up = 0, not_down = 0, not_same = 0, n = 0;
    char last = 0;
    for (size_t i = 0; i < len; i++) {
        if (!cdr_id_is_digit(s[i]))
            continue;
        if (n++) {
            not_up += !(s[i] == last + 1 || (last == '9' && s[i] == '0'));
            not_down += !(s[i] == last - 1 || (last == '0' && s[i] == '9'));
            not_same += s[i] != last;
            if (not_up > 1 && not_down > 1 && not_same > 1)
                return false;
        }
        last = s[i];
    }
    return n >= 6;
}

/* Published by issuers and processors for tests and examples; as numbers, of which no two lengths have the same. */
static bool is_test_card(const char *s, size_t len)
{
    static const uint64_t numbers[] = {
        4111111111111111, 4012888888881881, 4222222222222, 4242424242424242, 4000056655665556, 4000000000000002, 5555555555554444, 5105105105105100, 5200828282828210, 2223003122003222,
        2223000048400011, 378282246310005, 371449635398431, 378734493671000, 30569309025904, 38520000023237, 3056930009020004, 6011111111111117, 6011000990139424, 6011000400000000,
        3530111333300000, 3566002020360505, 6200000000000005, 6304000000000000, 6759649826438453};
    if (len < 13 || len > 16 || s[0] == '0')
        return false;
    uint64_t number = cdr_id_number(s, len);
    for (size_t i = 0; i < CDR_COUNT(numbers); i++)
        if (numbers[i] == number)
            return true;
    return false;
}

static bool is_test_value(cdr_kind kind, const char *s, size_t len)
{
    return kind == CDR_K_CARD ? is_test_card(s, len) : kind == CDR_K_US_SSN && cdr_id_listed("078051120|219099999|457555462|123456789", s, len);
}

static uint32_t evidence_of(cdr_kind kind, const char *s, size_t len, bool shaped)
{
    const cdr_id_rule *rule = cdr_id_rule_of(kind);
    uint32_t ev = cdr_kind_get(kind)->checked ? CDR_EV_CHECKSUM : 0;
    ev |= shaped ? CDR_EV_SHAPE : 0;
    ev |= rule->flags & CDR_ID_DATED || rule->date ? CDR_EV_DATE : 0;
    ev |= rule->flags & CDR_ID_ISSUER ? CDR_EV_ISSUER : 0;
    ev |= kind == CDR_K_CARD ? (cdr_id_same(s + 1, len - 2) && s[0] == s[1] ? CDR_EV_VETO_SERIAL : 0) : is_serial(s, len) ? CDR_EV_VETO_SERIAL : 0;
    ev |= is_test_value(kind, s, len) ? CDR_EV_VETO_TEST : 0;
    return ev;
}

static void take(finder *f, cdr_kind kind, const char *s, size_t len, size_t start, size_t end, bool shaped)
{
    cdr_emit(f->e, kind, start, end, evidence_of(kind, s, len, shaped));
    f->end = CDR_MAX(f->end, end);
    if (kind == CDR_K_CARD)
        cdr_find_code_after_card(f->c->text, f->c->len, end, f->e);
}

/* Outside the ranges that are known to be given out: newer ones, made up ones. Only words make it a card. */
static void take_unassigned_card(finder *f, size_t k)
{
    size_t end = f->c->part_end[k];
    if (!can_be_spoken_for(f, CDR_K_CARD))
        return;
    cdr_emit(f->e, CDR_K_CARD, f->c->start, end, CDR_EV_CHECKSUM);
    f->end = CDR_MAX(f->end, end);
}

/* Seconds, milliseconds or microseconds since 1970, of the years 2014 to 2036. */
static bool is_like_time(const char *s, size_t len)
{
    return (len == 10 || len == 13 || len == 16) && ((s[0] == '1' && s[1] >= '4') || (s[0] == '2' && s[1] == '0'));
}

/* Written without any separator these look like times in milliseconds, dates with a number behind, article numbers, ids of messages: the
 * share of random numbers that pass says nothing about those. */
static bool needs_words(cdr_kind kind, const char *s, size_t len)
{
    if (kind == CDR_K_CARD)
        return !(len == 16 || ((len == 14 || len == 15) && s[0] == '3'));
    return is_like_time(s, len) || kind == CDR_K_LEI || kind == CDR_K_FR_NIF || kind == CDR_K_LU_NIN || kind == CDR_K_EC_RUC || (kind == CDR_K_SE_PERSONNUMMER && len == 12);
}

/* A word before it, or the header, speaks of the kind. */
static bool is_spoken_for(const finder *f, cdr_kind kind)
{
    const cdr_hint *h = f->e->hint;
    cdr_detect_scratch *s = f->e->scratch;
    for (uint8_t i = 0; h && i < h->count; i++)
        if (h->kinds[i] == kind)
            return true;
    if (h && h->count)
        return false;
    if (s->before_of != f->c->start) {
        cdr_context_before(f->e->rs->context, &s->before, f->c->text, f->c->len, f->e->cell_low, f->c->start);
        s->before_of = f->c->start;
    }
    for (size_t i = 0; i < s->before.count; i++)
        if (cdr_context_speaks_of(f->e->rs->context, &s->before.hit[i], kind))
            return true;
    return false;
}

/* "146 454 286": as thousands are parted. */
static bool is_like_amount(const cdr_candidate *c, size_t k)
{
    if (k < 2)
        return false;
    for (size_t i = 0; i <= k; i++)
        if (c->part_end[i] - c->part_start[i] != 3 || (i < k && c->separator[i] != ' '))
            return false;
    return true;
}

static void take_if_wanted(finder *f, const form *m, const char *s, size_t len, size_t k)
{
    if (is_like_amount(f->c, k) && !m->prefix && cdr_kind_get(m->kind)->prior > 0.005f && !is_spoken_for(f, m->kind))
        return;
    if (k > 0 || m->prefix || !needs_words(m->kind, s, len) || is_spoken_for(f, m->kind))
        take(f, m->kind, s, len, f->c->start, f->c->part_end[k], k > 0 || m->prefix);
}

/* ${s} is the compact number from part 0 to part ${k}. */
static void try_form(finder *f, const form *m, const char *s, size_t len, size_t k)
{
    const cdr_id_rule *rule = cdr_id_rule_of(m->kind);
    const char *number = s + m->prefix;
    size_t n = len - m->prefix;
    char copy[32];
    if (m->prefix && (!rule->prefix || !cdr_id_listed(rule->prefix, s, m->prefix)))
        return;
    if (is_weak[m->kind] && k == 0 && !m->prefix && !can_be_spoken_for(f, m->kind))
        return;
    bool digits = (m->letters | m->either) == 0 || m->prefix;
    if (digits && !rule->pad_to && !rule->inner && !cdr_id_sums_fit(rule, number, n))
        return;
    memcpy(copy, number, n);
    copy[n] = '\0';
    if (m->kind == CDR_K_US_SSN && is_test_value(m->kind, copy, n))
        take(f, m->kind, copy, n, f->c->start, f->c->part_end[k], k > 0);
    else if (((m->letters | m->either) == 0 ? cdr_id_fits_digits(rule, copy, n) : cdr_id_fits(rule, copy, n)) && (!rule->found || rule->found(copy, n)))
        take_if_wanted(f, m, copy, n, k);
    else if (m->kind == CDR_K_CARD && cdr_id_luhn(copy, n, 10) && !is_serial(copy, n))
        take_unassigned_card(f, k);
}

static void try_forms(finder *f, size_t k)
{
    const char *s = f->c->compact;
    size_t len = f->c->compact_end[k];
    if (len < FIRST_LENGTH || len > LAST_LENGTH || k >= CDR_COUNT(in_parts))
        return;
    uint64_t letters = f->c->letters & (L(len) - 1), left = in_parts[k][len - FIRST_LENGTH + 1];
    left &= letters ? ~(uint64_t)0 : of_digits[len - FIRST_LENGTH + 1];
    if (!left)
        return;
    const form *of_length = &forms[first_form[len - FIRST_LENGTH]];
    unsigned turn = first_form[len - FIRST_LENGTH] % 64;
    uint64_t first = L(cdr_id_value(s[0]));
    for (left = left >> turn | left << (-turn & 63); left; left &= left - 1) {
        const form *m = &of_length[__builtin_ctzll(left)];
        if ((first & m->first) && ((letters ^ m->letters) & ~m->either) == 0 && (k == 0 || is_written_as(m, f->c->groups, k)))
            try_form(f, m, s, len, k);
    }
}

size_t cdr_find_identifiers(const cdr_candidate *c, cdr_emitter *e)
{
    finder f = {.c = c, .e = e, .words = -1};
    for (size_t k = 0; k < c->part_count && c->compact_end[k] <= LAST_LENGTH; k++)
        if (!(c->cut && k + 1 == c->part_count))
            try_forms(&f, k);
    return CDR_MAX(f.end, cdr_find_odd_identifiers(c, e));
}
