/* SPDX-License-Identifier: Apache-2.0 */
/* candor policy init: a policy to begin with. */
#include "base/io.h"
#include "base/text.h"
#include "cli/policy.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static cdr_exit list(cdr_cli *cli)
{
    size_t n;
    const cdr_policy_template *all = cdr_policy_templates(&n);
    json_t *names = cli->json ? json_array() : NULL;
    for (size_t i = 0; i < n; i++)
        if (!cli->json)
            cdr_cli_print(cli, "%-18s %s\n", all[i].key, all[i].title);
        else if (json_array_append_new(names, json_pack("{s:s, s:s}", "key", all[i].key, "title", all[i].title)))
            break;
    return cli->json ? cdr_cli_print_json(cli, json_pack("{s:o}", "templates", names), CDR_EXIT_OK) : CDR_EXIT_OK;
}

static const cdr_policy_template *chosen(cdr_cli *cli)
{
    const char *key = cdr_opt_text(cli, "template"), *keys[16];
    size_t n;
    const cdr_policy_template *all = cdr_policy_templates(&n);
    for (size_t i = 0; i < n; i++)
        if (!strcmp(all[i].key, key))
            return &all[i];
    for (size_t i = 0; i < n && i < CDR_COUNT(keys); i++)
        keys[i] = all[i].key;
    const char *near = cdr_text_nearest(key, keys, CDR_MIN(n, CDR_COUNT(keys)));
    (void)cdr_fail(&cli->err, CDR_NOT_FOUND, "cli", "policy.no-template", "No policy called \"%.60s\" comes with Candor%s%s; candor policy init --list names them.", key, near ? "; did you mean " : "", near ? near : "");
    return NULL;
}

static cdr_status write_policy(cdr_cli *cli, const cdr_policy_template *t, const char *path)
{
    if (!access(path, F_OK))
        return cdr_fail(&cli->err, CDR_E_INVAL, "cli", "policy.exists", "%.300s is there already; edit it, or move it away first.", path);
    cdr_status s = cdr_file_write(path, t->text, t->len, 0600, &cli->err);
    _cleanup_(cdr_policy_freep) cdr_policy *p = NULL;
    if (s == CDR_OK)
        s = cdr_cli_policy_read(cli, path, &p);
    if (s == CDR_OK)
        s = cdr_cli_policy_enter(cli, p);
    if (s != CDR_OK)
        unlink(path);
    return s;
}

static cdr_exit run(cdr_cli *cli)
{
    if (cdr_opt_flag(cli, "list"))
        return list(cli);
    const cdr_policy_template *t = chosen(cli);
    _cleanup_free_ char *path = cdr_path_join(cli->workspace_dir, "policy.yaml");
    cdr_status s = !t ? CDR_NOT_FOUND : !path ? cdr_fail_nomem(&cli->err, "cli") : cdr_cli_open_workspace(cli, CDR_WORKSPACE_WRITE);
    if (s == CDR_OK)
        s = write_policy(cli, t, path);
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    _cleanup_free_ char *shown = cdr_cli_shown(path);
    if (cli->json)
        return cdr_cli_print_json(cli, json_pack("{s:s, s:s}", "template", t->key, "file", shown ? shown : ""), CDR_EXIT_OK);
    cdr_cli_say(cli, "Wrote %s: %s.\n\nNext: read it, change what does not fit, and see what breaks it.\n  candor policy show\n  candor policy check\n", shown ? shown : "", t->title);
    return CDR_EXIT_OK;
}

static const cdr_opt opts[] = {
    {"template", 't', CDR_OPT_TEXT, "NAME", "small-shop", "which policy to begin with"},
    {"list", 0, CDR_OPT_FLAG, NULL, NULL, "name those that come with Candor"},
    {0},
};

const cdr_cmd cdr_cmd_policy_init = {
    .path = "policy init",
    .group = "Keep less",
    .summary = "write a policy to begin with",
    .opts = opts,
    .roles = CDR_ROLES_OWNER,
    .description = "Writes policy.yaml into the workspace: what may be kept of customers, for what, where, in which form and how long. It is yours to edit; a policy that is there\n"
                   "is never overwritten. docs/policy.md explains every key.",
    .examples = "  # the policies that come with Candor\n  candor policy init --list\n  # one for a practice\n  candor policy init --template health-practice\n",
    .json_shape = "  {\"template\": \"small-shop\", \"file\": \"candor-workspace/policy.yaml\"}\n",
    .run = run,
};
