/* SPDX-License-Identifier: Apache-2.0 */
/* What to do next when something is going on: one sentence and the command that does it. */
#ifndef CDR_CORE_INCIDENT_NEXT_H
#define CDR_CORE_INCIDENT_NEXT_H

#include "core/incident/incident.h"

typedef struct cdr_next_action { char what[300], why[300], command[200]; int64_t due_us /* 0 none */; unsigned open_incidents; } cdr_next_action;
/* The most urgent over all open incidents: an overdue clock, a decision that waits for a second person, an unfinished small lane, a step that waits for ${actor}, the next due step, an open task. CDR_NOT_FOUND: nothing is open. */
cdr_status cdr_incident_next(cdr_incidents *in, const char *actor, cdr_next_action *ret, cdr_err *err) CDR_NODISCARD;
/* Is anything open? Cheap: asked before the rest is opened. */
cdr_status cdr_incident_any_open(cdr_workspace *ws, bool *ret, cdr_err *err) CDR_NODISCARD;

#endif
