/* SPDX-License-Identifier: Apache-2.0 */
/* The thirty tests, one by one: what fails, what passes, what stays unknown. */
#include "judge_world.h"

#define PLAIN "name: Test\n"

static void min_all__a_shop_in_order__breaks_nothing(void **state)
{
    (void)state;
    world w;
    world_shop(&w);
    judge(&w, PLAIN);
    for (size_t i = 0; i < w.result.count; i++)
        if (w.result.verdicts[i].result == CDR_VERDICT_FAIL)
            fail_msg("%s: %s", w.result.verdicts[i].rule, w.result.verdicts[i].evidence);
    EXPECT(&w, "MIN-15", NOT_EVALUATED, 1);
    EXPECT(&w, "MIN-25", NOT_EVALUATED, 1);
    EXPECT(&w, "MIN-10", UNKNOWN, 1);    /* not counted yet */
    size_t count;
    const cdr_min_test *tests = cdr_min_tests(&count);
    assert_int_equal(count, 30);
    for (size_t i = 0; i < count; i++) {
        char id[32];
        bool told = i == 6;              /* MIN-07 speaks for rules */
        snprintf(id, sizeof id, "MIN-%02zu", i + 1);
        assert_string_equal(tests[i].id, id);
        for (size_t k = 0; k < w.result.count; k++)
            told |= !strcmp(w.result.verdicts[k].test, id);
        if (!told)
            fail_msg("%s says nothing", id);
    }
    world_done(&w);
}

static void min_all__nothing_scanned__is_no_pass(void **state)
{
    (void)state;
    world w;
    world_make(&w);
    w.facts.scanned = w.facts.complete = false;
    static const char *const observing[] = {"MIN-01", "MIN-13", "MIN-14", "MIN-17", "MIN-18", "MIN-19", "MIN-20"};
    judge(&w, PLAIN);
    for (size_t i = 0; i < CDR_COUNT(observing); i++)
        EXPECT(&w, observing[i], UNKNOWN, 1);
    w.facts.scanned = true;
    w.facts.unread = 3;
    judge(&w, PLAIN);
    for (size_t i = 0; i < CDR_COUNT(observing); i++)
        EXPECT(&w, observing[i], UNKNOWN, 1);
    w.facts.complete = true;
    judge(&w, PLAIN);
    for (size_t i = 0; i < CDR_COUNT(observing); i++)
        EXPECT(&w, observing[i], PASS, 1);
    world_done(&w);
}

static void min_01__unregistered(void **state)
{
    (void)state;
    world w;
    world_shop(&w);
    judge(&w, PLAIN);
    EXPECT(&w, "MIN-01", PASS, 1);
    system_of(&w, "");
    cdr_judge_object *keys = object_in(&w, 1, "files/away/keys.env");
    field_of(keys, "", "user.authorization.credentials");
    judge(&w, PLAIN);
    EXPECT(&w, "MIN-01", PASS, 1);       /* a machine's key is nobody's data */
    cdr_judge_object *a = object_in(&w, 1, "files/away/x.zip!/a.csv"), *b = object_in(&w, 1, "files/away/x.zip!/b.csv");
    a->container = b->container = a->container_shown = b->container_shown = "files/away/x.zip";
    a->inside = b->inside = true;
    b->people_max = 5000;
    field_of(a, "email", "user.contact.email");
    field_of(b, "email", "user.contact.email");
    judge(&w, PLAIN);
    EXPECT(&w, "MIN-01", FAIL, 1);       /* one file, told once by its worst part */
    const cdr_verdict *v = first(&w, "MIN-01", CDR_VERDICT_FAIL);
    assert_string_equal(v->path, "files/away/x.zip");
    assert_int_equal(v->people_max, 5000);
    assert_int_equal(v->severity, CDR_SEV_HIGH);
    world_done(&w);
}

static void min_02__undeclared(void **state)
{
    (void)state;
    world w;
    world_shop(&w);
    judge(&w, PLAIN);
    EXPECT(&w, "MIN-02", PASS, 1);
    field_of(&w.objects[0], "born", "user.demographic.date_of_birth");
    judge(&w, PLAIN);
    EXPECT(&w, "MIN-02", FAIL, 1);
    w.activities[0].categories.keys = SET("user.contact", "user.name", "user.demographic");
    judge(&w, PLAIN);
    EXPECT(&w, "MIN-02", PASS, 1);       /* a declared parent holds its children */
    w.activities[0].categories.keys = NO_SET;
    judge(&w, PLAIN);
    EXPECT(&w, "MIN-02", UNKNOWN, 3);
    w.systems[0].datasets = SET("user");
    judge(&w, PLAIN);
    EXPECT(&w, "MIN-02", PASS, 1);       /* a description of its datasets declares, too */
    world_done(&w);
}

static void min_02__an_undeclared_system__is_no_pass(void **state)
{
    (void)state;
    world w;
    world_shop(&w);
    w.facts.activity_count = 0;
    judge(&w, PLAIN);
    EXPECT(&w, "MIN-02", PASS, 0);
    EXPECT(&w, "MIN-04", GAP, 1);
    world_done(&w);
}

