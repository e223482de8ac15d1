/* SPDX-License-Identifier: Apache-2.0 */
/* Names, addresses, places and organisations in running text. Lists and shapes make a finding probable, words around it (an
 * honorific, "my name is", a label) or other personal data beside it make it firm: without those it stays in the low band. */
#include "detect/names.h"

#include "base/mem.h"
#include "detect/names_token.h"

#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#define BESIDE 120
#define SHORT_LINE 60

void cdr_names_emit(cdr_names *n, cdr_kind kind, size_t first, size_t last, uint32_t evidence, float confidence)
{
    const cdr_token *a = &n->t->at[first], *b = &n->t->at[last];
    memset(n->taken + first, 1, last - first + 1);
    cdr_emit_sure(n->e, kind, a->start, b->end, evidence, confidence);
}

static bool tells_of_a_person(const cdr_raw *r)
{
    if (r->kind == CDR_K_PHONE && (r->evidence & CDR_EV_ISSUER))
        return true;
    return r->kind == CDR_K_EMAIL || (cdr_kind_get(r->kind)->person_rank > 0 && (r->evidence & (CDR_EV_SHAPE | CDR_EV_CHECKSUM)) && r->confidence <= 0);
}

void cdr_names_stretch(cdr_names *n)
{
    cdr_detect_scratch *s = n->e->scratch;
    if (s->len > n->walked && s->raw[s->len - 1].end < n->e->len)
        s->raw[s->len - 1].end++;
}

/* The walk emits nearly in order: look around the place where ${start} would stand. */
bool cdr_names_beside(const cdr_names *n, size_t start, size_t end)
{
    const cdr_detect_scratch *s = n->e->scratch;
    size_t low = 0, high = n->walked;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (s->raw[mid].start < start)
            low = mid + 1;
        else
            high = mid;
    }
    for (size_t i = low > 48 ? low - 48 : 0; i < n->walked && i < low + 48; i++) {
        const cdr_raw *r = &s->raw[i];
        if (r->start < end + BESIDE && r->end + BESIDE > start && tells_of_a_person(r))
            return true;
    }
    return false;
}

size_t cdr_names_phrase(const cdr_names *n, size_t i, uint32_t flags, uint32_t *ret_flags)
{
    const cdr_tokens *t = n->t;
    size_t best = 0;
    if (t->at[i].flags & flags) {
        best = 1;
        *ret_flags = t->at[i].flags;
    }
    if (!(t->at[i].flags & CDR_G_LEAD))
        return best;
    char key[128];
    size_t len = 0;
    for (size_t k = i; k < t->count && k < i + 5; k++) {
        const cdr_token *w = &t->at[k];
        if (k > i && w->gap > CDR_GAP_LINE)
            break;
        if (len + w->len + 2 > sizeof key)
            break;
        if (k > i)
            key[len++] = ' ';
        memcpy(key + len, w->key, w->len);
        len += w->len;
        uint32_t f = k > i ? cdr_gazetteer(key, len) : 0;
        if (f & flags) {
            best = k - i + 1;
            *ret_flags = f;
        }
    }
    return best;
}

static size_t piece(cdr_emitter *e, size_t from, size_t to, size_t walked)
{
    cdr_tokens *t = e->scratch->tokens;
    uint8_t taken[CDR_TOKENS] = {0};
    cdr_names n = {.e = e, .t = t, .taken = taken, .walked = walked};
    size_t stopped = cdr_tokens_cut(t, e->text, from, to);
    cdr_names_labelled(&n);
    cdr_names_addresses(&n);
    cdr_names_organisations(&n);
    cdr_names_persons(&n);
    cdr_names_places(&n);
    cdr_names_traits(&n);
    return stopped > from ? stopped : to;
}

static bool ready(cdr_emitter *e)
{
    if (!e->scratch->tokens)
        e->scratch->tokens = cdr_alloc(sizeof *e->scratch->tokens);
    e->failed |= !e->scratch->tokens;
    return e->scratch->tokens != NULL;
}

typedef struct bounds { size_t low, high; } bounds;

/* Where the line that ${at} stands in begins, at most BESIDE bytes before. */
static size_t line_start(const cdr_emitter *e, bounds in, size_t at)
{
    size_t low = at > in.low + BESIDE ? at - BESIDE : in.low;
    const char *nl = at > low ? memrchr(e->text + low, '\n', at - low) : NULL;
    return nl ? (size_t)(nl - e->text) + 1 : low;
}

static size_t line_end(const cdr_emitter *e, bounds in, size_t at)
{
    size_t high = CDR_MIN(at + BESIDE, in.high);
    const char *nl = at < high ? memchr(e->text + at, '\n', high - at) : NULL;
    return nl ? (size_t)(nl - e->text) : high;
}

/* A cheap look: two words that begin with a capital and go on in small letters, or letters beyond ASCII. */
static bool may_hold_names(const char *t, size_t from, size_t to)
{
    size_t words = 0;
    for (size_t i = from; i + 1 < to; i++) {
        bool capital = cdr_is_upper(t[i]) && t[i + 1] >= 'a' && t[i + 1] <= 'z' && (i == from || !cdr_is_alnum(t[i - 1]));
        if (((unsigned char)t[i] >= 0xC3 && (unsigned char)t[i] < 0xD2) || (capital && ++words == 2))
            return true;
    }
    return false;
}

