/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/gazetteer.h"

#include <string.h>

/* pool: the words, each with a NUL; word_at, word_flags: by number; slots: hash table of numbers + 1. */
#include "detect/gazetteer_table.inc"

uint32_t cdr_gazetteer(const char *key, size_t len)
{
    if (len == 0 || len > LONGEST_WORD)
        return 0;
    uint32_t h = 2166136261u;
    for (size_t i = 0; i < len; i++)
        h = (h ^ (unsigned char)key[i]) * 16777619u;
    h ^= h >> 15;
    for (uint32_t i = h & (SLOT_COUNT - 1); slots[i]; i = (i + 1) & (SLOT_COUNT - 1)) {
        uint32_t word = slots[i] - 1u;
        const char *w = pool + word_at[word];
        /* Measured first: the last word's end is the pool's. */
        if (strnlen(w, len + 1) == len && !memcmp(w, key, len))
            return word_flags[word];
    }
    return 0;
}
