/* SPDX-License-Identifier: Apache-2.0 */
/* Postal addresses: a street and a house number in either order, a box, and what follows: unit, town, region, code, country. */
#include "detect/names_token.h"

#include "base/mem.h"
#include "detect/street.h"

#include <string.h>


static bool taken(const cdr_names *n, size_t i)
{
    return i >= n->t->count || n->taken[i];
}

static bool is_house(const cdr_token *t)
{
    if (t->shape == CDR_SHAPE_DIGITS)
        return t->len <= 6;
    return t->shape == CDR_SHAPE_MIXED && cdr_is_digit(t->key[0]) && t->len <= 6 && !cdr_token_is(t, "1st|2nd|3rd|4th|5th|6th|7th|8th|9th|10th|24h|24x7");
}

/* 19xx and 20xx are years more often than house numbers where no street's word says otherwise. */
static bool is_year(const cdr_token *t)
{
    return t->shape == CDR_SHAPE_DIGITS && t->len == 4 && ((t->key[0] == '1' && t->key[1] >= '8') || (t->key[0] == '2' && t->key[1] == '0'));
}

/* "12/3", "12-14": the last token of a house number at ${i}. */
static size_t house_end(const cdr_names *n, size_t i)
{
    const cdr_tokens *t = n->t;
    const cdr_token *next = i + 1 < t->count ? &t->at[i + 1] : NULL;
    if (!next || next->start != t->at[i].end + 1)
        return i;
    char joint = n->e->text[t->at[i].end];
    return (joint == '/' || joint == '-') && is_house(next) && next->len <= 4 ? i + 1 : i;
}

static bool is_ordinal(const cdr_token *t)
{
    return t->shape == CDR_SHAPE_MIXED && t->len >= 3 && t->len <= 5 && cdr_is_digit(t->key[0]) && !cdr_is_digit(t->key[t->len - 1]);
}

static bool capital(const cdr_names *n, const cdr_token *t)
{
    return cdr_token_cap(t) || t->shape == CDR_SHAPE_INITIAL || (n->t->lower && t->shape == CDR_SHAPE_LOWER && !((t->flags & CDR_G_WORD) && !(t->flags & (CDR_G_STREET | CDR_G_CITY))));
}

static bool is_street(const cdr_names *n, const cdr_token *t, bool after_number)
{
    if (t->shape == CDR_SHAPE_DIGITS || t->shape == CDR_SHAPE_MIXED || t->shape == CDR_SHAPE_INITIAL)
        return false;
    return (capital(n, t) || (t->shape == CDR_SHAPE_LOWER && t->len > 3 && (t->flags & CDR_G_STREET) && !(t->flags & CDR_G_WORD)) || cdr_token_is(t, "rue|via|calle|ulica|ul|rua")) &&
           ((t->flags & CDR_G_STREET) || (!t->flags && t->len > 5 && (after_number ? cdr_is_street_word_after_number(t->key, t->len) : cdr_is_street_word(t->key, t->len))));
}

/* Street words that languages write small after the name: "Rákóczi út 66", "Luite tee 87". */
static bool is_small_street(const cdr_token *t)
{
    return (t->len == 1 && t->key[0] == 'u' && t->dot) || (t->shape == CDR_SHAPE_LOWER && cdr_token_cue(t, CDR_CUE_SMALL_STREET));
}

static bool joins(const cdr_token *t, uint8_t most)
{
    return t->gap >= CDR_GAP_SPACE && t->gap <= most;
}

/* Only spaces and the given signs between two tokens. */
static bool gap_only(const cdr_names *n, size_t i, const char *signs)
{
    const char *text = n->e->text;
    for (size_t k = n->t->at[i - 1].end; k < n->t->at[i].start; k++)
        if (text[k] != ' ' && !strchr(signs, text[k]))
            return false;
    return true;
}

