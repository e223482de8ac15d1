/* SPDX-License-Identifier: Apache-2.0 */
/* The shipped policy: its cases hold, it warns of nothing, and its decisions keep the properties that every policy must have. */
#include "core/disclosure/policy.h"

#include "base/fault.h"

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

/* --- what a file may not say --- */

#define HEAD "version: 1\nlevels:\n  C1: {any: [{record: 2}]}\n  C2: {any: [{record: 2, knowledge: 1}]}\n  C3: {any: [{record: 2, knowledge: 1, possession: 1}]}\n" \
             "  C4: {any: [{record: 2, knowledge: 1, possession: 1, second-employee: 1}]}\n"
#define LEVEL(name, way) "version: 1\nlevels:\n  " name ": {any: [" way "]}\npurposes: {a: {needs: C0}}\n"
#define ONE "purposes: {a: {needs: C2, tell: [{fields: [name], C2: plain}]}}\n"

static const struct { const char *text, *says; } wrong[] = {
    {"", "must hold keys"},
    {"- 1", "must hold keys"},
    {"version: 2\n", "version must be 1"},
    {HEAD, "purposes is missing"},
    {"version: 1\n" ONE, "levels is missing"},
    {HEAD ONE "nevr: []", "did you mean never?"},
    {HEAD "purposes: {}", "one to 200 purposes"},
    {HEAD "purposes: {A b: {needs: C2}}", "is no key for a purpose"},
    {HEAD "purposes: {a: {}}", "does not say what it needs"},
    {HEAD "purposes: {a: {needs: C7}}", "is no level: \"C7\""},
    {HEAD "purposes: {a: {needs: C2, tell: [{C2: plain}]}}", "names no fields"},
    {HEAD "purposes: {a: {needs: C2, tell: [{fields: [name]}]}}", "names no level"},
    {HEAD "purposes: {a: {needs: C2, tell: [{fields: [], C2: plain}]}}", "is empty"},
    {HEAD "purposes: {a: {needs: C2, tell: [{fields: [Name], C2: plain}]}}", "must be a key"},
    {HEAD "purposes: {a: {needs: C2, tell: [{fields: [name], C2: plane}]}}", "did you mean plain?"},
    {HEAD "purposes: {a: {needs: C2, tell: [{fields: [name], C2: never}]}}", "leave the line out"},
    {HEAD "purposes: {a: {needs: C2, tell: [{fields: [name], C2: plain, C3: masked}]}}", "may not be told less"},
    {HEAD "purposes: {a: {needs: C2, tell: [{fields: [name], C2: plain, roles: [stuff]}]}}", "did you mean staff?"},
    {HEAD "purposes: {a: {needs: C2, tell: [{fields: [name], C2: plain, channels: []}]}}", "would never speak"},
    {HEAD "purposes: {a: {needs: C2, tell: [{fields: [name], C2: plain, channels: [fone]}]}}", "did you mean phone?"},
    {HEAD "purposes: {a: {needs: C2, ground: maybe}}", "must be true or false"},
    {HEAD "purposes: {a: {needs: C2, instead: [{record: 2, knowledge: 1}]}}", "two different possessions and a second employee"},
    {HEAD "purposes: {a: {needs: C2, instead: [{record: 2, possession: 2}]}}", "a second employee"},
    {HEAD ONE "always: [{fields: [name], C2: plain, purposes: [b]}]", "is no purpose of this policy: \"b\""},
    {HEAD ONE "never: [{fields: [name]}]", "must say why"},
    {HEAD ONE "never: [{fields: [name], C2: plain, why: x}]", "has no key \"C2\""},
    {HEAD ONE "flags: {withheld-nubmer: {raise: 1}}", "did you mean withheld-number?"},
    {HEAD ONE "flags: {pressure: {}}", "must say what it does"},
    {HEAD ONE "flags: {pressure: {raise: 1, stop: true}}", "one of them suffices"},
    {HEAD ONE "flags: {pressure: {raise: 9}}", "from 0 to 4"},
    {HEAD ONE "flags_together: 1", "from 2 to"},
    {HEAD ONE "limits: {tries_per_call: 0}", "from 1 to 10"},
    {HEAD ONE "limits: {code_minutes: 60}", "from 1 to 10"},
    {HEAD ONE "limits: {code_digits: 4}", "from 6 to 12"},
    {HEAD ONE "limits: {pin_digits: 4}", "from 6 to 12"},
    {HEAD ONE "limits: {tries: 4}", "has no key \"tries\""},
    {HEAD ONE "limits: {tries_per_call: 9, tries_per_day: 3}", "is less than tries_per_call"},
    {HEAD ONE "factors: {pin: possession}", "cannot be possession"},
    {HEAD ONE "factors: {voice: knowledge}", "is no kind of proof"},
    {HEAD ONE "factors: {email-code: knowledge}", "cannot be knowledge"},
    {HEAD ONE "cases: [{ask: name, for: a, level: C2, answer: plain}]", "has no name"},
    {HEAD ONE "cases: [{name: x}]", "asks nothing"},
    {HEAD ONE "cases: [{name: x, ask: name, for: a, level: C2}]", "does not say the answer"},
    {HEAD ONE "cases: [{name: x, ask: name, for: a, answer: plain}]", "does not say what is proved"},
    {HEAD ONE "cases: [{name: x, ask: name, level: C2, answer: plain}]", "without a purpose"},
    {HEAD ONE "cases: [{name: x, proved: [pin]}]", "expects nothing"},
    {HEAD ONE "cases: [{name: x, proved: [pinn], level: C0}]", "did you mean pin?"},
    {HEAD ONE "cases: [{name: x, ask: name, for: a, level: C2, answer: plain, flags: [pressure]}]", "is no flag of this policy"},
    {HEAD ONE "name: 7", "must be a text"},
    {LEVEL("C1", "{record: 1}"), "must ask for two identifiers"},
    {LEVEL("C1", "{knowledge: 1}"), "must ask for two identifiers"},
    {LEVEL("C2", "{record: 3}"), "a secret or a possession"},
    {LEVEL("C2", "{record: 1, knowledge: 1}"), "says identifier_counts: true"},
    {LEVEL("C2", "{record: 2, second-employee: 1}"), "a secret or a possession"},
    {LEVEL("C2", "{record: 1, identifier_counts: true}"), "one identifier and one secret"},
    {LEVEL("C3", "{record: 1, knowledge: 1, identifier_counts: true}"), "reaches C2 at most"},
    {LEVEL("C3", "{record: 2, knowledge: 2}"), "no two classes"},
    {LEVEL("C3", "{record: 2, possession: 3}"), "no two classes"},
    {LEVEL("C3", "{record: 2, knowledge or possession: 2}"), "no two classes"},
    {LEVEL("C3", "{record: 2, knowledge or record: 1, possession: 1}"), "no two classes"},
    {LEVEL("C3", "{knowledge: 1, possession: 1}"), "two identifiers"},
    {LEVEL("C4", "{record: 2, knowledge: 1, possession: 1}"), "more than C3"},
    {LEVEL("C3", "{record: 2, knowledge: 1, email-code: 1}"), "counts as nothing"},
    {LEVEL("C3", "{record: 2, pin: 2, possession: 1}"), "could never be met"},
    {LEVEL("C3", "{record: 2, pin: 0, possession: 1}"), "from 1 to 6"},
    {LEVEL("C3", "{record: 2, pni: 1, possession: 1}"), "did you mean pin?"},
    {LEVEL("C3", ""), "at least one way"},
    {LEVEL("C3", "5"), "must say what is needed"},
    {LEVEL("C9", "{record: 2}"), "has no key \"C9\""},
};

