/* SPDX-License-Identifier: Apache-2.0 */
/* Records to and from the database, and their comparison. JSON stands in record_json.c, forms and CSV in record_text.c. */
#include "db/record.h"

#include "db/record_field.h"

#include <stdlib.h>
#include <string.h>

void *cdr_field_at(const cdr_field *f, const void *obj)
{
    return (char *)(uintptr_t)obj + f->offset;
}

bool cdr_field_empty(const cdr_field *f, const void *obj)
{
    const void *at = cdr_field_at(f, obj);
    switch (f->type) {
    case CDR_F_ID:
    case CDR_F_TIME: return *(const int64_t *)at == 0;
    case CDR_F_TEXT:
    case CDR_F_DATE: return !*(char *const *)at || !**(char *const *)at;
    case CDR_F_LIST: return json_array_size(*(json_t *const *)at) == 0;
    case CDR_F_JSON: return !*(json_t *const *)at || json_is_null(*(json_t *const *)at);
    case CDR_F_TRISTATE: return *(const int64_t *)at < 0;
    case CDR_F_ENUM: return *(const int64_t *)at == 0 && (!*f->names[0] || !strcmp(f->names[0], "unknown"));
    case CDR_F_INT: return f->flags & CDR_F_POSITIVE && *(const int64_t *)at == 0;
    case CDR_F_REAL:
    case CDR_F_BOOL: return false;
    }
    return false;
}

void cdr_field_done(const cdr_field *f, void *obj)
{
    void *at = cdr_field_at(f, obj);
    if (f->type == CDR_F_TEXT || f->type == CDR_F_DATE) {
        cdr_free(*(char **)at);
        *(char **)at = NULL;
    } else if (f->type == CDR_F_LIST || f->type == CDR_F_JSON) {
        json_decref(*(json_t **)at);
        *(json_t **)at = NULL;
    }
}

const cdr_field *cdr_record_field(const cdr_record *r, const char *name)
{
    for (size_t i = 0; i < r->count; i++)
        if (!strcmp(r->fields[i].name, name))
            return &r->fields[i];
    return NULL;
}

void cdr_record_init(const cdr_record *r, void *obj)
{
    memset(obj, 0, r->size);
    for (size_t i = 0; i < r->count; i++)
        if (r->fields[i].type == CDR_F_TRISTATE)
            *(int64_t *)cdr_field_at(&r->fields[i], obj) = -1;
}

void cdr_record_done(const cdr_record *r, void *obj)
{
    for (size_t i = 0; i < r->count; i++)
        cdr_field_done(&r->fields[i], obj);
    memset(obj, 0, r->size);
}

/* --- binding --- */

static void bind_json(cdr_db_query *q, int param, const json_t *j)
{
    char *text = json_dumps(j, JSON_COMPACT | JSON_ENCODE_ANY);
    if (text)
        cdr_db_bind_text(q, param, text);
    else
        q->bind_status = q->bind_status == CDR_OK ? CDR_E_NOMEM : q->bind_status;
    free(text);
}

static void bind_field(const cdr_field *f, const void *obj, cdr_db_query *q, int param)
{
    const void *at = cdr_field_at(f, obj);
    switch (f->type) {
    case CDR_F_TEXT:
    case CDR_F_DATE: cdr_db_bind_text(q, param, cdr_field_empty(f, obj) ? NULL : *(char *const *)at); return;
    case CDR_F_INT:
    case CDR_F_ENUM: cdr_db_bind_int(q, param, *(const int64_t *)at); return;
    case CDR_F_REAL: cdr_db_bind_double(q, param, *(const double *)at); return;
    case CDR_F_BOOL: cdr_db_bind_int(q, param, *(const bool *)at); return;
    case CDR_F_ID:
    case CDR_F_TIME:
    case CDR_F_TRISTATE:
        if (cdr_field_empty(f, obj))
            cdr_db_bind_null(q, param);
        else
            cdr_db_bind_int(q, param, *(const int64_t *)at);
        return;
    case CDR_F_LIST:
    case CDR_F_JSON:
        if (cdr_field_empty(f, obj))
            cdr_db_bind_null(q, param);
        else
            bind_json(q, param, *(json_t *const *)at);
        return;
    }
}

void cdr_record_bind(const cdr_record *r, const void *obj, cdr_db_query *q)
{
    for (size_t i = 0; i < r->count; i++)
        if (!(r->fields[i].flags & CDR_F_ELSEWHERE))
            bind_field(&r->fields[i], obj, q, (int)i + 1);
}

/* --- reading --- */

static cdr_status damaged(const cdr_record *r, const cdr_field *f, cdr_err *err)
{
    return cdr_fail(err, CDR_E_CORRUPT, "db", "record.damaged", "A stored %s has a %s that this program cannot read; restore the database from a backup.", r->name, f->name);
}

static cdr_status read_json(const cdr_record *r, const cdr_field *f, const char *text, size_t len, json_t **ret, cdr_err *err)
{
    cdr_status s = cdr_json_parse(text, len, f->name, ret, NULL);
    if (s == CDR_E_NOMEM)
        return cdr_fail_nomem(err, "db");
    if (s == CDR_OK && (f->type == CDR_F_JSON || json_is_array(*ret)))
        return CDR_OK;
    json_decref(*ret);
    *ret = NULL;
    return damaged(r, f, err);
}

static size_t count_names(const cdr_field *f)
{
    size_t n = 0;
    while (f->names[n])
        n++;
    return n;
}

