/* SPDX-License-Identifier: Apache-2.0 */
/* Fides manifests read into declarations. A system's privacy declarations become processing activities. A manifest that
 * Candor wrote carries our own records under meta.candor; these win over what fides's words say. */
#include "core/inventory/fides.h"

#include "base/text.h"
#include "base/yaml.h"

#include <stdio.h>
#include <string.h>

typedef struct reading { cdr_inventory *inv; cdr_declarations *d; const char *where; cdr_err *err; const json_t *activities; } reading;

static const json_t *meta_of(const json_t *row)
{
    return json_object_get(json_object_get(row, "meta"), CDR_FIDES_META);
}

static void place(const reading *r, char ret[160], const char *list, size_t i)
{
    snprintf(ret, 160, "%.100s: %s[%zu]", r->where, list, i);
}

static cdr_status check_row(const reading *r, const json_t *row, const char *where)
{
    if (!json_is_object(row))
        return cdr_fail(r->err, CDR_E_INVAL, "inventory", "inventory.fides-row", "%s must hold keys and values.", where);
    if (!cdr_json_str(row, "fides_key"))
        return cdr_fail(r->err, CDR_E_INVAL, "inventory", "inventory.fides-key", "%s.fides_key is missing; every row of a manifest needs it.", where);
    return CDR_OK;
}

/* Sets ${name} of ${obj} when the manifest says something. */
static cdr_status take(const reading *r, const cdr_record *rec, void *obj, const char *name, const char *value, const char *where)
{
    return value && *value ? cdr_record_set(rec, obj, name, value, where, r->err) : CDR_OK;
}

/* A list of taxonomy keys, renamed to today's and checked. */
static cdr_status take_keys(const reading *r, cdr_taxonomy_id id, const json_t *list, const char *where, const char *field, json_t **ret)
{
    char at[CDR_ERR_TEXT_MAX], space[200];
    json_t *keys = json_array();
    if (!keys)
        return cdr_fail_nomem(r->err, "inventory");
    cdr_status s = CDR_OK;
    for (size_t i = 0; s == CDR_OK && i < json_array_size(list); i++) {
        const char *key = json_string_value(json_array_get(list, i));
        snprintf(at, sizeof at, "%.300s.%s[%zu]", where, field, i);
        key = cdr_fides_key(id, key ? key : "", space);
        s = cdr_taxon_check(id, key, at, r->err);
        if (s == CDR_OK && json_array_append_new(keys, json_string(key)))
            s = cdr_fail_nomem(r->err, "inventory");
    }
    if (s != CDR_OK) {
        json_decref(keys);
        return s;
    }
    json_decref(*ret);
    *ret = keys;
    return CDR_OK;
}

/* --- organization --- */

static cdr_status read_our_parties(reading *r, const json_t *list, const char *where)
{
    cdr_status s = CDR_OK;
    for (size_t i = 0; s == CDR_OK && i < json_array_size(list); i++) {
        cdr_declared_party *p = cdr_declared_parties_push(&r->d->parties);
        if (!p)
            return cdr_fail_nomem(r->err, "inventory");
        snprintf(p->where, sizeof p->where, "%.100s.meta.candor.parties[%zu]", where, i);
        p->provenance = json_object_get(json_array_get(list, i), "provenance") != NULL;
        s = cdr_record_from_json(&cdr_party_record, json_array_get(list, i), p->where, &p->row, r->err);
    }
    return s;
}

static cdr_status read_our_activities(reading *r, const json_t *list, const char *where)
{
    cdr_status s = CDR_OK;
    for (size_t i = 0; s == CDR_OK && i < json_array_size(list); i++) {
        cdr_declared_activity *a = cdr_declared_activities_push(&r->d->activities);
        if (!a)
            return cdr_fail_nomem(r->err, "inventory");
        snprintf(a->where, sizeof a->where, "%.100s.meta.candor.activities[%zu]", where, i);
        a->provenance = json_object_get(json_array_get(list, i), "provenance") != NULL;
        s = cdr_record_from_json(&cdr_activity_record, json_array_get(list, i), a->where, &a->row, r->err);
    }
    return s;
}

