/* SPDX-License-Identifier: Apache-2.0 */
/* candor login, candor logout, candor whoami. */
#include "cli/user.h"

#include "base/time.h"

#include <string.h>

#define CODE_BYTES 32

/* --- login --- */

typedef struct given { cdr_secret *password, *code, *token; } given;

static void wipe(given *g)
{
    cdr_secret_free(g->password);
    cdr_secret_free(g->code);
    cdr_secret_free(g->token);
}

/* One place, one session: who signed in there before is signed out. */
static cdr_status replace(cdr_cli *cli, cdr_staff *st)
{
    cdr_status s = cdr_cli_find_session(cli);
    if (s == CDR_OK && cli->session) {
        s = cdr_session_end(st, (const char *)cdr_secret_bytes(cli->session), &cli->err);
        s = s == CDR_NOT_FOUND ? CDR_OK : s;
    }
    return s == CDR_DENIED ? CDR_OK : s;
}

static cdr_status sign_in(cdr_cli *cli, cdr_staff *st, given *g, cdr_user *ret)
{
    bool print = cdr_opt_flag(cli, "print");
    cdr_status s = cdr_staff_authenticate(st, cli->argv[0], g->password, g->code, ret, &cli->err);
    if (s == CDR_OK && !print)
        s = replace(cli, st);
    if (s == CDR_OK)
        s = cdr_session_start(st, ret, &g->token, &cli->err);
    return s == CDR_OK && !print ? cdr_cli_keep_session(cli, g->token) : s;
}

static cdr_exit welcome(cdr_cli *cli, const cdr_user *u, const given *g)
{
    const char *token = cdr_opt_flag(cli, "print") ? (const char *)cdr_secret_bytes(g->token) : NULL;
    if (cli->json)
        return cdr_cli_print_json(cli, json_pack("{s:s, s:s, s:b, s:s?}", "login", u->login, "role", cdr_role_name(u->role), "temporary", (int)u->temporary, "session", token), CDR_EXIT_OK);
    if (token) {
        cdr_cli_print(cli, "%s\n", token);
        return CDR_EXIT_OK;
    }
    char last[CDR_TIME_TEXT];
    cdr_cli_say(cli, "You are %s, %s.", u->login, cdr_role_name(u->role));
    if (u->login_us) {
        cdr_time_format(u->login_us, last);
        cdr_cli_say(cli, " You were here last on %s.", last);
    }
    if (u->failures)
        cdr_cli_say(cli, " Since then %u %s failed: if that was not you, tell an owner.", u->failures, u->failures == 1 ? "try" : "tries");
    cdr_cli_say(cli, "\n%s", u->temporary ? "\nNext: candor user password\n" : "");
    return CDR_EXIT_OK;
}

static cdr_exit run_login(cdr_cli *cli)
{
    _cleanup_(cdr_staff_closep) cdr_staff *st = NULL;
    given g = {0};
    cdr_user u;
    cdr_status s = cdr_cli_has_users(cli);
    if (s == CDR_OK)
        s = cdr_cli_secret_line(cli, "Password: ", "password", CDR_CLI_PASSWORD_BYTES, &g.password);
    if (s == CDR_OK)
        s = cdr_cli_secret_line(cli, "Code of the authenticator: ", "code", CODE_BYTES, &g.code);
    if (s == CDR_OK)
        s = cdr_cli_start_writing(cli);
    if (s == CDR_OK)
        s = cdr_staff_open(cli->ws, &st, &cli->err);
    if (s == CDR_OK)
        s = sign_in(cli, st, &g, &u);
    cdr_exit code = s == CDR_OK ? welcome(cli, &u, &g) : cdr_cli_fail(cli, s);
    wipe(&g);
    return code;
}

static const cdr_opt login_options[] = {
    {"print", 0, CDR_OPT_FLAG, NULL, NULL, "print the session for $CANDOR_SESSION instead of keeping it in a file"},
    {0},
};

const cdr_cmd cdr_cmd_login = {
    .path = "login",
    .group = "People here",
    .summary = "say who you are: password and code",
    .args = "LOGIN",
    .min_args = 1,
    .max_args = 1,
    .opts = login_options,
    .flags = CDR_CMD_READONLY | CDR_CMD_NO_SESSION,
    .description = "Asks for the password and the code of the authenticator, without echo, or reads them as two lines of standard input. Each code works once. The session ends after 15 "
                   "minutes without a command, after 12 hours, and with candor logout. It is kept in $XDG_RUNTIME_DIR/candor where only you may write there, else in ~/.cache/candor, readable by you alone.\n"
                   "Five failures in a row make the next tries wait, longer each time; a hundred disable the login until an owner gives a new password.",
    .examples = "  candor login dana\n",
    .json_shape = "  {\"login\": \"dana\", \"role\": \"staff\", \"temporary\": false, \"session\": null}\n",
    .run = run_login,
};

