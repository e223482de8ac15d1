/* SPDX-License-Identifier: Apache-2.0 */
/* name = value, where the name speaks of a secret and the value could be one: configuration files, environment files, YAML,
 * JSON, logs, query strings, connection strings. Program text is full of assignments whose right side is an expression:
 * those are no secrets. */
#include "detect/emitter.h"

#include "base/mem.h"
#include "base/text.h"

#include <string.h>

#define NAME_MAX_BYTES 64
#define VALUE_MAX_BYTES 200    /* with its quotes it fits into the context of a window */

typedef enum secret_word { WORD_NONE, WORD_PASSWORD, WORD_KEY, WORD_PASSE /* of "mot de passe" */ } secret_word;

/* A name's last words decide: "password_field" and "token_count" are none. */
#define W(word, is) {word, sizeof(word) - 1, is}
static const struct { const char *word; size_t len; secret_word is; } words[] = {
    W("password", WORD_PASSWORD), W("passwd", WORD_PASSWORD), W("passwort", WORD_PASSWORD), W("kennwort", WORD_PASSWORD), W("pwd", WORD_PASSWORD),
    W("pass", WORD_PASSWORD), W("passphrase", WORD_PASSWORD), W("motdepasse", WORD_PASSWORD), W("contrasena", WORD_PASSWORD), W("senha", WORD_PASSWORD),
    W("wachtwoord", WORD_PASSWORD), W("haslo", WORD_PASSWORD), W("psk", WORD_PASSWORD), W("pgpassword", WORD_PASSWORD), W("dbpassword", WORD_PASSWORD),
    W("dbpass", WORD_PASSWORD), W("userpassword", WORD_PASSWORD), W("secret", WORD_KEY), W("clientsecret", WORD_KEY), W("apikey", WORD_KEY),
    W("api_key", WORD_KEY), W("apitoken", WORD_KEY), W("accesskey", WORD_KEY), W("access_key", WORD_KEY), W("secretkey", WORD_KEY), W("secret_key", WORD_KEY),
    W("private_key", WORD_KEY), W("privatekey", WORD_KEY), W("accountkey", WORD_KEY), W("account_key", WORD_KEY), W("sharedaccesskey", WORD_KEY),
    W("encryption_key", WORD_KEY), W("signing_key", WORD_KEY), W("auth_key", WORD_KEY), W("authkey", WORD_KEY), W("token", WORD_KEY),
    W("secretaccesskey", WORD_KEY), W("accesstoken", WORD_KEY), W("authtoken", WORD_KEY), W("bearer", WORD_KEY), W("authorization", WORD_KEY), W("credential", WORD_KEY), W("credentials", WORD_KEY),
    W("secret_key_base", WORD_KEY), W("appkey", WORD_KEY), W("app_key", WORD_KEY), W("appsecret", WORD_KEY), W("consumersecret", WORD_KEY), W("master_key", WORD_KEY), W("masterkey", WORD_KEY),
    W("storage_key", WORD_KEY), W("license_key", WORD_KEY), W("licensekey", WORD_KEY), W("service_key", WORD_KEY), W("_auth", WORD_KEY), W("ssl_key", WORD_KEY), W("webhook_key", WORD_KEY),
    W("contrase\303\261a", WORD_PASSWORD), W("has\305\202o", WORD_PASSWORD), W("l\303\266senord", WORD_PASSWORD), W("losenord", WORD_PASSWORD), W("heslo", WORD_PASSWORD), W("parola", WORD_PASSWORD),
    W("adgangskode", WORD_PASSWORD), W("kodeord", WORD_PASSWORD), W("passord", WORD_PASSWORD), W("salasana", WORD_PASSWORD), W("jelsz\303\263", WORD_PASSWORD), W("clave", WORD_PASSWORD),
    W("passcode", WORD_PASSWORD), W("geslo", WORD_PASSWORD), W("\320\277\320\260\321\200\320\276\320\273\321\214", WORD_PASSWORD), W("\320\237\320\260\321\200\320\276\320\273\321\214", WORD_PASSWORD),
    W("\305\237ifre", WORD_PASSWORD), W("\345\257\206\347\240\201", WORD_PASSWORD), W("\321\217\320\272\321\226\321\201\321\202\321\214", WORD_PASSWORD), W("passe", WORD_PASSE), W("pw", WORD_PASSWORD), W("wpa2_key", WORD_PASSWORD), W("wpa_key", WORD_PASSWORD),
    W("wlan_key", WORD_PASSWORD), W("wifi_key", WORD_PASSWORD),
};
#undef W

static bool is_name_byte(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' || c == '-' || c == '.' || c == '$';
}

static bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

/* "dbPassword" -> "db_password"; '-' and '.' become '_'. Returns its length, 0 when it is none or too long. */
static size_t fold_name(const char *s, size_t len, char ret[NAME_MAX_BYTES * 2])
{
    size_t n = 0;
    for (size_t i = 0; i < len; i++) {
        if (i > 0 && is_upper(s[i]) && s[i - 1] >= 'a' && s[i - 1] <= 'z')
            ret[n++] = '_';
        ret[n++] = s[i] == '-' || s[i] == '.' ? '_' : is_upper(s[i]) ? (char)(s[i] | 0x20) : s[i];
    }
    ret[n] = '\0';
    return n;
}

/* Where to go on in a list: "nextToken", "page_token". */
static bool is_place_in_list(const char *name)
{
    static const char *const beginnings[] = {"next", "page", "continuation", "sync", "scroll", "prev"};
    for (size_t i = 0; i < CDR_COUNT(beginnings); i++)
        if (!strncmp(name, beginnings[i], strlen(beginnings[i])) && strstr(name, "token"))
            return true;
    return false;
}

static secret_word judge_name(const char *s, size_t len)
{
    char name[NAME_MAX_BYTES * 2];
    size_t n = fold_name(s, len, name);
    for (size_t i = 0; i < CDR_COUNT(words); i++) {
        size_t w = words[i].len;
        if (n >= w && name[n - 1] == words[i].word[w - 1] && !memcmp(name + n - w, words[i].word, w) && (n == w || name[n - w - 1] == '_' || name[n - w - 1] == '$' || (unsigned char)name[n - w - 1] >= 0x80))
            return is_place_in_list(name) ? WORD_NONE : words[i].is;
    }
    return WORD_NONE;
}

/* The name before the sign at ${at}: [start, end); quotes and spaces between are skipped. */
static bool name_before(const char *text, size_t at, size_t *ret_start, size_t *ret_end)
{
    size_t end = at;
    while (end > 0 && (text[end - 1] == ' ' || text[end - 1] == '\t') && at - end < 8)
        end--;
    if (end > 0 && (text[end - 1] == '"' || text[end - 1] == '\'' || text[end - 1] == ']'))
        end--;
    if (end > 0 && (text[end - 1] == '"' || text[end - 1] == '\''))
        end--;   /* $config['password'] = */
    size_t start = end;
    while (start > 0 && (is_name_byte(text[start - 1]) || (unsigned char)text[start - 1] >= 0x80) && end - start < NAME_MAX_BYTES)
        start--;
    *ret_start = start;
    *ret_end = end;
    return end > start;
}

typedef struct value { size_t start, end; char quote; char after; bool spaced, connection, environment; } value;

/* "Bearer …", "Basic …": how the secret after it is sent. */
static size_t skip_scheme(const char *text, size_t len, size_t i)
{
    static const char *const schemes[] = {"bearer ", "basic ", "token ", "ssws ", "apikey "};
    for (size_t k = 0; k < CDR_COUNT(schemes); k++) {
        size_t n = strlen(schemes[k]);
        if (len - i > n && cdr_ascii_ieq(text + i, n, schemes[k], n))
            return i + n;
    }
    return i;
}

static inline bool is_end_of_bare(char c)
{
    switch (c) {
    case ' ': case '\t': case ',': case ';': case '&': case '<': case '>': case '"': case '\'': case '(': case ')': case '[': case ']': case '{': case '}': case '|': return true;
    default: return false;
    }
}

/* What stands after the sign on the same line: quoted text, or a run up to a blank or a closing sign. */
static bool value_after(cdr_emitter *e, const char *text, size_t len, size_t at, value *v)
{
    size_t i = at + 1;
    if (i < len && (text[i] == '=' || text[i] == ':' || text[i] == '>'))
        i++;   /* := => */
    while (i < len && (text[i] == ' ' || text[i] == '\t'))
        i++;
    v->spaced = i > at + 1;
    if (i >= len)
        return false;
    v->connection = v->environment = false;
    v->quote = text[i] == '"' || text[i] == '\'' || text[i] == '`' ? text[i] : 0;
    v->start = skip_scheme(text, len, i + (v->quote != 0));
    size_t limit = CDR_MIN(len, v->start + VALUE_MAX_BYTES);
    /* "a=b=c=…": what was seen to hold no end is not looked at again. */
    i = v->start;
    if (!v->quote && i >= e->bare_from && i < e->bare_to)
        i = CDR_MIN(e->bare_to, limit);
    for (; i < limit && text[i] != '\n' && text[i] != '\r'; i++) {
        if (v->quote ? text[i] == v->quote : is_end_of_bare(text[i]))
            break;
        if (v->quote && text[i] == '\\')
            i++;
    }
    if (!v->quote) {
        e->bare_from = v->start;
        e->bare_to = i;
    }
    if (i >= limit && limit < len)
        return false;   /* longer than any password; private keys have their own rule */
    v->end = CDR_MIN(i, limit);
    v->after = v->end < len ? text[v->end] : '\n';
    return v->end > v->start && (!v->quote || v->after == v->quote);
}

