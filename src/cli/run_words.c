/* SPDX-License-Identifier: Apache-2.0 */
/* Runs and their steps as people and programs read them. */
#include "cli/playbook_signed.h"
#include "cli/run.h"

#include "base/text.h"
#include "base/time.h"
#include "base/words.h"
#include "cli/policy_words.h"
#include "core/cacao/secret.h"
#include "core/playbook/asked.h"

#include <stdio.h>
#include <string.h>

enum { TEXT_MAX = 64 << 10 };

const char *cdr_run_outcome_words(cdr_run_outcome o)
{
    static const char *const words[CDR_OUT__MAX] = {"open", "done", "failed", "ran out of time", "skipped", "done by hand", "aborted", "interrupted"};
    return (unsigned)o < CDR_OUT__MAX ? words[o] : "";
}

const char *cdr_run_state_words(const cdr_activation *a)
{
    static const char *const words[] = {"", "starts later", "ready", "is being done", "waits", "needs evidence", "needs approval", "goes on inside", "in doubt", "failed", ""};
    return a->state == CDR_ACT_CLOSED ? cdr_run_outcome_words(a->outcome) : words[a->state];
}

void cdr_run_due_words(cdr_cli *cli, const cdr_run *run, const cdr_activation *a, char ret[CDR_RUN_DUE_TEXT])
{
    int64_t due, now = cdr_now_us(&cli->ctx);
    char span[CDR_DURATION_TEXT];
    ret[0] = '\0';
    if (a->state == CDR_ACT_CLOSED || !cdr_run_due(run, a, &due))
        return;
    cdr_span_words(due - now, span);
    snprintf(ret, CDR_RUN_DUE_TEXT, due < now ? "%s late" : "due in %s", span);
}

/* --- what a step asks --- */

bool cdr_run_question_of(const cdr_activation *a, size_t i, cdr_run_question *ret)
{
    const char *arg = json_string_value(json_array_get(a->step->out_args, i));
    size_t count;
    const cdr_variable *list = cdr_playbook_variables(a->playbook, &count);
    if (!arg)
        return false;
    *ret = (cdr_run_question){.type = CDR_VAR_STRING};
    snprintf(ret->name, sizeof ret->name, "%s", arg);
    ret->name[strcspn(ret->name, ":")] = '\0';
    const json_t *answer = json_object_get(a->step->rule.answers, ret->name);
    for (size_t k = 0; k < a->step->variable_count + count; k++) {
        const cdr_variable *v = k < a->step->variable_count ? &a->step->variables[k] : &list[k - a->step->variable_count];
        if (!strcmp(v->name, ret->name)) {
            ret->type = v->type;
            break;
        }
    }
    const json_t *declared = json_object_get(json_object_get(cdr_playbook_json(a->playbook), "playbook_variables"), ret->name);
    ret->ask = cdr_json_str(answer, "ask");
    ret->ask = ret->ask ? ret->ask : cdr_json_str(declared, "description");
    ret->choices = json_object_get(answer, "choices");
    ret->optional = json_is_true(json_object_get(answer, "optional"));
    return true;
}

const char *cdr_run_known(cdr_run *run, const cdr_activation *a, const cdr_run_question *q)
{
    const char *value = cdr_run_handed(run, a->id, q->name);
    size_t i;
    json_t *choice;
    if (!value || !*value || !json_array_size(q->choices))
        return value && *value ? value : NULL;
    json_array_foreach(q->choices, i, choice)
        if (json_string_value(choice) && !strcmp(json_string_value(choice), value))
            return value;
    return NULL;
}

void cdr_run_unknown_words(const cdr_run_question *q, char *ret, size_t cap)
{
    size_t i;
    json_t *choice;
    bool offered = false;
    json_array_foreach(q->choices, i, choice)
        offered = offered || (json_string_value(choice) && !strcmp(json_string_value(choice), "unknown"));
    if (offered || (q->type == CDR_VAR_STRING && !json_array_size(q->choices)))
        snprintf(ret, cap, "If nobody knows, answer unknown.");
    else if (q->type == CDR_VAR_INTEGER || q->type == CDR_VAR_LONG || q->type == CDR_VAR_FLOAT)
        snprintf(ret, cap, "If nobody knows, give the largest number that you cannot rule out, or leave the step open until somebody knows (later).");
    else
        snprintf(ret, cap, "If nobody knows, leave the step open until somebody does (later).");
}

const char *cdr_run_known_words(const cdr_run_row *row)
{
    return row->subject[0] == 'I' ? "known from the report" : "handed in at the start";
}

