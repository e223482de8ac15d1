/* SPDX-License-Identifier: Apache-2.0 */
/* candor user password, candor user totp: one's own after the present password, others' by an owner. */
#include "cli/user.h"

#include <string.h>

static bool is_own(const cdr_cli *cli)
{
    return *cli->login && (!cli->argc || !strcasecmp(cli->argv[0], cli->login));
}

/* Whose it is, and whether that may be changed here. */
static cdr_status whose(cdr_cli *cli, const char **ret, const char *what)
{
    *ret = cli->argc ? cli->argv[0] : cli->login;
    if (!**ret)
        return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "user.whose", "Say whose: candor %s LOGIN.", cli->cmd->path);
    return is_own(cli) ? CDR_OK : cdr_cli_need_role(cli, CDR_ROLES_OWNER, what);
}

/* At an unlocked screen anybody could sit. */
static cdr_status ask_present(cdr_cli *cli, cdr_secret **ret)
{
    return is_own(cli) ? cdr_cli_secret_line(cli, "Present password: ", "present password", CDR_CLI_PASSWORD_BYTES, ret) : CDR_OK;
}

static cdr_status begin(cdr_cli *cli, const cdr_secret *present, cdr_staff **ret)
{
    cdr_status s = cdr_cli_start_writing(cli);
    if (s == CDR_OK)
        s = cdr_staff_open(cli->ws, ret, &cli->err);
    return s == CDR_OK && present ? cdr_staff_check_password(*ret, cli->login, present, &cli->err) : s;
}

static cdr_status change_password(cdr_cli *cli, const char *login, const cdr_secret *present, const cdr_secret *password)
{
    _cleanup_(cdr_staff_closep) cdr_staff *st = NULL;
    const char *keep = is_own(cli) && cli->session ? (const char *)cdr_secret_bytes(cli->session) : NULL;
    cdr_status s = begin(cli, present, &st);
    return s == CDR_OK ? cdr_staff_set_password(st, login, password, cdr_opt_flag(cli, "temporary"), keep, &cli->err) : s;
}

static cdr_exit run_password(cdr_cli *cli)
{
    cdr_secret *present = NULL, *password = NULL;
    const char *login;
    cdr_status s = whose(cli, &login, "giving somebody else a password");
    if (s == CDR_OK && is_own(cli) && cdr_opt_flag(cli, "temporary"))
        s = cdr_fail(&cli->err, CDR_E_INVAL, "cli", "user.temporary", "--temporary is for the password of somebody else.");
    if (s == CDR_OK)
        s = ask_present(cli, &present);
    if (s == CDR_OK)
        s = cdr_cli_new_password(cli, &password);
    if (s == CDR_OK)
        s = change_password(cli, login, present, password);
    cdr_secret_free(present);
    cdr_secret_free(password);
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    if (cli->json)
        return cdr_cli_print_json(cli, json_pack("{s:s, s:b}", "login", login, "temporary", (int)cdr_opt_flag(cli, "temporary")), CDR_EXIT_OK);
    cdr_cli_say(cli, "%s has a new password; other sessions have ended.\n", login);
    return CDR_EXIT_OK;
}

static cdr_exit run_totp(cdr_cli *cli)
{
    _cleanup_(cdr_staff_closep) cdr_staff *st = NULL;
    cdr_secret *present = NULL, *uri = NULL;
    const char *login;
    cdr_status s = whose(cli, &login, "giving somebody else an authenticator");
    if (s == CDR_OK)
        s = ask_present(cli, &present);
    if (s == CDR_OK)
        s = begin(cli, present, &st);
    if (s == CDR_OK)
        s = cdr_staff_new_totp(st, login, &uri, &cli->err);
    cdr_secret_free(present);
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    if (!cli->json)
        s = cdr_cli_show_totp(cli, login, uri);
    cdr_exit code = cli->json ? cdr_cli_print_json(cli, json_pack("{s:s, s:s}", "login", login, "otpauth", (const char *)cdr_secret_bytes(uri)), CDR_EXIT_OK)
                    : s == CDR_OK ? CDR_EXIT_OK : cdr_cli_fail(cli, s);
    cdr_secret_free(uri);
    return code;
}

static const cdr_opt password_options[] = {
    {"temporary", 't', CDR_OPT_FLAG, NULL, NULL, "you choose it for somebody else: it must be changed first"},
    {0},
};

const cdr_cmd cdr_cmd_user_password = {
    .path = "user password",
    .group = "People here",
    .summary = "change your password, or give somebody a new one",
    .args = "[LOGIN]",
    .max_args = 1,
    .opts = password_options,
    .flags = CDR_CMD_READONLY | CDR_CMD_TEMPORARY,
    .description = "Your own: the present one is asked for, then the new one twice (three lines of standard input). An owner gives others one (two lines); that also lifts a "
                   "login that is disabled after too many failures. Passwords do not have to be changed by the calendar: change one when somebody may know it.",
    .examples = "  candor user password\n  # the first password of somebody who forgot hers\n  candor user password dana --temporary\n",
    .json_shape = "  {\"login\": \"dana\", \"temporary\": true}\n",
    .run = run_password,
};

const cdr_cmd cdr_cmd_user_totp = {
    .path = "user totp",
    .group = "People here",
    .summary = "a new authenticator for a user, when a telephone is lost",
    .args = "[LOGIN]",
    .max_args = 1,
    .flags = CDR_CMD_READONLY,
    .description = "The old one stops at once and the user's sessions end. Your own: the present password is asked for. An owner gives others one, after seeing who asks.",
    .examples = "  candor user totp dana\n",
    .json_shape = "  {\"login\": \"dana\", \"otpauth\": \"otpauth://totp/…\"}\n",
    .run = run_totp,
};
