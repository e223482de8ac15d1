/* SPDX-License-Identifier: Apache-2.0 */
/* candor playbook show: what a playbook asks of whom, by when and why: in the terminal, as a flow chart, as a page, and as a sheet for the day the computers are down. */
#include "core/playbook/show.h"

#include "base/io.h"
#include "base/text.h"
#include "base/words.h"
#include "cli/playbook.h"
#include "cli/policy_words.h"
#include "cli/session.h"
#include "core/incident/team.h"

#include <stdio.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#define FILE_MAX (32u << 20)

/* --- in the terminal --- */

static const char *str(const json_t *j, const char *key)
{
    const char *s = cdr_json_str(j, key);
    return s ? s : "";
}

/* ${s} as a paragraph, escaped; behind ${head}. */
static void paragraph(cdr_cli *cli, int indent, const char *head, const char *s)
{
    if (!*s)
        return;
    _cleanup_free_ char *text = cdr_asprintf("%s%s", head, s);
    cdr_cli_lines(cli, indent, indent, text ? text : "", false);
}

/* A command behind its type; one of several lines stands below it, line for line. */
static void print_command(cdr_cli *cli, int indent, const json_t *command)
{
    const char *text = str(command, "text"), *content = str(command, "content");
    bool manual = json_is_true(json_object_get(command, "manual")), lines = strchr(text, '\n') != NULL;
    _cleanup_free_ char *kind = manual ? cdr_strdup("") : cdr_asprintf(lines ? "%s:" : "%s: ", str(command, "type"));
    paragraph(cli, indent, !manual && lines ? "" : kind ? kind : "", !manual && lines ? kind : text);
    if (!manual && lines)
        cdr_cli_lines(cli, indent + 2, indent + 2, text, true);
    size_t i;
    json_t *header;
    json_array_foreach(json_object_get(command, "headers"), i, header)
        cdr_cli_lines(cli, indent + 2, indent + 2, json_string_value(header) ? json_string_value(header) : "", true);
    cdr_cli_lines(cli, indent + 2, indent + 2, content, true);
}

static void list_of(cdr_buf *out, const json_t *list, const char *between)
{
    size_t i;
    json_t *item;
    json_array_foreach(list, i, item)
        cdr_buf_addf(out, "%s%s", i ? between : "", json_string_value(item) ? json_string_value(item) : "");
}

static void print_questions(cdr_cli *cli, int indent, const json_t *step)
{
    size_t i;
    json_t *question;
    json_array_foreach(json_object_get(step, "questions"), i, question) {
        cdr_buf text _cleanup_buf_ = CDR_BUF(1u << 20);
        cdr_buf_addf(&text, "%s", str(question, "ask"));
        const json_t *choices = json_object_get(question, "choices");
        if (json_array_size(choices))
            cdr_buf_addc(&text, ' ');
        list_of(&text, choices, " / ");
        paragraph(cli, indent, "Answer: ", text.data ? text.data : "");
    }
}

/* "within 4 hours of the discovery; if late, call the deputy" */
static void print_clock(cdr_cli *cli, int indent, const json_t *step)
{
    cdr_buf line _cleanup_buf_ = CDR_BUF(1u << 16), late _cleanup_buf_ = CDR_BUF(1u << 15);
    list_of(&late, json_object_get(step, "late"), "; ");
    cdr_buf_adds(&line, str(step, "who"));
    if (*str(step, "when"))
        cdr_buf_addf(&line, "%s%s", line.len ? ", " : "", str(step, "when"));
    if (*str(step, "waits"))
        cdr_buf_addf(&line, "%swaits %s first", line.len ? ", " : "", str(step, "waits"));
    if (late.len)
        cdr_buf_addf(&line, "%sif late, %s", line.len ? "; " : "", late.data);
    paragraph(cli, indent, "", line.data ? line.data : "");
}

