/* SPDX-License-Identifier: Apache-2.0 */
/* What follows from a deed and cannot be part of its transaction, since runs carry out commands: each stands in the database until it is done, so that a crash in between loses nothing. */
#include "core/incident/inside.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

/* --- the playbook --- */

typedef struct running { int64_t id; } running;

static cdr_status first_run(void *arg, const cdr_run_row *row)
{
    running *r = arg;
    r->id = r->id ? r->id : row->id;
    return CDR_OK;
}

/* A run that began although the crash came before it was noted here. */
static cdr_status find_run(cdr_incidents *in, const char *subject, int64_t *ret, cdr_err *err)
{
    running r = {.id = 0};
    cdr_status s = cdr_runs_each(in->runs, subject, true, first_run, &r, err);
    *ret = r.id;
    return s;
}

static cdr_status started(cdr_incidents *in, int64_t id, int64_t run, bool found, const char *playbook, const cdr_err *problem, cdr_err *err)
{
    char text[600];
    cdr_incident now;
    cdr_status s = cdr_db_begin(in->db, err);
    if (s != CDR_OK)
        return s;
    s = cdr_in_get(in, id, &now, NULL, err);
    if (s == CDR_OK && !now.run_wanted)      /* somebody else noted it while a command of it was carried out */
        return cdr_in_end(in, s, err);
    if (s == CDR_OK)
        s = cdr_in_run(in->set, IN_SET_STARTED, CDR_V(cdr_v_int(id)), err);
    if (s == CDR_OK && !found)   /* it began with them */
        s = cdr_in_run(in->set, IN_TIMES_ALL_TOLD, CDR_V(cdr_v_int(id)), err);
    if (s == CDR_OK && problem) {
        snprintf(text, sizeof text, "The playbook %.80s could not be started: %.450s", playbook, problem->text);
        cdr_text_whole(text);
        s = cdr_in_add_event(in, id, &(cdr_in_event){.kind = "state", .text = text}, err);
    }
    if (s == CDR_OK)
        s = cdr_in_enter(in, "incident.run", id, json_pack("{s:I, s:s}", "run", (json_int_t)run, "playbook", playbook), err);
    return cdr_in_end(in, s, err);
}

typedef struct known_times { const char *names[CDR_INCIDENT_TIME__MAX]; int64_t times[CDR_INCIDENT_TIME__MAX]; size_t count; } known_times;

static void times_of(const cdr_incident *i, known_times *ret)
{
    ret->count = 0;
    for (unsigned t = 0; t < CDR_INCIDENT_TIME__MAX; t++)
        if (i->times[t]) {
            ret->names[ret->count] = cdr_incident_time_key((cdr_incident_time)t);
            ret->times[ret->count++] = i->times[t];
        }
}

cdr_status cdr_incident_start_run(cdr_incidents *in, int64_t id, cdr_run_request *request, int64_t *ret_run, cdr_err *err)
{
    cdr_incident i;
    char subject[CDR_IN_SUBJECT];
    known_times k;
    cdr_status s = cdr_in_get_open(in, id, &i, NULL, err);
    if (s != CDR_OK)
        return s;
    cdr_in_subject(id, subject);
    times_of(&i, &k);
    request->subject = subject;
    request->drill = i.drill;
    request->clock_names = k.names;
    request->clock_us = k.times;
    request->clock_count = k.count;
    s = cdr_runs_start(in->runs, request, ret_run, err);
    *request = (cdr_run_request){.playbook = request->playbook};
    return s == CDR_OK ? cdr_incident_settle(in, id, err) : s;
}

cdr_status cdr_in_start(cdr_incidents *in, int64_t id, const json_t *variables, int64_t *ret_run, cdr_err *err)
{
    cdr_incident i;
    char subject[CDR_IN_SUBJECT];
    int64_t run = 0;
    cdr_err problem = {0};
    known_times k;
    cdr_status s = cdr_in_get(in, id, &i, NULL, err);
    if (s != CDR_OK || !i.run_wanted)
        return s;
    cdr_in_subject(id, subject);
    s = find_run(in, subject, &run, err);
    if (s != CDR_OK)
        return s;
    times_of(&i, &k);
    cdr_run_request r = {.playbook = i.playbook, .subject = subject, .variables = variables, .drill = i.drill, .clock_names = k.names, .clock_us = k.times, .clock_count = k.count};
    bool found = run != 0;
    if (!found)
        s = cdr_runs_start(in->runs, &r, &run, &problem);
    /* The machine's fault: tried again later. The playbook's own is noted. */
    if (s == CDR_E_NOMEM || s == CDR_E_DB || s == CDR_E_IO || s == CDR_E_LOCKED || s == CDR_E_CANCELLED)
        return cdr_fail(err, s, "incident", "incident.run", "I-%lld is open, and its playbook is not started yet: %.400s", (long long)id, problem.text);
    if (ret_run)
        *ret_run = run;
    if (s != CDR_OK && !run)
        snprintf(in->not_started, sizeof in->not_started, "%.590s", problem.text);
    return started(in, id, run, found, i.playbook, s == CDR_OK || run ? NULL : &problem, err);
}

const char *cdr_incident_not_started(const cdr_incidents *in)
{
    return in->not_started;
}

/* --- the clocks of the runs --- */

static cdr_status next_untold(cdr_incidents *in, int64_t id, int64_t *ret_which, int64_t *ret_us, cdr_err *err)
{
    cdr_db_query q;
    cdr_status s = cdr_in_begin(in->set, IN_TIMES_UNTOLD, &q, CDR_V(cdr_v_int(id)), err);
    if (s == CDR_OK && (s = cdr_db_step(&q, err)) == CDR_OK) {
        *ret_which = cdr_db_col_int(&q, 0);
        *ret_us = cdr_db_col_int(&q, 1);
    }
    cdr_db_end(&q);
    return s;
}

static cdr_status tell_times(cdr_incidents *in, int64_t id, cdr_err *err)
{
    char subject[CDR_IN_SUBJECT];
    int64_t which = 0, at = 0;
    cdr_status s;
    cdr_in_subject(id, subject);
    while ((s = next_untold(in, id, &which, &at, err)) == CDR_OK) {
        s = cdr_runs_set_clock(in->runs, subject, cdr_incident_time_key((cdr_incident_time)which), at, err);
        if (s == CDR_OK || s == CDR_NOT_FOUND)   /* no run is open */
            s = cdr_in_run(in->set, IN_TIME_TOLD, CDR_V(cdr_v_int(id), cdr_v_int(which), cdr_v_int(at)), err);
        if (s != CDR_OK)
            return s;
    }
    return s == CDR_DONE ? CDR_OK : s;
}

cdr_status cdr_in_unsettled(cdr_incidents *in, bool *ret, cdr_err *err)
{
    cdr_db_query q;
    *ret = false;
    cdr_status s = cdr_in_begin(in->set, IN_UNSETTLED, &q, NULL, 0, err);
    if (s == CDR_OK && (s = cdr_db_step(&q, err)) == CDR_OK)
        *ret = cdr_db_col_int(&q, 0) != 0;
    cdr_db_end(&q);
    return s;
}

cdr_status cdr_incident_settle(cdr_incidents *in, int64_t id, cdr_err *err)
{
    cdr_status s = cdr_in_start(in, id, NULL, NULL, err);
    /* What steps say may be a time that the runs do not know yet. */
    for (int turn = 0; s == CDR_OK && turn < 2; turn++) {
        s = tell_times(in, id, err);
        if (s == CDR_OK)
            s = cdr_in_take_decisions(in, id, err);
    }
    return s;
}
