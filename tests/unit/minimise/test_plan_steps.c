/* SPDX-License-Identifier: Apache-2.0 */
/* From verdicts to steps: what is asked for, what becomes one step, which step stands for which, what is left to people; and the plan as a
 * document that is what it says. */
#include "core/minimise/plan_parts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

typedef struct lab { cdr_plan *p; cdr_verdict v[16]; size_t count; cdr_err err; } lab;

static cdr_status place_of(void *arg, int64_t object, cdr_place *ret, cdr_err *err)
{
    static const cdr_place places[] = {
        {.object = 1, .path = "/d/a.csv", .container = "/d/a.csv", .format = "csv", .system = "crm", .system_name = "CRM"},
        {.object = 2, .path = "/d/s.db!/people", .container = "/d/s.db", .format = "sqlite-table", .system = "shop", .system_name = "Shop"},
        {.object = 3, .path = "/d/z.zip!/in.csv", .container = "/d/z.zip", .format = "csv", .system = "", .system_name = ""},
        {.object = 4, .path = "/d/n.txt", .container = "/d/n.txt", .format = "text", .system = "", .system_name = ""},
    };
    (void)arg, (void)err;
    if (object < 1 || object > 4)
        return CDR_NOT_FOUND;
    *ret = places[object - 1];
    return CDR_OK;
}

static cdr_verdict *add(lab *l, const char *id, const char *rule, int64_t object, cdr_remedy remedy, const char *field, const char *category)
{
    cdr_verdict *v = &l->v[l->count++];
    *v = (cdr_verdict){.rule = rule, .test = "MIN-07", .result = CDR_VERDICT_FAIL, .title = "", .why = "", .law = "", .evidence = "", .missing = "", .system = object == 1 ? "crm" : object == 2 ? "shop" : "",
                       .system_name = "", .path = "shown", .field = field, .activity = "", .party = "", .object = object, .category = category, .remedy = remedy, .form = CDR_FORM_HASHED,
                       .remedy_text = "Do it.", .command = "", .retention = "", .cutoff = "", .trigger_field = "", .people_max = 5};
    memcpy(v->id, id, strlen(id) + 1);
    return v;
}

static void make(lab *l, const cdr_plan_wishes *w)
{
    const cdr_judgement j = {.verdicts = l->v, .count = l->count};
    cdr_plan_free(l->p);
    l->p = cdr_alloc(sizeof *l->p);
    assert_non_null(l->p);
    assert_non_null(l->p->arena = cdr_arena_new(1u << 20));
    l->p->policy_name = l->p->policy_sha256 = "";
    if (cdr_plan_steps_make(&j, w, place_of, NULL, l->p, &l->err) != CDR_OK)
        fail_msg("%s", l->err.text);
}

static const cdr_plan_wishes everything = {0};

static void steps__columns_treated_alike__become_one(void **state)
{
    (void)state;
    lab l = {0};
    add(&l, "aaaaaaaaaaaaaaa1", "mail", 1, CDR_REMEDY_NULL_COLUMN, "email", "user.contact.email");
    add(&l, "aaaaaaaaaaaaaaa2", "phone", 1, CDR_REMEDY_NULL_COLUMN, "phone", "user.contact.phone_number");
    add(&l, "aaaaaaaaaaaaaaa3", "phone", 1, CDR_REMEDY_NULL_COLUMN, "phone", "user.contact.phone_number");
    make(&l, &everything);
    assert_int_equal(l.p->step_count, 1);
    assert_int_equal(l.p->steps[0].step.column_count, 2);
    assert_int_equal(l.p->steps[0].verdict_count, 3);
    assert_int_equal(l.p->steps[0].how, CDR_PLANNED_DO);
    cdr_plan_free(l.p);
}

