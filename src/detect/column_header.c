/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/column_header.h"

#include "base/mem.h"
#include "detect/fold.h"

#include <string.h>

typedef struct phrases { cdr_kind kind; uint8_t strength; const char *list; } phrases;
static const phrases table[] = {
#define HEADER(kind, strength, list) {CDR_K_##kind, strength, list},
#include "detect/column_header.def"
#undef HEADER
};

typedef struct subjects { cdr_subject subject; const char *list; } subjects;
static const subjects subject_table[] = {
#define SUBJECT(name, list) {CDR_SUBJECT_##name, list},
#include "detect/column_subject.def"
#undef SUBJECT
};

#define TOKENS_MAX 16
#define JOINED_MAX 96

/* One part of a path, cut into words: their ends in joined. */
typedef struct segment {
    char joined[JOINED_MAX + 1];
    size_t len;
    size_t end[TOKENS_MAX];
    size_t count;
} segment;

static bool same_class(int a, int b)
{
    return a == b || (a == CDR_LETTER_UPPER && b == CDR_LETTER_LOWER);
}

/* "d'immatriculation", "N°": apostrophes and signs of Latin-1 are no letters of a word. */
static size_t without_signs(char *t, size_t len)
{
    size_t n = 0;
    for (size_t i = 0; i < len; i++) {
        if ((unsigned char)t[i] == 0xC2 && i + 1 < len)
            i++;
        else if (t[i] != '\'')
            t[n++] = t[i];
    }
    return n;
}

static void add_token(segment *s, const char *text, size_t len)
{
    if (len == 0 || s->count == TOKENS_MAX)
        return;
    size_t n = cdr_fold(text, len, s->joined + s->len, sizeof s->joined - s->len);
    n = without_signs(s->joined + s->len, n);
    s->len += n;
    if (n)
        s->end[s->count++] = s->len;
}

enum { CLASS_DIGIT = 16, CLASS_NONE };

static int class_at(const char *t, size_t len, size_t *used)
{
    int c = cdr_letter_at(t, len, used);
    if (c != CDR_LETTER_NONE)
        return c;
    return t[0] >= '0' && t[0] <= '9' ? CLASS_DIGIT : CLASS_NONE;
}

/* Words begin after a separator, at a digit after a letter, and at a capital letter after a small one ("firstName"); the last of
 * several capitals begins the word that follows ("IDNumber"). */
static void cut(const char *t, size_t len, segment *s)
{
    *s = (segment){0};
    size_t start = 0, last = 0;
    int before = CLASS_NONE;
    for (size_t i = 0; i < len;) {
        size_t used;
        int c = class_at(t + i, len - i, &used);
        if (c == CLASS_NONE && (t[i] == '\'' || (unsigned char)t[i] >= 0x80)) {
            i += used;
            continue;
        }
        bool fresh = c == CLASS_NONE || before == CLASS_NONE || !same_class(before, c);
        if (before == CDR_LETTER_UPPER && c == CDR_LETTER_LOWER && last > start) {
            add_token(s, t + start, last - start);
            start = last;
            fresh = false;
        }
        if (fresh) {
            add_token(s, t + start, before == CLASS_NONE ? 0 : i - start);
            start = i;
        }
        last = i;
        before = c;
        i += used;
    }
    add_token(s, t + start, before == CLASS_NONE ? 0 : len - start);
}

static bool in_list(const char *list, const char *word, size_t len)
{
    for (const char *p = list; (p = strchr(p, word[0])) != NULL; p++)
        if ((p == list || p[-1] == '|') && !strncmp(p, word, len) && (p[len] == 0 || p[len] == '|'))
            return true;
    return false;
}

static cdr_subject subject_of(const char *word, size_t len, bool place)
{
    static const cdr_subject order[] = {CDR_SUBJECT_OTHER, CDR_SUBJECT_NOT_A_PLACE, CDR_SUBJECT_PERSON, CDR_SUBJECT_THING};
    if (len == 0)
        return CDR_SUBJECT_NONE;
    for (size_t o = 0; o < CDR_COUNT(order); o++)
        for (size_t i = 0; i < CDR_COUNT(subject_table); i++)
            if (subject_table[i].subject == order[o] && (place || order[o] != CDR_SUBJECT_NOT_A_PLACE) && in_list(subject_table[i].list, word, len))
                return order[o];
    return CDR_SUBJECT_NONE;
}

static size_t token_start(const segment *s, size_t i)
{
    return i ? s->end[i - 1] : 0;
}

static cdr_subject token_subject(const segment *s, size_t i, bool place)
{
    size_t start = token_start(s, i);
    return subject_of(s->joined + start, s->end[i] - start, place);
}

typedef struct match { size_t from, to; const phrases *p; } match;

