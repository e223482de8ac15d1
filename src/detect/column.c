/* SPDX-License-Identifier: Apache-2.0 */
/* A column's kind from its header, what its cells look like, and what the detector found in them. */
#include "detect/column.h"

#include "base/mem.h"
#include "detect/column_header.h"
#include "detect/column_value.h"
#include "detect/engine.h"

#include <math.h>
#include <string.h>

#define LOOKED_MAX 4096
#define FOUND_KINDS 8
#define DISTINCT_BITS 8192

typedef struct found { cdr_kind kind; uint64_t cells, firm; } found;   /* firm: medium band or better */

struct cdr_column {
    cdr_hint *hint;
    cdr_header header;
    uint64_t values;
    uint32_t looked;
    uint32_t fits[CDR_FIT__MAX];
    found found[FOUND_KINDS];
    uint8_t found_count;
    uint64_t seen[DISTINCT_BITS / 64];   /* hashes of cells, to count how many differ */
};

/* loose: what must not be missing when the header speaks for the kind; strict: what speaks for it by itself. The shares that
 * are enough: of loose with a header of strength 3 and 2, of strict with one of strength 1, and with none (above 1: never). */
typedef struct rule {
    cdr_kind kind;
    uint8_t loose, strict;
    float at3, at2, at1, alone;
    float alone_confidence;
} rule;

static const rule rules[] = {
    {CDR_K_NAME, CDR_FIT_NAMEISH, CDR_FIT_FULL, 0.5f, 0.6f, 0.4f, 0.6f, 0.6f},
    {CDR_K_NAME_FIRST, CDR_FIT_NAMEISH, CDR_FIT_FIRST, 0.5f, 0.6f, 0.4f, 0.75f, 0.5f},
    {CDR_K_NAME_LAST, CDR_FIT_NAMEISH, CDR_FIT_LAST, 0.5f, 0.6f, 0.4f, 0.85f, 0.46f},
    {CDR_K_HONORIFIC, CDR_FIT_SHORT, CDR_FIT_HONORIFIC, 0.5f, 0.5f, 0.5f, 0.9f, 0.4f},
    {CDR_K_STREET, CDR_FIT_TEXT, CDR_FIT_STREET, 0.5f, 0.5f, 0.4f, 0.5f, 0.6f},
    {CDR_K_CITY, CDR_FIT_NAMEISH, CDR_FIT_CITY, 0.5f, 0.5f, 0.5f, 0.6f, 0.5f},
    {CDR_K_POSTCODE, CDR_FIT_POSTCODE, CDR_FIT_POSTCODE, 0.5f, 0.7f, 0.9f, 2, 0},
    {CDR_K_REGION, CDR_FIT_TEXT, CDR_FIT_REGION, 0.5f, 0.5f, 0.6f, 0.9f, 0.46f},
    {CDR_K_COUNTRY, CDR_FIT_SHORT, CDR_FIT_COUNTRY, 0.5f, 0.5f, 0.6f, 0.9f, 0.46f},
    {CDR_K_GENDER, CDR_FIT_SHORT, CDR_FIT_GENDER, 0.5f, 0.5f, 0.7f, 2, 0},
    {CDR_K_NATIONALITY, CDR_FIT_SHORT, CDR_FIT_NATION, 0.5f, 0.5f, 0.5f, 0.9f, 0.4f},
    {CDR_K_AGE, CDR_FIT_AGE, CDR_FIT_AGE, 0.7f, 0.8f, 0.9f, 2, 0},
    {CDR_K_BIRTH_DATE, CDR_FIT_DATE, CDR_FIT_DATE, 0.5f, 0.5f, 0.6f, 2, 0},
    {CDR_K_BIRTH_PLACE, CDR_FIT_TEXT, CDR_FIT_CITY, 0.5f, 0.5f, 0.5f, 2, 0},
    {CDR_K_MARITAL, CDR_FIT_SHORT, CDR_FIT_MARITAL, 0.5f, 0.5f, 0.5f, 0.9f, 0.6f},
    {CDR_K_SALARY, CDR_FIT_MONEY, CDR_FIT_MONEY, 0.6f, 0.7f, 0.9f, 2, 0},
    {CDR_K_JOB_TITLE, CDR_FIT_TEXT, CDR_FIT_JOB, 0.5f, 0.5f, 0.4f, 0.8f, 0.46f},
    {CDR_K_EMPLOYEE_ID, CDR_FIT_ID, CDR_FIT_ID, 0.5f, 0.6f, 2, 2, 0},
    {CDR_K_CUSTOMER_ID, CDR_FIT_ID, CDR_FIT_ID, 0.5f, 0.6f, 0.8f, 2, 0},
    {CDR_K_HEALTH, CDR_FIT_ANY, CDR_FIT_HEALTH, 0.5f, 0.5f, 0.3f, 0.5f, 0.6f},
    {CDR_K_HEALTH_RECORD, CDR_FIT_ID, CDR_FIT_ID, 0.5f, 0.6f, 2, 2, 0},
    {CDR_K_RELIGION, CDR_FIT_SHORT, CDR_FIT_RELIGION, 0.5f, 0.5f, 0.4f, 0.6f, 0.6f},
    {CDR_K_ETHNICITY, CDR_FIT_SHORT, CDR_FIT_ETHNIC, 0.5f, 0.5f, 0.5f, 0.8f, 0.5f},
    {CDR_K_POLITICS, CDR_FIT_SHORT, CDR_FIT_PARTY, 0.5f, 0.5f, 0.4f, 0.6f, 0.5f},
    {CDR_K_UNION, CDR_FIT_SHORT, CDR_FIT_BOOL, 0.5f, 0.5f, 0.7f, 2, 0},
    {CDR_K_ORIENTATION, CDR_FIT_SHORT, CDR_FIT_ORIENTATION, 0.5f, 0.5f, 0.5f, 0.8f, 0.6f},
    {CDR_K_CRIMINAL, CDR_FIT_ANY, CDR_FIT_BOOL, 0.5f, 0.5f, 2, 2, 0},
    {CDR_K_USERNAME, CDR_FIT_TOKEN, CDR_FIT_TOKEN, 0.6f, 0.7f, 2, 2, 0},
    {CDR_K_PLATE, CDR_FIT_PLATE, CDR_FIT_PLATE, 0.5f, 0.5f, 0.8f, 2, 0},
    {CDR_K_CVV, CDR_FIT_CODE, CDR_FIT_CODE, 0.6f, 0.7f, 2, 2, 0},
    {CDR_K_SECRET_PASSWORD, CDR_FIT_TOKEN, CDR_FIT_TOKEN, 0.5f, 0.6f, 2, 2, 0},
    {CDR_K_SECRET_PASSWORD_HASH, CDR_FIT_HASH, CDR_FIT_HASH, 2, 2, 2, 2, 0},
    {CDR_K_PHONE, CDR_FIT_PHONE, CDR_FIT_PHONE, 0.5f, 0.6f, 0.9f, 2, 0},
    {CDR_K_BANK_ACCOUNT, CDR_FIT_TOKEN, CDR_FIT_TOKEN, 0.6f, 0.7f, 2, 2, 0},
    {CDR_K_ORGANIZATION, CDR_FIT_TEXT, CDR_FIT_ORG, 0.5f, 0.5f, 0.5f, 0.6f, 0.5f},
};

