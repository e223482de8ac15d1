/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"

#include "base/time.h"

#include <string.h>

/* jansson's own depth limit is far higher than any document of ours needs. */
static bool within_depth(const char *text, size_t len, unsigned max)
{
    unsigned depth = 0;
    bool in_string = false;
    for (size_t i = 0; i < len; i++) {
        char c = text[i];
        if (in_string) {
            if (c == '\\')
                i++;
            else if (c == '"')
                in_string = false;
        } else if (c == '"')
            in_string = true;
        else if ((c == '{' || c == '[') && ++depth > max)
            return false;
        else if ((c == '}' || c == ']') && depth > 0)
            depth--;
    }
    return true;
}

static cdr_status parse(const char *text, size_t len, const char *where, size_t flags, json_t **ret, cdr_err *err)
{
    *ret = NULL;
    if (!within_depth(text, len, CDR_JSON_DEPTH_MAX))
        return cdr_fail(err, CDR_E_LIMIT, "base", "json.too-deep", "%s nests deeper than %d levels.", where, CDR_JSON_DEPTH_MAX);
    json_error_t e;
    json_t *j = json_loadb(text, len, flags | JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &e);
    /* The canonical form of 1e20 is written without an exponent, and no integer type holds it: such a text is read with all its numbers as reals. */
    if (!j && json_error_code(&e) == json_error_numeric_overflow)
        j = json_loadb(text, len, flags | JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_DECODE_INT_AS_REAL, &e);
    if (!j && json_error_code(&e) == json_error_out_of_memory)
        return cdr_fail_nomem(err, "base");
    if (!j) {
        /* jansson quotes the offending text after " near "; it may be a personal value. */
        char *near = strstr(e.text, " near ");
        if (near)
            *near = '\0';
        return cdr_fail(err, CDR_E_INVAL, "base", "json.syntax", "%s is no valid JSON: %s at line %d, column %d.", where, e.text, e.line, e.column);
    }
    *ret = j;
    return CDR_OK;
}

cdr_status cdr_json_parse(const char *text, size_t len, const char *where, json_t **ret, cdr_err *err)
{
    return parse(text, len, where, 0, ret, err);
}

cdr_status cdr_json_parse_bytes(const char *text, size_t len, const char *where, json_t **ret, cdr_err *err)
{
    return parse(text, len, where, JSON_ALLOW_NUL, ret, err);
}

json_t *cdr_json_time(int64_t us)
{
    char text[CDR_TIME_TEXT];
    if (!us)
        return json_null();
    cdr_time_format(us, text);
    return json_string(text);
}

json_t *cdr_json_day(int64_t day)
{
    char text[11];
    if (!day)
        return json_null();
    cdr_date_format(cdr_date_from_days(day), text);
    return json_string(text);
}

const char *cdr_json_str(const json_t *obj, const char *key)
{
    return json_string_value(json_object_get(obj, key));
}

/* Bytes of a well-formed UTF-8 sequence at ${p}, 0 when it is none. */
static size_t utf8_sequence(const unsigned char *p, size_t len)
{
    size_t n = p[0] < 0x80 ? 1 : p[0] >= 0xC2 && p[0] < 0xE0 ? 2 : p[0] >= 0xE0 && p[0] < 0xF0 ? 3 : p[0] >= 0xF0 && p[0] < 0xF5 ? 4 : 0;
    if (n == 0 || n > len)
        return 0;
    for (size_t i = 1; i < n; i++)
        if ((p[i] & 0xC0) != 0x80)
            return 0;
    if ((p[0] == 0xE0 && p[1] < 0xA0) || (p[0] == 0xED && p[1] > 0x9F) || (p[0] == 0xF0 && p[1] < 0x90) || (p[0] == 0xF4 && p[1] > 0x8F))
        return 0;
    return n;
}

static void escape_control(cdr_buf *out, unsigned char c)
{
    static const char letters[] = "btn\0fr";
    if (c >= 8 && c <= 13 && letters[c - 8]) {
        char pair[2] = {'\\', letters[c - 8]};
        cdr_buf_add(out, pair, 2);
    } else
        cdr_buf_addf(out, "\\u%04x", (unsigned)c);
}

cdr_status cdr_json_escape(cdr_buf *out, const char *s, size_t len)
{
    const unsigned char *p = (const unsigned char *)s;
    size_t from = 0;
    for (size_t i = 0; i < len;) {
        if (p[i] >= 0x20 && p[i] < 0x80 && p[i] != '"' && p[i] != '\\') {
            i++;
            continue;
        }
        size_t n = utf8_sequence(p + i, len - i);
        if (n > 1) {
            i += n;
            continue;
        }
        cdr_buf_add(out, s + from, i - from);
        if (n == 0)
            cdr_buf_adds(out, "\xEF\xBF\xBD");
        else if (p[i] == '"' || p[i] == '\\')
            cdr_buf_addf(out, "\\%c", p[i]);
        else
            escape_control(out, p[i]);
        from = ++i;
    }
    cdr_buf_add(out, s + from, len - from);
    return cdr_buf_status(out);
}

/* --- streaming writer --- */

void cdr_jw_begin(cdr_json_writer *w, cdr_buf *out)
{
    *w = (cdr_json_writer){.out = out};
}

static void separate(cdr_json_writer *w)
{
    uint64_t bit = UINT64_C(1) << w->depth;
    if (w->after_key)
        w->after_key = false;
    else if (w->depth > 0 && w->has_item & bit)
        cdr_buf_addc(w->out, ',');
    w->has_item |= bit;
}

void cdr_jw_open(cdr_json_writer *w, char bracket)
{
    separate(w);
    cdr_buf_addc(w->out, bracket);
    if (w->depth < 63)
        w->depth++;
    w->has_item &= ~(UINT64_C(1) << w->depth);
}

void cdr_jw_close(cdr_json_writer *w, char bracket)
{
    cdr_buf_addc(w->out, bracket);
    if (w->depth > 0)
        w->depth--;
}

void cdr_jw_key(cdr_json_writer *w, const char *key)
{
    cdr_jw_str(w, key);
    cdr_buf_addc(w->out, ':');
    w->after_key = true;
}

void cdr_jw_strn(cdr_json_writer *w, const char *s, size_t len)
{
    separate(w);
    cdr_buf_addc(w->out, '"');
    cdr_json_escape(w->out, s, len);
    cdr_buf_addc(w->out, '"');
}

void cdr_jw_str(cdr_json_writer *w, const char *s)
{
    if (s) {
        cdr_jw_strn(w, s, strlen(s));
        return;
    }
    separate(w);
    cdr_buf_adds(w->out, "null");
}

void cdr_jw_int(cdr_json_writer *w, int64_t v)
{
    separate(w);
    cdr_buf_addf(w->out, "%lld", (long long)v);
}

void cdr_jw_bool(cdr_json_writer *w, bool v)
{
    separate(w);
    cdr_buf_adds(w->out, v ? "true" : "false");
}

void cdr_jw_num(cdr_json_writer *w, double v)
{
    separate(w);
    if (v != v || v > 1.7976931348623157e308 || v < -1.7976931348623157e308)
        cdr_buf_adds(w->out, "null");   /* JSON has no such numbers */
    else
        cdr_buf_addf(w->out, "%.15g", v);
}
