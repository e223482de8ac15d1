/* SPDX-License-Identifier: Apache-2.0 */
/* What scans saw, as facts for the judge: objects with findings of medium confidence and above, their fields, and which are copies. */
#include "core/minimise/facts_parts.h"

#include "core/minimise/facts.h"
#include "detect/kinds.h"
#include "detect/observation.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

/* --- objects --- */

static bool is_at(const cdr_inv_system *s, const cdr_inv_dataset *d)
{
    return d->system[0] ? s->registered && !strcmp(s->key, d->system) : !s->registered && !strcmp(s->name, d->place);
}

static size_t system_of(gathering *g, const cdr_inv_dataset *d)
{
    const cdr_inv_overview *v = &g->overview;
    if (g->last_system < v->system_count && is_at(&v->systems[g->last_system], d))
        return g->last_system;
    for (size_t i = 0; i < v->system_count; i++)
        if (is_at(&v->systems[i], d))
            return g->last_system = i;
    return v->system_count > 0 ? v->system_count - 1 : SIZE_MAX;    /* a place beyond the number that the overview tells apart */
}

static bool has_any(const char *path, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcasestr(path, words[i]))
            return true;
    return false;
}

/* By the ending, or a folder for logs. */
static bool is_log(const char *path)
{
    static const char *const words[] = {".log.", "/log/", "/logs/"};
    size_t len = strlen(path);
    return (len >= 4 && !strcasecmp(path + len - 4, ".log")) || has_any(path, words, CDR_COUNT(words)) || !strncasecmp(path, "logs/", 5) || !strncasecmp(path, "log/", 4);
}

static bool is_backup(const char *path)
{
    static const char *const words[] = {"backup", "back-up", "/bak/", ".bak", ".old", "/old/", "archive/", "/dump", ".dump", "_dump", "-dump", "sicherung", "sauvegarde", "copia"};
    return has_any(path, words, CDR_COUNT(words));
}

/* Who agreed to what, or does not want to be written to: proof that nobody can make again. */
static bool is_about_consent(const char *name)
{
    static const char *const words[] = {"consent", "opt-in", "opt_in", "optin", "opt-out", "opt_out", "optout", "unsubscri", "do-not-", "do_not_", "suppression", "subject_key", "einwillig", "widerruf",
                                        "widerspruch", "abmeld", "desabonn", "consenso", "consentimiento"};
    return has_any(name, words, CDR_COUNT(words));
}

/* ${path} as it may be shown; ${*ret_masked}: it holds a value, and the number leads to it. */
static const char *shown(gathering *g, const char *path, int64_t id, bool *ret_masked)
{
    const char *display = cdr_inventory_display(g->inv, path), *masked = cdr_path_mask(g->masker, display);
    *ret_masked = masked != display;
    return *ret_masked ? cdr_arena_printf(g->arena, "%s (object:%" PRId64 ")", masked, id) : facts_keep(g, display);
}

static cdr_status add_object(void *arg, const cdr_inv_dataset *d)
{
    gathering *g = arg;
    size_t system = system_of(g, d);
    cdr_judge_object *o = facts_objects_push(&g->objects);
    int64_t *id = facts_ids_push(&g->ids);
    bool masked, outer_masked;
    if (!o || !id)
        return facts_nomem(g);
    if (system == SIZE_MAX)
        return cdr_fail(g->err, CDR_E_CORRUPT, "minimise", "minimise.no-place", "The inventory lists objects, but no place that holds them; run candor doctor.");
    const cdr_judge_object *before = g->objects.len > 1 ? o - 1 : NULL;
    bool same_file = before && !strcmp(before->container, d->container), inside = strcmp(d->path, d->container) != 0;
    *id = d->id;
    *o = (cdr_judge_object){.id = d->id, .path = shown(g, d->path, d->id, &masked), .absolute = facts_keep(g, d->path), .format = facts_keep(g, d->format), .system = system, .inside = inside,
                            .everyone = d->mode & S_IROTH && cdr_reach_open(&g->reach, d->container), .people_min = CDR_MIN(d->people_min, d->people_max),
                            .people_max = CDR_MIN(d->people_max, CDR_MAX(g->overview.people_max, d->people_min)), .rows = d->rows, .mtime_us = d->mtime_us, .copy_of = "", .hold = ""};
    if (!o->path || !o->absolute || !o->format)
        return facts_nomem(g);
    o->real = cdr_inventory_display(g->inv, o->absolute);
    o->container = same_file ? before->container : inside ? facts_keep(g, d->container) : o->absolute;
    o->container_shown = same_file && before->container_shown != before->path ? before->container_shown : inside ? shown(g, d->container, d->id, &outer_masked) : o->path;
    if (inside && o->container)
        o->file = cdr_path_mask(g->masker, cdr_inventory_display(g->inv, o->container)) == cdr_inventory_display(g->inv, o->container) ? o->container : "";
    else
        o->file = masked ? "" : o->absolute;
    o->log = is_log(o->real);
    o->backup = is_backup(o->real);
    o->consents = is_about_consent(o->real);
    return o->container && o->container_shown ? CDR_OK : facts_nomem(g);
}

