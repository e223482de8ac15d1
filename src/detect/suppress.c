/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/suppress.h"

#include "base/buf.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/parse.h"
#include "base/time.h"
#include "base/vec.h"
#include "detect/kinds.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SUPPRESSIONS_MAX 100000

typedef struct entry {
    char value_id[33];      /* "" any value */
    cdr_kind kind;          /* CDR_KIND_NONE any kind */
    char *rule;             /* the id of one of the user's detectors, with CDR_K_USER; NULL: any of that kind */
    char *path;
    uint64_t hash;          /* of the four above */
} entry;

CDR_VEC(entry_vec, entry)

struct cdr_suppressions {
    entry_vec all;          /* sorted by value id: those for any value come first */
    size_t any_value;       /* how many of them */
    uint64_t everywhere;    /* sum of the hashes of those for any path */
    size_t *somewhere, somewhere_count;   /* the others */
};

static int compare(const void *a, const void *b)
{
    return strcmp(((const entry *)a)->value_id, ((const entry *)b)->value_id);
}

static void hash_entry(entry *e)
{
    uint8_t id[32];
    cdr_buf text = CDR_BUF(1 << 20);
    (void)cdr_buf_addf(&text, "%s %s ", e->value_id, e->rule ? e->rule : e->kind == CDR_KIND_NONE ? "*" : cdr_kind_get(e->kind)->id);
    (void)cdr_buf_adds(&text, e->path);
    cdr_blake2b(NULL, text.data ? text.data : "", text.len, id);
    memcpy(&e->hash, id, sizeof e->hash);
    cdr_buf_done(&text);
}

static bool is_everywhere(const entry *e)
{
    return !strcmp(e->path, "**") || !strcmp(e->path, "*");
}

/* Looking at each path of a scan must not mean looking at each suppression: most are for any path. */
static cdr_status sort_by_path(cdr_suppressions *s, cdr_err *err)
{
    s->somewhere = cdr_alloc_array(s->all.len + 1, sizeof *s->somewhere);
    if (!s->somewhere)
        return cdr_fail_nomem(err, "detect");
    for (size_t i = 0; i < s->all.len; i++) {
        hash_entry(&s->all.at[i]);
        if (is_everywhere(&s->all.at[i]))
            s->everywhere += s->all.at[i].hash;
        else
            s->somewhere[s->somewhere_count++] = i;
    }
    return CDR_OK;
}

static cdr_status bad(cdr_err *err, size_t i, const char *what)
{
    return cdr_fail(err, CDR_E_INVAL, "detect", "suppressions.invalid", "The suppressions: entry %zu: %s", i + 1, what);
}

/* 0 for a date that is absent. */
static bool read_time(const json_t *obj, const char *key, int64_t *ret)
{
    const char *text = cdr_json_str(obj, key);
    *ret = 0;
    return !text || cdr_time_parse(text, ret);
}

static cdr_status add(cdr_suppressions *s, const json_t *obj, size_t i, int64_t now_us, cdr_err *err)
{
    const char *kind = cdr_json_str(obj, "kind"), *id = cdr_json_str(obj, "value_id"), *path = cdr_json_str(obj, "path");
    const char *reason = cdr_json_str(obj, "reason"), *author = cdr_json_str(obj, "author");
    int64_t created, expires;
    uint8_t bytes[16];
    if (!kind || !reason || !*reason || !author || !*author)
        return bad(err, i, "kind, reason and author are required.");
    if (!*kind || strlen(kind) > CDR_SUPPRESSION_KIND_MAX)
        return bad(err, i, "kind is the id of a detector, at most 256 bytes, or \"*\".");
    if (id && *id && !cdr_hex_decode(id, strlen(id), bytes, sizeof bytes))
        return bad(err, i, "value_id is 32 hexadecimal digits, as candor detect --explain prints them.");
    if (!strcmp(kind, "*") && !(id && *id) && (!path || !strcmp(path, "**")))
        return bad(err, i, "this would set aside every finding; name a kind, a value or a path.");
    if (!read_time(obj, "created", &created) || !read_time(obj, "expires", &expires))
        return bad(err, i, "created and expires are dates such as 2027-03-14.");
    if (expires && expires <= now_us)
        return CDR_OK;
    entry *e = entry_vec_push(&s->all);
    if (!e || !(e->path = cdr_strdup(path ? path : "**")))
        return cdr_fail_nomem(err, "detect");
    /* A detector of the user's may be gone by now, or come with --rules only: what nobody finds is set aside without harm. */
    e->kind = strcmp(kind, "*") != 0 ? cdr_suppression_kind(kind) : CDR_KIND_NONE;
    if (e->kind == CDR_K_USER && cdr_kind_by_id(kind) == CDR_KIND_NONE && !(e->rule = cdr_strdup(kind)))
        return cdr_fail_nomem(err, "detect");
    if (id && *id)
        cdr_hex_encode(bytes, sizeof bytes, e->value_id);
    return CDR_OK;
}

