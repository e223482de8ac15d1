/* SPDX-License-Identifier: Apache-2.0 */
/* Conditions: their text, cut into words. */
#include "base/normal.h"
#include "base/parse.h"
#include "base/text.h"
#include "core/cacao/condition_tree.h"

static const struct { const char *text; cdr_word_kind kind; } keywords[] = {
    {"AND", CDR_WORD_AND}, {"OR", CDR_WORD_OR}, {"NOT", CDR_WORD_NOT}, {"IN", CDR_WORD_IN}, {"LIKE", CDR_WORD_LIKE}, {"MATCHES", CDR_WORD_MATCHES}, {"ISSUBSET", CDR_WORD_ISSUBSET},
    {"ISSUPERSET", CDR_WORD_ISSUPERSET}, {"EXISTS", CDR_WORD_EXISTS}, {"FOLLOWEDBY", CDR_WORD_FOLLOWEDBY}, {"LAST", CDR_WORD_LAST}, {"START", CDR_WORD_START}, {"STOP", CDR_WORD_STOP},
    {"SECONDS", CDR_WORD_SECONDS}, {"WITHIN", CDR_WORD_WITHIN}, {"REPEATS", CDR_WORD_REPEATS}, {"TIMES", CDR_WORD_TIMES}, {"true", CDR_WORD_BOOL}, {"false", CDR_WORD_BOOL},
};
/* Longest first. */
static const struct { const char *text; cdr_word_kind kind; } signs[] = {
    {"==", CDR_WORD_EQ}, {"!=", CDR_WORD_NE}, {"<>", CDR_WORD_NE}, {"<=", CDR_WORD_LE}, {">=", CDR_WORD_GE}, {"=", CDR_WORD_EQ}, {"<", CDR_WORD_LT}, {">", CDR_WORD_GT}, {":", CDR_WORD_COLON}, {".", CDR_WORD_DOT},
    {",", CDR_WORD_COMMA}, {"(", CDR_WORD_OPEN}, {")", CDR_WORD_SHUT}, {"[", CDR_WORD_OPEN_BRACKET}, {"]", CDR_WORD_SHUT_BRACKET}, {"*", CDR_WORD_STAR},
};

cdr_status cdr_words_bad(const cdr_words *w, size_t at, cdr_err *err, const char *fmt, ...)
{
    char text[400];
    va_list ap;
    va_start(ap, fmt);
    cdr_buf b = CDR_BUF(sizeof text);
    cdr_buf_vaddf(&b, fmt, ap);
    va_end(ap);
    cdr_status s = cdr_fail(err, CDR_E_INVAL, "cacao", "cacao.condition", "column %zu: %s", cdr_utf8_count(w->text, CDR_MIN(at, w->len)) + 1, b.data ? b.data : "the condition cannot be read");
    cdr_buf_done(&b);
    return s;
}

/* ${text} at ${at} for a message, short and harmless. */
static cdr_status bad_quoting(const cdr_words *w, size_t at, size_t len, cdr_err *err, const char *fmt)
{
    _cleanup_buf_ cdr_buf quoted = CDR_BUF(256);
    _cleanup_free_ char *text = cdr_strndup(w->text + at, CDR_MIN(len, w->len - at));
    if (!text || cdr_text_quote(&quoted, text, 40) != CDR_OK)
        return cdr_fail_nomem(err, "cacao");
    char sentence[300];
    size_t n = 0;
    for (const char *f = fmt; *f && n + 1 < sizeof sentence; f++) {
        if (*f != '@') {
            sentence[n++] = *f;
            continue;
        }
        size_t take = CDR_MIN(quoted.len, sizeof sentence - 1 - n);
        memcpy(sentence + n, quoted.data, take);
        n += take;
    }
    sentence[n] = '\0';
    return cdr_words_bad(w, at, err, "%s", sentence);
}

