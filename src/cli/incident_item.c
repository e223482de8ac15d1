/* SPDX-License-Identifier: Apache-2.0 */
/* candor incident item add, done, drop, list: what is open until it is done. */
#include "cli/incident.h"

#include "cli/inventory.h"

#include <stdio.h>
#include <string.h>

static const char *const states[] = {"", "open", "done", "dropped"};

static cdr_status kind_of(cdr_cli *cli, const char *word, cdr_item_kind *ret)
{
    for (int k = CDR_ITEM_TASK; k <= CDR_ITEM_REVIEW; k++)
        if (!strcmp(cdr_item_kind_name((cdr_item_kind)k), word) || (k == CDR_ITEM_PROMISE && !strcmp(word, "promise"))) {
            *ret = (cdr_item_kind)k;
            return CDR_OK;
        }
    return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "incident.item", "--kind is task, commitment, duty, letter or review.");
}

static cdr_status take(cdr_cli *cli, const char *opt, char *ret, size_t cap)
{
    const char *text = cdr_opt_text(cli, opt);
    if (text && strlen(text) >= cap)
        return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "incident.long", "--%s is longer than %zu bytes.", opt, cap - 1);
    snprintf(ret, cap, "%s", text ? text : "");
    return CDR_OK;
}

static cdr_exit run_add(cdr_cli *cli)
{
    _cleanup_incident_ cdr_incident_room r = {.in = NULL};
    _cleanup_buf_ cdr_buf what = CDR_BUF(1);
    cdr_item t = {.kind = CDR_ITEM_TASK};
    int64_t id = 0;
    cdr_status s = kind_of(cli, cdr_opt_text(cli, "kind"), &t.kind);
    if (s == CDR_OK)
        s = cdr_incident_until(cli, "due", &t.due_us);
    if (s == CDR_OK)
        s = take(cli, "to", t.to_whom, sizeof t.to_whom);
    if (s == CDR_OK)
        s = take(cli, "who", t.who, sizeof t.who);
    if (s == CDR_OK)
        s = cdr_incident_words(cli, NULL, 1, "What is to be done? ", "what is to be done", true, &what);
    if (s == CDR_OK && what.len >= sizeof t.what)
        s = cdr_fail(&cli->err, CDR_E_INVAL, "cli", "incident.long", "What is to be done takes at most %zu bytes.", sizeof t.what - 1);
    if (s == CDR_OK) {
        snprintf(t.what, sizeof t.what, "%s", what.data);
        s = cdr_incident_room_open(cli, CDR_WORKSPACE_WRITE, cli->argv[0], &r);
    }
    t.incident = r.i.id;
    if (s == CDR_OK)
        s = cdr_incident_add_item(r.in, &t, &id, &cli->err);
    if (s == CDR_OK)
        cdr_incident_warn_login(cli, t.who);
    return cdr_incident_did(cli, &r, s, "Item %lld: %s.", (long long)id, cdr_item_kind_name(t.kind));
}

static const cdr_opt add_options[] = {
    {"kind", 'k', CDR_OPT_TEXT, "KIND", "task", "task, commitment (a promise to somebody), duty (the law wants it), letter or review"},
    {"due", 'd', CDR_OPT_TEXT, "TIME", NULL, "a date, a time, \"3 days\", \"5 business days\": it gets a clock"},
    {"to", 't', CDR_OPT_TEXT, "WHO", NULL, "to whom it is owed; needed with commitment"},
    {"who", 'w', CDR_OPT_TEXT, "WHO", NULL, "who has to do it; the incident manager when not given"},
    {0},
};

