/* SPDX-License-Identifier: Apache-2.0 */
#include "core/policy/case_parts.h"

#include <stddef.h>
#include <string.h>

/* What a case may give, as it is read; then it becomes an item. */
typedef struct given {
    cdr_key_set of[CDR_DIM__MAX], flows;
    unsigned forms;
    cdr_truth encrypted;
    cdr_item_consent *consents;
    size_t consent_count;
    bool has_age, held;
    cdr_period age;
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
            cdr_read_mistake(r, cdr_read_path(r, where, cdr_read_shown(r, purpose)), "must be true or false; leave it out when nobody knows.");
        g->consents[g->consent_count++] = (cdr_item_consent){cdr_read_copy(r, purpose), json_is_true(answer) ? CDR_TRUE : CDR_FALSE};
    }
}

#define DIMENSION(key_, dimension_, type_) {.key = (key_), .type = (type_), .offset = offsetof(given, of) + (dimension_) * sizeof(cdr_key_set)}
static const cdr_read_field fields[] = {
    DIMENSION("categories", CDR_DIM_CATEGORIES, CDR_READ_CATEGORIES), DIMENSION("uses", CDR_DIM_USES, CDR_READ_USES), DIMENSION("subjects", CDR_DIM_SUBJECTS, CDR_READ_SUBJECTS),
    DIMENSION("systems", CDR_DIM_SYSTEMS, CDR_READ_KEYS), DIMENSION("recipients", CDR_DIM_RECIPIENTS, CDR_READ_KEYS), DIMENSION("countries", CDR_DIM_COUNTRIES, CDR_READ_COUNTRIES),
    {.key = "flows", .type = CDR_READ_KEYS, .offset = offsetof(given, flows)}, {.key = "form", .type = CDR_READ_FORMS, .offset = offsetof(given, forms)},
    {.key = "encrypted", .type = CDR_READ_CUSTOM, .custom = read_encrypted}, {.key = "consent", .type = CDR_READ_CUSTOM, .custom = read_consent},
    {.key = "age", .type = CDR_READ_PERIOD, .offset = offsetof(given, age), .also = offsetof(given, has_age)}, {.key = "held", .type = CDR_READ_BOOL, .offset = offsetof(given, held)},
};

static void read_given(cdr_policy_reader *r, const cdr_policy_case *c, cdr_case_facts *ret)
{
    given g = {.encrypted = CDR_UNKNOWN};
    json_t *tree = (json_t *)(uintptr_t)c->given;    /* reading changes nothing */
    *ret = (cdr_case_facts){.held = false};
    cdr_item_init(&ret->item);
    cdr_read_object(r, tree, cdr_read_path(r, c->where, "given"), fields, CDR_COUNT(fields), NULL, 0, &g);
    for (size_t d = 0; d < CDR_DIM__MAX; d++)
        ret->item.of[d].keys = g.of[d];
    ret->item.flows = g.flows;
    ret->item.forms = g.forms;
    ret->item.encrypted = g.encrypted;
    ret->item.consents = g.consents;
    ret->item.consent_count = g.consent_count;
    ret->has_age = g.has_age;
    ret->age = g.age;
    ret->held = g.held;
}

void cdr_case_check(cdr_policy_reader *r, const cdr_policy_case *c)
{
    cdr_case_facts unused;
    read_given(r, c, &unused);
}

cdr_status cdr_case_read(const cdr_policy *p, const cdr_policy_case *c, cdr_arena *a, cdr_case_facts *ret, cdr_err *err)
{
    _cleanup_json_ json_t *mistakes = json_array();
    cdr_policy scratch = *p;
    cdr_policy_reader r = {.policy = &scratch, .arena = a, .mistakes = mistakes, .file = p->file};
    if (!mistakes)
        return cdr_fail_nomem(err, "policy");
    read_given(&r, c, ret);
    if (r.no_memory)
        return cdr_fail_nomem(err, "policy");
    if (json_array_size(mistakes) > 0)
        return cdr_fail(err, CDR_E_INVAL, "policy", "policy.case", "%s", json_string_value(json_array_get(mistakes, 0)));
    return CDR_OK;
}

/* --- expectations --- */

const char *cdr_case_word(cdr_truth t, bool allows)
{
    if (t == CDR_UNKNOWN)
        return "unknown";
    if (allows)
        return t == CDR_TRUE ? "allowed" : "not allowed";
    return t == CDR_TRUE ? "violated" : "kept";
}

static bool is_allowing(const cdr_policy *p, const char *rule)
{
    for (size_t i = 0; i < p->rule_count; i++)
        if (!strcmp(p->rules[i].head.id, rule))
            return p->rules[i].effect == CDR_EFFECT_ALLOW;
    return false;
}

bool cdr_case_expects(const cdr_policy *p, const cdr_rule_head *rule, const char *word, cdr_truth *ret)
{
    static const cdr_truth all[] = {CDR_FALSE, CDR_TRUE, CDR_UNKNOWN};
    bool allows = is_allowing(p, rule->id);
    for (size_t i = 0; word && i < CDR_COUNT(all); i++)
        if (!strcmp(word, cdr_case_word(all[i], allows))) {
            if (ret)
                *ret = all[i];
            return true;
        }
    return false;
}

const char *cdr_case_words(const cdr_policy *p, const cdr_rule_head *rule)
{
    return is_allowing(p, rule->id) ? "allowed, \"not allowed\" or unknown" : "violated, kept or unknown";
}

static cdr_status judge_one(const cdr_policy *p, const cdr_policy_case *c, const cdr_case_facts *facts, const char *id, const json_t *word, cdr_arena *a, cdr_case_result *ret, cdr_err *err)
{
    *ret = (cdr_case_result){.of = c, .rule = cdr_arena_strdup(a, id), .allows = is_allowing(p, id)};
    if (!ret->rule)
        return cdr_fail_nomem(err, "policy");
    if (!cdr_case_expects(p, &(cdr_rule_head){.id = ret->rule}, json_string_value(word), &ret->expected))
        return cdr_fail(err, CDR_E_INVAL, "policy", "policy.case", "%s.expect: a rule is expected to be %s, %s or unknown.", c->where, cdr_case_word(CDR_TRUE, ret->allows), cdr_case_word(CDR_FALSE, ret->allows));
    ret->found = cdr_case_judge(p, ret->rule, facts, a, &ret->missing);
    ret->right = ret->found == ret->expected;
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
        cdr_case_facts facts;
        cdr_status s = cdr_case_read(p, c, a, &facts, err);
        json_t *expected = (json_t *)(uintptr_t)c->expect, *word;    /* the iterator changes nothing */
        const char *id;
        json_object_foreach(expected, id, word) {
            if (s == CDR_OK)
                s = judge_one(p, c, &facts, id, word, a, &all[*ret_count], err);
            *ret_count += s == CDR_OK;
        }
        if (s != CDR_OK)
            return s;
    }
    return CDR_OK;
}
