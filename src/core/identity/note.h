/* SPDX-License-Identifier: Apache-2.0 */
/* What staff types freely (notes, reasons, tickets) is cleaned before it is stored: card numbers, their verification codes, one-time codes and other identifiers become masks. */
#ifndef CDR_CORE_IDENTITY_NOTE_H
#define CDR_CORE_IDENTITY_NOTE_H

#include "base/buf.h"
#include "candor/detect.h"

#define CDR_NOTE_TEXT_MAX 4096

typedef struct cdr_cleaner cdr_cleaner;
cdr_status cdr_cleaner_new(cdr_cleaner **ret, cdr_err *err) CDR_NODISCARD;
void cdr_cleaner_free(cdr_cleaner *c);
/* ${text} with masks, appended to ${out}, without marks that turn the direction of writing or are invisible; ${ret_masked} (may be NULL): how many. CDR_E_INVAL: no UTF-8, control characters, or longer than CDR_NOTE_TEXT_MAX. */
cdr_status cdr_note_clean(cdr_cleaner *c, const char *text, size_t len, cdr_buf *out, unsigned *ret_masked, cdr_err *err) CDR_NODISCARD;
/* The same of somebody's name, and of how to reach her: e-mail addresses, telephone numbers and dates stay, numbers of cards, accounts and people, codes and passwords do not. */
cdr_status cdr_note_clean_name(cdr_cleaner *c, const char *text, size_t len, cdr_buf *out, unsigned *ret_masked, cdr_err *err) CDR_NODISCARD;
/* Cleaned as a note into ${ret} of ${cap} bytes; cut at its end. NULL ${text}: "". */
cdr_status cdr_note_clean_to(cdr_cleaner *c, const char *text, char *ret, size_t cap, cdr_err *err) CDR_NODISCARD;

/* The same once, without a cleaner at hand. */
cdr_status cdr_note_clean_once(const char *text, char *ret, size_t cap, cdr_err *err) CDR_NODISCARD;

#endif
