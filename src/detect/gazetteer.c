/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/gazetteer.h"

#include <string.h>

/* pool, ends with room for a comparison of the longest word: the words, each with a NUL; word_at, word_flags, word_cues (a number of cue_sets): by number; slots: hash table of numbers + 1; marks: the
 * highest bits of the hash in each, so that most other words are passed over without a look at them. */
#include "detect/gazetteer_table.inc"

static size_t find(const char *key, size_t len)
{
    if (len == 0 || len > LONGEST_WORD)
        return SIZE_MAX;
    uint32_t h = 2166136261u;
    for (size_t i = 0; i < len; i++)
        h = (h ^ (unsigned char)key[i]) * 16777619u;
    h ^= h >> 15;
    for (uint32_t i = h & (SLOT_COUNT - 1); slots[i]; i = (i + 1) & (SLOT_COUNT - 1)) {
        if (marks[i] != h >> 24)
            continue;
        uint32_t word = slots[i] - 1u;
        const char *w = pool + word_at[word];
        if (!memcmp(w, key, len) && w[len] == 0)
            return word;
    }
    return SIZE_MAX;
}

uint32_t cdr_gazetteer(const char *key, size_t len)
{
    size_t word = find(key, len);
    return word == SIZE_MAX ? 0 : word_flags[word];
}

uint32_t cdr_gazetteer_cues(const char *key, size_t len, uint64_t *ret_cues)
{
    size_t word = find(key, len);
    *ret_cues = word == SIZE_MAX ? 0 : cue_sets[word_cues[word]];
    return word == SIZE_MAX ? 0 : word_flags[word];
}
