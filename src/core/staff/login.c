/* SPDX-License-Identifier: Apache-2.0 */
/* Is it her? The failure is committed before anything is compared, so that a program that is killed in between gives no further try; success takes it back. A name that
 * nobody has is counted, made to wait and answered like one that somebody has. */
#include "core/staff/inside.h"

#include "base/fault.h"
#include "base/text.h"
#include "core/staff/password_rule.h"
#include "crypto/totp.h"

#include <inttypes.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#define WAIT_FIRST_US (30 * INT64_C(1000000))
#define WAIT_MAX_US (3600 * INT64_C(1000000))
#define FORGET_US (30 * INT64_C(86400000000))   /* a few failures of a month ago say nothing */
#define TOTP_DIGITS 6

/* How long after the newest failure no try is taken. */
static int64_t wait_after(unsigned failures)
{
    if (failures < CDR_STAFF_FREE_FAILURES)
        return 0;
    unsigned doublings = failures - CDR_STAFF_FREE_FAILURES;
    return doublings >= 7 ? WAIT_MAX_US : WAIT_FIRST_US << doublings;
}

static cdr_status refused(cdr_err *err)
{
    return cdr_fail(err, CDR_DENIED, "staff", "staff.login-refused", "Login, password or code is wrong. Nothing says which; look at the clock of the authenticator, and use each code once.");
}

/* Waiting and disabled, in words that are the same for every name. */
static cdr_status may_try(const cdr_staff_tries *tries, int64_t now, cdr_err *err)
{
    if (tries->failures >= CDR_STAFF_FAILURES_MAX)
        return cdr_fail(err, CDR_DENIED, "staff", "staff.login-disabled", "This login failed %d times in a row and is disabled; an owner can give a new password: candor user password LOGIN.", CDR_STAFF_FAILURES_MAX);
    int64_t wait = wait_after(tries->failures), left = tries->failed_us + wait - now;
    /* A clock that was set back must not make anybody wait for longer than that. */
    left = CDR_MIN(left, wait);
    if (left <= 0)
        return CDR_OK;
    return cdr_fail(err, CDR_DENIED, "staff", "staff.login-wait", "This login failed %u times in a row; try again in %" PRId64 " seconds.", tries->failures, (left + 999999) / 1000000);
}

/* What goes with the password. */
typedef enum second { SECOND_NONE, SECOND_TOTP, SECOND_RECOVERY } second;

typedef struct attempt {
    char login[CDR_LOGIN_MAX + 1];
    uint8_t subject[16];
    bool known;
    cdr_user user;
    cdr_staff_secret secret;
    cdr_staff_tries tries;
    int64_t now;
} attempt;

/* ${known} false leaves no trace in what follows but the answer. */
static cdr_status look_up(cdr_staff *st, const char *login, attempt *a, cdr_err *err)
{
    cdr_status s = CDR_NOT_FOUND;
    a->now = cdr_now_us(cdr_workspace_ctx(st->ws));
    if (cdr_staff_login_form(login, a->login)) {
        cdr_staff_subject(st, a->login, a->subject);
        s = cdr_staff_store_get(st->set, a->login, 0, &a->user, err);
    } else {
        cdr_staff_subject(st, login, a->subject);
    }
    if (s == CDR_OK && !a->user.ended_us)
        s = cdr_staff_store_secret(st->set, a->user.id, &a->secret, err);
    else if (s == CDR_OK)
        s = CDR_NOT_FOUND;
    a->known = s == CDR_OK;
    if (s != CDR_OK && s != CDR_NOT_FOUND)
        return s;
    return cdr_staff_store_tries(st->set, a->subject, &a->tries, err);
}

/* A recovery code has 128 bits: nobody guesses it, so tries are counted apart and are never refused. Otherwise whoever locks an owner out by a hundred failures would lock out
 * the way back, too. */
static void count_apart(cdr_staff *st, attempt *a)
{
    char name[CDR_LOGIN_MAX + 16];
    snprintf(name, sizeof name, "recover %s", a->login);
    cdr_staff_subject(st, name, a->subject);
    a->tries = (cdr_staff_tries){0};
}

