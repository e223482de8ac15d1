/* SPDX-License-Identifier: Apache-2.0 */
/* The running clocks of incidents as an iCalendar file (RFC 5545): one VEVENT (or VTODO) per clock with its due time, and VALARMs at its warnings. No personal data. Candor-calendar writes it, by libical. The same clock keeps
 * its UID; SEQUENCE and DTSTAMP change when its due time does. */
#ifndef CDR_CORE_INCIDENT_CALENDAR_FEED_H
#define CDR_CORE_INCIDENT_CALENDAR_FEED_H

#include "core/incident/incident.h"

typedef struct cdr_calendar_request {
    int64_t id;                                /* 0: all incidents */
    bool tasks;                                /* VTODO instead of VEVENT */
    const char *program;                       /* NULL: candor-calendar beside the running program */
} cdr_calendar_request;
/* ${ret_count} (may be NULL): how many entries. Clocks of drills are left out unless the drill is asked for by its number. */
cdr_status cdr_incident_calendar(cdr_incidents *in, const cdr_calendar_request *request, cdr_buf *out, size_t *ret_count, cdr_err *err) CDR_NODISCARD;

#endif
