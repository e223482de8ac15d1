/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the room: keys, ledger entries, names. */
#ifndef CDR_CORE_STAFF_INSIDE_H
#define CDR_CORE_STAFF_INSIDE_H

#include "base/json.h"
#include "core/staff/store_staff.h"

typedef enum cdr_staff_key { CDR_STAFF_PEPPER, CDR_STAFF_SEAL, CDR_STAFF_TOKEN, CDR_STAFF_SUBJECT, CDR_STAFF_RECOVERY, CDR_STAFF_KEY__MAX } cdr_staff_key;

struct cdr_staff {
    cdr_workspace *ws;
    cdr_db *db;
    cdr_db_set *set;
    cdr_secret *keys[CDR_STAFF_KEY__MAX];   /* each derived from CDR_KEY_STAFF for one use */
};

/* Small letters; false: it cannot be a login (length, letters). */
bool cdr_staff_login_form(const char *typed, char ret[CDR_LOGIN_MAX + 1]);
/* The active user, or words for why not. */
cdr_status cdr_staff_active(cdr_staff *st, const char *login, cdr_user *ret, cdr_err *err) CDR_NODISCARD;
/* ${kind} about ${login} (NULL: about nobody) with ${details}, which it takes; "event" in it is the name of the OWASP logging vocabulary. */
cdr_status cdr_staff_enter(cdr_staff *st, const char *kind, const char *login, json_t *details, cdr_err *err) CDR_NODISCARD;
/* What stands for a typed login where failures are counted. */
void cdr_staff_subject(const cdr_staff *st, const char *login, uint8_t ret[16]);
/* As cdr_staff_authenticate, with a recovery code in place of the authenticator's. */
cdr_status cdr_staff_check_recovery(cdr_staff *st, const char *login, const cdr_secret *password, const cdr_secret *recovery, cdr_user *ret, cdr_err *err) CDR_NODISCARD;
/* Keyed hash of a recovery code as it is typed: case, spaces and hyphens do not matter. */
void cdr_staff_recovery_hash(const cdr_staff *st, const char *typed, size_t len, uint8_t ret[32]);
/* Where an authenticator's seed is sealed to: the row. */
#define CDR_STAFF_PLACE 48
void cdr_staff_place(int64_t id, char ret[CDR_STAFF_PLACE]);

#endif
