/* SPDX-License-Identifier: Apache-2.0 */
/* Masks in what staff types. Card numbers and codes are looked for here, because a wrong mask costs little and a number that stays costs much; everything else is what detect finds. */
#include "core/identity/note.h"

#include "base/text.h"

#include <string.h>

#define SPANS_MAX 256
#define CARD_MIN 13
#define CARD_MAX 19
#define GAP_MAX 3          /* separators between two digits of one number */
#define PHONE_MAX 15       /* digits behind a plus sign */
#define REACH_MAX 28       /* characters between a word such as "CVV" and its digits */

typedef struct span { size_t start, end; char mask[96]; } span;

struct cdr_cleaner {
    cdr_ruleset *rules;
    cdr_detect_scratch *scratch;
};

typedef struct work {
    const char *text;
    size_t len;
    span spans[SPANS_MAX];
    size_t count;
    bool full;
    bool name;                 /* of somebody, or how to reach her: those stay */
} work;

cdr_status cdr_cleaner_new(cdr_cleaner **ret, cdr_err *err)
{
    *ret = cdr_alloc(sizeof **ret);
    return *ret ? CDR_OK : cdr_fail_nomem(err, "identity");
}

void cdr_cleaner_free(cdr_cleaner *c)
{
    if (!c)
        return;
    cdr_detect_scratch_free(c->scratch);
    cdr_ruleset_free(c->rules);
    cdr_free(c);
}

/* --- digits, in whatever script and with whatever between them --- */

typedef struct digit { uint8_t value; size_t start, end; bool joined; /* nothing stands before it but another digit */ } digit;

static int digit_value(uint32_t cp)
{
    static const uint32_t zeros[] = {'0', 0x660, 0x6f0, 0x966, 0xff10};
    for (size_t i = 0; i < CDR_COUNT(zeros); i++)
        if (cp >= zeros[i] && cp < zeros[i] + 10)
            return (int)(cp - zeros[i]);
    return -1;
}

static bool is_separator(uint32_t cp)
{
    return cp == ' ' || cp == '-' || cp == '.' || cp == '/' || cp == '_' || cp == '\t' || cp == 0xa0 || cp == 0xad || cp == 0x202f || (cp >= 0x2000 && cp <= 0x2015) ||
           (cp >= 0x202a && cp <= 0x202e) || (cp >= 0x2060 && cp <= 0x206f) || cp == 0x2212 || cp == 0xfeff;
}

/* The digits from ${from} on that may be one number; where the look ended. */
static size_t run_of_digits(const work *w, size_t from, digit *ret, size_t cap, size_t *ret_count)
{
    size_t at = from, gap = 0;
    *ret_count = 0;
    while (at < w->len && *ret_count < cap) {
        uint32_t cp;
        size_t n = cdr_utf8_decode(w->text + at, w->len - at, &cp);
        int d = digit_value(cp);
        if (d >= 0) {
            ret[*ret_count] = (digit){(uint8_t)d, at, at + n, *ret_count > 0 && gap == 0};
            ++*ret_count;
            gap = 0;
        } else if (*ret_count == 0 || !is_separator(cp) || ++gap > GAP_MAX) {
            break;
        }
        at += n;
    }
    return at;
}

static bool luhn(const digit *d, size_t n)
{
    unsigned sum = 0;
    for (size_t i = 0; i < n; i++) {
        unsigned v = d[n - 1 - i].value * (i % 2 ? 2u : 1u);
        sum += v > 9 ? v - 9 : v;
    }
    return sum % 10 == 0;
}

static void add_span(work *w, size_t start, size_t end, const char *mask)
{
    if (w->count == SPANS_MAX) {
        w->full = true;
        return;
    }
    span *s = &w->spans[w->count++];
    *s = (span){.start = start, .end = end};
    size_t n = CDR_MIN(strlen(mask), sizeof s->mask - 1);
    memcpy(s->mask, mask, n);
}

/* ${glued}: digits that stand right behind it, such as a code that was typed without a blank; they go, too. */
static void add_card(work *w, const digit *d, size_t n, size_t glued)
{
    char mask[96];
    size_t at = 0;
    for (size_t i = 0; i + 4 < n; i++, at += 3)
        memcpy(mask + at, "\xe2\x80\xa2", 3);
    for (size_t i = n - 4; i < n; i++)
        mask[at++] = (char)('0' + d[i].value);
    memcpy(mask + at, "\xe2\x80\xa2", glued ? 3 : 0);
    mask[at + (glued ? 3 : 0)] = '\0';
    add_span(w, d[0].start, d[n + glued - 1].end, mask);
}

