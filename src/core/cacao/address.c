/* SPDX-License-Identifier: Apache-2.0 */
#include "core/cacao/address.h"

#include "base/parse.h"

#include <arpa/inet.h>
#include <string.h>

bool cdr_address_parse(const char *s, size_t len, bool v6, cdr_address *ret)
{
    char text[INET6_ADDRSTRLEN];
    const char *slash = memchr(s, '/', len);
    size_t host = slash ? (size_t)(slash - s) : len;
    uint64_t bits = v6 ? 128 : 32, prefix = bits;
    if (!host || host >= sizeof text || memchr(s, '\0', len))
        return false;
    if (slash && ((slash[1] == '0' && len - host > 2) || !cdr_parse_u64(slash + 1, len - host - 1, 0, bits, &prefix)))
        return false;
    memcpy(text, s, host);
    text[host] = '\0';
    *ret = (cdr_address){.len = v6 ? 16 : 4, .prefix = (uint8_t)prefix};
    return inet_pton(v6 ? AF_INET6 : AF_INET, text, ret->bytes) == 1;
}

bool cdr_address_parse_mac(const char *s, size_t len, cdr_address *ret)
{
    *ret = (cdr_address){.len = 6, .prefix = 48};
    if (len != 17 || (s[2] != ':' && s[2] != '-'))
        return false;
    for (size_t i = 0; i < 6; i++)
        if (!cdr_hex_decode(s + 3 * i, 2, &ret->bytes[i], 1) || (i < 5 && s[3 * i + 2] != s[2]))
            return false;
    return true;
}

bool cdr_address_within(const cdr_address *a, const cdr_address *b)
{
    if (a->len != b->len || a->prefix < b->prefix)
        return false;
    size_t whole = b->prefix / 8;
    uint8_t mask = (uint8_t)(0xff00u >> b->prefix % 8);
    return memcmp(a->bytes, b->bytes, whole) == 0 && (!mask || whole == a->len || ((a->bytes[whole] ^ b->bytes[whole]) & mask) == 0);
}

int cdr_address_compare(const cdr_address *a, const cdr_address *b)
{
    int order = memcmp(a->bytes, b->bytes, CDR_MIN(a->len, b->len));
    if (order || a->len != b->len)
        return order ? order : a->len - b->len;
    return a->prefix - b->prefix;
}
