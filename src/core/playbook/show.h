/* SPDX-License-Identifier: Apache-2.0 */
/* A playbook as people see it: its steps in order with who, by when and why; a flow chart; a page; a sheet of paper for the day the computers are down. */
#ifndef CDR_CORE_PLAYBOOK_SHOW_H
#define CDR_CORE_PLAYBOOK_SHOW_H

#include "core/cacao/outline.h"

/* The flow chart as an SVG file of its own. */
cdr_status cdr_show_chart(const cdr_playbook *p, cdr_buf *out, cdr_err *err) CDR_NODISCARD;

typedef struct cdr_show_person { cdr_duty_role role; const char *name, *phone; /* NULL, "": not known */ } cdr_show_person;
typedef struct cdr_show_page {
    bool paper;                  /* the sheet to print, with boxes to tick and blanks to fill; else a page for the screen */
    const char *organisation;    /* NULL none */
    const cdr_show_person *people;   /* who has which role, for the sheet: a blank for each role of the playbook that is not among them */
    size_t people_count;
    int64_t now_us;              /* "printed on" */
} cdr_show_page;
cdr_status cdr_show_page_write(const cdr_playbook *p, const cdr_show_page *page, cdr_buf *out, cdr_err *err) CDR_NODISCARD;

/* What both are made of, and what the terminal shows: {title, headline, description, id, version, tlp, kind, review, roles: [...], step_count, steps: [{kind: "step"|"branch"|"goto"|"end", number, depth, name, who, when, waits,
 * late: [...], what: [...], about, why, questions: [{ask, choices: [...]}], approve, two_person, evidence, decision, asks, label}]}. Texts are as in the playbook, with its variables put in where they have a
 * value and their names in brackets where they have none. NULL: out of memory. */
json_t *cdr_show_data(const cdr_playbook *p, const cdr_outline *o);

/* "contained is not "yes" or people > 500" of a condition; appended. */
void cdr_show_condition(cdr_buf *out, const char *condition);

#endif
