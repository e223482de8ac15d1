/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/base32.h"

void cdr_base32_encode(const uint8_t *data, size_t len, char *ret)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    unsigned held = 0, bits = 0;
    for (size_t i = 0; i < len; i++) {
        held = (held << 8 | data[i]) & 0xfff;
        for (bits += 8; bits >= 5; bits -= 5)
            *ret++ = letters[held >> (bits - 5) & 31];
    }
    if (bits)
        *ret++ = letters[held << (5 - bits) & 31];
    *ret = '\0';
}

static int value_of(char c)
{
    if (c >= 'a' && c <= 'z')
        return c - 'a';
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    return c >= '2' && c <= '7' ? c - '2' + 26 : -1;
}

cdr_status cdr_base32_decode(const char *text, size_t len, uint8_t *ret, size_t cap, size_t *ret_len)
{
    /* How many letters a last group may have, and how many signs of padding fill it. */
    static const int padding_after[8] = {0, -1, 6, -1, 4, 3, -1, 1};
    unsigned held = 0, bits = 0, padding = 0;
    size_t letters = 0, n = 0;
    *ret_len = 0;
    for (size_t i = 0; i < len; i++) {
        if (text[i] == ' ')
            continue;
        if (text[i] == '=') {
            padding++;
            continue;
        }
        int v = value_of(text[i]);
        if (v < 0 || padding)
            return CDR_E_INVAL;
        letters++;
        held = (held << 5 | (unsigned)v) & 0xfff;
        bits += 5;
        if (bits >= 8) {
            if (n == cap)
                return CDR_E_LIMIT;
            bits -= 8;
            ret[n++] = (uint8_t)(held >> bits);
        }
    }
    int fits = padding_after[letters % 8];
    if (fits < 0 || (padding && padding != (unsigned)fits) || (held & ((1u << bits) - 1)))
        return CDR_E_INVAL;
    *ret_len = n;
    return CDR_OK;
}
