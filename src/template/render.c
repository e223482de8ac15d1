/* SPDX-License-Identifier: Apache-2.0 */
#include "template/compiled.h"
#include "template/put.h"

#include <inttypes.h>
#include <stdio.h>

/* Bytes that are gathered before they are handed to a sink. */
#define FLUSH_AT ((size_t)64 << 10)
#define VALUE_MAX ((size_t)16 << 20)

enum { FRAMES_MAX = 128 };

typedef struct frame {
    const json_t *value;
    const json_t *list;      /* NULL: rendered once */
    size_t index;
    const cdr_template_cell *cell;   /* a section over a text: {{.}} is the text */
} frame;

typedef struct call { size_t back; unsigned indent_from, indent_to; } call;

typedef struct rendering {
    const cdr_template *t;
    const cdr_template_columns *columns;   /* NULL: ->frames[0].value is the data */
    const cdr_template_cell *cells;
    frame frames[FRAMES_MAX];
    unsigned depth;
    call calls[CDR_TEMPLATE_CALLS_MAX];
    unsigned call_count;
    char indent[CDR_TEMPLATE_INDENT_MAX];
    unsigned indent_from, indent_to;       /* what lines are moved to the right by now */
    cdr_buf *out;
    cdr_template_sink sink;                /* NULL: everything stays in ->out */
    void *arg;
    cdr_err *err;
} rendering;

/* What a name stands for: a text, a JSON value, or neither. */
typedef struct found { const json_t *json; const cdr_template_cell *cell; } found;

static inline found in_row(const rendering *r, const step *s)
{
    uint16_t slot = r->columns->slot[s - r->t->steps.at];
    const cdr_template_cell *cell = slot > 0 ? &r->cells[slot - 1] : NULL;
    return !cell ? (found){0} : cell->json ? (found){.json = cell->json} : cell->text ? (found){.cell = cell} : (found){0};
}

/* The first word is looked for from the innermost item outwards, the others below what it names. */
static found lookup(const rendering *r, const step *s)
{
    if (s->parts == 0)
        return (found){r->frames[r->depth].value, r->frames[r->depth].cell};
    if (r->columns && s->parts == 1 && (r->depth == 0 || (r->depth == 1 && !r->frames[1].value)))
        return in_row(r, s);       /* most of a letter */
    found f = {0};
    unsigned least = r->columns ? 1 : 0;
    for (unsigned i = r->depth + 1; i-- > least && !f.json;)
        f.json = json_object_get(r->frames[i].value, s->text);
    if (!f.json && r->columns)
        f = in_row(r, s);
    if (s->parts > 1)
        f.cell = NULL;
    const char *word = s->text;
    for (uint32_t n = 1; n < s->parts && f.json; n++) {
        word += strlen(word) + 1;
        f.json = json_object_get(f.json, word);
    }
    return f;
}

static bool is_true(found f)
{
    if (!f.json)
        return f.cell && f.cell->len > 0;
    switch (json_typeof(f.json)) {
    case JSON_OBJECT: return json_object_size(f.json) > 0;
    case JSON_ARRAY: return json_array_size(f.json) > 0;
    case JSON_STRING: return json_string_length(f.json) > 0;
    case JSON_INTEGER: return json_integer_value(f.json) != 0;
    case JSON_REAL: return json_real_value(f.json) < 0 || json_real_value(f.json) > 0;
    case JSON_TRUE: return true;
    case JSON_FALSE:
    case JSON_NULL: return false;
    }
    return false;
}

/* The whole dotted name for a message: its words are kept apart by NULs. */
static void dotted(const step *s, char out[201])
{
    memcpy(out, s->text, s->len);
    out[s->len] = '\0';
    for (size_t i = 0; i < s->len; i++)
        if (out[i] == '\0')
            out[i] = '.';
}

static cdr_status no_value(const rendering *r, const step *s, const char *why)
{
    char name[201];
    dotted(s, name);
    return cdr_fail(r->err, CDR_E_INVAL, "template", "template.no-value", "Template %s, line %u: %s %s.", s->source, (unsigned)s->line, name, why);
}

