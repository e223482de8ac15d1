/* SPDX-License-Identifier: Apache-2.0 */
/* The user's own detectors and allow lists. A pattern runs only around its required literal, with PCRE2's match limits, so that
 * no pattern can stall a scan. */
#include "detect/engine.h"

#include "base/json.h"
#include "base/text.h"
#include "base/vec.h"

#include <string.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#define RULES_MAX 1000
#define AROUND 256            /* bytes looked at on each side of the literal */
#define MATCH_LIMIT 100000u
#define DEPTH_LIMIT 1000u
#define HEAP_LIMIT_KIB 1024u

typedef struct detector {
    char *id, *title, *type, *category, *literal;
    pcre2_code *code;
    float confidence;
    bool fold;                /* the literal in any letter case */
} detector;

typedef struct allowed {
    cdr_kind kind;            /* CDR_KIND_NONE: every kind */
    bool whole_kind;          /* switches the kind off */
    char *value;              /* exact, or */
    pcre2_code *code;         /* pattern on the whole value */
} allowed;

CDR_VEC(detector_vec, detector)
CDR_VEC(allowed_vec, allowed)

struct cdr_rules {
    detector_vec detectors;
    allowed_vec allow;
    pcre2_match_context *limits;
    char *hash_text;
};

static cdr_status bad(cdr_err *err, const char *list, size_t i, const char *what)
{
    return cdr_fail(err, CDR_E_INVAL, "detect", "rules.invalid", "The rules: %s[%zu]: %s", list, i, what);
}

static cdr_status compile(const char *pattern, bool fold, const char *list, size_t i, pcre2_code **ret, cdr_err *err)
{
    int code;
    PCRE2_SIZE at;
    uint32_t flags = PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_NEVER_BACKSLASH_C | (fold ? PCRE2_CASELESS : 0);
    *ret = pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED, flags, &code, &at, NULL);
    if (!*ret) {
        char text[160];
        pcre2_get_error_message(code, (PCRE2_UCHAR *)text, sizeof text);
        return cdr_fail(err, CDR_E_INVAL, "detect", "rules.pattern", "The rules: %s[%zu].pattern: %s at character %zu.", list, i, text, (size_t)at + 1);
    }
    pcre2_jit_compile(*ret, PCRE2_JIT_COMPLETE);   /* without JIT the interpreter does it */
    return CDR_OK;
}

static bool copy(const json_t *obj, const char *key, const char *fallback, char **ret)
{
    const char *s = cdr_json_str(obj, key);
    return (*ret = cdr_strdup(s ? s : fallback)) != NULL;
}

static cdr_status check_keys(const json_t *obj, const char *const *keys, const char *list, size_t i, cdr_err *err)
{
    const char *key;
    json_t *value, *mutable_obj = (json_t *)(uintptr_t)obj;   /* the iterator changes nothing */
    if (!json_is_object(obj))
        return bad(err, list, i, "an object is needed here.");
    json_object_foreach(mutable_obj, key, value) {
        bool known = false;
        for (size_t k = 0; keys[k]; k++)
            known |= !strcmp(keys[k], key);
        if (!known)
            return cdr_fail(err, CDR_E_INVAL, "detect", "rules.unknown-key", "The rules: %s[%zu] has the unknown key \"%.40s\"; see docs/detectors.md.", list, i, key);
    }
    return CDR_OK;
}

static cdr_status add_detector(cdr_rules *r, const json_t *obj, size_t i, cdr_err *err)
{
    static const char *const keys[] = {"id", "title", "type", "category", "literal", "pattern", "confidence", "ignore_case", "comment", NULL};
    cdr_status s = check_keys(obj, keys, "detectors", i, err);
    if (s != CDR_OK)
        return s;
    const char *id = cdr_json_str(obj, "id"), *pattern = cdr_json_str(obj, "pattern"), *literal = cdr_json_str(obj, "literal");
    if (!id || !*id || !pattern || !literal || strlen(literal) < 2)
        return bad(err, "detectors", i, "id, pattern and literal (two bytes or more that every match holds) are required.");
    if (strlen(literal) > AROUND / 2)
        return bad(err, "detectors", i, "the literal is longer than 128 bytes.");
    const json_t *confidence = json_object_get(obj, "confidence");
    double weight = confidence ? json_number_value(confidence) : 0.8;
    if ((confidence && !json_is_number(confidence)) || weight <= 0 || weight > 1)
        return bad(err, "detectors", i, "confidence is a number above 0, at most 1.");
    detector *d = detector_vec_push(&r->detectors);
    if (!d)
        return cdr_fail_nomem(err, "detect");
    d->confidence = (float)weight;
    d->fold = json_is_true(json_object_get(obj, "ignore_case"));
    if (!copy(obj, "id", "", &d->id) || !copy(obj, "title", id, &d->title) || !copy(obj, "type", "CUSTOM", &d->type) || !copy(obj, "category", "", &d->category) ||
        !copy(obj, "literal", "", &d->literal))
        return cdr_fail_nomem(err, "detect");
    return compile(pattern, d->fold, "detectors", i, &d->code, err);
}

