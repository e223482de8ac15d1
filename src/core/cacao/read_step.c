/* SPDX-License-Identifier: Apache-2.0 */
/* The steps of a workflow. References become indices in a second pass, when all ids are known. */
#include "core/cacao/inside.h"

#include "base/parse.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

static const struct { const char *name; cdr_step_type type; } types[] = {
    {"start", CDR_STEP_START}, {"end", CDR_STEP_END}, {"action", CDR_STEP_ACTION}, {"playbook-action", CDR_STEP_PLAYBOOK_ACTION},
    {"parallel", CDR_STEP_PARALLEL}, {"if-condition", CDR_STEP_IF}, {"while-condition", CDR_STEP_WHILE}, {"switch-condition", CDR_STEP_SWITCH},
};

static cdr_step_type type_by_name(const char *name)
{
    for (size_t i = 0; name && i < CDR_COUNT(types); i++)
        if (strcmp(types[i].name, name) == 0)
            return types[i].type;
    return CDR_STEP_UNKNOWN;
}

/* Milliseconds; ${none} where nothing, or no number of them, stands. */
static int64_t milliseconds(const json_t *step, const char *key, int64_t none)
{
    const json_t *value = json_object_get(step, key);
    if (json_is_integer(value) && json_integer_value(value) >= 0)
        return json_integer_value(value);
    double d = json_real_value(value);
    return json_is_real(value) && d >= 0 && d < 9e15 ? (int64_t)d : none;
}

/* The text of command_b64, if it is one. */
static cdr_status decoded(cdr_playbook *p, const char *b64, const char **ret, cdr_err *err)
{
    size_t len = strlen(b64), cap = len / 4 * 3 + 3, got = 0;
    char *out = cdr_arena_alloc(p->arena, cap + 1);
    if (!out)
        return cdr_fail_nomem(err, "cacao");
    bool good = cdr_base64_decode(b64, len, (uint8_t *)out, cap, &got) == CDR_OK && cdr_utf8_valid(out, got) && !memchr(out, '\0', got);
    *ret = good ? out : NULL;
    return CDR_OK;
}

static cdr_status read_commands(cdr_playbook *p, cdr_step *s, cdr_err *err)
{
    const json_t *list = json_object_get(s->json, "commands");
    size_t count = json_array_size(list), n = 0, i;
    if (count > CDR_PLAYBOOK_COMMANDS_MAX)
        return cdr_fail(err, CDR_E_LIMIT, "cacao", "playbook.commands", "%s has a step with more than %u commands. Split it into several steps.", p->where, CDR_PLAYBOOK_COMMANDS_MAX);
    if (count == 0)
        return CDR_OK;
    cdr_command *commands = cdr_arena_alloc(p->arena, count * sizeof *commands);
    if (!commands)
        return cdr_fail_nomem(err, "cacao");
    json_t *object;
    json_array_foreach(list, i, object) {
        if (!json_is_object(object))
            continue;
        cdr_command *c = &commands[n++];
        const char *type = cdr_json_str(object, "type"), *b64 = cdr_json_str(object, "command_b64");
        *c = (cdr_command){type ? type : "", cdr_json_str(object, "command"), cdr_json_str(object, "playbook_activity"), object};
        if (!c->command && b64) {
            cdr_status st = decoded(p, b64, &c->command, err);
            if (st != CDR_OK)
                return st;
        }
    }
    s->commands = commands;
    s->command_count = n;
    return CDR_OK;
}

static cdr_status label(cdr_playbook *p, cdr_step *s, cdr_err *err)
{
    const char *uuid = strstr(s->id, "--");
    s->label = s->name && *s->name ? s->name : cdr_arena_printf(p->arena, "%s %.8s", s->type_name, uuid ? uuid + 2 : s->id);
    return s->label ? CDR_OK : cdr_fail_nomem(err, "cacao");
}

static const json_t *array_of(const json_t *step, const char *key)
{
    const json_t *list = json_object_get(step, key);
    return json_array_size(list) > 0 ? list : NULL;
}

static cdr_status read_step(cdr_playbook *p, const char *id, const json_t *json, cdr_step *s, cdr_err *err)
{
    const char *type = cdr_json_str(json, "type");
    *s = (cdr_step){.id = id, .type_name = type ? type : "", .name = cdr_json_str(json, "name"), .description = cdr_json_str(json, "description"), .type = type_by_name(type),
        .delay_ms = milliseconds(json, "delay", 0), .timeout_ms = milliseconds(json, "timeout", -1),
        .condition = cdr_json_str(json, "condition"), .switch_on = cdr_json_str(json, "switch"),
        .playbook_id = cdr_json_str(json, "playbook_id"), .playbook_version = cdr_json_str(json, "playbook_version"),
        .agent = cdr_json_str(json, "agent"), .targets = array_of(json, "targets"), .in_args = array_of(json, "in_args"), .out_args = array_of(json, "out_args"), .json = json};
    if (cdr_rule_read(json, id, &s->rule, NULL) != CDR_OK)
        s->rule = (cdr_rule){0};   /* told by the checker */
    cdr_status st = label(p, s, err);
    if (st == CDR_OK)
        st = read_commands(p, s, err);
    if (st == CDR_OK)
        st = cdr_playbook_read_variables(p, json_object_get(json, "step_variables"), &s->variables, &s->variable_count, err);
    return st;
}

