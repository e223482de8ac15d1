/* SPDX-License-Identifier: Apache-2.0 */
#include "core/inventory/declare.h"

#include "base/arena.h"
#include "base/time.h"
#include "core/workspace/store.h"

#include <stdlib.h>
#include <string.h>

void cdr_declarations_done(cdr_declarations *d)
{
    for (size_t i = 0; i < d->parties.len; i++)
        cdr_record_done(&cdr_party_record, &d->parties.at[i].row);
    for (size_t i = 0; i < d->systems.len; i++) {
        cdr_declared_system *s = &d->systems.at[i];
        cdr_record_done(&cdr_system_record, &s->row);
        for (size_t k = 0; k < s->holders.len; k++)
            cdr_record_done(&cdr_holding_record, &s->holders.at[k].row);
        cdr_declared_holders_done(&s->holders);
    }
    for (size_t i = 0; i < d->activities.len; i++)
        cdr_record_done(&cdr_activity_record, &d->activities.at[i].row);
    for (size_t i = 0; i < d->datasets.len; i++)
        cdr_record_done(&cdr_declared_dataset_record, &d->datasets.at[i].row);
    cdr_declared_parties_done(&d->parties);
    cdr_declared_systems_done(&d->systems);
    cdr_declared_activities_done(&d->activities);
    cdr_declared_sets_done(&d->datasets);
    json_decref(d->mistakes);
}

cdr_status cdr_note_mistake(cdr_declarations *d, cdr_status s, const cdr_err *err)
{
    if (s != CDR_E_INVAL || !err)
        return s;
    if (!d->mistakes && !(d->mistakes = json_array()))
        return s;
    if (json_array_size(d->mistakes) == 0)
        d->first = *err;
    if (json_array_append_new(d->mistakes, json_string(err->text)))
        return s;
    return json_array_size(d->mistakes) < CDR_MISTAKES_MAX ? CDR_OK : s;
}

cdr_status cdr_mistakes_status(const cdr_declarations *d, cdr_err *err)
{
    if (json_array_size(d->mistakes) == 0)
        return CDR_OK;
    if (err)
        *err = d->first;
    return CDR_E_INVAL;
}

void cdr_today(const cdr_inventory *inv, char ret[11])
{
    char now[CDR_TIME_TEXT];
    cdr_time_format(cdr_now_us(inv->ctx), now);
    memcpy(ret, now, 10);
    ret[10] = '\0';
}

cdr_status cdr_set_provenance(const cdr_record *r, void *obj, cdr_provenance state, const char *date, const char *evidence, cdr_err *err)
{
    cdr_status s = cdr_record_set(r, obj, "provenance.state", cdr_provenance_names[state], "", err);
    if (s == CDR_OK)
        s = cdr_record_set(r, obj, "provenance.date", date ? date : "", "", err);
    return s == CDR_OK ? cdr_record_set(r, obj, "provenance.evidence", evidence ? evidence : "", "", err) : s;
}

cdr_status cdr_ensure_us(cdr_inventory *inv, cdr_err *err)
{
    cdr_party us;
    char today[11];
    cdr_status s = cdr_store_get(inv, CDR_ENTITY_PARTY, CDR_PARTY_US, &us, err);
    if (s == CDR_NOT_FOUND) {
        const char *org = cdr_workspace_org(inv->ws);
        cdr_record_init(&cdr_party_record, &us);
        cdr_today(inv, today);
        us.key = cdr_strdup(CDR_PARTY_US);
        us.name = cdr_strdup(org && *org ? org : "Our organisation");
        us.kind = CDR_PARTY_ORGANISATION;
        s = us.key && us.name ? cdr_set_provenance(&cdr_party_record, &us, CDR_DECLARED, today, NULL, err) : cdr_fail_nomem(err, "inventory");
        if (s == CDR_OK)
            s = cdr_store_put(inv, CDR_ENTITY_PARTY, &us, err);
    }
    cdr_record_done(&cdr_party_record, &us);
    return s;
}

