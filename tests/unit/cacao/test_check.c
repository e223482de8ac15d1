/* SPDX-License-Identifier: Apache-2.0 */
/* One rule broken at a time: each is found, at its level, and nothing else is. */
#include "check_world.h"

#include <time.h>

#define E CDR_CACAO_ERROR
#define W CDR_CACAO_WARNING
#define S CDR_CACAO_STRUCTURE

struct broken { const char *path, *value, *id; cdr_cacao_level level; };

static void print_all(const cdr_cacao_verdict *v)
{
    for (size_t i = 0; i < v->count; i++)
        print_error("  %s%s %s [%s] %s: %s\n", cdr_cacao_level_name(v->findings[i].level), v->findings[i].fatal ? "!" : "", v->findings[i].id, v->findings[i].clause, v->findings[i].where, v->findings[i].text);
}

static void check__good__says_nothing(void **state)
{
    (void)state;
    cdr_cacao_verdict v _cleanup_(cdr_cacao_verdict_done) = {0};
    assert_int_equal(verdict_of(GOOD, false, &v), CDR_OK);
    print_all(&v);
    assert_int_equal(v.count, 0);
    assert_true(v.runnable);
}

static void run(const struct broken *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        json_t *j _cleanup_json_ = good_tree();
        set_at(j, cases[i].path, cases[i].value);
        char *text _cleanup_free_ = json_dumps(j, 0);
        cdr_cacao_verdict v _cleanup_(cdr_cacao_verdict_done) = {0};
        assert_int_equal(verdict_of(text, false, &v), CDR_OK);
        const cdr_cacao_finding *f = finding_of(&v, cases[i].id);
        if (!f || f->level != cases[i].level) {
            print_all(&v);
            fail_msg("%s = %s: want %s %s", cases[i].path, cases[i].value ? cases[i].value : "(out)", cdr_cacao_level_name(cases[i].level), cases[i].id);
        }
        if (cases[i].level == W && (!v.runnable || v.errors)) {
            print_all(&v);
            fail_msg("%s = %s: a warning alone was expected", cases[i].path, cases[i].value);
        }
        if (cases[i].level == E)
            assert_false(v.runnable);
        assert_true(f->clause[0] && f->text[0]);
    }
}