static cdr_status read_number(const cdr_record *r, const cdr_field *f, cdr_db_query *q, int col, void *at, cdr_err *err)
{
    int64_t v = cdr_db_col_is_null(q, col) ? (f->type == CDR_F_TRISTATE ? -1 : 0) : cdr_db_col_int(q, col);
    if (f->type == CDR_F_ENUM && (v < 0 || (size_t)v >= count_names(f)))
        return damaged(r, f, err);
    if (f->type == CDR_F_BOOL)
        *(bool *)at = v != 0;
    else
        *(int64_t *)at = v;
    return CDR_OK;
}

static cdr_status read_field(const cdr_record *r, const cdr_field *f, cdr_db_query *q, int col, void *obj, cdr_err *err)
{
    void *at = cdr_field_at(f, obj);
    size_t len;
    switch (f->type) {
    case CDR_F_TEXT:
    case CDR_F_DATE: {
        const char *text = cdr_db_col_text(q, col, &len);
        if (text && !(*(char **)at = cdr_strndup(text, len)))
            return cdr_fail_nomem(err, "db");
        return CDR_OK;
    }
    case CDR_F_LIST:
    case CDR_F_JSON: {
        const char *text = cdr_db_col_text(q, col, &len);
        return text ? read_json(r, f, text, len, at, err) : CDR_OK;
    }
    case CDR_F_REAL: *(double *)at = cdr_db_col_double(q, col); return CDR_OK;
    case CDR_F_ID:
    case CDR_F_INT:
    case CDR_F_BOOL:
    case CDR_F_TIME:
    case CDR_F_ENUM:
    case CDR_F_TRISTATE: return read_number(r, f, q, col, at, err);
    }
    return CDR_OK;
}

cdr_status cdr_record_read(const cdr_record *r, cdr_db_query *q, void *obj, cdr_err *err)
{
    cdr_record_init(r, obj);
    for (size_t i = 0; i < r->count; i++) {
        cdr_status s = read_field(r, &r->fields[i], q, (int)i, obj, err);
        if (s != CDR_OK) {
            cdr_record_done(r, obj);
            return s;
        }
    }
    return CDR_OK;
}

/* --- copies and differences --- */

static cdr_status copy_field(const cdr_field *f, const void *from, void *to)
{
    const void *a = cdr_field_at(f, from);
    void *b = cdr_field_at(f, to);
    switch (f->type) {
    case CDR_F_TEXT:
    case CDR_F_DATE:
        if (*(char *const *)a && !(*(char **)b = cdr_strdup(*(char *const *)a)))
            return CDR_E_NOMEM;
        return CDR_OK;
    case CDR_F_LIST:
    case CDR_F_JSON:
        if (*(json_t *const *)a && !(*(json_t **)b = json_deep_copy(*(json_t *const *)a)))
            return CDR_E_NOMEM;
        return CDR_OK;
    case CDR_F_REAL: *(double *)b = *(const double *)a; return CDR_OK;
    case CDR_F_BOOL: *(bool *)b = *(const bool *)a; return CDR_OK;
    case CDR_F_ID:
    case CDR_F_INT:
    case CDR_F_TIME:
    case CDR_F_ENUM:
    case CDR_F_TRISTATE: *(int64_t *)b = *(const int64_t *)a; return CDR_OK;
    }
    return CDR_OK;
}

cdr_status cdr_record_copy(const cdr_record *r, const void *from, void *to, cdr_err *err)
{
    cdr_record_init(r, to);
    for (size_t i = 0; i < r->count; i++)
        if (copy_field(&r->fields[i], from, to) != CDR_OK) {
            cdr_record_done(r, to);
            return cdr_fail_nomem(err, "db");
        }
    return CDR_OK;
}

static bool same(const cdr_field *f, const void *x, const void *y)
{
    const void *a = cdr_field_at(f, x), *b = cdr_field_at(f, y);
    bool empty = cdr_field_empty(f, x);
    if (empty || cdr_field_empty(f, y))
        return empty == cdr_field_empty(f, y);
    switch (f->type) {
    case CDR_F_ID: return true;
    case CDR_F_TEXT:
    case CDR_F_DATE: return !strcmp(*(char *const *)a, *(char *const *)b);
    case CDR_F_LIST:
    case CDR_F_JSON: return json_equal(*(json_t *const *)a, *(json_t *const *)b) == 1;
    case CDR_F_REAL: return !(*(const double *)a < *(const double *)b) && !(*(const double *)a > *(const double *)b);
    case CDR_F_BOOL: return *(const bool *)a == *(const bool *)b;
    case CDR_F_INT:
    case CDR_F_TIME:
    case CDR_F_ENUM:
    case CDR_F_TRISTATE: return *(const int64_t *)a == *(const int64_t *)b;
    }
    return false;
}

bool cdr_record_equal(const cdr_record *r, const void *a, const void *b)
{
    for (size_t i = 0; i < r->count; i++)
        if (r->fields[i].type != CDR_F_ID && !same(&r->fields[i], a, b))
            return false;
    return true;
}

cdr_status cdr_record_diff(const cdr_record *r, const void *a, const void *b, json_t **ret, cdr_err *err)
{
    *ret = json_array();
    for (size_t i = 0; *ret && i < r->count; i++) {
        const cdr_field *f = &r->fields[i];
        if (f->type == CDR_F_ID || same(f, a, b))
            continue;
        if (json_array_append_new(*ret, json_string(f->name))) {
            json_decref(*ret);
            *ret = NULL;
        }
    }
    return *ret ? CDR_OK : cdr_fail_nomem(err, "db");
}
