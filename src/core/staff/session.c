/* SPDX-License-Identifier: Apache-2.0 */
/* Sessions: a random token, of which the database keeps a keyed hash. They end when nothing is done for 15 minutes, after 12 hours, and with whatever changes the user. */
#include "core/staff/inside.h"

#include "base/io.h"
#include "base/parse.h"

#include <stdio.h>
#include <string.h>

#define STALE_US (60 * INT64_C(1000000))                 /* use is noted by the minute: not each command writes */
#define CLOCK_SLACK_US (60 * INT64_C(1000000))
#define FORGET_US (90 * INT64_C(86400000000))

static void hash_of(const cdr_staff *st, const char *token, uint8_t ret[32])
{
    cdr_blake2b(st->keys[CDR_STAFF_TOKEN], token, strlen(token), ret);
}

static bool is_token(const char *token)
{
    return token && strlen(token) == CDR_SESSION_TOKEN_TEXT - 1 && strspn(token, "0123456789abcdef") == CDR_SESSION_TOKEN_TEXT - 1;
}

static cdr_status add_session(cdr_staff *st, const cdr_user *user, const uint8_t hash[32], cdr_err *err)
{
    int64_t now = cdr_now_us(cdr_workspace_ctx(st->ws));
    cdr_status s = cdr_session_store_forget(st->set, now - FORGET_US, err);
    if (s == CDR_OK)
        s = cdr_session_store_add(st->set, hash, user->id, now, err);
    if (s == CDR_OK)
        s = cdr_staff_enter(st, "staff.login", user->login, json_pack("{s:s, s:s}", "event", "authn_login_success", "role", cdr_role_name(user->role)), err);
    return s;
}

cdr_status cdr_session_start(cdr_staff *st, const cdr_user *user, cdr_secret **ret, cdr_err *err)
{
    const cdr_ctx *ctx = cdr_workspace_ctx(st->ws);
    uint8_t random[32], hash[32];
    *ret = NULL;
    cdr_status s = cdr_secret_new(NULL, CDR_SESSION_TOKEN_TEXT, ret, err);
    if (s != CDR_OK)
        return s;
    ctx->random(ctx->rng, random, sizeof random);
    cdr_hex_encode(random, sizeof random, (char *)cdr_secret_writable(*ret));
    cdr_wipe(random, sizeof random);
    hash_of(st, (const char *)cdr_secret_bytes(*ret), hash);
    s = cdr_db_begin(st->db, err);
    if (s == CDR_OK) {
        s = add_session(st, user, hash, err);
        if (s == CDR_OK)
            s = cdr_db_commit(st->db, err);
        else
            cdr_db_rollback(st->db);
    }
    if (s != CDR_OK) {
        cdr_secret_free(*ret);
        *ret = NULL;
    }
    return s;
}

static cdr_status no_session(cdr_err *err)
{
    return cdr_fail(err, CDR_DENIED, "staff", "staff.session", "This session has ended or never was; sign in with candor login LOGIN.");
}

static cdr_status judge(const cdr_session_row *row, int64_t now, cdr_err *err)
{
    if (row->ended_us)
        return no_session(err);
    /* A clock that stands before the session's own times cannot say that it has not run out. */
    if (now < row->active_us - CLOCK_SLACK_US)
        return cdr_fail(err, CDR_DENIED, "staff", "staff.session-clock", "The clock stands before the session's last use; set the clock, or sign in again with candor login LOGIN.");
    if (now - row->started_us >= CDR_SESSION_LASTS_US)
        return cdr_fail(err, CDR_DENIED, "staff", "staff.session-over", "The session has lasted its 12 hours; sign in again with candor login LOGIN.");
    if (now - row->active_us >= CDR_SESSION_IDLE_US)
        return cdr_fail(err, CDR_DENIED, "staff", "staff.session-idle", "The session was idle for 15 minutes and has ended; sign in again with candor login LOGIN.");
    return CDR_OK;
}