/* --- keys that exist, or are about to --- */

typedef struct key_list { cdr_words *words; cdr_arena *arena; size_t offset; } key_list;

static cdr_status take_key(void *arg, const void *obj)
{
    key_list *l = arg;
    const char **slot = cdr_words_push(l->words);
    return slot && (*slot = cdr_arena_strdup(l->arena, *(char *const *)((const char *)obj + l->offset))) ? CDR_OK : CDR_E_NOMEM;
}

static cdr_status add_word(cdr_words *words, const char *word, cdr_err *err)
{
    const char **slot = cdr_words_push(words);
    if (!slot)
        return cdr_fail_nomem(err, "inventory");
    *slot = word;
    return CDR_OK;
}

static cdr_status gather_keys(cdr_inventory *inv, const cdr_declarations *d, cdr_arena *arena, cdr_known_keys *known, cdr_err *err)
{
    cdr_status s = add_word(&known->parties, CDR_PARTY_US, err);
    for (size_t i = 0; s == CDR_OK && i < d->parties.len; i++)
        s = add_word(&known->parties, d->parties.at[i].row.key, err);
    for (size_t i = 0; s == CDR_OK && i < d->systems.len; i++)
        s = add_word(&known->systems, d->systems.at[i].row.key, err);
    if (s != CDR_OK || d->prune)   /* what the file does not name is about to go */
        return s;
    s = cdr_store_each(inv, CDR_ENTITY_PARTY, take_key, &(key_list){&known->parties, arena, offsetof(cdr_party, key)}, err);
    if (s == CDR_OK)
        s = cdr_store_each(inv, CDR_ENTITY_SYSTEM, take_key, &(key_list){&known->systems, arena, offsetof(cdr_system, key)}, err);
    return s == CDR_E_NOMEM ? cdr_fail_nomem(err, "inventory") : s;
}

static cdr_status refuse_twice(const char *key, const char *other, const char *where, cdr_err *err)
{
    return strcmp(key, other) ? CDR_OK : cdr_fail(err, CDR_E_INVAL, "inventory", "inventory.key-twice", "%s.key stands in the file before; each key once.", where);
}

static cdr_status check_holders(const cdr_declared_system *sys, const cdr_known_keys *known, cdr_err *err)
{
    cdr_status s = CDR_OK;
    for (size_t i = 0; s == CDR_OK && i < sys->holders.len; i++) {
        const cdr_declared_holder *h = &sys->holders.at[i];
        s = cdr_check_reference(&known->parties, h->row.party, h->where, "party", "party", err);
        for (size_t k = 0; s == CDR_OK && k < i; k++)
            if (!strcmp(sys->holders.at[k].row.party, h->row.party) && sys->holders.at[k].row.relation == h->row.relation)
                s = cdr_fail(err, CDR_E_INVAL, "inventory", "inventory.holder-twice", "%s says the same as the holder before it.", h->where);
    }
    return s;
}

#define EACH_KEY_ONCE(list, i, s)                                                                                 \
    for (size_t k_ = 0; (s) == CDR_OK && k_ < (i); k_++)                                                          \
    (s) = refuse_twice((list).at[i].row.key, (list).at[k_].row.key, (list).at[i].where, err)

