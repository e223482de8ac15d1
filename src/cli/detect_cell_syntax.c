/* SPDX-License-Identifier: Apache-2.0 */
/* Escapes of CSV, JSON and XML, read one at a time so that places in a value can be found again in the text. */
#include "cli/detect_cells.h"

#include "base/text.h"

#include <string.h>

static size_t as_it_is(const char *raw, size_t len, char out[8], size_t *ret_len)
{
    uint32_t cp;
    size_t n = cdr_utf8_decode(raw, len, &cp);
    n = n ? CDR_MIN(n, len) : 1;
    memcpy(out, raw, n);
    *ret_len = n;
    return n;
}

static bool hex4(const char *s, size_t len, uint32_t *ret)
{
    *ret = 0;
    for (size_t i = 0; i < 4; i++) {
        char c = i < len ? s[i] : 'x';
        uint32_t v = c >= '0' && c <= '9' ? (uint32_t)(c - '0') : (c | 32) >= 'a' && (c | 32) <= 'f' ? (uint32_t)((c | 32) - 'a' + 10) : 16;
        if (v > 15)
            return false;
        *ret = *ret * 16 + v;
    }
    return true;
}

static size_t json_escape(const char *raw, size_t len, char out[8], size_t *ret_len)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    const char *p = len > 1 && raw[1] ? strchr(from, raw[1]) : NULL;
    uint32_t cp, low;
    if (p) {
        out[0] = to[p - from];
        *ret_len = 1;
        return 2;
    }
    if (len < 6 || raw[1] != 'u' || !hex4(raw + 2, len - 2, &cp))
        return as_it_is(raw, len, out, ret_len);
    size_t used = 6;
    if (cp >= 0xD800 && cp < 0xDC00 && len >= 12 && raw[6] == '\\' && raw[7] == 'u' && hex4(raw + 8, len - 8, &low) && low >= 0xDC00 && low < 0xE000) {
        cp = 0x10000 + ((cp - 0xD800) << 10) + (low - 0xDC00);
        used = 12;
    }
    *ret_len = cdr_utf8_encode(cp >= 0xD800 && cp < 0xE000 ? 0xFFFD : cp, out);
    return used;
}

static uint32_t xml_number(const char *name, size_t len)
{
    bool hex = len > 1 && (name[1] | 32) == 'x';
    uint32_t cp = 0;
    for (size_t i = hex ? 2 : 1; i < len; i++) {
        char c = name[i];
        uint32_t v = c >= '0' && c <= '9' ? (uint32_t)(c - '0') : hex && (c | 32) >= 'a' && (c | 32) <= 'f' ? (uint32_t)((c | 32) - 'a') + 10 : 99;
        if (v == 99 || cp > 0x10FFFF)
            return 0;
        cp = cp * (hex ? 16 : 10) + v;
    }
    return cp <= 0x10FFFF && !(cp >= 0xD800 && cp < 0xE000) ? cp : 0;
}

static size_t xml_entity(const char *raw, size_t len, char out[8], size_t *ret_len)
{
    static const struct { const char *name; char is; } known[] = {{"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}};
    const char *semi = memchr(raw, ';', CDR_MIN(len, (size_t)12));
    size_t n = semi ? (size_t)(semi - raw) - 1 : 0;
    for (size_t i = 0; i < CDR_COUNT(known); i++)
        if (n == strlen(known[i].name) && !memcmp(known[i].name, raw + 1, n)) {
            out[0] = known[i].is;
            *ret_len = 1;
            return n + 2;
        }
    uint32_t cp = n > 1 && raw[1] == '#' ? xml_number(raw + 1, n) : 0;
    if (!cp)
        return as_it_is(raw, len, out, ret_len);
    *ret_len = cdr_utf8_encode(cp, out);
    return n + 2;
}

size_t cdr_cell_unit(cdr_cell_syntax syntax, const char *raw, size_t len, char out[8], size_t *ret_len)
{
    switch (syntax) {
    case CDR_CELL_CSV_QUOTED:
        if (len >= 2 && raw[0] == '"' && raw[1] == '"') {
            out[0] = '"';
            *ret_len = 1;
            return 2;
        }
        break;
    case CDR_CELL_JSON_STRING:
    case CDR_CELL_JSON_KEY:
        if (raw[0] == '\\')
            return json_escape(raw, len, out, ret_len);
        break;
    case CDR_CELL_XML:
        if (raw[0] == '&')
            return xml_entity(raw, len, out, ret_len);
        break;
    case CDR_CELL_RAW:
    case CDR_CELL_CSV:
    case CDR_CELL_JSON_BARE:
        break;
    }
    return as_it_is(raw, len, out, ret_len);
}

size_t cdr_cell_place(cdr_cell_syntax syntax, const char *raw, size_t len, size_t offset, bool end)
{
    size_t at = 0;
    for (size_t value = 0; at < len && value < offset;) {
        char out[8];
        size_t means, n = cdr_cell_unit(syntax, raw + at, len - at, out, &means);
        if (value + means > offset && !end)
            return at;
        value += means;
        at += n;
    }
    return at;
}
