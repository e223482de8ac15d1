/* SPDX-License-Identifier: Apache-2.0 */
/* One-time passwords by time and counter (RFC 6238, RFC 4226), by liboath. */
#ifndef CDR_CRYPTO_TOTP_H
#define CDR_CRYPTO_TOTP_H

#include "candor/crypto.h"

#define CDR_TOTP_SEED_BYTES 20
typedef enum cdr_totp_hash { CDR_TOTP_SHA1, CDR_TOTP_SHA256, CDR_TOTP_SHA512 } cdr_totp_hash;

cdr_status cdr_hotp_make(const cdr_secret *seed, uint64_t counter, unsigned digits, char ret[12], cdr_err *err) CDR_NODISCARD;
cdr_status cdr_totp_make(const cdr_secret *seed, cdr_totp_hash hash, int64_t at_s, int64_t start_s, unsigned step_s, unsigned digits, char ret[12], cdr_err *err) CDR_NODISCARD;
/* ${said} at ${at_s}, steps of 30 s, drift ±1; a step up to ${last_step} was used already. ${ret_step}: the step that matched (store it), -1: no. Every step is computed and
 * compared in constant time. Digits: 6 to 10. Spaces in ${said} do not matter; anything else but ASCII digits does not match. */
cdr_status cdr_totp_check(const cdr_secret *seed, int64_t at_s, unsigned digits, int64_t last_step, const char *said, size_t len, int64_t *ret_step, cdr_err *err) CDR_NODISCARD;
/* otpauth://totp/ISSUER:ACCOUNT?secret=…&issuer=…, in locked memory, NUL-ended. */
cdr_status cdr_totp_uri(const cdr_secret *seed, const char *issuer, const char *account, cdr_secret **ret, cdr_err *err) CDR_NODISCARD;

#endif
