/* SPDX-License-Identifier: Apache-2.0 */
/* candor incident open: the register begins, the team is named, the playbook starts. */
#include "cli/incident.h"

#include "cli/policy_words.h"
#include "cli/prompt.h"

#include <stdio.h>
#include <string.h>

/* Typed at the terminal where an option is missing; a script gives them all. */
typedef struct asked { cdr_buf what, noticed, by; } asked;

static void asked_done(asked *a)
{
    cdr_buf_done(&a->what);
    cdr_buf_done(&a->noticed);
    cdr_buf_done(&a->by);
}

static cdr_status ask(cdr_cli *cli, const char *prompt, cdr_buf *ret)
{
    cdr_secret *line = NULL;
    cdr_status s = cdr_prompt_line(cli, CDR_PROMPT_SHOWN, prompt, 600, &line);
    if (s == CDR_OK && line)
        cdr_buf_add(ret, cdr_secret_bytes(line), cdr_secret_len(line));
    cdr_secret_free(line);
    return s == CDR_DONE ? CDR_OK : s;
}

static cdr_status ask_missing(cdr_cli *cli, asked *a, bool somebody)
{
    const cdr_incident_kind *kind = cdr_incident_kind_of(cdr_opt_text(cli, "kind"));
    char prompt[160];
    snprintf(prompt, sizeof prompt, "%s ", kind ? kind->asks : "What happened?");
    cdr_status s = cdr_incident_words(cli, NULL, 0, prompt, "what happened", true, &a->what);
    if (s == CDR_OK && !cdr_opt_text(cli, "noticed") && somebody)
        s = ask(cli, "When was it noticed? (now, 09:15, yesterday 16:00; Enter is now) ", &a->noticed);
    if (s == CDR_OK && !cdr_opt_text(cli, "found-by") && somebody)
        s = ask(cli, "Who noticed it, or how? (Enter: not known) ", &a->by);
    return s;
}

static cdr_status read_request(cdr_cli *cli, asked *a, cdr_incident_open_request *r)
{
    const char *by = cdr_opt_text(cli, "found-by");
    *r = (cdr_incident_open_request){.kind = cdr_opt_text(cli, "kind"), .codename = cdr_opt_text(cli, "codename"), .drill = cdr_opt_flag(cli, "drill"), .no_run = cdr_opt_flag(cli, "no-playbook"),
                                     .playbook = cdr_opt_text(cli, "playbook")};
    bool somebody = cdr_prompt_somebody() && !cli->json && cli->argc == 0;
    cdr_status s = ask_missing(cli, a, somebody);
    r->title = a->what.data;
    r->found_by = by ? by : a->by.data;
    if (s == CDR_OK)
        s = cdr_incident_when(cli, "noticed", &r->discovered_us);
    if (s == CDR_OK && a->noticed.len)
        s = cdr_incident_when_text(cli, "When it was noticed", a->noticed.data, &r->discovered_us);
    if (s == CDR_OK)
        s = cdr_incident_when(cli, "began", &r->began_us);
    if (s == CDR_OK && cdr_opt_uint(cli, "takeover") > 0)
        r->takeover_us = (int64_t)cdr_opt_uint(cli, "takeover") * 60000000;
    r->takeover_self = cdr_opt_flag(cli, "takeover-self");
    return s;
}

static cdr_exit tell(cdr_cli *cli, cdr_incident_room *r, int64_t run)
{
    cdr_incident_role manager = {.who = ""};
    cdr_status s = cdr_incident_role_of(r->in, r->i.id, CDR_DUTY_MANAGER, &manager, &cli->err);
    if (s != CDR_OK && s != CDR_NOT_FOUND)
        return cdr_cli_fail(cli, s);
    cdr_cli_print(cli, "I-%lld is open.%s%s%s\n", (long long)r->i.id, *manager.who ? " Incident manager: " : "", manager.who, *manager.who ? "." : "");
    if (!r->i.accepted_us)
        cdr_cli_print(cli, "She has %lld minutes to say that she has it; after that the deputy %s.\n", (long long)(r->i.takeover_us / 60000000),
                      r->i.takeover_self ? "takes over" : "may take over");
    if (run)
        cdr_cli_print(cli, "The playbook %s has begun as R-%lld.\n", r->i.playbook, (long long)run);
    else if (*r->i.playbook)
        cdr_cli_print(cli, "The playbook %s could not be started; the timeline says why.\n", r->i.playbook);
    if (cdr_now_us(&cli->ctx) - cdr_cli_last_tick(cli) > CDR_TICK_LATE_US)
        cdr_cli_print(cli, "No reminder goes out yet, as nobody calls candor tick here: candor tick --print-timer\n");
    cdr_cli_print(cli, "\nNext: candor incident show I-%lld\n", (long long)r->i.id);
    return CDR_EXIT_OK;
}

