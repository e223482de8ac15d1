/* SPDX-License-Identifier: Apache-2.0 */
#include "core/drill/scenario.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define HEAD "title: T\nplaybook: lost-device\nbegins: 2027-03-12T16:00:00Z\n"

static cdr_status read_text(const char *text, cdr_scenario **ret, cdr_err *err)
{
    return cdr_scenario_read(text, strlen(text), "test.yaml", ret, err);
}

static void shipped__each__is_read(void **state)
{
    (void)state;
    size_t count = 0;
    for (const cdr_drill_scenario *k = cdr_drill_scenarios; k->name; k++, count++) {
        cdr_err err = {0};
        cdr_scenario *s = NULL;
        if (cdr_scenario_find(k->name, &s, &err) != CDR_OK)
            fail_msg("%s", err.text);
        assert_non_null(cdr_scenario_playbook(s));
        assert_true(s->injects.len > 0 && s->script.len > 3);
        cdr_scenario_free(s);
    }
    assert_int_equal(count, 3);
    cdr_err err = {0};
    cdr_scenario *s = NULL;
    assert_int_equal(cdr_scenario_find("nowhere", &s, &err), CDR_NOT_FOUND);
    assert_non_null(strstr(err.text, "lost-laptop-friday"));
}

static void read__all_members__as_written(void **state)
{
    (void)state;
    cdr_scenario *s = NULL;
    cdr_err err = {0};
    static const char text[] = HEAD "lasts: P2D\naccepts: PT7M\nbegan_before: PT1H\nroles: {manager: Robin Vale}\nvariables: {__n__: 5, __b__: true, __t__: x}\n"
                                    "inject:\n  - {at: PT2H, text: second, set: [awareness, contained]}\n  - {at: PT1H, text: first, step: Look, within: PT30M, people: {min: 1, max: 2}}\n"
                                    "answer:\n  - {step: Look, after: PT5M, by: deputy, answers: {__n__: 7}, text: why, evidence: e, approve: {after: PT9M, by: owner, yes: false}}\n  - {step: '*', skip: no time}\n"
                                    "absent:\n  - {role: it, from: PT1H, until: PT2H}\n  - {role: manager}\n";
    if (read_text(text, &s, &err) != CDR_OK)
        fail_msg("%s", err.text);
    assert_int_equal(s->lasts_us, 48 * INT64_C(3600000000));
    assert_int_equal(s->accepts_us, 7 * INT64_C(60000000));
    assert_string_equal(s->roles[CDR_DUTY_MANAGER], "Robin Vale");
    assert_string_equal(cdr_json_str(s->variables, "__n__"), "5");
    assert_string_equal(cdr_json_str(s->variables, "__b__"), "true");
    assert_string_equal(s->injects.at[0].text, "first");
    assert_int_equal(s->injects.at[0].people_max, 2);
    assert_int_equal(s->injects.at[1].set, 1u << CDR_INCIDENT_AWARENESS | 1u << CDR_INCIDENT_CONTAINED);
    assert_int_equal(s->script.at[0].by, CDR_DUTY_DEPUTY);
    assert_string_equal(cdr_json_str(s->script.at[0].answers, "__n__"), "7");
    assert_int_equal(s->script.at[0].approve_by, CDR_DUTY_OWNER);
    assert_false(s->script.at[0].approve_yes);
    assert_string_equal(s->script.at[1].skip, "no time");
    assert_int_equal(s->absences.at[1].until_us, INT64_MAX);
    cdr_scenario_free(s);
}

static void read__mistakes__named_with_their_line(void **state)
{
    (void)state;
    static const struct { const char *text, *says; } cases[] = {
        {"", "scenario"}, {"- 1\n", "scenario"}, {"title: T\n", "begins"}, {"begins: 2027-03-12T16:00:00Z\n", "title"}, {HEAD "begin: x\n", "begin is not known"}, {HEAD "lasts: 3 days\n", "line 4: lasts"},
        {HEAD "lasts: P2Y\n", "lasts"}, {HEAD "lasts: PT1S\n", "lasts"}, {HEAD "inject:\n  - {at: PT1H}\n", "inject[1]"}, {HEAD "inject:\n  - {text: a}\n", "inject[1]"},
        {HEAD "inject:\n  - at: PT1H\n    text: a\n    set: [discovery]\n", "set"}, {HEAD "inject:\n  - at: PT1H\n    text: a\n    people: {min: 5, max: 2}\n", "people"}, {HEAD "inject: {}\n", "inject"},
        {HEAD "answer:\n  - {after: PT1H}\n", "answer[1]"}, {HEAD "answer:\n  - {step: a, by: boss}\n", "by"}, {HEAD "answer:\n  - {step: a, failed: true}\n", "did not work"}, {HEAD "answer:\n  - {step: a, answers: {x: 1}}\n", "__name__"},
        {HEAD "answer:\n  - {step: a, answers: {__x__: [1]}}\n", "values"}, {HEAD "answer:\n  - {step: a, tomorrow: 1}\n", "tomorrow"}, {HEAD "absent:\n  - {until: PT1H}\n", "away"},
        {HEAD "absent:\n  - {role: it, from: PT2H, until: PT1H}\n", "until"}, {HEAD "absent:\n  - {role: anybody}\n", "role"}, {HEAD "roles: {boss: x}\n", "boss"}, {HEAD "roles: {it: 5}\n", "roles.it"}, {HEAD "title: U\n", "title"},
        {HEAD "accepts: true\n", "accepts"}, {HEAD "variables: 5\n", "variables"},
    };
    for (size_t i = 0; i < CDR_COUNT(cases); i++) {
        cdr_err err = {0};
        cdr_scenario *s = NULL;
        cdr_status st = read_text(cases[i].text, &s, &err);
        if (st == CDR_OK || !strstr(err.text, cases[i].says) || !strstr(err.text, "test.yaml"))
            fail_msg("%s: %s", cases[i].text, st == CDR_OK ? "taken" : err.text);
        assert_null(s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(shipped__each__is_read), cmocka_unit_test(read__all_members__as_written), cmocka_unit_test(read__mistakes__named_with_their_line)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
