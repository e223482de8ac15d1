/* SPDX-License-Identifier: Apache-2.0 */
/* What somebody wrote down about columns: "email: user.contact.email". */
#include "core/minimise/filter_map.h"

#include "base/csv.h"
#include "base/text.h"
#include "base/yaml.h"
#include "core/taxonomy/taxonomy.h"

#include <limits.h>
#include <string.h>

#define ENTRIES_MAX 16384u
#define FREE_TEXT "free text"
#define NOT_PERSONAL "not personal"

static bool matches(const char *pattern, size_t len, const char *name, size_t n)
{
    bool before = len > 1 && pattern[0] == '*', behind = len && pattern[len - 1] == '*';
    if (len == 1 && *pattern == '*')
        return true;
    pattern += before;
    len -= (size_t)before + behind;
    if (len > n)
        return false;
    if (before && behind) {
        for (size_t i = 0; i + len <= n; i++)
            if (cdr_ascii_ieq(pattern, len, name + i, len))
                return true;
        return false;
    }
    return before ? cdr_ascii_ieq(pattern, len, name + n - len, len) : behind ? cdr_ascii_ieq(pattern, len, name, len) : cdr_ascii_ieq(pattern, len, name, n);
}

/* Without the brackets of an array: "tags" is also each of tags. */
static bool matches_name(const char *pattern, size_t len, const char *name, size_t n)
{
    if (matches(pattern, len, name, n))
        return true;
    while (n > 2 && !memcmp(name + n - 2, "[]", 2))
        if (matches(pattern, len, name, n -= 2))
            return true;
    return false;
}

unsigned cdr_filter_name_level(const char *pattern, const char *name)
{
    size_t len = strlen(pattern), n = strlen(name);
    bool path = memchr(pattern, '.', len) != NULL;
    if (!strcmp(pattern, name))
        return UINT_MAX;
    const char *whole = !strncmp(name, "[].", 3) ? name + 3 : name;
    n -= (size_t)(whole - name);
    for (unsigned level = 1000; level && n; level--) {
        const char *dot = memrchr(whole, '.', n);
        if (path ? matches_name(pattern, len, whole, n) : matches_name(pattern, len, dot ? dot + 1 : whole, dot ? (size_t)(whole + n - dot) - 1 : n))
            return level;
        if (!dot)
            break;
        n = (size_t)(dot - whole);
    }
    return 0;
}

const cdr_filter_mapped *cdr_filter_map_find(const cdr_filter_map *m, const char *column)
{
    const cdr_filter_mapped *best = NULL;
    unsigned most = 0;
    for (size_t i = 0; m && i < m->count; i++) {
        unsigned level = cdr_filter_name_level(m->at[i].column, column);
        if (level > most) {
            most = level;
            best = &m->at[i];
        }
    }
    return best;
}

static cdr_status add(cdr_filter_map *m, cdr_arena *a, const char *column, const char *word, const char *where, cdr_err *err)
{
    if (m->count == ENTRIES_MAX)
        return cdr_fail(err, CDR_E_LIMIT, "minimise", "map.long", "%.120s has more than %u entries.", m->file, ENTRIES_MAX);
    cdr_filter_mapped *e = &m->at[m->count++];
    e->column = cdr_arena_strdup(a, column);
    if (!e->column)
        return cdr_fail_nomem(err, "minimise");
    if (!strcmp(word, FREE_TEXT) || !strcmp(word, "free_text")) {
        e->free_text = true;
        return CDR_OK;
    }
    if (!strcmp(word, NOT_PERSONAL) || !strcmp(word, "not_personal")) {
        e->not_personal = true;
        return CDR_OK;
    }
    if (cdr_form_parse(word, &e->form)) {
        cdr_transform t = {.form = e->form};
        return e->form == CDR_FORM_TOKENISED ? cdr_transform_check(&t, NULL, err) : CDR_OK;
    }
    cdr_status s = cdr_taxon_check(CDR_TAXONOMY_CATEGORY, word, where, err);
    const cdr_taxon *t = s == CDR_OK ? cdr_taxon_find(CDR_TAXONOMY_CATEGORY, word) : NULL;
    if (t)
        e->category = t->key;
    return s;
}

