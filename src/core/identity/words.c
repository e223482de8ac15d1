/* SPDX-License-Identifier: Apache-2.0 */
#include "core/identity/words.h"

#include "core/identity/chance.h"

#include <string.h>

const char *cdr_words_at(size_t i, size_t *ret_len)
{
    for (const char *line = cdr_words_list; *line;) {
        size_t len = strcspn(line, "\n");
        if (*line != '#' && len && i-- == 0) {
            *ret_len = len;
            return line;
        }
        line += len + (line[len] == '\n');
    }
    *ret_len = 0;
    return NULL;
}

cdr_status cdr_words_choose(const cdr_ctx *ctx, cdr_secret **ret, cdr_err *err)
{
    cdr_secret *words;
    *ret = NULL;
    cdr_status s = cdr_secret_new(NULL, CDR_WORDS * 16, &words, err);
    if (s != CDR_OK)
        return s;
    char *at = (char *)cdr_secret_writable(words);
    for (unsigned i = 0; s == CDR_OK && i < CDR_WORDS; i++) {
        uint32_t n = 0;
        size_t len = 0;
        s = cdr_chance_below(ctx, CDR_WORDS_COUNT, &n, err);
        const char *word = s == CDR_OK ? cdr_words_at(n, &len) : NULL;
        if (s == CDR_OK && (!word || len > 14))
            s = cdr_fail(err, CDR_E_CORRUPT, "identity", "words.list", "The list of words that this program was built with is not whole; build it again.");
        if (s != CDR_OK)
            break;
        if (i)
            *at++ = ' ';
        memcpy(at, word, len);
        at += len;
        cdr_wipe(&n, sizeof n);
    }
    if (s == CDR_OK)
        *ret = words;
    else
        cdr_secret_free(words);
    return s;
}

size_t cdr_words_letters(const char *said, size_t len, char ret[CDR_WORDS_LETTERS])
{
    size_t n = 0;
    for (size_t i = 0; i < len; i++) {
        char c = said[i];
        if (c == ' ' || c == '\t' || c == '-' || c == ',' || c == '.')
            continue;
        bool lower = c >= 'a' && c <= 'z', upper = c >= 'A' && c <= 'Z';
        if ((!lower && !upper) || n == CDR_WORDS_LETTERS) {
            cdr_wipe(ret, CDR_WORDS_LETTERS);
            return 0;
        }
        ret[n++] = lower ? c : (char)(c - 'A' + 'a');
    }
    return n;
}
