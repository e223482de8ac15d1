/* SPDX-License-Identifier: Apache-2.0 */
/* room: cacao. A run of a playbook with every kind of step, driven by the input: people who answer, skip, retry, abort, time that passes, commands that fail, crashes, and events that never were. Whatever comes, it neither
 * falls nor loops, and a replay of what was accepted comes to the same. */
#include "core/cacao/run.h"

#include <stdlib.h>
#include <string.h>

#define ID(type, n) type "--00000000-0000-4000-8000-0000000000" n
#define STEP(type, n, more) "\"" ID(type, n) "\":{\"type\":\"" type "\",\"name\":\"" n "\"" more "}"
#define DO(n, command, next, more) STEP("action", n, ",\"agent\":\"" ID("individual", "f1") "\",\"commands\":[{\"type\":\"" command "\",\"command\":\"do __a__:value\"}],\"on_completion\":\"" next "\"" more)

static const char playbook[] =
    "{\"type\":\"playbook\",\"spec_version\":\"cacao-2.0\",\"id\":\"" ID("playbook", "a0") "\",\"name\":\"Everything\",\"created_by\":\"" ID("identity", "e1") "\",\"created\":\"2027-01-01T00:00:00.000Z\","
    "\"modified\":\"2027-01-01T00:00:00.000Z\",\"workflow_start\":\"" ID("start", "01") "\",\"agent_definitions\":{\"" ID("individual", "f1") "\":{\"type\":\"individual\",\"name\":\"Somebody\"}},"
    "\"playbook_variables\":{\"__a__\":{\"type\":\"string\",\"value\":\"go\"}},\"workflow\":{"
    "\"" ID("start", "01") "\":{\"type\":\"start\",\"on_completion\":\"" ID("while-condition", "02") "\"},"
    STEP("while-condition", "02", ",\"condition\":\"__a__:value = 'go'\",\"on_true\":\"" ID("parallel", "03") "\",\"on_completion\":\"" ID("if-condition", "10") "\"") ","
    STEP("parallel", "03", ",\"next_steps\":[\"" ID("action", "04") "\",\"" ID("action", "05") "\"],\"timeout\":900000,\"on_completion\":\"" ID("end", "06") "\"") ","
    DO("04", "manual", ID("end", "07"), ",\"out_args\":[\"__a__\"],\"delay\":1000") "," DO("05", "http-api", ID("end", "08"), ",\"timeout\":5000") ","
    STEP("end", "06", "") "," STEP("end", "07", "") "," STEP("end", "08", "") ","
    STEP("if-condition", "10", ",\"condition\":\"EXISTS __a__:value\",\"on_true\":\"" ID("switch-condition", "11") "\",\"on_completion\":\"" ID("end", "12") "\"") ","
    STEP("switch-condition", "11", ",\"switch\":\"__a__:value\",\"cases\":{\"one\":\"" ID("action", "13") "\",\"default\":\"" ID("playbook-action", "14") "\"},\"on_completion\":\"" ID("end", "15") "\"") ","
    DO("13", "manual", ID("end", "16"), "") "," STEP("playbook-action", "14", ",\"playbook_id\":\"" ID("playbook", "a0") "\",\"on_completion\":\"" ID("end", "17") "\"") ","
    STEP("end", "12", "") "," STEP("end", "15", "") "," STEP("end", "16", "") "," STEP("end", "17", "") "}}";

enum { KEPT_MAX = 600 };
typedef struct drive { cdr_playbook *p; cdr_run *run; const uint8_t *at, *end; int64_t now_us; cdr_run_event kept[KEPT_MAX]; char texts[KEPT_MAX][64]; size_t count; } drive;

static uint8_t byte(drive *d)
{
    return d->at < d->end ? *d->at++ : 0;
}

static cdr_status find(void *arg, const char *id, const char *version, cdr_playbook **ret, cdr_err *err)
{
    (void)id;
    (void)version;
    (void)err;
    *ret = cdr_playbook_ref(((drive *)arg)->p);
    return CDR_OK;
}

static cdr_run *fresh(drive *d)
{
    cdr_run_setup setup = {.playbook = d->p, .find = find, .arg = d};
    cdr_run *run = NULL;
    if (cdr_run_new(&setup, &run, NULL) != CDR_OK)
        abort();
    return run;
}

static bool take(drive *d, const cdr_run_event *event)
{
    if (d->count == KEPT_MAX)
        return false;
    cdr_run_event copy = *event;
    char *text = d->texts[d->count];
    if (event->text) {
        strncpy(text, event->text, 63);
        copy.text = text;
    }
    copy.data = event->data ? json_deep_copy(event->data) : NULL;
    if (cdr_run_apply(d->run, &copy, NULL) != CDR_OK) {
        json_decref((json_t *)copy.data);
        return false;
    }
    d->kept[d->count++] = copy;
    return true;
}

static bool automatic(void *arg, const cdr_activation *a, const cdr_command *c, const json_t *agent, const json_t *target)
{
    (void)arg;
    (void)a;
    (void)agent;
    (void)target;
    return !strcmp(c->type, "http-api");
}

