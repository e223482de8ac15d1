/* SPDX-License-Identifier: Apache-2.0 */
/* The rules of the small lane: each cell, the eighteen cases of EDPB Guidelines 01/2021, and that not knowing never makes it less. */
#include "core/incident/lane_parts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#define NOW INT64_C(1803027600000000)

typedef struct made { const char *what, *people, *whose, *data, *has, *asked, *locked, *back, *going; } made;

static void put(cdr_lane_answers *a, cdr_lane_q q, const char *text)
{
    if (!cdr_lane_applies(q, a) || !text)
        return;
    a->said[q] = strcmp(text, "?") != 0 ? CDR_LANE_SAID : CDR_LANE_UNKNOWN;
    cdr_err err;
    if (a->said[q] == CDR_LANE_SAID && cdr_lane_read(q, text, NOW, a->text[q], &err) != CDR_OK)
        fail_msg("%s", err.text);
}

static void make(const made *m, cdr_lane_answers *a)
{
    memset(a, 0, sizeof *a);
    const char *texts[CDR_LANE_Q__MAX] = {[CDR_LANE_WHAT] = m->what, [CDR_LANE_NOTICED] = "now", [CDR_LANE_BY] = "staff", [CDR_LANE_PEOPLE] = m->people, [CDR_LANE_WHOSE] = m->whose ? m->whose : "customers",
                                          [CDR_LANE_DATA] = m->data, [CDR_LANE_HAS] = m->has, [CDR_LANE_ASKED] = m->asked, [CDR_LANE_LOCKED] = m->locked ? m->locked : "no", [CDR_LANE_BACK] = m->back ? m->back : "fine",
                                          [CDR_LANE_GOING] = m->going ? m->going : "stopped", [CDR_LANE_WHERE] = "DE", [CDR_LANE_DID] = "nothing"};
    for (cdr_lane_q q = 0; q < CDR_LANE_Q__MAX; q++)
        put(a, q, texts[q]);
    assert_int_equal(cdr_lane_open(a), CDR_LANE_Q__MAX);
}

/* As somebody at the counter would answer for the facts of each case; ${authority}, ${people}: what the Guidelines say. */
static const struct { int number; made m; bool authority, people; const char *differs; } cases[] = {
    {1, {"ransom", "48", "1,2", "contact", "nobody", NULL, NULL, "soon", NULL}, false, false, NULL},
    {2, {"ransom", "48", "1,2", "contact", "nobody", NULL, NULL, "days", NULL}, true, false, NULL},
    {3, {"ransom", "5000", "patients", "contact,health", "nobody", NULL, NULL, "days", NULL}, true, true, NULL},
    {4, {"ransom", "5000", "1,2", "contact,id,card", "stranger", NULL, "no", "lost", NULL}, true, true, NULL},
    {5, {"break-in", "213", "staff", "contact,email,file", "stranger", NULL, NULL, NULL, NULL}, true, true, NULL},
    {6, {"break-in", "1200", NULL, "scrambled", "stranger", NULL, NULL, NULL, NULL}, false, false, NULL},
    {7, {"break-in", "100000", NULL, "contact,id,scrambled", "stranger", NULL, NULL, NULL, NULL}, true, true, NULL},
    {8, {"staff", "300", NULL, "contact", "known", "refused", NULL, NULL, NULL}, true, false, NULL},
    {9, {"wrong-recipient", "24", NULL, "contact,pay", "trusted", "confirmed", NULL, NULL, NULL}, false, false, NULL},
    {10, {"lost", "30", "children", "contact,birth,file", "stranger", NULL, "safe", "soon", NULL}, false, false, NULL},
    {11, {"lost", "100000", NULL, "contact,birth", "stranger", NULL, "no", "soon", NULL}, true, true, NULL},
    {12, {"lost", "80", "patients", "contact,health", "stranger", NULL, "no", "lost", NULL}, true, true, NULL},
    {13, {"wrong-recipient", "2", NULL, "contact,orders", "known", "asked", NULL, NULL, NULL}, false, false, NULL},
    {14, {"wrong-recipient", "60000", NULL, "contact,email,id", "public", NULL, NULL, NULL, NULL}, true, true, NULL},
    {15, {"wrong-recipient", "15", NULL, "contact,email,wishes,health", "known", "asked", NULL, NULL, NULL}, false, false,
     "two of fifteen had a food intolerance: the lane asks for kinds of data, not for how little a detail of health says, and takes health for health"},
    {16, {"wrong-recipient", "1", NULL, "contact,birth,pay", "known", "asked", NULL, NULL, NULL}, true, false, NULL},
    {17, {"caller", "1", NULL, "contact,place", "stranger", NULL, NULL, NULL, NULL}, true, true, NULL},
    {18, {"break-in", "99", "staff", "contact,pay", "stranger", NULL, NULL, NULL, NULL}, true, true, NULL},
};

