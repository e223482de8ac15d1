/* SPDX-License-Identifier: Apache-2.0 */
/* Which reader an object gets: by its first bytes decoded, helped by its name. */
#include "scan/content_parts.h"

#include "base/mem.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

cdr_status cdr_content_new(const cdr_ctx *ctx, const cdr_ruleset *rs, cdr_content **ret, cdr_err *err)
{
    *ret = NULL;
    cdr_content *c = cdr_alloc(sizeof *c);
    if (!c)
        return cdr_fail_nomem(err, "scan");
    c->ctx = c->input.ctx = ctx;
    c->rs = rs;
    cdr_status s = cdr_detect_scratch_new(&c->scratch, err);
    if (s != CDR_OK) {
        cdr_content_free(c);
        return s;
    }
    *ret = c;
    return CDR_OK;
}

void cdr_content_free(cdr_content *c)
{
    if (!c)
        return;
    cdr_input_done(&c->input);
    cdr_table_free(c->table);
    cdr_csv_state_free(c->csv);
    cdr_json_state_free(c->json);
    cdr_xml_state_free(c->xml);
    cdr_detect_scratch_free(c->scratch);
    cdr_free(c);
}

void cdr_outcome_set(cdr_outcome *o, cdr_coverage coverage, const char *reason_id, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(o->reason, sizeof o->reason, fmt, ap);
    va_end(ap);
    o->coverage = coverage;
    o->reason_id = reason_id;
}

cdr_status cdr_content_table(cdr_content *c, cdr_sink *sink, cdr_err *err)
{
    cdr_status s = c->table ? CDR_OK : cdr_table_new(c->rs, c->scratch, &c->table, err);
    if (s == CDR_OK)
        cdr_table_begin(c->table, sink);
    if (s == CDR_OK)
        cdr_table_named(c->table, c->path);
    return s;
}

typedef enum flavour { TEXT, LOG, HTML, MBOX, EML, CSV, TSV, JSON, NDJSON, XML } flavour;
static const char *const flavour_names[] = {"text", "log", "html", "mbox", "eml", "csv", "tsv", "json", "ndjson", "xml"};

static bool named(const char *name, const char *ending)
{
    size_t n = name ? strlen(name) : 0, e = strlen(ending);
    return n > e && !strcasecmp(name + n - e, ending);
}

static const char *skip_space(const char *s, const char *end)
{
    while (s < end && (*s == ' ' || *s == '\t' || *s == '\r' || *s == '\n'))
        s++;
    return s;
}

/* Lines that are one JSON object each, nearly all of those in sight, make NDJSON; a log that begins with two of them does not. */
static bool looks_like_lines(const char *s, const char *end)
{
    unsigned lines = 0, objects = 0;
    while (s < end && lines < 100) {
        const char *nl = memchr(s, '\n', (size_t)(end - s)), *last = nl ? nl : end, *first = s;
        if (!nl && lines > 0)
            break;
        while (first < last && (*first == ' ' || *first == '\t'))
            first++;
        while (last > first && (last[-1] == '\r' || last[-1] == ' '))
            last--;
        lines += last > first;
        objects += last > first && *first == '{' && (last[-1] == '}' || !nl);
        s = nl ? nl + 1 : end;
    }
    return lines >= 2 && objects * 10 >= lines * 9;
}

static bool looks_like_json(const char *s, const char *end)
{
    char first = *s;
    s = skip_space(s + 1, end);
    if (s == end)
        return false;
    if (first == '{')
        return *s == '"' || *s == '}';
    return *s == '{' || *s == '[' || *s == '"' || *s == ']' || *s == '-' || (*s >= '0' && *s <= '9') || *s == 't' || *s == 'f' || *s == 'n';
}

/* Behind the first value, NULL when it goes on past ${end}; ${end} + 1 when brackets do not match. */
static const char *value_end(const char *s, const char *end)
{
    char open[64];
    size_t depth = 0;
    for (bool quoted = false; s < end; s++) {
        if (quoted) {
            s += *s == '\\';
            quoted = s >= end || *s != '"';
            continue;
        }
        quoted = *s == '"';
        if (*s == '{' || *s == '[') {
            if (depth == sizeof open)
                return NULL;
            open[depth++] = *s;
        } else if (*s == '}' || *s == ']') {
            if (open[--depth] != (*s == '}' ? '{' : '['))
                return end + 1;
            if (depth == 0)
                return s + 1;
        }
    }
    return NULL;
}

