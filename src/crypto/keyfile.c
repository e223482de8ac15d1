/* SPDX-License-Identifier: Apache-2.0 */
/* The workspace key on disk, one line of text:
 *
 *   candor-key-1 plain <64 hex digits>
 *   candor-key-1 argon2id <operations> <bytes of memory> <salt> <nonce> <sealed key>
 *
 * Everything before the sealed key is its associated data, so that nobody can weaken the parameters unnoticed. */
#include "candor/crypto.h"

#include "base/io.h"
#include "base/parse.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAGIC "candor-key-1 "
#define SALT crypto_pwhash_SALTBYTES
#define NONCE crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define SEALED (CDR_KEY_BYTES + crypto_aead_xchacha20poly1305_ietf_ABYTES)
#define FILE_MAX 1024
/* What opening a file of unknown origin may cost at most. */
#define MEMORY_MAX (UINT64_C(1) << 31)
#define OPERATIONS_MAX 20

static cdr_status key_of_passphrase(const cdr_secret *passphrase, const uint8_t salt[SALT], uint64_t operations, uint64_t memory, cdr_secret **ret, cdr_err *err)
{
    cdr_status s = cdr_secret_new(NULL, CDR_KEY_BYTES, ret, err);
    if (s != CDR_OK)
        return s;
    if (crypto_pwhash(cdr_secret_writable(*ret), CDR_KEY_BYTES, (const char *)cdr_secret_bytes(passphrase), cdr_secret_len(passphrase), salt, operations,
                      (size_t)memory, crypto_pwhash_ALG_ARGON2ID13) == 0)
        return CDR_OK;
    cdr_secret_free(*ret);
    *ret = NULL;
    return cdr_fail(err, CDR_E_NOMEM, "crypto", "keyfile.memory", "Turning the passphrase into a key needs %llu MiB of memory, more than is free.",
                    (unsigned long long)(memory >> 20));
}

static void format_head(char *text, size_t cap, uint64_t operations, uint64_t memory, const uint8_t salt[SALT], const uint8_t nonce[NONCE])
{
    char salt_hex[2 * SALT + 1], nonce_hex[2 * NONCE + 1];
    cdr_hex_encode(salt, SALT, salt_hex);
    cdr_hex_encode(nonce, NONCE, nonce_hex);
    snprintf(text, cap, MAGIC "argon2id %llu %llu %s %s ", (unsigned long long)operations, (unsigned long long)memory, salt_hex, nonce_hex);
}

static cdr_status seal(const cdr_ctx *ctx, const cdr_secret *key, const cdr_secret *passphrase, char text[FILE_MAX], cdr_err *err)
{
    uint8_t salt[SALT], nonce[NONCE], sealed[SEALED];
    cdr_secret *wrap;
    ctx->random(ctx->rng, salt, sizeof salt);
    ctx->random(ctx->rng, nonce, sizeof nonce);
    cdr_status s = key_of_passphrase(passphrase, salt, crypto_pwhash_OPSLIMIT_MODERATE, crypto_pwhash_MEMLIMIT_MODERATE, &wrap, err);
    if (s != CDR_OK)
        return s;
    format_head(text, FILE_MAX, crypto_pwhash_OPSLIMIT_MODERATE, crypto_pwhash_MEMLIMIT_MODERATE, salt, nonce);
    crypto_aead_xchacha20poly1305_ietf_encrypt(sealed, NULL, cdr_secret_bytes(key), CDR_KEY_BYTES, (const uint8_t *)text, strlen(text), NULL, nonce,
                                               cdr_secret_bytes(wrap));
    cdr_secret_free(wrap);
    cdr_hex_encode(sealed, sizeof sealed, text + strlen(text));
    return CDR_OK;
}

