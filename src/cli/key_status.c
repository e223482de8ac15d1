/* SPDX-License-Identifier: Apache-2.0 */
/* candor key status, candor key rotate. */
#include "base/time.h"
#include "base/words.h"
#include "cli/customer.h"
#include "cli/progress.h"
#include "core/vault/keys.h"
#include "core/vault/shares.h"

#include <string.h>

static cdr_status read_status(cdr_cli *cli, cdr_key_status *ret, bool *ret_vault, cdr_keyfile_kind *ret_kind)
{
    _cleanup_(cdr_vault_closepp) cdr_vault *v = NULL;
    _cleanup_free_ char *keyfile = cdr_cli_keyfile(cli);
    cdr_share_set set;
    *ret = (cdr_key_status){0};
    cdr_status s = keyfile ? cdr_keyfile_kind_of(keyfile, ret_kind, &cli->err) : cdr_fail_nomem(&cli->err, "cli");
    if (s != CDR_OK)
        return s;
    s = cdr_vault_open(cli->ws, &v, &cli->err);
    *ret_vault = s == CDR_OK;
    if (s == CDR_OK)
        s = cdr_vault_key_status(v, ret, &cli->err);
    if (s != CDR_OK && s != CDR_NOT_FOUND)
        return s;
    s = cdr_shares_noted(cli->ws, &set, &cli->err);
    if (s == CDR_OK) {
        ret->shares = set.shares;
        ret->needed = set.needed;
        ret->shares_us = set.made_us;
    }
    return s == CDR_NOT_FOUND ? CDR_OK : s;
}

static json_t *status_json(const cdr_key_status *k, bool vault, cdr_keyfile_kind kind)
{
    char made[CDR_TIME_TEXT], shares[CDR_TIME_TEXT];
    cdr_time_format(k->made_us, made);
    cdr_time_format(k->shares_us, shares);
    return json_pack("{s:b, s:o, s:o}", "passphrase", (int)(kind == CDR_KEYFILE_PASSPHRASE), "shares",
                     k->shares ? json_pack("{s:i, s:i, s:s}", "given_out", (int)k->shares, "needed", (int)k->needed, "made", shares) : json_null(), "vault",
                     vault ? json_pack("{s:I, s:s, s:I, s:I}", "version", (json_int_t)k->version, "made", made, "keys", (json_int_t)k->keys, "older", (json_int_t)k->older) : json_null());
}

static cdr_exit run_status(cdr_cli *cli)
{
    cdr_key_status k;
    bool vault = false;
    cdr_keyfile_kind kind = CDR_KEYFILE_PLAIN;
    cdr_status s = read_status(cli, &k, &vault, &kind);
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    if (cli->json)
        return cdr_cli_print_json(cli, status_json(&k, vault, kind), CDR_EXIT_OK);
    _cleanup_buf_ cdr_buf text = CDR_BUF(4000);
    cdr_buf_adds(&text, kind == CDR_KEYFILE_PASSPHRASE ? "The workspace key is sealed with a passphrase.\n" : "The workspace key is not sealed: whoever can read candor.key opens everything (candor key passphrase).\n");
    if (k.shares) {
        cdr_buf_addf(&text, "Recovery shares: %u were given out on ", k.shares);
        cdr_words_date(&text, k.shares_us);
        cdr_buf_addf(&text, "; any %u of them give the key back.\n", k.needed);
    } else
        cdr_buf_adds(&text, "There are no recovery shares: if candor.key is lost, nothing opens any more (candor key shares).\n");
    if (vault) {
        cdr_buf_adds(&text, "Customers' keys: ");
        cdr_words_number(&text, k.keys);
        cdr_buf_addf(&text, ", wrapped by key %u of ", k.version);
        cdr_words_date(&text, k.made_us);
        if (k.older) {
            cdr_buf_adds(&text, "; ");
            cdr_words_number(&text, k.older);
            cdr_buf_adds(&text, " still by an older one (candor key rotate goes on)");
        }
        cdr_buf_adds(&text, ".\n");
    } else
        cdr_buf_adds(&text, "There are no customers yet.\n");
    cdr_cli_print(cli, "%s", text.data ? text.data : "");
    return CDR_EXIT_OK;
}

