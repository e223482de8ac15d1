/* SPDX-License-Identifier: Apache-2.0 */
/* Durable runs: the events of a run stand in the database, each before it counts; the state is their replay (core/cacao/run.h). A crash at any moment leaves a run that goes on where it was: no step is carried out
 * twice unless it is declared repeatable, and what nobody can know is asked. Steps with a due time set clocks (core/clock). */
#ifndef CDR_CORE_PLAYBOOK_RUNS_H
#define CDR_CORE_PLAYBOOK_RUNS_H

#include "core/cacao/run.h"
#include "core/clock/clock.h"
#include "core/playbook/action.h"
#include "core/playbook/library.h"

typedef struct cdr_runs cdr_runs;              /* the statements of this room, for one workspace, which must outlive it */
cdr_status cdr_runs_open(cdr_workspace *ws, cdr_runs **ret, cdr_err *err) CDR_NODISCARD;
void cdr_runs_close(cdr_runs *r);
static inline void cdr_runs_closep(cdr_runs **r) { cdr_runs_close(*r); }
cdr_clocks *cdr_runs_clocks(cdr_runs *r);      /* one handle for all */
cdr_status cdr_runs_register(cdr_runs *r, const cdr_action *action, cdr_err *err) CDR_NODISCARD;

typedef struct cdr_run_row {
    int64_t id;                                /* R-<id> */
    char subject[32];                          /* "I-3", "D-2"; "R-<id>" for a run alone */
    char playbook[CDR_PLAYBOOK_NAME_MAX + 1];  /* as it was asked for */
    char playbook_id[64], modified[40];
    uint8_t sha256[32];
    bool drill, verified /* signatures were asked for and good */;
    cdr_run_outcome outcome;                   /* NONE: open */
    int64_t started_us, ended_us;
    uint64_t events;
    unsigned waiting;                          /* steps that wait for people, as of the newest event */
} cdr_run_row;

typedef struct cdr_run_request {
    const char *playbook;                      /* for cdr_library_find */
    const char *version;                       /* NULL newest */
    const char *subject;                       /* NULL: a run alone */
    const json_t *variables;                   /* external ones */
    bool drill, verify /* E3: signatures first: by Candor's key or the workspace's, before anything happens */, lenient, fail /* instead of asking */, changed /* start it though it was changed after it was signed */;
    /* clocks that have begun already: pairs of name and microseconds */
    const char *const *clock_names;
    const int64_t *clock_us;
    size_t clock_count;
} cdr_run_request;
/* Starts it and carries on as far as it goes (cdr_runs_proceed). ${ret_id}: R-<id>. CDR_DENIED: it, or one that it calls, was changed after it was signed, or is not signed as ->verify asks. */
cdr_status cdr_runs_start(cdr_runs *r, const cdr_run_request *request, int64_t *ret_id, cdr_err *err) CDR_NODISCARD;
/* Replay. ${row} may be NULL. CDR_NOT_FOUND. The playbook of the run comes from the database, pinned: later changes of the file do not touch it. */
cdr_status cdr_runs_load(cdr_runs *r, int64_t id, cdr_run_row *row, cdr_run **ret, cdr_err *err) CDR_NODISCARD;
/* Everything that can be done without people, until it sleeps or is over: also after a crash. ${run} may be NULL (it is loaded then); after an error it can only be freed. Commands that are carried out wait for their
 * end. Inside a transaction of the caller's nothing is carried out, as there could be no boundary before it: the run is left busy, and the next cdr_runs_proceed or cdr_runs_tick goes on. */
