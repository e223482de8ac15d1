/* SPDX-License-Identifier: Apache-2.0 */
/* E-mail addresses (RFC 5321 as people use it) and web addresses (RFC 3986), with and without a password in them. */
#include "detect/emitter.h"

#include "base/mem.h"
#include "base/text.h"

#include <string.h>

static inline bool is_local(char c)
{
    return cdr_is_in(c, CDR_C_LOCAL);
}

/* Endings that look like top-level domains: pictures at double size, units of an init system, files under version control. */
static bool is_file_ending(const char *s, size_t len)
{
    /* Eight bytes each, compared as one number. */
    static const char endings[][8] = {"png", "jpg", "jpeg", "gif", "svg", "webp", "css", "js", "mjs", "ts", "map", "service", "socket", "timer", "target", "mount",
                                      "slice", "device", "path", "scope", "so", "py", "html", "json", "tgz", "patch", "conf"};
    char word[8] = {0};
    uint64_t w, ending;
    if (len > 7)
        return false;
    for (size_t i = 0; i < len; i++)
        word[i] = (char)(s[i] | 0x20);
    memcpy(&w, word, sizeof w);
    for (size_t i = 0; i < CDR_COUNT(endings); i++) {
        memcpy(&ending, endings[i], sizeof ending);
        if (ending == w)
            return true;
    }
    return false;
}

/* A host name with a dot from ${at}; its end, 0 when it is none. */
static size_t domain_end(const char *t, size_t len, size_t at)
{
    size_t i = at, label = at, last_dot = 0, limit = CDR_MIN(len, at + 255);
    for (; i < limit && cdr_is_in(t[i], CDR_C_HOST); i++)
        if (t[i] == '.') {
            if (i == label || t[i - 1] == '-' || i + 1 >= limit || !cdr_is_alnum(t[i + 1]))
                break;
            last_dot = i;
            label = i + 1;
        }
    while (i > label && t[i - 1] == '-')
        i--;
    if (!last_dot || t[at] == '-' || i - label < 2 || i - label > 24)
        return 0;
    for (size_t k = label; k < i; k++)
        if (!cdr_is_letter(t[k]) && !(t[label] == 'x' && t[label + 1] == 'n'))
            return 0;
    return is_file_ending(t + label, i - label) ? 0 : i;
}

static size_t run_of(const char *s, size_t len, bool hex, size_t *ret_digits)
{
    size_t i = 0;
    *ret_digits = 0;
    for (; i < len && (cdr_is_digit(s[i]) || (hex && ((s[i] >= 'A' && s[i] <= 'F') || (s[i] >= 'a' && s[i] <= 'f') || s[i] == '-'))); i++)
        *ret_digits += cdr_is_digit(s[i]);
    return i;
}

/* Made by a program to name a message: a long number or hexadecimal run, then a dot and a number, or a UUID. */
static bool is_message_id(const char *s, size_t len)
{
    size_t digits, more, run = run_of(s, len, true, &digits);
    if (run < 8 || digits < 5)
        return false;
    if (run == len)
        return len == 36 && s[8] == '-' && s[13] == '-';
    while (run < len && s[run] != '.')
        run++;
    while (run + 1 < len && !cdr_is_digit(s[run]))
        run++;
    run_of(s + run, len - run, false, &more);
    return more >= 3;
}

/* https://key@host/: whom a program is at a server, no mailbox; one that looks like a key is one. git@host:path names a repository. */
static bool is_account(cdr_emitter *e, size_t start, size_t at, size_t end)
{
    const char *t = e->text;
    size_t scheme = start;
    if (end + 1 < e->len && t[end] == ':' && cdr_is_letter(t[end + 1]) && cdr_ascii_ieq(t + start, at - start, "git", 3))
        return true;
    if (start < 4 || memcmp(t + start - 3, "://", 3) != 0)
        return false;
    size_t digits = 0;
    for (size_t i = start; i < at; i++)
        digits += cdr_is_digit(t[i]);
    for (scheme -= 3; scheme > e->low && start - scheme < 19 && cdr_is_alnum(t[scheme - 1]); scheme--)
        ;
    if (at - start >= 20 && digits >= 3)
        cdr_emit_sure(e, CDR_K_URL_CREDENTIALS, scheme, end, CDR_EV_SHAPE, 0.5f);
    return true;
}

