/* SPDX-License-Identifier: Apache-2.0 */
/* One file: opened without following or blocking, compared with what is known of it, read, delivered. */
#include "scan/work.h"

#include "base/io.h"
#include "base/mem.h"
#include "base/text.h"
#include "detect/suppress.h"
#include "scan/child.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A file written less than this before its scan may change again without its time stamp telling. */
#define RACY_US ((int64_t)2 * 1000 * 1000)

static int64_t mtime_us(const struct stat *st)
{
    return (int64_t)st->st_mtim.tv_sec * 1000000 + st->st_mtim.tv_nsec / 1000;
}

static cdr_status shown_path(cdr_worker *w, const cdr_walk_batch *b, const char *name)
{
    cdr_buf_clear(&w->shown);
    if (b->dir->shown_len)
        cdr_buf_add(&w->shown, b->dir->shown, b->dir->shown_len);
    size_t i = 0;
    while ((unsigned char)(name[i] - 0x20) < 0x5f && name[i] != '\\')
        i++;
    if (name[i])
        return cdr_text_escape(&w->shown, name, strlen(name));
    return cdr_buf_add(&w->shown, name, i);
}

/* An object that nothing is read of: begin and end in one. */
static cdr_status tell_unread(cdr_worker *w, const char *format, uint64_t size, cdr_coverage coverage, const char *reason_id, const char *reason)
{
    cdr_sink *sink = cdr_collector_sink(w->collector);
    cdr_status s = sink->calls->begin(sink, w->shown.data, format, size, &w->err);
    return s == CDR_OK ? sink->calls->end(sink, coverage, reason_id, reason, 0, 0, &w->err) : s;
}

static cdr_status tell_error(cdr_worker *w, const char *format, const char *reason_id, int errnum)
{
    char reason[160];
    if (errnum == ENOENT)
        return tell_unread(w, format, 0, CDR_COVERAGE_SKIPPED, "file.vanished", "It was there when its folder was listed and is gone now.");
    if (errnum == ELOOP)
        return tell_unread(w, format, 0, CDR_COVERAGE_SKIPPED, "file.symlink", "A symbolic link took its place while the scan ran; links are not followed.");
    snprintf(reason, sizeof reason, "It could not be opened: %s.", strerror(errnum));
    return tell_unread(w, format, 0, CDR_COVERAGE_SKIPPED, reason_id, reason);
}

