/* SPDX-License-Identifier: Apache-2.0 */
/* Where candor detect gets its text from: bytes of a known encoding and format, as UTF-8; and the way back. */
#ifndef CDR_CLI_DETECT_SOURCE_H
#define CDR_CLI_DETECT_SOURCE_H

#include "base/buf.h"
#include "cli/detect.h"
#include "scan/input.h"

struct cdr_detect_source {
    const cdr_detect_job *job;
    int fd;
    const char *name;          /* for people */
    cdr_encoding encoding;
    const char *format;        /* as cdr_content_text_format */
    char delimiter;            /* of a table */
    char mark[3];              /* the byte order mark, no part of the text */
    size_t mark_len;
    char *raw;                 /* read, not yet given */
    size_t raw_at, raw_len;
    bool eof;
    char odd;                  /* a last byte that is half a character of UTF-16 */
    bool has_odd;
    uint64_t encoded_parts;    /* out: of mails, in base64 */
};

cdr_status cdr_detect_not_folder(int fd, const char *name, cdr_err *err) CDR_NODISCARD;   /* CDR_E_INVAL for a folder */

/* Looks at the first bytes; what is no text fails with a sentence that says what it is. */
cdr_status cdr_detect_source_open(const cdr_detect_job *job, int fd, const char *name, cdr_detect_source *ret, cdr_err *err) CDR_NODISCARD;
/* The same look at a file by its name, which reads nothing else: may --redact have it? */
cdr_status cdr_detect_source_check(const cdr_detect_job *job, const char *path, cdr_err *err) CDR_NODISCARD;
/* Up to ${cap} bytes (64 or more) of text; 0 at the end. Nothing is lost: what is no character comes back as it was. */
cdr_status cdr_detect_source_read(cdr_detect_source *s, char *buf, size_t cap, size_t *ret, cdr_err *err) CDR_NODISCARD;
void cdr_detect_source_close(cdr_detect_source *s);

/* Text back into ${encoding}; a character may come in pieces. */
typedef struct cdr_detect_encoder {
    cdr_encoding encoding;
    char part[4];
    size_t part_len;
} cdr_detect_encoder;
cdr_status cdr_detect_encode(cdr_detect_encoder *e, const char *text, size_t len, cdr_buf *out);

#endif
