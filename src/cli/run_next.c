/* SPDX-License-Identifier: Apache-2.0 */
/* candor run next: one thing after the other. Each answer is kept at once, so that whoever is called away, or whose machine stops, goes on where she was. Nobody holds the lock while she types. */
#include "cli/run.h"

#include "base/parse.h"
#include "base/text.h"
#include "base/vec.h"
#include "cli/policy_words.h"
#include "cli/prompt.h"
#include "core/cacao/secret.h"

#include <stdio.h>
#include <string.h>

enum { LINE_MAX_BYTES = 4096 };
#define LATER "later"        /* where Enter keeps what is known */

CDR_VEC(passed, uint32_t)
typedef struct walk { cdr_cli *cli; cdr_desk_run d; passed later; bool ended /* nothing more comes from whoever types */; unsigned told; } walk;

/* What was typed, trimmed; "" nothing. CDR_DONE: nothing more comes. */
static cdr_status ask(walk *w, const char *prompt, char **ret)
{
    cdr_secret *line = NULL;
    *ret = NULL;
    cdr_status s = cdr_prompt_line(w->cli, CDR_PROMPT_SHOWN, prompt, LINE_MAX_BYTES, &line);
    if (s != CDR_OK) {
        w->ended = s == CDR_DONE;
        return s;
    }
    *ret = line ? cdr_strndup((const char *)cdr_secret_bytes(line), cdr_secret_len(line)) : cdr_strdup("");
    cdr_secret_free(line);
    if (!*ret)
        return cdr_fail_nomem(&w->cli->err, "cli");
    char *trimmed = cdr_str_trim(*ret);
    memmove(*ret, trimmed, strlen(trimmed) + 1);
    return CDR_OK;
}

static bool is_word(const char *typed, const char *word)
{
    size_t n = strlen(typed);
    return n > 0 && n <= strlen(word) && cdr_ascii_ieq(typed, n, word, n);
}

static cdr_status put_off(walk *w, uint32_t activation)
{
    uint32_t *place = passed_push(&w->later);
    if (!place)
        return cdr_fail_nomem(&w->cli->err, "cli");
    *place = activation;
    return CDR_OK;
}

/* Said, and read again. That somebody else was first is told, and the walk goes on. */
static cdr_status say(walk *w, cdr_run_deed deed, const cdr_run_say *what)
{
    cdr_status s = cdr_desk_run_write(w->cli, &w->d);
    if (s == CDR_OK)
        s = cdr_desk_run_deed(w->cli, &w->d, deed, what);
    if (s == CDR_DENIED || (s == CDR_E_INVAL && cdr_prompt_somebody())) {
        fprintf(stderr, "%s\n", w->cli->err.text);
        s = s == CDR_DENIED ? put_off(w, what->activation) : CDR_OK;
    }
    w->told += s == CDR_OK;
    cdr_status end = cdr_desk_run_read(w->cli, &w->d);
    return s == CDR_OK ? end : s;
}

/* --- questions --- */

static void put_question(cdr_buf *out, const cdr_run_question *q, const char *known, const cdr_run_row *row)
{
    size_t i, n = strlen(q->name);
    json_t *choice;
    _cleanup_free_ char *ask = q->ask ? cdr_cli_shown(q->ask) : NULL;
    if (ask)
        cdr_buf_adds(out, ask);
    else
        cdr_buf_addf(out, "%.*s", (int)(n > 4 ? n - 4 : n), n > 4 ? q->name + 2 : q->name);
    json_array_foreach(q->choices, i, choice) {
        _cleanup_free_ char *shown = cdr_cli_shown(json_string_value(choice) ? json_string_value(choice) : "");
        cdr_buf_addf(out, "\n  %zu  %s", i + 1, shown ? shown : "");
    }
    if (q->type == CDR_VAR_BOOL && !json_array_size(q->choices))
        cdr_buf_adds(out, " (yes or no)");
    if (known) {
        _cleanup_free_ char *shown = cdr_cli_shown(known);
        cdr_buf_addf(out, "\n(%s: %s; Enter keeps it, " LATER " puts it off)", cdr_run_known_words(row), shown ? shown : "");
    }
    cdr_buf_addf(out, "%s%s> ", q->optional ? " (- leaves it out)" : "", json_array_size(q->choices) ? "\n" : " ");
}

