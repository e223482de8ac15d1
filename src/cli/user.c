/* SPDX-License-Identifier: Apache-2.0 */
/* candor user add: somebody who may use this workspace. */
#include "cli/user.h"

#include "cli/prompt.h"
#include "cli/qr.h"

#include <string.h>
#include <unistd.h>

cdr_status cdr_cli_has_users(cdr_cli *cli)
{
    _cleanup_(cdr_staff_closep) cdr_staff *st = NULL;
    bool any = false;
    cdr_status s = cdr_staff_open(cli->ws, &st, &cli->err);
    if (s == CDR_OK)
        s = cdr_staff_any(st, &any, &cli->err);
    if (s == CDR_OK && !any)
        s = cdr_fail(&cli->err, CDR_NOT_FOUND, "cli", "login.nobody", "This workspace has no users, so nobody signs in; candor user add LOGIN --role owner makes the first.");
    return s;
}

cdr_status cdr_cli_secret_line(cdr_cli *cli, const char *prompt, const char *what, size_t max, cdr_secret **ret)
{
    cdr_status s = cdr_prompt_line(cli, CDR_PROMPT_HIDDEN, prompt, max, ret);
    if (s == CDR_DONE)
        return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "user.no-line", "Standard input ended before the %s; type it at a terminal, or give it as a line of standard input.", what);
    if (s == CDR_OK && !*ret)
        return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "user.empty-line", "The %s is empty.", what);
    return s;
}

cdr_status cdr_cli_new_password(cdr_cli *cli, cdr_secret **ret)
{
    cdr_secret *again = NULL;
    cdr_status s = cdr_cli_secret_line(cli, "New password: ", "new password", CDR_CLI_PASSWORD_BYTES, ret);
    if (s == CDR_OK)
        s = cdr_cli_secret_line(cli, "Once more: ", "new password once more", CDR_CLI_PASSWORD_BYTES, &again);
    if (s == CDR_OK && !cdr_secret_equal(*ret, again))
        s = cdr_fail(&cli->err, CDR_E_INVAL, "cli", "user.differs", "The two passwords differ; start again.");
    cdr_secret_free(again);
    if (s != CDR_OK) {
        cdr_secret_free(*ret);
        *ret = NULL;
    }
    return s;
}

cdr_status cdr_cli_show_totp(cdr_cli *cli, const char *login, const cdr_secret *uri)
{
    const char *text = (const char *)cdr_secret_bytes(uri);
    if (!isatty(STDOUT_FILENO)) {      /* a picture of blocks is for a screen */
        cdr_cli_print(cli, "%s opens this address in an authenticator app, or types the key there. On a\nterminal it is a picture to scan. It is shown once:\n\n%s\n", login, text);
        cdr_cli_qr_key(cli, text);
        return CDR_OK;
    }
    cdr_cli_print(cli, "%s scans this with an authenticator app, or types the key. It is shown once:\n\n", login);
    cdr_status s = cdr_cli_qr(cli, text);
    if (s == CDR_OK)
        cdr_cli_qr_key(cli, text);
    return s;
}

void cdr_cli_show_recovery(cdr_cli *cli, const char *login, const cdr_secret *code)
{
    cdr_cli_print(cli, "\nRecovery code of %s, for the day the authenticator is lost; it is shown once:\n  %s\n", login, (const char *)cdr_secret_bytes(code));
    cdr_cli_say(cli, "Write it down and keep it with the copy of candor.key, not with the telephone.\n");
}

static cdr_exit say(cdr_cli *cli, const cdr_user *u, const cdr_secret *uri, const cdr_secret *recovery, bool first)
{
    if (cli->json)
        return cdr_cli_print_json(cli, json_pack("{s:s, s:s, s:b, s:s, s:s?}", "login", u->login, "role", cdr_role_name(u->role), "temporary", (int)u->temporary, "otpauth",
                                                 (const char *)cdr_secret_bytes(uri), "recovery", recovery ? (const char *)cdr_secret_bytes(recovery) : NULL), CDR_EXIT_OK);
    cdr_cli_say(cli, "%s is %s now.%s\n", u->login, cdr_role_name(u->role), u->temporary ? " The password must be changed first." : "");
    cdr_status s = cdr_cli_show_totp(cli, u->login, uri);
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    if (recovery)
        cdr_cli_show_recovery(cli, u->login, recovery);
    if (first)
        cdr_cli_say(cli, "\nFrom now on this workspace asks who works in it. A second owner is good to have.\n\nNext: candor login %s\n", u->login);
    return CDR_EXIT_OK;
}

