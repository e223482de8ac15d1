/* SPDX-License-Identifier: Apache-2.0 */
/* Ledger on a database. Tables (created by db/migrations): ledger_entry, ledger_node, ledger_checkpoint. */
#ifndef CDR_CORE_LEDGER_STORE_H
#define CDR_CORE_LEDGER_STORE_H

#include "candor/ledger.h"
#include "core/ledger/note.h"
#include "db/db.h"

/* ${origin}: the log's name in checkpoints ("candor/<workspace id>"); ${seed}: Ed25519 seed, borrowed, must outlive the ledger. */
cdr_status cdr_ledger_open(const cdr_ctx *ctx, cdr_db *db, const char *origin, const cdr_secret *seed, cdr_ledger **ret, cdr_err *err) CDR_NODISCARD;
void cdr_ledger_close(cdr_ledger *l);

/* The key that checks this ledger's checkpoints. */
const cdr_vkey *cdr_ledger_vkey(const cdr_ledger *l);
/* Number of entries; cdr_ledger_size says 0 when the database fails, this says why. */
cdr_status cdr_ledger_read_size(cdr_ledger *l, uint64_t *ret, cdr_err *err) CDR_NODISCARD;
/* Entry ${idx} as stored, appended to ${out}; CDR_NOT_FOUND past the end. */
cdr_status cdr_ledger_entry(cdr_ledger *l, uint64_t idx, cdr_buf *out, cdr_err *err) CDR_NODISCARD;
/* One state of the ledger for several calls, whatever a writer does meanwhile. End each begin. */
cdr_status cdr_ledger_begin_read(cdr_ledger *l, cdr_err *err) CDR_NODISCARD;
void cdr_ledger_end_read(cdr_ledger *l);
/* Calls ${fn} for each entry from ${from} on until it returns another status than CDR_OK. */
cdr_status cdr_ledger_each(cdr_ledger *l, uint64_t from, cdr_status (*fn)(void *arg, uint64_t idx, const char *entry, size_t len), void *arg, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_ledger_node(void *ledger, unsigned level, uint64_t idx, cdr_hash *ret, cdr_err *err) CDR_NODISCARD;   /* a cdr_node_fn */
/* The checkpoint stored for ${size}; CDR_NOT_FOUND when there is none. */
cdr_status cdr_ledger_checkpoint_at(cdr_ledger *l, uint64_t size, cdr_buf *out, cdr_err *err) CDR_NODISCARD;
/* --- how far the ledger has come (head.c): the newest signed checkpoint, in the database (${path} NULL) and in a file beside the key --- */
cdr_status cdr_ledger_stored_head(cdr_ledger *l, cdr_buf *out, cdr_err *err) CDR_NODISCARD;
/* CDR_NOT_FOUND (quiet): there is none; CDR_E_CORRUPT: not signed with this ledger's key. */
cdr_status cdr_ledger_read_head(cdr_ledger *l, const char *path, cdr_checkpoint *ret, cdr_err *err) CDR_NODISCARD;
/* After the commit. Never lower, and nothing that is wrong is overwritten. */
cdr_status cdr_ledger_write_head(cdr_ledger *l, const char *path, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_ledger_promises_head(cdr_ledger *l, bool *ret, cdr_err *err) CDR_NODISCARD;
/* Before anything is added: CDR_E_CORRUPT when the ledger is shorter than it was, or another. ${ret_missing}: the file is gone. */
cdr_status cdr_ledger_check_head(cdr_ledger *l, const char *path, bool *ret_missing, cdr_err *err) CDR_NODISCARD;
/* cdr_ledger_verify looks at the file, too, once it is told where. ${path} is copied. */
cdr_status cdr_ledger_set_head_file(cdr_ledger *l, const char *path, cdr_err *err) CDR_NODISCARD;
const char *cdr_ledger_head_file(const cdr_ledger *l);   /* NULL: none was named */
/* Write tlog-tiles into ${dir} (made if missing): checkpoint, tile/L/N, tile/entries/N, and key.vkey, key.pem for others' tools. */
cdr_status cdr_ledger_export(cdr_ledger *l, const char *dir, cdr_err *err) CDR_NODISCARD;

#endif