static void check__playbook(void **state)
{
    (void)state;
    static const struct broken cases[] = {
        {"spec_version", "\"cacao-1.1\"", "playbook.version", E}, {"name", NULL, "property.missing", E}, {"name", "3", "type.text", E}, {"created_by", NULL, "property.missing", E},
        {"created_by", "\"playbook--20000000" U("0001") "\"", "id.prefix", E}, {"created_by", "\"somebody\"", "id.form", E}, {"id", "\"playbook--10000000-0000-9000-8000-000000000001\"", "id.form", E},
        {"id", "\"playbook--10000000" U("0005") "\"", "signature.playbook", E}, {"created", "\"2026-01-02T03:04:05Z\"", "time.milliseconds", W}, {"created", "\"2026-01-02T03:04:05.678\"", "time.form", E},
        {"created", "\"2026-02-30T03:04:05.678Z\"", "time.form", E}, {"created", "\"2026-01-02T03:04:05.Z\"", "time.form", E}, {"created", "\"2026-01-02T03:04:05.678+00:00\"", "time.form", E},
        {"modified", "\"2026-01-02T03:04:05.677Z\"", "time.order", E}, {"valid_until", "\"2026-01-02T00:00:00.000Z\"", "time.order", E}, {"revoked", "\"false\"", "type.bool", E}, {"revoked", "true", "playbook.revoked", W},
        {"priority", "101", "type.percent", E}, {"severity", "-1", "type.percent", E}, {"impact", "\"3\"", "type.percent", E}, {"impact", "1.5", "type.percent", E},
        {"playbook_types", "[\"notify\"]", "word.unknown", W}, {"playbook_types", "\"notification\"", "type.list", E}, {"playbook_activities", NULL, "activity.none", W},
        {"playbook_activities", "[\"restrict-access\", \"map-network\"]", "activity.unused", W}, {"playbook_activities", "[\"dance\"]", "word.unknown", W}, {"derived_from", "[\"x\"]", "id.form", E},
        {"derived_from", "[]", "list.empty", W}, {"industry_sectors", "[\"school\"]", "word.unknown", W}, {"labels", "[3]", "type.text", E}, {"external_references", "[{\"name\": \"a\"}]", "reference.empty", E},
        {"external_references", "[{\"url\": \"a\", \"source\": \"b\"}]", "property.missing", E}, {"external_references", NULL, "reference.list", W}, {"markings", "[\"marking-tlp--30000000" U("0009") "\"]", "marking.undefined", E},
        {"workflow_start", "\"action--40000000" U("0002") "\"", "start.type", E}, {"workflow_start", "\"start--40000000" U("0099") "\"", "start.dangling", S}, {"workflow_exception", "\"end--40000000" U("0099") "\"", "step.dangling", S}, {"workflow_exception", "\"start--40000000" U("0001") "\"", "exception.start", E},
        {"banana", "1", "property.unknown", W}, {"playbook_variabels", "{}", "property.unknown", W}, {"x_limit", "9007199254740993", "playbook.canonical", W},
        {"playbook_extensions/" CDR_RULE_KEY "/review_every", "\"quarterly\"", "rule.bad", E}, {"playbook_extensions/" CDR_RULE_KEY "/Kind", "1", "extension.name", W},
        {"extension_definitions", NULL, "extension.undefined", E}, {"playbook_extensions", "[]", "type.object", E},
        {"playbook_processing_summary/if_logic", "false", "summary.wrong", E}, {"playbook_processing_summary/manual_playbook", "true", "summary.wrong", E}, {"playbook_processing_summary/while_logic", NULL, "summary.incomplete", W},
        {"playbook_processing_summary/countersigned_signatures", "true", "summary.wrong", W}, {"playbook_processing_summary/digital_signatures", "false", "summary.wrong", W}, {"playbook_processing_summary/extensions", "false", "summary.wrong", E},
        {"extension_definitions/extension-definition--90000000" U("0001"), "{\"type\": \"extension-definition\", \"name\": \"X\", \"created_by\": \"identity--20000000" U("0001") "\", \"schema\": \"x\", \"version\": \"1.0.0\"}", "extension.unknown", W}, {"playbook_processing_summary/data_markings", "\"yes\"", "type.bool", E}, {"playbook_processing_summary/fast", "true", "property.unknown", W},
        {"playbook_variables/__n__/value", "3", "variable.value", E}, {"playbook_variables/__n__/value", "\"three\"", "variable.type", E}, {"playbook_variables/__found__/value", "\"True\"", "variable.type", W},
        {"playbook_variables/__n__/value", "{}", "variable.value", E}, {"playbook_variables/__n__/type", "\"number\"", "word.unknown", W}, {"playbook_variables/__n__/type", NULL, "property.missing", E},
        {"playbook_variables/n", "{\"type\": \"string\"}", "variable.name", E}, {"playbook_variables/___n__", "{\"type\": \"string\"}", "variable.name", W}, {"playbook_variables/_____", "{\"type\": \"string\"}", "variable.name", W}, {"playbook_variables/__3__", "{\"type\": \"string\"}", "variable.name", E}, {"playbook_variables/__n__/constant", "\"no\"", "type.bool", E},
        {"description", "\"Of __nothing__:value\"", "variable.unknown", W},
    };
    run(cases, CDR_COUNT(cases));
}

