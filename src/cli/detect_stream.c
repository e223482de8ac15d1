/* SPDX-License-Identifier: Apache-2.0 */
/* Text of any size through one buffer. Windows end at a line's end where there is one: what stands on a line is then judged as a
 * whole; a longer line is cut, with as much context kept as finders look at. */
#include "cli/detect_mail.h"
#include "cli/detect_source.h"

#include "base/mem.h"

#include <string.h>

#define BUFFER_BYTES (256u << 10)
#define CONTEXT_BYTES 512u
#define LINE_SEARCH (16u << 10)

typedef struct stream {
    const cdr_detect_job *job;
    const cdr_detect_sink *sink;
    const char *buffer;
    size_t have;
    uint64_t base;          /* offset of the buffer in the text */
    cdr_detect_mail *mail;  /* NULL: no mails */
    cdr_err *err;
} stream;

static cdr_status on_finding(void *arg, const cdr_finding *f)
{
    stream *s = arg;
    if (s->mail)
        return cdr_detect_mail_keep(s->mail, f);
    return cdr_detect_wanted(s->job, f) ? s->sink->found(s->sink->arg, s->buffer, s->have, s->base, f, s->err) : CDR_OK;
}

/* Where the window ends: after the last line that is whole, with context left behind it unless the text ends. */
static size_t window_end(const char *buffer, size_t have, size_t from, bool last)
{
    if (last)
        return have;
    size_t to = have > from + CONTEXT_BYTES ? have - CONTEXT_BYTES : from, low = to > from + LINE_SEARCH ? to - LINE_SEARCH : from;
    const char *nl = to > low ? memrchr(buffer + low, '\n', to - low) : NULL;
    return nl ? (size_t)(nl - buffer) + 1 : to;
}

static cdr_status read_more(cdr_detect_source *source, char *buffer, size_t *have, bool *last, cdr_err *err)
{
    while (BUFFER_BYTES - *have >= 64) {
        size_t n;
        cdr_status s = cdr_detect_source_read(source, buffer + *have, BUFFER_BYTES - *have, &n, err);
        *last = n == 0;
        if (s != CDR_OK || *last)
            return s;
        *have += n;
    }
    return CDR_OK;
}

/* Findings of a window of mails, with the names beside addresses in between. */
static cdr_status tell_mail(stream *s, size_t from, size_t to)
{
    size_t count;
    const cdr_finding *f;
    cdr_status st = cdr_detect_mail_merge(s->mail, s->buffer, s->have, from, to, &f, &count, s->err);
    for (size_t i = 0; st == CDR_OK && i < count; i++)
        if (cdr_detect_wanted(s->job, &f[i]))
            st = s->sink->found(s->sink->arg, s->buffer, s->have, s->base, &f[i], s->err);
    return st;
}

static cdr_status one_window(stream *s, size_t from, size_t to)
{
    cdr_status st = cdr_detect_window(s->job->ruleset, s->job->scratch, s->buffer, s->have, from, to, NULL, on_finding, s, s->err);
    if (st == CDR_OK && s->mail)
        st = tell_mail(s, from, to);
    return st == CDR_OK && s->sink->passed ? s->sink->passed(s->sink->arg, s->buffer, s->have, s->base, to, s->err) : st;
}

static cdr_status read_windows(stream *s, cdr_detect_source *source, char *buffer)
{
    size_t have = 0, from = 0;
    for (bool last = false; !last;) {
        if (cdr_cancelled(&s->job->cli->ctx))
            return cdr_fail(s->err, CDR_E_CANCELLED, "cli", "detect.stopped", "Stopped in %.200s.", source->name);
        cdr_status st = read_more(source, buffer, &have, &last, s->err);
        if (st != CDR_OK)
            return st;
        s->have = have;
        size_t to = window_end(buffer, have, from, last);
        st = one_window(s, from, to);
        if (st != CDR_OK)
            return st;
        size_t drop = to > CONTEXT_BYTES ? to - CONTEXT_BYTES : 0;
        memmove(buffer, buffer + drop, have - drop);
        have -= drop;
        from = to - drop;
        s->base += drop;
    }
    return CDR_OK;
}

cdr_status cdr_detect_stream(const cdr_detect_job *job, cdr_detect_source *source, const cdr_detect_sink *sink, cdr_err *err)
{
    _cleanup_free_ char *buffer = cdr_alloc(BUFFER_BYTES);
    if (!buffer)
        return cdr_fail_nomem(err, "cli");
    stream s = {.job = job, .sink = sink, .buffer = buffer, .err = err};
    cdr_status st = CDR_OK;
    if (!strcmp(source->format, "mbox") || !strcmp(source->format, "eml"))
        st = cdr_detect_mail_new(cdr_opt_flag(job->cli, "redact"), &s.mail, err);
    if (st == CDR_OK)
        st = read_windows(&s, source, buffer);
    source->encoded_parts = cdr_detect_mail_encoded(s.mail);
    cdr_detect_mail_free(s.mail);
    return st;
}
