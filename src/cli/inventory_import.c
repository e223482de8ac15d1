/* SPDX-License-Identifier: Apache-2.0 */
/* candor inventory import, candor inventory export: declarations as files. */
#include "cli/inventory.h"

#include "base/io.h"
#include "base/text.h"
#include "cli/input.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FILE_MAX (16u << 20)

/* The folder that relative claims start from: that of the file, links resolved as scans resolve them. */
static cdr_status folder_of(const char *path, char ret[PATH_MAX], cdr_err *err)
{
    const char *slash = strrchr(path, '/');
    _cleanup_free_ char *folder = slash ? cdr_strndup(path, slash == path ? 1 : (size_t)(slash - path)) : cdr_strdup(".");
    if (!folder)
        return cdr_fail_nomem(err, "cli");
    return realpath(folder, ret) ? CDR_OK : cdr_fail_errno(err, CDR_E_IO, "cli", "cli.folder", errno, "The folder of %s cannot be found", path);
}

static cdr_status keep_mistakes(cdr_inventory *inv, json_t *into, cdr_err *err)
{
    for (size_t i = 0; cdr_inventory_mistake(inv, i); i++)
        if (json_array_append_new(into, json_string(cdr_inventory_mistake(inv, i))))
            return cdr_fail_nomem(err, "cli");
    return CDR_OK;
}

static cdr_status import(cdr_cli *cli, const char *path, json_t *mistakes, cdr_import_counts *n)
{
    char root[PATH_MAX];
    _cleanup_buf_ cdr_buf text = CDR_BUF(FILE_MAX);
    cdr_inventory *inv = NULL;
    const char *where = strcmp(path, "-") ? path : "standard input";
    cdr_status s = cdr_cli_input_read(cli, path, &text);
    if (s == CDR_OK)
        s = folder_of(path, root, &cli->err);
    if (s == CDR_OK)
        s = cdr_inventory_open(cli->ws, &inv, &cli->err);
    if (s == CDR_OK)
        s = cdr_opt_flag(cli, "fides") ? cdr_inventory_import_fides(inv, text.data ? text.data : "", text.len, where, n, &cli->err)
                                       : cdr_inventory_import(inv, text.data ? text.data : "", text.len, where, root, cdr_opt_flag(cli, "prune"), n, &cli->err);
    if (s == CDR_E_INVAL && inv && keep_mistakes(inv, mistakes, &cli->err) != CDR_OK)
        s = CDR_E_NOMEM;
    cdr_inventory_close(inv);
    return s;
}

/* All mistakes at once: nobody wants to import twenty times. */
static cdr_exit refuse(cdr_cli *cli, cdr_status s, const json_t *mistakes)
{
    size_t count = json_array_size(mistakes), used = strlen(cli->err.text);
    if (cli->json && count > 1)
        snprintf(cli->err.text + used, sizeof cli->err.text - used, " And %zu more.", count - 1);
    cdr_exit code = cdr_cli_fail(cli, s);
    for (size_t i = 1; !cli->json && i < count; i++) {
        const char *text = json_string_value(json_array_get(mistakes, i));
        _cleanup_buf_ cdr_buf safe = CDR_BUF(1 << 16);
        cdr_text_escape(&safe, text, strlen(text));
        fprintf(stderr, "candor: %s\n", safe.data ? safe.data : "");
    }
    if (!cli->json && count > 1)
        fprintf(stderr, "candor: %zu mistakes%s; nothing was taken.\n", count, count >= 20 ? " or more" : "");
    return code;
}

static cdr_exit run(cdr_cli *cli)
{
    cdr_import_counts n = {0};
    _cleanup_json_ json_t *mistakes = json_array();
    cdr_status s = mistakes ? import(cli, cli->argv[0], mistakes, &n) : cdr_fail_nomem(&cli->err, "cli");
    if (s != CDR_OK)
        return refuse(cli, s, mistakes);
    if (cli->json)
        return cdr_cli_print_json(cli, json_pack("{s:I, s:I, s:I, s:I, s:I, s:I}", "added", (json_int_t)n.added, "changed", (json_int_t)n.changed, "same", (json_int_t)n.same,
                                                 "removed", (json_int_t)n.removed, "kept", (json_int_t)n.kept, "datasets_moved", (json_int_t)n.datasets_moved), CDR_EXIT_OK);
    if (cli->quiet)
        return CDR_EXIT_OK;
    cdr_cli_print(cli, "%llu added, %llu changed, %llu as they were, %llu removed.\n", (unsigned long long)n.added, (unsigned long long)n.changed,
                  (unsigned long long)n.same, (unsigned long long)n.removed);
    if (n.kept)
        cdr_cli_print(cli, "%llu stand in the workspace but not in the file; they were kept. --prune removes them.\n", (unsigned long long)n.kept);
    if (n.datasets_moved)
        cdr_cli_print(cli, "%llu objects that were found before now belong to another system.\n", (unsigned long long)n.datasets_moved);
    return CDR_EXIT_OK;
}

