/* SPDX-License-Identifier: Apache-2.0 */
#include "core/inventory/edit.h"

#include "base/arena.h"
#include "base/text.h"
#include "core/inventory/declare.h"

#include <stdlib.h>
#include <string.h>

static const char *noun(cdr_entity e)
{
    return cdr_entity_record(e)->name;
}

/* --- keys --- */

typedef struct keys { cdr_words words; cdr_arena *arena; } keys;

/* Every entity begins with id and key. */
static cdr_status take_key(void *arg, const void *obj)
{
    keys *k = arg;
    const char **slot = cdr_words_push(&k->words);
    return slot && (*slot = cdr_arena_strdup(k->arena, ((const cdr_party *)obj)->key)) ? CDR_OK : CDR_E_NOMEM;
}
_Static_assert(offsetof(cdr_party, key) == offsetof(cdr_system, key) && offsetof(cdr_party, key) == offsetof(cdr_activity, key) &&
                   offsetof(cdr_party, key) == offsetof(cdr_declared_dataset, key), "entities begin alike");

static cdr_status gather(cdr_inventory *inv, cdr_entity e, keys *k, cdr_err *err)
{
    cdr_status s = cdr_store_each(inv, e, take_key, k, err);
    return s == CDR_E_NOMEM ? cdr_fail_nomem(err, "inventory") : s;
}

static cdr_status not_found(cdr_inventory *inv, cdr_entity first, cdr_entity last, const char *key, cdr_err *err)
{
    keys k = {.arena = cdr_arena_new(1 << 24)};
    cdr_status s = k.arena ? CDR_OK : cdr_fail_nomem(err, "inventory");
    for (cdr_entity e = first; s == CDR_OK && e <= last; e++)
        s = gather(inv, e, &k, err);
    _cleanup_buf_ cdr_buf shown = CDR_BUF(600);
    cdr_text_escape(&shown, key, strnlen(key, 100));
    const char *near = s == CDR_OK ? cdr_text_nearest(key, k.words.at, k.words.len) : NULL, *what = first == last ? noun(first) : "entry";
    if (s == CDR_OK)
        s = near ? cdr_fail(err, CDR_NOT_FOUND, "inventory", "inventory.no-such-key", "There is no %s %s; did you mean %s?", what, shown.data, near)
                 : cdr_fail(err, CDR_NOT_FOUND, "inventory", "inventory.no-such-key", "There is no %s %s; candor inventory list shows what there is.", what,
                            shown.data ? shown.data : "");
    cdr_words_done(&k.words);
    cdr_arena_free(k.arena);
    return s;
}

cdr_status cdr_inventory_get(cdr_inventory *inv, cdr_entity e, const char *key, void *obj, cdr_err *err)
{
    cdr_status s = cdr_store_get(inv, e, key, obj, err);
    return s == CDR_NOT_FOUND ? not_found(inv, e, e, key, err) : s;
}

cdr_status cdr_inventory_find(cdr_inventory *inv, const char *key, cdr_entity *ret, cdr_err *err)
{
    for (cdr_entity e = 0; e < CDR_ENTITY__MAX; e++) {
        cdr_any_entity obj;
        cdr_status s = cdr_store_get(inv, e, key, &obj, err);
        cdr_record_done(cdr_entity_record(e), &obj);
        if (s == CDR_OK)
            *ret = e;
        if (s != CDR_NOT_FOUND)
            return s;
    }
    return not_found(inv, CDR_ENTITY_PARTY, CDR_ENTITY_DATASET, key, err);
}

/* --- transactions --- */

static cdr_status enter(cdr_inventory *inv, const char *event, cdr_entity e, const char *key, json_t *fields, cdr_err *err)
{
    _cleanup_json_ json_t *details = json_pack("{s:s, s:o*}", "entity", noun(e), "fields", fields);
    char *text = details ? json_dumps(details, JSON_COMPACT) : NULL;
    if (!text)
        return cdr_fail_nomem(err, "inventory");
    cdr_status s = cdr_ledger_append(inv->ledger, &(cdr_ledger_event){.kind = event, .actor = cdr_workspace_actor(inv->ws), .subject = key, .details_json = text}, NULL, err);
    free(text);
    return s;
}

static cdr_status begin(cdr_inventory *inv, cdr_err *err)
{
    if (inv->run)
        return cdr_fail(err, CDR_E_INVAL, "inventory", "inventory.scanning", "The inventory cannot be changed while a scan is being stored.");
    return cdr_db_begin(inv->db, err);
}

