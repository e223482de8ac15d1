/* SPDX-License-Identifier: Apache-2.0 */
/* Help, shell completion and the manual page, all from the command table. */
#ifndef CDR_CLI_HELP_H
#define CDR_CLI_HELP_H

#include "cli/cmd.h"

void cdr_help_overview(FILE *out);
void cdr_help_group(FILE *out, const char *word);   /* "ledger": its verbs */
void cdr_help_command(FILE *out, const cdr_cmd *cmd);

#endif
