/* SPDX-License-Identifier: Apache-2.0 */
/* The retention clock: who wins, day by day; and what must hold whatever the rules are. */
#include "core/policy/retention.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define KEYS(...) {(const char *const[]){__VA_ARGS__}, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *), true}
#define RULE(id_, ...) {.head = {.id = id_, .enabled = true}, __VA_ARGS__}
#define MAX_YEARS(n) .has_period = true, .period = {n, 0, 0}
#define MIN_YEARS(n) .has_minimum = true, .minimum = {n, 0, 0}

static cdr_retention_answer ask(const cdr_retention_rule *rules, size_t count, const cdr_retention_question *q)
{
    static cdr_retention_rule filled[16];        /* texts are never NULL in a policy that was read */
    cdr_policy p = {.retention = filled, .retention_count = count};
    cdr_retention_answer a;
    for (size_t i = 0; i < count; i++) {
        filled[i] = rules[i];
        const char **texts[] = {&filled[i].head.title, &filled[i].head.where, &filled[i].source, &filled[i].source_as_of, &filled[i].confidence, &filled[i].approver};
        for (size_t j = 0; j < CDR_COUNT(texts); j++)
            *texts[j] = *texts[j] ? *texts[j] : "";
        filled[i].trigger = filled[i].trigger ? filled[i].trigger : "last order";
    }
    cdr_retention_resolve(&p, q, &a);
    return a;
}

static const char *const advertising[] = {"marketing.advertising"};
static const cdr_retention_question mail = {.category = "user.contact.email", .system = "shop", .uses = {advertising, 1, true}, .hold = ""};
static const cdr_date today = {2027, 3, 14};

static const char *cutoff(const cdr_retention_answer *a, cdr_date now, char text[11])
{
    cdr_date d;
    if (!cdr_retention_cutoff(a, now, &d))
        return "never";
    cdr_date_format(d, text);
    return text;
}

static void resolve__holds_minimum_maximum__in_that_order(void **state)
{
    (void)state;
    const cdr_retention_rule rules[] = {
        RULE("short", MAX_YEARS(2)), RULE("long", MAX_YEARS(5)), RULE("tax", MIN_YEARS(10), .source = "AO section 147", .source_as_of = "2026-01-01", .confidence = "high"),
        RULE("trade", MIN_YEARS(6)),
    };
    char t[11];
    cdr_retention_answer a = ask(rules, 2, &mail);
    assert_int_equal(a.why, CDR_ENDED_BY_MAXIMUM);
    assert_string_equal(a.won->head.id, "short");
    assert_true(a.clash);
    assert_string_equal(cutoff(&a, today, t), "2025-03-14");
    a = ask(rules, 4, &mail);
    assert_int_equal(a.why, CDR_KEPT_BY_MINIMUM);
    assert_string_equal(a.won->head.id, "tax");
    assert_int_equal(a.lost_count, 3);
    assert_string_equal(cutoff(&a, today, t), "2017-03-14");
    assert_non_null(strstr(a.explanation, "tax keeps it: at least 10 years after last order. Source: AO section 147 (as of 2026-01-01, confidence high)."));
    assert_non_null(strstr(a.explanation, "short (at most 2 years after last order) gives way: a legal minimum beats a maximum."));
    cdr_retention_question held = mail;
    held.held = true;
    held.hold = "CASE-17";
    a = ask(rules, 4, &held);
    assert_int_equal(a.why, CDR_KEPT_BY_HOLD);
    assert_null(a.won);
    assert_string_equal(cutoff(&a, today, t), "never");
    assert_non_null(strstr(a.explanation, "The legal hold CASE-17 keeps it"));
}

static void resolve__minimum_within_the_maximum__the_maximum_ends_it(void **state)
{
    (void)state;
    const cdr_retention_rule rules[] = {RULE("end", MAX_YEARS(10)), RULE("least", MIN_YEARS(6)), RULE("same", MIN_YEARS(10))};
    char t[11];
    cdr_retention_answer a = ask(rules, 3, &mail);
    assert_int_equal(a.why, CDR_ENDED_BY_MAXIMUM);
    assert_string_equal(a.won->head.id, "end");
    assert_false(a.clash);
    assert_string_equal(cutoff(&a, today, t), "2017-03-14");
}

