/* SPDX-License-Identifier: Apache-2.0 */
/* candor incident list: the register. */
#include "cli/incident.h"

#include "base/text.h"
#include "cli/inventory.h"

#include <stdio.h>
#include <string.h>

typedef struct listing { cdr_cli *cli; cdr_incident_room *r; json_t *list; bool drills; uint64_t late; int64_t now; } listing;

typedef struct nearest { int64_t due_us, now; unsigned late; } nearest;

static cdr_status on_clock(void *arg, const cdr_clock *c)
{
    nearest *n = arg;
    n->due_us = n->due_us && n->due_us < c->due_us ? n->due_us : c->due_us;
    n->late += c->due_us < n->now;
    return CDR_OK;
}

static cdr_status count_end(void *arg, const char *kind, const char *what, const char *command)
{
    (void)command;
    (void)kind;
    (void)what;
    ++*(int64_t *)arg;
    return CDR_OK;
}

static cdr_status on_incident(void *arg, const cdr_incident *i)
{
    listing *l = arg;
    nearest n = {.now = l->now};
    char name[32], left[CDR_LEFT_TEXT] = "";
    int64_t open = 0;
    if (i->drill && !l->drills)
        return CDR_OK;
    snprintf(name, sizeof name, "I-%lld", (long long)i->id);
    cdr_status s = i->closed_us ? CDR_OK : cdr_clock_each(cdr_incidents_clocks(l->r->in), name, false, on_clock, &n, &l->cli->err);
    if (s == CDR_OK)
        s = cdr_incident_open_ends(l->r->in, i->id, count_end, &open, &l->cli->err);
    if (s != CDR_OK)
        return s;
    if (n.due_us)
        cdr_incident_left(n.due_us, l->now, left);
    l->late += n.late;
    json_t *j = json_pack("{s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:b, s:I, s:o, s:s, s:I}", "incident", name, "kind", i->kind, "state", cdr_incident_state_name(i->state), "verdict", cdr_incident_state_name(i->verdict),
                          "title", i->title, "opened", cdr_json_time(i->opened_us), "closed", cdr_json_time(i->closed_us), "drill", (int)i->drill, "open", (json_int_t)open, "next_due", cdr_json_time(n.due_us), "left",
                          left, "late_clocks", (json_int_t)n.late);
    return json_array_append_new(l->list, j) ? cdr_fail_nomem(&l->cli->err, "cli") : CDR_OK;
}

static const char *str(const json_t *j, const char *key)
{
    const char *s = cdr_json_str(j, key);
    return s ? s : "";
}

static cdr_status print(cdr_cli *cli, const json_t *list)
{
    static const char *const heads[] = {"INCIDENT", "STATE", "OPENED", "NEXT DUE IN", "OPEN", "WHAT"};
    cdr_text_table *t = cdr_text_table_new(CDR_COUNT(heads));
    size_t i;
    json_t *j;
    char title[64];
    if (!t)
        return cdr_fail_nomem(&cli->err, "cli");
    for (i = 0; i < CDR_COUNT(heads); i++)
        cdr_text_table_cell(t, heads[i]);
    json_array_foreach(list, i, j) {
        const char *verdict = str(j, "verdict");
        cdr_text_table_cell(t, str(j, "incident"));
        cdr_text_table_cellf(t, "%s%s%s", str(j, "state"), !strcmp(str(j, "state"), "closed") && *verdict ? ", " : "", !strcmp(str(j, "state"), "closed") ? verdict : "");
        cdr_text_table_cellf(t, "%.10s", str(j, "opened"));
        cdr_text_table_cell(t, *str(j, "left") ? str(j, "left") : "-");
        cdr_text_table_cellf(t, "%lld", (long long)json_integer_value(json_object_get(j, "open")));
        cdr_text_cut(title, sizeof title, str(j, "title"));
        cdr_text_table_cellf(t, "%s%s", json_is_true(json_object_get(j, "drill")) ? "DRILL " : "", title);
    }
    cdr_status s = cdr_text_table_print_wrapped(t, cli, &cli->err);
    cdr_text_table_free(t);
    return s;
}

static cdr_exit run(cdr_cli *cli)
{
    _cleanup_incident_ cdr_incident_room r = {.in = NULL};
    listing l = {.cli = cli, .r = &r, .list = json_array(), .drills = cdr_opt_flag(cli, "drills"), .now = cdr_now_us(&cli->ctx)};
    cdr_status s = l.list ? cdr_incident_room_open(cli, CDR_WORKSPACE_READ, NULL, &r) : cdr_fail_nomem(&cli->err, "cli");
    if (s == CDR_OK)
        s = cdr_incident_each(r.in, cdr_opt_flag(cli, "all"), on_incident, &l, &cli->err);
    cdr_exit code = l.late ? CDR_EXIT_NO : CDR_EXIT_OK;
    if (s == CDR_OK && cli->json)
        return cdr_cli_print_json(cli, json_pack("{s:o, s:I}", "incidents", l.list, "late_clocks", (json_int_t)l.late), code);
    if (s == CDR_OK && json_array_size(l.list))
        s = print(cli, l.list);
    else if (s == CDR_OK)
        cdr_cli_print(cli, "No incident is %s.\n", cdr_opt_flag(cli, "all") ? "in the register" : "open");
    json_decref(l.list);
    return s == CDR_OK ? code : cdr_cli_fail(cli, s);
}

static const cdr_opt options[] = {
    {"all", 'a', CDR_OPT_FLAG, NULL, NULL, "the closed ones, too: the whole register"},
    {"drills", 0, CDR_OPT_FLAG, NULL, NULL, "exercises, too"},
    {0},
};

const cdr_cmd cdr_cmd_incident_list = {
    .path = "incident list",
    .group = "Answer honestly",
    .summary = "the register of incidents: what is open and what is due",
    .max_args = 0,
    .opts = options,
    .flags = CDR_CMD_READONLY,
    .roles = CDR_ROLES_READ,
    .description = "Every suspicion stays in the register with its reason, also what was no breach (GDPR Art. 33(5)). Exit code 1: something is overdue.",
    .examples = "  candor incident list\n  # the whole register\n  candor incident list --all --json\n",
    .json_shape = "  {\"incidents\": [{\"incident\": \"I-1\", \"kind\": \"lost-device\", \"state\": \"breach\", \"verdict\": \"breach\", \"title\": \"…\", \"opened\": \"…\", \"closed\": null, \"drill\": false,\n"
                  "    \"open\": 3, \"next_due\": \"…\", \"left\": \"2 days 4 hours\", \"late_clocks\": 0}], \"late_clocks\": 0}\n",
    .run = run,
};
