/* SPDX-License-Identifier: Apache-2.0 */
#include "core/identity/overview.h"

#define HOUR_US INT64_C(3600000000)
#define DAY_US (24 * HOUR_US)

/* Customers are numbered without gaps and their rows stay when they are erased: nobody reads a million records to count them. ?1 is now in microseconds, ?2 the day,
 * ?3 and ?4 an hour and a day ago, ?5 the beginning of what counts. */
static const cdr_db_stmt statements[] = {
    {"overview",
     "SELECT coalesce((SELECT max(id) FROM customer), 0) - (SELECT count(*) FROM customer_erasure), "
     "(SELECT count(*) FROM verification WHERE ended_us IS NULL AND active_us > ?3 AND started_us > ?4 AND started_us <= ?1), "
     "(SELECT count(*) FROM request WHERE state = 1), "
     "(SELECT count(*) FROM request WHERE state = 1 AND (due_day < ?2 OR (confirm_day < ?2 AND confirmed_us IS NULL))), "
     "(SELECT count(*) FROM canary_alert WHERE at_us > ?5), "
     "(SELECT count(DISTINCT subject) FROM verification_flag WHERE flag = 'not-me' AND at_us > ?5 AND by <> 'candor')", true},
};

cdr_status cdr_overview_read(cdr_db *db, int64_t now_us, cdr_overview *ret, cdr_err *err)
{
    cdr_db_set *set = NULL;
    cdr_db_query q = {0};
    *ret = (cdr_overview){0};
    cdr_status s = cdr_db_prepare_set(db, statements, CDR_COUNT(statements), &set, err);
    if (s == CDR_OK)
        s = cdr_db_begin_query(set, 0, &q, err);
    if (s == CDR_OK) {
        cdr_db_bind_int(&q, 1, now_us);
        cdr_db_bind_int(&q, 2, now_us / DAY_US);
        cdr_db_bind_int(&q, 3, now_us - HOUR_US);
        cdr_db_bind_int(&q, 4, now_us - DAY_US);
        cdr_db_bind_int(&q, 5, now_us - CDR_OVERVIEW_DAYS * DAY_US);
        s = cdr_db_step(&q, err);
    }
    if (s == CDR_OK) {
        uint64_t *const counts[] = {&ret->customers, &ret->calls, &ret->requests, &ret->late, &ret->canaries, &ret->stopped};
        for (int i = 0; i < (int)CDR_COUNT(counts); i++)
            *counts[i] = (uint64_t)CDR_MAX(cdr_db_col_int(&q, i), INT64_C(0));
    }
    cdr_db_end(&q);
    cdr_db_set_free(set);
    return s;
}
