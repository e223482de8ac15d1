/* SPDX-License-Identifier: Apache-2.0 */
/* The steps of the workflow (4) and their commands (5), each by the table of its type. */
#include "core/cacao/check_inside.h"

#include "core/cacao/condition.h"

#include <string.h>

#define ROW struct check *c, const struct check_shape *shape, const struct check_prop *prop, const json_t *value
#define SHAPE(rows) .props = rows, .count = CDR_COUNT(rows)

/* --- commands --- */

static void check_command_text(ROW)
{
    (void)prop;
    const char *text = cdr_cacao_check_text(c, shape, value);
    if (text && !*text)
        check_error(c, "command.empty", shape->clause, "The command is empty. Write what is to be done.");
    if (text)
        cdr_cacao_check_uses(c, text, true);
}

static void check_activity(ROW)
{
    cdr_cacao_check_word(c, shape, prop, value);
    if (json_is_string(value) && json_object_set_new(c->activities, json_string_value(value), json_true()) != 0)
        c->nomem = true;
}

/* METHOD, target, version. */
static void check_start_line(ROW)
{
    check_command_text(c, shape, prop, value);
    const char *text = json_string_value(value);
    if (!text || !*text)
        return;
    size_t method = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
    const char *last = strrchr(text, ' ');
    bool good = method > 0 && text[method] == ' ' && last > text + method && text[method + 1] != ' ' && strncmp(last, " HTTP/", 6) == 0 && last[6];
    if (!good && !(cdr_cacao_check_has_variable(text) && !last))
        check_warn(c, "command.start-line", shape->clause, "This is no start line of HTTP: method, path and version, as \"POST /tickets HTTP/1.1\". It cannot be carried out by itself.");
    if (prop->arg && method > 0 && (method != 4 || memcmp(text, "POST", 4) != 0))
        check_error(c, "command.post", shape->clause, "Commands of the type openc2-http must use POST.");
}

static const char *const command_types[] = {"manual", "bash", "caldera-cmd", "elastic", "http-api", "jupyter", "kestrel", "openc2-http", "powershell", "sigma", "ssh", "yara", NULL};

static const struct check_prop command_rows[] = {
    {"type", cdr_cacao_check_string, CHECK_MUST, NULL}, {"description", cdr_cacao_check_string, CHECK_MAY, NULL}, {"version", cdr_cacao_check_string, CHECK_MAY, NULL},
    {"playbook_activity", check_activity, CHECK_MAY, cdr_cacao_check_activities}, {"external_references", cdr_cacao_check_references, CHECK_MAY, NULL},
};
static const struct check_prop text_rows[] = {{"command", check_command_text, CHECK_MAY, NULL}, {"command_b64", cdr_cacao_check_base64, CHECK_MAY, NULL}};
static const struct check_prop encoded_rows[] = {{"command_b64", cdr_cacao_check_base64, CHECK_MUST, NULL}};
static const struct check_prop http_rows[] = {
    {"command", check_start_line, CHECK_MUST, NULL}, {"headers", cdr_cacao_check_headers, CHECK_MAY, NULL}, {"content", check_command_text, CHECK_MAY, NULL}, {"content_b64", cdr_cacao_check_base64, CHECK_MAY, NULL},
};
static const struct check_prop openc2_rows[] = {{"command", check_start_line, CHECK_MUST, "POST"}, {"headers", cdr_cacao_check_headers, CHECK_MAY, NULL}, {"content_b64", cdr_cacao_check_base64, CHECK_MUST, NULL}};
static const struct check_shape command_shape = {"a command", "5.1", SHAPE(command_rows), NULL};
static const struct check_shape text_shape = {"such a command", "5", SHAPE(text_rows), &command_shape};
static const struct check_shape encoded_shape = {"such a command", "5", SHAPE(encoded_rows), &command_shape};
static const struct check_shape http_shape = {"an http-api command", "5", SHAPE(http_rows), &command_shape};
static const struct check_shape openc2_shape = {"an openc2-http command", "5", SHAPE(openc2_rows), &command_shape};

static const struct { const char *type; const struct check_shape *shape; } command_shapes[] = {
    {"manual", &text_shape}, {"bash", &text_shape}, {"ssh", &text_shape}, {"powershell", &text_shape}, {"caldera-cmd", &text_shape}, {"http-api", &http_shape}, {"openc2-http", &openc2_shape},
    {"elastic", &encoded_shape}, {"jupyter", &encoded_shape}, {"kestrel", &encoded_shape}, {"sigma", &encoded_shape}, {"yara", &encoded_shape},
};

