/* SPDX-License-Identifier: Apache-2.0 */
/* XML by element path ("customers.customer.email", attributes "customer.@id"): a forgiving reader of tags that expands the five
 * named entities and character numbers, nothing else. Children of the root, and siblings of one name further down, are records. */
#include "scan/path_rows.h"

#include "base/buf.h"
#include "base/text.h"

#include <string.h>

#define TAG_MAX ((size_t)16384)
#define NAME_SHOWN ((size_t)64)   /* bytes of a name in a path */

struct cdr_xml_state {
    cdr_nest nest;
    cdr_buf text, tag;
    uint32_t skipped;          /* levels deeper than are followed */
    uint64_t line;
};

void cdr_xml_state_free(struct cdr_xml_state *s)
{
    if (!s)
        return;
    cdr_buf_wipe(&s->text);
    cdr_buf_wipe(&s->tag);
    cdr_free(s);
}

static cdr_status put_text(cdr_content *c, cdr_err *err)
{
    cdr_buf *t = &c->xml->text;
    size_t from = 0, to = t->len;
    while (from < to && strchr(" \t\r\n", t->data[from]))
        from++;
    while (to > from && strchr(" \t\r\n", t->data[to - 1]))
        to--;
    cdr_status s = to > from ? cdr_nest_cell(&c->xml->nest, t->data + from, to - from, err) : CDR_OK;
    cdr_buf_clear(t);
    return s;
}

static cdr_status add_text(cdr_content *c, const char *s, size_t len, cdr_err *err)
{
    cdr_buf *t = &c->xml->text;
    while (len > 0) {
        size_t n = CDR_MIN(len, CDR_TABLE_CELL_MAX - t->len);
        if (cdr_buf_add(t, s, n) != CDR_OK)
            return cdr_fail_nomem(err, "scan");
        s += n;
        len -= n;
        if (t->len < CDR_TABLE_CELL_MAX)
            continue;
        cdr_status st = put_text(c, err);
        if (st != CDR_OK)
            return st;
    }
    return CDR_OK;
}

