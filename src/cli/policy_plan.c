/* SPDX-License-Identifier: Apache-2.0 */
/* candor policy plan: remedies with what each would change; candor policy plans: those that were made, and how far they have come. */
#include "base/io.h"
#include "base/time.h"
#include "cli/inventory.h"
#include "cli/plan_words.h"
#include "cli/policy.h"
#include "cli/policy_words.h"
#include "cli/retention.h"

#include <string.h>
#include <sys/stat.h>

static cdr_status write_document(cdr_cli *cli, const cdr_plan *p, const char *path)
{
    _cleanup_buf_ cdr_buf text = CDR_BUF(CDR_PLAN_BYTES_MAX);
    cdr_status s = cdr_json_canonical(p->document, &text, &cli->err);
    return s == CDR_OK ? cdr_file_write(path, text.data, text.len, 0600, &cli->err) : s;
}

static size_t steps_to_do(const cdr_plan *p)
{
    size_t n = 0;
    for (size_t i = 0; i < p->step_count; i++)
        n += p->steps[i].how == CDR_PLANNED_DO;
    return n;
}

/* Do rows go by their age? */
static bool purges(const cdr_plan *p)
{
    bool any = false;
    for (size_t i = 0; i < p->step_count && !any; i++)
        any = p->steps[i].how == CDR_PLANNED_DO && p->steps[i].step.action == CDR_ACT_PURGE_ROWS;
    return any;
}

static cdr_exit tell(cdr_cli *cli, const cdr_plan *p, const char *out, const cdr_buf *own)
{
    if (cli->json)
        return cdr_cli_print_json(cli, cdr_cli_plan_json(p, NULL), CDR_EXIT_OK);
    if (p->step_count == 0) {
        cdr_cli_print(cli, "There is nothing to do: no verdict that was asked for has a remedy.\n");
        return CDR_EXIT_OK;
    }
    cdr_cli_plan_print(cli, p, NULL, false);
    if (own->len && !cli->quiet) {
        cdr_cli_print(cli, "\n");
        cdr_cli_wrapped(cli, 0, 0, own->data);
    }
    if (out)
        cdr_cli_say(cli, "\nWrote %s.\n", out);
    if (steps_to_do(p))
        cdr_cli_say(cli, "\nNothing was changed. To carry out exactly this plan:\n  candor policy apply %s --yes\n", p->id);
    return CDR_EXIT_OK;
}

static cdr_status check_move(cdr_cli *cli, const char *folder)
{
    struct stat st;
    if (!folder || (!stat(folder, &st) && S_ISDIR(st.st_mode)))
        return CDR_OK;
    return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "plan.move-to", "%.300s is no folder; --move-to names the folder of the system of record.", folder);
}

static cdr_exit run_plan(cdr_cli *cli)
{
    cdr_planning p;
    _cleanup_(cdr_plan_freep) cdr_plan *plan = NULL;
    _cleanup_buf_ cdr_buf own = CDR_BUF(8192);
    const char *const *only, *out = cdr_opt_text(cli, "out");
    cdr_plan_wishes w = {.system = cdr_opt_text(cli, "system"), .move_to = cdr_opt_text(cli, "move-to")};
    w.only_count = cdr_opt_list(cli, "only", &only);
    w.only = only;
    cdr_status s = check_move(cli, w.move_to), begun = s == CDR_OK ? cdr_planning_begin(cli, &p) : CDR_E_INVAL;
    bool open = s == CDR_OK;
    s = s == CDR_OK ? begun : s;
    if (s == CDR_OK)
        s = cdr_cli_policy_enter(cli, p.policy);
    if (s == CDR_OK)
        s = cdr_cli_check_system(cli, p.context.inv, w.system);
    if (s == CDR_OK)
        s = cdr_plan_make(&p.context, &w, &plan, &cli->err);
    if (s == CDR_OK && steps_to_do(plan))
        s = cdr_plan_keep(&p.context, plan, &cli->err);
    if (s == CDR_OK && out)
        s = write_document(cli, plan, out);
    if (s == CDR_OK && purges(plan))
        cdr_cli_own_periods(p.policy, &own);
    if (open)
        cdr_planning_end(&p);
    return s == CDR_OK ? tell(cli, plan, out, &own) : cdr_cli_fail(cli, s);
}

/* --- those that were made --- */

typedef struct listing { cdr_text_table *table; json_t *list; size_t count; } listing;

static const char *state_of(const cdr_plan_row *r)
{
    static const char *const states[] = {"made", "begun", "done", "given up"};
    return r->status == 2 && r->units_done < r->units ? "done in part" : states[r->status & 3];
}

static cdr_status take_row(void *arg, const cdr_plan_row *r)
{
    listing *l = arg;
    char made[CDR_TIME_TEXT];
    cdr_time_format(r->made_us, made);
    l->count++;
    if (l->list)
        return json_array_append_new(l->list, json_pack("{s:s%, s:s, s:s, s:I, s:I, s:I}", "id", r->sha256, (size_t)12, "made", made, "state", state_of(r), "files", (json_int_t)r->units, "files_done",
                                                        (json_int_t)r->units_done, "receipt", (json_int_t)r->receipt))
                   ? CDR_E_NOMEM
                   : CDR_OK;
    cdr_text_table_cellf(l->table, "%.12s", r->sha256);
    cdr_text_table_cell(l->table, made);
    cdr_text_table_cell(l->table, state_of(r));
    cdr_text_table_cellf(l->table, "%llu of %llu", (unsigned long long)r->units_done, (unsigned long long)r->units);
    if (r->receipt >= 0)
        cdr_text_table_cellf(l->table, "ledger entry %lld", (long long)r->receipt);
    else
        cdr_text_table_cell(l->table, "");
    return CDR_OK;
}

