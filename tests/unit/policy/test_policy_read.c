/* SPDX-License-Identifier: Apache-2.0 */
/* policy.yaml: what is read, what is refused and in which words, and that every policy that comes with the program keeps its own cases. */
#include "core/policy/case.h"

#include "base/fault.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static cdr_status read(const char *text, cdr_policy **ret, cdr_err *err)
{
    return cdr_policy_read(text, strlen(text), "policy.yaml", ret, err);
}

static void refused(const char *text, const char *sentence)
{
    cdr_policy *p = NULL;
    cdr_err err = {0};
    assert_int_equal(read(text, &p, &err), CDR_E_INVAL);
    assert_null(p);
    assert_string_equal(err.text, sentence);
}

static void read__everything__as_written(void **state)
{
    (void)state;
    static const char text[] = "name: All\n"
                               "rules:\n  - id: r1\n    effect: allow\n    priority: 5\n    severity: severe\n    when: {categories: {any: [user.contact, user.contact], none: [user.name]}, countries: [DE]}\n"
                               "    unless: {consent: marketing, encrypted: true, form: [hashed, plain]}\n  - {id: r2, enabled: false}\n"
                               "forms:\n  - {id: f1, categories: [user.name], uses: [marketing], systems: [crm], allowed: [masked, hashed]}\n"
                               "places:\n  - {id: p1, categories: [user], only: [crm], never: [unregistered]}\n"
                               "retention:\n  - {id: t1, trigger: last order, trigger_fields: ordered_at, period: 24 months, minimum: P1Y, action: mask, confidence: low, source_as_of: 2026-01-02}\n"
                               "promises:\n  - {id: m1, says: We never sell., kind: never use, uses: [sales]}\n"
                               "purposes:\n  - key: d\n    use: marketing\n    consent: marketing\n    subject_field: email\n    treatments: [{categories: user.name, form: generalized, how: age band, amount: 5}]\n"
                               "limits: {stores_max: 7}\ntests_off: [MIN-15]\n";
    _cleanup_(cdr_policy_freep) cdr_policy *p = NULL;
    cdr_err err = {0};
    if (read(text, &p, &err) != CDR_OK)
        fail_msg("%s", err.text);
    assert_int_equal(p->rule_count, 2);
    const cdr_use_rule *r = &p->rules[0];
    assert_int_equal(r->effect, CDR_EFFECT_ALLOW);
    assert_int_equal(r->priority, 5);
    assert_int_equal(r->head.severity, CDR_SEV_SEVERE);
    assert_string_equal(r->head.title, "r1");
    assert_string_equal(r->head.where, "policy.yaml: rules[0]");
    assert_int_equal(r->clause_count, 3);
    assert_int_equal(r->clauses[0].values.count, 1);          /* twice is once */
    assert_int_equal(r->clauses[1].match, CDR_MATCH_NONE);
    assert_int_equal(r->unless_count, 3);
    assert_int_equal(r->unless[2].forms, CDR_FORM_HASHED | CDR_FORM_PLAIN);
    assert_false(p->rules[1].head.enabled);
    assert_int_equal(p->rules[1].head.severity, CDR_SEV_MEDIUM);
    assert_int_equal(p->forms[0].allowed, CDR_FORM_MASKED | CDR_FORM_HASHED);
    assert_string_equal(p->forms[0].systems.keys[0], "crm");
    assert_string_equal(p->places[0].never.keys[0], "unregistered");
    const cdr_retention_rule *t = &p->retention[0];
    assert_true(t->has_period && t->has_minimum && !t->indefinite);
    assert_int_equal(t->period.months, 24);
    assert_int_equal(t->minimum.years, 1);
    assert_int_equal(t->action, CDR_RETAIN_MASK);
    assert_string_equal(t->confidence, "low");
    assert_string_equal(t->trigger_fields.keys[0], "ordered_at");
    assert_string_equal(t->approver, "");
    assert_string_equal(p->promises[0].head.title, "We never sell.");
    const cdr_purpose *u = cdr_policy_purpose(p, "d");
    assert_non_null(u);
    assert_int_equal(u->other, CDR_FORM_NEVER);               /* what is not said fails closed */
    assert_int_equal(u->free_text, CDR_FORM_REDACTED);
    assert_int_equal(u->treatments[0].form, CDR_FORM_GENERALISED);
    assert_int_equal(u->treatments[0].how, CDR_GENERAL_AGE_BAND);
    assert_null(cdr_policy_purpose(p, "e"));
    assert_int_equal(p->limits.stores_max, 7);
    assert_int_equal(p->limits.constant_percent, 99);
    assert_string_equal(p->limits.home_country, "");
}

