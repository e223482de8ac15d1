/* SPDX-License-Identifier: Apache-2.0 */
/* People who use Candor: login, role, password and authenticator, sessions. While there is nobody, whoever can open the key file works as the owner. From the first user
 * on (an owner) commands want a session. Everything that changes here is entered in the ledger; passwords, codes and mistyped logins never are.
 *
 * NIST SP 800-63B-4: password and authenticator are always asked for together; failures are counted before anything is compared. */
#ifndef CDR_CORE_STAFF_STAFF_H
#define CDR_CORE_STAFF_STAFF_H

#include "core/staff/role.h"
#include "core/workspace/workspace.h"

#define CDR_LOGIN_MAX 40                        /* letters a-z, digits, "._-"; typed capitals are the same login */
#define CDR_STAFF_PASSWORD_MIN 8                /* code points, beside an authenticator */
#define CDR_STAFF_PASSWORD_MAX 256
#define CDR_STAFF_FREE_FAILURES 5               /* in a row, then waiting: 30 s, doubling up to an hour */
#define CDR_STAFF_FAILURES_MAX 100              /* in a row, then the owner must give a new password or authenticator */
#define CDR_SESSION_TOKEN_TEXT 65               /* 256 bits in hexadecimal digits, and a NUL */
#define CDR_SESSION_IDLE_US (15 * INT64_C(60000000))
#define CDR_SESSION_LASTS_US (12 * INT64_C(3600000000))

typedef struct cdr_staff cdr_staff;             /* the statements of this room, for one workspace, which must outlive it */
cdr_status cdr_staff_open(cdr_workspace *ws, cdr_staff **ret, cdr_err *err) CDR_NODISCARD;
void cdr_staff_close(cdr_staff *st);
static inline void cdr_staff_closep(cdr_staff **st) { cdr_staff_close(*st); }

typedef struct cdr_user {
    int64_t id;
    char login[CDR_LOGIN_MAX + 1];
    cdr_role role;
    bool temporary;                             /* the password was chosen by somebody else: it must be changed before anything else */
    int64_t created_us, password_us, totp_us, login_us /* 0 never */, ended_us /* 0 active */;
    char created_by[80], ended_by[80];
    unsigned failures;                          /* in a row */
    bool disabled;                              /* too many of them */
} cdr_user;

/* Is there any active user? */
cdr_status cdr_staff_any(cdr_staff *st, bool *ret, cdr_err *err) CDR_NODISCARD;
/* CDR_NOT_FOUND: nobody has the login, or no longer (unless ${ended_too}). */
cdr_status cdr_staff_find(cdr_staff *st, const char *login, bool ended_too, cdr_user *ret, cdr_err *err) CDR_NODISCARD;
typedef cdr_status cdr_user_fn(void *arg, const cdr_user *u);
cdr_status cdr_staff_each(cdr_staff *st, bool ended_too, cdr_user_fn *fn, void *arg, cdr_err *err) CDR_NODISCARD;

/* The first user must be an owner. ${ret_uri}: otpauth://… of the authenticator, NUL-ended, to be shown once. CDR_E_INVAL says why a login or a password is refused,
 * never what it was. */
cdr_status cdr_staff_add(cdr_staff *st, const char *login, cdr_role role, const cdr_secret *password, bool temporary, cdr_secret **ret_uri, cdr_err *err) CDR_NODISCARD;
/* The last owner stays owner (CDR_DENIED). Sessions of the user end. */
cdr_status cdr_staff_set_role(cdr_staff *st, const char *login, cdr_role role, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_staff_end(cdr_staff *st, const char *login, cdr_err *err) CDR_NODISCARD;
/* A new password or authenticator also lifts a disabled login. Sessions of the user end, but ${keep} (a token; may be NULL). */
cdr_status cdr_staff_set_password(cdr_staff *st, const char *login, const cdr_secret *password, bool temporary, const char *keep, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_staff_new_totp(cdr_staff *st, const char *login, cdr_secret **ret_uri, cdr_err *err) CDR_NODISCARD;

/* A recovery code of 128 bits, NUL-ended, to be shown once and kept on paper: it takes the place of a lost authenticator. The older one is none any more. */
cdr_status cdr_staff_new_recovery(cdr_staff *st, const char *login, cdr_secret **ret, cdr_err *err) CDR_NODISCARD;
/* Password and recovery code: a new authenticator and a new recovery code. Also for a login that is disabled: tries are counted, and entered, but a code of 128 bits
 * needs no limit. */
cdr_status cdr_staff_recover(cdr_staff *st, const char *login, const cdr_secret *password, const cdr_secret *recovery, cdr_secret **ret_uri, cdr_secret **ret_recovery, cdr_err *err) CDR_NODISCARD;

/* Are these login, password and code of one person? Counts, commits, then compares; whoever it is and whatever is wrong, the same work and the same sentence (CDR_DENIED).
 * Also for a second person who agrees to something: no session is needed. Not inside an open transaction. */
cdr_status cdr_staff_authenticate(cdr_staff *st, const char *login, const cdr_secret *password, const cdr_secret *code, cdr_user *ret, cdr_err *err) CDR_NODISCARD;
/* The same of one who has a session already and is asked again: the password alone. */
cdr_status cdr_staff_check_password(cdr_staff *st, const char *login, const cdr_secret *password, cdr_err *err) CDR_NODISCARD;
/* Somebody tried what her role does not allow; for the ledger of a workspace that is open for writing. ${what}: the command. */
cdr_status cdr_staff_note_denied(cdr_staff *st, const cdr_user *user, const char *what, cdr_err *err) CDR_NODISCARD;

/* --- sessions --- */
typedef struct cdr_session { cdr_user user; int64_t started_us, active_us, ends_us; } cdr_session;   /* ends_us: when it ends unless cdr_session_touch comes before */
/* After cdr_staff_authenticate. ${ret}: the token, NUL-ended; the database keeps a keyed hash of it. */
cdr_status cdr_session_start(cdr_staff *st, const cdr_user *user, cdr_secret **ret, cdr_err *err) CDR_NODISCARD;
/* CDR_DENIED: ended, run out, or no session at all. ${ret_stale}: it should be told that it is in use (cdr_session_touch). */
cdr_status cdr_session_check(cdr_staff *st, const char *token, cdr_session *ret, bool *ret_stale, cdr_err *err) CDR_NODISCARD;
/* The session is in use now. */
cdr_status cdr_session_touch(cdr_staff *st, const char *token, cdr_err *err) CDR_NODISCARD;
/* CDR_NOT_FOUND: there is no such session, or no longer. */
cdr_status cdr_session_end(cdr_staff *st, const char *token, cdr_err *err) CDR_NODISCARD;
/* Every session of the user, with one ledger entry. */
cdr_status cdr_session_end_all(cdr_staff *st, const cdr_user *user, unsigned *ret_count, cdr_err *err) CDR_NODISCARD;

#endif
