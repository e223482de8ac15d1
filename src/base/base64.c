/* SPDX-License-Identifier: Apache-2.0 */
/* Base64 with the standard alphabet (RFC 4648 section 4), strict: padding required, unused bits zero. */
#include "base/parse.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static int sextet(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

cdr_status cdr_base64_decode(const char *s, size_t len, uint8_t *out, size_t cap, size_t *ret_len)
{
    *ret_len = 0;
    if (len % 4)
        return CDR_E_INVAL;
    size_t pad = len && s[len - 1] == '=' ? (s[len - 2] == '=' ? 2 : 1) : 0;
    size_t bytes = len / 4 * 3 - pad;
    if (bytes > cap)
        return CDR_E_LIMIT;
    uint32_t acc = 0;
    unsigned bits = 0;
    for (size_t i = 0; i < len - pad; i++) {
        int v = sextet(s[i]);
        if (v < 0)
            return CDR_E_INVAL;
        acc = acc << 6 | (uint32_t)v;
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            out[(*ret_len)++] = (uint8_t)(acc >> bits);
        }
    }
    return acc & ((1u << bits) - 1) ? CDR_E_INVAL : CDR_OK;
}

size_t cdr_base64_encode(const uint8_t *data, size_t len, char *out)
{
    size_t n = 0;
    for (size_t i = 0; i < len; i += 3) {
        uint32_t v = (uint32_t)data[i] << 16 | (i + 1 < len ? (uint32_t)data[i + 1] << 8 : 0) | (i + 2 < len ? data[i + 2] : 0);
        out[n++] = alphabet[v >> 18];
        out[n++] = alphabet[v >> 12 & 63];
        out[n++] = i + 1 < len ? alphabet[v >> 6 & 63] : '=';
        out[n++] = i + 2 < len ? alphabet[v & 63] : '=';
    }
    out[n] = '\0';
    return n;
}
