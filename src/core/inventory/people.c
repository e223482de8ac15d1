/* SPDX-License-Identifier: Apache-2.0 */
/* Who is in which system: sketches of the objects merged, per system and over all, and what systems share. Family by family
 * sketches live only while their system is counted; what is kept is what the comparison of systems needs. */
#include "core/inventory/people.h"

#include "core/inventory/query.h"
#include "detect/observation.h"

#include <stdlib.h>
#include <string.h>

#define PLACES_MAX 200

typedef struct group {
    cdr_inv_system row;
    cdr_people people;
    uint64_t rows_by_family[CDR_FAMILY__MAX];    /* columns that no value tells apart */
} group;
CDR_VEC(groups, group)
typedef struct member { uint32_t group; int64_t dataset; } member;
CDR_VEC(members, member)

typedef struct survey {
    cdr_inventory *inv;
    cdr_arena *arena;
    cdr_err *err;
    groups groups;
    size_t last_group;
    members members;
    json_t *targets, *place_index;               /* place -> group */
    cdr_inv_overview *out;
} survey;

/* --- groups: registered systems, then places --- */

static const char *keep(survey *v, const char *text)
{
    return text ? cdr_arena_strdup(v->arena, text) : "";
}

static cdr_status keep_holders(survey *v, cdr_inv_system *row, const cdr_holding *holders, size_t count)
{
    cdr_inv_holder *list = cdr_arena_alloc(v->arena, (count + 1) * sizeof *list);
    row->holders = list;
    row->holder_count = count;
    for (size_t i = 0; list && i < count; i++) {
        cdr_any_entity party;
        cdr_status s = cdr_store_get(v->inv, CDR_ENTITY_PARTY, holders[i].party, &party, v->err);
        if (s != CDR_OK)
            return s == CDR_NOT_FOUND ? cdr_fail(v->err, CDR_E_CORRUPT, "inventory", "inventory.holder", "A holder names a party that is not stored; restore a backup.") : s;
        list[i] = (cdr_inv_holder){.party = keep(v, holders[i].party), .name = keep(v, party.party.name), .is_us = !strcmp(holders[i].party, CDR_PARTY_US),
                                   .relation = cdr_relation_names[holders[i].relation], .provenance = cdr_provenance_names[holders[i].state]};
        cdr_record_done(&cdr_party_record, &party);
        if (!list[i].party || !list[i].name)
            return cdr_fail_nomem(v->err, "inventory");
    }
    return list ? CDR_OK : cdr_fail_nomem(v->err, "inventory");
}

static cdr_status add_system(void *arg, const cdr_system *s, const cdr_holding *holders, size_t count)
{
    survey *v = arg;
    group *g = groups_push(&v->groups);
    if (!g)
        return cdr_fail_nomem(v->err, "inventory");
    g->row = (cdr_inv_system){.id = s->id, .registered = true, .key = keep(v, s->key), .name = keep(v, s->name), .owner = keep(v, s->owner),
                              .location = keep(v, s->location), .country = keep(v, s->country), .encrypted = (int)s->encrypted, .backup_of = keep(v, s->backup_of),
                              .system_of_record = s->system_of_record, .provenance = cdr_provenance_names[s->state], .provenance_date = keep(v, s->state_date),
                              .evidence = keep(v, s->evidence)};
    const cdr_inv_system *r = &g->row;
    if (!r->key || !r->name || !r->owner || !r->location || !r->country || !r->backup_of || !r->provenance_date || !r->evidence)
        return cdr_fail_nomem(v->err, "inventory");
    return keep_holders(v, &g->row, holders, count);
}

static cdr_status find_place(survey *v, const char *path, size_t *ret)
{
    char place[CDR_CLAIM_MAX];
    cdr_place_of(v->targets, path, place, sizeof place);
    json_t *known = json_object_get(v->place_index, place);
    if (known) {
        *ret = (size_t)json_integer_value(known);
        return CDR_OK;
    }
    group *g = groups_push(&v->groups);
    if (!g)
        return cdr_fail_nomem(v->err, "inventory");
    *ret = v->groups.len - 1;
    g->row = (cdr_inv_system){.key = "", .name = keep(v, place), .owner = "", .location = "", .country = "", .encrypted = -1, .backup_of = "",
                              .provenance = cdr_provenance_names[CDR_OBSERVED], .provenance_date = "", .evidence = ""};
    return g->row.name && !json_object_set_new(v->place_index, place, json_integer((json_int_t)*ret)) ? CDR_OK : cdr_fail_nomem(v->err, "inventory");
}