static void proceed(drive *d)
{
    for (int i = 0; i < 200; i++) {
        cdr_run_todo todo;
        cdr_run_event event;
        if (cdr_run_next(d->run, d->now_us, automatic, NULL, &todo, NULL) != CDR_OK || todo.what == CDR_RUN_SLEEP || todo.what == CDR_RUN_OVER)
            return;
        bool act = todo.what == CDR_RUN_PERFORM && !todo.manual;
        if (!take(d, &todo.event))
            return;
        if (!act)
            continue;
        uint8_t how = byte(d);
        if (how % 5 == 4)
            return;   /* a crash */
        if (cdr_run_result(d->run, todo.activation->id, how % 5 ? CDR_OUT_SUCCESS : CDR_OUT_FAILURE, NULL, how % 5 ? NULL : "failed", d->now_us, &event, NULL) != CDR_OK || !take(d, &event))
            return;
    }
}

static void person(drive *d, uint8_t what)
{
    static const char *const values[] = {"go", "one", "two", "stop"};
    cdr_run_event event;
    json_t *answers = json_object();
    if (what & 0x80)
        json_object_set_new(answers, "__a__", json_string(values[byte(d) % 4]));
    size_t open;
    const cdr_activation *const *list = cdr_run_open(d->run, &open);
    uint8_t which = byte(d);
    cdr_run_say say = {.activation = open ? list[which % open]->id : which, .by = which & 1 ? "dana" : "erin", .text = what & 0x40 ? "because" : NULL, .answers = answers, .failed = what & 0x20, .now_us = d->now_us};
    cdr_status s = CDR_DENIED;
    switch (what % 8) {
    case 0: case 1: case 2: s = cdr_run_answer(d->run, &say, &event, NULL); break;
    case 3: s = cdr_run_retry(d->run, &say, &event, NULL); break;
    case 4: s = cdr_run_skip(d->run, &say, &event, NULL); break;
    case 5: s = cdr_run_by_hand(d->run, &say, &event, NULL); break;
    case 6: s = cdr_run_approve(d->run, &say, which & 2, &event, NULL); break;
    default: s = which == 77 ? cdr_run_abort(d->run, &say, &event, NULL) : cdr_run_set_clock(d->run, "awareness", d->now_us, "dana", d->now_us, &event, NULL); break;
    }
    if (s == CDR_OK && !take(d, &event) && d->count < KEPT_MAX)
        abort();   /* what was judged possible must follow */
    json_decref(answers);
}

/* An event that never was: accepted or refused, but never a fall. */
static void stranger(drive *d)
{
    cdr_run_event event = {.seq = cdr_run_seq(d->run) + 1, .kind = (cdr_run_kind)(byte(d) % 24), .at_us = d->now_us, .activation = byte(d) % 40, .opener = byte(d) % 8, .frame = byte(d) % 4,
                           .step = ID("action", "04"), .attempt = byte(d) % 4, .number = byte(d) % 5, .outcome = (cdr_run_outcome)(byte(d) % CDR_OUT__MAX), .text = "strange"};
    take(d, &event);
}

static void compare(drive *d)
{
    cdr_run *again = fresh(d);
    for (size_t i = 0; i < d->count; i++)
        if (cdr_run_apply(again, &d->kept[i], NULL) != CDR_OK)
            abort();
    size_t a, b;
    cdr_run_outcome x, y;
    cdr_run_open(again, &a);
    cdr_run_open(d->run, &b);
    bool over = cdr_run_over(again, &x);
    if (a != b || over != cdr_run_over(d->run, &y) || x != y || cdr_run_wake(again) != cdr_run_wake(d->run))
        abort();
    cdr_run_free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    if (len > 2000)
        return 0;
    drive *d = calloc(1, sizeof *d);
    *d = (drive){.at = data, .end = data + len, .now_us = INT64_C(1803027600000000)};
    if (cdr_playbook_read(playbook, sizeof playbook - 1, "fuzz", &d->p, NULL) != CDR_OK)
        abort();
    d->run = fresh(d);
    cdr_run_start start = {.now_us = d->now_us, .ask = byte(d) & 1, .iterations_max = 5};
    cdr_run_event event;
    cdr_err err = {0};
    if (cdr_run_start_event(d->run, &start, &event, &err) != CDR_OK || !take(d, &event))
        abort();
    while (d->at < d->end) {
        uint8_t what = byte(d);
        if (what % 16 == 15)
            stranger(d);
        else if (what % 16 == 14)
            d->now_us += (int64_t)byte(d) * 10000000;
        else if (what % 16 == 13 && cdr_run_recover(d->run, d->now_us, &event, NULL) == CDR_OK)
            take(d, &event);
        else
            person(d, what);
        proceed(d);
    }
    compare(d);
    for (size_t i = 0; i < d->count; i++)
        json_decref((json_t *)d->kept[i].data);
    cdr_run_free(d->run);
    cdr_playbook_free(d->p);
    free(d);
    return 0;
}
