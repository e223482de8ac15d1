/* SPDX-License-Identifier: Apache-2.0 */
/* Hierarchies of values: read from their table, asked for forms, seen as a tree. */
#include "base/csv.h"
#include "core/anonymity/inside.h"

#include <stdio.h>
#include <string.h>

#define CELL_MAX 4096u

struct cdr_hierarchy {
    cdr_codes values;            /* values, */
    cdr_codes forms;             /* and all their forms */
    uint32_t *table;             /* levels per value: the form's number */
    size_t table_cap;
    unsigned levels;
};

void cdr_hierarchy_free(cdr_hierarchy *h)
{
    if (!h)
        return;
    cdr_codes_done(&h->values);
    cdr_codes_done(&h->forms);
    cdr_free(h->table);
    cdr_free(h);
}

unsigned cdr_hierarchy_levels(const cdr_hierarchy *h)
{
    return h->levels;
}

/* --- reading --- */

typedef struct reading { cdr_hierarchy *h; const char *name; uint32_t line[CDR_HIERARCHY_LEVELS_MAX + 1]; uint32_t count; bool is_new; cdr_err *err; } reading;

static cdr_status wrong(reading *r, uint64_t row, const char *what)
{
    return cdr_fail(r->err, CDR_E_INVAL, "anonymity", "hierarchy.row", "%s, row %llu: %s.", r->name, (unsigned long long)row + 1, what);
}

static cdr_status on_cell(void *arg, uint64_t row, uint32_t column, const char *s, size_t len)
{
    reading *r = arg;
    if (column > CDR_HIERARCHY_LEVELS_MAX)
        return wrong(r, row, "there are more than 32 levels");
    uint32_t before = r->h->values.count, code = cdr_codes_put(column ? &r->h->forms : &r->h->values, s, len);
    if (code == CDR_NO_CODE)
        return cdr_fail_nomem(r->err, "anonymity");
    if (!column)
        r->is_new = r->h->values.count > before;
    r->line[column] = code;
    return CDR_OK;
}

static bool keep_line(reading *r)
{
    cdr_hierarchy *h = r->h;
    size_t need = (size_t)h->values.count * h->levels;
    if (need > h->table_cap) {
        size_t cap = CDR_MAX(need, h->table_cap * 2);
        uint32_t *table = cdr_realloc_array(h->table, cap, sizeof *table);
        if (!table)
            return false;
        h->table = table;
        h->table_cap = cap;
    }
    memcpy(h->table + (size_t)r->line[0] * h->levels, r->line + 1, h->levels * sizeof *h->table);
    return true;
}

static cdr_status on_row(void *arg, uint64_t row, uint32_t columns)
{
    reading *r = arg;
    cdr_hierarchy *h = r->h;
    if (columns < 2)
        return wrong(r, row, "a value needs at least one coarser form behind it, parted by ; or ,");
    if (!h->levels)
        h->levels = columns - 1;
    if (columns - 1 != h->levels)
        return wrong(r, row, "it has another number of levels than the first row");
    if (!r->is_new)
        return memcmp(h->table + (size_t)r->line[0] * h->levels, r->line + 1, h->levels * sizeof *h->table) ? wrong(r, row, "the value was there before, with other forms") : CDR_OK;
    return keep_line(r) ? CDR_OK : cdr_fail_nomem(r->err, "anonymity");
}

static char delimiter_of(const char *text, size_t len)
{
    const char *end = memchr(text, '\n', len);
    size_t n = end ? (size_t)(end - text) : len;
    return memchr(text, ';', n) ? ';' : memchr(text, '\t', n) ? '\t' : ',';
}

cdr_status cdr_hierarchy_parse(const char *text, size_t len, const char *name, cdr_hierarchy **ret, cdr_err *err)
{
    static const cdr_csv_events events = {on_cell, on_row};
    reading r = {.h = cdr_alloc(sizeof *r.h), .name = name, .err = err};
    *ret = NULL;
    if (!r.h)
        return cdr_fail_nomem(err, "anonymity");
    if (len >= 3 && !memcmp(text, "\xEF\xBB\xBF", 3))
        text += 3, len -= 3;
    cdr_csv_reader *csv = cdr_csv_reader_new(delimiter_of(text, len), CELL_MAX, CDR_HIERARCHY_LEVELS_MAX + 2, &events, &r);
    cdr_status s = csv ? cdr_csv_feed(csv, text, len, true, err) : cdr_fail_nomem(err, "anonymity");
    cdr_csv_reader_free(csv);
    if (s == CDR_OK && !r.h->values.count)
        s = cdr_fail(err, CDR_E_INVAL, "anonymity", "hierarchy.empty", "%s holds no values.", name);
    if (s != CDR_OK) {
        cdr_hierarchy_free(r.h);
        return s;
    }
    *ret = r.h;
    return CDR_OK;
}

