/* SPDX-License-Identifier: Apache-2.0 */
/* What scans saw, as facts: objects with their fields, copies, what retention counted, what is left of erased values. */
#include "core/minimise/facts_parts.h"

#include "core/minimise/residue.h"
#include "core/minimise/retention.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

/* --- objects --- */

static bool is_at(const gather *g, const cdr_judge_system *s, const cdr_inv_dataset *d)
{
    if (d->system[0])
        return s->registered && !strcmp(s->key, d->system);
    return !s->registered && !strcmp(s->name, cdr_path_mask(g->masker, cdr_inventory_display(g->inv, d->place)));
}

static size_t system_of(gather *g, const cdr_inv_dataset *d)
{
    if (g->last_system < g->system_count && is_at(g, &g->systems[g->last_system], d))
        return g->last_system;
    for (size_t i = 0; i < g->system_count; i++)
        if (is_at(g, &g->systems[i], d))
            return g->last_system = i;
    /* A place beyond the number that the overview tells apart. */
    return g->system_count > 0 ? g->system_count - 1 : SIZE_MAX;
}

static bool ends_in(const char *path, const char *ending)
{
    size_t n = strlen(path), m = strlen(ending);
    return n >= m && !strcasecmp(path + n - m, ending);
}

static bool is_log(const char *path)
{
    return ends_in(path, ".log") || strcasestr(path, ".log.") || strcasestr(path, "/log/") || strcasestr(path, "/logs/") || !strncasecmp(path, "logs/", 5) || !strncasecmp(path, "log/", 4);
}

static bool is_backup(const char *path)
{
    static const char *const words[] = {"backup", "back-up", "/bak/", ".bak", ".old", "/old/", "archive/", "/dump", ".dump", "_dump", "-dump", "sicherung", "sauvegarde", "copia"};
    for (size_t i = 0; i < CDR_COUNT(words); i++)
        if (strcasestr(path, words[i]))
            return true;
    return false;
}

static bool keep_path(gather *g, const char *path)
{
    if (g->objects.len > g->path_cap) {
        size_t cap = g->path_cap ? g->path_cap * 2 : 256;
        const char **grown = cdr_realloc_array(g->paths, cap, sizeof *grown);
        if (!grown)
            return false;
        g->paths = grown;
        g->path_cap = cap;
    }
    g->paths[g->objects.len - 1] = gather_keep(g, path);
    return true;
}

static cdr_status take_object(void *arg, const cdr_inv_dataset *d)
{
    gather *g = arg;
    size_t system = system_of(g, d);
    cdr_judge_object *o = system == SIZE_MAX ? NULL : gather_objects_push(&g->objects);
    if (system == SIZE_MAX)
        return cdr_fail(g->err, CDR_E_CORRUPT, "minimise", "policy.no-place", "The inventory lists objects, but no place that holds them; run candor doctor.");
    if (!o || !keep_path(g, d->path))
        return CDR_E_NOMEM;
    const char *absolute = g->paths[g->objects.len - 1], *real = cdr_inventory_display(g->inv, absolute);
    bool speaks = cdr_path_mask(g->masker, d->container) != d->container, inside = strcmp(d->path, d->container) != 0;
    const char *container = inside ? gather_keep(g, d->container) : absolute;
    *o = (cdr_judge_object){.id = d->id, .path = gather_display(g, absolute, d->id), .real = real, .absolute = absolute, .container = container,
                            .container_shown = inside ? gather_display(g, container, d->id) : NULL, .file = speaks ? "" : container, .format = gather_keep(g, d->format), .system = system,
                            .inside = inside, .everyone = (d->mode & S_IROTH) && cdr_reach_open(&g->reach, d->container), .log = is_log(real), .backup = is_backup(real),
                            .people_min = d->people_min, .people_max = d->people_max, .rows = d->rows, .mtime_us = d->mtime_us, .copy_of = "", .hold = ""};
    if (!inside)
        o->container_shown = o->path;
    return CDR_OK;
}

static int by_id(const void *a, const void *b, void *arg)
{
    const cdr_judge_object *at = arg;
    int64_t x = at[*(const size_t *)a].id, y = at[*(const size_t *)b].id;
    return x < y ? -1 : x > y;
}

static int by_path(const void *a, const void *b, void *arg)
{
    const char **paths = arg;
    return strcmp(paths[*(const size_t *)a], paths[*(const size_t *)b]);
}

static cdr_status index_objects(gather *g)
{
    size_t n = g->objects.len;
    g->by_id = cdr_alloc_array(n + 1, sizeof *g->by_id);
    g->by_path = cdr_alloc_array(n + 1, sizeof *g->by_path);
    if (!g->by_id || !g->by_path)
        return CDR_E_NOMEM;
    for (size_t i = 0; i < n; i++)
        g->by_id[i] = g->by_path[i] = i;
    if (n > 1) {
        qsort_r(g->by_id, n, sizeof *g->by_id, by_id, g->objects.at);
        qsort_r(g->by_path, n, sizeof *g->by_path, by_path, g->paths);
    }
    return CDR_OK;
}

