/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/context.h"
#include "detect/emitter.h"

#include "base/mem.h"
#include "base/vec.h"

#include <stdlib.h>
#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#define PHRASE_MAX 4      /* words of the longest phrase that is looked up */

typedef struct slot {
    uint64_t hash;        /* 0: empty */
    uint16_t first, count;
} slot;

typedef struct pair { uint64_t hash, last; cdr_kind kind; bool phrase; } pair;

CDR_VEC(pair_vec, pair)

#define BLOOM_BITS 131072u
#define LINK_BITS 8192u

struct cdr_context_index {
    slot *slots;
    size_t mask;          /* slots - 1 */
    cdr_kind *kinds;
    /* Most words are none of ours: two bits for each last word, set for words that stand alone and for the ends of phrases. */
    uint64_t known[BLOOM_BITS / 64];
    uint64_t links[LINK_BITS / 64];   /* the same for links */
};

typedef struct word { size_t start, end; uint64_t hash; } word;

static inline uint64_t mix(uint64_t h, uint64_t v)
{
    h = (h ^ v) * 0x9E3779B97F4A7C15u;
    return h ^ h >> 29;
}

/* The first ${n} (at most 8, not 0) bytes at ${p} in lower case; for Latin and most Cyrillic letters in UTF-8 the same bit tells capitals. */
static inline uint64_t load(const char *p, size_t n, size_t readable)
{
    uint64_t v = 0;
    if (readable >= 8)
        memcpy(&v, p, 8);
    else
        memcpy(&v, p, CDR_MIN(n, readable));
    /* Little endian: the bytes behind are the upper ones. */
    return (v | 0x2020202020202020u) << (64 - 8 * n) >> (64 - 8 * n);
}

static inline uint64_t word_hash(const char *t, size_t len, size_t start, size_t end)
{
    size_t n = end - start;
    uint64_t h = mix(n, load(t + start, CDR_MIN(n, (size_t)8), len - start));
    return n > 8 ? mix(h, load(t + start + 8, CDR_MIN(n - 8, (size_t)8), len - start - 8)) : h;
}

enum { SOLO = 1, TAIL = 2 };

static inline unsigned known(const uint64_t *bits, uint64_t hash)
{
    return bits[hash >> 5 & (BLOOM_BITS / 64 - 1)] >> (hash & 31) * 2 & 3;
}

static inline void set_known(uint64_t *bits, uint64_t hash, unsigned what)
{
    bits[hash >> 5 & (BLOOM_BITS / 64 - 1)] |= (uint64_t)what << (hash & 31) * 2;
}

/* --- words of 64 bytes: bit i for byte i --- */

typedef struct classes { uint64_t word, upper, digit, high; } classes;

#if defined(__SSE2__)
static inline uint64_t below(__m128i x, char low, char span)
{
    __m128i shifted = _mm_sub_epi8(x, _mm_set1_epi8(low));
    return (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_min_epu8(shifted, _mm_set1_epi8(span)), shifted));
}

static classes classify(const char *block)
{
    classes c = {0};
    for (unsigned i = 0; i < 4; i++) {
        __m128i x = _mm_loadu_si128((const __m128i *)(const void *)(block + 16 * i));
        uint64_t high = (uint32_t)_mm_movemask_epi8(x), digit = below(x, '0', 9);
        uint64_t letter = below(_mm_or_si128(x, _mm_set1_epi8(0x20)), 'a', 25);
        c.digit |= digit << 16 * i;
        c.word |= (letter | high | digit) << 16 * i;
        c.upper |= below(x, 'A', 25) << 16 * i;
        c.high |= high << 16 * i;
    }
    return c;
}
#else
static classes classify(const char *block)
{
    classes c = {0};
    for (unsigned i = 0; i < 64; i++) {
        unsigned char b = (unsigned char)block[i], f = b | 0x20;
        uint64_t digit = b >= '0' && b <= '9', upper = b >= 'A' && b <= 'Z', letter = (f >= 'a' && f <= 'z') || b >= 0x80;
        c.digit |= digit << i;
        c.upper |= upper << i;
        c.word |= (letter | digit) << i;
        c.high |= (uint64_t)(b >= 0x80) << i;
    }
    return c;
}
#endif

