/* SPDX-License-Identifier: Apache-2.0 */
/* Paths of JSON, each made once: a key is looked up by what it lies in, and the key behind another is mostly the one of last time. */
#include "core/minimise/filter_json_parts.h"

#include "base/text.h"

#include <string.h>

#define PATH_MAX_BYTES 1024u

cdr_status cdr_json_paths_begin(cdr_json_paths *p, cdr_err *err)
{
    p->cap = 256;
    p->slots = cdr_alloc_array(p->cap, sizeof *p->slots);
    cdr_json_node *root = p->slots ? cdr_json_nodes_push(&p->nodes) : NULL;
    char *path = root ? cdr_strdup("") : NULL;
    if (!path)
        return cdr_fail_nomem(err, "minimise");
    root->path = path;
    root->col = CDR_FILTER_NO_COLUMN;
    return CDR_OK;
}

void cdr_json_paths_end(cdr_json_paths *p)
{
    for (size_t i = 0; i < p->nodes.len; i++)
        cdr_free(p->nodes.at[i].path);
    cdr_json_nodes_done(&p->nodes);
    cdr_free(p->slots);
}

static size_t slot_of(const cdr_json_paths *p, uint32_t parent, const char *key, size_t len)
{
    uint64_t h = 1469598103934665603u ^ parent * UINT64_C(0x9E3779B97F4A7C15);
    for (size_t i = 0; i < len; i++)
        h = (h ^ (unsigned char)key[i]) * 1099511628211u;
    return (size_t)(h ^ h >> 29) & (p->cap - 1);
}

static bool is_key(const cdr_json_node *n, uint32_t parent, const char *key, size_t len)
{
    return n->parent == parent && n->path_len - n->key == len && !memcmp(n->path + n->key, key, len);
}

static cdr_status grow_slots(cdr_json_paths *p, cdr_err *err)
{
    if (p->nodes.len * 2 < p->cap)
        return CDR_OK;
    uint32_t *grown = cdr_alloc_array(p->cap * 2, sizeof *grown);
    if (!grown)
        return cdr_fail_nomem(err, "minimise");
    cdr_free(p->slots);
    p->slots = grown;
    p->cap *= 2;
    for (uint32_t i = 1; i < p->nodes.len; i++) {
        const cdr_json_node *n = &p->nodes.at[i];
        size_t slot = slot_of(p, n->parent, n->path + n->key, n->path_len - n->key);
        while (p->slots[slot])
            slot = (slot + 1) & (p->cap - 1);
        p->slots[slot] = i;
    }
    return CDR_OK;
}

static cdr_status note_personal(void *arg, const cdr_finding *x)
{
    if (x->band >= CDR_BAND_MEDIUM)
        *(bool *)arg = true;
    return CDR_OK;
}

static cdr_status is_personal(cdr_filter *f, const char *key, size_t len, bool *ret, cdr_err *err)
{
    const cdr_ruleset *rs = f->spec->watch_ruleset ? f->spec->watch_ruleset : f->spec->ruleset;
    *ret = false;
    if (!rs || f->spec->open || !cdr_filter_worth_a_look(key, len))
        return CDR_OK;
    return cdr_detect_window(rs, f->scratch, key, len, 0, len, NULL, note_personal, ret, err);
}

/* The name without the "[]." of the outermost array; NULL when that is the same. */
static const char *short_name(const char *path)
{
    return !strncmp(path, "[].", 3) ? path + 3 : NULL;
}

static const cdr_filter_column *entry_of(const cdr_filter *f, const char *path)
{
    const char *shorter = short_name(path);
    const cdr_filter_column *c = cdr_filter_named(f, path, strlen(path));
    return c || !shorter ? c : cdr_filter_named(f, shorter, strlen(shorter));
}

