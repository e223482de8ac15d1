/* SPDX-License-Identifier: Apache-2.0 */
/* Plain data types of CACAO 2.0, section 10: texts, numbers, timestamps, identifiers, words of vocabularies. */
#include "core/cacao/check_inside.h"

#include "base/parse.h"
#include "base/time.h"

#include <string.h>

#define ROW struct check *c, const struct check_shape *shape, const struct check_prop *prop, const json_t *value

void cdr_cacao_check_any(ROW)
{
    (void)c, (void)shape, (void)prop, (void)value;
}

/* Also in names and descriptions may a variable stand: there one that is missing is only shown as a hole. */
void cdr_cacao_check_string(ROW)
{
    (void)prop;
    const char *text = cdr_cacao_check_text(c, shape, value);
    if (text)
        cdr_cacao_check_uses(c, text, false);
}

void cdr_cacao_check_bool(ROW)
{
    (void)prop;
    if (!json_is_boolean(value))
        check_error(c, "type.bool", shape->clause, "Here must stand true or false, without quotes.");
}

static bool whole(const json_t *value, int64_t *ret)
{
    double d = json_real_value(value);
    if (json_is_integer(value))
        *ret = json_integer_value(value);
    else if (json_is_real(value) && d > -9e15 && d < 9e15 && d == (double)(int64_t)d)
        *ret = (int64_t)d;
    else
        return false;
    return true;
}

void cdr_cacao_check_whole(ROW)
{
    (void)prop;
    int64_t n = -1;
    if (!whole(value, &n) || n < 0)
        check_error(c, "type.whole", shape->clause, "Here must stand a whole number of milliseconds, 0 or more, without quotes.");
}

void cdr_cacao_check_percent(ROW)
{
    (void)prop;
    int64_t n = -1;
    if (!whole(value, &n) || n < 0 || n > 100)
        check_error(c, "type.percent", shape->clause, "Here must stand a whole number from 0 to 100, without quotes.");
}

/* --- time --- */

static bool digits_at(const char *s, const char *form)
{
    for (; *form; s++, form++)
        if (*form == '9' ? *s < '0' || *s > '9' : *s != *form)
            return false;
    return true;
}

static int32_t number_at(const char *s, size_t len)
{
    int32_t n = 0;
    while (len-- > 0)
        n = n * 10 + (*s++ - '0');
    return n;
}

bool cdr_cacao_check_time_valid(const char *s, size_t *ret_digits)
{
    *ret_digits = 0;
    if (!digits_at(s, "9999-99-99T99:99:99") || !cdr_date_valid(number_at(s, 4), number_at(s + 5, 2), number_at(s + 8, 2)))
        return false;
    if (number_at(s + 11, 2) > 23 || number_at(s + 14, 2) > 59 || number_at(s + 17, 2) > 60)
        return false;
    const char *rest = s + 19;
    if (*rest == '.') {
        *ret_digits = strspn(rest + 1, "0123456789");
        if (*ret_digits == 0)
            return false;
        rest += 1 + *ret_digits;
    }
    return strcmp(rest, "Z") == 0;
}

static const char *time_text(struct check *c, const struct check_shape *shape, const json_t *value, size_t *ret_digits)
{
    const char *text = cdr_cacao_check_text(c, shape, value);
    if (text && !cdr_cacao_check_time_valid(text, ret_digits)) {
        check_error(c, "time.form", "10.17", "This is no time in the form of CACAO: write it in UTC with a Z behind, as 2026-03-14T09:12:00.000Z.");
        return NULL;
    }
    return text;
}

void cdr_cacao_check_time(ROW)
{
    (void)prop;
    size_t digits;
    (void)time_text(c, shape, value, &digits);
}

void cdr_cacao_check_exact_time(ROW)
{
    size_t digits = 3;
    if (time_text(c, shape, value, &digits) && digits != 3)
        check_warn(c, "time.milliseconds", shape->clause, "The time of \"%s\" must be given to the millisecond, with exactly three digits behind the point; it has %zu. Write it as 2026-03-14T09:12:00.000Z.", prop->key, digits);
}

int cdr_cacao_check_compare_times(const char *a, const char *b)
{
    int order = strncmp(a, b, 19);
    if (order != 0)
        return order;
    a += a[19] == '.' ? 20 : 19;
    b += b[19] == '.' ? 20 : 19;
    for (;; a += *a != 'Z', b += *b != 'Z') {
        char x = *a == 'Z' ? '0' : *a, y = *b == 'Z' ? '0' : *b;
        if (x != y || (*a == 'Z' && *b == 'Z'))
            return x - y;
    }
}

/* --- identifiers --- */

static bool is_lower(char ch)
{
    return (ch >= 'a' && ch <= 'z') || (ch >= '0' && ch <= '9');
}

