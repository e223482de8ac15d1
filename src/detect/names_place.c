/* SPDX-License-Identifier: Apache-2.0 */
/* Places, organisations, and what is said of people: age, nationality, occupation. */
#include "detect/names_token.h"

#include "base/mem.h"

#include <string.h>

static bool free_at(const cdr_names *n, size_t i)
{
    return i < n->t->count && !n->taken[i];
}

static const cdr_token *before(const cdr_names *n, size_t i)
{
    return i > 0 && n->t->at[i].gap < CDR_GAP_PERIOD ? &n->t->at[i - 1] : NULL;
}

static bool all_free(const cdr_names *n, size_t first, size_t count)
{
    for (size_t i = first; i < first + count; i++)
        if (!free_at(n, i))
            return false;
    return true;
}

static cdr_kind place_kind(uint32_t flags)
{
    return flags & CDR_G_COUNTRY ? CDR_K_COUNTRY : flags & CDR_G_CITY ? CDR_K_CITY : CDR_K_REGION;
}

static bool spatial(const cdr_token *b)
{
    return b && b->shape == CDR_SHAPE_LOWER && cdr_token_cue(b, CDR_CUE_SPATIAL_OF);
}

/* "lives in", "originally from", "moved to", "based in", "born in": what follows is a place, listed or not. */
static bool settles(const cdr_names *n, size_t i)
{
    const cdr_tokens *t = n->t;
    const cdr_token *b = before(n, i), *bb = i > 1 ? before(n, i - 1) : NULL;
    if (!b || !bb || t->at[i].gap != CDR_GAP_SPACE || !cdr_token_is(b, "in|from|to|at|near|aus|nach|en|de|a|di") || (cdr_token_is(b, "at") && !cdr_token_is(bb, "arrived|arriving|stationed|landed")))
        return false;
    return cdr_token_cue(bb, CDR_CUE_SETTLE);
}

/* Among capitals only, everyday words are no names: "BUT NOT LIMITED TO". */
static bool shouted(const cdr_names *n, size_t i)
{
    const cdr_tokens *t = n->t;
    if (t->at[i].shape != CDR_SHAPE_UPPER)
        return false;
    size_t loud = 0, from = i > 2 ? i - 2 : 0, seen = 0;
    for (size_t k = from; k < t->count && k <= i + 2; k++)
        if (k != i && t->at[k].len > 1) {
            seen++;
            loud += t->at[k].shape == CDR_SHAPE_UPPER && (t->at[k].flags & CDR_G_WORD);
        }
    return loud >= 2 || (seen && loud == seen);
}

static size_t capitals(const cdr_names *n, size_t i, size_t most)
{
    const cdr_tokens *t = n->t;
    size_t k = i;
    if (shouted(n, i))
        return 0;
    while (k < t->count && k < i + most && free_at(n, k) && cdr_token_cap(&t->at[k]) && (k == i || t->at[k].gap == CDR_GAP_SPACE) && !(t->at[k].flags & CDR_G_CALENDAR))
        k++;
    return k - i;
}

/* A postal code after a town: its last token, 0 for none. Four digits that may be a year are none. */
static size_t code_after(const cdr_names *n, size_t i)
{
    const cdr_tokens *t = n->t;
    const cdr_token *w = i < t->count ? &t->at[i] : NULL, *next = i + 1 < t->count ? w + 1 : NULL;
    if (!w || n->taken[i] || w->gap != CDR_GAP_SPACE || w->line)
        return 0;
    bool digits = w->shape == CDR_SHAPE_DIGITS, more = next && next->shape == CDR_SHAPE_DIGITS && next->start == w->end + 1;
    if (digits && more && ((w->len == 3 && next->len == 2) || (w->len == 4 && next->len == 3) || (w->len == 2 && next->len == 3)))
        return i + 1;
    bool halves = next && next->gap == CDR_GAP_SPACE && w->shape == CDR_SHAPE_MIXED && next->shape == CDR_SHAPE_MIXED && w->len >= 2 && w->len <= 4 && next->len == 3 && !cdr_is_digit(w->key[0]);
    if (halves)
        return i + 1;
    bool year = w->len == 4 && (w->key[0] == '1' ? w->key[1] == '9' : w->key[0] == '2' && w->key[1] == '0');
    return digits && w->len >= 4 && w->len <= 6 && !year ? i : 0;
}

