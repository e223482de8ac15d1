/* SPDX-License-Identifier: Apache-2.0 */
/* candor request list, candor request show. */
#include "cli/request.h"

#include "base/time.h"
#include "cli/policy_words.h"

#include <stdio.h>
#include <string.h>

typedef struct listing { cdr_cli *cli; json_t *list; uint64_t count, late; } listing;

static cdr_status show_one(void *arg, const cdr_request *q)
{
    listing *l = arg;
    char due[CDR_DUE_TEXT], received[11];
    int64_t now = cdr_now_us(&l->cli->ctx);
    bool late = cdr_request_overdue(q, now), confirm = cdr_request_confirm_overdue(q, now);
    l->count++;
    l->late += late || confirm;
    if (l->list)
        return json_array_append_new(l->list, cdr_request_json(l->cli, q)) ? cdr_fail_nomem(&l->cli->err, "cli") : CDR_OK;
    if (l->count == 1)
        cdr_cli_print(l->cli, "%-8s %-12s %-15s %-10s %s\n", "REQUEST", "ASKS FOR", "CUSTOMER", "CAME", "DUE");
    cdr_date_format(cdr_date_from_days(q->received_day), received);
    cdr_request_due(l->cli, q->due_day, due);
    if (q->state != CDR_REQUEST_OPEN)
        snprintf(due, sizeof due, "%s", cdr_request_state_names[q->state]);
    cdr_cli_print(l->cli, "%-8s %-12s %-15s %-10s %s\n", q->name, cdr_right_of(q->kind)->key, *q->ref ? q->ref : "-", received, due);
    if (q->state == CDR_REQUEST_OPEN && !cdr_request_proved(q))
        cdr_cli_print(l->cli, "         not verified yet\n");
    if (confirm) {
        cdr_request_due(l->cli, q->confirm_day, due);
        cdr_cli_print(l->cli, "         receipt not confirmed: %s\n", due);
    }
    return CDR_OK;
}

static cdr_exit run_list(cdr_cli *cli)
{
    cdr_vault *v = NULL;
    _cleanup_(cdr_rights_closep) cdr_rights *r = NULL;
    listing l = {.cli = cli, .list = cli->json ? json_array() : NULL};
    cdr_status s = cdr_vault_open(cli->ws, &v, &cli->err);
    if (s == CDR_NOT_FOUND) {
        s = CDR_OK;   /* no vault, no customers, no requests */
    } else {
        if (s == CDR_OK)
            s = cdr_rights_open(v, &r, &cli->err);
        if (s == CDR_OK)
            s = cdr_rights_each(r, cdr_opt_flag(cli, "all"), 0, show_one, &l, &cli->err);
    }
    cdr_rights_close(r);
    r = NULL;
    cdr_vault_close(v);
    if (s != CDR_OK) {
        json_decref(l.list);
        return cdr_cli_fail(cli, s);
    }
    cdr_exit code = l.late ? CDR_EXIT_NO : CDR_EXIT_OK;
    if (cli->json)
        return cdr_cli_print_json(cli, json_pack("{s:o, s:I}", "requests", l.list, "late", (json_int_t)l.late), code);
    if (!l.count)
        cdr_cli_print(cli, "No request is open.\n");
    if (l.late)
        cdr_cli_print(cli, "\n%llu %s late.\n", (unsigned long long)l.late, l.late == 1 ? "is" : "are");
    return code;
}

static const cdr_opt list_options[] = {
    {"all", 'a', CDR_OPT_FLAG, NULL, NULL, "those that were answered, refused or closed, too"},
    {0},
};

const cdr_cmd cdr_cmd_request_list = {
    .path = "request list",
    .group = "Tell only the customer",
    .summary = "requests that wait for an answer, the most urgent first",
    .max_args = 0,
    .opts = list_options,
    .flags = CDR_CMD_READONLY,
    .roles = CDR_ROLES_READ | CDR_ROLE_STAFF,
    .description = "Exit code 1: one is late, its answer or the confirmation of its receipt. Made to be run every morning.",
    .examples = "  candor request list\n",
    .json_shape = "  {\"requests\": [{\"request\": \"R-12\", \"kind\": \"copy\", \"state\": \"open\", \"due\": \"2027-02-28\", \"overdue\": false}], \"late\": 0}\n",
    .run = run_list,
};