/* A link that leads to something inside the targets is read there; one that leads nowhere holds nothing. */
static bool leads_outside(const cdr_work *work, int dirfd, const char *name)
{
    char proc[64], real[4096];
    int fd = openat(dirfd, name, O_PATH | O_CLOEXEC);
    if (fd < 0)
        return errno != ENOENT && errno != ELOOP;
    snprintf(proc, sizeof proc, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(proc, real, sizeof real - 1);
    close(fd);
    if (n < 0)
        return true;
    real[n] = '\0';
    for (size_t i = 0; i < work->root_count; i++) {
        size_t len = strlen(work->roots[i]);
        if (!strncmp(real, work->roots[i], len) && (real[len] == '\0' || real[len] == '/' || len == 1))
            return false;
    }
    return true;
}

static cdr_status tell_reason(cdr_worker *w, const cdr_walk_batch *b, const cdr_walk_entry *e, const char *name)
{
    static const struct { const char *id, *reason; } sentences[] = {
        {"file.symlink", "It is a symbolic link that leads out of what is scanned; --follow reads what it points to."},
        {"file.special", "It is a device, pipe or socket; it was not opened."},
        {"file.symlink-loop", "The folder contains itself through a link; it is read once."},
        {"file.other-device", "The folder lies on another file system; --cross-devices includes it."},
        {"file.name-too-long", "Its path is too long to be opened; scan a folder further down."},
        {"scan.limit", "Its folder has too many subfolders; scan this one by itself."},
    };
    if (!strcmp(e->reason_id, "file.symlink") && !leads_outside(w->work, b->dir->fd, name))
        return CDR_OK;
    for (size_t i = 0; i < CDR_COUNT(sentences); i++)
        if (!strcmp(sentences[i].id, e->reason_id))
            return tell_unread(w, e->format, 0, CDR_COVERAGE_SKIPPED, sentences[i].id, sentences[i].reason);
    return tell_error(w, e->format, e->reason_id, e->errnum);
}

bool cdr_file_changed(const cdr_file_source *f)
{
    struct stat st;
    return !fstat(f->fd, &st) && ((uint64_t)st.st_size != f->size || mtime_us(&st) != f->mtime_us);
}

static cdr_status end_of_file(const cdr_file_source *f, bool short_read, cdr_err *err)
{
    if (f->part || f->stream || (!short_read && f->size <= CDR_INPUT_BYTES / 4))
        return CDR_OK;   /* what one read took in was one state of the file */
    if (short_read || cdr_file_changed(f))
        return cdr_fail(err, CDR_E_IO, "scan", "file.changed", "The file changed while it was read; it was read to the size it had at first.");
    return CDR_OK;
}

cdr_status cdr_file_source_read(void *arg, char *buf, size_t len, size_t *ret, cdr_err *err)
{
    cdr_file_source *f = arg;
    *ret = 0;
    if (!f->stream && f->at >= f->end)
        return end_of_file(f, false, err);
    size_t want = f->stream ? len : (size_t)CDR_MIN((uint64_t)len, f->end - f->at);
    if (f->soft_end > f->at)
        want = (size_t)CDR_MIN((uint64_t)want, f->soft_end - f->at);
    else if (f->soft_end)
        want = CDR_MIN(want, (size_t)16384);   /* to the end of the last row, seldom more */
    ssize_t n;
    do
        n = f->stream ? read(f->fd, buf, want) : pread(f->fd, buf, want, (off_t)f->at);
    while (n < 0 && errno == EINTR && !cdr_cancelled(f->work->ctx));
    if (n < 0 && cdr_cancelled(f->work->ctx))
        return cdr_fail(err, CDR_E_CANCELLED, "scan", "scan.cancelled", "The scan was interrupted; run it again to go on.");
    if (n < 0)
        return cdr_fail_errno(err, CDR_E_IO, "scan", "file.read-failed", errno, "Reading stopped at byte %llu", (unsigned long long)f->at);
    if (n == 0)
        return end_of_file(f, true, err);
    f->at += (uint64_t)n;
    *ret = (size_t)n;
    atomic_fetch_add_explicit(&f->work->bytes, (uint64_t)n, memory_order_relaxed);
    return CDR_OK;
}

/* Keyed hash of the content: of each megabyte, chained. */
static cdr_status hash_content(cdr_worker *w, int fd, uint64_t size, uint8_t ret[32])
{
    size_t cap = (size_t)256 * 1024;
    _cleanup_free_ char *buf = cdr_alloc(cap + 32);
    memset(ret, 0, 32);
    if (!buf)
        return cdr_fail_nomem(&w->err, "scan");
    for (uint64_t at = 0; at < size;) {
        ssize_t n = pread(fd, buf + 32, (size_t)CDR_MIN((uint64_t)cap, size - at), (off_t)at);
        if (n <= 0 || cdr_cancelled(w->work->ctx)) {
            memset(ret, 0, 32);
            break;   /* no hash: the file is read again next time */
        }
        memcpy(buf, ret, 32);
        cdr_blake2b(w->work->o->content_key, buf, (size_t)n + 32, ret);
        at += (uint64_t)n;
    }
    cdr_wipe(buf, (size_t)CDR_MIN((uint64_t)cap, size) + 32);
    return CDR_OK;
}

static bool is_zero(const uint8_t id[32])
{
    static const uint8_t zero[32];
    return !memcmp(id, zero, sizeof zero);
}

static void describe(cdr_worker *w, const struct stat *st)
{
    w->state = (cdr_scan_known){.dev = st->st_dev, .ino = st->st_ino, .size = (uint64_t)st->st_size, .mtime_us = mtime_us(st), .mode = st->st_mode, .uid = st->st_uid};
    cdr_suppressions_version(w->work->o->suppressions, cdr_ruleset_version(w->work->o->ruleset), w->shown.data, w->state.ruleset);
}

/* What is known of the container; false: nothing that could save reading it. */
static bool look_up(cdr_worker *w, cdr_scan_known *ret)
{
    const cdr_scan_options *o = w->work->o;
    if (!o->known || o->full)
        return false;
    pthread_mutex_lock(&w->work->deliver);
    bool known = o->known(o->arg, w->shown.data, ret);
    pthread_mutex_unlock(&w->work->deliver);
    return known && ret->size == w->state.size && ret->mode == w->state.mode && ret->uid == w->state.uid && (!strcmp(ret->ruleset, w->state.ruleset) || !strcmp(ret->ruleset, w->work->container_version));
}

/* The same file with the same stamp, and a stamp that was old enough to prove something. */
static bool same_stamp(const cdr_worker *w, const cdr_scan_known *k)
{
    return k->dev == w->state.dev && k->ino == w->state.ino && k->mtime_us == w->state.mtime_us && is_zero(k->content_id);
}

/* Unchanged since it was completely read? A stamp that may hide a later write, or differs while the size does not, leaves it to
 * the hash. */
static cdr_status is_unchanged(cdr_worker *w, int fd, bool *ret)
{
    cdr_scan_known k;
    *ret = false;
    if (!look_up(w, &k))
        return CDR_OK;
    *ret = same_stamp(w, &k);
    if (*ret || is_zero(k.content_id) || !w->work->o->content_key)
        return CDR_OK;
    cdr_status s = hash_content(w, fd, w->state.size, w->state.content_id);
    *ret = s == CDR_OK && !is_zero(w->state.content_id) && !memcmp(k.content_id, w->state.content_id, sizeof k.content_id);
    return s;
}

static cdr_status tell_unchanged(cdr_worker *w)
{
    cdr_work *work = w->work;
    pthread_mutex_lock(&work->deliver);
    work->totals.objects++;
    work->totals.unchanged++;
    cdr_status s = work->o->unchanged ? work->o->unchanged(work->o->arg, w->shown.data, &w->err) : CDR_OK;
    pthread_mutex_unlock(&work->deliver);
    return s;
}

static cdr_status scan_container(cdr_worker *w, int fd, const char *name, const cdr_content_type *type)
{
    cdr_child_job job = {.ctx = w->work->ctx, .options = w->work->o, .fd = fd, .path = w->shown.data, .name = name, .type = *type, .size = w->state.size};
    atomic_fetch_add_explicit(&w->work->bytes, w->state.size, memory_order_relaxed);
    memcpy(w->state.ruleset, w->work->container_version, sizeof w->state.ruleset);
    return cdr_child_scan(&job, cdr_collector_sink(w->collector), &w->err);
}

static cdr_status read_open(cdr_worker *w, int fd, const char *name, bool stream, int64_t mtime)
{
    cdr_file_source file = {.work = w->work, .fd = fd, .end = w->state.size, .size = w->state.size, .mtime_us = mtime, .stream = stream};
    cdr_content_source src = {.arg = &file, .read = cdr_file_source_read, .size = stream ? UINT64_MAX : w->state.size};
    cdr_content_type type;
    cdr_status s = cdr_content_open(w->content, &src, name, &type, &w->err);
    if (s != CDR_OK)
        return s;
    if (!stream && (type.class == CDR_CONTENT_ARCHIVE || type.class == CDR_CONTENT_SQLITE))
        return scan_container(w, fd, name, &type);
    if (stream && (type.class == CDR_CONTENT_ARCHIVE || type.class == CDR_CONTENT_SQLITE))
        return tell_unread(w, type.format, 0, CDR_COVERAGE_SKIPPED, "format.not-supported", "An archive or database cannot be read from a pipe; give its file as the target.");
    return cdr_content_go_on(w->content, &type, w->shown.data, name, cdr_collector_sink(w->collector), &w->err);
}

/* Does ${name}${suffix} hold anything? Changes of a database wait in its log while its own file keeps size and stamp. */
static bool has_log(int dirfd, const char *name, const char *suffix)
{
    char path[4096 + 16];
    struct stat st;
    int n = snprintf(path, sizeof path, "%s%s", name, suffix);
    return n > 0 && (size_t)n < sizeof path && !fstatat(dirfd, path, &st, AT_SYMLINK_NOFOLLOW) && S_ISREG(st.st_mode) && st.st_size > 0;
}

/* Logs and the shared index beside an SQLite database are read with it: they are no objects of their own. */
static bool is_log_of_database(int dirfd, const char *name)
{
    static const char *const suffixes[] = {"-wal", "-shm", "-journal"};
    char path[4096], head[16];
    size_t len = strlen(name);
    for (size_t i = 0; i < CDR_COUNT(suffixes); i++) {
        size_t n = strlen(suffixes[i]);
        if (len <= n || len - n >= sizeof path || strcmp(name + len - n, suffixes[i]) != 0)
            continue;
        memcpy(path, name, len - n);
        path[len - n] = '\0';
        _cleanup_close_ int fd = openat(dirfd, path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW);
        return fd >= 0 && pread(fd, head, sizeof head, 0) == sizeof head && !memcmp(head, "SQLite format 3", sizeof head);
    }
    return false;
}

static cdr_status scan_open(cdr_worker *w, int dirfd, int fd, const char *path, const char *name)
{
    struct stat st;
    if (fstat(fd, &st))
        return tell_error(w, "unknown", "file.unreadable", errno);
    bool stream = w->shown.len == 1 && w->shown.data[0] == '-' && !S_ISREG(st.st_mode);
    if (!S_ISREG(st.st_mode) && !stream)
        return tell_unread(w, "special", 0, CDR_COVERAGE_SKIPPED, "file.special", "It is a device, pipe or socket; it was not read.");
    describe(w, &st);
    cdr_collect_file file = {.container = w->shown.data, .dev = st.st_dev, .ino = st.st_ino, .mtime_us = w->state.mtime_us, .mode = st.st_mode, .uid = st.st_uid};
    cdr_collector_file(w->collector, &file);
    bool unchanged = false;
    cdr_status s = stream ? CDR_OK : is_unchanged(w, fd, &unchanged);
    unchanged = unchanged && !has_log(dirfd, path, "-wal");
    if (s == CDR_OK && unchanged)
        s = tell_unchanged(w);
    if (s != CDR_OK || unchanged) {
        cdr_collector_file(w->collector, NULL);
        return s;
    }
    /* Written just now: keep a hash, or next time's equal stamp would prove nothing. Without a key the stamp is not kept. */
    if (!stream && cdr_now_us(w->work->ctx) - w->state.mtime_us < RACY_US) {
        if (!w->work->o->content_key)
            w->state.mtime_us = 0;
        else if (is_zero(w->state.content_id))
            s = hash_content(w, fd, w->state.size, w->state.content_id);
    }
    if (s == CDR_OK)
        s = read_open(w, fd, name, stream, mtime_us(&st));
    cdr_collector_file(w->collector, NULL);
    return s;
}

/* Most files of a second scan need not even be opened. */
static bool unchanged_by_stamp(cdr_worker *w, const cdr_walk_batch *b, const cdr_walk_entry *e, const char *name)
{
    struct stat st;
    cdr_scan_known k;
    if (!w->work->o->known || w->work->o->full || fstatat(b->dir->fd, name, &st, e->follow ? 0 : AT_SYMLINK_NOFOLLOW) || !S_ISREG(st.st_mode))
        return false;
    describe(w, &st);
    return look_up(w, &k) && same_stamp(w, &k) && !has_log(b->dir->fd, name, "-wal");
}

/* Is the database that the log ${name} belongs to read in this scan, too? */
static bool database_is_read(const cdr_work *work, const cdr_walk_batch *b, const char *name)
{
    if (!b->target)
        return true;
    char path[4096];
    const char *dash = strrchr(name, '-');
    if (!dash || (size_t)(dash - name) >= sizeof path)
        return false;
    memcpy(path, name, (size_t)(dash - name));
    path[dash - name] = '\0';
    char *real = realpath(path, NULL);
    bool read = false;
    for (size_t i = 0; real && i < work->root_count; i++)
        read = read || !strcmp(work->roots[i], real);
    free(real);
    return read;
}

cdr_status cdr_work_file(cdr_worker *w, const cdr_walk_batch *b, const cdr_walk_entry *e)
{
    const char *name = b->target ? b->target : b->names + e->name;
    if (shown_path(w, b, name) != CDR_OK)
        return cdr_fail_nomem(&w->err, "scan");
    w->state = (cdr_scan_known){0};
    cdr_work_progress(w, w->shown.data);
    if (e->reason_id)
        return tell_reason(w, b, e, name);
    if (b->target && !strcmp(name, "-"))
        return scan_open(w, AT_FDCWD, STDIN_FILENO, "", "");
    if (unchanged_by_stamp(w, b, e, name))
        return tell_unchanged(w);
    int fd = openat(b->dir->fd, name, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY | (e->follow ? 0 : O_NOFOLLOW));
    if (fd < 0)
        return tell_error(w, "unknown", "file.unreadable", errno);
    const char *slash = strrchr(name, '/');
    cdr_status s;
    if (is_log_of_database(b->dir->fd, name) && database_is_read(w->work, b, name))
        s = tell_unread(w, "sqlite", 0, CDR_COVERAGE_COMPLETE, "", "");
    else
        s = scan_open(w, b->dir->fd, fd, name, slash ? slash + 1 : name);
    close(fd);
    return s;
}
