/* SPDX-License-Identifier: Apache-2.0 */
/* Canonical JSON, RFC 8785: no spaces, keys sorted by UTF-16 code units, numbers as ECMAScript writes them. */
#include "base/json.h"

#include "base/parse.h"
#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SAFE_INTEGER INT64_C(9007199254740992)

static cdr_status too_large(cdr_err *err)
{
    return cdr_fail(err, CDR_E_INVAL, "base", "json.number", "A number is beyond what canonical JSON can hold exactly (2^53); write it as a string.");
}

/* The shortest digits that read back as the same number: "%.17g" always does, fewer often do. */
static int shortest(double v, char digits[24], int *ret_exponent)
{
    for (int precision = 1; precision <= 17; precision++) {
        char text[40];
        snprintf(text, sizeof text, "%.*e", precision - 1, v);
        if (precision < 17 && strtod(text, NULL) != v)
            continue;
        int n = 0;
        const char *p = text;
        for (; *p && *p != 'e'; p++)
            if (*p != '.' && n < 23)
                digits[n++] = *p;
        digits[n] = '\0';
        int64_t exponent = 0;
        bool negative = p[1] == '-';
        (void)cdr_parse_i64(p + 2, strlen(p + 2), 0, 400, &exponent);   /* "e+05": always a sign, two digits or three */
        *ret_exponent = (int)(negative ? -exponent : exponent);
        return n;
    }
    return 0;
}

/* ECMA-262 Number::toString: plain digits for exponents from -6 to 20, else d.ddde±x. */
static void write_number(double v, cdr_buf *out)
{
    if (v == 0) {
        cdr_buf_addc(out, '0');
        return;
    }
    char digits[24];
    int exponent, n;
    if (v < 0)
        cdr_buf_addc(out, '-');
    n = shortest(fabs(v), digits, &exponent);
    if (exponent >= 21 || exponent <= -7) {
        cdr_buf_addc(out, digits[0]);
        if (n > 1)
            cdr_buf_addf(out, ".%s", digits + 1);
        cdr_buf_addf(out, "e%c%d", exponent < 0 ? '-' : '+', abs(exponent));
    } else if (exponent < 0) {
        cdr_buf_addf(out, "0.%.*s%s", -exponent - 1, "000000", digits);
    } else if (exponent >= n - 1) {
        cdr_buf_addf(out, "%s%.*s", digits, exponent - (n - 1), "00000000000000000000");
    } else
        cdr_buf_addf(out, "%.*s.%s", exponent + 1, digits, digits + exponent + 1);
}

/* UTF-16 code unit order differs from byte order only where a supplementary character meets U+E000 to U+FFFF. */
static uint32_t order_of(uint32_t cp)
{
    if (cp >= 0x10000)
        return 0xD800 + ((cp - 0x10000) >> 10);
    return cp;
}

static int compare_keys(const void *pa, const void *pb)
{
    const char *a = *(const char *const *)pa, *b = *(const char *const *)pb;
    size_t alen = strlen(a), blen = strlen(b), i = 0;
    while (i < alen && i < blen && a[i] == b[i])
        i++;
    while (i > 0 && i < alen && ((unsigned char)a[i] & 0xC0) == 0x80)
        i--;
    uint32_t ca, cb;
    size_t na = cdr_utf8_decode(a + i, alen - i, &ca), nb = cdr_utf8_decode(b + i, blen - i, &cb);
    if (na == 0 || nb == 0)
        return (na > 0) - (nb > 0);
    if (order_of(ca) != order_of(cb))
        return order_of(ca) < order_of(cb) ? -1 : 1;
    return ca < cb ? -1 : ca > cb;
}

static cdr_status write_value(const json_t *v, unsigned depth, cdr_buf *out, cdr_err *err);

static void write_string(const char *s, size_t len, cdr_buf *out)
{
    cdr_buf_addc(out, '"');
    cdr_json_escape(out, s, len);
    cdr_buf_addc(out, '"');
}

static cdr_status write_members(const json_t *obj, const char **keys, size_t count, unsigned depth, cdr_buf *out, cdr_err *err)
{
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            cdr_buf_addc(out, ',');
        write_string(keys[i], strlen(keys[i]), out);
        cdr_buf_addc(out, ':');
        cdr_status s = write_value(json_object_get(obj, keys[i]), depth, out, err);
        if (s != CDR_OK)
            return s;
    }
    return CDR_OK;
}

