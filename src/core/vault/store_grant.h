/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of disclosure_grant: one for each grant, so that issuing one touches one page. */
#ifndef CDR_CORE_VAULT_STORE_GRANT_H
#define CDR_CORE_VAULT_STORE_GRANT_H

#include "core/vault/vault_parts.h"

typedef struct cdr_granted { uint16_t field, mode, uses; } cdr_granted;
typedef struct cdr_grant_row {
    char id[33];
    int64_t customer, issued_us, expires_us;
    uint64_t ledger_index;
    cdr_granted fields[CDR_VAULT_FIELDS_MAX];
    size_t count;
} cdr_grant_row;

cdr_status cdr_grant_prepare(cdr_vault *v, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_grant_insert(cdr_vault *v, const cdr_grant_row *g, const cdr_grant_request *r, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_grant_get(cdr_vault *v, const char *id, cdr_grant_row *ret, cdr_err *err) CDR_NODISCARD;           /* CDR_NOT_FOUND */
cdr_status cdr_grant_put_fields(cdr_vault *v, const cdr_grant_row *g, cdr_err *err) CDR_NODISCARD;                 /* uses that are left */
/* The grants of ${call} that were made since ${from}, an id or the beginning of one, run out now. */
cdr_status cdr_grant_end_call(cdr_vault *v, const char *call, const char *from, cdr_err *err) CDR_NODISCARD;

#endif