static cdr_status read_organization(reading *r, const json_t *row, size_t i)
{
    char where[160];
    place(r, where, "organization", i);
    cdr_status s = check_row(r, row, where);
    const json_t *meta = meta_of(row);
    if (s == CDR_OK && meta) {
        r->activities = json_object_get(meta, "activities");
        s = read_our_parties(r, json_object_get(meta, "parties"), where);
        return s == CDR_OK ? read_our_activities(r, r->activities, where) : s;
    }
    if (s != CDR_OK || i > 0)
        return s;
    cdr_declared_party *p = cdr_declared_parties_push(&r->d->parties);
    if (!p)
        return cdr_fail_nomem(r->err, "inventory");
    snprintf(p->where, sizeof p->where, "%s", where);
    const cdr_record *rec = &cdr_party_record;
    const char *name = cdr_json_str(row, "name"), *mail = cdr_json_str(json_object_get(row, "data_protection_officer"), "email");
    cdr_record_init(rec, &p->row);
    s = take(r, rec, &p->row, "key", CDR_PARTY_US, where);
    if (s == CDR_OK)
        s = take(r, rec, &p->row, "kind", "organisation", where);
    if (s == CDR_OK)
        s = take(r, rec, &p->row, "name", name ? name : cdr_json_str(row, "fides_key"), where);
    return s == CDR_OK ? take(r, rec, &p->row, "contact", mail ? mail : cdr_json_str(json_object_get(row, "controller"), "email"), where) : s;
}

/* --- system --- */

/* "newsletter" and "Send news!" make "newsletter.send-news". */
static void make_key(char ret[65], const char *system, const char *name)
{
    size_t len = (size_t)snprintf(ret, 65, "%.40s.", system);
    bool dash = false;
    for (const char *s = name; *s && len < 64; s++) {
        char c = *s >= 'A' && *s <= 'Z' ? (char)(*s | 0x20) : *s;
        bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (!plain) {
            dash = ret[len - 1] != '.' && ret[len - 1] != '-';
            continue;
        }
        if (dash && len < 63)
            ret[len++] = '-';
        dash = false;
        ret[len++] = c;
    }
    ret[len] = '\0';
    if (len > 0 && ret[len - 1] == '.')
        ret[len - 1] = '\0';
}

/* A key that no activity of the manifest has yet. */
static void make_unique(const reading *r, char key[65], const cdr_declared_activity *self)
{
    char base[65];
    memcpy(base, key, sizeof base);
    for (unsigned n = 2, again = 1; again && n < 1000; n++) {
        again = 0;
        for (size_t i = 0; i < r->d->activities.len; i++)
            if (&r->d->activities.at[i] != self && !strcmp(r->d->activities.at[i].row.key, key))
                again = 1;
        if (again)
            snprintf(key, 65, "%.58s-%u", base, n);
    }
}

static bool is_ours(const reading *r, const char *purpose)
{
    for (size_t i = 0; i < json_array_size(r->activities); i++) {
        const char *ours = cdr_json_str(json_array_get(r->activities, i), "purpose");
        if (ours && !strcmp(ours, purpose))
            return true;
    }
    return false;
}

static cdr_status take_retention(const reading *r, cdr_activity *a, const char *text, const char *where)
{
    char period[16];
    if (!text || !*text)
        return CDR_OK;
    return cdr_fides_period(text, period) ? take(r, &cdr_activity_record, a, "retention.period", period, where)
                                          : take(r, &cdr_activity_record, a, "retention.source", text, where);
}

static bool is_word(const char *text, const char *word)
{
    return text && cdr_ascii_ieq(text, strlen(text), word, strlen(word));
}

/* "Controller", or a list of such words in newer manifests. */
static int64_t role_of(const json_t *system)
{
    const json_t *list = json_object_get(system, "responsibility");
    const char *title = json_is_array(list) ? json_string_value(json_array_get(list, 0)) : cdr_json_str(system, "data_responsibility_title");
    return is_word(title, "Processor") || is_word(title, "Sub-Processor") ? 2 : 0;
}

