/* SPDX-License-Identifier: Apache-2.0 */
/* candor request open, verify, confirm: a customer asks for something by right. */
#include "cli/request.h"

#include "base/text.h"
#include "base/time.h"
#include "cli/policy_words.h"

#include <stdio.h>
#include <string.h>

#define DAY_US INT64_C(86400000000)

cdr_status cdr_counter_open(cdr_cli *cli, const char *name, cdr_counter *ret)
{
    *ret = (cdr_counter){.rights = NULL};
    cdr_status s = cdr_desk_open(cli, &ret->desk);
    if (s == CDR_OK)
        s = cdr_rights_open(ret->desk.vault, &ret->rights, &cli->err);
    if (s == CDR_OK && name)
        s = cdr_rights_find(ret->rights, name, &ret->q, &cli->err);
    return s;
}

void cdr_counter_close(cdr_counter *c)
{
    cdr_rights_close(c->rights);
    cdr_desk_close(&c->desk);
}

/* --- how a request is shown --- */

static bool put(json_t *to, const char *key, json_t *value)
{
    return to && value && json_object_set_new(to, key, value) == 0;
}

static json_t *words_json(const char *text)
{
    return *text ? json_string(text) : json_null();
}

json_t *cdr_request_json(cdr_cli *cli, const cdr_request *q)
{
    const cdr_regime_info *law = cdr_regime_of(q->regime);
    int64_t now = cdr_now_us(&cli->ctx);
    json_t *j = json_pack("{s:s, s:s, s:s, s:s, s:s, s:b, s:b, s:b}", "request", q->name, "kind", cdr_right_of(q->kind)->key, "state", cdr_request_state_names[q->state], "law", law->key, "channel",
                          q->channel, "overdue", (int)cdr_request_overdue(q, now), "confirm_overdue", (int)cdr_request_confirm_overdue(q, now), "verified", (int)cdr_request_proved(q));
    bool ok = put(j, "ref", words_json(q->ref)) && put(j, "ticket", words_json(q->ticket)) && put(j, "received", cdr_json_day(q->received_day)) && put(j, "due", cdr_json_day(q->due_day)) &&
              put(j, "confirm_by", cdr_json_day(q->confirm_day)) && put(j, "confirmed", cdr_json_time(q->confirmed_us)) && put(j, "extended", cdr_json_time(q->extended_us)) &&
              put(j, "extend_reason", words_json(q->extend_reason)) && put(j, "verified_in", words_json(q->proved_call)) &&
              put(j, "level", q->proved_us ? json_string(cdr_level_names[q->proved_level]) : json_null()) && put(j, "opened", cdr_json_time(q->opened_us)) && put(j, "opened_by", json_string(q->opened_by)) &&
              put(j, "decided", cdr_json_time(q->decided_us)) && put(j, "decided_by", words_json(q->decided_by)) && put(j, "ground", words_json(q->ground)) && put(j, "outcome", words_json(q->outcome)) &&
              put(j, "receipt", words_json(q->receipt)) &&
              put(j, "source", json_pack("{s:s, s:s, s:s}", "law", law->source, "as_of", law->as_of, "confidence", law->confidence));
    if (ok)
        return j;
    json_decref(j);
    return NULL;
}

