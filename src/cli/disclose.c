/* SPDX-License-Identifier: Apache-2.0 */
/* candor disclose: in a call, to a third party, or by breaking the glass. Values go straight to standard output and are wiped; they are in no buffer of the C library. */
#include "base/io.h"
#include "base/text.h"
#include "base/time.h"
#include "cli/verify.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define OUTPUT_MAX (4u << 20)

typedef struct printer {
    cdr_cli *cli;
    cdr_buf out;          /* reserved before: growing would leave copies */
    cdr_json_writer w;
    bool sent;            /* what is done is a sending */
} printer;

static cdr_status printer_begin(cdr_cli *cli, printer *p, size_t fields)
{
    *p = (printer){.cli = cli, .out = CDR_BUF(OUTPUT_MAX)};
    if (cdr_buf_reserve(&p->out, 4096 + fields * (6 * CDR_VAULT_TEXT_MAX + 600)) != CDR_OK)
        return cdr_fail_nomem(&cli->err, "cli");
    cdr_jw_begin(&p->w, &p->out);
    if (cli->json) {
        cdr_jw_open(&p->w, '{');
        cdr_jw_key(&p->w, "fields");
        cdr_jw_open(&p->w, '[');
    }
    return CDR_OK;
}

static size_t value_len(const cdr_secret *value)
{
    size_t len = value ? cdr_secret_len(value) : 0;
    const char *text = value ? (const char *)cdr_secret_bytes(value) : "";
    while (len && text[len - 1] == '\0')
        len--;
    return len;
}

static void add_json(printer *p, const cdr_told *t)
{
    cdr_jw_open(&p->w, '{');
    cdr_jw_key(&p->w, "field");
    cdr_jw_str(&p->w, t->field->key);
    if (t->stands_for) {
        cdr_jw_key(&p->w, "stands_for");
        cdr_jw_str(&p->w, t->stands_for->key);
    }
    cdr_jw_key(&p->w, "told");
    cdr_jw_bool(&p->w, t->done);
    cdr_jw_key(&p->w, "mode");
    cdr_jw_str(&p->w, cdr_mode_names[t->mode]);
    if (t->done && !p->sent) {
        cdr_jw_key(&p->w, "value");
        if (t->value)
            cdr_jw_strn(&p->w, (const char *)cdr_secret_bytes(t->value), value_len(t->value));
        else
            cdr_jw_str(&p->w, NULL);
    }
    cdr_jw_key(&p->w, "needed");
    cdr_jw_str(&p->w, cdr_level_names[t->needed]);
    cdr_jw_key(&p->w, "why");
    cdr_jw_str(&p->w, t->why);
    cdr_jw_close(&p->w, '}');
}

static void add_text(printer *p, const cdr_told *t)
{
    if (t->done && p->sent) {
        cdr_buf_addf(&p->out, "%s: goes to the address on record\n", t->field->label);
    } else if (t->done) {
        if (t->stands_for)
            cdr_buf_addf(&p->out, "%s (no %s is on file): ", t->field->label, t->stands_for->label);
        else
            cdr_buf_addf(&p->out, "%s: ", t->field->label);
        if (t->value)
            cdr_text_escape(&p->out, (const char *)cdr_secret_bytes(t->value), value_len(t->value));
        else
            cdr_buf_adds(&p->out, "nothing is on file");
        cdr_buf_adds(&p->out, t->mode == CDR_MODE_MASKED ? "   (masked)\n" : "\n");
    } else {
        cdr_buf_addf(&p->out, "%s: NOT TOLD. ", t->field->label);
        if (t->best > t->mode && t->needed != CDR_LEVEL_NEVER)
            cdr_buf_addf(&p->out, "That needs %s. ", cdr_level_names[t->needed]);
        cdr_buf_addf(&p->out, "%s\n", t->why);
        if (t->mode == CDR_MODE_CONFIRM)
            cdr_buf_addf(&p->out, "   What she says herself may be confirmed: candor disclose --confirm %s\n", t->field->key);
        else if (t->mode == CDR_MODE_SEND)
            cdr_buf_adds(&p->out, "   It may be sent to the address on record: candor disclose --send\n");
    }
}

