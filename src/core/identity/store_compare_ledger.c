/* SPDX-License-Identifier: Apache-2.0 */
#include "core/identity/compare_ledger.h"

enum { ST_EACH, ST_COUNT, ST__MAX };

/* ?1 is CDR_AGREE_CANARY. One that is being erased was not yet entered as erased. */
static const cdr_db_stmt statements[ST__MAX] = {
    [ST_EACH] = {"agree-each",
        "SELECT customer_id, kind FROM factor WHERE ended_us IS NULL AND confirmed_us IS NOT NULL UNION ALL SELECT id, ?1 FROM customer WHERE canary = 1 AND state = 1 ORDER BY 1", true},
    [ST_COUNT] = {"agree-count", "SELECT count(*) FROM customer WHERE state <> 3", true},
};

cdr_status cdr_compare_ledger_each(cdr_db *db, cdr_compare_ledger_row_fn *fn, void *arg, cdr_err *err)
{
    cdr_db_set *set = NULL;
    cdr_db_query q = {0};
    cdr_status s = cdr_db_prepare_set(db, statements, ST__MAX, &set, err);
    if (s == CDR_OK)
        s = cdr_db_begin_query(set, ST_EACH, &q, err);
    if (s == CDR_OK) {
        cdr_db_bind_int(&q, 1, CDR_AGREE_CANARY);
        while ((s = cdr_db_step(&q, err)) == CDR_OK && (s = fn(arg, cdr_db_col_int(&q, 0), (unsigned)cdr_db_col_int(&q, 1), err)) == CDR_OK)
            ;
    }
    cdr_db_end(&q);
    cdr_db_set_free(set);
    return s == CDR_DONE ? CDR_OK : s;
}

cdr_status cdr_compare_ledger_customers(cdr_db *db, uint64_t *ret, cdr_err *err)
{
    cdr_db_set *set = NULL;
    cdr_db_query q = {0};
    *ret = 0;
    cdr_status s = cdr_db_prepare_set(db, statements, ST__MAX, &set, err);
    if (s == CDR_OK)
        s = cdr_db_begin_query(set, ST_COUNT, &q, err);
    if (s == CDR_OK && (s = cdr_db_step(&q, err)) == CDR_OK)
        *ret = (uint64_t)cdr_db_col_int(&q, 0);
    cdr_db_end(&q);
    cdr_db_set_free(set);
    return s;
}