static void steps__the_stronger__stands_for_the_weaker(void **state)
{
    (void)state;
    lab l = {0};
    add(&l, "aaaaaaaaaaaaaaa1", "hash", 1, CDR_REMEDY_MASK_COLUMN, "email", "user.contact.email");
    add(&l, "aaaaaaaaaaaaaaa2", "gone", 1, CDR_REMEDY_NULL_COLUMN, "email", "user.contact.email");
    make(&l, &everything);
    assert_int_equal(l.p->step_count, 1);
    assert_int_equal(l.p->steps[0].step.action, CDR_ACT_NULL_COLUMN);
    assert_string_equal(l.p->steps[0].merged, "Stands for a weaker step that another rule asks for: mask column.");
    /* A file that goes needs nothing else. */
    add(&l, "aaaaaaaaaaaaaaa3", "copy", 1, CDR_REMEDY_DELETE_FILE, "", "");
    make(&l, &everything);
    assert_int_equal(l.p->step_count, 1);
    assert_int_equal(l.p->steps[0].step.action, CDR_ACT_DELETE_FILE);
    assert_int_equal(l.p->steps[0].verdict_count, 3);
    cdr_plan_free(l.p);
}

static void steps__what_needs_thought__is_done_only_when_asked_for(void **state)
{
    (void)state;
    lab l = {0};
    add(&l, "aaaaaaaaaaaaaaa1", "MIN-16", 1, CDR_REMEDY_NULL_COLUMN, "city", "user.contact.address.city")->thought = "Somebody may need it.";
    add(&l, "aaaaaaaaaaaaaaa2", "mail", 1, CDR_REMEDY_NULL_COLUMN, "email", "user.contact.email");
    make(&l, &everything);
    assert_int_equal(l.p->step_count, 2);
    assert_int_equal(l.p->steps[0].how, CDR_PLANNED_DO);
    assert_int_equal(l.p->steps[0].step.column_count, 1);
    assert_string_equal(l.p->steps[0].step.columns[0], "email");
    assert_int_equal(l.p->steps[1].how, CDR_PLANNED_HAND);
    assert_string_equal(l.p->steps[1].text, "Do it. Somebody may need it. To plan it all the same: candor policy plan --only MIN-16");
    static const char *const only[] = {"MIN-16"};
    make(&l, &(cdr_plan_wishes){.only = only, .only_count = 1});
    assert_int_equal(l.p->step_count, 1);
    assert_int_equal(l.p->steps[0].how, CDR_PLANNED_DO);
    cdr_plan_free(l.p);
}

static void steps__each__says_which_rules_ask_for_it(void **state)
{
    (void)state;
    lab l = {0};
    add(&l, "aaaaaaaaaaaaaaa1", "mail", 1, CDR_REMEDY_NULL_COLUMN, "email", "user.contact.email")->title = "No mail";
    add(&l, "aaaaaaaaaaaaaaa2", "mail", 1, CDR_REMEDY_NULL_COLUMN, "email2", "user.contact.email")->title = "No mail";
    add(&l, "aaaaaaaaaaaaaaa3", "hash", 1, CDR_REMEDY_MASK_COLUMN, "email", "user.contact.email")->title = "Mail is hashed";
    make(&l, &everything);
    assert_int_equal(l.p->step_count, 1);
    assert_int_equal(l.p->steps[0].why_count, 2);
    assert_string_equal(l.p->steps[0].why[0].rule, "mail");
    assert_string_equal(l.p->steps[0].why[0].test, "MIN-07");
    assert_string_equal(l.p->steps[0].why[0].title, "No mail");
    assert_string_equal(l.p->steps[0].why[1].title, "Mail is hashed");
    cdr_plan_free(l.p);
}

static void steps__order_of_verdicts__does_not_matter(void **state)
{
    (void)state;
    lab l = {0};
    add(&l, "aaaaaaaaaaaaaaa1", "hash", 1, CDR_REMEDY_MASK_COLUMN, "email", "user.contact.email");
    add(&l, "aaaaaaaaaaaaaaa2", "gone", 1, CDR_REMEDY_NULL_COLUMN, "phone", "user.contact.phone_number");
    add(&l, "aaaaaaaaaaaaaaa3", "text", 4, CDR_REMEDY_REDACT_TEXT, "", "user.name");
    add(&l, "aaaaaaaaaaaaaaa4", "db", 2, CDR_REMEDY_NULL_COLUMN, "note", "user.name");
    char first[16][200];
    make(&l, &everything);
    size_t count = l.p->step_count;
    for (size_t i = 0; i < count; i++)
        snprintf(first[i], sizeof first[i], "%s %d %zu", l.p->steps[i].step.target.file, (int)l.p->steps[i].step.action, l.p->steps[i].verdict_count);
    for (size_t i = 0; i < l.count / 2; i++) {
        cdr_verdict swap = l.v[i];
        l.v[i] = l.v[l.count - 1 - i];
        l.v[l.count - 1 - i] = swap;
    }
    make(&l, &everything);
    assert_int_equal(l.p->step_count, count);
    for (size_t i = 0; i < count; i++) {
        char again[200];
        snprintf(again, sizeof again, "%s %d %zu", l.p->steps[i].step.target.file, (int)l.p->steps[i].step.action, l.p->steps[i].verdict_count);
        assert_string_equal(again, first[i]);
    }
    cdr_plan_free(l.p);
}

