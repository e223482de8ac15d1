/* SPDX-License-Identifier: Apache-2.0 */
/* From bytes to a playbook. Here nothing is judged but whether there is something to show: what is of the wrong type is left out of the model and told by the checker. */
#include "core/cacao/inside.h"

#include "base/text.h"

#include <string.h>

#define ARENA_BYTES_MAX ((size_t)128u << 20)

static const char BOM[] = "\xEF\xBB\xBF";

/* A text for whoever carries it out: a number or an object that stands where a text should becomes its JSON. */
static const char *value_text(cdr_playbook *p, const json_t *value, bool *full)
{
    if (!value || json_is_null(value))
        return NULL;
    if (json_is_string(value))
        return json_string_value(value);
    char *dump _cleanup_free_ = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
    char *copy = dump ? cdr_arena_strdup(p->arena, dump) : NULL;
    *full = *full || !copy;
    return copy;
}

cdr_status cdr_playbook_read_variables(cdr_playbook *p, const json_t *object, const cdr_variable **ret, size_t *ret_count, cdr_err *err)
{
    *ret = NULL;
    *ret_count = 0;
    size_t count = json_object_size(object);
    if (count == 0)
        return CDR_OK;
    p->variable_total += count;
    if (p->variable_total > CDR_PLAYBOOK_VARIABLES_MAX)
        return cdr_fail(err, CDR_E_LIMIT, "cacao", "playbook.variables", "%s declares more than %u variables. Split it into several playbooks.", p->where, CDR_PLAYBOOK_VARIABLES_MAX);
    cdr_variable *variables = cdr_arena_alloc(p->arena, count * sizeof *variables);
    if (!variables)
        return cdr_fail_nomem(err, "cacao");
    size_t n = 0;
    bool full = false;
    const char *name;
    json_t *declared;
    json_object_foreach((json_t *)object, name, declared)
        if (json_is_object(declared)) {
            const char *type = cdr_json_str(declared, "type");
            variables[n++] = (cdr_variable){name, type ? cdr_variable_type_by_name(type) : CDR_VAR_UNKNOWN, value_text(p, json_object_get(declared, "value"), &full),
                json_is_true(json_object_get(declared, "constant")), json_is_true(json_object_get(declared, "external"))};
        }
    if (full)
        return cdr_fail_nomem(err, "cacao");
    *ret = variables;
    *ret_count = n;
    return CDR_OK;
}

/* From the most open to the strictest, with the identifiers that OASIS gave them. */
static const struct { const char *level, *id; } levels[] = {
    {"TLP:CLEAR", "marking-tlp--94868c89-83c2-464b-929b-a1a8aa3c8487"}, {"TLP:GREEN", "marking-tlp--bab4a63c-aed9-4cf5-a766-dfca5abac2bb"},
    {"TLP:AMBER", "marking-tlp--55d920b0-5e8b-4f79-9ee9-91f868d9b421"}, {"TLP:AMBER+STRICT", "marking-tlp--939a9414-2ddd-4d32-a0cd-375ea402b003"},
    {"TLP:RED", "marking-tlp--e828b379-4e03-4974-9ac4-e53a884c97c1"},
};

const char *cdr_playbook_official_tlp(const char *id)
{
    for (size_t i = 0; i < CDR_COUNT(levels); i++)
        if (strcmp(levels[i].id, id) == 0)
            return levels[i].level;
    return NULL;
}

const char *cdr_playbook_official_tlp_id(const char *level)
{
    for (size_t i = 0; i < CDR_COUNT(levels); i++)
        if (strcmp(levels[i].level, level) == 0)
            return levels[i].id;
    return NULL;
}

/* The strictest of the markings: what lies under two of them must keep both. An official identifier counts without its definition, and whatever the definition says. */
static const char *tlp(const cdr_playbook *p)
{
    size_t strictest = 0, i;
    json_t *marking;
    json_array_foreach(json_object_get(p->json, "markings"), i, marking) {
        const char *id = json_string_value(marking), *said = cdr_json_str(cdr_playbook_object(p, "data_marking_definitions", id), "tlpv2_level");
        for (size_t level = 0; id && level < CDR_COUNT(levels); level++)
            if (strcmp(levels[level].id, id) == 0 || (said && strcmp(levels[level].level, said) == 0))
                strictest = CDR_MAX(strictest, level + 1);
    }
    return strictest ? levels[strictest - 1].level : NULL;
}

/* Integers beyond 2^53 as they are written: what reads them may round them, and say nothing. ${text} is JSON. */
static bool holds_large_integer(const char *text, size_t len)
{
    static const char limit[] = "9007199254740992";
    bool quoted = false;
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '"')
            quoted = !quoted;
        else if (quoted)
            i += text[i] == '\\';
        else if (text[i] >= '0' && text[i] <= '9') {
            size_t from = i;
            while (i < len && text[i] >= '0' && text[i] <= '9')
                i++;
            size_t digits = i - from;
            bool whole = i == len || !strchr(".eE", text[i]);
            if (whole && (digits > sizeof limit - 1 || (digits == sizeof limit - 1 && memcmp(text + from, limit, digits) > 0)))
                return true;
            while (i < len && strchr(".eE+-0123456789", text[i]))      /* fraction and exponent are no integers */
                i++;
            i--;
        }
    }
    return false;
}

