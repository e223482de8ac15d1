/* SPDX-License-Identifier: Apache-2.0 */
/* From evidence to confidence. The strength of a checksum is the share of random strings that pass it (the kind's prior); words,
 * headers and vetoes multiply the odds. */
#include "detect/context.h"
#include "detect/emitter.h"
#include "detect/identifier.h"

#include "base/mem.h"
#include "base/text.h"

#include <string.h>

/* How near a word that speaks for the kind stands. */
typedef enum nearness { FAR, NEAR, LABEL } nearness;

typedef struct surroundings { nearness own, veto; } surroundings;

static bool is_veto(const cdr_context_index *x, const cdr_word_hit *h)
{
    return cdr_context_speaks_of(x, h, CDR_K_VETO);
}

/* What the hits before say: the nearest label decides; other words only count as near. */
static surroundings judge(const cdr_emitter *e, const cdr_context_window *w, size_t start, cdr_kind kind)
{
    const cdr_context_index *x = e->rs->context;
    const char *text = e->text;
    const char *nl = w->count ? memrchr(text + w->hit[0].start, '\n', start - w->hit[0].start) : NULL;
    size_t line = nl ? (size_t)(nl - text) + 1 : 0;
    bool near = false;
    surroundings s = {FAR, FAR};
    bool labelled = false;
    for (size_t i = w->count; i-- > 0;) {
        const cdr_word_hit *h = &w->hit[i];
        bool own = cdr_context_speaks_of(x, h, kind), label = !labelled && cdr_is_label_gap(e->text, h->end, start);
        /* On a line before, a word says nothing of a date. */
        if (own && (label || h->start >= line || kind != CDR_K_BIRTH_DATE)) {
            s.own = CDR_MAX(s.own, label ? LABEL : NEAR);
            near |= h->start >= line;
        }
        if (label && is_veto(x, h))
            s.veto = LABEL;
        /* A phrase and the words in it end together. */
        labelled |= label && (i == 0 || w->hit[i - 1].end < h->end);
    }
    if (s.own == LABEL)
        s.veto = FAR;
    else if (s.veto == LABEL && !near)
        s.own = FAR;      /* what stands next to it knows better */
    return s;
}

/* Its label; where that leaves doubts all words before, and those behind. */
static surroundings look_around(const cdr_emitter *e, size_t start, size_t end, cdr_kind kind, bool unlabelled, bool doubtful)
{
    cdr_detect_scratch *c = e->scratch;
    const cdr_context_index *x = e->rs->context;
    if (unlabelled && !doubtful)
        return (surroundings){FAR, FAR};
    if (unlabelled || start == e->cell_low) {
        c->label.count = 0;              /* nothing stands before it */
        c->label_of = SIZE_MAX;
    } else if (c->label_of != start) {
        cdr_context_label(x, &c->label, e->text, e->len, start);
        c->label_of = start;
    }
    surroundings s = judge(e, &c->label, start, kind);
    if (s.own == LABEL || !doubtful)
        return s;
    if (c->before_of != start) {
        cdr_context_before(x, &c->before, e->text, e->len, e->cell_low, start);
        c->before_of = start;
    }
    s = judge(e, &c->before, start, kind);
    if (s.own != FAR)
        return s;
    if (c->after_of != end) {
        c->after.count = 0;
        if (e->cell_high > end)
            cdr_context_after(x, &c->after, e->text, e->cell_high, end);
        c->after_of = end;
    }
    const char *nl = memchr(e->text + end, '\n', CDR_MIN(e->len - end, (size_t)CDR_CONTEXT_AFTER));
    size_t line_end = nl ? (size_t)(nl - e->text) : SIZE_MAX;
    for (size_t i = 0; i < c->after.count && s.own == FAR && s.veto != LABEL && c->after.hit[i].end <= line_end; i++)
        s.own = cdr_context_speaks_of(x, &c->after.hit[i], kind) ? NEAR : FAR;
    return s;
}

