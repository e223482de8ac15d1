/* SPDX-License-Identifier: Apache-2.0 */
/* Which commands Candor carries out by itself, and carrying them out. Whatever is not known, not listed or not sure is put before people (E19). */
#include "core/playbook/perform.h"

#include "base/parse.h"

#include <stdio.h>
#include <string.h>

/* --- which --- */

/* A registered action stands in for the one manual command of its step. */
const cdr_action *cdr_perform_action(const cdr_runs *r, const cdr_activation *a, const cdr_command *c)
{
    const char *name = a->step->rule.action;
    bool stands_in = name && c->type && !strcmp(c->type, "manual") && a->step->command_count == 1;
    for (size_t i = 0; stands_in && i < r->actions.len; i++)
        if (!strcmp(r->actions.at[i].name, name))
            return &r->actions.at[i];
    return NULL;
}

cdr_status cdr_perform_judge(cdr_runs *r, cdr_run *run, bool drill, const cdr_activation *a, const cdr_command *c, const json_t *agent, const json_t *target, cdr_err *err)
{
    if (!c || !c->type || !strcmp(c->type, "manual"))
        return cdr_fail(err, CDR_DENIED, "playbook", "perform.manual", "It is for people.");
    if (drill)
        return cdr_fail(err, CDR_DENIED, "playbook", "perform.drill", "In a drill nothing leaves the house.");
    cdr_status s = cdr_runs_read_commands(r, err);
    if (s != CDR_OK)
        return s;
    if (!r->allowed)
        return cdr_fail(err, CDR_DENIED, "playbook", "perform.no-file", "There is no " CDR_COMMANDS_FILE " in the workspace, so Candor carries out no command of type %.40s by itself.", c->type);
    return cdr_perform_prepare(r, run, a, c, agent, target, NULL, err);
}

bool cdr_perform_automatic(void *runs, const cdr_activation *a, const cdr_command *c, const json_t *agent, const json_t *target)
{
    cdr_runs *r = runs;
    cdr_err why;
    if (!c)
        return false;
    return cdr_perform_action(r, a, c) || cdr_perform_judge(r, r->at_work, r->drill, a, c, agent, target, &why) == CDR_OK;
}

cdr_status cdr_runs_why_manual(cdr_runs *r, cdr_run *run, const cdr_run_row *row, uint32_t activation, cdr_buf *out, cdr_err *err)
{
    cdr_err why = {0};
    const cdr_activation *a = cdr_run_activation(run, activation);
    if (!a || a->state != CDR_ACT_ANSWER || a->command >= a->step->command_count)
        return CDR_OK;
    const cdr_command *c = &a->step->commands[a->command];
    const char *target_id = json_string_value(json_array_get(a->step->targets, a->target));
    const json_t *agent = a->step->agent ? cdr_playbook_object(a->playbook, "agent_definitions", a->step->agent) : NULL;
    const json_t *target = target_id ? cdr_playbook_object(a->playbook, "target_definitions", target_id) : NULL;
    if (!c->type || !strcmp(c->type, "manual"))
        return CDR_OK;
    if (cdr_perform_judge(r, run, row->drill, a, c, agent, target, &why) == CDR_OK)
        return CDR_OK;
    return cdr_buf_adds(out, why.text) == CDR_OK ? CDR_OK : cdr_fail_nomem(err, "playbook");
}

/* --- carrying out --- */

/* The same for the same attempt, whatever crashes in between. */
static cdr_status token_of(cdr_runs *r, int64_t id, const cdr_run_todo *todo, char ret[2 * CDR_VALUE_ID_BYTES + 1], cdr_err *err)
{
    char text[120];
    uint8_t bytes[CDR_VALUE_ID_BYTES];
    const cdr_run_event *e = &todo->event;
    const cdr_secret *key = cdr_workspace_key(r->ws, CDR_KEY_PSEUDONYM);
    if (!key)
        return cdr_fail_nomem(err, "playbook");
    int n = snprintf(text, sizeof text, "command R-%lld/%u/%u/%u/%u", (long long)id, e->activation, e->command, e->target, e->attempt);
    cdr_value_id(key, text, (size_t)n, bytes);
    cdr_hex_encode(bytes, sizeof bytes, ret);
    return CDR_OK;
}

