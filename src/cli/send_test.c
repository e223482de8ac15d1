/* SPDX-License-Identifier: Apache-2.0 */
/* candor send test: does a way of sending work? One message without personal data, to an address that somebody types. */
#include "base/io.h"
#include "base/parse.h"
#include "cli/cmd.h"
#include "cli/prompt.h"
#include "template/message.h"
#include "send/send.h"

#include <stdio.h>
#include <string.h>

enum { ADDRESS_MAX = 1000 };

static cdr_send_way way_of(const char *word)
{
    static const char *const words[] = {"sms", "email", "letter", "alert"};
    for (int i = 0; i < 4; i++)
        if (!strcmp(word, words[i]))
            return (cdr_send_way)(i + 1);
    return CDR_SEND_SMS;
}

static cdr_status send_it(cdr_cli *cli, cdr_sender *sender, cdr_send_way way, const cdr_secret *to)
{
    _cleanup_free_ char *folder = cdr_path_join(cli->workspace_dir, "messages");
    cdr_buf subject = CDR_BUF(1), text = CDR_BUF(1);
    char address[ADDRESS_MAX + 1] = "", id[5 + 2 * 8 + 1] = "test-";
    uint8_t chance[8];
    if (to)
        snprintf(address, sizeof address, "%.*s", (int)cdr_secret_len(to), (const char *)cdr_secret_bytes(to));
    cli->ctx.random(cli->ctx.rng, chance, sizeof chance);
    cdr_hex_encode(chance, sizeof chance, id + 5);
    cdr_message_facts f = {.org = cdr_workspace_org(cli->ws), .at_us = cdr_now_us(&cli->ctx)};
    cdr_status s = folder ? cdr_message_text(folder, "test", &f, &subject, &text, &cli->err) : cdr_fail_nomem(&cli->err, "cli");
    if (s == CDR_OK)
        s = cdr_send(sender, &(cdr_message){.way = way, .to = to ? address : NULL, .subject = subject.data, .text = text.data, .id = id}, &cli->err);
    explicit_bzero(address, sizeof address);
    cdr_buf_done(&subject);
    cdr_buf_done(&text);
    return s;
}

static cdr_exit run(cdr_cli *cli)
{
    static const char *const prompts[] = {"", "Telephone number (+44 …): ", "E-mail address: ", "Postal address, in one line: ", ""};
    cdr_send_way way = way_of(cdr_opt_text(cli, "way"));
    cdr_sender *sender = NULL;
    cdr_secret *to = NULL;
    cdr_status s = cdr_sender_open(&cli->ctx, cli->workspace_dir, &sender, &cli->err);
    if (s == CDR_OK && way != CDR_SEND_ALERT) {
        s = cdr_prompt_line(cli, CDR_PROMPT_SHOWN, prompts[way], ADDRESS_MAX, &to);
        if (s == CDR_DONE || (s == CDR_OK && !to))
            s = cdr_fail(&cli->err, CDR_E_INVAL, "cli", "send.nobody", "Type an address of your own organisation, or send it to standard input; it is not taken from the command line.");
    }
    if (s == CDR_OK)
        s = send_it(cli, sender, way, to);
    const char *shown = s == CDR_OK ? cdr_sender_way(sender, way) : "";
    cdr_exit code = s != CDR_OK ? cdr_cli_fail(cli, s) : CDR_EXIT_OK;
    if (s == CDR_OK && cli->json)
        code = cdr_cli_print_json(cli, json_pack("{s:s, s:s}", "way", cdr_opt_text(cli, "way"), "by", shown), CDR_EXIT_OK);
    else if (s == CDR_OK)
        cdr_cli_say(cli, "Handed over: %s, by %s.\n", cdr_opt_text(cli, "way"), shown);
    cdr_secret_free(to);
    cdr_sender_close(sender);
    return code;
}

static const cdr_opt opts[] = {
    {"way", 0, CDR_OPT_CHOICE, "sms|email|letter|alert", "email", "which way of send.yaml"},
    {0},
};

const cdr_cmd cdr_cmd_send_test = {
    .path = "send test",
    .group = "Tell only the customer",
    .summary = "send a test message, to see whether a way of sending works",
    .opts = opts,
    .flags = CDR_CMD_READONLY,
    .roles = CDR_ROLE_OWNER,
    .description = "Sends one message without personal data to an address that you type (or send to standard input): one of your own. The ways stand in send.yaml of the workspace;\n"
                   "without that file every message becomes a file in its folder outbox. docs/internals/send.md and the guide for owners explain send.yaml.",
    .examples = "  # to yourself, by the mail server of send.yaml\n  echo owner@shop.example.com | candor send test --way email\n",
    .json_shape = "  {\"way\": \"email\", \"by\": \"SMTP smtp.example.com\"}\n",
    .run = run,
};
