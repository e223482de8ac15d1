/* SPDX-License-Identifier: Apache-2.0 */
/* A use rule over one item: what the two engines of fides answer rightly, each of their holes closed, and a property over random rules:
 * nothing is a pass that some way of filling in the unknown would break. */
#include "core/policy/item.h"
#include "core/taxonomy/taxonomy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define KEYS(...) ((cdr_key_set){(const char *const[]){__VA_ARGS__}, CDR_COUNT(((const char *const[]){__VA_ARGS__})), true})
#define NOBODY_SAID ((cdr_key_set){NULL, 0, false})
#define NONE_AT_ALL ((cdr_key_set){NULL, 0, true})
#define CLAUSE(d, m, ...) {CDR_DIM_##d, CDR_MATCH_##m, KEYS(__VA_ARGS__)}

static cdr_use_rule forbid(const cdr_clause *clauses, size_t count)
{
    return (cdr_use_rule){.head = {.id = "r", .title = "", .why = "", .law = "", .remedy = "", .where = "", .enabled = true}, .effect = CDR_EFFECT_FORBID, .clauses = clauses, .clause_count = count};
}

static cdr_item item_with(cdr_key_set categories, cdr_key_set uses, cdr_key_set subjects)
{
    cdr_item i;
    cdr_item_init(&i);
    i.of[CDR_DIM_CATEGORIES].keys = categories;
    i.of[CDR_DIM_USES].keys = uses;
    i.of[CDR_DIM_SUBJECTS].keys = subjects;
    return i;
}

static cdr_truth clause(cdr_match m, cdr_key_set declared, cdr_key_set values)
{
    cdr_item i = item_with(declared, NOBODY_SAID, NOBODY_SAID);
    return cdr_clause_judge(&(cdr_clause){CDR_DIM_CATEGORIES, m, values}, &i);
}

/* --- right answers of fides --- */

static void item__a_key_below_a_rules_value_matches(void **state)
{
    (void)state;
    assert_int_equal(clause(CDR_MATCH_ANY, KEYS("user.contact.email"), KEYS("user.contact")), CDR_TRUE);
    assert_int_equal(clause(CDR_MATCH_ANY, KEYS("user.contact.email"), KEYS("user.financial")), CDR_FALSE);
}

static void item__modes(void **state)
{
    (void)state;
    cdr_key_set two = KEYS("user.contact.email", "user.name");
    assert_int_equal(clause(CDR_MATCH_ANY, two, KEYS("user.name")), CDR_TRUE);
    assert_int_equal(clause(CDR_MATCH_ALL, two, KEYS("user.name")), CDR_FALSE);
    assert_int_equal(clause(CDR_MATCH_ALL, two, KEYS("user.name", "user.contact")), CDR_TRUE);
    assert_int_equal(clause(CDR_MATCH_NONE, two, KEYS("user.financial")), CDR_TRUE);
    assert_int_equal(clause(CDR_MATCH_NONE, two, KEYS("user.name")), CDR_FALSE);
    assert_int_equal(clause(CDR_MATCH_OTHER, two, KEYS("user.name")), CDR_TRUE);
    assert_int_equal(clause(CDR_MATCH_OTHER, two, KEYS("user.name", "user.contact")), CDR_FALSE);
}

static void item__a_rule_fires_when_all_clauses_hold(void **state)
{
    (void)state;
    const cdr_clause clauses[] = {CLAUSE(CATEGORIES, ANY, "user.contact"), CLAUSE(USES, ANY, "marketing"), CLAUSE(SUBJECTS, ANY, "customer")};
    cdr_use_rule r = forbid(clauses, 3);
    cdr_item yes = item_with(KEYS("user.contact.email"), KEYS("marketing.communications.email"), KEYS("customer")), other = item_with(KEYS("user.contact.email"), KEYS("finance"), KEYS("customer"));
    assert_int_equal(cdr_rule_judge(NULL, &r, &yes), CDR_TRUE);
    assert_int_equal(cdr_rule_judge(NULL, &r, &other), CDR_FALSE);
}

static void item__an_empty_match_is_a_catch_all(void **state)
{
    (void)state;
    cdr_use_rule r = forbid(NULL, 0);
    cdr_item i;
    cdr_item_init(&i);
    assert_int_equal(cdr_rule_judge(NULL, &r, &i), CDR_TRUE);
}

/* --- their holes --- */

