/* SPDX-License-Identifier: Apache-2.0 */
/* Runs the filter over a text, fed in pieces, into a buffer. */
#ifndef CDR_TESTS_MINIMISE_FILTERING_H
#define CDR_TESTS_MINIMISE_FILTERING_H

#include "core/minimise/filter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

typedef struct feed { const char *text; size_t len, at, piece; cdr_buf out; } feed;

static inline cdr_status feed_read(void *arg, void *buf, size_t cap, size_t *ret, cdr_err *err)
{
    feed *f = arg;
    (void)err;
    size_t n = CDR_MIN(cap, CDR_MIN(f->piece, f->len - f->at));
    memcpy(buf, f->text + f->at, n);
    f->at += n;
    *ret = n;
    return CDR_OK;
}

static inline cdr_status feed_write(void *arg, const void *data, size_t len, cdr_err *err)
{
    feed *f = arg;
    (void)err;
    return cdr_buf_add(&f->out, data, len);
}

static inline int64_t noon(void *clock) { (void)clock; return INT64_C(1790000000) * 1000000; }   /* 2026-09-21 */

static inline cdr_ctx test_ctx(void)
{
    cdr_ctx ctx;
    cdr_ctx_init(&ctx);
    ctx.now_us = noon;
    return ctx;
}

static inline cdr_purpose_keys *test_keys(const char *purpose)
{
    uint8_t bytes[CDR_KEY_BYTES] = {1, 2, 3};
    cdr_secret *secret;
    cdr_purpose_keys *keys;
    cdr_err err;
    assert_int_equal(cdr_crypto_start(&err), CDR_OK);
    assert_int_equal(cdr_secret_new(bytes, sizeof bytes, &secret, &err), CDR_OK);
    assert_int_equal(cdr_purpose_keys_new(secret, purpose, &keys, &err), CDR_OK);
    cdr_secret_free(secret);
    return keys;
}

/* The status; ${ret} (freed by the caller) is what was written. */
static inline cdr_status filter_text_in(const cdr_filter_spec *spec, const char *text, size_t len, size_t piece, char **ret, cdr_filter_counts *counts, cdr_err *err)
{
    feed f = {text, len, 0, piece, CDR_BUF(64u << 20)};
    cdr_filter_counts own = {0};
    cdr_status s = cdr_filter_run(spec, feed_read, feed_write, &f, counts ? counts : &own, err);
    cdr_buf_add(&f.out, "", 0);
    *ret = cdr_buf_take(&f.out);
    return s;
}

/* The same output whatever the pieces are. */
#define assert_filters(spec, text, expected) assert_filters_at(spec, text, expected, __FILE__, __LINE__)
static inline void assert_filters_at(const cdr_filter_spec *spec, const char *text, const char *expected, const char *file, int line)
{
    static const size_t pieces[] = {1, 2, 3, 7, 64, 1u << 20};
    for (size_t i = 0; i < CDR_COUNT(pieces); i++) {
        char *out;
        cdr_err err = {0};
        cdr_status s = filter_text_in(spec, text, strlen(text), pieces[i], &out, NULL, &err);
        if (s != CDR_OK || strcmp(out, expected) != 0) {
            print_error("%s:%d, pieces of %zu: status %d %s\n got: %s\nwant: %s\n", file, line, pieces[i], s, err.text, out, expected);
            fail();
        }
        cdr_free(out);
    }
}

#define PLAIN(n) {.name = n, .transform = {.form = CDR_FORM_PLAIN}}
#define FORM(n, f, k) {.name = n, .transform = {.form = f, .kind = k}}
#define DROP(n) {.name = n, .transform = {.form = CDR_FORM_NEVER}}

#endif
