/* SPDX-License-Identifier: Apache-2.0 */
/* An object held against its table: each property it has, in the order of the file, then those it lacks. */
#include "core/cacao/check_inside.h"

#include "base/text.h"

#include <string.h>

bool cdr_cacao_check_in(const char *const *words, const char *word)
{
    for (; *words; words++)
        if (strcmp(*words, word) == 0)
            return true;
    return false;
}

const char *cdr_cacao_check_text(struct check *c, const struct check_shape *shape, const json_t *value)
{
    const char *text = json_string_value(value);
    if (!text)
        check_error(c, "type.text", shape->clause, "Here must stand a text in quotes.");
    return text;
}

bool cdr_cacao_check_is_object(struct check *c, const struct check_shape *shape, const json_t *value, const char *what)
{
    if (!json_is_object(value))
        check_error(c, "type.object", shape->clause, "Here must stand %s, as a JSON object.", what);
    return json_is_object(value);
}

static const struct check_prop *find(const struct check_shape *shape, const char *key, const struct check_shape **ret_shape)
{
    for (; shape; shape = shape->base)
        for (size_t i = 0; i < shape->count; i++)
            if (strcmp(shape->props[i].key, key) == 0) {
                *ret_shape = shape;
                return &shape->props[i];
            }
    return NULL;
}

static void tell_unknown(struct check *c, const struct check_shape *shape, const char *key)
{
    const char *known[80];
    size_t n = 0;
    for (const struct check_shape *s = shape; s; s = s->base)
        for (size_t i = 0; i < s->count && n < CDR_COUNT(known); i++)
            known[n++] = s->props[i].key;
    /* What is not told any more needs no advice: thousands of unknown names must not cost thousands of comparisons each. */
    const char *near = c->found.len < CDR_CACAO_FINDINGS_MAX ? cdr_text_nearest(key, known, n) : NULL;
    if (near)
        check_warn(c, "property.unknown", shape->clause, "CACAO knows no such property of %s; did you mean \"%s\"? It is kept and has no effect.", shape->name, near);
    else
        check_warn(c, "property.unknown", shape->clause, "CACAO knows no such property of %s. It is kept and has no effect; what a standard lacks belongs into an extension.", shape->name);
}

/* ${name} begins with a small letter; here it begins a sentence. */
void cdr_cacao_check_missing(struct check *c, const char *name, const char *clause, const char *key)
{
    check_error(c, "property.missing", clause, "%c%s must have \"%s\". Add it.", name[0] - ('a' - 'A'), name + 1, key);
}

void cdr_cacao_check_shape(struct check *c, const struct check_shape *shape, const json_t *object)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)object, key, value) {
        size_t was = cdr_cacao_check_enter(c, key);
        const struct check_shape *of = shape;
        const struct check_prop *prop = find(shape, key, &of);
        if (prop)
            prop->fn(c, of, prop, value);
        else
            tell_unknown(c, shape, key);
        cdr_cacao_check_leave(c, was);
    }
    for (const struct check_shape *s = shape; s; s = s->base)
        for (size_t i = 0; i < s->count; i++)
            if (s->props[i].need == CHECK_MUST && !json_object_get(object, s->props[i].key))
                cdr_cacao_check_missing(c, shape->name, s->clause, s->props[i].key);
}
