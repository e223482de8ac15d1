/* SPDX-License-Identifier: Apache-2.0 */
/* Parent's side of the pipe. The child may be under an attacker's control: see wire.h. */
#include "scan/wire.h"

#include "base/mem.h"
#include "base/text.h"
#include "scan/content.h"
#include "scan/wire_format.h"

#include <string.h>

typedef enum wire_state { WAIT_HELLO, BETWEEN, IN_OBJECT, IN_COLUMNS, FINISHED, BROKEN } wire_state;

struct cdr_wire_in {
    cdr_wire_expect expect;
    cdr_sink *sink;
    size_t container_len;
    wire_state state;
    cdr_status result;
    uint32_t walls;
    uint32_t fields, columns;
    uint64_t names_bytes, objects, bytes;
    bool open, violated;                 /* an object has begun and not ended; the child broke the rules */
    bool container_told, is_container;
    size_t kept;                         /* bytes of an unfinished message in part */
    char part[CDR_WIRE_MESSAGE_MAX];
    char path[CDR_WIRE_PATH_MAX + 1];
    char reason[CDR_WIRE_REASON_MAX + 1];
};

static cdr_status broken(cdr_wire_in *w, cdr_err *err, const char *what)
{
    w->violated = true;
    return cdr_fail(err, CDR_E_CORRUPT, "scan", "reader.protocol", "candor-reader sent what it may not send (%s); its file is not read further.", what);
}

static bool is_share(float f)
{
    return f >= 0.0f && f <= 1.0f;   /* false for what is no number */
}

/* The database holds signed numbers. */
static bool is_count(uint64_t n)
{
    return n <= INT64_MAX;
}

static bool is_displayable(const char *s, size_t len)
{
    if (!cdr_utf8_valid(s, len))
        return false;
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)s[i] < 0x20 || s[i] == 0x7F)
            return false;
    return true;
}

static cdr_status take_hello(cdr_wire_in *w, const char *body, size_t len, cdr_err *err)
{
    cdr_wire_hello_body h;
    if (w->state != WAIT_HELLO || len != sizeof h)
        return broken(w, err, "greeting");
    memcpy(&h, body, sizeof h);
    if (h.magic != WIRE_MAGIC || h.version != CDR_WIRE_VERSION || h.kinds != cdr_kind_count())
        return (void)(w->violated = true), cdr_fail(err, CDR_E_UNSUPPORTED, "scan", "reader.version", "candor-reader is of another version than candor; install both from one build.");
    const char *want = w->expect.ruleset_version;
    if (want && (strlen(want) != sizeof h.ruleset || memcmp(want, h.ruleset, sizeof h.ruleset) != 0))
        return (void)(w->violated = true), cdr_fail(err, CDR_E_UNSUPPORTED, "scan", "reader.ruleset", "candor-reader has other detection rules than candor; install both from one build.");
    w->walls = h.walls;
    w->state = BETWEEN;
    return CDR_OK;
}

static bool path_belongs(const cdr_wire_in *w, const char *path, size_t len)
{
    if (len < w->container_len || memcmp(path, w->expect.container, w->container_len) != 0)
        return false;
    return len == w->container_len || (len > w->container_len + 2 && path[w->container_len] == '!' && path[w->container_len + 1] == '/');
}

static cdr_status take_begin(cdr_wire_in *w, const cdr_wire_head *h, const char *body, size_t len, cdr_err *err)
{
    uint64_t size;
    if (w->state != BETWEEN || len < sizeof size + h->a)
        return broken(w, err, "an object begins out of order");
    memcpy(&size, body, sizeof size);
    if (!is_count(size))
        return broken(w, err, "size of an object");
    const char *format = body + sizeof size, *path = format + h->a;
    size_t path_len = len - sizeof size - h->a;
    if (path_len > CDR_WIRE_PATH_MAX || !is_displayable(path, path_len) || !path_belongs(w, path, path_len))
        return broken(w, err, "path of an object");
    w->is_container = path_len == w->container_len;
    const char *literal = cdr_format_literal(format, h->a);
    if (!literal)
        return broken(w, err, "format of an object");
    if (w->objects >= w->expect.objects || w->container_told)   /* the container's own object comes last */
        return broken(w, err, "too many objects");
    memcpy(w->path, path, path_len);
    w->path[path_len] = '\0';
    w->objects++;
    w->fields = w->columns = 0;
    w->names_bytes = 0;
    w->state = IN_OBJECT;
    w->open = true;
    return w->sink->calls->begin(w->sink, w->path, literal, size, err);
}

static cdr_status take_field(cdr_wire_in *w, const char *body, size_t len, cdr_err *err)
{
    if (w->state != IN_OBJECT || len > CDR_WIRE_NAME_MAX)
        return broken(w, err, "a field out of order");
    if (w->fields >= CDR_WIRE_FIELDS_MAX || w->names_bytes + len > CDR_WIRE_NAMES_MAX)
        return broken(w, err, "too many fields");
    w->fields++;
    w->names_bytes += len;
    return w->sink->calls->field(w->sink, body, len, err);
}

