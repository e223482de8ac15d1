/* SPDX-License-Identifier: Apache-2.0 */
/* Dates of the rows of a CSV. Only the cells of trigger columns are looked at. A row that does not fit its header has no certain date. */
#include "core/minimise/retention_parts.h"

#include "base/csv.h"
#include "base/io.h"
#include "base/vec.h"
#include "candor/crypto.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define CHUNK ((size_t)256 << 10)
#define CELL_MAX ((size_t)4 << 20)
#define COLUMNS_MAX 4096u

typedef struct csv {
    cdr_rt_tally *t;
    const cdr_rt_source *src;
    char *names[COLUMNS_MAX];
    uint32_t columns;
    uint8_t wanted[COLUMNS_MAX];             /* bits of the wants that look at this column */
    bool headed, ragged;
    cdr_record_date dates[CDR_RT_WANTS];
} csv;

static void clear_row(csv *x)
{
    for (size_t i = 0; i < x->t->want_count; i++)
        x->dates[i] = (cdr_record_date){.kind = CDR_RECORD_NO_DATE};
    x->ragged = false;
}

static cdr_status header_cell(csv *x, uint32_t column, const char *s, size_t len)
{
    while (len > 0 && (unsigned char)*s <= ' ') {
        s++;
        len--;
    }
    while (len > 0 && (unsigned char)s[len - 1] <= ' ')
        len--;
    if (!(x->names[column] = cdr_strndup(s, len)))
        return CDR_E_NOMEM;
    x->columns = column + 1;
    return CDR_OK;
}

static cdr_status on_cell(void *arg, uint64_t row, uint32_t column, const char *s, size_t len)
{
    csv *x = arg;
    (void)row;
    if (!x->headed)
        return header_cell(x, column, s, len);
    if (column >= x->columns) {
        x->ragged = x->ragged || len > 0;    /* commas at the end of a line are no cells */
        return CDR_OK;
    }
    for (uint8_t bits = x->wanted[column], i = 0; bits; bits = (uint8_t)(bits >> 1), i++)
        if (bits & 1)
            cdr_record_date_read(s, len, &x->dates[i]);
    return CDR_OK;
}

/* The header is complete. CDR_DONE: there is nothing to read. */
static cdr_status on_header(csv *x)
{
    x->headed = true;
    if (!cdr_rt_columns(x->t, (const char *const *)x->names, x->columns, x->src->mtime_us))
        return CDR_DONE;
    if (cdr_rt_is_file(x->t)) {
        cdr_rt_file_row(x->t);
        return CDR_DONE;
    }
    for (size_t i = 0; i < x->t->want_count; i++)
        for (uint32_t c = 0; x->t->columns[i].found && c < x->columns; c++)
            if (!strcmp(x->names[c], x->t->columns[i].name)) {
                x->wanted[c] |= (uint8_t)(1u << i);
                break;
            }
    clear_row(x);
    return CDR_OK;
}

static cdr_status on_row(void *arg, uint64_t row, uint32_t columns)
{
    csv *x = arg;
    (void)row;
    (void)columns;
    if (!x->headed)
        return on_header(x);
    for (size_t i = 0; x->ragged && i < x->t->want_count; i++)
        x->dates[i] = (cdr_record_date){.kind = CDR_RECORD_UNREADABLE};
    cdr_rt_row(x->t, x->dates);
    clear_row(x);
    return CDR_OK;
}

/* --- what kind of CSV --- */

/* The sign that stands most often in the first line outside of quotes. */
static char delimiter_of(const char *s, size_t len, const char *format)
{
    static const char signs[] = {',', ';', '\t', '|'};
    size_t counts[sizeof signs] = {0}, best = 0;
    bool quoted = false;
    if (!strcmp(format, "tsv"))
        return '\t';
    for (size_t i = 0; i < len && (quoted || (s[i] != '\n' && s[i] != '\r')); i++) {
        quoted ^= s[i] == '"';
        const char *sign = quoted ? NULL : memchr(signs, s[i], sizeof signs);
        if (sign)
            counts[sign - signs]++;
    }
    for (size_t i = 1; i < sizeof signs; i++)
        if (counts[i] > counts[best])
            best = i;
    return signs[best];
}

