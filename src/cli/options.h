/* SPDX-License-Identifier: Apache-2.0 */
/* Parsing of options by the command's own table; the global options are a table too. */
#ifndef CDR_CLI_OPTIONS_H
#define CDR_CLI_OPTIONS_H

#include "cli/cmd.h"

extern const cdr_opt cdr_global_options[];

/* Sort ${argv} into options (kept in cli->opts) and positional arguments (cli->argv). "--" ends the options; "-" is an
 * argument. Sets ${ret_help} when --help was given. Messages name the option and what would be right. */
cdr_status cdr_options_parse(cdr_cli *cli, int argc, char **argv, bool *ret_help) CDR_NODISCARD;
/* Whether --json stands among the words: for errors found before the options are parsed. */
bool cdr_options_want_json(int argc, char **argv);
void cdr_options_free(cdr_cli *cli);

#endif
