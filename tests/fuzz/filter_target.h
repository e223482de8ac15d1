/* SPDX-License-Identifier: Apache-2.0 */
/* What the filter must do with any text: plain columns pass as they are or up to a malformed record; whatever is done with columns, the
 * outcome does not depend on how the text comes in. */
#ifndef CDR_TESTS_FILTER_TARGET_H
#define CDR_TESTS_FILTER_TARGET_H

#include "core/minimise/filter.h"

#include <stdlib.h>
#include <string.h>

typedef struct feed { const char *text; size_t len, at, piece; cdr_buf out; } feed;

static cdr_status feed_read(void *arg, void *buf, size_t cap, size_t *ret, cdr_err *err)
{
    feed *f = arg;
    (void)err;
    size_t n = CDR_MIN(cap, CDR_MIN(f->piece, f->len - f->at));
    if (n)
        memcpy(buf, f->text + f->at, n);
    f->at += n;
    *ret = n;
    return CDR_OK;
}

static cdr_status feed_write(void *arg, const void *data, size_t len, cdr_err *err)
{
    (void)err;
    return cdr_buf_add(&((feed *)arg)->out, data, len);
}

static cdr_status run(const cdr_filter_spec *spec, const char *text, size_t len, size_t piece, cdr_buf *ret)
{
    feed f = {text, len, 0, piece, CDR_BUF(64u << 20)};
    cdr_filter_counts counts = {0};
    cdr_status s = cdr_filter_run(spec, feed_read, feed_write, &f, &counts, NULL);
    if (counts.bytes_out != f.out.len || counts.rows_out > counts.rows_in)
        abort();
    *ret = f.out;
    return s;
}

/* By the last letter of its name a column is kept, watched, dropped, emptied, coarser, masked, redacted. */
static const cdr_filter_column *resolve(void *arg, const char *name)
{
    static const cdr_filter_column columns[] = {
        {.transform = {.form = CDR_FORM_PLAIN}}, {.transform = {.form = CDR_FORM_PLAIN}, .watch = true, .text_form = CDR_FORM_REDACTED}, {.transform = {.form = CDR_FORM_NEVER}},
        {.transform = {.form = CDR_FORM_NEVER}, .empty = true}, {.transform = {.form = CDR_FORM_GENERALISED}}, {.transform = {.form = CDR_FORM_MASKED, .category = "user.contact.email"}},
        {.transform = {.form = CDR_FORM_REDACTED}}, {.transform = {.form = CDR_FORM_PLAIN}, .free_text = true, .text_form = CDR_FORM_MASKED}};
    size_t n = strlen(name);
    (void)arg;
    return n ? &columns[(unsigned char)name[n - 1] % CDR_COUNT(columns)] : NULL;
}

static cdr_status keep_some(void *arg, const char *const *cells, const size_t *lens, bool *ret, cdr_err *err)
{
    (void)arg; (void)err;
    *ret = cells[0] && lens[0] % 2 == 1;
    return CDR_OK;
}

static void try_text(cdr_filter_format format, const uint8_t *data, size_t size)
{
    static cdr_ruleset *rules;
    cdr_ctx ctx;
    cdr_ctx_init(&ctx);
    const cdr_ruleset_options o = {.names = CDR_NAMES_NEAR};
    if (!rules && cdr_ruleset_new(&o, &rules, NULL) != CDR_OK)
        abort();
    if (size < 2)
        return;
    static const char *const ask[] = {"a"};
    const cdr_filter_rows rows = {.cells = ask, .cell_count = 1, .keep = keep_some};
    const char *text = (const char *)data + 2;
    size_t len = size - 2, piece = data[1] % 37 + 1;
    cdr_filter_spec plain = {.format = format, .delimiter = format == CDR_FILTER_CSV ? ",;\t|"[data[0] % 4] : 0, .headless = data[0] & 8, .ctx = &ctx, .other = {.transform = {.form = CDR_FORM_PLAIN}}, .name = "x"};
    cdr_filter_spec changed = plain;
    changed.resolve = resolve;
    changed.ruleset = rules;
    changed.rows = data[0] & 4 ? &rows : NULL;
    cdr_buf a, b, c;
    cdr_status one = run(&plain, text, len, piece, &a), two = run(&changed, text, len, piece, &b), three = run(&changed, text, len, len ? len : 1, &c);
    if (one == CDR_OK ? a.len != len : a.len > len)
        abort();
    if (a.len && memcmp(a.data, text, a.len) != 0)
        abort();
    if (two != three || b.len != c.len || (b.len && memcmp(b.data, c.data, b.len) != 0))
        abort();
    cdr_buf_done(&a);
    cdr_buf_done(&b);
    cdr_buf_done(&c);
}

#endif
