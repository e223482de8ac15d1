/* SPDX-License-Identifier: Apache-2.0 */
/* The register of incidents. Each is suspected, then assessed, then a breach or not, and stays in the register with the reason (GDPR Art. 33(5); SOR/2018-64; NIST SP 800-61r3). One incident manager, a deputy, roles;
 * parties outside; a timeline with the time something happened and the time it was found out; decisions with reason and a second person; evidence with its hash; promises with a date. What staff types is cleaned
 * (core/identity/note.h) before it is kept, and never stands in the ledger: there it is a salted commitment.
 *
 * Incidents I-<n>; runs of playbooks and clocks name them as their subject. */
#ifndef CDR_CORE_INCIDENT_INCIDENT_H
#define CDR_CORE_INCIDENT_INCIDENT_H

#include "core/playbook/runs.h"

typedef struct cdr_incidents cdr_incidents;    /* the statements of this room, for one workspace, which must outlive it; opens the rooms of runs and clocks too */
cdr_status cdr_incidents_open(cdr_workspace *ws, cdr_incidents **ret, cdr_err *err) CDR_NODISCARD;
void cdr_incidents_close(cdr_incidents *in);
static inline void cdr_incidents_closep(cdr_incidents **in) { cdr_incidents_close(*in); }
cdr_runs *cdr_incidents_runs(cdr_incidents *in);
cdr_clocks *cdr_incidents_clocks(cdr_incidents *in);
cdr_workspace *cdr_incidents_workspace(cdr_incidents *in);

/* Kinds, each with the playbook that goes with it. Stored by key. */
typedef struct cdr_incident_kind { const char *key, *label, *playbook, *asks /* "What was lost or stolen?" */; } cdr_incident_kind;
extern const cdr_incident_kind cdr_incident_kinds[];
/* customer-data-breach, lost-device, ransomware, vendor-breach, misdirected-message, insider-misuse, identity-theft, denial-of-service, natural-disaster, malpractice, complaint, other */
extern const size_t cdr_incident_kind_count;
const cdr_incident_kind *cdr_incident_kind_of(const char *key);          /* NULL none */

typedef enum cdr_incident_state { CDR_INCIDENT_SUSPECTED = 1, CDR_INCIDENT_ASSESSED, CDR_INCIDENT_BREACH, CDR_INCIDENT_NO_BREACH, CDR_INCIDENT_CLOSED } cdr_incident_state;
const char *cdr_incident_state_name(cdr_incident_state s);               /* "suspected" … */

/* When things were. 0: not known. Stored by name, and a clock of the same name for the runs of the incident. */
typedef enum cdr_incident_time {
    CDR_INCIDENT_BEGAN, CDR_INCIDENT_DISCOVERY /* somebody noticed */, CDR_INCIDENT_AWARENESS /* reasonable certainty that personal data are concerned, EDPB 9/2022 */, CDR_INCIDENT_CONFIRMATION,
    CDR_INCIDENT_CONTAINED, CDR_INCIDENT_NOTIFIED_AUTHORITY, CDR_INCIDENT_NOTIFIED_PEOPLE, CDR_INCIDENT_RESOLVED, CDR_INCIDENT_TIME__MAX
} cdr_incident_time;
const char *cdr_incident_time_key(cdr_incident_time t);                  /* "incident", "discovery", "awareness", "confirmation", "contained", "authority-told", "people-told", "resolved" */

#define CDR_INCIDENT_TEXT_MAX 4000             /* bytes of anything that is typed */
#define CDR_INCIDENT_WHO_MAX 80

/* What is typed wrongly is not reckoned with: nobody promises for longer than ten years, and nobody noticed anything before 2000. */
#define CDR_INCIDENT_SPAN_MAX_US (INT64_C(3653) * 86400 * 1000000)
#define CDR_INCIDENT_FIRST_US (INT64_C(946684800) * 1000000)

