/* SPDX-License-Identifier: Apache-2.0 */
/* What the verbs of users share. */
#ifndef CDR_CLI_USER_H
#define CDR_CLI_USER_H

#include "cli/session.h"

#define CDR_CLI_PASSWORD_BYTES 1024     /* 256 characters of at most four bytes */

/* CDR_NOT_FOUND, before anything is typed: this workspace has no users. */
cdr_status cdr_cli_has_users(cdr_cli *cli) CDR_NODISCARD;
/* One line; CDR_E_INVAL when it is empty or nothing comes. ${what}: "password". */
cdr_status cdr_cli_secret_line(cdr_cli *cli, const char *prompt, const char *what, size_t max, cdr_secret **ret) CDR_NODISCARD;
/* A new password, typed twice. */
cdr_status cdr_cli_new_password(cdr_cli *cli, cdr_secret **ret) CDR_NODISCARD;
/* The authenticator's secret for its owner: on a terminal a QR code and the key, otherwise the address. */
cdr_status cdr_cli_show_totp(cdr_cli *cli, const char *login, const cdr_secret *uri) CDR_NODISCARD;
void cdr_cli_show_recovery(cdr_cli *cli, const char *login, const cdr_secret *code);

#endif
