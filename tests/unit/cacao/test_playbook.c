/* SPDX-License-Identifier: Apache-2.0 */
/* Reading: the model is what stands in the text; what is unknown stays; limits hold. Editing: one member, the rest byte for byte. */
#include "core/cacao/playbook.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const char SMALL[] =
    "{ \"type\": \"playbook\",\n  \"spec_version\": \"cacao-2.0\",\n  \"id\": \"playbook--61a6c41e-6efc-4516-a242-dfbc5c89d562\", \"x_other\": {\"a\": [1, \"}\\\"\"]},\n"
    "  \"name\": \"A device is gone\", \"created\": \"2026-01-02T03:04:05.678Z\", \"modified\": \"2026-01-02T03:04:05.678Z\", \"valid_from\": \"2026-01-02T00:00:00Z\",\n"
    "  \"markings\": [\"marking-tlp--55d920b0-5e8b-4f79-9ee9-91f868d9b421\", \"marking-tlp--e828b379-4e03-4974-9ac4-e53a884c97c1\"],\n"
    "  \"data_marking_definitions\": {\"marking-tlp--55d920b0-5e8b-4f79-9ee9-91f868d9b421\": {\"type\": \"marking-tlp\", \"tlpv2_level\": \"TLP:AMBER\"},"
    " \"marking-tlp--e828b379-4e03-4974-9ac4-e53a884c97c1\": {\"type\": \"marking-tlp\", \"tlpv2_level\": \"TLP:RED\"}},\n"
    "  \"playbook_variables\": {\"__device__\": {\"type\": \"string\", \"value\": null, \"external\": true}, \"__n__\": {\"type\": \"integer\", \"value\": \"\", \"constant\": true}},\n"
    "  \"playbook_extensions\": {\"" CDR_RULE_KEY "\": {\"kind\": \"lost-device\", \"review_every\": \"P3M\", \"headline\": \"Gone.\", \"roles\": [\"manager\", \"it\"]}},\n"
    "  \"workflow_start\": \"start--07bea005-4a36-4a77-bd1f-79a6e4682a13\",\n"
    "  \"workflow\": {\n"
    "    \"start--07bea005-4a36-4a77-bd1f-79a6e4682a13\": {\"type\": \"start\", \"on_completion\": \"action--7f40f9d7-de39-4027-ab97-15035beff2ff\"},\n"
    "    \"action--7f40f9d7-de39-4027-ab97-15035beff2ff\": {\"type\": \"action\", \"name\": \"Lock it\", \"delay\": 5, \"timeout\": 2592000000,\n"
    "      \"on_success\": \"switch-condition--1f40f9d7-de39-4027-ab97-15035beff2f1\", \"on_failure\": \"end--00000000-0000-4000-8000-000000000000\",\n"
    "      \"commands\": [{\"type\": \"manual\", \"command_b64\": \"TG9jayBpdC4=\"}, {\"type\": \"pong\", \"x\": 1}],\n"
    "      \"step_extensions\": {\"" CDR_RULE_KEY "\": {\"clock\": \"awareness\", \"due\": \"PT72H\", \"warn\": [\"PT24H\", \"PT4H\"],\n"
    "        \"escalate\": [{\"after\": \"PT0S\", \"to_role\": \"owner\"}], \"role\": \"it\", \"two_person\": true, \"future\": 1}}},\n"
    "    \"switch-condition--1f40f9d7-de39-4027-ab97-15035beff2f1\": {\"type\": \"switch-condition\", \"switch\": \"__device__:value\",\n"
    "      \"cases\": {\"phone\": \"end--6b23c237-ade8-4d00-9aa1-75999738d557\", \"default\": \"banana--2b23c237-ade8-4d00-9aa1-75999738d557\"}},\n"
    "    \"banana--2b23c237-ade8-4d00-9aa1-75999738d557\": {\"type\": \"banana\", \"peel\": true},\n"
    "    \"end--6b23c237-ade8-4d00-9aa1-75999738d557\": {\"type\": \"end\"}\n  }\n}\n";

static cdr_playbook *read_text(const char *text)
{
    cdr_playbook *p = NULL;
    cdr_err err = {0};
    if (cdr_playbook_read(text, strlen(text), "small.json", &p, &err) != CDR_OK)
        fail_msg("%s", err.text);
    return p;
}

