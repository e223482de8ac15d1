/* SPDX-License-Identifier: Apache-2.0 */
/* Which variables of a playbook are secrets: those that its authentication_info_definitions use (CACAO 2.0, section 6). Their values are for the command that needs them, and for no eyes. Pure. */
#ifndef CDR_CORE_CACAO_SECRET_H
#define CDR_CORE_CACAO_SECRET_H

#include "core/cacao/playbook.h"

/* ${name}: "__token__". */
bool cdr_playbook_secret(const cdr_playbook *p, const char *name);
/* A header whose value proves who asks ("Authorization", "Cookie", "X-Api-Key"): shown by its name alone. */
bool cdr_header_secret(const char *name);

#endif
