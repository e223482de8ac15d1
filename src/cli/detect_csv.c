/* SPDX-License-Identifier: Apache-2.0 */
/* Cells of a CSV and where they stand; which row is the header is decided as in a scan. */
#include "cli/detect_cells.h"

#include "base/mem.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define ROW_BYTES ((size_t)256 << 10)

typedef struct row { char *text; uint32_t starts[CDR_TABLE_COLUMNS_MAX + 1]; uint32_t count; } row;

typedef struct csv {
    char delimiter;
    unsigned char stops[256];
    uint32_t column;
    bool in_quotes;            /* of a cell that is taken in pieces */
    bool later;                /* the next piece belongs to the cell before */
    size_t names_from, names_to;      /* where the header stands; the same when there is none */
    bool is_value[CDR_TABLE_COLUMNS_MAX];   /* header cells that are values */
    row first, second;
} csv;

/* The closing quote of a cell whose inside begins at ${at}; ${len} when it is not in sight. */
static size_t closing(const char *text, size_t at, size_t len)
{
    for (;;) {
        const char *q = memchr(text + at, '"', len - at);
        if (!q)
            return len;
        at = (size_t)(q - text);
        if (at + 1 >= len || text[at + 1] != '"')
            return at;
        at += 2;
    }
}

static size_t stop_from(const csv *c, const char *text, size_t at, size_t len)
{
    while (at < len && !c->stops[(unsigned char)text[at]])
        at++;
    return at;
}

/* Behind the stop at ${at}. */
static size_t pass_stop(csv *c, const char *text, size_t at, size_t len)
{
    if (at >= len)
        return at;
    bool same_row = text[at] == c->delimiter;
    c->column = same_row ? c->column + 1 : 0;
    return at + (text[at] == '\r' && at + 1 < len && text[at + 1] == '\n' ? 2 : 1);
}

static cdr_status column_of(cdr_cells *t, csv *c, uint32_t *ret, cdr_err *err)
{
    uint32_t columns = cdr_table_columns(t->table), ignored;
    while (columns <= c->column && columns < CDR_TABLE_COLUMNS_MAX) {
        char name[32];
        snprintf(name, sizeof name, "column %u", columns + 1);
        cdr_status s = cdr_table_add_column(t->table, name, strlen(name), &ignored, err);
        if (s != CDR_OK)
            return s;
        columns = cdr_table_columns(t->table);
    }
    *ret = CDR_MIN(c->column, CDR_TABLE_COLUMNS_MAX - 1u);
    return CDR_OK;
}

static cdr_status put(cdr_cells *t, csv *c, size_t start, size_t end, cdr_cell_syntax syntax, cdr_err *err)
{
    uint32_t column;
    if (end == start)
        return CDR_OK;
    if (t->base + start >= c->names_from && t->base + start < c->names_to && !c->is_value[CDR_MIN(c->column, CDR_TABLE_COLUMNS_MAX - 1u)])
        return CDR_OK;
    cdr_status s = column_of(t, c, &column, err);
    if (s == CDR_OK)
        s = cdr_cells_add(t, column, start, end, syntax, c->later, err);
    c->later = true;
    return s;
}

static cdr_status inside_quotes(cdr_cells *t, csv *c, cdr_err *err)
{
    size_t end = closing(t->text.data, t->pos, t->text.len), start = t->pos;
    bool cut = end == t->text.len || (end + 1 == t->text.len && !t->last);
    if (cut && !cdr_cells_must_go_on(t))
        return CDR_NEED_MORE;
    /* A quote at the very end may be the first of two: it waits. */
    size_t next = end == t->text.len ? end : cut ? end : end + 1;
    if (cut && !t->last && next == start)
        return CDR_NEED_MORE;
    c->in_quotes = cut && !t->last;
    t->pos = next;
    return put(t, c, start, end, CDR_CELL_CSV_QUOTED, err);
}

static cdr_status step(cdr_cells *t, cdr_err *err)
{
    csv *c = t->state;
    const char *text = t->text.data;
    if (c->in_quotes)
        return inside_quotes(t, c, err);
    if (text[t->pos] == '"' && !c->later) {
        size_t end = closing(text, t->pos + 1, t->text.len);
        if (end + 1 >= t->text.len && !cdr_cells_must_go_on(t))
            return CDR_NEED_MORE;
        t->pos++;
        c->in_quotes = true;
        return t->pos < t->text.len ? inside_quotes(t, c, err) : CDR_OK;
    }
    size_t stop = stop_from(c, text, t->pos, t->text.len), start = t->pos;
    bool cut = stop == t->text.len || (text[stop] == '\r' && stop + 1 == t->text.len);
    if (cut && !cdr_cells_must_go_on(t))
        return CDR_NEED_MORE;
    cdr_status s = put(t, c, start, stop, CDR_CELL_CSV, err);
    t->pos = pass_stop(c, text, stop, t->text.len);
    c->later = stop == t->text.len;
    return s;
}

