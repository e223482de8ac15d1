/* SPDX-License-Identifier: Apache-2.0 */
/* What the verbs about playbooks share. */
#ifndef CDR_CLI_PLAYBOOK_H
#define CDR_CLI_PLAYBOOK_H

#include "cli/cmd.h"
#include "core/cacao/playbook.h"

/* ${wanted}: the name of a playbook (of the workspace where there is one, else of Candor), a file, or "-" for standard input. No workspace is opened. */
cdr_status cdr_cli_playbook_open(cdr_cli *cli, const char *wanted, cdr_playbook **ret) CDR_NODISCARD;

#endif
