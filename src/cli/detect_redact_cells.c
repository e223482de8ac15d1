/* SPDX-License-Identifier: Apache-2.0 */
/* A copy of a text with fields: of a personal column every value is replaced, in the others what was found. What stands between
 * values (delimiters, quotes, brackets, names, line ends) stays byte for byte. */
#include "cli/detect_cells.h"
#include "cli/detect_keyblock.h"
#include "cli/detect_redact.h"
#include "detect/kinds.h"

#include "base/mem.h"

#include <string.h>

#define ROUNDS_MAX 4

typedef struct range { size_t start, end; cdr_finding f; } range;   /* within the value */

typedef struct copier {
    cdr_redaction *copying;
    cdr_cells *t;
    size_t done;               /* of the text held: what was written or replaced */
    range *ranges;             /* of the cell, in order */
    size_t count, cap;
    cdr_buf again;             /* the value with its replacements, for the second look */
    const char *value;
    size_t value_len;
    const cdr_cell *cell;
} copier;

/* --- what is to go --- */

static cdr_status make_room(copier *x)
{
    if (x->count < x->cap)
        return CDR_OK;
    size_t cap = x->cap ? x->cap * 2 : 64;
    range *grown = cdr_realloc_array(x->ranges, cap, sizeof *grown);
    if (!grown)
        return CDR_E_NOMEM;
    x->ranges = grown;
    x->cap = cap;
    return CDR_OK;
}

/* A key is reported by its first line: all of it goes. */
static size_t end_of_key(const copier *x, const cdr_finding *f)
{
    size_t end = (size_t)f->end;
    cdr_keyblock block;
    const char *text = x->value + f->start;
    if (f->kind != CDR_K_SECRET_PRIVATE_KEY || !(memmem(text, end - (size_t)f->start, "-----BEGIN", 10) || memmem(text, end - (size_t)f->start, "Private-Lines", 13)))
        return end;
    cdr_keyblock_open(&block);
    end += cdr_keyblock_pass(&block, x->value + end, x->value_len - end);
    return block.open ? x->value_len : end;
}

/* Ranges that touch each other become one of the surer kind. */
static cdr_status add_range(copier *x, const cdr_finding *f)
{
    range r = {(size_t)f->start, end_of_key(x, f), *f};
    size_t first = 0, last;
    while (first < x->count && x->ranges[first].end <= r.start)
        first++;
    for (last = first; last < x->count && x->ranges[last].start < r.end; last++) {
        const range *o = &x->ranges[last];
        r.start = CDR_MIN(r.start, o->start);
        r.end = CDR_MAX(r.end, o->end);
        if (o->f.confidence > r.f.confidence)
            r.f = o->f;
    }
    if (last == first && make_room(x) != CDR_OK)
        return CDR_E_NOMEM;
    memmove(x->ranges + first + 1, x->ranges + last, (x->count - last) * sizeof r);
    x->count += 1 - (last - first);
    x->ranges[first] = r;
    return CDR_OK;
}

static cdr_status on_found(void *arg, const cdr_finding *f)
{
    copier *x = arg;
    const cdr_detect_job *job = x->copying->job;
    return f->confidence >= job->min_confidence && cdr_detect_wanted(job, f) ? add_range(x, f) : CDR_OK;
}

static void word_of(const copier *x, const range *r, char ret[CDR_REPLACEMENT_MAX])
{
    cdr_finding f = r->f;
    cdr_redaction_word(x->copying, &f, x->value + r->start, r->end - r->start, ret, CDR_REPLACEMENT_MAX);
    /* Nothing that would end the value or need an escape. */
    for (char *c = ret; *c; c++)
        if ((unsigned char)*c < 0x20 || strchr("\"\\<>&'", *c) || *c == x->copying->source->delimiter)
            *c = '_';
}