static cdr_status write_new(const char *path, const char *text, cdr_err *err)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return cdr_fail_errno(err, errno == EEXIST ? CDR_E_INVAL : CDR_E_IO, "crypto", "keyfile.create", errno, "Cannot make the key file %s", path);
    cdr_status s = cdr_write_all(fd, text, strlen(text), err);
    if (s == CDR_OK && cdr_sync_fd(fd))
        s = cdr_fail_errno(err, CDR_E_IO, "crypto", "keyfile.sync", errno, "Cannot make the key file %s durable", path);
    close(fd);
    /* A database must never be durable without the key that opens it. */
    if (s == CDR_OK)
        s = cdr_sync_folder_of(path, err);
    if (s != CDR_OK)
        unlink(path);
    return s;
}

cdr_status cdr_keyfile_create(const cdr_ctx *ctx, const char *path, const cdr_secret *key, const cdr_secret *passphrase, cdr_err *err)
{
    cdr_secret *page;
    if (cdr_secret_len(key) != CDR_KEY_BYTES)
        return cdr_fail(err, CDR_E_INVAL, "crypto", "keyfile.length", "A workspace key has %d bytes.", CDR_KEY_BYTES);
    cdr_status s = cdr_secret_new(NULL, FILE_MAX, &page, err);
    if (s != CDR_OK)
        return s;
    char *text = (char *)cdr_secret_writable(page);
    if (passphrase)
        s = seal(ctx, key, passphrase, text, err);
    else {
        memcpy(text, MAGIC "plain ", sizeof MAGIC "plain " - 1);
        cdr_hex_encode(cdr_secret_bytes(key), CDR_KEY_BYTES, text + strlen(text));
    }
    if (s == CDR_OK) {
        memcpy(text + strlen(text), "\n", 2);
        s = write_new(path, text, err);
    }
    cdr_secret_free(page);
    return s;
}

cdr_status cdr_keyfile_replace(const cdr_ctx *ctx, const char *path, const cdr_secret *key, const cdr_secret *passphrase, cdr_err *err)
{
    char *real = realpath(path, NULL);
    _cleanup_free_ char *fresh = cdr_asprintf("%s.new", real ? real : path);
    cdr_status s = fresh ? CDR_OK : cdr_fail_nomem(err, "crypto");
    if (s == CDR_OK) {
        unlink(fresh);   /* what an interrupted attempt left */
        s = cdr_keyfile_create(ctx, fresh, key, passphrase, err);
    }
    if (s == CDR_OK && rename(fresh, real ? real : path)) {
        s = cdr_fail_errno(err, CDR_E_IO, "crypto", "keyfile.rename", errno, "Cannot put the new key file in place of %s", path);
        unlink(fresh);
    }
    if (s == CDR_OK)
        s = cdr_sync_folder_of(real ? real : path, err);
    free(real);
    return s;
}

static cdr_status damaged(const char *path, cdr_err *err)
{
    return cdr_fail(err, CDR_E_CORRUPT, "crypto", "keyfile.damaged", "%s is no key file, or damaged; put back your copy of it.", path);
}

static cdr_status read_page(const char *path, bool check_mode, cdr_secret **ret, cdr_err *err)
{
    struct stat st;
    *ret = NULL;
    _cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);   /* a pipe put in its place would wait for ever */
    if (fd < 0)
        return cdr_fail_errno(err, errno == ENOENT ? CDR_NOT_FOUND : errno == EACCES ? CDR_DENIED : CDR_E_IO, "crypto", "keyfile.open", errno,
                              "Cannot open the key file %s", path);
    if (fstat(fd, &st) || !S_ISREG(st.st_mode))
        return damaged(path, err);
    if (check_mode && st.st_mode & 077)
        return cdr_fail(err, CDR_DENIED, "crypto", "keyfile.mode", "Others may read the key file %s; run chmod 600 on it, and make a new workspace if they did.", path);
    cdr_status s = cdr_secret_new(NULL, FILE_MAX + 1, ret, err);
    if (s != CDR_OK)
        return s;
    ssize_t n = cdr_read_some(fd, cdr_secret_writable(*ret), FILE_MAX);
    const char *text = (const char *)cdr_secret_bytes(*ret);
    if (n <= 0 || strncmp(text, MAGIC, strlen(MAGIC)) != 0) {
        cdr_secret_free(*ret);
        *ret = NULL;
        return damaged(path, err);
    }
    return CDR_OK;
}