static void hole__no_data_subjects_can_never_violate(void **state)
{
    (void)state;
    const cdr_clause clauses[] = {CLAUSE(CATEGORIES, ANY, "user.contact"), CLAUSE(SUBJECTS, ANY, "customer")};
    cdr_use_rule r = forbid(clauses, 2);
    const cdr_key_set missing[] = {NOBODY_SAID, NONE_AT_ALL};
    for (size_t i = 0; i < 2; i++) {
        cdr_item x = item_with(KEYS("user.contact.email"), KEYS("marketing"), missing[i]);
        assert_int_equal(cdr_rule_judge(NULL, &r, &x), CDR_UNKNOWN);
    }
    for (cdr_match m = CDR_MATCH_ANY; m <= CDR_MATCH_OTHER; m++) {
        assert_int_equal(clause(m, NONE_AT_ALL, KEYS("user.contact")), CDR_UNKNOWN);
        assert_int_equal(clause(m, NOBODY_SAID, KEYS("user.contact")), CDR_UNKNOWN);
    }
}

static void hole__a_broad_declaration_evades_a_narrow_rule(void **state)
{
    (void)state;
    for (cdr_match m = CDR_MATCH_ANY; m <= CDR_MATCH_OTHER; m++)
        assert_int_equal(clause(m, KEYS("user.contact"), KEYS("user.contact.email")), CDR_UNKNOWN);
    const cdr_clause clauses[] = {CLAUSE(CATEGORIES, ANY, "user.contact.email")};
    cdr_use_rule r = forbid(clauses, 1);
    cdr_item x = item_with(KEYS("user.contact"), KEYS("marketing"), KEYS("customer"));
    cdr_arena *a = cdr_arena_new(1 << 20);
    assert_non_null(a);
    assert_string_equal(cdr_rule_missing(NULL, &r, &x, a), "declares user.contact, which may hold user.contact.email");
    /* What a detector names is that and no other. */
    x.of[CDR_DIM_CATEGORIES].exact = true;
    assert_int_equal(cdr_rule_judge(NULL, &r, &x), CDR_FALSE);
    cdr_arena_free(a);
}

static void hole__a_duplicated_category_breaks_all(void **state)
{
    (void)state;
    assert_int_equal(clause(CDR_MATCH_ALL, KEYS("user.name", "user.name", "user.name"), KEYS("user.name")), CDR_TRUE);
    assert_int_equal(clause(CDR_MATCH_ALL, KEYS("user.name", "user.financial", "user.name"), KEYS("user.name")), CDR_FALSE);
}

static cdr_truth with_unless(const cdr_unless *u, size_t count, cdr_item *x)
{
    const cdr_clause clauses[] = {CLAUSE(USES, ANY, "marketing")};
    cdr_use_rule r = forbid(clauses, 1);
    r.unless = u;
    r.unless_count = count;
    return cdr_rule_judge(NULL, &r, x);
}

static void hole__a_missing_consent_record_leaves_it_allowed(void **state)
{
    (void)state;
    const cdr_unless consent = {.kind = CDR_UNLESS_CONSENT, .values = KEYS("news")};
    cdr_item x = item_with(KEYS("user.contact.email"), KEYS("marketing"), KEYS("customer"));
    assert_int_equal(with_unless(&consent, 1, &x), CDR_UNKNOWN);
    const cdr_item_consent given[] = {{"news", CDR_TRUE}}, refused[] = {{"news", CDR_FALSE}}, other[] = {{"surveys", CDR_TRUE}};
    x.consent_count = 1;
    x.consents = given;
    assert_int_equal(with_unless(&consent, 1, &x), CDR_FALSE);
    x.consents = refused;
    assert_int_equal(with_unless(&consent, 1, &x), CDR_TRUE);
    x.consents = other;
    assert_int_equal(with_unless(&consent, 1, &x), CDR_UNKNOWN);
}

static void hole__an_unknown_constraint_counts_as_false(void **state)
{
    (void)state;
    cdr_unless strange = {.kind = (cdr_unless_kind)77};
    cdr_item x = item_with(KEYS("user.contact.email"), KEYS("marketing"), KEYS("customer"));
    assert_int_equal(with_unless(&strange, 1, &x), CDR_UNKNOWN);
    const cdr_unless encrypted = {.kind = CDR_UNLESS_ENCRYPTED}, country = {.kind = CDR_UNLESS_COUNTRY_IN, .values = KEYS("DE", "FR")}, flow = {.kind = CDR_UNLESS_FLOW_NONE, .values = KEYS("egress")},
                     form = {.kind = CDR_UNLESS_FORM, .forms = CDR_FORM_MASKED | CDR_FORM_ENCRYPTED};
    const cdr_unless *const all[] = {&encrypted, &country, &flow, &form};
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(with_unless(all[i], 1, &x), CDR_UNKNOWN);
}