static void min_03__declared_and_nowhere(void **state)
{
    (void)state;
    world w;
    world_shop(&w);
    judge(&w, PLAIN);
    EXPECT(&w, "MIN-03", PASS, 1);
    w.activities[0].categories.keys = SET("user.contact.email", "user.name", "user.demographic.date_of_birth");
    judge(&w, PLAIN);
    EXPECT(&w, "MIN-03", FAIL, 1);
    w.facts.complete = false;
    w.facts.unread = 1;
    judge(&w, PLAIN);
    EXPECT(&w, "MIN-03", FAIL, 0);
    EXPECT(&w, "MIN-03", UNKNOWN, 1);
    w.facts.complete = true;
    w.systems[0].objects = 0;
    judge(&w, PLAIN);
    EXPECT(&w, "MIN-03", UNKNOWN, 1);
    w.systems[0].objects = 1;
    w.activities[0].categories.keys = SET("user.contact.email", "user.name", "user.behavior.purchase_history");
    judge(&w, PLAIN);
    EXPECT(&w, "MIN-03", UNKNOWN, 1);    /* no detector looks for it */
    w.activities[0].confirmed = true;
    judge(&w, PLAIN);
    EXPECT(&w, "MIN-03", PASS, 1);       /* somebody did */
    world_done(&w);
}

static void min_04_05__purposes(void **state)
{
    (void)state;
    world w;
    world_shop(&w);
    judge(&w, PLAIN);
    EXPECT(&w, "MIN-04", PASS, 1);
    EXPECT(&w, "MIN-05", PASS, 1);
    w.activities[0].use = "operations";
    judge(&w, PLAIN);
    EXPECT(&w, "MIN-05", FAIL, 1);
    w.activities[0].use = "";
    judge(&w, PLAIN);
    EXPECT(&w, "MIN-04", GAP, 1);
    EXPECT(&w, "MIN-05", PASS, 0);       /* nobody said for what */
    system_of(&w, "crm");
    field_of(object_in(&w, 1, "files/crm.csv"), "email", "user.contact.email");
    judge(&w, PLAIN);
    EXPECT(&w, "MIN-04", GAP, 2);
    world_done(&w);
}

static void min_06__consumers(void **state)
{
    (void)state;
    world w;
    world_shop(&w);
    cdr_judge_party *p = party_of(&w, "mailer", false);
    w.holders[0][0] = (cdr_judge_holder){1, CDR_JUDGE_SHARES};
    w.systems[0].holders = w.holders[0];
    w.systems[0].holder_count = 1;
    (void)p;
    judge(&w, PLAIN);
    EXPECT(&w, "MIN-06", GAP, 1);
    w.activities[0].recipients = SET("mailer");
    judge(&w, PLAIN);
    EXPECT(&w, "MIN-06", PASS, 1);
    w.activities[0].recipients = EMPTY_SET;
    activity_for(&w, "news", "marketing.communications.email", SET("crm"), SET("user.contact.email"))->recipients = SET("mailer");
    judge(&w, PLAIN);
    EXPECT(&w, "MIN-06", FAIL, 1);
    w.activities[1].use = "essential";   /* broader than what the data are kept for */
    judge(&w, PLAIN);
    EXPECT(&w, "MIN-06", UNKNOWN, 1);
    w.holders[0][0].relation = CDR_JUDGE_HOSTS;
    judge(&w, PLAIN);
    EXPECT(&w, "MIN-06", PASS, 1);
    world_done(&w);
}

#define NO_MARKETING "rules: [{id: no, severity: high, when: {categories: [user.contact], uses: [marketing]}}]\n"

static void min_07__rules(void **state)
{
    (void)state;
    world w;
    world_shop(&w);
    judge(&w, PLAIN);
    EXPECT(&w, "MIN-07", NOT_EVALUATED, 1);
    judge(&w, NO_MARKETING);
    EXPECT(&w, "no", PASS, 1);
    w.activities[0].use = "marketing.communications.email";
    judge(&w, NO_MARKETING);
    EXPECT(&w, "no", FAIL, 2);           /* as declared, and as it lies in the column */
    const cdr_verdict *v = first(&w, "no", CDR_VERDICT_FAIL);
    assert_string_equal(v->test, "MIN-07");
    w.activities[0].use = "";
    judge(&w, NO_MARKETING);
    EXPECT(&w, "no", UNKNOWN, 2);
    w.activities[0].use = "essential.service";
    w.activities[0].categories.keys = SET("user.name");
    judge(&w, NO_MARKETING);
    EXPECT(&w, "no", UNKNOWN, 1);        /* what nobody declared is used nobody knows how */
    judge(&w, "rules: [{id: no, when: {categories: [user.contact.email], systems: [shop]}}]\n");
    EXPECT(&w, "no", FAIL, 1);
    world_done(&w);
}

#define ASKS_FIRST "rules: [{id: no, severity: high, when: {categories: [user.contact], uses: [marketing]}, unless: {consent: news}}]\n"