/* Words of a street's name after ${i}: the last street word among them, 0 when none. */
static size_t named_street(const cdr_names *n, size_t i)
{
    const cdr_tokens *t = n->t;
    size_t found = 0, plain = 0;
    for (size_t k = i; k < t->count && k < i + 8 && plain <= 4; k++) {
        const cdr_token *w = &t->at[k];
        bool joint = cdr_token_is(w, "and|y|e|og|och|und"), part = capital(n, w) || is_ordinal(w) || cdr_token_cue(w, CDR_CUE_STREET_PARTICLE) || (k == i && is_house(w));
        if (joint && (k == i || found || (t->at[k - 1].flags & CDR_G_STREET)))
            break;
        if (taken(n, k) || (k > i && !joins(w, CDR_GAP_SPACE)) || !part)
            break;
        if (k > i && is_street(n, w, true)) {
            found = k;
            plain = 0;
        } else {
            plain++;
        }
        if (found && w->dot && !(w->flags & CDR_G_STREET))
            break;
    }
    return found;
}

/* "12 Oak Avenue", "99449 18 McPherson Road": ends at the street's word. */
static size_t number_first(const cdr_names *n, size_t i)
{
    const cdr_tokens *t = n->t;
    if (!is_house(&t->at[i]) || i + 2 > t->count)
        return 0;
    size_t k = i + 1;
    if (k + 1 < t->count && is_house(&t->at[k]) && joins(&t->at[k], CDR_GAP_SPACE) && !is_ordinal(&t->at[k]))
        k++;
    if (k >= t->count || !(joins(&t->at[k], CDR_GAP_SPACE) || (t->at[k].gap == CDR_GAP_COMMA && cdr_token_cue(&t->at[k], CDR_CUE_STREET_FIRST))))
        return 0;
    if (cdr_token_is(&t->at[k], "bis|ter|b|a") && k + 1 < t->count && cdr_token_cue(&t->at[k + 1], CDR_CUE_STREET_FIRST))
        k++;
    return named_street(n, k);
}

/* "Via Roma 3", "calle Mayor, 4", "12 rue de la Paix": from the street's word on. */
static size_t word_first(const cdr_names *n, size_t i, bool numbered)
{
    const cdr_tokens *t = n->t;
    if (!cdr_token_cue(&t->at[i], CDR_CUE_STREET_FIRST) || (t->at[i].len <= 2 && !t->at[i].dot && !cdr_token_is(&t->at[i], "ul|bd|jl")))
        return 0;
    size_t last = 0, words = 0;
    for (size_t k = i + 1; k < t->count && k < i + 7; k++) {
        const cdr_token *w = &t->at[k];
        if (taken(n, k))
            break;
        if (words && is_house(w) && w->gap <= CDR_GAP_COMMA && w->gap >= CDR_GAP_SPACE && gap_only(n, k, ","))
            return house_end(n, k);
        bool part = capital(n, w) || cdr_token_cue(w, CDR_CUE_STREET_PARTICLE) || (w->shape == CDR_SHAPE_DIGITS && w->len <= 2);
        if (!joins(w, CDR_GAP_SPACE) || !part)
            break;
        words += capital(n, w);
        if (capital(n, w))
            last = k;
    }
    return numbered ? last : 0;
}

/* "Hauptstraße 5", "Lange Gasse 12a", "Storgatan 4 B": ends at the number. */
static size_t word_then_number(const cdr_names *n, size_t i)
{
    const cdr_tokens *t = n->t;
    bool small = is_small_street(&t->at[i]) && i > 0 && t->at[i].gap == CDR_GAP_SPACE && capital(n, &t->at[i - 1]);
    if (!(small || is_street(n, &t->at[i], false)) || i + 1 >= t->count || taken(n, i + 1))
        return 0;
    const cdr_token *h = &t->at[i + 1];
    bool year = h->shape == CDR_SHAPE_DIGITS && h->len == 4 && (h->key[0] == '1' || h->key[0] == '2');
    if (!is_house(h) || year || !joins(h, CDR_GAP_SPACE) || h->len > 5)
        return 0;
    /* English street words before a number are mostly something else: "Section Court 5". */
    size_t last = house_end(n, i + 1);
    if (last + 1 < t->count && t->at[last + 1].shape == CDR_SHAPE_INITIAL && joins(&t->at[last + 1], CDR_GAP_SPACE) && t->at[last + 1].gap == CDR_GAP_SPACE && !t->at[last + 1].dot)
        last++;
    return last;
}

