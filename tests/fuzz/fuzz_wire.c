/* SPDX-License-Identifier: Apache-2.0 */
/* room: scan. The parent's decoder of the reader's pipe: whatever comes, the sink is called in order, with numbers in their bounds. */
#include "scan/wire.h"

#include "scan/wire_format.h"

#include <stdlib.h>
#include <string.h>

typedef struct strict {
    cdr_sink sink;
    bool open, columns;
    uint32_t fields;
} strict;

#define MUST(x)      \
    do {             \
        if (!(x))    \
            abort(); \
    } while (0)

static cdr_status on_begin(cdr_sink *s, const char *path, const char *format, uint64_t size, cdr_err *err)
{
    (void)size, (void)err;
    strict *t = (strict *)(void *)s;
    MUST(!t->open && !strncmp(path, "/a.zip", 6) && (path[6] == '\0' || (path[6] == '!' && path[7] == '/' && path[8])) && *format);
    t->open = true;
    t->columns = false;
    t->fields = 0;
    return CDR_OK;
}

static cdr_status on_field(cdr_sink *s, const char *name, size_t len, cdr_err *err)
{
    (void)err;
    strict *t = (strict *)(void *)s;
    MUST(t->open && !t->columns && len <= CDR_WIRE_NAME_MAX && (!len || name[0] == name[len - 1] || name[0] != name[len - 1]));
    t->fields++;
    return CDR_OK;
}

static cdr_status on_value(cdr_sink *s, const cdr_seen_value *v, cdr_err *err)
{
    (void)err;
    strict *t = (strict *)(void *)s;
    MUST(t->open && !t->columns && v->field < t->fields && v->kind && v->kind < cdr_kind_count() && v->band <= CDR_BAND_HIGH && v->rule <= 2);
    MUST(v->confidence >= 0 && v->confidence <= 1 && v->len <= CDR_WIRE_VALUE_MAX);
    unsigned sum = 0;
    for (size_t i = 0; i < v->len; i++)
        sum += (unsigned char)v->value[i];   /* the sanitizer sees a length that lies */
    return sum == 77777 ? CDR_E_IO : CDR_OK;
}

static cdr_status on_record(cdr_sink *s, cdr_err *err)
{
    (void)err;
    MUST(((strict *)(void *)s)->open);
    return CDR_OK;
}

static cdr_status on_column(cdr_sink *s, uint32_t field, const cdr_column_class *c, uint64_t values, uint64_t untold, cdr_err *err)
{
    (void)err;
    strict *t = (strict *)(void *)s;
    MUST(t->open && field < t->fields && c->kind < cdr_kind_count() && c->support >= 0 && c->support <= 1 && untold <= values);
    t->columns = true;
    return CDR_OK;
}

static cdr_status on_end(cdr_sink *s, cdr_coverage coverage, const char *id, const char *reason, uint64_t bytes, uint64_t rows, cdr_err *err)
{
    (void)bytes, (void)rows, (void)err;
    strict *t = (strict *)(void *)s;
    MUST(t->open && coverage <= CDR_COVERAGE_SKIPPED && (coverage == CDR_COVERAGE_COMPLETE) == (*id == '\0') && strlen(reason) <= CDR_WIRE_REASON_MAX);
    t->open = false;
    return CDR_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const cdr_sink_calls calls = {on_begin, on_field, on_value, on_record, on_column, on_end};
    if (size < 1)
        return 0;
    strict t = {.sink.calls = &calls};
    cdr_wire_expect expect = {.container = "/a.zip", .rules = 2, .objects = 50};
    cdr_wire_in *in;
    if (cdr_wire_in_new(&expect, &t.sink, &in, NULL) != CDR_OK)
        return 0;
    /* The greeting's numbers depend on the build; without it nothing else would be reached. */
    cdr_wire_hello_body hello = {.magic = WIRE_MAGIC, .version = CDR_WIRE_VERSION, .kinds = (uint32_t)cdr_kind_count(), .walls = 1};
    cdr_wire_head head = {.size = sizeof head + sizeof hello, .type = WIRE_HELLO};
    cdr_status s = CDR_OK;
    if (data[0] & 1) {
        s = cdr_wire_in_feed(in, &head, sizeof head, NULL);
        if (s == CDR_OK)
            s = cdr_wire_in_feed(in, &hello, sizeof hello, NULL);
    }
    size_t step = data[0] / 2 + 1u;
    for (size_t at = 1; at < size && s == CDR_OK; at += step)
        s = cdr_wire_in_feed(in, data + at, size - at < step ? size - at : step, NULL);
    if (!cdr_wire_in_done(in)) {
        MUST(cdr_wire_in_abandon(in, "zip", "reader.crashed", "The reader crashed.", 1, NULL) == CDR_OK);
        MUST(cdr_wire_in_named_container(in) && !cdr_wire_in_open(in));
    }
    MUST(!t.open);
    cdr_wire_in_free(in);
    return 0;
}
