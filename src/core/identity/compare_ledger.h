/* SPDX-License-Identifier: Apache-2.0 */
/* Do the tables say what the ledger knows? Whoever can write to the database could make a user, a factor or a canary without a word; nobody can enter it in the ledger afterwards. */
#ifndef CDR_CORE_IDENTITY_COMPARE_LEDGER_H
#define CDR_CORE_IDENTITY_COMPARE_LEDGER_H

#include "core/vault/vault.h"

/* One difference as a sentence without personal data; logins of staff are named. */
typedef cdr_status cdr_compare_ledger_fn(void *arg, const char *what);
/* Users with role and end, number of customers; with ${v} (may be NULL: its keys do not open) canaries and factors too, each customer's. */
cdr_status cdr_identity_compare_ledger(cdr_workspace *ws, cdr_vault *v, cdr_compare_ledger_fn *fn, void *arg, cdr_err *err) CDR_NODISCARD;

/* --- store_compare_ledger.c --- */
#define CDR_AGREE_CANARY 63u            /* beside kinds of factors */
/* Factors that count and canaries, by customer. */
typedef cdr_status cdr_compare_ledger_row_fn(void *arg, int64_t customer, unsigned what, cdr_err *err);
cdr_status cdr_compare_ledger_each(cdr_db *db, cdr_compare_ledger_row_fn *fn, void *arg, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_compare_ledger_customers(cdr_db *db, uint64_t *ret, cdr_err *err) CDR_NODISCARD;

#endif
