/* SPDX-License-Identifier: Apache-2.0 */
#include "template/compiled.h"

#include <ctype.h>

#define OPTIONAL_MAX 256
#define DELIMITER_MAX 8

typedef struct compiler {
    cdr_template *t;
    cdr_template_find find;
    void *arg;
    size_t bytes;                                   /* text read so far, with partials */
    const char *optional[OPTIONAL_MAX];             /* names that may be missing */
    size_t optional_count;
    uint32_t open[CDR_TEMPLATE_DEPTH_MAX];          /* steps of the sections that are open */
    unsigned open_count;
    cdr_err *err;
} compiler;

/* One text being read. */
typedef struct reading {
    cdr_template_source src;
    const char *name;                               /* copy in the arena */
    size_t at;
    uint32_t line;
    bool line_start;                                /* what comes next begins a line of the template */
    char opening[DELIMITER_MAX + 1], closing[DELIMITER_MAX + 1];
} reading;

typedef struct tag {
    char sigil;                                     /* 0 for a plain value, '{' for a triple */
    const char *name;
    size_t len;
    size_t begin, end;                              /* of the whole tag in the text, with its line when it stands alone */
    bool alone;
    const char *indent; size_t indent_len;          /* blanks before a tag that stands alone */
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

/* The step writes something where the reading stands: if that is where a line begins, it is the first of the line. */
static void mark_line(reading *r, step *s, bool ends_line)
{
    s->line_start = r->line_start;
    r->line_start = ends_line;
}

static cdr_status add_text(compiler *c, reading *r, size_t from, size_t to)
{
    if (from >= to)
        return CDR_OK;
    step *s = push(c, r, STEP_TEXT);
    char *copy = cdr_arena_strndup(c->t->arena, r->src.text + from, to - from);
    if (!s || !copy)
        return cdr_fail_nomem(c->err, "template");
    s->text = copy;
    s->len = to - from;
    mark_line(r, s, copy[to - from - 1] == '\n');
    return CDR_OK;
}

static void count_lines(reading *r, size_t to)
{
    for (; r->at < to; r->at++)
        r->line += r->src.text[r->at] == '\n';
}

static const char *find_text(const char *text, size_t len, const char *what)
{
    return memmem(text, len, what, strlen(what));
}

/* Reads the tag whose opening delimiter stands at ${begin}. */
static cdr_status read_tag(const compiler *c, const reading *r, size_t begin, tag *ret)
{
    const char *text = r->src.text;
    size_t at = begin + strlen(r->opening), len = r->src.len;
    *ret = (tag){.begin = begin};
    if (at < len && memchr("#^/!>&{=", text[at], 8))
        ret->sigil = text[at++];
    char closing[DELIMITER_MAX + 3];
    size_t extra = ret->sigil == '{' || ret->sigil == '=';
    closing[0] = ret->sigil == '{' ? '}' : '=';
    memcpy(closing + extra, r->closing, strlen(r->closing) + 1);
    const char *end = find_text(text + at, len - at, closing);
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
    return CDR_OK;
}

static bool name_is_good(const tag *g)
{
    if (g->len == 0 || g->len > 200)
        return false;
    if (g->len == 1 && g->name[0] == '.')
        return g->sigil != '>';
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

static cdr_status add_value(compiler *c, reading *r, const tag *g, step_kind kind)
{
    step *s = push(c, r, kind);
    if (s)
        mark_line(r, s, false);
    return set_name(c, s, g);
}

static cdr_status open_section(compiler *c, reading *r, const tag *g)
{
    if (c->open_count == CDR_TEMPLATE_DEPTH_MAX)
        return refuse(c, r, "template.too-deep", "sections nest deeper than 16");
    c->open[c->open_count++] = (uint32_t)c->t->steps.len;
    step *s = push(c, r, g->sigil == '#' ? STEP_SECTION : STEP_INVERTED);
    if (s && !g->alone)
        mark_line(r, s, false);
    return set_name(c, s, g);
}

static cdr_status close_section(compiler *c, reading *r, const tag *g)
{
    if (c->open_count == 0)
        return refuse(c, r, "template.unopened", "a section is closed that was not opened");
    step *end = push(c, r, STEP_END);
    if (end && !g->alone)
        mark_line(r, end, false);
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

/* Only blanks stand beside the tag: then the line goes with it. */
static void take_line(const reading *r, tag *g)
{
    const char *text = r->src.text;
    size_t begin = g->begin, end = g->end;
    while (begin > 0 && (text[begin - 1] == ' ' || text[begin - 1] == '\t'))
        begin--;
    while (end < r->src.len && (text[end] == ' ' || text[end] == '\t' || text[end] == '\r'))
        end++;
    if ((begin > 0 && text[begin - 1] != '\n') || (end < r->src.len && text[end] != '\n') || begin < r->at)
        return;
    g->alone = true;
    g->indent = text + begin;
    g->indent_len = g->begin - begin;
    g->begin = begin;
    g->end = end + (end < r->src.len);
}

/* The partial's program, made when it is met for the first time; its text is read later, so that partials may name one another. */
static cdr_status find_program(compiler *c, const reading *r, const char *name, uint32_t *ret)
{
    program_list *all = &c->t->programs;
    for (*ret = 0; *ret < all->len; ++*ret)
        if (*ret > 0 && !strcmp(all->at[*ret].name, name))
            return CDR_OK;
    cdr_template_source src;
    *ret = NO_PROGRAM;
    if (!c->find || !c->find(c->arg, name, &src))
        return c->t->lenient ? CDR_OK
                             : cdr_fail(c->err, CDR_E_INVAL, "template", "template.no-partial", "Template %s, line %u: there is no template %s.", r->name, (unsigned)r->line, name);
    if (all->len == CDR_TEMPLATE_PARTIALS_MAX)
        return refuse(c, r, "template.partials", "more than 64 partials are used");
    program *p = program_list_push(all);
    const char *copy = cdr_arena_strdup(c->t->arena, name);
    if (!p || !copy)
        return cdr_fail_nomem(c->err, "template");
    *p = (program){.name = copy, .src = src};
    *ret = (uint32_t)all->len - 1;
    return CDR_OK;
}

static cdr_status include(compiler *c, reading *r, const tag *g)
{
    char name[201];
    memcpy(name, g->name, g->len);
    name[g->len] = '\0';
    uint32_t at;
    cdr_status s = find_program(c, r, name, &at);
    if (s != CDR_OK || at == NO_PROGRAM)
        return s;
    step *call = push(c, r, STEP_PARTIAL);
    const char *indent = cdr_arena_strndup(c->t->arena, g->alone ? g->indent : "", g->alone ? g->indent_len : 0);
    if (!call || !indent)
        return cdr_fail_nomem(c->err, "template");
    call->jump = at;
    call->alone = g->alone;
    call->text = indent;
    call->len = g->alone ? g->indent_len : 0;
    if (!g->alone)
        mark_line(r, call, false);
    return CDR_OK;
}

/* {{=<% %>=}}: two words without blanks or equals signs. */
static cdr_status set_delimiters(const compiler *c, reading *r, const tag *g)
{
    size_t first = 0, second = g->len;
    while (first < g->len && !isspace((unsigned char)g->name[first]))
        first++;
    while (second > first && !isspace((unsigned char)g->name[second - 1]))
        second--;
    size_t last = g->len - second;
    bool good = first > 0 && last > 0 && second > first && first <= DELIMITER_MAX && last <= DELIMITER_MAX && !memchr(g->name, '=', g->len);
    for (size_t i = first; good && i < second; i++)
        good = isspace((unsigned char)g->name[i]);
    if (!good)
        return refuse(c, r, "template.delimiters", "new delimiters are two words of at most 8 characters, as in {{=<% %>=}}");
    memcpy(r->opening, g->name, first);
    r->opening[first] = '\0';
    memcpy(r->closing, g->name + second, last);
    r->closing[last] = '\0';
    return CDR_OK;
}

/* A remark may declare what may be missing: {{! optional: middle_name, address.line2 }}. */
static cdr_status remark(compiler *c, const reading *r, const tag *g)
{
    static const char word[] = "optional:";
    if (g->len < sizeof word - 1 || memcmp(g->name, word, sizeof word - 1))
        return CDR_OK;
    for (size_t at = sizeof word - 1; at < g->len;) {
        while (at < g->len && (g->name[at] == ',' || isspace((unsigned char)g->name[at])))
            at++;
        tag name = {.name = g->name + at};
        while (at < g->len && g->name[at] != ',' && !isspace((unsigned char)g->name[at]))
            at++, name.len++;
        if (name.len == 0)
            break;
        if (!name_is_good(&name))
            return refuse(c, r, "template.name", "a name has letters, digits, _ - and single dots");
        if (c->optional_count == OPTIONAL_MAX)
            return refuse(c, r, "template.optional", "more than 256 names are declared optional");
        if (!(c->optional[c->optional_count++] = cdr_arena_strndup(c->t->arena, name.name, name.len)))
            return cdr_fail_nomem(c->err, "template");
    }
    return CDR_OK;
}

static cdr_status compile_tag(compiler *c, reading *r, const tag *g)
{
    if (g->sigil == '!')
        return remark(c, r, g);
    if (g->sigil == '=')
        return set_delimiters(c, r, g);
    if (!name_is_good(g))
        return refuse(c, r, "template.name", "a name has letters, digits, _ - and single dots");
    switch (g->sigil) {
    case '#':
    case '^': return open_section(c, r, g);
    case '/': return close_section(c, r, g);
    case '>': return include(c, r, g);
    case '&':
    case '{': return c->t->mode == CDR_TEMPLATE_HTML ? refuse(c, r, "template.raw", "only built-in pages may show a value unescaped") : add_value(c, r, g, STEP_RAW);
    default: return add_value(c, r, g, STEP_VALUE);
    }
}

static cdr_status compile_next(compiler *c, reading *r)
{
    const char *open = find_text(r->src.text + r->at, r->src.len - r->at, r->opening);
    size_t begin = open ? (size_t)(open - r->src.text) : r->src.len;
    tag g = {.begin = begin, .end = begin};
    if (open) {
        reading ahead = *r;
        count_lines(&ahead, begin);
        cdr_status s = read_tag(c, &ahead, begin, &g);
        if (s != CDR_OK)
            return s;
        if (g.sigil && memchr("#^/!>=", g.sigil, 6))
            take_line(r, &g);
    }
    cdr_status s = add_text(c, r, r->at, g.begin);
    count_lines(r, CDR_MAX(r->at, begin));
    if (s == CDR_OK && open)
        s = compile_tag(c, r, &g);
    count_lines(r, g.end);
    return s;
}

static cdr_status compile_program(compiler *c, size_t n)
{
    program *p = &c->t->programs.at[n];
    p->begin = c->t->steps.len;
    reading r = {.src = p->src, .name = p->name, .line = 1, .line_start = true, .opening = "{{", .closing = "}}"};
    c->bytes += r.src.len;
    if (c->bytes > CDR_TEMPLATE_BYTES_MAX)
        return refuse(c, &r, "template.too-large", "the text with its partials is larger than 1 MiB");
    while (r.at < r.src.len) {
        cdr_status s = compile_next(c, &r);
        if (s != CDR_OK)
            return s;
    }
    if (c->open_count > 0)
        return refuse(c, &r, "template.unclosed", "a section is not closed");
    return push(c, &r, STEP_RETURN) ? CDR_OK : cdr_fail_nomem(c->err, "template");
}

static bool same_name(const step *s, const char *dotted)
{
    if (strlen(dotted) != s->len)
        return false;
    for (size_t i = 0; i < s->len; i++)
        if (dotted[i] != (s->text[i] ? s->text[i] : '.'))
            return false;
    return true;
}

static void mark_optional(const compiler *c)
{
    for (size_t i = 0; i < c->t->steps.len; i++) {
        step *s = &c->t->steps.at[i];
        s->optional = c->t->lenient;
        for (size_t k = 0; k < c->optional_count && !s->optional && (s->kind == STEP_VALUE || s->kind == STEP_RAW); k++)
            s->optional = same_name(s, c->optional[k]);
    }
}

cdr_status cdr_template_new(const cdr_template_source *source, cdr_template_mode mode, cdr_template_find find, void *arg, cdr_template **ret, cdr_err *err)
{
    *ret = NULL;
    _cleanup_(cdr_template_freep) cdr_template *t = cdr_alloc(sizeof *t);
    if (t)
        t->arena = cdr_arena_new((size_t)CDR_TEMPLATE_BYTES_MAX * 8);
    program *first = t && t->arena ? program_list_push(&t->programs) : NULL;
    if (!first)
        return cdr_fail_nomem(err, "template");
    t->mode = (cdr_template_mode)((unsigned)mode & ~(unsigned)CDR_TEMPLATE_LENIENT);
    t->lenient = mode & CDR_TEMPLATE_LENIENT;
    *first = (program){.name = cdr_arena_strdup(t->arena, source->name), .src = *source};
    compiler c = {.t = t, .find = find, .arg = arg, .err = err};
    cdr_status s = first->name ? CDR_OK : cdr_fail_nomem(err, "template");
    for (size_t i = 0; i < t->programs.len && s == CDR_OK; i++)
        s = compile_program(&c, i);
    if (s == CDR_OK) {
        mark_optional(&c);
        *ret = CDR_TAKE(t);
    }
    return s;
}

cdr_status cdr_template_columns_new(const cdr_template *t, const char *const *names, size_t count, cdr_template_columns **ret, cdr_err *err)
{
    *ret = NULL;
    if (count >= UINT16_MAX)
        return cdr_fail(err, CDR_E_LIMIT, "template", "template.columns", "A template takes at most 65,534 columns.");
    cdr_template_columns *c = cdr_alloc(sizeof *c + t->steps.len * sizeof c->slot[0]);
    if (!c)
        return cdr_fail_nomem(err, "template");
    c->count = count;
    c->step_count = t->steps.len;
    for (size_t i = 0; i < t->steps.len; i++) {
        const step *s = &t->steps.at[i];
        bool named = s->parts > 0 && s->kind != STEP_TEXT && s->kind != STEP_PARTIAL && s->kind != STEP_RETURN;
        for (size_t k = 0; k < count && named; k++)
            if (!strcmp(names[k], s->text))
                c->slot[i] = (uint16_t)(k + 1);
    }
    *ret = c;
    return CDR_OK;
}

void cdr_template_columns_free(cdr_template_columns *c)
{
    cdr_free(c);
}

void cdr_template_free(cdr_template *t)
{
    if (!t)
        return;
    step_list_done(&t->steps);
    program_list_done(&t->programs);
    cdr_arena_free(t->arena);
    cdr_free(t);
}