/* Lines of a text become words of a paragraph. */
static void put_escaped(cdr_buf *out, const char *text)
{
    _cleanup_free_ char *flat = cdr_strdup(text);
    for (char *p = flat; p && *p; p++)
        if (*p == '\n' || *p == '\r' || *p == '\t')
            *p = ' ';
    _cleanup_free_ char *shown = flat ? cdr_cli_shown(flat) : NULL;
    cdr_buf_adds(out, shown ? shown : "");
}

static void print_row(cdr_cli *cli, const char *head, const char *text)
{
    if (!text || !*text)
        return;
    cdr_cli_print(cli, "    %-9s ", head);
    cdr_cli_wrapped(cli, 0, 14, text);
}

/* With its lines as they are. */
static void print_lines(cdr_cli *cli, const char *head, const char *text, bool code)
{
    if (!text || !*text)
        return;
    cdr_cli_print(cli, "    %-9s ", head);
    cdr_cli_lines(cli, 0, 14, text, code);
}

static cdr_status print_text(cdr_cli *cli, cdr_desk_run *d, const cdr_activation *a, const char *head, const char *text, bool code)
{
    _cleanup_buf_ cdr_buf filled = CDR_BUF(TEXT_MAX);
    if (!text)
        return CDR_OK;
    cdr_status s = cdr_asked_text(d->run, a, text, &filled, &cli->err);
    if (s == CDR_OK)
        print_lines(cli, head, filled.data, code);
    return s == CDR_E_LIMIT ? CDR_OK : s;
}

static void put_choices(cdr_buf *out, const cdr_run_question *q)
{
    size_t i;
    json_t *choice;
    json_array_foreach(q->choices, i, choice) {
        cdr_buf_adds(out, i ? ", " : " (");
        put_escaped(out, json_string_value(choice) ? json_string_value(choice) : "");
    }
    cdr_buf_adds(out, json_array_size(q->choices) ? ")" : "");
}

static void print_questions(cdr_cli *cli, const cdr_desk_run *d, const cdr_activation *a)
{
    for (size_t i = 0; i < json_array_size(a->step->out_args); i++) {
        _cleanup_buf_ cdr_buf text = CDR_BUF(TEXT_MAX);
        cdr_run_question q;
        if (!cdr_run_question_of(a, i, &q))
            continue;
        put_escaped(&text, q.name);
        cdr_buf_adds(&text, q.ask ? ": " : "");
        put_escaped(&text, q.ask ? q.ask : "");
        put_choices(&text, &q);
        cdr_buf_adds(&text, q.optional ? ", may be left out" : "");
        const char *known = cdr_run_known(d->run, a, &q);
        if (known) {
            cdr_buf_addf(&text, "; %s: ", cdr_run_known_words(&d->row));
            put_escaped(&text, cdr_playbook_secret(a->playbook, q.name) ? "[secret]" : known);
        }
        print_row(cli, i ? "" : "Asks", text.data);
    }
}

static const char *agent_name(const json_t *agent)
{
    const char *name = cdr_json_str(agent, "name");
    return name ? name : "";
}

/* Who is to do it, if not a person, and on what; what the command sends. Secrets are named alone. */
static void print_parties(cdr_cli *cli, cdr_desk_run *d, const cdr_activation *a, const cdr_command *c)
{
    cdr_asked_run m;
    const cdr_asked_view v = cdr_asked_of_run(d->run, a, &m);
    _cleanup_json_ json_t *agent = cdr_asked_agent(&v), *targets = cdr_asked_targets(&v), *headers = c ? cdr_asked_headers(&v, c) : NULL, *content = c ? cdr_asked_content(&v, c) : NULL;
    const json_t *one;
    size_t i;
    if (json_is_object(agent) && !cdr_asked_is_person(agent))
        print_lines(cli, "Agent", cdr_json_str(agent, "words"), false);
    json_array_foreach(targets, i, one)
        print_lines(cli, i ? "" : "Target", cdr_json_str(one, "words"), false);
    json_array_foreach(headers, i, one)
        print_lines(cli, i ? "" : "Headers", json_string_value(one), true);
    print_lines(cli, "Content", json_string_value(content), true);
}

