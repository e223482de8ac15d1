/* SPDX-License-Identifier: Apache-2.0 */
/* Arithmetic of people: how many there are at least, how many two sets share. */
#ifndef CDR_CORE_INVENTORY_PEOPLE_H
#define CDR_CORE_INVENTORY_PEOPLE_H

#include "base/buf.h"
#include "core/inventory/state.h"

/* At least as many as identifiers of one kind are not second ones of somebody; at most as many as keys no record shows to be another
 * name of somebody counted. Estimates are three standard errors apart from it. */
void cdr_people_bounds(const cdr_people *p, uint64_t *least, uint64_t *most);
uint64_t cdr_people_least(const cdr_people *p);     /* the certain ones; the possible ones where nobody is certain */
/* By the one kind of identifier by which most people can be matched. */
uint64_t cdr_people_shared(const cdr_people *a, const cdr_people *b);
double cdr_people_error(const cdr_people *p);       /* relative standard error, 0 when everything was counted */
/* In one object: what identifies a record, but is not what the record is counted by. A customer list with numbers and addresses is
 * counted by number; then another list with the addresses alone speaks of the same people. */
cdr_status cdr_people_note_others(cdr_people *p) CDR_NODISCARD;   /* CDR_E_NOMEM */
cdr_status cdr_people_merge(cdr_people *into, const cdr_people *from) CDR_NODISCARD;   /* CDR_E_NOMEM */
/* Numbers by kind, as they are stored. */
cdr_status cdr_people_save_ids(const cdr_observation *o, cdr_buf *out) CDR_NODISCARD;                 /* CDR_E_NOMEM */
cdr_status cdr_people_load_ids(cdr_people *p, const void *data, size_t len) CDR_NODISCARD;           /* CDR_E_NOMEM, CDR_E_CORRUPT */

#endif
