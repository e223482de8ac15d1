/* SPDX-License-Identifier: Apache-2.0 */
/* One slip of the hand (candor … --html candor-workspace/candor.key) would end a workspace: its key would be a page. Looked at once, for every verb, before anything is opened. */
#include "cli/outputs.h"

#include <string.h>
#include <sys/stat.h>

/* Options of these names write a file, in every verb that has them. */
static const char *const written[] = {"out", "output", "html", "svg", "print", "report"};

static bool writes(const cdr_opt *opt)
{
    for (size_t i = 0; i < CDR_COUNT(written); i++)
        if (opt->type == CDR_OPT_TEXT && !strcmp(opt->name, written[i]))
            return true;
    return false;
}

/* What people edit, and what no verb writes for them to read. */
static const char *const edited[] = {"commands.yaml", "disclosure.yaml", "policy.yaml", "send.yaml"};

static bool is_own_name(const char *name)
{
    for (size_t i = 0; i < CDR_COUNT(edited); i++)
        if (!strcmp(name, edited[i]))
            return true;
    return !strncmp(name, "candor.", 7);
}

static bool same_file(const char *a, const char *b)
{
    struct stat x, y;
    return !stat(a, &x) && !stat(b, &y) && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

static bool is_own(const cdr_cli *cli, const char *path)
{
    _cleanup_free_ char *keyfile = cdr_cli_keyfile(cli);
    if (keyfile && same_file(path, keyfile))
        return true;
    const char *slash = strrchr(path, '/');
    _cleanup_free_ char *folder = slash ? cdr_strndup(path, (size_t)(slash - path) + 1) : cdr_strdup(".");
    return folder && same_file(folder, cli->workspace_dir) && is_own_name(slash ? slash + 1 : path);
}

cdr_status cdr_cli_check_outputs(cdr_cli *cli)
{
    for (const cdr_opt *opt = cli->cmd->opts; opt && opt->name; opt++) {
        const char *path = writes(opt) ? cdr_opt_text(cli, opt->name) : NULL;
        if (path && is_own(cli, path))
            return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "cli.own-file", "--%s would put its text in the place of a file that the workspace needs. Name another file.", opt->name);
    }
    return CDR_OK;
}
