/* SPDX-License-Identifier: Apache-2.0 */
/* candor incident report: the small lane, one question at a time. Each answer is saved before the next question is shown, and nobody holds the workspace's lock while somebody thinks. */
#include "base/json.h"
#include "base/text.h"
#include "base/yaml.h"
#include "cli/input.h"
#include "cli/policy_words.h"
#include "cli/prompt.h"
#include "core/incident/lane.h"
#include "core/incident/letters.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define TYPED_MAX 400
#define OWN_WORDS_MAX 500
#define ANSWERS_MAX ((size_t)1 << 16)
#define CHANGES_SHOWN 4

typedef struct talk {
    cdr_cli *cli;
    int64_t id;                  /* 0: not opened yet */
    bool typed;                  /* a person answers, on a terminal */
    json_t *answers;             /* of a script; NULL */
    char own[OWN_WORDS_MAX + 1];
    cdr_lane_result result;
} talk;

#define _cleanup_incidents_ _cleanup_(cdr_incidents_closep)

/* --- the workspace between two questions --- */

static cdr_status begin_writing(talk *t)
{
    return cdr_cli_start_writing(t->cli);
}

/* Of a script all is written in one go. */
static cdr_status end_writing(talk *t)
{
    return t->typed ? cdr_workspace_stop_writing(t->cli->ws, &t->cli->err) : CDR_OK;
}

static cdr_status next_question(talk *t, cdr_lane_question *ret)
{
    _cleanup_incidents_ cdr_incidents *in = NULL;
    cdr_status s = cdr_incidents_open(t->cli->ws, &in, &t->cli->err);
    return s == CDR_OK ? cdr_lane_next(in, t->id, ret, &t->cli->err) : s;
}

static cdr_status save(talk *t, const char *key, const char *answer)
{
    _cleanup_incidents_ cdr_incidents *in = NULL;
    cdr_status s = begin_writing(t);
    if (s == CDR_OK)
        s = cdr_incidents_open(t->cli->ws, &in, &t->cli->err);
    if (s == CDR_OK)
        s = cdr_lane_answer(in, &t->id, key, answer, &t->cli->err);
    cdr_incidents_close(in);
    in = NULL;
    cdr_err kept = t->cli->err;
    cdr_status end = end_writing(t);
    if (s != CDR_OK)
        t->cli->err = kept;
    return s != CDR_OK ? s : end;
}

static cdr_status take_back(talk *t)
{
    _cleanup_incidents_ cdr_incidents *in = NULL;
    cdr_status s = t->id ? begin_writing(t) : cdr_fail(&t->cli->err, CDR_NOT_FOUND, "cli", "lane.first", "This is the first question; there is no answer to take back.");
    if (s == CDR_OK)
        s = cdr_incidents_open(t->cli->ws, &in, &t->cli->err);
    if (s == CDR_OK)
        s = cdr_lane_back(in, t->id, &t->cli->err);
    cdr_incidents_close(in);
    in = NULL;
    cdr_err kept = t->cli->err;
    cdr_status end = end_writing(t);
    if (s != CDR_OK)
        t->cli->err = kept;
    return s != CDR_OK ? s : end;
}

/* --- on a terminal --- */

static void show_question(cdr_cli *cli, const cdr_lane_question *q)
{
    char line[300];
    snprintf(line, sizeof line, "%u/%u  %s", q->number, q->of, q->ask);
    cdr_cli_print(cli, "\n");
    cdr_cli_wrapped(cli, 0, 5, line);
    cdr_cli_wrapped(cli, 5, 5, q->why);
    for (size_t i = 0; q->choices[i]; i++)
        cdr_cli_print(cli, "  %2zu  %s\n", i + 1, q->labels[i]);
    fflush(stdout);
}

static bool is_word(const char *s, const char *const *words)
{
    for (size_t i = 0; words[i]; i++)
        if (cdr_ascii_ieq(s, strlen(s), words[i], strlen(words[i])))
            return true;
    return false;
}

static bool is_unknown(const char *s)
{
    return !strcmp(s, "?") || cdr_prompt_is_unknown(s);
}

static bool is_back(const char *s)
{
    static const char *const words[] = {"back", "b", "<", NULL};
    return is_word(s, words);
}

