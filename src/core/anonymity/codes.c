/* SPDX-License-Identifier: Apache-2.0 */
/* Two hash tables with open addressing: texts to numbers, and rows of numbers to groups. Both compare what they find: a figure never rests on a hash. */
#include "core/anonymity/inside.h"

#include <string.h>

#define TEXTS_MAX ((size_t)1 << 40)   /* the sum of all is bounded by those who use it */
#define FIRST 64u
#define COUNT_MAX (UINT32_MAX / 4)

static uint64_t mix(uint64_t a, uint64_t b)
{
    unsigned __int128 p = (unsigned __int128)a * b;
    return (uint64_t)p ^ (uint64_t)(p >> 64);
}

static uint64_t load(const char *s, size_t len)
{
    uint64_t v = 0;
    memcpy(&v, s, CDR_MIN(len, sizeof v));
    return v;
}

static uint64_t hash_text(uint64_t seed, const char *s, size_t len)
{
    uint64_t h = seed ^ (len * UINT64_C(0x9E3779B97F4A7C15));
    while (len > 8) {
        h = mix(h ^ load(s, 8), UINT64_C(0xA0761D6478BD642F));
        s += 8;
        len -= 8;
    }
    return mix(h ^ load(s, len), UINT64_C(0xE7037ED1A0B428DB) ^ seed);
}

/* --- texts --- */

static bool grow_texts(cdr_codes *c)
{
    uint32_t cap = c->cap ? c->cap * 2 : FIRST;
    if (c->cap > COUNT_MAX || (!c->arena && !(c->arena = cdr_arena_new(TEXTS_MAX))))
        return false;
    const char **texts = cdr_realloc_array(c->texts, cap, sizeof *texts);
    if (texts)
        c->texts = texts;
    uint32_t *lens = texts ? cdr_realloc_array(c->lens, cap, sizeof *lens) : NULL;
    if (lens)
        c->lens = lens;
    uint64_t *hashes = lens ? cdr_realloc_array(c->hashes, cap, sizeof *hashes) : NULL;
    if (hashes)
        c->hashes = hashes;
    uint32_t *slots = hashes ? cdr_alloc_array((size_t)cap * 2, sizeof *slots) : NULL;
    if (!slots)
        return false;
    cdr_free(c->slots);
    c->slots = slots;
    c->cap = cap;
    c->mask = cap * 2 - 1;
    for (uint32_t i = 0; i < c->count; i++) {
        uint32_t at = (uint32_t)c->hashes[i] & c->mask;
        while (c->slots[at])
            at = (at + 1) & c->mask;
        c->slots[at] = i + 1;
    }
    return true;
}

static uint32_t *slot_of(const cdr_codes *c, uint64_t h, const char *s, size_t len)
{
    for (uint32_t at = (uint32_t)h & c->mask;; at = (at + 1) & c->mask) {
        uint32_t code = c->slots[at];
        if (!code || (c->hashes[code - 1] == h && c->lens[code - 1] == len && !memcmp(c->texts[code - 1], s, len)))
            return &c->slots[at];
    }
}

uint32_t cdr_codes_find(const cdr_codes *c, const char *s, size_t len)
{
    return c->mask ? *slot_of(c, hash_text(c->seed, s, len), s, len) - 1u : CDR_NO_CODE;
}

uint32_t cdr_codes_put(cdr_codes *c, const char *s, size_t len)
{
    if (c->count == c->cap && !grow_texts(c))
        return CDR_NO_CODE;
    uint64_t h = hash_text(c->seed, s, len);
    uint32_t *slot = slot_of(c, h, s, len);
    if (*slot)
        return *slot - 1;
    char *copy = len < UINT32_MAX ? cdr_arena_strndup(c->arena, s, len) : NULL;
    if (!copy)
        return CDR_NO_CODE;
    c->texts[c->count] = copy;
    c->lens[c->count] = (uint32_t)len;
    c->hashes[c->count] = h;
    c->text_bytes += len + 32;
    *slot = ++c->count;
    return c->count - 1;
}

size_t cdr_codes_bytes(const cdr_codes *c)
{
    return c->text_bytes + (size_t)c->cap * (sizeof *c->texts + sizeof *c->lens + sizeof *c->hashes + 2 * sizeof *c->slots);
}

void cdr_codes_done(cdr_codes *c)
{
    cdr_free(c->texts);
    cdr_free(c->lens);
    cdr_free(c->hashes);
    cdr_free(c->slots);
    cdr_arena_free(c->arena);
    *c = (cdr_codes){0};
}

/* --- rows of numbers --- */

static uint32_t hash_key(const uint32_t *key, uint32_t width)
{
    uint64_t h = width;
    for (uint32_t i = 0; i < width; i++)
        h = mix(h ^ (key[i] + UINT64_C(0x9E3779B97F4A7C15)), UINT64_C(0xA0761D6478BD642F));
    return (uint32_t)(h ^ h >> 32);
}

static bool grow_groups(cdr_groups *g)
{
    uint32_t cap = g->cap ? g->cap * 2 : FIRST;
    if (g->cap > COUNT_MAX)
        return false;
    uint32_t *keys = cdr_realloc_array(g->keys, (size_t)cap * CDR_MAX(g->width, 1u), sizeof *keys);
    if (keys)
        g->keys = keys;
    uint32_t *counts = keys ? cdr_realloc_array(g->counts, cap, sizeof *counts) : NULL;
    if (counts)
        g->counts = counts;
    uint32_t *slots = counts ? cdr_alloc_array((size_t)cap * 2, sizeof *slots) : NULL;
    if (!slots)
        return false;
    cdr_free(g->slots);
    g->slots = slots;
    g->cap = cap;
    g->mask = cap * 2 - 1;
    for (uint32_t i = 0; i < g->count; i++) {
        uint32_t at = hash_key(g->keys + (size_t)i * g->width, g->width) & g->mask;
        while (g->slots[at])
            at = (at + 1) & g->mask;
        g->slots[at] = i + 1;
    }
    return true;
}

uint32_t cdr_groups_add(cdr_groups *g, const uint32_t *key, uint32_t add)
{
    size_t bytes = g->width * sizeof *key;
    if (g->count == g->cap && !grow_groups(g))
        return CDR_NO_CODE;
    uint32_t at = hash_key(key, g->width) & g->mask;
    for (; g->slots[at]; at = (at + 1) & g->mask) {
        uint32_t i = g->slots[at] - 1;
        if (!memcmp(g->keys + (size_t)i * g->width, key, bytes)) {
            g->counts[i] += add;
            return i;
        }
    }
    memcpy(g->keys + (size_t)g->count * g->width, key, bytes);
    g->counts[g->count] = add;
    g->slots[at] = ++g->count;
    return g->count - 1;
}

uint32_t cdr_groups_find(const cdr_groups *g, const uint32_t *key)
{
    if (!g->mask)
        return CDR_NO_CODE;
    for (uint32_t at = hash_key(key, g->width) & g->mask; g->slots[at]; at = (at + 1) & g->mask)
        if (!memcmp(g->keys + (size_t)(g->slots[at] - 1) * g->width, key, g->width * sizeof *key))
            return g->slots[at] - 1;
    return CDR_NO_CODE;
}

size_t cdr_groups_bytes(const cdr_groups *g)
{
    return (size_t)g->cap * (g->width + 3) * sizeof(uint32_t);
}

void cdr_groups_done(cdr_groups *g)
{
    cdr_free(g->keys);
    cdr_free(g->counts);
    cdr_free(g->slots);
    *g = (cdr_groups){0};
}
