/* SPDX-License-Identifier: Apache-2.0 */
/* Where a passphrase comes from: a file, or the terminal without echo. Never the command line, where others could read it. */
#ifndef CDR_CLI_PASSPHRASE_H
#define CDR_CLI_PASSPHRASE_H

#include "cli/cmd.h"

/* From --passphrase-file, $CANDOR_PASSPHRASE_FILE, the credential candor.passphrase of a systemd unit, or a prompt when there is a terminal; ${ret} stays NULL
 * when there is no source. ${confirm}: ask twice. */
cdr_status cdr_passphrase_read(cdr_cli *cli, bool confirm, cdr_secret **ret) CDR_NODISCARD;
/* A new one, asked for twice, or from ${path} when it is not NULL. */
cdr_status cdr_passphrase_new(cdr_cli *cli, const char *path, cdr_secret **ret) CDR_NODISCARD;
/* The credential ${name} that systemd handed to this unit; NULL: there is none. Free with cdr_free. */
char *cdr_credential_path(const char *name) CDR_NODISCARD;

#endif
