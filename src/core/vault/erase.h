/* SPDX-License-Identifier: Apache-2.0 */
/* Erasing a customer: the key and the pseudonym key are destroyed, cells and index rows go, and the database logs are cut. What was entered in the ledger stays and
 * proves what it proved. Backups of candor.keys are the only other place where the key may be; the receipt says by when they have rotated out. */
#ifndef CDR_CORE_VAULT_ERASE_H
#define CDR_CORE_VAULT_ERASE_H

#include "core/vault/vault.h"

#define CDR_KEY_BACKUP_DAYS 30          /* unless setting vault.key-backup-days says otherwise */

typedef struct cdr_erasure {
    char receipt[17];                   /* its number */
    int64_t at_us, backups_gone_us;
    uint64_t ledger_index;
    unsigned cells, index_rows, factors;
} cdr_erasure;

/* ${reason}: a word for ledger and receipt ("request R-12", "retention"). Survives a kill at any point: cdr_vault_open finishes it. */
cdr_status cdr_vault_erase(cdr_vault *v, int64_t customer, const char *reason, cdr_erasure *ret, cdr_err *err) CDR_NODISCARD;
/* The receipt (canonical JSON; its SHA-256 stands in the ledger entry ${ret_index}); CDR_NOT_FOUND. cli/erasure_receipt.h makes a folder of it that checks with openssl and
 * sha256sum alone. */
cdr_status cdr_vault_erasure_receipt(cdr_vault *v, const char *receipt, cdr_buf *document, uint64_t *ret_index, cdr_err *err) CDR_NODISCARD;

#endif
