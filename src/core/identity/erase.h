/* SPDX-License-Identifier: Apache-2.0 */
/* A customer who is erased: her factors and codes by letter end, and what calls noted about her goes, first, while the ledger can still be told whose they were; then her key is destroyed. */
#ifndef CDR_CORE_IDENTITY_ERASE_H
#define CDR_CORE_IDENTITY_ERASE_H

#include "core/vault/erase.h"

cdr_status cdr_identity_erase(cdr_vault *v, int64_t customer, const char *reason, cdr_erasure *ret, cdr_err *err) CDR_NODISCARD;

#endif
