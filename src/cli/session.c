/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/session.h"

#include "base/io.h"
#include "core/workspace/store.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TOKEN (CDR_SESSION_TOKEN_TEXT - 1)

/* --- where the token lies --- */

static const char *absolute(const char *variable)
{
    const char *dir = getenv(variable);
    return dir && *dir == '/' ? dir : NULL;
}

static const char *home(void)
{
    const char *dir = absolute("HOME");
    if (dir)
        return dir;
    const struct passwd *entry = getpwuid(geteuid());
    return entry && entry->pw_dir && *entry->pw_dir == '/' ? entry->pw_dir : NULL;
}

/* The one that the system makes for a person is hers alone; one that others may write to is none. */
static const char *runtime_dir(void)
{
    struct stat st;
    const char *dir = absolute("XDG_RUNTIME_DIR");
    return dir && !stat(dir, &st) && S_ISDIR(st.st_mode) && st.st_uid == geteuid() && !(st.st_mode & 022) ? dir : NULL;
}

/* The folder itself, made or found: no link to somewhere else, and nobody else's. */
static cdr_status check_folder(cdr_cli *cli, const char *dir)
{
    struct stat st;
    if (lstat(dir, &st))
        return errno == ENOENT || errno == ENOTDIR ? CDR_OK : cdr_fail_errno(&cli->err, CDR_DENIED, "cli", "session.folder", errno, "The folder %.300s, where sessions are kept, cannot be looked at", dir);
    if (S_ISDIR(st.st_mode) && st.st_uid == geteuid() && !(st.st_mode & 022))
        return CDR_OK;
    return cdr_fail(&cli->err, CDR_DENIED, "cli", "session.folder", "%.300s, where sessions are kept, is a link or may be written to by others; remove it, or chmod 700 it, and sign in again.", dir);
}

static cdr_status folder(cdr_cli *cli, char **ret)
{
    const char *run = runtime_dir(), *cache = absolute("XDG_CACHE_HOME"), *own = home();
    *ret = run ? cdr_path_join(run, "candor") : cache ? cdr_path_join(cache, "candor") : own ? cdr_path_join(own, ".cache/candor") : NULL;
    if (*ret)
        return check_folder(cli, *ret);
    return run || cache || own ? cdr_fail_nomem(&cli->err, "cli")
                               : cdr_fail(&cli->err, CDR_E_INVAL, "cli", "session.no-place", "There is no folder to keep the session in; set HOME, or give the session in $CANDOR_SESSION.");
}

/* By workspace; under sudo also by who called it, so that people who share a service account have a session each. */
static cdr_status token_path(cdr_cli *cli, char **ret)
{
    _cleanup_free_ char *dir = NULL, *id = NULL;
    char name[96];
    const char *caller = getenv("SUDO_UID");
    bool shared = caller && *caller && strlen(caller) < 12 && strspn(caller, "0123456789") == strlen(caller);
    *ret = NULL;
    cdr_status s = folder(cli, &dir);
    if (s == CDR_OK)
        s = cdr_setting_get(cdr_workspace_db(cli->ws), "workspace.id", &id, &cli->err);
    if (s != CDR_OK)
        return s;
    snprintf(name, sizeof name, "%.40s%s%s.session", id, shared ? "-" : "", shared ? caller : "");
    *ret = cdr_path_join(dir, name);
    return *ret ? CDR_OK : cdr_fail_nomem(&cli->err, "cli");
}

static cdr_status read_token(cdr_cli *cli, int fd, const char *path)
{
    struct stat st;
    if (fstat(fd, &st) || !S_ISREG(st.st_mode) || st.st_uid != geteuid() || (st.st_mode & 077))
        return cdr_fail(&cli->err, CDR_DENIED, "cli", "session.open-to-others", "The session in %.300s is no file that is yours alone; remove it and sign in again with candor login LOGIN.", path);
    cdr_status s = cdr_secret_new(NULL, CDR_SESSION_TOKEN_TEXT, &cli->session, &cli->err);
    /* The token and nothing behind it. */
    if (s == CDR_OK && (st.st_size != TOKEN || cdr_read_some(fd, cdr_secret_writable(cli->session), TOKEN) != TOKEN)) {
        cdr_secret_free(cli->session);
        cli->session = NULL;
    }
    return s;
}

static cdr_status from_file(cdr_cli *cli)
{
    _cleanup_free_ char *path = NULL;
    cdr_status s = token_path(cli, &path);
    if (s != CDR_OK)
        return s;
    _cleanup_close_ int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return errno == ENOENT || errno == ENOTDIR ? CDR_OK : cdr_fail_errno(&cli->err, CDR_DENIED, "cli", "session.unreadable", errno, "The session in %.300s cannot be read", path);
    return read_token(cli, fd, path);
}

cdr_status cdr_cli_find_session(cdr_cli *cli)
{
    char *given = getenv("CANDOR_SESSION");
    if (cli->session)
        return CDR_OK;
    if (!given || !*given)
        return from_file(cli);
    size_t len = strlen(given);
    cdr_status s = cdr_secret_new(NULL, CDR_MAX(len, (size_t)TOKEN) + 1, &cli->session, &cli->err);
    if (s == CDR_OK)
        memcpy(cdr_secret_writable(cli->session), given, len);
    /* Neither in what this program starts nor in its own memory. */
    cdr_wipe(given, len);
    unsetenv("CANDOR_SESSION");
    return s;
}

