/* SPDX-License-Identifier: Apache-2.0 */
/* The parent of candor-perform: which request a command is, the call, and what its answer means for the run. */
#include "core/playbook/perform.h"

#include "base/parse.h"
#include "base/program.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

enum { GRACE_MS = 3000, WRITER_WAIT_MS = 120 * 1000 /* what was done is worth waiting for others to be told of */ };

bool cdr_perform_is_type(const json_t *object, const char *const *types, size_t count)
{
    const char *type = cdr_json_str(object, "type");
    for (size_t i = 0; type && i < count; i++)
        if (!strcmp(type, types[i]))
            return true;
    return false;
}

cdr_status cdr_perform_prepare(cdr_runs *r, cdr_run *run, const cdr_activation *a, const cdr_command *c, const json_t *agent, const json_t *target, json_t **ret, cdr_err *err)
{
    const cdr_allowed *allowed = r->allowed;
    if (!run)
        return cdr_fail(err, CDR_DENIED, "playbook", "perform.no-run", "There is no run.");
    if (!strcmp(c->type, "http-api"))
        return cdr_perform_http(&allowed->http, run, a, c, agent, target, ret, err);
    if (!strcmp(c->type, "openc2-http"))
        return cdr_perform_http(&allowed->openc2, run, a, c, agent, target, ret, err);
    if (!strcmp(c->type, "bash"))
        return cdr_perform_bash(allowed, run, a, c, agent, ret, err);
    if (!strcmp(c->type, "ssh"))
        return cdr_perform_ssh(allowed, run, a, c, agent, target, ret, err);
    return cdr_fail(err, CDR_DENIED, "playbook", "perform.type", "Candor carries out no commands of type %.40s by itself.", c->type);
}

/* --- the answer --- */

/* "__name__=value" at the beginning of a line. */
static void take_line(json_t *out, const char *line, size_t len)
{
    const char *eq = memchr(line, '=', len);
    size_t name = eq ? (size_t)(eq - line) : 0, value = eq ? len - name - 1 : 0;
    if (!eq || !cdr_variable_name_valid(line, name))
        return;
    if (value && eq[value] == '\r')
        value--;
    _cleanup_free_ char *key = cdr_strndup(line, name);
    if (key)
        json_object_set_new(out, key, json_stringn(eq + 1, value));
}

static void take_lines(json_t *out, const char *text)
{
    while (*text) {
        size_t len = strcspn(text, "\n");
        take_line(out, text, len);
        text += len + (text[len] == '\n');
    }
}

/* Members "__name__" of a JSON object that are texts, numbers or truths. */
static void take_members(json_t *out, const char *text, size_t len)
{
    _cleanup_json_ json_t *tree = NULL;
    const char *key;
    json_t *value;
    if (cdr_json_parse(text, len, "the answer", &tree, NULL) != CDR_OK)
        return;
    json_object_foreach(tree, key, value) {
        if (!cdr_variable_name_valid(key, strlen(key)))
            continue;
        if (json_is_string(value))
            json_object_set(out, key, value);
        else if (json_is_boolean(value))
            json_object_set_new(out, key, json_string(json_is_true(value) ? "true" : "false"));
        else if (json_is_number(value)) {
            _cleanup_free_ char *dumped = json_dumps(value, JSON_ENCODE_ANY);
            json_object_set_new(out, key, json_string(dumped ? dumped : ""));
        }
    }
}

static cdr_status take_output(bool http, unsigned number, const json_t *answer, cdr_performed *ret, cdr_err *err)
{
    const char *coded = cdr_json_str(answer, "output");
    size_t cap = coded ? strlen(coded) / 4 * 3 + 4 : 4, len = 0;
    _cleanup_free_ char *text = cdr_alloc(cap);
    char digits[16];
    snprintf(digits, sizeof digits, "%u", number);
    ret->out = json_pack("{s:s}", http ? "__http_status__" : "__exit_code__", digits);
    if (!text || !ret->out)
        return cdr_fail_nomem(err, "playbook");
    if (!coded || cdr_base64_decode(coded, strlen(coded), (uint8_t *)text, cap - 1, &len) != CDR_OK || memchr(text, '\0', len) || !cdr_utf8_valid(text, len))
        return CDR_OK;      /* no text: only that it was done is known */
    if (http)
        take_members(ret->out, text, len);
    else
        take_lines(ret->out, text);
    while (!http && len && (text[len - 1] == '\n' || text[len - 1] == '\r'))
        text[--len] = '\0';
    json_object_set_new(ret->out, http ? "__http_body__" : "__output__", json_stringn(text, len));
    return CDR_OK;
}

/* What is kept says what happened, never what was sent or answered. */
static void judge(bool http, cdr_perform_result result, unsigned number, cdr_performed *ret)
{
    static const char *const words[CDR_PERFORM_RESULTS] = {
        [CDR_PERFORM_TIMEOUT] = "It took longer than it may, and was stopped; whether it was carried out is not known.", [CDR_PERFORM_LARGE] = "It answered more than commands.yaml allows, and was stopped.",
        [CDR_PERFORM_SIGNAL] = "It was ended by a signal.", [CDR_PERFORM_UNREACHABLE] = "The host cannot be reached.", [CDR_PERFORM_TLS] = "The host did not prove who it is; nothing was sent.",
        [CDR_PERFORM_PRIVATE] = "The name leads to an address inside a network, which only a host that commands.yaml names itself may have; nothing was sent.",
        [CDR_PERFORM_MISSING] = "The program for it is not installed, or commands.yaml names one that is not there.", [CDR_PERFORM_WALLS] = "It could not be locked in, so it was not carried out.",
        [CDR_PERFORM_FAILED] = "It could not be carried out.", [CDR_PERFORM_BAD_REQUEST] = "candor-perform did not accept it; candor and candor-perform must be of one build.",
    };
    bool good = result == CDR_PERFORM_OK && (http ? number >= 200 && number <= 299 : number == 0);
    ret->outcome = good ? CDR_OUT_SUCCESS : result == CDR_PERFORM_TIMEOUT ? CDR_OUT_TIMEOUT : CDR_OUT_FAILURE;
    if (result == CDR_PERFORM_OK && http)
        snprintf(ret->text, sizeof ret->text, "HTTP status %u%s.", number, number >= 300 && number <= 399 ? ", which sends elsewhere; that is not followed" : "");
    else if (result == CDR_PERFORM_OK)
        snprintf(ret->text, sizeof ret->text, "Exit code %u.", number);
    else
        snprintf(ret->text, sizeof ret->text, "%s", words[result] ? words[result] : words[CDR_PERFORM_FAILED]);
}

