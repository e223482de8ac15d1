/* SPDX-License-Identifier: Apache-2.0 */
/* Archives and compressed files, by libarchive. A member flows straight from its decompressor into the content reader; only a
 * nested container that must be read out of order is held in memory, up to a limit. Every level of nesting is one archive_level
 * on the stack; the number of levels is bounded by the request. */
#include "scan/reader/reader.h"

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"
#include "scan/reader/member.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#define BLOCK 65536u
#define DEPTH_MAX 16u                   /* whatever the request says */
#define SPOOL_ARCHIVE (16u << 20)       /* nested containers held in memory: one, and all levels together */
#define SPOOL_DATABASE (32u << 20)
#define PADDING_MAX (1u << 20)          /* zeros behind the end of an archive that are looked through */
#define SPOOL_ALL (40u << 20)

typedef struct archive_level {
    cdr_reader *r;
    struct archive *a;
    cdr_source *src;
    const char *path, *name, *format;
    uint32_t depth;
    uint64_t at;                        /* next byte that libarchive reads */
    uint64_t ordinal;                   /* entries so far */
    cdr_names names;                    /* hashes of member names */
    cdr_status fatal;                   /* of a read callback: ends the run */
    const char *reason_id;              /* why the walk of this level is not complete */
    char reason[CDR_REASON_MAX];
    bool raw_only;                      /* compressed, and what is inside only looked like a tar */
    size_t block_len;
    char block[BLOCK];
} archive_level;

/* --- libarchive's callbacks ---------------------------------------------------------------------------------------------------- */

static la_ssize_t read_block(struct archive *a, void *arg, const void **ret)
{
    archive_level *l = arg;
    size_t n = 0;
    cdr_err err = {0};
    cdr_status s = l->src->pread ? l->src->pread(l->src->arg, l->at, l->block, BLOCK, &n, &err) : l->src->read(l->src->arg, l->block, BLOCK, &n, &err);
    if (s != CDR_OK) {
        if (cdr_reader_is_fatal(s))
            l->fatal = s;
        archive_set_error(a, EIO, "%s", err.text);
        return -1;
    }
    /* Zeros between and behind the members of a tar are no member's, and are not counted with any. */
    if (archive_filter_count(a) > 0 && archive_filter_bytes(a, 0) > 0 && (uint64_t)archive_filter_bytes(a, 0) / 2 > l->r->request->archive_bytes) {
        l->r->stop_id = "archive.too-large";
        l->r->stop_reason = "Unpacks to more bytes than the limit (archive_bytes); the rest was not read.";
        archive_set_error(a, EFBIG, "too large");
        return -1;
    }
    *ret = l->block;
    if (n)
        l->block_len = n;                /* at the end the last block stays, for what was not used of it */
    l->at += n;
    return (la_ssize_t)n;
}

static la_int64_t skip_bytes(struct archive *a, void *arg, la_int64_t want)
{
    (void)a;
    archive_level *l = arg;
    if (!l->src->pread || want <= 0 || l->at >= l->src->size)
        return 0;
    uint64_t n = CDR_MIN((uint64_t)want, l->src->size - l->at);
    l->at += n;
    return (la_int64_t)n;
}

static la_int64_t seek_to(struct archive *a, void *arg, la_int64_t offset, int whence)
{
    (void)a;
    archive_level *l = arg;
    int64_t base = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? (int64_t)l->at : (int64_t)l->src->size, to;
    if (l->src->size > INT64_MAX || __builtin_add_overflow(base, offset, &to) || to < 0 || (uint64_t)to > l->src->size)
        return ARCHIVE_FATAL;
    l->at = (uint64_t)to;
    return to;
}

