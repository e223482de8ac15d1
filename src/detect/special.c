/* SPDX-License-Identifier: Apache-2.0 */
/* Sentences that tell of a person what the law protects most. A word of the lists alone says nothing ("health check", "race condition", an
 * article on asthma): it counts where a tie ("has", "was diagnosed with", "is", "member of") leads from it to a person, or a label stands before it. */
#include "detect/special_index.h"

#include "base/mem.h"
#include "detect/fold.h"
#include "detect/gazetteer.h"

#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#define WORDS 96
#define BACK 280                 /* bytes before a word of the lists that its sentence may begin */
#define REACH 12                 /* words between a person and the tie */
#define CELL_LEAST 12            /* "I have gout." */
#define SHORT_LINE 45            /* what follows a line that ends before this, with a capital, is another sentence */
#define SMALL_TEXT (16u << 10)    /* read as a whole */
#define MARKS ((uint32_t)(CDR_SP_LEAD | CDR_SP_TRIGGER))
#define FIRM 0.66f
#define BARE 0.15f

enum { GAP_SPACE, GAP_COMMA, GAP_OTHER, GAP_COLON, GAP_BREAK };

typedef struct word {
    size_t start, end;
    const cdr_special_entry *here;   /* the longest phrase that begins here */
    uint32_t classes;                /* of it */
    uint32_t ends;                   /* classes of phrases that end here */
    uint8_t count;                   /* words of ->here */
    uint8_t ends_from;               /* where the longest that ends here begins */
    uint8_t gap, len;
    bool capital, owner;             /* "Maria's" */
    char key[32];
} word;

typedef struct sentence {
    cdr_emitter *e;
    const cdr_special_index *x;
    word at[WORDS];
    size_t count;
    size_t chained;                  /* behind the value accepted last: "diabetes and asthma" */
    cdr_kind chain;
    float chain_confidence;
} sentence;

static bool is_letter(const char *t, size_t i, size_t to, size_t *ret_used)
{
    return cdr_is_digit(t[i]) ? (*ret_used = 1, true) : cdr_letter_at(t + i, to - i, ret_used) != CDR_LETTER_NONE;
}

static size_t apostrophe(const char *t, size_t i, size_t to)
{
    return t[i] == '\'' ? 1 : i + 2 < to && !memcmp(t + i, "\xE2\x80\x99", 3) ? 3 : 0;
}

/* --- words --- */

/* The word at ${i}: letters, digits, and apostrophes and hyphens between them. */
static size_t word_end(const char *t, size_t i, size_t to, size_t *ret_mark)
{
    size_t used, next;
    *ret_mark = 0;
    for (size_t start = i; i < to;) {
        if (is_letter(t, i, to, &used)) {
            i += used;
            continue;
        }
        size_t mark = apostrophe(t, i, to), joint = mark ? mark : t[i] == '-';
        if (!joint || i + joint >= to || !is_letter(t, i + joint, to, &next))
            break;
        if (mark && !*ret_mark && i - start <= 2)
            *ret_mark = i + mark;
        i += joint;
    }
    return i;
}

static uint8_t fold_key(const char *t, size_t len, char key[32])
{
    size_t n = cdr_fold(t, len, key, 32), out = 0;
    for (size_t i = 0; i < n; i++) {
        bool curly = i + 2 < n && !memcmp(key + i, "\xE2\x80\x99", 3);
        key[out++] = curly ? '\'' : key[i];
        i += curly ? 2 : 0;
    }
    return (uint8_t)out;
}

static uint8_t gap_of(const char *t, size_t from, size_t to)
{
    uint8_t gap = GAP_SPACE;
    for (size_t i = from; i < to; i++) {
        char c = t[i];
        uint8_t g = c == ' ' || c == '\n' || c == '\r' || c == '"' || c == '\'' || c == '*' || c == '>' ? GAP_SPACE : c == ',' ? GAP_COMMA : c == ':' || c == '=' ? GAP_COLON : GAP_OTHER;
        gap = CDR_MAX(gap, g);
    }
    return gap;
}

