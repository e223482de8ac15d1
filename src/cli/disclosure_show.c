/* SPDX-License-Identifier: Apache-2.0 */
/* candor disclosure show: who may be told what, as a table. What it shows is asked of the policy field by field, as a call would ask. */
#include "cli/disclosure.h"

#include "base/text.h"
#include "cli/policy_words.h"

#include <stdio.h>
#include <string.h>

enum { STEPS_MAX = 5 };

typedef struct step { cdr_level from; cdr_mode mode; } step;

typedef struct asking {
    cdr_cli *cli;
    const cdr_disclosure_policy *p;
    const cdr_disclosure_field *fields; size_t field_count;
    const char *role, *channel;
} asking;

/* From which level on ${field} may be told how; the number of steps. */
static size_t steps_of(const asking *a, const char *purpose, const cdr_disclosure_field *field, step ret[STEPS_MAX])
{
    size_t n = 0;
    cdr_mode now = CDR_MODE_NEVER;
    for (int l = CDR_LEVEL_C0; l <= CDR_LEVEL_C4; l++) {
        cdr_disclosure_answer answer;
        cdr_disclosure_request q = {.field = field->key, .category = field->category, .unspoken = field->unspoken, .purpose = purpose, .role = a->role, .channel = a->channel, .level = (cdr_level)l,
                                    .ground = cdr_disclosure_purpose_ground(a->p, purpose)};
        cdr_disclosure_decide(a->p, &q, &answer);
        if (answer.mode > now)
            ret[n++] = (step){(cdr_level)l, now = answer.mode};
    }
    return n;
}

/* --- text --- */

static void print_levels(const asking *a)
{
    for (size_t i = 0; i <= CDR_LEVEL_C4; i++) {
        const char *means = cdr_disclosure_level_means(a->p, (cdr_level)i);
        _cleanup_free_ char *line = cdr_asprintf("%s %s", cdr_level_names[i], means);
        if (means[0])
            cdr_cli_wrapped(a->cli, 2, 5, line ? line : "");
    }
}

typedef struct row { step steps[STEPS_MAX]; size_t n; } row;

static bool same(const row *a, const row *b)
{
    bool equal = a->n == b->n;
    for (size_t k = 0; k < a->n && equal; k++)
        equal = a->steps[k].from == b->steps[k].from && a->steps[k].mode == b->steps[k].mode;
    return equal;
}

static void add_steps(cdr_buf *out, const row *r)
{
    for (size_t k = 0; k < r->n; k++)
        cdr_buf_addf(out, "%s%s %s", k ? ", " : "", cdr_level_names[r->steps[k].from], cdr_mode_names[r->steps[k].mode]);
}

/* Fields that are told alike share a line; what is not told has none. */
static void print_rows(const asking *a, const char *purpose)
{
    _cleanup_free_ row *rows = cdr_alloc_array(a->field_count + 1, sizeof *rows);
    size_t told = 0;
    for (size_t i = 0; rows && i < a->field_count; i++)
        rows[i].n = steps_of(a, purpose, &a->fields[i], rows[i].steps);
    /* What is told most comes first: that is what people call for. */
    for (size_t k = 0; rows && k < a->field_count * CDR_MODE_PLAIN; k++) {
        _cleanup_buf_ cdr_buf line = CDR_BUF(1 << 14);
        size_t i = k % a->field_count;
        bool first = rows[i].n > 0 && rows[i].steps[rows[i].n - 1].mode == CDR_MODE_PLAIN - k / a->field_count;
        for (size_t j = 0; j < i && first; j++)
            first = !same(&rows[i], &rows[j]);
        if (!first)
            continue;
        add_steps(&line, &rows[i]);
        size_t head = line.len;
        for (size_t j = i; j < a->field_count; j++)
            if (same(&rows[i], &rows[j]))
                cdr_buf_addf(&line, "%s%s", line.len == head ? ": " : ", ", a->fields[j].key);
        cdr_cli_wrapped(a->cli, 2, 6, line.data ? line.data : "");
        told++;
    }
    if (!told)
        cdr_cli_print(a->cli, "  nothing is told\n");
}

