/* SPDX-License-Identifier: Apache-2.0 */
/* How things stand, in numbers: for status and doctor. */
#include "core/incident/incident.h"
#include "core/incident/store.h"

cdr_status cdr_incident_count(cdr_db *db, int64_t now_us, cdr_incident_counts *ret, cdr_err *err)
{
    cdr_db_set *set = NULL;
    cdr_db_query q = {0};
    *ret = (cdr_incident_counts){0};
    cdr_status s = cdr_db_prepare_set(db, cdr_in_statements, IN__MAX, &set, err);
    if (s == CDR_OK)
        s = cdr_in_begin(set, IN_COUNT, &q, CDR_V(cdr_v_int(now_us)), err);
    if (s == CDR_OK && (s = cdr_db_step(&q, err)) == CDR_OK)
        *ret = (cdr_incident_counts){.open = (uint64_t)cdr_db_col_int(&q, 0), .drills = (uint64_t)cdr_db_col_int(&q, 1), .overdue = (uint64_t)cdr_db_col_int(&q, 2), .waiting = (uint64_t)cdr_db_col_int(&q, 3),
                                     .open_items = (uint64_t)cdr_db_col_int(&q, 4)};
    cdr_db_end(&q);
    cdr_db_set_free(set);
    return s;
}
