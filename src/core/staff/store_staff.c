/* SPDX-License-Identifier: Apache-2.0 */
#include "core/staff/store_staff.h"

#include <stdio.h>
#include <string.h>

enum {
    ST_COUNT, ST_BY_LOGIN, ST_BY_ID, ST_EACH, ST_SECRET, ST_ADD, ST_TOTP, ST_PASSWORD, ST_RECOVERY, ST_ROLE, ST_END, ST_STEP,
    ST_TRIES, ST_FAILURE, ST_FORGIVE, ST_FORGET,
    ST_SESSION_ADD, ST_SESSION_GET, ST_SESSION_TOUCH, ST_SESSION_END, ST_SESSION_END_ALL, ST_SESSION_FORGET, ST__MAX
};

#define USER "SELECT id, login, role, temporary, created_us, created_by, password_us, totp_us, login_us, ended_us, ended_by FROM staff "

static const cdr_db_stmt statements[ST__MAX] = {
    [ST_COUNT] = {"staff-count", "SELECT count(*) FROM staff WHERE ended_us IS NULL AND (role & ?1) != 0", true},
    [ST_BY_LOGIN] = {"staff-by-login", USER "WHERE login = ?1", true},
    [ST_BY_ID] = {"staff-by-id", USER "WHERE id = ?1", true},
    [ST_EACH] = {"staff-each", USER "WHERE ?1 OR ended_us IS NULL ORDER BY ended_us IS NOT NULL, login", true},
    [ST_SECRET] = {"staff-secret", "SELECT password, totp, totp_step, recovery FROM staff WHERE id = ?1 AND ended_us IS NULL", true},
    /* The authenticator is sealed with the row's number, which is known afterwards; until then it holds nothing. */
    [ST_ADD] = {"staff-add", "INSERT INTO staff(login, role, password, totp, temporary, created_us, created_by, password_us, totp_us) VALUES(?1, ?2, ?3, x'', ?4, ?5, ?6, ?5, ?5)", false},
    [ST_TOTP] = {"staff-totp", "UPDATE staff SET totp = ?2, totp_us = ?3, totp_step = -1 WHERE id = ?1", false},
    [ST_PASSWORD] = {"staff-password", "UPDATE staff SET password = ?2, temporary = ?3, password_us = ?4 WHERE id = ?1", false},
    [ST_RECOVERY] = {"staff-recovery", "UPDATE staff SET recovery = ?2 WHERE id = ?1", false},
    [ST_ROLE] = {"staff-role", "UPDATE staff SET role = ?2 WHERE id = ?1", false},
    [ST_END] = {"staff-end", "UPDATE staff SET ended_us = ?2, ended_by = ?3, password = NULL, totp = NULL, recovery = NULL WHERE id = ?1 AND ended_us IS NULL", false},
    [ST_STEP] = {"staff-step", "UPDATE staff SET totp_step = ?2, login_us = ?3 WHERE id = ?1 AND totp_step < ?2", false},
    [ST_TRIES] = {"staff-tries", "SELECT failures, failed_us FROM staff_try WHERE subject = ?1", true},
    [ST_FAILURE] = {"staff-failure",
        "INSERT INTO staff_try(subject, failures, failed_us) VALUES(?1, 1, ?2) ON CONFLICT(subject) DO UPDATE SET failures = failures + 1, failed_us = excluded.failed_us", false},
    [ST_FORGIVE] = {"staff-forgive", "DELETE FROM staff_try WHERE subject = ?1", false},
    [ST_FORGET] = {"staff-forget", "DELETE FROM staff_try WHERE failed_us < ?1 AND failures < ?2", false},
    [ST_SESSION_ADD] = {"session-add", "INSERT INTO staff_session(token_hash, staff_id, started_us, active_us) VALUES(?1, ?2, ?3, ?3)", false},
    [ST_SESSION_GET] = {"session-get", "SELECT staff_id, started_us, active_us, ended_us FROM staff_session WHERE token_hash = ?1", true},
    [ST_SESSION_TOUCH] = {"session-touch", "UPDATE staff_session SET active_us = ?2 WHERE token_hash = ?1 AND ended_us IS NULL AND active_us < ?2", false},
    [ST_SESSION_END] = {"session-end", "UPDATE staff_session SET ended_us = ?2 WHERE token_hash = ?1 AND ended_us IS NULL", false},
    [ST_SESSION_END_ALL] = {"session-end-all", "UPDATE staff_session SET ended_us = ?2 WHERE staff_id = ?1 AND ended_us IS NULL AND token_hash IS NOT ?3", false},
    [ST_SESSION_FORGET] = {"session-forget", "DELETE FROM staff_session WHERE started_us < ?1", false},
};

