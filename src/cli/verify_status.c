/* SPDX-License-Identifier: Apache-2.0 */
/* candor verify status, flag, reply, second: what a call is, and what else is noted in it. */
#include "base/text.h"
#include "cli/policy_words.h"
#include "cli/verify.h"

#include <string.h>

static cdr_exit show(cdr_cli *cli, const cdr_desk *d, const cdr_call *c)
{
    _cleanup_buf_ cdr_buf ways = CDR_BUF(1 << 16), history = CDR_BUF(1 << 16), note = CDR_BUF(1 << 16);
    char outcome[64] = "";
    cdr_factor_kind next = (cdr_factor_kind)0;
    cdr_status s = c->live ? cdr_verify_ways(d->id, c->call, &ways, &next, &cli->err) : CDR_OK;
    if (s == CDR_OK)
        s = cdr_verify_history(d->id, c->call, &history, &cli->err);
    if (s == CDR_OK)
        s = cdr_verify_ending(d->id, c->call, outcome, &note, &cli->err);
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    cdr_exit code = c->live ? CDR_EXIT_OK : CDR_EXIT_NO;
    if (cli->json) {
        json_t *j = cdr_call_json(d, c);
        if (j) {
            json_object_set_new(j, "ways", cdr_lines_json(&ways));
            cdr_next_json(j, next);
            json_object_set_new(j, "history", cdr_lines_json(&history));
            if (outcome[0])
                json_object_set_new(j, "outcome", json_string(outcome));
            if (note.len)
                json_object_set_new(j, "note", json_stringn(note.data, note.len));
        }
        return cdr_cli_print_json(cli, j, code);
    }
    cdr_cli_print(cli, "Call %s, call word %s\n\n", c->call, c->word);
    cdr_call_print(cli, d, c);
    if (outcome[0])
        cdr_cli_print(cli, "Ended        %s\n", outcome);
    if (outcome[0] && c->ticket[0])
        cdr_cli_print(cli, "Ticket       %s\n", c->ticket);
    if (note.len) {
        cdr_cli_print(cli, "Note         ");
        cdr_cli_wrapped(cli, 0, 13, note.data);
    }
    const struct { const char *title; const cdr_buf *lines; } parts[] = {{"So far", &history}, {"To get there", &ways}};
    for (size_t i = 0; i < CDR_COUNT(parts); i++) {
        if (parts[i].lines->len)
            cdr_cli_print(cli, "\n%s:\n", parts[i].title);
        cdr_lines_print(cli, parts[i].lines);
    }
    if (c->live && !c->stopped)
        cdr_cli_print(cli, "\n");
    cdr_next_print(cli, d, c, next);
    return code;
}

#define OPEN_MAX 50

/* Which of my calls are on? For whoever lost the number of one. */
static cdr_exit list_open(cdr_cli *cli, const cdr_desk *d)
{
    _cleanup_free_ cdr_call *calls = cdr_alloc_array(OPEN_MAX, sizeof *calls);
    size_t count = 0;
    cdr_status s = calls ? cdr_verify_open_calls(d->id, calls, OPEN_MAX, &count, &cli->err) : cdr_fail_nomem(&cli->err, "cli");
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    json_t *list = cli->json ? json_array() : NULL;
    for (size_t i = 0; i < count; i++) {
        char left[32];
        cdr_call_left(cli, &calls[i], left);
        if (list)
            json_array_append_new(list, cdr_call_json(d, &calls[i]));
        else
            cdr_cli_print(cli, "%s  %-14s %-12s %s  %s\n", calls[i].call, calls[i].word, calls[i].stopped ? "STOPPED" : calls[i].level >= CDR_LEVEL_C2 ? "VERIFIED" : "NOT VERIFIED", left, calls[i].purpose);
    }
    if (cli->json)
        return cdr_cli_print_json(cli, json_pack("{s:o}", "calls", list), count ? CDR_EXIT_OK : CDR_EXIT_NO);
    if (!count)
        cdr_cli_print(cli, "None of your calls is on.\n");
    return count ? CDR_EXIT_OK : CDR_EXIT_NO;
}