static void read__mistakes__named_with_place_and_nearest_word(void **state)
{
    (void)state;
    refused("rules: [{id: a, severity: hihg}]", "policy.yaml: rules[0].severity is \"hihg\"; did you mean high?");
    refused("rules: [{id: a, when: {categories: [user.contct.email]}}]",
            "policy.yaml: rules[0].when.categories[0]: \"user.contct.email\" is no data category of the taxonomy; did you mean user.contact.email?");
    refused("rules: [{title: x}]", "policy.yaml: rules[0] needs id.");
    refused("rules: [{id: a, unless: {consnet: x}}]",
            "policy.yaml: rules[0].unless has the unknown key \"consnet\"; did you mean consent?");
    refused("rules: [{id: a, unless: {weather: fine}}]",
            "policy.yaml: rules[0].unless has the unknown key \"weather\"; known are consent, country_in, country_not_in, flow_any, flow_none, encrypted and form.");
    refused("rules: [{id: a, when: {categoris: [user]}}]", "policy.yaml: rules[0].when has the unknown key \"categoris\"; did you mean categories?");
    refused("rules: [{id: a, when: {categories: {nonne: [user]}}}]", "policy.yaml: rules[0].when.categories has the unknown key \"nonne\"; did you mean none?");
    refused("rules: [{id: a, when: {uses: {all: []}}}]", "policy.yaml: rules[0].when.uses.all is empty; name at least one, or leave it out.");
    refused("rules: [{id: a, when: {uses: {}}}]", "policy.yaml: rules[0].when.uses is empty; name at least one, or leave it out.");
    refused("rules: [{id: a, unless: {consent: []}}]", "policy.yaml: rules[0].unless.consent is empty; name at least one, or leave it out.");
    refused("rules: [{id: a, unless: {form: plane}}]", "policy.yaml: rules[0].unless.form is \"plane\"; did you mean plain?");
    refused("rules: [{id: a, effect: allow}]", "policy.yaml: rules[0] would allow everything; say under when what it allows.");
    refused("retention: [{id: a, trigger: t, period: 0 days}]", "policy.yaml: retention[0] has a period of no time; for what may not be kept at all write a rule under forms with allowed: never.");
    refused("waivers: [{rule: a, reason: ' ', approver: x, until: 2027-01-01}]", "policy.yaml: waivers[0] needs reason.");
    refused("rules: [{id: min-07}]", "policy.yaml: rules[0].id begins like the tests of Candor; choose another.");
    refused("rules: [{id: 7}]", "policy.yaml: rules[0].id must be a text; put it between quotes.");
    refused("rules: [{id: null}]", "policy.yaml: rules[0] needs id.");
    refused("rules: [{id: a, title: \"b\\0c\"}]", "policy.yaml: rules[0].title holds a control character; take it out.");
    refused("rules: [{id: a, title: \"\\e[31m\"}]", "policy.yaml: rules[0].title holds a control character; take it out.");
    refused("rules: [{id: a, \"\\e[2J\": 1}]", "policy.yaml: rules[0] has the unknown key \"\\x1B[2J\"; known are effect, priority, when, unless, id, title, why, law, remedy, severity and enabled.");
    refused("rules: [{id: a, unless: {encrypted: false}}]", "policy.yaml: rules[0].unless.encrypted must be true; leave it out otherwise.");
    refused("rules: [{id: A}]", "policy.yaml: rules[0].id must have lower-case letters, digits, dots and dashes, at most 64.");
    refused("rules: [{id: a, when: {countries: [Germany]}}]", "policy.yaml: rules[0].when.countries[0] is \"Germany\"; write its code, DE.");
    refused("rules: [{id: a, when: {countries: UK}}]", "policy.yaml: rules[0].when.countries is \"UK\"; write its code, GB.");
    refused("rules: [{id: a, when: {countries: XX}}]",
            "policy.yaml: rules[0].when.countries is \"XX\"; it must be a country as two capital letters, such as US or DE, or EU or EEA for all of their members.");
    refused("limits: {home_country: Atlantis}",
            "policy.yaml: limits.home_country is \"Atlantis\"; it must be a country as two capital letters, such as US or DE, or EU or EEA for all of their members.");
    refused("rulez: []", "policy.yaml: has the unknown key \"rulez\"; did you mean rules?");
    refused("rules: 5", "policy.yaml: rules must be a list; begin each entry with a dash.");
    refused("rules: [5]", "policy.yaml: rules[0] must be a group of keys and values.");
    refused("[]", "policy.yaml: a policy is a group of sections: name, rules, forms, places, retention, promises, purposes, waivers, limits, tests_off, cases.");
    refused("forms: [{id: a, categories: [user], allowed: [never, plain]}]", "policy.yaml: forms[0] allows never together with other forms; decide for one.");
    refused("places: [{id: a, categories: [user]}]", "policy.yaml: places[0] needs only or never: the systems in which these data may be, or may not.");
    refused("retention: [{id: a}]", "policy.yaml: retention[0] needs a period, a minimum, or indefinite: true.");
    refused("retention: [{id: a, period: P1Y, indefinite: true}]", "policy.yaml: retention[0] has a period and is indefinite; decide for one.");
    refused("retention: [{id: a, period: two years}]", "policy.yaml: retention[0].period must be a period such as P2Y, P18M, P90D or \"24 months\".");
    refused("promises: [{id: a, kind: never use}]", "policy.yaml: promises[0] promises \"never use\" and needs uses.");
    refused("purposes: [{key: a, consent: marketing}]", "policy.yaml: purposes[0] needs subject_field: the columns that hold the key under which consents are recorded, such as email.");
    refused("purposes: [{key: a, treatments: [{form: plain}]}]", "policy.yaml: purposes[0].treatments[0] needs categories or fields.");
    refused("purposes: [{key: a}, {key: a}]", "policy.yaml: purposes[1] has the key of an earlier purpose; each needs its own.");
    refused("waivers: [{rule: MIN-01, reason: r, approver: a}]", "policy.yaml: waivers[0] needs until.");
    refused("waivers: [{rule: MIN-31, reason: r, approver: a, until: 2027-01-01}]", "policy.yaml: waivers[0] waives \"MIN-31\", and no rule has that id.");
    refused("waivers: [{rule: MIN-01, reason: r, approver: a, granted: 2028-01-01, until: 2027-01-01}]", "policy.yaml: waivers[0] ends before it was granted.");
    refused("rules: [{id: no-sale}]\nwaivers: [{rule: no-sales, reason: r, approver: a, until: 2027-01-01}]", "policy.yaml: waivers[0] waives \"no-sales\", and no rule has that id; did you mean no-sale?");
    refused("waivers: [{rule: MIN-01, reason: r, approver: a, until: 2027-01-01, category: user.nam}]",
            "policy.yaml: waivers[0].category: \"user.nam\" is no data category of the taxonomy; did you mean user.name?");
    refused("tests_off: [MIN-99]", "policy.yaml: tests_off names \"MIN-99\", which is no test; they are MIN-01 to MIN-30.");
    refused("retention: [{id: a, period: P1Y, minimum: P2Y}]",
            "policy.yaml: retention[0] has a minimum longer than its period; the law's minimum wins, so make the period at least as long.");
    refused("promises: [{id: a, kind: never use, uses: [sales], period: P1Y}]", "policy.yaml: promises[0] promises \"never use\", to which period adds nothing; leave it out.");
    refused("purposes: [{key: a, treatments: [{fields: [x], form: masked, how: year}]}]",
            "policy.yaml: purposes[0].treatments[0] says how to generalise, but its form is masked; write form: generalised, or leave how and amount out.");
    refused("rules: [{id: a}]\ncases: [{name: c, given: {}, expect: {b: kept}}]", "policy.yaml: cases[0].expect names \"b\", and no rule has that id.");
    refused("rules: [{id: a}]\ncases: [{name: c, given: {}, expect: {a: fine}}]", "policy.yaml: cases[0].expect.a must be violated, kept or unknown.");
    refused("rules: [{id: a, effect: allow, when: {uses: [sales]}}]\ncases: [{name: c, given: {}, expect: {a: kept}}]", "policy.yaml: cases[0].expect.a must be allowed, \"not allowed\" or unknown.");
    refused("rules: [{id: a}]\ncases: [{name: c, given: {}, expect: {}}]", "policy.yaml: cases[0] expects nothing; name a rule and what it must say, such as {rule-id: violated}.");
    refused("rules: [{id: a}]\ncases: [{name: c, given: {category: user}, expect: {a: kept}}]", "policy.yaml: cases[0].given has the unknown key \"category\"; did you mean categories?");
    refused("rules: [{id: a}]\ncases: [{name: c, given: {consent: {m: maybe}}, expect: {a: kept}}]", "policy.yaml: cases[0].given.consent.m must be true or false; leave it out when nobody knows.");
    refused("limits: {adequate: [CH]}", "policy.yaml: limits names adequate countries and needs adequacy_as_of and adequacy_source: such lists age.");
    refused("limits: {stores_max: 0}", "policy.yaml: limits.stores_max must be a whole number from 1 to 1000.");
}

