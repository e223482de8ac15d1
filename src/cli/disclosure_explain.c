/* SPDX-License-Identifier: Apache-2.0 */
/* candor disclosure explain: one decision, why, and what would have to be proved. */
#include "cli/disclosure.h"

#include "base/text.h"
#include "cli/policy_words.h"
#include "core/vault/field.h"

#include <stdio.h>
#include <string.h>

enum { PROVED_MAX = 32, FLAGS_MAX = 32 };

typedef struct question {
    cdr_disclosure_request ask;
    cdr_cli_fields fields;      /* the field's texts are theirs */
    const char *flags[FLAGS_MAX];
    cdr_factor_kind proved[PROVED_MAX];
    size_t proved_count;
    cdr_level_answer level;
} question;

static cdr_status read_proved(cdr_cli *cli, question *q)
{
    const char *const *words, *keys[32];
    const cdr_factor_kind *kinds;
    size_t n = cdr_opt_list(cli, "proved", &words), count = cdr_factor_kinds(&kinds);
    for (size_t i = 0; i < count; i++)
        keys[i] = cdr_factor_key(kinds[i]);
    for (size_t i = 0; i < n; i++) {
        cdr_factor_kind kind = cdr_factor_by_key(words[i]);
        const char *near = cdr_text_nearest(words[i], keys, count);
        if (!kind)
            return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "disclosure.proof", "\"%.60s\" is no kind of proof; %s%s%s", words[i], near ? "did you mean " : "known are name, postcode, pin, totp, sms, callback and others that docs/disclosure.md lists",
                            near ? near : "", near ? "?" : ".");
        if (q->proved_count < PROVED_MAX)
            q->proved[q->proved_count++] = kind;
    }
    return CDR_OK;
}

static cdr_status read_field(cdr_cli *cli, question *q)
{
    const char *typed = cdr_opt_text(cli, "field"), *keys[64];
    if (!typed)
        return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "disclosure.field", "Name what is asked for: --field delivery_address");
    cdr_status s = cdr_cli_disclosure_fields(cli, &q->fields);
    if (s != CDR_OK)
        return s;
    const cdr_vault_field *f = cdr_own_fields_find(q->fields.own, typed);
    q->ask.field = f ? f->key : typed;
    q->ask.category = f ? f->category : "";
    q->ask.unspoken = f && f->flags & CDR_VF_UNSPOKEN;
    if (f || !strncmp(typed, "own:", 4))
        return CDR_OK;
    size_t n = CDR_MIN(cdr_vault_standard_field_count, CDR_COUNT(keys));
    for (size_t i = 0; i < n; i++)
        keys[i] = cdr_vault_standard_fields[i].key;
    const char *near = cdr_text_nearest(typed, keys, n);
    return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "disclosure.field", "There is no field \"%.60s\"; %s%s%s", typed, near ? "did you mean " : "one of your own is written own:KEY, and candor disclosure show names the others", near ? near : "", near ? "?" : ".");
}

/* A list is valid until the next is read, so it is copied. */
static cdr_status read_flags(cdr_cli *cli, const cdr_disclosure_policy *p, question *q)
{
    const char *const *words;
    size_t n = cdr_opt_list(cli, "flag", &words);
    for (size_t i = 0; i < n && i < FLAGS_MAX; i++) {
        if (!cdr_disclosure_has_flag(p, words[i]))
            return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "disclosure.flag", "\"%.60s\" is no flag of the policy; candor disclosure show names them.", words[i]);
        q->flags[i] = words[i];
        q->ask.flag_count = i + 1;
    }
    q->ask.flags = q->flags;
    return CDR_OK;
}

static cdr_status read_question(cdr_cli *cli, const cdr_disclosure_policy *p, question *q)
{
    const char *level = cdr_opt_text(cli, "level"), *purpose = cdr_opt_text(cli, "purpose");
    *q = (question){.ask = {.purpose = purpose, .role = cdr_opt_text(cli, "role"), .channel = cdr_opt_text(cli, "channel"), .ground = cdr_opt_flag(cli, "ground")}};
    if (!purpose)
        return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "disclosure.purpose", "Say why it is asked for: --purpose delivery-question; candor disclosure show names the purposes.");
    cdr_status s = cdr_cli_disclosure_check_words(cli, p, purpose, q->ask.channel, q->ask.role);
    if (s == CDR_OK)
        s = read_field(cli, q);
    if (s == CDR_OK)
        s = read_proved(cli, q);
    if (s == CDR_OK)
        s = read_flags(cli, p, q);
    if (s != CDR_OK)
        return s;
    cdr_disclosure_level(p, q->proved, q->proved_count, &q->level);
    if (level && q->proved_count)
        return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "disclosure.level", "Say what is proved (--proved) or the level (--level), not both.");
    if (level && !cdr_cli_disclosure_level(level, &q->level.level))
        return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "disclosure.level", "\"%.60s\" is no level; they are C0, C1, C2, C3 and C4.", level);
    q->ask.level = q->level.level;
    return CDR_OK;
}

static void print_ways(cdr_cli *cli, char *lines)
{
    for (char *line = lines; line && *line;) {
        char *end = strchr(line, '\n');
        if (end)
            *end = '\0';
        cdr_cli_wrapped(cli, 2, 4, line);
        line = end ? end + 1 : NULL;
    }
}

