/* SPDX-License-Identifier: Apache-2.0 */
/* candor incident close: refused while anything is open, each thing named. */
#include "cli/incident_second.h"

#include "cli/policy_words.h"

#include <stdio.h>
#include <string.h>

typedef struct listing { cdr_cli *cli; json_t *list; } listing;

static cdr_status on_end(void *arg, const char *kind, const char *what, const char *command)
{
    listing *l = arg;
    return json_array_append_new(l->list, json_pack("{s:s, s:s, s:s}", "kind", kind, "what", what, "command", command)) ? cdr_fail_nomem(&l->cli->err, "cli") : CDR_OK;
}

/* Why not: everything that is open, in one go. */
static cdr_exit refused(cdr_cli *cli, cdr_incident_room *r)
{
    _cleanup_json_ json_t *list = json_array();
    listing l = {cli, list};
    cdr_err why = cli->err;
    char text[900];
    size_t i;
    json_t *j;
    bool alone = false;
    cdr_status s = list ? cdr_incident_open_ends(r->in, r->i.id, on_end, &l, &cli->err) : cdr_fail_nomem(&cli->err, "cli");
    if (s == CDR_OK)
        s = cdr_incident_alone(r->in, r->i.id, &alone, &cli->err);
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    if (cli->json)
        return cdr_cli_print_json(cli, json_pack("{s:s, s:b, s:O, s:s}", "id", why.id ? why.id : "incident.open-ends", "closed", 0, "open", list, "message", why.text), CDR_EXIT_LOCKED);
    cdr_cli_print(cli, "I-%lld stays open. Before it can be closed:\n", (long long)r->i.id);
    json_array_foreach(list, i, j) {
        snprintf(text, sizeof text, "%s: %s", cdr_json_str(j, "kind"), cdr_json_str(j, "what"));
        cdr_cli_print(cli, "- ");
        cdr_cli_wrapped(cli, 0, 2, text);
        cdr_cli_print(cli, "    %s\n", cdr_json_str(j, "command"));
    }
    cdr_cli_print(cli, "\n");
    cdr_cli_wrapped(cli, 0, 0, alone ? "Nobody else is here who could agree: --override closes it all the same, and the register says so." : "A second person may let it be closed all the same: --override --as WHO.");
    return CDR_EXIT_LOCKED;
}

static cdr_exit run(cdr_cli *cli)
{
    _cleanup_incident_ cdr_incident_room r = {.in = NULL};
    _cleanup_buf_ cdr_buf reason = CDR_BUF(1);
    char second[80];
    bool override = cdr_opt_flag(cli, "override"), alone = false;
    static const char together[] = "--override and --as go together: a second person lets it be closed with open work.";
    if (!override && cdr_opt_text(cli, "as"))
        return cdr_cli_usage(cli, together);
    cdr_status s = cdr_incident_words(cli, "reason", -1, "How did it end? ", "how it ended", true, &reason);
    if (s == CDR_OK)
        s = cdr_incident_second(cli, cli->argv[0], &r, second);
    if (s == CDR_OK)
        s = cdr_incident_alone(r.in, r.i.id, &alone, &cli->err);
    if (s == CDR_OK && override && !*second && !alone)
        return cdr_cli_usage(cli, together);
    if (s == CDR_OK)
        s = cdr_incident_close(r.in, r.i.id, reason.data, override ? second : NULL, &cli->err);
    if (s == CDR_DENIED && cli->err.id && !strcmp(cli->err.id, "incident.open-ends"))
        return refused(cli, &r);
    return cdr_incident_did(cli, &r, s, "I-%lld is closed and stays in the register.", (long long)r.i.id);
}

static const cdr_opt options[] = {
    {"reason", 'r', CDR_OPT_TEXT, "WORDS", NULL, "how it ended; needed"},
    {"override", 0, CDR_OPT_FLAG, NULL, NULL, "close it although something is open; a second person agrees (--as), or nobody else is there"},
    CDR_OPT_SECOND("the second person: her login, and she types password and code; a name where nobody has a login"),
    {0},
};

const cdr_cmd cdr_cmd_incident_close = {
    .path = "incident close",
    .group = "Answer honestly",
    .summary = "the incident is over; refused while anything is open",
    .args = "I-NUMBER",
    .min_args = 1,
    .max_args = 1,
    .opts = options,
    .roles = CDR_ROLES_RESPOND,
    .description = "Refused, with exit code 4, while duties, letters, commitments, tasks, steps, decisions or the review are open; each is named. The first try to close a breach opens its review, to be held within five business "
                   "days: what happened, what went well, what changes. candor incident item done ends it.",
    .examples = "  candor incident close I-1 --reason \"Laptop found, disk encrypted, nobody had read it\"\n",
    .json_shape = "  as candor incident show --json; refused: {\"id\": \"incident.open-ends\", \"closed\": false, \"open\": [{\"kind\": \"letter\", \"what\": \"…\"}], \"message\": \"…\"}\n",
    .run = run,
};
