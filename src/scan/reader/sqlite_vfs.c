/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/reader/sqlite_vfs.h"

#include <stdio.h>
#include <string.h>

typedef struct vfs_file {
    sqlite3_file base;
    cdr_source *src;
    bool immutable;           /* no write-ahead log: SQLite need not look for changes */
    bool is_main;
} vfs_file;

static int file_close(sqlite3_file *f)
{
    (void)f;
    return SQLITE_OK;
}

/* A database in WAL mode whose log is empty or absent is complete by itself; SQLite would insist on the log, so it is shown the
 * header of an ordinary database. */
static void mask_wal_mode(const vfs_file *f, char *buf, size_t len, sqlite3_int64 at)
{
    for (sqlite3_int64 i = 18; i <= 19; i++)
        if (f->is_main && f->immutable && i >= at && i < at + (sqlite3_int64)len && buf[i - at] == 2)
            buf[i - at] = 1;
}

static int file_read(sqlite3_file *file, void *buf, int len, sqlite3_int64 at)
{
    vfs_file *f = (vfs_file *)file;
    size_t n = 0;
    if (at < 0 || len < 0)
        return SQLITE_IOERR_READ;
    if (f->src->pread(f->src->arg, (uint64_t)at, buf, (size_t)len, &n, NULL) != CDR_OK)
        return SQLITE_IOERR_READ;
    mask_wal_mode(f, buf, n, at);
    if (n == (size_t)len)
        return SQLITE_OK;
    memset((char *)buf + n, 0, (size_t)len - n);
    return SQLITE_IOERR_SHORT_READ;
}

static int file_write(sqlite3_file *f, const void *buf, int len, sqlite3_int64 at)
{
    (void)f, (void)buf, (void)len, (void)at;
    return SQLITE_READONLY;
}

static int file_truncate(sqlite3_file *f, sqlite3_int64 size)
{
    (void)f, (void)size;
    return SQLITE_READONLY;
}

static int file_sync(sqlite3_file *f, int flags)
{
    (void)f, (void)flags;
    return SQLITE_OK;
}

static int file_size(sqlite3_file *file, sqlite3_int64 *ret)
{
    *ret = (sqlite3_int64)((vfs_file *)file)->src->size;
    return SQLITE_OK;
}

static int file_lock(sqlite3_file *f, int level)
{
    (void)f, (void)level;
    return SQLITE_OK;
}

static int file_reserved(sqlite3_file *f, int *ret)
{
    (void)f;
    *ret = 0;
    return SQLITE_OK;
}

static int file_control(sqlite3_file *f, int op, void *arg)
{
    (void)f, (void)op, (void)arg;
    return SQLITE_NOTFOUND;
}

static int file_sector(sqlite3_file *f)
{
    (void)f;
    return 4096;
}

static int file_traits(sqlite3_file *f)
{
    return ((vfs_file *)f)->immutable ? SQLITE_IOCAP_IMMUTABLE : 0;
}

static const sqlite3_io_methods methods = {
    .iVersion = 1, .xClose = file_close, .xRead = file_read, .xWrite = file_write, .xTruncate = file_truncate, .xSync = file_sync, .xFileSize = file_size,
    .xLock = file_lock, .xUnlock = file_lock, .xCheckReservedLock = file_reserved, .xFileControl = file_control, .xSectorSize = file_sector,
    .xDeviceCharacteristics = file_traits,
};

static int vfs_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out)
{
    (void)name;
    cdr_sqlite_vfs *v = vfs->pAppData;
    vfs_file *f = (vfs_file *)file;
    *f = (vfs_file){0};
    cdr_source *src = flags & SQLITE_OPEN_MAIN_DB ? v->main : flags & SQLITE_OPEN_WAL ? v->wal : NULL;
    if (!src)
        return SQLITE_CANTOPEN;
    *f = (vfs_file){.base.pMethods = &methods, .src = src, .immutable = v->wal == NULL, .is_main = src == v->main};
    if (out)
        *out = SQLITE_OPEN_READONLY;
    return SQLITE_OK;
}

static int vfs_delete(sqlite3_vfs *vfs, const char *name, int sync)
{
    (void)vfs, (void)name, (void)sync;
    return SQLITE_READONLY;
}

static int vfs_access(sqlite3_vfs *vfs, const char *name, int flags, int *ret)
{
    (void)flags;
    const cdr_sqlite_vfs *v = vfs->pAppData;
    size_t len = strlen(name);
    *ret = v->wal && len > 4 && !strcmp(name + len - 4, "-wal");
    return SQLITE_OK;
}

static int vfs_full_path(sqlite3_vfs *vfs, const char *name, int cap, char *ret)
{
    (void)vfs;
    snprintf(ret, (size_t)cap, "%s", name);
    return SQLITE_OK;
}

static int vfs_random(sqlite3_vfs *vfs, int len, char *ret)
{
    (void)vfs;
    memset(ret, 7, (size_t)len);   /* used for names of temporary files only, and there are none */
    return len;
}

static int vfs_sleep(sqlite3_vfs *vfs, int us)
{
    (void)vfs, (void)us;
    return 0;
}

static int vfs_time(sqlite3_vfs *vfs, double *ret)
{
    (void)vfs;
    *ret = 2440587.5;
    return SQLITE_OK;
}

static int vfs_last_error(sqlite3_vfs *vfs, int len, char *ret)
{
    (void)vfs, (void)len, (void)ret;
    return 0;
}

cdr_status cdr_sqlite_vfs_init(cdr_sqlite_vfs *v, cdr_source *main, cdr_source *wal, cdr_err *err)
{
    *v = (cdr_sqlite_vfs){.main = main, .wal = wal};
    /* One name per database: a database in an archive beside another must not meet the first one's file. */
    snprintf(v->name, sizeof v->name, "candor-%p", (void *)v);
    v->vfs = (sqlite3_vfs){.iVersion = 1, .szOsFile = sizeof(vfs_file), .mxPathname = 64, .zName = v->name, .pAppData = v, .xOpen = vfs_open,
                           .xDelete = vfs_delete, .xAccess = vfs_access, .xFullPathname = vfs_full_path, .xRandomness = vfs_random, .xSleep = vfs_sleep,
                           .xCurrentTime = vfs_time, .xGetLastError = vfs_last_error};
    return sqlite3_vfs_register(&v->vfs, 0) == SQLITE_OK ? CDR_OK : cdr_fail_nomem(err, "scan");
}

void cdr_sqlite_vfs_done(cdr_sqlite_vfs *v)
{
    sqlite3_vfs_unregister(&v->vfs);
}
