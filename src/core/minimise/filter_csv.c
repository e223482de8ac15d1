/* SPDX-License-Identifier: Apache-2.0 */
/* CSV (RFC 4180): any of four delimiters, a byte order mark, line ends of both kinds, line ends within quotes, the last line with or without
 * one. Rows are cut 64 bytes at a time; a kept column costs a bit of a mask per cell. What breaks the rules is an error, because whoever
 * reads on would put the cells into other columns than we do. A quote inside a cell that does not begin with one is a quote. */
#include "core/minimise/filter_parts.h"

#include <stdio.h>
#include <string.h>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

enum { ACT_KEEP = 0, ACT_LOOK, ACT_DROP_LEAD /* with the delimiter behind it */, ACT_DROP /* with the one before it */, ACT_OTHER };

typedef struct csv {
    uint8_t *acts;             /* by column */
    uint32_t columns;          /* 0: the header has not been read */
    uint32_t kept;
    bool whole_rows;           /* cells of a row are noted: somebody asks about them, or no column is left */
    uint32_t *cell_start, *cell_end; uint32_t cell_cap;
    uint64_t rows, line;       /* line ends before ->at of this text */
    /* where the marks stand */
    size_t base;
    uint64_t mask;
    char delimiter;
} csv;

/* --- marks: delimiter, quote, line ends --- */

#if defined(__SSE2__)
static inline uint64_t marks_of(const char *p, char delimiter)
{
    const __m128i d = _mm_set1_epi8(delimiter), q = _mm_set1_epi8('"'), n = _mm_set1_epi8('\n'), r = _mm_set1_epi8('\r');
    uint64_t mask = 0;
    for (unsigned i = 0; i < 4; i++) {
        __m128i x = _mm_loadu_si128((const __m128i *)(const void *)(p + 16 * i));
        __m128i m = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(x, d), _mm_cmpeq_epi8(x, q)), _mm_or_si128(_mm_cmpeq_epi8(x, n), _mm_cmpeq_epi8(x, r)));
        mask |= (uint64_t)(uint32_t)_mm_movemask_epi8(m) << (16 * i);
    }
    return mask;
}
#else
static inline uint64_t marks_of(const char *p, char delimiter)
{
    uint64_t mask = 0;
    for (unsigned i = 0; i < 64; i++)
        mask |= (uint64_t)(p[i] == delimiter || p[i] == '"' || p[i] == '\n' || p[i] == '\r') << i;
    return mask;
}
#endif

static inline size_t next_mark(csv *c, const char *text, size_t len)
{
    while (!c->mask) {
        c->base += 64;
        if (c->base >= len)
            return len;
        c->mask = marks_of(text + c->base, c->delimiter);
    }
    size_t at = c->base + (size_t)__builtin_ctzll(c->mask);
    c->mask &= c->mask - 1;
    return CDR_MIN(at, len);
}

static void start_marks(csv *c, const char *text, size_t len, size_t at)
{
    c->base = at;
    c->mask = at < len ? marks_of(text + at, c->delimiter) : 0;
}

/* --- the delimiter --- */

/* Cells of the row at ${at}; ${ret_next} behind it, ${len} + 1 when it does not end. */
static unsigned cells_of(const char *s, size_t len, size_t at, char delimiter, size_t *ret_next)
{
    unsigned n = 1;
    bool fresh = true;
    for (; at < len && s[at] != '\n'; at++) {
        if (fresh && s[at] == '"') {
            for (at++; at < len && !(s[at] == '"' && (at + 1 >= len || s[at + 1] != '"')); at++)
                at += s[at] == '"';
            fresh = false;
            continue;
        }
        fresh = s[at] == delimiter;
        n += fresh;
    }
    *ret_next = at < len ? at + 1 : len + 1;
    return n;
}

char cdr_filter_delimiter(const char *text, size_t len, bool whole)
{
    static const char delimiters[] = {',', ';', '\t', '|'};
    char best = ',';
    unsigned best_score = 0;
    if (len > 5 && !memcmp(text, "sep=", 4) && (text[5] == '\n' || text[5] == '\r'))
        return text[4];
    for (size_t i = 0; i < sizeof delimiters; i++) {
        unsigned rows = 0, same = 0, first = 0;
        for (size_t at = 0, next; at < len && rows < 50; at = next) {
            unsigned n = cells_of(text, len, at, delimiters[i], &next);
            if (next > len && !whole && rows)
                break;
            first = rows ? first : n;
            rows++;
            same += n == first;
        }
        unsigned score = first > 1 ? same * 1000 / rows + CDR_MIN(first, 100u) : 0;
        if (score > best_score) {
            best = delimiters[i];
            best_score = score;
        }
    }
    return best;
}

