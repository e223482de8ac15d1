/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the room: the handle, texts that are cleaned and committed to, ledger entries. */
#ifndef CDR_CORE_INCIDENT_INSIDE_H
#define CDR_CORE_INCIDENT_INSIDE_H

#include "core/identity/note.h"
#include "core/incident/incident.h"
#include "core/incident/store.h"
#include "core/incident/team.h"
#include "core/staff/staff.h"

#define CDR_IN_SALT 16
#define CDR_IN_WORDS 65                        /* a commitment as hexadecimal digits, and a NUL */

struct cdr_incidents {
    cdr_workspace *ws;
    cdr_db *db;
    const cdr_ctx *ctx;
    cdr_db_set *set;
    cdr_staff *staff;
    cdr_runs *runs;
    char not_started[600];                     /* why the playbook of the last incident that was opened was not started */
    cdr_cleaner *cleaner;                      /* made when something is typed */
};

static inline const char *cdr_in_actor(const cdr_incidents *in) { return cdr_workspace_actor(in->ws); }
static inline int64_t cdr_in_now(const cdr_incidents *in) { return cdr_now_us(in->ctx); }
#define CDR_IN_SUBJECT 32
void cdr_in_subject(int64_t id, char ret[CDR_IN_SUBJECT]);           /* "I-3" */
/* "dana" of "staff:dana": the part of an actor that a person is named by. */
const char *cdr_in_login(const char *actor);

/* ${text} cleaned into ${ret}; CDR_E_INVAL names ${what} ("the reason") when it is missing (${needed}) or too long. */
cdr_status cdr_in_clean(cdr_incidents *in, const char *text, const char *what, bool needed, char *ret, size_t cap, cdr_err *err) CDR_NODISCARD;
/* One line that names somebody, or says how to reach her: "the name". Numbers of cards, accounts and people, codes and passwords become masks; marks of direction are CDR_E_INVAL. */
cdr_status cdr_in_name(cdr_incidents *in, const char *text, const char *what, bool needed, char *ret, size_t cap, cdr_err *err) CDR_NODISCARD;
/* One line as it is. */
cdr_status cdr_in_line(const char *text, const char *what, bool needed, char *ret, size_t cap, cdr_err *err) CDR_NODISCARD;
/* Letters a-z, digits and hyphens, a letter first. */
bool cdr_in_is_key(const char *text, size_t max);

void cdr_in_salt(cdr_incidents *in, uint8_t ret[CDR_IN_SALT]);
/* What stands for ${texts} in the ledger: nobody who lacks the salt can try guesses. */
void cdr_in_words(const uint8_t salt[CDR_IN_SALT], const char *const *texts, size_t count, char ret[CDR_IN_WORDS]);
/* An entry about incident ${id}; takes ${details} (NULL: no memory). */
cdr_status cdr_in_enter(cdr_incidents *in, const char *kind, int64_t id, json_t *details, cdr_err *err) CDR_NODISCARD;

/* Rows. CDR_NOT_FOUND with words. ${salt} may be NULL. */
cdr_status cdr_in_get(cdr_incidents *in, int64_t id, cdr_incident *ret, uint8_t *salt, cdr_err *err) CDR_NODISCARD;
/* The same of one that is not closed: CDR_DENIED. */
cdr_status cdr_in_get_open(cdr_incidents *in, int64_t id, cdr_incident *ret, uint8_t *salt, cdr_err *err) CDR_NODISCARD;
void cdr_in_row(cdr_db_query *q, cdr_incident *ret);
void cdr_in_decision_row(cdr_db_query *q, cdr_decision *ret);
void cdr_in_item_row(cdr_db_query *q, cdr_item *ret);
cdr_status cdr_in_item(cdr_incidents *in, int64_t item, cdr_item *ret, cdr_err *err) CDR_NODISCARD;

/* Parties under privilege: what names one, or its number, concerns it. */
typedef struct cdr_in_secret_parties { cdr_incident_party *at; size_t count, cap; } cdr_in_secret_parties;
cdr_status cdr_in_secret_parties_of(cdr_incidents *in, int64_t id, cdr_in_secret_parties *ret, cdr_err *err) CDR_NODISCARD;
void cdr_in_secret_parties_done(cdr_in_secret_parties *p);
bool cdr_in_concerns(const cdr_in_secret_parties *p, const char *text);
/* Is who is named ("A. Counsel", "counsel") one of them? */
bool cdr_in_is_one_of(const cdr_in_secret_parties *p, const char *who);

