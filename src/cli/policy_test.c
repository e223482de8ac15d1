/* SPDX-License-Identifier: Apache-2.0 */
/* candor policy test: the examples that a policy carries. */
#include "cli/policy.h"
#include "core/policy/case.h"

#include <string.h>

static json_t *one_json(const cdr_case_result *x)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:b, s:s}", "case", x->of->name, "rule", x->rule, "expected", cdr_case_word(x->expected, x->allows), "found",
                     cdr_case_word(x->found, x->allows), "right", (int)x->right, "missing", x->missing);
}

static cdr_exit print_json(cdr_cli *cli, const cdr_policy *p, const cdr_case_result *all, size_t count, size_t wrong)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count && list; i++)
        if (json_array_append_new(list, one_json(&all[i])))
            break;
    return cdr_cli_print_json(cli, json_pack("{s:s, s:I, s:I, s:I, s:o}", "policy", p->name, "cases", (json_int_t)p->case_count, "expectations", (json_int_t)count, "wrong", (json_int_t)wrong, "results", list),
                              wrong ? CDR_EXIT_NO : CDR_EXIT_OK);
}

static void print_one(cdr_cli *cli, const cdr_case_result *x, bool named)
{
    if (named)
        cdr_cli_say(cli, "  %s\n", x->of->name);
    if (x->right) {
        cdr_cli_say(cli, "    ok     %s is %s\n", x->rule, cdr_case_word(x->found, x->allows));
        return;
    }
    if (cli->quiet)
        cdr_cli_print(cli, "  %s\n", x->of->name);
    cdr_cli_print(cli, "    WRONG  %s is %s, expected was %s (%s)\n", x->rule, cdr_case_word(x->found, x->allows), cdr_case_word(x->expected, x->allows), x->of->where);
    if (x->missing[0])
        cdr_cli_print(cli, "           unknown: %s\n", x->missing);
}

static cdr_exit print(cdr_cli *cli, const cdr_policy *p, const cdr_case_result *all, size_t count)
{
    size_t wrong = 0;
    const char *name = p->name[0] ? p->name : p->file;
    for (size_t i = 0; i < count; i++)
        wrong += !all[i].right;
    if (cli->json)
        return print_json(cli, p, all, count, wrong);
    if (count == 0)
        cdr_cli_print(cli, "%s carries no cases; docs/policy.md shows how to write some.\n", p->file);
    else if (wrong == 0)
        cdr_cli_print(cli, "All %zu expectation%s of %zu case%s in %s hold.\n", count, count == 1 ? "" : "s", p->case_count, p->case_count == 1 ? "" : "s", name);
    else
        cdr_cli_print(cli, "%zu of %zu expectation%s of %zu case%s in %s do not hold.\n", wrong, count, count == 1 ? "" : "s", p->case_count, p->case_count == 1 ? "" : "s", name);
    for (size_t i = 0; i < count; i++)
        print_one(cli, &all[i], i == 0 || all[i].of != all[i - 1].of);
    return wrong ? CDR_EXIT_NO : CDR_EXIT_OK;
}

static cdr_exit run(cdr_cli *cli)
{
    _cleanup_(cdr_policy_freep) cdr_policy *p = NULL;
    _cleanup_(cdr_arena_freep) cdr_arena *a = cdr_arena_new(64u << 20);
    const cdr_case_result *all = NULL;
    size_t count = 0;
    cdr_status s = !a ? cdr_fail_nomem(&cli->err, "cli") : cli->argc > 0 ? cdr_cli_policy_read(cli, cli->argv[0], &p) : cdr_cli_policy_load(cli, &p);
    if (s == CDR_OK)
        s = cdr_policy_run_cases(p, a, &all, &count, &cli->err);
    return s == CDR_OK ? print(cli, p, all, count) : cdr_cli_fail(cli, s);
}

static const cdr_opt opts[] = {CDR_OPT_POLICY, {0}};

const cdr_cmd cdr_cmd_policy_test = {
    .path = "policy test",
    .group = "Keep less",
    .summary = "run the examples that a policy carries",
    .args = "[FILE]",
    .max_args = 1,
    .opts = opts,
    .description = "Each case of a policy gives facts of one use of data and says what rules, forms, places, periods or promises must make of them: violated, kept or\n"
                   "unknown. A fact that is not given is unknown. Exit code 1 when one expectation does not hold. With FILE no workspace is needed.",
    .examples = "  # the policy of this workspace\n  candor policy test\n  # a policy before it is adopted\n  candor policy test playbooks/policies/small-shop.yaml\n",
    .json_shape = "  {\"policy\": \"Small shop\", \"cases\": 9, \"expectations\": 10, \"wrong\": 0,\n    \"results\": [{\"case\": \"…\", \"rule\": \"no-sale\", \"expected\": \"violated\", \"found\": \"violated\", \"right\": true, \"missing\": \"\"}]}\n",
    .run = run,
};