cdr_status cdr_column_new(const cdr_ruleset *rs, const char *header, size_t len, cdr_column **ret, cdr_err *err)
{
    *ret = NULL;
    cdr_column *c = cdr_alloc(sizeof *c);
    if (!c)
        return cdr_fail_nomem(err, "detect");
    cdr_status s = cdr_hint_new(rs, header, len, &c->hint, err);
    if (s != CDR_OK) {
        cdr_free(c);
        return s;
    }
    cdr_header_read(header, len, &c->header);
    *ret = c;
    return CDR_OK;
}

void cdr_column_free(cdr_column *c)
{
    if (!c)
        return;
    cdr_hint_free(c->hint);
    cdr_free(c);
}

const cdr_hint *cdr_column_hint(const cdr_column *c)
{
    return c->hint;
}

uint64_t cdr_column_values(const cdr_column *c)
{
    return c->values;
}

static void look_at(cdr_column *c, const char *cell, size_t len)
{
    uint32_t h = 2166136261u;
    for (size_t i = 0; i < CDR_MIN(len, 64u); i++)
        h = (h ^ (unsigned char)cell[i]) * 16777619u;
    h ^= h >> 13;
    c->seen[h % DISTINCT_BITS / 64] |= UINT64_C(1) << h % 64;
    c->looked++;
    for (uint64_t fits = cdr_cell_fits(cell, len); fits; fits &= fits - 1)
        c->fits[__builtin_ctzll(fits)]++;
}

