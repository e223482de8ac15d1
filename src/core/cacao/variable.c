/* SPDX-License-Identifier: Apache-2.0 */
#include "core/cacao/variable.h"

#include "base/json.h"
#include "base/parse.h"
#include "core/cacao/address.h"

#include <string.h>

/* The largest integer of CACAO is JSON's: what every reader of doubles keeps exactly. */
#define INTEGER_MAX ((INT64_C(1) << 53) - 1)

/* In the order of cdr_variable_type. */
static const struct { const char *name, *expects; } types[CDR_VAR__MAX] = {
    {NULL, "a text"},
    {"bool", "true or false"},
    {"dictionary", "a JSON object"},
    {"float", "a decimal number"},
    {"hexstring", "hexadecimal digits, two for each byte"},
    {"integer", "a whole number"},
    {"ipv4-addr", "an IPv4 address (192.0.2.1) or network (192.0.2.0/24)"},
    {"ipv6-addr", "an IPv6 address (2001:db8::1) or network (2001:db8::/32)"},
    {"long", "a whole number of at most 64 bits"},
    {"mac-addr", "a hardware address: six bytes as 00:11:22:33:44:55"},
    {"hash", "a hash in hexadecimal digits"},
    {"md5-hash", "an MD5 hash: 32 hexadecimal digits"},
    {"sha256-hash", "a SHA-256 hash: 64 hexadecimal digits"},
    {"string", "a text"},
    {"uri", "a URI: a scheme, a colon and the rest"},
    {"uuid", "a UUID: 8-4-4-4-12 hexadecimal digits"},
};

cdr_variable_type cdr_variable_type_by_name(const char *name)
{
    for (int t = CDR_VAR_UNKNOWN + 1; name && t < CDR_VAR__MAX; t++)
        if (!strcmp(types[t].name, name))
            return (cdr_variable_type)t;
    return CDR_VAR_UNKNOWN;
}

const char *cdr_variable_type_name(cdr_variable_type type)
{
    return type > CDR_VAR_UNKNOWN && type < CDR_VAR__MAX ? types[type].name : "unknown";
}

