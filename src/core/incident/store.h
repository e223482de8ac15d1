/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the room: its statements by name, and values that are bound to them in order. */
#ifndef CDR_CORE_INCIDENT_STORE_H
#define CDR_CORE_INCIDENT_STORE_H

#include "db/db.h"

typedef enum cdr_in_stmt {
    IN_ADD, IN_GET, IN_EACH, IN_SET_STATE, IN_SET_CLOSED, IN_SET_PEOPLE, IN_SET_KIND, IN_SET_SEVERITY, IN_SET_ACCEPTED, IN_SET_UPDATES, IN_SET_UPDATED, IN_SET_STARTED, IN_TAKEN, IN_SET_TAKEN, IN_UNSETTLED,
    IN_TIMES, IN_TIME_SET, IN_TIME_DROP, IN_TIME_TOLD, IN_TIMES_ALL_TOLD, IN_TIMES_UNTOLD,
    IN_ROLE_END, IN_ROLE_ADD, IN_ROLES, IN_ROLE_NOW, IN_ROLES_OF,
    IN_TEAM_SET, IN_TEAM_DROP, IN_TEAM,
    IN_PARTY_ADD, IN_PARTIES,
    IN_EVENT_ADD, IN_EVENTS, IN_EVENT_REF,
    IN_DECISION_ADD, IN_DECISIONS, IN_DECISION_GET, IN_DECISION_ANSWER, IN_DECISION_REF,
    IN_EVIDENCE_ADD, IN_EVIDENCE_SEALED, IN_EVIDENCE_AT, IN_EVIDENCE, IN_EVIDENCE_GET, IN_CUSTODY_ADD, IN_CUSTODY,
    IN_ITEM_ADD, IN_ITEM_GET, IN_ITEM_END, IN_ITEMS, IN_ITEMS_ALL, IN_ITEM_WHO, IN_ITEM_DRAFT, IN_ITEM_DRAFT_GET,
    IN_COUNT, IN_ALL_STATES, IN_ALL_DECISIONS, IN_ALL_EVIDENCE, IN_ALL_ROLES, IN_ALL_EVENTS, IN_ALL_ITEMS, IN_ALL_PARTIES, IN_ALL_TIMES,
    IN__MAX
} cdr_in_stmt;
extern const cdr_db_stmt cdr_in_statements[IN__MAX];

typedef struct cdr_in_value { enum { CDR_IN_INT = 1, CDR_IN_TEXT, CDR_IN_BLOB, CDR_IN_NULL } type; int64_t number; const void *bytes; size_t len; } cdr_in_value;
static inline cdr_in_value cdr_v_int(int64_t n) { return (cdr_in_value){.type = CDR_IN_INT, .number = n}; }
static inline cdr_in_value cdr_v_some(int64_t n) { return (cdr_in_value){.type = n ? CDR_IN_INT : CDR_IN_NULL, .number = n}; }   /* 0: unknown */
static inline cdr_in_value cdr_v_known(int64_t n) { return (cdr_in_value){.type = n >= 0 ? CDR_IN_INT : CDR_IN_NULL, .number = n}; }   /* below 0: unknown */
static inline cdr_in_value cdr_v_text(const char *s) { return (cdr_in_value){.type = CDR_IN_TEXT, .bytes = s ? s : ""}; }
static inline cdr_in_value cdr_v_maybe(const char *s) { return (cdr_in_value){.type = s && *s ? CDR_IN_TEXT : CDR_IN_NULL, .bytes = s}; }
static inline cdr_in_value cdr_v_blob(const void *p, size_t len) { return (cdr_in_value){.type = CDR_IN_BLOB, .bytes = p, .len = len}; }

/* Begins ${stmt} with its values bound in order; step, then cdr_db_end. */
cdr_status cdr_in_begin(cdr_db_set *set, cdr_in_stmt stmt, cdr_db_query *q, const cdr_in_value *values, size_t count, cdr_err *err) CDR_NODISCARD;
/* The same of one that returns no rows. */
cdr_status cdr_in_run(cdr_db_set *set, cdr_in_stmt stmt, const cdr_in_value *values, size_t count, cdr_err *err) CDR_NODISCARD;
#define CDR_V(...) (const cdr_in_value[]){__VA_ARGS__}, sizeof((const cdr_in_value[]){__VA_ARGS__}) / sizeof(cdr_in_value)

/* A column into ${ret}, cut at its end; "" for NULL. */
void cdr_in_text(cdr_db_query *q, int col, char *ret, size_t cap);

#endif