static void mistakes__all__are_told_at_once(void **state)
{
    (void)state;
    _cleanup_json_ json_t *all = NULL;
    static const char text[] = "rules: [{id: a, severity: x}, {id: B}]\nforms: [{id: f}]\nwaivers: [{rule: a}]\n";
    assert_int_equal(cdr_policy_mistakes(text, sizeof text - 1, "p", &all, NULL), CDR_OK);
    assert_int_equal(json_array_size(all), 7);
    _cleanup_json_ json_t *none = NULL, *broken = NULL;
    assert_int_equal(cdr_policy_mistakes("name: x", 7, "p", &none, NULL), CDR_OK);
    assert_int_equal(json_array_size(none), 0);
    assert_int_equal(cdr_policy_mistakes("a: [", 4, "p", &broken, NULL), CDR_OK);
    assert_int_equal(json_array_size(broken), 1);
}

static void templates__all__keep_their_cases(void **state)
{
    (void)state;
    size_t n;
    const cdr_policy_template *all = cdr_policy_templates(&n);
    assert_int_equal(n, 4);
    for (size_t i = 0; i < n; i++) {
        _cleanup_(cdr_policy_freep) cdr_policy *p = NULL;
        _cleanup_(cdr_arena_freep) cdr_arena *a = cdr_arena_new(16u << 20);
        const cdr_case_result *results;
        size_t count;
        cdr_err err = {0};
        if (cdr_policy_read(all[i].text, all[i].len, all[i].key, &p, &err) != CDR_OK || cdr_policy_run_cases(p, a, &results, &count, &err) != CDR_OK)
            fail_msg("%s", err.text);
        assert_true(p->case_count >= 8);
        for (size_t k = 0; k < count; k++)
            if (!results[k].right)
                fail_msg("%s: %s: %s is %s", all[i].key, results[k].of->name, results[k].rule, cdr_case_word(results[k].found, false));
        /* Cases can fail: the first expectation turned round does. */
        json_t *expect = (json_t *)(uintptr_t)p->cases[0].expect;
        assert_int_equal(json_object_set_new(expect, json_object_iter_key(json_object_iter(expect)), json_string("kept")), 0);
        assert_int_equal(cdr_policy_run_cases(p, a, &results, &count, &err), CDR_OK);
        assert_false(results[0].right);
    }
}