bool cdr_cacao_check_identifier(const char *id, size_t *ret_prefix, char *ret_version)
{
    size_t len = strlen(id);
    if (len < 41 || len > 300 || id[len - 37] != '-' || id[len - 38] != '-')
        return false;
    size_t prefix = len - 38;
    const char *uuid = id + len - 36;
    for (size_t i = 0; i < prefix; i++)
        if (!is_lower(id[i]) && (id[i] != '-' || i == 0 || i + 1 == prefix))
            return false;
    if (id[0] < 'a' || prefix < 3)
        return false;
    for (size_t i = 0; i < 36; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? uuid[i] != '-' : !strchr("0123456789abcdefABCDEF", uuid[i]))
            return false;
    }
    *ret_prefix = prefix;
    *ret_version = uuid[14];
    return strchr("12345", uuid[14]) && strchr("89abAB", uuid[19]);
}

void cdr_cacao_check_take_id(struct check *c, const char *id, const json_t *object)
{
    size_t prefix;
    char version;
    if (!cdr_cacao_check_identifier(id, &prefix, &version))
        return;
    struct check_id *to = check_ids_push(&c->ids);
    if (to)
        *to = (struct check_id){id + prefix + 2, id, object};
    else
        c->nomem = true;
}

static void check_id(struct check *c, const struct check_prop *prop, const char *id)
{
    const char *want = prop->arg;
    size_t prefix = 0;
    char version;
    if (!cdr_cacao_check_identifier(id, &prefix, &version))
        check_error(c, "id.form", "10.10", "\"%s\" is no identifier: it must be a type in small letters, two hyphens and a UUID, as %s--5abe695c-7bd5-4c31-8824-2528696cdbf1.", cdr_cacao_check_quote(c, id), want ? want : "identity");
    else if (want && (strlen(want) != prefix || strncmp(want, id, prefix) != 0))
        check_error(c, "id.prefix", "10.10", "Here must stand the identifier of %s %s: it must begin with \"%s--\".", strchr("aeiou", want[0]) ? "an" : "a", want, want);
}

void cdr_cacao_check_id(ROW)
{
    const char *id = cdr_cacao_check_text(c, shape, value);
    if (id)
        check_id(c, prop, id);
}

static bool is_list(struct check *c, const struct check_shape *shape, const json_t *value)
{
    if (!json_is_array(value))
        check_error(c, "type.list", shape->clause, "Here must stand a list, in square brackets.");
    else if (json_array_size(value) == 0)
        check_warn(c, "list.empty", shape->clause, "This list is empty. Fill it or take it out.");
    return json_is_array(value);
}

void cdr_cacao_check_ids(ROW)
{
    size_t i;
    json_t *item;
    if (is_list(c, shape, value))
        json_array_foreach(value, i, item) {
            size_t was = cdr_cacao_check_enter_index(c, i);
            cdr_cacao_check_id(c, shape, prop, item);
            cdr_cacao_check_leave(c, was);
        }
}

void cdr_cacao_check_texts(ROW)
{
    (void)prop;
    size_t i;
    json_t *item;
    if (is_list(c, shape, value))
        json_array_foreach(value, i, item) {
            size_t was = cdr_cacao_check_enter_index(c, i);
            (void)cdr_cacao_check_text(c, shape, item);
            cdr_cacao_check_leave(c, was);
        }
}

/* --- vocabularies --- */

void cdr_cacao_check_word(ROW)
{
    const char *word = cdr_cacao_check_text(c, shape, value);
    if (word && !cdr_cacao_check_in(prop->arg, word) && !cdr_cacao_check_has_variable(word))
        check_warn(c, "word.unknown", shape->clause, "\"%s\" is not in CACAO's vocabulary for \"%s\". The vocabulary is open, but others may not understand it.", cdr_cacao_check_quote(c, word), prop->key);
}

void cdr_cacao_check_words(ROW)
{
    size_t i;
    json_t *item;
    if (is_list(c, shape, value))
        json_array_foreach(value, i, item) {
            size_t was = cdr_cacao_check_enter_index(c, i);
            cdr_cacao_check_word(c, shape, prop, item);
            cdr_cacao_check_leave(c, was);
        }
}

void cdr_cacao_check_enum(ROW)
{
    const char *word = cdr_cacao_check_text(c, shape, value);
    const char *const *words = prop->arg;
    if (!word || cdr_cacao_check_in(words, word) || cdr_cacao_check_has_variable(word))
        return;
    cdr_buf all _cleanup_buf_ = CDR_BUF(400);
    for (size_t i = 0; words[i] && all.len < 160; i++)
        cdr_buf_addf(&all, "%s%s", i ? ", " : "", words[i]);
    check_error(c, "word.enum", shape->clause, "\"%s\" is not allowed here. It must be one of: %s%s.", cdr_cacao_check_quote(c, word), all.data ? all.data : "", all.len >= 160 ? " …" : "");
}

void cdr_cacao_check_base64(ROW)
{
    (void)prop;
    const char *text = cdr_cacao_check_text(c, shape, value);
    if (!text || cdr_cacao_check_has_variable(text))
        return;
    size_t len = strlen(text), got = 0;
    uint8_t *out _cleanup_free_ = cdr_alloc(len / 4 * 3 + 4);
    if (!out)
        c->nomem = true;
    else if (len == 0 || cdr_base64_decode(text, len, out, len / 4 * 3 + 3, &got) != CDR_OK)
        check_error(c, "base64.form", shape->clause, "This is no base64 (RFC 4648, section 4): letters, digits, + and /, padded with = to a multiple of four.");
}