/* Impact assessments stand with the system, under older and newer keys. */
static cdr_status take_assessment(const reading *r, cdr_activity *a, const json_t *system, const char *where)
{
    const json_t *old = json_object_get(system, "data_protection_impact_assessment");
    const json_t *required = json_object_get(old, "is_required") ? json_object_get(old, "is_required") : json_object_get(system, "requires_data_protection_assessments");
    const char *progress = cdr_json_str(old, "progress") ? cdr_json_str(old, "progress") : cdr_json_str(system, "dpa_progress");
    const char *link = cdr_json_str(old, "link") ? cdr_json_str(old, "link") : cdr_json_str(system, "dpa_location");
    const char *state = is_word(progress, "Complete") ? "done" : json_is_true(required) ? (progress ? "in progress" : "required") : json_is_false(required) ? "not required" : "";
    cdr_status s = take(r, &cdr_activity_record, a, "dpia", state, where);
    return s == CDR_OK && !(a->dpia_link && *a->dpia_link) ? take(r, &cdr_activity_record, a, "dpia_link", link, where) : s;
}

/* What the system says for all of its declarations. */
static cdr_status take_from_system(const reading *r, cdr_activity *a, const json_t *system, const char *where)
{
    const json_t *countries = json_object_get(system, "third_country_transfers");
    a->role = role_of(system);
    if (json_is_array(countries) && json_array_size(countries) > 0) {
        json_t *list = json_array();
        for (size_t i = 0; list && i < json_array_size(countries); i++)
            if (json_is_string(json_array_get(countries, i)) && json_array_append(list, json_array_get(countries, i))) {
                json_decref(list);
                list = NULL;
            }
        if (!list)
            return cdr_fail_nomem(r->err, "inventory");
        json_decref(a->transfers);
        a->transfers = list;
    }
    return take_assessment(r, a, system, where);
}

static cdr_status fill_activity(const reading *r, cdr_activity *a, const char *key, const char *system, const char *purpose, const char *use, const json_t *j, const char *where)
{
    const cdr_record *rec = &cdr_activity_record;
    const char *basis = cdr_json_str(j, "legal_basis_for_processing"), *condition = cdr_json_str(j, "special_category_legal_basis");
    cdr_status s = take(r, rec, a, "key", key, where);
    if (s == CDR_OK)
        s = take(r, rec, a, "purpose", purpose, where);
    if (s == CDR_OK)
        s = take(r, rec, a, "data_use", use, where);
    if (s == CDR_OK)
        s = take(r, rec, a, "systems", system, where);
    if (s == CDR_OK)
        s = take_keys(r, CDR_TAXONOMY_CATEGORY, json_object_get(j, "data_categories"), where, "data_categories", &a->categories);
    if (s == CDR_OK)
        s = take_keys(r, CDR_TAXONOMY_SUBJECT, json_object_get(j, "data_subjects"), where, "data_subjects", &a->subjects);
    if (s == CDR_OK)
        s = take(r, rec, a, "recipients", cdr_json_str(j, "third_parties"), where);
    if (s == CDR_OK)
        s = take(r, rec, a, "dpia_link", cdr_json_str(j, "impact_assessment_location"), where);
    a->lawful_basis = basis ? cdr_fides_basis(basis) : 0;
    a->special_condition = condition ? cdr_fides_condition(condition) : 0;
    return s == CDR_OK ? take_retention(r, a, cdr_json_str(j, "retention_period"), where) : s;
}

static cdr_status read_privacy_declaration(reading *r, const json_t *row, const json_t *j, const char *where)
{
    const char *system = cdr_json_str(row, "fides_key");
    char space[200], key[65], at[CDR_ERR_TEXT_MAX];
    const char *raw = cdr_json_str(j, "data_use"), *name = cdr_json_str(j, "name");
    if (!raw)
        return cdr_fail(r->err, CDR_E_INVAL, "inventory", "inventory.fides-use", "%s.data_use is missing; every privacy declaration needs one.", where);
    const char *use = cdr_fides_key(CDR_TAXONOMY_USE, raw, space);
    snprintf(at, sizeof at, "%.300s.data_use", where);
    cdr_status s = cdr_taxon_check(CDR_TAXONOMY_USE, use, at, r->err);
    if (s != CDR_OK)
        return s;
    const char *purpose = name && *name ? name : cdr_taxon_find(CDR_TAXONOMY_USE, use)->name;
    if (is_ours(r, purpose))
        return CDR_OK;
    cdr_declared_activity *a = cdr_declared_activities_push(&r->d->activities);
    if (!a)
        return cdr_fail_nomem(r->err, "inventory");
    snprintf(a->where, sizeof a->where, "%.150s", where);
    cdr_record_init(&cdr_activity_record, &a->row);
    make_key(key, system, name && *name ? name : use);
    make_unique(r, key, a);
    s = fill_activity(r, &a->row, key, system, purpose, use, j, where);
    return s == CDR_OK ? take_from_system(r, &a->row, row, where) : s;
}