static void texts__folded__stand_on_one_line(void **state)
{
    (void)state;
    static const char text[] = "rules:\n  - id: a\n    title: |\n      One\n        and   two.\n    when: {countries: [EU, DE, is], subjects: customers}\n"
                               "promises: [{id: b, kind: never_use, uses: [sales]}]\npurposes: [{key: p, treatments: [{fields: [x], form: generalised, how: age_band}]}]\n";
    _cleanup_(cdr_policy_freep) cdr_policy *p = NULL;
    cdr_err err = {0};
    if (read(text, &p, &err) != CDR_OK)
        fail_msg("%s", err.text);
    assert_string_equal(p->rules[0].head.title, "One and two.");
    assert_int_equal(p->rules[0].clauses[0].values.count, 28);     /* twenty-seven members of the Union, and Iceland */
    assert_string_equal(p->rules[0].clauses[1].values.keys[0], "customer");
    assert_int_equal(p->purposes[0].treatments[0].how, CDR_GENERAL_AGE_BAND);
}

/* A long path or a foreign letter that is cut in the middle never hides what is wrong. */
static void mistakes__long_names__keep_their_place(void **state)
{
    (void)state;
    char file[600], text[2000];
    memset(file, 'f', sizeof file);
    file[sizeof file - 1] = '\0';
    cdr_policy *p = NULL;
    cdr_err err = {0};
    assert_int_equal(cdr_policy_read("rulez: 1", 8, file, &p, &err), CDR_E_INVAL);
    assert_non_null(strstr(err.text, ": has the unknown key \"rulez\"; did you mean rules?"));
    for (size_t pad = 0; pad < 4; pad++) {
        int n = snprintf(text, sizeof text, "rules: [{id: a, when: {\"%.*s", (int)pad, "aaa");
        for (int i = 0; i < 200; i++)
            n += snprintf(text + n, sizeof text - (size_t)n, "\xF0\x9F\x94\x92");
        snprintf(text + n, sizeof text - (size_t)n, "\": [user]}}]");
        assert_int_equal(read(text, &p, &err), CDR_E_INVAL);
        assert_string_equal(err.id, "policy.invalid");
        assert_non_null(strstr(err.text, "\xF0\x9F\x94\x92\xE2\x80\xA6\"; known are"));
    }
}

