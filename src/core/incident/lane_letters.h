/* SPDX-License-Identifier: Apache-2.0 */
/* Which letters a finished lane drafts, and what they are told. Pure. */
#ifndef CDR_CORE_INCIDENT_LANE_LETTERS_H
#define CDR_CORE_INCIDENT_LANE_LETTERS_H

#include "core/incident/lane_parts.h"

typedef struct cdr_lane_letter {
    const char *name;        /* of the text: "letter_people" */
    const char *to_whom, *what;
    int64_t due_us;          /* 0: a duty or the register's own clock has the date */
    bool filed;              /* nobody has to send it */
} cdr_lane_letter;
#define CDR_LANE_LETTERS_MAX 5
/* In the order in which they are wanted. */
size_t cdr_lane_letters(const cdr_lane_answers *a, const cdr_lane_result *r, int64_t now_us, cdr_lane_letter ret[CDR_LANE_LETTERS_MAX]);

typedef struct cdr_lane_letter_facts { const char *org, *contact /* "" unknown */, *own_words /* NULL none */; int64_t id, now_us, began_us /* 0 not known */; } cdr_lane_letter_facts;
/* What every letter may name. NULL: out of memory. */
json_t *cdr_lane_letter_data(const cdr_lane_answers *a, const cdr_lane_result *r, const cdr_lane_letter_facts *facts);

#endif