static cdr_status read_our_holders(reading *r, cdr_declared_system *sys, const json_t *list)
{
    cdr_status s = CDR_OK;
    for (size_t i = 0; s == CDR_OK && i < json_array_size(list); i++) {
        cdr_declared_holder *h = cdr_declared_holders_push(&sys->holders);
        if (!h)
            return cdr_fail_nomem(r->err, "inventory");
        snprintf(h->where, sizeof h->where, "%.100s.meta.candor.holders[%zu]", sys->where, i);
        h->provenance = json_object_get(json_array_get(list, i), "provenance") != NULL;
        s = cdr_record_from_json(&cdr_holder_record, json_array_get(list, i), h->where, &h->row, r->err);
    }
    return s;
}

/* What is stored under ${key}, as JSON without its provenance; an empty object when it is new. */
static cdr_status stored_json(const reading *r, cdr_entity e, const char *key, json_t **ret)
{
    cdr_any_entity obj;
    if (!r->inv)
        return (*ret = json_object()) ? CDR_OK : cdr_fail_nomem(r->err, "inventory");
    cdr_status s = cdr_store_get(r->inv, e, key, &obj, r->err);
    if (s == CDR_OK)
        s = cdr_record_to_json(cdr_entity_record(e), &obj, ret, r->err);
    else if (s == CDR_NOT_FOUND)
        s = (*ret = json_object()) ? CDR_OK : cdr_fail_nomem(r->err, "inventory");
    cdr_record_done(cdr_entity_record(e), &obj);
    if (s == CDR_OK)
        json_object_del(*ret, "provenance");
    return s;
}

/* Our own record of a system from meta.candor, else what is stored; completed by what the row says. */
static cdr_status take_our_system(reading *r, cdr_declared_system *sys, const json_t *row, const json_t *meta)
{
    _cleanup_json_ json_t *whole = json_is_object(meta) ? json_copy((json_t *)(uintptr_t)meta) : NULL;
    const char *name = cdr_json_str(row, "name"), *key = cdr_json_str(row, "fides_key");
    sys->keep_holders = !json_object_get(meta, "holders");
    if (!whole) {
        cdr_status s = stored_json(r, CDR_ENTITY_SYSTEM, key, &whole);
        if (s != CDR_OK)
            return s;
    }
    if (!whole || json_object_set_new(whole, "key", json_string(key)) || json_object_set_new(whole, "name", json_string(name && *name ? name : key)))
        return cdr_fail_nomem(r->err, "inventory");
    json_object_del(whole, "holders");
    static const char *const same[][2] = {{"description", "description"}, {"owner", "administrating_department"}};
    for (size_t i = 0; i < CDR_COUNT(same); i++) {
        const char *text = cdr_json_str(row, same[i][1]);
        if (text && *text && json_object_set_new(whole, same[i][0], json_string(text)))
            return cdr_fail_nomem(r->err, "inventory");
    }
    sys->provenance = json_object_get(whole, "provenance") != NULL;
    return cdr_record_from_json(&cdr_system_record, whole, sys->where, &sys->row, r->err);
}

