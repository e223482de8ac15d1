/* SPDX-License-Identifier: Apache-2.0 */
/* Runs: making them, what they hold, and the first event, before which everything they may need is found. */
#include "core/cacao/check.h"
#include "core/cacao/run_parts.h"

#include "base/parse.h"
#include "base/time.h"

#include <stdio.h>
#include <string.h>

enum { DEFAULT_TIMEOUT_MS = 300000 };

const char *cdr_run_outcome_name(cdr_run_outcome o)
{
    static const char *const names[CDR_OUT__MAX] = {"", "successfully_executed", "failed", "timeout_error", "skipped", "done_by_hand", "aborted", "interrupted"};
    return (unsigned)o < CDR_OUT__MAX ? names[o] : "";
}

const char *cdr_activation_state_name(cdr_activation_state s)
{
    static const char *const names[] = {
        "", "delayed", "ready", "running", "waiting for an answer", "waiting for evidence", "waiting for approval", "going on in its branches", "in doubt", "failed", "ended",
    };
    return (unsigned)s < CDR_COUNT(names) ? names[s] : "";
}

cdr_status cdr_run_new(const cdr_run_setup *setup, cdr_run **ret, cdr_err *err)
{
    cdr_run *run = cdr_alloc(sizeof *run);
    if (!run)
        return cdr_fail_nomem(err, "run");
    run->playbook = cdr_playbook_ref(setup->playbook);
    run->find = setup->find;
    run->arg = setup->arg;
    run->lenient = setup->lenient;
    *ret = run;
    return CDR_OK;
}

static void free_nodes(cdr_run *run)
{
    for (size_t i = 0; i < run->node_count; i++) {
        run_node *node = run_node_at(run, (uint32_t)i + 1);
        run_values_free(&node->values);
        cdr_free(node->answerers);
    }
    for (size_t i = 0; i < run->chunks.len; i++)
        cdr_free(run->chunks.at[i]);
    run_nodes_done(&run->chunks);
    run_nodes_done(&run->open);
}

void cdr_run_free(cdr_run *run)
{
    if (!run)
        return;
    free_nodes(run);
    for (size_t i = 0; i < run->frames.len; i++) {
        run_values_free(&run->frames.at[i].values);
        cdr_playbook_free(run->frames.at[i].playbook);
    }
    run_frames_done(&run->frames);
    for (size_t i = 0; i < run->clocks.len; i++)
        cdr_free(run->clocks.at[i].name);
    run_clocks_done(&run->clocks);
    for (size_t i = 0; i < run->pins.len; i++) {
        cdr_free(run->pins.at[i].id);
        cdr_free(run->pins.at[i].version);
        cdr_free(run->pins.at[i].modified);
    }
    run_pins_done(&run->pins);
    run_queue_done(&run->pending);
    json_decref(run->data);
    cdr_playbook_free(run->playbook);
    cdr_free(run);
}

/* --- nodes and frames --- */

run_node *run_node_at(const cdr_run *run, uint32_t id)
{
    if (!id || id > run->node_count)
        return NULL;
    return &run->chunks.at[(id - 1) / RUN_CHUNK][(id - 1) % RUN_CHUNK];
}

run_node *run_node_new(cdr_run *run)
{
    if (run->node_count >= CDR_RUN_ACTIVATIONS_MAX)
        return NULL;
    if (run->node_count % RUN_CHUNK == 0) {
        run_node *chunk = cdr_alloc_array(RUN_CHUNK, sizeof *chunk);
        run_node **place = chunk ? run_nodes_push(&run->chunks) : NULL;
        if (!place) {
            cdr_free(chunk);
            return NULL;
        }
        *place = chunk;
    }
    run->node_count++;
    run_node *node = run_node_at(run, (uint32_t)run->node_count);
    node->seen.id = (uint32_t)run->node_count;
    return node;
}

cdr_status run_frame_open(cdr_run *run, cdr_playbook *playbook, uint32_t opener, cdr_err *err)
{
    run_frame *frame = run_frames_push(&run->frames);
    if (!frame)
        return cdr_fail_nomem(err, "run");
    frame->playbook = cdr_playbook_ref(playbook);
    frame->opener = opener;
    size_t count;
    const cdr_variable *declared = cdr_playbook_variables(playbook, &count);
    return run_values_init(&frame->values, declared, count, err);
}