static void add_word(sentence *s, size_t start, size_t end, size_t before)
{
    const char *t = s->e->text;
    word *w = &s->at[s->count];
    *w = (word){.start = start, .end = end, .gap = s->count ? gap_of(t, before, start) : GAP_BREAK};
    w->len = fold_key(t + start, CDR_MIN(end - start, (size_t)40), w->key);
    w->capital = cdr_is_upper(t[start]) || (unsigned char)t[start] == 0xC3;
    if (w->len > 3 && !memcmp(w->key + w->len - 2, "'s", 2))
        w->owner = true;
    s->count++;
}

static void cut_words(sentence *s, size_t from, size_t to)
{
    const char *t = s->e->text;
    size_t before = from, used, mark;
    s->count = 0;
    for (size_t i = from; i < to && s->count + 1 < WORDS;) {
        if (!is_letter(t, i, to, &used)) {
            i += used;
            continue;
        }
        size_t end = word_end(t, i, to, &mark);
        add_word(s, i, end, before);
        word *w = &s->at[s->count - 1];
        /* "d'asthme", "l'asma": two words, unless the lists have it whole ("j'ai", "i'm"). */
        if (mark && mark < end && !cdr_special_lookup(s->x, w->key, w->len) && !w->owner) {
            s->count--;
            add_word(s, i, mark, before);
            add_word(s, mark, end, mark);
        }
        before = i = end;
    }
}

static void mark_end(sentence *s, size_t i, size_t count, uint32_t classes)
{
    word *last = &s->at[i + count - 1];
    last->ends |= classes & ~MARKS;
    if (classes & ~MARKS)
        last->ends_from = (uint8_t)i;
}

/* Phrases of the lists at word ${i}: the longest is what it is; where each ends is marked. */
static void look_up(sentence *s, size_t i)
{
    word *w = &s->at[i];
    char key[CDR_SP_PHRASE * 33];
    size_t len = w->len;
    memcpy(key, w->key, len);
    w->here = cdr_special_lookup(s->x, key, len);
    w->count = 1;
    /* A lower "i" counts something. */
    uint32_t not = w->len == 1 && w->key[0] == 'i' && s->e->text[w->start] == 'i' ? CDR_SP_PERSON : 0;
    if (w->here)
        mark_end(s, i, 1, w->here->classes & ~not);
    bool leads = w->here && (w->here->classes & CDR_SP_LEAD);
    for (size_t k = i + 1; leads && k < s->count && k < i + CDR_SP_PHRASE && s->at[k].gap == GAP_SPACE; k++) {
        key[len++] = ' ';
        memcpy(key + len, s->at[k].key, s->at[k].len);
        len += s->at[k].len;
        const cdr_special_entry *longer = cdr_special_lookup(s->x, key, len);
        if (longer && (longer->classes & ~MARKS)) {
            w->here = longer;
            w->count = (uint8_t)(k - i + 1);
            mark_end(s, i, w->count, longer->classes);
        }
    }
    w->classes = w->here ? w->here->classes & ~(MARKS | not) : 0;
}

/* From the end: of phrases that end together the longest is seen last. */
static void look_all_up(sentence *s)
{
    for (size_t i = s->count; i-- > 0;)
        s->at[i].ends_from = (uint8_t)i;
    for (size_t i = s->count; i-- > 0;)
        look_up(s, i);
}

/* --- persons --- */

static bool is_name(const sentence *s, size_t i)
{
    const word *w = &s->at[i];
    size_t n = w->owner ? w->len - 2u : w->len;
    if (!w->capital || n < 2)
        return false;
    uint32_t f = cdr_gazetteer(w->key, n);
    bool next = i + 1 < s->count && s->at[i + 1].capital && s->at[i + 1].gap == GAP_SPACE;
    return (f & CDR_G_FIRST) && !(f & (CDR_G_STOP | CDR_G_CALENDAR)) && (!(f & CDR_G_WORD) || next) && (next || w->owner || (f & CDR_G_FREQUENT));
}

static bool is_conditional(const sentence *s, size_t i)
{
    return (i > 0 && (s->at[i - 1].ends & CDR_SP_COND)) || (i > 1 && (s->at[i - 2].ends & CDR_SP_COND));
}