static cdr_status add_allowed(cdr_rules *r, const json_t *obj, size_t i, cdr_err *err)
{
    static const char *const keys[] = {"kind", "value", "pattern", "reason", "comment", NULL};
    cdr_status s = check_keys(obj, keys, "allow", i, err);
    if (s != CDR_OK)
        return s;
    const char *kind = cdr_json_str(obj, "kind"), *pattern = cdr_json_str(obj, "pattern"), *value = cdr_json_str(obj, "value");
    if (!kind && !value && !pattern)
        return bad(err, "allow", i, "give a kind, a value, a pattern, or a kind with one of them.");
    allowed *a = allowed_vec_push(&r->allow);
    if (!a)
        return cdr_fail_nomem(err, "detect");
    a->kind = kind ? cdr_kind_by_id(kind) : CDR_KIND_NONE;
    if (kind && a->kind == CDR_KIND_NONE)
        return bad(err, "allow", i, "no detector has this kind; candor identifier list names them.");
    a->whole_kind = !value && !pattern;
    if (value && !(a->value = cdr_strdup(value)))
        return cdr_fail_nomem(err, "detect");
    return pattern ? compile(pattern, false, "allow", i, &a->code, err) : CDR_OK;
}

static cdr_status each(cdr_rules *r, const json_t *root, const char *list, cdr_status (*add)(cdr_rules *, const json_t *, size_t, cdr_err *), cdr_err *err)
{
    const json_t *items = json_object_get(root, list);
    if (items && !json_is_array(items))
        return cdr_fail(err, CDR_E_INVAL, "detect", "rules.invalid", "The rules: %s must be a list.", list);
    if (json_array_size(items) > RULES_MAX)
        return cdr_fail(err, CDR_E_LIMIT, "detect", "rules.too-many", "The rules: %s has more than %d entries.", list, RULES_MAX);
    for (size_t i = 0; i < json_array_size(items); i++) {
        cdr_status s = add(r, json_array_get(items, i), i, err);
        if (s != CDR_OK)
            return s;
    }
    return CDR_OK;
}

static cdr_status set_limits(cdr_rules *r, cdr_err *err)
{
    r->limits = pcre2_match_context_create(NULL);
    if (!r->limits)
        return cdr_fail_nomem(err, "detect");
    pcre2_set_match_limit(r->limits, MATCH_LIMIT);
    pcre2_set_depth_limit(r->limits, DEPTH_LIMIT);
    pcre2_set_heap_limit(r->limits, HEAP_LIMIT_KIB);
    return CDR_OK;
}

static cdr_status load(cdr_rules *r, const char *text, cdr_err *err)
{
    static const char *const keys[] = {"detectors", "allow", "comment", NULL};
    _cleanup_json_ json_t *root = NULL;
    cdr_status s = cdr_json_parse(text, strlen(text), "The rules", &root, err);
    if (s == CDR_OK)
        s = check_keys(root, keys, "top", 0, err);
    if (s == CDR_OK)
        s = each(r, root, "detectors", add_detector, err);
    if (s == CDR_OK)
        s = each(r, root, "allow", add_allowed, err);
    if (s != CDR_OK)
        return s;
    cdr_buf canonical = CDR_BUF(16u << 20);
    s = cdr_json_canonical(root, &canonical, err);
    if (s == CDR_OK && !(r->hash_text = cdr_buf_take(&canonical)))
        s = cdr_fail_nomem(err, "detect");
    cdr_buf_done(&canonical);
    return s;
}

cdr_status cdr_rules_new(const char *rules_json, cdr_rules **ret, cdr_err *err)
{
    *ret = NULL;
    cdr_rules *r = cdr_alloc(sizeof *r);
    if (!r)
        return cdr_fail_nomem(err, "detect");
    cdr_status s = set_limits(r, err);
    if (s == CDR_OK && rules_json)
        s = load(r, rules_json, err);
    if (s != CDR_OK) {
        cdr_rules_free(r);
        return s;
    }
    *ret = r;
    return CDR_OK;
}

