/* SPDX-License-Identifier: Apache-2.0 */
/* candor user recovery, candor user recover: a code on paper for the day an authenticator is lost. */
#include "cli/user.h"

#include <string.h>

#define RECOVERY_BYTES 64

static cdr_status make_code(cdr_cli *cli, const cdr_secret *present, cdr_secret **ret)
{
    _cleanup_(cdr_staff_closep) cdr_staff *st = NULL;
    cdr_status s = cdr_cli_start_writing(cli);
    if (s == CDR_OK)
        s = cdr_staff_open(cli->ws, &st, &cli->err);
    if (s == CDR_OK)
        s = cdr_staff_check_password(st, cli->login, present, &cli->err);
    return s == CDR_OK ? cdr_staff_new_recovery(st, cli->login, ret, &cli->err) : s;
}

static cdr_exit run_recovery(cdr_cli *cli)
{
    cdr_secret *present = NULL, *code = NULL;
    if (!*cli->login)
        return cdr_cli_usage(cli, "This workspace has no users, so there is nothing to recover; candor user add makes one.");
    cdr_status s = cdr_cli_secret_line(cli, "Present password: ", "present password", CDR_CLI_PASSWORD_BYTES, &present);
    if (s == CDR_OK)
        s = make_code(cli, present, &code);
    cdr_exit ret = CDR_EXIT_OK;
    if (s != CDR_OK)
        ret = cdr_cli_fail(cli, s);
    else if (cli->json)
        ret = cdr_cli_print_json(cli, json_pack("{s:s, s:s}", "login", cli->login, "recovery", (const char *)cdr_secret_bytes(code)), CDR_EXIT_OK);
    else
        cdr_cli_show_recovery(cli, cli->login, code);
    cdr_secret_free(present);
    cdr_secret_free(code);
    return ret;
}

typedef struct recovering { cdr_secret *password, *code, *uri, *next; } recovering;

static cdr_status recover(cdr_cli *cli, recovering *w)
{
    _cleanup_(cdr_staff_closep) cdr_staff *st = NULL;
    cdr_status s = cdr_cli_has_users(cli);
    if (s == CDR_OK)
        s = cdr_cli_secret_line(cli, "Password: ", "password", CDR_CLI_PASSWORD_BYTES, &w->password);
    if (s == CDR_OK)
        s = cdr_cli_secret_line(cli, "Recovery code: ", "recovery code", RECOVERY_BYTES, &w->code);
    if (s == CDR_OK)
        s = cdr_cli_start_writing(cli);
    if (s == CDR_OK)
        s = cdr_staff_open(cli->ws, &st, &cli->err);
    return s == CDR_OK ? cdr_staff_recover(st, cli->argv[0], w->password, w->code, &w->uri, &w->next, &cli->err) : s;
}

static cdr_exit tell(cdr_cli *cli, const recovering *w)
{
    if (cli->json)
        return cdr_cli_print_json(cli, json_pack("{s:s, s:s, s:s}", "login", cli->argv[0], "otpauth", (const char *)cdr_secret_bytes(w->uri), "recovery", (const char *)cdr_secret_bytes(w->next)),
                                  CDR_EXIT_OK);
    cdr_status s = cdr_cli_show_totp(cli, cli->argv[0], w->uri);
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    cdr_cli_show_recovery(cli, cli->argv[0], w->next);
    cdr_cli_say(cli, "\nNext: candor login %s\n", cli->argv[0]);
    return CDR_EXIT_OK;
}

static cdr_exit run_recover(cdr_cli *cli)
{
    recovering w = {.code = NULL};
    cdr_status s = recover(cli, &w);
    cdr_exit code = s == CDR_OK ? tell(cli, &w) : cdr_cli_fail(cli, s);
    cdr_secret_free(w.password);
    cdr_secret_free(w.code);
    cdr_secret_free(w.uri);
    cdr_secret_free(w.next);
    return code;
}

const cdr_cmd cdr_cmd_user_recovery = {
    .path = "user recovery",
    .group = "People here",
    .summary = "a new recovery code for yourself",
    .max_args = 0,
    .flags = CDR_CMD_READONLY,
    .description = "Asks for your password. The code takes the place of a lost authenticator, once, together with the password (candor user recover). An older one is none any more.",
    .examples = "  candor user recovery\n",
    .json_shape = "  {\"login\": \"ada\", \"recovery\": \"ABCD-EFGH-…\"}\n",
    .run = run_recovery,
};

const cdr_cmd cdr_cmd_user_recover = {
    .path = "user recover",
    .group = "People here",
    .summary = "a lost authenticator: password and recovery code give a new one",
    .args = "LOGIN",
    .min_args = 1,
    .max_args = 1,
    .flags = CDR_CMD_READONLY | CDR_CMD_NO_SESSION,
    .description = "For who has no other owner to ask. Both are typed without echo, or are two lines of standard input. It works for a "
                   "login that is disabled after too many failures, too. A new recovery code is given, too; every session of the user ends.",
    .examples = "  candor user recover ada\n",
    .json_shape = "  {\"login\": \"ada\", \"otpauth\": \"otpauth://totp/…\", \"recovery\": \"ABCD-EFGH-…\"}\n",
    .run = run_recover,
};
