/* SPDX-License-Identifier: Apache-2.0 */
/* The letters of an incident, numbered in the order in which they were made: a number stays, whatever is sent or dropped. */
#ifndef CDR_CORE_INCIDENT_LETTERS_H
#define CDR_CORE_INCIDENT_LETTERS_H

#include "core/incident/incident.h"

typedef cdr_status cdr_letter_fn(void *arg, unsigned number, const cdr_item *item);
/* Those that are done or dropped, too. */
cdr_status cdr_incident_letters(cdr_incidents *in, int64_t id, cdr_letter_fn *fn, void *arg, cdr_err *err) CDR_NODISCARD;

#endif
