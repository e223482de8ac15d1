/* SPDX-License-Identifier: Apache-2.0 */
/* Files that verbs write for people never take the place of the workspace's own. */
#ifndef CDR_CLI_OUTPUTS_H
#define CDR_CLI_OUTPUTS_H

#include "cli/cmd.h"

/* CDR_E_INVAL: an option that names a file to write names the database, the key, or another file of the workspace. */
cdr_status cdr_cli_check_outputs(cdr_cli *cli) CDR_NODISCARD;

#endif
