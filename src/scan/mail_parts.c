/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/mail_parts.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

enum { ESCAPES_FEW = 8 };      /* in so few coded bytes nothing of length can hide */

static bool begins(const char *s, size_t len, const char *word)
{
    size_t n = strlen(word);
    return len >= n && !strncasecmp(s, word, n);
}

/* What a Content-Transfer-Encoding says; false when nothing stands there. */
static bool take_encoding(cdr_mail_parts *m, const char *s, size_t len)
{
    while (len > 0 && (isspace((unsigned char)*s) || *s == '"')) {
        s++;
        len--;
    }
    if (len == 0)
        return false;
    m->quoted = begins(s, len, "quoted-printable");
    m->escapes = 0;
    if (!m->quoted && !begins(s, len, "7bit") && !begins(s, len, "8bit") && !begins(s, len, "binary"))
        m->encoded++;
    return true;
}

static void count_escapes(cdr_mail_parts *m, const char *s, size_t len)
{
    for (const char *p = s, *end = s + len; m->escapes <= ESCAPES_FEW && p < end && (p = memchr(p, '=', (size_t)(end - p))); p++)
        if (end - p >= 2 && (p[1] == '\n' || p[1] == '\r' || (end - p >= 3 && isxdigit((unsigned char)p[1]) && isxdigit((unsigned char)p[2]))) && ++m->escapes > ESCAPES_FEW)
            m->encoded++;
}

/* =?charset?B?…?= and =?charset?Q?…?= */
static void count_words(cdr_mail_parts *m, const char *s, size_t len)
{
    const char *end = s + len;
    for (const char *p = s; p + 8 < end && (p = memmem(p, (size_t)(end - p), "=?", 2)); p++) {
        const char *q = p + 2;
        while (q < end && (isalnum((unsigned char)*q) || strchr("-_.:+*", *q)) && q - p < 60)
            q++;
        if (q == p + 2 || end - q < 5 || q[0] != '?' || !strchr("bBqQ", q[1]) || q[2] != '?')
            continue;
        const char *close = memmem(q + 3, (size_t)(end - q - 3), "?=", 2);
        if (!close || close == q + 3)
            continue;
        m->words++;
        p = close;
    }
}

void cdr_mail_parts_line(cdr_mail_parts *m, const char *s, size_t len)
{
    static const char name[] = "Content-Transfer-Encoding:";
    if (m->awaits_value) {
        m->awaits_value = false;
        if (len > 0 && (*s == ' ' || *s == '\t'))
            (void)take_encoding(m, s, len);
    }
    if (begins(s, len, name)) {
        m->awaits_value = !take_encoding(m, s + sizeof name - 1, len - (sizeof name - 1));
        return;
    }
    if (begins(s, len, "--") || (len > 5 && !memcmp(s, "From ", 5)))
        m->quoted = false;     /* the next part or message says anew how it is coded */
    if (m->quoted && m->escapes <= ESCAPES_FEW)
        count_escapes(m, s, len);
    count_words(m, s, len);
}
