/* SPDX-License-Identifier: Apache-2.0 */
/* candor incident show: the answer first, then what runs, who is waited for, what was decided, what is open. */
#include "cli/incident.h"

#include "base/text.h"
#include "base/words.h"
#include "cli/inventory.h"
#include "cli/policy_words.h"

#include <stdio.h>
#include <string.h>

static const char *str(const json_t *j, const char *key)
{
    const char *s = cdr_json_str(j, key);
    return s ? s : "";
}

static bool is(const json_t *j, const char *key)
{
    return json_is_true(json_object_get(j, key));
}

static void heading(cdr_cli *cli, const char *text)
{
    cdr_cli_print(cli, "\n%s\n", text);
}

static cdr_status clocks(cdr_cli *cli, const json_t *list)
{
    static const char *const heads[] = {"LEFT", "DUE", "WHAT, AND WHO"};
    size_t i;
    json_t *j;
    if (!json_array_size(list))
        return CDR_OK;
    heading(cli, "Clocks");
    cdr_text_table *t = cdr_text_table_new(CDR_COUNT(heads));
    if (!t)
        return cdr_fail_nomem(&cli->err, "cli");
    for (i = 0; i < CDR_COUNT(heads); i++)
        cdr_text_table_cell(t, heads[i]);
    json_array_foreach(list, i, j) {
        cdr_text_table_cellf(t, "%s%s", is(j, "late") ? "! " : "", str(j, "left"));
        cdr_text_table_cell(t, str(j, "due_text"));
        cdr_text_table_cellf(t, "%s (%s)", str(j, "label"), *str(j, "called") ? str(j, "called") : str(j, "role"));
    }
    cdr_status s = cdr_text_table_print_wrapped(t, cli, &cli->err);
    cdr_text_table_free(t);
    return s;
}

static void entry(cdr_cli *cli, const char *text, const char *command)
{
    cdr_cli_print(cli, "- ");
    cdr_cli_wrapped(cli, 0, 2, text);
    if (*command)
        cdr_cli_print(cli, "    %s\n", command);
}

static void steps(cdr_cli *cli, const json_t *list)
{
    size_t i;
    json_t *j;
    char text[700], name[400];
    if (!json_array_size(list))
        return;
    heading(cli, "Waiting for people");
    json_array_foreach(list, i, j) {
        cdr_text_cut(name, sizeof name, str(j, "name"));
        snprintf(text, sizeof text, "%s (%s; %s%s%s)", name, str(j, "role"), str(j, "state"), *str(j, "due_text") ? "; by " : "", str(j, "due_text"));
        entry(cli, text, str(j, "command"));
    }
}

static void decisions(cdr_cli *cli, const json_t *list)
{
    size_t i;
    json_t *j;
    bool any = false;
    char text[1600];
    json_array_foreach(list, i, j) {
        if (is(j, "replaced"))
            continue;
        if (!any)
            heading(cli, "Decided");
        any = true;
        const char *second = is(j, "waits") && is(j, "rejected") ? "; REFUSED by the second person" : is(j, "waits") ? "; WAITS FOR A SECOND PERSON" : *str(j, "approved_by") ? "; agreed to by " : "";
        snprintf(text, sizeof text, "%lld. %s: %s, by %s%s%s%s. %s", (long long)json_integer_value(json_object_get(j, "decision")), str(j, "name"), str(j, "outcome"), str(j, "by"), second,
                 is(j, "waits") ? "" : str(j, "approved_by"), is(j, "alone") && !strncmp(str(j, "name"), "notify", 6) ? "; decided alone, there was nobody else" : "", str(j, "reason"));
        entry(cli, text, str(j, "command"));
    }
}

static void ends(cdr_cli *cli, const json_t *list)
{
    size_t i;
    json_t *j;
    char text[900];
    if (!json_array_size(list))
        return;
    heading(cli, "Open");
    json_array_foreach(list, i, j) {
        snprintf(text, sizeof text, "%s: %s", str(j, "kind"), str(j, "what"));
        entry(cli, text, strcmp(str(j, "kind"), "step") != 0 ? str(j, "command") : "");   /* those of steps stand above */
    }
}

static void roles(cdr_cli *cli, const json_t *list)
{
    size_t i;
    json_t *j;
    heading(cli, "Who does what");
    json_array_foreach(list, i, j)
        cdr_cli_print(cli, "- %s: %s\n", str(j, "label"), str(j, "who"));
}

/* "a device or paper lost or stolen; severity high; 30 to 50 people" */
static void about(cdr_cli *cli, const json_t *v)
{
    _cleanup_buf_ cdr_buf line = CDR_BUF(1000);
    const json_t *people = json_object_get(v, "people"), *min = json_object_get(people, "min"), *max = json_object_get(people, "max");
    cdr_buf_addf(&line, "%s%s%s", str(v, "kind_label"), *str(v, "severity") ? "; severity " : "", str(v, "severity"));
    if (json_is_integer(max)) {
        cdr_buf_adds(&line, "; ");
        cdr_words_people(&line, (uint64_t)CDR_MAX(json_integer_value(min), 0), (uint64_t)json_integer_value(max), false);
    }
    cdr_cli_wrapped(cli, 0, 0, line.data ? line.data : "");
}

