/* SPDX-License-Identifier: Apache-2.0 */
/* Ledger on a database. Tables (created by db/migrations): ledger_entry, ledger_node, ledger_checkpoint. */
#ifndef CDR_CORE_LEDGER_STORE_H
#define CDR_CORE_LEDGER_STORE_H

#include "candor/ledger.h"
#include "db/db.h"

/* ${origin}: the log's name in checkpoints ("candor.example/<workspace id>"); ${seed}: Ed25519 seed, borrowed, must outlive
 * the ledger; NULL opens it for reading and verifying with ${public_key}. */
cdr_status cdr_ledger_open(const cdr_ctx *ctx, cdr_db *db, const char *origin, const cdr_secret *seed, cdr_ledger **ret, cdr_err *err) CDR_NODISCARD;
void cdr_ledger_close(cdr_ledger *l);

#endif
