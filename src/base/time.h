/* SPDX-License-Identifier: Apache-2.0 */
/* Calendar time without the C library's global zone: proleptic Gregorian, UTC, RFC 3339. */
#ifndef CDR_BASE_TIME_H
#define CDR_BASE_TIME_H

#include "base/mem.h"

typedef struct cdr_date { int32_t year; int8_t month, day; } cdr_date;   /* month 1-12, day 1-31 */

bool cdr_date_valid(int32_t year, int32_t month, int32_t day);
int64_t cdr_days_from_date(cdr_date d);                   /* days since 1970-01-01 */
cdr_date cdr_date_from_days(int64_t days);
int cdr_weekday(cdr_date d);                              /* 1 = Monday … 7 = Sunday (ISO 8601) */
bool cdr_date_parse(const char *s, cdr_date *ret);        /* YYYY-MM-DD, whole text */
void cdr_date_format(cdr_date d, char out[11]);           /* years 0-9999 */
#define CDR_TIME_TEXT 32
void cdr_time_format(int64_t us, char out[CDR_TIME_TEXT]);     /* 2027-03-14T09:12:00Z */
void cdr_time_format_long(int64_t us, char out[64]);           /* Sunday 14 March 2027, 09:12 UTC */
bool cdr_time_parse(const char *s, int64_t *ret_us);           /* RFC 3339 with zone, or a date (midnight UTC) */

#endif
