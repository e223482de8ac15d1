/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CDR_CORE_VAULT_STORE_GRANT_H
#define CDR_CORE_VAULT_STORE_GRANT_H

#include "core/vault/vault_parts.h"

typedef struct cdr_grant_row { char id[33]; int64_t customer; char call[40]; int64_t issued_us, expires_us; uint64_t ledger_index; } cdr_grant_row;

cdr_status cdr_grant_prepare(cdr_vault *v, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_grant_insert(cdr_vault *v, const cdr_grant_row *g, const cdr_grant_request *r, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_grant_get(cdr_vault *v, const char *id, cdr_grant_row *ret, cdr_err *err) CDR_NODISCARD;           /* CDR_NOT_FOUND */
/* Mode and uses left of a field; CDR_NOT_FOUND (quiet): the grant does not name it. */
cdr_status cdr_grant_get_field(cdr_vault *v, const char *id, uint16_t field, cdr_grant_mode *ret_mode, int64_t *ret_uses, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_grant_use(cdr_vault *v, const char *id, uint16_t field, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_grant_end_call(cdr_vault *v, const char *call, cdr_err *err) CDR_NODISCARD;

#endif
