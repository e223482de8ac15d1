/* SPDX-License-Identifier: Apache-2.0 */
/* Other encodings to UTF-8, byte by byte as they come in. */
#include "cli/minimise.h"

#include "base/text.h"

#include <string.h>

/* What 0x80 to 0x9F mean in Windows-1252; 0: nothing, kept as the control character of that number. */
static const uint16_t windows[32] = {0x20AC, 0, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017D, 0,
                                     0, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0, 0x017E, 0x0178};

cdr_minimise_encoding cdr_minimise_encoding_of(const char *word)
{
    static const struct { const char *word; cdr_minimise_encoding is; } words[] = {
        {"windows-1252", CDR_ENCODING_1252}, {"iso-8859-1", CDR_ENCODING_LATIN1}, {"utf-16le", CDR_ENCODING_UTF16LE}, {"utf-16be", CDR_ENCODING_UTF16BE}};
    for (size_t i = 0; word && i < CDR_COUNT(words); i++)
        if (!strcmp(word, words[i].word))
            return words[i].is;
    return CDR_ENCODING_UTF8;
}

static cdr_status no_utf16(const cdr_minimise_decoder *d, const char *name, cdr_err *err)
{
    return cdr_fail(err, CDR_E_INVAL, "cli", "minimise.utf16", "%.120s, byte %llu: it is not written in UTF-16 as --encoding says; what was written ends with a whole record.", name, (unsigned long long)d->at);
}

static cdr_status add_unit(cdr_minimise_decoder *d, uint32_t unit, const char *name, char *out, size_t *n, cdr_err *err)
{
    bool low = unit >= 0xDC00 && unit <= 0xDFFF, high = unit >= 0xD800 && unit < 0xDC00;
    if (low != (d->high != 0) || unit == 0xFFFE)      /* a mark the wrong way round */
        return no_utf16(d, name, err);
    if (!high)
        *n += cdr_utf8_encode(low ? 0x10000 + ((d->high - 0xD800) << 10) + (unit - 0xDC00) : unit, out + *n);
    d->high = high ? unit : 0;
    return CDR_OK;
}

cdr_status cdr_minimise_decode(cdr_minimise_decoder *d, const char *name, const unsigned char *s, size_t len, char *out, size_t *ret, cdr_err *err)
{
    cdr_status st = CDR_OK;
    *ret = 0;
    for (size_t i = 0; st == CDR_OK && i < len; i++) {
        d->at++;
        if (d->is == CDR_ENCODING_1252 || d->is == CDR_ENCODING_LATIN1) {
            uint32_t cp = d->is == CDR_ENCODING_1252 && s[i] >= 0x80 && s[i] < 0xA0 && windows[s[i] - 0x80] ? windows[s[i] - 0x80] : s[i];
            *ret += cdr_utf8_encode(cp, out + *ret);
        } else if (!d->half) {
            d->half = true;
            d->first = s[i];
        } else {
            d->half = false;
            st = add_unit(d, d->is == CDR_ENCODING_UTF16LE ? (uint32_t)s[i] << 8 | d->first : (uint32_t)d->first << 8 | s[i], name, out, ret, err);
        }
    }
    return st == CDR_OK && len == 0 && (d->half || d->high) ? no_utf16(d, name, err) : st;
}
