/* SPDX-License-Identifier: Apache-2.0 */
/* What candor-reader is told before it locks itself in. Descriptors it holds: 0 the container, 1 the pipe to the parent, 2 a
 * place for crash reports of test builds, 3 the write-ahead log beside a database (or the null device), 4 this request. */
#ifndef CDR_SCAN_REQUEST_H
#define CDR_SCAN_REQUEST_H

#include "base/buf.h"
#include "candor/detect.h"

enum { CDR_READER_FD_FILE, CDR_READER_FD_PIPE, CDR_READER_FD_ERR, CDR_READER_FD_WAL, CDR_READER_FD_REQUEST, CDR_READER_FDS };

#define CDR_REQUEST_MAX (8u << 20)

typedef struct cdr_reader_request {
    char *container;             /* displayed path */
    char *name;                  /* its last component; bytes that are no UTF-8 replaced */
    char *rules;                 /* the user's rules as JSON, "" for none */
    uint64_t archive_bytes;
    uint32_t archive_depth, archive_entries, archive_ratio;
    cdr_ruleset_options detect;  /* ->rules_json is ->rules above */
    bool wal;                    /* descriptor 3 is the database's write-ahead log */
    bool wal_unread;             /* there is one, but it could not be opened */
    bool journal;                /* a rollback journal lies beside the database */
} cdr_reader_request;

cdr_status cdr_request_encode(const cdr_reader_request *r, cdr_buf *out, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_request_decode(const char *text, size_t len, cdr_reader_request *ret, cdr_err *err) CDR_NODISCARD;
void cdr_request_done(cdr_reader_request *r);

#endif