cdr_status cdr_staff_store_open(cdr_db *db, cdr_db_set **ret, cdr_err *err)
{
    return cdr_db_prepare_set(db, statements, ST__MAX, ret, err);
}

static void copy_text(cdr_db_query *q, int col, char *ret, size_t cap)
{
    const char *text = cdr_db_col_text(q, col, NULL);
    snprintf(ret, cap, "%s", text ? text : "");
}

static void read_user(cdr_db_query *q, cdr_user *u)
{
    *u = (cdr_user){.id = cdr_db_col_int(q, 0), .role = (cdr_role)cdr_db_col_int(q, 2), .temporary = cdr_db_col_int(q, 3) != 0, .created_us = cdr_db_col_int(q, 4),
                    .password_us = cdr_db_col_int(q, 6), .totp_us = cdr_db_col_int(q, 7), .login_us = cdr_db_col_int(q, 8), .ended_us = cdr_db_col_int(q, 9)};
    copy_text(q, 1, u->login, sizeof u->login);
    copy_text(q, 5, u->created_by, sizeof u->created_by);
    copy_text(q, 10, u->ended_by, sizeof u->ended_by);
}

cdr_status cdr_staff_store_count(cdr_db_set *set, unsigned roles, uint64_t *ret, cdr_err *err)
{
    cdr_db_query q = {0};
    *ret = 0;
    cdr_status s = cdr_db_begin_query(set, ST_COUNT, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_int(&q, 1, roles);
    s = cdr_db_step(&q, err);
    if (s == CDR_OK)
        *ret = (uint64_t)cdr_db_col_int(&q, 0);
    cdr_db_end(&q);
    return s;
}

cdr_status cdr_staff_store_get(cdr_db_set *set, const char *login, int64_t id, cdr_user *ret, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(set, login ? ST_BY_LOGIN : ST_BY_ID, &q, err);
    if (s != CDR_OK)
        return s;
    if (login)
        cdr_db_bind_text(&q, 1, login);
    else
        cdr_db_bind_int(&q, 1, id);
    s = cdr_db_step(&q, err);
    if (s == CDR_OK)
        read_user(&q, ret);
    cdr_db_end(&q);
    return s == CDR_DONE ? CDR_NOT_FOUND : s;
}

cdr_status cdr_staff_store_each(cdr_db_set *set, bool ended_too, cdr_user_fn *fn, void *arg, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_user u;
    cdr_status s = cdr_db_begin_query(set, ST_EACH, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_int(&q, 1, ended_too);
    while ((s = cdr_db_step(&q, err)) == CDR_OK) {
        read_user(&q, &u);
        s = fn(arg, &u);
        if (s != CDR_OK)
            break;
    }
    cdr_db_end(&q);
    return s == CDR_DONE ? CDR_OK : s;
}

cdr_status cdr_staff_store_secret(cdr_db_set *set, int64_t id, cdr_staff_secret *ret, cdr_err *err)
{
    cdr_db_query q = {0};
    size_t len = 0, totp_len = 0;
    cdr_status s = cdr_db_begin_query(set, ST_SECRET, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_int(&q, 1, id);
    s = cdr_db_step(&q, err);
    if (s == CDR_OK) {
        const void *password = cdr_db_col_blob(&q, 0, &len), *totp = cdr_db_col_blob(&q, 1, &totp_len);
        if (len != CDR_PASSWORD_STORED || !totp_len || totp_len > CDR_TOTP_SEALED_MAX) {
            s = cdr_fail(err, CDR_E_CORRUPT, "staff", "staff.secret", "What a user's login is checked against is damaged in the database; put back your copy of it, or give the user a new password and authenticator.");
        } else {
            memcpy(ret->password, password, len);
            memcpy(ret->totp, totp, totp_len);
            ret->totp_len = totp_len;
            ret->step = cdr_db_col_int(&q, 2);
            const void *recovery = cdr_db_col_blob(&q, 3, &len);
            ret->has_recovery = recovery && len == sizeof ret->recovery;
            if (ret->has_recovery)
                memcpy(ret->recovery, recovery, len);
        }
    }
    cdr_db_end(&q);
    return s == CDR_DONE ? CDR_NOT_FOUND : s;
}

cdr_status cdr_staff_store_add(cdr_db_set *set, const cdr_user *u, const uint8_t password[CDR_PASSWORD_STORED], int64_t *ret_id, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(set, ST_ADD, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_text(&q, 1, u->login);
    cdr_db_bind_int(&q, 2, u->role);
    cdr_db_bind_blob(&q, 3, password, CDR_PASSWORD_STORED);
    cdr_db_bind_int(&q, 4, u->temporary);
    cdr_db_bind_int(&q, 5, u->created_us);
    cdr_db_bind_text(&q, 6, u->created_by);
    cdr_db *db = q.db;
    s = cdr_db_run(&q, err);
    if (s == CDR_OK)
        *ret_id = cdr_db_last_id(db);
    return s;
}

cdr_status cdr_staff_store_totp(cdr_db_set *set, int64_t id, const uint8_t *sealed, size_t len, int64_t at_us, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(set, ST_TOTP, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_int(&q, 1, id);
    cdr_db_bind_blob(&q, 2, sealed, len);
    cdr_db_bind_int(&q, 3, at_us);
    return cdr_db_run(&q, err);
}

cdr_status cdr_staff_store_password(cdr_db_set *set, int64_t id, const uint8_t password[CDR_PASSWORD_STORED], bool temporary, int64_t at_us, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(set, ST_PASSWORD, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_int(&q, 1, id);
    cdr_db_bind_blob(&q, 2, password, CDR_PASSWORD_STORED);
    cdr_db_bind_int(&q, 3, temporary);
    cdr_db_bind_int(&q, 4, at_us);
    return cdr_db_run(&q, err);
}

cdr_status cdr_staff_store_recovery(cdr_db_set *set, int64_t id, const uint8_t *hash, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(set, ST_RECOVERY, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_int(&q, 1, id);
    if (hash)
        cdr_db_bind_blob(&q, 2, hash, 32);
    else
        cdr_db_bind_null(&q, 2);
    return cdr_db_run(&q, err);
}

cdr_status cdr_staff_store_role(cdr_db_set *set, int64_t id, cdr_role role, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(set, ST_ROLE, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_int(&q, 1, id);
    cdr_db_bind_int(&q, 2, role);
    return cdr_db_run(&q, err);
}

cdr_status cdr_staff_store_end(cdr_db_set *set, int64_t id, const char *by, int64_t at_us, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(set, ST_END, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_int(&q, 1, id);
    cdr_db_bind_int(&q, 2, at_us);
    cdr_db_bind_text(&q, 3, by);
    return cdr_db_run(&q, err);
}

cdr_status cdr_staff_store_step(cdr_db_set *set, int64_t id, int64_t step, int64_t at_us, bool *ret, cdr_err *err)
{
    cdr_db_query q = {0};
    *ret = false;
    cdr_status s = cdr_db_begin_query(set, ST_STEP, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_int(&q, 1, id);
    cdr_db_bind_int(&q, 2, step);
    cdr_db_bind_int(&q, 3, at_us);
    cdr_db *db = q.db;
    s = cdr_db_run(&q, err);
    *ret = s == CDR_OK && cdr_db_changes(db) == 1;
    return s;
}

/* --- failures --- */

cdr_status cdr_staff_store_tries(cdr_db_set *set, const uint8_t subject[16], cdr_staff_tries *ret, cdr_err *err)
{
    cdr_db_query q = {0};
    *ret = (cdr_staff_tries){0};
    cdr_status s = cdr_db_begin_query(set, ST_TRIES, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_blob(&q, 1, subject, 16);
    s = cdr_db_step(&q, err);
    if (s == CDR_OK)
        *ret = (cdr_staff_tries){(unsigned)CDR_MIN(cdr_db_col_int(&q, 0), (int64_t)1000000), cdr_db_col_int(&q, 1)};
    cdr_db_end(&q);
    return s == CDR_DONE ? CDR_OK : s;
}

static cdr_status run_for(cdr_db_set *set, size_t statement, const void *id, size_t len, int64_t at_us, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(set, statement, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_blob(&q, 1, id, len);
    if (at_us)
        cdr_db_bind_int(&q, 2, at_us);
    return cdr_db_run(&q, err);
}

cdr_status cdr_staff_store_failure(cdr_db_set *set, const uint8_t subject[16], int64_t at_us, cdr_err *err)
{
    return run_for(set, ST_FAILURE, subject, 16, at_us, err);
}

cdr_status cdr_staff_store_forgive(cdr_db_set *set, const uint8_t subject[16], cdr_err *err)
{
    return run_for(set, ST_FORGIVE, subject, 16, 0, err);
}

cdr_status cdr_staff_store_forget(cdr_db_set *set, int64_t before_us, unsigned below, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(set, ST_FORGET, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_int(&q, 1, before_us);
    cdr_db_bind_int(&q, 2, below);
    return cdr_db_run(&q, err);
}

/* --- sessions --- */

cdr_status cdr_session_store_add(cdr_db_set *set, const uint8_t hash[32], int64_t staff_id, int64_t at_us, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(set, ST_SESSION_ADD, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_blob(&q, 1, hash, 32);
    cdr_db_bind_int(&q, 2, staff_id);
    cdr_db_bind_int(&q, 3, at_us);
    return cdr_db_run(&q, err);
}

cdr_status cdr_session_store_get(cdr_db_set *set, const uint8_t hash[32], cdr_session_row *ret, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(set, ST_SESSION_GET, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_blob(&q, 1, hash, 32);
    s = cdr_db_step(&q, err);
    if (s == CDR_OK)
        *ret = (cdr_session_row){cdr_db_col_int(&q, 0), cdr_db_col_int(&q, 1), cdr_db_col_int(&q, 2), cdr_db_col_int(&q, 3)};
    cdr_db_end(&q);
    return s == CDR_DONE ? CDR_NOT_FOUND : s;
}

cdr_status cdr_session_store_touch(cdr_db_set *set, const uint8_t hash[32], int64_t at_us, cdr_err *err)
{
    return run_for(set, ST_SESSION_TOUCH, hash, 32, at_us, err);
}

cdr_status cdr_session_store_end(cdr_db_set *set, const uint8_t hash[32], int64_t at_us, cdr_err *err)
{
    return run_for(set, ST_SESSION_END, hash, 32, at_us, err);
}

cdr_status cdr_session_store_end_all(cdr_db_set *set, int64_t staff_id, const uint8_t *keep, int64_t at_us, unsigned *ret, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(set, ST_SESSION_END_ALL, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_int(&q, 1, staff_id);
    cdr_db_bind_int(&q, 2, at_us);
    if (keep)
        cdr_db_bind_blob(&q, 3, keep, 32);
    else
        cdr_db_bind_null(&q, 3);
    cdr_db *db = q.db;
    s = cdr_db_run(&q, err);
    if (ret)
        *ret = s == CDR_OK ? (unsigned)cdr_db_changes(db) : 0;
    return s;
}

cdr_status cdr_session_store_forget(cdr_db_set *set, int64_t before_us, cdr_err *err)
{
    cdr_db_query q = {0};
    cdr_status s = cdr_db_begin_query(set, ST_SESSION_FORGET, &q, err);
    if (s != CDR_OK)
        return s;
    cdr_db_bind_int(&q, 1, before_us);
    return cdr_db_run(&q, err);
}
