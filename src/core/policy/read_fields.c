/* SPDX-License-Identifier: Apache-2.0 */
#include "core/policy/read_fields.h"

#include "base/text.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { TEXT_MAX = 2000, KEYS_MAX = 500 };

void cdr_read_mistake(cdr_policy_reader *r, const char *where, const char *fmt, ...)
{
    if (json_array_size(r->mistakes) >= CDR_POLICY_MISTAKES_MAX)
        return;
    _cleanup_buf_ cdr_buf text = CDR_BUF(CDR_ERR_TEXT_MAX);
    va_list ap;
    va_start(ap, fmt);
    cdr_buf_addf(&text, "%.200s ", where);
    cdr_buf_vaddf(&text, fmt, ap);
    va_end(ap);
    r->no_memory |= json_array_append_new(r->mistakes, json_string(text.data ? text.data : where)) != 0;
}

const char *cdr_read_copy(cdr_policy_reader *r, const char *text)
{
    const char *copy = cdr_arena_strdup(r->arena, text);
    r->no_memory |= !copy;
    return copy ? copy : "";
}

const char *cdr_read_path(cdr_policy_reader *r, const char *where, const char *key)
{
    const char *path = cdr_arena_printf(r->arena, "%s%s%s", where, strchr(where, ':') && where[strlen(where) - 1] != ':' ? "." : " ", key);
    r->no_memory |= !path;
    return path ? path : "";
}

const char *cdr_read_item(cdr_policy_reader *r, const char *where, size_t i)
{
    const char *path = cdr_arena_printf(r->arena, "%s[%zu]", where, i);
    r->no_memory |= !path;
    return path ? path : "";
}

/* Whatever the file says stands in messages for people. */
static const char *shown(cdr_policy_reader *r, const char *text)
{
    _cleanup_buf_ cdr_buf out = CDR_BUF(1000);
    char start[61];
    snprintf(start, sizeof start, "%s", text);
    cdr_text_escape(&out, start, strlen(start));
    return cdr_read_copy(r, out.data ? out.data : "");
}

static const char *text_of(cdr_policy_reader *r, json_t *value, const char *where)
{
    const char *text = json_string_value(value);
    if (!text)
        cdr_read_mistake(r, where, "must be a text.");
    else if (strlen(text) > TEXT_MAX)
        cdr_read_mistake(r, where, "is longer than %d characters.", TEXT_MAX);
    else
        return cdr_read_copy(r, text);
    return "";
}

static void read_word(cdr_policy_reader *r, json_t *value, const char *where, const char *const *words, int *ret)
{
    const char *text = json_string_value(value);
    size_t n = 0;
    for (; words[n]; n++)
        if (text && cdr_ascii_ieq(text, strlen(text), words[n], strlen(words[n]))) {
            *ret = (int)n;
            return;
        }
    const char *near = text ? cdr_text_nearest(text, words, n) : NULL;
    _cleanup_buf_ cdr_buf all = CDR_BUF(400);
    for (size_t i = 0; i < n; i++)
        cdr_buf_addf(&all, "%s%s", i == 0 ? "" : i + 1 == n ? " or " : ", ", words[i]);
    if (near)
        cdr_read_mistake(r, where, "is \"%s\"; did you mean %s?", shown(r, text), near);
    else
        cdr_read_mistake(r, where, "must be %s.", all.data ? all.data : "one of a few words");
}

static void read_form(cdr_policy_reader *r, json_t *value, const char *where, cdr_form *ret)
{
    static const char *const words[] = {"never", "redacted", "masked", "generalised", "hashed", "tokenised", "encrypted", "plain"};
    const char *text = json_string_value(value), *near = text ? cdr_text_nearest(text, words, CDR_COUNT(words)) : NULL;
    if (text && cdr_form_parse(text, ret))
        return;
    if (near)
        cdr_read_mistake(r, where, "is \"%s\"; did you mean %s?", shown(r, text), near);
    else
        cdr_read_mistake(r, where, "must be never, redacted, masked, generalised, hashed, tokenised, encrypted or plain.");
}

static void read_forms(cdr_policy_reader *r, json_t *value, const char *where, unsigned *ret)
{
    size_t i;
    json_t *one;
    cdr_form form;
    if (!json_is_array(value)) {
        read_form(r, value, where, &(cdr_form){0});
        if (json_string_value(value) && cdr_form_parse(json_string_value(value), &form))
            *ret = (unsigned)form;
        return;
    }
    json_array_foreach(value, i, one) {
        form = CDR_FORM_UNKNOWN;
        read_form(r, one, cdr_read_item(r, where, i), &form);
        *ret |= (unsigned)form;
    }
    if (json_array_size(value) == 0)
        cdr_read_mistake(r, where, "is empty; write never if it may not be held at all.");
}

