/* SPDX-License-Identifier: Apache-2.0 */
/* Records as JSON and YAML trees. What people wrote is checked field by field; a sentence names the place, and says what
 * would be right without repeating what stands there. */
#include "db/record_field.h"

#include "base/text.h"
#include "base/time.h"

#include <stdio.h>
#include <string.h>

/* --- to JSON --- */

static json_t *field_json(const cdr_field *f, const void *obj)
{
    const void *at = cdr_field_at(f, obj);
    char time[CDR_TIME_TEXT];
    switch (f->type) {
    case CDR_F_ID: return NULL;
    case CDR_F_TEXT:
    case CDR_F_DATE: return json_string(*(char *const *)at);
    case CDR_F_INT: return json_integer(*(const int64_t *)at);
    case CDR_F_REAL: return json_real(*(const double *)at);
    case CDR_F_BOOL: return json_boolean(*(const bool *)at);
    case CDR_F_TRISTATE: return json_boolean(*(const int64_t *)at);
    case CDR_F_ENUM: return json_string(f->names[*(const int64_t *)at]);
    case CDR_F_TIME: cdr_time_format(*(const int64_t *)at, time); return json_string(time);
    case CDR_F_LIST:
    case CDR_F_JSON: return json_deep_copy(*(json_t *const *)at);
    }
    return NULL;
}

/* The object that holds ${name}, made when missing; ${ret_key} is the name in it. */
static json_t *object_for(json_t *j, const char *name, const char **ret_key)
{
    const char *dot = strchr(name, '.');
    *ret_key = dot ? dot + 1 : name;
    if (!dot)
        return j;
    json_t *inner = json_object_getn(j, name, (size_t)(dot - name));
    if (!inner && (inner = json_object()) && json_object_setn_new(j, name, (size_t)(dot - name), inner))
        return NULL;
    return inner;
}

cdr_status cdr_record_to_json(const cdr_record *r, const void *obj, json_t **ret, cdr_err *err)
{
    json_t *j = json_object();
    bool ok = j != NULL;
    for (size_t i = 0; ok && i < r->count; i++) {
        const cdr_field *f = &r->fields[i];
        if (f->type == CDR_F_ID || cdr_field_empty(f, obj))
            continue;
        const char *key;
        json_t *into = object_for(j, f->name, &key);
        ok = into && !json_object_set_new(into, key, field_json(f, obj));
    }
    *ret = ok ? j : NULL;
    if (ok)
        return CDR_OK;
    json_decref(j);
    return cdr_fail(err, CDR_E_NOMEM, "db", "record.json", "A %s could not be written as JSON: memory ran out or a text is no valid UTF-8.", r->name);
}

/* --- from JSON --- */

/* Owned text of a string or whole number; NULL with CDR_E_INVAL for anything else. */
static cdr_status text_of(const cdr_field *f, const json_t *v, const char *where, char **ret, cdr_err *err)
{
    char number[24];
    *ret = NULL;
    if (!json_is_integer(v) && (!json_is_string(v) || strlen(json_string_value(v)) != json_string_length(v)))
        return cdr_field_refuse(f, where, NULL, err);
    snprintf(number, sizeof number, "%lld", (long long)json_integer_value(v));
    const char *text = json_is_integer(v) ? number : json_string_value(v);
    cdr_date date;
    if (*text && ((f->type == CDR_F_DATE && !cdr_date_parse(text, &date)) || (f->check && !f->check(text))))
        return cdr_field_refuse(f, where, NULL, err);
    cdr_status s = cdr_field_bounds(f, text, where, err);
    if (s == CDR_OK && !(*ret = cdr_strdup(text)))
        s = cdr_fail_nomem(err, "db");
    return s;
}

static cdr_status add_text(const cdr_field *f, const json_t *v, const char *where, json_t *list, cdr_err *err)
{
    char *text;
    cdr_status s = text_of(f, v, where, &text, err);
    if (s == CDR_OK && json_array_append_new(list, json_string(text)))
        s = cdr_fail_nomem(err, "db");
    cdr_free(text);
    return s;
}

static cdr_status list_of(const cdr_field *f, const json_t *v, const char *where, json_t **ret, cdr_err *err)
{
    json_t *list = json_array();
    if (!list)
        return cdr_fail_nomem(err, "db");
    cdr_status s = CDR_OK;
    if (json_is_array(v))
        for (size_t i = 0; s == CDR_OK && i < json_array_size(v); i++)
            s = add_text(f, json_array_get(v, i), where, list, err);
    else
        s = add_text(f, v, where, list, err);
    if (s == CDR_OK)
        *ret = list;
    else
        json_decref(list);
    return s;
}

static cdr_status enum_of(const cdr_field *f, const json_t *v, const char *where, int64_t *ret, cdr_err *err)
{
    const char *text = json_string_value(v);
    *ret = text ? cdr_field_enum(f, text) : -1;
    if (*ret >= 0)
        return CDR_OK;
    *ret = 0;
    return cdr_field_refuse(f, where, text, err);
}

static cdr_status tristate_of(const cdr_field *f, const json_t *v, const char *where, int64_t *ret, cdr_err *err)
{
    const char *text = json_string_value(v);
    if (json_is_boolean(v))
        *ret = json_is_true(v);
    else if (text && (!strcmp(text, "yes") || !strcmp(text, "no")))
        *ret = !strcmp(text, "yes");
    else if (!text || strcmp(text, "unknown"))
        return cdr_field_refuse(f, where, NULL, err);
    return CDR_OK;
}