static cdr_status find_group(survey *v, const cdr_dataset_row *row, size_t *ret)
{
    if (!row->system)
        return find_place(v, row->path, ret);
    /* Rows come by path: the next one mostly belongs where the last one did. */
    if (v->last_group < v->groups.len && v->groups.at[v->last_group].row.id == row->system) {
        *ret = v->last_group;
        return CDR_OK;
    }
    for (size_t i = 0; i < v->groups.len; i++)
        if (v->groups.at[i].row.id == row->system) {
            *ret = v->last_group = i;
            return CDR_OK;
        }
    return find_place(v, row->path, ret);
}

/* What lies outside the scope is no part of the answer, only known to be there. */
static void count_elsewhere(survey *v, const cdr_dataset_row *row)
{
    uint64_t objects = row->observed + row->clean_members;
    v->out->elsewhere += objects;
    for (size_t i = 0; row->system && i < v->groups.len; i++)
        if (v->groups.at[i].row.id == row->system)
            v->groups.at[i].row.elsewhere += objects;
}

static cdr_status count_row(void *arg, const cdr_dataset_row *row)
{
    survey *v = arg;
    size_t at;
    if (!cdr_in_scope(v->inv, row->path)) {
        count_elsewhere(v, row);
        return CDR_OK;
    }
    cdr_status s = find_group(v, row, &at);
    if (s != CDR_OK)
        return s;
    cdr_inv_system *x = &v->groups.at[at].row;
    bool found = row->findings[0] + row->findings[1] + row->findings[2] > 0;
    x->objects += row->observed + row->clean_members;
    x->with_findings += found;
    x->partial += row->observed && row->coverage == CDR_COVERAGE_PARTIAL;
    x->skipped += row->observed && row->coverage == CDR_COVERAGE_SKIPPED;
    x->bytes += row->observed && !row->contained ? row->size : 0;
    x->newest_mtime_us = CDR_MAX(x->newest_mtime_us, row->mtime_us);
    for (size_t b = 0; b < 3; b++)
        x->findings[b] += row->findings[b];
    v->out->suppressed += row->suppressed;
    member *m = found || row->people_max ? members_push(&v->members) : NULL;
    if (m)
        *m = (member){(uint32_t)at, row->id};
    else if (found || row->people_max)
        return cdr_fail_nomem(v->err, "inventory");
    return CDR_OK;
}

/* --- counting one group --- */

/* Columns such as salary or city: equal values do not mean the same person, so their rows count. */
static bool counts_rows(const char *kind_id)
{
    const cdr_kind_info *k = cdr_kind_get(cdr_kind_by_id(kind_id));
    switch (k->family) {
    case CDR_FAMILY_NAME:
    case CDR_FAMILY_ADDRESS:
    case CDR_FAMILY_BIRTH:
    case CDR_FAMILY_HEALTH:
    case CDR_FAMILY_SPECIAL:
    case CDR_FAMILY_WORK:
    case CDR_FAMILY_OTHER: return k->person_rank == 0 || k->family == CDR_FAMILY_BIRTH;
    case CDR_FAMILY_NONE:
    case CDR_FAMILY_CONTACT:
    case CDR_FAMILY_PAYMENT:
    case CDR_FAMILY_BANK:
    case CDR_FAMILY_GOVERNMENT:
    case CDR_FAMILY_DEVICE:
    case CDR_FAMILY_LOCATION:
    case CDR_FAMILY_SECRET:
    case CDR_FAMILY__MAX: return false;
    }
    return false;
}

typedef struct tally { cdr_sketch by_family[CDR_FAMILY__MAX]; uint64_t rows[CDR_FAMILY__MAX]; cdr_err *err; } tally;

static cdr_status count_value(void *arg, const cdr_value_row *row)
{
    tally *t = arg;
    if (counts_rows(row->kind) || row->values.len == 0) {
        t->rows[row->family] = CDR_MAX(t->rows[row->family], row->rows);
        return CDR_OK;
    }
    return cdr_sketch_merge(&t->by_family[row->family], &row->values) == CDR_OK ? CDR_OK : cdr_fail_nomem(t->err, "inventory");
}

static cdr_status count_dataset(survey *v, group *g, tally *t, int64_t dataset)
{
    cdr_people p;
    memset(t->rows, 0, sizeof t->rows);
    cdr_status s = cdr_store_people(v->inv, dataset, &p, v->err);
    if (s == CDR_OK && (cdr_people_note_others(&p) != CDR_OK || cdr_people_merge(&g->people, &p) != CDR_OK))
        s = cdr_fail_nomem(v->err, "inventory");
    cdr_people_done(&p);
    if (s == CDR_OK)
        s = cdr_store_each_value(v->inv, dataset, count_value, t, v->err);
    for (size_t f = 0; f < CDR_FAMILY__MAX; f++)
        g->rows_by_family[f] += t->rows[f];
    return s;
}

