/* SPDX-License-Identifier: Apache-2.0 */
/* Fields of an organisation's own ("own:loyalty_level"): what its customer records hold beside the standard ones. Each has a number for ever, as the standard
 * fields have: it stands in the associated data of sealed cells. */
#ifndef CDR_CORE_VAULT_OWN_FIELD_H
#define CDR_CORE_VAULT_OWN_FIELD_H

#include "core/vault/field.h"
#include "db/db.h"

#define CDR_OWN_FIELDS_MAX 64u
#define CDR_OWN_PREFIX "own:"

typedef struct cdr_own_fields { cdr_vault_field at[CDR_OWN_FIELDS_MAX]; size_t count; } cdr_own_fields;   /* ascending by id; the texts are its own */

cdr_status cdr_own_fields_load(cdr_db *db, cdr_own_fields **ret, cdr_err *err) CDR_NODISCARD;
void cdr_own_fields_free(cdr_own_fields *f);      /* NULL is fine */
static inline void cdr_own_fields_freep(cdr_own_fields **f) { cdr_own_fields_free(*f); }
/* Standard or own; ${f} may be NULL: standard ones only. NULL: there is no such field. */
const cdr_vault_field *cdr_own_fields_of(const cdr_own_fields *f, uint16_t id);
/* As people type it, with or without "own:". */
const cdr_vault_field *cdr_own_fields_find(const cdr_own_fields *f, const char *key);
/* A key of lower-case letters, digits and underscores from what somebody typed, or a column is called; false: nothing is left, or it is too long. */
bool cdr_own_field_key(const char *text, char ret[65]);
/* Makes it (or gives the one that is there) in the open transaction, or one of its own. CDR_E_LIMIT: there are too many. */
cdr_status cdr_own_field_make(cdr_db *db, cdr_own_fields *f, const char *key, const char *label, const char *category, const cdr_vault_field **ret, cdr_err *err) CDR_NODISCARD;

#endif
