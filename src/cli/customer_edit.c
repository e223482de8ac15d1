/* SPDX-License-Identifier: Apache-2.0 */
/* candor customer edit: fields of a customer changed, and the customer told when it was a way to reach her. */
#include "base/words.h"
#include "cli/customer.h"
#include "cli/disclosure.h"
#include "cli/prompt.h"
#include "core/identity/edit.h"
#include "core/identity/verify.h"

#include <string.h>

typedef struct editing { cdr_cli *cli; cdr_vault *v; cdr_sender *sender; cdr_customer c; const char *reason; uint64_t rows; size_t fields; cdr_edit_told told; json_t *changed; char why[80], home[4]; } editing;

/* What a call must be about so that this field may be changed in it. */
static const char *purpose_of(uint16_t field)
{
    switch (field) {
    case CDR_FIELD_EMAIL: case CDR_FIELD_PHONE: case CDR_FIELD_MOBILE: case CDR_FIELD_ADDRESS: case CDR_FIELD_DELIVERY_ADDRESS: case CDR_FIELD_POSTCODE: case CDR_FIELD_CITY:
    case CDR_FIELD_REGION: case CDR_FIELD_COUNTRY: return "change-contact";
    case CDR_FIELD_BANK_ACCOUNT: case CDR_FIELD_CARD: case CDR_FIELD_CARD_LAST4: return "change-bank";
    default: return "correction";
    }
}

/* The policy says what each purpose takes; without a call the owner answers for it. */
static cdr_status check_call(editing *e, const cdr_vault_value *values, size_t count, cdr_err *err)
{
    const char *call = cdr_opt_text(e->cli, "call");
    _cleanup_(cdr_disclosure_policy_freep) cdr_disclosure_policy *policy = NULL;
    cdr_identity *id = NULL;
    char full[12] = "";
    if (!call)
        return CDR_OK;
    cdr_status s = cdr_cli_disclosure_adopt(e->cli, &policy);
    if (s != CDR_OK) {
        *err = e->cli->err;
        return s;
    }
    s = cdr_identity_open(e->v, policy, NULL, cdr_role_name(e->cli->role), &id, err);
    for (size_t i = 0; s == CDR_OK && i < count; i++)
        s = cdr_verify_may_change(id, call, purpose_of(values[i].field), values[i].field, e->c.id, full, err);
    cdr_identity_close(id);
    if (s == CDR_OK) {
        snprintf(e->why, sizeof e->why, "call %s, verified for it", full);
        e->reason = e->why;
    }
    return s;
}

/* When all is typed: nobody else waits while a person does. */
static cdr_status begin(editing *e, cdr_err *err)
{
    cdr_status s = cdr_cli_start_writing(e->cli);
    if (s == CDR_OK)
        s = cdr_vault_open(e->cli->ws, &e->v, &e->cli->err);
    if (s == CDR_OK)
        s = cdr_sender_open(&e->cli->ctx, e->cli->workspace_dir, &e->sender, &e->cli->err);
    if (s != CDR_OK && err)
        *err = e->cli->err;
    return s;
}

/* New last digits without a number: the number on file is that of another card, and goes. */
static cdr_status old_card(editing *e, const cdr_vault_value *values, size_t *count, cdr_vault_value *with, cdr_err *err)
{
    uint16_t has[CDR_VAULT_FIELDS_MAX];
    size_t n = 0;
    bool card = false, last4 = false, kept = false;
    cdr_status s = cdr_vault_fields(e->v, e->c.id, has, CDR_COUNT(has), &n, err);
    for (size_t i = 0; s == CDR_OK && i < n; i++)
        kept |= has[i] == CDR_FIELD_CARD;
    for (size_t i = 0; i < *count; i++) {
        card |= values[i].field == CDR_FIELD_CARD;
        last4 |= values[i].field == CDR_FIELD_CARD_LAST4;
    }
    bool goes = kept && last4 && !card;
    n = 0;
    for (size_t i = 0; i < *count; i++) {
        if (goes && values[i].field == CDR_FIELD_CARD_LAST4)
            with[n++] = (cdr_vault_value){CDR_FIELD_CARD, "", 0};
        with[n++] = values[i];
    }
    *count = n;
    return s;
}