cdr_status run_add_answerer(run_node *node, const char *by, cdr_err *err)
{
    if (!by)
        return CDR_OK;
    snprintf(node->seen.answered_by, sizeof node->seen.answered_by, "%s", by);
    if (run_is_answerer(node, by))
        return CDR_OK;
    char *all = cdr_asprintf("%s%s\n", node->answerers ? node->answerers : "", by);
    if (!all)
        return cdr_fail_nomem(err, "run");
    cdr_free(node->answerers);
    node->answerers = all;
    return CDR_OK;
}

bool run_is_answerer(const run_node *node, const char *who)
{
    char one[CDR_RUN_WHO_MAX];
    for (const char *line = node->answerers; line && *line; line = strchr(line, '\n') + 1) {
        snprintf(one, sizeof one, "%.*s", (int)strcspn(line, "\n"), line);
        if (cdr_same_person(one, who))
            return true;
    }
    return false;
}

/* --- events --- */

cdr_status run_corrupt(cdr_err *err, const cdr_run_event *event, const char *what)
{
    return cdr_fail(err, CDR_E_CORRUPT, "run", "run.event", "Event %llu of the run cannot follow the ones before it: %s. The run was changed outside of Candor, or by a newer version.", (unsigned long long)event->seq, what);
}

void run_event_init(cdr_run *run, cdr_run_event *ret, cdr_run_kind kind, uint32_t activation, int64_t at_us)
{
    *ret = (cdr_run_event){.seq = run->seq + 1, .kind = kind, .at_us = at_us, .activation = activation};
}

const char *run_keep_text(cdr_run *run, const char *text)
{
    if (!text || !*text)
        return NULL;
    snprintf(run->text, sizeof run->text, "%s", text);
    return run->text;
}

/* --- the first event --- */

const run_pin *run_pin_of(const cdr_run *run, const cdr_step *step)
{
    for (size_t i = 0; i < run->pins.len; i++) {
        const run_pin *pin = &run->pins.at[i];
        bool same = !pin->version == !step->playbook_version && (!pin->version || !strcmp(pin->version, step->playbook_version));
        if (step->playbook_id && !strcmp(pin->id, step->playbook_id) && same)
            return pin;
    }
    return NULL;
}

static cdr_status add_pin(cdr_run *run, const char *id, const char *version, const char *modified, const uint8_t sha256[32], cdr_err *err)
{
    run_pin *pin = run_pins_push(&run->pins);
    if (!pin)
        return cdr_fail_nomem(err, "run");
    pin->id = cdr_strdup(id);
    pin->version = version ? cdr_strdup(version) : NULL;
    pin->modified = cdr_strdup(modified);
    memcpy(pin->sha256, sha256, sizeof pin->sha256);
    return pin->id && pin->modified && (!version || pin->version) ? CDR_OK : cdr_fail_nomem(err, "run");
}

static cdr_status runnable(const cdr_run *run, const cdr_playbook *p, cdr_err *err)
{
    cdr_cacao_options options = {.lenient = run->lenient};
    cdr_cacao_verdict verdict = {0};
    cdr_status s = cdr_playbook_check(p, &options, &verdict, err);
    if (s == CDR_OK && !verdict.runnable) {
        const cdr_cacao_finding *first = NULL;
        for (size_t i = 0; i < verdict.count && !first; i++)
            first = verdict.findings[i].level == CDR_CACAO_ERROR || verdict.findings[i].fatal ? &verdict.findings[i] : NULL;
        s = cdr_fail(err, CDR_E_INVAL, "run", "run.not-runnable", "%s cannot be carried out: %.200s: %.200s See candor playbook check.", cdr_playbook_where(p),
                     first ? first->where : "it", first ? first->text : "it does not keep the rules of CACAO.");
    }
    cdr_cacao_verdict_done(&verdict);
    return s;
}

