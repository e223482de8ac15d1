/* SPDX-License-Identifier: Apache-2.0 */
/* Persons: spans of capitalised words that the lists know, or that words around them call a person. */
#include "detect/names_token.h"

#include "base/mem.h"

#include <string.h>

#define SPAN_MAX 6

/* Before a name, with the last of a phrase: "my name is", "call me", "signed by". */

static bool free_at(const cdr_names *n, size_t i)
{
    return i < n->t->count && !n->taken[i];
}

/* The previous token when it stands in the same sentence. */
static const cdr_token *before(const cdr_names *n, size_t i)
{
    return i > 0 && n->t->at[i].gap < CDR_GAP_BLANK ? &n->t->at[i - 1] : NULL;
}

static bool opens(const cdr_token *t)
{
    return t->gap >= CDR_GAP_PERIOD || t->gap == CDR_GAP_COLON || (t->line && t->gap >= CDR_GAP_LINE);
}

/* Endings of surnames (and patronymics) that no list can hold. */
static bool ends_like_surname(const cdr_token *t)
{
    static const char *const endings[] = {"sson", "ssen", "sdottir", "dottir", "ova", "eva", "enko", "owski", "owska", "ewski", "ewska", "inski", "inska", "wicz", "czyk", "ovic", "evic", "vich", "escu", "opoulos", "opoulou",
                                          "idis", "iadis", "akis", "yan", "ian", "shvili", "adze", "inen", "berg", "strom", "quist", "qvist", "gren", "lund", "mann", "stein", "feld", "bauer", "meier", "meyer", "hoff", "sen",
                                          "ez", "ini", "etti", "elli", "ucci", "aitis", "auskas", "evicius", "oglu", "zadeh", "pour", "nejad", "ovsky", "evsky", "ovska", "kova", "ska", "ski", "sky", "skaya", "ov", "ev", "in"};
    static const uint8_t least[] = {7, 7, 8, 8, 6, 6, 7, 8, 8, 8, 8, 8, 8, 7, 7, 7, 7, 7, 7, 9, 9, 7, 8, 7, 7, 7, 9, 7, 7, 7, 8, 8, 8, 7, 7, 7, 8, 8, 8, 8, 8, 7, 7, 6, 6, 7, 7, 7, 8, 9, 9, 7, 7, 7, 7, 8, 8, 8, 7, 7, 7, 7, 8, 6, 6, 7};
    if (t->flags & (CDR_G_WORD | CDR_G_NATION | CDR_G_CITY | CDR_G_COUNTRY | CDR_G_REGION) || t->len >= CDR_TOKEN_KEY - 1)
        return false;
    for (size_t i = 0; i < CDR_COUNT(endings); i++) {
        size_t len = strlen(endings[i]);
        if (t->len >= least[i] && !memcmp(t->key + t->len - len, endings[i], len))
            return true;
    }
    return false;
}

static bool first_name(const cdr_token *t) { return (t->flags & CDR_G_FIRST) != 0; }
static bool last_name(const cdr_token *t) { return (t->flags & CDR_G_LAST) || (!t->flags && ends_like_surname(t)); }
static bool plain(const cdr_token *t) { return !(t->flags & (CDR_G_WORD | CDR_G_CALENDAR)); }
/* "Jan" before a surname is no month. */
static bool plain_before(const cdr_token *t) { return !(t->flags & CDR_G_WORD); }

/* May this word be part of a name here? */
static bool namey(const cdr_names *n, const cdr_token *t, bool called)
{
    uint32_t names = CDR_G_FIRST | CDR_G_LAST, never = CDR_G_CALENDAR | CDR_G_ORG | CDR_G_NATION | CDR_G_COUNTRY | CDR_G_HONORIFIC;
    if (t->shape == CDR_SHAPE_LOWER && (n->t->lower || called))
        return ((t->flags & names) || (n->t->lower && !t->flags && ends_like_surname(t))) && plain(t) && t->len > 2;
    if (!cdr_token_cap(t) || t->len < 2 || t->glued)
        return false;
    if ((t->flags & CDR_G_STOP) && !called)
        return false;
    if (t->shape == CDR_SHAPE_UPPER && ((t->len <= 3 && !(t->flags & names)) || (t->flags & CDR_G_WORD)) && !called)
        return false;
    if ((t->flags & (CDR_G_WORD | never)) && !(t->flags & names))
        return false;
    if (t->flags & (CDR_G_CALENDAR | CDR_G_ORG))
        return (t->flags & CDR_G_FREQUENT) && (called || ((t->flags & CDR_G_FIRST) && !(t->flags & CDR_G_WORD)));
    return true;
}

