/* SPDX-License-Identifier: Apache-2.0 */
/* The running clocks as an iCalendar file (RFC 5545, by libical): one VEVENT per clock with its due time, and VALARMs at its warnings. No personal data. */
#ifndef CDR_CORE_INCIDENT_CALENDAR_FEED_H
#define CDR_CORE_INCIDENT_CALENDAR_FEED_H

#include "core/incident/incident.h"

/* ${id} 0: all incidents. */
cdr_status cdr_incident_calendar(cdr_incidents *in, int64_t id, cdr_buf *out, cdr_err *err) CDR_NODISCARD;

#endif