static void emit_indent(rendering *r)
{
    put(r->out, r->indent + r->indent_from, r->indent_to - r->indent_from);
}

/* Text of the template, each of its lines moved to the right as the partial it stands in is. */
static void emit_text(rendering *r, const step *s)
{
    if (r->indent_from == r->indent_to) {
        put(r->out, s->text, s->len);
        return;
    }
    for (size_t from = 0; from < s->len;) {
        const char *newline = memchr(s->text + from, '\n', s->len - from);
        size_t to = newline ? (size_t)(newline - s->text) + 1 : s->len;
        if (from > 0)
            emit_indent(r);
        put(r->out, s->text + from, to - from);
        from = to;
    }
}

static cdr_status emit(rendering *r, const step *s, const char *text, size_t len)
{
    if (len > VALUE_MAX)
        return cdr_fail(r->err, CDR_E_LIMIT, "template", "template.value-size", "Template %s, line %u: a value is too large.", s->source, (unsigned)s->line);
    if (s->kind == STEP_RAW || r->t->mode == CDR_TEMPLATE_TEXT)
        put(r->out, text, len);
    else
        cdr_html_escape(r->out, text, len);
    return CDR_OK;
}

static cdr_status emit_value(rendering *r, const step *s)
{
    found f = lookup(r, s);
    char number[40];
    if (f.cell)
        return emit(r, s, f.cell->text, f.cell->len);
    if (!f.json)
        return s->optional ? CDR_OK : no_value(r, s, "has no value");
    switch (json_typeof(f.json)) {
    case JSON_STRING: return emit(r, s, json_string_value(f.json), json_string_length(f.json));
    case JSON_INTEGER: snprintf(number, sizeof number, "%" JSON_INTEGER_FORMAT, json_integer_value(f.json)); break;
    case JSON_REAL: snprintf(number, sizeof number, "%.15g", json_real_value(f.json)); break;
    case JSON_TRUE: return emit(r, s, "yes", 3);
    case JSON_FALSE: return emit(r, s, "no", 2);
    case JSON_NULL: return CDR_OK;
    case JSON_OBJECT:
    case JSON_ARRAY: return no_value(r, s, "is a list or a group; use a section for it");
    }
    return emit(r, s, number, strlen(number));
}

static cdr_status too_deep(const rendering *r, const step *s)
{
    return cdr_fail(r->err, CDR_E_LIMIT, "template", "template.partial-depth", "Template %s, line %u: partials and sections nest too deep; does a partial use itself without an end?",
                    s->source, (unsigned)s->line);
}

static cdr_status enter(rendering *r, const step *s, size_t *at)
{
    found f = lookup(r, s);
    bool truth = is_true(f);
    if (s->kind == STEP_INVERTED || !truth) {
        *at = (s->kind == STEP_INVERTED) == truth ? s->jump + 1 : *at + 1;
        return CDR_OK;
    }
    if (r->depth + 1 == FRAMES_MAX)
        return too_deep(r, s);
    bool list = json_is_array(f.json);
    r->frames[++r->depth] = (frame){list ? json_array_get(f.json, 0) : f.json, list ? f.json : NULL, 0, f.cell};
    ++*at;
    return CDR_OK;
}

/* Returns the next step to take. */
static size_t leave(rendering *r, const step *s, size_t at)
{
    if (r->t->steps.at[s->jump].kind == STEP_INVERTED)
        return at + 1;
    frame *f = &r->frames[r->depth];
    if (f->list && ++f->index < json_array_size(f->list)) {
        f->value = json_array_get(f->list, f->index);
        return s->jump + 1;
    }
    r->depth--;
    return at + 1;
}