static void steps__text__keeps_what_nobody_asked_for(void **state)
{
    (void)state;
    lab l = {0};
    add(&l, "aaaaaaaaaaaaaaa1", "codes", 4, CDR_REMEDY_REDACT_TEXT, "", "user.financial.credit_card.verification_code");
    add(&l, "aaaaaaaaaaaaaaa2", "health", 4, CDR_REMEDY_REDACT_TEXT, "", "user.health_and_medical");
    add(&l, "aaaaaaaaaaaaaaa3", "health", 4, CDR_REMEDY_REDACT_TEXT, "", "user.health_and_medical");
    make(&l, &everything);
    assert_int_equal(l.p->step_count, 1);
    assert_int_equal(l.p->steps[0].step.category_count, 2);
    /* Text has no columns: masking one means its text. */
    l.count = 0;
    add(&l, "aaaaaaaaaaaaaaa4", "hash", 4, CDR_REMEDY_MASK_COLUMN, "", "user.contact.email");
    make(&l, &everything);
    assert_int_equal(l.p->steps[0].step.action, CDR_ACT_REDACT_TEXT);
    cdr_plan_free(l.p);
}

static void steps__what_no_machine_may_do__is_left_to_people(void **state)
{
    (void)state;
    lab l = {0};
    add(&l, "aaaaaaaaaaaaaaa1", "archive", 3, CDR_REMEDY_NULL_COLUMN, "email", "user.contact.email");
    add(&l, "aaaaaaaaaaaaaaa2", "table", 2, CDR_REMEDY_DELETE_FILE, "", "");
    add(&l, "aaaaaaaaaaaaaaa3", "purpose", 0, CDR_REMEDY_DECLARE, "", "");
    add(&l, "aaaaaaaaaaaaaaa4", "name", 1, CDR_REMEDY_NULL_COLUMN, "(file name)", "user.name");
    add(&l, "aaaaaaaaaaaaaaa5", "dates", 1, CDR_REMEDY_PURGE_ROWS, "", "");
    add(&l, "aaaaaaaaaaaaaaa6", "move", 1, CDR_REMEDY_MOVE, "", "");
    cdr_verdict *token = add(&l, "aaaaaaaaaaaaaaa7", "token", 1, CDR_REMEDY_MASK_COLUMN, "email", "user.contact.email");
    token->form = CDR_FORM_TOKENISED;
    make(&l, &everything);
    for (size_t i = 0; i < l.p->step_count; i++)
        assert_int_equal(l.p->steps[i].how, CDR_PLANNED_HAND);
    assert_int_equal(l.p->step_count, 7);
    /* What is gone from the inventory is not touched. */
    l.count = 0;
    add(&l, "aaaaaaaaaaaaaaa8", "gone", 9, CDR_REMEDY_DELETE_FILE, "", "");
    make(&l, &everything);
    assert_int_equal(l.p->steps[0].how, CDR_PLANNED_HAND);
    cdr_plan_free(l.p);
}

static void steps__purges__by_the_latest_day(void **state)
{
    (void)state;
    lab l = {0};
    add(&l, "aaaaaaaaaaaaaaa1", "old", 2, CDR_REMEDY_PURGE_ROWS, "", "")->cutoff = "2019-01-01";
    add(&l, "aaaaaaaaaaaaaaa2", "older", 2, CDR_REMEDY_PURGE_ROWS, "", "")->cutoff = "2017-01-01";
    l.v[0].trigger_field = l.v[1].trigger_field = "placed";
    make(&l, &everything);
    assert_int_equal(l.p->step_count, 1);
    assert_string_equal(l.p->steps[0].step.cutoff, "2019-01-01");
    /* Another column is another question. */
    l.v[1].trigger_field = "paid";
    make(&l, &everything);
    assert_int_equal(l.p->step_count, 2);
    /* A file whose own time counts goes as a whole. */
    l.count = 0;
    cdr_verdict *v = add(&l, "aaaaaaaaaaaaaaa3", "old", 4, CDR_REMEDY_PURGE_ROWS, "", "");
    v->cutoff = "2019-01-01";
    v->trigger_field = "file";
    make(&l, &everything);
    assert_int_equal(l.p->steps[0].step.action, CDR_ACT_DELETE_FILE);
    cdr_plan_free(l.p);
}

