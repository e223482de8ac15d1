/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of a key, as they stand in files (line breaks) and in JSON, YAML, program text and environment files ("\n" written out). */
#include "cli/detect_keyblock.h"

#include "base/mem.h"

#include <string.h>

#define LINE_LONG 256     /* keys on one line are longer than this: what begins like one is taken */
#define HEADER_MAX 160

void cdr_keyblock_open(cdr_keyblock *k)
{
    *k = (cdr_keyblock){.open = true};
}

static bool is_body(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '+' || c == '/' || c == '=';
}

/* What may stand around a line of the body: indentation, quotes and signs of joined texts, "> " of answered mails. */
static bool is_edge(char c)
{
    return c != '\0' && strchr(" \t\r\n\"'`+.,;>\\|#*", c) != NULL;
}

/* The break at ${i}, real or written out as \n, \r or \\n: its length, 0 for none. */
static size_t break_at(const char *t, size_t len, size_t i)
{
    if (t[i] == '\n' || t[i] == '\r')
        return 1;
    size_t n = 0;
    while (n < 3 && i + n < len && t[i + n] == '\\')
        n++;
    return n && i + n < len && (t[i + n] == 'n' || t[i + n] == 'r') ? n + 1 : 0;
}

static size_t skip_edges(const char *t, size_t len, size_t i)
{
    for (;;) {
        size_t n = i < len ? break_at(t, len, i) : 0;
        if (!n && (i >= len || !is_edge(t[i])))
            return i;
        i += n ? n : 1;
    }
}

/* "Proc-Type: 4,ENCRYPTED", "Version: 2", "Comment: …": up to its break; 0 when it is none, SIZE_MAX when it is not whole. */
static size_t header_end(const char *t, size_t len, size_t i)
{
    static const char *const names[] = {"Proc-Type:", "DEK-Info:", "Version:", "Comment:", "Hash:", "Charset:", "MessageID:", "Subject:", "Subject: \""};
    bool named = false;
    for (size_t k = 0; k < CDR_COUNT(names) && !named; k++) {
        size_t n = strlen(names[k]), have = CDR_MIN(n, len - i);
        named = !memcmp(t + i, names[k], have);
        if (named && have < n)
            return SIZE_MAX;
    }
    for (size_t at = i; named && at < len && at < i + HEADER_MAX; at++)
        if (break_at(t, len, at))
            return at;
    return named && len - i < HEADER_MAX ? SIZE_MAX : 0;
}

/* "-----END …-----" at ${i}: behind it; 0 when it is none, SIZE_MAX when it is not whole. */
static size_t end_line(const char *t, size_t len, size_t i)
{
    static const char mark[] = "-----END ";
    size_t have = CDR_MIN(sizeof mark - 1, len - i);
    if (memcmp(t + i, mark, have) != 0)
        return 0;
    if (have < sizeof mark - 1)
        return SIZE_MAX;
    for (size_t at = i + have; at < i + 64; at++) {
        if (at + 5 > len)
            return SIZE_MAX;
        if (!memcmp(t + at, "-----", 5))
            return at + 5;
        if (break_at(t, len, at))
            return at;
    }
    return i + have;
}

static size_t close_at(cdr_keyblock *k, size_t at)
{
    k->open = false;
    return at;
}

/* Is the run of ${n} characters that ends its line one of the body? A short line is the last. */
static bool takes_line(cdr_keyblock *k, size_t n)
{
    if (k->last)
        return false;
    if (!k->width)
        k->width = n;
    else
        k->last = n < k->width;
    return n <= k->width;
}

size_t cdr_keyblock_pass(cdr_keyblock *k, const char *text, size_t len)
{
    for (size_t taken = 0;;) {
        size_t at = skip_edges(text, len, taken), run = at;
        if (at == len)
            return taken;
        size_t end = text[at] == '-' && !k->part ? end_line(text, len, at) : 0;
        if (end)
            return end == SIZE_MAX ? taken : close_at(k, end);
        end = k->width || k->part ? 0 : header_end(text, len, at);
        if (end == SIZE_MAX)
            return taken;
        if (end) {
            taken = end;
            continue;
        }
        while (run < len && is_body(text[run]))
            run++;
        if (run == len) {
            /* One that is longer than any line is a key on one line. */
            bool long_ = run - at + k->part > LINE_LONG && !k->last;
            k->part += long_ ? run - at : 0;
            return long_ ? run : taken;
        }
        /* A blank and more words: that is a sentence. */
        size_t word = run;
        while (word < len && (text[word] == ' ' || text[word] == '\t'))
            word++;
        bool sentence = run == at || (word > run && word < len && !is_edge(text[word]) && text[word] != '-') || (word == run && !is_edge(text[word]) && text[word] != '-');
        if (sentence || !takes_line(k, run - at + k->part))
            return close_at(k, taken);
        k->part = 0;
        taken = run;
    }
}
