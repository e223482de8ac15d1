/* SPDX-License-Identifier: Apache-2.0 */
/* Consent events from the rows of a table: columns by name, times in the ways people write them. Each mistake names its line, no value. */
#ifndef CDR_CORE_CARE_CONSENT_ROWS_H
#define CDR_CORE_CARE_CONSENT_ROWS_H

#include "base/rows.h"
#include "core/care/consent.h"

typedef struct cdr_consent_defaults {
    cdr_consent_event e;                          /* what a row does not say; its subject is not looked at, NULL is nothing */
    const char *const *skip; size_t skip_count;   /* columns that are not looked at */
} cdr_consent_defaults;

typedef cdr_status cdr_consent_row_fn(void *arg, const cdr_consent_event *e, cdr_err *err);

typedef struct cdr_consent_rows cdr_consent_rows;
/* ${name} of the input for messages; ${defaults} and ${name} must outlive the reader. */
cdr_status cdr_consent_rows_new(const char *name, const cdr_consent_defaults *defaults, cdr_consent_row_fn *fn, void *arg, cdr_consent_rows **ret, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_consent_rows_feed(cdr_consent_rows *r, const char *data, size_t len, bool last, cdr_err *err) CDR_NODISCARD;
void cdr_consent_rows_free(cdr_consent_rows *r);

/* RFC 3339, a date (its midnight), a time without a zone (UTC), or seconds, milliseconds or microseconds since 1970; after 1970. */
bool cdr_consent_time(const char *s, size_t len, int64_t *ret_us);
/* The same for an end: a day counts whole, in UTC. */
bool cdr_consent_until(const char *s, size_t len, int64_t *ret_us);

#endif