/* "the patient", "Patient:", "Frau": this one, not any. */
static bool is_this_one(const sentence *s, size_t i)
{
    static const char *const any[] = {"a", "an", "any", "each", "every", "no", "ein", "eine", "jeder", "un", "une", "una", "uno", "um", "uma", "een", "per"};
    for (size_t k = 0; i > 0 && k < CDR_COUNT(any); k++)
        if (s->at[i - 1].len == strlen(any[k]) && !memcmp(s->at[i - 1].key, any[k], s->at[i - 1].len))
            return false;
    return true;
}

/* How surely the words before word ${k} speak of a person: nearest first, and no other subject between. */
static float person_before(const sentence *s, size_t k)
{
    for (size_t i = k, n = 0; i-- > 0 && n < REACH; n++) {
        const word *w = &s->at[i];
        if (w->ends & (CDR_SP_PERSON | CDR_SP_OWNER | CDR_SP_HAVE_SELF | CDR_SP_BE_SELF))
            return is_conditional(s, i) ? 0.3f : FIRM;
        if (is_name(s, i))
            return is_conditional(s, i) ? 0.3f : 0.6f;
        if (w->ends & CDR_SP_ROLE)
            return is_conditional(s, i) || !is_this_one(s, i) ? 0.3f : 0.55f;
        if (w->ends & CDR_SP_GENERIC)
            return 0;
        if (i > 0 && w->gap == GAP_BREAK)
            return 0;
    }
    return 0;
}

/* --- values --- */

static bool has_digits_only(const word *w)
{
    for (size_t i = 0; i < w->len; i++)
        if (!cdr_is_digit(w->key[i]))
            return false;
    return w->len <= 2;
}

static float tie_before(const sentence *s, size_t j, uint32_t tie, uint32_t self)
{
    if (j == 0)
        return 0;
    const word *w = &s->at[j - 1];
    if (w->ends & self)
        return FIRM;
    return w->ends & tie ? person_before(s, w->ends_from) : 0;
}

/* "As a Catholic I …", "Als Muslima kann ich …": the person comes behind. */
static bool is_as(const sentence *s, size_t j)
{
    static const char *const words[] = {"as", "als", "como", "come", "jako", "comme"};
    for (size_t k = 0; j > 0 && k < CDR_COUNT(words); k++)
        if (s->at[j - 1].len == strlen(words[k]) && !memcmp(s->at[j - 1].key, words[k], s->at[j - 1].len))
            return true;
    return false;
}

static float person_after(const sentence *s, size_t k)
{
    for (size_t i = k; i < s->count && i < k + 4; i++)
        if (s->at[i].classes & (CDR_SP_PERSON | CDR_SP_HAVE_SELF | CDR_SP_BE_SELF))
            return FIRM;
    return 0;
}

/* What ties the value that begins at word ${i} to a person: 0 for nothing. */
static float tied(const sentence *s, size_t i, uint32_t classes)
{
    size_t j = i;
    uint32_t tie = 0, self = 0;
    if (classes & (CDR_SP_NOUN | CDR_SP_SOFT)) {
        tie |= CDR_SP_HAVE;
        self |= CDR_SP_HAVE_SELF;
    }
    if (classes & CDR_SP_ADJ) {
        tie |= CDR_SP_BE | CDR_SP_MEMBER;
        self |= CDR_SP_BE_SELF;
    }
    if (classes & CDR_SP_ORG)
        tie |= CDR_SP_MEMBER;
    float best = classes & CDR_SP_STATE ? person_before(s, i) : 0;
    for (size_t back = 0; back < 4; back++) {
        best = CDR_MAX(best, tie_before(s, j, tie, self));
        if ((classes & (CDR_SP_NOUN | CDR_SP_SOFT)) && j > 0 && s->at[j].gap == GAP_SPACE && (s->at[j - 1].ends & CDR_SP_OWNER || (s->at[j - 1].owner && is_name(s, j - 1))))
            best = CDR_MAX(best, 0.62f);
        if (j == 0 || s->at[j].gap > GAP_SPACE || !((s->at[j - 1].ends & CDR_SP_MOD) || has_digits_only(&s->at[j - 1])))
            break;
        j = (s->at[j - 1].ends & CDR_SP_MOD) ? s->at[j - 1].ends_from : j - 1;
    }
    size_t behind = i + s->at[i].count;
    if ((classes & CDR_SP_ADJ) && best < FIRM && is_as(s, j))
        best = CDR_MAX(best, CDR_MIN(person_after(s, behind), 0.6f));
    for (size_t k = behind; best < FIRM && (classes & CDR_SP_NOUN) && k < s->count && k < behind + 3; k++)
        if (s->at[k].classes & CDR_SP_AFTER)
            best = CDR_MAX(best, CDR_MIN(person_before(s, i), 0.6f));
    return best;
}