static void playbook__read__gives_steps_with_their_successors(void **state)
{
    (void)state;
    cdr_playbook *p _cleanup_(cdr_playbook_freep) = read_text(SMALL);
    assert_string_equal(cdr_playbook_name(p), "A device is gone");
    assert_int_equal(cdr_playbook_step_count(p), 5);
    assert_int_equal(cdr_playbook_start(p), 0);
    assert_int_equal(cdr_playbook_exception(p), CDR_NO_STEP);
    const cdr_step *s = cdr_playbook_step(p, cdr_playbook_step(p, 0)->on_completion);
    assert_string_equal(cdr_step_label(s), "Lock it");
    assert_int_equal(s->delay_ms, 5);
    assert_true(s->timeout_ms == INT64_C(2592000000));
    assert_int_equal(s->on_success, 2);
    assert_int_equal(s->on_failure, CDR_NO_STEP);
    assert_int_equal(s->command_count, 2);
    assert_string_equal(s->commands[0].command, "Lock it.");
    assert_string_equal(s->commands[1].type, "pong");
    assert_null(s->commands[1].command);
    const cdr_step *choice = cdr_playbook_step(p, 2);
    assert_int_equal(choice->case_count, 1);
    assert_string_equal(choice->cases[0].value, "phone");
    assert_int_equal(choice->cases[0].step, 4);
    assert_int_equal(choice->otherwise, 3);
    assert_int_equal(choice->timeout_ms, -1);
    assert_int_equal(cdr_playbook_step(p, 3)->type, CDR_STEP_UNKNOWN);
    assert_string_equal(cdr_step_label(cdr_playbook_step(p, 3)), "banana 2b23c237");
}

static void playbook__read__gives_variables_rules_and_markings(void **state)
{
    (void)state;
    cdr_playbook *p _cleanup_(cdr_playbook_freep) = read_text(SMALL);
    size_t count;
    const cdr_variable *v = cdr_playbook_variables(p, &count);
    assert_int_equal(count, 2);
    assert_null(v[0].value);
    assert_true(v[0].external);
    assert_string_equal(v[1].value, "");   /* which is not null */
    assert_true(v[1].constant);
    assert_string_equal(cdr_playbook_tlp(p), "TLP:RED");   /* the strictest of two */
    const cdr_playbook_rule *pr = cdr_playbook_rule_of(p);
    assert_true(pr->present && pr->has_review);
    assert_string_equal(pr->kind, "lost-device");
    const cdr_rule *r = &cdr_playbook_step(p, 1)->rule;
    assert_true(r->present && r->has_due && r->two_person);
    assert_int_equal(r->due.seconds, 72 * 3600);
    assert_int_equal(r->warn_count, 2);
    assert_int_equal(r->escalate[0].to, CDR_DUTY_OWNER);
    assert_int_equal(r->role, CDR_DUTY_IT);
    assert_false(cdr_playbook_step(p, 0)->rule.present);
}

static void rule__read__says_what_is_wrong(void **state)
{
    (void)state;
    static const struct { const char *rule, *word; } cases[] = {
        {"{\"due\": \"72 hours\"}", "due"}, {"{\"role\": \"king\"}", "role"}, {"{\"warn\": \"PT1H\"}", "warn"}, {"{\"escalate\": [{\"after\": \"PT1H\"}]}", "to_role"},
        {"{\"two_person\": \"yes\"}", "two_person"}, {"{\"answers\": {\"x\": {}}}", "answers/x"}, {"{\"answers\": {\"__x__\": {\"choices\": []}}}", "answers/__x__"}, {"[]", "object"},
        {"{\"warn\": [\"PT1H\",\"PT1H\",\"PT1H\",\"PT1H\",\"PT1H\",\"PT1H\",\"PT1H\",\"PT1H\",\"PT1H\"]}", "warn"},
    };
    for (size_t i = 0; i < CDR_COUNT(cases); i++) {
        json_t *rule _cleanup_json_ = json_loads(cases[i].rule, 0, NULL);
        json_t *step _cleanup_json_ = json_pack("{s:{s:O}}", "step_extensions", CDR_RULE_KEY, rule);
        cdr_rule got;
        cdr_err err = {0};
        assert_int_equal(cdr_rule_read(step, "step 3", &got, &err), CDR_E_INVAL);
        if (!strstr(err.text, cases[i].word) || !strstr(err.text, "step 3"))
            fail_msg("%s: %s", cases[i].rule, err.text);
    }
}