static cdr_status take_value(cdr_wire_in *w, const cdr_wire_head *h, const char *body, size_t len, cdr_err *err)
{
    cdr_wire_value v;
    if (w->state != IN_OBJECT || len < sizeof v || len - sizeof v > CDR_WIRE_VALUE_MAX)
        return broken(w, err, "a value out of order");
    memcpy(&v, body, sizeof v);
    if (v.field >= w->fields || h->b == CDR_KIND_NONE || h->b >= cdr_kind_count() || h->a > CDR_BAND_HIGH || v.rule > w->expect.rules ||
        !is_share(v.confidence) || v.zero || !is_count(v.offset) || !is_count(v.line))
        return broken(w, err, "a value's kind, field or confidence");
    cdr_seen_value seen = {.field = v.field, .kind = h->b, .rule = v.rule, .band = h->a, .confidence = v.confidence, .evidence = v.evidence,
                           .offset = v.offset, .line = v.line, .value = body + sizeof v, .len = len - sizeof v};
    return w->sink->calls->value(w->sink, &seen, err);
}

static cdr_status take_record_end(cdr_wire_in *w, size_t len, cdr_err *err)
{
    if (w->state != IN_OBJECT || len)
        return broken(w, err, "the end of a record out of order");
    return w->sink->calls->record_end(w->sink, err);
}

static cdr_status take_column(cdr_wire_in *w, const cdr_wire_head *h, const char *body, size_t len, cdr_err *err)
{
    cdr_wire_column c;
    if ((w->state != IN_OBJECT && w->state != IN_COLUMNS) || len != sizeof c || w->columns >= w->fields)
        return broken(w, err, "a column out of order");
    memcpy(&c, body, sizeof c);
    if (c.field >= w->fields || h->b >= cdr_kind_count() || h->a > 1 || !is_share(c.support) || !is_share(c.confidence) || c.untold > c.values || !is_count(c.values))
        return broken(w, err, "a column's kind, field or share");
    w->state = IN_COLUMNS;
    w->columns++;
    cdr_column_class class = {.kind = h->b, .support = c.support, .confidence = c.confidence, .evidence = c.evidence, .by_value = h->a};
    return w->sink->calls->column(w->sink, c.field, &class, c.values, c.untold, err);
}

static cdr_status take_end(cdr_wire_in *w, const cdr_wire_head *h, const char *body, size_t len, cdr_err *err)
{
    cdr_wire_end e;
    if ((w->state != IN_OBJECT && w->state != IN_COLUMNS) || len < sizeof e || len - sizeof e < h->b || h->a > CDR_COVERAGE_SKIPPED)
        return broken(w, err, "the end of an object out of order");
    memcpy(&e, body, sizeof e);
    const char *id = body + sizeof e, *reason = id + h->b;
    size_t reason_len = len - sizeof e - h->b;
    if (reason_len > CDR_WIRE_REASON_MAX || !is_displayable(reason, reason_len) || (h->a == CDR_COVERAGE_COMPLETE) != (h->b == 0) || !is_count(e.bytes_read) || !is_count(e.rows))
        return broken(w, err, "a reason");
    memcpy(w->reason, reason, reason_len);
    w->reason[reason_len] = '\0';
    w->state = BETWEEN;
    w->open = false;
    w->container_told |= w->is_container;
    return w->sink->calls->end(w->sink, (cdr_coverage)h->a, cdr_reason_literal(id, h->b), w->reason, e.bytes_read, e.rows, err);
}

static cdr_status take_progress(cdr_wire_in *w, const char *body, size_t len, cdr_err *err)
{
    if (w->state == WAIT_HELLO || len != sizeof w->bytes)
        return broken(w, err, "progress");
    memcpy(&w->bytes, body, sizeof w->bytes);
    return CDR_OK;
}

static cdr_status take_done(cdr_wire_in *w, const char *body, size_t len, cdr_err *err)
{
    int32_t code;
    if (w->state != BETWEEN || len != sizeof code)
        return broken(w, err, "the end out of order");
    memcpy(&code, body, sizeof code);
    w->result = code == CDR_OK ? CDR_OK : code == CDR_E_NOMEM ? CDR_E_NOMEM : CDR_E_IO;
    w->state = FINISHED;
    return CDR_OK;
}

static cdr_status take(cdr_wire_in *w, const cdr_wire_head *h, const char *body, size_t len, cdr_err *err)
{
    switch (h->type) {
    case WIRE_HELLO: return take_hello(w, body, len, err);
    case WIRE_BEGIN: return take_begin(w, h, body, len, err);
    case WIRE_FIELD: return take_field(w, body, len, err);
    case WIRE_VALUE: return take_value(w, h, body, len, err);
    case WIRE_RECORD_END: return take_record_end(w, len, err);
    case WIRE_COLUMN: return take_column(w, h, body, len, err);
    case WIRE_END: return take_end(w, h, body, len, err);
    case WIRE_PROGRESS: return take_progress(w, body, len, err);
    case WIRE_DONE: return take_done(w, body, len, err);
    default: return broken(w, err, "unknown message");
    }
}

