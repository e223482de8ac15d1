/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file vault.h
 * Customers, sealed field by field under a key of their own, and erased by destroying it. This is all of the vault that leaves the library: a
 * customer can be looked up, seen masked and erased. There is no call that hands out a field: fields are disclosed to a verified caller, by a
 * grant whose entry stands in the ledger first (identity), and nothing else opens them.
 *
 * Texts are UTF-8, times microseconds since 1970-01-01T00:00:00Z. One vault per workspace; not for two threads at once.
 */
#ifndef CANDOR_VAULT_H
#define CANDOR_VAULT_H

#include "candor/base.h"

#ifdef __cplusplus
extern "C" {
#endif

struct cdr_workspace;
typedef struct cdr_vault cdr_vault;

/**
 * The vault of ${ws}, which must outlive it. The first call on a workspace that is open for writing makes candor.keys; an erasure that was interrupted is
 * finished. CDR_NOT_FOUND: there are no customers yet (open for reading); CDR_E_CORRUPT: candor.keys is missing or belongs to another workspace.
 */
CDR_API CDR_NODISCARD cdr_status cdr_vault_open(struct cdr_workspace *ws, cdr_vault **ret, cdr_err *err);
/** Wipes the keys. NULL is fine. */
CDR_API void cdr_vault_close(cdr_vault *v);

/** Customers that can be read, and those that were erased. */
CDR_API CDR_NODISCARD cdr_status cdr_vault_count(cdr_vault *v, uint64_t *ret_active, uint64_t *ret_erased, cdr_err *err);

#ifdef __cplusplus
}
#endif
#endif