static void check__steps(void **state)
{
    (void)state;
#define A2 "workflow/00000002/"
    static const struct broken cases[] = {
        {A2 "on_completion", "\"end--40000000" U("0021") "\"", "step.form", E}, {A2 "on_success", NULL, "step.successors", S}, {A2 "on_success", "\"end--40000000" U("0099") "\"", "step.dangling", S},
        {A2 "on_failure", "\"action--40000000" U("0002") "\"", "flow.cycle", S}, {"workflow/00000001/on_failure", "\"end--40000000" U("0021") "\"", "step.start", E}, {"workflow/00000016/on_completion", "\"end--40000000" U("0021") "\"", "step.end", E},
        {A2 "delay", "9223372036854775807", "step.wait-long", E}, {A2 "timeout", "3155760000001", "step.wait-long", E}, {A2 "timeout", "1e18", "step.wait-long", E},
        {A2 "delay", "-1", "type.whole", E}, {A2 "timeout", "\"PT1H\"", "type.whole", E}, {A2 "owner", "\"playbook--20000000" U("0001") "\"", "id.prefix", E}, {A2 "commands", "[]", "commands.none", E}, {A2 "commands", NULL, "property.missing", E},
        {A2 "commands/0/command", NULL, "command.none", E}, {A2 "commands/0/command", "\"\"", "command.empty", E}, {A2 "commands/0/command", "\"__gone__:value\"", "variable.unknown", E}, {A2 "commands/0/type", NULL, "property.missing", E},
        {A2 "commands/0/type", "\"pigeon\"", "command.type", W}, {A2 "commands/1/command", "\"get it\"", "command.start-line", W}, {A2 "commands/1/headers", "{\"Accept\": \"text/plain\"}", "type.list", E},
        {A2 "commands/2/command", "\"GET /o HTTP/1.1\"", "command.post", E}, {A2 "commands/2/content_b64", "\"not base64!\"", "base64.form", E}, {A2 "commands/3/command_b64", NULL, "property.missing", E},
        {A2 "commands/4/command_b64", "\"X19nb25lX186dmFsdWU=\"", "variable.unknown", E}, {A2 "commands/0/playbook_activity", "\"lock\"", "word.unknown", W}, {A2 "commands/0/colour", "\"red\"", "property.unknown", W},
        {A2 "agent", NULL, "property.missing", E}, {A2 "agent", "\"individual--50000000" U("0099") "\"", "agent.undefined", E}, {A2 "agent", "\"http-api--60000000" U("0001") "\"", "agent.undefined", E}, {A2 "targets", "[]", "targets.none", E},
        {A2 "targets/0", "\"http-api--60000000" U("0099") "\"", "target.undefined", E}, {A2 "in_args/0", "\"__gone__\"", "args.unknown", E}, {A2 "out_args/0", "\"__host__\"", "args.constant", E}, {A2 "in_args/0", "\"__device__:value\"", "args.value", W}, {A2 "in_args/0", "\"__gone__:value\"", "args.unknown", E}, {A2 "timeout", "0", "timeout.zero", W},
        {A2 "out_args", "[\"__own__\"]", "rule.answers", E}, {A2 "step_variables/__own__/external", "true", "variable.external", W}, {A2 "step_variables/__n__", "{\"type\": \"integer\"}", "variable.shadows", W},
        {A2 "step_extensions/" CDR_RULE_KEY "/due", "\"3 days\"", "rule.bad", E}, {A2 "step_extensions/" CDR_RULE_KEY "/due", NULL, "rule.due", W}, {A2 "step_extensions/" CDR_RULE_KEY "/warn/0", "\"P9D\"", "rule.warn", W},
        {A2 "step_extensions/" CDR_RULE_KEY "/calendar", "\"XX\"", "rule.calendar", W}, {A2 "step_extensions/" CDR_RULE_KEY "/two_person", "true", "rule.two-person", W},
        {A2 "step_extensions/" CDR_RULE_KEY "/answers/__found__/choices/0", "\"perhaps\"", "rule.choices", E}, {A2 "step_extensions/extension-definition--90000000" U("0001"), "{}", "extension.undefined", E},
        {A2 "type", "\"dance\"", "step.type", W}, {"workflow/00000003/next_steps", "[\"action--40000000" U("0005") "\"]", "parallel.two", E}, {"workflow/00000003/next_steps/1", "\"end--40000000" U("0007") "\"", "flow.shared-end", S},
        {"workflow/00000003/next_steps/1", "\"action--40000000" U("0005") "\"", "flow.shared", S}, {"workflow/00000004/condition", "\"__n__ > 2\"", "condition.syntax", E}, {"workflow/00000004/condition", "\"__gone__:value > 2\"", "variable.unknown", E},
        {"workflow/00000004/condition", "\"__own__:value = 'a'\"", "variable.scope", E}, {"workflow/00000004/condition", NULL, "property.missing", E}, {"workflow/00000004/on_false", "\"end--40000000" U("0012") "\"", "flow.shared-end", S}, {"workflow/00000004/on_true", "[\"end--40000000" U("0012") "\"]", "step.list", E},
        {"workflow/00000004/on_false", "\"switch-condition--40000000" U("0010") "\"", "flow.shared", S}, {"workflow/00000004/on_completion", NULL, "step.successors", S}, {"workflow/00000011/on_completion", "\"while-condition--40000000" U("0008") "\"", "flow.cycle", S},
        {"workflow/00000011/playbook_id", "\"breach\"", "id.form", E}, {"workflow/00000011/playbook_id", "\"playbook--10000000" U("0001") "\"", "flow.self", S}, {"workflow/00000011/playbook_version", "\"2\"", "time.form", E}, {"workflow/00000010/switch", "\"__device__\"", "switch.variable", E}, {"workflow/00000010/switch", "\"__gone__:value\"", "variable.unknown", E},
        {"workflow/00000010/cases", "{}", "switch.cases", E}, {"workflow/00000010/cases/a phone", "\"end--40000000" U("0014") "\"", "dictionary.key", W}, {"workflow/00000010/cases/default", "\"end--40000000" U("0014") "\"", "flow.unreachable", S},
        {"workflow/end--40000000-0000-1000-8000-000000000077", "{\"type\": \"end\"}", "step.uuid", W}, {"workflow/end", "{\"type\": \"end\"}", "id.form", E}, {"workflow/action--40000000" U("0078"), "{\"type\": \"end\"}", "id.type", W},
        {"workflow/end--40000000" U("0079"), "{\"type\": \"end\"}", "flow.unreachable", S}, {"workflow/start--40000000" U("0080"), "{\"type\": \"start\", \"on_completion\": \"end--40000000" U("0016") "\"}", "flow.start", E},
        {"workflow/end--50000000" U("0001"), "{\"type\": \"end\"}", "id.uuid-twice", W},
    };
    run(cases, CDR_COUNT(cases));
}