static void min_07__without_any_consents_recorded_nobody_can_tell(void **state)
{
    (void)state;
    world w;
    world_shop(&w);
    w.activities[0].use = "marketing";
    judge(&w, ASKS_FIRST);
    EXPECT(&w, "no", FAIL, 0);
    EXPECT(&w, "no", PASS, 0);
    EXPECT(&w, "no", UNKNOWN, 2);
    /* Where consents are recorded, one that is not there was not given. */
    cdr_judge_consent tally = {"surveys", 5, 0};
    w.facts.consents = &tally;
    w.facts.consent_count = 1;
    judge(&w, ASKS_FIRST);
    EXPECT(&w, "no", FAIL, 2);
    world_done(&w);
}

static void min_07__a_column_that_another_activity_needs__is_not_emptied_without_a_thought(void **state)
{
    (void)state;
    world w;
    world_shop(&w);
    activity_for(&w, "news", "marketing", SET("shop"), SET("user.contact.email"));
    judge(&w, NO_MARKETING);
    EXPECT(&w, "no", FAIL, 2);
    bool column = false;
    for (size_t i = 0; i < w.result.count; i++)
        if (!strcmp(w.result.verdicts[i].rule, "no") && w.result.verdicts[i].field[0]) {
            column = true;
            assert_string_equal(w.result.verdicts[i].thought, "orders needs it, too: what breaks the rule is a use, not that it is kept.");
        }
    assert_true(column);
    w.activities[0].categories.keys = SET("user.name");
    judge(&w, NO_MARKETING);
    for (size_t i = 0; i < w.result.count; i++)
        assert_true(strcmp(w.result.verdicts[i].rule, "no") != 0 || w.result.verdicts[i].thought[0] == '\0');
    world_done(&w);
}

static void min_07__another_activity_of_the_system_is_not_mixed_in(void **state)
{
    (void)state;
    world w;
    world_shop(&w);
    activity_for(&w, "news", "marketing", SET("shop"), SET("user.name"));
    judge(&w, NO_MARKETING);
    EXPECT(&w, "no", PASS, 1);
    world_done(&w);
}

static void min_08__grounds(void **state)
{
    (void)state;
    world w;
    world_shop(&w);
    judge(&w, PLAIN);
    EXPECT(&w, "MIN-08", PASS, 1);
    w.activities[0].basis = "";
    judge(&w, PLAIN);
    EXPECT(&w, "MIN-08", FAIL, 1);
    w.activities[0].processor = true;
    judge(&w, PLAIN);
    EXPECT(&w, "MIN-08", PASS, 1);
    w.activities[0].processor = false;
    w.activities[0].basis = "legitimate interests";
    judge(&w, PLAIN);
    EXPECT(&w, "MIN-08", FAIL, 1);
    w.activities[0].assessed = true;
    w.activities[0].categories.keys = SET("user.contact.email", "user.name", "user.health_and_medical");
    judge(&w, PLAIN);
    EXPECT(&w, "MIN-08", FAIL, 1);
    w.activities[0].condition = "explicit consent";
    judge(&w, PLAIN);
    EXPECT(&w, "MIN-08", PASS, 1);
    w.activities[0].condition = "";
    w.activities[0].categories.keys = SET("user.demographic");
    judge(&w, PLAIN);
    EXPECT(&w, "MIN-08", UNKNOWN, 1);    /* may hold a religion */
    w.activities[0].categories.keys = SET("user.criminal_history");
    w.activities[0].condition = "explicit consent";
    judge(&w, PLAIN);
    EXPECT(&w, "MIN-08", FAIL, 1);       /* Art. 10 wants a law */
    w.activities[0].basis = "legal obligation";
    judge(&w, PLAIN);
    EXPECT(&w, "MIN-08", PASS, 1);
    w.activities[0].condition = "";
    field_of(&w.objects[0], "faith", "user.demographic.religious_belief");
    judge(&w, PLAIN);
    EXPECT(&w, "MIN-08", FAIL, 1);       /* found, and nobody states a ground */
    world_done(&w);
}

static void min_09__periods(void **state)
{
    (void)state;
    world w;
    world_shop(&w);
    judge(&w, PLAIN);
    EXPECT(&w, "MIN-09", PASS, 1);
    w.activities[0].period = "";
    judge(&w, PLAIN);
    EXPECT(&w, "MIN-09", FAIL, 2);
    judge(&w, "retention: [{id: r, categories: [user.contact], trigger: order, period: P1Y}]\n");
    EXPECT(&w, "MIN-09", FAIL, 1);
    judge(&w, "retention: [{id: r, trigger: order, indefinite: true, approver: Owner}]\n");
    EXPECT(&w, "MIN-09", PASS, 1);
    world_done(&w);
}