/* The line of what was found, and the lines beside a short one, as in a letter's head; never beyond its cell. */
static void near_findings(cdr_emitter *e, const uint32_t *starts, size_t cells)
{
    size_t count = e->scratch->len, done = e->low, cell = 0;
    for (size_t i = 0; i < count; i++) {
        cdr_raw r = e->scratch->raw[i];
        if (r.end <= done || !tells_of_a_person(&r))
            continue;
        while (cell < cells && starts[cell + 1] <= r.start)
            cell++;
        bounds in = cell < cells ? (bounds){starts[cell], starts[cell + 1] - 1u} : (bounds){e->low, e->high};
        if (r.start < in.low || r.end > in.high)
            continue;
        size_t from = line_start(e, in, r.start), to = line_end(e, in, r.end);
        if (to - from < SHORT_LINE) {
            from = from > in.low && e->text[from - 1] == '\n' ? line_start(e, in, from - 1) : from;
            to = to < in.high && e->text[to] == '\n' ? line_end(e, in, to + 1) : to;
        }
        from = CDR_MAX(from, done);
        if (from < to && may_hold_names(e->text, from, to) && ready(e))
            piece(e, from, to, count);
        done = CDR_MAX(done, to);
    }
}

/* "Frau ", "Dr. ": does a form of address with a blank behind it begin at ${i}? */
static bool is_address_form(const char *t, size_t i, size_t high)
{
    static const char *const forms[] = {"Frau ", "Herr ", "Herrn ", "Hr. ", "Fr. ", "Dr. ", "Prof. ", "Mr. ", "Mrs. ", "Ms. ", "Mr ", "Mrs ", "Ms ", "Miss ", "Madame ", "Monsieur ", "Mme ", "Mme. ", "Mlle ", "Sr. ", "Sra. ",
                                        "Se\303\261or ", "Se\303\261ora ", "Signor ", "Signora ", "Sig. ", "Sig.ra ", "Dott. ", "Dhr. ", "Mevr. ", "Pan ", "Pani ", "Fru ", "Herra ", "Rouva ", "Bay ", "name is ", "Name is ", "Name ist ", "name ist "};
    for (size_t k = 0; k < CDR_COUNT(forms); k++) {
        if (forms[k][0] != t[i] || forms[k][1] != t[i + 1])
            continue;
        size_t n = strlen(forms[k]);
        if (high - i > n && !memcmp(t + i, forms[k], n))
            return cdr_is_upper(t[i + n]) || (unsigned char)t[i + n] >= 0xC3;
    }
    return false;
}

/* Where from ${i} on a capital from B to S stands, or "na": forms of address begin with these. ${high} when nowhere. */
static size_t next_beginning(const char *t, size_t i, size_t high)
{
#if defined(__SSE2__)
    for (; i + 17 <= high; i += 16) {
        __m128i x = _mm_loadu_si128((const __m128i *)(const void *)(t + i)), next = _mm_loadu_si128((const __m128i *)(const void *)(t + i + 1));
        __m128i b = _mm_sub_epi8(x, _mm_set1_epi8('B')), capital = _mm_cmpeq_epi8(_mm_min_epu8(b, _mm_set1_epi8('S' - 'B')), b);
        __m128i na = _mm_and_si128(_mm_cmpeq_epi8(x, _mm_set1_epi8('n')), _mm_cmpeq_epi8(next, _mm_set1_epi8('a')));
        unsigned m = (unsigned)_mm_movemask_epi8(_mm_or_si128(capital, na));
        if (m)
            return i + (size_t)__builtin_ctz(m);
    }
#endif
    while (i < high && !(t[i] >= 'B' && t[i] <= 'S') && t[i] != 'n')
        i++;
    return i;
}

/* Lines in which somebody is addressed. */
static void called(cdr_emitter *e, bounds in, size_t walked)
{
    const char *t = e->text;
    for (size_t i = in.low; (i = next_beginning(t, i, in.high)) + 4 < in.high; i++) {
        if ((i > in.low && (cdr_is_alnum(t[i - 1]) || t[i - 1] == '_')) || !is_address_form(t, i, in.high))
            continue;
        size_t to = line_end(e, in, i);
        if (ready(e))
            piece(e, line_start(e, in, i), to, walked);
        i = CDR_MAX(i, to > 0 ? to - 1 : 0);
    }
}

static void everywhere(cdr_emitter *e, size_t from, size_t to, size_t walked)
{
    while (from < to)
        from = piece(e, from, to, walked);
}

void cdr_find_names(cdr_emitter *e, const uint32_t *starts, size_t cells)
{
    size_t walked = e->scratch->len;
    if (e->rs->names == CDR_NAMES_NEAR) {
        near_findings(e, starts, cells);
        return;
    }
    if (e->rs->names == CDR_NAMES_CALLED) {
        near_findings(e, starts, cells);
        for (size_t i = 0; i < cells; i++)
            called(e, (bounds){starts[i], starts[i + 1] - 1u}, walked);
        if (!cells)
            called(e, (bounds){e->low, e->high}, walked);
        return;
    }
    if (!ready(e))
        return;
    for (size_t i = 0; i < cells; i++)
        everywhere(e, starts[i], starts[i + 1] - 1u, walked);
    if (!cells)
        everywhere(e, e->low, e->high, walked);
}
