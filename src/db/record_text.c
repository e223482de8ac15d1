/* SPDX-License-Identifier: Apache-2.0 */
/* Records as people read and type them: sentences about fields, forms, CSV. */
#include "db/record_field.h"

#include "base/csv.h"
#include "base/parse.h"
#include "base/text.h"
#include "base/time.h"
#include "base/vec.h"

#include <stdio.h>
#include <string.h>

void cdr_field_place(const char *where, const char *name, char *ret, size_t cap)
{
    size_t len = where ? strlen(where) : 0;
    const char *join = len == 0 || where[len - 1] == ' ' ? "" : ".";
    snprintf(ret, cap, "%.300s%s%.100s", where ? where : "", join, name);
}

int64_t cdr_field_enum(const cdr_field *f, const char *text)
{
    for (int64_t i = 0; f->names[i]; i++)
        if (*f->names[i] && cdr_ascii_ieq(f->names[i], strlen(f->names[i]), text, strlen(text)))
            return i;
    return -1;
}

static void list_names(const cdr_field *f, cdr_buf *out)
{
    bool first = true;
    for (size_t i = 0; f->names[i]; i++)
        if (*f->names[i]) {
            cdr_buf_addf(out, "%s%s", first ? "" : ", ", f->names[i]);
            first = false;
        }
}

void cdr_field_expects(const cdr_field *f, cdr_buf *out)
{
    if (f->expects) {
        cdr_buf_adds(out, f->expects);
        return;
    }
    switch (f->type) {
    case CDR_F_ID:
    case CDR_F_INT: cdr_buf_adds(out, "a whole number"); return;
    case CDR_F_TEXT: cdr_buf_adds(out, "text"); return;
    case CDR_F_REAL: cdr_buf_adds(out, "a number"); return;
    case CDR_F_BOOL: cdr_buf_adds(out, "true or false"); return;
    case CDR_F_TRISTATE: cdr_buf_adds(out, "true, false or unknown"); return;
    case CDR_F_TIME: cdr_buf_adds(out, "a time such as 2027-03-14T09:00:00Z"); return;
    case CDR_F_DATE: cdr_buf_adds(out, "a date such as 2027-03-14"); return;
    case CDR_F_LIST: cdr_buf_adds(out, "a list of texts"); return;
    case CDR_F_JSON: cdr_buf_adds(out, "JSON"); return;
    case CDR_F_ENUM:
        cdr_buf_adds(out, "one of ");
        list_names(f, out);
        return;
    }
}

cdr_status cdr_field_refuse(const cdr_field *f, const char *where, const char *text, cdr_err *err)
{
    char place[CDR_ERR_TEXT_MAX];
    _cleanup_buf_ cdr_buf expects = CDR_BUF(1024);
    cdr_field_place(where, f->name, place, sizeof place);
    cdr_field_expects(f, &expects);
    const char *near = NULL;
    if (text && f->type == CDR_F_ENUM) {
        size_t count = 0;
        while (f->names[count])
            count++;
        near = cdr_text_nearest(text, f->names, count);
    }
    return cdr_fail(err, CDR_E_INVAL, "db", "record.value", "%s must be %s%s%s%c", place, expects.data ? expects.data : "another value",
                    near && *near ? "; did you mean " : "", near ? near : "", near && *near ? '?' : '.');
}

cdr_status cdr_field_bounds(const cdr_field *f, const char *text, const char *where, cdr_err *err)
{
    size_t len = strlen(text);
    if (len <= CDR_RECORD_TEXT_MAX || cdr_utf8_count(text, len) <= CDR_RECORD_TEXT_MAX)
        return CDR_OK;
    char place[CDR_ERR_TEXT_MAX];
    cdr_field_place(where, f->name, place, sizeof place);
    return cdr_fail(err, CDR_E_INVAL, "db", "record.too-long", "%s is longer than %d characters; shorten it, or name a document that holds it.", place, CDR_RECORD_TEXT_MAX);
}

static const char *article(const char *noun)
{
    return strchr("aeiou", *noun) ? "an" : "a";
}

CDR_VEC(name_list, const char *)

/* The nearest name of a field; inside a group ("retention.") only that group's names count. */
static const char *nearest_field(const cdr_record *r, const char *name)
{
    name_list names = {0};
    const char *dot = strchr(name, '.');
    size_t group = dot ? (size_t)(dot - name) + 1 : 0;
    for (size_t i = 0; i < r->count; i++) {
        if (r->fields[i].type == CDR_F_ID || strncmp(r->fields[i].name, name, group) != 0)
            continue;
        const char **slot = name_list_push(&names);
        if (slot)
            *slot = r->fields[i].name;
    }
    const char *near = cdr_text_nearest(name, names.at, names.len);
    name_list_done(&names);
    return near;
}

