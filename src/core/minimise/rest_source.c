/* SPDX-License-Identifier: Apache-2.0 */
#include "core/minimise/rest.h"

#include "base/io.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define CHUNK ((size_t)256 << 10)

static void show(const char *path, char ret[CDR_REST_SHOWN])
{
    _cleanup_buf_ cdr_buf b = CDR_BUF(64u << 10);
    if (cdr_text_escape(&b, path, strlen(path)) != CDR_OK) {
        snprintf(ret, CDR_REST_SHOWN, "(a path too long to be shown)");
        return;
    }
    size_t from = b.len >= CDR_REST_SHOWN ? b.len - (CDR_REST_SHOWN - 5) : 0;
    while (from && from < b.len && ((unsigned char)b.data[from] & 0xC0) == 0x80)
        from++;
    snprintf(ret, CDR_REST_SHOWN, "%s%s", from ? "…" : "", b.data + from);
}

cdr_status cdr_rest_why(int errnum)
{
    return errnum == EACCES || errnum == EPERM || errnum == EROFS ? CDR_DENIED : CDR_E_IO;
}

static cdr_status open_folder(cdr_rest_file *f, cdr_err *err)
{
    const char *slash = strrchr(f->path, '/');
    f->base = slash ? slash + 1 : f->path;
    if (!*f->base || !strcmp(f->base, ".") || !strcmp(f->base, ".."))
        return cdr_fail(err, CDR_E_INVAL, "minimise", "rest.name", "%s is no name of a file.", f->shown);
    size_t len = slash ? (size_t)(slash - f->path) : 1;
    _cleanup_free_ char *folder = slash && len ? cdr_strndup(f->path, len) : cdr_strdup(slash ? "/" : ".");
    if (!folder)
        return cdr_fail_nomem(err, "minimise");
    f->dir = cdr_open_folder(folder);
    if (f->dir >= 0)
        return CDR_OK;
    if (errno == ELOOP)
        return cdr_fail(err, CDR_E_INVAL, "minimise", "rest.link", "The way to %s leads through a symbolic link; nothing is changed through links: scan the place that it points to, and make a new plan.", f->shown);
    if (errno == ENOENT || errno == ENOTDIR)
        return cdr_fail(err, CDR_NOT_FOUND, "minimise", "rest.gone", "%s does not exist any more.", f->shown);
    return cdr_fail_errno(err, cdr_rest_why(errno), "minimise", "rest.open", errno, "Cannot open the folder of %s", f->shown);
}

