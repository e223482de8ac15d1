/* SPDX-License-Identifier: Apache-2.0 */
/* Lines {"id": …, "text": …} in, lines {"id": …, "spans": […]} out: a filter for any pipeline. */
#include "cli/detect.h"
#include "cli/detect_source.h"

#include "base/io.h"
#include "base/text.h"

#include <errno.h>
#include <string.h>

#define LINE_MAX_BYTES (256u << 20)
#define READ_BYTES (64u << 10)
#define OUT_BYTES (64u << 10)         /* spans are written when so much of them is there */
#define ID_MAX_BYTES (64u << 10)
#define NUMBER_MAX 1000
#define WINDOW_BYTES ((size_t)1 << 20)   /* a longer text is judged in parts that end with lines where there are any */
#define CONTEXT_BYTES ((size_t)512)
#define LINE_SEARCH ((size_t)16 << 10)

typedef struct filter {
    const cdr_detect_job *job;
    cdr_buf pending, out;
    cdr_json_writer *w;        /* of the line being written */
    const char *text;
    size_t byte_at;            /* characters are counted once, up to here */
    uint64_t char_at;
    size_t base;               /* where the window begins in the text */
    char number[NUMBER_MAX + 1];   /* id as it was written; "" when it is no number */
    bool skip_bad;
    uint64_t bad;
    cdr_err first_bad, write_err;
} filter;

/* Spans leave as they are found: a text may hold millions. */
static cdr_status write_out(filter *x, cdr_err *err)
{
    cdr_status s = cdr_buf_status(&x->out) != CDR_OK ? cdr_fail_nomem(err, "cli") : CDR_OK;
    if (s == CDR_OK && fwrite(x->out.data, 1, x->out.len, stdout) != x->out.len)
        s = cdr_detect_output_failed(err);
    cdr_buf_clear(&x->out);
    return s;
}

static uint64_t char_offset(filter *x, size_t to)
{
    for (; x->byte_at < to; x->byte_at++)
        x->char_at += ((unsigned char)x->text[x->byte_at] & 0xC0) != 0x80;
    return x->char_at;
}

static cdr_status add_span(void *arg, const cdr_finding *f)
{
    filter *x = arg;
    if (!cdr_detect_wanted(x->job, f))
        return CDR_OK;
    cdr_json_writer *w = x->w;
    cdr_jw_open(w, '{');
    cdr_jw_key(w, "start");
    cdr_jw_int(w, (int64_t)char_offset(x, x->base + (size_t)f->start));
    cdr_jw_key(w, "end");
    uint64_t characters = 0;
    for (size_t i = x->base + (size_t)f->start; i < x->base + f->end; i++)
        characters += ((unsigned char)x->text[i] & 0xC0) != 0x80;
    cdr_jw_int(w, (int64_t)(x->char_at + characters));
    cdr_jw_key(w, "type");
    cdr_jw_str(w, cdr_detect_type(x->job, f));
    cdr_jw_key(w, "category");
    cdr_jw_str(w, cdr_detect_category(x->job, f));
    cdr_jw_key(w, "confidence");
    cdr_jw_num(w, (double)(int)(f->confidence * 100 + 0.5f) / 100);
    if (x->job->explain) {
        char why[512];
        cdr_status s = cdr_finding_explain(x->job->ruleset, f, why, sizeof why, NULL);
        if (s != CDR_OK)
            return s;
        cdr_jw_key(w, "why");
        cdr_jw_str(w, why);
    }
    cdr_jw_close(w, '}');
    return x->out.len < OUT_BYTES ? CDR_OK : write_out(x, &x->write_err);
}

static cdr_status find_spans(filter *x, size_t len, cdr_err *err)
{
    cdr_status s = CDR_OK;
    for (size_t from = 0; s == CDR_OK && from < len;) {
        if (cdr_cancelled(&x->job->cli->ctx))
            return cdr_fail(err, CDR_E_CANCELLED, "cli", "detect.stopped", "Stopped.");
        size_t to = len - from > WINDOW_BYTES ? from + WINDOW_BYTES : len;
        const char *nl = to < len ? memrchr(x->text + to - LINE_SEARCH, '\n', LINE_SEARCH) : NULL;
        to = nl ? (size_t)(nl - x->text) + 1 : to;
        size_t end = len - to > CONTEXT_BYTES ? to + CONTEXT_BYTES : len;
        x->base = from > CONTEXT_BYTES ? from - CONTEXT_BYTES : 0;
        s = cdr_detect_window(x->job->ruleset, x->job->scratch, x->text + x->base, end - x->base, from - x->base, to - x->base, NULL, add_span, x, err);
        from = to;
    }
    if (s != CDR_OK && x->write_err.status != CDR_OK && err)
        *err = x->write_err;
    return s;
}

