/* SPDX-License-Identifier: Apache-2.0 */
/* Push parser for RFC 4180 and what people make of it: bare quotes inside a cell are text, any of LF, CR LF and CR ends a
 * row, text after a closing quote belongs to the cell. A cell that lies whole in one piece of input is handed on without a
 * copy. */
#include "base/csv.h"

#include <string.h>

typedef enum place { AT_CELL_START, IN_PLAIN, IN_QUOTED, AFTER_QUOTE, AFTER_CR } place;

struct cdr_csv_reader {
    cdr_csv_events events;
    void *arg;
    cdr_buf cell;           /* what came of a cell before this piece, or had quotes taken out */
    uint64_t row;
    uint32_t column, max_columns;
    place place;
    char delimiter;
    bool row_has_cells;
};

cdr_csv_reader *cdr_csv_reader_new(char delimiter, size_t max_cell, uint32_t max_columns, const cdr_csv_events *ev, void *arg)
{
    cdr_csv_reader *r = cdr_alloc(sizeof *r);
    if (!r)
        return NULL;
    r->events = *ev;
    r->arg = arg;
    r->cell = CDR_BUF(max_cell);
    r->max_columns = max_columns;
    r->delimiter = delimiter;
    return r;
}

void cdr_csv_reader_free(cdr_csv_reader *r)
{
    if (!r)
        return;
    cdr_buf_wipe(&r->cell);
    cdr_free(r);
}

bool cdr_csv_in_quotes(const cdr_csv_reader *r)
{
    return r->place == IN_QUOTED;
}

static cdr_status limit(const cdr_csv_reader *r, cdr_err *err)
{
    return cdr_fail(err, CDR_E_LIMIT, "base", "csv.limit", "Row %llu has a cell of more than %zu bytes or more than %u columns.",
                    (unsigned long long)r->row + 1, r->cell.max, r->max_columns);
}

static cdr_status keep(cdr_csv_reader *r, const char *s, size_t len, cdr_err *err)
{
    cdr_status s_add = cdr_buf_add(&r->cell, s, len);
    if (s_add == CDR_OK)
        return CDR_OK;
    return s_add == CDR_E_LIMIT ? limit(r, err) : cdr_fail_nomem(err, "base");
}

/* ${s} is the part of the cell in this piece of input; the part before it may stand in r->cell. */
static cdr_status end_cell(cdr_csv_reader *r, const char *s, size_t len, cdr_err *err)
{
    if (r->column >= r->max_columns || len > r->cell.max)
        return limit(r, err);
    if (r->cell.len > 0) {
        cdr_status st = keep(r, s, len, err);
        if (st != CDR_OK)
            return st;
        s = r->cell.data;
        len = r->cell.len;
    }
    r->row_has_cells = true;
    cdr_status st = r->events.cell(r->arg, r->row, r->column++, s, len);
    cdr_buf_clear(&r->cell);
    return st;
}

static cdr_status end_row(cdr_csv_reader *r)
{
    cdr_status s = r->row_has_cells && r->events.end_row ? r->events.end_row(r->arg, r->row, r->column) : CDR_OK;
    if (r->row_has_cells)
        r->row++;
    r->column = 0;
    r->row_has_cells = false;
    r->place = AT_CELL_START;
    return s;
}

/* Bytes of a plain cell from ${p}: up to delimiter or line end. */
static const char *plain_end(const char *p, const char *end, char delimiter)
{
    while (p < end && *p != delimiter && *p != '\n' && *p != '\r')
        p++;
    return p;
}

/* At a delimiter or line end that closes the cell whose bytes in this piece are [from, p). */
static cdr_status close_cell(cdr_csv_reader *r, const char *from, const char *p, cdr_err *err)
{
    cdr_status s = end_cell(r, from, (size_t)(p - from), err);
    if (s != CDR_OK)
        return s;
    if (*p == r->delimiter) {
        r->place = AT_CELL_START;
        return CDR_OK;
    }
    s = end_row(r);
    if (*p == '\r')
        r->place = AFTER_CR;
    return s;
}

static cdr_status feed_plain(cdr_csv_reader *r, const char **pp, const char *end, cdr_err *err)
{
    const char *from = *pp, *p = plain_end(from, end, r->delimiter);
    *pp = p;
    r->place = IN_PLAIN;
    if (p == end)
        return keep(r, from, (size_t)(p - from), err);
    *pp = p + 1;
    return close_cell(r, from, p, err);
}

static cdr_status feed_quoted(cdr_csv_reader *r, const char **pp, const char *end, cdr_err *err)
{
    const char *from = *pp;
    const char *quote = memchr(from, '"', (size_t)(end - from));
    *pp = quote ? quote + 1 : end;
    if (quote)
        r->place = AFTER_QUOTE;
    return keep(r, from, (size_t)((quote ? quote : end) - from), err);
}

static cdr_status feed_start(cdr_csv_reader *r, const char **pp, const char *end, cdr_err *err)
{
    const char *p = *pp;
    if (*p == '"') {
        r->place = IN_QUOTED;
        *pp = p + 1;
        return CDR_OK;
    }
    /* An empty line is no row. */
    if (r->column == 0 && (*p == '\n' || *p == '\r')) {
        r->place = *p == '\r' ? AFTER_CR : AT_CELL_START;
        *pp = p + 1;
        return CDR_OK;
    }
    return feed_plain(r, pp, end, err);
}

static cdr_status feed_after_quote(cdr_csv_reader *r, const char **pp, cdr_err *err)
{
    const char *p = *pp;
    if (*p == '"') {
        r->place = IN_QUOTED;
        *pp = p + 1;
        return keep(r, "\"", 1, err);
    }
    if (*p == r->delimiter || *p == '\n' || *p == '\r') {
        *pp = p + 1;
        return close_cell(r, p, p, err);
    }
    r->place = IN_PLAIN;
    return CDR_OK;
}

static cdr_status finish(cdr_csv_reader *r, cdr_err *err)
{
    if (r->place == AFTER_CR || (r->place == AT_CELL_START && r->column == 0))
        return CDR_OK;
    cdr_status s = end_cell(r, "", 0, err);
    return s == CDR_OK ? end_row(r) : s;
}

cdr_status cdr_csv_feed(cdr_csv_reader *r, const char *data, size_t len, bool last, cdr_err *err)
{
    const char *p = data, *end = data + len;
    while (p < end) {
        cdr_status s = CDR_OK;
        switch (r->place) {
        case AFTER_CR:
            r->place = AT_CELL_START;
            if (*p == '\n')
                p++;
            break;
        case AT_CELL_START: s = feed_start(r, &p, end, err); break;
        case IN_PLAIN: s = feed_plain(r, &p, end, err); break;
        case IN_QUOTED: s = feed_quoted(r, &p, end, err); break;
        case AFTER_QUOTE: s = feed_after_quote(r, &p, err); break;
        }
        if (s != CDR_OK)
            return s;
    }
    return last ? finish(r, err) : CDR_OK;
}