/* The person that the playbook names where no role is: whoever answers, it is she who is meant. */
static void put_anybody(cdr_buf *out, cdr_desk_run *d, const cdr_activation *a)
{
    cdr_asked_run m;
    const cdr_asked_view v = cdr_asked_of_run(d->run, a, &m);
    _cleanup_json_ json_t *agent = cdr_asked_agent(&v);
    bool named = json_is_object(agent) && cdr_asked_is_person(agent);
    if (named)
        put_escaped(out, agent_name(agent));
    cdr_buf_adds(out, named ? " (anybody may answer)" : "anybody");
}

static cdr_status print_who(cdr_cli *cli, cdr_desk_run *d, const cdr_activation *a)
{
    char due[CDR_RUN_DUE_TEXT], span[CDR_DURATION_TEXT];
    _cleanup_buf_ cdr_buf text = CDR_BUF(8000);
    cdr_status s = CDR_OK;
    cdr_run_due_words(cli, d->run, a, due);
    cdr_span_words(cdr_now_us(&cli->ctx) - (a->asked_us ? a->asked_us : a->entered_us), span);
    if (a->state != CDR_ACT_APPROVAL && a->step->rule.role == CDR_DUTY_ANYBODY)
        put_anybody(&text, d, a);
    else
        s = cdr_run_by_words(cli, d, a, &text);
    cdr_buf_addf(&text, ", asked %s ago%s%s", span, *due ? ", " : "", due);
    if (s == CDR_OK)
        print_row(cli, "Who", text.data);
    return s;
}

/* What comes after the answer is said with the step, so that nobody has to do it twice. */
static void print_after(cdr_cli *cli, const cdr_activation *a)
{
    const cdr_rule *rule = &a->step->rule;
    bool approval = rule->two_person || rule->approver != CDR_DUTY_ANYBODY, file = rule->evidence_required && !a->shown;
    char text[300];
    if (a->state == CDR_ACT_EVIDENCE)
        print_row(cli, "Show", "a file that shows that it was done: a photo, a screenshot, a receipt");
    if (a->state != CDR_ACT_ANSWER || (!approval && !file && !rule->decision))
        return;
    snprintf(text, sizeof text, "%s%s%s%s%s", rule->decision ? "the reason in words" : "", rule->decision && (file || approval) ? "; " : "", file ? "a file that shows it: a photo, a screenshot, a receipt" : "", file && approval ? "; " : "",
             !approval ? "" : rule->approver != CDR_DUTY_ANYBODY ? "approval, by the " : "approval, by a second person");
    if (approval && rule->approver != CDR_DUTY_ANYBODY)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s", cdr_duty_role_label(rule->approver));
    print_row(cli, "Wants", text);
}

/* What is known needs one word, what is not each its own. */
static void put_sets(cdr_buf *out, const cdr_desk_run *d, const cdr_activation *a)
{
    bool keep = false;
    for (size_t i = 0; i < json_array_size(a->step->out_args); i++) {
        cdr_run_question q;
        if (!cdr_run_question_of(a, i, &q))
            continue;
        bool known = cdr_run_known(d->run, a, &q) != NULL;
        keep = keep || known;
        if (known || q.optional)
            continue;
        size_t n = strlen(q.name);
        cdr_buf_addf(out, " --set %.*s=…", (int)(n > 4 ? n - 4 : n), n > 4 ? q.name + 2 : q.name);
    }
    cdr_buf_adds(out, keep ? " --keep" : "");
}

/* What to type, for each thing a step can wait for. */
static void put_command(cdr_buf *out, cdr_desk_run *d, const cdr_activation *a)
{
    long long run = (long long)d->row.id;
    char n[CDR_RUN_NUMBER_MAX];
    cdr_desk_run_number(d, a->id, n);
    switch (a->state) {
    case CDR_ACT_ANSWER:
        cdr_buf_addf(out, "candor run answer R-%lld %s", run, n);
        if (a->command + 1 >= a->step->command_count) {
            put_sets(out, d, a);
            cdr_buf_adds(out, a->step->rule.decision ? " --note …" : "");
        }
        break;
    case CDR_ACT_EVIDENCE: cdr_buf_addf(out, "candor run evidence R-%lld %s FILE", run, n); break;
    case CDR_ACT_APPROVAL: cdr_buf_addf(out, "candor run approve R-%lld %s", run, n); break;
    case CDR_ACT_DOUBT: cdr_buf_addf(out, "candor run done R-%lld %s --reason … (it was), or candor run retry R-%lld %s (it was not)", run, n, run, n); break;
    case CDR_ACT_FAILED: cdr_buf_addf(out, "candor run retry R-%lld %s, or run done or run skip with --reason …", run, n); break;
    case CDR_ACT_DELAYED:
    case CDR_ACT_READY:
    case CDR_ACT_RUNNING:
    case CDR_ACT_BRANCHES:
    case CDR_ACT_CLOSED: break;
    }
}