/* "Diagnosis: asthma", "religion = Islam". */
static bool labelled(const sentence *s, size_t i, cdr_kind kind)
{
    size_t k = i;
    while (k > 0 && i - k < 6 && s->at[k].gap < GAP_COLON)
        k--;
    if (k == 0 || s->at[k].gap != GAP_COLON)
        return false;
    const word *label = &s->at[s->at[k - 1].ends_from];
    if (!(s->at[k - 1].ends & CDR_SP_LABEL) || !label->here)
        return false;
    for (size_t n = 0; n < CDR_SP_KINDS; n++)
        if (cdr_special_kinds[n] == kind && (label->here->by_kind[n] & CDR_SP_LABEL))
            return memchr(s->e->text + s->at[k].start, '\n', s->at[i].start - s->at[k].start) == NULL;
    return false;
}

/* Between the value accepted last and this one only commas, "and" and small words. */
static bool is_chained(const sentence *s, size_t i, cdr_kind kind)
{
    if (!s->chained || s->chain != kind || i < s->chained || i - s->chained > 3)
        return false;
    for (size_t k = s->chained; k < i; k++)
        if (!(s->at[k].ends & (CDR_SP_AND | CDR_SP_MOD)) || s->at[k].gap > GAP_COMMA)
            return false;
    return s->at[i].gap <= GAP_COMMA && (i > s->chained || s->at[i].gap == GAP_COMMA);
}

/* "was convicted of armed robbery": up to three words more. */
static size_t deed(const sentence *s, size_t last)
{
    static const char stops[] = "|in|on|at|by|since|and|last|und|im|et|en|y|e|nel|em|i|w|";
    for (size_t k = last + 1; k < s->count && k <= last + 4 && s->at[k].gap == GAP_SPACE; k++) {
        char padded[40] = "|";
        memcpy(padded + 1, s->at[k].key, s->at[k].len);
        memcpy(padded + 1 + s->at[k].len, "|", 2);
        if (strstr(stops, padded) || cdr_is_digit(s->at[k].key[0]))
            return k - 1;
        if (k == last + 4)
            return k;
        if (k + 1 == s->count || s->at[k + 1].gap != GAP_SPACE)
            return k;
    }
    return last;
}

static void judge(sentence *s, size_t i, cdr_kind kind, uint32_t classes)
{
    size_t last = i + s->at[i].count - 1;
    uint32_t evidence = CDR_EV_LIST | CDR_EV_CONTEXT;
    float c = labelled(s, i, kind) ? 0.72f : is_chained(s, i, kind) ? s->chain_confidence : tied(s, i, classes);
    if (c >= 0.45f) {
        s->chained = last + 1;
        s->chain = kind;
        s->chain_confidence = c;
    } else if (c <= 0) {
        if (!(classes & CDR_SP_NOUN) || s->e->rs->names != CDR_NAMES_ALL)
            return;
        c = BARE;
        evidence = CDR_EV_LIST;
    }
    if (kind == CDR_K_CRIMINAL && (classes & CDR_SP_STATE))
        last = deed(s, last);
    cdr_emit_sure(s->e, kind, s->at[i].start, s->at[last].end, evidence, c);
}

