/* SPDX-License-Identifier: Apache-2.0 */
/* candor playbook check: does a playbook keep the rules of CACAO 2.0, and can it be carried out? */
#include "core/cacao/outline.h"
#include "core/cacao/check.h"

#include "base/words.h"
#include "cli/playbook.h"
#include "cli/playbook_signed.h"
#include "cli/policy_words.h"

#include <string.h>

enum { SHOWN = 60 };

static json_t *finding_json(const cdr_cacao_finding *f)
{
    return json_pack("{s:s, s:b, s:s, s:s, s:s, s:s}", "level", cdr_cacao_level_name(f->level), "fatal", (int)f->fatal, "id", f->id, "clause", f->clause, "where", f->where, "text", f->text);
}

static const char *verdict_word(const cdr_cacao_verdict *v, cdr_signed_by by)
{
    return !v->runnable ? "errors" : v->count || by == CDR_SIGNED_BADLY ? "warnings" : "good";
}

static json_t *verdict_json(const char *file, const cdr_playbook *p, const cdr_cacao_verdict *v, cdr_signed_by by)
{
    json_t *list = json_array();
    for (size_t i = 0; list && i < v->count; i++)
        if (json_array_append_new(list, finding_json(&v->findings[i]))) {
            json_decref(list);
            return NULL;
        }
    return list ? json_pack("{s:s, s:s, s:s, s:s, s:s, s:I, s:b, s:i, s:i, s:i, s:b, s:b, s:o}", "file", file, "verdict", verdict_word(v, by), "name", cdr_playbook_name(p), "id", cdr_playbook_id(p), "modified",
                            cdr_playbook_modified(p), "steps", (json_int_t)cdr_playbook_step_count(p), "runnable", (int)v->runnable, "errors", (int)v->errors, "warnings", (int)v->warnings, "structure",
                            (int)v->structure, "more", (int)v->more, "changed_after_signed", (int)(by == CDR_SIGNED_BADLY), "findings", list) : NULL;
}

static void headline(cdr_cli *cli, const char *file, const cdr_playbook *p, const cdr_cacao_verdict *v, cdr_signed_by by)
{
    _cleanup_buf_ cdr_buf text = CDR_BUF(8000);
    const struct { unsigned count; const char *one, *many; } parts[] = {{v->errors, "error", "errors"}, {v->structure, "fault of structure", "faults of structure"}, {v->warnings, "warning", "warnings"}};
    cdr_buf_addf(&text, "%s: %s, ", file, !v->runnable ? "cannot be carried out" : v->count || by == CDR_SIGNED_BADLY ? "can be carried out" : "good");
    cdr_words_count(&text, cdr_playbook_steps_for_people(p), "step for people", "steps for people");
    for (size_t i = 0; i < CDR_COUNT(parts); i++)
        if (parts[i].count) {
            cdr_buf_adds(&text, ", ");
            cdr_words_count(&text, parts[i].count, parts[i].one, parts[i].many);
        }
    cdr_buf_adds(&text, ".");
    cdr_cli_wrapped(cli, 0, 2, text.data ? text.data : file);
}

/* Identifiers by the first eight digits of their UUIDs, which tell them apart on a screen; --json has them whole. */
static void put_short(cdr_buf *out, const char *where)
{
    static const char digits[] = "0123456789abcdefABCDEF-";
    for (const char *at; (at = strstr(where, "--")) != NULL; where = at) {
        size_t uuid = strspn(at + 2, digits);
        cdr_buf_add(out, where, (size_t)(at - where) + (uuid == 36 ? 10 : 2));
        cdr_buf_adds(out, uuid == 36 ? "…" : "");
        at += 2 + (uuid == 36 ? uuid : 0);
    }
    cdr_buf_adds(out, where);
}

/* People know steps by their names: action "Lock it"/commands[0]. */
static void put_place(cdr_buf *out, const cdr_playbook *p, const char *where)
{
    static const char head[] = "workflow/";
    size_t n = strncmp(where, head, strlen(head)) == 0 ? strlen(head) : 0, len = n ? strcspn(where + n, "/") : 0;
    _cleanup_free_ char *id = len ? cdr_strndup(where + n, len) : NULL;
    const cdr_step *s = id ? cdr_playbook_step(p, cdr_playbook_find_step(p, id)) : NULL;
    if (s && s->name && *s->name)
        cdr_buf_addf(out, "%s \"%s\"", s->type_name, s->name);
    put_short(out, s && s->name && *s->name ? where + n + len : *where ? where : "the playbook");
}

static void print_finding(cdr_cli *cli, const cdr_playbook *p, const cdr_cacao_finding *f)
{
    _cleanup_buf_ cdr_buf line = CDR_BUF(4000), text = CDR_BUF(4000);
    cdr_buf_addf(&line, "%s: ", cdr_cacao_level_name(f->level));
    put_place(&line, p, f->where);
    bool own = strcmp(f->clause, "Candor") == 0;
    cdr_buf_addf(&text, "%s (%s%s)", f->text, own ? "the Candor extension" : "CACAO ", own ? "" : f->clause);
    _cleanup_free_ char *place = cdr_cli_shown(line.data ? line.data : ""), *shown = cdr_cli_shown(text.data ? text.data : "");
    cdr_cli_wrapped(cli, 2, 4, place ? place : "");
    cdr_cli_wrapped(cli, 6, 6, shown ? shown : "");
}