static size_t object_with(const gather *g, int64_t id)
{
    size_t low = 0, high = g->objects.len;
    while (low < high) {
        size_t middle = (low + high) / 2;
        int64_t there = g->objects.at[g->by_id[middle]].id;
        if (there == id)
            return g->by_id[middle];
        if (there < id)
            low = middle + 1;
        else
            high = middle;
    }
    return SIZE_MAX;
}

static size_t object_at(const gather *g, const char *path)
{
    size_t low = 0, high = g->objects.len;
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = strcmp(g->paths[g->by_path[middle]], path);
        if (order == 0)
            return g->by_path[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return SIZE_MAX;
}

/* --- fields --- */

static unsigned traits_of(const cdr_inv_finding *f)
{
    const cdr_kind_info *k = cdr_kind_get(f->kind);
    static const cdr_kind_info none = {0};
    k = k ? k : &none;
    unsigned traits = 0;
    bool direct = k->family == CDR_FAMILY_NAME || k->family == CDR_FAMILY_CONTACT || k->family == CDR_FAMILY_GOVERNMENT || k->family == CDR_FAMILY_PAYMENT || k->family == CDR_FAMILY_BANK;
    if (!strcmp(f->field, CDR_FIELD_FILE_NAME))
        traits |= CDR_TRAIT_FILE_NAME;
    else if (!f->field[0] || f->column_kind != f->kind)
        traits |= CDR_TRAIT_FREE_TEXT;
    if (direct && k->person_rank > 0)
        traits |= CDR_TRAIT_DIRECT;
    if (!strcmp(f->kind_id, "secret.password-hash"))
        traits |= CDR_TRAIT_HASHED;
    return traits;
}

static cdr_status take_finding(void *arg, const cdr_inv_finding *f)
{
    gather *g = arg;
    uint64_t sure = f->by_band[CDR_BAND_HIGH] + f->by_band[CDR_BAND_MEDIUM];
    const char *category = f->rule_category[0] ? f->rule_category : cdr_kind_get(f->kind)->category;
    size_t object = sure > 0 && category[0] ? object_with(g, f->dataset_id) : SIZE_MAX;
    if (object == SIZE_MAX)
        return CDR_OK;
    gathered_field *x = gather_fields_push(&g->fields);
    if (!x)
        return CDR_E_NOMEM;
    const char *what = f->rule_name[0] ? gather_keep(g, f->rule_title[0] ? f->rule_title : f->rule_name) : cdr_kind_get(f->kind)->title;
    *x = (gathered_field){object, {.name = !strcmp(f->field, CDR_FIELD_FILE_NAME) ? "" : gather_keep(g, f->field), .category = f->rule_category[0] ? gather_keep(g, category) : category,
                                   .what = what, .exact = !f->rule_name[0], .traits = traits_of(f), .amount = sure, .distinct = f->distinct, .values = f->values}};
    return CDR_OK;
}

static int by_object(const void *a, const void *b)
{
    const gathered_field *x = a, *y = b;
    return x->object != y->object ? (x->object < y->object ? -1 : 1) : x < y ? -1 : x > y;
}

/* Fields come by object already, in the order of paths; sorting costs little and does not rely on it. */
static cdr_status hand_out_fields(gather *g)
{
    size_t n = g->fields.len;
    cdr_judge_field *all = cdr_arena_alloc(g->arena, (n + 1) * sizeof *all);
    if (!all)
        return CDR_E_NOMEM;
    for (size_t i = 1; i < n; i++)
        if (g->fields.at[i].object < g->fields.at[i - 1].object) {
            qsort(g->fields.at, n, sizeof *g->fields.at, by_object);
            break;
        }
    for (size_t i = 0; i < n; i++) {
        cdr_judge_object *o = &g->objects.at[g->fields.at[i].object];
        all[i] = g->fields.at[i].field;
        if (o->field_count++ == 0)
            o->fields = &all[i];
    }
    return CDR_OK;
}

/* --- holds, copies, counts, residue --- */

static const char *hold_of(gather *g, const cdr_judge_object *o)
{
    const char *system = g->systems[o->system].registered ? g->systems[o->system].key : "";
    const cdr_hold *h = NULL;
    for (size_t i = 0; i < o->field_count && !h; i++)
        h = cdr_holds_cover(g->holds, system, o->absolute, o->fields[i].category);
    return h ? gather_keep(g, h->name) : "";
}

static cdr_status take_copy(void *arg, const cdr_inv_copy *c)
{
    gather *g = arg;
    size_t at = object_at(g, c->path);
    if (at == SIZE_MAX || g->objects.at[at].copy_of[0])
        return CDR_OK;
    cdr_judge_object *o = &g->objects.at[at];
    o->copy_of = c->same_content ? gather_display(g, c->twin, 0) : gather_keep(g, c->of_name);
    o->twin = c->same_content;
    o->shared = c->shared;
    o->record_people = c->record_people;
    return CDR_OK;
}

/* What is over age stays so while the object is as it was; that nothing is, holds for the day of counting only. */
static cdr_status take_count(void *arg, const cdr_retention_count *c)
{
    gather *g = arg;
    size_t object = object_with(g, c->object);
    if (object == SIZE_MAX || !c->rule[0])
        return CDR_OK;
    gathered_count *x = gather_counts_push(&g->counts);
    if (!x)
        return CDR_E_NOMEM;
    *x = (gathered_count){object, {.rule = gather_keep(g, c->rule), .trigger_field = gather_keep(g, c->trigger_field), .cutoff = gather_keep(g, c->cutoff), .reason = gather_keep(g, c->reason),
                                   .oldest = gather_keep(g, c->oldest), .known = c->known, .stale = !c->same_object || (!c->fresh && c->over_age == 0), .rows = c->rows,
                                   .over_age = c->over_age, .undated = c->undated}};
    return CDR_OK;
}

static cdr_status hand_out_counts(gather *g)
{
    cdr_judge_retained *all = cdr_arena_alloc(g->arena, (g->counts.len + 1) * sizeof *all);
    if (!all)
        return CDR_E_NOMEM;
    for (size_t i = 0; i < g->counts.len; i++) {
        cdr_judge_object *o = &g->objects.at[g->counts.at[i].object];
        all[i] = g->counts.at[i].count;
        if (o->retained_count > 0 && o->retained + o->retained_count != &all[i])
            continue;     /* counts of one object come together */
        if (o->retained_count++ == 0)
            o->retained = &all[i];
    }
    return CDR_OK;
}

static cdr_status take_residue(void *arg, const cdr_residue *r)
{
    gather *g = arg;
    size_t object = object_with(g, r->object);
    cdr_judge_residue *x = object == SIZE_MAX ? NULL : gather_residue_push(&g->residue);
    if (object == SIZE_MAX)
        return CDR_OK;
    if (!x)
        return CDR_E_NOMEM;
    *x = (cdr_judge_residue){.object = object, .plan = gather_keep(g, r->plan), .what = cdr_kind_get(r->kind)->title, .values = r->values};
    return CDR_OK;
}

cdr_status gather_observable(gather *g)
{
    size_t kinds = cdr_kind_count(), count = 0;
    const char **keys = cdr_arena_alloc(g->arena, (kinds + 1) * sizeof *keys);
    if (!keys)
        return cdr_fail_nomem(g->err, "minimise");
    for (size_t k = 1; k < kinds; k++) {
        const char *category = cdr_kind_get((cdr_kind)k)->category;
        bool again = !category[0];
        for (size_t i = 0; i < count && !again; i++)
            again = !strcmp(keys[i], category);
        if (!again)
            keys[count++] = category;
    }
    g->facts.observable = (cdr_key_set){keys, count, true};
    return CDR_OK;
}

static cdr_status gather_rest(gather *g)
{
    for (size_t i = 0; i < g->objects.len && cdr_holds_count(g->holds); i++)
        g->objects.at[i].hold = hold_of(g, &g->objects.at[i]);
    cdr_status s = cdr_inventory_each_copy(g->inv, 0, take_copy, g, g->err);
    if (s == CDR_OK)
        s = cdr_retention_each_count(g->inv->ws, 0, take_count, g, g->err);
    if (s == CDR_OK)
        s = hand_out_counts(g);
    if (s == CDR_OK)
        s = cdr_residue_each(g->inv, take_residue, g, &g->facts.erasures, g->err);
    g->facts.erasures_known = s == CDR_OK;
    return s;
}

cdr_status gather_observed(gather *g)
{
    static const cdr_inv_filter filled = {.with_findings = true}, sure = {.min_band = CDR_BAND_MEDIUM};
    cdr_status s = cdr_inventory_each_dataset(g->inv, &filled, take_object, g, g->err);
    if (s == CDR_OK)
        s = index_objects(g);
    if (s == CDR_OK)
        s = cdr_inventory_each_finding(g->inv, &sure, take_finding, g, g->err);
    if (s == CDR_OK)
        s = hand_out_fields(g);
    if (s == CDR_OK)
        s = gather_rest(g);
    return s == CDR_E_NOMEM ? cdr_fail_nomem(g->err, "minimise") : s;
}