static bool hint_names(const cdr_hint *h, cdr_kind kind)
{
    for (uint8_t i = 0; h && i < h->count; i++)
        if (h->kinds[i] == kind)
            return true;
    return false;
}

static bool is_person_or_company(const cdr_kind_info *k)
{
    return !strcmp(k->type, "NATIONAL_ID") || !strcmp(k->type, "TAX_ID") || !strcmp(k->type, "US_SSN") || !strcmp(k->type, "COMPANY_ID");
}

/* The header names another number by which the same country tells people and companies apart: a foreigner's where citizens' are asked for. */
static bool hint_names_sibling(const cdr_hint *h, const cdr_kind_info *k)
{
    if (!*k->region || !is_person_or_company(k))
        return false;
    for (uint8_t i = 0; i < h->count; i++) {
        const cdr_kind_info *o = cdr_kind_get(h->kinds[i]);
        if (!strcmp(o->region, k->region) && is_person_or_company(o))
            return true;
    }
    return false;
}

typedef struct odds { float bare, shaped; } odds;

/* Odds of a string of the right length before its checksum is looked at. A kind of one country needs more: some sixty kinds are
 * tried on each number, and one of them fits by chance. */
static odds odds_of(cdr_kind kind, const cdr_kind_info *k)
{
    switch (kind) {
    case CDR_K_CARD: return (odds){0.024f, 0.075f};   /* its issuer doubles them */
    case CDR_K_US_SSN: return (odds){0.002f, 1.5f};
    case CDR_K_IBAN: return (odds){0.03f, 0.1f};
    default: break;
    }
    return *k->region ? (odds){0.0025f, 0.02f} : (odds){0.01f, 0.08f};
}

static float weigh_identifier(cdr_kind kind, const cdr_kind_info *k, uint32_t evidence)
{
    odds o = odds_of(kind, k);
    float odd = (evidence & CDR_EV_SHAPE ? o.shaped : o.bare) / CDR_MAX(k->prior, 0.00001f);
    if (evidence & CDR_EV_ISSUER)
        odd *= 2;
    else if (kind == CDR_K_CARD)
        odd *= 0.2f;   /* no network has this range */
    return odd;
}

static float to_odds(float confidence)
{
    return confidence / (1 - confidence);
}

static float weigh_phone(uint32_t evidence)
{
    bool shape = evidence & CDR_EV_SHAPE, plan = evidence & CDR_EV_ISSUER;
    return to_odds(shape && plan ? 0.82f : plan ? 0.55f : shape ? 0.5f : 0.04f);
}

/* Kinds whose shape says it all; 0: weighed by odds. */
static float fixed_confidence(cdr_kind kind, uint32_t evidence)
{
    bool shape = evidence & CDR_EV_SHAPE;
    switch (kind) {
    case CDR_K_EMAIL: return 0.97f;
    case CDR_K_URL: return 0.9f;
    case CDR_K_DATE: return 0.6f;
    case CDR_K_MAC: return 0.85f;
    case CDR_K_IPV6: return shape ? 0.9f : 0.3f;
    case CDR_K_IPV4: return shape ? 0.85f : 0.5f;
    case CDR_K_GEO: return shape ? 0.7f : 0.3f;
    case CDR_K_URL_CREDENTIALS: return 0.93f;
    default: return 0;
    }
}

static float weigh(cdr_kind kind, const cdr_kind_info *k, uint32_t evidence)
{
    float fixed = fixed_confidence(kind, evidence);
    if (fixed > 0)
        return to_odds(fixed);
    if (k->family == CDR_FAMILY_SECRET)
        return to_odds(evidence & (CDR_EV_CHECKSUM | CDR_EV_ENTROPY) ? 0.95f : 0.85f);
    return kind == CDR_K_PHONE ? weigh_phone(evidence) : weigh_identifier(kind, k, evidence);
}

/* Words cannot change what these are. */
static bool needs_no_words(cdr_kind kind, const cdr_kind_info *k)
{
    return kind == CDR_K_EMAIL || kind == CDR_K_URL || kind == CDR_K_DATE || k->family == CDR_FAMILY_SECRET;
}

