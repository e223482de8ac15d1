/* SPDX-License-Identifier: Apache-2.0 */
/* inventory.yaml, read and written. */
#include "core/inventory/declare.h"

#include "base/text.h"
#include "base/yaml.h"

#include <stdio.h>
#include <string.h>

/* --- reading --- */

/* One entry of a list into ${row}; ${place} becomes "inventory.yaml: systems[2]". */
static cdr_status take_row(const cdr_record *r, const json_t *j, const char *where, const char *list, size_t i, void *row, char place[160], bool *provenance, cdr_err *err)
{
    snprintf(place, 160, "%.100s: %s[%zu]", where, list, i);
    *provenance = json_object_get(j, "provenance") != NULL;
    return cdr_record_from_json(r, j, place, row, err);
}

static cdr_status check_is_list(const json_t *list, const char *where, const char *name, cdr_err *err)
{
    if (!list || json_is_array(list) || json_is_null(list))
        return CDR_OK;
    return cdr_fail(err, CDR_E_INVAL, "inventory", "inventory.list", "%s: %s must be a list; begin each entry with a dash.", where, name);
}

static cdr_status read_organisation(const json_t *j, const char *where, cdr_declarations *d, cdr_err *err)
{
    if (!j || json_is_null(j))
        return CDR_OK;
    if (!json_is_object(j))
        return cdr_fail(err, CDR_E_INVAL, "inventory", "inventory.organisation", "%s: organisation must hold keys and values such as name and contact.", where);
    _cleanup_json_ json_t *whole = json_deep_copy(j);
    cdr_declared_party *p = cdr_declared_parties_push(&d->parties);
    if (!whole || !p)
        return cdr_fail_nomem(err, "inventory");
    if (json_object_get(whole, "key") || json_object_get(whole, "kind"))
        return cdr_fail(err, CDR_E_INVAL, "inventory", "inventory.organisation", "%s: organisation: its key is always \"us\"; leave key and kind out.", where);
    if (json_object_set_new(whole, "key", json_string(CDR_PARTY_US)) || json_object_set_new(whole, "kind", json_string("organisation")))
        return cdr_fail_nomem(err, "inventory");
    snprintf(p->where, sizeof p->where, "%.100s: organisation", where);
    p->provenance = json_object_get(j, "provenance") != NULL;
    return cdr_record_from_json(&cdr_party_record, whole, p->where, &p->row, err);
}

static cdr_status read_parties(const json_t *list, const char *where, cdr_declarations *d, cdr_err *err)
{
    cdr_status s = check_is_list(list, where, "parties", err);
    for (size_t i = 0; s == CDR_OK && i < json_array_size(list); i++) {
        cdr_declared_party *p = cdr_declared_parties_push(&d->parties);
        s = p ? take_row(&cdr_party_record, json_array_get(list, i), where, "parties", i, &p->row, p->where, &p->provenance, err) : cdr_fail_nomem(err, "inventory");
        s = cdr_note_mistake(d, s, err);
    }
    return s;
}

/* cdr_holder_record reads into the same struct as cdr_holding_record, which must know how to free it. */
static cdr_status read_holders(const json_t *list, cdr_declared_system *sys, cdr_err *err)
{
    if (list && !json_is_array(list) && !json_is_null(list))
        return cdr_fail(err, CDR_E_INVAL, "inventory", "inventory.list", "%s.holders must be a list such as [{party: us, relation: stores}].", sys->where);
    cdr_status s = CDR_OK;
    for (size_t i = 0; s == CDR_OK && i < json_array_size(list); i++) {
        cdr_declared_holder *h = cdr_declared_holders_push(&sys->holders);
        if (!h)
            return cdr_fail_nomem(err, "inventory");
        snprintf(h->where, sizeof h->where, "%.125s.holders[%zu]", sys->where, i);
        h->provenance = json_object_get(json_array_get(list, i), "provenance") != NULL;
        s = cdr_record_from_json(&cdr_holder_record, json_array_get(list, i), h->where, &h->row, err);
    }
    return s;
}

static cdr_status read_system(const json_t *j, const char *where, size_t i, cdr_declared_system *sys, cdr_err *err)
{
    _cleanup_json_ json_t *bare = json_is_object(j) ? json_copy((json_t *)(uintptr_t)j) : json_null();
    if (!bare)
        return cdr_fail_nomem(err, "inventory");
    if (json_is_object(bare))
        json_object_del(bare, "holders");
    cdr_status s = take_row(&cdr_system_record, bare, where, "systems", i, &sys->row, sys->where, &sys->provenance, err);
    return s == CDR_OK ? read_holders(json_object_get(j, "holders"), sys, err) : s;
}

static cdr_status read_systems(const json_t *list, const char *where, cdr_declarations *d, cdr_err *err)
{
    cdr_status s = check_is_list(list, where, "systems", err);
    for (size_t i = 0; s == CDR_OK && i < json_array_size(list); i++) {
        cdr_declared_system *sys = cdr_declared_systems_push(&d->systems);
        s = sys ? read_system(json_array_get(list, i), where, i, sys, err) : cdr_fail_nomem(err, "inventory");
        s = cdr_note_mistake(d, s, err);
    }
    return s;
}

