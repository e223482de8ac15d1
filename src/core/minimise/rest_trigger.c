/* SPDX-License-Identifier: Apache-2.0 */
#include "core/minimise/rest_trigger.h"

#include "base/text.h"

#include <string.h>

typedef struct token { char kind; const char *at; size_t len; } token;      /* kind: 'w' word, 'q' name in quotes (without them), 'p' a sign, 0 the end */

static bool is_word(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' || c == '$' || (unsigned char)c >= 0x80;
}

static const char *skip_space(const char *s)
{
    for (;;) {
        if (*s == ' ' || (*s >= '\t' && *s <= '\r')) {
            s++;
        } else if (s[0] == '-' && s[1] == '-') {
            s += strcspn(s, "\n");
        } else if (s[0] == '/' && s[1] == '*') {
            const char *end = strstr(s + 2, "*/");
            s = end ? end + 2 : s + strlen(s);
        } else {
            return s;
        }
    }
}

static token next(const char **s)
{
    const char *p = skip_space(*s), *end;
    if (!*p) {
        *s = p;
        return (token){0};
    }
    if (*p == '"' || *p == '`' || *p == '\'' || *p == '[') {
        char close = *p == '[' ? ']' : *p;
        for (end = p + 1; *end && (*end != close || (close != ']' && end[1] == close)); end++)
            end += close != ']' && *end == close;      /* doubled: it is part of the name */
        *s = *end ? end + 1 : end;
        return (token){'q', p + 1, (size_t)(end - p - 1)};
    }
    for (end = p; is_word(*end); end++)
        ;
    token t = {end > p ? 'w' : 'p', p, end > p ? (size_t)(end - p) : 1};
    *s = p + t.len;
    return t;
}

static bool says(const token *t, const char *word)
{
    return t->kind == 'w' && cdr_ascii_ieq(t->at, t->len, word, strlen(word));
}

static bool is_sign(const token *t, char c)
{
    return t->kind == 'p' && *t->at == c;
}

/* The word behind the name of the trigger and when it runs: the event. */
static token event_of(const char **s)
{
    token t = next(s);
    if (!says(&t, "create"))
        return (token){0};
    t = next(s);
    if (says(&t, "temp") || says(&t, "temporary"))
        t = next(s);
    if (!says(&t, "trigger"))
        return (token){0};
    const char *before = *s;
    t = next(s);
    token second = next(s), third = next(s);
    if (!(says(&t, "if") && says(&second, "not") && says(&third, "exists")))
        *s = before;
    next(s);                                 /* its name */
    t = next(s);
    if (is_sign(&t, '.')) {
        next(s);
        t = next(s);
    }
    if (says(&t, "instead"))
        next(s);
    if (says(&t, "instead") || says(&t, "before") || says(&t, "after"))
        t = next(s);
    return t;
}

bool cdr_rest_trigger_runs(const char *sql, cdr_rest_event event, cdr_rest_name_fn *changes, void *arg)
{
    token t = event_of(&sql);
    if (says(&t, "insert") || (says(&t, "delete") && event == CDR_REST_ON_UPDATE) || (says(&t, "update") && event == CDR_REST_ON_DELETE))
        return false;
    if (!says(&t, "update"))
        return true;
    t = next(&sql);
    if (!says(&t, "of"))
        return true;
    for (;;) {
        t = next(&sql);
        if ((t.kind != 'w' && t.kind != 'q') || changes(arg, t.at, t.len) || memchr(t.at, '"', t.len))
            return true;
        t = next(&sql);
        if (says(&t, "on"))
            return false;
        if (!is_sign(&t, ','))
            return true;
    }
}

/* The table a statement writes to. Kind 0: it does something else. */
static token target_of(token t, const char **s)
{
    if (says(&t, "delete")) {
        t = next(s);
        return says(&t, "from") ? next(s) : (token){0};
    }
    bool puts = says(&t, "insert") || says(&t, "replace");
    if (!puts && !says(&t, "update"))
        return (token){0};
    t = next(s);
    if (says(&t, "or")) {
        next(s);
        t = next(s);
    }
    if (puts)
        return says(&t, "into") ? next(s) : (token){0};
    return t;
}

bool cdr_rest_trigger_only_feeds(const char *sql, cdr_rest_name_fn *is_index, void *arg)
{
    token t;
    for (const char *s = sql; (t = next(&s)).kind;)
        if (says(&t, "select") || says(&t, "raise"))
            return false;
    do
        t = next(&sql);
    while (t.kind && !says(&t, "begin"));
    for (t = next(&sql); t.kind && !says(&t, "end"); t = next(&sql)) {
        token name = target_of(t, &sql);
        if ((name.kind != 'w' && name.kind != 'q') || !is_index(arg, name.at, name.len))
            return false;
        do
            t = next(&sql);
        while (t.kind && !is_sign(&t, ';'));
    }
    return t.kind != 0;
}
