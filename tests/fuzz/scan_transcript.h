/* SPDX-License-Identifier: Apache-2.0 */
/* Arbitrary bytes through cdr_content_read: every call to the sink must make sense, and the way the bytes come may not matter. */
#ifndef CDR_FUZZ_SCAN_TRANSCRIPT_H
#define CDR_FUZZ_SCAN_TRANSCRIPT_H

#include "base/mem.h"
#include "scan/content.h"

#include <stdlib.h>
#include <string.h>

typedef struct transcript {
    cdr_sink sink;
    uint64_t hash, calls;
    uint32_t fields;
    bool begun, ended;
} transcript;

static void note(transcript *t, const void *p, size_t len)
{
    const unsigned char *s = p;
    for (size_t i = 0; i < len; i++)
        t->hash = (t->hash ^ s[i]) * 1099511628211u;
    t->calls++;
}

static void must(bool ok)
{
    if (!ok)
        abort();
}

static cdr_status on_begin(cdr_sink *s, const char *path, const char *format, uint64_t size, cdr_err *err)
{
    transcript *t = (transcript *)(void *)s;
    (void)path;
    (void)size;
    (void)err;
    must(!t->begun && cdr_format_literal(format, strlen(format)) == cdr_format_literal(format, strlen(format)) && cdr_format_literal(format, strlen(format)));
    t->begun = true;
    note(t, format, strlen(format));
    return CDR_OK;
}

static cdr_status on_field(cdr_sink *s, const char *name, size_t len, cdr_err *err)
{
    transcript *t = (transcript *)(void *)s;
    (void)err;
    must(t->begun && !t->ended);
    t->fields++;
    note(t, name, len);
    return CDR_OK;
}

static cdr_status on_value(cdr_sink *s, const cdr_seen_value *v, cdr_err *err)
{
    transcript *t = (transcript *)(void *)s;
    (void)err;
    must(t->begun && !t->ended && v->field < t->fields && v->len > 0 && v->band <= CDR_BAND_HIGH && v->confidence >= 0 && v->confidence <= 1 && v->line > 0);
    note(t, v->value, v->len);
    note(t, &v->line, sizeof v->line);
    return CDR_OK;
}

static cdr_status on_record(cdr_sink *s, cdr_err *err)
{
    (void)err;
    note((transcript *)(void *)s, "r", 1);
    return CDR_OK;
}

static cdr_status on_column(cdr_sink *s, uint32_t field, const cdr_column_class *c, uint64_t values, uint64_t untold, cdr_err *err)
{
    transcript *t = (transcript *)(void *)s;
    (void)err;
    must(field < t->fields && untold <= values && c->support >= 0 && c->support <= 1 && c->confidence >= 0 && c->confidence <= 1);
    note(t, &values, sizeof values);
    return CDR_OK;
}

static cdr_status on_end(cdr_sink *s, cdr_coverage coverage, const char *reason_id, const char *reason, uint64_t bytes_read, uint64_t rows, cdr_err *err)
{
    transcript *t = (transcript *)(void *)s;
    (void)bytes_read;
    (void)err;
    must(t->begun && !t->ended && reason && !strcmp(cdr_reason_literal(reason_id, strlen(reason_id)), reason_id));
    must((coverage == CDR_COVERAGE_COMPLETE) == (reason_id[0] == '\0'));
    t->ended = true;
    note(t, &rows, sizeof rows);
    return CDR_OK;
}

static const cdr_sink_calls transcript_calls = {on_begin, on_field, on_value, on_record, on_column, on_end};

typedef struct piece_source { const char *data; size_t len, at, step; } piece_source;

static cdr_status piece_read(void *arg, char *buf, size_t len, size_t *ret, cdr_err *err)
{
    piece_source *m = arg;
    (void)err;
    size_t n = CDR_MIN(CDR_MIN(len, m->len - m->at), m->step);
    memcpy(buf, m->data + m->at, n);
    m->at += n;
    *ret = n;
    return CDR_OK;
}

static void fuzz_content(const char *name, const uint8_t *data, size_t size, size_t step)
{
    static cdr_ctx ctx;
    static cdr_ruleset *rs;
    static cdr_content *content;
    if (!content) {
        cdr_ctx_init(&ctx);
        must(cdr_ruleset_new(NULL, &rs, NULL) == CDR_OK && cdr_content_new(&ctx, rs, &content, NULL) == CDR_OK);
    }
    transcript t[2] = {{.sink = {&transcript_calls}}, {.sink = {&transcript_calls}}};
    for (int i = 0; i < 2; i++) {
        piece_source m = {(const char *)data, size, 0, i ? step : size + 1};
        cdr_content_source src = {.arg = &m, .read = piece_read, .size = i ? UINT64_MAX : size};
        must(cdr_content_read(content, &src, name, name, &t[i].sink, NULL) == CDR_OK && t[i].ended);
    }
    must(t[0].hash == t[1].hash && t[0].calls == t[1].calls);
}

#endif
