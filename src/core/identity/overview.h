/* SPDX-License-Identifier: Apache-2.0 */
/* How things stand with customers, in counts: for whoever asks what to do next. Opens no key and no record. */
#ifndef CDR_CORE_IDENTITY_OVERVIEW_H
#define CDR_CORE_IDENTITY_OVERVIEW_H

#include "db/db.h"

#define CDR_OVERVIEW_DAYS 30            /* alerts and flags of so many days count */

typedef struct cdr_overview {
    uint64_t customers;
    uint64_t calls;                     /* begun within a day and not ended, in which something happened within the hour */
    uint64_t requests, late;            /* open; of these, answer or confirmation of receipt overdue */
    uint64_t canaries;                  /* alerts */
    uint64_t stopped;                   /* customers who said that it was not them: their calls are stopped */
} cdr_overview;

cdr_status cdr_overview_read(cdr_db *db, int64_t now_us, cdr_overview *ret, cdr_err *err) CDR_NODISCARD;

#endif
