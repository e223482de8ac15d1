/* SPDX-License-Identifier: Apache-2.0 */
/* Child's side of the pipe, and what both sides share: see wire_in.c for the parent's. */
#include "scan/wire.h"

#include "base/mem.h"
#include "scan/wire_format.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define OUT_BYTES 65536u   /* as much as a pipe takes at once */

struct cdr_wire_out {
    cdr_sink sink;
    int fd;
    size_t len;
    bool values_open;            /* values were told since the last end of a record */
    uint32_t fields;
    uint64_t names_bytes;
    char data[OUT_BYTES];
};

static cdr_status flush(cdr_wire_out *w, cdr_err *err)
{
    size_t at = 0;
    while (at < w->len) {
        ssize_t n = write(w->fd, w->data + at, w->len - at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return cdr_fail(err, CDR_E_IO, "scan", "reader.pipe", "The program that started candor-reader has gone away.");
        at += (size_t)n;
    }
    explicit_bzero(w->data, w->len);
    w->len = 0;
    return CDR_OK;
}

/* Room for a message of ${body} bytes after its header; NULL (with ${err}) when the pipe is gone. */
static char *message(cdr_wire_out *w, uint8_t type, uint8_t a, uint16_t b, size_t body, cdr_err *err)
{
    size_t size = sizeof(cdr_wire_head) + body;
    if (size > OUT_BYTES - w->len && flush(w, err) != CDR_OK)
        return NULL;
    cdr_wire_head head = {.size = (uint32_t)size, .type = type, .a = a, .b = b};
    char *at = w->data + w->len;
    memcpy(at, &head, sizeof head);
    w->len += size;
    return at + sizeof head;
}

static cdr_wire_out *out_of(cdr_sink *s)
{
    return (cdr_wire_out *)(void *)s;   /* the sink is its first member */
}

static cdr_status out_begin(cdr_sink *s, const char *path, const char *format, uint64_t size, cdr_err *err)
{
    cdr_wire_out *w = out_of(s);
    size_t path_len = strnlen(path, CDR_WIRE_PATH_MAX), format_len = strnlen(format, 255);
    while (path_len > 0 && path_len == CDR_WIRE_PATH_MAX && ((unsigned char)path[path_len] & 0xC0) == 0x80)
        path_len--;
    w->fields = 0;
    w->names_bytes = 0;
    w->values_open = false;
    char *at = message(w, WIRE_BEGIN, (uint8_t)format_len, 0, sizeof size + format_len + path_len, err);
    if (!at)
        return CDR_E_IO;
    memcpy(at, &size, sizeof size);
    memcpy(at + sizeof size, format, format_len);
    memcpy(at + sizeof size + format_len, path, path_len);
    return CDR_OK;
}

static cdr_status out_field(cdr_sink *s, const char *name, size_t len, cdr_err *err)
{
    cdr_wire_out *w = out_of(s);
    len = CDR_MIN(len, (size_t)CDR_WIRE_NAME_MAX);
    if (w->fields == CDR_WIRE_FIELDS_MAX || w->names_bytes + len > CDR_WIRE_NAMES_MAX)
        return cdr_fail(err, CDR_E_LIMIT, "scan", "reader.fields", "An object has more than %u fields; the rest of it is not read.", CDR_WIRE_FIELDS_MAX);
    w->fields++;
    w->names_bytes += len;
    char *at = message(w, WIRE_FIELD, 0, 0, len, err);
    if (!at)
        return CDR_E_IO;
    if (len)
        memcpy(at, name, len);
    return CDR_OK;
}

static cdr_status out_value(cdr_sink *s, const cdr_seen_value *v, cdr_err *err)
{
    cdr_wire_out *w = out_of(s);
    size_t len = CDR_MIN(v->len, (size_t)CDR_WIRE_VALUE_MAX);
    cdr_wire_value body = {.offset = v->offset, .line = v->line, .field = v->field, .evidence = v->evidence, .confidence = v->confidence, .rule = v->rule};
    char *at = message(w, WIRE_VALUE, v->band, v->kind, sizeof body + len, err);
    if (!at)
        return CDR_E_IO;
    memcpy(at, &body, sizeof body);
    if (len)
        memcpy(at + sizeof body, v->value, len);
    w->values_open = true;
    return CDR_OK;
}

/* A record in which nothing was found says nothing: most rows cost no byte. */
static cdr_status out_record_end(cdr_sink *s, cdr_err *err)
{
    cdr_wire_out *w = out_of(s);
    if (!w->values_open)
        return CDR_OK;
    w->values_open = false;
    return message(w, WIRE_RECORD_END, 0, 0, 0, err) ? CDR_OK : CDR_E_IO;
}

static cdr_status out_column(cdr_sink *s, uint32_t field, const cdr_column_class *c, uint64_t values, uint64_t untold, cdr_err *err)
{
    cdr_wire_column body = {.values = values, .untold = untold, .field = field, .evidence = c->evidence, .support = c->support, .confidence = c->confidence};
    char *at = message(out_of(s), WIRE_COLUMN, c->by_value, c->kind, sizeof body, err);
    if (!at)
        return CDR_E_IO;
    memcpy(at, &body, sizeof body);
    return CDR_OK;
}

static cdr_status out_end(cdr_sink *s, cdr_coverage coverage, const char *reason_id, const char *reason, uint64_t bytes_read, uint64_t rows, cdr_err *err)
{
    cdr_wire_end body = {.bytes_read = bytes_read, .rows = rows};
    size_t id_len = reason_id ? strnlen(reason_id, 64) : 0, reason_len = reason ? strnlen(reason, CDR_WIRE_REASON_MAX) : 0;
    while (reason_len == CDR_WIRE_REASON_MAX && reason_len > 0 && ((unsigned char)reason[reason_len] & 0xC0) == 0x80)
        reason_len--;
    char *at = message(out_of(s), WIRE_END, (uint8_t)coverage, (uint16_t)id_len, sizeof body + id_len + reason_len, err);
    if (!at)
        return CDR_E_IO;
    memcpy(at, &body, sizeof body);
    if (id_len)
        memcpy(at + sizeof body, reason_id, id_len);
    if (reason_len)
        memcpy(at + sizeof body + id_len, reason, reason_len);
    return CDR_OK;
}

static const cdr_sink_calls out_calls = {out_begin, out_field, out_value, out_record_end, out_column, out_end};

cdr_status cdr_wire_out_new(int fd, cdr_wire_out **ret, cdr_err *err)
{
    cdr_wire_out *w = *ret = cdr_alloc(sizeof *w);
    if (!w)
        return cdr_fail_nomem(err, "scan");
    w->sink.calls = &out_calls;
    w->fd = fd;
    return CDR_OK;
}

void cdr_wire_out_free(cdr_wire_out *w)
{
    if (w)
        explicit_bzero(w->data, w->len);
    cdr_free(w);
}

cdr_sink *cdr_wire_out_sink(cdr_wire_out *w)
{
    return &w->sink;
}

cdr_status cdr_wire_hello(cdr_wire_out *w, uint32_t walls, const char *ruleset_version, cdr_err *err)
{
    cdr_wire_hello_body body = {.magic = WIRE_MAGIC, .version = CDR_WIRE_VERSION, .kinds = (uint32_t)cdr_kind_count(), .walls = walls};
    memcpy(body.ruleset, ruleset_version, strnlen(ruleset_version, sizeof body.ruleset));
    char *at = message(w, WIRE_HELLO, 0, 0, sizeof body, err);
    if (!at)
        return CDR_E_IO;
    memcpy(at, &body, sizeof body);
    return flush(w, err);
}

cdr_status cdr_wire_progress(cdr_wire_out *w, uint64_t bytes, cdr_err *err)
{
    char *at = message(w, WIRE_PROGRESS, 0, 0, sizeof bytes, err);
    if (!at)
        return CDR_E_IO;
    memcpy(at, &bytes, sizeof bytes);
    return flush(w, err);
}

cdr_status cdr_wire_done(cdr_wire_out *w, cdr_status status, cdr_err *err)
{
    int32_t code = (int32_t)status;
    char *at = message(w, WIRE_DONE, 0, 0, sizeof code, err);
    if (!at)
        return CDR_E_IO;
    memcpy(at, &code, sizeof code);
    return flush(w, err);
}
