/* SPDX-License-Identifier: Apache-2.0 */
/* candor key shares, key recover, key passphrase: how the workspace key is kept, and how it comes back. */
#include "base/io.h"
#include "base/vec.h"
#include "cli/cmd.h"
#include "cli/passphrase.h"
#include "core/ledger/store.h"
#include "core/vault/shares.h"
#include "core/vault/vault.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- shares --- */

static cdr_exit run_shares(cdr_cli *cli)
{
    const char *dir = cdr_opt_text(cli, "out");
    cdr_share_set set = {.shares = (unsigned)CDR_MIN(cdr_opt_uint(cli, "shares"), (uint64_t)1000), .needed = (unsigned)CDR_MIN(cdr_opt_uint(cli, "needed"), (uint64_t)1000)};
    if (!dir)
        return cdr_cli_usage(cli, "Name the folder for the shares with --out DIR.");
    _cleanup_free_ char *shown = cdr_cli_shown(dir);
    cdr_status s = shown ? cdr_shares_workspace(cdr_workspace_db(cli->ws), set.workspace, &cli->err) : cdr_fail_nomem(&cli->err, "cli");
    if (s == CDR_OK)
        s = cdr_shares_write(&cli->ctx, cdr_workspace_root(cli->ws), cdr_workspace_org(cli->ws), &set, dir, &cli->err);
    if (s == CDR_OK)
        s = cdr_shares_note(cli->ws, &set, &cli->err);
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    if (cli->json)
        return cdr_cli_print_json(cli, json_pack("{s:s, s:i, s:i, s:s}", "set", set.set, "shares", (int)set.shares, "needed", (int)set.needed, "folder", shown), CDR_EXIT_OK);
    cdr_cli_say(cli, "%u shares are in %s; any %u of them give the workspace key back.\nHand each to another person, then delete the folder: together in one place they are the key.\nShares made before "
                "stay valid; collect and burn them.\n", set.shares, shown, set.needed);
    return CDR_EXIT_OK;
}

/* --- recover --- */

typedef struct shares { cdr_share at[CDR_SHARES_MAX]; size_t count; } shares;

static void forget(shares *all)
{
    for (size_t i = 0; i < all->count; i++)
        cdr_share_done(&all->at[i]);
    all->count = 0;
}

static cdr_status read_shares(cdr_cli *cli, shares *all)
{
    if ((unsigned)cli->argc > CDR_SHARES_MAX)
        return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "shares.many", "There are never more than %u shares.", CDR_SHARES_MAX);
    for (int i = 0; i < cli->argc; i++) {
        cdr_buf text = CDR_BUF(CDR_SHARE_TEXT_MAX);
        _cleanup_free_ char *shown = cdr_cli_shown(cli->argv[i]);
        cdr_status s = shown && cdr_buf_reserve(&text, CDR_SHARE_TEXT_MAX) == CDR_OK ? cdr_file_read_regular(cli->argv[i], &text, &cli->err) : cdr_fail_nomem(&cli->err, "cli");
        if (s == CDR_OK)
            s = cdr_share_read(text.data ? text.data : "", text.len, shown, &all->at[all->count], &cli->err);
        all->count += s == CDR_OK;
        cdr_buf_wipe(&text);
        if (s != CDR_OK)
            return s;
    }
    return CDR_OK;
}

/* The database says its identity without a key. */
static cdr_status check_workspace(cdr_cli *cli, const cdr_share *share)
{
    char id[25];
    cdr_db *db = NULL;
    struct stat st;
    _cleanup_free_ char *path = cdr_path_join(cli->workspace_dir, "candor.db");
    if (!path)
        return cdr_fail_nomem(&cli->err, "cli");
    if (stat(path, &st))
        return cdr_fail(&cli->err, CDR_NOT_FOUND, "cli", "cli.no-workspace", "There is no workspace in %s; name its folder with --workspace.", cli->workspace_dir);
    cdr_status s = cdr_db_open(&cli->ctx, path, CDR_DB_READ, &db, &cli->err);
    if (s == CDR_OK)
        s = cdr_shares_workspace(db, id, &cli->err);
    cdr_db_close(db);
    if (s == CDR_OK && strcmp(id, share->of.workspace) != 0)
        s = cdr_fail(&cli->err, CDR_E_INVAL, "cli", "shares.foreign", "These shares belong to another workspace (%s); this one is %s.", share->of.workspace, id);
    return s;
}