/* A choice by its number or its start; yes and no for true and false. NULL: it cannot be taken, and ${err} says why. */
static const char *value_of(const cdr_run_question *q, const char *typed, cdr_err *err)
{
    size_t i, count = json_array_size(q->choices);
    uint64_t n;
    json_t *choice;
    const char *found = NULL, *expects = "a text";
    if (count) {
        json_array_foreach(q->choices, i, choice) {
            const char *text = json_string_value(choice) ? json_string_value(choice) : "";
            if (!strcmp(text, typed))
                return text;
            if (is_word(typed, text)) {
                if (found)
                    return cdr_fail(err, CDR_E_INVAL, "cli", "run.choice", "That begins several of them; type its number.") ? NULL : NULL;
                found = text;
            }
        }
        if (!found && cdr_parse_u64(typed, strlen(typed), 1, count, &n))
            found = json_string_value(json_array_get(q->choices, (size_t)n - 1));
        if (!found && cdr_fail(err, CDR_E_INVAL, "cli", "run.choice", "Type one of them, or a number from 1 to %zu.", count) != CDR_OK)
            return NULL;
        return found;
    }
    if (q->type == CDR_VAR_BOOL && (is_word(typed, "yes") || is_word(typed, "no")))
        return is_word(typed, "yes") ? "true" : "false";
    if (cdr_variable_value_valid(q->type, typed, &expects))
        return typed;
    return cdr_fail(err, CDR_E_INVAL, "cli", "run.value", "It must be %s.", expects) ? NULL : NULL;
}

/* One question until it is answered; ${ret} NULL: left out, or put off (${ret_off}). */
static cdr_status ask_value(walk *w, const cdr_run_question *q, const char *known, char **ret, bool *ret_off)
{
    _cleanup_buf_ cdr_buf prompt = CDR_BUF(64 << 10);
    put_question(&prompt, q, known, &w->d.row);
    for (;;) {
        _cleanup_free_ char *typed = NULL;
        *ret = NULL;
        cdr_status s = ask(w, prompt.data ? prompt.data : "> ", &typed);
        if (s != CDR_OK)
            return s;
        *ret_off = known ? !strcmp(typed, LATER) : !*typed;
        if (*ret_off || (q->optional && !strcmp(typed, "-")))
            return CDR_OK;
        const char *value = *typed ? value_of(q, typed, &w->cli->err) : known;
        if (value)
            return (*ret = cdr_strdup(value)) ? CDR_OK : cdr_fail_nomem(&w->cli->err, "cli");
        if (!cdr_prompt_somebody())
            return CDR_E_INVAL;
        fprintf(stderr, "%s\n", w->cli->err.text);
    }
}

static cdr_status keep(walk *w, uint32_t activation, const char *name, const char *value)
{
    cdr_status s = cdr_desk_run_write(w->cli, &w->d);
    const cdr_activation *a = s == CDR_OK ? cdr_run_activation(w->d.run, activation) : NULL;
    if (s == CDR_OK && (!a || a->state != CDR_ACT_ANSWER))
        return cdr_fail(&w->cli->err, CDR_DENIED, "cli", "run.answered", "Somebody else answered it meanwhile.");
    if (s == CDR_OK)
        s = cdr_runs_keep_draft(w->d.r, w->d.row.id, a, name, value, &w->cli->err);
    cdr_status end = cdr_desk_run_read(w->cli, &w->d);
    return s == CDR_OK ? end : s;
}

/* Every question of the step that has no answer yet, each kept as soon as it is given. */
static cdr_status ask_all(walk *w, uint32_t activation, json_t **ret, bool *ret_off)
{
    cdr_status s = cdr_runs_drafts(w->d.r, w->d.row.id, cdr_run_activation(w->d.run, activation), ret, &w->cli->err);
    for (size_t i = 0; s == CDR_OK; i++) {
        const cdr_activation *a = cdr_run_activation(w->d.run, activation);
        cdr_run_question q;
        _cleanup_free_ char *value = NULL;
        if (!a || a->state != CDR_ACT_ANSWER || a->command + 1 < a->step->command_count || i >= json_array_size(a->step->out_args))
            break;
        if (!cdr_run_question_of(a, i, &q) || json_object_get(*ret, q.name))
            continue;
        s = ask_value(w, &q, cdr_playbook_secret(a->playbook, q.name) ? NULL : cdr_run_known(w->d.run, a, &q), &value, ret_off);
        if (s != CDR_OK || *ret_off)
            break;
        if (value) {
            char name[sizeof q.name];
            snprintf(name, sizeof name, "%s", q.name);
            s = keep(w, activation, name, value);
            if (s == CDR_OK && json_object_set_new(*ret, name, json_string(value)))
                s = cdr_fail_nomem(&w->cli->err, "cli");
        }
    }
    return s;
}