typedef struct classes { unsigned digits, upper, lower, symbols, distinct; } classes;

static classes count_classes(const char *s, size_t len)
{
    classes c = {0};
    bool seen[256] = {false};
    for (size_t i = 0; i < len; i++) {
        unsigned char b = (unsigned char)s[i];
        c.distinct += !seen[b];
        seen[b] = true;
        if (b >= '0' && b <= '9')
            c.digits++;
        else if (b >= 'A' && b <= 'Z')
            c.upper++;
        else if (b >= 'a' && b <= 'z')
            c.lower++;
        else
            c.symbols++;
    }
    return c;
}

static bool contains(const char *s, size_t len, const char *word)
{
    size_t n = strlen(word);
    for (size_t i = 0; i + n <= len; i++)
        if ((s[i] | 0x20) == (word[0] | 0x20) && cdr_ascii_ieq(s + i, n, word, n))
            return true;
    return false;
}

/* Words people put where the secret will stand, and names of types and constants. */
static bool is_placeholder(const char *s, size_t len, const classes *c)
{
    static const char *const whole[] = {"null", "none", "nil", "true", "false", "string", "str", "text", "undefined", "required", "optional", "yes", "no", "empty",
                                        "password", "passwd", "secret", "token", "default", "void", "bool", "int", "char", "bytes", "object", "basic", "bearer",
                                        "negotiate", "digest", "sample", "test", "foo", "bar", "foobar", "hidden", "redacted", "masked", "unset", "prompt", "ask", "stdin", "env", "vault", "keyring"};
    static const char *const parts[] = {"example", "changeme", "change-me", "change_me", "placeholder", "your-", "your_", "yourpass", "insert", "xxxx", "****", "....",
                                        "<", "${", "$(", "{{", "%(", "%s", "$env", "env:", "env.", "dummy", "to-be-", "todo", "fixme", "n/a", "not-set", "_here", "-here", "\xE2\x80\xA6" /* … */};
    for (size_t i = 0; i < CDR_COUNT(whole); i++)
        if (cdr_ascii_ieq(s, len, whole[i], strlen(whole[i])))
            return true;
    for (size_t i = 0; i < CDR_COUNT(parts); i++)
        if (contains(s, len, parts[i]))
            return true;
    return c->distinct <= 2 || (s[0] == '$' && c->symbols <= 2 && c->digits == 0) || s[0] == '@' || s[0] == '%';
}

/* getenv("X"), os.environ["X"], config->password, self.token, &buf, *p, SECRET_LENGTH */
static bool is_expression(const char *s, size_t len, const value *v, const classes *c)
{
    if (v->quote)
        return false;
    if (v->after == '(' || v->after == '[' || v->after == '{')
        return true;
    if (memchr("&*!~-+/#\\^?", s[0], 11) || contains(s, len, "->") || contains(s, len, "::"))
        return true;
    if (v->environment)
        return false;
    /* An identifier: letters, digits, '_' and '.' that begins with a letter and ends a statement. */
    bool identifier = (s[0] | 0x20) >= 'a' && (s[0] | 0x20) <= 'z';
    for (size_t i = 0; i < len && identifier; i++)
        identifier = (is_name_byte(s[i]) && s[i] != '-') || s[i] == '$';
    return identifier && !v->connection && (v->after == ';' || v->after == ')' || v->after == ',' || c->digits == 0 || contains(s, len, "_") || (v->after == ' ' && v->spaced));
}

/* Quoted words are labels as often as passwords: one kind of letters must look like a word nobody would print on a screen. */
static bool good_quoted(const char *s, size_t len, const classes *c, unsigned kinds)
{
    if (kinds == 1)
        return c->lower >= 6 && c->distinct >= 5;
    bool label = c->digits == 0 && kinds == 2 && c->symbols <= 2 && (c->upper <= 1 || contains(s, len, "_") || contains(s, len, "-"));
    return !label;
}

