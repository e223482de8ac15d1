/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/incident_second.h"

#include "cli/user.h"

#include <stdio.h>
#include <string.h>

#define CODE_BYTES 32

typedef struct given { cdr_secret *password, *code; } given;

static cdr_status any_users(cdr_cli *cli, bool *ret)
{
    _cleanup_(cdr_staff_closep) cdr_staff *st = NULL;
    cdr_status s = cdr_staff_open(cli->ws, &st, &cli->err);
    return s == CDR_OK ? cdr_staff_any(st, ret, &cli->err) : s;
}

static cdr_status authenticate(cdr_cli *cli, const char *login, const given *g, char ret[80])
{
    _cleanup_(cdr_staff_closep) cdr_staff *st = NULL;
    cdr_user u;
    cdr_status s = cdr_staff_open(cli->ws, &st, &cli->err);
    if (s == CDR_OK)
        s = cdr_staff_authenticate(st, login, g->password, g->code, &u, &cli->err);
    if (s == CDR_OK)
        snprintf(ret, 80, "staff:%s", u.login);
    return s;
}

/* Nobody is kept waiting while she types. */
static cdr_status ask(cdr_cli *cli, const char *who, given *g)
{
    char prompt[120];
    snprintf(prompt, sizeof prompt, "Password of %.60s: ", who);
    cdr_status s = cdr_cli_secret_line(cli, prompt, "password of the second person", CDR_CLI_PASSWORD_BYTES, &g->password);
    return s == CDR_OK ? cdr_cli_secret_line(cli, "Code of her authenticator: ", "code of the second person", CODE_BYTES, &g->code) : s;
}

cdr_status cdr_cli_second(cdr_cli *cli, char ret[80])
{
    const char *who = cdr_opt_text(cli, "as");
    given g = {NULL, NULL};
    bool users = false;
    ret[0] = '\0';
    cdr_status s = cli->ws ? CDR_OK : cdr_cli_open_workspace(cli, CDR_WORKSPACE_READ);
    if (s == CDR_OK && who)
        s = any_users(cli, &users);
    if (s == CDR_OK && users)
        s = ask(cli, who, &g);
    if (s == CDR_OK)
        s = cdr_cli_start_writing(cli);
    if (s == CDR_OK && users)
        s = authenticate(cli, who, &g, ret);
    else if (s == CDR_OK && who)
        snprintf(ret, 80, "named:%.70s", who);
    cdr_secret_free(g.password);
    cdr_secret_free(g.code);
    return s;
}

cdr_status cdr_incident_second(cdr_cli *cli, const char *name, cdr_incident_room *r, char ret[80])
{
    ret[0] = '\0';
    cdr_status s = cdr_opt_text(cli, "as") ? cdr_cli_second(cli, ret) : CDR_OK;
    return s == CDR_OK ? cdr_incident_room_open(cli, CDR_WORKSPACE_WRITE, name, r) : s;
}
