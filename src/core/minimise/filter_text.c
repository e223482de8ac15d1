/* SPDX-License-Identifier: Apache-2.0 */
/* Plain text: what is found in it is replaced, everything else stays. Windows end with lines; what was handed on last stays as context. */
#include "core/minimise/filter_parts.h"

#include "detect/kinds.h"

#include <string.h>

#define LINE_MAX_BYTES ((size_t)1 << 20)   /* a longer line is looked at in pieces */
#define HELD_BYTES ((size_t)512)           /* words behind a value that may count */

typedef struct text { bool in_key; } text;

typedef struct window { cdr_filter *f; cdr_status status; size_t end; } window;

static cdr_status begin(cdr_filter *f, cdr_err *err)
{
    uint32_t column;
    f->state = cdr_alloc(sizeof(text));
    if (!f->state)
        return cdr_fail_nomem(err, "minimise");
    if (f->spec->rows || f->spec->held)
        return cdr_fail(err, CDR_E_INVAL, "minimise", "filter.text-rows", "Plain text has no records to choose among.");
    cdr_status s = cdr_filter_col_add(f, "text", 4, "", 0, &f->spec->other, &column, err);
    uint8_t act = s == CDR_OK ? f->cols.at[0].act : CDR_FILTER_KEEP;
    if (s == CDR_OK && act != CDR_FILTER_KEEP && act != CDR_FILTER_LOOK && act != CDR_FILTER_OPEN)
        return cdr_fail(err, CDR_E_INVAL, "minimise", "filter.text-form", "Plain text has no columns to drop or change: only what is found in it can be treated.");
    return s;
}

static cdr_status add(void *arg, const cdr_finding *x)
{
    window *w = arg;
    cdr_filter *f = w->f;
    if (x->start < w->end || !cdr_filter_is_wanted(f, x))
        return CDR_OK;
    cdr_filter_found *found = cdr_filter_founds_push(&f->found);
    cdr_filter_op op = {.start = (uint32_t)x->start, .end = (uint32_t)x->end, .act = CDR_FILTER_LOOK, .syntax = CDR_SYNTAX_TEXT, .found = (uint32_t)(f->found.len - 1), .found_count = 1};
    if (!found)
        return CDR_E_NOMEM;
    if (x->kind == CDR_K_SECRET_PRIVATE_KEY) {
        const char *close = memmem(f->text + x->end, f->len - x->end, "-----END", 8), *line = close ? memchr(close, '\n', (size_t)(f->text + f->len - close)) : NULL;
        op.end = (uint32_t)(line ? (size_t)(line - f->text) : f->len);
        ((text *)f->state)->in_key = !line && !f->last;
    }
    *found = (cdr_filter_found){.start = 0, .end = op.end - op.start, .kind = x->kind, .rule = x->rule, .evidence = x->evidence};
    w->end = op.end;
    return cdr_filter_op_add(f, &op, NULL);
}

/* Inside a private key that began in text handed on before: nothing passes up to its last line. */
static size_t pass_key(cdr_filter *f, cdr_err *err, cdr_status *ret)
{
    text *t = f->state;
    const char *from = f->text + f->skip, *close = memmem(from, f->len - f->skip, "-----END", 8), *line = close ? memchr(close, '\n', (size_t)(f->text + f->len - close)) : NULL;
    size_t end = line ? (size_t)(line - f->text) : f->len;
    t->in_key = !line;
    *ret = cdr_filter_op_add(f, &(cdr_filter_op){.start = (uint32_t)f->skip, .end = (uint32_t)end, .column = CDR_FILTER_NO_COLUMN, .syntax = CDR_SYNTAX_REMOVE}, err);
    return end;
}

/* How far the text may be handed on now: to a line's end with something behind it. */
static size_t window_end(const cdr_filter *f)
{
    if (f->last)
        return f->len;
    size_t most = f->len > HELD_BYTES ? f->len - HELD_BYTES : 0;
    const char *nl = most > f->skip ? memrchr(f->text + f->skip, '\n', most - f->skip) : NULL;
    if (nl)
        return (size_t)(nl - f->text) + 1;
    return most > f->skip + LINE_MAX_BYTES ? most - HELD_BYTES : f->skip;
}

static cdr_status seal_only(cdr_filter *f, size_t to, cdr_err *err)
{
    const char *mark = memmem(f->text + f->skip, to - f->skip, CDR_SEALED_MARK, sizeof CDR_SEALED_MARK - 1);
    f->done = to;
    return mark ? cdr_filter_op_add(f, &(cdr_filter_op){.start = (uint32_t)f->skip, .end = (uint32_t)to, .act = CDR_FILTER_OPEN, .syntax = CDR_SYNTAX_TEXT}, err) : CDR_OK;
}

static cdr_status cut(cdr_filter *f, cdr_err *err)
{
    text *t = f->state;
    const cdr_filter_col *c = &f->cols.at[0];
    size_t from = f->skip, to = window_end(f);
    cdr_status s = CDR_OK;
    if (f->spec->open)
        return seal_only(f, to, err);
    if (t->in_key) {
        from = pass_key(f, err, &s);
        to = CDR_MAX(from, to);
    }
    window w = {.f = f, .end = from};
    if (s == CDR_OK && c->act == CDR_FILTER_LOOK && f->spec->ruleset && from < to)
        s = cdr_detect_window(f->spec->ruleset, f->scratch, f->text, f->len, from, to, NULL, add, &w, err);
    f->done = CDR_MAX(to, w.end);
    return s == CDR_E_NOMEM ? cdr_fail_nomem(err, "minimise") : s;
}

static void end(cdr_filter *f)
{
    cdr_free(f->state);
}

const cdr_filter_reader cdr_filter_text = {begin, cut, end};
