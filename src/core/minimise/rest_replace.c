/* SPDX-License-Identifier: Apache-2.0 */
/* A new file takes the place of an old one: written beside it, complete, durable, with the same owner, group, mode, times and attributes, then
 * renamed. Until then its name begins with ".candor-", and it holds only what is to stay; a killed run's is removed by the next one, which
 * knows it by its lock being free. */
#include "core/minimise/rest.h"

#include "base/buf.h"
#include "base/io.h"
#include "base/parse.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/xattr.h>
#include <unistd.h>

#define PREFIX ".candor-"
#define SUFFIX ".tmp"
#define RANDOM_BYTES 8
#define NAME_LEN (sizeof PREFIX - 1 + 2 * RANDOM_BYTES + sizeof SUFFIX - 1)
#define BUFFER ((size_t)64 << 10)
#define ATTRIBUTES_MAX ((size_t)64 << 10)     /* of all names, and of one value: what Linux allows */

struct cdr_rest_new {
    int dir, fd;                 /* dir is the source's */
    char name[NAME_LEN + 1];
    char shown[CDR_REST_SHOWN];
    cdr_digest *digest;
    uint64_t size;
    size_t used;
    bool in_place, owner_lost, mode_lost;
    unsigned attributes_lost;
    char lost[300];
    char buffer[BUFFER];
};

/* --- leftovers --- */

static bool is_leftover_name(const char *name)
{
    if (strlen(name) != NAME_LEN || strncmp(name, PREFIX, sizeof PREFIX - 1) != 0 || strcmp(name + NAME_LEN - (sizeof SUFFIX - 1), SUFFIX) != 0)
        return false;
    uint8_t bytes[RANDOM_BYTES];
    return cdr_hex_decode(name + sizeof PREFIX - 1, 2 * RANDOM_BYTES, bytes, RANDOM_BYTES);
}

/* Ours, an ordinary file, and nobody works on it. */
static void remove_leftover(int dir, const char *name)
{
    struct stat st;
    _cleanup_close_ int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd >= 0 && !fstat(fd, &st) && S_ISREG(st.st_mode) && (st.st_uid == geteuid() || geteuid() == 0) && !flock(fd, LOCK_EX | LOCK_NB))
        unlinkat(dir, name, 0);
}

static void sweep(int dir)
{
    int copy = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *d = copy >= 0 ? fdopendir(copy) : NULL;
    if (!d) {
        cdr_closep(&copy);
        return;
    }
    for (struct dirent *e; (e = readdir(d));)
        if (is_leftover_name(e->d_name))
            remove_leftover(dir, e->d_name);
    closedir(d);
}

/* --- writing --- */

