/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the room: rows of users, of failures and of sessions. */
#ifndef CDR_CORE_STAFF_STORE_STAFF_H
#define CDR_CORE_STAFF_STORE_STAFF_H

#include "core/staff/staff.h"
#include "crypto/password.h"

#define CDR_TOTP_SEALED_MAX 128

/* What a login is checked against. */
typedef struct cdr_staff_secret {
    uint8_t password[CDR_PASSWORD_STORED];
    uint8_t totp[CDR_TOTP_SEALED_MAX]; size_t totp_len;
    int64_t step;
    uint8_t recovery[32]; bool has_recovery;
} cdr_staff_secret;

cdr_status cdr_staff_store_open(cdr_db *db, cdr_db_set **ret, cdr_err *err) CDR_NODISCARD;

/* Users whose role is among ${roles} and who are active. */
cdr_status cdr_staff_store_count(cdr_db_set *set, unsigned roles, uint64_t *ret, cdr_err *err) CDR_NODISCARD;
/* By login (${login} not NULL) or by number, ended ones too. CDR_NOT_FOUND without words. */
cdr_status cdr_staff_store_get(cdr_db_set *set, const char *login, int64_t id, cdr_user *ret, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_staff_store_each(cdr_db_set *set, bool ended_too, cdr_user_fn *fn, void *arg, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_staff_store_secret(cdr_db_set *set, int64_t id, cdr_staff_secret *ret, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_staff_store_add(cdr_db_set *set, const cdr_user *u, const uint8_t password[CDR_PASSWORD_STORED], int64_t *ret_id, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_staff_store_totp(cdr_db_set *set, int64_t id, const uint8_t *sealed, size_t len, int64_t at_us, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_staff_store_password(cdr_db_set *set, int64_t id, const uint8_t password[CDR_PASSWORD_STORED], bool temporary, int64_t at_us, cdr_err *err) CDR_NODISCARD;
/* NULL ${hash}: none any more. */
cdr_status cdr_staff_store_recovery(cdr_db_set *set, int64_t id, const uint8_t *hash, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_staff_store_role(cdr_db_set *set, int64_t id, cdr_role role, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_staff_store_end(cdr_db_set *set, int64_t id, const char *by, int64_t at_us, cdr_err *err) CDR_NODISCARD;
/* The authenticator's ${step} is used up; false: it was already, or a newer one. */
cdr_status cdr_staff_store_step(cdr_db_set *set, int64_t id, int64_t step, int64_t at_us, bool *ret, cdr_err *err) CDR_NODISCARD;

typedef struct cdr_staff_tries { unsigned failures; int64_t failed_us; } cdr_staff_tries;
cdr_status cdr_staff_store_tries(cdr_db_set *set, const uint8_t subject[16], cdr_staff_tries *ret, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_staff_store_failure(cdr_db_set *set, const uint8_t subject[16], int64_t at_us, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_staff_store_forgive(cdr_db_set *set, const uint8_t subject[16], cdr_err *err) CDR_NODISCARD;
/* Failures from before ${before_us} of fewer than ${below} in a row are forgotten. */
cdr_status cdr_staff_store_forget(cdr_db_set *set, int64_t before_us, unsigned below, cdr_err *err) CDR_NODISCARD;

typedef struct cdr_session_row { int64_t staff_id, started_us, active_us, ended_us; } cdr_session_row;
cdr_status cdr_session_store_add(cdr_db_set *set, const uint8_t hash[32], int64_t staff_id, int64_t at_us, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_session_store_get(cdr_db_set *set, const uint8_t hash[32], cdr_session_row *ret, cdr_err *err) CDR_NODISCARD;   /* CDR_NOT_FOUND without words */
cdr_status cdr_session_store_touch(cdr_db_set *set, const uint8_t hash[32], int64_t at_us, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_session_store_end(cdr_db_set *set, const uint8_t hash[32], int64_t at_us, cdr_err *err) CDR_NODISCARD;
/* All of the user's that have not ended, but ${keep} (NULL: none is kept). */
cdr_status cdr_session_store_end_all(cdr_db_set *set, int64_t staff_id, const uint8_t *keep, int64_t at_us, unsigned *ret, cdr_err *err) CDR_NODISCARD;
/* Sessions that began before ${before_us} are of no use to anybody: their rows go. */
cdr_status cdr_session_store_forget(cdr_db_set *set, int64_t before_us, cdr_err *err) CDR_NODISCARD;

#endif