static void steps__only__what_is_asked_for(void **state)
{
    (void)state;
    lab l = {0};
    add(&l, "aaaaaaaaaaaaaaa1", "mail", 1, CDR_REMEDY_NULL_COLUMN, "email", "user.contact.email");
    add(&l, "bbbbbbbbbbbbbbb2", "phone", 2, CDR_REMEDY_NULL_COLUMN, "phone", "user.contact.phone_number");
    add(&l, "ccccccccccccccc3", "pass", 1, CDR_REMEDY_NULL_COLUMN, "x", "user.name")->result = CDR_VERDICT_UNKNOWN;
    const char *by_rule[] = {"mail"}, *by_id[] = {"bbbbbb"}, *short_id[] = {"bbb"}, *by_test[] = {"MIN-07"};
    const struct { const char *const *only; size_t count; } cases[] = {{by_rule, 1}, {by_id, 1}, {short_id, 0}, {by_test, 2}};
    for (size_t i = 0; i < CDR_COUNT(cases); i++) {
        make(&l, &(cdr_plan_wishes){.only = cases[i].only, .only_count = 1});
        assert_int_equal(l.p->step_count, cases[i].count);
    }
    make(&l, &(cdr_plan_wishes){.system = "shop"});
    assert_int_equal(l.p->step_count, 1);
    assert_string_equal(l.p->steps[0].step.target.inside, "people");
    cdr_plan_free(l.p);
}

static void document__is_what_it_says(void **state)
{
    (void)state;
    lab l = {0};
    add(&l, "aaaaaaaaaaaaaaa1", "text", 4, CDR_REMEDY_REDACT_TEXT, "", "user.name");
    make(&l, &(cdr_plan_wishes){.system = NULL});
    l.p->steps[0].how = CDR_PLANNED_HAND;     /* without a file it needs no state */
    assert_int_equal(cdr_plan_write(l.p, &l.err), CDR_OK);
    assert_int_equal(strlen(l.p->sha256), 64);
    assert_memory_equal(l.p->id, l.p->sha256, 12);
    _cleanup_buf_ cdr_buf text = CDR_BUF(1u << 20);
    assert_int_equal(cdr_json_canonical(l.p->document, &text, &l.err), CDR_OK);
    cdr_plan *again = NULL;
    if (cdr_plan_read(text.data, text.len, "plan.json", &again, &l.err) != CDR_OK)
        fail_msg("%s", l.err.text);
    assert_string_equal(again->sha256, l.p->sha256);
    assert_int_equal(again->steps[0].step.category_count, 1);
    assert_string_equal(again->steps[0].step.categories[0], "user.name");
    cdr_plan_free(again);
    /* Cut, or with something else in it, it is no plan. */
    for (size_t cut = 0; cut < text.len; cut += 7) {
        again = NULL;
        assert_int_not_equal(cdr_plan_read(text.data, cut, "plan.json", &again, &l.err), CDR_OK);
        assert_null(again);
    }
    cdr_plan_free(l.p);
}

int main(void)
{
    if (cdr_crypto_start(NULL) != CDR_OK)
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steps__columns_treated_alike__become_one), cmocka_unit_test(steps__the_stronger__stands_for_the_weaker), cmocka_unit_test(steps__what_needs_thought__is_done_only_when_asked_for), cmocka_unit_test(steps__each__says_which_rules_ask_for_it),
        cmocka_unit_test(steps__order_of_verdicts__does_not_matter),
        cmocka_unit_test(steps__text__keeps_what_nobody_asked_for), cmocka_unit_test(steps__what_no_machine_may_do__is_left_to_people), cmocka_unit_test(steps__purges__by_the_latest_day),
        cmocka_unit_test(steps__only__what_is_asked_for), cmocka_unit_test(document__is_what_it_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
