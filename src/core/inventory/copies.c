/* SPDX-License-Identifier: Apache-2.0 */
/* Copies: objects that hold the people of a system of record without belonging to it. */
#include "core/inventory/people.h"

#include "core/inventory/query.h"

#include <stdlib.h>
#include <string.h>

typedef struct record_system { int64_t id; char *key, *name; bool of_record; cdr_people people; uint64_t objects_people, least; } record_system;   /* least: of ->people, once they are merged */
CDR_VEC(record_systems, record_system)
typedef struct backup { char system[65], of[65]; } backup;
CDR_VEC(backups, backup)
typedef struct candidate { int64_t dataset, system; char *path; } candidate;
CDR_VEC(candidates, candidate)
CDR_VEC(found_copies, cdr_inv_copy)

typedef struct hunt {
    cdr_inventory *inv;
    cdr_err *err;
    uint64_t least;
    record_systems systems;
    backups backups;
    candidates objects;
    found_copies found;
} hunt;

static cdr_status take_system(void *arg, const void *obj)
{
    hunt *h = arg;
    const cdr_system *s = obj;
    record_system *r = record_systems_push(&h->systems);
    if (!r || !(r->key = cdr_strdup(s->key)) || !(r->name = cdr_strdup(s->name)))
        return cdr_fail_nomem(h->err, "inventory");
    r->id = s->id;
    r->of_record = s->system_of_record;
    if (!s->backup_of)
        return CDR_OK;
    backup *b = backups_push(&h->backups);
    if (!b)
        return cdr_fail_nomem(h->err, "inventory");
    memcpy(b->system, s->key, CDR_MIN(strlen(s->key), sizeof b->system - 1));
    memcpy(b->of, s->backup_of, CDR_MIN(strlen(s->backup_of), sizeof b->of - 1));
    return CDR_OK;
}

static cdr_status take_object(void *arg, const cdr_dataset_row *row)
{
    hunt *h = arg;
    if (row->people_max == 0)
        return CDR_OK;
    candidate *c = candidates_push(&h->objects);
    if (!c || !(c->path = cdr_strdup(row->path)))
        return cdr_fail_nomem(h->err, "inventory");
    c->dataset = row->id;
    c->system = row->system;
    for (size_t i = 0; i < h->systems.len; i++)
        h->systems.at[i].objects_people += h->systems.at[i].id == row->system ? row->people_max : 0;
    return CDR_OK;
}

/* Nobody marked a system of record: the one with the most people stands in. */
static void choose(hunt *h)
{
    record_system *most = NULL;
    for (size_t i = 0; i < h->systems.len; i++) {
        if (h->systems.at[i].of_record)
            return;
        if (h->systems.at[i].objects_people > 0 && (!most || h->systems.at[i].objects_people > most->objects_people))
            most = &h->systems.at[i];
    }
    if (most)
        most->of_record = true;
}

static record_system *system_by_id(hunt *h, int64_t id)
{
    for (size_t i = 0; id && i < h->systems.len; i++)
        if (h->systems.at[i].id == id)
            return &h->systems.at[i];
    return NULL;
}

static cdr_status merge_record(hunt *h)
{
    for (size_t i = 0; i < h->objects.len; i++) {
        record_system *r = system_by_id(h, h->objects.at[i].system);
        if (!r || !r->of_record)
            continue;
        cdr_people p;
        cdr_status s = cdr_store_people(h->inv, h->objects.at[i].dataset, &p, h->err);
        if (s == CDR_OK && cdr_people_merge(&r->people, &p) != CDR_OK)
            s = cdr_fail_nomem(h->err, "inventory");
        cdr_people_done(&p);
        if (s != CDR_OK)
            return s;
    }
    for (size_t i = 0; i < h->systems.len; i++)
        h->systems.at[i].least = h->systems.at[i].of_record ? cdr_people_least(&h->systems.at[i].people) : 0;
    return CDR_OK;
}

/* ${system} is a declared backup of ${of}, also through others. */
static bool is_backup(const hunt *h, const char *system, const char *of)
{
    for (size_t steps = 0; steps <= h->backups.len; steps++) {
        const char *next = NULL;
        for (size_t i = 0; i < h->backups.len && !next; i++)
            if (!strcmp(h->backups.at[i].system, system))
                next = h->backups.at[i].of;
        if (!next)
            return false;
        if (!strcmp(next, of))
            return true;
        system = next;
    }
    return false;
}

/* Nothing is a copy of what it belongs to. */
static bool may_be_copy(hunt *h, const candidate *c, const record_system *r)
{
    const record_system *own = system_by_id(h, c->system);
    return r->of_record && !(own && (own == r || is_backup(h, own->key, r->key)));
}

