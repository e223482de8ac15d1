/* SPDX-License-Identifier: Apache-2.0 */
/* HMAC as one-time passwords need it (RFC 2104, RFC 4226). SHA-1 stands here because the authenticators in people's hands use it; nothing else in Candor does. */
#ifndef CDR_CRYPTO_HMAC_H
#define CDR_CRYPTO_HMAC_H

#include "crypto/totp.h"

#define CDR_SHA1_BYTES 20
#define CDR_HMAC_MAX 64

void cdr_sha1(const void *data, size_t len, uint8_t ret[CDR_SHA1_BYTES]);
/* Plain hash and keyed hash of the whole; the number of bytes written to ${ret}. ${hash} is one of the three. */
size_t cdr_otp_hash(cdr_totp_hash hash, const void *data, size_t len, uint8_t ret[CDR_HMAC_MAX]);
size_t cdr_otp_hmac(cdr_totp_hash hash, const void *key, size_t key_len, const void *data, size_t len, uint8_t ret[CDR_HMAC_MAX]);
/* Dynamic truncation: ${digits} (4 to 10) of a keyed hash, ended by NUL. Ten begin with 0, 1 or 2: 31 bits are no more. */
void cdr_otp_truncate(const uint8_t *mac, size_t len, unsigned digits, char ret[12]);
/* ASCII digits of ${said} without spaces, zeros behind them. Anything else, or another number of digits, leaves zeros, which no password equals: false. */
bool cdr_otp_read(const char *said, size_t len, unsigned digits, char ret[12]);

#endif