static void print_head(cdr_cli *cli, cdr_desk_run *d, const cdr_activation *a)
{
    char number[CDR_RUN_NUMBER_MAX];
    _cleanup_buf_ cdr_buf line = CDR_BUF(4000);
    put_escaped(&line, cdr_step_label(a->step));
    cdr_buf_addf(&line, ": %s", cdr_run_state_words(a));
    cdr_cli_print(cli, "%3s ", cdr_desk_run_number(d, a->id, number));
    cdr_cli_wrapped(cli, 0, 4, line.data ? line.data : "");
}

cdr_status cdr_run_print_waiting(cdr_cli *cli, cdr_desk_run *d, const cdr_activation *a)
{
    _cleanup_buf_ cdr_buf command = CDR_BUF(4000), why = CDR_BUF(2000);
    const cdr_command *c = a->command < a->step->command_count ? &a->step->commands[a->command] : NULL;
    print_head(cli, d, a);
    cdr_status s = CDR_OK;
    if (a->state == CDR_ACT_ANSWER && c && c->type && strcmp(c->type, "manual") != 0)
        s = print_text(cli, d, a, "Type", c->type, false);
    if (s == CDR_OK && a->state == CDR_ACT_ANSWER)
        s = print_text(cli, d, a, "What", c && c->command ? c->command : "This step is of a type Candor does not know; see it in the playbook.", c && c->type && strcmp(c->type, "manual") != 0);
    if (s == CDR_OK)
        print_parties(cli, d, a, a->state == CDR_ACT_ANSWER ? c : NULL);
    if (s == CDR_OK)
        s = cdr_runs_why_manual(d->r, d->run, &d->row, a->id, &why, &cli->err);
    if (s == CDR_OK)
        s = print_text(cli, d, a, "Why", a->step->rule.why, false);
    if (s == CDR_OK)       /* behind what is to be done: at night people read the first lines */
        s = print_text(cli, d, a, "More", a->step->description, false);
    if (s != CDR_OK)
        return s;
    print_row(cli, "By you", why.data);
    if (a->why[0]) {
        _cleanup_free_ char *shown = cdr_cli_shown(a->why);
        print_row(cli, a->state == CDR_ACT_ANSWER ? "Sent back" : "Reason", shown);
    }
    s = print_who(cli, d, a);
    if (s == CDR_OK && a->state != CDR_ACT_ANSWER)
        s = cdr_run_print_said(cli, d, a);
    if (s != CDR_OK)
        return s;
    if (a->state == CDR_ACT_ANSWER && a->command + 1 >= a->step->command_count)
        print_questions(cli, d, a);
    print_after(cli, a);
    put_command(&command, d, a);
    print_row(cli, "Type in", command.data);
    return CDR_OK;
}

/* Those that are for whoever is at work, or those that are not; ${ret}: how many. */
static cdr_status print_some(cdr_cli *cli, cdr_desk_run *d, bool hers, size_t *ret)
{
    size_t n;
    const cdr_activation *const *open = cdr_run_open(d->run, &n);
    cdr_status s = CDR_OK;
    *ret = 0;
    for (size_t i = 0; i < n && s == CDR_OK; i++) {
        char due[CDR_RUN_DUE_TEXT], number[CDR_RUN_NUMBER_MAX];
        bool mine;
        _cleanup_buf_ cdr_buf line = CDR_BUF(4000);
        if (!(CDR_RUN_WAITS >> open[i]->state & 1) || (s = cdr_run_mine(cli, d, open[i], &mine)) != CDR_OK || mine != hers)
            continue;
        cdr_run_due_words(cli, d->run, open[i], due);
        put_escaped(&line, cdr_step_label(open[i]->step));
        cdr_buf_addf(&line, ": %s%s%s", cdr_run_state_words(open[i]), *due ? ", " : "", due);
        cdr_buf_adds(&line, hers ? "" : "; for ");
        if (!hers)
            s = cdr_run_by_words(cli, d, open[i], &line);
        cdr_cli_print(cli, "%s%3s ", (*ret)++ ? "" : hers ? "Next:\n" : "For others:\n", cdr_desk_run_number(d, open[i]->id, number));
        cdr_cli_wrapped(cli, 0, 4, line.data ? line.data : "");
    }
    return s;
}

