/* SPDX-License-Identifier: Apache-2.0 */
/* candor drill run: the scenario answers; what it has no answer for is put before whoever sits at the terminal. */
#include "base/io.h"
#include "base/time.h"
#include "cli/drill.h"
#include "cli/policy_words.h"
#include "cli/prompt.h"

#include <string.h>

static void say_time(cdr_cli *cli, int64_t at_us)
{
    char when[64];
    cdr_time_format_long(at_us, when);
    cdr_cli_print(cli, "\nDRILL. It is %s.\n", when);
}

static void tell(void *arg, int64_t at_us, const char *kind, const char *text)
{
    cdr_cli *cli = arg;
    char at[CDR_TIME_TEXT];
    cdr_time_format(at_us, at);
    _cleanup_free_ char *shown = cdr_cli_shown(text);
    (void)kind;
    cdr_cli_print(cli, "  %.10s %.5s  ", at, at + 11);
    cdr_cli_wrapped(cli, 0, 20, shown ? shown : "");
}

/* A line; ${ret} stays empty at the end of input. */
static cdr_status line(cdr_cli *cli, const char *prompt, cdr_buf *ret, bool *ret_end)
{
    cdr_secret *typed = NULL;
    cdr_status s = cdr_prompt_line(cli, CDR_PROMPT_SHOWN, prompt, 1000, &typed);
    *ret_end = s == CDR_DONE;
    cdr_buf_clear(ret);
    if (s == CDR_OK && typed)
        s = cdr_buf_add(ret, cdr_secret_bytes(typed), cdr_secret_len(typed));
    cdr_secret_free(typed);
    return s == CDR_DONE ? CDR_OK : s;
}

/* Words that stand for something else than an answer. */
static bool is_command(const cdr_buf *typed, cdr_drill_reply *ret)
{
    static const struct { const char *word; cdr_drill_reply reply; } words[] = {{"", CDR_DRILL_LATER}, {"later", CDR_DRILL_LATER}, {"skip", CDR_DRILL_SKIP}, {"stop", CDR_DRILL_STOP}};
    for (size_t i = 0; i < CDR_COUNT(words); i++)
        if (!strcmp(typed->data ? typed->data : "", words[i].word)) {
            *ret = words[i].reply;
            return true;
        }
    return false;
}

static void print_choices(cdr_cli *cli, const json_t *choices)
{
    size_t i;
    json_t *one;
    json_array_foreach(choices, i, one) {
        _cleanup_free_ char *shown = cdr_cli_shown(json_string_value(one));
        cdr_cli_print(cli, "%s%s", i ? ", " : "  One of: ", shown ? shown : "");
    }
    if (json_array_size(choices))
        cdr_cli_print(cli, "\n");
}

/* A value for each variable that the step asks for. */
static cdr_status ask_values(cdr_cli *cli, const cdr_drill_question *q, json_t *answers, cdr_buf *typed, cdr_drill_reply *ret, cdr_err *err)
{
    size_t i;
    json_t *one;
    json_array_foreach((json_t *)(uintptr_t)q->names, i, one) {
        char name[CDR_VARIABLE_NAME_MAX + 1];
        bool end;
        memset(name, 0, sizeof name);
        memcpy(name, json_string_value(one), CDR_MIN(strcspn(json_string_value(one), ":"), sizeof name - 1));
        const json_t *a = json_object_get(q->answers, name);
        _cleanup_free_ char *shown = cdr_cli_shown(cdr_json_str(a, "ask") ? cdr_json_str(a, "ask") : name);
        cdr_cli_print(cli, "  %s\n", shown ? shown : "");
        print_choices(cli, json_object_get(a, "choices"));
        cdr_status s = line(cli, "  > ", typed, &end);
        if (s != CDR_OK)
            return s;
        if (end)
            *ret = CDR_DRILL_STOP;
        if (end || is_command(typed, ret))
            return CDR_OK;
        if (json_object_set_new(answers, name, json_string(typed->data)))
            return cdr_fail_nomem(err, "cli");
    }
    *ret = CDR_DRILL_DONE;
    return CDR_OK;
}

