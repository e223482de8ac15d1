/* SPDX-License-Identifier: Apache-2.0 */
/* Values that no shape tells, only the words before them: "Employee ID: EMP-3321", "MRN 100443", "username: jdoe". */
#include "detect/names_token.h"

#include "base/mem.h"

#include <string.h>

typedef struct label { cdr_kind kind; unsigned cue; bool needs_id; } label;

static const label labels[] = {
    {CDR_K_EMPLOYEE_ID, CDR_CUE_LABEL_EMPLOYEE, true},
    {CDR_K_CUSTOMER_ID, CDR_CUE_LABEL_CUSTOMER, true},
    {CDR_K_HEALTH_RECORD, CDR_CUE_LABEL_PATIENT, true},
    {CDR_K_USERNAME, CDR_CUE_LABEL_USER, false},
    {CDR_K_PLATE, CDR_CUE_LABEL_PLATE, false},
};

/* Words that need no "number" after them. */
static bool is_complete(const cdr_token *t)
{
    return cdr_token_is(t, "mrn|badge|mitarbeiternummer|personalnummer|matricule|matricola|personeelsnummer|kundennummer|kundennr|klantnummer|kundnummer|patientennummer|nhc|empid|employeeid|customerid|memberid|patientid");
}

/* The label that ends at token ${i}: "employee id", "medical record number". */
static const label *label_at(const cdr_names *n, size_t i)
{
    const cdr_tokens *t = n->t;
    bool id = cdr_token_cue(&t->at[i], CDR_CUE_LABEL_ID);
    for (size_t k = 0; k < CDR_COUNT(labels); k++) {
        if (!labels[k].needs_id && cdr_token_cue(&t->at[i], labels[k].cue))
            return &labels[k];
        if (labels[k].needs_id && is_complete(&t->at[i]) && cdr_token_cue(&t->at[i], labels[k].cue))
            return &labels[k];
        for (size_t back = 1; id && back <= 2 && back <= i && t->at[i - back + 1].gap <= CDR_GAP_OTHER && t->at[i - back + 1].start - t->at[i - back].end == 1; back++)
            if (cdr_token_cue(&t->at[i - back], labels[k].cue))
                return &labels[k];
    }
    return NULL;
}

/* The blank in a plate: "HL-AB 1234", "AB 123 CD". */
static bool goes_on(const cdr_names *n, const cdr_token *before, const cdr_token *after)
{
    bool short_ = after->len <= 4 && (after->shape == CDR_SHAPE_DIGITS || after->shape == CDR_SHAPE_UPPER || after->shape == CDR_SHAPE_INITIAL || after->shape == CDR_SHAPE_MIXED);
    return after->start == before->end + 1 && n->e->text[before->end] == ' ' && short_ && before->len <= 4;
}

/* Parts that signs join without a space: "EMP-34472", "j.doe_1". */
static size_t joined_end(const cdr_names *n, size_t i, bool plate, size_t *ret_digits)
{
    const cdr_tokens *t = n->t;
    size_t last = i;
    *ret_digits = 0;
    for (size_t k = i; k < t->count && k < i + 5; k++) {
        if (k > i && !(plate && goes_on(n, &t->at[k - 1], &t->at[k])) && (t->at[k].start != t->at[k - 1].end + 1 || !memchr("-_./", n->e->text[t->at[k - 1].end], 4)))
            break;
        *ret_digits += t->at[k].shape == CDR_SHAPE_DIGITS || t->at[k].shape == CDR_SHAPE_MIXED;
        last = k;
    }
    return last;
}

/* Between the label and the value: a colon, '=', '#' or a blank, perhaps quotes. */
static bool is_gap(const cdr_names *n, size_t i)
{
    const char *text = n->e->text;
    size_t from = n->t->at[i - 1].end, to = n->t->at[i].start;
    if (to - from > 5)
        return false;
    for (size_t k = from; k < to; k++)
        if (!memchr(" :=#\"'(.\t", text[k], 9))
            return false;
    return true;
}

static bool has_sign(const cdr_names *n, size_t i)
{
    return memchr(n->e->text + n->t->at[i - 1].end, ':', n->t->at[i].start - n->t->at[i - 1].end) || memchr(n->e->text + n->t->at[i - 1].end, '=', n->t->at[i].start - n->t->at[i - 1].end);
}

void cdr_names_labelled(cdr_names *n)
{
    const cdr_tokens *t = n->t;
    for (size_t i = 1; i < t->count; i++) {
        if (!t->at[i - 1].cues || n->taken[i] || !is_gap(n, i))
            continue;
        size_t at = i;
        bool link = cdr_token_is(&t->at[i], "is") && i + 1 < t->count && t->at[i + 1].gap == CDR_GAP_SPACE;
        const label *l = label_at(n, i - 1);
        if (!l)
            continue;
        at += link;
        size_t digits, last = joined_end(n, at, l->kind == CDR_K_PLATE, &digits), len = t->at[last].end - t->at[at].start;
        bool named = l->kind == CDR_K_USERNAME && has_sign(n, i) && !(t->at[at].flags & CDR_G_STOP) && len >= 3;
        bool plate = l->kind != CDR_K_PLATE || (digits && t->at[at].shape != CDR_SHAPE_LOWER && len <= 10);
        if ((digits || named) && plate && len >= 4 && len <= 32) {
            cdr_names_emit(n, l->kind, at, last, CDR_EV_CONTEXT, 0.62f);
            i = last;
        }
    }
}
