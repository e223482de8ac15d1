/* SPDX-License-Identifier: Apache-2.0 */
/* candor audit: scan, judge, write the report. */
#include "base/io.h"
#include "base/vec.h"
#include "cli/calling.h"
#include "cli/policy.h"
#include "cli/scan.h"
#include "core/minimise/retention.h"
#include "core/playbook/review.h"
#include "core/report/audit_build.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef cdr_status write_fn(const cdr_audit *a, const char *path, cdr_err *err);
static const struct { const char *name; write_fn *write; const char *what; } files[] = {
    {"report.html", cdr_audit_write_html, "to read, in a browser or on paper"},
    {"report.json", cdr_audit_write_json, "the same as data"},
    {"findings.csv", cdr_audit_write_csv, "each finding, for a spreadsheet"},
    {"findings.sarif", cdr_audit_write_sarif, "each finding, for other tools"},
    {"coverage.csv", cdr_audit_write_coverage, "each object that was not read in full, and why"},
    {"ropa.csv", cdr_audit_write_ropa, "record of processing activities"},
};

static bool went_through(cdr_status s)
{
    return s == CDR_OK || s == CDR_PARTIAL;
}

static cdr_status scan_targets(cdr_cli *cli, const char *dir, json_t *absolute, cdr_scan_totals *ret)
{
    cdr_cli_scan job = cdr_cli_scan_asked(cli);
    job.absolute = absolute;
    job.report_dir = dir;
    cdr_status s = cdr_cli_scan_run(&job, &cli->err);
    *ret = job.totals;
    return s;
}

static cdr_status enter_start(cdr_cli *cli)
{
    cdr_ledger_event ev = {"audit.start", cdr_workspace_actor(cli->ws), NULL, NULL};
    return cdr_ledger_append(cdr_workspace_ledger(cli->ws), &ev, NULL, &cli->err);
}

/* A report cannot be written where there is no room for it: better to know before an hour of scanning than after. */
static cdr_status prepare_folder(cdr_cli *cli, const char *dir)
{
    struct stat st;
    if (stat(dir, &st) == 0 && !S_ISDIR(st.st_mode))
        return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "audit.folder", "%.300s is a file; --out names the folder for the report.", dir);
    cdr_status s = cdr_mkdirs(dir, 0700, &cli->err);
    if (s != CDR_OK)
        return s;
    if (access(dir, W_OK | X_OK))
        return cdr_fail_errno(&cli->err, CDR_E_IO, "cli", "audit.folder", errno, "Cannot write the report into %.300s", dir);
    return CDR_OK;
}

/* What was not moved out of the folder where the files were made, and that folder. */
static void clear_staging(const char *staging)
{
    for (size_t i = 0; i < CDR_COUNT(files); i++) {
        _cleanup_free_ char *path = cdr_path_join(staging, files[i].name);
        if (path)
            unlink(path);
    }
    rmdir(staging);
}

static cdr_status make_files(cdr_cli *cli, const cdr_audit *a, const char *staging)
{
    cdr_status s = CDR_OK;
    for (size_t i = 0; i < CDR_COUNT(files) && s == CDR_OK; i++) {
        _cleanup_free_ char *path = cdr_path_join(staging, files[i].name);
        s = !path ? cdr_fail_nomem(&cli->err, "cli") : cdr_cancelled(&cli->ctx) ? CDR_E_CANCELLED : files[i].write(a, path, &cli->err);
    }
    return s;
}

static cdr_status move_files(cdr_cli *cli, const char *staging, const char *dir)
{
    for (size_t i = 0; i < CDR_COUNT(files); i++) {
        _cleanup_free_ char *from = cdr_path_join(staging, files[i].name), *to = cdr_path_join(dir, files[i].name);
        if (!from || !to)
            return cdr_fail_nomem(&cli->err, "cli");
        if (rename(from, to))
            return cdr_fail_errno(&cli->err, CDR_E_IO, "cli", "audit.move", errno, "Cannot put %.300s in place", to);
    }
    return CDR_OK;
}

/* All of them, or the report that was there before: they are made aside, and put in place when the last one is whole. */
static cdr_status write_files(cdr_cli *cli, const cdr_audit *a, const char *dir)
{
    const char *names[CDR_COUNT(files)];
    for (size_t i = 0; i < CDR_COUNT(files); i++)
        names[i] = files[i].name;
    _cleanup_free_ char *staging = cdr_path_join(dir, ".making-XXXXXX");
    if (!staging)
        return cdr_fail_nomem(&cli->err, "cli");
    if (!mkdtemp(staging))
        return cdr_fail_errno(&cli->err, CDR_E_IO, "cli", "audit.folder", errno, "Cannot write the report into %.300s", dir);
    cdr_status s = make_files(cli, a, staging);
    cdr_db_stop_on(cdr_workspace_db(cli->ws), NULL);    /* what follows is short, and whole or not at all */
    if (s == CDR_OK)
        s = move_files(cli, staging, dir);
    clear_staging(staging);
    return s == CDR_OK ? cdr_audit_enter(cli->ws, a, dir, names, CDR_COUNT(files), &cli->err) : s;
}

