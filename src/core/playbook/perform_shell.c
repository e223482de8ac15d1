/* SPDX-License-Identifier: Apache-2.0 */
/* Requests for commands bash and ssh. Values never become part of the command's text: "__name__:value" becomes a variable of the shell, set before it to the value between single quotes. */
#include "core/playbook/perform.h"

#include "core/playbook/script.h"

#include <stdio.h>
#include <string.h>

enum { SCRIPT_MAX = 1 << 20, NAMES_MAX = 200 };

typedef struct weaving { cdr_run *run; uint32_t activation; cdr_buf head; char name[CDR_VARIABLE_NAME_MAX + 8], odd[CDR_VARIABLE_NAME_MAX + 8] /* whose value is not plain */; char *set[NAMES_MAX]; size_t count; bool texts; } weaving;

static void quote(cdr_buf *out, const char *value)
{
    cdr_buf_addc(out, '\'');
    for (const char *p = value; *p; p++)
        cdr_buf_adds(out, *p == '\'' ? "'\\''" : (const char[]){*p, '\0'});
    cdr_buf_addc(out, '\'');
}

/* Hyphens are letters of a variable's name, and none of a shell's. */
static void shell_name(const char *name, char *ret, size_t cap)
{
    snprintf(ret, cap, "%s", name);
    for (char *p = ret; *p; p++)
        if (*p == '-')
            *p = '_';
}

static bool weave(void *arg, const char *name, cdr_variable *ret)
{
    weaving *w = arg;
    char plain[CDR_VARIABLE_NAME_MAX + 2];
    bool met = false;
    if (!cdr_run_variable(w->run, w->activation, name, ret))
        return false;
    shell_name(name, plain, sizeof plain);
    for (size_t i = 0; i < w->count && !met; i++)
        met = !strcmp(w->set[i], name);
    if (!met && ret->value) {
        if (w->count == NAMES_MAX || !(w->set[w->count] = cdr_strdup(name)))
            return false;
        w->count++;
        cdr_buf_addf(&w->head, "%s=", plain);
        quote(&w->head, ret->value);
        cdr_buf_addc(&w->head, '\n');
    }
    if (ret->value && !*w->odd && !cdr_script_value_is_plain(ret->type, ret->value))
        snprintf(w->odd, sizeof w->odd, "%s", name);
    w->texts = w->texts || !cdr_script_is_harmless(ret->type);
    snprintf(w->name, sizeof w->name, "${%s}", plain);
    if (ret->value)
        ret->value = w->name;
    return true;
}

/* Words are not split and no file names made of what a variable holds. CDR_DENIED: a value could become more than a value. */
static cdr_status script_of(cdr_run *run, uint32_t activation, const char *command, json_t **ret, cdr_err *err)
{
    weaving w = {.run = run, .activation = activation, .head = CDR_BUF(SCRIPT_MAX)};
    _cleanup_buf_ cdr_buf body = CDR_BUF(SCRIPT_MAX);
    cdr_status s = cdr_variable_interpolate(command, strlen(command), weave, &w, &body, err);
    if (s == CDR_OK && *w.odd)
        s = cdr_fail(err, CDR_DENIED, "playbook", "perform.value", "The value of %.80s holds more than letters, digits, blanks and . _ - : @ / , +, or begins with a hyphen; Candor hands no such value to a shell, so people do it.", w.odd);
    if (s == CDR_OK && w.texts)
        s = cdr_script_check(body.data ? body.data : "", err);
    if (s == CDR_OK) {
        cdr_buf_addf(&w.head, "%s%s\n", w.count ? "IFS=\nset -f\n" : "", body.data ? body.data : "");
        *ret = cdr_buf_status(&w.head) == CDR_OK ? json_string(w.head.data) : NULL;
        s = *ret ? CDR_OK : cdr_fail(err, CDR_DENIED, "playbook", "perform.script", "The command is too long, or no plain text.");
    }
    for (size_t i = 0; i < w.count; i++)
        cdr_free(w.set[i]);
    cdr_buf_done(&w.head);
    return s;
}

static cdr_status no(cdr_err *err, const char *text)
{
    return cdr_fail(err, CDR_DENIED, "playbook", "perform.not-allowed", "%s", text);
}