static void playbook__read__refuses_what_has_nothing_to_show(void **state)
{
    (void)state;
    static const char *const bad[] = {"", "[]", "{", "{\"type\": \"report\"}", "{\"type\": \"playbook\"}", "{\"type\": \"playbook\", \"workflow\": []}", "{\"type\": \"playbook\", \"workflow\": {\"a\": 1}}",
        "{\"type\": \"playbook\", \"type\": \"playbook\", \"workflow\": {}}", "3", "null"};
    for (size_t i = 0; i < CDR_COUNT(bad); i++) {
        cdr_playbook *p = NULL;
        cdr_err err = {0};
        assert_int_equal(cdr_playbook_read(bad[i], strlen(bad[i]), "it.json", &p, &err), CDR_E_INVAL);
        assert_null(p);
        assert_non_null(strstr(err.text, "it.json"));
    }
}

static void playbook__read__keeps_limits(void **state)
{
    (void)state;
    cdr_playbook *p = NULL;
    cdr_err err = {0};
    char *big _cleanup_free_ = cdr_alloc(CDR_PLAYBOOK_BYTES_MAX + 2);
    memset(big, ' ', CDR_PLAYBOOK_BYTES_MAX + 1);
    assert_int_equal(cdr_playbook_read(big, CDR_PLAYBOOK_BYTES_MAX + 1, "big.json", &p, &err), CDR_E_LIMIT);
    static const struct { const char *head, *item, *tail; unsigned count; } cases[] = {
        {"{\"type\":\"playbook\",\"workflow\":{", "\"s%u\":{}", "}}", CDR_PLAYBOOK_STEPS_MAX},
        {"{\"type\":\"playbook\",\"workflow\":{\"s\":{\"commands\":[", "%u", "]}}}", CDR_PLAYBOOK_COMMANDS_MAX},
        {"{\"type\":\"playbook\",\"workflow\":{},\"playbook_variables\":{", "\"__v%u__\":{}", "}}", CDR_PLAYBOOK_VARIABLES_MAX},
    };
    for (size_t i = 0; i < CDR_COUNT(cases); i++)
        for (unsigned more = 0; more <= 1; more++) {
            cdr_buf b _cleanup_buf_ = CDR_BUF(1u << 20);
            cdr_buf_adds(&b, cases[i].head);
            for (unsigned n = 0; n < cases[i].count + more; n++) {
                cdr_buf_adds(&b, n ? "," : "");
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
                cdr_buf_addf(&b, cases[i].item, n);
#pragma GCC diagnostic pop
            }
            cdr_buf_adds(&b, cases[i].tail);
            cdr_status st = cdr_playbook_read(b.data, b.len, "big.json", &p, &err);
            assert_int_equal(st, more ? CDR_E_LIMIT : CDR_OK);
            cdr_playbook_free(p);
        }
}

static void playbook__hash__is_that_of_the_content_without_signatures(void **state)
{
    (void)state;
    cdr_playbook *p _cleanup_(cdr_playbook_freep) = read_text(SMALL);
    cdr_buf b _cleanup_buf_ = CDR_BUF(1u << 20);
    assert_int_equal(cdr_playbook_edit(p, "signatures", "[{\"x\": 1}]", &b, NULL), CDR_OK);
    cdr_playbook *signed_one _cleanup_(cdr_playbook_freep) = read_text(b.data);
    assert_memory_equal(cdr_playbook_sha256(p), cdr_playbook_sha256(signed_one), 32);
    cdr_buf_clear(&b);
    assert_int_equal(cdr_playbook_edit(p, "name", "\"Another\"", &b, NULL), CDR_OK);
    cdr_playbook *other _cleanup_(cdr_playbook_freep) = read_text(b.data);
    assert_memory_not_equal(cdr_playbook_sha256(p), cdr_playbook_sha256(other), 32);
}

