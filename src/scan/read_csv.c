/* SPDX-License-Identifier: Apache-2.0 */
/* CSV and its relatives: any of four delimiters, quotes with doubled quotes inside, line breaks in quotes, rows of uneven
 * length, with or without a header. Nothing is refused: what breaks the rules is read as it stands. */
#include "scan/content_parts.h"
#include "scan/table_parts.h"

#include "base/buf.h"
#include "base/mem.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define ROW_CELLS CDR_TABLE_COLUMNS_MAX
#define ROW_BYTES ((size_t)256 * 1024)
#define HEAD_ROWS 5000u            /* rows that judge the columns before the rest is read in parts */

/* A row kept for a second look: the first two decide whether there is a header. */
typedef struct kept_row {
    cdr_buf text;                      /* cells, each followed by '\n' */
    uint32_t starts[ROW_CELLS + 1];
    uint32_t count;
} kept_row;

struct cdr_csv_state {
    cdr_buf cell;                      /* a cell that does not stand in the window in one piece */
    kept_row first, second;
    unsigned char stops[256];          /* delimiter and line ends */
    char delimiter;
    /* the row being read */
    kept_row *keep;                    /* cells go here instead of to the table */
    bool settled;                      /* the header has been decided on */
    uint32_t column;
    uint64_t row;
};

void cdr_csv_state_free(struct cdr_csv_state *s)
{
    if (!s)
        return;
    cdr_buf_wipe(&s->cell);
    cdr_buf_wipe(&s->first.text);
    cdr_buf_wipe(&s->second.text);
    cdr_free(s);
}

/* Fields of the row that begins at ${s}; ${ret_next} behind its line end, NULL when the row goes on past ${end}. */
static unsigned count_fields(const char *s, const char *end, char delimiter, const char **ret_next)
{
    unsigned n = 1;
    bool fresh = true;
    for (; s < end; s++) {
        if (*s == '"' && fresh) {
            for (s++; s < end && !(*s == '"' && (s + 1 >= end || s[1] != '"')); s++)
                s += *s == '"';
            fresh = false;
            continue;
        }
        fresh = *s == delimiter;
        n += fresh;
        if (*s == '\n') {
            *ret_next = s + 1;
            return n;
        }
    }
    *ret_next = NULL;
    return n;
}

typedef struct shape { unsigned fields, rows, same; } shape;

static bool blank(const char *s, const char *end)
{
    return s < end && (*s == '\n' || (*s == '\r' && s + 1 < end && s[1] == '\n'));
}

static void measure(const char *s, const char *end, char delimiter, bool whole, bool by_name, shape *ret)
{
    *ret = (shape){0};
    while (s < end && ret->rows < 40) {
        const char *next;
        if (blank(s, end)) {
            s += *s == '\r' ? 2 : 1;
            continue;
        }
        unsigned n = count_fields(s, end, delimiter, &next);
        if (!next && !whole && ret->rows > 0)
            break;
        if (ret->rows == 0)
            ret->fields = n;
        ret->rows++;
        ret->same += n == ret->fields;
        if (!next)
            break;
        s = next;
        /* Prose is left early: after four rows of another length none of 40 would do. */
        if (!by_name && ((ret->rows == 2 && ret->same < 2) || ret->rows - ret->same > 4))
            return;
    }
}

static bool ends(const char *name, const char *ending)
{
    size_t n = name ? strlen(name) : 0, e = strlen(ending);
    return n > e && !strcasecmp(name + n - e, ending);
}

static bool convincing(const shape *s, bool by_name)
{
    if (s->fields < 2)
        return false;
    if (by_name)
        return s->same * 10 >= s->rows * 6;
    return s->same * 10 >= s->rows * 9 && (s->fields > 2 ? s->rows >= 3 : s->rows >= 6);
}

char cdr_csv_sniff(const char *head, size_t len, bool whole, const char *name)
{
    static const char delimiters[] = {',', ';', '\t', '|'};
    const char *end = head + len, *nl = memchr(head, '\n', len);
    bool by_name = ends(name, ".csv") || ends(name, ".tsv") || ends(name, ".tab") || ends(name, ".psv");
    size_t first_line = nl ? (size_t)(nl - head) : len;
    /* Excel's own hint. */
    if (len > 5 && !strncasecmp(head, "sep=", 4) && first_line <= 6)
        return head[4];
    char best = 0;
    unsigned best_score = 0;
    for (size_t i = 0; i < sizeof delimiters; i++) {
        shape s;
        if (!memchr(head, delimiters[i], first_line))
            continue;
        measure(head, end, delimiters[i], whole, by_name, &s);
        unsigned score = s.rows ? s.same * 1000 / s.rows + CDR_MIN(s.fields, 200u) : 0;
        if (convincing(&s, by_name) && score > best_score) {
            best = delimiters[i];
            best_score = score;
        }
    }
    if (!best && by_name)
        best = ends(name, ".csv") ? ',' : ends(name, ".psv") ? '|' : '\t';
    return best;
}

