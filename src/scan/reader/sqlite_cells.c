/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/reader/sqlite_cells.h"

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"
#include "scan/content.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define RUN_MIN 8u

static size_t write_uint(uint64_t u, char *end)
{
    char *p = end;
    do
        *--p = (char)('0' + u % 10);
    while (u /= 10);
    return (size_t)(end - p);
}

static size_t write_int(int64_t v, char *end)
{
    size_t n = write_uint(v < 0 ? 0 - (uint64_t)v : (uint64_t)v, end);
    if (v < 0)
        end[-(ptrdiff_t)++n] = '-';
    return n;
}

/* Prices, coordinates and the like have few decimals: exact when dividing gives the same number again. 0: not of that sort. */
static size_t write_decimal(double v, char *end)
{
    static const double scales[] = {1, 10, 100, 1e3, 1e4, 1e5, 1e6};
    double size = fabs(v);
    for (size_t d = 0; size < 1e9 && d < CDR_COUNT(scales); d++) {
        double scaled = nearbyint(size * scales[d]);
        if (scaled / scales[d] != size)
            continue;
        uint64_t u = (uint64_t)scaled;
        char *p = end;
        for (size_t i = 0; i < d; i++, u /= 10)
            *--p = (char)('0' + u % 10);
        if (d)
            *--p = '.';
        p -= write_uint(u, p);
        if (v < 0)
            *--p = '-';
        return (size_t)(end - p);
    }
    return 0;
}

cdr_status cdr_cells_text(cdr_cells *c, uint32_t column, const char *s, size_t len, cdr_err *err)
{
    c->bytes += len;
    return len ? cdr_table_cell(c->r->table, column, s, len, err) : CDR_OK;
}

/* A blob that reads as text: some programs store texts so. */
static bool is_text(const char *s, size_t len)
{
    size_t look = CDR_MIN(len, (size_t)4096);
    for (size_t i = 0; i < look; i++)
        if ((unsigned char)s[i] < 0x20 && s[i] != '\t' && s[i] != '\n' && s[i] != '\r')
            return false;
    while (look < len && look > 0 && ((unsigned char)s[look] & 0xC0) == 0x80)
        look--;                          /* not in the middle of a character */
    return look > 0 && cdr_utf8_valid(s, look);
}

/* A document or something packed: there may be texts in it that nobody reads here. Pictures, sound, keys and hashes are no such
 * thing. */
static bool may_hide_text(const char *s, size_t len)
{
    cdr_content_type type;
    cdr_content_classify(s, len, "", &type);
    if (type.class == CDR_CONTENT_BINARY) {
        const unsigned char *p = (const unsigned char *)s;
        return len > 64 && p[0] == 0x78 && (p[0] * 256u + p[1]) % 31 == 0;   /* deflated */
    }
    if (type.class == CDR_CONTENT_UNSUPPORTED)
        return strcmp(type.format, "image") != 0 && strcmp(type.format, "audio-video") != 0;
    /* What classification takes for text is UTF-16 or has a few odd bytes; runs of the latter are read. */
    if (!strcmp(type.format, "compress"))
        return len > 64;                 /* two bytes that a hash may begin with */
    return type.class == CDR_CONTENT_ARCHIVE || type.class == CDR_CONTENT_SQLITE || (type.class == CDR_CONTENT_TEXT && memchr(s, '\0', CDR_MIN(len, (size_t)1024)));
}

/* Texts of eight characters and more among other bytes: records of programs are often made so. */
static cdr_status add_runs(const char *s, size_t len, cdr_buf *ret)
{
    size_t start = 0, i = 0;
    while (i <= len) {
        uint32_t cp = 0;
        size_t n = i < len ? cdr_utf8_decode(s + i, len - i, &cp) : 0;
        bool printable = n && (n > 1 || (cp >= 0x20 && cp < 0x7f) || cp == '\t' || cp == '\n' || cp == '\r');
        if (printable) {
            i += n;
            continue;
        }
        if (i - start >= RUN_MIN && (cdr_buf_add(ret, s + start, i - start) != CDR_OK || cdr_buf_addc(ret, '\n') != CDR_OK))
            return ret->status;
        start = ++i;
    }
    return CDR_OK;
}

cdr_status cdr_cells_blob(cdr_cells *c, uint32_t column, const char *s, size_t len, cdr_err *err)
{
    if (!len || is_text(s, len))
        return cdr_cells_text(c, column, s, len, err);
    if (may_hide_text(s, len)) {
        c->blobs++;
        return CDR_OK;
    }
    _cleanup_buf_ cdr_buf runs = CDR_BUF((size_t)CDR_SQLITE_ROW_MAX * 2);
    if (add_runs(s, len, &runs) != CDR_OK)
        return cdr_fail_nomem(err, "scan");
    return cdr_cells_text(c, column, runs.data, runs.len ? runs.len - 1 : 0, err);
}

cdr_status cdr_cells_int(cdr_cells *c, uint32_t column, int64_t v, cdr_err *err)
{
    char text[24];
    size_t n = write_int(v, text + sizeof text);
    return cdr_cells_text(c, column, text + sizeof text - n, n, err);
}

cdr_status cdr_cells_real(cdr_cells *c, uint32_t column, double v, cdr_err *err)
{
    char text[40];
    size_t n = 0;
    if (v > -9e15 && v < 9e15 && v == (double)(int64_t)v)
        n = write_int((int64_t)v, text + sizeof text);
    if (!n)
        n = write_decimal(v, text + sizeof text);
    if (n)
        return cdr_cells_text(c, column, text + sizeof text - n, n, err);
    int len = snprintf(text, sizeof text, "%.15g", v);
    return len > 0 ? cdr_cells_text(c, column, text, (size_t)len, err) : CDR_OK;
}

cdr_status cdr_cells_row_end(cdr_cells *c, cdr_err *err)
{
    c->rows++;
    cdr_status s = cdr_table_row_end(c->r->table, c->rows + 1, err);   /* the header is row 1 */
    if (s == CDR_OK && c->bytes - c->told > (1u << 20)) {
        s = cdr_reader_read(c->r, c->bytes - c->told, err);
        c->told = c->bytes;
    }
    return s;
}