static cdr_status read_answer(const char *text, size_t len, bool http, cdr_performed *ret, cdr_err *err)
{
    _cleanup_json_ json_t *answer = NULL;
    if (!len || cdr_json_parse(text, len, "candor-perform", &answer, NULL) != CDR_OK) {
        ret->outcome = CDR_OUT_FAILURE;
        snprintf(ret->text, sizeof ret->text, "candor-perform ended without an answer; whether it was carried out is not known.");
        return CDR_OK;
    }
    const char *word = cdr_json_str(answer, "result");
    cdr_perform_result result = CDR_PERFORM_FAILED;
    for (unsigned i = 0; word && i < CDR_PERFORM_RESULTS; i++)
        if (!strcmp(word, cdr_perform_result_names[i]))
            result = (cdr_perform_result)i;
    unsigned number = (unsigned)json_integer_value(json_object_get(answer, "number"));
    judge(http, result, number, ret);
    return result == CDR_PERFORM_OK ? take_output(http, number, answer, ret, err) : CDR_OK;
}

/* --- the call --- */

static cdr_status converse(cdr_runs *r, const json_t *request, int64_t ms, bool http, cdr_performed *ret, cdr_err *err)
{
    char path[4096];
    size_t cap = (size_t)r->allowed->bytes * 4 / 3 + 4096;
    _cleanup_free_ char *answer = cdr_alloc(cap), *text = json_dumps(request, JSON_COMPACT);
    if (!answer || !text)
        return cdr_fail_nomem(err, "playbook");
    if (!cdr_program_path(r->program, CDR_PERFORM_PROGRAM, path, sizeof path)) {
        ret->outcome = CDR_OUT_FAILURE;
        snprintf(ret->text, sizeof ret->text, "The program candor-perform is not beside candor, so nothing was carried out; install it.");
        cdr_wipe(text, strlen(text));
        return CDR_OK;
    }
    cdr_program_call call = {.ctx = cdr_workspace_ctx(r->ws), .path = path, .name = CDR_PERFORM_PROGRAM, .log = -1, .request = text, .len = strlen(text), .wait_ms = ms + GRACE_MS, .answer = answer, .cap = cap};
    cdr_status s = cdr_workspace_pause_writing(r->ws, err);
    if (s != CDR_OK) {
        cdr_wipe(text, strlen(text));
        return s;
    }
    cdr_call_end end = cdr_program_converse(&call);
    cdr_wipe(text, strlen(text));
    s = cdr_workspace_resume_writing(r->ws, WRITER_WAIT_MS, err);
    if (s != CDR_OK)
        return s;
    switch (end) {
    case CDR_CALL_ANSWERED: return read_answer(answer, call.answer_len, http, ret, err);
    case CDR_CALL_CANCELLED: return cdr_fail(err, CDR_E_CANCELLED, "playbook", "perform.cancelled", "Interrupted while a command was being carried out; whether it was is not known, and will be asked.");
    case CDR_CALL_TIMEOUT: judge(http, CDR_PERFORM_TIMEOUT, 0, ret); return CDR_OK;
    case CDR_CALL_NOT_STARTED: break;
    }
    judge(http, CDR_PERFORM_FAILED, 0, ret);
    return CDR_OK;
}

cdr_status cdr_perform_call(cdr_runs *r, cdr_run *run, const cdr_run_todo *todo, const char *token, cdr_performed *ret, cdr_err *err)
{
    _cleanup_json_ json_t *request = NULL;
    cdr_err why = {0};
    const char *type = todo->command->type;
    bool http = !strcmp(type, "http-api") || !strcmp(type, "openc2-http");
    int64_t now = cdr_now_us(cdr_workspace_ctx(r->ws)), most = (int64_t)r->allowed->seconds * 1000;
    int64_t ms = todo->deadline_us == INT64_MAX ? most : CDR_MIN(most, (todo->deadline_us - now) / 1000);
    cdr_status s = cdr_perform_prepare(r, run, todo->activation, todo->command, todo->agent, todo->target, &request, &why);
    if (s == CDR_E_NOMEM)
        return cdr_fail_nomem(err, "playbook");
    if (s != CDR_OK || ms <= 0) {      /* E11: a variable without a value; nothing was begun */
        ret->outcome = s == CDR_OK ? CDR_OUT_TIMEOUT : CDR_OUT_FAILURE;
        snprintf(ret->text, sizeof ret->text, "%.*s", (int)sizeof ret->text - 1, s == CDR_OK ? "Its time was over before it began." : why.text);
        return CDR_OK;
    }
    bool bad = json_object_set_new(request, "timeout_ms", json_integer(ms)) || json_object_set_new(request, "bytes", json_integer(r->allowed->bytes)) || json_object_set_new(request, "token", json_string(token));
    return bad ? cdr_fail_nomem(err, "playbook") : converse(r, request, ms, http, ret, err);
}