static cdr_status check_all(const cdr_inventory *inv, cdr_declarations *d, const cdr_known_keys *known, cdr_err *err)
{
    const char *root = d->root ? d->root : inv->root;
    cdr_status s = CDR_OK;
    for (size_t i = 0; s == CDR_OK && i < d->parties.len; i++) {
        s = cdr_check_party(&d->parties.at[i].row, known, d->parties.at[i].where, err);
        EACH_KEY_ONCE(d->parties, i, s);
        s = cdr_note_mistake(d, s, err);
    }
    for (size_t i = 0; s == CDR_OK && i < d->systems.len; i++) {
        s = cdr_check_system(&d->systems.at[i].row, known, root, d->systems.at[i].where, err);
        EACH_KEY_ONCE(d->systems, i, s);
        if (s == CDR_OK)
            s = check_holders(&d->systems.at[i], known, err);
        s = cdr_note_mistake(d, s, err);
    }
    for (size_t i = 0; s == CDR_OK && i < d->activities.len; i++) {
        s = cdr_check_activity(&d->activities.at[i].row, known, d->activities.at[i].where, err);
        EACH_KEY_ONCE(d->activities, i, s);
        s = cdr_note_mistake(d, s, err);
    }
    for (size_t i = 0; s == CDR_OK && i < d->datasets.len; i++) {
        s = cdr_check_dataset(&d->datasets.at[i].row, known, d->datasets.at[i].where, err);
        EACH_KEY_ONCE(d->datasets, i, s);
        s = cdr_note_mistake(d, s, err);
    }
    return s == CDR_OK || s == CDR_E_INVAL ? cdr_mistakes_status(d, err) : s;
}

/* --- storing --- */

/* A row whose file does not say where it comes from keeps what is stored, as long as nothing else changed; a new or changed one
 * is declared today. */
static cdr_status settle_provenance(cdr_inventory *inv, const cdr_record *r, void *row, const void *stored, bool given, cdr_err *err)
{
    char today[11];
    cdr_today(inv, today);
    const cdr_field *state = cdr_record_field(r, "provenance.state"), *date = cdr_record_field(r, "provenance.date"), *evidence = cdr_record_field(r, "provenance.evidence");
    if (given) {
        const char *d = *(char *const *)((const char *)row + date->offset);
        return d && *d ? CDR_OK : cdr_record_set(r, row, "provenance.date", today, "", err);
    }
    if (stored) {
        const int64_t *st = (const int64_t *)(const void *)((const char *)stored + state->offset);
        char *const *dt = (char *const *)(const void *)((const char *)stored + date->offset), *const *ev = (char *const *)(const void *)((const char *)stored + evidence->offset);
        cdr_status s = cdr_set_provenance(r, row, (cdr_provenance)*st, *dt, *ev, err);
        if (s != CDR_OK || cdr_record_equal(r, row, stored))
            return s;
    }
    return cdr_set_provenance(r, row, CDR_DECLARED, today, NULL, err);
}

static cdr_status store_row(cdr_inventory *inv, cdr_entity e, const char *key, void *row, bool given, bool made, cdr_import_counts *n, cdr_err *err)
{
    const cdr_record *r = cdr_entity_record(e);
    cdr_any_entity stored;
    cdr_status s = cdr_store_get(inv, e, key, &stored, err);
    bool exists = s == CDR_OK && !made;
    if (s == CDR_OK || s == CDR_NOT_FOUND)
        s = settle_provenance(inv, r, row, exists ? &stored : NULL, given, err);
    bool same = exists && s == CDR_OK && cdr_record_equal(r, row, &stored);
    if (s == CDR_OK && !same)
        s = cdr_store_put(inv, e, row, err);
    n->added += !exists;
    n->changed += exists && !same;
    n->same += same;
    cdr_record_done(r, &stored);
    return s;
}

static const cdr_holding *find_holding(const cdr_holdings *list, const cdr_holding *h)
{
    for (size_t i = 0; i < list->len; i++)
        if (!strcmp(list->at[i].party, h->party) && list->at[i].relation == h->relation)
            return &list->at[i];
    return NULL;
}

static cdr_status drop_holders(cdr_inventory *inv, const cdr_declared_system *sys, const cdr_holdings *stored, cdr_import_counts *n, cdr_err *err)
{
    cdr_status s = CDR_OK;
    for (size_t i = 0; s == CDR_OK && i < stored->len; i++) {
        bool named = false;
        for (size_t k = 0; k < sys->holders.len; k++)
            named = named || (!strcmp(sys->holders.at[k].row.party, stored->at[i].party) && sys->holders.at[k].row.relation == stored->at[i].relation);
        if (!named) {
            s = cdr_store_delete_holding(inv, &stored->at[i], err);
            n->removed++;
        }
    }
    return s;
}

