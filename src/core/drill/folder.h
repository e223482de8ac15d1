/* SPDX-License-Identifier: Apache-2.0 */
/* The folder of a drill: its own while it runs, and gone when it did not come to its end. */
#ifndef CDR_CORE_DRILL_FOLDER_H
#define CDR_CORE_DRILL_FOLDER_H

#include "core/drill/drill.h"

/* Locked while the drill runs: whoever clears up leaves it alone. */
typedef struct cdr_drill_folder { int64_t id; char *path; int lock; } cdr_drill_folder;

/* Clears away what drills that were killed left behind, and makes the next one's folder: of two at once each gets its own. */
cdr_status cdr_drill_folder_make(cdr_workspace *ws, cdr_drill_folder *ret, cdr_err *err) CDR_NODISCARD;
/* ${keep}: the drill came to its end. */
void cdr_drill_folder_done(cdr_drill_folder *f, bool keep);

#endif
