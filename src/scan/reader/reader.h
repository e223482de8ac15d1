/* SPDX-License-Identifier: Apache-2.0 */
/* Inside candor-reader: one container at a time, from a source of bytes into a sink. Nothing here opens a file, so that the same
 * code runs in the sandbox, in tests and under the fuzzer. */
#ifndef CDR_SCAN_READER_H
#define CDR_SCAN_READER_H

#include "scan/content.h"
#include "scan/request.h"
#include "scan/table.h"

#define CDR_REASON_MAX 160

/* Bytes in order, and at any place when ->pread is there. */
typedef struct cdr_source {
    void *arg;
    cdr_status (*read)(void *arg, char *buf, size_t len, size_t *ret, cdr_err *err);   /* 0: end */
    cdr_status (*pread)(void *arg, uint64_t at, char *buf, size_t len, size_t *ret, cdr_err *err);   /* short only at the end; NULL: none */
    const char *memory;       /* all of it, when it lies in memory */
    uint64_t size;            /* UINT64_MAX: unknown, then ->pread is NULL */
} cdr_source;

typedef struct cdr_reader {
    const cdr_reader_request *request;
    const cdr_ruleset *rules;
    cdr_sink *sink;
    const cdr_ctx *ctx;
    /* Called about every few megabytes; a status other than CDR_OK stops the reader. May be NULL. */
    cdr_status (*progress)(void *arg, uint64_t bytes, cdr_err *err);
    void *progress_arg;

    cdr_content *content;
    cdr_table *table;
    cdr_detect_scratch *scratch;
    uint64_t packed;          /* size of the outermost file */
    uint64_t unpacked;        /* bytes that came out of archives, all levels */
    uint64_t seen;            /* those, and bytes of database cells */
    uint64_t beat;            /* where progress is told next */
    uint64_t spooled;         /* bytes of nested containers held in memory */
    uint32_t entries;
    bool by_sqlite;           /* tables are read by SQLite itself: tests compare */
    const char *stop_id;      /* a limit was met: every level ends PARTIAL */
    const char *stop_reason;
} cdr_reader;

cdr_status cdr_reader_init(cdr_reader *r, const cdr_reader_request *request, const cdr_ruleset *rules, const cdr_ctx *ctx, cdr_sink *sink, cdr_err *err) CDR_NODISCARD;
void cdr_reader_done(cdr_reader *r);

/* The whole container. ${wal}: the write-ahead log of a database, or NULL. */
cdr_status cdr_reader_run(cdr_reader *r, cdr_source *src, cdr_source *wal, const char *name, cdr_err *err) CDR_NODISCARD;

/* The parts. Each tells the sink of what is inside and last of the container ${path} itself. */
cdr_status cdr_read_archive(cdr_reader *r, cdr_source *src, const char *path, const char *name, const char *format, uint32_t depth, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_read_sqlite(cdr_reader *r, cdr_source *src, cdr_source *wal, const char *path, cdr_err *err) CDR_NODISCARD;

/* ${bytes} more were unpacked or read: limits, progress. CDR_E_LIMIT with a reason when it is too much. */
cdr_status cdr_reader_spend(cdr_reader *r, uint64_t bytes, cdr_err *err) CDR_NODISCARD;
/* ${bytes} more were read that were not packed: cancellation and progress only. */
cdr_status cdr_reader_read(cdr_reader *r, uint64_t bytes, cdr_err *err) CDR_NODISCARD;
/* An object of which nothing is read. */
cdr_status cdr_reader_skip(cdr_reader *r, const char *path, const char *format, uint64_t size, const char *reason_id, const char *reason, cdr_err *err) CDR_NODISCARD;
/* Does ${s} end the whole run, rather than one object? */
bool cdr_reader_is_fatal(cdr_status s);

void cdr_source_from_memory(cdr_source *s, const char *data, size_t len);
/* ${fd} is passed by value in ->arg; the file is ${size} bytes long. */
void cdr_source_from_fd(cdr_source *s, int fd, uint64_t size);

/* Format of the Office document that this zip is by the directory at its end, NULL when it is a plain archive. */
const char *cdr_zip_office(cdr_source *src);

#endif