static cdr_exit list_plans(cdr_cli *cli)
{
    static const char *const heads[] = {"PLAN", "MADE", "STATE", "FILES DONE", "RECEIPT"};
    cdr_plan_store st;
    listing l = {.table = cli->json ? NULL : cdr_text_table_new(CDR_COUNT(heads)), .list = cli->json ? json_array() : NULL};
    cdr_status s = l.table || l.list ? cdr_plan_store_open(cdr_workspace_db(cli->ws), &st, &cli->err) : cdr_fail_nomem(&cli->err, "cli");
    for (size_t i = 0; l.table && i < CDR_COUNT(heads); i++)
        cdr_text_table_cell(l.table, heads[i]);
    if (s == CDR_OK) {
        s = cdr_store_each_plan(&st, "", take_row, &l, &cli->err);
        cdr_plan_store_close(&st);
    }
    if (s == CDR_E_NOMEM)
        s = cdr_fail_nomem(&cli->err, "cli");
    if (s == CDR_OK && l.table && l.count)
        s = cdr_text_table_print(l.table, cli, &cli->err);
    else if (s == CDR_OK && l.table)
        cdr_cli_print(cli, "No plan was made yet: candor policy plan\n");
    cdr_text_table_free(l.table);
    if (s != CDR_OK) {
        json_decref(l.list);
        return cdr_cli_fail(cli, s);
    }
    return cli->json ? cdr_cli_print_json(cli, json_pack("{s:o}", "plans", l.list), CDR_EXIT_OK) : CDR_EXIT_OK;
}

static cdr_exit run_plans(cdr_cli *cli)
{
    if (cli->argc == 0)
        return list_plans(cli);
    _cleanup_(cdr_plan_freep) cdr_plan *plan = NULL;
    _cleanup_(cdr_arena_freep) cdr_arena *a = cdr_arena_new((size_t)256 << 20);
    cdr_step_done *done = NULL;
    cdr_status s = a ? cdr_cli_plan_load(cli, cli->argv[0], &plan) : cdr_fail_nomem(&cli->err, "cli");
    if (s == CDR_OK)
        s = cdr_cli_plan_outcomes(cli, plan, a, &done);
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    if (cli->json)
        return cdr_cli_print_json(cli, cdr_cli_plan_json(plan, done), CDR_EXIT_OK);
    cdr_cli_plan_print(cli, plan, done, false);
    if (plan->status == 1)
        cdr_cli_say(cli, "\nTo go on with it: candor policy apply %s --yes\n", plan->id);
    return CDR_EXIT_OK;
}

static const cdr_opt plan_opts[] = {
    CDR_OPT_POLICY,
    {"only", 0, CDR_OPT_LIST, "RULE", NULL, "only this rule, test (MIN-10) or verdict; may be given again"},
    {"system", 0, CDR_OPT_TEXT, "KEY", NULL, "only this system"},
    {"move-to", 0, CDR_OPT_TEXT, "DIR", NULL, "folder of the system of record, for what is to be moved there"},
    {"out", 'o', CDR_OPT_TEXT, "FILE", NULL, "write the plan to this file, too"},
    {"dry-run", 'n', CDR_OPT_FLAG, NULL, NULL, "change nothing, which is what a plan does anyway"},
    {0},
};

const cdr_cmd cdr_cmd_policy_plan = {
    .path = "policy plan",
    .group = "Keep less",
    .summary = "remedies for what breaks the policy, and what each would change",
    .opts = plan_opts,
    .flags = CDR_CMD_WORKSPACE,
    .roles = CDR_ROLES_RESPOND,
    .description = "Makes a plan of the smallest remedies for what candor policy check finds: delete a file, purge rows, empty or mask columns, redact text, move a file, take rights\n"
                   "away. Everything is tried out without changing anything, so that the plan says how many rows, values and people each step concerns; what must be done by hand,\n"
                   "what a legal hold stops, and which backups, copies and other holders no step reaches. The plan is kept; candor policy apply carries out exactly it.",
    .examples = "  # everything\n  candor policy plan\n  # only what is over age, also as a file\n  candor policy plan --only MIN-10 --out plan.json\n",
    .json_shape = "  {\"id\": \"90f1c2…\", \"sha256\": \"…\", \"state\": \"made\", \"files\": 3, \"files_done\": 0,\n"
                  "    \"plan\": {\"format\": \"candor-plan@1\", \"steps\": [{\"id\": 1, \"how\": \"do\", \"action\": \"purge rows\", \"path\": \"…\", \"effect\": {\"rows\": 312, \"people_max\": 298}, …}], …}}\n",
    .run = run_plan,
};

const cdr_cmd cdr_cmd_policy_plans = {
    .path = "policy plans",
    .group = "Keep less",
    .summary = "plans that were made, and how far they have come",
    .args = "[PLAN]",
    .max_args = 1,
    .flags = CDR_CMD_READONLY,
    .roles = CDR_ROLES_READ,
    .description = "Without PLAN: all of them, newest first. With the id of one (its first six digits suffice) or its file: its steps, which of them are done, and what is left of the\n"
                   "data: erased, anonymised, pseudonymised (which is not erased), governed by retention, or unverified, each with its reason.",
    .examples = "  candor policy plans\n",
    .json_shape = "  {\"plans\": [{\"id\": \"90f1c2d3e4f5\", \"made\": \"…\", \"state\": \"begun\", \"files\": 3, \"files_done\": 1, \"receipt\": -1}]}\n",
    .run = run_plans,
};
