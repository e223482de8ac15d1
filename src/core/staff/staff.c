/* SPDX-License-Identifier: Apache-2.0 */
/* Users: made, changed, ended. Each change is one transaction with its ledger entry. */
#include "core/staff/inside.h"

#include "base/text.h"
#include "core/staff/password_rule.h"
#include "crypto/base32.h"
#include "crypto/totp.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define ISSUER_MAX 60                     /* bytes of the organisation's name that authenticators show */

static cdr_status make_keys(cdr_staff *st, cdr_err *err)
{
    static const char *const labels[CDR_STAFF_KEY__MAX] = {"candor staff password", "candor staff totp", "candor staff session", "candor staff login",
                                                             "candor staff recovery"};
    const cdr_secret *root = cdr_workspace_key(st->ws, CDR_KEY_STAFF);
    if (!root)
        return cdr_fail_nomem(err, "staff");
    for (size_t i = 0; i < CDR_STAFF_KEY__MAX; i++) {
        cdr_status s = cdr_secret_new(NULL, CDR_KEY_BYTES, &st->keys[i], err);
        if (s != CDR_OK)
            return s;
        cdr_blake2b(root, labels[i], strlen(labels[i]), cdr_secret_writable(st->keys[i]));
    }
    return CDR_OK;
}

cdr_status cdr_staff_open(cdr_workspace *ws, cdr_staff **ret, cdr_err *err)
{
    *ret = NULL;
    cdr_staff *st = cdr_alloc(sizeof *st);
    if (!st)
        return cdr_fail_nomem(err, "staff");
    st->ws = ws;
    st->db = cdr_workspace_db(ws);
    cdr_status s = cdr_staff_store_open(st->db, &st->set, err);
    if (s == CDR_OK)
        s = make_keys(st, err);
    if (s != CDR_OK) {
        cdr_staff_close(st);
        return s;
    }
    *ret = st;
    return CDR_OK;
}

void cdr_staff_close(cdr_staff *st)
{
    if (!st)
        return;
    for (size_t i = 0; i < CDR_STAFF_KEY__MAX; i++)
        cdr_secret_free(st->keys[i]);
    cdr_db_set_free(st->set);
    cdr_free(st);
}

/* --- names and entries --- */

