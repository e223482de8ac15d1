/* SPDX-License-Identifier: Apache-2.0 */
/* How commands in a report call this program, so that they work when they are copied from it. */
#ifndef CDR_CLI_CALLING_H
#define CDR_CLI_CALLING_H

#include "cli/cmd.h"

typedef struct cdr_calling {
    char *cwd;            /* absolute; NULL unknown */
    char *program;        /* a word for a shell; NULL: "candor" is this program */
    char *workspace;      /* likewise; NULL: this workspace is found without a word, from ->cwd */
} cdr_calling;

cdr_status cdr_cli_calling(cdr_cli *cli, cdr_calling *ret) CDR_NODISCARD;
void cdr_calling_done(cdr_calling *c);

#endif
