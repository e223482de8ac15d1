/* SPDX-License-Identifier: Apache-2.0 */
/* Who works here. The token of a session lies in a file of the user's own, by workspace, or comes in $CANDOR_SESSION; programs that are started do not inherit it. */
#ifndef CDR_CLI_SESSION_H
#define CDR_CLI_SESSION_H

#include "cli/cmd.h"
#include "core/staff/staff.h"

/* The workspace is open: set cli->role, cli->login and the actor, or say (CDR_DENIED) why the command is not for whoever asks. While there are no users whoever opens the
 * key works as the owner. */
cdr_status cdr_cli_check_session(cdr_cli *cli) CDR_NODISCARD;
/* The same in a verb that works without a session, for the part of it that does not. */
cdr_status cdr_cli_check_signed_in(cdr_cli *cli) CDR_NODISCARD;
/* The token into cli->session, from the variable or the file; it stays NULL when there is none. */
cdr_status cdr_cli_find_session(cdr_cli *cli) CDR_NODISCARD;
/* Keep ${token} in the file. */
cdr_status cdr_cli_keep_session(cdr_cli *cli, const cdr_secret *token) CDR_NODISCARD;
void cdr_cli_drop_session(cdr_cli *cli);      /* removes the file */
/* CDR_DENIED unless who works here has one of ${roles}. ${what}: "Giving others a password". */
cdr_status cdr_cli_need_role(cdr_cli *cli, unsigned roles, const char *what) CDR_NODISCARD;

#endif