/* --- what a step can wait for --- */

static cdr_status say_failed(walk *w, uint32_t activation, uint32_t attempt)
{
    _cleanup_free_ char *why = NULL;
    cdr_status s = ask(w, "What went wrong? > ", &why);
    return s == CDR_OK ? say(w, CDR_DEED_ANSWER, &(cdr_run_say){.activation = activation, .attempt = attempt, .text = why, .failed = true}) : s;
}

static cdr_status walk_answer(walk *w, const cdr_activation *a)
{
    _cleanup_json_ json_t *answers = NULL;
    _cleanup_free_ char *typed = NULL;
    bool off = false;
    uint32_t activation = a->id, attempt = a->attempt;
    bool asks = a->command + 1 >= a->step->command_count && json_array_size(a->step->out_args) > 0;
    cdr_status s = asks ? ask_all(w, activation, &answers, &off) : CDR_OK;
    if (s == CDR_DENIED) {
        fprintf(stderr, "%s\n", w->cli->err.text);
        s = cdr_desk_run_read(w->cli, &w->d);
        return s == CDR_OK ? put_off(w, activation) : s;
    }
    if (s == CDR_OK && !asks) {
        s = ask(w, "Done? (yes; failed: it did not work; Enter: later) > ", &typed);
        if (s == CDR_OK && is_word(typed, "failed"))
            return say_failed(w, activation, attempt);
        off = s == CDR_OK && !is_word(typed, "yes") && !is_word(typed, "done");
    }
    if (s != CDR_OK)
        return s;
    return off ? put_off(w, activation) : say(w, CDR_DEED_ANSWER, &(cdr_run_say){.activation = activation, .attempt = attempt, .answers = answers});
}

static cdr_status with_reason(walk *w, cdr_run_deed deed, uint32_t activation, const char *question)
{
    _cleanup_free_ char *why = NULL;
    cdr_status s = ask(w, question, &why);
    if (s != CDR_OK)
        return s;
    return *why ? say(w, deed, &(cdr_run_say){.activation = activation, .text = why}) : put_off(w, activation);
}

static cdr_status walk_approval(walk *w, const cdr_activation *a)
{
    _cleanup_free_ char *typed = NULL;
    uint32_t id = a->id;
    cdr_status s = ask(w, "Is it right? (yes: approve; no: send it back; Enter: later) > ", &typed);
    if (s == CDR_OK && is_word(typed, "yes"))
        return say(w, CDR_DEED_APPROVE, &(cdr_run_say){.activation = id});
    if (s == CDR_OK && is_word(typed, "no"))
        return with_reason(w, CDR_DEED_REJECT, id, "Why is it sent back? > ");
    return s == CDR_OK ? put_off(w, id) : s;
}

static cdr_status walk_broken(walk *w, const cdr_activation *a)
{
    _cleanup_free_ char *typed = NULL;
    uint32_t id = a->id;
    bool doubt = a->state == CDR_ACT_DOUBT;
    cdr_status s = ask(w, doubt ? "Was it carried out? (yes; no: try again; Enter: later) > " : "What now? (retry, done by hand, skip; Enter: later) > ", &typed);
    if (s != CDR_OK)
        return s;
    if (is_word(typed, doubt ? "no" : "retry"))
        return say(w, CDR_DEED_RETRY, &(cdr_run_say){.activation = id});
    if (is_word(typed, doubt ? "yes" : "done by hand"))
        return with_reason(w, CDR_DEED_BY_HAND, id, doubt ? "How do you know? > " : "How was it done? > ");
    return !doubt && is_word(typed, "skip") ? with_reason(w, CDR_DEED_SKIP, id, "Why is it skipped? > ") : put_off(w, id);
}

