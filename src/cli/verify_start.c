/* SPDX-License-Identifier: Apache-2.0 */
/* candor verify start: a call begins. Whether anybody was found is not told. */
#include "base/text.h"
#include "cli/prompt.h"
#include "cli/verify.h"

#include <stdio.h>
#include <string.h>

static const struct { const char *key, *prompt; cdr_factor_kind kind; } identifiers[] = {
    {"account", "Account number: ", CDR_FACTOR_ACCOUNT},
    {"email", "E-mail address: ", CDR_FACTOR_EMAIL_ADDRESS},
    {"phone", "Telephone: ", CDR_FACTOR_PHONE_NUMBER},
    {"name", "Name: ", CDR_FACTOR_NAME},
    {"postcode", "Postcode: ", CDR_FACTOR_POSTCODE},
    {"date_of_birth", "Date of birth: ", CDR_FACTOR_DATE_OF_BIRTH},
    {"card_last4", "Last four of the card: ", CDR_FACTOR_CARD_LAST4},
};
/* The number that the caller's telephone shows is no identifier; it is typed like one, so that it stands on no command line. */
#define NUMBER_KIND ((cdr_factor_kind)-1)
#define NUMBER_TEXT_MAX 40
static const struct { const char *other, *key; } also_called[] = {
    {"e-mail", "email"}, {"e_mail", "email"}, {"mail", "email"}, {"telephone", "phone"}, {"mobile", "phone"}, {"account_number", "account"}, {"customer_number", "account"},
    {"zip", "postcode"}, {"postal_code", "postcode"}, {"birthday", "date_of_birth"}, {"dob", "date_of_birth"}, {"last4", "card_last4"},
    {"caller's_number", "number"}, {"caller_number", "number"}, {"callers_number", "number"}, {"number_shown", "number"},
};

typedef struct sayings { cdr_said list[CDR_CALL_SAID_MAX]; cdr_secret *held[CDR_CALL_SAID_MAX]; size_t count; char number[NUMBER_TEXT_MAX]; bool withheld; } sayings;

static void sayings_free(sayings *s)
{
    for (size_t i = 0; i < s->count; i++)
        cdr_secret_free(s->held[i]);
    cdr_wipe(s->number, sizeof s->number);
}

static cdr_factor_kind kind_of(const char *word, size_t len)
{
    char key[32];
    if (len >= sizeof key)
        return (cdr_factor_kind)0;
    for (size_t i = 0; i < len; i++)
        key[i] = word[i] == ' ' || word[i] == '-' ? '_' : word[i] >= 'A' && word[i] <= 'Z' ? (char)(word[i] - 'A' + 'a') : word[i];
    key[len] = '\0';
    for (size_t i = 0; i < CDR_COUNT(also_called); i++)
        if (!strcmp(also_called[i].other, key))
            snprintf(key, sizeof key, "%s", also_called[i].key);
    for (size_t i = 0; i < CDR_COUNT(identifiers); i++)
        if (!strcmp(identifiers[i].key, key))
            return identifiers[i].kind;
    return strcmp(key, "number") ? (cdr_factor_kind)0 : NUMBER_KIND;
}

static cdr_status keep_number(cdr_cli *cli, sayings *s, const char *text, size_t len)
{
    static const char *const hidden[] = {"withheld", "hidden", "private", "anonymous"};
    for (size_t i = 0; i < CDR_COUNT(hidden); i++)
        if (cdr_ascii_ieq(text, len, hidden[i], strlen(hidden[i]))) {
            s->withheld = true;
            return CDR_OK;
        }
    if (len >= sizeof s->number)
        return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "verify.number", "The caller's number is no telephone number; give it as it is shown, or say withheld.");
    memcpy(s->number, text, len);
    s->number[len] = '\0';
    return CDR_OK;
}

static cdr_status keep(cdr_cli *cli, sayings *s, cdr_factor_kind kind, cdr_secret *line, size_t from)
{
    const char *text = (const char *)cdr_secret_bytes(line);
    size_t end = cdr_secret_len(line);
    while (from < end && (text[from] == ' ' || text[from] == '\t'))
        from++;
    while (end > from && (text[end - 1] == ' ' || text[end - 1] == '\t'))
        end--;
    if (from == end) {
        cdr_secret_free(line);
        return CDR_OK;
    }
    if (kind == NUMBER_KIND) {
        cdr_status st = keep_number(cli, s, text + from, end - from);
        cdr_secret_free(line);
        return st;
    }
    if (s->count == CDR_CALL_SAID_MAX) {
        cdr_secret_free(line);
        return cdr_fail(&cli->err, CDR_E_LIMIT, "cli", "verify.many", "At most %d things are taken.", CDR_CALL_SAID_MAX);
    }
    s->list[s->count] = (cdr_said){kind, text + from, end - from};
    s->held[s->count++] = line;
    return CDR_OK;
}