static void playbook__edit__changes_one_member_and_nothing_else(void **state)
{
    (void)state;
    static const struct { const char *text, *key, *json, *want; } cases[] = {
        {"{\"type\":\"playbook\",\"workflow\":{}}", "name", "\"N\"", "{\"type\":\"playbook\",\"workflow\":{},\"name\": \"N\"}"},
        {" {\n\t\"type\" : \"playbook\",\n\t\"workflow\" : { } \n}\n", "name", "1", " {\n\t\"type\" : \"playbook\",\n\t\"workflow\" : { },\n\t\"name\": 1 \n}\n"},
        {"{\"type\":\"playbook\", \"workflow\":{}}", "workflow", "{\"a\": {}}", "{\"type\":\"playbook\", \"workflow\":{\"a\": {}}}"},
        {"{ \"x\": [ \"}\", {\"y\": \"\\\"]\"} ] , \"type\":\"playbook\",\"workflow\":{}}", "x", NULL, "{ \"type\":\"playbook\",\"workflow\":{}}"},
        {"{\"type\":\"playbook\", \"x\": -1.5e3 ,\n\"workflow\":{}}", "x", NULL, "{\"type\":\"playbook\" ,\n\"workflow\":{}}"},
        {"{\"type\":\"playbook\",\"workflow\":{}, \"x\": true}", "x", NULL, "{\"type\":\"playbook\",\"workflow\":{}}"},
        {"{\"type\":\"playbook\",\"workflow\":{}, \"x\": true}", "x", "false", "{\"type\":\"playbook\",\"workflow\":{}, \"x\": false}"},
        {"{\"type\":\"playbook\",\"workflow\":{\"x\": {}}}", "x", NULL, "{\"type\":\"playbook\",\"workflow\":{\"x\": {}}}"},
        {"{\"type\":\"playbook\",\"workflow\":{},\"\\u0078\":null}", "x", "2", "{\"type\":\"playbook\",\"workflow\":{},\"\\u0078\":2}"},
        {"\xEF\xBB\xBF{\"type\":\"playbook\",\"workflow\":{},\"x\":1}", "x", NULL, "\xEF\xBB\xBF{\"type\":\"playbook\",\"workflow\":{}}"},
    };
    for (size_t i = 0; i < CDR_COUNT(cases); i++) {
        cdr_playbook *p _cleanup_(cdr_playbook_freep) = read_text(cases[i].text);
        cdr_buf b _cleanup_buf_ = CDR_BUF(4096);
        assert_int_equal(cdr_playbook_edit(p, cases[i].key, cases[i].json, &b, NULL), CDR_OK);
        assert_string_equal(b.data, cases[i].want);
    }
}

/* Put in and taken out again, the text is the one it was: unknown types, members and extensions included. */
static void playbook__edit__there_and_back_is_the_same_text(void **state)
{
    (void)state;
    cdr_playbook *p _cleanup_(cdr_playbook_freep) = read_text(SMALL);
    cdr_buf with _cleanup_buf_ = CDR_BUF(1u << 20), back _cleanup_buf_ = CDR_BUF(1u << 20);
    assert_int_equal(cdr_playbook_edit(p, "signatures", "[]", &with, NULL), CDR_OK);
    cdr_playbook *q _cleanup_(cdr_playbook_freep) = read_text(with.data);
    assert_int_equal(cdr_playbook_edit(q, "signatures", NULL, &back, NULL), CDR_OK);
    assert_string_equal(back.data, SMALL);
    size_t len;
    assert_string_equal(cdr_playbook_text(p, &len), SMALL);
    assert_int_equal(len, sizeof SMALL - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(playbook__read__gives_steps_with_their_successors),
        cmocka_unit_test(playbook__read__gives_variables_rules_and_markings),
        cmocka_unit_test(rule__read__says_what_is_wrong),
        cmocka_unit_test(playbook__read__refuses_what_has_nothing_to_show),
        cmocka_unit_test(playbook__read__keeps_limits),
        cmocka_unit_test(playbook__hash__is_that_of_the_content_without_signatures),
        cmocka_unit_test(playbook__edit__changes_one_member_and_nothing_else),
        cmocka_unit_test(playbook__edit__there_and_back_is_the_same_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