static void finish_group(group *g, tally *t)
{
    for (size_t f = 0; f < CDR_FAMILY__MAX; f++) {
        g->row.by_family[f] = CDR_MAX(cdr_sketch_count(&t->by_family[f]), g->rows_by_family[f]);
        cdr_sketch_done(&t->by_family[f]);
    }
    cdr_people_bounds(&g->people, &g->row.people_min, &g->row.people_max);
    g->row.people_error = cdr_people_error(&g->people);
}

static int by_group(const void *a, const void *b)
{
    const member *x = a, *y = b;
    return x->group != y->group ? (x->group > y->group) - (x->group < y->group) : (x->dataset > y->dataset) - (x->dataset < y->dataset);
}

static cdr_status count_groups(survey *v)
{
    cdr_status s = CDR_OK;
    tally *t = cdr_alloc(sizeof *t);
    if (!t)
        return cdr_fail_nomem(v->err, "inventory");
    t->err = v->err;
    if (v->members.len)
        qsort(v->members.at, v->members.len, sizeof *v->members.at, by_group);
    for (size_t g = 0, m = 0; s == CDR_OK && g < v->groups.len; g++) {
        for (; s == CDR_OK && m < v->members.len && v->members.at[m].group == g; m++)
            s = count_dataset(v, &v->groups.at[g], t, v->members.at[m].dataset);
        finish_group(&v->groups.at[g], t);
    }
    for (size_t f = 0; f < CDR_FAMILY__MAX; f++)
        cdr_sketch_done(&t->by_family[f]);
    cdr_free(t);
    return s;
}

/* --- the answer --- */

static int by_people(const void *a, const void *b)
{
    const group *x = a, *y = b;
    if (x->row.registered != y->row.registered)
        return y->row.registered - x->row.registered;
    if (x->row.people_max != y->row.people_max)
        return (x->row.people_max < y->row.people_max) - (x->row.people_max > y->row.people_max);
    if (x->row.with_findings != y->row.with_findings)
        return (x->row.with_findings < y->row.with_findings) - (x->row.with_findings > y->row.with_findings);
    int by_key = strcmp(x->row.key, y->row.key);
    return by_key ? by_key : strcmp(x->row.name, y->row.name);
}

static void add_up(group *into, const group *from)
{
    cdr_inv_system *a = &into->row;
    const cdr_inv_system *b = &from->row;
    a->objects += b->objects;
    a->with_findings += b->with_findings;
    a->partial += b->partial;
    a->skipped += b->skipped;
    a->bytes += b->bytes;
    a->newest_mtime_us = CDR_MAX(a->newest_mtime_us, b->newest_mtime_us);
    for (size_t i = 0; i < 3; i++)
        a->findings[i] += b->findings[i];
    for (size_t i = 0; i < CDR_FAMILY__MAX; i++)
        a->by_family[i] += b->by_family[i];
}

/* The smallest places beyond the limit become one. */
static cdr_status fold_places(survey *v, size_t registered)
{
    if (v->groups.len <= registered + PLACES_MAX)
        return CDR_OK;
    group *last = &v->groups.at[registered + PLACES_MAX - 1];
    for (size_t i = registered + PLACES_MAX; i < v->groups.len; i++) {
        add_up(last, &v->groups.at[i]);
        if (cdr_people_merge(&last->people, &v->groups.at[i].people) != CDR_OK)
            return cdr_fail_nomem(v->err, "inventory");
        cdr_people_done(&v->groups.at[i].people);
    }
    v->groups.len = registered + PLACES_MAX;
    last->row.name = "other places";
    cdr_people_bounds(&last->people, &last->row.people_min, &last->row.people_max);
    last->row.people_max = CDR_MIN(last->row.people_max, v->out->people_max);
    last->row.people_min = CDR_MIN(last->row.people_min, last->row.people_max);
    last->row.people_error = cdr_people_error(&last->people);
    return CDR_OK;
}

/* Places where nothing was found are not worth naming. */
static void drop_empty_places(survey *v)
{
    size_t kept = 0;
    for (size_t i = 0; i < v->groups.len; i++) {
        group *g = &v->groups.at[i];
        const uint64_t *f = g->row.findings;
        if (g->row.registered || f[CDR_BAND_MEDIUM] + f[CDR_BAND_HIGH] > 0 || g->row.people_max > 0)
            v->groups.at[kept++] = *g;
        else
            cdr_people_done(&g->people);
    }
    v->groups.len = kept;
}

/* What is known of all places is known of each: a part cannot hold more people than the whole, nor the whole fewer than a part. */
static void fit_parts(survey *v)
{
    for (size_t i = 0; i < v->groups.len; i++)
        v->out->people_min = CDR_MAX(v->out->people_min, v->groups.at[i].row.people_min);
    v->out->people_max = CDR_MAX(v->out->people_max, v->out->people_min);
    for (size_t i = 0; i < v->groups.len; i++)
        v->groups.at[i].row.people_max = CDR_MIN(v->groups.at[i].row.people_max, v->out->people_max);
}