/* E2, each playbook that is going to be carried out. A time that is not said is no limit. */
static cdr_status in_force(const cdr_playbook *p, int64_t now_us, cdr_err *err)
{
    char day[CDR_TIME_TEXT];
    if (cdr_playbook_revoked(p))
        return cdr_fail(err, CDR_DENIED, "run", "run.revoked", "%s was revoked by who made it. Take a newer version, or make one of your own with candor playbook new.", cdr_playbook_where(p));
    int64_t from = cdr_playbook_valid_from(p), until = cdr_playbook_valid_until(p);
    if (from && now_us < from) {
        cdr_time_format(from, day);
        return cdr_fail(err, CDR_DENIED, "run", "run.not-yet-valid", "%s is valid from %s on, not yet. Take another version.", cdr_playbook_where(p), day);
    }
    if (until && now_us >= until) {
        cdr_time_format(until, day);
        return cdr_fail(err, CDR_DENIED, "run", "run.expired", "%s was valid until %s. Take a newer version, or make one of your own with candor playbook new.", cdr_playbook_where(p), day);
    }
    return CDR_OK;
}

/* E4, E18: all playbooks that are called, and what they call, found now and pinned. A list instead of recursion: how deep strangers nest is not ours to say. */
static cdr_status pin_called(cdr_run *run, const cdr_playbook *caller, int64_t now_us, cdr_playbook **found, size_t cap, size_t *count, cdr_err *err)
{
    for (uint32_t i = 0; i < cdr_playbook_step_count(caller); i++) {
        const cdr_step *step = cdr_playbook_step(caller, i);
        if (step->type != CDR_STEP_PLAYBOOK_ACTION || !step->playbook_id || run_pin_of(run, step))
            continue;
        if (!run->find || *count == cap)
            return cdr_fail(err, CDR_E_LIMIT, "run", "run.calls", "%s calls other playbooks, %s.", cdr_playbook_where(caller), run->find ? "and these too many more" : "which cannot be looked for here");
        cdr_playbook *p = NULL;
        cdr_status s = run->find(run->arg, step->playbook_id, step->playbook_version, &p, err);
        if (s != CDR_OK)
            return s;
        found[(*count)++] = p;
        if ((s = in_force(p, now_us, err)) != CDR_OK || (s = runnable(run, p, err)) != CDR_OK)
            return s;
        s = add_pin(run, step->playbook_id, step->playbook_version, cdr_playbook_modified(p), cdr_playbook_sha256(p), err);
        if (s != CDR_OK)
            return s;
    }
    return CDR_OK;
}

static cdr_status pin_all(cdr_run *run, int64_t now_us, cdr_err *err)
{
    enum { CALLED_MAX = 64 };
    cdr_playbook *found[CALLED_MAX];
    size_t count = 0;
    cdr_status s = pin_called(run, run->playbook, now_us, found, CALLED_MAX, &count, err);
    for (size_t i = 0; s == CDR_OK && i < count; i++)
        s = pin_called(run, found[i], now_us, found, CALLED_MAX, &count, err);
    for (size_t i = 0; i < count; i++)
        cdr_playbook_free(found[i]);
    return s;
}

static cdr_status check_handed(const cdr_run *run, const json_t *variables, cdr_err *err)
{
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)variables, name, value) {
        size_t count;
        const cdr_variable *declared = cdr_playbook_variables(run->playbook, &count), *v = NULL;
        for (size_t i = 0; i < count && !v; i++)
            v = strcmp(declared[i].name, name) ? NULL : &declared[i];
        if (!v)
            return cdr_fail(err, CDR_E_INVAL, "run", "run.no-variable", "%s has no variable %.60s.", cdr_playbook_where(run->playbook), name);
        if (!v->external)
            return cdr_fail(err, CDR_E_INVAL, "run", "run.not-external", "%.60s is not handed in from outside: its playbook does not call it external.", name);
        const char *expects = "a text";
        if (!json_is_string(value) || !cdr_variable_value_valid(v->type, json_string_value(value), &expects))
            return cdr_fail(err, CDR_E_INVAL, "run", "run.value", "%.60s must be %s.", name, expects);
    }
    return CDR_OK;
}