/* How many digits from ${d} on are a card number; 0: none. It ends where a group ends, or has the length of its brand with more digits glued to it. */
static size_t card_length(const digit *d, size_t n)
{
    if (n < CARD_MIN || d[0].value < 2 || d[0].value > 6)
        return 0;
    size_t usual = d[0].value == 3 && (d[1].value == 4 || d[1].value == 7) ? 15 : 16;
    if (n > usual && !d[usual].joined && luhn(d, usual))      /* and another number behind it */
        return usual;
    for (size_t len = CDR_MIN(n, CARD_MAX); len >= CARD_MIN; len--) {
        bool ends = len == n || !d[len].joined || len == usual;
        if (ends && luhn(d, len))
            return len;
    }
    return 0;
}

/* 3-2-4: the social security number of the United States, also one that was never given out; people type such ones when they try things. */
static bool add_social(work *w, const digit *d, size_t n)
{
    bool groups = n >= 9 && !d[3].joined && !d[5].joined && (n == 9 || !d[9].joined);
    for (size_t i = 1; groups && i < 9; i++)
        groups = i == 3 || i == 5 || d[i].joined;
    if (groups)
        add_span(w, d[0].start, d[8].end, "\xe2\x80\xa2\xe2\x80\xa2\xe2\x80\xa2");
    return groups;
}

static void find_cards(work *w)
{
    digit d[64];
    size_t count;
    for (size_t at = 0; at < w->len;) {
        size_t next = run_of_digits(w, at, d, CDR_COUNT(d), &count);
        size_t i = w->name && count <= PHONE_MAX && at > 0 && w->text[at - 1] == '+' ? count : 0;
        while (i < count) {
            size_t len = i == 0 || !d[i].joined ? card_length(d + i, count - i) : 0;
            size_t glued = 0;
            while (len && i + len + glued < count && d[i + len + glued].joined)
                glued++;
            if (len)
                add_card(w, d + i, len, glued);
            else if ((i == 0 || !d[i].joined) && add_social(w, d + i, count - i))
                len = 9;
            i += len ? len + glued : 1;
        }
        if (next == at) {
            uint32_t cp;
            next += cdr_utf8_decode(w->text + at, w->len - at, &cp);
        }
        at = next;
    }
}

/* --- codes, by the word beside them --- */

typedef struct code_word { const char *word; bool both_sides, loose; } code_word;
static const code_word code_words[] = {
    {"cvv2", true, false}, {"cvv", true, false}, {"cvc2", true, false}, {"cvc", true, false}, {"csc", true, false}, {"cid", false, false}, {"pin", true, false}, {"otp", true, false},
    {"tan", false, false}, {"passcode", true, false}, {"code", true, true}, {"codes", false, true}, {"geheimzahl", true, false}, {"kartenprüfnummer", true, false},
    {"prüfziffer", true, false}, {"prüfnummer", true, false},
};
/* Codes that are no secrets. */
static const char *const harmless[] = {"post", "postal", "zip", "area", "country", "promo", "voucher", "discount", "error", "dialling", "dialing", "product", "status", "call", "bar", "source"};

static bool is_word_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (unsigned char)c >= 0x80;
}

static bool harmless_before(const work *w, size_t start)
{
    size_t end = start;
    while (end > 0 && (w->text[end - 1] == ' ' || w->text[end - 1] == '-'))
        end--;
    size_t begin = end;
    while (begin > 0 && is_word_byte(w->text[begin - 1]))
        begin--;
    for (size_t i = 0; i < CDR_COUNT(harmless); i++)
        if (cdr_ascii_ieq(w->text + begin, end - begin, harmless[i], strlen(harmless[i])))
            return true;
    return false;
}

/* 3 to 8 digits, perhaps said in groups, not part of something longer. */
static bool add_code(work *w, const digit *d, size_t count)
{
    if (count < 3 || count > 8 || (d[count - 1].end < w->len && is_word_byte(w->text[d[count - 1].end])) || (d[0].start > 0 && is_word_byte(w->text[d[0].start - 1])))
        return false;
    add_span(w, d[0].start, d[count - 1].end, "\xe2\x80\xa2\xe2\x80\xa2\xe2\x80\xa2");
    return true;
}

static bool ends_sentence(char c)
{
    return c == '\n' || c == ';' || c == '!' || c == '?';
}

static void codes_after(work *w, size_t at)
{
    size_t limit = CDR_MIN(w->len, at + REACH_MAX);
    for (size_t i = at; i < limit && !ends_sentence(w->text[i]); i++) {
        digit d[16];
        size_t count;
        size_t next = run_of_digits(w, i, d, CDR_COUNT(d), &count);
        if (count == 0)
            continue;
        if (!add_code(w, d, count) && count <= 2)
            i = next;
        else
            return;
    }
}