/* A partial within a line is not moved to the right, one with a line of its own by its blanks and those of what it stands in. */
static cdr_status call_partial(rendering *r, const step *s, size_t *at)
{
    if (r->call_count == CDR_TEMPLATE_CALLS_MAX || r->indent_to + s->len > CDR_TEMPLATE_INDENT_MAX)
        return too_deep(r, s);
    r->calls[r->call_count++] = (call){*at + 1, r->indent_from, r->indent_to};
    if (!s->alone)
        r->indent_from = r->indent_to;
    memcpy(r->indent + r->indent_to, s->text, s->len);
    r->indent_to += (unsigned)s->len;
    *at = r->t->programs.at[s->jump].begin;
    return CDR_OK;
}

static cdr_status flush(rendering *r)
{
    cdr_status s = cdr_buf_status(r->out);
    if (s != CDR_OK)
        return cdr_fail(r->err, s, "template", "template.output-size", "What the template makes is larger than allowed.");
    if (r->sink && r->out->len > 0) {
        s = r->sink(r->arg, r->out->data, r->out->len, r->err);
        cdr_buf_clear(r->out);
    }
    return s;
}

static cdr_status take(rendering *r, const step *now, size_t *at)
{
    if (now->line_start && r->indent_from < r->indent_to)
        emit_indent(r);
    switch (now->kind) {
    case STEP_TEXT: emit_text(r, now); break;
    case STEP_VALUE:
    case STEP_RAW: ++*at; return emit_value(r, now);
    case STEP_SECTION:
    case STEP_INVERTED: return enter(r, now, at);
    case STEP_END: *at = leave(r, now, *at); return CDR_OK;
    case STEP_PARTIAL: return call_partial(r, now, at);
    case STEP_RETURN: {
        const call *c = &r->calls[--r->call_count];
        *at = c->back;
        r->indent_from = c->indent_from;
        r->indent_to = c->indent_to;
        return CDR_OK;
    }
    }
    ++*at;
    return CDR_OK;
}

static cdr_status run(rendering *r)
{
    const step *steps = r->t->steps.at;
    cdr_status s = CDR_OK;
    uint32_t taken = 0;
    for (size_t at = 0; s == CDR_OK;) {
        const step *now = &steps[at];
        if (now->kind == STEP_RETURN && r->call_count == 0)
            return flush(r);
        if (++taken > CDR_TEMPLATE_STEPS_MAX)
            return cdr_fail(r->err, CDR_E_LIMIT, "template", "template.endless", "Template %s repeats too much; nest fewer sections.", now->source);
        s = take(r, now, &at);
        if (s == CDR_OK && (r->out->status != CDR_OK || (r->sink && r->out->len >= FLUSH_AT)))
            s = flush(r);
    }
    return s;
}

/* Not one initialiser: the frames are 4 KiB, and a letter takes less than a microsecond. */
static void begin(rendering *r, const cdr_template *t, const json_t *data, cdr_buf *out, cdr_err *err)
{
    r->t = t;
    r->columns = NULL;
    r->cells = NULL;
    r->frames[0] = (frame){.value = data};
    r->depth = r->call_count = r->indent_from = r->indent_to = 0;
    r->out = out;
    r->sink = NULL;
    r->arg = NULL;
    r->err = err;
}

cdr_status cdr_template_render(const cdr_template *t, const json_t *data, cdr_template_sink sink, void *arg, cdr_err *err)
{
    _cleanup_buf_ cdr_buf gathered = CDR_BUF(FLUSH_AT + VALUE_MAX * 8);
    rendering r;
    begin(&r, t, data, &gathered, err);
    r.sink = sink;
    r.arg = arg;
    return run(&r);
}

cdr_status cdr_template_render_buf(const cdr_template *t, const json_t *data, cdr_buf *out, cdr_err *err)
{
    rendering r;
    begin(&r, t, data, out, err);
    return run(&r);
}

cdr_status cdr_template_render_row(const cdr_template *t, const cdr_template_columns *columns, const cdr_template_cell *cells, cdr_buf *out, cdr_err *err)
{
    rendering r;
    begin(&r, t, NULL, out, err);
    r.columns = columns;
    r.cells = cells;
    size_t before = out->len;
    cdr_status s = run(&r);
    if (s != CDR_OK && out->data) {
        out->len = before;
        out->data[before] = '\0';
    }
    return s;
}