static bool is_letter(char c)
{
    char lower = (char)(c | 0x20);
    return (lower >= 'a' && lower <= 'z') || c == '_';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool cdr_variable_name_valid(const char *name, size_t len)
{
    if (len < 5 || len > CDR_VARIABLE_NAME_MAX || memcmp(name, "__", 2) != 0 || memcmp(name + len - 2, "__", 2) != 0 || !is_letter(name[2]))
        return false;
    for (size_t i = 3; i < len - 2; i++)
        if (!is_letter(name[i]) && !is_digit(name[i]) && name[i] != '-')
            return false;
    return true;
}

static bool is_hex(const char *s, size_t len)
{
    return strspn(s, "0123456789abcdefABCDEF") == len;
}

static bool is_uuid(const char *s)
{
    if (strlen(s) != 36)
        return false;
    for (size_t i = 0; i < 36; i++)
        if (i == 8 || i == 13 || i == 18 || i == 23 ? s[i] != '-' : !is_hex((char[]){s[i], '\0'}, 1))
            return false;
    return true;
}

/* RFC 3986: a scheme, then nothing that may not stand in a URI. */
static bool is_uri(const char *s)
{
    size_t scheme = 0;
    while (is_letter(s[scheme]) ? s[scheme] != '_' : scheme && s[scheme] && (is_digit(s[scheme]) || strchr("+-.", s[scheme])))
        scheme++;
    if (!scheme || s[scheme] != ':' || !s[scheme + 1])
        return false;
    for (const char *c = s + scheme + 1; *c; c++)
        if ((unsigned char)*c <= ' ' || *c == 0x7f || strchr("<>\"{}|\\^`", *c))
            return false;
    return true;
}

static bool is_dictionary(const char *s)
{
    _cleanup_json_ json_t *json = NULL;
    return cdr_json_parse(s, strlen(s), "the value", &json, NULL) == CDR_OK && json_is_object(json);
}

bool cdr_variable_value_valid(cdr_variable_type type, const char *value, const char **expects)
{
    size_t len = strnlen(value, CDR_VARIABLE_VALUE_MAX + 1);
    int64_t whole;
    double real;
    cdr_address address;
    if (expects)
        *expects = len > CDR_VARIABLE_VALUE_MAX ? "a text of at most 65536 bytes" : types[type < CDR_VAR__MAX ? type : CDR_VAR_UNKNOWN].expects;
    if (len > CDR_VARIABLE_VALUE_MAX)
        return false;
    switch (type) {
    case CDR_VAR_BOOL:
        return !strcmp(value, "true") || !strcmp(value, "false");
    case CDR_VAR_DICTIONARY:
        return is_dictionary(value);
    case CDR_VAR_FLOAT:
        return cdr_parse_double(value, len, -1.7976931348623157e308, 1.7976931348623157e308, &real);
    case CDR_VAR_INTEGER:
        return cdr_parse_i64(value, len, -INTEGER_MAX, INTEGER_MAX, &whole);
    case CDR_VAR_LONG:
        return cdr_parse_i64(value, len, INT64_MIN, INT64_MAX, &whole);
    case CDR_VAR_HEXSTRING:
        return len % 2 == 0 && is_hex(value, len);
    case CDR_VAR_IPV4:
    case CDR_VAR_IPV6:
        return cdr_address_parse(value, len, type == CDR_VAR_IPV6, &address);
    case CDR_VAR_MAC:
        return cdr_address_parse_mac(value, len, &address);
    case CDR_VAR_HASH:
        return len >= 32 && len <= 128 && len % 2 == 0 && is_hex(value, len);
    case CDR_VAR_MD5:
        return len == 32 && is_hex(value, len);
    case CDR_VAR_SHA256:
        return len == 64 && is_hex(value, len);
    case CDR_VAR_URI:
        return is_uri(value);
    case CDR_VAR_UUID:
        return is_uuid(value);
    case CDR_VAR_UNKNOWN:
    case CDR_VAR_STRING:
    case CDR_VAR__MAX:
        break;
    }
    return true;
}

/* The length of "__name__" at the start of ${s} when ":value" follows it; 0: there is none. The shortest name wins: "__a__:value" of "__a__:value__:value". */
static size_t reference_at(const char *s, size_t len)
{
    static const char suffix[] = ":value";
    size_t max = CDR_MIN(len, (size_t)CDR_VARIABLE_NAME_MAX + sizeof suffix - 1);
    const char *colon = memchr(s, ':', max);
    if (!colon || (size_t)(colon - s) + sizeof suffix - 1 > len || memcmp(colon, suffix, sizeof suffix - 1) != 0)
        return 0;
    size_t name = (size_t)(colon - s);
    return cdr_variable_name_valid(s, name) ? name : 0;
}

static cdr_status put_value(const char *name, size_t len, cdr_variable_find *find, void *arg, cdr_buf *out, cdr_err *err)
{
    char text[CDR_VARIABLE_NAME_MAX + 1];
    cdr_variable v;
    memcpy(text, name, len);
    text[len] = '\0';
    if (!find(arg, text, &v))
        return cdr_fail(err, CDR_E_INVAL, "cacao", "cacao.unknown-variable", "the text uses %s, which is no variable here: declare it in the playbook or correct its name", text);
    if (!v.value)
        return cdr_fail(err, CDR_E_INVAL, "cacao", "cacao.no-value", "the text uses %s, which has no value yet: give it one before this step", text);
    return cdr_buf_adds(out, v.value);
}

cdr_status cdr_variable_interpolate(const char *text, size_t len, cdr_variable_find *find, void *arg, cdr_buf *out, cdr_err *err)
{
    size_t kept = 0;
    for (size_t i = 0; i + 1 < len;) {
        size_t name = text[i] == '_' && text[i + 1] == '_' ? reference_at(text + i, len - i) : 0;
        if (!name) {
            i++;
            continue;
        }
        cdr_buf_add(out, text + kept, i - kept);
        cdr_status s = put_value(text + i, name, find, arg, out, err);
        if (s == CDR_E_INVAL)
            return s;
        kept = i += name + 6;
    }
    cdr_buf_add(out, text + kept, len - kept);
    cdr_status s = cdr_buf_status(out);
    return s == CDR_OK ? s : cdr_fail(err, s, "cacao", "cacao.text-too-long", "the text is too long once its variables are put in: shorten it or their values");
}
