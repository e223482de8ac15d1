/* SPDX-License-Identifier: Apache-2.0 */
/* A sink that remembers: what a thread found in its part of a file, without the values, to be tallied in the order of parts. */
#ifndef CDR_SCAN_TAPE_H
#define CDR_SCAN_TAPE_H

#include "scan/collect.h"

typedef struct cdr_tape cdr_tape;
cdr_status cdr_tape_new(const cdr_scan_options *o, cdr_tape **ret, cdr_err *err) CDR_NODISCARD;
void cdr_tape_free(cdr_tape *t);
void cdr_tape_clear(cdr_tape *t, const char *path);    /* ${path} of the object, for suppressions; borrowed */
cdr_sink *cdr_tape_sink(cdr_tape *t);                  /* takes values and record ends only */
/* Tally everything; ${lines} is added to line numbers. */
cdr_status cdr_tape_play(const cdr_tape *t, cdr_collector *c, uint64_t lines, cdr_err *err) CDR_NODISCARD;

#endif
