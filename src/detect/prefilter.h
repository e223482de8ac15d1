/* SPDX-License-Identifier: Apache-2.0 */
/* The first look at every byte, 56 at a time: classes of bytes become bit masks, shapes are found by shifting and and-ing them. Each CPU
 * path computes the same masks; what is made of them is common code. The eight bytes before are looked at again in each step, so that no
 * shape is cut and nothing need be carried over. */
#ifndef CDR_DETECT_PREFILTER_H
#define CDR_DETECT_PREFILTER_H

#include "candor/detect.h"

/* Of 64 bytes: bit i for byte i. */
typedef struct cdr_masks {
    uint64_t digit;     /* 0-9 */
    uint64_t letter;    /* A-Z a-z */
    uint64_t at;        /* @ */
    uint64_t sign;      /* : = */
    uint64_t dot;       /* . */
    uint64_t dash;      /* - */
    uint64_t joint;     /* space - . / ( ) : what may stand between groups of digits */
} cdr_masks;

/* Where a closer look pays: bit i for byte i of a step. */
typedef struct cdr_events {
    uint64_t number;    /* digits grouped as in numbers of people, seven in a row, dotted, or decimal with four places */
    uint64_t year;      /* fourth digit after a word or comma and a joint: "March 1985" */
    uint64_t token;     /* letters and digits mixed */
    uint64_t sign;      /* ':' or '=' after a word, or ':' soon after another */
    uint64_t at;        /* @ */
    uint64_t dashes;    /* a letter after five dashes */
} cdr_events;

#define CDR_STEP 56
#define CDR_STEP_BACK 8
#define CDR_BATCH 32    /* steps per call at most */

/* Events of ${steps} steps at ${text}, before which CDR_STEP_BACK bytes can be read; ${ret_any}[i] is the union of step i's. */
typedef void cdr_scan_fn(const unsigned char *text, size_t steps, cdr_events *ret, uint64_t *ret_any);

/* The best path for ${wanted} on this machine; one that it cannot do falls back to portable code. */
cdr_scan_fn *cdr_prefilter(cdr_cpu_path wanted);

#endif