/* Each value leaves as soon as its entry stands; whoever stops the program has seen what the ledger says. */
static cdr_status told(void *arg, const cdr_told *t, cdr_err *err)
{
    printer *p = arg;
    if (p->cli->json)
        add_json(p, t);
    else
        add_text(p, t);
    if (cdr_buf_status(&p->out) != CDR_OK)
        return cdr_fail_nomem(err, "cli");
    if (p->cli->json)
        return CDR_OK;
    cdr_status s = cdr_write_all(STDOUT_FILENO, p->out.data, p->out.len, err);
    cdr_wipe(p->out.data, p->out.len);
    p->out.len = 0;
    return s;
}

static cdr_exit code_of(unsigned done, unsigned refused)
{
    return done == 0 ? CDR_EXIT_NO : refused ? CDR_EXIT_INCOMPLETE : CDR_EXIT_OK;
}

static void json_ending(printer *p, const cdr_call *c, unsigned done, unsigned refused, const char *grant, uint64_t index)
{
    cdr_jw_close(&p->w, ']');
    if (c) {
        cdr_jw_key(&p->w, "call");
        cdr_jw_str(&p->w, c->call);
        cdr_jw_key(&p->w, "level");
        cdr_jw_str(&p->w, cdr_level_names[c->level]);
    }
    cdr_jw_key(&p->w, "told");
    cdr_jw_int(&p->w, done);
    cdr_jw_key(&p->w, "refused");
    cdr_jw_int(&p->w, refused);
    if (grant && grant[0]) {
        cdr_jw_key(&p->w, "grant");
        cdr_jw_str(&p->w, grant);
        cdr_jw_key(&p->w, "ledger");
        cdr_jw_int(&p->w, (int64_t)index);
    }
    cdr_jw_close(&p->w, '}');
    cdr_buf_addc(&p->out, '\n');
}

static cdr_exit finish(printer *p, cdr_status s, const cdr_call *c, unsigned done, unsigned refused, const char *grant, uint64_t index)
{
    cdr_cli *cli = p->cli;
    cdr_exit code = code_of(done, refused);
    if (s == CDR_OK && cli->json) {
        json_ending(p, c, done, refused, grant, index);
        s = cdr_buf_status(&p->out) == CDR_OK ? cdr_write_all(STDOUT_FILENO, p->out.data, p->out.len, &cli->err) : cdr_fail_nomem(&cli->err, "cli");
    } else if (s == CDR_OK && grant && grant[0]) {
        cdr_cli_say(cli, "Entered in the ledger at %llu before it was shown.\n", (unsigned long long)index);
    }
    cdr_buf_wipe(&p->out);
    return s == CDR_OK ? code : cdr_cli_fail(cli, s);
}

/* --- the ways --- */

static cdr_exit in_call(cdr_cli *cli, cdr_desk *d, const char *call, const uint16_t *fields, size_t count)
{
    printer p;
    cdr_telling t;
    cdr_status s = printer_begin(cli, &p, count);
    if (s == CDR_OK)
        s = cdr_disclose(d->id, call, fields, count, told, &p, &t, &cli->err);
    return finish(&p, s, &t.call, t.told, t.refused, t.grant, t.grant_index);
}

static cdr_exit send(cdr_cli *cli, cdr_desk *d, const char *call, const uint16_t *fields, size_t count, bool by_email)
{
    printer p;
    cdr_sending t;
    cdr_status s = printer_begin(cli, &p, count);
    p.sent = true;
    if (s == CDR_OK)
        s = cdr_disclose_send(d->id, call, fields, count, by_email, told, &p, &t, &cli->err);
    cdr_desk_wait_out(cli, d);
    if (s == CDR_OK && t.sent && !t.certain && !cli->json)
        cdr_cli_say(cli, "It goes out if what the caller said fits the record and an address is on file that counts; which of the two is not told before a secret matched.\n");
    return finish(&p, s, &t.call, t.sent, t.refused, NULL, 0);
}

