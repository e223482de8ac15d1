/* SPDX-License-Identifier: Apache-2.0 */
/* Values of JSON and JSON lines by key path, and keys that are values themselves. What breaks the rules is read as plain lines:
 * to the end of the line where each line is a value of its own, else to the end. */
#include "cli/detect_cells.h"

#include "base/mem.h"
#include "base/text.h"

#include <string.h>

#define NAME_MAX_ 512
#define SEEN 4096

typedef enum mode { MODE_VALUE, MODE_KEY, MODE_STRING, MODE_LINES } mode;

typedef struct json {
    bool lines;
    mode mode;
    bool later;                /* MODE_STRING: the rest of a string that was cut */
    bool key;                  /* … which is a name */
    uint64_t seen[SEEN];       /* hashes of names that were looked at: whether they are values */
} json;

static void restart(cdr_cells *t)
{
    json *j = t->state;
    cdr_nest_begin(&t->nest, t->table);
    j->mode = MODE_VALUE;
    j->later = false;
}

static void rewind_(cdr_cells *t)
{
    restart(t);
}

static cdr_status begin(cdr_cells *t, cdr_err *err)
{
    json *j = t->state = cdr_alloc(sizeof *j);
    if (!j)
        return cdr_fail_nomem(err, "cli");
    j->lines = !strcmp(t->source->format, "ndjson");
    return CDR_OK;
}

static void end(cdr_cells *t)
{
    cdr_free(t->state);
}

static cdr_status add_here(cdr_cells *t, size_t start, size_t end_, cdr_cell_syntax syntax, bool later, cdr_err *err)
{
    uint32_t column;
    cdr_status s = cdr_cells_column(t, t->nest.path, t->nest.path_len, &column, err);
    return s == CDR_OK ? cdr_cells_add(t, column, start, end_, syntax, later, err) : s;
}

/* Names are looked at once each, as good as. */
static cdr_status is_value(cdr_cells *t, const char *name, size_t len, bool *ret, cdr_err *err)
{
    json *j = t->state;
    *ret = cdr_text_is_data(name, len);
    if (*ret || len < 4)
        return CDR_OK;
    uint64_t h = 14695981039346656037u;
    for (size_t i = 0; i < len; i++)
        h = (h ^ (unsigned char)name[i]) * 1099511628211u;
    h |= 2;
    uint64_t *slot = &j->seen[h >> 20 & (SEEN - 1)];
    if ((*slot & ~(uint64_t)1) != (h & ~(uint64_t)1)) {
        cdr_status s = cdr_cells_personal(t, name, len, ret, err);
        *slot = (h & ~(uint64_t)1) | *ret;
        return s;
    }
    *ret = *slot & 1;
    return CDR_OK;
}

static cdr_status name(cdr_cells *t, size_t start, size_t end_, cdr_err *err)
{
    char text[NAME_MAX_] = "";
    size_t len = 0;
    const char *raw = t->text.data + start;
    for (size_t i = 0; i < end_ - start && len + 8 < sizeof text;) {
        size_t means;
        i += cdr_cell_unit(CDR_CELL_JSON_KEY, raw + i, end_ - start - i, text + len, &means);
        len += means;
    }
    bool value;
    cdr_status s = is_value(t, text, len, &value, err);
    if (s != CDR_OK)
        return s;
    if (t->nest.path_len > 0)
        cdr_nest_path_add(&t->nest, ".", 1);
    if (!value) {
        cdr_nest_path_add(&t->nest, text, len);
        return CDR_OK;
    }
    cdr_nest_path_add(&t->nest, "*", 1);
    return add_here(t, start, end_, CDR_CELL_JSON_KEY, false, err);
}

static cdr_status break_off(cdr_cells *t)
{
    json *j = t->state;
    restart(t);
    j->mode = MODE_LINES;
    return CDR_OK;
}

/* ->pos is inside of a string. */
static cdr_status string(cdr_cells *t, cdr_err *err)
{
    json *j = t->state;
    const char *text = t->text.data;
    size_t at = t->pos, len = t->text.len, whole = at, escape = 0;
    while (at < len && text[at] != '"' && text[at] != '\n') {
        /* Where it may be cut: not in an escape, nor between two that make one character. */
        if (at + 16 <= len && at >= escape)
            whole = at;
        escape = text[at] == '\\' ? at + 12 : escape;
        at += text[at] == '\\' ? 2 : 1;
    }
    bool cut = at >= len;
    if (cut && !cdr_cells_must_go_on(t))
        return CDR_NEED_MORE;
    at = cut && !t->last && whole > t->pos ? whole : CDR_MIN(at, len);
    cdr_status s = CDR_OK;
    if (j->key && !j->later && !cut)
        s = name(t, t->pos, at, err);
    else
        s = add_here(t, t->pos, at, j->key ? CDR_CELL_JSON_KEY : CDR_CELL_JSON_STRING, j->later, err);
    t->pos = at;
    j->later = cut;
    if (s != CDR_OK || cut)
        return s;
    if (text[at] == '\n')
        return break_off(t);
    t->pos++;
    j->mode = MODE_VALUE;
    return CDR_OK;
}

