/* SPDX-License-Identifier: Apache-2.0 */
/* The clock that nobody may overlook: from awareness of a breach 72 hours to the authority (GDPR Art. 33(1)). It runs until she was told, or until two people decided that she is not; the playbook's own step comes later
 * than the law begins to count. */
#include "core/incident/inside.h"
#include "core/incident/lane_parts.h"

#include <string.h>

#define REF "authority"

typedef struct deciding { bool no; } deciding;

static cdr_status on_decision(void *arg, const cdr_decision *d)
{
    deciding *g = arg;
    if (!d->replaced && (!strcmp(d->name, "notify-authority") || !strcmp(d->name, "notify")))
        g->no = !strcmp(d->outcome, "no") && !cdr_decision_waits(d);
    return CDR_OK;
}

cdr_status cdr_in_authority(cdr_incidents *in, int64_t id, cdr_err *err)
{
    cdr_incident i;
    deciding g = {false};
    char subject[CDR_IN_SUBJECT];
    cdr_status s = cdr_in_get(in, id, &i, NULL, err);
    if (s == CDR_OK)
        s = cdr_incident_decisions(in, id, on_decision, &g, err);
    if (s != CDR_OK)
        return s;
    cdr_in_subject(id, subject);
    int64_t from = i.times[CDR_INCIDENT_AWARENESS], told = i.times[CDR_INCIDENT_NOTIFIED_AUTHORITY];
    if (i.closed_us || i.state != CDR_INCIDENT_BREACH || !from || told || g.no) {
        s = cdr_clock_stop(cdr_runs_clocks(in->runs), subject, REF, told != 0, err);
        return s == CDR_NOT_FOUND ? CDR_OK : s;
    }
    cdr_clock_setup c = {.subject = subject, .ref = REF, .label = "Tell the authority, where the GDPR applies: 72 hours", .began_us = from, .due_us = cdr_due(from, &(cdr_duration){.seconds = 72 * 3600}, NULL),
                         .role = CDR_DUTY_MANAGER, .drill = i.drill, .warn_count = 2, .warn = {{.days = 1}, {.seconds = 4 * 3600}}, .escalation_count = 2,
                         .escalate = {{{.seconds = 0}, CDR_DUTY_MANAGER}, {{.seconds = 3600}, CDR_DUTY_OWNER}}};
    return cdr_clock_set(cdr_runs_clocks(in->runs), &c, err);
}

static cdr_status keep_due(void *arg, const cdr_clock *c)
{
    if (!strcmp(c->ref, REF))
        *(int64_t *)arg = c->due_us;
    return CDR_OK;
}

cdr_status cdr_incident_item_due(cdr_incidents *in, const cdr_item *item, int64_t *ret_us, cdr_err *err)
{
    char subject[CDR_IN_SUBJECT];
    *ret_us = item->due_us;
    if (item->due_us || item->state != CDR_ITEM_OPEN || (strcmp(item->ref, CDR_LANE_REF "authority") != 0 && strcmp(item->ref, CDR_LANE_REF "report_authority") != 0))
        return CDR_OK;
    cdr_in_subject(item->incident, subject);
    return cdr_clock_each(cdr_runs_clocks(in->runs), subject, false, keep_due, ret_us, err);
}