static void check__objects(void **state)
{
    (void)state;
#define MAN "agent_definitions/00000001/"
#define SSH "agent_definitions/00000002/"
    static const struct broken cases[] = {
        {MAN "name", NULL, "property.missing", E}, {MAN "contact", "\"a@example.com\"", "type.object", E}, {MAN "contact/email", "\"a@example.com\"", "type.object", E}, {MAN "contact/email/at work", "\"a@example.com\"", "dictionary.key", W},
        {MAN "location/region", "\"bavaria\"", "word.enum", E}, {MAN "location/country", "\"Germany\"", "country.code", E}, {MAN "location/country", "\"ZZ\"", "country.code", E}, {MAN "location/administrative_area", "\"Bayern\"", "area.code", W},
        {MAN "location/latitude", "48.1", "type.text", E}, {MAN "location/latitude", "\"-90\"", "degrees", E}, {MAN "location/longitude", "\"181\"", "degrees", E}, {MAN "location/longitude", NULL, "location.pair", E}, {MAN "type", "\"robot\"", "agent.type", W},
        {MAN "name", "\"__gone__:value\"", "variable.unknown", W}, {MAN "banana", "\"rama\"", "property.unknown", W}, {SSH "address", NULL, "property.missing", E}, {SSH "address/hostname", "[\"a\"]", "address.kind", E}, {SSH "address/dname", "\"a\"", "type.list", E},
        {SSH "address/ipv4/0", "\"192.0.2.999\"", "address.form", E}, {SSH "address/l2mac/0", "\"00-11\"", "address.form", E}, {SSH "address/dname/0", "\"a b\"", "address.form", W}, {SSH "address/dname/0", "\"__gone__:value\"", "variable.unknown", E},
        {SSH "port", "22", "type.text", E}, {SSH "port", "\"ssh\"", "port", E}, {SSH "port", "\"65536\"", "port", E}, {SSH "address/vlan", "[\"4096\"]", "address.form", E}, {SSH "address/vlan", "[4096]", "address.form", E}, {SSH "authentication_info", "\"user-auth--70000000" U("0099") "\"", "authentication.undefined", E}, {SSH "category/0", "\"toaster\"", "word.unknown", W},
        {"agent_definitions/00000004/sector", "\"mining\"", "sector.list", W}, {"agent_definitions/Bob", "{\"type\": \"individual\", \"name\": \"Bob\"}", "id.form", E}, {"target_definitions/00000002/category", NULL, "property.missing", E},
        {"target_definitions/00000003/port", "\"80\"", "property.unknown", W}, {"target_definitions/individual--50000000" U("0001"), "{\"type\": \"individual\", \"name\": \"Another\"}", "id.twice", E},
        {"authentication_info_definitions/00000001/password", "\"hunter2\"", "authentication.secret", W}, {"authentication_info_definitions/00000001/kms", "true", "authentication.kms", E}, {"authentication_info_definitions/00000002/kms", "false", "authentication.kms", E},
        {"authentication_info_definitions/00000002/token", "\"x\"", "authentication.kms", E}, {"authentication_info_definitions/00000002/oauth_header", NULL, "property.missing", E}, {"authentication_info_definitions/00000003/type", "\"badge\"", "authentication.type", W},
        {"extension_definitions/" CDR_RULE_UUID "/schema", NULL, "property.missing", E}, {"extension_definitions/" CDR_RULE_UUID "/version", "\"one\"", "extension.version", W}, {"extension_definitions/" CDR_RULE_UUID "/type", "\"extension\"", "word.enum", E},
        {"data_marking_definitions/dfca5abac2bb/tlpv2_level", "\"TLP:RED\"", "marking.tlp", E}, {"data_marking_definitions/dfca5abac2bb/tlpv2_level", "\"TLP:WHITE\"", "word.enum", E}, {"data_marking_definitions/dfca5abac2bb/created", NULL, "property.missing", E},
        {"data_marking_definitions/dfca5abac2bb/modified", "\"2022-10-01T00:00:00.000Z\"", "marking.version", E}, {"data_marking_definitions/00000001/statement", NULL, "property.missing", E}, {"data_marking_definitions/00000001/id", "\"marking-statement--30000000" U("0005") "\"", "marking.id", E},
        {"data_marking_definitions/00000001/type", "\"marking-sticker\"", "marking.type", W},
        {"data_marking_definitions/marking-tlp--30000000" U("0007"), "{\"type\": \"marking-tlp\", \"id\": \"marking-tlp--30000000" U("0007") "\", \"created_by\": \"identity--20000000" U("0001") "\", \"created\": \"2022-10-01T00:00:00.000Z\", \"tlpv2_level\": \"TLP:RED\"}", "marking.tlp", W},
        {"signatures/0/type", "\"jws\"", "word.enum", E}, {"signatures/0/value", NULL, "property.missing", E}, {"signatures/0/value", "\"a+b/\"", "signature.value", E}, {"signatures/0/public_key", NULL, "signature.key", E}, {"signatures/0/thumbprint", "\"x\"", "signature.key", W},
        {"signatures/0/algorithm", "\"HS256\"", "signature.algorithm", W}, {"signatures/0/algorithm", "\"rot13\"", "word.unknown", W}, {"signatures/0/related_to", "\"playbook--10000000" U("0009") "\"", "signature.playbook", E},
        {"signatures/0/related_version", "\"2026-01-04T03:04:05.678Z\"", "signature.version", E}, {"signatures/0/signature", "{}", "property.missing", E}, {"signatures/0/modified", "\"2026-01-02T03:04:05.678Z\"", "time.order", E}, {"signatures", "{}", "type.list", E},
    };
    run(cases, CDR_COUNT(cases));
}

