/* SPDX-License-Identifier: Apache-2.0 */
/* Can every account of the machine come to a file? A file that everyone may read is still closed when a folder above it is. */
#ifndef CDR_BASE_REACH_H
#define CDR_BASE_REACH_H

#include "base/mem.h"

typedef struct cdr_reach { char *folder; bool open; } cdr_reach;   /* the folder that was looked at last; zeroed at first */
void cdr_reach_done(cdr_reach *r);
/* Do all folders above ${path} let everyone through? A name that cannot be asked for (it holds escapes) counts as open: the worse is said. */
bool cdr_reach_open(cdr_reach *r, const char *path);

#endif