static cdr_exit run(cdr_cli *cli)
{
    _cleanup_incident_ cdr_incident_room r = {.in = NULL};
    asked a = {CDR_BUF(1), CDR_BUF(1000), CDR_BUF(1000)};
    cdr_incident_open_request q;
    int64_t id = 0, run_id = 0;
    cdr_status s = read_request(cli, &a, &q);
    if (s == CDR_OK)
        s = cdr_incident_room_open(cli, CDR_WORKSPACE_WRITE, NULL, &r);
    if (s == CDR_OK)
        s = cdr_incident_open(r.in, &q, &id, &run_id, &cli->err);
    if (s == CDR_OK)
        s = cdr_incident_get(r.in, id, &r.i, &cli->err);
    asked_done(&a);
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    return cli->json ? cdr_incident_did(cli, &r, CDR_OK, "%s", "") : tell(cli, &r, run_id);
}

static const cdr_opt options[] = {
    {"kind", 'k', CDR_OPT_TEXT, "KIND", NULL, "customer-data-breach, lost-device, ransomware, vendor-breach, misdirected-message, insider-misuse, identity-theft, denial-of-service, natural-disaster, malpractice, complaint or other"},
    {"noticed", 'n', CDR_OPT_TEXT, "TIME", NULL, "when somebody noticed it: now, 09:15, \"yesterday 16:00\", \"2 hours ago\"; now when not given"},
    {"began", 'b', CDR_OPT_TEXT, "TIME", NULL, "when it began, if that is known"},
    {"found-by", 'f', CDR_OPT_TEXT, "WORDS", NULL, "who noticed it, or how: \"a customer called\""},
    {"codename", 0, CDR_OPT_TEXT, "WORD", NULL, "a name for the telephone and for corridors, that tells nothing"},
    {"playbook", 'p', CDR_OPT_TEXT, "NAME", NULL, "another playbook than that of the kind"},
    {"no-playbook", 0, CDR_OPT_FLAG, NULL, NULL, "start none"},
    {"takeover", 0, CDR_OPT_UINT, "MINUTES", "30", "how long the incident manager may take to answer before the deputy may take over"},
    {"takeover-self", 0, CDR_OPT_FLAG, NULL, NULL, "then the deputy is incident manager without typing anything: candor tick does it"},
    {"drill", 0, CDR_OPT_FLAG, NULL, NULL, "an exercise: nothing leaves the house, and statistics leave it out"},
    {0},
};

const cdr_cmd cdr_cmd_incident_open = {
    .path = "incident open",
    .group = "Answer honestly",
    .summary = "something happened: open it in the register and start its playbook",
    .args = "[WHAT HAPPENED]",
    .max_args = -1,
    .opts = options,
    .roles = CDR_ROLES_RESPOND,
    .description = "One suspicion is enough. The people named with candor team are its incident manager, deputy and so on; where nobody is named, whoever opens it manages it. The manager says that she has it with candor "
                   "incident accept; otherwise the deputy may take over. The playbook of the kind starts; one that cannot be started stops nobody. On a terminal what is missing is asked. Leave customers out of the "
                   "words: numbers of cards and the like are masked, names are not. For a small mishap candor incident report asks at most twelve questions and writes the letters.",
    .examples = "  candor incident open --kind lost-device \"A laptop was left on the train\" --noticed \"2 hours ago\"\n"
                "  # asks what it needs\n  echo \"An order went to the wrong customer\" | candor incident open --kind misdirected-message\n",
    .json_shape = "  as candor incident show --json\n",
    .run = run,
};