/* "482913 was her code": the last digits that stand close before. */
static void codes_before(work *w, size_t at)
{
    size_t from = at > REACH_MAX ? at - REACH_MAX : 0, i = at;
    while (i > from && !(w->text[i - 1] >= '0' && w->text[i - 1] <= '9') && !ends_sentence(w->text[i - 1]))
        i--;
    if (i == from || ends_sentence(w->text[i - 1]))
        return;
    size_t start = i;
    while (start > 0 && ((w->text[start - 1] >= '0' && w->text[start - 1] <= '9') || (w->text[start - 1] == ' ' && start > 1 && w->text[start - 2] >= '0' && w->text[start - 2] <= '9')))
        start--;
    digit d[16];
    size_t count;
    run_of_digits(w, start, d, CDR_COUNT(d), &count);
    add_code(w, d, count);
}

static void find_codes(work *w)
{
    for (size_t at = 0; at < w->len; at++) {
        if (at > 0 && is_word_byte(w->text[at - 1]))
            continue;
        for (size_t k = 0; k < CDR_COUNT(code_words); k++) {
            size_t n = strlen(code_words[k].word);
            if (n > w->len - at || !cdr_ascii_ieq(w->text + at, n, code_words[k].word, n) || (at + n < w->len && is_word_byte(w->text[at + n]) && !(w->text[at + n] >= '0' && w->text[at + n] <= '9')))
                continue;
            if (code_words[k].loose && harmless_before(w, at))
                break;
            size_t before = w->count;
            codes_after(w, at + n);
            if (code_words[k].both_sides && w->count == before)
                codes_before(w, at);
            break;
        }
    }
}

/* --- passwords, by the word before them: whatever stands behind "password:" is one, however weak it looks --- */

static const char *const password_words[] = {"password", "passwd", "passphrase", "pwd", "passwort", "kennwort"};

/* A password may hold any sign: where the detector stopped at one, the rest up to the next blank goes, too. */
static size_t end_of_secret(const work *w, size_t end)
{
    while (end < w->len && !strchr(" \t\r\n", w->text[end]))
        end++;
    return end;
}

static size_t past(const work *w, size_t at, const char *signs)
{
    while (at < w->len && strchr(signs, w->text[at]))
        at++;
    return at;
}

static void find_passwords(work *w)
{
    for (size_t at = 0; at < w->len; at++)
        for (size_t k = 0; k < CDR_COUNT(password_words); k++) {
            size_t n = strlen(password_words[k]), start = at + n;
            if (n > w->len - at || !cdr_ascii_ieq(w->text + at, n, password_words[k], n))
                continue;
            start = past(w, start, "\"' \t");
            if (start >= w->len || (w->text[start] != ':' && w->text[start] != '='))
                continue;
            start = past(w, start + 1, " \t");
            size_t end = end_of_secret(w, start);
            if (end > start)
                add_span(w, start, end, "\xe2\x80\xa2\xe2\x80\xa2\xe2\x80\xa2");
            at = end > start ? end - 1 : at;
            break;
        }
}

/* --- the rest --- */

static bool is_wanted(const cdr_finding *f, bool name)
{
    const cdr_kind_info *k = cdr_kind_get(f->kind);
    switch (k->family) {
    case CDR_FAMILY_PAYMENT: case CDR_FAMILY_SECRET: return f->confidence >= 0.2f;
    case CDR_FAMILY_BANK: case CDR_FAMILY_GOVERNMENT: return f->confidence >= 0.45f;
    case CDR_FAMILY_CONTACT: case CDR_FAMILY_BIRTH: case CDR_FAMILY_HEALTH: return !name && f->confidence >= 0.45f;
    case CDR_FAMILY_NONE: case CDR_FAMILY_NAME: case CDR_FAMILY_ADDRESS: case CDR_FAMILY_SPECIAL: case CDR_FAMILY_DEVICE: case CDR_FAMILY_LOCATION: case CDR_FAMILY_WORK:
    case CDR_FAMILY_OTHER: case CDR_FAMILY__MAX: break;
    }
    return false;
}

static cdr_status found(void *arg, const cdr_finding *f)
{
    work *w = arg;
    char mask[96];
    size_t end = (size_t)f->end;
    if (!is_wanted(f, w->name))
        return CDR_OK;
    cdr_mask_value(f->kind, w->text + f->start, end - (size_t)f->start, mask, sizeof mask);
    if (cdr_kind_get(f->kind)->family == CDR_FAMILY_SECRET)
        end = end_of_secret(w, end);
    add_span(w, (size_t)f->start, end, mask);
    return CDR_OK;
}