static cdr_status add_node(cdr_filter *f, cdr_json_paths *p, uint32_t parent, const char *key, size_t len, bool bracket, uint32_t *ret, cdr_err *err)
{
    if (p->nodes.len >= CDR_JSON_NODES_MAX)
        return cdr_fail(err, CDR_E_LIMIT, "minimise", "filter.paths", "%.120s has more than %u different paths.", f->spec->name ? f->spec->name : "The input", CDR_JSON_NODES_MAX);
    cdr_status s = grow_slots(p, err);
    cdr_json_node *n = s == CDR_OK ? cdr_json_nodes_push(&p->nodes) : NULL;
    if (!n)
        return s == CDR_OK ? cdr_fail_nomem(err, "minimise") : s;
    const cdr_json_node *above = &p->nodes.at[parent];
    size_t dot = above->path_len && !bracket, size = above->path_len + dot + len;
    n->path = size <= PATH_MAX_BYTES ? cdr_alloc(size + 1) : NULL;
    if (!n->path) {
        p->nodes.len--;
        return size <= PATH_MAX_BYTES ? cdr_fail_nomem(err, "minimise") : cdr_fail(err, CDR_E_LIMIT, "minimise", "filter.path", "A path of keys has more than %u bytes.", PATH_MAX_BYTES);
    }
    memcpy(n->path, above->path, above->path_len);
    if (dot)
        n->path[above->path_len] = '.';
    memcpy(n->path + above->path_len + dot, key, len);
    n->parent = parent;
    n->key = (uint32_t)(above->path_len + dot);
    n->path_len = (uint32_t)size;
    n->col = CDR_FILTER_NO_COLUMN;
    n->named = entry_of(f, n->path);
    if (!n->named && above->named && !above->named->values_only)
        n->named = above->named;
    *ret = (uint32_t)(p->nodes.len - 1);
    size_t slot = slot_of(p, parent, key, len);
    while (p->slots[slot])
        slot = (slot + 1) & (p->cap - 1);
    p->slots[slot] = *ret;
    return CDR_OK;
}

static cdr_status find(cdr_filter *f, cdr_json_paths *p, uint32_t parent, const char *key, size_t len, bool bracket, uint32_t *ret, cdr_err *err)
{
    size_t slot = slot_of(p, parent, key, len);
    for (; p->slots[slot]; slot = (slot + 1) & (p->cap - 1))
        if (is_key(&p->nodes.at[p->slots[slot]], parent, key, len)) {
            *ret = p->slots[slot];
            return CDR_OK;
        }
    if (p->nodes.len >= CDR_JSON_NODES_FEW && !bracket && !(len == 1 && *key == '*'))
        return find(f, p, parent, "*", 1, false, ret, err);
    uint32_t before = (uint32_t)p->nodes.len;
    cdr_status s = add_node(f, p, parent, key, len, bracket, ret, err);
    if (s == CDR_OK && *ret == before && !bracket)
        s = is_personal(f, key, len, &p->nodes.at[*ret].personal_key, err);
    return s;
}

cdr_status cdr_json_path(cdr_filter *f, cdr_json_paths *p, uint32_t parent, uint32_t before, const char *key, size_t len, uint32_t *ret, bool *ret_personal, cdr_err *err)
{
    uint32_t guess = before ? p->nodes.at[before].next : 0;
    if (guess && is_key(&p->nodes.at[guess], parent, key, len)) {
        *ret = guess;
        *ret_personal = p->nodes.at[guess].personal_key;
        return CDR_OK;
    }
    bool data = cdr_text_is_data(key, len);
    cdr_status s = data ? is_personal(f, key, len, ret_personal, err) : CDR_OK;
    if (s == CDR_OK)
        s = find(f, p, parent, data ? "*" : key, data ? 1 : len, false, ret, err);
    if (s != CDR_OK)
        return s;
    if (!data)
        *ret_personal = p->nodes.at[*ret].personal_key;
    if (before && !data)
        p->nodes.at[before].next = *ret;
    /* Many keys that share a node were not looked at one by one. */
    if (!data && p->nodes.at[*ret].path_len - p->nodes.at[*ret].key == 1 && p->nodes.at[*ret].path[p->nodes.at[*ret].key] == '*')
        s = is_personal(f, key, len, ret_personal, err);
    return s;
}

cdr_status cdr_json_path_array(cdr_filter *f, cdr_json_paths *p, uint32_t parent, uint32_t *ret, cdr_err *err)
{
    return find(f, p, parent, "[]", 2, true, ret, err);
}

cdr_status cdr_json_path_column(cdr_filter *f, cdr_json_paths *p, uint32_t node, uint32_t *ret, cdr_err *err)
{
    cdr_json_node *n = &p->nodes.at[node];
    cdr_status s = CDR_OK;
    if (n->col == CDR_FILTER_NO_COLUMN) {
        const char *shorter = short_name(n->path);
        s = cdr_filter_col_add(f, n->path, n->path_len, shorter, shorter ? strlen(shorter) : 0, n->named, &n->col, err);
    }
    *ret = n->col;
    return s;
}
