/* SPDX-License-Identifier: Apache-2.0 */
/* Folders that Candor itself wrote: what lies in them is no data of the place that is scanned. A workspace or a report inside a
 * target would otherwise be found anew, and differently, each time. Only files of known names are left out, so that nothing can
 * be hidden beside them; the folder of the open workspace is left out as a whole unless it is itself a target. */
#ifndef CDR_SCAN_OWN_H
#define CDR_SCAN_OWN_H

#include "candor/scan.h"

#include <sys/stat.h>

#define CDR_OWN_WORKSPACE 1u   /* files of a workspace */
#define CDR_OWN_REPORT 2u      /* files of a report */
#define CDR_OWN_WHOLE 4u       /* everything in it */

/* What the folder open at ${fd} is; 0: somebody else's. */
unsigned cdr_own_of(const cdr_scan_options *o, int fd, const struct stat *st);
/* Is ${name} in a folder that is ${own} written by Candor? */
bool cdr_own_names(unsigned own, const char *name);

#endif
