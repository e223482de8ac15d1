/* SPDX-License-Identifier: Apache-2.0 */
/* What scans saw: objects with findings, and the lists of the report that are made of them. */
#include "core/report/audit_parts.h"

#include "base/io.h"
#include "core/report/words.h"
#include "detect/observation.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define SENSITIVE (CDR_FAMILY_BIT(CDR_FAMILY_PAYMENT) | CDR_FAMILY_BIT(CDR_FAMILY_BANK) | CDR_FAMILY_BIT(CDR_FAMILY_GOVERNMENT) | CDR_FAMILIES_SPECIAL)
enum { MANY_PEOPLE = 100 };

static cdr_status nomem(build *b)
{
    return cdr_fail_nomem(b->err, "report");
}

static bool is_at(const cdr_inv_system *s, const cdr_inv_dataset *d)
{
    return d->system[0] ? s->registered && !strcmp(s->key, d->system) : !s->registered && !strcmp(s->name, d->place);
}

static size_t system_of(build *b, const cdr_inv_dataset *d)
{
    const cdr_inv_overview *v = &b->overview;
    if (b->last_system < v->system_count && is_at(&v->systems[b->last_system], d))
        return b->last_system;
    for (size_t i = 0; i < v->system_count; i++)
        if (is_at(&v->systems[i], d))
            return b->last_system = i;
    /* A place beyond the number that the overview tells apart. */
    return v->system_count > 0 ? v->system_count - 1 : SIZE_MAX;
}

static const char *families_words(build *b, uint32_t bits)
{
    cdr_buf text = CDR_BUF(512);
    for (size_t f = CDR_FAMILY_NONE + 1; f < CDR_FAMILY__MAX; f++)
        if (bits & CDR_FAMILY_BIT(f))
            cdr_buf_addf(&text, "%s%s", text.len ? ", " : "", cdr_family_name((cdr_family)f));
    if (text.len > 0 && text.data[0] >= 'a' && text.data[0] <= 'z')
        text.data[0] = (char)(text.data[0] - 32);
    const char *kept = build_keep(b, text.data);
    cdr_buf_done(&text);
    return kept;
}

static cdr_status add_unregistered(build *b, const object *o)
{
    if (o->families == 0)
        return CDR_OK;
    cdr_audit_place *p = place_list_push(&b->unregistered);
    cdr_buf text = CDR_BUF(64);
    if (o->fact.people_doubt)
        cdr_words_people(&text, o->fact.people - o->fact.people_doubt, o->fact.people, false);
    else
        cdr_words_count(&text, o->fact.people, "person", "people");
    const char *where = build_keep(b, text.data), *what = families_words(b, o->families);
    cdr_buf_done(&text);
    if (!p || !where || !what)
        return nomem(b);
    *p = (cdr_audit_place){o->fact.path, "", what, where, "", o->fact.people, o->fact.people >= MANY_PEOPLE || o->families & SENSITIVE ? CDR_SEV_HIGH : CDR_SEV_MEDIUM};
    return CDR_OK;
}

static cdr_status add_object(void *arg, const cdr_inv_dataset *d)
{
    build *b = arg;
    size_t system = system_of(b, d);
    object *o = object_list_push(&b->objects);
    if (!o || system == SIZE_MAX)
        return o ? cdr_fail(b->err, CDR_E_CORRUPT, "report", "report.no-place", "The inventory lists objects, but no place that holds them; run candor doctor.") : nomem(b);
    o->id = d->id;
    o->key = build_keep(b, d->path);
    bool hidden = audit_path_speaks(b->source, d->container);
    o->families = d->families & ~CDR_FAMILY_BIT(CDR_FAMILY_NONE);
    o->fact = (cdr_fact_object){.path = build_display(b, d->path, d->id), .real = build_keep(b, audit_shortened(b->source, d->path)), .format = build_keep(b, d->format),
                                .file = hidden ? "" : build_keep(b, d->container), .object = hidden ? d->id : 0,
                                .outer = build_keep(b, d->container), .outer_shown = build_display(b, d->container, d->id), .inside = strcmp(d->path, d->container) != 0,
                                .system = system, .everyone = d->mode & S_IROTH && cdr_reach_open(&b->reach, d->container), .mtime_us = d->mtime_us, .people = d->people_max, .copy_of = "",
                                .copy_system = SIZE_MAX};
    /* Other places may tell who is who. */
    o->fact.people = CDR_MIN(o->fact.people, b->audit->people_max);
    o->fact.people_doubt = o->fact.people - CDR_MIN(d->people_min, o->fact.people);
    if (!o->key || !o->fact.path || !o->fact.real || !o->fact.format || !o->fact.file || !o->fact.outer || !o->fact.outer_shown)
        return nomem(b);
    return d->system[0] ? CDR_OK : add_unregistered(b, o);
}

