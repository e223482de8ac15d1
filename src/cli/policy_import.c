/* SPDX-License-Identifier: Apache-2.0 */
/* candor policy import: rules from a fides manifest, shown, or written into policy.yaml without touching what stands there. */
#include "base/io.h"
#include "base/text.h"
#include "base/yaml.h"
#include "cli/policy.h"
#include "core/minimise/fides_policy.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define FILE_MAX (4u << 20)

static cdr_status as_yaml(const json_t *rules, cdr_buf *out, cdr_err *err)
{
    _cleanup_json_ json_t *whole = json_pack("{s:O}", "rules", rules);
    return whole ? cdr_yaml_write(whole, out, err) : cdr_fail_nomem(err, "cli");
}

/* --- into a file that people wrote --- */

typedef struct place { size_t at; size_t indent; bool found, inline_list; } place;   /* where entries go, and how far they are moved to the right */

/* The line after "rules:" of the first column, and how far its entries stand to the right. */
static place find_rules(const char *text, size_t len)
{
    place p = {.at = len, .indent = 2};
    for (size_t at = 0; at < len;) {
        const char *line = text + at, *end = memchr(line, '\n', len - at);
        size_t n = end ? (size_t)(end - line) : len - at;
        size_t next = at + n + (end != NULL), blanks = strspn(line, " ");
        if (!p.found && n >= 6 && !strncmp(line, "rules:", 6)) {
            size_t rest = 6 + strspn(line + 6, " ");
            p = (place){.at = next, .indent = 2, .found = true, .inline_list = rest < n && line[rest] != '#' && line[rest] != '\r'};
        } else if (p.found && blanks < n && line[blanks] == '-') {
            p.indent = blanks;
            break;
        } else if (p.found && blanks < n && line[blanks] != '#' && line[blanks] != '\r') {
            break;
        }
        at = next;
    }
    return p;
}

static void add_moved(cdr_buf *out, const char *text, size_t len, size_t indent)
{
    for (size_t at = 0; at < len;) {
        const char *end = memchr(text + at, '\n', len - at);
        size_t n = end ? (size_t)(end - (text + at)) + 1 : len - at;
        for (size_t i = 0; i < indent && n > 1; i++)
            cdr_buf_addc(out, ' ');
        cdr_buf_add(out, text + at, n);
        at += n;
    }
}

/* ${out}: ${text} with the rules in front of its own. */
static cdr_status put_in(const char *text, size_t len, const json_t *rules, cdr_buf *out, cdr_err *err)
{
    _cleanup_buf_ cdr_buf entries = CDR_BUF(FILE_MAX);
    place p = find_rules(text, len);
    cdr_status s = cdr_yaml_write(rules, &entries, err);
    if (s == CDR_OK && p.inline_list)
        s = cdr_fail(err, CDR_E_INVAL, "cli", "policy.inline", "The rules of policy.yaml stand on one line; write them as a list with dashes first, or take what candor policy import prints.");
    if (s != CDR_OK)
        return s;
    cdr_buf_add(out, text, p.at);
    if (p.at > 0 && text[p.at - 1] != '\n')
        cdr_buf_addc(out, '\n');
    if (!p.found)
        cdr_buf_adds(out, "\nrules:\n");
    add_moved(out, entries.data ? entries.data : "", entries.len, p.indent);
    cdr_buf_add(out, text + p.at, len - p.at);
    return cdr_buf_status(out) == CDR_OK ? CDR_OK : cdr_fail(err, cdr_buf_status(out), "cli", "policy.too-large", "The policy would become too large.");
}

/* Ids that the policy has already: theirs get a number more. */
static bool is_taken(const cdr_policy *p, const char *id)
{
    for (size_t i = 0; i < p->rule_count; i++)
        if (!strcmp(p->rules[i].head.id, id))
            return true;
    for (size_t i = 0; i < p->form_count; i++)
        if (!strcmp(p->forms[i].head.id, id))
            return true;
    for (size_t i = 0; i < p->place_count; i++)
        if (!strcmp(p->places[i].head.id, id))
            return true;
    for (size_t i = 0; i < p->retention_count; i++)
        if (!strcmp(p->retention[i].head.id, id))
            return true;
    for (size_t i = 0; i < p->promise_count; i++)
        if (!strcmp(p->promises[i].head.id, id))
            return true;
    return false;
}

/* A rule that was imported before, unchanged, is not taken again. */
static bool is_there(const cdr_policy *p, const json_t *rule)
{
    const json_t *rules = json_object_get(p->tree, "rules");
    for (size_t i = 0; i < json_array_size(rules); i++) {
        const json_t *own = json_array_get(rules, i);
        if (json_equal((json_t *)(uintptr_t)json_object_get(own, "when"), json_object_get(rule, "when")) && json_equal(json_object_get(own, "title"), json_object_get(rule, "title")))
            return true;
    }
    return false;
}

static cdr_status fit_in(const cdr_policy *p, json_t *rules, size_t *ret_there, cdr_err *err)
{
    *ret_there = 0;
    for (size_t i = json_array_size(rules); i-- > 0;)
        if (is_there(p, json_array_get(rules, i))) {
            json_array_remove(rules, i);
            ++*ret_there;
        }
    for (size_t i = 0; i < json_array_size(rules); i++) {
        json_t *rule = json_array_get(rules, i);
        char id[80];
        snprintf(id, sizeof id, "%s", cdr_json_str(rule, "id"));
        for (unsigned n = 2; is_taken(p, id); n++)
            snprintf(id, sizeof id, "%.50s-%u", cdr_json_str(rule, "id"), n);
        if (json_object_set_new(rule, "id", json_string(id)))
            return cdr_fail_nomem(err, "cli");
    }
    return CDR_OK;
}

