/* SPDX-License-Identifier: Apache-2.0 */
/* Clocks: what is due when, who is reminded before, who is called after, up the chain. A clock belongs to something: a step of a run, a promise, a take-over. cdr_clock_tick does what has become due since it was last
 * asked: each warning, "due", "overdue" and escalation happens once, whatever crashes, and stands in the ledger; a message goes out for it. A machine that slept all weekend says once what it missed. */
#ifndef CDR_CORE_CLOCK_CLOCK_H
#define CDR_CORE_CLOCK_CLOCK_H

#include "core/cacao/rule.h"
#include "core/workspace/workspace.h"
#include "send/send.h"

typedef struct cdr_clocks cdr_clocks;          /* the statements of this room, for one workspace, which must outlive it */
cdr_status cdr_clocks_open(cdr_workspace *ws, cdr_clocks **ret, cdr_err *err) CDR_NODISCARD;
void cdr_clocks_close(cdr_clocks *c);
static inline void cdr_clocks_closep(cdr_clocks **c) { cdr_clocks_close(*c); }

typedef struct cdr_clock_setup {
    const char *subject;                       /* what it belongs to: "I-3" an incident, "D-2" a drill, "R-7" a run alone */
    const char *ref;                           /* what of it, unique in the subject: "R-7/12" a step, "promise/4", "update", "take-over" */
    const char *label;                         /* "Tell the authority": no personal data */
    int64_t began_us, due_us;
    size_t warn_count, escalation_count;
    cdr_duration warn[CDR_RULE_WARNS_MAX];
    cdr_escalation escalate[CDR_RULE_ESCALATIONS_MAX];
    cdr_duty_role role;                        /* who is reminded */
    bool drill;                                /* nothing leaves the house */
    const char *calendar;                      /* for warnings and escalations in business days; NULL: weekends only */
} cdr_clock_setup;
/* In the open transaction or one of its own. The same (subject, ref) again: changed to what it says now; what already happened does not happen again, unless the due time moved so that its moment lies ahead again. A
 * warning whose moment lies before the clock began is none. ${label}: control characters become spaces, and it is cut after 140 bytes. */