cdr_status cdr_rest_open(const char *path, cdr_rest_file *ret, cdr_err *err)
{
    *ret = (cdr_rest_file){.dir = -1, .fd = -1, .path = path};
    show(path, ret->shown);
    cdr_status s = open_folder(ret, err);
    if (s != CDR_OK)
        return s;
    ret->fd = openat(ret->dir, ret->base, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (ret->fd < 0 && errno == ENOENT)
        s = cdr_fail(err, CDR_NOT_FOUND, "minimise", "rest.gone", "%s does not exist any more.", ret->shown);
    else if (ret->fd < 0 && errno == ELOOP)
        s = cdr_fail(err, CDR_E_INVAL, "minimise", "rest.link", "%s is a symbolic link; nothing is changed through links: name the file it points to.", ret->shown);
    else if (ret->fd < 0 && (errno == ENXIO || errno == ENODEV))
        s = cdr_fail(err, CDR_E_INVAL, "minimise", "rest.special", "%s is no ordinary file and is left as it is.", ret->shown);
    else if (ret->fd < 0)
        s = cdr_fail_errno(err, cdr_rest_why(errno), "minimise", "rest.open", errno, "Cannot open %s", ret->shown);
    else if (fstat(ret->fd, &ret->st))
        s = cdr_fail_errno(err, cdr_rest_why(errno), "minimise", "rest.open", errno, "Cannot look at %s", ret->shown);
    else if (!S_ISREG(ret->st.st_mode))
        s = cdr_fail(err, CDR_E_INVAL, "minimise", "rest.special", "%s is %s, no ordinary file, and is left as it is.", ret->shown, S_ISDIR(ret->st.st_mode) ? "a folder" : "a pipe or device");
    if (s != CDR_OK)
        cdr_rest_close(ret);
    return s;
}

void cdr_rest_close(cdr_rest_file *f)
{
    cdr_closep(&f->fd);
    cdr_closep(&f->dir);
}

static bool untouched(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size && a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec &&
           a->st_ctim.tv_sec == b->st_ctim.tv_sec && a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

cdr_status cdr_rest_still(const cdr_rest_file *f, cdr_err *err)
{
    struct stat named, held;
    if (fstatat(f->dir, f->base, &named, AT_SYMLINK_NOFOLLOW) || fstat(f->fd, &held) || !untouched(&named, &f->st) || !untouched(&held, &f->st))
        return cdr_fail(err, CDR_DENIED, "minimise", "rest.changed", "%s was written to meanwhile and has been left as it is; stop what writes it, make the plan anew and apply that.", f->shown);
    return CDR_OK;
}

cdr_status cdr_rest_alone(const cdr_rest_file *f, cdr_err *err)
{
    /* A lease for reading is given when nobody writes. It is given back at once; should it be broken between, the signal is one that is ignored. */
    if (fcntl(f->fd, F_SETSIG, SIGURG) == 0 && fcntl(f->fd, F_SETLEASE, F_RDLCK) && errno == EAGAIN)
        return cdr_fail(err, CDR_E_LOCKED, "minimise", "rest.in-use", "%s is open for writing in another program, and has been left as it is; close that program and run this again.", f->shown);
    fcntl(f->fd, F_SETLEASE, F_UNLCK);
    return CDR_OK;
}

cdr_status cdr_rest_cancelled(cdr_err *err)
{
    return cdr_fail(err, CDR_E_CANCELLED, "minimise", "rest.stopped", "Stopped; the file has been left as it was.");
}

cdr_status cdr_rest_hash(const cdr_rest_file *f, const cdr_ctx *ctx, uint8_t ret[CDR_SHA256_BYTES], cdr_err *err)
{
    _cleanup_(cdr_digest_freep) cdr_digest *d = cdr_digest_new();
    _cleanup_free_ char *chunk = cdr_alloc(CHUNK);
    if (!d || !chunk)
        return cdr_fail_nomem(err, "minimise");
    for (off_t at = 0;;) {
        ssize_t n = pread(f->fd, chunk, CHUNK, at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return cdr_fail_errno(err, CDR_E_IO, "minimise", "rest.read", errno, "Cannot read %s", f->shown);
        if (n == 0)
            break;
        if (ctx && cdr_cancelled(ctx))
            return cdr_rest_cancelled(err);
        cdr_digest_add(d, chunk, (size_t)n);
        at += n;
    }
    cdr_digest_end(d, ret);
    cdr_wipe(chunk, CHUNK);
    return CDR_OK;
}

bool cdr_rest_is_sqlite(const cdr_rest_file *f)
{
    char head[16];
    return pread(f->fd, head, sizeof head, 0) == (ssize_t)sizeof head && !memcmp(head, "SQLite format 3", 16);
}

void cdr_rest_state_of(const struct stat *st, cdr_target_state *ret)
{
    ret->mode = st->st_mode;
    ret->uid = st->st_uid;
    ret->gid = st->st_gid;
    ret->dev = st->st_dev;
    ret->ino = st->st_ino;
}

cdr_status cdr_rest_expect(const cdr_rest_file *f, const cdr_target_state *now, const cdr_target_state *expected, cdr_err *err)
{
    if (!expected)
        return CDR_OK;
    if (memcmp(now->sha256, expected->sha256, sizeof now->sha256) != 0 || now->size != expected->size)
        return cdr_fail(err, CDR_DENIED, "minimise", "rest.changed", "%s is not what the plan was made for: its content has changed; make the plan anew and apply that.", f->shown);
    if (now->mode != expected->mode || now->uid != expected->uid || now->gid != expected->gid)
        return cdr_fail(err, CDR_DENIED, "minimise", "rest.changed", "%s is not what the plan was made for: its owner or mode has changed; make the plan anew and apply that.", f->shown);
    return CDR_OK;
}

cdr_status cdr_rest_sync_folder(const cdr_rest_file *f, cdr_err *err)
{
    /* Some file systems cannot sync a folder (EINVAL); its entries are then as durable as they make them. */
    if (cdr_sync_fd(f->dir) && errno != EINVAL)
        return cdr_fail_errno(err, CDR_E_IO, "minimise", "rest.fsync", errno, "Cannot make the change to %s durable; it is done, but could be undone by a loss of power", f->shown);
    return CDR_OK;
}

cdr_status cdr_rest_note(cdr_arena *a, cdr_step_effect *effect, const char *fmt, ...)
{
    char text[CDR_REST_NOTE];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    const char *old = effect->note && *effect->note ? effect->note : NULL;
    char *joined = old ? cdr_arena_printf(a, "%s %s", old, text) : cdr_arena_strdup(a, text);
    if (joined)
        effect->note = joined;
    return joined ? CDR_OK : CDR_E_NOMEM;
}
