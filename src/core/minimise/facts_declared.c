/* SPDX-License-Identifier: Apache-2.0 */
/* What people declared, as facts: parties, systems with who holds and who reads them, activities. */
#include "core/minimise/facts_parts.h"

#include "core/taxonomy/taxonomy.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

/* --- sets --- */

/* Texts of ${list} in the arena; known when somebody wrote at least one down. */
static cdr_key_set texts_of(gather *g, const json_t *list)
{
    size_t n = json_array_size(list), i;
    const char **keys = cdr_arena_alloc(g->arena, (n + 1) * sizeof *keys);
    json_t *one;
    size_t count = 0;
    g->failed |= !keys;
    if (keys)
        json_array_foreach((json_t *)(uintptr_t)list, i, one)    /* the iterator changes nothing */
            keys[count++] = gather_keep(g, json_string_value(one));
    return (cdr_key_set){keys, count, count > 0};
}

/* Words for people become keys of the taxonomy; a word that it does not have leaves the set open. */
static cdr_item_keys taxa_of(gather *g, const json_t *list, cdr_taxonomy_id id)
{
    cdr_item_keys ret = {.keys = texts_of(g, list)};
    const char **keys = (const char **)(uintptr_t)ret.keys.keys;
    size_t count = 0;
    for (size_t i = 0; i < ret.keys.count; i++) {
        const cdr_taxon *t = cdr_taxon_find(id, keys[i]);
        if (!t)
            t = cdr_taxon_by_word(id, keys[i]);
        if (t)
            keys[count++] = t->key;
        else
            ret.open = true;
    }
    ret.keys.count = count;
    return ret;
}

/* --- parties --- */

static int agreement_of(const gather *g, const cdr_party *p)
{
    cdr_date until;
    switch (p->agreement) {
    case CDR_AGREEMENT_NONE: return 0;
    case CDR_AGREEMENT_EXPIRED: return -2;
    case CDR_AGREEMENT_SIGNED:
        return p->agreement_until && cdr_date_parse(p->agreement_until, &until) && cdr_days_from_date(until) < cdr_days_from_date(g->today) ? -2 : 1;
    default: return -1;
    }
}

static cdr_status take_party(void *arg, const cdr_party *p)
{
    gather *g = arg;
    cdr_judge_party *x = gather_parties_push(&g->parties);
    if (!x)
        return CDR_E_NOMEM;
    bool us = !strcmp(p->key, CDR_PARTY_US);
    *x = (cdr_judge_party){.key = gather_keep(g, p->key), .name = gather_keep(g, p->name), .country = gather_keep(g, p->country),
                           .ours = us || p->kind == CDR_PARTY_DEPARTMENT || (p->parent && !strcmp(p->parent, CDR_PARTY_US)), .authority = p->kind == CDR_PARTY_AUTHORITY,
                           .agreement = agreement_of(g, p), .agreement_until = gather_keep(g, p->agreement_until)};
    if (us)
        g->facts.home_country = x->country;
    return CDR_OK;
}

size_t gather_party(const gather *g, const char *key)
{
    for (size_t i = 0; i < g->parties.len; i++)
        if (!strcmp(g->parties.at[i].key, key))
            return i;
    return SIZE_MAX;
}

/* --- activities --- */

/* "US (standard contractual clauses)", "Switzerland: adequacy decision": the country when it is written as two capital letters, what stands behind. */
static cdr_judge_transfer transfer_of(gather *g, const char *text)
{
    cdr_judge_transfer t = {.text = text, .country = "", .mechanism = ""};
    size_t len = strcspn(text, " (:,");
    if (len == 2 && isupper((unsigned char)text[0]) && isupper((unsigned char)text[1])) {
        char code[3] = {text[0], text[1], 0};
        t.country = gather_keep(g, code);
    }
    const char *behind = strpbrk(text, "(:");
    if (behind) {
        behind += 1 + strspn(behind + 1, " ");
        size_t n = strcspn(behind, ")");
        char *copy = cdr_arena_strndup(g->arena, behind, n);
        g->failed |= !copy;
        t.mechanism = copy ? copy : "";
    }
    return t;
}