static void test_edpb(void **state)
{
    (void)state;
    unsigned agree = 0;
    for (size_t i = 0; i < CDR_COUNT(cases); i++) {
        cdr_lane_answers a;
        cdr_lane_result r;
        make(&cases[i].m, &a);
        cdr_lane_result_make(&a, NOW, &r);
        bool same = r.tell_authority == cases[i].authority && r.tell_people == cases[i].people;
        agree += same;
        if (!same)
            print_message("case %d differs: authority %d, people %d (Guidelines: %d, %d): %s\n", cases[i].number, r.tell_authority, r.tell_people, cases[i].authority, cases[i].people,
                          cases[i].differs ? cases[i].differs : "no reason");
        if (!same && !cases[i].differs)
            fail_msg("case %d", cases[i].number);
        /* Where it differs it is on the safe side. */
        assert_true(r.tell_authority >= cases[i].authority && r.tell_people >= cases[i].people);
    }
    print_message("%u of %zu cases as the Guidelines have them\n", agree, CDR_COUNT(cases));
    assert_int_equal(agree, 17);
}

/* What the Guidelines say stands here as it stands in the collection of facts, where that is at hand. */
static void test_edpb_expected(void **state)
{
    (void)state;
    json_t *j = json_load_file(CANDOR_SHARED_DIR "/facts/edpb/edpb-01-2021-cases.json", 0, NULL);
    if (!j) {
        print_message("skipped: the collection of facts is not there\n");
        skip();
    }
    const json_t *all = json_object_get(j, "cases");
    assert_int_equal(json_array_size(all), CDR_COUNT(cases));
    for (size_t i = 0; i < CDR_COUNT(cases); i++) {
        const json_t *c = json_array_get(all, i), *e = json_object_get(c, "expected");
        assert_int_equal(json_integer_value(json_object_get(c, "case")), cases[i].number);
        assert_int_equal(!strcmp(json_string_value(json_object_get(e, "notify_sa")), "yes"), cases[i].authority);
        assert_int_equal(!strcmp(json_string_value(json_object_get(e, "communicate_to_subjects")), "yes"), cases[i].people);
    }
    json_decref(j);
}

/* Case 15 without the detail of health is as the Guidelines say. */
static void test_food(void **state)
{
    (void)state;
    cdr_lane_answers a;
    cdr_lane_result r;
    make(&(made){"wrong-recipient", "15", NULL, "contact,email,wishes", "known", "asked", NULL, NULL, NULL}, &a);
    cdr_lane_result_make(&a, NOW, &r);
    assert_false(r.tell_authority);
    assert_false(r.small);
    assert_non_null(strstr(r.handover, "ten people"));
}

static uint32_t dice;
static uint32_t roll(uint32_t n)
{
    dice = dice * 1664525u + 1013904223u;
    return (dice >> 8) % n;
}

/* Answers at random, those that are asked. */
static void random_answers(cdr_lane_answers *a)
{
    memset(a, 0, sizeof *a);
    for (cdr_lane_q q = 0; q < CDR_LANE_Q__MAX; q++) {
        const cdr_lane_row *row = &cdr_lane_rows[q];
        size_t n = 0;
        char text[100] = "";
        if (!cdr_lane_applies(q, a))
            continue;
        while (row->choices[n].key)
            n++;
        if (row->kind == CDR_LANE_CHOICE) {
            snprintf(text, sizeof text, "%s", row->choices[roll((uint32_t)n)].key);
        } else if (row->kind == CDR_LANE_CHOICES) {
            size_t first = q == CDR_LANE_DID;
            snprintf(text, sizeof text, "%s,%s", row->choices[first + roll((uint32_t)(n - first))].key, row->choices[first + roll((uint32_t)(n - first))].key);
        } else {
            snprintf(text, sizeof text, "%s", row->kind == CDR_LANE_NUMBER ? (roll(2) ? "3" : "30") : row->kind == CDR_LANE_TIME ? "2 hours ago" : roll(2) ? "DE" : "DE,CA");
        }
        put(a, q, roll(12) ? text : "?");
    }
}

