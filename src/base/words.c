/* SPDX-License-Identifier: Apache-2.0 */
#include "base/words.h"

#include "base/text.h"
#include "base/time.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void cdr_words_number(cdr_buf *out, uint64_t n)
{
    char digits[24];
    int len = snprintf(digits, sizeof digits, "%" PRIu64, n);
    for (int i = 0; i < len; i++) {
        if (i > 0 && (len - i) % 3 == 0)
            cdr_buf_addc(out, ',');
        cdr_buf_addc(out, digits[i]);
    }
}

void cdr_words_people(cdr_buf *out, uint64_t min, uint64_t max, bool about)
{
    cdr_buf_adds(out, about ? "about " : "");
    cdr_words_range(out, min, max);
    cdr_buf_adds(out, max == 1 ? " person" : " people");
}

void cdr_words_range(cdr_buf *out, uint64_t min, uint64_t max)
{
    cdr_words_number(out, CDR_MIN(min, max));
    if (min == max)
        return;
    cdr_buf_adds(out, " to ");
    cdr_words_number(out, CDR_MAX(min, max));
}

void cdr_words_count(cdr_buf *out, uint64_t n, const char *one, const char *many)
{
    if (n == 0)
        cdr_buf_adds(out, "no");
    else
        cdr_words_number(out, n);
    cdr_buf_addf(out, " %s", n == 1 ? one : many);
}

void cdr_words_bytes(cdr_buf *out, uint64_t bytes)
{
    static const char *const units[] = {"bytes", "kB", "MB", "GB", "TB", "PB"};
    double v = (double)bytes;
    size_t u = 0;
    for (; v >= 1000 && u + 1 < CDR_COUNT(units); u++)
        v /= 1000;
    cdr_buf_addf(out, u == 0 || v >= 100 ? "%.0f %s" : "%.1f %s", v, units[u]);
}

void cdr_words_percent(cdr_buf *out, uint64_t part, uint64_t whole)
{
    double p = whole > 0 ? 100.0 * (double)part / (double)whole : 100.0;
    if (part < whole && p > 99.9)
        p = 99.9;
    if (part > 0 && p < 0.1)
        p = 0.1;
    cdr_buf_addf(out, part == whole || part == 0 ? "%.0f %%" : "%.1f %%", p);
}

void cdr_words_date(cdr_buf *out, int64_t us)
{
    char text[64];
    cdr_time_format_long(us, text);     /* Sunday 14 March 2027, 09:12 UTC */
    char *comma = strchr(text, ',');
    if (comma)
        *comma = '\0';
    const char *space = strchr(text, ' ');
    cdr_buf_adds(out, space ? space + 1 : text);
}

void cdr_words_shell(cdr_buf *out, const char *word)
{
    bool plain = word[0] != '\0' && word[0] != '-';
    for (const char *p = word; *p; p++)
        plain = plain && (isalnum((unsigned char)*p) || strchr("/._-+@%:,=", *p));
    cdr_buf_adds(out, plain ? "" : "'");
    for (const char *p = word; *p; p++)
        cdr_buf_adds(out, *p == '\'' ? "'\\''" : (char[]){*p, 0});
    cdr_buf_adds(out, plain ? "" : "'");
}

bool cdr_words_shell_path(cdr_buf *out, const char *path)
{
    for (const char *p = path; *p; p++)
        if (*p == '\\' || (unsigned char)*p < 0x20 || *p == 0x7F)
            return false;
    cdr_buf_adds(out, path[0] == '-' ? "./" : "");
    if (path[0])
        cdr_words_shell(out, path);
    return true;
}

/* Quoted words stay whole. */
static size_t command_word(const char *p)
{
    size_t n = 0;
    for (bool quoted = false; p[n] && (quoted || p[n] != ' '); n++)
        quoted ^= p[n] == '\'';
    return n;
}

void cdr_words_command(cdr_buf *out, const char *command, size_t indent, size_t width)
{
    size_t at = indent + 2;
    cdr_buf_adds(out, "$ ");
    for (const char *p = command; *p;) {
        size_t len = command_word(p);
        if (p != command && at + len + 3 > width) {
            cdr_buf_addf(out, " \\\n%*s", (int)indent + 4, "");
            at = indent + 4;
        } else if (p != command) {
            cdr_buf_addc(out, ' ');
            at++;
        }
        cdr_text_escape(out, p, len);
        at += len;
        p += len;
        p += *p == ' ';
    }
}