/* Formats and filters that libarchive reads in its own process; the others would start a program. */
static int support(struct archive *a, bool raw, bool raw_only)
{
    static int (*const filters[])(struct archive *) = {archive_read_support_filter_gzip, archive_read_support_filter_bzip2, archive_read_support_filter_xz,
                                                        archive_read_support_filter_lzma, archive_read_support_filter_zstd, archive_read_support_filter_lz4,
                                                        archive_read_support_filter_lzip, archive_read_support_filter_compress};
    static int (*const formats[])(struct archive *) = {archive_read_support_format_zip, archive_read_support_format_tar, archive_read_support_format_7zip,
                                                        archive_read_support_format_cpio, archive_read_support_format_ar, archive_read_support_format_rar,
                                                        archive_read_support_format_rar5, archive_read_support_format_cab, archive_read_support_format_empty};
    int bad = ARCHIVE_OK;
    for (size_t i = 0; i < CDR_COUNT(filters) && bad > ARCHIVE_FATAL; i++)
        bad = filters[i](a);
    for (size_t i = 0; i < CDR_COUNT(formats) && bad > ARCHIVE_FATAL && !raw_only; i++)
        bad = formats[i](a);
    /* Zero blocks end a tar only where the file ends: what comes behind them may be another tar, or what should not be overlooked. */
    if (bad > ARCHIVE_FATAL && !raw_only)
        bad = archive_read_set_format_option(a, "tar", "read_concatenated_archives", "1");
    return raw && bad > ARCHIVE_FATAL ? archive_read_support_format_raw(a) : bad;
}

static void note(archive_level *l, const char *id, const char *reason)
{
    if (l->reason_id)
        return;                          /* the first reason is the cause */
    l->reason_id = id;
    snprintf(l->reason, sizeof l->reason, "%.*s", CDR_REASON_MAX - 1, reason);
}

/* What went wrong in ${a}, as reason id and sentence without the archive's own words (they may hold names). */
static const char *blame(struct archive *a, const char **sentence)
{
    const char *text = archive_error_string(a);
    text = text ? text : "";
    if (archive_errno(a) == ENOMEM || strstr(text, "allocate") || strstr(text, "memory")) {
        *sentence = "Needs more memory to unpack than is allowed; what came before was read.";
        return "archive.memory";
    }
    if (strcasestr(text, "encrypt") || strcasestr(text, "passphrase")) {
        *sentence = "Is encrypted.";
        return "archive.encrypted";
    }
    if (strcasestr(text, "truncated") || strcasestr(text, "unexpected end") || strcasestr(text, "premature")) {
        *sentence = "Is cut short; what came before the end was read.";
        return "archive.truncated";
    }
    if (strcasestr(text, "unsupported") || strcasestr(text, "not supported") || strcasestr(text, "unknown compression")) {
        *sentence = "Uses a form of compression that is not supported.";
        return "archive.unsupported";
    }
    *sentence = "Is damaged; what came before the damage was read.";
    return "archive.damaged";
}

/* --- one member ----------------------------------------------------------------------------------------------------------------- */

typedef struct member {
    archive_level *level;
    const char *block;                   /* what libarchive gave last */
    size_t block_len;
    uint64_t block_at, at;               /* offset of block's first byte, next byte to give */
    bool ended;
    size_t head_len, head_at;
    char head[CDR_CONTENT_HEAD];
} member;

static cdr_status member_failed(member *m, cdr_err *err)
{
    archive_level *l = m->level;
    m->ended = true;
    if (l->fatal)
        return cdr_fail(err, l->fatal, "scan", "file.read-failed", "The reading was stopped.");
    if (l->r->stop_id)
        return cdr_fail(err, CDR_E_LIMIT, "scan", l->r->stop_id, "%s", l->r->stop_reason);
    const char *sentence, *id = blame(l->a, &sentence);
    return cdr_fail(err, CDR_E_CORRUPT, "scan", id, "%s", sentence);
}

/* Bring the next block of the member. */
static cdr_status member_next(member *m, cdr_err *err)
{
    const void *data;
    size_t len;
    la_int64_t at;
    int got = archive_read_data_block(m->level->a, &data, &len, &at);
    if (got == ARCHIVE_EOF) {
        m->ended = true;
        return CDR_OK;
    }
    if (got != ARCHIVE_OK && got != ARCHIVE_WARN)
        return member_failed(m, err);
    m->block = data;
    m->block_len = len;
    m->block_at = at < 0 ? m->at : CDR_MAX((uint64_t)at, m->at);
    /* A hole in a sparse file counts like the zeros it stands for. */
    return cdr_reader_spend(m->level->r, len + (m->block_at - m->at), err);
}