/* "[2026-11-20 10:00:00] INFO …" begins like an array, "{..." may be a template: only what goes on like JSON counts. */
static bool json_flavour(const char *s, const char *end, const char *name, flavour *ret)
{
    bool by_name = named(name, ".json") || named(name, ".geojson"), lines = named(name, ".ndjson") || named(name, ".jsonl");
    if (s == end || (*s != '{' && *s != '[') || !looks_like_json(s, end))
        return false;
    /* A log may hold a line of JSON now and then: behind the first value only another one may follow. */
    const char *after = value_end(s, end);
    const char *more = after && after < end ? skip_space(after, end) : end;
    if (after && !by_name && !lines && (after > end || (more < end && *more != '{' && *more != '[')))
        return false;
    if (*s == '{' && (lines || looks_like_lines(s, CDR_MIN(end, s + CDR_CONTENT_HEAD * 2)))) {
        *ret = NDJSON;
        return true;
    }
    /* One value a line, and then something else. */
    if (after && !by_name && !lines && more < end && !memchr(s, '\n', (size_t)(after - s)))
        return false;
    const char *next = skip_space(s + 1, end);
    if (*s == '[' && !by_name && next < end && *next != '{' && *next != '[' && *next != '"')
        return false;
    *ret = JSON;
    return true;
}

static bool begins(const char *s, const char *end, const char *word)
{
    size_t n = strlen(word);
    return (size_t)(end - s) >= n && !strncasecmp(s, word, n);
}

/* "Return-Path:", "Received:", "From:" … at the top of a single mail, several of them in a row. */
static bool looks_like_mail(const char *s, const char *end)
{
    static const char *const names[] = {"Return-Path:", "Received:", "From:", "To:", "Subject:", "Date:", "Message-ID:", "MIME-Version:", "Delivered-To:", "X-", "DKIM-", "Content-"};
    int hits = 0;
    for (int line = 0; line < 8 && s < end; line++) {
        bool hit = *s == ' ' || *s == '\t';
        for (size_t i = 0; !hit && i < CDR_COUNT(names); i++)
            if (begins(s, end, names[i])) {
                hit = true;
                hits++;
            }
        if (!hit)
            break;
        const char *nl = memchr(s, '\n', (size_t)(end - s));
        s = nl ? nl + 1 : end;
    }
    return hits >= 3;
}

static flavour choose(const char *head, const char *end, bool whole, const char *name, char *delimiter)
{
    const char *s = skip_space(head, end);
    flavour f = TEXT;
    if (s < end && (*s == '{' || *s == '[') && json_flavour(s, end, name, &f))
        return f;
    if (s < end && *s == '<') {
        if (begins(s, end, "<!doctype html") || begins(s, end, "<html"))
            return HTML;
        if (begins(s, end, "<?xml") || named(name, ".xml") || (s + 1 < end && ((s[1] | 32) >= 'a' && (s[1] | 32) <= 'z') && named(name, ".svg")))
            return XML;
    }
    if (head < end && *head == 'F' && cdr_text_begins_mail(head, (size_t)(end - head)))
        return MBOX;
    if (s < end && strchr("RFTSDMXC", *s & ~32) && looks_like_mail(head, end))
        return EML;
    size_t look = CDR_MIN((size_t)(end - head), (size_t)CDR_CONTENT_HEAD * 2);
    *delimiter = cdr_csv_sniff(head, look, whole, name);
    if (*delimiter)
        return *delimiter == '\t' ? TSV : CSV;
    return named(name, ".log") ? LOG : TEXT;
}

const char *cdr_content_text_format(const char *head, size_t len, bool whole, const char *name, char *ret_delimiter)
{
    *ret_delimiter = 0;
    return flavour_names[choose(head, head + len, whole, name, ret_delimiter)];
}

bool cdr_content_may_split(const cdr_content *c)
{
    const cdr_input *in = &c->input;
    return c->split && in->encoding == CDR_ENC_UTF8 && !in->zeros_break && in->src->size != UINT64_MAX && in->src->size >= CDR_SPLIT_MIN;
}

static cdr_status read_text(cdr_content *c, cdr_text_mode mode, cdr_sink *sink, cdr_err *err)
{
    if (!cdr_content_may_split(c))
        return cdr_read_text(c, mode, sink, err);
    cdr_split how = {.kind = CDR_SPLIT_TEXT, .mode = mode};
    cdr_status s = cdr_text_fields(mode, sink, err);
    if (s == CDR_OK)
        s = c->split(c->split_arg, c, &how, sink, err);
    c->outcome.rows = how.lines_read;
    cdr_mail_outcome(c, &how.mail);
    return s;
}