static void resolve__who_applies__by_hierarchy_purpose_and_system(void **state)
{
    (void)state;
    const cdr_retention_rule rules[] = {
        RULE("contact", .categories = KEYS("user.contact"), MAX_YEARS(1)), RULE("phone", .categories = KEYS("user.contact.phone_number"), MAX_YEARS(2)),
        RULE("marketing", .purposes = KEYS("marketing"), MAX_YEARS(3)), RULE("service", .purposes = KEYS("essential"), MAX_YEARS(4)),
        RULE("here", .systems = KEYS("shop"), MAX_YEARS(5)), RULE("there", .systems = KEYS("crm"), MAX_YEARS(6)), RULE("nowhere", .systems = KEYS("unregistered"), MAX_YEARS(7)),
        RULE("similar", .categories = KEYS("user.cont"), MAX_YEARS(8)),
    };
    static const bool is[] = {true, false, true, false, true, false, false, false};
    for (size_t i = 0; i < CDR_COUNT(rules); i++)
        assert_int_equal(ask(&rules[i], 1, &mail).why, is[i] ? CDR_ENDED_BY_MAXIMUM : CDR_NO_RULE);
    cdr_retention_question unregistered = mail;
    unregistered.system = "";
    assert_int_equal(ask(&rules[6], 1, &unregistered).why, CDR_ENDED_BY_MAXIMUM);
    assert_int_equal(ask(&rules[4], 1, &unregistered).why, CDR_NO_RULE);
    cdr_retention_rule off = rules[0];
    off.head.enabled = false;
    assert_int_equal(ask(&off, 1, &mail).why, CDR_NO_RULE);
}

static void resolve__what_cannot_be_told__keeps_and_never_ends(void **state)
{
    (void)state;
    const cdr_retention_rule rules[] = {RULE("ads", .purposes = KEYS("marketing"), MAX_YEARS(1)), RULE("law", .purposes = KEYS("legal"), MIN_YEARS(8)), RULE("all", MAX_YEARS(3))};
    char t[11];
    cdr_retention_question q = mail;
    q.uses = (cdr_key_set){0};
    cdr_retention_answer a = ask(rules, 1, &q);
    assert_int_equal(a.why, CDR_RETENTION_UNKNOWN);
    assert_string_equal(cutoff(&a, today, t), "never");
    assert_non_null(strstr(a.explanation, "nobody has said what this is used for"));
    a = ask(rules, 3, &q);                       /* the minimum that may apply keeps, the maximum that may apply does not end */
    assert_int_equal(a.why, CDR_KEPT_BY_MINIMUM);
    assert_string_equal(cutoff(&a, today, t), "2019-03-14");
    const cdr_retention_rule part[] = {RULE("mail", .categories = KEYS("user.contact.email"), MAX_YEARS(1))};
    q = mail;
    q.category = "user.contact";                 /* may hold the part, or not */
    assert_int_equal(ask(part, 1, &q).why, CDR_RETENTION_UNKNOWN);
}

static void resolve__without_end__needs_an_approver(void **state)
{
    (void)state;
    const cdr_retention_rule rules[] = {RULE("ever", .indefinite = true), RULE("approved", .indefinite = true, .approver = "the board"), RULE("end", MAX_YEARS(2))};
    cdr_retention_answer a = ask(rules, 1, &mail);
    assert_int_equal(a.why, CDR_NO_RULE);
    assert_non_null(strstr(a.explanation, "nobody has approved"));
    a = ask(rules, 2, &mail);
    assert_int_equal(a.why, CDR_KEPT_FOR_EVER);
    assert_non_null(strstr(a.explanation, "approved by the board"));
    assert_int_equal(ask(rules, 3, &mail).why, CDR_ENDED_BY_MAXIMUM);
    const cdr_retention_rule least[] = {RULE("least", MIN_YEARS(6))};
    a = ask(least, 1, &mail);
    assert_int_equal(a.why, CDR_KEPT_BY_MINIMUM);
    assert_false(a.has_end);
    char t[11];
    assert_string_equal(cutoff(&a, today, t), "never");
}

