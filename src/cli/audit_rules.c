/* SPDX-License-Identifier: Apache-2.0 */
/* candor audit rules: what an audit judges by. */
#include "cli/cmd.h"
#include "core/report/checks.h"

static cdr_exit print_json(cdr_cli *cli, const cdr_rule *rules, size_t count)
{
    json_t *list = json_array();
    for (size_t i = 0; list && i < count; i++) {
        const cdr_rule *r = &rules[i];
        json_t *one = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "id", r->id, "severity", cdr_severity_name(r->severity), "title", r->title, "why", r->why, "law", r->law, "remedy", r->remedy);
        if (!one || json_array_append_new(list, one)) {
            json_decref(list);
            list = NULL;
        }
    }
    return cdr_cli_print_json(cli, list ? json_pack("{s:o}", "rules", list) : NULL, CDR_EXIT_OK);
}

static cdr_exit run(cdr_cli *cli)
{
    size_t count;
    const cdr_rule *rules = cdr_rules(&count);
    if (cli->json)
        return print_json(cli, rules, count);
    for (size_t i = 0; i < count; i++)
        cdr_cli_print(cli, "%s%s  %-6s  %s\n                %s\n                %s\n                %s\n", i ? "\n" : "", rules[i].id, cdr_severity_name(rules[i].severity), rules[i].title,
                      rules[i].why, rules[i].remedy, rules[i].law);
    return CDR_EXIT_OK;
}

const cdr_cmd cdr_cmd_audit_rules = {
    .path = "audit rules",
    .group = "Know",
    .summary = "the rules an audit judges by, with law and remedy",
    .max_args = 0,
    .description = "Lists the built-in rules. The severity is the usual one; a rule may be judged milder or harder by how many people are concerned.",
    .examples = "  candor audit rules\n",
    .json_shape = "  {\"rules\": [{\"id\": \"AUD-01\", \"severity\": \"severe\", \"title\": \"…\", \"why\": \"…\", \"law\": \"PCI DSS 4.0.1, 3.3.1\", \"remedy\": \"…\"}]}\n",
    .run = run,
};