static cdr_exit print_text(cdr_cli *cli, const question *q, const cdr_disclosure_answer *a, char *ways)
{
    _cleanup_free_ char *proof = cdr_asprintf("Proved: %s. That is %s.", q->level.why, cdr_level_names[q->ask.level]);
    cdr_cli_wrapped(cli, 0, 0, a->why);
    if (q->proved_count) {
        cdr_cli_print(cli, "\n");
        cdr_cli_wrapped(cli, 0, 0, proof ? proof : "");
    }
    if (a->best > a->mode)
        cdr_cli_print(cli, "\nAt most: %s, from %s on.\n", cdr_mode_names[a->best], cdr_level_names[a->needed]);
    if (a->best > a->mode && *ways) {
        cdr_cli_print(cli, "What would do:\n");
        print_ways(cli, ways);
    }
    return a->mode > CDR_MODE_NEVER ? CDR_EXIT_OK : CDR_EXIT_NO;
}

static cdr_exit print_json(cdr_cli *cli, const question *q, const cdr_disclosure_answer *a, char *ways)
{
    json_t *list = json_array();
    for (char *line = ways; list && line && *line;) {
        char *end = strchr(line, '\n');
        json_array_append_new(list, json_stringn(line, end ? (size_t)(end - line) : strlen(line)));
        line = end ? end + 1 : NULL;
    }
    return cdr_cli_print_json(cli, json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:b, s:b, s:s, s:o}", "field", q->ask.field, "purpose", q->ask.purpose, "level", cdr_level_names[q->ask.level], "mode",
                                             cdr_mode_names[a->mode], "best", cdr_mode_names[a->best], "needed", cdr_level_names[a->needed], "stopped", (int)a->stopped, "one_class_only",
                                             (int)q->level.one_class_only, "why", a->why, "ways", list), a->mode > CDR_MODE_NEVER ? CDR_EXIT_OK : CDR_EXIT_NO);
}

static cdr_exit run(cdr_cli *cli)
{
    _cleanup_(cdr_disclosure_policy_freep) cdr_disclosure_policy *p = NULL;
    _cleanup_buf_ cdr_buf ways = CDR_BUF(1 << 16);
    question q = {.fields = {0}};
    cdr_disclosure_answer a;
    cdr_status s = cdr_cli_disclosure_read(cli, cdr_opt_text(cli, "policy"), &p, NULL);
    if (s == CDR_OK)
        s = read_question(cli, p, &q);
    if (s == CDR_OK)
        cdr_disclosure_decide(p, &q.ask, &a);
    if (s == CDR_OK && a.best > a.mode && a.needed <= CDR_LEVEL_C4)
        s = cdr_disclosure_ways(p, q.proved, q.proved_count, a.needed, &ways, &cli->err);
    char none[1] = "", *lines = ways.data && !cdr_opt_text(cli, "level") ? ways.data : none;
    cdr_exit code = s != CDR_OK ? cdr_cli_fail(cli, s) : cli->json ? print_json(cli, &q, &a, lines) : print_text(cli, &q, &a, lines);
    cdr_cli_fields_done(&q.fields);
    return code;
}

static const cdr_opt opts[] = {
    CDR_OPT_DISCLOSURE,
    {"field", 'f', CDR_OPT_TEXT, "FIELD", NULL, "what is asked for: delivery_address"},
    {"purpose", 'p', CDR_OPT_TEXT, "PURPOSE", NULL, "why: delivery-question"},
    {"level", 'l', CDR_OPT_TEXT, "LEVEL", NULL, "C0 to C4; or say with --proved what the caller gave"},
    {"proved", 0, CDR_OPT_LIST, "KIND", NULL, "name, postcode, pin, totp, sms, callback …; may be given again"},
    {"flag", 0, CDR_OPT_LIST, "FLAG", NULL, "a sign of fraud in this call: withheld-number; may be given again"},
    {"role", 0, CDR_OPT_TEXT, "ROLE", "staff", "owner, staff, responder, incident-manager or auditor"},
    {"channel", 0, CDR_OPT_TEXT, "CHANNEL", "phone", "phone, chat, counter, post or email"},
    {"ground", 0, CDR_OPT_FLAG, NULL, NULL, "a legal ground is recorded (for third parties)"},
    {0},
};

const cdr_cmd cdr_cmd_disclosure_explain = {
    .path = "disclosure explain",
    .group = "Tell only the customer",
    .summary = "what may be told in one situation, why, and what would be needed",
    .opts = opts,
    .description = "Asks the policy as a call would: may this field be told, for this purpose, after these proofs? Says why, and what would have to be proved for more. Exit code 0:\n"
                   "something may be told or confirmed; 1: nothing.",
    .examples = "  # a caller who knows name, postcode and PIN\n  candor disclosure explain --field delivery_address --purpose delivery-question --proved name --proved postcode --proved pin\n"
                "  # at level C3, with a hidden number\n  candor disclosure explain -f delivery_address -p delivery-question --level C3 --flag withheld-number --json\n",
    .json_shape = "  {\"field\": \"delivery_address\", \"purpose\": \"delivery-question\", \"level\": \"C2\", \"mode\": \"confirm\", \"best\": \"plain\", \"needed\": \"C3\", \"stopped\": false,\n"
                  "    \"one_class_only\": false, \"why\": \"…\", \"ways\": [\"Ask for something that she has (…).\"]}\n",
    .run = run,
};