/* The value as it will be; where its pieces come from is found again by place_of. */
static cdr_status write_again(copier *x)
{
    size_t at = 0;
    char word[CDR_REPLACEMENT_MAX];
    cdr_buf_clear(&x->again);
    for (size_t i = 0; i < x->count; i++) {
        cdr_buf_add(&x->again, x->value + at, x->ranges[i].start - at);
        word_of(x, &x->ranges[i], word);
        cdr_buf_adds(&x->again, word);
        at = x->ranges[i].end;
    }
    return cdr_buf_add(&x->again, x->value + at, x->value_len - at);
}

/* Where byte ${offset} of ->again stands in the value: of a replacement its begin, or its end. */
static size_t place_of(const copier *x, size_t offset, bool end)
{
    size_t at = 0, written = 0;
    char word[CDR_REPLACEMENT_MAX];
    for (size_t i = 0; i < x->count; i++) {
        size_t kept = x->ranges[i].start - at;
        if (offset <= written + kept && (end || offset < written + kept))
            break;
        word_of(x, &x->ranges[i], word);
        written += kept + strlen(word);
        at = x->ranges[i].end;
        if (offset < written || (end && offset == written))
            return end ? at : x->ranges[i].start;
    }
    return at + (offset - written);
}

typedef struct second_look { copier *x; range found[64]; size_t count; } second_look;

static cdr_status on_found_again(void *arg, const cdr_finding *f)
{
    second_look *l = arg;
    const cdr_detect_job *job = l->x->copying->job;
    if (f->confidence < CDR_MAX(job->min_confidence, 0.45f) || !cdr_detect_wanted(job, f) || l->count == CDR_COUNT(l->found))
        return CDR_OK;
    l->found[l->count++] = (range){place_of(l->x, (size_t)f->start, false), place_of(l->x, (size_t)f->end, true), *f};
    return CDR_OK;
}

static bool is_replaced(const copier *x, const range *r)
{
    for (size_t i = 0; i < x->count; i++)
        if (x->ranges[i].start <= r->start && r->end <= x->ranges[i].end)
            return true;
    return false;
}

/* What hid behind its neighbours shows once they are replaced. */
static cdr_status look_again(copier *x, cdr_err *err)
{
    for (int round = 0; round < ROUNDS_MAX && x->count; round++) {
        second_look look = {.x = x};
        size_t fresh = 0;
        if (write_again(x) != CDR_OK)
            return cdr_fail_nomem(err, "cli");
        cdr_status s = cdr_detect_window(x->copying->job->ruleset, x->copying->scratch, x->again.data, x->again.len, 0, x->again.len, cdr_cells_hint(x->t, x->cell->column),
                                         on_found_again, &look, err);
        for (size_t i = 0; s == CDR_OK && i < look.count; i++) {
            range *r = &look.found[i];
            if (is_replaced(x, r) || r->end <= r->start)
                continue;
            r->f.start = r->start;
            r->f.end = r->end;
            s = add_range(x, &r->f);
            fresh++;
        }
        if (s != CDR_OK || !fresh)
            return s;
    }
    return CDR_OK;
}

static bool may_hold_names(const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if ((s[i] >= 'A' && s[i] <= 'Z') || (s[i] >= 'a' && s[i] <= 'z') || (unsigned char)s[i] >= 0x80)
            return true;
    return false;
}

static cdr_status what_goes(copier *x, const cdr_cell_found *found, size_t count, cdr_err *err)
{
    cdr_finding whole;
    const cdr_detect_job *job = x->copying->job;
    x->count = 0;
    if (cdr_cells_whole(x->t, x->cell->column, &whole) && whole.confidence >= job->min_confidence && cdr_detect_wanted(job, &whole)) {
        size_t start = 0, end = x->value_len;
        while (start < end && strchr(" \t\r\n", x->value[start]) && x->value[start])
            start++;
        while (end > start && strchr(" \t\r\n", x->value[end - 1]) && x->value[end - 1])
            end--;
        whole.start = start;
        whole.end = end;
        return add_range(x, &whole);
    }
    cdr_status s = CDR_OK;
    for (size_t i = 0; s == CDR_OK && i < count; i++)
        s = on_found(x, &found[i].f);
    /* Looking for names everywhere costs more than a scan spends. */
    if (s == CDR_OK && may_hold_names(x->value, x->value_len))
        s = cdr_detect_window(job->ruleset, x->copying->scratch, x->value, x->value_len, 0, x->value_len, cdr_cells_hint(x->t, x->cell->column), on_found, x, err);
    return s == CDR_OK ? look_again(x, err) : s;
}