static void take_transfers(gather *g, const json_t *list, cdr_judge_activity *ret)
{
    cdr_key_set texts = texts_of(g, list);
    cdr_judge_transfer *all = cdr_arena_alloc(g->arena, (texts.count + 1) * sizeof *all);
    g->failed |= !all;
    for (size_t i = 0; all && i < texts.count; i++)
        all[i] = transfer_of(g, texts.keys[i]);
    ret->transfers = all;
    ret->transfer_count = all ? texts.count : 0;
    ret->transfers_known = texts.known;
}

static cdr_status take_activity(void *arg, const cdr_activity *a)
{
    gather *g = arg;
    cdr_judge_activity *x = gather_activities_push(&g->activities);
    if (!x)
        return CDR_E_NOMEM;
    *x = (cdr_judge_activity){.key = gather_keep(g, a->key), .name = gather_keep(g, a->purpose && a->purpose[0] ? a->purpose : a->key), .function = gather_keep(g, a->function),
                              .use = gather_keep(g, a->data_use), .processor = a->role == 2, .confirmed = a->state == CDR_CONFIRMED,
                              .basis = a->lawful_basis ? cdr_lawful_basis_names[a->lawful_basis] : "", .condition = a->special_condition ? cdr_special_condition_names[a->special_condition] : "",
                              .assessed = a->interest_assessment && a->interest_assessment[0], .subjects = taxa_of(g, a->subjects, CDR_TAXONOMY_SUBJECT),
                              .categories = taxa_of(g, a->categories, CDR_TAXONOMY_CATEGORY), .recipients = texts_of(g, a->recipients), .safeguards = gather_keep(g, a->transfer_safeguards),
                              .period = gather_keep(g, a->retention_period), .trigger = gather_keep(g, a->retention_trigger), .systems = texts_of(g, a->systems)};
    take_transfers(g, a->transfers, x);
    return CDR_OK;
}

cdr_status gather_parties_and_activities(gather *g)
{
    cdr_status s = cdr_inventory_each_party(g->inv, take_party, g, g->err);
    if (s == CDR_OK)
        s = cdr_inventory_each_activity(g->inv, take_activity, g, g->err);
    return s == CDR_E_NOMEM ? cdr_fail_nomem(g->err, "minimise") : s;
}

/* --- systems --- */

static cdr_judge_relation relation_of(const char *name)
{
    for (int i = 0; cdr_relation_names[i]; i++)
        if (!strcmp(cdr_relation_names[i], name))
            return (cdr_judge_relation)i;
    return CDR_JUDGE_SHARES;
}

static void take_holders(gather *g, const cdr_inv_system *s, cdr_judge_system *ret)
{
    cdr_judge_holder *all = cdr_arena_alloc(g->arena, (s->holder_count + 1) * sizeof *all);
    g->failed |= !all;
    for (size_t i = 0; all && i < s->holder_count; i++) {
        size_t party = gather_party(g, s->holders[i].party);
        if (party != SIZE_MAX)
            all[ret->holder_count++] = (cdr_judge_holder){party, relation_of(s->holders[i].relation)};
    }
    ret->holders = all;
}

/* Words that stand alone in a key or name: "crm-test", "Staging shop". */
static bool has_word(const char *text, const char *word)
{
    size_t len = strlen(word);
    for (const char *p = text; (p = strcasestr(p, word)); p += len)
        if ((p == text || !isalpha((unsigned char)p[-1])) && !isalpha((unsigned char)p[len]))
            return true;
    return false;
}