static cdr_exit print_text(cdr_cli *cli, const cdr_audit *a, const char *dir)
{
    _cleanup_buf_ cdr_buf out = CDR_BUF(4u << 20);
    cdr_status s = cdr_audit_write_terminal(a, cli->width, cli->colour, &out, &cli->err);
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    if (cli->quiet)
        return CDR_EXIT_OK;
    cdr_cli_print(cli, "%s\n", out.data);
    for (size_t i = 0; i < CDR_COUNT(files); i++)
        cdr_cli_print(cli, "%s/%-*s  %s\n", dir, 14, files[i].name, files[i].what);
    return CDR_EXIT_OK;
}

static cdr_exit print_json(cdr_cli *cli, const cdr_audit *a, const char *dir)
{
    _cleanup_buf_ cdr_buf out = CDR_BUF(16u << 20);
    cdr_json_writer w;
    cdr_jw_begin(&w, &out);
    cdr_jw_open(&w, '{');
    cdr_audit_summary_json(a, &w);
    cdr_jw_key(&w, "files");
    cdr_jw_open(&w, '{');
    for (size_t i = 0; i < CDR_COUNT(files); i++) {
        _cleanup_free_ char *path = cdr_path_join(dir, files[i].name);
        cdr_jw_key(&w, files[i].name);
        cdr_jw_str(&w, path);
    }
    cdr_jw_close(&w, '}');
    cdr_jw_close(&w, '}');
    if (cdr_buf_status(&out) != CDR_OK) {
        cdr_fail_nomem(&cli->err, "cli");
        return cdr_cli_fail(cli, CDR_E_NOMEM);
    }
    cdr_cli_print(cli, "%s\n", out.data);
    return CDR_EXIT_OK;
}

static cdr_exit tell(cdr_cli *cli, const cdr_audit *a, const char *dir)
{
    cdr_exit code = cli->json ? print_json(cli, a, dir) : print_text(cli, a, dir);
    if (code != CDR_EXIT_OK)
        return code;
    if (cdr_opt_flag(cli, "check") && a->violation_count > 0)
        return CDR_EXIT_NO;
    return cdr_audit_is_complete(a) ? CDR_EXIT_OK : CDR_EXIT_INCOMPLETE;
}

static cdr_exit stopped(cdr_cli *cli)
{
    return cdr_cli_fail(cli, cdr_fail(&cli->err, CDR_E_CANCELLED, "cli", "audit.stopped", "Stopped; what was read is kept and no report was written. Run the same command to go on."));
}

/* Playbooks whose review is overdue are a finding like any other. */
CDR_VEC(review_list, cdr_audit_review)

static void reviews_done(review_list *l)
{
    for (size_t i = 0; i < l->len; i++)
        cdr_free((char *)l->at[i].name);
    review_list_done(l);
}

static cdr_status keep_late(void *arg, const cdr_standing *st)
{
    review_list *l = arg;
    if (!st->overdue)
        return CDR_OK;
    char *name = cdr_strdup(st->item->name);
    cdr_audit_review *r = name ? review_list_push(l) : NULL;
    if (!r) {
        cdr_free(name);
        return CDR_E_NOMEM;
    }
    *r = (cdr_audit_review){name, st->next_us};
    return CDR_OK;
}

static cdr_status late_reviews(cdr_cli *cli, review_list *ret)
{
    cdr_status s = cdr_standing_each(cli->ws, cdr_now_us(&cli->ctx), keep_late, ret, &cli->err);
    return s == CDR_E_NOMEM ? cdr_fail_nomem(&cli->err, "cli") : s;
}