/* What was typed, trimmed. CDR_DONE: nothing more comes. */
static cdr_status read_typed(cdr_cli *cli, const char *prompt, char ret[TYPED_MAX + 1])
{
    cdr_secret *line = NULL;
    cdr_status s = cdr_prompt_line(cli, CDR_PROMPT_SHOWN, prompt, TYPED_MAX, &line);
    size_t n = s == CDR_OK && line ? cdr_secret_len(line) : 0;
    char text[TYPED_MAX + 1];
    if (n)
        memcpy(text, cdr_secret_bytes(line), n);
    text[n] = '\0';
    memcpy(ret, cdr_str_trim(text), strlen(cdr_str_trim(text)) + 1);
    cdr_secret_free(line);
    return s;
}

/* The sentence of cli->err to whoever typed. */
static void tell_again(cdr_cli *cli)
{
    cdr_cli_wrapped(cli, 5, 5, cli->err.text);
    cli->err = (cdr_err){0};
}

static cdr_status answer_typed(talk *t, const cdr_lane_question *q)
{
    char prompt[160], typed[TYPED_MAX + 1];
    snprintf(prompt, sizeof prompt, "     (%s%s%s%s?: I do not know) ", q->kind == CDR_LANE_CHOICES ? "several: 1,3; " : "", q->fallback ? "Enter: " : "", q->fallback ? q->fallback : "", q->fallback ? "; " : "");
    cdr_status s = read_typed(t->cli, prompt, typed);
    if (s == CDR_E_LIMIT || s == CDR_E_INVAL) {
        tell_again(t->cli);
        return CDR_OK;
    }
    if (s == CDR_OK && cdr_prompt_is_stop(typed))
        s = CDR_DONE;
    if (s != CDR_OK)
        return s;
    if (!*typed && !q->fallback) {
        cdr_cli_wrapped(t->cli, 5, 5, "There is no usual answer here. Type one, or ? for \"I do not know\".");
        return CDR_OK;
    }
    if (is_back(typed))
        s = take_back(t);
    else
        s = save(t, q->key, is_unknown(typed) ? NULL : *typed ? typed : q->fallback);
    if (s == CDR_E_INVAL || s == CDR_NOT_FOUND) {
        tell_again(t->cli);
        s = CDR_OK;
    }
    return s;
}

/* --- from a script --- */

static void add_scalar(const json_t *v, cdr_buf *out)
{
    if (json_is_string(v))
        cdr_buf_adds(out, json_string_value(v));
    else if (json_is_integer(v))
        cdr_buf_addf(out, "%lld", (long long)json_integer_value(v));
    else if (json_is_boolean(v))
        cdr_buf_adds(out, json_is_true(v) ? "yes" : "no");
}

/* CDR_DONE: the script has no answer to it. */
static cdr_status answer_scripted(talk *t, const cdr_lane_question *q)
{
    const json_t *v = json_object_get(t->answers, q->key);
    _cleanup_buf_ cdr_buf text = CDR_BUF(TYPED_MAX);
    if (!v)
        return CDR_DONE;
    for (size_t i = 0; i < json_array_size(v); i++) {
        cdr_buf_adds(&text, i ? "," : "");
        add_scalar(json_array_get(v, i), &text);
    }
    if (!json_is_array(v))
        add_scalar(v, &text);
    if (cdr_buf_status(&text) != CDR_OK)
        return cdr_fail(&t->cli->err, CDR_E_INVAL, "cli", "lane.long", "The answer to \"%s\" is longer than %d bytes.", q->key, TYPED_MAX);
    return save(t, q->key, json_is_null(v) || !text.len || is_unknown(text.data) ? NULL : text.data);
}

