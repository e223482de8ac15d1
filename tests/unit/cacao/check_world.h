/* SPDX-License-Identifier: Apache-2.0 */
/* A good playbook that uses nearly everything, and ways to break it one place at a time. */
#ifndef CDR_TESTS_CHECK_WORLD_H
#define CDR_TESTS_CHECK_WORLD_H

#include "core/cacao/check.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define U(n) "-0000-4000-8000-00000000" n
static const char GOOD[] =
    "{\"type\": \"playbook\", \"spec_version\": \"cacao-2.0\", \"id\": \"playbook--10000000" U("0001") "\", \"name\": \"A device is gone\", \"description\": \"Of __device__:value.\",\n"
    "\"playbook_types\": [\"notification\"], \"playbook_activities\": [\"restrict-access\"], \"created_by\": \"identity--20000000" U("0001") "\",\n"
    "\"created\": \"2026-01-02T03:04:05.678Z\", \"modified\": \"2026-01-03T03:04:05.678Z\", \"revoked\": false, \"valid_from\": \"2026-01-02T00:00:00Z\", \"valid_until\": \"2036-01-02T00:00:00.5Z\",\n"
    "\"derived_from\": [\"playbook--10000000" U("0002") "\"], \"priority\": 1, \"severity\": 70, \"impact\": 0, \"industry_sectors\": [\"education\"], \"labels\": [\"a\"],\n"
    "\"playbook_processing_summary\": {\"manual_playbook\": false, \"external_playbooks\": true, \"parallel_processing\": true, \"if_logic\": true, \"while_logic\": true, \"switch_logic\": true,\n"
    "  \"temporal_logic\": true, \"data_markings\": true, \"digital_signatures\": true, \"countersigned_signatures\": false, \"extensions\": true},\n"
    "\"external_references\": [{\"name\": \"Report\", \"url\": \"https://example.com/\"}],\n"
    "\"markings\": [\"marking-tlp--bab4a63c-aed9-4cf5-a766-dfca5abac2bb\", \"marking-statement--30000000" U("0001") "\"],\n"
    "\"playbook_variables\": {\"__device__\": {\"type\": \"string\", \"value\": null, \"external\": true}, \"__n__\": {\"type\": \"integer\", \"value\": \"3\"}, \"__host__\": {\"type\": \"string\", \"value\": \"a.example.com\", \"constant\": true},\n"
    "  \"__found__\": {\"type\": \"bool\", \"value\": \"false\"}, \"__map__\": {\"type\": \"dictionary\", \"value\": {\"a\": 1}}},\n"
    "\"playbook_extensions\": {\"" CDR_RULE_KEY "\": {\"kind\": \"lost-device\", \"review_every\": \"P3M\"}},\n"
    "\"workflow_start\": \"start--40000000" U("0001") "\", \"workflow_exception\": \"action--40000000" U("0020") "\",\n"
    "\"workflow\": {\n"
    " \"start--40000000" U("0001") "\": {\"type\": \"start\", \"on_completion\": \"action--40000000" U("0002") "\"},\n"
    " \"action--40000000" U("0002") "\": {\"type\": \"action\", \"name\": \"Lock it\", \"delay\": 0, \"timeout\": 2592000000, \"owner\": \"identity--20000000" U("0001") "\", \"on_success\": \"parallel--40000000" U("0003") "\", \"on_failure\": \"end--40000000" U("0021") "\",\n"
    "  \"external_references\": [{\"name\": \"Report\", \"url\": \"https://example.com/\"}], \"step_variables\": {\"__own__\": {\"type\": \"sha256-hash\"}},\n"
    "  \"commands\": [{\"type\": \"manual\", \"command\": \"Lock __device__:value and __own__:value\", \"playbook_activity\": \"restrict-access\"}, {\"type\": \"http-api\", \"command\": \"POST /lock HTTP/1.1\", \"headers\": {\"Accept\": [\"text/plain\"]}, \"content\": \"__n__:value\"},\n"
    "    {\"type\": \"openc2-http\", \"command\": \"POST /o HTTP/1.1\", \"content_b64\": \"e30=\"}, {\"type\": \"sigma\", \"command_b64\": \"e30=\"}, {\"type\": \"bash\", \"command_b64\": \"ZWNobyBfX25fXzp2YWx1ZQ==\"}],\n"
    "  \"agent\": \"individual--50000000" U("0001") "\", \"targets\": [\"http-api--60000000" U("0001") "\"], \"in_args\": [\"__device__\"], \"out_args\": [\"__own__\", \"__found__\"],\n"
    "  \"step_extensions\": {\"" CDR_RULE_KEY "\": {\"clock\": \"awareness\", \"due\": \"PT72H\", \"warn\": [\"PT24H\"], \"calendar\": \"DE\", \"answers\": {\"__found__\": {\"ask\": \"Was it found?\", \"choices\": [\"true\", \"false\"]}}}}},\n"
    " \"parallel--40000000" U("0003") "\": {\"type\": \"parallel\", \"on_completion\": \"if-condition--40000000" U("0004") "\", \"next_steps\": [\"action--40000000" U("0005") "\", \"end--40000000" U("0006") "\"]},\n"
    " \"action--40000000" U("0005") "\": {\"type\": \"action\", \"commands\": [{\"type\": \"ssh\", \"command\": \"true\"}], \"agent\": \"ssh--50000000" U("0002") "\", \"on_completion\": \"end--40000000" U("0007") "\"},\n"
    " \"end--40000000" U("0006") "\": {\"type\": \"end\"}, \"end--40000000" U("0007") "\": {\"type\": \"end\"},\n"
    " \"if-condition--40000000" U("0004") "\": {\"type\": \"if-condition\", \"condition\": \"__n__:value > 2 AND __found__:value = true\", \"on_true\": \"while-condition--40000000" U("0008") "\", \"on_false\": \"end--40000000" U("0009") "\", \"on_completion\": \"switch-condition--40000000" U("0010") "\"},\n"
    " \"while-condition--40000000" U("0008") "\": {\"type\": \"while-condition\", \"condition\": \"__n__:value < 9\", \"on_true\": \"playbook-action--40000000" U("0011") "\", \"on_completion\": \"end--40000000" U("0012") "\"},\n"
    " \"playbook-action--40000000" U("0011") "\": {\"type\": \"playbook-action\", \"playbook_id\": \"playbook--10000000" U("0003") "\", \"playbook_version\": \"2026-01-02T03:04:05.678Z\", \"in_args\": [\"__n__\"], \"on_completion\": \"end--40000000" U("0013") "\"},\n"
    " \"end--40000000" U("0009") "\": {\"type\": \"end\"}, \"end--40000000" U("0012") "\": {\"type\": \"end\"}, \"end--40000000" U("0013") "\": {\"type\": \"end\"},\n"
    " \"switch-condition--40000000" U("0010") "\": {\"type\": \"switch-condition\", \"switch\": \"__device__:value\", \"cases\": {\"phone\": \"end--40000000" U("0014") "\", \"default\": \"end--40000000" U("0015") "\"}, \"on_completion\": \"end--40000000" U("0016") "\"},\n"
    " \"end--40000000" U("0014") "\": {\"type\": \"end\"}, \"end--40000000" U("0015") "\": {\"type\": \"end\"}, \"end--40000000" U("0016") "\": {\"type\": \"end\"}, \"end--40000000" U("0021") "\": {\"type\": \"end\"},\n"
    " \"action--40000000" U("0020") "\": {\"type\": \"action\", \"commands\": [{\"type\": \"manual\", \"command\": \"Call.\"}], \"agent\": \"group--50000000" U("0003") "\", \"on_completion\": \"end--40000000" U("0016") "\"}},\n"
    "\"agent_definitions\": {\"individual--50000000" U("0001") "\": {\"type\": \"individual\", \"name\": \"__device__:value\", \"contact\": {\"email\": {\"work\": \"a@example.com\"}, \"phone\": {\"work\": \"555-0100\"}},\n"
    "    \"location\": {\"region\": \"western-europe\", \"country\": \"DE\", \"administrative_area\": \"DE-BY\", \"latitude\": \"48.1\", \"longitude\": \"11.5\", \"precision\": \"10\"}},\n"
    "  \"ssh--50000000" U("0002") "\": {\"type\": \"ssh\", \"name\": \"S\", \"address\": {\"ipv4\": [\"192.0.2.1\", \"__host__:value\"], \"ipv6\": [\"2001:db8::1\"], \"l2mac\": [\"00:11:22:33:44:55\"], \"dname\": [\"__host__:value\"], \"url\": [\"__host__:value\"], \"vlan\": [\"7\"]},\n"
    "    \"port\": \"22\", \"authentication_info\": \"user-auth--70000000" U("0001") "\", \"category\": [\"server\"]},\n"
    "  \"group--50000000" U("0003") "\": {\"type\": \"group\", \"name\": \"G\"}, \"sector--50000000" U("0004") "\": {\"type\": \"sector\", \"name\": \"X\", \"sector\": \"education\"},\n"
    "  \"location--50000000" U("0005") "\": {\"type\": \"location\", \"name\": \"L\", \"logical\": [\"room 3\"]}, \"organization--50000000" U("0006") "\": {\"type\": \"organization\", \"name\": \"O\"}},\n"
    "\"target_definitions\": {\"http-api--60000000" U("0001") "\": {\"type\": \"http-api\", \"name\": \"Desk\", \"address\": {\"url\": [\"https://desk.example.com/\"]}, \"authentication_info\": \"oauth2--70000000" U("0002") "\"},\n"
    "  \"security-category--60000000" U("0002") "\": {\"type\": \"security-category\", \"name\": \"F\", \"category\": [\"firewall\"]}, \"net-address--60000000" U("0003") "\": {\"type\": \"net-address\", \"name\": \"N\", \"address\": {\"dname\": [\"example.com\"]}},\n"
    "  \"linux--60000000" U("0004") "\": {\"type\": \"linux\", \"name\": \"N\", \"address\": {\"dname\": [\"example.com\"]}}},\n"
    "\"authentication_info_definitions\": {\"user-auth--70000000" U("0001") "\": {\"type\": \"user-auth\", \"username\": \"root\", \"password\": \"__host__:value\"},\n"
    "  \"oauth2--70000000" U("0002") "\": {\"type\": \"oauth2\", \"oauth_header\": \"Bearer\", \"kms\": true, \"kms_key_identifier\": \"k\"}, \"http-basic--70000000" U("0003") "\": {\"type\": \"http-basic\", \"user_id\": \"u\", \"password\": \"__host__:value\"}},\n"
    "\"extension_definitions\": {\"" CDR_RULE_KEY "\": {\"type\": \"extension-definition\", \"name\": \"Candor\", \"created_by\": \"identity--20000000" U("0001") "\", \"schema\": \"https://example.com/s.json\", \"version\": \"1.0.0\"}},\n"
    "\"data_marking_definitions\": {\"marking-tlp--bab4a63c-aed9-4cf5-a766-dfca5abac2bb\": {\"type\": \"marking-tlp\", \"id\": \"marking-tlp--bab4a63c-aed9-4cf5-a766-dfca5abac2bb\", \"created_by\": \"identity--5abe695c-7bd5-4c31-8824-2528696cdbf1\",\n"
    "    \"created\": \"2022-10-01T00:00:00.000Z\", \"tlpv2_level\": \"TLP:GREEN\"},\n"
    "  \"marking-statement--30000000" U("0001") "\": {\"type\": \"marking-statement\", \"id\": \"marking-statement--30000000" U("0001") "\", \"created_by\": \"identity--20000000" U("0001") "\", \"created\": \"2022-10-01T00:00:00.000Z\", \"statement\": \"Ours.\"}},\n"
    "\"signatures\": [{\"type\": \"jss\", \"id\": \"jss--80000000" U("0001") "\", \"created\": \"2026-01-03T03:04:05.678Z\", \"modified\": \"2026-01-03T03:04:05.678Z\", \"signee\": \"Us\", \"related_to\": \"playbook--10000000" U("0001") "\",\n"
    "  \"related_version\": \"2026-01-03T03:04:05.678Z\", \"hash_algorithm\": \"sha-256\", \"algorithm\": \"Ed25519\", \"public_key\": \"AAAA\", \"value\": \"abc_-\"}]}";

