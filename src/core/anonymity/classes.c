/* SPDX-License-Identifier: Apache-2.0 */
/* Rows into equivalence classes, and what follows from the classes' sizes. */
#include "core/anonymity/inside.h"

#include <string.h>

#define MEMORY_MAX ((size_t)1 << 30)
#define LOOK_EVERY 4096u   /* rows between two looks at the memory */

cdr_status cdr_anonymity_new(const cdr_anonymity_spec *spec, cdr_anonymity **ret, cdr_err *err)
{
    *ret = NULL;
    if (spec->quasi_count > CDR_ANONYMITY_QUASI_MAX || spec->sensitive_count > CDR_ANONYMITY_SENSITIVE_MAX)
        return cdr_fail(err, CDR_E_LIMIT, "anonymity", "anonymity.columns", "At most %u quasi-identifiers and %u sensitive columns are judged at once.", CDR_ANONYMITY_QUASI_MAX,
                        CDR_ANONYMITY_SENSITIVE_MAX);
    for (size_t i = 0; i < spec->quasi_count; i++)
        if (spec->quasi[i].level && (!spec->quasi[i].hierarchy || spec->quasi[i].level > cdr_hierarchy_levels(spec->quasi[i].hierarchy)))
            return cdr_fail(err, CDR_E_INVAL, "anonymity", "anonymity.level", "The column %.60s has no level %u: its hierarchy has %u.", spec->quasi[i].name, spec->quasi[i].level,
                            spec->quasi[i].hierarchy ? cdr_hierarchy_levels(spec->quasi[i].hierarchy) : 0);
    cdr_anonymity *a = cdr_alloc(sizeof *a);
    if (!a)
        return cdr_fail_nomem(err, "anonymity");
    a->spec = *spec;
    a->spec.l = spec->l ? spec->l : 2;
    a->spec.memory_max = spec->memory_max ? spec->memory_max : MEMORY_MAX;
    a->classes.width = (uint32_t)spec->quasi_count;
    for (size_t i = 0; i < spec->quasi_count; i++)
        a->quasi[i].codes.seed = a->quasi[i].raw.seed = spec->seed;
    for (size_t i = 0; i < spec->sensitive_count; i++) {
        a->values[i].seed = spec->seed;
        a->pairs[i].width = 2;
    }
    *ret = a;
    return CDR_OK;
}

void cdr_anonymity_free(cdr_anonymity *a)
{
    if (!a)
        return;
    for (size_t i = 0; i < CDR_ANONYMITY_QUASI_MAX; i++) {
        cdr_codes_done(&a->quasi[i].codes);
        cdr_codes_done(&a->quasi[i].raw);
        cdr_free(a->quasi[i].form_of);
    }
    for (size_t i = 0; i < CDR_ANONYMITY_SENSITIVE_MAX; i++) {
        cdr_codes_done(&a->values[i]);
        cdr_groups_done(&a->pairs[i]);
    }
    cdr_groups_done(&a->classes);
    cdr_free(a->people);
    cdr_free(a);
}

/* --- rows --- */

/* The form is looked up once for each different value. */
static cdr_status form_code(const cdr_anonymity_column *column, cdr_quasi *q, const char *s, size_t len, uint32_t *ret, cdr_err *err)
{
    uint32_t known = q->raw.count, raw = cdr_codes_put(&q->raw, s, len);
    if (raw == CDR_NO_CODE)
        return cdr_fail_nomem(err, "anonymity");
    if (raw < known) {
        *ret = q->form_of[raw];
        return CDR_OK;
    }
    if (raw >= q->form_cap) {
        uint32_t cap = q->form_cap ? q->form_cap * 2 : 64;
        uint32_t *form_of = cdr_realloc_array(q->form_of, cap, sizeof *form_of);
        if (!form_of)
            return cdr_fail_nomem(err, "anonymity");
        q->form_of = form_of;
        q->form_cap = cap;
    }
    const char *form = cdr_hierarchy_form(column->hierarchy, s, len, column->level);
    if (!form)
        return cdr_fail(err, CDR_E_INVAL, "anonymity", "anonymity.form", "The hierarchy of the column %.60s lacks a value that is in the extract; add a row for each.", column->name);
    *ret = q->form_of[raw] = cdr_codes_put(&q->codes, form, strlen(form));
    return *ret == CDR_NO_CODE ? cdr_fail_nomem(err, "anonymity") : CDR_OK;
}