/* --- one row --- */

typedef enum row_end { ROW_ENDED, ROW_OPEN /* the text ends within it */, ROW_QUOTE_OPEN, ROW_BROKEN, ROW_NO_MEMORY } row_end;

typedef struct row {
    size_t start, end;         /* with its line end */
    uint32_t cells;
    uint64_t lines;            /* within quotes */
    const char *why;           /* ROW_BROKEN */
} row;

static bool note_cell(csv *c, uint32_t column, size_t start, size_t end)
{
    if (column == c->cell_cap) {
        uint32_t cap = c->cell_cap ? c->cell_cap * 2 : 64;
        uint32_t *starts = cdr_realloc_array(c->cell_start, cap, sizeof *starts);
        if (starts)
            c->cell_start = starts;
        uint32_t *ends = starts ? cdr_realloc_array(c->cell_end, cap, sizeof *ends) : NULL;
        if (!ends)
            return false;
        c->cell_end = ends;
        c->cell_cap = cap;
    }
    c->cell_start[column] = (uint32_t)start;
    c->cell_end[column] = (uint32_t)end;
    return true;
}

static bool treat_cell(cdr_filter *f, const csv *c, uint32_t column, size_t start, size_t end, bool quoted, bool delimiter_follows)
{
    uint8_t act = c->acts[column];
    bool empty = end - start <= 2u * quoted;
    cdr_filter_op op = {.start = (uint32_t)start, .end = (uint32_t)end, .column = column, .act = f->cols.at[column].act, .found_count = !empty};
    switch (act) {
    case ACT_LOOK:
        if (!cdr_filter_worth_a_look(f->text + start, end - start))
            return true;
        break;
    case ACT_DROP_LEAD: op.end += delimiter_follows; break;
    case ACT_DROP: op.start--; break;
    default:
        if (empty && !f->lone)
            return true;
        break;
    }
    op.syntax = act == ACT_DROP || act == ACT_DROP_LEAD ? CDR_SYNTAX_REMOVE : quoted ? CDR_SYNTAX_CSV_QUOTED : CDR_SYNTAX_CSV;
    if (op.syntax != CDR_SYNTAX_REMOVE)
        op.found_count = 0;
    return cdr_filter_op_add(f, &op, NULL) == CDR_OK;
}

/* The mark behind the closing quote of the cell at ${start}; the quote's own mark is the next. */
static row_end pass_quoted(cdr_filter *f, csv *c, row *r, size_t *ret)
{
    const char *t = f->text;
    size_t len = f->len, q = next_mark(c, t, len);
    for (;;) {
        q = next_mark(c, t, len);
        if (q >= len)
            return ROW_QUOTE_OPEN;
        if (t[q] == '\n')
            r->lines++;
        if (t[q] != '"')
            continue;
        if (q + 1 < len && t[q + 1] == '"')
            next_mark(c, t, len);
        else
            break;
    }
    if (q + 1 >= len && !f->last)
        return ROW_OPEN;
    *ret = next_mark(c, t, len);
    if (*ret == q + 1)
        return ROW_ENDED;
    r->why = "something stands behind a closing quote";
    return ROW_BROKEN;
}

/* A line end at ${p}: how long it is, 0 for a carriage return alone. */
static size_t line_end(cdr_filter *f, csv *c, size_t p)
{
    if (p >= f->len)
        return 0;
    if (f->text[p] == '\n')
        return 1;
    if (p + 1 < f->len && f->text[p + 1] == '\n') {
        next_mark(c, f->text, f->len);
        return 2;
    }
    return 0;
}

