/* SPDX-License-Identifier: Apache-2.0 */
/* UTF-8 text: validation, case folding of ASCII, distances for "did you mean", safe display of untrusted names. */
#ifndef CDR_BASE_TEXT_H
#define CDR_BASE_TEXT_H

#include "base/buf.h"

bool cdr_utf8_valid(const char *s, size_t len);
size_t cdr_utf8_count(const char *s, size_t len);                /* code points (invalid bytes count one each) */
size_t cdr_utf8_decode(const char *s, size_t len, uint32_t *ret_cp); /* bytes used, 0 at end; U+FFFD for an invalid byte (uses 1) */
size_t cdr_utf8_encode(uint32_t cp, char out[4]);
bool cdr_ascii_ieq(const char *a, size_t alen, const char *b, size_t blen);
char *cdr_str_trim(char *s);                                     /* in place */
size_t cdr_edit_distance(const char *a, const char *b, size_t cap); /* Damerau-Levenshtein, stops at cap */
/* "Did you mean": the nearest of ${words}, NULL when none is near (a third of the letters may differ, at most 4). */
const char *cdr_text_nearest(const char *word, const char *const *words, size_t count);
/* Bytes that are no printable UTF-8 (control characters, escapes, invalid bytes) become \xNN: for paths and messages. */
cdr_status cdr_text_escape(cdr_buf *out, const char *s, size_t len);
/* ${s} as a message may quote it: escaped, and cut between characters after ${max} bytes, with "…" behind. */
cdr_status cdr_text_quote(cdr_buf *out, const char *s, size_t max);
/* Marks that turn the direction of what follows, or cannot be seen (no joiners, and no mark that scripts from right to left are written with): a name with one may look like another. */
bool cdr_text_is_mark(uint32_t cp);
bool cdr_text_has_marks(const char *s, size_t len);
/* ${s} without them. */
cdr_status cdr_text_plain(cdr_buf *out, const char *s, size_t len);
/* Names of fields are words: digits in number, an at sign or great length make data of one. */
bool cdr_text_is_data(const char *name, size_t len);
/* ${s} into ${ret}, cut between characters. */
void cdr_text_cut(char *ret, size_t cap, const char *s);
/* Takes what is left of a character off the end, where something else has cut. */
void cdr_text_whole(char *s);
size_t cdr_text_width(const char *s);                            /* terminal columns, East Asian wide = 2 */

#endif