static cdr_status take_value(const cdr_field *f, const json_t *v, const char *where, void *obj, cdr_err *err)
{
    void *at = cdr_field_at(f, obj);
    switch (f->type) {
    case CDR_F_ID: return CDR_OK;
    case CDR_F_TEXT:
    case CDR_F_DATE: return text_of(f, v, where, at, err);
    case CDR_F_LIST: return list_of(f, v, where, at, err);
    case CDR_F_ENUM: return enum_of(f, v, where, at, err);
    case CDR_F_TRISTATE: return tristate_of(f, v, where, at, err);
    case CDR_F_JSON:
        *(json_t **)at = json_deep_copy(v);
        return *(json_t **)at ? CDR_OK : cdr_fail_nomem(err, "db");
    case CDR_F_INT:
        *(int64_t *)at = json_integer_value(v);
        return json_is_integer(v) ? CDR_OK : cdr_field_refuse(f, where, NULL, err);
    case CDR_F_REAL:
        *(double *)at = json_number_value(v);
        return json_is_number(v) ? CDR_OK : cdr_field_refuse(f, where, NULL, err);
    case CDR_F_BOOL:
        *(bool *)at = json_is_true(v);
        return json_is_boolean(v) ? CDR_OK : cdr_field_refuse(f, where, NULL, err);
    case CDR_F_TIME:
        return json_is_string(v) && cdr_time_parse(json_string_value(v), at) ? CDR_OK : cdr_field_refuse(f, where, NULL, err);
    }
    return CDR_OK;
}

/* True when ${key} (inside ${group} when not NULL) is a field, or begins fields with a dot. */
static bool is_known(const cdr_record *r, const char *group, const char *key, bool *ret_group)
{
    size_t group_len = group ? strlen(group) : 0, len = strlen(key);
    *ret_group = false;
    for (size_t i = 0; i < r->count; i++) {
        const char *name = r->fields[i].name;
        if (r->fields[i].type == CDR_F_ID)
            continue;
        if (group) {
            if (!strncmp(name, group, group_len) && name[group_len] == '.' && !strcmp(name + group_len + 1, key))
                return true;
        } else if (!strcmp(name, key))
            return true;
        else if (!strncmp(name, key, len) && name[len] == '.')
            return *ret_group = true;
    }
    return false;
}

static cdr_status check_group(const cdr_record *r, const json_t *j, const char *group, const char *where, cdr_err *err)
{
    char name[CDR_ERR_TEXT_MAX];
    cdr_field_place(where, group, name, sizeof name);
    if (!json_is_object(j) && !json_is_null(j))
        return cdr_fail(err, CDR_E_INVAL, "db", "record.object", "%s must hold keys and values of its own.", name);
    const char *key;
    json_t *value, *obj = (json_t *)(uintptr_t)j;
    json_object_foreach(obj, key, value) {
        bool is_group;
        if (is_known(r, group, key, &is_group))
            continue;
        snprintf(name, sizeof name, "%.100s.%.60s", group, key);
        return cdr_field_unknown(r, where, name, err);
    }
    return CDR_OK;
}

static cdr_status check_keys(const cdr_record *r, const json_t *j, const char *where, cdr_err *err)
{
    const char *key;
    json_t *value, *obj = (json_t *)(uintptr_t)j;
    json_object_foreach(obj, key, value) {
        bool is_group;
        if (!is_known(r, NULL, key, &is_group))
            return cdr_field_unknown(r, where, key, err);
        cdr_status s = is_group ? check_group(r, value, key, where, err) : CDR_OK;
        if (s != CDR_OK)
            return s;
    }
    return CDR_OK;
}

static const json_t *value_of(const json_t *j, const char *name)
{
    const char *dot = strchr(name, '.');
    return dot ? json_object_get(json_object_getn(j, name, (size_t)(dot - name)), dot + 1) : json_object_get(j, name);
}

static cdr_status take_all(const cdr_record *r, const json_t *j, const char *where, void *obj, cdr_err *err)
{
    cdr_status s = check_keys(r, j, where, err);
    for (size_t i = 0; s == CDR_OK && i < r->count; i++) {
        const cdr_field *f = &r->fields[i];
        const json_t *v = f->type == CDR_F_ID ? NULL : value_of(j, f->name);
        bool given = v && !json_is_null(v);
        if (given)
            s = take_value(f, v, where, obj, err);
        if (s == CDR_OK && f->flags & CDR_F_REQUIRED && (!given || cdr_field_empty(f, obj))) {
            char place[CDR_ERR_TEXT_MAX];
            cdr_field_place(where, f->name, place, sizeof place);
            s = cdr_fail(err, CDR_E_INVAL, "db", "record.missing", "%s is missing; every %s needs it.", place, r->name);
        }
    }
    return s;
}

cdr_status cdr_record_from_json(const cdr_record *r, const json_t *j, const char *where, void *obj, cdr_err *err)
{
    cdr_record_init(r, obj);
    if (!json_is_object(j))
        return cdr_fail(err, CDR_E_INVAL, "db", "record.object", "%s must be one %s with keys and values.", where, r->name);
    cdr_status s = take_all(r, j, where, obj, err);
    if (s != CDR_OK)
        cdr_record_done(r, obj);
    return s;
}
