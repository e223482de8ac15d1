/* SPDX-License-Identifier: Apache-2.0 */
/* candor consent check: may we? */
#include "cli/consent.h"

#include <string.h>

static cdr_exit print(cdr_cli *cli, const char *purpose, int64_t asked_us, const cdr_consent_answer *a)
{
    char since[32], until[32], asked[32];
    cdr_exit code = a->allowed ? CDR_EXIT_OK : CDR_EXIT_NO;
    if (cli->json)
        return cdr_cli_print_json(cli, json_pack("{s:s, s:b, s:s, s:s*, s:s*, s:s, s:I, s:s}", "purpose", purpose, "allowed", a->allowed, "state", cdr_consent_state_names[a->state],
                                                 "since", cdr_cli_time_text(a->since_us, since), "until", cdr_cli_time_text(a->until_us, until), "asked_for",
                                                 cdr_cli_time_text(asked_us, asked), "events", (json_int_t)a->events, "reason", a->reason), code);
    _cleanup_free_ char *shown = cdr_cli_shown(purpose);
    cdr_cli_say(cli, "%s: %s is %s. %s\n", a->allowed ? "Yes" : "No", shown ? shown : "", a->allowed ? "allowed" : "not allowed", a->reason);
    return code;
}

static cdr_exit run(cdr_cli *cli)
{
    cdr_buf subject;
    cdr_consent_answer a = {0};
    int64_t at = 0;
    const char *purpose = cdr_opt_text(cli, "purpose");
    if (!purpose)
        return cdr_cli_usage(cli, "Say for what: --purpose marketing.");
    cdr_status s = cdr_cli_subject(cli, &subject);
    if (s == CDR_OK)
        s = cdr_cli_time(cli, "at", &at);
    at = at ? at : cdr_now_us(&cli->ctx);
    if (s == CDR_OK)
        s = cdr_consent_check(cli->ws, subject.data, purpose, at, &a, &cli->err);
    cdr_buf_wipe(&subject);
    if (s == CDR_OK && !a.events)
        s = cdr_cli_purpose_unheard(cli, purpose);
    return s == CDR_OK ? print(cli, purpose, at, &a) : cdr_cli_fail(cli, s);
}

static const cdr_opt options[] = {
    {"purpose", 'p', CDR_OPT_TEXT, "NAME", NULL, "what for; needed"},
    CDR_CLI_SUBJECT_OPTIONS,
    {"at", 0, CDR_OPT_TEXT, "TIME", NULL, "was it allowed then? Now when not given"},
    {0},
};

const cdr_cmd cdr_cmd_consent_check = {
    .path = "consent check",
    .group = "Keep less",
    .summary = "may this person's data be used for a purpose? Exit code 0 yes, 1 no",
    .max_args = 0,
    .opts = options,
    .flags = CDR_CMD_READONLY,
    .roles = CDR_ROLES_DESK,
    .description = "Prints the answer, since when and why. No record means no, and so does a consent that has run out. For whole files use candor minimise, which asks for each record. "
                   "Other users of the machine can see the arguments of commands: prefer --subject-key - or --subject-file.",
    .examples = "  candor consent check --purpose marketing --subject-key K-1001\n"
                "  # on the day of the mailing\n"
                "  echo ada@example.com | candor consent check --purpose marketing --subject-key - --at 2027-03-01\n",
    .json_shape = "  {\"purpose\": \"marketing\", \"allowed\": true, \"state\": \"given\", \"since\": \"…\", \"until\": \"…\", \"asked_for\": \"…\", \"events\": 2, \"reason\": \"Given on ….\"}\n",
    .run = run,
};
