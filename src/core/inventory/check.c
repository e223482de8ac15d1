/* SPDX-License-Identifier: Apache-2.0 */
#include "core/inventory/check.h"

#include "base/text.h"
#include "core/taxonomy/taxonomy.h"

#include <stdio.h>
#include <string.h>

void cdr_known_keys_done(cdr_known_keys *k)
{
    cdr_words_done(&k->parties);
    cdr_words_done(&k->systems);
}

cdr_status cdr_check_reference(const cdr_words *known, const char *key, const char *where, const char *field, const char *what, cdr_err *err)
{
    if (!key || !*key)
        return CDR_OK;
    for (size_t i = 0; i < known->len; i++)
        if (!strcmp(known->at[i], key))
            return CDR_OK;
    const char *near = cdr_text_nearest(key, known->at, known->len), *join = *where && where[strlen(where) - 1] != ' ' ? "." : "";
    return near ? cdr_fail(err, CDR_E_INVAL, "inventory", "inventory.reference", "%s%s%s names no %s; did you mean %s?", where, join, field, what, near)
                : cdr_fail(err, CDR_E_INVAL, "inventory", "inventory.reference", "%s%s%s names no %s; add the %s first, or correct the key.", where, join, field, what, what);
}

static cdr_status check_list(const json_t *list, const cdr_words *known, const char *where, const char *field, const char *what, cdr_err *err)
{
    cdr_status s = CDR_OK;
    for (size_t i = 0; s == CDR_OK && i < json_array_size(list); i++) {
        char place[64];
        snprintf(place, sizeof place, "%s[%zu]", field, i);
        s = cdr_check_reference(known, json_string_value(json_array_get(list, i)), where, place, what, err);
    }
    return s;
}

static cdr_status check_taxa(cdr_taxonomy_id id, const json_t *list, const char *where, const char *field, cdr_err *err)
{
    cdr_status s = CDR_OK;
    for (size_t i = 0; s == CDR_OK && i < json_array_size(list); i++) {
        char place[CDR_ERR_TEXT_MAX];
        snprintf(place, sizeof place, "%.300s%s%s[%zu]", where, *where && where[strlen(where) - 1] != ' ' ? "." : "", field, i);
        const char *key = json_string_value(json_array_get(list, i));
        s = cdr_taxon_check(id, key ? key : "", place, err);
    }
    return s;
}

static cdr_status twice(const json_t *list, const char *where, const char *field, cdr_err *err)
{
    for (size_t i = 0; i < json_array_size(list); i++)
        for (size_t k = 0; k < i; k++)
            if (json_equal(json_array_get(list, i), json_array_get(list, k)))
                return cdr_fail(err, CDR_E_INVAL, "inventory", "inventory.twice", "%s%s%s[%zu] stands there twice.", where,
                                *where && where[strlen(where) - 1] != ' ' ? "." : "", field, i);
    return CDR_OK;
}

static cdr_status refuse_itself(const char *where, const char *field, const char *what, cdr_err *err)
{
    return cdr_fail(err, CDR_E_INVAL, "inventory", "inventory.itself", "%s%s%s names the entry itself; name the %s, or leave it out.", where,
                    *where && where[strlen(where) - 1] != ' ' ? "." : "", field, what);
}

cdr_status cdr_check_party(const cdr_party *p, const cdr_known_keys *known, const char *where, cdr_err *err)
{
    bool us = !strcmp(p->key, CDR_PARTY_US);
    if (us != (p->kind == CDR_PARTY_ORGANISATION))
        return us ? cdr_fail(err, CDR_E_INVAL, "inventory", "inventory.us", "%s: the party \"us\" is the organisation itself; its kind cannot be changed.", where)
                  : cdr_fail(err, CDR_E_INVAL, "inventory", "inventory.us", "%s: only the party \"us\" is the organisation itself; choose another kind.", where);
    if (p->breach_notice_hours < 0)
        return cdr_fail(err, CDR_E_INVAL, "inventory", "inventory.hours", "%s.breach_notice_hours must not be negative.", where);
    if (p->agreement_date && p->agreement_until && strcmp(p->agreement_until, p->agreement_date) < 0)
        return cdr_fail(err, CDR_E_INVAL, "inventory", "inventory.dates", "%s: the agreement ends before it was signed.", where);
    if (p->parent && !strcmp(p->parent, p->key))
        return refuse_itself(where, "parent", "party it is part of", err);
    return cdr_check_reference(&known->parties, p->parent, where, "parent", "party", err);
}