static cdr_status load(cdr_suppressions *s, const json_t *root, int64_t now_us, cdr_err *err)
{
    const json_t *items = json_is_array(root) ? root : json_object_get(root, "suppressions");
    if (!json_is_array(items))
        return cdr_fail(err, CDR_E_INVAL, "detect", "suppressions.invalid", "The suppressions must be {\"suppressions\": [ … ]}.");
    if (json_array_size(items) > SUPPRESSIONS_MAX)
        return cdr_fail(err, CDR_E_LIMIT, "detect", "suppressions.too-many", "There are more than %d suppressions; suppress by path or kind instead.", SUPPRESSIONS_MAX);
    for (size_t i = 0; i < json_array_size(items); i++) {
        cdr_status st = add(s, json_array_get(items, i), i, now_us, err);
        if (st != CDR_OK)
            return st;
    }
    if (s->all.len)
        qsort(s->all.at, s->all.len, sizeof s->all.at[0], compare);
    while (s->any_value < s->all.len && !*s->all.at[s->any_value].value_id)
        s->any_value++;
    return sort_by_path(s, err);
}

cdr_status cdr_suppressions_parse(const char *json, size_t len, int64_t now_us, cdr_suppressions **ret, cdr_err *err)
{
    *ret = NULL;
    _cleanup_json_ json_t *root = NULL;
    cdr_status st = cdr_json_parse(json, len, "The suppressions", &root, err);
    if (st != CDR_OK)
        return st;
    cdr_suppressions *s = cdr_alloc(sizeof *s);
    if (!s)
        return cdr_fail_nomem(err, "detect");
    st = load(s, root, now_us, err);
    if (st != CDR_OK) {
        cdr_suppressions_free(s);
        return st;
    }
    *ret = s;
    return CDR_OK;
}

void cdr_suppressions_free(cdr_suppressions *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < s->all.len; i++) {
        cdr_free(s->all.at[i].rule);
        cdr_free(s->all.at[i].path);
    }
    entry_vec_done(&s->all);
    cdr_free(s->somewhere);
    cdr_free(s);
}

size_t cdr_suppressions_count(const cdr_suppressions *s)
{
    return s ? s->all.len : 0;
}

cdr_kind cdr_suppression_kind(const char *id)
{
    cdr_kind kind = cdr_kind_by_id(id);
    return kind != CDR_KIND_NONE ? kind : CDR_K_USER;
}

void cdr_suppression_value_id(const cdr_secret *key, cdr_kind kind, const char *value, size_t len, char ret[33])
{
    char text[640];
    const char *id = cdr_kind_get(kind)->id;
    size_t n = CDR_MIN(strlen(id), (size_t)64);
    memcpy(text, id, n);
    text[n++] = '\0';
    n += cdr_normalise_value(kind, value, len, text + n, sizeof text - n);
    uint8_t hash[CDR_VALUE_ID_BYTES];
    cdr_value_id(key, text, n, hash);
    cdr_hex_encode(hash, sizeof hash, ret);
    cdr_wipe(text, sizeof text);
}

/* "**" is everywhere; otherwise a shell glob on the whole path, or on its end after a '/'. */
static bool path_fits(const char *glob, const char *path)
{
    if (!strcmp(glob, "**") || !fnmatch(glob, path, 0))
        return true;
    for (const char *p = strchr(path, '/'); p; p = strchr(p + 1, '/'))
        if (!fnmatch(glob, p + 1, 0))
            return true;
    return false;
}

static bool fits(const entry *e, cdr_kind kind, const char *rule, const char *path)
{
    return (e->kind == CDR_KIND_NONE || e->kind == kind) && (!e->rule || !strcmp(e->rule, rule)) && path_fits(e->path, path);
}

void cdr_suppressions_version(const cdr_suppressions *s, const char *ruleset, const char *path, char ret[17])
{
    uint64_t sum = s ? s->everywhere : 0;
    bool any = !path || sum;
    for (size_t i = 0; s && i < s->somewhere_count; i++) {
        const entry *e = &s->all.at[s->somewhere[i]];
        if (path && !path_fits(e->path, path))
            continue;
        sum += e->hash;
        any = true;
    }
    size_t len = strnlen(ruleset, 16);
    memcpy(ret, ruleset, len);
    ret[len] = '\0';
    if (!any)
        return;
    char text[64];
    uint8_t hash[32];
    int n = snprintf(text, sizeof text, "%s %s %016llx", path ? "file" : "container", ret, (unsigned long long)sum);
    cdr_blake2b(NULL, text, (size_t)n, hash);
    cdr_hex_encode(hash, 8, ret);
}

static size_t first_with(const cdr_suppressions *s, const char *id)
{
    size_t low = s->any_value, high = s->all.len;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(s->all.at[middle].value_id, id) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool cdr_suppressed(const cdr_suppressions *s, const cdr_secret *key, const char *path, cdr_kind kind, const char *rule, const char *value, size_t len)
{
    if (!s || s->all.len == 0)
        return false;
    for (size_t i = 0; i < s->any_value; i++)
        if (fits(&s->all.at[i], kind, rule, path))
            return true;
    if (s->any_value == s->all.len || !key)
        return false;
    char id[33];
    cdr_suppression_value_id(key, kind, value, len, id);
    for (size_t i = first_with(s, id); i < s->all.len && !strcmp(s->all.at[i].value_id, id); i++)
        if (fits(&s->all.at[i], kind, rule, path))
            return true;
    return false;
}