static cdr_status run_reader(cdr_content *c, flavour f, char delimiter, cdr_sink *sink, cdr_err *err)
{
    switch (f) {
    case TEXT:
    case LOG:
    case HTML:
        return read_text(c, CDR_TEXT_LINES, sink, err);
    case MBOX:
    case EML:
        return read_text(c, CDR_TEXT_MAILS, sink, err);
    case CSV:
    case TSV:
        return cdr_read_csv(c, delimiter, sink, err);
    case JSON:
        return cdr_read_json(c, false, sink, err);
    case NDJSON:
        return cdr_read_json(c, true, sink, err);
    case XML:
        return cdr_read_xml(c, sink, err);
    }
    return CDR_OK;
}

static cdr_status finish(cdr_content *c, cdr_sink *sink, cdr_err *err)
{
    cdr_outcome *o = &c->outcome;
    if (c->input.faulted)
        cdr_outcome_set(o, CDR_COVERAGE_PARTIAL, cdr_reason_literal(c->input.fault.id, strlen(c->input.fault.id)), "%.150s", c->input.fault.text);
    return sink->calls->end(sink, o->coverage, o->reason_id, o->reason, o->coverage == CDR_COVERAGE_SKIPPED ? 0 : c->input.raw, o->rows, err);
}

static cdr_status tell_skipped(cdr_content *c, const cdr_content_type *type, const char *path, cdr_sink *sink, cdr_err *err)
{
    uint64_t size = c->input.src->size;
    cdr_status s = sink->calls->begin(sink, path, type->format, size == UINT64_MAX ? c->input.raw : size, err);
    if (s != CDR_OK)
        return s;
    c->outcome.reason_id = cdr_content_reason(type, c->outcome.reason, sizeof c->outcome.reason);
    c->outcome.coverage = type->class == CDR_CONTENT_EMPTY ? CDR_COVERAGE_COMPLETE : CDR_COVERAGE_SKIPPED;
    if (type->class == CDR_CONTENT_EMPTY) {
        c->outcome.reason_id = "";
        c->outcome.reason[0] = '\0';
    }
    return finish(c, sink, err);
}

#define ZEROS_MIN 16u   /* so many zeros at the start may be the hole that a log had cut out of it */

cdr_status cdr_content_open(cdr_content *c, const cdr_content_source *src, const char *name, cdr_content_type *ret, cdr_err *err)
{
    c->outcome = (cdr_outcome){.reason_id = ""};
    cdr_status s = cdr_input_begin(&c->input, src, err);
    if (s != CDR_OK)
        return s;
    cdr_content_classify(c->input.buf, c->input.len, name, ret);
    static const char zeros[ZEROS_MIN];
    if ((ret->class != CDR_CONTENT_BINARY && ret->class != CDR_CONTENT_TEXT) || c->input.len < sizeof zeros || memcmp(c->input.buf, zeros, sizeof zeros) != 0)
        return CDR_OK;
    bool more = false;
    cdr_content_type behind = *ret;
    s = cdr_input_skip_zeros(&c->input, &more, err);
    if (s == CDR_OK && more)
        cdr_content_classify(c->input.buf, c->input.len, NULL, &behind);
    if (behind.class == CDR_CONTENT_TEXT)
        *ret = behind;
    return s;
}

cdr_status cdr_content_go_on(cdr_content *c, const cdr_content_type *type, const char *path, const char *name, cdr_sink *sink, cdr_err *err)
{
    if (c->input.faulted && c->input.raw == 0)
        return tell_skipped(c, &(cdr_content_type){CDR_CONTENT_EMPTY, "unknown"}, path, sink, err);
    if (type->class != CDR_CONTENT_TEXT)
        return tell_skipped(c, type, path, sink, err);
    cdr_status s = cdr_input_decode(&c->input, err);
    if (s != CDR_OK)
        return s;
    c->path = path;
    char delimiter = 0;
    const cdr_input *in = &c->input;
    flavour f = choose(in->buf + in->pos, in->buf + in->len, in->eof || in->raw >= in->src->size, name, &delimiter);
    uint64_t size = c->input.src->size;
    s = sink->calls->begin(sink, path, flavour_names[f], size == UINT64_MAX ? 0 : size, err);
    if (s == CDR_OK)
        s = run_reader(c, f, delimiter, sink, err);
    if (s == CDR_OK && in->foreign)
        cdr_outcome_set(&c->outcome, CDR_COVERAGE_PARTIAL, "format.encoding-unknown",
                        "Most of its text is in an encoding that is not known: only what it writes in ASCII was understood; convert it to UTF-8 and scan that.");
    return s == CDR_OK ? finish(c, sink, err) : s;
}

cdr_status cdr_content_read(cdr_content *c, const cdr_content_source *src, const char *path, const char *name, cdr_sink *sink, cdr_err *err)
{
    cdr_content_type type;
    cdr_status s = cdr_content_open(c, src, name, &type, err);
    return s == CDR_OK ? cdr_content_go_on(c, &type, path, name, sink, err) : s;
}