static cdr_status read_system(reading *r, const json_t *row, size_t i)
{
    cdr_declared_system *sys = cdr_declared_systems_push(&r->d->systems);
    if (!sys)
        return cdr_fail_nomem(r->err, "inventory");
    place(r, sys->where, "system", i);
    char where[160];
    memcpy(where, sys->where, sizeof where);
    const json_t *meta = meta_of(row), *list = json_object_get(row, "privacy_declarations");
    cdr_status s = check_row(r, row, where);
    if (s == CDR_OK)
        s = take_our_system(r, sys, row, meta);
    if (s == CDR_OK)
        s = read_our_holders(r, sys, json_object_get(meta, "holders"));
    for (size_t k = 0; s == CDR_OK && k < json_array_size(list); k++) {
        char at[CDR_ERR_TEXT_MAX];
        snprintf(at, sizeof at, "%.120s.privacy_declarations[%zu]", where, k);
        s = read_privacy_declaration(r, row, json_array_get(list, k), at);
    }
    return s;
}

/* --- dataset --- */

typedef struct step { const json_t *list; size_t at; } step;

/* Every data_categories in the tree of collections and fields, without recursion. */
static cdr_status check_collections(const reading *r, json_t *collections, const char *where)
{
    step stack[CDR_JSON_DEPTH_MAX];
    size_t depth = 0;
    cdr_status s = CDR_OK;
    stack[depth++] = (step){collections, 0};
    while (s == CDR_OK && depth > 0) {
        step *top = &stack[depth - 1];
        if (top->at >= json_array_size(top->list)) {
            depth--;
            continue;
        }
        json_t *row = json_array_get(top->list, top->at++);
        char at[CDR_ERR_TEXT_MAX];
        const char *name = cdr_json_str(row, "name");
        snprintf(at, sizeof at, "%.120s: %.60s", where, name ? name : "a field without name");
        if (!json_is_object(row) || !name)
            return cdr_fail(r->err, CDR_E_INVAL, "inventory", "inventory.fides-field", "%s: each collection and field needs a name.", where);
        json_t *keys = NULL;
        if (json_object_get(row, "data_categories")) {
            s = take_keys(r, CDR_TAXONOMY_CATEGORY, json_object_get(row, "data_categories"), at, "data_categories", &keys);
            if (s == CDR_OK && json_object_set_new(row, "data_categories", keys))
                s = cdr_fail_nomem(r->err, "inventory");
        }
        const json_t *inner = json_object_get(row, "fields");
        if (s == CDR_OK && inner && depth == CDR_COUNT(stack))
            return cdr_fail(r->err, CDR_E_LIMIT, "inventory", "inventory.fides-deep", "%s: fields stand too deep in one another.", where);
        if (s == CDR_OK && inner)
            stack[depth++] = (step){inner, 0};
    }
    return s;
}

static cdr_status read_dataset(reading *r, const json_t *row, size_t i)
{
    cdr_declared_set *x = cdr_declared_sets_push(&r->d->datasets);
    if (!x)
        return cdr_fail_nomem(r->err, "inventory");
    const cdr_record *rec = &cdr_declared_dataset_record;
    cdr_record_init(rec, &x->row);
    place(r, x->where, "dataset", i);
    cdr_status s = check_row(r, row, x->where);
    if (s != CDR_OK)
        return s;
    s = take(r, rec, &x->row, "key", cdr_json_str(row, "fides_key"), x->where);
    if (s == CDR_OK)
        s = take(r, rec, &x->row, "name", cdr_json_str(row, "name"), x->where);
    if (s == CDR_OK)
        s = take(r, rec, &x->row, "description", cdr_json_str(row, "description"), x->where);
    if (s == CDR_OK)
        s = take(r, rec, &x->row, "system", cdr_json_str(meta_of(row), "system"), x->where);
    if (s == CDR_OK)
        s = take_keys(r, CDR_TAXONOMY_CATEGORY, json_object_get(row, "data_categories"), x->where, "data_categories", &x->row.categories);
    const json_t *collections = json_object_get(row, "collections");
    if (s != CDR_OK || !json_is_array(collections))
        return s;
    x->row.collections = json_deep_copy(collections);
    return x->row.collections ? check_collections(r, x->row.collections, x->where) : cdr_fail_nomem(r->err, "inventory");
}

/* dataset_references of privacy declarations say to which system a dataset belongs. */
static cdr_status refer(reading *r, const char *system, const char *dataset)
{
    for (size_t i = 0; dataset && i < r->d->datasets.len; i++) {
        cdr_declared_dataset *d = &r->d->datasets.at[i].row;
        if (d->key && !strcmp(d->key, dataset) && (!d->system || !*d->system))
            return cdr_record_set(&cdr_declared_dataset_record, d, "system", system, r->where, r->err);
    }
    return CDR_OK;
}

