/* SPDX-License-Identifier: Apache-2.0 */
/* candor user list: who may work in this workspace. */
#include "cli/user.h"

#include "base/time.h"

#include <string.h>

typedef struct listing { cdr_cli *cli; json_t *users; uint64_t count; } listing;

static const char *state_of(const cdr_user *u)
{
    return u->ended_us ? "ended" : u->disabled ? "disabled" : u->temporary ? "password to be changed" : u->failures >= CDR_STAFF_FREE_FAILURES ? "waits after failures" : "active";
}

static cdr_status add_json(listing *l, const cdr_user *u)
{
    json_t *j = json_pack("{s:s, s:s, s:s, s:o, s:s, s:o, s:o, s:i}", "login", u->login, "role", cdr_role_name(u->role), "state", state_of(u), "created", cdr_json_time(u->created_us),
                          "created_by", u->created_by, "last_login", cdr_json_time(u->login_us), "ended", cdr_json_time(u->ended_us), "failures", (int)u->failures);
    return json_array_append_new(l->users, j) ? cdr_fail_nomem(&l->cli->err, "cli") : CDR_OK;
}

static cdr_status show(void *arg, const cdr_user *u)
{
    listing *l = arg;
    char text[CDR_TIME_TEXT] = "never signed in";
    l->count++;
    if (l->users)
        return add_json(l, u);
    if (l->count == 1)
        cdr_cli_print(l->cli, "%-20s %-17s %-21s %s\n", "LOGIN", "ROLE", "LAST LOGIN", "STATE");
    if (u->login_us)
        cdr_time_format(u->login_us, text);
    cdr_cli_print(l->cli, "%-20s %-17s %-21s %s\n", u->login, cdr_role_name(u->role), text, state_of(u));
    return CDR_OK;
}

static cdr_exit run(cdr_cli *cli)
{
    _cleanup_(cdr_staff_closep) cdr_staff *st = NULL;
    listing l = {.cli = cli, .users = cli->json ? json_array() : NULL};
    cdr_status s = cdr_staff_open(cli->ws, &st, &cli->err);
    if (s == CDR_OK)
        s = cdr_staff_each(st, cdr_opt_flag(cli, "ended"), show, &l, &cli->err);
    if (s != CDR_OK) {
        json_decref(l.users);
        return cdr_cli_fail(cli, s);
    }
    if (cli->json)
        return cdr_cli_print_json(cli, json_pack("{s:o}", "users", l.users), CDR_EXIT_OK);
    if (!l.count)
        cdr_cli_print(cli, "There are no users: whoever can open the key file works as the owner.\n\nNext: candor user add LOGIN --role owner\n");
    return CDR_EXIT_OK;
}

static const cdr_opt options[] = {
    {"ended", 'e', CDR_OPT_FLAG, NULL, NULL, "those who have left, too"},
    {0},
};

const cdr_cmd cdr_cmd_user_list = {
    .path = "user list",
    .group = "People here",
    .summary = "who may work here, and since when they last did",
    .max_args = 0,
    .opts = options,
    .flags = CDR_CMD_READONLY,
    .roles = CDR_ROLE_OWNER | CDR_ROLE_MANAGER | CDR_ROLE_AUDITOR,
    .description = "Waits after failures: five failures in a row make each further try wait, up to an hour. Disabled: a hundred of them; an owner gives a new password.",
    .examples = "  candor user list\n",
    .json_shape = "  {\"users\": [{\"login\": \"dana\", \"role\": \"staff\", \"state\": \"active\", \"created\": \"…\", \"created_by\": \"staff:ada\", \"last_login\": \"…\", \"ended\": null, \"failures\": 0}]}\n",
    .run = run,
};
