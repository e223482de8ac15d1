/* SPDX-License-Identifier: Apache-2.0 */
/* Words as the lists keep them: lower case, a-z. "Müller" is muller, "Straße" strasse, "Łukasz" lukasz, "Иванов" ivanov. */
#ifndef CDR_DETECT_FOLD_H
#define CDR_DETECT_FOLD_H

#include "candor/base.h"

enum { CDR_LETTER_NONE, CDR_LETTER_LOWER, CDR_LETTER_UPPER, CDR_LETTER_OTHER };

/* What letter stands at ${s}: its class; ${ret_used} gets its bytes (at least 1). CDR_LETTER_OTHER: a script without case. */
int cdr_letter_at(const char *s, size_t len, size_t *ret_used);
/* Folds ${s} into ${out}, at most ${cap} bytes with the NUL; returns the length. Scripts that have no table are copied as they are. */
size_t cdr_fold(const char *s, size_t len, char *out, size_t cap);

#endif