/* Bytes of the JSON number at ${p}, 0 when it is none. */
static size_t number_length(const char *p, const char *end)
{
    const char *at = p + (p < end && *p == '-');
    const char *digits = at;
    while (at < end && *at >= '0' && *at <= '9')
        at++;
    if (at == digits || (*digits == '0' && at > digits + 1))
        return 0;
    if (at < end && *at == '.') {
        for (digits = ++at; at < end && *at >= '0' && *at <= '9';)
            at++;
        if (at == digits)
            return 0;
    }
    if (at < end && (*at == 'e' || *at == 'E')) {
        at++;
        at += at < end && (*at == '+' || *at == '-');
        for (digits = at; at < end && *at >= '0' && *at <= '9';)
            at++;
        if (at == digits)
            return 0;
    }
    return at == end || strchr(",} \t\r", *at) ? (size_t)(at - p) : 0;
}

/* What was read ends without a NUL. */
static char *skip_blanks(char *p, const char *end)
{
    while (p < end && (*p == ' ' || *p == '\t'))
        p++;
    return p;
}

/* The value of "id" among the record's own keys, NULL when it has none (or writes the key with escapes). */
static char *find_id(char *line, const char *end)
{
    unsigned depth = 0;
    for (char *p = line; p < end; p++) {
        depth += *p == '{' || *p == '[';
        depth -= (*p == '}' || *p == ']') && depth > 0;
        if (*p != '"')
            continue;
        char *word = ++p;
        for (; p < end && *p != '"'; p++)
            p += *p == '\\';
        if (depth != 1 || p >= end || p - word != 2 || memcmp(word, "id", 2) != 0)
            continue;
        char *after = skip_blanks(p + 1, end);
        if (after < end && *after == ':')
            return skip_blanks(after + 1, end);
    }
    return NULL;
}

/* No type of numbers holds every number; an id goes back as it came: it is noted as text, and a plain one stands in its place. */
static cdr_status take_number(filter *x, char *line, size_t len, cdr_err *err)
{
    char *at = find_id(line, line + len);
    size_t n = at && at < line + len ? number_length(at, line + len) : 0;
    x->number[0] = '\0';
    if (n > NUMBER_MAX)
        return cdr_fail(err, CDR_E_INVAL, "cli", "detect.bad-id", "id has more than %d digits.", NUMBER_MAX);
    if (n > 0) {
        memcpy(x->number, at, n);
        x->number[n] = '\0';
        memset(at, ' ', n);
        *at = '0';
    }
    return CDR_OK;
}

static cdr_status write_id(filter *x, const json_t *id, cdr_err *err)
{
    if (json_string_length(id) > ID_MAX_BYTES)
        return cdr_fail(err, CDR_E_INVAL, "cli", "detect.bad-id", "id is longer than %u bytes.", ID_MAX_BYTES);
    cdr_jw_key(x->w, "id");
    if (x->number[0] && json_is_number(id)) {
        cdr_buf_adds(&x->out, x->number);
        x->w->after_key = false;
        x->w->has_item |= UINT64_C(1) << x->w->depth;
    } else if (json_is_string(id))
        cdr_jw_strn(x->w, json_string_value(id), json_string_length(id));
    else if (json_is_integer(id))
        cdr_jw_int(x->w, json_integer_value(id));
    else if (json_is_real(id))
        cdr_jw_num(x->w, json_real_value(id));
    else if (!id || json_is_null(id))
        cdr_jw_str(x->w, NULL);
    else
        return cdr_fail(err, CDR_E_INVAL, "cli", "detect.bad-id", "id must be a text or a number.");
    return CDR_OK;
}

static cdr_status filter_record(filter *x, const json_t *record, cdr_err *err)
{
    const json_t *text = json_object_get(record, "text");
    if (!json_is_string(text))
        return cdr_fail(err, CDR_E_INVAL, "cli", "detect.no-text", "there is no \"text\".");
    cdr_json_writer w;
    cdr_jw_begin(&w, &x->out);
    x->w = &w;
    x->text = json_string_value(text);
    x->byte_at = x->char_at = 0;
    size_t len = json_string_length(text);
    cdr_jw_open(&w, '{');
    cdr_status s = write_id(x, json_object_get(record, "id"), err);
    cdr_jw_key(&w, "spans");
    cdr_jw_open(&w, '[');
    if (s == CDR_OK)
        s = find_spans(x, len, err);
    cdr_jw_close(&w, ']');
    cdr_jw_close(&w, '}');
    cdr_buf_addc(&x->out, '\n');
    return s == CDR_OK ? write_out(x, err) : s;
}