/* E11.9, F32: a code of the ICD behind a label of health. */
static void icd_code(sentence *s, size_t i)
{
    const word *w = &s->at[i];
    const char *t = s->e->text + w->start;
    if (i == 0 || w->len < 3 || w->len > 4 || !cdr_is_upper(t[0]) || !cdr_is_digit(t[1]) || !(cdr_is_digit(t[2]) || cdr_is_letter(t[2])) || !labelled(s, i, CDR_K_HEALTH))
        return;
    size_t end = w->end;
    if (i + 1 < s->count && s->e->text[end] == '.' && s->at[i + 1].start == end + 1 && s->at[i + 1].len <= 3 && cdr_is_digit(s->e->text[end + 1]))
        end = s->at[i + 1].end;
    cdr_emit_sure(s->e, CDR_K_HEALTH, w->start, end, CDR_EV_SHAPE | CDR_EV_CONTEXT, 0.72f);
}

static void judge_all(sentence *s)
{
    s->chained = 0;
    for (size_t i = 0, step; i < s->count; i += step) {
        const word *w = &s->at[i];
        step = w->classes & CDR_SP_VALUE ? w->count : 1;
        icd_code(s, i);
        for (size_t k = 0; k < CDR_SP_KINDS && (w->classes & CDR_SP_VALUE); k++)
            if (w->here->by_kind[k] & CDR_SP_VALUE)
                judge(s, i, cdr_special_kinds[k], w->here->by_kind[k]);
    }
}

/* --- sentences --- */

/* Does a sentence end with byte ${i}? ${line}: where its line begins. */
static bool ends_sentence(const char *t, size_t i, size_t to, size_t line)
{
    char c = t[i], next = i + 1 < to ? t[i + 1] : '\n';
    if (c == '\n')
        return next == '\n' || next == '\r' || (i - line < SHORT_LINE && !(next >= 'a' && next <= 'z'));
    if (c == '!' || c == '?' || c == '{' || c == '}' || c == '|' || c == '\t' || c == '<')
        return true;
    if (c == ';')
        return next == ' ' || next == '\n' || next == '\r';
    if (c != '.' || (next != ' ' && next != '\n' && next != '\r' && next != '"'))
        return false;
    /* "Dr. Mr. St. No." and initials end none. */
    size_t letters = 0;
    while (i > letters && letters < 5 && cdr_is_letter(t[i - 1 - letters]))
        letters++;
    return !(letters <= 3 && i > letters && cdr_is_upper(t[i - letters]));
}

static size_t line_of(const char *t, size_t low, size_t i)
{
    const char *nl = i > low ? memrchr(t + low, '\n', i - low) : NULL;
    return nl ? (size_t)(nl - t) + 1 : low;
}

static size_t sentence_start(const char *t, size_t from, size_t at)
{
    size_t low = at > from + BACK ? at - BACK : from, line = line_of(t, low, at);
    for (size_t i = at; i > low; i--) {
        if (t[i - 1] == '\n')
            line = line_of(t, low > 80 ? low - 80 : 0, i - 1);
        if (ends_sentence(t, i - 1, at, line))
            return i;
    }
    while (low > from && low < at && cdr_is_alnum(t[low]))
        low++;
    return low;
}

static size_t sentence_end(const char *t, size_t at, size_t to)
{
    size_t line = line_of(t, at > 200 ? at - 200 : 0, at), high = CDR_MIN(to, at + 4 * BACK);
    for (size_t i = at; i < high; i++) {
        if (ends_sentence(t, i, to, line))
            return i;
        if (t[i] == '\n')
            line = i + 1;
    }
    return high;
}

/* The sentence around byte ${at}; returns where to go on. */
static size_t look_at(cdr_emitter *e, size_t from, size_t at, size_t to)
{
    sentence s = {.e = e, .x = e->rs->special};
    size_t start = sentence_start(e->text, from, at), end = sentence_end(e->text, at, to);
    cut_words(&s, start, end);
    look_all_up(&s);
    judge_all(&s);
    if (s.count && s.count + 1 >= WORDS)
        end = CDR_MAX(s.at[s.count - 1].end, at + 1);
    return CDR_MAX(end, at + 1);
}

