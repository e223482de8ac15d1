/* SPDX-License-Identifier: Apache-2.0 */
/* A drill that runs: its own workspace, its own clock, and who does what when. For this room alone. */
#ifndef CDR_CORE_DRILL_SIM_H
#define CDR_CORE_DRILL_SIM_H

#include "core/drill/scenario.h"
#include "core/incident/team.h"

#define CDR_SIM_NEVER INT64_MAX

/* A step that waits for somebody, since when. */
typedef struct cdr_waiting { int64_t run, since_us, asked_us; uint32_t activation, attempt; cdr_activation_state state; bool stuck; } cdr_waiting;
CDR_VEC(cdr_waitings, cdr_waiting)
/* Somebody was called because a clock was missed. */
typedef struct cdr_call { char ref[64]; cdr_duty_role to; int64_t at_us; } cdr_call;
CDR_VEC(cdr_calls, cdr_call)
typedef struct cdr_told { bool fired, answered; int64_t at_us, answered_us; } cdr_told;
typedef struct cdr_run_id { int64_t id; } cdr_run_id;
CDR_VEC(cdr_run_ids, cdr_run_id)

typedef struct cdr_sim {
    const cdr_scenario *s;
    const cdr_drill_options *o;
    cdr_ctx ctx;                               /* its clock is ->now_us */
    int64_t now_us, began_us, ends_us;
    cdr_workspace *ws;
    cdr_incidents *in;
    cdr_runs *runs;
    cdr_clocks *clocks;
    int64_t incident;
    char subject[32];
    char (*away)[CDR_INCIDENT_WHO_MAX];        /* who is away, by absence */
    unsigned stand_ins;                        /* bits by role: nobody is named in the real team */
    bool accepted, stopped;
    cdr_waitings waiting;
    cdr_calls calls;
    cdr_told *told;                            /* by inject */
    json_t *timeline;
    unsigned deeds, warned, escalated, taken_over;
    int64_t take_over_us;
} cdr_sim;

void cdr_sim_start_clock(cdr_sim *sim);
cdr_status cdr_sim_open(cdr_sim *sim, const char *playbook, const char *kind, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_sim_run(cdr_sim *sim, cdr_err *err) CDR_NODISCARD;
void cdr_sim_done(cdr_sim *sim);

/* An entry of the timeline, now. */
cdr_status cdr_sim_tell(cdr_sim *sim, const char *kind, cdr_err *err, const char *fmt, ...) CDR_PRINTF(4, 5);
/* Clocks of the incident (bits by cdr_incident_time) begin now. */
cdr_status cdr_sim_set_times(cdr_sim *sim, unsigned bits, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_sim_runs(cdr_sim *sim, cdr_run_ids *ret, cdr_err *err) CDR_NODISCARD;
/* Who has ${role}, empty nobody. */
cdr_status cdr_sim_holder(cdr_sim *sim, cdr_duty_role role, char ret[CDR_INCIDENT_WHO_MAX], cdr_err *err) CDR_NODISCARD;
/* When ${who} is back, if she is away at ${at_us}; 0: she is there. */
int64_t cdr_sim_back(const cdr_sim *sim, const char *who, int64_t at_us);
/* Whatever waits for people and is due by now: answered. ${ret_next}: when the next of it is. */
cdr_status cdr_sim_people(cdr_sim *sim, int64_t *ret_next, cdr_err *err) CDR_NODISCARD;
/* The facts as a report, with ->score. */
cdr_status cdr_sim_report(cdr_sim *sim, cdr_drill_score *score, json_t **ret, cdr_err *err) CDR_NODISCARD;

#endif
