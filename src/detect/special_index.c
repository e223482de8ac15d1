/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/special_index.h"

#include "base/mem.h"
#include "detect/fold.h"

#include <string.h>

#define SLOTS 16384u             /* a power of two */
#define HEADS 65536u             /* values of cdr_special_head */

struct cdr_special_index {
    cdr_special_entry *entries;
    size_t count, cap;
    char *pool;
    size_t used, room;
    uint16_t slots[SLOTS];       /* 1 + entry; 0: empty */
    uint64_t heads[HEADS / 64];
};

typedef struct list { uint32_t class; cdr_kind kind; const char *words; } list;

static const list lists[] = {
#define TIE(class, words) {CDR_SP_##class, CDR_K_NONE, words},
#define NOUN(kind, words) {CDR_SP_NOUN, CDR_K_##kind, words},
#define SOFT(kind, words) {CDR_SP_SOFT, CDR_K_##kind, words},
#define ADJ(kind, words) {CDR_SP_ADJ, CDR_K_##kind, words},
#define ORG(kind, words) {CDR_SP_ORG, CDR_K_##kind, words},
#define STATE(kind, words) {CDR_SP_STATE, CDR_K_##kind, words},
#define LABEL(kind, words) {CDR_SP_LABEL, CDR_K_##kind, words},
#include "detect/special_words.def"
#undef TIE
#undef NOUN
#undef SOFT
#undef ADJ
#undef ORG
#undef STATE
#undef LABEL
};

const cdr_kind cdr_special_kinds[CDR_SP_KINDS] = {CDR_K_HEALTH, CDR_K_RELIGION, CDR_K_POLITICS, CDR_K_UNION, CDR_K_ORIENTATION, CDR_K_ETHNICITY, CDR_K_CRIMINAL};

static uint32_t hash_of(const char *key, size_t len)
{
    uint32_t h = 2166136261u;
    for (size_t i = 0; i < len; i++)
        h = (h ^ (unsigned char)key[i]) * 16777619u;
    return h ^ h >> 15;
}

static uint16_t *slot_of(cdr_special_index *x, const char *key, size_t len)
{
    uint32_t i = hash_of(key, len) & (SLOTS - 1);
    while (x->slots[i] && !(x->entries[x->slots[i] - 1].len == len && !memcmp(x->pool + x->entries[x->slots[i] - 1].at, key, len)))
        i = (i + 1) & (SLOTS - 1);
    return &x->slots[i];
}

const cdr_special_entry *cdr_special_lookup(const cdr_special_index *x, const char *key, size_t len)
{
    for (uint32_t i = hash_of(key, len) & (SLOTS - 1); x->slots[i]; i = (i + 1) & (SLOTS - 1)) {
        const cdr_special_entry *e = &x->entries[x->slots[i] - 1];
        if (e->len == len && !memcmp(x->pool + e->at, key, len))
            return e;
    }
    return NULL;
}

/* Room was counted before: every word and its leading word fit. */
static cdr_special_entry *entry_of(cdr_special_index *x, const char *key, size_t len)
{
    uint16_t *slot = slot_of(x, key, len);
    if (!*slot) {
        cdr_special_entry *e = &x->entries[x->count];
        e->at = (uint32_t)x->used;
        e->len = (uint8_t)len;
        memcpy(x->pool + x->used, key, len);
        x->used += len;
        *slot = (uint16_t)++x->count;
    }
    return &x->entries[*slot - 1];
}

/* The longest word of ${key}: rarer than "in", "on", "had". */
static void set_trigger(cdr_special_index *x, const char *key, size_t len)
{
    size_t best = 0, best_len = 0;
    for (size_t i = 0; i < len;) {
        const char *blank = memchr(key + i, ' ', len - i);
        size_t n = blank ? (size_t)(blank - key) - i : len - i;
        if (n > best_len) {
            best = i;
            best_len = n;
        }
        i += n + 1;
    }
    entry_of(x, key + best, best_len)->classes |= CDR_SP_TRIGGER;
    uint32_t head = cdr_special_head(key + best, best_len);
    x->heads[head / 64] |= 1ull << head % 64;
}

static void add(cdr_special_index *x, const list *l, const char *word, size_t len)
{
    char key[CDR_SP_KEY];
    size_t n = cdr_fold(word, len, key, sizeof key);
    const char *blank = memchr(key, ' ', n);
    cdr_special_entry *e = entry_of(x, key, n);
    e->classes |= l->class;
    for (size_t k = 0; k < CDR_SP_KINDS; k++)
        if (cdr_special_kinds[k] == l->kind)
            e->by_kind[k] |= l->class;
    if (blank)
        entry_of(x, key, (size_t)(blank - key))->classes |= CDR_SP_LEAD;
    if (l->class & (CDR_SP_VALUE | CDR_SP_LABEL))
        set_trigger(x, key, n);
}

static size_t word_length(const char *p)
{
    const char *end = strchr(p, '|');
    return end ? (size_t)(end - p) : strlen(p);
}

cdr_status cdr_special_index_new(cdr_special_index **ret, cdr_err *err)
{
    size_t words = 0, bytes = 0;
    for (size_t i = 0; i < CDR_COUNT(lists); i++) {
        bytes += 3 * strlen(lists[i].words) + 3;
        for (const char *p = lists[i].words; *p; p++)
            words += *p == '|';
        words++;
    }
    *ret = NULL;
    cdr_special_index *x = cdr_alloc(sizeof *x);
    if (x) {
        x->entries = cdr_alloc(3 * words * sizeof *x->entries);
        x->pool = cdr_alloc(bytes);
    }
    if (!x || !x->entries || !x->pool || 3 * words > SLOTS - 1) {
        cdr_special_index_free(x);
        return cdr_fail_nomem(err, "detect");
    }
    for (size_t i = 0; i < CDR_COUNT(lists); i++)
        for (const char *p = lists[i].words; *p;) {
            size_t n = word_length(p);
            add(x, &lists[i], p, n);
            p += n + (p[n] == '|');
        }
    *ret = x;
    return CDR_OK;
}

void cdr_special_index_free(cdr_special_index *x)
{
    if (!x)
        return;
    cdr_free(x->entries);
    cdr_free(x->pool);
    cdr_free(x);
}

const uint64_t *cdr_special_heads(const cdr_special_index *x)
{
    return x->heads;
}