static void disclosure__mistakes__are_named_with_their_place(void **state)
{
    (void)state;
    for (size_t i = 0; i < CDR_COUNT(wrong); i++) {
        cdr_disclosure_policy *p = NULL;
        json_t *all = NULL;
        cdr_err err = {0};
        assert_int_equal(cdr_disclosure_policy_read(wrong[i].text, strlen(wrong[i].text), "d.yaml", &p, &err), CDR_E_INVAL);
        assert_null(p);
        assert_int_equal(strncmp(err.text, "d.yaml", 6), 0);
        assert_int_equal(cdr_disclosure_mistakes(wrong[i].text, strlen(wrong[i].text), "d.yaml", &all, &err), CDR_OK);
        bool found = false;
        for (size_t k = 0; k < json_array_size(all) && !found; k++)
            found = strstr(json_string_value(json_array_get(all, k)), wrong[i].says) != NULL;
        if (!found)
            fail_msg("%s\nnot \"%s\" but %s", wrong[i].text, wrong[i].says, err.text);
        json_decref(all);
    }
    cdr_disclosure_policy *p = NULL;
    cdr_err err = {0};
    if (cdr_disclosure_policy_read(HEAD ONE, strlen(HEAD ONE), "d.yaml", &p, &err) != CDR_OK)
        fail_msg("%s", err.text);
    cdr_disclosure_policy_free(p);
}