static cdr_status keep_cell(kept_row *k, const char *s, size_t len, cdr_err *err)
{
    k->starts[k->count++] = (uint32_t)k->text.len;
    cdr_buf_add(&k->text, s, len);
    cdr_status st = cdr_buf_addc(&k->text, '\n');
    k->starts[k->count] = (uint32_t)k->text.len;
    return st == CDR_OK ? CDR_OK : cdr_fail_nomem(err, "scan");
}

static cdr_status missing_column(cdr_content *c, cdr_err *err)
{
    char name[32];
    uint32_t ignored;
    snprintf(name, sizeof name, "column %u", c->csv->column + 1);
    return cdr_table_add_column(c->table, name, strlen(name), &ignored, err);
}

static cdr_status put_in_table(cdr_content *c, const char *s, size_t len, cdr_err *err)
{
    struct cdr_csv_state *st = c->csv;
    if (len == 0)
        return CDR_OK;
    uint32_t columns = cdr_table_columns(c->table), wanted = st->column;
    while (wanted >= columns && columns < CDR_TABLE_COLUMNS_MAX) {
        st->column = columns;
        cdr_status s2 = missing_column(c, err);
        st->column = wanted;
        if (s2 != CDR_OK)
            return s2;
        columns = cdr_table_columns(c->table);
    }
    return cdr_table_cell(c->table, CDR_MIN(wanted, CDR_TABLE_COLUMNS_MAX - 1u), s, len, err);
}

static cdr_status name_columns(cdr_content *c, const kept_row *names, cdr_err *err)
{
    struct cdr_csv_state *st = c->csv;
    for (uint32_t i = 0; i < names->count; i++) {
        const char *s = names->text.data + names->starts[i];
        size_t len = names->starts[i + 1] - names->starts[i] - 1;
        uint32_t ignored;
        st->column = i;
        cdr_status s2 = len ? cdr_table_add_column(c->table, s, CDR_MIN(len, (size_t)256), &ignored, err) : missing_column(c, err);
        if (s2 != CDR_OK)
            return s2;
    }
    return CDR_OK;
}

static cdr_status put_kept(cdr_content *c, const kept_row *k, cdr_err *err)
{
    struct cdr_csv_state *st = c->csv;
    for (uint32_t i = 0; i < k->count; i++) {
        st->column = i;
        cdr_status s = put_in_table(c, k->text.data + k->starts[i], k->starts[i + 1] - k->starts[i] - 1, err);
        if (s != CDR_OK)
            return s;
    }
    return CDR_OK;
}

/* Decide on the header with what is kept, and put the kept data into the table. The last kept row stays open. */
static cdr_status settle(cdr_content *c, cdr_err *err)
{
    struct cdr_csv_state *st = c->csv;
    kept_row *a = &st->first, *b = &st->second;
    uint32_t column = st->column;
    cdr_status s = CDR_OK;
    bool two = b->count > 0, cut = st->keep == a;   /* a first row too large to be kept is no header */
    st->keep = NULL;
    st->settled = true;
    if (!cut && cdr_row_is_header(c->rs, a->text.data, a->starts, a->count, two ? b->text.data : "", b->starts, b->count)) {
        s = name_columns(c, a, err);
        st->row = 1;
    } else {
        s = put_kept(c, a, err);
        if (s == CDR_OK && two)
            s = cdr_table_row_end(c->table, ++st->row, err);
    }
    if (s == CDR_OK && two)
        s = put_kept(c, b, err);
    st->column = column;
    return s;
}

static cdr_status put_cell(cdr_content *c, const char *s, size_t len, cdr_err *err)
{
    struct cdr_csv_state *st = c->csv;
    kept_row *k = st->keep;
    /* A row too large to be kept, or the second piece of a cell: decide without the rest. */
    if (k && (k->count != st->column || k->count >= ROW_CELLS || k->text.len + len >= ROW_BYTES)) {
        cdr_status s2 = settle(c, err);
        if (s2 != CDR_OK)
            return s2;
    }
    return st->keep ? keep_cell(k, s, len, err) : put_in_table(c, s, len, err);
}

/* Add to the cell that is put together in pieces; a very long one is handed over as it grows. */
static cdr_status gather(cdr_content *c, const char *s, size_t len, cdr_err *err)
{
    struct cdr_csv_state *st = c->csv;
    while (len > 0) {
        size_t n = CDR_MIN(len, CDR_TABLE_CELL_MAX - st->cell.len);
        if (cdr_buf_add(&st->cell, s, n) != CDR_OK)
            return cdr_fail_nomem(err, "scan");
        s += n;
        len -= n;
        if (st->cell.len >= CDR_TABLE_CELL_MAX) {
            cdr_status s2 = put_cell(c, st->cell.data, st->cell.len, err);
            if (s2 != CDR_OK)
                return s2;
            cdr_buf_clear(&st->cell);
        }
    }
    return CDR_OK;
}

