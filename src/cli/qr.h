/* SPDX-License-Identifier: Apache-2.0 */
/* The secret of an authenticator on a terminal: a QR code to scan, and the key for whoever cannot. */
#ifndef CDR_CLI_QR_H
#define CDR_CLI_QR_H

#include "cli/cmd.h"

/* Half blocks as wide as the terminal allows; where it is too narrow, a sentence instead. */
cdr_status cdr_cli_qr(cdr_cli *cli, const char *uri) CDR_NODISCARD;
/* The key of ${uri} in groups of four. */
void cdr_cli_qr_key(cdr_cli *cli, const char *uri);

#endif