/* Of a type that nobody knows only the common rows can be judged. */
static void check_unknown_command(struct check *c, const char *type, const json_t *command)
{
    for (size_t i = 0; i < CDR_COUNT(command_rows); i++) {
        const json_t *value = json_object_get(command, command_rows[i].key);
        if (value)
            command_rows[i].fn(c, &command_shape, &command_rows[i], value);
        else if (command_rows[i].need == CHECK_MUST)
            cdr_cacao_check_missing(c, command_shape.name, "5.1", command_rows[i].key);
    }
    if (type)
        check_warn(c, "command.type", "5.2", "Commands of the type \"%s\" are not in CACAO's vocabulary: people are asked to carry it out, it is never done by itself.", cdr_cacao_check_quote(c, type));
}

static void check_command(struct check *c, const json_t *command)
{
    const char *type = cdr_json_str(command, "type");
    const struct check_shape *shape = NULL;
    for (size_t i = 0; type && i < CDR_COUNT(command_shapes); i++)
        if (strcmp(command_shapes[i].type, type) == 0)
            shape = command_shapes[i].shape;
    c->has_command = true;
    c->uses_other_command = c->uses_other_command || !type || strcmp(type, "manual") != 0;
    if (shape)
        cdr_cacao_check_shape(c, shape, command);
    else
        check_unknown_command(c, type, command);
    const json_t *plain = json_object_get(command, "command"), *encoded = json_object_get(command, "command_b64");
    if (shape == &text_shape && !plain && !encoded)
        check_error(c, "command.none", "5", "A command of the type %s must have \"command\" or \"command_b64\".", type);
    if (shape == &http_shape && json_object_get(command, "content") && json_object_get(command, "content_b64"))
        check_warn(c, "command.both", "5", "There is both content and content_b64: only the first is sent.");
    if (shape == &text_shape && plain && encoded)
        check_warn(c, "command.both", "5", "There is both command and command_b64: only the first is carried out.");
}

/* What stands in base64 uses variables too, once it is decoded: the model holds it. */
static void check_decoded(struct check *c, const cdr_step *s)
{
    for (size_t i = 0; i < s->command_count; i++)
        if (s->commands[i].command && !json_object_get(s->commands[i].json, "command"))
            cdr_cacao_check_uses(c, s->commands[i].command, true);
}

static void check_commands(ROW)
{
    (void)prop;
    size_t i;
    json_t *command;
    if (json_array_size(value) == 0) {
        check_error(c, "commands.none", shape->clause, "An action must have a list of at least one command.");
        return;
    }
    json_array_foreach(value, i, command) {
        size_t was = cdr_cacao_check_enter_index(c, i);
        if (cdr_cacao_check_is_object(c, &command_shape, command, "a command"))
            check_command(c, command);
        cdr_cacao_check_leave(c, was);
    }
    check_decoded(c, c->step);
}

/* --- who, on what, with which variables --- */

static void check_agent(ROW)
{
    const char *id = json_string_value(value);
    cdr_cacao_check_id(c, shape, prop, value);
    if (id && !cdr_playbook_object(c->p, "agent_definitions", id))
        check_error(c, "agent.undefined", shape->clause, "This agent is not defined%s. Add it to agent_definitions.", cdr_playbook_object(c->p, "target_definitions", id) ? " as an agent, only as a target" : "");
}

/* Whether any command of the step could be carried out without people: then a target that is missing stops it. */
static bool is_automatic(const cdr_step *s)
{
    for (size_t i = 0; i < s->command_count; i++)
        if (strcmp(s->commands[i].type, "manual") != 0 && cdr_cacao_check_in(command_types, s->commands[i].type))
            return true;
    return false;
}

static void check_targets(ROW)
{
    size_t i;
    json_t *item;
    bool automatic = is_automatic(c->step);
    if (json_array_size(value) == 0) {
        check_error(c, "targets.none", shape->clause, "targets must be a list of at least one identifier. Fill it or take it out.");
        return;
    }
    json_array_foreach(value, i, item) {
        size_t was = cdr_cacao_check_enter_index(c, i);
        const char *id = json_string_value(item);
        cdr_cacao_check_id(c, shape, prop, item);
        bool defined = !id || cdr_playbook_object(c->p, "target_definitions", id);
        if (!defined && automatic)
            check_error(c, "target.undefined", shape->clause, "This target is not defined%s. Add it to target_definitions.", cdr_playbook_object(c->p, "agent_definitions", id) ? " as a target, only as an agent" : "");
        else if (!defined)
            check_warn(c, "target.undefined", shape->clause, "This target is not defined: whoever carries the step out sees its identifier alone. Add it to target_definitions.");
        cdr_cacao_check_leave(c, was);
    }
}