static void resolve__other_events__each_its_own_clock(void **state)
{
    (void)state;
    const cdr_retention_rule rules[] = {
        RULE("orders", MAX_YEARS(2), .trigger_fields = KEYS("ordered_at")),
        RULE("account", .trigger = "account closed", MAX_YEARS(3), .trigger_fields = KEYS("closed_at")),
        RULE("invoice", .trigger = "invoice", MIN_YEARS(10), .trigger_fields = KEYS("invoiced_at")),
    };
    char t[11];
    cdr_retention_answer a = ask(rules, 3, &mail);
    assert_int_equal(a.why, CDR_ENDED_BY_MAXIMUM);   /* ten years from an invoice are not comparable with two from an order */
    assert_string_equal(a.won->head.id, "orders");
    assert_int_equal(a.end_count, 2);
    assert_int_equal(a.keep_count, 1);
    assert_true(cdr_retention_other_clocks(&a));
    assert_string_equal(cutoff(&a, today, t), "2025-03-14");
    assert_non_null(strstr(a.explanation, "invoice (at least 10 years after invoice) counts too"));
    assert_true(cdr_retention_same_clock(a.ends[0], a.ends[0]));
    assert_false(cdr_retention_same_clock(a.ends[0], a.ends[1]));
}

static void resolve__periods_of_activities__only_where_the_policy_has_none(void **state)
{
    (void)state;
    cdr_retention_rule own;
    cdr_retention_own o = {.id = "activity newsletter", .period = "P18M", .trigger = "last opening", .uses = KEYS("marketing")};
    const cdr_retention_rule rules[] = {RULE("phone", .categories = KEYS("user.contact.phone_number"), MAX_YEARS(2)), RULE("all", MAX_YEARS(9))};
    assert_true(cdr_retention_of_activity(&o, &own));
    cdr_retention_question q = mail;
    q.own = &own;
    q.own_count = 1;
    cdr_retention_answer a = ask(rules, 1, &q);
    assert_string_equal(a.won->head.id, "activity newsletter");
    a = ask(rules, 2, &q);
    assert_string_equal(a.won->head.id, "all");
    assert_int_equal(a.lost_count, 0);
    o.period = "eighteen months";
    assert_false(cdr_retention_of_activity(&o, &own));
}

static void cutoff__leap_years_and_month_ends__to_the_day(void **state)
{
    (void)state;
    static const struct { cdr_period p; const char *today, *first_kept; } cases[] = {
        {{1, 0, 0}, "2025-02-28", "2024-02-28"}, {{1, 0, 0}, "2025-03-01", "2024-03-01"}, {{4, 0, 0}, "2028-02-29", "2024-02-29"}, {{0, 1, 0}, "2025-02-28", "2025-01-28"},
        {{0, 1, 0}, "2025-03-01", "2025-02-01"}, {{0, 0, 30}, "2025-03-01", "2025-01-30"}, {{0, 0, 0}, "2025-03-01", "2025-03-01"}, {{2, 6, 0}, "2027-08-31", "2025-03-01"},
        {{0, 1, 1}, "2024-03-01", "2024-01-29"}, {{100, 0, 0}, "2027-03-14", "1927-03-14"},
    };
    for (size_t i = 0; i < CDR_COUNT(cases); i++) {
        cdr_date now;
        char text[11];
        assert_true(cdr_date_parse(cases[i].today, &now));
        cdr_date_format(cdr_retention_day(cases[i].p, now), text);
        if (strcmp(text, cases[i].first_kept) != 0)
            fail_msg("%d years %d months %d days on %s: %s", cases[i].p.years, cases[i].p.months, cases[i].p.days, cases[i].today, text);
    }
}

/* The cutoff is what the words say: over age is whose period ended before today. Every day of four years, a set of periods. */
static void cutoff__every_day__as_adding_the_period_says(void **state)
{
    (void)state;
    static const cdr_period periods[] = {{0, 0, 0}, {0, 0, 1}, {0, 0, 30}, {0, 1, 0}, {0, 1, 15}, {0, 11, 0}, {0, 18, 3}, {1, 0, 0}, {3, 0, 0}, {10, 2, 29}};
    for (size_t i = 0; i < CDR_COUNT(periods); i++)
        for (int64_t day = 19700; day < 19700 + 1470; day++) {
            int64_t c = cdr_days_from_date(cdr_retention_day(periods[i], cdr_date_from_days(day)));
            int64_t kept = cdr_days_from_date(cdr_period_after(cdr_date_from_days(c), periods[i])), gone = cdr_days_from_date(cdr_period_after(cdr_date_from_days(c - 1), periods[i]));
            if (kept < day || gone >= day)
                fail_msg("period %zu on day %lld: first kept %lld ends %lld, last over age ends %lld", i, (long long)day, (long long)c, (long long)kept, (long long)gone);
        }
}