static void test_unknown_is_worst(void **state)
{
    (void)state;
    unsigned long compared = 0;
    for (dice = 1; compared < 400000;) {
        cdr_lane_answers a;
        random_answers(&a);
        cdr_lane_judgement before;
        cdr_lane_judge(&a, &before);
        cdr_lane_result r_before;
        cdr_lane_result_make(&a, NOW, &r_before);
        for (cdr_lane_q q = 0; q < CDR_LANE_Q__MAX; q++) {
            if (a.said[q] != CDR_LANE_SAID)
                continue;
            cdr_lane_answers b = a;
            cdr_lane_judgement after;
            cdr_lane_result r;
            b.said[q] = CDR_LANE_UNKNOWN;
            b.text[q][0] = '\0';
            cdr_lane_judge(&b, &after);
            cdr_lane_result_make(&b, NOW, &r);
            if (after.risk < before.risk)
                fail_msg("not knowing \"%s\" made it %s, it was %s", cdr_lane_rows[q].key, cdr_lane_risk_name(after.risk), cdr_lane_risk_name(before.risk));
            assert_true(before.small || !after.small);
            assert_true(r.tell_authority >= r_before.tell_authority && r.tell_people >= r_before.tell_people && r.ask_counsel >= r_before.ask_counsel);
            assert_true(after.unknown >= before.unknown && after.unknown > 0);
            if (r_before.tell_authority)
                assert_true(r.due_us && r.due_us <= r_before.due_us);
            compared++;
        }
    }
    print_message("%lu pairs compared\n", compared);
}

/* All that is unknown at once. */
static void test_nothing_known(void **state)
{
    (void)state;
    cdr_lane_answers a = {0};
    cdr_lane_result r;
    unsigned asked = 0;
    for (cdr_lane_q q = cdr_lane_open(&a); q != CDR_LANE_Q__MAX; q = cdr_lane_open(&a), asked++)
        a.said[q] = CDR_LANE_UNKNOWN;
    cdr_lane_result_make(&a, NOW, &r);
    assert_true(asked <= CDR_LANE_QUESTIONS_MAX);
    assert_true(r.tell_authority && r.tell_people && r.ask_counsel && !r.small);
    assert_int_equal(r.unknown, asked);
    assert_true(r.due_us == NOW + 24 * INT64_C(3600000000));
}

static void test_never_more_than_twelve(void **state)
{
    (void)state;
    unsigned most = 0, fewest = 99;
    for (dice = 7; dice && most < 200000; most++) {
        cdr_lane_answers a;
        random_answers(&a);
        unsigned n = 0;
        for (cdr_lane_q q = 0; q < CDR_LANE_Q__MAX; q++)
            n += a.said[q] != CDR_LANE_OPEN;
        fewest = CDR_MIN(fewest, n);
        if (n > CDR_LANE_QUESTIONS_MAX)
            fail_msg("%u questions", n);
        assert_int_equal(n, cdr_lane_most(&a));
    }
    print_message("at least %u questions\n", fewest);
    assert_true(fewest <= 9);
}

static void test_law(void **state)
{
    (void)state;
    cdr_lane_answers a;
    cdr_lane_result r;
    make(&(made){"wrong-recipient", "1", NULL, "bank", "known", "no", NULL, NULL, NULL}, &a);
    snprintf(a.text[CDR_LANE_WHERE], CDR_LANE_ANSWER_MAX, "CA");
    cdr_lane_result_make(&a, NOW, &r);
    assert_false(r.tell_authority);
    assert_true(r.ask_counsel);
    assert_int_equal(r.due_us, 0);
    assert_non_null(strstr(r.law, "Nothing is known here yet of the law of Canada"));
    assert_null(strstr(r.law, "72"));
    snprintf(a.text[CDR_LANE_WHERE], CDR_LANE_ANSWER_MAX, "GB");
    cdr_lane_result_make(&a, NOW, &r);
    assert_true(r.tell_authority && !r.ask_counsel);
    assert_non_null(strstr(r.law, "UK GDPR, Art. 33 and 34"));
    assert_true(r.due_us == NOW + 72 * INT64_C(3600000000));
    assert_non_null(strstr(r.headline, "Tell the authority by Mon 22 February, 09:00 UTC. You need not tell the one person."));
}

static cdr_status show_change(void *arg, const char *when, const char *then)
{
    char *all = arg;
    size_t n = strlen(all);
    snprintf(all + n, 2000 - n, "%s: %s\n", when, then);
    return CDR_OK;
}

