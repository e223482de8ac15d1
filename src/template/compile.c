/* SPDX-License-Identifier: Apache-2.0 */
#include "template/compiled.h"

#include <ctype.h>

typedef struct compiler {
    cdr_template *t;
    cdr_template_find find;
    void *arg;
    size_t bytes;                                   /* text read so far, with partials */
    uint32_t open[CDR_TEMPLATE_DEPTH_MAX];          /* steps of the sections that are open */
    unsigned open_count;
    cdr_err *err;
} compiler;

/* One template text being read. */
typedef struct reading {
    cdr_template_source src;
    const char *name;                               /* copy in the arena */
    size_t at;
    uint32_t line;
    unsigned partial_depth;
} reading;

typedef struct tag {
    char sigil;                                     /* 0 for a plain value, '{' for a triple */
    const char *name;
    size_t len;
    size_t begin, end;                              /* of the whole tag in the text */
} tag;

static cdr_status refuse(const compiler *c, const reading *r, const char *id, const char *what)
{
    return cdr_fail(c->err, CDR_E_INVAL, "template", id, "Template %s, line %u: %s.", r->name, (unsigned)r->line, what);
}

static step *push(compiler *c, const reading *r, step_kind kind)
{
    step *s = step_list_push(&c->t->steps);
    if (s) {
        s->kind = kind;
        s->line = r->line;
        s->source = r->name;
    }
    return s;
}

static cdr_status add_text(compiler *c, const reading *r, size_t from, size_t to)
{
    if (from >= to)
        return CDR_OK;
    step *s = push(c, r, STEP_TEXT);
    char *copy = cdr_arena_strndup(c->t->arena, r->src.text + from, to - from);
    if (!s || !copy)
        return cdr_fail_nomem(c->err, "template");
    s->text = copy;
    s->len = to - from;
    return CDR_OK;
}

static void count_lines(reading *r, size_t to)
{
    for (; r->at < to; r->at++)
        r->line += r->src.text[r->at] == '\n';
}

/* Reads the tag whose opening braces stand at ${begin}. */
static cdr_status read_tag(const compiler *c, const reading *r, size_t begin, tag *ret)
{
    const char *text = r->src.text;
    size_t at = begin + 2, len = r->src.len;
    *ret = (tag){.begin = begin};
    if (at < len && memchr("#^/!>&{=", text[at], 8))
        ret->sigil = text[at++];
    const char *closing = ret->sigil == '{' ? "}}}" : "}}";
    const char *end = memmem(text + at, len - at, closing, strlen(closing));
    if (!end)
        return refuse(c, r, "template.open-tag", "a {{ has no }}");
    ret->end = (size_t)(end - text) + strlen(closing);
    size_t stop = (size_t)(end - text);
    while (at < stop && isspace((unsigned char)text[at]))
        at++;
    while (stop > at && isspace((unsigned char)text[stop - 1]))
        stop--;
    ret->name = text + at;
    ret->len = stop - at;
    return ret->sigil == '=' ? refuse(c, r, "template.delimiters", "{{= does not exist here") : CDR_OK;
}

static bool name_is_good(const tag *g)
{
    if (g->len == 0 || g->len > 200)
        return false;
    if (g->len == 1 && g->name[0] == '.')
        return g->sigil != '>' && g->sigil != '/';
    for (size_t i = 0; i < g->len; i++) {
        char ch = g->name[i];
        bool dot = ch == '.' && i > 0 && i + 1 < g->len && g->name[i - 1] != '.';
        if (!isalnum((unsigned char)ch) && ch != '_' && ch != '-' && !dot)
            return false;
    }
    return true;
}

/* The dotted name as words, each with its NUL. */
static cdr_status set_name(const compiler *c, step *s, const tag *g)
{
    if (!s)
        return cdr_fail_nomem(c->err, "template");
    char *words = cdr_arena_strndup(c->t->arena, g->name, g->len);
    if (!words)
        return cdr_fail_nomem(c->err, "template");
    s->text = words;
    s->len = g->len;
    s->parts = g->len == 1 && words[0] == '.' ? 0 : 1;
    for (size_t i = 0; s->parts > 0 && i < g->len; i++)
        if (words[i] == '.') {
            words[i] = '\0';
            s->parts++;
        }
    return CDR_OK;
}

static cdr_status open_section(compiler *c, reading *r, const tag *g)
{
    if (c->open_count == CDR_TEMPLATE_DEPTH_MAX)
        return refuse(c, r, "template.too-deep", "sections nest deeper than 16");
    c->open[c->open_count++] = (uint32_t)c->t->steps.len;
    return set_name(c, push(c, r, g->sigil == '#' ? STEP_SECTION : STEP_INVERTED), g);
}

