/* SPDX-License-Identifier: Apache-2.0 */
/* candor customer add: one customer, typed or sent. */
#include "cli/customer.h"

#include <string.h>

/* What is asked for at the terminal, in the order in which people say it. */
static const uint16_t asked[] = {CDR_FIELD_GIVEN_NAME, CDR_FIELD_FAMILY_NAME, CDR_FIELD_ACCOUNT, CDR_FIELD_EMAIL, CDR_FIELD_PHONE, CDR_FIELD_MOBILE, CDR_FIELD_ADDRESS, CDR_FIELD_POSTCODE, CDR_FIELD_CITY,
                                 CDR_FIELD_COUNTRY, CDR_FIELD_DATE_OF_BIRTH};

typedef struct adding { cdr_cli *cli; cdr_vault *v; int64_t since_us; json_t *list; uint64_t count; } adding;

/* When all is typed: nobody else waits while a person does. */
static cdr_status begin(adding *a, cdr_err *err)
{
    cdr_status s = a->v ? CDR_OK : cdr_cli_start_writing(a->cli);
    if (s == CDR_OK && !a->v)
        s = cdr_vault_open(a->cli->ws, &a->v, &a->cli->err);
    if (s != CDR_OK && err)
        *err = a->cli->err;
    return s;
}

static cdr_status add(void *arg, const cdr_vault_value *values, size_t count, cdr_err *err)
{
    adding *a = arg;
    cdr_customer c;
    cdr_status s = begin(a, err);
    if (s == CDR_OK)
        s = cdr_vault_add(a->v, values, count, a->since_us, &c, err);
    if (s != CDR_OK)
        return s;
    a->count++;
    if (!a->list)
        cdr_cli_print(a->cli, "%s\n", c.ref);
    else if (json_array_append_new(a->list, json_string(c.ref)))
        return cdr_fail_nomem(err, "cli");
    return CDR_OK;
}

static cdr_exit run(cdr_cli *cli)
{
    _cleanup_(cdr_own_fields_freep) cdr_own_fields *own = NULL;
    _cleanup_json_ json_t *list = cli->json ? json_array() : NULL;
    const cdr_vault_field *fields[CDR_COUNT(asked)];
    adding a = {.cli = cli, .list = list};
    for (size_t i = 0; i < CDR_COUNT(asked); i++)
        fields[i] = cdr_vault_field_of(asked[i]);
    cdr_status s = cdr_customer_since(cli, cdr_opt_text(cli, "on-file-since"), &a.since_us);
    if (s == CDR_OK)
        s = cdr_own_fields_load(cdr_workspace_db(cli->ws), &own, &cli->err);
    if (s == CDR_OK)
        s = cdr_customer_typed(cli, own, fields, CDR_COUNT(fields), cdr_opt_text(cli, "from"), NULL, add, &a);
    cdr_vault_close(a.v);
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    return cli->json ? cdr_cli_print_json(cli, json_pack("{s:O}", "added", list), CDR_EXIT_OK) : CDR_EXIT_OK;
}

static const cdr_opt options[] = {
    {"from", 0, CDR_OPT_TEXT, "FILE", NULL, "read one JSON object a line from FILE; - is standard input"},
    {"on-file-since", 0, CDR_OPT_TEXT, "DATE", NULL, "since when e-mail, telephone and address are on file (default: today)"},
    {"full-card", 0, CDR_OPT_FLAG, NULL, NULL, "keep all of a card number, not only its last four digits"},
    {0},
};

const cdr_cmd cdr_cmd_customer_add = {
    .path = "customer add",
    .group = "Tell only the customer",
    .summary = "add a customer to the vault",
    .args = NULL,
    .min_args = 0,
    .max_args = 0,
    .opts = options,
    .flags = CDR_CMD_READONLY,
    .roles = CDR_ROLE_OWNER | CDR_ROLE_STAFF,
    .description = "Asks for the usual fields on a terminal; otherwise reads one JSON object a line, whose names are fields. No value is taken from the command line, where others on the machine "
                   "could read it. Prints the reference of the new customer. "
                   "Fields: name, given_name, family_name, email, phone, mobile, address, city, region, postcode, country, delivery_address, date_of_birth, account, card, card_last4, bank_account, "
                   "national_id, passport, driving_licence, medical_id, gender, language, order_state, orders, note, guardian, and those of your own that an import made.",
    .examples = "  candor customer add --from new.json\n  # typed by a program\n  echo '{\"name\": \"Ada Archer\", \"email\": \"ada@example.com\"}' | candor customer add\n",
    .json_shape = "  {\"added\": [\"C-1042-K7QF\"]}\n",
    .run = run,
};
