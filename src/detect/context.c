/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/context.h"

#include "base/mem.h"
#include "base/vec.h"

#include <stdlib.h>
#include <string.h>

#define PHRASE_MAX 4      /* words of the longest phrase that is looked up */
#define WORD_BYTES_MAX 32
#define LISTS_MAX 8

typedef struct slot {
    uint64_t hash;        /* 0: empty */
    uint16_t first, count;
} slot;

typedef struct pair { uint64_t hash; cdr_kind kind; } pair;

CDR_VEC(pair_vec, pair)

struct cdr_context_index {
    slot *slots;
    size_t mask;          /* slots - 1 */
    cdr_kind *kinds;
    uint64_t maybe[64];   /* bit per hash modulo 4096: most words are none of ours */
};

enum { SEP = 0, LOWER = 1, UPPER = 2, DIGIT = 3 };

static inline unsigned class_of(unsigned char c)
{
    if (c >= 'a' && c <= 'z')
        return LOWER;
    if (c >= 'A' && c <= 'Z')
        return UPPER;
    if (c >= '0' && c <= '9')
        return DIGIT;
    return c >= 0x80 ? LOWER : SEP;
}

/* CJK punctuation and full-width signs part words although they are no ASCII. */
static bool is_wide_sign(const char *t, size_t len, size_t i)
{
    const unsigned char *p = (const unsigned char *)t + i;
    return i + 2 < len && ((p[0] == 0xE3 && p[1] == 0x80) || (p[0] == 0xEF && p[1] == 0xBC));
}

/* The byte in lower case; for Latin-1 and Cyrillic in UTF-8 the second byte is what changes. */
static inline unsigned char fold(unsigned char c, unsigned char before)
{
    if (c >= 'A' && c <= 'Z')
        return c | 0x20;
    if (before == 0xC3 && c >= 0x80 && c <= 0x9E)
        return (unsigned char)(c + 0x20);
    if (before == 0xD0 && c >= 0x90 && c <= 0x9F)
        return (unsigned char)(c + 0x20);
    return c;
}

static inline uint64_t mix(uint64_t h, uint64_t v)
{
    h = (h ^ v) * 0x9E3779B97F4A7C15u;
    return h ^ h >> 29;
}

typedef struct word { size_t start, end; uint64_t hash; } word;

/* The next word at or after ${i}: a run of letters of one "hump" ("phoneNumber" is two, "SSNField" too), or of digits. */
static bool next_word(const char *t, size_t len, size_t i, word *w)
{
    while (i < len && (class_of((unsigned char)t[i]) == SEP || is_wide_sign(t, len, i)))
        i += class_of((unsigned char)t[i]) == SEP ? 1 : 3;
    if (i >= len)
        return false;
    w->start = i;
    uint64_t h = 0x51ED270B27B4F3CFu;
    unsigned first = class_of((unsigned char)t[i]), last = first;
    unsigned char before = 0;
    for (; i < len; i++) {
        unsigned char c = (unsigned char)t[i];
        unsigned k = class_of(c);
        if (k == SEP || (k == DIGIT) != (first == DIGIT) || (c >= 0x80 && is_wide_sign(t, len, i)))
            break;
        if (i > w->start && k == UPPER && last == LOWER)
            break;
        /* "SSNField" parts before the F; "URLs" is one word. */
        if (i > w->start && k == UPPER && last == UPPER && i + 2 < len && t[i + 1] >= 'a' && t[i + 1] <= 'z' && class_of((unsigned char)t[i + 2]) == LOWER)
            break;
        h = (h ^ fold(c, before)) * 0x100000001B3u;
        before = c;
        last = k;
    }
    w->end = i;
    w->hash = mix(h, w->end - w->start);
    return true;
}

static const slot *lookup(const cdr_context_index *x, uint64_t hash)
{
    if (!(x->maybe[hash >> 6 & 63] >> (hash & 63) & 1))
        return NULL;
    for (size_t i = hash >> 20 & x->mask;; i = (i + 1) & x->mask) {
        if (x->slots[i].hash == hash)
            return &x->slots[i];
        if (!x->slots[i].hash)
            return NULL;
    }
}

