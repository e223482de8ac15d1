/* SPDX-License-Identifier: Apache-2.0 */
/* candor customer find: who is it? Reference, initials and masked city, never more. */
#include "base/text.h"
#include "cli/customer.h"

#include <string.h>

#define IDENTIFIER_MAX 512

static const struct { const char *option, *prompt, *what; uint16_t field; } keys[] = {
    {"email", "E-mail address: ", "e-mail address", CDR_FIELD_EMAIL}, {"phone", "Telephone: ", "telephone", CDR_FIELD_PHONE}, {"account", "Account number: ", "account number", CDR_FIELD_ACCOUNT},
};

static cdr_status find(cdr_cli *cli, cdr_vault *v, size_t key, int64_t ids[CDR_VAULT_FIND_MAX], size_t *ret_count)
{
    cdr_secret *typed = NULL;
    cdr_status s = cdr_customer_line(cli, keys[key].prompt, keys[key].what, IDENTIFIER_MAX, &typed);
    if (s == CDR_OK)
        s = cdr_vault_find(v, keys[key].field, (const char *)cdr_secret_bytes(typed), cdr_secret_len(typed), ids, ret_count, &cli->err);
    cdr_secret_free(typed);
    return s;
}

static cdr_status show(cdr_cli *cli, cdr_vault *v, int64_t id, json_t *list)
{
    cdr_customer c;
    cdr_customer_hint h;
    cdr_status s = cdr_vault_customer_by_id(v, id, &c, &cli->err);
    if (s == CDR_OK)
        s = cdr_vault_hint(v, id, &h, &cli->err);
    if (s != CDR_OK)
        return s;
    if (!cli->json) {
        cdr_cli_print(cli, "%-16s  %-10s  %s\n", c.ref, h.initials, h.city);
        return CDR_OK;
    }
    return json_array_append_new(list, json_pack("{s:s, s:s, s:s}", "ref", c.ref, "initials", h.initials, "city", h.city)) ? cdr_fail_nomem(&cli->err, "cli") : CDR_OK;
}

static cdr_exit run(cdr_cli *cli)
{
    size_t key = CDR_COUNT(keys), given = 0, count = 0;
    int64_t ids[CDR_VAULT_FIND_MAX];
    for (size_t i = 0; i < CDR_COUNT(keys); i++)
        if (cdr_opt_flag(cli, keys[i].option)) {
            key = i;
            given++;
        }
    if (cli->argc && strcmp(cli->argv[0], "-") != 0)
        return cdr_cli_usage(cli, "What is looked for is typed at the prompt or sent to standard input: on a command line everybody on this machine can read it.");
    if (given != 1)
        return cdr_cli_usage(cli, "Say what you look for: one of --email, --phone and --account. The value itself is asked for.");
    _cleanup_(cdr_vault_closepp) cdr_vault *v = NULL;
    _cleanup_json_ json_t *list = json_array();
    cdr_status s = list ? cdr_vault_open(cli->ws, &v, &cli->err) : cdr_fail_nomem(&cli->err, "cli");
    if (s == CDR_OK)
        s = find(cli, v, key, ids, &count);
    for (size_t i = 0; s == CDR_OK && i < count; i++)
        s = show(cli, v, ids[i], list);
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    cdr_exit code = count ? CDR_EXIT_OK : CDR_EXIT_NOT_FOUND;
    if (cli->json)
        return cdr_cli_print_json(cli, json_pack("{s:O, s:b}", "customers", list, "more", (int)(count == CDR_VAULT_FIND_MAX)), code);
    if (!count)
        cdr_cli_say(cli, "Nobody has this %s on file.\n", keys[key].what);
    if (count == CDR_VAULT_FIND_MAX)
        cdr_cli_say(cli, "There may be more; ask for something else, too.\n");
    return code;
}

static const cdr_opt options[] = {
    {"email", 'e', CDR_OPT_FLAG, NULL, NULL, "by e-mail address"},
    {"phone", 'p', CDR_OPT_FLAG, NULL, NULL, "by telephone, fixed or mobile"},
    {"account", 'a', CDR_OPT_FLAG, NULL, NULL, "by account number"},
    {0},
};

const cdr_cmd cdr_cmd_customer_find = {
    .path = "customer find",
    .group = "Tell only the customer",
    .summary = "look a customer up by e-mail address, telephone or account number",
    .args = "[-]",
    .min_args = 0,
    .max_args = 1,
    .opts = options,
    .flags = CDR_CMD_READONLY,
    .roles = CDR_ROLE_OWNER | CDR_ROLE_STAFF | CDR_ROLE_RESPONDER,
    .description = "The value is typed at the prompt or read from standard input, never from the command line: other people on the machine can list the commands that run, and a shell keeps "
                   "them. The answer is the reference, initials and the first letter of the city: enough to know that it is the right record, too little to tell a caller anything. "
                   "Exit code 3: nobody has it on file.",
    .examples = "  # a person types it\n  candor customer find --email\n  echo K-1001 | candor customer find --account\n",
    .json_shape = "  {\"customers\": [{\"ref\": \"C-1042-K7QF\", \"initials\": \"A. L.\", \"city\": \"B…\"}], \"more\": false}\n",
    .run = run,
};