static cdr_status edit(void *arg, const cdr_vault_value *given, size_t count, cdr_err *err)
{
    cdr_vault_value values[CDR_VAULT_FIELDS_MAX + 2];
    editing *e = arg;
    if (e->rows++)
        return cdr_fail(err, CDR_E_INVAL, "cli", "customer.rows", "One customer is changed at a time: one line.");
    cdr_status s = begin(e, err);
    if (s == CDR_OK)
        s = old_card(e, given, &count, values, err);
    if (s == CDR_OK)
        s = check_call(e, values, count, err);
    if (s == CDR_OK)
        s = cdr_identity_edit(e->v, e->sender, e->c.id, values, count, e->reason, &e->told, err);
    for (size_t i = 0; s == CDR_OK && i < count && i < 64; i++)
        if (e->told.changed & (UINT64_C(1) << i)) {
            const cdr_vault_field *f = cdr_vault_field_info(e->v, values[i].field);
            e->fields++;
            if (json_array_append_new(e->changed, json_string(f ? f->key : "")))
                s = cdr_fail_nomem(err, "cli");
        }
    return s;
}

/* The fields named on the command line, which are no secret; their values are asked for. */
static cdr_status named_fields(cdr_cli *cli, const cdr_own_fields *own, const cdr_vault_field **ret, size_t *ret_count)
{
    *ret_count = 0;
    for (int i = 1; i < cli->argc; i++) {
        const cdr_vault_field *f = cdr_own_fields_find(own, cli->argv[i]);
        if (!f)
            return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "customer.field", "Word %d is no field. Name fields here, such as email or address; their values are asked for.", i + 1);
        ret[(*ret_count)++] = f;
    }
    if (!*ret_count && !cdr_opt_text(cli, "from") && cdr_prompt_somebody())
        return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "customer.field", "Name the fields to change, as in candor customer edit %.40s email address; their values are asked for.", cli->argv[0]);
    return CDR_OK;
}

static cdr_exit report(cdr_cli *cli, editing *e)
{
    const cdr_edit_told *t = &e->told;
    cdr_exit code = t->failed ? CDR_EXIT_INCOMPLETE : CDR_EXIT_OK;
    if (cli->json)
        return cdr_cli_print_json(cli, json_pack("{s:s, s:O, s:i, s:i, s:s}", "ref", e->c.ref, "changed", e->changed, "messages", (int)t->sent, "not_sent", (int)t->failed, "why", t->why), code);
    if (!t->changed) {
        cdr_cli_say(cli, "Nothing differs from what is on file.\n");
        return CDR_EXIT_OK;
    }
    cdr_cli_say(cli, "%s: %zu %s changed.\n", e->c.ref, e->fields, e->fields == 1 ? "field" : "fields");
    if (t->routes)
        cdr_cli_say(cli, "What is new proves nothing for 30 days. %u %s went to old and new.\n", t->sent, t->sent == 1 ? "message" : "messages");
    if (t->failed)
        cdr_cli_print(cli, "%u %s could not be sent: %s\nTell the customer by another way.\n", t->failed, t->failed == 1 ? "message" : "messages", t->why);
    return code;
}

/* Whom it is about is known before anything is typed. */
static cdr_status find_customer(cdr_cli *cli, cdr_customer *ret, char ret_home[4])
{
    _cleanup_(cdr_vault_closepp) cdr_vault *v = NULL;
    cdr_status s = cdr_vault_open(cli->ws, &v, &cli->err);
    if (s == CDR_OK)
        s = cdr_vault_customer(v, cli->argv[0], ret, &cli->err);
    if (s == CDR_OK && ret->erased)
        s = cdr_fail(&cli->err, CDR_NOT_FOUND, "cli", "customer.erased", "This customer is erased.");
    return s == CDR_OK ? cdr_customer_home(v, ret->id, ret_home, &cli->err) : s;
}

