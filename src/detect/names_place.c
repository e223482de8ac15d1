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
    return b && b->shape == CDR_SHAPE_LOWER && cdr_token_is(b, "in|from|near|to|at|of|nach|aus|en|a|au|em|w|we|i|till|fran|na|de|di|da|von|bei");
}

/* "lives in", "originally from", "moved to", "based in", "born in": what follows is a place, listed or not. */
static bool settles(const cdr_names *n, size_t i)
{
    const cdr_tokens *t = n->t;
    const cdr_token *b = before(n, i), *bb = i > 1 ? before(n, i - 1) : NULL;
    if (!b || !bb || t->at[i].gap != CDR_GAP_SPACE || !cdr_token_is(b, "in|from|to|near|aus|nach|en|de|a|di"))
        return false;
    return cdr_token_is(bb, "live|lives|lived|living|originally|moved|move|moving|based|born|raised|resides|residing|located|here|travel|traveled|travelled|travelling|traveling|trip|flight|flew|flying|"
                            "fly|grew|visiting|geboren|wohne|wohnt|wohnhaft|naci|nacido|vivo|vive|ne|nee|habite|nato|nata|abito|come|comes|came|coming|am|i'm|is|arrived|stationed|situated|headquartered|office|offices");
}

static size_t capitals(const cdr_names *n, size_t i, size_t most)
{
    const cdr_tokens *t = n->t;
    size_t k = i;
    while (k < t->count && k < i + most && free_at(n, k) && cdr_token_cap(&t->at[k]) && (k == i || t->at[k].gap == CDR_GAP_SPACE) && !(t->at[k].flags & CDR_G_CALENDAR))
        k++;
    return k - i;
}

static size_t place_at(cdr_names *n, size_t i)
{
    const cdr_tokens *t = n->t;
    const cdr_token *w = &t->at[i];
    uint32_t flags = 0;
    bool small = w->shape == CDR_SHAPE_LOWER;
    if (w->shape == CDR_SHAPE_DIGITS || w->shape == CDR_SHAPE_MIXED || (small && !t->lower && !(w->flags & CDR_G_LEAD)))
        return i;
    size_t count = cdr_names_phrase(n, i, CDR_G_COUNTRY | CDR_G_CITY | CDR_G_REGION, &flags);
    const cdr_token *b = before(n, i);
    bool settled = settles(n, i);
    if (count && all_free(n, i, count) && (!small || t->lower)) {
        bool code = count == 1 && w->len <= 3;
        bool weak = count == 1 && (flags & (CDR_G_WORD | CDR_G_FIRST | CDR_G_LAST)) && !(flags & (CDR_G_FREQUENT | CDR_G_COUNTRY));
        if (code && !(w->shape == CDR_SHAPE_UPPER && (flags & CDR_G_COUNTRY || (w->gap == CDR_GAP_COMMA && b && cdr_token_cap(b)))))
            return i;
        if (small && (flags & CDR_G_WORD))
            return i;
        if (weak && !spatial(b) && !(i + 1 < t->count && t->at[i + 1].gap == CDR_GAP_COMMA && (t->at[i + 1].flags & (CDR_G_REGION | CDR_G_COUNTRY)) && cdr_token_cap(&t->at[i + 1])))
            return i;
        cdr_names_emit(n, place_kind(flags), i, i + count - 1, CDR_EV_LIST | (settled ? CDR_EV_CONTEXT : 0u), settled ? 0.44f : weak ? 0.3f : 0.38f);
        return i + count - 1;
    }
    /* "Reading, PA": a town before a region's code. */
    size_t caps = capitals(n, i, 3);
    const cdr_token *next = i + caps < t->count ? &t->at[i + caps] : NULL;
    bool coded = caps && next && next->gap == CDR_GAP_COMMA && next->shape == CDR_SHAPE_UPPER && next->len == 2 && (next->flags & CDR_G_REGION) && !(w->flags & CDR_G_WORD);
    if ((settled && caps && !(w->flags & (CDR_G_WORD | CDR_G_NATION | CDR_G_ORG))) || coded) {
        cdr_names_emit(n, CDR_K_CITY, i, i + caps - 1, CDR_EV_CONTEXT, 0.35f);
        return i + caps - 1;
    }
    return i;
}

void cdr_names_places(cdr_names *n)
{
    for (size_t i = 0; i < n->t->count; i++)
        if (!n->taken[i])
            i = place_at(n, i);
}

/* --- organisations */

static const char legal[] = "inc|incorporated|corp|corporation|ltd|limited|llc|llp|plc|gmbh|ag|kg|ohg|ug|sa|sas|sarl|snc|spa|srl|bv|nv|ab|oy|oyj|as|asa|aps|kft|zrt|pty|pvt|lda|ltda|sro|doo|s.p.a|s.r.l|kgaa|mbh|co|se|sia|uab";
static const char heads[] = "company|corporation|holdings|holding|group|partners|associates|consulting|consultants|solutions|services|systems|technologies|technology|labs|laboratories|industries|enterprises|"
                            "ventures|capital|bank|bancorp|insurance|financial|securities|university|college|institute|academy|foundation|association|society|council|ministry|agency|hospital|clinic|healthcare|"
                            "pharmaceuticals|airlines|airways|motors|energy|foods|entertainment|media|studios|records|publishing|communications|logistics|orchestra|software|international|universitat|verein|stiftung|"
                            "versicherung|sparkasse|universite|banque|universidad|banco|universita|banca|lines|brothers|bros|worldwide|analytics|networks|robotics|dynamics|health|lab|corps|co";

