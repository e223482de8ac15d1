/* SPDX-License-Identifier: Apache-2.0 */
/* candor run list, candor run log. */
#include "cli/run.h"

#include "base/time.h"
#include "cli/policy_words.h"

#include <stdio.h>
#include <string.h>

typedef struct listing { cdr_cli *cli; json_t *list; uint64_t count; } listing;

static json_t *row_json(const cdr_run_row *r)
{
    char id[32];
    snprintf(id, sizeof id, "R-%lld", (long long)r->id);
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:i, s:I, s:o, s:o, s:b}", "run", id, "subject", r->subject, "playbook", r->playbook, "modified", r->modified, "outcome", r->outcome ? cdr_run_outcome_name(r->outcome) : "open", "waiting",
                     (int)r->waiting, "events", (json_int_t)r->events, "started", cdr_json_time(r->started_us), "ended", cdr_json_time(r->ended_us), "drill", (int)r->drill);
}

static cdr_status show_one(void *arg, const cdr_run_row *r)
{
    listing *l = arg;
    char id[32], state[60], at[CDR_TIME_TEXT];
    l->count++;
    if (l->list)
        return json_array_append_new(l->list, row_json(r)) ? cdr_fail_nomem(&l->cli->err, "cli") : CDR_OK;
    if (l->count == 1)
        cdr_cli_print(l->cli, "%-7s %-7s %-26s %-20s %s\n", "RUN", "OF", "PLAYBOOK", "BEGAN", "STATE");
    snprintf(id, sizeof id, "R-%lld", (long long)r->id);
    cdr_time_format(r->started_us, at);
    if (r->outcome)
        snprintf(state, sizeof state, "%s", cdr_run_outcome_words(r->outcome));
    else
        snprintf(state, sizeof state, r->waiting ? "%u wait%s" : "goes on", r->waiting, r->waiting == 1 ? "s" : "");
    _cleanup_free_ char *name = cdr_cli_shown(r->playbook);
    cdr_cli_print(l->cli, "%-7s %-7s %-26.26s %-20s %s%s\n", id, r->subject, name ? name : "", at, state, r->drill ? ", drill" : "");
    return CDR_OK;
}

static cdr_exit run_list(cdr_cli *cli)
{
    _cleanup_desk_run_ cdr_desk_run d = {.in = NULL};
    listing l = {.cli = cli, .list = cli->json ? json_array() : NULL};
    cdr_status s = cdr_desk_run_open(cli, NULL, &d);
    if (s == CDR_OK)
        s = cdr_runs_each(d.r, cli->argc ? cli->argv[0] : NULL, cdr_opt_flag(cli, "all"), show_one, &l, &cli->err);
    if (s != CDR_OK) {
        json_decref(l.list);
        return cdr_cli_fail(cli, s);
    }
    if (cli->json)
        return cdr_cli_print_json(cli, json_pack("{s:o}", "runs", l.list), CDR_EXIT_OK);
    if (!l.count)
        cdr_cli_print(cli, "No run is open%s.\n", cdr_opt_flag(cli, "all") ? ", and none has been" : "; --all shows those that are over");
    return CDR_EXIT_OK;
}

static const cdr_opt list_options[] = {
    {"all", 'a', CDR_OPT_FLAG, NULL, NULL, "those that are over, too"},
    {0},
};

const cdr_cmd cdr_cmd_run_list = {
    .path = "run list",
    .group = "Be ready",
    .summary = "runs of playbooks, and how many steps wait for people",
    .args = "[INCIDENT]",
    .max_args = 1,
    .opts = list_options,
    .flags = CDR_CMD_READONLY,
    .roles = CDR_ROLES_READ,
    .description = "With the name of an incident (I-3) only its runs.",
    .examples = "  candor run list\n",
    .json_shape = "  {\"runs\": [{\"run\": \"R-1\", \"subject\": \"I-3\", \"playbook\": \"lost-device\", \"outcome\": \"open\", \"waiting\": 2, \"events\": 17, \"started\": \"…\", \"ended\": null, \"drill\": false}]}\n",
    .run = run_list,
};

