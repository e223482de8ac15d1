/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers, sizes, people and dates as every face of Candor writes them. All append. */
#ifndef CDR_BASE_WORDS_H
#define CDR_BASE_WORDS_H

#include "base/buf.h"

void cdr_words_number(cdr_buf *out, uint64_t n);                          /* 4,982 */
void cdr_words_people(cdr_buf *out, uint64_t min, uint64_t max, bool about);   /* 1 person; 4,982 to 5,017 people; about 5,940,000 to 5,972,000 people */
void cdr_words_range(cdr_buf *out, uint64_t min, uint64_t max);           /* 4,982 to 5,017; 5,000 when both are equal */
void cdr_words_count(cdr_buf *out, uint64_t n, const char *one, const char *many);  /* "1 file", "4,982 files", "no files" */
void cdr_words_bytes(cdr_buf *out, uint64_t bytes);                       /* 3.4 MB */
void cdr_words_percent(cdr_buf *out, uint64_t part, uint64_t whole);      /* 98.6 %: never 100 % unless all of it, never 0 % unless none */
void cdr_words_date(cdr_buf *out, int64_t us);                            /* 14 March 2027 */
void cdr_words_shell(cdr_buf *out, const char *word);                     /* as one word of a shell, quoted where it must be */
/* The same for a path, which is never taken for an option. False, and nothing: it holds an escape or a control character, so what is shown is not what the file is called. */
bool cdr_words_shell_path(cdr_buf *out, const char *path);
/* "$ command": text that can be copied, escaped; longer than ${width} columns behind ${indent} it goes on behind a backslash. */
void cdr_words_command(cdr_buf *out, const char *command, size_t indent, size_t width);

#endif