cdr_status cdr_session_check(cdr_staff *st, const char *token, cdr_session *ret, bool *ret_stale, cdr_err *err)
{
    uint8_t hash[32];
    cdr_session_row row;
    int64_t now = cdr_now_us(cdr_workspace_ctx(st->ws));
    *ret_stale = false;
    if (!is_token(token))
        return no_session(err);
    hash_of(st, token, hash);
    cdr_status s = cdr_session_store_get(st->set, hash, &row, err);
    if (s == CDR_OK)
        s = judge(&row, now, err);
    if (s == CDR_OK)
        s = cdr_staff_store_get(st->set, NULL, row.staff_id, &ret->user, err);
    if (s == CDR_NOT_FOUND || (s == CDR_OK && ret->user.ended_us))
        return no_session(err);
    if (s != CDR_OK)
        return s;
    ret->started_us = row.started_us;
    ret->active_us = row.active_us;
    *ret_stale = now - row.active_us >= STALE_US;
    ret->ends_us = CDR_MIN(row.started_us + CDR_SESSION_LASTS_US, row.active_us + CDR_SESSION_IDLE_US);
    return CDR_OK;
}

/* A reader notes it through a connection of its own: nothing else of the workspace is touched, so it needs no lock. */
static cdr_status touch_apart(cdr_staff *st, const uint8_t hash[32], int64_t now, cdr_err *err)
{
    _cleanup_free_ char *path = cdr_path_join(cdr_workspace_dir(st->ws), "candor.db");
    _cleanup_(cdr_db_closep) cdr_db *db = NULL;
    cdr_db_set *set = NULL;
    if (!path)
        return cdr_fail_nomem(err, "staff");
    cdr_status s = cdr_db_open(cdr_workspace_ctx(st->ws), path, CDR_DB_WRITE, &db, err);
    if (s == CDR_OK)
        s = cdr_staff_store_open(db, &set, err);
    if (s == CDR_OK)
        s = cdr_session_store_touch(set, hash, now, err);
    cdr_db_set_free(set);
    return s;
}

cdr_status cdr_session_touch(cdr_staff *st, const char *token, cdr_err *err)
{
    uint8_t hash[32];
    int64_t now = cdr_now_us(cdr_workspace_ctx(st->ws));
    hash_of(st, token, hash);
    return cdr_workspace_writes(st->ws) ? cdr_session_store_touch(st->set, hash, now, err) : touch_apart(st, hash, now, err);
}

static cdr_status end_one(cdr_staff *st, const uint8_t hash[32], const cdr_user *user, cdr_err *err)
{
    cdr_status s = cdr_session_store_end(st->set, hash, cdr_now_us(cdr_workspace_ctx(st->ws)), err);
    return s == CDR_OK ? cdr_staff_enter(st, "staff.logout", user->login, json_pack("{s:s}", "event", "session_terminated"), err) : s;
}

cdr_status cdr_session_end(cdr_staff *st, const char *token, cdr_err *err)
{
    uint8_t hash[32];
    cdr_session_row row;
    cdr_user user;
    if (!is_token(token))
        return cdr_fail(err, CDR_NOT_FOUND, "staff", "staff.no-session", "There is no such session.");
    hash_of(st, token, hash);
    cdr_status s = cdr_session_store_get(st->set, hash, &row, err);
    if (s == CDR_OK)
        s = cdr_staff_store_get(st->set, NULL, row.staff_id, &user, err);
    if (s == CDR_NOT_FOUND || (s == CDR_OK && row.ended_us))
        return cdr_fail(err, CDR_NOT_FOUND, "staff", "staff.no-session", "There is no such session.");
    if (s == CDR_OK)
        s = cdr_db_begin(st->db, err);
    if (s != CDR_OK)
        return s;
    s = end_one(st, hash, &user, err);
    if (s == CDR_OK)
        return cdr_db_commit(st->db, err);
    cdr_db_rollback(st->db);
    return s;
}

static cdr_status end_every(cdr_staff *st, const cdr_user *user, unsigned *ret_count, cdr_err *err)
{
    cdr_status s = cdr_session_store_end_all(st->set, user->id, NULL, cdr_now_us(cdr_workspace_ctx(st->ws)), ret_count, err);
    if (s == CDR_OK && *ret_count)
        s = cdr_staff_enter(st, "staff.logout", user->login, json_pack("{s:s, s:i}", "event", "session_terminated", "sessions", (int)*ret_count), err);
    return s;
}

cdr_status cdr_session_end_all(cdr_staff *st, const cdr_user *user, unsigned *ret_count, cdr_err *err)
{
    cdr_status s = cdr_db_begin(st->db, err);
    if (s != CDR_OK)
        return s;
    s = end_every(st, user, ret_count, err);
    if (s == CDR_OK)
        return cdr_db_commit(st->db, err);
    cdr_db_rollback(st->db);
    return s;
}