cdr_status cdr_clock_set(cdr_clocks *c, const cdr_clock_setup *setup, cdr_err *err) CDR_NODISCARD;
/* Whoever has its role is told that it is hers, at the next tick: for what begins without her. */
cdr_status cdr_clock_announce(cdr_clocks *c, const char *subject, const char *ref, cdr_err *err) CDR_NODISCARD;
/* What it waited for was done (${kept}: in time or late is counted) or is not wanted any more. CDR_NOT_FOUND: there is none that runs. */
cdr_status cdr_clock_stop(cdr_clocks *c, const char *subject, const char *ref, bool kept, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_clock_stop_all(cdr_clocks *c, const char *subject, cdr_err *err) CDR_NODISCARD;

typedef enum cdr_clock_state { CDR_CLOCK_RUNNING = 1, CDR_CLOCK_WARNED, CDR_CLOCK_OVERDUE, CDR_CLOCK_KEPT /* in time */, CDR_CLOCK_LATE /* done, late */, CDR_CLOCK_DROPPED } cdr_clock_state;
typedef struct cdr_clock {
    int64_t id;
    const char *subject, *ref, *label;         /* borrowed, until the callback returns */
    int64_t began_us, due_us, next_us /* when something happens next; INT64_MAX nothing */, ended_us /* 0: runs */;
    cdr_clock_state state;
    cdr_duty_role role, escalated_to;          /* ANYBODY: nobody yet */
    bool drill;
    size_t warn_count;                         /* when it is reminded of, in order */
    int64_t warn_us[CDR_RULE_WARNS_MAX];
} cdr_clock;
typedef cdr_status cdr_clock_fn(void *arg, const cdr_clock *clock);
/* By due time. ${subject} NULL: all. ${ended_too}: those that ended as well. */
cdr_status cdr_clock_each(cdr_clocks *c, const char *subject, bool ended_too, cdr_clock_fn *fn, void *arg, cdr_err *err) CDR_NODISCARD;
/* The running one that is due next, of all that are no drills. CDR_NOT_FOUND: none. ${label} takes its label. */
cdr_status cdr_clock_next(cdr_clocks *c, cdr_buf *label, char subject[32], int64_t *ret_due_us, cdr_err *err) CDR_NODISCARD;

/* Something happened to a clock; also what the timeline shows. */
typedef enum cdr_clock_event_kind { CDR_CLOCK_SET = 1, CDR_CLOCK_WARN, CDR_CLOCK_DUE, CDR_CLOCK_ESCALATE, CDR_CLOCK_STOPPED /* kept, in time or late */, CDR_CLOCK_MOVED, CDR_CLOCK_CANCELLED /* not wanted any more */ } cdr_clock_event_kind;
typedef struct cdr_clock_event {
    const cdr_clock *clock;
    cdr_clock_event_kind kind;
    int64_t at_us, meant_us /* when it should have happened; SET, MOVED, STOPPED: the due time it had then */;
    cdr_duty_role to;                          /* WARN, DUE: the role; ESCALATE: to whom */
} cdr_clock_event;
typedef cdr_status cdr_clock_event_fn(void *arg, const cdr_clock_event *event);
cdr_status cdr_clock_events(cdr_clocks *c, const char *subject, cdr_clock_event_fn *fn, void *arg, cdr_err *err) CDR_NODISCARD;

/* Who is told. ${to_email} is filled with the address of who has ${role} in ${subject}, or left empty: then the owner is alerted (CDR_SEND_ALERT). */
typedef cdr_status cdr_clock_whom(void *arg, const char *subject, cdr_duty_role role, char to_email[256], cdr_err *err);
/* The command that who is told should type, for the message; "" as it comes: none is named. */
typedef cdr_status cdr_clock_command(void *arg, const cdr_clock *clock, cdr_duty_role role, char ret[120], cdr_err *err);
typedef struct cdr_clock_tick {
    cdr_sender *sender;                        /* NULL: nothing is sent (drills, tests) */
    cdr_clock_whom *whom;
    void *arg;
    cdr_clock_event_fn *event;                 /* told of each; NULL */
    const char *subject;                       /* only of this one (a drill); NULL: all that are no drills */
    cdr_clock_command *command;                /* NULL: messages name none */
    unsigned warned, due, escalated, sent, failed;   /* out: how many */
} cdr_clock_tick;
/* Everything that became due by now: of several moments that a machine slept over each stands in the ledger, and one message to each role tells of them, with when it was meant. An event is committed before its message leaves; a message that could not be handed over is counted and tried again at the next tick. */
cdr_status cdr_clock_run_tick(cdr_clocks *c, cdr_clock_tick *tick, cdr_err *err) CDR_NODISCARD;

/* Messages one by one, for whoever lets go of the workspace while a mail server thinks: next (reads only; CDR_DONE: none), send (needs no workspace), sent. Only one at a time may do so. */
typedef struct cdr_clock_letter { int64_t event; cdr_send_way way /* 0: it could not be written */; char to[256], id[64]; cdr_buf subject, text; } cdr_clock_letter;
/* ${tick}: ->sender, ->whom, ->command and ->subject count. ${after}: ->event of the one before, 0 the first. */
cdr_status cdr_clock_letter_next(cdr_clocks *c, const cdr_clock_tick *tick, int64_t after, cdr_clock_letter *ret, cdr_err *err) CDR_NODISCARD;
/* ${ret_away}: nobody answered, and the next one would wait as long. */
bool cdr_clock_letter_send(cdr_sender *sender, const cdr_clock_letter *letter, bool *ret_away);
cdr_status cdr_clock_letter_sent(cdr_clocks *c, int64_t event, bool left, cdr_err *err) CDR_NODISCARD;
void cdr_clock_letter_done(cdr_clock_letter *letter);
#define CDR_CLOCK_GIVE_UP 3                    /* times that nobody answered, one behind the other: the server is away */

/* Since when something waits for a tick: something due, or a message that has not left. INT64_MAX: nothing does. Cheap, and reads only. */
cdr_status cdr_clock_waits(cdr_clocks *c, int64_t *ret_since_us, cdr_err *err) CDR_NODISCARD;

#endif
