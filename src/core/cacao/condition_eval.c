/* SPDX-License-Identifier: Apache-2.0 */
/* Conditions: what they say of the variables as they are now. */
#include "base/parse.h"
#include "base/text.h"
#include "base/time.h"
#include "core/cacao/address.h"
#include "core/cacao/condition_tree.h"

#include <math.h>

#define LIKE_STEPS_MAX 20000000u
#define MATCH_LIMIT 200000u
#define DEPTH_LIMIT 2000u
#define HEAP_LIMIT_KIB 4096u

/* How two values stand to each other. */
typedef enum order { LESS = -1, SAME = 0, MORE = 1, UNLIKE = 2 /* neither equal nor in any order */ } order;

static order ordered(bool less, bool more)
{
    return less ? LESS : more ? MORE : SAME;
}

static cdr_status no_match(const cdr_variable *v, const char *what, cdr_err *err)
{
    return cdr_fail(err, CDR_E_INVAL, "cacao", "cacao.condition-type", "%s is of type %s and cannot be compared with %s: correct the condition or the type", v->name, cdr_variable_type_name(v->type), what);
}

static cdr_status no_value(const cdr_variable *v, cdr_err *err)
{
    const char *expects;
    if (cdr_variable_value_valid(v->type, v->value, &expects))
        expects = "another value";
    return cdr_fail(err, CDR_E_INVAL, "cacao", "cacao.condition-value", "the value of %s is not of its type %s: it must be %s", v->name, cdr_variable_type_name(v->type), expects);
}

/* --- numbers: whole ones exactly, also beyond what a double keeps --- */

typedef struct number { bool whole; int64_t i; double d; } number;

static bool read_number(const char *s, size_t len, number *ret)
{
    size_t plus = len && s[0] == '+';
    ret->whole = cdr_parse_i64(s + plus, len - plus, INT64_MIN, INT64_MAX, &ret->i);
    return ret->whole || cdr_parse_double(s, len, -1.7976931348623157e308, 1.7976931348623157e308, &ret->d);
}

static order whole_and_real(int64_t i, double d)
{
    if (d >= 9223372036854775808.0)
        return LESS;
    if (d < -9223372036854775808.0)
        return MORE;
    double floor_d = floor(d);
    int64_t whole = (int64_t)floor_d;
    return i != whole ? ordered(i < whole, true) : ordered(d > floor_d, false);
}

static order numbers(const number *a, const number *b, bool real)
{
    if (real) {
        double x = a->whole ? (double)a->i : a->d, y = b->whole ? (double)b->i : b->d;
        return ordered(x < y, x > y);
    }
    if (a->whole && b->whole)
        return ordered(a->i < b->i, a->i > b->i);
    if (a->whole)
        return whole_and_real(a->i, b->d);
    return b->whole ? (order)-whole_and_real(b->i, a->d) : ordered(a->d < b->d, a->d > b->d);
}

static cdr_status compare_numbers(const cdr_variable *v, const cdr_literal *l, order *ret, cdr_err *err)
{
    number a, b;
    if (l->kind == CDR_WORD_BOOL || l->kind == CDR_WORD_HEX || l->kind == CDR_WORD_BINARY || l->kind == CDR_WORD_TIME || !read_number(l->text, l->len, &b))
        return no_match(v, "this: a number is expected", err);
    if (!read_number(v->value, strlen(v->value), &a))
        return no_value(v, err);
    *ret = numbers(&a, &b, v->type == CDR_VAR_FLOAT);
    return CDR_OK;
}

/* --- the rest --- */

static order bytes(const void *a, size_t alen, const void *b, size_t blen)
{
    int n = memcmp(a, b, CDR_MIN(alen, blen));
    return n ? ordered(n < 0, n > 0) : ordered(alen < blen, alen > blen);
}

static cdr_status compare_bool(const cdr_variable *v, const cdr_literal *l, order *ret, cdr_err *err)
{
    if (strcmp(l->text, "true") != 0 && strcmp(l->text, "false") != 0)
        return no_match(v, "this: true or false is expected", err);
    if (!cdr_variable_value_valid(v->type, v->value, NULL))
        return no_value(v, err);
    *ret = strcmp(v->value, l->text) ? UNLIKE : SAME;
    return CDR_OK;
}

static bool read_address(const cdr_variable *v, const char *s, size_t len, cdr_address *ret)
{
    if (v->type == CDR_VAR_MAC)
        return cdr_address_parse_mac(s, len, ret);
    return (v->type != CDR_VAR_IPV6 && cdr_address_parse(s, len, false, ret)) || (v->type != CDR_VAR_IPV4 && cdr_address_parse(s, len, true, ret));
}