static void read_period(cdr_policy_reader *r, json_t *value, const char *where, const cdr_read_field *f, char *object)
{
    const char *text = json_string_value(value);
    cdr_period *p = (cdr_period *)(void *)(object + f->offset);
    if (!text || (!cdr_period_parse(text, p) && !cdr_period_read_words(text, p)))
        cdr_read_mistake(r, where, "must be a period such as P2Y, P18M, P90D or \"24 months\".");
    else if (f->also)
        *(bool *)(void *)(object + f->also) = true;
}

static const char *taxon_of(cdr_policy_reader *r, const char *text, const char *where, cdr_taxonomy_id id)
{
    const cdr_taxon *t = cdr_taxon_find(id, text);
    if (!t)
        t = cdr_taxon_by_word(id, text);
    if (t)
        return t->key;
    cdr_err err = {0};
    _cleanup_free_ char *named = cdr_asprintf("%s: \"%s\"", where, shown(r, text));
    /* The sentence of the taxonomy knows the nearest key; it begins with what it is given. */
    if (named && cdr_taxon_check(id, text, "", &err) != CDR_OK)
        cdr_read_mistake(r, named, "%s", err.text + strspn(err.text, " "));
    r->no_memory |= !named;
    return NULL;
}

static bool is_country(const char *text)
{
    return strlen(text) == 2 && isupper((unsigned char)text[0]) && isupper((unsigned char)text[1]);
}

static const char *key_of(cdr_policy_reader *r, json_t *value, const char *where, cdr_read_type type)
{
    const char *text = json_string_value(value);
    if (!text || !text[0] || strlen(text) > 200) {
        cdr_read_mistake(r, where, "must be a text of 1 to 200 characters.");
        return NULL;
    }
    switch ((int)type) {
    case CDR_READ_CATEGORIES: return taxon_of(r, text, where, CDR_TAXONOMY_CATEGORY);
    case CDR_READ_USES: return taxon_of(r, text, where, CDR_TAXONOMY_USE);
    case CDR_READ_SUBJECTS: return taxon_of(r, text, where, CDR_TAXONOMY_SUBJECT);
    case CDR_READ_COUNTRIES:
        if (is_country(text))
            return cdr_read_copy(r, text);
        cdr_read_mistake(r, where, "must be a country as two capital letters, such as US or DE.");
        return NULL;
    default: return cdr_read_copy(r, text);
    }
}

void cdr_read_keys(cdr_policy_reader *r, json_t *value, const char *where, cdr_read_type type, cdr_key_set *ret)
{
    size_t n = json_is_array(value) ? json_array_size(value) : 1;
    *ret = (cdr_key_set){.known = true};
    if (n > KEYS_MAX) {
        cdr_read_mistake(r, where, "has more than %d entries.", KEYS_MAX);
        return;
    }
    const char **keys = cdr_arena_alloc(r->arena, CDR_MAX(n, 1u) * sizeof *keys);
    if (!keys) {
        r->no_memory = true;
        return;
    }
    ret->keys = keys;
    for (size_t i = 0; i < n; i++) {
        bool list = json_is_array(value);
        const char *key = key_of(r, list ? json_array_get(value, i) : value, list ? cdr_read_item(r, where, i) : where, type), *same = NULL;
        for (size_t k = 0; key && k < ret->count && !same; k++)
            same = strcmp(keys[k], key) ? NULL : keys[k];
        if (key && !same)
            keys[ret->count++] = key;
    }
}

static void read_uint(cdr_policy_reader *r, json_t *value, const char *where, const cdr_read_field *f, uint32_t *ret)
{
    json_int_t n = json_integer_value(value);
    if (!json_is_integer(value) || n < (json_int_t)f->least || n > (json_int_t)f->most)
        cdr_read_mistake(r, where, "must be a whole number from %u to %u.", f->least, f->most);
    else
        *ret = (uint32_t)n;
}

static void read_int(cdr_policy_reader *r, json_t *value, const char *where, int *ret)
{
    json_int_t n = json_integer_value(value);
    if (!json_is_integer(value) || n < -1000 || n > 1000)
        cdr_read_mistake(r, where, "must be a whole number from -1000 to 1000.");
    else
        *ret = (int)n;
}

static void read_date(cdr_policy_reader *r, json_t *value, const char *where, const char **ret)
{
    const char *text = json_string_value(value);
    cdr_date d;
    if (!text || !cdr_date_parse(text, &d))
        cdr_read_mistake(r, where, "must be a date such as 2027-03-14.");
    else
        *ret = cdr_read_copy(r, text);
}

