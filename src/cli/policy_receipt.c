/* SPDX-License-Identifier: Apache-2.0 */
/* candor policy receipt: what a plan did, with a proof for somebody who has only the ledger's key; and the check of one. */
#include "base/io.h"
#include "base/parse.h"
#include "cli/ledger_prove.h"
#include "cli/plan_words.h"

#include <string.h>

#define RECEIPT_MAX CDR_PLAN_BYTES_MAX

static const char readme[] =
    "This folder proves what was done to data by a plan of Candor.\n"
    "\n"
    "  receipt.json        what was done, step by step, with a verdict for each; it holds no personal data\n"
    "  receipt.entry       the entry of the ledger that holds the SHA-256 of receipt.json\n"
    "  receipt.tlog-proof  the proof that this entry stands in the signed ledger (c2sp.org/tlog-proof@v1)\n"
    "  key.vkey            the ledger's public key; compare it with one that reached you another way\n"
    "\n"
    "With Candor, on any machine, without the workspace:\n"
    "\n"
    "  candor policy receipt --check FOLDER --key \"$(cat key.vkey)\"\n"
    "\n"
    "Without it: sha256sum receipt.json must print the hash that stands in receipt.entry under \"receipt\";\n"
    "docs/ledger.md of Candor shows how the entry is followed to the signed root with openssl and sha256sum.\n";

/* --- handing one out --- */

static cdr_status read_receipt(cdr_cli *cli, const cdr_plan *p, cdr_buf *document, uint64_t *ret_index)
{
    cdr_plan_store st;
    cdr_status s = cdr_plan_store_open(cdr_workspace_db(cli->ws), &st, &cli->err);
    if (s != CDR_OK)
        return s;
    s = cdr_store_receipt_get(&st, p->row, ret_index, document, &cli->err);
    cdr_plan_store_close(&st);
    if (s == CDR_NOT_FOUND)
        s = cdr_fail(&cli->err, CDR_NOT_FOUND, "cli", "receipt.none", "Plan %s has no receipt yet: it was not carried out to its end. candor policy apply %s --yes", p->id, p->id);
    return s;
}

static cdr_status write_folder(cdr_cli *cli, const char *dir, const cdr_buf *document, uint64_t index)
{
    _cleanup_buf_ cdr_buf entry = CDR_BUF(CDR_LEDGER_ENTRY_MAX), proof = CDR_BUF(CDR_NOTE_MAX);
    char key[CDR_ORIGIN_MAX + 100];
    cdr_status s = cdr_cli_prove(cli, index, &entry, &proof);
    cdr_vkey_format(cdr_ledger_vkey(cdr_workspace_ledger(cli->ws)), key, sizeof key - 1);
    memcpy(key + strlen(key), "\n", 2);
    if (s == CDR_OK)
        s = cdr_mkdirs(dir, 0700, &cli->err);
    const struct { const char *name; const void *data; size_t len; } files[] = {{"receipt.json", document->data, document->len}, {"receipt.entry", entry.data, entry.len},
                                                                                {"receipt.tlog-proof", proof.data, proof.len}, {"key.vkey", key, strlen(key)}, {"README.txt", readme, sizeof readme - 1}};
    for (size_t i = 0; s == CDR_OK && i < CDR_COUNT(files); i++) {
        _cleanup_free_ char *path = cdr_path_join(dir, files[i].name);
        s = path ? cdr_file_write(path, files[i].data, files[i].len, 0644, &cli->err) : cdr_fail_nomem(&cli->err, "cli");
    }
    return s;
}

static cdr_exit hand_out(cdr_cli *cli)
{
    _cleanup_(cdr_plan_freep) cdr_plan *p = NULL;
    _cleanup_buf_ cdr_buf document = CDR_BUF(RECEIPT_MAX);
    const char *dir = cdr_opt_text(cli, "out");
    uint64_t index = 0;
    cdr_status s = cdr_cli_open_workspace(cli, CDR_WORKSPACE_READ);
    if (s == CDR_OK)
        s = cdr_cli_plan_load(cli, cli->argv[0], &p);
    if (s == CDR_OK)
        s = read_receipt(cli, p, &document, &index);
    if (s == CDR_OK && dir)
        s = write_folder(cli, dir, &document, index);
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    if (dir && !cli->json)
        cdr_cli_say(cli, "Wrote %s: receipt.json, its entry in the ledger, the proof, the key, and how to check them.\n", dir);
    else if (dir)
        return cdr_cli_print_json(cli, json_pack("{s:s, s:I, s:s}", "plan", p->id, "ledger_entry", (json_int_t)index, "folder", dir), CDR_EXIT_OK);
    else
        cdr_cli_print(cli, "%s\n", document.data);
    return CDR_EXIT_OK;
}

