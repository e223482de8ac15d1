/* SPDX-License-Identifier: Apache-2.0 */
/* Arena for what lives as long as one command or report: allocate freely, free once. */
#ifndef CDR_BASE_ARENA_H
#define CDR_BASE_ARENA_H

#include "base/mem.h"

typedef struct cdr_arena cdr_arena;
cdr_arena *cdr_arena_new(size_t max) CDR_NODISCARD;           /* NULL: no memory; ${max} total bytes */
void *cdr_arena_alloc(cdr_arena *a, size_t size) CDR_NODISCARD; /* zeroed, 16-byte aligned; NULL past max */
char *cdr_arena_strdup(cdr_arena *a, const char *s) CDR_NODISCARD;
char *cdr_arena_strndup(cdr_arena *a, const char *s, size_t len) CDR_NODISCARD;
char *cdr_arena_printf(cdr_arena *a, const char *fmt, ...) CDR_PRINTF(2, 3) CDR_NODISCARD;
void cdr_arena_free(cdr_arena *a);                            /* NULL is fine */
static inline void cdr_arena_freep(cdr_arena **a) { cdr_arena_free(*a); }

#endif