static bool is_running(cdr_desk_run *d)
{
    size_t n;
    const cdr_activation *const *open = cdr_run_open(d->run, &n);
    bool found = false;
    for (size_t i = 0; i < n && !found; i++)
        found = open[i]->state == CDR_ACT_RUNNING;
    return found;
}

cdr_status cdr_run_print_next(cdr_cli *cli, cdr_desk_run *d)
{
    size_t hers = 0, others = 0;
    int64_t wake = cdr_run_wake(d->run);
    char at[64];
    if (cdr_run_over(d->run, NULL)) {
        cdr_cli_print(cli, "R-%lld is over: %s.\n", (long long)d->row.id, cdr_run_outcome_words(d->row.outcome));
        return CDR_OK;
    }
    cdr_status s = print_some(cli, d, true, &hers);
    if (s == CDR_OK)
        s = print_some(cli, d, false, &others);
    if (s != CDR_OK)
        return s;
    if (hers)
        cdr_cli_print(cli, "\ncandor run next R-%lld asks one thing after the other.\n", (long long)d->row.id);
    else if (others)
        cdr_cli_print(cli, "\ncandor run show R-%lld shows what each of them is.\n", (long long)d->row.id);
    else if (wake == INT64_MAX)
        cdr_cli_print(cli, "R-%lld waits for nothing that people do.\n", (long long)d->row.id);
    else if (wake == 0 && is_running(d))
        cdr_cli_print(cli, "R-%lld is carrying out a command. If nobody is at it any more: candor tick.\n", (long long)d->row.id);
    else if (wake == 0)
        cdr_cli_print(cli, "R-%lld can go on at once: candor tick.\n", (long long)d->row.id);
    else {
        cdr_time_format_long(wake, at);
        cdr_cli_print(cli, "R-%lld goes on by itself at %s (candor tick).\n", (long long)d->row.id, at);
    }
    return CDR_OK;
}

/* --- JSON --- */

static json_t *text_or_null(const char *text)
{
    return text && *text ? json_string(text) : json_null();
}

static json_t *questions_json(const cdr_desk_run *d, const cdr_activation *a)
{
    json_t *list = json_array();
    for (size_t i = 0; list && i < json_array_size(a->step->out_args); i++) {
        cdr_run_question q;
        if (cdr_run_question_of(a, i, &q))
            json_array_append_new(list, json_pack("{s:s, s:s?, s:s, s:O*, s:b, s:s?}", "name", q.name, "ask", q.ask, "type", cdr_variable_type_name(q.type), "choices", q.choices, "optional", (int)q.optional,
                                                  "known", cdr_playbook_secret(a->playbook, q.name) ? NULL : cdr_run_known(d->run, a, &q)));
    }
    return list;
}

/* What waits for approval, with what was said. */
static void add_said(cdr_cli *cli, cdr_desk_run *d, const cdr_activation *a, json_t *to)
{
    _cleanup_(cdr_run_said_done) cdr_run_said said;
    if (cdr_run_said_of(cli, d, a->id, &said) != CDR_OK)
        return;
    const char *name;
    void *next;
    json_t *value;
    json_object_foreach_safe(said.answers, next, name, value)
        if (cdr_playbook_secret(a->playbook, name))
            json_object_set_new(said.answers, name, json_null());
    json_object_set_new(to, "answers", said.answers ? json_incref(said.answers) : json_object());
    json_object_set_new(to, "note", text_or_null(said.note));
    json_object_set_new(to, "shown", text_or_null(said.shown));
}