static cdr_exit confirm(cdr_cli *cli, cdr_desk *d, const char *call, uint16_t field, const cdr_secret *said)
{
    const cdr_vault_field *f = cdr_vault_field_info(d->vault, field);
    cdr_confirming c;
    cdr_status s = cdr_disclose_confirm(d->id, call, field, (const char *)cdr_secret_bytes(said), cdr_secret_len(said), &c, &cli->err);
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    cdr_exit code = c.locked ? CDR_EXIT_LOCKED : c.allowed && c.right ? CDR_EXIT_OK : CDR_EXIT_NO;
    if (cli->json)
        return cdr_cli_print_json(cli, json_pack("{s:s, s:s, s:b, s:b, s:b, s:i, s:s, s:s}", "call", c.call.call, "field", f->key, "allowed", c.allowed, "right", c.right, "locked", c.locked, "tries_left",
                                                 (int)c.tries_left, "needed", cdr_level_names[c.needed], "why", c.why), code);
    if (!c.allowed)
        cdr_cli_print(cli, "%s: NOT CONFIRMED. %s\n", f->label, c.why);
    else if (c.locked)
        cdr_cli_print(cli, "%s: LOCKED, too many wrong guesses.\n", f->label);
    else
        cdr_cli_print(cli, "%s: %s\n", f->label, c.right ? "RIGHT, that is what we have." : "NOT what we have.");
    return code;
}

static cdr_exit third(cdr_cli *cli, cdr_desk *d, const uint16_t *fields, size_t count)
{
    printer p;
    cdr_telling t;
    const char *channel = cdr_opt_text(cli, "channel");
    cdr_third_party q = {.party = cdr_opt_text(cli, "third-party"), .ground = cdr_opt_text(cli, "ground"), .document = cdr_opt_text(cli, "document"), .ref = cdr_opt_text(cli, "ref"),
                         .channel = channel, .fields = fields, .field_count = count};
    cdr_status s = printer_begin(cli, &p, count);
    if (s == CDR_OK)
        s = cdr_disclose_third(d->id, &q, told, &p, &t, &cli->err);
    return finish(&p, s, NULL, t.told, t.refused, t.grant, t.grant_index);
}

static cdr_exit ask_glass(cdr_cli *cli, cdr_desk *d, const uint16_t *fields, size_t count)
{
    cdr_glass g;
    cdr_status s = cdr_glass_ask(d->id, cdr_opt_text(cli, "ref"), fields, count, cdr_opt_text(cli, "reason"), cdr_opt_text(cli, "approver"), &g, &cli->err);
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    if (cli->json)
        return cdr_cli_print_json(cli, json_pack("{s:s, s:s, s:s}", "approval", g.id, "approver", g.approver, "state", "waiting"), CDR_EXIT_INCOMPLETE);
    cdr_cli_print(cli, "Asked for, nothing is shown yet; the owner is told. %s approves it within an hour:\n  candor disclose approve %s\nThen you, within 15 minutes of that:\n  candor disclose --approved %s\n", g.approver,
                  g.id, g.id);
    return CDR_EXIT_INCOMPLETE;
}

static cdr_exit open_glass(cdr_cli *cli, cdr_desk *d, const char *glass)
{
    printer p;
    cdr_telling t;
    cdr_status s = printer_begin(cli, &p, CDR_CALL_FIELDS_MAX);
    if (s == CDR_OK)
        s = cdr_glass_open(d->id, glass, told, &p, &t, &cli->err);
    return finish(&p, s, NULL, t.told, t.refused, t.grant, t.grant_index);
}

