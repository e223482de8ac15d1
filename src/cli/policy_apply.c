/* SPDX-License-Identifier: Apache-2.0 */
/* candor policy apply: carry out a plan, look again at what is left, and make the receipt. */
#include "base/text.h"
#include "base/vec.h"
#include "cli/plan_words.h"
#include "cli/policy.h"
#include "cli/policy_words.h"
#include "cli/scan.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

CDR_VEC(paths, const char *)

/* Files that the plan changed: those that are still there are read again, of the others the inventory is told that they are gone. */
static cdr_status gather(cdr_cli *cli, const cdr_plan *p, cdr_arena *a, paths *there, paths *gone)
{
    for (size_t i = 0; i < p->unit_count; i++) {
        struct stat st;
        const cdr_plan_unit *u = &p->units[i];
        const char *file = cdr_plan_file(u->path, a);
        const char **slot = file ? paths_push(!lstat(file, &st) ? there : gone) : NULL;
        if (!slot)
            return cdr_fail_nomem(&cli->err, "cli");
        *slot = there->len && slot == &there->at[there->len - 1] ? file : u->path;
        /* A file that was moved lies somewhere else now. */
        const cdr_planned *s = &p->steps[u->first];
        if (s->step.action == CDR_ACT_MOVE && s->step.destination && !lstat(s->step.destination, &st)) {
            if (!(slot = paths_push(there)))
                return cdr_fail_nomem(&cli->err, "cli");
            *slot = s->step.destination;
        }
    }
    return CDR_OK;
}

static cdr_status tell_gone(cdr_cli *cli, const paths *gone, const cdr_ruleset *rules)
{
    cdr_inventory *inv = NULL;
    const cdr_inventory_totals none = {0};
    const cdr_inventory_scan scan = {.targets = gone->at, .target_count = gone->len, .ruleset = cdr_ruleset_version(rules)};
    if (gone->len == 0)
        return CDR_OK;
    cdr_status s = cdr_inventory_open(cli->ws, &inv, &cli->err);
    if (s == CDR_OK)
        s = cdr_inventory_scan_begin(inv, &scan, NULL, &cli->err);
    if (s == CDR_OK)
        s = cdr_inventory_scan_finish(inv, &none, &cli->err);
    cdr_inventory_close(inv);
    return s;
}

/* CDR_PARTIAL: something of it could not be read. */
static cdr_status look_again(cdr_cli *cli, const cdr_plan *p, const cdr_ruleset *rules)
{
    paths there = {0}, gone = {0};
    _cleanup_(cdr_arena_freep) cdr_arena *a = cdr_arena_new((size_t)64 << 20);
    cdr_status s = a ? gather(cli, p, a, &there, &gone) : cdr_fail_nomem(&cli->err, "cli");
    if (s == CDR_OK)
        s = tell_gone(cli, &gone, rules);
    if (s == CDR_OK && there.len) {
        cdr_cli_scan job = {.cli = cli, .targets = there.at, .target_count = there.len};
        cdr_scan_options_init(&job.options);
        s = cdr_cli_scan_run(&job, &cli->err);
    }
    paths_done(&there);
    paths_done(&gone);
    return s;
}

static cdr_exit dry(cdr_cli *cli, cdr_planning *c, cdr_plan *p)
{
    cdr_status s = cdr_plan_check(&c->context, p, &cli->err);
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    if (cli->json)
        return cdr_cli_print_json(cli, cdr_cli_plan_json(p, NULL), CDR_EXIT_OK);
    cdr_cli_plan_print(cli, p, NULL, true);
    cdr_cli_print(cli, "\nNothing was changed: this is the dry run, and nothing speaks against the plan. To carry it out:\n  candor policy apply %s --yes\n", p->id);
    return CDR_EXIT_OK;
}

static cdr_exit tell(cdr_cli *cli, const cdr_plan *p, const cdr_step_done *done)
{
    bool doubt = false;
    for (size_t i = 0; i < p->step_count; i++)
        doubt |= p->steps[i].how == CDR_PLANNED_DO && done[i].outcome == CDR_UNVERIFIED;
    cdr_exit code = doubt ? CDR_EXIT_INCOMPLETE : CDR_EXIT_OK;
    if (cli->json)
        return cdr_cli_print_json(cli, cdr_cli_plan_json(p, done), code);
    cdr_cli_plan_print(cli, p, done, true);
    cdr_cli_say(cli, "\nThe receipt, with its proof for somebody who has only your key:\n  candor policy receipt %s --out receipt\n", p->id);
    return code;
}