static cdr_status check_script(talk *t, const char *shown)
{
    static const char *const keys[] = {"what", "noticed", "by", "people", "whose", "data", "has", "asked", "locked", "back", "going", "where", "did", "own_words"};
    const char *key;
    json_t *v;
    if (!json_is_object(t->answers))
        return cdr_fail(&t->cli->err, CDR_E_INVAL, "cli", "lane.script", "%s holds no answers; write one a line, such as \"people: 6\".", shown);
    json_object_foreach(t->answers, key, v) {
        const char *near = cdr_text_nearest(key, keys, CDR_COUNT(keys));
        bool known = false;
        for (size_t i = 0; i < CDR_COUNT(keys) && !known; i++)
            known = !strcmp(keys[i], key);
        if (!known)
            return cdr_fail(&t->cli->err, CDR_E_INVAL, "cli", "lane.key", "%s answers a question that there is not (%.30s)%s%s%s.", shown, cdr_text_is_data(key, strlen(key)) ? "\xe2\x80\xa6" : key,
                            near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
        if (json_is_object(v) || json_is_real(v))
            return cdr_fail(&t->cli->err, CDR_E_INVAL, "cli", "lane.value", "The answer to \"%s\" in %s is a text, a number or a list; null for \"I do not know\".", key, shown);
    }
    const char *own = cdr_json_str(t->answers, "own_words");
    if (own && strlen(own) > OWN_WORDS_MAX)
        return cdr_fail(&t->cli->err, CDR_E_INVAL, "cli", "lane.own", "The own words are longer than %d bytes.", OWN_WORDS_MAX);
    if (own && !t->own[0])
        snprintf(t->own, sizeof t->own, "%s", own);
    return CDR_OK;
}

static cdr_status read_script(talk *t, const char *path)
{
    _cleanup_buf_ cdr_buf text = CDR_BUF(ANSWERS_MAX);
    _cleanup_free_ char *shown = cdr_cli_shown(strcmp(path, "-") != 0 ? path : "standard input");
    cdr_status s = shown ? cdr_cli_input_read(t->cli, path, &text) : cdr_fail_nomem(&t->cli->err, "cli");
    if (s == CDR_OK)
        s = cdr_yaml_parse(text.data ? text.data : "", text.len, shown, &t->answers, &t->cli->err);
    if (s == CDR_OK && json_is_null(t->answers)) {
        json_decref(t->answers);
        t->answers = json_object();
    }
    return s == CDR_OK ? check_script(t, shown) : s;
}

/* --- the end --- */

static cdr_status finish(talk *t)
{
    _cleanup_incidents_ cdr_incidents *in = NULL;
    cdr_status s = begin_writing(t);
    if (s == CDR_OK)
        s = cdr_incidents_open(t->cli->ws, &in, &t->cli->err);
    return s == CDR_OK ? cdr_lane_finish(in, t->id, t->own[0] ? t->own : NULL, &t->result, &t->cli->err) : s;
}

typedef struct letters { cdr_cli *cli; json_t *list; unsigned count; } letters;

static cdr_status see_letter(void *arg, unsigned number, const cdr_item *item)
{
    letters *l = arg;
    if (l->list)
        json_array_append_new(l->list, json_pack("{s:i, s:s, s:s, s:o}", "number", (int)number, "what", item->what, "to", item->to_whom, "due", cdr_json_time(item->due_us)));
    else
        cdr_cli_print(l->cli, "  %u  %s%s\n", number, item->what, item->state == CDR_ITEM_OPEN ? "" : item->state == CDR_ITEM_DROPPED ? " (not needed any more)" : !strcmp(item->to_whom, "the file") ? " (kept with the incident)" : " (done)");
    return CDR_OK;
}

static cdr_status see_task(void *arg, const cdr_item *item)
{
    letters *l = arg;
    if (item->kind != CDR_ITEM_TASK || item->state != CDR_ITEM_OPEN)
        return CDR_OK;
    if (!l->count++ && !l->list)
        cdr_cli_print(l->cli, "\nStill to be found out:\n");
    if (l->list)
        json_array_append_new(l->list, json_pack("{s:s, s:s, s:o}", "what", item->what, "who", item->who, "due", cdr_json_time(item->due_us)));
    else
        cdr_cli_wrapped(l->cli, 2, 4, item->what);
    return CDR_OK;
}

typedef struct waits { int64_t decision; bool any; char name[40]; } waits;

static cdr_status see_decision(void *arg, const cdr_decision *d)
{
    waits *w = arg;
    if (cdr_decision_waits(d) && !d->replaced && !w->any)
        *w = (waits){.decision = d->id, .any = true};
    return CDR_OK;
}

static cdr_status show_change(void *arg, const char *when, const char *then)
{
    letters *l = arg;
    char line[400];
    if (l->list) {
        json_array_append_new(l->list, json_pack("{s:s, s:s}", "when", when, "then", then));
        return CDR_OK;
    }
    if (!l->count++)
        cdr_cli_print(l->cli, "\nWhat would change this\n");
    snprintf(line, sizeof line, "%c%s: %s.", *when >= 'a' && *when <= 'z' ? *when - 32 : *when, when + 1, then);
    cdr_cli_wrapped(l->cli, 2, 4, line);
    return CDR_OK;
}

static cdr_status show_answer(talk *t, cdr_incidents *in)
{
    const cdr_lane_result *r = &t->result;
    letters l = {.cli = t->cli};
    cdr_cli_print(t->cli, "\n");
    cdr_cli_wrapped(t->cli, 0, 0, r->headline);
    cdr_cli_print(t->cli, "\nWhy\n");
    cdr_cli_wrapped(t->cli, 2, 2, r->why_authority);
    if (!r->tell_people || r->tell_authority)
        cdr_cli_wrapped(t->cli, 2, 2, r->why_people);
    if (r->law[0])
        cdr_cli_wrapped(t->cli, 2, 2, r->law);
    cdr_status s = cdr_lane_changes(in, t->id, CHANGES_SHOWN, show_change, &l, &t->cli->err);
    if (s == CDR_OK && r->handover[0]) {
        cdr_cli_print(t->cli, "\n");
        cdr_cli_wrapped(t->cli, 0, 0, r->handover);
    }
    return s;
}

static cdr_status show_done(talk *t, cdr_incidents *in)
{
    letters l = {.cli = t->cli};
    waits w = {0};
    cdr_cli_print(t->cli, "\nDrafted, nothing was sent:\n");
    cdr_status s = cdr_incident_letters(in, t->id, see_letter, &l, &t->cli->err);
    if (s == CDR_OK)
        s = cdr_incident_items(in, t->id, false, see_task, &l, &t->cli->err);
    if (s == CDR_OK)
        s = cdr_incident_decisions(in, t->id, see_decision, &w, &t->cli->err);
    if (s != CDR_OK)
        return s;
    cdr_cli_print(t->cli, "\nThe reason stands in the register, I-%lld.%s\n", (long long)t->id, w.any ? " A second person has to agree." : "");
    if (t->result.run)
        cdr_cli_print(t->cli, "Next: candor run next R-%lld\n", (long long)t->result.run);
    else
        cdr_cli_print(t->cli, "Next: candor incident draft I-%lld 1\n", (long long)t->id);
    if (w.any)
        cdr_cli_print(t->cli, "And:  candor incident approve I-%lld %lld, by somebody else\n", (long long)t->id, (long long)w.decision);
    return CDR_OK;
}

static json_t *run_name(int64_t run)
{
    char name[32];
    snprintf(name, sizeof name, "R-%lld", (long long)run);
    return run ? json_string(name) : json_null();
}

static cdr_exit print_result(talk *t, cdr_incidents *in)
{
    const cdr_lane_result *r = &t->result;
    letters drafts = {.cli = t->cli, .list = json_array()}, tasks = {.cli = t->cli, .list = json_array()}, changes = {.cli = t->cli, .list = json_array()};
    char name[32];
    snprintf(name, sizeof name, "I-%lld", (long long)t->id);
    cdr_status s = cdr_incident_letters(in, t->id, see_letter, &drafts, &t->cli->err);
    if (s == CDR_OK)
        s = cdr_incident_items(in, t->id, false, see_task, &tasks, &t->cli->err);
    if (s == CDR_OK)
        s = cdr_lane_changes(in, t->id, CHANGES_SHOWN, show_change, &changes, &t->cli->err);
    json_t *j = json_pack("{s:s, s:b, s:s, s:s, s:b, s:b, s:o, s:b, s:b, s:o, s:i, s:{s:s, s:s}, s:s, s:o, s:o, s:o, s:o}", "incident", name, "finished", 1, "headline", r->headline, "risk", r->risk, "small",
                          (int)r->small, "tell_authority", (int)r->tell_authority, "due", cdr_json_time(r->due_us), "tell_people", (int)r->tell_people, "ask_counsel", (int)r->ask_counsel, "people",
                          r->people < 0 ? json_null() : json_integer(r->people), "unknown", (int)r->unknown, "why", "authority", r->why_authority, "people", r->why_people, "law", r->law, "changes",
                          changes.list, "drafts", drafts.list, "tasks", tasks.list, "run", run_name(r->run));
    if (s == CDR_OK)
        return cdr_cli_print_json(t->cli, j, CDR_EXIT_OK);
    json_decref(j);
    return cdr_cli_fail(t->cli, s);
}

/* Not all is answered: what is there is saved. */
static cdr_exit print_open(talk *t)
{
    cdr_lane_question q;
    char name[32] = "";
    cdr_status s = next_question(t, &q);
    if (s != CDR_OK && s != CDR_DONE)
        return cdr_cli_fail(t->cli, s);
    if (t->id)
        snprintf(name, sizeof name, "I-%lld", (long long)t->id);
    if (!t->cli->json) {
        if (t->id)
            cdr_cli_print(t->cli, "%s%s is saved as far as it was answered; %s%s%s.\nGo on: candor incident report --incident %s\n", t->typed ? "\n" : "", name,
                          s == CDR_OK ? "next is \"" : "all is answered, and nothing is decided yet", s == CDR_OK ? q.key : "", s == CDR_OK ? "\"" : "", name);
        else
            cdr_cli_print(t->cli, "%sNothing was answered, nothing was opened.\n", t->typed ? "\n" : "");
        return CDR_EXIT_INCOMPLETE;
    }
    json_t *choices = json_array();
    for (size_t i = 0; s == CDR_OK && q.choices[i]; i++)
        json_array_append_new(choices, json_pack("{s:s, s:s}", "key", q.choices[i], "label", q.labels[i]));
    return cdr_cli_print_json(t->cli, json_pack("{s:o, s:b, s:{s:s, s:s, s:s, s:o, s:s?, s:i, s:i}}", "incident", t->id ? json_string(name) : json_null(), "finished", 0, "question", "key",
                                                s == CDR_OK ? q.key : "", "ask", s == CDR_OK ? q.ask : "", "why", s == CDR_OK ? q.why : "", "choices", choices, "fallback", s == CDR_OK ? q.fallback : NULL,
                                                "number", (int)q.number, "of", (int)q.of), CDR_EXIT_INCOMPLETE);
}

/* Her own words, on a terminal. "back" takes the newest answer back (${ret_back}), "?" is none. CDR_DONE: no more for now. */
static cdr_status ask_own(talk *t, bool *ret_back)
{
    char typed[TYPED_MAX + 1] = "";
    cdr_status s;
    cdr_cli_print(t->cli, "\nYour own words for the register; no names of customers.\n");
    fflush(stdout);
    while ((s = read_typed(t->cli, "     (Enter or ?: none; back: the last answer again) ", typed)) == CDR_E_LIMIT || s == CDR_E_INVAL)
        tell_again(t->cli);
    if (s == CDR_OK && cdr_prompt_is_stop(typed))
        return CDR_DONE;
    if (s == CDR_OK && is_back(typed)) {
        *ret_back = true;
        return take_back(t);
    }
    if (s == CDR_OK && !is_unknown(typed))
        snprintf(t->own, sizeof t->own, "%s", typed);
    return s;
}

/* The answer first; then, on a terminal, her own words; then what was made of it. ${ret_back}: a question is open again. */
static cdr_exit conclude(talk *t, bool *ret_back)
{
    _cleanup_incidents_ cdr_incidents *in = NULL;
    cdr_status s = cdr_incidents_open(t->cli->ws, &in, &t->cli->err);
    if (s == CDR_OK)
        s = cdr_lane_result_of(in, t->id, &t->result, &t->cli->err);
    if (s == CDR_OK && !t->cli->json)
        s = show_answer(t, in);
    cdr_incidents_close(in);
    in = NULL;
    if (s == CDR_OK && t->typed && !t->own[0])
        s = ask_own(t, ret_back);
    if (s == CDR_DONE)
        return print_open(t);
    if (s == CDR_OK && *ret_back)
        return CDR_EXIT_OK;
    if (s == CDR_OK)
        s = finish(t);
    if (s == CDR_OK)
        s = cdr_incidents_open(t->cli->ws, &in, &t->cli->err);
    if (s == CDR_OK && t->cli->json)
        return print_result(t, in);
    if (s == CDR_OK)
        s = show_done(t, in);
    return s == CDR_OK ? CDR_EXIT_OK : cdr_cli_fail(t->cli, s);
}

/* What was not known, and what --change names, is open again. */
static cdr_status ask_again(talk *t)
{
    _cleanup_incidents_ cdr_incidents *in = NULL;
    const char *const *keys;
    const size_t count = cdr_opt_list(t->cli, "change", &keys);
    cdr_status s = begin_writing(t);
    if (s == CDR_OK)
        s = cdr_incidents_open(t->cli->ws, &in, &t->cli->err);
    if (s == CDR_OK)
        s = cdr_lane_reopen(in, t->id, keys, count, &t->cli->err);
    cdr_incidents_close(in);
    in = NULL;
    return s == CDR_OK ? end_writing(t) : s;
}

static cdr_status resume(talk *t)
{
    _cleanup_incidents_ cdr_incidents *in = NULL;
    const char *named = cdr_opt_text(t->cli, "incident");
    if (named && !cdr_incident_parse_id(named, &t->id))
        return cdr_fail(&t->cli->err, CDR_E_INVAL, "cli", "cli.incident", "--incident takes the number of an incident, such as I-3.");
    if (cdr_opt_flag(t->cli, "again"))
        return ask_again(t);
    if (named || cdr_opt_flag(t->cli, "new"))
        return CDR_OK;
    cdr_status s = cdr_incidents_open(t->cli->ws, &in, &t->cli->err);
    if (s == CDR_OK)
        s = cdr_lane_unfinished(in, &t->id, &t->cli->err);
    if (s == CDR_OK && t->typed)
        cdr_cli_print(t->cli, "I-%lld goes on where it was.\n", (long long)t->id);
    return s == CDR_NOT_FOUND ? CDR_OK : s;
}

static cdr_exit ask_all(talk *t)
{
    cdr_status s = resume(t);
    if (s == CDR_OK && t->typed && !t->id)
        cdr_cli_wrapped(t->cli, 0, 0, "Calm: one question at a time, at most twelve. Each answer is saved. \"back\" takes one back, \"stop\" ends for now.");
    while (s == CDR_OK) {
        cdr_lane_question q;
        s = next_question(t, &q);
        if (s == CDR_DONE) {
            bool back = false;
            cdr_exit code = conclude(t, &back);
            if (!back || code != CDR_EXIT_OK)
                return code;
            s = CDR_OK;
            continue;
        }
        if (s == CDR_OK && t->typed)
            show_question(t->cli, &q);
        if (s == CDR_OK)
            s = t->typed ? answer_typed(t, &q) : answer_scripted(t, &q);
    }
    if (s == CDR_E_CANCELLED && t->id)
        s = cdr_fail(&t->cli->err, s, "cli", "lane.stopped", "Stopped. I-%lld is saved as far as it was answered; candor incident report goes on.", (long long)t->id);
    return s == CDR_DONE ? print_open(t) : cdr_cli_fail(t->cli, s);
}

static cdr_exit run(cdr_cli *cli)
{
    talk t = {.cli = cli};
    const char *answers = cdr_opt_text(cli, "answers"), *own = cdr_opt_text(cli, "own-words");
    if (own && strlen(own) > OWN_WORDS_MAX)
        return cdr_cli_usage(cli, "--own-words takes at most %d bytes.", OWN_WORDS_MAX);
    if (cdr_opt_flag(cli, "new") && cdr_opt_text(cli, "incident"))
        return cdr_cli_usage(cli, "--new begins another incident; --incident goes on with one: give one of them.");
    const char *const *changes;
    if (cdr_opt_flag(cli, "again") ? !cdr_opt_text(cli, "incident") : cdr_opt_list(cli, "change", &changes) > 0)
        return cdr_cli_usage(cli, "To ask again say of which incident: candor incident report --incident I-3 --again [--change people].");
    snprintf(t.own, sizeof t.own, "%s", own ? own : "");
    t.typed = !answers && cdr_prompt_somebody() && !cli->json;
    cdr_status s = CDR_OK;
    if (!t.typed)
        s = read_script(&t, answers ? answers : "-");
    cdr_exit code = s == CDR_OK ? ask_all(&t) : cdr_cli_fail(cli, s);
    json_decref(t.answers);
    return code;
}

static const cdr_opt options[] = {
    {"answers", 'a', CDR_OPT_TEXT, "FILE", NULL, "answers as YAML, one a line, instead of being asked; - for standard input"},
    {"own-words", 0, CDR_OPT_TEXT, "WORDS", NULL, "your own reason for the register; no names of customers"},
    {"incident", 'i', CDR_OPT_TEXT, "I-NUMBER", NULL, "go on with this one, not with the newest that is unfinished"},
    {"again", 0, CDR_OPT_FLAG, NULL, NULL, "with --incident: ask again what was not known"},
    {"change", 'c', CDR_OPT_LIST, "QUESTION", NULL, "with --again: and this one, such as people; may be given more than once"},
    {"new", 'n', CDR_OPT_FLAG, NULL, NULL, "begin another one, though one is unfinished"},
    {0},
};

const cdr_cmd cdr_cmd_incident_report = {
    .path = "incident report",
    .group = "Answer honestly",
    .summary = "something happened: at most twelve questions, then whom to tell and why",
    .max_args = 0,
    .opts = options,
    .flags = CDR_CMD_READONLY,
    .roles = CDR_ROLES_RESPOND,
    .description = "For the small breach, which is the usual one: a letter to the wrong person, a lost phone. One question at a time, each with its reason; usually nine, never more than twelve. Answer with a number, a word, "
                   "or ? for \"I do not know\": that becomes a task, and counts as the worst until it is known. \"back\" takes the newest answer back. Each answer is saved at once; after a stop or a crash the "
                   "same command goes on.\n\n"
                   "Then comes the answer: whom to tell and by when, why, why not the others, and what would change it. The two decisions stand in the register with their reasons, and letters are drafted: to the wrong "
                   "recipient, to the people, to the authority, to the insurer. Nothing is sent. Of the law it says only what is known here, with its source; for any other place it says to ask counsel.\n\n"
                   "Ten people or more, a high risk, or something that still goes on is more than small: then the playbook for it takes over, with the answers.\n\n"
                   "When more is known, --again asks what was not known, and what --change names: newer decisions take the place of the older ones, which stay in the register; tasks that are answered are done, and letters "
                   "that were not sent are drafted anew.\n\n"
                   "Answers in a file: what, noticed, by, people, whose, data, has, asked, locked, back, going, where, did, own_words; those that are not asked are left out. A question without an answer stays open, with exit "
                   "code 6.",
    .examples = "  # Something happened: be asked\n  candor incident report\n  # The same from a script\n  candor incident report --answers answers.yaml --json\n  # It is known now who has the data; and there were more people\n"
                "  candor incident report --incident I-1 --again --change people\n",
    .json_shape = "  {\"incident\": \"I-1\", \"finished\": true, \"headline\": \"You need not tell the authority, nor the one person.\", \"risk\": \"unlikely\", \"small\": true,\n"
                  "    \"tell_authority\": false, \"due\": null, \"tell_people\": false, \"ask_counsel\": false, \"people\": 1, \"unknown\": 0,\n"
                  "    \"why\": {\"authority\": \"…\", \"people\": \"…\"}, \"law\": \"…\", \"changes\": [{\"when\": \"…\", \"then\": \"…\"}],\n"
                  "    \"drafts\": [{\"number\": 1, \"what\": \"…\", \"to\": \"…\", \"due\": \"…\"}], \"tasks\": [{\"what\": \"…\", \"who\": \"…\", \"due\": \"…\"}], \"run\": null}\n"
                  "  {\"incident\": \"I-1\", \"finished\": false, \"question\": {\"key\": \"people\", \"ask\": \"…\", \"why\": \"…\", \"choices\": [], \"fallback\": null, \"number\": 4, \"of\": 9}}\n",
    .run = run,
};