/* What signing leaves as it was. A number beyond 2^53 has no canonical form: then members in alphabetical order are hashed, and the checker says that it cannot be signed. */
static cdr_status hash(cdr_playbook *p, cdr_err *err)
{
    json_t *bare _cleanup_json_ = json_copy(p->json);
    if (!bare)
        return cdr_fail_nomem(err, "cacao");
    json_object_del(bare, "signatures");
    cdr_buf text _cleanup_buf_ = CDR_BUF((size_t)CDR_PLAYBOOK_BYTES_MAX * 8);
    cdr_status st = cdr_json_canonical(bare, &text, NULL);
    p->canonical = st == CDR_OK && !holds_large_integer(p->text, p->len);
    if (st == CDR_E_NOMEM)
        return cdr_fail_nomem(err, "cacao");
    if (st != CDR_OK) {
        char *dump _cleanup_free_ = json_dumps(bare, JSON_COMPACT | JSON_SORT_KEYS);
        if (!dump)
            return cdr_fail_nomem(err, "cacao");
        cdr_sha256(dump, strlen(dump), p->sha256);
        return CDR_OK;
    }
    cdr_sha256(text.data, text.len, p->sha256);
    return CDR_OK;
}

static const char *text_of(const cdr_playbook *p, const char *key, const char *otherwise)
{
    const char *s = cdr_json_str(p->json, key);
    return s ? s : otherwise;
}

static int64_t time_of(const cdr_playbook *p, const char *key)
{
    const char *s = cdr_json_str(p->json, key);
    int64_t us;
    return s && strlen(s) > 10 && cdr_time_parse(s, &us) ? us : 0;
}

static cdr_status read_object(cdr_playbook *p, cdr_err *err)
{
    const char *type = cdr_json_str(p->json, "type");
    if (!json_is_object(p->json) || (type && strcmp(type, "playbook") != 0) || (!type && !json_object_get(p->json, "workflow")))
        return cdr_fail(err, CDR_E_INVAL, "cacao", "playbook.none", "%s is no CACAO playbook: it must be a JSON object with \"type\": \"playbook\".", p->where);
    const json_t *workflow = json_object_get(p->json, "workflow");
    /* One with an id and no workflow can be looked at, and its signatures judged; the checker says what lacks. */
    if (!json_is_object(workflow) && (workflow || !cdr_json_str(p->json, "id")))
        return cdr_fail(err, CDR_E_INVAL, "cacao", "playbook.workflow", "%s has no workflow that can be read: \"workflow\" must be an object with the steps by their ids (CACAO 2.0, section 3.1)%s.",
            p->where, json_is_array(workflow) ? "; a list of steps is CACAO 1.0" : "");
    p->id = text_of(p, "id", "");
    p->name = text_of(p, "name", "");
    p->modified = text_of(p, "modified", "");
    p->description = text_of(p, "description", NULL);
    p->revoked = json_is_true(json_object_get(p->json, "revoked"));
    p->valid_from = time_of(p, "valid_from");
    p->valid_until = time_of(p, "valid_until");
    p->tlp = tlp(p);
    cdr_status st = cdr_playbook_read_variables(p, json_object_get(p->json, "playbook_variables"), &p->variables, &p->variable_count, err);
    if (st == CDR_OK)
        st = cdr_playbook_read_steps(p, workflow, err);
    if (st != CDR_OK)
        return st;
    p->start = cdr_playbook_find_step(p, cdr_json_str(p->json, "workflow_start"));
    p->exception = cdr_playbook_find_step(p, cdr_json_str(p->json, "workflow_exception"));
    if (cdr_playbook_rule_read(p->json, p->where, &p->rule, NULL) != CDR_OK)
        p->rule = (cdr_playbook_rule){0};   /* told by the checker */
    return hash(p, err);
}

cdr_status cdr_playbook_read(const char *text, size_t len, const char *where, cdr_playbook **ret, cdr_err *err)
{
    *ret = NULL;
    if (len > CDR_PLAYBOOK_BYTES_MAX)
        return cdr_fail(err, CDR_E_LIMIT, "cacao", "playbook.size", "%s is larger than 4 MiB, which no playbook needs to be.", where);
    cdr_playbook *p _cleanup_(cdr_playbook_freep) = cdr_alloc(sizeof *p);
    if (!p)
        return cdr_fail_nomem(err, "cacao");
    p->refs = 1;
    p->start = p->exception = CDR_NO_STEP;
    p->text = cdr_strndup(len ? text : "", len);
    p->len = len;
    p->where = cdr_strdup(where);
    p->arena = cdr_arena_new(ARENA_BYTES_MAX);
    if (!p->text || !p->where || !p->arena)
        return cdr_fail_nomem(err, "cacao");
    size_t skip = len >= 3 && memcmp(text, BOM, 3) == 0 ? 3 : 0;
    cdr_status st = cdr_json_parse(p->text + skip, len - skip, where, &p->json, err);
    if (st == CDR_OK)
        st = read_object(p, err);
    if (st != CDR_OK)
        return st;
    *ret = CDR_TAKE(p);
    return CDR_OK;
}
