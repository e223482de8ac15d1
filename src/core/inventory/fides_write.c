/* SPDX-License-Identifier: Apache-2.0 */
/* Declarations as a fides manifest: systems with their activities as privacy declarations, datasets; our own records under
 * meta.candor, so that reading it back gives the same. */
#include "core/inventory/fides.h"

#include "base/yaml.h"

#include <string.h>

typedef struct writing { cdr_inventory *inv; cdr_err *err; json_t *parties, *activities, *systems, *datasets; const char *org; char *org_name; } writing;

static cdr_status nomem(const writing *w)
{
    return cdr_fail_nomem(w->err, "inventory");
}

static cdr_status keep(const writing *w, json_t *list, const cdr_record *r, const void *obj)
{
    json_t *j;
    cdr_status s = cdr_record_to_json(r, obj, &j, w->err);
    return s == CDR_OK && json_array_append_new(list, j) ? nomem(w) : s;
}

static cdr_status write_party(void *arg, const void *obj)
{
    writing *w = arg;
    const cdr_party *p = obj;
    if (!strcmp(p->key, CDR_PARTY_US) && !(w->org_name = cdr_strdup(p->name)))
        return nomem(w);
    return keep(w, w->parties, &cdr_party_record, obj);
}

static cdr_status write_activity(void *arg, const void *obj)
{
    writing *w = arg;
    return keep(w, w->activities, &cdr_activity_record, obj);
}

/* Fides wants a use; an activity that names none gets the nearest by its lawful basis, and its own record stays as it is. */
static const char *use_of(const json_t *activity)
{
    const char *use = cdr_json_str(activity, "data_use"), *basis = cdr_json_str(activity, "lawful_basis");
    if (use && *use)
        return use;
    return basis && !strcmp(basis, "legal obligation") ? "essential.legal_obligation" : basis && !strcmp(basis, "contract") ? "essential.service" : "functional";
}

static json_t *subjects_of(const json_t *activity)
{
    const json_t *list = json_object_get(activity, "subjects");
    json_t *keys = json_array();
    for (size_t i = 0; keys && i < json_array_size(list); i++) {
        const char *word = json_string_value(json_array_get(list, i));
        const cdr_taxon *t = word ? cdr_taxon_by_word(CDR_TAXONOMY_SUBJECT, word) : NULL;
        if (t && json_array_append_new(keys, json_string(t->key))) {
            json_decref(keys);
            return NULL;
        }
    }
    return keys;
}

static int64_t index_of(const char *const *names, const char *name)
{
    for (int64_t i = 0; name && names[i]; i++)
        if (!strcmp(names[i], name))
            return i;
    return 0;
}

static bool set_text(json_t *j, const char *key, const char *text)
{
    return !text || !*text || !json_object_set_new(j, key, json_string(text));
}

static json_t *declaration_of(const json_t *a)
{
    json_t *categories = json_object_get(a, "categories"), *subjects = subjects_of(a);
    json_t *j = subjects ? json_pack("{s:s, s:o, s:s, s:o}", "name", cdr_json_str(a, "purpose"), "data_categories", categories ? json_deep_copy(categories) : json_array(), "data_use",
                                     use_of(a), "data_subjects", subjects) : NULL;
    const json_t *retention = json_object_get(a, "retention");
    const char *period = cdr_json_str(retention, "period"), *condition = cdr_fides_condition_word(index_of(cdr_special_condition_names, cdr_json_str(a, "special_condition")));
    bool ok = j && set_text(j, "legal_basis_for_processing", cdr_fides_basis_word(index_of(cdr_lawful_basis_names, cdr_json_str(a, "lawful_basis")))) &&
              set_text(j, "special_category_legal_basis", condition) && (!condition || !json_object_set_new(j, "processes_special_category_data", json_true())) &&
              set_text(j, "retention_period", period ? period : cdr_json_str(retention, "source")) && set_text(j, "impact_assessment_location", cdr_json_str(a, "dpia_link"));
    if (ok)
        return j;
    json_decref(j);
    return NULL;
}

static bool names(const json_t *list, const char *key)
{
    for (size_t i = 0; i < json_array_size(list); i++)
        if (!strcmp(json_string_value(json_array_get(list, i)), key))
            return true;
    return false;
}

static cdr_status add_declarations(const writing *w, const char *system, json_t *row)
{
    json_t *list = json_array();
    if (!list || json_object_set_new(row, "privacy_declarations", list))
        return nomem(w);
    for (size_t i = 0; i < json_array_size(w->activities); i++) {
        const json_t *a = json_array_get(w->activities, i);
        if (names(json_object_get(a, "systems"), system) && json_array_append_new(list, declaration_of(a)))
            return nomem(w);
    }
    return CDR_OK;
}