static void print_step(cdr_cli *cli, const json_t *step, int indent)
{
    cdr_buf head _cleanup_buf_ = CDR_BUF(1u << 16);
    cdr_buf_addf(&head, "%s. %s", str(step, "number"), str(step, "name"));
    if (*str(step, "word"))
        cdr_buf_addf(&head, " (%s%s%s)", str(step, "word"), *str(step, "asks") ? ": " : "", str(step, "asks"));
    if (json_is_true(json_object_get(step, "decision")))
        cdr_buf_adds(&head, " [decision]");
    int inner = indent + (int)strlen(str(step, "number")) + 2;
    _cleanup_free_ char *safe = cdr_cli_shown(head.data ? head.data : "");
    cdr_cli_print(cli, "\n");
    cdr_cli_wrapped(cli, indent, inner, safe ? safe : "");
    print_clock(cli, inner, step);
    size_t i;
    json_t *command;
    json_array_foreach(json_object_get(step, "what"), i, command)
        print_command(cli, inner, command);
    cdr_buf targets _cleanup_buf_ = CDR_BUF(1u << 20);
    json_t *target;
    json_array_foreach(json_object_get(step, "targets"), i, target)
        cdr_buf_addf(&targets, "%s%s", i ? ", " : "", str(target, "words"));
    if (json_is_true(json_object_get(step, "machine")))
        paragraph(cli, inner, "Agent: ", str(json_object_get(step, "agent"), "words"));
    paragraph(cli, inner, "Target: ", targets.data ? targets.data : "");
    paragraph(cli, inner, "", str(step, "about"));
    print_questions(cli, inner, step);
    if (*str(step, "approve"))
        paragraph(cli, inner, json_is_true(json_object_get(step, "two_person")) ? "Approved, by somebody else than who answered: " : "Approved by: ", str(step, "approve"));
    if (json_is_true(json_object_get(step, "evidence")))
        paragraph(cli, inner, "", "Evidence has to be shown.");
    paragraph(cli, inner, "Why: ", str(step, "why"));
}

static void print_node(cdr_cli *cli, const json_t *n)
{
    const char *kind = str(n, "kind");
    int depth = (int)json_integer_value(json_object_get(n, "depth")), indent = 2 * CDR_MIN(depth, 8);
    if (!strcmp(kind, "step"))
        print_step(cli, n, indent);
    else if (!strcmp(kind, "branch")) {
        cdr_cli_print(cli, "\n");
        paragraph(cli, CDR_MAX(indent - 2, 0), "", str(n, "label"));
        if (json_is_true(json_object_get(n, "nothing")))
            paragraph(cli, indent, "", "nothing to do");
    } else if (!strcmp(kind, "goto"))
        paragraph(cli, indent, *str(n, "number") ? "Go on at " : "Go on at the step ", *str(n, "number") ? str(n, "number") : str(n, "name"));
    else
        {
        cdr_cli_print(cli, "\n");
        paragraph(cli, indent, "", str(n, "name"));
    }
}

static void print_text(cdr_cli *cli, const json_t *d)
{
    cdr_buf roles _cleanup_buf_ = CDR_BUF(1u << 16), line _cleanup_buf_ = CDR_BUF(1u << 16);
    paragraph(cli, 0, "", str(d, "title"));
    paragraph(cli, 0, "", str(d, "headline"));
    paragraph(cli, 0, "", str(d, "description"));
    list_of(&roles, json_object_get(d, "roles"), ", ");
    cdr_words_count(&line, (uint64_t)json_integer_value(json_object_get(d, "people_count")), "step for people", "steps for people");
    cdr_buf_addf(&line, " (numbered 1 to %lld with those that choose the way)", (long long)json_integer_value(json_object_get(d, "step_count")));
    cdr_buf_addf(&line, ", version of %.10s", str(d, "version"));
    if (*str(d, "review"))
        cdr_buf_addf(&line, ", to be reviewed every %s", str(d, "review"));
    if (*str(d, "tlp"))
        cdr_buf_addf(&line, ", marked %s", str(d, "tlp"));
    cdr_buf_adds(&line, ".");
    paragraph(cli, 0, "", line.data ? line.data : "");
    paragraph(cli, 0, "Roles: ", roles.data ? roles.data : "");
    size_t i;
    json_t *n;
    json_array_foreach(json_object_get(d, "steps"), i, n)
        print_node(cli, n);
}

/* --- the team --- */

typedef struct team { cdr_show_person people[CDR_DUTY__MAX]; cdr_team_member rows[CDR_DUTY__MAX]; size_t count; const char *organisation; } team;

static cdr_status keep_member(void *arg, const cdr_team_member *m)
{
    team *t = arg;
    if (t->count == CDR_COUNT(t->rows))
        return CDR_OK;
    cdr_team_member *row = &t->rows[t->count];
    *row = *m;
    t->people[t->count++] = (cdr_show_person){.role = row->role, .name = row->who, .phone = row->phone};
    return CDR_OK;
}

static cdr_status read_team(cdr_cli *cli, team *t)
{
    _cleanup_(cdr_incidents_closep) cdr_incidents *in = NULL;
    cdr_status s = cdr_cli_open_workspace(cli, CDR_WORKSPACE_READ);
    if (s == CDR_OK)
        s = cdr_cli_check_signed_in(cli);
    if (s == CDR_OK)
        s = cdr_incidents_open(cli->ws, &in, &cli->err);
    return s == CDR_OK ? cdr_team_each(in, keep_member, t, &cli->err) : s;
}

