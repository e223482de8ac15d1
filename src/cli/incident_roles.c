/* SPDX-License-Identifier: Apache-2.0 */
/* candor incident assign, accept, takeover, handover. */
#include "cli/incident_second.h"

#include <stdio.h>
#include <string.h>

static cdr_exit run_assign(cdr_cli *cli)
{
    _cleanup_incident_ cdr_incident_room r = {.in = NULL};
    _cleanup_buf_ cdr_buf reason = CDR_BUF(1);
    cdr_duty_role role = CDR_DUTY_ANYBODY;
    cdr_status s = cdr_incident_role_word(cli, cli->argv[1], &role);
    if (s == CDR_OK)
        s = cdr_incident_words(cli, "reason", -1, "", "what is open", false, &reason);
    if (s == CDR_OK)
        s = cdr_incident_room_open(cli, CDR_WORKSPACE_WRITE, cli->argv[0], &r);
    if (s == CDR_OK)
        s = cdr_incident_assign(r.in, r.i.id, role, cli->argv[2], cdr_opt_text(cli, "email"), reason.data, &cli->err);
    if (s == CDR_OK)
        cdr_incident_warn_login(cli, cli->argv[2]);
    return cdr_incident_did(cli, &r, s, "%s is %s of I-%lld.", cli->argv[2], cdr_duty_role_label(role), (long long)r.i.id);
}

static const cdr_opt assign_options[] = {
    {"email", 'e', CDR_OPT_TEXT, "ADDRESS", NULL, "where she is reminded"},
    {"reason", 'r', CDR_OPT_TEXT, "WORDS", NULL, "what is open; needed when somebody else had the role"},
    {0},
};

const cdr_cmd cdr_cmd_incident_assign = {
    .path = "incident assign",
    .group = "Answer honestly",
    .summary = "give somebody a role in an incident",
    .args = "I-NUMBER ROLE WHO",
    .min_args = 3,
    .max_args = 3,
    .opts = assign_options,
    .roles = CDR_ROLES_RESPOND,
    .description = "ROLE is manager, deputy, privacy-lead, legal, communications, it, scribe, approver or owner. WHO is a login of Candor, or a name. Whoever had the role before has it no more. A new incident manager has to "
                   "accept again.",
    .examples = "  candor incident assign I-1 it bob --email bob@example.com\n",
    .json_shape = "  as candor incident show --json\n",
    .run = run_assign,
};

static cdr_exit run_accept(cdr_cli *cli)
{
    _cleanup_incident_ cdr_incident_room r = {.in = NULL};
    cdr_status s = cdr_incident_room_open(cli, CDR_WORKSPACE_WRITE, cli->argv[0], &r);
    if (s == CDR_OK)
        s = cdr_incident_accept(r.in, r.i.id, &cli->err);
    return cdr_incident_did(cli, &r, s, "You have I-%lld. Next: candor incident show I-%lld", (long long)r.i.id, (long long)r.i.id);
}

const cdr_cmd cdr_cmd_incident_accept = {
    .path = "incident accept",
    .group = "Answer honestly",
    .summary = "the incident manager: I have it",
    .args = "I-NUMBER",
    .min_args = 1,
    .max_args = 1,
    .roles = CDR_ROLES_RESPOND,
    .description = "Stops the clock after which the deputy may take over.",
    .examples = "  candor incident accept I-1\n",
    .json_shape = "  as candor incident show --json\n",
    .run = run_accept,
};

static cdr_exit run_takeover(cdr_cli *cli)
{
    _cleanup_incident_ cdr_incident_room r = {.in = NULL};
    char who[80];
    cdr_status s = cdr_incident_second(cli, cli->argv[0], &r, who);
    if (s == CDR_OK)
        s = cdr_incident_take_over_as(r.in, r.i.id, *who ? who : NULL, &cli->err);
    if (s == CDR_OK && *who)
        return cdr_incident_did(cli, &r, s, "%s is the incident manager of I-%lld now.", strchr(who, ':') + 1, (long long)r.i.id);
    return cdr_incident_did(cli, &r, s, "You are the incident manager of I-%lld now.", (long long)r.i.id);
}

static const cdr_opt takeover_options[] = {
    CDR_OPT_SECOND("who takes over, at the same terminal: with password and code where there are users, by name where there are none"),
    {0},
};

const cdr_cmd cdr_cmd_incident_takeover = {
    .path = "incident takeover",
    .group = "Answer honestly",
    .summary = "the deputy: the manager does not answer, I take over",
    .args = "I-NUMBER",
    .min_args = 1,
    .max_args = 1,
    .opts = takeover_options,
    .roles = CDR_ROLES_RESPOND,
    .description = "For the deputy and the owner, once the manager's time to answer is over. Exit code 4 before. Where nobody signs in say who it is: --as WHO.",
    .examples = "  candor incident takeover I-1 --as bob\n",
    .json_shape = "  as candor incident show --json\n",
    .run = run_takeover,
};

static cdr_exit run_handover(cdr_cli *cli)
{
    _cleanup_incident_ cdr_incident_room r = {.in = NULL};
    _cleanup_buf_ cdr_buf reason = CDR_BUF(1);
    cdr_incident_handed h = {0};
    const char *to = cdr_opt_text(cli, "to");
    if (!to)
        return cdr_cli_usage(cli, "Say to whom: --to WHO.");
    cdr_status s = cdr_incident_words(cli, "reason", -1, "What is open, what does the next one have to know? ", "what is open", true, &reason);
    if (s == CDR_OK)
        s = cdr_incident_room_open(cli, CDR_WORKSPACE_WRITE, cli->argv[0], &r);
    if (s == CDR_OK)
        s = cdr_incident_hand_over(r.in, r.i.id, cdr_opt_text(cli, "from"), to, cdr_opt_text(cli, "email"), reason.data, &h, &cli->err);
    return cdr_incident_did(cli, &r, s, "Handed over to %s: %u role%s, %u open item%s.", to, h.roles, h.roles == 1 ? "" : "s", h.items, h.items == 1 ? "" : "s");
}

static const cdr_opt handover_options[] = {
    {"to", 't', CDR_OPT_TEXT, "WHO", NULL, "who goes on: a login, or a name; needed"},
    {"from", 'f', CDR_OPT_TEXT, "WHO", NULL, "whose work it is; yours when not given"},
    {"email", 'e', CDR_OPT_TEXT, "ADDRESS", NULL, "where the next one is reminded"},
    {"reason", 'r', CDR_OPT_TEXT, "WORDS", NULL, "what is open; needed"},
    {0},
};

const cdr_cmd cdr_cmd_incident_handover = {
    .path = "incident handover",
    .group = "Answer honestly",
    .summary = "all open work of somebody to the next one: end of a shift",
    .args = "I-NUMBER",
    .min_args = 1,
    .max_args = 1,
    .opts = handover_options,
    .roles = CDR_ROLES_RESPOND,
    .description = "Roles and open tasks, commitments, letters go to the next one, with a word about what is open. It stands in the timeline.",
    .examples = "  candor incident handover I-1 --to bob --reason \"The police call back at four, the list of customers is not checked yet\"\n",
    .json_shape = "  as candor incident show --json\n",
    .run = run_handover,
};
