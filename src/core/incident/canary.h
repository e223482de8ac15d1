/* SPDX-License-Identifier: Apache-2.0 */
/* A canary record is one that nobody has a reason to open. When one was opened, that is an incident, suspected, once per alert. */
#ifndef CDR_CORE_INCIDENT_CANARY_H
#define CDR_CORE_INCIDENT_CANARY_H

#include "core/incident/incident.h"

/* Each alert of the last 30 days that has no incident gets one, in one transaction each. ${ret_opened} (may be NULL): how many. Cheap when there is none. Not to be called by the command that opened the record: whoever did
 * it must not be able to tell. */
cdr_status cdr_canary_incidents(cdr_incidents *in, unsigned *ret_opened, cdr_err *err) CDR_NODISCARD;
/* Is there one? For whoever has no incidents open yet. */
cdr_status cdr_canary_waiting(cdr_workspace *ws, bool *ret, cdr_err *err) CDR_NODISCARD;

#endif