/* Does it open what is there: the ledger's signature, and the vault's keys? */
static cdr_status check_key(cdr_cli *cli, const char *keyfile)
{
    cdr_workspace *ws = NULL;
    cdr_vault *v = NULL;
    cdr_checkpoint head;
    cdr_err detail = {0};
    cdr_status s = cdr_workspace_open_keyed(&cli->ctx, cli->workspace_dir, keyfile, CDR_WORKSPACE_READ, 0, NULL, &ws, &detail);
    if (s == CDR_OK)
        s = cdr_ledger_read_head(cdr_workspace_ledger(ws), NULL, &head, &detail);
    if (s == CDR_OK) {
        s = cdr_vault_open(ws, &v, &detail);
        s = s == CDR_NOT_FOUND ? CDR_OK : s;   /* no customers yet */
    }
    cdr_vault_close(v);
    cdr_workspace_close(ws);
    if (s == CDR_E_NOMEM || s == CDR_E_LOCKED || s == CDR_E_IO) {
        cli->err = detail;
        return s;
    }
    return s == CDR_OK ? s : cdr_fail(&cli->err, CDR_DENIED, "cli", "shares.wrong", "The key that these shares give does not open this workspace; nothing was changed. One of them may have been exchanged.");
}

/* Tried under another name first; candor.key appears only when it is the right one. */
static cdr_status put_key(cdr_cli *cli, const char *keyfile, const cdr_secret *root)
{
    cdr_secret *passphrase = NULL;
    _cleanup_free_ char *trial = cdr_asprintf("%s.trial", keyfile);
    if (!trial)
        return cdr_fail_nomem(&cli->err, "cli");
    unlink(trial);
    cdr_status s = cdr_keyfile_create(&cli->ctx, trial, root, NULL, &cli->err);
    if (s == CDR_OK)
        s = check_key(cli, trial);
    unlink(trial);
    if (s == CDR_OK && (cdr_opt_flag(cli, "passphrase") || cdr_opt_text(cli, "new-passphrase-file")))
        s = cdr_passphrase_new(cli, cdr_opt_text(cli, "new-passphrase-file"), &passphrase);
    if (s == CDR_OK)
        s = cdr_keyfile_replace(&cli->ctx, keyfile, root, passphrase, &cli->err);
    cdr_secret_free(passphrase);
    return s;
}

static cdr_exit run_recover(cdr_cli *cli)
{
    shares *all = cdr_alloc(sizeof *all);
    cdr_secret *root = NULL;
    struct stat st;
    _cleanup_free_ char *keyfile = cdr_cli_keyfile(cli), *shown = keyfile ? cdr_cli_shown(keyfile) : NULL;
    if (!all || !shown) {
        cdr_free(all);
        return cdr_cli_fail(cli, cdr_fail_nomem(&cli->err, "cli"));
    }
    cdr_status s = read_shares(cli, all);
    if (s == CDR_OK && !lstat(keyfile, &st) && !cdr_opt_flag(cli, "replace"))
        s = cdr_fail(&cli->err, CDR_E_INVAL, "cli", "shares.key-there", "%s is there; if it does not open any more, say --replace.", shown);
    if (s == CDR_OK)
        s = check_workspace(cli, &all->at[0]);
    if (s == CDR_OK)
        s = cdr_shares_join(all->at, all->count, &root, &cli->err);
    if (s == CDR_OK)
        s = put_key(cli, keyfile, root);
    cdr_secret_free(root);
    forget(all);
    cdr_free(all);
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    if (cli->json)
        return cdr_cli_print_json(cli, json_pack("{s:s, s:b}", "key_file", shown, "recovered", 1), CDR_EXIT_OK);
    cdr_cli_say(cli, "%s is there again and opens the workspace.\n", shown);
    return CDR_EXIT_OK;
}

/* --- passphrase --- */

static cdr_exit run_passphrase(cdr_cli *cli)
{
    bool remove = cdr_opt_flag(cli, "remove");
    cdr_secret *passphrase = NULL;
    _cleanup_free_ char *keyfile = cdr_cli_keyfile(cli), *shown = keyfile ? cdr_cli_shown(keyfile) : NULL;
    if (remove && cdr_opt_text(cli, "new-passphrase-file"))
        return cdr_cli_usage(cli, "A passphrase is removed or given anew: --remove or --new-passphrase-file, not both.");
    cdr_status s = shown ? CDR_OK : cdr_fail_nomem(&cli->err, "cli");
    if (s == CDR_OK && !remove)
        s = cdr_passphrase_new(cli, cdr_opt_text(cli, "new-passphrase-file"), &passphrase);
    if (s == CDR_OK)
        s = cdr_ledger_append(cdr_workspace_ledger(cli->ws), &(cdr_ledger_event){"key.passphrase", cdr_workspace_actor(cli->ws), "candor.key", remove ? "{\"sealed\":false}" : "{\"sealed\":true}"}, NULL,
                              &cli->err);
    if (s == CDR_OK)
        s = cdr_keyfile_replace(&cli->ctx, keyfile, cdr_workspace_root(cli->ws), passphrase, &cli->err);
    cdr_secret_free(passphrase);
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    if (cli->json)
        return cdr_cli_print_json(cli, json_pack("{s:s, s:b}", "key_file", shown, "passphrase", (int)!remove), CDR_EXIT_OK);
    cdr_cli_say(cli, remove ? "%s opens without a passphrase now; whoever can read it opens everything.\n"
                            : "%s is sealed with the new passphrase. Copies made before still open with what opened them: replace them.\n", shown);
    return CDR_EXIT_OK;
}

