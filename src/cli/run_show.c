/* SPDX-License-Identifier: Apache-2.0 */
/* candor run show: the whole plan with its states, names instead of ids, and what waits for whom. */
#include "cli/run.h"

#include "base/time.h"
#include "cli/playbook_signed.h"
#include "cli/policy_words.h"

#include <stdio.h>
#include <string.h>

/* The steps in the order of their numbers, which is that of the sheet. ${ret} by number - 1; ${ret_count}: how many have one. */
static void order_of(const cdr_run_numbers *numbers, const cdr_playbook *p, uint32_t *ret, size_t *ret_count)
{
    size_t total = cdr_playbook_step_count(p);
    *ret_count = 0;
    for (uint32_t k = 0; k < total; k++) {
        unsigned number = cdr_run_plan_number(numbers, p, k);
        if (!number || number > total)
            continue;
        ret[number - 1] = k;
        *ret_count = CDR_MAX(*ret_count, (size_t)number);
    }
}

/* The newest activation of each step, and how often it was entered. */
typedef struct met { const cdr_activation *last; uint32_t times; } met;

static void print_step(cdr_cli *cli, cdr_desk_run *d, const cdr_step *s, const char *plan, const met *m)
{
    char number[CDR_RUN_NUMBER_MAX], state[60], due[CDR_RUN_DUE_TEXT] = "", when[CDR_TIME_TEXT] = "";
    _cleanup_buf_ cdr_buf line = CDR_BUF(4000);
    _cleanup_free_ char *label = cdr_cli_shown(cdr_step_label(s));
    const cdr_activation *a = m->last;
    snprintf(state, sizeof state, "%s", a ? cdr_run_state_words(a) : "later");
    cdr_buf_addf(&line, "%s", label ? label : "");
    snprintf(number, sizeof number, "%s", plan);
    if (a) {
        cdr_desk_run_number(d, a->id, number);
        cdr_run_due_words(cli, d->run, a, due);
        cdr_time_format(a->ended_us ? a->ended_us : a->entered_us, when);
        _cleanup_free_ char *who = cdr_cli_shown(a->answered_by);
        if (m->times > 1)
            cdr_buf_addf(&line, " (%u times)", m->times);
        cdr_buf_addf(&line, "; %s%s", a->ended_us ? "" : "since ", when);
        if (a->state == CDR_ACT_CLOSED && who && *who)
            cdr_buf_addf(&line, ", %s", who);
    }
    if ((!a || a->state != CDR_ACT_CLOSED) && s->rule.role != CDR_DUTY_ANYBODY)
        cdr_buf_addf(&line, "; %s", cdr_duty_role_label(s->rule.role));
    cdr_buf_addf(&line, "%s%s", *due ? "; " : "", due);
    cdr_cli_print(cli, "%4s %-16s ", number, state);
    cdr_cli_wrapped(cli, 0, 22, line.data ? line.data : "");
}

static cdr_status print_plan(cdr_cli *cli, cdr_desk_run *d, const cdr_playbook *p, uint32_t frame, const char *prefix)
{
    size_t total = cdr_playbook_step_count(p), n = 0, all = cdr_run_activation_count(d->run);
    const cdr_step *first = total ? cdr_playbook_step(p, 0) : NULL;
    _cleanup_free_ uint32_t *order = cdr_alloc_array(total + 1, sizeof *order);
    _cleanup_free_ met *steps = cdr_alloc_array(total + 1, sizeof *steps);
    if (!order || !steps)
        return cdr_fail_nomem(&cli->err, "cli");
    cdr_status made = d->numbers ? CDR_OK : cdr_run_numbers_new(d->run, &d->numbers, &cli->err);
    if (made != CDR_OK)
        return made;
    for (uint32_t i = 1; i <= all; i++) {
        const cdr_activation *a = cdr_run_activation(d->run, i);
        if (a->frame != frame)
            continue;
        met *m = &steps[a->step - first];
        if (!m->last || m->last->state == CDR_ACT_CLOSED)      /* one that is open hides none of those before */
            m->last = a;
        m->times++;
    }
    order_of(d->numbers, p, order, &n);
    for (size_t i = 0; i < n; i++) {
        char plan[CDR_RUN_NUMBER_MAX];
        snprintf(plan, sizeof plan, "%s%zu", prefix, i + 1);
        print_step(cli, d, cdr_playbook_step(p, order[i]), plan, &steps[order[i]]);
    }
    return CDR_OK;
}

/* "5/" in the playbook that step 5 calls. */
static void prefix_of(cdr_desk_run *d, const cdr_activation *a, char ret[CDR_RUN_NUMBER_MAX + 1])
{
    const cdr_activation *up = cdr_run_caller(d->run, a);
    cdr_desk_run_number(d, up ? up->id : 0, ret);
    snprintf(ret + strlen(ret), 2, "%s", *ret ? "/" : "");
}

static cdr_status print_called(cdr_cli *cli, cdr_desk_run *d)
{
    char prefix[CDR_RUN_NUMBER_MAX + 1];
    uint32_t frame = 0;
    cdr_status s = CDR_OK;
    for (uint32_t i = 1; i <= cdr_run_activation_count(d->run) && s == CDR_OK; i++) {
        const cdr_activation *a = cdr_run_activation(d->run, i);
        if (a->frame <= frame)
            continue;
        frame = a->frame;
        _cleanup_free_ char *name = cdr_cli_shown(cdr_playbook_name(a->playbook) ? cdr_playbook_name(a->playbook) : "a playbook");
        cdr_cli_print(cli, "\nIn %s, which it calls\n", name ? name : "");
        prefix_of(d, a, prefix);
        s = print_plan(cli, d, a->playbook, frame, prefix);
    }
    return s;
}

