/* SPDX-License-Identifier: Apache-2.0 */
/* The shipped policy: its cases hold, it warns of nothing, and its decisions keep the properties that every policy must have. */
#include "core/disclosure/policy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const cdr_disclosure_field fields[] = {
    {"name", "name", "user.name", false}, {"given_name", "given name", "user.name.first", false}, {"family_name", "family name", "user.name.last", false},
    {"email", "e-mail", "user.contact.email", false}, {"phone", "telephone", "user.contact.phone_number", false}, {"mobile", "mobile", "user.contact.phone_number", false},
    {"address", "address", "user.contact.address.street", false}, {"city", "city", "user.contact.address.city", false}, {"region", "region", "user.contact.address.state", false},
    {"postcode", "postcode", "user.contact.address.postal_code", false}, {"country", "country", "user.contact.address.country", false}, {"date_of_birth", "date of birth", "user.demographic.date_of_birth", false},
    {"account", "account number", "user.account", false}, {"card", "card", "user.financial.credit_card.number", true}, {"card_last4", "last four", "user.financial.credit_card", false},
    {"bank_account", "bank account", "user.financial.bank_account", true}, {"national_id", "national id", "user.government_id", true}, {"passport", "passport", "user.government_id.passport_number", true},
    {"driving_licence", "driving licence", "user.government_id", true}, {"medical_id", "medical id", "user.health_and_medical", true}, {"gender", "gender", "user.demographic.gender", false},
    {"language", "language", "user.demographic.language", false}, {"order_state", "state of the order", "user.behavior.purchase_history", false}, {"orders", "orders", "user.behavior.purchase_history", false},
    {"note", "note", "user.content", false}, {"guardian", "guardian", "user.name", false}, {"delivery_address", "delivery address", "user.contact.address.street", false},
};

static cdr_disclosure_policy *shipped(void)
{
    cdr_disclosure_policy *p = NULL;
    cdr_err err = {0};
    if (cdr_disclosure_policy_default(&p, &err) != CDR_OK)
        fail_msg("%s", err.text);
    return p;
}

static cdr_status on_case(void *arg, const cdr_disclosure_case_result *r)
{
    (void)arg;
    if (!r->ok)
        print_error("%s: %s\n", r->name, r->got);
    return CDR_OK;
}

static cdr_status on_warning(void *arg, bool mistake, const char *sentence)
{
    size_t *n = arg;
    (void)mistake;
    print_error("%s\n", sentence);
    ++*n;
    return CDR_OK;
}

static void disclosure__shipped__holds_its_cases_and_warns_of_nothing(void **state)
{
    (void)state;
    cdr_disclosure_policy *p = shipped();
    size_t failed = 1, warned = 0, mistakes = 1;
    assert_int_equal(cdr_disclosure_cases(p, fields, CDR_COUNT(fields), on_case, NULL, &failed, NULL), CDR_OK);
    assert_int_equal(failed, 0);
    assert_true(cdr_disclosure_case_count(p) >= 20);
    assert_int_equal(cdr_disclosure_check(p, fields, CDR_COUNT(fields), on_warning, &warned, &mistakes, NULL), CDR_OK);
    assert_int_equal(mistakes, 0);
    assert_int_equal(warned, 0);
    cdr_disclosure_policy_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(disclosure__shipped__holds_its_cases_and_warns_of_nothing)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
