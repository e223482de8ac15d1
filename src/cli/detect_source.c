/* SPDX-License-Identifier: Apache-2.0 */
/* Encodings are converted without loss, so that a copy differs from its original only where something was replaced: bytes that
 * Windows-1252 has no character for become controls of the same number, halves of pairs of UTF-16 three bytes of their own. */
#include "cli/detect_source.h"

#include "base/io.h"
#include "base/mem.h"
#include "base/text.h"
#include "scan/content_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define RAW_BYTES ((size_t)64 << 10)
#define GROWTH 3   /* bytes of text a byte may become */

static cdr_status fill(cdr_detect_source *s, cdr_err *err)
{
    memmove(s->raw, s->raw + s->raw_at, s->raw_len - s->raw_at);
    s->raw_len -= s->raw_at;
    s->raw_at = 0;
    while (!s->eof && s->raw_len < RAW_BYTES) {
        ssize_t n = cdr_read_waiting(&s->job->cli->ctx, s->fd, s->raw + s->raw_len, RAW_BYTES - s->raw_len);
        if (n < 0 && errno == ECANCELED)
            return cdr_fail(err, CDR_E_CANCELLED, "cli", "detect.stopped", "Stopped in %.200s.", s->name);
        if (n < 0)
            return cdr_fail_errno(err, CDR_E_IO, "cli", "detect.read", errno, "Cannot read %.200s", s->name);
        s->eof = n == 0;
        s->raw_len += (size_t)n;
    }
    return CDR_OK;
}

static size_t put3(char *out, uint32_t u)
{
    out[0] = (char)(0xE0 | u >> 12);
    out[1] = (char)(0x80 | (u >> 6 & 0x3F));
    out[2] = (char)(0x80 | (u & 0x3F));
    return 3;
}

static size_t decode_1252(const char *raw, size_t len, char *out)
{
    size_t n = 0;
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)raw[i];
        uint32_t cp = cdr_windows1252_decode(c);
        if (c < 0x80)
            out[n++] = (char)c;
        else
            n += cdr_utf8_encode(cp ? cp : c, out + n);
    }
    return n;
}

static uint32_t unit16(const cdr_detect_source *s, size_t at)
{
    unsigned a = (unsigned char)s->raw[at], b = (unsigned char)s->raw[at + 1];
    return s->encoding == CDR_ENC_UTF16LE ? a | b << 8 : a << 8 | b;
}

/* ${used} bytes of the ${len} from ->raw_at on: all, but for a pair that the next read completes. */
static size_t decode_16(cdr_detect_source *s, size_t len, char *out, size_t *used)
{
    size_t n = 0, i = 0;
    while (i + 2 <= len) {
        uint32_t u = unit16(s, s->raw_at + i), low;
        if (u >= 0xD800 && u < 0xDC00 && i + 4 > len && (!s->eof || s->raw_at + len < s->raw_len))
            break;
        if (u >= 0xD800 && u < 0xDC00 && i + 4 <= len && (low = unit16(s, s->raw_at + i + 2)) >= 0xDC00 && low < 0xE000) {
            n += cdr_utf8_encode(0x10000 + ((u - 0xD800) << 10) + (low - 0xDC00), out + n);
            i += 4;
            continue;
        }
        n += u >= 0xD800 && u < 0xE000 ? put3(out + n, u) : cdr_utf8_encode(u, out + n);
        i += 2;
    }
    *used = i;
    return n;
}

static size_t decode(cdr_detect_source *s, char *buf, size_t cap)
{
    size_t have = s->raw_len - s->raw_at, len, n;
    if (s->encoding == CDR_ENC_UTF8) {
        len = n = CDR_MIN(have, cap);
        memcpy(buf, s->raw + s->raw_at, n);
    } else if (s->encoding == CDR_ENC_WINDOWS1252) {
        len = CDR_MIN(have, cap / GROWTH);
        n = decode_1252(s->raw + s->raw_at, len, buf);
    } else {
        n = decode_16(s, CDR_MIN(have, cap / GROWTH), buf, &len);
    }
    s->raw_at += len;
    return n;
}