static bool is_start(const segment *s, size_t at, size_t *ret_token)
{
    for (size_t i = 0; i < s->count; i++)
        if (token_start(s, i) == at) {
            *ret_token = i;
            return true;
        }
    return false;
}

static bool is_end(const segment *s, size_t at, size_t *ret_token)
{
    for (size_t i = 0; i < s->count; i++)
        if (s->end[i] == at) {
            *ret_token = i;
            return true;
        }
    return false;
}

/* Only digits after token ${i}: "address2", "phone_1". */
static bool only_digits_after(const segment *s, size_t i)
{
    for (size_t k = s->end[i]; k < s->len; k++)
        if (s->joined[k] < '0' || s->joined[k] > '9')
            return false;
    return true;
}

static bool place_allows(const segment *s, size_t first, size_t last, uint8_t strength)
{
    if (strength >= 3)
        return true;
    if (strength == 2)
        return first == 0 || only_digits_after(s, last);
    /* A word that may mean much counts where it is all there is beside the subject. */
    return only_digits_after(s, last) || first == 0;
}

static bool find_phrase(const segment *s, const char *phrase, size_t len, uint8_t strength, size_t *ret_first, size_t *ret_last)
{
    for (size_t at = 0; at + len <= s->len; at++) {
        size_t first, last;
        if (memcmp(s->joined + at, phrase, len) || !is_end(s, at + len, &last))
            continue;
        bool whole = is_start(s, at, &first);
        if (!whole && (strength < 3 || len < 7))
            continue;
        if (!whole)
            for (first = last; first > 0 && token_start(s, first) > at; first--)
                ;
        if (!place_allows(s, first, last, strength))
            continue;
        *ret_first = first;
        *ret_last = last;
        return true;
    }
    return false;
}

static size_t find_matches(const segment *s, match *out, size_t cap)
{
    size_t n = 0;
    for (size_t i = 0; i < CDR_COUNT(table); i++)
        for (const char *p = table[i].list; *p;) {
            size_t len = strcspn(p, "|"), first, last;
            if (len <= s->len && n < cap && find_phrase(s, p, len, table[i].strength, &first, &last))
                out[n++] = (match){first, last, &table[i]};
            p += len + (p[len] == '|');
        }
    return n;
}

/* What the words around the match speak of: the nearest that is known, before it first. */
static cdr_subject around(const segment *s, const match *m, bool place)
{
    cdr_subject found = CDR_SUBJECT_NONE;
    for (size_t d = 1; d < s->count; d++) {
        cdr_subject before = d <= m->from ? token_subject(s, m->from - d, place) : CDR_SUBJECT_NONE;
        cdr_subject after = m->to + d < s->count ? token_subject(s, m->to + d, place) : CDR_SUBJECT_NONE;
        if (before == CDR_SUBJECT_OTHER || after == CDR_SUBJECT_OTHER)
            return CDR_SUBJECT_OTHER;
        if (!found)
            found = before ? before : after;
    }
    return found;
}

static bool is_place(cdr_kind k)
{
    return k == CDR_K_STREET || k == CDR_K_CITY || k == CDR_K_POSTCODE || k == CDR_K_REGION || k == CDR_K_COUNTRY;
}

static uint8_t weigh(cdr_kind k, uint8_t strength, cdr_subject subject)
{
    bool named = k == CDR_K_NAME || k == CDR_K_NAME_FIRST || k == CDR_K_NAME_LAST || k == CDR_K_HONORIFIC || k == CDR_K_JOB_TITLE || k == CDR_K_AGE || k == CDR_K_USERNAME;
    if (subject == CDR_SUBJECT_OTHER || (subject == CDR_SUBJECT_NOT_A_PLACE && k == CDR_K_STREET))
        return 0;
    if (subject == CDR_SUBJECT_THING)
        return strength < 3 && (named || k == CDR_K_GENDER) ? 0 : strength > 1 && is_place(k) ? (uint8_t)(strength - 1) : strength;
    if (subject == CDR_SUBJECT_PERSON && strength < 3)
        return (uint8_t)(strength + 1);
    return strength;
}

static bool contained(const match *m, const match *all, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const match *o = &all[i];
        bool wider = o->from <= m->from && m->to <= o->to && (o->to - o->from > m->to - m->from || (o != m && o->p->strength > m->p->strength));
        if (wider && o->p->kind != CDR_K_USERNAME)
            return true;
    }
    return false;
}

static void say(cdr_header *h, cdr_kind kind, uint8_t strength, cdr_subject subject)
{
    size_t at = 0;
    for (size_t i = 0; i < h->count; i++)
        if (h->says[i].kind == kind)
            return;
    while (at < h->count && h->says[at].strength >= strength)
        at++;
    if (at >= CDR_HEADER_SAYS)
        return;
    if (h->count < CDR_HEADER_SAYS)
        h->count++;
    for (size_t i = h->count - 1u; i > at; i--)
        h->says[i] = h->says[i - 1];
    h->says[at].kind = kind;
    h->says[at].strength = strength;
    h->says[at].subject = subject;
}