static cdr_exit run(cdr_cli *cli)
{
    _cleanup_desk_ cdr_desk d = {0};
    const char *call = cdr_opt_text(cli, "call");
    cdr_call c;
    cdr_status s = cdr_desk_open(cli, &d);
    if (s == CDR_OK && !call)
        return list_open(cli, &d);
    if (s == CDR_OK)
        s = cdr_verify_status(d.id, call, &c, &cli->err);
    return s == CDR_OK ? show(cli, &d, &c) : cdr_cli_fail(cli, s);
}

static cdr_exit run_flag(cdr_cli *cli)
{
    _cleanup_desk_ cdr_desk d = {0};
    const char *call, *flag = cli->argv[0];
    cdr_call c;
    cdr_status s = cdr_desk_call(cli, &call);
    if (s == CDR_OK)
        s = cdr_desk_open(cli, &d);
    if (s == CDR_OK)
        s = cdr_verify_raise_flag(d.id, call, flag, &cli->err);
    if (s == CDR_OK)
        s = cdr_verify_status(d.id, call, &c, &cli->err);
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    if (cli->json)
        return cdr_cli_print_json(cli, cdr_call_json(&d, &c), CDR_EXIT_OK);
    if (!strcmp(flag, "pressure"))
        cdr_cli_say(cli, "Noted. Say: \"I would lose the call if I tried; the system will not open.\"\n");
    else
        cdr_cli_say(cli, "Noted: %s.\n", flag);
    cdr_call_print(cli, &d, &c);
    return CDR_EXIT_OK;
}

static cdr_exit run_reply(cdr_cli *cli)
{
    _cleanup_desk_ cdr_desk d = {0};
    const char *call, *word = cli->argv[0], *reason = cdr_opt_text(cli, "reason");
    bool no = cdr_ascii_ieq(word, strlen(word), "no", 2), cleared = cdr_ascii_ieq(word, strlen(word), "cleared", 7);
    if (!no && !cleared)
        return cdr_cli_usage(cli, "A customer who says that it was not her answers NO: candor verify reply --call 7F3K-92 no. The owner lifts it with cleared --reason TEXT.");
    if (no && reason)
        return cdr_cli_usage(cli, "--reason goes with cleared; a NO needs none.");
    cdr_status s = cdr_desk_call(cli, &call);
    if (s == CDR_OK)
        s = cdr_desk_open(cli, &d);
    if (s == CDR_OK)
        s = no ? cdr_verify_reply_no(d.id, call, &cli->err) : cdr_verify_reply_cleared(d.id, call, reason, &cli->err);
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    if (cli->json)
        return cdr_cli_print_json(cli, json_pack("{s:s, s:s, s:b}", "call", call, "flag", "not-me", "cleared", cleared), CDR_EXIT_OK);
    cdr_cli_say(cli, no ? "Noted, with your name: it was not the customer. This call is stopped, and so are\ncalls about her for 30 days. Tell the owner, who may lift it.\n"
                        : "Lifted, with your name and reason in the ledger. Calls about her go on.\n");
    return CDR_EXIT_OK;
}

static cdr_exit run_second(cdr_cli *cli)
{
    _cleanup_desk_ cdr_desk d = {0};
    const char *call;
    cdr_call c;
    cdr_status s = cdr_desk_call(cli, &call);
    if (s == CDR_OK)
        s = cdr_desk_open(cli, &d);
    if (s == CDR_OK)
        s = cdr_verify_second(d.id, call, &c, &cli->err);
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    if (cli->json)
        return cdr_cli_print_json(cli, cdr_call_json(&d, &c), CDR_EXIT_OK);
    cdr_cli_say(cli, "You stand in for this caller beside whoever has the call; it is in the ledger with your name.\n");
    cdr_call_print(cli, &d, &c);
    return CDR_EXIT_OK;
}

static const cdr_opt options[] = {CDR_OPT_CALL, {0}};

static const cdr_opt reply_options[] = {CDR_OPT_CALL, {"reason", 'r', CDR_OPT_TEXT, "TEXT", NULL, "with cleared: why calls go on; it stands in the ledger"}, {0}};

