/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/hmac.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#define BLOCK 64

/* --- SHA-1 (FIPS 180-4) --- */

typedef struct sha1 { uint32_t h[5]; uint8_t block[BLOCK]; uint64_t len; } sha1;

static uint32_t turn(uint32_t v, unsigned by)
{
    return v << by | v >> (32 - by);
}

static void mix(sha1 *s)
{
    static const uint32_t k[] = {0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xca62c1d6};
    uint32_t w[80], a = s->h[0], b = s->h[1], c = s->h[2], d = s->h[3], e = s->h[4];
    for (unsigned i = 0; i < 16; i++)
        w[i] = (uint32_t)s->block[4 * i] << 24 | (uint32_t)s->block[4 * i + 1] << 16 | (uint32_t)s->block[4 * i + 2] << 8 | s->block[4 * i + 3];
    for (unsigned i = 16; i < 80; i++)
        w[i] = turn(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
    for (unsigned i = 0; i < 80; i++) {
        const uint32_t f[] = {(b & c) | (~b & d), b ^ c ^ d, (b & c) | (b & d) | (c & d), b ^ c ^ d};
        uint32_t next = turn(a, 5) + f[i / 20] + e + k[i / 20] + w[i];
        e = d;
        d = c;
        c = turn(b, 30);
        b = a;
        a = next;
    }
    s->h[0] += a;
    s->h[1] += b;
    s->h[2] += c;
    s->h[3] += d;
    s->h[4] += e;
    sodium_memzero(w, sizeof w);
}

static void begin(sha1 *s)
{
    *s = (sha1){.h = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0}};
}

static void add(sha1 *s, const void *data, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        s->block[s->len++ % BLOCK] = ((const uint8_t *)data)[i];
        if (s->len % BLOCK == 0)
            mix(s);
    }
}

static void finish(sha1 *s, uint8_t ret[CDR_SHA1_BYTES])
{
    uint64_t bits = s->len * 8;
    add(s, "\x80", 1);
    while (s->len % BLOCK != BLOCK - 8)
        add(s, "", 1);
    for (unsigned i = 0; i < 8; i++)
        add(s, &(uint8_t){(uint8_t)(bits >> (56 - 8 * i))}, 1);
    for (unsigned i = 0; i < CDR_SHA1_BYTES; i++)
        ret[i] = (uint8_t)(s->h[i / 4] >> (24 - 8 * (i % 4)));
    sodium_memzero(s, sizeof *s);
}

void cdr_sha1(const void *data, size_t len, uint8_t ret[CDR_SHA1_BYTES])
{
    sha1 s;
    begin(&s);
    add(&s, data, len);
    finish(&s, ret);
}

static void hmac_sha1(const void *key, size_t key_len, const void *data, size_t len, uint8_t ret[CDR_SHA1_BYTES])
{
    uint8_t pad[BLOCK] = {0}, inner[CDR_SHA1_BYTES];
    sha1 s;
    if (key_len > BLOCK)
        cdr_sha1(key, key_len, pad);
    else if (key_len)
        memcpy(pad, key, key_len);
    for (size_t i = 0; i < BLOCK; i++)
        pad[i] ^= 0x36;
    begin(&s);
    add(&s, pad, BLOCK);
    add(&s, data, len);
    finish(&s, inner);
    for (size_t i = 0; i < BLOCK; i++)
        pad[i] ^= 0x36 ^ 0x5c;
    begin(&s);
    add(&s, pad, BLOCK);
    add(&s, inner, sizeof inner);
    finish(&s, ret);
    sodium_memzero(pad, sizeof pad);
    sodium_memzero(inner, sizeof inner);
}

/* --- the three of them --- */

size_t cdr_otp_hash(cdr_totp_hash hash, const void *data, size_t len, uint8_t ret[CDR_HMAC_MAX])
{
    if (hash == CDR_TOTP_SHA256) {
        crypto_hash_sha256(ret, data, len);
        return crypto_hash_sha256_BYTES;
    }
    if (hash == CDR_TOTP_SHA512) {
        crypto_hash_sha512(ret, data, len);
        return crypto_hash_sha512_BYTES;
    }
    cdr_sha1(data, len, ret);
    return CDR_SHA1_BYTES;
}

size_t cdr_otp_hmac(cdr_totp_hash hash, const void *key, size_t key_len, const void *data, size_t len, uint8_t ret[CDR_HMAC_MAX])
{
    if (hash == CDR_TOTP_SHA256) {
        crypto_auth_hmacsha256_state s;
        crypto_auth_hmacsha256_init(&s, key, key_len);
        crypto_auth_hmacsha256_update(&s, data, len);
        crypto_auth_hmacsha256_final(&s, ret);
        sodium_memzero(&s, sizeof s);
        return crypto_auth_hmacsha256_BYTES;
    }
    if (hash == CDR_TOTP_SHA512) {
        crypto_auth_hmacsha512_state s;
        crypto_auth_hmacsha512_init(&s, key, key_len);
        crypto_auth_hmacsha512_update(&s, data, len);
        crypto_auth_hmacsha512_final(&s, ret);
        sodium_memzero(&s, sizeof s);
        return crypto_auth_hmacsha512_BYTES;
    }
    hmac_sha1(key, key_len, data, len, ret);
    return CDR_SHA1_BYTES;
}

void cdr_otp_truncate(const uint8_t *mac, size_t len, unsigned digits, char ret[12])
{
    unsigned at = mac[len - 1] & 15u;
    uint64_t code = (uint64_t)(mac[at] & 0x7fu) << 24 | (uint64_t)mac[at + 1] << 16 | (uint64_t)mac[at + 2] << 8 | mac[at + 3], limit = 1;
    for (unsigned i = 0; i < digits; i++)
        limit *= 10;
    snprintf(ret, 12, "%0*llu", (int)digits, (unsigned long long)(code % limit));
}

bool cdr_otp_read(const char *said, size_t len, unsigned digits, char ret[12])
{
    size_t n = 0;
    bool good = len <= 64;
    memset(ret, 0, 12);
    for (size_t i = 0; good && i < len; i++) {
        if (said[i] == ' ')
            continue;
        good = said[i] >= '0' && said[i] <= '9' && n < digits;
        if (good)
            ret[n++] = said[i];
    }
    good = good && n == digits;
    if (!good)
        memset(ret, 0, 12);
    return good;
}