/* One byte ahead; CDR_DONE at the end of the object. */
static inline cdr_status peek(cdr_input *in, char *ret, cdr_err *err)
{
    if (in->pos == in->len) {
        cdr_status s = cdr_input_more(in, in->pos, err);
        if (s != CDR_OK)
            return s;
    }
    *ret = in->buf[in->pos];
    return CDR_OK;
}

/* Behind an opening quote: to the closing one. */
static cdr_status quoted(cdr_content *c, cdr_err *err)
{
    cdr_input *in = &c->input;
    for (;;) {
        char ch;
        cdr_status s = peek(in, &ch, err);
        if (s != CDR_OK)
            return s;
        const char *start = in->buf + in->pos, *q = memchr(start, '"', in->len - in->pos);
        size_t n = q ? (size_t)(q - start) : in->len - in->pos;
        s = gather(c, start, n, err);
        in->pos += n;
        if (s != CDR_OK)
            return s;
        if (!q)
            continue;
        in->pos++;
        s = peek(in, &ch, err);
        if (s != CDR_OK || ch != '"')
            return s;
        s = gather(c, "\"", 1, err);
        in->pos++;
        if (s != CDR_OK)
            return s;
    }
}

/* Bytes up to the next delimiter or line end. ${ret_direct} when they stand in the window in one piece. */
static cdr_status plain(cdr_content *c, const char **ret_direct, size_t *ret_len, cdr_err *err)
{
    cdr_input *in = &c->input;
    const unsigned char *stops = c->csv->stops;
    *ret_direct = NULL;
    for (bool first = c->csv->cell.len == 0;; first = false) {
        const char *start = in->buf + in->pos, *end = in->buf + in->len, *p = start;
        while (p < end && !stops[(unsigned char)*p])
            p++;
        in->pos += (size_t)(p - start);
        if (p < end && first) {
            *ret_direct = start;
            *ret_len = (size_t)(p - start);
            return CDR_OK;
        }
        cdr_status s = gather(c, start, (size_t)(p - start), err);
        if (s != CDR_OK || p < end)
            return s;
        s = cdr_input_more(in, in->pos, err);
        if (s != CDR_OK)
            return s;
    }
}

/* A cell up to the delimiter or line end that follows it, which stays unread. CDR_DONE when the object ends with it. */
static cdr_status one_cell(cdr_content *c, cdr_err *err)
{
    cdr_input *in = &c->input;
    struct cdr_csv_state *st = c->csv;
    char ch;
    cdr_buf_clear(&st->cell);
    cdr_status s = peek(in, &ch, err);
    if (s == CDR_OK && ch == '"') {
        in->pos++;
        s = quoted(c, err);
    }
    const char *direct = NULL;
    size_t len = 0;
    if (s == CDR_OK)
        s = plain(c, &direct, &len, err);
    if (s != CDR_OK && s != CDR_DONE)
        return s;
    cdr_status s2 = direct ? put_cell(c, direct, len, err) : put_cell(c, st->cell.data ? st->cell.data : "", st->cell.len, err);
    return s2 != CDR_OK ? s2 : s;
}

/* CDR_DONE when the object ended; ${ret_cells} may be more than none then. */
static cdr_status one_row(cdr_content *c, uint32_t *ret_cells, cdr_err *err)
{
    cdr_input *in = &c->input;
    struct cdr_csv_state *st = c->csv;
    char ch;
    *ret_cells = 0;
    cdr_status s = peek(in, &ch, err);
    if (s != CDR_OK)
        return s;
    for (st->column = 0;; st->column++) {
        s = one_cell(c, err);
        *ret_cells += 1;
        if (s != CDR_OK)
            return s;
        ch = in->buf[in->pos++];
        if (ch == st->delimiter)
            continue;
        if (ch == '\r' && peek(in, &ch, err) == CDR_OK && ch == '\n')
            in->pos++;
        return CDR_OK;
    }
}

static cdr_status read_kept(cdr_content *c, kept_row *k, cdr_err *err)
{
    struct cdr_csv_state *st = c->csv;
    uint32_t cells;
    cdr_status s;
    do {
        cdr_buf_clear(&k->text);
        k->count = 0;
        st->keep = k;
        s = one_row(c, &cells, err);
        st->keep = NULL;
    } while (s == CDR_OK && !st->settled && k->count == 1 && k->starts[1] == 1);   /* empty lines before the table */
    return s;
}