typedef struct span {
    size_t first, last;           /* tokens */
    size_t words, firsts, lasts, unknown, commons, initials;
    bool known_pair;              /* a given name and a surname side by side, neither an everyday word */
} span;

static void count_word(span *s, const cdr_token *t)
{
    s->words++;
    s->firsts += first_name(t);
    s->lasts += last_name(t);
    s->unknown += !first_name(t) && !last_name(t);
    s->commons += !plain(t);
}

/* A lower-case particle belongs to a name when a name follows: "Ludwig van Beethoven". */
static size_t over_particles(const cdr_names *n, size_t i)
{
    size_t k = i;
    while (k < n->t->count && k < i + 3 && n->t->at[k].gap == CDR_GAP_SPACE && cdr_token_cue(&n->t->at[k], CDR_CUE_PARTICLE) && n->t->at[k].shape != CDR_SHAPE_UPPER)
        k++;
    return k;
}

static bool adjoins(const cdr_names *n, size_t i)
{
    return free_at(n, i) && n->t->at[i].gap == CDR_GAP_SPACE;
}

static void take_span(const cdr_names *n, size_t i, bool called, span *s)
{
    const cdr_tokens *t = n->t;
    *s = (span){.first = i, .last = i};
    for (size_t k = i; k < t->count && s->words + s->initials < SPAN_MAX;) {
        const cdr_token *w = &t->at[k];
        if (k > i && !adjoins(n, k))
            break;
        bool initial = w->shape == CDR_SHAPE_INITIAL && !(w->len == 1 && w->key[0] == 'i' && !w->dot) && (w->dot || k > i) && !(k == i && cdr_token_is(w, "a"));
        size_t after = over_particles(n, k);
        if (initial) {
            s->initials++;
        } else if (k > i && after > k && adjoins(n, after) && cdr_token_cap(&t->at[after]) && namey(n, &t->at[after], called)) {
            k = after;
            count_word(s, &t->at[k]);
        } else if (namey(n, w, called) || (n->t->lower && s->firsts == 1 && s->words == 1 && !w->flags && w->shape == CDR_SHAPE_LOWER && w->len > 3 && k == i + 1)) {
            count_word(s, w);
        } else {
            break;
        }
        if (!initial || s->words == 0 || (w->dot && k > i && s->firsts) || (k + 1 < t->count && adjoins(n, k + 1) && namey(n, &t->at[k + 1], called)))
            s->last = k;
        k++;
        if (w->dot && !initial)
            break;
    }
    if (s->last + 1 < t->count && t->at[s->last + 1].gap <= CDR_GAP_COMMA && cdr_token_cue(&t->at[s->last + 1], CDR_CUE_SUFFIX) && t->at[s->last + 1].shape != CDR_SHAPE_LOWER && s->words)
        s->last++;
}

/* A particle that begins a surname with a capital, or a lower-case one after an honorific: "Mr. van Dijk". */
static size_t with_leading_particles(const cdr_names *n, size_t i)
{
    size_t after = i;
    while (after < n->t->count && after < i + 3 && cdr_token_cue(&n->t->at[after], CDR_CUE_PARTICLE) && (after == i || n->t->at[after].gap == CDR_GAP_SPACE))
        after++;
    return after > i && adjoins(n, after) && namey(n, &n->t->at[after], true) ? after : i;
}

typedef enum call { CALL_NONE, CALL_WEAK, CALL_STRONG } call;