static cdr_status add_totals(survey *v)
{
    cdr_people all = {0};
    cdr_status s = CDR_OK;
    for (size_t i = 0; s == CDR_OK && i < v->groups.len; i++) {
        const cdr_inv_system *x = &v->groups.at[i].row;
        s = cdr_people_merge(&all, &v->groups.at[i].people);
        v->out->registered_count += x->registered;
        v->out->objects += x->objects;
        v->out->with_findings += x->with_findings;
        v->out->partial += x->partial;
        v->out->skipped += x->skipped;
        v->out->bytes += x->bytes;
        for (size_t b = 0; b < 3; b++)
            v->out->findings[b] += x->findings[b];
    }
    v->out->complete = v->out->objects - v->out->partial - v->out->skipped;
    cdr_people_bounds(&all, &v->out->people_min, &v->out->people_max);
    fit_parts(v);
    v->out->people_error = cdr_people_error(&all);
    cdr_people_done(&all);
    return s == CDR_OK ? s : cdr_fail_nomem(v->err, "inventory");
}

static int by_shared(const void *a, const void *b)
{
    const cdr_inv_overlap *x = a, *y = b;
    if (x->shared != y->shared)
        return (x->shared < y->shared) - (x->shared > y->shared);
    return x->a != y->a ? (x->a > y->a) - (x->a < y->a) : (x->b > y->b) - (x->b < y->b);
}

CDR_VEC(overlaps, cdr_inv_overlap)

static cdr_status compare_groups(survey *v)
{
    overlaps list = {0};
    for (size_t b = 0; b < v->groups.len; b++)
        for (size_t a = 0; a < b; a++) {
            uint64_t shared = cdr_people_shared(&v->groups.at[a].people, &v->groups.at[b].people);
            cdr_inv_overlap *o = shared ? overlaps_push(&list) : NULL;
            if (shared && !o) {
                overlaps_done(&list);
                return cdr_fail_nomem(v->err, "inventory");
            }
            if (o)
                *o = (cdr_inv_overlap){a, b, shared};
        }
    if (list.len)
        qsort(list.at, list.len, sizeof *list.at, by_shared);
    v->out->overlap_count = list.len;
    v->out->overlaps = cdr_arena_alloc(v->arena, (list.len + 1) * sizeof *list.at);
    if (v->out->overlaps && list.len)
        memcpy(v->out->overlaps, list.at, list.len * sizeof *list.at);
    overlaps_done(&list);
    return v->out->overlaps ? CDR_OK : cdr_fail_nomem(v->err, "inventory");
}

static cdr_status give_systems(survey *v)
{
    v->out->system_count = v->groups.len;
    v->out->systems = cdr_arena_alloc(v->arena, (v->groups.len + 1) * sizeof *v->out->systems);
    if (!v->out->systems)
        return cdr_fail_nomem(v->err, "inventory");
    for (size_t i = 0; i < v->groups.len; i++)
        v->out->systems[i] = v->groups.at[i].row;
    return CDR_OK;
}

static cdr_status look_over(survey *v)
{
    cdr_status s = cdr_store_targets(v->inv, &v->targets, v->err);
    if (s == CDR_OK && !(v->place_index = json_object()))
        s = cdr_fail_nomem(v->err, "inventory");
    if (s == CDR_OK)
        s = cdr_inventory_each_declared_system(v->inv, add_system, v, v->err);
    if (s == CDR_OK)
        s = cdr_store_each_row(v->inv, count_row, v, v->err);
    if (s == CDR_OK)
        s = count_groups(v);
    if (s == CDR_OK)
        s = add_totals(v);
    if (s != CDR_OK)
        return s;
    drop_empty_places(v);
    if (v->groups.len)
        qsort(v->groups.at, v->groups.len, sizeof *v->groups.at, by_people);
    s = fold_places(v, v->out->registered_count);
    if (s == CDR_OK)
        s = compare_groups(v);
    return s == CDR_OK ? give_systems(v) : s;
}

cdr_status cdr_inventory_overview(cdr_inventory *inv, cdr_arena *a, cdr_inv_overview *ret, cdr_err *err)
{
    *ret = (cdr_inv_overview){0};
    survey v = {.inv = inv, .arena = a, .err = err, .out = ret};
    cdr_status s = look_over(&v);
    for (size_t i = 0; i < v.groups.len; i++)
        cdr_people_done(&v.groups.at[i].people);
    groups_done(&v.groups);
    members_done(&v.members);
    json_decref(v.targets);
    json_decref(v.place_index);
    return s;
}
