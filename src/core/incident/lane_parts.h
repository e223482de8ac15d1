/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the small lane share. Pure but for the store: answers in, facts and a judgement out. */
#ifndef CDR_CORE_INCIDENT_LANE_PARTS_H
#define CDR_CORE_INCIDENT_LANE_PARTS_H

#include "core/incident/lane.h"

/* In the order in which they are asked. */
typedef enum cdr_lane_q {
    CDR_LANE_WHAT, CDR_LANE_NOTICED, CDR_LANE_BY, CDR_LANE_PEOPLE, CDR_LANE_WHOSE, CDR_LANE_DATA, CDR_LANE_HAS, CDR_LANE_ASKED, CDR_LANE_LOCKED, CDR_LANE_BACK, CDR_LANE_GOING, CDR_LANE_WHERE,
    CDR_LANE_DID, CDR_LANE_Q__MAX
} cdr_lane_q;

#define CDR_LANE_ANSWER_MAX 160
#define CDR_LANE_REF "lane/"          /* references of the items that this lane made begin so */
typedef enum cdr_lane_said { CDR_LANE_OPEN, CDR_LANE_SAID, CDR_LANE_UNKNOWN /* "I do not know" */ } cdr_lane_said;
typedef struct cdr_lane_answers {
    cdr_lane_said said[CDR_LANE_Q__MAX];
    char text[CDR_LANE_Q__MAX][CDR_LANE_ANSWER_MAX];   /* as it is kept: keys of choices with commas between, a number, a time, codes of countries */
    char home[3];                                      /* where the business is, as the inventory has it; "" unknown */
    int64_t opened_us;                                 /* of the incident; 0: now */
} cdr_lane_answers;

/* --- lane_table.c --- */

/* A choice: its key, what is shown, and how the rest of a sentence says it. */
typedef struct cdr_lane_choice { const char *key, *label, *phrase; int rank; /* higher: worse */ } cdr_lane_choice;
#define CDR_LANE_CHOICES_MAX 16
typedef struct cdr_lane_row {
    const char *key, *ask, *why, *fallback;
    const char *find;                                  /* the task that "I do not know" becomes: "Find out …" */
    const char *open;                                  /* "We do not know yet …" */
    const char *doubt;                                 /* how that counts: "… is not known, and counts as …" */
    cdr_lane_answer_kind kind;
    cdr_lane_choice choices[CDR_LANE_CHOICES_MAX];     /* the worst has the highest rank; ends with a NULL key */
} cdr_lane_row;
extern const cdr_lane_row cdr_lane_rows[CDR_LANE_Q__MAX];
/* The names of kinds of incident that "what" has. */
const char *cdr_lane_kind_of(const char *what);
/* Is it asked, as far as the answers before it tell? */
bool cdr_lane_applies(cdr_lane_q q, const cdr_lane_answers *a);
cdr_lane_q cdr_lane_open(const cdr_lane_answers *a);   /* the first that is asked and has no answer; CDR_LANE_Q__MAX: none */
unsigned cdr_lane_most(const cdr_lane_answers *a);     /* how many there will be at most, those answered included */
bool cdr_lane_has(const cdr_lane_answers *a, cdr_lane_q q, const char *choice);
const cdr_lane_choice *cdr_lane_choice_of(cdr_lane_q q, const char *key, size_t len);
/* Labels of what was chosen, or the phrases: "name and address, bank account". */
void cdr_lane_words(const cdr_lane_answers *a, cdr_lane_q q, bool phrases, cdr_buf *out);
/* Wording that depends on what happened. */
void cdr_lane_ask(cdr_lane_q q, const cdr_lane_answers *a, const char **ask, const char **why, const char **fallback);

/* --- lane_read.c --- */

/* What was typed, as it is kept. CDR_E_INVAL says what an answer looks like. */
cdr_status cdr_lane_read(cdr_lane_q q, const char *typed, int64_t now_us, char ret[CDR_LANE_ANSWER_MAX], cdr_err *err) CDR_NODISCARD;
const char *cdr_lane_country(const char *code);        /* "the United Kingdom" */
#define CDR_LANE_DATE 40
void cdr_lane_date(int64_t us, char out[CDR_LANE_DATE]);   /* "Tue 24 November, 09:14 UTC" */

/* --- lane_rule.c --- */