static bool is_blank(uint32_t cp)
{
    switch (cp) {
    case ' ': case '\t': case '\r': case '\n': case 0x0b: case 0x0c: case 0x85: case 0xa0: case 0x1680: case 0x2028: case 0x2029: case 0x202f: case 0x205f: case 0x3000:
        return true;
    default:
        return cp >= 0x2000 && cp <= 0x200a;
    }
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool starts_name(char c)
{
    char lower = (char)(c | 0x20);
    return (lower >= 'a' && lower <= 'z') || c == '_';
}

static char peek(const cdr_words *w, size_t at)
{
    return at < w->len ? w->text[at] : '\0';
}

/* Blanks and comments. */
static cdr_status skip(cdr_words *w, cdr_err *err)
{
    while (w->pos < w->len) {
        uint32_t cp;
        size_t used = cdr_utf8_decode(w->text + w->pos, w->len - w->pos, &cp);
        if (is_blank(cp)) {
            w->pos += used;
        } else if (cp == '/' && peek(w, w->pos + 1) == '/') {
            while (w->pos < w->len && w->text[w->pos] != '\n' && w->text[w->pos] != '\r')
                w->pos++;
        } else if (cp == '/' && peek(w, w->pos + 1) == '*') {
            const char *end = memmem(w->text + w->pos + 2, w->len - w->pos - 2, "*/", 2);
            if (!end)
                return cdr_words_bad(w, w->pos, err, "a comment begins here and does not end: close it with */");
            w->pos = (size_t)(end - w->text) + 2;
        } else {
            break;
        }
    }
    return CDR_OK;
}

/* From the opening quote at ${at}: what stands between, and where it ends. */
static cdr_status quoted(const cdr_words *w, size_t at, cdr_word *ret, cdr_err *err)
{
    size_t i = at + 1;
    for (; i < w->len && w->text[i] != '\''; i++) {
        if (w->text[i] != '\\')
            continue;
        if (peek(w, i + 1) != '\'' && peek(w, i + 1) != '\\')
            return cdr_words_bad(w, i, err, "after a backslash only ' or another backslash may stand: write \\\\ for a backslash");
        i++;
    }
    if (i >= w->len)
        return cdr_words_bad(w, at, err, "a text begins here and does not end: close it with '");
    ret->at = at + 1;
    ret->len = i - at - 1;
    ret->end = i + 1;
    return CDR_OK;
}

static bool is_time(const char *s, size_t len)
{
    static const char form[] = "dddd-dd-ddTdd:dd:dd";
    if (len < sizeof form || s[len - 1] != 'Z')
        return false;
    for (size_t i = 0; i < sizeof form - 1; i++)
        if (form[i] == 'd' ? !is_digit(s[i]) : s[i] != form[i])
            return false;
    uint64_t part[5] = {0};
    static const struct { uint8_t at, min, max; } bounds[5] = {{5, 1, 12}, {8, 1, 31}, {11, 0, 23}, {14, 0, 59}, {17, 0, 60}};
    for (size_t i = 0; i < 5; i++)
        if (!cdr_parse_u64(s + bounds[i].at, 2, bounds[i].min, bounds[i].max, &part[i]))
            return false;
    size_t fraction = len - sizeof form;      /* without the Z */
    if (!fraction)
        return true;
    for (size_t i = 1; i < fraction; i++)
        if (!is_digit(s[sizeof form - 1 + i]))
            return false;
    return s[sizeof form - 1] == '.' && fraction > 1;
}

static bool is_base64(const char *s, size_t len)
{
    size_t padding = len && s[len - 1] == '=' ? 1u + (len > 1 && s[len - 2] == '=') : 0;
    if (!len || len % 4)
        return false;
    for (size_t i = 0; i < len - padding; i++)
        if ((!starts_name(s[i]) || s[i] == '_') && !is_digit(s[i]) && s[i] != '+' && s[i] != '/')
            return false;
    return padding < 3 && len > padding;
}

/* t'…', h'…', b'…' */
static cdr_status prefixed(const cdr_words *w, size_t at, cdr_word *ret, cdr_err *err)
{
    cdr_status s = quoted(w, at + 1, ret, err);
    if (s != CDR_OK)
        return s;
    const char *inner = w->text + ret->at;
    switch (w->text[at]) {
    case 't':
        ret->kind = CDR_WORD_TIME;
        return is_time(inner, ret->len) ? CDR_OK : cdr_words_bad(w, at, err, "this is no time: write t'2027-03-14T09:12:00Z', in UTC with a Z");
    case 'h':
        ret->kind = CDR_WORD_HEX;
        for (size_t i = 0; i < ret->len; i++)
            if (!memchr("0123456789abcdefABCDEF", inner[i], 22))
                return cdr_words_bad(w, at, err, "h'…' holds hexadecimal digits only");
        return ret->len % 2 == 0 ? CDR_OK : cdr_words_bad(w, at, err, "h'…' has two hexadecimal digits for each byte: one is missing");
    default:
        ret->kind = CDR_WORD_BINARY;
        return is_base64(inner, ret->len) ? CDR_OK : cdr_words_bad(w, at, err, "this is no base64: b'…' holds groups of four letters, with = at the end where needed");
    }
}

/* [+-]? whole or decimal; the length, 0 none. */
static size_t number_at(const char *s, size_t len, cdr_word_kind *ret)
{
    size_t i = len && (s[0] == '+' || s[0] == '-'), first = i;
    while (i < len && is_digit(s[i]))
        i++;
    size_t whole = i;
    if (i + 1 < len && s[i] == '.' && is_digit(s[i + 1])) {
        for (i++; i < len && is_digit(s[i]);)
            i++;
        *ret = CDR_WORD_FLOAT;
        return i;
    }
    *ret = CDR_WORD_INT;
    return whole == first || (s[first] == '0' && whole > first + 1) ? 0 : whole;
}

static cdr_status name(const cdr_words *w, cdr_word *ret)
{
    size_t end = w->pos;
    ret->kind = CDR_WORD_NAME;
    while (end < w->len && (starts_name(w->text[end]) || is_digit(w->text[end]) || w->text[end] == '-'))
        if (w->text[end++] == '-')
            ret->kind = CDR_WORD_HYPHENATED;
    ret->len = end - w->pos;
    ret->end = end;
    for (size_t i = 0; i < CDR_COUNT(keywords); i++)
        if (strlen(keywords[i].text) == ret->len && !memcmp(keywords[i].text, w->text + w->pos, ret->len))
            ret->kind = keywords[i].kind;
    return CDR_OK;
}

cdr_status cdr_words_next(cdr_words *w, cdr_word *ret, cdr_err *err)
{
    cdr_status s = skip(w, err);
    if (s != CDR_OK)
        return s;
    *ret = (cdr_word){.kind = CDR_WORD_END, .at = w->pos, .end = w->pos};
    if (w->pos == w->len)
        return CDR_OK;
    char c = w->text[w->pos];
    if (c == '\'') {
        ret->kind = CDR_WORD_STRING;
        s = quoted(w, w->pos, ret, err);
    } else if ((c == 't' || c == 'h' || c == 'b') && peek(w, w->pos + 1) == '\'') {
        s = prefixed(w, w->pos, ret, err);
    } else if (starts_name(c)) {
        s = name(w, ret);
    } else if ((ret->len = number_at(w->text + w->pos, w->len - w->pos, &ret->kind)) > 0) {
        ret->end = w->pos + ret->len;
    } else {
        size_t i = 0;
        while (i < CDR_COUNT(signs) && (w->len - w->pos < strlen(signs[i].text) || memcmp(w->text + w->pos, signs[i].text, strlen(signs[i].text)) != 0))
            i++;
        if (i == CDR_COUNT(signs))
            return bad_quoting(w, w->pos, 4, err, "nothing of a condition begins with \"@\" here");
        *ret = (cdr_word){signs[i].kind, w->pos, strlen(signs[i].text), w->pos + strlen(signs[i].text)};
    }
    w->pos = s == CDR_OK ? ret->end : w->pos;
    return s;
}

/* A text in double quotes, or everything up to a blank, a comma or a bracket. */
static cdr_status bare(cdr_words *w, cdr_word *ret, cdr_err *err)
{
    size_t at = w->pos, end = at;
    if (w->text[at] == '"') {
        const char *close = memchr(w->text + at + 1, '"', w->len - at - 1);
        if (!close)
            return cdr_words_bad(w, at, err, "a text begins here and does not end: close it, best with ' in place of \"");
        *ret = (cdr_word){CDR_WORD_BARE, at + 1, (size_t)(close - w->text) - at - 1, (size_t)(close - w->text) + 1};
        w->pos = ret->end;
        return CDR_OK;
    }
    while (end < w->len && !strchr(" \t\r\n,()[]'", w->text[end]))
        end++;
    *ret = (cdr_word){CDR_WORD_BARE, at, end - at, end};
    cdr_word_kind kind;
    if (number_at(w->text + at, end - at, &kind) == end - at)
        ret->kind = kind;
    else if ((end - at == 4 && !memcmp(w->text + at, "true", 4)) || (end - at == 5 && !memcmp(w->text + at, "false", 5)))
        ret->kind = CDR_WORD_BOOL;
    else if (memmem(w->text + at, end - at, "__:value", 8))
        return cdr_words_bad(w, at, err, "a variable is compared with a value, not with another variable");
    for (size_t i = 0; i < CDR_COUNT(keywords); i++)
        if (ret->kind == CDR_WORD_BARE && strlen(keywords[i].text) == ret->len && !memcmp(keywords[i].text, w->text + at, ret->len))
            return bad_quoting(w, at, ret->len, err, "a value is missing before @");
    w->pos = end;
    return CDR_OK;
}

cdr_status cdr_words_value(cdr_words *w, cdr_word *ret, cdr_err *err)
{
    if (!w->lenient)
        return cdr_words_next(w, ret, err);
    cdr_status s = CDR_OK;
    for (uint32_t cp; s == CDR_OK && w->pos < w->len;) {      /* blanks only: "//" may begin a value */
        size_t used = cdr_utf8_decode(w->text + w->pos, w->len - w->pos, &cp);
        if (!is_blank(cp))
            break;
        w->pos += used;
    }
    char c = peek(w, w->pos);
    if (w->pos == w->len || strchr("'(),[]=<>!", c) || (strchr("thb", c) && peek(w, w->pos + 1) == '\''))
        return cdr_words_next(w, ret, err);
    return bare(w, ret, err);
}

char *cdr_condition_nfc(const char *text, size_t len)
{
    size_t count = 0, used, out = 0, high = 0;
    for (size_t i = 0; i < len; i++)
        high += (unsigned char)text[i] >= 0x80;
    if (!high)
        return cdr_strndup(text, len);
    _cleanup_free_ uint32_t *points = cdr_alloc_array(CDR_NFC_ROOM(len), sizeof *points);
    if (!points)
        return NULL;
    for (size_t i = 0; i < len && (used = cdr_utf8_decode(text + i, len - i, &points[count])) > 0; i += used)
        count++;
    char *done = cdr_nfc(points, &count, CDR_NFC_ROOM(len)) ? cdr_alloc(4 * count + 1) : NULL;
    for (size_t i = 0; done && i < count; i++)
        out += cdr_utf8_encode(points[i], done + out);
    return done;
}
