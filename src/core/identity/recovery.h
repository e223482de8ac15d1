/* SPDX-License-Identifier: Apache-2.0 */
/* Recovery codes: 80 random bits as four groups of four signs that cannot be taken for each other ("4K7Q-M2XW-9D3B-T6HZ"). */
#ifndef CDR_CORE_IDENTITY_RECOVERY_H
#define CDR_CORE_IDENTITY_RECOVERY_H

#include "candor/crypto.h"

#define CDR_RECOVERY_CODES 10
#define CDR_RECOVERY_SIGNS 16
#define CDR_RECOVERY_TEXT (CDR_RECOVERY_SIGNS + 3)

/* One code with its hyphens, not ended by NUL. */
void cdr_recovery_make(const cdr_ctx *ctx, char ret[CDR_RECOVERY_TEXT]);
/* The sixteen signs of what was said: case, spaces and hyphens do not matter, O is 0, I and L are 1. False: no such code. */
bool cdr_recovery_read(const char *said, size_t len, char ret[CDR_RECOVERY_SIGNS]);

#endif
