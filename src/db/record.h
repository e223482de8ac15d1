/* SPDX-License-Identifier: Apache-2.0 */
/* One description per entity: field names, types, offsets. From it come binding, reading, JSON, CSV, diff and forms, so
 * that no entity is hand-written CRUD.
 *
 *     typedef struct cdr_party { int64_t id; char *key; char *name; int64_t kind; } cdr_party;
 *     static const cdr_field party_fields[] = {
 *         CDR_FIELD(cdr_party, id, CDR_F_ID), CDR_FIELD(cdr_party, key, CDR_F_TEXT | CDR_F_REQUIRED), ... };
 *     static const cdr_record party_record = CDR_RECORD("party", cdr_party, party_fields);
 *
 * Statements bind fields in the order of the description: ?1 is the first field. A name with a dot ("retention.period") is a
 * key inside an object in JSON and YAML, and one column, one CSV cell and one form field everywhere else. */
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
    CDR_F_JSON,         /* json_t *, any, owned; stored as JSON text */
    CDR_F_TRISTATE      /* int64_t: 1 yes, 0 no, -1 unknown; JSON true, false, absent ("unknown" is read too); stored NULL when unknown */
} cdr_field_type;

enum {
    CDR_F_REQUIRED = 1,
    CDR_F_PRIVATE = 2,     /* never in messages or ledger */
    CDR_F_KEY = 4,         /* identifies the record for people */
    CDR_F_ELSEWHERE = 8,   /* kept in a table of its own: not bound (its number is skipped), but read as a column */
    CDR_F_POSITIVE = 16    /* CDR_F_INT: 0 is unknown, an empty field */
};

typedef struct cdr_field {
    const char *name;            /* JSON key, CSV header, column */
    cdr_field_type type;
    unsigned flags;
    size_t offset;
    const char *const *names;    /* CDR_F_ENUM: NULL-terminated */
    const char *label;           /* forms and reports */
    /* Texts and each text of a list: false refuses it. ${expects} then ends the sentence "… must be ${expects}". */
    bool (*check)(const char *text);
    const char *expects;
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
/* As above with a name of its own, for "retention.period". */
#define CDR_FIELD_NAMED(type_, member_, name_, ftype_, flags_, label_) \
    {.name = (name_), .type = (ftype_), .flags = (flags_), .offset = offsetof(type_, member_), .label = (label_)}
#define CDR_FIELD_CHECKED(type_, member_, name_, ftype_, flags_, label_, check_, expects_) \
    {.name = (name_), .type = (ftype_), .flags = (flags_), .offset = offsetof(type_, member_), .label = (label_), .check = (check_), .expects = (expects_)}
#define CDR_RECORD(name_, type_, fields_) {.name = (name_), .size = sizeof(type_), .fields = (fields_), .count = CDR_COUNT(fields_)}

/* No text that somebody declares is longer, in characters. */
#define CDR_RECORD_TEXT_MAX 10000

/* Zeroes ${obj} and sets what zero does not mean: CDR_F_TRISTATE to unknown. The other calls that fill do it themselves. */
void cdr_record_init(const cdr_record *r, void *obj);
void cdr_record_bind(const cdr_record *r, const void *obj, cdr_db_query *q);
/* Columns in field order, from column 0. ${obj} is overwritten, not freed; on failure it is left zeroed. */
cdr_status cdr_record_read(const cdr_record *r, cdr_db_query *q, void *obj, cdr_err *err) CDR_NODISCARD;
void cdr_record_done(const cdr_record *r, void *obj);                    /* frees owned fields, zeroes */
cdr_status cdr_record_copy(const cdr_record *r, const void *from, void *to, cdr_err *err) CDR_NODISCARD;   /* ${to} is overwritten */
/* Empty fields (no text, no date, unknown, empty list, enum 0 named "unknown" or "") are left out. */
cdr_status cdr_record_to_json(const cdr_record *r, const void *obj, json_t **ret, cdr_err *err) CDR_NODISCARD;
/* Unknown keys are errors with a suggestion; ${where} prefixes messages ("inventory.yaml: systems[2]"). ${obj} is overwritten,
 * not freed; on failure it is left zeroed. */
cdr_status cdr_record_from_json(const cdr_record *r, const json_t *j, const char *where, void *obj, cdr_err *err) CDR_NODISCARD;
/* One field from text, as a form or a command line gives it: lists by comma, yes/no/unknown, dates, names of enums; "" empties it.
 * An unknown name is an error with a suggestion. ${obj} stays usable and unchanged on failure. */
cdr_status cdr_record_set(const cdr_record *r, void *obj, const char *name, const char *text, const char *where, cdr_err *err) CDR_NODISCARD;
/* All CDR_F_REQUIRED fields are filled. */
cdr_status cdr_record_check(const cdr_record *r, const void *obj, const char *where, cdr_err *err) CDR_NODISCARD;
const cdr_field *cdr_record_field(const cdr_record *r, const char *name);   /* NULL when there is none */
/* The value as people read it: "yes", "2026-03-01", lists joined by "; ", "" when empty. Appended. */
void cdr_field_text(const cdr_field *f, const void *obj, cdr_buf *out);
/* What a form may hold: "one of vendor, department…", "a date such as 2027-03-14", "yes, no or unknown". Appended. */
void cdr_field_expects(const cdr_field *f, cdr_buf *out);
void cdr_record_csv_header(const cdr_record *r, cdr_buf *out);
void cdr_record_csv_row(const cdr_record *r, const void *obj, cdr_buf *out);
bool cdr_record_equal(const cdr_record *r, const void *a, const void *b); /* ignoring CDR_F_ID */
/* Names of the fields that differ, as a JSON array: no values, so that it may stand in the ledger. */
cdr_status cdr_record_diff(const cdr_record *r, const void *a, const void *b, json_t **ret, cdr_err *err) CDR_NODISCARD;

#endif
