/* SPDX-License-Identifier: Apache-2.0 */
/* Roles: what somebody may do here. A command names the roles that may use it. */
#ifndef CDR_CORE_STAFF_ROLE_H
#define CDR_CORE_STAFF_ROLE_H

typedef enum cdr_role {
    CDR_ROLE_OWNER = 1, CDR_ROLE_STAFF = 2, CDR_ROLE_RESPONDER = 4, CDR_ROLE_MANAGER = 8 /* incident manager */, CDR_ROLE_AUDITOR = 16
} cdr_role;
#define CDR_ROLE_ALL 31u

const char *cdr_role_name(cdr_role role);            /* "owner", "staff", "responder", "incident-manager", "auditor" */
cdr_role cdr_role_by_name(const char *name);         /* 0: none */

#endif