static void print_purpose(const asking *a, const char *purpose, const char *label)
{
    _cleanup_free_ char *head = cdr_asprintf("%s: %s", purpose, label);
    cdr_cli_print(a->cli, "\n");
    cdr_cli_wrapped(a->cli, 0, 2, head ? head : purpose);
    if (cdr_disclosure_purpose_ground(a->p, purpose))
        cdr_cli_print(a->cli, "  only with a recorded legal ground and the reference of its document\n");
    else
        cdr_cli_print(a->cli, "  to do what is asked: %s\n", cdr_level_names[cdr_disclosure_purpose_level(a->p, purpose, NULL, 0)]);
    print_rows(a, purpose);
}

static void print_flags(const asking *a)
{
    const char *does, *why, *key;
    for (size_t i = 0; (key = cdr_disclosure_flag(a->p, i, &does, &why)); i++) {
        _cleanup_free_ char *line = cdr_asprintf("%s: %s%s%s", key, does, why[0] ? "; " : "", why);
        if (i == 0)
            cdr_cli_print(a->cli, "\nFlags\n");
        cdr_cli_wrapped(a->cli, 2, 4, line ? line : key);
    }
}

static cdr_exit print_text(const asking *a, const char *shown, const char *only)
{
    const char *label, *key, *name = cdr_disclosure_policy_name(a->p);
    _cleanup_free_ char *head = cdr_asprintf("%s%s%s: what %s may tell by %s.", name, name[0] ? ", " : "", shown, a->role, a->channel);
    cdr_cli_wrapped(a->cli, 0, 0, head ? head : shown);
    cdr_cli_print(a->cli, "\n");
    print_levels(a);
    for (size_t i = 0; (key = cdr_disclosure_purpose(a->p, i, &label)); i++)
        if (!only || !strcmp(only, key))
            print_purpose(a, key, label);
    if (!only)
        print_flags(a);
    cdr_cli_print(a->cli, "\n");
    cdr_cli_wrapped(a->cli, 0, 0, "confirm: yes or no to what the caller says. send-to-record: sent to the address on file, told to nobody. What is not listed is not told.");
    return CDR_EXIT_OK;
}

/* --- JSON --- */

static json_t *fields_json(const asking *a, const char *purpose)
{
    json_t *all = json_object();
    for (size_t i = 0; all && i < a->field_count; i++) {
        step steps[STEPS_MAX];
        size_t n = steps_of(a, purpose, &a->fields[i], steps);
        json_t *one = n ? json_object() : NULL;
        for (size_t k = 0; k < n; k++)
            json_object_set_new(one, cdr_level_names[steps[k].from], json_string(cdr_mode_names[steps[k].mode]));
        if (n && json_object_set_new(all, a->fields[i].key, one)) {
            json_decref(all);
            return NULL;
        }
    }
    return all;
}

static cdr_exit print_json(const asking *a, const char *shown, const char *only)
{
    const char *label, *key, *does, *why;
    json_t *purposes = json_array(), *flags = json_array(), *levels = json_object();
    for (int l = CDR_LEVEL_C0; levels && l <= CDR_LEVEL_C4; l++)
        json_object_set_new(levels, cdr_level_names[l], json_string(cdr_disclosure_level_means(a->p, (cdr_level)l)));
    for (size_t i = 0; purposes && (key = cdr_disclosure_purpose(a->p, i, &label)); i++)
        if (!only || !strcmp(only, key))
            json_array_append_new(purposes, json_pack("{s:s, s:s, s:s, s:b, s:o}", "purpose", key, "label", label, "needs", cdr_level_names[cdr_disclosure_purpose_level(a->p, key, NULL, 0)], "ground",
                                                      (int)cdr_disclosure_purpose_ground(a->p, key), "fields", fields_json(a, key)));
    for (size_t i = 0; flags && (key = cdr_disclosure_flag(a->p, i, &does, &why)); i++)
        json_array_append_new(flags, json_pack("{s:s, s:s, s:s}", "flag", key, "does", does, "why", why));
    return cdr_cli_print_json(a->cli, json_pack("{s:s, s:s, s:s, s:s, s:o, s:o, s:o}", "policy", cdr_disclosure_policy_name(a->p), "from", shown, "role", a->role, "channel", a->channel, "levels", levels,
                                                "purposes", purposes, "flags", flags), CDR_EXIT_OK);
}

