/* SPDX-License-Identifier: Apache-2.0 */
/* libyaml's events into a jansson tree, core schema. Aliases copy what they name, within a bound on nodes, so that a small file
 * cannot unfold into a large tree. */
#include "base/yaml.h"

#include "base/parse.h"
#include "base/vec.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <yaml.h>

#define NODES_MAX 1000000u
#define ALIASED_NODES_MAX 1000u

typedef struct anchor { char *name; json_t *value; } anchor;
CDR_VEC(anchor_vec, anchor)

typedef struct frame { json_t *container; char *key; char *anchor; size_t line /* of the key */, path_len; } frame;

typedef struct reader {
    yaml_parser_t parser;
    const char *where;
    frame stack[CDR_JSON_DEPTH_MAX];
    size_t depth;
    anchor_vec anchors;
    size_t nodes, aliased;
    json_t *root;
    json_t *lines;              /* NULL: nobody asks for them */
    char path[CDR_YAML_PATH_MAX + 1]; size_t place_len;
    const char *text; size_t len;
} reader;

static cdr_status bad(const yaml_event_t *ev, const reader *r, const char *id, const char *what, cdr_err *err)
{
    return cdr_fail(err, CDR_E_INVAL, "base", id, "%s: line %zu: %s", r->where, ev->start_mark.line + 1, what);
}

static bool is_word(const char *s, size_t len, const char *const words[], size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strlen(words[i]) == len && !memcmp(words[i], s, len))
            return true;
    return false;
}

static json_t *plain_scalar(const char *s, size_t len)
{
    static const char *const nulls[] = {"", "~", "null", "Null", "NULL"};
    static const char *const trues[] = {"true", "True", "TRUE"}, *const falses[] = {"false", "False", "FALSE"};
    int64_t integer;
    double real;
    if (is_word(s, len, nulls, CDR_COUNT(nulls)))
        return json_null();
    if (is_word(s, len, trues, CDR_COUNT(trues)))
        return json_true();
    if (is_word(s, len, falses, CDR_COUNT(falses)))
        return json_false();
    /* 007 is a code, not seven. */
    bool zero_led = len > 1 && s[0] == '0' && s[1] != '.';
    if (!zero_led && cdr_parse_i64(s, len, INT64_MIN, INT64_MAX, &integer))
        return json_integer(integer);
    if (!zero_led && s[0] != '+' && s[0] != '.' && memchr(s, '.', len) && cdr_parse_double(s, len, -HUGE_VAL, HUGE_VAL, &real))
        return json_real(real);
    return json_stringn(s, len);
}

static json_t *scalar(const yaml_event_t *ev)
{
    const char *s = (const char *)ev->data.scalar.value;
    size_t len = ev->data.scalar.length;
    const char *tag = (const char *)ev->data.scalar.tag;
    if (ev->data.scalar.style == YAML_PLAIN_SCALAR_STYLE && !(tag && !strcmp(tag, "tag:yaml.org,2002:str")))
        return plain_scalar(s, len);
    return json_stringn(s, len);
}

#define NO_PATH SIZE_MAX        /* longer than anybody reads */

/* Where the value that comes next stands. ->path_len of a frame: so much of ->path is its own. */
static cdr_status note_line(reader *r, const yaml_event_t *ev, cdr_err *err)
{
    const frame *f = r->depth ? &r->stack[r->depth - 1] : NULL;
    size_t base = f ? f->path_len : 0, line = ev->start_mark.line + 1;
    r->place_len = base;
    if (!f || base == NO_PATH)
        return CDR_OK;
    bool list = json_is_array(f->container);
    char *at = r->path + base;
    int n = list ? snprintf(at, sizeof r->path - base, "[%zu]", json_array_size(f->container) + 1) : snprintf(at, sizeof r->path - base, "%s%s", base ? "." : "", f->key ? f->key : "");
    if (n < 0 || (size_t)n >= sizeof r->path - base) {
        r->place_len = NO_PATH;
        return CDR_OK;
    }
    r->place_len = base + (size_t)n;
    return json_object_set_new(r->lines, r->path, json_integer((json_int_t)(list ? line : f->line))) ? cdr_fail_nomem(err, "base") : CDR_OK;
}

/* Puts ${value} where the parse stands; steals the reference. */
static cdr_status place(reader *r, const yaml_event_t *ev, json_t *value, cdr_err *err)
{
    if (!value)
        return bad(ev, r, "yaml.text", "the text is no valid UTF-8, or memory ran out.", err);
    if (++r->nodes > NODES_MAX) {
        json_decref(value);
        return cdr_fail(err, CDR_E_LIMIT, "base", "yaml.too-large", "%s holds more than %u values.", r->where, NODES_MAX);
    }
    cdr_status s = r->lines ? note_line(r, ev, err) : CDR_OK;
    if (s != CDR_OK) {
        json_decref(value);
        return s;
    }
    if (r->depth == 0) {
        r->root = value;
        return CDR_OK;
    }
    frame *f = &r->stack[r->depth - 1];
    if (json_is_array(f->container))
        return json_array_append_new(f->container, value) ? cdr_fail_nomem(err, "base") : CDR_OK;
    if (!f->key) {
        json_decref(value);
        return bad(ev, r, "yaml.key", "a key must be a plain word.", err);
    }
    int failed = json_object_set_new(f->container, f->key, value);
    cdr_free(f->key);
    f->key = NULL;
    return failed ? cdr_fail_nomem(err, "base") : CDR_OK;
}