cdr_status cdr_field_unknown(const cdr_record *r, const char *where, const char *name, cdr_err *err)
{
    char place[CDR_ERR_TEXT_MAX];
    _cleanup_buf_ cdr_buf shown = CDR_BUF(400);
    cdr_text_escape(&shown, name, strnlen(name, 80));
    cdr_field_place(where, shown.data ? shown.data : "", place, sizeof place);
    const char *near = nearest_field(r, name), *dot = near ? strchr(near, '.') : NULL;
    if (near && dot && strchr(name, '.'))
        near = dot + 1;
    return near ? cdr_fail(err, CDR_E_INVAL, "db", "record.unknown-key", "%s: %s %s has no such key; did you mean %s?", place, article(r->name), r->name, near)
                : cdr_fail(err, CDR_E_INVAL, "db", "record.unknown-key", "%s: %s %s has no such key.", place, article(r->name), r->name);
}

cdr_status cdr_record_check(const cdr_record *r, const void *obj, const char *where, cdr_err *err)
{
    for (size_t i = 0; i < r->count; i++)
        if (r->fields[i].flags & CDR_F_REQUIRED && cdr_field_empty(&r->fields[i], obj)) {
            char place[CDR_ERR_TEXT_MAX];
            cdr_field_place(where, r->fields[i].name, place, sizeof place);
            return cdr_fail(err, CDR_E_INVAL, "db", "record.missing", "%s is missing; every %s needs it.", place, r->name);
        }
    return CDR_OK;
}

/* --- one field from text --- */

/* "a, b" as a list. */
static cdr_status split(const cdr_field *f, const char *text, const char *where, json_t **ret, cdr_err *err)
{
    _cleanup_json_ json_t *list = json_array();
    _cleanup_free_ char *copy = cdr_strdup(text);
    if (!list || !copy)
        return cdr_fail_nomem(err, "db");
    for (char *item = copy, *next; item; item = next) {
        next = strchr(item, ',');
        if (next)
            *next++ = '\0';
        item = cdr_str_trim(item);
        if (!*item)
            continue;
        if (f->check && !f->check(item))
            return cdr_field_refuse(f, where, NULL, err);
        cdr_status s = cdr_field_bounds(f, item, where, err);
        if (s != CDR_OK)
            return s;
        json_t *value = json_string(item);
        if (!value)
            return cdr_fail(err, CDR_E_INVAL, "db", "record.utf8", "%s is no valid UTF-8 text.", f->name);
        if (json_array_append_new(list, value))
            return cdr_fail_nomem(err, "db");
    }
    *ret = CDR_TAKE(list);
    return CDR_OK;
}

static cdr_status set_text(const cdr_field *f, void *obj, const char *text, const char *where, cdr_err *err)
{
    cdr_date date;
    if ((f->type == CDR_F_DATE && !cdr_date_parse(text, &date)) || (f->check && !f->check(text)) || !cdr_utf8_valid(text, strlen(text)))
        return cdr_field_refuse(f, where, NULL, err);
    cdr_status s = cdr_field_bounds(f, text, where, err);
    if (s != CDR_OK)
        return s;
    char *copy = cdr_strdup(text);
    if (!copy)
        return cdr_fail_nomem(err, "db");
    cdr_field_done(f, obj);
    *(char **)cdr_field_at(f, obj) = copy;
    return CDR_OK;
}

static cdr_status set_tree(const cdr_field *f, void *obj, const char *text, const char *where, cdr_err *err)
{
    json_t *tree = NULL;
    cdr_status s = f->type == CDR_F_LIST ? split(f, text, where, &tree, err) : cdr_json_parse(text, strlen(text), f->name, &tree, err);
    if (s != CDR_OK)
        return s;
    cdr_field_done(f, obj);
    *(json_t **)cdr_field_at(f, obj) = tree;
    return CDR_OK;
}

/* 1 yes, 0 no, -1 unknown, -2 none of them. */
static int yes_no(const char *text)
{
    static const char *const words[] = {"yes", "true", "no", "false", "unknown"};
    static const int values[] = {1, 1, 0, 0, -1};
    for (size_t i = 0; i < CDR_COUNT(words); i++)
        if (cdr_ascii_ieq(words[i], strlen(words[i]), text, strlen(text)))
            return values[i];
    return -2;
}

static bool set_number(const cdr_field *f, void *at, const char *text)
{
    int64_t v;
    switch (f->type) {
    case CDR_F_INT: return cdr_parse_i64(text, strlen(text), INT64_MIN, INT64_MAX, at);
    case CDR_F_REAL: return cdr_parse_double(text, strlen(text), -1e300, 1e300, at);
    case CDR_F_TIME: return cdr_time_parse(text, at);
    case CDR_F_ENUM:
        if ((v = cdr_field_enum(f, text)) >= 0)
            *(int64_t *)at = v;
        return v >= 0;
    case CDR_F_BOOL:
        if ((v = yes_no(text)) >= 0)
            *(bool *)at = v > 0;
        return v >= 0;
    case CDR_F_TRISTATE:
        if ((v = yes_no(text)) >= -1)
            *(int64_t *)at = v;
        return v >= -1;
    case CDR_F_ID:
    case CDR_F_TEXT:
    case CDR_F_DATE:
    case CDR_F_LIST:
    case CDR_F_JSON: break;
    }
    return false;
}

