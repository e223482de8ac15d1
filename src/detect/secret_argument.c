/* SPDX-License-Identifier: Apache-2.0 */
/* Passwords that no sign assigns: after a word ("login ada password …", "das Passwort lautet …"), as an argument (curl -u name:…,
 * mysql -p…), in the last field of a password file (host:port:database:user:…). */
#include "detect/engine.h"

#include "base/mem.h"
#include "base/text.h"

#include <string.h>

#define LINE_BACK 160

typedef struct piece { size_t start, end; } piece;

static bool is_word_byte(char c)
{
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || (unsigned char)c >= 0x80;
}

/* The word that ends before the blanks and colons before ${at}. */
static piece word_before(const char *t, size_t at)
{
    size_t end = at, start;
    while (end > 0 && at - end < 4 && (t[end - 1] == ' ' || t[end - 1] == ':' || t[end - 1] == '\t'))
        end--;
    for (start = end; start > 0 && end - start < 24 && is_word_byte(t[start - 1]); start--)
        ;
    return (piece){start, end};
}

static bool is_among(const char *t, piece w, const char *list)
{
    for (const char *s = list; *s;) {
        size_t n = strcspn(s, "|");
        if (cdr_ascii_ieq(t + w.start, w.end - w.start, s, n))
            return true;
        s += n + (s[n] == '|');
    }
    return false;
}

/* Up to a blank or a closing quote. */
static size_t value_end(const char *t, size_t len, size_t start)
{
    size_t end = start;
    while (end < len && end - start < 129 && (unsigned char)t[end] > ' ' && !memchr("\"'`<>,;)", t[end], 8))
        end++;
    while (end > start && (t[end - 1] == '.' || t[end - 1] == '!' || t[end - 1] == '?'))
        end--;
    return end;
}

/* Letters and digits, of more than one kind; no expression of a shell, no path, no address, no name of an algorithm. */
static bool is_password(const char *t, size_t start, size_t end)
{
    size_t digits = 0, upper = 0, lower = 0, other = 0;
    if (end - start < 6 || end - start > 128 || memchr("${/<%*@", t[start], 7))
        return false;
    for (size_t i = start; i < end; i++) {
        digits += t[i] >= '0' && t[i] <= '9';
        upper += t[i] >= 'A' && t[i] <= 'Z';
        lower += t[i] >= 'a' && t[i] <= 'z';
        other += !is_word_byte(t[i]);
        if (t[i] == '/' || t[i] == '(' || t[i] == '[' || t[i] == '@')
            return false;
    }
    static const char *const algorithms[] = {"sha1", "sha256", "sha512", "sha-", "md5", "base64", "pbkdf2", "bcrypt", "utf8", "utf-8", "argon2", "example", "x509", "changeme"};
    for (size_t k = 0; k < CDR_COUNT(algorithms); k++)
        for (size_t i = start, n = strlen(algorithms[k]); i + n <= end; i++)
            if (cdr_ascii_ieq(t + i, n, algorithms[k], n))
                return false;
    return digits && lower && (upper || other || end - start >= 8) && digits + upper + other >= 2;
}

static size_t line_start(const char *t, size_t at)
{
    size_t i = at;
    while (i > 0 && at - i < LINE_BACK && t[i - 1] != '\n')
        i--;
    return i;
}

/* One of ${list} stands as a word of the line before ${at}. */
static bool line_has(const char *t, size_t at, const char *list)
{
    for (size_t i = line_start(t, at); i < at;) {
        size_t end = i;
        while (end < at && is_word_byte(t[end]))
            end++;
        if (end > i && is_among(t, (piece){i, end}, list))
            return true;
        i = end + 1;
    }
    return false;
}

static const char password_words[] = "password|passwd|passwort|kennwort|pwd|passphrase|passcode|senha|wachtwoord|heslo|parola|contrasena|contrase\303\261a|has\305\202o|l\303\266senord|adgangskode|passord|salasana|l\303\266senordet|passordet|adgangskoden|pw|passwortes";

/* Of all three kinds of characters, so that few words are like it. */
static bool is_strong(const char *t, size_t start, size_t end)
{
    bool upper = false;
    for (size_t i = start; i < end; i++)
        upper |= t[i] >= 'A' && t[i] <= 'Z';
    return upper && end - start >= 8 && is_password(t, start, end);
}

/* "Passwort Sommer2024", "Passwort fÃ¼r das Portal: Sommer2024": the words stand a little before. English says "password" of much else. */
static bool is_told(const char *t, size_t start, size_t end)
{
    static const char words[] = "passwort|kennwort|senha|wachtwoord|heslo|parola|contrase\303\261a|has\305\202o|l\303\266senord|l\303\266senordet|adgangskode|adgangskoden|passord|passordet|salasana";
    if (!is_strong(t, start, end))
        return false;
    piece w = word_before(t, start);
    if (is_among(t, w, words))
        return true;
    if (w.end == start || !memchr(t + w.end, ':', start - w.end))
        return false;
    size_t from = CDR_MAX(line_start(t, start), start > 40 ? start - 40 : 0);
    while (from > 0 && from < start && is_word_byte(t[from - 1]) && is_word_byte(t[from]))
        from++;
    for (size_t end_; from < w.start; from = end_ + 1) {
        for (end_ = from; end_ < w.start && is_word_byte(t[end_]); end_++)
            ;
        if (end_ > from && is_among(t, (piece){from, end_}, password_words))
            return true;
    }
    return false;
}