/* "recipients: []" is an answer that the stored list has a word for. */
static bool name_nobody(json_t *activity)
{
    json_t *list = json_object_get(activity, "recipients");
    return !json_is_array(list) || json_array_size(list) > 0 || json_array_append_new(list, json_string(CDR_NOBODY)) == 0;
}

static cdr_status read_activities(const json_t *list, const char *where, cdr_declarations *d, cdr_err *err)
{
    cdr_status s = check_is_list(list, where, "activities", err);
    for (size_t i = 0; s == CDR_OK && i < json_array_size(list); i++) {
        cdr_declared_activity *a = cdr_declared_activities_push(&d->activities);
        if (!name_nobody(json_array_get(list, i)))
            return cdr_fail_nomem(err, "inventory");
        s = a ? take_row(&cdr_activity_record, json_array_get(list, i), where, "activities", i, &a->row, a->where, &a->provenance, err) : cdr_fail_nomem(err, "inventory");
        s = cdr_note_mistake(d, s, err);
    }
    return s;
}

static cdr_status read_datasets(const json_t *list, const char *where, cdr_declarations *d, cdr_err *err)
{
    cdr_status s = check_is_list(list, where, "datasets", err);
    for (size_t i = 0; s == CDR_OK && i < json_array_size(list); i++) {
        cdr_declared_set *x = cdr_declared_sets_push(&d->datasets);
        s = x ? take_row(&cdr_declared_dataset_record, json_array_get(list, i), where, "datasets", i, &x->row, x->where, &x->provenance, err) : cdr_fail_nomem(err, "inventory");
        s = cdr_note_mistake(d, s, err);
    }
    return s;
}

static cdr_status check_sections(const json_t *j, const char *where, cdr_err *err)
{
    static const char *const sections[] = {"organisation", "parties", "systems", "activities", "datasets"};
    const char *key;
    json_t *value, *obj = (json_t *)(uintptr_t)j;
    if (!json_is_object(j))
        return cdr_fail(err, CDR_E_INVAL, "inventory", "inventory.empty", "%s holds no inventory; it begins with sections such as organisation, parties and systems.", where);
    json_object_foreach(obj, key, value) {
        bool known = false;
        for (size_t i = 0; i < CDR_COUNT(sections); i++)
            known = known || !strcmp(key, sections[i]);
        if (known)
            continue;
        const char *near = !strcmp(key, "organization") ? "organisation" : cdr_text_nearest(key, sections, CDR_COUNT(sections));
        _cleanup_buf_ cdr_buf shown = CDR_BUF(400);
        cdr_text_escape(&shown, key, strnlen(key, 80));
        return near ? cdr_fail(err, CDR_E_INVAL, "inventory", "inventory.section", "%s: %s is no section of an inventory; did you mean %s?", where, shown.data, near)
                    : cdr_fail(err, CDR_E_INVAL, "inventory", "inventory.section", "%s: %s is no section of an inventory; there are organisation, parties, systems, activities and datasets.",
                               where, shown.data);
    }
    return CDR_OK;
}

static cdr_status read_all(const json_t *j, const char *where, cdr_declarations *d, cdr_err *err)
{
    typedef cdr_status read_fn(const json_t *j, const char *where, cdr_declarations *d, cdr_err *err);
    static const struct { const char *name; read_fn *read; } sections[] = {
        {"organisation", read_organisation}, {"parties", read_parties}, {"systems", read_systems}, {"activities", read_activities}, {"datasets", read_datasets}};
    cdr_status s = check_sections(j, where, err);
    if (!json_is_object(j))
        return s;
    s = cdr_note_mistake(d, s, err);
    for (size_t i = 0; s == CDR_OK && i < CDR_COUNT(sections); i++)
        s = cdr_note_mistake(d, sections[i].read(json_object_get(j, sections[i].name), where, d, err), err);
    return s == CDR_OK || s == CDR_E_INVAL ? cdr_mistakes_status(d, err) : s;
}

cdr_status cdr_declarations_read(cdr_declarations *d, const char *text, size_t len, const char *where, cdr_err *err)
{
    _cleanup_json_ json_t *j = NULL;
    cdr_status s = cdr_yaml_parse(text, len, where, &j, err);
    return s == CDR_OK ? read_all(j, where, d, err) : s;
}

cdr_status cdr_inventory_import(cdr_inventory *inv, const char *text, size_t len, const char *where, const char *root, bool prune, cdr_import_counts *ret, cdr_err *err)
{
    cdr_declarations d = {.root = root, .prune = prune, .event = "inventory.import"};
    cdr_status s = cdr_declarations_read(&d, text, len, where, err);
    if (s == CDR_OK)
        s = cdr_declare(inv, &d, ret, err);
    json_decref(inv->mistakes);
    inv->mistakes = json_incref(d.mistakes);
    cdr_declarations_done(&d);
    return s;
}