static cdr_status compare_addresses(const cdr_variable *v, const cdr_literal *l, order *ret, cdr_err *err)
{
    cdr_address a, b;
    if (!read_address(v, l->text, l->len, &b))
        return no_match(v, "this: an address of that type is expected", err);
    if (!read_address(v, v->value, strlen(v->value), &a))
        return no_value(v, err);
    int n = cdr_address_compare(&a, &b);
    *ret = ordered(n < 0, n > 0);
    return CDR_OK;
}

static cdr_status compare_hex(const cdr_variable *v, const cdr_literal *l, order *ret, cdr_err *err)
{
    size_t len = strlen(v->value);
    _cleanup_free_ uint8_t *a = cdr_alloc(len / 2 + 1), *b = cdr_alloc(l->len / 2 + 1);
    if (!a || !b)
        return cdr_fail_nomem(err, "cacao");
    bool is_bytes = l->kind == CDR_WORD_HEX || l->kind == CDR_WORD_BINARY;
    if (!is_bytes && !cdr_hex_decode(l->text, l->len, b, l->len / 2))
        return no_match(v, "this: hexadecimal digits are expected", err);
    if (!cdr_hex_decode(v->value, len, a, len / 2))
        return no_value(v, err);
    *ret = bytes(a, len / 2, is_bytes ? (const void *)l->text : b, is_bytes ? l->len : l->len / 2);
    return CDR_OK;
}

/* Hashes and UUIDs: the case of their letters does not matter, and they have no order. */
static cdr_status compare_digits(const cdr_variable *v, const cdr_literal *l, order *ret, cdr_err *err)
{
    char hex[2 * 64 + 1];
    if ((l->kind == CDR_WORD_HEX || l->kind == CDR_WORD_BINARY) && l->len <= 64 && v->type != CDR_VAR_UUID) {
        cdr_hex_encode((const uint8_t *)l->text, l->len, hex);
        *ret = cdr_ascii_ieq(v->value, strlen(v->value), hex, 2 * l->len) ? SAME : UNLIKE;
        return CDR_OK;
    }
    if (l->kind == CDR_WORD_BOOL || l->kind == CDR_WORD_TIME || l->kind == CDR_WORD_FLOAT)
        return no_match(v, "this: a text is expected", err);
    *ret = cdr_ascii_ieq(v->value, strlen(v->value), l->text, l->len) ? SAME : UNLIKE;
    return CDR_OK;
}

static cdr_status compare_texts(const cdr_condition *c, const cdr_variable *v, const cdr_literal *l, order *ret, cdr_err *err)
{
    if (l->kind == CDR_WORD_TIME) {
        int64_t us;
        *ret = strlen(v->value) > strlen("2027-03-14") && cdr_time_parse(v->value, &us) ?      /* a day alone is no time: nobody said when it began */
                   ordered(us < l->time_us, us > l->time_us) : UNLIKE;
        return CDR_OK;
    }
    /* "5" is more than "10" as a text: a playbook that means numbers has to say so. */
    if (c->mode == CDR_CONDITION_STRICT && (l->kind == CDR_WORD_INT || l->kind == CDR_WORD_FLOAT || l->kind == CDR_WORD_BOOL))
        return no_match(v, "a number or true/false: write it as a text between ', or declare the variable as integer, float or bool", err);
    *ret = bytes(v->value, strlen(v->value), l->text, l->len);
    return CDR_OK;
}

static cdr_status compare(const cdr_condition *c, const cdr_variable *v, const cdr_literal *l, order *ret, cdr_err *err)
{
    switch (v->type) {
    case CDR_VAR_BOOL:
        return compare_bool(v, l, ret, err);
    case CDR_VAR_INTEGER:
    case CDR_VAR_LONG:
    case CDR_VAR_FLOAT:
        return compare_numbers(v, l, ret, err);
    case CDR_VAR_IPV4:
    case CDR_VAR_IPV6:
    case CDR_VAR_MAC:
        return compare_addresses(v, l, ret, err);
    case CDR_VAR_HEXSTRING:
        return compare_hex(v, l, ret, err);
    case CDR_VAR_HASH:
    case CDR_VAR_MD5:
    case CDR_VAR_SHA256:
    case CDR_VAR_UUID:
        return compare_digits(v, l, ret, err);
    case CDR_VAR_DICTIONARY:
    case CDR_VAR_URI:
    case CDR_VAR_STRING:
    case CDR_VAR_UNKNOWN:
    case CDR_VAR__MAX:
        break;
    }
    return compare_texts(c, v, l, ret, err);
}