static cdr_status connect(reading *r, const json_t *systems)
{
    cdr_status s = CDR_OK;
    for (size_t i = 0; s == CDR_OK && i < json_array_size(systems); i++) {
        const json_t *row = json_array_get(systems, i), *list = json_object_get(row, "privacy_declarations");
        for (size_t k = 0; s == CDR_OK && k < json_array_size(list); k++) {
            const json_t *refs = json_object_get(json_array_get(list, k), "dataset_references");
            for (size_t n = 0; s == CDR_OK && n < json_array_size(refs); n++)
                s = refer(r, cdr_json_str(row, "fides_key"), json_string_value(json_array_get(refs, n)));
        }
    }
    return s;
}

/* --- the whole --- */

static cdr_status each_row(reading *r, const json_t *top, const char *list, cdr_status (*fn)(reading *r, const json_t *row, size_t i))
{
    const json_t *rows = json_object_get(top, list);
    if (rows && !json_is_array(rows) && !json_is_null(rows))
        return cdr_fail(r->err, CDR_E_INVAL, "inventory", "inventory.list", "%s: %s must be a list; begin each entry with a dash.", r->where, list);
    cdr_status s = CDR_OK;
    for (size_t i = 0; s == CDR_OK && i < json_array_size(rows); i++)
        s = fn(r, json_array_get(rows, i), i);
    return s;
}

static cdr_status check_top(const reading *r, const json_t *top)
{
    static const char *const lists[] = {"organization", "system", "dataset", "policy", "data_category", "data_use", "data_subject", "data_qualifier", "registry"};
    const char *key;
    json_t *value, *obj = (json_t *)(uintptr_t)top;
    if (!json_is_object(top) || json_object_size(top) == 0)
        return cdr_fail(r->err, CDR_E_INVAL, "inventory", "inventory.fides-empty", "%s is no fides manifest; it begins with a list such as system or dataset.", r->where);
    json_object_foreach(obj, key, value) {
        bool known = false;
        for (size_t i = 0; i < CDR_COUNT(lists); i++)
            known = known || !strcmp(lists[i], key);
        if (known)
            continue;
        const char *near = cdr_text_nearest(key, lists, CDR_COUNT(lists));
        _cleanup_buf_ cdr_buf shown = CDR_BUF(400);
        cdr_text_escape(&shown, key, strnlen(key, 80));
        return near ? cdr_fail(r->err, CDR_E_INVAL, "inventory", "inventory.fides-list", "%s: %s is no list of a fides manifest; did you mean %s?", r->where, shown.data, near)
                    : cdr_fail(r->err, CDR_E_INVAL, "inventory", "inventory.fides-list", "%s: %s is no list of a fides manifest.", r->where, shown.data);
    }
    return CDR_OK;
}

cdr_status cdr_declarations_read_fides(cdr_inventory *inv, cdr_declarations *d, const char *text, size_t len, const char *where, cdr_err *err)
{
    _cleanup_json_ json_t *top = NULL;
    reading r = {.inv = inv, .d = d, .where = where, .err = err};
    cdr_status s = cdr_yaml_parse(text, len, where, &top, err);
    if (s == CDR_OK)
        s = check_top(&r, top);
    if (s == CDR_OK)
        s = each_row(&r, top, "organization", read_organization);
    if (s == CDR_OK)
        s = each_row(&r, top, "dataset", read_dataset);
    if (s == CDR_OK)
        s = each_row(&r, top, "system", read_system);
    return s == CDR_OK ? connect(&r, json_object_get(top, "system")) : s;
}

cdr_status cdr_inventory_import_fides(cdr_inventory *inv, const char *text, size_t len, const char *where, cdr_import_counts *ret, cdr_err *err)
{
    cdr_declarations d = {.event = "inventory.import"};
    cdr_status s = cdr_declarations_read_fides(inv, &d, text, len, where, err);
    if (s == CDR_OK)
        s = cdr_declare(inv, &d, ret, err);
    cdr_declarations_done(&d);
    return s;
}