static size_t emit_place(cdr_names *n, cdr_kind kind, size_t first, size_t last, uint32_t evidence, float confidence)
{
    size_t code = code_after(n, last + 1);
    cdr_names_emit(n, kind, first, last, evidence, confidence);
    if (code)
        cdr_names_emit(n, CDR_K_POSTCODE, last + 1, code, CDR_EV_SHAPE, 0.35f);
    return code ? code : last;
}

/* "Zip code: 53650", "PLZ 10115". */
static size_t labelled_code(cdr_names *n, size_t i)
{
    const cdr_tokens *t = n->t;
    const cdr_token *b = before(n, i), *bb = i > 1 ? before(n, i - 1) : NULL;
    bool link = b && bb && cdr_token_is(b, "is|code|ist|no|number|nr");
    bool named = (b && cdr_token_is(b, "zip|zipcode|postcode|plz|postleitzahl|cep")) || (link && cdr_token_cue(bb, CDR_CUE_ZIP));
    if (!named || t->at[i].len < 4 || t->at[i].len > 6 || (t->at[i].shape != CDR_SHAPE_DIGITS && t->at[i].shape != CDR_SHAPE_MIXED))
        return i;
    cdr_names_emit(n, CDR_K_POSTCODE, i, i, CDR_EV_CONTEXT, 0.5f);
    return i;
}

/* Unknown words after "in", where a place stands more often than not. */
static size_t unknown_place(const cdr_names *n, size_t i)
{
    const cdr_tokens *t = n->t;
    const cdr_token *b = before(n, i), *w = &t->at[i];
    if (!b || w->gap != CDR_GAP_SPACE || b->shape != CDR_SHAPE_LOWER || !cdr_token_is(b, "in|near") || w->flags || w->len < 4)
        return 0;
    size_t caps = capitals(n, i, 3);
    for (size_t k = i; k < i + caps; k++)
        if (t->at[k].flags & (CDR_G_WORD | CDR_G_ORG | CDR_G_NATION | CDR_G_FIRST))
            return 0;
    return caps;
}

/* "12 Oak Avenue, Unterdorf.": a town that ends the sentence or the line after an address. */
static size_t after_address(const cdr_names *n, size_t i)
{
    const cdr_tokens *t = n->t;
    if (i == 0 || !n->taken[i - 1] || t->at[i].gap != CDR_GAP_COMMA || t->at[i].line || (t->at[i].flags & (CDR_G_WORD | CDR_G_ORG)))
        return 0;
    if (!(t->at[i - 1].shape == CDR_SHAPE_DIGITS || t->at[i - 1].shape == CDR_SHAPE_MIXED || (t->at[i - 1].flags & CDR_G_STREET)))
        return 0;
    size_t caps = capitals(n, i, 4);
    return caps && (i + caps == t->count || t->at[i + caps].gap >= CDR_GAP_PERIOD || t->at[i + caps].line) ? caps : 0;
}

