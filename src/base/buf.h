/* SPDX-License-Identifier: Apache-2.0 */
/* Growing byte buffer with a mandatory cap. Errors stick: after a failed append every further append fails and
 * cdr_buf_status tells why, so that a renderer checks once at its end. Always NUL-terminated. */
#ifndef CDR_BASE_BUF_H
#define CDR_BASE_BUF_H

#include "base/mem.h"
#include <stdarg.h>

typedef struct cdr_buf {
    char *data;      /* never NULL after a successful append; data[len] == 0 */
    size_t len;
    size_t cap;
    size_t max;      /* bytes it may hold */
    cdr_status status;
} cdr_buf;

#define CDR_BUF(limit) ((cdr_buf){.max = (limit)})

cdr_status cdr_buf_add(cdr_buf *b, const void *data, size_t len);
cdr_status cdr_buf_adds(cdr_buf *b, const char *text);
cdr_status cdr_buf_addc(cdr_buf *b, char c);
cdr_status cdr_buf_addf(cdr_buf *b, const char *fmt, ...) CDR_PRINTF(2, 3);
cdr_status cdr_buf_vaddf(cdr_buf *b, const char *fmt, va_list ap) CDR_PRINTF(2, 0);
cdr_status cdr_buf_reserve(cdr_buf *b, size_t more);   /* room for ${more} bytes after len */
void cdr_buf_clear(cdr_buf *b);                        /* len = 0, memory and cap kept, status reset */
void cdr_buf_wipe(cdr_buf *b);                         /* overwrite with zeros, then free */
void cdr_buf_done(cdr_buf *b);                         /* free; usable again */
cdr_status cdr_buf_status(const cdr_buf *b);
char *cdr_buf_take(cdr_buf *b);                        /* hands the string over ("" when empty); NULL if status is bad */
#define _cleanup_buf_ _cleanup_(cdr_buf_done)

#endif
