/* SPDX-License-Identifier: Apache-2.0 */
/* The walk: 56 bytes at a time through the prefilter; bit operations mark the few places worth a look; each goes to a finder.
 * What finders emit is sorted, weighed, and overlaps resolved. */
#include "detect/emitter.h"
#include "detect/names.h"
#include "detect/special.h"
#include "detect/identifier_find.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

#define WINDOW_CONTEXT 256
#define BESIDE 80
#define MOST_BESIDE 200
#define SHORT_LINE 160

/* The last three letters of the names that secret_assignment.c knows: a cheap look before the real one. */
static bool may_name_secret(const char *text, size_t at)
{
    size_t i = at;
    while (i > 0 && at - i < 4 && (text[i - 1] == ' ' || text[i - 1] == '"' || text[i - 1] == '\'' || text[i - 1] == ']'))
        i--;
    if (i < 3)
        return i == 2 && (text[0] | 0x20) == 'p' && (text[1] | 0x20) == 'w';
    uint32_t tail = ((uint32_t)(unsigned char)text[i - 3] << 16 | (uint32_t)(unsigned char)text[i - 2] << 8 | (unsigned char)text[i - 1]) | 0x202020;
    if (tail & 0x8080)
        return true;   /* hasło, contraseña, пароль */
#define TAIL(a, b, c) ((uint32_t)(a) << 16 | (uint32_t)(b) << 8 | (uint32_t)(c))
    switch (tail) {
    case TAIL('o', 'r', 'd'): case TAIL('s', 'w', 'd'): case TAIL('o', 'r', 't'): case TAIL('p', 'w', 'd'): case TAIL('a', 's', 's'): case TAIL('a', 's', 'e'):
    case TAIL('s', 's', 'e'): case TAIL('e', 'n', 'a'): case TAIL('n', 'h', 'a'): case TAIL('s', 'l', 'o'): case TAIL('p', 's', 'k'): case TAIL('r', 'e', 't'):
    case TAIL('k', 'e', 'y'): case TAIL('k', 'e', 'n'): case TAIL('r', 'e', 'r'): case TAIL('i', 'o', 'n'): case TAIL('i', 'a', 'l'): case TAIL('a', 'l', 's'):
    case TAIL('u', 't', 'h'):
        return true;
    /* Ends of everyday words: one letter more is looked at. */
    case TAIL('o', 'd', 'e'): return i >= 5 && (text[i - 5] | 0x20) == 's';
    case TAIL('a', 'n', 'a'): case TAIL('o', 'l', 'a'): case TAIL('a', 'v', 'e'): return i >= 4 && strchr("srl", text[i - 4] | 0x20) != NULL;
    case TAIL('n', 'e', 's'): return i >= 6 && text[i - 5] == 'L' && text[i - 6] == '-';
    case TAIL('l', 'u', 'e'): return i >= 7 && text[i - 6] == ' ' && (text[i - 7] == '"' || text[i - 7] == '\'');
    default: return (tail & 0xFFFF) == (uint32_t)('p' << 8 | 'w') && !(((tail >> 16) >= 'a' && (tail >> 16) <= 'z'));
    }
#undef TAIL
}

static void on_special_colon(cdr_emitter *e, size_t at)
{
    const char *t = e->text;
    if (t[at - 5] == ':')
        cdr_find_secret_field(t, e->len, at, e);
    else if (!memcmp(t + at - 6, "mailto", 6))
        cdr_find_encoded_value(e, at);
    else if (t[at - 1] == '"' && at + 4 < e->len)      /* "email": "…" */
        cdr_find_encoded_value(e, t[at + 1] == '"' ? at + 1 : at + 2);
}

static size_t on_sign(cdr_emitter *e, size_t at)
{
    const char *t = e->text;
    if (t[at] == ':') {
        if (at > 5 && (t[at - 5] == ':' || t[at - 1] == 'o' || (t[at - 1] == '"' && (t[at - 2] | 0x20) == 'l')))
            on_special_colon(e, at);
        if (at + 2 < e->len && t[at + 1] == '/' && t[at + 2] == '/')
            return cdr_find_url(e, at);
        bool hex_before = at > 0 && (cdr_is_hex(t[at - 1]) || t[at - 1] == ':'), hex_after = at + 1 < e->len && (cdr_is_hex(t[at + 1]) || t[at + 1] == ':');
        if (hex_before && hex_after) {
            size_t next = cdr_find_colons(e, at);
            if (next > at)
                return next;
        }
    }
    else if (at + 8 < e->len && cdr_is_letter(t[at + 1]) && cdr_is_in(t[at + 3], CDR_C_LOCAL))
        cdr_find_encoded_value(e, at);
    cdr_find_named_identifier(t, e->len, at, e);
    if (may_name_secret(t, at))
        cdr_find_secret_assignment(t, e->len, at, e);
    return at;
}

/* Four figures of 19xx or 20xx. */
static inline bool is_century(const char *t)
{
    return (t[0] == '2' && t[1] == '0') || (t[0] == '1' && t[1] == '9');
}

