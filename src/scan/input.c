/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/input.h"

#include "base/mem.h"
#include "base/text.h"

#include <string.h>

#define RAW_BYTES ((size_t)64 * 1024)

static cdr_status allocate(cdr_input *in, cdr_err *err)
{
    if (!in->buf && !(in->buf = cdr_alloc(CDR_INPUT_BYTES)))
        return cdr_fail_nomem(err, "scan");
    return CDR_OK;
}

/* Bytes from the source; a fault of the source is remembered, not returned: what was read before it still counts. */
static cdr_status take(cdr_input *in, char *to, size_t cap, size_t *ret, cdr_err *err)
{
    *ret = 0;
    if (in->eof)
        return CDR_OK;
    if (cdr_cancelled(in->ctx))
        return cdr_fail(err, CDR_E_CANCELLED, "scan", "scan.cancelled", "The scan was interrupted; run it again to go on.");
    cdr_status s = in->src->read(in->src->arg, to, cap, ret, &in->fault);
    if (s == CDR_E_CANCELLED || s == CDR_E_NOMEM) {
        if (err)
            *err = in->fault;
        return s;
    }
    if (s != CDR_OK) {
        in->faulted = true;
        *ret = 0;
    }
    in->eof = *ret == 0;
    in->raw += *ret;
    return CDR_OK;
}

/* What Windows-1252 has in 0x80-0x9f; 0: nothing. */
static const uint16_t windows1252[32] = {0x20ac, 0, 0x201a, 0x192, 0x201e, 0x2026, 0x2020, 0x2021, 0x2c6, 0x2030, 0x160, 0x2039, 0x152, 0, 0x17d, 0,
                                         0, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x2dc, 0x2122, 0x161, 0x203a, 0x153, 0, 0x17e, 0x178};

uint32_t cdr_windows1252_decode(unsigned char c)
{
    return c >= 0x80 && c < 0xa0 ? windows1252[c - 0x80] : c;
}

static void decode_1252(cdr_input *in)
{
    for (size_t i = 0; i < in->undecoded_len; i++) {
        unsigned char c = (unsigned char)in->undecoded[i];
        uint32_t cp = cdr_windows1252_decode(c);
        if (c < 0x80)
            in->buf[in->len++] = (char)c;
        else if (cp)
            in->len += cdr_utf8_encode(cp, in->buf + in->len);
    }
    in->undecoded_len = 0;
}

static uint32_t unit16(const cdr_input *in, size_t i)
{
    unsigned a = (unsigned char)in->undecoded[i], b = (unsigned char)in->undecoded[i + 1];
    return in->encoding == CDR_ENC_UTF16LE ? a | b << 8 : a << 8 | b;
}

static void decode_utf16(cdr_input *in)
{
    size_t i = 0;
    while (i + 2 <= in->undecoded_len) {
        uint32_t u = unit16(in, i);
        if (u >= 0xd800 && u < 0xdc00) {
            if (i + 4 > in->undecoded_len && !in->eof)
                break;
            uint32_t low = i + 4 <= in->undecoded_len ? unit16(in, i + 2) : 0;
            if (low >= 0xdc00 && low < 0xe000) {
                in->len += cdr_utf8_encode(0x10000 + ((u - 0xd800) << 10) + (low - 0xdc00), in->buf + in->len);
                i += 4;
                continue;
            }
        }
        i += 2;
        if (u >= 0xd800 && u < 0xe000)
            continue;   /* half a pair: skipped like any invalid byte */
        if (u != 0xfeff)
            in->len += cdr_utf8_encode(u, in->buf + in->len);
    }
    memmove(in->undecoded, in->undecoded + i, in->undecoded_len - i);
    in->undecoded_len = in->eof ? 0 : in->undecoded_len - i;
}

