/* SPDX-License-Identifier: Apache-2.0 */
/* UAX 15: decompose, put marks in order, compose. In the caller's memory, for what is normalised may be secret. */
#include "base/normal.h"

#include "base/mem.h"
#include "base/normal_table.inc"

#include <string.h>

enum { S_BASE = 0xAC00, L_BASE = 0x1100, V_BASE = 0x1161, T_BASE = 0x11A7, L_COUNT = 19, V_COUNT = 21, T_COUNT = 28, S_COUNT = L_COUNT * V_COUNT * T_COUNT };

/* Index in the table, -1: the character stands for itself. */
static ptrdiff_t find(uint32_t cp)
{
    size_t low = 0, high = CDR_COUNT(canonical);
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (canonical[mid].of < cp)
            low = mid + 1;
        else
            high = mid;
    }
    return low < CDR_COUNT(canonical) && canonical[low].of == cp ? (ptrdiff_t)low : -1;
}

static unsigned class_of(uint32_t cp)
{
    size_t low = 0, high = CDR_COUNT(combining);
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (combining[mid].to < cp)
            low = mid + 1;
        else
            high = mid;
    }
    return low < CDR_COUNT(combining) && combining[low].from <= cp ? combining[low].kind : 0;
}

/* The full decomposition of one character, at most four; its length. */
static size_t decompose(uint32_t cp, uint32_t ret[4])
{
    if (cp >= S_BASE && cp < S_BASE + S_COUNT) {
        uint32_t s = cp - S_BASE, t = s % T_COUNT;
        ret[0] = L_BASE + s / (V_COUNT * T_COUNT);
        ret[1] = V_BASE + s % (V_COUNT * T_COUNT) / T_COUNT;
        ret[2] = T_BASE + t;
        return t ? 3 : 2;
    }
    /* Only the first part is decomposed further; the table has no longer chains than three. */
    uint32_t tail[3];
    size_t tails = 0;
    for (ptrdiff_t i = find(cp); i >= 0; i = find(cp)) {
        if (canonical[i].second && tails < CDR_COUNT(tail))
            tail[tails++] = canonical[i].second;
        cp = canonical[i].first;
    }
    ret[0] = cp;
    for (size_t i = 0; i < tails; i++)
        ret[1 + i] = tail[tails - 1 - i];
    return 1 + tails;
}

/* From the end, so that nothing is overwritten that is not read yet. */
static bool decompose_all(uint32_t *text, size_t *len, size_t cap)
{
    uint32_t parts[4];
    size_t need = 0;
    for (size_t i = 0; i < *len; i++)
        need += decompose(text[i], parts);
    if (need > cap)
        return false;
    size_t at = need;
    for (size_t i = *len; i-- > 0;) {
        size_t n = decompose(text[i], parts);
        at -= n;
        memcpy(text + at, parts, n * sizeof *parts);
    }
    memset(parts, 0, sizeof parts);
    *len = need;
    return true;
}

/* Marks between two characters without a class stand by class; those of one class keep their order. */
static void order(uint32_t *text, size_t len)
{
    for (size_t i = 1; i < len; i++) {
        uint32_t cp = text[i];
        unsigned class = class_of(cp);
        size_t k = i;
        for (; class && k > 0 && class_of(text[k - 1]) > class; k--)
            text[k] = text[k - 1];
        text[k] = cp;
    }
}

/* 0: the two do not compose. */
static uint32_t pair(uint32_t a, uint32_t b)
{
    if (a >= L_BASE && a < L_BASE + L_COUNT && b >= V_BASE && b < V_BASE + V_COUNT)
        return S_BASE + ((a - L_BASE) * V_COUNT + (b - V_BASE)) * T_COUNT;
    if (a >= S_BASE && a < S_BASE + S_COUNT && (a - S_BASE) % T_COUNT == 0 && b > T_BASE && b < T_BASE + T_COUNT)
        return a + (b - T_BASE);
    for (size_t i = 0; i < CDR_COUNT(canonical); i++)
        if (canonical[i].second == b && canonical[i].first == a && canonical[i].composes)
            return canonical[i].of;
    return 0;
}

static size_t compose(uint32_t *text, size_t len)
{
    size_t out = 0, starter = 0;
    bool have_starter = false;
    unsigned last = 0;   /* class of the newest character behind the starter that stayed */
    for (size_t i = 0; i < len; i++) {
        uint32_t cp = text[i];
        unsigned class = class_of(cp);
        bool next_to = have_starter && out == starter + 1, blocked = !next_to && last >= class;
        uint32_t both = have_starter && !blocked && cp > 0x7F ? pair(text[starter], cp) : 0;
        if (both) {
            text[starter] = both;
            continue;
        }
        if (class == 0) {
            starter = out;
            have_starter = true;
        }
        last = class;
        text[out++] = cp;
    }
    return out;
}

bool cdr_nfc(uint32_t *text, size_t *len, size_t cap)
{
    if (!decompose_all(text, len, cap))
        return false;
    order(text, *len);
    *len = compose(text, *len);
    return true;
}
