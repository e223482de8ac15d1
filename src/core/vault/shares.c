/* SPDX-License-Identifier: Apache-2.0 */
#include "core/vault/shares.h"

#include "base/io.h"
#include "base/parse.h"
#include "base/text.h"
#include "base/time.h"

#include <libgfshare.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#define MAGIC "candor-share-1"
#define CHECK_BYTES 8
#define DATA_HEX (2 * CDR_KEY_BYTES)

/* The library asks for chance through a variable of its own, without a context. */
static void fill_random(unsigned char *to, unsigned int len)
{
    randombytes_buf(to, len);
}

/* --- one share as text --- */

/* What the checksum covers: everything that is read. */
static void checksum(const cdr_share *s, char ret[2 * CHECK_BYTES + 1])
{
    char head[160];
    uint8_t hash[CDR_SHA256_BYTES];
    int n = snprintf(head, sizeof head, MAGIC " %s %s %u %u %u %lld ", s->of.workspace, s->of.set, s->number, s->of.shares, s->of.needed, (long long)(s->of.made_us / 1000000));
    const void *parts[] = {head, cdr_secret_bytes(s->data)};
    size_t lens[] = {(size_t)n, cdr_secret_len(s->data)};
    cdr_sha256_parts(parts, lens, CDR_COUNT(parts), hash);
    cdr_hex_encode(hash, CHECK_BYTES, ret);
}

static cdr_status compose(const cdr_share *s, const char *org, cdr_buf *out)
{
    char hex[DATA_HEX + 1], check[2 * CHECK_BYTES + 1], made[CDR_TIME_TEXT];
    cdr_time_format(s->of.made_us / 1000000 * 1000000, made);
    cdr_hex_encode(cdr_secret_bytes(s->data), CDR_KEY_BYTES, hex);
    checksum(s, check);
    cdr_buf_addf(out, "Recovery share %u of %u\n\n", s->number, s->of.shares);
    cdr_buf_addf(out, "This is one of %u parts of the key that opens the customer data of\n", s->of.shares);
    cdr_text_escape(out, org, strlen(org));
    cdr_buf_addf(out, ".\n\nAny %u of the parts together give the key back when it was lost; fewer tell\nnothing. ", s->of.needed);
    cdr_buf_adds(out, "Keep it on paper or on a stick in a safe place, apart from the\nothers, and hand it to nobody but the owner. ");
    cdr_buf_addf(out, "Never send it by e-mail.\n\nTo recover: collect %u of these files, then\n  candor key recover SHARE...\n\n", s->of.needed);
    cdr_buf_addf(out, MAGIC "\nworkspace %s\nset %s\nshare %u\nof %u\nneeded %u\nmade %s\n", s->of.workspace, s->of.set, s->number, s->of.shares, s->of.needed, made);
    for (size_t i = 0; i < DATA_HEX; i += 4)
        cdr_buf_addf(out, "%s%.4s", i == 0 ? "data " : i % 32 == 0 ? "\ndata " : "-", hex + i);
    cdr_buf_addf(out, "\ncheck %s\n", check);
    cdr_wipe(hex, sizeof hex);
    return cdr_buf_status(out);
}

static cdr_status bad(const char *name, const char *what, cdr_err *err)
{
    return cdr_fail(err, CDR_E_CORRUPT, "vault", "shares.damaged", "%s %s.", name, what);
}

typedef struct reading { cdr_share *s; char hex[DATA_HEX + 1]; size_t hex_len; char check[2 * CHECK_BYTES + 1]; unsigned seen; bool begun; } reading;

/* Hexadecimal digits of ${v} without the signs between them. */
static bool take_hex(reading *r, const char *v, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        char c = v[i] >= 'A' && v[i] <= 'F' ? (char)(v[i] | 0x20) : v[i];
        if (c == '-' || c == ' ')
            continue;
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')) || r->hex_len == DATA_HEX)
            return false;
        r->hex[r->hex_len++] = c;
    }
    return true;
}

static bool take_text(const char *v, size_t len, char *ret, size_t size)
{
    if (len != size - 1)
        return false;
    memcpy(ret, v, len);
    ret[len] = '\0';
    return true;
}

static bool take_count(const char *v, size_t len, unsigned *ret)
{
    uint64_t n;
    bool good = cdr_parse_u64(v, len, 1, CDR_SHARES_MAX, &n);
    *ret = good ? (unsigned)n : 0;
    return good;
}

static bool take_time(const char *v, size_t len, int64_t *ret)
{
    char text[CDR_TIME_TEXT];
    if (len >= sizeof text)
        return false;
    memcpy(text, v, len);
    text[len] = '\0';
    return cdr_time_parse(text, ret);
}

