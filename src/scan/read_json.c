/* SPDX-License-Identifier: Apache-2.0 */
/* JSON and JSON lines, streaming: each scalar becomes a cell of the column named by its path ("customers[].email"). An object in
 * an array is a record of its own. No tree is built and no recursion used; a text that breaks the rules is read on as plain lines. */
#include "scan/path_rows.h"

#include "base/buf.h"
#include "base/text.h"

#include <string.h>

#define HEAD_LINES 5000u           /* lines that judge the columns before the rest is read in parts */

enum { BROKEN = CDR_NEED_MORE };   /* a status of this file only: the text is no JSON here */

struct cdr_json_state {
    cdr_nest nest;
    cdr_buf text;              /* a string or number that does not stand in the window as it is */
    bool lines;
    bool too_deep;
    uint64_t line;             /* ended so far, in JSON lines */
};

void cdr_json_state_free(struct cdr_json_state *s)
{
    if (s)
        cdr_buf_wipe(&s->text);
    cdr_free(s);
}

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

/* The next byte that is no space; in JSON lines a line end stops too. */
static cdr_status peek_token(cdr_content *c, bool stop_at_line, char *ret, cdr_err *err)
{
    for (;;) {
        cdr_status s = peek(&c->input, ret, err);
        if (s != CDR_OK || (*ret != ' ' && *ret != '\t' && *ret != '\r' && *ret != '\n') || (*ret == '\n' && stop_at_line))
            return s;
        c->json->line += *ret == '\n';
        c->input.pos++;
    }
}

/* A piece of a long string goes to the table before the rest is read; names of members are cut instead. */
static cdr_status gather(cdr_content *c, const char *s, size_t len, bool name, cdr_err *err)
{
    cdr_buf *text = &c->json->text;
    while (len > 0) {
        size_t n = CDR_MIN(len, CDR_TABLE_CELL_MAX - text->len);
        if (cdr_buf_add(text, s, n) != CDR_OK)
            return cdr_fail_nomem(err, "scan");
        s += n;
        len -= n;
        if (text->len < CDR_TABLE_CELL_MAX)
            continue;
        if (name)
            return CDR_OK;
        cdr_status st = cdr_nest_cell(&c->json->nest, text->data, text->len, err);
        if (st != CDR_OK)
            return st;
        cdr_buf_clear(text);
    }
    return CDR_OK;
}

static cdr_status hex4(cdr_content *c, uint32_t *ret, cdr_err *err)
{
    *ret = 0;
    for (int i = 0; i < 4; i++) {
        char ch;
        cdr_status s = peek(&c->input, &ch, err);
        if (s != CDR_OK)
            return s;
        uint32_t v = ch >= '0' && ch <= '9' ? (uint32_t)(ch - '0') : (ch | 32) >= 'a' && (ch | 32) <= 'f' ? (uint32_t)((ch | 32) - 'a' + 10) : 16;
        if (v > 15)
            return (cdr_status)BROKEN;
        *ret = *ret * 16 + v;
        c->input.pos++;
    }
    return CDR_OK;
}

static cdr_status unicode_escape(cdr_content *c, bool name, cdr_err *err)
{
    char out[4], ch;
    uint32_t cp, low;
    cdr_status s = hex4(c, &cp, err);
    if (s == CDR_OK && cp >= 0xd800 && cp < 0xdc00 && peek(&c->input, &ch, err) == CDR_OK && ch == '\\') {
        c->input.pos++;
        s = peek(&c->input, &ch, err);
        if (s == CDR_OK && ch != 'u')
            return (cdr_status)BROKEN;
        c->input.pos += s == CDR_OK;
        s = s == CDR_OK ? hex4(c, &low, err) : s;
        if (s == CDR_OK)
            cp = low >= 0xdc00 && low < 0xe000 ? 0x10000 + ((cp - 0xd800) << 10) + (low - 0xdc00) : 0xfffd;
    }
    if (s != CDR_OK)
        return s;
    if (cp >= 0xd800 && cp < 0xe000)
        cp = 0xfffd;
    return gather(c, out, cdr_utf8_encode(cp, out), name, err);
}