static void disclosure__limits__are_those_of_the_file(void **state)
{
    (void)state;
    static const char text[] = HEAD ONE "limits: {tries_per_call: 2, tries_per_day: 4, idle_minutes: 5, route_age_days: 40, code_minutes: 3, code_digits: 8, letter_days: 7, pin_digits: 6, reveal_seconds: 20,\n"
                               "  number_customers_per_day: 9, failed_calls_per_week: 7, change_then_request_hours: 24, agent_reveals_per_hour: 30}\n";
    cdr_disclosure_policy *p = NULL;
    assert_int_equal(cdr_disclosure_policy_read(text, sizeof text - 1, "d.yaml", &p, NULL), CDR_OK);
    const cdr_disclosure_limits *l = cdr_disclosure_limits_of(p);
    assert_int_equal(l->tries_per_call, 2);
    assert_int_equal(l->tries_per_day, 4);
    assert_int_equal(l->idle_us, INT64_C(300000000));
    assert_int_equal(l->route_age_us, INT64_C(40) * 86400000000);
    assert_int_equal(l->code_us, INT64_C(180000000));
    assert_int_equal(l->code_digits, 8);
    assert_int_equal(l->letter_us, INT64_C(7) * 86400000000);
    assert_int_equal(l->pin_digits, 6);
    assert_int_equal(l->reveal_us, 20000000);
    assert_int_equal(l->number_customers_per_day, 9);
    assert_int_equal(l->failed_calls_per_week, 7);
    assert_int_equal(l->change_then_request_us, INT64_C(86400000000));
    assert_int_equal(l->agent_reveals_per_hour, 30);
    cdr_disclosure_policy_free(p);
    p = shipped();
    l = cdr_disclosure_limits_of(p);
    assert_int_equal(l->tries_per_call, 3);
    assert_int_equal(l->pin_digits, 8);
    assert_int_equal(l->tries_per_day, 5);
    assert_int_equal(l->route_age_us, INT64_C(30) * 86400000000);
    cdr_disclosure_policy_free(p);
}

/* --- who may do it --- */

static void disclosure__purpose__by_level_or_by_what_stands_instead(void **state)
{
    (void)state;
    static const cdr_factor_kind lost[] = {CDR_FACTOR_NAME, CDR_FACTOR_POSTCODE, CDR_FACTOR_LETTER, CDR_FACTOR_CALLBACK, CDR_FACTOR_SECOND_EMPLOYEE};
    static const cdr_factor_kind all[] = {CDR_FACTOR_NAME, CDR_FACTOR_POSTCODE, CDR_FACTOR_PIN, CDR_FACTOR_TOTP, CDR_FACTOR_CALLBACK, CDR_FACTOR_SECOND_EMPLOYEE};
    static const char *const not_me[] = {"not-me"};
    char why[200];
    cdr_disclosure_policy *p = shipped();
    assert_true(cdr_disclosure_purpose_met(p, "change-proof", lost, 5, NULL, 0, why));
    assert_non_null(strstr(why, "instead"));
    assert_false(cdr_disclosure_purpose_met(p, "change-proof", lost, 4, NULL, 0, why));
    assert_false(cdr_disclosure_purpose_met(p, "change-bank", lost, 5, NULL, 0, why));
    assert_false(cdr_disclosure_purpose_met(p, "change-proof", lost, 5, not_me, 1, why));
    assert_true(cdr_disclosure_purpose_met(p, "change-bank", all, 6, NULL, 0, NULL));
    assert_false(cdr_disclosure_purpose_met(p, "change-bank", all, 6, not_me, 1, NULL));
    assert_true(cdr_disclosure_purpose_met(p, "report-fraud", NULL, 0, not_me, 1, NULL));
    assert_false(cdr_disclosure_purpose_met(p, "no-such-purpose", all, 6, NULL, 0, NULL));
    assert_int_equal(cdr_disclosure_purpose_level(p, "no-such-purpose", NULL, 0), CDR_LEVEL_NEVER);
    cdr_buf ways = CDR_BUF(1 << 16);
    assert_int_equal(cdr_disclosure_purpose_ways(p, "change-proof", lost, 4, NULL, 0, &ways, NULL), CDR_OK);
    assert_non_null(strstr(ways.data, "a secret that she knows"));
    assert_non_null(strstr(ways.data, "\nAsk for second employee (for this purpose only: nothing more is told for it).\n"));
    cdr_buf_clear(&ways);
    assert_int_equal(cdr_disclosure_purpose_ways(p, "change-proof", lost, 5, NULL, 0, &ways, NULL), CDR_OK);
    assert_int_equal(cdr_disclosure_purpose_ways(p, "change-proof", lost, 4, not_me, 1, &ways, NULL), CDR_OK);
    assert_int_equal(cdr_disclosure_purpose_ways(p, "complaint", NULL, 0, NULL, 0, &ways, NULL), CDR_OK);
    assert_int_equal(cdr_disclosure_purpose_ways(p, "no-such-purpose", NULL, 0, NULL, 0, &ways, NULL), CDR_OK);
    assert_int_equal(ways.len, 0);
    cdr_buf_done(&ways);
    assert_int_equal(cdr_disclosure_purpose_level(p, "change-bank", not_me, 1), CDR_LEVEL_NEVER);
    cdr_disclosure_policy_free(p);
}