static void check_argument(struct check *c, const struct check_shape *shape, const char *name, bool out)
{
    char bare[CDR_VARIABLE_NAME_MAX + 1];
    size_t len = strlen(name);
    if (len > 6 && len - 6 < sizeof bare && strcmp(name + len - 6, ":value") == 0) {
        memcpy(bare, name, len - 6);
        bare[len - 6] = '\0';
        name = bare;
        check_warn(c, "args.value", shape->clause, "Arguments are names without \":value\": \"%s\". It is read so; others may not.", cdr_cacao_check_quote(c, name));
    }
    const json_t *declared = cdr_cacao_check_declared(c, name);
    const cdr_step *opener = declared ? NULL : cdr_cacao_check_opener(c, name);
    if (opener) {
        check_warn(c, "variable.scope", "10.18.2", "%s is a variable of the step \"%s\", which opens this branch. Candor finds it there, others may not: declare it in the playbook's variables.", cdr_cacao_check_quote(c, name),
                   cdr_cacao_check_quote(c, opener->label));
        declared = json_object_get(json_object_get(opener->json, "step_variables"), name);
    }
    if (!declared)
        check_error(c, "args.unknown", shape->clause, "The variable %s is declared neither in the step nor in the playbook. Declare it, or correct the name.", cdr_cacao_check_quote(c, name));
    else if (out && json_is_true(json_object_get(declared, "constant")))
        check_error(c, "args.constant", "10.18.3", "%s is constant, so it cannot be written back. Take it out of out_args, or let it vary.", cdr_cacao_check_quote(c, name));
}

static void check_arguments(ROW)
{
    size_t i;
    json_t *item;
    if (!json_is_array(value)) {
        check_error(c, "type.list", shape->clause, "Here must stand a list of names of variables.");
        return;
    }
    if (json_array_size(value) == 0)
        check_warn(c, "list.empty", shape->clause, "This list is empty. Fill it or take it out.");
    json_array_foreach(value, i, item) {
        size_t was = cdr_cacao_check_enter_index(c, i);
        const char *name = cdr_cacao_check_text(c, shape, item);
        if (name)
            check_argument(c, shape, name, prop->arg != NULL);
        cdr_cacao_check_leave(c, was);
    }
}

/* It may be meant, behind a question; the run has a ceiling for it. */
static void check_called(ROW)
{
    cdr_cacao_check_id(c, shape, prop, value);
    if (json_is_string(value) && strcmp(json_string_value(value), cdr_playbook_id(c->p)) == 0)
        check_structure(c, false, "flow.self", shape->clause, "This step calls its own playbook. See to it that a question before it ends the circle.");
}

/* --- conditions --- */

static void check_condition(ROW)
{
    (void)prop;
    const char *text = cdr_cacao_check_text(c, shape, value);
    cdr_condition *parsed _cleanup_(cdr_condition_freep) = NULL;
    cdr_err err = {0};
    if (!text)
        return;
    cdr_status st = cdr_condition_parse(text, strlen(text), c->lenient ? CDR_CONDITION_LENIENT : CDR_CONDITION_STRICT, &parsed, &err);
    if (st == CDR_E_NOMEM)
        c->nomem = true;
    else if (st != CDR_OK)
        check_error(c, "condition.syntax", shape->clause, "%s", err.text);
    for (size_t i = 0; parsed && i < cdr_condition_warning_count(parsed); i++)
        check_warn(c, "condition.lenient", shape->clause, "%s", cdr_condition_warning(parsed, i));
    for (size_t i = 0; parsed && i < cdr_condition_variable_count(parsed); i++)
        cdr_cacao_check_variable(c, cdr_condition_variable(parsed, i), true);
}

static void check_switch(ROW)
{
    (void)prop;
    const char *text = cdr_cacao_check_text(c, shape, value);
    size_t len = text ? strlen(text) : 0;
    if (!text)
        return;
    bool used = len > 6 && strcmp(text + len - 6, ":value") == 0 && cdr_variable_name_valid(text, len - 6);
    if (used)
        cdr_cacao_check_uses(c, text, true);
    else if (c->lenient && cdr_variable_name_valid(text, len) && cdr_cacao_check_declared(c, text))
        check_warn(c, "switch.variable", shape->clause, "A switch must name its variable with \":value\" behind: \"%s:value\".", cdr_cacao_check_quote(c, text));
    else
        check_error(c, "switch.variable", shape->clause, "A switch must name one variable, as \"__device__:value\".");
}

