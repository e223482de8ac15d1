/* SPDX-License-Identifier: Apache-2.0 */
/* Strict number and text parsing: the whole of the text must be the value, within the bounds. */
#ifndef CDR_BASE_PARSE_H
#define CDR_BASE_PARSE_H

#include "base/mem.h"

bool cdr_parse_u64(const char *s, size_t len, uint64_t min, uint64_t max, uint64_t *ret);
bool cdr_parse_i64(const char *s, size_t len, int64_t min, int64_t max, int64_t *ret);
bool cdr_parse_double(const char *s, size_t len, double min, double max, double *ret);
bool cdr_parse_size(const char *s, uint64_t *ret);              /* "64", "10k", "64M", "2GiB": powers of 1024 */
bool cdr_hex_decode(const char *hex, size_t len, uint8_t *out, size_t out_len);  /* exactly out_len bytes */
void cdr_hex_encode(const uint8_t *data, size_t len, char *out /* 2*len+1 */);
cdr_status cdr_base64_decode(const char *s, size_t len, uint8_t *out, size_t cap, size_t *ret_len); /* RFC 4648, strict padding */
size_t cdr_base64_encode(const uint8_t *data, size_t len, char *out /* 4*((len+2)/3)+1 */);

#endif