static cdr_status check_options(cdr_cli *cli)
{
    bool call = cdr_opt_text(cli, "call") != NULL, third_party = cdr_opt_text(cli, "third-party") != NULL, glass = cdr_opt_flag(cli, "break-glass"), approved = cdr_opt_text(cli, "approved") != NULL;
    if (call + third_party + glass + approved != 1)
        return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "disclose.way", "Say in which call (--call 7F3K-92); without one there are only --third-party, --break-glass and --approved.");
    if (approved ? cli->argc > 0 : cli->argc == 0)
        return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "disclose.fields", approved ? "What is opened was named when it was asked for." : "Name what is to be told: delivery_address.");
    if (cdr_opt_flag(cli, "confirm") && (cdr_opt_flag(cli, "send") || !call || cli->argc != 1))
        return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "disclose.confirm", "--confirm takes one field in a call, and goes without --send.");
    return CDR_OK;
}

static void secret_freep(cdr_secret **s)
{
    cdr_secret_free(*s);
}

static cdr_exit run(cdr_cli *cli)
{
    _cleanup_desk_ cdr_desk d = {0};
    uint16_t fields[CDR_CALL_FIELDS_MAX];
    size_t count = 0;
    const char *call = cdr_opt_text(cli, "call"), *by = cdr_opt_flag(cli, "send") ? cdr_opt_text(cli, "send") : NULL;
    _cleanup_(secret_freep) cdr_secret *said = NULL;
    cdr_status s = check_options(cli);
    if (s == CDR_OK && !cdr_opt_flag(cli, "confirm") && !cdr_opt_flag(cli, "send") && !cdr_opt_flag(cli, "break-glass"))
        s = cdr_desk_check_output(cli);
    if (s == CDR_OK && cdr_opt_flag(cli, "confirm"))
        s = cdr_desk_value(cli, "What the caller says: ", &said);
    if (s == CDR_OK)
        s = cdr_desk_open(cli, &d);
    if (s == CDR_OK)
        s = cdr_desk_fields(cli, &d, cli->argv, (size_t)cli->argc, fields, &count);
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    fflush(stdout);
    if (cdr_opt_text(cli, "approved"))
        return open_glass(cli, &d, cdr_opt_text(cli, "approved"));
    if (cdr_opt_flag(cli, "break-glass"))
        return ask_glass(cli, &d, fields, count);
    if (!call)
        return third(cli, &d, fields, count);
    if (cdr_opt_flag(cli, "confirm"))
        return confirm(cli, &d, call, fields[0], said);
    return by ? send(cli, &d, call, fields, count, !strcmp(by, "email")) : in_call(cli, &d, call, fields, count);
}

static cdr_exit run_approve(cdr_cli *cli)
{
    _cleanup_desk_ cdr_desk d = {0};
    cdr_glass g;
    cdr_status s = cdr_desk_open(cli, &d);
    if (s == CDR_OK)
        s = cdr_glass_approve(d.id, cli->argv[0], &g, &cli->err);
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    if (cli->json)
        return cdr_cli_print_json(cli, json_pack("{s:s, s:s, s:s}", "approval", g.id, "requested_by", g.requested_by, "reason", g.reason), CDR_EXIT_OK);
    cdr_cli_say(cli, "Approved: %s may open it once within 15 minutes. Reason: %s\nBoth names are in the ledger, and the owner is told.\n", g.requested_by, g.reason);
    return CDR_EXIT_OK;
}