static cdr_status remember(reader *r, const char *name, json_t *value, cdr_err *err)
{
    anchor *a = anchor_vec_push(&r->anchors);
    if (!a || !(a->name = cdr_strdup(name)))
        return cdr_fail_nomem(err, "base");
    a->value = json_incref(value);
    return CDR_OK;
}

static bool expects_key(const reader *r)
{
    return r->depth > 0 && json_is_object(r->stack[r->depth - 1].container) && !r->stack[r->depth - 1].key;
}

static cdr_status on_key(reader *r, const yaml_event_t *ev, cdr_err *err)
{
    frame *f = &r->stack[r->depth - 1];
    const char *key = (const char *)ev->data.scalar.value;
    if (strlen(key) != ev->data.scalar.length)
        return bad(ev, r, "yaml.key", "a key holds a NUL byte.", err);
    if (json_object_get(f->container, key))
        return cdr_fail(err, CDR_E_INVAL, "base", "yaml.duplicate-key", "%s: line %zu: the key \"%.60s\" stands twice; keep one.", r->where,
                        ev->start_mark.line + 1, key);
    f->key = cdr_strdup(key);
    f->line = ev->start_mark.line + 1;
    return f->key ? CDR_OK : cdr_fail_nomem(err, "base");
}

static cdr_status on_scalar(reader *r, const yaml_event_t *ev, cdr_err *err)
{
    if (expects_key(r))
        return on_key(r, ev, err);
    json_t *value = scalar(ev);
    const char *name = (const char *)ev->data.scalar.anchor;
    if (value && name) {
        cdr_status s = remember(r, name, value, err);
        if (s != CDR_OK) {
            json_decref(value);
            return s;
        }
    }
    return place(r, ev, value, err);
}

static cdr_status on_open(reader *r, const yaml_event_t *ev, json_t *container, const yaml_char_t *name, cdr_err *err)
{
    if (!container)
        return cdr_fail_nomem(err, "base");
    if (r->depth == CDR_JSON_DEPTH_MAX || expects_key(r)) {
        json_decref(container);
        return bad(ev, r, "yaml.nesting", r->depth == CDR_JSON_DEPTH_MAX ? "nested too deep." : "a key must be a plain word.", err);
    }
    cdr_status s = place(r, ev, container, err);
    if (s != CDR_OK)
        return s;
    frame *f = &r->stack[r->depth++];
    *f = (frame){.container = container, .path_len = r->place_len};
    /* Named only when closed, so that an alias cannot stand inside what it names. */
    if (name && !(f->anchor = cdr_strdup((const char *)name)))
        return cdr_fail_nomem(err, "base");
    return CDR_OK;
}

static cdr_status on_close(reader *r, cdr_err *err)
{
    frame *f = &r->stack[--r->depth];
    cdr_status s = f->anchor ? remember(r, f->anchor, f->container, err) : CDR_OK;
    cdr_free(f->anchor);
    cdr_free(f->key);
    return s;
}

static size_t count_nodes(const json_t *v, size_t cap)
{
    size_t n = 1;
    if (json_is_array(v))
        for (size_t i = 0; i < json_array_size(v) && n < cap; i++)
            n += count_nodes(json_array_get(v, i), cap - n);
    if (json_is_object(v)) {
        const char *key;
        json_t *item, *obj = (json_t *)(uintptr_t)v;
        json_object_foreach(obj, key, item) if (n < cap) n += count_nodes(item, cap - n);
    }
    return n;
}

static cdr_status on_alias(reader *r, const yaml_event_t *ev, cdr_err *err)
{
    const char *name = (const char *)ev->data.alias.anchor;
    for (size_t i = r->anchors.len; i-- > 0;) {
        if (strcmp(r->anchors.at[i].name, name) != 0)
            continue;
        r->aliased += count_nodes(r->anchors.at[i].value, ALIASED_NODES_MAX + 1);
        if (r->aliased > ALIASED_NODES_MAX)
            return bad(ev, r, "yaml.aliases", "aliases unfold into too many values; write them out.", err);
        return place(r, ev, json_deep_copy(r->anchors.at[i].value), err);
    }
    return bad(ev, r, "yaml.alias", "an alias names nothing above it.", err);
}

