/* SPDX-License-Identifier: Apache-2.0 */
/* What verbs read from files and from standard input. Nothing that was read stays behind in memory of its own. */
#ifndef CDR_CLI_INPUT_H
#define CDR_CLI_INPUT_H

#include "cli/cmd.h"

/* A piece of what is read; ${last}: nothing follows (it may be empty). CDR_DONE ends the reading without an error. */
typedef cdr_status cdr_cli_input_fn(void *arg, const char *bytes, size_t len, bool last, cdr_err *err);
/* All of ${fd} to ${fn}, a piece at a time. ${shown}: the file's name as errors may tell it. */
cdr_status cdr_cli_input_feed(cdr_cli *cli, int fd, const char *shown, cdr_cli_input_fn *fn, void *arg) CDR_NODISCARD;
/* All of the file ${path}, or of standard input for "-", appended to ${out}. CDR_E_LIMIT: it is longer than ${out} may become. For what must leave no copies,
 * reserve all of ${out} before. */
cdr_status cdr_cli_input_read(cdr_cli *cli, const char *path, cdr_buf *out) CDR_NODISCARD;

#endif
