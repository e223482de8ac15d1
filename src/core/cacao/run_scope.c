/* SPDX-License-Identifier: Apache-2.0 */
/* Variables of a run: those of a playbook are seen everywhere in it, those of a step in that step alone; only out_args are written, constants never (E11 to E13). */
#include "core/cacao/run_parts.h"

#include <stdio.h>
#include <string.h>

cdr_status run_values_init(run_values *values, const cdr_variable *declared, size_t count, cdr_err *err)
{
    for (size_t i = 0; i < count; i++) {
        run_value *v = run_values_push(values);
        if (!v || (declared[i].value && !(v->value = cdr_strdup(declared[i].value))))
            return cdr_fail_nomem(err, "run");
        v->declared = &declared[i];
    }
    return CDR_OK;
}

void run_values_free(run_values *values)
{
    for (size_t i = 0; i < values->len; i++)
        cdr_free(values->at[i].value);
    run_values_done(values);
}

static run_value *value_in(run_values *values, const char *name)
{
    for (size_t i = 0; i < values->len; i++)
        if (!strcmp(values->at[i].declared->name, name))
            return &values->at[i];
    return NULL;
}

/* A step sees its own, those of the steps that opened its branch, which refer to it, and those of its playbook (CACAO 2.0, section 10.18). */
run_value *run_value_of(cdr_run *run, run_node *node, const char *name)
{
    for (run_node *n = node; n; n = run_node_at(run, n->seen.opener)) {
        run_value *own = value_in(&n->values, name);
        if (own)
            return own;
    }
    return value_in(&run->frames.at[node ? node->seen.frame : 0].values, name);
}

cdr_status run_write(cdr_run *run, run_node *node, const json_t *data, cdr_err *err)
{
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)data, name, value) {
        run_value *v = run_value_of(run, node, name);
        if (!v || v->declared->constant)
            continue;   /* an event of an older version may name what is no variable */
        char *copy = json_is_string(value) ? cdr_strdup(json_string_value(value)) : NULL;
        if (json_is_string(value) && !copy)
            return cdr_fail_nomem(err, "run");
        cdr_free(v->value);
        v->value = copy;
        v->handed = false;
    }
    return CDR_OK;
}

void run_mark_handed(cdr_run *run, const json_t *data)
{
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)data, name, value) {
        run_value *v = run_value_of(run, NULL, name);
        if (v && !v->declared->constant)
            v->handed = v->value != NULL;
    }
}

/* --- which values a command or a person may set --- */

static size_t out_index(const cdr_step *step, const char *name)
{
    size_t i;
    json_t *item;
    json_array_foreach(step->out_args, i, item) {
        const char *arg = json_string_value(item);
        size_t len = arg ? strlen(arg) : 0, bare = len > 6 && !strcmp(arg + len - 6, ":value") ? len - 6 : len;   /* both spellings are about */
        if (arg && strlen(name) == bare && !strncmp(arg, name, bare))
            return i;
    }
    return SIZE_MAX;
}

uint64_t run_out_mask(const cdr_step *step, const json_t *data)
{
    uint64_t mask = 0;
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)data, name, value) {
        size_t i = out_index(step, name);
        if (i < 64)
            mask |= UINT64_C(1) << i;
    }
    return mask;
}

/* The choices of an answer, when the extension lists them; "" of a list that allows everything. */
static bool among_choices(const cdr_step *step, const char *name, const char *value, char expects[200])
{
    const json_t *choices = json_object_get(json_object_get(step->rule.answers, name), "choices");
    size_t i, used = 0;
    json_t *choice;
    if (!json_array_size(choices))
        return true;
    expects[0] = '\0';
    json_array_foreach(choices, i, choice) {
        const char *text = json_string_value(choice);
        if (text && !strcmp(text, value))
            return true;
        if (text && used < 150)
            used += (size_t)snprintf(expects + used, 200 - used, "%s%.40s", i ? ", " : "one of ", text);
    }
    return false;
}

static cdr_status judge(cdr_run *run, run_node *node, const char *name, const json_t *value, cdr_err *err)
{
    const cdr_step *step = node->seen.step;
    run_value *v = run_value_of(run, node, name);
    if (!v)
        return cdr_fail(err, CDR_E_INVAL, "run", "run.no-variable", "The playbook has no variable %.60s.", name);
    if (v->declared->constant)
        return cdr_fail(err, CDR_E_INVAL, "run", "run.constant", "%.60s is a constant of the playbook and cannot be set.", name);
    const char *expects = "a text";
    const char *text = json_string_value(value);
    if (!text || strlen(text) > CDR_VARIABLE_VALUE_MAX || !cdr_variable_value_valid(v->declared->type, text, &expects))
        return cdr_fail(err, CDR_E_INVAL, "run", "run.value", "%.60s must be %s.", name, expects);
    char choices[200];
    if (!among_choices(step, name, text, choices))
        return cdr_fail(err, CDR_E_INVAL, "run", "run.choice", "%.60s must be %s.", name, choices);
    return CDR_OK;
}