static json_t *pins_json(const cdr_run *run)
{
    json_t *list = json_array();
    for (size_t i = 0; list && i < run->pins.len; i++) {
        const run_pin *pin = &run->pins.at[i];
        char hex[65];
        cdr_hex_encode(pin->sha256, 32, hex);
        json_array_append_new(list, json_pack("{s:s,s:s?,s:s,s:s}", "id", pin->id, "version", pin->version, "modified", pin->modified, "sha256", hex));
    }
    return list;
}

cdr_status cdr_run_start_event(cdr_run *run, const cdr_run_start *start, cdr_run_event *ret, cdr_err *err)
{
    if (run->started)
        return cdr_fail(err, CDR_E_INVAL, "run", "run.started", "The run has begun already.");
    cdr_status s = in_force(run->playbook, start->now_us, err);
    if (s == CDR_OK)
        s = runnable(run, run->playbook, err);
    if (s == CDR_OK)
        s = check_handed(run, start->variables, err);
    if (s == CDR_OK)
        s = pin_all(run, start->now_us, err);
    if (s != CDR_OK)
        return s;
    char hex[65];
    cdr_hex_encode(cdr_playbook_sha256(run->playbook), 32, hex);
    json_decref(run->data);
    run->data = json_pack("{s:s,s:s,s:s,s:b,s:I,s:I,s:o,s:O?}", "playbook", cdr_playbook_id(run->playbook), "modified", cdr_playbook_modified(run->playbook), "sha256", hex, "ask", start->ask,
                          "timeout_ms", (json_int_t)(start->default_timeout_ms ? start->default_timeout_ms : DEFAULT_TIMEOUT_MS), "iterations_max",
                          (json_int_t)(start->iterations_max ? start->iterations_max : CDR_RUN_ITERATIONS_MAX), "pinned", pins_json(run), "variables", start->variables);
    for (size_t i = 0; i < run->pins.len; i++) {   /* applying the event makes them again */
        cdr_free(run->pins.at[i].id);
        cdr_free(run->pins.at[i].version);
        cdr_free(run->pins.at[i].modified);
    }
    run->pins.len = 0;
    if (!run->data)
        return cdr_fail_nomem(err, "run");
    run_event_init(run, ret, CDR_RUN_STARTED, 0, start->now_us);
    ret->by = start->by;
    ret->data = run->data;
    return CDR_OK;
}

static cdr_status apply_pins(cdr_run *run, const cdr_run_event *event, cdr_err *err)
{
    size_t i;
    json_t *item;
    json_array_foreach(json_object_get(event->data, "pinned"), i, item) {
        const char *id = cdr_json_str(item, "id"), *modified = cdr_json_str(item, "modified"), *hex = cdr_json_str(item, "sha256");
        uint8_t sha256[32];
        if (!id || !modified || !hex || !cdr_hex_decode(hex, strlen(hex), sha256, sizeof sha256))
            return run_corrupt(err, event, "a pinned playbook is not told whole");
        cdr_status s = add_pin(run, id, cdr_json_str(item, "version"), modified, sha256, err);
        if (s != CDR_OK)
            return s;
    }
    return CDR_OK;
}

/* What is handed in are initial values: of constants too, which do not change from then on. */
static cdr_status apply_handed(cdr_run *run, const json_t *variables, cdr_err *err)
{
    run_values *values = &run->frames.at[0].values;
    for (size_t i = 0; i < values->len; i++) {
        const char *handed = cdr_json_str(variables, values->at[i].declared->name);
        char *copy = handed ? cdr_strdup(handed) : NULL;
        if (!handed)
            continue;
        if (!copy)
            return cdr_fail_nomem(err, "run");
        cdr_free(values->at[i].value);
        values->at[i].value = copy;
    }
    return CDR_OK;
}

