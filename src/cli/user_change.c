/* SPDX-License-Identifier: Apache-2.0 */
/* candor user role, candor user end: what somebody may do changes, or ends. */
#include "cli/user.h"

#include "cli/prompt.h"

#include <stdio.h>
#include <string.h>

static cdr_exit say(cdr_cli *cli, cdr_staff *st)
{
    cdr_user u;
    cdr_status s = cdr_staff_find(st, cli->argv[0], true, &u, &cli->err);
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    if (cli->json)
        return cdr_cli_print_json(cli, json_pack("{s:s, s:s, s:b}", "login", u.login, "role", cdr_role_name(u.role), "ended", (int)(u.ended_us != 0)), CDR_EXIT_OK);
    if (u.ended_us)
        cdr_cli_say(cli, "%s works here no longer.\n", u.login);
    else
        cdr_cli_say(cli, "%s is %s. Sessions of another role have ended.\n", u.login, cdr_role_name(u.role));
    return CDR_EXIT_OK;
}

/* What somebody does to herself she cannot take back: it is the end of what she may. */
static cdr_status sure(cdr_cli *cli, const char *what)
{
    char question[160];
    bool yes = cdr_opt_flag(cli, "yes");
    if (yes || !*cli->login || strcasecmp(cli->argv[0], cli->login) != 0)
        return CDR_OK;
    if (!cdr_prompt_somebody())
        return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "user.unconfirmed", "Nothing was changed: %s is you, and you could not take it back; say --yes.", cli->login);
    snprintf(question, sizeof question, "%.40s is you. %s? You cannot take it back yourself. [y/N] ", cli->login, what);
    cdr_status s = cdr_prompt_yes(cli, question, &yes);
    return s == CDR_OK && !yes ? cdr_fail(&cli->err, CDR_E_CANCELLED, "cli", "user.declined", "Nothing was changed.") : s;
}

static cdr_status begin(cdr_cli *cli, cdr_staff **ret, const char *what)
{
    cdr_status s = sure(cli, what);
    if (s == CDR_OK)
        s = cdr_cli_start_writing(cli);
    return s == CDR_OK ? cdr_staff_open(cli->ws, ret, &cli->err) : s;
}

static cdr_exit run_role(cdr_cli *cli)
{
    _cleanup_(cdr_staff_closep) cdr_staff *st = NULL;
    cdr_role role = cdr_role_by_name(cli->argv[1]);
    if (!role)
        return cdr_cli_usage(cli, "There is no role \"%.40s\"; there are owner, staff, responder, incident-manager and auditor.", cli->argv[1]);
    cdr_status s = begin(cli, &st, "Take another role");
    if (s == CDR_OK)
        s = cdr_staff_set_role(st, cli->argv[0], role, &cli->err);
    return s == CDR_OK ? say(cli, st) : cdr_cli_fail(cli, s);
}

static cdr_exit run_end(cdr_cli *cli)
{
    _cleanup_(cdr_staff_closep) cdr_staff *st = NULL;
    cdr_status s = begin(cli, &st, "End it");
    if (s == CDR_OK)
        s = cdr_staff_end(st, cli->argv[0], &cli->err);
    return s == CDR_OK ? say(cli, st) : cdr_cli_fail(cli, s);
}

static const cdr_opt options[] = {
    {"yes", 'y', CDR_OPT_FLAG, NULL, NULL, "do not ask, also when it is you"},
    {0},
};

const cdr_cmd cdr_cmd_user_role = {
    .path = "user role",
    .group = "People here",
    .summary = "give a user another role",
    .args = "LOGIN ROLE",
    .min_args = 2,
    .max_args = 2,
    .opts = options,
    .flags = CDR_CMD_READONLY,
    .roles = CDR_ROLES_OWNER,
    .description = "Roles: owner (everything), staff (customers and their callers, consents), responder (audits, incidents), incident-manager (the same, and decides about incidents), "
                   "auditor (reads reports and the ledger, sees no customer and changes nothing). candor VERB --help names the roles of a verb.\n"
                   "The user's sessions end. The only owner stays owner. Your own role is changed after a question, or with --yes.",
    .examples = "  candor user role dana incident-manager\n",
    .json_shape = "  {\"login\": \"dana\", \"role\": \"incident-manager\", \"ended\": false}\n",
    .run = run_role,
};

const cdr_cmd cdr_cmd_user_end = {
    .path = "user end",
    .group = "People here",
    .summary = "somebody works here no longer",
    .args = "LOGIN",
    .min_args = 1,
    .max_args = 1,
    .opts = options,
    .flags = CDR_CMD_READONLY,
    .roles = CDR_ROLES_OWNER,
    .description = "Her sessions end, password and authenticator are forgotten. Login and dates stay, for the ledger names them. The only owner cannot be ended.",
    .examples = "  candor user end dana\n",
    .json_shape = "  {\"login\": \"dana\", \"role\": \"staff\", \"ended\": true}\n",
    .run = run_end,
};
