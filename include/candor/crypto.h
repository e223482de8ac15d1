/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file crypto.h
 * Secrets, keys, keyed hashes and signatures, all by libsodium. Secrets live in guarded, locked memory and are wiped
 * when freed. Subkeys are derived from the workspace key with BLAKE2b (crypto_kdf), one per purpose, so that a value
 * hashed for one purpose cannot be matched in another.
 */
#ifndef CANDOR_CRYPTO_H
#define CANDOR_CRYPTO_H

#include "candor/base.h"

#ifdef __cplusplus
extern "C" {
#endif

#define CDR_KEY_BYTES 32
#define CDR_SIGN_SEED_BYTES 32
#define CDR_SIGN_PUBLIC_BYTES 32
#define CDR_SIGNATURE_BYTES 64
#define CDR_SHA256_BYTES 32
#define CDR_VALUE_ID_BYTES 16

/** Bytes in guarded, locked memory; never printed, compared in constant time, zeroed when freed. */
typedef struct cdr_secret cdr_secret;

/** Prepare the library (idempotent, thread-safe). CDR_E_CRYPTO when libsodium cannot start. */
CDR_API CDR_NODISCARD cdr_status cdr_crypto_start(cdr_err *err);

/** New secret of ${len} bytes copied from ${bytes} (NULL: zeroed). The caller wipes its own copy. */
CDR_API CDR_NODISCARD cdr_status cdr_secret_new(const void *bytes, size_t len, cdr_secret **ret, cdr_err *err);
/** New random secret from the context's random source. */
CDR_API CDR_NODISCARD cdr_status cdr_secret_random(const cdr_ctx *ctx, size_t len, cdr_secret **ret, cdr_err *err);
CDR_API size_t cdr_secret_len(const cdr_secret *s);
/** Borrowed pointer into locked memory; valid until the secret is freed. */
CDR_API const uint8_t *cdr_secret_bytes(const cdr_secret *s);
CDR_API uint8_t *cdr_secret_writable(cdr_secret *s);
/** Constant-time comparison. */
CDR_API bool cdr_secret_equal(const cdr_secret *a, const cdr_secret *b);
/** Wipes and frees; NULL is fine. */
CDR_API void cdr_secret_free(cdr_secret *s);

/** What a derived key is for. Values are stored: never renumber. */
typedef enum cdr_key_purpose {
    CDR_KEY_VALUE_ID = 1,     /**< keyed hash of found values (inventory) */
    CDR_KEY_LEDGER_SIGN = 2,  /**< Ed25519 seed of the ledger's checkpoints */
    CDR_KEY_PSEUDONYM = 3,    /**< subject pseudonyms in ledger entries and redaction */
    CDR_KEY_SUPPRESSION = 4,  /**< keyed hash of rule and value in suppressions */
    CDR_KEY_CONTENT = 5,      /**< keyed hash of file contents (incremental scan) */
    CDR_KEY_VAULT = 6,        /**< wraps the vault's key-encryption keys */
    CDR_KEY_INDEX = 7,        /**< blind index of customers */
    CDR_KEY_CALLER = 8,       /**< numbers and subjects of calls, codes */
    CDR_KEY_STAFF = 9,        /**< pepper of staff passwords; seals their authenticators */
    CDR_KEY_PLAYBOOK_SIGN = 10, /**< Ed25519 seed under which the workspace signs its playbooks */
    CDR_KEY_INCIDENT = 11,    /**< seals letters drafted in an incident and secrets handed to a run */
    CDR_KEY__MAX
} cdr_key_purpose;

/** Derive the 32-byte key for ${purpose} from the 32-byte ${root}. */
CDR_API CDR_NODISCARD cdr_status cdr_key_derive(const cdr_secret *root, cdr_key_purpose purpose, cdr_secret **ret, cdr_err *err);

/** 128-bit SipHash-2-4 keyed with the first 16 bytes of ${key}: fast, for ids of guessable values. Not a signature. */
CDR_API void cdr_value_id(const cdr_secret *key, const void *value, size_t len, uint8_t ret[CDR_VALUE_ID_BYTES]);

CDR_API void cdr_sha256(const void *data, size_t len, uint8_t ret[CDR_SHA256_BYTES]);
/** SHA-256 over several pieces: ${count} pieces of (${parts}[i], ${lens}[i]). */
CDR_API void cdr_sha256_parts(const void *const *parts, const size_t *lens, size_t count, uint8_t ret[CDR_SHA256_BYTES]);
/**
 * SHA-256 of an open file from its beginning to its end, in constant memory; the file's position stays. ${name} is for the message,
 * ${ret_len} (may be NULL) the bytes read.
 */
CDR_API CDR_NODISCARD cdr_status cdr_sha256_fd(int fd, const char *name, uint8_t ret[CDR_SHA256_BYTES], uint64_t *ret_len, cdr_err *err);
/** How far it is, after each piece; false ends it with CDR_E_CANCELLED. */
typedef bool cdr_hash_told(void *arg, uint64_t done);
/** The same for large files; ${told} may be NULL. */
CDR_API CDR_NODISCARD cdr_status cdr_sha256_fd_told(int fd, const char *name, cdr_hash_told *told, void *arg, uint8_t ret[CDR_SHA256_BYTES], uint64_t *ret_len, cdr_err *err);
/** The same of a regular file at ${path}. */
CDR_API CDR_NODISCARD cdr_status cdr_sha256_file(const char *path, uint8_t ret[CDR_SHA256_BYTES], cdr_err *err);
/** BLAKE2b-256, keyed when ${key} is not NULL. */
CDR_API void cdr_blake2b(const cdr_secret *key, const void *data, size_t len, uint8_t ret[32]);

/** Ed25519 (RFC 8032): public key of a 32-byte seed. */
CDR_API void cdr_sign_public(const cdr_secret *seed, uint8_t ret[CDR_SIGN_PUBLIC_BYTES]);
/** The seed expanded, for many signatures: cdr_sign takes it in place of the seed and spares half of the work. */
CDR_API CDR_NODISCARD cdr_status cdr_sign_expand(const cdr_secret *seed, cdr_secret **ret, cdr_err *err);
CDR_API CDR_NODISCARD cdr_status cdr_sign(const cdr_secret *seed, const void *msg, size_t len, uint8_t ret[CDR_SIGNATURE_BYTES], cdr_err *err);
/** True when the signature is good; strict: refuses non-canonical and low-order keys and points as libsodium does. */
CDR_API bool cdr_verify(const uint8_t pub[CDR_SIGN_PUBLIC_BYTES], const void *msg, size_t len, const uint8_t sig[CDR_SIGNATURE_BYTES]);

/** Bytes that sealing adds: a nonce of 24 before, a tag of 16 behind. */
#define CDR_SEAL_BYTES 40
/**
 * XChaCha20-Poly1305 under the 32-byte ${key}, with a random nonce from the context: ${ret} takes ${len} + CDR_SEAL_BYTES bytes.
 * ${bound} is not written but must be the same when it is opened: it ties the text to its place.
 */
CDR_API CDR_NODISCARD cdr_status cdr_seal(const cdr_ctx *ctx, const cdr_secret *key, const void *data, size_t len, const void *bound, size_t bound_len, uint8_t *ret, cdr_err *err);
/** Opens what cdr_seal made: ${ret} takes ${len} - CDR_SEAL_BYTES bytes. CDR_DENIED: other key, other place, or changed. */
CDR_API CDR_NODISCARD cdr_status cdr_unseal(const cdr_secret *key, const uint8_t *sealed, size_t len, const void *bound, size_t bound_len, uint8_t *ret, cdr_err *err);

/** Overwrite ${len} bytes; never optimised away. */
CDR_API void cdr_wipe(void *p, size_t len);

/** How a workspace key file is protected. */
typedef enum cdr_keyfile_kind { CDR_KEYFILE_PLAIN, CDR_KEYFILE_PASSPHRASE } cdr_keyfile_kind;

/**
 * Write ${key} (32 bytes) to ${path}, mode 0600, failing if it exists. ${passphrase} NULL: plain; otherwise sealed with
 * XChaCha20-Poly1305 under Argon2id (libsodium MODERATE limits, recorded in the file).
 */
CDR_API CDR_NODISCARD cdr_status cdr_keyfile_create(const cdr_ctx *ctx, const char *path, const cdr_secret *key, const cdr_secret *passphrase, cdr_err *err);
/**
 * The same in place of one that is there: whole under another name first, then renamed, so that at any time one of the two opens. A key file that is a
 * symbolic link stays one; what it points to is replaced.
 */
CDR_API CDR_NODISCARD cdr_status cdr_keyfile_replace(const cdr_ctx *ctx, const char *path, const cdr_secret *key, const cdr_secret *passphrase, cdr_err *err);
/** Kind of the key file at ${path}. */
CDR_API CDR_NODISCARD cdr_status cdr_keyfile_kind_of(const char *path, cdr_keyfile_kind *ret, cdr_err *err);
/**
 * Read it. CDR_E_LOCKED when a passphrase is needed and ${passphrase} is NULL, CDR_DENIED when it is wrong,
 * CDR_E_CORRUPT when damaged. Refuses a file that others may read (mode & 077) with CDR_DENIED.
 */
CDR_API CDR_NODISCARD cdr_status cdr_keyfile_open(const char *path, const cdr_secret *passphrase, cdr_secret **ret, cdr_err *err);

#ifdef __cplusplus
}
#endif
#endif