json_t *cdr_run_activation_json(cdr_cli *cli, cdr_desk_run *d, const cdr_activation *a)
{
    int64_t due = 0;
    char number[CDR_RUN_NUMBER_MAX];
    _cleanup_buf_ cdr_buf what = CDR_BUF(TEXT_MAX);
    const cdr_command *c = a->command < a->step->command_count ? &a->step->commands[a->command] : NULL;
    bool waits = a->state == CDR_ACT_ANSWER, has_due = cdr_run_due(d->run, a, &due);
    cdr_duty_role role = a->state == CDR_ACT_APPROVAL ? a->step->rule.approver : a->step->rule.role;
    if (waits && c && c->command && cdr_asked_text(d->run, a, c->command, &what, &cli->err) != CDR_OK)
        cdr_buf_clear(&what);
    json_t *j = json_pack("{s:o, s:I, s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:s}", "number", text_or_null(cdr_desk_run_number(d, a->id, number)), "ref", (json_int_t)a->id, "step", a->step->id, "name", cdr_step_label(a->step), "type", a->step->type_name ? a->step->type_name : "",
                          "state", cdr_activation_state_name(a->state), "outcome", text_or_null(cdr_run_outcome_name(a->outcome)), "since", cdr_json_time(a->entered_us), "ended", cdr_json_time(a->ended_us),
                          "due", cdr_json_time(has_due ? due : 0), "answered_by", text_or_null(a->answered_by), "approved_by", text_or_null(a->approved_by), "why", text_or_null(a->why),
                          "iteration", json_integer(a->iteration), "role", cdr_duty_role_key(role));
    cdr_asked_run m;
    const cdr_asked_view v = cdr_asked_of_run(d->run, a, &m);
    if (j && a->state != CDR_ACT_CLOSED) {
        json_object_set_new(j, "agent", cdr_asked_agent(&v));
        json_object_set_new(j, "targets", cdr_asked_targets(&v));
    }
    if (j && waits && c) {
        json_object_set_new(j, "command_type", text_or_null(c->type));
        json_object_set_new(j, "headers", cdr_asked_headers(&v, c));
        json_object_set_new(j, "content", cdr_asked_content(&v, c));
    }
    if (j && waits) {
        json_object_set_new(j, "what", text_or_null(what.data));
        json_object_set_new(j, "asks", questions_json(d, a));
        json_object_set_new(j, "attempt", json_integer(a->attempt));
    }
    if (j && a->state == CDR_ACT_APPROVAL)
        add_said(cli, d, a, j);
    return j;
}

bool *cdr_run_steps_met(const cdr_run *run, const cdr_playbook *p)
{
    size_t n = cdr_run_activation_count(run), count = cdr_playbook_step_count(p);
    const cdr_step *first = count ? cdr_playbook_step(p, 0) : NULL;
    bool *met = cdr_alloc_array(count + 1, sizeof *met);
    for (uint32_t i = 1; i <= n && met; i++) {
        const cdr_activation *a = cdr_run_activation(run, i);
        ptrdiff_t k = a->playbook == p ? a->step - first : -1;      /* steps stand side by side */
        if (k >= 0 && (size_t)k < count)
            met[k] = true;
    }
    return met;
}

json_t *cdr_run_json(cdr_cli *cli, cdr_desk_run *d)
{
    const cdr_run_row *r = &d->row;
    const cdr_playbook *p = cdr_run_playbook(d->run);
    json_t *steps = json_array(), *later = json_array();
    size_t n = cdr_run_activation_count(d->run);
    char id[32];
    _cleanup_free_ bool *met = cdr_run_steps_met(d->run, p);
    for (uint32_t i = 1; i <= n && steps; i++)
        json_array_append_new(steps, cdr_run_activation_json(cli, d, cdr_run_activation(d->run, i)));
    for (uint32_t k = 0; k < cdr_playbook_step_count(p) && later && met; k++) {
        const cdr_step *s = cdr_playbook_step(p, k);
        if (!met[k] && s->type != CDR_STEP_START && s->type != CDR_STEP_END)
            json_array_append_new(later, json_pack("{s:o, s:s, s:s, s:s}", "number", d->numbers ? json_sprintf("%u", cdr_run_plan_number(d->numbers, p, k)) : json_null(), "step", s->id, "name", cdr_step_label(s), "type", s->type_name ? s->type_name : ""));
    }
    snprintf(id, sizeof id, "R-%lld", (long long)r->id);
    cdr_signed_by by = CDR_SIGNED_NOBODY;
    if (cdr_cli_signed_by(cli, p, &by, NULL) != CDR_OK)
        by = CDR_SIGNED_OTHER;
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s?, s:s, s:b, s:s, s:o, s:o, s:b, s:b, s:i, s:I, s:o, s:o}", "run", id, "subject", r->subject, "playbook", r->playbook, "name", cdr_playbook_name(p) ? cdr_playbook_name(p) : "", "playbook_id",
                     r->playbook_id, "modified", r->modified, "tlp", cdr_playbook_tlp(p), "signed", cdr_signed_by_key(by), "replaces_shipped", (int)(by != CDR_SIGNED_CANDOR && cdr_library_shadows(r->playbook, p)), "outcome", r->outcome ? cdr_run_outcome_name(r->outcome) : "open", "started", cdr_json_time(r->started_us), "ended", cdr_json_time(r->ended_us), "drill",
                     (int)r->drill, "verified", (int)r->verified, "waiting", (int)r->waiting, "events", (json_int_t)r->events, "steps", steps, "later", later);
}