/* Takes the message at ${data} if it is complete; *used is its size, 0 when more bytes are needed. */
static cdr_status take_one(cdr_wire_in *w, const char *data, size_t len, size_t *used, cdr_err *err)
{
    cdr_wire_head h;
    *used = 0;
    if (w->state == FINISHED)
        return broken(w, err, "more after the end");
    if (len < sizeof h)
        return CDR_OK;
    memcpy(&h, data, sizeof h);
    if (h.size < sizeof h || h.size > CDR_WIRE_MESSAGE_MAX)
        return broken(w, err, "size of a message");
    if (len < h.size)
        return CDR_OK;
    *used = h.size;
    return take(w, &h, data + sizeof h, h.size - sizeof h, err);
}

/* Complete the kept message from ${data}; *used bytes of it were taken. */
static cdr_status finish_part(cdr_wire_in *w, const char *data, size_t len, size_t *used, cdr_err *err)
{
    *used = 0;
    for (;;) {
        uint32_t want = sizeof(cdr_wire_head);
        if (w->kept >= sizeof(cdr_wire_head)) {
            memcpy(&want, w->part, sizeof want);
            if (want < sizeof(cdr_wire_head) || want > sizeof w->part)
                return broken(w, err, "size of a message");
            if (w->kept == want)
                break;
        }
        size_t n = CDR_MIN(want - w->kept, len - *used);
        if (!n)
            return CDR_OK;               /* data is used up */
        memcpy(w->part + w->kept, data + *used, n);
        w->kept += n;
        *used += n;
    }
    size_t whole;
    cdr_status s = take_one(w, w->part, w->kept, &whole, err);
    explicit_bzero(w->part, w->kept);
    w->kept = 0;
    return s;
}

static cdr_status feed(cdr_wire_in *w, const char *p, size_t len, cdr_err *err)
{
    size_t used;
    cdr_status s = CDR_OK;
    if (w->kept && len) {
        s = finish_part(w, p, len, &used, err);
        if (s != CDR_OK || w->kept)
            return s;
        p += used;
        len -= used;
    }
    while (len) {
        s = take_one(w, p, len, &used, err);
        if (s != CDR_OK)
            return s;
        if (!used)
            break;
        p += used;
        len -= used;
    }
    memcpy(w->part, p, len);             /* shorter than a message */
    w->kept = len;
    return CDR_OK;
}

cdr_status cdr_wire_in_feed(cdr_wire_in *w, const void *data, size_t len, cdr_err *err)
{
    if (w->state == BROKEN)
        return broken(w, err, "it was stopped before");
    cdr_status s = feed(w, data, len, err);
    if (s != CDR_OK)
        w->state = BROKEN;
    return s;
}

cdr_status cdr_wire_in_new(const cdr_wire_expect *expect, cdr_sink *sink, cdr_wire_in **ret, cdr_err *err)
{
    cdr_wire_in *w = *ret = cdr_alloc(sizeof *w);
    if (!w)
        return cdr_fail_nomem(err, "scan");
    w->expect = *expect;
    w->sink = sink;
    w->container_len = strlen(expect->container);
    return CDR_OK;
}

void cdr_wire_in_free(cdr_wire_in *w)
{
    if (w)
        explicit_bzero(w->part, w->kept);
    cdr_free(w);
}

bool cdr_wire_in_done(const cdr_wire_in *w)
{
    return w->state == FINISHED && !w->kept;
}

bool cdr_wire_in_open(const cdr_wire_in *w)
{
    return w->open;
}

bool cdr_wire_in_violated(const cdr_wire_in *w)
{
    return w->violated;
}

cdr_status cdr_wire_in_result(const cdr_wire_in *w)
{
    return w->result;
}

uint32_t cdr_wire_in_walls(const cdr_wire_in *w)
{
    return w->walls;
}

bool cdr_wire_in_named_container(const cdr_wire_in *w)
{
    return w->container_told;
}

uint64_t cdr_wire_in_bytes(const cdr_wire_in *w)
{
    return w->bytes;
}

cdr_status cdr_wire_in_abandon(cdr_wire_in *w, const char *format, const char *reason_id, const char *reason, uint64_t size, cdr_err *err)
{
    const cdr_sink_calls *c = w->sink->calls;
    if (cdr_wire_in_open(w)) {
        cdr_status s = c->end(w->sink, CDR_COVERAGE_PARTIAL, reason_id, reason, 0, 0, err);
        w->open = false;
        w->container_told |= w->is_container;
        if (s != CDR_OK)
            return s;
    }
    w->state = BROKEN;
    if (w->container_told)
        return CDR_OK;
    w->container_told = true;
    cdr_status s = c->begin(w->sink, w->expect.container, format, size, err);
    return s == CDR_OK ? c->end(w->sink, w->objects ? CDR_COVERAGE_PARTIAL : CDR_COVERAGE_SKIPPED, reason_id, reason, 0, 0, err) : s;
}