/* A phrase's hash is made of the hashes of its words, so that "phone number", "phone_number" and "phoneNumber" are one. */
static uint64_t phrase_hash(const word *words, size_t count)
{
    uint64_t h = words[0].hash;
    for (size_t i = 1; i < count; i++)
        h = mix(h + i, words[i].hash);
    return h ? h : 1;
}

static bool add_hash(pair_vec *v, uint64_t hash, cdr_kind kind)
{
    pair *p = pair_vec_push(v);
    if (p)
        *p = (pair){hash, kind};
    return p != NULL;
}

/* The phrase [s, s + n), and the same written in one word. */
static bool add_phrase(pair_vec *v, const char *s, size_t n, cdr_kind kind)
{
    word words[PHRASE_MAX];
    size_t count = 0;
    for (size_t i = 0; count < PHRASE_MAX && next_word(s, n, i, &words[count]); i = words[count++].end)
        ;
    if (count == 0)
        return true;
    if (!add_hash(v, phrase_hash(words, count), kind))
        return false;
    char joined[PHRASE_MAX * WORD_BYTES_MAX];
    size_t len = 0;
    for (size_t i = 0; i < count; i++) {
        size_t bytes = words[i].end - words[i].start;
        if (len + bytes > sizeof joined)
            return true;
        memcpy(joined + len, s + words[i].start, bytes);
        len += bytes;
    }
    word one;
    return count == 1 || !next_word(joined, len, 0, &one) || one.end != len || add_hash(v, phrase_hash(&one, 1), kind);
}

static bool add_list(pair_vec *v, const char *list, cdr_kind kind)
{
    for (const char *s = list; *s;) {
        size_t n = strcspn(s, "|");
        if (!add_phrase(v, s, n, kind))
            return false;
        s += n + (s[n] == '|');
    }
    return true;
}

static bool add_table(pair_vec *v, const cdr_kind_words *table, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!add_list(v, table[i].words, table[i].kind))
            return false;
    return true;
}

static int compare(const void *pa, const void *pb)
{
    const pair *a = pa, *b = pb;
    if (a->hash != b->hash)
        return a->hash < b->hash ? -1 : 1;
    return (a->kind > b->kind) - (a->kind < b->kind);
}

static bool build(cdr_context_index *x, pair_vec *v)
{
    size_t size = 64;
    while (size < v->len * 2)
        size *= 2;
    x->mask = size - 1;
    x->slots = cdr_alloc_array(size, sizeof *x->slots);
    x->kinds = cdr_alloc_array(v->len + 1, sizeof *x->kinds);
    if (!x->slots || !x->kinds)
        return false;
    qsort(v->at, v->len, sizeof v->at[0], compare);
    size_t n = 0;
    for (size_t i = 0; i < v->len;) {
        uint64_t h = v->at[i].hash;
        size_t at = h >> 20 & x->mask, first = n;
        for (; i < v->len && v->at[i].hash == h; i++)
            if (n == first || x->kinds[n - 1] != v->at[i].kind)
                x->kinds[n++] = v->at[i].kind;
        while (x->slots[at].hash)
            at = (at + 1) & x->mask;
        x->slots[at] = (slot){h, (uint16_t)first, (uint16_t)(n - first)};
        x->maybe[h >> 6 & 63] |= 1ull << (h & 63);
    }
    return n <= UINT16_MAX;
}

cdr_status cdr_context_index_new(cdr_context_index **ret, cdr_err *err)
{
    *ret = NULL;
    cdr_context_index *x = cdr_alloc(sizeof *x);
    pair_vec v = {0};
    bool good = x && add_table(&v, cdr_words_contact, cdr_words_contact_count) && add_table(&v, cdr_words_identifier, cdr_words_identifier_count) &&
                add_table(&v, cdr_words_column, cdr_words_column_count) && add_list(&v, cdr_words_veto, CDR_K_VETO) && build(x, &v);
    pair_vec_done(&v);
    if (!good) {
        cdr_context_index_free(x);
        return cdr_fail_nomem(err, "detect");
    }
    *ret = x;
    return CDR_OK;
}