cdr_status cdr_check_system(const cdr_system *s, const cdr_known_keys *known, const char *root, const char *where, cdr_err *err)
{
    cdr_status st = cdr_check_reference(&known->systems, s->backup_of, where, "backup_of", "system", err);
    if (st == CDR_OK && s->backup_of && !strcmp(s->backup_of, s->key))
        st = refuse_itself(where, "backup_of", "system it is a copy of", err);
    if (st == CDR_OK)
        st = twice(s->claims, where, "claims", err);
    for (size_t i = 0; st == CDR_OK && i < json_array_size(s->claims); i++) {
        _cleanup_buf_ cdr_buf pattern = CDR_BUF(4 * CDR_CLAIM_MAX);
        cdr_err why = {0};
        st = cdr_claim_resolve(json_string_value(json_array_get(s->claims, i)), root, &pattern, &why);
        if (st != CDR_OK)
            st = cdr_fail(err, st, "inventory", "inventory.claim", "%s.claims[%zu]: %s", where, i, why.text);
    }
    return st;
}

cdr_status cdr_check_activity(const cdr_activity *a, const cdr_known_keys *known, const char *where, cdr_err *err)
{
    char place[CDR_ERR_TEXT_MAX];
    snprintf(place, sizeof place, "%.400s.data_use", where);
    cdr_status s = check_list(a->systems, &known->systems, where, "systems", "system", err);
    if (s == CDR_OK)
        s = twice(a->systems, where, "systems", err);
    if (s == CDR_OK)
        s = check_taxa(CDR_TAXONOMY_CATEGORY, a->categories, where, "categories", err);
    return s == CDR_OK && a->data_use && *a->data_use ? cdr_taxon_check(CDR_TAXONOMY_USE, a->data_use, place, err) : s;
}

cdr_status cdr_check_dataset(const cdr_declared_dataset *d, const cdr_known_keys *known, const char *where, cdr_err *err)
{
    cdr_status s = cdr_check_reference(&known->systems, d->system, where, "system", "system", err);
    return s == CDR_OK ? check_taxa(CDR_TAXONOMY_CATEGORY, d->categories, where, "categories", err) : s;
}

/* --- over everything --- */

typedef struct link { char key[65], up[65]; } link;
CDR_VEC(links, link)

static cdr_status add_link(links *list, const char *key, const char *up)
{
    if (!up || !*up)
        return CDR_OK;
    link *l = links_push(list);
    if (!l)
        return CDR_E_NOMEM;
    snprintf(l->key, sizeof l->key, "%s", key);
    snprintf(l->up, sizeof l->up, "%s", up);
    return CDR_OK;
}

static cdr_status take_system(void *arg, const void *obj)
{
    const cdr_system *s = obj;
    return add_link(arg, s->key, s->backup_of);
}

static cdr_status take_party(void *arg, const void *obj)
{
    const cdr_party *p = obj;
    return add_link(arg, p->key, p->parent);
}

static const char *up_of(const links *list, const char *key)
{
    for (size_t i = 0; i < list->len; i++)
        if (!strcmp(list->at[i].key, key))
            return list->at[i].up;
    return NULL;
}

static cdr_status check_circles(cdr_inventory *inv, cdr_entity e, cdr_status (*take)(void *arg, const void *obj), const char *words, cdr_err *err)
{
    links list = {0};
    cdr_status s = cdr_store_each(inv, e, take, &list, err);
    if (s == CDR_E_NOMEM)
        s = cdr_fail_nomem(err, "inventory");
    for (size_t i = 0; s == CDR_OK && i < list.len; i++) {
        const char *at = list.at[i].up;
        for (size_t steps = 0; s == CDR_OK && at && steps <= list.len; steps++, at = up_of(&list, at))
            if (!strcmp(at, list.at[i].key))
                s = cdr_fail(err, CDR_E_INVAL, "inventory", "inventory.circle", "%s is, through others, %s itself.", list.at[i].key, words);
    }
    links_done(&list);
    return s;
}

static cdr_status check_claims(const cdr_claims *c, cdr_err *err)
{
    for (size_t i = 0; i < c->len; i++)
        for (size_t k = 0; k < i; k++)
            if (c->at[i].system != c->at[k].system && !strcmp(c->at[i].pattern, c->at[k].pattern))
                return cdr_fail(err, CDR_E_INVAL, "inventory", "inventory.claimed-twice", "Two systems claim %.300s; let one of them claim it.", c->at[i].pattern);
    return CDR_OK;
}

cdr_status cdr_check_whole(cdr_inventory *inv, cdr_err *err)
{
    cdr_status s = check_circles(inv, CDR_ENTITY_SYSTEM, take_system, "the backup of", err);
    if (s == CDR_OK)
        s = check_circles(inv, CDR_ENTITY_PARTY, take_party, "part of", err);
    return s == CDR_OK ? check_claims(&inv->claims, err) : s;
}
