/* SPDX-License-Identifier: Apache-2.0 */
#include "core/staff/password_rule.h"

#include "base/mem.h"
#include "base/normal.h"
#include "base/text.h"
#include "base/time.h"
#include "core/staff/staff.h"

#include <stdio.h>
#include <string.h>

static const char words[] =
#include "core/staff/password_words.inc"
;
/* Neighbours on keyboards, line by line and in columns. */
static const char *const rows[] = {
    "1234567890", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm", "qwertzuiop", "yxcvbnm", "azertyuiop", "qsdfghjklm", "wxcvbn",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p", "qazwsxedcrfvtgbyhnujm", "1q2w3e4r5t6y7u8i9o0p", "q1w2e3r4t5y6u7i8o9p0", "!@#$%^&*()",
};

#define WORD_MAX 256                     /* bytes of a password that can still be one of the words */
#define BETWEEN " -_.,&/()'"           /* between words of a name */
#define FEW 4                            /* a password of 8 is made of two runs when it has at most 8 / FEW of them */

/* --- the form --- */

/* Letters of East Asian width and spaces of typography as what is on every keyboard. */
static uint32_t plain(uint32_t cp)
{
    if (cp >= 0xFF01 && cp <= 0xFF5E)
        return cp - 0xFF01 + 0x21;
    return cp == 0xA0 || (cp >= 0x2000 && cp <= 0x200A) || cp == 0x202F || cp == 0x205F || cp == 0x3000 ? ' ' : cp;
}

static bool printable(uint32_t cp)
{
    return cp >= 0x20 && !(cp >= 0x7F && cp < 0xA0) && cp != 0x2028 && cp != 0x2029 && cp != 0xFEFF;
}

static cdr_status check_length(size_t len, cdr_err *err)
{
    if (len < CDR_STAFF_PASSWORD_MIN)
        return cdr_fail(err, CDR_E_INVAL, "staff", "password.short", "A password needs at least %d characters; this one has %zu. Three or four words that have nothing to do with each other are good.",
                        CDR_STAFF_PASSWORD_MIN, len);
    return len <= CDR_STAFF_PASSWORD_MAX ? CDR_OK : cdr_fail(err, CDR_E_INVAL, "staff", "password.long", "A password may have at most %d characters; this one has %zu.", CDR_STAFF_PASSWORD_MAX, len);
}

static cdr_status encode(const uint32_t *cps, size_t len, cdr_secret **ret, cdr_err *err)
{
    char one[4];
    size_t bytes = 0;
    for (size_t i = 0; i < len; i++)
        bytes += cdr_utf8_encode(cps[i], one);
    cdr_status s = cdr_secret_new(NULL, bytes, ret, err);
    if (s != CDR_OK)
        return s;
    uint8_t *to = cdr_secret_writable(*ret);
    for (size_t i = 0; i < len; i++) {
        size_t n = cdr_utf8_encode(cps[i], one);
        memcpy(to, one, n);
        to += n;
    }
    cdr_wipe(one, sizeof one);
    return CDR_OK;
}

