/* SPDX-License-Identifier: Apache-2.0 */
/* What becomes of verdicts: waivers, switches, ids, explanations, bounds, memory. */
#include "judge_world.h"

#include "base/fault.h"

#define PLAIN "name: Test\n"
#define NO_MARKETING "rules: [{id: no, severity: high, when: {categories: [user.contact], uses: [marketing]}}]\n"
#define MASKED "forms: [{id: f, categories: [user.contact.email], allowed: [masked, encrypted]}]\n"

#define WAIVED(until) NO_MARKETING "waivers: [{rule: no, system: shop, reason: until March, approver: Owner, granted: 2026-01-01, until: " until "}]\n"

static void waivers__hold_to_their_last_day(void **state)
{
    (void)state;
    world w;
    world_shop(&w);
    w.activities[0].use = "marketing";
    judge(&w, WAIVED("2026-11-25"));
    EXPECT(&w, "no", WAIVED, 2);
    EXPECT(&w, "no", PASS, 0);
    judge(&w, WAIVED("2026-11-24"));
    EXPECT(&w, "no", FAIL, 2);
    assert_non_null(strstr(first(&w, "no", CDR_VERDICT_FAIL)->evidence, "the waiver ran out on 2026-11-24"));
    judge(&w, NO_MARKETING "waivers: [{rule: MIN-07, path: 'files/*.csv', category: user.contact, reason: r, approver: Owner, granted: 2026-01-01, until: 2027-01-01}]\n");
    EXPECT(&w, "no", WAIVED, 1);         /* the file, not what is declared */
    EXPECT(&w, "no", FAIL, 1);
    judge(&w, NO_MARKETING "waivers: [{rule: no, system: crm, reason: r, approver: Owner, granted: 2026-01-01, until: 2027-01-01}]\n");
    EXPECT(&w, "no", FAIL, 2);
    world_done(&w);
}

static void switches__off_is_no_pass(void **state)
{
    (void)state;
    world w;
    world_shop(&w);
    judge(&w, "tests_off: [MIN-01]\nrules: [{id: no, enabled: false, when: {categories: [user]}}]\n");
    EXPECT(&w, "MIN-01", OFF, 1);
    EXPECT(&w, "MIN-01", PASS, 0);
    EXPECT(&w, "no", OFF, 1);
    world_done(&w);
}

static void ids__do_not_depend_on_order_or_duplicates(void **state)
{
    (void)state;
    world w;
    world_shop(&w);
    w.activities[0].use = "marketing";
    judge(&w, NO_MARKETING);
    char id[17];
    memcpy(id, first(&w, "no", CDR_VERDICT_FAIL)->id, 17);
    cdr_judge_field swap = w.fields[0][0];
    w.fields[0][0] = w.fields[0][1];
    w.fields[0][1] = swap;
    w.activities[0].categories.keys = SET("user.name", "user.contact.email", "user.name");
    judge(&w, NO_MARKETING);
    assert_string_equal(first(&w, "no", CDR_VERDICT_FAIL)->id, id);
    assert_int_equal(count_of(&w, "no", CDR_VERDICT_FAIL), 2);
    for (size_t i = 0; i < w.result.count; i++)
        for (size_t k = i + 1; k < w.result.count; k++)
            assert_string_not_equal(w.result.verdicts[i].id, w.result.verdicts[k].id);
    world_done(&w);
}

static void explain__gives_the_clauses(void **state)
{
    (void)state;
    world w;
    world_shop(&w);
    w.activities[0].use = "marketing";
    judge(&w, NO_MARKETING);
    char id[17];
    cdr_err err = {0};
    memcpy(id, first(&w, "no", CDR_VERDICT_FAIL)->id, 17);
    assert_int_equal(cdr_judge_run(w.policy, &w.facts, id, w.arena, &w.result, &err), CDR_OK);
    assert_non_null(w.result.explained);
    assert_string_equal(w.result.explained->id, id);
    assert_int_equal(w.result.reason_count, 2);
    assert_int_equal(w.result.reasons[0].truth, CDR_TRUE);
    assert_int_equal(cdr_judge_run(w.policy, &w.facts, "0000000000000000", w.arena, &w.result, &err), CDR_OK);
    assert_null(w.result.explained);
    world_done(&w);
}

