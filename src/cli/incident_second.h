/* SPDX-License-Identifier: Apache-2.0 */
/* A second person at the same terminal: with her login, password and authenticator where there are users; by name where there are none, which the register shows. */
#ifndef CDR_CLI_INCIDENT_SECOND_H
#define CDR_CLI_INCIDENT_SECOND_H

#include "cli/incident.h"

#define CDR_OPT_SECOND(does) {"as", 0, CDR_OPT_TEXT, "WHO", NULL, does}
/* Opens the workspace for writing; ${ret} as below. */
cdr_status cdr_cli_second(cdr_cli *cli, char ret[80]) CDR_NODISCARD;
/* Opens the room for writing. Without --as ${ret} is empty. Otherwise she is asked for password and code (while there are users), and ${ret} becomes "staff:LOGIN" or "named:NAME". */
cdr_status cdr_incident_second(cdr_cli *cli, const char *name, cdr_incident_room *r, char ret[80]) CDR_NODISCARD;

#endif