static size_t place_at(cdr_names *n, size_t i)
{
    const cdr_tokens *t = n->t;
    const cdr_token *w = &t->at[i];
    uint32_t flags = 0;
    bool small = w->shape == CDR_SHAPE_LOWER;
    if (w->shape == CDR_SHAPE_DIGITS || w->shape == CDR_SHAPE_MIXED)
        return labelled_code(n, i);
    if (w->glued)
        return i;
    if ((small && !t->lower && !(w->flags & CDR_G_LEAD)))
        return i;
    size_t count = cdr_names_phrase(n, i, CDR_G_COUNTRY | CDR_G_CITY | CDR_G_REGION, &flags);
    const cdr_token *b = before(n, i);
    bool settled = settles(n, i);
    if (count && all_free(n, i, count) && (!small || t->lower) && !shouted(n, i)) {
        bool code = count == 1 && w->len <= 3;
        bool weak = count == 1 && (flags & (CDR_G_WORD | CDR_G_FIRST | CDR_G_LAST)) && !(flags & (CDR_G_FREQUENT | CDR_G_COUNTRY));
        if (code && !(w->shape == CDR_SHAPE_UPPER && (flags & CDR_G_COUNTRY || (w->gap == CDR_GAP_COMMA && b && cdr_token_cap(b)))))
            return i;
        if (small && (flags & CDR_G_WORD))
            return i;
        if (weak && !spatial(b) && !(i + 1 < t->count && t->at[i + 1].gap == CDR_GAP_COMMA && (t->at[i + 1].flags & (CDR_G_REGION | CDR_G_COUNTRY)) && cdr_token_cap(&t->at[i + 1])))
            return i;
        return emit_place(n, place_kind(flags), i, i + count - 1, CDR_EV_LIST | (settled ? CDR_EV_CONTEXT : 0u), settled ? 0.44f : weak ? 0.3f : 0.38f);
    }
    /* "Reading, PA": a town before a region's code. */
    size_t caps = capitals(n, i, 3);
    const cdr_token *next = i + caps < t->count ? &t->at[i + caps] : NULL;
    bool coded = caps && next && next->gap == CDR_GAP_COMMA && next->shape == CDR_SHAPE_UPPER && next->len == 2 && (next->flags & CDR_G_REGION) && !(w->flags & CDR_G_WORD) && (w->shape == CDR_SHAPE_CAP || code_after(n, i + caps + 1));
    if ((settled && caps && !((w->flags & CDR_G_WORD) && caps == 1) && !(w->flags & (CDR_G_NATION | CDR_G_ORG))) || coded) {
        return emit_place(n, CDR_K_CITY, i, i + caps - 1, CDR_EV_CONTEXT, 0.35f);
    }
    if ((caps = unknown_place(n, i)) != 0 || (caps = after_address(n, i)) != 0)
        return emit_place(n, CDR_K_CITY, i, i + caps - 1, CDR_EV_SHAPE, 0.24f);
    return i;
}

void cdr_names_places(cdr_names *n)
{
    for (size_t i = 0; i < n->t->count; i++)
        if (!n->taken[i])
            i = place_at(n, i);
}

/* --- organisations */


/* "St. Mary's Hospital" */
static bool owned(const cdr_names *n, size_t i)
{
    const cdr_token *w = &n->t->at[i];
    return i > 0 && w->gap == CDR_GAP_OTHER && w->start - w[-1].end == 3 && n->e->text[w[-1].end + 1] == 's';
}

static size_t before_head(const cdr_names *n, size_t head)
{
    const cdr_tokens *t = n->t;
    size_t start = head;
    while (start > 0 && head - start < 5 && free_at(n, start - 1)) {
        const cdr_token *w = &t->at[start - 1], *right = &t->at[start];
        bool comma = right->gap == CDR_GAP_COMMA && !right->line && start == head && cdr_token_cue(right, CDR_CUE_LEGAL);
        bool amp = right->gap == CDR_GAP_OTHER && n->e->text[w->end] == ' ' && w->end + 3 == right->start && n->e->text[w->end + 1] == '&';
        if (right->gap != CDR_GAP_SPACE && !comma && !amp && !(start == head && owned(n, head)))
            break;
        bool joint = start > 1 && cdr_token_cap(&t->at[start - 2]) && w->shape == CDR_SHAPE_LOWER &&
                     (cdr_token_is(w, "and|und|et|y|e") || (cdr_token_is(w, "of|de|for") && cdr_token_cue(&t->at[start - 2], CDR_CUE_ORG_HEAD)));
        if (!joint && !cdr_token_cap(w) && w->shape != CDR_SHAPE_INITIAL && w->shape != CDR_SHAPE_MIXED)
            break;
        if ((w->flags & CDR_G_WORD) && !(w->flags & (CDR_G_FIRST | CDR_G_LAST)) && (w->gap >= CDR_GAP_LINE || start == 1))
            break;
        if ((w->flags & CDR_G_HONORIFIC) || (w->shape == CDR_SHAPE_UPPER && (w->flags & CDR_G_WORD)))
            break;
        start--;
    }
    while (start < head && (n->t->at[start].shape == CDR_SHAPE_LOWER || n->t->at[start].shape == CDR_SHAPE_INITIAL || cdr_token_is(&n->t->at[start], "the|a|an|and|of|at")))
        start++;
    return start;
}

