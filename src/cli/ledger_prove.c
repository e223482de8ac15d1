/* SPDX-License-Identifier: Apache-2.0 */
/* candor ledger prove: one entry with its proof, for somebody who has nothing but the public key. */
#include "base/io.h"
#include "base/parse.h"
#include "cli/ledger_prove.h"

#include <string.h>

/* An entry that was changed since has no proof; better to know it here than from the regulator. */
static cdr_status check_holds(cdr_cli *cli, uint64_t idx, const cdr_buf *entry, const cdr_proof *proof, const cdr_buf *note)
{
    cdr_checkpoint c;
    cdr_hash leaf;
    cdr_merkle_leaf(entry->data ? entry->data : "", entry->len, &leaf);
    if (cdr_checkpoint_open(note->data ? note->data : "", note->len, cdr_ledger_vkey(cdr_workspace_ledger(cli->ws)), &c, NULL) == CDR_OK &&
        cdr_merkle_check_inclusion(&leaf, idx, c.size, &c.root, proof->hashes, proof->count))
        return CDR_OK;
    return cdr_fail(&cli->err, CDR_E_CORRUPT, "ledger", "ledger.no-proof", "Entry %llu is not what was signed, so that no proof of it holds; run candor ledger verify.", (unsigned long long)idx);
}

cdr_status cdr_cli_prove(cdr_cli *cli, uint64_t idx, cdr_buf *entry, cdr_buf *out)
{
    cdr_ledger *ledger = cdr_workspace_ledger(cli->ws);
    cdr_proof proof;
    _cleanup_buf_ cdr_buf note = CDR_BUF(CDR_NOTE_MAX);
    cdr_status s = cdr_ledger_entry(ledger, idx, entry, &cli->err);
    /* Taken after the entry was found, so that it is larger than its index; a writer may be adding others meanwhile. */
    uint64_t size = 0;
    if (s == CDR_OK)
        s = cdr_ledger_read_size(ledger, &size, &cli->err);
    if (s == CDR_OK)
        s = cdr_merkle_prove_inclusion(cdr_ledger_node, ledger, idx, size, &proof, &cli->err);
    if (s == CDR_OK)
        s = cdr_ledger_checkpoint_at(ledger, size, &note, &cli->err);
    if (s == CDR_OK)
        s = check_holds(cli, idx, entry, &proof, &note);
    if (s == CDR_OK)
        s = cdr_tlog_proof_format(idx, &proof, note.data, out, &cli->err);
    return s;
}

static cdr_status write_both(cdr_cli *cli, const char *path, const cdr_buf *entry, const cdr_buf *proof)
{
    _cleanup_free_ char *entry_path = cdr_asprintf("%s.entry", path), *proof_path = cdr_asprintf("%s.tlog-proof", path);
    if (!entry_path || !proof_path)
        return cdr_fail_nomem(&cli->err, "cli");
    cdr_status s = cdr_file_write(entry_path, entry->data, entry->len, 0644, &cli->err);
    if (s == CDR_OK)
        s = cdr_file_write(proof_path, proof->data, proof->len, 0644, &cli->err);
    if (s == CDR_OK && !cli->json)
        cdr_cli_say(cli, "Wrote %s and %s.\nThey check with: candor ledger check %s --key KEY\n", entry_path, proof_path, path);
    return s;
}

static cdr_exit run(cdr_cli *cli)
{
    uint64_t idx;
    if (!cdr_parse_u64(cli->argv[0], strlen(cli->argv[0]), 0, INT64_MAX, &idx))
        return cdr_cli_usage(cli, "INDEX is the number of an entry, as candor ledger log shows it.");
    const char *out = cdr_opt_text(cli, "out");
    _cleanup_buf_ cdr_buf entry = CDR_BUF(CDR_LEDGER_ENTRY_MAX), proof = CDR_BUF(CDR_NOTE_MAX);
    cdr_status s = cdr_cli_prove(cli, idx, &entry, &proof);
    if (s == CDR_OK && out)
        s = write_both(cli, out, &entry, &proof);
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    if (cli->json)
        return cdr_cli_print_json(cli, json_pack("{s:I, s:s, s:s}", "index", (json_int_t)idx, "entry", entry.data, "proof", proof.data), CDR_EXIT_OK);
    if (!out)
        cdr_cli_print(cli, "%s", proof.data);
    return CDR_EXIT_OK;
}

static const cdr_opt options[] = {
    {"out", 'o', CDR_OPT_TEXT, "NAME", NULL, "write NAME.entry and NAME.tlog-proof instead of printing the proof"},
    {0},
};