/* --- checking one --- */

static cdr_status check_hash(cdr_cli *cli, const char *dir, const cdr_buf *entry)
{
    uint8_t digest[CDR_SHA256_BYTES];
    char hex[2 * CDR_SHA256_BYTES + 1];
    _cleanup_free_ char *path = cdr_path_join(dir, "receipt.json");
    _cleanup_json_ json_t *j = NULL;
    cdr_status s = path ? cdr_sha256_file(path, digest, &cli->err) : cdr_fail_nomem(&cli->err, "cli");
    if (s == CDR_OK)
        s = cdr_json_parse(entry->data ? entry->data : "", entry->len, "receipt.entry", &j, &cli->err);
    if (s != CDR_OK)
        return s;
    const char *kind = cdr_json_str(j, "kind"), *said = cdr_json_str(json_object_get(j, "details"), "receipt");
    cdr_hex_encode(digest, sizeof digest, hex);
    if (kind && !strcmp(kind, "remedy.receipt") && said && !strcmp(said, hex))
        return CDR_OK;
    return cdr_fail(&cli->err, CDR_DENIED, "cli", "receipt.changed", "%.200s is not the receipt that stands in the ledger: its SHA-256 is another one. It was changed, or belongs to another entry.", path);
}

static cdr_exit check(cdr_cli *cli, const char *dir)
{
    cdr_checkpoint c;
    uint64_t idx = 0;
    const char *key = cdr_opt_text(cli, "key");
    _cleanup_buf_ cdr_buf entry = CDR_BUF(CDR_LEDGER_ENTRY_MAX);
    _cleanup_free_ char *name = cdr_path_join(dir, "receipt");
    if (!key)
        return cdr_cli_usage(cli, "Give the ledger's key with --key: the one that reached you from the organisation, or key.vkey of the folder if you trust it.");
    cdr_status s = name ? cdr_cli_prove_check(cli, name, key, &entry, &c, &idx) : cdr_fail_nomem(&cli->err, "cli");
    if (s == CDR_OK)
        s = check_hash(cli, dir, &entry);
    if (s == CDR_DENIED) {
        cdr_cli_fail(cli, s);
        return CDR_EXIT_NO;
    }
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    if (cli->json)
        return cdr_cli_print_json(cli, json_pack("{s:b, s:I, s:s}", "genuine", 1, "ledger_entry", (json_int_t)idx, "origin", c.origin), CDR_EXIT_OK);
    cdr_cli_print(cli, "The receipt is genuine: entry %llu of %s holds its hash.\n", (unsigned long long)idx, c.origin);
    return CDR_EXIT_OK;
}

static cdr_exit run(cdr_cli *cli)
{
    const char *dir = cdr_opt_text(cli, "check");
    if (!dir == !cli->argc)
        return cdr_cli_usage(cli, "Give the id of a plan, or --check FOLDER.");
    return dir ? check(cli, dir) : hand_out(cli);
}

static const cdr_opt opts[] = {
    {"out", 'o', CDR_OPT_TEXT, "DIR", NULL, "folder for the receipt with its proof"},
    {"check", 0, CDR_OPT_TEXT, "DIR", NULL, "check such a folder; needs no workspace"},
    {"key", 'k', CDR_OPT_TEXT, "VKEY", NULL, "with --check: the ledger's key, name+id+base64"},
    {0},
};

const cdr_cmd cdr_cmd_policy_receipt = {
    .path = "policy receipt",
    .group = "Keep less",
    .summary = "the erasure receipt of a plan, and the check of one",
    .args = "[PLAN]",
    .max_args = 1,
    .opts = opts,
    .roles = CDR_ROLES_READ,
    .description = "Prints the receipt of a plan that was carried out: each step with its verdict (erased, anonymised, pseudonymised, governed by retention, unverified) and the reason, without\n"
                   "personal data. --out writes it into a folder with its entry in the ledger, the proof and the key; --check tells on any machine whether such a folder is genuine\n"
                   "(exit code 1: it is not).",
    .examples = "  # for a regulator\n  candor policy receipt 90f1c2d3e4f5 --out receipt\n  # what the regulator does\n  candor policy receipt --check receipt --key \"$(cat receipt/key.vkey)\"\n",
    .json_shape = "  {\"format\": \"candor-receipt@1\", \"plan\": \"…\", \"policy\": \"…\", \"finished_at\": \"…\", \"steps\": [{\"id\": 1, \"action\": \"purge rows\", \"verdict\": \"erased\", …}], \"totals\": {…}}\n",
    .run = run,
};