static bool is_blank(const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (s[i] != ' ' && s[i] != '\t' && s[i] != '\r')
            return false;
    return true;
}

void cdr_column_cells(cdr_column *c, const char *text, const uint32_t *starts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t len = starts[i + 1] > starts[i] ? starts[i + 1] - starts[i] - 1u : 0;
        if (is_blank(text + starts[i], len) || cdr_value_is_masked(text + starts[i], len))
            continue;
        c->values++;
        if (c->looked < LOOKED_MAX)
            look_at(c, text + starts[i], len);
    }
}

void cdr_column_found(cdr_column *c, cdr_kind kind, cdr_band band)
{
    size_t i = 0;
    while (i < c->found_count && c->found[i].kind != kind)
        i++;
    if (i == FOUND_KINDS)
        return;
    if (i == c->found_count)
        c->found[c->found_count++] = (found){.kind = kind};
    c->found[i].cells++;
    c->found[i].firm += band >= CDR_BAND_MEDIUM;
}

/* How many of the cells looked at differ, by linear counting: -m ln(empty / m). */
static double distinct(const cdr_column *c)
{
    unsigned set = 0;
    for (size_t i = 0; i < CDR_COUNT(c->seen); i++)
        set += (unsigned)__builtin_popcountll(c->seen[i]);
    if (set >= DISTINCT_BITS)
        return c->looked;
    return -(double)DISTINCT_BITS * log((double)(DISTINCT_BITS - set) / DISTINCT_BITS);
}

static float share(const cdr_column *c, unsigned fit)
{
    return c->looked ? (float)c->fits[fit] / (float)c->looked : 0;
}

static bool hinted(const cdr_column *c, cdr_kind kind)
{
    for (size_t i = 0; c->hint && i < c->hint->count; i++)
        if (c->hint->kinds[i] == kind)
            return true;
    return kind == CDR_K_BIRTH_DATE && c->hint && c->hint->birth;
}

/* What the detector found in the cells. */
static void judge_found(const cdr_column *c, cdr_column_class *ret)
{
    for (size_t i = 0; i < c->found_count; i++) {
        const found *f = &c->found[i];
        cdr_kind kind = f->kind;
        float all = (float)f->cells / (float)c->values, firm = (float)f->firm / (float)c->values;
        bool said = hinted(c, kind);
        float confidence = firm >= 0.5f ? 0.6f + 0.35f * firm : said && all >= 0.3f ? 0.5f + 0.4f * all : all >= 0.8f ? 0.4f : 0;
        if (said && confidence > 0)
            confidence = CDR_MIN(confidence + 0.1f, 0.98f);
        if (cdr_kind_get(kind)->category[0] == 0 || confidence <= ret->confidence)
            continue;
        *ret = (cdr_column_class){kind, CDR_MIN(all, 1.0f), confidence, CDR_EV_COLUMN | (said ? CDR_EV_HEADER : 0u), true};
    }
}

static const rule *rule_of(cdr_kind kind)
{
    for (size_t i = 0; i < CDR_COUNT(rules); i++)
        if (rules[i].kind == kind)
            return &rules[i];
    return NULL;
}

/* The share of cells that fit a kind the header names, and how sure that makes. */
static cdr_column_class with_header(const cdr_column *c, const rule *r, uint8_t strength)
{
    float loose = share(c, r->loose), strict = share(c, r->strict);
    float need = strength >= 3 ? r->at3 : strength == 2 ? r->at2 : r->at1;
    if (r->kind == CDR_K_NAME && strength == 1)           /* nobody says that it is a person's */
        need = 0.55f;
    bool is_names = r->kind == CDR_K_NAME || r->kind == CDR_K_NAME_FIRST || r->kind == CDR_K_NAME_LAST;
    if (is_names && strength == 1) {                      /* "name", "customer": whole names, or given names, or surnames */
        float first = share(c, CDR_FIT_FIRST), last = share(c, CDR_FIT_LAST);
        strict = CDR_MAX(strict, CDR_MAX(first, last));
    }
    if (r->kind == CDR_K_HEALTH)                          /* codes of illnesses look like many other codes */
        strict = CDR_MAX(strict, share(c, CDR_FIT_ICD));
    float support = strength >= 2 ? CDR_MAX(loose, strict) : strict;
    if (strength >= 2 && r->kind == CDR_K_CITY)
        support = CDR_MAX(support, share(c, CDR_FIT_TEXT) > 0.9f && c->fits[CDR_FIT_NUMBER] == 0 ? 0.6f : 0);
    cdr_column_class k = {.kind = r->kind, .support = support};
    if (r->kind == CDR_K_NAME && strength == 1 && share(c, CDR_FIT_FULL) < 0.3f && strict >= 0.5f)
        k.kind = share(c, CDR_FIT_LAST) >= share(c, CDR_FIT_FIRST) ? CDR_K_NAME_LAST : CDR_K_NAME_FIRST;
    k.evidence = CDR_EV_HEADER | (strict >= 0.5f && r->strict != r->loose ? CDR_EV_LIST : 0u) | (support >= 0.5f ? CDR_EV_COLUMN : 0u);
    if (support >= need)
        k.confidence = (strength >= 3 ? 0.8f : strength == 2 ? 0.7f : 0.55f) + (strict >= 0.5f ? 0.15f : 0) * strict;
    else if (support >= need / 2)
        k.confidence = strength >= 3 ? 0.4f : 0.2f;
    return k;
}


