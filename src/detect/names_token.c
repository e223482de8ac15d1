/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/names_token.h"

#include "base/mem.h"

#include <string.h>

bool cdr_token_is(const cdr_token *t, const char *list)
{
    const char *key = t->key;
    size_t len = t->len;
    for (const char *p = list; *p;) {
        size_t n = 0;
        while (n < len && p[n] == key[n] && p[n])
            n++;
        if (n == len && (p[n] == '|' || !p[n]))
            return true;
        for (p += n; *p && *p++ != '|';)
            ;
    }
    return false;
}

static bool is_apostrophe(const char *s, size_t len, size_t *ret_used)
{
    *ret_used = 1;
    if (len >= 1 && s[0] == '\'')
        return true;
    *ret_used = 3;
    return len >= 3 && (unsigned char)s[0] == 0xE2 && (unsigned char)s[1] == 0x80 && (unsigned char)s[2] == 0x99;
}

typedef struct counts { size_t upper, lower, other, digits, letters; bool first_upper; } counts;

static size_t letter(const char *s, size_t len, counts *c)
{
    size_t used;
    int class = cdr_letter_at(s, len, &used);
    if (class == CDR_LETTER_NONE) {
        if (!cdr_is_digit(s[0]))
            return 0;
        c->digits++;
        return 1;
    }
    if (c->letters + c->digits == 0)
        c->first_upper = class == CDR_LETTER_UPPER;
    c->letters++;
    c->upper += class == CDR_LETTER_UPPER;
    c->lower += class == CDR_LETTER_LOWER;
    c->other += class == CDR_LETTER_OTHER;
    return used;
}

/* Letters and digits; an apostrophe or a hyphen between letters belongs to the word. */
static size_t word_end(const char *text, size_t at, size_t to, counts *c)
{
    size_t i = at;
    *c = (counts){0};
    while (i < to) {
        size_t used = letter(text + i, to - i, c), mark, after;
        if (used) {
            i += used;
            continue;
        }
        bool joins = is_apostrophe(text + i, to - i, &mark);
        if (!joins && text[i] == '-') {
            joins = true;
            mark = 1;
        }
        if (!joins || i == at || c->digits || i + mark >= to || cdr_letter_at(text + i + mark, to - i - mark, &after) == CDR_LETTER_NONE)
            break;
        i += mark;
    }
    return i;
}

static uint8_t shape_of(const counts *c)
{
    if (c->digits)
        return c->letters ? CDR_SHAPE_MIXED : CDR_SHAPE_DIGITS;
    if (c->other > c->lower + c->upper)
        return CDR_SHAPE_MIXED;
    if (c->letters == 1)
        return c->upper ? CDR_SHAPE_INITIAL : CDR_SHAPE_LOWER;
    if (c->upper == c->letters)
        return CDR_SHAPE_UPPER;
    return c->first_upper ? CDR_SHAPE_CAP : CDR_SHAPE_LOWER;
}

/* Abbreviations after which a full stop ends no sentence. */
static bool is_abbreviation(const cdr_token *t)
{
    return (t->len == 1 && !cdr_is_digit(t->key[0])) || (t->flags & (CDR_G_HONORIFIC | CDR_G_STREET)) || cdr_token_cue(t, CDR_CUE_ABBREVIATION);
}

static uint8_t gap_of(const char *text, size_t from, size_t to, const cdr_token *before, bool *ret_line)
{
    uint8_t gap = to > from ? CDR_GAP_SPACE : CDR_GAP_NONE;
    size_t lines = 0;
    *ret_line = false;
    for (size_t i = from; i < to; i++) {
        char c = text[i];
        uint8_t g = CDR_GAP_OTHER;
        if (c == '\n') {
            g = ++lines > 1 ? CDR_GAP_BLANK : CDR_GAP_LINE;
            *ret_line = true;
        } else if (c == ' ' || c == '\t' || c == '\r')
            g = CDR_GAP_SPACE;
        else if (c == ',')
            g = CDR_GAP_COMMA;
        else if (c == ':')
            g = CDR_GAP_COLON;
        else if (c == '.' && i == from && before && is_abbreviation(before))
            g = CDR_GAP_SPACE;
        else if (c == '.' || c == '!' || c == '?' || c == ';')
            g = CDR_GAP_PERIOD;
        gap = CDR_MAX(gap, g);
    }
    return gap;
}

static void look_up(cdr_token *t, const char *text, size_t len)
{
    char folded[96];
    size_t n = cdr_fold(text, CDR_MIN(len, 46u), folded, sizeof folded);
    if (n > 2 && folded[n - 2] == '\'' && folded[n - 1] == 's') {
        n -= 2;
        t->end = t->start + (len > 3 && (unsigned char)text[len - 2] == 0x99 ? len - 4 : len - 2);
    }
    t->len = (uint8_t)CDR_MIN(n, sizeof t->key - 1);
    memcpy(t->key, folded, t->len);
    t->flags = cdr_gazetteer_cues(folded, n, &t->cues);
    const char *dash = t->flags ? NULL : memchr(folded, '-', n);
    if (dash) {
        size_t at = (size_t)(dash - folded);
        uint32_t a = cdr_gazetteer(folded, at), b = cdr_gazetteer(dash + 1, n - at - 1);
        t->flags = (a & b) ? (a | b) & (CDR_G_FIRST | CDR_G_LAST | CDR_G_FREQUENT) : 0;
        if (a & b & CDR_G_WORD)
            t->flags = CDR_G_WORD;
    }
}

static bool is_glued(const char *text, size_t start, size_t end, size_t to)
{
    if (start > 0 && memchr("@#/\\_$", text[start - 1], 6))
        return true;
    if (end >= to)
        return false;
    return memchr("/\\_@(", text[end], 5) || (text[end] == '.' && end - start > 1 && end + 1 < to && (cdr_is_digit(text[end + 1]) || (text[end + 1] >= 'a' && text[end + 1] <= 'z')));
}

size_t cdr_tokens_cut(cdr_tokens *t, const char *text, size_t from, size_t to)
{
    size_t i = from, gap_from = from, upper = 0, line = 0, line_start = from;
    t->count = 0;
    while (i < to) {
        counts c;
        size_t used, end;
        if (text[i] == '\n') {
            line = t->count;
            line_start = i;
        }
        if (!cdr_is_alnum(text[i]) && ((unsigned char)text[i] < 0x80 || cdr_letter_at(text + i, to - i, &used) == CDR_LETTER_NONE)) {
            i++;
            continue;
        }
        if (t->count == CDR_TOKENS) {
            t->count = line ? line : t->count;
            return line ? line_start : i;
        }
        end = word_end(text, i, to, &c);
        cdr_token *k = &t->at[t->count];
        *k = (cdr_token){.start = i, .end = end, .shape = shape_of(&c)};
        k->gap = gap_of(text, gap_from, i, t->count ? k - 1 : NULL, &k->line);
        if (t->count == 0) {
            k->gap = CDR_GAP_START;
            k->line = true;
        }
        if (c.digits && !c.letters) {
            k->len = (uint8_t)CDR_MIN(end - i, sizeof k->key - 1);
            memcpy(k->key, text + i, k->len);
            k->cues = UINT64_C(1) << 63;
        } else {
            look_up(k, text + i, end - i);
        }
        k->dot = end < to && text[end] == '.';
        k->glued = is_glued(text, i, end, to);
        upper += c.upper;
        gap_from = k->end;
        t->count++;
        i = end;
    }
    t->lower = upper == 0;
    return to;
}
