/* SPDX-License-Identifier: Apache-2.0 */
/* Targets in, files out, in batches of one folder: no allocation per file, one open folder at a time, any depth. Symbolic links,
 * devices and what cannot be opened come out too, with the reason why they are not read. One thread at a time calls next(). */
#ifndef CDR_SCAN_WALK_H
#define CDR_SCAN_WALK_H

#include "candor/scan.h"

#include "base/buf.h"

#include <stdatomic.h>

/* A folder that is being listed or that files of a batch lie in. */
typedef struct cdr_walk_dir {
    atomic_int refs;
    int fd;                    /* for openat; AT_FDCWD for targets that are files */
    char *shown;               /* displayed path with a '/' at its end, or "" */
    size_t shown_len;
} cdr_walk_dir;
void cdr_walk_dir_release(cdr_walk_dir *d);

typedef struct cdr_walk_entry {
    uint32_t name;             /* offset in ->names */
    bool follow;               /* a link that is to be followed */
    const char *reason_id;     /* NULL: a file to be read; otherwise why it is not */
    const char *format;        /* "link", "special", "folder" */
    int errnum;
} cdr_walk_entry;

#define CDR_WALK_BATCH 64

typedef struct cdr_walk_batch {
    cdr_walk_dir *dir;
    cdr_walk_entry entries[CDR_WALK_BATCH];
    size_t count;
    char names[CDR_WALK_BATCH * 256];
    size_t names_len;
    const char *target;        /* a file named as target: its path, instead of a name in a folder */
} cdr_walk_batch;

typedef struct cdr_walk cdr_walk;
cdr_status cdr_walk_new(const cdr_ctx *ctx, const cdr_scan_options *o, const char *const *targets, size_t count, cdr_walk **ret, cdr_err *err) CDR_NODISCARD;
/* CDR_DONE: nothing left. The batch holds a reference to its folder; release it. */
cdr_status cdr_walk_next(cdr_walk *w, cdr_walk_batch *ret, cdr_err *err) CDR_NODISCARD;
/* Folders met so far whose files are Candor's own and were left out. */
uint64_t cdr_walk_own_folders(const cdr_walk *w);
void cdr_walk_free(cdr_walk *w);

#endif