/* "key value"; what is not known is a word for people. False: wrong. */
static bool take_line(reading *r, const char *line, size_t len)
{
    static const char *const keys[] = {"workspace ", "set ", "share ", "of ", "needed ", "made ", "data ", "check "};
    size_t k = 0, n = 0;
    while (k < CDR_COUNT(keys) && !(len > (n = strlen(keys[k])) && cdr_ascii_ieq(line, n, keys[k], n)))
        k++;
    if (k == CDR_COUNT(keys))
        return true;
    const char *v = line + n;
    len -= n;
    if (k != 6 && (r->seen & (1u << k)))
        return false;
    r->seen |= 1u << k;
    switch (k) {
    case 0: return take_text(v, len, r->s->of.workspace, sizeof r->s->of.workspace);
    case 1: return take_text(v, len, r->s->of.set, sizeof r->s->of.set);
    case 2: return take_count(v, len, &r->s->number);
    case 3: return take_count(v, len, &r->s->of.shares);
    case 4: return take_count(v, len, &r->s->of.needed);
    case 5: return take_time(v, len, &r->s->of.made_us);
    case 6: return take_hex(r, v, len);
    default: return take_text(v, len, r->check, sizeof r->check);
    }
}

static cdr_status finish(reading *r, const char *name, cdr_err *err)
{
    char check[2 * CHECK_BYTES + 1];
    cdr_share *s = r->s;
    if (!r->begun)
        return bad(name, "is no recovery share", err);
    if (r->seen != 0xFF || r->hex_len != DATA_HEX || s->number > s->of.shares || s->of.needed > s->of.shares || s->of.needed < 2)
        return bad(name, "is not complete, or was mistyped", err);
    cdr_status st = cdr_secret_new(NULL, CDR_KEY_BYTES, &s->data, err);
    if (st != CDR_OK)
        return st;
    if (!cdr_hex_decode(r->hex, DATA_HEX, cdr_secret_writable(s->data), CDR_KEY_BYTES))
        return bad(name, "is not complete, or was mistyped", err);
    checksum(s, check);
    for (char *c = r->check; *c; c++)
        *c = *c >= 'A' && *c <= 'F' ? (char)(*c | 0x20) : *c;
    return strcmp(check, r->check) ? bad(name, "was changed or mistyped: its checksum does not fit", err) : CDR_OK;
}

cdr_status cdr_share_read(const char *text, size_t len, const char *name, cdr_share *ret, cdr_err *err)
{
    reading r = {.s = ret};
    *ret = (cdr_share){0};
    bool good = len <= CDR_SHARE_TEXT_MAX;
    for (const char *p = text, *end = text + len; good && p < end;) {
        const char *nl = memchr(p, '\n', (size_t)(end - p));
        size_t n = nl ? (size_t)(nl - p) : (size_t)(end - p);
        size_t used = n + (nl != NULL);
        while (n && (p[n - 1] == '\r' || p[n - 1] == ' '))
            n--;
        if (r.begun)
            good = take_line(&r, p, n);
        else
            r.begun = n == strlen(MAGIC) && !memcmp(p, MAGIC, n);
        p += used;
    }
    cdr_status s = good ? finish(&r, name, err) : bad(name, "is not complete, or was mistyped", err);
    cdr_wipe(r.hex, sizeof r.hex);
    if (s != CDR_OK)
        cdr_share_done(ret);
    return s;
}

void cdr_share_done(cdr_share *s)
{
    cdr_secret_free(s->data);
    *s = (cdr_share){0};
}

/* --- splitting and joining --- */

static cdr_status write_share(const cdr_share *s, const char *org, const char *dir, cdr_err *err)
{
    char name[24];
    struct stat st;
    snprintf(name, sizeof name, "share-%u.txt", s->number);
    _cleanup_free_ char *path = cdr_path_join(dir, name);
    cdr_buf text = CDR_BUF(CDR_SHARE_TEXT_MAX);
    if (!path || cdr_buf_reserve(&text, CDR_SHARE_TEXT_MAX) != CDR_OK)
        return cdr_fail_nomem(err, "vault");
    cdr_status status = CDR_OK;
    if (!lstat(path, &st))
        status = cdr_fail(err, CDR_E_INVAL, "vault", "shares.exists", "%s is there already; choose another folder.", path);
    else if (compose(s, org, &text) != CDR_OK)
        status = cdr_fail_nomem(err, "vault");
    else
        status = cdr_file_write(path, text.data, text.len, 0600, err);
    cdr_buf_wipe(&text);
    return status;
}

static cdr_status check_set(const cdr_secret *key, const cdr_share_set *set, cdr_err *err)
{
    if (cdr_secret_len(key) != CDR_KEY_BYTES || strlen(set->workspace) != sizeof set->workspace - 1)
        return cdr_fail(err, CDR_E_INVAL, "vault", "shares.key", "A workspace key has %d bytes, and its workspace an identity.", CDR_KEY_BYTES);
    if (set->shares < 2 || set->shares > CDR_SHARES_MAX || set->needed < 2 || set->needed > set->shares)
        return cdr_fail(err, CDR_E_INVAL, "vault", "shares.numbers", "There may be 2 to %u shares, of which 2 or more are needed, as in --shares 5 --needed 3.", CDR_SHARES_MAX);
    return CDR_OK;
}

