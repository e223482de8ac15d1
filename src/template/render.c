/* SPDX-License-Identifier: Apache-2.0 */
#include "template/compiled.h"

#include <inttypes.h>
#include <stdio.h>

typedef struct frame {
    const json_t *value;
    const json_t *list;      /* NULL: rendered once */
    size_t index;
} frame;

typedef struct rendering {
    const cdr_template *t;
    frame frames[CDR_TEMPLATE_DEPTH_MAX + 1];
    unsigned depth;
    cdr_buf value;           /* one value being escaped */
    cdr_template_sink sink;
    void *arg;
    cdr_err *err;
} rendering;

#define VALUE_MAX (16u << 20)

/* The first word is looked for from the innermost item outwards, the others below what it names. */
static const json_t *lookup(const rendering *r, const step *s)
{
    if (s->parts == 0)
        return r->frames[r->depth].value;
    const json_t *found = NULL;
    for (unsigned i = r->depth + 1; i-- > 0 && !found;)
        found = json_object_get(r->frames[i].value, s->text);
    const char *word = s->text;
    for (uint32_t n = 1; n < s->parts && found; n++) {
        word += strlen(word) + 1;
        found = json_object_get(found, word);
    }
    return found;
}

static bool is_true(const json_t *v)
{
    if (!v)
        return false;
    switch (json_typeof(v)) {
    case JSON_OBJECT: return json_object_size(v) > 0;
    case JSON_ARRAY: return json_array_size(v) > 0;
    case JSON_STRING: return json_string_length(v) > 0;
    case JSON_INTEGER: return json_integer_value(v) != 0;
    case JSON_REAL: return json_real_value(v) < 0 || json_real_value(v) > 0;
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

static cdr_status emit_text(rendering *r, const step *s, const char *text, size_t len)
{
    if (s->kind == STEP_RAW || r->t->mode == CDR_TEMPLATE_TEXT)
        return r->sink(r->arg, text, len, r->err);
    cdr_buf_clear(&r->value);
    cdr_html_escape(&r->value, text, len);
    if (cdr_buf_status(&r->value) != CDR_OK)
        return cdr_fail(r->err, cdr_buf_status(&r->value), "template", "template.value-size", "Template %s, line %u: a value is too large.", s->source, (unsigned)s->line);
    return r->sink(r->arg, r->value.data, r->value.len, r->err);
}

static cdr_status emit_value(rendering *r, const step *s)
{
    const json_t *v = lookup(r, s);
    char number[40];
    if (!v)
        return no_value(r, s, "has no value");
    switch (json_typeof(v)) {
    case JSON_STRING: return emit_text(r, s, json_string_value(v), json_string_length(v));
    case JSON_INTEGER: snprintf(number, sizeof number, "%" JSON_INTEGER_FORMAT, json_integer_value(v)); break;
    case JSON_REAL: snprintf(number, sizeof number, "%.15g", json_real_value(v)); break;
    case JSON_TRUE: return emit_text(r, s, "yes", 3);
    case JSON_FALSE: return emit_text(r, s, "no", 2);
    case JSON_NULL: return CDR_OK;
    case JSON_OBJECT:
    case JSON_ARRAY: return no_value(r, s, "is a list or a group; use a section for it");
    }
    return emit_text(r, s, number, strlen(number));
}

/* Returns the next step to take. */
static size_t enter(rendering *r, const step *s, size_t at)
{
    const json_t *v = lookup(r, s);
    bool truth = is_true(v);
    if (s->kind == STEP_INVERTED)
        return truth ? s->jump + 1 : at + 1;
    if (!truth)
        return s->jump + 1;
    bool list = json_is_array(v);
    r->frames[++r->depth] = (frame){list ? json_array_get(v, 0) : v, list ? v : NULL, 0};
    return at + 1;
}

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

static cdr_status run(rendering *r)
{
    const step_list *steps = &r->t->steps;
    cdr_status s = CDR_OK;
    uint32_t taken = 0;
    for (size_t at = 0; at < steps->len && s == CDR_OK;) {
        const step *now = &steps->at[at];
        if (++taken > CDR_TEMPLATE_STEPS_MAX)
            return cdr_fail(r->err, CDR_E_LIMIT, "template", "template.endless", "Template %s repeats too much; nest fewer sections.", now->source);
        switch (now->kind) {
        case STEP_TEXT: s = r->sink(r->arg, now->text, now->len, r->err); at++; break;
        case STEP_VALUE:
        case STEP_RAW: s = emit_value(r, now); at++; break;
        case STEP_SECTION:
        case STEP_INVERTED: at = enter(r, now, at); break;
        case STEP_END: at = leave(r, now, at); break;
        }
    }
    return s;
}

cdr_status cdr_template_render(const cdr_template *t, const json_t *data, cdr_template_sink sink, void *arg, cdr_err *err)
{
    rendering r = {.t = t, .frames = {{data, NULL, 0}}, .value = CDR_BUF(VALUE_MAX), .sink = sink, .arg = arg, .err = err};
    cdr_status s = run(&r);
    cdr_buf_done(&r.value);
    return s;
}

static cdr_status into_buf(void *arg, const char *data, size_t len, cdr_err *err)
{
    cdr_status s = cdr_buf_add(arg, data, len);
    return s == CDR_OK ? s : cdr_fail(err, s, "template", "template.output-size", "What the template makes is larger than allowed.");
}

cdr_status cdr_template_render_buf(const cdr_template *t, const json_t *data, cdr_buf *out, cdr_err *err)
{
    return cdr_template_render(t, data, into_buf, out, err);
}