/* Do the words before say that a person's name comes? */
static call called_by(const cdr_names *n, size_t i, size_t *ret_honorific)
{
    const cdr_tokens *t = n->t;
    const cdr_token *b = before(n, i), *bb = i > 1 ? before(n, i - 1) : NULL;
    *ret_honorific = SIZE_MAX;
    if (!b)
        return CALL_NONE;
    uint8_t gap = t->at[i].gap;
    if ((b->flags & CDR_G_HONORIFIC) && gap == CDR_GAP_SPACE && !(b->shape == CDR_SHAPE_LOWER && !b->dot && !n->t->lower && !cdr_token_is(b, "heer|mevrouw|ssa|signor|signora|senor|senora|senhor|senhora|monsieur|madame|mademoiselle|doctor|professor")) && b->shape != CDR_SHAPE_INITIAL && !(cdr_token_cue(b, CDR_CUE_TITLE_OR_WORD) && b->shape == CDR_SHAPE_LOWER)) {
        *ret_honorific = i - 1;
        return CALL_STRONG;
    }
    if (gap == CDR_GAP_SPACE && bb && ((cdr_token_is(b, "is|'s|s|ist|est|es|e|jest|ar|er") && cdr_token_is(bb, "name|nome|nombre|naam|namn|navn|imie|nom")) || (cdr_token_is(b, "am") && cdr_token_is(bb, "i"))))
        return b->key[0] == 'a' ? CALL_WEAK : CALL_STRONG;
    if (gap == CDR_GAP_SPACE && cdr_token_cue(b, CDR_CUE_I_AM))
        return CALL_WEAK;
    if (cdr_token_cue(b, CDR_CUE_GREETING) && gap <= CDR_GAP_COMMA)
        return CALL_STRONG;
    if (gap == CDR_GAP_COLON && cdr_token_cue(b, CDR_CUE_LABEL))
        return CALL_STRONG;
    if ((gap == CDR_GAP_COMMA || gap == CDR_GAP_LINE) && cdr_token_cue(b, CDR_CUE_CLOSING))
        return CALL_STRONG;
    if (gap == CDR_GAP_COLON && cdr_token_cue(b, CDR_CUE_FROM))
        return CALL_WEAK;
    if (gap == CDR_GAP_SPACE && (cdr_token_cue(b, CDR_CUE_LABEL) || ((b->flags & CDR_G_JOB) && cdr_token_cap(b))))
        return CALL_WEAK;
    return CALL_NONE;
}

/* A name of places or organisations where the words around speak of one. */
static bool is_elsewhere(const cdr_names *n, const span *s)
{
    const cdr_tokens *t = n->t;
    const cdr_token *b = before(n, s->first);
    const cdr_token *w = &t->at[s->first];
    uint32_t place = CDR_G_CITY | CDR_G_COUNTRY | CDR_G_REGION;
    if (s->last + 1 < t->count && t->at[s->last + 1].gap == CDR_GAP_SPACE && cdr_token_cap(&t->at[s->last + 1]) && (t->at[s->last + 1].flags & (CDR_G_ORG | CDR_G_STREET)))
        return true;
    if (b && t->at[s->first].gap <= CDR_GAP_SPACE && cdr_token_is(b, "the") && s->firsts + s->lasts < 2)
        return true;
    bool spatial = b && w->gap == CDR_GAP_SPACE && b->shape == CDR_SHAPE_LOWER && cdr_token_cue(b, CDR_CUE_SPATIAL);
    if (s->words == 1 && (w->flags & CDR_G_COUNTRY) && !(w->flags & CDR_G_FIRST))
        return true;
    if (s->words == 1 && (w->flags & place))
        return spatial || (w->flags & CDR_G_FREQUENT && (w->flags & (CDR_G_COUNTRY | CDR_G_CITY)) && !(w->flags & CDR_G_FIRST));
    uint32_t flags;
    size_t phrase = cdr_names_phrase(n, s->first, place | CDR_G_NATION | CDR_G_ORG, &flags);
    return phrase > 1 && phrase >= s->last - s->first + 1;
}

static bool followed_by_speech(const cdr_names *n, size_t last)
{
    return last + 1 < n->t->count && n->t->at[last + 1].gap <= CDR_GAP_SPACE && cdr_token_cue(&n->t->at[last + 1], CDR_CUE_SPEECH) && n->t->at[last + 1].shape == CDR_SHAPE_LOWER;
}

static bool preceded_by_speech(const cdr_names *n, size_t first)
{
    const cdr_token *b = before(n, first);
    return b && b->shape == CDR_SHAPE_LOWER && n->t->at[first].gap == CDR_GAP_SPACE && cdr_token_cue(b, CDR_CUE_SPEECH_BEFORE);
}

static bool after_article(const cdr_names *n, size_t i)
{
    const cdr_token *b = before(n, i);
    return b && n->t->at[i].gap <= CDR_GAP_SPACE && cdr_token_cue(b, CDR_CUE_ARTICLE);
}

