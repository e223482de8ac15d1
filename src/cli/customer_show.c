/* SPDX-License-Identifier: Apache-2.0 */
/* candor customer show, customer export: what may be seen without a grant, which is masked. */
#include "base/io.h"
#include "base/time.h"
#include "base/words.h"
#include "cli/customer.h"
#include "core/identity/factor.h"

#include <string.h>

#define MASK_MAX 400
#define PROOF_US (INT64_C(30) * 86400000000)

typedef struct shown { const cdr_vault_field *field; cdr_buf mask; int64_t since_us; } shown;

static cdr_status read_field(cdr_cli *cli, cdr_vault *v, int64_t id, uint16_t field, shown *ret)
{
    *ret = (shown){.field = cdr_vault_field_info(v, field), .mask = CDR_BUF(MASK_MAX)};
    if (!ret->field)
        return cdr_fail(&cli->err, CDR_E_CORRUPT, "cli", "customer.field", "A customer has a field that this workspace does not know; restore the database from a backup.");
    cdr_status s = cdr_vault_mask(v, id, field, &ret->mask, &cli->err);
    if (s == CDR_OK && (ret->field->flags & CDR_VF_ROUTE))
        s = cdr_vault_route_since(v, id, field, &ret->since_us, &cli->err);
    return s;
}

static void print_field(cdr_cli *cli, const shown *x)
{
    _cleanup_buf_ cdr_buf line = CDR_BUF(1000);
    if (x->since_us) {
        bool counts = cdr_now_us(&cli->ctx) - x->since_us >= PROOF_US;
        cdr_buf_adds(&line, "  on file since ");
        cdr_words_date(&line, x->since_us);
        if (!counts) {
            cdr_buf_adds(&line, ", proves nothing before ");
            cdr_words_date(&line, x->since_us + PROOF_US);
        }
    }
    cdr_cli_print(cli, "  %-22s  %s%s\n", x->field->label, x->mask.data ? x->mask.data : "", line.len ? line.data : "");
}

static json_t *field_json(const shown *x)
{
    char since[CDR_TIME_TEXT];
    if (x->since_us)
        cdr_time_format(x->since_us, since);
    return json_pack("{s:s, s:s, s:s?}", "field", x->field->key, "masked", x->mask.data ? x->mask.data : "", "on_file_since", x->since_us ? since : NULL);
}

static cdr_status each_field(cdr_cli *cli, cdr_vault *v, const cdr_customer *c, json_t *list)
{
    uint16_t fields[CDR_VAULT_FIELDS_MAX];
    size_t count = 0;
    cdr_status s = cdr_vault_fields(v, c->id, fields, CDR_COUNT(fields), &count, &cli->err);
    for (size_t i = 0; s == CDR_OK && i < count; i++) {
        shown x;
        s = read_field(cli, v, c->id, fields[i], &x);
        if (s == CDR_OK && list && json_array_append_new(list, field_json(&x)))
            s = cdr_fail_nomem(&cli->err, "cli");
        else if (s == CDR_OK && !list)
            print_field(cli, &x);
        cdr_buf_wipe(&x.mask);
    }
    return s;
}

static json_t *customer_json(const cdr_cli *cli, const cdr_customer *c, json_t *fields)
{
    char created[CDR_TIME_TEXT], changed[CDR_TIME_TEXT];
    cdr_time_format(c->created_us, created);
    cdr_time_format(c->changed_us, changed);
    return json_pack("{s:s, s:s, s:s, s:b, s:b, s:O}", "ref", c->ref, "created", created, "changed", changed, "canary", (int)(c->canary && cli->role == CDR_ROLE_OWNER), "erased", (int)c->erased, "fields", fields);
}

/* --- factors --- */

typedef struct told_factors { cdr_cli *cli; json_t *list; unsigned count; } told_factors;

static cdr_status tell_factor(void *arg, const cdr_factor *f)
{
    told_factors *t = arg;
    char since[CDR_TIME_TEXT];
    /* What waits for its first code, or is used up, proves nothing. */
    if (f->pending || (f->kind == CDR_FACTOR_RECOVERY && !f->left))
        return CDR_OK;
    cdr_time_format(f->enrolled_us, since);
    t->count++;
    if (t->list)
        return json_array_append_new(t->list, json_pack("{s:s, s:s}", "kind", cdr_factor_key(f->kind), "since", since)) ? CDR_E_NOMEM : CDR_OK;
    _cleanup_buf_ cdr_buf date = CDR_BUF(100);
    cdr_words_date(&date, f->enrolled_us);
    cdr_cli_print(t->cli, "  %-22s  since %s\n", cdr_factor_label(f->kind), date.data ? date.data : "");
    return CDR_OK;
}

static cdr_status each_factor(cdr_cli *cli, cdr_vault *v, const cdr_customer *c, json_t *list)
{
    cdr_factors *f;
    told_factors t = {.cli = cli, .list = list};
    cdr_status s = cdr_factors_open(v, &f, &cli->err);
    if (s != CDR_OK)
        return s;
    if (!list)
        cdr_cli_print(cli, "To prove who she is:\n");
    s = cdr_factor_each(f, c->id, false, tell_factor, &t, &cli->err);
    cdr_factors_close(f);
    if (s == CDR_OK && !list && !t.count)
        cdr_cli_print(cli, "  no PIN, words or authenticator yet (candor factor enrol)\n");
    return s;
}