/* What fides has its own words for is taken out of ours. */
static cdr_status add_meta(const writing *w, const cdr_system *s, json_t *row)
{
    json_t *ours, *holders;
    cdr_holdings list;
    cdr_status st = cdr_record_to_json(&cdr_system_record, s, &ours, w->err);
    if (st != CDR_OK)
        return st;
    static const char *const said[] = {"key", "name", "description", "owner"};
    for (size_t i = 0; i < CDR_COUNT(said); i++)
        json_object_del(ours, said[i]);
    holders = json_array();
    if (!holders || json_object_set_new(ours, "holders", holders) || json_object_set_new(row, "meta", json_pack("{s:O}", CDR_FIDES_META, ours)))
        st = nomem(w);
    json_decref(ours);
    if (st != CDR_OK)
        return st;
    st = cdr_store_holdings(w->inv, s->key, &list, w->err);
    for (size_t i = 0; st == CDR_OK && i < list.len; i++)
        st = keep(w, holders, &cdr_holder_record, &list.at[i]);
    cdr_holdings_clear(&list);
    return st;
}

static cdr_status write_system(void *arg, const void *obj)
{
    writing *w = arg;
    const cdr_system *s = obj;
    json_t *row = json_pack("{s:s, s:s, s:s, s:s}", "fides_key", s->key, "organization_fides_key", w->org, "name", s->name, "system_type", "System");
    if (!row || json_array_append_new(w->systems, row) || !set_text(row, "description", s->description) || !set_text(row, "administrating_department", s->owner))
        return nomem(w);
    cdr_status st = add_declarations(w, s->key, row);
    return st == CDR_OK ? add_meta(w, s, row) : st;
}

static cdr_status write_dataset(void *arg, const void *obj)
{
    writing *w = arg;
    const cdr_declared_dataset *d = obj;
    json_t *row = json_pack("{s:s, s:s}", "fides_key", d->key, "organization_fides_key", w->org);
    if (!row || json_array_append_new(w->datasets, row) || !set_text(row, "name", d->name) || !set_text(row, "description", d->description))
        return nomem(w);
    if (json_array_size(d->categories) && json_object_set_new(row, "data_categories", json_deep_copy(d->categories)))
        return nomem(w);
    if (d->system && *d->system && json_object_set_new(row, "meta", json_pack("{s:{s:s}}", CDR_FIDES_META, "system", d->system)))
        return nomem(w);
    return json_object_set_new(row, "collections", d->collections ? json_deep_copy(d->collections) : json_array()) ? nomem(w) : CDR_OK;
}

static cdr_status write_rows(writing *w)
{
    cdr_status s = cdr_store_each(w->inv, CDR_ENTITY_PARTY, write_party, w, w->err);
    if (s == CDR_OK)
        s = cdr_store_each(w->inv, CDR_ENTITY_ACTIVITY, write_activity, w, w->err);
    if (s == CDR_OK)
        s = cdr_store_each(w->inv, CDR_ENTITY_SYSTEM, write_system, w, w->err);
    return s == CDR_OK ? cdr_store_each(w->inv, CDR_ENTITY_DATASET, write_dataset, w, w->err) : s;
}

static cdr_status write_text(const writing *w, char **ret)
{
    _cleanup_buf_ cdr_buf out = CDR_BUF(1 << 26);
    _cleanup_json_ json_t *top = json_pack("{s:[{s:s, s:s, s:{s:{s:O, s:O}}}], s:O, s:O}", "organization", "fides_key", w->org, "name", w->org_name ? w->org_name : w->org, "meta",
                                           CDR_FIDES_META, "parties", w->parties, "activities", w->activities, "dataset", w->datasets, "system", w->systems);
    if (!top)
        return nomem(w);
    cdr_status s = cdr_yaml_write(top, &out, w->err);
    return s == CDR_OK && !(*ret = cdr_buf_take(&out)) ? nomem(w) : s;
}

cdr_status cdr_inventory_export_fides(cdr_inventory *inv, char **ret, cdr_err *err)
{
    *ret = NULL;
    writing w = {.inv = inv, .err = err, .parties = json_array(), .activities = json_array(), .systems = json_array(), .datasets = json_array(), .org = "default_organization"};
    cdr_status s = w.parties && w.activities && w.systems && w.datasets ? write_rows(&w) : nomem(&w);
    if (s == CDR_OK)
        s = write_text(&w, ret);
    json_decref(w.parties);
    json_decref(w.activities);
    json_decref(w.systems);
    json_decref(w.datasets);
    cdr_free(w.org_name);
    return s;
}
