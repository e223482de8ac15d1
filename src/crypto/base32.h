/* SPDX-License-Identifier: Apache-2.0 */
/* Base32 (RFC 4648) into the caller's buffer, so that a seed leaves no copy on the heap. */
#ifndef CDR_CRYPTO_BASE32_H
#define CDR_CRYPTO_BASE32_H

#include "candor/base.h"

#define CDR_BASE32_TEXT(bytes) (((bytes) * 8 + 4) / 5)     /* letters without padding */

/* Capital letters without padding; ${ret} takes CDR_BASE32_TEXT(len) + 1 bytes, NUL-ended. */
void cdr_base32_encode(const uint8_t *data, size_t len, char *ret);
/* Case and spaces do not matter, padding may be left out, bits left over must be zero. CDR_E_INVAL: no base32; CDR_E_LIMIT: longer than ${cap} bytes. */
cdr_status cdr_base32_decode(const char *text, size_t len, uint8_t *ret, size_t cap, size_t *ret_len) CDR_NODISCARD;

#endif
