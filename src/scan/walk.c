/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/walk.h"

#include "base/io.h"
#include "base/mem.h"
#include "base/text.h"
#include "scan/own.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define LIST_BYTES ((size_t)32 * 1024)
#define PATH_BYTES_MAX ((size_t)64 * 1024)
#define FOLDER_NAMES_MAX ((size_t)16 * 1024 * 1024)   /* names of subfolders waiting in one folder */

/* What the kernel writes: see getdents64(2). */
struct kernel_entry {
    uint64_t ino;
    int64_t off;
    uint16_t len;
    uint8_t type;
    char name[];
};

/* A folder on the way from the target to where the walk is: subfolders still to be visited. */
typedef struct level {
    size_t path_len;
    cdr_buf children;          /* names, each with its NUL */
    size_t next_child;
    dev_t dev;
    ino_t ino;
    unsigned own;              /* CDR_OWN_: files of ours lie in it */
} level;

struct cdr_walk {
    const cdr_ctx *ctx;
    const cdr_scan_options *o;
    const char *const *targets;
    size_t count, next_target;
    level *levels;
    size_t depth, level_cap;
    cdr_buf path;              /* of the folder on top */
    cdr_walk_dir *dir;         /* being listed; NULL when its listing is done */
    char list[LIST_BYTES] __attribute__((aligned(8)));
    size_t list_len, list_at;
    dev_t root_dev;
    uint64_t own_folders;
};

void cdr_walk_dir_release(cdr_walk_dir *d)
{
    if (!d || atomic_fetch_sub(&d->refs, 1) != 1)
        return;
    if (d->fd >= 0)
        close(d->fd);
    cdr_free(d->shown);
    cdr_free(d);
}

cdr_status cdr_walk_new(const cdr_ctx *ctx, const cdr_scan_options *o, const char *const *targets, size_t count, cdr_walk **ret, cdr_err *err)
{
    *ret = NULL;
    for (size_t i = 0; i < count; i++) {
        struct stat st;
        _cleanup_buf_ cdr_buf shown = CDR_BUF(4096);
        if (!strcmp(targets[i], "-") || !stat(targets[i], &st) || !lstat(targets[i], &st))
            continue;
        (void)cdr_text_escape(&shown, targets[i], CDR_MIN(strlen(targets[i]), (size_t)300));
        return cdr_fail_errno(err, CDR_NOT_FOUND, "scan", "scan.no-target", errno, "The target \"%s\" cannot be found; nothing was scanned", shown.data ? shown.data : "");
    }
    cdr_walk *w = cdr_alloc(sizeof *w);
    if (!w)
        return cdr_fail_nomem(err, "scan");
    w->ctx = ctx;
    w->o = o;
    w->targets = targets;
    w->count = count;
    w->path.max = PATH_BYTES_MAX;
    *ret = w;
    return CDR_OK;
}

static void leave_level(cdr_walk *w)
{
    cdr_buf_done(&w->levels[--w->depth].children);
}

void cdr_walk_free(cdr_walk *w)
{
    if (!w)
        return;
    while (w->depth)
        leave_level(w);
    cdr_free(w->levels);
    cdr_buf_done(&w->path);
    cdr_walk_dir_release(w->dir);
    cdr_free(w);
}

/* Open ${path} as a folder; longer ones than the kernel takes go component by component. */
static int open_folder(const char *path, size_t len, bool follow)
{
    int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NONBLOCK | (follow ? 0 : O_NOFOLLOW);
    if (len < PATH_MAX)
        return open(path, flags);
    char part[PATH_MAX];
    int at = AT_FDCWD;
    for (size_t i = 0; i < len;) {
        size_t end = CDR_MIN(i + PATH_MAX - 1, len);
        while (end > i && end < len && path[end] != '/')
            end--;
        if (end == i) {
            cdr_closep(&at);
            errno = ENAMETOOLONG;
            return -1;
        }
        memcpy(part, path + i, end - i);
        part[end - i] = '\0';
        int next = openat(at, part, end == len ? flags : O_PATH | O_DIRECTORY | O_CLOEXEC);
        if (at >= 0)
            close(at);
        if (next < 0)
            return -1;
        at = next;
        for (i = end; i < len && path[i] == '/';)
            i++;
    }
    return at;
}