static cdr_status from_tree(cdr_filter_map *m, cdr_arena *a, json_t *tree, cdr_err *err)
{
    const char *key;
    json_t *value;
    if (!json_is_object(tree))
        return cdr_fail(err, CDR_E_INVAL, "minimise", "map.shape", "%.120s: a map has lines such as \"email: user.contact.email\" or \"notes: free text\".", m->file);
    m->at = cdr_arena_alloc(a, (json_object_size(tree) + 1) * sizeof *m->at);
    if (!m->at)
        return cdr_fail_nomem(err, "minimise");
    json_object_foreach(tree, key, value) {
        char where[300];
        snprintf(where, sizeof where, "%.120s: %.150s", m->file, key);
        if (!json_is_string(value))
            return cdr_fail(err, CDR_E_INVAL, "minimise", "map.value", "%s: what a column is called is a category, a form, \"" FREE_TEXT "\" or \"" NOT_PERSONAL "\".", where);
        cdr_status s = add(m, a, key, json_string_value(value), where, err);
        if (s != CDR_OK)
            return s;
    }
    return CDR_OK;
}

/* --- the same as CSV --- */

typedef struct rows { cdr_filter_map *m; cdr_arena *a; cdr_err *err; char *cells[2]; uint32_t count; size_t cap; cdr_status status; } rows;

static cdr_status on_cell(void *arg, uint64_t row, uint32_t column, const char *s, size_t len)
{
    rows *r = arg;
    (void)row;
    r->count = column + 1;
    if (column >= 2)
        return CDR_OK;
    r->cells[column] = cdr_arena_strndup(r->a, s, len);
    return r->cells[column] ? CDR_OK : (r->status = CDR_E_NOMEM);
}

static cdr_status on_row(void *arg, uint64_t row, uint32_t columns)
{
    rows *r = arg;
    char where[160];
    snprintf(where, sizeof where, "%.120s, row %llu", r->m->file, (unsigned long long)row + 1);
    if (columns == 1 && !*r->cells[0])
        return CDR_OK;
    if (columns != 2)
        return r->status = cdr_fail(r->err, CDR_E_INVAL, "minimise", "map.cells", "%s: a row of a map has two cells, the column and what it is.", where);
    const char *word = cdr_str_trim(r->cells[1]);
    if (row == 0 && (cdr_ascii_ieq(word, strlen(word), "category", 8) || cdr_ascii_ieq(word, strlen(word), "treatment", 9)))
        return CDR_OK;
    return r->status = add(r->m, r->a, r->cells[0], word, where, r->err);
}

static cdr_status from_csv(cdr_filter_map *m, cdr_arena *a, const char *text, size_t len, cdr_err *err)
{
    static const cdr_csv_events events = {on_cell, on_row};
    rows r = {.m = m, .a = a, .err = err};
    m->at = cdr_arena_alloc(a, ENTRIES_MAX * sizeof *m->at);
    cdr_csv_reader *reader = m->at ? cdr_csv_reader_new(memchr(text, ';', len) && !memchr(text, ',', len) ? ';' : ',', 65536, 64, &events, &r) : NULL;
    if (!reader)
        return cdr_fail_nomem(err, "minimise");
    cdr_err own = {0};
    cdr_status s = cdr_csv_feed(reader, text, len, true, &own);
    cdr_csv_reader_free(reader);
    if (s != CDR_OK && r.status == CDR_OK && err)
        *err = own;
    return r.status != CDR_OK ? r.status : s;
}

cdr_status cdr_filter_map_read(const char *text, size_t len, const char *file, cdr_arena *a, cdr_filter_map **ret, cdr_err *err)
{
    size_t n = strlen(file);
    cdr_filter_map *m = *ret = cdr_arena_alloc(a, sizeof *m);
    if (!m)
        return cdr_fail_nomem(err, "minimise");
    m->file = file;
    if (n > 4 && cdr_ascii_ieq(file + n - 4, 4, ".csv", 4))
        return from_csv(m, a, text, len, err);
    _cleanup_json_ json_t *tree = NULL;
    cdr_status s = cdr_yaml_parse(text, len, file, &tree, err);
    return s == CDR_OK ? from_tree(m, a, tree, err) : s;
}