static size_t dispatch(cdr_emitter *e, const cdr_events *ev, uint64_t bit, size_t at)
{
    if (ev->number & bit)
        return cdr_find_number(e, at);
    if (ev->token & bit)
        return cdr_find_token(e, at);
    if (ev->sign & bit)
        return on_sign(e, at);
    if (ev->at & bit)
        return cdr_find_email(e, at);
    if (ev->year & bit)
        return is_century(e->text + at - 3) ? cdr_find_month_date(e, at) : at;
    if (at >= 5)
        cdr_find_secret_block(e->text, e->len, at - 5, e);
    return at;
}

static size_t visit(cdr_emitter *e, const cdr_events *ev, uint64_t any, size_t base, size_t skip)
{
    if (skip > base)
        any = skip - base < CDR_STEP ? any & ~0ull << (skip - base) : 0;
    for (; any; any &= any - 1) {
        size_t at = base + (size_t)__builtin_ctzll(any);
        if (at >= skip)
            skip = dispatch(e, ev, any & (0 - any), at);
    }
    return skip;
}

/* Where the walk begins: far enough before ->from that it has found its step, best at a line's beginning. */
static size_t walk_start(const cdr_emitter *e)
{
    size_t low = e->from > WINDOW_CONTEXT ? e->from - WINDOW_CONTEXT : 0;
    const char *nl = low < e->from ? memrchr(e->text + low, '\n', e->from - low) : NULL;
    return nl ? (size_t)(nl - e->text) + 1 : low;
}