static void disclosure__kinds__have_keys_that_come_back(void **state)
{
    (void)state;
    const cdr_factor_kind *kinds;
    size_t n = cdr_factor_kinds(&kinds);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(cdr_factor_by_key(cdr_factor_key(kinds[i])), kinds[i]);
        assert_true(cdr_factor_label(kinds[i])[0]);
    }
    assert_int_equal(cdr_factor_by_key("Card Last4"), CDR_FACTOR_CARD_LAST4);
    assert_int_equal(cdr_factor_by_key("email_code"), CDR_FACTOR_EMAIL);
    assert_int_equal(cdr_factor_by_key("voice"), 0);
    assert_int_equal(cdr_factor_by_key(NULL), 0);
    assert_int_equal(cdr_factor_class_of((cdr_factor_kind)99), CDR_CLASS_NONE);
    assert_int_equal(cdr_factor_class_of(CDR_FACTOR_EMAIL), CDR_CLASS_NONE);
}

static void disclosure__hostile_questions__are_never(void **state)
{
    (void)state;
    cdr_disclosure_policy *p = shipped();
    cdr_disclosure_answer a;
    const cdr_disclosure_request good = {.field = "delivery_address", .category = "user.contact.address.street", .purpose = "delivery-question", .role = "staff", .channel = "phone", .level = CDR_LEVEL_C4};
    cdr_disclosure_request q = good;
    cdr_disclosure_decide(p, &q, &a);
    assert_int_equal(a.mode, CDR_MODE_PLAIN);
    q.level = CDR_LEVEL_NEVER;           /* no level at all */
    cdr_disclosure_decide(p, &q, &a);
    assert_int_equal(a.mode, CDR_MODE_NEVER);
    q.level = (cdr_level)77;
    cdr_disclosure_decide(p, &q, &a);
    assert_int_equal(a.mode, CDR_MODE_NEVER);
    const char **texts[] = {&q.field, &q.purpose, &q.role, &q.channel};
    for (size_t i = 0; i < CDR_COUNT(texts); i++) {
        static const char *const values[] = {NULL, "", "nonsense", "Staff", "phone "};
        for (size_t k = 0; k < CDR_COUNT(values); k++) {
            q = good;
            *texts[i] = values[k];
            q.category = NULL;
            cdr_disclosure_decide(p, &q, &a);
            assert_int_equal(a.best, CDR_MODE_NEVER);
            assert_true(a.why[0]);
        }
    }
    /* A flag that the policy does not know is not overheard. */
    static const char *const unknown[] = {"martians"};
    q = good;
    q.level = CDR_LEVEL_C3;
    q.flags = unknown;
    q.flag_count = 1;
    cdr_disclosure_decide(p, &q, &a);
    assert_int_equal(a.mode, CDR_MODE_CONFIRM);
    cdr_disclosure_policy_free(p);
}

static void disclosure__categories__match_whole_words(void **state)
{
    (void)state;
    static const char text[] = HEAD "purposes: {a: {needs: C2, tell: [{fields: [user.contact], C2: plain}]}}\n";
    static const struct { const char *category; cdr_mode mode; } some[] = {
        {"user.contact", CDR_MODE_PLAIN}, {"user.contact.email", CDR_MODE_PLAIN}, {"user.contacts", CDR_MODE_NEVER}, {"user.contac", CDR_MODE_NEVER}, {"user", CDR_MODE_NEVER}, {"", CDR_MODE_NEVER},
        {NULL, CDR_MODE_NEVER}, {"auser.contact", CDR_MODE_NEVER},
    };
    cdr_disclosure_policy *p = NULL;
    assert_int_equal(cdr_disclosure_policy_read(text, sizeof text - 1, "d.yaml", &p, NULL), CDR_OK);
    for (size_t i = 0; i < CDR_COUNT(some); i++) {
        cdr_disclosure_answer a;
        cdr_disclosure_decide(p, &(cdr_disclosure_request){.field = "x", .category = some[i].category, .purpose = "a", .role = "staff", .channel = "phone", .level = CDR_LEVEL_C2}, &a);
        assert_int_equal(a.mode, some[i].mode);
    }
    cdr_disclosure_policy_free(p);
}

static void disclosure__own_fields__with_and_without_their_prefix(void **state)
{
    (void)state;
    static const char text[] = HEAD "purposes: {a: {needs: C2, tell: [{fields: ['own:level'], C2: plain}, {fields: [user], except: ['own:secret'], C2: confirm}]}}\n";
    static const struct { const char *field; cdr_mode mode; } some[] = {{"level", CDR_MODE_PLAIN}, {"own:level", CDR_MODE_PLAIN}, {"secret", CDR_MODE_NEVER}, {"own:secret", CDR_MODE_NEVER}, {"other", CDR_MODE_CONFIRM}};
    cdr_disclosure_policy *p = NULL;
    assert_int_equal(cdr_disclosure_policy_read(text, sizeof text - 1, "d.yaml", &p, NULL), CDR_OK);
    for (size_t i = 0; i < CDR_COUNT(some); i++) {
        cdr_disclosure_answer a;
        cdr_disclosure_decide(p, &(cdr_disclosure_request){.field = some[i].field, .category = "user.content", .purpose = "a", .role = "staff", .channel = "phone", .level = CDR_LEVEL_C2}, &a);
        assert_int_equal(a.mode, some[i].mode);
    }
    cdr_disclosure_policy_free(p);
}