cdr_status cdr_password_form(const cdr_secret *typed, cdr_secret **ret, cdr_err *err)
{
    const char *text = (const char *)cdr_secret_bytes(typed);
    size_t bytes = cdr_secret_len(typed), len = 0;
    cdr_secret *memory;
    *ret = NULL;
    if (!cdr_utf8_valid(text, bytes))
        return cdr_fail(err, CDR_E_INVAL, "staff", "password.text", "The password is no text in UTF-8.");
    cdr_status s = check_length(cdr_utf8_count(text, bytes), err);
    if (s == CDR_OK)
        s = cdr_secret_new(NULL, CDR_NFC_ROOM(CDR_STAFF_PASSWORD_MAX) * sizeof(uint32_t), &memory, err);
    if (s != CDR_OK)
        return s;
    uint32_t *cps = (uint32_t *)(void *)cdr_secret_writable(memory);
    bool good = true;
    for (size_t i = 0; good && i < bytes;) {
        i += cdr_utf8_decode(text + i, bytes - i, &cps[len]);
        cps[len] = plain(cps[len]);
        good = printable(cps[len++]);
    }
    if (!good)
        s = cdr_fail(err, CDR_E_INVAL, "staff", "password.control", "The password has a control character in it; letters of every script, digits, signs and spaces are fine.");
    else if (!cdr_nfc(cps, &len, CDR_NFC_ROOM(CDR_STAFF_PASSWORD_MAX)))
        s = cdr_fail(err, CDR_E_LIMIT, "staff", "password.long", "The password is too long.");
    else
        s = check_length(len, err);      /* composed it may be shorter than it looked */
    if (s == CDR_OK)
        s = encode(cps, len, ret, err);
    cdr_secret_free(memory);
    return s;
}

/* --- what is tried first --- */

/* The password in small letters, ASCII; other scripts as they are. */
typedef struct typed { char text[WORD_MAX + 1]; size_t len; } typed;

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (unsigned char)c >= 0x80;
}

/* Signs that people put for a letter. */
static bool stands_for(char c, char letter)
{
    static const char *const signs[] = {['a'] = "4@", ['b'] = "8", ['e'] = "3", ['g'] = "9", ['i'] = "1!", ['l'] = "1!", ['o'] = "0", ['s'] = "5$", ['t'] = "7+", ['z'] = "2"};
    size_t at = (unsigned char)letter;
    return c == letter || (at < CDR_COUNT(signs) && signs[at] && c && strchr(signs[at], c));
}

static bool same_word(const char *text, size_t len, const char *word, size_t word_len)
{
    if (len != word_len)
        return false;
    for (size_t i = 0; i < len; i++)
        if (!stands_for(text[i], word[i]))
            return false;
    return true;
}

/* Calls the comparison for ${text} whole and for what is left without digits and signs around it: "Summer2026!" is tried as early as "summer". */
static bool is_word(const typed *t, const char *word, size_t word_len)
{
    size_t from = 0, to = t->len;
    if (same_word(t->text, t->len, word, word_len))
        return true;
    while (from < to && !is_letter(t->text[from]))
        from++;
    while (to > from && !is_letter(t->text[to - 1]))
        to--;
    /* A sign at an end may stand for a letter ("p4ssw0rd5"); so only the plain ends are taken off, each end by itself, too. */
    return same_word(t->text + from, to - from, word, word_len) || same_word(t->text, to, word, word_len) || same_word(t->text + from, t->len - from, word, word_len);
}

static bool is_common(const typed *t)
{
    for (const char *w = words; *w; w += strlen(w) + 1)
        if (is_word(t, w, strlen(w)))
            return true;
    return false;
}

/* A piece of at most half the length, again and again; the last time it may break off. */
static bool repeats(const typed *t)
{
    for (size_t piece = 1; piece <= t->len / 2 && cdr_utf8_count(t->text, piece) < CDR_STAFF_PASSWORD_MIN; piece++) {
        size_t i = piece;
        while (i < t->len && t->text[i] == t->text[i - piece])
            i++;
        if (i == t->len)
            return true;
    }
    return false;
}

static bool neighbours(char a, char b)
{
    if (a == b)
        return true;
    for (size_t i = 0; i < CDR_COUNT(rows); i++) {
        const char *at = strchr(rows[i], a);
        if (at && (at[1] == b || (at > rows[i] && at[-1] == b)))
            return true;
    }
    return a == '9' ? b == '0' : a == '0' && b == '9';
}

static bool few_runs(const typed *t)
{
    size_t runs = 1;
    for (size_t i = 1; i < t->len; i++)
        runs += t->text[i] == '\0' || !neighbours(t->text[i - 1], t->text[i]);
    return runs * FEW <= t->len;
}