cdr_status cdr_rest_new_open(const cdr_rest_file *f, const cdr_ctx *ctx, cdr_rest_new **ret, cdr_err *err)
{
    *ret = NULL;
    sweep(f->dir);
    cdr_rest_new *n = cdr_alloc(sizeof *n);
    if (!n || !(n->digest = cdr_digest_new())) {
        cdr_free(n);
        return cdr_fail_nomem(err, "minimise");
    }
    uint8_t bytes[RANDOM_BYTES];
    char hex[2 * RANDOM_BYTES + 1];
    ctx->random(ctx->rng, bytes, sizeof bytes);
    cdr_hex_encode(bytes, sizeof bytes, hex);
    snprintf(n->name, sizeof n->name, PREFIX "%s" SUFFIX, hex);
    snprintf(n->shown, sizeof n->shown, "%s", f->shown);
    n->dir = f->dir;
    n->fd = openat(f->dir, n->name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (n->fd < 0 || flock(n->fd, LOCK_EX | LOCK_NB)) {
        cdr_status s = cdr_fail_errno(err, cdr_rest_why(errno), "minimise", "rest.create", errno, "Cannot write a new file beside %s, which has been left as it is", f->shown);
        cdr_rest_new_free(n);
        return s;
    }
    *ret = n;
    return CDR_OK;
}

static cdr_status flush(cdr_rest_new *n, cdr_err *err)
{
    cdr_status s = cdr_write_all(n->fd, n->buffer, n->used, NULL);
    n->used = 0;
    return s == CDR_OK ? s : cdr_fail_errno(err, s, "minimise", "rest.write", errno, "Cannot write the new content of %s, which has been left as it is; free some space and run this again", n->shown);
}

cdr_status cdr_rest_new_add(cdr_rest_new *n, const void *data, size_t len, cdr_err *err)
{
    const char *p = data;
    cdr_digest_add(n->digest, data, len);
    n->size += len;
    while (len > 0) {
        size_t part = CDR_MIN(len, BUFFER - n->used);
        memcpy(n->buffer + n->used, p, part);
        n->used += part;
        p += part;
        len -= part;
        cdr_status s = n->used == BUFFER ? flush(n, err) : CDR_OK;
        if (s != CDR_OK)
            return s;
    }
    return CDR_OK;
}

/* --- becoming like the old one --- */

/* ACLs are attributes, too (system.posix_acl_access). */
static cdr_status copy_attributes(cdr_rest_new *n, int from, cdr_err *err)
{
    _cleanup_free_ char *names = cdr_alloc(ATTRIBUTES_MAX), *value = cdr_alloc(ATTRIBUTES_MAX);
    if (!names || !value)
        return cdr_fail_nomem(err, "minimise");
    ssize_t len = flistxattr(from, names, ATTRIBUTES_MAX);
    for (ssize_t at = 0; at < len; at += (ssize_t)strlen(names + at) + 1) {
        ssize_t size = fgetxattr(from, names + at, value, ATTRIBUTES_MAX);
        if (size < 0 || fsetxattr(n->fd, names + at, value, (size_t)size, 0))
            n->attributes_lost++;
    }
    n->attributes_lost += len < 0 && errno != ENOTSUP;
    return CDR_OK;
}

static cdr_status become_like(cdr_rest_new *n, const cdr_rest_file *f, cdr_err *err)
{
    mode_t mode = f->st.st_mode & 07777;
    struct stat now;
    if (!fstat(n->fd, &now) && (now.st_uid != f->st.st_uid || now.st_gid != f->st.st_gid) && fchown(n->fd, f->st.st_uid, f->st.st_gid)) {
        if (errno != EPERM && errno != EINVAL)
            return cdr_fail_errno(err, cdr_rest_why(errno), "minimise", "rest.owner", errno, "Cannot give the new content of %s its owner", f->shown);
        /* Somebody else's file: its group, if that may be given, and the mode without rights that came with the owner. */
        n->owner_lost = now.st_uid != f->st.st_uid;
        n->mode_lost = fchown(n->fd, (uid_t)-1, f->st.st_gid) != 0;
        mode &= n->mode_lost ? 0700 : 0770;
    }
    cdr_status s = copy_attributes(n, f->fd, err);
    if (s != CDR_OK)
        return s;
    if (fchmod(n->fd, mode))
        return cdr_fail_errno(err, cdr_rest_why(errno), "minimise", "rest.mode", errno, "Cannot give the new content of %s its mode", f->shown);
    /* The age of a file may be what a retention rule counts from. */
    const struct timespec times[2] = {f->st.st_atim, f->st.st_mtim};
    if (futimens(n->fd, times))
        return cdr_fail_errno(err, cdr_rest_why(errno), "minimise", "rest.times", errno, "Cannot give the new content of %s its times", f->shown);
    return CDR_OK;
}

static void tell_lost(cdr_rest_new *n)
{
    if (n->owner_lost || n->mode_lost)
        snprintf(n->lost, sizeof n->lost, "Its %s could not be kept, so that only the one who ran this may read it as far as that is in doubt.",
                 n->owner_lost && n->mode_lost ? "owner and group" : n->owner_lost ? "owner" : "group");
    size_t used = strlen(n->lost);
    if (n->attributes_lost)
        snprintf(n->lost + used, sizeof n->lost - used, "%s%u of its extended attributes could not be kept.", used ? " " : "", n->attributes_lost);
}

cdr_status cdr_rest_new_finish(cdr_rest_new *n, const cdr_rest_file *f, cdr_target_state *ret, cdr_err *err)
{
    struct stat st;
    cdr_status s = flush(n, err);
    if (s == CDR_OK)
        s = become_like(n, f, err);
    if (s == CDR_OK && (cdr_sync_fd(n->fd) || fstat(n->fd, &st)))
        s = cdr_fail_errno(err, CDR_E_IO, "minimise", "rest.fsync", errno, "Cannot make the new content of %s durable; it has been left as it is", f->shown);
    if (s != CDR_OK)
        return s;
    tell_lost(n);
    *ret = (cdr_target_state){.size = n->size};
    cdr_rest_state_of(&st, ret);
    cdr_digest_end(n->digest, ret->sha256);
    return CDR_OK;
}

cdr_status cdr_rest_new_swap(cdr_rest_new *n, const cdr_rest_file *f, cdr_err *err)
{
    cdr_status s = cdr_rest_still(f, err);
    if (s != CDR_OK)
        return s;
    if (renameat(n->dir, n->name, f->dir, f->base))
        return cdr_fail_errno(err, cdr_rest_why(errno), "minimise", "rest.rename", errno, "Cannot put the new content of %s in place; it has been left as it is", f->shown);
    n->in_place = true;
    return cdr_rest_sync_folder(f, err);
}

const char *cdr_rest_new_lost(const cdr_rest_new *n)
{
    return n->lost;
}

void cdr_rest_new_free(cdr_rest_new *n)
{
    if (!n)
        return;
    if (n->fd >= 0 && !n->in_place)
        unlinkat(n->dir, n->name, 0);
    cdr_closep(&n->fd);
    cdr_digest_free(n->digest);
    cdr_wipe(n->buffer, sizeof n->buffer);
    cdr_free(n);
}
