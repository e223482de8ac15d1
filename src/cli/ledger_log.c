/* SPDX-License-Identifier: Apache-2.0 */
/* candor ledger log: what happened, newest last. */
#include "base/text.h"
#include "base/time.h"
#include "cli/cmd.h"
#include "core/ledger/store.h"

#include <string.h>

typedef struct listing {
    cdr_cli *cli;
    const char *kind;      /* NULL: every kind */
    int64_t since_us;
    json_t *list;          /* --json */
    uint64_t shown;
} listing;

static void print_entry(listing *l, uint64_t idx, const json_t *j)
{
    const char *subject = cdr_json_str(j, "subject");
    _cleanup_buf_ cdr_buf line = CDR_BUF(4096);
    cdr_buf_addf(&line, "%6llu  %s  %-20s %s%s", (unsigned long long)idx, cdr_json_str(j, "at"), cdr_json_str(j, "kind"), cdr_json_str(j, "actor"),
                 subject ? "  " : "");
    if (subject)
        cdr_text_escape(&line, subject, strlen(subject));
    cdr_cli_print(l->cli, "%s\n", line.data ? line.data : "");
}

static cdr_status show(void *arg, uint64_t idx, const char *entry, size_t len)
{
    listing *l = arg;
    _cleanup_json_ json_t *j = NULL;
    int64_t at = 0;
    /* An entry that cannot be read is shown by its number: ledger verify explains. */
    if (cdr_json_parse(entry, len, "entry", &j, NULL) != CDR_OK || !cdr_json_str(j, "at") || !cdr_json_str(j, "kind") || !cdr_json_str(j, "actor")) {
        cdr_cli_print(l->cli, "%6llu  unreadable; run candor ledger verify\n", (unsigned long long)idx);
        return CDR_OK;
    }
    if (l->kind && strcmp(l->kind, cdr_json_str(j, "kind")) != 0)
        return CDR_OK;
    if (!cdr_time_parse(cdr_json_str(j, "at"), &at) || at < l->since_us)
        return CDR_OK;
    l->shown++;
    if (!l->list)
        print_entry(l, idx, j);
    else if (json_object_set_new(j, "index", json_integer((json_int_t)idx)) || json_array_append(l->list, j))
        return CDR_E_NOMEM;
    return CDR_OK;
}

static cdr_exit run(cdr_cli *cli)
{
    cdr_ledger *ledger = cdr_workspace_ledger(cli->ws);
    listing l = {.cli = cli, .kind = cdr_opt_text(cli, "kind"), .list = cli->json ? json_array() : NULL};
    const char *since = cdr_opt_text(cli, "since");
    if (since && !cdr_time_parse(since, &l.since_us))
        return cdr_cli_usage(cli, "--since wants a date such as 2027-03-14, or a time such as 2027-03-14T09:00:00Z.");
    uint64_t size = cdr_ledger_size(ledger), limit = cdr_opt_uint(cli, "limit");
    uint64_t from = l.kind || since || limit == 0 || size <= limit ? 0 : size - limit;
    cdr_status s = cdr_ledger_each(ledger, from, show, &l, &cli->err);
    if (s != CDR_OK) {
        json_decref(l.list);
        return cdr_cli_fail(cli, s);
    }
    if (cli->json)
        return cdr_cli_print_json(cli, json_pack("{s:I, s:o}", "size", (json_int_t)size, "entries", l.list), CDR_EXIT_OK);
    if (from > 0)
        cdr_cli_print(cli, "\n%llu earlier entries; --limit 0 shows all.\n", (unsigned long long)from);
    return CDR_EXIT_OK;
}

static const cdr_opt options[] = {
    {"limit", 'n', CDR_OPT_UINT, "N", "50", "show the newest N entries; 0 shows all"},
    {"kind", 'k', CDR_OPT_TEXT, "KIND", NULL, "only entries of this kind, such as scan.finish"},
    {"since", 0, CDR_OPT_TEXT, "DATE", NULL, "only entries from this date on (UTC)"},
    {0},
};

const cdr_cmd cdr_cmd_ledger_log = {
    .path = "ledger log",
    .group = "Prove it",
    .summary = "list what happened in this workspace",
    .max_args = 0,
    .opts = options,
    .flags = CDR_CMD_READONLY,
    .roles = CDR_ROLES_READ,
    .description = "The ledger holds one entry for each thing that happened: who did what to what, and when. It holds no personal data.",
    .examples = "  # the newest 50 entries\n  candor ledger log\n  # every audit since March\n  candor ledger log --kind audit.finish --since 2027-03-01\n",
    .json_shape = "  {\"size\": 12, \"entries\": [{\"index\": 0, \"v\": 1, \"at\": \"…\", \"kind\": \"workspace.create\", \"actor\": \"cli:ada\", \"subject\": \"…\", \"details\": {}}]}\n",
    .run = run,
};