/* --- what is meant otherwise --- */

static cdr_disclosure_policy *read_it(const char *text)
{
    cdr_disclosure_policy *p = NULL;
    cdr_err err = {0};
    if (cdr_disclosure_policy_read(text, strlen(text), "d.yaml", &p, &err) != CDR_OK)
        fail_msg("%s", err.text);
    return p;
}

typedef struct heard { char text[4000]; size_t mistakes; } heard;

static cdr_status keep_warning(void *arg, bool mistake, const char *sentence)
{
    heard *h = arg;
    h->mistakes += mistake;
    snprintf(h->text + strlen(h->text), sizeof h->text - strlen(h->text), "%s\n", sentence);
    return CDR_OK;
}

static cdr_status refuse_warning(void *arg, bool mistake, const char *sentence)
{
    (void)arg, (void)mistake, (void)sentence;
    return CDR_E_CANCELLED;
}

#define TELL(rules) HEAD "purposes: {a: {needs: C2, tell: [" rules "]}}\n"

static void disclosure__warnings__one_by_one(void **state)
{
    (void)state;
    static const struct { const char *text, *says; size_t mistakes; } some[] = {
        {TELL("{fields: [name], C1: plain}"), "plain at C1, to somebody who gave no proof", 0},
        {TELL("{fields: [name], C0: confirm}"), "confirm at C0, to somebody", 0},
        {TELL("{fields: [name], C1: send-to-record}"), "", 0},
        {HEAD "purposes: {a: {needs: C0, ground: true, roles: [owner], channels: [post, counter], tell: [{fields: [name], C0: plain}]}}\n", "", 0},
        {HEAD "purposes: {a: {needs: C0, ground: true, roles: [owner], tell: [{fields: [name], C0: plain}]}}\n", "third parties are told by phone", 0},
        {HEAD "purposes: {a: {needs: C0, ground: true, channels: [post], tell: [{fields: [name], C0: plain}]}}\n", "others than the owner tell third parties", 0},
        {HEAD "purposes: {a: {needs: C0, ground: true, roles: [owner], channels: [post], tell: [{fields: [user], except: [card, passport], C0: plain}]}}\n", "third parties are told everything", 0},
        {HEAD "purposes: {change-bank: {needs: C2}}\n", "purposes.change-bank.needs: C2 is less than the C4", 0},
        {TELL("{fields: [nmae], C2: plain}"), "there is no field nmae; did you mean name?", 1},
        {TELL("{fields: [zzzzzz], C2: plain}"), "there is no field zzzzzz", 1},
        {TELL("{fields: [user], except: [nmae], C2: confirm}"), "there is no field nmae", 1},
        {TELL("{fields: [user.contct], C2: confirm}"), "no field has a category user.contct", 0},
        {TELL("{fields: ['own:level'], C2: confirm}"), "", 0},
        {TELL("{fields: [card], C4: plain}"), "card in plain", 0},
        {TELL("{fields: [user.government_id], C4: plain}"), "passport in plain", 0},
        {TELL("{fields: [name], C2: plain}, {fields: [name], C3: confirm}"), "tell[2]: never speaks, for purposes.a.tell[1] tells as much", 0},
        {TELL("{fields: [email], C3: confirm}, {fields: [user.contact], C2: plain}"), "tell[1]: never speaks, for purposes.a.tell[2]", 0},
        {TELL("{fields: [name], C2: plain}, {fields: [name], C2: plain}"), "tell[2]: never speaks", 0},
        {TELL("{fields: [name], C2: plain}, {fields: [name], C2: plain, roles: [owner]}"), "", 0},
        {TELL("{fields: [name], C2: plain}, {fields: [name, email], C2: plain}"), "tell[1]: never speaks", 0},
        {TELL("{fields: [name], C2: plain}") "never: [{fields: [user], why: x}]", "forbidden under never", 0},
        {TELL("{fields: [name], C2: plain}") "never: [{fields: [name], purposes: [a], why: x}]", "forbidden under never", 0},
        {TELL("{fields: [name], C2: plain}") "never: [{fields: [user], except: [name], why: x}]", "", 0},
        {TELL("{fields: [name], C2: plain}") "never: [{fields: [name], channels: [chat], why: x}]", "", 0},
        {HEAD ONE "always: [{fields: [nmae], C2: confirm}]", "always[1]: there is no field nmae", 1},
        {HEAD ONE "never: [{fields: [nmae], why: x}]", "never[1]: there is no field nmae", 1},
        {HEAD ONE "limits: {route_age_days: 3}", "less than 30 days", 0},
        {HEAD ONE "limits: {tries_per_day: 50}", "many tries", 0},
        {HEAD ONE "factors: {email-code: possession}", "a mailbox is read from anywhere", 0},
        {HEAD ONE "cases: [{name: x, ask: nmae, for: a, level: C2, answer: never}]", "cases[1]: there is no field nmae", 1},
    };
    for (size_t i = 0; i < CDR_COUNT(some); i++) {
        cdr_disclosure_policy *p = read_it(some[i].text);
        heard h = {.mistakes = 0};
        size_t mistakes = 77;
        assert_int_equal(cdr_disclosure_check(p, fields, CDR_COUNT(fields), keep_warning, &h, &mistakes, NULL), CDR_OK);
        if (mistakes != some[i].mistakes || h.mistakes != mistakes || !strstr(h.text, some[i].says) || (!some[i].says[0] && h.text[0]))
            fail_msg("%s\n%zu mistakes, said: %s", some[i].text, mistakes, h.text);
        if (h.text[0])
            assert_int_equal(cdr_disclosure_check(p, fields, CDR_COUNT(fields), refuse_warning, NULL, NULL, NULL), CDR_E_CANCELLED);
        cdr_disclosure_policy_free(p);
    }
}