/* Who is named, where there is a workspace and it can be read. On the bad day a sheet with blanks is better than none: what keeps the names away is told, and the sheet is written. */
static cdr_status find_team(cdr_cli *cli, team *t)
{
    *t = (team){.count = 0};
    if (access(cli->workspace_dir, F_OK))
        return CDR_OK;
    cdr_err kept = cli->err;
    cdr_status s = read_team(cli, t);
    if (s == CDR_E_NOMEM || s == CDR_E_CANCELLED)
        return s;
    if (s == CDR_OK)
        t->organisation = cdr_workspace_org(cli->ws);
    else {
        t->count = 0;
        fprintf(stderr, "Names and telephones are left blank: %s\n", cli->err.text);
    }
    cli->err = kept;
    return CDR_OK;
}

/* --- into files --- */

typedef cdr_status make_fn(cdr_cli *cli, const cdr_playbook *p, cdr_buf *out, mode_t *ret_mode);

static cdr_status make_chart(cdr_cli *cli, const cdr_playbook *p, cdr_buf *out, mode_t *ret_mode)
{
    (void)ret_mode;
    return cdr_show_chart(p, out, &cli->err);
}

static cdr_status make_page(cdr_cli *cli, const cdr_playbook *p, cdr_buf *out, mode_t *ret_mode)
{
    (void)ret_mode;
    return cdr_show_page_write(p, &(cdr_show_page){.now_us = cdr_now_us(&cli->ctx)}, out, &cli->err);
}

/* With telephone numbers on it, it is for whoever wrote it. */
static cdr_status make_sheet(cdr_cli *cli, const cdr_playbook *p, cdr_buf *out, mode_t *ret_mode)
{
    _cleanup_free_ team *t = cdr_alloc(sizeof *t);
    if (!t)
        return cdr_fail_nomem(&cli->err, "cli");
    cdr_status s = find_team(cli, t);
    *ret_mode = t->count ? 0600 : *ret_mode;
    const cdr_show_page page = {.paper = true, .organisation = t->organisation, .people = t->people, .people_count = t->count, .now_us = cdr_now_us(&cli->ctx)};
    return s == CDR_OK ? cdr_show_page_write(p, &page, out, &cli->err) : s;
}

static const struct { const char *option, *what; make_fn *make; } outputs[] = {{"svg", "Flow chart", make_chart}, {"html", "Page", make_page}, {"print", "Sheet to print", make_sheet}};

static cdr_status write_one(cdr_cli *cli, const cdr_playbook *p, size_t i, json_t *written)
{
    const char *path = cdr_opt_text(cli, outputs[i].option);
    cdr_buf out _cleanup_buf_ = CDR_BUF(FILE_MAX);
    mode_t mode = 0644;
    cdr_status s = outputs[i].make(cli, p, &out, &mode);
    if (s == CDR_OK && strcmp(path, "-") == 0) {
        cdr_cli_print(cli, "%s", out.data);
        return CDR_OK;
    }
    if (s == CDR_OK)
        s = cdr_file_write(path, out.data, out.len, mode, &cli->err);
    if (s != CDR_OK)
        return s;
    _cleanup_free_ char *shown = cdr_cli_shown(path);
    if (cli->json)
        return shown && !json_object_set_new(written, outputs[i].option, json_string(shown)) ? CDR_OK : cdr_fail_nomem(&cli->err, "cli");
    cdr_cli_say(cli, "%s: %s\n", outputs[i].what, shown ? shown : "");
    return CDR_OK;
}

/* A playbook that is for the eyes of its readers alone must not lie about as a file (TLP:RED). */
static cdr_status may_be_written(cdr_cli *cli, const cdr_playbook *p)
{
    const char *tlp = cdr_playbook_tlp(p);
    if (!tlp || strcmp(tlp, "TLP:RED") != 0 || cdr_opt_flag(cli, "tlp-red"))
        return CDR_OK;
    return cdr_fail(&cli->err, CDR_DENIED, "playbook", "playbook.tlp-red", "This playbook is marked TLP:RED: it is for its readers alone and is not written to a file. Where all who see the file are among them, say --tlp-red.");
}

static cdr_status write_files(cdr_cli *cli, const cdr_playbook *p, json_t *written, bool *ret_any)
{
    cdr_status s = CDR_OK;
    for (size_t i = 0; s == CDR_OK && i < CDR_COUNT(outputs); i++) {
        if (!cdr_opt_text(cli, outputs[i].option))
            continue;
        s = *ret_any ? CDR_OK : may_be_written(cli, p);
        *ret_any = true;
        if (s == CDR_OK)
            s = write_one(cli, p, i, written);
    }
    return s;
}