static cdr_status escape(cdr_content *c, bool name, cdr_err *err)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    char ch;
    cdr_status s = peek(&c->input, &ch, err);
    if (s != CDR_OK)
        return s;
    c->input.pos++;
    if (ch == 'u')
        return unicode_escape(c, name, err);
    const char *p = ch ? strchr(from, ch) : NULL;
    return p ? gather(c, &to[p - from], 1, name, err) : (cdr_status)BROKEN;
}

static inline const char *string_stop(const char *p, const char *end)
{
    while (p < end && *p != '"' && *p != '\\' && *p != '\n')
        p++;
    return p;
}

/* Behind the opening quote. ${ret} lives until the next read. */
static cdr_status read_string(cdr_content *c, bool name, const char **ret, size_t *ret_len, cdr_err *err)
{
    cdr_input *in = &c->input;
    cdr_buf_clear(&c->json->text);
    for (bool first = true;; first = false) {
        char ch;
        cdr_status s = peek(in, &ch, err);
        if (s != CDR_OK)
            return s == CDR_DONE ? (cdr_status)BROKEN : s;
        const char *start = in->buf + in->pos, *end = in->buf + in->len, *p = string_stop(start, end);
        size_t n = (size_t)(p - start);
        in->pos += n;
        if (p < end && *p == '"' && first) {
            in->pos++;
            *ret = start;
            *ret_len = n;
            return CDR_OK;
        }
        s = gather(c, start, n, name, err);
        if (s == CDR_OK && p < end) {
            if (*p == '\n')
                return (cdr_status)BROKEN;
            in->pos++;
            if (*p == '"') {
                *ret = c->json->text.data ? c->json->text.data : "";
                *ret_len = c->json->text.len;
                return CDR_OK;
            }
            s = escape(c, name, err);
        }
        if (s != CDR_OK)
            return s == CDR_DONE ? (cdr_status)BROKEN : s;
    }
}

/* Number or word, up to what cannot belong to it. */
static cdr_status read_bare(cdr_content *c, cdr_err *err)
{
    cdr_buf *text = &c->json->text;
    char ch;
    cdr_buf_clear(text);
    cdr_status s;
    while ((s = peek(&c->input, &ch, err)) == CDR_OK && !strchr(",]} \t\r\n:\"", ch)) {
        if (text->len >= 512 || cdr_buf_addc(text, ch) != CDR_OK)
            return (cdr_status)BROKEN;
        c->input.pos++;
    }
    if (s != CDR_OK && s != CDR_DONE)
        return s;
    const char *w = text->data ? text->data : "";
    if (!strcmp(w, "true") || !strcmp(w, "false") || !strcmp(w, "null"))
        return CDR_OK;
    if (text->len == 0 || !strchr("-0123456789", w[0]) || strspn(w, "-+.0123456789eE") != text->len)
        return (cdr_status)BROKEN;
    return cdr_nest_cell(&c->json->nest, w, text->len, err);
}

static cdr_status open_level(cdr_content *c, char bracket)
{
    cdr_nest *n = &c->json->nest;
    bool array = bracket == '[', in_array = n->depth > 0 && n->levels[n->depth].array;
    if (array)
        cdr_nest_path_add(n, "[]", 2);
    if (!cdr_nest_push(n, array, in_array || n->depth == 0)) {
        c->json->too_deep = true;
        return (cdr_status)BROKEN;
    }
    c->input.pos++;
    return CDR_OK;
}

static cdr_status scalar(cdr_content *c, char ch, cdr_err *err)
{
    cdr_nest *n = &c->json->nest;
    cdr_status st;
    if (ch == '"') {
        const char *s;
        size_t len;
        c->input.pos++;
        st = read_string(c, false, &s, &len, err);
        if (st == CDR_OK)
            st = cdr_nest_cell(n, s, len, err);
    } else {
        st = read_bare(c, err);
    }
    /* Values that stand bare in the outermost array speak of somebody else each. */
    if (n->depth == 1 && n->levels[1].array)
        n->levels[1].generation = UINT64_MAX;
    return st;
}

/* Member name and colon. */
static cdr_status member(cdr_content *c, cdr_err *err)
{
    const char *s;
    size_t len;
    char ch;
    c->input.pos++;
    cdr_status st = read_string(c, true, &s, &len, err);
    if (st == CDR_OK)
        st = cdr_nest_name(&c->json->nest, s, len, err);
    if (st == CDR_OK)
        st = peek_token(c, c->json->lines, &ch, err);
    if (st != CDR_OK)
        return st;
    if (ch != ':')
        return (cdr_status)BROKEN;
    c->input.pos++;
    return CDR_OK;
}

