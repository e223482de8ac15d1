/* SPDX-License-Identifier: Apache-2.0 */
/* A copy of a plain text with each finding replaced; everything else stays byte for byte. */
#include "cli/detect_redact.h"

#include "base/mem.h"
#include "cli/detect_keyblock.h"
#include "detect/kinds.h"

#include <string.h>

#define COPY_BYTES (1u << 20)
#define COPY_HELD 512u
#define COPY_MAX (4 * COPY_BYTES)

typedef enum shape { SHAPE_UNKNOWN, SHAPE_TEXT, SHAPE_JSON } shape;

typedef struct redactor {
    cdr_redaction *copying;
    cdr_buf copy;                 /* the copy, but for what was written; what was written last before it, as context */
    size_t written;               /* bytes of ->copy */
    uint64_t done;                /* bytes of the text that were written or replaced */
    uint64_t read;                /* bytes that were looked at for the shape */
    shape shape;                  /* by the first sign */
    bool in_string, escaped;
    cdr_keyblock block;           /* the private key that the text up to ->done stands in */
} redactor;

#define REPLACEMENT_MAX CDR_REPLACEMENT_MAX
#define LINES_MAX 16

/* An address on three lines leaves three lines. */
static void replace(const redactor *r, const char *text, size_t len, const cdr_finding *f, bool quoted, char ret[REPLACEMENT_MAX])
{
    size_t n = quoted, lines = 0;
    ret[0] = '"';
    cdr_redaction_word(r->copying, f, text + f->start, (size_t)(f->end - f->start), ret + n, REPLACEMENT_MAX - LINES_MAX - 2 - n);
    r->copying->replaced++;
    n += strlen(ret + n);
    if (quoted)
        ret[n++] = '"';
    for (size_t i = (size_t)f->start; i < f->end && i < len && lines < LINES_MAX && f->kind != CDR_K_SECRET_PRIVATE_KEY; i++)
        if (text[i] == '\n') {
            ret[n++] = '\n';
            lines++;
        }
    ret[n] = '\0';
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Where a bare value of JSON would stand: between ':' (or '[' or ',') and ',' or a closing bracket. */
static bool is_json_place(const char *text, size_t len, size_t start, size_t end, const char *before)
{
    while (start > 0 && (is_blank(text[start - 1]) || text[start - 1] == '-'))
        start--;
    while (end < len && is_blank(text[end]))
        end++;
    if (start < 2 || end >= len || !memchr(",}]", text[end], 3))
        return false;
    return before ? strchr(before, text[start - 1]) != NULL && text[start - 1] : text[start - 1] == ':' && text[start - 2] == '"';
}

#define LOOKS_MAX 8u

/* The copy is looked at before it is written: what hid behind its neighbours shows once they are replaced, and so on until nothing does. */
typedef struct second_look { redactor *r; cdr_buf *next; size_t done, first, last; } second_look;

static cdr_status found_again(void *arg, const cdr_finding *f)
{
    second_look *x = arg;
    redactor *r = x->r;
    const char *text = r->copy.data;
    if (f->start < x->done || f->confidence < r->copying->job->min_confidence || !cdr_detect_wanted(r->copying->job, f))
        return CDR_OK;
    char with[REPLACEMENT_MAX];
    replace(r, text, r->copy.len, f, is_json_place(text, r->copy.len, (size_t)f->start, (size_t)f->end, NULL), with);
    cdr_buf_add(x->next, text + x->done, (size_t)f->start - x->done);
    x->first = CDR_MIN(x->first, x->next->len);
    cdr_buf_add(x->next, with, strlen(with));
    x->last = x->next->len;
    x->done = (size_t)f->end;
    return CDR_OK;
}

/* What of the copy is looked at: all that is to be written, then what stands around the last replacements. */
typedef struct look { size_t from, to; bool done; } look;

/* ${*end}, how far the copy is to be written, moves with what is replaced. */
static cdr_status look_once(redactor *r, look *at, size_t *end, cdr_err *err)
{
    cdr_buf next = CDR_BUF(COPY_MAX);
    second_look x = {.r = r, .next = &next, .done = r->written, .first = SIZE_MAX};
    cdr_buf_add(&next, r->copy.data, r->written);
    cdr_status s = cdr_detect_window(r->copying->job->ruleset, r->copying->scratch, r->copy.data, r->copy.len, at->from, at->to, NULL, found_again, &x, err);
    at->done = x.last == 0;
    if (s == CDR_OK && !at->done) {
        size_t held = r->copy.len - CDR_MAX(*end, x.done);
        cdr_buf_add(&next, r->copy.data + x.done, r->copy.len - x.done);
        s = cdr_buf_status(&next) == CDR_OK ? CDR_OK : cdr_fail_nomem(err, "cli");
        at->done = next.len == r->copy.len && !memcmp(next.data, r->copy.data, next.len);
        if (s == CDR_OK) {
            cdr_buf old = r->copy;
            r->copy = next;
            next = old;
            *end = r->copy.len - held;
        }
        at->from = CDR_MAX(r->written, x.first > COPY_HELD ? x.first - COPY_HELD : 0);
        at->to = CDR_MIN(*end, x.last + COPY_HELD);
    }
    cdr_buf_wipe(&next);
    return s;
}

/* Writes the copy, but for the last ${held} bytes, and keeps as much of what was written as words before a value may count. */
static cdr_status look_again(redactor *r, size_t held, cdr_err *err)
{
    if (r->copy.len <= r->written + held)
        return CDR_OK;
    size_t to = r->copy.len - held;
    look at = {.from = r->written, .to = to};
    cdr_status s = CDR_OK;
    for (unsigned i = 0; s == CDR_OK && !at.done && i < LOOKS_MAX; i++)
        s = look_once(r, &at, &to, err);
    if (s == CDR_OK)
        s = cdr_redaction_write(r->copying, r->copy.data + r->written, to - r->written, err);
    size_t drop = to > COPY_HELD ? to - COPY_HELD : 0;
    memmove(r->copy.data, r->copy.data + drop, r->copy.len - drop);
    r->copy.len -= drop;
    r->written = to - drop;
    return s;
}

static cdr_status put(redactor *r, const char *text, size_t len, cdr_err *err)
{
    cdr_buf_add(&r->copy, text, len);
    if (cdr_buf_status(&r->copy) != CDR_OK)
        return cdr_fail_nomem(err, "cli");
    return r->copy.len > COPY_BYTES ? look_again(r, COPY_HELD, err) : CDR_OK;
}

/* Inside a private key nothing is written; ${len} is how far the text may be looked at. */
static void pass_block(redactor *r, const char *window, uint64_t base, size_t len)
{
    size_t at = (size_t)(r->done - base);
    if (r->block.open && at < len)
        r->done += cdr_keyblock_pass(&r->block, window + at, len - at);
}

static cdr_status write_up_to(redactor *r, const char *window, uint64_t base, size_t to, cdr_err *err)
{
    uint64_t end = base + to;
    if (r->block.open || r->done >= end)
        return CDR_OK;
    size_t from = (size_t)(r->done - base);
    r->done = end;
    return put(r, window + from, to - from, err);
}

/* Follow JSON up to ${to}: does that stand in a string? */
static void follow_json(redactor *r, const char *window, uint64_t base, size_t to)
{
    for (; r->read < base + to; r->read++) {
        char c = window[r->read - base];
        if (r->shape == SHAPE_UNKNOWN && !memchr(" \t\r\n", c, 4))
            r->shape = c == '{' || c == '[' ? SHAPE_JSON : SHAPE_TEXT;
        if (c == '\n')
            r->in_string = r->escaped = false;
        else if (c == '"' && !r->escaped)
            r->in_string = !r->in_string;
        r->escaped = c == '\\' && !r->escaped;
    }
}

/* {"ssn": 123456789, "cards": [4111…]}: a bare number of JSON needs quotes around what replaces it. */
static bool is_bare_json(const redactor *r, const char *window, size_t len, size_t start, size_t end)
{
    return (r->shape == SHAPE_JSON && !r->in_string && is_json_place(window, len, start, end, ":[,")) || is_json_place(window, len, start, end, NULL);
}

static cdr_status redact_one(void *arg, const char *window, size_t len, uint64_t base, const cdr_finding *f, cdr_err *err)
{
    redactor *r = arg;
    pass_block(r, window, base, len);
    cdr_status s = write_up_to(r, window, base, (size_t)f->start, err);
    if (s != CDR_OK || r->block.open || base + f->end <= r->done)
        return s;
    size_t size = (size_t)(f->end - f->start);
    bool key = f->kind == CDR_K_SECRET_PRIVATE_KEY && (memmem(window + f->start, size, "-----BEGIN", 10) || memmem(window + f->start, size, "Private-Lines", 13));
    r->done = base + f->end;
    if (key)
        cdr_keyblock_open(&r->block);
    follow_json(r, window, base, (size_t)f->start);
    char with[REPLACEMENT_MAX];
    replace(r, window, len, f, is_bare_json(r, window, len, (size_t)f->start, (size_t)f->end), with);
    s = put(r, with, strlen(with), err);
    pass_block(r, window, base, len);
    return s;
}

static cdr_status redact_rest(void *arg, const char *window, size_t len, uint64_t base, size_t to, cdr_err *err)
{
    redactor *r = arg;
    pass_block(r, window, base, len);
    cdr_status s = write_up_to(r, window, base, to, err);
    follow_json(r, window, base, to);
    return s == CDR_OK ? look_again(r, COPY_HELD, err) : s;
}

cdr_status cdr_redact_text(cdr_redaction *copying, cdr_err *err)
{
    redactor r = {.copying = copying, .copy = CDR_BUF(COPY_MAX)};
    cdr_detect_sink sink = {redact_one, redact_rest, &r};
    cdr_status s = cdr_detect_stream(copying->job, copying->source, &sink, err);
    if (s == CDR_OK)
        s = look_again(&r, 0, err);
    cdr_buf_wipe(&r.copy);
    return s;
}