/* --- writing --- */

static cdr_status write_to(copier *x, size_t to, cdr_err *err)
{
    cdr_status s = to > x->done ? cdr_redaction_write(x->copying, x->t->text.data + x->done, to - x->done, err) : CDR_OK;
    x->done = CDR_MAX(x->done, to);
    return s;
}

/* A number or yes or no becomes a string; names that are replaced are numbered, so that they still differ. */
static cdr_status write_word(copier *x, const range *r, cdr_err *err)
{
    char word[CDR_REPLACEMENT_MAX] = "", out[CDR_REPLACEMENT_MAX + 32];
    if (!x->cell->later_piece)
        word_of(x, r, word);
    x->copying->replaced += !x->cell->later_piece;
    if (x->cell->syntax == CDR_CELL_JSON_BARE)
        snprintf(out, sizeof out, "\"%s\"", word);
    else if (x->cell->syntax == CDR_CELL_JSON_KEY && !x->cell->later_piece)
        snprintf(out, sizeof out, "%s #%llu", word, (unsigned long long)++x->copying->names);
    else
        snprintf(out, sizeof out, "%s", word);
    return cdr_redaction_write(x->copying, out, strlen(out), err);
}

static cdr_status write_cell(copier *x, cdr_err *err)
{
    const cdr_cell *c = x->cell;
    const char *raw = x->t->text.data + c->start;
    size_t len = c->end - c->start;
    bool all = c->syntax == CDR_CELL_JSON_BARE || c->syntax == CDR_CELL_JSON_KEY, plain = len == x->value_len;
    cdr_status s = CDR_OK;
    for (size_t i = 0; s == CDR_OK && i < x->count; i++) {
        const range *r = &x->ranges[i];
        size_t from = all ? 0 : plain ? r->start : cdr_cell_place(c->syntax, raw, len, r->start, false);
        size_t to = all ? len : plain ? r->end : cdr_cell_place(c->syntax, raw, len, r->end, true);
        s = write_to(x, c->start + from, err);
        if (s == CDR_OK)
            s = write_word(x, r, err);
        x->done = c->start + to;
        if (all)
            break;
    }
    return s;
}

static cdr_status on_cell(void *arg, cdr_cells *t, const cdr_cell *cell, const cdr_cell_found *found, size_t count, cdr_err *err)
{
    copier *x = arg;
    x->t = t;
    x->cell = cell;
    x->value = t->values.data + cell->value;
    x->value_len = cell->value_len;
    cdr_status s = what_goes(x, found, count, err);
    if (s == CDR_E_NOMEM)
        return cdr_fail_nomem(err, "cli");
    return s == CDR_OK ? write_cell(x, err) : s;
}

static cdr_status on_passed(void *arg, cdr_cells *t, size_t to, cdr_err *err)
{
    copier *x = arg;
    x->t = t;
    cdr_status s = write_to(x, to, err);
    x->done = 0;   /* what follows moves to the beginning */
    return s;
}

cdr_status cdr_redact_cells(cdr_redaction *copying, cdr_err *err)
{
    copier x = {.copying = copying, .again = CDR_BUF(4u << 20)};
    cdr_cells_sink sink = {on_cell, on_passed, &x};
    cdr_status s = cdr_cells_run(copying->job, copying->source, &sink, err);
    cdr_free(x.ranges);
    cdr_buf_wipe(&x.again);
    return s;
}