/* Capitalised words before a street's word belong to its name; a number before those does as well. */
static size_t street_start(const cdr_names *n, size_t i)
{
    const cdr_tokens *t = n->t;
    size_t start = i;
    bool glued = !(t->at[i].flags & CDR_G_STREET) && !is_small_street(&t->at[i]);
    for (size_t k = i; !glued && k > 0 && i - k < 3 && t->at[k].gap == CDR_GAP_SPACE && !taken(n, k - 1); k--) {
        const cdr_token *w = &t->at[k - 1];
        if (!(capital(n, w) && !((w->flags & CDR_G_WORD) && (w->gap == CDR_GAP_START || w->gap >= CDR_GAP_PERIOD))) && !cdr_token_cue(w, CDR_CUE_STREET_PARTICLE))
            break;
        if (capital(n, w))
            start = k - 1;
    }
    if (start > 0 && t->at[start].gap == CDR_GAP_SPACE && is_house(&t->at[start - 1]) && !taken(n, start - 1))
        start--;
    return start;
}

/* Boxes and military mail: "PO Box 12", "Postfach 1234", "PSC 4574, Box 8393", "USNS Bergman". */
static size_t box(const cdr_names *n, size_t i)
{
    const cdr_tokens *t = n->t;
    size_t k = i;
    if (!cdr_token_cue(&t->at[i], CDR_CUE_BOX))
        return 0;
    if (t->at[i].key[0] == 'p' && t->at[i].len == 1 && i + 2 < t->count && cdr_token_is(&t->at[i + 1], "o"))
        k = i + 2;
    else if (cdr_token_is(&t->at[i], "po|pob") && i + 1 < t->count && cdr_token_is(&t->at[i + 1], "box"))
        k = i + 1;
    else if (cdr_token_is(&t->at[i], "apartado") && i + 2 < t->count && cdr_token_is(&t->at[i + 1], "de|postal"))
        k = cdr_token_is(&t->at[i + 2], "correos") ? i + 2 : i + 1;
    else if (cdr_token_is(&t->at[i], "psc|cmr|unit|rr|hc") && i + 3 < t->count && is_house(&t->at[i + 1]) && cdr_token_is(&t->at[i + 2], "box"))
        k = i + 2;
    else if (cdr_token_is(&t->at[i], "uss|usns|usnv|usnv") && i + 2 < t->count && capital(n, &t->at[i + 1]) && cdr_token_is(&t->at[i + 2], "fpo|apo|dpo"))
        return i + 1;
    else if (!cdr_token_is(&t->at[i], "postfach|postbus|apartado|postboks|postbox"))
        return 0;
    if (k > i && !cdr_token_is(&t->at[k], "box|postal|de|correos"))
        return 0;
    return k + 1 < t->count && is_house(&t->at[k + 1]) && joins(&t->at[k + 1], CDR_GAP_SPACE) ? k + 1 : 0;
}

static size_t unit(const cdr_names *n, size_t i)
{
    const cdr_tokens *t = n->t;
    if (taken(n, i) || !cdr_token_cue(&t->at[i], CDR_CUE_UNIT) || i + 1 >= t->count || taken(n, i + 1))
        return 0;
    const cdr_token *w = &t->at[i + 1];
    bool value = is_house(w) || w->shape == CDR_SHAPE_INITIAL || (w->shape == CDR_SHAPE_MIXED && w->len <= 5);
    return value && joins(w, CDR_GAP_SPACE) ? i + 1 : 0;
}

