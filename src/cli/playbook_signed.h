/* SPDX-License-Identifier: Apache-2.0 */
/* By whom a playbook is signed, for people. */
#ifndef CDR_CLI_PLAYBOOK_SIGNED_H
#define CDR_CLI_PLAYBOOK_SIGNED_H

#include "cli/cmd.h"
#include "core/playbook/signed.h"

cdr_status cdr_cli_signed_by(cdr_cli *cli, const cdr_playbook *p, cdr_signed_by *ret, cdr_buf *who) CDR_NODISCARD;
/* A sentence where somebody should know: nobody known signed it, it was changed since, or it takes the place of one of Candor's. ${name}: under which it is started. */
cdr_status cdr_cli_say_signed(cdr_cli *cli, const cdr_playbook *p, const char *name) CDR_NODISCARD;

#endif