/* --- whatever the rules are --- */

static unsigned roll(unsigned *seed, unsigned n)
{
    *seed = *seed * 1664525u + 1013904223u;
    return (*seed >> 16) % n;
}

static char ids[16][8];

static cdr_retention_rule random_rule(unsigned *seed, size_t i)
{
    static const char *const triggers[] = {"last order", "Last Order", "invoice", ""};
    static const char *const words[] = {"user.contact", "user.contact.email", "user.financial", "marketing", "essential", "shop", "crm"};
    const cdr_key_set categories[] = {{0}, {words, 1, true}, {words + 1, 1, true}, {words + 2, 1, true}}, uses[] = {{0}, {0}, {words + 3, 1, true}, {words + 4, 1, true}},
                      systems[] = {{0}, {0}, {words + 5, 1, true}, {words + 6, 1, true}};
    static const char *const a[] = {"ordered_at"}, *const b[] = {"a", "ordered_at"}, *const c[] = {"invoiced_at"};
    const cdr_key_set fields[] = {{0}, {a, 1, true}, {b, 2, true}, {c, 1, true}};
    snprintf(ids[i], sizeof ids[i], "r%zu", i);
    cdr_retention_rule r = RULE("", .categories = categories[roll(seed, 4)], .purposes = uses[roll(seed, 4)], .systems = systems[roll(seed, 4)], .trigger_fields = fields[roll(seed, 4)]);
    r.head.id = ids[i];
    r.trigger = triggers[roll(seed, 4)];
    unsigned kind = roll(seed, 8);
    r.has_period = kind < 4;
    r.has_minimum = kind >= 3 && kind < 6;
    r.indefinite = kind >= 6;
    r.approver = roll(seed, 2) ? "somebody" : "";
    r.period = (cdr_period){(int32_t)roll(seed, 4), (int32_t)roll(seed, 14), (int32_t)roll(seed, 40)};
    r.minimum = (cdr_period){(int32_t)roll(seed, 4), (int32_t)roll(seed, 14), (int32_t)roll(seed, 40)};
    return r;
}

/* Days before this are over age; none: the lowest there is. */
static int64_t reach(const cdr_retention_answer *a, cdr_date now)
{
    cdr_date d;
    return cdr_retention_cutoff(a, now, &d) ? cdr_days_from_date(d) : INT64_MIN;
}

static void resolve__any_rules__order_never_matters(void **state)
{
    (void)state;
    unsigned seed = 7;
    for (int round = 0; round < 4000; round++) {
        cdr_retention_rule rules[12], mixed[12];
        size_t n = roll(&seed, 12) + 1;
        for (size_t i = 0; i < n; i++)
            mixed[i] = rules[i] = random_rule(&seed, i);
        for (size_t i = n - 1; i > 0; i--) {
            size_t j = roll(&seed, (unsigned)i + 1);
            cdr_retention_rule t = mixed[i];
            mixed[i] = mixed[j];
            mixed[j] = t;
        }
        cdr_retention_question q = mail;
        if (roll(&seed, 4) == 0)
            q.uses = (cdr_key_set){0};
        cdr_retention_answer a = ask(rules, n, &q);
        int64_t reached = reach(&a, today);          /* the next question takes the rules' place */
        cdr_retention_answer b = ask(mixed, n, &q);
        assert_int_equal(a.why, b.why);
        assert_string_equal(a.explanation, b.explanation);
        assert_int_equal(a.lost_count, b.lost_count);
        assert_int_equal(a.clash, b.clash);
        assert_int_equal(a.end_count, b.end_count);
        assert_int_equal(a.keep_count, b.keep_count);
        assert_true(reached == reach(&b, today));
    }
}