static row_end read_row(cdr_filter *f, csv *c, row *r)
{
    const char *t = f->text;
    const size_t len = f->len;
    size_t start = r->start;
    for (uint32_t column = 0;; column++) {
        bool quoted = t[start] == '"' && start < len;
        size_t p;
        if (quoted) {
            row_end e = pass_quoted(f, c, r, &p);
            if (e != ROW_ENDED)
                return e;
        } else {
            do
                p = next_mark(c, t, len);
            while (p < len && t[p] == '"');
        }
        if (p >= len && !f->last)
            return ROW_OPEN;
        bool more = p < len && t[p] == c->delimiter;
        if (!more && p < len && t[p] == '\r' && p + 1 >= len && !f->last)
            return ROW_OPEN;
        if (c->whole_rows && !note_cell(c, column, start, p))
            return ROW_NO_MEMORY;
        if (column < c->columns && c->acts[column] != ACT_KEEP && !treat_cell(f, c, column, start, p, quoted, more))
            return ROW_NO_MEMORY;
        if (more && column + 1 < CDR_FILTER_COLUMNS_MAX) {
            start = p + 1;
            continue;
        }
        r->cells = column + 1;
        size_t n = line_end(f, c, p);
        r->end = p + n;
        r->why = more ? "the row has more than 8,192 cells" : "a carriage return stands alone in a cell without quotes";
        return !more && (n || p >= len) ? ROW_ENDED : ROW_BROKEN;
    }
}

/* --- the header --- */

static cdr_status add_column(cdr_filter *f, const csv *c, uint32_t i, cdr_err *err)
{
    const char *raw = f->text + c->cell_start[i], *name;
    size_t len = c->cell_end[i] - c->cell_start[i];
    char number[24];
    uint32_t ignored;
    cdr_filter_syntax syntax = len >= 2 && raw[0] == '"' ? CDR_SYNTAX_CSV_QUOTED : CDR_SYNTAX_CSV;
    cdr_status s = cdr_filter_value(raw, len, syntax, &f->value, &name, &len, err);
    if (s == CDR_OK && (len == 0 || f->spec->headless)) {
        len = (size_t)snprintf(number, sizeof number, "column %u", i + 1);
        name = number;
    }
    return s == CDR_OK ? cdr_filter_col_add(f, name, len, NULL, 0, NULL, &ignored, err) : s;
}

static bool goes(const cdr_filter *f, uint32_t i)
{
    return f->cols.at[i].act == CDR_FILTER_DROP;
}

static cdr_status plan_columns(cdr_filter *f, csv *c, uint32_t columns, cdr_err *err)
{
    cdr_status s = CDR_OK;
    uint32_t first = 0;
    for (uint32_t i = 0; s == CDR_OK && i < columns; i++)
        s = add_column(f, c, i, err);
    c->acts = s == CDR_OK ? cdr_alloc(columns) : NULL;
    if (!c->acts)
        return s == CDR_OK ? cdr_fail_nomem(err, "minimise") : s;
    while (first < columns && goes(f, first))
        first++;
    for (uint32_t i = 0; i < columns; i++) {
        c->kept += !goes(f, i);
        c->acts[i] = goes(f, i) ? (i < first ? ACT_DROP_LEAD : ACT_DROP) : f->cols.at[i].act == CDR_FILTER_KEEP ? ACT_KEEP : f->cols.at[i].act == CDR_FILTER_LOOK ? ACT_LOOK : ACT_OTHER;
    }
    c->columns = columns;
    c->whole_rows = f->spec->rows || f->spec->held || c->kept == 0;
    f->lone = c->kept == 1 && columns > 1 && !f->learn;
    for (uint32_t i = 0; f->lone && i < columns; i++)
        if (c->acts[i] == ACT_KEEP || c->acts[i] == ACT_LOOK)
            c->acts[i] = ACT_OTHER;
    return CDR_OK;
}

/* The header passes as it is, without the columns that go. */
static cdr_status cut_header(cdr_filter *f, csv *c, const row *r, cdr_err *err)
{
    for (uint32_t i = 0; i < r->cells; i++) {
        cdr_filter_op op = {.start = c->cell_start[i], .end = c->cell_end[i], .column = CDR_FILTER_NO_COLUMN, .syntax = CDR_SYNTAX_REMOVE};
        if (c->acts[i] == ACT_DROP)
            op.start--;
        else if (c->acts[i] == ACT_DROP_LEAD)
            op.end += i + 1 < r->cells;
        else
            continue;
        if (c->kept == 0 && i + 1 == r->cells)
            op.end = (uint32_t)r->end;
        cdr_status s = cdr_filter_op_add(f, &op, err);
        if (s != CDR_OK)
            return s;
    }
    return CDR_OK;
}

