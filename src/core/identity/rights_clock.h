/* SPDX-License-Identifier: Apache-2.0 */
/* Rights of customers and until when they must be answered. Pure: days in, days out. Each rule names its source, when it was looked up and how sure it is; where no rule is
 * known, none is invented. */
#ifndef CDR_CORE_IDENTITY_RIGHTS_CLOCK_H
#define CDR_CORE_IDENTITY_RIGHTS_CLOCK_H

#include "candor/base.h"
#include "core/disclosure/disclosure.h"

/* Stored: never renumber. */
typedef enum cdr_right {
    CDR_RIGHT_ACCESS = 1, CDR_RIGHT_COPY, CDR_RIGHT_CORRECTION, CDR_RIGHT_ERASURE, CDR_RIGHT_RESTRICTION, CDR_RIGHT_OBJECTION, CDR_RIGHT_PORTABILITY, CDR_RIGHT_OPT_OUT, CDR_RIGHT__MAX
} cdr_right;

typedef struct cdr_right_info {
    cdr_right right;
    const char *key, *label;        /* "copy", "a copy of the data" */
    const char *purpose;            /* of the disclosure policy, whose level is needed; NULL: nothing has to be proved */
} cdr_right_info;
const cdr_right_info *cdr_right_of(cdr_right right);
const cdr_right_info *cdr_right_by_key(const char *key);      /* NULL: none */

typedef enum cdr_regime { CDR_REGIME_UNKNOWN, CDR_REGIME_GDPR, CDR_REGIME_UK_GDPR, CDR_REGIME_CCPA, CDR_REGIME__MAX } cdr_regime;
typedef struct cdr_regime_info {
    cdr_regime regime;
    const char *key, *name;
    const char *source, *as_of, *confidence;
    const char *extending;          /* what must be told to extend, and by when */
    const char *refusing;           /* what a refusal must tell */
} cdr_regime_info;
const cdr_regime_info *cdr_regime_of(cdr_regime regime);      /* also of UNKNOWN */
const cdr_regime_info *cdr_regime_by_key(const char *key);    /* NULL: none */
/* From a customer's country and region as they are written ("DE", "Germany", "Deutschland"; "California", "US-CA"). Texts need not end with NUL. */
cdr_regime cdr_regime_by_place(const char *country, size_t country_len, const char *region, size_t region_len);

typedef struct cdr_rights_days {
    int64_t due, confirm;           /* days since 1970; 0: there is no such rule */
    int64_t extend_by;              /* an extension must be told until then */
    int64_t extended_due;           /* what it would become; 0: cannot be extended */
} cdr_rights_days;
/* Months are calendar months: what was received on the 31st is due on the last day of a shorter month. Days off never move a date later. */
void cdr_rights_days_of(cdr_regime regime, cdr_right right, int64_t received_day, cdr_rights_days *ret);

#endif
