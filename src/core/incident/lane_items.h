/* SPDX-License-Identifier: Apache-2.0 */
/* What is to be done by the answers of the lane: tasks, duties, drafted letters. Asked again after other answers, what is there stays, what was found out is done, what is missing is added. */
#ifndef CDR_CORE_INCIDENT_LANE_ITEMS_H
#define CDR_CORE_INCIDENT_LANE_ITEMS_H

#include "core/incident/lane_letters.h"

typedef struct cdr_lane_todo {
    cdr_incidents *in;
    const cdr_lane_answers *a;
    const cdr_lane_result *r;
    cdr_lane_letter_facts facts;
    const char *who;                       /* has to do it */
    bool settled;                          /* no decision waits for a second person: what is not wanted any more may be dropped */
} cdr_lane_todo;
/* In the open transaction. */
cdr_status cdr_lane_items_put(const cdr_lane_todo *todo, cdr_err *err) CDR_NODISCARD;

#endif
