/* SPDX-License-Identifier: Apache-2.0 */
/* Health, religion, politics, unions, orientation, origin and convictions in running text, where a sentence ties them to a person. */
#ifndef CDR_DETECT_SPECIAL_H
#define CDR_DETECT_SPECIAL_H

#include "detect/emitter.h"

typedef struct cdr_special_index cdr_special_index;   /* the words of special_words.def */
cdr_status cdr_special_index_new(cdr_special_index **ret, cdr_err *err) CDR_NODISCARD;
void cdr_special_index_free(cdr_special_index *x);

/* Called after names were looked for: everywhere, or, when names are looked for near other data only, in what reads like prose. ${starts}
 * with ${cells} + 1 entries when the text is made of cells. */
void cdr_find_special(cdr_emitter *e, const uint32_t *starts, size_t cells);

#endif