static inline json_t *good_tree(void)
{
    json_error_t e;
    json_t *j = json_loads(GOOD, 0, &e);
    if (!j)
        fail_msg("%s at %d:%d", e.text, e.line, e.column);
    return j;
}

/* ${path} "workflow/40..0002/commands/0/command": a part that begins with a digit names the member whose key ends with it. ${value} NULL: taken out. */
static inline void set_at(json_t *root, const char *path, const char *value)
{
    char part[200] = "";
    json_t *at = root;
    for (;;) {
        size_t n = strcspn(path, "/");
        snprintf(part, sizeof part, "%.*s", (int)n, path);
        const char *key = part, *k;
        json_t *v;
        if (json_is_object(at) && !json_object_get(at, part))
            json_object_foreach(at, k, v)
                if (strlen(k) > strlen(part) && strcmp(k + strlen(k) - strlen(part), part) == 0)
                    key = k;
        if (!path[n]) {
            json_t *set = value ? json_loads(value, JSON_DECODE_ANY, NULL) : NULL;
            if (value && !set)
                fail_msg("no JSON: %s", value);
            if (json_is_array(at))
                json_array_set_new(at, (size_t)(part[0] - '0'), set);
            else if (set)
                json_object_set_new(at, key, set);
            else
                json_object_del(at, key);
            return;
        }
        at = json_is_array(at) ? json_array_get(at, (size_t)(part[0] - '0')) : json_object_get(at, key);
        if (!at)
            fail_msg("there is no %s", part);
        path += n + 1;
    }
}

static inline cdr_status verdict_of(const char *text, bool lenient, cdr_cacao_verdict *v)
{
    cdr_playbook *p _cleanup_(cdr_playbook_freep) = NULL;
    cdr_err err = {0};
    cdr_status st = cdr_playbook_read(text, strlen(text), "it.json", &p, &err);
    if (st == CDR_OK)
        st = cdr_playbook_check(p, &(cdr_cacao_options){.lenient = lenient}, v, &err);
    return st;
}

static inline const cdr_cacao_finding *finding_of(const cdr_cacao_verdict *v, const char *id)
{
    for (size_t i = 0; i < v->count; i++)
        if (strcmp(v->findings[i].id, id) == 0)
            return &v->findings[i];
    return NULL;
}

#endif