static bool good_password(const char *s, size_t len, const value *v, const classes *c)
{
    /* PWD is the working folder too. */
    if (len < 4 || len > 128 || s[0] == '/' || s[0] == '~' || is_placeholder(s, len, c) || is_expression(s, len, v, c))
        return false;
    unsigned kinds = (unsigned)(c->digits > 0) + (c->upper > 0) + (c->lower > 0) + (c->symbols > 0);
    if (v->quote)
        return (v->environment || !memchr(s, ' ', len)) && good_quoted(s, len, c, kinds);
    if (v->environment && len >= 8 && c->distinct >= 5)
        return true;
    return len >= 6 && kinds >= 2 && (c->digits > 0 || c->symbols > 1);
}

static bool good_key(const char *s, size_t len, const value *v, const classes *c)
{
    if (len < 16 || is_placeholder(s, len, c) || is_expression(s, len, v, c) || memchr(s, ' ', len))
        return false;
    for (size_t i = 0; i < len; i++)
        if (!(is_name_byte(s[i]) || s[i] == '+' || s[i] == '/' || s[i] == '=' || s[i] == '~' || s[i] == ':' || s[i] == '%'))
            return false;
    /* Words joined by dashes, paths and URLs have letters of one case and few digits. */
    return c->digits >= 3 && c->upper + c->lower >= 4 && c->distinct >= 9 && !contains(s, len, "://");
}

static bool ends_with(const char *s, size_t len, const char *word)
{
    size_t n = strlen(word);
    return len >= n && cdr_ascii_ieq(s + len - n, n, word, n);
}

/* Server=db;User Id=shop;Password=…: the line names a server too. */
static bool in_connection_string(const char *text, size_t len, size_t at)
{
    const char *from = text + (at > 200 ? at - 200 : 0), *to = text + CDR_MIN(len, at + 100), *nl;
    if ((nl = memrchr(from, '\n', (size_t)(text + at - from))) != NULL)
        from = nl + 1;
    if ((nl = memchr(text + at, '\n', (size_t)(to - text) - at)) != NULL)
        to = nl;
    for (const char *sign = from; (sign = memchr(sign, '=', (size_t)(to - sign))) != NULL; sign++) {
        size_t n = (size_t)(sign - from);
        char last = n ? (char)(sign[-1] | 0x20) : 0;
        if ((last == 'r' && ends_with(from, n, "server")) || (last == 'e' && (ends_with(from, n, "data source") || ends_with(from, n, "accountname"))))
            return true;
    }
    return false;
}

/* NAME=value on a line of its own, or behind "export", "ENV", "-e": settings, where no program's expressions stand. */
static bool in_environment(const char *text, size_t len, size_t start, size_t end, size_t at, const value *v)
{
    size_t upper = 0;
    for (size_t i = start; i < end; i++) {
        if (!is_upper(text[i]) && text[i] != '_' && !(text[i] >= '0' && text[i] <= '9'))
            return false;
        upper += is_upper(text[i]);
    }
    bool line = start == 0 || text[start - 1] == '\n' || (start >= 7 && !memcmp(text + start - 7, "export ", 7)) || (start >= 4 && !memcmp(text + start - 4, "ENV ", 4)) ||
                (start >= 4 && !memcmp(text + start - 4, " -e ", 4));
    return upper >= 3 && end == at && text[at] == '=' && v->start == at + 1 + (v->quote != 0) && line && (v->end == len || v->quote || v->after == '\n' || v->after == '\r' || v->after == ' ');
}