enum { EXPECT_VALUE, EXPECT_FIRST, EXPECT_NEXT };

/* One value with everything in it. */
static cdr_status read_value(cdr_content *c, cdr_err *err)
{
    cdr_nest *n = &c->json->nest;
    int expect = EXPECT_VALUE;
    cdr_nest_begin(n, c->table);
    if (c->json->lines)
        n->row_number = c->json->line + 1;
    do {
        char ch;
        cdr_status s = peek_token(c, c->json->lines, &ch, err);
        if (s != CDR_OK)
            return s == CDR_DONE ? (cdr_status)BROKEN : s;
        cdr_nest_level *level = &n->levels[n->depth];
        char close = level->array ? ']' : '}';
        if (expect != EXPECT_VALUE && n->depth > 0) {
            if (ch == close) {
                c->input.pos++;
                s = cdr_nest_pop(n, err);
                expect = EXPECT_NEXT;
                if (s != CDR_OK)
                    return s;
                continue;
            }
            if (expect == EXPECT_NEXT) {
                if (ch != ',')
                    return (cdr_status)BROKEN;
                c->input.pos++;
                expect = EXPECT_FIRST;
                continue;
            }
            cdr_nest_path_reset(n);
            if (!level->array) {
                s = ch == '"' ? member(c, err) : (cdr_status)BROKEN;
                expect = EXPECT_VALUE;
                if (s != CDR_OK)
                    return s == CDR_DONE ? (cdr_status)BROKEN : s;
                continue;
            }
        }
        bool opens = ch == '{' || ch == '[';
        s = opens ? open_level(c, ch) : scalar(c, ch, err);
        if (s != CDR_OK)
            return s;
        expect = opens ? EXPECT_FIRST : EXPECT_NEXT;
    } while (n->depth > 0);
    return CDR_OK;
}

/* The rest of the line as one cell of free text. */
static cdr_status rest_of_line(cdr_content *c, cdr_err *err)
{
    cdr_nest *n = &c->json->nest;
    cdr_nest_begin(n, c->table);
    n->row_number = c->json->line + 1;
    cdr_buf_clear(&c->json->text);
    for (;;) {
        char ch;
        cdr_status s = peek(&c->input, &ch, err);
        if (s != CDR_OK && s != CDR_DONE)
            return s;
        const char *start = c->input.buf + c->input.pos;
        const char *nl = s == CDR_OK ? memchr(start, '\n', c->input.len - c->input.pos) : NULL;
        size_t len = s == CDR_DONE ? 0 : nl ? (size_t)(nl - start) : c->input.len - c->input.pos;
        cdr_status s2 = gather(c, start, len, false, err);
        c->input.pos += len;
        if (s2 != CDR_OK)
            return s2;
        if (s != CDR_DONE && !nl)
            continue;
        s2 = cdr_nest_cell(n, c->json->text.data ? c->json->text.data : "", c->json->text.len, err);
        if (nl) {
            c->input.pos++;
            c->json->line++;
        }
        if (s2 == CDR_OK && cdr_table_full(c->table))
            s2 = cdr_table_flush(c->table, err);
        return s2 != CDR_OK ? s2 : s;
    }
}

/* Lines until the next begins at ${to}, or as many as judge the columns when ${head}; CDR_DONE when the object ends. */
static cdr_status read_lines(cdr_content *c, uint64_t to, bool head, uint64_t *broken, cdr_err *err)
{
    for (;;) {
        char ch;
        cdr_status s = peek_token(c, false, &ch, err);
        if (s == CDR_OK && (c->input.base + c->input.pos >= to || (head && c->json->line >= HEAD_LINES)))
            return CDR_OK;
        if (s == CDR_OK)
            s = read_value(c, err);
        if (s == (cdr_status)BROKEN) {
            *broken += 1;
            s = rest_of_line(c, err);
        } else if (s == CDR_OK && cdr_table_full(c->table)) {
            s = cdr_table_flush(c->table, err);
        }
        if (s != CDR_OK)
            return s;
    }
}