static cdr_exit run(cdr_cli *cli)
{
    _cleanup_(cdr_playbook_freep) cdr_playbook *p = NULL;
    cdr_outline o _cleanup_(cdr_outline_done) = {0};
    json_t *d _cleanup_json_ = NULL, *written _cleanup_json_ = json_object();
    bool any = false;
    cdr_status s = written ? cdr_cli_playbook_open(cli, cli->argv[0], &p) : cdr_fail_nomem(&cli->err, "cli");
    if (s == CDR_OK)
        s = write_files(cli, p, written, &any);
    if (s == CDR_OK && (cli->json || !any))
        s = cdr_outline_new(p, &o, &cli->err);
    if (s == CDR_OK && (cli->json || !any) && !(d = cdr_show_data(p, &o)))
        s = cdr_fail_nomem(&cli->err, "cli");
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    if (cli->json) {
        json_object_set(d, "written", written);
        return cdr_cli_print_json(cli, CDR_TAKE(d), CDR_EXIT_OK);
    }
    if (!any)
        print_text(cli, d);
    return CDR_EXIT_OK;
}

static const cdr_opt options[] = {
    {"svg", 0, CDR_OPT_TEXT, "FILE", NULL, "the flow chart, as a picture"},
    {"html", 0, CDR_OPT_TEXT, "FILE", NULL, "chart and steps as a page"},
    {"print", 'p', CDR_OPT_TEXT, "FILE", NULL, "a sheet to print and keep: whom to call, boxes to tick, room for time and initials"},
    {"tlp-red", 0, CDR_OPT_FLAG, NULL, NULL, "write it to a file although it is marked TLP:RED"},
    {0},
};

const cdr_cmd cdr_cmd_playbook_show = {
    .path = "playbook show",
    .group = "Be ready",
    .summary = "what a playbook asks of whom, by when and why; flow chart and sheet to print",
    .args = "NAME|FILE",
    .min_args = 1,
    .max_args = 1,
    .opts = options,
    .flags = CDR_CMD_NO_SESSION,
    .roles = CDR_ROLES_READ,
    .description = "Shows the steps in their order, each with who does it, by when, what is asked and why. Print the sheets while the computers run (candor playbook show NAME --print FILE, then print it from a browser), fill in "
                   "what is blank, and keep them where people find them: on the bad day there may be no computer to look at. In a workspace the sheet has the names and telephones of your team (candor team add); where people "
                   "sign in, that is for whoever has.\n\n"
                   "Files are pages and pictures of their own: no script, nothing is fetched. FILE may be - for standard output. The marking of a playbook (TLP) stands on each page. One that is marked TLP:RED is for its readers "
                   "alone and is not written to a file unless --tlp-red says so. No workspace is needed.",
    .examples = "  candor playbook show lost-device\n"
                "  # the sheet for the drawer\n"
                "  candor playbook show lost-device --print lost-device.html\n"
                "  candor playbook show customer-data-breach --svg breach.svg --html breach.html\n",
    .json_shape = "  {\"title\": \"…\", \"headline\": \"…\", \"description\": \"…\", \"id\": \"playbook--…\", \"version\": \"…\", \"tlp\": \"\", \"kind\": \"lost-device\", \"review\": \"3 months\", \"roles\": [\"incident manager\"], \"step_count\": 31,\n"
                  "   \"steps\": [{\"kind\": \"step\", \"number\": \"1\", \"depth\": 0, \"id\": \"action--…\", \"name\": \"…\", \"type\": \"action\", \"word\": \"\", \"who\": \"incident manager\", \"when\": \"within 15 minutes of the discovery\",\n"
                  "     \"waits\": \"\", \"late\": [\"call the deputy\"], \"what\": [{\"type\": \"manual\", \"manual\": true, \"text\": \"…\", \"headers\": [], \"content\": \"\"}],\n"
                  "     \"agent\": {\"name\": \"…\", \"type\": \"individual\", \"address\": [], \"words\": \"…\"}, \"machine\": false, \"targets\": [], \"about\": \"…\", \"why\": \"…\", \"questions\": [{\"ask\": \"…\", \"choices\": [\"yes\"], \"open\": false}],\n"
                  "     \"approve\": \"\", \"two_person\": false, \"evidence\": false, \"decision\": false, \"asks\": \"\", \"action\": true}, {\"kind\": \"branch\", \"depth\": 1, \"label\": \"If yes\", \"nothing\": false},\n"
                  "     {\"kind\": \"goto\", \"number\": \"7\", \"depth\": 1, \"name\": \"…\"}, {\"kind\": \"end\", \"depth\": 0, \"name\": \"The end\"}], \"written\": {\"svg\": \"breach.svg\"}}\n",
    .run = run,
};