static cdr_status on_event(reader *r, const yaml_event_t *ev, bool *done, cdr_err *err)
{
    switch (ev->type) {
    case YAML_SCALAR_EVENT: return on_scalar(r, ev, err);
    case YAML_ALIAS_EVENT: return on_alias(r, ev, err);
    case YAML_SEQUENCE_START_EVENT: return on_open(r, ev, json_array(), ev->data.sequence_start.anchor, err);
    case YAML_MAPPING_START_EVENT: return on_open(r, ev, json_object(), ev->data.mapping_start.anchor, err);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT: return on_close(r, err);
    case YAML_DOCUMENT_START_EVENT: return r->root ? bad(ev, r, "yaml.documents", "the file holds more than one document.", err) : CDR_OK;
    case YAML_STREAM_END_EVENT: *done = true; return CDR_OK;
    case YAML_NO_EVENT:
    case YAML_STREAM_START_EVENT:
    case YAML_DOCUMENT_END_EVENT: return CDR_OK;
    }
    return CDR_OK;
}

/* What libyaml finds, in words for somebody who edits the file; NULL: its own will do. */
static const char *plain_problem(const reader *r)
{
    static const struct { const char *theirs, *ours; } words[] = {
        {"mapping values are not allowed", "a colon stands where none may; put the text in quotes, or look at the indentation"},
        {"did not find expected key", "this line does not fit the lines above it; look at the indentation and at brackets and quotes"},
        {"did not find expected '-'", "this line does not fit the list above it; look at the indentation"},
        {"could not find expected ':'", "the key before this has no colon"},
        {"did not find expected ',' or", "a bracket is not closed, or a comma is missing"},
        {"found unexpected end of stream", "the file ends inside a text in quotes; close them"},
    };
    const char *problem = r->parser.problem ? r->parser.problem : "";
    size_t at = CDR_MIN(r->parser.problem_mark.index, r->len), start = at;
    while (start > 0 && r->text[start - 1] != '\n')
        start--;
    while (start < r->len && r->text[start] == ' ')
        start++;
    if (start < r->len && r->text[start] == '\t')
        return "a tab stands at the beginning; YAML is indented with spaces";
    for (size_t i = 0; i < CDR_COUNT(words); i++)
        if (!strncmp(problem, words[i].theirs, strlen(words[i].theirs)))
            return words[i].ours;
    return strstr(problem, "tab character") ? "a tab stands where spaces must; YAML is indented with spaces" : NULL;
}

static cdr_status read_events(reader *r, cdr_err *err)
{
    for (bool done = false; !done;) {
        yaml_event_t ev;
        if (!yaml_parser_parse(&r->parser, &ev)) {
            if (r->parser.error == YAML_MEMORY_ERROR)
                return cdr_fail_nomem(err, "base");
            return cdr_fail(err, CDR_E_INVAL, "base", "yaml.syntax", "%s: line %zu, column %zu: %s.", r->where, r->parser.problem_mark.line + 1,
                            r->parser.problem_mark.column + 1, plain_problem(r) ? plain_problem(r) : r->parser.problem ? r->parser.problem : "no valid YAML");
        }
        cdr_status s = on_event(r, &ev, &done, err);
        yaml_event_delete(&ev);
        if (s != CDR_OK)
            return s;
    }
    return CDR_OK;
}

static void clean(reader *r)
{
    for (size_t i = 0; i < r->depth; i++) {
        cdr_free(r->stack[i].key);
        cdr_free(r->stack[i].anchor);
    }
    for (size_t i = 0; i < r->anchors.len; i++) {
        cdr_free(r->anchors.at[i].name);
        json_decref(r->anchors.at[i].value);
    }
    anchor_vec_done(&r->anchors);
    yaml_parser_delete(&r->parser);
}

static cdr_status parse(const char *text, size_t len, const char *where, json_t *lines, json_t **ret, cdr_err *err)
{
    *ret = NULL;
    reader r = {.where = where, .lines = lines, .text = text, .len = len};
    if (!yaml_parser_initialize(&r.parser))
        return cdr_fail_nomem(err, "base");
    yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&r.parser, (const unsigned char *)text, len);
    cdr_status s = read_events(&r, err);
    clean(&r);
    if (s != CDR_OK) {
        json_decref(r.root);
        return s;
    }
    *ret = r.root ? r.root : json_null();
    return CDR_OK;
}

cdr_status cdr_yaml_parse(const char *text, size_t len, const char *where, json_t **ret, cdr_err *err)
{
    return parse(text, len, where, NULL, ret, err);
}

cdr_status cdr_yaml_parse_lines(const char *text, size_t len, const char *where, json_t **ret, json_t **ret_lines, cdr_err *err)
{
    *ret = NULL;
    *ret_lines = json_object();
    if (!*ret_lines)
        return cdr_fail_nomem(err, "base");
    cdr_status s = parse(text, len, where, *ret_lines, ret, err);
    if (s != CDR_OK) {
        json_decref(*ret_lines);
        *ret_lines = NULL;
    }
    return s;
}

size_t cdr_yaml_line(const json_t *lines, const char *path)
{
    char at[CDR_YAML_PATH_MAX + 1];
    size_t len = strnlen(path, CDR_YAML_PATH_MAX);
    memcpy(at, path, len);
    for (at[len] = '\0'; len > 0; at[len] = '\0') {
        const json_t *line = json_object_get(lines, at);
        if (line)
            return (size_t)json_integer_value(line);
        while (len > 0 && at[--len] != '.' && at[len] != '[')
            ;
    }
    return 0;
}