/* One entry of the timeline with its ledger entry. In the open transaction. */
typedef struct cdr_in_event { const char *kind, *text, *ref; int64_t event_us /* 0 now */, found_us; bool privileged, pinned; } cdr_in_event;
cdr_status cdr_in_add_event(cdr_incidents *in, int64_t id, const cdr_in_event *e, cdr_err *err) CDR_NODISCARD;
/* In the open transaction: ends who had the role. ${reason} was cleaned. */
cdr_status cdr_in_put_role(cdr_incidents *in, int64_t id, cdr_duty_role role, const char *who, const char *email, const char *reason, cdr_err *err) CDR_NODISCARD;
/* The manager is ${who}: she has to say that she has it, unless it is whoever acts. */
cdr_status cdr_in_ask_manager(cdr_incidents *in, const cdr_incident *i, const char *who, cdr_err *err) CDR_NODISCARD;
/* A time in the open transaction; 0 takes it back. */
cdr_status cdr_in_put_time(cdr_incidents *in, int64_t id, cdr_incident_time which, int64_t at_us, cdr_err *err) CDR_NODISCARD;
/* A step decided whether it is a breach: the register follows, with the step's reason and from the time of the answer. Nothing where it cannot go there from what it is. In the open transaction. */
cdr_status cdr_in_verdict(cdr_incidents *in, int64_t id, bool breach, const char *reason, int64_t at_us, cdr_err *err) CDR_NODISCARD;
/* A step of a run says it ("R-7/12"): where nobody said it by hand already. In the open transaction. */
cdr_status cdr_in_time_of_step(cdr_incidents *in, int64_t id, cdr_incident_time which, int64_t at_us, const char *step, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_in_people_of_step(cdr_incidents *in, int64_t id, int64_t max, const char *step, cdr_err *err) CDR_NODISCARD;
/* The decision that is the review's: whoever holds it in a playbook has held it. */
#define CDR_IN_REVIEW "cause"
cdr_status cdr_in_review_held(cdr_incidents *in, int64_t id, const char *step, cdr_err *err) CDR_NODISCARD;
/* Another reason for the state that it has, as more is known. In the open transaction. */
cdr_status cdr_in_reason(cdr_incidents *in, int64_t id, const char *reason, cdr_err *err) CDR_NODISCARD;
/* A role of staff (cdr_role) of whoever acts; ${ret_any}: there are users. Without users everybody is the owner. */
cdr_status cdr_in_staff_role(cdr_incidents *in, const char *actor, cdr_role *ret, bool *ret_any, cdr_err *err) CDR_NODISCARD;
/* As cdr_incident_alone, of ${who} (an actor). */
cdr_status cdr_in_alone(cdr_incidents *in, int64_t id, const char *who, bool *ret, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_in_may(void *arg, const char *subject, cdr_duty_role role, const char *actor, bool *ret, cdr_err *err) CDR_NODISCARD;   /* a cdr_runs_may */
/* The clock of an item; dropped when it has no date. */
void cdr_in_item_ref(const cdr_item *item, char ret[64]);
/* The commitment to give updates ended, whoever ended it: no more are reminded of. */
cdr_status cdr_in_end_updates(cdr_incidents *in, const cdr_item *item, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_in_review(cdr_incidents *in, const cdr_incident *i, bool *ret_made, cdr_err *err) CDR_NODISCARD;

/* A regular file, itself and not what a link points to. ${dir}: AT_FDCWD, or the folder it lies in. */
cdr_status cdr_in_open_file(int dir, const char *path, int *ret, cdr_err *err) CDR_NODISCARD;
/* Where a piece of evidence that was not copied lies; to be freed. */
cdr_status cdr_in_place_of(cdr_incidents *in, const cdr_evidence *e, char **ret, cdr_err *err) CDR_NODISCARD;

/* A decision as it is, in the open transaction. */
cdr_status cdr_in_put_decision(cdr_incidents *in, int64_t id, const cdr_decision *d, int64_t *ret, cdr_err *err) CDR_NODISCARD;
/* The authority's 72 hours run, or do not any more, as things stand; in the open transaction of whatever changed it. */
cdr_status cdr_in_authority(cdr_incidents *in, int64_t id, cdr_err *err) CDR_NODISCARD;
/* The playbook that an incident was opened with, unless it runs already. */
cdr_status cdr_in_start(cdr_incidents *in, int64_t id, const json_t *variables, int64_t *ret_run, cdr_err *err) CDR_NODISCARD;
/* Is there anything that cdr_incident_settle would do? */
cdr_status cdr_in_unsettled(cdr_incidents *in, bool *ret, cdr_err *err) CDR_NODISCARD;
/* Steps of runs whose answers are decisions: each is one of the incident's, once. */
cdr_status cdr_in_take_decisions(cdr_incidents *in, int64_t id, cdr_err *err) CDR_NODISCARD;

/* Ends a deed: commits when ${s} is CDR_OK, otherwise takes everything back. */
cdr_status cdr_in_end(cdr_incidents *in, cdr_status s, cdr_err *err) CDR_NODISCARD;

#endif
