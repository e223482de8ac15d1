/* SPDX-License-Identifier: Apache-2.0 */
/* Memory: the only file that calls malloc, so that every allocation can be made to fail in tests (base/fault.h).
 * All functions return NULL on exhaustion or on a size overflow; none aborts. */
#ifndef CDR_BASE_MEM_H
#define CDR_BASE_MEM_H

#include "candor/base.h"

void *cdr_alloc(size_t size) CDR_NODISCARD;                         /* zeroed */
void *cdr_alloc_array(size_t count, size_t size) CDR_NODISCARD;     /* zeroed; NULL on overflow */
void *cdr_realloc_array(void *old, size_t count, size_t size) CDR_NODISCARD; /* new tail is NOT zeroed; old stays valid on failure */
char *cdr_strdup(const char *s) CDR_NODISCARD;
char *cdr_strndup(const char *s, size_t len) CDR_NODISCARD;
char *cdr_asprintf(const char *fmt, ...) CDR_PRINTF(1, 2) CDR_NODISCARD;
void cdr_free(void *p);

/* Cleanup for locals: `_cleanup_free_ char *s = ...`; `return CDR_TAKE(s)` hands it over. */
static inline void cdr_freep(void *p) { cdr_free(*(void **)p); }
#define _cleanup_(f) __attribute__((cleanup(f)))
#define _cleanup_free_ _cleanup_(cdr_freep)
#define CDR_TAKE(p) __extension__({ __typeof__(p) cdr_taken = (p); (p) = NULL; cdr_taken; })

#define CDR_COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define CDR_MIN(a, b) ((a) < (b) ? (a) : (b))
#define CDR_MAX(a, b) ((a) > (b) ? (a) : (b))

#endif