static void min_10__over_age(void **state)
{
    (void)state;
    world w;
    world_shop(&w);
    cdr_judge_retained count = {.rule = "r", .trigger_field = "ordered_at", .cutoff = "2025-11-25", .reason = "", .oldest = "2019-01-02", .known = true, .rows = 100};
    static const char policy[] = "retention: [{id: r, trigger: order, trigger_fields: [ordered_at], period: P1Y, action: delete}]\n";
    judge(&w, policy);
    EXPECT(&w, "MIN-10", UNKNOWN, 1);
    assert_string_equal(first(&w, "MIN-10", CDR_VERDICT_UNKNOWN)->command, "candor retention run");
    w.objects[0].retained = &count;
    w.objects[0].retained_count = 1;
    judge(&w, policy);
    EXPECT(&w, "MIN-10", PASS, 1);
    count.over_age = 7;
    judge(&w, policy);
    EXPECT(&w, "MIN-10", FAIL, 1);
    const cdr_verdict *v = first(&w, "MIN-10", CDR_VERDICT_FAIL);
    assert_int_equal(v->remedy, CDR_REMEDY_PURGE_ROWS);
    assert_string_equal(v->retention, "r");
    assert_string_equal(v->cutoff, "2025-11-25");
    assert_int_equal(v->amount, 7);
    count.kept = 3;
    judge(&w, policy);
    assert_int_equal(first(&w, "MIN-10", CDR_VERDICT_FAIL)->remedy, CDR_REMEDY_NONE);   /* another rule keeps some of them */
    w.objects[0].hold = "file 12";
    judge(&w, policy);
    EXPECT(&w, "MIN-10", FAIL, 0);
    w.objects[0].hold = "";
    count.over_age = count.kept = 0;
    count.undated = 4;
    judge(&w, policy);
    EXPECT(&w, "MIN-10", UNKNOWN, 1);
    count.undated = 0;
    count.stale = true;
    judge(&w, policy);
    EXPECT(&w, "MIN-10", UNKNOWN, 1);
    count.stale = false;
    count.known = false;
    judge(&w, policy);
    EXPECT(&w, "MIN-10", UNKNOWN, 1);
    world_done(&w);
}

/* No period, or no sure one: that nothing is over age cannot be said. */
static void min_10__no_sure_rule__is_no_pass(void **state)
{
    (void)state;
    world w;
    world_shop(&w);
    w.activities[0].period = "";
    judge(&w, PLAIN);
    EXPECT(&w, "MIN-10", UNKNOWN, 1);
    EXPECT(&w, "MIN-10", PASS, 0);
    w.activities[0].use = "";
    judge(&w, "retention: [{id: a, uses: [marketing], trigger: order, period: P1Y}, {id: b, uses: [essential], trigger: order, period: P6Y}]\n");
    EXPECT(&w, "MIN-10", UNKNOWN, 1);
    assert_non_null(strstr(first(&w, "MIN-10", CDR_VERDICT_UNKNOWN)->evidence, "cannot be told"));
    judge(&w, "retention: [{id: a, trigger: order, indefinite: true, approver: Owner}]\n");
    EXPECT(&w, "MIN-10", PASS, 1);
    world_done(&w);
}

/* What is not written down makes no pass. */
static void min_all__nothing_said__is_no_pass(void **state)
{
    (void)state;
    world w;
    world_shop(&w);
    cdr_judge_activity *a = &w.activities[0];
    a->use = a->basis = a->period = "";
    a->categories.keys = a->recipients = NO_SET;
    w.systems[0].country = "";
    static const char *const needing[] = {"MIN-03", "MIN-05", "MIN-09", "MIN-21", "MIN-22", "MIN-23"};
    judge(&w, PLAIN);
    for (size_t i = 0; i < CDR_COUNT(needing); i++) {
        EXPECT(&w, needing[i], PASS, 0);
        EXPECT(&w, needing[i], UNKNOWN, 1);
    }
    world_done(&w);
}

static void min_22__where_a_system_lies(void **state)
{
    (void)state;
    world w;
    world_shop(&w);
    w.systems[0].country = "US";
    judge(&w, "limits: {adequacy_as_of: 2026-06-01, adequacy_source: counsel, adequate: [CH]}\n");
    EXPECT(&w, "MIN-22", FAIL, 1);
    w.activities[0].safeguards = "standard contractual clauses";
    judge(&w, PLAIN);
    EXPECT(&w, "MIN-22", PASS, 1);
    world_done(&w);
}

static void min_11__clash(void **state)
{
    (void)state;
    world w;
    world_shop(&w);
    judge(&w, "retention: [{id: a, trigger: order, period: P1Y}]\n");
    EXPECT(&w, "MIN-11", PASS, 1);
    judge(&w, "retention: [{id: a, trigger: order, period: P1Y}, {id: tax, trigger: order, minimum: P7Y, source: unknown}]\n");
    EXPECT(&w, "MIN-11", FAIL, 2);
    assert_non_null(strstr(first(&w, "MIN-11", CDR_VERDICT_FAIL)->evidence, "tax"));
    world_done(&w);
}

#define MASKED "forms: [{id: f, categories: [user.contact.email], allowed: [masked, encrypted]}]\n"