static void set_empty(const cdr_field *f, void *obj)
{
    void *at = cdr_field_at(f, obj);
    cdr_field_done(f, obj);
    switch (f->type) {
    case CDR_F_INT:
    case CDR_F_ENUM:
    case CDR_F_TIME: *(int64_t *)at = 0; return;
    case CDR_F_TRISTATE: *(int64_t *)at = -1; return;
    case CDR_F_REAL: *(double *)at = 0; return;
    case CDR_F_BOOL: *(bool *)at = false; return;
    case CDR_F_ID:
    case CDR_F_TEXT:
    case CDR_F_DATE:
    case CDR_F_LIST:
    case CDR_F_JSON: return;
    }
}

cdr_status cdr_record_set(const cdr_record *r, void *obj, const char *name, const char *text, const char *where, cdr_err *err)
{
    const cdr_field *f = cdr_record_field(r, name);
    if (!f || f->type == CDR_F_ID)
        return cdr_field_unknown(r, where, name, err);
    if (!*text) {
        set_empty(f, obj);
        return CDR_OK;
    }
    switch (f->type) {
    case CDR_F_TEXT:
    case CDR_F_DATE: return set_text(f, obj, text, where, err);
    case CDR_F_LIST:
    case CDR_F_JSON: return set_tree(f, obj, text, where, err);
    case CDR_F_INT:
    case CDR_F_REAL:
    case CDR_F_BOOL:
    case CDR_F_TIME:
    case CDR_F_ENUM:
    case CDR_F_TRISTATE: return set_number(f, cdr_field_at(f, obj), text) ? CDR_OK : cdr_field_refuse(f, where, text, err);
    case CDR_F_ID: break;
    }
    return cdr_field_unknown(r, where, name, err);
}

/* --- to text --- */

static void join(const json_t *list, cdr_buf *out)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *item = json_string_value(json_array_get(list, i));
        cdr_buf_addf(out, "%s%s", i ? "; " : "", item ? item : "");
    }
}

static void dump(const json_t *j, cdr_buf *out)
{
    if (cdr_json_canonical(j, out, NULL) != CDR_OK)
        cdr_buf_adds(out, "");
}

void cdr_field_text(const cdr_field *f, const void *obj, cdr_buf *out)
{
    const void *at = cdr_field_at(f, obj);
    char time[CDR_TIME_TEXT];
    if (f->type == CDR_F_TRISTATE) {
        int64_t v = *(const int64_t *)at;
        cdr_buf_adds(out, v > 0 ? "yes" : v == 0 ? "no" : "unknown");
        return;
    }
    if (f->type == CDR_F_ENUM) {
        cdr_buf_adds(out, f->names[*(const int64_t *)at]);
        return;
    }
    if (cdr_field_empty(f, obj))
        return;
    switch (f->type) {
    case CDR_F_ID:
    case CDR_F_INT: cdr_buf_addf(out, "%lld", (long long)*(const int64_t *)at); return;
    case CDR_F_TEXT:
    case CDR_F_DATE: cdr_buf_adds(out, *(char *const *)at); return;
    case CDR_F_REAL: cdr_buf_addf(out, "%.15g", *(const double *)at); return;
    case CDR_F_BOOL: cdr_buf_adds(out, *(const bool *)at ? "yes" : "no"); return;
    case CDR_F_TIME: cdr_time_format(*(const int64_t *)at, time); cdr_buf_adds(out, time); return;
    case CDR_F_LIST: join(*(json_t *const *)at, out); return;
    case CDR_F_JSON: dump(*(json_t *const *)at, out); return;
    case CDR_F_ENUM:
    case CDR_F_TRISTATE: return;
    }
}

/* --- CSV --- */

void cdr_record_csv_header(const cdr_record *r, cdr_buf *out)
{
    bool first = true;
    for (size_t i = 0; i < r->count; i++)
        if (r->fields[i].type != CDR_F_ID) {
            cdr_csv_cell(out, first, r->fields[i].name, strlen(r->fields[i].name));
            first = false;
        }
    cdr_csv_end(out);
}

void cdr_record_csv_row(const cdr_record *r, const void *obj, cdr_buf *out)
{
    bool first = true;
    _cleanup_buf_ cdr_buf cell = CDR_BUF(1 << 24);
    for (size_t i = 0; i < r->count; i++) {
        if (r->fields[i].type == CDR_F_ID)
            continue;
        cdr_buf_clear(&cell);
        cdr_field_text(&r->fields[i], obj, &cell);
        if (cdr_buf_status(&cell) != CDR_OK && out->status == CDR_OK)
            out->status = cell.status;
        cdr_csv_cell(out, first, cell.data ? cell.data : "", cell.len);
        first = false;
    }
    cdr_csv_end(out);
}