static const char *side_of(const char *key, const char *name)
{
    static const struct { const char *word, *side; } words[] = {
        {"test", "test"}, {"tests", "test"}, {"testing", "test"}, {"staging", "test"}, {"sandbox", "test"}, {"demo", "test"}, {"dev", "test"}, {"qa", "test"},
        {"analytics", "analytics"}, {"warehouse", "analytics"}, {"bi", "analytics"}, {"reporting", "analytics"}};
    for (size_t i = 0; i < CDR_COUNT(words); i++)
        if (has_word(key, words[i].word) || has_word(name, words[i].word))
            return words[i].side;
    return "";
}

static cdr_judge_system *system_with(gather *g, const char *key)
{
    for (size_t i = 0; i < g->system_count; i++)
        if (g->systems[i].registered && !strcmp(g->systems[i].key, key))
            return &g->systems[i];
    return NULL;
}

static cdr_status take_access(void *arg, const cdr_system *s, const cdr_holding *holders, size_t holder_count)
{
    gather *g = arg;
    (void)holders, (void)holder_count;
    cdr_judge_system *x = system_with(g, s->key);
    if (x)
        x->readers = texts_of(g, s->access);
    return CDR_OK;
}

/* Every data category that a description names at any depth. Declared manifests are bounded when they are read. */
static void add_categories(gather *g, const json_t *tree, const char **keys, size_t *count, size_t max, int depth)
{
    static const char *const lists[] = {"data_categories", "collections", "fields"};
    size_t i;
    json_t *one;
    if (json_is_array(tree))
        json_array_foreach((json_t *)(uintptr_t)tree, i, one)
            add_categories(g, one, keys, count, max, depth);
    else if (json_is_string(tree) && *count < max)
        keys[(*count)++] = gather_keep(g, json_string_value(tree));
    for (size_t k = 0; json_is_object(tree) && depth < 16 && k < CDR_COUNT(lists); k++)
        add_categories(g, json_object_get(tree, lists[k]), keys, count, max, depth + 1);
}

static cdr_status take_dataset(void *arg, const void *obj)
{
    enum { MAX = 500 };
    gather *g = arg;
    const cdr_declared_dataset *d = obj;
    cdr_judge_system *x = d->system ? system_with(g, d->system) : NULL;
    const char **keys = x ? cdr_arena_alloc(g->arena, (MAX + x->datasets.count) * sizeof *keys) : NULL;
    if (!x)
        return CDR_OK;
    if (!keys)
        return CDR_E_NOMEM;
    size_t count = x->datasets.count;
    for (size_t i = 0; i < count; i++)
        keys[i] = x->datasets.keys[i];
    size_t max = count + MAX;
    add_categories(g, d->categories, keys, &count, max, 0);
    add_categories(g, d->collections, keys, &count, max, 0);
    x->datasets = (cdr_key_set){keys, count, count > 0};
    return CDR_OK;
}

cdr_status gather_systems(gather *g, const cdr_inv_overview *v)
{
    g->systems = cdr_arena_alloc(g->arena, (v->system_count + 1) * sizeof *g->systems);
    if (!g->systems)
        return cdr_fail_nomem(g->err, "minimise");
    for (size_t i = 0; i < v->system_count; i++) {
        const cdr_inv_system *s = &v->systems[i];
        cdr_judge_system *x = &g->systems[g->system_count++];
        *x = (cdr_judge_system){.key = gather_keep(g, s->key), .name = s->registered ? gather_keep(g, s->name) : gather_display(g, s->name, 0), .registered = s->registered,
                                .record = s->system_of_record, .country = gather_keep(g, s->country), .encrypted = s->encrypted, .backup_of = gather_keep(g, s->backup_of),
                                .side = s->registered ? side_of(s->key, s->name) : "", .objects = s->objects, .unread = s->partial + s->skipped, .people_min = s->people_min, .people_max = s->people_max};
        take_holders(g, s, x);
    }
    cdr_status s = cdr_inventory_each_declared_system(g->inv, take_access, g, g->err);
    if (s == CDR_OK)
        s = cdr_store_each(g->inv, CDR_ENTITY_DATASET, take_dataset, g, g->err);
    return s == CDR_E_NOMEM ? cdr_fail_nomem(g->err, "minimise") : s;
}