/* --- rotate --- */

typedef struct turning { cdr_cli *cli; int64_t shown_us; bool drawn; } turning;

static void show(void *arg, uint64_t done, uint64_t all)
{
    turning *t = arg;
    int64_t now = cdr_now_us(&t->cli->ctx);
    char a[32], b[32];
    if (t->cli->quiet || (!t->cli->progress_bar && now - t->shown_us < INT64_C(5000000)))
        return;
    fprintf(stderr, t->cli->progress_bar ? "\r\033[K%s of %s keys wrapped anew" : "candor: %s of %s keys wrapped anew\n", cdr_progress_count(done, a), cdr_progress_count(all, b));
    fflush(stderr);
    t->drawn = t->cli->progress_bar;
    t->shown_us = now;
}

static cdr_exit run_rotate(cdr_cli *cli)
{
    _cleanup_(cdr_vault_closepp) cdr_vault *v = NULL;
    turning t = {.cli = cli, .shown_us = cdr_now_us(&cli->ctx)};
    cdr_key_status k;
    cdr_status s = cdr_vault_open(cli->ws, &v, &cli->err);
    if (s == CDR_OK)
        s = cdr_vault_key_rotate(v, show, &t, &cli->err);
    if (t.drawn)
        fputs("\r\033[K", stderr);
    if (s == CDR_OK)
        s = cdr_vault_key_status(v, &k, &cli->err);
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    if (cli->json)
        return cdr_cli_print_json(cli, json_pack("{s:I, s:I}", "version", (json_int_t)k.version, "keys", (json_int_t)k.keys), CDR_EXIT_OK);
    _cleanup_buf_ cdr_buf text = CDR_BUF(200);
    cdr_words_count(&text, k.keys, "key is", "keys are");
    cdr_cli_say(cli, "%s wrapped anew, by key %u; the older ones are destroyed.\nCopies of candor.keys made before still open with the workspace key until they are gone.\n", text.data ? text.data : "", k.version);
    return CDR_EXIT_OK;
}

const cdr_cmd cdr_cmd_key_status = {
    .path = "key status",
    .group = "Tell only the customer",
    .summary = "is the workspace key sealed, are there recovery shares, which keys wrap the customers' keys",
    .args = NULL,
    .min_args = 0,
    .max_args = 0,
    .flags = CDR_CMD_READONLY,
    .roles = CDR_ROLE_OWNER | CDR_ROLE_AUDITOR,
    .description = "Three layers: the workspace key in candor.key opens the key-encryption key in candor.keys, that one opens the customers' keys. Keep copies of candor.key (or recovery shares) "
                   "apart from the database, and copies of candor.keys apart and for a shorter time: an erased customer is gone for good once they are.",
    .examples = "  candor key status\n",
    .json_shape = "  {\"passphrase\": true, \"shares\": {\"given_out\": 5, \"needed\": 3, \"made\": \"2027-03-14T09:12:00Z\"},\n"
                  "   \"vault\": {\"version\": 2, \"made\": \"2027-03-14T09:12:00Z\", \"keys\": 1000000, \"older\": 0}}\n",
    .run = run_status,
};

const cdr_cmd cdr_cmd_key_rotate = {
    .path = "key rotate",
    .group = "Tell only the customer",
    .summary = "wrap every customer's key anew, by a new key",
    .args = NULL,
    .min_args = 0,
    .max_args = 0,
    .flags = CDR_CMD_WORKSPACE,
    .roles = CDR_ROLE_OWNER,
    .description = "Makes a new key-encryption key, wraps all customers' keys by it and destroys the older one. Fields are not sealed again, so this takes seconds. It may be interrupted; run it "
                   "again and it goes on. Do it when somebody left who could read candor.keys, and once a year.",
    .examples = "  candor key rotate\n",
    .json_shape = "  {\"version\": 2, \"keys\": 1000000}\n",
    .run = run_rotate,
};