static void hole__all_exceptions_must_hold(void **state)
{
    (void)state;
    const cdr_unless both[] = {{.kind = CDR_UNLESS_ENCRYPTED}, {.kind = CDR_UNLESS_COUNTRY_IN, .values = KEYS("DE")}};
    cdr_item x = item_with(KEYS("user.contact.email"), KEYS("marketing"), KEYS("customer"));
    x.encrypted = CDR_TRUE;
    assert_int_equal(with_unless(both, 2, &x), CDR_UNKNOWN);
    x.of[CDR_DIM_COUNTRIES].keys = KEYS("DE", "US");
    assert_int_equal(with_unless(both, 2, &x), CDR_TRUE);
    x.of[CDR_DIM_COUNTRIES].keys = KEYS("DE");
    assert_int_equal(with_unless(both, 2, &x), CDR_FALSE);
    x.encrypted = CDR_FALSE;
    assert_int_equal(with_unless(both, 2, &x), CDR_TRUE);
}

static void item__forms_and_encryption(void **state)
{
    (void)state;
    const cdr_unless form = {.kind = CDR_UNLESS_FORM, .forms = CDR_FORM_MASKED | CDR_FORM_ENCRYPTED}, masked = {.kind = CDR_UNLESS_FORM, .forms = CDR_FORM_MASKED};
    cdr_item x = item_with(KEYS("user.contact.email"), KEYS("marketing"), KEYS("customer"));
    x.forms = CDR_FORM_PLAIN;
    assert_int_equal(with_unless(&form, 1, &x), CDR_UNKNOWN);
    assert_int_equal(with_unless(&masked, 1, &x), CDR_TRUE);
    x.encrypted = CDR_TRUE;
    assert_int_equal(with_unless(&form, 1, &x), CDR_FALSE);
    x.encrypted = CDR_FALSE;
    assert_int_equal(with_unless(&form, 1, &x), CDR_TRUE);
    x.forms = CDR_FORM_MASKED;
    assert_int_equal(with_unless(&masked, 1, &x), CDR_FALSE);
}

/* An allowing rule lifts a prohibition only with a higher priority and only when it surely speaks; the order of the file is no argument. */
static void hole__priority_is_stable_and_fails_closed(void **state)
{
    (void)state;
    const cdr_clause marketing[] = {CLAUSE(USES, ANY, "marketing")}, customers[] = {CLAUSE(SUBJECTS, ANY, "customer")};
    cdr_use_rule rules[2] = {forbid(marketing, 1), forbid(customers, 1)};
    rules[1].effect = CDR_EFFECT_ALLOW;
    rules[1].head.id = "allow";
    cdr_policy p = {.rules = rules, .rule_count = 2};
    cdr_item sure = item_with(KEYS("user.name"), KEYS("marketing"), KEYS("customer")), unsure = item_with(KEYS("user.name"), KEYS("marketing"), NOBODY_SAID);
    assert_int_equal(cdr_rule_judge(&p, &rules[0], &sure), CDR_TRUE);      /* same priority */
    rules[1].priority = 1;
    assert_int_equal(cdr_rule_judge(&p, &rules[0], &sure), CDR_FALSE);
    assert_int_equal(cdr_rule_judge(&p, &rules[0], &unsure), CDR_UNKNOWN);
    rules[1].head.enabled = false;
    assert_int_equal(cdr_rule_judge(&p, &rules[0], &sure), CDR_TRUE);
    rules[1].head.enabled = true;
    cdr_use_rule turned[2] = {rules[1], rules[0]};
    cdr_policy q = {.rules = turned, .rule_count = 2};
    assert_int_equal(cdr_rule_judge(&q, &turned[1], &sure), CDR_FALSE);
    turned[0].priority = 0;
    assert_int_equal(cdr_rule_judge(&q, &turned[1], &sure), CDR_TRUE);
}

static void hole__a_prefix_is_no_parent(void **state)
{
    (void)state;
    assert_int_equal(clause(CDR_MATCH_ANY, KEYS("user.contacts"), KEYS("user.contact")), CDR_FALSE);
    assert_int_equal(clause(CDR_MATCH_ANY, KEYS("user.contact"), KEYS("user.contacts")), CDR_FALSE);
}