static bool is_year(int y)
{
    return y >= 1900 && y < 2100;
}

/* Eight digits, with or without signs between them, that are a day in some usual order. */
static bool is_date(const typed *t)
{
    int d[8];
    size_t n = 0;
    for (size_t i = 0; i < t->len; i++) {
        char c = t->text[i];
        if (c >= '0' && c <= '9') {
            if (n == CDR_COUNT(d))
                return false;
            d[n++] = c - '0';
        } else if (!strchr(" .-/", c))
            return false;
    }
    if (n != CDR_COUNT(d))
        return false;
    int first = 10 * d[0] + d[1], second = 10 * d[2] + d[3], year = 1000 * d[4] + 100 * d[5] + 10 * d[6] + d[7];
    int year_first = 100 * first + second, month = 10 * d[4] + d[5], day = 10 * d[6] + d[7];
    return (is_year(year) && (cdr_date_valid(year, first, second) || cdr_date_valid(year, second, first))) ||
           (is_year(year_first) && (cdr_date_valid(year_first, month, day) || cdr_date_valid(year_first, day, month)));
}

/* Only the letters and digits: "Harbour-Books" is "harbourbooks". */
static void bare_of(const char *text, size_t len, typed *ret)
{
    ret->len = 0;
    for (size_t i = 0; i < len; i++) {
        char c = lower(text[i]);
        if ((is_letter(c) || (c >= '0' && c <= '9')) && ret->len < WORD_MAX)
            ret->text[ret->len++] = c;
    }
}

/* Words of ${name} that stand side by side, one of four letters at least: "harbour", "harbourbooks". ${bare} is the password without signs. */
static bool is_name(const typed *t, const typed *bare, const char *name)
{
    typed word;
    for (const char *from = name; *from; from += *from != '\0') {
        for (const char *to = from + strcspn(from, BETWEEN);; to += strcspn(to, BETWEEN)) {
            bare_of(from, (size_t)(to - from), &word);
            bool whole = from == name && !*to;
            if ((word.len >= 4 || (whole && word.len)) && (is_word(t, word.text, word.len) || is_word(bare, word.text, word.len)))
                return true;
            if (!*to)
                break;
            to += strspn(to, BETWEEN);
        }
        from += strcspn(from, BETWEEN);
    }
    return false;
}

static cdr_status refuse(cdr_err *err, const char *id, const char *why)
{
    return cdr_fail(err, CDR_E_INVAL, "staff", id, "This password %s, and would be among the first that somebody tries; take another, such as three or four words that have nothing to do with each other.", why);
}

cdr_status cdr_password_rule(const cdr_secret *form, const cdr_password_context *context, cdr_err *err)
{
    typed t = {.len = cdr_secret_len(form)}, bare;
    cdr_status s = CDR_OK;
    if (t.len > WORD_MAX)
        return CDR_OK;
    for (size_t i = 0; i < t.len; i++)
        t.text[i] = lower((char)cdr_secret_bytes(form)[i]);
    bare_of(t.text, t.len, &bare);
    if (repeats(&t))
        s = refuse(err, "password.repeats", "is a short piece again and again");
    else if (few_runs(&t))
        s = refuse(err, "password.run", "is made of keys or letters that follow each other");
    else if (is_date(&t))
        s = refuse(err, "password.date", "is a date");
    else if (context && context->organisation && is_name(&t, &bare, context->organisation))
        s = refuse(err, "password.organisation", "is the name of the organisation");
    else if (context && context->login && is_name(&t, &bare, context->login))
        s = refuse(err, "password.login", "is the login");
    else if (is_name(&t, &bare, "candor"))
        s = refuse(err, "password.product", "is the name of this program");
    else if (is_common(&t))
        s = refuse(err, "password.common", "is one of the most common ones");
    cdr_wipe(&t, sizeof t);
    cdr_wipe(&bare, sizeof bare);
    return s;
}