static size_t bytes_of(const cdr_anonymity *a)
{
    size_t n = cdr_groups_bytes(&a->classes);
    for (size_t i = 0; i < a->spec.quasi_count; i++)
        n += cdr_codes_bytes(&a->quasi[i].codes) + cdr_codes_bytes(&a->quasi[i].raw) + a->quasi[i].form_cap * sizeof(uint32_t);
    for (size_t i = 0; i < a->spec.sensitive_count; i++)
        n += cdr_codes_bytes(&a->values[i]) + cdr_groups_bytes(&a->pairs[i]);
    return n;
}

static cdr_status check_memory(const cdr_anonymity *a, cdr_err *err)
{
    if (a->rows >= UINT32_MAX - LOOK_EVERY)
        return cdr_fail(err, CDR_E_LIMIT, "anonymity", "anonymity.rows", "More than four thousand million rows are not judged; take a part.");
    if (bytes_of(a) <= a->spec.memory_max)
        return CDR_OK;
    return cdr_fail(err, CDR_E_LIMIT, "anonymity", "anonymity.memory", "After %llu rows there are more different combinations than fit into %zu MiB of memory: nearly every row is unique, or there is "
                    "too much of it. Leave out columns, judge a part, or allow more.", (unsigned long long)a->rows, a->spec.memory_max >> 20);
}

cdr_status cdr_anonymity_add(cdr_anonymity *a, const cdr_row_cell *cells, cdr_err *err)
{
    uint32_t key[CDR_ANONYMITY_QUASI_MAX + 1];
    for (size_t i = 0; i < a->spec.quasi_count; i++) {
        const char *s = cells[i].s ? cells[i].s : "";
        if (!a->spec.quasi[i].level)
            key[i] = cdr_codes_put(&a->quasi[i].codes, s, cells[i].len);
        else {
            cdr_status st = form_code(&a->spec.quasi[i], &a->quasi[i], s, cells[i].len, &key[i], err);
            if (st != CDR_OK)
                return st;
        }
        if (key[i] == CDR_NO_CODE)
            return cdr_fail_nomem(err, "anonymity");
    }
    uint32_t class = cdr_groups_add(&a->classes, key, 1);
    bool ok = class != CDR_NO_CODE;
    for (size_t i = 0; ok && i < a->spec.sensitive_count; i++) {
        const cdr_row_cell *c = &cells[a->spec.quasi_count + i];
        uint32_t pair[2] = {class, cdr_codes_put(&a->values[i], c->s ? c->s : "", c->len)};
        ok = pair[1] != CDR_NO_CODE && cdr_groups_add(&a->pairs[i], pair, 1) != CDR_NO_CODE;
    }
    if (!ok)
        return cdr_fail_nomem(err, "anonymity");
    a->rows++;
    return a->rows % LOOK_EVERY ? CDR_OK : check_memory(a, err);
}

/* --- figures --- */

static void figures_of(const cdr_groups *g, uint64_t rows, uint64_t threshold, cdr_anonymity_figures *ret)
{
    *ret = (cdr_anonymity_figures){.rows = rows, .classes = g->count, .k = g->count ? UINT64_MAX : 0};
    for (uint32_t i = 0; i < g->count; i++) {
        uint64_t size = g->counts[i];
        ret->uniques += size == 1;
        ret->k = CDR_MIN(ret->k, size);
        ret->largest = CDR_MAX(ret->largest, size);
        ret->rows_below += size < threshold ? size : 0;
        ret->discernibility += (double)size * (double)size;
    }
    ret->max_risk = ret->k ? 1 / (double)ret->k : 0;
    ret->average_risk = rows ? (double)g->count / (double)rows : 0;
}

void cdr_anonymity_figures_get(const cdr_anonymity *a, cdr_anonymity_figures *ret)
{
    figures_of(&a->classes, a->rows, a->spec.threshold, ret);
}

void cdr_anonymity_sizes(const cdr_anonymity *a, uint64_t from, uint64_t to, uint64_t *ret_classes, uint64_t *ret_rows)
{
    *ret_classes = *ret_rows = 0;
    for (uint32_t i = 0; i < a->classes.count; i++)
        if (a->classes.counts[i] >= from && a->classes.counts[i] <= to) {
            ++*ret_classes;
            *ret_rows += a->classes.counts[i];
        }
}

size_t cdr_anonymity_value_count(const cdr_anonymity *a, size_t column)
{
    return a->quasi[column].codes.count;
}

const char *cdr_anonymity_value(const cdr_anonymity *a, size_t column, size_t i, size_t *ret_len)
{
    *ret_len = a->quasi[column].codes.lens[i];
    return a->quasi[column].codes.texts[i];
}