void cdr_request_due(cdr_cli *cli, int64_t day, char ret[CDR_DUE_TEXT])
{
    static const char *const weekdays[] = {"", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"};
    static const char *const months[] = {"", "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"};
    if (!day) {
        snprintf(ret, CDR_DUE_TEXT, "unknown, ask counsel");
        return;
    }
    cdr_date d = cdr_date_from_days(day);
    long long left = (long long)(day - cdr_now_us(&cli->ctx) / DAY_US);
    int n = snprintf(ret, CDR_DUE_TEXT, "%s %d %s %d", weekdays[cdr_weekday(d)], (int)d.day, months[d.month], (int)d.year);
    if (left < 0)
        snprintf(ret + n, CDR_DUE_TEXT - (size_t)n, " (%lld %s late)", -left, left == -1 ? "day" : "days");
    else if (left == 0)
        snprintf(ret + n, CDR_DUE_TEXT - (size_t)n, " (today)");
    else
        snprintf(ret + n, CDR_DUE_TEXT - (size_t)n, " (%lld %s left)", left, left == 1 ? "day" : "days");
}

void cdr_request_next(cdr_cli *cli, const cdr_request *q)
{
    const cdr_right_info *right = cdr_right_of(q->kind);
    if (q->state != CDR_REQUEST_OPEN)
        return;
    if (q->erased && right->right != CDR_RIGHT_ERASURE)
        cdr_cli_say(cli, "\nThe customer was erased.\nNext: candor request close %s --reason \"the customer was erased\"\n", q->name);
    else if (!q->customer)
        cdr_cli_say(cli, "\nNext: candor request refuse %s --ground not-held\n", q->name);
    else if (!cdr_request_proved(q) && right->right == CDR_RIGHT_CORRECTION)
        cdr_cli_say(cli, "\nNext: candor verify start --purpose correction\n(change-contact when a telephone number, e-mail or postal address is wrong, and\nchange-bank for a bank account or card: those need C4),\n"
                    "then candor request verify %s --call ID\n", q->name);
    else if (!cdr_request_proved(q))
        cdr_cli_say(cli, "\nNext: candor verify start --purpose %s,\nthen candor request verify %s --call ID\n", right->purpose, q->name);
    else if (right->right == CDR_RIGHT_ACCESS || right->right == CDR_RIGHT_COPY || right->right == CDR_RIGHT_PORTABILITY)
        cdr_cli_say(cli, "\nNext: candor request fulfil %s --out answer\n", q->name);
    else if (right->right == CDR_RIGHT_ERASURE)
        cdr_cli_say(cli, "\nNext: candor request fulfil %s\n", q->name);
    else
        cdr_cli_say(cli, "\nNext: candor request fulfil %s %s\n", q->name, right->right == CDR_RIGHT_CORRECTION ? "FIELD" : "--done \"what was done\"");
}

/* --- open --- */

static cdr_status read_new(cdr_cli *cli, cdr_request_new *n)
{
    const char *kind = cdr_opt_text(cli, "kind"), *law = cdr_opt_text(cli, "law"), *received = cdr_opt_text(cli, "received");
    const cdr_right_info *right = kind ? cdr_right_by_key(kind) : NULL;
    const cdr_regime_info *regime = law ? cdr_regime_by_key(law) : NULL;
    cdr_date date;
    if (!right)
        return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "request.kind", "Say what is asked for: --kind access, copy, correction, erasure, restriction, objection, portability or opt-out.");
    if (law && !regime)
        return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "request.law", "There is no law \"%.40s\"; there are gdpr, uk-gdpr, ccpa and unknown.", law);
    if (received && !cdr_date_parse(received, &date))
        return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "request.received", "--received takes the day on which it came, as 2027-03-14.");
    if (!cdr_disclosure_has_channel(cdr_opt_text(cli, "channel")))
        return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "request.channel", "--channel takes phone, chat, counter, post or email.");
    *n = (cdr_request_new){.kind = right->right, .ref = cli->argc ? cli->argv[0] : NULL, .regime = regime ? regime->regime : CDR_REGIME_UNKNOWN, .regime_given = regime != NULL,
                           .channel = cdr_opt_text(cli, "channel"), .ticket = cdr_opt_text(cli, "ticket"), .received_day = received ? cdr_days_from_date(date) : 0};
    return CDR_OK;
}