static cdr_exit report(cdr_cli *cli, const char *dir, const json_t *absolute, const cdr_scan_totals *scanned)
{
    cdr_inventory *inv = NULL;
    cdr_audit *a = NULL;
    _cleanup_(cdr_policy_freep) cdr_policy *policy = NULL;
    _cleanup_(reviews_done) review_list reviews = {0};
    cdr_calling calling = {0};
    size_t count = json_array_size(absolute);
    _cleanup_free_ const char **targets = cdr_alloc_array(count + 1, sizeof *targets);
    for (size_t i = 0; targets && i < count; i++)
        targets[i] = json_string_value(json_array_get(absolute, i));
    cdr_status s = targets ? cdr_cli_calling(cli, &calling) : cdr_fail_nomem(&cli->err, "cli");
    if (s == CDR_OK && cdr_cli_policy_exists(cli))
        s = cdr_cli_policy_load(cli, &policy);
    if (s == CDR_OK && policy)
        s = cdr_cli_policy_enter(cli, policy);
    if (s == CDR_OK)
        s = late_reviews(cli, &reviews);
    if (s == CDR_OK)
        s = cdr_inventory_open(cli->ws, &inv, &cli->err);
    const cdr_audit_request request = {.cwd = calling.cwd, .program = calling.program, .workspace = calling.workspace, .targets = targets, .target_count = count,
                                       .all = cdr_opt_flag(cli, "all"), .policy = policy, .reviews = reviews.at, .review_count = reviews.len};
    /* What is over age is part of what breaks the policy. */
    const cdr_retention_options ages = {0};
    cdr_retention_summary counted;
    if (s == CDR_OK && policy)
        s = cdr_retention_run(cli->ws, inv, policy, &ages, &counted, &cli->err);
    cdr_db_stop_on(cdr_workspace_db(cli->ws), &cli->ctx);
    if (s == CDR_OK)
        s = cdr_audit_build(cli->ws, inv, &request, &a, &cli->err);
    if (s == CDR_OK) {
        a->folder = dir;
        a->own_folders = scanned->own_folders;
        s = write_files(cli, a, dir);
    }
    cdr_db_stop_on(cdr_workspace_db(cli->ws), NULL);
    cdr_exit code = s == CDR_OK ? tell(cli, a, dir) : cdr_cancelled(&cli->ctx) ? stopped(cli) : cdr_cli_fail(cli, s);
    cdr_audit_free(a);
    cdr_inventory_close(inv);
    cdr_calling_done(&calling);
    return code;
}

static cdr_exit run(cdr_cli *cli)
{
    const char *dir = cdr_opt_text(cli, "out");
    if (cdr_opt_uint(cli, "threads") > 256)
        return cdr_cli_usage(cli, "--threads takes at most 256.");
    for (int i = 0; i < cli->argc; i++)
        if (!strcmp(cli->argv[i], "-"))
            return cdr_cli_usage(cli, "An audit needs files or folders that it can come back to; candor scan and candor detect read standard input.");
    _cleanup_json_ json_t *absolute = json_array();
    cdr_scan_totals scanned = {0};
    cdr_status s = absolute ? prepare_folder(cli, dir) : cdr_fail_nomem(&cli->err, "cli");
    if (s == CDR_OK)
        s = enter_start(cli);
    if (s == CDR_OK && cli->argc > 0)
        s = scan_targets(cli, dir, absolute, &scanned);
    if (s == CDR_E_CANCELLED)
        return stopped(cli);
    return went_through(s) ? report(cli, dir, absolute, &scanned) : cdr_cli_fail(cli, s);
}

static const cdr_opt options[] = {
    {"out", 'o', CDR_OPT_TEXT, "DIR", "report", "folder for the report; made when missing, files in it are replaced"},
    {"check", 0, CDR_OPT_FLAG, NULL, NULL, "exit with 1 when a rule is broken"},
    {"all", 'a', CDR_OPT_FLAG, NULL, NULL, "list findings of any confidence; those below 0.2 are left out and counted"},
    CDR_OPT_POLICY,
    CDR_CLI_SCAN_OPTIONS,
    {0},
};

const cdr_cmd cdr_cmd_audit = {
    .path = "audit",
    .group = "Know",
    .summary = "scan, judge, and write the report: what lies where, what is wrong, what to do first",
    .args = "[TARGET...]",
    .min_args = 0,
    .max_args = -1,
    .opts = options,
    .flags = CDR_CMD_WORKSPACE,
    .roles = CDR_ROLES_RESPOND,
    .description = "Scans the targets, brings the inventory up to date, judges it by the built-in rules, and writes six files: report.html to read, report.json "
                   "with the same as data, findings.csv and findings.sarif with each finding, coverage.csv with each object that was not read in full, and ropa.csv, the record of processing activities. The report is about the "
                   "targets. Without targets nothing is scanned; it is made anew from the inventory, about all that the workspace knows.\n\nNo value stands in the clear in any of them. The ledger keeps "
                   "their hashes: candor audit verify tells later whether a report is the one that was written. The exit code is 6 when something could not "
                   "be read, and 1 with --check when a rule is broken.",
    .examples = "  # look through a folder and write the report into ./report\n  candor audit /srv/share\n"
                "  # say more in the inventory, then judge again without scanning\n  candor inventory import inventory.yaml && candor audit\n"
                "  # fail a pipeline when a rule is broken\n  candor audit exports/ --check --out /tmp/audit\n",
    .json_shape = "  {\"schema\": \"candor-audit-1\", \"headline\": \"…\", \"answer\": \"…\", \"people\": {\"min\": 4991, \"max\": 5017}, \"places\": 9,\n"
                  "   \"unregistered_places\": 3, \"violations\": 11, \"rules_broken\": 7, \"severe\": 4, \"rules_severe\": 2, \"todo\": [{\"severity\": \"severe\", \"headline\": \"…\", \"detail\": \"…\",\n"
                  "   \"command\": \"…\", \"rule\": \"AUD-01\"}], \"coverage\": {\"complete_audit\": false, …}, \"files\": {\"report.html\": \"report/report.html\", …}}\n",
    .run = run,
};