/* A run finds a variable of the step that opened the branch; one of a step beside it, it does not. */
static void check__scope__of_an_opener_is_a_warning(void **state)
{
    (void)state;
    static const struct { const char *owner; cdr_cacao_level level; } cases[] = {{"workflow/00000004/step_variables", W}, {"workflow/00000003/step_variables", E}};
    for (size_t i = 0; i < CDR_COUNT(cases); i++) {
        json_t *j _cleanup_json_ = good_tree();
        set_at(j, cases[i].owner, "{\"__inner__\": {\"type\": \"integer\", \"value\": \"1\"}}");
        set_at(j, "workflow/00000008/condition", "\"__inner__:value > 2\"");
        char *text _cleanup_free_ = json_dumps(j, 0);
        cdr_cacao_verdict v _cleanup_(cdr_cacao_verdict_done) = {0};
        assert_int_equal(verdict_of(text, false, &v), CDR_OK);
        const cdr_cacao_finding *f = finding_of(&v, "variable.scope");
        assert_non_null(f);
        assert_int_equal(f->level, cases[i].level);
    }
}

/* A target that is not defined stops what machines do; people see its identifier. */
static void check__target__of_manual_steps_is_a_warning(void **state)
{
    (void)state;
    json_t *j _cleanup_json_ = good_tree();
    set_at(j, "workflow/00000020/targets", "[\"linux--60000000" U("0099") "\"]");
    char *text _cleanup_free_ = json_dumps(j, 0);
    cdr_cacao_verdict v _cleanup_(cdr_cacao_verdict_done) = {0};
    assert_int_equal(verdict_of(text, false, &v), CDR_OK);
    assert_int_equal(v.count, 1);
    assert_string_equal(v.findings[0].id, "target.undefined");
    assert_true(v.runnable);
}

