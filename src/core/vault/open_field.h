/* SPDX-License-Identifier: Apache-2.0 */
/* The only function that opens a field. grant.c calls it behind a use that stands in the ledger, look.c behind a delivery; tests/checks/house.py lets nobody else include this. */
#ifndef CDR_CORE_VAULT_OPEN_FIELD_H
#define CDR_CORE_VAULT_OPEN_FIELD_H

#include "core/vault/vault.h"

/* In locked memory, NUL-ended. CDR_NOT_FOUND: no such field, or erased. */
cdr_status cdr_vault_open_field(cdr_vault *v, int64_t customer, uint16_t field, cdr_secret **ret, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_vault_mask_field(cdr_vault *v, int64_t customer, uint16_t field, cdr_secret **ret, cdr_err *err) CDR_NODISCARD;

#endif