static void min_12__forms(void **state)
{
    (void)state;
    world w;
    world_shop(&w);
    judge(&w, PLAIN);
    EXPECT(&w, "MIN-12", PASS, 1);
    judge(&w, MASKED);
    EXPECT(&w, "f", PASS, 1);            /* the system is encrypted, and that is enough */
    w.systems[0].encrypted = -1;
    judge(&w, MASKED);
    EXPECT(&w, "f", UNKNOWN, 1);
    w.systems[0].encrypted = 0;
    judge(&w, MASKED);
    EXPECT(&w, "f", FAIL, 1);
    const cdr_verdict *v = first(&w, "f", CDR_VERDICT_FAIL);
    assert_int_equal(v->remedy, CDR_REMEDY_MASK_COLUMN);
    assert_int_equal(v->form, CDR_FORM_MASKED);
    assert_string_equal(v->test, "MIN-12");
    judge(&w, "forms: [{id: f, categories: [user.contact.email], allowed: never}]\n");
    assert_int_equal(first(&w, "f", CDR_VERDICT_FAIL)->remedy, CDR_REMEDY_NULL_COLUMN);
    judge(&w, "forms: [{id: f, categories: [user.contact.email], uses: [marketing], allowed: never}]\n");
    EXPECT(&w, "f", PASS, 1);            /* it is used for something else */
    w.activities[0].use = "";
    judge(&w, "forms: [{id: f, categories: [user.contact.email], uses: [marketing], allowed: never}]\n");
    EXPECT(&w, "f", UNKNOWN, 1);
    field_of(&w.objects[0], "born", "user.demographic.date_of_birth");
    judge(&w, PLAIN);
    EXPECT(&w, "MIN-12", GAP, 1);        /* the policy does not say how fine it must be */
    judge(&w, "forms: [{id: d, categories: [user.demographic.date_of_birth], allowed: plain}]\n");
    EXPECT(&w, "MIN-12", PASS, 1);
    world_done(&w);
}

static void min_13__stores_aside(void **state)
{
    (void)state;
    world w;
    world_shop(&w);
    judge(&w, PLAIN);
    EXPECT(&w, "MIN-13", PASS, 1);
    w.systems[0].side = "test";
    judge(&w, PLAIN);
    EXPECT(&w, "MIN-13", FAIL, 1);       /* the address, not the name */
    w.systems[0].side = "";
    w.systems[0].backup_of = "old-shop";
    judge(&w, PLAIN);
    EXPECT(&w, "MIN-13", FAIL, 1);
    assert_int_equal(first(&w, "MIN-13", CDR_VERDICT_FAIL)->remedy, CDR_REMEDY_DELETE_FILE);
    system_of(&w, "old-shop");
    judge(&w, PLAIN);
    EXPECT(&w, "MIN-13", PASS, 1);
    world_done(&w);
}

static void places__of_a_policy(void **state)
{
    (void)state;
    world w;
    world_shop(&w);
    judge(&w, "places: [{id: p, categories: [user], only: [crm]}]\n");
    EXPECT(&w, "p", FAIL, 1);            /* the file as a whole, once */
    assert_int_equal(first(&w, "p", CDR_VERDICT_FAIL)->remedy, CDR_REMEDY_MOVE);
    judge(&w, "places: [{id: p, categories: [user.contact], never: [shop]}]\n");
    EXPECT(&w, "p", FAIL, 1);
    assert_string_equal(first(&w, "p", CDR_VERDICT_FAIL)->field, "email");
    judge(&w, "places: [{id: p, categories: [user], never: [unregistered]}]\n");
    EXPECT(&w, "p", PASS, 1);
    w.fields[0][1].exact = false;
    w.fields[0][1].category = "user";
    judge(&w, "places: [{id: p, categories: [user.health_and_medical], never: [shop]}]\n");
    EXPECT(&w, "p", UNKNOWN, 1);
    world_done(&w);
}