static cdr_status keep_case(void *arg, const cdr_disclosure_case_result *r)
{
    snprintf(arg, 300, "%d %s", (int)r->ok, r->got);
    return CDR_OK;
}

static void disclosure__cases__say_what_came_instead(void **state)
{
    (void)state;
#define CASE(text) TELL("{fields: [name], C2: masked, C3: plain}") "flags: {not-me: {stop: true}, pressure: {raise: 1}}\ncases: [{name: x, " text "}]"
    static const struct { const char *text, *says; } some[] = {
        {CASE("ask: name, for: a, level: C2, answer: masked"), "1 "},
        {CASE("ask: name, for: a, level: C2, answer: plain"), "0 masked instead of plain: name may be told masked at C2."},
        {CASE("ask: name, for: a, level: C2, answer: masked, needs: C2"), "0 C3 is needed instead of C2"},
        {CASE("ask: name, for: a, level: C2, answer: masked, stopped: true"), "0 the call is not stopped"},
        {CASE("ask: name, for: a, level: C4, answer: never, stopped: true, flags: [not-me]"), "1 "},
        {CASE("ask: name, for: a, level: C2, answer: never, flags: [pressure], needs: C4"), "1 "},
        {CASE("ask: name, for: a, proved: [name, postcode, pin], level: C3, answer: masked"), "0 C2 instead of C3"},
        {CASE("proved: [name, postcode, pin], level: C2, one_class: true"), "0 more than one class only"},
        {CASE("for: a, needs: C2"), "1 "},
        {CASE("for: a, needs: C3"), "0 C2 is needed instead of C3"},
        {CASE("for: a, needs: never, flags: [not-me]"), "1 "},
    };
    for (size_t i = 0; i < CDR_COUNT(some); i++) {
        cdr_disclosure_policy *p = read_it(some[i].text);
        char got[300] = "";
        size_t failed = 7;
        assert_int_equal(cdr_disclosure_cases(p, fields, CDR_COUNT(fields), keep_case, got, &failed, NULL), CDR_OK);
        if (strncmp(got, some[i].says, strlen(some[i].says)) != 0 || failed != (got[0] == '0'))
            fail_msg("%s\n%s", some[i].text, got);
        cdr_disclosure_policy_free(p);
    }
    static const char one_class[] = "version: 1\nlevels:\n  C1: {any: [{record: 2}]}\n  C2: {any: [{pin: 1, card-last4: 1, identifier_counts: true}]}\n  C3: {any: [{record: 2, knowledge: 1, possession: 1}]}\n"
                                    "  C4: {any: [{record: 2, knowledge: 1, possession: 1, staff: 1}]}\n" ONE "cases: [{name: x, proved: [pin, card-last4], level: C2}]";
    cdr_disclosure_policy *p = read_it(one_class);
    char got[300] = "";
    assert_int_equal(cdr_disclosure_cases(p, NULL, 0, keep_case, got, NULL, NULL), CDR_OK);
    assert_non_null(strstr(got, "one class only, and the case does not say"));
    cdr_level_answer a;
    cdr_disclosure_level(p, (cdr_factor_kind[]){CDR_FACTOR_PIN, CDR_FACTOR_CARD_LAST4}, 2, &a);
    assert_true(a.one_class_only);
    assert_string_equal(a.why, "PIN (knowledge) with last four of the card: one class only, for an identifier proves nothing");
    cdr_buf ways = CDR_BUF(4096);
    assert_int_equal(cdr_disclosure_ways(p, (cdr_factor_kind[]){CDR_FACTOR_PIN}, 1, CDR_LEVEL_C2, &ways, NULL), CDR_OK);
    assert_string_equal(ways.data, "Ask for last four of the card (one class only: for fields of little weight).\n");
    cdr_buf_done(&ways);
    cdr_disclosure_policy_free(p);
}

