/* SPDX-License-Identifier: Apache-2.0 */
/* candor factor list: which factors a customer has, since when and by whom. Never what they are. candor factor end: ends one. */
#include "base/text.h"
#include "base/time.h"
#include "base/words.h"
#include "cli/factor.h"

#include <string.h>

/* --- list --- */

typedef struct listing { cdr_cli *cli; json_t *list; unsigned count; } listing;

static const char *state_of(const cdr_factor *f)
{
    if (f->ended_us)
        return "ended";
    if (f->pending)
        return "waits for a first code";
    return f->kind == CDR_FACTOR_RECOVERY && !f->left ? "used up" : "counts";
}

static cdr_status list_json(listing *l, const cdr_factor *f)
{
    char since[CDR_TIME_TEXT], ended[CDR_TIME_TEXT];
    cdr_time_format(f->enrolled_us, since);
    cdr_time_format(f->ended_us, ended);
    json_t *j = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "kind", cdr_factor_key(f->kind), "class", cdr_factor_class_names[cdr_factor_class_of(f->kind)], "state", state_of(f), "since", since, "by",
                          f->enrolled_by, "source", f->source);
    bool ok = j != NULL;
    if (ok && f->kind == CDR_FACTOR_RECOVERY)
        ok = json_object_set_new(j, "left", json_integer(f->left)) == 0;
    if (ok && f->ended_us)
        ok = json_object_set_new(j, "ended", json_string(ended)) == 0 && json_object_set_new(j, "ended_by", json_string(f->ended_by)) == 0 &&
             json_object_set_new(j, "reason", json_string(f->end_reason)) == 0;
    if (ok)
        ok = json_array_append(l->list, j) == 0;
    json_decref(j);
    return ok ? CDR_OK : cdr_fail_nomem(&l->cli->err, "cli");
}

static cdr_status list_one(void *arg, const cdr_factor *f)
{
    listing *l = arg;
    l->count++;
    if (l->list)
        return list_json(l, f);
    _cleanup_buf_ cdr_buf text = CDR_BUF(1000);
    cdr_buf_addf(&text, "%-9s %-11s since ", cdr_factor_key(f->kind), cdr_factor_class_names[cdr_factor_class_of(f->kind)]);
    cdr_words_date(&text, f->enrolled_us);
    cdr_buf_addf(&text, ", %s", state_of(f));
    if (f->kind == CDR_FACTOR_RECOVERY && f->left && !f->ended_us)
        cdr_buf_addf(&text, ", %u of 10 left", f->left);
    if (f->ended_us) {
        cdr_buf_adds(&text, " ");
        cdr_words_date(&text, f->ended_us);
    }
    cdr_buf_addf(&text, "\n  enrolled by %s: %s\n", f->enrolled_by, f->source);
    if (f->ended_us)
        cdr_buf_addf(&text, "  ended by %s: %s\n", f->ended_by, f->end_reason);
    cdr_cli_print(l->cli, "%s", text.data ? text.data : "");
    return CDR_OK;
}

static cdr_status list_text(listing *l, cdr_cli_factors *f, bool all)
{
    cdr_status s = cdr_factor_each(f->factors, f->customer.id, all, list_one, l, &l->cli->err);
    if (s == CDR_OK && !l->count)
        cdr_cli_print(l->cli, "%s has no factor%s. Codes can still be sent to her routes.\n", f->customer.ref, all ? " and never had one" : "");
    return s;
}

static cdr_exit list(cdr_cli *cli, cdr_cli_factors *f)
{
    listing l = {.cli = cli};
    bool all = cdr_opt_flag(cli, "all");
    cdr_status s;
    if (cli->json) {
        l.list = json_array();
        s = l.list ? cdr_factor_each(f->factors, f->customer.id, all, list_one, &l, &cli->err) : cdr_fail_nomem(&cli->err, "cli");
        if (s == CDR_OK)
            return cdr_cli_print_json(cli, json_pack("{s:s, s:o}", "customer", f->customer.ref, "factors", l.list), CDR_EXIT_OK);
        json_decref(l.list);
    } else
        s = list_text(&l, f, all);
    return s == CDR_OK ? CDR_EXIT_OK : cdr_cli_fail(cli, s);
}