/* name@bank of India's payment network: no domain, but one of the handles that are given out. */
static size_t payment_handle(cdr_emitter *e, size_t start, size_t at)
{
    static const char handles[] = "|okaxis|okhdfcbank|okicici|oksbi|ybl|ibl|axl|paytm|apl|yapl|rapl|ptyes|ptsbi|pthdfc|ptaxis|axisbank|icici|sbi|hdfcbank|kotak|fbl|jupiteraxis|freecharge|waaxis|wahdfcbank|waicici|wasbi|"
                                  "upi|indus|kbl|barodampay|cnrb|pnb|unionbank|yesbank|idfcbank|rbl|airtel|postbank|naviaxis|slc|timecosmos|tapicici|axisb|";
    const char *t = e->text;
    size_t end = at + 1, len = at - start;
    char word[18] = "|";
    while (end < e->len && cdr_is_letter(t[end]) && end - at < 16) {
        word[end - at] = (char)(t[end] | 0x20);
        end++;
    }
    word[end - at] = '|';
    if (end - at < 4 || len < 3 || (end < e->len && (cdr_is_alnum(t[end]) || (t[end] == '.' && end + 1 < e->len && cdr_is_alnum(t[end + 1])) || t[end] == '-')) || !strstr(handles, word))
        return at;
    cdr_emit_sure(e, CDR_K_BANK_ACCOUNT, start, end, CDR_EV_SHAPE | CDR_EV_ISSUER, 0.8f);
    e->floor = end;
    return end;
}

size_t cdr_find_email(cdr_emitter *e, size_t at)
{
    const char *t = e->text;
    /* Back over what looked like a number: "2024-123@example.org" is one address. The overlap is resolved by strength. */
    size_t start = at, low = at > e->low + 64 ? at - 64 : e->low;
    while (start > low && is_local(t[start - 1]))
        start--;
    if (at - start >= 64 && start > 0 && is_local(t[start - 1]))
        return at;   /* the id of a message */
    while (start < at && (t[start] == '.' || t[start] == '\'' || t[start] == '*' || t[start] == '#' || t[start] == '&' || t[start] == '!' || t[start] == '~' || t[start] == '-'))
        start++;
    if (start == at || t[at - 1] == '.' || is_message_id(t + start, at - start))
        return at;
    size_t end = domain_end(t, e->len, at + 1);
    if (!end)
        return payment_handle(e, start, at);
    if (is_account(e, start, at, end))
        return at;
    cdr_emit(e, CDR_K_EMAIL, start, end, CDR_EV_SHAPE);
    e->floor = end;
    return end;
}