static void item__systems_and_recipients_may_be_none(void **state)
{
    (void)state;
    cdr_item x;
    cdr_item_init(&x);
    const cdr_clause nowhere = CLAUSE(SYSTEMS, ANY, "unregistered"), shop = CLAUSE(SYSTEMS, ANY, "shop"), other = {CDR_DIM_RECIPIENTS, CDR_MATCH_OTHER, KEYS("us")}, all = {CDR_DIM_RECIPIENTS, CDR_MATCH_ALL, KEYS("us")};
    assert_int_equal(cdr_clause_judge(&nowhere, &x), CDR_UNKNOWN);
    assert_int_equal(cdr_clause_judge(&other, &x), CDR_UNKNOWN);
    x.of[CDR_DIM_SYSTEMS].keys = NONE_AT_ALL;
    x.of[CDR_DIM_RECIPIENTS].keys = NONE_AT_ALL;
    assert_int_equal(cdr_clause_judge(&nowhere, &x), CDR_TRUE);
    assert_int_equal(cdr_clause_judge(&shop, &x), CDR_FALSE);
    assert_int_equal(cdr_clause_judge(&other, &x), CDR_FALSE);
    assert_int_equal(cdr_clause_judge(&all, &x), CDR_FALSE);
}

/* --- the property --- */