static int base64_value(char c)
{
    return c >= 'A' && c <= 'Z' ? c - 'A' : c >= 'a' && c <= 'z' ? c - 'a' + 26 : c >= '0' && c <= '9' ? c - '0' + 52 : c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* base64 of "user:password". */
static bool is_user_and_password(const char *s, size_t len)
{
    uint32_t bits = 0;
    size_t colon = 0, n = 0;
    for (size_t i = 0; i < len && s[i] != '='; i++) {
        int v = base64_value(s[i]);
        if (v < 0)
            return false;
        bits = bits << 6 | (uint32_t)v;
        if (i % 4 == 0)
            continue;
        unsigned char c = (unsigned char)(bits >> (i % 4 == 1 ? 4 : i % 4 == 2 ? 2 : 0));
        if (c < 0x20)
            return false;
        n++;
        colon = c == ':' && !colon ? n : colon;
    }
    return len >= 8 && colon && n > colon + 2;
}

/* PuTTY's key file: the body follows "Private-Lines: 14". */
static bool is_private_lines(const char *text, size_t len, size_t start, size_t end, size_t at, cdr_emitter *e)
{
    if (end - start != 13 || memcmp(text + start, "Private-Lines", 13) != 0 || text[at + 1] != ' ' || text[at + 2] < '1' || text[at + 2] > '9')
        return false;
    size_t digits = at + 3;
    while (digits < len && digits - at < 6 && text[digits] >= '0' && text[digits] <= '9')
        digits++;
    cdr_emit(e, CDR_K_SECRET_PRIVATE_KEY, start, digits, CDR_EV_SHAPE);
    return true;
}

/* <add key="SmtpPassword" value="…">: the name is the attribute before. */
static void name_of_attribute(const char *text, size_t *start, size_t *end)
{
    if (*end - *start != 5 || memcmp(text + *start, "value", 5) != 0 || *start < 4 || (text[*start - 2] != '"' && text[*start - 2] != '\''))
        return;
    size_t to = *start - 2, from = to;
    while (from > 0 && is_name_byte(text[from - 1]) && to - from < NAME_MAX_BYTES)
        from--;
    if (from > 1 && text[from - 1] == text[to] && text[from - 2] == '=') {
        *start = from;
        *end = to;
    }
}

static bool names_aws_secret(const char *s, size_t len)
{
    char name[NAME_MAX_BYTES * 2];
    size_t n = fold_name(s, len, name);
    return contains(name, n, "secret_access_key") || contains(name, n, "aws_secret_key") || contains(name, n, "secretaccesskey");
}

/* What programs come with until somebody changes it: worth a look, no more. */
static bool is_first_password(const char *s, size_t len)
{
    static const char *const firsts[] = {"changeme", "change-me", "change_me", "changeit", "letmein", "admin123", "password123", "passw0rd"};
    for (size_t i = 0; i < CDR_COUNT(firsts); i++)
        if (cdr_ascii_ieq(s, len, firsts[i], strlen(firsts[i])))
            return true;
    return false;
}

void cdr_find_secret_assignment(const char *text, size_t len, size_t at, cdr_emitter *e)
{
    size_t start, end;
    if (!name_before(text, at, &start, &end))
        return;
    if (at + 3 < len && is_private_lines(text, len, start, end, at, e))
        return;
    bool bare = end == at;
    name_of_attribute(text, &start, &end);
    secret_word word = judge_name(text + start, end - start);
    value v;
    if (word == WORD_PASSE)
        word = start >= 7 && cdr_ascii_ieq(text + start - 7, 7, "mot de ", 7) ? WORD_PASSWORD : WORD_NONE;
    if (word == WORD_NONE || !value_after(e, text, len, at, &v))
        return;
    v.environment = bare && in_environment(text, len, start, end, at, &v);
    const char *s = text + v.start;
    size_t n = v.end - v.start;
    if (n < (word == WORD_PASSWORD ? 4 : 8))
        return;   /* too short for what follows */
    classes c = count_classes(s, n);
    /* "…;user=sa;password=…" */
    bool parameter = start > 1 && text[start - 1] == ';' && text[start - 2] != ' ' && text[start - 2] != ')';
    v.connection = text[at] == '=' && end == at && (parameter || in_connection_string(text, len, start));
    if (word == WORD_PASSWORD && is_first_password(s, n)) {
        cdr_emit_sure(e, CDR_K_SECRET_PASSWORD, v.start, v.end, CDR_EV_CONTEXT | CDR_EV_VETO_TEST, 0.3f);
        return;
    }
    /* The one of the manuals, too: where that stands a real one may stand tomorrow. */
    if (word == WORD_KEY && n == 40 && c.digits + c.symbols > 0 && c.upper >= 2 && c.lower >= 2 && names_aws_secret(text + start, end - start))
        cdr_emit(e, CDR_K_SECRET_AWS_SECRET_KEY, v.start, v.end, CDR_EV_SHAPE | CDR_EV_CONTEXT | CDR_EV_ENTROPY);
    else if (word == WORD_KEY && is_user_and_password(s, n) && ((v.start >= 6 && cdr_ascii_ieq(s - 6, 6, "basic ", 6)) || (end - start == 5 && !memcmp(text + start, "_auth", 5))))
        cdr_emit(e, CDR_K_SECRET_PASSWORD, v.start, v.end, CDR_EV_CONTEXT | CDR_EV_SHAPE | CDR_EV_ENTROPY);
    else if (word == WORD_PASSWORD ? good_password(s, n, &v, &c) : good_key(s, n, &v, &c)) {
        cdr_kind kind = v.connection ? CDR_K_SECRET_CONNECTION : word == WORD_PASSWORD ? CDR_K_SECRET_PASSWORD : CDR_K_SECRET_API_KEY;
        cdr_emit(e, kind, v.start, v.end, CDR_EV_CONTEXT | CDR_EV_SHAPE | (c.distinct >= 10 ? CDR_EV_ENTROPY : 0));
    }
}
