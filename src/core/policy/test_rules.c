/* SPDX-License-Identifier: Apache-2.0 */
/* MIN-07: the use rules of the policy, over what is declared and over what was seen. */
#include "core/policy/judge_tests.h"

#include <string.h>

typedef struct ruling { judging *j; const cdr_use_rule *rule; } ruling;

static void give_reasons(const ruling *r, const cdr_item *item)
{
    size_t count;
    if (!r->j->explaining)
        return;
    const cdr_reason *list = cdr_rule_reasons(r->j->policy, r->rule, item, r->j->arena, &count);
    r->j->failed |= !list;
    for (size_t i = 0; list && i < count; i++)
        judge_reason(r->j, list[i].clause, list[i].found, list[i].matched, list[i].truth);
}

static const char *missing_of(const ruling *r, const cdr_item *item)
{
    const char *said = cdr_rule_missing(r->j->policy, r->rule, item, r->j->arena);
    r->j->failed |= !said;
    return said && said[0] ? said : "a fact that the rule asks for";
}

/* --- what is declared --- */

static void judge_declared(const ruling *r, const cdr_judge_activity *a, size_t system)
{
    judging *j = r->j;
    cdr_item item;
    judge_item_of_activity(j, a, system, &item);
    cdr_truth t = cdr_rule_judge(j->policy, r->rule, &item);
    if (t == CDR_FALSE)
        return;
    cdr_verdict v = judge_verdict(j, t == CDR_TRUE ? CDR_VERDICT_FAIL : CDR_VERDICT_UNKNOWN);
    judge_at_activity(&v, a);
    if (system != SIZE_MAX) {
        judge_at_system(&v, &j->facts->systems[system]);
        v.people_min = j->facts->systems[system].people_min;
        v.people_max = j->facts->systems[system].people_max;
    }
    v.remedy = t == CDR_TRUE ? CDR_REMEDY_STOP : CDR_REMEDY_DECLARE;
    if (!judge_wants(j, &v, NULL))
        return;
    v.evidence = judge_text(j, "%s declares %s for %s%s%s", a->name, a->categories.keys.count ? judge_join(j, &a->categories.keys) : "no categories", a->use[0] ? a->use : "a use without a key",
                            system == SIZE_MAX ? "" : " in ", system == SIZE_MAX ? "" : j->facts->systems[system].name);
    v.missing = t == CDR_TRUE ? "" : missing_of(r, &item);
    v.remedy_text = t == CDR_TRUE ? "Stop this use, or leave out the data it may not have." : "Write down what is missing.";
    v.command = judge_text(j, "candor inventory show %s", a->key);
    judge_put(j, &v);
    give_reasons(r, &item);
}

static size_t system_with(const judging *j, const char *key)
{
    for (size_t i = 0; i < j->facts->system_count; i++)
        if (j->facts->systems[i].registered && !strcmp(j->facts->systems[i].key, key))
            return i;
    return SIZE_MAX;
}

static void over_declared(const ruling *r)
{
    const cdr_judge_facts *f = r->j->facts;
    for (size_t i = 0; i < f->activity_count; i++) {
        const cdr_judge_activity *a = &f->activities[i];
        if (a->systems.count == 0)
            judge_declared(r, a, SIZE_MAX);
        for (size_t k = 0; k < a->systems.count; k++)
            judge_declared(r, a, system_with(r->j, a->systems.keys[k]));
    }
}

/* --- what was seen --- */

/* One kind of data in a system, plain, used as an activity uses it; ${a} NULL: nobody has said for what. */
static void item_of(const ruling *r, size_t system, const judge_seen *seen, const cdr_judge_activity *a, cdr_item *ret)
{
    judging *j = r->j;
    const cdr_judge_system *s = &j->facts->systems[system];
    static const cdr_judge_activity nobody = {.use = ""};
    judge_item_of_activity(j, a ? a : &nobody, system, ret);
    if (!a)    /* recipients and flows that nobody wrote down */
        ret->of[CDR_DIM_RECIPIENTS].keys = ret->flows = (cdr_key_set){0};
    ret->of[CDR_DIM_CATEGORIES] = (cdr_item_keys){.keys = {&seen->category, 1, true}, .exact = seen->exact};
    ret->of[CDR_DIM_SYSTEMS].keys = s->registered ? (cdr_key_set){&s->key, 1, true} : (cdr_key_set){NULL, 0, true};
    ret->forms = CDR_FORM_PLAIN;
}

/* A kind that activities declare is used as they say: one that breaks the rule is enough. What no activity declares is used nobody knows
 * how. ${*ret}: the item that decided. */
static cdr_truth judge_seen_in(const ruling *r, size_t system, const judge_seen *seen, cdr_item *ret)
{
    const judge_system *s = &r->j->systems[system];
    cdr_truth t = CDR_FALSE;
    bool declared = false;
    for (size_t i = 0; i < s->activity_count && t != CDR_TRUE; i++) {
        const cdr_judge_activity *a = &r->j->facts->activities[s->activities[i]];
        cdr_truth about = a->categories.keys.known ? judge_within(&a->categories.keys, seen->category, seen->exact) : CDR_UNKNOWN;
        cdr_item item;
        if (about == CDR_FALSE)
            continue;
        declared |= about == CDR_TRUE;
        item_of(r, system, seen, a, &item);
        cdr_truth one = cdr_truth_and(about, cdr_rule_judge(r->j->policy, r->rule, &item));
        if (one != CDR_FALSE)
            *ret = item;
        t = cdr_truth_or(t, one);
    }
    if (declared || t == CDR_TRUE)
        return t;
    cdr_item unsaid;
    item_of(r, system, seen, NULL, &unsaid);
    cdr_truth one = cdr_rule_judge(r->j->policy, r->rule, &unsaid);
    if (one != CDR_FALSE)
        *ret = unsaid;
    return one;
}