static json_t *in_args(cdr_run *run, const cdr_activation *a)
{
    json_t *out = json_object(), *item;
    size_t i;
    json_array_foreach(a->step->in_args, i, item) {
        char name[CDR_VARIABLE_NAME_MAX + 8];
        cdr_variable v;
        snprintf(name, sizeof name, "%s", json_string_value(item) ? json_string_value(item) : "");
        name[strcspn(name, ":")] = '\0';
        if (out && cdr_run_variable(run, a->id, name, &v))
            json_object_set_new(out, name, v.value ? json_string(v.value) : json_null());
    }
    return out;
}

static cdr_status act(cdr_runs *r, cdr_run *run, const cdr_run_row *row, const cdr_run_todo *todo, const cdr_action *action, const char *token, cdr_performed *ret, cdr_err *err)
{
    const cdr_activation *a = todo->activation;
    _cleanup_buf_ cdr_buf text = CDR_BUF((size_t)1 << 20);
    _cleanup_json_ json_t *in = in_args(run, a);
    cdr_err why = {0};
    if (!in)
        return cdr_fail_nomem(err, "playbook");
    cdr_status s = todo->command->command ? cdr_run_command_text(run, a->id, todo->command->command, &text, &why) : CDR_OK;
    cdr_action_call call = {.ws = r->ws, .subject = row->subject, .step = a->step->id, .command = text.data ? text.data : "", .in = in, .token = token, .drill = row->drill};
    call.now_us = cdr_now_us(cdr_workspace_ctx(r->ws));
    call.deadline_us = todo->deadline_us;
    if (s == CDR_OK)
        s = action->run(action->arg, &call, &ret->out, &why);
    if (s == CDR_E_CANCELLED || s == CDR_E_NOMEM) {
        if (err)
            *err = why;
        return s;
    }
    ret->outcome = s >= 0 && s != CDR_DENIED && s != CDR_NOT_FOUND ? CDR_OUT_SUCCESS : CDR_OUT_FAILURE;
    snprintf(ret->text, sizeof ret->text, "%.*s", (int)sizeof ret->text - 1, ret->outcome == CDR_OUT_SUCCESS ? "" : why.text);
    return CDR_OK;
}

static bool is_asked_for(const cdr_step *step, const char *name)
{
    size_t i, len = strlen(name);
    json_t *item;
    json_array_foreach(step->out_args, i, item) {
        const char *arg = json_string_value(item);
        if (arg && strcspn(arg, ":") == len && !strncmp(arg, name, len))
            return true;
    }
    return false;
}

/* What machines say is cleaned as well; of what is asked for, a value that cannot be is not kept, and that is said. */
static cdr_status clean_out(cdr_runs *r, const cdr_activation *a, cdr_performed *p, cdr_err *err)
{
    static const char words[] = "Some of what it answered could not be kept: it is too long, or no plain text.";
    const char *name;
    json_t *value;
    bool dropped = false;
    _cleanup_json_ json_t *kept = json_object();
    if (!kept)
        return cdr_fail_nomem(err, "playbook");
    json_object_foreach(p->out, name, value) {
        _cleanup_json_ json_t *one = json_object(), *cleaned = NULL;
        if (!is_asked_for(a->step, name))
            continue;
        if (!one || json_object_set(one, name, value))
            return cdr_fail_nomem(err, "playbook");
        cdr_status s = cdr_runs_clean_values(r, a->playbook, a->step, one, &cleaned, NULL);
        if (s == CDR_E_NOMEM || (s == CDR_OK && json_object_update(kept, cleaned)))
            return cdr_fail_nomem(err, "playbook");
        dropped = dropped || s != CDR_OK;
    }
    size_t n = strlen(p->text);
    if (dropped && n + sizeof words < sizeof p->text)
        snprintf(p->text + n, sizeof p->text - n, "%s%s", n ? " " : "", words);
    json_decref(p->out);
    p->out = json_incref(kept);
    return CDR_OK;
}

cdr_status cdr_perform(cdr_runs *r, cdr_run *run, const cdr_run_row *row, const cdr_run_todo *todo, cdr_performed *ret, cdr_err *err)
{
    char token[2 * CDR_VALUE_ID_BYTES + 1];
    const cdr_action *action = cdr_perform_action(r, todo->activation, todo->command);
    cdr_status s = token_of(r, row->id, todo, token, err);
    if (s == CDR_OK)
        s = action ? act(r, run, row, todo, action, token, ret, err) : cdr_perform_call(r, run, todo, token, ret, err);
    return s == CDR_OK && ret->out ? clean_out(r, todo->activation, ret, err) : s;
}