#define SHAPE "  {\"call\": \"7F3K-92\", \"word\": \"LARK-29\", \"level\": \"C2\", \"needed\": \"C3\", \"live\": true, \"stopped\": false, \"flags\": [], …}\n"

const cdr_cmd cdr_cmd_verify_status = {
    .path = "verify status",
    .group = "Tell only the customer",
    .summary = "what is verified in a call, until when, and what is still needed",
    .max_args = 0,
    .opts = options,
    .flags = CDR_CMD_READONLY,
    .roles = CDR_ROLES_DESK,
    .description = "Nothing about the customer is told before a secret matched; from then on also routes that do not count, and from when they will. Looking does not keep a call "
                   "alive. Of a call that has ended its agent and the owner see outcome, ticket and note. Without --call your own calls that are on are listed. Exit code 0: the call is on; 1: it is over, or none is.",
    .examples = "  candor verify status --call 7F3K-92\n  # which of my calls are on?\n  candor verify status\n",
    .json_shape = "  {\"call\": \"7F3K-92\", …, \"ways\": [\"…\"], \"next\": \"sms\", \"history\": [\"PIN: matched\"]}\n"
                  "  # without --call\n"
                  "  {\"calls\": [{\"call\": \"7F3K-92\", …}]}\n",
    .run = run,
};

const cdr_cmd cdr_cmd_verify_flag = {
    .path = "verify flag",
    .group = "Tell only the customer",
    .summary = "note a sign of fraud: pressure, another number, no authority",
    .args = "FLAG",
    .min_args = 1,
    .max_args = 1,
    .opts = options,
    .flags = CDR_CMD_WORKSPACE,
    .roles = CDR_ROLES_DESK,
    .description = "pressure: the caller is pushing. number-differs: the number shown is not one that was on file. no-authority: somebody speaks for the customer, and nothing says "
                   "that he may. Flags of your own stand in disclosure.yaml with own: true; one called no-ticket is raised by itself. What a flag does stands in the policy, too: "
                   "it raises the level that is needed, or stops the call. Others are raised by themselves.",
    .examples = "  candor verify flag --call 7F3K-92 pressure\n",
    .json_shape = SHAPE,
    .run = run_flag,
};

const cdr_cmd cdr_cmd_verify_reply = {
    .path = "verify reply",
    .group = "Tell only the customer",
    .summary = "note that a customer answered: it was not me; or lift that, as the owner",
    .args = "no|cleared",
    .min_args = 1,
    .max_args = 1,
    .opts = reply_options,
    .flags = CDR_CMD_WORKSPACE,
    .roles = CDR_ROLES_DESK,
    .description = "The call that the message was about is named in it, or found by its call word. The flag not-me stops that call and, for 30 days, later ones about the same customer. "
                   "Anybody at the desk may note it; the ledger and the report name who did. When the owner has looked at it, cleared --reason TEXT lets calls about her go on: by the owner alone, and in the ledger. "
                   "Exit code 3: nobody had answered NO; 4: not the owner.",
    .examples = "  candor verify reply --call 7F3K-92 no\n  # the owner has spoken to her\n  candor verify reply --call 7F3K-92 cleared --reason \"she remembers the call\"\n",
    .json_shape = "  {\"call\": \"7F3K-92\", \"flag\": \"not-me\", \"cleared\": false}\n",
    .run = run_reply,
};

const cdr_cmd cdr_cmd_verify_second = {
    .path = "verify second",
    .group = "Tell only the customer",
    .summary = "stand in for a caller as the second employee, for level C4",
    .max_args = 0,
    .opts = options,
    .flags = CDR_CMD_WORKSPACE,
    .roles = CDR_ROLES_DESK,
    .description = "By another login than the one that has the call. What changes where money or messages go, and a copy of all data, need two people here. Exit code 4: it is your own call, "
                   "or it is over.",
    .examples = "  candor verify second --call 7F3K-92\n",
    .json_shape = SHAPE,
    .run = run_second,
};
