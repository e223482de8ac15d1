/* SPDX-License-Identifier: Apache-2.0 */
/* Texts and attributes of XML by element path, comments too. Forgiving: tags need not match. */
#include "cli/detect_cells.h"

#include "base/mem.h"

#include <string.h>

typedef struct xml {
    const char *closes;        /* of the comment or CDATA that is taken in pieces; NULL: none */
    bool later;
    uint32_t skipped;          /* levels deeper than are followed */
} xml;

static cdr_status begin(cdr_cells *t, cdr_err *err)
{
    t->state = cdr_alloc(sizeof(xml));
    return t->state ? CDR_OK : cdr_fail_nomem(err, "cli");
}

static void rewind_(cdr_cells *t)
{
    *(xml *)t->state = (xml){0};
    cdr_nest_begin(&t->nest, t->table);
}

static void end(cdr_cells *t)
{
    cdr_free(t->state);
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static cdr_status add_here(cdr_cells *t, size_t start, size_t end_, cdr_cell_syntax syntax, bool later, cdr_err *err)
{
    uint32_t column;
    const char *text = t->text.data;
    while (start < end_ && is_space(text[start]))
        start++;
    while (end_ > start && is_space(text[end_ - 1]))
        end_--;
    if (start == end_)
        return CDR_OK;
    cdr_status s = cdr_cells_column(t, t->nest.path, t->nest.path_len, &column, err);
    return s == CDR_OK ? cdr_cells_add(t, column, start, end_, syntax, later, err) : s;
}

static cdr_status character_data(cdr_cells *t, cdr_err *err)
{
    xml *x = t->state;
    size_t start = t->pos, len = t->text.len;
    const char *lt = memchr(t->text.data + start, '<', len - start);
    if (!lt && !cdr_cells_must_go_on(t))
        return CDR_NEED_MORE;
    size_t stop = lt ? (size_t)(lt - t->text.data) : t->last ? len : len - 16;   /* no entity is cut in two */
    t->pos = stop;
    cdr_status s = add_here(t, start, stop, CDR_CELL_XML, x->later, err);
    x->later = !lt;
    return s;
}

/* To ${x}->closes; what is passed is text. */
static cdr_status pass(cdr_cells *t, cdr_err *err)
{
    xml *x = t->state;
    size_t n = strlen(x->closes), start = t->pos, len = t->text.len;
    const char *found = memmem(t->text.data + start, len - start, x->closes, n);
    if (!found && !cdr_cells_must_go_on(t))
        return CDR_NEED_MORE;
    size_t stop = found ? (size_t)(found - t->text.data) : t->last ? len : len - n;
    t->pos = found ? stop + n : stop;
    cdr_status s = add_here(t, start, stop, CDR_CELL_RAW, x->later, err);
    x->later = !found;
    if (found || t->last)
        x->closes = NULL;
    return s;
}

static cdr_status attributes(cdr_cells *t, size_t at, size_t stop, cdr_err *err)
{
    const char *text = t->text.data;
    cdr_nest *n = &t->nest;
    while (at < stop) {
        while (at < stop && (is_space(text[at]) || text[at] == '/'))
            at++;
        size_t name = at;
        while (at < stop && !is_space(text[at]) && text[at] != '=')
            at++;
        size_t name_len = at - name;
        while (at < stop && (is_space(text[at]) || text[at] == '='))
            at++;
        if (at >= stop || (text[at] != '"' && text[at] != '\''))
            continue;
        const char *close = memchr(text + at + 1, text[at], stop - at - 1);
        size_t from = at + 1, to = close ? (size_t)(close - text) : stop, before = n->path_len;
        at = close ? to + 1 : stop;
        if (!name_len || (name_len >= 5 && !memcmp(text + name, "xmlns", 5)))
            continue;
        cdr_nest_path_add(n, ".@", 2);
        cdr_nest_path_add(n, text + name, CDR_MIN(name_len, (size_t)64));
        cdr_status s = add_here(t, from, to, CDR_CELL_XML, false, err);
        n->path_len = before;
        if (s != CDR_OK)
            return s;
    }
    return CDR_OK;
}

static cdr_status open_element(cdr_cells *t, size_t start, size_t stop, cdr_err *err)
{
    xml *x = t->state;
    cdr_nest *n = &t->nest;
    const char *text = t->text.data;
    bool empty = stop > start && text[stop - 1] == '/';
    size_t name_end = start;
    while (name_end < stop && !is_space(text[name_end]) && text[name_end] != '/')
        name_end++;
    cdr_nest_path_reset(n);
    if (n->path_len > 0)
        cdr_nest_path_add(n, ".", 1);
    cdr_nest_path_add(n, text + start, CDR_MIN(name_end - start, (size_t)64));
    bool deep = x->skipped || !cdr_nest_push(n, false, true);
    cdr_status s = attributes(t, name_end, stop, err);
    if (deep) {
        x->skipped += !empty;
        return s;
    }
    return s == CDR_OK && empty ? cdr_nest_pop(n, err) : s;
}

/* Behind the tag that begins at ->pos: 0 when it is not in sight. */
static size_t tag_end(const cdr_cells *t)
{
    const char *text = t->text.data;
    char quote = 0;
    for (size_t at = t->pos + 1; at < t->text.len; at++) {
        if (text[at] == '>' && !quote)
            return at + 1;
        if (quote)
            quote = text[at] == quote ? 0 : quote;
        else if (text[at] == '"' || text[at] == '\'')
            quote = text[at];
    }
    return 0;
}

static cdr_status tag(cdr_cells *t, cdr_err *err)
{
    xml *x = t->state;
    size_t start = t->pos + 1, behind = tag_end(t);
    if (!behind && !cdr_cells_must_go_on(t))
        return CDR_NEED_MORE;
    if (!behind) {   /* no tag, or one of a size that none has: text */
        t->pos = t->text.len;
        return add_here(t, start, t->text.len, CDR_CELL_RAW, false, err);
    }
    t->pos = behind;
    char c = t->text.data[start];
    if (c == '?' || c == '!' || c == '>')
        return CDR_OK;
    if (c != '/')
        return open_element(t, start, behind - 1, err);
    if (x->skipped) {
        x->skipped--;
        return CDR_OK;
    }
    return t->nest.depth > 0 ? cdr_nest_pop(&t->nest, err) : CDR_OK;
}

static cdr_status step(cdr_cells *t, cdr_err *err)
{
    static const struct { const char *opens, *closes; } kept[] = {{"<!--", "-->"}, {"<![CDATA[", "]]>"}};
    xml *x = t->state;
    const char *text = t->text.data + t->pos;
    size_t left = t->text.len - t->pos;
    if (x->closes)
        return pass(t, err);
    if (*text != '<')
        return character_data(t, err);
    x->later = false;
    if (left < 9 && !t->last)
        return CDR_NEED_MORE;
    for (size_t i = 0; i < CDR_COUNT(kept); i++)
        if (left >= strlen(kept[i].opens) && !memcmp(text, kept[i].opens, strlen(kept[i].opens))) {
            x->closes = kept[i].closes;
            t->pos += strlen(kept[i].opens);
            return CDR_OK;
        }
    return tag(t, err);
}

const cdr_cells_reader cdr_cells_xml = {begin, rewind_, step, end};