static void resolve__any_rules__holds_and_minima_never_shorten(void **state)
{
    (void)state;
    unsigned seed = 11;
    for (int round = 0; round < 6000; round++) {
        cdr_retention_rule rules[10];
        size_t n = roll(&seed, 7);
        cdr_date now = cdr_date_from_days(20000 + (int64_t)roll(&seed, 1500));
        for (size_t i = 0; i < n + 1; i++)
            rules[i] = random_rule(&seed, i);
        cdr_retention_question q = mail, held = mail;
        cdr_retention_answer answer = ask(rules, n, &q);
        cdr_retention_why why = answer.why;
        int64_t before = reach(&answer, now);
        bool one_clock = answer.why == CDR_ENDED_BY_MAXIMUM && answer.end_count == 1 && answer.keep_count == 0;
        held.held = true;
        answer = ask(rules, n, &held);
        assert_true(reach(&answer, now) == INT64_MIN);
        rules[n].has_period = rules[n].indefinite = false;
        rules[n].has_minimum = true;
        answer = ask(rules, n + 1, &q);
        assert_true(reach(&answer, now) <= before);
        /* One more maximum on the only clock never lengthens, and the same rule twice changes nothing. */
        rules[n].has_minimum = false;
        rules[n].has_period = true;
        rules[n].trigger = "";
        rules[n].trigger_fields = (cdr_key_set){0};
        answer = ask(rules, n + 1, &q);
        assert_true(!one_clock || reach(&answer, now) >= before);
        if (n > 0) {
            rules[n] = rules[0];
            answer = ask(rules, n + 1, &q);
            assert_int_equal(answer.why, why);
            assert_true(reach(&answer, now) == before);
        }
    }
}

static void resolve__too_many_rules__unknown_instead_of_forgetting_one(void **state)
{
    (void)state;
    cdr_retention_rule rules[12];
    unsigned seed = 3;
    for (size_t i = 0; i < CDR_COUNT(rules); i++) {
        rules[i] = random_rule(&seed, i);
        rules[i].categories = rules[i].purposes = rules[i].systems = (cdr_key_set){0};
        rules[i].has_minimum = true;
        rules[i].has_period = false;
        rules[i].minimum = (cdr_period){(int32_t)i + 1, 0, 0};
    }
    cdr_retention_answer a = ask(rules, CDR_COUNT(rules), &mail);
    assert_int_equal(a.why, CDR_RETENTION_UNKNOWN);
    assert_int_equal(a.lost_count, CDR_RETENTION_MAX);
}

static void explain__long_names__cut_at_a_letter(void **state)
{
    (void)state;
    char name[3000];
    for (size_t i = 0; i + 1 < sizeof name; i += 2)
        memcpy(name + i, "\xc3\xa4", 2);
    name[sizeof name - 2] = 0;
    cdr_retention_rule r = RULE("", MAX_YEARS(1));
    r.head.id = name;
    cdr_retention_answer a = ask(&r, 1, &mail);
    size_t len = strlen(a.explanation);
    assert_true(len < sizeof a.explanation && len > 700);
    assert_memory_equal(a.explanation + len - 3, "\xe2\x80\xa6", 3);
    assert_true(((unsigned char)a.explanation[len - 4] & 0xC0) == 0x80);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(resolve__holds_minimum_maximum__in_that_order),
        cmocka_unit_test(resolve__minimum_within_the_maximum__the_maximum_ends_it),
        cmocka_unit_test(resolve__who_applies__by_hierarchy_purpose_and_system),
        cmocka_unit_test(resolve__what_cannot_be_told__keeps_and_never_ends),
        cmocka_unit_test(resolve__without_end__needs_an_approver),
        cmocka_unit_test(resolve__other_events__each_its_own_clock),
        cmocka_unit_test(resolve__periods_of_activities__only_where_the_policy_has_none),
        cmocka_unit_test(cutoff__leap_years_and_month_ends__to_the_day),
        cmocka_unit_test(cutoff__every_day__as_adding_the_period_says),
        cmocka_unit_test(resolve__any_rules__order_never_matters),
        cmocka_unit_test(resolve__any_rules__holds_and_minima_never_shorten),
        cmocka_unit_test(resolve__too_many_rules__unknown_instead_of_forgetting_one),
        cmocka_unit_test(explain__long_names__cut_at_a_letter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
