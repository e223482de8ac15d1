/* SPDX-License-Identifier: Apache-2.0 */
/* Guessable secrets (PIN, words, passwords): Argon2id, then keyed BLAKE2b under a pepper that lies elsewhere, so that whoever has the stored form alone cannot try guesses at
 * all. The stored form names scheme and cost. */
#ifndef CDR_CRYPTO_PASSWORD_H
#define CDR_CRYPTO_PASSWORD_H

#include "candor/crypto.h"

#define CDR_PASSWORD_STORED 64     /* bytes: version, cost, salt of 16, keyed hash of 32, zeros */

typedef enum cdr_password_cost { CDR_PASSWORD_NORMAL = 1 /* 64 MiB, t=3 */, CDR_PASSWORD_LIGHT = 2 /* 19 MiB, t=2: recovery codes of 64 bits or more */ } cdr_password_cost;
cdr_status cdr_password_store(const cdr_ctx *ctx, const cdr_secret *pepper, cdr_password_cost cost, const void *password, size_t len, uint8_t ret[CDR_PASSWORD_STORED], cdr_err *err) CDR_NODISCARD;
/* Constant-time comparison. ${stored} NULL: the same work, answer no. */
cdr_status cdr_password_check(const cdr_secret *pepper, const uint8_t stored[CDR_PASSWORD_STORED], const void *password, size_t len, bool *ret, cdr_err *err) CDR_NODISCARD;

#endif