static void walk(cdr_emitter *e)
{
    cdr_events events[CDR_BATCH];
    uint64_t any[CDR_BATCH];
    size_t skip = e->low, stop = e->high;
    for (size_t base = e->low; base < stop;) {
        const unsigned char *text = (const unsigned char *)e->text + base;
        unsigned char copy[CDR_STEP_BACK + CDR_STEP] = {0};
        size_t steps = base == e->low ? 0 : CDR_MIN((e->len - base) / CDR_STEP, (stop - base + CDR_STEP - 1) / CDR_STEP);
        if (steps == 0) {
            /* The first step, before which nothing counts, and the last, which is not whole. */
            size_t before = CDR_MIN(base - e->low, (size_t)CDR_STEP_BACK);
            memcpy(copy + CDR_STEP_BACK - before, text - before, before + CDR_MIN(e->len - base, (size_t)CDR_STEP));
            text = copy + CDR_STEP_BACK;
            steps = 1;
        }
        steps = CDR_MIN(steps, (size_t)CDR_BATCH);
        e->rs->scan(text, steps, events, any);
        for (size_t i = 0; i < steps; i++)
            if (any[i])
                skip = visit(e, &events[i], any[i], base + CDR_STEP * i, skip);
        base += CDR_STEP * steps;
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

/* Finders emit nearly in order: most stand where they belong, the others a few places off. */
static void sort_raw(cdr_detect_scratch *s)
{
    size_t moves = 0, most = 16 * s->len;
    for (size_t i = 1; i < s->len; i++) {
        if (by_place(&s->raw[i - 1], &s->raw[i]) <= 0)
            continue;
        cdr_raw r = s->raw[i];
        size_t k = i;
        for (; k > 0 && by_place(&s->raw[k - 1], &r) > 0; k--, moves++)
            s->raw[k] = s->raw[k - 1];
        s->raw[k] = r;
        if (moves > most) {
            qsort(s->raw, s->len, sizeof s->raw[0], by_place);
            return;
        }
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

static bool is_name(cdr_kind kind)
{
    const cdr_kind_info *k = cdr_kind_get(kind);
    return k->family == CDR_FAMILY_NAME || k->family == CDR_FAMILY_ADDRESS || kind == CDR_K_ORGANIZATION || kind == CDR_K_AGE || kind == CDR_K_EMPLOYEE_ID || kind == CDR_K_CUSTOMER_ID || kind == CDR_K_HEALTH_RECORD || kind == CDR_K_USERNAME || kind == CDR_K_PLATE || kind == CDR_K_NATIONALITY || kind == CDR_K_RELIGION || kind == CDR_K_JOB_TITLE;
}

static cdr_status hand_over(output *o)
{
    if (!o->holding)
        return CDR_OK;
    o->holding = false;
    const cdr_finding *f = &o->held;
    const cdr_rules *rules = o->e->rs->rules;
    float least = is_name(f->kind) ? o->e->rs->min_names : o->e->rs->min_confidence;
    if (f->start < o->e->from || f->start >= o->e->to || f->confidence < least || (rules && cdr_rules_allowed(rules, f->kind, o->e->text + f->start, (size_t)(f->end - f->start))))
        return CDR_OK;
    return o->fn(o->arg, f);
}

/* Findings come in order of start; the one held is given on when nothing can overlap it any more. */
/* Part of a longer number whose check digits are right: chance. */
static bool is_part_of_held(const output *o, const cdr_raw *raw)
{
    const cdr_finding *h = &o->held;
    return o->holding && raw->start >= h->start && raw->end <= h->end && (h->evidence & CDR_EV_CHECKSUM) && h->confidence >= 0.45f && h->end - h->start >= raw->end - raw->start + 3;
}

/* What needs nothing else to be believed. */
static bool is_firm(const cdr_raw *r)
{
    if (r->evidence & (CDR_EV_VETO_EMBEDDED | CDR_EV_VETO_SERIAL))
        return false;
    return r->kind == CDR_K_EMAIL || ((r->evidence & CDR_EV_ISSUER) && (r->kind == CDR_K_IBAN || r->kind == CDR_K_CARD || (r->kind == CDR_K_PHONE && (r->evidence & CDR_EV_SHAPE))));
}

/* Does something firm stand within reach on the same line? */
static bool is_beside(const cdr_emitter *e, const cdr_raw *all, size_t count, size_t i)
{
    const cdr_raw *r = &all[i];
    /* On a long line what is seen before depends on where the window begins. */
    size_t low = r->start > SHORT_LINE ? r->start - SHORT_LINE : 0;
    if (low > 0 && !memchr(e->text + low, '\n', r->start - low))
        return false;
    for (size_t k = i; k-- > 0 && r->start - all[k].start <= 2 * BESIDE && i - k < MOST_BESIDE;)
        if (is_firm(&all[k]) && all[k].end <= r->start && r->start - all[k].end <= BESIDE) {
            if (!memchr(e->text + all[k].end, '\n', r->start - all[k].end))
                return true;
            break;
        }
    for (size_t k = i + 1; k < count && k - i < MOST_BESIDE && all[k].start <= r->end + BESIDE; k++)
        if (is_firm(&all[k]) && all[k].start >= r->end)
            return !memchr(e->text + r->end, '\n', all[k].start - r->end);
    return false;
}

static cdr_status offer(output *o, const cdr_raw *all, size_t count, size_t i)
{
    cdr_finding f;
    const cdr_raw *raw = &all[i];
    if (raw->confidence <= 0 && is_part_of_held(o, raw))
        return CDR_OK;
    cdr_score(o->e, raw, &f);
    if (raw->confidence <= 0 && f.confidence < 0.9f && is_beside(o->e, all, count, i))
        cdr_score_beside(&f);
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

/* ${starts} with ${cells} + 1 entries when the text is made of cells. */
static cdr_status report(cdr_emitter *e, const uint32_t *starts, size_t cells, cdr_finding_fn *fn, void *arg)
{
    output o = {.e = e, .fn = fn, .arg = arg};
    sort_raw(e->scratch);
    for (size_t i = 0, cell = 0; i < e->scratch->len; i++) {
        while (cell < cells && starts[cell + 1] <= e->scratch->raw[i].start)
            cell++;
        e->cell_low = cell < cells ? starts[cell] : 0;
        e->cell_high = cell < cells ? starts[cell + 1] - 1u : e->len;
        cdr_status s = offer(&o, e->scratch->raw, e->scratch->len, i);
        if (s != CDR_OK)
            return s;
    }
    return hand_over(&o);
}

static cdr_status detect(const cdr_ruleset *rs, cdr_detect_scratch *s, const char *text, size_t len, size_t from, size_t to, const cdr_hint *hint,
                         const uint32_t *starts, size_t cells, cdr_finding_fn *fn, void *arg, cdr_err *err)
{
    s->len = 0;
    s->label_of = s->before_of = s->after_of = SIZE_MAX;
    cdr_emitter e = {.scratch = s, .rs = rs, .hint = hint, .text = text, .len = len, .from = from, .to = CDR_MIN(to, len)};
    e.low = e.floor = walk_start(&e);
    e.high = CDR_MIN(len, e.to + WINDOW_CONTEXT);
    walk(&e);
    if (rs->plain_dates)
        cdr_find_plain(&e);
    if (rs->names)
        cdr_find_names(&e, starts, cells);
    if (rs->names)
        cdr_find_special(&e, starts, cells);
    cdr_status status = CDR_OK;
    if (rs->rules && cdr_rules_count(rs->rules))
        status = cdr_rules_find(rs->rules, text, len, e.low, e.high, &e, err);
    if (status == CDR_OK && e.failed)
        status = cdr_fail_nomem(err, "detect");
    return status == CDR_OK ? report(&e, starts, cells, fn, arg) : status;
}

cdr_status cdr_detect_window(const cdr_ruleset *rs, cdr_detect_scratch *s, const char *text, size_t len, size_t from, size_t to, const cdr_hint *hint,
                             cdr_finding_fn *fn, void *arg, cdr_err *err)
{
    return detect(rs, s, text, len, from, to, hint, NULL, 0, fn, arg, err);
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
    return detect(rs, s, text, starts[count], starts[0], starts[count], hint, starts, count, within_cell, &filter, err);
}
