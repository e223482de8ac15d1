/* SPDX-License-Identifier: Apache-2.0 */
#include "core/playbook/asked.h"

#include "base/json.h"
#include "base/parse.h"
#include "base/text.h"
#include "core/cacao/secret.h"

#include <stdio.h>
#include <string.h>

enum { TEXT_MAX = 1 << 20 };

/* "__token__" -> "token" */
static void bare(const char *name, const char *what, char ret[CDR_ASKED_HOLE])
{
    size_t len = strlen(name);
    bool dressed = len > 4 && !strncmp(name, "__", 2) && !strcmp(name + len - 2, "__");
    snprintf(ret, CDR_ASKED_HOLE, "[%s: %.*s]", what, (int)CDR_MIN(dressed ? len - 4 : len, (size_t)CDR_VARIABLE_NAME_MAX), dressed ? name + 2 : name);
}

bool cdr_asked_hole(const cdr_playbook *p, const char *name, char ret[CDR_ASKED_HOLE])
{
    bool secret = cdr_playbook_secret(p, name);
    if (secret)
        bare(name, "secret", ret);
    return secret;
}

/* --- agents and targets --- */

static const char *plain(const json_t *text)
{
    return json_string_value(text) ? json_string_value(text) : "";
}

/* Every address of the definition, with its port. */
static json_t *addresses_of(const cdr_asked_view *v, const json_t *definition)
{
    const char *kind, *port = cdr_json_str(definition, "port");
    const json_t *values, *one;
    json_t *list = json_array();
    size_t i;
    json_object_foreach(json_object_get(definition, "address"), kind, values) {
        size_t count = json_is_array(values) ? json_array_size(values) : 1;
        for (i = 0; list && i < count; i++) {
            one = json_is_array(values) ? json_array_get(values, i) : values;
            _cleanup_json_ json_t *text = v->fill(v->arg, plain(one)), *number = port ? v->fill(v->arg, port) : NULL;
            if (*plain(text))
                json_array_append_new(list, number ? json_sprintf("%s port %s", plain(text), plain(number)) : json_incref(text));
        }
    }
    return list;
}

static json_t *party(const cdr_asked_view *v, const char *dictionary, const char *id)
{
    const json_t *d = cdr_playbook_object(v->p, dictionary, id);
    const char *name = cdr_json_str(d, "name"), *type = cdr_json_str(d, "type"), *about = cdr_json_str(d, "description");
    _cleanup_buf_ cdr_buf words = CDR_BUF(TEXT_MAX);
    if (!d)
        return json_pack("{s:s, s:s, s:[], s:s}", "name", id, "type", "", "address", "words", id);
    bool later = !name || !*name || (strstr(name, "__:value") && about);      /* a name that is filled in later says less than what it is */
    _cleanup_json_ json_t *shown = v->fill(v->arg, later && about && *about ? about : name && *name ? name : type ? type : id), *list = addresses_of(v, d);
    cdr_buf_adds(&words, plain(shown));
    for (size_t i = 0; i < json_array_size(list); i++)
        cdr_buf_addf(&words, "%s%s", i ? ", " : " (", plain(json_array_get(list, i)));
    cdr_buf_adds(&words, json_array_size(list) ? ")" : "");
    return json_pack("{s:s, s:s, s:O, s:s}", "name", plain(shown), "type", type ? type : "", "address", list, "words", words.data && cdr_buf_status(&words) == CDR_OK ? words.data : plain(shown));
}

bool cdr_asked_is_person(const json_t *p)
{
    static const char *const people[] = {"individual", "group", "organization", "sector", "location"};
    const char *type = cdr_json_str(p, "type");
    for (size_t i = 0; type && i < CDR_COUNT(people); i++)
        if (!strcmp(people[i], type))
            return true;
    return false;
}

json_t *cdr_asked_agent(const cdr_asked_view *v)
{
    return v->step->agent ? party(v, "agent_definitions", v->step->agent) : json_null();
}

json_t *cdr_asked_targets(const cdr_asked_view *v)
{
    json_t *list = json_array();
    const json_t *id;
    size_t i;
    json_array_foreach(v->step->targets, i, id)
        if (json_string_value(id))
            json_array_append_new(list, party(v, "target_definitions", json_string_value(id)));
    return list;
}

/* --- what is sent --- */

json_t *cdr_asked_headers(const cdr_asked_view *v, const cdr_command *c)
{
    const char *name;
    const json_t *values;
    json_t *list = json_array();
    json_object_foreach(json_object_get(c->json, "headers"), name, values) {
        size_t count = json_is_array(values) ? json_array_size(values) : 1;
        for (size_t i = 0; list && i < count; i++) {
            const char *text = plain(json_is_array(values) ? json_array_get(values, i) : values);
            _cleanup_json_ json_t *shown = cdr_header_secret(name) ? json_string("[secret]") : v->fill(v->arg, text);
            json_array_append_new(list, json_sprintf("%s: %s", name, plain(shown)));
        }
    }
    return list;
}

json_t *cdr_asked_content(const cdr_asked_view *v, const cdr_command *c)
{
    const char *text = cdr_json_str(c->json, "content"), *coded = cdr_json_str(c->json, "content_b64");
    size_t cap = coded ? strlen(coded) / 4 * 3 + 4 : 0, len = 0;
    if (!coded)
        return text ? v->fill(v->arg, text) : json_string("");
    _cleanup_free_ char *bytes = cdr_alloc(cap);
    bool good = bytes && cdr_base64_decode(coded, strlen(coded), (uint8_t *)bytes, cap - 1, &len) == CDR_OK && !memchr(bytes, '\0', len) && cdr_utf8_valid(bytes, len);
    if (good)
        bytes[len] = '\0';
    return good ? v->fill(v->arg, bytes) : json_sprintf("%zu bytes that are no text", len);
}

/* --- in a run --- */

static bool find_shown(void *arg, const char *name, cdr_variable *ret)
{
    cdr_asked_run *m = arg;
    *ret = (cdr_variable){.name = name, .type = CDR_VAR_STRING, .value = m->hole};
    if (cdr_asked_hole(m->a->playbook, name, m->hole))
        return true;
    if (!cdr_run_variable(m->run, m->a->id, name, ret) || !ret->value) {
        bare(name, "unknown", m->hole);
        ret->value = m->hole;
    }
    return true;
}

cdr_status cdr_asked_text(cdr_run *run, const cdr_activation *a, const char *text, cdr_buf *out, cdr_err *err)
{
    cdr_asked_run m = {.run = run, .a = a};
    return cdr_variable_interpolate(text, strlen(text), find_shown, &m, out, err);
}

static json_t *fill_run(void *arg, const char *text)
{
    cdr_asked_run *m = arg;
    _cleanup_buf_ cdr_buf out = CDR_BUF((size_t)TEXT_MAX);
    return json_string(text && cdr_asked_text(m->run, m->a, text, &out, NULL) == CDR_OK && out.data ? out.data : text ? text : "");
}

cdr_asked_view cdr_asked_of_run(cdr_run *run, const cdr_activation *a, cdr_asked_run *m)
{
    *m = (cdr_asked_run){.run = run, .a = a};
    return (cdr_asked_view){.p = a->playbook, .step = a->step, .fill = fill_run, .arg = m};
}
