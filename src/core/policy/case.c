/* SPDX-License-Identifier: Apache-2.0 */
#include "core/policy/case.h"

#include "core/policy/read_fields.h"

#include <stddef.h>
#include <string.h>

/* What a case may give, as it is read; then it becomes an item. */
typedef struct given {
    cdr_key_set of[CDR_DIM__MAX], flows;
    unsigned forms;
    cdr_truth encrypted;
    cdr_item_consent *consents;
    size_t consent_count;
} given;

static void read_encrypted(cdr_policy_reader *r, json_t *value, const char *where, void *object)
{
    given *g = object;
    if (!json_is_boolean(value))
        cdr_read_mistake(r, where, "must be true or false; leave it out when nobody knows.");
    g->encrypted = json_is_true(value) ? CDR_TRUE : CDR_FALSE;
}

static void read_consent(cdr_policy_reader *r, json_t *value, const char *where, void *object)
{
    given *g = object;
    const char *purpose;
    json_t *answer;
    g->consents = cdr_arena_alloc(r->arena, (json_object_size(value) + 1) * sizeof *g->consents);
    if (!json_is_object(value) || !g->consents) {
        r->no_memory |= !g->consents;
        cdr_read_mistake(r, where, "must be a group such as {marketing: true}.");
        return;
    }
    json_object_foreach(value, purpose, answer) {
        if (!json_is_boolean(answer))
            cdr_read_mistake(r, cdr_read_path(r, where, purpose), "must be true or false; leave it out when nobody knows.");
        g->consents[g->consent_count++] = (cdr_item_consent){cdr_read_copy(r, purpose), json_is_true(answer) ? CDR_TRUE : CDR_FALSE};
    }
}

#define DIMENSION(key_, dimension_, type_) {.key = (key_), .type = (type_), .offset = offsetof(given, of) + (dimension_) * sizeof(cdr_key_set)}
static const cdr_read_field fields[] = {
    DIMENSION("categories", CDR_DIM_CATEGORIES, CDR_READ_CATEGORIES), DIMENSION("uses", CDR_DIM_USES, CDR_READ_USES), DIMENSION("subjects", CDR_DIM_SUBJECTS, CDR_READ_SUBJECTS),
    DIMENSION("systems", CDR_DIM_SYSTEMS, CDR_READ_KEYS), DIMENSION("recipients", CDR_DIM_RECIPIENTS, CDR_READ_KEYS), DIMENSION("countries", CDR_DIM_COUNTRIES, CDR_READ_COUNTRIES),
    {.key = "flows", .type = CDR_READ_KEYS, .offset = offsetof(given, flows)}, {.key = "form", .type = CDR_READ_FORMS, .offset = offsetof(given, forms)},
    {.key = "encrypted", .type = CDR_READ_CUSTOM, .custom = read_encrypted}, {.key = "consent", .type = CDR_READ_CUSTOM, .custom = read_consent},
};

cdr_status cdr_case_item(const cdr_policy *p, const cdr_policy_case *c, cdr_arena *a, cdr_item *ret, cdr_err *err)
{
    given g = {.encrypted = CDR_UNKNOWN};
    _cleanup_json_ json_t *mistakes = json_array(), *tree = mistakes ? json_deep_copy(c->given) : NULL;
    cdr_policy scratch = *p;
    cdr_policy_reader r = {.policy = &scratch, .arena = a, .mistakes = mistakes};
    cdr_item_init(ret);
    if (!tree)
        return cdr_fail_nomem(err, "policy");
    cdr_read_object(&r, tree, cdr_read_path(&r, c->where, "given"), fields, CDR_COUNT(fields), NULL, 0, &g);
    if (r.no_memory)
        return cdr_fail_nomem(err, "policy");
    if (json_array_size(mistakes) > 0)
        return cdr_fail(err, CDR_E_INVAL, "policy", "policy.case", "%s", json_string_value(json_array_get(mistakes, 0)));
    for (size_t d = 0; d < CDR_DIM__MAX; d++)
        ret->of[d].keys = g.of[d];
    ret->flows = g.flows;
    ret->forms = g.forms;
    ret->encrypted = g.encrypted;
    ret->consents = g.consents;
    ret->consent_count = g.consent_count;
    return CDR_OK;
}

const char *cdr_case_word(cdr_truth t, bool allows)
{
    if (t == CDR_UNKNOWN)
        return "unknown";
    if (allows)
        return t == CDR_TRUE ? "allowed" : "not allowed";
    return t == CDR_TRUE ? "violated" : "kept";
}

static const cdr_use_rule *rule_named(const cdr_policy *p, const char *id)
{
    for (size_t i = 0; i < p->rule_count; i++)
        if (!strcmp(p->rules[i].head.id, id))
            return &p->rules[i];
    return NULL;
}

static bool read_expectation(const char *word, bool allows, cdr_truth *ret)
{
    static const cdr_truth all[] = {CDR_FALSE, CDR_TRUE, CDR_UNKNOWN};
    for (size_t i = 0; word && i < CDR_COUNT(all); i++)
        if (!strcmp(word, cdr_case_word(all[i], allows))) {
            *ret = all[i];
            return true;
        }
    return false;
}

static cdr_status expect(const cdr_policy *p, const cdr_policy_case *c, const cdr_item *item, const char *id, const json_t *word, cdr_arena *a, cdr_case_result *ret, cdr_err *err)
{
    const cdr_use_rule *rule = rule_named(p, id);
    if (!rule)
        return cdr_fail(err, CDR_E_INVAL, "policy", "policy.case", "%s.expect names \"%.64s\", and no entry of rules has that id.", c->where, id);
    *ret = (cdr_case_result){.of = c, .rule = rule->head.id, .allows = rule->effect == CDR_EFFECT_ALLOW};
    if (!read_expectation(json_string_value(word), ret->allows, &ret->expected))
        return cdr_fail(err, CDR_E_INVAL, "policy", "policy.case", "%s.expect.%.64s must be %s, %s or unknown.", c->where, id, cdr_case_word(CDR_TRUE, ret->allows), cdr_case_word(CDR_FALSE, ret->allows));
    ret->found = cdr_rule_judge(p, rule, item);
    ret->right = ret->found == ret->expected;
    ret->missing = ret->found == CDR_UNKNOWN ? cdr_rule_missing(p, rule, item, a) : "";
    return ret->missing ? CDR_OK : cdr_fail_nomem(err, "policy");
}

cdr_status cdr_policy_run_cases(const cdr_policy *p, cdr_arena *a, const cdr_case_result **ret, size_t *ret_count, cdr_err *err)
{
    size_t n = 0;
    for (size_t i = 0; i < p->case_count; i++)
        n += json_object_size(p->cases[i].expect);
    cdr_case_result *all = cdr_arena_alloc(a, (n + 1) * sizeof *all);
    *ret = all;
    *ret_count = 0;
    if (!all)
        return cdr_fail_nomem(err, "policy");
    for (size_t i = 0; i < p->case_count; i++) {
        const cdr_policy_case *c = &p->cases[i];
        cdr_item item;
        cdr_status s = cdr_case_item(p, c, a, &item, err);
        json_t *expected = (json_t *)(uintptr_t)c->expect, *word;    /* the iterator changes nothing */
        const char *id;
        json_object_foreach(expected, id, word) {
            if (s == CDR_OK)
                s = expect(p, c, &item, id, word, a, &all[*ret_count], err);
            *ret_count += s == CDR_OK;
        }
        if (s != CDR_OK)
            return s;
    }
    return CDR_OK;
}