static cdr_status store_holders(cdr_inventory *inv, cdr_declared_system *sys, cdr_import_counts *n, cdr_err *err)
{
    cdr_holdings stored;
    cdr_status s = cdr_store_holdings(inv, sys->row.key, &stored, err);
    for (size_t i = 0; s == CDR_OK && i < sys->holders.len; i++) {
        cdr_declared_holder *h = &sys->holders.at[i];
        const cdr_holding *old = find_holding(&stored, &h->row);
        if (!h->row.system && !(h->row.system = cdr_strdup(sys->row.key)))
            s = cdr_fail_nomem(err, "inventory");
        if (s == CDR_OK)
            s = settle_provenance(inv, &cdr_holding_record, &h->row, old, h->provenance, err);
        bool same = old && cdr_record_equal(&cdr_holding_record, &h->row, old);
        if (s == CDR_OK && !same)
            s = cdr_store_put_holding(inv, &h->row, err);
        n->added += !old;
        n->changed += old && !same;
        n->same += same;
    }
    if (s == CDR_OK)
        s = drop_holders(inv, sys, &stored, n, err);
    cdr_holdings_clear(&stored);
    return s;
}

/* Rows that are new, without what they refer to, so that the order in the file does not matter. */
static cdr_status make_bare(cdr_inventory *inv, cdr_entity e, const char *key, const void *bare, bool *made, cdr_err *err)
{
    cdr_any_entity stored;
    cdr_status s = cdr_store_get(inv, e, key, &stored, err);
    cdr_record_done(cdr_entity_record(e), &stored);
    if (s != CDR_NOT_FOUND)
        return s;
    *made = true;
    return cdr_store_put(inv, e, bare, err);
}

static cdr_status make_referred(cdr_inventory *inv, cdr_declarations *d, cdr_err *err)
{
    cdr_status s = CDR_OK;
    for (size_t i = 0; s == CDR_OK && i < d->parties.len; i++) {
        cdr_party bare = d->parties.at[i].row;
        bare.parent = NULL;
        s = make_bare(inv, CDR_ENTITY_PARTY, bare.key, &bare, &d->parties.at[i].made, err);
    }
    for (size_t i = 0; s == CDR_OK && i < d->systems.len; i++) {
        cdr_system bare = d->systems.at[i].row;
        bare.backup_of = NULL;
        s = make_bare(inv, CDR_ENTITY_SYSTEM, bare.key, &bare, &d->systems.at[i].made, err);
    }
    return s;
}

static cdr_status store_all(cdr_inventory *inv, cdr_declarations *d, cdr_import_counts *n, cdr_err *err)
{
    cdr_status s = make_referred(inv, d, err);
    for (size_t i = 0; s == CDR_OK && i < d->parties.len; i++)
        s = store_row(inv, CDR_ENTITY_PARTY, d->parties.at[i].row.key, &d->parties.at[i].row, d->parties.at[i].provenance, d->parties.at[i].made, n, err);
    for (size_t i = 0; s == CDR_OK && i < d->systems.len; i++)
        s = store_row(inv, CDR_ENTITY_SYSTEM, d->systems.at[i].row.key, &d->systems.at[i].row, d->systems.at[i].provenance, d->systems.at[i].made, n, err);
    for (size_t i = 0; s == CDR_OK && i < d->systems.len; i++)
        s = d->systems.at[i].keep_holders ? CDR_OK : store_holders(inv, &d->systems.at[i], n, err);
    for (size_t i = 0; s == CDR_OK && i < d->activities.len; i++)
        s = store_row(inv, CDR_ENTITY_ACTIVITY, d->activities.at[i].row.key, &d->activities.at[i].row, d->activities.at[i].provenance, false, n, err);
    for (size_t i = 0; s == CDR_OK && i < d->datasets.len; i++)
        s = store_row(inv, CDR_ENTITY_DATASET, d->datasets.at[i].row.key, &d->datasets.at[i].row, d->datasets.at[i].provenance, false, n, err);
    return s;
}

