/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/erasure_receipt.h"

#include "base/io.h"
#include "cli/ledger_prove.h"

#include <string.h>

static const char readme[] =
    "This folder proves that a person's data was erased. It holds no personal data.\n"
    "\n"
    "  receipt.json        what was erased, why, when, and by when copies of the key file have gone\n"
    "  receipt.entry       the entry of the ledger that holds the SHA-256 of receipt.json\n"
    "  receipt.tlog-proof  the proof that this entry stands in the signed ledger (c2sp.org/tlog-proof@v1)\n"
    "  key.pem, key.vkey   the ledger's public key; compare it with one that reached you another way\n"
    "  check.sh            checks all of it with sh, openssl and sha256sum:  sh check.sh\n"
    "\n"
    "With Candor, on any machine:  candor ledger check receipt --key \"$(cat key.vkey)\"\n";

/* The steps of RFC 9162, 2.1.3.2, in the shell. */
static const char check[] =
    "#!/bin/sh\n"
    "# Checks this receipt with openssl and sha256sum.   sh check.sh [KEY.pem]\n"
    "set -eu\n"
    "key=${1:-key.pem}\n"
    "case $key in /*) ;; *) key=$PWD/$key; [ -f \"$key\" ] || key=$(cd \"$(dirname \"$0\")\" && pwd)/key.pem ;; esac\n"
    "cd \"$(dirname \"$0\")\"\n"
    "t=$(mktemp -d); trap 'rm -rf \"$t\"' EXIT\n"
    "no() { echo \"NOT GENUINE: $1\"; exit 1; }\n"
    "\n"
    "# 1. The receipt is the one whose hash stands in the entry.\n"
    "hash=$(sha256sum < receipt.json | cut -c1-64)\n"
    "grep -qF \"\\\"sha256\\\":\\\"$hash\\\"\" receipt.entry || no \"receipt.json was changed.\"\n"
    "\n"
    "# 2. The checkpoint is signed with the key.\n"
    "sed '1,/^$/d' receipt.tlog-proof > \"$t/note\"\n"
    "sed '/^$/,$d' \"$t/note\" > \"$t/text\"\n"
    "sed -n 's/^— [^ ]* //p' \"$t/note\" | base64 -d 2>/dev/null | tail -c 64 > \"$t/sig\"\n"
    "openssl pkeyutl -verify -pubin -inkey \"$key\" -rawin -in \"$t/text\" -sigfile \"$t/sig\" >/dev/null 2>&1 || no \"the checkpoint is not signed with this key.\"\n"
    "size=$(sed -n 2p \"$t/text\"); root=$(sed -n 3p \"$t/text\")\n"
    "\n"
    "# 3. The entry stands in the tree that was signed.\n"
    "index=$(sed -n 's/^index //p' receipt.tlog-proof | head -1)\n"
    "[ \"$index\" -lt \"$size\" ] || no \"the entry lies behind the checkpoint.\"\n"
    "{ printf '\\000'; cat receipt.entry; } | openssl dgst -sha256 -binary > \"$t/r\"\n"
    "fn=$index; sn=$((size - 1))\n"
    "for h in $(sed '1,2d;/^$/,$d' receipt.tlog-proof); do\n"
    "    [ \"$sn\" -ne 0 ] || no \"the proof is too long.\"\n"
    "    printf %s \"$h\" | base64 -d > \"$t/p\" || no \"the proof is damaged.\"\n"
    "    if [ $((fn & 1)) -eq 1 ] || [ \"$fn\" -eq \"$sn\" ]; then\n"
    "        { printf '\\001'; cat \"$t/p\" \"$t/r\"; } | openssl dgst -sha256 -binary > \"$t/n\"\n"
    "        while [ $((fn & 1)) -eq 0 ] && [ \"$fn\" -ne 0 ]; do fn=$((fn >> 1)); sn=$((sn >> 1)); done\n"
    "    else\n"
    "        { printf '\\001'; cat \"$t/r\" \"$t/p\"; } | openssl dgst -sha256 -binary > \"$t/n\"\n"
    "    fi\n"
    "    mv \"$t/n\" \"$t/r\"; fn=$((fn >> 1)); sn=$((sn >> 1))\n"
    "done\n"
    "[ \"$sn\" -eq 0 ] && [ \"$(base64 < \"$t/r\")\" = \"$root\" ] || no \"the entry does not stand in the signed ledger.\"\n"
    "echo \"GENUINE: entry $index of $(sed -n 1p \"$t/text\"), signed over $size entries.\"\n";

static cdr_status write_file(cdr_cli *cli, const char *dir, const char *name, const void *data, size_t len)
{
    _cleanup_free_ char *path = cdr_path_join(dir, name);
    return path ? cdr_file_write(path, data, len, 0644, &cli->err) : cdr_fail_nomem(&cli->err, "cli");
}

cdr_status cdr_cli_erasure_receipt(cdr_cli *cli, cdr_vault *v, const char *receipt, const char *dir)
{
    _cleanup_buf_ cdr_buf document = CDR_BUF(CDR_LEDGER_ENTRY_MAX), entry = CDR_BUF(CDR_LEDGER_ENTRY_MAX), proof = CDR_BUF(CDR_NOTE_MAX);
    char vkey[CDR_ORIGIN_MAX + 100], pem[CDR_PEM_MAX];
    uint64_t index = 0;
    cdr_status s = cdr_vault_erasure_receipt(v, receipt, &document, &index, &cli->err);
    if (s == CDR_OK)
        s = cdr_cli_prove(cli, index, &entry, &proof);
    if (s == CDR_OK)
        s = cdr_mkdirs(dir, 0700, &cli->err);
    if (s != CDR_OK)
        return s;
    const cdr_vkey *key = cdr_ledger_vkey(cdr_workspace_ledger(cli->ws));
    cdr_vkey_pem(key, pem);
    cdr_vkey_format(key, vkey, sizeof vkey - 1);
    memcpy(vkey + strlen(vkey), "\n", 2);
    const struct { const char *name; const void *data; size_t len; } files[] = {
        {"receipt.json", document.data, document.len}, {"receipt.entry", entry.data, entry.len}, {"receipt.tlog-proof", proof.data, proof.len}, {"key.pem", pem, strlen(pem)},
        {"key.vkey", vkey, strlen(vkey)}, {"check.sh", check, sizeof check - 1}, {"README.txt", readme, sizeof readme - 1}};
    for (size_t i = 0; s == CDR_OK && i < CDR_COUNT(files); i++)
        s = write_file(cli, dir, files[i].name, files[i].data, files[i].len);
    return s;
}
