/* SPDX-License-Identifier: Apache-2.0 */
/* libyaml's events into a jansson tree, core schema. Aliases copy what they name, within a bound on nodes, so that a small file
 * cannot unfold into a large tree. */
#include "base/yaml.h"

#include "base/parse.h"
#include "base/vec.h"

#include <math.h>
#include <string.h>
#include <yaml.h>

#define NODES_MAX 1000000u
#define ALIASED_NODES_MAX 1000u

typedef struct anchor { char *name; json_t *value; } anchor;
CDR_VEC(anchor_vec, anchor)

typedef struct frame { json_t *container; char *key; char *anchor; } frame;

typedef struct reader {
    yaml_parser_t parser;
    const char *where;
    frame stack[CDR_JSON_DEPTH_MAX];
    size_t depth;
    anchor_vec anchors;
    size_t nodes, aliased;
    json_t *root;
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

/* Puts ${value} where the parse stands; steals the reference. */
static cdr_status place(reader *r, const yaml_event_t *ev, json_t *value, cdr_err *err)
{
    if (!value)
        return bad(ev, r, "yaml.text", "the text is no valid UTF-8, or memory ran out.", err);
    if (++r->nodes > NODES_MAX) {
        json_decref(value);
        return cdr_fail(err, CDR_E_LIMIT, "base", "yaml.too-large", "%s holds more than %u values.", r->where, NODES_MAX);
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
    *f = (frame){.container = container};
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

static cdr_status read_events(reader *r, cdr_err *err)
{
    for (bool done = false; !done;) {
        yaml_event_t ev;
        if (!yaml_parser_parse(&r->parser, &ev)) {
            if (r->parser.error == YAML_MEMORY_ERROR)
                return cdr_fail_nomem(err, "base");
            return cdr_fail(err, CDR_E_INVAL, "base", "yaml.syntax", "%s: line %zu, column %zu: %s.", r->where, r->parser.problem_mark.line + 1,
                            r->parser.problem_mark.column + 1, r->parser.problem ? r->parser.problem : "no valid YAML");
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

cdr_status cdr_yaml_parse(const char *text, size_t len, const char *where, json_t **ret, cdr_err *err)
{
    *ret = NULL;
    reader r = {.where = where};
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
