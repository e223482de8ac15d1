/* SPDX-License-Identifier: Apache-2.0 */
/* What staff types goes through the cleaner before it is kept: numbers of cards and people become masks. */
#include "core/playbook/runs_parts.h"

#include <string.h>

cdr_status cdr_runs_clean_text(cdr_runs *r, const char *text, char **ret, cdr_err *err)
{
    _cleanup_buf_ cdr_buf out = CDR_BUF((size_t)4 * CDR_VARIABLE_VALUE_MAX);
    *ret = NULL;
    if (!text)
        return CDR_OK;
    cdr_status s = r->clean ? r->clean(r->clean_arg, text, strlen(text), &out, err) : cdr_buf_adds(&out, text);
    if (s == CDR_OK && !(*ret = cdr_buf_take(&out)))
        s = CDR_E_NOMEM;
    return s == CDR_E_NOMEM ? cdr_fail_nomem(err, "playbook") : s;
}

static const cdr_variable *variable_in(const cdr_variable *list, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (!strcmp(list[i].name, name))
            return &list[i];
    return NULL;
}

/* Only texts are anybody's words; a number, an address of a machine or one of the choices is what it is. */
static bool is_words(const cdr_playbook *p, const cdr_step *step, const char *name)
{
    size_t count;
    const cdr_variable *list = cdr_playbook_variables(p, &count), *v = step ? variable_in(step->variables, step->variable_count, name) : NULL;
    v = v ? v : variable_in(list, count, name);
    bool choices = step && json_array_size(json_object_get(json_object_get(step->rule.answers, name), "choices")) > 0;
    return !choices && (!v || v->type == CDR_VAR_STRING || v->type == CDR_VAR_UNKNOWN || v->type == CDR_VAR_DICTIONARY || v->type == CDR_VAR_URI);
}

cdr_status cdr_runs_clean_values(cdr_runs *r, const cdr_playbook *p, const cdr_step *step, const json_t *values, json_t **ret, cdr_err *err)
{
    const char *name;
    json_t *value;
    cdr_status s = CDR_OK;
    *ret = NULL;
    if (!values)
        return CDR_OK;
    _cleanup_json_ json_t *out = json_object();
    if (!out)
        return cdr_fail_nomem(err, "playbook");
    json_object_foreach((json_t *)values, name, value) {
        _cleanup_free_ char *cleaned = NULL;
        const char *text = json_string_value(value);
        if (text && is_words(p, step, name))
            s = cdr_runs_clean_text(r, text, &cleaned, err);
        if (s == CDR_OK && (cleaned ? json_object_set_new(out, name, json_string(cleaned)) : json_object_set(out, name, value)))
            s = cdr_fail_nomem(err, "playbook");
        if (s != CDR_OK)
            return s;
    }
    *ret = json_incref(out);
    return CDR_OK;
}