const cdr_cmd cdr_cmd_incident_item_add = {
    .path = "incident item add",
    .group = "Answer honestly",
    .summary = "something that has to be done before the incident is closed",
    .args = "I-NUMBER [WHAT]",
    .min_args = 1,
    .max_args = -1,
    .opts = add_options,
    .roles = CDR_ROLES_RESPOND,
    .description = "It stays open until it is done, or dropped with a reason. Who has to do it is reminded before it is due.",
    .examples = "  candor incident item add I-1 \"Ask whether the disk was encrypted\" --due \"2 hours\" --who bob\n  candor incident item add I-1 --kind commitment --to \"the insurer\" \"Send the list of costs\" --due 2099-03-01\n",
    .json_shape = "  as candor incident show --json\n",
    .run = run_add,
};

static cdr_exit end_item(cdr_cli *cli, cdr_item_state state)
{
    _cleanup_incident_ cdr_incident_room r = {.in = NULL};
    _cleanup_buf_ cdr_buf reason = CDR_BUF(1);
    int64_t item = 0;
    cdr_status s = cdr_incident_number(cli, cli->argv[0], "An item", &item);
    if (s == CDR_OK)
        s = cdr_incident_words(cli, "reason", -1, "Why? ", "why it is dropped", state == CDR_ITEM_DROPPED, &reason);
    if (s == CDR_OK)
        s = cdr_incident_room_open(cli, CDR_WORKSPACE_WRITE, NULL, &r);
    if (s == CDR_OK)
        s = cdr_incident_end_item(r.in, item, state, reason.data, &cli->err);
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    if (cli->json)
        return cdr_cli_print_json(cli, json_pack("{s:I, s:s}", "item", (json_int_t)item, "state", states[state]), CDR_EXIT_OK);
    cdr_cli_say(cli, "Item %lld is %s.\n", (long long)item, states[state]);
    return CDR_EXIT_OK;
}

static cdr_exit run_done(cdr_cli *cli)
{
    return end_item(cli, CDR_ITEM_DONE);
}

static cdr_exit run_drop(cdr_cli *cli)
{
    return end_item(cli, CDR_ITEM_DROPPED);
}

static const cdr_opt done_options[] = {
    {"reason", 'r', CDR_OPT_TEXT, "WORDS", NULL, "what came of it"},
    {0},
};

static const cdr_opt drop_options[] = {
    {"reason", 'r', CDR_OPT_TEXT, "WORDS", NULL, "why it need not be done; needed"},
    {0},
};

const cdr_cmd cdr_cmd_incident_item_done = {
    .path = "incident item done",
    .group = "Answer honestly",
    .summary = "it is done",
    .args = "ITEM",
    .min_args = 1,
    .max_args = 1,
    .opts = done_options,
    .roles = CDR_ROLES_RESPOND,
    .description = "Its clock stops; whether it was in time is counted.",
    .examples = "  candor incident item done 4 --reason \"the letter went out by post\"\n",
    .json_shape = "  {\"item\": 4, \"state\": \"done\"}\n",
    .run = run_done,
};

const cdr_cmd cdr_cmd_incident_item_drop = {
    .path = "incident item drop",
    .group = "Answer honestly",
    .summary = "it need not be done, for a reason",
    .args = "ITEM",
    .min_args = 1,
    .max_args = 1,
    .opts = drop_options,
    .roles = CDR_ROLES_RESPOND,
    .description = "The reason stays in the register.",
    .examples = "  candor incident item drop 4 --reason \"the insurer does not want it any more\"\n",
    .json_shape = "  {\"item\": 4, \"state\": \"dropped\"}\n",
    .run = run_drop,
};

typedef struct listing { cdr_cli *cli; cdr_incidents **in; json_t *list; } listing;

static cdr_status on_item(void *arg, const cdr_item *t)
{
    listing *l = arg;
    char name[32], due[CDR_WHEN_TEXT];
    int64_t due_us = 0;
    cdr_status s = cdr_incident_item_due(*l->in, t, &due_us, &l->cli->err);
    if (s != CDR_OK)
        return s;
    snprintf(name, sizeof name, "I-%lld", (long long)t->incident);
    cdr_incident_time_text(due_us, due);
    json_t *j = json_pack("{s:I, s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:s, s:s}", "item", (json_int_t)t->id, "incident", name, "kind", cdr_item_kind_name(t->kind), "state", states[t->state], "what", t->what, "to", t->to_whom,
                          "who", t->who, "due", cdr_json_time(due_us), "due_text", due, "outcome", t->outcome);
    return json_array_append_new(l->list, j) ? cdr_fail_nomem(&l->cli->err, "cli") : CDR_OK;
}

