/* SPDX-License-Identifier: Apache-2.0 */
/* Legal holds: nothing that one covers may be deleted or changed, whatever a policy says. By system, by category, by person (a keyed hash of
 * an identifier, never the identifier). */
#ifndef CDR_CORE_MINIMISE_HOLDS_H
#define CDR_CORE_MINIMISE_HOLDS_H

#include "core/workspace/workspace.h"

typedef struct cdr_hold {
    int64_t id;
    const char *name;            /* "Miller v. us" is not for names of people: a file number */
    const char *reason, *approver;
    const char *system, *category, *path;    /* "" not limited by it */
    uint8_t person[16]; bool by_person;      /* cdr_value_id of the normalised identifier (CDR_KEY_VALUE_ID) */
    int64_t placed_us, released_us;          /* released 0: in force */
} cdr_hold;

typedef struct cdr_holds cdr_holds;
cdr_status cdr_holds_load(cdr_workspace *ws, cdr_holds **ret, cdr_err *err) CDR_NODISCARD;   /* those in force */
void cdr_holds_free(cdr_holds *h);
size_t cdr_holds_count(const cdr_holds *h);
const cdr_hold *cdr_holds_get(const cdr_holds *h, size_t i);
/* The first hold without a person that covers this, or NULL. ${category} "" : any category may be there, so that a hold by category covers it. */
const cdr_hold *cdr_holds_cover(const cdr_holds *h, const char *system, const char *path, const char *category);
/* Does a hold by person cover a record that holds this identifier? */
const cdr_hold *cdr_holds_person(const cdr_holds *h, const uint8_t value_id[16]);
bool cdr_holds_by_person(const cdr_holds *h);    /* is there any? Then records must be looked at one by one */

cdr_status cdr_hold_place(cdr_workspace *ws, const cdr_hold *hold, int64_t *ret_id, cdr_err *err) CDR_NODISCARD;   /* enters hold.place in the ledger */
cdr_status cdr_hold_release(cdr_workspace *ws, int64_t id, const char *reason, cdr_err *err) CDR_NODISCARD;

#endif