static cdr_walk_dir *new_dir(int fd, const char *path, size_t len)
{
    cdr_buf shown = CDR_BUF(PATH_BYTES_MAX * 4 + 2);
    cdr_walk_dir *d = cdr_alloc(sizeof *d);
    (void)cdr_text_escape(&shown, path, len);
    if (len && path[len - 1] != '/')
        (void)cdr_buf_addc(&shown, '/');
    size_t shown_len = shown.len;
    char *text = d ? cdr_buf_take(&shown) : NULL;
    if (!text) {
        cdr_buf_done(&shown);
        cdr_free(d);
        return NULL;
    }
    atomic_init(&d->refs, 1);
    d->fd = fd;
    d->shown = text;
    d->shown_len = shown_len;
    return d;
}

static cdr_status push_level(cdr_walk *w, const struct stat *st, unsigned own, cdr_err *err)
{
    if (w->depth == w->level_cap) {
        size_t cap = w->level_cap ? w->level_cap * 2 : 16;
        level *grown = cdr_realloc_array(w->levels, cap, sizeof *grown);
        if (!grown)
            return cdr_fail_nomem(err, "scan");
        w->levels = grown;
        w->level_cap = cap;
    }
    w->levels[w->depth++] = (level){.path_len = w->path.len, .children = CDR_BUF(FOLDER_NAMES_MAX), .dev = st->st_dev, .ino = st->st_ino, .own = own};
    return CDR_OK;
}

static bool visited(const cdr_walk *w, const struct stat *st)
{
    for (size_t i = 0; i < w->depth; i++)
        if (w->levels[i].dev == st->st_dev && w->levels[i].ino == st->st_ino)
            return true;
    return false;
}

static cdr_walk_entry *add_entry(cdr_walk_batch *b, const char *name)
{
    size_t len = strlen(name) + 1;
    if (b->names_len + len > sizeof b->names || b->count == CDR_WALK_BATCH)
        return NULL;
    cdr_walk_entry *e = &b->entries[b->count++];
    *e = (cdr_walk_entry){.name = (uint32_t)b->names_len};
    memcpy(b->names + b->names_len, name, len);
    b->names_len += len;
    return e;
}

/* A folder that cannot be entered is an object of its own: the batch holds only it. */
static cdr_status report_folder(cdr_walk *w, cdr_walk_batch *b, const char *reason_id, int errnum, cdr_err *err)
{
    const char *slash = w->path.len ? memrchr(w->path.data, '/', w->path.len - 1) : NULL;
    size_t parent = slash ? (size_t)(slash - w->path.data) + 1 : 0;
    char name[256];
    size_t len = CDR_MIN(w->path.len - parent, sizeof name - 1);
    memcpy(name, w->path.data + parent, len);
    name[len] = '\0';
    b->dir = new_dir(-1, w->path.data, parent);
    if (!b->dir)
        return cdr_fail_nomem(err, "scan");
    cdr_walk_entry *e = add_entry(b, name);
    if (e) {
        e->reason_id = reason_id;
        e->format = "folder";
        e->errnum = errnum;
    }
    return CDR_OK;
}

/* Go into the folder that ->path names. It may turn out not to be one to enter: then the batch says why. */
static cdr_status enter(cdr_walk *w, bool target, cdr_walk_batch *b, cdr_err *err)
{
    struct stat st;
    int fd = open_folder(w->path.data, w->path.len, target || w->o->follow_symlinks);
    if (fd < 0)
        return report_folder(w, b, errno == ENOENT ? "file.vanished" : errno == ENAMETOOLONG ? "file.name-too-long" : "folder.unreadable", errno, err);
    if (fstat(fd, &st)) {
        int e = errno;
        close(fd);
        return report_folder(w, b, "folder.unreadable", e, err);
    }
    if (target)
        w->root_dev = st.st_dev;
    const char *refuse = visited(w, &st) ? "file.symlink-loop" : !w->o->cross_devices && st.st_dev != w->root_dev ? "file.other-device" : NULL;
    if (refuse) {
        close(fd);
        return report_folder(w, b, refuse, 0, err);
    }
    unsigned own = cdr_own_of(w->o, fd, &st);
    w->own_folders += own != 0;
    if (own & CDR_OWN_WHOLE && !target) {
        close(fd);
        return CDR_OK;
    }
    w->dir = new_dir(fd, w->path.data, w->path.len);
    if (!w->dir) {
        close(fd);
        return cdr_fail_nomem(err, "scan");
    }
    w->list_len = w->list_at = 0;
    return push_level(w, &st, own, err);
}