/* "work for X", "employed by X", "CEO of X", "Employer: X". */
static bool employs(const cdr_names *n, size_t i)
{
    const cdr_token *b = before(n, i), *bb = i > 1 ? before(n, i - 1) : NULL;
    if (!b)
        return false;
    uint8_t gap = n->t->at[i].gap;
    if (gap == CDR_GAP_COLON && cdr_token_cue(b, CDR_CUE_EMPLOYER))
        return true;
    return gap == CDR_GAP_SPACE && bb && ((cdr_token_is(b, "for|at|bei|chez") && cdr_token_cue(bb, CDR_CUE_WORK)) ||
                                          (cdr_token_is(b, "by") && cdr_token_is(bb, "employed|hired|founded")) || (cdr_token_is(b, "of|at") && cdr_token_cue(bb, CDR_CUE_OFFICE_HOLDER)));
}

/* "Expert Health Data Programming Inc": the last of such words in one run of capitals. */
static size_t furthest_head(const cdr_names *n, size_t i)
{
    const cdr_tokens *t = n->t;
    size_t last = i;
    for (size_t k = i + 1; k < t->count && k < i + 5 && free_at(n, k) && cdr_token_cap(&t->at[k]); k++) {
        bool ends = cdr_token_cue(&t->at[k], CDR_CUE_LEGAL);
        if (t->at[k].gap != CDR_GAP_SPACE && !(t->at[k].gap == CDR_GAP_COMMA && ends && !t->at[k].line))
            break;
        if (ends || cdr_token_cue(&t->at[k], CDR_CUE_ORG_HEAD))
            last = k;
    }
    return last;
}

/* "X is a software company", "the X website": what follows says that X is an organisation. Returns X's length. */
static size_t said_to_be(const cdr_names *n, size_t i)
{
    const cdr_tokens *t = n->t;
    size_t caps = capitals(n, i, 5), k = i + caps;
    if (!caps || k >= t->count || t->at[k].gap != CDR_GAP_SPACE || ((t->at[i].flags & CDR_G_WORD) && caps == 1) || (t->at[i].flags & CDR_G_HONORIFIC))
        return 0;
    if (cdr_token_cue(&t->at[k], CDR_CUE_ORG_THING))
        return caps;
    if (!cdr_token_is(&t->at[k], "is|was|ist|est|es") || k + 2 >= t->count || !cdr_token_is(&t->at[k + 1], "a|an|the|ein|eine|une|un|una"))
        return 0;
    for (k += 2; k < t->count && k < i + caps + 7 && t->at[k].gap == CDR_GAP_SPACE; k++) {
        if (cdr_token_cue(&t->at[k], CDR_CUE_ORG_SORT))
            return caps;
        if (cdr_token_is(&t->at[k], "who|that|which|in|at|of|for|with"))
            return 0;
    }
    return 0;
}

/* "Barnett, Melton and Garcia is …": three surnames that do something as one. */
static size_t law_firm(const cdr_names *n, size_t i)
{
    const cdr_tokens *t = n->t;
    if (i + 4 >= t->count || !cdr_token_cap(&t->at[i]) || (i > 0 && t->at[i].gap == CDR_GAP_COMMA && cdr_token_cap(&t->at[i - 1])))
        return 0;
    const cdr_token *a = &t->at[i], *b = a + 1, *joint = a + 2, *c = a + 3, *verb = a + 4;
    bool names = (a->flags & CDR_G_LAST) && (b->flags & CDR_G_LAST) && (c->flags & CDR_G_LAST) && cdr_token_cap(b) && cdr_token_cap(c);
    bool one = verb->gap == CDR_GAP_SPACE && (cdr_token_cue(verb, CDR_CUE_ORG_VERB) || (verb->start > c->end + 1));
    return names && b->gap == CDR_GAP_COMMA && joint->gap <= CDR_GAP_COMMA && cdr_token_is(joint, "and|und|et|y|e") && c->gap == CDR_GAP_SPACE && one ? 4 : 0;
}