/* What stands between & and ;. Unknown names stay as they are. */
static size_t entity(const char *name, size_t len, char out[8])
{
    static const struct { const char *name; char is; } known[] = {{"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}};
    for (size_t i = 0; i < CDR_COUNT(known); i++)
        if (strlen(known[i].name) == len && !memcmp(known[i].name, name, len)) {
            out[0] = known[i].is;
            return 1;
        }
    if (len < 2 || name[0] != '#')
        return 0;
    bool hex = (name[1] | 32) == 'x';
    uint32_t cp = 0;
    for (size_t i = hex ? 2 : 1; i < len; i++) {
        char ch = name[i];
        uint32_t v = ch >= '0' && ch <= '9' ? (uint32_t)(ch - '0') : hex && (ch | 32) >= 'a' && (ch | 32) <= 'f' ? (uint32_t)((ch | 32) - 'a') + 10 : 99;
        if (v == 99 || cp > 0x10ffff)
            return 0;
        cp = cp * (hex ? 16 : 10) + v;
    }
    return cp > 0 && cp <= 0x10ffff && !(cp >= 0xd800 && cp < 0xe000) ? cdr_utf8_encode(cp, out) : 0;
}

/* Text with its entities expanded, added to ->text. */
static cdr_status add_expanded(cdr_content *c, const char *s, size_t len, cdr_err *err)
{
    const char *end = s + len;
    while (s < end) {
        const char *amp = memchr(s, '&', (size_t)(end - s));
        cdr_status st = add_text(c, s, (size_t)((amp ? amp : end) - s), err);
        if (st != CDR_OK || !amp)
            return st;
        const char *semi = memchr(amp, ';', CDR_MIN((size_t)(end - amp), (size_t)12));
        char out[8];
        size_t n = semi ? entity(amp + 1, (size_t)(semi - amp) - 1, out) : 0;
        st = n ? add_text(c, out, n, err) : add_text(c, "&", 1, err);
        s = n ? semi + 1 : amp + 1;
        if (st != CDR_OK)
            return st;
    }
    return CDR_OK;
}

static void count_lines(cdr_content *c, const char *s, size_t len)
{
    for (const char *p = s; (p = memchr(p, '\n', len - (size_t)(p - s))) != NULL; p++)
        c->xml->line++;
}

/* Length of the text in sight that is not an entity cut in two. */
static size_t uncut(const char *s, size_t len)
{
    const char *amp = len ? memrchr(s + (len > 12 ? len - 12 : 0), '&', len > 12 ? 12 : len) : NULL;
    return amp && !memchr(amp, ';', len - (size_t)(amp - s)) ? (size_t)(amp - s) : len;
}

/* Character data up to the next tag. */
static cdr_status read_text(cdr_content *c, cdr_err *err)
{
    cdr_input *in = &c->input;
    for (;;) {
        const char *start = in->buf + in->pos, *lt = memchr(start, '<', in->len - in->pos);
        size_t n = lt ? (size_t)(lt - start) : uncut(start, in->len - in->pos);
        count_lines(c, start, n);
        cdr_status s = add_expanded(c, start, n, err);
        in->pos += n;
        if (s != CDR_OK || lt)
            return s;
        s = cdr_input_more(in, in->pos, err);
        if (s == CDR_DONE && in->pos < in->len) {
            s = add_expanded(c, in->buf + in->pos, in->len - in->pos, err);
            in->pos = in->len;
            return s == CDR_OK ? CDR_DONE : s;
        }
        if (s != CDR_OK)
            return s;
    }
}

/* Is ${word} next? Reads on if need be. */
static bool next_is(cdr_content *c, const char *word)
{
    cdr_input *in = &c->input;
    size_t n = strlen(word);
    while (in->len - in->pos < n)
        if (cdr_input_more(in, in->pos, NULL) != CDR_OK)
            return false;
    return !memcmp(in->buf + in->pos, word, n);
}

/* Skip behind ${word}; with ${keep} what is passed is text. */
static cdr_status pass(cdr_content *c, const char *word, bool keep, cdr_err *err)
{
    cdr_input *in = &c->input;
    size_t n = strlen(word);
    for (;;) {
        const char *start = in->buf + in->pos, *found = memmem(start, in->len - in->pos, word, n);
        size_t len = found ? (size_t)(found - start) : in->len - in->pos > n ? in->len - in->pos - n : 0;
        count_lines(c, start, len);
        cdr_status s = keep ? add_text(c, start, len, err) : CDR_OK;
        in->pos += len + (found ? n : 0);
        if (s != CDR_OK || found)
            return s;
        s = cdr_input_more(in, in->pos, err);
        if (s != CDR_OK)
            return s;
    }
}

/* The tag up to its '>', quotes respected, into ->tag; a longer one is cut. */
static cdr_status read_tag(cdr_content *c, cdr_err *err)
{
    cdr_input *in = &c->input;
    cdr_buf *tag = &c->xml->tag;
    char quote = 0;
    cdr_buf_clear(tag);
    for (;; in->pos++) {
        if (in->pos == in->len) {
            cdr_status s = cdr_input_more(in, in->pos, err);
            if (s != CDR_OK)
                return s;
        }
        char ch = in->buf[in->pos];
        c->xml->line += ch == '\n';
        if (ch == '>' && !quote) {
            in->pos++;
            return CDR_OK;
        }
        if (quote)
            quote = ch == quote ? 0 : quote;
        else if (ch == '"' || ch == '\'')
            quote = ch;
        if (tag->len < TAG_MAX && cdr_buf_addc(tag, ch) != CDR_OK)
            return cdr_fail_nomem(err, "scan");
    }
}

static bool is_space(char ch)
{
    return ch == ' ' || ch == '\t' || ch == '\r' || ch == '\n';
}

/* A name into the path, cut when long. One that is itself data becomes "*"; true: it is to be told as a value. */
static bool add_name(cdr_nest *n, const char *name, size_t len)
{
    len = CDR_MIN(len, NAME_SHOWN);
    bool data = cdr_text_is_data(name, len);
    cdr_nest_path_add(n, data ? "*" : name, data ? 1 : len);
    return data;
}

/* Names may not begin with a digit: the "_" that people put before one is no part of the value. */
static cdr_status tell_name(cdr_nest *n, const char *name, size_t len, cdr_err *err)
{
    while (len > 0 && *name == '_') {
        name++;
        len--;
    }
    return cdr_nest_cell(n, name, len, err);
}

static cdr_status attribute(cdr_content *c, const char *name, size_t name_len, const char *value, size_t len, cdr_err *err)
{
    cdr_nest *n = &c->xml->nest;
    size_t before = n->path_len;
    cdr_nest_path_add(n, ".@", 2);
    cdr_status s = add_name(n, name, name_len) ? tell_name(n, name, name_len, err) : CDR_OK;
    if (s == CDR_OK)
        s = add_expanded(c, value, len, err);
    if (s == CDR_OK)
        s = put_text(c, err);
    n->path_len = before;
    return s;
}

static cdr_status attributes(cdr_content *c, const char *p, const char *end, cdr_err *err)
{
    while (p < end) {
        while (p < end && (is_space(*p) || *p == '/'))
            p++;
        const char *name = p;
        while (p < end && !is_space(*p) && *p != '=')
            p++;
        size_t name_len = (size_t)(p - name);
        while (p < end && (is_space(*p) || *p == '='))
            p++;
        if (p >= end || (*p != '"' && *p != '\''))
            continue;
        const char *value = p + 1, *close = memchr(value, *p, (size_t)(end - value));
        const char *stop = close ? close : end;
        if (name_len > 0 && stop > value && (name_len < 5 || memcmp(name, "xmlns", 5) != 0)) {
            cdr_status s = attribute(c, name, name_len, value, (size_t)(stop - value), err);
            if (s != CDR_OK)
                return s;
        }
        p = close ? close + 1 : end;
    }
    return CDR_OK;
}

static uint32_t hash_of(const char *s, size_t len)
{
    uint32_t h = 2166136261u;
    for (size_t i = 0; i < len; i++)
        h = (h ^ (unsigned char)s[i]) * 16777619u;
    return h;
}

static cdr_status open_element(cdr_content *c, const char *tag, size_t len, cdr_err *err)
{
    cdr_nest *n = &c->xml->nest;
    bool empty = len > 0 && tag[len - 1] == '/';
    size_t name_len = 0;
    while (name_len < len && !is_space(tag[name_len]) && tag[name_len] != '/')
        name_len++;
    uint32_t hash = hash_of(tag, name_len);
    cdr_nest_level *parent = &n->levels[n->depth];
    bool repeated = n->depth >= 2 && parent->last_child == hash;
    parent->last_child = hash;
    n->row_number = c->xml->line + 1;
    cdr_nest_path_reset(n);
    if (n->path_len > 0)
        cdr_nest_path_add(n, ".", 1);
    bool data = add_name(n, tag, name_len);
    if (c->xml->skipped || !cdr_nest_push(n, false, n->depth == 0 || n->depth == 1 || repeated)) {
        c->xml->skipped += !empty;
        if (c->outcome.coverage == CDR_COVERAGE_COMPLETE)
            cdr_outcome_set(&c->outcome, CDR_COVERAGE_PARTIAL, "xml.malformed", "It is nested deeper than %d levels; what lies deeper was read without its place.", CDR_NEST_MAX);
        return CDR_OK;
    }
    cdr_status s = data ? tell_name(n, tag, name_len, err) : CDR_OK;
    if (s == CDR_OK)
        s = attributes(c, tag + name_len, tag + len, err);
    return s == CDR_OK && empty ? cdr_nest_pop(n, err) : s;
}

static cdr_status on_tag(cdr_content *c, cdr_err *err)
{
    const cdr_buf *tag = &c->xml->tag;
    cdr_nest *n = &c->xml->nest;
    cdr_status s = put_text(c, err);
    if (s != CDR_OK || tag->len == 0)
        return s;
    if (tag->data[0] == '?' || tag->data[0] == '!')
        return CDR_OK;
    if (tag->data[0] != '/')
        return open_element(c, tag->data, tag->len, err);
    if (c->xml->skipped) {
        c->xml->skipped--;
        return CDR_OK;
    }
    return n->depth > 0 ? cdr_nest_pop(n, err) : CDR_OK;
}

static cdr_status one_markup(cdr_content *c, cdr_err *err)
{
    if (next_is(c, "<!--")) {
        /* People write into comments too. */
        c->input.pos += 4;
        cdr_status s = pass(c, "-->", true, err);
        return s == CDR_OK ? add_text(c, "\n", 1, err) : s;
    }
    if (next_is(c, "<![CDATA[")) {
        c->input.pos += 9;
        return pass(c, "]]>", true, err);
    }
    c->input.pos++;
    cdr_status s = read_tag(c, err);
    return s == CDR_OK ? on_tag(c, err) : s;
}

cdr_status cdr_read_xml(cdr_content *c, cdr_sink *sink, cdr_err *err)
{
    if (!c->xml && !(c->xml = cdr_alloc(sizeof *c->xml)))
        return cdr_fail_nomem(err, "scan");
    struct cdr_xml_state *x = c->xml;
    x->text.max = CDR_TABLE_CELL_MAX + 1;
    x->tag.max = TAG_MAX + 1;
    x->skipped = 0;
    x->line = 0;
    cdr_buf_clear(&x->text);
    cdr_status s = cdr_content_table(c, sink, err);
    if (s != CDR_OK)
        return s;
    cdr_nest_begin(&x->nest, c->table);
    while ((s = read_text(c, err)) == CDR_OK && (s = one_markup(c, err)) == CDR_OK)
        ;
    if (s != CDR_DONE)
        return s;
    s = put_text(c, err);
    if (s == CDR_OK && x->nest.depth > 0 && c->outcome.coverage == CDR_COVERAGE_COMPLETE)
        cdr_outcome_set(&c->outcome, CDR_COVERAGE_PARTIAL, "xml.malformed", "It ends inside an element; what stands before the end was read.");
    return s == CDR_OK ? cdr_table_end(c->table, &c->outcome.rows, err) : s;
}