/* Bytes of words: letters, digits, what is beyond ASCII, apostrophe and hyphen. */
static inline bool is_wordy(char c)
{
    return cdr_is_alnum(c) || (unsigned char)c >= 0x80 || c == '\'' || c == '-';
}

static bool calls(const cdr_special_index *x, const char *t, size_t at, size_t end)
{
    char key[32];
    uint8_t n = fold_key(t + at, CDR_MIN(end - at, (size_t)40), key);
    uint32_t head = cdr_special_head(key, n);
    if (!(cdr_special_heads(x)[head / 64] >> head % 64 & 1))
        return false;
    const cdr_special_entry *f = cdr_special_lookup(x, key, n);
    return f && (f->classes & CDR_SP_TRIGGER);
}

/* "l'asma", "d'asthme": the word behind the mark. */
static bool elided_calls(const cdr_special_index *x, const char *t, size_t at, size_t end)
{
    size_t mark = t[at + 1] == '\'' ? 2 : t[at + 2] == '\'' ? 3 : 0;
    return mark && at + mark < end && calls(x, t, at + mark, end);
}

#if defined(__SSE2__)
static inline __m128i in_range(__m128i x, char low, char span)
{
    __m128i shifted = _mm_sub_epi8(x, _mm_set1_epi8(low));
    return _mm_cmpeq_epi8(_mm_min_epu8(shifted, _mm_set1_epi8(span)), shifted);
}

/* Bit i: byte i is one of a word; in ${ret_high} one beyond ASCII. */
static inline uint64_t word_bits(const char *block, uint64_t *ret_high)
{
    uint64_t m = 0, high = 0;
    for (unsigned i = 0; i < 4; i++) {
        __m128i x = _mm_loadu_si128((const __m128i *)(const void *)(block + 16 * i));
        __m128i letter = in_range(_mm_or_si128(x, _mm_set1_epi8(0x20)), 'a', 25), digit = in_range(x, '0', 9);
        __m128i sign = _mm_or_si128(_mm_cmpeq_epi8(x, _mm_set1_epi8('-')), _mm_cmpeq_epi8(x, _mm_set1_epi8('\'')));
        m |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_or_si128(_mm_or_si128(letter, digit), sign)) << 16 * i;
        high |= (uint64_t)(uint32_t)_mm_movemask_epi8(x) << 16 * i;
    }
    *ret_high = high;
    return m | high;
}
#else
static inline uint64_t word_bits(const char *block, uint64_t *ret_high)
{
    uint64_t m = 0, high = 0;
    for (unsigned i = 0; i < 64; i++) {
        m |= (uint64_t)is_wordy(block[i]) << i;
        high |= (uint64_t)((unsigned char)block[i] >> 7) << i;
    }
    *ret_high = high;
    return m;
}
#endif

/* The word at bit ${i} of a block with words ${bits}: its end when it calls for a look at its sentence, 0 when not; most do not pass
 * the first test. */
static inline size_t calling_word(const cdr_special_index *x, const char *t, size_t at, size_t to, uint64_t bits, uint64_t high, unsigned i)
{
    uint64_t rest = ~(bits >> i);
    size_t n = (size_t)(rest ? __builtin_ctzll(rest) : 64);
    bool wide = high >> i & ((n < 64 ? 1ull << n : 0) - 1);
    if (i + n >= 64)
        for (; at + n < to && is_wordy(t[at + n]); n++)
            wide |= (unsigned char)t[at + n] >= 0x80;
    if (n <= 2)
        return 0;
    uint32_t head = n >= 4 ? cdr_special_head4(t + at, n) : cdr_special_head(t + at, n);
    bool may = wide || (cdr_special_heads(x)[head / 64] >> head % 64 & 1), elided = t[at + 1] == '\'' || t[at + 2] == '\'';
    return (may && calls(x, t, at, at + n)) || (elided && elided_calls(x, t, at, at + n)) ? at + n : 0;
}