static void after_word(const char *t, size_t len, size_t start, cdr_emitter *e)
{
    piece w = word_before(t, start);
    size_t end = value_end(t, len, start);
    bool is = is_among(t, w, "is|ist|lautet|est|es|jest|war|was|\303\250|\303\251|var|on|er|\303\244r");
    bool netrc = is_among(t, w, "password") && line_has(t, w.start, "login");
    if (is)
        w = word_before(t, w.start);
    if (is_told(t, start, end))
        cdr_emit(e, CDR_K_SECRET_PASSWORD, start, end, CDR_EV_CONTEXT);
    else if (w.end > w.start && (netrc || (is && (is_among(t, w, password_words) || (is_among(t, w, "passe") && line_has(t, w.start, "mot"))))) && is_password(t, start, end))
        cdr_emit(e, CDR_K_SECRET_PASSWORD, start, end, CDR_EV_CONTEXT);
}

/* -u name:password of transfer programs. */
static void after_user(const char *t, size_t len, size_t start, cdr_emitter *e)
{
    size_t user = start - 1, end = value_end(t, len, start);
    while (user > 0 && start - user < 65 && (is_word_byte(t[user - 1]) || memchr("._-@+", t[user - 1], 5)))
        user--;
    size_t at = user > 0 && (t[user - 1] == '"' || t[user - 1] == '\'') ? user - 1 : user;
    bool option = (at >= 4 && !memcmp(t + at - 4, " -u ", 4)) || (at >= 7 && (!memcmp(t + at - 7, "--user ", 7) || !memcmp(t + at - 7, "--user=", 7)));
    if (option && start - 1 > user && line_has(t, user, "curl|wget|http|https|xh") && is_password(t, start, end))
        cdr_emit(e, CDR_K_SECRET_PASSWORD, start, end, CDR_EV_CONTEXT);
}

static void after_dash(const char *t, size_t len, size_t start, cdr_emitter *e)
{
    size_t end = value_end(t, len, start);
    if (t[start] == 'p' && t[start - 2] == ' ' && line_has(t, start, "mysql|mysqldump|mysqladmin|mariadb|sshpass") && is_password(t, start + 1, end))
        cdr_emit(e, CDR_K_SECRET_PASSWORD, start + 1, end, CDR_EV_CONTEXT);
}

/* <password>…</password> */
static void in_element(const char *t, size_t len, size_t start, cdr_emitter *e)
{
    size_t to = start - 1, from = to, end = value_end(t, len, start);
    while (from > 0 && to - from < 40 && (is_word_byte(t[from - 1]) || memchr("_-.:", t[from - 1], 4)))
        from--;
    if (from == 0 || t[from - 1] != '<' || end >= len || t[end] != '<')
        return;
    piece w = {to, to};
    while (w.start > from && is_word_byte(t[w.start - 1]))
        w.start--;
    bool named = is_among(t, w, password_words) || (w.end - w.start > 8 && (cdr_ascii_ieq(t + w.end - 8, 8, "password", 8) || cdr_ascii_ieq(t + w.end - 8, 8, "passwort", 8)));
    if (named && is_password(t, start, end))
        cdr_emit(e, CDR_K_SECRET_PASSWORD, start, end, CDR_EV_CONTEXT);
}

void cdr_find_secret_word(const char *text, size_t len, size_t start, cdr_emitter *e)
{
    if (start < 8)
        return;
    char last = text[start - 2];
    if (text[start - 1] == '>')
        in_element(text, len, start, e);
    else if (text[start - 1] == ':')
        after_user(text, len, start, e);
    else if (text[start - 1] == '-')
        after_dash(text, len, start, e);
    else if (memchr(":adoesterDSTR", last, 13) || (unsigned char)last >= 0x80)
        after_word(text, len, start, e);
}

void cdr_find_secret_field(const char *text, size_t len, size_t at, cdr_emitter *e)
{
    size_t from = line_start(text, at), to = at, colons = 0, last = 0;
    for (size_t i = at - 4; i < at; i++)
        if (text[i] < '0' || text[i] > '9')
            return;
    for (to = at; to < len && to - at < LINE_BACK && text[to] != '\n' && text[to] != '\r' && text[to] != ' '; to++)
        if (text[to] == ':') {
            colons++;
            last = to + 1;
        }
    size_t host = at - 5, end = to;
    while (host > from && (is_word_byte(text[host - 1]) || text[host - 1] == '.' || text[host - 1] == '-'))
        host--;
    bool named = host < at - 5 && (host == 0 || text[host - 1] == '\n') && ((text[at - 6] | 0x20) >= 'a' || text[at - 6] >= '0');
    /* Two fields of words and then the password. */
    if (named && colons == 3 && (to == len || text[to] == '\n' || text[to] == '\r') && last > at + 3 && is_password(text, last, end))
        cdr_emit(e, CDR_K_SECRET_PASSWORD, last, end, CDR_EV_SHAPE);
}
