/* SPDX-License-Identifier: Apache-2.0 */
/* candor request extend, refuse, close: an answer that takes longer, is no, or is not needed any more. */
#include "cli/request.h"

#include "cli/policy_words.h"

#include <stdio.h>

static cdr_exit tell(cdr_cli *cli, const cdr_counter *c, const char *sentence, const char *duty)
{
    if (cli->json)
        return cdr_cli_print_json(cli, cdr_request_json(cli, &c->q), CDR_EXIT_OK);
    cdr_cli_say(cli, "%s\n", sentence);
    if (duty)
        cdr_cli_wrapped(cli, 0, 0, duty);
    return CDR_EXIT_OK;
}

static cdr_exit run_extend(cdr_cli *cli)
{
    _cleanup_counter_ cdr_counter c = {.rights = NULL};
    const char *reason = cdr_opt_text(cli, "reason");
    char due[CDR_DUE_TEXT], sentence[160];
    if (!reason)
        return cdr_cli_usage(cli, "Say why it takes longer with --reason; the customer is told it, too.");
    cdr_status s = cdr_counter_open(cli, cli->argv[0], &c);
    if (s == CDR_OK)
        s = cdr_rights_extend(c.rights, &c.q, reason, &cli->err);
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    cdr_request_due(cli, c.q.due_day, due);
    snprintf(sentence, sizeof sentence, "%s is to be answered by %s.", c.q.name, due);
    return tell(cli, &c, sentence, cdr_regime_of(c.q.regime)->extending);
}

static cdr_exit run_refuse(cdr_cli *cli)
{
    _cleanup_counter_ cdr_counter c = {.rights = NULL};
    const char *ground = cdr_opt_text(cli, "ground");
    char sentence[120];
    if (!ground)
        return cdr_cli_usage(cli, "Say on which ground with --ground; candor request refuse --help names them.");
    cdr_status s = cdr_counter_open(cli, cli->argv[0], &c);
    if (s == CDR_OK)
        s = cdr_rights_refuse(c.rights, &c.q, ground, cdr_opt_text(cli, "words"), &cli->err);
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    snprintf(sentence, sizeof sentence, "%s is refused (%s).", c.q.name, c.q.ground);
    return tell(cli, &c, sentence, cdr_regime_of(c.q.regime)->refusing);
}

static cdr_exit run_close(cdr_cli *cli)
{
    _cleanup_counter_ cdr_counter c = {.rights = NULL};
    const char *reason = cdr_opt_text(cli, "reason");
    char sentence[60];
    if (!reason)
        return cdr_cli_usage(cli, "Say why with --reason: withdrawn, answered with R-11, a duplicate.");
    cdr_status s = cdr_counter_open(cli, cli->argv[0], &c);
    if (s == CDR_OK)
        s = cdr_rights_end(c.rights, &c.q, reason, &cli->err);
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    snprintf(sentence, sizeof sentence, "%s is closed.", c.q.name);
    return tell(cli, &c, sentence, NULL);
}

static const cdr_opt extend_options[] = {
    {"reason", 'r', CDR_OPT_TEXT, "WORDS", NULL, "why it takes longer, without personal data; needed"},
    {0},
};

const cdr_cmd cdr_cmd_request_extend = {
    .path = "request extend",
    .group = "Tell only the customer",
    .summary = "an answer that takes longer, once, as far as the law allows",
    .args = "R-NUMBER",
    .min_args = 1,
    .max_args = 1,
    .opts = extend_options,
    .roles = CDR_ROLE_OWNER | CDR_ROLE_MANAGER,
    .description = "GDPR: two months more, told within the first. California: 45 days more, told within the first 45. Too late, or no law known: refused, with exit code 4.",
    .examples = "  candor request extend R-12 --reason \"records of eleven years in three systems\"\n",
    .json_shape = "  {\"request\": \"R-12\", \"due\": \"2027-04-30\", \"extended\": \"…\"}\n",
    .run = run_extend,
};

static const cdr_opt refuse_options[] = {
    {"ground", 'g', CDR_OPT_TEXT, "GROUND", NULL, "not-verified, not-held, unfounded, excessive, legal-duty, legal-claim, others-rights or exempt; needed"},
    {"words", 0, CDR_OPT_TEXT, "WORDS", NULL, "more about it, without personal data; needed with exempt"},
    {0},
};

const cdr_cmd cdr_cmd_request_refuse = {
    .path = "request refuse",
    .group = "Tell only the customer",
    .summary = "a request is refused, on a ground that is named",
    .args = "R-NUMBER",
    .min_args = 1,
    .max_args = 1,
    .opts = refuse_options,
    .roles = CDR_ROLE_OWNER | CDR_ROLE_MANAGER,
    .description = "Says what the customer must be told with it.",
    .examples = "  candor request refuse R-12 --ground not-held\n",
    .json_shape = "  {\"request\": \"R-12\", \"state\": \"refused\", \"ground\": \"not-held\"}\n",
    .run = run_refuse,
};

static const cdr_opt close_options[] = {
    {"reason", 'r', CDR_OPT_TEXT, "WORDS", NULL, "why, without personal data; needed"},
    {0},
};

const cdr_cmd cdr_cmd_request_close = {
    .path = "request close",
    .group = "Tell only the customer",
    .summary = "a request that needs no answer any more",
    .args = "R-NUMBER",
    .min_args = 1,
    .max_args = 1,
    .opts = close_options,
    .roles = CDR_ROLES_DESK,
    .description = "Withdrawn by the customer, answered with another one, opened by mistake.",
    .examples = "  candor request close R-12 --reason \"withdrawn by the customer\"\n",
    .json_shape = "  {\"request\": \"R-12\", \"state\": \"closed\", \"outcome\": \"withdrawn by the customer\"}\n",
    .run = run_close,
};
