/* SPDX-License-Identifier: Apache-2.0 */
/* One description per entity: field names, types, offsets. From it come binding, reading, JSON, CSV, diff and forms, so
 * that no entity is hand-written CRUD.
 *
 *     typedef struct cdr_party { int64_t id; char *key; char *name; int64_t kind; } cdr_party;
 *     static const cdr_field party_fields[] = {
 *         CDR_FIELD(cdr_party, id, CDR_F_ID), CDR_FIELD(cdr_party, key, CDR_F_TEXT | CDR_F_REQUIRED), ... };
 *     static const cdr_record party_record = CDR_RECORD("party", cdr_party, party_fields);
 *
 * Statements bind fields in the order of the description: ?1 is the first field. */
#ifndef CDR_DB_RECORD_H
#define CDR_DB_RECORD_H

#include "base/buf.h"
#include "base/json.h"
#include "db/db.h"

typedef enum cdr_field_type {
    CDR_F_ID = 1,       /* int64_t, row id, 0 = not stored yet (bound as NULL); not in JSON */
    CDR_F_TEXT,         /* char *, owned */
    CDR_F_INT,          /* int64_t */
    CDR_F_REAL,         /* double */
    CDR_F_BOOL,         /* bool */
    CDR_F_TIME,         /* int64_t microseconds, 0 = unknown; JSON RFC 3339 */
    CDR_F_DATE,         /* char *, "YYYY-MM-DD", owned, checked */
    CDR_F_ENUM,         /* int64_t, index into field->names; JSON the name */
    CDR_F_LIST,         /* json_t *, array of strings, owned; stored as JSON text; CSV joined by "; " */
    CDR_F_JSON          /* json_t *, any, owned; stored as JSON text */
} cdr_field_type;

enum { CDR_F_REQUIRED = 1, CDR_F_PRIVATE = 2 /* never in messages or ledger */, CDR_F_KEY = 4 /* identifies the record for people */ };

typedef struct cdr_field {
    const char *name;            /* JSON key, CSV header, column */
    cdr_field_type type;
    unsigned flags;
    size_t offset;
    const char *const *names;    /* CDR_F_ENUM: NULL-terminated */
    const char *label;           /* forms and reports */
} cdr_field;

typedef struct cdr_record {
    const char *name;            /* "party" */
    size_t size;
    const cdr_field *fields;
    size_t count;
} cdr_record;

#define CDR_FIELD(type_, member_, ftype_, flags_, label_) \
    {.name = #member_, .type = (ftype_), .flags = (flags_), .offset = offsetof(type_, member_), .label = (label_)}
#define CDR_FIELD_ENUM(type_, member_, names_, flags_, label_) \
    {.name = #member_, .type = CDR_F_ENUM, .flags = (flags_), .offset = offsetof(type_, member_), .names = (names_), .label = (label_)}
#define CDR_RECORD(name_, type_, fields_) {.name = (name_), .size = sizeof(type_), .fields = (fields_), .count = CDR_COUNT(fields_)}

void cdr_record_bind(const cdr_record *r, const void *obj, cdr_db_query *q);
cdr_status cdr_record_read(const cdr_record *r, cdr_db_query *q, void *obj, cdr_err *err) CDR_NODISCARD; /* columns in field order */
void cdr_record_done(const cdr_record *r, void *obj);                    /* frees owned fields, zeroes */
cdr_status cdr_record_to_json(const cdr_record *r, const void *obj, json_t **ret, cdr_err *err) CDR_NODISCARD;
/* Unknown keys are errors with a suggestion; ${where} prefixes messages ("inventory.yaml: systems[2]"). */
cdr_status cdr_record_from_json(const cdr_record *r, const json_t *j, const char *where, void *obj, cdr_err *err) CDR_NODISCARD;
void cdr_record_csv_header(const cdr_record *r, cdr_buf *out);
void cdr_record_csv_row(const cdr_record *r, const void *obj, cdr_buf *out);
bool cdr_record_equal(const cdr_record *r, const void *a, const void *b); /* ignoring CDR_F_ID */

#endif