static bool has_order(cdr_variable_type t)
{
    return t == CDR_VAR_INTEGER || t == CDR_VAR_LONG || t == CDR_VAR_FLOAT || t == CDR_VAR_IPV4 || t == CDR_VAR_IPV6 || t == CDR_VAR_MAC || t == CDR_VAR_STRING || t == CDR_VAR_HEXSTRING || t == CDR_VAR_UNKNOWN;
}

static bool is_text(cdr_variable_type t)
{
    return t != CDR_VAR_INTEGER && t != CDR_VAR_LONG && t != CDR_VAR_FLOAT && t != CDR_VAR_BOOL && t != CDR_VAR_DICTIONARY;
}

/* % stands for any text, _ for one character. Goes back to the last % only, which is enough. */
static cdr_status like(const cdr_variable *v, const cdr_literal *l, bool *ret, cdr_err *err)
{
    const char *s = v->value, *p = l->text, *end = s + strlen(s), *pend = p + l->len, *star = NULL, *star_s = NULL;
    for (unsigned steps = 0; s < end; steps++) {
        uint32_t a, b = 0;
        size_t used = cdr_utf8_decode(s, (size_t)(end - s), &a), pused = p < pend ? cdr_utf8_decode(p, (size_t)(pend - p), &b) : 0;
        if (steps > LIKE_STEPS_MAX)
            return cdr_fail(err, CDR_E_LIMIT, "cacao", "cacao.condition-cost", "the text after LIKE takes too long to compare with %s: use fewer %%", v->name);
        if (pused && b == '%') {
            star = p += pused;
            star_s = s;
        } else if (pused && (b == '_' || a == b)) {
            p += pused;
            s += used;
        } else if (star) {
            star_s += cdr_utf8_decode(star_s, (size_t)(end - star_s), &a);
            s = star_s;
            p = star;
        } else {
            *ret = false;
            return CDR_OK;
        }
    }
    while (p < pend && *p == '%')
        p++;
    *ret = p == pend;
    return CDR_OK;
}

static cdr_status matches(const cdr_test *t, const cdr_variable *v, bool *ret, cdr_err *err)
{
    pcre2_match_data *data = pcre2_match_data_create(1, NULL);
    pcre2_match_context *limits = pcre2_match_context_create(NULL);
    int rc = PCRE2_ERROR_NOMEMORY;
    if (data && limits) {
        pcre2_set_match_limit(limits, MATCH_LIMIT);
        pcre2_set_depth_limit(limits, DEPTH_LIMIT);
        pcre2_set_heap_limit(limits, HEAP_LIMIT_KIB);
        rc = pcre2_match(t->regex, (PCRE2_SPTR)v->value, strlen(v->value), 0, 0, data, limits);
    }
    pcre2_match_data_free(data);
    pcre2_match_context_free(limits);
    *ret = rc >= 0;
    if (rc >= 0 || rc == PCRE2_ERROR_NOMATCH)
        return CDR_OK;
    return rc == PCRE2_ERROR_NOMEMORY ? cdr_fail_nomem(err, "cacao")
                                      : cdr_fail(err, CDR_E_LIMIT, "cacao", "cacao.condition-cost", "the expression after MATCHES takes too long on the value of %s: make it simpler", v->name);
}

static cdr_status subset(const cdr_test *t, const cdr_variable *v, const cdr_literal *l, bool *ret, cdr_err *err)
{
    cdr_address a, b;
    if ((v->type != CDR_VAR_IPV4 && v->type != CDR_VAR_IPV6 && v->type != CDR_VAR_STRING && v->type != CDR_VAR_UNKNOWN) || !read_address(v, l->text, l->len, &b))
        return no_match(v, "a network like this", err);
    if (!read_address(v, v->value, strlen(v->value), &a)) {
        if (v->type == CDR_VAR_IPV4 || v->type == CDR_VAR_IPV6)
            return no_value(v, err);
        *ret = false;
        return CDR_OK;
    }
    *ret = t->op == CDR_WORD_ISSUPERSET ? cdr_address_within(&b, &a) : cdr_address_within(&a, &b);
    return CDR_OK;
}

static cdr_status among(const cdr_condition *c, const cdr_test *t, const cdr_variable *v, bool *ret, cdr_err *err)
{
    *ret = false;
    for (uint32_t i = 0; i < t->literal_count; i++) {
        const cdr_literal *l = &c->literals.at[t->literal + i];
        bool network = t->loose && (v->type == CDR_VAR_IPV4 || v->type == CDR_VAR_IPV6);
        order o = UNLIKE;
        bool in = false;
        cdr_status s = network ? subset(t, v, l, &in, err) : compare(c, v, l, &o, err);
        if (s != CDR_OK)
            return s;
        *ret |= in || o == SAME;
    }
    return CDR_OK;
}

