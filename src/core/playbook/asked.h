/* SPDX-License-Identifier: Apache-2.0 */
/* What a step asks, for the eyes of people: who its agent is, on which targets, and what its commands send. Secrets of an authentication are named and never shown. */
#ifndef CDR_CORE_PLAYBOOK_ASKED_H
#define CDR_CORE_PLAYBOOK_ASKED_H

#include "core/cacao/run.h"

/* ${text} (NULL is "") with the values of variables put in; NULL: no memory. */
typedef json_t *cdr_asked_fill(void *arg, const char *text);
typedef struct cdr_asked_view { const cdr_playbook *p; const cdr_step *step; cdr_asked_fill *fill; void *arg; } cdr_asked_view;
/* {"name", "type", "address": ["10.0.0.1"], "words": "srv1 (10.0.0.1)"}; null where the step names none. */
json_t *cdr_asked_agent(const cdr_asked_view *v);
json_t *cdr_asked_targets(const cdr_asked_view *v);                       /* a list of the same */
json_t *cdr_asked_headers(const cdr_asked_view *v, const cdr_command *c);  /* ["X-Q: abc"] */
json_t *cdr_asked_content(const cdr_asked_view *v, const cdr_command *c);  /* a text; "" none */
/* Of what cdr_asked_agent gives: a person, or several, and no machine. */
bool cdr_asked_is_person(const json_t *party);
/* "[secret: token]" for "__token__", when it is one in ${p}; false: it is none. */
#define CDR_ASKED_HOLE (CDR_VARIABLE_NAME_MAX + 16)
bool cdr_asked_hole(const cdr_playbook *p, const char *name, char ret[CDR_ASKED_HOLE]);

/* The view of a step in a run. ${m} lives as long as the view. */
typedef struct cdr_asked_run { cdr_run *run; const cdr_activation *a; char hole[CDR_ASKED_HOLE]; } cdr_asked_run;
cdr_asked_view cdr_asked_of_run(cdr_run *run, const cdr_activation *a, cdr_asked_run *m);
/* As cdr_run_shown_text, without secrets. */
cdr_status cdr_asked_text(cdr_run *run, const cdr_activation *a, const char *text, cdr_buf *out, cdr_err *err) CDR_NODISCARD;

#endif
