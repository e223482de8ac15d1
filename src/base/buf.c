/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"

#include <stdio.h>
#include <string.h>

cdr_status cdr_buf_reserve(cdr_buf *b, size_t more)
{
    if (b->status != CDR_OK)
        return b->status;
    size_t need;
    if (__builtin_add_overflow(b->len, more, &need) || need > b->max)
        return b->status = CDR_E_LIMIT;
    if (b->data && need < b->cap)
        return CDR_OK;
    size_t cap = b->cap ? b->cap : 64;
    while (cap <= need)
        cap = cap > SIZE_MAX / 2 ? need + 1 : cap * 2;
    char *grown = cdr_realloc_array(b->data, cap, 1);
    if (!grown)
        return b->status = CDR_E_NOMEM;
    b->data = grown;
    b->cap = cap;
    b->data[b->len] = '\0';
    return CDR_OK;
}

cdr_status cdr_buf_add(cdr_buf *b, const void *data, size_t len)
{
    if (cdr_buf_reserve(b, len) != CDR_OK)
        return b->status;
    if (len)
        memcpy(b->data + b->len, data, len);
    b->len += len;
    b->data[b->len] = '\0';
    return CDR_OK;
}

cdr_status cdr_buf_adds(cdr_buf *b, const char *text)
{
    return cdr_buf_add(b, text, strlen(text));
}

cdr_status cdr_buf_addc(cdr_buf *b, char c)
{
    return cdr_buf_add(b, &c, 1);
}

cdr_status cdr_buf_vaddf(cdr_buf *b, const char *fmt, va_list ap)
{
    va_list again;
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, ap);
    if (n < 0)
        b->status = b->status == CDR_OK ? CDR_E_INVAL : b->status;
    else if (cdr_buf_reserve(b, (size_t)n) == CDR_OK) {
        vsnprintf(b->data + b->len, (size_t)n + 1, fmt, again);
        b->len += (size_t)n;
    }
    va_end(again);
    return b->status;
}

cdr_status cdr_buf_addf(cdr_buf *b, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    cdr_status s = cdr_buf_vaddf(b, fmt, ap);
    va_end(ap);
    return s;
}

void cdr_buf_clear(cdr_buf *b)
{
    b->len = 0;
    b->status = CDR_OK;
    if (b->data)
        b->data[0] = '\0';
}

void cdr_buf_done(cdr_buf *b)
{
    cdr_free(b->data);
    *b = CDR_BUF(b->max);
}

void cdr_buf_wipe(cdr_buf *b)
{
    if (b->data)
        explicit_bzero(b->data, b->cap);
    cdr_buf_done(b);
}

cdr_status cdr_buf_status(const cdr_buf *b)
{
    return b->status;
}

char *cdr_buf_take(cdr_buf *b)
{
    if (cdr_buf_reserve(b, 0) != CDR_OK)
        return NULL;
    char *text = CDR_TAKE(b->data);
    cdr_buf_done(b);
    return text;
}