/* --- the population --- */

/* A value that the extract does not have is nobody's there; one that the hierarchy does not know neither. */
static uint32_t known_code(const cdr_anonymity_column *column, const cdr_quasi *q, const cdr_row_cell *cell)
{
    const char *s = cell->s ? cell->s : "";
    size_t len = cell->len;
    if (column->level) {
        s = cdr_hierarchy_form(column->hierarchy, s, len, column->level);
        len = s ? strlen(s) : 0;
    }
    return s ? cdr_codes_find(&q->codes, s, len) : CDR_NO_CODE;
}

cdr_status cdr_anonymity_population_add(cdr_anonymity *a, const cdr_row_cell *cells, cdr_err *err)
{
    uint32_t key[CDR_ANONYMITY_QUASI_MAX + 1], class = 0;
    if (!a->people && !(a->people = cdr_alloc_array(a->classes.count + 1u, sizeof *a->people)))
        return cdr_fail_nomem(err, "anonymity");
    for (size_t i = 0; class != CDR_NO_CODE && i < a->spec.quasi_count; i++)
        class = key[i] = known_code(&a->spec.quasi[i], &a->quasi[i], &cells[i]);
    if (class != CDR_NO_CODE)
        class = cdr_groups_find(&a->classes, key);
    a->population++;
    if (class == CDR_NO_CODE)
        a->outsiders++;
    else if (a->people[class] < UINT32_MAX)
        a->people[class]++;
    return CDR_OK;
}

void cdr_anonymity_population_get(const cdr_anonymity *a, cdr_anonymity_population *ret)
{
    *ret = (cdr_anonymity_population){.rows = a->population, .k_map = a->people ? UINT64_MAX : 0, .presence_min = a->outsiders || !a->people ? 0 : 1};
    for (uint32_t i = 0; a->people && i < a->classes.count; i++) {
        double rows = a->classes.counts[i], share = a->people[i] ? rows / a->people[i] : 1;
        ret->k_map = CDR_MIN(ret->k_map, a->people[i]);
        ret->unique_rows += a->people[i] <= 1 ? a->classes.counts[i] : 0;
        ret->missing_rows += a->people[i] < a->classes.counts[i] ? a->classes.counts[i] : 0;
        ret->presence_min = CDR_MIN(ret->presence_min, share);
        ret->presence_max = CDR_MAX(ret->presence_max, share);
    }
}

/* --- what would be --- */

/* The coarser form of each value as a number; a value that has none keeps to itself, behind all forms. */
static cdr_status coarser(const cdr_codes *values, cdr_anonymity_form *form, void *arg, uint32_t *ret, cdr_err *err)
{
    cdr_codes forms = {0};
    cdr_status s = CDR_OK;
    for (uint32_t i = 0; i < values->count && s == CDR_OK; i++) {
        char text[256 + 1] = "f";   /* "f" a form, "v" a value */
        bool has = form(arg, values->texts[i], values->lens[i], text + 1);
        if (has)
            ret[i] = cdr_codes_put(&forms, text, strlen(text));
        else {
            uint32_t own[2] = {'v', i};
            ret[i] = cdr_codes_put(&forms, (const char *)own, sizeof own);
        }
        if (ret[i] == CDR_NO_CODE)
            s = cdr_fail_nomem(err, "anonymity");
    }
    cdr_codes_done(&forms);
    return s;
}

cdr_status cdr_anonymity_without(cdr_anonymity *a, size_t column, cdr_anonymity_form *form, void *arg, cdr_anonymity_figures *ret, cdr_err *err)
{
    cdr_groups g = {.width = a->classes.width};
    uint32_t key[CDR_ANONYMITY_QUASI_MAX + 1];
    _cleanup_free_ uint32_t *map = cdr_alloc_array(a->quasi[column].codes.count + 1u, sizeof *map);   /* all one: left out */
    cdr_status s = map ? CDR_OK : cdr_fail_nomem(err, "anonymity");
    if (s == CDR_OK && form)
        s = coarser(&a->quasi[column].codes, form, arg, map, err);
    for (uint32_t i = 0; s == CDR_OK && i < a->classes.count; i++) {
        memcpy(key, a->classes.keys + (size_t)i * g.width, g.width * sizeof *key);
        key[column] = map[key[column]];
        if (cdr_groups_add(&g, key, a->classes.counts[i]) == CDR_NO_CODE)
            s = cdr_fail_nomem(err, "anonymity");
    }
    figures_of(&g, a->rows, a->spec.threshold, ret);
    cdr_groups_done(&g);
    return s;
}
