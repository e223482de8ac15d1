/* SPDX-License-Identifier: Apache-2.0 */
/* candor incident update, promise, promises: what was promised to whom by when, and whether it is kept. */
#include "cli/incident.h"

#include "cli/inventory.h"

#include <stdio.h>
#include <string.h>

/* --- update --- */

static cdr_status read_every(cdr_cli *cli, int64_t *ret)
{
    int64_t now = cdr_now_us(&cli->ctx);
    cdr_status s = cdr_incident_until(cli, "every", ret);
    if (s == CDR_OK && *ret) {
        *ret -= now;
        if (*ret <= 0)
            s = cdr_fail(&cli->err, CDR_E_INVAL, "cli", "update.every", "--every is a span of time such as \"4 hours\" or \"1 day\".");
        /* the clock went on while this was read */
        *ret = (*ret + 500000) / 1000000 * 1000000;
    }
    return s;
}

static cdr_exit run_update(cdr_cli *cli)
{
    _cleanup_incident_ cdr_incident_room r = {.in = NULL};
    _cleanup_buf_ cdr_buf text = CDR_BUF(1);
    int64_t every = 0;
    char next[CDR_WHEN_TEXT] = "", more[80] = "";
    const char *to = cdr_opt_text(cli, "to");
    bool stop = cdr_opt_flag(cli, "stop"), only = cli->argc == 1 && (stop || cdr_opt_text(cli, "every"));
    cdr_status s = read_every(cli, &every);
    if (s == CDR_OK && ((every && (stop || !to)) || (to && !every)))
        return cdr_cli_usage(cli, every && !stop ? "Say to whom the updates are promised: --to \"the insurer\"." : "--every goes with --to, and not with --stop.");
    if (s == CDR_OK && !only)
        s = cdr_incident_words(cli, NULL, 1, "What is the state of things? ", "the state of things", true, &text);
    if (s == CDR_OK)
        s = cdr_incident_room_open(cli, CDR_WORKSPACE_WRITE, cli->argv[0], &r);
    if (s == CDR_OK && !only)
        s = cdr_incident_updated(r.in, r.i.id, text.data, &cli->err);
    if (s == CDR_OK && (every || stop))
        s = cdr_incident_promise_updates(r.in, r.i.id, every, to, &cli->err);
    every = s != CDR_OK || every || stop ? every : r.i.update_every_us;
    if (every)
        cdr_incident_time_text(cdr_now_us(&cli->ctx) + every, next);
    snprintf(more, sizeof more, "%s%s%s", every ? " The next update is due by " : stop ? " No more updates are owed." : "", next, every ? "." : "");
    return cdr_incident_did(cli, &r, s, "I-%lld: %s.%s", (long long)r.i.id, only ? stop ? "the promise of updates is ended" : "updates are promised" : "the update stands in the timeline", more);
}

static const cdr_opt update_options[] = {
    {"every", 'e', CDR_OPT_TEXT, "TIME", NULL, "promise updates at this rhythm from now on: \"4 hours\", \"1 day\""},
    {"to", 't', CDR_OPT_TEXT, "WHO", NULL, "to whom; needed with --every"},
    {"stop", 0, CDR_OPT_FLAG, NULL, NULL, "no more updates are owed"},
    {0},
};

const cdr_cmd cdr_cmd_incident_update = {
    .path = "incident update",
    .group = "Answer honestly",
    .summary = "tell how things stand, at the rhythm that was promised",
    .args = "I-NUMBER [WORDS]",
    .min_args = 1,
    .max_args = -1,
    .opts = update_options,
    .roles = CDR_ROLES_RESPOND,
    .description = "The words go into the timeline, and the clock of the next update begins anew. Who keeps people informed is reminded before an update is due, and the incident manager is called when one was "
                   "missed. Candor sends the update to nobody: tell those it was promised to the way they expect. Without words on the command line they are asked, or read from standard input.",
    .examples = "  # a promise, then the first update\n"
                "  candor incident update I-1 --every \"4 hours\" --to \"the insurer\"\n"
                "  candor incident update I-1 \"The shop is offline, the provider looks for the cause.\"\n"
                "  candor incident update I-1 --stop\n",
    .json_shape = "  as candor incident show --json\n",
    .run = run_update,
};

/* --- promise --- */

