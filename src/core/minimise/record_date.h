/* SPDX-License-Identifier: Apache-2.0 */
/* The day on which a record's clock started, read from its trigger column: shared by those who count what is over age and those who
 * delete it, so that both mean the same rows. What cannot be read for certain is unknown, never old and never young.
 *
 * Read: 2017-03-14, 2017/3/14, 20170314, 14.03.2017, 14/03/2017, 03/14/2017, 14 March 2017, Mar 14, 2017, 14-Mar-17 and their kin with a time
 * of day and a zone behind (the day counts as it is written); Unix time in seconds, milliseconds and microseconds (the day in UTC); a month
 * or a year alone as the span it is. Two-digit years are 1969 to 2068. Not dates: 0000-00-00, 1900-01-01, 1970-01-01, 2099-12-31, 9999-12-31
 * and others that programs write for "none", years before 1900 and after 2199, serial day numbers of spreadsheets. */
#ifndef CDR_CORE_MINIMISE_RECORD_DATE_H
#define CDR_CORE_MINIMISE_RECORD_DATE_H

#include "core/policy/policy.h"

typedef enum cdr_record_date_kind {
    CDR_RECORD_NO_DATE,          /* empty, "NULL", "n/a" */
    CDR_RECORD_UNREADABLE,       /* something, but not for certain a date */
    CDR_RECORD_DAY,              /* ->first */
    CDR_RECORD_ORDER,            /* 03/04/2017: ->first when the day is written first, ->second when the month is */
    CDR_RECORD_EPOCH,            /* nine digits: ->first as seconds since 1970, ->second as seconds since 2001 */
    CDR_RECORD_SPAN              /* a month or a year: some day from ->first to ->second */
} cdr_record_date_kind;

typedef enum cdr_record_says { CDR_SAYS_NOTHING, CDR_SAYS_DAY_FIRST /* 14/03/2017 */, CDR_SAYS_MONTH_FIRST /* 03/14/2017 */, CDR_SAYS_SINCE_1970 /* ten digits */ } cdr_record_says;

typedef struct cdr_record_date {
    cdr_record_date_kind kind;
    cdr_record_says says;        /* what it tells of the others in its column */
    int32_t first, second;       /* days since 1970-01-01; the same for CDR_RECORD_DAY */
} cdr_record_date;

void cdr_record_date_read(const char *s, size_t len, cdr_record_date *ret);   /* ${s} NULL: no date */

/* What the dates of one column say together; zeroed to begin with. Add every value, then ask. */
typedef struct cdr_record_column { uint64_t day_first, month_first, since_1970; } cdr_record_column;
void cdr_record_column_add(cdr_record_column *c, const cdr_record_date *d);

/* Does ${d} lie before ${cutoff} (days since 1970-01-01)? Unknown when it has no date, or when its readings disagree on that and the column
 * does not decide: a column where some dates begin with the day and others with the month decides nothing. */
cdr_truth cdr_record_date_before(const cdr_record_date *d, const cdr_record_column *c, int64_t cutoff);
/* The day itself; false when it is not certain. */
bool cdr_record_date_day(const cdr_record_date *d, const cdr_record_column *c, int32_t *ret);

/* The trigger column among the columns of an object: the first of ${fields} that any of ${columns} is called by, exactly, else in another letter
 * case, else without signs ("Ordered At" is ordered_at). Returns its index, SIZE_MAX for none. ${ret_field}: index into fields. "file" is not
 * looked for. */
size_t cdr_record_trigger_column(const cdr_key_set *fields, const char *const *columns, size_t column_count, size_t *ret_field);

#endif
