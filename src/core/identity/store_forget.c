/* SPDX-License-Identifier: Apache-2.0 */
/* What calls keep of a customer beside her pseudonym goes when she is erased: notes, tickets, the caller's number. That there were calls stays, as in the ledger. */
#include "core/identity/verify_parts.h"

enum { ST_FORGET, ST__MAX };

static const cdr_db_stmt statements[ST__MAX] = {
    [ST_FORGET] = {"call-forget", "UPDATE verification SET note = NULL, ticket = NULL, number_id = NULL WHERE customer_id = ?1", false},
};

cdr_status cdr_verify_forget(cdr_vault *v, int64_t customer, cdr_err *err)
{
    cdr_db_set *set;
    cdr_db_query q = {0};
    cdr_status s = cdr_db_prepare_set(cdr_workspace_db(cdr_vault_workspace(v)), statements, ST__MAX, &set, err);
    if (s != CDR_OK)
        return s;
    s = cdr_db_begin_query(set, ST_FORGET, &q, err);
    if (s == CDR_OK) {
        cdr_db_bind_int(&q, 1, customer);
        s = cdr_db_run(&q, err);
    }
    cdr_db_set_free(set);
    return s;
}