/* Straight from the decompressor. */
static cdr_status member_unpack(member *m, char *buf, size_t len, size_t *ret, cdr_err *err)
{
    *ret = 0;
    while (*ret < len && !m->ended) {
        size_t n;
        if (m->at < m->block_at) {
            n = (size_t)CDR_MIN((uint64_t)(len - *ret), m->block_at - m->at);
            memset(buf + *ret, 0, n);
        } else if (m->block_len) {
            n = CDR_MIN(len - *ret, m->block_len);
            memcpy(buf + *ret, m->block, n);
            m->block += n;
            m->block_len -= n;
            m->block_at += n;
        } else {
            if (*ret)
                break;                   /* give what there is before waiting for more */
            cdr_status s = member_next(m, err);
            if (s != CDR_OK)
                return s;
            continue;
        }
        *ret += n;
        m->at += n;
    }
    return CDR_OK;
}

static cdr_status member_read(void *arg, char *buf, size_t len, size_t *ret, cdr_err *err)
{
    member *m = arg;
    size_t n = CDR_MIN(len, m->head_len - m->head_at);
    if (n) {
        memcpy(buf, m->head + m->head_at, n);
        m->head_at += n;
        *ret = n;
        return CDR_OK;
    }
    return member_unpack(m, buf, len, ret, err);
}

/* Fill the head that classification looks at; a fault in it is met again by the content reader. */
static cdr_status member_peek(member *m, cdr_err *err)
{
    while (m->head_len < sizeof m->head && !m->ended) {
        size_t n;
        cdr_status s = member_unpack(m, m->head + m->head_len, sizeof m->head - m->head_len, &n, err);
        if (s != CDR_OK)
            return s;
        m->head_len += n;
    }
    return CDR_OK;
}

/* --- nested containers ------------------------------------------------------------------------------------------------------------ */

/* Bytes held, then the rest of the member. */
typedef struct spool {
    cdr_buf data;
    size_t at;
    member *rest;
} spool;

static cdr_status spool_read(void *arg, char *buf, size_t len, size_t *ret, cdr_err *err)
{
    spool *p = arg;
    size_t n = CDR_MIN(len, p->data.len - p->at);
    if (!n)
        return member_read(p->rest, buf, len, ret, err);
    memcpy(buf, p->data.data + p->at, n);
    p->at += n;
    *ret = n;
    return CDR_OK;
}

/* Read up to ${cap} bytes of ${m} into memory. *whole: that was all of it. */
static cdr_status spool_fill(spool *p, member *m, size_t cap, bool *whole, cdr_err *err)
{
    cdr_reader *r = m->level->r;
    char chunk[16384];
    cap = CDR_MIN(cap, SPOOL_ALL - (size_t)CDR_MIN(r->spooled, (uint64_t)SPOOL_ALL));
    p->data = CDR_BUF(cap + sizeof chunk);
    p->rest = m;
    *whole = false;
    while (p->data.len < cap) {
        size_t n;
        cdr_status s = member_read(m, chunk, sizeof chunk, &n, err);
        if (s != CDR_OK)
            return s;
        if (!n) {
            *whole = true;
            break;
        }
        if (cdr_buf_add(&p->data, chunk, n) != CDR_OK)
            return cdr_fail_nomem(err, "scan");
    }
    r->spooled += p->data.len;
    return CDR_OK;
}

static bool needs_memory(const char *format)
{
    static const char *const formats[] = {"zip", "7z", "rar", "cab"};
    for (size_t i = 0; i < CDR_COUNT(formats); i++)
        if (!strcmp(format, formats[i]))
            return true;
    return false;
}