static const cdr_opt shares_options[] = {
    {"shares", 'n', CDR_OPT_UINT, "N", "5", "how many people get one"},
    {"needed", 'k', CDR_OPT_UINT, "K", "3", "how many of them are needed"},
    {"out", 'o', CDR_OPT_TEXT, "DIR", NULL, "the folder, made if it is missing"},
    {0},
};

const cdr_cmd cdr_cmd_key_shares = {
    .path = "key shares",
    .group = "Tell only the customer",
    .summary = "split the workspace key into recovery shares, k of n",
    .args = NULL,
    .min_args = 0,
    .max_args = 0,
    .opts = shares_options,
    .flags = CDR_CMD_WORKSPACE,
    .roles = CDR_ROLE_OWNER,
    .description = "Each share is a small text file for one person to print or keep on a stick. Any K of them give the workspace key back when candor.key or its passphrase was lost; fewer tell "
                   "nothing at all (Shamir's scheme). A share has a checksum, its number, the set it belongs to and words on what it is.",
    .examples = "  candor key shares --shares 5 --needed 3 --out shares\n",
    .json_shape = "  {\"set\": \"9b1c77d05f3e02a9\", \"shares\": 5, \"needed\": 3, \"folder\": \"shares\"}\n",
    .run = run_shares,
};

static const cdr_opt recover_options[] = {
    {"replace", 0, CDR_OPT_FLAG, NULL, NULL, "there is a key file that does not open any more; put the new one in its place"},
    {"passphrase", 0, CDR_OPT_FLAG, NULL, NULL, "seal the new key file with a passphrase; asks for it"},
    {"new-passphrase-file", 0, CDR_OPT_TEXT, "FILE", NULL, "read that passphrase from FILE"},
    {0},
};

const cdr_cmd cdr_cmd_key_recover = {
    .path = "key recover",
    .group = "Tell only the customer",
    .summary = "make the key file anew from recovery shares",
    .args = "SHARE...",
    .min_args = 1,
    .max_args = -1,
    .opts = recover_options,
    .flags = CDR_CMD_NO_SESSION,
    .description = "Joins the shares, checks that the key they give opens this workspace, and writes the key file. A share that was mistyped or exchanged is told, and nothing is changed. "
                   "Whoever holds enough shares and the workspace's files needs no user and no role here.",
    .examples = "  candor key recover share-1.txt share-3.txt share-4.txt\n",
    .json_shape = "  {\"key_file\": \"candor-workspace/candor.key\", \"recovered\": true}\n",
    .run = run_recover,
};

static const cdr_opt passphrase_options[] = {
    {"new-passphrase-file", 0, CDR_OPT_TEXT, "FILE", NULL, "read the new passphrase from FILE (default: ask)"},
    {"remove", 0, CDR_OPT_FLAG, NULL, NULL, "keep the key without a passphrase"},
    {0},
};

const cdr_cmd cdr_cmd_key_passphrase = {
    .path = "key passphrase",
    .group = "Tell only the customer",
    .summary = "seal the key file with a passphrase, change it, or take it away",
    .args = NULL,
    .min_args = 0,
    .max_args = 0,
    .opts = passphrase_options,
    .flags = CDR_CMD_WORKSPACE,
    .roles = CDR_ROLE_OWNER,
    .description = "The key itself stays the same; the new file takes the place of the old one at once. A service gets its passphrase from systemd: LoadCredentialEncrypted=candor.passphrase in "
                   "the unit, made with systemd-creds encrypt, is found without a word. The key file may lie elsewhere, too: $CANDOR_KEY_FILE, or the credential candor.key.",
    .examples = "  candor key passphrase --new-passphrase-file new.txt\n",
    .json_shape = "  {\"key_file\": \"candor-workspace/candor.key\", \"passphrase\": true}\n",
    .run = run_passphrase,
};
