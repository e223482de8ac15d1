/* SPDX-License-Identifier: Apache-2.0 */
/* Reads one stream of bytes as one object into a sink: plain text, CSV, TSV, JSON, NDJSON, XML, logs, mailboxes, in UTF-8,
 * UTF-16 or Windows-1252. Used by the walk for files and by candor-reader for the members of archives.
 *
 * A cdr_content belongs to one thread; it holds the buffers, which are used again from object to object, so that memory does
 * not depend on what is read. */
#ifndef CDR_SCAN_CONTENT_H
#define CDR_SCAN_CONTENT_H

#include "scan/sink.h"

typedef enum cdr_content_class {
    CDR_CONTENT_TEXT,          /* cdr_content_read understands it */
    CDR_CONTENT_ARCHIVE,       /* zip, tar, gzip, 7z, bzip2, xz, zstd: candor-reader's */
    CDR_CONTENT_SQLITE,        /* candor-reader's */
    CDR_CONTENT_UNSUPPORTED,   /* recognised, no reader for it yet: Office, PDF, pictures… */
    CDR_CONTENT_BINARY,        /* nothing a person could read */
    CDR_CONTENT_EMPTY
} cdr_content_class;

typedef struct cdr_content_type {
    cdr_content_class class;
    const char *format;        /* one of cdr_format_names */
} cdr_content_type;

#define CDR_CONTENT_HEAD 8192  /* bytes that classification looks at; fewer when the object is shorter */

/* What ${head}, the first ${len} bytes, is, with ${name} (its last path component; may be NULL) as a hint. */
void cdr_content_classify(const char *head, size_t len, const char *name, cdr_content_type *ret);

/* Which text ${head} is, decoded: "text", "log", "html", "mbox", "eml", "csv", "tsv", "json", "ndjson" or "xml"; ${ret_delimiter} of a
 * table. ${whole}: nothing follows it. */
const char *cdr_content_text_format(const char *head, size_t len, bool whole, const char *name, char *ret_delimiter);

/* Names of formats, ending with NULL. cdr_format_literal gives the literal of a name from elsewhere, NULL when unknown. */
extern const char *const cdr_format_names[];
const char *cdr_format_literal(const char *name, size_t len);

/* Stable reason ids for wire and inventory likewise; cdr_reason_literal gives "scan.other" when unknown. */
extern const char *const cdr_reason_ids[];
const char *cdr_reason_literal(const char *id, size_t len);

/* Where the bytes come from. */
typedef struct cdr_content_source {
    void *arg;
    /* Up to ${len} bytes in order into ${buf}; ${ret} 0 at the end. A fault ends the object PARTIAL with err's id and sentence as
     * reason; CDR_E_CANCELLED and CDR_E_NOMEM stop everything. */
    cdr_status (*read)(void *arg, char *buf, size_t len, size_t *ret, cdr_err *err);
    uint64_t size;             /* bytes there should be; UINT64_MAX: unknown */
} cdr_content_source;

typedef struct cdr_content cdr_content;
cdr_status cdr_content_new(const cdr_ctx *ctx, const cdr_ruleset *rs, cdr_content **ret, cdr_err *err) CDR_NODISCARD;
void cdr_content_free(cdr_content *c);

/* Read ${src} as the object ${path} (displayed, escaped UTF-8) from begin to end. ${name} decides with the content how. What is
 * no text ends SKIPPED with its reason: callers who can open containers classify first. Returns CDR_OK whenever end() has been
 * told; CDR_E_CANCELLED, CDR_E_NOMEM or the sink's status otherwise. */
cdr_status cdr_content_read(cdr_content *c, const cdr_content_source *src, const char *path, const char *name, cdr_sink *sink, cdr_err *err) CDR_NODISCARD;

/* Sentence for an object of ${type} that has no reader, and its reason id. */
const char *cdr_content_reason(const cdr_content_type *type, char *sentence, size_t cap);

#endif