static cdr_exit told_page(cdr_cli *cli, const char *path)
{
    _cleanup_free_ char *shown = cdr_cli_shown(path);
    if (cli->json)
        return cdr_cli_print_json(cli, json_pack("{s:s}", "file", shown ? shown : ""), CDR_EXIT_OK);
    cdr_cli_say(cli, "Wrote %s.\n", shown ? shown : "");
    return CDR_EXIT_OK;
}

static cdr_exit run(cdr_cli *cli)
{
    _cleanup_(cdr_disclosure_policy_freep) cdr_disclosure_policy *p = NULL;
    _cleanup_free_ char *shown = NULL;
    const char *only = cdr_opt_text(cli, "purpose"), *role = cdr_opt_text(cli, "role"), *channel = cdr_opt_text(cli, "channel"), *page = cdr_opt_text(cli, "html");
    cdr_status s = cdr_cli_disclosure_read(cli, cdr_opt_text(cli, "policy"), &p, &shown);
    if (s == CDR_OK)
        s = cdr_cli_disclosure_check_words(cli, p, only, channel, role);
    cdr_cli_fields fields = {0};
    if (s == CDR_OK)
        s = cdr_cli_disclosure_fields(cli, &fields);
    if (s == CDR_OK && page)
        s = cdr_cli_disclosure_page(cli, p, &fields, shown, role, channel, page);
    const asking a = {cli, p, fields.at, fields.count, role, channel};
    cdr_exit code = s != CDR_OK ? cdr_cli_fail(cli, s) : page ? told_page(cli, page) : cli->json ? print_json(&a, shown, only) : print_text(&a, shown, only);
    cdr_cli_fields_done(&fields);
    return code;
}

static const cdr_opt opts[] = {
    CDR_OPT_DISCLOSURE,
    {"purpose", 0, CDR_OPT_TEXT, "PURPOSE", NULL, "only this purpose"},
    {"role", 0, CDR_OPT_TEXT, "ROLE", "staff", "for whom: owner, staff, responder, incident-manager or auditor"},
    {"channel", 0, CDR_OPT_TEXT, "CHANNEL", "phone", "by what: phone, chat, counter, post or email"},
    {"html", 0, CDR_OPT_TEXT, "FILE", NULL, "write a page to hang up beside the telephone"},
    {0},
};

const cdr_cmd cdr_cmd_disclosure_show = {
    .path = "disclosure show",
    .group = "Tell only the customer",
    .summary = "who may be told what, for which purpose, after which proof",
    .opts = opts,
    .description = "Shows the disclosure policy as it answers: for every purpose the fields that may be told, from which level on and how. The policy is disclosure.yaml of the\n"
                   "workspace, or without one the policy that comes with Candor.",
    .examples = "  # what staff may tell on the telephone\n  candor disclosure show\n  # one purpose, in a chat, as data\n  candor disclosure show --purpose delivery-question --channel chat --json\n"
                "  # a page to print\n  candor disclosure show --html who-may-be-told.html\n",
    .json_shape = "  {\"policy\": \"Tell only the customer\", \"from\": \"…\", \"role\": \"staff\", \"channel\": \"phone\", \"levels\": {\"C1\": \"Found. …\", …},\n"
                  "    \"purposes\": [{\"purpose\": \"delivery-question\", \"label\": \"…\", \"needs\": \"C2\", \"ground\": false,\n"
                  "      \"fields\": {\"delivery_address\": {\"C2\": \"confirm\", \"C3\": \"plain\"}, …}}, …],\n"
                  "    \"flags\": [{\"flag\": \"not-me\", \"does\": \"stops the call\", \"why\": \"…\"}, …]}\n",
    .run = run,
};
