/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the Candor extension. Unknown members are let be: a later version may have added them. */
#include "core/cacao/rule.h"

#include "base/buf.h"

#include <stdio.h>
#include <string.h>

/* ${key}: path within the extension. The value itself is not quoted: it may be long or strange. */
static cdr_status bad(cdr_err *err, const char *where, const char *key, const char *must)
{
    return cdr_fail(err, CDR_E_INVAL, "cacao", "rule.bad", "%s: %s of the Candor extension must be %s.", where, key, must);
}

static cdr_status read_text(const json_t *ext, const char *where, const char *key, const char **ret, cdr_err *err)
{
    const json_t *value = json_object_get(ext, key);
    if (!value)
        return CDR_OK;
    *ret = json_string_value(value);
    return *ret && **ret ? CDR_OK : bad(err, where, key, "a text");
}

static cdr_status read_bool(const json_t *ext, const char *where, const char *key, bool *ret, cdr_err *err)
{
    const json_t *value = json_object_get(ext, key);
    if (value && !json_is_boolean(value))
        return bad(err, where, key, "true or false");
    *ret = json_is_true(value);
    return CDR_OK;
}

static bool duration(const json_t *value, cdr_duration *ret)
{
    const char *text = json_string_value(value);
    return text && cdr_duration_parse(text, ret);
}

#define DURATION_WORDS "a duration such as \"PT72H\", \"P30D\" or \"P5B\" (five business days)"

static cdr_status read_duration(const json_t *ext, const char *where, const char *key, bool *has, cdr_duration *ret, cdr_err *err)
{
    const json_t *value = json_object_get(ext, key);
    if (!value)
        return CDR_OK;
    *has = true;
    return duration(value, ret) ? CDR_OK : bad(err, where, key, DURATION_WORDS);
}

static bool role(const json_t *value, cdr_duty_role *ret)
{
    const char *text = json_string_value(value);
    *ret = text ? cdr_duty_role_by_key(text) : CDR_DUTY__MAX;
    return *ret != CDR_DUTY__MAX;
}

#define ROLE_WORDS "one of manager, deputy, privacy-lead, legal, communications, it, scribe, approver, owner, anybody"

static cdr_status read_role(const json_t *ext, const char *where, const char *key, cdr_duty_role *ret, cdr_err *err)
{
    const json_t *value = json_object_get(ext, key);
    return !value || role(value, ret) ? CDR_OK : bad(err, where, key, ROLE_WORDS);
}

static cdr_status read_warn(const json_t *ext, const char *where, cdr_rule *r, cdr_err *err)
{
    const json_t *list = json_object_get(ext, "warn");
    if (list && (!json_is_array(list) || json_array_size(list) > CDR_RULE_WARNS_MAX))
        return bad(err, where, "warn", "a list of at most 8 durations before the due time");
    for (; r->warn_count < json_array_size(list); r->warn_count++)
        if (!duration(json_array_get(list, r->warn_count), &r->warn[r->warn_count]))
            return bad(err, where, "warn", DURATION_WORDS);
    return CDR_OK;
}

static cdr_status read_escalate(const json_t *ext, const char *where, cdr_rule *r, cdr_err *err)
{
    const json_t *list = json_object_get(ext, "escalate");
    if (list && (!json_is_array(list) || json_array_size(list) > CDR_RULE_ESCALATIONS_MAX))
        return bad(err, where, "escalate", "a list of at most 8 objects with after and to_role");
    for (; r->escalation_count < json_array_size(list); r->escalation_count++) {
        const json_t *e = json_array_get(list, r->escalation_count);
        cdr_escalation *to = &r->escalate[r->escalation_count];
        if (!duration(json_object_get(e, "after"), &to->after))
            return bad(err, where, "escalate/after", DURATION_WORDS);
        if (!role(json_object_get(e, "to_role"), &to->to))
            return bad(err, where, "escalate/to_role", ROLE_WORDS);
    }
    return CDR_OK;
}

static cdr_status read_answer(const char *name, const json_t *answer, const char *where, cdr_err *err)
{
    const json_t *ask = json_object_get(answer, "ask"), *choices = json_object_get(answer, "choices"), *optional = json_object_get(answer, "optional");
    char key[256];
    snprintf(key, sizeof key, "answers/%.*s", 60, name);
    if (strncmp(name, "__", 2) != 0)
        return bad(err, where, key, "the name of a variable (__name__)");
    if (!json_is_object(answer) || (ask && !json_is_string(ask)) || (choices && json_array_size(choices) == 0) || (optional && !json_is_boolean(optional)))
        return bad(err, where, key, "an object with ask, a question, choices, a list of texts, and optional, true or false");
    size_t i;
    json_t *choice;
    json_array_foreach(choices, i, choice)
        if (!json_is_string(choice))
            return bad(err, where, key, "an object whose choices are texts");
    return CDR_OK;
}

