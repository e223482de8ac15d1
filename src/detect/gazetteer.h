/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of names, places and words: which a folded word or phrase stands in. The lists are in src/detect/lists, compiled to a
 * hash table by lists/make_table.py. */
#ifndef CDR_DETECT_GAZETTEER_H
#define CDR_DETECT_GAZETTEER_H

#include "detect/fold.h"

enum {
    CDR_G_MALE = 1 << 0,          /* given names */
    CDR_G_FEMALE = 1 << 1,
    CDR_G_LAST = 1 << 2,          /* surnames */
    CDR_G_CITY = 1 << 3,
    CDR_G_COUNTRY = 1 << 4,
    CDR_G_REGION = 1 << 5,
    CDR_G_NATION = 1 << 6,        /* "german", "swede": nationalities and languages */
    CDR_G_RELIGION = 1 << 7,
    CDR_G_WORD = 1 << 8,          /* a common word of some language: a name only with more evidence */
    CDR_G_STREET = 1 << 9,        /* "street", "rue", "calle" */
    CDR_G_HONORIFIC = 1 << 10,
    CDR_G_JOB = 1 << 11,
    CDR_G_HEALTH = 1 << 12,
    CDR_G_GENDER = 1 << 13,
    CDR_G_MARITAL = 1 << 14,
    CDR_G_ETHNIC = 1 << 15,
    CDR_G_PARTY = 1 << 16,
    CDR_G_ORIENTATION = 1 << 17,
    CDR_G_ORG = 1 << 18,          /* "inc", "gmbh", "university": a word of organisations' names */
    CDR_G_CALENDAR = 1 << 19,     /* month and week day */
    CDR_G_FREQUENT = 1 << 20,     /* among the most frequent names of its language */
    CDR_G_LEAD = 1 << 21,         /* phrases of the lists begin with this word */
    CDR_G_STOP = 1 << 22,         /* a function word: never a name by itself */
    CDR_G_FIRST = CDR_G_MALE | CDR_G_FEMALE
};

/* Flags of a folded word or phrase (words with single spaces), 0 when it stands in no list. */
uint32_t cdr_gazetteer(const char *key, size_t len);
/* The same, and in which lists of names_cues.def it stands. */
uint32_t cdr_gazetteer_cues(const char *key, size_t len, uint64_t *ret_cues);

#endif