/* --- logout --- */

static cdr_status sign_out(cdr_cli *cli, cdr_staff *st, unsigned *ret)
{
    cdr_session session;
    bool stale;
    const char *token = (const char *)cdr_secret_bytes(cli->session);
    if (!cdr_opt_flag(cli, "all")) {
        cdr_status s = cdr_session_end(st, token, &cli->err);
        *ret = s == CDR_OK;
        return s == CDR_NOT_FOUND ? CDR_OK : s;
    }
    cdr_status s = cdr_session_check(st, token, &session, &stale, &cli->err);
    return s == CDR_OK ? cdr_session_end_all(st, &session.user, ret, &cli->err) : s;
}

static cdr_exit run_logout(cdr_cli *cli)
{
    _cleanup_(cdr_staff_closep) cdr_staff *st = NULL;
    unsigned ended = 0;
    cdr_status s = cdr_cli_find_session(cli);
    if (s == CDR_OK)
        s = cdr_staff_open(cli->ws, &st, &cli->err);
    if (s == CDR_OK && cli->session)
        s = sign_out(cli, st, &ended);
    cdr_cli_drop_session(cli);
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    if (cli->json)
        return cdr_cli_print_json(cli, json_pack("{s:i}", "ended", (int)ended), CDR_EXIT_OK);
    cdr_cli_say(cli, ended ? "Signed out.\n" : "Nobody was signed in here.\n");
    return CDR_EXIT_OK;
}

static const cdr_opt logout_options[] = {
    {"all", 'a', CDR_OPT_FLAG, NULL, NULL, "all your sessions, on every machine and terminal"},
    {0},
};

const cdr_cmd cdr_cmd_logout = {
    .path = "logout",
    .group = "People here",
    .summary = "end your session",
    .max_args = 0,
    .opts = logout_options,
    .flags = CDR_CMD_WORKSPACE | CDR_CMD_NO_SESSION,
    .description = "The file of the session is removed, and whoever copied it has nothing.",
    .examples = "  candor logout\n",
    .json_shape = "  {\"ended\": 1}\n",
    .run = run_logout,
};

/* --- whoami --- */

static cdr_exit print_nobody(cdr_cli *cli)
{
    const char *actor = cdr_workspace_actor(cli->ws);
    if (cli->json)
        return cdr_cli_print_json(cli, json_pack("{s:n, s:s, s:s, s:n}", "login", "role", "owner", "actor", actor, "session_ends"), CDR_EXIT_OK);
    cdr_cli_print(cli, "%s, working as the owner: this workspace has no users.\n", actor);
    return CDR_EXIT_OK;
}

static cdr_exit run_whoami(cdr_cli *cli)
{
    _cleanup_(cdr_staff_closep) cdr_staff *st = NULL;
    cdr_session session;
    bool any = false, stale;
    char ends[CDR_TIME_TEXT];
    cdr_status s = cdr_staff_open(cli->ws, &st, &cli->err);
    if (s == CDR_OK)
        s = cdr_staff_any(st, &any, &cli->err);
    if (s == CDR_OK && !any)
        return print_nobody(cli);
    if (s == CDR_OK)
        s = cdr_cli_find_session(cli);
    if (s == CDR_OK && !cli->session)
        s = cdr_fail(&cli->err, CDR_DENIED, "cli", "session.none", "Nobody is signed in here; sign in with candor login LOGIN.");
    if (s == CDR_OK)
        s = cdr_session_check(st, (const char *)cdr_secret_bytes(cli->session), &session, &stale, &cli->err);
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    cdr_time_format(session.ends_us, ends);
    if (cli->json)
        return cdr_cli_print_json(cli, json_pack("{s:s, s:s, s:s+, s:s}", "login", session.user.login, "role", cdr_role_name(session.user.role), "actor", "staff:", session.user.login,
                                                 "session_ends", ends), CDR_EXIT_OK);
    cdr_cli_print(cli, "%s, %s; the session ends at %s if nothing is done.\n", session.user.login, cdr_role_name(session.user.role), ends);
    return CDR_EXIT_OK;
}

const cdr_cmd cdr_cmd_whoami = {
    .path = "whoami",
    .group = "People here",
    .summary = "who is signed in here, in which role, until when",
    .max_args = 0,
    .flags = CDR_CMD_READONLY | CDR_CMD_NO_SESSION,
    .description = "Asking does not prolong the session.",
    .examples = "  candor whoami\n",
    .json_shape = "  {\"login\": \"dana\", \"role\": \"staff\", \"actor\": \"staff:dana\", \"session_ends\": \"…\"}\n",
    .run = run_whoami,
};