static void read_bool(cdr_policy_reader *r, json_t *value, const char *where, bool *ret)
{
    if (!json_is_boolean(value))
        cdr_read_mistake(r, where, "must be true or false.");
    else
        *ret = json_is_true(value);
}

static void read_use(cdr_policy_reader *r, json_t *value, const char *where, const char **ret)
{
    const char *key = key_of(r, value, where, CDR_READ_USES);
    if (key)
        *ret = key;
}

static void read_member(cdr_policy_reader *r, json_t *value, const char *where, const cdr_read_field *f, char *object)
{
    void *at = object + f->offset;
    switch (f->type) {
    case CDR_READ_TEXT: *(const char **)at = text_of(r, value, where); break;
    case CDR_READ_BOOL: read_bool(r, value, where, at); break;
    case CDR_READ_UINT: read_uint(r, value, where, f, at); break;
    case CDR_READ_INT: read_int(r, value, where, at); break;
    case CDR_READ_DATE: read_date(r, value, where, at); break;
    case CDR_READ_PERIOD: read_period(r, value, where, f, object); break;
    case CDR_READ_WORD: read_word(r, value, where, f->words, at); break;
    case CDR_READ_FORM: read_form(r, value, where, at); break;
    case CDR_READ_FORMS: read_forms(r, value, where, at); break;
    case CDR_READ_CATEGORIES:
    case CDR_READ_USES:
    case CDR_READ_SUBJECTS:
    case CDR_READ_COUNTRIES:
    case CDR_READ_KEYS: cdr_read_keys(r, value, where, f->type, at); break;
    case CDR_READ_USE: read_use(r, value, where, at); break;
    case CDR_READ_CUSTOM: f->custom(r, value, where, object); break;
    }
}

static const cdr_read_field *field_named(const cdr_read_field *fields, size_t count, const char *key)
{
    for (size_t i = 0; i < count; i++)
        if (!strcmp(fields[i].key, key))
            return &fields[i];
    return NULL;
}

static void unknown_key(cdr_policy_reader *r, const char *key, const char *where, const cdr_read_field *fields, size_t count, const cdr_read_field *more, size_t more_count)
{
    const char *words[64] = {NULL};
    size_t n = 0;
    for (size_t i = 0; i < count && n < CDR_COUNT(words); i++)
        words[n++] = fields[i].key;
    for (size_t i = 0; i < more_count && n < CDR_COUNT(words); i++)
        words[n++] = more[i].key;
    const char *near = cdr_text_nearest(key, words, n);
    _cleanup_buf_ cdr_buf all = CDR_BUF(300);
    for (size_t i = 0; i < n; i++)
        cdr_buf_addf(&all, "%s%s", i ? ", " : "", words[i]);
    if (near)
        cdr_read_mistake(r, where, "has the unknown key \"%s\"; did you mean %s?", shown(r, key), near);
    else
        cdr_read_mistake(r, where, "has the unknown key \"%s\"; known are %s.", shown(r, key), cdr_buf_status(&all) == CDR_OK ? all.data : "those of docs/policy.md");
}

static void need(cdr_policy_reader *r, json_t *tree, const char *where, const cdr_read_field *fields, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (fields[i].required && !json_object_get(tree, fields[i].key))
            cdr_read_mistake(r, where, "needs %s.", fields[i].key);
}

/* Texts are never NULL. */
static void empty_texts(const cdr_read_field *fields, size_t count, char *object)
{
    for (size_t i = 0; i < count; i++) {
        bool text = fields[i].type == CDR_READ_TEXT || fields[i].type == CDR_READ_DATE || fields[i].type == CDR_READ_USE;
        if (text && !*(const char **)(void *)(object + fields[i].offset))
            *(const char **)(void *)(object + fields[i].offset) = "";
    }
}

void cdr_read_object(cdr_policy_reader *r, json_t *tree, const char *where, const cdr_read_field *fields, size_t count, const cdr_read_field *more, size_t more_count, void *object)
{
    empty_texts(fields, count, object);
    empty_texts(more, more_count, object);
    const char *key;
    json_t *value;
    if (!json_is_object(tree)) {
        cdr_read_mistake(r, where, "must be a group of keys and values.");
        return;
    }
    json_object_foreach(tree, key, value) {
        const cdr_read_field *f = field_named(fields, count, key);
        if (!f)
            f = field_named(more, more_count, key);
        if (!f)
            unknown_key(r, key, where, fields, count, more, more_count);
        else if (!json_is_null(value))
            read_member(r, value, cdr_read_path(r, where, key), f, object);
    }
    need(r, tree, where, fields, count);
    need(r, tree, where, more, more_count);
}