static cdr_status print(cdr_cli *cli, const json_t *v)
{
    cdr_cli_print(cli, "%s%s  ", is(v, "drill") ? "DRILL " : "", str(v, "incident"));
    cdr_cli_wrapped(cli, 0, 6, str(v, "title"));
    cdr_cli_wrapped(cli, 0, 0, str(v, "answer"));
    about(cli, v);
    if (*str(v, "report"))
        cdr_cli_print(cli, "Not all questions are answered: %s\n", str(v, "report"));
    if (*str(v, "reason"))
        cdr_cli_wrapped(cli, 0, 0, str(v, "reason"));
    cdr_status s = clocks(cli, json_object_get(v, "clocks"));
    if (s != CDR_OK)
        return s;
    steps(cli, json_object_get(v, "steps"));
    decisions(cli, json_object_get(v, "decisions"));
    ends(cli, json_object_get(v, "open"));
    roles(cli, json_object_get(v, "roles"));
    cdr_cli_print(cli, "\ncandor incident timeline %s shows what happened.\n", str(v, "incident"));
    return CDR_OK;
}

/* Templates ask whether there is anything in a list before they begin its table. */
static cdr_status page(cdr_cli *cli, cdr_incident_room *r, json_t *v, const char *path)
{
    static const char *const lists[] = {"clocks", "steps", "decisions", "open", "roles", "parties", "evidence", "timeline"};
    json_t *timeline = NULL;
    char title[260];
    cdr_status s = cdr_incident_timeline_json(cli, r, false, &timeline);
    if (s != CDR_OK)
        return s;
    snprintf(title, sizeof title, "%s: %s", str(v, "incident"), str(v, "title"));
    bool bad = json_object_set_new(v, "timeline", timeline) || json_object_set_new(v, "page_title", json_string(title));
    for (size_t i = 0; !bad && i < CDR_COUNT(lists); i++) {
        char has[40];
        snprintf(has, sizeof has, "has_%s", lists[i]);
        bad = json_object_set_new(v, has, json_boolean(json_array_size(json_object_get(v, lists[i])) > 0));
    }
    return bad ? cdr_fail_nomem(&cli->err, "cli") : cdr_incident_page(cli, "incident.html", v, path);
}

static cdr_exit run(cdr_cli *cli)
{
    _cleanup_incident_ cdr_incident_room r = {.in = NULL};
    _cleanup_json_ json_t *v = NULL;
    const char *path = cdr_opt_text(cli, "html");
    cdr_status s = cdr_incident_room_open(cli, CDR_WORKSPACE_READ, cli->argv[0], &r);
    if (s == CDR_OK)
        s = cdr_incident_view(cli, &r, &v);
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    cdr_exit code = json_integer_value(json_object_get(v, "late_clocks")) > 0 ? CDR_EXIT_NO : CDR_EXIT_OK;
    if (path) {
        s = page(cli, &r, v, path);
        if (s == CDR_OK)
            cdr_cli_say(cli, "Written to %s.\n", path);
    } else if (cli->json)
        return cdr_cli_print_json(cli, CDR_TAKE(v), code);
    else
        s = print(cli, v);
    return s == CDR_OK ? code : cdr_cli_fail(cli, s);
}

static const cdr_opt options[] = {
    {"html", 0, CDR_OPT_TEXT, "FILE", NULL, "write it as a page, with the timeline"},
    {0},
};

const cdr_cmd cdr_cmd_incident_show = {
    .path = "incident show",
    .group = "Answer honestly",
    .summary = "one incident: the answer, clocks with the time left, who is waited for",
    .args = "I-NUMBER",
    .min_args = 1,
    .max_args = 1,
    .opts = options,
    .flags = CDR_CMD_READONLY,
    .roles = CDR_ROLES_READ,
    .description = "Clocks are in order of their due time, in UTC. What stands under Open must be done before the incident can be closed. Exit code 1: a clock is overdue.",
    .examples = "  candor incident show I-1\n  candor incident show I-1 --html incident.html\n",
    .json_shape = "  {\"incident\": \"I-1\", \"answer\": \"It is a breach. Next is due: …\", \"title\": \"…\", \"kind\": \"lost-device\", \"state\": \"breach\", \"times\": {\"discovery\": \"…\"},\n"
                  "   \"people\": {\"min\": 3, \"max\": 9}, \"clocks\": [{\"ref\": \"take-over\", \"label\": \"…\", \"due\": \"…\", \"left_seconds\": 1740, \"late\": false, \"role\": \"incident manager\"}],\n"
                  "   \"steps\": [{\"run\": 1, \"step\": \"3\", \"ref\": 5, \"name\": \"…\", \"role\": \"IT\", \"command\": \"candor run answer R-1 3\"}], \"decisions\": [{\"decision\": 1, \"name\": \"notify-people\",\n"
                  "   \"outcome\": \"yes\", \"waits\": true}], \"open\": [{\"kind\": \"letter\", \"what\": \"…\"}], \"roles\": [], \"items\": [], \"parties\": [], \"evidence\": [], \"runs\": []}\n",
    .run = run,
};