static cdr_status end(cdr_inventory *inv, cdr_status s, cdr_err *err)
{
    if (s == CDR_OK)
        s = cdr_db_commit(inv->db, err);
    else
        cdr_db_rollback(inv->db);
    if (s != CDR_OK) {
        inv->claims_loaded = false;
        cdr_claims_done(&inv->claims);
    }
    return s;
}

/* --- assignments --- */

static bool is_holders(cdr_entity e, const cdr_assignment *a)
{
    return e == CDR_ENTITY_SYSTEM && !strcmp(a->name, "holders");
}

/* "us:responsible, acme:hosts" */
static cdr_status parse_holder(const char *system, char *item, cdr_holding *ret, cdr_err *err)
{
    char *colon = strchr(item, ':');
    cdr_record_init(&cdr_holding_record, ret);
    if (!colon)
        return cdr_fail(err, CDR_E_INVAL, "inventory", "inventory.holders", "holders must be pairs of party and relation such as us:responsible, hosting:hosts.");
    *colon = '\0';
    cdr_status s = cdr_record_set(&cdr_holding_record, ret, "system", system, "holders: ", err);
    if (s == CDR_OK)
        s = cdr_record_set(&cdr_holding_record, ret, "party", cdr_str_trim(item), "holders: ", err);
    if (s == CDR_OK)
        s = cdr_record_set(&cdr_holding_record, ret, "relation", cdr_str_trim(colon + 1), "holders: ", err);
    return s == CDR_OK ? cdr_record_check(&cdr_holding_record, ret, "holders: ", err) : s;
}

static cdr_status put_holder(cdr_inventory *inv, const char *system, char *item, cdr_err *err)
{
    cdr_holding h;
    cdr_any_entity party;
    char today[11];
    cdr_today(inv, today);
    cdr_status s = parse_holder(system, item, &h, err);
    if (s == CDR_OK) {
        s = cdr_inventory_get(inv, CDR_ENTITY_PARTY, h.party, &party, err);
        cdr_record_done(&cdr_party_record, &party);
        if (s == CDR_NOT_FOUND)
            s = CDR_E_INVAL;
    }
    if (s == CDR_OK)
        s = cdr_set_provenance(&cdr_holding_record, &h, CDR_DECLARED, today, NULL, err);
    if (s == CDR_OK)
        s = cdr_store_put_holding(inv, &h, err);
    cdr_record_done(&cdr_holding_record, &h);
    return s;
}

static cdr_status set_holders(cdr_inventory *inv, const char *system, const char *value, cdr_err *err)
{
    cdr_holdings old;
    cdr_status s = cdr_store_holdings(inv, system, &old, err);
    for (size_t i = 0; s == CDR_OK && i < old.len; i++)
        s = cdr_store_delete_holding(inv, &old.at[i], err);
    cdr_holdings_clear(&old);
    _cleanup_free_ char *copy = cdr_strdup(value);
    if (s == CDR_OK && !copy)
        s = cdr_fail_nomem(err, "inventory");
    for (char *item = copy, *next; s == CDR_OK && item; item = next) {
        next = strchr(item, ',');
        if (next)
            *next++ = '\0';
        item = cdr_str_trim(item);
        if (*item)
            s = put_holder(inv, system, item, err);
    }
    return s;
}

static cdr_status assign(cdr_entity e, void *obj, const cdr_assignment *set, size_t count, bool *ret_provenance, cdr_err *err)
{
    cdr_status s = CDR_OK;
    for (size_t i = 0; s == CDR_OK && i < count; i++) {
        if (is_holders(e, &set[i]))
            continue;
        if (!strcmp(set[i].name, "key"))
            return cdr_fail(err, CDR_E_INVAL, "inventory", "inventory.key-fixed", "A key cannot be changed; add a new %s and remove the old one.", noun(e));
        *ret_provenance = *ret_provenance || !strncmp(set[i].name, "provenance.", 11);
        s = cdr_record_set(cdr_entity_record(e), obj, set[i].name, set[i].value, "", err);
    }
    return s;
}

