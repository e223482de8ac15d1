/* SPDX-License-Identifier: Apache-2.0 */
/* One container (archive, database) read by candor-reader, a fresh process in a sandbox that holds nothing but the open file. */
#ifndef CDR_SCAN_CHILD_H
#define CDR_SCAN_CHILD_H

#include "candor/scan.h"
#include "scan/content.h"

typedef struct cdr_child_job {
    const cdr_ctx *ctx;                /* clock and cancellation: the reader is killed within half a second of a cancel */
    const cdr_scan_options *options;   /* limits, reader_path, ruleset_options */
    int fd;                            /* the container, open for reading at offset 0; borrowed */
    const char *path;                  /* displayed path of the container; members are "${path}!/dir/b.csv" */
    const char *name;                  /* its last component, raw */
    cdr_content_type type;             /* CDR_CONTENT_ARCHIVE or CDR_CONTENT_SQLITE */
    uint64_t size;
} cdr_child_job;

/* Tell ${sink} of each member from begin() to end(), and last of the container itself (begin with path and type.format, end with
 * its coverage: PARTIAL with the reason when a limit was met or the reader died). A reader that crashes, hangs, sends nonsense
 * or cannot be started makes the container PARTIAL or SKIPPED, never the scan fail. Returns CDR_OK once the container's end() was
 * told; CDR_E_CANCELLED, CDR_E_NOMEM or the sink's status otherwise. Thread-safe. */
cdr_status cdr_child_scan(const cdr_child_job *job, cdr_sink *sink, cdr_err *err) CDR_NODISCARD;

/* Is there a candor-reader that can be run? ${reader_path} as in cdr_scan_options. */
bool cdr_child_installed(const char *reader_path);

#endif