static cdr_status nested(member *m, const char *path, const char *name, const cdr_content_type *type, spool *p, cdr_err *err)
{
    cdr_reader *r = m->level->r;
    bool database = type->class == CDR_CONTENT_SQLITE, whole = false;
    cdr_source src = {.arg = p, .read = spool_read, .size = UINT64_MAX};
    cdr_status s = CDR_OK;
    p->rest = m;
    if (database || needs_memory(type->format))
        s = spool_fill(p, m, database ? SPOOL_DATABASE : SPOOL_ARCHIVE, &whole, err);
    if (s != CDR_OK && cdr_reader_is_fatal(s))
        return s;
    if (s != CDR_OK) {
        /* The rest cannot be had; what is here may still be read, and ends PARTIAL by itself: it is cut short. */
        note(m->level, err->id, err->text);
        whole = true;
    }
    if (whole)
        cdr_source_from_memory(&src, p->data.data, p->data.len);
    const char *office = !strcmp(type->format, "zip") ? cdr_zip_office(&src) : NULL;
    if (office)
        return cdr_reader_skip(r, path, office, p->data.len, "format.not-supported", "Office documents are not read yet.", err);
    if (!database)
        return cdr_read_archive(r, &src, path, name, type->format, m->level->depth + 1, err);
    if (!whole)
        return cdr_reader_skip(r, path, type->format, m->at, "sqlite.limit", "A database inside an archive is read up to 32 MiB only; unpack it and scan it on its own.", err);
    return cdr_read_sqlite(r, &src, NULL, path, err);
}

static cdr_status read_nested(member *m, const char *path, const char *name, const cdr_content_type *type, cdr_err *err)
{
    cdr_reader *r = m->level->r;
    if (m->level->depth >= CDR_MIN(r->request->archive_depth, DEPTH_MAX))
        return cdr_reader_skip(r, path, type->format, 0, "archive.too-deep", "Archives are nested more deeply than the limit (archive_depth).", err);
    spool p = {0};
    uint64_t before = r->spooled;
    cdr_status s = nested(m, path, name, type, &p, err);
    r->spooled = before;
    cdr_buf_wipe(&p.data);
    return s;
}

/* --- one level ------------------------------------------------------------------------------------------------------------------ */

static cdr_status read_member(archive_level *l, struct archive_entry *e, const char *path, const char *name, cdr_err *err)
{
    uint64_t size = archive_entry_size_is_set(e) && archive_entry_size(e) >= 0 ? (uint64_t)archive_entry_size(e) : UINT64_MAX;
    if (archive_entry_is_encrypted(e))
        return cdr_reader_skip(l->r, path, "binary", size == UINT64_MAX ? 0 : size, "archive.encrypted", "Is encrypted.", err);
    _cleanup_free_ member *m = cdr_alloc(sizeof *m);
    if (!m)
        return cdr_fail_nomem(err, "scan");
    m->level = l;
    cdr_err peek = {0};
    cdr_status s = member_peek(m, &peek);
    if (cdr_reader_is_fatal(s))
        return s;
    if (s != CDR_OK && !m->head_len)
        return cdr_reader_skip(l->r, path, "binary", size == UINT64_MAX ? 0 : size, peek.id, peek.text, err);
    cdr_content_type type;
    cdr_content_classify(m->head, m->head_len, name, &type);
    if (type.class == CDR_CONTENT_ARCHIVE || type.class == CDR_CONTENT_SQLITE)
        return read_nested(m, path, name, &type, err);
    m->ended &= s == CDR_OK;             /* a fault after the head comes again, to the content reader */
    return cdr_content_read(l->r->content, &(cdr_content_source){.arg = m, .read = member_read, .size = size}, path, name, l->r->sink, err);
}