static int hex_value(char c)
{
    return cdr_is_digit(c) ? c - '0' : (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10 : -1;
}

/* The byte that "%40" at ${i} stands for, encoded once or twice ("%2540"); -1 when there is none. */
static int encoded_byte(const char *t, size_t len, size_t i, size_t *ret_width)
{
    for (*ret_width = 3; i + *ret_width <= len && t[i] == '%'; *ret_width = 5) {
        size_t at = i + *ret_width - 2;
        int high = hex_value(t[at]), low = hex_value(t[at + 1]), value = high * 16 + low;
        if (high < 0 || low < 0)
            return -1;
        if (value != '%' || *ret_width == 5)
            return value;
    }
    return -1;
}

static bool is_name_sign(int c)
{
    return c == '.' || c == '_' || c == '-' || c == '+';
}

/* Where the name before an encoded '@' begins: other encoded signs ("%3D", "%2F") part it from what stands before. */
static size_t encoded_start(const char *t, size_t len, size_t low, size_t at)
{
    size_t start = at, width;
    while (start > low) {
        char c = t[start - 1];
        if (c == '%') {
            int value = encoded_byte(t, len, start - 1, &width);
            if (value < 0 || start - 1 + width > at)
                break;
            if (!is_name_sign(value))
                return start - 1 + width;
        } else if (!cdr_is_alnum(c) && !is_name_sign(c))
            break;
        start--;
    }
    return start;
}

size_t cdr_find_encoded_email(cdr_emitter *e, size_t at)
{
    const char *t = e->text;
    size_t width, start = encoded_start(t, e->len, at > e->low + 64 ? at - 64 : e->low, at);
    if (encoded_byte(t, e->len, at, &width) != '@')
        return at;
    while (start < at && (t[start] == '.' || t[start] == '-' || t[start] == '+'))
        start++;
    size_t end = domain_end(t, e->len, at + width);
    if (start == at || !end || is_message_id(t + start, at - start))
        return at;
    cdr_emit(e, CDR_K_EMAIL, start, end, CDR_EV_SHAPE);
    e->floor = end;
    return end;
}

/* The value after the sign at ${at} may hold one. */
void cdr_find_encoded_value(cdr_emitter *e, size_t at)
{
    const char *t = e->text;
    size_t limit = CDR_MIN(e->len, at + 65), i = at + 1;
    while (i < limit && t[i] != '%' && cdr_is_in(t[i], CDR_C_LOCAL) && t[i] != '&')
        i++;
    for (size_t width; i < limit && t[i] == '%'; i++) {
        if (encoded_byte(t, e->len, i, &width) == '@' && cdr_find_encoded_email(e, i) > i)
            return;
        while (i + 1 < limit && t[i + 1] != '%' && t[i + 1] != '&' && cdr_is_in(t[i + 1], CDR_C_LOCAL))
            i++;
    }
}

size_t cdr_email_plain(const char *v, size_t len, char *ret, size_t cap)
{
    size_t n = 0, width;
    bool encoded = !memchr(v, '@', len);
    for (size_t i = 0; i < len && n < cap; n++) {
        int value = encoded ? encoded_byte(v, len, i, &width) : -1;
        ret[n] = value >= 0 ? (char)value : v[i];
        i += value >= 0 ? width : 1;
    }
    return n;
}

static inline bool is_url_byte(char c)
{
    return cdr_is_in(c, CDR_C_URL);
}

/* user:password@ of the authority: its '@', 0 when there is none. */
static size_t credentials(const char *t, size_t start, size_t end)
{
    size_t colon = 0;
    for (size_t i = start; i < end && t[i] != '/' && t[i] != '?'; i++) {
        if (t[i] == ':' && !colon)
            colon = i;
        if (t[i] == '@')
            return colon && i > colon + 1 && !(colon == start && memchr(t + colon + 1, ':', i - colon - 1)) && t[colon + 1] != '$' && t[colon + 1] != '*' ? i : 0;
        if (t[i] == '[' || t[i] == ']')
            return 0;
    }
    return 0;
}

static bool same(const char *s, size_t len, const char *word)
{
    return cdr_ascii_ieq(s, len, word, strlen(word));
}

static bool is_placeholder(const char *s, size_t len)
{
    return same(s, len, "password") || same(s, len, "pass") || same(s, len, "passwd") || same(s, len, "pwd") || same(s, len, "secret") || same(s, len, "pw") || len < 4 || same(s, len, "xxxx") || same(s, len, "token") || same(s, len, "changeme") || s[0] == '<' || s[0] == '{' || s[0] == '%';
}

/* The authority: up to the path, the query, or what no address holds. */
static size_t authority_end(const char *t, size_t len, size_t i)
{
    size_t limit = CDR_MIN(len, i + 512);
    while (i < limit && is_url_byte(t[i]) && t[i] != '/' && t[i] != '?' && t[i] != '#')
        i++;
    return i;
}

static size_t url_end(const char *t, size_t len, size_t from, size_t at)
{
    size_t limit = CDR_MIN(len, from + 2048), end = at;
    while (end < limit && is_url_byte(t[end]))
        end++;
    while (end > from && strchr(".,;:!?)]*", t[end - 1]))
        end--;
    return end;
}

/* Addresses that are keys themselves: whoever knows one may post in the name of its owner. */
static bool is_webhook(const char *t, size_t host, size_t len)
{
    static const char *const beginnings[] = {"hooks.slack.com/services/T", "discord.com/api/webhooks/", "discordapp.com/api/webhooks/", "outlook.office.com/webhook/", "hooks.zapier.com/hooks/catch/"};
    for (size_t i = 0; i < CDR_COUNT(beginnings); i++) {
        size_t n = strlen(beginnings[i]);
        if (len - host > n + 16 && !memcmp(t + host, beginnings[i], n) && cdr_is_alnum(t[host + n]) && cdr_is_alnum(t[host + n + 6]))
            return true;
    }
    return false;
}

/* wa.me/49170…: a telephone number in international form without its plus. */
static void find_chat_number(cdr_emitter *e, size_t host)
{
    static const char *const beginnings[] = {"wa.me/", "api.whatsapp.com/send?phone=", "api.whatsapp.com/send/?phone=", "web.whatsapp.com/send?phone="};
    const char *t = e->text;
    for (size_t i = 0; i < CDR_COUNT(beginnings); i++) {
        size_t n = strlen(beginnings[i]), start = host + n, end;
        if (e->len - host < n || !cdr_ascii_ieq(t + host, n, beginnings[i], n))
            continue;
        for (end = start + (start < e->len && t[start] == '+'); end < e->len && cdr_is_digit(t[end]) && end - start < 17; end++)
            ;
        if (end - start >= 9 && end - start <= 16 && !(end < e->len && cdr_is_alnum(t[end])))
            cdr_emit_sure(e, CDR_K_PHONE, start, end, CDR_EV_SHAPE | CDR_EV_CONTEXT, 0.85f);
        return;
    }
}

size_t cdr_find_url(cdr_emitter *e, size_t at)
{
    const char *t = e->text;
    size_t start = at, host = at + 3, authority = authority_end(t, e->len, host);
    while (start > e->floor && at - start < 16 && (cdr_is_letter(t[start - 1]) || t[start - 1] == '+'))
        start--;
    if (at - start < 2 || authority < host + 3)
        return at;
    size_t sign = credentials(t, host, authority);
    if (sign) {
        const char *colon = memchr(t + host, ':', sign - host);
        bool placeholder = is_placeholder(colon + 1, (size_t)(t + sign - colon - 1));
        size_t end = url_end(t, e->len, host, authority);
        cdr_emit(e, CDR_K_URL_CREDENTIALS, start, end, CDR_EV_SHAPE | (placeholder ? CDR_EV_VETO_TEST : 0));
        e->floor = end;
        return end;
    }
    if (is_webhook(t, host, e->len)) {
        size_t end = url_end(t, e->len, host, authority);
        cdr_emit(e, CDR_K_SECRET_SLACK, start, end, CDR_EV_SHAPE | CDR_EV_ENTROPY);
        e->floor = end;
        return end;
    }
    bool web = same(t + start, at - start, "http") || same(t + start, at - start, "https") || same(t + start, at - start, "ftp");
    if (!web || !(domain_end(t, e->len, host) || cdr_is_digit(t[host])))
        return at;
    size_t end = url_end(t, e->len, host, authority);
    if (e->rs->plain_dates)
        cdr_emit(e, CDR_K_URL, start, end, CDR_EV_SHAPE);
    /* A query string may hold addresses and numbers, a path an e-mail address: look at them as well. Overlaps are resolved later. */
    find_chat_number(e, host);
    for (const char *p = t + host; (p = memchr(p, '%', (size_t)(t + end - p))) != NULL; p++)
        cdr_find_encoded_email(e, (size_t)(p - t));
    const char *query = memchr(t + host, '@', end - host) ? t + host : memchr(t + host, '?', end - host);
    size_t next = query ? (size_t)(query - t) : end;
    e->floor = CDR_MAX(e->floor, next);
    return next;
}

size_t cdr_find_www(cdr_emitter *e, size_t start)
{
    const char *t = e->text;
    size_t host = domain_end(t, e->len, start + 4), end = url_end(t, e->len, start, start);
    if (!host || host > end || (start > 0 && (t[start - 1] == '/' || t[start - 1] == '.' || t[start - 1] == '@')))
        return start + 3;
    cdr_emit(e, CDR_K_URL, start, end, CDR_EV_SHAPE);
    return end;
}