static void test_changes(void **state)
{
    (void)state;
    char all[2000] = "";
    cdr_lane_answers a;
    make(&(made){"wrong-recipient", "1", NULL, "contact", "known", "asked", NULL, NULL, NULL}, &a);
    assert_int_equal(cdr_lane_changes_of(&a, NOW, 5, show_change, all), CDR_OK);
    assert_non_null(strstr(all, "if they refused to delete it, used it or passed it on: tell the authority, not the people\n"));
    assert_non_null(strstr(all, "if date of birth were in it, too: tell the authority"));
}

static void test_words(void **state)
{
    (void)state;
    static const struct { cdr_lane_q q; const char *typed, *kept; } good[] = {
        {CDR_LANE_WHAT, "1", "wrong-recipient"}, {CDR_LANE_WHAT, "a phone", "lost"}, {CDR_LANE_WHAT, "Break-In", "break-in"}, {CDR_LANE_DATA, "3 1,2", "contact,email,orders"},
        {CDR_LANE_DATA, "bank; id", "bank,id"}, {CDR_LANE_DATA, "date of birth, bank account", "birth,bank"}, {CDR_LANE_PEOPLE, "about 20", "20"}, {CDR_LANE_PEOPLE, "1,200", "1200"},
        {CDR_LANE_PEOPLE, "10-20", "20"}, {CDR_LANE_PEOPLE, " 6 ", "6"}, {CDR_LANE_NOTICED, "now", "2027-02-19T09:00:00Z"}, {CDR_LANE_NOTICED, "yesterday 16:00", "2027-02-18T16:00:00Z"},
        {CDR_LANE_NOTICED, "2 hours ago", "2027-02-19T07:00:00Z"}, {CDR_LANE_NOTICED, "8:15", "2027-02-19T08:15:00Z"}, {CDR_LANE_NOTICED, "8am", "2027-02-19T08:00:00Z"},
        {CDR_LANE_NOTICED, "Wednesday 23:59", "2027-02-17T23:59:00Z"}, {CDR_LANE_NOTICED, "2027-02-01", "2027-02-01T00:00:00Z"}, {CDR_LANE_NOTICED, "2027-02-01 10:30", "2027-02-01T10:30:00Z"},
        {CDR_LANE_NOTICED, "2027-02-19T09:00:00+02:00", "2027-02-19T07:00:00Z"}, {CDR_LANE_WHERE, "Germany and France", "DE,FR"}, {CDR_LANE_WHERE, "de, uk", "DE,GB"}, {CDR_LANE_WHERE, "US-CA", "US"},
        {CDR_LANE_WHERE, "Bosnia and Herzegovina", "BA"}, {CDR_LANE_WHERE, "DE FR", "DE,FR"}, {CDR_LANE_WHERE, "the Netherlands", "NL"}, {CDR_LANE_WHERE, "DE,DE", "DE"},
    };
    static const struct { cdr_lane_q q; const char *typed; } bad[] = {
        {CDR_LANE_WHAT, "0"}, {CDR_LANE_WHAT, "11"}, {CDR_LANE_WHAT, "s"}, {CDR_LANE_WHAT, "somebody"}, {CDR_LANE_WHAT, ""}, {CDR_LANE_DATA, ""}, {CDR_LANE_DATA, ",,"}, {CDR_LANE_DATA, "1,99"},
        {CDR_LANE_PEOPLE, "some"}, {CDR_LANE_PEOPLE, "-3"}, {CDR_LANE_PEOPLE, "3.5"}, {CDR_LANE_PEOPLE, "2k"}, {CDR_LANE_PEOPLE, "99999999999999999999"}, {CDR_LANE_NOTICED, "soon"},
        {CDR_LANE_NOTICED, "25:00"}, {CDR_LANE_NOTICED, "today 23:00"}, {CDR_LANE_NOTICED, "1999-01-01"}, {CDR_LANE_NOTICED, "13pm"}, {CDR_LANE_WHERE, "Atlantis"}, {CDR_LANE_WHERE, ","}, {CDR_LANE_DID, "nothing,police"},
        {CDR_LANE_WHERE, "\xff"},
    };
    for (size_t i = 0; i < CDR_COUNT(good); i++) {
        char kept[CDR_LANE_ANSWER_MAX];
        cdr_err err = {0};
        if (cdr_lane_read(good[i].q, good[i].typed, NOW, kept, &err) != CDR_OK)
            fail_msg("%s: %s", good[i].typed, err.text);
        assert_string_equal(kept, good[i].kept);
        /* What is kept is read as itself. */
        char again[CDR_LANE_ANSWER_MAX];
        assert_int_equal(cdr_lane_read(good[i].q, kept, NOW, again, &err), CDR_OK);
        assert_string_equal(again, kept);
    }
    for (size_t i = 0; i < CDR_COUNT(bad); i++) {
        char kept[CDR_LANE_ANSWER_MAX];
        cdr_err err = {0};
        if (cdr_lane_read(bad[i].q, bad[i].typed, NOW, kept, &err) != CDR_E_INVAL)
            fail_msg("\"%s\" was read as %s", bad[i].typed, kept);
        assert_true(strlen(err.text) > 20);
    }
}

