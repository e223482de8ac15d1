/* SPDX-License-Identifier: Apache-2.0 */
/* Customers by the million: collected into batches; a batch is one transaction in candor.keys, one in candor.db and one entry of the ledger (customer.import: numbers
 * and a digest). A customer whose key is known is compared and changed only where it differs, so an import can be run again, also after it was interrupted. */
#ifndef CDR_CORE_VAULT_IMPORT_H
#define CDR_CORE_VAULT_IMPORT_H

#include "core/vault/vault.h"

#define CDR_VAULT_IMPORT_BATCH 50000u

typedef struct cdr_vault_import_counts {
    uint64_t added, changed, same;
    uint64_t again;                     /* rows that spoke of a customer of the same batch once more; the later one counts */
    uint64_t routes;                    /* routes that were changed: they are new from now on */
    uint64_t dated;                     /* routes that never changed since they came without a date, and have the row's now */
    uint64_t batches;
} cdr_vault_import_counts;

/* What is wrong with a row that was taken and cannot be stored; CDR_OK passes over it. */
typedef cdr_status cdr_vault_import_fault_fn(void *arg, uint64_t line, const char *what, cdr_err *err);

typedef struct cdr_vault_import cdr_vault_import;
/* ${key}: the field by which a customer is known again; an indexed one. */
cdr_status cdr_vault_import_begin(cdr_vault *v, uint16_t key, cdr_vault_import_fault_fn *fn, void *arg, cdr_vault_import **ret, cdr_err *err) CDR_NODISCARD;
/* Copies what it takes. Empty values are left out: what stands already stays. ${on_file_us} 0: now. CDR_E_INVAL: the row holds what a customer may not have. */
cdr_status cdr_vault_import_add(cdr_vault_import *im, uint64_t line, const cdr_vault_value *values, size_t count, int64_t on_file_us, cdr_err *err) CDR_NODISCARD;
/* Stores what is left. */
cdr_status cdr_vault_import_finish(cdr_vault_import *im, cdr_err *err) CDR_NODISCARD;
const cdr_vault_import_counts *cdr_vault_import_told(const cdr_vault_import *im);    /* of the batches that are stored */
void cdr_vault_import_free(cdr_vault_import *im);                                    /* wipes; before the vault is closed; NULL is fine */

#endif