/* --- log --- */

static const char *const kind_words[CDR_RUN_KIND__MAX] = {
    [CDR_RUN_STARTED] = "the run begins", [CDR_RUN_ENTERED] = "entered", [CDR_RUN_BEGAN] = "its delay is over", [CDR_RUN_TRIED] = "begun", [CDR_RUN_ENDED_COMMAND] = "answered", [CDR_RUN_TESTED] = "condition",
    [CDR_RUN_ENDED] = "ended", [CDR_RUN_FINISHED] = "the run is over", [CDR_RUN_DOUBTED] = "in doubt", [CDR_RUN_RETRIED] = "again", [CDR_RUN_SKIPPED] = "skipped", [CDR_RUN_BY_HAND] = "done by hand",
    [CDR_RUN_ABORTED] = "aborted", [CDR_RUN_SHOWN] = "evidence", [CDR_RUN_APPROVED] = "approved", [CDR_RUN_REJECTED] = "sent back", [CDR_RUN_CLOCK] = "clock", [CDR_RUN_FAILED] = "failed, asks",
};

typedef struct logging { cdr_cli *cli; cdr_desk_run *d; json_t *list; } logging;

static json_t *event_json(const cdr_run_event *e, const char *kind, const char *number, const char *step)
{
    return json_pack("{s:I, s:o, s:s, s:o, s:I, s:s?, s:s, s:s?, s:s?, s:I, s:I, s:O*}", "seq", (json_int_t)e->seq, "at", cdr_json_time(e->at_us), "kind", kind, "number", *number ? json_string(number) : json_null(), "ref", (json_int_t)e->activation, "name", step, "outcome",
                     cdr_run_outcome_name(e->outcome), "by", e->by, "text", e->text, "attempt", (json_int_t)e->attempt, "value", (json_int_t)e->number, "data", (json_t *)(uintptr_t)e->data);
}

/* Where "E-3 sha256 <64 digits>" is cut so that it fits a line; 0: it is short. */
static size_t hash_cut(const char *text)
{
    enum { SHOWN = 16 };
    const char *hash = strrchr(text, ' ');
    return hash && strlen(hash) > SHOWN + 1 ? (size_t)(hash - text) + 1 + SHOWN : 0;
}

static void put_detail(cdr_buf *out, const cdr_run_event *e, const cdr_activation *a, bool opens)
{
    if (e->kind == CDR_RUN_TESTED && !e->outcome && !opens)
        cdr_buf_addf(out, ": %s", e->number ? "yes" : "no");
    if (e->kind == CDR_RUN_CLOCK) {
        char at[CDR_TIME_TEXT] = "taken back";
        if (e->number)
            cdr_time_format(e->number, at);
        _cleanup_free_ char *name = cdr_cli_shown(e->text ? e->text : "");
        cdr_buf_addf(out, " %s: %s", name ? name : "", at);
        return;
    }
    if (e->outcome && e->outcome != CDR_OUT_SUCCESS)
        cdr_buf_addf(out, ": %s", cdr_run_outcome_words(e->outcome));
    if (e->by) {
        _cleanup_free_ char *by = cdr_cli_shown(e->by);
        cdr_buf_addf(out, ", %s", by ? by : "");
    }
    if (e->text) {
        _cleanup_free_ char *text = cdr_cli_shown(e->text);
        size_t cut = e->kind == CDR_RUN_SHOWN && text ? hash_cut(text) : 0;      /* --json has it whole */
        cdr_buf_addf(out, cut ? ", \"%.*s…\"" : ", \"%.*s\"", text ? (int)(cut ? cut : strlen(text)) : 0, text ? text : "");
    }
    const char *name;
    json_t *value;
    bool said = e->by && (e->kind == CDR_RUN_ENDED_COMMAND || e->kind == CDR_RUN_BY_HAND);
    json_object_foreach((json_t *)(uintptr_t)(e->kind == CDR_RUN_STARTED ? json_object_get(e->data, "variables") : e->data), name, value) {
        if (said) {      /* beside the question's words */
            cdr_buf_adds(out, "; ");
            cdr_run_put_answer(out, a, name, value);
            continue;
        }
        _cleanup_free_ char *shown = cdr_cli_shown(json_string_value(value) ? json_string_value(value) : "nothing"), *key = cdr_cli_shown(name);
        cdr_buf_addf(out, ", %s=%s", key ? key : "", shown ? shown : "");
    }
}