static cdr_status read_in_parts(cdr_content *c, cdr_sink *sink, uint64_t *broken, uint64_t *rows, cdr_err *err)
{
    cdr_table_snapshot columns = {0};
    cdr_status s = cdr_table_flush(c->table, err);
    if (s == CDR_OK)
        s = cdr_table_snapshot_take(c->table, &columns, err);
    cdr_split how = {.kind = CDR_SPLIT_JSON_LINES, .from = c->input.base + c->input.pos, .lines = c->json->line, .columns = &columns};
    if (s == CDR_OK)
        s = c->split(c->split_arg, c, &how, sink, err);
    cdr_free(columns.columns);
    *broken += how.broken;
    *rows = how.rows;
    return s == CDR_OK ? CDR_DONE : s;
}

static cdr_status read_all_lines(cdr_content *c, cdr_sink *sink, cdr_err *err)
{
    uint64_t broken = 0, rows = 0, told = 0;
    bool parts = cdr_content_may_split(c);
    cdr_status s = read_lines(c, UINT64_MAX, parts, &broken, err);
    if (s == CDR_OK)
        s = read_in_parts(c, sink, &broken, &rows, err);
    if (s != CDR_DONE)
        return s;
    if (broken)
        cdr_outcome_set(&c->outcome, CDR_COVERAGE_PARTIAL, "json.malformed", "%llu of its lines are no JSON; what they hold was read as plain text.", (unsigned long long)broken);
    s = cdr_table_end(c->table, &told, err);
    c->outcome.rows = told + rows;
    return s;
}

static cdr_status read_document(cdr_content *c, cdr_err *err)
{
    char ch;
    cdr_status s;
    /* Several documents in a row are read like one. */
    while ((s = peek_token(c, false, &ch, err)) == CDR_OK && (s = read_value(c, err)) == CDR_OK)
        ;
    if (s != (cdr_status)BROKEN)
        return s == CDR_DONE ? CDR_OK : s;
    unsigned long long line = c->json->line + 1;
    if (c->json->too_deep)
        cdr_outcome_set(&c->outcome, CDR_COVERAGE_PARTIAL, "json.too-deep", "Near line %llu it is nested deeper than %d levels; from there on it was read as plain text.", line, CDR_NEST_MAX);
    else
        cdr_outcome_set(&c->outcome, CDR_COVERAGE_PARTIAL, "json.malformed", "From line %llu on it is no valid JSON; the rest was read as plain text.", line);
    do
        s = rest_of_line(c, err);
    while (s == CDR_OK);
    return s == CDR_DONE ? CDR_OK : s;
}

static cdr_status begin_state(cdr_content *c, bool lines, cdr_err *err)
{
    if (!c->json && !(c->json = cdr_alloc(sizeof *c->json)))
        return cdr_fail_nomem(err, "scan");
    c->json->text.max = CDR_TABLE_CELL_MAX + 1;
    c->json->lines = lines;
    c->json->too_deep = false;
    c->json->line = 0;
    return CDR_OK;
}

cdr_status cdr_read_json(cdr_content *c, bool lines, cdr_sink *sink, cdr_err *err)
{
    cdr_status s = begin_state(c, lines, err);
    if (s == CDR_OK)
        s = cdr_content_table(c, sink, err);
    if (s == CDR_OK && lines)
        return read_all_lines(c, sink, err);
    if (s == CDR_OK)
        s = read_document(c, err);
    return s == CDR_OK ? cdr_table_end(c->table, &c->outcome.rows, err) : s;
}

cdr_status cdr_read_json_part(cdr_content *c, const cdr_table_snapshot *columns, uint64_t to, cdr_sink *sink, uint64_t *ret_lines, uint64_t *ret_broken, cdr_err *err)
{
    cdr_status s = begin_state(c, true, err);
    if (s == CDR_OK)
        s = cdr_content_table(c, sink, err);
    if (s == CDR_OK)
        s = cdr_table_follow(c->table, columns, sink, err);
    if (s == CDR_OK)
        s = read_lines(c, to, false, ret_broken, err);
    *ret_lines = c->json->line;
    return s == CDR_OK || s == CDR_DONE ? cdr_table_end(c->table, &c->outcome.rows, err) : s;
}