static cdr_status check(cdr_inventory *inv, cdr_entity e, const cdr_any_entity *obj, cdr_err *err)
{
    keys parties = {.arena = cdr_arena_new(1 << 24)}, systems = {.arena = parties.arena};
    cdr_status s = parties.arena ? gather(inv, CDR_ENTITY_PARTY, &parties, err) : cdr_fail_nomem(err, "inventory");
    if (s == CDR_OK)
        s = gather(inv, CDR_ENTITY_SYSTEM, &systems, err);
    const cdr_known_keys known = {.parties = parties.words, .systems = systems.words};
    if (s == CDR_OK)
        switch (e) {
        case CDR_ENTITY_PARTY: s = cdr_check_party(&obj->party, &known, "", err); break;
        case CDR_ENTITY_SYSTEM: s = cdr_check_system(&obj->system, &known, inv->root, "", err); break;
        case CDR_ENTITY_ACTIVITY: s = cdr_check_activity(&obj->activity, &known, "", err); break;
        case CDR_ENTITY_DATASET: s = cdr_check_dataset(&obj->dataset, &known, "", err); break;
        case CDR_ENTITY__MAX: break;
        }
    cdr_words_done(&parties.words);
    cdr_words_done(&systems.words);
    cdr_arena_free(parties.arena);
    return s;
}

/* Checked, stored, with holders; then what depends on all systems. */
static cdr_status put(cdr_inventory *inv, cdr_entity e, cdr_any_entity *obj, const cdr_assignment *set, size_t count, cdr_err *err)
{
    uint64_t moved;
    const char *key = obj->party.key;
    cdr_status s = check(inv, e, obj, err);
    if (s == CDR_OK)
        s = cdr_store_put(inv, e, obj, err);
    for (size_t i = 0; s == CDR_OK && i < count; i++)
        if (is_holders(e, &set[i]))
            s = set_holders(inv, key, set[i].value, err);
    if (s == CDR_OK)
        s = cdr_store_reassign(inv, &moved, err);
    return s == CDR_OK ? cdr_check_whole(inv, err) : s;
}

static cdr_status names_of(const cdr_assignment *set, size_t count, json_t **ret, cdr_err *err)
{
    *ret = json_array();
    for (size_t i = 0; *ret && i < count; i++)
        if (json_array_append_new(*ret, json_string(set[i].name))) {
            json_decref(*ret);
            *ret = NULL;
        }
    return *ret ? CDR_OK : cdr_fail_nomem(err, "inventory");
}

/* An entry that is only now made, declared today; refused when there is one. */
static cdr_status start_new(cdr_inventory *inv, cdr_entity e, const char *key, void *obj, cdr_err *err)
{
    const cdr_record *r = cdr_entity_record(e);
    char today[11];
    cdr_today(inv, today);
    cdr_status s = cdr_store_get(inv, e, key, obj, err);
    if (s == CDR_OK)
        return cdr_fail(err, CDR_E_INVAL, "inventory", "inventory.exists", "The %s %s exists already; change it with candor inventory set %s %s.", r->name, key, r->name, key);
    if (s == CDR_NOT_FOUND)
        s = cdr_record_set(r, obj, "key", key, "", err);
    return s == CDR_OK ? cdr_set_provenance(r, obj, CDR_DECLARED, today, NULL, err) : s;
}

/* How the entry comes that the assignments change: made, or found. */
typedef struct editing {
    cdr_status (*start)(cdr_inventory *inv, cdr_entity e, const char *key, void *obj, cdr_err *err);
    const char *event;
} editing;

static cdr_status change(cdr_inventory *inv, const editing *how, cdr_entity e, const char *key, const cdr_assignment *set, size_t count, cdr_any_entity *obj, cdr_err *err)
{
    const cdr_record *r = cdr_entity_record(e);
    bool provenance = false;
    char today[11];
    json_t *fields = NULL;
    cdr_today(inv, today);
    cdr_status s = cdr_ensure_us(inv, err);
    if (s == CDR_OK)
        s = how->start(inv, e, key, obj, err);
    if (s == CDR_OK)
        s = assign(e, obj, set, count, &provenance, err);
    if (s == CDR_OK)
        s = cdr_record_check(r, obj, "", err);
    if (s == CDR_OK && !provenance)
        s = cdr_set_provenance(r, obj, CDR_DECLARED, today, NULL, err);
    if (s == CDR_OK)
        s = put(inv, e, obj, set, count, err);
    if (s == CDR_OK)
        s = names_of(set, count, &fields, err);
    return s == CDR_OK ? enter(inv, how->event, e, key, fields, err) : s;
}