/* A postal code at token ${i}: its last token, SIZE_MAX for none. */
static size_t code(const cdr_names *n, size_t i)
{
    const cdr_tokens *t = n->t;
    const cdr_token *w = &t->at[i], *next = i + 1 < t->count ? w + 1 : NULL;
    bool pair = next && next->gap == CDR_GAP_SPACE && !next->line && next->len <= 4;
    if (w->shape == CDR_SHAPE_DIGITS) {
        if (next && next->shape == CDR_SHAPE_DIGITS && next->gap == CDR_GAP_OTHER && next->start == w->end + 1 && n->e->text[w->end] == '-')
            return (w->len == 5 && next->len == 4) || (w->len == 2 && next->len == 3) || (w->len == 4 && next->len == 3) || (w->len == 3 && next->len == 4) || (w->len == 5 && next->len == 3) ? i + 1 : SIZE_MAX;
        if (pair && w->len == 3 && next->shape == CDR_SHAPE_DIGITS && next->len == 2)
            return i + 1;
        if (pair && w->len == 4 && next->shape == CDR_SHAPE_UPPER && next->len == 2)
            return i + 1;
        return w->len >= 4 && w->len <= 6 && !is_year(w) ? i : SIZE_MAX;
    }
    bool halves = pair && w->shape == CDR_SHAPE_MIXED && w->len <= 4 && next->shape == CDR_SHAPE_MIXED && next->len == 3 && !cdr_is_digit(w->key[0]);
    return halves ? i + 1 : SIZE_MAX;
}

static bool is_region_code(const cdr_token *t)
{
    return (t->flags & CDR_G_REGION) && (t->len > 3 ? cdr_token_cap(t) : t->shape == CDR_SHAPE_UPPER);
}

/* What may follow the street. Words count when a code, a region, a country or a known town comes of them. */
static size_t tail(const cdr_names *n, size_t core)
{
    const cdr_tokens *t = n->t;
    size_t last = core, words = 0, codes = 0;
    for (size_t k = core + 1; k < t->count && k < core + 18;) {
        const cdr_token *w = &t->at[k];
        uint32_t flags = 0;
        size_t end;
        bool full_stop = k == core + 1 && w->gap == CDR_GAP_PERIOD && t->at[core].dot && (cdr_token_cue(w, CDR_CUE_UNIT) || (core > 0 && cdr_token_is(&t->at[core - 1], "u|ut|utca|ter|korut|tere")));
        if (taken(n, k) || !(joins(w, CDR_GAP_COMMA) || full_stop || (w->gap == CDR_GAP_OTHER && gap_only(n, k, "()#,\n"))))
            break;
        if ((end = unit(n, k)) != 0) {
            last = end;
            k = end + 1;
            words = 0;
            continue;
        }
        size_t country = capital(n, w) ? cdr_names_phrase(n, k, CDR_G_COUNTRY | CDR_G_CITY, &flags) : 0;
        size_t zip = code(n, k);
        if (zip != SIZE_MAX && codes < 2) {
            codes++;
            last = zip;
            k = zip + 1;
            words = 0;
        } else if (country) {
            last = k + country - 1;
            k += country;
            words = flags & CDR_G_CITY ? 1 : 3;
        } else if (is_region_code(w) || (w->shape == CDR_SHAPE_UPPER && w->len == 2 && words && w->gap == CDR_GAP_COMMA)) {
            last = k++;
            words = 0;
        } else if (capital(n, w) && words < 5 && !(w->flags & CDR_G_CALENDAR)) {
            /* "10115 Unterdorf": a town after its code, where a line or the sentence ends with it. */
            bool closes = codes && k == last + 1 && w->gap == CDR_GAP_SPACE && (k + 1 == t->count || t->at[k + 1].gap > CDR_GAP_SPACE) && !(w->flags & CDR_G_WORD);
            if (closes)
                last = k;
            k++;
            words++;
        } else if (words && cdr_token_cue(w, CDR_CUE_STREET_PARTICLE)) {
            k++;
        } else {
            break;
        }
    }
    return last;
}

/* "at", "lives at", "address:" before it. */
static bool labelled(const cdr_names *n, size_t i)
{
    const cdr_tokens *t = n->t;
    if (i == 0)
        return false;
    for (size_t k = i; k-- > 0 && i - k <= 3;) {
        if (cdr_token_cue(&t->at[k], CDR_CUE_LIVES))
            return true;
        if (t->at[k].gap >= CDR_GAP_PERIOD)
            break;
    }
    return false;
}

