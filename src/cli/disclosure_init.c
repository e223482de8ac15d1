/* SPDX-License-Identifier: Apache-2.0 */
/* candor disclosure init: a disclosure policy to make one's own. */
#include "base/io.h"
#include "cli/disclosure.h"

#include <string.h>
#include <unistd.h>

static cdr_exit run(cdr_cli *cli)
{
    const char *text = cdr_disclosure_policy_default_text();
    _cleanup_free_ char *path = cdr_path_join(cli->workspace_dir, "disclosure.yaml"), *shown = path ? cdr_cli_shown(path) : NULL;
    cdr_status s = shown ? cdr_cli_open_workspace(cli, CDR_WORKSPACE_READ) : cdr_fail_nomem(&cli->err, "cli");
    if (s == CDR_OK && !access(path, F_OK))
        s = cdr_fail(&cli->err, CDR_E_INVAL, "cli", "disclosure.exists", "%.300s is there already; edit it, or move it away first.", shown);
    if (s == CDR_OK)
        s = cdr_file_write(path, text, strlen(text), 0600, &cli->err);
    if (s != CDR_OK)
        return cdr_cli_fail(cli, s);
    if (cli->json)
        return cdr_cli_print_json(cli, json_pack("{s:s}", "file", shown), CDR_EXIT_OK);
    cdr_cli_say(cli, "Wrote %s.\n\nNext: read it, change what does not fit, and see whether its examples still hold.\n  candor disclosure show\n  candor disclosure check\n", shown);
    return CDR_EXIT_OK;
}

const cdr_cmd cdr_cmd_disclosure_init = {
    .path = "disclosure init",
    .group = "Tell only the customer",
    .summary = "write the disclosure policy, to make it yours",
    .roles = CDR_ROLE_OWNER,
    .description = "Writes disclosure.yaml into the workspace: what a caller must prove, and who may be told what. Without one the policy that comes with Candor counts, which is the\n"
                   "same text. It is yours to edit; a file that is there is never overwritten. docs/disclosure.md explains every key.",
    .examples = "  # write it, then see what it says\n  candor disclosure init\n  candor disclosure show\n",
    .json_shape = "  {\"file\": \"candor-workspace/disclosure.yaml\"}\n",
    .run = run,
};