/* --- whole rows --- */

static cdr_status remove_row(cdr_filter *f, const row *r, size_t ops_before, cdr_err *err)
{
    f->op_count = ops_before;
    return cdr_filter_op_add(f, &(cdr_filter_op){.start = (uint32_t)r->start, .end = (uint32_t)r->end, .column = CDR_FILTER_NO_COLUMN, .syntax = CDR_SYNTAX_REMOVE}, err);
}

static cdr_status value_at(cdr_filter *f, const csv *c, uint32_t i, cdr_buf *buf, const char **ret, size_t *ret_len, cdr_err *err)
{
    size_t len = c->cell_end[i] - c->cell_start[i];
    const char *raw = f->text + c->cell_start[i];
    return cdr_filter_value(raw, len, len >= 2 && raw[0] == '"' ? CDR_SYNTAX_CSV_QUOTED : CDR_SYNTAX_CSV, buf, ret, ret_len, err);
}

static cdr_status is_held(cdr_filter *f, const csv *c, const row *r, bool *ret, cdr_err *err)
{
    cdr_status s = CDR_OK;
    *ret = false;
    for (uint32_t i = 0; s == CDR_OK && f->spec->held && !f->learn && i < r->cells && !*ret; i++) {
        const char *v;
        size_t len;
        s = value_at(f, c, i, &f->value, &v, &len, err);
        if (s == CDR_OK && len)
            *ret = f->spec->held(f->spec->held_arg, v, len);
    }
    return s;
}

static cdr_status passes(cdr_filter *f, const csv *c, const row *r, bool *ret, cdr_err *err)
{
    const char *cells[8] = {0};
    size_t lens[8] = {0};
    cdr_buf bufs[8];
    cdr_status s = CDR_OK;
    for (size_t i = 0; i < CDR_COUNT(bufs); i++)
        bufs[i] = CDR_BUF(CDR_FILTER_ROW_MAX);
    for (uint32_t i = 0; f->spec->rows && s == CDR_OK && i < r->cells; i++) {
        unsigned k = f->cols.at[i].asked;
        if (k && k <= 8 && !cells[k - 1])
            s = value_at(f, c, i, &bufs[k - 1], &cells[k - 1], &lens[k - 1], err);
    }
    if (s == CDR_OK)
        s = cdr_filter_record(f, cells, lens, ret, err);
    for (size_t i = 0; i < CDR_COUNT(bufs); i++)
        cdr_buf_wipe(&bufs[i]);
    return s;
}

static cdr_status judge_row(cdr_filter *f, const csv *c, const row *r, size_t ops_before, cdr_err *err)
{
    bool held, pass;
    cdr_status s = is_held(f, c, r, &held, err);
    if (s != CDR_OK)
        return s;
    if (held) {
        f->op_count = ops_before;
        f->counts->rows_held++;
        f->counts->rows_in++;
        f->counts->rows_out++;
        return CDR_OK;
    }
    s = passes(f, c, r, &pass, err);
    if (s != CDR_OK || pass) {
        if (s == CDR_OK && c->kept == 0 && f->op_count > ops_before)
            f->ops[f->op_count - 1].end = (uint32_t)r->end;
        return s;
    }
    return remove_row(f, r, ops_before, err);
}

/* --- cutting --- */

static cdr_status begin(cdr_filter *f, cdr_err *err)
{
    csv *c = f->state = cdr_alloc(sizeof *c);
    if (!c)
        return cdr_fail_nomem(err, "minimise");
    size_t bom = f->len >= 3 && !memcmp(f->text, "\xef\xbb\xbf", 3) ? 3 : 0;
    c->delimiter = f->spec->delimiter ? f->spec->delimiter : cdr_filter_delimiter(f->text + bom, f->len - bom, f->last);
    if (c->delimiter == '"' || c->delimiter == '\n' || c->delimiter == '\r' || c->delimiter == '\0')
        return cdr_fail(err, CDR_E_INVAL, "minimise", "filter.delimiter", "A delimiter is a sign other than a quote or a line end.");
    f->delimiter = c->delimiter;
    return CDR_OK;
}

