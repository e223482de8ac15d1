/* SPDX-License-Identifier: Apache-2.0 */
/* A run of a playbook as a pure machine: events in, state out. What happened is a list of events and the state its replay; the machine says which event comes next, which command is to be carried out, or until when
 * nothing happens. It has no clock, no database and does nothing itself: core/playbook appends each event before it is applied, carries out commands, and asks people.
 *
 *     for (;;) switch (cdr_run_next(run, now, &todo, err), todo.what) {
 *         case CDR_RUN_APPEND:  store(todo.event); cdr_run_apply(run, &todo.event);                       break;
 *         case CDR_RUN_PERFORM: store(tried);      apply; carry it out; store(ended); apply;              break;
 *         case CDR_RUN_SLEEP:   until todo.wake_us, or until somebody answers;                            return;
 *         case CDR_RUN_OVER:    return;
 *     }
 *
 * Success of a step: all its commands ended well, what it requires was shown, who approves has approved. Failure: a command ended badly or ran out of time. The rules E1 to E22 stand in docs/internals/cacao.md. */
#ifndef CDR_CORE_CACAO_RUN_H
#define CDR_CORE_CACAO_RUN_H

#include "core/cacao/playbook.h"

#define CDR_RUN_ITERATIONS_MAX 10000u          /* of one while step, unless the setup says less */
#define CDR_RUN_FRAMES_MAX 16u                 /* playbooks in playbooks */
#define CDR_RUN_ACTIVATIONS_MAX 1000000u

typedef enum cdr_run_kind {                    /* stored: never renumber */
    CDR_RUN_STARTED = 1,       /* data: what was handed in (see cdr_run_start_event) */
    CDR_RUN_ENTERED,           /* activation of step, opened by opener, in frame; its delay begins */
    CDR_RUN_BEGAN,             /* the delay is over, the timeout begins */
    CDR_RUN_TRIED,             /* command, target, attempt: is being carried out from here on; a manual one is put before people */
    CDR_RUN_ENDED_COMMAND,     /* command, target, attempt, outcome, by, text; data: variables that were answered */
    CDR_RUN_TESTED,            /* if, while, switch: number 1 true, 0 false (switch: which case, 0 none); attempt is the iteration */
    CDR_RUN_ENDED,             /* the step: outcome; data: variables written back */
    CDR_RUN_FINISHED,          /* the run: outcome */
    CDR_RUN_DOUBTED,           /* after a crash: nobody knows whether the command was carried out */
    CDR_RUN_RETRIED,           /* by, text: a person has it carried out again */
    CDR_RUN_SKIPPED,           /* by, text (the reason): the step counts as ended well; where it wants approval, that of skipping it is waited for */
    CDR_RUN_BY_HAND,           /* by, text: it was done another way; data: variables */
    CDR_RUN_ABORTED,           /* by, text: the whole run */
    CDR_RUN_SHOWN,             /* evidence: text is its number and hash */
    CDR_RUN_APPROVED, CDR_RUN_REJECTED,        /* by, text */
    CDR_RUN_CLOCK,             /* text: name of a clock; number: it began at that microsecond; 0: not any more */
    CDR_RUN_FAILED,            /* the step failed and nobody takes it over: a person is asked (only runs that ask) */
    CDR_RUN_KIND__MAX
} cdr_run_kind;

typedef enum cdr_run_outcome {                 /* stored; names as in the CACAO execution status */
    CDR_OUT_NONE, CDR_OUT_SUCCESS, CDR_OUT_FAILURE, CDR_OUT_TIMEOUT, CDR_OUT_SKIPPED, CDR_OUT_BY_HAND, CDR_OUT_ABORTED, CDR_OUT_INTERRUPTED /* others failed */, CDR_OUT__MAX
} cdr_run_outcome;
const char *cdr_run_outcome_name(cdr_run_outcome o);   /* "successfully_executed", "failed", "timeout_error", "skipped", "done_by_hand", "aborted", "interrupted"; "" */

typedef struct cdr_run_event {
    uint64_t seq;                              /* 1, 2, 3 … */
    cdr_run_kind kind;
    int64_t at_us;
    uint32_t activation;                       /* 0: the run itself */
    uint32_t opener;                           /* ENTERED */
    uint32_t frame;                            /* ENTERED: 0 the run's own playbook */
    const char *step;                          /* ENTERED: id of the step */
    uint32_t command, target, attempt;
    int64_t number;
    cdr_run_outcome outcome;
    const char *by;                            /* NULL: the machine itself */
    const char *text;
    const json_t *data;                        /* NULL none. Events that the machine makes own nothing: what they point to lives until the next call for the run */
} cdr_run_event;

typedef struct cdr_run cdr_run;

/* Which playbook is meant by a playbook-action. ${version}: a "modified", NULL the newest. CDR_NOT_FOUND. ${ret} is a reference of its own. */
typedef cdr_status cdr_run_find(void *arg, const char *id, const char *version, cdr_playbook **ret, cdr_err *err);

