/* SPDX-License-Identifier: Apache-2.0 */
/* One stream: its beginning is looked at, then all of it goes through the filter. */
#include "cli/minimise.h"

#include <errno.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

typedef struct stream {
    cdr_minimise_job *job;
    int fd;
    const char *name;
    char *sample; size_t len, at;
    bool ended;
    cdr_minimise_decoder decoder;
    char *decoded; size_t decoded_len, decoded_at;   /* what was read of another encoding, in UTF-8 */
} stream;

#define RAW_BYTES ((size_t)64 << 10)
#define DECODED_BYTES (RAW_BYTES * 4)

static cdr_status read_raw(stream *s, void *buf, size_t cap, size_t *ret, cdr_err *err)
{
    ssize_t n = cdr_read_waiting(&s->job->cli->ctx, s->fd, buf, cap);
    *ret = n > 0 ? (size_t)n : 0;
    if (n < 0 && errno == ECANCELED)
        return cdr_fail(err, CDR_E_CANCELLED, "cli", "minimise.stopped", "Stopped; what was written ends with a whole record.");
    return n < 0 ? cdr_fail_errno(err, CDR_E_IO, "cli", "minimise.read", errno, "%.200s cannot be read", s->name) : CDR_OK;
}

static cdr_status read_fd(stream *s, void *buf, size_t cap, size_t *ret, cdr_err *err)
{
    if (s->decoder.is == CDR_ENCODING_UTF8)
        return read_raw(s, buf, cap, ret, err);
    if (!s->decoded)
        s->decoded = cdr_alloc(DECODED_BYTES + RAW_BYTES);
    cdr_status st = s->decoded ? CDR_OK : cdr_fail_nomem(err, "cli");
    /* A byte alone, or one half of a pair, is no sign yet: 0 would be the end. */
    for (size_t n = 1; st == CDR_OK && n && s->decoded_at == s->decoded_len;) {
        char *raw = s->decoded + DECODED_BYTES;
        s->decoded_at = s->decoded_len = 0;
        st = read_raw(s, raw, RAW_BYTES, &n, err);
        if (st == CDR_OK)
            st = cdr_minimise_decode(&s->decoder, s->name, (const unsigned char *)raw, n, s->decoded, &s->decoded_len, err);
    }
    *ret = st == CDR_OK ? CDR_MIN(cap, s->decoded_len - s->decoded_at) : 0;
    if (*ret)
        memcpy(buf, s->decoded + s->decoded_at, *ret);
    s->decoded_at += *ret;
    return st;
}

/* The beginning first, as it was looked at. */
static cdr_status read_on(void *arg, void *buf, size_t cap, size_t *ret, cdr_err *err)
{
    stream *s = arg;
    size_t n = CDR_MIN(cap, s->len - s->at);
    if (n) {
        memcpy(buf, s->sample + s->at, n);
        s->at += n;
        *ret = n;
        return CDR_OK;
    }
    *ret = 0;
    return s->ended ? CDR_OK : read_fd(s, buf, cap, ret, err);
}

static cdr_status write_on(void *arg, const void *data, size_t len, cdr_err *err)
{
    stream *s = arg;
    s->job->last = len ? ((const char *)data)[len - 1] : s->job->last;
    if (s->job->dry)
        return CDR_OK;
    if (s->job->out)
        return cdr_outfile_add(s->job->out, data, len, err);
    cdr_status st = cdr_write_all(STDOUT_FILENO, data, len, err);
    s->job->gone = st != CDR_OK && errno == EPIPE;
    return st == CDR_OK ? st : cdr_fail_errno(err, CDR_E_IO, "cli", "minimise.output", errno, "The output cannot be written");
}

static cdr_status take_sample(stream *s, cdr_err *err)
{
    s->sample = cdr_alloc(CDR_FILTER_SAMPLE);
    cdr_status st = s->sample ? CDR_OK : cdr_fail_nomem(err, "cli");
    while (st == CDR_OK && !s->ended && s->len < CDR_FILTER_SAMPLE) {
        size_t n;
        st = read_fd(s, s->sample + s->len, CDR_FILTER_SAMPLE - s->len, &n, err);
        s->len += n;
        s->ended = st == CDR_OK && n == 0;
    }
    return st;
}

static cdr_filter_format format_of(const char *word)
{
    static const struct { const char *word; cdr_filter_format format; } words[] = {
        {"auto", CDR_FILTER_AUTO}, {"csv", CDR_FILTER_CSV}, {"ndjson", CDR_FILTER_NDJSON}, {"json", CDR_FILTER_JSON}, {"text", CDR_FILTER_TEXT}};
    for (size_t i = 0; word && i < CDR_COUNT(words); i++)
        if (!strcmp(word, words[i].word))
            return words[i].format;
    return CDR_FILTER_AUTO;
}