const char *cdr_hierarchy_form(const cdr_hierarchy *h, const char *value, size_t len, unsigned level)
{
    uint32_t code = cdr_codes_find(&h->values, value, len);
    if (code == CDR_NO_CODE || level > h->levels)
        return NULL;
    return level ? h->forms.texts[h->table[(size_t)code * h->levels + level - 1]] : h->values.texts[code];
}

/* --- as a tree --- */

/* Nodes above the leaves are told apart by what lies above them: {form, parent}, from the root downwards. One root is put on top. */
static cdr_status add_path(const cdr_hierarchy *h, uint32_t value, cdr_groups *nodes, uint32_t *ret_lowest)
{
    uint32_t parent = 0;
    for (unsigned level = h->levels; level > 0; level--) {
        uint32_t key[2] = {h->table[(size_t)value * h->levels + level - 1], parent};
        parent = cdr_groups_add(nodes, key, 0);
        if (parent == CDR_NO_CODE)
            return CDR_E_NOMEM;
        parent++;   /* 0 is the root */
    }
    *ret_lowest = parent;
    return CDR_OK;
}

/* The same form on top of all values is the root itself: then the tree is one lower. */
static bool one_top(const cdr_hierarchy *h, const cdr_codes *values)
{
    uint32_t first = CDR_NO_CODE;
    for (uint32_t i = 0; i < values->count; i++) {
        uint32_t code = cdr_codes_find(&h->values, values->texts[i], values->lens[i]);
        uint32_t top = code == CDR_NO_CODE ? CDR_NO_CODE : h->table[(size_t)code * h->levels + h->levels - 1];
        if (i && top != first)
            return false;
        first = top;
    }
    return true;
}

cdr_status cdr_hierarchy_tree(const cdr_hierarchy *h, const cdr_codes *values, const char *column, cdr_tree *ret, cdr_err *err)
{
    cdr_groups nodes = {.width = 2};
    *ret = (cdr_tree){.leaves = values->count, .height = h->levels + (one_top(h, values) ? 0 : 1)};
    uint32_t *lowest = cdr_alloc_array(values->count + 1u, sizeof *lowest);
    cdr_status s = lowest ? CDR_OK : cdr_fail_nomem(err, "anonymity");
    uint32_t unknown = 0;
    for (uint32_t i = 0; s == CDR_OK && i < values->count; i++) {
        uint32_t code = cdr_codes_find(&h->values, values->texts[i], values->lens[i]);
        unknown += code == CDR_NO_CODE;
        if (code != CDR_NO_CODE && add_path(h, code, &nodes, &lowest[i]) != CDR_OK)
            s = cdr_fail_nomem(err, "anonymity");
    }
    if (s == CDR_OK && unknown)
        s = cdr_fail(err, CDR_E_INVAL, "anonymity", "hierarchy.lacks", "The hierarchy of the column %.60s lacks %u of its values; add a row for each.", column, unknown);
    ret->nodes = values->count + nodes.count + 1;
    if (s == CDR_OK && !(ret->parent = cdr_alloc_array(ret->nodes, sizeof *ret->parent)))
        s = cdr_fail_nomem(err, "anonymity");
    /* Node n (1-based, 0 the root) of the groups becomes leaves + n - 1. */
    uint32_t root = ret->nodes - 1;
    for (uint32_t i = 0; s == CDR_OK && i < values->count; i++)
        ret->parent[i] = lowest[i] ? values->count + lowest[i] - 1 : root;
    for (uint32_t i = 0; s == CDR_OK && i < nodes.count; i++)
        ret->parent[values->count + i] = nodes.keys[2 * (size_t)i + 1] ? values->count + nodes.keys[2 * (size_t)i + 1] - 1 : root;
    if (s == CDR_OK)
        ret->parent[root] = root;
    cdr_free(lowest);
    cdr_groups_done(&nodes);
    return s;
}