/* Displayed path of an entry: "${archive}!/dir/b.csv". Two entries of one name are told apart by their number. */
static cdr_status entry_path(archive_level *l, const char *name, cdr_buf *ret, cdr_err *err)
{
    while (name[0] == '.' && name[1] == '/')
        name += 2;
    bool again = false;
    cdr_status s = cdr_names_add(&l->names, name, strlen(name), &again);
    if (s == CDR_OK)
        s = cdr_member_path(ret, l->path, name, strlen(name), &again);
    if (s == CDR_OK && again)
        s = cdr_buf_addf(ret, "#%llu", (unsigned long long)l->ordinal);
    return s == CDR_OK ? s : cdr_fail_nomem(err, "scan");
}

/* "x.csv.gz" holds "x.csv". */
static void inner_name(const char *name, char *ret, size_t cap)
{
    static const struct {
        const char *suffix, *instead;
    } table[] = {{".gz", ""}, {".bz2", ""}, {".xz", ""}, {".zst", ""}, {".lzma", ""}, {".lz4", ""}, {".lz", ""}, {".Z", ""}, {".tgz", ".tar"}, {".svgz", ".svg"}};
    size_t len = strlen(name);
    for (size_t i = 0; i < CDR_COUNT(table); i++) {
        size_t n = strlen(table[i].suffix);
        if (len > n && cdr_ascii_ieq(name + len - n, n, table[i].suffix, n)) {
            snprintf(ret, cap, "%.*s%s", (int)CDR_MIN(len - n, cap), name, table[i].instead);
            return;
        }
    }
    snprintf(ret, cap, "%s", "content");
}

static const char *last_component(const char *name)
{
    const char *slash = strrchr(name, '/');
    return slash ? slash + 1 : name;
}

static cdr_status read_entry(archive_level *l, struct archive_entry *e, cdr_err *err)
{
    char inner[256];
    const char *name = archive_entry_pathname(e);
    if (archive_format(l->a) == ARCHIVE_FORMAT_RAW) {
        inner_name(l->name, inner, sizeof inner);
        name = inner;
    } else if (archive_entry_filetype(e) != AE_IFREG || archive_entry_hardlink(e)) {
        return CDR_OK;                   /* folders, links, devices hold nothing of their own */
    }
    if (!name)
        name = archive_entry_pathname_utf8(e);
    _cleanup_buf_ cdr_buf path = CDR_BUF(CDR_READER_PATH_MAX);
    cdr_status s = entry_path(l, name ? name : "", &path, err);
    return s == CDR_OK ? read_member(l, e, path.data, last_component(name ? name : ""), err) : s;
}

/* Headers one after the other. Returns only what ends the run; the rest is noted. */
static cdr_status walk(archive_level *l, cdr_err *err)
{
    cdr_reader *r = l->r;
    for (unsigned odd = 0; odd < 100;) {
        struct archive_entry *e;
        int got = archive_read_next_header(l->a, &e);
        if (l->fatal)
            return cdr_fail(err, l->fatal, "scan", "file.read-failed", "The reading was stopped.");
        if (got == ARCHIVE_EOF)
            return CDR_OK;
        if (got != ARCHIVE_OK && got != ARCHIVE_WARN) {
            const char *sentence, *id = blame(l->a, &sentence);
            if (archive_read_has_encrypted_entries(l->a) == 1)
                note(l, "archive.encrypted", "Its list of members is encrypted.");
            note(l, r->stop_id ? r->stop_id : id, r->stop_id ? r->stop_reason : sentence);
            if (got == ARCHIVE_FATAL)
                return CDR_OK;
            odd++;
            continue;
        }
        if (!l->ordinal++ && (archive_format(l->a) & ARCHIVE_FORMAT_BASE_MASK) == ARCHIVE_FORMAT_TAR)
            l->format = "tar";           /* a compressed tar is a tar */
        if (++r->entries > r->request->archive_entries && !r->stop_id) {
            r->stop_id = "archive.too-many-entries";
            r->stop_reason = "Holds more members than the limit (archive_entries); the rest was not read.";
        }
        if (!r->stop_id) {
            cdr_status s = read_entry(l, e, err);
            if (s != CDR_OK)
                return s;
        }
        if (r->stop_id) {
            note(l, r->stop_id, r->stop_reason);
            return CDR_OK;
        }
    }
    return CDR_OK;
}