static size_t before_head(const cdr_names *n, size_t head)
{
    const cdr_tokens *t = n->t;
    size_t start = head;
    while (start > 0 && head - start < 5 && free_at(n, start - 1)) {
        const cdr_token *w = &t->at[start - 1], *right = &t->at[start];
        bool comma = right->gap == CDR_GAP_COMMA && !right->line && (start == head ? cdr_token_is(right, legal) : cdr_token_cap(w) && start < head);
        bool amp = right->gap == CDR_GAP_OTHER && n->e->text[w->end] == ' ' && w->end + 3 == right->start && n->e->text[w->end + 1] == '&';
        if (right->gap != CDR_GAP_SPACE && !comma && !amp)
            break;
        bool joint = cdr_token_is(w, "and|of|und|et|y|e|de|for|the") && start < head + 1 && start > 1 && cdr_token_cap(&t->at[start - 2]) && w->shape == CDR_SHAPE_LOWER;
        if (!joint && !cdr_token_cap(w) && w->shape != CDR_SHAPE_INITIAL && w->shape != CDR_SHAPE_MIXED)
            break;
        if ((w->flags & CDR_G_WORD) && !(w->flags & (CDR_G_FIRST | CDR_G_LAST)) && (w->gap >= CDR_GAP_LINE || start == 1))
            break;
        if (w->flags & CDR_G_HONORIFIC)
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
    if (gap == CDR_GAP_COLON && cdr_token_is(b, "company|employer|organization|organisation|firma|arbeitgeber|entreprise|empresa|azienda|bedrijf|firm|vendor|supplier|provider"))
        return true;
    return gap == CDR_GAP_SPACE && bb && ((cdr_token_is(b, "for|at|bei|chez") && cdr_token_is(bb, "work|works|worked|working|arbeite|arbeitet|travaille|job|employed|intern")) ||
                                          (cdr_token_is(b, "by") && cdr_token_is(bb, "employed|hired|founded")) || (cdr_token_is(b, "of|at") && cdr_token_is(bb, "ceo|cfo|cto|founder|president|director|chairman|employee|employees|customers|shareholders")));
}

void cdr_names_organisations(cdr_names *n)
{
    const cdr_tokens *t = n->t;
    for (size_t i = 0; i < t->count; i++) {
        const cdr_token *w = &t->at[i];
        if (n->taken[i])
            continue;
        bool named = cdr_token_cap(w) || (t->lower && cdr_token_is(w, legal) && w->len > 2);
        bool head = named && w->gap <= CDR_GAP_COMMA && (cdr_token_is(w, legal) || cdr_token_is(w, heads));
        size_t start = head && i > 0 && (cdr_token_is(w, legal) || w->gap == CDR_GAP_SPACE) ? before_head(n, i) : i;
        if (t->lower && head && start == i && i > 1 && !(t->at[i - 1].flags & CDR_G_WORD))
            start = i - 1;
        if (head && start < i) {
            size_t last = i;
            while (last + 1 < t->count && free_at(n, last + 1) && t->at[last + 1].gap <= CDR_GAP_COMMA && cdr_token_cap(&t->at[last + 1]) && (cdr_token_is(&t->at[last + 1], legal) || cdr_token_is(&t->at[last + 1], heads)))
                last++;
            bool dotted = t->at[last].dot && cdr_token_is(&t->at[last], "inc|corp|ltd|co|llc");
            bool sure = cdr_token_is(&t->at[last], legal);
            cdr_names_emit(n, CDR_K_ORGANIZATION, start, last, CDR_EV_LIST, sure ? 0.42f : 0.34f);
            if (dotted && last + 1 < t->count && t->at[last + 1].gap == CDR_GAP_SPACE)
                cdr_names_stretch(n);
            i = last;
            continue;
        }
        size_t caps = employs(n, i) ? capitals(n, i, 4) : 0;
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
    if (cdr_token_is(a, "yo|year-old|years-old|yr-old|jahriger|jahrige|yrs-old"))
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
    if (!b || !bb || !cdr_token_is(b, "a|an|the|as|our|my|their") || !cdr_token_is(bb, "as|is|am|i'm|was|become|became|becoming|be|he's|she's|works|worked|works|being|than|a|an"))
        return 0;
    for (size_t k = i; k < t->count && k < i + 4 && free_at(n, k) && (k == i || t->at[k].gap == CDR_GAP_SPACE); k++) {
        if (t->at[k].flags & CDR_G_JOB)
            last = k + 1;
        else if (t->at[k].shape == CDR_SHAPE_DIGITS || cdr_token_is(&t->at[k], "of|in|at|and|for|to|with|by|from|on|who|that|the"))
            break;
    }
    return last ? last - i : 0;
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
        } else if ((count = occupation(n, i)) != 0) {
            cdr_names_emit(n, CDR_K_JOB_TITLE, i, i + count - 1, CDR_EV_LIST | CDR_EV_CONTEXT, 0.35f);
            i += count - 1;
        }
    }
}