const cdr_cmd cdr_cmd_ledger_prove = {
    .path = "ledger prove",
    .group = "Prove it",
    .summary = "prove that one entry is in the ledger",
    .args = "INDEX",
    .min_args = 1,
    .max_args = 1,
    .opts = options,
    .flags = CDR_CMD_READONLY,
    .roles = CDR_ROLES_READ,
    .description = "Prints the entry's inclusion proof and the signed checkpoint it leads to (format c2sp.org/tlog-proof@v1). The proof shows nothing of other entries.",
    .examples = "  candor ledger prove 7\n  # two files for a regulator\n  candor ledger prove 7 --out notice-sent\n",
    .json_shape = "  {\"index\": 7, \"entry\": \"…\", \"proof\": \"c2sp.org/tlog-proof@v1\\n…\"}\n",
    .run = run,
};

/* --- the other side: checking with nothing but the key --- */

static cdr_status check(cdr_cli *cli, const cdr_vkey *key, const cdr_buf *entry, const cdr_buf *text, cdr_checkpoint *c, uint64_t *idx)
{
    cdr_tlog_proof p;
    cdr_hash leaf;
    cdr_status s = cdr_tlog_proof_parse(text->data, text->len, &p, &cli->err);
    if (s == CDR_OK)
        s = cdr_checkpoint_open(p.note, p.note_len, key, c, &cli->err);
    if (s != CDR_OK)
        return s;
    *idx = p.idx;
    cdr_merkle_leaf(entry->data ? entry->data : "", entry->len, &leaf);
    if (cdr_merkle_check_inclusion(&leaf, p.idx, c->size, &c->root, p.proof.hashes, p.proof.count))
        return CDR_OK;
    return cdr_fail(&cli->err, CDR_DENIED, "ledger", "proof.wrong", "The proof does not hold: the entry is not number %llu of the ledger that was signed.", (unsigned long long)p.idx);
}

cdr_status cdr_cli_prove_check(cdr_cli *cli, const char *name, const char *key_text, cdr_buf *entry, cdr_checkpoint *ret, uint64_t *ret_idx)
{
    cdr_vkey key;
    _cleanup_buf_ cdr_buf proof = CDR_BUF(CDR_NOTE_MAX);
    _cleanup_free_ char *entry_path = cdr_asprintf("%s.entry", name), *proof_path = cdr_asprintf("%s.tlog-proof", name);
    if (!entry_path || !proof_path)
        return cdr_fail_nomem(&cli->err, "cli");
    cdr_status s = cdr_vkey_parse(key_text, &key, &cli->err);
    if (s == CDR_OK)
        s = cdr_file_read(entry_path, entry, &cli->err);
    if (s == CDR_OK)
        s = cdr_file_read(proof_path, &proof, &cli->err);
    return s == CDR_OK ? check(cli, &key, entry, &proof, ret, ret_idx) : s;
}

static cdr_exit run_check(cdr_cli *cli)
{
    cdr_checkpoint c;
    uint64_t idx = 0;
    const char *key_text = cdr_opt_text(cli, "key");
    _cleanup_buf_ cdr_buf entry = CDR_BUF(CDR_LEDGER_ENTRY_MAX);
    if (!key_text)
        return cdr_cli_usage(cli, "Give the ledger's key with --key; candor ledger checkpoint --key prints it on the machine that keeps the ledger.");
    cdr_status s = cdr_cli_prove_check(cli, cli->argv[0], key_text, &entry, &c, &idx);
    if (s == CDR_DENIED) {
        cdr_cli_fail(cli, s);
        return CDR_EXIT_NO;
    }
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    if (cli->json)
        return cdr_cli_print_json(cli, json_pack("{s:b, s:I, s:I, s:s}", "ok", 1, "index", (json_int_t)idx, "size", (json_int_t)c.size, "origin", c.origin), CDR_EXIT_OK);
    cdr_cli_print(cli, "The proof holds: this is entry %llu of %s, which had %llu entries when it was signed.\n", (unsigned long long)idx, c.origin, (unsigned long long)c.size);
    return CDR_EXIT_OK;
}

static const cdr_opt check_options[] = {
    {"key", 'k', CDR_OPT_TEXT, "VKEY", NULL, "the ledger's key: name+id+base64"},
    {0},
};

const cdr_cmd cdr_cmd_ledger_check = {
    .path = "ledger check",
    .group = "Prove it",
    .summary = "check a proof that somebody gave you",
    .args = "NAME",
    .min_args = 1,
    .max_args = 1,
    .opts = check_options,
    .description = "Reads NAME.entry and NAME.tlog-proof and checks them against the ledger's key. It needs no workspace. A proof that does not hold exits 1.",
    .examples = "  candor ledger check notice-sent --key \"$(cat key.vkey)\"\n",
    .json_shape = "  {\"ok\": true, \"index\": 7, \"size\": 12, \"origin\": \"candor/…\"}\n",
    .run = run_check,
};