static cdr_status read_answers(const json_t *ext, const char *where, cdr_rule *r, cdr_err *err)
{
    r->answers = json_object_get(ext, "answers");
    if (!r->answers)
        return CDR_OK;
    if (!json_is_object(r->answers))
        return bad(err, where, "answers", "an object with a question for each variable");
    const char *name;
    json_t *answer;
    json_object_foreach((json_t *)r->answers, name, answer) {
        cdr_status st = read_answer(name, answer, where, err);
        if (st != CDR_OK)
            return st;
    }
    return CDR_OK;
}

static cdr_status check_sets(const cdr_rule *r, const char *where, cdr_err *err)
{
    static const char *const known[] = {"contained", "authority-told", "people-told", "resolved", "people"};
    for (size_t i = 0; r->sets && i < CDR_COUNT(known); i++)
        if (!strcmp(known[i], r->sets))
            return CDR_OK;
    return r->sets ? bad(err, where, "sets", "one of contained, authority-told, people-told, resolved, people") : CDR_OK;
}

static cdr_status read_members(const json_t *ext, const char *where, cdr_rule *r, cdr_err *err)
{
    const struct { const char *key; const char **to; } texts[] = {{"clock", &r->clock}, {"calendar", &r->calendar}, {"why", &r->why}, {"decision", &r->decision}, {"sets", &r->sets}, {"action", &r->action}};
    const struct { const char *key; bool *to; } bools[] = {{"two_person", &r->two_person}, {"evidence_required", &r->evidence_required}, {"repeatable", &r->repeatable}};
    cdr_status st = CDR_OK;
    for (size_t i = 0; st == CDR_OK && i < CDR_COUNT(texts); i++)
        st = read_text(ext, where, texts[i].key, texts[i].to, err);
    for (size_t i = 0; st == CDR_OK && i < CDR_COUNT(bools); i++)
        st = read_bool(ext, where, bools[i].key, bools[i].to, err);
    if (st == CDR_OK)
        st = read_duration(ext, where, "due", &r->has_due, &r->due, err);
    if (st == CDR_OK)
        st = read_role(ext, where, "role", &r->role, err);
    if (st == CDR_OK)
        st = read_role(ext, where, "approver_role", &r->approver, err);
    if (r->two_person && r->approver == CDR_DUTY_ANYBODY)
        r->approver = CDR_DUTY_APPROVER;   /* somebody has to be the second person, and it is not anybody */
    return st == CDR_OK ? check_sets(r, where, err) : st;
}

cdr_status cdr_rule_read(const json_t *step, const char *where, cdr_rule *ret, cdr_err *err)
{
    *ret = (cdr_rule){0};
    const json_t *ext = json_object_get(json_object_get(step, "step_extensions"), CDR_RULE_KEY);
    if (!ext)
        return CDR_OK;
    if (!json_is_object(ext))
        return bad(err, where, "the value", "an object");
    ret->present = true;
    cdr_status st = read_members(ext, where, ret, err);
    if (st == CDR_OK)
        st = read_warn(ext, where, ret, err);
    if (st == CDR_OK)
        st = read_escalate(ext, where, ret, err);
    if (st == CDR_OK)
        st = read_answers(ext, where, ret, err);
    return st;
}

cdr_status cdr_playbook_rule_read(const json_t *playbook, const char *where, cdr_playbook_rule *ret, cdr_err *err)
{
    *ret = (cdr_playbook_rule){0};
    const json_t *ext = json_object_get(json_object_get(playbook, "playbook_extensions"), CDR_RULE_KEY);
    if (!ext)
        return CDR_OK;
    if (!json_is_object(ext))
        return bad(err, where, "the value", "an object");
    ret->present = true;
    cdr_status st = read_text(ext, where, "kind", &ret->kind, err);
    if (st == CDR_OK)
        st = read_text(ext, where, "headline", &ret->headline, err);
    if (st == CDR_OK)
        st = read_duration(ext, where, "review_every", &ret->has_review, &ret->review_every, err);
    if (st != CDR_OK)
        return st;
    ret->roles = json_object_get(ext, "roles");
    if (ret->roles && !json_is_array(ret->roles))
        return bad(err, where, "roles", "a list of roles");
    size_t i;
    json_t *named;
    cdr_duty_role any;
    json_array_foreach(ret->roles, i, named)
        if (!role(named, &any))
            return bad(err, where, "roles", "a list of roles, each " ROLE_WORDS);
    return CDR_OK;
}
