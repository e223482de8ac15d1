/* SPDX-License-Identifier: Apache-2.0 */
/* Three words that the system chose, from a list of 7,776: 38.8 bits. Whoever hears or types them need not care for case, spaces, hyphens and commas: no word of the list is
 * the beginning of another, so the letters alone say which words they are. */
#ifndef CDR_CORE_IDENTITY_WORDS_H
#define CDR_CORE_IDENTITY_WORDS_H

#include "candor/crypto.h"

#define CDR_WORDS 3
#define CDR_WORDS_COUNT 7776
#define CDR_WORDS_LETTERS 48      /* more than three of the longest */

extern const char cdr_words_list[];                      /* lines; those that begin with "#" are no words */
/* Word ${i} of the list and its length; NULL behind the last. */
const char *cdr_words_at(size_t i, size_t *ret_len);
/* "harbour copper wagon", NUL-ended, in locked memory. */
cdr_status cdr_words_choose(const cdr_ctx *ctx, cdr_secret **ret, cdr_err *err) CDR_NODISCARD;
/* The letters of what was said, in lower case; 0: it holds something that is no letter, space, hyphen, comma or full stop, or is too long, or there are none. */
size_t cdr_words_letters(const char *said, size_t len, char ret[CDR_WORDS_LETTERS]);

#endif
