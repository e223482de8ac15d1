/* SPDX-License-Identifier: Apache-2.0 */
#include "core/taxonomy/taxonomy.h"

#include "base/text.h"

#include <string.h>

const cdr_taxon *cdr_taxon_find(cdr_taxonomy_id id, const char *key)
{
    const cdr_taxonomy *t = &cdr_taxonomies[id];
    for (size_t i = 0; i < t->count; i++)
        if (!strcmp(t->entries[i].key, key))
            return &t->entries[i];
    return NULL;
}

static bool same_word(const char *a, const char *word, size_t len)
{
    return cdr_ascii_ieq(a, strlen(a), word, len);
}

const cdr_taxon *cdr_taxon_by_word(cdr_taxonomy_id id, const char *word)
{
    const cdr_taxonomy *t = &cdr_taxonomies[id];
    size_t len = strlen(word), singular = len > 1 && (word[len - 1] | 0x20) == 's' ? len - 1 : len;
    for (size_t i = 0; i < t->count; i++) {
        const cdr_taxon *x = &t->entries[i];
        if (same_word(x->key, word, len) || same_word(x->key, word, singular) || same_word(x->name, word, len) || same_word(x->name, word, singular))
            return x;
    }
    return NULL;
}

/* The nearest key; when none is near, the key that ends in the last word of ${key}: people leave out the middle. */
static const char *nearest(const cdr_taxonomy *t, const char *key)
{
    const char *keys[256];
    size_t count = CDR_MIN(t->count, CDR_COUNT(keys));
    for (size_t i = 0; i < count; i++)
        keys[i] = t->entries[i].key;
    const char *near = cdr_text_nearest(key, keys, count);
    const char *dot = strrchr(key, '.'), *last = dot ? dot + 1 : key;
    for (size_t i = 0; !near && *last && i < count; i++) {
        const char *d = strrchr(keys[i], '.');
        if (!strcmp(d ? d + 1 : keys[i], last))
            near = keys[i];
    }
    return near;
}

cdr_status cdr_taxon_check(cdr_taxonomy_id id, const char *key, const char *where, cdr_err *err)
{
    const cdr_taxonomy *t = &cdr_taxonomies[id];
    if (cdr_taxon_find(id, key))
        return CDR_OK;
    const char *near = nearest(t, key);
    return near ? cdr_fail(err, CDR_E_INVAL, "inventory", "inventory.taxonomy", "%s is no %s of the taxonomy; did you mean %s?", where, t->what, near)
                : cdr_fail(err, CDR_E_INVAL, "inventory", "inventory.taxonomy", "%s is no %s of the taxonomy (playbooks/taxonomy/fideslang.json).", where, t->what);
}

bool cdr_taxon_within(const char *key, const char *ancestor)
{
    size_t len = strlen(ancestor);
    return !strncmp(key, ancestor, len) && (key[len] == '\0' || key[len] == '.');
}