static float of_pair(const cdr_names *n, const span *s)
{
    const cdr_token *a = &n->t->at[s->first], *z = &n->t->at[s->last];
    if (cdr_token_cue(z, CDR_CUE_SUFFIX))
        z--;
    bool open = opens(a), middle = z - a > 1 && s->initials && a->shape != CDR_SHAPE_INITIAL;
    if (!plain(a) && !plain(z) && !(a->flags & z->flags & CDR_G_FREQUENT) && after_article(n, s->first))
        return 0;
    if (middle && (s->firsts || s->lasts) && plain_before(a) && plain(z))
        return 0.4f;
    if (first_name(a) && last_name(z))
        return plain(a) || plain(z) || (a->flags & z->flags & CDR_G_FREQUENT) ? 0.43f : open ? 0 : 0.3f;
    if (first_name(a) && plain_before(a) && (s->unknown || first_name(z)))
        return z->flags & CDR_G_WORD && !first_name(z) ? 0 : 0.38f;
    if (last_name(a) && first_name(z) && plain(z) && (plain(a) || !open))
        return 0.36f;
    if (!open && plain(a) && last_name(z) && (ends_like_surname(z) || (z->flags & CDR_G_FREQUENT)) && plain(z) && !(a->flags & (CDR_G_STREET | CDR_G_CITY)))
        return 0.33f;
    if (s->firsts && s->unknown && !open && s->words > 2)
        return 0.3f;
    bool unknown = !a->flags && !z->flags && a->len > 2 && z->len > 2 && s->words == 2 && a->shape == CDR_SHAPE_CAP && z->shape == CDR_SHAPE_CAP;
    if (unknown && (followed_by_speech(n, s->last) || (!open && preceded_by_speech(n, s->first))))
        return middle ? 0.3f : 0.25f;
    /* Nothing is known of the first word, so that it is no word of a language at hand; the second is a surname. */
    if (!a->flags && a->len > 2 && last_name(z) && plain(z) && !(z->flags & (CDR_G_CITY | CDR_G_STREET | CDR_G_COUNTRY)))
        return open && !(ends_like_surname(z) || (z->flags & CDR_G_FREQUENT)) ? 0 : 0.26f;
    return 0;
}

static bool single_name(const cdr_names *n, size_t i)
{
    const cdr_tokens *t = n->t;
    const cdr_token *w = &t->at[i];
    bool alone = (i + 1 >= t->count || t->at[i + 1].gap != CDR_GAP_SPACE || t->at[i + 1].shape == CDR_SHAPE_LOWER) && (cdr_token_cap(w) || t->lower);
    return alone && (w->flags & (CDR_G_FIRST | CDR_G_LAST)) && plain(w) && !(w->flags & (CDR_G_CITY | CDR_G_COUNTRY | CDR_G_REGION | CDR_G_NATION));
}

/* "Anna, Peter and Ngozi": a neighbour in a list of single words that is a name for certain. */
static bool in_list(const cdr_names *n, size_t first, size_t last)
{
    const cdr_tokens *t = n->t;
    size_t right = last + 1, left = first;
    if (right < t->count && t->at[right].gap == CDR_GAP_SPACE && cdr_token_cue(&t->at[right], CDR_CUE_AND))
        right++;
    else if (right >= t->count || t->at[right].gap != CDR_GAP_COMMA || t->at[right].line)
        right = 0;
    if (right && right < t->count && cdr_token_cue(&t->at[right], CDR_CUE_AND))
        right++;
    if (right && right < t->count && single_name(n, right))
        return true;
    if (left > 1 && t->at[left].gap == CDR_GAP_SPACE && cdr_token_cue(&t->at[left - 1], CDR_CUE_AND))
        left -= 2;
    else if (left > 0 && t->at[left].gap == CDR_GAP_COMMA && !t->at[left].line)
        left--;
    return left < first && single_name(n, left);
}

static bool mid_sentence(const cdr_names *n, size_t i)
{
    const cdr_token *b = before(n, i);
    return b && n->t->at[i].gap <= CDR_GAP_COMMA && !n->t->at[i].line && b->shape == CDR_SHAPE_LOWER;
}