cdr_status cdr_runs_proceed(cdr_runs *r, int64_t id, cdr_run *run, cdr_err *err) CDR_NODISCARD;
/* Whatever a person says: judged by the state as it stands in the database now, stored, applied, and the run goes on. Of two who say something at once one wins; the other gets CDR_DENIED and a sentence with who and when. */
typedef enum cdr_run_deed { CDR_DEED_ANSWER = 1, CDR_DEED_RETRY, CDR_DEED_SKIP, CDR_DEED_BY_HAND, CDR_DEED_APPROVE, CDR_DEED_REJECT, CDR_DEED_SHOW, CDR_DEED_ABORT } cdr_run_deed;
cdr_status cdr_runs_say(cdr_runs *r, int64_t id, cdr_run_deed deed, const cdr_run_say *say, cdr_err *err) CDR_NODISCARD;
/* Is it for whoever is at work to say (who answers for the step, who approves)? Asked before anybody is asked anything. CDR_DENIED: no, and whose it is. ${a} NULL: the whole run. */
cdr_status cdr_runs_check_may(cdr_runs *r, const cdr_run_row *row, const cdr_activation *a, cdr_run_deed deed, cdr_err *err) CDR_NODISCARD;
/* One answer of several that a step asks for, kept until the others are there too (attempt: of the question), for whoever typed it alone: nobody answers with another's. Nothing is judged but whether she may; what is typed
 * is cleaned. */
cdr_status cdr_runs_keep_draft(cdr_runs *r, int64_t id, const cdr_activation *a, const char *name, const char *value, cdr_err *err) CDR_NODISCARD;
/* {"__name__": "value"} of those that whoever is at work has typed. */
cdr_status cdr_runs_drafts(cdr_runs *r, int64_t id, const cdr_activation *a, json_t **ret, cdr_err *err) CDR_NODISCARD;
/* Refused: nothing of it stays. */
cdr_status cdr_runs_drop_drafts(cdr_runs *r, int64_t id, uint32_t activation, cdr_err *err) CDR_NODISCARD;
/* A clock of ${subject} began (or was moved, or taken back with 0): in each of its open runs. */
cdr_status cdr_runs_set_clock(cdr_runs *r, const char *subject, const char *clock, int64_t began_us, cdr_err *err) CDR_NODISCARD;
/* May whoever ${login} is answer for ${role} in ${subject}? Set by core/incident; without it anybody may. */
typedef cdr_status cdr_runs_may(void *arg, const char *subject, cdr_duty_role role, const char *actor, bool *ret, cdr_err *err);
void cdr_runs_guard(cdr_runs *r, cdr_runs_may *may, void *arg);
/* What staff types (notes, reasons, answers that are texts) goes through this before it is kept: appends what may be kept to ${out}. Set by core/incident (core/identity/note.h); without it texts are kept as they are. */
typedef cdr_status cdr_runs_clean(void *arg, const char *text, size_t len, cdr_buf *out, cdr_err *err);
void cdr_runs_cleaner(cdr_runs *r, cdr_runs_clean *clean, void *arg);
/* For tests: another candor-perform than the one beside the running program. Borrowed. */
void cdr_runs_program(cdr_runs *r, const char *path);
/* Why people are asked for the current command of ${activation} though it is none for people ("commands.yaml does not list …"), appended to ${out}; nothing for manual commands. */
cdr_status cdr_runs_why_manual(cdr_runs *r, cdr_run *run, const cdr_run_row *row, uint32_t activation, cdr_buf *out, cdr_err *err) CDR_NODISCARD;

typedef cdr_status cdr_run_row_fn(void *arg, const cdr_run_row *row);
cdr_status cdr_runs_each(cdr_runs *r, const char *subject /* NULL all */, bool ended_too, cdr_run_row_fn *fn, void *arg, cdr_err *err) CDR_NODISCARD;
typedef cdr_status cdr_run_event_fn(void *arg, const cdr_run_event *event);
/* As they stand in the database, for timelines and logs. */
cdr_status cdr_runs_events(cdr_runs *r, int64_t id, cdr_run_event_fn *fn, void *arg, cdr_err *err) CDR_NODISCARD;
/* Runs whose delay or timeout is over, and those that a crash left in the middle: proceeds each. ${ret_count} (may be NULL): how many. */
cdr_status cdr_runs_tick(cdr_runs *r, unsigned *ret_count, cdr_err *err) CDR_NODISCARD;
/* Is there one? Reads only. */
cdr_status cdr_runs_waits(cdr_runs *r, bool *ret, cdr_err *err) CDR_NODISCARD;
/* Do the events say what the ledger knows of them? Each difference is a sentence. */
typedef cdr_status cdr_runs_difference_fn(void *arg, const char *what);
cdr_status cdr_runs_compare_ledger(cdr_workspace *ws, cdr_runs_difference_fn *fn, void *arg, cdr_err *err) CDR_NODISCARD;

#endif