static cdr_status filter_line(filter *x, char *line, size_t len, const char *name, uint64_t number, cdr_err *err)
{
    while (len && (line[len - 1] == '\r' || line[len - 1] == ' '))
        len--;
    if (len == 0)
        return CDR_OK;
    _cleanup_json_ json_t *record = NULL;
    cdr_err inner = {0};
    cdr_buf_clear(&x->out);
    cdr_status s = take_number(x, line, len, &inner);
    if (s == CDR_OK)
        s = cdr_json_parse_bytes(line, len, "the line", &record, &inner);
    if (s == CDR_OK && !json_is_object(record))
        s = cdr_fail(&inner, CDR_E_INVAL, "cli", "detect.no-record", "a record {\"id\": …, \"text\": …} is needed.");
    if (s == CDR_OK)
        s = filter_record(x, record, &inner);
    if (s == CDR_E_CANCELLED && inner.id && !strcmp(inner.id, "detect.output")) {
        if (err)
            *err = inner;
        return s;
    }
    if (s != CDR_OK)
        return cdr_fail(err, s, "cli", inner.id ? inner.id : "detect.bad-line", "%.200s, line %llu: %.250s", name, (unsigned long long)number, inner.text);
    return CDR_OK;
}

/* The whole lines at the beginning of what is pending; the rest moves to its front. */
static cdr_status filter_lines(filter *x, bool last, const char *name, uint64_t *number, cdr_err *err)
{
    size_t at = 0;
    cdr_status s = CDR_OK;
    while (s == CDR_OK && at < x->pending.len) {
        char *start = x->pending.data + at;
        const char *nl = memchr(start, '\n', x->pending.len - at);
        if (!nl && !last)
            break;
        size_t len = nl ? (size_t)(nl - start) : x->pending.len - at;
        s = filter_line(x, start, len, name, ++*number, err);
        /* Nothing of a bad line was written. */
        if (x->skip_bad && (s == CDR_E_INVAL || s == CDR_E_LIMIT)) {
            if (x->bad++ == 0 && err)
                x->first_bad = *err;
            s = CDR_OK;
        }
        at += len + 1;
    }
    at = CDR_MIN(at, x->pending.len);
    if (at) {
        memmove(x->pending.data, x->pending.data + at, x->pending.len - at);
        x->pending.len -= at;
    }
    return s;
}

static cdr_status filter_file(void *arg, int fd, const char *name, cdr_err *err)
{
    filter *x = arg;
    uint64_t number = 0;
    cdr_status folder = cdr_detect_not_folder(fd, name, err);
    if (folder != CDR_OK)
        return folder;
    cdr_buf_clear(&x->pending);
    for (;;) {
        if (cdr_cancelled(&x->job->cli->ctx))
            return cdr_fail(err, CDR_E_CANCELLED, "cli", "detect.stopped", "Stopped in %.200s.", name);
        if (cdr_buf_reserve(&x->pending, READ_BYTES) != CDR_OK)
            return cdr_fail(err, CDR_E_LIMIT, "cli", "detect.long-line", "%.200s, line %llu: longer than 256 MiB.", name, (unsigned long long)number + 1);
        ssize_t n = cdr_read_waiting(&x->job->cli->ctx, fd, x->pending.data + x->pending.len, READ_BYTES);
        if (n < 0 && errno == ECANCELED)
            continue;     /* told above */
        if (n < 0)
            return cdr_fail_errno(err, CDR_E_IO, "cli", "detect.read", errno, "Cannot read %.200s", name);
        x->pending.len += (size_t)n;
        bool fresh_line = n == 0 || memchr(x->pending.data + x->pending.len - (size_t)n, '\n', (size_t)n);
        cdr_status s = fresh_line ? filter_lines(x, n == 0, name, &number, err) : CDR_OK;
        if (s != CDR_OK || n == 0)
            return s;
    }
}

cdr_exit cdr_detect_print_ndjson(const cdr_detect_job *job)
{
    filter x = {.job = job, .pending = CDR_BUF(LINE_MAX_BYTES), .out = CDR_BUF(1u << 20), .skip_bad = cdr_opt_flag(job->cli, "skip-bad")};
    cdr_exit code = cdr_detect_each_file(job, filter_file, &x);
    if (x.bad > 0) {
        _cleanup_free_ char *shown = cdr_cli_shown(x.first_bad.text);
        fprintf(stderr, "candor: %llu line%s left out; the first: %s\n", (unsigned long long)x.bad, x.bad == 1 ? " was" : "s were", shown ? shown : "");
        code = CDR_MAX(code, CDR_EXIT_INCOMPLETE);
    }
    cdr_buf_wipe(&x.pending);
    cdr_buf_done(&x.out);
    return code;
}