cdr_status run_choose(cdr_run *run, run_node *node, const json_t *out, bool strict, cdr_err *err)
{
    json_t *chosen = json_object();
    if (!chosen)
        return cdr_fail_nomem(err, "run");
    cdr_status s = CDR_OK;
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)out, name, value) {
        if (out_index(node->seen.step, name) == SIZE_MAX) {
            if (strict)
                s = cdr_fail(err, CDR_E_INVAL, "run", "run.not-asked", "The step \"%.80s\" does not ask for %.60s.", cdr_step_label(node->seen.step), name);
        } else {
            s = judge(run, node, name, value, err);
            if (s == CDR_OK && json_object_set(chosen, name, value))
                s = cdr_fail_nomem(err, "run");
        }
        if (s != CDR_OK)
            break;
    }
    if (s != CDR_OK) {
        json_decref(chosen);
        return s;
    }
    json_decref(run->data);
    run->data = chosen;
    return CDR_OK;
}

/* --- looking --- */

/* E7: the step after a failure may say what failed and how. */
static bool find_cause(cdr_run *run, const run_node *node, const char *name, cdr_variable *ret)
{
    const run_node *cause = node && node->cause ? run_node_at(run, node->cause) : NULL;
    bool step = !strcmp(name, "__failed_step__"), reason = !strcmp(name, "__failure_reason__");
    if (!cause || (!step && !reason))
        return false;
    *ret = (cdr_variable){.name = step ? "__failed_step__" : "__failure_reason__", .type = CDR_VAR_STRING, .constant = true};
    ret->value = step ? cause->seen.step->id : cause->seen.outcome == CDR_OUT_TIMEOUT ? "ACTION_TIMEOUT" : "FAILED";
    return true;
}

static bool find_value(cdr_run *run, run_node *node, const char *name, cdr_variable *ret)
{
    run_value *v = run->frames.len ? run_value_of(run, node, name) : NULL;
    if ((!v || !v->value) && find_cause(run, node, name, ret))
        return true;   /* a playbook may declare them, as others want it, and leave them null */
    if (!v)
        return false;
    *ret = *v->declared;
    ret->value = v->value;
    return true;
}

bool run_find_variable(void *arg, const char *name, cdr_variable *ret)
{
    run_view *view = arg;
    bool found = find_value(view->run, view->node, name, ret);
    if (view->shown && (!found || !ret->value)) {
        size_t len = strlen(name);
        bool dressed = len > 4 && !strncmp(name, "__", 2) && !strcmp(name + len - 2, "__");
        snprintf(view->unknown, sizeof view->unknown, "[unknown: %.*s]", (int)(dressed ? len - 4 : len), dressed ? name + 2 : name);
        *ret = (cdr_variable){.name = name, .type = CDR_VAR_STRING, .value = view->unknown};
        return true;
    }
    return found;
}

bool cdr_run_variable(cdr_run *run, uint32_t activation, const char *name, cdr_variable *ret)
{
    return find_value(run, run_node_at(run, activation), name, ret);
}

const char *cdr_run_handed(cdr_run *run, uint32_t activation, const char *name)
{
    const run_value *v = run_value_of(run, run_node_at(run, activation), name);
    return v && v->handed ? v->value : NULL;
}

static cdr_status put_in(cdr_run *run, uint32_t activation, const char *text, bool shown, cdr_buf *out, cdr_err *err)
{
    run_view view = {.run = run, .node = run_node_at(run, activation), .shown = shown};
    return cdr_variable_interpolate(text, strlen(text), run_find_variable, &view, out, err);
}

cdr_status cdr_run_shown_text(cdr_run *run, uint32_t activation, const char *text, cdr_buf *out, cdr_err *err)
{
    return put_in(run, activation, text, true, out, err);
}

cdr_status cdr_run_command_text(cdr_run *run, uint32_t activation, const char *text, cdr_buf *out, cdr_err *err)
{
    return put_in(run, activation, text, false, out, err);
}