/* --- show --- */

static void row(cdr_cli *cli, const char *head, const char *text)
{
    if (!*text)
        return;
    cdr_cli_print(cli, "%-12s ", head);
    cdr_cli_wrapped(cli, 13, 13, text);
}

static void time_row(cdr_cli *cli, const char *head, int64_t us, const char *more)
{
    char at[CDR_TIME_TEXT], text[300];
    if (!us)
        return;
    cdr_time_format(us, at);
    snprintf(text, sizeof text, "%s%s%.200s", at, *more ? ", " : "", more);
    row(cli, head, text);
}

static void print_request(cdr_cli *cli, const cdr_request *q)
{
    char due[CDR_DUE_TEXT], text[900], received[11];
    const cdr_regime_info *law = cdr_regime_of(q->regime);
    cdr_date_format(cdr_date_from_days(q->received_day), received);
    cdr_cli_print(cli, "%s  %s: %s\n", q->name, cdr_request_state_names[q->state], cdr_right_of(q->kind)->label);
    row(cli, "Customer", *q->ref ? q->ref : "nobody like that was found");
    row(cli, "Ticket", q->ticket);
    snprintf(text, sizeof text, "%s by %s, opened by %s", received, q->channel, q->opened_by);
    row(cli, "Came", text);
    cdr_request_due(cli, q->due_day, due);
    if (q->state == CDR_REQUEST_OPEN)
        row(cli, "Due", due);
    if (q->confirm_day && !q->confirmed_us && q->state == CDR_REQUEST_OPEN) {
        cdr_request_due(cli, q->confirm_day, due);
        row(cli, "Confirm by", due);
    }
    snprintf(text, sizeof text, "%s. %s%s%s%s%s", law->name, law->source, *law->as_of ? " (looked up " : "", law->as_of, *law->as_of ? ", confidence " : "", *law->as_of ? law->confidence : "");
    if (*law->as_of)
        snprintf(text + strlen(text), sizeof text - strlen(text), ")");
    row(cli, "Law", text);
    time_row(cli, "Confirmed", q->confirmed_us, "");
    time_row(cli, "Extended", q->extended_us, q->extend_reason);
    if (q->proved_us) {
        snprintf(text, sizeof text, "%s in call %s", cdr_level_names[q->proved_level], q->proved_call);
        row(cli, "Verified", text);
    } else if (cdr_right_of(q->kind)->purpose) {
        row(cli, "Verified", "not yet");
    }
    time_row(cli, "Decided", q->decided_us, q->decided_by);
    row(cli, "Ground", q->ground);
    row(cli, "Outcome", q->outcome);
    row(cli, "Receipt", q->receipt);
    cdr_request_next(cli, q);
}

static cdr_exit run_show(cdr_cli *cli)
{
    cdr_vault *v = NULL;
    cdr_rights *r = NULL;
    cdr_request q;
    cdr_status s = cdr_vault_open(cli->ws, &v, &cli->err);
    if (s == CDR_OK)
        s = cdr_rights_open(v, &r, &cli->err);
    if (s == CDR_OK)
        s = cdr_rights_find(r, cli->argv[0], &q, &cli->err);
    cdr_rights_close(r);
    cdr_vault_close(v);
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    if (cli->json)
        return cdr_cli_print_json(cli, cdr_request_json(cli, &q), CDR_EXIT_OK);
    print_request(cli, &q);
    return CDR_EXIT_OK;
}

const cdr_cmd cdr_cmd_request_show = {
    .path = "request show",
    .group = "Tell only the customer",
    .summary = "one request: its dates, its law, what happened",
    .args = "R-NUMBER",
    .min_args = 1,
    .max_args = 1,
    .flags = CDR_CMD_READONLY,
    .roles = CDR_ROLES_READ | CDR_ROLE_STAFF,
    .description = "Says by which law it is due, when that was looked up, and what comes next. No personal data is shown.",
    .examples = "  candor request show R-12\n",
    .json_shape = "  {\"request\": \"R-12\", \"kind\": \"copy\", \"state\": \"fulfilled\", \"received\": \"2027-01-31\", \"due\": \"2027-02-28\", \"decided\": \"…\", \"outcome\": \"…\"}\n",
    .run = run_show,
};