static float of_one(const cdr_names *n, const span *s)
{
    const cdr_token *w = &n->t->at[s->first];
    if (w->flags & (CDR_G_NATION | CDR_G_STOP))
        return 0;
    bool middle = mid_sentence(n, s->first), speaks = followed_by_speech(n, s->last) || preceded_by_speech(n, s->first), frequent = w->flags & CDR_G_FREQUENT;
    bool listed = in_list(n, s->first, s->last);
    if (w->shape == CDR_SHAPE_LOWER)
        return first_name(w) && plain(w) && (listed || (frequent && speaks)) ? 0.25f : 0;
    if (s->initials && last_name(w) && plain(w))
        return 0.36f;
    if (w->shape == CDR_SHAPE_UPPER && !frequent)
        return 0;
    if (first_name(w) && plain(w))
        return frequent || middle || speaks ? 0.36f : 0.2f;
    if (first_name(w) && frequent && (speaks || (middle && !(w->flags & CDR_G_CALENDAR))))
        return 0.28f;
    if (last_name(w) && plain(w) && (speaks || (middle && frequent && !(w->flags & (CDR_G_CITY | CDR_G_STREET)))))
        return speaks ? 0.32f : 0.26f;
    if (listed && !(w->flags & (CDR_G_CITY | CDR_G_COUNTRY | CDR_G_REGION | CDR_G_ORG)) && (last_name(w) || !w->flags || first_name(w)))
        return plain(w) ? 0.28f : 0.22f;
    return speaks && !w->flags && middle ? 0.22f : 0;
}

static float judge(const cdr_names *n, const span *s, call c, bool honorific, uint32_t *evidence)
{
    float confidence = s->words >= 2 ? of_pair(n, s) : of_one(n, s);
    bool known = s->firsts + s->lasts > 0, plainly = s->words > s->commons;
    if (confidence > 0)
        *evidence |= CDR_EV_LIST;
    if (c == CALL_NONE)
        return confidence;
    *evidence |= CDR_EV_CONTEXT;
    if (honorific)
        return known ? 0.6f : plainly ? 0.5f : 0.35f;
    if (c == CALL_STRONG)
        return known && !plainly && s->words == 1 && !opens(&n->t->at[s->first]) && (n->t->at[s->first].flags & CDR_G_FREQUENT) ? 0.4f : known && plainly ? (s->words >= 2 ? 0.65f : 0.5f) : confidence > 0 ? 0.46f : plainly && s->words <= 3 && !opens(&n->t->at[s->first]) ? 0.36f : plainly && s->words <= 3 && s->words >= 2 ? 0.3f : 0;
    if (!known && plainly && s->words >= 2 && s->words <= 3)
        return CDR_MAX(confidence, 0.3f);
    return known && plainly ? CDR_MAX(confidence, s->words >= 2 ? 0.44f : 0.4f) : confidence;
}

/* "Smith, John": surname first, where lists of given names do not go on around it. */
static bool comma_name(const cdr_names *n, const span *s, span *ret)
{
    const cdr_tokens *t = n->t;
    const cdr_token *a = &t->at[s->first];
    size_t next = s->last + 1;
    if (s->words != 1 || s->initials || !(a->flags & CDR_G_LAST) || first_name(a) || !free_at(n, next) || t->at[next].gap != CDR_GAP_COMMA || t->at[next].line || a->gap == CDR_GAP_COMMA)
        return false;
    span g;
    take_span(n, next, false, &g);
    bool ends = g.last + 1 >= t->count || (t->at[g.last + 1].gap != CDR_GAP_COMMA && !cdr_token_is(&t->at[g.last + 1], "and|und|et|y|e|or"));
    if (!g.words || !first_name(&t->at[next]) || !plain(&t->at[next]) || g.words > 2 || !ends)
        return false;
    *ret = (span){.first = s->first, .last = g.last, .words = 1 + g.words, .firsts = g.firsts, .lasts = 1 + g.lasts};
    return true;
}

static void drop_leading_opener(const cdr_names *n, span *s)
{
    const cdr_tokens *t = n->t;
    /* "Rebooted Maria Schmidt": an unknown word that only its place at the beginning made a capital of. */
    while (s->words > 2 && opens(&t->at[s->first]) && !first_name(&t->at[s->first]) && !last_name(&t->at[s->first]) && s->first < s->last && first_name(&t->at[s->first + 1])) {
        s->first++;
        s->words--;
        s->unknown--;
    }
}