/* An owner gets a recovery code, too: nobody may stand above her who could help. */
static cdr_status add(cdr_cli *cli, cdr_role role, const cdr_secret *password, cdr_user *ret, cdr_secret **ret_uri, cdr_secret **ret_recovery)
{
    _cleanup_(cdr_staff_closep) cdr_staff *st = NULL;
    cdr_status s = cdr_cli_start_writing(cli);
    if (s == CDR_OK)
        s = cdr_staff_open(cli->ws, &st, &cli->err);
    if (s == CDR_OK)
        s = cdr_staff_add(st, cli->argv[0], role, password, cdr_opt_flag(cli, "temporary"), ret_uri, &cli->err);
    if (s == CDR_OK && role == CDR_ROLE_OWNER)
        s = cdr_staff_new_recovery(st, cli->argv[0], ret_recovery, &cli->err);
    return s == CDR_OK ? cdr_staff_find(st, cli->argv[0], false, ret, &cli->err) : s;
}

static cdr_exit run(cdr_cli *cli)
{
    const char *word = cdr_opt_text(cli, "role");
    cdr_role role = word ? cdr_role_by_name(word) : CDR_ROLE_NONE;
    cdr_secret *password = NULL, *uri = NULL, *recovery = NULL;
    cdr_user u;
    bool first = !*cli->login;
    if (!role)
        return cdr_cli_usage(cli, "Say what the user may do: --role owner, staff, responder, incident-manager or auditor.");
    cdr_status s = cdr_cli_new_password(cli, &password);
    if (s == CDR_OK)
        s = add(cli, role, password, &u, &uri, &recovery);
    cdr_exit code = s == CDR_OK ? say(cli, &u, uri, recovery, first) : cdr_cli_fail(cli, s);
    cdr_secret_free(password);
    cdr_secret_free(uri);
    cdr_secret_free(recovery);
    return code;
}

static const cdr_opt options[] = {
    {"role", 'r', CDR_OPT_TEXT, "ROLE", NULL, "owner, staff, responder, incident-manager or auditor; needed"},
    {"temporary", 't', CDR_OPT_FLAG, NULL, NULL, "you choose the password for somebody who is not here: it must be changed first"},
    {0},
};

const cdr_cmd cdr_cmd_user_add = {
    .path = "user add",
    .group = "People here",
    .summary = "let somebody work in this workspace, in a role",
    .args = "LOGIN",
    .min_args = 1,
    .max_args = 1,
    .opts = options,
    .flags = CDR_CMD_READONLY,
    .roles = CDR_ROLES_OWNER,
    .description = "While there are no users, whoever can open the key file works as the owner. The first user must be an owner; from then on commands ask who works here "
                   "(candor login) and whether the role may use them.\n"
                   "The password is typed twice, or comes as two lines of standard input: 8 to 256 characters of any kind, none that others would try first. It is always asked for together "
                   "with a code of an authenticator app, whose secret is shown here once. An owner also gets a recovery code, for a lost authenticator (candor user recover).\n"
                   "A login is given to one person only, also after she has left: it stands in the ledger.",
    .examples = "  # the owner; asks for the password\n  candor user add ada --role owner\n"
                "  # somebody at the telephone, who chooses her own password when she first signs in\n  candor user add dana --role staff --temporary\n",
    .json_shape = "  {\"login\": \"dana\", \"role\": \"staff\", \"temporary\": false, \"otpauth\": \"otpauth://totp/…\", \"recovery\": null}\n",
    .run = run,
};
