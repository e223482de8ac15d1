/* SPDX-License-Identifier: Apache-2.0 */
/* candor identifier list: which kinds of identifiers are known, and by what rule. */
#include "cli/cmd.h"
#include "candor/detect.h"

#include <string.h>

static cdr_exit list_json(cdr_cli *cli)
{
    cdr_identifier_info info;
    json_t *all = json_array();
    for (size_t i = 0; all && cdr_identifier_get(i, &info); i++) {
        const cdr_kind_info *k = info.kind;
        json_t *one = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:f, s:s, s:s}", "id", k->id, "title", k->title, "region", k->region, "type", k->type, "category", k->category,
                                "strength", info.strength, "prior", (double)k->prior, "rule", info.rule, "source", info.source);
        if (json_array_append_new(all, one) != 0) {
            json_decref(all);
            all = NULL;
        }
    }
    return cdr_cli_print_json(cli, all, CDR_EXIT_OK);
}

/* The table of docs/identifiers.md. */
static void list_markdown(cdr_cli *cli)
{
    cdr_identifier_info info;
    cdr_cli_print(cli, "| id | what | region | strength | rule | source |\n|---|---|---|---|---|---|\n");
    for (size_t i = 0; cdr_identifier_get(i, &info); i++)
        cdr_cli_print(cli, "| %s | %s | %s | %s | %s | %s |\n", info.kind->id, info.kind->title, info.kind->region, info.strength, info.rule, info.source);
}

static cdr_exit run(cdr_cli *cli)
{
    cdr_identifier_info info;
    if (cli->json)
        return list_json(cli);
    if (cdr_opt_flag(cli, "markdown")) {
        list_markdown(cli);
        return CDR_EXIT_OK;
    }
    for (size_t i = 0; cdr_identifier_get(i, &info); i++)
        cdr_cli_print(cli, "%-26s %-3s %-7s %s\n", info.kind->id, info.kind->region, info.strength, info.kind->title);
    return CDR_EXIT_OK;
}

static const cdr_opt options[] = {
    {"markdown", 0, CDR_OPT_FLAG, NULL, NULL, "a table with the rules and where they stand"},
    {0},
};

const cdr_cmd cdr_cmd_identifier_list = {
    .path = "identifier list",
    .group = "Know",
    .summary = "list the kinds of identifiers and their rules",
    .max_args = 0,
    .opts = options,
    .description = "One line per kind: id, country, strength, title. Strength says how much the rule alone proves: strong (less than one of a hundred random numbers\n"
                   "passes), fair, weak (needs words next to it), shape (no check digit).",
    .examples = "  candor identifier list\n  candor identifier list --json\n",
    .json_shape = "  [{\"id\": \"us.ssn\", \"title\": \"…\", \"region\": \"US\", \"type\": \"US_SSN\", \"category\": \"…\", \"strength\": \"shape\", \"prior\": 0.88, \"rule\": \"…\", \"source\": \"…\"}]\n",
    .run = run,
};
