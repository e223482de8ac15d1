/* SPDX-License-Identifier: Apache-2.0 */
/* Who does what when something happens, named before the day. */
#ifndef CDR_CORE_INCIDENT_TEAM_H
#define CDR_CORE_INCIDENT_TEAM_H

#include "core/incident/incident.h"

typedef struct cdr_team_member { cdr_duty_role role; char who[CDR_INCIDENT_WHO_MAX], email[256], phone[40]; int64_t since_us; } cdr_team_member;
typedef cdr_status cdr_team_fn(void *arg, const cdr_team_member *m);
/* One person has a role; a newer one takes the older one's place. */
cdr_status cdr_team_set(cdr_incidents *in, const cdr_team_member *m, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_team_remove(cdr_incidents *in, cdr_duty_role role, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_team_each(cdr_incidents *in, cdr_team_fn *fn, void *arg, cdr_err *err) CDR_NODISCARD;

#endif