static void limits__too_many_entries__refused(void **state)
{
    (void)state;
    cdr_buf text = CDR_BUF(4u << 20);
    cdr_policy *p = NULL;
    cdr_err err = {0};
    cdr_buf_adds(&text, "rules:\n");
    for (int i = 0; i < 1200; i++)
        cdr_buf_addf(&text, "- {id: r%d}\n", i);
    assert_int_equal(cdr_policy_read(text.data, text.len, "p", &p, &err), CDR_OK);
    cdr_policy_free(p);
    cdr_buf_adds(&text, "forms:\n");
    for (int i = 0; i < 801; i++)
        cdr_buf_addf(&text, "- {id: f%d, categories: user, allowed: plain}\n", i);
    assert_int_equal(cdr_policy_read(text.data, text.len, "p", &p, &err), CDR_E_INVAL);
    assert_string_equal(err.text, "p: forms makes more than 2,000 entries in all.");
    while (text.len <= 1u << 20)
        cdr_buf_adds(&text, "# ................................................................\n");
    assert_int_equal(cdr_policy_read(text.data, text.len, "p", &p, &err), CDR_E_LIMIT);
    cdr_buf_done(&text);
}

#ifdef CANDOR_FAULTS
static void read__no_memory__clean(void **state)
{
    (void)state;
    static const char text[] = "rules: [{id: a, severity: hgih, when: {uses: [marketing]}}]\npurposes: [{key: a, treatments: [{fields: [x], form: plain}]}]\n";
    for (long n = 1;; n++) {
        cdr_policy *p = NULL;
        cdr_fault_arm(CDR_FAULT_ALLOC, n);
        cdr_status s = read(text, &p, NULL);
        bool fired = cdr_fault_fired(CDR_FAULT_ALLOC);
        cdr_fault_arm(CDR_FAULT_ALLOC, 0);
        cdr_policy_free(p);
        assert_true(s != CDR_OK);
        if (!fired) {
            assert_int_equal(s, CDR_E_INVAL);
            break;
        }
    }
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(read__everything__as_written), cmocka_unit_test(read__mistakes__named_with_place_and_nearest_word), cmocka_unit_test(mistakes__all__are_told_at_once),
        cmocka_unit_test(templates__all__keep_their_cases), cmocka_unit_test(texts__folded__stand_on_one_line),
        cmocka_unit_test(mistakes__long_names__keep_their_place), cmocka_unit_test(limits__too_many_entries__refused),
#ifdef CANDOR_FAULTS
        cmocka_unit_test(read__no_memory__clean),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
