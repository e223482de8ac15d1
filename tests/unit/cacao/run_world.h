/* SPDX-License-Identifier: Apache-2.0 */
/* Playbooks in few words for the tests of runs, and somebody who carries them out. In a workflow ' stands for ", and @action:A1 for "action--00000000-0000-4000-8000-0000000000A1" without quotes. */
#ifndef TEST_RUN_WORLD_H
#define TEST_RUN_WORLD_H

#include "core/cacao/run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define T0 INT64_C(1803027600000000)   /* 2027-02-19 */
#define SECOND INT64_C(1000000)
#define LOG_MAX 400

typedef struct kept { cdr_run_event event; char step[80], by[40], text[200]; } kept;

typedef struct world {
    cdr_playbook *playbook, *called[4];
    size_t called_count;
    cdr_run *run;
    cdr_run_start start;
    int64_t now_us;
    bool automatic;                     /* all commands but manual ones are carried out at once … */
    const char *fails;                  /* … and this one fails */
    bool lenient;
    kept log[LOG_MAX];                  /* what happened, for replays */
    size_t count;
    char trace[4000];                   /* names of steps as they were entered and ended: "+A -A " */
    char performed[2000];               /* texts of commands, with their variables put in */
    cdr_err err;
} world;

static inline void expand(const char *from, cdr_buf *out)
{
    for (; *from; from++) {
        const char *colon = *from == '@' ? strchr(from, ':') : NULL;
        if (!colon) {
            cdr_buf_addc(out, *from == '\'' ? '"' : *from);
            continue;
        }
        cdr_buf_add(out, from + 1, (size_t)(colon - from - 1));
        cdr_buf_addf(out, "--00000000-0000-4000-8000-0000000000%.2s", colon + 1);
        from = colon + 2;
    }
}

/* A playbook with number ${number}, ${variables} and ${workflow}; more top-level members in ${more} ("" or ", 'x': 1"). */
static inline cdr_playbook *make_playbook(world *w, const char *number, const char *variables, const char *workflow, const char *more)
{
    _cleanup_buf_ cdr_buf text = CDR_BUF(1u << 20);
    char head[900];
    snprintf(head, sizeof head,
             "{'type':'playbook','spec_version':'cacao-2.0','id':'@playbook:%s','name':'Test %s','created_by':'@identity:E1','created':'2027-01-01T00:00:00.000Z','modified':'2027-01-01T00:00:00.000Z',"
             "'workflow_start':'@start:01','agent_definitions':{'@individual:F1':{'type':'individual','name':'Somebody'},'@http-api:F2':{'type':'http-api','name':'API','address':{'url':['https://example.com']}}},"
             "'playbook_variables':{%s},'workflow':{",
             number, number, variables);
    expand(head, &text);
    expand(workflow, &text);
    expand("}", &text);
    expand(more, &text);
    expand("}", &text);
    cdr_playbook *p = NULL;
    cdr_status s = cdr_playbook_read(text.data, text.len, "test", &p, &w->err);
    if (s != CDR_OK)
        fail_msg("%s\n%s", w->err.text, text.data);
    return p;
}

static inline cdr_status find_called(void *arg, const char *id, const char *version, cdr_playbook **ret, cdr_err *err)
{
    world *w = arg;
    cdr_playbook *newest = NULL;
    for (size_t i = 0; i < w->called_count; i++) {
        cdr_playbook *p = w->called[i];
        if (strcmp(cdr_playbook_id(p), id) || (version && strcmp(cdr_playbook_modified(p), version)))
            continue;
        if (!newest || strcmp(cdr_playbook_modified(p), cdr_playbook_modified(newest)) > 0)
            newest = p;
    }
    if (!newest)
        return cdr_fail(err, CDR_NOT_FOUND, "test", "test.none", "There is no playbook %s.", id);
    *ret = cdr_playbook_ref(newest);
    return CDR_OK;
}

static inline void log_event(world *w, const cdr_run_event *event)
{
    assert_true(w->count < LOG_MAX);
    kept *k = &w->log[w->count++];
    k->event = *event;
    snprintf(k->step, sizeof k->step, "%s", event->step ? event->step : "");
    snprintf(k->by, sizeof k->by, "%s", event->by ? event->by : "");
    snprintf(k->text, sizeof k->text, "%s", event->text ? event->text : "");
    k->event.step = event->step ? k->step : NULL;
    k->event.by = event->by ? k->by : NULL;
    k->event.text = event->text ? k->text : NULL;
    k->event.data = event->data ? json_deep_copy(event->data) : NULL;
}

static inline const char *name_of(world *w, uint32_t activation)
{
    const cdr_activation *a = cdr_run_activation(w->run, activation);
    return a && a->step->name ? a->step->name : a ? a->step->type_name : "run";
}

static inline void apply(world *w, const cdr_run_event *event)
{
    log_event(w, event);
    cdr_status s = cdr_run_apply(w->run, event, &w->err);
    if (s != CDR_OK)
        fail_msg("event %u: %s", (unsigned)event->kind, w->err.text);
    size_t used = strlen(w->trace);
    const char *name = event->activation ? name_of(w, event->activation) : "run";
    if (event->kind == CDR_RUN_ENTERED)
        snprintf(w->trace + used, sizeof w->trace - used, "+%s ", name);
    if (event->kind == CDR_RUN_ENDED)
        snprintf(w->trace + used, sizeof w->trace - used, "%c%s ", event->outcome == CDR_OUT_SUCCESS ? '-' : event->outcome == CDR_OUT_TIMEOUT ? '~' : event->outcome == CDR_OUT_BY_HAND ? '/' : '!', name);
    if (event->kind == CDR_RUN_FINISHED)
        snprintf(w->trace + used, sizeof w->trace - used, "%s", event->outcome == CDR_OUT_SUCCESS ? "good" : "bad");
}

