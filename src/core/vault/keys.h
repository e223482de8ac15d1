/* SPDX-License-Identifier: Apache-2.0 */
/* candor.keys: one small SQLite file with the customers' keys, each wrapped by the key-encryption key, which is wrapped by the workspace key. It is backed up apart
 * from the database and for a shorter time: whoever has only one of the two files can read nothing. */
#ifndef CDR_CORE_VAULT_KEYS_H
#define CDR_CORE_VAULT_KEYS_H

#include "core/vault/vault.h"

typedef struct cdr_key_status {
    uint32_t version;                   /* of the key-encryption key that new keys are wrapped by */
    int64_t made_us;
    uint64_t keys, older;               /* customers' keys; those still wrapped by an older version */
    unsigned shares, needed;            /* recovery shares given out; 0 none */
    int64_t shares_us;
} cdr_key_status;
cdr_status cdr_vault_key_status(cdr_vault *v, cdr_key_status *ret, cdr_err *err) CDR_NODISCARD;
/* A new key-encryption key; every customer's key is wrapped anew, batch by batch (resumable: run it again), then the older ones are destroyed. Ledger: key.rotate. */
typedef void cdr_key_progress_fn(void *arg, uint64_t done, uint64_t all);
cdr_status cdr_vault_key_rotate(cdr_vault *v, cdr_key_progress_fn *fn, void *arg, cdr_err *err) CDR_NODISCARD;

#endif
