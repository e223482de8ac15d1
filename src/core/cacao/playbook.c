/* SPDX-License-Identifier: Apache-2.0 */
/* What others ask a playbook for. */
#include "core/cacao/inside.h"

#include <stdlib.h>
#include <string.h>

cdr_playbook *cdr_playbook_ref(cdr_playbook *p)
{
    p->refs++;
    return p;
}

void cdr_playbook_free(cdr_playbook *p)
{
    if (!p || --p->refs > 0)
        return;
    json_decref(p->json);
    cdr_arena_free(p->arena);
    cdr_free(p->text);
    cdr_free(p->where);
    cdr_free(p);
}

const char *cdr_playbook_text(const cdr_playbook *p, size_t *ret_len)
{
    *ret_len = p->len;
    return p->text;
}

const json_t *cdr_playbook_json(const cdr_playbook *p)
{
    return p->json;
}

const char *cdr_playbook_where(const cdr_playbook *p)
{
    return p->where;
}

const char *cdr_playbook_id(const cdr_playbook *p)
{
    return p->id;
}

const char *cdr_playbook_name(const cdr_playbook *p)
{
    return p->name;
}

const char *cdr_playbook_description(const cdr_playbook *p)
{
    return p->description;
}

const char *cdr_playbook_modified(const cdr_playbook *p)
{
    return p->modified;
}

bool cdr_playbook_revoked(const cdr_playbook *p)
{
    return p->revoked;
}

int64_t cdr_playbook_valid_from(const cdr_playbook *p)
{
    return p->valid_from;
}

int64_t cdr_playbook_valid_until(const cdr_playbook *p)
{
    return p->valid_until;
}

const uint8_t *cdr_playbook_sha256(const cdr_playbook *p)
{
    return p->sha256;
}

const cdr_playbook_rule *cdr_playbook_rule_of(const cdr_playbook *p)
{
    return &p->rule;
}

size_t cdr_playbook_step_count(const cdr_playbook *p)
{
    return p->step_count;
}

const cdr_step *cdr_playbook_step(const cdr_playbook *p, uint32_t step)
{
    return step < p->step_count ? &p->steps[step] : NULL;
}

static int compare_name(const void *key, const void *element)
{
    return strcmp(key, ((const struct step_name *)element)->id);
}

uint32_t cdr_playbook_find_step(const cdr_playbook *p, const char *id)
{
    const struct step_name *found = id && p->step_count ? bsearch(id, p->names, p->step_count, sizeof *p->names, compare_name) : NULL;
    return found ? found->step : CDR_NO_STEP;
}

uint32_t cdr_playbook_start(const cdr_playbook *p)
{
    return p->start;
}

uint32_t cdr_playbook_exception(const cdr_playbook *p)
{
    return p->exception;
}

const cdr_variable *cdr_playbook_variables(const cdr_playbook *p, size_t *ret_count)
{
    *ret_count = p->variable_count;
    return p->variables;
}

const json_t *cdr_playbook_object(const cdr_playbook *p, const char *dictionary, const char *id)
{
    const json_t *object = id ? json_object_get(json_object_get(p->json, dictionary), id) : NULL;
    return json_is_object(object) ? object : NULL;
}

const char *cdr_playbook_tlp(const cdr_playbook *p)
{
    return p->tlp;
}

const char *cdr_step_label(const cdr_step *s)
{
    return s->label;
}
