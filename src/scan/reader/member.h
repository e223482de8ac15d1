/* SPDX-License-Identifier: Apache-2.0 */
/* Names of an archive's members: which were there before. Keeps 64-bit hashes only; a false "again" costs a number in a path. */
#ifndef CDR_SCAN_READER_MEMBER_H
#define CDR_SCAN_READER_MEMBER_H

#include "base/buf.h"

#define CDR_READER_PATH_MAX 8000u   /* displayed path of a member, below what the pipe takes */

typedef struct cdr_names {
    uint64_t *slots;      /* open addressing; 0 is free */
    size_t count, cap;
} cdr_names;

cdr_status cdr_names_add(cdr_names *n, const char *name, size_t len, bool *ret_again) CDR_NODISCARD;
void cdr_names_done(cdr_names *n);

/* "${container}!/${name}" as it is displayed, in the empty ${ret}. *number: set when the caller must put the member's number behind it,
 * because the name is empty or too long, or the container's own path leaves no room and was cut between characters. */
cdr_status cdr_member_path(cdr_buf *ret, const char *container, const char *name, size_t len, bool *number) CDR_NODISCARD;

#endif
