/* SPDX-License-Identifier: Apache-2.0 */
#include "candor/crypto.h"

#include "base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <unistd.h>

void cdr_value_id(const cdr_secret *key, const void *value, size_t len, uint8_t ret[CDR_VALUE_ID_BYTES])
{
    crypto_shorthash_siphashx24(ret, value, len, cdr_secret_bytes(key));
}

void cdr_sha256(const void *data, size_t len, uint8_t ret[CDR_SHA256_BYTES])
{
    crypto_hash_sha256(ret, data, len);
}

void cdr_sha256_parts(const void *const *parts, const size_t *lens, size_t count, uint8_t ret[CDR_SHA256_BYTES])
{
    crypto_hash_sha256_state state;
    crypto_hash_sha256_init(&state);
    for (size_t i = 0; i < count; i++)
        crypto_hash_sha256_update(&state, parts[i], lens[i]);
    crypto_hash_sha256_final(&state, ret);
}

cdr_status cdr_sha256_fd(int fd, const char *name, uint8_t ret[CDR_SHA256_BYTES], uint64_t *ret_len, cdr_err *err)
{
    return cdr_sha256_fd_told(fd, name, NULL, NULL, ret, ret_len, err);
}

cdr_status cdr_sha256_fd_told(int fd, const char *name, cdr_hash_told *told, void *arg, uint8_t ret[CDR_SHA256_BYTES], uint64_t *ret_len, cdr_err *err)
{
    enum { BLOCK = 256 << 10 };
    _cleanup_free_ uint8_t *block = cdr_alloc(BLOCK);
    if (!block)
        return cdr_fail_nomem(err, "crypto");
    crypto_hash_sha256_state state;
    crypto_hash_sha256_init(&state);
    uint64_t at = 0;
    for (ssize_t n; (n = pread(fd, block, BLOCK, (off_t)at)) != 0;) {
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return cdr_fail_errno(err, CDR_E_IO, "crypto", "crypto.read", errno, "Cannot read %.300s", name);
        crypto_hash_sha256_update(&state, block, (size_t)n);
        at += (uint64_t)n;
        if (told && !told(arg, at)) {
            cdr_wipe(block, BLOCK);
            return cdr_fail(err, CDR_E_CANCELLED, "crypto", "crypto.stopped", "Stopped before all of it was read; nothing was kept.");
        }
    }
    cdr_wipe(block, BLOCK);
    crypto_hash_sha256_final(&state, ret);
    if (ret_len)
        *ret_len = at;
    return CDR_OK;
}

cdr_status cdr_sha256_file(const char *path, uint8_t ret[CDR_SHA256_BYTES], cdr_err *err)
{
    struct stat st;
    _cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return cdr_fail_errno(err, errno == ENOENT ? CDR_NOT_FOUND : CDR_E_IO, "crypto", "crypto.open", errno, "Cannot open %.300s", path);
    if (fstat(fd, &st) || !S_ISREG(st.st_mode))
        return cdr_fail(err, CDR_E_INVAL, "crypto", "crypto.not-a-file", "%.300s is no file.", path);
    return cdr_sha256_fd(fd, path, ret, NULL, err);
}

void cdr_blake2b(const cdr_secret *key, const void *data, size_t len, uint8_t ret[32])
{
    crypto_generichash(ret, 32, data, len, key ? cdr_secret_bytes(key) : NULL, key ? cdr_secret_len(key) : 0);
}