static cdr_status open_level(archive_level *l, bool raw, cdr_err *err)
{
    l->a = archive_read_new();
    if (!l->a)
        return cdr_fail_nomem(err, "scan");
    if (support(l->a, raw, l->raw_only) <= ARCHIVE_FATAL)
        return cdr_fail(err, CDR_E_UNSUPPORTED, "scan", "archive.unsupported", "The archive library does not know its own formats.");
    archive_read_set_callback_data(l->a, l);
    archive_read_set_read_callback(l->a, read_block);
    if (l->src->pread) {
        archive_read_set_skip_callback(l->a, skip_bytes);
        archive_read_set_seek_callback(l->a, seek_to);
    }
    if (archive_read_open1(l->a) == ARCHIVE_OK)
        return CDR_OK;
    if (l->fatal)
        return cdr_fail(err, l->fatal, "scan", "file.read-failed", "The reading was stopped.");
    const char *sentence, *id = blame(l->a, &sentence);
    note(l, l->r->stop_id ? l->r->stop_id : id, l->r->stop_id ? l->r->stop_reason : sentence);
    return CDR_DONE;
}

static bool all_zero(const char *s, size_t len)
{
    return !len || (!*s && !memcmp(s, s + 1, len - 1));
}

static void note_rest(archive_level *l)
{
    note(l, "archive.trailing", "Data follows the end of the archive; it was not read.");
}

/* A zip whose directory is missing at the end is cut, though its members up to there can be read one after the other. */
static void check_directory(archive_level *l)
{
    size_t n = 0;
    if (strcmp(l->format, "zip") != 0 || !l->src->pread)
        return;
    uint64_t at = l->src->size > BLOCK ? l->src->size - BLOCK : 0;
    if (l->src->pread(l->src->arg, at, l->block, BLOCK, &n, NULL) != CDR_OK)
        return;
    const char *last = NULL;
    for (const char *p = l->block; (p = memmem(p, n - (size_t)(p - l->block), "PK\5\6", 4)); p++)
        last = p;
    if (!last) {
        note(l, "archive.truncated", "Is cut short: its list of members at the end is missing; what came before was read.");
        return;
    }
    /* The list ends with its comment. */
    size_t end = (size_t)(last - l->block) + 22;
    if (end <= n && (end += (unsigned char)last[20] | (size_t)(unsigned char)last[21] << 8) < n && !all_zero(l->block + end, n - end))
        note_rest(l);
}

static uint64_t le64(const char *p)
{
    uint64_t v = 0;
    for (int i = 7; i >= 0; i--)
        v = v << 8 | (unsigned char)p[i];
    return v;
}

/* From ${at} to the end of a source that can be read at any place. */
static void check_rest_at(archive_level *l, uint64_t at)
{
    size_t n;
    for (uint64_t from = at; at < l->src->size; at += n) {
        n = 0;
        if (at - from >= PADDING_MAX || l->src->pread(l->src->arg, at, l->block, BLOCK, &n, NULL) != CDR_OK || !all_zero(l->block, n)) {
            note_rest(l);
            return;
        }
        if (!n)
            return;
    }
}

/* The same for one that only goes on: ${left} bytes of the last block were not used. */
static cdr_status check_rest_on(archive_level *l, size_t left, cdr_err *err)
{
    bool fine = all_zero(l->block + l->block_len - left, left);
    cdr_status s = CDR_OK;
    for (uint64_t total = 0; fine && total < PADDING_MAX; total += l->block_len) {
        s = l->src->read(l->src->arg, l->block, BLOCK, &l->block_len, err);
        if (s != CDR_OK || !l->block_len)
            break;
        fine = all_zero(l->block, l->block_len);
    }
    if (!fine || s != CDR_OK)
        note_rest(l);
    return cdr_reader_is_fatal(s) ? s : CDR_OK;
}