static cdr_exit run(cdr_cli *cli)
{
    _cleanup_(cdr_own_fields_freep) cdr_own_fields *own = NULL;
    _cleanup_json_ json_t *changed = json_array();
    const cdr_vault_field *fields[64];
    size_t count = 0;
    editing e = {.cli = cli, .reason = cdr_opt_text(cli, "reason"), .changed = changed};
    bool in_call = cdr_opt_text(cli, "call") != NULL;
    if (in_call && e.reason)
        return cdr_cli_usage(cli, "Either the call says why (--call), or you do (--reason).");
    if (!in_call && cli->role != CDR_ROLE_OWNER)
        return cdr_cli_fail(cli, cdr_fail(&cli->err, CDR_DENIED, "cli", "customer.edit-call", "Staff change a record in a verified call only: --call ID."));
    if (!in_call && (!e.reason || !*e.reason))
        return cdr_cli_usage(cli, "Say why with --reason: it stands in the ledger, so without personal data. What a customer asks for in a call is changed with --call ID.");
    if (cli->argc > 64)
        return cdr_cli_usage(cli, "At most 63 fields can be changed at once.");
    cdr_status s = changed ? find_customer(cli, &e.c, e.home) : cdr_fail_nomem(&cli->err, "cli");
    if (s == CDR_OK)
        s = cdr_own_fields_load(cdr_workspace_db(cli->ws), &own, &cli->err);
    if (s == CDR_OK)
        s = named_fields(cli, own, fields, &count);
    if (s == CDR_OK)
        s = cdr_customer_typed(cli, own, fields, count, cdr_opt_text(cli, "from"), e.home, edit, &e);
    cdr_sender_close(e.sender);
    cdr_vault_close(e.v);
    return s == CDR_OK ? report(cli, &e) : cdr_cli_fail(cli, s);
}

static const cdr_opt options[] = {
    {"call", 'c', CDR_OPT_TEXT, "ID", NULL, "the call in which she asks for it: about change-contact, change-bank or correction, and verified for that"},
    {"reason", 'r', CDR_OPT_TEXT, "WORDS", NULL, "why, for the ledger; without personal data"},
    {"from", 0, CDR_OPT_TEXT, "FILE", NULL, "read one JSON object from FILE; - is standard input"},
    {"full-card", 0, CDR_OPT_FLAG, NULL, NULL, "keep all of a card number, not only its last four digits"},
    {0},
};

const cdr_cmd cdr_cmd_customer_edit = {
    .path = "customer edit",
    .group = "Tell only the customer",
    .summary = "change fields of a customer, and tell her when it is a way to reach her",
    .args = "REF [FIELD...]",
    .min_args = 1,
    .max_args = -1,
    .opts = options,
    .flags = CDR_CMD_READONLY,
    .roles = CDR_ROLE_OWNER | CDR_ROLE_STAFF,
    .description = "Asks for the new value of each field that is named; \"-\" removes it. Without a terminal, one JSON object comes from standard input: its names are fields, an empty text removes "
                   "one. Staff change a record in a verified call only (--call); the owner may say why instead (--reason). When an e-mail address, telephone or address changes, a message goes to the old one and to the new one, and the new one proves nothing for 30 days. "
                   "Exit code 6: changed, but a message could not be sent.",
    .examples = "  # a person types it\n  candor customer edit C-1042-K7QF address postcode --reason \"letter of 3 May\"\n"
                "  echo '{\"email\": \"ada.new@example.com\"}' | candor customer edit C-1042-K7QF --reason \"letter of 3 May\"\n"
                "  # in a call that is about it\n  candor customer edit C-1042-K7QF email --call 7F3K-92\n",
    .json_shape = "  {\"ref\": \"C-1042-K7QF\", \"changed\": [\"email\"], \"messages\": 2, \"not_sent\": 0, \"why\": \"\"}\n",
    .run = run,
};
