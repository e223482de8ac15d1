/* SPDX-License-Identifier: Apache-2.0 */
/* candor scan: look through files for personal data and secrets. */
#include "cli/scan.h"

static cdr_exit exit_of(const cdr_cli_scan *job, const cdr_scan_listing *l, cdr_status s)
{
    bool check = cdr_opt_flag(job->cli, "check");
    if (check && cdr_scan_listing_hits(l))
        return CDR_EXIT_NO;
    return cdr_exit_of(s);
}

static cdr_exit run(cdr_cli *cli)
{
    if (cdr_opt_uint(cli, "threads") > 256)
        return cdr_cli_usage(cli, "--threads takes at most 256.");
    if (!cdr_opt_flag(cli, "no-workspace")) {
        cdr_status s = cdr_cli_open_workspace(cli, CDR_WORKSPACE_WRITE);
        if (s == CDR_NOT_FOUND)
            return cdr_cli_fail(cli, cdr_fail(&cli->err, s, "workspace", "workspace.missing",
                                              "There is no workspace in %.300s; candor init makes one, --no-workspace scans without keeping anything.", cli->workspace_dir));
        if (s != CDR_OK)
            return cdr_cli_fail(cli, s);
    }
    cdr_cli_scan job = cdr_cli_scan_asked(cli);
    cdr_scan_listing *l = cdr_scan_listing_new(&job);
    if (!l) {
        cdr_fail_nomem(&cli->err, "cli");
        return cdr_cli_fail(cli, CDR_E_NOMEM);
    }
    job.seen = cdr_scan_listing_object;
    job.arg = l;
    cdr_status s = cdr_cli_scan_run(&job, &cli->err);
    cdr_exit code;
    if (s == CDR_OK || s == CDR_PARTIAL || s == CDR_E_CANCELLED) {
        cdr_scan_listing_totals(l, &job.totals);
        code = exit_of(&job, l, s);
    } else {
        code = cdr_cli_fail(cli, s);
    }
    cdr_scan_listing_free(l);
    return code;
}

static const cdr_opt options[] = {
    {"no-workspace", 'n', CDR_OPT_FLAG, NULL, NULL, "keep nothing; needs no workspace"},
    CDR_CLI_SCAN_OPTIONS,
    {"check", 0, CDR_OPT_FLAG, NULL, NULL, "exit with 1 when anything of medium or high confidence is found"},
    {0},
};

const cdr_cmd cdr_cmd_scan = {
    .path = "scan",
    .group = "Know",
    .summary = "look through files, folders and databases for personal data and secrets",
    .args = "TARGET...",
    .min_args = 1,
    .max_args = -1,
    .opts = options,
    .roles = CDR_ROLES_RESPOND,
    .description = "Reads text of any kind, CSV, JSON, XML, logs, mailboxes, SQLite databases and archives, and tells for each object what it holds. "
                   "Values are never shown whole. Each object ends complete, partial or skipped with its reason; the exit code is 6 when not everything "
                   "could be read.\n\nWith a workspace the inventory is brought up to date, and files that have not changed since are not read again. "
                   "Ctrl-C stops within a second; the next run goes on where this one stopped. A target \"-\" is standard input.",
    .examples = "  # what is in this folder, without keeping anything\n  candor scan --no-workspace ~/exports\n"
                "  # update the inventory, leave out build results\n  candor scan /srv/share --exclude node_modules --exclude '*.o'\n"
                "  # fail a pipeline when personal data turns up\n  candor scan -n --check --quiet fixtures/\n",
    .json_shape = "  {\"path\": \"crm/customers.csv\", \"format\": \"csv\", \"coverage\": \"complete\", \"size\": 812345, \"bytes_read\": 812345, \"rows\": 5000,\n"
                  "   \"people_min\": 4990, \"people_max\": 5000, \"fields\": [{\"name\": \"mail\", \"is\": \"email\", \"support\": 0.998, \"values\": 5000,\n"
                  "   \"kinds\": [{\"kind\": \"email\", \"type\": \"EMAIL_ADDRESS\", \"category\": \"user.contact.email\", \"high\": 4990, \"medium\": 0, \"low\": 0,\n"
                  "   \"suppressed\": 0, \"distinct\": 4990, \"samples\": [{\"line\": 2, \"offset\": 0, \"confidence\": 0.9, \"masked\": \"a…@e…com\"}]}]}]}\n"
                  "  one line per object, then {\"totals\": {\"objects\": 12, \"complete\": 11, \"partial\": 0, \"skipped\": 1, …}}\n",
    .run = run,
};