static void look_through(cdr_emitter *e, size_t from, size_t to)
{
    const char *t = e->text;
    size_t floor = from;
    for (size_t base = from; base < to;) {
        char tail[64] = {0};
        const char *block = t + base;
        if (to - base < 64) {
            memcpy(tail, block, to - base);
            block = tail;
        }
        uint64_t high, bits = word_bits(block, &high), starts = bits & ~(bits << 1 | (base > from && is_wordy(t[base - 1])));
        size_t next = base + 64;
        for (; starts; starts &= starts - 1) {
            unsigned i = (unsigned)__builtin_ctzll(starts);
            size_t end = calling_word(e->rs->special, t, base + i, to, bits, high, i);
            if (end) {
                next = floor = look_at(e, floor, end - 1, to);
                break;
            }
        }
        base = next;
    }
}

/* --- where --- */

/* Paragraphs: lines from one that begins with a capital letter, or as a quotation or a list does, to one of another sort.
 * Lines of logs, tables and programs begin otherwise. */
static void look_through_prose(cdr_emitter *e, size_t from, size_t to)
{
    const char *t = e->text;
    size_t start = SIZE_MAX;
    for (size_t line = from; line < to;) {
        const char *nl = memchr(t + line, '\n', to - line);
        size_t end = nl ? (size_t)(nl - t) : to, i = line;
        while (i < end && (t[i] == ' ' || t[i] == '>' || t[i] == '"' || t[i] == '*' || t[i] == '-'))
            i++;
        char c = i < end ? t[i] : '\n';
        bool begins = cdr_is_upper(c) || (unsigned char)c >= 0xC3, goes_on = begins || cdr_is_letter(c) || c == '(' || c == '\n' || c == '\r';
        if (start == SIZE_MAX && begins)
            start = line;
        else if (start != SIZE_MAX && !goes_on) {
            look_through(e, start, line);
            start = SIZE_MAX;
        }
        line = end + 1;
    }
    if (start != SIZE_MAX)
        look_through(e, start, to);
}

/* How far the words of a person may stand from what tells of one: a mail's body comes after its head. */
static bool reach_of(const cdr_raw *r, size_t *ret_before, size_t *ret_after)
{
    const cdr_kind_info *k = cdr_kind_get(r->kind);
    *ret_before = r->kind == CDR_K_EMAIL ? 400 : 200;
    *ret_after = r->kind == CDR_K_EMAIL ? 1500 : 200;
    return r->kind == CDR_K_EMAIL || (k->person_rank > 0 && k->family != CDR_FAMILY_DEVICE && r->kind != CDR_K_PHONE && (r->evidence & CDR_EV_CHECKSUM)) ||
           (r->kind == CDR_K_PHONE && (r->evidence & CDR_EV_SHAPE)) || (k->family == CDR_FAMILY_NAME && r->confidence >= 0.45f);
}

static void near_findings(cdr_emitter *e, size_t from, size_t to)
{
    size_t low = from, high = from, count = e->scratch->len, before, after;
    for (size_t i = 0; i < count; i++) {
        cdr_raw r = e->scratch->raw[i];
        if (r.start < from || r.end > to || !reach_of(&r, &before, &after))
            continue;
        size_t a = r.start > from + before ? r.start - before : from, b = CDR_MIN(r.end + after, to);
        if (a > high) {
            look_through_prose(e, low, high);
            low = CDR_MAX(a, high);
        }
        high = CDR_MAX(high, b);
    }
    look_through_prose(e, low, high);
}

static void look_where_wanted(cdr_emitter *e, size_t from, size_t to)
{
    if (e->rs->names == CDR_NAMES_ALL)
        look_through(e, from, to);
    else if (to - from <= SMALL_TEXT)
        look_through_prose(e, from, to);
    else
        near_findings(e, from, to);
}

void cdr_find_special(cdr_emitter *e, const uint32_t *starts, size_t cells)
{
    if (!e->rs->special)
        return;
    /* Short cells hold no sentence. */
    for (size_t i = 0; i < cells; i++)
        if (starts[i + 1] > starts[i] + CELL_LEAST)
            look_through(e, starts[i], starts[i + 1] - 1u);
    if (!cells)
        look_where_wanted(e, e->low, e->high);
}
