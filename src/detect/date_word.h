/* SPDX-License-Identifier: Apache-2.0 */
/* Words that dates are written with, in the languages of the detector; ASCII capitals count as small letters. */
#ifndef CDR_DETECT_DATE_WORD_H
#define CDR_DETECT_DATE_WORD_H

#include <stdbool.h>
#include <stddef.h>

int cdr_month_word(const char *s, size_t len);          /* 1-12, also of its short form; 0: no month */
bool cdr_weekday_word(const char *s, size_t len);       /* whole names: "Tuesday" */
bool cdr_date_link_word(const char *s, size_t len);     /* between day, month and year: "of", "de" */

#endif