/* What stands before the header: a byte order mark, Excel's "sep=;", empty lines. */
static size_t preamble(const cdr_filter *f)
{
    size_t at = f->len >= 3 && !memcmp(f->text, "\xef\xbb\xbf", 3) ? 3 : 0;
    if (f->len > at + 5 && !memcmp(f->text + at, "sep=", 4) && (f->text[at + 5] == '\n' || (f->text[at + 5] == '\r' && f->text[at + 6] == '\n')))
        at += f->text[at + 5] == '\n' ? 6 : 7;
    return at;
}

static cdr_status broken(const cdr_filter *f, const csv *c, const row *r, const char *why, cdr_err *err)
{
    uint64_t line = f->line + cdr_filter_lines(f->text, r->start) + 1;
    (void)c;
    return cdr_filter_malformed(f, err, line, why);
}

static cdr_status wrong_count(const cdr_filter *f, const csv *c, const row *r, cdr_err *err)
{
    char why[96];
    snprintf(why, sizeof why, "the row has %u cell%s where the %s has %u", r->cells, r->cells == 1 ? "" : "s", f->spec->headless ? "first row" : "header", c->columns);
    return broken(f, c, r, why, err);
}

static cdr_status row_failed(const cdr_filter *f, const csv *c, const row *r, row_end e, cdr_err *err)
{
    switch (e) {
    case ROW_QUOTE_OPEN: return f->last ? broken(f, c, r, "a quote that is opened here is never closed", err) : CDR_OK;
    case ROW_BROKEN: return broken(f, c, r, r->why, err);
    case ROW_NO_MEMORY: return cdr_fail_nomem(err, "minimise");
    case ROW_OPEN: case ROW_ENDED: break;
    }
    return CDR_OK;
}

static bool is_blank_row(const cdr_filter *f, const row *r)
{
    return r->cells == 1 && (f->text[r->start] == '\n' || f->text[r->start] == '\r');
}

static cdr_status take_row(cdr_filter *f, csv *c, const row *r, size_t ops_before, cdr_err *err)
{
    if (is_blank_row(f, r)) {
        f->op_count = ops_before;
        return CDR_OK;
    }
    if (c->columns == 0) {
        cdr_status s = plan_columns(f, c, r->cells, err);
        if (s != CDR_OK || !f->spec->headless)
            return s == CDR_OK ? cut_header(f, c, r, err) : s;
        for (uint32_t i = 0; i < r->cells; i++) {
            size_t start = c->cell_start[i], end = c->cell_end[i];
            if (c->acts[i] != ACT_KEEP && !treat_cell(f, c, i, start, end, end - start >= 2 && f->text[start] == '"', i + 1 < r->cells))
                return cdr_fail_nomem(err, "minimise");
        }
    }
    if (r->cells != c->columns) {
        f->op_count = ops_before;
        return wrong_count(f, c, r, err);
    }
    c->rows++;
    if (c->whole_rows)
        return judge_row(f, c, r, ops_before, err);
    f->counts->rows_in++;
    f->counts->rows_out++;
    return CDR_OK;
}

static cdr_status cut(cdr_filter *f, cdr_err *err)
{
    csv *c = f->state;
    if (c->columns == 0 && f->line == 0 && f->done == 0)
        f->done = preamble(f);
    if (c->columns == 0)
        c->whole_rows = true;
    start_marks(c, f->text, f->len, f->done);
    while (f->done < f->len) {
        row r = {.start = f->done};
        size_t ops_before = f->op_count;
        row_end e = read_row(f, c, &r);
        if (e != ROW_ENDED) {
            f->op_count = ops_before;
            return row_failed(f, c, &r, e, err);
        }
        cdr_status s = take_row(f, c, &r, ops_before, err);
        if (s != CDR_OK)
            return s;
        f->done = r.end;
    }
    return CDR_OK;
}

static void end(cdr_filter *f)
{
    csv *c = f->state;
    cdr_free(c->acts);
    cdr_free(c->cell_start);
    cdr_free(c->cell_end);
    cdr_free(c);
}

const cdr_filter_reader cdr_filter_csv = {begin, cut, end};
