/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/work.h"

#include "base/mem.h"
#include "detect/observation.h"
#include "detect/suppress.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define THREADS_MAX 256u
#define PROGRESS_US 100000

void cdr_scan_options_init(cdr_scan_options *o)
{
    *o = (cdr_scan_options){.archive_depth = 5, .archive_bytes = (uint64_t)4 << 30, .archive_entries = 100000, .archive_ratio = 200};
}

void cdr_work_fail(cdr_work *w, cdr_status s, const cdr_err *err)
{
    pthread_mutex_lock(&w->lock);
    if (w->status == CDR_OK) {
        w->status = s;
        w->err = *err;
    }
    atomic_store(&w->stop, true);
    pthread_cond_broadcast(&w->changed);
    pthread_mutex_unlock(&w->lock);
}

static void report(cdr_work *w, const char *current, int64_t now)
{
    cdr_scan_progress p = {.objects = w->totals.objects, .bytes = atomic_load(&w->bytes), .total_objects = atomic_load(&w->total_objects),
                           .total_bytes = atomic_load(&w->total_bytes), .unchanged = w->totals.unchanged, .elapsed_us = now - w->started_us, .current = current};
    w->o->progress(w->o->arg, &p);
}

void cdr_work_progress(cdr_worker *worker, const char *current)
{
    cdr_work *w = worker->work;
    if (!w->o->progress || (current && ++worker->since_progress % 16))
        return;
    int64_t now = cdr_now_us(w->ctx), due = atomic_load_explicit(&w->progress_at, memory_order_relaxed);
    if (now < due || !atomic_compare_exchange_strong(&w->progress_at, &due, now + PROGRESS_US))
        return;
    pthread_mutex_lock(&w->deliver);
    report(w, current, now);
    pthread_mutex_unlock(&w->deliver);
}

static void add_totals(cdr_scan_totals *t, const cdr_observation *o)
{
    t->objects++;
    t->complete += o->coverage == CDR_COVERAGE_COMPLETE;
    t->partial += o->coverage == CDR_COVERAGE_PARTIAL;
    t->skipped += o->coverage == CDR_COVERAGE_SKIPPED;
    for (size_t f = 0; f < o->field_count; f++)
        for (size_t k = 0; k < o->fields[f].kind_count; k++) {
            const cdr_kind_seen *seen = &o->fields[f].kinds[k];
            t->findings += seen->by_band[0] + seen->by_band[1] + seen->by_band[2];
            t->suppressed += seen->suppressed;
        }
}

/* Another scan may see more of what failed by chance: such containers are not known. */
static bool may_be_known(const cdr_observation *o)
{
    static const char *const again[] = {"file.", "folder.", "reader.", "scan."};
    for (size_t i = 0; i < CDR_COUNT(again); i++)
        if (!strncmp(o->reason_id, again[i], strlen(again[i])))
            return false;
    return !strcmp(o->path, o->container);
}

cdr_status cdr_work_deliver(void *arg, const cdr_observation *o, cdr_err *err)
{
    cdr_worker *worker = arg;
    cdr_work *w = worker->work;
    pthread_mutex_lock(&w->deliver);
    add_totals(&w->totals, o);
    cdr_status s = w->o->observed(w->o->arg, o, may_be_known(o) ? &worker->state : NULL, err);
    pthread_mutex_unlock(&w->deliver);
    return s;
}

static void worker_free(cdr_worker *w)
{
    cdr_content_free(w->content);
    cdr_content_free(w->part_content);
    cdr_collector_free(w->collector);
    cdr_buf_done(&w->shown);
    cdr_free(w);
}

static cdr_status worker_new(cdr_work *work, cdr_worker **ret, cdr_err *err)
{
    cdr_worker *w = cdr_alloc(sizeof *w);
    *ret = NULL;
    if (!w)
        return cdr_fail_nomem(err, "scan");
    w->work = work;
    w->shown.max = 1024 * 1024;
    cdr_status s = cdr_content_new(work->ctx, work->o->ruleset, &w->content, err);
    if (s == CDR_OK)
        s = cdr_collector_new(work->o, cdr_work_deliver, w, &w->collector, err);
    if (s != CDR_OK) {
        worker_free(w);
        return s;
    }
    w->content->split = cdr_work_split;
    w->content->split_arg = w;
    *ret = w;
    return CDR_OK;
}