static cdr_status walk_step(walk *w, const cdr_activation *a)
{
    switch (a->state) {
    case CDR_ACT_ANSWER: return walk_answer(w, a);
    case CDR_ACT_APPROVAL: return walk_approval(w, a);
    case CDR_ACT_DOUBT:
    case CDR_ACT_FAILED: return walk_broken(w, a);
    case CDR_ACT_EVIDENCE:      /* a file is named on a command line, where a shell helps with its name */
    case CDR_ACT_DELAYED:
    case CDR_ACT_READY:
    case CDR_ACT_RUNNING:
    case CDR_ACT_BRANCHES:
    case CDR_ACT_CLOSED: break;
    }
    return put_off(w, a->id);
}

static const cdr_activation *first_waiting(walk *w)
{
    size_t n;
    const cdr_activation *const *open = cdr_run_open(w->d.run, &n);
    for (size_t i = 0; i < n; i++) {
        bool off = !(CDR_RUN_WAITS >> open[i]->state & 1);
        for (size_t k = 0; k < w->later.len && !off; k++)
            off = w->later.at[k] == open[i]->id;
        if (!off)
            return open[i];
    }
    return NULL;
}

static cdr_status walk_all(walk *w, const char *word)
{
    cdr_status s = CDR_OK;
    const cdr_activation *a = NULL;
    if (word)
        s = cdr_desk_run_step(w->cli, &w->d, word, CDR_RUN_WAITS, &a);
    if (s == CDR_OK && word && !(CDR_RUN_WAITS >> a->state & 1))
        s = cdr_fail(&w->cli->err, CDR_DENIED, "cli", "run.no-wait", "That step waits for nobody: %s.", cdr_run_state_words(a));
    while (s == CDR_OK && (a || (a = first_waiting(w)))) {
        if (!w->cli->json) {
            cdr_cli_print(w->cli, w->told || w->later.len ? "\n" : "");
            s = cdr_run_print_waiting(w->cli, &w->d, a);
            fflush(stdout);
        }
        if (s == CDR_OK)
            s = walk_step(w, a);
        a = NULL;
        if (word)
            break;
    }
    return s;
}

static cdr_exit run(cdr_cli *cli)
{
    walk w = {.cli = cli};
    cdr_status s = cdr_desk_run_open(cli, cli->argv[0], &w.d);
    if (s == CDR_OK)
        s = walk_all(&w, cli->argc > 1 ? cli->argv[1] : NULL);
    if (w.ended && s == CDR_DONE)
        s = CDR_OK;      /* whoever typed has gone; all she said is kept */
    if (s == CDR_E_CANCELLED)
        s = cdr_fail(&cli->err, s, "cli", "run.stopped", "Stopped; all you answered is kept, and candor run next R-%lld goes on from here.", (long long)w.d.row.id);
    cdr_exit code = CDR_EXIT_OK;
    if (s == CDR_OK && cli->json)
        code = cdr_cli_print_json(cli, cdr_run_json(cli, &w.d), CDR_EXIT_OK);
    else if (s == CDR_OK) {
        cdr_cli_print(cli, "\n");
        s = cdr_run_print_next(cli, &w.d);
    }
    if (s != CDR_OK)
        code = cdr_cli_fail(cli, s);
    passed_done(&w.later);
    cdr_desk_run_close(&w.d);
    return code;
}

const cdr_cmd cdr_cmd_run_next = {
    .path = "run next",
    .group = "Be ready",
    .summary = "walk through what waits in a run, one question at a time",
    .args = "RUN [STEP]",
    .min_args = 1,
    .max_args = 2,
    .flags = CDR_CMD_READONLY,
    .roles = CDR_ROLES_RESPOND,
    .description = "Shows each step that waits: what is to be done, why, by whom and by when. Asks what it asks, one question at a time; choices have numbers. Each answer is kept at once: Ctrl-C, a crash or a call in between lose "
                   "nothing. Enter alone puts a step off. What a report of the incident said already is shown: Enter keeps it then, and later puts it off. With STEP only that one.\n\n"
                   "Evidence is shown with candor run evidence, which takes a file.",
    .examples = "  candor run next R-1\n",
    .json_shape = "  as candor run show\n",
    .run = run,
};