static const cdr_opt import_options[] = {
    {"prune", 0, CDR_OPT_FLAG, NULL, NULL, "remove parties, systems and activities that the file does not name"},
    {"fides", 0, CDR_OPT_FLAG, NULL, NULL, "FILE is a fides manifest (organization, system, dataset)"},
    {0},
};

const cdr_cmd cdr_cmd_inventory_import = {
    .path = "inventory import",
    .group = "Know",
    .summary = "read parties, systems and activities from a file",
    .args = "FILE",
    .min_args = 1,
    .max_args = 1,
    .opts = import_options,
    .flags = CDR_CMD_WORKSPACE,
    .roles = CDR_ROLES_OWNER,
    .description = "FILE is an inventory.yaml, written by hand or by candor inventory export; \"-\" reads standard input. All of it is taken, or nothing: up to 20 mistakes "
                   "are named at once, by file, path and the nearest right word. Relative claims of systems start from the folder of the file. What was found before goes to the "
                   "system that claims it now.",
    .examples = "  candor inventory import inventory.yaml\n  # make the workspace equal to the file\n  candor inventory import inventory.yaml --prune\n"
                "  # an existing fides manifest\n  candor inventory import .fides/systems.yml --fides\n",
    .json_shape = "  {\"added\": 12, \"changed\": 1, \"same\": 3, \"removed\": 0, \"kept\": 0, \"datasets_moved\": 4}\n",
    .run = run,
};

static cdr_exit run_export(cdr_cli *cli)
{
    cdr_inventory *inv = NULL;
    char *text = NULL;
    const char *out = cdr_opt_text(cli, "out");
    cdr_status s = cdr_inventory_open(cli->ws, &inv, &cli->err);
    if (s == CDR_OK)
        s = cdr_opt_flag(cli, "fides") ? cdr_inventory_export_fides(inv, &text, &cli->err) : cdr_inventory_export(inv, &text, &cli->err);
    cdr_inventory_close(inv);
    if (s == CDR_OK && out)
        s = cdr_file_write(out, text, strlen(text), 0600, &cli->err);
    if (s != CDR_OK) {
        cdr_free(text);
        return cdr_cli_fail(cli, s);
    }
    _cleanup_free_ char *shown = cdr_cli_shown(out ? out : "");
    cdr_exit code = CDR_EXIT_OK;
    if (cli->json)
        code = cdr_cli_print_json(cli, out ? json_pack("{s:s}", "file", shown) : json_pack("{s:s}", "text", text), CDR_EXIT_OK);
    else if (out && cli->quiet)
        ;
    else if (out)
        cdr_cli_print(cli, "Wrote %s.\n", shown);
    else
        cdr_cli_print(cli, "%s", text);
    cdr_free(text);
    return code;
}

static const cdr_opt export_options[] = {
    {"out", 'o', CDR_OPT_TEXT, "FILE", NULL, "write to FILE instead of standard output"},
    {"fides", 0, CDR_OPT_FLAG, NULL, NULL, "write a fides manifest instead"},
    {0},
};

const cdr_cmd cdr_cmd_inventory_export = {
    .path = "inventory export",
    .group = "Know",
    .summary = "write parties, systems and activities as one YAML file",
    .max_args = 0,
    .opts = export_options,
    .flags = CDR_CMD_READONLY,
    .roles = CDR_ROLES_READ,
    .description = "The file can be edited and imported again; importing it unchanged changes nothing. With --fides it is a manifest that fides tools read; what fides has no "
                   "word for stands under meta.",
    .examples = "  candor inventory export --out inventory.yaml\n  candor inventory export --fides --out systems.yml\n",
    .json_shape = "  {\"text\": \"organisation:\\n  name: …\"}   or, with --out, {\"file\": \"inventory.yaml\"}\n",
    .run = run_export,
};
