/* SPDX-License-Identifier: Apache-2.0 */
/* The small lane: from "something happened" to a decision with its reason and drafted notices, in at most twelve questions, one at a time. Each answer is saved at once; after a crash the next question is the one that was
 * open. "I do not know" is an answer: it becomes a task with an owner and a date, and counts on the unsafe side. Half of all reported breaches concern fewer than ten people. */
#ifndef CDR_CORE_INCIDENT_LANE_H
#define CDR_CORE_INCIDENT_LANE_H

#include "core/incident/incident.h"

#define CDR_LANE_QUESTIONS_MAX 12

typedef enum cdr_lane_answer_kind { CDR_LANE_TEXT = 1, CDR_LANE_CHOICE, CDR_LANE_CHOICES /* several */, CDR_LANE_NUMBER, CDR_LANE_TIME } cdr_lane_answer_kind;
typedef struct cdr_lane_question {
    const char *key;                           /* "people" */
    const char *ask, *why;                     /* one question, and the reason under it */
    cdr_lane_answer_kind kind;
    const char *const *choices;                /* keys, ends with NULL */
    const char *const *labels;                 /* of the choices */
    const char *fallback;                      /* what Enter alone means; NULL none */
    unsigned number, of;                       /* 4 of at most 9 */
    /* Where the lists above stand. */
    const char *choice_keys[17], *choice_labels[17];
    char ask_text[200], why_text[240], fallback_text[64];
} cdr_lane_question;

/* The next question of incident ${id} (0: the first, before there is an incident). CDR_DONE: all are answered. ${ret} must not be copied: it points into itself. */
cdr_status cdr_lane_next(cdr_incidents *in, int64_t id, cdr_lane_question *ret, cdr_err *err) CDR_NODISCARD;
/* Saves it. ${answer} NULL: I do not know. The first answer opens the incident: ${id} is set. A choice is answered by its key, its number or the beginning of its label. CDR_E_INVAL says what an answer looks like. */
cdr_status cdr_lane_answer(cdr_incidents *in, int64_t *id, const char *key, const char *answer, cdr_err *err) CDR_NODISCARD;
/* Takes the newest answer back. CDR_NOT_FOUND: there is none. */
cdr_status cdr_lane_back(cdr_incidents *in, int64_t id, cdr_err *err) CDR_NODISCARD;
/* Something is known that was not: what was answered with "I do not know", and the ${keys}, is asked again. What was decided stays until the lane is finished anew. CDR_NOT_FOUND: there is nothing to ask. */
cdr_status cdr_lane_reopen(cdr_incidents *in, int64_t id, const char *const *keys, size_t count, cdr_err *err) CDR_NODISCARD;
/* Was it begun for ${id}, and is not decided yet? */
cdr_status cdr_lane_is_open(cdr_incidents *in, int64_t id, bool *ret, cdr_err *err) CDR_NODISCARD;
/* The newest incident whose lane was begun and not finished. CDR_NOT_FOUND. */
cdr_status cdr_lane_unfinished(cdr_incidents *in, int64_t *ret_id, cdr_err *err) CDR_NODISCARD;

typedef struct cdr_lane_result {
    bool small;                                /* it stays in the small lane; otherwise the playbook of the kind takes over */
    const char *risk;                          /* "unlikely", "risk", "high risk" */
    bool tell_authority, tell_people, ask_counsel;
    unsigned unknown;                          /* answers that count on the unsafe side */
    char why_authority[400], why_people[400];
    int64_t people;                            /* at most; -1: not known */
    int64_t due_us;                            /* of the authority; 0: no law known here sets a date */
    int64_t aware_us;                          /* from when it is counted; 0: not known */
    char headline[400];                        /* the answer first */
    char law[700];                             /* what the law says, with its source; and for which places nothing is known here */
    char handover[160];                        /* why it is more than small; "" it is small */
    int64_t run;                               /* of the playbook that took over; 0 none */
} cdr_lane_result;
cdr_status cdr_lane_result_of(cdr_incidents *in, int64_t id, cdr_lane_result *ret, cdr_err *err) CDR_NODISCARD;
/* The decisions with their reasons (a second person where one is needed), the tasks, and the drafts: to the authority, to the people, to the wrong recipient, for the insurer. Once: asked again, it finishes what a crash left.
 * After cdr_lane_reopen: newer decisions, tasks that are done by what is known now, new drafts of letters that were not sent. */
cdr_status cdr_lane_finish(cdr_incidents *in, int64_t id, const char *own_words, cdr_lane_result *ret, cdr_err *err) CDR_NODISCARD;

/* What was answered, in order. ${answer} NULL: I do not know. */
typedef cdr_status cdr_lane_answer_fn(void *arg, const char *key, const char *ask, const char *answer);
cdr_status cdr_lane_each(cdr_incidents *in, int64_t id, cdr_lane_answer_fn *fn, void *arg, cdr_err *err) CDR_NODISCARD;
/* What another answer would change, most telling first: "If they confirm that they deleted it: …". At most ${max}. */
typedef cdr_status cdr_lane_change_fn(void *arg, const char *when, const char *then);
cdr_status cdr_lane_changes(cdr_incidents *in, int64_t id, unsigned max, cdr_lane_change_fn *fn, void *arg, cdr_err *err) CDR_NODISCARD;

#endif