typedef enum cdr_lane_risk { CDR_LANE_UNLIKELY, CDR_LANE_RISK, CDR_LANE_HIGH } cdr_lane_risk;
typedef struct cdr_lane_judgement {
    unsigned data;           /* 0 says nothing about anybody, 1 simple, 2 personal, 3 can do direct harm, 4 sensitive */
    unsigned reach;          /* 0 nobody can read it, 1 trusted and deleted, 2 trusted, or known and deleted, 3 known, 4 used or refused, 5 unknown, 6 anybody */
    cdr_lane_risk by_reach, by_loss, by_going, risk;
    int64_t people;          /* at most; -1: not known */
    bool many;               /* ten or more, or not known */
    bool protected_data;     /* encrypted, the key safe */
    bool going;              /* or not known */
    bool small;
    unsigned unknown;
} cdr_lane_judgement;
void cdr_lane_judge(const cdr_lane_answers *a, cdr_lane_judgement *ret);
const char *cdr_lane_risk_name(cdr_lane_risk risk);

/* --- lane_law.c --- */

/* What is known here of the law of a place; nothing is said of others. */
typedef struct cdr_lane_law {
    const char *key, *name, *authority, *source, *as_of, *confidence;
    const char *to_authority, *to_people, *to_register;
    unsigned hours;
} cdr_lane_law;
typedef struct cdr_lane_place {
    const cdr_lane_law *laws[2];
    size_t law_count;
    bool unknown;            /* nobody said where, or there is a place whose law is not known here */
    bool nobody_said;
    char others[200];        /* those places */
} cdr_lane_place;
void cdr_lane_place_of(const cdr_lane_answers *a, cdr_lane_place *ret);

/* --- lane_result.c --- */

void cdr_lane_result_make(const cdr_lane_answers *a, int64_t now_us, cdr_lane_result *ret);
cdr_status cdr_lane_changes_of(const cdr_lane_answers *a, int64_t now_us, unsigned max, cdr_lane_change_fn *fn, void *arg) CDR_NODISCARD;
/* "the 6 people", "the one person", "the people, whose number is not known" */
void cdr_lane_people_words(int64_t people, char *ret, size_t cap);

/* --- lane_handover.c --- */

/* {"__people_max__": "6"}: what the answers say of what ${p} asks and has as external variables. */
void cdr_lane_handover(const cdr_lane_answers *a, const cdr_lane_result *r, const cdr_playbook *p, json_t *ret);

/* --- store_lane.c --- */

typedef struct cdr_lane_store cdr_lane_store;
cdr_status cdr_lane_store_open(cdr_workspace *ws, cdr_lane_store **ret, cdr_err *err) CDR_NODISCARD;
void cdr_lane_store_close(cdr_lane_store *st);
static inline void cdr_lane_store_closep(cdr_lane_store **st) { cdr_lane_store_close(*st); }
/* Where the business is and how it is reached, as the inventory has it; "" unknown. */
cdr_status cdr_lane_store_home(cdr_lane_store *st, char ret_country[3], char *ret_contact, size_t cap, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_lane_store_read(cdr_lane_store *st, int64_t id, cdr_lane_answers *ret, bool *ret_finished, cdr_err *err) CDR_NODISCARD;
/* In the open transaction, before the first answer, so that an answer that was taken back leaves a lane that goes on; again: nothing. */
cdr_status cdr_lane_store_begin(cdr_lane_store *st, int64_t id, int64_t at_us, const char *by, cdr_err *err) CDR_NODISCARD;
/* In the open transaction. ${answer} NULL: I do not know. */
cdr_status cdr_lane_store_add(cdr_lane_store *st, int64_t id, const char *key, const char *answer, int64_t at_us, const char *by, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_lane_store_finish(cdr_lane_store *st, int64_t id, int64_t at_us, const char *by, cdr_err *err) CDR_NODISCARD;
/* CDR_NOT_FOUND: there was none. */
cdr_status cdr_lane_store_drop_last(cdr_lane_store *st, int64_t id, cdr_err *err) CDR_NODISCARD;
/* The kind and the title were chosen by the first answer, which was taken back. */
cdr_status cdr_lane_store_rename(cdr_lane_store *st, int64_t id, const char *kind, const char *title, const char *found_by, cdr_err *err) CDR_NODISCARD;
/* In the open transaction: the lane is not finished any more, and what was not known is open again; an answer is. */
cdr_status cdr_lane_store_reopen(cdr_lane_store *st, int64_t id, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_lane_store_forget(cdr_lane_store *st, int64_t id, const char *key, cdr_err *err) CDR_NODISCARD;
/* In the open transaction: the playbook is to be started after it. */
cdr_status cdr_lane_store_want_run(cdr_lane_store *st, int64_t id, const char *playbook, cdr_err *err) CDR_NODISCARD;
/* The newest incident that is open and whose lane was begun and not finished. CDR_NOT_FOUND. */
cdr_status cdr_lane_store_unfinished(cdr_lane_store *st, int64_t *ret, cdr_err *err) CDR_NODISCARD;

#endif