/* CJK punctuation and full-width signs part words although they are no ASCII. */
static uint64_t wide_signs(const char *block)
{
    uint64_t m = 0;
    for (unsigned i = 0; i + 2 < 64; i++) {
        const unsigned char *p = (const unsigned char *)block + i;
        if ((p[0] == 0xE3 && p[1] == 0x80) || (p[0] == 0xEF && p[1] == 0xBC))
            m |= 7ull << i;
    }
    return m;
}

/* Where words begin: "phoneNumber" is two, "SSNField" too, "URLs" one; letters and digits part. */
static uint64_t word_starts(const classes *c)
{
    uint64_t lower = c->word & ~c->upper & ~c->digit, after = ~c->word << 1 | 1;
    uint64_t hump = c->upper & lower << 1, last_upper = c->upper & c->upper << 1 & lower >> 1 & lower >> 2;
    uint64_t change = (c->digit & ~c->digit << 1) | (~c->digit & c->digit << 1);
    return c->word & (after | hump | last_upper | change);
}

uint64_t cdr_context_word_starts(const char *text, size_t len, size_t from)
{
    char copy[64] = {0};
    const char *block = text + from;
    if (len - from < 64)
        block = memcpy(copy, block, len - from);
    classes c = classify(block);
    return word_starts(&c);
}

/* The words of ${text}[from, to), at most 64 bytes, not hashed yet; returns how many. */
static size_t words_of(const char *text, size_t len, size_t from, size_t to, word ret[64])
{
    char copy[64] = {0};
    const char *block = text + from;
    if (len - from < 64) {
        memcpy(copy, block, len - from);
        block = copy;
    }
    classes c = classify(block);
    uint64_t inside = to - from < 64 ? (1ull << (to - from)) - 1 : ~0ull;
    if (c.high & inside)
        c.word &= ~wide_signs(block);
    c.word &= inside;
    size_t n = 0;
    uint64_t starts = word_starts(&c), ends = ~c.word | starts;
    while (starts) {
        unsigned s = (unsigned)__builtin_ctzll(starts);
        starts &= starts - 1;
        uint64_t beyond = s < 63 ? ends & ~0ull << (s + 1) : 0;
        unsigned e = beyond ? (unsigned)__builtin_ctzll(beyond) : 64;
        ret[n++] = (word){from + s, from + e, 0};
    }
    return n;
}

static void hash_words(const char *text, size_t len, word *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        words[i].hash = word_hash(text, len, words[i].start, words[i].end);
}