static bool is_number(const cdr_kind_info *k)
{
    return k->family != CDR_FAMILY_SECRET && k->family != CDR_FAMILY_NONE && k->family != CDR_FAMILY_BIRTH;
}

static float apply_words(const cdr_emitter *e, const cdr_raw *raw, const cdr_kind_info *k, float odd, uint32_t *evidence)
{
    surroundings s = look_around(e, raw->start, raw->end, raw->kind, raw->unlabelled, odd < 3);
    if (s.own == LABEL) {
        odd = odd * 50 + 3.5f;
        *evidence |= CDR_EV_CONTEXT;
    } else if (s.own == NEAR) {
        /* A bare number needs more than a word somewhere near. */
        odd = odd * 12 + (raw->kind == CDR_K_PHONE ? 0.2f : 0.7f);
        *evidence |= CDR_EV_CONTEXT;
    } else if (s.veto == LABEL && is_number(k)) {
        odd *= 0.05f;
        *evidence |= CDR_EV_VETO_HEADER;
    }
    return odd;
}

static float apply_hint(const cdr_hint *h, cdr_kind kind, const cdr_kind_info *k, float odd, uint32_t *evidence)
{
    if (!h)
        return odd;
    if (hint_names(h, kind)) {
        *evidence |= CDR_EV_HEADER;
        return odd * 100 + 6;
    }
    if (h->count && hint_names_sibling(h, k)) {
        /* The kind that is named comes first where both fit. */
        *evidence |= CDR_EV_HEADER;
        return k->prior <= 0.12f ? CDR_MIN(odd * 30 + 2, 5) : odd;
    }
    bool fixed = kind == CDR_K_EMAIL || kind == CDR_K_URL || k->family == CDR_FAMILY_SECRET;
    if ((h->veto_numbers && is_number(k) && !fixed) || (h->count && !fixed && is_number(k))) {
        *evidence |= CDR_EV_VETO_HEADER;
        return odd * (h->veto_numbers ? 0.02f : 0.2f);
    }
    return odd;
}

static float apply_vetoes(cdr_kind kind, float odd, uint32_t evidence)
{
    /* Nobody's address stays nobody's whatever is written beside it; a test number in the place of a real one may hide one. */
    if (evidence & CDR_EV_VETO_TEST)
        odd = kind == CDR_K_IPV4 || kind == CDR_K_IPV6 || kind == CDR_K_MAC ? CDR_MIN(odd * 0.04f, 0.3f) : kind == CDR_K_URL_CREDENTIALS ? 0.4f : odd * 0.3f;
    if (evidence & CDR_EV_VETO_SERIAL)
        odd *= 0.05f;
    if (evidence & CDR_EV_VETO_EMBEDDED)
        odd *= 0.05f;
    return odd;
}

/* Behind the time of day that may follow a date: "T12:00:00Z", " 08:15:00.5+01:00". There are no words in it. */
static size_t after_time(const cdr_emitter *e, size_t end)
{
    const char *t = e->text;
    if (end + 1 < e->cell_high && (t[end] == 'T' || t[end] == ' ') && cdr_is_digit(t[end + 1]))
        for (end++; end < e->cell_high && (cdr_is_digit(t[end]) || t[end] == ':' || t[end] == '.' || t[end] == '+'); end++)
            ;
    return end < e->cell_high && t[end] == 'Z' && (end + 1 == e->cell_high || !cdr_is_alnum(t[end + 1])) ? end + 1 : end;
}

/* The year in four figures, 0 when there is none. */
static int year_of(const char *t, size_t start, size_t end)
{
    for (size_t i = start, run = 0; i <= end; i++) {
        if (i < end && cdr_is_digit(t[i])) {
            run++;
            continue;
        }
        if (run == 4)
            return (t[i - 4] - '0') * 1000 + (t[i - 3] - '0') * 100 + (t[i - 2] - '0') * 10 + (t[i - 1] - '0');
        run = 0;
    }
    return 0;
}