/* Whether it is done, approved or tried again, by a plain yes or no; or what is shown for it. */
static cdr_status ask_done(cdr_cli *cli, const cdr_drill_question *q, cdr_buf *typed, cdr_drill_reply *ret)
{
    const char *prompt = q->approval ? "  Approved? yes or no > " : q->evidence ? "  What is shown for it? > " : q->again ? "  It did not work. Try again? yes, or skip > " : "  Done? yes, or no and it did not work > ";
    for (;;) {
        bool end;
        cdr_status s = line(cli, prompt, typed, &end);
        if (s != CDR_OK || end) {
            *ret = CDR_DRILL_STOP;
            return s;
        }
        if (is_command(typed, ret))
            return CDR_OK;
        bool yes = !strcmp(typed->data, "yes") || !strcmp(typed->data, "y"), no = !strcmp(typed->data, "no") || !strcmp(typed->data, "n");
        *ret = q->evidence || yes ? CDR_DRILL_DONE : q->again ? CDR_DRILL_LATER : CDR_DRILL_NO;
        if (q->evidence || yes || no)
            return CDR_OK;
        cdr_cli_print(cli, "  Type yes or no, or later, skip or stop.\n");
    }
}

static cdr_status ask(void *arg, const cdr_drill_question *q, json_t **ret_answers, cdr_buf *text, cdr_drill_reply *ret, cdr_err *err)
{
    cdr_cli *cli = arg;
    bool end = false;
    _cleanup_buf_ cdr_buf typed = CDR_BUF(2000);
    _cleanup_free_ char *step = cdr_cli_shown(q->step), *what = cdr_cli_shown(q->text), *why = q->why ? cdr_cli_shown(q->why) : NULL;
    char span[CDR_DURATION_TEXT];
    say_time(cli, q->now_us);
    cdr_cli_print(cli, "For the %s: %s\n", q->role, step ? step : "");
    if (q->due_us) {
        cdr_span_words(q->due_us - q->now_us, span);
        cdr_cli_print(cli, "  %s: %s\n", q->due_us >= q->now_us ? "Time left" : "OVERDUE by", span);
    }
    cdr_cli_print(cli, "  ");
    cdr_cli_wrapped(cli, 0, 2, what ? what : "");
    if (why) {
        _cleanup_free_ char *because = cdr_asprintf("Why: %s", why);
        cdr_cli_wrapped(cli, 2, 2, because ? because : why);
    }
    cdr_cli_print(cli, "  Answer, or type later (also an empty line), skip or stop.\n");
    *ret_answers = json_object();
    cdr_status s = *ret_answers ? CDR_OK : cdr_fail_nomem(err, "cli");
    bool values = !q->approval && !q->evidence && !q->again;
    if (s == CDR_OK && values)
        s = ask_values(cli, q, *ret_answers, &typed, ret, err);
    bool answered = json_array_size(q->names) > 0 && values;
    if (s == CDR_OK && !answered)
        s = ask_done(cli, q, &typed, ret);
    if (s != CDR_OK || *ret == CDR_DRILL_LATER || *ret == CDR_DRILL_STOP)
        return s;
    if (q->evidence && *ret == CDR_DRILL_DONE)
        return cdr_buf_adds(text, typed.data);
    s = line(cli, *ret == CDR_DRILL_SKIP ? "  Why is it skipped? > " : *ret == CDR_DRILL_NO ? "  Why not? > " : "  Reason, or a note (may be empty) > ", &typed, &end);
    return s == CDR_OK && typed.len ? cdr_buf_adds(text, typed.data) : s;
}

/* Roles by bits; whoever is not one is told which there are. */
static bool read_roles(cdr_cli *cli, unsigned *ret)
{
    const char *const *names;
    size_t n = cdr_opt_list(cli, "play", &names);
    *ret = 0;
    for (size_t i = 0; i < n; i++) {
        cdr_duty_role r = cdr_duty_role_by_key(names[i]);
        bool all = !strcmp(names[i], "all");
        if (!all && (r == CDR_DUTY__MAX || r == CDR_DUTY_ANYBODY))
            return false;
        *ret |= all ? ~0u : 1u << r;
    }
    return true;
}

