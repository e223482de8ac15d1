/* SPDX-License-Identifier: Apache-2.0 */
#include "base/io.h"

#include "base/fault.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void cdr_closep(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

static bool is_link(int dir, const char *name)
{
    struct stat st;
    return !fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) && S_ISLNK(st.st_mode);
}

int cdr_open_folder(const char *path)
{
    char name[NAME_MAX + 1];
    int dir = open(*path == '/' ? "/" : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    for (size_t n; dir >= 0 && *(path += strspn(path, "/")); path += n) {
        n = strcspn(path, "/");
        int next = -1;
        if (n > NAME_MAX)
            errno = ENAMETOOLONG;
        else {
            memcpy(name, path, n);
            name[n] = '\0';
            /* What may only be passed through need not be readable. */
            next = openat(dir, name, (path[n] ? O_PATH : O_RDONLY) | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
            if (next < 0 && (errno == ENOTDIR || errno == ELOOP))
                errno = is_link(dir, name) ? ELOOP : ENOTDIR;
        }
        int why = errno;
        close(dir);
        errno = why;
        dir = next;
    }
    return dir;
}

ssize_t cdr_read_some(int fd, void *buf, size_t len)
{
    ssize_t n;
    do
        n = read(fd, buf, len);
    while (n < 0 && errno == EINTR);
    return n;
}

ssize_t cdr_read_waiting(const cdr_ctx *ctx, int fd, void *buf, size_t len)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    for (;;) {
        if (cdr_cancelled(ctx)) {
            errno = ECANCELED;
            return -1;
        }
        /* The signal may come just before the wait: it is looked for again after a while. What cannot be waited for reads at once. */
        int n = poll(&p, 1, 200);
        if (n > 0 || (n < 0 && errno != EINTR))
            return cdr_read_some(fd, buf, len);
    }
}

static cdr_status read_file(const char *path, bool regular, cdr_buf *out, cdr_err *err)
{
    _cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | (regular ? O_NONBLOCK : 0));
    if (fd < 0 && errno == EINTR)
        return cdr_fail(err, CDR_E_CANCELLED, "base", "base.stopped", "Stopped while waiting for %s.", path);
    if (fd < 0)
        return cdr_fail_errno(err, errno == ENOENT ? CDR_NOT_FOUND : CDR_E_IO, "base", "base.open", errno, "Cannot open %s", path);
    struct stat st = {0};
    if (!fstat(fd, &st) && S_ISDIR(st.st_mode))
        return cdr_fail(err, CDR_E_INVAL, "base", "base.is-folder", "%s is a folder; a file is needed.", path);
    if (regular && !S_ISREG(st.st_mode))
        return cdr_fail(err, CDR_E_INVAL, "base", "base.no-file", "%s is no regular file.", path);
    for (;;) {
        size_t room = CDR_MIN((size_t)65536, out->max - out->len + 1);
        char chunk[65536];
        ssize_t n = read(fd, chunk, room);
        /* Only a pipe or terminal is interrupted in its waiting, by a signal that asks to stop. */
        if (n < 0 && errno == EINTR)
            return cdr_fail(err, CDR_E_CANCELLED, "base", "base.stopped", "Stopped while waiting for %s.", path);
        if (n < 0)
            return cdr_fail_errno(err, CDR_E_IO, "base", "base.read", errno, "Cannot read %s", path);
        cdr_status s = cdr_buf_add(out, chunk, (size_t)n);
        explicit_bzero(chunk, (size_t)n);
        if (s == CDR_E_LIMIT)
            return cdr_fail(err, s, "base", "base.too-large", "%s is larger than the %zu bytes allowed here.", path, out->max);
        if (s != CDR_OK)
            return cdr_fail_nomem(err, "base");
        if (n == 0)
            return CDR_OK;
    }
}

cdr_status cdr_file_read(const char *path, cdr_buf *out, cdr_err *err)
{
    return read_file(path, false, out, err);
}

cdr_status cdr_file_read_regular(const char *path, cdr_buf *out, cdr_err *err)
{
    return read_file(path, true, out, err);
}