static cdr_status write_object(const json_t *obj, unsigned depth, cdr_buf *out, cdr_err *err)
{
    size_t count = 0;
    const char **keys = cdr_alloc_array(json_object_size(obj) + 1, sizeof *keys);
    if (!keys)
        return cdr_fail_nomem(err, "base");
    /* jansson's iterators take a mutable object but change nothing. */
    json_t *mutable_obj = (json_t *)(uintptr_t)obj;
    for (void *it = json_object_iter(mutable_obj); it; it = json_object_iter_next(mutable_obj, it))
        keys[count++] = json_object_iter_key(it);
    if (count)
        qsort(keys, count, sizeof *keys, compare_keys);
    cdr_buf_addc(out, '{');
    cdr_status s = write_members(obj, keys, count, depth, out, err);
    cdr_buf_addc(out, '}');
    cdr_free(keys);
    return s;
}

static cdr_status write_array(const json_t *array, unsigned depth, cdr_buf *out, cdr_err *err)
{
    cdr_buf_addc(out, '[');
    for (size_t i = 0; i < json_array_size(array); i++) {
        if (i > 0)
            cdr_buf_addc(out, ',');
        cdr_status s = write_value(json_array_get(array, i), depth, out, err);
        if (s != CDR_OK)
            return s;
    }
    cdr_buf_addc(out, ']');
    return CDR_OK;
}

/* Beyond 2^53 an integer is safe only when a reader with doubles writes the same digits: such integers come from reals like 1e16. */
static bool reads_as_itself(json_int_t v)
{
    char digits[32];
    _cleanup_buf_ cdr_buf text = CDR_BUF(64);
    snprintf(digits, sizeof digits, "%lld", (long long)v);
    write_number((double)v, &text);
    return cdr_buf_status(&text) == CDR_OK && !strcmp(text.data, digits);
}

static cdr_status write_value(const json_t *v, unsigned depth, cdr_buf *out, cdr_err *err)
{
    if (depth > CDR_JSON_DEPTH_MAX)
        return cdr_fail(err, CDR_E_LIMIT, "base", "json.too-deep", "A value nests deeper than %d levels.", CDR_JSON_DEPTH_MAX);
    switch (json_typeof(v)) {
    case JSON_OBJECT: return write_object(v, depth + 1, out, err);
    case JSON_ARRAY: return write_array(v, depth + 1, out, err);
    case JSON_STRING:
        if (!cdr_utf8_valid(json_string_value(v), json_string_length(v)))
            return cdr_fail(err, CDR_E_INVAL, "base", "json.utf8", "A string is no valid UTF-8, which canonical JSON needs.");
        write_string(json_string_value(v), json_string_length(v), out);
        return CDR_OK;
    case JSON_INTEGER:
        if ((json_integer_value(v) > SAFE_INTEGER || json_integer_value(v) < -SAFE_INTEGER) && !reads_as_itself(json_integer_value(v)))
            return too_large(err);
        cdr_buf_addf(out, "%lld", (long long)json_integer_value(v));
        return CDR_OK;
    case JSON_REAL:
        if (!isfinite(json_real_value(v)))
            return too_large(err);
        write_number(json_real_value(v), out);
        return CDR_OK;
    case JSON_TRUE: cdr_buf_adds(out, "true"); return CDR_OK;
    case JSON_FALSE: cdr_buf_adds(out, "false"); return CDR_OK;
    case JSON_NULL: cdr_buf_adds(out, "null"); return CDR_OK;
    }
    return cdr_fail(err, CDR_E_INVAL, "base", "json.type", "A value has no JSON type.");
}

cdr_status cdr_json_canonical(const json_t *value, cdr_buf *out, cdr_err *err)
{
    cdr_status s = write_value(value, 0, out, err);
    if (s != CDR_OK)
        return s;
    if (cdr_buf_status(out) == CDR_E_LIMIT)
        return cdr_fail(err, CDR_E_LIMIT, "base", "json.too-large", "The canonical text would be longer than %zu bytes.", out->max);
    return cdr_buf_status(out) == CDR_OK ? CDR_OK : cdr_fail_nomem(err, "base");
}
