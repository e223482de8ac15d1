/* SPDX-License-Identifier: Apache-2.0 */
/* candor ledger checkpoint, candor ledger export: what leaves the machine so that others can hold us to it. */
#include "base/io.h"
#include "cli/cmd.h"
#include "core/ledger/store.h"

#include <string.h>

static cdr_exit run(cdr_cli *cli)
{
    cdr_ledger *ledger = cdr_workspace_ledger(cli->ws);
    const char *out = cdr_opt_text(cli, "out");
    char key[CDR_ORIGIN_MAX + 100];
    char *note = NULL;
    cdr_vkey_format(cdr_ledger_vkey(ledger), key, sizeof key);
    if (cdr_opt_flag(cli, "key")) {
        cdr_cli_print(cli, "%s\n", key);
        return CDR_EXIT_OK;
    }
    cdr_status s = cdr_ledger_checkpoint(ledger, &note, &cli->err);
    if (s == CDR_OK && out)
        s = cdr_file_write(out, note, strlen(note), 0644, &cli->err);
    if (s != CDR_OK) {
        cdr_free(note);
        return cdr_cli_fail(cli, s);
    }
    _cleanup_free_ char *shown = cdr_cli_shown(out ? out : "");
    cdr_exit code = CDR_EXIT_OK;
    if (cli->json)
        code = cdr_cli_print_json(cli, json_pack("{s:s, s:s}", "checkpoint", note, "key", key), CDR_EXIT_OK);
    else if (out)
        cdr_cli_say(cli, "Wrote %s. Keep it on another machine, or mail it to your lawyer or insurer.\n", shown);
    else
        cdr_cli_print(cli, "%s", note);
    cdr_free(note);
    return code;
}

static const cdr_opt options[] = {
    {"out", 'o', CDR_OPT_TEXT, "FILE", NULL, "write it to FILE instead of printing it"},
    {"key", 0, CDR_OPT_FLAG, NULL, NULL, "print the key that checks the signatures instead"},
    {0},
};

const cdr_cmd cdr_cmd_ledger_checkpoint = {
    .path = "ledger checkpoint",
    .group = "Prove it",
    .summary = "print the newest signed checkpoint",
    .max_args = 0,
    .opts = options,
    .flags = CDR_CMD_READONLY,
    .roles = CDR_ROLES_READ,
    .description = "A checkpoint is three lines and a signature: the ledger's name, its size and its root hash. Whoever keeps it can tell later whether history was changed.",
    .examples = "  candor ledger checkpoint\n  candor ledger checkpoint --out checkpoint-2027-03.txt\n  candor ledger checkpoint --key\n",
    .json_shape = "  {\"checkpoint\": \"candor/…\\n12\\n…\", \"key\": \"candor/…+id+base64\"}\n",
    .run = run,
};

static cdr_exit run_export(cdr_cli *cli)
{
    cdr_ledger *ledger = cdr_workspace_ledger(cli->ws);
    const char *out = cdr_opt_text(cli, "out");
    cdr_status s = cdr_ledger_export(ledger, out, &cli->err);
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    uint64_t size = cdr_ledger_size(ledger);
    _cleanup_free_ char *shown = cdr_cli_shown(out);
    if (cli->json)
        return cdr_cli_print_json(cli, json_pack("{s:s, s:I}", "folder", shown, "size", (json_int_t)size), CDR_EXIT_OK);
    cdr_cli_say(cli, "Wrote %llu entr%s to %s: checkpoint, tile/, key.vkey, key.pem.\n", (unsigned long long)size, size == 1 ? "y" : "ies", shown);
    return CDR_EXIT_OK;
}

static const cdr_opt export_options[] = {
    {"out", 'o', CDR_OPT_TEXT, "DIR", "ledger", "folder to write to"},
    {0},
};

const cdr_cmd cdr_cmd_ledger_export = {
    .path = "ledger export",
    .group = "Prove it",
    .summary = "write the ledger as a tlog-tiles folder for others' tools",
    .max_args = 0,
    .opts = export_options,
    .flags = CDR_CMD_READONLY,
    .roles = CDR_ROLES_READ,
    .description = "The folder has the layout of c2sp.org/tlog-tiles, with the public key beside it. Any verifier of transparency logs reads it; docs/ledger.md shows how openssl alone does it.",
    .examples = "  candor ledger export --out ledger-2027-03\n",
    .json_shape = "  {\"folder\": \"ledger\", \"size\": 12}\n",
    .run = run_export,
};