typedef struct import { json_t *rules, *notes; size_t there; } import;

/* Written only when the whole reads as before with the new rules in front. */
static cdr_status merge(cdr_cli *cli, import *m)
{
    _cleanup_free_ char *path = cdr_cli_policy_path(cli);
    _cleanup_buf_ cdr_buf old = CDR_BUF(FILE_MAX), whole = CDR_BUF(FILE_MAX);
    _cleanup_(cdr_policy_freep) cdr_policy *before = NULL, *after = NULL;
    if (!path)
        return cdr_fail_nomem(&cli->err, "cli");
    if (access(path, F_OK))
        return cdr_fail(&cli->err, CDR_NOT_FOUND, "cli", "policy.none", "There is no policy to put the rules into. Begin with one that comes with Candor: candor policy init --template small-shop");
    cdr_status s = cdr_file_read_regular(path, &old, &cli->err);
    if (s == CDR_OK)
        s = cdr_cli_policy_parse(cli, old.data ? old.data : "", old.len, path, &before);
    if (s == CDR_OK)
        s = fit_in(before, m->rules, &m->there, &cli->err);
    if (s != CDR_OK || json_array_size(m->rules) == 0)
        return s;
    s = put_in(old.data ? old.data : "", old.len, m->rules, &whole, &cli->err);
    if (s == CDR_OK)
        s = cdr_cli_policy_parse(cli, whole.data, whole.len, path, &after);
    if (s == CDR_OK && after->rule_count != before->rule_count + json_array_size(m->rules))
        s = cdr_fail(&cli->err, CDR_E_INVAL, "cli", "policy.merge", "The rules cannot be put into policy.yaml as it is written; take what candor policy import prints into it by hand.");
    if (s == CDR_OK)
        s = cdr_file_write(path, whole.data, whole.len, 0600, &cli->err);
    return s == CDR_OK ? cdr_cli_policy_enter(cli, after) : s;
}

/* --- the verb --- */

static void print_notes(const json_t *notes)
{
    for (size_t i = 0; i < json_array_size(notes); i++) {
        const char *text = json_string_value(json_array_get(notes, i));
        _cleanup_buf_ cdr_buf safe = CDR_BUF(1 << 14);
        cdr_text_escape(&safe, text, strlen(text));
        fprintf(stderr, "candor: %s\n", safe.data ? safe.data : "");
    }
}

static cdr_exit print(cdr_cli *cli, const import *m, bool merged)
{
    size_t n = json_array_size(m->rules);
    if (cli->json)
        return cdr_cli_print_json(cli, json_pack("{s:O, s:O, s:b, s:I}", "rules", m->rules, "notes", m->notes, "merged", (int)merged, "already_there", (json_int_t)m->there), CDR_EXIT_OK);
    print_notes(m->notes);
    if (merged) {
        cdr_cli_say(cli, "%zu rule%s put into policy.yaml, %zu there already.\n", n, n == 1 ? "" : "s", m->there);
        return CDR_EXIT_OK;
    }
    _cleanup_buf_ cdr_buf out = CDR_BUF(FILE_MAX);
    cdr_status s = as_yaml(m->rules, &out, &cli->err);
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    cdr_cli_print(cli, "%s", out.data ? out.data : "");
    return CDR_EXIT_OK;
}

static cdr_exit run(cdr_cli *cli)
{
    bool merged = cdr_opt_flag(cli, "merge");
    _cleanup_buf_ cdr_buf text = CDR_BUF(FILE_MAX);
    _cleanup_free_ char *shown = cdr_cli_shown(cli->argv[0]);
    import m = {NULL, NULL, 0};
    cdr_status s = shown ? cdr_file_read_regular(cli->argv[0], &text, &cli->err) : cdr_fail_nomem(&cli->err, "cli");
    if (s == CDR_OK)
        s = cdr_minimise_fides_policy(text.data ? text.data : "", text.len, shown, &m.rules, &m.notes, &cli->err);
    if (s == CDR_OK && merged)
        s = cdr_cli_open_workspace(cli, CDR_WORKSPACE_WRITE);
    if (s == CDR_OK && merged)
        s = merge(cli, &m);
    cdr_exit code = s == CDR_OK ? print(cli, &m, merged) : cdr_cli_fail(cli, s);
    json_decref(m.rules);
    json_decref(m.notes);
    return code;
}

static const cdr_opt opts[] = {
    {"merge", 0, CDR_OPT_FLAG, NULL, NULL, "put the rules into policy.yaml of the workspace"},
    {0},
};

const cdr_cmd cdr_cmd_policy_import = {
    .path = "policy import",
    .group = "Keep less",
    .summary = "rules from the policies of a fides manifest",
    .args = "FILE",
    .min_args = 1,
    .max_args = 1,
    .opts = opts,
    .roles = CDR_ROLES_OWNER,
    .description = "Reads the list `policy` of a fides manifest and prints its rules as policy.yaml has them; ANY, ALL, NONE and OTHER mean the same here. Old keys of the taxonomy\n"
                   "become today's. With --merge they are put in front of the rules of the workspace's policy, whose other lines and comments stay; a rule that is there already is\n"
                   "not taken twice. Where Candor judges more strictly than fides (missing facts, broad declarations), the result is unknown instead of a pass.",
    .examples = "  # look at them first\n  candor policy import .fides/policy.yml\n  # then take them over\n  candor policy import .fides/policy.yml --merge\n",
    .json_shape = "  {\"rules\": [{\"id\": \"no-sale\", \"title\": \"…\", \"when\": {…}}], \"notes\": [], \"merged\": false, \"already_there\": 0}\n",
    .run = run,
};
