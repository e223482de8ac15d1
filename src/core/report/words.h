/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers and phrases that every face of the audit says alike: page, terminal, JSON. */
#ifndef CDR_CORE_REPORT_WORDS_H
#define CDR_CORE_REPORT_WORDS_H

#include "base/words.h"
#include "core/report/audit.h"

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
