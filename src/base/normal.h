/* SPDX-License-Identifier: Apache-2.0 */
/* Unicode normalisation form C: one spelling for letters that can be written in several ways. */
#ifndef CDR_BASE_NORMAL_H
#define CDR_BASE_NORMAL_H

#include "candor/base.h"

/* Code points that ${len} code points may become on the way. */
#define CDR_NFC_ROOM(len) (4 * (len))
/* ${text} of ${*len} code points, changed in place; false: ${cap} is too small (never with CDR_NFC_ROOM). */
bool cdr_nfc(uint32_t *text, size_t *len, size_t cap);

#endif