static void min_14__copies(void **state)
{
    (void)state;
    world w;
    world_shop(&w);
    w.systems[0].record = true;
    system_of(&w, "");
    cdr_judge_object *o = object_in(&w, 1, "files/away/copy.csv");
    field_of(o, "email", "user.contact.email");
    judge(&w, PLAIN);
    EXPECT(&w, "MIN-14", PASS, 1);
    o->copy_of = "shop";
    o->shared = o->record_people = 100;
    judge(&w, PLAIN);
    EXPECT(&w, "MIN-14", FAIL, 1);
    assert_int_equal(first(&w, "MIN-14", CDR_VERDICT_FAIL)->remedy, CDR_REMEDY_DELETE_FILE);
    assert_non_null(strstr(first(&w, "MIN-14", CDR_VERDICT_FAIL)->thought, "may stand nowhere else"));
    o->twin = true;
    judge(&w, PLAIN);
    assert_string_equal(first(&w, "MIN-14", CDR_VERDICT_FAIL)->thought, "");
    o->twin = false;
    o->consents = true;
    judge(&w, PLAIN);
    assert_non_null(strstr(first(&w, "MIN-14", CDR_VERDICT_FAIL)->thought, "who agreed to what"));
    o->consents = false;
    o->twin = true;
    o->system = 0;
    judge(&w, PLAIN);
    assert_non_null(strstr(first(&w, "MIN-14", CDR_VERDICT_FAIL)->thought, "shop claims it"));
    o->twin = false;
    o->system = 1;
    o->copy_of = "";
    for (size_t i = 0; i < 3; i++) {
        static const char *const names[] = {"crm", "mail", "desk"};
        system_of(&w, names[i]);
        field_of(object_in(&w, 2 + i, "files/x.csv"), "email", "user.contact.email");
    }
    const cdr_judge_overlap overlaps[] = {{0, 2, 50}, {0, 3, 50}, {0, 4, 50}};
    w.facts.overlaps = overlaps;
    w.facts.overlap_count = 3;
    judge(&w, PLAIN);
    EXPECT(&w, "MIN-14", FAIL, 1);       /* four systems, three are allowed */
    judge(&w, "limits: {stores_max: 4}\n");
    EXPECT(&w, "MIN-14", PASS, 1);
    world_done(&w);
}

static void min_16__columns_that_say_nothing(void **state)
{
    (void)state;
    world w;
    world_shop(&w);
    judge(&w, PLAIN);
    EXPECT(&w, "MIN-16", PASS, 1);
    w.fields[0][0].distinct = 1;
    judge(&w, PLAIN);
    EXPECT(&w, "MIN-16", FAIL, 1);
    assert_true(first(&w, "MIN-16", CDR_VERDICT_FAIL)->thought[0] != '\0');
    w.fields[0][0].distinct = 1;
    w.fields[0][0].values = w.fields[0][0].amount = 1;
    judge(&w, PLAIN);
    EXPECT(&w, "MIN-16", FAIL, 1);       /* 99 of 100 rows are empty */
    w.objects[0].rows = 10;
    judge(&w, PLAIN);
    EXPECT(&w, "MIN-16", NOT_EVALUATED, 1);
    world_done(&w);
}

static void min_17_18_19__values_in_the_clear(void **state)
{
    (void)state;
    world w;
    world_shop(&w);
    judge(&w, PLAIN);
    EXPECT(&w, "MIN-17", PASS, 1);
    EXPECT(&w, "MIN-18", PASS, 1);
    EXPECT(&w, "MIN-19", PASS, 1);
    field_of(&w.objects[0], "", "user.health_and_medical");
    field_of(&w.objects[0], "cvv", "user.financial.credit_card.verification_code");
    field_of(&w.objects[0], "card", "user.financial.credit_card.number");
    field_of(&w.objects[0], "password", "user.authorization.password");
    judge(&w, PLAIN);
    EXPECT(&w, "MIN-17", FAIL, 1);
    assert_int_equal(first(&w, "MIN-17", CDR_VERDICT_FAIL)->remedy, CDR_REMEDY_REDACT_TEXT);
    EXPECT(&w, "MIN-18", FAIL, 1);       /* the code; the number lies in an encrypted system */
    EXPECT(&w, "MIN-19", FAIL, 1);
    w.systems[0].encrypted = -1;
    judge(&w, PLAIN);
    EXPECT(&w, "MIN-18", UNKNOWN, 1);
    w.systems[0].encrypted = 0;
    judge(&w, PLAIN);
    EXPECT(&w, "MIN-18", FAIL, 2);
    w.fields[0][5].traits |= CDR_TRAIT_HASHED;
    judge(&w, PLAIN);
    EXPECT(&w, "MIN-19", PASS, 1);
    w.objects[0].log = true;
    w.fields[0][2].name = "diagnosis";
    w.fields[0][2].traits = 0;
    judge(&w, PLAIN);
    EXPECT(&w, "MIN-17", FAIL, 1);       /* a column of a log */
    world_done(&w);
}

static void min_20__readers(void **state)
{
    (void)state;
    world w;
    world_shop(&w);
    judge(&w, PLAIN);
    EXPECT(&w, "MIN-20", PASS, 1);
    w.systems[0].readers = SET("Sales", "Interns");
    judge(&w, PLAIN);
    EXPECT(&w, "MIN-20", UNKNOWN, 1);
    w.systems[0].readers = NO_SET;
    judge(&w, PLAIN);
    EXPECT(&w, "MIN-20", UNKNOWN, 1);    /* nobody has said who may read it */
    w.systems[0].readers = SET("Sales");
    w.objects[0].everyone = true;
    judge(&w, PLAIN);
    EXPECT(&w, "MIN-20", FAIL, 1);
    assert_string_equal(first(&w, "MIN-20", CDR_VERDICT_FAIL)->command, "chmod o-rwx -- files/shop.csv");
    world_done(&w);
}

