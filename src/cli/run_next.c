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
typedef struct walk { cdr_cli *cli; cdr_desk_run d; passed later; bool ended /* nothing more comes from whoever types */, taken /* what was said last counts */; unsigned told; } walk;

/* What was typed, trimmed; "" nothing. CDR_DONE: stop, or nothing more comes. */
static cdr_status ask(walk *w, const char *prompt, char **ret)
{
    cdr_secret *line = NULL;
    *ret = NULL;
    fflush(stdout);
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
    w->ended = cdr_prompt_is_stop(*ret);
    return w->ended ? CDR_DONE : CDR_OK;
}

/* To whoever types. */
static void tell(const walk *w, const char *text)
{
    if (cdr_prompt_somebody())
        cdr_cli_wrapped(w->cli, 4, 4, text);
}

static bool is_later(const char *typed)
{
    return !strcmp(typed, LATER) || !strcmp(typed, "Later");
}

static bool is_explain(const char *typed)
{
    return !strcmp(typed, "?") || !strcmp(typed, "help");
}

#define LATER_WORDS LATER " or Enter: it stays open, and is asked again; stop: end here, and all you answered is kept."

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

/* Said, and read again. That somebody else was first, or that it is not hers, is told, and the walk goes on; of what was refused nothing stays. */
static cdr_status say(walk *w, cdr_run_deed deed, const cdr_run_say *what)
{
    cdr_err none = {0};
    cdr_status s = cdr_desk_run_write(w->cli, &w->d);
    if (s == CDR_OK)
        s = cdr_desk_run_deed(w->cli, &w->d, deed, what);
    w->taken = s == CDR_OK;
    w->told += s == CDR_OK;
    if (s == CDR_DENIED || (s == CDR_E_INVAL && cdr_prompt_somebody())) {
        fprintf(stderr, "%s\n", w->cli->err.text);
        cdr_status dropped = cdr_runs_drop_drafts(w->d.r, w->d.row.id, what->activation, &none);
        s = dropped != CDR_OK ? dropped : s == CDR_DENIED ? put_off(w, what->activation) : CDR_OK;
    }
    cdr_status end = cdr_desk_run_read(w->cli, &w->d);
    return s == CDR_OK ? end : s;
}

/* --- questions --- */

static void print_question(const walk *w, const cdr_run_question *q, const char *known)
{
    _cleanup_buf_ cdr_buf text = CDR_BUF(64 << 10);
    size_t i, n = strlen(q->name);
    json_t *choice;
    if (!cdr_prompt_somebody())
        return;
    _cleanup_free_ char *ask = q->ask ? cdr_cli_shown(q->ask) : NULL;
    if (ask)
        cdr_buf_adds(&text, ask);
    else
        cdr_buf_addf(&text, "%.*s", (int)(n > 4 ? n - 4 : n), n > 4 ? q->name + 2 : q->name);
    if (q->type == CDR_VAR_BOOL && !json_array_size(q->choices))
        cdr_buf_adds(&text, " (yes or no)");
    cdr_cli_wrapped(w->cli, 0, 0, text.data ? text.data : "");
    json_array_foreach(q->choices, i, choice) {
        _cleanup_free_ char *shown = cdr_cli_shown(json_string_value(choice) ? json_string_value(choice) : "");
        cdr_cli_print(w->cli, "  %zu  ", i + 1);
        cdr_cli_wrapped(w->cli, 0, 5, shown ? shown : "");
    }
    cdr_buf_clear(&text);
    if (known) {
        _cleanup_free_ char *shown = cdr_cli_shown(known);
        cdr_buf_addf(&text, "%s: %s; Enter keeps it. ", cdr_run_known_words(&w->d.row), shown ? shown : "");
    }
    cdr_buf_addf(&text, "(%s%sfailed: it did not work; " LATER "%s; ?: help)", q->optional ? "-: leave it out; " : "", "", known ? "" : " or Enter");
    cdr_cli_wrapped(w->cli, 0, 2, text.data ? text.data : "");
}

