/* SPDX-License-Identifier: Apache-2.0 */
/* candor drill list, candor drill show. */
#include "base/io.h"
#include "base/time.h"
#include "cli/drill.h"
#include "cli/policy_words.h"
#include "core/report/paper.h"

#include <string.h>

/* --- list --- */

typedef struct listing { cdr_cli *cli; json_t *all; size_t count; } listing;

static cdr_status on_row(void *arg, const cdr_drill_row *r)
{
    listing *l = arg;
    char at[CDR_TIME_TEXT];
    _cleanup_free_ char *scenario = cdr_cli_shown(r->scenario);
    cdr_time_format(r->at_us, at);
    l->count++;
    if (l->all)
        return json_array_append_new(l->all, json_pack("{s:o, s:s, s:s*, s:s, s:s, s:o, s:i, s:i}", "drill", json_sprintf("D-%lld", (long long)r->id), "playbook", r->playbook, "scenario", scenario, "by", r->by, "at", at,
                                                       "percent", r->score.stopped ? json_null() : json_integer(r->score.percent), "deadlines", (int)r->score.clocks, "met", (int)r->score.clocks_met)) ? CDR_E_NOMEM : CDR_OK;
    if (l->count == 1)
        cdr_cli_print(l->cli, "%-6s %-10s %5s  %-22s %s\n", "DRILL", "WHEN", "SCORE", "PLAYBOOK", "SCENARIO");
    char score[16];
    snprintf(score, sizeof score, r->score.stopped ? "none" : "%u %%", r->score.percent);
    cdr_cli_print(l->cli, "D-%-4lld %.10s %5s  %-22s ", (long long)r->id, at, score, r->playbook);
    cdr_cli_wrapped(l->cli, 0, 49, scenario ? scenario : "");
    return CDR_OK;
}

static cdr_exit run_list(cdr_cli *cli)
{
    listing l = {.cli = cli, .all = cli->json ? json_array() : NULL};
    cdr_status s = cdr_drill_each(cli->ws, on_row, &l, &cli->err);
    if (s == CDR_E_NOMEM)
        s = cdr_fail_nomem(&cli->err, "cli");
    if (s != CDR_OK) {
        json_decref(l.all);
        return cdr_cli_fail(cli, s);
    }
    if (cli->json)
        return cdr_cli_print_json(cli, l.all, CDR_EXIT_OK);
    if (!l.count)
        cdr_cli_say(cli, "There was no drill yet.\nNext: candor drill run --scenario lost-laptop-friday\n");
    return CDR_EXIT_OK;
}

const cdr_cmd cdr_cmd_drill_list = {
    .path = "drill list",
    .group = "Be ready",
    .summary = "the drills there were, with their scores",
    .max_args = 0,
    .flags = CDR_CMD_READONLY,
    .roles = CDR_ROLES_READ,
    .description = "Newest first. One that was stopped has no score.",
    .examples = "  candor drill list\n",
    .json_shape = "  [{\"drill\": \"D-1\", \"playbook\": \"lost-device\", \"scenario\": \"…\", \"by\": \"cli:dana\", \"at\": \"…\", \"percent\": 91, \"deadlines\": 12, \"met\": 11}]\n",
    .run = run_list,
};

/* --- show --- */

static cdr_status write_page(cdr_cli *cli, const json_t *report, const char *path)
{
    char style[64];
    _cleanup_buf_ cdr_buf page = CDR_BUF(16u << 20);
    cdr_status s = cdr_paper_style(style, &cli->err);
    if (s == CDR_OK)
        s = cdr_drill_page(report, style, &page, &cli->err);
    return s == CDR_OK ? cdr_file_write(path, page.data, page.len, 0600, &cli->err) : s;
}

static cdr_exit run_show(cdr_cli *cli)
{
    int64_t id;
    _cleanup_json_ json_t *report = NULL;
    const char *html = cdr_opt_text(cli, "html");
    if (!cdr_drill_parse_id(cli->argv[0], &id))
        return cdr_cli_usage(cli, "Drills are named as D-1; candor drill list shows them.");
    cdr_status s = cdr_drill_report(cli->ws, id, &report, &cli->err);
    if (s == CDR_OK && html)
        s = write_page(cli, report, html);
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    if (cli->json)
        return cdr_cli_print_json(cli, CDR_TAKE(report), CDR_EXIT_OK);
    if (html) {
        _cleanup_free_ char *shown = cdr_cli_shown(html);
        cdr_cli_say(cli, "The report is in %s.\n", shown ? shown : "the file");
        return CDR_EXIT_OK;
    }
    cdr_cli_drill_print(cli, report, true);
    return CDR_EXIT_OK;
}

static const cdr_opt show_options[] = {
    {"html", 0, CDR_OPT_TEXT, "FILE", NULL, "write the report as a page, to print or to hand round"},
    {0},
};

const cdr_cmd cdr_cmd_drill_show = {
    .path = "drill show",
    .group = "Be ready",
    .summary = "the report of a drill: score, what to mend, what happened when",
    .args = "D-1",
    .min_args = 1,
    .max_args = 1,
    .opts = show_options,
    .flags = CDR_CMD_READONLY,
    .roles = CDR_ROLES_READ,
    .description = "Everything in it is counted from what happened in the drill. People are named by their roles. The drill's own workspace stays in drills/D-1: candor run list -w DIR looks into it.",
    .examples = "  candor drill show D-1\n"
                "  candor drill show D-1 --html report.html\n",
    .json_shape = CDR_CLI_DRILL_SHAPE,
    .run = run_show,
};
