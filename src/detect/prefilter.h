/* SPDX-License-Identifier: Apache-2.0 */
/* The first look at every byte, 64 at a time: classes of bytes become bit masks, shapes are found by shifting and and-ing them. Each CPU
 * path computes the same masks; what is made of them is common code. */
#ifndef CDR_DETECT_PREFILTER_H
#define CDR_DETECT_PREFILTER_H

#include "candor/detect.h"

/* Bit i for byte i of a block. */
typedef struct cdr_masks {
    uint64_t digit;     /* 0-9 */
    uint64_t letter;    /* A-Z a-z */
    uint64_t at;        /* @ */
    uint64_t sign;      /* : = */
    uint64_t dot;       /* . */
    uint64_t dash;      /* - */
    uint64_t joint;     /* space - . / ( ) : what may stand between groups of digits */
} cdr_masks;

/* Where a closer look pays. */
typedef struct cdr_events {
    uint64_t number;    /* digits grouped as in numbers of people, seven in a row, dotted, or decimal with four places */
    uint64_t year;      /* fourth digit after a word or comma and a joint: "March 1985" */
    uint64_t token;     /* letters and digits mixed */
    uint64_t sign;      /* ':' or '=' after a word, or ':' soon after another */
    uint64_t at;        /* @ */
    uint64_t dashes;    /* a letter after five dashes */
} cdr_events;

typedef struct cdr_carry { uint64_t digit, letter, dot, dash, joint, sign; } cdr_carry;   /* masks of the block before */

#define CDR_BATCH 32    /* blocks per call at most */

/* Events of ${blocks} blocks at ${text}; ${ret_any}[i] is the union of block i's. */
typedef void cdr_scan_fn(const unsigned char *text, size_t blocks, cdr_carry *c, cdr_events *ret, uint64_t *ret_any);

/* The best path for ${wanted} on this machine; one that it cannot do falls back to portable code. */
cdr_scan_fn *cdr_prefilter(cdr_cpu_path wanted);

#endif