/* Fill the room behind ->len. A raw byte becomes at most three decoded ones. */
static cdr_status fill_converted(cdr_input *in, cdr_err *err)
{
    if (!in->undecoded && !(in->undecoded = cdr_alloc(RAW_BYTES)))
        return cdr_fail_nomem(err, "scan");
    size_t before = in->len, got;
    do {
        size_t room = CDR_MIN((CDR_INPUT_BYTES - in->len) / 3, RAW_BYTES) - CDR_MIN(in->undecoded_len, (size_t)4);
        cdr_status s = take(in, in->undecoded + in->undecoded_len, room, &got, err);
        if (s != CDR_OK)
            return s;
        in->undecoded_len += got;
        if (in->encoding == CDR_ENC_WINDOWS1252)
            decode_1252(in);
        else
            decode_utf16(in);
    } while (in->len == before && !in->eof);
    return CDR_OK;
}

/* Zeros between texts end lines. */
static void break_lines(char *s, size_t len)
{
    for (char *end = s + len; (s = memchr(s, '\0', (size_t)(end - s))); s++)
        *s = '\n';
}

static cdr_status fill(cdr_input *in, cdr_err *err)
{
    if (in->encoding != CDR_ENC_UTF8)
        return fill_converted(in, err);
    size_t got;
    cdr_status s = take(in, in->buf + in->len, CDR_INPUT_BYTES - in->len, &got, err);
    if (in->zeros_break)
        break_lines(in->buf + in->len, got);
    in->len += got;
    return s;
}

static size_t invalid_utf8(const char *s, size_t len)
{
    size_t bad = 0, i = 0;
    while (i < len) {
        uint64_t word;
        if (len - i >= 8 && (memcpy(&word, s + i, 8), (word & 0x8080808080808080u) == 0)) {
            i += 8;
            continue;
        }
        uint32_t cp;
        size_t n = cdr_utf8_decode(s + i, len - i, &cp);
        if (n == 0)
            break;
        bad += n == 1 && (unsigned char)s[i] >= 0x80 && len - i >= 4;   /* a character cut by the end is not wrong */
        i += n;
    }
    return bad;
}

typedef unsigned char lanes __attribute__((vector_size(16)));

/* ASCII without a zero, in one pass: what most files are. Of a zero, all bits turn when one is taken off. */
static bool plain_ascii(const char *s, size_t len)
{
    lanes seen[4] = {{0}}, v;
    size_t i = 0;
    for (; i + 64 <= len; i += 64)
        for (size_t k = 0; k < 4; k++) {
            memcpy(&v, s + i + k * 16, 16);
            seen[k] |= v | (v - 1);
        }
    seen[0] |= seen[1] | seen[2] | seen[3];
    uint64_t any[2];
    memcpy(any, &seen[0], sizeof any);
    for (; i < len; i++)
        any[0] |= (unsigned char)s[i] | (unsigned char)(s[i] - 1);
    return ((any[0] | any[1]) & 0x8080808080808080u) == 0;
}

cdr_encoding cdr_encoding_guess(const char *s, size_t len)
{
    const unsigned char *p = (const unsigned char *)s;
    if (plain_ascii(s, len))
        return CDR_ENC_UTF8;
    if (len >= 2 && p[0] == 0xff && p[1] == 0xfe)
        return CDR_ENC_UTF16LE;
    if (len >= 2 && p[0] == 0xfe && p[1] == 0xff)
        return CDR_ENC_UTF16BE;
    size_t zeros[2] = {0, 0}, n = CDR_MIN(len, (size_t)1024) & ~(size_t)1;
    for (size_t i = 0; i < n; i++)
        zeros[i & 1] += p[i] == 0;
    if (n >= 8 && zeros[0] == 0 && zeros[1] * 10 >= n / 2 * 7)
        return CDR_ENC_UTF16LE;
    if (n >= 8 && zeros[1] == 0 && zeros[0] * 10 >= n / 2 * 7)
        return CDR_ENC_UTF16BE;
    /* Where high bytes are mostly no UTF-8, they are the old Western code page. */
    size_t bad = invalid_utf8(s, len), high = 0;
    for (size_t i = 0; bad && i < len; i++)
        high += p[i] >= 0x80;
    return bad * 2 > high ? CDR_ENC_WINDOWS1252 : CDR_ENC_UTF8;
}

cdr_status cdr_input_begin(cdr_input *in, const cdr_content_source *src, cdr_err *err)
{
    cdr_input_resume(in, src, CDR_ENC_UTF8, 0);
    cdr_status s = allocate(in, err);
    /* Pipes and archives give little at a time; what decides about the format must be in sight. */
    do {
        size_t got = 0;
        if (s == CDR_OK)
            s = take(in, in->buf + in->len, RAW_BYTES - in->len, &got, err);
        in->len += got;
    } while (s == CDR_OK && !in->eof && in->len < CDR_CONTENT_HEAD && in->raw < src->size);
    return s;
}

