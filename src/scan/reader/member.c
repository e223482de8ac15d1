/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/reader/member.h"

#include "base/mem.h"
#include "base/text.h"

#include <string.h>

#define NUMBER_ROOM 64u   /* of a path, for "!/#12" behind it */

static uint64_t hash(const char *name, size_t len)
{
    uint64_t h = 0xCBF29CE484222325u;
    for (size_t i = 0; i < len; i++)
        h = (h ^ (unsigned char)name[i]) * 0x100000001B3u;
    h ^= h >> 32;
    return h ? h : 1;
}

static bool put(uint64_t *slots, size_t cap, uint64_t h)
{
    for (size_t i = (size_t)h & (cap - 1);; i = (i + 1) & (cap - 1)) {
        if (slots[i] == h)
            return false;
        if (!slots[i]) {
            slots[i] = h;
            return true;
        }
    }
}

static cdr_status grow(cdr_names *n)
{
    size_t cap = n->cap ? n->cap * 2 : 64;
    uint64_t *slots = cdr_alloc_array(cap, sizeof *slots);
    if (!slots)
        return CDR_E_NOMEM;
    for (size_t i = 0; i < n->cap; i++)
        if (n->slots[i])
            put(slots, cap, n->slots[i]);
    cdr_free(n->slots);
    n->slots = slots;
    n->cap = cap;
    return CDR_OK;
}

cdr_status cdr_names_add(cdr_names *n, const char *name, size_t len, bool *ret_again)
{
    if (n->count * 2 >= n->cap) {
        cdr_status s = grow(n);
        if (s != CDR_OK)
            return s;
    }
    *ret_again = !put(n->slots, n->cap, hash(name, len));
    n->count += !*ret_again;
    return CDR_OK;
}

void cdr_names_done(cdr_names *n)
{
    cdr_free(n->slots);
    *n = (cdr_names){0};
}

cdr_status cdr_member_path(cdr_buf *ret, const char *container, const char *name, size_t len, bool *number)
{
    size_t own = strlen(container), most = ret->max - NUMBER_ROOM;
    bool fits = own <= most;
    for (own = CDR_MIN(own, most); !fits && own > 0 && ((unsigned char)container[own] & 0xC0) == 0x80;)
        own--;
    cdr_status s = cdr_buf_addf(ret, "%.*s!/", (int)own, container);
    size_t start = ret->len;
    if (s == CDR_OK && fits)
        s = cdr_text_escape(ret, name, len);
    if (s != CDR_OK && s != CDR_E_LIMIT)
        return s;
    if (s == CDR_E_LIMIT || (*number && ret->len > most)) {
        ret->status = CDR_OK;
        ret->len = start;
    }
    *number = *number || ret->len == start;
    return CDR_OK;
}
