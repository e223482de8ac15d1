/* SPDX-License-Identifier: Apache-2.0 */
/* Deadlines: ISO 8601 durations and business days. Pure. */
#ifndef CDR_BASE_CALENDAR_H
#define CDR_BASE_CALENDAR_H

#include "base/time.h"

/* ISO 8601: P3M, P30D, PT72H, P1Y2M3DT4H5M6S, P2W; and P5B, five business days, which ISO has no letter for. */
typedef struct cdr_duration { int32_t months; int32_t days; int32_t business_days; int64_t seconds; } cdr_duration;

bool cdr_duration_parse(const char *s, cdr_duration *ret);                 /* whole text; at most 100 years */
#define CDR_DURATION_TEXT 48
void cdr_duration_format(const cdr_duration *d, char out[CDR_DURATION_TEXT]);      /* as parse reads it */
void cdr_duration_words(const cdr_duration *d, char out[CDR_DURATION_TEXT]);       /* "72 hours", "30 days", "5 business days", "1 month" */

/* Public holidays by calendar ("US", "GB", "DE", "FR", "EU" …), for years that rules can tell. False: no such calendar. */
bool cdr_calendar_known(const char *calendar);
/* Monday to Friday and no public holiday of ${calendar} (NULL or unknown: weekends only). ${day}: days since 1970-01-01. */
bool cdr_business_day(const char *calendar, int64_t day);
int64_t cdr_add_business_days(const char *calendar, int64_t day, int count);
int64_t cdr_add_months(int64_t day, int months);                           /* the 31st becomes the last day of a shorter month */
/* ${from_us} + ${d}, all UTC: months, days and business days move the date and keep the time of day. Saturates. */
int64_t cdr_due(int64_t from_us, const cdr_duration *d, const char *calendar);
/* ${from_us} - ${d}: for "four hours before". */
int64_t cdr_before(int64_t from_us, const cdr_duration *d);
/* "2 days 4 hours", "59 minutes", "12 seconds"; the two largest units. ${us} may be negative: without a sign. */
void cdr_span_words(int64_t us, char out[CDR_DURATION_TEXT]);

#endif