/* One transaction, over when anything is compared. */
static cdr_status count(cdr_staff *st, attempt *a, cdr_err *err)
{
    cdr_status s = cdr_db_begin(st->db, err);
    if (s != CDR_OK)
        return s;
    s = cdr_staff_store_failure(st->set, a->subject, a->now, err);
    if (s == CDR_OK)
        s = cdr_staff_store_forget(st->set, a->now - FORGET_US, CDR_STAFF_FAILURES_MAX, err);
    if (s == CDR_OK)
        return cdr_db_commit(st->db, err);
    cdr_db_rollback(st->db);
    return s;
}

/* Which step of the authenticator was said; -1 none. A seed that nobody has does the same work. */
static cdr_status check_code(cdr_staff *st, const attempt *a, const cdr_secret *code, int64_t *ret_step, cdr_err *err)
{
    char place[CDR_STAFF_PLACE];
    cdr_secret *seed;
    *ret_step = -1;
    cdr_status s = cdr_secret_new(NULL, CDR_TOTP_SEED_BYTES, &seed, err);
    if (s != CDR_OK)
        return s;
    if (a->known && a->secret.totp_len == CDR_TOTP_SEED_BYTES + CDR_SEAL_BYTES) {
        cdr_staff_place(a->user.id, place);
        s = cdr_unseal(st->keys[CDR_STAFF_SEAL], a->secret.totp, a->secret.totp_len, place, strlen(place), cdr_secret_writable(seed), NULL);
        if (s != CDR_OK)
            s = cdr_fail(err, CDR_E_CRYPTO, "staff", "staff.totp-damaged", "The authenticator of this user does not open with the workspace's key; an owner can give a new one: candor user totp LOGIN.");
    }
    int64_t step = -1;
    if (s == CDR_OK)
        s = cdr_totp_check(seed, a->now / 1000000, TOTP_DIGITS, a->known ? a->secret.step : -1, (const char *)cdr_secret_bytes(code), cdr_secret_len(code), &step, err);
    if (s == CDR_OK && a->known)
        *ret_step = step;
    cdr_secret_free(seed);
    return s;
}

static bool check_recovery(cdr_staff *st, const attempt *a, const cdr_secret *code)
{
    static const uint8_t none[32];
    uint8_t hash[32];
    cdr_staff_recovery_hash(st, (const char *)cdr_secret_bytes(code), cdr_secret_len(code), hash);
    bool has = a->known && a->secret.has_recovery;
    return !sodium_memcmp(hash, has ? a->secret.recovery : none, sizeof hash) && has;
}

/* Both are always checked; the answer does not tell them apart. ${ret_step}: of the authenticator, -1 none. */
static cdr_status compare(cdr_staff *st, const attempt *a, const cdr_secret *password, second kind, const cdr_secret *code, bool *ret, int64_t *ret_step, cdr_err *err)
{
    cdr_secret *form = NULL;
    bool right = false;
    /* What cannot be a password is compared all the same, as it is: the time tells nothing. */
    bool formed = cdr_password_form(password, &form, NULL) == CDR_OK;
    const cdr_secret *said = formed ? form : password;
    size_t len = CDR_MIN(cdr_secret_len(said), (size_t)4 * CDR_STAFF_PASSWORD_MAX);
    cdr_status s = cdr_password_check(st->keys[CDR_STAFF_PEPPER], a->known ? a->secret.password : NULL, cdr_secret_bytes(said), len, &right, err);
    bool second_right = kind == SECOND_NONE;
    if (s == CDR_OK && kind == SECOND_TOTP) {
        s = check_code(st, a, code, ret_step, err);
        second_right = *ret_step >= 0;
    } else if (kind == SECOND_RECOVERY) {
        second_right = check_recovery(st, a, code);
    }
    *ret = s == CDR_OK && right && formed && a->known && second_right;
    cdr_secret_free(form);
    return s;
}

/* ${step} -1: no code was asked for. */
static cdr_status succeed(cdr_staff *st, attempt *a, int64_t step, bool *ret_used, cdr_err *err)
{
    *ret_used = step < 0;
    cdr_status s = step < 0 ? CDR_OK : cdr_staff_store_step(st->set, a->user.id, step, a->now, ret_used, err);
    if (s == CDR_OK && *ret_used)
        s = cdr_staff_store_forgive(st->set, a->subject, err);
    return s;
}