void cdr_names_organisations(cdr_names *n)
{
    const cdr_tokens *t = n->t;
    for (size_t i = 0; i < t->count; i++) {
        const cdr_token *w = &t->at[i];
        if (n->taken[i])
            continue;
        bool named = (cdr_token_cap(w) && !w->glued && !shouted(n, i)) || (t->lower && cdr_token_cue(w, CDR_CUE_LEGAL) && w->len > 2);
        bool head = named && (w->gap <= CDR_GAP_COMMA || owned(n, i)) && (cdr_token_cue(w, CDR_CUE_LEGAL) || cdr_token_cue(w, CDR_CUE_ORG_HEAD));
        size_t start = head && i > 0 && (cdr_token_cue(w, CDR_CUE_LEGAL) || w->gap == CDR_GAP_SPACE || owned(n, i)) ? before_head(n, i) : i;
        if (t->lower && head && start == i && i > 1 && !(t->at[i - 1].flags & CDR_G_WORD))
            start = i - 1;
        if (head && start < i) {
            size_t last = furthest_head(n, i);
            bool dotted = t->at[last].dot && cdr_token_is(&t->at[last], "inc|corp|ltd|co|llc");
            bool sure = cdr_token_cue(&t->at[last], CDR_CUE_LEGAL);
            cdr_names_emit(n, CDR_K_ORGANIZATION, start, last, CDR_EV_LIST, sure ? 0.42f : 0.34f);
            if (dotted && last + 1 < t->count && t->at[last + 1].gap == CDR_GAP_SPACE)
                cdr_names_stretch(n);
            i = last;
            continue;
        }
        size_t caps = law_firm(n, i);
        if (!caps)
            caps = cdr_token_cap(w) && employs(n, i) ? capitals(n, i, 4) : cdr_token_cap(w) && (i == 0 || w->gap != CDR_GAP_SPACE || !cdr_token_cap(w - 1)) ? said_to_be(n, i) : 0;
        if (caps && !(w->flags & CDR_G_WORD && caps == 1)) {
            cdr_names_emit(n, CDR_K_ORGANIZATION, i, i + caps - 1, CDR_EV_CONTEXT, 0.36f);
            i += caps - 1;
        }
    }
}

/* --- age, nationality, occupation */

static bool age_follows(const cdr_names *n, size_t i)
{
    const cdr_tokens *t = n->t;
    const cdr_token *a = i + 1 < t->count ? &t->at[i + 1] : NULL, *b = i + 2 < t->count ? &t->at[i + 2] : NULL;
    if (!a || a->gap > CDR_GAP_OTHER || a->start > t->at[i].end + 2)
        return false;
    if (cdr_token_cue(a, CDR_CUE_YEAR_OLD))
        return true;
    if (a->len == 1 && a->key[0] == 'y' && b && cdr_token_is(b, "o"))
        return true;
    if (cdr_token_is(a, "years|year|yrs|yr"))
        return b && cdr_token_is(b, "old|young");
    if (cdr_token_is(a, "jahre|ans|anos|anni|jaar|lat|ar|vuotta"))
        return (b && cdr_token_is(b, "alt|oud|gammal|vanha")) || cdr_token_is(a, "ans|anos|anni");
    return false;
}

static bool age_precedes(const cdr_names *n, size_t i)
{
    const cdr_token *b = before(n, i), *bb = i > 1 ? before(n, i - 1) : NULL;
    if (!b)
        return false;
    if (cdr_token_is(b, "age|aged|alter|edad|idade|eta|leeftijd|wiek"))
        return true;
    if (cdr_token_is(b, "is|of") && bb && cdr_token_is(bb, "age"))
        return true;
    return cdr_token_is(b, "turned|turning|turns") && n->t->at[i].gap == CDR_GAP_SPACE;
}

