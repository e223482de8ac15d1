/* SPDX-License-Identifier: Apache-2.0 */
/* candor ledger verify: is this what was written? */
#include "base/io.h"
#include "base/parse.h"
#include "cli/cmd.h"
#include "core/ledger/store.h"

static cdr_exit print_verdict(cdr_cli *cli, const cdr_ledger_verdict *v, const char *root, bool kept)
{
    cdr_exit code = v->ok ? CDR_EXIT_OK : CDR_EXIT_NO;
    if (cli->json && v->ok)
        return cdr_cli_print_json(cli, json_pack("{s:b, s:I, s:s, s:b}", "ok", 1, "size", (json_int_t)v->size, "root", root, "kept_checkpoint", (int)kept), code);
    if (cli->json)
        return cdr_cli_print_json(cli, json_pack("{s:b, s:I, s:I, s:s}", "ok", 0, "verified", (json_int_t)v->size, "index", (json_int_t)v->bad_index, "reason", v->reason), code);
    if (v->ok)
        cdr_cli_print(cli, "The ledger is intact: %llu entr%s, every hash and signature fits%s.\nRoot %s\n", (unsigned long long)v->size, v->size == 1 ? "y" : "ies",
                      kept ? ", and it continues the kept checkpoint" : "", root);
    else
        cdr_cli_print(cli, "The ledger is NOT intact. First entry that does not fit: %llu (%s).\nKeep the workspace as it is and fetch a backup; entries before %llu verify.\n",
                      (unsigned long long)v->bad_index, v->reason, (unsigned long long)v->bad_index);
    return code;
}

static cdr_exit run(cdr_cli *cli)
{
    cdr_ledger *ledger = cdr_workspace_ledger(cli->ws);
    cdr_ledger_verdict verdict;
    const char *path = cdr_opt_text(cli, "checkpoint");
    _cleanup_buf_ cdr_buf kept = CDR_BUF(CDR_NOTE_MAX);
    uint8_t root[CDR_SHA256_BYTES] = {0};
    char hex[2 * CDR_SHA256_BYTES + 1];
    cdr_status s = path ? cdr_file_read(path, &kept, &cli->err) : CDR_OK;
    if (s == CDR_OK)
        s = cdr_ledger_verify(ledger, path ? kept.data : NULL, &verdict, &cli->err);
    if (s == CDR_OK && verdict.ok)
        s = cdr_ledger_root(ledger, verdict.size, root, &cli->err);
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    cdr_hex_encode(root, sizeof root, hex);
    return print_verdict(cli, &verdict, hex, path != NULL);
}

static const cdr_opt options[] = {
    {"checkpoint", 'c', CDR_OPT_TEXT, "FILE", NULL, "a checkpoint that was kept elsewhere: the ledger must continue it"},
    {0},
};

const cdr_cmd cdr_cmd_ledger_verify = {
    .path = "ledger verify",
    .group = "Prove it",
    .summary = "recompute the ledger and check every signature",
    .max_args = 0,
    .opts = options,
    .flags = CDR_CMD_READONLY,
    .roles = CDR_ROLES_READ,
    .description = "Recomputes every hash from the entries and checks each signed checkpoint. An entry that was cut, changed, moved or put in is named, and the exit code is 1.\n"
                   "A history that was rolled back as a whole shows only against a checkpoint that was kept elsewhere: print one with candor ledger checkpoint and mail it to somebody.",
    .examples = "  candor ledger verify\n  # against the checkpoint your lawyer keeps\n  candor ledger verify --checkpoint 2027-03-checkpoint.txt\n",
    .json_shape = "  {\"ok\": true, \"size\": 12, \"root\": \"hex\", \"kept_checkpoint\": false}\n  {\"ok\": false, \"verified\": 7, \"index\": 7, \"reason\": \"…\"}\n",
    .run = run,
};
