/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/fold.h"

#include "base/mem.h"
#include "base/text.h"

#include <string.h>

/* U+00C0 to U+017F, two bytes each, a space fills up. */
static const char latin[] =
    "a a a a a a aec e e e e i i i i d n o o o o o   o u u u u y thss"
    "a a a a a a aec e e e e i i i i d n o o o o o   o u u u u y thy "
    "a a a a a a c c c c c c c c d d d d e e e e e e e e e e g g g g g g g g h h h h i i i i i i i i i i ijijj j k k k "
    "l l l l l l l l l l n n n n n n n n n o o o o o o oeoer r r r r r s s s s s s s s t t t t t t u u u u u u u u u u u u w w y y y z z z z z z s ";
/* U+0400 to U+045F, three bytes each. */
static const char cyrillic[] =
    "e  e  dj g  e  z  i  i  j  lj n  c  k  i  u  dz "
    "a  b  v  g  d  e  zh z  i  y  k  l  m  n  o  p  r  s  t  u  f  kh ts ch sh sc    y     e  yu ya "
    "a  b  v  g  d  e  zh z  i  y  k  l  m  n  o  p  r  s  t  u  f  kh ts ch sh sc    y     e  yu ya "
    "e  e  dj g  e  z  i  i  j  lj n  c  k  i  u  dz ";
/* U+0386 to U+03CE, two bytes each. */
static const char greek[] =
    "a ? e i i ? o ? y o i a v g d e z i thi k l m n x o p r ? s t y f chpso i y a e i i y a v g d e z i thi k l m n x o p r s s t y f chpso i y o y o ";

static size_t piece(const char *table, size_t at, size_t width, char *out)
{
    size_t n = 0;
    for (; n < width && table[at * width + n] != ' '; n++)
        out[n] = table[at * width + n];
    return n;
}

static char vietnamese(uint32_t cp)
{
    return cp < 0x1EB8 ? 'a' : cp < 0x1EC8 ? 'e' : cp < 0x1ECC ? 'i' : cp < 0x1EE4 ? 'o' : cp < 0x1EF2 ? 'u' : 'y';
}

/* Latin beyond U+017F as far as names use it. */
static char latin_further(uint32_t cp)
{
    switch (cp) {
    case 0x01A0: case 0x01A1: case 0x01D1: case 0x01D2: case 0x01FE: case 0x01FF: return 'o';
    case 0x01AF: case 0x01B0: case 0x01D3: case 0x01D4: return 'u';
    case 0x01CD: case 0x01CE: return 'a';
    case 0x0218: case 0x0219: return 's';
    case 0x021A: case 0x021B: return 't';
    case 0x018F: case 0x0259: return 'e';
    case 0x2018: case 0x2019: case 0x02BC: return '\'';
    case 0x2010: case 0x2011: return '-';
    case 0x00A0: return ' ';
    default: return 0;
    }
}

/* Folded bytes of one code point: their number, SIZE_MAX when there is no table for it. */
static size_t fold_one(uint32_t cp, char out[4])
{
    if (cp >= 0xC0 && cp < 0x180)
        return piece(latin, cp - 0xC0, 2, out);
    if (cp >= 0x400 && cp < 0x460)
        return piece(cyrillic, cp - 0x400, 3, out);
    if (cp >= 0x386 && cp < 0x3CF)
        return piece(greek, cp - 0x386, 2, out);
    if (cp >= 0x300 && cp < 0x370)
        return 0;
    out[0] = cp >= 0x1EA0 && cp < 0x1EFA ? vietnamese(cp) : latin_further(cp);
    return out[0] ? 1 : SIZE_MAX;
}

size_t cdr_fold(const char *s, size_t len, char *out, size_t cap)
{
    size_t n = 0;
    for (size_t i = 0; i < len && n + 1 < cap;) {
        unsigned char c = (unsigned char)s[i];
        if (c < 0x80) {
            out[n++] = (char)(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
            i++;
            continue;
        }
        uint32_t cp;
        char folded[4];
        size_t used = cdr_utf8_decode(s + i, len - i, &cp);
        if (!used)
            break;
        const char *from = folded;
        size_t add = fold_one(cp, folded);
        if (add == SIZE_MAX) {
            from = s + i;
            add = cp == 0xFFFD ? 0 : used;
        }
        if (n + add + 1 > cap)
            break;
        memcpy(out + n, from, add);
        n += add;
        i += used;
    }
    if (cap)
        out[n] = 0;
    return n;
}

static int wide_letter(uint32_t cp)
{
    if (cp >= 0xC0 && cp < 0x180) {
        if (cp == 0xD7 || cp == 0xF7)
            return CDR_LETTER_NONE;
        if (cp < 0x100)
            return cp >= 0xDF ? CDR_LETTER_LOWER : CDR_LETTER_UPPER;
        bool odd_upper = (cp >= 0x139 && cp <= 0x148) || (cp >= 0x179 && cp <= 0x17E) || cp == 0x178;
        if (cp == 0x138 || cp == 0x149 || cp == 0x17F)
            return CDR_LETTER_LOWER;
        return cp == 0x178 || (cp & 1) == (odd_upper ? 1u : 0u) ? CDR_LETTER_UPPER : CDR_LETTER_LOWER;
    }
    if (cp >= 0x400 && cp < 0x460)
        return cp < 0x430 ? CDR_LETTER_UPPER : CDR_LETTER_LOWER;
    if (cp >= 0x386 && cp < 0x3CF)
        return cp == 0x387 ? CDR_LETTER_NONE : cp < 0x3AC && cp != 0x390 ? CDR_LETTER_UPPER : CDR_LETTER_LOWER;
    if (cp == 0x218 || cp == 0x21A || cp == 0x1A0 || cp == 0x1AF)
        return CDR_LETTER_UPPER;
    if ((cp >= 0x180 && cp < 0x250) || (cp >= 0x1E00 && cp < 0x1F00))
        return cp >= 0x1E00 && !(cp & 1) ? CDR_LETTER_UPPER : CDR_LETTER_LOWER;
    if (cp >= 0x300 && cp < 0x370)
        return CDR_LETTER_LOWER;
    bool other = (cp >= 0x531 && cp < 0x1100) || (cp >= 0x1100 && cp < 0x1200) || (cp >= 0x3041 && cp < 0xA000) || (cp >= 0xAC00 && cp < 0xD7A4);
    return other ? CDR_LETTER_OTHER : CDR_LETTER_NONE;
}

int cdr_letter_at(const char *s, size_t len, size_t *ret_used)
{
    *ret_used = 1;
    if (len == 0)
        return CDR_LETTER_NONE;
    unsigned char c = (unsigned char)s[0];
    if (c < 0x80)
        return c >= 'a' && c <= 'z' ? CDR_LETTER_LOWER : c >= 'A' && c <= 'Z' ? CDR_LETTER_UPPER : CDR_LETTER_NONE;
    uint32_t cp;
    size_t used = cdr_utf8_decode(s, len, &cp);
    if (used == 0 || cp == 0xFFFD)
        return CDR_LETTER_NONE;
    *ret_used = used;
    return wide_letter(cp);
}