static cdr_status carry_out(cdr_cli *cli, cdr_planning *c, cdr_plan *p, cdr_arena *a, cdr_step_done **ret)
{
    cdr_status s = cdr_plan_apply(&c->context, p, &cli->err);
    if (s != CDR_OK || p->status == 2)
        return s == CDR_OK ? cdr_cli_plan_outcomes(cli, p, a, ret) : s;
    /* The scan opens the inventory itself. */
    cdr_inventory_close(c->inv);
    c->inv = NULL;
    cdr_status seen = look_again(cli, p, c->ruleset);
    if (seen != CDR_OK && seen != CDR_PARTIAL)
        return seen;
    s = cdr_inventory_open(cli->ws, &c->inv, &cli->err);
    c->context.inv = c->inv;
    if (s == CDR_OK)
        s = cdr_plan_finish(&c->context, p, true, &cli->err);
    return s == CDR_OK ? cdr_cli_plan_outcomes(cli, p, a, ret) : s;
}

static cdr_exit run(cdr_cli *cli)
{
    cdr_planning c;
    _cleanup_(cdr_plan_freep) cdr_plan *p = NULL;
    _cleanup_(cdr_arena_freep) cdr_arena *a = cdr_arena_new((size_t)256 << 20);
    cdr_step_done *done = NULL;
    if (cdr_opt_flag(cli, "yes") && cdr_opt_flag(cli, "dry-run"))
        return cdr_cli_usage(cli, "--yes carries the plan out and --dry-run does not; give one of them.");
    cdr_status s = a ? cdr_planning_begin(cli, &c) : cdr_fail_nomem(&cli->err, "cli");
    if (s == CDR_OK)
        s = cdr_cli_plan_load(cli, cli->argv[0], &p);
    bool wet = cdr_opt_flag(cli, "yes");
    if (s == CDR_OK && wet)
        s = carry_out(cli, &c, p, a, &done);
    cdr_exit code = s != CDR_OK ? cdr_cli_fail(cli, s) : wet ? tell(cli, p, done) : dry(cli, &c, p);
    if (a)
        cdr_planning_end(&c);
    return code;
}

static const cdr_opt opts[] = {
    CDR_OPT_POLICY,
    {"yes", 'y', CDR_OPT_FLAG, NULL, NULL, "carry it out; without this it is a dry run"},
    {"dry-run", 'n', CDR_OPT_FLAG, NULL, NULL, "only see whether it could be carried out now; the default"},
    {0},
};

const cdr_cmd cdr_cmd_policy_apply = {
    .path = "policy apply",
    .group = "Keep less",
    .summary = "carry out a plan, look again, and make the receipt",
    .args = "PLAN",
    .min_args = 1,
    .max_args = 1,
    .opts = opts,
    .flags = CDR_CMD_WORKSPACE,
    .roles = CDR_ROLES_OWNER,
    .description = "Carries out exactly the plan that candor policy plan made: by its id, or its file. Nothing is changed when the policy, a file or a legal hold changed since. Each file is\n"
                   "replaced as a whole, with owner and mode kept; a database is changed in one transaction. Killed at any moment, every file is as before or as after, and the same\n"
                   "command goes on. A file that is changed by others while the plan is carried out is left as found and told as not done; the others are done (exit code 6). Then the files are scanned again, and each step gets a verdict: erased, anonymised, pseudonymised (which is not erased), governed by retention, or\n"
                   "unverified; the receipt stands in the ledger. Exit code 6: a verdict is unverified, or a file was left as found.",
    .examples = "  # does anything speak against it?\n  candor policy apply 90f1c2d3e4f5\n  # carry it out\n  candor policy apply 90f1c2d3e4f5 --yes\n",
    .json_shape = "  {\"id\": \"90f1c2…\", \"state\": \"done\", \"files\": 3, \"files_done\": 3, \"plan\": {…},\n"
                  "    \"outcomes\": [{\"step\": 1, \"rows\": 312, \"values\": 0, \"verdict\": \"erased\", \"because\": \"312 rows are gone.\"}]}\n",
    .run = run,
};