static cdr_exit run_promise(cdr_cli *cli)
{
    _cleanup_incident_ cdr_incident_room r = {.in = NULL};
    _cleanup_buf_ cdr_buf what = CDR_BUF(1);
    cdr_item t = {.kind = CDR_ITEM_PROMISE};
    int64_t id = 0;
    char due[CDR_WHEN_TEXT];
    const char *to = cdr_opt_text(cli, "to"), *who = cdr_opt_text(cli, "who");
    if (!to || !cdr_opt_text(cli, "by"))
        return cdr_cli_usage(cli, "Say to whom and by when: --to \"the insurer\" --by \"3 days\".");
    if (strlen(to) >= sizeof t.to_whom || (who && strlen(who) >= sizeof t.who))
        return cdr_cli_usage(cli, "--to takes at most %zu bytes, --who %zu.", sizeof t.to_whom - 1, sizeof t.who - 1);
    snprintf(t.to_whom, sizeof t.to_whom, "%s", to);
    snprintf(t.who, sizeof t.who, "%s", who ? who : "");
    cdr_status s = cdr_incident_until(cli, "by", &t.due_us);
    if (s == CDR_OK)
        s = cdr_incident_words(cli, NULL, 1, "What was promised? ", "what was promised", true, &what);
    if (s == CDR_OK && what.len >= sizeof t.what)
        s = cdr_fail(&cli->err, CDR_E_INVAL, "cli", "incident.long", "What was promised takes at most %zu bytes.", sizeof t.what - 1);
    if (s == CDR_OK) {
        snprintf(t.what, sizeof t.what, "%s", what.data);
        s = cdr_incident_room_open(cli, CDR_WORKSPACE_WRITE, cli->argv[0], &r);
    }
    t.incident = r.i.id;
    if (s == CDR_OK)
        s = cdr_incident_add_item(r.in, &t, &id, &cli->err);
    cdr_incident_time_text(t.due_us, due);
    return cdr_incident_did(cli, &r, s, "Commitment %lld to %s is due by %s.\nWhen it is kept: candor incident item done %lld", (long long)id, t.to_whom, due, (long long)id);
}

static const cdr_opt promise_options[] = {
    {"to", 't', CDR_OPT_TEXT, "WHO", NULL, "to whom; needed"},
    {"by", 'b', CDR_OPT_TEXT, "TIME", NULL, "by when: a date, a time, \"3 days\", \"5 business days\"; needed"},
    {"who", 'w', CDR_OPT_TEXT, "WHO", NULL, "who has to keep it; the incident manager when not given"},
    {0},
};

const cdr_cmd cdr_cmd_incident_promise = {
    .path = "incident promise",
    .group = "Answer honestly",
    .summary = "write down what was promised to whom by when",
    .args = "I-NUMBER [WHAT]",
    .min_args = 1,
    .max_args = -1,
    .opts = promise_options,
    .roles = CDR_ROLES_RESPOND,
    .description = "It is listed until it is kept or dropped with a reason, has a clock that reminds before the date, and the incident is not closed while it is open. Leave customers out of the words.",
    .examples = "  candor incident promise I-1 \"Tell them what the provider found\" --to \"the works council\" --by \"3 days\"\n"
                "  # kept; or not needed any more\n"
                "  candor incident item done 4\n"
                "  candor incident item drop 4 --reason \"they have it from the provider\"\n",
    .json_shape = "  as candor incident show --json\n",
    .run = run_promise,
};

/* --- promises --- */

typedef struct listing { cdr_cli *cli; cdr_incidents *in; json_t *list; int64_t now, update_due; unsigned late; } listing;

static cdr_status find_update(void *arg, const cdr_clock *c)
{
    listing *l = arg;
    if (!strcmp(c->ref, "update"))
        l->update_due = c->due_us;
    return CDR_OK;
}

/* The rhythm of updates is a promise whose date is that of the next one. */
static cdr_status due_of(listing *l, const cdr_item *t, int64_t *ret)
{
    char subject[32];
    *ret = t->due_us;
    if (t->due_us || t->state != CDR_ITEM_OPEN || strcmp(t->ref, "updates") != 0)
        return CDR_OK;
    l->update_due = 0;
    snprintf(subject, sizeof subject, "I-%lld", (long long)t->incident);
    cdr_status s = cdr_clock_each(cdr_incidents_clocks(l->in), subject, false, find_update, l, &l->cli->err);
    *ret = l->update_due;
    return s;
}

static const char *state_of(const cdr_item *t, int64_t due, int64_t now)
{
    if (t->state == CDR_ITEM_DROPPED)
        return "dropped";
    if (t->state == CDR_ITEM_DONE)
        return due && t->done_us > due ? "kept late" : "kept";
    return due && due < now ? "late" : "open";
}

static cdr_status on_item(void *arg, const cdr_item *t)
{
    listing *l = arg;
    int64_t due = 0;
    char name[32];
    if (t->kind != CDR_ITEM_PROMISE)
        return CDR_OK;
    cdr_status s = due_of(l, t, &due);
    if (s != CDR_OK)
        return s;
    const char *state = state_of(t, due, l->now);
    l->late += !strcmp(state, "late");
    snprintf(name, sizeof name, "I-%lld", (long long)t->incident);
    json_t *j = json_pack("{s:I, s:s, s:s, s:s, s:s, s:s, s:o, s:I, s:o, s:s}", "item", (json_int_t)t->id, "incident", name, "state", state, "what", t->what, "to", t->to_whom, "who", t->who, "due", cdr_json_time(due),
                          "due_us", (json_int_t)(due ? due : INT64_MAX), "ended", cdr_json_time(t->done_us), "reason", t->outcome);
    return json_array_append_new(l->list, j) ? cdr_fail_nomem(&l->cli->err, "cli") : CDR_OK;
}