cdr_status cdr_write_all(int fd, const void *data, size_t len, cdr_err *err)
{
    const char *p = data;
    while (len > 0) {
        ssize_t n = -1;
        if (cdr_fault(CDR_FAULT_WRITE))
            errno = ENOSPC;
        else
            n = write(fd, p, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return cdr_fail_errno(err, CDR_E_IO, "base", "base.write", errno, "Cannot write the file; free some space and run this again");
        p += n;
        len -= (size_t)n;
    }
    return CDR_OK;
}

int cdr_sync_fd(int fd)
{
    if (cdr_fault(CDR_FAULT_FSYNC)) {
        errno = EIO;
        return -1;
    }
    return fsync(fd);
}

char *cdr_path_join(const char *dir, const char *name)
{
    size_t len = strlen(dir);
    return cdr_asprintf("%s%s%s", dir, len && dir[len - 1] == '/' ? "" : "/", name);
}

static bool make_one(char *path, mode_t mode)
{
    return !mkdir(path, mode) || errno == EEXIST || errno == EISDIR;
}

cdr_status cdr_mkdirs(const char *path, mode_t mode, cdr_err *err)
{
    _cleanup_free_ char *copy = cdr_strdup(path);
    if (!copy)
        return cdr_fail_nomem(err, "base");
    for (char *p = copy + 1; *copy && *p; p++) {
        if (*p != '/')
            continue;
        *p = '\0';
        bool made = make_one(copy, mode);
        *p = '/';
        if (!made && errno != EACCES && errno != EROFS)
            break;
    }
    struct stat st;
    if (make_one(copy, mode) && !stat(copy, &st) && S_ISDIR(st.st_mode))
        return CDR_OK;
    return cdr_fail_errno(err, CDR_E_IO, "base", "base.mkdir", errno == EEXIST ? ENOTDIR : errno, "Cannot make the folder %s", path);
}

/* --- a file that appears only when complete --- */

#define OUTFILE_BUFFER 65536

struct cdr_outfile {
    char *path, *temporary;   /* temporary NULL: a device or a pipe, which is written where it is and never replaced */
    int fd;
    size_t used;
    char buffer[OUTFILE_BUFFER];
};

static void free_outfile(cdr_outfile *o)
{
    cdr_closep(&o->fd);
    cdr_free(o->path);
    cdr_free(o->temporary);
    cdr_free(o);
}

/* /dev/null, /dev/stdout, a pipe: to put a file in their place would take them from everybody on the machine. */
static bool is_written_in_place(const struct stat *st, const char *path)
{
    return S_ISCHR(st->st_mode) || S_ISFIFO(st->st_mode) || S_ISSOCK(st->st_mode) || S_ISBLK(st->st_mode) || (S_ISREG(st->st_mode) && !strncmp(path, "/dev/", 5));
}

static cdr_status open_in_place(cdr_outfile *o, const struct stat *st, cdr_err *err)
{
    if (S_ISBLK(st->st_mode) || S_ISSOCK(st->st_mode))
        return cdr_fail(err, CDR_E_INVAL, "base", "base.no-file", "%s is a disk or a socket, and nothing is written there. Name a file.", o->path);
    o->fd = open(o->path, O_WRONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (o->fd >= 0 && fcntl(o->fd, F_SETFL, fcntl(o->fd, F_GETFL) & ~O_NONBLOCK) >= 0)
        return CDR_OK;
    return errno == ENXIO ? cdr_fail(err, CDR_E_INVAL, "base", "base.no-reader", "%s is a pipe that nobody reads.", o->path) : cdr_fail_errno(err, CDR_E_IO, "base", "base.create", errno, "Cannot write %s", o->path);
}

static cdr_status open_beside(cdr_outfile *o, mode_t mode, cdr_err *err)
{
    o->temporary = cdr_asprintf("%s.part-XXXXXX", o->path);
    if (!o->temporary)
        return cdr_fail_nomem(err, "base");
    o->fd = mkostemp(o->temporary, O_CLOEXEC);
    if (o->fd >= 0 && !fchmod(o->fd, mode))
        return CDR_OK;
    int errnum = errno;
    if (o->fd >= 0)
        unlink(o->temporary);
    return cdr_fail_errno(err, CDR_E_IO, "base", "base.create", errnum, "Cannot write %s", o->path);
}

cdr_status cdr_outfile_open(const char *path, mode_t mode, cdr_outfile **ret, cdr_err *err)
{
    *ret = NULL;
    struct stat st;
    bool there = !stat(path, &st);
    if (there && S_ISDIR(st.st_mode))
        return cdr_fail(err, CDR_E_INVAL, "base", "base.folder", "%s is a folder. Name a file in it.", path);
    cdr_outfile *o = cdr_alloc(sizeof *o);
    if (!o)
        return cdr_fail_nomem(err, "base");
    o->fd = -1;
    o->path = cdr_strdup(path);
    cdr_status s = !o->path ? cdr_fail_nomem(err, "base") : there && is_written_in_place(&st, path) ? open_in_place(o, &st, err) : open_beside(o, mode, err);
    if (s != CDR_OK) {
        free_outfile(o);
        return s;
    }
    *ret = o;
    return CDR_OK;
}

void cdr_outfile_sweep(const char *path)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    _cleanup_free_ char *folder = slash ? cdr_strndup(path, (size_t)(slash - path) + 1) : cdr_strdup(".");
    DIR *d = folder ? opendir(folder) : NULL;
    size_t len = strlen(name);
    static const char mark[] = ".part-";
    for (struct dirent *e; d && (e = readdir(d)) != NULL;)
        if (!strncmp(e->d_name, name, len) && !strncmp(e->d_name + len, mark, sizeof mark - 1) && strlen(e->d_name + len) == sizeof mark - 1 + 6)
            (void)!unlinkat(dirfd(d), e->d_name, 0);
    if (d)
        closedir(d);
}

cdr_status cdr_outfile_like(cdr_outfile *o, const struct stat *st, cdr_err *err)
{
    mode_t mode = st->st_mode & 07777;
    if (!o->temporary)
        return CDR_OK;
    if (fchown(o->fd, st->st_uid, st->st_gid)) {
        if (errno != EPERM)
            return cdr_fail_errno(err, CDR_E_IO, "base", "base.owner", errno, "Cannot give %s its owner", o->path);
        /* Somebody else's file: its group, if that may be given, and the mode without rights that came with the owner. */
        mode &= fchown(o->fd, (uid_t)-1, st->st_gid) ? 0700 : 0770;
    }
    if (fchmod(o->fd, mode))
        return cdr_fail_errno(err, CDR_E_IO, "base", "base.mode", errno, "Cannot give %s its mode", o->path);
    return CDR_OK;
}

static cdr_status flush_outfile(cdr_outfile *o, const void *data, size_t len, cdr_err *err)
{
    cdr_status s = cdr_write_all(o->fd, data, len, NULL);
    return s == CDR_OK ? s : cdr_fail_errno(err, s, "base", "base.write", errno, "Cannot write %s; nothing was changed there", o->path);
}

cdr_status cdr_outfile_add(cdr_outfile *o, const void *data, size_t len, cdr_err *err)
{
    if (len > OUTFILE_BUFFER - o->used) {
        cdr_status s = flush_outfile(o, o->buffer, o->used, err);
        if (s != CDR_OK)
            return s;
        o->used = 0;
        if (len >= OUTFILE_BUFFER)
            return flush_outfile(o, data, len, err);
    }
    memcpy(o->buffer + o->used, data, len);
    o->used += len;
    return CDR_OK;
}

cdr_status cdr_sync_folder_of(const char *path, cdr_err *err)
{
    _cleanup_free_ char *dir = cdr_strdup(path);
    if (!dir)
        return cdr_fail_nomem(err, "base");
    char *slash = strrchr(dir, '/');
    if (slash)
        slash[slash == dir] = '\0';
    _cleanup_close_ int fd = open(slash ? dir : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    /* Some file systems cannot sync a folder (EINVAL); the rename is then as durable as they make it. */
    if (fd >= 0 && cdr_sync_fd(fd) && errno != EINVAL)
        return cdr_fail_errno(err, CDR_E_IO, "base", "base.fsync", errno, "Cannot make %s durable", path);
    return CDR_OK;
}

cdr_status cdr_outfile_commit(cdr_outfile **op, cdr_err *err)
{
    cdr_outfile *o = *op;
    cdr_status s = flush_outfile(o, o->buffer, o->used, err);
    if (s == CDR_OK && !o->temporary) {
        free_outfile(o);
        *op = NULL;
        return CDR_OK;
    }
    if (s == CDR_OK && cdr_sync_fd(o->fd))
        s = cdr_fail_errno(err, CDR_E_IO, "base", "base.fsync", errno, "Cannot make %s durable; nothing was changed there", o->path);
    if (s == CDR_OK && rename(o->temporary, o->path))
        s = cdr_fail_errno(err, CDR_E_IO, "base", "base.rename", errno, "Cannot put %s in place", o->path);
    if (s != CDR_OK) {
        cdr_outfile_drop(op);
        return s;
    }
    s = cdr_sync_folder_of(o->path, err);
    free_outfile(o);
    *op = NULL;
    return s;
}

void cdr_outfile_drop(cdr_outfile **op)
{
    if (!*op)
        return;
    if ((*op)->temporary)
        unlink((*op)->temporary);
    free_outfile(*op);
    *op = NULL;
}

cdr_status cdr_file_write(const char *path, const void *data, size_t len, mode_t mode, cdr_err *err)
{
    cdr_outfile *o;
    cdr_status s = cdr_outfile_open(path, mode, &o, err);
    if (s != CDR_OK)
        return s;
    s = cdr_outfile_add(o, data, len, err);
    if (s != CDR_OK) {
        cdr_outfile_drop(&o);
        return s;
    }
    return cdr_outfile_commit(&o, err);
}
