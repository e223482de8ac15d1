/* SPDX-License-Identifier: Apache-2.0 */
/* Parts of the executors of plans: a file held open, what takes its place, and who does what to it. */
#ifndef CDR_CORE_MINIMISE_REST_H
#define CDR_CORE_MINIMISE_REST_H

#include "base/arena.h"
#include "core/minimise/plan.h"
#include "crypto/digest.h"

#include <sys/stat.h>

#define CDR_REST_SHOWN 400
#define CDR_REST_NOTE 1000

/* No false promise: said of each change. */
#define CDR_REST_BLOCKS "What was removed is free space on the disk until it is written over; snapshots, backups and copies elsewhere are not covered."

/* --- one file, never through a link of its own name (rest_source.c) --- */

typedef struct cdr_rest_file {
    int dir, fd;
    const char *path, *base;     /* as given; the last component of it */
    char shown[CDR_REST_SHOWN];  /* for messages */
    struct stat st;              /* when opened */
} cdr_rest_file;

/* CDR_NOT_FOUND: no such file. CDR_E_INVAL: a link, a folder, a pipe or a device. */
cdr_status cdr_rest_open(const char *path, cdr_rest_file *ret, cdr_err *err) CDR_NODISCARD;
void cdr_rest_close(cdr_rest_file *f);
/* Is the name still that of the open file, and has nobody written to it since it was opened? CDR_DENIED otherwise. */
cdr_status cdr_rest_still(const cdr_rest_file *f, cdr_err *err) CDR_NODISCARD;
/* CDR_E_LOCKED: another program has it open for writing, and would go on writing to what is gone. Where that cannot be told, nobody has. */
cdr_status cdr_rest_alone(const cdr_rest_file *f, cdr_err *err) CDR_NODISCARD;
/* Its bytes, from the first. */
cdr_status cdr_rest_hash(const cdr_rest_file *f, const cdr_ctx *ctx, uint8_t ret[CDR_SHA256_BYTES], cdr_err *err) CDR_NODISCARD;
bool cdr_rest_is_sqlite(const cdr_rest_file *f);
void cdr_rest_state_of(const struct stat *st, cdr_target_state *ret);   /* all but hash and size */
/* CDR_DENIED with a sentence when ${now} is not what was agreed to. ${expected} NULL: anything goes. */
cdr_status cdr_rest_expect(const cdr_rest_file *f, const cdr_target_state *now, const cdr_target_state *expected, cdr_err *err) CDR_NODISCARD;
/* For an errno: CDR_DENIED where rights are missing or the file system cannot be written, CDR_E_IO otherwise. */
cdr_status cdr_rest_why(int errnum);
cdr_status cdr_rest_sync_folder(const cdr_rest_file *f, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_rest_cancelled(cdr_err *err);
/* Add a sentence to a note in the arena. */
cdr_status cdr_rest_note(cdr_arena *a, cdr_step_effect *effect, const char *fmt, ...) CDR_PRINTF(3, 4);

/* --- what takes its place (rest_replace.c) --- */

typedef struct cdr_rest_new cdr_rest_new;
/* A new file beside ${f}, nobody else's to read; those that a killed run left behind are removed first. */
cdr_status cdr_rest_new_open(const cdr_rest_file *f, const cdr_ctx *ctx, cdr_rest_new **ret, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_rest_new_add(cdr_rest_new *n, const void *data, size_t len, cdr_err *err) CDR_NODISCARD;
/* Complete and durable, with owner, mode, times and attributes of ${f}; the state it will have. */
cdr_status cdr_rest_new_finish(cdr_rest_new *n, const cdr_rest_file *f, cdr_target_state *ret, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_rest_new_swap(cdr_rest_new *n, const cdr_rest_file *f, cdr_err *err) CDR_NODISCARD;   /* takes the name of ${f} */
/* What of owner and attributes could not be kept, as a sentence; "" all was. */
const char *cdr_rest_new_lost(const cdr_rest_new *n);
void cdr_rest_new_free(cdr_rest_new *n);    /* removes it when it did not take the name; NULL is fine */

/* --- who does it --- */

cdr_status cdr_rest_run_file(const cdr_execution *e, cdr_rest_file *f, cdr_step_effect *ret, cdr_target_state *ret_after, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_rest_delete(const cdr_execution *e, cdr_rest_file *f, cdr_step_effect *ret, cdr_err *err) CDR_NODISCARD;

#endif