static cdr_status open_customer(cdr_cli *cli, cdr_vault **v, cdr_customer *ret)
{
    cdr_status s = cdr_vault_open(cli->ws, v, &cli->err);
    return s == CDR_OK ? cdr_vault_customer(*v, cli->argv[0], ret, &cli->err) : s;
}

static cdr_exit run_show(cdr_cli *cli)
{
    _cleanup_(cdr_vault_closepp) cdr_vault *v = NULL;
    _cleanup_json_ json_t *list = cli->json ? json_array() : NULL, *factors = cli->json ? json_array() : NULL, *all = NULL;
    cdr_customer c;
    cdr_status s = open_customer(cli, &v, &c);
    if (s == CDR_OK && !cli->json) {
        _cleanup_buf_ cdr_buf date = CDR_BUF(100);
        cdr_words_date(&date, c.created_us);
        cdr_cli_print(cli, "%s, a customer here since %s%s\n", c.ref, date.data ? date.data : "", c.erased ? ", erased" : "");
        if (c.canary && cli->role == CDR_ROLE_OWNER)   /* whoever knows which it is, keeps away from it */
            cdr_cli_print(cli, "  A record that nobody has a reason to open: any disclosure is an incident.\n");
    }
    if (s == CDR_OK && !c.erased)
        s = each_field(cli, v, &c, list);
    if (s == CDR_OK && !c.erased)
        s = each_factor(cli, v, &c, factors);
    if (s == CDR_OK && cli->json && (!(all = customer_json(cli, &c, list)) || json_object_set(all, "factors", factors)))
        s = cdr_fail_nomem(&cli->err, "cli");
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    return cli->json ? cdr_cli_print_json(cli, CDR_TAKE(all), CDR_EXIT_OK) : CDR_EXIT_OK;
}

static cdr_exit run_export(cdr_cli *cli)
{
    _cleanup_(cdr_vault_closepp) cdr_vault *v = NULL;
    _cleanup_json_ json_t *list = json_array(), *all = NULL;
    cdr_customer c;
    const char *path = cdr_opt_text(cli, "out");
    cdr_status s = list ? open_customer(cli, &v, &c) : cdr_fail_nomem(&cli->err, "cli");
    if (s == CDR_OK && !c.erased)
        s = each_field(cli, v, &c, list);
    if (s == CDR_OK && !(all = customer_json(cli, &c, list)))
        s = cdr_fail_nomem(&cli->err, "cli");
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    if (!path)
        return cdr_cli_print_json(cli, CDR_TAKE(all), CDR_EXIT_OK);
    _cleanup_free_ char *text = json_dumps(all, JSON_INDENT(2));
    _cleanup_free_ char *shown_path = cdr_cli_shown(path);
    s = text && shown_path ? cdr_file_write(path, text, strlen(text), 0600, &cli->err) : cdr_fail_nomem(&cli->err, "cli");
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    if (cli->json)
        return cdr_cli_print_json(cli, json_pack("{s:s, s:s}", "ref", c.ref, "file", shown_path), CDR_EXIT_OK);
    cdr_cli_say(cli, "%s is written to %s, masked.\n", c.ref, shown_path);
    return CDR_EXIT_OK;
}

const cdr_cmd cdr_cmd_customer_show = {
    .path = "customer show",
    .group = "Tell only the customer",
    .summary = "what is on file of a customer, masked",
    .args = "REF",
    .min_args = 1,
    .max_args = 1,
    .flags = CDR_CMD_READONLY,
    .roles = CDR_ROLE_OWNER | CDR_ROLE_STAFF | CDR_ROLE_RESPONDER,
    .description = "Each field in its masked form, and since when e-mail address, telephones and addresses are on file: one that is younger than 30 days gives no proof; and by what she can prove who she is. "
                   "Canaries are told to the owner alone. "
                   "What is behind a mask is told by candor disclose alone, in a call in which the customer was verified.",
    .examples = "  candor customer show C-1042-K7QF\n",
    .json_shape = "  {\"ref\": \"C-1042-K7QF\", \"created\": \"2027-03-14T09:12:00Z\", \"changed\": \"2027-03-14T09:12:00Z\", \"canary\": false, \"erased\": false,\n"
                  "   \"fields\": [{\"field\": \"email\", \"masked\": \"a…@e…com\", \"on_file_since\": \"2024-01-31T00:00:00Z\"}],\n"
                  "   \"factors\": [{\"kind\": \"pin\", \"since\": \"2027-03-14T09:20:00Z\"}]}\n",
    .run = run_show,
};

static const cdr_opt export_options[] = {
    {"out", 'o', CDR_OPT_TEXT, "FILE", NULL, "write it there, readable by you alone"},
    {0},
};

const cdr_cmd cdr_cmd_customer_export = {
    .path = "customer export",
    .group = "Tell only the customer",
    .summary = "a customer's record as JSON, masked",
    .args = "REF",
    .min_args = 1,
    .max_args = 1,
    .opts = export_options,
    .flags = CDR_CMD_READONLY,
    .roles = CDR_ROLE_OWNER,
    .description = "For tickets and other systems: the same as candor customer show --json. Masked values only; the customer herself gets everything by a rights request, which takes a verified "
                   "call (candor request).",
    .examples = "  candor customer export C-1042-K7QF --out record.json\n",
    .json_shape = "  {\"ref\": \"C-1042-K7QF\", \"file\": \"record.json\"}\n",
    .run = run_export,
};
