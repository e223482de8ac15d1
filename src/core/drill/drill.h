/* SPDX-License-Identifier: Apache-2.0 */
/* Drills: a playbook on a simulated clock, in a workspace of its own (WORKSPACE/drills/D-<n>), with the real team and playbooks and no real data. What is injected when, and who answers what after how long, stands in a
 * scenario (YAML). Everything is marked DRILL and sent nowhere. What it leaves in the real workspace is a row, an after-action report and a ledger entry. */
#ifndef CDR_CORE_DRILL_DRILL_H
#define CDR_CORE_DRILL_DRILL_H

#include "core/incident/incident.h"

typedef struct cdr_scenario cdr_scenario;
/* docs/drills.md describes the file: title, playbook, begins, lasts, roles, inject (at, text, set times and variables), answer (step, after, by, answers, failed), absent (role, from, until). */
cdr_status cdr_scenario_read(const char *text, size_t len, const char *where, cdr_scenario **ret, cdr_err *err) CDR_NODISCARD;
void cdr_scenario_free(cdr_scenario *s);
static inline void cdr_scenario_freep(cdr_scenario **s) { cdr_scenario_free(*s); }
const char *cdr_scenario_title(const cdr_scenario *s);
const char *cdr_scenario_playbook(const cdr_scenario *s);

typedef struct cdr_drill_score {
    unsigned clocks, clocks_met, clocks_late, clocks_missed, decisions, decisions_wanted, steps, steps_done, steps_skipped, steps_open, injects, injects_answered;
    unsigned percent;
    int64_t slack_us;                          /* least time left at a deadline that was met; INT64_MAX none */
    int64_t simulated_us, took_us;
} cdr_drill_score;

typedef struct cdr_drill_row { int64_t id; char playbook[CDR_PLAYBOOK_NAME_MAX + 1], scenario[120], by[80]; int64_t at_us; cdr_drill_score score; } cdr_drill_row;
/* ${playbook} NULL: the scenario's. ${report} takes the after-action report as JSON (documented in the verb's json_shape). */
cdr_status cdr_drill_run(cdr_workspace *ws, const cdr_scenario *s, const char *playbook, cdr_drill_row *ret, json_t **report, cdr_err *err) CDR_NODISCARD;
typedef cdr_status cdr_drill_fn(void *arg, const cdr_drill_row *row);
cdr_status cdr_drill_each(cdr_workspace *ws, cdr_drill_fn *fn, void *arg, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_drill_report(cdr_workspace *ws, int64_t id, json_t **ret, cdr_err *err) CDR_NODISCARD;
/* The after-action report as a page. */
cdr_status cdr_drill_page(const json_t *report, cdr_buf *out, cdr_err *err) CDR_NODISCARD;

#endif