/* --- fields --- */

/* In a column of its own, or here and there in what people wrote? */
static unsigned traits_of(const cdr_inv_finding *f, uint64_t sure)
{
    const cdr_kind_info *info = cdr_kind_get(f->kind);
    unsigned traits = 0;
    if (!strcmp(f->field, CDR_FIELD_FILE_NAME))
        traits |= CDR_TRAIT_FILE_NAME;
    else if (!f->field[0] || (f->column_kind == CDR_KIND_NONE && f->values > 0 && sure * 2 < f->values))
        traits |= CDR_TRAIT_FREE_TEXT;
    if ((info->person_rank > 0 && info->person_rank <= 7) || f->kind == CDR_K_NAME)
        traits |= CDR_TRAIT_DIRECT;
    if (f->kind == CDR_K_SECRET_PASSWORD_HASH)
        traits |= CDR_TRAIT_HASHED;
    return traits;
}

/* The object whose findings are told: both come by path. */
static cdr_judge_object *object_of(gathering *g, int64_t id)
{
    for (size_t i = g->at; i < g->objects.len; i++)
        if (g->objects.at[i].id == id) {
            g->at = i;
            return &g->objects.at[i];
        }
    return NULL;
}

/* Kinds that are one category in one field are one thing to a policy. */
static bool join(gathering *g, const cdr_judge_object *o, const cdr_judge_field *x)
{
    for (size_t i = g->fields.len - o->field_count; i < g->fields.len; i++) {
        cdr_judge_field *f = &g->fields.at[i];
        if (strcmp(f->category, x->category) != 0 || strcmp(f->name, x->name) != 0 || f->exact != x->exact || (f->traits & CDR_TRAIT_HASHED) != (x->traits & CDR_TRAIT_HASHED))
            continue;
        f->what = x->amount > f->amount ? x->what : f->what;
        f->amount += x->amount;
        f->distinct = 0;
        f->traits |= x->traits & CDR_TRAIT_DIRECT;
        return true;
    }
    return false;
}

static cdr_status add_finding(void *arg, const cdr_inv_finding *f)
{
    gathering *g = arg;
    uint64_t sure = f->by_band[CDR_BAND_HIGH] + f->by_band[CDR_BAND_MEDIUM];
    bool exact;
    const char *category = cdr_minimise_category(f, &exact);
    cdr_judge_object *o = sure > 0 && category[0] ? object_of(g, f->dataset_id) : NULL;
    if (!o)
        return CDR_OK;
    cdr_judge_field x = {.name = f->field, .category = category, .what = f->rule_name[0] ? f->rule_title : cdr_kind_get(f->kind)->title, .exact = exact, .traits = traits_of(f, sure), .amount = sure,
                         .distinct = f->distinct, .values = f->values};
    if (join(g, o, &x))
        return CDR_OK;
    bool own = f->rule_name[0] != '\0';
    cdr_judge_field *kept = facts_fields_push(&g->fields);
    if (!kept || !(x.name = facts_keep(g, f->field)) || (own && (!(x.category = facts_keep(g, category)) || !(x.what = facts_keep(g, f->rule_title)))))
        return facts_nomem(g);
    *kept = x;
    o->field_count++;
    o->consents = o->consents || is_about_consent(x.name);
    return CDR_OK;
}