static cdr_status print_head(cdr_cli *cli, cdr_desk_run *d)
{
    char at[64], text[300];
    const cdr_run_row *r = &d->row;
    const char *tlp = cdr_playbook_tlp(cdr_run_playbook(d->run));
    _cleanup_free_ char *name = cdr_cli_shown(cdr_playbook_name(cdr_run_playbook(d->run)) ? cdr_playbook_name(cdr_run_playbook(d->run)) : r->playbook);
    cdr_cli_print(cli, "R-%lld  %s%s\n", (long long)r->id, name ? name : "", r->drill ? " (DRILL)" : "");
    cdr_time_format_long(r->started_us, at);
    snprintf(text, sizeof text, "%s%s%s. Begun %s%s%s%s. Version %s.", strncmp(r->subject, "R-", 2) ? "Of " : "", strncmp(r->subject, "R-", 2) ? r->subject : "Alone", "", at, r->verified ? ", its signature was good" : "", tlp ? ", " : "",
             tlp ? tlp : "", r->modified);
    cdr_cli_wrapped(cli, 0, 0, text);
    if (r->outcome) {
        cdr_time_format_long(r->ended_us, at);
        cdr_cli_print(cli, "Over: %s, %s.\n", cdr_run_outcome_words(r->outcome), at);
    }
    cdr_status s = cdr_cli_say_signed(cli, cdr_run_playbook(d->run), r->playbook);
    cdr_cli_print(cli, "\n");
    return s;
}

static cdr_status print_waiting(cdr_cli *cli, cdr_desk_run *d)
{
    size_t n, shown = 0;
    const cdr_activation *const *open = cdr_run_open(d->run, &n);
    cdr_status s = CDR_OK;
    for (size_t i = 0; i < n && s == CDR_OK; i++)
        if (CDR_RUN_WAITS >> open[i]->state & 1) {
            cdr_cli_print(cli, shown++ ? "\n" : "\nWhat waits for people\n");
            s = cdr_run_print_waiting(cli, d, open[i]);
            open = cdr_run_open(d->run, &n);
        }
    if (s == CDR_OK && !shown && !d->row.outcome) {
        cdr_cli_print(cli, "\n");
        s = cdr_run_print_next(cli, d);
    }
    return s;
}

static cdr_exit run(cdr_cli *cli)
{
    _cleanup_desk_run_ cdr_desk_run d = {.in = NULL};
    cdr_status s = cdr_desk_run_open(cli, cli->argv[0], &d);
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    if (cli->json)
        return cdr_cli_print_json(cli, cdr_run_json(cli, &d), CDR_EXIT_OK);
    s = print_head(cli, &d);
    if (s == CDR_OK)
        s = print_plan(cli, &d, cdr_run_playbook(d.run), 0, "");
    if (s == CDR_OK)
        s = print_called(cli, &d);
    if (s == CDR_OK)
        s = print_waiting(cli, &d);
    return s == CDR_OK ? CDR_EXIT_OK : cdr_cli_fail(cli, s);
}

const cdr_cmd cdr_cmd_run_show = {
    .path = "run show",
    .group = "Be ready",
    .summary = "a run: its whole plan, what is done, what waits for whom",
    .args = "RUN",
    .min_args = 1,
    .max_args = 1,
    .flags = CDR_CMD_READONLY,
    .roles = CDR_ROLES_READ,
    .description = "RUN is R-1, or I-1 for the run of an incident. Each step has its number in the plan, the one on the sheet that candor playbook show prints; 8.2 is step 8 when the run came to it the second time, 5/3 step 3 of the playbook that step 5 calls. Then its state, since when, by whom, and when it is due; those still to come stand there too. Below, each step that "
                   "waits: what is to be done and why, by whom, by when, what it asks, and the command to type.",
    .examples = "  candor run show R-1\n",
    .json_shape = "  {\"run\": \"R-1\", \"subject\": \"I-3\", \"playbook\": \"lost-device\", \"signed\": \"candor\", \"replaces_shipped\": false, \"outcome\": \"open\", \"waiting\": 1, \"steps\": [{\"number\": \"4\", \"ref\": 6, \"name\": \"…\", \"state\": \"ended\",\n"
                  "    \"outcome\": \"successfully_executed\", \"since\": \"…\", \"ended\": \"…\", \"due\": null, \"answered_by\": \"staff:dana\", \"role\": \"it\"},\n"
                  "    {\"number\": \"5\", \"state\": \"waiting for an answer\", \"command_type\": \"http-api\", \"what\": \"POST /isolate HTTP/1.1\", \"headers\": [\"Accept: text/plain\"], \"content\": \"…\",\n"
                  "    \"agent\": {\"name\": \"…\", \"type\": \"http-api\", \"address\": [\"https://example.com\"], \"words\": \"…\"}, \"targets\": [{\"name\": \"srv1\", \"type\": \"linux\", \"address\": [\"192.0.2.1\"], \"words\": \"…\"}]}], \"later\": [{\"name\": \"…\"}]}\n",
    .run = run,
};