/* Addresses that licences and manuals print: an organisation's, nobody's home. */
static bool is_published(const cdr_names *n, size_t i)
{
    const cdr_tokens *t = n->t;
    return i + 1 < t->count && ((cdr_token_is(&t->at[i], "51") && cdr_token_is(&t->at[i + 1], "franklin")) || (cdr_token_is(&t->at[i], "59") && cdr_token_is(&t->at[i + 1], "temple")) ||
                                (cdr_token_is(&t->at[i], "675") && cdr_token_is(&t->at[i + 1], "mass|massachusetts")) || (cdr_token_is(&t->at[i], "1600") && cdr_token_is(&t->at[i + 1], "pennsylvania|amphitheatre")) ||
                                (cdr_token_is(&t->at[i], "171") && cdr_token_is(&t->at[i + 1], "second")));
}

/* "2016 Anna Lane", "2021 Example Computing Center": a year and a name, unless a town or code follows. */
static bool is_credit(const cdr_names *n, size_t first, size_t core)
{
    const cdr_tokens *t = n->t;
    const cdr_token *word = &t->at[core];
    if (!is_year(&t->at[first]) || core <= first + 1)
        return false;
    bool weak = (word->flags & CDR_G_WORD) || cdr_token_is(word, "center|centre|lodge|cape|green|glen|point|park|mill|mills");
    return weak || ((t->at[first + 1].flags & CDR_G_FIRST) && (word->flags & CDR_G_LAST)) || t->at[first + 1].shape == CDR_SHAPE_INITIAL || core == first + 3;
}

/* Everyday words and a street's word that is one as well are no street without a town: "29K Technical Support Center". */
static bool is_phrase(const cdr_names *n, size_t first, size_t core)
{
    const cdr_tokens *t = n->t;
    size_t common = 0, words = 0;
    for (size_t i = first; i <= core; i++)
        if (t->at[i].shape != CDR_SHAPE_DIGITS && !cdr_token_cue(&t->at[i], CDR_CUE_STREET_PARTICLE)) {
            words++;
            common += (t->at[i].flags & CDR_G_WORD) != 0;
        }
    return words && (common == words || (common == words - 1 && t->at[first].shape == CDR_SHAPE_MIXED)) && !cdr_token_is(&t->at[core], "street|st|road|rd|avenue|ave|lane|drive|court|blvd|boulevard|way");
}

static void emit(cdr_names *n, size_t first, size_t last, float confidence)
{
    uint32_t evidence = CDR_EV_SHAPE;
    size_t start = n->t->at[first].start, end = n->t->at[last].end;
    if (labelled(n, first)) {
        evidence |= CDR_EV_CONTEXT;
        confidence = 0.62f;
    } else if (cdr_names_beside(n, start, end)) {
        evidence |= CDR_EV_NEIGHBOUR;
        confidence = 0.55f;
    }
    if (is_published(n, first)) {
        evidence |= CDR_EV_VETO_TEST;
        confidence = 0.1f;
    }
    cdr_names_emit(n, CDR_K_STREET, first, last, evidence, confidence);
}

