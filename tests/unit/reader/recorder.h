/* SPDX-License-Identifier: Apache-2.0 */
/* A sink that writes down what it is told, one line a call, for tests of readers and of the pipe. */
#ifndef CDR_TEST_READER_RECORDER_H
#define CDR_TEST_READER_RECORDER_H

#include "base/buf.h"
#include "scan/sink.h"

#include <string.h>

typedef struct recorder {
    cdr_sink sink;
    cdr_buf text;
    bool open;                /* begin without end */
    bool values_off;          /* count values and records only */
    unsigned objects, partial, skipped, disorder;
    uint64_t values, records, columns, fail_at, calls;
} recorder;

static cdr_status rec_say(recorder *r, cdr_err *err)
{
    r->calls++;
    if (r->fail_at && r->calls == r->fail_at)
        return cdr_fail(err, CDR_E_DB, "test", "test.full", "The test's sink is full.");
    return CDR_OK;
}

static cdr_status rec_begin(cdr_sink *s, const char *path, const char *format, uint64_t size, cdr_err *err)
{
    recorder *r = (recorder *)(void *)s;
    r->disorder += r->open;
    r->open = true;
    r->objects++;
    cdr_buf_addf(&r->text, "begin %s %s", path, format);
    if (size != UINT64_MAX)
        cdr_buf_addf(&r->text, " %llu", (unsigned long long)size);
    cdr_buf_addc(&r->text, '\n');
    return rec_say(r, err);
}

static cdr_status rec_field(cdr_sink *s, const char *name, size_t len, cdr_err *err)
{
    recorder *r = (recorder *)(void *)s;
    r->disorder += !r->open;
    cdr_buf_adds(&r->text, "field ");
    cdr_buf_add(&r->text, name, len);
    cdr_buf_addc(&r->text, '\n');
    return rec_say(r, err);
}

static cdr_status rec_value(cdr_sink *s, const cdr_seen_value *v, cdr_err *err)
{
    recorder *r = (recorder *)(void *)s;
    r->disorder += !r->open;
    r->values++;
    if (!r->values_off) {
        cdr_buf_addf(&r->text, "value %u %s %s %llu ", v->field, cdr_kind_get(v->kind)->id, cdr_band_name((cdr_band)v->band), (unsigned long long)v->line);
        cdr_buf_add(&r->text, v->value, v->len);
        cdr_buf_addc(&r->text, '\n');
    }
    return rec_say(r, err);
}

static cdr_status rec_record_end(cdr_sink *s, cdr_err *err)
{
    recorder *r = (recorder *)(void *)s;
    r->disorder += !r->open;
    r->records++;
    if (!r->values_off)
        cdr_buf_adds(&r->text, "record\n");
    return rec_say(r, err);
}

static cdr_status rec_column(cdr_sink *s, uint32_t field, const cdr_column_class *c, uint64_t values, uint64_t untold, cdr_err *err)
{
    recorder *r = (recorder *)(void *)s;
    r->disorder += !r->open;
    r->columns++;
    cdr_buf_addf(&r->text, "column %u %s %llu %llu\n", field, cdr_kind_get(c->kind)->id, (unsigned long long)values, (unsigned long long)untold);
    return rec_say(r, err);
}

static cdr_status rec_end(cdr_sink *s, cdr_coverage coverage, const char *reason_id, const char *reason, uint64_t bytes_read, uint64_t rows, cdr_err *err)
{
    static const char *const names[] = {"complete", "partial", "skipped"};
    recorder *r = (recorder *)(void *)s;
    r->disorder += !r->open || (*reason_id == '\0') != (coverage == CDR_COVERAGE_COMPLETE) || (coverage != CDR_COVERAGE_COMPLETE && !*reason);
    r->open = false;
    r->partial += coverage == CDR_COVERAGE_PARTIAL;
    r->skipped += coverage == CDR_COVERAGE_SKIPPED;
    cdr_buf_addf(&r->text, "end %s %s%s%llu %llu\n", names[coverage], reason_id, *reason_id ? " " : "", (unsigned long long)bytes_read, (unsigned long long)rows);
    return rec_say(r, err);
}

static const cdr_sink_calls rec_calls = {rec_begin, rec_field, rec_value, rec_record_end, rec_column, rec_end};

__attribute__((unused)) static void recorder_init(recorder *r)
{
    *r = (recorder){.sink.calls = &rec_calls, .text = CDR_BUF((size_t)64 << 20)};
}

__attribute__((unused)) static void recorder_done(recorder *r)
{
    cdr_buf_done(&r->text);
}

__attribute__((unused)) static bool recorder_has(const recorder *r, const char *line)
{
    return r->text.data && strstr(r->text.data, line) != NULL;
}

#endif
