/* SPDX-License-Identifier: Apache-2.0 */
/* The policy of this workspace, for every verb that asks it. */
#ifndef CDR_CLI_POLICY_H
#define CDR_CLI_POLICY_H

#include "cli/cmd.h"
#include "core/policy/policy.h"

/* For the options of a verb. */
#define CDR_OPT_POLICY {"policy", 0, CDR_OPT_TEXT, "FILE", NULL, "the policy; default is policy.yaml in the workspace"}

/* --policy FILE, or policy.yaml of the workspace. CDR_NOT_FOUND: there is none, and the sentence says how to get one. CDR_E_INVAL: it has
 * mistakes; when there are several, all have been printed to standard error, and cli->err sums up (with --json: begins with the first). */
cdr_status cdr_cli_policy_load(cdr_cli *cli, cdr_policy **ret) CDR_NODISCARD;
/* The same of a named file. */
cdr_status cdr_cli_policy_read(cdr_cli *cli, const char *path, cdr_policy **ret) CDR_NODISCARD;
/* Of a text that was read before; ${path} as messages name it. */
cdr_status cdr_cli_policy_parse(cdr_cli *cli, const char *text, size_t len, const char *path, cdr_policy **ret) CDR_NODISCARD;
/* cdr_cli_policy_load for who can do without: NULL, and nothing is printed, when there is none or it has mistakes. */
cdr_policy *cdr_cli_policy_try(cdr_cli *cli);
/* Path of the workspace's own, to be freed; NULL without memory. */
char *cdr_cli_policy_path(const cdr_cli *cli);
/* Is there a policy.yaml, or --policy? For verbs that do more when there is one. */
bool cdr_cli_policy_exists(cdr_cli *cli);
/* Enters policy.change in the ledger when the workspace's policy is not the one that was entered last. Needs the workspace open for writing. */
cdr_status cdr_cli_policy_enter(cdr_cli *cli, const cdr_policy *p) CDR_NODISCARD;

#endif