/* STARTED: the run's own playbook with what was handed in, and its first step to be entered. */
cdr_status run_apply_started(cdr_run *run, const cdr_run_event *event, cdr_err *err)
{
    char hex[65];
    cdr_hex_encode(cdr_playbook_sha256(run->playbook), 32, hex);
    const char *pinned = cdr_json_str(event->data, "sha256");
    if (run->started || !pinned)
        return run_corrupt(err, event, "a run begins once, and names its playbook");
    if (strcmp(pinned, hex))
        return cdr_fail(err, CDR_E_CORRUPT, "run", "run.other-playbook", "The run was begun with another version of %s than the one that is kept for it.", cdr_playbook_where(run->playbook));
    run->started = true;
    run->started_us = event->at_us;
    run->ask = json_is_true(json_object_get(event->data, "ask"));
    run->default_timeout_ms = json_integer_value(json_object_get(event->data, "timeout_ms"));
    run->iterations_max = (unsigned)json_integer_value(json_object_get(event->data, "iterations_max"));
    cdr_status s = apply_pins(run, event, err);
    if (s == CDR_OK)
        s = run_frame_open(run, run->playbook, 0, err);
    if (s == CDR_OK)
        s = apply_handed(run, json_object_get(event->data, "variables"), err);
    if (s == CDR_OK)
        run_mark_handed(run, json_object_get(event->data, "variables"));
    if (s == CDR_OK)
        s = run_enter_later(run, 0, cdr_playbook_start(run->playbook), 0, 0, err);
    return s;
}

/* --- looking --- */

bool cdr_run_started(const cdr_run *run)
{
    return run->started;
}

bool cdr_run_over(const cdr_run *run, cdr_run_outcome *ret)
{
    if (ret)
        *ret = run->outcome;
    return run->over;
}

int64_t cdr_run_started_us(const cdr_run *run)
{
    return run->started_us;
}

uint64_t cdr_run_seq(const cdr_run *run)
{
    return run->seq;
}

cdr_playbook *cdr_run_playbook(const cdr_run *run)
{
    return run->playbook;
}

size_t cdr_run_activation_count(const cdr_run *run)
{
    return run->node_count;
}

const cdr_activation *cdr_run_activation(const cdr_run *run, uint32_t id)
{
    const run_node *node = run_node_at(run, id);
    return node ? &node->seen : NULL;
}

const cdr_activation *const *cdr_run_open(cdr_run *run, size_t *ret_count)
{
    *ret_count = run->open.len;
    return (const cdr_activation *const *)(void *)run->open.at;   /* the activation is a node's first member */
}

bool cdr_run_clock(const cdr_run *run, const char *clock, int64_t *ret_us)
{
    for (size_t i = 0; i < run->clocks.len; i++) {
        if (!strcmp(run->clocks.at[i].name, clock)) {
            *ret_us = run->clocks.at[i].began_us;
            return *ret_us != 0;
        }
    }
    return false;
}

bool cdr_run_due(const cdr_run *run, const cdr_activation *a, int64_t *ret_us)
{
    const cdr_rule *rule = &a->step->rule;
    int64_t from = a->began_us ? a->began_us : a->entered_us;
    if (!rule->present || !rule->has_due)
        return false;
    if (rule->clock && strcmp(rule->clock, "step") && !cdr_run_clock(run, rule->clock, &from))
        return false;
    *ret_us = cdr_due(from, &rule->due, rule->calendar);
    return true;
}

int64_t run_deadline(const run_node *node)
{
    const cdr_activation *a = &node->seen;
    if (a->state == CDR_ACT_DELAYED || a->state == CDR_ACT_DOUBT || a->state == CDR_ACT_FAILED || a->step->timeout_ms < 0)
        return INT64_MAX;
    int64_t from = a->began_us, ms = a->step->timeout_ms;
    return ms > (INT64_MAX - from) / 1000 ? INT64_MAX : from + ms * 1000;
}

int64_t cdr_run_wake(const cdr_run *run)
{
    int64_t wake = INT64_MAX;
    if (run->over)
        return wake;
    if (run->pending_first < run->pending.len || !run->open.len)
        return 0;
    for (size_t i = 0; i < run->open.len; i++) {
        const run_node *node = run->open.at[i];
        int64_t at = run_deadline(node);
        if (node->seen.state == CDR_ACT_READY || node->seen.state == CDR_ACT_RUNNING)
            return 0;
        if (node->seen.state == CDR_ACT_DELAYED)
            at = node->seen.step->delay_ms > (INT64_MAX - node->seen.entered_us) / 1000 ? INT64_MAX : node->seen.entered_us + node->seen.step->delay_ms * 1000;
        wake = CDR_MIN(wake, at);
    }
    return wake;
}