static cdr_status print(cdr_cli *cli, const json_t *list)
{
    static const char *const heads[] = {"ITEM", "INCIDENT", "KIND", "DUE", "WHAT, AND WHO"};
    size_t i;
    json_t *j;
    cdr_text_table *t = cdr_text_table_new(CDR_COUNT(heads));
    if (!t)
        return cdr_fail_nomem(&cli->err, "cli");
    for (i = 0; i < CDR_COUNT(heads); i++)
        cdr_text_table_cell(t, heads[i]);
    json_array_foreach(list, i, j) {
        const char *state = cdr_json_str(j, "state"), *to = cdr_json_str(j, "to");
        cdr_text_table_cellf(t, "%lld", (long long)json_integer_value(json_object_get(j, "item")));
        cdr_text_table_cell(t, cdr_json_str(j, "incident"));
        cdr_text_table_cell(t, cdr_json_str(j, "kind"));
        cdr_text_table_cell(t, strcmp(state, "open") != 0 ? state : *cdr_json_str(j, "due_text") ? cdr_json_str(j, "due_text") : "-");
        const char *who = cdr_json_str(j, "who");
        cdr_text_table_cellf(t, "%s%s%s%s%s%s", cdr_json_str(j, "what"), *to ? ", to " : "", to, *who ? " (" : "", who, *who ? ")" : "");
    }
    cdr_status s = cdr_text_table_print_wrapped(t, cli, &cli->err);
    cdr_text_table_free(t);
    return s;
}

static cdr_exit run_list(cdr_cli *cli)
{
    _cleanup_incident_ cdr_incident_room r = {.in = NULL};
    _cleanup_json_ json_t *list = json_array();
    listing l = {cli, &r.in, list};
    cdr_status s = list ? cdr_incident_room_open(cli, CDR_WORKSPACE_READ, cli->argc ? cli->argv[0] : NULL, &r) : cdr_fail_nomem(&cli->err, "cli");
    if (s == CDR_OK)
        s = cdr_incident_items(r.in, r.i.id, cdr_opt_flag(cli, "all"), on_item, &l, &cli->err);
    if (s == CDR_OK && cli->json)
        return cdr_cli_print_json(cli, json_pack("{s:O}", "items", list), CDR_EXIT_OK);
    if (s == CDR_OK && json_array_size(list))
        s = print(cli, list);
    else if (s == CDR_OK)
        cdr_cli_print(cli, "Nothing is open.\n");
    return s == CDR_OK ? CDR_EXIT_OK : cdr_cli_fail(cli, s);
}

static const cdr_opt list_options[] = {
    {"all", 'a', CDR_OPT_FLAG, NULL, NULL, "those that are done or dropped, too"},
    {0},
};

const cdr_cmd cdr_cmd_incident_item_list = {
    .path = "incident item list",
    .group = "Answer honestly",
    .summary = "what is open, of one incident or of all",
    .args = "[I-NUMBER]",
    .max_args = 1,
    .opts = list_options,
    .flags = CDR_CMD_READONLY,
    .roles = CDR_ROLES_READ,
    .description = "Tasks, commitments, duties, letters and reviews, by their due date.",
    .examples = "  candor incident item list\n  candor incident item list I-1 --all\n",
    .json_shape = "  {\"items\": [{\"item\": 4, \"incident\": \"I-1\", \"kind\": \"letter\", \"state\": \"open\", \"what\": \"…\", \"to\": \"…\", \"who\": \"bob\", \"due\": \"…\", \"outcome\": \"\"}]}\n",
    .run = run_list,
};
