/* SPDX-License-Identifier: Apache-2.0 */
/* A drill that was killed, or had no space, leaves a folder without a row. The next drill removes it, so that neither folders nor gaps between the numbers pile up; one that still runs holds its lock. */
#include "core/drill/folder.h"

#include "base/io.h"
#include "core/drill/store_drill.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEEP 16
#define TRIES 64u

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *at)
{
    (void)st, (void)flag, (void)at;
    (void)!remove(path);
    return 0;
}

static void remove_folder(const char *path)
{
    nftw(path, remove_one, DEEP, FTW_DEPTH | FTW_PHYS);
}

/* -1: somebody has it, or it is none. */
static int lock_folder(const char *path)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd >= 0 && !flock(fd, LOCK_EX | LOCK_NB) && !fstat(fd, &st) && st.st_nlink > 0)
        return fd;
    cdr_closep(&fd);
    return -1;
}

/* Exactly as it is named here, so that nothing else is taken for one. */
static bool is_drill(const char *name, int64_t *ret)
{
    char again[32];
    if (name[0] != 'D' || !cdr_drill_parse_id(name, ret))
        return false;
    snprintf(again, sizeof again, "D-%lld", (long long)*ret);
    return !strcmp(again, name);
}

static cdr_status sweep(cdr_workspace *ws, const char *drills, cdr_err *err)
{
    cdr_status s = CDR_OK;
    DIR *d = opendir(drills);
    for (struct dirent *e; s == CDR_OK && d && (e = readdir(d)) != NULL;) {
        int64_t id;
        bool has = true;
        if (!is_drill(e->d_name, &id))
            continue;
        _cleanup_free_ char *path = cdr_path_join(drills, e->d_name);
        if (!path) {
            s = cdr_fail_nomem(err, "drill");
            break;
        }
        _cleanup_close_ int lock = lock_folder(path);
        if (lock >= 0)      /* asked after the lock is ours: it may have come to its end just now */
            s = cdr_drill_store_has(ws, id, &has, err);
        if (s == CDR_OK && lock >= 0 && !has)
            remove_folder(path);
    }
    if (d)
        closedir(d);
    return s;
}

/* CDR_DONE: somebody else has this number. */
static cdr_status try_number(const char *drills, int64_t id, cdr_drill_folder *f, cdr_err *err)
{
    char name[32];
    snprintf(name, sizeof name, "D-%lld", (long long)id);
    _cleanup_free_ char *path = cdr_path_join(drills, name);
    if (!path)
        return cdr_fail_nomem(err, "drill");
    if (mkdir(path, 0700))
        return errno == EEXIST ? CDR_DONE : cdr_fail_errno(err, CDR_E_IO, "drill", "drill.folder", errno, "The folder of the drill, %s, cannot be made", path);
    f->lock = lock_folder(path);
    if (f->lock < 0)      /* cleared away by another one before it was locked */
        return CDR_DONE;
    f->id = id;
    f->path = CDR_TAKE(path);
    return CDR_OK;
}

cdr_status cdr_drill_folder_make(cdr_workspace *ws, cdr_drill_folder *ret, cdr_err *err)
{
    int64_t last = 0;
    *ret = (cdr_drill_folder){.lock = -1};
    _cleanup_free_ char *drills = cdr_path_join(cdr_workspace_dir(ws), "drills");
    cdr_status s = drills ? cdr_mkdirs(drills, 0700, err) : cdr_fail_nomem(err, "drill");
    if (s == CDR_OK)
        s = sweep(ws, drills, err);
    if (s == CDR_OK)
        s = cdr_drill_store_last(ws, &last, err);
    for (unsigned i = 0; s == CDR_OK && !ret->path && i < TRIES; i++) {
        s = try_number(drills, ++last, ret, err);
        s = s == CDR_DONE ? CDR_OK : s;
    }
    if (s == CDR_OK && !ret->path)
        return cdr_fail(err, CDR_E_IO, "drill", "drill.folder", "%s is full of folders that are no drills of this workspace; move them away.", drills);
    return s;
}

void cdr_drill_folder_done(cdr_drill_folder *f, bool keep)
{
    if (f->path && !keep)
        remove_folder(f->path);
    cdr_closep(&f->lock);
    cdr_free(f->path);
    *f = (cdr_drill_folder){.lock = -1};
}