/* Only asked whether: a value that is missing is no reason to ask people, but an error when it is begun. */
static cdr_status judged(cdr_status s, json_t *script)
{
    json_decref(script);
    return s == CDR_DENIED || s == CDR_E_NOMEM ? s : CDR_OK;
}

cdr_status cdr_perform_bash(const cdr_allowed *allowed, cdr_run *run, const cdr_activation *a, const cdr_command *c, const json_t *agent, json_t **ret, cdr_err *err)
{
    static const char *const types[] = {"linux"};
    const char *name = cdr_json_str(agent, "name");
    bool listed = false;
    if (!allowed->agent_count)
        return no(err, "commands.yaml allows no bash.");
    if (!cdr_perform_is_type(agent, types, CDR_COUNT(types)))
        return no(err, "Its agent is not of type linux, so it is for that agent to do.");
    for (size_t i = 0; i < allowed->agent_count && !listed; i++)
        listed = (name && !strcmp(allowed->agents[i], name)) || (a->step->agent && !strcmp(allowed->agents[i], a->step->agent));
    if (!listed)
        return no(err, "commands.yaml does not list its agent for bash.");
    if (a->step->targets && json_array_size(a->step->targets) > 0)
        return no(err, "It is for other machines than this one; bash runs here alone.");
    if (!c->command)
        return no(err, "The command is empty.");
    cdr_perform_place place = {.text = NULL};
    cdr_status s = cdr_perform_address(run, a->id, agent, NULL, &place, err);
    bool here = s == CDR_OK && cdr_allowed_is_here(place.text);
    cdr_perform_place_done(&place);
    if (s != CDR_OK || !here)
        return s != CDR_OK ? s : no(err, "Its agent is another machine; bash runs here alone, at 127.0.0.1.");
    json_t *script = NULL;
    s = script_of(run, a->id, c->command, &script, err);
    if (!ret)
        return judged(s, script);
    _cleanup_json_ json_t *programs = json_array();
    for (size_t i = 0; i < allowed->program_count && programs; i++)
        json_array_append_new(programs, json_string(allowed->programs[i]));
    if (s == CDR_OK && !(*ret = json_pack("{s:s, s:o, s:O}", "how", "bash", "script", script, "programs", programs)))
        s = cdr_fail_nomem(err, "playbook");
    return s;
}

cdr_status cdr_perform_ssh(const cdr_allowed *allowed, cdr_run *run, const cdr_activation *a, const cdr_command *c, const json_t *agent, const json_t *target, json_t **ret, cdr_err *err)
{
    static const char *const types[] = {"ssh", "linux", "net-address"};
    _cleanup_(cdr_perform_place_done) cdr_perform_place place = {.text = NULL};
    char host[256] = "";
    if (!allowed->ssh.count)
        return no(err, "commands.yaml lists no host for ssh.");
    if (!cdr_perform_is_type(agent, types, CDR_COUNT(types)) || (target && !cdr_perform_is_type(target, types, CDR_COUNT(types))))
        return no(err, "Its agent or target is of another type than ssh, linux and net-address.");
    cdr_status s = cdr_perform_address(run, a->id, agent, target, &place, err);
    if (s != CDR_OK)
        return s;
    if (place.is_url || strlen(place.text) >= sizeof host)
        return no(err, "ssh needs the name or address of a host.");
    for (size_t i = 0; place.text[i]; i++)
        host[i] = (char)(place.text[i] >= 'A' && place.text[i] <= 'Z' ? place.text[i] | 0x20 : place.text[i]);
    const cdr_allowed_host *h = cdr_allowed_host_of(&allowed->ssh, host, place.port ? place.port : 22, false);
    if (!h)
        return no(err, "commands.yaml does not list that host for ssh.");
    if (!c->command)
        return no(err, "The command is empty.");
    json_t *script = NULL;
    s = script_of(run, a->id, c->command, &script, err);
    if (!ret)
        return judged(s, script);
    if (s == CDR_OK && !(*ret = json_pack("{s:s, s:o, s:s, s:i, s:s*, s:s*, s:s*}", "how", "ssh", "script", script, "host", h->name, "port", (int)h->port, "user", h->user, "identity_file", allowed->identity_file, "known_hosts",
                                          allowed->known_hosts)))
        s = cdr_fail_nomem(err, "playbook");
    return s;
}
