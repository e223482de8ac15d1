/* SPDX-License-Identifier: Apache-2.0 */
/* The people of an object, counted from the mentions of its records: at least and at most. */
#ifndef CDR_SCAN_CROWD_H
#define CDR_SCAN_CROWD_H

#include "detect/observation.h"
#include "scan/person.h"

#define CDR_CROWD_KINDS (CDR_ID_SETS_MAX + 2)

typedef struct cdr_crowd {
    cdr_mention *mentions;     /* different ones, the first of them */
    size_t count, cap;
    bool over, linked;         /* linked: a record had two identifiers */
    cdr_sketch seen;
    cdr_mention pending;       /* the last one: the memory it needs is on its way */
    bool has_pending;
    uint64_t records, by_kind[CDR_CROWD_KINDS];   /* records with an identifier; e-mails, telephones, then as in ->ids */
} cdr_crowd;

void cdr_crowd_begin(cdr_crowd *c, cdr_observation *o);       /* empties what the observation counts people by */
cdr_status cdr_crowd_add(cdr_crowd *c, cdr_observation *o, const cdr_mention *m) CDR_NODISCARD;   /* CDR_E_NOMEM */
cdr_status cdr_crowd_end(cdr_crowd *c, cdr_observation *o) CDR_NODISCARD;                         /* the bounds; CDR_E_NOMEM */
void cdr_crowd_done(cdr_crowd *c, cdr_observation *o);

void cdr_sketch_empty(cdr_sketch *s);                         /* keeps a little memory */

#endif
