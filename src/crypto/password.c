/* SPDX-License-Identifier: Apache-2.0 */
/* Guessable secrets: Argon2id over the whole of what was said, then BLAKE2b keyed by the pepper.
 *
 *   byte 0 version (1)   1 cost   2-17 salt   18-49 keyed hash   50-63 zeros */
#include "crypto/password.h"

#include <sodium.h>
#include <string.h>

#define VERSION 1
#define SALT crypto_pwhash_SALTBYTES
#define HASH 32
#define AT_SALT 2
#define AT_HASH (AT_SALT + SALT)
#define PASSWORD_MAX 4096

static const struct { uint64_t operations; size_t memory; } costs[] = {
    [CDR_PASSWORD_NORMAL] = {3, (size_t)64 << 20},
    [CDR_PASSWORD_LIGHT] = {2, (size_t)19 << 20},
};

static cdr_status hash_with(const cdr_secret *pepper, unsigned cost, const uint8_t salt[SALT], const void *password, size_t len, uint8_t ret[HASH], cdr_err *err)
{
    static const char label[] = "candor password 1";
    uint8_t slow[sizeof label + HASH];
    if (cdr_secret_len(pepper) < crypto_generichash_KEYBYTES_MIN || cdr_secret_len(pepper) > crypto_generichash_KEYBYTES_MAX)
        return cdr_fail(err, CDR_E_CRYPTO, "crypto", "password.pepper", "The key that guards passwords has a wrong length; put back your copy of candor.keys.");
    if (len > PASSWORD_MAX)
        return cdr_fail(err, CDR_E_INVAL, "crypto", "password.length", "A password may have at most %d bytes.", PASSWORD_MAX);
    memcpy(slow, label, sizeof label);
    if (crypto_pwhash(slow + sizeof label, HASH, len ? password : "", len, salt, costs[cost].operations, costs[cost].memory, crypto_pwhash_ALG_ARGON2ID13))
        return cdr_fail(err, CDR_E_NOMEM, "crypto", "password.memory", "Hashing a password needs %zu MiB of memory, more than is free.", costs[cost].memory >> 20);
    cdr_blake2b(pepper, slow, sizeof slow, ret);
    sodium_memzero(slow, sizeof slow);
    return CDR_OK;
}

cdr_status cdr_password_store(const cdr_ctx *ctx, const cdr_secret *pepper, cdr_password_cost cost, const void *password, size_t len, uint8_t ret[CDR_PASSWORD_STORED], cdr_err *err)
{
    memset(ret, 0, CDR_PASSWORD_STORED);
    if (cost != CDR_PASSWORD_NORMAL && cost != CDR_PASSWORD_LIGHT)
        return cdr_fail(err, CDR_E_INVAL, "crypto", "password.cost", "There is no cost %u of hashing a password.", (unsigned)cost);
    if (!len)
        return cdr_fail(err, CDR_E_INVAL, "crypto", "password.empty", "An empty password is none.");
    cdr_status s = cdr_crypto_start(err);
    if (s != CDR_OK)
        return s;
    ret[0] = VERSION;
    ret[1] = (uint8_t)cost;
    ctx->random(ctx->rng, ret + AT_SALT, SALT);
    s = hash_with(pepper, cost, ret + AT_SALT, password, len, ret + AT_HASH, err);
    if (s != CDR_OK)
        memset(ret, 0, CDR_PASSWORD_STORED);   /* half a record must not be taken for one */
    return s;
}

cdr_status cdr_password_check(const cdr_secret *pepper, const uint8_t stored[CDR_PASSWORD_STORED], const void *password, size_t len, bool *ret, cdr_err *err)
{
    static const uint8_t decoy[CDR_PASSWORD_STORED] = {VERSION, CDR_PASSWORD_NORMAL};
    const uint8_t *record = stored ? stored : decoy;
    uint8_t hash[HASH];
    *ret = false;
    if (record[0] != VERSION || (record[1] != CDR_PASSWORD_NORMAL && record[1] != CDR_PASSWORD_LIGHT))
        return cdr_fail(err, CDR_E_CORRUPT, "crypto", "password.form", "A stored password has a form that this version does not know.");
    cdr_status s = cdr_crypto_start(err);
    if (s == CDR_OK)
        s = hash_with(pepper, record[1], record + AT_SALT, password, len, hash, err);
    if (s != CDR_OK)
        return s;
    bool same = !sodium_memcmp(hash, record + AT_HASH, HASH);
    *ret = same & (stored != NULL) & (len > 0);
    sodium_memzero(hash, sizeof hash);
    return CDR_OK;
}