/* Fields stand in the order of their objects. */
static void hand_out_fields(gathering *g)
{
    size_t at = 0;
    for (size_t i = 0; i < g->objects.len; i++) {
        g->objects.at[i].fields = g->fields.at ? g->fields.at + at : NULL;
        at += g->objects.at[i].field_count;
    }
}

/* --- holds --- */

/* Kept by a hold is what is covered in all its parts. */
static void find_holds(gathering *g)
{
    for (size_t i = 0; cdr_holds_count(g->holds) > 0 && i < g->objects.len; i++) {
        cdr_judge_object *o = &g->objects.at[i];
        const cdr_hold *hold = NULL;
        for (size_t k = 0; k < o->field_count; k++) {
            hold = cdr_holds_cover(g->holds, g->systems[o->system].registered ? g->systems[o->system].key : "", o->absolute, o->fields[k].category);
            if (!hold)
                break;
        }
        o->hold = hold ? hold->name : "";
    }
}

/* --- copies --- */

static int by_path(const void *key, const void *element)
{
    return strcmp(key, ((const cdr_judge_object *)element)->absolute);
}

static cdr_status add_copy(void *arg, const cdr_inv_copy *c)
{
    gathering *g = arg;
    cdr_judge_object *o = g->objects.len ? bsearch(c->path, g->objects.at, g->objects.len, sizeof *g->objects.at, by_path) : NULL;
    bool twin = c->of[0] == '\0', masked;
    if (!o || o->twin || (o->copy_of[0] && !twin) || (!twin && c->system[0]))
        return CDR_OK;    /* another registered system with the same people has its own purpose, or is told that it lacks one */
    o->copy_of = twin ? shown(g, c->twin, 0, &masked) : facts_keep(g, c->of_name);
    o->twin = twin;
    o->shared = twin ? c->object_people : c->shared;
    o->record_people = c->record_people;
    return o->copy_of ? CDR_OK : facts_nomem(g);
}

/* --- by number --- */

static int by_id(const void *a, const void *b, void *arg)
{
    const int64_t *ids = arg;
    int64_t x = ids[*(const size_t *)a], y = ids[*(const size_t *)b];
    return x < y ? -1 : x > y;
}

size_t facts_object_with(const gathering *g, int64_t id)
{
    size_t low = 0, high = g->ids.len;
    while (low < high) {
        size_t middle = (low + high) / 2;
        int64_t there = g->ids.at[g->by_id[middle]];
        if (there == id)
            return g->by_id[middle];
        if (there < id)
            low = middle + 1;
        else
            high = middle;
    }
    return SIZE_MAX;
}

static cdr_status index_objects(gathering *g)
{
    g->by_id = cdr_arena_alloc(g->arena, (g->ids.len + 1) * sizeof *g->by_id);
    if (!g->by_id)
        return facts_nomem(g);
    for (size_t i = 0; i < g->ids.len; i++)
        g->by_id[i] = i;
    if (g->ids.len > 1)
        qsort_r(g->by_id, g->ids.len, sizeof *g->by_id, by_id, g->ids.at);
    return CDR_OK;
}

cdr_status facts_gather_seen(gathering *g)
{
    const cdr_inv_filter sure = {.min_band = CDR_BAND_MEDIUM, .no_samples = true};
    cdr_status s = cdr_inventory_each_dataset(g->inv, &sure, add_object, g, g->err);
    if (s == CDR_OK)
        s = index_objects(g);
    if (s == CDR_OK)
        s = cdr_inventory_each_finding(g->inv, &sure, add_finding, g, g->err);
    if (s != CDR_OK)
        return s;
    hand_out_fields(g);
    find_holds(g);
    return cdr_inventory_each_copy(g->inv, 0, add_copy, g, g->err);
}