static cdr_status log_one(void *arg, const cdr_run_event *e)
{
    logging *l = arg;
    char at[CDR_TIME_TEXT], number[CDR_RUN_NUMBER_MAX];
    const cdr_activation *a = cdr_run_activation(l->d->run, e->activation);
    const char *kind = (unsigned)e->kind < CDR_RUN_KIND__MAX && kind_words[e->kind] ? kind_words[e->kind] : "?";
    _cleanup_free_ char *label = a ? cdr_cli_shown(cdr_step_label(a->step)) : NULL;
    cdr_desk_run_number(l->d, e->activation, number);
    if (l->list)
        return json_array_append_new(l->list, event_json(e, kind, number, label)) ? cdr_fail_nomem(&l->cli->err, "cli") : CDR_OK;
    _cleanup_buf_ cdr_buf line = CDR_BUF((size_t)1 << 20);
    bool done = e->kind == CDR_RUN_ENDED_COMMAND && !e->by, opens = e->kind == CDR_RUN_TESTED && a && (a->step->type == CDR_STEP_PARALLEL || a->step->type == CDR_STEP_PLAYBOOK_ACTION);
    cdr_buf_addf(&line, "%s%s%s", label ? label : "", label ? ": " : "", done ? "was done" : opens ? "opens its branches" : kind);
    put_detail(&line, e, a, opens);
    cdr_time_format(e->at_us, at);
    cdr_cli_print(l->cli, "%5llu %s %4s ", (unsigned long long)e->seq, at, number);
    cdr_cli_wrapped(l->cli, 0, 32, line.data ? line.data : "");
    return CDR_OK;
}

static cdr_exit run_log(cdr_cli *cli)
{
    _cleanup_desk_run_ cdr_desk_run d = {.in = NULL};
    logging l = {.cli = cli, .d = &d, .list = cli->json ? json_array() : NULL};
    cdr_status s = cdr_desk_run_open(cli, cli->argv[0], &d);
    if (s == CDR_OK)
        s = cdr_runs_events(d.r, d.row.id, log_one, &l, &cli->err);
    if (s != CDR_OK) {
        json_decref(l.list);
        return cdr_cli_fail(cli, s);
    }
    return cli->json ? cdr_cli_print_json(cli, json_pack("{s:o}", "events", l.list), CDR_EXIT_OK) : CDR_EXIT_OK;
}

const cdr_cmd cdr_cmd_run_log = {
    .path = "run log",
    .group = "Be ready",
    .summary = "everything that happened in a run, in order",
    .args = "RUN",
    .min_args = 1,
    .max_args = 1,
    .flags = CDR_CMD_READONLY,
    .roles = CDR_ROLES_READ,
    .description = "The state of a run is nothing but the replay of these events. The ledger has a hash of them; candor doctor sees when one was changed.",
    .examples = "  candor run log R-1\n",
    .json_shape = "  {\"events\": [{\"seq\": 4, \"at\": \"…\", \"kind\": \"answered\", \"number\": \"3\", \"ref\": 5, \"name\": \"…\", \"outcome\": \"successfully_executed\", \"by\": \"staff:dana\", \"text\": null, \"attempt\": 1, \"value\": 0, \"data\": {\"__x__\": \"yes\"}}]}\n",
    .run = run_log,
};
