/* SPDX-License-Identifier: Apache-2.0 */
/* Arithmetic of people: how many there are at least, how many two sets share. */
#ifndef CDR_CORE_INVENTORY_PEOPLE_H
#define CDR_CORE_INVENTORY_PEOPLE_H

#include "core/inventory/state.h"

/* The largest of distinct e-mails, phones and numbers; where there is none of them, the records. */
uint64_t cdr_people_least(const cdr_people *p);
/* By whatever identifier most people can be matched. */
uint64_t cdr_people_shared(const cdr_people *a, const cdr_people *b);
/* In one object: what identifies a record, but is not what the record is counted by. A customer list with numbers and addresses is
 * counted by number; then another list with the addresses alone speaks of the same people. */
cdr_status cdr_people_note_names(cdr_people *p) CDR_NODISCARD;   /* CDR_E_NOMEM */
cdr_status cdr_people_merge(cdr_people *into, const cdr_people *from) CDR_NODISCARD;   /* CDR_E_NOMEM */

#endif
