/* SPDX-License-Identifier: Apache-2.0 */
/* Where a private key ends that began with a BEGIN line, in text that comes in pieces. */
#ifndef CDR_CLI_DETECT_KEYBLOCK_H
#define CDR_CLI_DETECT_KEYBLOCK_H

#include "candor/base.h"

typedef struct cdr_keyblock {
    bool open;            /* a key began and has not ended yet */
    bool last;            /* its last line has passed: it is shorter than those before; only END may follow */
    size_t width;         /* characters of its first line */
    size_t part;          /* characters of the line that is not whole yet, taken already */
} cdr_keyblock;

/* Go on behind the BEGIN line. */
void cdr_keyblock_open(cdr_keyblock *k);
/**
 * How many bytes at the beginning of ${text} belong to the key. Closes ${k} where the key ends: behind its END line, or, when there
 * is none, before the first line that is no part of a key. While ${k} stays open the bytes not taken are to be shown again, with more
 * behind them; those taken are not.
 */
size_t cdr_keyblock_pass(cdr_keyblock *k, const char *text, size_t len);

#endif