/* By date; a few dozen at most, each found in its place. */
static json_t *by_date(const json_t *list)
{
    json_t *sorted = json_array(), *j;
    size_t i;
    json_array_foreach(list, i, j) {
        size_t at = json_array_size(sorted);
        while (at > 0 && json_integer_value(json_object_get(json_array_get(sorted, at - 1), "due_us")) > json_integer_value(json_object_get(j, "due_us")))
            at--;
        if (json_array_insert(sorted, at, j)) {
            json_decref(sorted);
            return NULL;
        }
    }
    json_array_foreach(sorted, i, j)
        json_object_del(j, "due_us");
    return sorted;
}

static cdr_status print(cdr_cli *cli, const json_t *list, int64_t now)
{
    static const char *const heads[] = {"ITEM", "INCIDENT", "DUE", "LEFT", "WHAT, TO WHOM"};
    size_t i;
    json_t *j;
    cdr_text_table *t = cdr_text_table_new(CDR_COUNT(heads));
    if (!t)
        return cdr_fail_nomem(&cli->err, "cli");
    for (i = 0; i < CDR_COUNT(heads); i++)
        cdr_text_table_cell(t, heads[i]);
    json_array_foreach(list, i, j) {
        char due[CDR_WHEN_TEXT] = "-", left[CDR_LEFT_TEXT] = "-";
        const char *state = cdr_json_str(j, "state"), *at = cdr_json_str(j, "due");
        int64_t us;
        if (at && cdr_time_parse(at, &us)) {
            cdr_incident_time_text(us, due);
            cdr_incident_left(us, now, left);
        }
        cdr_text_table_cellf(t, "%lld", (long long)json_integer_value(json_object_get(j, "item")));
        cdr_text_table_cell(t, cdr_json_str(j, "incident"));
        cdr_text_table_cell(t, due);
        cdr_text_table_cell(t, !strcmp(state, "open") || !strcmp(state, "late") ? left : state);
        cdr_text_table_cellf(t, "%s, to %s", cdr_json_str(j, "what"), cdr_json_str(j, "to"));
    }
    cdr_status s = cdr_text_table_print_wrapped(t, cli, &cli->err);
    cdr_text_table_free(t);
    return s;
}

static cdr_exit run_promises(cdr_cli *cli)
{
    _cleanup_incident_ cdr_incident_room r = {.in = NULL};
    _cleanup_json_ json_t *list = json_array(), *sorted = NULL;
    cdr_status s = list ? cdr_incident_room_open(cli, CDR_WORKSPACE_READ, cli->argc ? cli->argv[0] : NULL, &r) : cdr_fail_nomem(&cli->err, "cli");
    listing l = {.cli = cli, .in = r.in, .list = list, .now = cdr_now_us(&cli->ctx)};
    if (s == CDR_OK)
        s = cdr_incident_items(r.in, r.i.id, cdr_opt_flag(cli, "all"), on_item, &l, &cli->err);
    if (s == CDR_OK && !(sorted = by_date(list)))
        s = cdr_fail_nomem(&cli->err, "cli");
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    cdr_exit code = l.late ? CDR_EXIT_NO : CDR_EXIT_OK;
    if (cli->json)
        return cdr_cli_print_json(cli, json_pack("{s:i, s:O}", "late", (int)l.late, "promises", sorted), code);
    if (!json_array_size(sorted))
        cdr_cli_print(cli, "Nothing was promised to anybody that is not kept.\n");
    else if ((s = print(cli, sorted, l.now)) != CDR_OK)
        return cdr_cli_fail(cli, s);
    if (json_array_size(sorted))
        cdr_cli_say(cli, "\nKept: candor incident item done ITEM\nNot any more: candor incident item drop ITEM --reason WORDS\n");
    return code;
}

static const cdr_opt promises_options[] = {
    {"all", 'a', CDR_OPT_FLAG, NULL, NULL, "those that are kept or dropped, too"},
    {0},
};

const cdr_cmd cdr_cmd_incident_promises = {
    .path = "incident promises",
    .group = "Answer honestly",
    .summary = "what was promised to whom and is not kept yet, by date",
    .args = "[I-NUMBER]",
    .max_args = 1,
    .opts = promises_options,
    .flags = CDR_CMD_READONLY,
    .roles = CDR_ROLES_READ,
    .description = "Of one incident, or of all. Promised progress updates stand there with the date of the next one. Exit code 1: one of them is late.",
    .examples = "  candor incident promises\n  candor incident promises I-1 --all\n",
    .json_shape = "  {\"late\": 0, \"promises\": [{\"item\": 4, \"incident\": \"I-1\", \"state\": \"open|late|kept|kept late|dropped\", \"what\": \"…\", \"to\": \"…\", \"who\": \"bob\", \"due\": \"…\", \"ended\": null, \"reason\": \"\"}]}\n",
    .run = run_promises,
};
