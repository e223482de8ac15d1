/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"

#include <stdarg.h>
#include <stdalign.h>
#include <stdio.h>
#include <string.h>

#define BLOCK_BYTES 65536u

struct block {
    struct block *next;
    size_t used, cap;
    alignas(16) char bytes[];
};

struct cdr_arena {
    struct block *blocks;   /* newest first */
    size_t total, max;
};

cdr_arena *cdr_arena_new(size_t max)
{
    cdr_arena *a = cdr_alloc(sizeof *a);
    if (a)
        a->max = max;
    return a;
}

static struct block *add_block(cdr_arena *a, size_t size)
{
    size_t cap = CDR_MAX(size, (size_t)BLOCK_BYTES);
    struct block *b = cdr_alloc(sizeof *b + cap);
    if (!b)
        return NULL;
    b->cap = cap;
    b->next = a->blocks;
    a->blocks = b;
    return b;
}

void *cdr_arena_alloc(cdr_arena *a, size_t size)
{
    if (size > a->max - a->total || size > SIZE_MAX - 16 - sizeof(struct block))
        return NULL;
    size = (size + 15) & ~(size_t)15;
    struct block *b = a->blocks;
    if (!b || b->cap - b->used < size)
        b = add_block(a, size);
    if (!b)
        return NULL;
    void *p = b->bytes + b->used;
    b->used += size;
    a->total = size > a->max - a->total ? a->max : a->total + size;
    return p;
}

char *cdr_arena_strndup(cdr_arena *a, const char *s, size_t len)
{
    char *copy = len < SIZE_MAX ? cdr_arena_alloc(a, len + 1) : NULL;
    if (copy && len)
        memcpy(copy, s, len);
    return copy;
}

char *cdr_arena_strdup(cdr_arena *a, const char *s)
{
    return cdr_arena_strndup(a, s, strlen(s));
}

char *cdr_arena_printf(cdr_arena *a, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    char *text = n >= 0 ? cdr_arena_alloc(a, (size_t)n + 1) : NULL;
    if (!text)
        return NULL;
    va_start(ap, fmt);
    vsnprintf(text, (size_t)n + 1, fmt, ap);
    va_end(ap);
    return text;
}

void cdr_arena_free(cdr_arena *a)
{
    if (!a)
        return;
    for (struct block *b = a->blocks, *next; b; b = next) {
        next = b->next;
        cdr_free(b);
    }
    cdr_free(a);
}