/* --- what the file does not name --- */

static bool is_named(const cdr_declarations *d, cdr_entity e, const char *key)
{
    switch (e) {
    case CDR_ENTITY_PARTY:
        for (size_t i = 0; i < d->parties.len; i++)
            if (!strcmp(d->parties.at[i].row.key, key))
                return true;
        return !strcmp(key, CDR_PARTY_US);
    case CDR_ENTITY_SYSTEM:
        for (size_t i = 0; i < d->systems.len; i++)
            if (!strcmp(d->systems.at[i].row.key, key))
                return true;
        return false;
    case CDR_ENTITY_ACTIVITY:
        for (size_t i = 0; i < d->activities.len; i++)
            if (!strcmp(d->activities.at[i].row.key, key))
                return true;
        return false;
    case CDR_ENTITY_DATASET:
        for (size_t i = 0; i < d->datasets.len; i++)
            if (!strcmp(d->datasets.at[i].row.key, key))
                return true;
        return false;
    case CDR_ENTITY__MAX: break;
    }
    return false;
}

/* Remove ${*key} unless somebody still names it; then ${left} counts it for another round. */
static cdr_status prune_one(cdr_inventory *inv, cdr_entity e, const char **key, size_t *left, cdr_import_counts *n, cdr_err *err)
{
    _cleanup_buf_ cdr_buf users = CDR_BUF(4096);
    cdr_status s = cdr_store_users(inv, e, *key, &users, err);
    if (s != CDR_OK)
        return s;
    if (users.len > 0) {
        ++*left;
        return CDR_OK;
    }
    s = cdr_store_delete(inv, e, *key, err);
    n->removed++;
    *key = NULL;
    return s;
}

/* A chain of backups or of parts goes from its end: once around for each link. */
static cdr_status prune_entity(cdr_inventory *inv, const cdr_declarations *d, cdr_entity e, cdr_words *keys, cdr_import_counts *n, cdr_err *err)
{
    size_t unnamed = 0;
    cdr_status s = CDR_OK;
    for (size_t i = 0; i < keys->len; i++)
        if (!is_named(d, e, keys->at[i]))
            keys->at[unnamed++] = keys->at[i];
    keys->len = unnamed;
    if (!d->prune) {
        n->kept += unnamed;
        return CDR_OK;
    }
    for (size_t left = 1, round = 0; s == CDR_OK && left > 0 && round <= unnamed; round++) {
        left = 0;
        for (size_t i = 0; s == CDR_OK && i < keys->len; i++)
            if (keys->at[i])
                s = prune_one(inv, e, &keys->at[i], &left, n, err);
    }
    return s;
}

/* Users go before what they use. */
static cdr_status prune_rest(cdr_inventory *inv, const cdr_declarations *d, cdr_import_counts *n, cdr_err *err)
{
    static const struct { cdr_entity e; size_t offset; } order[] = {{CDR_ENTITY_ACTIVITY, offsetof(cdr_activity, key)}, {CDR_ENTITY_DATASET, offsetof(cdr_declared_dataset, key)},
                                                                    {CDR_ENTITY_SYSTEM, offsetof(cdr_system, key)}, {CDR_ENTITY_PARTY, offsetof(cdr_party, key)}};
    cdr_arena *arena = cdr_arena_new(1 << 24);
    cdr_status s = arena ? CDR_OK : cdr_fail_nomem(err, "inventory");
    for (size_t o = 0; s == CDR_OK && o < CDR_COUNT(order); o++) {
        cdr_words keys = {0};
        s = cdr_store_each(inv, order[o].e, take_key, &(key_list){&keys, arena, order[o].offset}, err);
        s = s == CDR_OK ? prune_entity(inv, d, order[o].e, &keys, n, err) : s == CDR_E_NOMEM ? cdr_fail_nomem(err, "inventory") : s;
        cdr_words_done(&keys);
    }
    cdr_arena_free(arena);
    return s;
}

