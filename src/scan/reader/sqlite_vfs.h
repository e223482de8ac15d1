/* SPDX-License-Identifier: Apache-2.0 */
/* SQLite's view of the one file it may read: no path, no writing, no lock, no other file but the write-ahead log given to it. */
#ifndef CDR_SCAN_READER_SQLITE_VFS_H
#define CDR_SCAN_READER_SQLITE_VFS_H

#include "scan/reader/reader.h"

#include <sqlite3.h>

typedef struct cdr_sqlite_vfs {
    sqlite3_vfs vfs;
    cdr_source *main, *wal;   /* wal may be NULL */
    char name[32];
} cdr_sqlite_vfs;

/* Make known to SQLite, until cdr_sqlite_vfs_done. */
cdr_status cdr_sqlite_vfs_init(cdr_sqlite_vfs *v, cdr_source *main, cdr_source *wal, cdr_err *err) CDR_NODISCARD;
void cdr_sqlite_vfs_done(cdr_sqlite_vfs *v);

#endif
