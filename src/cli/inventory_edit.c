/* SPDX-License-Identifier: Apache-2.0 */
/* candor inventory add, set, remove, confirm: single changes, by the record descriptions. */
#include "cli/inventory.h"

#include "base/text.h"

#include <string.h>

static cdr_exit wrong_entity(cdr_cli *cli, const char *word)
{
    static const char *const words[] = {"party", "system", "activity", "dataset"};
    const char *near = cdr_text_nearest(word, words, CDR_COUNT(words));
    return near ? cdr_cli_usage(cli, "The first word must be party, system, activity or dataset; did you mean %s?", near)
                : cdr_cli_usage(cli, "The first word must be party, system, activity or dataset.");
}

/* The form: every field, its meaning and what it may hold. */
static cdr_exit print_form(cdr_cli *cli, cdr_entity e)
{
    const cdr_record *r = cdr_entity_record(e);
    _cleanup_json_ json_t *list = json_array();
    cdr_text_table *t = cdr_text_table_new(3);
    cdr_status s = t && list ? CDR_OK : cdr_fail_nomem(&cli->err, "cli");
    for (size_t i = 0; s == CDR_OK && i < r->count; i++) {
        const cdr_field *f = &r->fields[i];
        _cleanup_buf_ cdr_buf expects = CDR_BUF(4096);
        if (f->type == CDR_F_ID)
            continue;
        cdr_field_expects(f, &expects);
        cdr_text_table_cellf(t, "%s%s", f->name, f->flags & CDR_F_REQUIRED ? " *" : "");
        cdr_text_table_cell(t, f->label);
        cdr_text_table_cell(t, expects.data);
        if (json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:b}", "name", f->name, "label", f->label, "expects", expects.data ? expects.data : "", "required",
                                                  (f->flags & CDR_F_REQUIRED) != 0)))
            s = cdr_fail_nomem(&cli->err, "cli");
    }
    if (s == CDR_OK && e == CDR_ENTITY_SYSTEM) {
        cdr_text_table_cell(t, "holders");
        cdr_text_table_cell(t, "Held by");
        cdr_text_table_cell(t, "pairs of party and relation such as us:responsible, hosting:hosts");
    }
    if (s == CDR_OK && !cli->json)
        s = cdr_text_table_print(t, cli, &cli->err);
    cdr_text_table_free(t);
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    return cli->json ? cdr_cli_print_json(cli, json_pack("{s:O}", "fields", list), CDR_EXIT_OK) : CDR_EXIT_OK;
}

static cdr_exit report(cdr_cli *cli, cdr_status s, const char *did, const char *entity, const char *key)
{
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    if (cli->json)
        return cdr_cli_print_json(cli, json_pack("{s:s, s:s, s:s}", "done", did, "entity", entity, "key", key), CDR_EXIT_OK);
    if (!cli->quiet)
        cdr_cli_print(cli, "The %s %s was %s.\n", entity, key, did);
    return CDR_EXIT_OK;
}

/* "name=value" arguments from the third on. */
static cdr_exit parse(cdr_cli *cli, cdr_arena *arena, cdr_assignment *set, size_t max, size_t *count)
{
    *count = 0;
    for (int i = 2; i < cli->argc; i++) {
        const char *equals = strchr(cli->argv[i], '=');
        if (!equals)
            return cdr_cli_usage(cli, "\"%.40s\" is no NAME=VALUE; candor %s %s --fields shows the names.", cli->argv[i], cli->cmd->path, cli->argv[0]);
        if (*count == max)
            return cdr_cli_usage(cli, "At most %zu fields at once.", max);
        char *name = cdr_arena_strndup(arena, cli->argv[i], (size_t)(equals - cli->argv[i]));
        if (!name)
            return cdr_cli_fail(cli, cdr_fail_nomem(&cli->err, "cli"));
        const char *value = strcmp(name, "claims") ? equals + 1 : cdr_cli_claims(cli, equals + 1, arena);
        if (!value)
            return cdr_cli_fail(cli, CDR_E_NOMEM);
        set[(*count)++] = (cdr_assignment){name, value};
    }
    return CDR_EXIT_OK;
}

static cdr_exit change(cdr_cli *cli, bool add)
{
    cdr_entity e;
    cdr_assignment set[64];
    size_t count;
    if (!cdr_entity_by_word(cli->argv[0], &e))
        return wrong_entity(cli, cli->argv[0]);
    if (cdr_opt_flag(cli, "fields"))
        return print_form(cli, e);
    if (cli->argc < 2)
        return cdr_cli_usage(cli, "candor %s %s needs a key; --fields shows what can be said about it.", cli->cmd->path, cli->argv[0]);
    _cleanup_(cdr_arena_freep) cdr_arena *arena = cdr_arena_new(1 << 20);
    if (!arena)
        return cdr_cli_fail(cli, cdr_fail_nomem(&cli->err, "cli"));
    cdr_exit code = parse(cli, arena, set, CDR_COUNT(set), &count);
    if (code != CDR_EXIT_OK)
        return code;
    if (!add && count == 0)
        return cdr_cli_usage(cli, "Nothing to change: say NAME=VALUE; candor %s %s --fields shows the names.", cli->cmd->path, cli->argv[0]);
    cdr_inventory *inv = NULL;
    cdr_status s = cdr_inventory_open(cli->ws, &inv, &cli->err);
    if (s == CDR_OK)
        s = add ? cdr_inventory_add(inv, e, cli->argv[1], set, count, &cli->err) : cdr_inventory_set(inv, e, cli->argv[1], set, count, &cli->err);
    cdr_inventory_close(inv);
    return report(cli, s, add ? "added" : "changed", cdr_entity_record(e)->name, cli->argv[1]);
}