static cdr_exit with_customer(cdr_cli *cli, cdr_exit (*fn)(cdr_cli *cli, cdr_cli_factors *f))
{
    cdr_cli_factors f;
    cdr_status s = cdr_cli_factors_open(cli, &f);
    cdr_exit code = s == CDR_OK ? fn(cli, &f) : cdr_cli_fail(cli, s);
    cdr_cli_factors_close(&f);
    return code;
}

static cdr_exit run_list(cdr_cli *cli)
{
    return with_customer(cli, list);
}

static const cdr_opt list_options[] = {
    {"all", 'a', CDR_OPT_FLAG, NULL, NULL, "those that ended too"},
    {0},
};

const cdr_cmd cdr_cmd_factor_list = {
    .path = "factor list",
    .group = "Tell only the customer",
    .summary = "which factors a customer has, since when and by whom",
    .args = "REF",
    .min_args = 1,
    .max_args = 1,
    .opts = list_options,
    .flags = CDR_CMD_READONLY,
    .roles = CDR_ROLES_DESK,
    .description = "Kinds, dates, who enrolled them and how the customer was known then; never what they are, for nobody can read that back.",
    .examples = "  candor factor list C-1-2345\n  # every one she ever had\n  candor factor list C-1-2345 --all\n",
    .json_shape = "  {\"customer\": \"C-…\", \"factors\": [{\"kind\": \"pin\", \"class\": \"knowledge\", \"state\": \"counts\", \"since\": \"…\", \"by\": \"…\", \"source\": \"…\"}]}\n"
                  "  recovery codes have \"left\"; those that ended \"ended\", \"ended_by\", \"reason\"\n",
    .run = run_list,
};

/* --- end --- */

static cdr_exit end(cdr_cli *cli, cdr_cli_factors *f)
{
    cdr_factor_kind kind;
    cdr_status s = cdr_cli_factor_kind(cli, cli->argv[1], &kind);
    if (s == CDR_OK)
        s = cdr_factor_end(f->factors, f->customer.id, kind, cdr_opt_text(cli, "reason"), &cli->err);
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    if (!cli->json) {
        cdr_cli_say(cli, "Ended for %s: %s. What was secret is destroyed.\n", f->customer.ref, cdr_cli_factor_noun(kind));
        return cdr_cli_factor_tell(cli, f, kind, CDR_FACTOR_ENDED, NULL);
    }
    json_t *j = json_pack("{s:s, s:s, s:b}", "customer", f->customer.ref, "kind", cdr_factor_key(kind), "ended", true);
    cdr_exit code = j ? cdr_cli_factor_tell(cli, f, kind, CDR_FACTOR_ENDED, j) : CDR_EXIT_OK;
    return cdr_cli_print_json(cli, j, code);
}

static cdr_exit run_end(cdr_cli *cli)
{
    if (!cdr_opt_text(cli, "reason"))
        return cdr_cli_usage(cli, "Say why it ends: --reason \"telephone lost\".");
    return with_customer(cli, end);
}

static const cdr_opt end_options[] = {
    {"reason", 'r', CDR_OPT_TEXT, "TEXT", NULL, "why, in a few words without personal data: \"telephone lost\"; needed"},
    {0},
};

const cdr_cmd cdr_cmd_factor_end = {
    .path = "factor end",
    .group = "Tell only the customer",
    .summary = "end a factor of a customer at once",
    .args = "REF KIND",
    .min_args = 2,
    .max_args = 2,
    .opts = end_options,
    .flags = CDR_CMD_WORKSPACE,
    .roles = CDR_ROLES_DESK,
    .description = "Its secret is destroyed; its dates, source and the reason stay. To replace a factor, enrol the new one: that ends the old one. The customer is told.",
    .examples = "  candor factor end C-1-2345 totp --reason \"telephone lost\"\n",
    .json_shape = "  {\"customer\": \"C-…\", \"kind\": \"totp\", \"ended\": true, \"told\": 2, \"not_told\": 0}\n",
    .run = run_end,
};
