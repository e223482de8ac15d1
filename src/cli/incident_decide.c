/* SPDX-License-Identifier: Apache-2.0 */
/* candor incident decide, candor incident approve. */
#include "cli/incident_second.h"

#include <stdio.h>
#include <string.h>

typedef struct finding { int64_t id; cdr_decision d; bool found; unsigned waiting; } finding;

static cdr_status on_decision(void *arg, const cdr_decision *d)
{
    finding *f = arg;
    bool waits = d->needs_second && !d->approved_us && !d->replaced;
    f->waiting += waits;
    if (f->id ? d->id == f->id : waits) {
        f->d = *d;
        f->found = true;
    }
    return CDR_OK;
}

static cdr_exit run_decide(cdr_cli *cli)
{
    _cleanup_incident_ cdr_incident_room r = {.in = NULL};
    _cleanup_buf_ cdr_buf reason = CDR_BUF(1);
    finding f = {.found = false};
    cdr_status s = cdr_incident_words(cli, "reason", -1, "Why? ", "why", true, &reason);
    if (s == CDR_OK)
        s = cdr_incident_room_open(cli, CDR_WORKSPACE_WRITE, cli->argv[0], &r);
    if (s == CDR_OK)
        s = cdr_incident_decide(r.in, r.i.id, cli->argv[1], cli->argv[2], reason.data, &f.id, &cli->err);
    if (s == CDR_OK)
        s = cdr_incident_decisions(r.in, r.i.id, on_decision, &f, &cli->err);
    if (f.d.needs_second)
        return cdr_incident_did(cli, &r, s, "Decision %lld is kept and waits for a second person.\nNext, signed in as somebody else: candor incident approve I-%lld %lld", (long long)f.id, (long long)r.i.id, (long long)f.id);
    return cdr_incident_did(cli, &r, s, "Decided: %s, %s.%s", cli->argv[1], cli->argv[2],
                            f.d.alone && !strncmp(cli->argv[1], "notify", 6) ? " There is nobody else here who could agree; the register says that you decided alone." : "");
}

static const cdr_opt decide_options[] = {
    {"reason", 'r', CDR_OPT_TEXT, "WORDS", NULL, "why; - reads standard input"},
    {0},
};

const cdr_cmd cdr_cmd_incident_decide = {
    .path = "incident decide",
    .group = "Answer honestly",
    .summary = "decide something, with the reason; whom to tell takes two people",
    .args = "I-NUMBER NAME OUTCOME",
    .min_args = 3,
    .max_args = 3,
    .opts = decide_options,
    .roles = CDR_ROLES_RESPOND,
    .description = "NAME is short: notify-authority, notify-people, pay-ransom. OUTCOME too: yes, no, later. Names that begin with notify need a second person, also when the answer is no; where nobody else has a login or a role, "
                   "the register says that one person decided alone. A newer decision of the same name takes the older one's place, which stays.",
    .examples = "  candor incident decide I-1 notify-authority yes --reason \"Bank details of 40 people, not encrypted\"\n"
                "  candor incident decide I-1 notify-people no --reason \"The file was encrypted and the key is safe\"\n",
    .json_shape = "  as candor incident show --json\n",
    .run = run_decide,
};

/* --- approve --- */

static cdr_status which(cdr_cli *cli, cdr_incident_room *r, finding *f)
{
    cdr_status s = cli->argc > 1 ? cdr_incident_number(cli, cli->argv[1], "The decision", &f->id) : CDR_OK;
    if (s == CDR_OK)
        s = cdr_incident_decisions(r->in, r->i.id, on_decision, f, &cli->err);
    if (s == CDR_OK && !f->id && f->waiting > 1)
        return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "incident.which", "%u decisions wait for a second person; say which by its number: candor incident approve I-%lld NUMBER.", f->waiting, (long long)r->i.id);
    if (s == CDR_OK && !f->found)
        return cdr_fail(&cli->err, CDR_NOT_FOUND, "cli", "incident.which", "%s", f->id ? "There is no such decision; candor incident show lists them." : "No decision of this incident waits for a second person.");
    return s;
}

static cdr_exit run_approve(cdr_cli *cli)
{
    _cleanup_incident_ cdr_incident_room r = {.in = NULL};
    _cleanup_buf_ cdr_buf reason = CDR_BUF(1);
    finding f = {.found = false};
    char second[80];
    bool yes = !cdr_opt_flag(cli, "no");
    cdr_status s = cdr_incident_words(cli, "reason", -1, "Why not? ", "why not", !yes, &reason);
    if (s == CDR_OK)
        s = cdr_incident_second(cli, cli->argv[0], &r, second);
    if (s == CDR_OK)
        s = which(cli, &r, &f);
    if (s == CDR_OK && *second)
        cdr_workspace_set_actor(cli->ws, second);
    if (s == CDR_OK)
        s = cdr_incident_approve(r.in, r.i.id, f.d.id, yes, reason.data, &cli->err);
    return cdr_incident_did(cli, &r, s, "%s: %s, %s.", yes ? "Agreed to" : "Refused", f.d.name, f.d.outcome);
}

static const cdr_opt approve_options[] = {
    {"no", 0, CDR_OPT_FLAG, NULL, NULL, "refuse it; it must be decided again"},
    {"reason", 'r', CDR_OPT_TEXT, "WORDS", NULL, "why; needed with --no"},
    CDR_OPT_SECOND("the second person at this terminal: her login, and she types password and code; a name where nobody has a login"),
    {0},
};

const cdr_cmd cdr_cmd_incident_approve = {
    .path = "incident approve",
    .group = "Answer honestly",
    .summary = "the second person: agree to a decision, or refuse it",
    .args = "I-NUMBER [DECISION]",
    .min_args = 1,
    .max_args = 2,
    .opts = approve_options,
    .roles = CDR_ROLE_OWNER | CDR_ROLE_STAFF | CDR_ROLE_RESPONDER | CDR_ROLE_MANAGER,
    .description = "Somebody else than who decided: an owner, an incident manager, or whoever is approver of this incident; in her own session, or with --as at the same terminal. Of two who answer at once the first counts and "
                   "the other is told.",
    .examples = "  candor incident approve I-1\n  candor incident approve I-1 2 --no --reason \"We do not know yet whether the key is safe\"\n",
    .json_shape = "  as candor incident show --json\n",
    .run = run_approve,
};