/* Everything read, or the archive ended before its file did? */
static cdr_status check_rest(archive_level *l, cdr_err *err)
{
    int base = archive_format(l->a) & ARCHIVE_FORMAT_BASE_MASK;
    if (l->reason_id)
        return CDR_OK;
    if (base == ARCHIVE_FORMAT_7ZIP && l->src->pread) {
        size_t n = 0;
        uint64_t end;
        if (l->src->pread(l->src->arg, 12, l->block, 16, &n, NULL) == CDR_OK && n == 16 && !__builtin_add_overflow(le64(l->block), le64(l->block + 8), &end) &&
            end < l->src->size)
            check_rest_at(l, end + 32);
        return CDR_OK;
    }
    if (base != ARCHIVE_FORMAT_TAR && base != ARCHIVE_FORMAT_CPIO && base != ARCHIVE_FORMAT_AR && base != ARCHIVE_FORMAT_RAW && base != ARCHIVE_FORMAT_EMPTY)
        return CDR_OK;
    la_int64_t used = archive_filter_bytes(l->a, -1);
    if (used < 0 || (uint64_t)used > l->at)
        return CDR_OK;
    if (l->src->pread) {
        check_rest_at(l, (uint64_t)used);
        return CDR_OK;
    }
    if (l->at - (uint64_t)used > l->block_len) {
        note_rest(l);                    /* some of it has gone by */
        return CDR_OK;
    }
    return check_rest_on(l, (size_t)(l->at - (uint64_t)used), err);
}

static bool is_compressed_only(const char *format)
{
    static const char *const formats[] = {"gzip", "bzip2", "xz", "zstd", "lz4", "lzip", "compress"};
    for (size_t i = 0; i < CDR_COUNT(formats); i++)
        if (!strcmp(format, formats[i]))
            return true;
    return false;
}

static cdr_status walk_level(archive_level *l, bool raw, cdr_err *err)
{
    cdr_status s = open_level(l, raw, err);
    if (s == CDR_OK)
        return walk(l, err);
    return s == CDR_DONE ? CDR_OK : s;   /* noted */
}

/* A compressed file that begins with zeros passes for a tar: when no member comes, it is read for what it is. */
static cdr_status run_level(archive_level *l, bool raw, cdr_err *err)
{
    cdr_status s = walk_level(l, raw, err);
    if (s != CDR_OK || !raw || l->ordinal || l->r->stop_id || !l->src->pread || (archive_format(l->a) & ARCHIVE_FORMAT_BASE_MASK) != ARCHIVE_FORMAT_TAR)
        return s;
    archive_read_free(l->a);
    l->a = NULL;
    l->raw_only = true;
    l->at = 0;
    l->reason_id = NULL;
    return walk_level(l, raw, err);
}

cdr_status cdr_read_archive(cdr_reader *r, cdr_source *src, const char *path, const char *name, const char *format, uint32_t depth, cdr_err *err)
{
    archive_level *l = cdr_alloc(sizeof *l);
    if (!l)
        return cdr_fail_nomem(err, "scan");
    l->r = r;
    l->src = src;
    l->path = path;
    l->name = name ? name : "";
    l->format = format;
    l->depth = depth;
    cdr_status s = run_level(l, is_compressed_only(format), err);
    if (s == CDR_OK && l->a)
        s = check_rest(l, err);
    if (l->a)
        archive_read_free(l->a);
    check_directory(l);
    uint64_t size = src->size == UINT64_MAX ? l->at : src->size;
    if (s == CDR_OK)
        s = r->sink->calls->begin(r->sink, path, l->format, size, err);
    if (s == CDR_OK) {
        cdr_coverage c = !l->reason_id ? CDR_COVERAGE_COMPLETE : l->ordinal ? CDR_COVERAGE_PARTIAL : CDR_COVERAGE_SKIPPED;
        s = r->sink->calls->end(r->sink, c, l->reason_id ? l->reason_id : "", l->reason, CDR_MIN(l->at, size), l->ordinal, err);
    }
    cdr_names_done(&l->names);
    cdr_free(l);
    return s;
}
