/* SPDX-License-Identifier: Apache-2.0 */
/* What a header or a JSON path says its values are, before one of them is seen. */
#ifndef CDR_DETECT_COLUMN_HEADER_H
#define CDR_DETECT_COLUMN_HEADER_H

#include "detect/kinds.h"

#define CDR_HEADER_SAYS 6

typedef enum cdr_subject { CDR_SUBJECT_NONE, CDR_SUBJECT_PERSON, CDR_SUBJECT_THING, CDR_SUBJECT_OTHER, CDR_SUBJECT_NOT_A_PLACE } cdr_subject;

typedef struct cdr_header {
    struct { cdr_kind kind; uint8_t strength; cdr_subject subject; } says[CDR_HEADER_SAYS];   /* strongest first; strength 1 to 3, 0: vetoed */
    uint8_t count;
    bool known;       /* a word of it is one that headers use */
    bool thing;       /* it speaks of a thing: nothing is a person's name here because its values look like one */
} cdr_header;

void cdr_header_read(const char *text, size_t len, cdr_header *ret);

#endif
