/* SPDX-License-Identifier: Apache-2.0 */
/* candor disclosure check: reads a policy, tells what it probably does not mean, and runs its own examples. */
#include "cli/disclosure.h"

#include "cli/policy_words.h"

#include <stdio.h>
#include <string.h>

typedef struct told {
    cdr_cli *cli;
    json_t *warnings, *cases;     /* with --json */
    size_t warned, ran, failed;
    bool all;
} told;

static cdr_status on_warning(void *arg, bool mistake, const char *sentence)
{
    told *t = arg;
    t->warned += !mistake;
    if (t->cli->json)
        return json_array_append_new(t->warnings, json_pack("{s:b, s:s}", "mistake", (int)mistake, "text", sentence)) ? cdr_fail_nomem(&t->cli->err, "cli") : CDR_OK;
    _cleanup_free_ char *line = cdr_asprintf("%s: %s", mistake ? "Wrong" : "Careful", sentence);
    cdr_cli_wrapped(t->cli, 0, 2, line ? line : sentence);
    return CDR_OK;
}

static cdr_status on_case(void *arg, const cdr_disclosure_case_result *r)
{
    told *t = arg;
    t->ran++;
    t->failed += !r->ok;
    if (t->cli->json)
        return json_array_append_new(t->cases, json_pack("{s:s, s:b, s:s, s:s}", "name", r->name, "ok", (int)r->ok, "got", r->got, "why", r->why)) ? cdr_fail_nomem(&t->cli->err, "cli") : CDR_OK;
    if (r->ok && !t->all)
        return CDR_OK;
    _cleanup_free_ char *line = cdr_asprintf("%s: %s%s%s", r->ok ? "Holds" : "Fails", r->name, r->ok ? "" : ": ", r->got), *why = cdr_asprintf("Expected, because %s.", r->why);
    cdr_cli_wrapped(t->cli, 0, 2, line ? line : r->name);
    if (!r->ok && r->why[0])
        cdr_cli_wrapped(t->cli, 2, 2, why ? why : r->why);
    return CDR_OK;
}

static cdr_exit finish(told *t, const char *shown, size_t mistakes)
{
    cdr_exit code = mistakes || t->failed ? CDR_EXIT_NO : CDR_EXIT_OK;
    if (t->cli->json)
        return cdr_cli_print_json(t->cli, json_pack("{s:s, s:b, s:I, s:I, s:O, s:O}", "from", shown, "ok", (int)(code == CDR_EXIT_OK), "cases_run", (json_int_t)t->ran, "cases_failed", (json_int_t)t->failed,
                                                    "warnings", t->warnings, "cases", t->cases), code);
    _cleanup_buf_ cdr_buf line = CDR_BUF(2000);
    if (t->failed)
        cdr_buf_addf(&line, "%zu of %zu examples came out otherwise than %s says", t->failed, t->ran, shown);
    else if (t->ran > 1)
        cdr_buf_addf(&line, "All %zu examples of %s hold", t->ran, shown);
    else
        cdr_buf_addf(&line, t->ran ? "The one example of %s holds" : "%s can be read and carries no examples", shown);
    if (mistakes)
        cdr_buf_addf(&line, "; %zu mistake%s must be put right", mistakes, mistakes == 1 ? "" : "s");
    if (t->warned)
        cdr_buf_addf(&line, "; %zu thing%s to think about", t->warned, t->warned == 1 ? "" : "s");
    cdr_buf_adds(&line, t->ran ? "." : "; docs/disclosure.md shows how to write them.");
    if (t->failed + mistakes + t->warned)
        cdr_cli_print(t->cli, "\n");
    if (code != CDR_EXIT_OK || !t->cli->quiet)
        cdr_cli_wrapped(t->cli, 0, 0, line.data ? line.data : "");
    return code;
}

static cdr_exit run(cdr_cli *cli)
{
    _cleanup_(cdr_disclosure_policy_freep) cdr_disclosure_policy *p = NULL;
    _cleanup_free_ char *shown = NULL;
    told t = {.cli = cli, .warnings = json_array(), .cases = json_array(), .all = cdr_opt_flag(cli, "all")};
    cdr_status s = cdr_cli_disclosure_read(cli, cli->argc ? cli->argv[0] : NULL, &p, &shown);
    size_t mistakes = 0;
    cdr_cli_fields fields = {0};
    if (s == CDR_OK)
        s = t.warnings && t.cases ? cdr_cli_disclosure_fields(cli, &fields) : cdr_fail_nomem(&cli->err, "cli");
    if (s == CDR_OK)
        s = cdr_disclosure_check(p, fields.at, fields.count, on_warning, &t, &mistakes, &cli->err);
    if (s == CDR_OK)
        s = cdr_disclosure_cases(p, fields.at, fields.count, on_case, &t, NULL, &cli->err);
    cdr_exit code = s != CDR_OK ? cdr_cli_fail(cli, s) : finish(&t, shown, mistakes);
    json_decref(t.warnings);
    json_decref(t.cases);
    cdr_cli_fields_done(&fields);
    return code;
}

static const cdr_opt opts[] = {
    {"all", 'a', CDR_OPT_FLAG, NULL, NULL, "list the examples that hold, too"},
    {0},
};

const cdr_cmd cdr_cmd_disclosure_check = {
    .path = "disclosure check",
    .group = "Tell only the customer",
    .summary = "whether a disclosure policy says what its examples expect",
    .args = "[FILE]",
    .max_args = 1,
    .opts = opts,
    .description = "Reads disclosure.yaml of the workspace (or FILE, or without either the policy that comes with Candor), runs the example cases that it carries, and names what\n"
                   "it probably does not mean: rules that never speak, fields told to somebody who proved nothing, card numbers in plain. Exit code 0: every example holds;\n"
                   "1: one does not, or a field does not exist; 2: the file cannot be read, and every mistake is named with its place.",
    .examples = "  # after every change of the policy\n  candor disclosure check\n  # every example, as data\n  candor disclosure check --all --json\n",
    .json_shape = "  {\"from\": \"candor-workspace/disclosure.yaml\", \"ok\": true, \"cases_run\": 32, \"cases_failed\": 0, \"warnings\": [{\"mistake\": false, \"text\": \"…\"}],\n"
                  "    \"cases\": [{\"name\": \"a hidden number steps up\", \"ok\": true, \"got\": \"\", \"why\": \"…\"}]}\n",
    .run = run,
};