static bool excluded(const cdr_walk *w, const char *name)
{
    if (!w->o->exclude)
        return false;
    for (const char *const *g = w->o->exclude; *g; g++) {
        if (!fnmatch(*g, name, 0))
            return true;
        if (!strchr(*g, '/'))
            continue;
        /* A glob with a slash is about the path: the whole of it, or its end. */
        char path[PATH_MAX];
        size_t len = w->path.len, n = strlen(name);
        if (len + n + 2 > sizeof path)
            continue;
        memcpy(path, w->path.data, len);
        if (len && path[len - 1] != '/')
            path[len++] = '/';
        memcpy(path + len, name, n + 1);
        if (!fnmatch(*g, path, FNM_LEADING_DIR))
            return true;
        for (const char *p = strchr(path, '/'); p; p = strchr(p + 1, '/'))
            if (!fnmatch(*g, p + 1, FNM_LEADING_DIR))
                return true;
    }
    return false;
}

static cdr_status add_child(cdr_walk *w, const char *name, cdr_walk_batch *b, cdr_err *err)
{
    cdr_status s = cdr_buf_add(&w->levels[w->depth - 1].children, name, strlen(name) + 1);
    if (s == CDR_E_NOMEM)
        return cdr_fail_nomem(err, "scan");
    if (s == CDR_OK)
        return CDR_OK;
    cdr_walk_entry *e = add_entry(b, name);
    if (e) {
        e->reason_id = "scan.limit";
        e->format = "folder";
    }
    return CDR_OK;
}

static uint8_t type_of_mode(mode_t mode)
{
    return S_ISREG(mode) ? DT_REG : S_ISDIR(mode) ? DT_DIR : S_ISLNK(mode) ? DT_LNK : S_ISFIFO(mode) ? DT_FIFO : DT_CHR;
}

/* One name of the folder: into the batch, among the subfolders, or nowhere. False when the batch is full. */
static bool take_name(cdr_walk *w, const struct kernel_entry *k, cdr_walk_batch *b, cdr_status *status, cdr_err *err)
{
    const char *name = k->name;
    uint8_t type = k->type;
    struct stat st;
    if (name[0] == '.' && (name[1] == '\0' || (name[1] == '.' && name[2] == '\0')))
        return true;
    if (b->count == CDR_WALK_BATCH)
        return false;
    if (excluded(w, name) || (w->levels[w->depth - 1].own && cdr_own_names(w->levels[w->depth - 1].own, name)))
        return true;
    if (type == DT_UNKNOWN && !fstatat(w->dir->fd, name, &st, AT_SYMLINK_NOFOLLOW))
        type = type_of_mode(st.st_mode);
    bool follow = type == DT_LNK && w->o->follow_symlinks;
    if (follow)
        type = fstatat(w->dir->fd, name, &st, 0) ? DT_LNK : type_of_mode(st.st_mode);
    if (type == DT_DIR) {
        *status = add_child(w, name, b, err);
        return true;
    }
    cdr_walk_entry *e = add_entry(b, name);
    if (!e)
        return false;
    e->follow = follow;
    if (type == DT_REG || type == DT_UNKNOWN)
        return true;
    e->reason_id = type == DT_LNK ? "file.symlink" : "file.special";
    e->format = type == DT_LNK ? "link" : "special";
    return true;
}