/* The login that was typed is entered only when somebody has it: people type passwords there. */
static cdr_status enter_failure(cdr_staff *st, const attempt *a, cdr_err *err)
{
    unsigned failures = a->tries.failures + 1;
    bool max = failures == CDR_STAFF_FREE_FAILURES || failures == CDR_STAFF_FAILURES_MAX;
    cdr_status s = cdr_db_begin(st->db, err);
    if (s != CDR_OK)
        return s;
    s = cdr_staff_enter(st, max ? "staff.login-fail-max" : "staff.login-fail", a->known ? a->login : NULL,
                        json_pack("{s:s, s:i, s:b}", "event", max ? "authn_login_fail_max" : "authn_login_fail", "failures", (int)failures, "disabled", failures >= CDR_STAFF_FAILURES_MAX), err);
    if (s == CDR_OK)
        return cdr_db_commit(st->db, err);
    cdr_db_rollback(st->db);
    return s;
}

static cdr_status conclude(cdr_staff *st, attempt *a, int64_t step, bool *ret, cdr_err *err)
{
    cdr_status s = cdr_db_begin(st->db, err);
    if (s != CDR_OK)
        return s;
    s = succeed(st, a, step, ret, err);
    if (s == CDR_OK && *ret)
        return cdr_db_commit(st->db, err);
    cdr_db_rollback(st->db);
    return s;
}

static cdr_status authenticate(cdr_staff *st, const char *login, const cdr_secret *password, second kind, const cdr_secret *code, cdr_user *ret, cdr_err *err)
{
    attempt a = {0};
    bool right = false;
    int64_t step = -1;
    if (cdr_db_in_transaction(st->db))
        return cdr_fail(err, CDR_E_INVAL, "staff", "staff.in-transaction", "A login is not checked inside a transaction: the failure must be committed first.");
    cdr_status s = look_up(st, login, &a, err);
    if (s == CDR_OK && kind == SECOND_RECOVERY)
        count_apart(st, &a);
    if (s == CDR_OK)
        s = may_try(&a.tries, a.now, err);
    if (s == CDR_OK)
        s = count(st, &a, err);
    if (s == CDR_OK && cdr_fault(CDR_FAULT_STOP))
        raise(SIGKILL);
    if (s == CDR_OK)
        s = compare(st, &a, password, kind, code, &right, &step, err);
    if (s == CDR_OK && right)
        s = conclude(st, &a, step, &right, err);
    if (s == CDR_OK && !right)
        s = enter_failure(st, &a, err);
    cdr_wipe(&a.secret, sizeof a.secret);
    if (s != CDR_OK)
        return s;
    if (!right)
        return refused(err);
    *ret = a.user;
    ret->failures = a.tries.failures;
    return CDR_OK;
}

cdr_status cdr_staff_authenticate(cdr_staff *st, const char *login, const cdr_secret *password, const cdr_secret *code, cdr_user *ret, cdr_err *err)
{
    return authenticate(st, login, password, SECOND_TOTP, code, ret, err);
}

cdr_status cdr_staff_check_password(cdr_staff *st, const char *login, const cdr_secret *password, cdr_err *err)
{
    cdr_user u;
    return authenticate(st, login, password, SECOND_NONE, NULL, &u, err);
}

cdr_status cdr_staff_check_recovery(cdr_staff *st, const char *login, const cdr_secret *password, const cdr_secret *recovery, cdr_user *ret, cdr_err *err)
{
    return authenticate(st, login, password, SECOND_RECOVERY, recovery, ret, err);
}

cdr_status cdr_staff_note_denied(cdr_staff *st, const cdr_user *user, const char *what, cdr_err *err)
{
    cdr_status s = cdr_db_begin(st->db, err);
    if (s != CDR_OK)
        return s;
    s = cdr_staff_enter(st, "staff.denied", user->login, json_pack("{s:s, s:s, s:s}", "event", "authz_fail", "role", cdr_role_name(user->role), "command", what), err);
    if (s == CDR_OK)
        return cdr_db_commit(st->db, err);
    cdr_db_rollback(st->db);
    return s;
}