static void min_21__agreements(void **state)
{
    (void)state;
    world w;
    world_shop(&w);
    cdr_judge_party *p = party_of(&w, "mailer", false);
    p->agreement = -1;
    judge(&w, PLAIN);
    EXPECT(&w, "MIN-21", PASS, 1);       /* it gets nothing */
    w.activities[0].recipients = SET("mailer");
    judge(&w, PLAIN);
    EXPECT(&w, "MIN-21", UNKNOWN, 1);
    p->agreement = 0;
    judge(&w, PLAIN);
    EXPECT(&w, "MIN-21", FAIL, 1);
    p->agreement = -2;
    p->agreement_until = "2026-01-31";
    judge(&w, PLAIN);
    assert_non_null(strstr(first(&w, "MIN-21", CDR_VERDICT_FAIL)->evidence, "2026-01-31"));
    p->agreement = 1;
    judge(&w, PLAIN);
    EXPECT(&w, "MIN-21", PASS, 1);
    w.activities[0].recipients = SET("somebody");
    judge(&w, PLAIN);
    EXPECT(&w, "MIN-21", UNKNOWN, 1);
    world_done(&w);
}

#define ADEQUATE(day) "limits: {adequacy_as_of: " day ", adequacy_source: counsel, adequate: [CH, GB]}\n"

static void min_22__transfers(void **state)
{
    (void)state;
    world w;
    world_shop(&w);
    judge(&w, PLAIN);
    EXPECT(&w, "MIN-22", PASS, 1);
    const cdr_judge_transfer clauses[] = {{"US (standard contractual clauses)", "US", "standard contractual clauses"}}, bare[] = {{"US", "US", ""}}, swiss[] = {{"CH", "CH", ""}};
    w.activities[0].transfer_count = 1;
    w.activities[0].transfers = clauses;
    judge(&w, PLAIN);
    EXPECT(&w, "MIN-22", PASS, 1);
    w.activities[0].transfers = bare;
    judge(&w, PLAIN);
    EXPECT(&w, "MIN-22", UNKNOWN, 1);    /* there is no list: ask counsel */
    assert_non_null(strstr(first(&w, "MIN-22", CDR_VERDICT_UNKNOWN)->missing, "ask counsel"));
    judge(&w, ADEQUATE("2026-06-01"));
    EXPECT(&w, "MIN-22", FAIL, 1);
    w.activities[0].transfers = swiss;
    judge(&w, ADEQUATE("2026-06-01"));
    EXPECT(&w, "MIN-22", PASS, 1);
    judge(&w, ADEQUATE("2024-06-01"));
    EXPECT(&w, "MIN-22", UNKNOWN, 1);    /* the list is stale */
    w.activities[0].transfer_count = 0;
    party_of(&w, "cloud", false)->country = "US";
    w.activities[0].recipients = SET("cloud");
    judge(&w, ADEQUATE("2026-06-01"));
    EXPECT(&w, "MIN-22", FAIL, 1);       /* nobody wrote it down as a transfer */
    w.parties[1].country = "";
    judge(&w, ADEQUATE("2026-06-01"));
    EXPECT(&w, "MIN-22", UNKNOWN, 1);
    world_done(&w);
}

static void min_23__consents(void **state)
{
    (void)state;
    world w;
    world_shop(&w);
    w.activities[0].basis = "consent";
    judge(&w, PLAIN);
    EXPECT(&w, "MIN-23", FAIL, 1);       /* no record means no */
    w.facts.consents_known = false;
    judge(&w, PLAIN);
    EXPECT(&w, "MIN-23", UNKNOWN, 1);
    w.facts.consents_known = true;
    cdr_judge_consent tally = {"orders", 60, 5};
    w.facts.consents = &tally;
    w.facts.consent_count = 1;
    judge(&w, PLAIN);
    EXPECT(&w, "MIN-23", UNKNOWN, 1);
    tally = (cdr_judge_consent){"orders", 100, 0};
    judge(&w, PLAIN);
    EXPECT(&w, "MIN-23", PASS, 1);
    tally = (cdr_judge_consent){"orders", 0, 20};
    judge(&w, PLAIN);
    EXPECT(&w, "MIN-23", FAIL, 1);
    world_done(&w);
}

static void min_24__residue(void **state)
{
    (void)state;
    world w;
    world_shop(&w);
    judge(&w, PLAIN);
    EXPECT(&w, "MIN-24", PASS, 1);
    const cdr_judge_residue r = {.object = 0, .plan = "abcdef012345", .what = "E-mail address", .values = 3};
    w.facts.erasures = 1;
    w.facts.residue = &r;
    w.facts.residue_count = 1;
    judge(&w, PLAIN);
    EXPECT(&w, "MIN-24", FAIL, 1);
    /* In the changed file itself: by no rule it is wrong, by a rule it is open, and both are two verdicts. */
    const cdr_judge_residue inside[] = {{.object = 0, .plan = "abcdef012345", .what = "E-mail address", .values = 3, .inside = true},
                                        {.object = 0, .plan = "abcdef012345", .what = "Phone number", .values = 1, .inside = true, .governed = true}};
    w.facts.residue = inside;
    w.facts.residue_count = 2;
    judge(&w, PLAIN);
    EXPECT(&w, "MIN-24", FAIL, 1);
    EXPECT(&w, "MIN-24", UNKNOWN, 1);
    EXPECT(&w, "MIN-24", PASS, 0);
    w.facts.residue_count = 0;
    w.facts.complete = false;
    w.facts.unread = 1;
    judge(&w, PLAIN);
    EXPECT(&w, "MIN-24", UNKNOWN, 1);
    world_done(&w);
}