typedef struct cdr_run_setup {
    cdr_playbook *playbook;                    /* one reference is taken */
    cdr_run_find *find;                        /* NULL: no playbook-action can be followed */
    void *arg;
    bool lenient;                              /* conditions */
} cdr_run_setup;
/* A run without events. E2 and E4 are asked by cdr_run_start_event; replays need not be asked again. */
cdr_status cdr_run_new(const cdr_run_setup *setup, cdr_run **ret, cdr_err *err) CDR_NODISCARD;
void cdr_run_free(cdr_run *run);
static inline void cdr_run_freep(cdr_run **run) { cdr_run_free(*run); }

typedef struct cdr_run_start {
    const json_t *variables;                   /* {"__name__": "value"} for external ones; NULL none */
    const char *by;
    int64_t now_us;
    int64_t default_timeout_ms;                /* E8: of commands that say none and are not manual; 0: 300,000 */
    bool ask;                                  /* a step that fails and is not taken over waits for a person instead of failing the run */
    unsigned iterations_max;                   /* 0: CDR_RUN_ITERATIONS_MAX */
} cdr_run_start;
/* The first event: the playbook is neither revoked nor outside its time, is runnable, every playbook it calls is found and pinned by version and hash, all handed variables exist, are external and of their type. */
cdr_status cdr_run_start_event(cdr_run *run, const cdr_run_start *start, cdr_run_event *ret, cdr_err *err) CDR_NODISCARD;

/* The event has happened (is stored): the state follows. CDR_E_CORRUPT: it cannot follow the events before it. */
cdr_status cdr_run_apply(cdr_run *run, const cdr_run_event *event, cdr_err *err) CDR_NODISCARD;

typedef enum cdr_run_what { CDR_RUN_APPEND = 1, CDR_RUN_PERFORM, CDR_RUN_SLEEP, CDR_RUN_OVER } cdr_run_what;
typedef struct cdr_run_todo {
    cdr_run_what what;
    cdr_run_event event;                       /* APPEND: it. PERFORM: TRIED, to be stored first */
    const struct cdr_activation *activation;   /* PERFORM */
    const cdr_command *command;                /* PERFORM */
    const json_t *agent, *target;              /* PERFORM: objects of the playbook; target NULL none */
    bool manual;                               /* PERFORM: after TRIED people are asked (manual commands, and E19: whatever can_perform does not know) */
    int64_t deadline_us;                       /* PERFORM: by then it must have ended */
    int64_t wake_us;                           /* SLEEP: INT64_MAX nothing but people */
} cdr_run_todo;
/* ${automatic}: which types of commands core/playbook carries out by itself; all others are put before people. ${activation} is asked for E19 too: agents of unknown types are never acted for. */
typedef bool cdr_run_automatic(void *arg, const struct cdr_activation *a, const cdr_command *c, const json_t *agent, const json_t *target);
cdr_status cdr_run_next(cdr_run *run, int64_t now_us, cdr_run_automatic *automatic, void *arg, cdr_run_todo *ret, cdr_err *err) CDR_NODISCARD;
/* PERFORM, afterwards: how an automatic command ended. ${out} (NULL none): variables; what is not in out_args is left out (E12), a value that is not of its type makes a failure of it. The event to store and apply. */
cdr_status cdr_run_result(cdr_run *run, uint32_t activation, cdr_run_outcome outcome, const json_t *out, const char *text, int64_t now_us, cdr_run_event *ret, cdr_err *err) CDR_NODISCARD;
/* After a crash, before anything else: TRIED without an end becomes DOUBTED (asks) or, where the step is repeatable, RETRIED. Manual commands simply wait on. CDR_DONE: no more. */
cdr_status cdr_run_recover(cdr_run *run, int64_t now_us, cdr_run_event *ret, cdr_err *err) CDR_NODISCARD;