/* Words of whole names, to know them again where they stand alone: "Angela Merkel … Merkel said". */
static void remember(cdr_names *n, size_t first, size_t last)
{
    for (size_t i = first; i <= last && n->known_count < CDR_NAMES_KNOWN; i++) {
        const cdr_token *w = &n->t->at[i];
        if (w->len > 2 && cdr_token_cap(w) && !(w->flags & CDR_G_STOP))
            n->known[n->known_count++] = (uint16_t)i;
    }
}

static bool is_known(const cdr_names *n, size_t i)
{
    const cdr_token *w = &n->t->at[i];
    for (size_t k = 0; k < n->known_count; k++) {
        const cdr_token *o = &n->t->at[n->known[k]];
        if (o->len == w->len && !memcmp(o->key, w->key, w->len))
            return true;
    }
    return false;
}

/* The parts of names found, alone. */
static void known_again(cdr_names *n)
{
    const cdr_tokens *t = n->t;
    for (size_t i = 0; n->known_count && i < t->count; i++) {
        const cdr_token *w = &t->at[i];
        bool placed = i > 0 && w->gap == CDR_GAP_SPACE && cdr_token_cue(&t->at[i - 1], CDR_CUE_SPATIAL) && (w->flags & (CDR_G_CITY | CDR_G_COUNTRY | CDR_G_REGION));
        if (!n->taken[i] && cdr_token_cap(w) && !w->glued && !placed && !((w->flags & CDR_G_WORD) && opens(w)) && !(w->flags & (CDR_G_NATION | CDR_G_ORG | CDR_G_STREET)) && is_known(n, i))
            cdr_names_emit(n, CDR_K_NAME, i, i, CDR_EV_LIST, 0.3f);
    }
}

static size_t person_at(cdr_names *n, size_t i)
{
    const cdr_tokens *t = n->t;
    size_t honorific, name = i;
    const cdr_token *w = &t->at[i];
    if (w->shape == CDR_SHAPE_DIGITS || w->shape == CDR_SHAPE_MIXED)
        return i;
    if (w->shape == CDR_SHAPE_LOWER && !t->lower && !cdr_token_cue(w, CDR_CUE_PARTICLE) && (!(w->flags & (CDR_G_FIRST | CDR_G_LAST)) || !plain(w)))
        return i;
    call c = called_by(n, i, &honorific);
    span s, swapped;
    uint32_t evidence = 0;
    if (c == CALL_STRONG || (cdr_token_cap(&t->at[i]) && cdr_token_is(&t->at[i], "van|von") && !n->t->lower))
        name = with_leading_particles(n, i);
    if (name == i && !namey(n, &t->at[i], c != CALL_NONE) && t->at[i].shape != CDR_SHAPE_INITIAL)
        return i;
    take_span(n, name, c != CALL_NONE, &s);
    if (s.words == 0)
        return i;
    s.first = i;
    drop_leading_opener(n, &s);
    float confidence;
    if (honorific == SIZE_MAX && comma_name(n, &s, &swapped)) {
        s = swapped;
        confidence = 0.4f;
        evidence = CDR_EV_LIST;
    } else {
        if (c != CALL_STRONG && is_elsewhere(n, &s))
            return i;
        confidence = judge(n, &s, c, honorific != SIZE_MAX, &evidence);
    }
    if (confidence <= 0)
        return i;
    if (confidence < 0.5f && confidence >= 0.4f && cdr_names_beside(n, t->at[s.first].start, t->at[s.last].end)) {
        evidence |= CDR_EV_NEIGHBOUR;
        confidence = 0.52f;
    }
    if (honorific != SIZE_MAX && !n->taken[honorific]) {
        cdr_names_emit(n, CDR_K_HONORIFIC, honorific, honorific, CDR_EV_LIST, 0.35f);
        if (t->at[honorific].dot)
            cdr_names_stretch(n);
    }
    cdr_names_emit(n, CDR_K_NAME, s.first, s.last, evidence, confidence);
    if (s.words >= 2)
        remember(n, s.first, s.last);
    return s.last;
}

void cdr_names_persons(cdr_names *n)
{
    for (size_t i = 0; i < n->t->count; i++)
        if (!n->taken[i])
            i = person_at(n, i);
    known_again(n);
}