/* A date tells of a person only where words or the header say so. */
static bool score_birth(const cdr_emitter *e, const cdr_raw *raw, cdr_finding *f)
{
    bool header = e->hint && e->hint->birth;
    surroundings s = header ? (surroundings){0} : look_around(e, raw->start, after_time(e, raw->end), CDR_K_BIRTH_DATE, raw->unlabelled, true);
    /* Nobody is born in years to come; of the last years are letters and meetings. */
    int year = year_of(e->text, raw->start, raw->end);
    bool late = !header && year > CDR_ID_LAST_BIRTH_YEAR - (s.own == LABEL ? 0 : 3);
    bool born = header || (s.own != FAR && !late);
    if (born) {
        f->evidence |= header ? CDR_EV_HEADER : CDR_EV_CONTEXT;
        f->confidence = header ? 0.95f : s.own == LABEL ? 0.9f : 0.6f;
        return true;
    }
    f->kind = CDR_K_DATE;
    f->confidence = e->rs->plain_dates ? 0.6f : 0;
    return false;
}

/* "Message-ID: <…@…>" names a mail, not a mailbox. */
static bool is_message_id(const char *t, size_t start)
{
    static const char *const names[] = {"message-id:", "in-reply-to:", "references:", "content-id:", "msgid:", "message-id="};
    size_t from = start;
    if (start == 0 || (t[start - 1] != '<' && t[start - 1] != '='))
        return false;
    while (from > 0 && start - from < 200 && t[from - 1] != '\n')
        from--;
    for (size_t i = 0; i < CDR_COUNT(names); i++) {
        size_t n = strlen(names[i]);
        for (size_t at = from; at + n <= start; at++)
            if (cdr_ascii_ieq(t + at, n, names[i], n))
                return true;
    }
    return false;
}

void cdr_score(const cdr_emitter *e, const cdr_raw *raw, cdr_finding *f)
{
    const cdr_kind_info *k = cdr_kind_get(raw->kind);
    *f = (cdr_finding){.start = raw->start, .end = raw->end, .kind = raw->kind, .evidence = raw->evidence, .rule = raw->rule};
    if (raw->kind == CDR_K_USER || raw->confidence > 0)
        f->confidence = raw->confidence;
    else if (raw->kind == CDR_K_BIRTH_DATE)
        score_birth(e, raw, f);
    else {
        float odd = weigh(raw->kind, k, raw->evidence);
        if (e->hint && (e->hint->count || e->hint->veto_numbers))
            odd = apply_hint(e->hint, raw->kind, k, odd, &f->evidence);
        else if (!needs_no_words(raw->kind, k))
            odd = apply_words(e, raw, k, odd, &f->evidence);
        if (raw->kind == CDR_K_EMAIL && is_message_id(e->text, raw->start))
            odd *= 0.01f;
        odd = apply_vetoes(raw->kind, odd, raw->evidence);
        f->confidence = CDR_MIN(odd / (1 + odd), 0.99f);
    }
    f->band = (uint8_t)cdr_band_of(f->confidence);
}

void cdr_score_beside(cdr_finding *f)
{
    const cdr_kind_info *k = cdr_kind_get(f->kind);
    bool fixed = f->kind == CDR_K_EMAIL || f->kind == CDR_K_USER || f->kind == CDR_K_IPV4 || k->family == CDR_FAMILY_SECRET || k->family == CDR_FAMILY_NONE || k->family == CDR_FAMILY_BIRTH;
    if (fixed || f->confidence < 0.1f || f->confidence > 0.9f || (f->evidence & (CDR_EV_VETO_HEADER | CDR_EV_VETO_EMBEDDED | CDR_EV_VETO_SERIAL)))
        return;
    float odd = 2 * to_odds(f->confidence);
    f->confidence = odd / (1 + odd);
    f->evidence |= CDR_EV_NEIGHBOUR;
    f->band = (uint8_t)cdr_band_of(f->confidence);
}
