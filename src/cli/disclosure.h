/* SPDX-License-Identifier: Apache-2.0 */
/* The disclosure policy of this workspace, for every verb that asks it. */
#ifndef CDR_CLI_DISCLOSURE_H
#define CDR_CLI_DISCLOSURE_H

#include "cli/cmd.h"
#include "core/disclosure/disclosure.h"
#include "core/vault/own_field.h"

/* For the options of a verb. */
#define CDR_OPT_DISCLOSURE {"policy", 0, CDR_OPT_TEXT, "FILE", NULL, "the policy; default is disclosure.yaml in the workspace, else the one that comes with Candor"}

/* disclosure.yaml of the workspace, else the policy that comes with Candor. A file that is there and cannot be read is an error, never the shipped one instead: when it has several mistakes, all
 * have been printed to standard error. */
cdr_status cdr_cli_disclosure_load(cdr_cli *cli, cdr_disclosure_policy **ret) CDR_NODISCARD;
/* The same for verbs that act by it, with the workspace open for writing: a policy other than the last one enters the ledger first (disclosure.policy, with its hash), so that nobody loosens it for a
 * moment unseen. */
cdr_status cdr_cli_disclosure_adopt(cdr_cli *cli, cdr_disclosure_policy **ret) CDR_NODISCARD;
/* The same of a named file; NULL: as above. ${ret_shown} (may be NULL): what it was read from, as people may see it, to be freed. */
cdr_status cdr_cli_disclosure_read(cdr_cli *cli, const char *path, cdr_disclosure_policy **ret, char **ret_shown) CDR_NODISCARD;

/* The vault's fields as the policy's room wants them: the standard ones, and the organisation's own where the workspace opens without a passphrase. */
typedef struct cdr_cli_fields { cdr_disclosure_field *at; size_t count; cdr_own_fields *own; } cdr_cli_fields;
cdr_status cdr_cli_disclosure_fields(cdr_cli *cli, cdr_cli_fields *ret) CDR_NODISCARD;
void cdr_cli_fields_done(cdr_cli_fields *f);

/* candor disclosure show --html: one page of its own. */
cdr_status cdr_cli_disclosure_page(cdr_cli *cli, const cdr_disclosure_policy *p, const cdr_cli_fields *fields, const char *from, const char *role, const char *channel, const char *path) CDR_NODISCARD;

/* "phone", "staff", "C2", "delivery-question": checked, with the nearest right word when it is none. */
cdr_status cdr_cli_disclosure_check_words(cdr_cli *cli, const cdr_disclosure_policy *p, const char *purpose, const char *channel, const char *role) CDR_NODISCARD;
bool cdr_cli_disclosure_level(const char *word, cdr_level *ret);

#endif