static unsigned small_number(const cdr_token *t)
{
    unsigned v = 0;
    for (size_t i = 0; i < t->len && i < 4; i++)
        v = v * 10 + (unsigned)(t->key[i] - '0');
    return v;
}

/* "as a nurse", "is an electrical engineer": the occupation's words from ${i} on; their number. */
static size_t occupation(const cdr_names *n, size_t i)
{
    const cdr_tokens *t = n->t;
    const cdr_token *b = before(n, i), *bb = i > 1 ? before(n, i - 1) : NULL;
    size_t last = 0;
    if (!b || !cdr_token_cue(b, CDR_CUE_DETERMINER) || cdr_token_cue(&t->at[i], CDR_CUE_DETERMINER))
        return 0;
    bool beside = cdr_token_is(b, "the|a|an") && b->gap == CDR_GAP_COMMA && i > 1 && n->taken[i - 2];
    if (!bb || (!beside && !cdr_token_cue(bb, CDR_CUE_BE)))
        return 0;
    for (size_t k = i; k < t->count && k < i + 4 && free_at(n, k) && (k == i || t->at[k].gap == CDR_GAP_SPACE); k++) {
        if (t->at[k].flags & CDR_G_JOB)
            last = k + 1;
        else if (t->at[k].shape == CDR_SHAPE_DIGITS || cdr_token_cue(&t->at[k], CDR_CUE_LINK))
            break;
    }
    return last ? last - i : 0;
}

/* A line that holds nothing but an occupation, below a name. */
static size_t occupation_line(const cdr_names *n, size_t i)
{
    const cdr_tokens *t = n->t;
    size_t k = i;
    if (i == 0 || !t->at[i].line || !n->taken[i - 1] || t->at[i].gap == CDR_GAP_OTHER)
        return 0;
    while (k + 1 < t->count && k < i + 6 && !t->at[k + 1].line)
        k++;
    for (size_t j = i; j <= k; j++)
        if (!free_at(n, j) || t->at[j].shape == CDR_SHAPE_DIGITS)
            return 0;
    return (t->at[k].flags & CDR_G_JOB) && (k + 1 == t->count || t->at[k + 1].line) ? k - i + 1 : 0;
}

void cdr_names_traits(cdr_names *n)
{
    const cdr_tokens *t = n->t;
    for (size_t i = 0; i < t->count; i++) {
        const cdr_token *w = &t->at[i];
        uint32_t flags = 0;
        size_t count;
        if (n->taken[i])
            continue;
        if (w->shape == CDR_SHAPE_DIGITS && w->len <= 3) {
            unsigned v = small_number(w);
            if (v >= 1 && v <= 120 && (age_follows(n, i) || age_precedes(n, i)))
                cdr_names_emit(n, CDR_K_AGE, i, i, CDR_EV_CONTEXT, 0.42f);
        } else if ((cdr_token_cap(w) || t->lower || (w->shape == CDR_SHAPE_LOWER && w->len > 5)) && (count = cdr_names_phrase(n, i, CDR_G_NATION, &flags)) != 0 && all_free(n, i, count) &&
                   !(w->shape == CDR_SHAPE_LOWER && (flags & (CDR_G_WORD | CDR_G_FIRST | CDR_G_LAST)))) {
            cdr_names_emit(n, flags & CDR_G_RELIGION ? CDR_K_RELIGION : CDR_K_NATIONALITY, i, i + count - 1, CDR_EV_LIST, 0.32f);
            i += count - 1;
        } else if ((count = occupation(n, i)) != 0 || (count = occupation_line(n, i)) != 0) {
            cdr_names_emit(n, CDR_K_JOB_TITLE, i, i + count - 1, CDR_EV_LIST | CDR_EV_CONTEXT, 0.35f);
            i += count - 1;
        }
    }
}