typedef struct cdr_incident {
    int64_t id;
    char kind[40], title[200], codename[40];
    cdr_incident_state state;
    char severity[16];                         /* low, medium, high, very high; "" not judged */
    int64_t opened_us, closed_us, times[CDR_INCIDENT_TIME__MAX];
    int64_t people_min, people_max;            /* -1: not known */
    char opened_by[CDR_INCIDENT_WHO_MAX], reason[512] /* of breach or not */;
    char found_by[120];                        /* how it came to light: "a customer called" */
    bool drill;
    int64_t update_every_us, updated_us;       /* promised rhythm of progress updates; 0 none */
    int64_t takeover_us;                       /* how long the manager may take to answer; then the deputy is told, and takes over */
    bool takeover_self;                        /* the deputy becomes manager then by itself (the tick does it) */
    int64_t accepted_us;                       /* the manager answered; 0: not yet */
    cdr_incident_state verdict;                /* BREACH, NO_BREACH; 0 not judged. Stays when the incident is closed */
    char playbook[CDR_PLAYBOOK_NAME_MAX + 1];  /* that it was opened with; "" none */
    bool run_wanted;                           /* its run was not started yet */
} cdr_incident;

typedef struct cdr_incident_open_request {
    const char *kind, *title, *found_by, *codename;   /* kind NULL: "other"; title required */
    int64_t began_us, discovered_us;           /* 0: not known; now */
    bool drill, no_run;                        /* no_run: do not start the playbook of the kind */
    const char *playbook;                      /* NULL: that of the kind */
    const json_t *variables;
    int64_t takeover_us;                       /* 0: CDR_INCIDENT_TAKE_OVER_US */
    bool takeover_self;
} cdr_incident_open_request;
#define CDR_INCIDENT_TAKE_OVER_US (30 * INT64_C(60000000))
/* Opens, names who the team says (team.h), starts the playbook and the take-over clock. ${ret_run} (may be NULL): 0 none. */
cdr_status cdr_incident_open(cdr_incidents *in, const cdr_incident_open_request *request, int64_t *ret_id, int64_t *ret_run, cdr_err *err) CDR_NODISCARD;
/* Why the playbook was not started by the last cdr_incident_open; "" it was, or none was wanted. */
const char *cdr_incident_not_started(const cdr_incidents *in);
cdr_status cdr_incident_get(cdr_incidents *in, int64_t id, cdr_incident *ret, cdr_err *err) CDR_NODISCARD;
typedef cdr_status cdr_incident_fn(void *arg, const cdr_incident *i);
cdr_status cdr_incident_each(cdr_incidents *in, bool closed_too, cdr_incident_fn *fn, void *arg, cdr_err *err) CDR_NODISCARD;
bool cdr_incident_parse_id(const char *text, int64_t *ret);              /* "I-3", "i3", "3" */
/* Another playbook for an incident that is open: a run with its times. ${request}: subject, drill and clocks are set here. */
cdr_status cdr_incident_start_run(cdr_incidents *in, int64_t id, cdr_run_request *request, int64_t *ret_run, cdr_err *err) CDR_NODISCARD;
/* What follows from a deed and cannot be part of its transaction, each until it is done: the playbook that was not started yet, clocks that runs do not know yet, decisions that were made in steps of runs.
 * Every deed calls it, and the tick. */
cdr_status cdr_incident_settle(cdr_incidents *in, int64_t id, cdr_err *err) CDR_NODISCARD;
/* Is nobody else there: nobody else has a login, and nobody else is named in the team or in the incident? Then no second person can be asked for. ${id} 0: the team alone. */
cdr_status cdr_incident_alone(cdr_incidents *in, int64_t id, bool *ret, cdr_err *err) CDR_NODISCARD;
/* As whom whoever acts agrees to what she said herself (${first}) where nobody else is there: "alone:dana"; "" she is not alone, or it was not she. */
#define CDR_INCIDENT_ALONE "alone:"
cdr_status cdr_incident_alone_as(cdr_incidents *in, int64_t id, const char *first, char ret[CDR_INCIDENT_WHO_MAX], cdr_err *err) CDR_NODISCARD;