static void disclosure__sentences__say_why(void **state)
{
    (void)state;
    static const char *const withheld[] = {"withheld-number"}, *const not_me[] = {"not-me"}, *const three[] = {"pressure", "withheld-number", "failed-calls"};
    static const struct { const char *field, *purpose, *role; cdr_level level; const char *const *flags; size_t count; const char *says; } some[] = {
        {"delivery_address", "delivery-question", "staff", CDR_LEVEL_C3, NULL, 0, "delivery_address may be told at C3: an address is what people who look for somebody ask for."},
        {"delivery_address", "delivery-question", "staff", CDR_LEVEL_C1, NULL, 0, "delivery_address may be told from C3 on: an address is what people who look for somebody ask for."},
        {"delivery_address", "delivery-question", "staff", CDR_LEVEL_C2, withheld, 1, "delivery_address may be told from C4 on; withheld-number raised that by 1: the caller hides the number."},
        {"delivery_address", "delivery-question", "staff", CDR_LEVEL_C3, withheld, 1, "delivery_address may be confirmed at C3, which a flag lowers: an address is what people who look for somebody ask for."},
        {"delivery_address", "delivery-question", "staff", CDR_LEVEL_C4, not_me, 1, "The call is stopped: not-me, the customer told us that it was not her."},
        {"delivery_address", "delivery-question", "staff", CDR_LEVEL_C4, three, 3, "The call is stopped: pressure, so many flags at once."},
        {"passport", "delivery-question", "staff", CDR_LEVEL_C4, NULL, 0, "No rule allows passport for delivery-question by phone to staff."},
        {"note", "account-help", "staff", CDR_LEVEL_C4, NULL, 0, "Never: notes of the staff may speak of other people."},
        {"name", "third-party", "owner", CDR_LEVEL_C0, NULL, 0, "Police, insurer, family or somebody else asks about a customer: only with a recorded legal ground and the reference of its document."},
        {"name", "nothing", "staff", CDR_LEVEL_C4, NULL, 0, "The policy knows no purpose called \"nothing\"."},
    };
    cdr_disclosure_policy *p = shipped();
    for (size_t i = 0; i < CDR_COUNT(some); i++) {
        cdr_disclosure_answer a;
        cdr_disclosure_decide(p, &(cdr_disclosure_request){.field = some[i].field, .purpose = some[i].purpose, .role = some[i].role, .channel = "phone", .level = some[i].level, .flags = some[i].flags,
                                                           .flag_count = some[i].count}, &a);
        assert_string_equal(a.why, some[i].says);
    }
    /* Each flag says what it does; there is an end to them. */
    const char *does, *why, *key, *label;
    size_t n = 0;
    while ((key = cdr_disclosure_flag(p, n, &does, &why))) {
        assert_true(cdr_disclosure_has_flag(p, key) && does[0] && why[0]);
        n++;
    }
    assert_true(n >= 8);
    assert_null(cdr_disclosure_purpose(p, cdr_disclosure_purposes(p), &label));
    assert_string_equal(cdr_disclosure_nearest_purpose(p, "order-statsu"), "order-status");
    assert_null(cdr_disclosure_nearest_purpose(p, "xyzzy"));
    assert_string_equal(cdr_disclosure_level_means(p, CDR_LEVEL_NEVER), "");
    assert_true(cdr_disclosure_level_means(p, CDR_LEVEL_C3)[0] && cdr_disclosure_policy_name(p)[0]);
    assert_true(cdr_disclosure_has_channel("post") && !cdr_disclosure_has_channel("fax"));
    cdr_disclosure_policy_free(p);
}

