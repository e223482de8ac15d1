/* SPDX-License-Identifier: Apache-2.0 */
/* A sink that writes down what it is told, one line of text per call, for tests to compare. */
#ifndef CDR_TEST_RECORDER_H
#define CDR_TEST_RECORDER_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "scan/content.h"

#include <stdio.h>
#include <string.h>

typedef struct recorder {
    cdr_sink sink;
    cdr_buf text;              /* "value FIELD KIND LINE VALUE", "record", "field NAME", "column NAME KIND VALUES", "end COVERAGE REASON ROWS" */
    char fields[64][64];
    uint32_t field_count;
    uint64_t values, records, rows;
    cdr_coverage coverage;
    const char *format, *reason_id;
    float support, confidence; /* of the last column */
    bool only_firm;            /* leave low values out */
    char reason[160];
} recorder;

static cdr_status rec_begin(cdr_sink *s, const char *path, const char *format, uint64_t size, cdr_err *err)
{
    recorder *r = (recorder *)(void *)s;
    (void)path;
    (void)size;
    (void)err;
    r->format = format;
    r->field_count = 0;
    return CDR_OK;
}

static cdr_status rec_field(cdr_sink *s, const char *name, size_t len, cdr_err *err)
{
    recorder *r = (recorder *)(void *)s;
    (void)err;
    if (r->field_count < 64)
        snprintf(r->fields[r->field_count], sizeof r->fields[0], "%.*s", (int)len, name);
    r->field_count++;
    cdr_buf_addf(&r->text, "field %.*s\n", (int)len, name);
    return CDR_OK;
}

static const char *rec_name(const recorder *r, uint32_t field)
{
    return field < 64 ? r->fields[field] : "?";
}

static cdr_status rec_value(cdr_sink *s, const cdr_seen_value *v, cdr_err *err)
{
    recorder *r = (recorder *)(void *)s;
    (void)err;
    assert_true(v->field < r->field_count);
    assert_true(v->len > 0);
    if (r->only_firm && v->band < CDR_BAND_MEDIUM)
        return CDR_OK;
    r->values++;
    cdr_buf_addf(&r->text, "value %s %s %llu %.*s\n", rec_name(r, v->field), cdr_kind_get(v->kind)->id, (unsigned long long)v->line, (int)v->len, v->value);
    return CDR_OK;
}

static cdr_status rec_record(cdr_sink *s, cdr_err *err)
{
    recorder *r = (recorder *)(void *)s;
    (void)err;
    r->records++;
    cdr_buf_adds(&r->text, "record\n");
    return CDR_OK;
}

static cdr_status rec_column(cdr_sink *s, uint32_t field, const cdr_column_class *c, uint64_t values, uint64_t untold, cdr_err *err)
{
    recorder *r = (recorder *)(void *)s;
    (void)err;
    (void)untold;
    r->support = c->support;
    r->confidence = c->confidence;
    cdr_buf_addf(&r->text, "column %s %s %llu\n", rec_name(r, field), cdr_kind_get(c->kind)->id, (unsigned long long)values);
    return CDR_OK;
}

static cdr_status rec_end(cdr_sink *s, cdr_coverage coverage, const char *reason_id, const char *reason, uint64_t bytes_read, uint64_t rows, cdr_err *err)
{
    recorder *r = (recorder *)(void *)s;
    snprintf(r->reason, sizeof r->reason, "%s", reason);
    (void)bytes_read;
    (void)err;
    r->coverage = coverage;
    r->reason_id = reason_id;
    r->rows = rows;
    return CDR_OK;
}

static const cdr_sink_calls rec_calls = {rec_begin, rec_field, rec_value, rec_record, rec_column, rec_end};

/* Bytes from memory, at most ${step} at a time: readers must not depend on how the bytes come. */
typedef struct memory_source { const char *data; size_t len, at, step; } memory_source;

static cdr_status memory_read(void *arg, char *buf, size_t len, size_t *ret, cdr_err *err)
{
    memory_source *m = arg;
    (void)err;
    size_t n = CDR_MIN(len, m->len - m->at);
    if (m->step && n > m->step)
        n = m->step;
    memcpy(buf, m->data + m->at, n);
    m->at += n;
    *ret = n;
    return CDR_OK;
}

typedef struct fixture {
    cdr_ctx ctx;
    cdr_ruleset *rs;
    cdr_content *content;
    recorder r;
} fixture;

static inline int fixture_new(void **state)
{
    fixture *f = cdr_alloc(sizeof *f);
    cdr_err err;
    assert_non_null(f);
    cdr_ctx_init(&f->ctx);
    assert_int_equal(cdr_ruleset_new(NULL, &f->rs, &err), CDR_OK);
    assert_int_equal(cdr_content_new(&f->ctx, f->rs, &f->content, &err), CDR_OK);
    f->r.sink.calls = &rec_calls;
    f->r.text.max = 64 * 1024 * 1024;
    f->r.only_firm = true;
    *state = f;
    return 0;
}

static inline int fixture_free(void **state)
{
    fixture *f = *state;
    cdr_content_free(f->content);
    cdr_ruleset_free(f->rs);
    cdr_buf_done(&f->r.text);
    cdr_free(f);
    return 0;
}

static inline void read_bytes(fixture *f, const char *name, const void *data, size_t len, size_t step)
{
    memory_source m = {data, len, 0, step};
    cdr_content_source src = {.arg = &m, .read = memory_read, .size = len};
    cdr_err err = {0};
    cdr_buf_clear(&f->r.text);
    cdr_buf_adds(&f->r.text, "");
    f->r.values = f->r.records = 0;
    cdr_status s = cdr_content_read(f->content, &src, name, name, &f->r.sink, &err);
    if (s != CDR_OK)
        print_error("%s\n", err.text);
    assert_int_equal(s, CDR_OK);
}

static inline void read_text(fixture *f, const char *name, const char *text)
{
    read_bytes(f, name, text, strlen(text), 0);
}

static inline bool told(const fixture *f, const char *line)
{
    bool found = f->r.text.data && strstr(f->r.text.data, line);
    if (!found)
        print_message("wanted: %s\ntold:\n%s\n", line, f->r.text.data ? f->r.text.data : "");
    return found;
}

#endif