/* Bytes before the header: a byte order mark, Excel's "sep=;" line. */
static size_t preamble(const char *s, size_t len, char *delimiter)
{
    size_t at = len >= 3 && !memcmp(s, "\xef\xbb\xbf", 3) ? 3 : 0;
    if (len - at > 5 && !memcmp(s + at, "sep=", 4) && (s[at + 5] == '\n' || s[at + 5] == '\r')) {
        *delimiter = s[at + 4];
        at += 6;
        at += at < len && s[at] == '\n';
    }
    return at;
}

static bool is_wide(const char *s, size_t len)
{
    return len >= 2 && (!memcmp(s, "\xff\xfe", 2) || !memcmp(s, "\xfe\xff", 2) || memchr(s, 0, CDR_MIN(len, (size_t)1024)));
}

/* --- reading --- */

static cdr_status feed_file(csv *x, cdr_csv_reader **reader, char *chunk, cdr_err *err)
{
    cdr_csv_events events = {on_cell, on_row};
    cdr_status s = CDR_OK;
    ssize_t n = 1;
    for (off_t at = 0; s == CDR_OK && n > 0; at += n) {
        if (cdr_cancelled(x->src->ctx))
            return cdr_fail(err, CDR_E_CANCELLED, "minimise", "retention.stopped", "Stopped; what was counted so far is kept.");
        while ((n = pread(x->src->fd, chunk, CHUNK, at)) < 0 && errno == EINTR)
            ;
        if (n < 0) {
            cdr_rt_problem(x->t, "it cannot be read (%s)", strerror(errno));
            return CDR_OK;
        }
        size_t skip = 0;
        if (at == 0) {
            if (is_wide(chunk, (size_t)n)) {
                cdr_rt_problem(x->t, "it is not written in UTF-8");
                return CDR_OK;
            }
            char delimiter = 0;
            skip = preamble(chunk, (size_t)n, &delimiter);
            delimiter = delimiter ? delimiter : delimiter_of(chunk + skip, (size_t)n - skip, x->src->format);
            if (!(*reader = cdr_csv_reader_new(delimiter, CELL_MAX, COLUMNS_MAX, &events, x)))
                return cdr_fail_nomem(err, "minimise");
        }
        s = cdr_csv_feed(*reader, chunk + skip, (size_t)n - skip, false, err);
        if (x->src->progress)
            x->src->progress(x->src->arg, (uint64_t)n, x->t->rows);
    }
    if (s == CDR_OK && cdr_csv_in_quotes(*reader))
        cdr_rt_problem(x->t, "a quotation mark in it is never closed, so that its rows cannot be told apart");
    return s == CDR_OK ? cdr_csv_feed(*reader, "", 0, true, err) : s;
}

static cdr_status pass(csv *x, cdr_err *err)
{
    cdr_csv_reader *reader = NULL;
    _cleanup_free_ char *chunk = cdr_alloc(CHUNK);
    cdr_status s = chunk ? feed_file(x, &reader, chunk, err) : cdr_fail_nomem(err, "minimise");
    cdr_csv_reader_free(reader);
    if (chunk)
        cdr_wipe(chunk, CHUNK);
    for (uint32_t i = 0; i < COLUMNS_MAX; i++) {
        cdr_free(x->names[i]);
        x->names[i] = NULL;
    }
    if (s == CDR_E_LIMIT) {
        cdr_rt_problem(x->t, "a cell or row of it is larger than a table's can be");
        s = CDR_OK;
    }
    return s == CDR_E_NOMEM ? cdr_fail_nomem(err, "minimise") : s == CDR_DONE ? CDR_OK : s;
}

cdr_status cdr_rt_read_csv(cdr_rt_tally *t, const cdr_rt_source *src, cdr_err *err)
{
    _cleanup_free_ csv *x = cdr_alloc(sizeof *x);
    if (!x)
        return cdr_fail_nomem(err, "minimise");
    for (int i = 0; i < 2; i++) {
        *x = (csv){.t = t, .src = src};
        cdr_status s = pass(x, err);
        if (s != CDR_OK)
            return s;
        if (t->problem[0] || cdr_rt_end(t))
            break;
    }
    return CDR_OK;
}