/* --- what people do: each call judges it and gives the event to store and apply. CDR_DENIED: not (any more) possible, and why: who was first, which role, whose approval. --- */
typedef struct cdr_run_say {
    uint32_t activation;
    uint32_t attempt;                          /* of the question that is answered; 0: whichever is open */
    const char *by, *text;                     /* text: note or reason; NULL none */
    const json_t *answers;                     /* {"__name__": "value"}: names in out_args, values of the declared type and among the choices */
    bool failed;                               /* it was tried and did not work */
    bool alone;                                /* there is nobody who could be the second person: whoever answered may approve, and ${by} says that she was alone */
    int64_t now_us;
} cdr_run_say;
/* An answer needs a value for each out_arg by the step's last command, unless the extension calls it "optional". */
cdr_status cdr_run_answer(cdr_run *run, const cdr_run_say *say, cdr_run_event *ret, cdr_err *err) CDR_NODISCARD;      /* ENDED_COMMAND of a manual command */
cdr_status cdr_run_retry(cdr_run *run, const cdr_run_say *say, cdr_run_event *ret, cdr_err *err) CDR_NODISCARD;       /* in doubt or failed */
cdr_status cdr_run_skip(cdr_run *run, const cdr_run_say *say, cdr_run_event *ret, cdr_err *err) CDR_NODISCARD;        /* any open step; a reason is required */
cdr_status cdr_run_by_hand(cdr_run *run, const cdr_run_say *say, cdr_run_event *ret, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_run_approve(cdr_run *run, const cdr_run_say *say, bool yes, cdr_run_event *ret, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_run_show(cdr_run *run, const cdr_run_say *say, cdr_run_event *ret, cdr_err *err) CDR_NODISCARD;        /* evidence: text names it */
cdr_status cdr_run_abort(cdr_run *run, const cdr_run_say *say, cdr_run_event *ret, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_run_set_clock(cdr_run *run, const char *clock, int64_t began_us /* 0: taken back */, const char *by, int64_t now_us, cdr_run_event *ret, cdr_err *err) CDR_NODISCARD;

/* --- the state --- */
typedef enum cdr_activation_state {
    CDR_ACT_DELAYED = 1, CDR_ACT_READY /* something is to be done now */, CDR_ACT_RUNNING /* a command is being carried out */, CDR_ACT_ANSWER /* people are asked */, CDR_ACT_EVIDENCE, CDR_ACT_APPROVAL,
    CDR_ACT_BRANCHES /* parallel, if, while, switch, playbook-action: what it opened is not done */, CDR_ACT_DOUBT, CDR_ACT_FAILED /* a person is asked */, CDR_ACT_CLOSED
} cdr_activation_state;
const char *cdr_activation_state_name(cdr_activation_state s);   /* "delayed", "running", "waiting for an answer" … */

typedef struct cdr_activation {
    uint32_t id;                               /* 1, 2, 3 … in the order of entering */
    uint32_t frame, opener;
    const cdr_playbook *playbook;              /* of its frame */
    const cdr_step *step;
    cdr_activation_state state;
    cdr_run_outcome outcome;                   /* CLOSED */
    uint32_t command, target, attempt;         /* the current one */
    uint32_t branches_open, iteration;
    uint32_t branches_failed;
    int64_t entered_us, began_us, ended_us;    /* 0: not yet */
    int64_t asked_us;                          /* ANSWER: since when */
    char answered_by[80] /* the newest of them */, approved_by[80];
    char why[160];                             /* DOUBT, FAILED, or closed badly: a sentence */
    bool shown;                                /* evidence was given */
    bool skipped, by_hand;                     /* what was done instead of it; waits for approval where that is wanted */
} cdr_activation;

bool cdr_run_started(const cdr_run *run);
bool cdr_run_over(const cdr_run *run, cdr_run_outcome *ret /* may be NULL */);
int64_t cdr_run_started_us(const cdr_run *run);
uint64_t cdr_run_seq(const cdr_run *run);                                /* of the newest event */
cdr_playbook *cdr_run_playbook(const cdr_run *run);
size_t cdr_run_activation_count(const cdr_run *run);
const cdr_activation *cdr_run_activation(const cdr_run *run, uint32_t id);       /* 1…count; NULL */
/* Those that are not closed, in the order of entering; ${ret} lives until the next call for the run. */
const cdr_activation *const *cdr_run_open(cdr_run *run, size_t *ret_count);
/* Value of a variable as ${activation} sees it (0: the run's playbook). In the step after a failure __failed_step__ and __failure_reason__ ("ACTION_TIMEOUT" or "FAILED") are variables too (E7). */
bool cdr_run_variable(cdr_run *run, uint32_t activation, const char *name, cdr_variable *ret);
/* What was handed in for it when the run was started, as long as nobody and nothing set it since: offered where it is asked, never taken for an answer. NULL: nothing. */
const char *cdr_run_handed(cdr_run *run, uint32_t activation, const char *name);
/* A text of a step with its variables put in: for showing, so what is missing becomes "[unknown: device]". */
cdr_status cdr_run_shown_text(cdr_run *run, uint32_t activation, const char *text, cdr_buf *out, cdr_err *err) CDR_NODISCARD;
/* For a command: what is missing is an error (E11). */
cdr_status cdr_run_command_text(cdr_run *run, uint32_t activation, const char *text, cdr_buf *out, cdr_err *err) CDR_NODISCARD;
/* When the step is due by its rule: false when it has none, or its clock has not begun. */
bool cdr_run_due(const cdr_run *run, const cdr_activation *a, int64_t *ret_us);
bool cdr_run_clock(const cdr_run *run, const char *clock, int64_t *ret_us);
/* The next time at which something happens by itself (delay, timeout); 0: at once; INT64_MAX: nothing. */
int64_t cdr_run_wake(const cdr_run *run);

#endif
