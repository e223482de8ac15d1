/* SPDX-License-Identifier: Apache-2.0 */
/* candor playbook remove: a playbook of one's own goes. */
#include "base/parse.h"
#include "cli/cmd.h"
#include "cli/prompt.h"
#include "core/playbook/library.h"
#include "core/playbook/runs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct search { cdr_cli *cli; const char *name; char *path, id[64], modified[40], sha[2 * CDR_SHA256_BYTES + 1]; } search;

static cdr_status on_own(void *arg, const cdr_library_item *item)
{
    search *w = arg;
    if (w->path || strcmp(item->name, w->name) != 0 || w->name[strspn(w->name, "abcdefghijklmnopqrstuvwxyz0123456789-")])
        return CDR_OK;      /* a file of another name is no playbook that anything uses */
    w->path = cdr_strdup(item->path);
    if (!w->path)
        return cdr_fail_nomem(&w->cli->err, "cli");
    if (item->playbook) {
        snprintf(w->id, sizeof w->id, "%.63s", cdr_playbook_id(item->playbook));
        snprintf(w->modified, sizeof w->modified, "%.39s", cdr_playbook_modified(item->playbook));
        cdr_hex_encode(cdr_playbook_sha256(item->playbook), CDR_SHA256_BYTES, w->sha);
    }
    return CDR_OK;
}

static bool is_shipped(const char *name)
{
    for (size_t i = 0; i < cdr_procedure_count; i++)
        if (!strcmp(cdr_procedures[i].name, name))
            return true;
    return false;
}

static cdr_status on_run(void *arg, const cdr_run_row *row)
{
    search *w = arg;
    if (strcmp(row->playbook, w->name) != 0 && (!*w->id || strcmp(row->playbook_id, w->id) != 0))
        return CDR_OK;
    return cdr_fail(&w->cli->err, CDR_DENIED, "cli", "playbook.runs", "R-%lld follows %s and is not over. End it first: candor run show R-%lld says what is open.", (long long)row->id, w->name, (long long)row->id);
}

/* Its own, and nobody follows it just now. */
static cdr_status look(cdr_cli *cli, search *w)
{
    _cleanup_(cdr_runs_closep) cdr_runs *runs = NULL;
    cdr_status s = cdr_library_each_own(cdr_workspace_dir(cli->ws), on_own, w, &cli->err);
    if (s == CDR_OK && !w->path && is_shipped(w->name))
        return cdr_fail(&cli->err, CDR_DENIED, "cli", "playbook.shipped", "%s comes with Candor and cannot be removed. To say that you do not use it: candor playbook review %s --result retired", w->name, w->name);
    if (s == CDR_OK && !w->path) {
        _cleanup_free_ char *shown = cdr_cli_shown(w->name);
        return cdr_fail(&cli->err, CDR_NOT_FOUND, "cli", "playbook.none", "The workspace has no playbook of its own called %.80s; candor playbook list shows which there are.", shown ? shown : "so");
    }
    if (s == CDR_OK)
        s = cdr_runs_open(cli->ws, &runs, &cli->err);
    return s == CDR_OK ? cdr_runs_each(runs, NULL, false, on_run, w, &cli->err) : s;
}

static cdr_status confirm(cdr_cli *cli, const search *w)
{
    bool yes = cdr_opt_flag(cli, "yes");
    _cleanup_free_ char *question = cdr_asprintf("Remove your playbook %s? It cannot be had back. [y/N] ", w->name);
    if (yes)
        return CDR_OK;
    cdr_status s = question ? cdr_prompt_yes(cli, question, &yes) : cdr_fail_nomem(&cli->err, "cli");
    return s != CDR_OK || yes ? s : cdr_fail(&cli->err, CDR_E_INVAL, "cli", "playbook.unconfirmed", "Nothing was removed: a playbook that is removed cannot be had back; say --yes.");
}

/* The entry first: a file that is gone without a word would be worse than a word without a deed. */
static cdr_status take_out(cdr_cli *cli, const search *w)
{
    _cleanup_json_ json_t *details = json_pack("{s:s, s:s, s:s}", "playbook", w->id, "modified", w->modified, "sha256", w->sha);
    _cleanup_free_ char *text = details ? json_dumps(details, JSON_COMPACT) : NULL;
    if (!text)
        return cdr_fail_nomem(&cli->err, "cli");
    const cdr_ledger_event event = {.kind = "playbook.remove", .actor = cdr_workspace_actor(cli->ws), .subject = w->name, .details_json = text};
    cdr_status s = cdr_ledger_append(cdr_workspace_ledger(cli->ws), &event, NULL, &cli->err);
    return s == CDR_OK && unlink(w->path) ? cdr_fail_errno(&cli->err, CDR_E_IO, "cli", "playbook.unlink", errno, "playbooks/%s.json cannot be removed", w->name) : s;
}

static cdr_exit run(cdr_cli *cli)
{
    search w = {.cli = cli, .name = cli->argv[0]};
    cdr_status s = look(cli, &w);
    if (s == CDR_OK)
        s = confirm(cli, &w);
    if (s == CDR_OK)
        s = cdr_cli_start_writing(cli);
    if (s == CDR_OK)
        s = take_out(cli, &w);
    cdr_free(w.path);
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    bool again = is_shipped(w.name);
    if (cli->json)
        return cdr_cli_print_json(cli, json_pack("{s:s, s:b}", "name", w.name, "shipped", (int)again), CDR_EXIT_OK);
    cdr_cli_say(cli, "%s was removed.%s\n", w.name, again ? " The one that comes with Candor is used again." : "");
    return CDR_EXIT_OK;
}

static const cdr_opt options[] = {
    {"yes", 'y', CDR_OPT_FLAG, NULL, NULL, "do not ask"},
    {0},
};

const cdr_cmd cdr_cmd_playbook_remove = {
    .path = "playbook remove",
    .group = "Be ready",
    .summary = "take a playbook of your own out again",
    .args = "NAME",
    .min_args = 1,
    .max_args = 1,
    .opts = options,
    .flags = CDR_CMD_READONLY,
    .roles = CDR_ROLES_RESPOND,
    .description = "Removes playbooks/NAME.json from the workspace, and enters in the ledger which one it was, with its hash. Only your own can be removed, and none while a run that follows it is not over. Runs "
                   "that are over keep the text they followed. Where it stood in place of one that comes with Candor, that one is used again.",
    .examples = "  candor playbook remove till-theft\n",
    .json_shape = "  {\"name\": \"till-theft\", \"shipped\": false}\n",
    .run = run,
};