static void check__lenient__conditions_of_real_playbooks_are_warnings(void **state)
{
    (void)state;
    json_t *j _cleanup_json_ = good_tree();
    set_at(j, "workflow/00000004/condition", "\"__found__:value\"");
    set_at(j, "workflow/00000010/switch", "\"__device__\"");
    char *text _cleanup_free_ = json_dumps(j, 0);
    cdr_cacao_verdict strict _cleanup_(cdr_cacao_verdict_done) = {0}, lenient _cleanup_(cdr_cacao_verdict_done) = {0};
    assert_int_equal(verdict_of(text, false, &strict), CDR_OK);
    assert_int_equal(strict.errors, 2);
    assert_int_equal(verdict_of(text, true, &lenient), CDR_OK);
    assert_int_equal(lenient.errors, 0);
    assert_non_null(finding_of(&lenient, "condition.lenient"));
    assert_non_null(finding_of(&lenient, "switch.variable"));
    assert_true(lenient.runnable);
}

/* Findings are told by the thousand and no further; hostile keys reach neither terminal nor path unescaped. */
static void check__hostile__stays_within_bounds(void **state)
{
    (void)state;
    json_t *j _cleanup_json_ = good_tree();
    for (unsigned i = 0; i < 3000; i++) {
        char key[80];
        snprintf(key, sizeof key, "x%u\x1b[31m%*s", i, 40, "");
        json_object_set_new(j, key, json_true());
    }
    char *text _cleanup_free_ = json_dumps(j, 0);
    cdr_cacao_verdict v _cleanup_(cdr_cacao_verdict_done) = {0};
    assert_int_equal(verdict_of(text, false, &v), CDR_OK);
    assert_int_equal(v.count, CDR_CACAO_FINDINGS_MAX);
    assert_true(v.more);
    assert_int_equal(v.warnings, 3000);
    for (size_t i = 0; i < v.count; i++)
        assert_null(strchr(v.findings[i].where, '\x1b'));
}

