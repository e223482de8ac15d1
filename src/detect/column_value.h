/* SPDX-License-Identifier: Apache-2.0 */
/* What one cell could be: a set of bits. */
#ifndef CDR_DETECT_COLUMN_VALUE_H
#define CDR_DETECT_COLUMN_VALUE_H

#include "candor/base.h"

typedef enum cdr_fit {
    CDR_FIT_ANY,          /* every cell */
    CDR_FIT_TEXT,         /* letters in it */
    CDR_FIT_NAMEISH,      /* one to five words of letters, capitals as in a name, or all alike */
    CDR_FIT_FIRST,        /* given names of the lists */
    CDR_FIT_LAST,         /* surnames of the lists */
    CDR_FIT_FULL,         /* given name and surname */
    CDR_FIT_HONORIFIC, CDR_FIT_CITY, CDR_FIT_COUNTRY, CDR_FIT_REGION, CDR_FIT_NATION, CDR_FIT_GENDER, CDR_FIT_MARITAL, CDR_FIT_RELIGION, CDR_FIT_ETHNIC,
    CDR_FIT_PARTY, CDR_FIT_ORIENTATION, CDR_FIT_JOB, CDR_FIT_HEALTH, CDR_FIT_ICD, CDR_FIT_ORG,
    CDR_FIT_STREETISH,    /* letters and a digit, or a street's word */
    CDR_FIT_STREET,
    CDR_FIT_POSTCODE,
    CDR_FIT_NUMBER,       /* an integer or decimal number */
    CDR_FIT_AGE, CDR_FIT_MONEY, CDR_FIT_PLATE, CDR_FIT_HASH,
    CDR_FIT_TOKEN,        /* one word without spaces */
    CDR_FIT_ID,           /* letters and digits with a digit, no spaces but single separators */
    CDR_FIT_DATE, CDR_FIT_PHONE, CDR_FIT_BOOL, CDR_FIT_SHORT,
    CDR_FIT_CODE,         /* three or four digits and nothing else */
    CDR_FIT__MAX
} cdr_fit;

/* Bits 1 << cdr_fit. */
uint64_t cdr_cell_fits(const char *s, size_t len);

#endif