static void tell_opened(cdr_cli *cli, const cdr_request *q, int64_t same)
{
    char due[CDR_DUE_TEXT];
    const cdr_regime_info *law = cdr_regime_of(q->regime);
    cdr_request_due(cli, q->due_day, due);
    if (q->due_day)
        cdr_cli_print(cli, "%s: %s. To be answered by %s.\n", q->name, cdr_right_of(q->kind)->label, due);
    else
        cdr_cli_print(cli, "%s: %s. No date is known; ask counsel until when it must be answered.\n", q->name, cdr_right_of(q->kind)->label);
    if (q->confirm_day) {
        cdr_request_due(cli, q->confirm_day, due);
        cdr_cli_print(cli, "Receipt to be confirmed to the customer by %s: candor request confirm %s.\n", due, q->name);
    }
    cdr_cli_print(cli, "Law: ");
    cdr_cli_wrapped(cli, 5, 5, q->regime == CDR_REGIME_UNKNOWN ? "none known for where she lives; name it with --law, or ask counsel." : law->source);
    if (q->regime != CDR_REGIME_UNKNOWN)
        cdr_cli_say(cli, "     (looked up %s, confidence %s)\n", law->as_of, law->confidence);
    if (same)
        cdr_cli_print(cli, "R-%lld asks for the same and is still open.\n", (long long)same);
}

static cdr_exit run_open(cdr_cli *cli)
{
    _cleanup_counter_ cdr_counter c = {.rights = NULL};
    cdr_request_new n;
    int64_t same = 0;
    const char *call = cdr_opt_text(cli, "call");
    cdr_status s = read_new(cli, &n);
    if (s == CDR_OK)
        s = cdr_counter_open(cli, NULL, &c);
    if (s == CDR_OK)
        s = cdr_rights_begin(c.rights, &n, &c.q, &same, &cli->err);
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    /* The clock runs whether or not she could be verified. */
    cdr_status proved = call ? cdr_rights_prove(c.rights, c.desk.id, &c.q, call, &cli->err) : CDR_OK;
    cdr_exit code = proved == CDR_OK ? CDR_EXIT_OK : proved == CDR_DENIED ? CDR_EXIT_NO : cdr_exit_of(proved);
    if (cli->json) {
        json_t *j = cdr_request_json(cli, &c.q);
        if (j && proved != CDR_OK && !put(j, "not_verified", json_string(cli->err.text))) {
            json_decref(j);
            j = NULL;
        }
        return cdr_cli_print_json(cli, j, code);
    }
    tell_opened(cli, &c.q, same);
    if (proved != CDR_OK)
        cdr_cli_print(cli, "Not verified: %s\n", cli->err.text);
    cdr_request_next(cli, &c.q);
    return code;
}

static const cdr_opt open_options[] = {
    {"kind", 'k', CDR_OPT_TEXT, "KIND", NULL, "access (which data), copy (the data), correction, erasure, restriction, objection, portability, opt-out; needed"},
    {"law", 'l', CDR_OPT_TEXT, "LAW", NULL, "gdpr, uk-gdpr, ccpa or unknown; otherwise from the customer's country and region"},
    {"channel", 0, CDR_OPT_TEXT, "WAY", "phone", "how it came: phone, chat, counter, post, email"},
    {"received", 0, CDR_OPT_TEXT, "DATE", NULL, "the day on which it came; today (UTC) when not given"},
    {"ticket", 't', CDR_OPT_TEXT, "TEXT", NULL, "your own number for it, without personal data; needed when no customer was found"},
    {"call", 'c', CDR_OPT_TEXT, "ID", NULL, "the call in which she was verified"},
    {0},
};

