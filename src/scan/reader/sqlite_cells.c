/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/reader/sqlite_cells.h"

#include "base/mem.h"
#include "base/text.h"

#include <math.h>
#include <stdio.h>

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

cdr_status cdr_cells_blob(cdr_cells *c, uint32_t column, const char *s, size_t len, cdr_err *err)
{
    if (len && !is_text(s, len)) {
        c->blobs++;
        return CDR_OK;
    }
    return cdr_cells_text(c, column, s, len, err);
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
