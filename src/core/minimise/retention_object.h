/* SPDX-License-Identifier: Apache-2.0 */
/* Between the run and one object. */
#ifndef CDR_CORE_MINIMISE_RETENTION_OBJECT_H
#define CDR_CORE_MINIMISE_RETENTION_OBJECT_H

#include "core/minimise/retention_parts.h"

#include <limits.h>
#include <sys/stat.h>

/* An object with personal data. Paths as the inventory writes them. */
typedef struct cdr_rt_candidate {
    int64_t id, last_scan, mtime_us;
    const char *path, *container, *format, *system;
    uint64_t categories[CDR_RT_CATEGORIES / 64];
} cdr_rt_candidate;

typedef struct cdr_rt_file { int fd, why; char path[PATH_MAX]; struct stat st; int64_t mtime_us; } cdr_rt_file;   /* fd -1: errno in ->why */

cdr_status cdr_rt_open(const cdr_rt_candidate *o, cdr_rt_file *ret, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_rt_count(const cdr_rt_candidate *o, const cdr_rt_file *f, const cdr_ctx *ctx, void (*progress)(void *arg, uint64_t bytes, uint64_t rows), void *arg, cdr_rt_tally *t,
                        cdr_err *err) CDR_NODISCARD;
cdr_status cdr_rt_put(cdr_rt_store *st, const cdr_rt_object *o, const cdr_rt_tally *t, int64_t now_us, cdr_err *err) CDR_NODISCARD;

#endif