void cdr_rules_free(cdr_rules *r)
{
    if (!r)
        return;
    for (size_t i = 0; i < r->detectors.len; i++) {
        detector *d = &r->detectors.at[i];
        cdr_free(d->id);
        cdr_free(d->title);
        cdr_free(d->type);
        cdr_free(d->category);
        cdr_free(d->literal);
        pcre2_code_free(d->code);
    }
    for (size_t i = 0; i < r->allow.len; i++) {
        cdr_free(r->allow.at[i].value);
        pcre2_code_free(r->allow.at[i].code);
    }
    detector_vec_done(&r->detectors);
    allowed_vec_done(&r->allow);
    pcre2_match_context_free(r->limits);
    cdr_free(r->hash_text);
    cdr_free(r);
}

size_t cdr_rules_count(const cdr_rules *r)
{
    return r->detectors.len;
}

const char *cdr_rules_hash_text(const cdr_rules *r)
{
    return r->hash_text ? r->hash_text : "";
}

static const detector *detector_of(const cdr_rules *r, uint16_t rule)
{
    return rule > 0 && rule <= r->detectors.len ? &r->detectors.at[rule - 1] : NULL;
}

const char *cdr_rules_name(const cdr_rules *r, uint16_t rule)
{
    const detector *d = detector_of(r, rule);
    return d ? d->id : "";
}

const char *cdr_rules_title(const cdr_rules *r, uint16_t rule)
{
    const detector *d = detector_of(r, rule);
    return d ? d->title : "";
}

const char *cdr_rules_type(const cdr_rules *r, uint16_t rule)
{
    const detector *d = detector_of(r, rule);
    return d ? d->type : "CUSTOM";
}

const char *cdr_rules_category(const cdr_rules *r, uint16_t rule)
{
    const detector *d = detector_of(r, rule);
    return d ? d->category : "";
}

static const char *find_literal(const detector *d, const char *text, size_t len, size_t from, size_t to)
{
    size_t n = strlen(d->literal);
    if (to < from + n || to > len)
        return NULL;
    if (!d->fold)
        return memmem(text + from, to - from, d->literal, n);
    for (size_t i = from; i + n <= to; i++)
        if (cdr_ascii_ieq(text + i, n, d->literal, n))
            return text + i;
    return NULL;
}

/* Matches that hold the literal at ${at}; returns where to go on. */
static size_t match_around(const cdr_rules *r, size_t i, pcre2_match_data *data, const char *text, size_t len, size_t at, size_t from, size_t to, cdr_emitter *e)
{
    const detector *d = &r->detectors.at[i];
    size_t n = strlen(d->literal), low = at > from + AROUND ? at - AROUND : from, high = CDR_MIN(len, at + n + AROUND);
    for (size_t start = low; start <= at;) {
        /* The bytes before ${start} are there for \b and look-behind. */
        int rc = pcre2_match(d->code, (PCRE2_SPTR)text, high, start, 0, data, r->limits);
        if (rc < 0)
            break;
        const PCRE2_SIZE *found = pcre2_get_ovector_pointer(data);
        if (found[0] > at)
            break;
        if (found[1] >= at + n && found[0] >= from && found[0] < to) {
            cdr_emit_rule(e, (uint16_t)(i + 1), found[0], found[1], d->confidence);
            return found[1];
        }
        start = found[1] > start ? found[1] : start + 1;
    }
    return at + n;
}

cdr_status cdr_rules_find(const cdr_rules *r, const char *text, size_t len, size_t from, size_t to, cdr_emitter *e, cdr_err *err)
{
    pcre2_match_data *data = NULL;
    for (size_t i = 0; i < r->detectors.len; i++) {
        size_t reach = CDR_MIN(len, to + AROUND);
        const char *hit;
        for (size_t at = from; (hit = find_literal(&r->detectors.at[i], text, len, at, reach)) != NULL;) {
            if (!data && !(data = pcre2_match_data_create(1, NULL)))
                return cdr_fail_nomem(err, "detect");
            at = match_around(r, i, data, text, len, (size_t)(hit - text), from, to, e);
        }
    }
    pcre2_match_data_free(data);
    return CDR_OK;
}

static bool whole_match(const cdr_rules *r, const pcre2_code *code, const char *value, size_t len)
{
    pcre2_match_data *data = pcre2_match_data_create(1, NULL);
    if (!data)
        return false;
    int rc = pcre2_match(code, (PCRE2_SPTR)value, len, 0, PCRE2_ANCHORED | PCRE2_ENDANCHORED, data, r->limits);
    pcre2_match_data_free(data);
    return rc >= 0;
}

bool cdr_rules_allowed(const cdr_rules *r, cdr_kind kind, const char *value, size_t len)
{
    for (size_t i = 0; i < r->allow.len; i++) {
        const allowed *a = &r->allow.at[i];
        if (a->kind != CDR_KIND_NONE && a->kind != kind)
            continue;
        if (a->whole_kind || (a->value && cdr_ascii_ieq(a->value, strlen(a->value), value, len)) || (a->code && whole_match(r, a->code, value, len)))
            return true;
    }
    return false;
}
