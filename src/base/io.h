/* SPDX-License-Identifier: Apache-2.0 */
/* Files: whole reads with a limit, atomic replacement, complete writes; every write and fsync can be made to fail. */
#ifndef CDR_BASE_IO_H
#define CDR_BASE_IO_H

#include "base/buf.h"
#include <sys/stat.h>
#include <sys/types.h>

/* Read all of ${path} into ${out} (appended); CDR_E_LIMIT past out->max. */
cdr_status cdr_file_read(const char *path, cdr_buf *out, cdr_err *err) CDR_NODISCARD;
/* The same of a regular file: anything else, such as a pipe, is CDR_E_INVAL and never waited for. */
cdr_status cdr_file_read_regular(const char *path, cdr_buf *out, cdr_err *err) CDR_NODISCARD;
/* Replace ${path} by ${data}: temporary file in the same folder, fsync, rename, fsync of the folder. Mode e.g. 0600. */
cdr_status cdr_file_write(const char *path, const void *data, size_t len, mode_t mode, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_write_all(int fd, const void *data, size_t len, cdr_err *err) CDR_NODISCARD;  /* retries EINTR, short writes */
ssize_t cdr_read_some(int fd, void *buf, size_t len);                       /* retries EINTR */
/* The same, but -1 with ECANCELED soon after the context is cancelled, however long a pipe stays silent. */
ssize_t cdr_read_waiting(const cdr_ctx *ctx, int fd, void *buf, size_t len);
cdr_status cdr_mkdirs(const char *path, mode_t mode, cdr_err *err) CDR_NODISCARD;            /* like mkdir -p */
char *cdr_path_join(const char *dir, const char *name) CDR_NODISCARD;
int cdr_sync_fd(int fd);                                                    /* fsync: 0, or -1 with errno */
/* Make the entry of ${path} in its folder durable (after creating or renaming it). */
cdr_status cdr_sync_folder_of(const char *path, cdr_err *err) CDR_NODISCARD;
void cdr_closep(int *fd);                                                   /* closes when >= 0, sets -1 */
/* The folder ${path}, open; -1 and errno, ELOOP when any part of the way to it is a symbolic link. */
int cdr_open_folder(const char *path);
#define _cleanup_close_ _cleanup_(cdr_closep)

/* Output file that appears only when complete: open, add, then commit; dropped otherwise. A device or a pipe (/dev/null, /dev/stdout) is written where it is: a file never takes its place. A folder is CDR_E_INVAL. */
typedef struct cdr_outfile cdr_outfile;
cdr_status cdr_outfile_open(const char *path, mode_t mode, cdr_outfile **ret, cdr_err *err) CDR_NODISCARD;
/* Removes what writers of ${path} left behind that were killed. Only where no other one is at work. */
void cdr_outfile_sweep(const char *path);
/* Owner, group and mode of another file, as far as the system lets us: where it does not let us, nobody else may read it. */
cdr_status cdr_outfile_like(cdr_outfile *o, const struct stat *st, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_outfile_add(cdr_outfile *o, const void *data, size_t len, cdr_err *err) CDR_NODISCARD;  /* buffered */
cdr_status cdr_outfile_commit(cdr_outfile **o, cdr_err *err) CDR_NODISCARD;                 /* fsync, rename; frees */
void cdr_outfile_drop(cdr_outfile **o);                                     /* removes the temporary; frees; NULL is fine */

#endif