cdr_status cdr_detect_source_read(cdr_detect_source *s, char *buf, size_t cap, size_t *ret, cdr_err *err)
{
    *ret = decode(s, buf, cap);
    /* Most text needs no conversion, and no detour. */
    if (*ret == 0 && !s->eof && s->encoding == CDR_ENC_UTF8) {
        ssize_t n = cdr_read_waiting(&s->job->cli->ctx, s->fd, buf, cap);
        if (n >= 0) {
            s->eof = n == 0;
            *ret = (size_t)n;
            return CDR_OK;
        }
    }
    while (*ret == 0 && !s->eof) {
        if (cdr_cancelled(&s->job->cli->ctx))
            return cdr_fail(err, CDR_E_CANCELLED, "cli", "detect.stopped", "Stopped in %.200s.", s->name);
        cdr_status st = fill(s, err);
        if (st != CDR_OK)
            return st;
        *ret = decode(s, buf, cap);
    }
    if (*ret == 0 && s->raw_at < s->raw_len) {
        s->odd = s->raw[s->raw_at++];
        s->has_odd = true;
    }
    return CDR_OK;
}

static cdr_status not_text(const cdr_detect_source *s, const cdr_content_type *type, cdr_err *err)
{
    bool redact = cdr_opt_flag(s->job->cli, "redact"), readable = type->class == CDR_CONTENT_ARCHIVE || type->class == CDR_CONTENT_SQLITE;
    const char *next = readable ? "candor scan looks into it" : "candor scan tells what it can read";
    return cdr_fail(err, redact ? CDR_E_UNSUPPORTED : CDR_PARTIAL, "cli", "detect.not-text", "%.200s is no text (%s): %s; %s.", s->name,
                    type->class == CDR_CONTENT_BINARY ? "binary data" : type->format, redact ? "no copy can be made of it" : "nothing was looked for in it", next);
}

cdr_status cdr_detect_not_folder(int fd, const char *name, cdr_err *err)
{
    struct stat st;
    if (fstat(fd, &st) || !S_ISDIR(st.st_mode))
        return CDR_OK;
    return cdr_fail(err, CDR_E_INVAL, "cli", "detect.folder", "%.200s is a folder: candor detect takes files; candor scan reads folders.", name);
}

/* The format by --format, else as a scan sees it. */
static cdr_status choose_format(cdr_detect_source *s, cdr_err *err)
{
    const char *forced = cdr_opt_text(s->job->cli, "format");
    _cleanup_free_ char *head = cdr_alloc(RAW_BYTES * GROWTH);
    if (!head)
        return cdr_fail_nomem(err, "cli");
    cdr_detect_source look = *s;
    size_t len = decode(&look, head, RAW_BYTES * GROWTH);
    const char *sniffed = cdr_content_text_format(head, len, s->eof, s->name, &s->delimiter);
    s->format = sniffed;
    if (forced && strcmp(forced, "auto") != 0) {
        s->format = !strcmp(forced, "mail") ? "mbox" : forced;
        bool table = !strcmp(forced, "csv") || !strcmp(forced, "tsv");
        if (table && !s->delimiter)
            s->delimiter = cdr_csv_sniff(head, CDR_MIN(len, (size_t)CDR_CONTENT_HEAD * 2), s->eof, !strcmp(forced, "tsv") ? "x.tsv" : "x.csv");
    }
    return CDR_OK;
}

static void take_mark(cdr_detect_source *s)
{
    size_t n = 0;
    if (s->encoding == CDR_ENC_UTF8)
        n = s->raw_len >= 3 && !memcmp(s->raw, "\xEF\xBB\xBF", 3) ? 3 : 0;
    else if (s->encoding != CDR_ENC_WINDOWS1252)
        n = s->raw_len >= 2 && unit16(s, 0) == 0xFEFF ? 2 : 0;
    memcpy(s->mark, s->raw, n);
    s->mark_len = s->raw_at = n;
}

