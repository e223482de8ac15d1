/* SPDX-License-Identifier: Apache-2.0 */
/* CSV as RFC 4180 and people write it, row by row, cells unquoted in place; NDJSON by the line. */
#include "base/rows.h"

#include "base/json.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

#define NAME_MAX_BYTES 1024u
#define DEPTH_MAX 16u

struct cdr_rows {
    cdr_rows_events events;
    void *arg;
    const char *name;
    cdr_rows_format format;
    char delimiter;
    bool begun, has_header;
    bool passable;               /* what is wrong concerns this row alone, which is behind pos */
    cdr_buf text;                /* what is not told yet begins at pos */
    size_t pos;
    uint64_t line, next_line;
    char **columns;
    uint32_t column_count, column_cap;
    cdr_row_cell *cells;
    uint64_t *seen;              /* NDJSON: the line in which the column was met last */
    cdr_buf numbers;             /* NDJSON: texts of what is no string */
};

cdr_rows *cdr_rows_new(cdr_rows_format format, char delimiter, const char *name, const cdr_rows_events *ev, void *arg)
{
    cdr_rows *r = cdr_alloc(sizeof *r);
    if (!r)
        return NULL;
    *r = (cdr_rows){.events = *ev, .arg = arg, .name = name, .format = format, .delimiter = delimiter, .next_line = 1};
    r->text = CDR_BUF(4 * CDR_ROWS_ROW_MAX);
    r->numbers = CDR_BUF(2 * CDR_ROWS_ROW_MAX);
    return r;
}

void cdr_rows_free(cdr_rows *r)
{
    if (!r)
        return;
    for (uint32_t i = 0; i < r->column_count; i++)
        cdr_free(r->columns[i]);
    cdr_free(r->columns);
    cdr_free(r->cells);
    cdr_free(r->seen);
    cdr_buf_wipe(&r->text);
    cdr_buf_wipe(&r->numbers);
    cdr_free(r);
}

uint64_t cdr_rows_line(const cdr_rows *r)
{
    return r->line;
}

#define WRONG(r, err, id, ...) wrong((r), (err), CDR_E_INVAL, (id), __VA_ARGS__)
static cdr_status wrong(cdr_rows *r, cdr_err *err, cdr_status status, const char *id, const char *fmt, ...) CDR_PRINTF(5, 6);
static cdr_status wrong(cdr_rows *r, cdr_err *err, cdr_status status, const char *id, const char *fmt, ...)
{
    char text[300];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    return cdr_fail(err, status, "base", id, "%s, line %llu: %s", r->name, (unsigned long long)r->line, text);
}

cdr_rows_format cdr_rows_format_of(const cdr_rows *r)
{
    return r->begun ? r->format : CDR_ROWS_AUTO;
}

/* Only this row is wrong. */
#define WRONG_ROW(r, err, id, ...) ((r)->passable = true, WRONG((r), (err), (id), __VA_ARGS__))

/* --- columns --- */

