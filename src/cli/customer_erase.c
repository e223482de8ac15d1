/* SPDX-License-Identifier: Apache-2.0 */
/* candor customer erase, customer receipt, customer canary. */
#include "base/time.h"
#include "base/words.h"
#include "cli/customer.h"
#include "cli/erasure_receipt.h"
#include "cli/prompt.h"
#include "core/identity/erase.h"
#include "core/identity/rights.h"

#include <string.h>

/* ${ret_go}: somebody said yes. */
static cdr_status confirm(cdr_cli *cli, cdr_vault *v, const cdr_customer *c, bool *ret_go)
{
    cdr_customer_hint h;
    char question[200];
    *ret_go = cdr_opt_flag(cli, "yes");
    if (*ret_go)
        return CDR_OK;
    if (!cdr_prompt_somebody())
        return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "customer.unconfirmed", "Nothing was erased: erasing cannot be undone; say --yes.");
    cdr_status s = cdr_vault_hint(v, c->id, &h, &cli->err);
    snprintf(question, sizeof question, "Erase %s (%s%s%s)? It cannot be undone. [y/N] ", c->ref, *h.initials ? h.initials : "no name", *h.city ? ", " : "", h.city);
    return s == CDR_OK ? cdr_prompt_yes(cli, question, ret_go) : s;
}

static cdr_status open_customer(cdr_cli *cli, cdr_vault **v, cdr_customer *ret)
{
    cdr_status s = cdr_vault_open(cli->ws, v, &cli->err);
    if (s == CDR_OK)
        s = cdr_vault_customer(*v, cli->argv[0], ret, &cli->err);
    return s == CDR_OK && ret->erased ? cdr_fail(&cli->err, CDR_NOT_FOUND, "cli", "customer.erased", "This customer is erased already.") : s;
}

/* Nobody else waits while a person thinks: the workspace is written to, and the customer looked at again, after the answer. */
static cdr_exit run_erase(cdr_cli *cli)
{
    _cleanup_(cdr_vault_closepp) cdr_vault *v = NULL;
    cdr_customer c;
    _cleanup_(cdr_rights_closep) cdr_rights *rights = NULL;
    cdr_erasure e;
    unsigned closed = 0;
    bool go = false;
    const char *reason = cdr_opt_text(cli, "reason");
    if (!reason || !*reason)
        return cdr_cli_usage(cli, "Say why with --reason: a request's number, \"retention\". It stands in the ledger, so without personal data.");
    cdr_status s = open_customer(cli, &v, &c);
    if (s == CDR_OK)
        s = confirm(cli, v, &c, &go);
    cdr_vault_close(v);
    v = NULL;
    if (s == CDR_OK && !go) {
        cdr_cli_say(cli, "Nothing was erased.\n");
        return CDR_EXIT_NO;
    }
    if (s == CDR_OK)
        s = cdr_cli_start_writing(cli);
    if (s == CDR_OK)
        s = open_customer(cli, &v, &c);
    if (s == CDR_OK)
        s = cdr_identity_erase(v, c.id, reason, &e, &cli->err);
    if (s == CDR_OK)
        s = cdr_rights_open(v, &rights, &cli->err);
    if (s == CDR_OK)
        s = cdr_rights_end_erased(rights, c.id, 0, &closed, &cli->err);
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    char gone[CDR_TIME_TEXT];
    cdr_time_format(e.backups_gone_us, gone);
    if (cli->json)
        return cdr_cli_print_json(cli, json_pack("{s:s, s:s, s:s, s:I, s:i, s:i}", "ref", c.ref, "receipt", e.receipt, "key_backups_gone", gone, "ledger_index", (json_int_t)e.ledger_index, "fields",
                                                 (int)e.cells, "index_rows", (int)e.index_rows), CDR_EXIT_OK);
    _cleanup_buf_ cdr_buf date = CDR_BUF(100);
    cdr_words_date(&date, e.backups_gone_us);
    cdr_cli_print(cli, "%s is erased: the key of all %u fields is destroyed. Receipt %s.\n", c.ref, e.cells, e.receipt);
    cdr_cli_say(cli, "Copies of candor.keys made before may still hold the key; by %s they must be gone.\nThe receipt for the customer: candor customer receipt %s --out DIR\n", date.data ? date.data : gone, e.receipt);
    if (closed)
        cdr_cli_print(cli, "%u open %s of hers %s closed: nothing is held that could answer.\n", closed, closed == 1 ? "request" : "requests", closed == 1 ? "is" : "are");
    return CDR_EXIT_OK;
}