static uint32_t successor(const cdr_playbook *p, const cdr_step *s, const char *key)
{
    return cdr_playbook_find_step(p, cdr_json_str(s->json, key));
}

static cdr_status read_branches(cdr_playbook *p, cdr_step *s, cdr_err *err)
{
    const json_t *list = array_of(s->json, "next_steps");
    size_t n = 0, i;
    uint32_t *branches = list ? cdr_arena_alloc(p->arena, json_array_size(list) * sizeof *branches) : NULL;
    if (list && !branches)
        return cdr_fail_nomem(err, "cacao");
    json_t *id;
    json_array_foreach(list, i, id)
        branches[n++] = cdr_playbook_find_step(p, json_string_value(id));
    s->branches = branches;
    s->branch_count = n;
    return CDR_OK;
}

static cdr_status read_cases(cdr_playbook *p, cdr_step *s, cdr_err *err)
{
    const json_t *object = json_object_get(s->json, "cases");
    size_t count = json_object_size(object), n = 0;
    cdr_step_case *cases = count ? cdr_arena_alloc(p->arena, count * sizeof *cases) : NULL;
    if (count && !cases)
        return cdr_fail_nomem(err, "cacao");
    const char *value;
    json_t *id;
    json_object_foreach((json_t *)object, value, id) {
        uint32_t step = cdr_playbook_find_step(p, json_string_value(id));
        if (strcmp(value, "default") == 0)
            s->otherwise = step;
        else
            cases[n++] = (cdr_step_case){value, step};
    }
    s->cases = cases;
    s->case_count = n;
    return CDR_OK;
}

/* on_true and on_false were lists before 2.0; one with a single step is read as that step, the checker tells. */
static uint32_t branch_of(const cdr_playbook *p, const cdr_step *s, const char *key)
{
    const json_t *value = json_object_get(s->json, key);
    if (json_array_size(value) == 1)
        value = json_array_get(value, 0);
    return cdr_playbook_find_step(p, json_string_value(value));
}

static cdr_status connect(cdr_playbook *p, cdr_step *s, cdr_err *err)
{
    s->on_completion = s->on_success = s->on_failure = s->on_true = s->on_false = s->otherwise = CDR_NO_STEP;
    if (s->type == CDR_STEP_END)
        return CDR_OK;
    s->on_completion = successor(p, s, "on_completion");
    if (s->type == CDR_STEP_START)
        return CDR_OK;
    s->on_success = successor(p, s, "on_success");
    s->on_failure = successor(p, s, "on_failure");
    if (s->type == CDR_STEP_IF || s->type == CDR_STEP_WHILE)
        s->on_true = branch_of(p, s, "on_true");
    if (s->type == CDR_STEP_IF)
        s->on_false = branch_of(p, s, "on_false");
    if (s->type == CDR_STEP_PARALLEL)
        return read_branches(p, s, err);
    return s->type == CDR_STEP_SWITCH ? read_cases(p, s, err) : CDR_OK;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(((const struct step_name *)a)->id, ((const struct step_name *)b)->id);
}

cdr_status cdr_playbook_read_steps(cdr_playbook *p, const json_t *workflow, cdr_err *err)
{
    size_t count = json_object_size(workflow), n = 0;
    if (count > CDR_PLAYBOOK_STEPS_MAX)
        return cdr_fail(err, CDR_E_LIMIT, "cacao", "playbook.steps", "%s has more than %u steps. Split it into several playbooks that call each other.", p->where, CDR_PLAYBOOK_STEPS_MAX);
    p->steps = cdr_arena_alloc(p->arena, (count + 1) * sizeof *p->steps);
    p->names = cdr_arena_alloc(p->arena, (count + 1) * sizeof *p->names);
    if (!p->steps || !p->names)
        return cdr_fail_nomem(err, "cacao");
    const char *id;
    json_t *json;
    json_object_foreach((json_t *)workflow, id, json) {
        if (!json_is_object(json))
            return cdr_fail(err, CDR_E_INVAL, "cacao", "playbook.step", "%s has a step that is no JSON object, so there is nothing to show or to do: step number %zu of its workflow.", p->where, n + 1);
        cdr_status st = read_step(p, id, json, &p->steps[n], err);
        if (st != CDR_OK)
            return st;
        p->names[n] = (struct step_name){id, (uint32_t)n};
        n++;
    }
    qsort(p->names, n, sizeof *p->names, compare_names);
    p->step_count = n;
    for (size_t i = 0; i < n; i++) {
        cdr_status st = connect(p, &p->steps[i], err);
        if (st != CDR_OK)
            return st;
    }
    return CDR_OK;
}