/* Fill the batch from the folder being listed; ->dir becomes NULL when there is no more. */
static cdr_status list(cdr_walk *w, cdr_walk_batch *b, cdr_err *err)
{
    cdr_status s = CDR_OK;
    while (s == CDR_OK) {
        if (w->list_at == w->list_len) {
            long n = syscall(SYS_getdents64, w->dir->fd, w->list, sizeof w->list);
            if (n <= 0) {
                cdr_walk_dir *done = w->dir;
                w->dir = NULL;
                if (b->count)
                    b->dir = done;
                else
                    cdr_walk_dir_release(done);
                return n < 0 && !b->count ? report_folder(w, b, "folder.unreadable", errno, err) : CDR_OK;
            }
            w->list_len = (size_t)n;
            w->list_at = 0;
        }
        const struct kernel_entry *k = (const struct kernel_entry *)(const void *)(w->list + w->list_at);
        if (!take_name(w, k, b, &s, err)) {
            atomic_fetch_add(&w->dir->refs, 1);
            b->dir = w->dir;
            return s;
        }
        w->list_at += k->len;
    }
    return s;
}

static cdr_status next_child(cdr_walk *w, cdr_walk_batch *b, cdr_err *err)
{
    level *top = &w->levels[w->depth - 1];
    const char *name = top->children.data + top->next_child;
    size_t len = strlen(name);
    top->next_child += len + 1;
    w->path.len = top->path_len;
    w->path.data[w->path.len] = '\0';
    bool slash = w->path.len && w->path.data[w->path.len - 1] != '/';
    if (w->path.len + len + 2 > PATH_BYTES_MAX) {
        b->dir = new_dir(-1, w->path.data, w->path.len);
        cdr_walk_entry *e = b->dir ? add_entry(b, name) : NULL;
        if (!e)
            return cdr_fail_nomem(err, "scan");
        e->reason_id = "file.name-too-long";
        e->format = "folder";
        return CDR_OK;
    }
    if (slash)
        cdr_buf_addc(&w->path, '/');
    if (cdr_buf_add(&w->path, name, len) != CDR_OK)
        return cdr_fail_nomem(err, "scan");
    return enter(w, false, b, err);
}

static cdr_status next_target(cdr_walk *w, cdr_walk_batch *b, cdr_err *err)
{
    const char *target = w->targets[w->next_target++];
    struct stat st;
    if (strcmp(target, "-") != 0 && !stat(target, &st) && S_ISDIR(st.st_mode)) {
        cdr_buf_clear(&w->path);
        size_t len = strlen(target);
        while (len > 1 && target[len - 1] == '/')
            len--;
        cdr_status s = cdr_buf_add(&w->path, target, len);
        if (s == CDR_E_NOMEM)
            return cdr_fail_nomem(err, "scan");
        if (s != CDR_OK)
            return cdr_fail(err, CDR_E_INVAL, "scan", "scan.no-target", "A target's path is longer than %zu bytes.", PATH_BYTES_MAX);
        return enter(w, true, b, err);
    }
    b->target = target;
    b->dir = new_dir(AT_FDCWD, "", 0);
    if (!b->dir)
        return cdr_fail_nomem(err, "scan");
    b->entries[0] = (cdr_walk_entry){.follow = true};
    b->count = 1;
    return CDR_OK;
}

uint64_t cdr_walk_own_folders(const cdr_walk *w)
{
    return w->own_folders;
}

cdr_status cdr_walk_next(cdr_walk *w, cdr_walk_batch *b, cdr_err *err)
{
    b->dir = NULL;
    b->count = b->names_len = 0;
    b->target = NULL;
    cdr_status s = CDR_OK;
    while (s == CDR_OK && !b->count) {
        if (cdr_cancelled(w->ctx))
            return cdr_fail(err, CDR_E_CANCELLED, "scan", "scan.cancelled", "The scan was interrupted; run it again to go on.");
        if (w->dir)
            s = list(w, b, err);
        else if (w->depth && w->levels[w->depth - 1].next_child < w->levels[w->depth - 1].children.len)
            s = next_child(w, b, err);
        else if (w->depth)
            leave_level(w);
        else if (w->next_target < w->count)
            s = next_target(w, b, err);
        else
            return CDR_DONE;
    }
    if (s != CDR_OK && b->dir) {
        cdr_walk_dir_release(b->dir);
        b->dir = NULL;
    }
    return s;
}
