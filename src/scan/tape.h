/* SPDX-License-Identifier: Apache-2.0 */
/* A sink that remembers: what a thread found in its part of a file, without the values, to be tallied in the order of parts. */
#ifndef CDR_SCAN_TAPE_H
#define CDR_SCAN_TAPE_H

#include "scan/collect.h"

typedef struct cdr_tape cdr_tape;
cdr_status cdr_tape_new(const cdr_scan_options *o, cdr_tape **ret, cdr_err *err) CDR_NODISCARD;
void cdr_tape_free(cdr_tape *t);
void cdr_tape_clear(cdr_tape *t, const char *path);    /* ${path} of the object and its container; borrowed */
/* Takes everything but begin and end. Fields told to it are new ones: the first has the number ${known}. */
cdr_sink *cdr_tape_sink(cdr_tape *t, uint32_t known);
/* Whom the ${known} fields mean; NULL: free text. Borrowed. */
void cdr_tape_roles(cdr_tape *t, const cdr_role *roles);
/* Tally everything; ${lines} is added to line numbers. ${map} gives the numbers of new fields in the object. */
cdr_status cdr_tape_play(const cdr_tape *t, cdr_collector *c, uint64_t lines, const uint32_t *map, cdr_err *err) CDR_NODISCARD;

size_t cdr_tape_fields(const cdr_tape *t);
const char *cdr_tape_field(const cdr_tape *t, size_t i, size_t *ret_len);

typedef struct cdr_tape_column {
    uint32_t field;            /* number as on the tape */
    cdr_column_class class;
    uint64_t values, untold;
} cdr_tape_column;
size_t cdr_tape_columns(const cdr_tape *t, const cdr_tape_column **ret);

#endif
