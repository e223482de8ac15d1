/* SPDX-License-Identifier: Apache-2.0 */
/* Between the files of record.c: one field of one object. */
#ifndef CDR_DB_RECORD_FIELD_H
#define CDR_DB_RECORD_FIELD_H

#include "db/record.h"

void *cdr_field_at(const cdr_field *f, const void *obj);
bool cdr_field_empty(const cdr_field *f, const void *obj);
void cdr_field_done(const cdr_field *f, void *obj);      /* frees what it owns and empties it */
/* "inventory.yaml: systems[2].owner": where a sentence about field ${name} begins. */
void cdr_field_place(const char *where, const char *name, char *ret, size_t cap);
/* Index of ${text} in names, -1 when it is none of them. */
int64_t cdr_field_enum(const cdr_field *f, const char *text);
cdr_status cdr_field_refuse(const cdr_field *f, const char *where, const char *text, cdr_err *err) CDR_NODISCARD;   /* ${text} may be NULL: not quoted, only likened */
/* Texts and each text of a list: not longer than CDR_RECORD_TEXT_MAX characters. */
cdr_status cdr_field_bounds(const cdr_field *f, const char *text, const char *where, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_field_unknown(const cdr_record *r, const char *where, const char *name, cdr_err *err) CDR_NODISCARD;

#endif
