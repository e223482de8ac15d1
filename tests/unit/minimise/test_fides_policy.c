/* SPDX-License-Identifier: Apache-2.0 */
/* Policies of fides manifests: what becomes a rule, and what is refused. */
#include "core/minimise/fides_policy.h"

#include "base/fault.h"
#include "base/yaml.h"
#include "core/policy/policy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static cdr_status convert(const char *text, json_t **rules, json_t **notes, cdr_err *err)
{
    return cdr_minimise_fides_policy(text, strlen(text), "p.yml", rules, notes, err);
}

static void refused(const char *text, const char *sentence)
{
    json_t *rules = NULL, *notes = NULL;
    cdr_err err = {0};
    assert_int_equal(convert(text, &rules, &notes, &err), CDR_E_INVAL);
    assert_null(rules);
    assert_null(notes);
    assert_string_equal(err.text, sentence);
}

static const char manifest[] =
    "policy:\n  - fides_key: sharing\n    name: Sharing\n    description: Our word.\n    rules:\n"
    "      - name: Disallow Third-Party Marketing\n        data_categories: {matches: ANY, values: [user.contact, user.cookie_id]}\n"
    "        data_uses: {matches: OTHER, values: [advertising, essential]}\n        data_subjects: {matches: NONE, values: [employee]}\n"
    "      - name: Disallow third-party marketing!\n        description: Again.\n        data_categories: {inclusion: all, values: [user]}\n        data_qualifier: aggregated\n        data_subjects: [customer]\n"
    "  - fides_key: empty\n"
    "  - rules:\n      - name: MIN-07\n        data_uses: {matches: any, values: [sales]}\nsystem: []\n";

static void import__manifest__becomes_rules_that_a_policy_reads(void **state)
{
    (void)state;
    _cleanup_json_ json_t *rules = NULL, *notes = NULL;
    _cleanup_(cdr_policy_freep) cdr_policy *p = NULL;
    _cleanup_buf_ cdr_buf text = CDR_BUF(1u << 16);
    cdr_err err = {0};
    if (convert(manifest, &rules, &notes, &err) != CDR_OK)
        fail_msg("%s", err.text);
    _cleanup_json_ json_t *whole = json_pack("{s:O}", "rules", rules);
    assert_int_equal(cdr_yaml_write(whole, &text, &err), CDR_OK);
    if (cdr_policy_read(text.data, text.len, "policy.yaml", &p, &err) != CDR_OK)
        fail_msg("%s", err.text);
    assert_int_equal(p->rule_count, 3);
    const cdr_use_rule *r = p->rules;
    assert_string_equal(r[0].head.id, "disallow-third-party-marketing");
    assert_string_equal(r[0].head.title, "Disallow Third-Party Marketing");
    assert_string_equal(r[0].head.why, "Our word.");
    assert_int_equal(r[0].effect, CDR_EFFECT_FORBID);
    assert_int_equal(r[0].clause_count, 3);
    assert_string_equal(r[0].clauses[0].values.keys[1], "user.device.cookie_id");       /* today's keys */
    assert_int_equal(r[0].clauses[1].match, CDR_MATCH_OTHER);
    assert_string_equal(r[0].clauses[1].values.keys[0], "marketing.advertising");
    assert_int_equal(r[0].clauses[2].match, CDR_MATCH_NONE);
    assert_string_equal(r[1].head.id, "disallow-third-party-marketing-2");
    assert_string_equal(r[1].head.why, "Again.");
    assert_int_equal(r[1].clauses[0].match, CDR_MATCH_ALL);
    assert_int_equal(r[1].clauses[1].match, CDR_MATCH_ANY);
    assert_string_equal(r[2].head.id, "rule-min-07");
    assert_int_equal(json_array_size(notes), 1);
    assert_string_equal(json_string_value(json_array_get(notes, 0)), "p.yml: policy[0].rules[1]: data_qualifier has no like here and is left out; the rule may forbid more than before.");
}

static void import__mistakes__named_with_their_place(void **state)
{
    (void)state;
    refused("system: []", "p.yml holds no list \"policy\"; is it the manifest that holds the policies?");
    refused("policy: []", "p.yml holds no rules under policy.");
    refused("policy: [5]", "p.yml: policy[0] must be a group with a list of rules.");
    refused("policy: [{rules: [5]}]", "p.yml: policy[0].rules[0] must be a group with data_categories, data_uses and data_subjects.");
    refused("policy: [{rules: [{name: x}]}]", "p.yml: policy[0].rules[0] names no data_categories, data_uses or data_subjects.");
    refused("policy: [{rules: [{name: x, data_uses: {matches: SOME, values: [sales]}}]}]", "p.yml: policy[0].rules[0].data_uses.matches must be ANY, ALL, NONE or OTHER.");
    refused("policy: [{rules: [{name: x, data_uses: {values: [sales]}}]}]", "p.yml: policy[0].rules[0].data_uses.matches must be ANY, ALL, NONE or OTHER.");
    refused("policy: [{rules: [{name: x, data_uses: {matches: ANY}}]}]", "p.yml: policy[0].rules[0].data_uses.values must be a list of 1 to 500 keys.");
    refused("policy: [{rules: [{name: x, data_uses: []}]}]", "p.yml: policy[0].rules[0].data_uses must be a list of 1 to 500 keys.");
    refused("policy: [{rules: [{name: x, data_categories: {matches: ANY, values: [user.contct]}}]}]",
            "p.yml: policy[0].rules[0].data_categories.values[0]: \"user.contct\" is no data category of the taxonomy; did you mean user.contact?");
}

#ifdef CANDOR_FAULTS
static void import__no_memory__clean(void **state)
{
    (void)state;
    for (long n = 1;; n++) {
        json_t *rules = NULL, *notes = NULL;
        cdr_fault_arm(CDR_FAULT_ALLOC, n);
        cdr_status s = convert(manifest, &rules, &notes, NULL);
        bool fired = cdr_fault_fired(CDR_FAULT_ALLOC);
        cdr_fault_arm(CDR_FAULT_ALLOC, 0);
        assert_true(s == CDR_OK ? rules != NULL : rules == NULL && notes == NULL);
        json_decref(rules);
        json_decref(notes);
        if (!fired) {
            assert_int_equal(s, CDR_OK);
            break;
        }
    }
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(import__manifest__becomes_rules_that_a_policy_reads), cmocka_unit_test(import__mistakes__named_with_their_place),
#ifdef CANDOR_FAULTS
        cmocka_unit_test(import__no_memory__clean),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