/* "94941 2505 Heatherleigh Suite 620, Beder, Denmark 56905": no street's word, but a code or a country at the end. */
static size_t by_tail(const cdr_names *n, size_t i)
{
    const cdr_tokens *t = n->t;
    size_t k = i + 1;
    if (!is_house(&t->at[i]) || is_year(&t->at[i]))
        return 0;
    if (k < t->count && is_house(&t->at[k]) && joins(&t->at[k], CDR_GAP_SPACE))
        k++;
    size_t from = k, uncommon = 0;
    while (k < t->count && k < from + 5 && joins(&t->at[k], CDR_GAP_SPACE) && (capital(n, &t->at[k]) || cdr_token_cue(&t->at[k], CDR_CUE_STREET_PARTICLE)) && !(t->at[k].flags & (CDR_G_CALENDAR | CDR_G_ORG))) {
        uncommon += !(t->at[k].flags & CDR_G_WORD);
        if (t->at[k].shape == CDR_SHAPE_UPPER && (t->at[k].flags & CDR_G_WORD))
            return 0;
        k++;
    }
    if (k == from || !uncommon || !cdr_token_cap(&t->at[from]))
        return 0;
    bool house = k < t->count && is_house(&t->at[k]) && joins(&t->at[k], CDR_GAP_SPACE) && !is_ordinal(&t->at[k]) && !is_year(&t->at[k]);
    size_t core = house ? k : k - 1, end = tail(n, core);
    bool spare = house && t->at[i].len >= 3;
    return end > core ? end : spare || (house && labelled(n, i)) ? core : 0;
}

/* "on Peter Zuidhove 188", "at Nieuwe Baan 4": capitalised words and a number after a word of place. */
static size_t by_preposition(const cdr_names *n, size_t i)
{
    const cdr_tokens *t = n->t;
    size_t k = i;
    if (i < 2 || t->at[i].gap != CDR_GAP_SPACE || !cdr_token_cap(&t->at[i]) || !cdr_token_is(&t->at[i - 1], "on|at|of|in|to|along|near|am|in|bei") || !cdr_token_cap(&t->at[i]))
        return 0;
    bool sent = cdr_token_is(&t->at[i - 2], "return|deliver|send|ship|stop"), placed = cdr_token_cue(&t->at[i - 2], CDR_CUE_PLACED) && (!sent || cdr_token_is(&t->at[i - 1], "to|at"));
    while (k < t->count && k < i + 4 && !taken(n, k) && (k == i || t->at[k].gap == CDR_GAP_SPACE) && (cdr_token_cap(&t->at[k]) || (k > i && cdr_token_cue(&t->at[k], CDR_CUE_STREET_PARTICLE))) &&
           !(t->at[k].flags & (CDR_G_CALENDAR | CDR_G_ORG | CDR_G_STOP)))
        k++;
    bool number = k > i && k < t->count && !taken(n, k) && is_house(&t->at[k]) && t->at[k].gap == CDR_GAP_SPACE && t->at[k].len <= 4 && (t->at[k].len < 4 || t->at[k].key[0] > '2' || t->at[k].shape == CDR_SHAPE_MIXED);
    return placed && number ? k : 0;
}

void cdr_names_addresses(cdr_names *n)
{
    const cdr_tokens *t = n->t;
    for (size_t i = 0; i < t->count; i++) {
        size_t end = 0, start = i;
        if (n->taken[i])
            continue;
        if ((end = number_first(n, i)) == 0 && (end = box(n, i)) == 0) {
            bool numbered = i > 0 && is_house(&t->at[i - 1]) && !is_year(&t->at[i - 1]) && t->at[i].gap >= CDR_GAP_SPACE && t->at[i].gap <= CDR_GAP_COMMA && !taken(n, i - 1);
            if ((end = word_first(n, i, numbered)) != 0)
                start = numbered ? i - 1 : i;
            else if ((end = word_then_number(n, i)) != 0)
                start = street_start(n, i);
        } else if (t->at[i].shape == CDR_SHAPE_DIGITS && end + 1 < t->count && is_house(&t->at[end + 1]) && t->at[end + 1].gap == CDR_GAP_SPACE && t->at[i].len >= 4 && code(n, end + 1) == SIZE_MAX) {
            end++;
        }
        if (end) {
            size_t last = tail(n, end);
            if (last == end && (is_credit(n, start, end) || is_phrase(n, start, end)))
                continue;
            emit(n, start, last, last > end ? 0.44f : 0.42f);
            i = last;
        } else if ((end = by_tail(n, i)) != 0) {
            emit(n, i, end, 0.36f);
            i = end;
        } else if ((end = by_preposition(n, i)) != 0) {
            size_t last = tail(n, end);
            emit(n, i, last, 0.3f);
            i = last;
        }
    }
}