const char *cdr_inventory_mistake(const cdr_inventory *inv, size_t i)
{
    return json_string_value(json_array_get(inv->mistakes, i));
}

/* --- writing --- */

typedef struct writer { cdr_inventory *inv; json_t *top, *list; cdr_err *err; } writer;

/* What "no" says by itself is left out, so that the file reads as if written by hand. */
static void leave_out(json_t *j)
{
    static const char *const bools[] = {"system_of_record"};
    for (size_t i = 0; i < CDR_COUNT(bools); i++)
        if (json_is_false(json_object_get(j, bools[i])))
            json_object_del(j, bools[i]);
}

static cdr_status row_json(const cdr_record *r, const void *obj, json_t **ret, cdr_err *err)
{
    cdr_status s = cdr_record_to_json(r, obj, ret, err);
    if (s == CDR_OK)
        leave_out(*ret);
    return s;
}

static cdr_status append(writer *w, json_t *j)
{
    return json_array_append_new(w->list, j) ? cdr_fail_nomem(w->err, "inventory") : CDR_OK;
}

static cdr_status write_party(void *arg, const void *obj)
{
    writer *w = arg;
    json_t *j;
    cdr_status s = row_json(&cdr_party_record, obj, &j, w->err);
    if (s != CDR_OK)
        return s;
    if (strcmp(((const cdr_party *)obj)->key, CDR_PARTY_US))
        return append(w, j);
    json_object_del(j, "key");
    json_object_del(j, "kind");
    return json_object_set_new(w->top, "organisation", j) ? cdr_fail_nomem(w->err, "inventory") : CDR_OK;
}

static cdr_status write_holders(writer *w, const cdr_holdings *holders, json_t *system)
{
    if (holders->len == 0)
        return CDR_OK;
    json_t *list = json_array();
    if (!list || json_object_set_new(system, "holders", list))
        return cdr_fail_nomem(w->err, "inventory");
    cdr_status s = CDR_OK;
    for (size_t i = 0; s == CDR_OK && i < holders->len; i++) {
        json_t *h;
        s = cdr_record_to_json(&cdr_holder_record, &holders->at[i], &h, w->err);
        if (s == CDR_OK && json_array_append_new(list, h))
            s = cdr_fail_nomem(w->err, "inventory");
    }
    return s;
}

static cdr_status write_system(void *arg, const void *obj)
{
    writer *w = arg;
    json_t *j;
    cdr_holdings holders = {0};
    cdr_status s = row_json(&cdr_system_record, obj, &j, w->err);
    if (s != CDR_OK)
        return s;
    s = cdr_store_holdings(w->inv, ((const cdr_system *)obj)->key, &holders, w->err);
    if (s == CDR_OK)
        s = write_holders(w, &holders, j);
    cdr_holdings_clear(&holders);
    if (s == CDR_OK)
        return append(w, j);
    json_decref(j);
    return s;
}

static cdr_status write_activity(void *arg, const void *obj)
{
    writer *w = arg;
    json_t *j;
    cdr_status s = row_json(&cdr_activity_record, obj, &j, w->err);
    return s == CDR_OK ? append(w, j) : s;
}

static cdr_status write_dataset(void *arg, const void *obj)
{
    writer *w = arg;
    json_t *j;
    cdr_status s = row_json(&cdr_declared_dataset_record, obj, &j, w->err);
    return s == CDR_OK ? append(w, j) : s;
}

static cdr_status write_section(writer *w, cdr_entity e, cdr_status (*fn)(void *arg, const void *obj))
{
    w->list = json_array();
    if (!w->list)
        return cdr_fail_nomem(w->err, "inventory");
    cdr_status s = cdr_store_each(w->inv, e, fn, w, w->err);
    if (s == CDR_OK && json_array_size(w->list) > 0 && json_object_set(w->top, cdr_entity_plural(e), w->list))
        s = cdr_fail_nomem(w->err, "inventory");
    json_decref(w->list);
    return s;
}

cdr_status cdr_inventory_export(cdr_inventory *inv, char **ret, cdr_err *err)
{
    *ret = NULL;
    _cleanup_json_ json_t *top = json_object();
    if (!top)
        return cdr_fail_nomem(err, "inventory");
    writer w = {.inv = inv, .top = top, .err = err};
    cdr_status s = write_section(&w, CDR_ENTITY_PARTY, write_party);
    if (s == CDR_OK)
        s = write_section(&w, CDR_ENTITY_SYSTEM, write_system);
    if (s == CDR_OK)
        s = write_section(&w, CDR_ENTITY_ACTIVITY, write_activity);
    if (s == CDR_OK)
        s = write_section(&w, CDR_ENTITY_DATASET, write_dataset);
    _cleanup_buf_ cdr_buf out = CDR_BUF(1 << 26);
    if (s == CDR_OK)
        s = cdr_yaml_write(top, &out, err);
    if (s == CDR_OK && !(*ret = cdr_buf_take(&out)))
        s = cdr_fail_nomem(err, "inventory");
    return s;
}