/* Nothing is written before every name is free: half a set would look like a whole one. */
static cdr_status check_names(const cdr_share_set *set, const char *dir, cdr_err *err)
{
    for (unsigned i = 1; i <= set->shares; i++) {
        char name[24];
        struct stat st;
        snprintf(name, sizeof name, "share-%u.txt", i);
        _cleanup_free_ char *path = cdr_path_join(dir, name);
        if (!path)
            return cdr_fail_nomem(err, "vault");
        if (!lstat(path, &st))
            return cdr_fail(err, CDR_E_INVAL, "vault", "shares.exists", "%s is there already; choose another folder.", path);
    }
    return CDR_OK;
}

cdr_status cdr_shares_write(const cdr_ctx *ctx, const cdr_secret *key, const char *org, cdr_share_set *set, const char *dir, cdr_err *err)
{
    unsigned char numbers[CDR_SHARES_MAX];
    uint8_t id[8];
    cdr_status s = check_set(key, set, err);
    if (s == CDR_OK)
        s = cdr_mkdirs(dir, 0700, err);
    if (s == CDR_OK)
        s = check_names(set, dir, err);
    if (s != CDR_OK)
        return s;
    for (unsigned i = 0; i < set->shares; i++)
        numbers[i] = (unsigned char)(i + 1);
    ctx->random(ctx->rng, id, sizeof id);
    cdr_hex_encode(id, sizeof id, set->set);
    set->made_us = cdr_now_us(ctx) / 1000000 * 1000000;
    gfshare_fill_rand = fill_random;
    gfshare_ctx *g = gfshare_ctx_init_enc(numbers, set->shares, (unsigned char)set->needed, CDR_KEY_BYTES);
    cdr_share share = {.of = *set};
    s = g ? cdr_secret_new(NULL, CDR_KEY_BYTES, &share.data, err) : cdr_fail_nomem(err, "vault");
    if (s == CDR_OK)
        gfshare_ctx_enc_setsecret(g, (unsigned char *)(uintptr_t)cdr_secret_bytes(key));
    for (unsigned i = 0; s == CDR_OK && i < set->shares; i++) {
        share.number = i + 1;
        gfshare_ctx_enc_getshare(g, (unsigned char)i, cdr_secret_writable(share.data));
        s = write_share(&share, org, dir, err);
    }
    cdr_secret_free(share.data);
    if (g)
        gfshare_ctx_free(g);   /* overwrites what it held */
    return s;
}

static cdr_status check_shares(const cdr_share *shares, size_t count, cdr_err *err)
{
    if (!count || count > CDR_SHARES_MAX)
        return cdr_fail(err, CDR_E_INVAL, "vault", "shares.none", "Give the files of the shares.");
    for (size_t i = 0; i < count; i++) {
        if (strcmp(shares[i].of.set, shares[0].of.set) || strcmp(shares[i].of.workspace, shares[0].of.workspace) || shares[i].of.needed != shares[0].of.needed)
            return cdr_fail(err, CDR_E_INVAL, "vault", "shares.mixed", "The shares were not made together (sets %s and %s); take those of one set.", shares[0].of.set, shares[i].of.set);
        for (size_t k = 0; k < i; k++)
            if (shares[k].number == shares[i].number)
                return cdr_fail(err, CDR_E_INVAL, "vault", "shares.twice", "Share %u is given twice.", shares[i].number);
    }
    if (count < shares[0].of.needed)
        return cdr_fail(err, CDR_E_INVAL, "vault", "shares.few", "%u shares are needed, and only %zu were given.", shares[0].of.needed, count);
    return CDR_OK;
}

cdr_status cdr_shares_join(const cdr_share *shares, size_t count, cdr_secret **ret, cdr_err *err)
{
    unsigned char numbers[CDR_SHARES_MAX];
    *ret = NULL;
    cdr_status s = check_shares(shares, count, err);
    if (s != CDR_OK)
        return s;
    for (size_t i = 0; i < count; i++)
        numbers[i] = (unsigned char)shares[i].number;
    gfshare_fill_rand = fill_random;
    gfshare_ctx *g = gfshare_ctx_init_dec(numbers, (unsigned)count, CDR_KEY_BYTES);
    if (!g)
        return cdr_fail_nomem(err, "vault");
    for (size_t i = 0; i < count; i++)
        gfshare_ctx_dec_giveshare(g, (unsigned char)i, (unsigned char *)(uintptr_t)cdr_secret_bytes(shares[i].data));
    s = cdr_secret_new(NULL, CDR_KEY_BYTES, ret, err);
    if (s == CDR_OK)
        gfshare_ctx_dec_extract(g, cdr_secret_writable(*ret));
    gfshare_ctx_free(g);
    return s;
}