static const cdr_opt options[] = {
    CDR_OPT_CALL,
    {"confirm", 0, CDR_OPT_FLAG, NULL, NULL, "say only whether what the caller says is right; it is typed, or comes on standard input"},
    {"send", 0, CDR_OPT_MAYBE, "letter|email", "letter", "send it to the address on record instead of showing it"},
    {"third-party", 0, CDR_OPT_TEXT, "WHO", NULL, "police, court, authority, insurer, lawyer, family, guardian or other asks"},
    {"ground", 0, CDR_OPT_TEXT, "TEXT", NULL, "the law that allows it to them"},
    {"document", 0, CDR_OPT_TEXT, "TEXT", NULL, "reference of the paper that says so"},
    {"channel", 0, CDR_OPT_CHOICE, "post|counter", "post", "how third parties ask"},
    {"ref", 0, CDR_OPT_TEXT, "C-…", NULL, "the customer, where there is no call"},
    {"break-glass", 0, CDR_OPT_FLAG, NULL, NULL, "ask for what no rule allows, because it cannot wait"},
    {"reason", 0, CDR_OPT_TEXT, "TEXT", NULL, "why it cannot wait"},
    {"approver", 0, CDR_OPT_TEXT, "LOGIN", NULL, "who is to approve it"},
    {"approved", 0, CDR_OPT_TEXT, "ID", NULL, "open what was approved"},
    {0},
};

const cdr_cmd cdr_cmd_disclose = {
    .path = "disclose",
    .group = "Tell only the customer",
    .summary = "tell what a verified caller may hear, and nothing else",
    .args = "[FIELD...]",
    .max_args = -1,
    .opts = options,
    .roles = CDR_ROLES_DESK,
    .description = "Each field is decided by the policy: purpose, role, channel, level and flags of the call. What is allowed gets a grant of 60 seconds; its entry in the ledger is "
                   "committed before a value is shown, and each value has an entry of its own. What is not allowed is refused with the reason and what would be needed. --confirm says "
                   "yes or no to what the caller says and shows nothing. Values go to a terminal or a pipe, never into a file. --send sends to the address on record. Third parties get nothing without --ground and --document, and only "
                   "what the policy allows them. --break-glass asks, another login approves (candor disclose approve ID), and --approved opens it once; the owner is told. "
                   "Exit code 0: all was told; 6: only part; 1: nothing, or not right; 4: the call is over, or the field is locked.",
    .examples = "  candor disclose --call 7F3K-92 delivery_address\n"
                "  # yes or no to the postcode that the caller says\n  echo 97201 | candor disclose --call 7F3K-92 --confirm postcode\n"
                "  # the police, with law and paper\n  candor disclose --third-party police --ground \"section 100j StPO\" --document \"4 Js 1182/26\" --ref C-1-AAAA address\n"
                "  # omar approves it\n  candor disclose --break-glass --reason \"ambulance asks for her guardian\" --approver omar --ref C-1-AAAA guardian\n",
    .json_shape = "  {\"fields\": [{\"field\": \"delivery_address\", \"told\": true, \"mode\": \"plain\", \"value\": \"…\", \"needed\": \"C3\", \"why\": \"…\"}], \"call\": \"7F3K-92\", \"level\": \"C3\",\n"
                  "    \"told\": 1, \"refused\": 0, \"grant\": \"9f…\", \"ledger\": 117}\n"
                  "  # with --confirm\n"
                  "  {\"call\": \"7F3K-92\", \"field\": \"postcode\", \"allowed\": true, \"right\": true, \"locked\": false, \"tries_left\": 3, \"needed\": \"C2\", \"why\": \"…\"}\n"
                  "  # with --break-glass\n"
                  "  {\"approval\": \"0a…\", \"approver\": \"omar\", \"state\": \"waiting\"}\n",
    .run = run,
};

static const cdr_opt approve_options[] = {{0}};

const cdr_cmd cdr_cmd_disclose_approve = {
    .path = "disclose approve",
    .group = "Tell only the customer",
    .summary = "approve that another employee breaks the glass",
    .args = "ID",
    .min_args = 1,
    .max_args = 1,
    .opts = approve_options,
    .flags = CDR_CMD_WORKSPACE,
    .roles = CDR_ROLES_APPROVE,
    .description = "By the login that candor disclose --break-glass named, within an hour. Whoever asked cannot approve.",
    .examples = "  candor disclose approve 0a1b2c3d4e5f6071\n",
    .json_shape = "  {\"approval\": \"0a…\", \"requested_by\": \"staff:dana\", \"reason\": \"…\"}\n",
    .run = run_approve,
};
