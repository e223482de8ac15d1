/* SPDX-License-Identifier: Apache-2.0 */
/* A container in memory, read in this process without walls: the sanitizers watch. The sink checks the order of calls. */
#ifndef CDR_FUZZ_READER_TARGET_H
#define CDR_FUZZ_READER_TARGET_H

#include "scan/reader/reader.h"

#include <stdlib.h>
#include <string.h>

typedef struct watcher {
    cdr_sink sink;
    bool open;
    uint32_t fields;
    uint64_t objects, told;
} watcher;

#define MUST(x)      \
    do {             \
        if (!(x))    \
            abort(); \
    } while (0)

static cdr_status on_begin(cdr_sink *s, const char *path, const char *format, uint64_t size, cdr_err *err)
{
    (void)size, (void)err;
    watcher *w = (watcher *)(void *)s;
    MUST(!w->open && !strncmp(path, "/a", 2) && cdr_format_literal(format, strlen(format)));
    w->open = true;
    w->fields = 0;
    w->told = 0;
    w->objects++;
    return CDR_OK;
}

static cdr_status on_field(cdr_sink *s, const char *name, size_t len, cdr_err *err)
{
    (void)name, (void)len, (void)err;
    ((watcher *)(void *)s)->fields++;
    return CDR_OK;
}

static cdr_status on_value(cdr_sink *s, const cdr_seen_value *v, cdr_err *err)
{
    (void)err;
    watcher *w = (watcher *)(void *)s;
    MUST(w->open && v->field < w->fields && v->kind && v->kind < cdr_kind_count() && v->confidence >= 0 && v->confidence <= 1);
    w->told += v->len ? (unsigned char)v->value[v->len - 1] : 0;
    return CDR_OK;
}

static cdr_status on_record(cdr_sink *s, cdr_err *err)
{
    (void)err;
    MUST(((watcher *)(void *)s)->open);
    return CDR_OK;
}

static cdr_status on_column(cdr_sink *s, uint32_t field, const cdr_column_class *c, uint64_t values, uint64_t untold, cdr_err *err)
{
    (void)err;
    MUST(field < ((watcher *)(void *)s)->fields && c->support >= 0 && c->support <= 1 && untold <= values);
    return CDR_OK;
}

static cdr_status on_end(cdr_sink *s, cdr_coverage coverage, const char *id, const char *reason, uint64_t bytes, uint64_t rows, cdr_err *err)
{
    (void)bytes, (void)rows, (void)err;
    watcher *w = (watcher *)(void *)s;
    MUST(w->open && (coverage == CDR_COVERAGE_COMPLETE) == (*id == '\0') && (coverage == CDR_COVERAGE_COMPLETE || *reason));
    w->open = false;
    return CDR_OK;
}

static void read_in_memory(const uint8_t *data, size_t size, const char *name, bool by_sqlite)
{
    static const cdr_sink_calls calls = {on_begin, on_field, on_value, on_record, on_column, on_end};
    static cdr_ruleset *rules;   /* compiled once: it takes longer than a run */
    if (!rules && cdr_ruleset_new(NULL, &rules, NULL) != CDR_OK)
        return;
    watcher w = {.sink.calls = &calls};
    cdr_reader_request request = {.container = (char *)(uintptr_t)"/a", .rules = (char *)(uintptr_t)"", .archive_bytes = 4 << 20, .archive_depth = 3, .archive_entries = 50,
                                  .archive_ratio = 200};
    cdr_reader r;
    cdr_ctx ctx;
    cdr_ctx_init(&ctx);
    if (cdr_reader_init(&r, &request, rules, &ctx, &w.sink, NULL) != CDR_OK)
        return;
    r.by_sqlite = by_sqlite;
    cdr_source src;
    cdr_source_from_memory(&src, (const char *)data, size);
    cdr_err err = {0};
    cdr_status s = cdr_reader_run(&r, &src, NULL, name, &err);
    MUST(s == CDR_OK ? !w.open && w.objects : s == CDR_E_NOMEM);
    cdr_reader_done(&r);
}

#endif