static inline bool is_automatic(void *arg, const cdr_activation *a, const cdr_command *c, const json_t *agent, const json_t *target)
{
    (void)a;
    (void)agent;
    (void)target;
    return ((world *)arg)->automatic && strcmp(c->type, "manual") != 0 && strcmp(c->type, "strange") != 0;
}

static inline void perform(world *w, const cdr_run_todo *todo)
{
    cdr_run_event event;
    _cleanup_buf_ cdr_buf text = CDR_BUF(4096);
    cdr_err why = {0};
    uint32_t id = todo->activation->id;
    const char *command = todo->command->command;
    cdr_status s = cdr_run_command_text(w->run, id, command, &text, &why);
    bool good = s == CDR_OK && (!w->fails || strcmp(w->fails, command) != 0);
    size_t used = strlen(w->performed);
    snprintf(w->performed + used, sizeof w->performed - used, "%s;", good ? text.data : s == CDR_OK ? "failed" : "hole");
    s = cdr_run_result(w->run, id, good ? CDR_OUT_SUCCESS : CDR_OUT_FAILURE, NULL, good ? NULL : "It failed.", w->now_us, &event, &w->err);
    assert_int_equal(s, CDR_OK);
    apply(w, &event);
}

/* Until it sleeps or is over. */
static inline int64_t proceed(world *w)
{
    for (int i = 0; i < 2000; i++) {
        cdr_run_todo todo;
        cdr_status s = cdr_run_next(w->run, w->now_us, is_automatic, w, &todo, &w->err);
        if (s != CDR_OK)
            fail_msg("next: %s", w->err.text);
        if (todo.what == CDR_RUN_SLEEP)
            return todo.wake_us;
        if (todo.what == CDR_RUN_OVER)
            return INT64_MAX;
        bool act = todo.what == CDR_RUN_PERFORM && !todo.manual;
        apply(w, &todo.event);
        if (act)
            perform(w, &todo);
    }
    fail_msg("the run does not come to rest: %.300s", w->trace);
    return 0;
}

static inline void new_run(world *w)
{
    cdr_run_setup setup = {.playbook = w->playbook, .find = find_called, .arg = w, .lenient = w->lenient};
    assert_int_equal(cdr_run_new(&setup, &w->run, &w->err), CDR_OK);
}

static inline cdr_status try_start(world *w)
{
    cdr_run_event event;
    new_run(w);
    w->start.now_us = w->now_us;
    cdr_status s = cdr_run_start_event(w->run, &w->start, &event, &w->err);
    if (s == CDR_OK)
        apply(w, &event);
    return s;
}

static inline void world_begin(world *w, const char *variables, const char *workflow)
{
    if (!w->now_us)
        w->now_us = T0;
    w->playbook = make_playbook(w, "A0", variables, workflow, "");
    cdr_status s = try_start(w);
    if (s != CDR_OK)
        fail_msg("start: %s", w->err.text);
}

/* The run made again of its events: what a crash leaves. */
static inline void replay(world *w)
{
    cdr_run_free(w->run);
    new_run(w);
    for (size_t i = 0; i < w->count; i++) {
        cdr_status s = cdr_run_apply(w->run, &w->log[i].event, &w->err);
        if (s != CDR_OK)
            fail_msg("replay of %zu: %s", i, w->err.text);
    }
}

static inline uint32_t open_step(world *w, const char *name)
{
    size_t count;
    const cdr_activation *const *open = cdr_run_open(w->run, &count);
    for (size_t i = 0; i < count; i++)
        if (open[i]->step->name && !strcmp(open[i]->step->name, name))
            return open[i]->id;
    fail_msg("%s is not open: %s", name, w->trace);
    return 0;
}

static inline cdr_status answer(world *w, const char *step, const char *answers, const char *by)
{
    cdr_run_event event;
    _cleanup_buf_ cdr_buf text = CDR_BUF(4096);
    expand(answers ? answers : "{}", &text);
    json_t *j = json_loads(text.data, 0, NULL);
    assert_non_null(j);
    cdr_run_say say = {.activation = open_step(w, step), .by = by, .answers = j, .now_us = w->now_us};
    cdr_status s = cdr_run_answer(w->run, &say, &event, &w->err);
    if (s == CDR_OK) {
        apply(w, &event);
        proceed(w);
    }
    json_decref(j);
    return s;
}

static inline void world_end(world *w)
{
    cdr_run_free(w->run);
    for (size_t i = 0; i < w->count; i++)
        json_decref((json_t *)w->log[i].event.data);
    for (size_t i = 0; i < w->called_count; i++)
        cdr_playbook_free(w->called[i]);
    cdr_playbook_free(w->playbook);
}

/* Steps in few words. */
#define START(next) "'@start:01':{'type':'start','on_completion':'" next "'}"
#define END(n) "'@end:" n "':{'type':'end','name':'End" n "'}"
#define MANUAL(n, name, more) "'@action:" n "':{'type':'action','name':'" name "','agent':'@individual:F1','commands':[{'type':'manual','command':'Do " name "'}]" more "}"
#define HTTP(n, name, command, more) "'@action:" n "':{'type':'action','name':'" name "','agent':'@http-api:F2','commands':[{'type':'http-api','command':'" command "'}]" more "}"
#define THEN(id) ",'on_completion':'" id "'"

#endif