static cdr_status add_column(cdr_rows *r, const char *name, size_t len, cdr_err *err)
{
    if (r->column_count >= CDR_ROWS_COLUMNS_MAX)
        return wrong(r, err, CDR_E_LIMIT, "rows.columns", "there are more than %u columns.", CDR_ROWS_COLUMNS_MAX);
    if (r->column_count == r->column_cap) {
        uint32_t cap = r->column_cap ? r->column_cap * 2 : 16;
        char **columns = cdr_realloc_array(r->columns, cap, sizeof *columns);
        if (columns)
            r->columns = columns;
        cdr_row_cell *cells = columns ? cdr_realloc_array(r->cells, cap, sizeof *cells) : NULL;
        if (cells)
            r->cells = cells;
        uint64_t *seen = cells ? cdr_realloc_array(r->seen, cap, sizeof *seen) : NULL;
        if (!seen)
            return cdr_fail_nomem(err, "base");
        r->seen = seen;
        r->column_cap = cap;
    }
    char *copy = cdr_strndup(name, CDR_MIN(len, NAME_MAX_BYTES));
    if (!copy)
        return cdr_fail_nomem(err, "base");
    r->columns[r->column_count] = copy;
    r->cells[r->column_count] = (cdr_row_cell){0};
    r->seen[r->column_count] = 0;
    r->column_count++;
    return r->events.column ? r->events.column(r->arg, r->column_count - 1, copy, err) : CDR_OK;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static cdr_status header_name(cdr_rows *r, const char *s, size_t len, cdr_err *err)
{
    char number[32];
    while (len && is_blank(s[len - 1]))
        len--;
    while (len && is_blank(*s))
        s++, len--;
    if (!len) {
        len = (size_t)snprintf(number, sizeof number, "column %u", r->column_count + 1);
        s = number;
    }
    for (uint32_t i = 0; i < r->column_count; i++)
        if (strlen(r->columns[i]) == len && !memcmp(r->columns[i], s, len))
            return WRONG(r, err, "rows.header", "columns %u and %u have the same name; give each its own.", i + 1, r->column_count + 1);
    return add_column(r, s, len, err);
}

/* --- CSV --- */

/* Where the closing quote stands, ${len} when it is not in sight; ${at} is behind the opening one. */
static size_t closing(const char *s, size_t at, size_t len)
{
    for (;;) {
        const char *q = memchr(s + at, '"', len - at);
        if (!q)
            return len;
        at = (size_t)(q - s);
        if (at + 1 >= len || s[at + 1] != '"')
            return at;
        at += 2;
    }
}

static size_t cell_end(const char *s, size_t at, size_t len, char delimiter)
{
    while (at < len && s[at] != delimiter && s[at] != '\n' && s[at] != '\r')
        at++;
    return at;
}

/* The length of the row at ${s} without its line end; ${ret_open}: a quotation mark is open. The row is complete when the result is less than ${len}. */
static size_t row_length(const cdr_rows *r, const char *s, size_t len, bool *ret_open)
{
    const char *end = memchr(s, '\n', len);
    size_t n = end ? (size_t)(end - s) : len;
    *ret_open = false;
    if (!memchr(s, '"', n)) {
        const char *cr = memchr(s, '\r', n);
        return cr ? (size_t)(cr - s) : n;
    }
    for (size_t at = 0; at < len;) {
        if (s[at] == '"') {
            at = closing(s, at + 1, len);
            *ret_open = at >= len;
            at = at < len ? at + 1 : at;
        }
        at = cell_end(s, at, len, r->delimiter);
        if (at >= len || s[at] != r->delimiter)
            return at;
        at++;
    }
    return len;
}

/* Takes the quotes out of [from, closing] and joins what follows up to ${end}; the length that is left. */
static size_t unquote(char *s, size_t close, size_t end)
{
    size_t n = 0, at = 1;
    while (at < close) {
        char *q = memchr(s + at, '"', close - at);
        size_t piece = (q ? (size_t)(q - s) + 1 : close) - at;
        memmove(s + n, s + at, piece);
        n += piece;
        at += piece + (q ? 1 : 0);
    }
    if (close < end) {
        memmove(s + n, s + close + 1, end - close - 1);
        n += end - close - 1;
    }
    return n;
}

static cdr_status csv_cell(cdr_rows *r, uint32_t column, char *s, size_t len, cdr_err *err)
{
    if (!r->has_header)
        return header_name(r, s, len, err);
    if (column < r->column_count)
        r->cells[column] = (cdr_row_cell){s, len};
    s[len] = '\0';   /* where the delimiter, a quote or the line end stood */
    return CDR_OK;
}

static cdr_status csv_row(cdr_rows *r, char *s, size_t len, cdr_err *err)
{
    uint32_t column = 0;
    size_t at = 0;
    bool more = true;
    while (more) {
        size_t from = at, close = 0;
        bool quoted = at < len && s[at] == '"';
        if (quoted) {
            close = closing(s, at + 1, len);
            at = CDR_MIN(close + 1, len);
        }
        at = cell_end(s, at, len, r->delimiter);
        more = at < len;
        size_t n = quoted ? unquote(s + from, close - from, at - from) : at - from;
        cdr_status st = csv_cell(r, column++, s + from, n, err);
        if (st != CDR_OK)
            return st;
        at++;
    }
    if (!r->has_header) {
        r->has_header = true;
        return CDR_OK;
    }
    if (column != r->column_count)
        return WRONG_ROW(r, err, "rows.ragged", "the row has %u columns where the header has %u.", column, r->column_count);
    return r->events.row(r->arg, r->line, r->cells, r->column_count, err);
}

static uint64_t lines_in(const char *s, size_t len)
{
    uint64_t n = 0;
    for (const char *p = s, *end = s + len; p < end && (p = memchr(p, '\n', (size_t)(end - p))); p++)
        n++;
    return n;
}

static cdr_status no_text(cdr_rows *r, cdr_err *err)
{
    r->passable = r->has_header;
    return WRONG(r, err, "rows.binary", "there is a NUL byte; save the file as CSV in UTF-8.");
}

/* CDR_NEED_MORE: the row goes on in the next piece. */
static cdr_status csv_step(cdr_rows *r, bool last, cdr_err *err)
{
    char *s = r->text.data + r->pos;
    size_t len = r->text.len - r->pos, n;
    bool open;
    r->line = r->next_line;
    n = row_length(r, s, len, &open);
    if (n >= len || (s[n] == '\r' && n + 1 == len)) {
        if (!last)
            return len > CDR_ROWS_ROW_MAX ? wrong(r, err, CDR_E_LIMIT, "rows.limit", "the row is longer than %zu bytes%s.", CDR_ROWS_ROW_MAX, open ? "; a quotation mark is not closed" : "") : CDR_NEED_MORE;
        if (open)
            return WRONG(r, err, "rows.quote", "a quotation mark that opens in this row is never closed.");
    }
    if (n > CDR_ROWS_ROW_MAX)
        return wrong(r, err, CDR_E_LIMIT, "rows.limit", "the row is longer than %zu bytes.", CDR_ROWS_ROW_MAX);
    size_t used = n >= len ? len : n + (s[n] == '\r' && n + 1 < len && s[n + 1] == '\n' ? 2 : 1);
    r->next_line += lines_in(s, used) + (n < len && s[used - 1] == '\r' ? 1 : 0);
    r->pos += used;
    if (memchr(s, '\0', n))
        return no_text(r, err);
    return n ? csv_row(r, s, n, err) : CDR_OK;
}

/* --- NDJSON --- */

static bool is_column(const cdr_rows *r, uint32_t i, const char *name, size_t len)
{
    return i < r->column_count && !strncmp(r->columns[i], name, len) && !r->columns[i][len];
}

/* The column of that name, a new one if need be. Objects mostly have their names in the same order, so the one behind the last is looked at first. */
static cdr_status json_column(cdr_rows *r, const char *name, size_t len, uint32_t hint, uint32_t *ret, cdr_err *err)
{
    *ret = hint;
    if (!is_column(r, hint, name, len))
        for (*ret = 0; *ret < r->column_count && !is_column(r, *ret, name, len); ++*ret)
            ;
    if (*ret < r->column_count)
        return CDR_OK;
    return len < NAME_MAX_BYTES ? add_column(r, name, len, err) : WRONG_ROW(r, err, "rows.name", "a name is longer than %u bytes.", NAME_MAX_BYTES);
}

/* Texts are kept as offsets first, as the buffer may move. */
static cdr_status json_text(cdr_rows *r, const json_t *v, cdr_row_cell *ret, cdr_err *err)
{
    if (json_is_string(v)) {
        *ret = (cdr_row_cell){json_string_value(v), json_string_length(v)};
        return CDR_OK;
    }
    char *text = json_dumps(v, JSON_COMPACT | JSON_ENCODE_ANY);
    if (!text)
        return cdr_fail_nomem(err, "base");
    size_t at = r->numbers.len, len = strlen(text);
    cdr_status s = cdr_buf_add(&r->numbers, text, len + 1);
    cdr_free(text);
    *ret = (cdr_row_cell){r->numbers.data + at, len};
    return s == CDR_OK ? CDR_OK : wrong(r, err, s, "rows.limit", "the row is too long.");
}

static cdr_status json_object_cells(cdr_rows *r, json_t *object, char *path, size_t path_len, unsigned depth, uint32_t *hint, cdr_err *err)
{
    const char *key;
    json_t *v;
    if (depth > DEPTH_MAX)
        return wrong(r, err, CDR_E_LIMIT, "rows.depth", "objects lie more than %u deep in one another.", DEPTH_MAX);
    json_object_foreach(object, key, v) {
        size_t len = strlen(key);
        uint32_t column;
        if (path_len + len + 2 > NAME_MAX_BYTES)
            return WRONG_ROW(r, err, "rows.name", "a name is longer than %u bytes.", NAME_MAX_BYTES);
        memcpy(path + path_len, key, len + 1);
        cdr_status s = CDR_OK;
        if (json_is_object(v)) {
            path[path_len + len] = '.';
            s = json_object_cells(r, v, path, path_len + len + 1, depth + 1, hint, err);
        } else {
            s = json_column(r, path, path_len + len, *hint, &column, err);
            *hint = column + 1;
            if (s == CDR_OK && r->seen[column] == r->line)
                s = WRONG_ROW(r, err, "rows.twice", "two names of the object are the same once inner objects are written with a point.");
            if (s == CDR_OK)
                r->seen[column] = r->line;
            if (s == CDR_OK && !json_is_null(v))
                s = json_text(r, v, &r->cells[column], err);
        }
        if (s != CDR_OK)
            return s;
    }
    return CDR_OK;
}

/* --- the plain kind of line: texts without escapes, whole numbers, true, false and null --- */

static const char *after_blanks(const char *p, const char *end)
{
    while (p < end && is_blank(*p))
        p++;
    return p;
}

/* Behind the closing quote of the text that begins at ${p}; NULL when it is not plain. */
static const char *plain_text(const char *p, const char *end, cdr_row_cell *ret)
{
    const char *close = p < end && *p == '"' ? memchr(p + 1, '"', (size_t)(end - p) - 1) : NULL;
    if (!close || memchr(p, '\\', (size_t)(close - p)))
        return NULL;
    for (const char *q = p; q < close; q++)
        if ((unsigned char)*q < ' ')
            return NULL;
    *ret = (cdr_row_cell){p + 1, (size_t)(close - p) - 1};
    return close + 1;
}

/* As the library writes it again: no sign before 0, no zeros in front, no more digits than a whole number surely has. */
static const char *plain_value(const char *p, const char *end, cdr_row_cell *ret)
{
    static const char *const words[] = {"true", "false", "null"};
    if (p < end && *p == '"')
        return plain_text(p, end, ret);
    for (size_t i = 0; i < CDR_COUNT(words); i++) {
        size_t n = strlen(words[i]);
        if ((size_t)(end - p) > n && !memcmp(p, words[i], n)) {
            *ret = i < 2 ? (cdr_row_cell){p, n} : (cdr_row_cell){0};
            return p + n;
        }
    }
    const char *digits = p < end && *p == '-' ? p + 1 : p, *q = digits;
    while (q < end && *q >= '0' && *q <= '9')
        q++;
    if (q == digits || q - digits > 15 || (*digits == '0' && (q - p) > 1) || (q < end && *q != ',' && *q != '}' && !is_blank(*q)))
        return NULL;
    *ret = (cdr_row_cell){p, (size_t)(q - p)};
    return q;
}

/* False: not plain, or there is something wrong with it; the library decides. Nothing is changed then but columns that are new. */
static bool plain_object(cdr_rows *r, char *s, size_t len, cdr_status *ret, cdr_err *err)
{
    const char *p = after_blanks(s + 1, s + len), *end = s + len;
    cdr_row_cell name, value;
    uint32_t column, hint = 0;
    *ret = CDR_OK;
    if (*s != '{' || p == end || *p == '}')
        return false;
    for (;; p = after_blanks(p + 1, end)) {
        if (!(p = plain_text(p, end, &name)) || (p = after_blanks(p, end)) == end || *p != ':' || !(p = plain_value(after_blanks(p + 1, end), end, &value)))
            return false;
        *ret = json_column(r, name.s, name.len, hint, &column, err);
        if (*ret != CDR_OK)
            return true;
        if (r->seen[column] == r->line)
            return false;
        r->seen[column] = r->line;
        r->cells[column] = value;
        hint = column + 1;
        p = after_blanks(p, end);
        if (p == end || (*p != ',' && *p != '}'))
            return false;
        if (*p == '}')
            break;
    }
    if (p + 1 != end)
        return false;
    for (uint32_t i = 0; i < r->column_count; i++)
        if (r->cells[i].s)
            s[(size_t)(r->cells[i].s - s) + r->cells[i].len] = '\0';   /* a quote, comma or blank stood there */
    return true;
}

static cdr_status json_row(cdr_rows *r, char *s, size_t len, cdr_err *err)
{
    char path[NAME_MAX_BYTES + 1];
    uint32_t hint = 0;
    cdr_status st;
    _cleanup_json_ json_t *v = NULL;
    if (r->column_count)
        memset(r->cells, 0, r->column_count * sizeof *r->cells);
    if (cdr_utf8_valid(s, len) && plain_object(r, s, len, &st, err))
        return st == CDR_OK ? r->events.row(r->arg, r->line, r->cells, r->column_count, err) : st;
    for (uint32_t i = 0; i < r->column_count; i++)
        r->seen[i] = 0;
    if (cdr_json_parse(s, len, r->name, &v, NULL) != CDR_OK || !json_is_object(v))
        return WRONG_ROW(r, err, "rows.json", "the line is no JSON object with each name once.");
    cdr_buf_clear(&r->numbers);
    if (cdr_buf_reserve(&r->numbers, 2 * len + 64 < r->numbers.max ? 2 * len + 64 : r->numbers.max) != CDR_OK)   /* cells point into it */
        return cdr_fail_nomem(err, "base");
    if (r->column_count)
        memset(r->cells, 0, r->column_count * sizeof *r->cells);
    size_t cap = r->numbers.cap;
    st = json_object_cells(r, v, path, 0, 1, &hint, err);
    if (st == CDR_OK && r->numbers.cap != cap)
        st = wrong(r, err, CDR_E_LIMIT, "rows.limit", "the row is too long.");
    return st == CDR_OK ? r->events.row(r->arg, r->line, r->cells, r->column_count, err) : st;
}

static cdr_status json_step(cdr_rows *r, bool last, cdr_err *err)
{
    char *s = r->text.data + r->pos, *end = memchr(s, '\n', r->text.len - r->pos);
    size_t len = end ? (size_t)(end - s) : r->text.len - r->pos;
    r->line = r->next_line;
    if (len > CDR_ROWS_ROW_MAX)
        return wrong(r, err, CDR_E_LIMIT, "rows.limit", "the line is longer than %zu bytes.", CDR_ROWS_ROW_MAX);
    if (!end && !last)
        return CDR_NEED_MORE;
    r->pos += len + (end ? 1 : 0);
    r->next_line++;
    while (len && (is_blank(s[len - 1]) || s[len - 1] == '\r'))
        len--;
    while (len && is_blank(*s))
        s++, len--;
    return len ? json_row(r, s, len, err) : CDR_OK;
}

/* --- the beginning --- */

/* The most frequent one of the header, outside of quotes; ${ret_whole}: the header's end is in sight. */
static char likely_delimiter(const char *s, size_t len, bool *ret_whole)
{
    static const char all[] = {',', ';', '\t', '|'};
    size_t counts[sizeof all] = {0}, best = 0, i = 0;
    bool quoted = false;
    for (; i < len && (quoted || (s[i] != '\n' && s[i] != '\r')); i++) {
        quoted = quoted != (s[i] == '"');
        for (size_t d = 0; d < sizeof all && !quoted; d++)
            counts[d] += s[i] == all[d];
    }
    for (size_t d = 1; d < sizeof all; d++)
        if (counts[d] > counts[best])
            best = d;
    *ret_whole = i < len;
    return all[best];
}

static cdr_status begin(cdr_rows *r, bool last, cdr_err *err)
{
    const char *s = r->text.data ? r->text.data : "";
    size_t len = r->text.len, at = 0;
    uint64_t skipped = 0;
    bool whole;
    if (!last && len < 3)   /* it may be the mark of UTF-8 */
        return CDR_NEED_MORE;
    size_t from = len >= 3 && !memcmp(s, "\xEF\xBB\xBF", 3) ? 3 : 0;
    /* What spreadsheets write on top: "sep=;" */
    if (r->format != CDR_ROWS_NDJSON && !last && len < from + 7)
        return CDR_NEED_MORE;
    if (r->format != CDR_ROWS_NDJSON && len >= from + 6 && !memcmp(s + from, "sep=", 4) && strchr(",;|:~^\t", s[from + 4]) && s[from + 4] && (s[from + 5] == '\n' || s[from + 5] == '\r')) {
        r->delimiter = r->delimiter ? r->delimiter : s[from + 4];
        from += s[from + 5] == '\r' && len > from + 6 && s[from + 6] == '\n' ? 7 : 6;
        skipped = 1;
    }
    for (at = from; at < len && (is_blank(s[at]) || s[at] == '\r' || s[at] == '\n'); at++)
        ;
    char likely = likely_delimiter(s + at, len - at, &whole);
    if (!whole && !last && len < CDR_ROWS_ROW_MAX)
        return CDR_NEED_MORE;
    r->line = 1;
    r->next_line += skipped;
    r->pos = from;
    if (r->format == CDR_ROWS_AUTO && at < len && s[at] == '[')
        return WRONG(r, err, "rows.array", "this is a JSON list; write one object a line instead (jq -c '.[]').");
    if (r->format == CDR_ROWS_AUTO)
        r->format = at < len && s[at] == '{' ? CDR_ROWS_NDJSON : CDR_ROWS_CSV;
    if (!r->delimiter)
        r->delimiter = likely;
    r->begun = true;
    return CDR_OK;
}

/* What is told goes, before more comes. */
static cdr_status take(cdr_rows *r, const char *data, size_t len, cdr_err *err)
{
    if (r->pos) {
        memmove(r->text.data, r->text.data + r->pos, r->text.len - r->pos);
        r->text.len -= r->pos;
        r->pos = 0;
    }
    cdr_status s = cdr_buf_add(&r->text, data, len);
    return s == CDR_OK ? CDR_OK : s == CDR_E_LIMIT ? wrong(r, err, s, "rows.limit", "the row is longer than %zu bytes.", CDR_ROWS_ROW_MAX) : cdr_fail_nomem(err, "base");
}

static cdr_status tell(cdr_rows *r, bool last, cdr_err *err)
{
    cdr_status s = r->begun ? CDR_OK : begin(r, last, err);
    while (s == CDR_OK && r->pos < r->text.len) {
        cdr_err detail = {0};
        r->passable = false;
        s = r->format == CDR_ROWS_NDJSON ? json_step(r, last, &detail) : csv_step(r, last, &detail);
        if (s < 0 && r->passable && r->events.wrong)
            s = r->events.wrong(r->arg, r->line, &detail);
        if (s != CDR_OK && s != CDR_NEED_MORE && err)
            *err = detail;
    }
    return s == CDR_NEED_MORE && !last ? CDR_OK : s;
}

cdr_status cdr_rows_feed(cdr_rows *r, const char *data, size_t len, bool last, cdr_err *err)
{
    do {
        size_t piece = CDR_MIN(len, CDR_ROWS_ROW_MAX);
        cdr_status s = take(r, data, piece, err);
        data += piece;
        len -= piece;
        if (s == CDR_OK)
            s = tell(r, last && !len, err);
        if (s != CDR_OK)
            return s;
    } while (len);
    return CDR_OK;
}