/* --- successors: whether they exist is asked by check_flow.c --- */

static void check_step_id(ROW)
{
    const char *id = json_is_array(value) ? NULL : cdr_cacao_check_text(c, shape, value);
    if (json_is_array(value))
        check_error(c, "step.list", shape->clause, "Here must stand the identifier of one step; a list is CACAO 1.x. Let it name the first step of the branch.");
    else if (id && cdr_playbook_find_step(c->p, id) == CDR_NO_STEP)
        check_structure(c, true, "step.dangling", shape->clause, "\"%s\" leads to no step of the workflow. Correct the identifier, or add the step.", cdr_cacao_check_quote(c, id));
    (void)prop;
}

static void check_step_ids(ROW)
{
    size_t i;
    json_t *item;
    if (json_array_size(value) < 2)
        check_error(c, "parallel.two", shape->clause, "next_steps must be a list of at least two steps; for a single one no parallel step may be used.");
    json_array_foreach(value, i, item) {
        size_t was = cdr_cacao_check_enter_index(c, i);
        check_step_id(c, shape, prop, item);
        cdr_cacao_check_leave(c, was);
    }
}

static void check_cases(ROW)
{
    const char *key;
    json_t *item;
    if (!cdr_cacao_check_is_object(c, shape, value, "the cases: values and the steps they lead to"))
        return;
    if (json_object_size(value) == 0)
        check_error(c, "switch.cases", shape->clause, "A switch must have at least one case.");
    json_object_foreach((json_t *)value, key, item) {
        size_t was = cdr_cacao_check_enter(c, key);
        if (strlen(key) > 250 || key[strspn(key, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")])
            check_warn(c, "dictionary.key", "10.8", "A case must be made of letters, digits, - and _ alone. \"%s\" is read as it stands; others may refuse it.", cdr_cacao_check_quote(c, key));
        check_step_id(c, shape, prop, item);
        cdr_cacao_check_leave(c, was);
    }
}

/* --- tables of steps --- */

static void check_delay(ROW)
{
    cdr_cacao_check_whole(c, shape, prop, value);
    double ms = json_number_value(value);
    if (ms > (double)CDR_STEP_WAIT_MAX_MS)      /* CACAO has no bound; whoever waits longer will not be asked by anybody */
        check_error(c, "step.wait-long", shape->clause, "%s is longer than 100 years, the longest that Candor waits; it counts milliseconds.", prop->key);
    c->uses_delay = true;
}

static void check_timeout(ROW)
{
    check_delay(c, shape, prop, value);
    if (json_is_number(value) && json_number_value(value) == 0)
        check_warn(c, "timeout.zero", shape->clause, "A timeout of 0 is over before anybody can begin, so the step fails at once. Say how long it may take, or take the timeout out: then it waits.");
}

static const struct check_prop step_rows[] = {
    {"type", cdr_cacao_check_string, CHECK_MUST, NULL}, {"name", cdr_cacao_check_string, CHECK_MAY, NULL}, {"description", cdr_cacao_check_string, CHECK_MAY, NULL}, {"external_references", cdr_cacao_check_references, CHECK_MAY, NULL},
    {"delay", check_delay, CHECK_MAY, NULL}, {"timeout", check_timeout, CHECK_MAY, NULL}, {"step_variables", cdr_cacao_check_variables, CHECK_MAY, NULL}, {"owner", cdr_cacao_check_id, CHECK_MAY, "identity"},
    {"on_completion", check_step_id, CHECK_MAY, NULL}, {"on_success", check_step_id, CHECK_MAY, NULL}, {"on_failure", check_step_id, CHECK_MAY, NULL}, {"step_extensions", cdr_cacao_check_extensions, CHECK_MAY, NULL},
};
static const struct check_prop action_rows[] = {
    {"commands", check_commands, CHECK_MUST, NULL}, {"agent", check_agent, CHECK_MUST, NULL}, {"targets", check_targets, CHECK_MAY, NULL}, {"in_args", check_arguments, CHECK_MAY, NULL},
    {"out_args", check_arguments, CHECK_MAY, "out"},
};
static const struct check_prop call_rows[] = {
    {"playbook_id", check_called, CHECK_MUST, "playbook"}, {"playbook_version", cdr_cacao_check_time, CHECK_MAY, NULL}, {"in_args", check_arguments, CHECK_MAY, NULL}, {"out_args", check_arguments, CHECK_MAY, "out"},
};
static const struct check_prop parallel_rows[] = {{"next_steps", check_step_ids, CHECK_MUST, NULL}};
static const struct check_prop if_rows[] = {{"condition", check_condition, CHECK_MUST, NULL}, {"on_true", check_step_id, CHECK_MUST, NULL}, {"on_false", check_step_id, CHECK_MAY, NULL}};
static const struct check_prop while_rows[] = {{"condition", check_condition, CHECK_MUST, NULL}, {"on_true", check_step_id, CHECK_MUST, NULL}};
static const struct check_prop switch_rows[] = {{"switch", check_switch, CHECK_MUST, NULL}, {"cases", check_cases, CHECK_MUST, NULL}};

static const struct check_shape step_shape = {"a step", "4.1", SHAPE(step_rows), NULL};
static const struct check_shape step_shapes[] = {
    [CDR_STEP_START] = {"a start step", "4.3", NULL, 0, &step_shape}, [CDR_STEP_END] = {"an end step", "4.4", NULL, 0, &step_shape},
    [CDR_STEP_ACTION] = {"an action step", "4.5", SHAPE(action_rows), &step_shape}, [CDR_STEP_PLAYBOOK_ACTION] = {"a playbook-action", "4.6", SHAPE(call_rows), &step_shape},
    [CDR_STEP_PARALLEL] = {"a parallel step", "4.7", SHAPE(parallel_rows), &step_shape}, [CDR_STEP_IF] = {"an if step", "4.8", SHAPE(if_rows), &step_shape},
    [CDR_STEP_WHILE] = {"a while step", "4.9", SHAPE(while_rows), &step_shape}, [CDR_STEP_SWITCH] = {"a switch step", "4.10", SHAPE(switch_rows), &step_shape},
};

static void check_unknown_step(struct check *c, const cdr_step *s)
{
    for (size_t i = 0; i < CDR_COUNT(step_rows); i++) {
        const json_t *value = json_object_get(s->json, step_rows[i].key);
        size_t was = cdr_cacao_check_enter(c, step_rows[i].key);
        if (value)
            step_rows[i].fn(c, &step_shape, &step_rows[i], value);
        cdr_cacao_check_leave(c, was);
    }
    if (!*s->type_name)
        cdr_cacao_check_missing(c, step_shape.name, "4.1", "type");
    else
        check_warn(c, "step.type", "4.2", "\"%s\" is none of the eight types of steps: people are asked to do what it says, it is never carried out by itself.", cdr_cacao_check_quote(c, s->type_name));
}

/* Exactly one form of going on: on_completion, or on_success and on_failure. */
static void check_form(struct check *c, const cdr_step *s)
{
    bool completion = json_object_get(s->json, "on_completion"), success = json_object_get(s->json, "on_success"), failure = json_object_get(s->json, "on_failure");
    if (s->type == CDR_STEP_END) {
        if (completion || success || failure)
            check_error(c, "step.end", "4.4", "An end step must not lead on. Take on_completion, on_success and on_failure out.");
        return;
    }
    if (s->type == CDR_STEP_START && (success || failure))
        check_error(c, "step.start", "4.3", "A start step must lead on by on_completion alone.");
    else if (completion && (success || failure))
        check_error(c, "step.form", "4.1", "A step leads on by on_completion, or by on_success and on_failure, never by both.");
    else if (!completion && !success)
        check_structure(c, true, "step.successors", "4.1", failure ? "Only on_failure is set: nothing follows when the step ends well. Add on_success." : "Nothing follows this step. Add on_completion, and let the last one lead to an end step.");
}

static void check_step_key(struct check *c, const cdr_step *s)
{
    size_t prefix = 0;
    char version = 0;
    if (!cdr_cacao_check_identifier(s->id, &prefix, &version)) {
        check_error(c, "id.form", "10.10", "\"%s\" is no identifier: a step must stand under its type, two hyphens and a UUID.", cdr_cacao_check_quote(c, s->id));
        return;
    }
    if (version != '4')
        check_warn(c, "step.uuid", "10.10", "Identifiers of steps must be random UUIDs (version 4); this one is of version %c. It is used as it stands.", version);
    if (*s->type_name && (strlen(s->type_name) != prefix || strncmp(s->type_name, s->id, prefix) != 0))
        check_warn(c, "id.type", "10.10", "The identifier of a step must begin with its type: \"%s--\".", cdr_cacao_check_quote(c, s->type_name));
    cdr_cacao_check_take_id(c, s->id, s->json);
}

/* --- the Candor extension --- */

static void check_answers(struct check *c, const cdr_step *s)
{
    const char *name;
    size_t i;
    json_t *answer, *choice, *arg, *out _cleanup_json_ = json_object();
    json_array_foreach(s->out_args, i, arg)
        if (json_is_string(arg)) {
            size_t len = json_string_length(arg);
            bool used = len > 6 && !strcmp(json_string_value(arg) + len - 6, ":value");      /* told there, and read as the name alone */
            if (json_object_setn_new(out, json_string_value(arg), used ? len - 6 : len, json_true()) != 0)
                c->nomem = true;
        }
    json_object_foreach((json_t *)s->rule.answers, name, answer) {
        const json_t *declared = cdr_cacao_check_declared(c, name);
        if (!declared || !json_object_get(out, name))
            check_error(c, "rule.answers", "Candor", "The answer to %s would be lost: the variable must be declared, and stand in out_args.", cdr_cacao_check_quote(c, name));
        cdr_variable_type type = cdr_variable_type_by_name(cdr_json_str(declared, "type"));
        json_array_foreach(json_object_get(answer, "choices"), i, choice) {
            const char *expects = "";
            if (declared && !cdr_variable_value_valid(type, json_string_value(choice), &expects))
                check_error(c, "rule.choices", "Candor", "A choice of %s is none of its type: it must be %s.", cdr_cacao_check_quote(c, name), expects);
        }
    }
}

static void check_rule(struct check *c, const cdr_step *s)
{
    cdr_rule r;
    cdr_err err = {0};
    if (!json_object_get(json_object_get(s->json, "step_extensions"), CDR_RULE_KEY))
        return;
    size_t was = cdr_cacao_check_enter(c, "step_extensions/" CDR_RULE_KEY);
    if (cdr_rule_read(s->json, cdr_cacao_check_quote(c, s->label), &r, &err) != CDR_OK)
        check_error(c, "rule.bad", "Candor", "%s", err.text);
    else {
        if (!r.has_due && (r.warn_count || r.escalation_count))
            check_warn(c, "rule.due", "Candor", "There is whom to remind or to call, but no \"due\": nothing of it will happen.");
        if (r.two_person && !json_object_get(json_object_get(json_object_get(s->json, "step_extensions"), CDR_RULE_KEY), "approver_role"))
            check_warn(c, "rule.two-person", "Candor", "two_person is about who approves: name an approver_role; without one it is the approver.");
        if (r.calendar && !cdr_calendar_known(r.calendar))
            check_warn(c, "rule.calendar", "Candor", "No holidays are known of the calendar \"%s\": only weekends are left out.", cdr_cacao_check_quote(c, r.calendar));
        for (size_t i = 0; r.has_due && i < r.warn_count; i++)
            if (cdr_due(0, &r.warn[i], NULL) > cdr_due(0, &r.due, NULL)) {
                check_warn(c, "rule.warn", "Candor", "It would remind before the time begins: a time in \"warn\" must not be longer than \"due\".");
                break;
            }
        if (s->type != CDR_STEP_ACTION && (r.answers || r.evidence_required || r.approver != CDR_DUTY_ANYBODY))
            check_warn(c, "rule.action", "Candor", "Answers, evidence and approval are asked of action steps alone.");
        check_answers(c, s);
    }
    cdr_cacao_check_leave(c, was);
}

void cdr_cacao_check_workflow(struct check *c, const json_t *workflow)
{
    (void)workflow;   /* read into the model, in the order of the file */
    for (uint32_t i = 0; i < cdr_playbook_step_count(c->p); i++) {
        const cdr_step *s = c->step = cdr_playbook_step(c->p, i);
        size_t was = cdr_cacao_check_enter(c, s->id);
        check_step_key(c, s);
        if (s->type == CDR_STEP_UNKNOWN)
            check_unknown_step(c, s);
        else
            cdr_cacao_check_shape(c, &step_shapes[s->type], s->json);
        if (s->type != CDR_STEP_UNKNOWN)
            check_form(c, s);
        check_rule(c, s);
        cdr_cacao_check_leave(c, was);
    }
    c->step = NULL;
}