/* "account: 10442". ${ret_from}: where the value begins; 0: there is no colon. */
static cdr_factor_kind name_of(const cdr_secret *line, size_t *ret_from)
{
    const char *text = (const char *)cdr_secret_bytes(line);
    const char *colon = memchr(text, ':', cdr_secret_len(line));
    size_t len = colon ? (size_t)(colon - text) : 0, from = 0;
    while (len && text[len - 1] == ' ')
        len--;
    while (from < len && text[from] == ' ')
        from++;
    *ret_from = colon ? (size_t)(colon - text) + 1 : 0;
    return kind_of(text + from, len - from);
}

static cdr_status take_line(cdr_cli *cli, sayings *s, cdr_secret *line)
{
    size_t from;
    cdr_factor_kind kind = name_of(line, &from);
    if (!kind) {
        cdr_secret_free(line);
        return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "verify.line", "Line %zu does not say what it is; write account:, email:, phone:, name:, postcode:, date_of_birth:, card_last4: or number: before what the caller says.",
                        s->count + 1);
    }
    return keep(cli, s, kind, line, from);
}

static bool is_taken(const sayings *s, cdr_factor_kind kind)
{
    bool taken = kind == NUMBER_KIND && (s->number[0] || s->withheld);
    for (size_t i = 0; i < s->count; i++)
        taken |= s->list[i].kind == kind;
    return taken;
}

/* One prompt until it is answered. Somebody who types "postcode: 97201" here means it, whatever was asked for. */
static cdr_status ask_for(cdr_cli *cli, sayings *s, cdr_factor_kind kind, const char *prompt)
{
    while (!is_taken(s, kind)) {
        cdr_secret *line;
        size_t from;
        cdr_status st = cdr_prompt_line(cli, CDR_PROMPT_SHOWN, prompt, CDR_CALL_SAID_TEXT_MAX, &line);
        if (st != CDR_OK || !line)
            return st;
        cdr_factor_kind named = name_of(line, &from);
        if (!named && from) {
            cdr_secret_free(line);
            fputs("Not understood. Type what she says alone, or behind account:, email:, phone:,\nname:, postcode:, date_of_birth:, card_last4: or number:.\n", stderr);
            continue;
        }
        st = keep(cli, s, named ? named : kind, line, named ? from : 0);
        if (st != CDR_OK || !named)
            return st;
    }
    return CDR_OK;
}

static cdr_status read_said(cdr_cli *cli, sayings *ret)
{
    cdr_status s = CDR_OK;
    cdr_secret *line;
    if (cdr_prompt_somebody()) {
        fputs("What the caller says; Enter passes over what she does not say.\n", stderr);
        const char *direction = cdr_opt_text(cli, "direction"), *channel = cdr_opt_text(cli, "channel");
        bool shows = !cdr_opt_text(cli, "number") && !cdr_opt_flag(cli, "withheld") && (!direction || strcmp(direction, "out") != 0) && (!channel || !strcmp(channel, "phone"));
        if (shows)
            s = ask_for(cli, ret, NUMBER_KIND, "Number that is shown, or withheld: ");
        for (size_t i = 0; s == CDR_OK && i < CDR_COUNT(identifiers); i++)
            s = ask_for(cli, ret, identifiers[i].kind, identifiers[i].prompt);
    } else {
        while ((s = cdr_prompt_line(cli, CDR_PROMPT_SHOWN, "", CDR_CALL_SAID_TEXT_MAX + 40, &line)) == CDR_OK)
            if (line && (s = take_line(cli, ret, line)) != CDR_OK)
                break;
    }
    return s == CDR_DONE ? CDR_OK : s;
}

static cdr_status make(cdr_cli *cli, cdr_desk *d, const sayings *said, cdr_call *ret)
{
    const char *const *names;
    uint16_t fields[CDR_CALL_FIELDS_MAX];
    const char *direction = cdr_opt_text(cli, "direction");
    cdr_verify_start v = {.channel = cdr_opt_text(cli, "channel"), .number = cdr_opt_text(cli, "number"), .withheld = cdr_opt_flag(cli, "withheld"), .purpose = cdr_opt_text(cli, "purpose"),
                          .ticket = cdr_opt_text(cli, "ticket"), .ref = cdr_opt_text(cli, "ref"), .said = said->list, .said_count = said->count, .fields = fields};
    if ((v.number || v.withheld) && (said->number[0] || said->withheld))
        return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "verify.number", "The caller's number was given twice; leave --number and --withheld out.");
    v.number = said->number[0] ? said->number : v.number;
    v.withheld |= said->withheld;
    v.direction = direction && !strcmp(direction, "out") ? CDR_CALL_OUT : CDR_CALL_IN;
    if (v.number && v.withheld)
        return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "verify.number", "The number was shown (--number) or it was not (--withheld).");
    size_t n = cdr_opt_list(cli, "field", &names);
    cdr_status s = cdr_desk_fields(cli, d, names, n, fields, &v.field_count);
    return s == CDR_OK ? cdr_verify_start_call(d->id, &v, ret, &cli->err) : s;
}

