/* SPDX-License-Identifier: Apache-2.0 */
/* candor run retry, skip, done, abort: when a step does not go as the playbook says. Each is recorded, with who and why. */
#include "cli/run.h"

static cdr_exit mend(cdr_cli *cli, cdr_run_deed deed, unsigned states, const char *reason, const char *done)
{
    _cleanup_desk_run_ cdr_desk_run d = {.in = NULL};
    _cleanup_json_ json_t *answers = NULL;
    const cdr_activation *a = NULL;
    cdr_status s = deed == CDR_DEED_BY_HAND ? cdr_cli_run_values(cli, &answers) : CDR_OK;
    if (s == CDR_OK)
        s = cdr_cli_start_writing(cli);
    if (s == CDR_OK)
        s = cdr_desk_run_open(cli, cli->argv[0], &d);
    if (s == CDR_OK && deed != CDR_DEED_ABORT)
        s = cdr_desk_run_step(cli, &d, cli->argc > 1 ? cli->argv[1] : NULL, states, &a);
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    return cdr_desk_run_say(cli, &d, deed, &(cdr_run_say){.activation = a ? a->id : 0, .text = reason, .answers = answers}, done);
}

#define BROKEN (1u << CDR_ACT_DOUBT | 1u << CDR_ACT_FAILED)

static cdr_exit run_retry(cdr_cli *cli)
{
    return mend(cli, CDR_DEED_RETRY, BROKEN, cdr_opt_text(cli, "reason"), "is tried again");
}

static cdr_exit run_skip(cdr_cli *cli)
{
    if (!cdr_opt_text(cli, "reason"))
        return cdr_cli_usage(cli, "Say why it is skipped with --reason; whoever reviews the run reads it.");
    return mend(cli, CDR_DEED_SKIP, CDR_RUN_WAITS | 1u << CDR_ACT_DELAYED, cdr_opt_text(cli, "reason"), "skipped");
}

static cdr_exit run_done(cdr_cli *cli)
{
    if (!cdr_opt_text(cli, "reason"))
        return cdr_cli_usage(cli, "Say with --reason how it was done.");
    return mend(cli, CDR_DEED_BY_HAND, BROKEN | 1u << CDR_ACT_ANSWER, cdr_opt_text(cli, "reason"), "done by hand");
}

static cdr_exit run_abort(cdr_cli *cli)
{
    if (!cdr_opt_text(cli, "reason"))
        return cdr_cli_usage(cli, "Say why the run is stopped with --reason.");
    return mend(cli, CDR_DEED_ABORT, 0, cdr_opt_text(cli, "reason"), "aborted");
}

static const cdr_opt retry_options[] = {
    {"reason", 'r', CDR_OPT_TEXT, "WORDS", NULL, "a word about it"},
    {0},
};

const cdr_cmd cdr_cmd_run_retry = {
    .path = "run retry",
    .group = "Be ready",
    .summary = "a step that failed, or is in doubt, is tried again",
    .args = "RUN [STEP]",
    .min_args = 1,
    .max_args = 2,
    .opts = retry_options,
    .flags = CDR_CMD_READONLY,
    .roles = CDR_ROLES_RESPOND,
    .description = "In doubt is what was being carried out when Candor stopped: nobody knows whether it was. Look first; if it was done, candor run done says so.",
    .examples = "  candor run retry R-1 6\n",
    .json_shape = "  as candor run show\n",
    .run = run_retry,
};

static const cdr_opt skip_options[] = {
    {"reason", 'r', CDR_OPT_TEXT, "WORDS", NULL, "why; needed"},
    {0},
};

const cdr_cmd cdr_cmd_run_skip = {
    .path = "run skip",
    .group = "Be ready",
    .summary = "a step is left out, with the reason",
    .args = "RUN [STEP]",
    .min_args = 1,
    .max_args = 2,
    .opts = skip_options,
    .flags = CDR_CMD_READONLY,
    .roles = CDR_ROLES_RESPOND,
    .description = "The run goes on as if the step had gone well; that it was skipped, by whom and why, stands in its log and in the timeline of its incident.",
    .examples = "  candor run skip R-1 6 --reason \"the laptop was found in the office\"\n",
    .json_shape = "  as candor run show\n",
    .run = run_skip,
};

static const cdr_opt done_options[] = {
    {"reason", 'r', CDR_OPT_TEXT, "WORDS", NULL, "how it was done; needed"},
    {"set", 's', CDR_OPT_LIST, "NAME=VALUE", NULL, "a value that the step would have given"},
    {0},
};

const cdr_cmd cdr_cmd_run_done = {
    .path = "run done",
    .group = "Be ready",
    .summary = "a step was done another way, by hand",
    .args = "RUN [STEP]",
    .min_args = 1,
    .max_args = 2,
    .opts = done_options,
    .flags = CDR_CMD_READONLY,
    .roles = CDR_ROLES_RESPOND,
    .description = "For a step that failed, is in doubt, or was done before anybody answered it. Evidence and approval are asked for all the same, where the playbook wants them.",
    .examples = "  candor run done R-1 6 --reason \"blocked at the provider by telephone\"\n",
    .json_shape = "  as candor run show\n",
    .run = run_done,
};

static const cdr_opt abort_options[] = {
    {"reason", 'r', CDR_OPT_TEXT, "WORDS", NULL, "why; needed"},
    {0},
};

const cdr_cmd cdr_cmd_run_abort = {
    .path = "run abort",
    .group = "Be ready",
    .summary = "a whole run is stopped, with the reason",
    .args = "RUN",
    .min_args = 1,
    .max_args = 1,
    .opts = abort_options,
    .flags = CDR_CMD_READONLY,
    .roles = CDR_ROLES_RESPOND,
    .description = "Nothing of it is carried out any more, and its clocks stop. What happened stays.",
    .examples = "  candor run abort R-1 --reason \"begun by mistake\"\n",
    .json_shape = "  as candor run show\n",
    .run = run_abort,
};