static cdr_exit run(cdr_cli *cli)
{
    _cleanup_(cdr_scenario_freep) cdr_scenario *scenario = NULL;
    _cleanup_json_ json_t *report = NULL;
    cdr_drill_row row;
    const char *wanted = cdr_opt_text(cli, "scenario");
    bool asks = !cdr_opt_flag(cli, "scripted") && !cli->json && cdr_prompt_somebody();
    if (!wanted)
        return cdr_cli_usage(cli, "Say what happens: --scenario FILE, or the name of one that comes with Candor (lost-laptop-friday).");
    unsigned plays;
    if (!read_roles(cli, &plays))
        return cdr_cli_usage(cli, "--play takes manager, deputy, privacy-lead, legal, communications, it, scribe, approver, owner or all.");
    if (plays && !asks)
        return cdr_cli_usage(cli, "--play asks you at a terminal: run it at one, without --scripted and --json.");
    cdr_drill_options o = {.playbook = cli->argc ? cli->argv[0] : NULL, .plays = plays, .ask = asks ? ask : NULL, .tell = asks ? tell : NULL, .arg = cli};
    cdr_status s = cdr_scenario_find(wanted, &scenario, &cli->err);
    if (s == CDR_OK)
        s = cdr_drill_run(cli->ws, scenario, &o, &row, &report, &cli->err);
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    if (cli->json)
        return cdr_cli_print_json(cli, CDR_TAKE(report), CDR_EXIT_OK);
    if (!cli->quiet) {
        cdr_cli_drill_print(cli, report, false);
        cdr_cli_print(cli, "\nNext: candor drill show D-%lld --html report.html\n", (long long)row.id);
    }
    return CDR_EXIT_OK;
}

static const cdr_opt options[] = {
    {"scenario", 's', CDR_OPT_TEXT, "FILE", NULL, "what happens, when, and who answers what: a file, or the name of one that comes with Candor; needed"},
    {"play", 'p', CDR_OPT_LIST, "ROLE", NULL, "you are asked the steps of this role: manager, deputy, privacy-lead, legal, communications, it, scribe, approver, owner, or all; may be given several times"},
    {"scripted", 0, CDR_OPT_FLAG, NULL, NULL, "ask nobody: what the scenario has no answer for stays open"},
    {0},
};

const cdr_cmd cdr_cmd_drill_run = {
    .path = "drill run",
    .group = "Be ready",
    .summary = "practise a playbook on a simulated clock, and see what to mend",
    .args = "[PLAYBOOK]",
    .min_args = 0,
    .max_args = 1,
    .opts = options,
    .flags = CDR_CMD_READONLY,
    .roles = CDR_ROLES_RESPOND,
    .description = "Runs PLAYBOOK (that of the scenario when none is named) with the same engine as in earnest, in a workspace of its own below drills, with your team's names and nobody's data. The clock jumps from moment to moment: "
                   "72 hours take a second. People who are away do not answer, so that reminders, calls up the chain and the take-over really happen. Everything is marked DRILL and nothing is sent. What stays is the report. "
                   "At a terminal you are asked whatever the scenario has no answer for. To practise, take a role: --play it asks you the steps of that role, with the simulated time, and the scenario answers for the others; "
                   "--play all asks you everything. A drill that you stop has no score. Scenarios that come with Candor: lost-laptop-friday, ransomware-bank-holiday, misdirected-message.",
    .examples = "  candor drill run --scenario lost-laptop-friday --scripted\n"
                "  # you are the incident manager; the scenario answers for the others\n"
                "  candor drill run --scenario lost-laptop-friday --play manager\n"
                "  # one of your own, with another playbook\n"
                "  candor drill run ransomware --scenario our-drill.yaml\n",
    .json_shape = CDR_CLI_DRILL_SHAPE,
    .run = run,
};