cdr_status cdr_detect_source_open(const cdr_detect_job *job, int fd, const char *name, cdr_detect_source *ret, cdr_err *err)
{
    *ret = (cdr_detect_source){.job = job, .fd = fd, .name = name};
    cdr_status s = cdr_detect_not_folder(fd, name, err);
    if (s != CDR_OK)
        return s;
    ret->raw = cdr_alloc(RAW_BYTES);
    if (!ret->raw)
        return cdr_fail_nomem(err, "cli");
    cdr_content_type type;
    s = fill(ret, err);
    if (s == CDR_OK) {
        cdr_content_classify(ret->raw, ret->raw_len, name, &type);
        const char *forced = cdr_opt_text(job->cli, "format");
        bool as_text = forced && !strcmp(forced, "text") && !cdr_opt_flag(job->cli, "redact");
        if (type.class != CDR_CONTENT_TEXT && type.class != CDR_CONTENT_EMPTY && !as_text)
            s = not_text(ret, &type, err);
    }
    if (s == CDR_OK) {
        ret->encoding = cdr_encoding_guess(ret->raw, ret->raw_len);
        take_mark(ret);
        s = choose_format(ret, err);
    }
    if (s != CDR_OK)
        cdr_detect_source_close(ret);
    return s;
}

cdr_status cdr_detect_source_check(const cdr_detect_job *job, const char *path, cdr_err *err)
{
    struct stat st;
    /* Pipes can be looked at only once; what cannot be opened is told when its turn comes. */
    if (stat(path, &st) || !(S_ISREG(st.st_mode) || S_ISDIR(st.st_mode)))
        return CDR_OK;
    _cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return CDR_OK;
    cdr_detect_source source;
    cdr_status s = cdr_detect_source_open(job, fd, path, &source, err);
    if (s == CDR_OK)
        cdr_detect_source_close(&source);
    return s;
}

void cdr_detect_source_close(cdr_detect_source *s)
{
    if (s->raw)
        cdr_wipe(s->raw, RAW_BYTES);
    cdr_free(s->raw);
    s->raw = NULL;
}

static size_t sequence(unsigned char lead)
{
    return lead < 0x80 ? 1 : lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
}

static uint32_t code_point(const char *p, size_t n)
{
    uint32_t cp = n == 1 ? (unsigned char)*p : (unsigned char)*p & (0xFFu >> (n + 1));
    for (size_t i = 1; i < n; i++)
        cp = cp << 6 | ((unsigned char)p[i] & 0x3F);
    return cp;
}

static void put_1252(uint32_t cp, cdr_buf *out)
{
    unsigned char byte = cp < 0x100 ? (unsigned char)cp : '?';
    for (unsigned c = 0x80; c < 0xA0 && cp >= 0x100; c++)
        if (cdr_windows1252_decode((unsigned char)c) == cp)
            byte = (unsigned char)c;
    cdr_buf_addc(out, (char)byte);
}

static void put_unit(cdr_encoding encoding, uint32_t u, cdr_buf *out)
{
    char low = (char)(u & 0xFF), high = (char)(u >> 8);
    cdr_buf_addc(out, encoding == CDR_ENC_UTF16LE ? low : high);
    cdr_buf_addc(out, encoding == CDR_ENC_UTF16LE ? high : low);
}

static void put_character(const cdr_detect_encoder *e, uint32_t cp, cdr_buf *out)
{
    if (e->encoding == CDR_ENC_WINDOWS1252) {
        put_1252(cp, out);
        return;
    }
    if (cp >= 0x10000) {
        put_unit(e->encoding, 0xD800 + ((cp - 0x10000) >> 10), out);
        cp = 0xDC00 + ((cp - 0x10000) & 0x3FF);
    }
    put_unit(e->encoding, cp, out);
}

cdr_status cdr_detect_encode(cdr_detect_encoder *e, const char *text, size_t len, cdr_buf *out)
{
    if (e->encoding == CDR_ENC_UTF8)
        return cdr_buf_add(out, text, len);
    for (size_t i = 0; i < len;) {
        if (!e->part_len && (unsigned char)text[i] < 0x80) {
            put_character(e, (unsigned char)text[i++], out);
            continue;
        }
        e->part[e->part_len++] = text[i++];
        size_t n = sequence((unsigned char)e->part[0]);
        if (e->part_len < n)
            continue;
        put_character(e, code_point(e->part, n), out);
        e->part_len = 0;
    }
    return cdr_buf_status(out);
}