static cdr_status find_others(cdr_cleaner *c, work *w, cdr_err *err)
{
    cdr_status s = CDR_OK;
    if (!c->rules)
        s = cdr_ruleset_new(&(cdr_ruleset_options){.names = CDR_NAMES_OFF}, &c->rules, err);
    if (s == CDR_OK && !c->scratch)
        s = cdr_detect_scratch_new(&c->scratch, err);
    return s == CDR_OK ? cdr_detect_window(c->rules, c->scratch, w->text, w->len, 0, w->len, NULL, found, w, err) : s;
}

/* By start; what was found first (a card, then a code, then the rest) goes before what overlaps it. */
static void sort_spans(work *w)
{
    for (size_t i = 1; i < w->count; i++)
        for (size_t k = i; k > 0 && w->spans[k].start < w->spans[k - 1].start; k--) {
            span t = w->spans[k];
            w->spans[k] = w->spans[k - 1];
            w->spans[k - 1] = t;
        }
}

static bool is_text(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (((unsigned char)text[i] < 0x20 && text[i] != '\n' && text[i] != '\t') || text[i] == 0x7f)
            return false;
    return cdr_utf8_valid(text, len);
}

static cdr_status clean(cdr_cleaner *c, const char *text, size_t len, bool name, cdr_buf *out, unsigned *ret_masked, cdr_err *err)
{
    if (ret_masked)
        *ret_masked = 0;
    if (len > CDR_NOTE_TEXT_MAX || !is_text(text, len))
        return cdr_fail(err, CDR_E_INVAL, "identity", "note.text", "A note is text in UTF-8 without control characters, at most %d bytes.", CDR_NOTE_TEXT_MAX);
    _cleanup_free_ work *w = cdr_alloc(sizeof *w);
    if (!w)
        return cdr_fail_nomem(err, "identity");
    w->text = text;
    w->len = len;
    w->name = name;
    find_cards(w);
    find_passwords(w);
    find_codes(w);
    cdr_status s = find_others(c, w, err);
    if (s != CDR_OK)
        return s;
    if (w->full)
        return cdr_fail(err, CDR_E_INVAL, "identity", "note.numbers", "This text holds more numbers than a note should; write what happened in words.");
    sort_spans(w);
    size_t done = 0;
    for (size_t i = 0; i < w->count; i++) {
        const span *p = &w->spans[i];
        if (p->start >= done) {
            cdr_text_plain(out, text + done, p->start - done);
            cdr_buf_adds(out, p->mask);
            if (ret_masked)
                ++*ret_masked;
        }
        done = CDR_MAX(done, p->end);
    }
    cdr_text_plain(out, text + done, len - done);
    return cdr_buf_status(out) == CDR_OK ? CDR_OK : cdr_fail_nomem(err, "identity");
}

cdr_status cdr_note_clean(cdr_cleaner *c, const char *text, size_t len, cdr_buf *out, unsigned *ret_masked, cdr_err *err)
{
    return clean(c, text, len, false, out, ret_masked, err);
}

cdr_status cdr_note_clean_name(cdr_cleaner *c, const char *text, size_t len, cdr_buf *out, unsigned *ret_masked, cdr_err *err)
{
    return clean(c, text, len, true, out, ret_masked, err);
}

cdr_status cdr_note_clean_to(cdr_cleaner *c, const char *text, char *ret, size_t cap, cdr_err *err)
{
    _cleanup_buf_ cdr_buf out = CDR_BUF(4 * CDR_NOTE_TEXT_MAX);
    ret[0] = '\0';
    if (!text)
        return CDR_OK;
    cdr_status s = cdr_note_clean(c, text, strlen(text), &out, NULL, err);
    if (s != CDR_OK)
        return s;
    size_t len = CDR_MIN(out.len, cap - 1);
    while (len < out.len && len > 0 && ((unsigned char)out.data[len] & 0xc0) == 0x80)
        len--;
    if (len)
        memcpy(ret, out.data, len);
    ret[len] = '\0';
    return CDR_OK;
}

cdr_status cdr_note_clean_once(const char *text, char *ret, size_t cap, cdr_err *err)
{
    cdr_cleaner *c;
    cdr_status s = cdr_cleaner_new(&c, err);
    if (s == CDR_OK)
        s = cdr_note_clean_to(c, text, ret, cap, err);
    cdr_cleaner_free(c);
    return s;
}