static cdr_exit run_add(cdr_cli *cli)
{
    return change(cli, true);
}

static cdr_exit run_set(cdr_cli *cli)
{
    return change(cli, false);
}

static const cdr_opt fields_option[] = {
    {"fields", 0, CDR_OPT_FLAG, NULL, NULL, "show the fields and what they may hold, and change nothing"},
    {0},
};

const cdr_cmd cdr_cmd_inventory_add = {
    .path = "inventory add",
    .group = "Know",
    .summary = "add a party, system or activity",
    .args = "party|system|activity|dataset KEY [NAME=VALUE...]",
    .min_args = 1,
    .max_args = -1,
    .opts = fields_option,
    .flags = CDR_CMD_WORKSPACE,
    .roles = CDR_ROLE_OWNER | CDR_ROLE_MANAGER,
    .description = "Lists are separated by commas; yes, no and unknown are understood; a date is written 2027-03-14. --fields shows every field of a party, system or activity; "
                   "those with a star are needed. Relative claims start from the current folder.",
    .examples = "  candor inventory add party postfox name=\"Postfox Mailing\" kind=vendor country=US agreement=none\n"
                "  candor inventory add system mail name=\"Newsletter\" claims=files/postfox holders=\"us:responsible, harbour-hosting:hosts\"\n  candor inventory add activity --fields\n",
    .json_shape = "  {\"done\": \"added\", \"entity\": \"system\", \"key\": \"mail\"}\n",
    .run = run_add,
};

const cdr_cmd cdr_cmd_inventory_set = {
    .path = "inventory set",
    .group = "Know",
    .summary = "change fields of a party, system or activity",
    .args = "party|system|activity|dataset KEY NAME=VALUE...",
    .min_args = 1,
    .max_args = -1,
    .opts = fields_option,
    .flags = CDR_CMD_WORKSPACE,
    .roles = CDR_ROLE_OWNER | CDR_ROLE_MANAGER,
    .description = "Only the named fields change; NAME= empties one. What was confirmed counts as declared again, from today.",
    .examples = "  candor inventory set system hr encrypted=yes country=US\n  candor inventory set party harbour-hosting agreement_until=2028-01-31\n",
    .json_shape = "  {\"done\": \"changed\", \"entity\": \"system\", \"key\": \"hr\"}\n",
    .run = run_set,
};

static cdr_exit run_remove(cdr_cli *cli)
{
    cdr_entity e;
    if (!cdr_entity_by_word(cli->argv[0], &e))
        return wrong_entity(cli, cli->argv[0]);
    cdr_inventory *inv = NULL;
    cdr_status s = cdr_inventory_open(cli->ws, &inv, &cli->err);
    if (s == CDR_OK)
        s = cdr_inventory_remove(inv, e, cli->argv[1], &cli->err);
    cdr_inventory_close(inv);
    return report(cli, s, "removed", cdr_entity_record(e)->name, cli->argv[1]);
}

const cdr_cmd cdr_cmd_inventory_remove = {
    .path = "inventory remove",
    .group = "Know",
    .summary = "remove a party, system or activity that nothing else names",
    .args = "party|system|activity|dataset KEY",
    .min_args = 2,
    .max_args = 2,
    .flags = CDR_CMD_WORKSPACE,
    .roles = CDR_ROLE_OWNER | CDR_ROLE_MANAGER,
    .description = "What was found in a removed system stays, as unregistered. The ledger keeps that the entry existed.",
    .examples = "  candor inventory remove system old-crm\n",
    .json_shape = "  {\"done\": \"removed\", \"entity\": \"system\", \"key\": \"old-crm\"}\n",
    .run = run_remove,
};

static cdr_exit run_confirm(cdr_cli *cli)
{
    cdr_inventory *inv = NULL;
    cdr_status s = cdr_inventory_open(cli->ws, &inv, &cli->err);
    const char *what = cli->argv[0];
    _cleanup_(cdr_arena_freep) cdr_arena *arena = cdr_arena_new(1 << 20);
    if (!arena)
        s = cdr_fail_nomem(&cli->err, "cli");
    bool object = s == CDR_OK && cdr_cli_means_object(cli, inv, what);
    if (object)
        s = cdr_cli_locate(cli, inv, what, arena, &what);
    if (s == CDR_OK)
        s = cdr_inventory_confirm(inv, what, cdr_opt_text(cli, "evidence"), &cli->err);
    cdr_inventory_close(inv);
    return report(cli, s, "confirmed", object ? "object" : "entry", cli->argv[0]);
}

static const cdr_opt confirm_options[] = {
    {"evidence", 'e', CDR_OPT_TEXT, "TEXT", NULL, "how it was confirmed: who looked, which document"},
    {0},
};

const cdr_cmd cdr_cmd_inventory_confirm = {
    .path = "inventory confirm",
    .group = "Know",
    .summary = "note that somebody has looked and it is so",
    .args = "KEY|PATH|object:N",
    .min_args = 1,
    .max_args = 1,
    .opts = confirm_options,
    .flags = CDR_CMD_WORKSPACE,
    .roles = CDR_ROLE_OWNER | CDR_ROLE_MANAGER,
    .description = "A party, system or activity by its key, or an object that was found by its path. The date is today; a later change of the entry makes it declared again.",
    .examples = "  candor inventory confirm crm --evidence \"Sales lead, by phone\"\n  candor inventory confirm files/crm/customers-export.csv\n",
    .json_shape = "  {\"done\": \"confirmed\", \"entity\": \"entry\", \"key\": \"crm\"}\n",
    .run = run_confirm,
};
