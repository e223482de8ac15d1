/* SPDX-License-Identifier: Apache-2.0 */
#include "core/minimise/rest_redact.h"

#include "core/minimise/facts.h"
#include "detect/kinds.h"

#include <string.h>

typedef struct copying { const cdr_rest_redactor *r; const char *value; size_t len, done; cdr_buf *out; cdr_status status; cdr_err *err; } copying;

/* A private key is reported by its first line: all of it goes. */
static size_t end_of(const copying *c, const cdr_finding *f)
{
    size_t end = (size_t)f->end;
    if (f->kind != CDR_K_SECRET_PRIVATE_KEY)
        return end;
    const char *close = memmem(c->value + end, c->len - end, "-----END", 8), *line = close ? memchr(close, '\n', (size_t)(c->value + c->len - close)) : NULL;
    return line ? (size_t)(line - c->value) : c->len;
}

static cdr_status on_found(void *arg, const cdr_finding *f)
{
    copying *c = arg;
    size_t start = (size_t)f->start, end = end_of(c, f);
    if (start < c->done || !cdr_minimise_is_of(f, c->r->ruleset, c->r->categories, c->r->category_count))
        return CDR_OK;
    cdr_transform t = {.form = c->r->form, .kind = f->kind};
    cdr_buf_add(c->out, c->value + c->done, start - c->done);
    c->status = cdr_transform_apply(&t, c->r->keys, c->r->ctx, c->value + start, end - start, c->out, c->err);
    c->done = end;
    return c->status == CDR_OK || c->status == CDR_DENIED ? CDR_OK : c->status;
}

cdr_status cdr_rest_redact(const cdr_rest_redactor *r, const char *value, size_t len, cdr_buf *out, cdr_err *err)
{
    copying c = {.r = r, .value = value, .len = len, .out = out, .err = err};
    if (cdr_value_is_masked(value, len))
        return CDR_DONE;
    cdr_status s = cdr_detect_window(r->ruleset, r->scratch, value, len, 0, len, r->hint, on_found, &c, err);
    if (s != CDR_OK || c.done == 0)
        return s == CDR_OK ? CDR_DONE : s;
    cdr_buf_add(out, value + c.done, len - c.done);
    return cdr_buf_status(out) == CDR_OK ? CDR_OK : cdr_fail_nomem(err, "minimise");
}