/* Up to the first row of data. CDR_DONE when the object is read. */
static cdr_status begin_table(cdr_content *c, cdr_err *err)
{
    struct cdr_csv_state *st = c->csv;
    kept_row *a = &st->first, *b = &st->second;
    a->count = b->count = 0;
    cdr_status s = read_kept(c, a, err);
    if (s == CDR_OK && a->count == 2 && a->starts[1] == 5 && !strncasecmp(a->text.data, "sep=", 4))
        s = read_kept(c, a, err);
    if (s == CDR_OK && !st->settled)
        s = read_kept(c, b, err);
    if ((s != CDR_OK && s != CDR_DONE) || a->count == 0)
        return s;
    cdr_status s2 = st->settled ? CDR_OK : settle(c, err);
    if (s2 == CDR_OK && (b->count || st->row == 0))
        s2 = cdr_table_row_end(c->table, ++st->row, err);
    return s2 != CDR_OK ? s2 : s;
}

static cdr_status begin_state(cdr_content *c, char delimiter, cdr_err *err)
{
    if (!c->csv && !(c->csv = cdr_alloc(sizeof *c->csv)))
        return cdr_fail_nomem(err, "scan");
    struct cdr_csv_state *st = c->csv;
    st->cell.max = CDR_TABLE_CELL_MAX + 1;
    st->first.text.max = st->second.text.max = ROW_BYTES + ROW_CELLS + 1;
    st->delimiter = delimiter;
    st->keep = NULL;
    st->settled = false;
    st->row = 0;
    memset(st->stops, 0, sizeof st->stops);
    st->stops[(unsigned char)delimiter] = st->stops['\n'] = st->stops['\r'] = 1;
    return CDR_OK;
}

/* Rows until the next begins at ${to}, or as many as judge the columns when ${head}. */
static cdr_status read_rows(cdr_content *c, uint64_t to, bool head, cdr_err *err)
{
    const cdr_input *in = &c->input;
    cdr_status s = CDR_OK;
    while (s == CDR_OK && in->base + in->pos < to) {
        uint32_t cells;
        s = one_row(c, &cells, err);
        if ((s == CDR_OK || s == CDR_DONE) && cells) {
            cdr_status s2 = cdr_table_row_end(c->table, ++c->csv->row, err);
            s = s2 != CDR_OK ? s2 : s;
        }
        if (head && c->csv->row >= HEAD_ROWS)
            return s;
    }
    return s;
}

static cdr_status read_in_parts(cdr_content *c, cdr_sink *sink, cdr_err *err)
{
    cdr_table_snapshot columns = {0};
    cdr_status s = cdr_table_flush(c->table, err);
    if (s == CDR_OK)
        s = cdr_table_snapshot_take(c->table, &columns, err);
    cdr_split how = {.kind = CDR_SPLIT_CSV, .from = c->input.base + c->input.pos, .lines = c->csv->row, .columns = &columns};
    if (s == CDR_OK)
        s = c->split(c->split_arg, c, &how, sink, err);
    cdr_free(columns.columns);
    uint64_t rows = 0;
    if (s == CDR_OK)
        s = cdr_table_end(c->table, &rows, err);
    c->outcome.rows = rows + how.rows;
    return s;
}

cdr_status cdr_read_csv(cdr_content *c, char delimiter, cdr_sink *sink, cdr_err *err)
{
    cdr_status s = begin_state(c, delimiter, err);
    if (s == CDR_OK)
        s = cdr_content_table(c, sink, err);
    if (s == CDR_OK)
        s = begin_table(c, err);
    bool parts = cdr_content_may_split(c);
    if (s == CDR_OK)
        s = read_rows(c, UINT64_MAX, parts, err);
    if (s == CDR_OK && parts)
        return read_in_parts(c, sink, err);
    return s == CDR_DONE ? cdr_table_end(c->table, &c->outcome.rows, err) : s;
}

cdr_status cdr_read_csv_part(cdr_content *c, const cdr_content *owner, const cdr_table_snapshot *columns, uint64_t to, cdr_sink *sink, uint64_t *ret_lines,
                             uint64_t *ret_end, cdr_err *err)
{
    cdr_status s = begin_state(c, owner->csv->delimiter, err);
    if (s == CDR_OK)
        s = cdr_content_table(c, sink, err);
    if (s == CDR_OK)
        s = cdr_table_follow(c->table, columns, sink, err);
    if (s != CDR_OK)
        return s;
    c->csv->settled = true;
    s = read_rows(c, to, false, err);
    *ret_lines = c->csv->row;
    *ret_end = c->input.base + c->input.pos;
    return s == CDR_OK || s == CDR_DONE ? cdr_table_end(c->table, &c->outcome.rows, err) : s;
}