static cdr_status close_section(compiler *c, reading *r, const tag *g, unsigned floor)
{
    if (c->open_count == floor)
        return refuse(c, r, "template.unopened", "a section is closed that was not opened");
    step *end = push(c, r, STEP_END);
    cdr_status s = set_name(c, end, g);
    if (s != CDR_OK)
        return s;
    uint32_t at = (uint32_t)c->t->steps.len - 1, from = c->open[--c->open_count];
    step *begin = &c->t->steps.at[from];
    if (begin->len != end->len || memcmp(begin->text, end->text, end->len))
        return refuse(c, r, "template.mismatch", "this closes another section than the one that is open");
    begin->jump = at;
    end->jump = from;
    return CDR_OK;
}

static bool alone_on_line(const reading *r, const tag *g, size_t *ret_begin, size_t *ret_end)
{
    const char *text = r->src.text;
    size_t begin = g->begin, end = g->end;
    while (begin > 0 && (text[begin - 1] == ' ' || text[begin - 1] == '\t'))
        begin--;
    while (end < r->src.len && (text[end] == ' ' || text[end] == '\t' || text[end] == '\r'))
        end++;
    if ((begin > 0 && text[begin - 1] != '\n') || (end < r->src.len && text[end] != '\n') || begin < r->at)
        return false;
    *ret_begin = begin;
    *ret_end = end + (end < r->src.len);
    return true;
}

static cdr_status compile_text(compiler *c, reading *r);

static cdr_status include(compiler *c, const reading *r, const tag *g)
{
    char name[201];
    memcpy(name, g->name, g->len);
    name[g->len] = '\0';
    reading inner = {.line = 1, .partial_depth = r->partial_depth + 1};
    if (inner.partial_depth > CDR_TEMPLATE_PARTIALS_MAX)
        return refuse(c, r, "template.partial-depth", "partials include each other deeper than 8");
    if (!c->find || !c->find(c->arg, name, &inner.src))
        return cdr_fail(c->err, CDR_E_INVAL, "template", "template.no-partial", "Template %s, line %u: there is no template %s.", r->name, (unsigned)r->line, name);
    return compile_text(c, &inner);
}

static cdr_status compile_tag(compiler *c, reading *r, const tag *g, unsigned floor)
{
    if (g->sigil == '!')
        return CDR_OK;
    if (!name_is_good(g))
        return refuse(c, r, "template.name", "a name has letters, digits, _ - and single dots");
    switch (g->sigil) {
    case '#':
    case '^': return open_section(c, r, g);
    case '/': return close_section(c, r, g, floor);
    case '>': return include(c, r, g);
    case '&':
    case '{': return c->t->mode == CDR_TEMPLATE_HTML ? refuse(c, r, "template.raw", "only built-in pages may show a value unescaped") : set_name(c, push(c, r, STEP_RAW), g);
    default: return set_name(c, push(c, r, STEP_VALUE), g);
    }
}

/* Recursion is over partials only and stops at CDR_TEMPLATE_PARTIALS_MAX. */
static cdr_status compile_text(compiler *c, reading *r)
{
    unsigned floor = c->open_count;
    r->name = cdr_arena_strdup(c->t->arena, r->src.name);
    if (!r->name)
        return cdr_fail_nomem(c->err, "template");
    c->bytes += r->src.len;
    if (c->bytes > CDR_TEMPLATE_BYTES_MAX)
        return refuse(c, r, "template.too-large", "the text with its partials is larger than 1 MiB");
    while (r->at < r->src.len) {
        const char *open = memmem(r->src.text + r->at, r->src.len - r->at, "{{", 2);
        size_t begin = open ? (size_t)(open - r->src.text) : r->src.len;
        tag g = {.begin = begin, .end = begin};
        cdr_status s = open ? read_tag(c, r, begin, &g) : CDR_OK;
        if (s == CDR_OK && open && g.sigil && memchr("#^/!>", g.sigil, 5))
            alone_on_line(r, &g, &g.begin, &g.end);
        if (s == CDR_OK)
            s = add_text(c, r, r->at, g.begin);
        count_lines(r, CDR_MAX(r->at, CDR_MIN(begin, g.end)));
        if (s == CDR_OK && open)
            s = compile_tag(c, r, &g, floor);
        if (s != CDR_OK)
            return s;
        count_lines(r, g.end);
    }
    return c->open_count == floor ? CDR_OK : refuse(c, r, "template.unclosed", "a section is not closed");
}

cdr_status cdr_template_new(const cdr_template_source *source, cdr_template_mode mode, cdr_template_find find, void *arg, cdr_template **ret, cdr_err *err)
{
    *ret = NULL;
    _cleanup_(cdr_template_freep) cdr_template *t = cdr_alloc(sizeof *t);
    if (t)
        t->arena = cdr_arena_new((size_t)CDR_TEMPLATE_BYTES_MAX * 8);
    if (!t || !t->arena)
        return cdr_fail_nomem(err, "template");
    t->mode = mode;
    compiler c = {.t = t, .find = find, .arg = arg, .err = err};
    reading r = {.src = *source, .line = 1};
    cdr_status s = compile_text(&c, &r);
    if (s == CDR_OK)
        *ret = CDR_TAKE(t);
    return s;
}

void cdr_template_free(cdr_template *t)
{
    if (!t)
        return;
    step_list_done(&t->steps);
    cdr_arena_free(t->arena);
    cdr_free(t);
}