static cdr_status do_batch(cdr_worker *w)
{
    cdr_status s = CDR_OK;
    for (size_t i = 0; s == CDR_OK && i < w->batch.count; i++) {
        if (atomic_load_explicit(&w->work->stop, memory_order_relaxed))
            break;
        if (cdr_cancelled(w->work->ctx))
            s = cdr_fail(&w->err, CDR_E_CANCELLED, "scan", "scan.cancelled", "The scan was interrupted; run it again to go on.");
        else
            s = cdr_work_file(w, &w->batch, &w->batch.entries[i]);
    }
    cdr_walk_dir_release(w->batch.dir);
    w->batch.dir = NULL;
    return s;
}

/* The next batch, if the walk has one. Called and returns with the lock held. */
static cdr_status take_batch(cdr_worker *w)
{
    cdr_work *work = w->work;
    if (work->walked)
        return CDR_DONE;
    cdr_status s = cdr_walk_next(work->walk, &w->batch, &w->err);
    if (s == CDR_DONE) {
        work->walked = true;
        pthread_cond_broadcast(&work->changed);
    }
    return s;
}

static void *work_loop(void *arg)
{
    cdr_worker *w = arg;
    cdr_work *work = w->work;
    pthread_mutex_lock(&work->lock);
    while (!atomic_load(&work->stop)) {
        if (cdr_work_help(w))
            continue;
        cdr_status s = take_batch(w);
        if (s == CDR_OK) {
            work->busy++;
            pthread_mutex_unlock(&work->lock);
            s = do_batch(w);
            pthread_mutex_lock(&work->lock);
            work->busy--;
            pthread_cond_broadcast(&work->changed);
        } else if (s == CDR_DONE) {
            s = CDR_OK;
            /* As long as somebody is inside a file, parts of it may come to be shared. */
            if (work->busy == 0)
                break;
            pthread_cond_wait(&work->changed, &work->lock);
        }
        if (s != CDR_OK) {
            pthread_mutex_unlock(&work->lock);
            cdr_work_fail(work, s, &w->err);
            pthread_mutex_lock(&work->lock);
        }
    }
    pthread_mutex_unlock(&work->lock);
    return NULL;
}

/* A second walk runs ahead to learn how much there is, for the progress bar. */
typedef struct ahead { cdr_work *work; cdr_walk *walk; cdr_walk_batch batch; uint64_t objects, bytes; } ahead;

static void *walk_ahead(void *arg)
{
    ahead *a = arg;
    struct stat st;
    while (!atomic_load(&a->work->stop) && cdr_walk_next(a->walk, &a->batch, NULL) == CDR_OK) {
        for (size_t i = 0; i < a->batch.count; i++) {
            const char *name = a->batch.target ? a->batch.target : a->batch.names + a->batch.entries[i].name;
            a->objects++;
            if (!a->batch.entries[i].reason_id && !fstatat(a->batch.dir->fd, name, &st, a->batch.entries[i].follow ? 0 : AT_SYMLINK_NOFOLLOW) && S_ISREG(st.st_mode))
                a->bytes += (uint64_t)st.st_size;
        }
        cdr_walk_dir_release(a->batch.dir);
    }
    atomic_store(&a->work->total_objects, a->objects);
    atomic_store(&a->work->total_bytes, a->bytes);
    return NULL;
}

static void real_roots(cdr_work *w, const char *const *targets, size_t count)
{
    w->roots = cdr_alloc_array(count ? count : 1, sizeof *w->roots);
    for (size_t i = 0; w->roots && i < count; i++) {
        char *real = realpath(targets[i], NULL);
        if (real && (w->roots[w->root_count] = cdr_strdup(real)))
            w->root_count++;
        free(real);
    }
}

