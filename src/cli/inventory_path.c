/* SPDX-License-Identifier: Apache-2.0 */
/* Paths on the command line: they start from where the user stands. */
#include "cli/inventory.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

cdr_status cdr_cli_no_object(cdr_cli *cli)
{
    return cdr_fail(&cli->err, CDR_NOT_FOUND, "cli", "cli.no-such-object", "The inventory knows no object at that path; candor inventory list datasets --all shows what there is.");
}

bool cdr_cli_means_object(cdr_cli *cli, cdr_inventory *inv, const char *what)
{
    cdr_entity e;
    if (strchr(what, '/') || !strncmp(what, "object:", 7))
        return true;
    _cleanup_(cdr_arena_freep) cdr_arena *arena = cdr_arena_new(1 << 20);
    const char *path;
    cdr_err quiet = {0};
    if (!arena || cdr_inventory_find(inv, what, &e, &quiet) == CDR_OK)
        return false;
    cdr_status s = cdr_cli_locate(cli, inv, what, arena, &path);
    cli->err = (cdr_err){0};
    return s == CDR_OK;
}

cdr_status cdr_cli_locate(cdr_cli *cli, cdr_inventory *inv, const char *what, cdr_arena *a, const char **ret)
{
    char *here = realpath(".", NULL);
    cdr_status s = cdr_inventory_locate(inv, what, here ? here : "", a, ret, &cli->err);
    free(here);
    return s == CDR_NOT_FOUND ? cdr_cli_no_object(cli) : s;
}

cdr_status cdr_cli_check_system(cdr_cli *cli, cdr_inventory *inv, const char *key)
{
    cdr_any_entity system;
    cdr_status s = key ? cdr_inventory_get(inv, CDR_ENTITY_SYSTEM, key, &system, &cli->err) : CDR_OK;
    if (key && s == CDR_OK)
        cdr_record_done(cdr_entity_record(CDR_ENTITY_SYSTEM), &system);
    return s;
}

static bool is_relative(const char *claim)
{
    return claim[0] && claim[0] != '/' && strcmp(claim, "-") != 0 && !strstr(claim, "://");
}

const char *cdr_cli_claims(cdr_cli *cli, const char *typed, cdr_arena *a)
{
    static const char sqlite[] = "sqlite:";
    char *here = realpath(".", NULL);
    _cleanup_free_ char *copy = cdr_strdup(typed);
    _cleanup_buf_ cdr_buf all = CDR_BUF(1 << 20);
    for (char *item = copy, *next; here && item; item = next) {
        next = strchr(item, ',');
        if (next)
            *next++ = '\0';
        item = cdr_str_trim(item);
        bool database = !strncmp(item, sqlite, sizeof sqlite - 1);
        const char *path = database ? item + sizeof sqlite - 1 : item;
        while (!strncmp(path, "./", 2))
            path += 2;
        cdr_buf_addf(&all, "%s%s", all.len ? "," : "", database ? sqlite : "");
        if (!strcmp(path, "."))
            cdr_buf_adds(&all, here);
        else
            cdr_buf_addf(&all, is_relative(path) ? "%s/%s" : "%.0s%s", here, path);
    }
    bool ok = here && copy && cdr_buf_status(&all) == CDR_OK;
    free(here);
    const char *kept = ok ? cdr_arena_strdup(a, all.data ? all.data : "") : NULL;
    if (!kept)
        cdr_fail_nomem(&cli->err, "cli");
    return kept;
}