cdr_status cdr_cli_keep_session(cdr_cli *cli, const cdr_secret *token)
{
    _cleanup_free_ char *path = NULL, *dir = NULL;
    cdr_status s = folder(cli, &dir);
    if (s == CDR_OK)
        s = token_path(cli, &path);
    if (s == CDR_OK)
        s = cdr_mkdirs(dir, 0700, &cli->err);
    if (s == CDR_OK && absolute("XDG_RUNTIME_DIR") && !runtime_dir())
        fprintf(stderr, "candor: $XDG_RUNTIME_DIR is not a folder that you alone may write to; the session is kept in %s.\n", dir);
    return s == CDR_OK ? cdr_file_write(path, cdr_secret_bytes(token), TOKEN, 0600, &cli->err) : s;
}

void cdr_cli_drop_session(cdr_cli *cli)
{
    char *path = NULL;
    if (token_path(cli, &path) == CDR_OK)
        unlink(path);
    cdr_free(path);
}

/* --- what she may --- */

#define NOTE_WAIT_MS 1000

/* Tries at what is not hers stand in the ledger, also those of commands that only read; where that cannot be written, the refusal stands all the same. */
static void note_denied(cdr_cli *cli, const cdr_user *u)
{
    cdr_staff *st;
    if (cdr_workspace_start_writing(cli->ws, NOTE_WAIT_MS, NULL) != CDR_OK || cdr_staff_open(cli->ws, &st, NULL) != CDR_OK)
        return;
    (void)!cdr_staff_note_denied(st, u, cli->cmd->path, NULL);
    cdr_staff_close(st);
}

static cdr_status denied(cdr_cli *cli, const cdr_user *u)
{
    char roles[CDR_ROLES_TEXT];
    cdr_roles_text(cli->cmd->roles, roles);
    return cdr_fail(&cli->err, CDR_DENIED, "cli", "session.role", "You are %s, whose role is %s; candor %s needs the role %s. Sign in as somebody else with candor login LOGIN.", u->login,
                    cdr_role_name(u->role), cli->cmd->path, roles);
}

/* ${ret_refused}: it is her, and her role does not do. */
static cdr_status judge(cdr_cli *cli, cdr_staff *st, cdr_user *ret, bool *ret_refused)
{
    cdr_session session;
    bool stale = false;
    const char *token = cli->session ? (const char *)cdr_secret_bytes(cli->session) : NULL;
    if (!token)
        return cdr_fail(&cli->err, CDR_DENIED, "cli", "session.none", "This workspace has users and nobody is signed in; sign in with candor login LOGIN.");
    cdr_status s = cdr_session_check(st, token, &session, &stale, &cli->err);
    if (s != CDR_OK)
        return s;
    const cdr_user *u = &session.user;
    *ret = *u;
    char actor[64];
    snprintf(actor, sizeof actor, "staff:%s", u->login);
    cdr_workspace_set_actor(cli->ws, actor);
    snprintf(cli->login, sizeof cli->login, "%s", u->login);
    cli->role = u->role;
    if (stale)
        (void)!cdr_session_touch(st, token, NULL);    /* a folder that cannot be written: the session just ends sooner */
    *ret_refused = cli->cmd && cli->cmd->roles && !(cli->cmd->roles & (unsigned)u->role);
    if (*ret_refused)
        return denied(cli, u);
    if (u->temporary && !(cli->cmd && (cli->cmd->flags & CDR_CMD_TEMPORARY)))
        return cdr_fail(&cli->err, CDR_DENIED, "cli", "session.temporary", "Somebody else chose your password; choose one yourself first: candor user password.");
    return CDR_OK;
}

/* ${always}: also in a verb that works without a session. */
static cdr_status look(cdr_cli *cli, bool always, cdr_user *ret, bool *ret_refused)
{
    _cleanup_(cdr_staff_closep) cdr_staff *st = NULL;
    bool any = false;
    cdr_status s = cdr_staff_open(cli->ws, &st, &cli->err);
    if (s == CDR_OK)
        s = cdr_staff_any(st, &any, &cli->err);
    if (s == CDR_OK && !any)
        cli->role = CDR_ROLE_OWNER;
    if (s != CDR_OK || !any || (!always && cli->cmd && (cli->cmd->flags & CDR_CMD_NO_SESSION)))
        return s;
    s = cdr_cli_find_session(cli);
    return s == CDR_OK ? judge(cli, st, ret, ret_refused) : s;
}

static cdr_status check(cdr_cli *cli, bool always)
{
    cdr_user u;
    bool refused = false;
    cli->role = CDR_ROLE_NONE;
    cdr_status s = look(cli, always, &u, &refused);
    if (refused)
        note_denied(cli, &u);
    return s;
}

cdr_status cdr_cli_check_session(cdr_cli *cli)
{
    return check(cli, false);
}

cdr_status cdr_cli_check_signed_in(cdr_cli *cli)
{
    return check(cli, true);
}

cdr_status cdr_cli_need_role(cdr_cli *cli, unsigned roles, const char *what)
{
    char text[CDR_ROLES_TEXT];
    if (roles & (unsigned)cli->role)
        return CDR_OK;
    cdr_roles_text(roles, text);
    return cdr_fail(&cli->err, CDR_DENIED, "cli", "session.role", "You are %s, whose role is %s; %s needs the role %s.", cli->login, cdr_role_name(cli->role), what, text);
}