/* --- what the playbook that takes over is told --- */

static void test_handover(void **state)
{
    (void)state;
    static const struct { const char *playbook; made m; const char *where, *home, *did; const char *told; } hands[] = {
        {"misdirected-message", {"wrong-recipient", "40", NULL, "contact,bank", "known", "refused", NULL, NULL, NULL}, "DE", "", NULL,
         "{'__deleted__': 'no', '__eu_uk__': 'yes', '__harm__': 'serious', '__people_max__': '40', '__recipient__': 'stranger', '__worst_data__': 'money'}"},
        /* what waits for an answer is asked as it stands now; a whole file has to be looked into */
        {"misdirected-message", {"wrong-recipient", "40", NULL, "contact,file", "trusted", "asked", NULL, NULL, NULL}, "US", "", NULL,
         "{'__eu_uk__': 'no', '__harm__': 'some', '__people_max__': '40', '__recipient__': 'trusted'}"},
        {"lost-device", {"lost", "30", NULL, "contact,health,file", "stranger", NULL, "key-gone", "lost", NULL}, "FR, US", "", "police,insurer",
         "{'__encrypted__': 'no', '__eu_uk__': 'yes', '__harm__': 'serious', '__insurer__': 'yes', '__only_copy__': 'yes', '__people_max__': '30', '__worst_data__': 'health-or-other-sensitive'}"},
        /* the business is inside, its customers are not: nothing is said of them */
        {"ransomware", {"ransom", "48", NULL, "contact", "nobody", NULL, NULL, "soon", "going"}, "US", "DE", NULL,
         "{'__backup__': 'yes', '__copied__': 'no', '__harm__': 'some', '__people_max__': '48', '__worst_data__': 'contact'}"},
        /* nobody knows: nothing is known */
        {"lost-device", {"lost", "?", "?", "?", "?", NULL, "?", "?", NULL}, "?", "", "?", "{}"},
    };
    for (size_t i = 0; i < CDR_COUNT(hands); i++) {
        cdr_lane_answers a;
        cdr_lane_result r;
        cdr_err err = {0};
        cdr_playbook *p = NULL;
        make(&hands[i].m, &a);
        snprintf(a.home, sizeof a.home, "%s", hands[i].home);
        put(&a, CDR_LANE_WHERE, hands[i].where);
        put(&a, CDR_LANE_DID, hands[i].did);
        cdr_lane_result_make(&a, NOW, &r);
        if (cdr_library_find(NULL, hands[i].playbook, NULL, &p, NULL, &err) != CDR_OK)
            fail_msg("%s", err.text);
        json_t *told = json_object(), *want;
        char quoted[600];
        snprintf(quoted, sizeof quoted, "%s", hands[i].told);
        for (char *c = quoted; *c; c++)
            *c = *c == '\'' ? '"' : *c;
        want = json_loads(quoted, 0, NULL);
        assert_non_null(want);
        cdr_lane_handover(&a, &r, p, told);
        char *text = json_dumps(told, JSON_SORT_KEYS);
        if (!json_equal(told, want))
            fail_msg("%zu: %s", i, text);
        free(text);
        json_decref(told);
        json_decref(want);
        cdr_playbook_free(p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_edpb), cmocka_unit_test(test_edpb_expected), cmocka_unit_test(test_food), cmocka_unit_test(test_unknown_is_worst), cmocka_unit_test(test_nothing_known), cmocka_unit_test(test_never_more_than_twelve),
        cmocka_unit_test(test_law), cmocka_unit_test(test_changes), cmocka_unit_test(test_words), cmocka_unit_test(test_handover),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