static cdr_status set_root(cdr_inventory *inv, const char *root, cdr_err *err)
{
    if (!root || !strcmp(root, inv->root))
        return CDR_OK;
    char *copy = cdr_strdup(root);
    if (!copy)
        return cdr_fail_nomem(err, "inventory");
    cdr_free(inv->root);
    inv->root = copy;
    return cdr_setting_set(inv->db, "inventory.root", root, err);
}

static cdr_status enter(cdr_inventory *inv, const cdr_declarations *d, const cdr_import_counts *n, cdr_err *err)
{
    _cleanup_json_ json_t *details = json_pack("{s:I, s:I, s:I, s:I, s:b}", "added", (json_int_t)n->added, "changed", (json_int_t)n->changed, "same",
                                               (json_int_t)n->same, "removed", (json_int_t)n->removed, "prune", (int)d->prune);
    char *text = details ? json_dumps(details, JSON_COMPACT) : NULL;
    if (!text)
        return cdr_fail_nomem(err, "inventory");
    cdr_status s = cdr_ledger_append(inv->ledger, &(cdr_ledger_event){.kind = d->event, .actor = cdr_workspace_actor(inv->ws), .details_json = text}, NULL, err);
    free(text);
    return s;
}

static bool names_us(const cdr_declarations *d)
{
    for (size_t i = 0; i < d->parties.len; i++)
        if (!strcmp(d->parties.at[i].row.key, CDR_PARTY_US))
            return true;
    return false;
}

static cdr_status declare(cdr_inventory *inv, cdr_declarations *d, cdr_import_counts *n, cdr_err *err)
{
    cdr_known_keys known = {0};
    cdr_arena *arena = cdr_arena_new(1 << 24);
    cdr_status s = arena ? gather_keys(inv, d, arena, &known, err) : cdr_fail_nomem(err, "inventory");
    if (s == CDR_OK)
        s = check_all(inv, d, &known, err);
    cdr_known_keys_done(&known);
    cdr_arena_free(arena);
    if (s == CDR_OK)
        s = set_root(inv, d->root, err);
    if (s == CDR_OK && !names_us(d))
        s = cdr_ensure_us(inv, err);
    if (s == CDR_OK)
        s = store_all(inv, d, n, err);
    if (s == CDR_OK)
        s = prune_rest(inv, d, n, err);
    if (s == CDR_OK)
        s = cdr_store_reassign(inv, &n->datasets_moved, err);
    if (s == CDR_OK)
        s = cdr_check_whole(inv, err);
    return s == CDR_OK ? enter(inv, d, n, err) : s;
}

/* What was kept in memory goes back with the transaction. */
static void forget(cdr_inventory *inv, char *old_root)
{
    cdr_free(inv->root);
    inv->root = old_root;
    inv->claims_loaded = false;
    cdr_claims_done(&inv->claims);
}

cdr_status cdr_declare(cdr_inventory *inv, cdr_declarations *d, cdr_import_counts *ret, cdr_err *err)
{
    cdr_import_counts n = {0};
    if (inv->run)
        return cdr_fail(err, CDR_E_INVAL, "inventory", "inventory.scanning", "The inventory cannot be changed while a scan is being stored.");
    char *old_root = cdr_strdup(inv->root);
    cdr_status s = old_root ? cdr_db_begin(inv->db, err) : cdr_fail_nomem(err, "inventory");
    if (s != CDR_OK) {
        cdr_free(old_root);
        return s;
    }
    s = declare(inv, d, &n, err);
    if (s != CDR_OK)
        cdr_db_rollback(inv->db);
    else
        s = cdr_db_commit(inv->db, err);
    if (s != CDR_OK) {
        forget(inv, old_root);
        return s;
    }
    cdr_free(old_root);
    if (ret)
        *ret = n;
    return CDR_OK;
}