static const slot *lookup(const cdr_context_index *x, uint64_t hash)
{
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

static bool add_hash(pair_vec *v, uint64_t hash, uint64_t last, bool phrase, cdr_kind kind)
{
    pair *p = pair_vec_push(v);
    if (p)
        *p = (pair){hash, last, kind, phrase};
    return p != NULL;
}

/* The phrase [s, s + n), and the same written in one word. */
static bool add_phrase(pair_vec *v, const char *s, size_t n, cdr_kind kind)
{
    word words[64];
    if (n == 0 || n > 64)
        return true;
    size_t count = words_of(s, n, 0, n, words);
    if (count == 0 || count > PHRASE_MAX)
        return true;
    hash_words(s, n, words, count);
    if (!add_hash(v, phrase_hash(words, count), words[count - 1].hash, count > 1, kind))
        return false;
    char joined[64];
    size_t len = 0;
    for (size_t i = 0; i < count; i++) {
        memcpy(joined + len, s + words[i].start, words[i].end - words[i].start);
        len += words[i].end - words[i].start;
    }
    if (count == 1 || words_of(joined, len, 0, len, words) != 1)
        return true;
    hash_words(joined, len, words, 1);
    return add_hash(v, words[0].hash, words[0].hash, false, kind);
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

static bool is_word_byte(char c)
{
    return cdr_is_alnum(c) || (unsigned char)c >= 0x80;
}

/* Little words that may stand between a label and its value, by their length in bytes; folded as load() folds. */
static const char links[][8] = {
    "a", "s", "is", "no", "nr", "me", "us", "at", "on", "to", "my", "of", "an", "it", "id", "es", "al", "le", "la", "el", "il", "lo", "au", "em",
    "op", "am", "en", "na", "do", "are", "was", "num", "nbr", "him", "her", "the", "his", "our", "for", "its", "now", "via", "ist", "auf", "die",
    "der", "das", "est", "sur", "p\343\245", "til", "pod", "n\342\272", "n\342\260", "them", "your", "home", "work", "code", "card", "back", "para", "\360\277\360\276", "their",
    "value", "today", "using", "under", "unter", "number", "office", "mobile", "holder", "please", "lautet", "private", "account", "directly",
    "verified", "provided",
};
static const uint8_t links_from[10] = {0, 0, 2, 29, 54, 63, 69, 75, 77, 80};

static bool is_link(const char *s, size_t len, size_t readable)
{
    if (len == 0 || len > 8)
        return false;
    uint64_t v = load(s, len, readable), link;
    for (size_t i = links_from[len]; i < links_from[len + 1]; i++) {
        memcpy(&link, links[i], 8);
        if (link == v)
            return true;
    }
    return false;
}

static void add_links(cdr_context_index *x)
{
    for (size_t i = 0; i < CDR_COUNT(links); i++) {
        size_t n = strnlen(links[i], 8);
        uint64_t hash = word_hash(links[i], n, 0, n);
        x->links[hash >> 6 & (LINK_BITS / 64 - 1)] |= 1ull << (hash & 63);
    }
}

static inline bool may_be_link(const cdr_context_index *x, uint64_t hash)
{
    return x->links[hash >> 6 & (LINK_BITS / 64 - 1)] >> (hash & 63) & 1;
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
        for (; i < v->len && v->at[i].hash == h; i++) {
            if (n == first || x->kinds[n - 1] != v->at[i].kind)
                x->kinds[n++] = v->at[i].kind;
            set_known(x->known, v->at[i].last, v->at[i].phrase ? TAIL : SOLO);
        }
        while (x->slots[at].hash)
            at = (at + 1) & x->mask;
        x->slots[at] = (slot){h, (uint16_t)first, (uint16_t)(n - first)};
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
    add_links(x);
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
    if (w->count < CDR_CONTEXT_HITS)
        w->hit[w->count++] = (cdr_word_hit){words[0].start, words[count - 1].end, s->first, s->count};
}

/* Phrases that end with word ${i}, and the word itself. */
static void keep_word(const cdr_context_index *x, cdr_context_window *w, const word *words, size_t i)
{
    unsigned what = known(x->known, words[i].hash);
    const slot *s;
    if ((what & SOLO) && (s = lookup(x, phrase_hash(words + i, 1))) != NULL)
        keep(w, words + i, 1, s);
    if (!(what & TAIL))
        return;
    /* Words further apart than a few signs make no phrase. */
    for (size_t n = 2; n <= PHRASE_MAX && n <= i + 1 && words[i - n + 2].start - words[i - n + 1].end <= 3; n++)
        if ((s = lookup(x, phrase_hash(words + i + 1 - n, n))) != NULL)
            keep(w, words + i + 1 - n, n, s);
}

/* Words and phrases of [from, to), at most 64 bytes; a phrase is kept after the words in it. */
static void scan(const cdr_context_index *x, cdr_context_window *w, const char *text, size_t len, size_t from, size_t to)
{
    word words[64];
    size_t count = words_of(text, len, from, to, words);
    hash_words(text, len, words, count);
    for (size_t i = 0; i < count; i++)
        if (known(x->known, words[i].hash))
            keep_word(x, w, words, i);
}

bool cdr_is_label_gap(const char *t, size_t from, size_t to)
{
    size_t lines = 0, words = 0;
    if (to - from > 28)
        return false;
    for (size_t i = from; i < to;) {
        if (is_word_byte(t[i])) {
            size_t start = i;
            while (i < to && is_word_byte(t[i]))
                i++;
            if (++words > 3 || !is_link(t + start, i - start, to - start))
                return false;
            continue;
        }
        bool abbreviation = t[i] == '.' && (i == from || is_word_byte(t[i - 1]));
        if (!abbreviation && !memchr(" \t\r\n:=\"'#->/()[]*_+<", t[i], 20))
            return false;
        lines += t[i++] == '\n';
    }
    return lines <= 1;
}

/* Never begin inside of a word: half a word is another one. */
static size_t word_border(const char *text, size_t low, size_t to)
{
    while (low > 0 && low < to && is_word_byte(text[low - 1]) && is_word_byte(text[low]))
        low++;
    return low;
}

void cdr_context_before(const cdr_context_index *x, cdr_context_window *w, const char *text, size_t len, size_t low, size_t start)
{
    w->count = 0;
    if (start > low)
        scan(x, w, text, len, word_border(text, start > low + CDR_CONTEXT_BEFORE ? start - CDR_CONTEXT_BEFORE : low, start), start);
}

/* The last word that ends at or before bit ${to} of the block at ${base}: false when there is none. */
static bool last_word(const classes *c, uint64_t starts, unsigned to, size_t base, word *ret)
{
    uint64_t inside = to >= 64 ? c->word : c->word & ((1ull << to) - 1);
    if (!inside)
        return false;
    unsigned end = 64 - (unsigned)__builtin_clzll(inside);
    uint64_t from = starts & (end >= 64 ? ~0ull : (1ull << end) - 1);
    if (!from)
        return false;
    unsigned start = 63 - (unsigned)__builtin_clzll(from);
    /* Within a run the next word begins where this one ends. */
    *ret = (word){base + start, base + end, 0};
    return true;
}

/* What stands before ${start} is a plain word that is neither ours nor a link: there is no label. False: a closer look is needed. */
static bool has_no_label(const cdr_context_index *x, const char *text, size_t len, size_t start)
{
    size_t end = start, low = start > CDR_CONTEXT_LABEL ? start - CDR_CONTEXT_LABEL : 0;
    while (end > low && !is_word_byte(text[end - 1]))
        end--;
    size_t from = end, most = end > 16 ? end - 16 : 0;
    while (from > most && text[from - 1] >= 'a' && text[from - 1] <= 'z')
        from--;
    from -= from > most && from < end && cdr_is_upper(text[from - 1]);
    if (from == end || (from > 0 && is_word_byte(text[from - 1])))
        return from == 0;
    uint64_t hash = word_hash(text, len, from, end);
    return !known(x->known, hash) && !may_be_link(x, hash);
}

void cdr_context_label(const cdr_context_index *x, cdr_context_window *w, const char *text, size_t len, size_t start)
{
    w->count = 0;
    if (has_no_label(x, text, len, start))
        return;
    char copy[64] = {0};
    size_t n = CDR_MIN(start, (size_t)64), base = start - n;
    const char *block = text + base;
    if (n < 64)
        block = memcpy(copy, block, n);
    classes c = classify(block);
    if (c.high)
        c.word &= ~wide_signs(block);
    c.word &= n < 64 ? (1ull << n) - 1 : ~0ull;
    uint64_t starts = word_starts(&c);
    word words[PHRASE_MAX + 4];
    size_t count = 0, most = CDR_COUNT(words);
    /* From the end backwards, as long as they can be links. */
    for (unsigned to = (unsigned)n; count < most && last_word(&c, starts, to, base, &words[most - 1 - count]); count++) {
        word *one = &words[most - 1 - count];
        to = (unsigned)(one->start - base);
        if (start - one->end > CDR_CONTEXT_LABEL)
            return;
        one->hash = word_hash(text, len, one->start, one->end);
        if (known(x->known, one->hash)) {
            size_t more = 1;
            for (; more < PHRASE_MAX && count + more < most && last_word(&c, starts, to, base, one - more); more++) {
                to = (unsigned)(one[-(ptrdiff_t)more].start - base);
                hash_words(text, len, one - more, 1);
            }
            keep_word(x, w, one - more + 1, more - 1);
            if (w->count)
                return;
            to = (unsigned)(one->start - base);
        }
        if (!is_link(text + one->start, one->end - one->start, len - one->start))
            return;
    }
}

void cdr_context_after(const cdr_context_index *x, cdr_context_window *w, const char *text, size_t len, size_t end)
{
    size_t high = CDR_MIN(len, end + CDR_CONTEXT_AFTER);
    while (high < len && high > end && is_word_byte(text[high - 1]) && is_word_byte(text[high]))
        high--;
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
    for (size_t high = len; n < cap;) {
        /* In stretches of 64 bytes from the end, which begin at words. */
        size_t low = high > 64 ? high - 64 : 0;
        while (low > 0 && low < high && is_word_byte(text[low - 1]) && is_word_byte(text[low]))
            low++;
        low = low == high ? (high > 64 ? high - 64 : 0) : low;
        w.count = 0;
        scan(x, &w, text, len, low, high);
        /* Nearest to the end first; of those that end together the longest phrase, which was kept last. */
        for (size_t i = w.count; i-- > 0;)
            for (uint16_t k = 0; k < w.hit[i].count && n < cap; k++) {
                cdr_kind kind = x->kinds[w.hit[i].first + k];
                if (kind != CDR_K_VETO && !seen(ret, n, kind))
                    ret[n++] = kind;
            }
        if (low == 0)
            break;
        high = low;
    }
    return n;
}
