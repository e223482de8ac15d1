/* SPDX-License-Identifier: Apache-2.0 */
/* Text of any size through one buffer. Windows end at a line's end where there is one: what stands on a line is then judged as a
 * whole; a longer line is cut, with as much context kept as finders look at. */
#include "cli/detect.h"

#include "base/io.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define BUFFER_BYTES (256u << 10)
#define CONTEXT_BYTES 512u
#define LINE_SEARCH (16u << 10)

typedef struct stream {
    const cdr_detect_job *job;
    const cdr_detect_sink *sink;
    const char *buffer;
    size_t have;
    uint64_t base;          /* offset of the buffer in the text */
    cdr_err *err;
} stream;

static cdr_status on_finding(void *arg, const cdr_finding *f)
{
    stream *s = arg;
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

static cdr_status read_more(const cdr_ctx *ctx, int fd, char *buffer, size_t *have, bool *last, const char *name, cdr_err *err)
{
    while (*have < BUFFER_BYTES) {
        ssize_t n = cdr_read_waiting(ctx, fd, buffer + *have, BUFFER_BYTES - *have);
        if (n < 0 && errno == ECANCELED)
            return cdr_fail(err, CDR_E_CANCELLED, "cli", "detect.stopped", "Stopped in %.200s.", name);
        if (n < 0)
            return cdr_fail_errno(err, CDR_E_IO, "cli", "detect.read", errno, "Cannot read %.200s", name);
        if (n == 0) {
            *last = true;
            return CDR_OK;
        }
        *have += (size_t)n;
    }
    return CDR_OK;
}

cdr_status cdr_detect_stream(const cdr_detect_job *job, int fd, const char *name, const cdr_detect_sink *sink, cdr_err *err)
{
    _cleanup_free_ char *buffer = cdr_alloc(BUFFER_BYTES);
    if (!buffer)
        return cdr_fail_nomem(err, "cli");
    stream s = {.job = job, .sink = sink, .buffer = buffer, .err = err};
    size_t have = 0, from = 0;
    for (bool last = false; !last;) {
        if (cdr_cancelled(&job->cli->ctx))
            return cdr_fail(err, CDR_E_CANCELLED, "cli", "detect.stopped", "Stopped in %.200s.", name);
        cdr_status st = read_more(&job->cli->ctx, fd, buffer, &have, &last, name, err);
        if (st != CDR_OK)
            return st;
        s.have = have;
        size_t to = window_end(buffer, have, from, last);
        st = cdr_detect_window(job->ruleset, job->scratch, buffer, have, from, to, NULL, on_finding, &s, err);
        if (st == CDR_OK && sink->passed)
            st = sink->passed(sink->arg, buffer, have, s.base, to, err);
        if (st != CDR_OK)
            return st;
        size_t drop = to > CONTEXT_BYTES ? to - CONTEXT_BYTES : 0;
        memmove(buffer, buffer + drop, have - drop);
        have -= drop;
        from = to - drop;
        s.base += drop;
    }
    return CDR_OK;
}
