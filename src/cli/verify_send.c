/* SPDX-License-Identifier: Apache-2.0 */
/* candor verify send, candor verify callback: codes to what is on file. The same is said whoever it is. */
#include "base/io.h"
#include "base/text.h"
#include "cli/policy_words.h"
#include "cli/verify.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const struct { const char *word; cdr_factor_kind kind; const char *said; } ways[] = {
    {"sms", CDR_FACTOR_SMS, "If a telephone is on file that counts, a code is on its way to it"},
    {"email", CDR_FACTOR_EMAIL, "If an e-mail address is on file that counts, a code is on its way to it"},
    {"email-code", CDR_FACTOR_EMAIL, "If an e-mail address is on file that counts, a code is on its way to it"},
    {"link", CDR_FACTOR_LINK, "If a telephone is on file that counts, a code is on its way to it; she enters it herself and tells it to nobody"},
    {"callback", CDR_FACTOR_CALLBACK, "Say: \"I will call you back on the number we have.\" Give her the code below, and hang up"},
    {"letter", CDR_FACTOR_LETTER, "If a postal address is on file that counts, a letter with a code goes out; it counts for three weeks"},
};

/* The message names the page; without one whoever takes the call has to. */
static void print_page(cdr_cli *cli, const cdr_desk *d, const char *call)
{
    const char *page = cdr_sender_page(d->sender);
    if (page)
        cdr_cli_print(cli, "The message names the page: %s\n", page);
    else
        cdr_cli_wrapped(cli, 0, 0, "There is no page: send.yaml has no page:, so the message does not say where she enters the code. Tell her, or use another way.");
    cdr_cli_print(cli, "Then: candor verify status --call %s\n", call);
}

static cdr_exit run(cdr_cli *cli)
{
    _cleanup_desk_ cdr_desk d = {0};
    const char *call;
    cdr_secret *code = NULL;
    size_t i = 0;
    while (i < CDR_COUNT(ways) && strcmp(ways[i].word, cli->argv[0]) != 0)
        i++;
    if (i == CDR_COUNT(ways))
        return cdr_cli_usage(cli, "What can be sent is sms, email, link, callback or letter; \"%.30s\" is none of them.", cli->argv[0]);
    cdr_status s = cdr_desk_call(cli, &call);
    if (s == CDR_OK)
        s = cdr_desk_open(cli, &d);
    if (s == CDR_OK)
        s = cdr_verify_send_code(d.id, call, ways[i].kind, &code, &cli->err);
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    cdr_desk_wait_out(cli, &d);
    const char *spoken = code ? (const char *)cdr_secret_bytes(code) : NULL;
    cdr_exit exit_code = CDR_EXIT_OK;
    if (cli->json) {
        json_t *j = json_pack("{s:s, s:s, s:s}", "call", call, "asked_for", cdr_factor_key(ways[i].kind), "say", ways[i].said);
        if (j && ways[i].kind == CDR_FACTOR_LINK)
            json_object_set_new(j, "page", cdr_sender_page(d.sender) ? json_string(cdr_sender_page(d.sender)) : json_null());
        if (j && spoken)
            json_object_set_new(j, "tell_the_caller", json_string(spoken));
        exit_code = cdr_cli_print_json(cli, j, CDR_EXIT_OK);
    } else {
        char said[200];
        snprintf(said, sizeof said, "%s.", ways[i].said);
        cdr_cli_wrapped(cli, 0, 0, said);
        if (spoken)
            cdr_cli_print(cli, "Code for the caller: %s\nThen: candor verify callback --call %s\n", spoken, call);
        else if (ways[i].kind == CDR_FACTOR_LINK)
            print_page(cli, &d, call);
        else if (ways[i].kind != CDR_FACTOR_LETTER)
            cdr_cli_print(cli, "Then: candor verify answer --call %s %s\n", call, cdr_factor_key(ways[i].kind));
    }
    cdr_secret_free(code);
    return exit_code;
}

/* Past the C library's buffers, and wiped. */
static cdr_exit number_json(cdr_cli *cli, const cdr_call *c, const char *number, const char *script)
{
    cdr_buf out = CDR_BUF(1 << 18);
    cdr_json_writer w;
    const char *const words[][2] = {{"call", c->call}, {"number", number}, {"word", c->word}, {"script", script}};
    cdr_status s = cdr_buf_reserve(&out, (1 << 17)) == CDR_OK ? CDR_OK : cdr_fail_nomem(&cli->err, "cli");
    cdr_jw_begin(&w, &out);
    cdr_jw_open(&w, '{');
    for (size_t i = 0; i < CDR_COUNT(words); i++) {
        cdr_jw_key(&w, words[i][0]);
        cdr_jw_str(&w, words[i][1]);
    }
    cdr_jw_close(&w, '}');
    cdr_buf_addc(&out, '\n');
    fflush(stdout);
    if (s == CDR_OK)
        s = cdr_buf_status(&out) == CDR_OK ? cdr_write_all(STDOUT_FILENO, out.data, out.len, &cli->err) : cdr_fail_nomem(&cli->err, "cli");
    cdr_buf_wipe(&out);
    return s == CDR_OK ? CDR_EXIT_OK : cdr_cli_fail(cli, s);
}

