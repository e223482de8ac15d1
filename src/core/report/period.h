/* SPDX-License-Identifier: Apache-2.0 */
/* How long something is kept: ISO 8601 durations of whole years, months, weeks and days ("P6Y", "P1Y6M"). */
#ifndef CDR_CORE_REPORT_PERIOD_H
#define CDR_CORE_REPORT_PERIOD_H

#include "base/buf.h"

typedef struct cdr_report_period { uint32_t years, months, days; } cdr_report_period;
bool cdr_report_period_parse(const char *s, cdr_report_period *ret);              /* false: none, or one with hours, or an absurd one */
int64_t cdr_report_period_before(int64_t now_us, const cdr_report_period *p);     /* the moment that long ago, by the calendar */
void cdr_report_period_words(cdr_buf *out, const cdr_report_period *p);           /* "6 years", "1 year 6 months" */

#endif
