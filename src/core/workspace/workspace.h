/* SPDX-License-Identifier: Apache-2.0 */
/* A workspace: one folder with the database, the key file and what people edit. Opening it takes the lock, unseals the
 * key into locked memory, opens the database (migrating it) and the ledger.
 *
 *   candor.db        database        candor.key   key file (0600)        candor.lock   lock while a writer is at work
 *   candor.head      how far the ledger has come: its newest signed checkpoint, written when a writer closes
 *   inventory.yaml   what the owner declares (optional)                  detectors/    the user's own rules (optional)
 */
#ifndef CDR_CORE_WORKSPACE_H
#define CDR_CORE_WORKSPACE_H

#include "candor/crypto.h"
#include "candor/ledger.h"
#include "db/db.h"

typedef struct cdr_workspace cdr_workspace;

typedef enum cdr_workspace_mode { CDR_WORKSPACE_WRITE, CDR_WORKSPACE_READ } cdr_workspace_mode;

#define CDR_ORG_NAME_MAX 200   /* characters */

/* Make ${dir} (created if missing; refuses one that holds a workspace). ${org}: name of the organisation, entered as the
 * first party by the inventory later (stored in table setting). Nothing is left behind on failure. */
cdr_status cdr_workspace_create(const cdr_ctx *ctx, const char *dir, const char *org, const cdr_secret *passphrase, cdr_err *err) CDR_NODISCARD;
/* CDR_NOT_FOUND: no workspace there. CDR_E_LOCKED: another process writes, or a passphrase is needed. */
cdr_status cdr_workspace_open(const cdr_ctx *ctx, const char *dir, cdr_workspace_mode mode, const cdr_secret *passphrase, cdr_workspace **ret, cdr_err *err) CDR_NODISCARD;
/* The same, but a writer waits up to ${wait_ms} for another one to be done. CDR_E_CANCELLED: the context was told to stop meanwhile. */
cdr_status cdr_workspace_open_waiting(const cdr_ctx *ctx, const char *dir, cdr_workspace_mode mode, unsigned wait_ms, const cdr_secret *passphrase, cdr_workspace **ret, cdr_err *err) CDR_NODISCARD;
/* A workspace that is open for reading is from now on open for writing; the key is not asked for again. For commands that ask somebody in between: nobody else is kept
 * waiting while a person types. Everything made from the workspace's database must be closed before. When it fails the workspace can only be closed. */
cdr_status cdr_workspace_start_writing(cdr_workspace *ws, unsigned wait_ms, cdr_err *err) CDR_NODISCARD;
/* And back: others may write, what was added is noted in the head file, and the key stays. For commands that save between two questions. */
cdr_status cdr_workspace_stop_writing(cdr_workspace *ws, cdr_err *err) CDR_NODISCARD;
bool cdr_workspace_writes(const cdr_workspace *ws);
/* Others may write for a while, and everything that was made from the workspace stays open: between two transactions, for something that takes long. Until it is resumed nothing can be written here, and what was read may
 * not be true any more after it. Nothing happens to one that does not write, or inside a transaction. When resuming fails the workspace can only be closed. */
cdr_status cdr_workspace_pause_writing(cdr_workspace *ws, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_workspace_resume_writing(cdr_workspace *ws, unsigned wait_ms, cdr_err *err) CDR_NODISCARD;
/* The same with a key file that lies elsewhere; NULL: candor.key in ${dir}. */
cdr_status cdr_workspace_open_keyed(const cdr_ctx *ctx, const char *dir, const char *keyfile, cdr_workspace_mode mode, unsigned wait_ms, const cdr_secret *passphrase, cdr_workspace **ret,
                                    cdr_err *err) CDR_NODISCARD;
void cdr_workspace_close(cdr_workspace *ws);    /* wipes keys; NULL is fine */

/* For programs that hold keys: no core dump, no tracing by others. Failures are ignored (some containers forbid it). */
void cdr_workspace_harden_process(void);

const char *cdr_workspace_dir(const cdr_workspace *ws);
const char *cdr_workspace_org(const cdr_workspace *ws);
const cdr_ctx *cdr_workspace_ctx(const cdr_workspace *ws);
cdr_db *cdr_workspace_db(cdr_workspace *ws);
cdr_ledger *cdr_workspace_ledger(cdr_workspace *ws);      /* core/ledger/store.h: cdr_ledger_open(db, seed) is called here */
const cdr_secret *cdr_workspace_key(cdr_workspace *ws, cdr_key_purpose purpose);  /* derived once, NULL only when out of memory */
/* The key from which all others are derived: for writing it to a key file, and for recovery shares, alone. */
const cdr_secret *cdr_workspace_root(const cdr_workspace *ws);
const char *cdr_workspace_actor(const cdr_workspace *ws); /* "cli:<login>" of the machine, "staff:<login>" once somebody signed in */
void cdr_workspace_set_actor(cdr_workspace *ws, const char *actor);
bool cdr_workspace_is_writer(const cdr_workspace *ws);    /* open for writing */

#endif