static void promises__of_the_notice(void **state)
{
    (void)state;
    world w;
    world_shop(&w);
    static const char never[] = "promises: [{id: p, says: We never write to you., kind: never use, uses: [marketing]}]\n";
    judge(&w, never);
    EXPECT(&w, "p", PASS, 1);
    w.activities[0].use = "marketing";
    judge(&w, never);
    assert_true(count_of(&w, "p", CDR_VERDICT_FAIL) > 0);
    w.activities[0].use = "essential.service";
    judge(&w, "promises: [{id: p, says: No names., kind: never hold, categories: [user.name]}]\n");
    assert_true(count_of(&w, "p", CDR_VERDICT_FAIL) > 0);
    judge(&w, "promises: [{id: p, says: Only addresses., kind: only collect, categories: [user.contact]}]\n");
    assert_true(count_of(&w, "p", CDR_VERDICT_FAIL) > 0);
    judge(&w, "promises: [{id: p, says: Gone in a year., kind: delete after, period: P1Y}]\n");
    EXPECT(&w, "p", FAIL, 1);            /* the activity keeps it two years */
    judge(&w, "promises: [{id: p, says: Gone in three years., kind: delete after, period: P3Y}]\n");
    EXPECT(&w, "p", PASS, 1);
    static const char sealed[] = "promises: [{id: p, says: All is encrypted., kind: encrypted, categories: [user]}]\n";
    judge(&w, sealed);
    EXPECT(&w, "p", PASS, 1);
    w.systems[0].encrypted = -1;
    judge(&w, sealed);
    EXPECT(&w, "p", UNKNOWN, 1);
    w.systems[0].encrypted = 0;
    judge(&w, sealed);
    EXPECT(&w, "p", FAIL, 1);
    static const char alone[] = "promises: [{id: p, says: We share with nobody., kind: never share}]\n";
    judge(&w, alone);
    EXPECT(&w, "p", PASS, 1);
    party_of(&w, "broker", false);
    w.activities[0].recipients = SET("us", "broker");
    judge(&w, alone);
    assert_true(count_of(&w, "p", CDR_VERDICT_FAIL) > 0);
    w.activities[0].recipients = SET("us");
    judge(&w, alone);
    EXPECT(&w, "p", PASS, 1);
    static const char yes[] = "promises: [{id: p, says: Only after you said yes., kind: consent first, uses: [essential]}]\n";
    judge(&w, yes);
    EXPECT(&w, "p", FAIL, 1);
    judge(&w, "promises: [{id: p, says: Only here., kind: only in, countries: [DE]}]\n");
    EXPECT(&w, "p", FAIL, 0);
    judge(&w, "promises: [{id: p, says: Only there., kind: only in, countries: [FR]}]\n");
    assert_true(count_of(&w, "p", CDR_VERDICT_FAIL) > 0);
    world_done(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(min_all__a_shop_in_order__breaks_nothing), cmocka_unit_test(min_all__nothing_scanned__is_no_pass), cmocka_unit_test(min_01__unregistered), cmocka_unit_test(min_02__undeclared),
        cmocka_unit_test(min_02__an_undeclared_system__is_no_pass), cmocka_unit_test(min_03__declared_and_nowhere), cmocka_unit_test(min_04_05__purposes), cmocka_unit_test(min_06__consumers),
        cmocka_unit_test(min_07__rules), cmocka_unit_test(min_07__without_any_consents_recorded_nobody_can_tell),
        cmocka_unit_test(min_07__a_column_that_another_activity_needs__is_not_emptied_without_a_thought), cmocka_unit_test(min_07__another_activity_of_the_system_is_not_mixed_in), cmocka_unit_test(min_08__grounds), cmocka_unit_test(min_09__periods),
        cmocka_unit_test(min_10__over_age), cmocka_unit_test(min_10__no_sure_rule__is_no_pass), cmocka_unit_test(min_11__clash), cmocka_unit_test(min_all__nothing_said__is_no_pass), cmocka_unit_test(min_22__where_a_system_lies), cmocka_unit_test(min_12__forms), cmocka_unit_test(min_13__stores_aside), cmocka_unit_test(places__of_a_policy),
        cmocka_unit_test(min_14__copies), cmocka_unit_test(min_16__columns_that_say_nothing), cmocka_unit_test(min_17_18_19__values_in_the_clear), cmocka_unit_test(min_20__readers),
        cmocka_unit_test(min_21__agreements), cmocka_unit_test(min_22__transfers), cmocka_unit_test(min_23__consents), cmocka_unit_test(min_24__residue), cmocka_unit_test(promises__of_the_notice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