/* Another activity of the system that declares this kind and breaks nothing; NULL: there is none. */
static const cdr_judge_activity *needed_by(const ruling *r, size_t system, const judge_seen *seen)
{
    const judge_system *s = &r->j->systems[system];
    for (size_t i = 0; i < s->activity_count; i++) {
        const cdr_judge_activity *a = &r->j->facts->activities[s->activities[i]];
        cdr_item item;
        if (!a->categories.keys.known || judge_within(&a->categories.keys, seen->category, seen->exact) != CDR_TRUE)
            continue;
        item_of(r, system, seen, a, &item);
        if (cdr_rule_judge(r->j->policy, r->rule, &item) == CDR_FALSE)
            return a;
    }
    return NULL;
}

static void fail_field(const ruling *r, const cdr_judge_object *o, const cdr_judge_field *f, const cdr_item *item, const cdr_judge_activity *needed)
{
    judging *j = r->j;
    cdr_verdict v = judge_verdict(j, CDR_VERDICT_FAIL);
    judge_at_field(j, &v, o, f);
    judge_remedy_field(j, &v, o, f, 0);
    if (!judge_wants(j, &v, o))
        return;
    v.evidence = judge_field_evidence(j, o, f);
    if (needed)
        v.thought = judge_text(j, "%s needs it, too: what breaks the rule is a use, not that it is kept.", needed->name);
    judge_put(j, &v);
    give_reasons(r, item);
}

/* One verdict for a system: the same thing is missing for each of its kinds. */
static void tell_unknown(const ruling *r, size_t system, const cdr_key_set *categories, const cdr_item *item)
{
    judging *j = r->j;
    cdr_verdict v = judge_verdict(j, CDR_VERDICT_UNKNOWN);
    judge_at_system(&v, &j->facts->systems[system]);
    v.people_min = j->facts->systems[system].people_min;
    v.people_max = j->facts->systems[system].people_max;
    v.category = categories->count == 1 ? categories->keys[0] : "";
    v.remedy = CDR_REMEDY_DECLARE;
    if (!judge_wants(j, &v, NULL))
        return;
    v.evidence = judge_text(j, "%s found in %s", judge_join(j, categories), j->facts->systems[system].name);
    v.missing = missing_of(r, item);
    v.remedy_text = "Write down what is missing.";
    judge_put(j, &v);
    give_reasons(r, item);
}

static void fail_fields(const ruling *r, size_t system, const judge_seen *seen, const cdr_item *item)
{
    const cdr_judge_facts *f = r->j->facts;
    const cdr_judge_activity *needed = needed_by(r, system, seen);
    for (size_t i = 0; i < f->object_count; i++)
        for (size_t k = 0; f->objects[i].system == system && k < f->objects[i].field_count; k++)
            if (!strcmp(f->objects[i].fields[k].category, seen->category) && f->objects[i].fields[k].exact == seen->exact)
                fail_field(r, &f->objects[i], &f->objects[i].fields[k], item, needed);
}

static void over_seen(const ruling *r)
{
    judging *j = r->j;
    for (size_t s = 0; s < j->facts->system_count && !j->failed; s++) {
        const judge_seen_list *seen = &j->systems[s].seen;
        const char **unknown = cdr_arena_alloc(j->arena, (seen->len + 1) * sizeof *unknown);
        size_t count = 0;
        cdr_item item, open;
        j->failed |= !unknown;
        for (size_t i = 0; unknown && i < seen->len; i++) {
            cdr_truth t = judge_seen_in(r, s, &seen->at[i], &item);
            if (t == CDR_TRUE)
                fail_fields(r, s, &seen->at[i], &item);
            else if (t == CDR_UNKNOWN && !judge_has(&(cdr_key_set){unknown, count, true}, seen->at[i].category)) {
                unknown[count++] = seen->at[i].category;
                open = item;
            }
        }
        if (count > 0)
            tell_unknown(r, s, &(cdr_key_set){unknown, count, true}, &open);
    }
}

void judge_use_rule(judging *j, const cdr_min_test *test, const cdr_use_rule *rule)
{
    ruling r = {j, rule};
    if (!judge_begin(j, test, &rule->head))
        return;
    over_declared(&r);
    over_seen(&r);
    judge_end(j, CDR_SEES_OBSERVED);
}

void judge_min_07(judging *j)
{
    const cdr_min_test *test = cdr_min_test_find("MIN-07");
    bool any = false;
    for (size_t i = 0; i < j->policy->rule_count && !j->failed; i++)
        if (j->policy->rules[i].effect == CDR_EFFECT_FORBID) {
            any = true;
            judge_use_rule(j, test, &j->policy->rules[i]);
        }
    if (any || !judge_begin(j, test, NULL))
        return;
    cdr_verdict v = judge_verdict(j, CDR_VERDICT_NOT_EVALUATED);
    if (!judge_wants(j, &v, NULL))
        return;
    v.evidence = "the policy forbids no use";
    v.missing = "rules in policy.yaml";
    judge_put(j, &v);
}
