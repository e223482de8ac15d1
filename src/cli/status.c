/* SPDX-License-Identifier: Apache-2.0 */
/* candor status, and what `candor` alone prints: the next best action. */
#include "cli/status.h"

#include "core/ledger/store.h"

#include <string.h>
#include <sys/stat.h>

typedef struct advice { const char *headline, *why, *command; } advice;

static advice next_of(uint64_t ledger_size, bool audited)
{
    (void)ledger_size;
    if (!audited)
        return (advice){"Audit the folders where customer data may lie.", "Nothing has been scanned yet.", "candor audit FOLDER --out report"};
    return (advice){"Read the report, and audit again after changes.", "Unchanged files are not read again.", "candor audit FOLDER --out report"};
}

static cdr_status look_for(void *arg, uint64_t idx, const char *entry, size_t len)
{
    (void)idx;
    bool *found = arg;
    static const char mark[] = "\"kind\":\"audit.finish\"";
    *found = *found || memmem(entry, len, mark, sizeof mark - 1);
    return CDR_OK;
}

static cdr_status read_state(cdr_cli *cli, uint64_t *size, bool *audited)
{
    cdr_ledger *ledger = cdr_workspace_ledger(cli->ws);
    *audited = false;
    cdr_status s = cdr_ledger_read_size(ledger, size, &cli->err);
    return s != CDR_OK ? s : cdr_ledger_each(ledger, 0, look_for, audited, &cli->err);
}

static cdr_exit run(cdr_cli *cli)
{
    uint64_t size;
    bool audited;
    cdr_status s = read_state(cli, &size, &audited);
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    advice a = next_of(size, audited);
    if (cli->json)
        return cdr_cli_print_json(cli, json_pack("{s:s, s:s, s:I, s:b, s:{s:s, s:s, s:s}}", "workspace", cdr_workspace_dir(cli->ws), "organisation",
                                                 cdr_workspace_org(cli->ws), "ledger_entries", (json_int_t)size, "audited", (int)audited, "next", "headline", a.headline,
                                                 "why", a.why, "command", a.command), CDR_EXIT_OK);
    cdr_cli_print(cli, "%s\nworkspace %s, %llu ledger entries\n\nNext: %s %s\n  %s\n", cdr_workspace_org(cli->ws), cdr_workspace_dir(cli->ws),
                  (unsigned long long)size, a.headline, a.why, a.command);
    return CDR_EXIT_OK;
}

const cdr_cmd cdr_cmd_status = {
    .path = "status",
    .group = "Workspace",
    .summary = "what this workspace holds, and the next best action",
    .max_args = 0,
    .flags = CDR_CMD_READONLY,
    .description = "Shows the organisation, the size of the ledger and what to do next.",
    .examples = "  candor status\n",
    .json_shape = "  {\"workspace\": \"…\", \"organisation\": \"…\", \"ledger_entries\": 12, \"audited\": true, \"next\": {\"headline\": \"…\", \"why\": \"…\", \"command\": \"…\"}}\n",
    .run = run,
};

static cdr_exit without_workspace(cdr_cli *cli)
{
    if (cli->json)
        return cdr_cli_print_json(cli, json_pack("{s:n, s:{s:s, s:s}}", "workspace", "next", "headline", "Make a workspace.", "command",
                                                 "candor init --org \"Your organisation\""), CDR_EXIT_OK);
    cdr_cli_print(cli, "Candor finds customer data, proves what you did with it, and knows what a breach would mean.\n\n"
                       "Next: make a workspace, a folder for the inventory, the ledger and the key.\n  candor init --org \"Your organisation\"\n\n"
                       "candor help lists the verbs.\n");
    return CDR_EXIT_OK;
}

cdr_exit cdr_status_next(cdr_cli *cli)
{
    struct stat st;
    if (stat(cli->workspace_dir, &st))
        return without_workspace(cli);
    /* A sealed key is not asked for here: status does. */
    cdr_keyfile_kind kind;
    cdr_buf path = CDR_BUF(4096);
    cdr_buf_addf(&path, "%s/candor.key", cli->workspace_dir);
    cdr_status s = cdr_buf_status(&path) == CDR_OK ? cdr_keyfile_kind_of(path.data, &kind, NULL) : CDR_E_NOMEM;
    cdr_buf_done(&path);
    if (s == CDR_NOT_FOUND)
        return without_workspace(cli);
    if (s == CDR_OK && kind == CDR_KEYFILE_PASSPHRASE) {
        cdr_cli_print(cli, "The workspace %s is sealed.\n\nNext: candor status\n", cli->workspace_dir);
        return CDR_EXIT_OK;
    }
    s = cdr_workspace_open(&cli->ctx, cli->workspace_dir, CDR_WORKSPACE_READ, NULL, &cli->ws, &cli->err);
    return s == CDR_OK ? run(cli) : cdr_cli_fail(cli, s);
}
