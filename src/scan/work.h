/* SPDX-License-Identifier: Apache-2.0 */
/* The threads of a scan and what they share. A worker takes parts of large files first, then a batch of files from the walk. */
#ifndef CDR_SCAN_WORK_H
#define CDR_SCAN_WORK_H

#include "scan/collect.h"
#include "scan/content_parts.h"
#include "scan/tape.h"
#include "scan/walk.h"

#include <pthread.h>
#include <stdatomic.h>

struct cdr_part_job;

typedef struct cdr_work {
    const cdr_ctx *ctx;
    const cdr_scan_options *o;
    unsigned threads;
    int64_t started_us;
    char container_version[17];   /* known state of archives and databases: see cdr_suppressions_version */
    char **roots;              /* real paths of the targets, to tell links that lead inside */
    size_t root_count;

    pthread_mutex_t lock;      /* the walk, the jobs, ->status */
    pthread_cond_t changed;
    cdr_walk *walk;
    bool walked;               /* the walk has nothing left */
    unsigned busy;             /* workers inside a file: more jobs may come */
    struct cdr_part_job *jobs; /* large files being read in parts */
    cdr_status status;         /* first failure; stops everybody */
    cdr_err err;
    atomic_bool stop;

    pthread_mutex_t deliver;   /* callbacks run one at a time */
    cdr_scan_totals totals;    /* under ->deliver */
    _Atomic uint64_t bytes;
    _Atomic int64_t progress_at;
    _Atomic uint64_t total_objects, total_bytes;   /* from the walk ahead; 0 while unknown */
} cdr_work;

/* What one thread owns. */
typedef struct cdr_worker {
    cdr_work *work;
    cdr_content *content;
    cdr_content *part_content; /* reads parts of large files, its own among them; made when first needed */
    cdr_collector *collector;
    cdr_walk_batch batch;
    cdr_buf shown;             /* displayed path of the file at hand */
    cdr_scan_known state;      /* of the file at hand */
    unsigned since_progress;
    cdr_err err;
} cdr_worker;

/* file.c: one entry of a batch from opening to delivery. */
cdr_status cdr_work_file(cdr_worker *w, const cdr_walk_batch *b, const cdr_walk_entry *e) CDR_NODISCARD;

/* A regular file as a source: up to the size it had when it was opened; a change meanwhile is a fault at its end. */
typedef struct cdr_file_source {
    cdr_work *work;
    int fd;
    uint64_t at, end;          /* next byte, where to stop */
    uint64_t size;             /* at opening */
    int64_t mtime_us;
    uint64_t soft_end;         /* reads stop here once before they go on; 0: none */
    bool part;                 /* a part of a file: the whole looks after changes */
    bool stream;               /* standard input: no size, no offsets */
} cdr_file_source;
cdr_status cdr_file_source_read(void *arg, char *buf, size_t len, size_t *ret, cdr_err *err);
bool cdr_file_changed(const cdr_file_source *f);

/* split.c: ->split of the workers' contents; and help with another worker's file: true when there was something to do. */
cdr_status cdr_work_split(void *arg, cdr_content *c, cdr_split *how, cdr_sink *sink, cdr_err *err);
bool cdr_work_help(cdr_worker *w);

void cdr_work_fail(cdr_work *w, cdr_status s, const cdr_err *err);   /* takes ->lock */
void cdr_work_progress(cdr_worker *w, const char *current);          /* cheap; reports at most ten times a second */
cdr_status cdr_work_deliver(void *worker, const struct cdr_observation *o, cdr_err *err);

#endif
