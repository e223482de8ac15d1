/* SPDX-License-Identifier: Apache-2.0 */
/* Questions that are asked before anything of this room is opened, each prepared for itself. */
#include "core/incident/store_canary.h"

static const cdr_db_stmt first_stmt[] = {
    {"canary-first", "SELECT id, at_us, actor LIKE 'staff:%' FROM canary_alert WHERE incident_id IS NULL AND at_us > ?1 ORDER BY at_us, id LIMIT 1", true}};
static const cdr_db_stmt join_stmt[] = {{"canary-join", "UPDATE canary_alert SET incident_id = ?2 WHERE id = ?1 AND incident_id IS NULL", false}};
static const cdr_db_stmt any_stmt[] = {{"incident-any", "SELECT EXISTS(SELECT 1 FROM incident WHERE closed_us IS NULL AND drill = 0)", true}};

cdr_status cdr_canary_store_first(cdr_db *db, int64_t from_us, cdr_canary_row *ret, cdr_err *err)
{
    cdr_db_set *set = NULL;
    cdr_db_query q = {0};
    cdr_status s = cdr_db_prepare_set(db, first_stmt, 1, &set, err);
    if (s == CDR_OK)
        s = cdr_db_begin_query(set, 0, &q, err);
    if (s == CDR_OK) {
        cdr_db_bind_int(&q, 1, from_us);
        s = cdr_db_step(&q, err);
    }
    if (s == CDR_OK)
        *ret = (cdr_canary_row){cdr_db_col_int(&q, 0), cdr_db_col_int(&q, 1), cdr_db_col_int(&q, 2) != 0};
    cdr_db_end(&q);
    cdr_db_set_free(set);
    return s == CDR_DONE ? CDR_NOT_FOUND : s;
}

cdr_status cdr_canary_store_join(cdr_db *db, int64_t alert, int64_t incident, cdr_err *err)
{
    cdr_db_set *set = NULL;
    cdr_db_query q = {0};
    cdr_status s = cdr_db_prepare_set(db, join_stmt, 1, &set, err);
    if (s == CDR_OK)
        s = cdr_db_begin_query(set, 0, &q, err);
    if (s == CDR_OK) {
        cdr_db_bind_int(&q, 1, alert);
        cdr_db_bind_int(&q, 2, incident);
        s = cdr_db_run(&q, err);
    }
    cdr_db_set_free(set);
    return s;
}

cdr_status cdr_incident_store_any(cdr_db *db, bool *ret, cdr_err *err)
{
    cdr_db_set *set = NULL;
    cdr_db_query q = {0};
    *ret = false;
    cdr_status s = cdr_db_prepare_set(db, any_stmt, 1, &set, err);
    if (s == CDR_OK)
        s = cdr_db_begin_query(set, 0, &q, err);
    if (s == CDR_OK)
        s = cdr_db_step(&q, err);
    if (s == CDR_OK)
        *ret = cdr_db_col_int(&q, 0) != 0;
    cdr_db_end(&q);
    cdr_db_set_free(set);
    return s;
}