static bool is_bare(const char *w, size_t len)
{
    static const char *const words[] = {"true", "false", "null"};
    for (size_t i = 0; i < CDR_COUNT(words); i++)
        if (len == strlen(words[i]) && !memcmp(w, words[i], len))
            return true;
    for (size_t i = 0; i < len; i++)
        if (!w[i] || !strchr("-+.0123456789eE", w[i]))
            return false;
    return len > 0;
}

static cdr_status bare(cdr_cells *t, cdr_err *err)
{
    size_t at = t->pos, start = t->pos;
    const char *text = t->text.data;
    while (at < t->text.len && (!text[at] || !strchr(",]} \t\r\n:\"[{", text[at])) && at - start < 512)
        at++;
    if (at == t->text.len && !cdr_cells_must_go_on(t))
        return CDR_NEED_MORE;
    if (!is_bare(text + start, at - start))
        return break_off(t);
    t->pos = at;
    /* Yes and no tell something only when what they are about is personal: a scan does not look at them. */
    bool word = text[start] == 't' || text[start] == 'f' || text[start] == 'n';
    if (text[start] == 'n' || (word && !cdr_opt_flag(t->job->cli, "redact")))
        return CDR_OK;
    return add_here(t, start, at, CDR_CELL_JSON_BARE, false, err);
}

static cdr_status plain_line(cdr_cells *t, cdr_err *err)
{
    json *j = t->state;
    const char *start = t->text.data + t->pos, *nl = memchr(start, '\n', t->text.len - t->pos);
    if (!nl && !cdr_cells_must_go_on(t))
        return CDR_NEED_MORE;
    size_t end_ = nl ? (size_t)(nl - t->text.data) : t->text.len;
    cdr_status s = add_here(t, t->pos, end_, CDR_CELL_RAW, false, err);
    t->pos = nl ? end_ + 1 : end_;
    if (nl && j->lines)
        restart(t);
    return s;
}

static cdr_status open_level(cdr_cells *t, char bracket)
{
    json *j = t->state;
    bool array = bracket == '[';
    if (array)
        cdr_nest_path_add(&t->nest, "[]", 2);
    if (!cdr_nest_push(&t->nest, array, true))
        return break_off(t);
    j->mode = array ? MODE_VALUE : MODE_KEY;
    t->pos++;
    return CDR_OK;
}

static cdr_status sign(cdr_cells *t, char c, cdr_err *err)
{
    json *j = t->state;
    cdr_nest *n = &t->nest;
    bool array = n->depth > 0 && n->levels[n->depth].array;
    switch (c) {
    case '{': case '[':
        return open_level(t, c);
    case '}': case ']':
        if (n->depth == 0 || array != (c == ']'))
            return break_off(t);
        t->pos++;
        j->mode = MODE_VALUE;
        return cdr_nest_pop(n, err);
    case ',':
        cdr_nest_path_reset(n);
        j->mode = array || n->depth == 0 ? MODE_VALUE : MODE_KEY;
        t->pos++;
        return CDR_OK;
    default:   /* ':' */
        j->mode = MODE_VALUE;
        t->pos++;
        return CDR_OK;
    }
}

static cdr_status step(cdr_cells *t, cdr_err *err)
{
    json *j = t->state;
    if (j->mode == MODE_STRING)
        return string(t, err);
    if (j->mode == MODE_LINES)
        return plain_line(t, err);
    char c = t->text.data[t->pos];
    if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
        if (c == '\n' && j->lines && t->nest.depth > 0)
            restart(t);
        t->pos++;
        return CDR_OK;
    }
    if (c == '"') {
        j->key = j->mode == MODE_KEY;
        j->mode = MODE_STRING;
        j->later = false;
        t->pos++;
        return t->pos < t->text.len ? string(t, err) : CDR_OK;
    }
    return c && strchr("{}[],:", c) ? sign(t, c, err) : bare(t, err);
}

const cdr_cells_reader cdr_cells_json = {begin, rewind_, step, end};
