/* SPDX-License-Identifier: Apache-2.0 */
/* A file being written piece by piece: text gathers in ->buf and moves to disk in blocks, so that a report of any size needs little
 * memory. The file appears under its name only when everything was written. */
#ifndef CDR_CORE_REPORT_STREAM_H
#define CDR_CORE_REPORT_STREAM_H

#include "base/io.h"
#include "base/json.h"

typedef struct cdr_stream {
    cdr_outfile *file;
    cdr_buf buf;
    cdr_json_writer json;     /* writes into buf */
    cdr_err *err;
} cdr_stream;

cdr_status cdr_stream_open(cdr_stream *s, const char *path, cdr_err *err) CDR_NODISCARD;
cdr_status cdr_stream_flush(cdr_stream *s, bool all) CDR_NODISCARD;      /* call after each row; reports failed appends to buf too */
cdr_status cdr_stream_finish(cdr_stream *s, cdr_status so_far) CDR_NODISCARD;   /* commits when ${so_far} is CDR_OK, else drops */

#endif
