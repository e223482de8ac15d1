/* SPDX-License-Identifier: Apache-2.0 */
/* The state of a workspace in a few lines, and the next best action. */
#ifndef CDR_CLI_STATUS_H
#define CDR_CLI_STATUS_H

#include "cli/cmd.h"

/* What `candor` alone prints: one thing to do next and why. Works without a workspace. */
cdr_exit cdr_status_next(cdr_cli *cli);

#endif
