/* SPDX-License-Identifier: Apache-2.0 */
/* candor init: make a workspace. */
#include "cli/passphrase.h"

#include <string.h>

static cdr_exit run(cdr_cli *cli)
{
    const char *org = cdr_opt_text(cli, "org");
    const char *dir = cli->argc ? cli->argv[0] : cli->workspace_dir;
    cdr_secret *passphrase = NULL;
    if (cdr_opt_flag(cli, "passphrase")) {
        cdr_status s = cdr_passphrase_read(cli, true, &passphrase);
        if (s != CDR_OK)
            return cdr_cli_fail(cli, s);
        if (!passphrase)
            return cdr_cli_usage(cli, "There is no terminal to ask for a passphrase; give --passphrase-file FILE.");
    }
    cdr_status s = cdr_workspace_create(&cli->ctx, dir, org, passphrase, &cli->err);
    bool sealed = passphrase != NULL;
    cdr_secret_free(passphrase);
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    _cleanup_free_ char *shown = cdr_cli_shown(dir);
    if (!shown)
        return cdr_cli_fail(cli, cdr_fail_nomem(&cli->err, "cli"));
    if (cli->json)
        return cdr_cli_print_json(cli, json_pack("{s:s, s:s, s:b}", "workspace", shown, "organisation", org, "passphrase", (int)sealed), CDR_EXIT_OK);
    if (cli->quiet)
        return CDR_EXIT_OK;
    cdr_cli_print(cli, "Made a workspace for %s in %s.\n", org, shown);
    cdr_cli_print(cli, sealed ? "Its key is sealed with your passphrase. Nobody can open it without that.\n"
                              : "Its key is in %s/candor.key, readable by you alone. Keep a copy in a safe place.\n", shown);
    cdr_cli_print(cli, "\nNext: candor audit FOLDER --out report\n");
    return CDR_EXIT_OK;
}

static const cdr_opt options[] = {
    {"org", 'o', CDR_OPT_TEXT, "NAME", "Our organisation", "name of the organisation, as it appears in reports"},
    {"passphrase", 0, CDR_OPT_FLAG, NULL, NULL, "seal the key file with a passphrase (Argon2id); asks for it, or reads --passphrase-file"},
    {0},
};

const cdr_cmd cdr_cmd_init = {
    .path = "init",
    .group = "Workspace",
    .summary = "make a workspace: database, key file, ledger",
    .args = "[DIR]",
    .max_args = 1,
    .opts = options,
    .description = "A workspace is one folder. It holds the inventory, the ledger and the key.\n"
                   "Found values are never stored, only keyed hashes of them: the key makes them useless to others.",
    .examples = "  # in ./candor-workspace, key file readable by you alone\n  candor init --org \"Harbour Books\"\n"
                "  # somewhere else, sealed with a passphrase\n  candor init /srv/candor --org \"Harbour Books\" --passphrase\n",
    .json_shape = "  {\"workspace\": \"candor-workspace\", \"organisation\": \"Harbour Books\", \"passphrase\": false}\n",
    .run = run,
};
