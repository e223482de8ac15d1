/* SPDX-License-Identifier: Apache-2.0 */
/* The walk: 64 bytes at a time through the prefilter; bit operations mark the few places worth a look; each goes to a finder.
 * What finders emit is sorted, weighed, and overlaps resolved. */
#include "detect/emitter.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

typedef struct carry { uint64_t digit, letter, dot, dash, joint; } carry;

static inline uint64_t shifted(uint64_t now, uint64_t before, unsigned n)
{
    return now << n | before >> (64 - n);
}

typedef struct events { uint64_t at, number, token, sign, dashes; } events;

/* Where a scalar look pays:
 * - two digits, a joint, two digits; or a digit, a dot, a digit; or the seventh digit in a row;
 * - a letter next to a digit, in a run of six or more letters and digits;
 * - '@'; ':' and '='; a letter after five dashes. */
static inline events find_events(const cdr_masks *m, carry *c)
{
    events e;
    uint64_t d1 = shifted(m->digit, c->digit, 1), d2 = shifted(m->digit, c->digit, 2), d3 = shifted(m->digit, c->digit, 3);
    uint64_t grouped = m->digit & d1 & shifted(m->joint, c->joint, 2) & d3;
    uint64_t dotted = m->digit & shifted(m->dot, c->dot, 1) & d2;
    uint64_t run4 = m->digit & d1 & d2 & d3;
    /* Seven in a row: four, and four more that end three before. */
    uint64_t before4 = c->digit & c->digit << 1 & c->digit << 2 & c->digit << 3;
    uint64_t run7 = run4 & shifted(run4, before4, 3);
    e.number = grouped | dotted | run7;
    uint64_t l1 = shifted(m->letter, c->letter, 1);
    uint64_t word = m->digit | m->letter, word1 = d1 | l1, before = c->digit | c->letter;
    uint64_t word3 = word & word1 & shifted(word, before, 2);
    e.token = ((m->digit & l1) | (m->letter & d1)) & (word3 | shifted(word, before, 1));
    e.at = m->at;
    e.sign = m->sign;
    uint64_t h1 = shifted(m->dash, c->dash, 1);
    e.dashes = m->letter & h1 & shifted(m->dash, c->dash, 2) & shifted(m->dash, c->dash, 3) & shifted(m->dash, c->dash, 4) & shifted(m->dash, c->dash, 5);
    *c = (carry){m->digit, m->letter, m->dot, m->dash, m->joint};
    return e;
}

/* The last three letters of the names that secret_assignment.c knows: a cheap look before the real one. */
static bool may_name_secret(const char *text, size_t at)
{
    size_t i = at;
    while (i > 0 && at - i < 4 && (text[i - 1] == ' ' || text[i - 1] == '"' || text[i - 1] == '\'' || text[i - 1] == ']'))
        i--;
    if (i < 3)
        return false;
    uint32_t tail = ((uint32_t)(unsigned char)text[i - 3] << 16 | (uint32_t)(unsigned char)text[i - 2] << 8 | (unsigned char)text[i - 1]) | 0x202020;
#define TAIL(a, b, c) ((uint32_t)(a) << 16 | (uint32_t)(b) << 8 | (uint32_t)(c))
    switch (tail) {
    case TAIL('o', 'r', 'd'): case TAIL('s', 'w', 'd'): case TAIL('o', 'r', 't'): case TAIL('p', 'w', 'd'): case TAIL('a', 's', 's'): case TAIL('a', 's', 'e'):
    case TAIL('s', 's', 'e'): case TAIL('e', 'n', 'a'): case TAIL('n', 'h', 'a'): case TAIL('s', 'l', 'o'): case TAIL('p', 's', 'k'): case TAIL('r', 'e', 't'):
    case TAIL('k', 'e', 'y'): case TAIL('k', 'e', 'n'): case TAIL('r', 'e', 'r'): case TAIL('i', 'o', 'n'): case TAIL('i', 'a', 'l'): case TAIL('a', 'l', 's'):
        return true;
    default: return false;
    }
#undef TAIL
}

static size_t on_sign(cdr_emitter *e, size_t at)
{
    const char *t = e->text;
    if (t[at] == ':') {
        if (at + 2 < e->len && t[at + 1] == '/' && t[at + 2] == '/')
            return cdr_find_url(e, at);
        bool hex_before = at > 0 && (cdr_is_hex(t[at - 1]) || t[at - 1] == ':'), hex_after = at + 1 < e->len && (cdr_is_hex(t[at + 1]) || t[at + 1] == ':');
        if (hex_before && hex_after) {
            size_t next = cdr_find_colons(e, at);
            if (next > at)
                return next;
        }
    }
    if (may_name_secret(t, at))
        cdr_find_secret_assignment(t, e->len, at, e);
    return at;
}

static size_t dispatch(cdr_emitter *e, const events *ev, uint64_t bit, size_t at)
{
    if (ev->number & bit)
        return cdr_find_number(e, at);
    if (ev->token & bit)
        return cdr_find_token(e, at);
    if (ev->sign & bit)
        return on_sign(e, at);
    if (ev->at & bit)
        return cdr_find_email(e, at);
    if (at >= 5)
        cdr_find_secret_block(e->text, e->len, at - 5, e);
    return at;
}