static bool is_name_byte(char c)
{
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || (unsigned char)c >= 0x80 || c == '_' || c == '$' || c == '@' || c == '-';
}

/* Is the letter at ${i} all there is between two signs, as in "m/w/d", "D.D.N.", "Nato/a il"? */
static bool stands_alone(const char *t, size_t len, size_t i)
{
    return i < len && is_name_byte(t[i]) && (i == 0 || !is_name_byte(t[i - 1])) && (i + 1 >= len || !is_name_byte(t[i + 1]));
}

/* Does the sign at ${i} part two names of a path? Abbreviations ("Pers.-Nr.", "Fec. nac.") and choices ("ja/nein", "Geburtsort/-land") do not. */
static bool parts_path(const char *t, size_t len, size_t i)
{
    if (t[i] == '>')
        return true;
    if ((t[i] != '.' && t[i] != '/') || i + 1 >= len || t[i + 1] == '-' || t[i + 1] == ' ' || t[i + 1] == ')')
        return false;
    if (len - i == 3 && (t[i + 1] | 0x20) == 'n' && (t[i + 2] | 0x20) == 'r')
        return false;   /* "Reg.nr" */
    if (i > 0 && (t[i - 1] == ' ' || stands_alone(t, len, i - 1)))
        return false;
    return t[i] == '.' || !stands_alone(t, len, i + 1);
}

/* The parts of a path: ${from} of the part that ends at ${end}. */
static size_t part_start(const char *t, size_t end)
{
    size_t i = end;
    while (i > 0 && !parts_path(t, end, i - 1)) {
        /* What stands in brackets is no path. */
        if (t[i - 1] == ')')
            for (size_t k = i - 1; k > 0; k--)
                if (t[k - 1] == '(') {
                    i = k;
                    break;
                }
        i--;
    }
    return i;
}

static cdr_subject parents(const char *t, size_t end, bool place)
{
    for (int up = 0; end > 0 && up < 3; up++) {
        size_t start = part_start(t, end - 1);
        segment s;
        cut(t + start, end - 1 - start, &s);
        for (size_t i = s.count; i-- > 0;) {
            cdr_subject found = token_subject(&s, i, place);
            if (found == CDR_SUBJECT_PERSON || found == CDR_SUBJECT_THING || found == CDR_SUBJECT_NOT_A_PLACE)
                return found;
        }
        end = start;
    }
    return CDR_SUBJECT_NONE;
}

/* "column 3", "c7", "Unnamed: 0": no name at all. */
static bool is_numbered(const segment *s)
{
    static const char words[] = "column|col|field|c|f|x|v|var|attr|unnamed|spalte|colonne|columna|colonna|kolom|kolumna";
    for (size_t i = 0; i < s->count; i++) {
        size_t start = token_start(s, i);
        bool digits = s->joined[start] >= '0' && s->joined[start] <= '9';
        if (!digits && (i > 0 || !in_list(words, s->joined, s->end[0])))
            return false;
    }
    return s->count > 0;
}

void cdr_header_read(const char *text, size_t len, cdr_header *ret)
{
    *ret = (cdr_header){0};
    if (!text || len > 512)
        return;
    while (len > 0 && (text[len - 1] == ']' || text[len - 1] == '[' || text[len - 1] == '*' || text[len - 1] == '.' || text[len - 1] == ':' || text[len - 1] == ' '))
        len--;
    size_t start = part_start(text, len);
    segment s;
    match m[24];
    cut(text + start, len - start, &s);
    size_t n = find_matches(&s, m, CDR_COUNT(m));
    for (size_t i = 0; i < n; i++) {
        if (contained(&m[i], m, n))
            continue;
        bool place = m[i].p->kind == CDR_K_STREET;
        cdr_subject subject = around(&s, &m[i], place);
        if (!subject)
            subject = parents(text, start, place);
        say(ret, m[i].p->kind, weigh(m[i].p->kind, m[i].p->strength, subject), subject);
    }
    for (size_t i = 0; i < s.count; i++) {
        cdr_subject subject = token_subject(&s, i, false);
        ret->thing |= subject == CDR_SUBJECT_THING || subject == CDR_SUBJECT_OTHER;
        ret->known |= subject != CDR_SUBJECT_NONE;
    }
    ret->known |= n > 0;
    if (is_numbered(&s))
        ret->known = ret->thing = false;
    if (!ret->thing)
        ret->thing = parents(text, start, false) == CDR_SUBJECT_THING;
}
