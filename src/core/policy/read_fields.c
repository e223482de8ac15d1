/* SPDX-License-Identifier: Apache-2.0 */
#include "core/policy/read_fields.h"

#include "base/text.h"
#include "core/policy/country.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { TEXT_MAX = 2000, KEYS_MAX = 500, SENTENCE_MAX = 4096, SHOWN_MAX = 60 };

void cdr_read_mistake(cdr_policy_reader *r, const char *where, const char *fmt, ...)
{
    if (json_array_size(r->mistakes) >= CDR_POLICY_MISTAKES_MAX)
        return;
    _cleanup_buf_ cdr_buf text = CDR_BUF(SENTENCE_MAX), safe = CDR_BUF(4 * SENTENCE_MAX + 1);
    va_list ap;
    va_start(ap, fmt);
    cdr_buf_addf(&text, "%s ", where);
    cdr_buf_vaddf(&text, fmt, ap);
    va_end(ap);
    /* Whatever the file says, the sentence is text that a terminal may show. */
    cdr_text_escape(&safe, text.data ? text.data : "", text.len);
    r->no_memory |= json_array_append_new(r->mistakes, json_string(safe.data ? safe.data : "")) != 0;
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

const char *cdr_read_shown(cdr_policy_reader *r, const char *text)
{
    _cleanup_buf_ cdr_buf out = CDR_BUF(4 * SHOWN_MAX + 8);
    cdr_text_quote(&out, text, SHOWN_MAX);
    return cdr_read_copy(r, out.data ? out.data : "");
}

/* Lines and runs of blanks become one blank: long texts may be folded in the file, and stand on one line wherever they are shown. */
static char *folded(cdr_policy_reader *r, const char *text, size_t len)
{
    char *out = cdr_arena_alloc(r->arena, len + 1);
    size_t n = 0;
    r->no_memory |= !out;
    for (size_t i = 0; out && i < len; i++) {
        if (!strchr(" \t\r\n", text[i]))
            out[n++] = text[i];
        else if (n > 0 && out[n - 1] != ' ')
            out[n++] = ' ';
    }
    if (out && n > 0 && out[n - 1] == ' ')
        out[--n] = '\0';
    return out;
}

static bool has_controls(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (((unsigned char)text[i] < 0x20 && !strchr("\t\r\n", text[i])) || text[i] == 0x7F || text[i] == '\0')
            return true;
    return false;
}

/* A text of at most ${most} bytes; NULL after a mistake. */
static const char *some_text(cdr_policy_reader *r, json_t *value, const char *where, size_t most)
{
    const char *text = json_string_value(value);
    size_t len = json_string_length(value);
    if (!text)
        cdr_read_mistake(r, where, json_is_number(value) || json_is_boolean(value) ? "must be a text; put it between quotes." : "must be a text.");
    else if (len > most)
        cdr_read_mistake(r, where, "is longer than %zu characters.", most);
    else if (has_controls(text, len))
        cdr_read_mistake(r, where, "holds a control character; take it out.");
    else
        return folded(r, text, len);
    return NULL;
}

static const char *text_of(cdr_policy_reader *r, json_t *value, const char *where)
{
    const char *text = some_text(r, value, where, TEXT_MAX);
    return text ? text : "";
}

const char *cdr_read_near(cdr_policy_reader *r, const char *word, const char *const *words, size_t count)
{
    const char *near = cdr_text_nearest(word, words, count);
    _cleanup_buf_ cdr_buf out = CDR_BUF(1000);
    if (near)
        cdr_buf_addf(&out, "did you mean %s?", near);
    for (size_t i = 0; !near && i < count; i++)
        cdr_buf_addf(&out, "%s%s", i == 0 ? "known are " : i + 1 == count ? " and " : ", ", words[i]);
    if (!near)
        cdr_buf_addc(&out, '.');
    return cdr_buf_status(&out) == CDR_OK && count > 0 ? cdr_read_copy(r, out.data) : "docs/policy.md names those that are known.";
}

/* "age_band" and "age-band" are "age band". */
static bool same_word(const char *a, const char *b)
{
    for (; *a && *b; a++, b++)
        if (tolower((unsigned char)(*a == '_' || *a == '-' ? ' ' : *a)) != *b)
            return false;
    return !*a && !*b;
}

static void read_word(cdr_policy_reader *r, json_t *value, const char *where, const char *const *words, int *ret)
{
    const char *text = json_string_value(value);
    size_t n = 0;
    for (; words[n]; n++)
        if (text && same_word(text, words[n])) {
            *ret = (int)n;
            return;
        }
    const char *near = text ? cdr_text_nearest(text, words, n) : NULL;
    _cleanup_buf_ cdr_buf all = CDR_BUF(400);
    for (size_t i = 0; i < n; i++)
        cdr_buf_addf(&all, "%s%s", i == 0 ? "" : i + 1 == n ? " or " : ", ", words[i]);
    if (near)
        cdr_read_mistake(r, where, "is \"%s\"; did you mean %s?", cdr_read_shown(r, text), near);
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
        cdr_read_mistake(r, where, "is \"%s\"; did you mean %s?", cdr_read_shown(r, text), near);
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
    if (json_array_size(r->mistakes) >= CDR_POLICY_MISTAKES_MAX)    /* nobody will read it, and near words take time */
        return NULL;
    cdr_err err = {0};
    _cleanup_free_ char *named = cdr_asprintf("%s: \"%s\"", where, cdr_read_shown(r, text));
    /* The sentence of the taxonomy knows the nearest key; it begins with what it is given. */
    if (named && cdr_taxon_check(id, text, "", &err) != CDR_OK)
        cdr_read_mistake(r, named, "%s", err.text + strspn(err.text, " "));
    r->no_memory |= !named;
    return NULL;
}

static const char *country_of(cdr_policy_reader *r, const char *text, const char *where)
{
    const char *code = cdr_country_find(text);
    if (code)
        return code;
    code = cdr_country_named(text);
    if (code)
        cdr_read_mistake(r, where, "is \"%s\"; write its code, %s.", cdr_read_shown(r, text), code);
    else
        cdr_read_mistake(r, where, "is \"%s\"; it must be a country as two capital letters, such as US or DE, or EU or EEA for all of their members.", cdr_read_shown(r, text));
    return NULL;
}

/* --- sets --- */

typedef struct keys_reading { const char **at; size_t count, room; } keys_reading;

static void keep_key(keys_reading *k, const char *key)
{
    for (size_t i = 0; i < k->count; i++)
        if (!strcmp(k->at[i], key))
            return;
    if (k->count < k->room)
        k->at[k->count++] = key;
}

static void keep_country(cdr_policy_reader *r, const char *text, const char *where, keys_reading *k)
{
    const char *code = NULL;
    if (!cdr_country_is_group(text)) {
        code = country_of(r, text, where);
        if (code)
            keep_key(k, code);
        return;
    }
    for (size_t i = 0; (code = cdr_country_member(text, i)) != NULL; i++)
        keep_key(k, code);
}

static void read_key(cdr_policy_reader *r, json_t *value, const char *where, cdr_read_type type, keys_reading *k)
{
    const char *text = some_text(r, value, where, 200), *key = NULL;
    if (text && !text[0])
        cdr_read_mistake(r, where, "is empty.");
    if (!text || !text[0])
        return;
    switch ((int)type) {
    case CDR_READ_CATEGORIES: key = taxon_of(r, text, where, CDR_TAXONOMY_CATEGORY); break;
    case CDR_READ_USES: key = taxon_of(r, text, where, CDR_TAXONOMY_USE); break;
    case CDR_READ_SUBJECTS: key = taxon_of(r, text, where, CDR_TAXONOMY_SUBJECT); break;
    case CDR_READ_COUNTRIES: keep_country(r, text, where, k); break;
    default: key = text; break;
    }
    if (key)
        keep_key(k, key);
}

void cdr_read_keys(cdr_policy_reader *r, json_t *value, const char *where, cdr_read_type type, cdr_key_set *ret)
{
    bool list = json_is_array(value);
    size_t n = list ? json_array_size(value) : 1;
    *ret = (cdr_key_set){.known = true};
    if (n > KEYS_MAX) {
        cdr_read_mistake(r, where, "has more than %d entries.", KEYS_MAX);
        return;
    }
    keys_reading k = {.room = n + (type == CDR_READ_COUNTRIES ? CDR_COUNTRIES_MAX : 0) + 1};
    if (!(k.at = cdr_arena_alloc(r->arena, k.room * sizeof *k.at))) {
        r->no_memory = true;
        return;
    }
    for (size_t i = 0; i < n; i++)
        read_key(r, list ? json_array_get(value, i) : value, list ? cdr_read_item(r, where, i) : where, type, &k);
    ret->keys = k.at;
    ret->count = k.count;
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

static void read_one_key(cdr_policy_reader *r, json_t *value, const char *where, cdr_read_type type, const char **ret)
{
    const char *text = some_text(r, value, where, 200), *key = NULL;
    if (text && text[0])
        key = type == CDR_READ_COUNTRY ? country_of(r, text, where) : taxon_of(r, text, where, type == CDR_READ_USE ? CDR_TAXONOMY_USE : CDR_TAXONOMY_CATEGORY);
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
    case CDR_READ_USE:
    case CDR_READ_CATEGORY:
    case CDR_READ_COUNTRY: read_one_key(r, value, where, f->type, at); break;
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
    cdr_read_mistake(r, where, "has the unknown key \"%s\"; %s", cdr_read_shown(r, key), cdr_read_near(r, key, words, n));
}

static bool is_blank(const json_t *value)
{
    const char *text = json_string_value(value);
    return !value || json_is_null(value) || (text && !text[strspn(text, " \t\r\n")]);
}

static void need(cdr_policy_reader *r, json_t *tree, const char *where, const cdr_read_field *fields, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (fields[i].required && is_blank(json_object_get(tree, fields[i].key)))
            cdr_read_mistake(r, where, "needs %s.", fields[i].key);
}

/* Texts are never NULL. */
static void empty_texts(const cdr_read_field *fields, size_t count, char *object)
{
    for (size_t i = 0; i < count; i++) {
        bool text = fields[i].type == CDR_READ_TEXT || fields[i].type == CDR_READ_DATE || fields[i].type == CDR_READ_USE || fields[i].type == CDR_READ_CATEGORY || fields[i].type == CDR_READ_COUNTRY;
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
