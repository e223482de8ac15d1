/* SPDX-License-Identifier: Apache-2.0 */
/* From an inventory to verdicts: what scans saw and people declared arrives at the judge as it is. */
#include "../inventory/world.h"

#include "base/fault.h"
#include "core/minimise/facts.h"

typedef struct judged { cdr_policy *policy; cdr_arena *arena; cdr_judgement j; } judged;

static void judge(world *w, judged *x, const char *policy)
{
    *x = (judged){.arena = cdr_arena_new(64u << 20)};
    assert_non_null(x->arena);
    world_ok(w, cdr_policy_read(policy, strlen(policy), "policy.yaml", &x->policy, &w->err));
    world_ok(w, cdr_minimise_judge(w->inv, x->policy, x->arena, &x->j, &w->err));
}

static void judged_done(judged *x)
{
    cdr_policy_free(x->policy);
    cdr_arena_free(x->arena);
}

static const cdr_verdict *find(const judged *x, const char *rule, cdr_verdict_result r)
{
    for (size_t i = 0; i < x->j.count; i++)
        if (x->j.verdicts[i].result == r && !strcmp(x->j.verdicts[i].rule, rule))
            return &x->j.verdicts[i];
    return NULL;
}

static void import(world *w, const char *yaml)
{
    world_ok(w, cdr_inventory_import(w->inv, yaml, strlen(yaml), "inventory.yaml", "/srv", false, NULL, &w->err));
}

static const char shop[] = "organisation: {name: Harbour Books, country: DE}\nsystems: [{key: shop, name: Shop, country: DE, claims: [/srv/shop], encrypted: false, system_of_record: true, holders: [{party: us, relation: responsible}]}]\n"
                           "activities: [{key: orders, purpose: Orders, data_use: essential.service, lawful_basis: contract, subjects: [customers], categories: [user.contact, user.financial], recipients: [Parcel Ltd], systems: [shop],\n"
                           "  retention: {period: P2Y, trigger: ordered_at}, transfers: ['US (standard contractual clauses)']}]\n";

static void scan_shop(world *w)
{
    import(w, shop);
    world_ok(w, scan_begin(w, "/srv"));
    cdr_observation *o = seen("/srv/shop/customers.csv", NULL, 0, 100);
    also(o, "pay.cvv", "code", 7);
    also(o, "pay.card", "card", 9);
    also(o, "health.condition", "notes", 5);
    tell(w, o, 1);
    tell(w, seen("/srv/away/copy.csv", NULL, 0, 90), 2);
    scan_finish(w);
}

static void facts__kinds__become_the_finest_word(void **state)
{
    (void)state;
    world w;
    judged x;
    world_make(&w);
    scan_shop(&w);
    judge(&w, &x, "rules: [{id: codes, severity: severe, when: {categories: [user.financial.credit_card.verification_code]}}, {id: genes, when: {categories: [user.health_and_medical.genetic]}}]\n"
                  "forms: [{id: cards, categories: [user.financial.credit_card.number], allowed: [masked]}]\n");
    const cdr_verdict *v = find(&x, "codes", CDR_VERDICT_FAIL);
    assert_non_null(v);
    assert_string_equal(v->field, "code");
    assert_int_equal(v->amount, 7);
    v = find(&x, "cards", CDR_VERDICT_FAIL);
    assert_non_null(v);
    assert_string_equal(v->field, "card");
    assert_int_equal(v->remedy, CDR_REMEDY_MASK_COLUMN);
    assert_int_equal(find(&x, "MIN-18", CDR_VERDICT_FAIL)->severity, CDR_SEV_SEVERE);
    assert_non_null(find(&x, "genes", CDR_VERDICT_UNKNOWN));     /* "health" may be that */
    judged_done(&x);
    world_drop(&w);
}

static void facts__places_copies_and_declarations__arrive(void **state)
{
    (void)state;
    world w;
    judged x;
    world_make(&w);
    scan_shop(&w);
    judge(&w, &x, "name: T\n");
    const cdr_verdict *v = find(&x, "MIN-01", CDR_VERDICT_FAIL);
    assert_non_null(v);
    assert_string_equal(v->system, "");
    v = find(&x, "MIN-14", CDR_VERDICT_FAIL);
    assert_non_null(v);
    assert_int_equal(v->amount, 90);
    assert_true(v->object > 0);
    v = find(&x, "MIN-02", CDR_VERDICT_FAIL);
    assert_non_null(v);
    assert_string_equal(v->category, "user.health_and_medical");
    assert_non_null(find(&x, "MIN-21", CDR_VERDICT_UNKNOWN));    /* Parcel Ltd is no party */
    assert_non_null(find(&x, "MIN-22", CDR_VERDICT_PASS));
    assert_non_null(find(&x, "MIN-09", CDR_VERDICT_PASS));
    assert_true(x.j.scan_complete);
    judged_done(&x);
    world_drop(&w);
}