static cdr_status compare(hunt *h, const candidate *c, const cdr_people *p, const record_system *r)
{
    const record_system *own = system_by_id(h, c->system);
    uint64_t shared = cdr_people_shared(p, &r->people);
    if (shared < h->least)
        return CDR_OK;
    uint64_t object = cdr_people_least(p), record = r->least;
    if (shared * 20 < record && shared * 2 < object)
        return CDR_OK;
    cdr_inv_copy *f = found_copies_push(&h->found);
    if (!f)
        return cdr_fail_nomem(h->err, "inventory");
    *f = (cdr_inv_copy){.path = c->path, .system = own ? own->key : "", .system_name = own ? own->name : "", .of = r->key, .of_name = r->name, .shared = shared,
                             .object_people = CDR_MAX(object, shared), .record_people = CDR_MAX(record, shared), .twin = ""};
    return CDR_OK;
}

static cdr_status compare_all(hunt *h)
{
    cdr_status s = CDR_OK;
    for (size_t i = 0; s == CDR_OK && i < h->objects.len; i++) {
        cdr_people p;
        bool wanted = false;
        for (size_t k = 0; k < h->systems.len && !wanted; k++)
            wanted = may_be_copy(h, &h->objects.at[i], &h->systems.at[k]);
        if (!wanted || !cdr_in_scope(h->inv, h->objects.at[i].path))
            continue;
        s = cdr_store_people(h->inv, h->objects.at[i].dataset, &p, h->err);
        for (size_t k = 0; s == CDR_OK && k < h->systems.len; k++)
            if (may_be_copy(h, &h->objects.at[i], &h->systems.at[k]))
                s = compare(h, &h->objects.at[i], &p, &h->systems.at[k]);
        cdr_people_done(&p);
    }
    return s;
}

static int most_shared(const void *a, const void *b)
{
    const cdr_inv_copy *x = a, *y = b;
    if (x->shared != y->shared)
        return (x->shared < y->shared) - (x->shared > y->shared);
    int by_path = strcmp(x->path, y->path);
    return by_path ? by_path : strcmp(x->of, y->of);
}

/* --- byte for byte --- */

typedef struct twins { hunt *hunt; cdr_inv_copy_fn *fn; void *arg; } twins;

/* Objects stand in the order of their paths. */
static int by_path(const void *key, const void *element)
{
    return strcmp(key, ((const candidate *)element)->path);
}

static cdr_status give_twin(void *arg, const cdr_twin_row *row)
{
    twins *t = arg;
    if (!cdr_in_scope(t->hunt->inv, row->path))
        return CDR_OK;
    cdr_inv_copy c = {.path = row->path, .system = "", .system_name = "", .of = "", .of_name = "", .same_content = true, .twin = row->twin};
    const candidates *objects = &t->hunt->objects;
    const candidate *found = objects->len ? bsearch(row->path, objects->at, objects->len, sizeof *objects->at, by_path) : NULL;
    const record_system *own = found ? system_by_id(t->hunt, found->system) : NULL;
    if (own) {
        c.system = own->key;
        c.system_name = own->name;
    }
    cdr_people p;
    cdr_status s = cdr_store_people(t->hunt->inv, row->dataset, &p, t->hunt->err);
    c.object_people = s == CDR_OK ? cdr_people_least(&p) : 0;
    c.shared = c.record_people = c.object_people;
    cdr_people_done(&p);
    return s == CDR_OK ? t->fn(t->arg, &c) : s;
}

static cdr_status search(hunt *h, cdr_inv_copy_fn *fn, void *arg)
{
    cdr_status s = cdr_store_each(h->inv, CDR_ENTITY_SYSTEM, take_system, h, h->err);
    if (s == CDR_OK)
        s = cdr_store_each_row(h->inv, take_object, h, h->err);
    if (s != CDR_OK)
        return s;
    choose(h);
    s = merge_record(h);
    if (s == CDR_OK)
        s = compare_all(h);
    if (s == CDR_OK && h->found.len)
        qsort(h->found.at, h->found.len, sizeof *h->found.at, most_shared);
    for (size_t i = 0; s == CDR_OK && i < h->found.len; i++)
        s = fn(arg, &h->found.at[i]);
    return s == CDR_OK ? cdr_store_each_twin(h->inv, give_twin, &(twins){h, fn, arg}, h->err) : s == CDR_DONE ? CDR_OK : s;
}

cdr_status cdr_inventory_each_copy(cdr_inventory *inv, uint64_t min_shared, cdr_inv_copy_fn *fn, void *arg, cdr_err *err)
{
    hunt h = {.inv = inv, .err = err, .least = min_shared ? min_shared : 10};
    cdr_status s = search(&h, fn, arg);
    for (size_t i = 0; i < h.systems.len; i++) {
        cdr_free(h.systems.at[i].key);
        cdr_free(h.systems.at[i].name);
        cdr_people_done(&h.systems.at[i].people);
    }
    for (size_t i = 0; i < h.objects.len; i++)
        cdr_free(h.objects.at[i].path);
    record_systems_done(&h.systems);
    backups_done(&h.backups);
    candidates_done(&h.objects);
    found_copies_done(&h.found);
    return s;
}
