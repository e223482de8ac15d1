/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/reader/reader.h"

#include "base/mem.h"

#include <string.h>

#define RATIO_FLOOR (16u << 20)     /* below this a file may unpack to anything: short texts shrink very well */
#define BEAT_BYTES (4u << 20)

bool cdr_reader_is_fatal(cdr_status s)
{
    return s == CDR_E_CANCELLED || s == CDR_E_NOMEM;
}

cdr_status cdr_reader_init(cdr_reader *r, const cdr_reader_request *request, const cdr_ruleset *rules, const cdr_ctx *ctx, cdr_sink *sink, cdr_err *err)
{
    *r = (cdr_reader){.request = request, .rules = rules, .ctx = ctx, .sink = sink, .beat = BEAT_BYTES};
    cdr_status s = cdr_detect_scratch_new(&r->scratch, err);
    if (s == CDR_OK)
        s = cdr_content_new(ctx, rules, &r->content, err);
    if (s == CDR_OK)
        s = cdr_table_new(rules, r->scratch, &r->table, err);
    if (s != CDR_OK)
        cdr_reader_done(r);
    return s;
}

void cdr_reader_done(cdr_reader *r)
{
    cdr_table_free(r->table);
    cdr_content_free(r->content);
    cdr_detect_scratch_free(r->scratch);
    *r = (cdr_reader){0};
}

static cdr_status stop(cdr_reader *r, const char *id, const char *reason, cdr_err *err)
{
    r->stop_id = id;
    r->stop_reason = reason;
    return cdr_fail(err, CDR_E_LIMIT, "scan", id, "%s", reason);
}

cdr_status cdr_reader_read(cdr_reader *r, uint64_t bytes, cdr_err *err)
{
    r->seen += bytes;
    if (cdr_cancelled(r->ctx))
        return cdr_fail(err, CDR_E_CANCELLED, "scan", "scan.cancelled", "The reading was stopped.");
    if (r->seen < r->beat)
        return CDR_OK;
    r->beat = r->seen + BEAT_BYTES;
    return r->progress ? r->progress(r->progress_arg, r->seen, err) : CDR_OK;
}

cdr_status cdr_reader_spend(cdr_reader *r, uint64_t bytes, cdr_err *err)
{
    uint64_t by_ratio;
    r->unpacked += bytes;
    cdr_status s = cdr_reader_read(r, bytes, err);
    if (s != CDR_OK)
        return s;
    if (r->stop_id)
        return cdr_fail(err, CDR_E_LIMIT, "scan", r->stop_id, "%s", r->stop_reason);
    if (r->unpacked > r->request->archive_bytes)
        return stop(r, "archive.too-large", "Unpacks to more bytes than the limit (archive_bytes); the rest was not read.", err);
    if (__builtin_mul_overflow(r->packed, (uint64_t)r->request->archive_ratio, &by_ratio))
        return CDR_OK;
    if (r->unpacked > CDR_MAX(by_ratio, (uint64_t)RATIO_FLOOR))
        return stop(r, "archive.ratio", "Unpacks to so many times its size that it looks like an attack (archive_ratio); the rest was not read.", err);
    return CDR_OK;
}

cdr_status cdr_reader_skip(cdr_reader *r, const char *path, const char *format, uint64_t size, const char *reason_id, const char *reason, cdr_err *err)
{
    cdr_status s = r->sink->calls->begin(r->sink, path, format, size, err);
    return s == CDR_OK ? r->sink->calls->end(r->sink, CDR_COVERAGE_SKIPPED, reason_id, reason, 0, 0, err) : s;
}

static size_t le16(const char *p)
{
    return (size_t)(unsigned char)p[0] | (size_t)(unsigned char)p[1] << 8;
}

/* A directory record named [Content_Types].xml in the last bytes: "PK\1\2" stands 46 bytes before the name. */
static bool directory_names_office(const char *tail, size_t len)
{
    static const char wanted[] = "[Content_Types].xml";
    const char *end = tail + len;
    for (const char *p = tail; (p = memmem(p, (size_t)(end - p), wanted, sizeof wanted - 1)) != NULL; p++)
        if (p - tail >= 46 && !memcmp(p - 46, "PK\1\2", 4) && le16(p - 18) == sizeof wanted - 1)
            return true;
    return false;
}

const char *cdr_zip_office(cdr_source *src)
{
    char tail[16384];
    size_t n = 0;
    uint64_t at = src->size > sizeof tail ? src->size - sizeof tail : 0;
    if (!src->pread || src->pread(src->arg, at, tail, sizeof tail, &n, NULL) != CDR_OK || !directory_names_office(tail, n))
        return NULL;
    return memmem(tail, n, "xl/", 3) ? "xlsx" : memmem(tail, n, "ppt/", 4) ? "pptx" : "docx";
}

cdr_status cdr_reader_run(cdr_reader *r, cdr_source *src, cdr_source *wal, const char *name, cdr_err *err)
{
    char head[CDR_CONTENT_HEAD];
    size_t len = 0;
    const char *path = r->request->container;
    r->packed = src->size;
    cdr_status s = src->pread(src->arg, 0, head, sizeof head, &len, err);
    if (s != CDR_OK)
        return cdr_reader_skip(r, path, "binary", src->size, "file.read-failed", "The file cannot be read.", err);
    cdr_content_type type;
    const char *office;
    cdr_content_classify(head, len, name, &type);
    switch (type.class) {
    case CDR_CONTENT_ARCHIVE:
        office = !strcmp(type.format, "zip") ? cdr_zip_office(src) : NULL;
        if (office)
            return cdr_reader_skip(r, path, office, src->size, "format.not-supported", "Office documents are not read yet.", err);
        return cdr_read_archive(r, src, path, name, type.format, 1, err);
    case CDR_CONTENT_SQLITE:
        return cdr_read_sqlite(r, src, wal, path, err);
    case CDR_CONTENT_TEXT:
    case CDR_CONTENT_UNSUPPORTED:
    case CDR_CONTENT_BINARY:
    case CDR_CONTENT_EMPTY:
        break;
    }
    return cdr_reader_skip(r, path, type.format, src->size, "file.changed", "Is no archive or database any more; it changed while it was opened.", err);
}
