/* SPDX-License-Identifier: Apache-2.0 */
/* candor run start. */
#include "cli/playbook_signed.h"
#include "cli/run.h"

#include <string.h>

static cdr_status start(cdr_cli *cli, cdr_desk_run *d, cdr_run_request *q, int64_t *ret)
{
    const char *incident = cdr_opt_text(cli, "incident");
    int64_t id;
    if (!incident)
        return cdr_runs_start(d->r, q, ret, &cli->err);
    if (!cdr_incident_parse_id(incident, &id))
        return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "incident.id", "\"%.30s\" is no incident: its name is like I-3; candor incident list shows them.", incident);
    return cdr_incident_start_run(d->in, id, q, ret, &cli->err);
}

static cdr_exit run(cdr_cli *cli)
{
    _cleanup_desk_run_ cdr_desk_run d = {.in = NULL};
    _cleanup_json_ json_t *variables = NULL;
    int64_t id = 0;
    cdr_status s = cdr_cli_run_values(cli, &variables);
    if (s == CDR_OK)
        s = cdr_cli_start_writing(cli);
    if (s == CDR_OK)
        s = cdr_desk_run_open(cli, NULL, &d);
    cdr_run_request q = {.playbook = cli->argv[0], .version = cdr_opt_text(cli, "version"), .variables = variables, .verify = cdr_opt_flag(cli, "verify"), .lenient = cdr_opt_flag(cli, "lenient"),
                         .fail = cdr_opt_flag(cli, "fail"), .changed = cdr_opt_flag(cli, "changed")};
    if (s == CDR_OK)
        s = start(cli, &d, &q, &id);
    if (s == CDR_OK)
        s = cdr_runs_load(d.r, id, &d.row, &d.run, &cli->err);
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    if (cli->json)
        return cdr_cli_print_json(cli, cdr_run_json(cli, &d), CDR_EXIT_OK);
    const char *tlp = cdr_playbook_tlp(cdr_run_playbook(d.run));
    _cleanup_free_ char *name = cdr_cli_shown(cdr_playbook_name(cdr_run_playbook(d.run)) ? cdr_playbook_name(cdr_run_playbook(d.run)) : d.row.playbook);
    cdr_cli_say(cli, "R-%lld is begun: %s%s%s.\n", (long long)id, name ? name : "", tlp ? ", marked " : "", tlp ? tlp : "");
    s = cdr_cli_say_signed(cli, cdr_run_playbook(d.run), d.row.playbook);
    if (s == CDR_OK && !cli->quiet)
        s = cdr_run_print_next(cli, &d);
    return s == CDR_OK ? CDR_EXIT_OK : cdr_cli_fail(cli, s);
}

static const cdr_opt options[] = {
    {"incident", 'i', CDR_OPT_TEXT, "I-NUMBER", NULL, "for this incident, with its times; a run alone otherwise"},
    {"set", 's', CDR_OPT_LIST, "NAME=VALUE", NULL, "a value that the playbook takes from outside; NAME=- asks for it without showing it"},
    {"version", 0, CDR_OPT_TEXT, "TIME", NULL, "the version to take, by its time of modification; the newest otherwise"},
    {"verify", 0, CDR_OPT_FLAG, NULL, NULL, "only if it is signed by Candor or by this workspace, unchanged"},
    {"changed", 0, CDR_OPT_FLAG, NULL, NULL, "also when it was changed after it was signed; otherwise such a playbook is not begun"},
    {"lenient", 'l', CDR_OPT_FLAG, NULL, NULL, "conditions as many playbooks write them: a word without quotes, a variable alone"},
    {"fail", 0, CDR_OPT_FLAG, NULL, NULL, "a step that fails ends the run, instead of asking what to do"},
    {0},
};

const cdr_cmd cdr_cmd_run_start = {
    .path = "run start",
    .group = "Be ready",
    .summary = "carry out a playbook, step by step, whatever happens",
    .args = "PLAYBOOK",
    .min_args = 1,
    .max_args = 1,
    .opts = options,
    .flags = CDR_CMD_READONLY,
    .roles = CDR_ROLES_RESPOND,
    .description = "PLAYBOOK is a name (candor playbook list), a file, or an id. The run keeps the playbook as it is now, and every playbook it calls; later changes of files do not touch it.\n\n"
                   "Steps for people wait until somebody answers (candor run next). Commands are carried out by Candor only where commands.yaml in the workspace allows them by name; all others are shown to people. "
                   "A playbook that nobody known here signed is begun, and that is said; one that was changed after it was signed, or one id in two files that say different things, is not begun. "
                   "Everything that happens is kept at once, so a run goes on after a crash where it was. What nobody can know is asked, and nothing is done twice.\n\n"
                   "The run of an incident is started by candor incident open; one more, or one for an incident without, with --incident. Texts are kept as they are typed, but for numbers of cards and people; do not type secrets.",
    .examples = "  candor run start lost-device\n"
                "  # for an incident that is open already\n"
                "  candor run start lost-device --incident I-1\n"
                "  # only when it is signed and unchanged\n"
                "  candor run start misdirected-message --verify\n",
    .json_shape = "  {\"run\": \"R-1\", \"subject\": \"R-1\", \"playbook\": \"lost-device\", \"signed\": \"candor\", \"replaces_shipped\": false, \"outcome\": \"open\", \"waiting\": 3, \"steps\": [{\"number\": 4, \"name\": \"…\", \"state\": \"waiting for an answer\",\n"
                  "    \"role\": \"it\", \"since\": \"…\", \"due\": \"…\", \"what\": \"…\", \"asks\": [{\"name\": \"__x__\", \"choices\": [\"yes\", \"no\"]}]}], \"later\": [{\"name\": \"…\"}]}\n",
    .run = run,
};
