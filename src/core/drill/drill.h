/* SPDX-License-Identifier: Apache-2.0 */
/* Drills: a playbook on a simulated clock, in a workspace of its own (WORKSPACE/drills/D-<n>), with the real team and playbooks and no real data. What is injected when, and who answers what after how long, stands in a
 * scenario (YAML). Everything is marked DRILL and sent nowhere. What it leaves in the real workspace is a row, an after-action report and a ledger entry. */
#ifndef CDR_CORE_DRILL_DRILL_H
#define CDR_CORE_DRILL_DRILL_H

#include "core/incident/incident.h"

typedef struct cdr_scenario cdr_scenario;
/* docs/drills.md describes the file: title, playbook, begins, lasts, roles, inject (at, text, set), answer (step, after, by, answers, failed), absent (role, from, until). Mistakes are told with their line. */
cdr_status cdr_scenario_read(const char *text, size_t len, const char *where, cdr_scenario **ret, cdr_err *err) CDR_NODISCARD;
void cdr_scenario_free(cdr_scenario *s);
static inline void cdr_scenario_freep(cdr_scenario **s) { cdr_scenario_free(*s); }
const char *cdr_scenario_title(const cdr_scenario *s);
const char *cdr_scenario_playbook(const cdr_scenario *s);              /* NULL: it names none */

/* Those that come with Candor (playbooks/scenarios), made at build time. Ends with a name of NULL. */
typedef struct cdr_drill_scenario { const char *name, *text; size_t len; } cdr_drill_scenario;
extern const cdr_drill_scenario cdr_drill_scenarios[];
/* A file at that path, else one that comes with Candor. CDR_NOT_FOUND says which there are. */
cdr_status cdr_scenario_find(const char *wanted, cdr_scenario **ret, cdr_err *err) CDR_NODISCARD;

typedef struct cdr_drill_score {
    unsigned clocks, clocks_met, clocks_late, clocks_missed, decisions, decisions_wanted, steps, steps_done, steps_skipped, steps_open, injects, injects_answered;
    unsigned percent;
    bool stopped;                              /* by hand, before its time was over: what would have come due is unknown, so there is no percent, and nothing is compared with it */
    int64_t slack_us;                          /* least time left at a deadline that was met; INT64_MAX none */
    int64_t simulated_us, took_us;
} cdr_drill_score;

typedef struct cdr_drill_row { int64_t id; char playbook[CDR_PLAYBOOK_NAME_MAX + 1], scenario[120], by[80]; int64_t at_us; cdr_drill_score score; } cdr_drill_row;

/* A step that the scenario has no answer for, put before whoever runs the drill. */
typedef struct cdr_drill_question {
    int64_t now_us, due_us;                    /* simulated; 0: not due */
    const char *role;                          /* whose it is: "privacy lead" */
    const char *step, *text, *why;             /* why: NULL none */
    const json_t *names, *answers;             /* out_args; by variable: ask, choices; NULL none */
    bool approval, evidence;                   /* asked is for a yes, for what was shown */
    bool again;                                /* it did not work: DONE tries it again, and it is asked anew */
} cdr_drill_question;
typedef enum cdr_drill_reply { CDR_DRILL_LATER /* asked again at the next moment */, CDR_DRILL_DONE, CDR_DRILL_SKIP /* text is the reason */, CDR_DRILL_NO /* not approved, or it did not work: text says why */, CDR_DRILL_STOP } cdr_drill_reply;
typedef cdr_status cdr_drill_ask(void *arg, const cdr_drill_question *q, json_t **ret_answers, cdr_buf *text, cdr_drill_reply *ret, cdr_err *err);

typedef struct cdr_drill_options {
    const char *playbook;                      /* NULL: the scenario's */
    cdr_drill_ask *ask;                        /* NULL: steps without an answer stay open until their clocks run out */
    unsigned plays;                            /* bits by cdr_duty_role: whose steps ->ask is asked although the scenario has an answer; anybody's are the manager's */
    void (*tell)(void *arg, int64_t at_us, const char *kind, const char *text);   /* what happens, as it happens; NULL */
    void *arg;
} cdr_drill_options;
/* ${ws} may be open for reading: it is written to at the very end. ${report} takes the after-action report as JSON (documented in the verb's json_shape). */
cdr_status cdr_drill_run(cdr_workspace *ws, const cdr_scenario *s, const cdr_drill_options *options, cdr_drill_row *ret, json_t **report, cdr_err *err) CDR_NODISCARD;
typedef cdr_status cdr_drill_fn(void *arg, const cdr_drill_row *row);
cdr_status cdr_drill_each(cdr_workspace *ws, cdr_drill_fn *fn, void *arg, cdr_err *err) CDR_NODISCARD;      /* newest first */
cdr_status cdr_drill_report(cdr_workspace *ws, int64_t id, json_t **ret, cdr_err *err) CDR_NODISCARD;
bool cdr_drill_parse_id(const char *text, int64_t *ret);              /* "D-3", "d3", "3" */
/* The after-action report as a page. ${style}: hash of the style sheet (core/report/paper.h). */
cdr_status cdr_drill_page(const json_t *report, const char *style, cdr_buf *out, cdr_err *err) CDR_NODISCARD;

#endif
