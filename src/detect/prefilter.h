/* SPDX-License-Identifier: Apache-2.0 */
/* Classes of 64 bytes at once. Each CPU path gives the same masks, bit i for byte i; what is made of them is common code. */
#ifndef CDR_DETECT_PREFILTER_H
#define CDR_DETECT_PREFILTER_H

#include "candor/detect.h"

typedef struct cdr_masks {
    uint64_t digit;     /* 0-9 */
    uint64_t letter;    /* A-Z a-z */
    uint64_t at;        /* @ */
    uint64_t sign;      /* : = */
    uint64_t dot;       /* . */
    uint64_t dash;      /* - */
    uint64_t joint;     /* space - . / ( ) : what may stand between groups of digits */
} cdr_masks;

typedef void cdr_classify_fn(const unsigned char *block, cdr_masks *ret);   /* 64 readable bytes */

/* The best path for ${wanted} on this machine; one that it cannot do falls back to portable code. */
cdr_classify_fn *cdr_prefilter(cdr_cpu_path wanted);

#endif