static unsigned thread_count(const cdr_scan_options *o)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    unsigned n = o->threads ? o->threads : cores > 0 ? (unsigned)cores : 1;
    return CDR_MIN(n, THREADS_MAX);
}

static cdr_status run_threads(cdr_work *w)
{
    cdr_worker *workers[THREADS_MAX];
    pthread_t threads[THREADS_MAX];
    unsigned made = 0, started = 0;
    cdr_status s = CDR_OK;
    while (s == CDR_OK && made < w->threads) {
        s = worker_new(w, &workers[made], &w->err);
        made += s == CDR_OK;
    }
    /* The calling thread is one of them; one that cannot be started is done without. */
    for (unsigned i = 1; s == CDR_OK && i < made; i++)
        started += pthread_create(&threads[started], NULL, work_loop, workers[i]) == 0;
    if (s == CDR_OK)
        work_loop(workers[0]);
    for (unsigned i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
    for (unsigned i = 0; i < made; i++)
        worker_free(workers[i]);
    return s;
}

static cdr_status run_all(cdr_work *w, const char *const *targets, size_t count)
{
    pthread_t thread;
    bool counting = false;
    ahead *a = w->o->progress && w->o->count_ahead ? cdr_alloc(sizeof *a) : NULL;
    if (a) {
        a->work = w;
        counting = cdr_walk_new(w->ctx, w->o, targets, count, &a->walk, NULL) == CDR_OK && pthread_create(&thread, NULL, walk_ahead, a) == 0;
    }
    cdr_status s = run_threads(w);
    atomic_store(&w->stop, true);
    if (counting)
        pthread_join(thread, NULL);
    if (a)
        cdr_walk_free(a->walk);
    cdr_free(a);
    return s != CDR_OK ? s : w->status;
}

static cdr_status outcome(cdr_work *w, cdr_status s, cdr_scan_totals *ret)
{
    cdr_scan_totals *t = &w->totals;
    t->bytes_read = atomic_load(&w->bytes);
    t->own_folders = cdr_walk_own_folders(w->walk);
    t->elapsed_us = cdr_now_us(w->ctx) - w->started_us;
    t->interrupted = s == CDR_E_CANCELLED;
    if (w->o->progress)
        report(w, NULL, w->started_us + t->elapsed_us);
    if (ret)
        *ret = *t;
    if (s != CDR_OK)
        return s;
    return t->partial || t->skipped ? CDR_PARTIAL : CDR_OK;
}

cdr_status cdr_scan_run(const cdr_ctx *ctx, const char *const *targets, size_t count, const cdr_scan_options *options, cdr_scan_totals *ret, cdr_err *err)
{
    cdr_work *w = cdr_alloc(sizeof *w);
    if (!w)
        return cdr_fail_nomem(err, "scan");
    w->ctx = ctx;
    w->o = options;
    w->threads = thread_count(options);
    w->started_us = cdr_now_us(ctx);
    cdr_suppressions_version(options->suppressions, cdr_ruleset_version(options->ruleset), NULL, w->container_version);
    pthread_mutex_init(&w->lock, NULL);
    pthread_mutex_init(&w->deliver, NULL);
    pthread_cond_init(&w->changed, NULL);
    real_roots(w, targets, count);
    cdr_status s = cdr_walk_new(ctx, options, targets, count, &w->walk, &w->err);
    if (s == CDR_OK) {
        s = run_all(w, targets, count);
        s = outcome(w, s, ret);
    }
    if (err && s < 0)
        *err = w->err;
    if (err && s == CDR_NOT_FOUND)
        *err = w->err;
    cdr_walk_free(w->walk);
    for (size_t i = 0; i < w->root_count; i++)
        cdr_free(w->roots[i]);
    cdr_free(w->roots);
    pthread_cond_destroy(&w->changed);
    pthread_mutex_destroy(&w->deliver);
    pthread_mutex_destroy(&w->lock);
    cdr_free(w);
    return s;
}