static cdr_exit run_receipt(cdr_cli *cli)
{
    _cleanup_(cdr_vault_closepp) cdr_vault *v = NULL;
    const char *dir = cdr_opt_text(cli, "out");
    if (!dir)
        return cdr_cli_usage(cli, "Name the folder for the receipt with --out DIR.");
    _cleanup_free_ char *shown = cdr_cli_shown(dir);
    cdr_status s = shown ? cdr_vault_open(cli->ws, &v, &cli->err) : cdr_fail_nomem(&cli->err, "cli");
    if (s == CDR_OK)
        s = cdr_cli_erasure_receipt(cli, v, cli->argv[0], dir);
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    if (cli->json)
        return cdr_cli_print_json(cli, json_pack("{s:s, s:s}", "receipt", cli->argv[0], "folder", shown), CDR_EXIT_OK);
    cdr_cli_say(cli, "The receipt is in %s. Whoever has the folder checks it with openssl and sha256sum alone: sh check.sh\n", shown);
    return CDR_EXIT_OK;
}

static cdr_exit run_canary(cdr_cli *cli)
{
    _cleanup_(cdr_vault_closepp) cdr_vault *v = NULL;
    cdr_customer c;
    bool on = !strcmp(cli->argv[1], "on");
    if (!on && strcmp(cli->argv[1], "off") != 0)
        return cdr_cli_usage(cli, "A canary is on or off: candor customer canary REF on");
    cdr_status s = cdr_vault_open(cli->ws, &v, &cli->err);
    if (s == CDR_OK)
        s = cdr_vault_customer(v, cli->argv[0], &c, &cli->err);
    if (s == CDR_OK && c.erased)
        s = cdr_fail(&cli->err, CDR_NOT_FOUND, "cli", "customer.erased", "This customer is erased.");
    if (s == CDR_OK && c.canary != on)
        s = cdr_vault_set_canary(v, c.id, on, &cli->err);
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    if (cli->json)
        return cdr_cli_print_json(cli, json_pack("{s:s, s:b}", "ref", c.ref, "canary", (int)on), CDR_EXIT_OK);
    cdr_cli_say(cli, on ? "%s is a canary: any disclosure of it is an incident.\n" : "%s is no canary any more.\n", c.ref);
    return CDR_EXIT_OK;
}

static const cdr_opt erase_options[] = {
    {"reason", 'r', CDR_OPT_TEXT, "WORDS", NULL, "why, for ledger and receipt; without personal data"},
    {"yes", 'y', CDR_OPT_FLAG, NULL, NULL, "do not ask"},
    {0},
};

const cdr_cmd cdr_cmd_customer_erase = {
    .path = "customer erase",
    .group = "Tell only the customer",
    .summary = "destroy a customer's key, and with it every field",
    .args = "REF",
    .min_args = 1,
    .max_args = 1,
    .opts = erase_options,
    .flags = CDR_CMD_READONLY,
    .roles = CDR_ROLE_OWNER,
    .description = "The customer's key and pseudonym key are destroyed, fields, index rows and factors go, and the logs of both databases are cut. What the ledger says of the customer stays and "
                   "proves what it proved; nobody can tell any more whom it was about. Prints the number of the receipt, and by when backups of candor.keys have rotated out.",
    .examples = "  candor customer erase C-1042-K7QF --reason \"request R-12\" --yes\n",
    .json_shape = "  {\"ref\": \"C-1042-K7QF\", \"receipt\": \"5f3e…\", \"key_backups_gone\": \"2027-04-13T09:12:00Z\", \"ledger_index\": 71,\n   \"fields\": 12, \"index_rows\": 3}\n",
    .run = run_erase,
};

static const cdr_opt receipt_options[] = {
    {"out", 'o', CDR_OPT_TEXT, "DIR", NULL, "the folder, made if it is missing"},
    {0},
};

const cdr_cmd cdr_cmd_customer_receipt = {
    .path = "customer receipt",
    .group = "Tell only the customer",
    .summary = "the receipt of an erasure, to be checked without Candor",
    .args = "NUMBER",
    .min_args = 1,
    .max_args = 1,
    .opts = receipt_options,
    .flags = CDR_CMD_READONLY,
    .roles = CDR_ROLE_OWNER | CDR_ROLE_AUDITOR,
    .description = "Writes a folder with the receipt, its entry of the ledger, the signed checkpoint, the proof that the entry is in it, and check.sh, which needs openssl and sha256sum alone.",
    .examples = "  candor customer receipt 5f3e02a94b1c77d0 --out receipt\n",
    .json_shape = "  {\"receipt\": \"5f3e02a94b1c77d0\", \"folder\": \"receipt\"}\n",
    .run = run_receipt,
};

const cdr_cmd cdr_cmd_customer_canary = {
    .path = "customer canary",
    .group = "Tell only the customer",
    .summary = "mark a record that nobody has a reason to open",
    .args = "REF on|off",
    .min_args = 2,
    .max_args = 2,
    .flags = CDR_CMD_WORKSPACE,
    .roles = CDR_ROLE_OWNER,
    .description = "A canary looks like any other customer. Whoever discloses it has no customer on the line: that opens an incident and alerts the owner.",
    .examples = "  candor customer canary C-1042-K7QF on\n",
    .json_shape = "  {\"ref\": \"C-1042-K7QF\", \"canary\": true}\n",
    .run = run_canary,
};