/* The state moves forward only, with a reason; back from NO_BREACH to ASSESSED when something new is known. Sets the clocks of the runs. */
cdr_status cdr_incident_assess(cdr_incidents *in, int64_t id, cdr_incident_state state, const char *reason, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_incident_set_time(cdr_incidents *in, int64_t id, cdr_incident_time which, int64_t at_us, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_incident_set_people(cdr_incidents *in, int64_t id, int64_t min, int64_t max, const char *reason, cdr_err *err) CDR_NODISCARD;
/* What it turned out to be. Its playbook is begun by itself (cdr_runs_start). */
cdr_status cdr_incident_set_kind(cdr_incidents *in, int64_t id, const char *kind, const char *reason, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_incident_set_severity(cdr_incidents *in, int64_t id, const char *severity, const char *reason, cdr_err *err) CDR_NODISCARD;

/* --- roles --- */
typedef struct cdr_incident_role { cdr_duty_role role; char who[CDR_INCIDENT_WHO_MAX], email[256], by[CDR_INCIDENT_WHO_MAX], reason[256]; int64_t since_us, until_us /* 0: now */; } cdr_incident_role;
typedef cdr_status cdr_incident_role_fn(void *arg, const cdr_incident_role *r);
/* ${who}: a login or a name. Whoever had the role before has not any more; handing over needs a word about what is open (${reason}). */
cdr_status cdr_incident_assign(cdr_incidents *in, int64_t id, cdr_duty_role role, const char *who, const char *email, const char *reason, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_incident_roles(cdr_incidents *in, int64_t id, bool ended_too, cdr_incident_role_fn *fn, void *arg, cdr_err *err) CDR_NODISCARD;
/* Who has ${role} now. CDR_NOT_FOUND (quiet): nobody. */
cdr_status cdr_incident_role_of(cdr_incidents *in, int64_t id, cdr_duty_role role, cdr_incident_role *ret, cdr_err *err) CDR_NODISCARD;
/* Everything of ${from}, roles and open items, to ${to}, with a word about what is open (${reason}). CDR_NOT_FOUND: ${from} has nothing here. */
typedef struct cdr_incident_handed { unsigned roles, items; } cdr_incident_handed;
cdr_status cdr_incident_hand_over(cdr_incidents *in, int64_t id, const char *from, const char *to, const char *email, const char *reason, cdr_incident_handed *ret, cdr_err *err) CDR_NODISCARD;
/* The manager says "I have it": stops the take-over clock. */
cdr_status cdr_incident_accept(cdr_incidents *in, int64_t id, cdr_err *err) CDR_NODISCARD;
/* The deputy (or the owner) becomes manager, once the manager has not answered in time. CDR_DENIED before. ${by} NULL: whoever acts; otherwise "staff:LOGIN", authenticated, or "named:NAME" where there are no
 * users. */
cdr_status cdr_incident_take_over_as(cdr_incidents *in, int64_t id, const char *by, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_incident_take_over(cdr_incidents *in, int64_t id, cdr_err *err) CDR_NODISCARD;

/* --- parties outside: counsel, insurer, broker, forensic firm, police, authority, bank, processor --- */
typedef struct cdr_incident_party { int64_t id; char kind[24], name[160], contact[200]; bool privileged /* what is exchanged with it is under privilege */; int64_t added_us; } cdr_incident_party;
typedef cdr_status cdr_incident_party_fn(void *arg, const cdr_incident_party *p);
cdr_status cdr_incident_add_party(cdr_incidents *in, int64_t id, const cdr_incident_party *party, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_incident_parties(cdr_incidents *in, int64_t id, cdr_incident_party_fn *fn, void *arg, cdr_err *err) CDR_NODISCARD;

/* --- timeline: what people noted, and by itself: steps of the runs, decisions, roles, clocks, evidence. In order of the time it happened --- */
typedef struct cdr_timeline_entry {
    int64_t event_us, recorded_us;             /* when it happened; when it was entered */
    int64_t found_us;                          /* when it was found out; 0: with the event */
    const char *kind;                          /* "note", "step", "decision", "role", "clock", "evidence", "party", "state", "call", "letter", "promise" */
    const char *text, *by;
    const char *ref;                           /* "R-7/12"; NULL */
    bool privileged, pinned;                   /* privileged: noted so, or it names a party that is. pinned: in the short form of the report */
    const char *public_text;                   /* in place of text for others; NULL: text */
} cdr_timeline_entry;
typedef cdr_status cdr_timeline_fn(void *arg, const cdr_timeline_entry *e);
cdr_status cdr_incident_timeline(cdr_incidents *in, int64_t id, cdr_timeline_fn *fn, void *arg, cdr_err *err) CDR_NODISCARD;
/* For others: nothing that is privileged, and roles where people of the house are named. */
cdr_status cdr_incident_public_timeline(cdr_incidents *in, int64_t id, cdr_timeline_fn *fn, void *arg, cdr_err *err) CDR_NODISCARD;
/* ${kind}: "note" or "call". */
cdr_status cdr_incident_note(cdr_incidents *in, int64_t id, const char *kind, const char *text, int64_t event_us /* 0 now */, int64_t found_us, bool privileged, bool pinned, cdr_err *err) CDR_NODISCARD;

/* --- decisions --- */
typedef struct cdr_decision { int64_t id; char name[40] /* "notify-authority", "notify-people", "breach" … */, outcome[40] /* "yes", "no" … */, reason[1024], by[CDR_INCIDENT_WHO_MAX], approved_by[CDR_INCIDENT_WHO_MAX]; int64_t at_us, approved_us /* 0: waits for a second person */; bool needs_second;
    bool rejected /* by approved_by */, alone /* there was nobody else to ask */, replaced /* a newer one of its name is there */; char said[256] /* of the second person */, ref[64] /* R-7/12 */; } cdr_decision;
typedef cdr_status cdr_decision_fn(void *arg, const cdr_decision *d);
/* Waits for a second person, or was refused by her: it does not count yet. */
/* Nobody decided: the step that asks for it was left out, or done by hand without its value. By whom, why, and who agreed stand there, and it is open as before. */
#define CDR_DECISION_LEFT_OUT "left-out"
bool cdr_decision_left_out(const cdr_decision *d);
static inline bool cdr_decision_waits(const cdr_decision *d) { return d->needs_second && (!d->approved_us || d->rejected); }
/* To tell or not to tell somebody (names that begin with "notify") needs a second person; working alone (no users, nobody else in the team) it does not, and says so. A newer decision of the same name replaces the older, which stays. */
cdr_status cdr_incident_decide(cdr_incidents *in, int64_t id, const char *name, const char *outcome, const char *reason, int64_t *ret_decision, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_incident_approve(cdr_incidents *in, int64_t id, int64_t decision, bool yes, const char *reason, cdr_err *err) CDR_NODISCARD;
/* May ${second} ("staff:LOGIN", "named:NAME") agree to what ${first} said in the incident? She is somebody else, and may answer for ${role} (ANYBODY: the approver). CDR_DENIED says why not. */
cdr_status cdr_incident_check_second(cdr_incidents *in, int64_t id, cdr_duty_role role, const char *first, const char *second, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_incident_decisions(cdr_incidents *in, int64_t id, cdr_decision_fn *fn, void *arg, cdr_err *err) CDR_NODISCARD;

/* --- evidence: the file stays where it is, or a copy is kept in WORKSPACE/evidence/I-3 (0600); hash and size are taken at once --- */
typedef struct cdr_evidence { int64_t id; char name[200], place[300]; uint8_t sha256[32]; int64_t size, taken_us; char by[CDR_INCIDENT_WHO_MAX], custodian[CDR_INCIDENT_WHO_MAX]; bool copied /* place is a copy of Candor's own */; char about[400]; } cdr_evidence;
typedef cdr_status cdr_evidence_fn(void *arg, const cdr_evidence *e);
cdr_status cdr_incident_add_evidence(cdr_incidents *in, int64_t id, const char *path, const char *about, bool copy, int64_t *ret_evidence, cdr_err *err) CDR_NODISCARD;
/* The same in two parts, for large files. The first only reads the register, and may take long: the workspace is open for reading, and nobody waits. What it gives outlives ${in}; freed without the second part
 * it leaves nothing behind. ${told} (may be NULL): how far it is, of how much; false stops it. */
typedef struct cdr_evidence_taken cdr_evidence_taken;
typedef bool cdr_evidence_told(void *arg, uint64_t done, uint64_t all);
cdr_status cdr_incident_take_evidence(cdr_incidents *in, int64_t id, const char *path, bool copy, cdr_evidence_told *told, void *arg, cdr_evidence_taken **ret, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_incident_keep_evidence(cdr_incidents *in, int64_t id, cdr_evidence_taken *t, const char *about, int64_t *ret_evidence, cdr_err *err) CDR_NODISCARD;
const uint8_t *cdr_evidence_taken_hash(const cdr_evidence_taken *t);
void cdr_evidence_taken_free(cdr_evidence_taken *t);
static inline void cdr_evidence_taken_freep(cdr_evidence_taken **t) { cdr_evidence_taken_free(*t); }
#define _cleanup_evidence_ _cleanup_(cdr_evidence_taken_freep)
/* How many copies in the folder evidence have no entry, whole or not: of somebody who was killed before it, or a backup of the database was put back. */
cdr_status cdr_incident_stray_copies(cdr_incidents *in, unsigned *ret, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_incident_hand_evidence(cdr_incidents *in, int64_t id, int64_t evidence, const char *to, const char *reason, cdr_err *err) CDR_NODISCARD;   /* custody */
cdr_status cdr_incident_evidence(cdr_incidents *in, int64_t id, cdr_evidence_fn *fn, void *arg, cdr_err *err) CDR_NODISCARD;
/* Looked at again: ${fault} NULL when it is what it was, otherwise what is different ("is gone", "has changed: …"). */
typedef cdr_status cdr_evidence_check_fn(void *arg, const cdr_evidence *e, const char *fault);
cdr_status cdr_incident_check_evidence(cdr_incidents *in, int64_t id, cdr_evidence_check_fn *fn, void *arg, unsigned *ret_changed, cdr_err *err) CDR_NODISCARD;

/* --- tasks ("I do not know"), promises, duties, drafted letters: what is open until it is done. Each with a date has a clock --- */
typedef enum cdr_item_kind { CDR_ITEM_TASK = 1, CDR_ITEM_PROMISE /* commitment */, CDR_ITEM_DUTY, CDR_ITEM_LETTER, CDR_ITEM_REVIEW } cdr_item_kind;
typedef enum cdr_item_state { CDR_ITEM_OPEN = 1, CDR_ITEM_DONE, CDR_ITEM_DROPPED } cdr_item_state;
typedef struct cdr_item {
    int64_t id, incident;
    cdr_item_kind kind;
    cdr_item_state state;
    char what[512], to_whom[120] /* promise, letter, duty */, who[CDR_INCIDENT_WHO_MAX] /* has to do it */, outcome[256], ref[64];
    int64_t made_us, due_us /* 0 none */, done_us;
} cdr_item;
typedef cdr_status cdr_item_fn(void *arg, const cdr_item *item);
const char *cdr_item_kind_name(cdr_item_kind kind);                      /* "task", "commitment", "duty", "letter", "review" */
cdr_status cdr_incident_add_item(cdr_incidents *in, const cdr_item *item, int64_t *ret_id, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_incident_end_item(cdr_incidents *in, int64_t item, cdr_item_state state, const char *outcome, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_incident_items(cdr_incidents *in, int64_t id /* 0: all incidents */, bool ended_too, cdr_item_fn *fn, void *arg, cdr_err *err) CDR_NODISCARD;
/* Text of a draft (a letter's, a notice's), kept with the incident and sealed with the workspace key. */
cdr_status cdr_incident_keep_draft(cdr_incidents *in, int64_t item, const char *subject, const char *text, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_incident_draft(cdr_incidents *in, int64_t item, cdr_buf *subject, cdr_buf *text, cdr_err *err) CDR_NODISCARD;

/* --- progress updates at the promised rhythm --- */
cdr_status cdr_incident_promise_updates(cdr_incidents *in, int64_t id, int64_t every_us /* 0: no more */, const char *to_whom, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_incident_updated(cdr_incidents *in, int64_t id, const char *text, cdr_err *err) CDR_NODISCARD;

/* --- closing --- */
typedef cdr_status cdr_open_end_fn(void *arg, const char *kind /* "step", "duty", "letter", "commitment", "task", "decision", "review", "report" */, const char *what, const char *command /* that ends it: "candor incident item done 4" */);
/* Everything that stands against closing. */
cdr_status cdr_incident_open_ends(cdr_incidents *in, int64_t id, cdr_open_end_fn *fn, void *arg, cdr_err *err) CDR_NODISCARD;
/* CDR_DENIED while anything is open, the first of it named; ${second} (somebody else, authenticated by the caller; "" where there is nobody else) overrides with a reason. */
cdr_status cdr_incident_close(cdr_incidents *in, int64_t id, const char *reason, const char *second, cdr_err *err) CDR_NODISCARD;

/* --- for status and doctor --- */
typedef struct cdr_incident_counts { uint64_t open, drills, overdue /* clocks */, waiting /* decisions for a second person */, open_items; } cdr_incident_counts;
cdr_status cdr_incident_count(cdr_db *db, int64_t now_us, cdr_incident_counts *ret, cdr_err *err) CDR_NODISCARD;
/* Do the tables say what the ledger knows of incidents? One difference is a sentence without personal data. */
typedef cdr_status cdr_incident_difference_fn(void *arg, const char *what);
cdr_status cdr_incident_compare_ledger(cdr_workspace *ws, cdr_incident_difference_fn *fn, void *arg, cdr_err *err) CDR_NODISCARD;

/* Manager or deputy of an open incident (no drill) who nobody can reach, as no address of hers is known: how many, and the first. */
typedef struct cdr_unreachable { unsigned count; int64_t incident; cdr_duty_role role; } cdr_unreachable;
cdr_status cdr_incident_unreachable(cdr_incidents *in, cdr_unreachable *ret, cdr_err *err) CDR_NODISCARD;
/* When an item is due: its own date, or that of the authority's clock where it is about that. 0: none. */
cdr_status cdr_incident_item_due(cdr_incidents *in, const cdr_item *item, int64_t *ret_us, cdr_err *err) CDR_NODISCARD;

/* --- the tick: what a crash left, canary alerts, runs, then clocks, then take-overs --- */
typedef struct cdr_incident_tick {
    cdr_sender *sender;                        /* NULL: nothing is sent */
    unsigned runs, opened /* by canary alerts */, warned, due, escalated, taken_over, sent, failed;   /* out: how many */
} cdr_incident_tick;
/* What is done is done, whatever fails beside it; then the first failure is told. */
cdr_status cdr_incident_run_tick(cdr_incidents *in, cdr_incident_tick *tick, cdr_err *err) CDR_NODISCARD;
/* How the messages of clocks are written and addressed here, for cdr_clock_letter_next. */
void cdr_incident_reminders(cdr_incidents *in, cdr_sender *sender, cdr_clock_tick *ret);
/* Since when something waits for it (now, where nobody knows); INT64_MAX: nothing does. Reads only. */
cdr_status cdr_incident_tick_waits(cdr_incidents *in, int64_t *ret_since_us, cdr_err *err) CDR_NODISCARD;

#endif