static uint64_t rnd(uint64_t *seed)
{
    *seed += UINT64_C(0x9E3779B97F4A7C15);
    uint64_t z = *seed;
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

enum { MAX_KEYS = 3, MAX_CLAUSES = 3, COMPLETIONS = 24 };

/* A small world, so that keys meet: one tree for each of the three. */
static const char *const pool[] = {"user", "user.contact", "user.contact.email", "user.contact.phone_number", "user.name", "user.name.first", "user.financial"};
static const char *const leaves[] = {"user.contact.email", "user.contact.phone_number", "user.name.first", "user.name.last", "user.financial.bank_account"};
static const char *const places[] = {"shop", "crm", "DE", "US"};

typedef struct random_item { cdr_item item; const char *keys[CDR_DIM__MAX][MAX_KEYS]; cdr_item_consent consent; } random_item;

static bool is_tree(size_t d)
{
    return d <= CDR_DIM_SUBJECTS;
}

static const char *draw(size_t d, uint64_t *seed)
{
    return is_tree(d) ? pool[rnd(seed) % 7] : places[rnd(seed) % 4];
}

static void make_item(random_item *x, uint64_t *seed)
{
    cdr_item_init(&x->item);
    for (size_t d = 0; d < CDR_DIM__MAX; d++) {
        size_t n = rnd(seed) % (MAX_KEYS + 1);
        for (size_t i = 0; i < n; i++)
            x->keys[d][i] = draw(d, seed);
        x->item.of[d] = (cdr_item_keys){.keys = {x->keys[d], n, rnd(seed) % 4 != 0}, .open = rnd(seed) % 6 == 0};
    }
    x->item.encrypted = (cdr_truth)(rnd(seed) % 3);
    x->consent = (cdr_item_consent){"news", (cdr_truth)(rnd(seed) % 3)};
    x->item.consents = &x->consent;
    x->item.consent_count = rnd(seed) % 2;
    x->item.forms = rnd(seed) % 3 ? CDR_FORM_PLAIN : 0;
}

typedef struct random_rule { cdr_use_rule rule; cdr_clause clauses[MAX_CLAUSES]; const char *values[MAX_CLAUSES][MAX_KEYS]; cdr_unless unless[2]; } random_rule;

static void make_rule(random_rule *r, uint64_t *seed)
{
    static const char *const news[] = {"news"}, *const de[] = {"DE"};
    size_t n = rnd(seed) % (MAX_CLAUSES + 1);
    r->rule = forbid(r->clauses, n);
    for (size_t c = 0; c < n; c++) {
        cdr_dimension d = (cdr_dimension)(rnd(seed) % CDR_DIM__MAX);
        size_t k = 1 + rnd(seed) % MAX_KEYS;
        for (size_t i = 0; i < k; i++)
            r->values[c][i] = draw(d, seed);
        r->clauses[c] = (cdr_clause){d, (cdr_match)(rnd(seed) % 4), {r->values[c], k, true}};
    }
    r->rule.unless = r->unless;
    r->rule.unless_count = rnd(seed) % 3;
    for (size_t u = 0; u < 2; u++) {
        cdr_unless all[] = {{.kind = CDR_UNLESS_CONSENT, .values = {news, 1, true}}, {.kind = CDR_UNLESS_COUNTRY_IN, .values = {de, 1, true}}, {.kind = CDR_UNLESS_COUNTRY_NOT_IN, .values = {de, 1, true}},
                            {.kind = CDR_UNLESS_ENCRYPTED}, {.kind = CDR_UNLESS_FORM, .forms = CDR_FORM_ENCRYPTED}};
        r->unless[u] = all[rnd(seed) % 5];
    }
}

enum { DONE_KEYS = 12 };
typedef struct completion { cdr_item item; const char *keys[CDR_DIM__MAX][DONE_KEYS]; cdr_item_consent consent; } completion;

/* What is below a key, or the key to the letter. */
static size_t fill_in(const char *key, size_t d, const char **out, uint64_t *seed)
{
    size_t n = 0;
    if (is_tree(d))
        for (size_t i = 0; i < sizeof leaves / sizeof *leaves; i++)
            if (cdr_taxon_within(leaves[i], key) && rnd(seed) % 2 && n < 2)
                out[n++] = leaves[i];
    if (n == 0)
        out[n++] = key;
    return n;
}

/* One world in which everything is known, and what was known is as it was. */
static void complete(const random_item *x, completion *ret, uint64_t *seed)
{
    ret->item = x->item;
    for (size_t d = 0; d < CDR_DIM__MAX; d++) {
        const cdr_item_keys *k = &x->item.of[d];
        size_t n = 0;
        for (size_t i = 0; i < k->keys.count; i++)
            n += fill_in(k->keys.keys[i], d, &ret->keys[d][n], seed);
        bool must = n == 0 && (is_tree(d) || d == CDR_DIM_COUNTRIES);
        if (!k->keys.known || k->open || must)
            for (size_t more = must ? 1 + rnd(seed) % 2 : rnd(seed) % 3; more > 0; more--)
                ret->keys[d][n++] = is_tree(d) ? leaves[rnd(seed) % 5] : places[rnd(seed) % 4];
        ret->item.of[d] = (cdr_item_keys){.keys = {ret->keys[d], n, true}, .exact = true};
    }
    if (ret->item.encrypted == CDR_UNKNOWN)
        ret->item.encrypted = rnd(seed) % 2 ? CDR_TRUE : CDR_FALSE;
    cdr_truth all = x->item.consent_count ? x->consent.all : CDR_UNKNOWN;
    ret->consent = (cdr_item_consent){"news", all != CDR_UNKNOWN ? all : rnd(seed) % 2 ? CDR_TRUE : CDR_FALSE};
    ret->item.consents = &ret->consent;
    ret->item.consent_count = 1;
    if (ret->item.forms == 0)
        ret->item.forms = rnd(seed) % 2 ? CDR_FORM_PLAIN : CDR_FORM_ENCRYPTED;
}

static void property__what_is_known_holds_in_every_completion(void **state)
{
    (void)state;
    uint64_t seed = 20261125, sure = 0, unknown = 0;
    for (int round = 0; round < 20000; round++) {
        random_item x;
        random_rule r[2];
        make_item(&x, &seed);
        make_rule(&r[0], &seed);
        make_rule(&r[1], &seed);
        cdr_use_rule both[2] = {r[0].rule, r[1].rule};
        both[1].effect = CDR_EFFECT_ALLOW;
        both[1].priority = (int)(rnd(&seed) % 2);
        cdr_policy p = {.rules = both, .rule_count = 2};
        cdr_truth t = cdr_rule_judge(&p, &both[0], &x.item);
        sure += t != CDR_UNKNOWN;
        unknown += t == CDR_UNKNOWN;
        for (int i = 0; i < COMPLETIONS; i++) {
            completion c;
            complete(&x, &c, &seed);
            cdr_truth one = cdr_rule_judge(&p, &both[0], &c.item);
            assert_int_not_equal(one, CDR_UNKNOWN);
            if (t != CDR_UNKNOWN && one != t)
                fail_msg("round %d: judged %d, but one completion says %d", round, (int)t, (int)one);
        }
    }
    assert_true(sure > 2000 && unknown > 2000);    /* both are tried */
}

/* Order and duplicates. */
static void property__order_and_duplicates_change_nothing(void **state)
{
    (void)state;
    uint64_t seed = 7;
    for (int round = 0; round < 20000; round++) {
        random_item x;
        random_rule r;
        const char *turned[CDR_DIM__MAX][2 * MAX_KEYS];
        make_item(&x, &seed);
        make_rule(&r, &seed);
        cdr_item y = x.item;
        for (size_t d = 0; d < CDR_DIM__MAX; d++) {
            size_t n = x.item.of[d].keys.count;
            for (size_t i = 0; i < 2 * n; i++)
                turned[d][i] = x.item.of[d].keys.keys[(2 * n - 1 - i) % n];
            y.of[d].keys.keys = turned[d];
            y.of[d].keys.count = 2 * n;
        }
        assert_int_equal(cdr_rule_judge(NULL, &r.rule, &x.item), cdr_rule_judge(NULL, &r.rule, &y));
    }
}

/* Who says less never passes where who says more did not. */
static void property__taking_facts_away_makes_no_pass(void **state)
{
    (void)state;
    uint64_t seed = 11;
    for (int round = 0; round < 20000; round++) {
        random_item x;
        random_rule r;
        make_item(&x, &seed);
        make_rule(&r, &seed);
        cdr_truth before = cdr_rule_judge(NULL, &r.rule, &x.item);
        for (size_t d = 0; d < CDR_DIM__MAX + 3; d++) {
            cdr_item y = x.item;
            if (d < CDR_DIM__MAX)
                y.of[d] = (cdr_item_keys){0};
            else if (d == CDR_DIM__MAX)
                y.consent_count = 0;
            else if (d == CDR_DIM__MAX + 1)
                y.encrypted = CDR_UNKNOWN;
            else
                y.forms = 0;
            cdr_truth after = cdr_rule_judge(NULL, &r.rule, &y);
            if (before != CDR_FALSE && after == CDR_FALSE)
                fail_msg("round %d: without fact %zu it passes", round, d);
        }
    }
}

/* The words agree with the judgement. */
static void item__reasons_name_what_is_unknown(void **state)
{
    (void)state;
    const cdr_clause clauses[] = {CLAUSE(CATEGORIES, ANY, "user.contact"), CLAUSE(SUBJECTS, ANY, "customer")};
    const cdr_unless consent = {.kind = CDR_UNLESS_CONSENT, .values = KEYS("news")};
    cdr_use_rule r = forbid(clauses, 2);
    r.unless = &consent;
    r.unless_count = 1;
    cdr_item x = item_with(KEYS("user.contact.email"), KEYS("marketing"), NOBODY_SAID);
    cdr_arena *a = cdr_arena_new(1 << 20);
    size_t count;
    const cdr_reason *list = cdr_rule_reasons(NULL, &r, &x, a, &count);
    assert_non_null(list);
    assert_int_equal(count, 3);
    assert_int_equal(list[0].truth, CDR_TRUE);
    assert_string_equal(list[0].matched, "user.contact.email lies within user.contact");
    assert_int_equal(list[1].truth, CDR_UNKNOWN);
    assert_string_equal(list[1].found, "nobody has said which subjects");
    assert_int_equal(list[2].truth, CDR_UNKNOWN);
    assert_string_equal(list[2].clause, "unless consent: news");
    cdr_arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(item__a_key_below_a_rules_value_matches), cmocka_unit_test(item__modes), cmocka_unit_test(item__a_rule_fires_when_all_clauses_hold),
        cmocka_unit_test(item__an_empty_match_is_a_catch_all), cmocka_unit_test(hole__no_data_subjects_can_never_violate), cmocka_unit_test(hole__a_broad_declaration_evades_a_narrow_rule),
        cmocka_unit_test(hole__a_duplicated_category_breaks_all), cmocka_unit_test(hole__a_missing_consent_record_leaves_it_allowed), cmocka_unit_test(hole__an_unknown_constraint_counts_as_false),
        cmocka_unit_test(hole__all_exceptions_must_hold), cmocka_unit_test(item__forms_and_encryption), cmocka_unit_test(hole__priority_is_stable_and_fails_closed), cmocka_unit_test(hole__a_prefix_is_no_parent),
        cmocka_unit_test(item__systems_and_recipients_may_be_none), cmocka_unit_test(property__what_is_known_holds_in_every_completion), cmocka_unit_test(property__order_and_duplicates_change_nothing),
        cmocka_unit_test(property__taking_facts_away_makes_no_pass), cmocka_unit_test(item__reasons_name_what_is_unknown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
