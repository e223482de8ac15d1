/* SPDX-License-Identifier: Apache-2.0 */
/* Legal holds: nothing that one covers may be deleted or changed, whatever a policy says. By system, by category, by person (a keyed hash of
 * an identifier, never the identifier). */
#ifndef CDR_CORE_MINIMISE_HOLDS_H
#define CDR_CORE_MINIMISE_HOLDS_H

#include "base/arena.h"
#include "core/workspace/workspace.h"

#define CDR_HOLD_FORMS 8

typedef struct cdr_hold {
    int64_t id;
    const char *name;            /* "Miller v. us" is not for names of people: a file number */
    const char *reason, *approver;
    const char *system, *category, *path;    /* "" not limited by it */
    uint8_t person[CDR_HOLD_FORMS][16]; size_t person_count;   /* cdr_value_id (CDR_KEY_VALUE_ID) of the identifier in each normal form it may have; 0: not by person */
    int64_t placed_us, released_us;          /* released 0: in force */
    const char *release_reason;
} cdr_hold;

typedef struct cdr_holds cdr_holds;
cdr_status cdr_holds_load(cdr_workspace *ws, cdr_holds **ret, cdr_err *err) CDR_NODISCARD;       /* those in force */
cdr_status cdr_holds_load_all(cdr_workspace *ws, cdr_holds **ret, cdr_err *err) CDR_NODISCARD;   /* released ones, too: for lists */
void cdr_holds_free(cdr_holds *h);
static inline void cdr_holds_freep(cdr_holds **h) { cdr_holds_free(*h); }
size_t cdr_holds_count(const cdr_holds *h);
const cdr_hold *cdr_holds_get(const cdr_holds *h, size_t i);
/* The first hold without a person that covers this, or NULL. ${category} "" : any category may be there, so that a hold by category covers it;
 * otherwise a hold by category covers it when either contains the other. ${path} as the inventory writes it; a hold on what lies inside
 * (a table, a member) covers the file. */
const cdr_hold *cdr_holds_cover(const cdr_holds *h, const char *system, const char *path, const char *category);
/* Does ${h}, of a person or not, reach into this place? In force only. */
bool cdr_hold_reaches(const cdr_hold *h, const char *system, const char *path, const char *category);
/* Holds by person that reach into this place, from ${*i} on (begin with 0); NULL: no more. Then records must be looked at one by one. */
const cdr_hold *cdr_holds_next_person(const cdr_holds *h, const char *system, const char *path, const char *category, size_t *i);
/* Does ${value} stand for the person of ${hold}? Looks at the value as a whole and at each word of it. ${key}: CDR_KEY_VALUE_ID. */
bool cdr_hold_is_person(const cdr_hold *hold, const cdr_secret *key, const char *value, size_t len);
/* The keyed hashes of ${identifier} for a hold. CDR_E_INVAL: empty, or too short to tell anybody. */
cdr_status cdr_hold_set_person(cdr_hold *hold, const cdr_secret *key, const char *identifier, size_t len, cdr_err *err) CDR_NODISCARD;

cdr_status cdr_hold_place(cdr_workspace *ws, const cdr_hold *hold, int64_t *ret_id, cdr_err *err) CDR_NODISCARD;   /* enters hold.place in the ledger */
cdr_status cdr_hold_release(cdr_workspace *ws, int64_t id, const char *reason, cdr_err *err) CDR_NODISCARD;

/* --- hold_reach.c: what of all that scans have seen --- */

typedef struct cdr_hold_reach {
    uint64_t objects;            /* covered */
    uint64_t within;             /* of a hold by person: where the person may be */
} cdr_hold_reach;
/* For each of ${h}, how many objects it covers: files, tables and members; by person those in which the person was seen. ${ret_known}: how many there
 * are at all. In ${a}. */
cdr_status cdr_holds_measure(cdr_workspace *ws, const cdr_holds *h, cdr_arena *a, cdr_hold_reach **ret, uint64_t *ret_known, cdr_err *err) CDR_NODISCARD;
/* The known file, folder or table whose name is most like ${path}, as the inventory writes it; "" when none is. In ${a}. */
cdr_status cdr_hold_nearest(cdr_workspace *ws, const char *path, cdr_arena *a, const char **ret, cdr_err *err) CDR_NODISCARD;

#endif
