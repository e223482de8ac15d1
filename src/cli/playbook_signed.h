/* SPDX-License-Identifier: Apache-2.0 */
/* By whom a playbook is signed, for people. */
#ifndef CDR_CLI_PLAYBOOK_SIGNED_H
#define CDR_CLI_PLAYBOOK_SIGNED_H

#include "cli/cmd.h"
#include "core/cacao/signature.h"

typedef enum cdr_signed_by { CDR_SIGNED_NOBODY, CDR_SIGNED_CANDOR, CDR_SIGNED_HERE /* this workspace */, CDR_SIGNED_OTHER /* a key that nobody here vouches for */, CDR_SIGNED_BADLY } cdr_signed_by;
const char *cdr_signed_by_key(cdr_signed_by by);            /* "nobody", "candor", "workspace", "other", "bad" */
/* ${who}: "signed by Candor", "not signed", "the signature does not fit: it was changed after it was signed" … */
cdr_status cdr_cli_signed_by(cdr_cli *cli, const cdr_playbook *p, cdr_signed_by *ret, cdr_buf *who) CDR_NODISCARD;

#endif