/* 10,000 steps in 4 MiB, each with a variable, a command, an external reference; in a branch of a parallel step, so that all kinds of bookkeeping grow. */
static void check__large__takes_time_in_proportion(void **state)
{
    (void)state;
    cdr_buf b _cleanup_buf_ = CDR_BUF(CDR_PLAYBOOK_BYTES_MAX);
    const unsigned branches = 4997, pad = 240;
    cdr_buf_adds(&b, "{\"type\":\"playbook\",\"spec_version\":\"cacao-2.0\",\"id\":\"playbook--10000000" U("0001") "\",\"name\":\"L\",\"created_by\":\"identity--20000000" U("0001") "\",\"created\":\"2026-01-02T03:04:05.678Z\","
        "\"modified\":\"2026-01-02T03:04:05.678Z\",\"agent_definitions\":{\"group--50000000" U("0003") "\":{\"type\":\"group\",\"name\":\"G\"}},\"external_references\":[{\"name\":\"a\",\"url\":\"b\"}],\"playbook_variables\":{\"__a__\":{\"type\":\"string\"}");
    for (unsigned i = 0; i < 4000; i++)
        cdr_buf_addf(&b, ",\"__v%u__\":{\"type\":\"string\"}", i);
    cdr_buf_adds(&b, "},\"workflow_start\":\"start--40000000" U("0001") "\",\"workflow\":{\"start--40000000" U("0001") "\":{\"type\":\"start\",\"on_completion\":\"parallel--40000000" U("0002") "\"},"
        "\"end--40000000" U("0003") "\":{\"type\":\"end\"},\"parallel--40000000" U("0002") "\":{\"type\":\"parallel\",\"on_completion\":\"end--40000000" U("0003") "\",\"next_steps\":[");
    for (unsigned i = 0; i < branches; i++)
        cdr_buf_addf(&b, "%s\"action--a%07x" U("0000") "\"", i ? "," : "", i);
    cdr_buf_adds(&b, "]}");
    for (unsigned i = 0; i < branches; i++)
        cdr_buf_addf(&b, ",\"action--a%07x" U("0000") "\":{\"type\":\"action\",\"commands\":[{\"type\":\"manual\",\"command\":\"__v%u__:value %*s\"}],\"external_references\":[{\"name\":\"a\",\"url\":\"b\"}],\"agent\":\"group--50000000" U("0003") "\","
            "\"on_completion\":\"end--e%07x" U("0000") "\"},\"end--e%07x" U("0000") "\":{\"type\":\"end\"}", i, i % 4000, (int)pad, "", i, i);
    cdr_buf_adds(&b, "}}");
    assert_int_equal(cdr_buf_status(&b), CDR_OK);
    assert_true(b.len > (3u << 20));
    struct timespec from, to;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
    cdr_cacao_verdict v _cleanup_(cdr_cacao_verdict_done) = {0};
    assert_int_equal(verdict_of(b.data, false, &v), CDR_OK);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
    double seconds = (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9;
    print_message("%.1f MiB, %u steps: %.0f ms\n", (double)b.len / (1 << 20), 2 * branches + 3, seconds * 1000);
    print_all(&v);
    assert_int_equal(v.count, 0);
    assert_true(seconds < 3);   /* an eighth of a second where nothing else runs; what is quadratic takes minutes */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(check__good__says_nothing), cmocka_unit_test(check__playbook), cmocka_unit_test(check__steps), cmocka_unit_test(check__objects),
        cmocka_unit_test(check__scope__of_an_opener_is_a_warning), cmocka_unit_test(check__target__of_manual_steps_is_a_warning), cmocka_unit_test(check__lenient__conditions_of_real_playbooks_are_warnings), cmocka_unit_test(check__hostile__stays_within_bounds), cmocka_unit_test(check__large__takes_time_in_proportion),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
