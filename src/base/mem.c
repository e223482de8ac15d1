/* SPDX-License-Identifier: Apache-2.0 */
#include "base/mem.h"

#include "base/fault.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *cdr_alloc(size_t size)
{
    if (cdr_fault(CDR_FAULT_ALLOC))
        return NULL;
    return calloc(1, size ? size : 1);
}

void *cdr_alloc_array(size_t count, size_t size)
{
    size_t total;
    if (__builtin_mul_overflow(count, size, &total))
        return NULL;
    return cdr_alloc(total);
}

void *cdr_realloc_array(void *old, size_t count, size_t size)
{
    size_t total;
    if (__builtin_mul_overflow(count, size, &total) || cdr_fault(CDR_FAULT_ALLOC))
        return NULL;
    return realloc(old, total ? total : 1);
}

char *cdr_strndup(const char *s, size_t len)
{
    char *copy = len < SIZE_MAX ? cdr_alloc(len + 1) : NULL;
    if (copy && len)
        memcpy(copy, s, len);
    return copy;
}

char *cdr_strdup(const char *s)
{
    return cdr_strndup(s, strlen(s));
}

char *cdr_asprintf(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    char *text = n >= 0 ? cdr_alloc((size_t)n + 1) : NULL;
    if (!text)
        return NULL;
    va_start(ap, fmt);
    vsnprintf(text, (size_t)n + 1, fmt, ap);
    va_end(ap);
    return text;
}

void cdr_free(void *p)
{
    free(p);
}
