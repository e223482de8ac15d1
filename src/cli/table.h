/* SPDX-License-Identifier: Apache-2.0 */
/* Looking up verbs in the command table. */
#ifndef CDR_CLI_TABLE_H
#define CDR_CLI_TABLE_H

#include "cli/cmd.h"

/* The command whose words begin ${argv}, the longest first ("ledger verify" before "ledger"); NULL when none does. */
const cdr_cmd *cdr_command_find(int argc, char **argv, int *ret_words);
/* True when ${word} begins commands of two words: "ledger". */
bool cdr_command_is_noun_group(const char *word);

#endif
