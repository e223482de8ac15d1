/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of core/clock: a clock as it stands in the database, its moments, and the statements. */
#ifndef CDR_CORE_CLOCK_INSIDE_H
#define CDR_CORE_CLOCK_INSIDE_H

#include "core/clock/clock.h"

#define CDR_CLOCK_SUBJECT_MAX 31
#define CDR_CLOCK_REF_MAX 79
#define CDR_CLOCK_LABEL_MAX 140                /* with words around it, a subject of an e-mail */
#define CDR_CLOCK_CALENDAR_MAX 15
#define CDR_CLOCK_BATCH 32                     /* clocks that one transaction of a tick moves on */
#define CDR_CLOCK_TRIES_MAX 5                  /* then the owner is told instead */

typedef struct cdr_clock_row {
    int64_t id;                                /* 0: not stored yet */
    char subject[CDR_CLOCK_SUBJECT_MAX + 1], ref[CDR_CLOCK_REF_MAX + 1], label[CDR_CLOCK_LABEL_MAX + 1], calendar[CDR_CLOCK_CALENDAR_MAX + 1];
    int64_t began_us, due_us, set_us, next_us, ended_us;
    size_t warn_count, escalation_count;
    cdr_duration warn[CDR_RULE_WARNS_MAX];
    cdr_escalation escalate[CDR_RULE_ESCALATIONS_MAX];
    cdr_duty_role role, escalated_to;
    cdr_clock_state state;
    size_t done;                               /* of its moments */
    bool drill;
} cdr_clock_row;

void cdr_clock_show(const cdr_clock_row *row, cdr_clock *ret);    /* borrows */

/* --- moments (pure) --- */

#define CDR_MOMENTS_MAX (CDR_RULE_WARNS_MAX + 1 + CDR_RULE_ESCALATIONS_MAX)
typedef struct cdr_moment { int64_t at_us; cdr_clock_event_kind kind; cdr_duty_role to; const cdr_duration *offset; /* NULL: the due time */ } cdr_moment;
/* In the order in which they come. */
size_t cdr_moments_of(const cdr_clock_row *row, cdr_moment out[CDR_MOMENTS_MAX]);
/* How many moments of ${now} are behind it when ${before} became it: those that happened and still lie behind ${at_us}, and what stands before them. */
size_t cdr_moments_kept(const cdr_clock_row *before, const cdr_clock_row *now, int64_t at_us);
/* ->next_us, ->state and ->escalated_to by ->done. */
void cdr_moments_settle(cdr_clock_row *row);

/* --- the database --- */

typedef struct cdr_clock_event_row { int64_t id, at_us, meant_us; cdr_clock_event_kind kind; cdr_duty_role to; unsigned tries; } cdr_clock_event_row;

struct cdr_clocks { cdr_workspace *ws; cdr_db *db; cdr_db_set *set; };

/* CDR_NOT_FOUND */
cdr_status cdr_clock_store_find(cdr_clocks *c, const char *subject, const char *ref, cdr_clock_row *ret, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_clock_store_put(cdr_clocks *c, cdr_clock_row *row, cdr_err *err) CDR_NODISCARD;     /* ->id 0: new, and gets one */
cdr_status cdr_clock_store_event(cdr_clocks *c, int64_t clock_id, const cdr_clock_event_row *e, bool to_be_sent, cdr_err *err) CDR_NODISCARD;
/* The newest event in which it was set or moved is to be sent to its role, unless it is a drill's. */
cdr_status cdr_clock_store_announce(cdr_clocks *c, const char *subject, const char *ref, cdr_err *err) CDR_NODISCARD;
/* What waits to be sent for ${clock_id} and ${to} is not needed any more. ${to} CDR_DUTY__MAX: whoever it is for. */
cdr_status cdr_clock_store_supersede(cdr_clocks *c, int64_t clock_id, cdr_duty_role to, cdr_err *err) CDR_NODISCARD;
/* The next ${cap} that are due by ${now_us}, of ${subject} or of all that are no drills. */
cdr_status cdr_clock_store_due(cdr_clocks *c, const char *subject, int64_t now_us, cdr_clock_row *rows, size_t cap, size_t *ret, cdr_err *err) CDR_NODISCARD;
/* The first message after event ${after} that has not left. CDR_DONE: none. */
cdr_status cdr_clock_store_unsent(cdr_clocks *c, const char *subject, int64_t after, cdr_clock_event_row *ret, cdr_clock_row *clock, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_clock_store_sent(cdr_clocks *c, int64_t event, bool left, cdr_err *err) CDR_NODISCARD;   /* ${left} false: one more try that did not work */
typedef cdr_status cdr_clock_row_fn(void *arg, const cdr_clock_row *row);
cdr_status cdr_clock_store_each(cdr_clocks *c, const char *subject, bool ended_too, cdr_clock_row_fn *fn, void *arg, cdr_err *err) CDR_NODISCARD;
typedef cdr_status cdr_clock_event_row_fn(void *arg, const cdr_clock_row *row, const cdr_clock_event_row *e);
cdr_status cdr_clock_store_events(cdr_clocks *c, const char *subject, cdr_clock_event_row_fn *fn, void *arg, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_clock_store_next(cdr_clocks *c, cdr_clock_row *ret, cdr_err *err) CDR_NODISCARD;          /* CDR_NOT_FOUND */
cdr_status cdr_clock_store_waits(cdr_clocks *c, int64_t now_us, int64_t *ret_since_us, cdr_err *err) CDR_NODISCARD;

/* --- messages --- */

/* Sends what has not left yet. */
cdr_status cdr_clock_tell(cdr_clocks *c, cdr_clock_tick *tick, cdr_err *err) CDR_NODISCARD;

#endif
