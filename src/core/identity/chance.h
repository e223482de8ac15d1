/* SPDX-License-Identifier: Apache-2.0 */
/* Random numbers that are all equally likely: drawn again rather than folded. */
#ifndef CDR_CORE_IDENTITY_CHANCE_H
#define CDR_CORE_IDENTITY_CHANCE_H

#include "candor/base.h"

/* 0 to ${n} - 1. CDR_E_CRYPTO: the random source gives no usable numbers. */
cdr_status cdr_chance_below(const cdr_ctx *ctx, uint32_t n, uint32_t *ret, cdr_err *err) CDR_NODISCARD;
/* ${n} digits, not ended by NUL. */
cdr_status cdr_chance_digits(const cdr_ctx *ctx, char *ret, size_t n, cdr_err *err) CDR_NODISCARD;

#endif