static cdr_status edit(cdr_inventory *inv, const editing *how, cdr_entity e, const char *key, const cdr_assignment *set, size_t count, cdr_err *err)
{
    cdr_any_entity obj;
    cdr_status s = begin(inv, err);
    if (s != CDR_OK)
        return s;
    cdr_record_init(cdr_entity_record(e), &obj);
    s = end(inv, change(inv, how, e, key, set, count, &obj, err), err);
    cdr_record_done(cdr_entity_record(e), &obj);
    return s;
}

cdr_status cdr_inventory_add(cdr_inventory *inv, cdr_entity e, const char *key, const cdr_assignment *set, size_t count, cdr_err *err)
{
    return edit(inv, &(editing){start_new, "inventory.add"}, e, key, set, count, err);
}

cdr_status cdr_inventory_set(cdr_inventory *inv, cdr_entity e, const char *key, const cdr_assignment *set, size_t count, cdr_err *err)
{
    return edit(inv, &(editing){cdr_inventory_get, "inventory.set"}, e, key, set, count, err);
}

static cdr_status drop(cdr_inventory *inv, cdr_entity e, const char *key, cdr_err *err)
{
    cdr_any_entity obj;
    uint64_t moved;
    _cleanup_buf_ cdr_buf users = CDR_BUF(4096);
    cdr_status s = cdr_inventory_get(inv, e, key, &obj, err);
    cdr_record_done(cdr_entity_record(e), &obj);
    if (s == CDR_OK && e == CDR_ENTITY_PARTY && !strcmp(key, CDR_PARTY_US))
        s = cdr_fail(err, CDR_E_INVAL, "inventory", "inventory.us", "The party \"us\" is the organisation itself and cannot be removed.");
    if (s == CDR_OK)
        s = cdr_store_users(inv, e, key, &users, err);
    if (s == CDR_OK && users.len > 0)
        s = cdr_fail(err, CDR_E_INVAL, "inventory", "inventory.in-use", "The %s %s is named by %.300s; change that first.", noun(e), key, users.data);
    if (s == CDR_OK)
        s = cdr_store_delete(inv, e, key, err);
    if (s == CDR_OK)
        s = cdr_store_reassign(inv, &moved, err);
    return s == CDR_OK ? enter(inv, "inventory.remove", e, key, NULL, err) : s;
}

cdr_status cdr_inventory_remove(cdr_inventory *inv, cdr_entity e, const char *key, cdr_err *err)
{
    cdr_status s = begin(inv, err);
    return s == CDR_OK ? end(inv, drop(inv, e, key, err), err) : s;
}

/* --- somebody has looked --- */

static cdr_status confirm_entity(cdr_inventory *inv, const char *key, const char *today, const char *evidence, cdr_err *err)
{
    cdr_entity e = CDR_ENTITY_PARTY;
    cdr_any_entity obj;
    cdr_status s = cdr_inventory_find(inv, key, &e, err);
    if (s != CDR_OK)
        return s;
    s = cdr_inventory_get(inv, e, key, &obj, err);
    if (s == CDR_OK)
        s = cdr_set_provenance(cdr_entity_record(e), &obj, CDR_CONFIRMED, today, evidence, err);
    if (s == CDR_OK)
        s = cdr_store_put(inv, e, &obj, err);
    cdr_record_done(cdr_entity_record(e), &obj);
    return s == CDR_OK ? enter(inv, "inventory.confirm", e, key, NULL, err) : s;
}

static cdr_status confirm(cdr_inventory *inv, const char *what, const char *evidence, cdr_err *err)
{
    char today[11];
    cdr_today(inv, today);
    if (!strchr(what, '/') && !strstr(what, "://"))
        return confirm_entity(inv, what, today, evidence, err);
    _cleanup_buf_ cdr_buf path = CDR_BUF(4 * CDR_CLAIM_MAX);
    cdr_status s = cdr_claim_resolve(what, inv->root, &path, err);
    if (s == CDR_OK)
        s = cdr_store_confirm_dataset(inv, path.data, today, evidence, err);
    if (s == CDR_NOT_FOUND)
        return cdr_fail(err, s, "inventory", "inventory.no-such-dataset", "The inventory knows no object at that path; candor inventory list datasets shows what there is.");
    /* The path stays out of the ledger: it may name people. */
    return s == CDR_OK ? enter(inv, "inventory.confirm", CDR_ENTITY_DATASET, NULL, NULL, err) : s;
}

cdr_status cdr_inventory_confirm(cdr_inventory *inv, const char *what, const char *evidence, cdr_err *err)
{
    cdr_status s = begin(inv, err);
    return s == CDR_OK ? end(inv, confirm(inv, what, evidence, err), err) : s;
}