static void bounds__one_rule_lists_so_many(void **state)
{
    (void)state;
    enum { MANY = CDR_VERDICTS_PER_RULE + 500 };
    world w;
    world_shop(&w);
    cdr_judge_object *many = calloc(MANY, sizeof *many);
    cdr_judge_field field = {.name = "cvv", .category = "user.financial.credit_card.verification_code", .what = "code", .exact = true, .amount = 1, .values = 1};
    char(*paths)[32] = calloc(MANY, sizeof *paths);
    assert_non_null(many);
    assert_non_null(paths);
    for (size_t i = 0; i < MANY; i++) {
        snprintf(paths[i], sizeof paths[i], "files/%05zu.csv", i);
        many[i] = w.objects[0];
        many[i].path = many[i].real = many[i].absolute = many[i].container = many[i].container_shown = many[i].file = paths[i];
        many[i].fields = &field;
        many[i].field_count = 1;
    }
    w.facts.objects = many;
    w.facts.object_count = MANY;
    judge(&w, PLAIN);
    EXPECT(&w, "MIN-18", FAIL, CDR_VERDICTS_PER_RULE);
    assert_true(w.result.left_out >= 500);
    assert_true(w.result.by_result[CDR_VERDICT_FAIL] >= MANY);
    world_done(&w);
    free(many);
    free(paths);
}

/* Each allocation fails in turn: an error, and no verdicts. */
static void memory__each_allocation_fails_in_turn(void **state)
{
    (void)state;
#ifdef CANDOR_FAULTS
    world w;
    world_shop(&w);
    w.activities[0].use = "marketing";
    w.systems[0].encrypted = 0;
    system_of(&w, "");
    field_of(object_in(&w, 1, "files/away/x.csv"), "cvv", "user.financial.credit_card.verification_code");
    judge(&w, NO_MARKETING MASKED "promises: [{id: p, says: We share with nobody., kind: never share}, {id: d, says: Gone., kind: delete after, period: P1Y}]\n"
                                  "retention: [{id: a, trigger: order, period: P1Y}, {id: tax, trigger: order, minimum: P7Y, source: unknown}]\n");
    char id[17];
    memcpy(id, first(&w, "no", CDR_VERDICT_FAIL)->id, 17);
    bool fired = true;
    int denied = 0;
    for (long n = 1; fired; n++) {
        cdr_arena *a = cdr_arena_new(64u << 20);
        cdr_judge_result r;
        cdr_err err = {0};
        assert_non_null(a);
        cdr_fault_arm(CDR_FAULT_ALLOC, n);
        cdr_status s = cdr_judge_run(w.policy, &w.facts, id, a, &r, &err);
        fired = cdr_fault_fired(CDR_FAULT_ALLOC);
        cdr_fault_arm(CDR_FAULT_ALLOC, 0);
        if (s == CDR_OK)    /* a sentence of the retention clock may be shorter, a verdict not another */
            assert_memory_equal(r.by_result, w.result.by_result, sizeof r.by_result);
        else
            assert_int_equal(s, CDR_E_NOMEM);
        denied += s != CDR_OK;
        cdr_arena_free(a);
    }
    assert_true(denied > 20);
    world_done(&w);
#else
    skip();
#endif
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(waivers__hold_to_their_last_day),
        cmocka_unit_test(switches__off_is_no_pass),
        cmocka_unit_test(ids__do_not_depend_on_order_or_duplicates),
        cmocka_unit_test(explain__gives_the_clauses),
        cmocka_unit_test(bounds__one_rule_lists_so_many),
        cmocka_unit_test(memory__each_allocation_fails_in_turn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