static cdr_exit run_callback(cdr_cli *cli)
{
    _cleanup_desk_ cdr_desk d = {0};
    const char *call;
    cdr_secret *number = NULL;
    _cleanup_buf_ cdr_buf script = CDR_BUF(1 << 16);
    cdr_call c;
    cdr_status s = cdr_desk_call(cli, &call);
    if (s == CDR_OK)
        s = cdr_desk_check_output(cli);
    if (s == CDR_OK)
        s = cdr_desk_open(cli, &d);
    if (s == CDR_OK)
        s = cdr_verify_dial(d.id, call, cli->role == CDR_ROLE_OWNER, &number, &c, &cli->err);
    if (s == CDR_OK)
        s = cdr_verify_script(d.id, call, &script, &cli->err);
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    const char *n = (const char *)cdr_secret_bytes(number);
    cdr_exit code = CDR_EXIT_OK;
    if (cli->json) {
        code = number_json(cli, &c, n, script.data);
    } else {
        cdr_cli_print(cli, "The number on file: %s\n\n", n);
        for (const char *p = script.len ? script.data : ""; *p;) {
            size_t len = strcspn(p, "\n");
            _cleanup_free_ char *line = cdr_strndup(p, len);
            cdr_cli_wrapped(cli, 0, 3, line ? line : "");
            p += len + (p[len] == '\n');
        }
        cdr_cli_print(cli, "\nThen: candor verify answer --call %s callback\nNot her? candor verify reply --call %s no\n", c.call, c.call);
    }
    cdr_secret_free(number);
    return code;
}

static const cdr_opt options[] = {CDR_OPT_CALL, {0}};

const cdr_cmd cdr_cmd_verify_send = {
    .path = "verify send",
    .group = "Tell only the customer",
    .summary = "send a code to the telephone, mailbox or address on file",
    .args = "sms|email|link|callback|letter",
    .min_args = 1,
    .max_args = 1,
    .opts = options,
    .flags = CDR_CMD_WORKSPACE,
    .roles = CDR_ROLES_DESK,
    .description = "Says the same whoever it is: whether there is such a customer, and whether her telephone or address counts, is not told before a secret matched; then candor "
                   "verify status tells it. What was changed less than 30 days ago gives no proof, and nothing is sent there. link: she enters the code herself, which protects "
                   "best against somebody who listens; the page stands in send.yaml (page: https://…). callback: a code is told to the caller, and she says it again when she is called on the number on file. "
                   "A call asks for each at most three times. A way that the policy does not count (email, unless disclosure.yaml says "
                   "email-code: possession) is refused before anything is sent. Exit code 4: that, or the call is over, or codes were asked for too often.",
    .examples = "  candor verify send --call 7F3K-92 sms\n"
                "  # the PIN is locked: a call-back stays open\n  candor verify send --call 7F3K-92 callback\n",
    .json_shape = "  {\"call\": \"7F3K-92\", \"asked_for\": \"sms\", \"say\": \"If a telephone is on file …\", \"tell_the_caller\": \"only of a call-back\", \"page\": \"only of a link\"}\n",
    .run = run,
};

const cdr_cmd cdr_cmd_verify_callback = {
    .path = "verify callback",
    .group = "Tell only the customer",
    .summary = "the number on file for a call-back that was promised, and what to say",
    .max_args = 0,
    .opts = options,
    .flags = CDR_CMD_WORKSPACE,
    .roles = CDR_ROLES_DESK,
    .description = "Shows the number to the agent of the call once a secret matched. Before that only to the owner or to another employee: who has the caller on the line must not "
                   "learn from it whether there is such a customer. A number that was changed less than 30 days ago is not dialled. It stands in the ledger before it is shown.",
    .examples = "  candor verify callback --call 7F3K-92\n",
    .json_shape = "  {\"call\": \"7F3K-92\", \"number\": \"+15035550142\", \"word\": \"LARK-29\", \"script\": \"…\"}\n",
    .run = run_callback,
};