/* What keeps it from being carried out first. */
static void print_text(cdr_cli *cli, const char *file, const cdr_playbook *p, const cdr_cacao_verdict *v, cdr_signed_by by)
{
    if (cli->quiet)
        return;
    headline(cli, file, p, v, by);
    if (by == CDR_SIGNED_BADLY)
        cdr_cli_wrapped(cli, 2, 2, "It was CHANGED AFTER IT WAS SIGNED. Where that was meant, sign the new version: candor playbook sign; else take back the signed one.");
    size_t told = 0;
    for (int fatal = 1; fatal >= 0; fatal--)
        for (size_t i = 0; i < v->count; i++)
            if (v->findings[i].fatal == (bool)fatal && told++ < SHOWN)
                print_finding(cli, p, &v->findings[i]);
    if (told > SHOWN || v->more)
        cdr_cli_print(cli, "  %zu more%s; --json lists them.\n", told - SHOWN, v->more ? " and further ones" : "");
}

/* ${ret}: exit code of this file. */
static cdr_status check_one(cdr_cli *cli, const char *wanted, json_t *list, cdr_exit *ret)
{
    _cleanup_(cdr_playbook_freep) cdr_playbook *p = NULL;
    _cleanup_(cdr_cacao_verdict_done) cdr_cacao_verdict v = {0};
    _cleanup_free_ char *file = cdr_cli_shown(wanted);
    const cdr_cacao_options options = {.lenient = cdr_opt_flag(cli, "lenient")};
    if (!file)
        return cdr_fail_nomem(&cli->err, "cli");
    cdr_status s = cdr_cli_playbook_open(cli, wanted, &p);
    if (s == CDR_OK)
        s = cdr_playbook_check(p, &options, &v, &cli->err);
    cdr_signed_by by = CDR_SIGNED_NOBODY;
    if (s == CDR_OK)
        s = cdr_cli_signed_by(cli, p, &by, NULL);
    if (s == CDR_E_NOMEM || s == CDR_E_CANCELLED)
        return s;
    if (s != CDR_OK) {
        *ret = cdr_exit_of(s);
        json_t *problem = cli->json ? cdr_cli_error_json(cli, s) : NULL;
        if (!cli->json)
            cdr_cli_fail(cli, s);
        else if (!problem || json_array_append_new(list, json_pack("{s:s, s:s, s:o}", "file", file, "verdict", "unreadable", "problem", problem)))
            return cdr_fail_nomem(&cli->err, "cli");
        return CDR_OK;
    }
    *ret = v.runnable ? CDR_EXIT_OK : CDR_EXIT_NO;
    if (!cli->json)
        print_text(cli, file, p, &v, by);
    else if (json_array_append_new(list, verdict_json(file, p, &v, by)))
        return cdr_fail_nomem(&cli->err, "cli");
    return CDR_OK;
}

static cdr_exit run(cdr_cli *cli)
{
    cdr_exit worst = CDR_EXIT_OK;
    json_t *list = json_array();
    cdr_status s = list ? CDR_OK : cdr_fail_nomem(&cli->err, "cli");
    for (int i = 0; s == CDR_OK && i < cli->argc; i++) {
        cdr_exit code = CDR_EXIT_OK;
        s = check_one(cli, cli->argv[i], list, &code);
        worst = CDR_MAX(worst, code);
    }
    if (s == CDR_OK && cli->json)
        return cdr_cli_print_json(cli, json_pack("{s:o}", "playbooks", list), worst);
    json_decref(list);
    return s == CDR_OK ? worst : cdr_cli_fail(cli, s);
}

static const cdr_opt options[] = {
    {"lenient", 'l', CDR_OPT_FLAG, NULL, NULL, "conditions as many playbooks write them (a word without quotes, a variable alone) are warnings"},
    {0},
};

const cdr_cmd cdr_cmd_playbook_check = {
    .path = "playbook check",
    .group = "Be ready",
    .summary = "does a playbook keep the rules, and can it be carried out?",
    .args = "NAME|FILE...",
    .min_args = 1,
    .max_args = -1,
    .opts = options,
    .flags = CDR_CMD_NO_SESSION,
    .roles = CDR_ROLES_READ,
    .description = "Holds each playbook against CACAO 2.0, the standard for playbooks, as it is written (the published schemas let pass what it forbids, and refuse what it allows), and against the rules of the Candor "
                   "extension. An error is a broken rule. A finding of structure is about how steps hang together: an end that two branches share, a step that nothing leads to. A warning is good advice, a word that "
                   "others may not know, or a rule of mere form. Each finding says where, what to do, and which clause.\n\n"
                   "Steps, commands, agents and extensions of types that nobody knows are warnings: they are kept and shown, and people are asked to do them; they are never carried out by themselves.\n\n"
                   "No workspace is needed; - reads standard input. The exit code is 0 when all can be carried out (there may be warnings), 1 when one cannot, 2 when one cannot be read, 3 when there is no such file or name.",
    .examples = "  candor playbook check customer-data-breach\n"
                "  candor playbook check our-breach.json theirs.json --json\n",
    .json_shape = "  {\"playbooks\": [{\"file\": \"our-breach.json\", \"verdict\": \"good|warnings|errors|unreadable\", \"name\": \"…\", \"id\": \"playbook--…\", \"modified\": \"…\", \"steps\": 44, \"runnable\": true,\n"
                  "    \"errors\": 0, \"warnings\": 1, \"structure\": 0, \"more\": false, \"changed_after_signed\": false, \"findings\": [{\"level\": \"warning\", \"fatal\": false, \"id\": \"activity.unused\", \"clause\": \"3.1\",\n"
                  "      \"where\": \"playbook_activities[0]\", \"text\": \"…\"}]}, {\"file\": \"theirs.json\", \"verdict\": \"unreadable\", \"problem\": {\"id\": \"…\", \"message\": \"…\", \"exit\": 2}}]}\n",
    .run = run,
};
