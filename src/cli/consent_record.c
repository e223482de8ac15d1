/* SPDX-License-Identifier: Apache-2.0 */
/* candor consent record: one event, as it happened. */
#include "base/io.h"
#include "base/parse.h"
#include "cli/consent.h"
#include "cli/policy.h"

#include <string.h>

#define TEXT_MAX (16u << 20)

/* The words that were shown, as bytes: whoever has the file can show later that these were they. */
static cdr_status hash_text(cdr_cli *cli, const char *path, cdr_consent_event *e)
{
    _cleanup_buf_ cdr_buf text = CDR_BUF(TEXT_MAX);
    cdr_status s = cdr_file_read(path, &text, &cli->err);
    if (s == CDR_OK && !text.len)
        s = cdr_fail(&cli->err, CDR_E_INVAL, "cli", "consent.text", "The file of --text is empty; it must hold the words that were shown.");
    if (s == CDR_OK) {
        cdr_sha256(text.data, text.len, e->text_sha256);
        e->has_text = true;
    }
    return s;
}

static const char *opt(cdr_cli *cli, const char *name)
{
    return cdr_opt_text(cli, name) ? cdr_opt_text(cli, name) : "";
}

static cdr_status make_event(cdr_cli *cli, const cdr_buf *subject, cdr_consent_event *e)
{
    const char *state = cdr_opt_text(cli, "state");
    *e = (cdr_consent_event){.subject = subject->data, .purpose = opt(cli, "purpose"), .state = cdr_consent_state_by_word(state, strlen(state)), .method = opt(cli, "method"),
                             .channel = opt(cli, "channel"), .jurisdiction = opt(cli, "jurisdiction"), .language = opt(cli, "language"), .recorded_by = opt(cli, "recorded-by")};
    cdr_status s = cdr_cli_time(cli, "at", &e->at_us);
    if (s == CDR_OK)
        s = cdr_cli_until(cli, &e->until_us);
    if (s == CDR_OK && e->until_us && e->state != CDR_CONSENT_GIVEN && e->state != CDR_CONSENT_RENEWED && e->state != CDR_CONSENT_NONE)
        s = cdr_fail(&cli->err, CDR_E_INVAL, "cli", "consent.until", "--until says how long a consent is valid; it goes with --state given or renewed only.");
    if (s == CDR_OK && !e->at_us)
        e->at_us = cdr_now_us(&cli->ctx);
    if (s == CDR_OK && cdr_opt_text(cli, "text"))
        s = hash_text(cli, cdr_opt_text(cli, "text"), e);
    return s;
}

/* What follows from all events of this person now. */
static cdr_exit answer(cdr_cli *cli, const cdr_consent_event *e, bool is_new, const uint8_t id[16])
{
    cdr_consent_answer a;
    char hex[33], at[32];
    cdr_status s = cdr_consent_check(cli->ws, e->subject, e->purpose, 0, &a, &cli->err);
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    cdr_hex_encode(id, 16, hex);
    if (cli->json)
        return cdr_cli_print_json(cli, json_pack("{s:s, s:b, s:s, s:s, s:s, s:{s:b, s:s, s:s}}", "event", hex, "new", is_new, "purpose", e->purpose, "state",
                                                 cdr_consent_state_names[e->state], "at", cdr_cli_time_text(e->at_us, at), "now", "allowed", a.allowed, "state",
                                                 cdr_consent_state_names[a.state], "reason", a.reason), CDR_EXIT_OK);
    cdr_cli_say(cli, "%s %s Processing for %s is %s.\n", is_new ? "Recorded." : "This event stood there already.", a.reason, e->purpose, a.allowed ? "allowed" : "not allowed");
    return CDR_EXIT_OK;
}

static cdr_exit run(cdr_cli *cli)
{
    cdr_buf subject;
    cdr_consent_event e;
    bool is_new = false;
    uint8_t id[16];
    if (!cdr_opt_text(cli, "purpose") || !cdr_opt_text(cli, "state"))
        return cdr_cli_usage(cli, "Say for what and what happened: --purpose, and --state given, refused, withdrawn…");
    cdr_status s = cdr_cli_subject(cli, &subject);
    if (s == CDR_OK)
        s = make_event(cli, &subject, &e);
    if (s == CDR_OK)
        s = cdr_consent_add(cli->ws, &e, &is_new, id, &cli->err);
    if (s == CDR_OK)
        cdr_cli_purposes_in_policy(cli, &e.purpose, 1);
    cdr_exit code = s == CDR_OK ? answer(cli, &e, is_new, id) : cdr_cli_fail(cli, s);
    cdr_buf_wipe(&subject);
    return code;
}

static const cdr_opt options[] = {
    {"purpose", 'p', CDR_OPT_TEXT, "NAME", NULL, "what for, a short name such as marketing; needed"},
    CDR_CLI_SUBJECT_OPTIONS,
    {"state", 's', CDR_OPT_TEXT, "STATE", NULL, "requested, request-deferred, refused, given, expired, invalidated, revoked, withdrawn or renewed; needed"},
    {"at", 0, CDR_OPT_TEXT, "TIME", NULL, "when it happened; now when not given"},
    {"until", 'u', CDR_OPT_TEXT, "TIME", NULL, "valid up to this moment; a day counts whole (UTC)"},
    {"method", 0, CDR_OPT_TEXT, "TEXT", NULL, "how it was expressed: web form, double opt-in, signature"},
    {"channel", 0, CDR_OPT_TEXT, "TEXT", NULL, "where: shop, app, telephone"},
    {"text", 't', CDR_OPT_TEXT, "FILE", NULL, "the words that were shown; their SHA-256 is kept, keep the file yourself"},
    {"jurisdiction", 0, CDR_OPT_TEXT, "CODE", NULL, "whose law: DE, US-CA"},
    {"language", 0, CDR_OPT_TEXT, "CODE", NULL, "of the words shown: en"},
    CDR_OPT_POLICY,
    {"recorded-by", 0, CDR_OPT_TEXT, "WHO", NULL, "who took it down, when it was not you"},
    {0},
};

const cdr_cmd cdr_cmd_consent_record = {
    .path = "consent record",
    .group = "Keep less",
    .summary = "record that somebody gave, refused or withdrew a consent",
    .max_args = 0,
    .opts = options,
    .flags = CDR_CMD_WORKSPACE,
    .roles = CDR_ROLES_DESK,
    .description = "Events are only ever added; what is allowed follows from all of them. Only given and renewed allow anything, until they run out. Of two events of the same "
                   "instant the one that takes more away wins. A request made again puts a consent in question until it is answered; after a refusal or withdrawal only a new "
                   "consent helps, no renewal. The person's key is trimmed, an e-mail address read in lower case, and only its keyed hash is kept. "
                   "Other users of the machine can see the arguments of commands: prefer --subject-key - or --subject-file.",
    .examples = "  candor consent record --purpose marketing --subject-key K-1001 --state given --method \"web form\" --until 2099-03-01\n"
                "  # the address stays out of the shell's history\n"
                "  echo ada@example.com | candor consent record --purpose marketing --subject-key - --state withdrawn\n",
    .json_shape = "  {\"event\": \"9f…\", \"new\": true, \"purpose\": \"marketing\", \"state\": \"given\", \"at\": \"…\", \"now\": {\"allowed\": true, \"state\": \"given\", \"reason\": \"…\"}}\n",
    .run = run,
};