bool cdr_staff_login_form(const char *typed, char ret[CDR_LOGIN_MAX + 1])
{
    size_t len = strlen(typed);
    if (!len || len > CDR_LOGIN_MAX)
        return false;
    for (size_t i = 0; i < len; i++) {
        char c = typed[i] >= 'A' && typed[i] <= 'Z' ? (char)(typed[i] | 0x20) : typed[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (!letter && (i == 0 || !strchr("._-", c)))
            return false;
        ret[i] = c;
    }
    ret[len] = '\0';
    return true;
}

void cdr_staff_place(int64_t id, char ret[CDR_STAFF_PLACE])
{
    snprintf(ret, CDR_STAFF_PLACE, "staff/%" PRId64 "/totp", id);
}

void cdr_staff_subject(const cdr_staff *st, const char *login, uint8_t ret[16])
{
    uint8_t hash[32];
    cdr_blake2b(st->keys[CDR_STAFF_SUBJECT], login, strlen(login), hash);
    memcpy(ret, hash, 16);
}

cdr_status cdr_staff_enter(cdr_staff *st, const char *kind, const char *login, json_t *details, cdr_err *err)
{
    char subject[CDR_LOGIN_MAX + 8];
    if (login)
        snprintf(subject, sizeof subject, "staff:%s", login);
    char *text = details ? json_dumps(details, JSON_COMPACT) : NULL;
    json_decref(details);
    if (!text)
        return cdr_fail_nomem(err, "staff");
    cdr_status s = cdr_ledger_append(cdr_workspace_ledger(st->ws), &(cdr_ledger_event){kind, cdr_workspace_actor(st->ws), login ? subject : NULL, text}, NULL, err);
    cdr_free(text);
    return s;
}

/* --- asking --- */

cdr_status cdr_staff_any(cdr_staff *st, bool *ret, cdr_err *err)
{
    uint64_t n = 0;
    cdr_status s = cdr_staff_store_count(st->set, CDR_ROLE_ALL, &n, err);
    *ret = n > 0;
    return s;
}

static cdr_status add_failures(cdr_staff *st, cdr_user *u, cdr_err *err)
{
    uint8_t subject[16];
    cdr_staff_tries tries;
    cdr_staff_subject(st, u->login, subject);
    cdr_status s = cdr_staff_store_tries(st->set, subject, &tries, err);
    u->failures = tries.failures;
    u->disabled = tries.failures >= CDR_STAFF_FAILURES_MAX;
    return s;
}

static cdr_status unknown(const char *login, cdr_err *err)
{
    return cdr_fail(err, CDR_NOT_FOUND, "staff", "staff.unknown", "There is no user %.40s; candor user list shows them.", login);
}

cdr_status cdr_staff_find(cdr_staff *st, const char *login, bool ended_too, cdr_user *ret, cdr_err *err)
{
    char form[CDR_LOGIN_MAX + 1];
    if (!cdr_staff_login_form(login, form))
        return unknown(login, err);
    cdr_status s = cdr_staff_store_get(st->set, form, 0, ret, err);
    if (s == CDR_NOT_FOUND || (s == CDR_OK && ret->ended_us && !ended_too))
        return unknown(form, err);
    return s == CDR_OK ? add_failures(st, ret, err) : s;
}

cdr_status cdr_staff_active(cdr_staff *st, const char *login, cdr_user *ret, cdr_err *err)
{
    return cdr_staff_find(st, login, false, ret, err);
}

typedef struct each { cdr_staff *st; cdr_user_fn *fn; void *arg; cdr_err *err; } each;

static cdr_status each_with_failures(void *arg, const cdr_user *u)
{
    each *e = arg;
    cdr_user all = *u;
    cdr_status s = add_failures(e->st, &all, e->err);
    return s == CDR_OK ? e->fn(e->arg, &all) : s;
}

cdr_status cdr_staff_each(cdr_staff *st, bool ended_too, cdr_user_fn *fn, void *arg, cdr_err *err)
{
    each e = {st, fn, arg, err};
    return cdr_staff_store_each(st->set, ended_too, each_with_failures, &e, err);
}

/* --- secrets --- */

static cdr_status hash_password(cdr_staff *st, const char *login, const cdr_secret *typed, uint8_t ret[CDR_PASSWORD_STORED], cdr_err *err)
{
    cdr_secret *form;
    cdr_status s = cdr_password_form(typed, &form, err);
    if (s != CDR_OK)
        return s;
    s = cdr_password_rule(form, &(cdr_password_context){cdr_workspace_org(st->ws), login}, err);
    if (s == CDR_OK)
        s = cdr_password_store(cdr_workspace_ctx(st->ws), st->keys[CDR_STAFF_PEPPER], CDR_PASSWORD_NORMAL, cdr_secret_bytes(form), cdr_secret_len(form), ret, err);
    cdr_secret_free(form);
    return s;
}

static void issuer_of(const char *org, char ret[ISSUER_MAX + 1])
{
    size_t len = 0;
    uint32_t cp;
    for (size_t n = 1; org[len] && n; len += n) {
        n = cdr_utf8_decode(org + len, strlen(org + len), &cp);
        if (len + n > ISSUER_MAX)
            break;
    }
    memcpy(ret, org, len);
    ret[len] = '\0';
}

/* A new seed for the user's row, and what an authenticator scans. */
static cdr_status give_totp(cdr_staff *st, const cdr_user *u, int64_t now, cdr_secret **ret_uri, cdr_err *err)
{
    const cdr_ctx *ctx = cdr_workspace_ctx(st->ws);
    char place[CDR_STAFF_PLACE], issuer[ISSUER_MAX + 1];
    uint8_t sealed[CDR_TOTP_SEED_BYTES + CDR_SEAL_BYTES];
    cdr_secret *seed;
    *ret_uri = NULL;
    cdr_status s = cdr_secret_random(ctx, CDR_TOTP_SEED_BYTES, &seed, err);
    if (s != CDR_OK)
        return s;
    cdr_staff_place(u->id, place);
    issuer_of(cdr_workspace_org(st->ws), issuer);
    s = cdr_seal(ctx, st->keys[CDR_STAFF_SEAL], cdr_secret_bytes(seed), CDR_TOTP_SEED_BYTES, place, strlen(place), sealed, err);
    if (s == CDR_OK)
        s = cdr_staff_store_totp(st->set, u->id, sealed, sizeof sealed, now, err);
    if (s == CDR_OK)
        s = cdr_totp_uri(seed, issuer, u->login, ret_uri, err);
    cdr_secret_free(seed);
    return s;
}

/* --- changing --- */

/* Ends the transaction well or not at all. */
static cdr_status finish(cdr_staff *st, cdr_status s, cdr_err *err)
{
    if (s == CDR_OK)
        return cdr_db_commit(st->db, err);
    cdr_db_rollback(st->db);
    return s;
}

static cdr_status check_login(cdr_staff *st, const char *login, char form[CDR_LOGIN_MAX + 1], cdr_err *err)
{
    cdr_user u;
    if (!cdr_staff_login_form(login, form))
        return cdr_fail(err, CDR_E_INVAL, "staff", "staff.login", "A login has 1 to %d letters a-z, digits, and \"._-\" behind the first; choose another.", CDR_LOGIN_MAX);
    cdr_status s = cdr_staff_store_get(st->set, form, 0, &u, err);
    if (s == CDR_NOT_FOUND)
        return CDR_OK;
    if (s != CDR_OK)
        return s;
    return cdr_fail(err, CDR_E_INVAL, "staff", "staff.taken", u.ended_us ? "%s was a user once; a login is given to one person only, for it stands in the ledger. Choose another." : "There is a user %s already; choose another login.", form);
}

static cdr_status check_first(cdr_staff *st, cdr_role role, cdr_err *err)
{
    bool any;
    cdr_status s = cdr_staff_any(st, &any, err);
    if (s == CDR_OK && !any && role != CDR_ROLE_OWNER)
        s = cdr_fail(err, CDR_DENIED, "staff", "staff.first", "The first user must be an owner, or nobody could add another: give --role owner.");
    return s;
}

static cdr_status add_row(cdr_staff *st, cdr_user *u, const uint8_t hash[CDR_PASSWORD_STORED], cdr_secret **ret_uri, cdr_err *err)
{
    cdr_status s = cdr_staff_store_add(st->set, u, hash, &u->id, err);
    if (s == CDR_OK)
        s = give_totp(st, u, u->created_us, ret_uri, err);
    /* Somebody may have tried the name before it was given. */
    uint8_t subject[16];
    cdr_staff_subject(st, u->login, subject);
    if (s == CDR_OK)
        s = cdr_staff_store_forgive(st->set, subject, err);
    if (s == CDR_OK)
        s = cdr_staff_enter(st, "staff.add", u->login, json_pack("{s:s, s:s, s:b}", "event", "user_created", "role", cdr_role_name(u->role), "temporary", u->temporary), err);
    return s;
}

cdr_status cdr_staff_add(cdr_staff *st, const char *login, cdr_role role, const cdr_secret *password, bool temporary, cdr_secret **ret_uri, cdr_err *err)
{
    uint8_t hash[CDR_PASSWORD_STORED];
    cdr_user u = {.role = role, .temporary = temporary, .created_us = cdr_now_us(cdr_workspace_ctx(st->ws))};
    snprintf(u.created_by, sizeof u.created_by, "%s", cdr_workspace_actor(st->ws));
    *ret_uri = NULL;
    cdr_status s = check_login(st, login, u.login, err);
    if (s == CDR_OK)
        s = check_first(st, role, err);
    if (s == CDR_OK)
        s = hash_password(st, u.login, password, hash, err);
    if (s == CDR_OK)
        s = cdr_db_begin(st->db, err);
    if (s != CDR_OK)
        return s;
    s = finish(st, add_row(st, &u, hash, ret_uri, err), err);
    if (s != CDR_OK) {
        cdr_secret_free(*ret_uri);
        *ret_uri = NULL;
    }
    return s;
}

/* Would the workspace be left without an owner? */
static cdr_status keep_an_owner(cdr_staff *st, const cdr_user *u, const char *what, cdr_err *err)
{
    uint64_t owners = 0;
    if (u->role != CDR_ROLE_OWNER)
        return CDR_OK;
    cdr_status s = cdr_staff_store_count(st->set, CDR_ROLE_OWNER, &owners, err);
    if (s == CDR_OK && owners < 2)
        s = cdr_fail(err, CDR_DENIED, "staff", "staff.last-owner", "%s is the only owner and cannot be %s; make somebody else owner first: candor user role LOGIN owner.", u->login, what);
    return s;
}

static cdr_status change_role(cdr_staff *st, const cdr_user *u, cdr_role role, cdr_err *err)
{
    cdr_status s = role == CDR_ROLE_OWNER ? CDR_OK : keep_an_owner(st, u, "given another role", err);
    if (s == CDR_OK)
        s = cdr_staff_store_role(st->set, u->id, role, err);
    if (s == CDR_OK)
        s = cdr_session_store_end_all(st->set, u->id, NULL, cdr_now_us(cdr_workspace_ctx(st->ws)), NULL, err);
    if (s == CDR_OK)
        s = cdr_staff_enter(st, "staff.role", u->login, json_pack("{s:s, s:s, s:s}", "event", "authz_change", "from", cdr_role_name(u->role), "to", cdr_role_name(role)), err);
    return s;
}

cdr_status cdr_staff_set_role(cdr_staff *st, const char *login, cdr_role role, cdr_err *err)
{
    cdr_user u;
    cdr_status s = cdr_staff_active(st, login, &u, err);
    if (s != CDR_OK || u.role == role)
        return s;
    s = cdr_db_begin(st->db, err);
    return s == CDR_OK ? finish(st, change_role(st, &u, role, err), err) : s;
}

static cdr_status end_row(cdr_staff *st, const cdr_user *u, cdr_err *err)
{
    cdr_status s = keep_an_owner(st, u, "ended", err);
    if (s == CDR_OK)
        s = cdr_staff_store_end(st->set, u->id, cdr_workspace_actor(st->ws), cdr_now_us(cdr_workspace_ctx(st->ws)), err);
    if (s == CDR_OK)
        s = cdr_session_store_end_all(st->set, u->id, NULL, cdr_now_us(cdr_workspace_ctx(st->ws)), NULL, err);
    if (s == CDR_OK)
        s = cdr_staff_enter(st, "staff.end", u->login, json_pack("{s:s, s:s}", "event", "user_deleted", "role", cdr_role_name(u->role)), err);
    return s;
}

cdr_status cdr_staff_end(cdr_staff *st, const char *login, cdr_err *err)
{
    cdr_user u;
    cdr_status s = cdr_staff_active(st, login, &u, err);
    if (s == CDR_OK)
        s = cdr_db_begin(st->db, err);
    return s == CDR_OK ? finish(st, end_row(st, &u, err), err) : s;
}

/* A new password or authenticator binds the login anew: its failures are forgotten. */
static cdr_status rebound(cdr_staff *st, const cdr_user *u, const char *keep, cdr_err *err)
{
    uint8_t subject[16], hash[32];
    cdr_staff_subject(st, u->login, subject);
    cdr_status s = cdr_staff_store_forgive(st->set, subject, err);
    if (s != CDR_OK)
        return s;
    if (keep)
        cdr_blake2b(st->keys[CDR_STAFF_TOKEN], keep, strlen(keep), hash);
    return cdr_session_store_end_all(st->set, u->id, keep ? hash : NULL, cdr_now_us(cdr_workspace_ctx(st->ws)), NULL, err);
}

static cdr_status change_password(cdr_staff *st, const cdr_user *u, const uint8_t hash[CDR_PASSWORD_STORED], bool temporary, const char *keep, cdr_err *err)
{
    cdr_status s = cdr_staff_store_password(st->set, u->id, hash, temporary, cdr_now_us(cdr_workspace_ctx(st->ws)), err);
    if (s == CDR_OK)
        s = rebound(st, u, keep, err);
    if (s == CDR_OK)
        s = cdr_staff_enter(st, "staff.password", u->login, json_pack("{s:s, s:b}", "event", "authn_password_change", "temporary", temporary), err);
    return s;
}

cdr_status cdr_staff_set_password(cdr_staff *st, const char *login, const cdr_secret *password, bool temporary, const char *keep, cdr_err *err)
{
    uint8_t hash[CDR_PASSWORD_STORED];
    cdr_user u;
    cdr_status s = cdr_staff_active(st, login, &u, err);
    if (s == CDR_OK)
        s = hash_password(st, u.login, password, hash, err);
    if (s == CDR_OK)
        s = cdr_db_begin(st->db, err);
    return s == CDR_OK ? finish(st, change_password(st, &u, hash, temporary, keep, err), err) : s;
}

static cdr_status change_totp(cdr_staff *st, const cdr_user *u, cdr_secret **ret_uri, cdr_err *err)
{
    cdr_status s = give_totp(st, u, cdr_now_us(cdr_workspace_ctx(st->ws)), ret_uri, err);
    if (s == CDR_OK)
        s = rebound(st, u, NULL, err);
    if (s == CDR_OK)
        s = cdr_staff_enter(st, "staff.totp", u->login, json_pack("{s:s}", "event", "authn_token_created"), err);
    return s;
}

cdr_status cdr_staff_new_totp(cdr_staff *st, const char *login, cdr_secret **ret_uri, cdr_err *err)
{
    cdr_user u;
    *ret_uri = NULL;
    cdr_status s = cdr_staff_active(st, login, &u, err);
    if (s == CDR_OK)
        s = cdr_db_begin(st->db, err);
    if (s != CDR_OK)
        return s;
    s = finish(st, change_totp(st, &u, ret_uri, err), err);
    if (s != CDR_OK) {
        cdr_secret_free(*ret_uri);
        *ret_uri = NULL;
    }
    return s;
}

/* --- recovery --- */

#define RECOVERY_BYTES 16
#define RECOVERY_GROUP 4

void cdr_staff_recovery_hash(const cdr_staff *st, const char *typed, size_t len, uint8_t ret[32])
{
    char form[CDR_BASE32_TEXT(RECOVERY_BYTES) + 1];
    size_t n = 0;
    for (size_t i = 0; i < len && n < sizeof form; i++) {
        char c = typed[i];
        if (c != ' ' && c != '-')
            form[n++] = c >= 'a' && c <= 'z' ? (char)(c - 0x20) : c;
    }
    cdr_blake2b(st->keys[CDR_STAFF_RECOVERY], form, n, ret);
    cdr_wipe(form, sizeof form);
}

/* "ABCD-EFGH-…": 26 letters in groups. */
static cdr_status make_recovery(cdr_staff *st, cdr_secret **ret, uint8_t hash[32], cdr_err *err)
{
    const cdr_ctx *ctx = cdr_workspace_ctx(st->ws);
    uint8_t random[RECOVERY_BYTES];
    char letters[CDR_BASE32_TEXT(RECOVERY_BYTES) + 1];
    cdr_status s = cdr_secret_new(NULL, 2 * sizeof letters, ret, err);
    if (s != CDR_OK)
        return s;
    ctx->random(ctx->rng, random, sizeof random);
    cdr_base32_encode(random, sizeof random, letters);
    char *to = (char *)cdr_secret_writable(*ret);
    for (size_t i = 0; letters[i]; i++) {
        if (i && i % RECOVERY_GROUP == 0)
            *to++ = '-';
        *to++ = letters[i];
    }
    cdr_staff_recovery_hash(st, letters, strlen(letters), hash);
    cdr_wipe(random, sizeof random);
    cdr_wipe(letters, sizeof letters);
    return CDR_OK;
}

cdr_status cdr_staff_new_recovery(cdr_staff *st, const char *login, cdr_secret **ret, cdr_err *err)
{
    uint8_t hash[32];
    cdr_user u;
    *ret = NULL;
    cdr_status s = cdr_staff_active(st, login, &u, err);
    if (s == CDR_OK)
        s = make_recovery(st, ret, hash, err);
    if (s == CDR_OK)
        s = cdr_db_begin(st->db, err);
    if (s == CDR_OK) {
        s = cdr_staff_store_recovery(st->set, u.id, hash, err);
        if (s == CDR_OK)
            s = cdr_staff_enter(st, "staff.recovery", u.login, json_pack("{s:s}", "event", "authn_token_created"), err);
        s = finish(st, s, err);
    }
    if (s != CDR_OK) {
        cdr_secret_free(*ret);
        *ret = NULL;
    }
    return s;
}

static cdr_status replace_both(cdr_staff *st, const cdr_user *u, const uint8_t hash[32], cdr_secret **ret_uri, cdr_err *err)
{
    cdr_status s = cdr_staff_store_recovery(st->set, u->id, hash, err);
    if (s == CDR_OK)
        s = change_totp(st, u, ret_uri, err);
    if (s == CDR_OK)
        s = cdr_staff_enter(st, "staff.recover", u->login, json_pack("{s:s}", "event", "authn_recovery_used"), err);
    return s;
}

cdr_status cdr_staff_recover(cdr_staff *st, const char *login, const cdr_secret *password, const cdr_secret *recovery, cdr_secret **ret_uri, cdr_secret **ret_recovery, cdr_err *err)
{
    uint8_t hash[32];
    cdr_user u;
    *ret_uri = *ret_recovery = NULL;
    cdr_status s = cdr_staff_check_recovery(st, login, password, recovery, &u, err);
    if (s == CDR_OK)
        s = make_recovery(st, ret_recovery, hash, err);
    if (s == CDR_OK)
        s = cdr_db_begin(st->db, err);
    if (s == CDR_OK)
        s = finish(st, replace_both(st, &u, hash, ret_uri, err), err);
    if (s != CDR_OK) {
        cdr_secret_free(*ret_uri);
        cdr_secret_free(*ret_recovery);
        *ret_uri = *ret_recovery = NULL;
    }
    return s;
}