static void facts__nothing_scanned__passes_nothing(void **state)
{
    (void)state;
    world w;
    judged x;
    world_make(&w);
    import(&w, shop);
    judge(&w, &x, "rules: [{id: codes, when: {categories: [user.financial.credit_card.verification_code]}}]\n");
    assert_false(x.j.scan_complete);
    for (size_t i = 0; i < x.j.count; i++) {
        const cdr_verdict *v = &x.j.verdicts[i];
        if (v->result == CDR_VERDICT_PASS && strcmp(v->rule, "MIN-04") && strcmp(v->rule, "MIN-05") && strcmp(v->rule, "MIN-06") && strcmp(v->rule, "MIN-09") && strcmp(v->rule, "MIN-11") &&
            strcmp(v->rule, "MIN-22") && strcmp(v->rule, "MIN-23") && strcmp(v->rule, "MIN-24"))
            fail_msg("%s passes", v->rule);
    }
    judged_done(&x);
    world_drop(&w);
}

static void facts__values_in_names__are_not_told(void **state)
{
    (void)state;
    world w;
    judged x;
    world_make(&w);
    world_ok(&w, scan_begin(&w, "/srv"));
    tell(&w, seen("/srv/mary.miller@example.com/list.csv", NULL, 0, 20), 1);
    scan_finish(&w);
    judge(&w, &x, "places: [{id: reg, categories: [user], never: [unregistered]}]\n");
    const cdr_verdict *v = find(&x, "MIN-01", CDR_VERDICT_FAIL);
    assert_non_null(v);
    for (size_t i = 0; i < x.j.count; i++) {
        const char *const texts[] = {x.j.verdicts[i].path, x.j.verdicts[i].system_name, x.j.verdicts[i].evidence, x.j.verdicts[i].command, x.j.verdicts[i].missing, x.j.verdicts[i].remedy_text};
        for (size_t k = 0; k < CDR_COUNT(texts); k++)
            if (strstr(texts[k], "mary.miller"))
                fail_msg("%s tells a value: field %zu", x.j.verdicts[i].rule, k);
    }
    judged_done(&x);
    world_drop(&w);
}

static void facts__the_same_inventory__gives_the_same_ids(void **state)
{
    (void)state;
    world w;
    judged x, y;
    world_make(&w);
    scan_shop(&w);
    static const char policy[] = "rules: [{id: codes, when: {categories: [user.financial]}}]\nplaces: [{id: reg, categories: [user], never: [unregistered]}]\n";
    judge(&w, &x, policy);
    world_close(&w);
    world_open(&w);
    judge(&w, &y, policy);
    assert_int_equal(x.j.count, y.j.count);
    for (size_t i = 0; i < x.j.count; i++) {
        assert_string_equal(x.j.verdicts[i].id, y.j.verdicts[i].id);
        for (size_t k = i + 1; k < x.j.count; k++)
            assert_string_not_equal(x.j.verdicts[i].id, x.j.verdicts[k].id);
    }
    const cdr_verdict *v;
    const cdr_reason *reasons;
    size_t count;
    world_ok(&w, cdr_minimise_explain(w.inv, y.policy, y.j.verdicts[0].id, y.arena, &v, &reasons, &count, &w.err));
    assert_string_equal(v->id, y.j.verdicts[0].id);
    assert_int_equal(cdr_minimise_explain(w.inv, y.policy, "0123456789abcdef", y.arena, &v, &reasons, &count, &w.err), CDR_NOT_FOUND);
    judged_done(&x);
    judged_done(&y);
    world_drop(&w);
}

static void facts__each_allocation_and_step__fails_in_turn(void **state)
{
    (void)state;
#ifdef CANDOR_FAULTS
    world w;
    judged x;
    world_make(&w);
    scan_shop(&w);
    judge(&w, &x, "rules: [{id: codes, when: {categories: [user.financial]}}]\n");
    static const cdr_fault_kind kinds[] = {CDR_FAULT_ALLOC, CDR_FAULT_SQL};
    for (size_t k = 0; k < CDR_COUNT(kinds); k++) {
        bool fired = true;
        for (long n = 1; fired; n += n < 200 ? 1 : 7) {
            cdr_arena *a = cdr_arena_new(64u << 20);
            cdr_judgement j;
            cdr_err err = {0};
            assert_non_null(a);
            cdr_fault_arm(kinds[k], n);
            cdr_status s = cdr_minimise_judge(w.inv, x.policy, a, &j, &err);
            fired = cdr_fault_fired(kinds[k]);
            cdr_fault_arm(kinds[k], 0);
            if (fired && s == CDR_OK && j.by_result[CDR_VERDICT_FAIL] != x.j.by_result[CDR_VERDICT_FAIL])
                fail_msg("fault %ld of kind %zu went unnoticed", n, k);
            if (!fired)
                assert_int_equal(s, CDR_OK);
            cdr_arena_free(a);
        }
    }
    judged_done(&x);
    world_drop(&w);
#else
    skip();
#endif
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(facts__kinds__become_the_finest_word), cmocka_unit_test(facts__places_copies_and_declarations__arrive), cmocka_unit_test(facts__nothing_scanned__passes_nothing),
        cmocka_unit_test(facts__values_in_names__are_not_told), cmocka_unit_test(facts__the_same_inventory__gives_the_same_ids),
        cmocka_unit_test(facts__each_allocation_and_step__fails_in_turn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