/* --- the header --- */

static bool keep(row *r, const char *raw, size_t len, bool quoted)
{
    size_t at = r->starts[r->count];
    if (r->count == CDR_TABLE_COLUMNS_MAX || at + len + 1 > ROW_BYTES)
        return false;
    for (size_t i = 0; i < len; i++) {
        i += quoted && raw[i] == '"' && i + 1 < len && raw[i + 1] == '"';
        r->text[at++] = raw[i];
    }
    r->text[at++] = '\n';
    r->starts[++r->count] = (uint32_t)at;
    return true;
}

/* The row at ${at}: returns where the next begins; 0 when it is not whole or too large. */
static size_t read_row(csv *c, const char *text, size_t len, bool last, size_t at, row *r)
{
    r->count = 0;
    r->starts[0] = 0;
    for (;;) {
        bool quoted = at < len && text[at] == '"';
        size_t start = at + quoted, end = quoted ? closing(text, start, len) : stop_from(c, text, at, len);
        size_t stop = stop_from(c, text, CDR_MIN(quoted ? end + 1 : end, len), len);
        if ((stop >= len && !last) || !keep(r, text + start, end - start, quoted))
            return 0;
        char sign = stop < len ? text[stop] : '\n';
        at = stop < len ? stop + (sign == '\r' && stop + 1 < len && text[stop + 1] == '\n' ? 2 : 1) : len;
        if (sign != c->delimiter)
            return at;
    }
}

static bool is_empty(const row *r)
{
    return r->count == 1 && r->starts[1] == 1;
}

static cdr_status name_columns(cdr_cells *t, csv *c, cdr_err *err)
{
    cdr_status s = CDR_OK;
    for (uint32_t i = 0; s == CDR_OK && i < c->first.count; i++) {
        const char *name = c->first.text + c->first.starts[i];
        size_t len = CDR_MIN((size_t)(c->first.starts[i + 1] - c->first.starts[i] - 1), (size_t)256);
        uint32_t at;
        c->column = i;
        s = len ? cdr_table_add_column(t->table, name, len, &at, err) : column_of(t, c, &at, err);
        if (s != CDR_OK || !len)
            continue;
        const cdr_table_col *col = &t->table->columns[at];
        c->is_value[i] = col->name_len != len || memcmp(col->name, name, len) != 0;
        if (c->is_value[i] && col->count)
            s = cdr_table_row_end(t->table, 0, err);
    }
    return s;
}

static cdr_status find_header(cdr_cells *t, csv *c, cdr_err *err)
{
    const char *text = t->text.data;
    size_t len = t->text.len, at = 0, next = 0;
    bool told = false;
    while (at < len) {
        next = read_row(c, text, len, t->last, at, &c->first);
        bool hint = next && !told && c->first.starts[1] == 5 && c->first.count == 2 && !strncasecmp(c->first.text, "sep=", 4);
        if (!next || !(is_empty(&c->first) || hint))
            break;
        told |= hint;
        at = next;
    }
    if (!next || at >= len)
        return CDR_OK;
    c->second.count = 0;
    c->second.starts[0] = 0;
    size_t after = next < len ? read_row(c, text, len, t->last, next, &c->second) : next;
    bool two = after > next;
    if (!cdr_row_is_header(t->rules, c->first.text, c->first.starts, c->first.count, two ? c->second.text : "", c->second.starts, two ? c->second.count : 0))
        return CDR_OK;
    c->names_from = at;
    c->names_to = next;
    return name_columns(t, c, err);
}

static cdr_status begin(cdr_cells *t, cdr_err *err)
{
    csv *c = t->state = cdr_alloc(sizeof *c);
    if (!c)
        return cdr_fail_nomem(err, "cli");
    c->delimiter = t->source->delimiter ? t->source->delimiter : ',';
    c->stops[(unsigned char)c->delimiter] = c->stops['\n'] = c->stops['\r'] = 1;
    c->first.text = cdr_alloc(ROW_BYTES + 1);
    c->second.text = cdr_alloc(ROW_BYTES + 1);
    return c->first.text && c->second.text ? find_header(t, c, err) : cdr_fail_nomem(err, "cli");
}

static void rewind_(cdr_cells *t)
{
    csv *c = t->state;
    c->column = 0;
    c->in_quotes = c->later = false;
}

static void end(cdr_cells *t)
{
    csv *c = t->state;
    cdr_free(c->first.text);
    cdr_free(c->second.text);
    cdr_free(c);
}

const cdr_cells_reader cdr_cells_csv = {begin, rewind_, step, end};
