/* SPDX-License-Identifier: Apache-2.0 */
/* candor verify end, candor verify call-check. */
#include "base/text.h"
#include "cli/input.h"
#include "cli/policy_words.h"
#include "cli/prompt.h"
#include "cli/verify.h"

#include <string.h>

static cdr_status read_note(cdr_cli *cli, cdr_buf *out, const char **ret)
{
    const char *note = cdr_opt_text(cli, "note");
    *ret = note;
    if (!note || strcmp(note, "-") != 0)
        return CDR_OK;
    cdr_status s = cdr_buf_reserve(out, 4096u) == CDR_OK ? cdr_cli_input_read(cli, "-", out) : cdr_fail_nomem(&cli->err, "cli");
    while (s == CDR_OK && out->len && (out->data[out->len - 1] == '\n' || out->data[out->len - 1] == '\r'))
        out->data[--out->len] = '\0';
    if (s == CDR_OK && memchr(out->len ? out->data : "", '\0', out->len))
        s = cdr_fail(&cli->err, CDR_E_INVAL, "cli", "verify.note", "The note is no text.");
    *ret = out->len ? out->data : NULL;
    return s;
}

static cdr_exit run(cdr_cli *cli)
{
    _cleanup_desk_ cdr_desk d = {0};
    cdr_buf text = CDR_BUF(4096u);
    const char *call, *note = NULL;
    cdr_call_end e;
    cdr_status s = cdr_desk_call(cli, &call);
    if (s == CDR_OK)
        s = read_note(cli, &text, &note);
    if (s == CDR_OK)
        s = cdr_desk_open(cli, &d);
    if (s == CDR_OK)
        s = cdr_verify_end(d.id, call, cdr_opt_text(cli, "outcome"), note, cdr_opt_flag(cli, "tell"), &e, &cli->err);
    cdr_buf_wipe(&text);
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    if (e.tells)
        cdr_desk_wait_out(cli, &d);
    if (cli->json)
        return cdr_cli_print_json(cli, json_pack("{s:s, s:I, s:s, s:i, s:i, s:i, s:i, s:s}", "call", e.call.call, "receipt", (json_int_t)e.receipt, "told", e.told, "told_count", (int)e.told_count,
                                                 "tries", (int)e.tries, "matched", (int)e.matched, "masked_in_note", (int)e.cleaned, "level", cdr_level_names[e.call.level]), CDR_EXIT_OK);
    cdr_cli_print(cli, "Call %s has ended.\n", e.call.call);
    cdr_cli_print(cli, "Told         ");
    cdr_cli_wrapped(cli, 0, 13, e.told_count ? e.told : e.call.level >= CDR_LEVEL_C2 ? "nothing" : "nothing; whether anything was sent shows once a secret has matched");
    cdr_cli_print(cli, "Tries        %u, %u of them matched\n", e.tries, e.matched);
    if (e.cleaned)
        cdr_cli_print(cli, "Note         %u %s in it before it was stored\n", e.cleaned, e.cleaned == 1 ? "number was masked" : "numbers were masked");
    cdr_cli_print(cli, "Receipt      %llu (candor ledger prove %llu)\n", (unsigned long long)e.receipt, (unsigned long long)e.receipt);
    if (e.tells)
        cdr_cli_wrapped(cli, 0, 0, "If a telephone or mailbox is on file that counts, the customer is told what was told.");
    return CDR_EXIT_OK;
}