/* Western text has a few letters beyond ASCII among many; Cyrillic, Greek or Chinese in a code page of its own is made of them. */
static bool mostly_high(const char *s, size_t len)
{
    size_t high = 0;
    for (size_t i = 0; i < len; i++)
        high += (unsigned char)s[i] >> 7;
    return len >= 16 && high * 2 > len;
}

cdr_status cdr_input_skip_zeros(cdr_input *in, bool *ret, cdr_err *err)
{
    *ret = false;
    for (;;) {
        size_t zeros = 0, got = 0;
        while (zeros < in->len && in->buf[zeros] == '\0')
            zeros++;
        memmove(in->buf, in->buf + zeros, in->len - zeros);
        in->len -= zeros;
        in->base += zeros;
        in->zeros_skipped = true;
        *ret = in->len > 0;
        if (in->eof || in->len >= CDR_CONTENT_HEAD || in->raw >= in->src->size)
            return CDR_OK;
        cdr_status s = take(in, in->buf + in->len, RAW_BYTES - in->len, &got, err);
        if (s != CDR_OK)
            return s;
        in->len += got;
    }
}

cdr_status cdr_input_decode(cdr_input *in, cdr_err *err)
{
    in->encoding = cdr_encoding_guess(in->buf, in->len);
    in->foreign = in->encoding == CDR_ENC_WINDOWS1252 && mostly_high(in->buf, in->len);
    if (in->encoding == CDR_ENC_UTF8) {
        if (in->len >= 3 && !memcmp(in->buf, "\xef\xbb\xbf", 3))
            in->pos = 3;
        in->zeros_break = in->zeros_skipped || memchr(in->buf, '\0', CDR_MIN(in->len, (size_t)CDR_CONTENT_HEAD)) != NULL;
        if (in->zeros_break)
            break_lines(in->buf, in->len);
        return CDR_OK;
    }
    if (!in->undecoded && !(in->undecoded = cdr_alloc(RAW_BYTES)))
        return cdr_fail_nomem(err, "scan");
    memcpy(in->undecoded, in->buf, in->len);
    in->undecoded_len = in->len;
    in->len = 0;
    if (in->encoding == CDR_ENC_WINDOWS1252)
        decode_1252(in);
    else
        decode_utf16(in);
    return CDR_OK;
}

void cdr_input_resume(cdr_input *in, const cdr_content_source *src, cdr_encoding encoding, uint64_t base)
{
    in->src = src;
    in->encoding = encoding;
    in->base = base;
    in->len = in->pos = in->undecoded_len = 0;
    in->raw = 0;
    in->eof = in->faulted = in->zeros_break = in->foreign = in->zeros_skipped = false;
    in->fault.status = CDR_OK;
}

cdr_status cdr_input_more(cdr_input *in, size_t keep, cdr_err *err)
{
    cdr_status s = allocate(in, err);
    if (s != CDR_OK)
        return s;
    if (keep > 0) {
        memmove(in->buf, in->buf + keep, in->len - keep);
        in->len -= keep;
        in->pos = in->pos > keep ? in->pos - keep : 0;
        in->base += keep;
    }
    if (in->eof)
        return CDR_DONE;
    if (in->len + 64 > CDR_INPUT_BYTES)
        return cdr_fail(err, CDR_E_LIMIT, "scan", "scan.limit", "A reader wants more text at once than it may hold.");
    size_t before = in->len;
    s = fill(in, err);
    if (s != CDR_OK)
        return s;
    return in->len > before ? CDR_OK : CDR_DONE;
}

void cdr_input_done(cdr_input *in)
{
    if (in->buf)
        explicit_bzero(in->buf, CDR_INPUT_BYTES);
    if (in->undecoded)
        explicit_bzero(in->undecoded, RAW_BYTES);
    cdr_free(in->buf);
    cdr_free(in->undecoded);
    in->buf = in->undecoded = NULL;
}
