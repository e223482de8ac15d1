/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers and phrases that every face of the audit says alike: page, terminal, JSON. */
#ifndef CDR_CORE_REPORT_WORDS_H
#define CDR_CORE_REPORT_WORDS_H

#include "base/buf.h"
#include "core/report/audit.h"

void cdr_words_number(cdr_buf *out, uint64_t n);                          /* 4,982 */
void cdr_words_people(cdr_buf *out, uint64_t min, uint64_t max, bool about);   /* 1 person; 4,982 to 5,017 people; about 5,940,000 to 5,972,000 people */
void cdr_words_range(cdr_buf *out, uint64_t min, uint64_t max);           /* 4,982 to 5,017; 5,000 when both are equal */
void cdr_words_count(cdr_buf *out, uint64_t n, const char *one, const char *many);  /* "1 file", "4,982 files", "no files" */
void cdr_words_bytes(cdr_buf *out, uint64_t bytes);                       /* 3.4 MB */
void cdr_words_percent(cdr_buf *out, uint64_t part, uint64_t whole);      /* 98.6 %: never 100 % unless all of it, never 0 % unless none */
void cdr_words_date(cdr_buf *out, int64_t us);                            /* 14 March 2027 */
const char *cdr_severity_class(cdr_severity s);                           /* style class: "bad", "warn", "info" */

/* Figures that headline, stats and terminal share. */
typedef struct cdr_audit_figures {
    size_t places, registered_places, unregistered_places, holders_besides_us;
    size_t rules, severe, high;    /* rules that are broken at all, and those where the worst case is severe, or high */
    size_t severe_places;          /* violations that are severe */
} cdr_audit_figures;
cdr_audit_figures cdr_audit_figures_of(const cdr_audit *a);

/* A sentence with a space before it, when something of Candor's own was left out; else nothing. */
void cdr_words_own_folders(const cdr_audit *a, cdr_buf *out);

#endif