static void disclosure__hostile_files__meet_bounds(void **state)
{
    (void)state;
    _cleanup_buf_ cdr_buf text = CDR_BUF(8u << 20);
    cdr_disclosure_policy *p = NULL;
    cdr_err err = {0};
    /* too long, too many, too deep, control characters, other types */
    cdr_buf_adds(&text, HEAD ONE "name: '");
    for (int i = 0; i < 700; i++)
        cdr_buf_addc(&text, 'x');
    cdr_buf_adds(&text, "'\n");
    assert_int_equal(cdr_disclosure_policy_read(text.data, text.len, "d.yaml", &p, &err), CDR_E_INVAL);
    assert_non_null(strstr(err.text, "longer than"));
    cdr_buf_clear(&text);
    cdr_buf_adds(&text, HEAD "purposes: {a: {needs: C2, tell: [");
    for (int i = 0; i < 2100; i++)
        cdr_buf_addf(&text, "%s{fields: [name], C2: plain}", i ? ", " : "");
    cdr_buf_adds(&text, "]}}\n");
    assert_int_equal(cdr_disclosure_policy_read(text.data, text.len, "d.yaml", &p, &err), CDR_E_INVAL);
    assert_non_null(strstr(err.text, "more than 2000"));
    cdr_buf_clear(&text);
    cdr_buf_adds(&text, HEAD "purposes:\n");
    for (int i = 0; i < 300; i++)
        cdr_buf_addf(&text, "  p%d: {needs: C2}\n", i);
    assert_int_equal(cdr_disclosure_policy_read(text.data, text.len, "d.yaml", &p, &err), CDR_E_INVAL);
    cdr_buf_clear(&text);
    for (int i = 0; i < (2 << 20); i++)
        cdr_buf_addc(&text, '#');
    assert_int_equal(cdr_disclosure_policy_read(text.data, text.len, "d.yaml", &p, &err), CDR_E_LIMIT);
    static const char *const odd[] = {HEAD ONE "name: \"a\\u0007b\"", HEAD ONE "name: \"a\\x7fb\"", HEAD ONE "flags: 5", HEAD ONE "limits: [1]", HEAD ONE "cases: {a: b}", HEAD ONE "cases: [7]", HEAD ONE "always: 7",
                                      HEAD ONE "roles: 7", HEAD ONE "roles: [7]", HEAD ONE "flags: {pressure: 7}", HEAD "purposes: 7", HEAD "purposes: {a: 7}", HEAD "purposes: {a: {needs: C2, tell: [7]}}",
                                      HEAD "purposes: {a: {needs: C2, tell: [{fields: 7, C2: plain}]}}", HEAD "purposes: {a: {needs: C2, tell: [{fields: [a..b], C2: plain}]}}", HEAD ONE "factors: 7",
                                      HEAD "purposes: {a: {needs: C2, tell: [{fields: [name], C2: [plain]}]}}", HEAD ONE "flags: {Loud: {raise: 1, own: true}}", HEAD ONE "flags: {pressure: {raise: x}}",
                                      HEAD ONE "cases: [{name: x, proved: 7, level: C0}]", HEAD ONE "cases: [{name: x, proved: [7], level: C0}]", "version: 1\nlevels: 7\n" ONE, "version: 1\nlevels: {C1: 7}\n" ONE};
    for (size_t i = 0; i < CDR_COUNT(odd); i++)
        if (cdr_disclosure_policy_read(odd[i], strlen(odd[i]), "d.yaml", &p, &err) != CDR_E_INVAL)
            fail_msg("taken: %s", odd[i]);
    /* What a sentence shows of the file is cut and escaped. */
    static const char shown[] = HEAD ONE "roles: [\"\\u001b[2Jxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"]";
    assert_int_equal(cdr_disclosure_policy_read(shown, sizeof shown - 1, "d.yaml", &p, &err), CDR_E_INVAL);
    assert_null(strchr(err.text, '\x1b'));
    assert_true(strlen(err.text) < 300);
}

static void disclosure__no_memory__is_said_and_leaks_nothing(void **state)
{
    (void)state;
    const char *text = cdr_disclosure_policy_default_text();
    for (long n = 1;; n++) {
        cdr_disclosure_policy *p = NULL;
        cdr_err err = {0};
        cdr_fault_arm(CDR_FAULT_ALLOC, n);
        cdr_status s = cdr_disclosure_policy_read(text, strlen(text), "d.yaml", &p, &err);
        bool fired = cdr_fault_fired(CDR_FAULT_ALLOC);
        cdr_fault_arm(CDR_FAULT_ALLOC, 0);
        if (s == CDR_OK) {
            /* A hint or a sentence may be missing; the policy never is. */
            cdr_disclosure_policy_free(p);
            if (!fired)
                break;
            continue;
        }
        assert_true(fired);
        assert_null(p);
        assert_int_equal(s, CDR_E_NOMEM);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(disclosure__shipped__holds_its_cases_and_warns_of_nothing),
        cmocka_unit_test(disclosure__mistakes__are_named_with_their_place),
        cmocka_unit_test(disclosure__limits__are_those_of_the_file),
        cmocka_unit_test(disclosure__purpose__by_level_or_by_what_stands_instead),
        cmocka_unit_test(disclosure__kinds__have_keys_that_come_back),
        cmocka_unit_test(disclosure__hostile_questions__are_never),
        cmocka_unit_test(disclosure__categories__match_whole_words),
        cmocka_unit_test(disclosure__own_fields__with_and_without_their_prefix),
        cmocka_unit_test(disclosure__warnings__one_by_one),
        cmocka_unit_test(disclosure__cases__say_what_came_instead),
        cmocka_unit_test(disclosure__sentences__say_why),
        cmocka_unit_test(disclosure__hostile_files__meet_bounds),
        cmocka_unit_test(disclosure__no_memory__is_said_and_leaks_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