const cdr_cmd cdr_cmd_request_open = {
    .path = "request open",
    .group = "Tell only the customer",
    .summary = "a customer asks for her data, a correction, erasure …",
    .args = "[REF]",
    .max_args = 1,
    .opts = open_options,
    .roles = CDR_ROLES_DESK,
    .description = "Opens the request, whoever asks: the clock of the law runs from receipt, not from the day she is verified. Says until when it must be answered, and by which law; where none is "
                   "known, it says so and names no date. Months are calendar months: what came on the 31st is due on the last day of a shorter month.\n"
                   "Before it is answered the customer proves who she is, at the level that the disclosure policy asks for: access C3, a copy or erasure C4. Objections and opt-outs need no proof. "
                   "Exit code 1: opened, but the call given does not prove enough.",
    .examples = "  candor request open C-1042-K7QF --kind copy --call 7F3K-92\n  # a letter from somebody whom nobody knows\n  candor request open --kind access --channel post --ticket 2027-118\n",
    .json_shape = "  {\"request\": \"R-12\", \"kind\": \"copy\", \"state\": \"open\", \"law\": \"gdpr\", \"ref\": \"C-1042-K7QF\", \"received\": \"2027-01-31\", \"due\": \"2027-02-28\",\n"
                  "   \"overdue\": false, \"verified\": true, \"level\": \"C4\", \"source\": {\"law\": \"…\", \"as_of\": \"2026-11\", \"confidence\": \"high\"}}\n",
    .run = run_open,
};

/* --- verify, confirm --- */

static cdr_exit show_step(cdr_cli *cli, cdr_counter *c, cdr_status s, const char *sentence)
{
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    if (cli->json)
        return cdr_cli_print_json(cli, cdr_request_json(cli, &c->q), CDR_EXIT_OK);
    cdr_cli_say(cli, "%s\n", sentence);
    cdr_request_next(cli, &c->q);
    return CDR_EXIT_OK;
}

static cdr_exit run_verify(cdr_cli *cli)
{
    _cleanup_counter_ cdr_counter c = {.rights = NULL};
    const char *call;
    char sentence[120];
    cdr_status s = cdr_desk_call(cli, &call);
    if (s == CDR_OK)
        s = cdr_counter_open(cli, cli->argv[0], &c);
    if (s == CDR_OK)
        s = cdr_rights_prove(c.rights, c.desk.id, &c.q, call, &cli->err);
    snprintf(sentence, sizeof sentence, "%s is verified, level %s. That stays, also when the call has ended.", c.q.name, cdr_level_names[c.q.proved_level]);
    return show_step(cli, &c, s, sentence);
}

static cdr_exit run_confirm(cdr_cli *cli)
{
    _cleanup_counter_ cdr_counter c = {.rights = NULL};
    cdr_status s = cdr_counter_open(cli, cli->argv[0], &c);
    if (s == CDR_OK)
        s = cdr_rights_confirm_receipt(c.rights, &c.q, &cli->err);
    return show_step(cli, &c, s, "Noted: the customer was told that her request came, how she is verified and when to expect an answer.");
}

static const cdr_opt verify_options[] = {
    CDR_OPT_CALL,
    {0},
};

const cdr_cmd cdr_cmd_request_verify = {
    .path = "request verify",
    .group = "Tell only the customer",
    .summary = "what a customer proved in a call counts for her request",
    .args = "R-NUMBER",
    .min_args = 1,
    .max_args = 1,
    .opts = verify_options,
    .roles = CDR_ROLES_DESK,
    .description = "The call must be yours, still going on, and with this customer. The level stays with the request when the call ends, until an address or number of hers changes.",
    .examples = "  candor request verify R-12 --call 7F3K-92\n",
    .json_shape = "  {\"request\": \"R-12\", \"verified\": true, \"level\": \"C4\", \"verified_in\": \"7F3K-92\"}\n",
    .run = run_verify,
};

const cdr_cmd cdr_cmd_request_confirm = {
    .path = "request confirm",
    .group = "Tell only the customer",
    .summary = "the customer was told that her request came",
    .args = "R-NUMBER",
    .min_args = 1,
    .max_args = 1,
    .roles = CDR_ROLES_DESK,
    .description = "California asks for this within ten business days (weekends are counted out, holidays are not).",
    .examples = "  candor request confirm R-12\n",
    .json_shape = "  {\"request\": \"R-12\", \"confirmed\": \"2027-02-01T10:00:00Z\"}\n",
    .run = run_confirm,
};