static void walk(cdr_emitter *e)
{
    carry c = {0};
    cdr_masks m;
    /* Start a block early, so that a shape across the border is seen; what starts before ->from is not emitted. */
    size_t base = e->from >= 64 ? (e->from - 64) & ~(size_t)63 : 0, skip = base;
    size_t stop = CDR_MIN(e->len, e->to + 64);
    for (; base < stop; base += 64) {
        unsigned char tail[64];
        const unsigned char *block = (const unsigned char *)e->text + base;
        if (e->len - base < 64) {
            memset(tail, 0, sizeof tail);
            memcpy(tail, block, e->len - base);
            block = tail;
        }
        e->rs->classify(block, &m);
        events ev = find_events(&m, &c);
        for (uint64_t all = ev.at | ev.number | ev.token | ev.sign | ev.dashes; all; all &= all - 1) {
            size_t at = base + (size_t)__builtin_ctzll(all);
            if (at >= skip)
                skip = dispatch(e, &ev, all & (0 - all), at);
        }
    }
}

static int by_place(const void *pa, const void *pb)
{
    const cdr_raw *a = pa, *b = pb;
    if (a->start != b->start)
        return a->start < b->start ? -1 : 1;
    if (a->end != b->end)
        return a->end > b->end ? -1 : 1;
    return (a->kind > b->kind) - (a->kind < b->kind);
}

static void sort_raw(cdr_detect_scratch *s)
{
    for (size_t i = 1; i < s->len; i++)
        if (by_place(&s->raw[i - 1], &s->raw[i]) > 0) {
            qsort(s->raw, s->len, sizeof s->raw[0], by_place);
            return;
        }
}

static bool stronger(const cdr_finding *a, const cdr_finding *b)
{
    if (a->band != b->band)
        return a->band > b->band;
    uint64_t la = a->end - a->start, lb = b->end - b->start;
    if (a->confidence > b->confidence + 0.05f || b->confidence > a->confidence + 0.05f)
        return a->confidence > b->confidence;
    return la != lb ? la > lb : a->confidence > b->confidence;
}

typedef struct output { const cdr_emitter *e; cdr_finding_fn *fn; void *arg; cdr_finding held; bool holding; cdr_finding last; } output;

static cdr_status hand_over(output *o)
{
    if (!o->holding)
        return CDR_OK;
    o->holding = false;
    const cdr_finding *f = &o->held;
    const cdr_rules *rules = o->e->rs->rules;
    if (f->confidence < o->e->rs->min_confidence || (rules && cdr_rules_allowed(rules, f->kind, o->e->text + f->start, (size_t)(f->end - f->start))))
        return CDR_OK;
    return o->fn(o->arg, f);
}

/* Findings come in order of start; the one held is given on when nothing can overlap it any more. */
static cdr_status offer(output *o, const cdr_raw *raw)
{
    cdr_finding f;
    cdr_score(o->e, raw, &f);
    if (f.confidence <= 0)
        return CDR_OK;
    if (o->holding && f.start < o->held.end) {
        if (stronger(&f, &o->held))
            o->held = f;
        return CDR_OK;
    }
    cdr_status s = hand_over(o);
    o->held = f;
    o->holding = true;
    return s;
}

static cdr_status report(cdr_emitter *e, cdr_finding_fn *fn, void *arg)
{
    output o = {.e = e, .fn = fn, .arg = arg};
    sort_raw(e->scratch);
    for (size_t i = 0; i < e->scratch->len; i++) {
        cdr_status s = offer(&o, &e->scratch->raw[i]);
        if (s != CDR_OK)
            return s;
    }
    return hand_over(&o);
}

cdr_status cdr_detect_window(const cdr_ruleset *rs, cdr_detect_scratch *s, const char *text, size_t len, size_t from, size_t to, const cdr_hint *hint,
                             cdr_finding_fn *fn, void *arg, cdr_err *err)
{
    s->len = 0;
    cdr_emitter e = {.scratch = s, .rs = rs, .hint = hint, .text = text, .len = len, .from = from, .to = CDR_MIN(to, len)};
    walk(&e);
    cdr_status status = CDR_OK;
    if (rs->rules && cdr_rules_count(rs->rules))
        status = cdr_rules_find(rs->rules, text, len, e.from, e.to, &e, err);
    if (status == CDR_OK && e.failed)
        status = cdr_fail_nomem(err, "detect");
    return status == CDR_OK ? report(&e, fn, arg) : status;
}

typedef struct cell_filter {
    const uint32_t *starts;
    size_t count, at;
    cdr_finding_fn *fn;
    void *arg;
} cell_filter;

/* Findings come in order: the cell of the last one is where to look on. */
static cdr_status within_cell(void *arg, const cdr_finding *f)
{
    cell_filter *c = arg;
    while (c->at + 1 < c->count && c->starts[c->at + 1] <= f->start)
        c->at++;
    return f->end < c->starts[c->at + 1] ? c->fn(c->arg, f) : CDR_OK;
}

cdr_status cdr_detect_cells(const cdr_ruleset *rs, cdr_detect_scratch *s, const char *text, const uint32_t *starts, size_t count, const cdr_hint *hint,
                            cdr_finding_fn *fn, void *arg, cdr_err *err)
{
    if (count == 0)
        return CDR_OK;
    /* Finders stop at line ends, which is what stands between two cells; line breaks inside a cell may cut a finding short. */
    cell_filter filter = {starts, count, 0, fn, arg};
    return cdr_detect_window(rs, s, text, starts[count], starts[0], starts[count], hint, within_cell, &filter, err);
}