static void print(cdr_cli *cli, const cdr_desk *d, const cdr_call *c, const cdr_buf *ways, cdr_factor_kind next)
{
    cdr_cli_print(cli, "Call %s\n\n", c->call);
    if (c->direction == CDR_CALL_OUT)
        cdr_cli_print(cli, "Say          \"You can check that it is us: your call code is %s.\"\n"
                           "             Never ask for a PIN or a code in a call that you make.\n", c->code);
    cdr_cli_print(cli, "Say          \"Your call word is %s.\" It stands in every message we send.\n", c->word);
    cdr_call_print(cli, d, c);
    if (ways->len)
        cdr_cli_print(cli, "\nTo get there:\n");
    cdr_lines_print(cli, ways);
    if (next)
        cdr_cli_print(cli, "\n");
    cdr_next_print(cli, d, c, next);
}

static cdr_exit run(cdr_cli *cli)
{
    _cleanup_desk_ cdr_desk d = {0};
    _cleanup_(sayings_free) sayings said = {.count = 0};
    _cleanup_buf_ cdr_buf ways = CDR_BUF(1 << 16);
    cdr_call c;
    cdr_factor_kind next = (cdr_factor_kind)0;
    if (!cdr_opt_text(cli, "purpose"))
        return cdr_cli_usage(cli, "Say what the call is about: --purpose delivery-question; candor disclosure show lists the purposes.");
    cdr_status s = read_said(cli, &said);
    if (s == CDR_OK)
        s = cdr_desk_open(cli, &d);
    if (s == CDR_OK)
        s = make(cli, &d, &said, &c);
    if (s == CDR_OK)
        s = cdr_verify_ways(d.id, c.call, &ways, &next, &cli->err);
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    if (cli->json) {
        json_t *j = cdr_call_json(&d, &c);
        if (j)
            json_object_set_new(j, "ways", cdr_lines_json(&ways));
        if (j)
            cdr_next_json(j, next);
        return cdr_cli_print_json(cli, j, CDR_EXIT_OK);
    }
    print(cli, &d, &c, &ways, next);
    return CDR_EXIT_OK;
}

static const cdr_opt options[] = {
    {"purpose", 'p', CDR_OPT_TEXT, "PURPOSE", NULL, "what the call is about: delivery-question; needed"},
    {"field", 'f', CDR_OPT_LIST, "FIELD", NULL, "what the caller wants to hear: delivery_address; may be given again"},
    {"direction", 'd', CDR_OPT_CHOICE, "in|out", "in", "in: the customer called; out: we called"},
    {"number", 'n', CDR_OPT_TEXT, "NUMBER", NULL, "the caller's number as it was shown; better typed, as number:"},
    {"withheld", 0, CDR_OPT_FLAG, NULL, NULL, "the caller hides the number"},
    {"channel", 0, CDR_OPT_CHOICE, "phone|chat|counter", "phone", "how she came"},
    {"ticket", 't', CDR_OPT_TEXT, "TEXT", NULL, "the case it belongs to"},
    {"ref", 0, CDR_OPT_TEXT, "C-…", NULL, "the customer's reference, when the caller has it from a letter"},
    {0},
};

const cdr_cmd cdr_cmd_verify_start = {
    .path = "verify start",
    .group = "Tell only the customer",
    .summary = "begin a call: who it is about, what is asked for, what that needs",
    .max_args = 0,
    .opts = options,
    .roles = CDR_ROLES_DESK,
    .description = "The number that is shown and what the caller says she is are typed at the prompts, or come on standard input one a line (account: 10442, number: withheld). An account number, e-mail address or "
                   "telephone finds a customer; name, postcode, date of birth and the last four of the card narrow it and prove nothing. Whether anybody was found is not "
                   "told: a call about nobody goes the same way. The call ends with candor verify end, or when nothing happens in it for 15 minutes.",
    .examples = "  # the caller says her account number and her postcode\n"
                "  printf 'number: (503) 555-0142\\naccount: 10442\\npostcode: 97201\\n' | candor verify start --purpose delivery-question --field delivery_address\n"
                "  # we call; she may check the call with the code that is printed\n"
                "  printf 'account: 10442\\n' | candor verify start -p order-status --direction out --ticket T-1182 --json\n",
    .json_shape = "  {\"call\": \"7F3K-92\", \"word\": \"LARK-29\", \"direction\": \"in\", \"channel\": \"phone\", \"purpose\": \"delivery-question\", \"level\": \"C0\", \"why_level\": \"…\",\n"
                  "    \"needed\": \"C3\", \"why_needed\": \"…\", \"live\": true, \"stopped\": false, \"one_class_only\": false, \"fields\": [\"delivery_address\"], \"flags\": [],\n"
                  "    \"started\": \"…\", \"expires\": \"…\", \"code\": \"only when we call\", \"ways\": [\"Ask for …\"], \"next\": \"pin\"}\n",
    .run = run,
};
