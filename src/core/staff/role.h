/* SPDX-License-Identifier: Apache-2.0 */
/* Roles: what somebody may do here. A command names the roles that may use it. */
#ifndef CDR_CORE_STAFF_ROLE_H
#define CDR_CORE_STAFF_ROLE_H

#include "candor/base.h"

typedef enum cdr_role {
    CDR_ROLE_NONE = 0,
    CDR_ROLE_OWNER = 1, CDR_ROLE_STAFF = 2, CDR_ROLE_RESPONDER = 4, CDR_ROLE_MANAGER = 8 /* incident manager */, CDR_ROLE_AUDITOR = 16
} cdr_role;
#define CDR_ROLE_ALL 31u

/* Who uses what, for the command table. The owner may use every command; an auditor changes nothing and sees no customer. */
#define CDR_ROLES_OWNER ((unsigned)CDR_ROLE_OWNER)
#define CDR_ROLES_DESK ((unsigned)CDR_ROLE_OWNER | CDR_ROLE_STAFF)                               /* customers, callers, consents */
#define CDR_ROLES_RESPOND ((unsigned)CDR_ROLE_OWNER | CDR_ROLE_RESPONDER | CDR_ROLE_MANAGER)     /* audits, incidents */
#define CDR_ROLES_READ ((unsigned)CDR_ROLE_OWNER | CDR_ROLE_RESPONDER | CDR_ROLE_MANAGER | CDR_ROLE_AUDITOR)   /* reports, inventory, ledger */
#define CDR_ROLES_APPROVE ((unsigned)CDR_ROLE_OWNER | CDR_ROLE_STAFF | CDR_ROLE_MANAGER)         /* that a colleague breaks the glass */

const char *cdr_role_name(cdr_role role);            /* "owner", "staff", "responder", "incident-manager", "auditor"; "nobody" for 0 */
cdr_role cdr_role_by_name(const char *name);         /* in any case, "incident manager" too; 0: none */
/* ${roles} in words: "owner", "owner or staff", "owner, responder or auditor". */
#define CDR_ROLES_TEXT 80
void cdr_roles_text(unsigned roles, char ret[CDR_ROLES_TEXT]);

#endif