/* As asked for, or as its name says; the rest its beginning shows. */
static cdr_filter_format format_for(const cdr_minimise_job *job, const char *name)
{
    static const struct { const char *ending; cdr_filter_format format; } endings[] = {
        {".csv", CDR_FILTER_CSV}, {".tsv", CDR_FILTER_CSV}, {".tab", CDR_FILTER_CSV}, {".ndjson", CDR_FILTER_NDJSON}, {".jsonl", CDR_FILTER_NDJSON}, {".json", CDR_FILTER_JSON},
        {".txt", CDR_FILTER_TEXT}, {".log", CDR_FILTER_TEXT}, {".md", CDR_FILTER_TEXT}};
    cdr_filter_format f = format_of(cdr_opt_text(job->cli, "in"));
    size_t n = strlen(name);
    for (size_t i = 0; f == CDR_FILTER_AUTO && i < CDR_COUNT(endings); i++) {
        size_t e = strlen(endings[i].ending);
        if (n > e && !strcasecmp(name + n - e, endings[i].ending))
            f = endings[i].format;
    }
    return f;
}

static cdr_filter_header header_of(const char *word)
{
    return word && !strcmp(word, "yes") ? CDR_FILTER_HEADER_YES : word && !strcmp(word, "no") ? CDR_FILTER_HEADER_NO : CDR_FILTER_HEADER_AUTO;
}

/* Where one file ended without a line end, the next one begins on a line of its own, without a mark. */
static cdr_status join(stream *s, cdr_err *err)
{
    if (!json_array_size(s->job->inputs))
        return CDR_OK;
    if (s->len >= 3 && !memcmp(s->sample, "\xef\xbb\xbf", 3))
        s->at = 3;
    return s->job->last && s->job->last != '\n' ? write_on(s, "\n", 1, err) : CDR_OK;
}

/* What begins with encrypted values has no header. */
static bool begins_sealed(const stream *s)
{
    const char *line = memchr(s->sample, '\n', s->len);
    return memmem(s->sample, line ? (size_t)(line - s->sample) : s->len, CDR_SEALED_MARK, sizeof CDR_SEALED_MARK - 1) != NULL;
}

static cdr_status open_again(stream *s, cdr_filter_format format, cdr_err *err)
{
    cdr_minimise_job *job = s->job;
    cdr_filter_header header = header_of(cdr_opt_text(job->cli, "header"));
    cdr_filter_spec spec = {.format = format, .open = true, .headless = header == CDR_FILTER_HEADER_NO || (header == CDR_FILTER_HEADER_AUTO && begins_sealed(s)), .keys = job->keys, .ctx = &job->cli->ctx, .name = s->name};
    cdr_filter_counts counts = {0};
    spec.other.transform.form = CDR_FORM_PLAIN;
    cdr_status st = cdr_filter_run(&spec, read_on, write_on, s, &counts, err), noted = cdr_minimise_note(job, s->name, NULL, &spec, &counts, st == CDR_OK ? err : NULL);
    return st == CDR_OK ? noted : st;
}

static cdr_status filter(stream *s, cdr_filter_format format, cdr_err *err)
{
    cdr_minimise_job *job = s->job;
    cdr_filter_counts counts = {0};
    cdr_filter_plan *plan;
    cdr_filter_ask ask = {.purpose = job->purpose, .map = job->map, .ruleset = job->ruleset, .watch_ruleset = job->watch, .keys = job->keys, .consents = job->consents,
                          .ctx = &job->cli->ctx, .format = format, .header = header_of(cdr_opt_text(job->cli, "header")), .name = s->name};
    cdr_status st = cdr_filter_plan_make(&ask, s->sample, s->len, s->ended, job->arena, &plan, err);
    if (st != CDR_OK)
        return st;
    st = cdr_filter_run(&plan->spec, read_on, write_on, s, &counts, err);
    if (st == CDR_OK && plan->failed)
        st = cdr_fail_nomem(err, "cli");
    /* What was handed on before it failed counts all the same. */
    cdr_status noted = cdr_minimise_note(job, s->name, plan, &plan->spec, &counts, st == CDR_OK ? err : NULL);
    return st == CDR_OK ? noted : st;
}

cdr_status cdr_minimise_stream(cdr_minimise_job *job, int fd, const char *name, cdr_err *err)
{
    stream s = {.job = job, .fd = fd, .name = name, .decoder.is = cdr_minimise_encoding_of(cdr_opt_text(job->cli, "encoding"))};
    cdr_filter_format format = format_for(job, name);
    cdr_status st = take_sample(&s, err);
    if (st == CDR_OK)
        st = join(&s, err);
    if (st == CDR_OK)
        st = job->opening ? open_again(&s, format, err) : filter(&s, format, err);
    if (s.sample)
        cdr_wipe(s.sample, CDR_FILTER_SAMPLE);
    cdr_free(s.sample);
    if (s.decoded)
        cdr_wipe(s.decoded, DECODED_BYTES + RAW_BYTES);
    cdr_free(s.decoded);
    return st;
}