static bool holds(cdr_word_kind op, order o)
{
    switch ((int)op) {
    case CDR_WORD_EQ:
        return o == SAME;
    case CDR_WORD_NE:
        return o != SAME;
    case CDR_WORD_LT:
        return o == LESS;
    case CDR_WORD_LE:
        return o == LESS || o == SAME;
    case CDR_WORD_GT:
        return o == MORE;
    default:
        return o == MORE || o == SAME;
    }
}

static cdr_status eval_value(const cdr_condition *c, const cdr_test *t, const cdr_variable *v, bool *ret, cdr_err *err)
{
    if (t->alone) {
        if (v->type != CDR_VAR_BOOL)
            return no_match(v, "nothing: alone only a variable of type bool can stand", err);
        *ret = !strcmp(v->value, "true");
        return *ret || !strcmp(v->value, "false") ? CDR_OK : no_value(v, err);
    }
    const cdr_literal *l = &c->literals.at[t->literal];
    order o;
    switch ((int)t->op) {
    case CDR_WORD_IN:
        return among(c, t, v, ret, err);
    case CDR_WORD_LIKE:
        return is_text(v->type) ? like(v, l, ret, err) : no_match(v, "a text by LIKE", err);
    case CDR_WORD_MATCHES:
        return is_text(v->type) ? matches(t, v, ret, err) : no_match(v, "a text by MATCHES", err);
    case CDR_WORD_ISSUBSET:
    case CDR_WORD_ISSUPERSET:
        return subset(t, v, l, ret, err);
    default:
        break;
    }
    if (t->op >= CDR_WORD_LT && !has_order(v->type))
        return no_match(v, "something more or less: its values have no order", err);
    cdr_status s = compare(c, v, l, &o, err);
    *ret = s == CDR_OK && holds(t->op, o);
    /* what has no order with the value is not before it, nor "not before" */
    if (s == CDR_OK && o == UNLIKE && t->op >= CDR_WORD_LT)
        *ret = t->negated;
    return s;
}

cdr_status cdr_test_eval(const cdr_condition *c, const cdr_test *t, const cdr_variable *v, bool *ret, cdr_err *err)
{
    bool result = false, ordering = t->op >= CDR_WORD_LT && t->op <= CDR_WORD_GE;
    if (t->op == CDR_WORD_EXISTS) {
        *ret = (v->value != NULL) != t->negated;
        return CDR_OK;
    }
    if (!v->value) {      /* unlike everything, and before or after nothing */
        *ret = !ordering && (t->op == CDR_WORD_NE) != t->negated;
        return CDR_OK;
    }
    _cleanup_free_ char *value = is_text(v->type) ? cdr_condition_nfc(v->value, strlen(v->value)) : NULL;
    cdr_variable spelt = *v;
    if (is_text(v->type) && !value)
        return cdr_fail_nomem(err, "cacao");
    spelt.value = value ? value : v->value;
    cdr_status s = eval_value(c, t, &spelt, &result, err);
    *ret = result != t->negated;
    return s;
}

cdr_status cdr_condition_eval(const cdr_condition *c, cdr_variable_find *find, void *arg, bool *ret, cdr_err *err)
{
    bool stack[CDR_CONDITION_TESTS_MAX + 1];
    size_t top = 0;
    *ret = false;
    if (c->mode == CDR_CONDITION_PATTERN)
        return cdr_fail(err, CDR_E_UNSUPPORTED, "cacao", "cacao.pattern", "patterns over observations are read, not evaluated");
    /* Every test is evaluated, whatever the others say: a mistake shows at the first run, not on the day when it decides. */
    for (size_t i = 0; i < c->ops.len; i++) {
        const cdr_step_op *o = &c->ops.at[i];
        if (o->op != CDR_WORD_EXISTS) {
            top--;
            stack[top - 1] = o->op == CDR_WORD_AND ? stack[top - 1] && stack[top] : stack[top - 1] || stack[top];
            continue;
        }
        const cdr_test *t = &c->tests.at[o->test];
        cdr_variable v;
        if (!find(arg, c->names.at[t->name].text, &v))
            return cdr_fail(err, CDR_E_INVAL, "cacao", "cacao.unknown-variable", "the condition uses %s, which is no variable here: declare it in the playbook or correct its name", c->names.at[t->name].text);
        v.name = c->names.at[t->name].text;
        cdr_status s = cdr_test_eval(c, t, &v, &stack[top++], err);
        if (s != CDR_OK)
            return s;
    }
    *ret = top == 1 && stack[0];
    return CDR_OK;
}