/* Kinds whose values are words of a small set may be coded: "0", "1", "2"; measurements are no codes. */
static bool measured(const cdr_column *c, const rule *r)
{
    return r->loose == CDR_FIT_SHORT && share(c, CDR_FIT_NUMBER) > 0.5f && distinct(c) > 5.5;
}

static void judge_header(const cdr_column *c, cdr_column_class *ret)
{
    for (size_t i = 0; i < c->header.count; i++) {
        const rule *r = rule_of(c->header.says[i].kind);
        uint8_t strength = c->header.says[i].strength;
        if (!r || !strength || measured(c, r))
            continue;
        cdr_column_class k = with_header(c, r, strength);
        bool plain_word = r->kind == CDR_K_SECRET_PASSWORD || r->kind == CDR_K_USERNAME;
        if (plain_word && (share(c, CDR_FIT_BOOL) > 0.5f || share(c, CDR_FIT_DATE) > 0.5f))
            continue;
        if (r->kind == CDR_K_SECRET_PASSWORD && share(c, CDR_FIT_HASH) >= 0.5f)
            k.kind = CDR_K_SECRET_PASSWORD_HASH;
        if (k.confidence > ret->confidence)
            *ret = k;
    }
}

static bool header_vetoes(const cdr_column *c, cdr_kind kind)
{
    for (size_t i = 0; i < c->header.count; i++)
        if (c->header.says[i].kind == kind && !c->header.says[i].strength)
            return true;
    return c->header.thing || (c->hint && c->hint->veto_numbers);
}

/* The kinds that values show without a word from the header. */
static void judge_alone(const cdr_column *c, cdr_column_class *ret)
{
    double differ = distinct(c);
    for (size_t i = 0; i < CDR_COUNT(rules); i++) {
        const rule *r = &rules[i];
        float strict = share(c, r->strict);
        if (r->alone > 1 || strict < r->alone || c->looked < 3 || differ < 2.5 || header_vetoes(c, r->kind))
            continue;
        bool is_names = r->kind == CDR_K_NAME || r->kind == CDR_K_NAME_FIRST || r->kind == CDR_K_NAME_LAST;
        if (is_names && (share(c, CDR_FIT_CITY) >= strict || share(c, CDR_FIT_COUNTRY) >= 0.8f))
            continue;
        float confidence = (r->alone_confidence + 0.2f * (strict - r->alone)) * (c->looked < 8 ? 0.85f : 1);
        if (confidence > ret->confidence)
            *ret = (cdr_column_class){r->kind, strict, confidence, CDR_EV_COLUMN | CDR_EV_LIST, false};
    }
}

void cdr_column_judge(const cdr_column *c, cdr_column_class *ret)
{
    *ret = (cdr_column_class){0};
    if (c->values == 0)
        return;
    cdr_column_class by_value = {0}, by_header = {0};
    judge_found(c, &by_value);
    judge_header(c, &by_header);
    if (by_header.confidence < 0.45f)
        judge_alone(c, &by_header);
    /* Numbers that look like a telephone's under "customer_id": the header knows better, unless what was found is certain. */
    bool value_wins = by_value.confidence > 0 && (by_value.confidence >= by_header.confidence || hinted(c, by_value.kind) || (by_value.confidence >= 0.75f && by_header.kind != CDR_K_NAME));
    if (by_header.kind == by_value.kind && by_value.support >= 0.5f)
        value_wins = true;
    *ret = value_wins ? by_value : by_header;
    if (ret->confidence < 0.15f)
        *ret = (cdr_column_class){0};
}