static cdr_exit run_check(cdr_cli *cli)
{
    _cleanup_desk_ cdr_desk d = {0};
    cdr_call_check c;
    cdr_secret *typed = NULL;
    char code[64] = "";
    cdr_status s = CDR_OK;
    if (!strcmp(cli->argv[0], "-")) {
        s = cdr_prompt_line(cli, CDR_PROMPT_SHOWN, "Call code: ", sizeof code - 1, &typed);
        if (s == CDR_OK && typed)
            memcpy(code, cdr_secret_bytes(typed), cdr_secret_len(typed));
        cdr_secret_free(typed);
        s = s == CDR_DONE ? CDR_OK : s;
    } else if (strlen(cli->argv[0]) < sizeof code) {
        memcpy(code, cli->argv[0], strlen(cli->argv[0]) + 1);
    }
    if (s == CDR_OK)
        s = cdr_desk_open(cli, &d);
    if (s == CDR_OK)
        s = cdr_verify_call_check(d.id, code, &c, &cli->err);
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    cdr_exit code_out = c.calling ? CDR_EXIT_OK : CDR_EXIT_NO;
    const char *org = cdr_workspace_org(cli->ws);
    if (cli->json) {
        json_t *j = json_pack("{s:b}", "calling", c.calling);
        if (j && c.calling) {
            json_object_set_new(j, "agent", json_string(c.agent));
            json_object_set_new(j, "organisation", json_string(org));
            json_object_set_new(j, "word", json_string(c.word));
            if (c.ticket[0])
                json_object_set_new(j, "ticket", json_string(c.ticket));
        }
        return cdr_cli_print_json(cli, j, code_out);
    }
    if (c.calling)
        cdr_cli_print(cli, "Yes: %s from %s is calling you%s%s. The call word is %s; the caller must say it.\n", c.agent, org, c.ticket[0] ? " about " : "", c.ticket, c.word);
    else
        cdr_cli_print(cli, "No: nobody from %s is calling with this code. Hang up, and tell us.\n", org);
    return code_out;
}

static const cdr_opt options[] = {
    CDR_OPT_CALL,
    {"outcome", 0, CDR_OPT_TEXT, "WORD", "done", "how it ended: done, not-verified or will-write"},
    {"note", 0, CDR_OPT_TEXT, "TEXT", NULL, "a note, - for standard input; card numbers and codes in it are masked"},
    {"tell", 0, CDR_OPT_FLAG, NULL, NULL, "tell the customer, on the route on file, what was told"},
    {0},
};

const cdr_cmd cdr_cmd_verify_end = {
    .path = "verify end",
    .group = "Tell only the customer",
    .summary = "end a call: what was told, a receipt, a message to the customer",
    .max_args = 0,
    .opts = options,
    .roles = CDR_ROLES_DESK,
    .description = "What was told is put together from the ledger. The receipt is the number of the call's last entry there. Whoever has the call ends "
                   "it, or the owner; then the customer is told what was told in any case. candor verify status shows outcome, ticket and note afterwards. Codes and grants of the call end with it. --tell sends "
                   "\"… read out: delivery address. Not you? Reply NO\" to the telephone or mailbox on file; what she answers is noted with candor verify reply.",
    .examples = "  candor verify end --call 7F3K-92 --tell\n"
                "  echo 'Parcel goes to the neighbour.' | candor verify end --call 7F3K-92 --note -\n",
    .json_shape = "  {\"call\": \"7F3K-92\", \"receipt\": 118, \"told\": \"delivery address (in full)\", \"told_count\": 1, \"tries\": 2, \"matched\": 2, \"masked_in_note\": 0, \"level\": \"C3\"}\n",
    .run = run,
};

static const cdr_opt check_options[] = {{0}};

const cdr_cmd cdr_cmd_verify_call_check = {
    .path = "verify call-check",
    .group = "Tell only the customer",
    .summary = "a customer asks: are you calling me?",
    .args = "CODE",
    .min_args = 1,
    .max_args = 1,
    .opts = check_options,
    .roles = CDR_ROLES_DESK,
    .description = "CODE is the call code that the caller gave her (- reads it from standard input). Only a call that we make, and that is on now, has it. Too many questions within ten "
                   "minutes are refused. Exit code 0: yes, it is us; 1: no; 4: asked too often.",
    .examples = "  candor verify call-check K7Q-F2M\n",
    .json_shape = "  {\"calling\": true, \"agent\": \"dana\", \"organisation\": \"Harbour Books\", \"word\": \"LARK-29\", \"ticket\": \"T-1182\"}\n",
    .run = run_check,
};