static void explain_question(const walk *w, const cdr_run_question *q, bool known)
{
    char unknown[300];
    tell(w, json_array_size(q->choices) ? "Type one of these, its beginning or its number." : q->type == CDR_VAR_BOOL ? "Type yes or no." : "Type the answer.");
    if (q->optional)
        tell(w, "- leaves it out.");
    cdr_run_unknown_words(q, unknown, sizeof unknown);
    tell(w, unknown);
    tell(w, "failed: it was tried and did not work; what went wrong is asked then.");
    tell(w, known ? LATER ": it stays open, and is asked again; stop: end here, and all you answered is kept." : LATER_WORDS);
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

typedef enum got { GOT_VALUE = 1, GOT_NOTHING /* left out */, GOT_LATER, GOT_FAILED } got;

/* What was typed to a question. 0: it cannot be taken, and why was told or stands in cli->err. */
static got taken(walk *w, const cdr_run_question *q, const char *known, const char *typed, const char **ret)
{
    size_t i;
    json_t *choice;
    *ret = NULL;
    json_array_foreach(q->choices, i, choice)      /* a choice may be called like a word of ours */
        if (json_string_value(choice) && !strcmp(json_string_value(choice), typed))
            *ret = typed;
    if (*ret)
        return GOT_VALUE;
    if (is_later(typed) || (!*typed && !known))
        return GOT_LATER;
    if (q->optional && !strcmp(typed, "-"))
        return GOT_NOTHING;
    if (!strcmp(typed, "failed"))
        return GOT_FAILED;
    if (is_explain(typed)) {
        explain_question(w, q, known != NULL);
        return 0;
    }
    *ret = *typed ? value_of(q, typed, &w->cli->err) : known;
    if (!*ret && !cdr_prompt_somebody())
        return 0;
    if (!*ret) {
        char unknown[300];
        cdr_run_unknown_words(q, unknown, sizeof unknown);
        tell(w, cdr_prompt_is_unknown(typed) ? unknown : w->cli->err.text);
        w->cli->err = (cdr_err){0};
    }
    return *ret ? GOT_VALUE : 0;
}

/* One question until it is answered. */
static cdr_status ask_value(walk *w, const cdr_run_question *q, const char *known, char **ret, got *ret_got)
{
    print_question(w, q, known);
    for (*ret = NULL;;) {
        _cleanup_free_ char *typed = NULL;
        const char *value;
        cdr_status s = ask(w, "> ", &typed);
        if (s != CDR_OK)
            return s;
        *ret_got = taken(w, q, known, typed, &value);
        if (*ret_got == GOT_VALUE)
            return (*ret = cdr_strdup(value)) ? CDR_OK : cdr_fail_nomem(&w->cli->err, "cli");
        if (*ret_got)
            return CDR_OK;
        if (!cdr_prompt_somebody() && w->cli->err.text[0])
            return CDR_E_INVAL;
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
static cdr_status ask_all(walk *w, uint32_t activation, json_t **ret, got *ret_got)
{
    cdr_status s = cdr_runs_drafts(w->d.r, w->d.row.id, cdr_run_activation(w->d.run, activation), ret, &w->cli->err);
    for (size_t i = 0; s == CDR_OK; i++) {
        const cdr_activation *a = cdr_run_activation(w->d.run, activation);
        cdr_run_question q;
        _cleanup_free_ char *value = NULL;
        if (!a || a->state != CDR_ACT_ANSWER || a->command + 1 < a->step->command_count || i >= json_array_size(a->step->out_args))
            break;
        if (!cdr_run_question_of(a, i, &q))
            continue;
        const json_t *before = json_object_get(*ret, q.name);
        if (before) {
            _cleanup_buf_ cdr_buf said = CDR_BUF(8 << 10);
            cdr_buf_adds(&said, "You answered already: ");
            cdr_run_put_answer(&said, a, q.name, before);
            tell(w, said.data ? said.data : "");
            continue;
        }
        s = ask_value(w, &q, cdr_playbook_secret(a->playbook, q.name) ? NULL : cdr_run_known(w->d.run, a, &q), &value, ret_got);
        if (s != CDR_OK || *ret_got == GOT_LATER || *ret_got == GOT_FAILED)
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

/* Words of somebody's own. "" and ${ret_later} false: Enter alone. CDR_DONE: stop, or nothing more comes. */
static cdr_status ask_text(walk *w, const char *prompt, const char *explained, char **ret, bool *ret_later)
{
    for (*ret_later = false;;) {
        cdr_status s = ask(w, prompt, ret);
        if (s == CDR_OK && is_later(*ret)) {
            *ret_later = true;
            (*ret)[0] = '\0';
        }
        if (s != CDR_OK || !is_explain(*ret))
            return s;
        cdr_free(*ret);
        *ret = NULL;
        tell(w, explained);
        tell(w, LATER ": it stays open, and is asked again; stop: end here, and all you answered is kept.");
    }
}

static cdr_status say_failed(walk *w, uint32_t activation, uint32_t attempt)
{
    _cleanup_free_ char *why = NULL;
    bool later;
    cdr_status s = ask_text(w, "What went wrong? (Enter: later) > ", "Say in words what was tried and what happened.", &why, &later);
    if (s != CDR_OK)
        return s;
    return *why ? say(w, CDR_DEED_ANSWER, &(cdr_run_say){.activation = activation, .attempt = attempt, .text = why, .failed = true}) : put_off(w, activation);
}

/* Is it done? A step that asks nothing else. */
static cdr_status ask_done(walk *w, got *ret)
{
    for (*ret = 0; !*ret;) {
        _cleanup_free_ char *typed = NULL;
        cdr_status s = ask(w, "Done? (yes; failed: it did not work; " LATER " or Enter; ?: help) > ", &typed);
        if (s != CDR_OK)
            return s;
        *ret = !*typed || is_later(typed) ? GOT_LATER : !strcmp(typed, "failed") ? GOT_FAILED : is_word(typed, "yes") || is_word(typed, "done") ? GOT_VALUE : 0;
        if (*ret)
            break;
        if (!is_explain(typed) && !cdr_prompt_somebody())
            return cdr_fail(&w->cli->err, CDR_E_INVAL, "cli", "run.done-word", "\"Done?\" takes yes, failed or " LATER "; a word about it is asked after it.");
        if (!is_explain(typed))
            tell(w, "That is none of the words, and nothing was kept of it. What you want to write down is asked after yes.");
        tell(w, "yes: it is done; then you can write something down. failed: it was tried and did not work; what went wrong is asked then.");
        tell(w, LATER_WORDS);
    }
    return CDR_OK;
}

/* A decision has a reason in words, which stands in the register; anything else may have a note. */
static cdr_status ask_note(walk *w, bool decision, char **ret, bool *ret_off)
{
    for (;;) {
        cdr_status s = ask_text(w, decision ? "Why? The reason stands in the register (" LATER ": decide later) > " : "What do you want to write down? (Enter: nothing) > ",
                                decision ? "Say in words what you knew, and why you decided so; the register keeps it." : "Anything that may be needed later, in words; it is kept with the answer. Enter: nothing.", ret, ret_off);
        if (s == CDR_DONE && !decision) {      /* stop, or the end of a script: it is answered all the same */
            cdr_free(*ret);
            *ret = NULL;
            return CDR_OK;
        }
        *ret_off = *ret_off && decision;
        if (s != CDR_OK || **ret || *ret_off || !decision)
            return s;
        cdr_free(*ret);
        *ret = NULL;
        tell(w, "A decision needs a reason in words: what you knew, and why you decided so.");
    }
}

static cdr_status ask_evidence(walk *w, uint32_t activation)
{
    for (;;) {
        _cleanup_free_ char *path = NULL;
        bool later;
        cdr_status s = ask_text(w, "Which file shows it? (its path; Enter: later) > ", "The path of a photo, a screenshot, a receipt. Its hash is kept, so that nobody can change it unnoticed.", &path, &later);
        if (s == CDR_OK && !*path)
            return put_off(w, activation);
        if (s != CDR_OK)
            return s;
        s = cdr_desk_run_show(w->cli, &w->d, activation, path);
        bool again = s != CDR_OK && s != CDR_E_NOMEM && s != CDR_E_CANCELLED && cdr_prompt_somebody();
        if (again) {
            tell(w, w->cli->err.text);
            w->cli->err = (cdr_err){0};
        }
        w->told += s == CDR_OK;
        cdr_status end = cdr_desk_run_read(w->cli, &w->d);
        if (!again || end != CDR_OK)
            return s == CDR_OK || again ? end : s;
    }
}

/* What the step wants after its answer: a file that shows it, somebody who approves. */
static cdr_status walk_on(walk *w, uint32_t activation)
{
    const cdr_activation *a = cdr_run_activation(w->d.run, activation);
    cdr_status s = w->taken && !w->ended && a && a->state == CDR_ACT_EVIDENCE ? ask_evidence(w, activation) : CDR_OK;
    a = cdr_run_activation(w->d.run, activation);
    if (s == CDR_OK && w->taken && a && a->state == CDR_ACT_APPROVAL && !w->cli->json)
        s = cdr_run_say_approval(w->cli, &w->d, a);
    return s;
}

/* Somebody else was first, or it is not hers. */
static cdr_status refused(walk *w, uint32_t activation)
{
    fprintf(stderr, "%s\n", w->cli->err.text);
    cdr_status s = cdr_desk_run_read(w->cli, &w->d);
    return s == CDR_OK ? put_off(w, activation) : s;
}

static cdr_status walk_answer(walk *w, const cdr_activation *a)
{
    _cleanup_json_ json_t *answers = NULL;
    _cleanup_free_ char *note = NULL;
    got what = GOT_VALUE;
    bool off = false;
    uint32_t activation = a->id, attempt = a->attempt;
    bool last = a->command + 1 >= a->step->command_count, asks = last && json_array_size(a->step->out_args) > 0, decision = last && a->step->rule.decision;
    cdr_status s = asks ? ask_all(w, activation, &answers, &what) : ask_done(w, &what);
    if (s == CDR_DENIED)
        return refused(w, activation);
    if (s == CDR_OK && what == GOT_FAILED)
        return say_failed(w, activation, attempt);
    if (s == CDR_OK && what != GOT_LATER)
        s = ask_note(w, decision, &note, &off);
    if (s != CDR_OK)
        return s;
    if (off || what == GOT_LATER)
        return put_off(w, activation);
    s = say(w, CDR_DEED_ANSWER, &(cdr_run_say){.activation = activation, .attempt = attempt, .answers = answers, .text = note});
    return s == CDR_OK ? walk_on(w, activation) : s;
}

static cdr_status with_reason(walk *w, cdr_run_deed deed, uint32_t activation, const char *question)
{
    _cleanup_free_ char *why = NULL;
    bool later;
    cdr_status s = ask_text(w, question, "Say it in words; it stands in the log of the run.", &why, &later);
    if (s != CDR_OK)
        return s;
    return *why ? say(w, deed, &(cdr_run_say){.activation = activation, .text = why}) : put_off(w, activation);
}

/* One of a few words, asked again until it is one of them or later; ${words} ends with NULL. ${ret} -1: later. */
static cdr_status ask_one_of(walk *w, const char *prompt, const char *const *words, const char *explained, int *ret)
{
    for (;;) {
        _cleanup_free_ char *typed = NULL;
        cdr_status s = ask(w, prompt, &typed);
        *ret = -1;
        if (s != CDR_OK || !*typed || is_later(typed))
            return s;
        for (int i = 0; words[i] && *ret < 0; i++)
            *ret = is_word(typed, words[i]) ? i : -1;
        if (*ret >= 0)
            return CDR_OK;
        if (!cdr_prompt_somebody())
            return cdr_fail(&w->cli->err, CDR_E_INVAL, "cli", "run.word", "That is none of the words. %s", explained);
        tell(w, explained);
        tell(w, LATER_WORDS);
    }
}

static cdr_status walk_approval(walk *w, const cdr_activation *a)
{
    static const char *const words[] = {"yes", "approve", "no", NULL};
    uint32_t id = a->id;
    int which;
    cdr_status s = ask_one_of(w, "Is it right? (yes: approve; no: send it back; " LATER " or Enter; ?: help) > ", words, "yes: it is right as it was answered. no: it is sent back, and you are asked why.", &which);
    if (s != CDR_OK || which < 0)
        return s == CDR_OK ? put_off(w, id) : s;
    return which < 2 ? say(w, CDR_DEED_APPROVE, &(cdr_run_say){.activation = id}) : with_reason(w, CDR_DEED_REJECT, id, "Why is it sent back? (Enter: later) > ");
}

static cdr_status walk_broken(walk *w, const cdr_activation *a)
{
    static const char *const doubted[] = {"no", "yes", NULL}, *const failed[] = {"retry", "done by hand", "skip", NULL};
    uint32_t id = a->id;
    bool doubt = a->state == CDR_ACT_DOUBT;
    int which;
    cdr_status s = doubt ? ask_one_of(w, "Was it carried out? (yes; no: try again; " LATER " or Enter; ?: help) > ", doubted, "Look whether it was carried out. yes: you are asked how you know. no: it is tried again.", &which)
                         : ask_one_of(w, "What now? (retry, done by hand, skip; " LATER " or Enter; ?: help) > ", failed, "retry: it is tried again. done by hand, skip: you are asked how, or why.", &which);
    if (s != CDR_OK || which < 0)
        return s == CDR_OK ? put_off(w, id) : s;
    if (which == 0)
        return say(w, CDR_DEED_RETRY, &(cdr_run_say){.activation = id});
    s = which == 1 ? with_reason(w, CDR_DEED_BY_HAND, id, doubt ? "How do you know? (Enter: later) > " : "How was it done? (Enter: later) > ") : with_reason(w, CDR_DEED_SKIP, id, "Why is it skipped? (Enter: later) > ");
    return s == CDR_OK ? walk_on(w, id) : s;
}

static cdr_status walk_step(walk *w, const cdr_activation *a)
{
    switch (a->state) {
    case CDR_ACT_ANSWER: return walk_answer(w, a);
    case CDR_ACT_APPROVAL: return walk_approval(w, a);
    case CDR_ACT_DOUBT:
    case CDR_ACT_FAILED: return walk_broken(w, a);
    case CDR_ACT_EVIDENCE: return ask_evidence(w, a->id);
    case CDR_ACT_DELAYED:
    case CDR_ACT_READY:
    case CDR_ACT_RUNNING:
    case CDR_ACT_BRANCHES:
    case CDR_ACT_CLOSED: break;
    }
    return put_off(w, a->id);
}

/* The first that whoever types may do; NULL: none is left. What is others' is named, not asked. */
static cdr_status first_waiting(walk *w, const cdr_activation **ret)
{
    size_t n;
    const cdr_activation *const *open = cdr_run_open(w->d.run, &n);
    cdr_status s = CDR_OK;
    *ret = NULL;
    for (size_t i = 0; i < n && s == CDR_OK && !*ret; i++) {
        bool mine = CDR_RUN_WAITS >> open[i]->state & 1;
        for (size_t k = 0; k < w->later.len && mine; k++)
            mine = w->later.at[k] != open[i]->id;
        if (mine)
            s = cdr_run_mine(w->cli, &w->d, open[i], &mine);
        *ret = s == CDR_OK && mine ? open[i] : NULL;
    }
    return s;
}

static cdr_status step_named(walk *w, const char *word, const cdr_activation **ret)
{
    cdr_status s = cdr_desk_run_step(w->cli, &w->d, word, CDR_RUN_WAITS, ret);
    if (s == CDR_OK && !(CDR_RUN_WAITS >> (*ret)->state & 1))
        s = cdr_fail(&w->cli->err, CDR_DENIED, "cli", "run.no-wait", "That step waits for nobody: %s.", cdr_run_state_words(*ret));
    return s == CDR_OK ? cdr_run_check_mine(w->cli, &w->d, *ret) : s;
}

static cdr_status walk_all(walk *w, const char *word)
{
    const cdr_activation *a = NULL;
    cdr_status s = word ? step_named(w, word, &a) : first_waiting(w, &a);
    while (s == CDR_OK && a) {
        if (!w->cli->json) {
            cdr_cli_print(w->cli, w->told || w->later.len ? "\n" : "");
            s = cdr_run_print_waiting(w->cli, &w->d, a);
        }
        w->taken = false;
        if (s == CDR_OK)
            s = walk_step(w, a);
        a = NULL;
        if (s == CDR_OK && !word && !w->ended)
            s = first_waiting(w, &a);
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
    .description = "Shows each step that waits and that you may do: what is to be done, why, by whom and by when. What is for others is named below. Asks what it asks, one question at a time; choices have numbers. Each answer is kept at "
                   "once: Ctrl-C, a crash or a call in between lose nothing, and only you answer with what you typed. later, or Enter alone, puts a step off; failed says that it did not work; ? explains; stop ends. What a report of the "
                   "incident said already is shown: Enter keeps it then. A decision asks for the reason, a step that has to be shown for a file. With STEP only that one.",
    .examples = "  candor run next R-1\n",
    .json_shape = "  as candor run show\n",
    .run = run,
};