void cdr_context_index_free(cdr_context_index *x)
{
    if (!x)
        return;
    cdr_free(x->slots);
    cdr_free(x->kinds);
    cdr_free(x);
}

cdr_kind cdr_context_kind_at(const cdr_context_index *x, size_t i)
{
    return x->kinds[i];
}

bool cdr_context_speaks_of(const cdr_context_index *x, const cdr_word_hit *h, cdr_kind kind)
{
    for (uint16_t i = 0; i < h->count; i++)
        if (x->kinds[h->first + i] == kind)
            return true;
    return false;
}

static void keep(cdr_context_window *w, const word *words, size_t count, const slot *s)
{
    if (w->count == CDR_CONTEXT_HITS) {
        memmove(w->hit, w->hit + CDR_CONTEXT_HITS / 2, sizeof w->hit[0] * (CDR_CONTEXT_HITS / 2));
        w->count = CDR_CONTEXT_HITS / 2;
    }
    w->hit[w->count++] = (cdr_word_hit){words[0].start, words[count - 1].end, s->first, s->count};
}

/* Words and phrases of [from, to); a phrase is kept beside the words in it. */
static void scan(const cdr_context_index *x, cdr_context_window *w, const char *text, size_t len, size_t from, size_t to)
{
    word last[PHRASE_MAX];
    size_t count = 0;
    for (size_t i = from; i < to;) {
        if (count == PHRASE_MAX) {
            memmove(last, last + 1, sizeof last[0] * (PHRASE_MAX - 1));
            count--;
        }
        if (!next_word(text, CDR_MIN(len, to + WORD_BYTES_MAX), i, &last[count]) || last[count].start >= to)
            break;
        i = last[count].end;
        /* Words further apart than a few signs make no phrase. */
        if (count && last[count].start - last[count - 1].end > 3) {
            last[0] = last[count];
            count = 0;
        }
        count++;
        for (size_t n = 1; n <= count; n++) {
            const slot *s = lookup(x, phrase_hash(last + count - n, n));
            if (s)
                keep(w, last + count - n, n, s);
        }
    }
}

static bool is_word_byte(char c)
{
    return class_of((unsigned char)c) != SEP;
}

void cdr_context_around(const cdr_context_index *x, cdr_context_window *w, const char *text, size_t len, size_t start, size_t end)
{
    size_t low = start > CDR_CONTEXT_BEFORE ? start - CDR_CONTEXT_BEFORE : 0, high = CDR_MIN(len, end + CDR_CONTEXT_AFTER);
    /* Never begin inside of a word: half a word is another one. */
    for (size_t i = 0; i < WORD_BYTES_MAX && low > 0 && low < len && is_word_byte(text[low - 1]) && is_word_byte(text[low]); i++)
        low++;
    w->count = 0;
    w->low = low;
    w->high = high;
    /* Nothing inside of the finding itself speaks for it. */
    scan(x, w, text, len, low, start);
    scan(x, w, text, len, end, high);
}

static bool seen(const cdr_kind *list, size_t n, cdr_kind k)
{
    for (size_t i = 0; i < n; i++)
        if (list[i] == k)
            return true;
    return false;
}

size_t cdr_context_kinds(const cdr_context_index *x, const char *text, size_t len, cdr_kind *ret, size_t cap)
{
    cdr_context_window w = {0};
    size_t n = 0;
    scan(x, &w, text, len, 0, len);
    /* Nearest to the end first; of those that end together the longest phrase, which was kept last. */
    for (size_t i = w.count; i-- > 0;)
        for (uint16_t k = 0; k < w.hit[i].count && n < cap; k++) {
            cdr_kind kind = x->kinds[w.hit[i].first + k];
            if (kind != CDR_K_VETO && !seen(ret, n, kind))
                ret[n++] = kind;
        }
    return n;
}