static int by_id(const void *a, const void *b, void *arg)
{
    const object *at = arg;
    int64_t x = at[*(const size_t *)a].id, y = at[*(const size_t *)b].id;
    return x < y ? -1 : x > y;
}

static int by_key(const void *a, const void *b, void *arg)
{
    const object *at = arg;
    return strcmp(at[*(const size_t *)a].key, at[*(const size_t *)b].key);
}

static cdr_status index_objects(build *b)
{
    size_t n = b->objects.len;
    b->by_id = cdr_alloc_array(n + 1, sizeof *b->by_id);
    b->by_key = cdr_alloc_array(n + 1, sizeof *b->by_key);
    if (!b->by_id || !b->by_key)
        return nomem(b);
    for (size_t i = 0; i < n; i++)
        b->by_id[i] = b->by_key[i] = i;
    if (n > 1) {
        qsort_r(b->by_id, n, sizeof *b->by_id, by_id, b->objects.at);
        qsort_r(b->by_key, n, sizeof *b->by_key, by_key, b->objects.at);
    }
    return CDR_OK;
}

static object *object_with(build *b, int64_t id, size_t *ret_index)
{
    size_t low = 0, high = b->objects.len;
    while (low < high) {
        size_t middle = (low + high) / 2;
        int64_t there = b->objects.at[b->by_id[middle]].id;
        if (there == id) {
            *ret_index = b->by_id[middle];
            return &b->objects.at[*ret_index];
        }
        if (there < id)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

static const char *where_words(build *b, const cdr_inv_finding *f)
{
    if (!strcmp(f->field, CDR_FIELD_FILE_NAME))
        return "in the name of the file or folder";
    if (f->field[0])
        return cdr_arena_printf(b->arena, "column %s", f->field);
    return f->sample_count > 0 && f->samples[0].line > 0 ? cdr_arena_printf(b->arena, "line %" PRIu64, f->samples[0].line) : "free text";
}

static cdr_status list_finding(build *b, place_list *list, const object *o, const cdr_inv_finding *f, uint64_t sure)
{
    cdr_audit_place *p = place_list_push(list);
    if (!p)
        return nomem(b);
    *p = (cdr_audit_place){.path = o->fact.path, .system = b->overview.systems[o->fact.system].registered ? b->overview.systems[o->fact.system].name : "",
                           .what = f->rule_name[0] ? build_keep(b, f->rule_title) : cdr_kind_get(f->kind)->title, .where = where_words(b, f),
                           .masked = build_keep(b, f->sample_count > 0 ? f->samples[0].masked : ""), .count = sure,
                           .severity = list == &b->secrets && o->fact.everyone ? CDR_SEV_SEVERE : CDR_SEV_HIGH};
    return p->what && p->where && p->masked ? CDR_OK : nomem(b);
}

/* Samples are the strongest; as long as all fit, the first of the text is among them. */
static void first_line(const cdr_inv_finding *f, cdr_fact_finding *ret)
{
    for (size_t i = 0; i < f->sample_count; i++)
        if (f->samples[i].line > 0 && cdr_band_of(f->samples[i].confidence) >= CDR_BAND_MEDIUM && (ret->line == 0 || f->samples[i].line < ret->line))
            ret->line = f->samples[i].line;
    bool one_band = f->by_band[CDR_BAND_HIGH] == 0 || f->by_band[CDR_BAND_MEDIUM] == 0;
    ret->line_unsure = !one_band && f->sample_count >= CDR_SAMPLES_MAX;
}

static cdr_status add_finding(void *arg, const cdr_inv_finding *f)
{
    build *b = arg;
    b->audit->weak_left_out += audit_is_weak(b->source, f);
    uint64_t sure = f->by_band[CDR_BAND_HIGH] + f->by_band[CDR_BAND_MEDIUM];
    size_t index;
    const object *o = sure > 0 ? object_with(b, f->dataset_id, &index) : NULL;
    if (!o)
        return CDR_OK;
    object_finding *x = object_finding_list_push(&b->findings);
    if (!x)
        return nomem(b);
    *x = (object_finding){index, {.kind = f->kind, .field = build_keep(b, f->field), .sure = sure, .distinct = f->distinct}};
    first_line(f, &x->fact);
    if (!x->fact.field)
        return nomem(b);
    cdr_family family = cdr_kind_get(f->kind)->family;
    if (family == CDR_FAMILY_SECRET)
        return list_finding(b, &b->secrets, o, f, sure);
    return family == CDR_FAMILY_HEALTH || family == CDR_FAMILY_SPECIAL ? list_finding(b, &b->special, o, f, sure) : CDR_OK;
}

static int by_object(const void *a, const void *b)
{
    const object_finding *x = a, *y = b;
    return x->object != y->object ? (x->object < y->object ? -1 : 1) : x < y ? -1 : x > y;
}

static size_t registered_with(const build *b, const char *key)
{
    for (size_t i = 0; i < b->overview.system_count; i++)
        if (b->overview.systems[i].registered && !strcmp(b->overview.systems[i].key, key))
            return i;
    return SIZE_MAX;
}

static object *object_at(build *b, const char *key)
{
    size_t low = 0, high = b->objects.len;
    while (low < high) {
        size_t middle = (low + high) / 2;
        object *o = &b->objects.at[b->by_key[middle]];
        int order = strcmp(o->key, key);
        if (order == 0)
            return o;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

static cdr_status add_copy(void *arg, const cdr_inv_copy *c)
{
    build *b = arg;
    bool twin = c->of[0] == '\0';
    if (!twin && c->system[0])
        return CDR_OK;     /* another registered system with the same customers: the overlaps show it */
    cdr_audit_place *p = place_list_push(&b->copies);
    const char *of = twin ? build_display(b, c->twin, 0) : build_keep(b, c->of_name);
    if (!p || !of)
        return nomem(b);
    cdr_buf text = CDR_BUF(200);
    if (twin)
        cdr_buf_adds(&text, "byte for byte the same");
    else {
        cdr_words_number(&text, c->shared);
        cdr_buf_adds(&text, " of ");
        cdr_words_count(&text, c->record_people, "person", "people");
    }
    object *o = object_at(b, c->path);
    *p = (cdr_audit_place){o ? o->fact.path : build_display(b, c->path, 0), build_keep(b, c->system_name), cdr_arena_printf(b->arena, "copy of %s", of), build_keep(b, text.data), "", twin ? c->object_people : c->shared,
                           twin || c->shared < MANY_PEOPLE ? CDR_SEV_MEDIUM : CDR_SEV_HIGH};
    cdr_buf_done(&text);
    if (o && !o->fact.copy_of[0]) {
        o->fact.copy_of = of;
        o->fact.copy_system = twin ? SIZE_MAX : registered_with(b, c->of);
        o->fact.shared = c->shared;
        o->fact.record_people = c->record_people;
    }
    return p->path && p->system && p->what && p->where ? CDR_OK : nomem(b);
}

static cdr_status sort_findings(build *b)
{
    if (b->findings.len > 1)
        qsort(b->findings.at, b->findings.len, sizeof *b->findings.at, by_object);
    cdr_fact_finding *facts = cdr_arena_alloc(b->arena, (b->findings.len + 1) * sizeof *facts);
    if (!facts)
        return nomem(b);
    for (size_t i = 0; i < b->findings.len; i++) {
        facts[i] = b->findings.at[i].fact;
        cdr_fact_object *o = &b->objects.at[b->findings.at[i].object].fact;
        if (o->finding_count++ == 0)
            o->findings = &facts[i];
    }
    return CDR_OK;
}

static int most_first(const void *a, const void *b)
{
    const cdr_audit_place *x = a, *y = b;
    if (x->severity != y->severity)
        return x->severity > y->severity ? -1 : 1;
    return x->count != y->count ? (x->count > y->count ? -1 : 1) : strcmp(x->path, y->path);
}

cdr_status build_objects(build *b)
{
    const cdr_inv_filter with_findings = {.with_findings = true}, all = {0};
    cdr_status s = cdr_inventory_each_dataset(b->inv, &with_findings, add_object, b, b->err);
    if (s == CDR_OK)
        s = index_objects(b);
    if (s == CDR_OK)
        s = cdr_inventory_each_finding(b->inv, &all, add_finding, b, b->err);
    if (s == CDR_OK)
        s = sort_findings(b);
    if (s == CDR_OK)
        s = cdr_inventory_each_copy(b->inv, 0, add_copy, b, b->err);
    place_list *const lists[] = {&b->secrets, &b->special, &b->unregistered};
    for (size_t i = 0; i < CDR_COUNT(lists); i++)
        if (lists[i]->len > 1)
            qsort(lists[i]->at, lists[i]->len, sizeof *lists[i]->at, most_first);
    return s;
}