cdr_status cdr_keyfile_kind_of(const char *path, cdr_keyfile_kind *ret, cdr_err *err)
{
    cdr_secret *page;
    cdr_status s = read_page(path, false, &page, err);
    if (s != CDR_OK)
        return s;
    *ret = !strncmp((const char *)cdr_secret_bytes(page) + strlen(MAGIC), "plain ", 6) ? CDR_KEYFILE_PLAIN : CDR_KEYFILE_PASSPHRASE;
    cdr_secret_free(page);
    return CDR_OK;
}

/* Next word of ${*text} up to ${end}; false when there is none. */
static bool next_word(char **text, char **word, size_t *len)
{
    *word = *text;
    *len = strcspn(*text, " \n");
    *text += *len + ((*text)[*len] == ' ');
    return *len > 0;
}

static cdr_status unseal(const char *path, char *text, const cdr_secret *passphrase, cdr_secret **ret, cdr_err *err)
{
    char *p = text + strlen(MAGIC) + strlen("argon2id "), *word;
    size_t len;
    uint64_t operations = 0, memory = 0;
    uint8_t salt[SALT], nonce[NONCE], sealed[SEALED];
    bool good = next_word(&p, &word, &len) && cdr_parse_u64(word, len, 1, OPERATIONS_MAX, &operations) && next_word(&p, &word, &len) &&
                cdr_parse_u64(word, len, 8192, MEMORY_MAX, &memory) && next_word(&p, &word, &len) && cdr_hex_decode(word, len, salt, SALT) &&
                next_word(&p, &word, &len) && cdr_hex_decode(word, len, nonce, NONCE);
    size_t head = (size_t)(p - text);
    if (!good || !next_word(&p, &word, &len) || !cdr_hex_decode(word, len, sealed, SEALED))
        return damaged(path, err);
    if (!passphrase)
        return cdr_fail(err, CDR_E_LOCKED, "crypto", "keyfile.sealed", "%s is sealed with a passphrase; give it on the terminal or with --passphrase-file.", path);
    cdr_secret *wrap;
    cdr_status s = key_of_passphrase(passphrase, salt, operations, memory, &wrap, err);
    if (s == CDR_OK)
        s = cdr_secret_new(NULL, CDR_KEY_BYTES, ret, err);
    if (s == CDR_OK && crypto_aead_xchacha20poly1305_ietf_decrypt(cdr_secret_writable(*ret), NULL, NULL, sealed, SEALED, (const uint8_t *)text, head, nonce,
                                                                  cdr_secret_bytes(wrap))) {
        cdr_secret_free(*ret);
        *ret = NULL;
        s = cdr_fail(err, CDR_DENIED, "crypto", "keyfile.passphrase", "The passphrase does not open %s.", path);
    }
    cdr_secret_free(wrap);
    return s;
}

static cdr_status read_plain(const char *path, char *text, cdr_secret **ret, cdr_err *err)
{
    char *p = text + strlen(MAGIC) + strlen("plain "), *word;
    size_t len;
    cdr_status s = cdr_secret_new(NULL, CDR_KEY_BYTES, ret, err);
    if (s == CDR_OK && (!next_word(&p, &word, &len) || !cdr_hex_decode(word, len, cdr_secret_writable(*ret), CDR_KEY_BYTES))) {
        cdr_secret_free(*ret);
        *ret = NULL;
        s = damaged(path, err);
    }
    return s;
}

cdr_status cdr_keyfile_open(const char *path, const cdr_secret *passphrase, cdr_secret **ret, cdr_err *err)
{
    cdr_secret *page;
    *ret = NULL;
    cdr_status s = read_page(path, true, &page, err);
    if (s != CDR_OK)
        return s;
    char *text = (char *)cdr_secret_writable(page), *kind = text + strlen(MAGIC);
    if (!strncmp(kind, "plain ", 6))
        s = read_plain(path, text, ret, err);
    else if (!strncmp(kind, "argon2id ", 9))
        s = unseal(path, text, passphrase, ret, err);
    else
        s = damaged(path, err);
    cdr_secret_free(page);
    return s;
}
